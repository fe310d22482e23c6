"""Patrols over HTTP: routes and the sheet of their codes, a patrol begun, its stops proved, its deviations told."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import Path, Response
from pydantic import AwareDatetime, BaseModel, Field
from starlette.requests import Request

from services.intake.application.patrols import Explained, Patrols, Wanted, hash_of
from services.intake.application.submissions import Code, Line
from services.intake.domain import patrol, patrol_route
from services.intake.entrypoints.http import NAMED, Api, Id, before, done
from services.intake.entrypoints.schemas import Body, Done
from services.intake.projections import patrols as rows
from shared.access.actors import Actor, Scope
from shared.access.rights import Action, areas, authorize
from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import instant
from shared.web import sessions
from shared.web.areas import named
from shared.web.idempotency import IdempotencyKey
from shared.web.languages import mark
from shared.web.paging import CurrentAfter, CurrentPaging, link_next
from shared.web.problems import Fault, malformed, not_found
from shared.web.routes import CurrentActor, Routes, permit

MOST: Final = patrol_route.MOST_STOPS + 1
"""Stops in a body: one more than may be, so that the rule itself says how many are too many."""
StopId = Annotated[str, Path(max_length=80, pattern=NAMED)]


class StopIn(Body):
    """A stop: a place of the register, or one that is only named; never a person's name."""

    name: Line = Field(max_length=80)
    grid: Code | None = None
    compound: Code | None = None
    building: Code | None = None
    coded: bool = Field(default=True, description="whether a code hangs there, to be scanned")
    stop: Code | None = Field(default=None, description="of a revised route: the stop's id, which keeps its code")

    def wanted(self) -> Wanted:
        return Wanted(**self.model_dump())


class RouteIn(Body):
    community: Code
    name: Line = Field(max_length=80)
    stops: list[StopIn] = Field(max_length=MOST)


class RevisionIn(Body):
    name: Line = Field(max_length=80)
    stops: list[StopIn] = Field(max_length=MOST)


class ReplaceIn(Body):
    why: patrol_route.WhyReplaced


class BeginIn(Body):
    route: Code


class WhyIn(Body):
    cause: patrol.Cause
    words: str = Field(default="", max_length=500)

    def explained(self) -> Explained:
        return Explained(self.cause, self.words.strip())


class ReachedIn(Body):
    """At a stop: by its code, which proves it, or by naming it, which says it."""

    code: Code | None = None
    stop: Code | None = None
    why: WhyIn | None = Field(default=None, description="where another stop would have come first")


class LeftOutIn(Body):
    stop: Code
    why: WhyIn


class EndIn(Body):
    why: WhyIn | None = Field(default=None, description="where stops were not reached")


class StopOut(BaseModel):
    stop: str
    turn: int
    name: str
    grid: str | None
    compound: str | None
    building: str | None
    coded: bool


class RouteOut(BaseModel):
    id: str
    name: str
    station: str
    community: str
    number: int = Field(description="the version of the route")
    retired: bool


class RouteDetail(RouteOut):
    grids: list[str]
    stops: list[StopOut]


class CodeOut(BaseModel):
    stop: str
    name: str
    address: str = Field(description="what the code says: the page that checks in")


class VisitOut(BaseModel):
    stop: str
    turn: int
    name: str
    proof: str = Field(description="scanned: proved; said: not proved; empty: not reached")
    reached_at: AwareDatetime | None
    deviation: str
    cause: str
    words: str | None


class PatrolOut(BaseModel):
    id: str
    route: str
    route_name: str
    number: int
    station: str
    community: str
    begun_at: AwareDatetime
    ended_at: AwareDatetime | None
    own: bool


class PatrolDetail(PatrolOut):
    stops: list[VisitOut]


class PatrolPage(BaseModel):
    patrols: list[PatrolOut]


class Rounds:
    """What the routes and the pages of patrols work with."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.handler = Patrols(api.runtime)

    async def permit_route(self, actor: Actor, id_: str, action: Action) -> tuple[patrol_route.Route, Scope]:
        """The route, for who has this right in its community, or in one of the grids that it leads through."""
        route = await self.handler.drawn(id_)
        return route, self.permit_in(actor, action, route.station, route.community, route.grids)

    def permit_in(self, actor: Actor, action: Action, station: str, community: str, grids: Sequence[str]) -> Scope:
        for grid in grids:
            near = Scope(station, community, grid)
            if authorize(actor, action, near).allowed:
                return near
        whole = Scope(station, community)
        permit(actor, action, whole)
        return whole

    async def own(self, actor: Actor, id_: str) -> Scope:
        """A patrol that goes on; the rule says who walks it."""
        walked = await self.handler.begun(id_)
        where = Scope(walked.station, walked.community, assigned=frozenset({walked.walker}))
        if actor.id != walked.walker:
            permit(actor, "report.read", where)
            raise patrol.NotYourPatrol
        return where

    async def endable(self, actor: Actor, id_: str) -> Scope:
        """Its walker ends a patrol, or whoever directs work there where it was forgotten."""
        walked = await self.handler.begun(id_)
        where = Scope(walked.station, walked.community, assigned=frozenset({walked.walker}))
        if actor.id != walked.walker:
            permit(actor, "report.direct", Scope(walked.station, walked.community))
        return where

    async def route_row(self, actor: Actor, id_: str) -> dict[str, Any]:
        row = await rows.find_route(self.api.runtime.database, id_)
        if row is None:
            raise not_found(mark("There is no such patrol route. Take one from the list of routes."))
        self.permit_in(actor, "report.register", row["station"], row["community"], row["grids"])
        return row

    async def patrol_row(self, actor: Actor, id_: str) -> dict[str, Any]:
        row = await rows.find_patrol(self.api.runtime.database, id_)
        if row is None:
            raise not_found(mark("There is no such patrol. Begin one on a route first."))
        permit(actor, "report.read", Scope(row["station"], row["community"], assigned=named(row["walker"])))
        return row

    async def patrol_detail(self, actor: Actor, id_: str) -> PatrolDetail:
        row = await self.patrol_row(actor, id_)
        sealed = [Sealed.model_validate_json(each["words"]) for each in row["stops"] if each["words"]]
        words = iter(await self.api.runtime.open(sealed, self.api.meta(actor), "a patrol's deviations"))
        visits = [
            VisitOut(
                **{name: each[name] for name in ("stop", "turn", "name", "proof", "deviation", "cause")},
                reached_at=None if each["reached_at"] is None else instant(each["reached_at"]),
                words=next(words) if each["words"] else None,
            )
            for each in row["stops"]
        ]
        return PatrolDetail(**patrol_out(row, actor).model_dump(), stops=visits)

    async def sheet(self, request: Request, actor: Actor, id_: str) -> tuple[dict[str, Any], list[CodeOut]]:
        """The codes of a route, to be printed; who had them opened is recorded."""
        row = await rows.find_route(self.api.runtime.database, id_)
        if row is None:
            raise patrol_route.NoSuchRoute
        permit(actor, "register.change", Scope(row["station"], row["community"]))
        coded = [each for each in row["stops"] if each["code"]]
        sealed = [Sealed.model_validate_json(each["code"]) for each in coded]
        codes = await self.api.runtime.open(sealed, self.api.meta(actor, row["station"]), "sheet of a patrol's codes")
        return row, [
            CodeOut(stop=each["stop"], name=each["name"], address=address_of(request, code))
            for each, code in zip(coded, codes, strict=True)
            if code is not None
        ]

    async def scanned(self, code: str) -> dict[str, Any]:
        """The stop that a code names."""
        row = await rows.stop_of_code(self.api.runtime.database, hash_of(code))
        if row is None:
            raise not_found(
                mark(
                    "This code names no stop: it was replaced, or misread. Tell the station, and name the stop instead."
                )
            )
        return row

    async def stop_meant(self, id_: str, body: ReachedIn) -> tuple[str, patrol.Proof]:
        """The stop of this patrol's own route that a code proves now, or the one that is named."""
        if body.code is not None:
            walked = await self.handler.begun(id_)
            stop = (await self.handler.drawn(walked.route)).stop_of(hash_of(body.code))
            if stop is None:
                raise malformed(
                    Fault(
                        mark(
                            "This code belongs to no stop of this route. Name the stop instead, and tell the station."
                        ),
                        pointer="#/code",
                    )
                )
            return stop, "scanned"
        if body.stop is None:
            raise malformed(Fault(mark("Give the code of the stop, or name the stop."), pointer="#/stop"))
        return body.stop, "said"


def add(routes: Routes, rounds: Rounds) -> None:
    _routes(routes, rounds)
    _patrols(routes, rounds)


def _routes(routes: Routes, rounds: Rounds) -> None:
    api, handler = rounds.api, rounds.handler

    @routes.get("/patrol-routes", access="report.register")
    async def list_routes(actor: CurrentActor, after: CurrentAfter) -> list[RouteOut]:
        """The routes that the caller may walk."""
        await api.wait(after, "patrols")
        found = await rows.list_routes(api.runtime.database, areas(actor, "report.register"))
        return [route_out(row) for row in found]

    @routes.get("/patrol-routes/{id}", access="report.register")
    async def read_route(id: Id, actor: CurrentActor, after: CurrentAfter) -> RouteDetail:
        await api.wait(after, "patrols")
        return route_detail(await rounds.route_row(actor, id))

    @routes.get("/patrol-routes/{id}/codes", access="register.change")
    async def read_codes(id: Id, request: Request, actor: CurrentActor, after: CurrentAfter) -> list[CodeOut]:
        """What the codes of the stops say; that they were opened is recorded."""
        await api.wait(after, "patrols")
        return (await rounds.sheet(request, actor, id))[1]

    @routes.post("/patrol-routes", access="register.change", status_code=201)
    async def draw(body: RouteIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Draws a route (制定路线)."""
        where = Scope(await handler.station_of(body.community), body.community)
        permit(actor, "register.change", where)
        id_ = derived_id("patrol-route", key.command_id)
        wanted = [each.wanted() for each in body.stops]
        meta = api.meta_of(actor, where, key)
        return done(id_, await handler.draw(id_, body.community, body.name, wanted, meta, key.command_id))

    @routes.put("/patrol-routes/{id}", access="register.change")
    async def revise(id: Id, body: RevisionIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Gives the route other stops or another order (调整路线): a new version."""
        _, where = await rounds.permit_route(actor, id, "register.change")
        wanted = [each.wanted() for each in body.stops]
        return done(id, await handler.revise(id, body.name, wanted, api.meta_of(actor, where, key), key.command_id))

    @routes.post("/patrol-routes/{id}/stops/{stop}/code", access="register.change")
    async def replace_code(id: Id, stop: StopId, body: ReplaceIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Gives a stop another code (更换点位码); the old one proves nothing any more."""
        _, where = await rounds.permit_route(actor, id, "register.change")
        meta = api.meta_of(actor, where, key)
        return done(id, await handler.replace_code(id, stop, body.why, meta, key.command_id))

    @routes.post("/patrol-routes/{id}/retire", access="register.change")
    async def retire(id: Id, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """The route is walked no longer (停用路线)."""
        _, where = await rounds.permit_route(actor, id, "register.change")
        return done(id, await handler.retire(id, api.meta_of(actor, where, key), key.command_id))


def _patrols(routes: Routes, rounds: Rounds) -> None:
    api, handler = rounds.api, rounds.handler

    @routes.get("/patrols", access="report.read")
    async def list_patrols(
        request: Request, response: Response, actor: CurrentActor, paging: CurrentPaging, after: CurrentAfter
    ) -> PatrolPage:
        """Patrols, the newest first; never by who walked."""
        await api.wait(after, "patrols")
        found = await rows.list_patrols(
            api.runtime.database, areas(actor, "report.read"), actor.id, before=before(paging), limit=paging.limit
        )
        if len(found) == paging.limit:
            link_next(request, response, {"position": found[-1]["position"]})
        return PatrolPage(patrols=[patrol_out(row, actor) for row in found])

    @routes.get("/patrols/{id}", access="report.read")
    async def read_patrol(id: Id, actor: CurrentActor, after: CurrentAfter) -> PatrolDetail:
        """One patrol: which stops were proved, which said, which left out and why. There is no track between them."""
        await api.wait(after, "patrols")
        return await rounds.patrol_detail(actor, id)

    @routes.post("/patrols", access="report.register", status_code=201)
    async def begin(body: BeginIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Begins a patrol on a route (开始巡防); whoever asks walks it."""
        _, where = await rounds.permit_route(actor, body.route, "report.register")
        id_ = derived_id("patrol", key.command_id)
        return done(id_, await handler.begin(id_, body.route, api.meta_of(actor, where, key), key.command_id))

    @routes.post("/patrols/{id}/stops", access="report.register")
    async def reach(id: Id, body: ReachedIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """At a stop (到点): by its code, or said."""
        where = await rounds.own(actor, id)
        stop, proof = await rounds.stop_meant(id, body)
        why = None if body.why is None else body.why.explained()
        return done(id, await handler.reach(id, stop, proof, why, api.meta_of(actor, where, key), key.command_id))

    @routes.post("/patrols/{id}/left-out", access="report.register")
    async def leave_out(id: Id, body: LeftOutIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Leaves a stop out, with the reason (未到点说明)."""
        where = await rounds.own(actor, id)
        meta = api.meta_of(actor, where, key)
        return done(id, await handler.leave_out(id, body.stop, body.why.explained(), meta, key.command_id))

    @routes.post("/patrols/{id}/end", access="report.register")
    async def end(id: Id, body: EndIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Ends the patrol (结束巡防); stops that were not reached are noted with the reason."""
        where = await rounds.endable(actor, id)
        why = None if body.why is None else body.why.explained()
        return done(id, await handler.end(id, why, api.meta_of(actor, where, key), key.command_id))


def address_of(request: Request, code: str) -> str:
    """What a stop's code says, as who prints it reaches this place."""
    host = request.headers.get("x-forwarded-host") or request.url.netloc
    scheme = "https" if sessions.is_https(request) else "http"
    return f"{scheme}://{host}/intake/stops/{code}"


def route_out(row: dict[str, Any]) -> RouteOut:
    names = ("name", "station", "community", "number", "retired")
    return RouteOut(id=row["route"], **{name: row[name] for name in names})


def route_detail(row: dict[str, Any]) -> RouteDetail:
    names = ("stop", "turn", "name", "grid", "compound", "building")
    its = [StopOut(**{name: each[name] for name in names}, coded=each["code"] is not None) for each in row["stops"]]
    return RouteDetail(**route_out(row).model_dump(), grids=row["grids"], stops=its)


def patrol_out(row: dict[str, Any], actor: Actor) -> PatrolOut:
    return PatrolOut(
        id=row["patrol"],
        route=row["route"],
        route_name=row["name"],
        number=row["number"],
        station=row["station"],
        community=row["community"],
        begun_at=instant(row["begun_at"]),
        ended_at=None if row["ended_at"] is None else instant(row["ended_at"]),
        own=actor.id in named(row["walker"]),
    )
