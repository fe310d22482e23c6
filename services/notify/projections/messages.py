"""What is asked of deliveries and of the inbox: lists within what an actor may see, each row with where it belongs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select

from services.notify.projections.deliveries import deliveries
from services.notify.projections.disputes import disputes
from services.notify.projections.inbox import inbox
from shared.access.rights import Area
from shared.eventsourcing.database import Database
from shared.web.areas import within

_DELIVERIES = select(deliveries, disputes.c.community, disputes.c.grid).select_from(
    deliveries.outerjoin(disputes, disputes.c.code == deliveries.c.code)
)
_INBOX = select(inbox, disputes.c.community, disputes.c.grid).select_from(
    inbox.outerjoin(disputes, disputes.c.code == inbox.c.code)
)


async def find(database: Database, id_: str) -> dict[str, Any] | None:
    """One delivery."""
    rows = await _rows(database, _DELIVERIES.where(deliveries.c.id == id_))
    return rows[0] if rows else None


async def find_in_inbox(database: Database, id_: str) -> dict[str, Any] | None:
    """One message of an inbox, once it is there."""
    rows = await _rows(database, _INBOX.where(inbox.c.id == id_, inbox.c.delivered_at.is_not(None)))
    return rows[0] if rows else None


async def list_deliveries(
    database: Database,
    areas: Sequence[Area],
    actor: str,
    *,
    case: str | None = None,
    state: str | None = None,
    channel: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """The newest first; `case` is a case's id or code, `before` the position of the last row of the page before."""
    statement = _DELIVERIES.where(_visible(areas, actor))
    if case is not None:
        statement = statement.where(or_(deliveries.c.code == case, deliveries.c.case_id == case))
    if state is not None:
        statement = statement.where(deliveries.c.state == state)
    if channel is not None:
        statement = statement.where(deliveries.c.channel == channel)
    if before is not None:
        statement = statement.where(deliveries.c.position < before)
    return await _rows(database, statement.order_by(deliveries.c.position.desc()).limit(limit))


async def count_deliveries(database: Database, areas: Sequence[Area], actor: str) -> dict[str, int]:
    """How many deliveries there are in each state."""
    statement = (
        select(deliveries.c.state, func.count())
        .select_from(deliveries.outerjoin(disputes, disputes.c.code == deliveries.c.code))
        .where(_visible(areas, actor))
        .group_by(deliveries.c.state)
    )
    async with database.reading() as tx:
        return {state: number for state, number in await tx.execute(statement)}  # noqa: C416


async def list_inbox(
    database: Database,
    areas: Sequence[Area],
    actor: str,
    *,
    unread: bool | None = None,
    after: tuple[int, int] | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """The actor's own messages and those of its stations, unread first, the newest first.

    `after` is where the page before ended: whether its last row was read, and that row's position.
    """
    is_read = case((inbox.c.read_at.is_(None), 0), else_=1)
    statement = _INBOX.where(_in_inbox(areas, actor))
    if unread is not None:
        statement = statement.where(is_read == (0 if unread else 1))
    if after is not None:
        read, position = after
        statement = statement.where(or_(is_read > read, and_(is_read == read, inbox.c.position < position)))
    return await _rows(database, statement.order_by(is_read, inbox.c.position.desc()).limit(limit))


async def count_unread(database: Database, areas: Sequence[Area], actor: str) -> int:
    statement = (
        select(func.count())
        .select_from(inbox.outerjoin(disputes, disputes.c.code == inbox.c.code))
        .where(_in_inbox(areas, actor), inbox.c.read_at.is_(None))
    )
    async with database.reading() as tx:
        number: int = (await tx.execute(statement)).scalar_one()
    return number


def _visible(areas: Sequence[Area], actor: str) -> ColumnElement[bool]:
    return within(
        areas,
        station=deliveries.c.station,
        community=disputes.c.community,
        grid=disputes.c.grid,
        assigned=deliveries.c.account == actor,
    )


def _in_inbox(areas: Sequence[Area], actor: str) -> ColumnElement[bool]:
    """Nobody sees another's inbox; a station's is seen by whoever may read notices where the dispute belongs."""
    of_station = within(
        areas,
        station=inbox.c.station,
        community=disputes.c.community,
        grid=disputes.c.grid,
        assigned=false(),  # what is assigned to one is in that one's inbox, and not in a station's
    )
    mine = inbox.c.account == actor
    return and_(inbox.c.delivered_at.is_not(None), or_(mine, and_(inbox.c.account.is_(None), of_station)))


async def _rows(database: Database, statement: Select[Any]) -> list[dict[str, Any]]:
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement)).mappings()]
