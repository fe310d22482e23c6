"""The pages of one matter: what may be the same, side by side; what was merged; the list of what is suspected."""

from collections.abc import Awaitable, Mapping
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.domain.likeness import Field
from services.intake.domain.matter import Outcome
from services.intake.entrypoints.http import Id, before, scope_of
from services.intake.entrypoints.matters import Desk, SplitIn
from services.intake.entrypoints.pages import STAGES, STATES
from services.intake.entrypoints.schemas import Done
from shared.access.rights import authorize
from shared.eventsourcing.decider import Refusal
from shared.web import paging
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import IdempotencyKey
from shared.web.languages import Languages, language_of, mark
from shared.web.pages import Pages
from shared.web.paging import CurrentPaging
from shared.web.routes import CurrentActor, Routes

FIELDS: Final[Mapping[Field, str]] = {
    "place": mark("Place"),
    "parties": mark("Parties"),
    "words": mark("What it is about"),
    "amounts": mark("Numbers"),
    "time": mark("Time"),
}
OUTCOMES: Final[Mapping[Outcome, str]] = {
    "met": mark("Met"),
    "partly_met": mark("Partly met"),
    "not_met": mark("Not met"),
    "withdrawn": mark("Withdrawn by the reporter"),
}
_WORDS: Final[dict[str, Any]] = {"fields": FIELDS, "outcomes": OUTCOMES, "states": STATES, "stages": STAGES}
Reason = Annotated[str, Form(min_length=1, max_length=500)]
Other = Annotated[str, Form(min_length=1, max_length=80)]


def add(routes: Routes, desk: Desk, pages: Pages, languages: Languages) -> None:
    api = desk.api

    async def show(
        request: Request, actor: Any, id_: str, refusal: str | None = None, status_code: int = 200
    ) -> Response:
        row = await api.row(actor, id_)
        return pages.render(
            request,
            "matter.html",
            status_code=status_code,
            id=row["report"],
            code=row["code"],
            matter=await desk.matter(actor, row["report"]),
            similar=await desk.similar(actor, row["report"]),
            may_decide=authorize(actor, "report.classify", scope_of(row)).allowed,
            refusal=refusal,
            key=str(uuid4()),
            **_WORDS,
        )

    async def decided(request: Request, actor: Any, id_: str, deciding: Awaitable[Done]) -> Response:
        try:
            told = await deciding
        except Refusal as refusal:
            problem = RefusalProblem(refusal)
            said = str(problem.told(languages, language_of(request))["detail"])
            return await show(request, actor, id_, said, problem.status)
        return RedirectResponse(f"/intake/reports/{id_}/matter?after={told.position}", 303)

    @routes.get("/matters", access="report.read", include_in_schema=False)
    async def suspected_page(request: Request, actor: CurrentActor, paged: CurrentPaging) -> Response:
        found = await desk.suspected(actor, before(paged), min(paged.limit, 50))
        more = {"position": found[-1]["position"]} if len(found) == min(paged.limit, 50) else None
        return pages.render(
            request, "matters.html", suspected=found, cursor=paging.encode(more) if more else None, **_WORDS
        )

    @routes.get("/reports/{id}/matter", access="report.read", include_in_schema=False)
    async def matter_page(
        request: Request, id: Id, actor: CurrentActor, after: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        if after:
            await api.runtime.wait_for("matters", after)
        return await show(request, actor, id)

    @routes.post("/reports/{id}/merge", access="report.classify", include_in_schema=False)
    async def merge(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, into: Other) -> Response:
        return await decided(request, actor, id, desk.merge(actor, id, into, key))

    @routes.post("/reports/{id}/unmerge", access="report.classify", include_in_schema=False)
    async def unmerge(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, reason: Reason) -> Response:
        return await decided(request, actor, id, desk.unmerge(actor, id, reason, key))

    @routes.post("/reports/{id}/split", access="report.classify", include_in_schema=False)
    async def split(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        reason: Reason,
        children: Annotated[list[str], Form(min_length=1, max_length=200)],
    ) -> Response:
        body = SplitIn(children=children, reason=reason)
        return await decided(request, actor, id, desk.split(actor, id, body, key))

    @routes.post("/reports/{id}/dismiss", access="report.classify", include_in_schema=False)
    async def dismiss(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, other: Other) -> Response:
        return await decided(request, actor, id, desk.dismiss(actor, id, other, key))

    @routes.post("/reports/{id}/demand", access="report.classify", include_in_schema=False)
    async def demand(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        demand: Annotated[str, Form(min_length=1, max_length=2_000)],
    ) -> Response:
        return await decided(request, actor, id, desk.demand(actor, id, demand, key))

    @routes.post("/reports/{id}/outcome", access="report.classify", include_in_schema=False)
    async def outcome(
        request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, outcome: Annotated[Outcome, Form()]
    ) -> Response:
        return await decided(request, actor, id, desk.outcome(actor, id, outcome, key))
