"""The page of lone visits: alarms on top, one's own timer with its large buttons, and a form to go."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import uuid4

from fastapi import Form, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.domain import lone_visit as lone
from services.intake.entrypoints.http import Id
from services.intake.entrypoints.lone_visits import RUNGS, HelpIn, Lone, StartIn
from shared.access.actors import Actor
from shared.eventsourcing.commands import Handled
from shared.eventsourcing.decider import Refusal
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import Languages, language_of, mark
from shared.web.pages import Pages
from shared.web.routes import CurrentActor, Routes

STATES: Final[Mapping[str, tuple[str, str]]] = {
    "out": (mark("Out alone"), "go"),
    "alarm": (mark("Alarm, not answered"), "danger"),
    "answered": (mark("Answered"), "wait"),
}
MINUTES: Final = (15, 30, 60, 120, 240)
Typed = Annotated[str, Form(max_length=300)]
Minutes = Annotated[int, Form(ge=1, le=720)]


class LonePages:
    """What the page is made with."""

    def __init__(self, alone: Lone, pages: Pages, languages: Languages) -> None:
        self.alone = alone
        self._pages = pages
        self._languages = languages

    async def show(
        self, request: Request, actor: Actor, refusal: str | None = None, status_code: int = 200
    ) -> Response:
        alone = self.alone
        seen = await alone.seen(actor)
        station = alone.duty.station(actor, None)
        return self._pages.render(
            request,
            "lone_visits.html",
            status_code=status_code,
            own=[visit for visit in seen if visit.account == actor.id],
            others=[visit for visit in seen if visit.account != actor.id],
            people=[one for one in await alone.duty.colleagues(station) if one.official.account != actor.id],
            states=STATES,
            rungs=RUNGS,
            minutes=MINUTES,
            refusal=refusal,
            key=str(uuid4()),
        )

    async def done(self, request: Request, actor: Actor, asked: Callable[[], Awaitable[Handled]]) -> Response:
        try:
            handled = await asked()
        except ValidationError:
            said = self._languages.text(language_of(request), mark("Please fill in every field of the form."))
            return await self.show(request, actor, said, 422)
        except Refusal as refusal:
            told = RefusalProblem(refusal)
            said = str(told.told(self._languages, language_of(request))["detail"])
            return await self.show(request, actor, said, told.status)
        return RedirectResponse(f"/intake/lone-visits?after={handled.position}", 303)


def add(routes: Routes, made: LonePages) -> None:
    alone = made.alone
    runtime = alone.api.runtime

    @routes.get("/lone-visits", access="report.register", include_in_schema=False)
    async def lone_page(request: Request, actor: CurrentActor, after: Annotated[int, Query(ge=0)] = 0) -> Response:
        if after:
            await runtime.wait_for("lone-visits", after)
        return await made.show(request, actor)

    @routes.post("/lone-visits", access="report.register", include_in_schema=False)
    async def start(
        request: Request,
        actor: CurrentActor,
        key: IdempotencyKey,
        minutes: Minutes,
        where: Typed = "",
        partner: Typed = "",
    ) -> Response:
        async def started() -> Handled:
            back_at = (runtime.clock() + timedelta(minutes=minutes)).isoformat()
            body = StartIn.model_validate({"where": where, "back_at": back_at, "partner": partner or None})
            return (await alone.start(actor, body, key))[1]

        return await made.done(request, actor, started)

    @routes.post("/lone-visits/help", access="report.register", include_in_schema=False)
    async def ask_for_help(request: Request, actor: CurrentActor, key: IdempotencyKey, where: Typed = "") -> Response:
        async def helped() -> Handled:
            return (await alone.help(actor, HelpIn.model_validate({"where": where or None}), key, None))[1]

        return await made.done(request, actor, helped)

    @routes.post("/lone-visits/{id}/help", access="report.register", include_in_schema=False)
    async def ask_for_help_on_a_visit(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey) -> Response:
        async def helped() -> Handled:
            return (await alone.help(actor, HelpIn(), key, id))[1]

        return await made.done(request, actor, helped)

    async def step(
        request: Request, actor: Actor, id_: str, key: Idempotency, make: Callable[[datetime], lone.Command]
    ) -> Response:
        async def taken() -> Handled:
            return await alone.step(actor, id_, make(runtime.clock()), key)

        return await made.done(request, actor, taken)

    @routes.post("/lone-visits/{id}/check-in", access="report.register", include_in_schema=False)
    async def check_in(
        request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, minutes: Minutes
    ) -> Response:
        more = timedelta(minutes=minutes)
        return await step(
            request, actor, id, key, lambda now: lone.ExtendVisit(back_at=now + more, by=actor.id, now=now)
        )

    @routes.post("/lone-visits/{id}/answer", access="report.register", include_in_schema=False)
    async def answer(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey) -> Response:
        return await step(request, actor, id, key, lambda now: lone.AnswerAlarm(by=actor.id, now=now))

    @routes.post("/lone-visits/{id}/end", access="report.register", include_in_schema=False)
    async def end(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey) -> Response:
        return await step(request, actor, id, key, lambda now: lone.EndVisit(by=actor.id, now=now))
