"""The register's compounds, buildings and units as addresses are looked up in: kept in memory until they change."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, ClassVar, Final
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text, func, select

from services.intake.domain import ground
from services.intake.domain.address import BuildingPlace, Candidate, CompoundPlace, Gazetteer, UnitPlace
from services.intake.domain.community import CommunityRegistered, CompoundRegistered
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows

address_places = Table(
    "address_places",
    MetaData(),
    Column("community", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("above", Text, nullable=False),
    Column("grid", Text),
    Column("address", Text),
    Column("also_called", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("address_places_by_position", "position"),
)
_EVENTS: Final = (CommunityRegistered, CompoundRegistered, ground.BuildingEntered, ground.UnitEntered)


class Addresses(Projection):
    name: ClassVar[str] = "addresses"
    tables: ClassVar[tuple[Table, ...]] = (address_places,)

    def concerns(self, recorded: Recorded) -> bool:
        return isinstance(recorded.event, _EVENTS)

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        places: dict[tuple[str, str, str], dict[str, Any]] = {}
        for recorded in events:
            if (row := _row(recorded.event)) is not None:
                key = (row["community"], row["kind"], row["place"])
                places[key] = {**row, "position": recorded.stored.position}
        await rows.put(address_places, list(places.values()))


def _row(event: object) -> dict[str, Any] | None:
    match event:
        case CommunityRegistered():
            return _place(event.community, "community", event.community, event.name, event.station)
        case CompoundRegistered(community=community, compound=it):
            more = {"grid": it.grid, "address": it.address, "also_called": it.also_called}
            return _place(community, "compound", it.compound, it.name, it.grid, **more)
        case ground.BuildingEntered(community=community, building=it):
            more = {"grid": it.grid, "address": it.address, "also_called": it.also_called}
            return _place(community, "building", it.building, it.name, it.compound, **more)
        case ground.UnitEntered(community=community, unit=it):
            return _place(community, "unit", it.unit, it.name, it.building)
        case _:
            return None


def _place(community: str, kind: str, place: str, name: str, above: str, **more: Any) -> dict[str, Any]:
    called = json.dumps(more.pop("also_called", ()), ensure_ascii=False)
    row = {"community": community, "kind": kind, "place": place, "name": name, "above": above}
    return {**row, "grid": None, "address": None, **more, "also_called": called}


# Looking an address up

_gazetteers: Final[WeakKeyDictionary[Database, tuple[tuple[int, int], Gazetteer]]] = WeakKeyDictionary()
"""What was built last for each database, and at which state of its register."""


async def resolve(database: Database, text: str, *, community: str | None = None) -> list[Candidate]:
    """The places that an address in words may mean, the likeliest first, each with what matched and why.

    The text is only compared; nothing of it is kept.
    """
    return (await gazetteer(database)).resolve(text, community=community)


async def gazetteer(database: Database) -> Gazetteer:
    """The names of the register as it is now; built anew only where it has changed."""
    state = select(func.coalesce(func.max(address_places.c.position), 0), func.count())
    async with database.reading() as tx:
        last, number = (await tx.execute(state)).one()
        known = _gazetteers.get(database)
        if known is not None and known[0] == (last, number):
            return known[1]
        rows = [dict(row) for row in (await tx.execute(select(address_places))).mappings()]
    made = await asyncio.to_thread(lambda: Gazetteer.of(_compounds(rows)))
    _gazetteers[database] = ((last, number), made)
    return made


def _compounds(rows: Sequence[dict[str, Any]]) -> list[CompoundPlace]:
    of_kind: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        of_kind.setdefault(row["kind"], []).append(row)
    units: dict[tuple[str, str], list[UnitPlace]] = {}
    for row in of_kind.get("unit", ()):
        units.setdefault((row["community"], row["above"]), []).append(UnitPlace(row["place"], row["name"]))
    buildings: dict[tuple[str, str], list[BuildingPlace]] = {}
    for row in of_kind.get("building", ()):
        of = tuple(units.get((row["community"], row["place"]), ()))
        place = BuildingPlace(row["place"], row["name"], row["grid"], tuple(json.loads(row["also_called"])), of)
        buildings.setdefault((row["community"], row["above"]), []).append(place)
    communities = {row["community"]: row for row in of_kind.get("community", ())}
    return [
        CompoundPlace(
            compound=row["place"],
            name=row["name"],
            station=communities[row["community"]]["above"],
            community=row["community"],
            community_name=communities[row["community"]]["name"],
            grid=row["grid"],
            also_called=tuple(json.loads(row["also_called"])),
            address=row["address"],
            buildings=tuple(buildings.get((row["community"], row["place"]), ())),
        )
        for row in of_kind.get("compound", ())
    ]
