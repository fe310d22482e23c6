"""Publishers and what arrived from them: accepted, or parked and why; also from sources that nobody has registered."""

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, Table, Text, case, func, or_, select

from services.intake.domain.arrival import Arrival
from services.intake.domain.publisher import (
    PublisherChanged,
    PublisherRegistered,
    PublisherResumed,
    PublisherSuspended,
)
from services.intake.domain.report import ReportReceived
from shared.access.rights import Area
from shared.contracts.reports import ReportSubmitted
from shared.eventsourcing.database import Database
from shared.eventsourcing.parking import MessageParked, parked
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.eventsourcing.store import StoredEvent, microseconds
from shared.web.areas import among, listed, within

publishers = Table(
    "publishers",
    MetaData(),
    Column("publisher", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("city_wide", Boolean, nullable=False),
    Column("accounts", Text, nullable=False),
    Column("suspended", Text, nullable=False),
)

arrivals = Table(
    "arrivals",
    MetaData(),
    Column("arrival", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("parked", Text, nullable=False),
    Column("group_id", Text, nullable=False),
    Column("said_at", BigInteger, nullable=False),
    Column("day", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("arrivals_by_source", "source", "position"),
    Index("arrivals_by_day", "source", "day"),
    Index("arrivals_by_group", "source", "group_id", "said_at"),
    Index("arrivals_by_report", "report"),
)

_EVENTS = (PublisherRegistered, PublisherChanged, PublisherSuspended, PublisherResumed)
_DAY_US: Final = 86_400_000_000
_SHANGHAI_US: Final = 8 * 3_600_000_000
REGISTERING: Final = "register-submissions"
"""The policy that makes reports of what arrived; what the domain refuses there is parked in its name."""


class Publishers(RowProjection):
    """A row for each system that is registered."""

    name: ClassVar[str] = "publishers"
    tables: ClassVar[tuple[Table, ...]] = (publishers,)

    def key(self, recorded: Recorded) -> Hashable | None:
        return recorded.event.publisher if isinstance(recorded.event, _EVENTS) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        match recorded.event:
            case PublisherRegistered() as registered:
                return {
                    "publisher": registered.publisher,
                    "source": registered.source,
                    "name": registered.name,
                    "station": registered.station,
                    "city_wide": registered.city_wide,
                    "accounts": listed(registered.accounts),
                    "suspended": "",
                }
            case PublisherChanged() as changed:
                return {**(row or {}), "name": changed.name, "accounts": listed(changed.accounts)}
            case PublisherSuspended(reason=reason):
                return {**(row or {}), "suspended": reason}
            case PublisherResumed():
                return {**(row or {}), "suspended": ""}
            case _:
                return None


class Arrivals(RowProjection):
    """A row for each message that came from outside, whichever way: what became of it."""

    name: ClassVar[str] = "arrivals"
    version: ClassVar[int] = 2
    tables: ClassVar[tuple[Table, ...]] = (arrivals,)

    def key(self, recorded: Recorded) -> Hashable | None:
        event, stored = recorded
        match event:
            case MessageParked(origin=origin) if origin.policy == REGISTERING:
                return f"event:{origin.position}"
            case MessageParked(cause="unreadable" | "invalid" | "changed", origin=origin) if origin.source:
                return f"parked:{event.id}"
            case ReportReceived() if _came_by_a_command(stored):
                return f"event:{stored.position}"
            case _ if stored.type == ReportSubmitted.event_type and stored.stream.startswith("received/"):
                return f"event:{stored.position}"
            case _:
                return None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        event, stored = recorded
        match event:
            case MessageParked(origin=origin) if origin.policy == REGISTERING:
                return None if row is None else {**row, "parked": event.id}
            case MessageParked(origin=origin):
                return _row(f"parked:{event.id}", stored, origin.source, origin.event_id, "", event.id)
            case ReportReceived(report=report, external_id=number):
                source = stored.decoded_meta().actor
                return _row(f"event:{stored.position}", stored, source, number, report, "")
            case _:
                source = stored.decoded_meta().actor
                event_id = stored.decoded_meta().causation.removeprefix(f"{source}:")
                report = getattr(event, "report", "")  # as it was sealed on receipt, which the read side does not know
                row = _row(f"event:{stored.position}", stored, source, event_id, report, "")
                return {**row, **_said(getattr(event, "arrival", None))}


def _came_by_a_command(stored: StoredEvent) -> bool:
    """Whether another system brought the report by a command of its own, not by an event that became one."""
    meta = stored.decoded_meta()
    return meta.role == "integrator" and not meta.causation.startswith("intake:")


def _row(arrival: str, stored: StoredEvent, source: str, event_id: str, report: str, parked_id: str) -> dict[str, Any]:
    return {
        "arrival": arrival,
        "source": source,
        "event_id": event_id,
        "report": report,
        "parked": parked_id,
        "group_id": "",
        "said_at": stored.recorded,
        "day": (stored.recorded + _SHANGHAI_US) // _DAY_US,
        "at": stored.recorded,
        "position": stored.position,
    }


def _said(arrival: Arrival | None) -> dict[str, Any]:
    if arrival is None or arrival.message is None or arrival.reading is None:
        return {}
    return {"group_id": arrival.message.group, "said_at": microseconds(arrival.reading.occurred_at)}


# Queries


async def around(database: Database, report: str, minutes: int, limit: int = 20) -> list[str]:
    """The reports that other messages of the same group became, around the same time, in order."""
    async with database.reading() as tx:
        found = await tx.execute(select(arrivals).where(arrivals.c.report == report, arrivals.c.group_id != ""))
        mine = found.mappings().first()
        if mine is None:
            return []
        span = minutes * 60_000_000
        statement = (
            select(arrivals.c.report)
            .where(
                arrivals.c.source == mine["source"],
                arrivals.c.group_id == mine["group_id"],
                arrivals.c.said_at.between(mine["said_at"] - span, mine["said_at"] + span),
                arrivals.c.report != report,
            )
            .order_by(arrivals.c.said_at)
            .limit(limit)
        )
        return list((await tx.execute(statement)).scalars())


async def list_publishers(database: Database, areas: Sequence[Area], actor: str) -> list[dict[str, Any]]:
    """Those that the actor may look at, by name."""
    visible = within(
        areas,
        station=publishers.c.station,
        community=publishers.c.publisher,
        grid=None,
        assigned=or_(publishers.c.source == actor, among(actor, publishers.c.accounts)),
        about=None,
        level=None,
    )
    async with database.reading() as tx:
        rows = await tx.execute(select(publishers).where(visible).order_by(publishers.c.name))
        return [dict(row) for row in rows.mappings()]


async def unregistered(database: Database) -> list[dict[str, Any]]:
    """Sources that sent something and that nobody has registered."""
    statement = (
        select(arrivals.c.source, func.count().label("count"), func.max(arrivals.c.at).label("last"))
        .where(arrivals.c.source.not_in(select(publishers.c.source)), arrivals.c.source.not_like("kafka:%"))
        .group_by(arrivals.c.source)
        .order_by(func.max(arrivals.c.at).desc())
        .limit(100)
    )
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement)).mappings()]


async def by_day(database: Database, source: str, first: int) -> dict[int, dict[str, int]]:
    """How many were accepted and how many parked on each day, from `first` on."""
    waiting = case((arrivals.c.parked != "", 1), else_=0)
    statement = (
        select(arrivals.c.day, func.count().label("all"), func.sum(waiting).label("parked"))
        .where(arrivals.c.source == source, arrivals.c.day >= first)
        .group_by(arrivals.c.day)
    )
    async with database.reading() as tx:
        rows = (await tx.execute(statement)).all()
    return {day: {"accepted": count - int(parked_), "parked": int(parked_)} for day, count, parked_ in rows}


async def last(database: Database, source: str) -> int | None:
    async with database.reading() as tx:
        found: int | None = (
            await tx.execute(select(func.max(arrivals.c.at)).where(arrivals.c.source == source))
        ).scalar_one()
    return found


async def recent(
    database: Database, source: str, *, only_parked: bool = False, before: int | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """What arrived last, with the reason where it was parked and how that was settled."""
    statement = (
        select(
            arrivals,
            func.coalesce(parked.c.cause, "").label("cause"),
            func.coalesce(parked.c.detail, "").label("detail"),
            func.coalesce(parked.c.state, "").label("settled"),
        )
        .select_from(arrivals.outerjoin(parked, parked.c.id == arrivals.c.parked))
        .where(arrivals.c.source == source)
    )
    if only_parked:
        statement = statement.where(arrivals.c.parked != "")
    if before is not None:
        statement = statement.where(arrivals.c.position < before)
    async with database.reading() as tx:
        rows = await tx.execute(statement.order_by(arrivals.c.position.desc()).limit(limit))
        return [dict(row) for row in rows.mappings()]
