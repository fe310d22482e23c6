"""The pages of sending somebody: a report's errands, one errand with everybody and why, and what one is asked for."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import Form, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.domain import dispatch
from services.intake.domain.dispatch import CannotReason, Kind
from services.intake.entrypoints.dispatches import WHY, WHY_NOT, DispatchIn, NotGoIn, Sending
from services.intake.entrypoints.http import Id
from services.intake.entrypoints.volunteer_pages import SUBJECTS, local
from services.intake.projections import dispatches as rows
from services.intake.projections import register as register_rows
from shared.access.actors import Actor
from shared.access.rights import areas
from shared.eventsourcing.commands import Handled
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.store import instant
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import Languages, language_of, mark
from shared.web.pages import Pages
from shared.web.routes import SIGNED_IN, CurrentActor, Routes

CANNOT: Final[Mapping[CannotReason, str]] = {
    "on_another_task": mark("Another task"),
    "too_far": mark("Too far away"),
    "kinship": mark("Related to a party"),
    "no_equipment": mark("Equipment is missing"),
    "unable": mark("Not able to go"),
}
STATES: Final[Mapping[str, tuple[str, str]]] = {
    "asked": (mark("Asked"), "wait"),
    "goes": (mark("Goes"), "done"),
    "released": (mark("Does not go"), "stop"),
}
KINDS: Final[Mapping[Kind, str]] = {"staff": mark("By office"), "volunteer": mark("Volunteer")}
Typed = Annotated[str, Form(max_length=400)]
Show = Callable[[str | None, int], Awaitable[Response]]


class DispatchPages:
    """What the pages are made with."""

    def __init__(self, sending: Sending, pages: Pages, languages: Languages) -> None:
        self.sending = sending
        self._pages = pages
        self._languages = languages

    def render(self, request: Request, template: str, refusal: str | None, status: int, **context: Any) -> Response:
        return self._pages.render(
            request,
            template,
            status_code=status,
            refusal=refusal,
            key=str(uuid4()),
            why=WHY,
            why_not=WHY_NOT,
            cannot=CANNOT,
            states=STATES,
            kinds=KINDS,
            subjects=SUBJECTS,
            **context,
        )

    async def report(
        self, request: Request, actor: Actor, id_: str, refusal: str | None = None, status: int = 200
    ) -> Response:
        """The errands of a report, and a form for one more."""
        sending = self.sending
        found, where = await sending.report(actor, id_)
        errands = [
            {**row, "begins_at": instant(row["begins_at"]), "short": max(row["short"], 0)}
            for row in await rows.of_report(sending.database, id_)
        ]
        grids = [
            (community["community"], community["name"], grid["grid"], grid["name"])
            for community in await register_rows.list_communities(sending.database)
            if community["station"] == found.station
            for grid in await register_rows.list_grids(sending.database, community["community"])
        ]
        return self.render(
            request,
            "dispatch_new.html",
            refusal,
            status,
            report=id_,
            code=found.received.code,
            errands=errands,
            grids=grids,
            place=f"{where.community}|{where.grid}",
        )

    async def dispatch(
        self, request: Request, actor: Actor, id_: str, refusal: str | None = None, status: int = 200
    ) -> Response:
        out, candidates = await self.sending.told(actor, id_)
        names = {each.facts.person: each.name for each in candidates}
        missing = [each.person for each in out.requests if each.person not in names]
        names |= await self.sending.candidates.names(actor, missing)
        return self.render(request, "dispatch.html", refusal, status, errand=out, names=names)

    async def asked(self, request: Request, actor: Actor, refusal: str | None = None, status: int = 200) -> Response:
        directs = bool(areas(actor, "report.direct"))
        return self.render(
            request,
            "asked.html",
            refusal,
            status,
            asked=await self.sending.asked(actor),
            open_ones=await self.sending.open_ones(actor) if directs else [],
        )

    async def done(self, request: Request, show: Show, asked: Callable[[], Awaitable[tuple[str, Handled]]]) -> Response:
        """On to the address that comes with what was handled; where a rule refused, with its sentence on top."""
        try:
            address, handled = await asked()
        except ValidationError:
            said = self._languages.text(language_of(request), mark("Please fill in every field of the form."))
            return await show(said, 422)
        except Refusal as refusal:
            told = RefusalProblem(refusal)
            return await show(str(told.told(self._languages, language_of(request))["detail"]), told.status)
        return RedirectResponse(f"{address}?after={handled.position}", 303)


def add(routes: Routes, made: DispatchPages) -> None:
    _reading(routes, made)
    _directing(routes, made)
    _answering(routes, made)


def _reading(routes: Routes, made: DispatchPages) -> None:
    runtime = made.sending.api.runtime

    async def caught_up(after: int) -> None:
        if after:
            await runtime.wait_for("dispatches", after)

    @routes.get("/reports/{id}/dispatches", access="report.direct", include_in_schema=False)
    async def report_page(
        request: Request, id: Id, actor: CurrentActor, after: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        await caught_up(after)
        return await made.report(request, actor, id)

    @routes.get("/dispatches/{id}", access="report.direct", include_in_schema=False)
    async def dispatch_page(
        request: Request, id: Id, actor: CurrentActor, after: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        await caught_up(after)
        return await made.dispatch(request, actor, id)

    @routes.get("/asked", access=SIGNED_IN, include_in_schema=False)
    async def asked_page(request: Request, actor: CurrentActor, after: Annotated[int, Query(ge=0)] = 0) -> Response:
        await caught_up(after)
        return await made.asked(request, actor)


def _directing(routes: Routes, made: DispatchPages) -> None:
    sending = made.sending

    @routes.post("/reports/{id}/dispatches", access="report.direct", include_in_schema=False)
    async def open_dispatch(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        what: Typed = "",
        needed: Typed = "",
        begins_at: Typed = "",
        ends_at: Typed = "",
        risk: Typed = "",
        skill: Typed = "",
        place: Typed = "",
    ) -> Response:
        community, _, grid = place.partition("|")

        async def opened() -> tuple[str, Handled]:
            body = DispatchIn.model_validate(
                {
                    "what": what,
                    "needed": needed,
                    "begins_at": local(begins_at),
                    "ends_at": local(ends_at),
                    "risk": bool(risk),
                    "skill": skill or None,
                    "community": community or None,
                    "grid": grid or None,
                }
            )
            dispatch_id, handled = await sending.open(actor, id, body, key)
            return f"/intake/dispatches/{dispatch_id}", handled

        return await made.done(request, lambda said, status: made.report(request, actor, id, said, status), opened)

    async def step(request: Request, actor: Actor, id_: str, taken: Callable[[], Awaitable[Handled]]) -> Response:
        async def there() -> tuple[str, Handled]:
            return f"/intake/dispatches/{id_}", await taken()

        return await made.done(request, lambda said, status: made.dispatch(request, actor, id_, said, status), there)

    @routes.post("/dispatches/{id}/requests", access="report.direct", include_in_schema=False)
    async def ask(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, person: Typed = "") -> Response:
        async def asked() -> Handled:
            return (await sending.ask(actor, id, person, key))[1]

        return await step(request, actor, id, asked)

    @routes.post("/dispatches/{id}/kinship", access="report.direct", include_in_schema=False)
    async def note_kinship(
        request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, person: Typed = ""
    ) -> Response:
        async def noted() -> Handled:
            command = dispatch.NoteKinship(person=person, by=actor.id, now=sending.api.runtime.clock())
            return await sending.step(actor, id, command, key)

        return await step(request, actor, id, noted)

    @routes.post("/dispatches/{id}/close", access="report.direct", include_in_schema=False)
    async def close(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey) -> Response:
        async def closed() -> Handled:
            command = dispatch.CloseDispatch(by=actor.id, now=sending.api.runtime.clock())
            return await sending.step(actor, id, command, key)

        return await step(request, actor, id, closed)


def _answering(routes: Routes, made: DispatchPages) -> None:
    sending = made.sending

    async def answer(
        request: Request, actor: Actor, ids: tuple[str, str], key: Idempotency, back: str, goes: bool, reason: str
    ) -> Response:
        id_, request_id = ids
        own = back == "asked"

        async def answered() -> tuple[str, Handled]:
            body = NotGoIn.model_validate({"reason": reason or None})
            handled = await sending.answer(actor, id_, request_id, key, goes=goes, reason=body.reason)
            return "/intake/asked" if own else f"/intake/dispatches/{id_}", handled

        async def show(said: str | None, status: int) -> Response:
            if own:
                return await made.asked(request, actor, said, status)
            return await made.dispatch(request, actor, id_, said, status)

        return await made.done(request, show, answered)

    @routes.post("/dispatches/{id}/requests/{asked}/agree", access=SIGNED_IN, include_in_schema=False)
    async def agree(
        request: Request, id: Id, asked: Id, actor: CurrentActor, key: IdempotencyKey, back: Typed = "asked"
    ) -> Response:
        return await answer(request, actor, (id, asked), key, back, True, "")

    @routes.post("/dispatches/{id}/requests/{asked}/not-go", access=SIGNED_IN, include_in_schema=False)
    async def not_go(
        request: Request,
        id: Id,
        asked: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        back: Typed = "asked",
        reason: Typed = "",
    ) -> Response:
        return await answer(request, actor, (id, asked), key, back, False, reason)
