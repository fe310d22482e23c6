"""The page of statistics: quiet days, the year beside the year before, the book of incidents; each figure explained."""

from datetime import date
from typing import Annotated, Final
from uuid import uuid4

from fastapi import Form, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.domain import incident_book
from services.intake.domain.incident_figures import KINDS, compare, figure, quiet
from services.intake.domain.rates import Rate
from services.intake.entrypoints.http import NAMED, Id, before
from services.intake.entrypoints.pages import KINDS as KINDS_OF_REPORTS
from services.intake.entrypoints.statistics import KIND_WORDS, RATE_WORDS, IncidentIn, Statistics, entering
from services.intake.projections import courses
from services.intake.projections import incidents as rows
from shared.access.actors import Actor, Scope
from shared.access.rights import areas, authorize
from shared.eventsourcing.decider import Refusal
from shared.web import paging
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import IdempotencyKey
from shared.web.languages import language_of, mark
from shared.web.pages import Pages
from shared.web.paging import CurrentPaging
from shared.web.routes import CurrentActor, Routes, permit

_FIRST, _LAST = date(1949, 10, 1), date(2199, 12, 31)
_SHOWN: Final = 30
Typed = Annotated[str, Form(max_length=300)]


def add(routes: Routes, statistics: Statistics, pages: Pages) -> None:
    @routes.get("/statistics", access="statistics.read", include_in_schema=False)
    async def statistics_page(
        request: Request,
        actor: CurrentActor,
        community: Annotated[str, Query(max_length=80, pattern=NAMED + "|^$")] = "",
        through: Annotated[date | None, Query(ge=_FIRST, le=_LAST)] = None,
        after: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        if after:
            await statistics.api.runtime.wait_for("incidents", after)
        return await _show(request, statistics, pages, actor, community, through)

    @routes.get("/statistics/rates/{rate}", access="statistics.read", include_in_schema=False)
    async def rate_page(
        request: Request,
        rate: Rate,
        actor: CurrentActor,
        page: CurrentPaging,
        community: Annotated[str, Query(max_length=80, pattern=NAMED)],
        first_day: Annotated[date, Query(ge=_FIRST, le=_LAST)],
        last_day: Annotated[date, Query(ge=_FIRST, le=_LAST)],
        good: bool = True,
    ) -> Response:
        found = await courses.list_reports(
            statistics.api.runtime.database,
            areas(actor, "statistics.read"),
            areas(actor, "report.read"),
            actor.id,
            rate,
            good,
            first_day,
            last_day,
            community=community,
            before=before(page),
            limit=page.limit,
        )
        more = len(found) == page.limit
        return pages.render(
            request,
            "statistics_rate.html",
            rate=RATE_WORDS[rate],
            reports=found,
            good=good,
            community=community,
            first_day=first_day,
            last_day=last_day,
            kinds=KINDS_OF_REPORTS,
            cursor=paging.encode({"position": found[-1]["position"]}) if more else None,
        )

    @routes.post("/statistics/book", access="register.change", include_in_schema=False)
    async def open_book(
        request: Request, actor: CurrentActor, key: IdempotencyKey, community: Typed = "", first_day: Typed = ""
    ) -> Response:
        station = await statistics.place(actor, community, "register.change")
        try:
            day = date.fromisoformat(first_day)
        except ValueError:
            return await _show(request, statistics, pages, actor, community, None, mark("Please give a day."), 422)
        command = incident_book.OpenBook(
            community=community, first_day=day, by=actor.id, now=statistics.api.runtime.clock()
        )
        try:
            handled = await statistics.change(community, command, actor, station, key)
        except Refusal as refusal:
            return await _refused(request, statistics, pages, actor, community, refusal)
        return _back(community, handled.position)

    @routes.post("/statistics/incidents", access="register.change", include_in_schema=False)
    async def record(
        request: Request,
        actor: CurrentActor,
        key: IdempotencyKey,
        community: Typed = "",
        incident: Typed = "",
        kind: Typed = "",
        on: Typed = "",
        source: Typed = "",
    ) -> Response:
        station = await statistics.place(actor, community, "register.change")
        asked = {"incident": incident.strip(), "kind": kind, "on": on, "source": source.strip()}
        try:
            body = IncidentIn.model_validate(asked)
        except ValidationError:
            told = mark("Please give the incident a number, its kind, its day, and where it is known from.")
            return await _show(request, statistics, pages, actor, community, None, told, 422)
        try:
            handled = await statistics.change(
                community, entering(statistics.api, community, body, actor), actor, station, key
            )
        except Refusal as refusal:
            return await _refused(request, statistics, pages, actor, community, refusal)
        return _back(community, handled.position)

    @routes.post("/statistics/incidents/{incident}/strike", access="register.change", include_in_schema=False)
    async def strike(
        request: Request,
        incident: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        community: Typed = "",
        reason: Typed = "",
    ) -> Response:
        station = await statistics.place(actor, community, "register.change")
        if len(reason.strip()) < 3:
            told = mark("Please say why the entry was wrong.")
            return await _show(request, statistics, pages, actor, community, None, told, 422)
        command = incident_book.StrikeIncident(
            community=community,
            incident=incident,
            reason=reason.strip(),
            by=actor.id,
            now=statistics.api.runtime.clock(),
        )
        try:
            handled = await statistics.change(community, command, actor, station, key)
        except Refusal as refusal:
            return await _refused(request, statistics, pages, actor, community, refusal)
        return _back(community, handled.position)


def _back(community: str, position: int) -> Response:
    return RedirectResponse(f"/intake/statistics?community={community}&after={position}", 303)


async def _refused(
    request: Request, statistics: Statistics, pages: Pages, actor: Actor, community: str, refusal: Refusal
) -> Response:
    problem = RefusalProblem(refusal)
    told = str(problem.told(statistics.languages, language_of(request))["detail"])
    return await _show(request, statistics, pages, actor, community, None, told, problem.status)


async def _show(
    request: Request,
    statistics: Statistics,
    pages: Pages,
    actor: Actor,
    community: str,
    through: date | None,
    refusal: str | None = None,
    status_code: int = 200,
) -> Response:
    offered = await statistics.communities(actor)
    if not community and offered:
        community = offered[0][0]
    if not community:
        return pages.render(request, "statistics.html", status_code=status_code, offered=offered, community="")
    station = await statistics.place(actor, community, "statistics.read")
    permit(actor, "statistics.read", Scope(station, community))
    known = await statistics.known(community)
    through = through or known.today
    return pages.render(
        request,
        "statistics.html",
        status_code=status_code,
        offered=offered,
        community=community,
        through=through,
        quiet=quiet(through, known),
        quiet_by_kind=[(kind, quiet(through, known, (kind,))) for kind in KINDS],
        comparisons=[compare(kind, through.year, through, known) for kind in KIND_WORDS],
        years=[
            (year, [figure(kind, date(year, 1, 1), date(year, 12, 31), known) for kind in KIND_WORDS])
            for year in (through.year - 1, through.year)
        ],
        rates=await courses.shares(
            statistics.api.runtime.database,
            areas(actor, "statistics.read"),
            date(through.year, 1, 1),
            through,
            community,
        ),
        rate_words=RATE_WORDS,
        first_day=date(through.year, 1, 1),
        entries=await rows.list_entries(statistics.api.runtime.database, community, _SHOWN),
        book_from=known.book_from,
        kinds=KIND_WORDS,
        refusal=refusal,
        key=str(uuid4()),
        may_change=authorize(actor, "register.change", Scope(station, community)).allowed,
    )
