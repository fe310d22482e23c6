"""The pages of the register: the communities, and one of them with its map, grids, compounds, squads and posts."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import Form, Query
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.domain import grid_codes, post
from services.intake.entrypoints import register_bodies as bodies
from services.intake.entrypoints.http import Id
from services.intake.entrypoints.register import KINDS, PARTS, ROLES, Land
from services.intake.entrypoints.register_map import drawing
from services.intake.projections import areas as area_rows
from services.intake.projections import register as register_rows
from shared.access.actors import Actor, Scope
from shared.access.rights import areas, authorize
from shared.eventsourcing.decider import Refusal
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import language_of, mark
from shared.web.pages import Pages
from shared.web.routes import CurrentActor, Routes, permit

END_REASONS: Final[Mapping[post.EndReason, str]] = {
    "transferred": mark("Transferred"),
    "own_wish": mark("Own wish"),
    "term_over": mark("Term of office over"),
    "moved_away": mark("Moved away"),
    "health": mark("Health"),
    "dismissed": mark("Dismissed"),
    "other": mark("Another reason"),
}
CORRECTIONS: Final[Mapping[post.CorrectionReason, str]] = {
    "entered_wrongly": mark("Entered wrongly"),
    "learned_late": mark("Learned late"),
}
KIND_WORDS: Final[Mapping[str, str]] = {
    "community": mark("Community"),
    "grid": mark("Grid"),
    "compound": mark("Compound"),
    "building": mark("Building"),
    "unit": mark("Unit"),
}
STREET_CLASSES: Final[Mapping[grid_codes.StreetClass, str]] = {
    "street": mark("Street office"),
    "town": mark("Town"),
    "township": mark("Township"),
    "mixed_unit": mark("Unit of township level"),
}
WORDS: Final[dict[str, Any]] = {
    "roles": ROLES,
    "kinds": KINDS,
    "end_reasons": END_REASONS,
    "corrections": CORRECTIONS,
    "kind_words": KIND_WORDS,
    "parts_of_codes": PARTS,
    "street_classes": STREET_CLASSES,
    "schemes": grid_codes.SCHEMES,
    "street_class": grid_codes.street_class,
}
BY_OFFICE: Final = ("station_leader", "community_officer", "auxiliary")


def add(routes: Routes, land: Land, pages: Pages) -> None:
    _reading(routes, land, pages)
    _changing(routes, land, pages)


def _reading(routes: Routes, land: Land, pages: Pages) -> None:
    @routes.get("/register", access="register.read", include_in_schema=False)
    async def list_page(request: Request, actor: CurrentActor) -> Response:
        seen = areas(actor, "register.read")
        rows = await register_rows.list_communities(land.api.runtime.database)
        stations = {row.id: row.name for row in await area_rows.list_areas(land.api.runtime.database, "station")}
        shown = [
            {**row, "station_name": stations.get(row["station"], row["station"])}
            for row in rows
            if any(a.station in (None, row["station"]) and a.community in (None, row["community"]) for a in seen)
        ]
        return pages.render(request, "register.html", communities=shown)

    @routes.get("/register/{id}", access="register.read", include_in_schema=False)
    async def community_page(
        request: Request,
        id: Id,
        actor: CurrentActor,
        on: Annotated[str, Query(max_length=10)] = "",
        after: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        if after:
            await land.api.runtime.wait_for("areas", after)
            await land.api.runtime.wait_for("posts", after)
        return await show(request, land, pages, actor, id, on)


async def show(
    request: Request,
    land: Land,
    pages: Pages,
    actor: Actor,
    id_: str,
    on: str = "",
    refusal: str | None = None,
    status_code: int = 200,
) -> Response:
    day = _day(on)
    if on and day is None:
        refusal, status_code = land.languages.text(language_of(request), mark("This is no day of the calendar.")), 422
    found = await land.detail(actor, id_, day or area_rows.today())
    whole = await land.readable(actor, id_)
    where = Scope(found.community.station, id_)
    everything = authorize(actor, "register.read", where).allowed
    squads = await area_rows.list_squads(land.api.runtime.database, id_)
    return pages.render(
        request,
        "register_community.html",
        status_code=status_code,
        found=found,
        today=area_rows.today(),
        map=drawing(await land.boundaries(whole, actor, found.on)),
        codes=await land.codes(id_, whole, language_of(request)) if everything else [],
        past_squads=[row for row in squads if row.until is not None] if everything else [],
        by_role={role: [holder for holder in found.posts if holder.role == role] for role in ROLES},
        may_change=authorize(actor, "register.change", where).allowed,
        by_office=BY_OFFICE,
        refusal=refusal,
        key=str(uuid4()),
        **WORDS,
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if bodies.YEARS[0] <= day <= bodies.YEARS[1] else None


def _changing(routes: Routes, land: Land, pages: Pages) -> None:
    async def act(
        request: Request, id_: str, actor: Actor, body: type[BaseModel], work: Callable[[Any], Awaitable[Any]]
    ) -> Response:
        """Does what a form asks; a refusal, or what is wrong with a field, is said on the page itself."""
        permit(actor, "register.change", Scope(await land.api.register.station_of(id_), id_))
        language = language_of(request)
        try:
            handled = await work(body.model_validate(await _fields(request, body)))
        except Refusal as refusal:
            told = RefusalProblem(refusal)
            said = str(told.told(land.languages, language)["detail"])
            return await show(request, land, pages, actor, id_, "", said, told.status)
        except ValidationError as error:
            said = land.languages.text(language, _first_fault(error))
            return await show(request, land, pages, actor, id_, "", said, 422)
        return RedirectResponse(f"/intake/register/{id_}?after={handled.position}", 303)

    @routes.post("/register/{id}/boundaries", access="register.change", include_in_schema=False)
    async def draw(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        since: Annotated[date, Form(ge=bodies.YEARS[0], le=bodies.YEARS[1])],
    ) -> Response:
        async def work(body: bodies.BoundariesIn) -> Any:
            return await land.draw(actor, id, body, since, key)

        return await act(request, id, actor, bodies.BoundariesIn, work)

    def entry(path: str, body: type[BaseModel]) -> None:
        @routes.post(f"/register/{{id}}/{path}", access="register.change", include_in_schema=False)
        async def enter(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey) -> Response:
            async def work(given: Any) -> Any:
                return await land.change(actor, id, given.command(land.api.runtime.clock()), key)

            return await act(request, id, actor, body, work)

    entry("codes", bodies.CodeIn)
    entry("squads", bodies.SquadIn)
    entry("squads/stand-down", bodies.SquadEndIn)
    entry("compounds", bodies.CompoundIn)
    entry("buildings", bodies.BuildingIn)
    entry("units", bodies.UnitIn)

    @routes.post("/register/{id}/posts", access="register.change", include_in_schema=False)
    async def take(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey) -> Response:
        async def work(body: bodies.PostIn) -> Any:
            return await land.take(actor, body, key)

        return await act(request, id, actor, bodies.PostIn, work)

    def term(
        path: str, body: type[BaseModel], done: Callable[[Land, Actor, str, Any, Idempotency], Awaitable[Any]]
    ) -> None:
        @routes.post(f"/register/{{id}}/posts/{{post}}/{path}", access="register.change", include_in_schema=False)
        async def change(request: Request, id: Id, post: Id, actor: CurrentActor, key: IdempotencyKey) -> Response:
            async def work(given: Any) -> Any:
                return await done(land, actor, post, given, key)

            return await act(request, id, actor, body, work)

    term("end", bodies.PostEndIn, Land.end)
    term("correct", bodies.PostCorrectIn, Land.correct)
    term("withdraw", bodies.PostWithdrawIn, Land.withdraw)


async def _fields(request: Request, body: type[BaseModel]) -> dict[str, Any]:
    """A form's fields as the API's body: empty ones left out, `place.…` put together, several names cut apart."""
    given: dict[str, Any] = {}
    for name, value in (await request.form()).items():
        if not isinstance(value, str) or not value.strip():
            continue
        if name == "geojson":
            return _geojson(value)
        outer, _, inner = name.partition(".")
        if inner:
            given.setdefault(outer, {})[inner] = value.strip()
        elif name == "also_called":
            given[name] = [each.strip() for each in value.replace("，", ",").split(",") if each.strip()]
        elif name in body.model_fields:
            given[name] = value.strip()
    return given


def _geojson(text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except ValueError:
        read = None
    return read if isinstance(read, dict) else {}


def _first_fault(error: ValidationError) -> str:
    """Our own sentence where a validator of ours said it; else that the form is to be filled in."""
    for each in error.errors():
        own = each.get("ctx", {}).get("error")
        if own is not None:
            return str(own)
    return mark("Please fill in the form as asked: something is missing, or is no day, number or GeoJSON.")
