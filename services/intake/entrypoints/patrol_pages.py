"""The pages of patrols: routes to walk, a route being drawn, its sheet of codes, a stop that was scanned, a patrol."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import uuid4

import segno
from fastapi import Form, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application.patrols import Explained
from services.intake.domain import patrol, patrol_route
from services.intake.entrypoints.field_forms import Forms
from services.intake.entrypoints.http import NAMED, Id
from services.intake.entrypoints.patrols import (
    EndIn,
    LeftOutIn,
    ReachedIn,
    ReplaceIn,
    RevisionIn,
    Rounds,
    RouteIn,
    WhyIn,
    patrol_out,
    route_detail,
    route_out,
)
from services.intake.projections import patrols as rows
from services.intake.projections import register as register_rows
from shared.access.actors import Actor, Scope
from shared.access.rights import areas, authorize
from shared.eventsourcing.commands import Handled, derived_id
from shared.web.idempotency import IdempotencyKey
from shared.web.languages import mark
from shared.web.pages import Pages
from shared.web.routes import CurrentActor, Routes, permit

CAUSES: Final[Mapping[patrol.Cause, str]] = {
    "blocked": mark("The way is blocked"),
    "closed": mark("The place is closed"),
    "danger": mark("There is danger"),
    "called_away": mark("Called away to something urgent"),
    "weather": mark("The weather"),
    "code_missing": mark("The code is gone or cannot be read"),
    "other": mark("Another reason, in words"),
}
WHY_REPLACED: Final[Mapping[patrol_route.WhyReplaced, str]] = {
    "lost": mark("It is gone"),
    "damaged": mark("It is damaged"),
    "copied": mark("It was photographed and used elsewhere"),
    "moved": mark("The stop was moved"),
}
PROOFS: Final[Mapping[str, tuple[str, str]]] = {
    "scanned": (mark("Proved by its code"), "done"),
    "said": (mark("Said, not proved"), "wait"),
    "": (mark("Not reached"), "plain"),
}
DEVIATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "out_of_order": (mark("Out of order"), "stop"),
    "left_out": (mark("Left out"), "stop"),
}
WORDS: Final[dict[str, Any]] = {
    "causes": CAUSES,
    "why_replaced": WHY_REPLACED,
    "proofs": PROOFS,
    "deviations": DEVIATIONS,
}
BLANK_STOPS: Final = 6
Typed = Annotated[str, Form(max_length=600)]
Many = Annotated[list[str], Form(max_length=patrol_route.MOST_STOPS + BLANK_STOPS)]
Scanned = Annotated[str, Path(min_length=20, max_length=40, pattern=r"^[0-9A-Za-z]+$")]
After = Annotated[int, Query(ge=0)]
StopId = Annotated[str, Path(max_length=80, pattern=NAMED)]


def add(routes: Routes, rounds: Rounds, pages: Pages, forms: Forms) -> None:
    some = PatrolPages(rounds, pages, forms)
    _reading(routes, some)
    _drawing(routes, some)
    _walking(routes, some)


class PatrolPages:
    def __init__(self, rounds: Rounds, pages: Pages, forms: Forms) -> None:
        self.rounds = rounds
        self.api = rounds.api
        self.pages = pages
        self.forms = forms

    def render(self, request: Request, template: str, status_code: int = 200, **context: Any) -> Response:
        return self.pages.render(request, template, status_code=status_code, key=str(uuid4()), **context, **WORDS)

    async def seen(self, after: int) -> None:
        if after:
            await self.api.runtime.wait_for("patrols", after)

    async def route(self, request: Request, actor: Actor, id_: str, refusal: str = "", status: int = 200) -> Response:
        row = await self.rounds.route_row(actor, id_)
        where = Scope(row["station"], row["community"])
        may_change = authorize(actor, "register.change", where).allowed
        return self.render(
            request,
            "patrol_route.html",
            status,
            route=route_detail(row),
            may_change=may_change,
            places=await self.places(row["community"]) if may_change else [],
            refusal=refusal,
            blank=BLANK_STOPS // 2,
        )

    async def walk(self, request: Request, actor: Actor, id_: str, refusal: str = "", status: int = 200) -> Response:
        walked = await self.rounds.patrol_detail(actor, id_)
        may_end = walked.own or authorize(actor, "report.direct", Scope(walked.station, walked.community)).allowed
        return self.render(request, "patrol.html", status, patrol=walked, may_end=may_end, refusal=refusal)

    async def stop(self, request: Request, actor: Actor, code: str, refusal: str = "", status: int = 200) -> Response:
        """The page that a scanned code opens: to check in where a patrol is under way, else to begin one."""
        stop = await self.rounds.scanned(code)
        row = await self.rounds.route_row(actor, stop["route"])
        own = await rows.under_way(self.api.runtime.database, actor.id, stop["route"])
        walked = await self.rounds.patrol_detail(actor, own[0]["patrol"]) if own else None
        visit = None if walked is None else next((v for v in walked.stops if v.stop == stop["stop"]), None)
        first = None if walked is None else next((v for v in walked.stops if not v.proof and not v.deviation), None)
        return self.render(
            request,
            "patrol_stop.html",
            status,
            code=code,
            stop=stop,
            route=route_out(row),
            patrol=walked,
            visit=visit,
            first=None if first is None or first.stop == stop["stop"] else first,
            refusal=refusal,
        )

    async def new(
        self, request: Request, actor: Actor, community: str, refusal: str = "", status: int = 200
    ) -> Response:
        found = [
            each
            for each in await register_rows.list_communities(self.api.runtime.database)
            if authorize(actor, "register.change", Scope(each["station"], each["community"])).allowed
        ]
        chosen = next((each for each in found if each["community"] == community), found[0] if found else None)
        return self.render(
            request,
            "patrol_route_new.html",
            status,
            communities=found,
            chosen=chosen,
            places=[] if chosen is None else await self.places(chosen["community"]),
            blank=BLANK_STOPS,
            refusal=refusal,
        )

    async def places(self, community: str) -> list[tuple[str, str]]:
        """What a stop may be of the register: a compound or a grid, as a form's field names it."""
        database = self.api.runtime.database
        compounds = await register_rows.list_compounds(database, community)
        grids = await register_rows.list_grids(database, community)
        return [(f"compound|{each['compound']}", each["name"]) for each in compounds] + [
            (f"grid|{each['grid']}", each["name"]) for each in grids
        ]


def _reading(routes: Routes, some: PatrolPages) -> None:
    rounds, database = some.rounds, some.api.runtime.database

    @routes.get("/patrols", access="report.register", include_in_schema=False)
    async def patrols_page(request: Request, actor: CurrentActor, after: After = 0) -> Response:
        await some.seen(after)
        walkable = await rows.list_routes(database, areas(actor, "report.register"))
        recent = await rows.list_patrols(database, areas(actor, "report.read"), actor.id)
        own = await rows.under_way(database, actor.id)
        return some.render(
            request,
            "patrols.html",
            routes=[route_out(row) for row in walkable],
            own=[patrol_out(row, actor) for row in own],
            recent=[patrol_out(row, actor) for row in recent],
            may_change=bool(areas(actor, "register.change")),
        )

    @routes.get("/patrols/{id}", access="report.read", include_in_schema=False)
    async def patrol_page(request: Request, id: Id, actor: CurrentActor, after: After = 0) -> Response:
        await some.seen(after)
        return await some.walk(request, actor, id)

    @routes.get("/patrol-routes/new", access="register.change", include_in_schema=False)
    async def new_page(
        request: Request, actor: CurrentActor, community: Annotated[str, Query(max_length=80)] = ""
    ) -> Response:
        return await some.new(request, actor, community)

    @routes.get("/patrol-routes/{id}", access="report.register", include_in_schema=False)
    async def route_page(request: Request, id: Id, actor: CurrentActor, after: After = 0) -> Response:
        await some.seen(after)
        return await some.route(request, actor, id)

    @routes.get("/patrol-routes/{id}/sheet", access="register.change", include_in_schema=False)
    async def sheet_page(request: Request, id: Id, actor: CurrentActor) -> Response:
        """A page to print: each stop's code as a picture, with its name and its address beneath."""
        row, codes = await rounds.sheet(request, actor, id)
        pictures = [
            (each, segno.make(each.address, error="m", micro=False).svg_data_uri(scale=5, border=4)) for each in codes
        ]
        return some.render(request, "patrol_sheet.html", route=route_out(row), pictures=pictures)

    @routes.get("/stops/{code}", access="report.register", include_in_schema=False)
    async def stop_page(request: Request, code: Scanned, actor: CurrentActor) -> Response:
        return await some.stop(request, actor, code)


def _drawing(routes: Routes, some: PatrolPages) -> None:
    rounds, handler, api = some.rounds, some.rounds.handler, some.api

    @routes.post("/patrol-routes", access="register.change", include_in_schema=False)
    async def draw(
        request: Request,
        actor: CurrentActor,
        key: IdempotencyKey,
        community: Typed = "",
        name: Typed = "",
        stop_name: Many = [],  # noqa: B006 (FastAPI copies it)
        stop_place: Many = [],  # noqa: B006
        stop_coded: Many = [],  # noqa: B006
    ) -> Response:
        id_ = derived_id("patrol-route", key.command_id)

        async def attempt() -> Handled:
            stops = stops_of(stop_name, stop_place, stop_coded)
            body = RouteIn.model_validate({"community": community, "name": name, "stops": stops})
            where = Scope(await handler.station_of(body.community), body.community)
            permit(actor, "register.change", where)
            wanted = [each.wanted() for each in body.stops]
            meta = api.meta_of(actor, where, key)
            return await handler.draw(id_, body.community, body.name, wanted, meta, key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.new(request, actor, community, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/patrol-routes/{id_}", again)

    @routes.post("/patrol-routes/{id}", access="register.change", include_in_schema=False)
    async def revise(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        name: Typed = "",
        stop_id: Many = [],  # noqa: B006
        stop_name: Many = [],  # noqa: B006
        stop_place: Many = [],  # noqa: B006
        stop_coded: Many = [],  # noqa: B006
    ) -> Response:
        _, where = await rounds.permit_route(actor, id, "register.change")

        async def attempt() -> Handled:
            stops = stops_of(stop_name, stop_place, stop_coded, stop_id)
            body = RevisionIn.model_validate({"name": name, "stops": stops})
            wanted = [each.wanted() for each in body.stops]
            return await handler.revise(id, body.name, wanted, api.meta_of(actor, where, key), key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.route(request, actor, id, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/patrol-routes/{id}", again)

    @routes.post("/patrol-routes/{id}/stops/{stop}/code", access="register.change", include_in_schema=False)
    async def replace_code(
        request: Request, id: Id, stop: StopId, actor: CurrentActor, key: IdempotencyKey, why: Typed = ""
    ) -> Response:
        _, where = await rounds.permit_route(actor, id, "register.change")

        async def attempt() -> Handled:
            body = ReplaceIn.model_validate({"why": why})
            return await handler.replace_code(id, stop, body.why, api.meta_of(actor, where, key), key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.route(request, actor, id, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/patrol-routes/{id}", again)

    @routes.post("/patrol-routes/{id}/retire", access="register.change", include_in_schema=False)
    async def retire(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey) -> Response:
        _, where = await rounds.permit_route(actor, id, "register.change")

        async def attempt() -> Handled:
            return await handler.retire(id, api.meta_of(actor, where, key), key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.route(request, actor, id, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/patrol-routes/{id}", again)


def _walking(routes: Routes, some: PatrolPages) -> None:
    rounds, handler, api = some.rounds, some.rounds.handler, some.api

    @routes.post("/patrols", access="report.register", include_in_schema=False)
    async def begin(request: Request, actor: CurrentActor, key: IdempotencyKey, route: Typed = "") -> Response:
        _, where = await rounds.permit_route(actor, route, "report.register")
        id_ = derived_id("patrol", key.command_id)

        async def attempt() -> Handled:
            return await handler.begin(id_, route, api.meta_of(actor, where, key), key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.route(request, actor, route, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/patrols/{id_}", again)

    @routes.post("/stops/{code}", access="report.register", include_in_schema=False)
    async def check_in(
        request: Request,
        code: Scanned,
        actor: CurrentActor,
        key: IdempotencyKey,
        patrol_id: Typed = "",
        cause: Typed = "",
        words: Typed = "",
    ) -> Response:
        """What the page of a scanned code sends."""
        where = await rounds.own(actor, patrol_id)

        async def attempt() -> Handled:
            stop, proof = await rounds.stop_meant(patrol_id, ReachedIn(code=code))
            why = explained(cause, words)
            return await handler.reach(patrol_id, stop, proof, why, api.meta_of(actor, where, key), key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.stop(request, actor, code, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/patrols/{patrol_id}", again)

    @routes.post("/patrols/{id}/stops", access="report.register", include_in_schema=False)
    async def reach(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        stop: Typed = "",
        cause: Typed = "",
        words: Typed = "",
    ) -> Response:
        where = await rounds.own(actor, id)

        async def attempt() -> Handled:
            body = ReachedIn.model_validate({"stop": stop or None})
            meant, proof = await rounds.stop_meant(id, body)
            meta = api.meta_of(actor, where, key)
            return await handler.reach(id, meant, proof, explained(cause, words), meta, key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.walk(request, actor, id, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/patrols/{id}", again)

    @routes.post("/patrols/{id}/left-out", access="report.register", include_in_schema=False)
    async def leave_out(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        stop: Typed = "",
        cause: Typed = "",
        words: Typed = "",
    ) -> Response:
        where = await rounds.own(actor, id)

        async def attempt() -> Handled:
            body = LeftOutIn.model_validate({"stop": stop, "why": {"cause": cause, "words": words}})
            meta = api.meta_of(actor, where, key)
            return await handler.leave_out(id, body.stop, body.why.explained(), meta, key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.walk(request, actor, id, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/patrols/{id}", again)

    @routes.post("/patrols/{id}/end", access="report.register", include_in_schema=False)
    async def end(
        request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, cause: Typed = "", words: Typed = ""
    ) -> Response:
        where = await rounds.endable(actor, id)

        async def attempt() -> Handled:
            why = {"cause": cause, "words": words} if cause else None
            body = EndIn.model_validate({"why": why})
            told = None if body.why is None else body.why.explained()
            return await handler.end(id, told, api.meta_of(actor, where, key), key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.walk(request, actor, id, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/patrols/{id}", again)


def stops_of(
    names: Sequence[str], places: Sequence[str], coded: Sequence[str], ids: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """The stops of a form's lines; a line without a name is left out."""
    found = []
    for at, name in enumerate(names):
        if not name.strip():
            continue
        kind, _, place = (places[at] if at < len(places) else "").partition("|")
        stop: dict[str, Any] = {"name": name.strip(), "coded": (coded[at] if at < len(coded) else "yes") == "yes"}
        if kind in ("compound", "grid") and place:
            stop[kind] = place
        if at < len(ids) and ids[at]:
            stop["stop"] = ids[at]
        found.append(stop)
    return found


def explained(cause: str, words: str) -> Explained | None:
    return WhyIn.model_validate({"cause": cause, "words": words}).explained() if cause else None
