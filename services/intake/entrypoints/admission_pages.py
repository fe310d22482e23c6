"""The pages of admission: what bars a dispute and what only warns, the refusal by a rule, and the notice to print."""

from typing import Annotated
from uuid import uuid4

from fastapi import Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.domain.admission import GroundCode
from services.intake.entrypoints.admission import Admission
from services.intake.entrypoints.http import Id, scope, scope_of
from shared.access.actors import Actor
from shared.access.rights import authorize
from shared.categories import DEFAULT_SCHEME
from shared.eventsourcing.decider import Refusal
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import IdempotencyKey
from shared.web.languages import Languages, language_of
from shared.web.pages import Pages
from shared.web.routes import CurrentActor, Routes, permit


def add(routes: Routes, desk: Admission, pages: Pages, languages: Languages) -> None:
    api = desk.api

    @routes.get("/reports/{id}/admission", access="report.admit", include_in_schema=False)
    async def admission_page(request: Request, id: Id, actor: CurrentActor) -> Response:
        permit(actor, "report.admit", await scope(api, id))
        return await show(request, actor, id)

    @routes.post("/reports/{id}/refuse-by-rule", access="report.refuse", include_in_schema=False)
    async def refuse(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        ground: Annotated[GroundCode, Form()],
        other_route: Annotated[str, Form(max_length=500)] = "",
    ) -> Response:
        try:
            handled = await desk.refuse(id, ground, other_route, actor, key)
        except Refusal as refusal:
            return await show(request, actor, id, refusal)
        await api.runtime.wait_for("reports", handled.position)
        return RedirectResponse(f"/intake/reports/{id}/notice", 303)

    @routes.post("/reports/{id}/admit-despite", access="report.admit", include_in_schema=False)
    async def admit(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        category: Annotated[str, Form(min_length=1, max_length=80)],
        grounds: Annotated[list[GroundCode] | None, Form()] = None,
    ) -> Response:
        try:
            handled = await desk.admit(id, category, grounds or [], actor, key)
        except Refusal as refusal:
            return await show(request, actor, id, refusal)
        return RedirectResponse(f"/intake/reports/{id}?after={handled.position}", 303)

    @routes.get("/reports/{id}/notice", access="report.read", include_in_schema=False)
    async def notice_page(request: Request, id: Id, actor: CurrentActor) -> Response:
        permit(actor, "report.read", await scope(api, id))
        return pages.render(request, "refusal_notice.html", notice=await desk.notice(id))

    async def show(request: Request, actor: Actor, id_: str, refusal: Refusal | None = None) -> Response:
        row = await api.row(actor, id_)
        told = None if refusal is None else RefusalProblem(refusal)
        where = scope_of(row)
        return pages.render(
            request,
            "admission.html",
            status_code=200 if told is None else told.status,
            report=row,
            grounds=await desk.grounds(row["report"], actor),
            scheme=DEFAULT_SCHEME,
            refusal=None if told is None else told.told(languages, language_of(request))["detail"],
            may_refuse=authorize(actor, "report.refuse", where).allowed,
            key=str(uuid4()),
        )
