"""The API of the hotline's work orders and of hand-overs between 110 and 12345: taken, answered, timed, looked at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from pydantic import AwareDatetime, BaseModel, Field
from starlette.requests import Request

from services.intake.application.orders import (
    HOTLINE,
    Handovers,
    OrderDraft,
    Orders,
    SealedAnswer,
    SealedUpdate,
    order_id,
    seal,
)
from services.intake.application.submissions import Code, Line, Moment, Text, Where
from services.intake.domain import custody, limits, order
from services.intake.domain.custody import Side
from services.intake.domain.order import Outcome, Stage, UpdateKind, Urgency
from services.intake.domain.streams import CUSTODY, ORDER
from services.intake.entrypoints.http import NAMED, Api, Id, before, done, scope, scope_of
from services.intake.entrypoints.schemas import Body, Done
from services.intake.projections import orders as rows
from shared.access.actors import Actor, Scope
from shared.access.rights import Action, areas, authorize
from shared.eventsourcing.commands import Handled, derived_id, keyed_fingerprint
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.sealing import sealed_in
from shared.eventsourcing.store import instant, microseconds
from shared.eventsourcing.streams import StreamType
from shared.law.here import Here
from shared.law.legal_time import day_of
from shared.law.rules import Rule
from shared.web.idempotency import Idempotency, IdempotencyKey, OptionalIdempotencyKey
from shared.web.languages import mark
from shared.web.paging import CurrentAfter, CurrentPaging, IfMatch, etag, link_next
from shared.web.problems import not_found
from shared.web.routes import CurrentActor, Routes, permit

# What is taken


class OrderIn(Body):
    hotline: Code = HOTLINE
    number: Line = Field(max_length=120, description="The hotline's own number of it.")
    subject: Line = Field(max_length=500)
    text: Text = Field(default="", max_length=200_000)
    urgency: Urgency = "normal"
    direct: bool = Field(default=False, description="Assigned to this unit directly (直派).")
    answer_by: Moment | None = Field(default=None, description="The hotline's own time, kept beside ours.")
    assigned_at: Moment
    reporter_name: Text | None = Field(default=None, max_length=100)
    reporter_phone: Text | None = Field(default=None, max_length=40)
    station: Code | None = None
    place: Where = Where()
    report: Code | None = Field(default=None, description="A report that is here already and that the order is about.")


class UpdateIn(Body):
    hotline: Code = HOTLINE
    number: Line = Field(max_length=120)
    id: Code | None = Field(default=None, description="The hotline's id of this word; the Idempotency-Key without it.")
    kind: UpdateKind
    text: Text = Field(default="", max_length=20_000)
    answer_by: Moment | None = None
    said_at: Moment


class ObjectIn(Body):
    reason: Line = Field(max_length=2_000)


class ExtensionIn(Body):
    until: Moment
    reason: Line = Field(max_length=2_000)


class ApprovalIn(Body):
    approved: bool


class FinishIn(Body):
    outcome: Outcome
    result: Line = Field(max_length=20_000)


class CallBackIn(Body):
    satisfied: bool
    words: Text = Field(default="", max_length=2_000)


class ReopeningIn(Body):
    approved: bool
    reason: Line = Field(max_length=2_000)


class HandoverIn(Body):
    reason: Line = Field(max_length=2_000)


class HandoverAnswerIn(Body):
    accepted: bool
    words: Text = Field(default="", max_length=2_000)
    message: Code | None = Field(default=None, description="Of another system: its own id of the answer.")


class WordsIn(Body):
    words: Text = Field(default="", max_length=2_000)


# What is answered


class RuleOut(BaseModel):
    id: str
    article: str
    zh: str
    en: str
    source: str
    standing: Literal["read", "excerpt", "unread"]
    binds: bool = Field(description="whether it refuses; if not, it warns until the city's legal officer confirms it")


class ClockOut(BaseModel):
    """A time limit as it stands at this moment."""

    name: Literal["object", "answer", "hotline"]
    started: AwareDatetime
    due: AwareDatetime
    used: float = Field(description="the share of the time that is used; 1 is its end")
    level: limits.Level = Field(description="half from 50 %, near from 80 %, over beyond 100 %")
    rule: RuleOut | None = Field(description="None for the hotline's own clock, and for one that was extended")
    extended: bool = False
    certain: bool = Field(description="false where it reaches into a year whose holidays are not known here yet")


class OrderOut(BaseModel):
    id: str
    report: str
    code: str
    hotline: str
    number: str
    station: str
    community: str | None
    grid: str | None
    urgency: Urgency
    direct: bool
    stage: Stage
    round: int
    assigned_at: AwareDatetime
    started: AwareDatetime
    clocks: list[ClockOut]
    overdue: bool
    extension_asked_until: AwareDatetime | None
    notes: int = Field(description="words of the hotline that changed nothing: look at them")
    version: int


class OrderPage(BaseModel):
    orders: list[OrderOut]
    counts: dict[str, int]


class Entry(BaseModel):
    """One thing that happened, with what was written then."""

    type: str
    at: AwareDatetime
    by: str
    facts: dict[str, Any]
    words: str | None


class OrderDetail(OrderOut):
    subject: str | None
    text: str | None
    may: list[str] = Field(description="the steps that you may take now")
    owner: Side = Field(description="who has the matter between 110 and 12345")
    history: list[Entry]


class OrderTaken(BaseModel):
    id: str
    report: str
    code: str
    position: int


class StepDone(Done):
    warnings: list[RuleOut] = Field(description="rules that would have refused this, had anybody here confirmed them")


class UpdateTaken(Done):
    noted: order.WhyNoted | None = Field(
        description="why it was kept as a note and changed nothing; None: it was taken"
    )


class Custody(BaseModel):
    report: str
    code: str
    number: str
    first: Side
    owner: Side
    proposed_to: Side | None
    answer_by: AwareDatetime | None
    settled: str = Field(description="the rule by which it stayed with the first receiver; empty if it may be proposed")
    may: list[str]
    history: list[Entry]


class CustodyRow(BaseModel):
    report: str
    code: str
    number: str
    owner: Side
    proposed_to: Side
    answer_by: AwareDatetime


class CustodyPage(BaseModel):
    waiting: list[CustodyRow]


# The work


class OrderApi:
    """What the routes of orders and hand-overs work with; also used by their pages."""

    def __init__(self, api: Api, here: Here) -> None:
        self.api = api
        self.here = here
        self.orders = Orders(api.runtime, here)
        self.handovers = Handovers(api.runtime, here)

    @property
    def runtime(self) -> Any:
        return self.api.runtime

    async def allowed(self, actor: Actor, id_: str, action: Action) -> Scope:
        """Where an order belongs: where its report does. Raises where the actor may not do this there."""
        known = await self.orders.find(id_)
        where = await scope(self.api, known.received.report)
        permit(actor, action, where)
        return where

    async def step(
        self, actor: Actor, id_: str, command: order.Command, key: Idempotency, where: Scope, seen: int | None = None
    ) -> Handled:
        return await self.orders.decide(id_, command, self.api.meta_of(actor, where, key), key.command_id, seen)

    async def row(self, actor: Actor, id_: str) -> dict[str, Any]:
        """An order's row, if it is there and the actor may see its report."""
        row = await rows.find(self.runtime.database, id_)
        if row is None:
            raise not_found(mark("No order has this number. Check it, or look for it in the list."))
        await self.api.row(actor, row["report"])
        return row

    def out(self, row: dict[str, Any], now: datetime) -> OrderOut:
        return OrderOut(**self.fields(row, now))

    def fields(self, row: dict[str, Any], now: datetime) -> dict[str, Any]:
        clocks = self.clocks(row, now)
        named = ("report", "code", "hotline", "number", "station", "community", "grid", "urgency", "direct", "stage")
        return {
            **{name: row[name] for name in (*named, "round", "notes", "version")},
            "id": row["order"],
            "assigned_at": instant(row["assigned_at"]),
            "started": instant(row["started"]),
            "clocks": clocks,
            "overdue": any(clock.level == "over" for clock in clocks if clock.name != "object"),
            "extension_asked_until": None if row["asked_until"] is None else instant(row["asked_until"]),
        }

    def clocks(self, row: dict[str, Any], now: datetime) -> list[ClockOut]:
        """Ours by the rules of the day on which they began, and the hotline's own."""
        started = instant(row["started"])
        stopped = None if row["stopped"] is None else instant(row["stopped"])
        found: list[ClockOut] = []
        if row["object_due"] is not None and row["stage"] in ("received", "accepted"):
            found.append(self._clock("object", started, row["object_due"], None, now, row["object_rule"]))
        if row["answer_due"] is not None:
            rule = "" if row["extended"] else row["answer_rule"]
            found.append(self._clock("answer", started, row["answer_due"], stopped, now, rule, row["extended"]))
        if row["hotline_due"] is not None:
            begun = instant(row["assigned_at"]) if row["round"] == 1 else started
            found.append(self._clock("hotline", begun, row["hotline_due"], stopped, now))
        return found

    def _clock(
        self,
        name: Literal["object", "answer", "hotline"],
        started: datetime,
        until: int,
        stopped: datetime | None,
        now: datetime,
        rule_id: str = "",
        extended: bool = False,
    ) -> ClockOut:
        due = instant(until)
        first, last = day_of(started), day_of(due)
        rule = self.here.find(rule_id, first) if rule_id else None
        return ClockOut(
            name=name,
            started=started,
            due=due,
            used=round(limits.share(started, due, stopped or now), 3),
            level=limits.level(started, due, stopped, now),
            rule=None if rule is None else self.rule(rule),
            extended=extended,
            certain=rule is None or self.here.calendar.knows(first, last),
        )

    def rule(self, rule: Rule) -> RuleOut:
        return RuleOut(
            id=rule.id,
            article=rule.article,
            zh=rule.text.zh,
            en=rule.text.en,
            source=rule.source,
            standing=rule.standing,
            binds=self.here.binds(rule),
        )

    async def detail(self, actor: Actor, id_: str) -> OrderDetail:
        row = await self.row(actor, id_)
        known = await self.orders.find(row["order"])
        of_report = await self.api.row(actor, row["report"])
        state = await self.api.reports.find(row["report"])
        received = state.received  # type: ignore[union-attr]
        subject, text = await self.runtime.open([received.subject, received.text], self.api.meta(actor), "an order")
        between = await self.handovers.find(row["report"])
        first: Side = "police_110" if received.channel == "police_110" else "hotline_12345"
        return OrderDetail(
            **self.fields(row, self.runtime.clock()),
            subject=subject,
            text=text,
            may=self.may(actor, known, scope_of(of_report)),
            owner=custody.owner(between, first),
            history=await self.history(actor, ORDER, row["order"]),
        )

    def may(self, actor: Actor, known: order.Order, where: Scope) -> list[str]:
        """The steps that the order's stage and the actor's posts allow; a rule may refuse one all the same."""
        steps: list[tuple[str, Action, bool]] = [
            ("accept", "report.classify", known.stage == "received"),
            ("object", "report.refuse", known.stage in ("received", "accepted") and not known.ruled),
            ("finish", "report.classify", known.stage == "accepted"),
            ("extend", "report.classify", known.stage == "accepted" and known.asked is None),
            ("approve", "report.direct", known.stage == "accepted" and known.asked is not None),
            ("call_back", "report.classify", known.stage == "finished"),
            ("reopen", "report.direct", known.stage == "reopening_asked"),
        ]
        return [name for name, action, fits in steps if fits and authorize(actor, action, where).allowed]

    async def history(self, actor: Actor, type_: StreamType[Any, Any, Any], id_: str) -> list[Entry]:
        """What happened, from the stream itself, with the words that were written then; the read is recorded."""
        told = await self.runtime.store.read_stream(type_.stream(id_))
        events = [(stored, self.runtime.read(stored)) for stored in told]
        boxes = [sealed_in(event) for _, event in events]
        opened = iter(
            await self.runtime.open([one for some in boxes for one in some], self.api.meta(actor), "an order's history")
        )
        entries = []
        for (stored, event), some in zip(events, boxes, strict=True):
            words = [next(opened) for _ in some]
            entries.append(
                Entry(
                    type=stored.type,
                    at=_at(event) or stored.recorded_at,
                    by=stored.decoded_meta().actor,
                    facts={name: value for name, value in event.model_dump().items() if name in _TOLD},
                    words=words[0] if words else None,
                )
            )
        return entries

    async def held(self, actor: Actor, report_id: str) -> Custody:
        of_report = await self.api.row(actor, report_id)
        matter = await self.handovers.matter(of_report["report"])
        state = await self.handovers.find(matter.report)
        held = custody.Held(matter, matter.first) if isinstance(state, custody.Untouched) else state
        where = scope_of(of_report)
        steps: list[tuple[str, Action, bool]] = [
            ("propose", "report.refuse", held.proposed is None and not held.settled),
            ("answer", "report.classify", held.proposed is not None),
            ("withdraw", "report.refuse", held.proposed is not None),
            ("call", "report.classify", True),
        ]
        return Custody(
            report=matter.report,
            code=matter.code,
            number=matter.number,
            first=matter.first,
            owner=held.owner,
            proposed_to=None if held.proposed is None else held.proposed.to,
            answer_by=None if held.proposed is None else held.proposed.answer_by,
            settled=held.settled,
            may=[name for name, action, fits in steps if fits and authorize(actor, action, where).allowed],
            history=await self.history(actor, CUSTODY, matter.report),
        )

    async def hand(
        self, actor: Actor, report_id: str, action: Action, command: custody.Command, key: Idempotency
    ) -> Handled:
        where = await scope(self.api, report_id)
        permit(actor, action, where)
        return await self.handovers.decide(report_id, command, self.api.meta_of(actor, where, key), key.command_id)

    async def taken(self, body: OrderIn, actor: Actor, key: Idempotency | None) -> OrderTaken:
        station = body.station or self.api.station
        permit(actor, "report.register", Scope(station, body.place.community, body.place.grid))
        if body.report is not None:
            permit(actor, "report.read", await scope(self.api, body.report))
        draft = OrderDraft(**body.model_dump(exclude={"station", "place", "report"}), station=station, where=body.place)
        (sealed,) = await seal([draft], self.runtime)
        id_ = order_id(body.hotline, body.number)
        contents = keyed_fingerprint(self.runtime.settings.deployment_key, body.model_dump_json().encode())
        command_id = derived_id("numbered-order", id_, contents) if key is None else key.command_id
        meta = self.api.meta(actor, station, command_id).model_copy(
            update={"fingerprint": contents if key is None else key.fingerprint}
        )
        taken = await self.orders.take(sealed, meta, command_id, body.report)
        return OrderTaken(id=taken.order, report=taken.report, code=taken.code, position=taken.handled.position)

    async def updated(self, body: UpdateIn, actor: Actor, key: Idempotency) -> tuple[str, Handled]:
        id_ = order_id(body.hotline, body.number)
        known = await self.orders.knows(id_)
        where = (
            Scope(_station(actor, self.api.station)) if known is None else await scope(self.api, known.received.report)
        )
        permit(actor, "report.register", where)
        said = SealedUpdate(
            order=id_,
            **body.model_dump(include={"hotline", "number", "kind", "answer_by", "said_at"}),
            update=body.id or key.command_id,
            words=await self.orders.words(id_, body.text) if body.text else None,
        )
        return id_, await self.orders.update(said, self.api.meta_of(actor, where, key), key.command_id)


_TOLD = frozenset(
    {
        "urgency",
        "direct",
        "article",
        "beyond",
        "upheld",
        "until",
        "approved",
        "outcome",
        "satisfied",
        "kind",
        "answer_by",
    }
    | {"said_at", "noted", "clock", "due", "owner", "to", "why", "accepted"}
)
"""What of an event is shown beside its words: no person's value is among them."""
_TIMES = ("received_at", "accepted_at", "objected_at", "ruled_at", "asked_at", "decided_at", "finished_at", "called_at")
_LATER_TIMES = ("noted_at", "marked_at", "proposed_at", "failed_at", "withdrawn_at")


def _at(event: object) -> datetime | None:
    for name in (*_TIMES, *_LATER_TIMES):
        at = getattr(event, name, None)
        if isinstance(at, datetime):
            return at
    return None


def _station(actor: Actor, otherwise: str) -> str:
    """For a word on an order that is not here yet: the station of who brings it."""
    return next((post.station for post in actor.posts if post.role == "integrator"), otherwise)


def add(routes: Routes, orders: OrderApi) -> None:
    _coming_in(routes, orders)
    _reading(routes, orders)
    _steps(routes, orders)
    _handovers(routes, orders)


def _coming_in(routes: Routes, orders: OrderApi) -> None:
    @routes.post("/orders", access="report.register", status_code=201)
    async def take_order(body: OrderIn, actor: CurrentActor, key: OptionalIdempotencyKey) -> OrderTaken:
        """Takes an order of the hotline in (接收工单), with its report, or for a report that is here already.

        The hotline's number tells a repetition. The same number with other contents is refused: send an update.
        """
        return await orders.taken(body, actor, key)

    @routes.post("/orders/updates", access="report.register")
    async def take_update(body: UpdateIn, actor: CurrentActor, key: IdempotencyKey) -> UpdateTaken:
        """Takes what the hotline says later of an order (热线更新). What does not fit is kept as a note, also before
        the order itself has come.
        """
        id_, handled = await orders.updated(body, actor, key)
        noted = next((event.noted for event in handled.events if isinstance(event, order.UpdateNoted)), None)
        return UpdateTaken(**done(id_, handled).model_dump(), noted=noted)


def _reading(routes: Routes, orders: OrderApi) -> None:
    api = orders.api

    @routes.get("/orders", access="report.read")
    async def list_orders(
        request: Request,
        response: Response,
        actor: CurrentActor,
        paging: CurrentPaging,
        after: CurrentAfter,
        stage: Annotated[Stage | None, Query()] = None,
        overdue: Annotated[bool, Query()] = False,
        number: Annotated[str | None, Query(max_length=120, pattern=NAMED)] = None,
    ) -> OrderPage:
        """Orders with their clocks, the newest first."""
        await api.wait(after, "orders")
        await api.wait(after)
        seen = areas(actor, "report.read")
        found = await rows.list_orders(
            api.runtime.database,
            seen,
            actor.id,
            stage=stage,
            overdue_at=microseconds(api.runtime.clock()) if overdue else None,
            number=number,
            before=before(paging),
            limit=paging.limit,
        )
        if len(found) == paging.limit:
            link_next(request, response, {"position": found[-1]["position"]})
        now = api.runtime.clock()
        return OrderPage(
            orders=[orders.out(row, now) for row in found],
            counts=await rows.count(api.runtime.database, seen, actor.id),
        )

    @routes.get("/orders/{id}", access="report.read")
    async def read_order(id: Id, response: Response, actor: CurrentActor, after: CurrentAfter) -> OrderDetail:
        """One order by its id, number, report or case code: its clocks, its history, what you may do now."""
        await api.wait(after, "orders")
        await api.wait(after)
        found = await orders.detail(actor, id)
        response.headers["ETag"] = etag(found.version)
        return found


def _steps(routes: Routes, orders: OrderApi) -> None:
    def clock() -> datetime:
        now: datetime = orders.runtime.clock()
        return now

    def answered(id_: str, handled: Handled, response: Response, warnings: Sequence[RuleOut] = ()) -> StepDone:
        response.headers["ETag"] = etag(handled.version)
        return StepDone(**done(id_, handled).model_dump(), warnings=list(warnings))

    @routes.post("/orders/{id}/accept", access="report.classify")
    async def accept(id: Id, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response) -> StepDone:
        """Signs for it as ours (签收)."""
        where = await orders.allowed(actor, id, "report.classify")
        command = order.AcceptOrder(by=actor.id, now=clock())
        return answered(id, await orders.step(actor, id, command, key, where, seen), response)

    @routes.post("/orders/{id}/object", access="report.refuse")
    async def object_to(
        id: Id, body: ObjectIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> StepDone:
        """Says that it is not ours (异议), within the limit; after it, refused with the article."""
        where = await orders.allowed(actor, id, "report.refuse")
        reason = await orders.orders.words(id, body.reason)
        command = order.ObjectToOrder(reason=reason, here=orders.here, by=actor.id, now=clock())
        handled = await orders.step(actor, id, command, key, where, seen)
        return answered(id, handled, response, await _ignored(orders, id, handled))

    @routes.post("/orders/{id}/extension", access="report.classify")
    async def ask_extension(
        id: Id, body: ExtensionIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> StepDone:
        """Asks for more time (申请延期), before the order is late."""
        where = await orders.allowed(actor, id, "report.classify")
        reason = await orders.orders.words(id, body.reason)
        command = order.AskExtension(until=body.until, reason=reason, here=orders.here, by=actor.id, now=clock())
        return answered(id, await orders.step(actor, id, command, key, where, seen), response)

    @routes.post("/orders/{id}/extension/decide", access="report.direct")
    async def decide_extension(
        id: Id, body: ApprovalIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> StepDone:
        """Approves it or not (审批延期); never the one who asked."""
        where = await orders.allowed(actor, id, "report.direct")
        command = order.DecideExtension(approved=body.approved, by=actor.id, now=clock())
        return answered(id, await orders.step(actor, id, command, key, where, seen), response)

    @routes.post("/orders/{id}/finish", access="report.classify")
    async def finish(
        id: Id, body: FinishIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> StepDone:
        """Finishes it with its result (办结), which goes to the hotline."""
        where = await orders.allowed(actor, id, "report.classify")
        result = await orders.orders.words(id, body.result)
        command = order.FinishOrder(outcome=body.outcome, result=result, by=actor.id, now=clock())
        return answered(id, await orders.step(actor, id, command, key, where, seen), response)

    @routes.post("/orders/{id}/call-back", access="report.classify")
    async def call_back(
        id: Id, body: CallBackIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> StepDone:
        """Writes down what the call-back found (回访). Not satisfied asks for reopening by itself."""
        where = await orders.allowed(actor, id, "report.classify")
        words = await orders.orders.words(id, body.words) if body.words else None
        command = order.RecordCallBack(satisfied=body.satisfied, words=words, by=actor.id, now=clock())
        return answered(id, await orders.step(actor, id, command, key, where, seen), response)

    @routes.post("/orders/{id}/reopening", access="report.direct")
    async def decide_reopening(
        id: Id, body: ReopeningIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> StepDone:
        """Has it worked on again, or tells the reason why not (重办审核)."""
        where = await orders.allowed(actor, id, "report.direct")
        reason = await orders.orders.words(id, body.reason)
        command = order.DecideReopening(approved=body.approved, reason=reason, by=actor.id, now=clock())
        return answered(id, await orders.step(actor, id, command, key, where, seen), response)


async def _ignored(orders: OrderApi, id_: str, handled: Handled) -> list[RuleOut]:
    """The rules that were only warned of: of a limit that had passed, of a return that is forbidden."""
    known = await orders.orders.find(id_)
    on = day_of(known.started)
    found: list[Rule] = []
    if any(isinstance(event, order.OrderObjected) and event.beyond for event in handled.events):
        found += [rule for rule in (orders.here.find("hotline-objection", on),) if rule]
    if known.received.direct:
        found += [rule for rule in (orders.here.find("hotline-return", on),) if rule]
    return [orders.rule(rule) for rule in found]


def _handovers(routes: Routes, orders: OrderApi) -> None:
    def clock() -> datetime:
        now: datetime = orders.runtime.clock()
        return now

    async def words(report_id: str, said: str) -> Sealed | None:
        return await orders.handovers.words(report_id, said) if said else None

    @routes.get("/custodies", access="report.read")
    async def list_handovers(actor: CurrentActor, after: CurrentAfter) -> CustodyPage:
        """Hand-overs between 110 and 12345 that wait for an answer, the most urgent first."""
        await orders.api.wait(after, "custodies")
        found = await rows.list_waiting(orders.runtime.database, areas(actor, "report.read"), actor.id)
        return CustodyPage(waiting=[waiting(row) for row in found])

    @routes.get("/reports/{id}/custody", access="report.read")
    async def read_handover(id: Id, actor: CurrentActor, after: CurrentAfter) -> Custody:
        """Who has this report between 110 and 12345, and how that came about."""
        await orders.api.wait(after, "reports")
        return await orders.held(actor, id)

    @routes.post("/reports/{id}/custody", access="report.refuse")
    async def propose(id: Id, body: HandoverIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Proposes that the other side takes it (一键转接). Until it says yes, whoever has it keeps it."""
        permit(actor, "report.refuse", await scope(orders.api, id))
        matter = await orders.handovers.matter(id)
        command = custody.ProposeHandover(
            matter=matter,
            reason=await orders.handovers.words(id, body.reason),
            here=orders.here,
            by=actor.id,
            now=clock(),
        )
        return done(id, await orders.hand(actor, id, "report.refuse", command, key))

    @routes.post("/reports/{id}/custody/answer", access="report.register")
    async def answer(id: Id, body: HandoverAnswerIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """The other side takes it, or does not (接收、不接收). The hotline's system answers for the hotline only."""
        where = await scope(orders.api, id)
        state = await orders.handovers.find(id)
        to = state.proposed.to if isinstance(state, custody.Held) and state.proposed else None
        permit(actor, "report.register" if to != "police_110" else "report.classify", where)
        said = SealedAnswer(
            report=id,
            accepted=body.accepted,
            words=await words(id, body.words),
            message=body.message or "",
        )
        return done(id, await orders.handovers.answer(said, orders.api.meta_of(actor, where, key), key.command_id))

    @routes.post("/reports/{id}/custody/withdraw", access="report.refuse")
    async def withdraw(id: Id, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Keeps it after all (撤回转接)."""
        command = custody.WithdrawHandover(by=actor.id, now=clock())
        return done(id, await orders.hand(actor, id, "report.refuse", command, key))

    @routes.post("/reports/{id}/custody/call", access="report.classify")
    async def note_call(id: Id, body: WordsIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Notes a call of three (三方通话)."""
        permit(actor, "report.classify", await scope(orders.api, id))
        command = custody.NoteThreeWayCall(
            matter=await orders.handovers.matter(id), words=await words(id, body.words), by=actor.id, now=clock()
        )
        return done(id, await orders.hand(actor, id, "report.classify", command, key))


def waiting(row: dict[str, Any]) -> CustodyRow:
    return CustodyRow(
        report=row["report"],
        code=row["code"],
        number=row["number"],
        owner=row["owner"],
        proposed_to=row["to"],
        answer_by=instant(row["answer_by"]),
    )
