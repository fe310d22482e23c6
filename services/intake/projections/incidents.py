"""What is stated of incidents and entered in the books, with the events that say so."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, MetaData, Table, Text, select

from services.intake.domain.community import IncidentsCounted
from services.intake.domain.incident_book import BookOpened, IncidentRecorded, IncidentStruck
from services.intake.domain.incident_figures import Incident, Known, Statement
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.law.legal_time import day_of

_metadata = MetaData()
statements = Table(
    "incident_statements",
    _metadata,
    Column("community", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("first_day", Date, primary_key=True),
    Column("last_day", Date, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
)
books = Table(
    "incident_books",
    _metadata,
    Column("community", Text, primary_key=True),
    Column("first_day", Date, nullable=False),
)
entries = Table(
    "incident_entries",
    _metadata,
    Column("community", Text, primary_key=True),
    Column("incident", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("on", Date, nullable=False),
    Column("entered_on", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("struck", Boolean, nullable=False),
    Column("reason", Text),
    Index("incident_entries_by_day", "community", "on"),
)


class Incidents(Projection):
    name: ClassVar[str] = "incidents"
    tables: ClassVar[tuple[Table, ...]] = (statements, books, entries)

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        changed: dict[Table, dict[Any, dict[str, Any]]] = {statements: {}, books: {}, entries: {}}
        struck = [one.event for one in events if isinstance(one.event, IncidentStruck)]
        held = await rows.load(entries, [(event.community, event.incident) for event in struck])
        for event, stored in events:
            match event:
                case IncidentsCounted():
                    row = {
                        "community": event.community,
                        "kind": event.kind,
                        "first_day": event.first_day,
                        "last_day": event.last_day,
                        "count": event.count,
                        "source": event.source,
                        "position": stored.position,
                    }
                    changed[statements][event.community, event.kind, event.first_day, event.last_day] = row
                case BookOpened():
                    changed[books][event.community] = {"community": event.community, "first_day": event.first_day}
                case IncidentRecorded():
                    changed[entries][event.community, event.incident] = {
                        "community": event.community,
                        "incident": event.incident,
                        "kind": event.kind,
                        "on": event.on,
                        "entered_on": _day(event.recorded_at),
                        "source": event.source,
                        "position": stored.position,
                        "struck": False,
                        "reason": None,
                    }
                case IncidentStruck():
                    key = (event.community, event.incident)
                    entry = changed[entries].get(key) or held[key]
                    changed[entries][key] = {**entry, "struck": True, "reason": event.reason}
                case _:
                    pass
        for table, some in changed.items():
            await rows.put(table, list(some.values()))

    def concerns(self, recorded: Recorded) -> bool:
        return type(recorded.event) in _CONCERNED


_CONCERNED = frozenset({IncidentsCounted, BookOpened, IncidentRecorded, IncidentStruck})


def _day(at: datetime) -> date:
    return day_of(at)


async def known(database: Database, communities: Sequence[str], now: datetime) -> Mapping[str, Known]:
    """What is known of each of these communities."""
    async with database.reading() as tx:
        stated = (await tx.execute(select(statements).where(statements.c.community.in_(communities)))).mappings().all()
        opened = (await tx.execute(select(books).where(books.c.community.in_(communities)))).mappings().all()
        standing = entries.c.community.in_(communities) & entries.c.struck.is_(False)
        found = await tx.execute(select(entries).where(standing).order_by(entries.c.on, entries.c.position))
        entered = found.mappings().all()
    first_days = {row["community"]: row["first_day"] for row in opened}
    return {
        community: Known(
            tuple(
                Statement(row["kind"], row["first_day"], row["last_day"], row["count"], row["source"], row["position"])
                for row in stated
                if row["community"] == community
            ),
            tuple(
                Incident(row["incident"], row["kind"], row["on"], row["entered_on"], row["source"], row["position"])
                for row in entered
                if row["community"] == community
            ),
            first_days.get(community),
            _day(now),
        )
        for community in communities
    }


async def list_entries(database: Database, community: str, limit: int) -> list[dict[str, Any]]:
    """The book's entries, the latest day first, with those that were struck."""
    statement = (
        select(entries)
        .where(entries.c.community == community)
        .order_by(entries.c.on.desc(), entries.c.position.desc())
        .limit(limit)
    )
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement)).mappings()]
