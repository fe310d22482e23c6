"""The pages of categories: the standard lists, the maps of sources, and the import of a map's next version."""

from datetime import date
from typing import Annotated
from uuid import uuid4

from fastapi import Form, Query, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.application import category_maps
from services.intake.entrypoints.categories import MapName, as_file, map_out, take_in, version_of
from services.intake.entrypoints.http import Api
from services.intake.projections import category_maps as rows
from shared.access.actors import EVERYWHERE, Actor
from shared.access.rights import authorize
from shared.categories import DEFAULT_SCHEME, SCHEMES, name_of
from shared.eventsourcing.decider import Refusal
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import IdempotencyKey
from shared.web.languages import Languages, language_of
from shared.web.pages import Pages
from shared.web.problems import Problem
from shared.web.routes import CurrentActor, Routes


def add(routes: Routes, api: Api, pages: Pages, languages: Languages) -> None:
    @routes.get("/categories", access="register.read", include_in_schema=False)
    async def categories_page(
        request: Request, actor: CurrentActor, after: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        if after:
            await api.runtime.wait_for("category_maps", after)
        return await show(request, actor)

    @routes.get("/categories/{map}", access="register.read", include_in_schema=False)
    async def map_page(
        request: Request, map: MapName, version: Annotated[int | None, Query(ge=1, le=100_000)] = None
    ) -> Response:
        known = map_out(await version_of(api, map, version))
        latest = map_out(await version_of(api, map, None))
        return pages.render(
            request, "category_map.html", map=known, latest=latest.version, schemes=SCHEMES, category_name=name_of
        )

    @routes.get("/categories/{map}/file.csv", access="register.read", include_in_schema=False)
    async def download(map: MapName, version: Annotated[int | None, Query(ge=1, le=100_000)] = None) -> Response:
        return as_file(await version_of(api, map, version))

    @routes.post("/categories", access="register.change", include_in_schema=False)
    async def import_map(
        request: Request,
        actor: CurrentActor,
        key: IdempotencyKey,
        file: UploadFile,
        map_: Annotated[str, Form(alias="map", pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=80)],
        name: Annotated[str, Form(min_length=1, max_length=100)],
        valid_from: Annotated[date, Form()],
        scheme: Annotated[str, Form(max_length=40)] = DEFAULT_SCHEME.id,
        propose: Annotated[bool, Form()] = False,
    ) -> Response:
        given = {"map": map_, "name": name, "valid_from": valid_from.isoformat(), "scheme": scheme}
        try:
            taken = await take_in(request, api, actor, key, map_, file, name, valid_from, scheme, propose=propose)
        except Refusal as refusal:
            return await show(request, actor, given, RefusalProblem(refusal))
        except Problem as problem:
            if problem.status != 422:
                raise
            return await show(request, actor, given, problem)
        return RedirectResponse(f"/intake/categories/{map_}?after={taken.position}", 303)

    async def show(
        request: Request, actor: Actor, given: dict[str, str] | None = None, problem: Problem | None = None
    ) -> Response:
        today = category_maps.today(api.runtime).isoformat()
        told = problem.told(languages, language_of(request)) if problem is not None else {}
        return pages.render(
            request,
            "categories.html",
            status_code=200 if problem is None else problem.status,
            schemes=SCHEMES,
            default=DEFAULT_SCHEME.id,
            maps=await rows.list_versions(api.runtime.database),
            given={"map": "", "name": "", "valid_from": today, "scheme": DEFAULT_SCHEME.id} | (given or {}),
            wrong=told.get("errors", []),
            refusal=told.get("detail"),
            may_import=authorize(actor, "register.change", EVERYWHERE).allowed,
            key=str(uuid4()),
        )
