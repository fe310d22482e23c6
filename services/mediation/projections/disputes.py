"""The disputes: a row for each, with what lists, filters and rights ask of it."""

from collections.abc import Hashable, Sequence
from datetime import date, datetime, time
from typing import Any, ClassVar, Final

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    MetaData,
    Select,
    Table,
    Text,
    func,
    or_,
    select,
)

from services.mediation.domain import events
from services.mediation.projections.states import ENDED, state_after
from shared.access.rights import Area
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.eventsourcing.store import microseconds
from shared.law.legal_time import SHANGHAI
from shared.web.areas import among, listed, within

NIGHTFALL: Final = time(22, 0)
"""What is open at this time of a day is on that day's overnight list."""

disputes = Table(
    "disputes",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("community", Text),
    Column("grid", Text),
    Column("category", Text, nullable=False),
    Column("headline", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("same_day_target", BigInteger, nullable=False),
    Column("set_aside_at", BigInteger),
    Column("settled_at", BigInteger),
    Column("settled_same_day", Boolean),
    Column("ended_at", BigInteger),
    Column("parties", BigInteger, nullable=False),
    Column("sessions", BigInteger, nullable=False),
    Column("sessions_held", BigInteger, nullable=False),
    Column("items", BigInteger, nullable=False),
    Column("items_fulfilled", BigInteger, nullable=False),
    Column("residual_open", BigInteger, nullable=False),
    Column("members", Text, nullable=False),
    Column("assigned", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("disputes_by_code", "code"),
    Index("disputes_by_position", "position"),
    Index("disputes_by_state", "state", "position"),
)


class Disputes(RowProjection):
    """A row for each dispute; `position` is that of its opening, by which lists are in order."""

    name: ClassVar[str] = "disputes"
    tables: ClassVar[tuple[Table, ...]] = (disputes,)

    def key(self, recorded: Recorded) -> Hashable | None:
        return recorded.event.dispute if isinstance(recorded.event, events.OfDispute) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        event = recorded.event
        assert isinstance(event, events.OfDispute), "the key is only that of disputes"
        if isinstance(event, events.DisputeOpened):
            return _opened(event, recorded)
        assert row is not None, "a dispute's first event is its opening"
        state = state_after(row["state"], event)
        return {**row, **_changed(row, event), "state": state, "version": recorded.stored.version}


def _opened(event: events.DisputeOpened, recorded: Recorded) -> dict[str, Any]:
    return {
        "id": event.dispute,
        "code": event.code,
        "report": event.report,
        "station": event.station,
        "community": event.place.community,
        "grid": event.place.grid,
        "category": event.category,
        "headline": event.headline.model_dump_json(),
        "state": "opened",
        "opened_at": microseconds(event.opened_at),
        "same_day_target": microseconds(event.same_day_target),
        "set_aside_at": None,
        "settled_at": None,
        "settled_same_day": None,
        "ended_at": None,
        "parties": 0,
        "sessions": 0,
        "sessions_held": 0,
        "items": 0,
        "items_fulfilled": 0,
        "residual_open": 0,
        "members": "{}",
        "assigned": "",
        "version": recorded.stored.version,
        "position": recorded.stored.position,
    }


def _changed(row: dict[str, Any], event: events.OfDispute) -> dict[str, Any]:
    match event:
        case events.PartyJoined():
            return {"parties": row["parties"] + 1}
        case events.MemberAppointed():
            return _members(row, event.member.person, event.account)
        case events.MemberReplaced():
            return _members(row, event.member.person, event.account, gone=event.replaced)
        case events.SessionScheduled():
            return {"sessions": row["sessions"] + 1}
        case events.SessionHeld():
            return {"sessions_held": row["sessions_held"] + 1}
        case events.AgreementReached():
            return {"items": row["items"] + len(event.items)}
        case events.ItemFulfilled():
            return {"items_fulfilled": row["items_fulfilled"] + 1}
        case events.ResidualIssueOpened():
            return {"residual_open": row["residual_open"] + 1}
        case events.ResidualIssueResolved():
            return {"residual_open": row["residual_open"] - 1}
        case events.SameDaySetAside():
            return {"set_aside_at": microseconds(event.set_aside_at)}
        case events.MediationRefused():
            return {"ended_at": microseconds(event.refused_at)}
        case events.ApplicantWithdrew(ends=True):
            return {"ended_at": microseconds(event.withdrawn_at)}
        case events.DisputeSettled():
            at = microseconds(event.settled_at)
            return {"settled_at": at, "settled_same_day": event.same_day, "ended_at": row["ended_at"] or at}
        case events.ClosedUnsettled():
            return {"ended_at": row["ended_at"] or microseconds(event.closed_at)}
        case _:
            return {}


def _members(row: dict[str, Any], person: str, account: str | None, gone: str | None = None) -> dict[str, Any]:
    """Who sits, and the accounts of those who have one: these the case is assigned to."""
    members: dict[str, str | None] = {**orjson.loads(row["members"]), person: account}
    if gone is not None:
        members.pop(gone, None)
    return {
        "members": orjson.dumps(members, option=orjson.OPT_SORT_KEYS).decode(),
        "assigned": listed(held for held in members.values() if held is not None),
    }


# Queries


def assigned_to(row: dict[str, Any]) -> frozenset[str]:
    return frozenset(part for part in row["assigned"].split("|") if part)


async def find(database: Database, dispute: str) -> dict[str, Any] | None:
    """One dispute, by its id or its case code."""
    statement = select(disputes).where(or_(disputes.c.id == dispute, disputes.c.code == dispute))
    async with database.reading() as tx:
        row = (await tx.execute(statement)).mappings().first()
    return None if row is None else dict(row)


async def list_disputes(
    database: Database,
    areas: Sequence[Area],
    actor: str,
    *,
    state: str | None = None,
    overnight_at: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """The newest first; with `overnight_at` those that are open past their own day and not set free of it."""
    statement = select(disputes).where(_visible(areas, actor))
    if state is not None:
        statement = statement.where(disputes.c.state == state)
    if overnight_at is not None:
        statement = statement.where(
            disputes.c.ended_at.is_(None),
            disputes.c.set_aside_at.is_(None),
            disputes.c.same_day_target < microseconds(overnight_at),
        )
    if before is not None:
        statement = statement.where(disputes.c.position < before)
    return await _rows(database, statement.order_by(disputes.c.position.desc()).limit(limit))


async def list_overnight(
    database: Database,
    areas: Sequence[Area],
    actor: str,
    *,
    on: date,
    station: str | None = None,
    limit: int = 200,
) -> list[dict[str, Any]]:
    """What was open at nightfall of that day and not set free of the same-day target by then; the oldest first."""
    nightfall = microseconds(datetime.combine(on, NIGHTFALL, SHANGHAI))
    statement = select(disputes).where(
        _visible(areas, actor),
        disputes.c.opened_at <= nightfall,
        or_(disputes.c.ended_at.is_(None), disputes.c.ended_at > nightfall),
        or_(disputes.c.set_aside_at.is_(None), disputes.c.set_aside_at > nightfall),
    )
    if station is not None:
        statement = statement.where(disputes.c.station == station)
    return await _rows(database, statement.order_by(disputes.c.opened_at, disputes.c.position).limit(limit))


async def count(database: Database, areas: Sequence[Area], actor: str) -> dict[str, int]:
    """How many disputes there are in each state."""
    statement = select(disputes.c.state, func.count()).where(_visible(areas, actor)).group_by(disputes.c.state)
    async with database.reading() as tx:
        return {state: number for state, number in await tx.execute(statement)}  # noqa: C416


def is_overnight(row: dict[str, Any], now: datetime) -> bool:
    return (
        row["state"] not in ENDED and row["set_aside_at"] is None and bool(row["same_day_target"] < microseconds(now))
    )


async def _rows(database: Database, statement: Select[Any]) -> list[dict[str, Any]]:
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement)).mappings()]


def _visible(areas: Sequence[Area], actor: str) -> ColumnElement[bool]:
    return within(
        areas,
        station=disputes.c.station,
        community=disputes.c.community,
        grid=disputes.c.grid,
        assigned=among(actor, disputes.c.assigned),
    )
