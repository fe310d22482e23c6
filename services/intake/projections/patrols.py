"""Patrol routes with their stops and codes, and the patrols on them: which stop was proved how, what was left out.

There is no query by who walked: whoever wants to compare people finds nothing to count.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    MetaData,
    Table,
    Text,
    and_,
    exists,
    false,
    select,
)

from services.intake.domain import patrol, patrol_route
from shared.access.rights import Area
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.eventsourcing.store import microseconds
from shared.web.areas import among, listed, within

_metadata = MetaData()
routes = Table(
    "patrol_routes",
    _metadata,
    Column("route", Text, primary_key=True),
    Column("station", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
)
route_grids = Table(
    "patrol_route_grids",
    _metadata,
    Column("route", Text, primary_key=True),
    Column("grid", Text, primary_key=True),
)
stops = Table(
    "patrol_stops",
    _metadata,
    Column("route", Text, primary_key=True),
    Column("stop", Text, primary_key=True),
    Column("turn", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("grid", Text),
    Column("compound", Text),
    Column("building", Text),
    Column("code_hash", Text),
    Column("code", Text),
    Index("patrol_stops_by_code", "code_hash"),
)
patrols = Table(
    "patrols",
    _metadata,
    Column("patrol", Text, primary_key=True),
    Column("route", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("station", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("walker", Text, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("version", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("patrols_by_position", "position"),
    Index("patrols_by_walker", "walker", "ended_at"),
)
visits = Table(
    "patrol_visits",
    _metadata,
    Column("patrol", Text, primary_key=True),
    Column("stop", Text, primary_key=True),
    Column("turn", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("proof", Text, nullable=False),  # empty until it was reached
    Column("reached_at", BigInteger),
    Column("deviation", Text, nullable=False),  # empty where there was none
    Column("cause", Text, nullable=False),
    Column("words", Text, nullable=False),
)

Row = dict[str, Any]
_ROUTES: Final = (
    patrol_route.PatrolRouteDrawn,
    patrol_route.PatrolRouteRevised,
    patrol_route.PatrolStopCodeReplaced,
    patrol_route.PatrolRouteRetired,
)
_PATROLS: Final = (patrol.PatrolBegun, patrol.PatrolStopReached, patrol.PatrolDeviated, patrol.PatrolEnded)


class Patrols(Projection):
    name: ClassVar[str] = "patrols"
    tables: ClassVar[tuple[Table, ...]] = (routes, route_grids, stops, patrols, visits)

    def concerns(self, recorded: Recorded) -> bool:
        return isinstance(recorded.event, (*_ROUTES, *_PATROLS))

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        for recorded in events:
            event = recorded.event
            if isinstance(event, _ROUTES):
                await _route(rows, event, recorded.stored.version)
            elif isinstance(event, _PATROLS):
                await _patrol(rows, event, recorded)


async def _route(rows: Rows, event: patrol_route.RouteEvent, version: int) -> None:
    known = (await rows.load(routes, [event.route])).get(event.route, {})
    match event:
        case patrol_route.PatrolRouteDrawn():
            row = {
                **event.model_dump(include={"route", "station", "community", "name"}),
                "number": 1,
                "retired": False,
                "version": version,
            }
            await rows.put(routes, [row])
            await _stops(rows, event.route, event.stops, event.codes, event.grids)
        case patrol_route.PatrolRouteRevised():
            await rows.put(routes, [{**known, "name": event.name, "number": event.number, "version": version}])
            await _stops(rows, event.route, event.stops, event.codes, event.grids)
        case patrol_route.PatrolStopCodeReplaced():
            key = (event.route, event.stop)
            found = await rows.load(stops, [key])
            await rows.put(stops, [{**found[key], **_code(event.code)}])
            await rows.put(routes, [{**known, "version": version}])
        case patrol_route.PatrolRouteRetired():
            await rows.put(routes, [{**known, "retired": True, "version": version}])


async def _stops(
    rows: Rows,
    route: str,
    given: Sequence[patrol_route.Stop],
    codes: Any,
    grids: Sequence[str],
) -> None:
    await rows.remove(stops, route=route)
    await rows.remove(route_grids, route=route)
    await rows.put(
        stops,
        [
            {"route": route, "turn": turn, **stop.model_dump(), **_code(codes.get(stop.stop))}
            for turn, stop in enumerate(given, 1)
        ],
    )
    await rows.put(route_grids, [{"route": route, "grid": grid} for grid in grids])


def _code(code: patrol_route.StopCode | None) -> Row:
    if code is None:
        return {"code_hash": None, "code": None}
    return {"code_hash": code.code_hash, "code": code.code.model_dump_json()}


async def _patrol(rows: Rows, event: patrol.PatrolEvent, recorded: Recorded) -> None:
    version, position = recorded.stored.version, recorded.stored.position
    if isinstance(event, patrol.PatrolBegun):
        row = {
            **event.model_dump(include={"patrol", "route", "number", "station", "community"}),
            "walker": listed([event.walker]),
            "begun_at": microseconds(event.begun_at),
            "ended_at": None,
            "version": version,
            "position": position,
        }
        await rows.put(patrols, [row])
        blank = {"proof": "", "reached_at": None, "deviation": "", "cause": "", "words": ""}
        open_ = [
            {"patrol": event.patrol, "stop": stop.stop, "turn": turn, "name": stop.name, **blank}
            for turn, stop in enumerate(event.stops, 1)
        ]
        await rows.put(visits, open_)
        return
    known = (await rows.load(patrols, [event.patrol]))[event.patrol]
    change: Row = {}
    match event:
        case patrol.PatrolStopReached():
            await _visit(rows, event, {"proof": event.proof, "reached_at": microseconds(event.reached_at)})
        case patrol.PatrolDeviated(why=why):
            words = "" if why.words is None else why.words.model_dump_json()
            await _visit(rows, event, {"deviation": event.deviation, "cause": why.cause, "words": words})
        case patrol.PatrolEnded():
            change = {"ended_at": microseconds(event.ended_at)}
    await rows.put(patrols, [{**known, **change, "version": version}])


async def _visit(rows: Rows, event: patrol.PatrolStopReached | patrol.PatrolDeviated, change: Row) -> None:
    key = (event.patrol, event.stop)
    found = await rows.load(visits, [key])
    await rows.put(visits, [{**found[key], **change}])


# Queries


async def find_route(database: Database, route: str) -> Row | None:
    """A route with its stops in order and its grids."""
    async with database.reading() as tx:
        row = (await tx.execute(select(routes).where(routes.c.route == route))).mappings().first()
        if row is None:
            return None
        its = await tx.execute(select(stops).where(stops.c.route == route).order_by(stops.c.turn))
        grids = await tx.execute(select(route_grids.c.grid).where(route_grids.c.route == route))
        return {**row, "stops": [dict(each) for each in its.mappings()], "grids": [grid for (grid,) in grids]}


async def list_routes(database: Database, areas: Sequence[Area], *, with_retired: bool = False) -> list[Row]:
    """The routes that may be walked in these areas, by name."""
    statement = select(routes).where(_walkable(areas))
    if not with_retired:
        statement = statement.where(routes.c.retired.is_(False))
    async with database.reading() as tx:
        found = await tx.execute(statement.order_by(routes.c.community, routes.c.name, routes.c.route))
        return [dict(row) for row in found.mappings()]


async def stop_of_code(database: Database, code_hash: str) -> Row | None:
    """Which stop of which route a code names."""
    async with database.reading() as tx:
        row = (await tx.execute(select(stops).where(stops.c.code_hash == code_hash))).mappings().first()
    return None if row is None else dict(row)


async def find_patrol(database: Database, patrol: str) -> Row | None:
    """A patrol with its route's name and its stops in the route's order."""
    async with database.reading() as tx:
        row = (await tx.execute(_PATROL.where(patrols.c.patrol == patrol))).mappings().first()
        if row is None:
            return None
        its = await tx.execute(select(visits).where(visits.c.patrol == patrol).order_by(visits.c.turn))
        return {**row, "stops": [dict(each) for each in its.mappings()]}


async def list_patrols(
    database: Database, areas: Sequence[Area], actor: str, *, before: int | None = None, limit: int = 30
) -> list[Row]:
    """The newest first, whoever walked."""
    statement = _PATROL.where(_readable(areas, actor))
    if before is not None:
        statement = statement.where(patrols.c.position < before)
    async with database.reading() as tx:
        found = await tx.execute(statement.order_by(patrols.c.position.desc()).limit(limit))
        return [dict(row) for row in found.mappings()]


async def under_way(database: Database, actor: str, route: str | None = None) -> list[Row]:
    """What the actor walks at this moment, the newest first."""
    statement = _PATROL.where(patrols.c.ended_at.is_(None), patrols.c.walker == listed([actor]))
    if route is not None:
        statement = statement.where(patrols.c.route == route)
    async with database.reading() as tx:
        found = await tx.execute(statement.order_by(patrols.c.position.desc()))
        return [dict(row) for row in found.mappings()]


_PATROL: Final = select(patrols, routes.c.name).join(routes, routes.c.route == patrols.c.route)


def _walkable(areas: Sequence[Area]) -> ColumnElement[bool]:
    """A route through several grids is walked from each of them."""
    whole = [area for area in areas if area.grid is None]
    near = [area for area in areas if area.grid is not None]
    return _in(whole, grid=None, assigned=false()) | exists().where(
        and_(route_grids.c.route == routes.c.route, _in(near, grid=route_grids.c.grid, assigned=false()))
    )


def _in(areas: Sequence[Area], grid: Column[str] | None, assigned: ColumnElement[bool]) -> ColumnElement[bool]:
    return within(
        areas,
        station=routes.c.station,
        community=routes.c.community,
        grid=grid,
        assigned=assigned,
        about=None,
        level=None,
    )


def _readable(areas: Sequence[Area], actor: str) -> ColumnElement[bool]:
    return within(
        areas,
        station=patrols.c.station,
        community=patrols.c.community,
        grid=None,
        assigned=among(actor, patrols.c.walker),
        about=None,
        level=None,
    )
