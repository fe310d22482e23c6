"""Errands for which people are looked for, and who was asked and goes; of a no nothing is kept here.

The events tell one errand's state of its requests; no table joins them over errands.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, false, select

from services.intake.domain import dispatch
from shared.access.rights import Area
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.eventsourcing.store import microseconds
from shared.web.areas import listed, within

_metadata = MetaData()
dispatches = Table(
    "dispatches",
    _metadata,
    Column("dispatch", Text, primary_key=True),
    Column("report", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("community", Text),
    Column("grid", Text),
    Column("what", Text, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("begins_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("about", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("short", Integer, nullable=False),
    Index("dispatches_by_report", "report"),
    Index("dispatches_by_station", "station", "state"),
)
dispatch_requests = Table(
    "dispatch_requests",
    _metadata,
    Column("request", Text, primary_key=True),
    Column("dispatch", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("account", Text),
    Column("state", Text, nullable=False),
    Column("begins_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Index("dispatch_requests_by_account", "account"),
    Index("dispatch_requests_by_dispatch", "dispatch"),
)

Row = dict[str, Any]


class Dispatches(Projection):
    name: ClassVar[str] = "dispatches"
    tables: ClassVar[tuple[Table, ...]] = (dispatches, dispatch_requests)

    def concerns(self, recorded: Recorded) -> bool:
        return isinstance(recorded.event, dispatch.EVENTS)

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        for recorded in events:
            match recorded.event:
                case dispatch.DispatchOpened(errand=errand):
                    await rows.put(dispatches, [_opened(errand)])
                case dispatch.PersonAsked() as asked:
                    errands = await rows.load(dispatches, {asked.dispatch})
                    await rows.put(dispatch_requests, [_asked(asked, row) for row in errands.values()])
                case dispatch.PersonGoes() as goes:
                    found = await rows.load(dispatch_requests, {goes.request})
                    went = {id_: row for id_, row in found.items() if row["state"] == "asked"}
                    await rows.put(dispatch_requests, [{**row, "state": "goes"} for row in went.values()])
                    await _fewer_short(rows, goes.dispatch, len(went))
                case dispatch.RequestReleased() as released:
                    found = await rows.load(dispatch_requests, {released.request})
                    await rows.remove(dispatch_requests, request=released.request)
                    await _fewer_short(rows, released.dispatch, -sum(row["state"] == "goes" for row in found.values()))
                case dispatch.DispatchClosed() as closed:
                    errands = await rows.load(dispatches, {closed.dispatch})
                    over = {"state": "closed", "short": closed.short}
                    await rows.put(dispatches, [{**row, **over} for row in errands.values()])
                    await rows.remove(dispatch_requests, dispatch=closed.dispatch, state="asked")
                case _:
                    pass


async def _fewer_short(rows: Rows, id_: str, number: int) -> None:
    """`short` may be below zero for a while: more go than are needed."""
    found = await rows.load(dispatches, {id_})
    await rows.put(dispatches, [{**row, "short": row["short"] - number} for row in found.values()])


def _opened(errand: dispatch.Errand) -> Row:
    return {
        **errand.model_dump(include={"dispatch", "report", "code", "station", "community", "grid", "needed"}),
        "about": listed(errand.about),
        "level": errand.level,
        "what": errand.what.model_dump_json(),
        "begins_at": microseconds(errand.begins_at),
        "ends_at": microseconds(errand.ends_at),
        "state": "open",
        "short": errand.needed,
    }


def _asked(event: dispatch.PersonAsked, errand: Row) -> Row:
    return {
        "request": event.request,
        "dispatch": event.dispatch,
        "person": event.person,
        "kind": event.kind,
        "account": event.account,
        "state": "asked",
        "begins_at": errand["begins_at"],
        "ends_at": errand["ends_at"],
    }


# Queries


async def of_report(database: Database, report: str) -> list[Row]:
    here = dispatches.c
    async with database.reading() as tx:
        found = await tx.execute(
            select(dispatches).where(here.report == report).order_by(here.begins_at, here.dispatch)
        )
        return [dict(row) for row in found.mappings()]


async def list_open(database: Database, areas: Sequence[Area], limit: int = 100) -> list[Row]:
    """The errands for which people are looked for, in the order in which they begin."""
    here = dispatches.c
    seen = within(
        areas,
        station=here.station,
        community=here.community,
        grid=here.grid,
        assigned=false(),
        about=here.about,
        level=here.level,
    )
    statement = select(dispatches).where(here.state == "open", seen).order_by(here.begins_at, here.dispatch)
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement.limit(limit))).mappings()]


async def asked_of(database: Database, account: str, now: datetime) -> list[Row]:
    """What this account is asked to go to, or goes to, and what is not over."""
    here = dispatch_requests.c
    statement = (
        select(dispatch_requests, dispatches.c.code, dispatches.c.what, dispatches.c.station, dispatches.c.grid)
        .join(dispatches, dispatches.c.dispatch == here.dispatch)
        .where(here.account == account, here.ends_at > microseconds(now))
    )
    async with database.reading() as tx:
        found = await tx.execute(statement.order_by(here.begins_at, here.request))
        return [dict(row) for row in found.mappings()]


async def out_between(database: Database, begins_at: datetime, ends_at: datetime, apart_from: str) -> set[str]:
    """Who goes to another errand at that time."""
    here = dispatch_requests.c
    statement = select(here.person).where(
        here.state == "goes",
        here.begins_at < microseconds(ends_at),
        here.ends_at > microseconds(begins_at),
        here.dispatch != apart_from,
    )
    async with database.reading() as tx:
        return set((await tx.execute(statement)).scalars())
