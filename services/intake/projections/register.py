"""The register as it is asked for: communities with their figures."""

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Column, Date, MetaData, Table, Text, func, select

from services.intake.domain import ground
from services.intake.domain.community import (
    CommunityRegistered,
    CompoundRegistered,
    GridDrawn,
    ResidentsCounted,
)
from services.intake.projections.volunteers import count_on_duty
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows

_metadata = MetaData()
communities = Table(
    "communities",
    _metadata,
    Column("community", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("station", Text, nullable=False),
)
residents = Table(
    "residents",
    _metadata,
    Column("community", Text, primary_key=True),
    Column("on", Date, primary_key=True),
    Column("residents", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
)
grids = Table(
    "grids",
    _metadata,
    Column("community", Text, primary_key=True),
    Column("grid", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("squad", Text),
)
compounds = Table(
    "compounds",
    _metadata,
    Column("community", Text, primary_key=True),
    Column("compound", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("grid", Text, nullable=False),
    Column("property_managed", Boolean, nullable=False),
)


class Register(Projection):
    name: ClassVar[str] = "register"
    version: ClassVar[int] = 4
    tables: ClassVar[tuple[Table, ...]] = (communities, residents, grids, compounds)

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        changes: dict[Table, dict[tuple[Any, ...], dict[str, Any]]] = {}
        for recorded in events:
            if isinstance(recorded.event, ground.SquadFormed | ground.SquadStoodDown):
                await _squad_changed(rows, changes.setdefault(grids, {}), recorded.event)
                continue
            entry = _entry(recorded.event)
            if entry is not None:
                table, row = entry
                key = tuple(row[column.name] for column in table.primary_key.columns)
                changes.setdefault(table, {})[key] = row
        for table, entries in changes.items():
            await rows.put(table, list(entries.values()))


async def _squad_changed(
    rows: Rows, changed: dict[tuple[Any, ...], dict[str, Any]], event: ground.SquadFormed | ground.SquadStoodDown
) -> None:
    if isinstance(event, ground.SquadFormed) and event.until is not None:
        return  # one of the past
    key = (event.community, event.grid)
    row = changed.get(key) or (await rows.load(grids, [key]))[key]
    changed[key] = {**row, "squad": event.squad if isinstance(event, ground.SquadFormed) else None}


def _entry(event: object) -> tuple[Table, dict[str, Any]] | None:
    match event:
        case CommunityRegistered():
            return communities, {"community": event.community, "name": event.name, "station": event.station}
        case ResidentsCounted():
            return residents, {
                "community": event.community,
                "on": event.on,
                "residents": event.residents,
                "source": event.source,
            }
        case GridDrawn(community=community, grid=grid):
            return grids, {"community": community, **grid.model_dump()}
        case CompoundRegistered(community=community, compound=compound):
            columns = {"compound", "name", "grid", "property_managed"}
            return compounds, {"community": community, **compound.model_dump(include=columns)}
        case _:
            return None


async def list_communities(database: Database) -> list[dict[str, Any]]:
    """Every community with its figures, each counted from the entries; of its squads, who is on duty."""
    serving = await count_on_duty(database)
    async with database.reading() as tx:
        found = [dict(row) for row in (await tx.execute(select(communities).order_by(communities.c.name))).mappings()]
        for row in found:
            of = row["community"]
            latest = select(residents.c.residents, residents.c.on).where(residents.c.community == of)
            counted = (await tx.execute(latest.order_by(residents.c.on.desc()).limit(1))).one_or_none()
            row["residents"], row["residents_on"] = (None, None) if counted is None else counted
            row["grids"] = await _number(tx, grids, grids.c.community == of)
            row["squads"] = await _number(tx, grids, grids.c.community == of, grids.c.squad.is_not(None))
            row["compounds"] = await _number(tx, compounds, compounds.c.community == of)
            row["compounds_without_manager"] = await _number(
                tx, compounds, compounds.c.community == of, compounds.c.property_managed.is_(False)
            )
            for role in ("building_head", "unit_head", "volunteer"):
                row[f"{role}s"] = serving.get((of, role), 0)
    return found


async def list_compounds(database: Database, community: str) -> list[dict[str, Any]]:
    statement = select(compounds).where(compounds.c.community == community).order_by(compounds.c.compound)
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement)).mappings()]


async def list_grids(database: Database, community: str) -> list[dict[str, Any]]:
    statement = select(grids).where(grids.c.community == community).order_by(grids.c.grid)
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement)).mappings()]


async def _number(tx: Any, table: Table, *conditions: Any) -> int:
    number: int = (await tx.execute(select(func.count()).select_from(table).where(*conditions))).scalar_one()
    return number
