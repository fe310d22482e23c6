"""Pages of the hotline's orders: the list with its clocks, one order with what may be done now, and hand-overs."""

from collections.abc import Awaitable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.application.orders import SealedAnswer
from services.intake.domain import custody, order
from services.intake.domain.order import Outcome
from services.intake.entrypoints.http import Id, before, scope
from services.intake.entrypoints.orders import OrderApi, waiting
from services.intake.projections import orders as rows
from shared.access.actors import Actor
from shared.access.rights import Action, areas
from shared.eventsourcing.commands import Handled
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.store import microseconds
from shared.law.legal_time import SHANGHAI
from shared.web import paging
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import Languages, language_of, mark
from shared.web.pages import Pages
from shared.web.paging import CurrentPaging
from shared.web.problems import Fault, malformed
from shared.web.routes import CurrentActor, Routes, permit

_MOST: Final = 50

STAGES: Final[Mapping[str, str]] = {
    "received": mark("Waiting to be signed for"),
    "accepted": mark("In hand"),
    "objected": mark("Objection with the hotline"),
    "finished": mark("Finished, to be called back"),
    "reopening_asked": mark("Reopening asked for"),
    "closed": mark("Closed"),
    "returned": mark("Sent back"),
    "withdrawn": mark("Withdrawn by the hotline"),
}
URGENCIES: Final[Mapping[str, str]] = {
    "danger": mark("Danger or unrest"),
    "utilities": mark("Water, power, gas, heating"),
    "normal": mark("Normal"),
    "complex": mark("Complex"),
}
OUTCOMES: Final[Mapping[str, str]] = {
    "solved": mark("Solved"),
    "explained": mark("Explained"),
    "not_solvable": mark("Cannot be solved"),
}
CLOCKS: Final[Mapping[str, str]] = {
    "object": mark("Until when it may be objected to"),
    "answer": mark("Our time to answer"),
    "hotline": mark("The hotline's own time"),
}
LEVELS: Final[Mapping[str, tuple[str, str]]] = {
    "begun": (mark("In time"), "plain"),
    "half": (mark("Half of the time is used"), "wait"),
    "near": (mark("Nearly over: 80 % is used"), "stop"),
    "over": (mark("Over time"), "danger"),
    "stopped": (mark("Done in time"), "done"),
}
KINDS: Final[Mapping[str, str]] = {
    "urged": mark("The hotline urges."),
    "amended": mark("The hotline adds something."),
    "clock_changed": mark("The hotline changed its own time."),
    "objection_upheld": mark("The hotline upheld the objection."),
    "objection_dismissed": mark("The hotline dismissed the objection."),
    "called_back_satisfied": mark("The hotline called back: satisfied."),
    "called_back_unsatisfied": mark("The hotline called back: not satisfied."),
    "withdrawn": mark("The hotline withdrew the order."),
    "reopened": mark("The hotline reopened the order."),
}
NOTED: Final[Mapping[str, str]] = {
    "before_the_order": mark("It came before the order itself: kept as a note."),
    "older_than_what_is_known": mark("It is older than what is known: kept as a note."),
    "does_not_fit": mark("It does not fit where the order is: kept as a note."),
}
HAPPENED: Final[Mapping[str, str]] = {
    "order-received": mark("The order was received."),
    "order-accepted": mark("It was signed for."),
    "order-objected": mark("It was objected to as not ours."),
    "order-extension-asked": mark("More time was asked for."),
    "order-finished": mark("It was finished."),
    "order-overdue": mark("Its time ran out."),
    "custody-proposed": mark("The hand-over was proposed."),
    "custody-accepted": mark("The other side took it."),
    "custody-failed": mark("The two did not agree: it stays with who received it first."),
    "custody-withdrawn": mark("The proposal was taken back."),
    "custody-call-noted": mark("A call of three was held."),
    "custody-late-answer-noted": mark("An answer came too late: kept as a note."),
}
ENDED: Final = (
    mark("sent back to the hotline"),
    mark("finished"),
    mark("finished, and its reopening asked for"),
    mark("closed"),
    mark("withdrawn by the hotline"),
)
"""The stages as refusals name them within a sentence."""

_WORDS: Final[Mapping[str, Any]] = {
    "stages": STAGES,
    "urgencies": URGENCIES,
    "outcomes": OUTCOMES,
    "clock_names": CLOCKS,
    "levels": LEVELS,
    "kinds": KINDS,
    "noted": NOTED,
    "happened": HAPPENED,
    "sides": custody.NUMBERS,
}


class OrderPages:
    """What the pages are made with."""

    def __init__(self, orders: OrderApi, pages: Pages, languages: Languages) -> None:
        self.orders = orders
        self._pages = pages
        self._languages = languages

    def render(self, request: Request, template: str, status_code: int = 200, **context: Any) -> Response:
        return self._pages.render(request, template, status_code=status_code, key=str(uuid4()), **context, **_WORDS)

    async def order(
        self, request: Request, actor: Actor, id_: str, refusal: str | None = None, status: int = 200
    ) -> Any:
        found = await self.orders.detail(actor, id_)
        return self.render(request, "order.html", status, order=found, refusal=refusal)

    async def custody(
        self, request: Request, actor: Actor, id_: str, refusal: str | None = None, status: int = 200
    ) -> Any:
        held = await self.orders.held(actor, id_)
        return self.render(request, "custody.html", status, held=held, refusal=refusal)

    async def done(
        self, request: Request, actor: Actor, id_: str, asked: Awaitable[Handled], *, of_order: bool = True
    ) -> Response:
        """Back to the page; where a rule refused, with its sentence on top."""
        try:
            handled = await asked
        except Refusal as refusal:
            told = RefusalProblem(refusal)
            said = str(told.told(self._languages, language_of(request))["detail"])
            show = self.order if of_order else self.custody
            page: Response = await show(request, actor, id_, said, told.status)
            return page
        address = f"/intake/orders/{id_}" if of_order else f"/intake/reports/{id_}/custody"
        return RedirectResponse(f"{address}?after={handled.position}", 303)


def add(routes: Routes, made: OrderPages) -> None:
    _reading(routes, made)
    _steps(routes, made)
    _handovers(routes, made)


def _reading(routes: Routes, made: OrderPages) -> None:
    orders = made.orders
    runtime = orders.runtime

    @routes.get("/orders", access="report.read", include_in_schema=False)
    async def list_page(
        request: Request,
        actor: CurrentActor,
        paged: CurrentPaging,
        stage: Annotated[str, Query()] = "",
        overdue: Annotated[str, Query()] = "",
        after: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        if after:
            await runtime.wait_for("orders", after)
            await runtime.wait_for("reports", after)
        seen = areas(actor, "report.read")
        found = await rows.list_orders(
            runtime.database,
            seen,
            actor.id,
            stage=stage if stage in STAGES else None,
            open_only=stage not in STAGES,
            overdue_at=microseconds(runtime.clock()) if overdue else None,
            before=before(paged),
            limit=min(paged.limit, _MOST),
        )
        more = {"position": found[-1]["position"]} if len(found) == min(paged.limit, _MOST) else None
        now = runtime.clock()
        return made.render(
            request,
            "orders.html",
            orders=[orders.out(row, now) for row in found],
            counts=await rows.count(runtime.database, seen, actor.id),
            waiting=[waiting(row) for row in await rows.list_waiting(runtime.database, seen, actor.id)],
            stage=stage,
            overdue=bool(overdue),
            cursor=paging.encode(more) if more else None,
        )

    @routes.get("/orders/{id}", access="report.read", include_in_schema=False)
    async def order_page(
        request: Request, id: Id, actor: CurrentActor, after: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        if after:
            await runtime.wait_for("orders", after)
            await runtime.wait_for("reports", after)
        page: Response = await made.order(request, actor, id)
        return page

    @routes.get("/reports/{id}/custody", access="report.read", include_in_schema=False)
    async def handover_page(
        request: Request, id: Id, actor: CurrentActor, after: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        if after:
            await runtime.wait_for("custodies", after)
        page: Response = await made.custody(request, actor, id)
        return page


Words = Annotated[str, Form(max_length=2_000)]


def _steps(routes: Routes, made: OrderPages) -> None:
    orders = made.orders

    def clock() -> datetime:
        now: datetime = orders.runtime.clock()
        return now

    async def step(
        request: Request, id_: str, actor: Actor, key: Idempotency, action: Action, command: order.Command
    ) -> Response:
        where = await orders.allowed(actor, id_, action)
        return await made.done(request, actor, id_, orders.step(actor, id_, command, key, where))

    @routes.post("/orders/{id}/accept", access="report.classify", include_in_schema=False)
    async def accept(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey) -> Response:
        command = order.AcceptOrder(by=actor.id, now=clock())
        return await step(request, id, actor, key, "report.classify", command)

    @routes.post("/orders/{id}/object", access="report.refuse", include_in_schema=False)
    async def object_to(
        request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, words: Words = ""
    ) -> Response:
        await orders.allowed(actor, id, "report.refuse")
        reason = await orders.orders.words(id, _said(words))
        command = order.ObjectToOrder(reason=reason, here=orders.here, by=actor.id, now=clock())
        return await step(request, id, actor, key, "report.refuse", command)

    @routes.post("/orders/{id}/extension", access="report.classify", include_in_schema=False)
    async def ask_extension(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        until: Annotated[str, Form(max_length=40)] = "",
        words: Words = "",
    ) -> Response:
        await orders.allowed(actor, id, "report.classify")
        command = order.AskExtension(
            until=_moment(until),
            reason=await orders.orders.words(id, _said(words)),
            here=orders.here,
            by=actor.id,
            now=clock(),
        )
        return await step(request, id, actor, key, "report.classify", command)

    @routes.post("/orders/{id}/extension/decide", access="report.direct", include_in_schema=False)
    async def decide_extension(
        request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, approved: Annotated[bool, Form()]
    ) -> Response:
        command = order.DecideExtension(approved=approved, by=actor.id, now=clock())
        return await step(request, id, actor, key, "report.direct", command)

    @routes.post("/orders/{id}/finish", access="report.classify", include_in_schema=False)
    async def finish(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        outcome: Annotated[Outcome, Form()],
        words: Annotated[str, Form(max_length=20_000)] = "",
    ) -> Response:
        await orders.allowed(actor, id, "report.classify")
        result = await orders.orders.words(id, _said(words))
        command = order.FinishOrder(outcome=outcome, result=result, by=actor.id, now=clock())
        return await step(request, id, actor, key, "report.classify", command)

    @routes.post("/orders/{id}/call-back", access="report.classify", include_in_schema=False)
    async def call_back(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        satisfied: Annotated[bool, Form()],
        words: Words = "",
    ) -> Response:
        await orders.allowed(actor, id, "report.classify")
        said = await orders.orders.words(id, words) if words.strip() else None
        command = order.RecordCallBack(satisfied=satisfied, words=said, by=actor.id, now=clock())
        return await step(request, id, actor, key, "report.classify", command)

    @routes.post("/orders/{id}/reopening", access="report.direct", include_in_schema=False)
    async def decide_reopening(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        approved: Annotated[bool, Form()],
        words: Words = "",
    ) -> Response:
        await orders.allowed(actor, id, "report.direct")
        reason = await orders.orders.words(id, _said(words))
        command = order.DecideReopening(approved=approved, reason=reason, by=actor.id, now=clock())
        return await step(request, id, actor, key, "report.direct", command)


def _handovers(routes: Routes, made: OrderPages) -> None:
    orders = made.orders

    def clock() -> datetime:
        now: datetime = orders.runtime.clock()
        return now

    @routes.post("/reports/{id}/custody", access="report.refuse", include_in_schema=False)
    async def propose(
        request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, words: Words = ""
    ) -> Response:
        permit(actor, "report.refuse", await scope(orders.api, id))
        command = custody.ProposeHandover(
            matter=await orders.handovers.matter(id),
            reason=await orders.handovers.words(id, _said(words)),
            here=orders.here,
            by=actor.id,
            now=clock(),
        )
        asked = orders.hand(actor, id, "report.refuse", command, key)
        return await made.done(request, actor, id, asked, of_order=False)

    @routes.post("/reports/{id}/custody/answer", access="report.classify", include_in_schema=False)
    async def answer(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        accepted: Annotated[bool, Form()],
        words: Words = "",
    ) -> Response:
        where = await scope(orders.api, id)
        permit(actor, "report.classify", where)
        said = await orders.handovers.words(id, words) if words.strip() else None
        answered = SealedAnswer(report=id, accepted=accepted, words=said, message="")
        asked = orders.handovers.answer(answered, orders.api.meta_of(actor, where, key), key.command_id)
        return await made.done(request, actor, id, asked, of_order=False)

    @routes.post("/reports/{id}/custody/withdraw", access="report.refuse", include_in_schema=False)
    async def withdraw(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey) -> Response:
        command = custody.WithdrawHandover(by=actor.id, now=clock())
        asked = orders.hand(actor, id, "report.refuse", command, key)
        return await made.done(request, actor, id, asked, of_order=False)

    @routes.post("/reports/{id}/custody/call", access="report.classify", include_in_schema=False)
    async def note_call(
        request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, words: Words = ""
    ) -> Response:
        permit(actor, "report.classify", await scope(orders.api, id))
        command = custody.NoteThreeWayCall(
            matter=await orders.handovers.matter(id),
            words=await orders.handovers.words(id, words) if words.strip() else None,
            by=actor.id,
            now=clock(),
        )
        asked = orders.hand(actor, id, "report.classify", command, key)
        return await made.done(request, actor, id, asked, of_order=False)


def _said(words: str) -> str:
    if not words.strip():
        raise malformed(Fault(mark("This must not be blank."), parameter="words"))
    return words.strip()


def _moment(text: str) -> datetime:
    """What a browser's field for a local time sends."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise malformed(Fault(mark("Give a day and a time."), parameter="until")) from None
