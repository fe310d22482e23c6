"""The areas of the register as they are asked for: names and superiors, boundaries and squads of a day, codes.

A boundary that was put right keeps its former drawing with the times from when to when the register knew it so.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Final

from shapely import Point
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    exists,
    or_,
    select,
    update,
)

from services.intake.domain import ground
from services.intake.domain.area import AreaNamed
from services.intake.domain.boundary import Boundary, shape
from services.intake.domain.community import CommunityRegistered, CompoundRegistered, GridDrawn
from services.intake.domain.grid_codes import Kind, Surroundings
from services.intake.domain.ground import Ground, Squad
from services.intake.domain.spells import spells
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.eventsourcing.store import microseconds
from shared.law.legal_time import SHANGHAI

_metadata = MetaData()
areas = Table(
    "areas",
    _metadata,
    Column("kind", Text, primary_key=True),
    Column("community", Text, primary_key=True),  # empty for what lies above the communities
    Column("area", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("above", Text),
    Column("grid", Text),
    Column("property_managed", Boolean),
    Column("manager", Text),
    Column("address", Text),
    Column("also_called", Text, nullable=False),
    Index("areas_of_community", "community"),
)
area_codes = Table(
    "area_codes",
    _metadata,
    Column("community", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("scheme", Text, primary_key=True),
    Column("since", Date, primary_key=True),
    Column("code", Text),
    Index("area_codes_by_code", "scheme", "code"),
)
area_boundaries = Table(
    "area_boundaries",
    _metadata,
    Column("community", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("since", Date, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("boundary", Text),  # None: from that day on there is none
    Column("west", Float),
    Column("south", Float),
    Column("east", Float),
    Column("north", Float),
    Column("recorded_at", BigInteger, nullable=False),
    Column("superseded_at", BigInteger),
    Index("area_boundaries_around", "kind", "west", "east"),
)
squads = Table(
    "grid_squads",
    _metadata,
    Column("community", Text, primary_key=True),
    Column("grid", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("squad", Text, nullable=False),
    Column("since", Date),
    Column("until", Date),
)


class Areas(Projection):
    name: ClassVar[str] = "areas"
    tables: ClassVar[tuple[Table, ...]] = (areas, area_codes, area_boundaries, squads)

    def concerns(self, recorded: Recorded) -> bool:
        return isinstance(recorded.event, _EVENTS)

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        named: dict[tuple[str, str, str], dict[str, Any]] = {}
        codes: dict[tuple[str, ...], dict[str, Any]] = {}
        for recorded in events:
            match recorded.event:
                case ground.BoundaryDrawn():
                    await _draw(rows, recorded.event, recorded)
                case ground.CodeAssigned():
                    row = recorded.event.model_dump(exclude={"assigned_at"})
                    codes[(row["community"], row["kind"], row["area"], row["scheme"], row["since"])] = row
                case event:
                    if (entry := _named(event)) is not None:
                        named[(entry["kind"], entry["community"], entry["area"])] = entry
                    if isinstance(event, GridDrawn | ground.SquadFormed | ground.SquadStoodDown):
                        await _change_squads(rows, event)
        await rows.put(areas, list(named.values()))
        await rows.put(area_codes, list(codes.values()))


_EVENTS: Final = (
    AreaNamed,
    CommunityRegistered,
    GridDrawn,
    CompoundRegistered,
    ground.BuildingEntered,
    ground.UnitEntered,
    ground.BoundaryDrawn,
    ground.CodeAssigned,
    ground.SquadFormed,
    ground.SquadStoodDown,
)


def _named(event: object) -> dict[str, Any] | None:
    match event:
        case AreaNamed():
            return _row(event.kind, "", event.area, event.name, event.above)
        case CommunityRegistered():
            return _row("community", event.community, event.community, event.name, event.station)
        case GridDrawn(community=community, grid=grid):
            return _row("grid", community, grid.grid, grid.name, community, grid=grid.grid)
        case CompoundRegistered(community=community, compound=compound):
            return _row(
                "compound",
                community,
                compound.compound,
                compound.name,
                compound.grid,
                grid=compound.grid,
                property_managed=compound.property_managed,
                manager=compound.manager,
                address=compound.address,
                also_called=compound.also_called,
            )
        case ground.BuildingEntered(community=community, building=building):
            return _row(
                "building",
                community,
                building.building,
                building.name,
                building.compound,
                grid=building.grid,
                address=building.address,
                also_called=building.also_called,
            )
        case ground.UnitEntered(community=community, unit=unit):
            return _row("unit", community, unit.unit, unit.name, unit.building)
        case _:
            return None


def _row(kind: Kind, community: str, area: str, name: str, above: str | None, **more: Any) -> dict[str, Any]:
    also_called = json.dumps(more.pop("also_called", ()), ensure_ascii=False)
    rest = {"grid": None, "property_managed": None, "manager": None, "address": None, **more}
    return {
        "kind": kind,
        "community": community,
        "area": area,
        "name": name,
        "above": above,
        "also_called": also_called,
        **rest,
    }


async def _draw(rows: Rows, event: ground.BoundaryDrawn, recorded: Recorded) -> None:
    table = rows.table(area_boundaries)
    at = microseconds(recorded.stored.recorded_at)
    same_day = (
        table.c.community == event.community,
        table.c.kind == event.kind,
        table.c.area == event.area,
        table.c.since == event.since,
        table.c.superseded_at.is_(None),
    )
    await rows.tx.execute(update(table).where(*same_day).values(superseded_at=at))
    around = (None, None, None, None) if event.boundary is None else shape(event.boundary).bounds
    row = {
        **event.model_dump(include={"community", "kind", "area", "since"}),
        "position": recorded.stored.position,
        "boundary": None if event.boundary is None else event.boundary.model_dump_json(),
        **dict(zip(("west", "south", "east", "north"), around, strict=True)),
        "recorded_at": at,
        "superseded_at": None,
    }
    await rows.put(area_boundaries, [row])


async def _change_squads(rows: Rows, event: GridDrawn | ground.SquadFormed | ground.SquadStoodDown) -> None:
    """By the rules of the domain, so that the days of squads are reckoned in one place."""
    grid = event.grid.grid if isinstance(event, GridDrawn) else event.grid
    table = rows.table(squads)
    of_grid = select(table).where(table.c.community == event.community, table.c.grid == grid).order_by(table.c.number)
    found = tuple(Squad(row.squad, row.since, row.until) for row in await rows.tx.execute(of_grid))
    before = Ground(squads={grid: found})
    if isinstance(event, GridDrawn):
        after = ground.with_grid(before, grid, event.grid.squad, event.drawn_at.date())
    else:
        after = ground.evolve(before, event)
    changed = [
        {"community": event.community, "grid": grid, "number": number, **squad._asdict()}
        for number, squad in enumerate(after.squads[grid])
    ]
    await rows.put(squads, changed)


# What is asked


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An area with where it lies."""

    kind: Kind
    id: str
    name: str
    above: str | None
    station: str | None = None
    community: str | None = None
    grid: str | None = None
    compound: str | None = None
    building: str | None = None
    property_managed: bool | None = None
    manager: str | None = None
    address: str | None = None
    also_called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommunityRow:
    """A community with everything in it, by id."""

    community: AreaRow
    grids: Mapping[str, AreaRow] = field(default_factory=dict)
    compounds: Mapping[str, AreaRow] = field(default_factory=dict)
    buildings: Mapping[str, AreaRow] = field(default_factory=dict)
    units: Mapping[str, AreaRow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GridRow:
    """A grid that has a place in it."""

    community: str
    grid: str
    name: str
    station: str
    since: date
    """Since when its boundary is as it was that day."""
    on_the_line: bool
    """The place lies on the boundary itself, which neighbours share."""


@dataclass(frozen=True, slots=True)
class BoundaryRow:
    """The boundary of the community itself, or of one of its grids, on a day."""

    community: str
    kind: str
    area: str
    since: date
    boundary: Boundary


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A code of an area with its days; `until` is the first day on which it holds no more."""

    kind: Kind
    area: str
    scheme: str
    code: str
    since: date
    until: date | None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class SquadRow:
    """A squad of a grid with its first and last day; None where unknown, or where it is active."""

    grid: str
    squad: str
    since: date | None
    until: date | None

    def holds(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


def today() -> date:
    return datetime.now(SHANGHAI).date()


async def area(database: Database, kind: Kind, id_: str, community: str | None = None) -> AreaRow | None:
    """The area of this kind and id. Grids and what lies in them are numbered by their communities: where two have the
    same id, name the community; without it the answer is None.
    """
    if kind in ("city", "branch", "station"):
        return next((row for row in await list_areas(database, kind) if row.id == id_), None)
    table = areas.c
    where = [table.kind == kind, table.area == id_]
    if community is not None:
        where.append(table.community == community)
    async with database.reading() as tx:
        found = (await tx.execute(select(table.community).where(*where).limit(2))).scalars().all()
    if len(found) != 1:
        return None
    whole = await of_community(database, found[0])
    if whole is None:
        return None
    every = {"community": {id_: whole.community}, "grid": whole.grids, "compound": whole.compounds}
    return {**every, "building": whole.buildings, "unit": whole.units}[kind].get(id_)


async def list_areas(database: Database, kind: Kind) -> list[AreaRow]:
    """Every area of a kind above the grids: cities, branches, stations, communities."""
    statement = select(areas).where(areas.c.kind == kind).order_by(areas.c.name, areas.c.area)
    async with database.reading() as tx:
        rows = (await tx.execute(statement)).mappings().all()
    return [_upper(dict(row)) for row in rows]


def _upper(row: dict[str, Any]) -> AreaRow:
    kind, id_ = row["kind"], row["area"]
    if kind == "community":
        return AreaRow(kind, id_, row["name"], row["above"], station=row["above"], community=id_)
    return AreaRow(kind, id_, row["name"], row["above"], station=id_ if kind == "station" else None)


async def of_community(database: Database, community: str) -> CommunityRow | None:
    """A community with its grids, compounds, buildings and units, each with where it lies."""
    statement = select(areas).where(areas.c.community == community).order_by(areas.c.area)
    by_kind: dict[str, list[dict[str, Any]]] = {}
    async with database.reading() as tx:
        for row in (await tx.execute(statement)).mappings():
            by_kind.setdefault(row["kind"], []).append(dict(row))
    if "community" not in by_kind:
        return None
    whole = _upper(by_kind["community"][0])

    def lies(row: dict[str, Any], **more: Any) -> AreaRow:
        own = {name: row[name] for name in ("property_managed", "manager", "address")}
        called = tuple(json.loads(row["also_called"]))
        at = {"grid": row["grid"], "station": whole.station, "community": community, **more}
        return AreaRow(row["kind"], row["area"], row["name"], row["above"], also_called=called, **own, **at)

    grids = {row["area"]: lies(row) for row in by_kind.get("grid", ())}
    compounds = {row["area"]: lies(row, compound=row["area"]) for row in by_kind.get("compound", ())}
    buildings: dict[str, AreaRow] = {}
    for entry in by_kind.get("building", ()):
        grid = entry["grid"] or compounds[entry["above"]].grid
        buildings[entry["area"]] = lies(entry, grid=grid, compound=entry["above"], building=entry["area"])
    units: dict[str, AreaRow] = {}
    for entry in by_kind.get("unit", ()):
        of = buildings[entry["above"]]
        units[entry["area"]] = lies(entry, grid=of.grid, compound=of.compound, building=of.id)
    return CommunityRow(whole, grids, compounds, buildings, units)


async def grid_at(database: Database, lon: float, lat: float, day: date | None = None) -> list[GridRow]:
    """The grids that have this place in them or on their line, as drawn for that day; without one, today."""
    day = day or today()
    here = area_boundaries.c
    around = and_(here.west <= lon, here.east >= lon, here.south <= lat, here.north >= lat)
    grid = areas.alias("grid")
    whole = areas.alias("whole")
    statement = (
        select(area_boundaries, grid.c.name, whole.c.above.label("station"))
        .join(grid, and_(grid.c.kind == "grid", grid.c.community == here.community, grid.c.area == here.area))
        .join(whole, and_(whole.c.kind == "community", whole.c.area == here.community))
        .where(here.kind == "grid", around, _in_force(day))
        .order_by(here.community, here.area)
    )
    async with database.reading() as tx:
        rows = (await tx.execute(statement)).mappings().all()
    place, found = Point(lon, lat), []
    for row in rows:
        ground_ = shape(Boundary.model_validate_json(row["boundary"]))
        if ground_.covers(place):
            on_the_line = not ground_.contains(place)
            found.append(GridRow(row["community"], row["area"], row["name"], row["station"], row["since"], on_the_line))
    return found


async def boundaries_on(
    database: Database, community: str, day: date, known: datetime | None = None
) -> list[BoundaryRow]:
    """The boundaries of a community and its grids on a day; with `known`, as the register had them at that time."""
    here = area_boundaries.c
    statement = (
        select(area_boundaries)
        .where(here.community == community, here.boundary.is_not(None), _in_force(day, known))
        .order_by(here.kind, here.area)
    )
    async with database.reading() as tx:
        return [_boundary(dict(row)) for row in (await tx.execute(statement)).mappings()]


async def neighbours(
    database: Database, community: str, around: tuple[float, float, float, float], day: date
) -> list[BoundaryRow]:
    """Grids of other communities whose ground may meet this rectangle (west, south, east, north)."""
    west, south, east, north = around
    here = area_boundaries.c
    statement = (
        select(area_boundaries)
        .where(
            here.kind == "grid",
            here.community != community,
            and_(here.west <= east, here.east >= west, here.south <= north, here.north >= south),
            _in_force(day),
        )
        .order_by(here.community, here.area)
    )
    async with database.reading() as tx:
        return [_boundary(dict(row)) for row in (await tx.execute(statement)).mappings()]


def _boundary(row: dict[str, Any]) -> BoundaryRow:
    boundary = Boundary.model_validate_json(row["boundary"])
    return BoundaryRow(row["community"], row["kind"], row["area"], row["since"], boundary)


def _in_force(day: date, known: datetime | None = None) -> ColumnElement[bool]:
    """The last entry of its area that had begun on that day, of those that were known."""
    later = area_boundaries.alias("later")
    here, there = area_boundaries.c, later.c
    same_area = and_(there.community == here.community, there.kind == here.kind, there.area == here.area)
    newer = exists().where(same_area, there.since > here.since, there.since <= day, _was_known(later, known))
    return and_(here.since <= day, _was_known(area_boundaries, known), ~newer)


def _was_known(table: Any, known: datetime | None) -> ColumnElement[bool]:
    if known is None:
        return and_(table.c.superseded_at.is_(None))
    at = microseconds(known)
    return and_(table.c.recorded_at <= at, or_(table.c.superseded_at.is_(None), table.c.superseded_at > at))


async def list_codes(database: Database, community: str) -> list[CodeRow]:
    """Every code of a community and of what lies in it, past ones included."""
    statement = select(area_codes).where(area_codes.c.community == community)
    entries: dict[tuple[Any, str, str], dict[date, str | None]] = {}
    async with database.reading() as tx:
        for row in (await tx.execute(statement)).mappings():
            entries.setdefault((row["kind"], row["area"], row["scheme"]), {})[row["since"]] = row["code"]
    return [
        CodeRow(kind, area_, scheme, spell.value, spell.since, spell.until)
        for (kind, area_, scheme), codes in sorted(entries.items())
        for spell in spells(codes)
    ]


async def find_code(database: Database, scheme: str, code: str) -> list[tuple[str, CodeRow]]:
    """Which areas have or had this code, each with its community."""
    here = area_codes.c
    statement = select(here.community).where(here.scheme == scheme, here.code == code).distinct()
    async with database.reading() as tx:
        communities = (await tx.execute(statement.order_by(here.community))).scalars().all()
    return [
        (community, row)
        for community in communities
        for row in await list_codes(database, community)
        if (row.scheme, row.code) == (scheme, code)
    ]


def around_codes(codes: Sequence[CodeRow], community: str, grids: int, day: date) -> Surroundings:
    """What a code of the community is held against on a day."""
    own = next(
        (
            c.code
            for c in codes
            if c.scheme == "stats12" and c.area == community and c.kind == "community" and c.holds(day)
        ),
        None,
    )
    return Surroundings(own, grids)


async def list_squads(database: Database, community: str) -> list[SquadRow]:
    """Every squad of a community's grids, past ones included."""
    here = squads.c
    statement = select(squads).where(here.community == community).order_by(here.grid, here.number)
    async with database.reading() as tx:
        return [SquadRow(row.grid, row.squad, row.since, row.until) for row in await tx.execute(statement)]
