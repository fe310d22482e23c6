"""A work order of the hotline (12345 工单) as this station has it: taken, objected to, extended, finished, called back.

The hotline's own number, urgency and clock are kept beside ours. What it says later is taken where it fits, and kept as
a note where it comes too late, too early or out of order: nothing that it says is dropped.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Final, Literal, TypeAlias, TypedDict, assert_never

from pydantic import AwareDatetime, BaseModel

from services.intake.domain import limits
from services.intake.domain.limits import said
from shared.eventsourcing.decider import Code, Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed
from shared.law.here import Here
from shared.law.legal_time import day_of

Urgency: TypeAlias = Literal["danger", "utilities", "normal", "complex"]
"""紧急（危险、影响稳定）、水电气热、一般、疑难."""
Outcome: TypeAlias = Literal["solved", "explained", "not_solvable"]
"""已解决、已解释说明、无法解决."""
Stage: TypeAlias = Literal[
    "received", "accepted", "objected", "returned", "finished", "reopening_asked", "closed", "withdrawn"
]
"""待签收、办理中、异议待裁、已退回、已办结待回访、申请重办、已归档、热线已撤单."""
ClockName: TypeAlias = Literal["answer", "hotline"]
UpdateKind: TypeAlias = Literal[
    "urged",
    "amended",
    "clock_changed",
    "objection_upheld",
    "objection_dismissed",
    "called_back_satisfied",
    "called_back_unsatisfied",
    "withdrawn",
    "reopened",
]
"""催办、补充、调整时限、异议成立、异议不成立、回访满意、回访不满意、撤单、重办."""
WhyNoted: TypeAlias = Literal["before_the_order", "older_than_what_is_known", "does_not_fit"]

ENDED: Final[dict[Stage, str]] = {
    "returned": "sent back to the hotline",
    "finished": "finished",
    "reopening_asked": "finished, and its reopening asked for",
    "closed": "closed",
    "withdrawn": "withdrawn by the hotline",
}
"""How a refusal names where an order is that is not open any more."""
OPEN: Final = frozenset[Stage]({"received", "accepted", "objected"})


# Commands


class ReceiveOrder(BaseModel, frozen=True):
    """Take in an order that the hotline assigned to us (接收工单)."""

    order: str
    report: str
    code: str
    hotline: str
    number: str
    station: str
    community: str | None = None
    grid: str | None = None
    urgency: Urgency = "normal"
    direct: bool = False
    answer_by: AwareDatetime | None = None
    assigned_at: AwareDatetime
    digest: str
    now: AwareDatetime


class AcceptOrder(BaseModel, frozen=True):
    """Sign for it as ours (签收)."""

    by: str
    now: AwareDatetime


class ObjectToOrder(BaseModel, frozen=True):
    """Say that it is not ours (提出异议), within the limit."""

    reason: Sealed
    here: Here
    by: str
    now: AwareDatetime


class AskExtension(BaseModel, frozen=True):
    """Ask for more time (申请延期)."""

    until: AwareDatetime
    reason: Sealed
    here: Here
    by: str
    now: AwareDatetime


class DecideExtension(BaseModel, frozen=True):
    """Approve the extension, or not (审批延期); never the one who asked."""

    approved: bool
    by: str
    now: AwareDatetime


class FinishOrder(BaseModel, frozen=True):
    """Finish it with its result (办结)."""

    outcome: Outcome
    result: Sealed
    by: str
    now: AwareDatetime


class RecordCallBack(BaseModel, frozen=True):
    """Write down what the call-back found (回访)."""

    satisfied: bool
    words: Sealed | None = None
    by: str
    now: AwareDatetime


class DecideReopening(BaseModel, frozen=True):
    """Work on it again, or say why not (重办审核)."""

    approved: bool
    reason: Sealed
    by: str
    now: AwareDatetime


class TakeUpdate(BaseModel, frozen=True):
    """Take what the hotline says later (热线更新), under an id of its own."""

    order: str
    hotline: str
    number: str
    update: str
    kind: UpdateKind
    words: Sealed | None = None
    answer_by: AwareDatetime | None = None
    said_at: AwareDatetime
    now: AwareDatetime


class MarkOverdue(BaseModel, frozen=True):
    """A clock has run out (超时)."""

    clock: ClockName
    here: Here
    now: AwareDatetime


Command: TypeAlias = (
    ReceiveOrder
    | AcceptOrder
    | ObjectToOrder
    | AskExtension
    | DecideExtension
    | FinishOrder
    | RecordCallBack
    | DecideReopening
    | TakeUpdate
    | MarkOverdue
)
COMMANDS: Final[tuple[type[BaseModel], ...]] = (
    ReceiveOrder,
    AcceptOrder,
    ObjectToOrder,
    AskExtension,
    DecideExtension,
    FinishOrder,
    RecordCallBack,
    DecideReopening,
    TakeUpdate,
    MarkOverdue,
)


# Events


class OrderReceived(Event, frozen=True):
    """An order came in (已接收), with the hotline's own number, urgency and time."""

    stored_as: ClassVar[str] = "order-received"
    order: str
    report: str
    code: str
    hotline: str
    number: str
    station: str
    community: str | None
    grid: str | None
    urgency: Urgency
    direct: bool
    answer_by: AwareDatetime | None
    assigned_at: AwareDatetime
    digest: str
    received_at: AwareDatetime


class OrderStep(Event, frozen=True):
    """What every later event of an order tells, so that it can be told on by itself."""

    order: str
    code: str
    hotline: str
    number: str
    urgency: Urgency = "normal"


class OrderAccepted(OrderStep, frozen=True):
    """It was signed for (已签收)."""

    stored_as: ClassVar[str] = "order-accepted"
    by: str
    accepted_at: AwareDatetime


class OrderObjected(OrderStep, frozen=True):
    """It was objected to as not ours (已提出异议); `beyond` is the article whose unconfirmed limit had passed."""

    stored_as: ClassVar[str] = "order-objected"
    reason: Sealed
    article: str
    beyond: bool
    by: str
    objected_at: AwareDatetime


class ObjectionRuled(OrderStep, frozen=True):
    """The hotline ruled on the objection (异议已裁定): upheld, the order is not ours; else it is."""

    stored_as: ClassVar[str] = "order-objection-ruled"
    upheld: bool
    ruled_at: AwareDatetime


class ExtensionAsked(OrderStep, frozen=True):
    """More time was asked for (已申请延期)."""

    stored_as: ClassVar[str] = "order-extension-asked"
    until: AwareDatetime
    reason: Sealed
    by: str
    asked_at: AwareDatetime


class ExtensionDecided(OrderStep, frozen=True):
    """The extension was approved or not (延期已审批), by somebody else than who asked."""

    stored_as: ClassVar[str] = "order-extension-decided"
    approved: bool
    until: AwareDatetime
    reason: Sealed
    asked_by: str
    by: str
    decided_at: AwareDatetime


class OrderFinished(OrderStep, frozen=True):
    """It was finished (已办结), with its result."""

    stored_as: ClassVar[str] = "order-finished"
    outcome: Outcome
    result: Sealed
    by: str
    finished_at: AwareDatetime


class OrderCalledBack(OrderStep, frozen=True):
    """The person was called back (已回访). Not satisfied asks for reopening by itself."""

    stored_as: ClassVar[str] = "order-called-back"
    satisfied: bool
    words: Sealed | None
    by: str
    called_at: AwareDatetime


class ReopeningDecided(OrderStep, frozen=True):
    """It is worked on again, or the reason was told why not (重办已审核)."""

    stored_as: ClassVar[str] = "order-reopening-decided"
    approved: bool
    reason: Sealed
    by: str
    decided_at: AwareDatetime


class UpdateNoted(OrderStep, frozen=True):
    """The hotline said something more (热线更新); `noted` says why it changed nothing, if it did not."""

    stored_as: ClassVar[str] = "order-update-noted"
    update: str
    kind: UpdateKind
    words: Sealed | None
    answer_by: AwareDatetime | None
    said_at: AwareDatetime
    noted: WhyNoted | None
    noted_at: AwareDatetime


class OrderOverdue(OrderStep, frozen=True):
    """A clock ran out (已超时) while the order was open."""

    stored_as: ClassVar[str] = "order-overdue"
    clock: ClockName
    due: AwareDatetime
    article: str
    marked_at: AwareDatetime


LaterEvent: TypeAlias = (
    OrderAccepted
    | OrderObjected
    | ObjectionRuled
    | ExtensionAsked
    | ExtensionDecided
    | OrderFinished
    | OrderCalledBack
    | ReopeningDecided
    | UpdateNoted
    | OrderOverdue
)
OrderEvent: TypeAlias = OrderReceived | LaterEvent
EVENTS: Final[tuple[type[OrderEvent], ...]] = (
    OrderReceived,
    OrderAccepted,
    OrderObjected,
    ObjectionRuled,
    ExtensionAsked,
    ExtensionDecided,
    OrderFinished,
    OrderCalledBack,
    ReopeningDecided,
    UpdateNoted,
    OrderOverdue,
)


# Refusals


class NoSuchOrder(Unknown):
    say = sentence("No order has come in under this number. Check it, or look for it in the list.")


class OrderChanged(Refusal):
    say = sentence("Order {number} came before with other contents. Send what is new as an update of that order.")


class OrderNotOpen(Refusal):
    say = sentence("This order is {stage}: this step is not possible any more. Its page shows what is.")


class NotSignedFor(Refusal):
    say = sentence("This order has not been signed for yet. Sign for it first, or object that it is not yours.")


class ObjectionPending(Refusal):
    say = sentence("An objection is with the hotline. Wait for its ruling; until then the order stays with you.")


class AlreadyRuled(Refusal):
    say = sentence("The hotline has ruled that this order is yours. There is no second objection: work on it.")


class MayNotReturn(Refusal):
    say = sentence("This order was assigned to this unit directly and may not be returned ({article}). Work on it.")


class ObjectionTooLate(Refusal):
    say = sentence(
        "The time to object ended at {due} ({article}). Work on the order, or agree with the hotline who takes it."
    )


class ExtensionPending(Refusal):
    say = sentence("An extension has been asked for already. Decide on it first.")


class NoExtensionAsked(Refusal):
    say = sentence("Nobody has asked for an extension of this order. Ask for one first.")


class OwnExtension(Refusal):
    say = sentence("You asked for this extension yourself. Somebody else must approve it.")


class NotLater(Refusal):
    say = sentence("The order is due at {due}. An extension must end later than that.")


class ExtensionTooLate(Refusal):
    say = sentence("The order was due at {due}: it is late, and no extension changes that. Finish it and say why.")


class NotFinished(Refusal):
    say = sentence("This order is not finished. Finish it with its result, then call the person back.")


class OwnResult(Refusal):
    say = sentence("You finished this order yourself. Somebody else must decide that it is not reopened.")


class NoReopeningAsked(Refusal):
    say = sentence(
        "Nobody has asked to reopen this order: it is reopened where a call-back finds the person unsatisfied."
    )


# State


@dataclass(frozen=True, slots=True)
class NotReceived:
    """The order is not here yet; what the hotline said of it before is."""

    heard: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Order:
    received: OrderReceived
    stage: Stage
    started: AwareDatetime
    """Of the present round: from its receipt, or from its reopening."""
    answer_by: AwareDatetime | None
    """The hotline's own time."""
    heard: frozenset[str]
    heard_at: AwareDatetime | None = None
    """Of the newest word of the hotline that was acted upon."""
    resting: Stage = "received"
    """What it was before an objection."""
    ruled: bool = False
    extended: AwareDatetime | None = None
    asked: ExtensionAsked | None = None
    overdue: frozenset[ClockName] = frozenset()
    finished_by: str = ""


State: TypeAlias = NotReceived | Order


# Decisions


def decide(command: Command, state: State) -> list[OrderEvent]:
    match command:
        case ReceiveOrder():
            return receive(command, state)
        case TakeUpdate():
            return take_update(command, state)
        case _:
            if isinstance(state, NotReceived):
                raise NoSuchOrder
            return step(command, state)


def step(
    command: AcceptOrder
    | ObjectToOrder
    | AskExtension
    | DecideExtension
    | FinishOrder
    | RecordCallBack
    | DecideReopening
    | MarkOverdue,
    order: Order,
) -> list[OrderEvent]:
    match command:
        case AcceptOrder():
            return accept(command, order)
        case ObjectToOrder():
            return object_to(command, order)
        case AskExtension():
            return ask_extension(command, order)
        case DecideExtension():
            return decide_extension(command, order)
        case FinishOrder():
            return finish(command, order)
        case RecordCallBack():
            return call_back(command, order)
        case DecideReopening():
            return decide_reopening(command, order)
        case MarkOverdue():
            return mark_overdue(command, order)
        case _:
            assert_never(command)


def receive(command: ReceiveOrder, state: State) -> list[OrderEvent]:
    if isinstance(state, Order):
        if state.received.digest == command.digest:
            return []
        raise OrderChanged(number=command.number)
    return [
        OrderReceived(**command.model_dump(exclude={"now"}), received_at=command.now),
    ]


def accept(command: AcceptOrder, order: Order) -> list[OrderEvent]:
    match order.stage:
        case "accepted":
            return []
        case "received":
            return [OrderAccepted(**_of(order), by=command.by, accepted_at=command.now)]
        case _:
            raise _not_open(order)


def object_to(command: ObjectToOrder, order: Order) -> list[OrderEvent]:
    if order.stage not in ("received", "accepted"):
        raise _not_open(order)
    if order.ruled:
        raise AlreadyRuled
    forbidden = command.here.find("hotline-return", day_of(order.started))
    if order.received.direct and forbidden is not None and command.here.binds(forbidden):
        raise MayNotReturn(article=forbidden.article)
    limit = limits.objection(order.started, command.here)
    beyond = limit is not None and command.now > limit.due
    if limit is not None and beyond and limit.binds:
        raise ObjectionTooLate(due=said(limit.due), article=limit.rule.article)
    return [
        OrderObjected(
            **_of(order),
            reason=command.reason,
            article="" if limit is None else limit.rule.article,
            beyond=beyond,
            by=command.by,
            objected_at=command.now,
        )
    ]


def ask_extension(command: AskExtension, order: Order) -> list[OrderEvent]:
    _in_hand(order)
    if order.asked is not None:
        raise ExtensionPending
    due = due_of(order, command.here)
    if due is not None and command.now > due:
        raise ExtensionTooLate(due=said(due))
    if command.until <= (due or command.now):
        raise NotLater(due=said(due or command.now))
    return [
        ExtensionAsked(**_of(order), until=command.until, reason=command.reason, by=command.by, asked_at=command.now)
    ]


def decide_extension(command: DecideExtension, order: Order) -> list[OrderEvent]:
    _in_hand(order)
    if order.asked is None:
        raise NoExtensionAsked
    if order.asked.by == command.by:
        raise OwnExtension
    return [
        ExtensionDecided(
            **_of(order),
            approved=command.approved,
            until=order.asked.until,
            reason=order.asked.reason,
            asked_by=order.asked.by,
            by=command.by,
            decided_at=command.now,
        )
    ]


def finish(command: FinishOrder, order: Order) -> list[OrderEvent]:
    _in_hand(order)
    return [
        OrderFinished(
            **_of(order), outcome=command.outcome, result=command.result, by=command.by, finished_at=command.now
        )
    ]


def call_back(command: RecordCallBack, order: Order) -> list[OrderEvent]:
    if order.stage in OPEN:
        raise NotFinished
    if order.stage != "finished":
        raise _not_open(order)
    return [
        OrderCalledBack(
            **_of(order), satisfied=command.satisfied, words=command.words, by=command.by, called_at=command.now
        )
    ]


def decide_reopening(command: DecideReopening, order: Order) -> list[OrderEvent]:
    if order.stage != "reopening_asked":
        raise NoReopeningAsked
    if not command.approved and command.by == order.finished_by:
        raise OwnResult
    return [
        ReopeningDecided(
            **_of(order), approved=command.approved, reason=command.reason, by=command.by, decided_at=command.now
        )
    ]


def take_update(command: TakeUpdate, state: State) -> list[OrderEvent]:
    if command.update in state.heard:
        return []
    if isinstance(state, NotReceived):
        return [_noted(command, "", "normal", "before_the_order")]
    effect = effect_of(command, state)
    why: WhyNoted | None = None
    if effect is None:
        why = "does_not_fit"
    elif state.heard_at is not None and command.said_at < state.heard_at and command.kind not in _MERE_WORDS:
        why = "older_than_what_is_known"
    return [
        _noted(command, state.received.code, state.received.urgency, why),
        *(effect if effect is not None and why is None else []),
    ]


_MERE_WORDS: Final = frozenset[UpdateKind]({"urged", "amended"})
"""They change no state: an older one is as welcome as a newer one."""


def effect_of(command: TakeUpdate, order: Order) -> list[OrderEvent] | None:
    """What follows from what the hotline said, beside the note of it; None where it does not fit the order's stage."""
    match command.kind:
        case "urged" | "amended":
            return []
        case "clock_changed":
            return None if command.answer_by is None else []
        case "objection_upheld" | "objection_dismissed":
            if order.stage != "objected":
                return None
            upheld = command.kind == "objection_upheld"
            return [ObjectionRuled(**_of(order), upheld=upheld, ruled_at=command.now)]
        case "called_back_satisfied" | "called_back_unsatisfied":
            if order.stage != "finished":
                return None
            satisfied = command.kind == "called_back_satisfied"
            by = order.received.hotline
            return [
                OrderCalledBack(**_of(order), satisfied=satisfied, words=command.words, by=by, called_at=command.now)
            ]
        case "withdrawn":
            return [] if order.stage in OPEN else None
        case "reopened":
            return None if order.stage in OPEN else []
        case _:
            assert_never(command.kind)


def mark_overdue(command: MarkOverdue, order: Order) -> list[OrderEvent]:
    if order.stage not in OPEN or command.clock in order.overdue:
        return []
    due, article = order.answer_by, ""
    if command.clock == "answer":
        limit = limits.answer(order.started, order.received.urgency, command.here)
        due, article = due_of(order, command.here), "" if limit is None else limit.rule.article
    if due is None or command.now < due:
        return []
    return [OrderOverdue(**_of(order), clock=command.clock, due=due, article=article, marked_at=command.now)]


def due_of(order: Order, here: Here) -> AwareDatetime | None:
    """When we have to answer: as extended, else by the city's rule; None where the city has none."""
    limit = limits.answer(order.started, order.received.urgency, here)
    return order.extended or (None if limit is None else limit.due)


class Named(TypedDict):
    order: str
    code: str
    hotline: str
    number: str
    urgency: Urgency


def _of(order: Order) -> Named:
    received = order.received
    return {
        "order": received.order,
        "code": received.code,
        "hotline": received.hotline,
        "number": received.number,
        "urgency": received.urgency,
    }


def _in_hand(order: Order) -> None:
    if order.stage == "received":
        raise NotSignedFor
    if order.stage != "accepted":
        raise _not_open(order)


def _not_open(order: Order) -> Refusal:
    return ObjectionPending() if order.stage == "objected" else OrderNotOpen(stage=Code(ENDED[order.stage]))


def _noted(command: TakeUpdate, code: str, urgency: Urgency, why: WhyNoted | None) -> UpdateNoted:
    return UpdateNoted(
        **command.model_dump(exclude={"now"}), code=code, urgency=urgency, noted=why, noted_at=command.now
    )


# What a past event means


def evolve(state: State, event: OrderEvent) -> State:
    match event:
        case OrderReceived():
            return Order(event, "received", event.received_at, event.answer_by, state.heard)
        case UpdateNoted() if isinstance(state, NotReceived):
            return NotReceived(state.heard | {event.update})
        case _:
            assert isinstance(state, Order), "a step is decided for an order that is here"
            return after(state, event)


def after(order: Order, event: LaterEvent) -> Order:
    match event:
        case OrderAccepted():
            return replace(order, stage="accepted")
        case OrderObjected():
            return replace(order, stage="objected", resting=order.stage)
        case ObjectionRuled():
            return replace(order, stage="returned" if event.upheld else order.resting, ruled=True)
        case ExtensionAsked():
            return replace(order, asked=event)
        case ExtensionDecided():
            if not event.approved:
                return replace(order, asked=None)
            return replace(order, asked=None, extended=event.until, overdue=order.overdue - {"answer"})
        case OrderFinished():
            return replace(order, stage="finished", asked=None, finished_by=event.by)
        case OrderCalledBack():
            return replace(order, stage="closed" if event.satisfied else "reopening_asked")
        case ReopeningDecided():
            return begun_again(order, event.decided_at) if event.approved else replace(order, stage="closed")
        case UpdateNoted():
            return heard(order, event)
        case OrderOverdue():
            return replace(order, overdue=order.overdue | {event.clock})
        case _:
            assert_never(event)


def heard(order: Order, event: UpdateNoted) -> Order:
    known = replace(order, heard=order.heard | {event.update})
    if event.noted is not None or event.kind in _MERE_WORDS:
        return known
    newest = event.said_at if order.heard_at is None else max(event.said_at, order.heard_at)
    known = replace(known, heard_at=newest)
    match event.kind:
        case "clock_changed":
            return replace(known, answer_by=event.answer_by, overdue=known.overdue - {"hotline"})
        case "withdrawn":
            return replace(known, stage="withdrawn")
        case "reopened":
            return begun_again(known, event.noted_at, event.answer_by)
        case _:
            return known


def begun_again(order: Order, at: AwareDatetime, answer_by: AwareDatetime | None = None) -> Order:
    """A new round with clocks of its own: in hand where it was ours, to be signed for where it had gone back."""
    stage: Stage = "received" if order.stage in ("returned", "withdrawn") else "accepted"
    return Order(order.received, stage, at, answer_by, order.heard, order.heard_at, resting=stage)


order: Final[Decider[Command, State, OrderEvent]] = Decider(NotReceived(), decide, evolve)
