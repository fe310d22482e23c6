"""Matters of dogs by place, and the steps that were taken; nobody who keeps a dog stands here."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Date, Index, MetaData, Table, Text, select

from services.intake.domain import dog
from shared.access.rights import Area
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.web.areas import among, listed, named, within

_metadata = MetaData()
matters = Table(
    "dog_matters",
    _metadata,
    Column("matter", Text, primary_key=True),
    Column("station", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("grid", Text, nullable=False),
    Column("compound", Text),
    Column("building", Text),
    Column("unit", Text),
    Column("kind", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("closed_on", Date),
    Column("people", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index("dog_matters_by_position", "position"),
)
steps = Table(
    "dog_steps",
    _metadata,
    Column("matter", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("to", Text),
    Column("reason", Text),
    Column("on", Date, nullable=False),
    Column("by", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
)
Row = dict[str, Any]


class DogMatters(Projection):
    name: ClassVar[str] = "dog-matters"
    tables: ClassVar[tuple[Table, ...]] = (matters, steps)

    def concerns(self, recorded: Recorded) -> bool:
        return isinstance(recorded.event, dog.EVENTS)

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        told = [(each.stored, each.event) for each in events if isinstance(each.event, dog.EVENTS)]
        known: dict[Any, Row] = dict(await rows.load(matters, {event.matter for _, event in told}))
        made: list[Row] = []
        for stored, event in told:
            match event:
                case dog.DogMatterOpened():
                    known[event.matter] = {
                        **event.place.model_dump(),
                        "matter": event.matter,
                        "kind": event.kind,
                        "what": event.what.model_dump_json(),
                        "opened_on": event.on,
                        "state": "open",
                        "closed_on": None,
                        "people": "",
                        "position": stored.position,
                    }
                case dog.DogStepTaken():
                    made.append(_step(event, stored.position))
                    known[event.matter] |= {"state": event.step}
                    if event.step == "handover":
                        known[event.matter] |= {"closed_on": event.on}
                case dog.DogMatterClosed():
                    known[event.matter] |= {"state": "put_right", "closed_on": event.on}
            people = named(known[event.matter]["people"]) | {event.by}
            known[event.matter] |= {"people": listed(people), "version": stored.version}
        await rows.put(matters, list(known.values()))
        await rows.put(steps, made)


def _step(event: dog.DogStepTaken, position: int) -> Row:
    return {
        "matter": event.matter,
        "step": event.step,
        "rule": event.rule.model_dump_json(),
        "to": event.to,
        "reason": None if event.reason is None else event.reason.model_dump_json(),
        "on": event.on,
        "by": event.by,
        "position": position,
    }


# Queries


async def find(database: Database, matter: str) -> Row | None:
    async with database.reading() as tx:
        row = (await tx.execute(select(matters).where(matters.c.matter == matter))).mappings().first()
    return None if row is None else dict(row)


async def list_matters(
    database: Database,
    areas: Sequence[Area],
    actor: str,
    *,
    open_only: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> list[Row]:
    """The newest first."""
    statement = select(matters).where(
        within(
            areas,
            station=matters.c.station,
            community=matters.c.community,
            grid=matters.c.grid,
            assigned=among(actor, matters.c.people),
            about=None,
            level=None,
        )
    )
    if open_only:
        statement = statement.where(matters.c.closed_on.is_(None))
    if before is not None:
        statement = statement.where(matters.c.position < before)
    async with database.reading() as tx:
        found = await tx.execute(statement.order_by(matters.c.position.desc()).limit(limit))
        return [dict(row) for row in found.mappings()]


async def steps_of(database: Database, found: Sequence[str]) -> Mapping[str, list[Row]]:
    """The steps of these matters in the order in which they were taken."""
    of: dict[str, list[Row]] = {}
    async with database.reading() as tx:
        statement = select(steps).where(steps.c.matter.in_(found)).order_by(steps.c.position)
        for row in (await tx.execute(statement)).mappings():
            of.setdefault(row["matter"], []).append(dict(row))
    return of
