"""A delivery: one message to one person, from its plan until it has arrived, was read, failed, or nobody can know.

    asked of         begin      submit       confirm    read   fail         give up    mark unknown
    unplanned        –          –            –          –      –            –          –
    planned          attempt    –            –          –      –            given up   –
    attempting       –          submitted    arrived    –      wait/failed  –          wait/unresolved
    awaiting retry   attempt¹   submitted    arrived    –      ·            given up   ·
    submitted        –          ·            arrived    –      wait/failed  –          ·
    arrived          –          ·            ·          seen   –            –          ·
    seen             –          ·            ·          ·      –            –          ·
    unresolved       –          submitted    arrived    –      wait/failed  given up   ·
    failed           –          submitted    arrived    –      ·            given up   ·
    given up         –          submitted²   arrived²   –      ·            ·          ·

`–` is refused, `·` changes nothing; ¹ once it is due, ² if an attempt was ever begun; planning again changes nothing.
An attempt is recorded before the message leaves, so that a process that dies in between leaves a trace and not a guess.
What the sender or the receiver learns late is a fact and outweighs what was believed in the meantime; only that another
attempt than the last one failed is no news.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Final, Literal, TypeAlias, assert_never, get_args

from pydantic import AwareDatetime, BaseModel, Field

from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed

Id: TypeAlias = Annotated[str, Field(min_length=1, max_length=120)]
Attempt: TypeAlias = Annotated[int, Field(ge=1)]

Channel: TypeAlias = Literal["inbox", "webhook"]
"""控制台收件箱、签名回调."""

FailureKind: TypeAlias = Literal["temporary", "permanent", "technical"]
"""Try again later (暂时); this message will never get through (永久); our own settings are at fault (技术)."""

Reason: TypeAlias = Literal[
    "answered",  # the receiver said no; the detail is what it answered
    "unreachable",  # no connection, or it broke off
    "timed_out",
    "unintelligible",  # no HTTP came back
    "redirected",
    "untrusted",  # the receiver's certificate
    "forbidden_target",
    "misconfigured",
    "interrupted",  # our process stopped between sending and recording
]
"""Why a delivery failed: a word and not a text, so that no personal value comes in and pages say it in any language."""

GivenUpBecause: TypeAlias = Literal["told_otherwise", "no_longer_needed", "person_not_reachable", "other"]
"""已另行告知、不再需要、联系不上、其他."""


class About(BaseModel, frozen=True, extra="forbid"):
    """Which delivery of which notice, in which matter, to whom: in every event, so that each can be told alone."""

    delivery: Id
    notice: Id
    """What was to be made known, to one or many: one notice, one delivery for each person."""
    template: Id
    case: Id
    code: Id
    person: Id
    channel: Channel


# Commands


class PlanDelivery(BaseModel, frozen=True):
    """Let this person know (计划): what, by which template, through which channel."""

    about: About
    template_version: int = Field(ge=1)
    station: Id
    account: Id | None = None
    """Whose inbox; none is the inbox of the station, whose officers pass it on by word of mouth."""
    name: Sealed | None = None
    phone: Sealed | None = None
    variables: Mapping[Id, str | Sealed]
    now: AwareDatetime


class BeginAttempt(BaseModel, frozen=True):
    """Record that the message is about to leave (开始投递). Only the caller by whom the attempt was stored may send.

    Who is refused, or answered that it was stored before, must not: another may be sending at this moment.
    """

    repeatable: bool
    """Whether the channel can take the same message twice without the person getting it twice."""
    now: AwareDatetime


class Submit(BaseModel, frozen=True):
    """The channel took the message (已提交)."""

    attempt: Attempt
    provider_id: Annotated[str, Field(max_length=200)] | None = None
    delivered: bool = False
    """Whether with this channel being taken is being delivered."""
    now: AwareDatetime


class ConfirmDelivered(BaseModel, frozen=True):
    """The message is known to have arrived (送达)."""

    now: AwareDatetime


class MarkRead(BaseModel, frozen=True):
    """It was opened in the inbox (已读)."""

    now: AwareDatetime


class Fail(BaseModel, frozen=True):
    """An attempt did not get through (失败)."""

    attempt: Attempt
    kind: FailureKind
    reason: Reason
    detail: str = Field(default="", max_length=40)
    retry_after: timedelta | None = None
    """How long the receiver asked to be left alone."""
    now: AwareDatetime


class GiveUp(BaseModel, frozen=True):
    """A person ends it (放弃): no further attempt, and it leaves the list of what waits for someone to look at it."""

    reason: GivenUpBecause
    now: AwareDatetime


class MarkUnknown(BaseModel, frozen=True):
    """The process that began this attempt is gone and left no outcome (结果不明)."""

    attempt: Attempt
    now: AwareDatetime


Command: TypeAlias = PlanDelivery | BeginAttempt | Submit | ConfirmDelivered | MarkRead | Fail | GiveUp | MarkUnknown


# Events


class DeliveryPlanned(Event, frozen=True):
    """A person is to be told (计划)."""

    stored_as: ClassVar[str] = "delivery-planned"
    about: About
    template_version: int
    station: Id
    account: Id | None
    name: Sealed | None
    phone: Sealed | None
    variables: Mapping[Id, str | Sealed]
    planned_at: AwareDatetime


class AttemptBegun(Event, frozen=True):
    """The message is about to leave (开始投递): from here on it may have left."""

    stored_as: ClassVar[str] = "delivery-attempt-begun"
    about: About
    attempt: Attempt
    repeatable: bool
    begun_at: AwareDatetime


class DeliverySubmitted(Event, frozen=True):
    """The channel took it (已提交)."""

    stored_as: ClassVar[str] = "delivery-submitted"
    about: About
    attempt: Attempt
    provider_id: str | None
    submitted_at: AwareDatetime


class Delivered(Event, frozen=True):
    """It arrived (送达)."""

    stored_as: ClassVar[str] = "delivery-delivered"
    about: About
    attempt: Attempt
    delivered_at: AwareDatetime


class Read(Event, frozen=True):
    """It was opened (已读)."""

    stored_as: ClassVar[str] = "delivery-read"
    about: About
    attempt: Attempt
    read_at: AwareDatetime


class DeliveryFailed(Event, frozen=True):
    """An attempt failed (失败): for now, when there is a next one; for good, when there is none."""

    stored_as: ClassVar[str] = "delivery-failed"
    about: About
    attempt: Attempt
    kind: FailureKind
    reason: Reason
    detail: str
    next_attempt_at: AwareDatetime | None
    failed_at: AwareDatetime


class DeliveryGivenUp(Event, frozen=True):
    """A person ended it (放弃)."""

    stored_as: ClassVar[str] = "delivery-given-up"
    about: About
    attempts: int
    reason: GivenUpBecause
    given_up_at: AwareDatetime


class DeliveryUnknown(Event, frozen=True):
    """Whether it left is not known (结果不明). It is never sent again by itself; a person looks into it."""

    stored_as: ClassVar[str] = "delivery-unknown"
    about: About
    attempt: Attempt
    marked_at: AwareDatetime


DeliveryEvent: TypeAlias = (
    DeliveryPlanned
    | AttemptBegun
    | DeliverySubmitted
    | Delivered
    | Read
    | DeliveryFailed
    | DeliveryGivenUp
    | DeliveryUnknown
)

EVENTS: Final[tuple[type[DeliveryEvent], ...]] = get_args(DeliveryEvent)


# States


@dataclass(frozen=True, slots=True)
class Unplanned:
    pass


@dataclass(frozen=True, slots=True)
class Planned:
    about: About


@dataclass(frozen=True, slots=True)
class Attempting:
    about: About
    attempt: int
    repeatable: bool


@dataclass(frozen=True, slots=True)
class AwaitingRetry:
    about: About
    attempt: int
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Submitted:
    about: About
    attempt: int


@dataclass(frozen=True, slots=True)
class Arrived:
    about: About
    attempt: int


@dataclass(frozen=True, slots=True)
class Seen:
    about: About
    attempt: int


@dataclass(frozen=True, slots=True)
class Unresolved:
    about: About
    attempt: int


@dataclass(frozen=True, slots=True)
class Failed:
    about: About
    attempt: int


@dataclass(frozen=True, slots=True)
class GivenUp:
    about: About
    attempt: int
    """The last one begun; 0 when it was given up before any."""


Begun: TypeAlias = Attempting | AwaitingRetry | Submitted | Arrived | Seen | Unresolved | Failed | GivenUp
State: TypeAlias = Unplanned | Planned | Begun


# Refusals


class NeverPlanned(Unknown):
    say = sentence("There is no such delivery.")


class PlannedForSomethingElse(Refusal):
    say = sentence("This delivery id already stands for another message; plan the new one under an id of its own.")


class AttemptUnderWay(Refusal):
    say = sentence("Attempt {attempt} is under way; only the one who began it may send.")


class NotDueYet(Refusal):
    say = sentence("The next attempt is due at {not_before}; wait until then.")


class AlreadySent(Refusal):
    say = sentence("This message has been handed over already; it is not sent again.")


class OutcomeUnknown(Refusal):
    say = sentence(
        "Nobody knows whether this message left, so it is not sent again by itself; "
        "ask the person, then confirm it as delivered or give it up."
    )


class Ended(Refusal):
    say = sentence("This delivery has ended without success; tell the person in another way.")


class NoSuchAttempt(Refusal):
    say = sentence("No such attempt was begun; begin it before reporting what became of it.")


class OnlyTheInboxKnows(Refusal):
    say = sentence("Only a message in the inbox can be marked as read.")


class NotDelivered(Refusal):
    say = sentence("This message has not been delivered, so it cannot have been read.")


class AlreadyArrived(Refusal):
    say = sentence("This message has arrived; it cannot fail or be given up any more.")


# When to try again

FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(hours=1)
MOST_ATTEMPTS: Final = 12


def wait_after(
    delivery: str, attempt: int, kind: FailureKind, retry_after: timedelta | None = None
) -> timedelta | None:
    """How long to wait after the failed attempt, or none when it was the last.

    It doubles from five seconds up to an hour. Up to a fifth is taken off by a number drawn from the delivery and the
    attempt, so that what failed together does not come back together, and a replay waits alike. Faulty settings wait
    the hour at once: they heal when a person mends them. What the receiver asks for is honoured up to the hour.
    """
    if kind == "permanent" or attempt >= MOST_ATTEMPTS:
        return None
    doubled = LONGEST_WAIT if kind == "technical" else min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT)
    drawn = int.from_bytes(hashlib.sha256(f"{delivery}/{attempt}".encode()).digest()[:4]) / 2**32
    return max(doubled * (1 - drawn / 5), min(retry_after or timedelta(), LONGEST_WAIT))


# Decisions


def decide(command: Command, state: State) -> list[DeliveryEvent]:
    match command:
        case PlanDelivery():
            return plan(command, state)
        case BeginAttempt():
            return begin_attempt(command, state)
        case Submit():
            return submit(command, state)
        case ConfirmDelivered():
            return confirm_delivered(command, state)
        case MarkRead():
            return mark_read(command, state)
        case Fail():
            return fail(command, state)
        case GiveUp():
            return give_up(command, state)
        case MarkUnknown():
            return mark_unknown(command, state)
        case _:
            assert_never(command)


def plan(command: PlanDelivery, state: State) -> list[DeliveryEvent]:
    if not isinstance(state, Unplanned):
        if state.about.notice != command.about.notice or state.about.person != command.about.person:
            raise PlannedForSomethingElse
        # The channel may differ: settings change between two tellings of the same fact, and the first plan holds.
        return []
    return [
        DeliveryPlanned(
            about=command.about,
            template_version=command.template_version,
            station=command.station,
            account=command.account,
            name=command.name,
            phone=command.phone,
            variables=command.variables,
            planned_at=command.now,
        )
    ]


def begin_attempt(command: BeginAttempt, state: State) -> list[DeliveryEvent]:
    match state:
        case Unplanned():
            raise NeverPlanned
        case Planned():
            attempt = 1
        case AwaitingRetry(not_before=not_before):
            if command.now < not_before:
                raise NotDueYet(not_before=not_before)
            attempt = state.attempt + 1
        case Attempting():
            # Not "nothing to do": a second worker that is told so would send as well.
            raise AttemptUnderWay(attempt=state.attempt)
        case Submitted() | Arrived() | Seen():
            raise AlreadySent
        case Unresolved():
            raise OutcomeUnknown
        case Failed() | GivenUp():
            raise Ended
        case _:
            assert_never(state)
    return [
        AttemptBegun(about=state.about, attempt=attempt, repeatable=command.repeatable, begun_at=command.now),
    ]


def submit(command: Submit, state: State) -> list[DeliveryEvent]:
    state = _begun(state, command.attempt)
    arrived = Delivered(about=state.about, attempt=command.attempt, delivered_at=command.now)
    match state:
        case Arrived() | Seen():
            return []
        case Submitted():
            return [arrived] if command.delivered else []
        case Attempting() | AwaitingRetry() | Unresolved() | Failed() | GivenUp():
            submitted = DeliverySubmitted(
                about=state.about, attempt=command.attempt, provider_id=command.provider_id, submitted_at=command.now
            )
            return [submitted, arrived] if command.delivered else [submitted]
        case _:
            assert_never(state)


def confirm_delivered(command: ConfirmDelivered, state: State) -> list[DeliveryEvent]:
    state = _begun(state, 1)
    match state:
        case Arrived() | Seen():
            return []
        case Attempting() | AwaitingRetry() | Submitted() | Unresolved() | Failed() | GivenUp():
            return [Delivered(about=state.about, attempt=state.attempt, delivered_at=command.now)]
        case _:
            assert_never(state)


def mark_read(command: MarkRead, state: State) -> list[DeliveryEvent]:
    match state:
        case Unplanned():
            raise NeverPlanned
        case Arrived(about=about):
            if about.channel != "inbox":
                raise OnlyTheInboxKnows
            return [Read(about=about, attempt=state.attempt, read_at=command.now)]
        case Seen():
            return []
        case Planned() | Attempting() | AwaitingRetry() | Submitted() | Unresolved() | Failed() | GivenUp():
            raise NotDelivered
        case _:
            assert_never(state)


def fail(command: Fail, state: State) -> list[DeliveryEvent]:
    state = _begun(state, command.attempt)
    if command.attempt != state.attempt:
        return []
    match state:
        case Attempting() | Submitted() | Unresolved():
            return [
                _failed(state, command.kind, command.reason, command.detail, command.retry_after, command.now),
            ]
        case AwaitingRetry() | Failed() | GivenUp():
            return []
        case Arrived() | Seen():
            raise AlreadyArrived
        case _:
            assert_never(state)


def give_up(command: GiveUp, state: State) -> list[DeliveryEvent]:
    match state:
        case Unplanned():
            raise NeverPlanned
        case Planned():
            attempts = 0
        case AwaitingRetry() | Unresolved() | Failed():
            attempts = state.attempt
        case Attempting():
            raise AttemptUnderWay(attempt=state.attempt)
        case Submitted():
            raise AlreadySent
        case Arrived() | Seen():
            raise AlreadyArrived
        case GivenUp():
            return []
        case _:
            assert_never(state)
    return [DeliveryGivenUp(about=state.about, attempts=attempts, reason=command.reason, given_up_at=command.now)]


def mark_unknown(command: MarkUnknown, state: State) -> list[DeliveryEvent]:
    """What can be repeated safely is tried again; the rest, and the last of all attempts, nobody can know."""
    state = _begun(state, command.attempt)
    if not isinstance(state, Attempting) or state.attempt != command.attempt:
        return []
    if state.repeatable and state.attempt < MOST_ATTEMPTS:
        return [_failed(state, "temporary", "interrupted", "", None, command.now)]
    return [DeliveryUnknown(about=state.about, attempt=state.attempt, marked_at=command.now)]


def _begun(state: State, attempt: int) -> Begun:
    match state:
        case Unplanned():
            raise NeverPlanned
        case Planned():
            raise NoSuchAttempt
        case Submitted() | Arrived() | Seen():
            # These know which attempt got through; a later one may have been begun before that became known.
            return state
        case Attempting() | AwaitingRetry() | Unresolved() | Failed() | GivenUp():
            if state.attempt < attempt:
                raise NoSuchAttempt
            return state
        case _:
            assert_never(state)


def _failed(
    state: Attempting | Submitted | Unresolved,
    kind: FailureKind,
    reason: Reason,
    detail: str,
    retry_after: timedelta | None,
    now: datetime,
) -> DeliveryFailed:
    wait = wait_after(state.about.delivery, state.attempt, kind, retry_after)
    return DeliveryFailed(
        about=state.about,
        attempt=state.attempt,
        kind=kind,
        reason=reason,
        detail=detail,
        next_attempt_at=None if wait is None else now + wait,
        failed_at=now,
    )


def evolve(state: State, event: DeliveryEvent) -> State:
    match event:
        case DeliveryPlanned(about=about):
            return Planned(about)
        case AttemptBegun(about=about, attempt=attempt, repeatable=repeatable):
            return Attempting(about, attempt, repeatable)
        case DeliverySubmitted(about=about, attempt=attempt):
            return Submitted(about, attempt)
        case Delivered(about=about, attempt=attempt):
            return Arrived(about, attempt)
        case Read(about=about, attempt=attempt):
            return Seen(about, attempt)
        case DeliveryFailed(about=about, attempt=attempt, next_attempt_at=next_attempt_at):
            return Failed(about, attempt) if next_attempt_at is None else AwaitingRetry(about, attempt, next_attempt_at)
        case DeliveryGivenUp(about=about, attempts=attempts):
            return GivenUp(about, attempts)
        case DeliveryUnknown(about=about, attempt=attempt):
            return Unresolved(about, attempt)
        case _:
            assert_never(event)


delivery: Decider[Command, State, DeliveryEvent] = Decider(initial=Unplanned(), decide=decide, evolve=evolve)
