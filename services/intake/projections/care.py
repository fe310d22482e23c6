"""The agreed visits to people in need: when the next is due, and what became of each; what was said stays sealed."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, Column, Date, Index, Integer, MetaData, Table, Text, select, tuple_

from services.intake.domain import care as c
from shared.access.rights import Area
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.web.areas import among, listed, within

_metadata = MetaData()
care = Table(
    "care",
    _metadata,
    Column("care", Text, primary_key=True),
    Column("station", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("grid", Text, nullable=False),
    Column("need", Text, nullable=False),
    Column("purposes", Text, nullable=False),
    Column("consent", Text, nullable=False),
    Column("agreed_on", Date, nullable=False),
    Column("every_days", Integer, nullable=False),
    Column("until", Date, nullable=False),
    Column("next_due", Date, nullable=False),
    Column("due", Text, nullable=False),
    Column("visitors", Text, nullable=False),
    Column("last_on", Date),
    Column("last_outcome", Text),
    Column("ended", Text),
    Column("version", BigInteger, nullable=False),
    Index("care_by_due", "next_due", "care"),
)
visits = Table(
    "care_visits",
    _metadata,
    Column("visit", Text, primary_key=True),
    Column("care", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("on", Date, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text),
    Index("care_visits_by_care", "care", "on"),
)
Row = dict[str, Any]
NEVER: Final = date(9999, 12, 31)
"""The next visit of what has none: behind all others."""
_ORDER: Final = (care.c.next_due, care.c.care)


class Care(Projection):
    name: ClassVar[str] = "care"
    tables: ClassVar[tuple[Table, ...]] = (care, visits)

    def concerns(self, recorded: Recorded) -> bool:
        return isinstance(recorded.event, c.EVENTS)

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        told = [(each.stored.version, each.event) for each in events if isinstance(each.event, c.EVENTS)]
        known: dict[Any, Row] = dict(await rows.load(care, {event.care for _, event in told}))
        made: list[Row] = []
        for version, event in told:
            match event:
                case c.CareAgreed():
                    known[event.care] = _agreed(event)
                case c.CareVisited():
                    made.append(_visit(event))
                    row = known[event.care]
                    if row["last_on"] is None or row["last_on"] <= event.on:
                        row |= {"last_on": event.on, "last_outcome": event.outcome}
                    row |= {"next_due": event.next_due or NEVER, "due": "" if event.next_due is None else "due"}
                case c.CareEnded():
                    known[event.care] |= {"ended": event.why, "next_due": NEVER, "due": ""}
            known[event.care] |= {"version": version}
        await rows.put(care, list(known.values()))
        await rows.put(visits, made)


def _agreed(agreed: c.CareAgreed) -> Row:
    due = c.next_due(agreed, {})
    return {
        **agreed.model_dump(
            include={"care", "station", "community", "grid", "need", "consent", "agreed_on", "every_days", "until"}
        ),
        "purposes": ",".join(agreed.purposes),
        "next_due": due or NEVER,
        "due": "" if due is None else "due",
        "visitors": listed(filter(None, (agreed.visitor, agreed.by))),
        "last_on": None,
        "last_outcome": None,
        "ended": None,
    }


def _visit(event: c.CareVisited) -> Row:
    return {
        "visit": event.visit,
        "care": event.care,
        "outcome": event.outcome,
        "on": event.on,
        "by": event.by,
        "note": None if event.note is None else event.note.model_dump_json(),
    }


# Queries


async def find(database: Database, id_: str) -> Row | None:
    async with database.reading() as tx:
        row = (await tx.execute(select(care).where(care.c.care == id_))).mappings().first()
    return None if row is None else dict(row)


async def list_care(
    database: Database,
    areas: Sequence[Area],
    actor: str,
    *,
    due_by: date | None = None,
    after: tuple[date, str] | None = None,
    limit: int = 50,
) -> list[Row]:
    """By the day on which the next visit is due; those that are over come last."""
    statement = select(care).where(
        within(
            areas,
            station=care.c.station,
            community=care.c.community,
            grid=care.c.grid,
            assigned=among(actor, care.c.visitors),
            about=None,
            level=None,
        )
    )
    if due_by is not None:
        statement = statement.where(care.c.due == "due", care.c.next_due <= due_by)
    if after is not None:
        statement = statement.where(tuple_(*_ORDER) > tuple_(*after))
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement.order_by(*_ORDER).limit(limit))).mappings()]


async def visits_of(database: Database, id_: str) -> list[Row]:
    statement = select(visits).where(visits.c.care == id_).order_by(visits.c.on.desc(), visits.c.visit)
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement)).mappings()]
