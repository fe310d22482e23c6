"""Who has a matter between the police (110) and the hotline (12345 对接联动): never nobody, not for a second.

Whoever received it first has it. The one proposes to hand it over, the other agrees: it changes hands in the very event
that says yes. Where the two do not agree, or no answer comes, the one who received it first has it.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel

from services.intake.domain.limits import said
from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed
from shared.law.here import Here
from shared.law.legal_time import day_of

Side: TypeAlias = Literal["police_110", "hotline_12345"]
NUMBERS: Final[dict[Side, str]] = {"police_110": "110", "hotline_12345": "12345"}
OTHER: Final[dict[Side, Side]] = {"police_110": "hotline_12345", "hotline_12345": "police_110"}


class Matter(BaseModel, frozen=True):
    """What a hand-over is about: a report, and who received it first."""

    report: str
    code: str
    number: str
    """The number that the first receiver gave it."""
    station: str
    community: str | None = None
    grid: str | None = None
    first: Side


# Commands


class ProposeHandover(BaseModel, frozen=True):
    """Propose that the other side takes it (一键转接)."""

    matter: Matter
    reason: Sealed
    here: Here
    by: str
    now: AwareDatetime


class AnswerHandover(BaseModel, frozen=True):
    """The other side takes it, or does not (接收、不接收)."""

    accepted: bool
    words: Sealed | None = None
    message: str = ""
    """The id under which the other side's system sent the answer; empty where a person gave it here."""
    by: str
    now: AwareDatetime


class WithdrawHandover(BaseModel, frozen=True):
    """Keep it after all (撤回转接)."""

    by: str
    now: AwareDatetime


class EndUnanswered(BaseModel, frozen=True):
    """No answer came in time (逾时未答复)."""

    now: AwareDatetime


class NoteThreeWayCall(BaseModel, frozen=True):
    """Both sides and the caller were on one line (三方通话)."""

    matter: Matter
    words: Sealed | None = None
    by: str
    now: AwareDatetime


Command: TypeAlias = ProposeHandover | AnswerHandover | WithdrawHandover | EndUnanswered | NoteThreeWayCall
COMMANDS: Final[tuple[type[BaseModel], ...]] = (
    ProposeHandover,
    AnswerHandover,
    WithdrawHandover,
    EndUnanswered,
    NoteThreeWayCall,
)


# Events


class OfCustody(Event, frozen=True):
    """Every event says who has the matter from then on."""

    matter: Matter
    owner: Side


class HandoverProposed(OfCustody, frozen=True):
    """It was proposed to the other side (已提出转接); until that says yes, it stays where it is."""

    stored_as: ClassVar[str] = "custody-proposed"
    to: Side
    reason: Sealed
    answer_by: AwareDatetime
    by: str
    proposed_at: AwareDatetime


class HandoverAccepted(OfCustody, frozen=True):
    """The other side took it (已接收)."""

    stored_as: ClassVar[str] = "custody-accepted"
    words: Sealed | None
    by: str
    accepted_at: AwareDatetime


class HandoverFailed(OfCustody, frozen=True):
    """The two did not agree (未达成一致): whoever received it first has it."""

    stored_as: ClassVar[str] = "custody-failed"
    why: Literal["refused", "unanswered"]
    words: Sealed | None
    article: str
    by: str
    failed_at: AwareDatetime


class HandoverWithdrawn(OfCustody, frozen=True):
    """The proposal was taken back (已撤回)."""

    stored_as: ClassVar[str] = "custody-withdrawn"
    by: str
    withdrawn_at: AwareDatetime


class ThreeWayCallNoted(OfCustody, frozen=True):
    """Both sides spoke with the caller together (已三方通话)."""

    stored_as: ClassVar[str] = "custody-call-noted"
    words: Sealed | None
    by: str
    noted_at: AwareDatetime


class LateAnswerNoted(OfCustody, frozen=True):
    """The other side's system answered when nothing waited for it any more (迟到的答复): kept, and changes nothing."""

    stored_as: ClassVar[str] = "custody-late-answer-noted"
    accepted: bool
    words: Sealed | None
    message: str
    noted_at: AwareDatetime


CustodyEvent: TypeAlias = (
    HandoverProposed | HandoverAccepted | HandoverFailed | HandoverWithdrawn | ThreeWayCallNoted | LateAnswerNoted
)
EVENTS: Final[tuple[type[CustodyEvent], ...]] = (
    HandoverProposed,
    HandoverAccepted,
    HandoverFailed,
    HandoverWithdrawn,
    ThreeWayCallNoted,
    LateAnswerNoted,
)

FIRST_RECEIVER: Final = "国办发〔2022〕12号"
"""What the software does by itself where nobody agrees, whether or not a city has confirmed the rule."""


# Refusals


class NeverProposed(Unknown):
    say = sentence("No hand-over of this report has been proposed. It is with whoever received it.")


class NotBetweenTheTwo(Refusal):
    say = sentence(
        "Only what came in by 110 or by 12345 is handed over between the two. "
        "Pass anything else on to another station, or refuse it and tell the other route."
    )


class AlreadyProposed(Refusal):
    say = sentence(
        "A hand-over has been proposed and waits for {side} until {until}. Wait for the answer, or take it back."
    )


class NothingProposed(Refusal):
    say = sentence("No hand-over is waiting for an answer. It stays with {side}.")


class StaysWithFirst(Refusal):
    say = sentence(
        "The two did not agree, so it stays with {side}, who received it first ({article}). "
        "It is proposed again only after a call of three."
    )


# State


@dataclass(frozen=True, slots=True)
class Untouched:
    """No hand-over was ever spoken of: whoever received it has it."""


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody always has it: the owner is no option."""

    matter: Matter
    owner: Side
    proposed: HandoverProposed | None = None
    settled: str = ""
    """The article by which it stayed with the first receiver; empty where it may be proposed."""
    called_at: AwareDatetime | None = None
    heard: frozenset[str] = frozenset()
    """Messages that came too late."""


State: TypeAlias = Untouched | Held


def owner(state: State, first: Side) -> Side:
    """Who has a matter that `first` received: somebody, at every moment."""
    return first if isinstance(state, Untouched) else state.owner


# Decisions


def decide(command: Command, state: State) -> list[CustodyEvent]:
    match command:
        case ProposeHandover():
            return propose(command, state)
        case NoteThreeWayCall():
            held = _held(command.matter, state)
            if held.called_at == command.now:
                return []
            return [
                ThreeWayCallNoted(
                    matter=held.matter, owner=held.owner, words=command.words, by=command.by, noted_at=command.now
                )
            ]
        case AnswerHandover() | WithdrawHandover() | EndUnanswered():
            if isinstance(state, Untouched):
                raise NeverProposed
            return settle(command, state)
        case _:
            assert_never(command)


def propose(command: ProposeHandover, state: State) -> list[CustodyEvent]:
    held = _held(command.matter, state)
    if held.proposed is not None:
        raise AlreadyProposed(side=NUMBERS[held.proposed.to], until=said(held.proposed.answer_by))
    if held.settled:
        raise StaysWithFirst(side=NUMBERS[held.owner], article=held.settled)
    rule = command.here.rule("handover-answer", day_of(command.now))
    return [
        HandoverProposed(
            matter=held.matter,
            owner=held.owner,
            to=OTHER[held.owner],
            reason=command.reason,
            answer_by=command.here.deadline(command.now, rule.duration("answer")),
            by=command.by,
            proposed_at=command.now,
        )
    ]


def settle(command: AnswerHandover | WithdrawHandover | EndUnanswered, held: Held) -> list[CustodyEvent]:
    if held.proposed is None:
        match command:
            case EndUnanswered():
                return []
            case AnswerHandover(message=message) if message in held.heard:
                return []
            case AnswerHandover(message=message) if message:
                return [_late(held, command)]
            case _:
                raise NothingProposed(side=NUMBERS[held.owner])
    match command:
        case AnswerHandover(accepted=True):
            return [
                HandoverAccepted(
                    matter=held.matter,
                    owner=held.proposed.to,
                    words=command.words,
                    by=command.by,
                    accepted_at=command.now,
                )
            ]
        case AnswerHandover():
            return [_failed(held, "refused", command.words, command.by, command.now)]
        case WithdrawHandover():
            return [HandoverWithdrawn(matter=held.matter, owner=held.owner, by=command.by, withdrawn_at=command.now)]
        case EndUnanswered():
            if command.now < held.proposed.answer_by:
                return []
            return [_failed(held, "unanswered", None, "clock", command.now)]
        case _:
            assert_never(command)


def _failed(
    held: Held, why: Literal["refused", "unanswered"], words: Sealed | None, by: str, at: AwareDatetime
) -> HandoverFailed:
    return HandoverFailed(
        matter=held.matter, owner=held.matter.first, why=why, words=words, article=FIRST_RECEIVER, by=by, failed_at=at
    )


def _late(held: Held, command: AnswerHandover) -> LateAnswerNoted:
    return LateAnswerNoted(
        matter=held.matter,
        owner=held.owner,
        accepted=command.accepted,
        words=command.words,
        message=command.message,
        noted_at=command.now,
    )


def _held(matter: Matter, state: State) -> Held:
    return Held(matter, matter.first) if isinstance(state, Untouched) else state


# What a past event means


def evolve(state: State, event: CustodyEvent) -> State:
    held = replace(_held(event.matter, state), owner=event.owner)
    match event:
        case HandoverProposed():
            return replace(held, proposed=event)
        case HandoverAccepted() | HandoverWithdrawn():
            return replace(held, proposed=None)
        case HandoverFailed():
            return replace(held, proposed=None, settled=event.article)
        case ThreeWayCallNoted():
            return replace(held, settled="", called_at=event.noted_at)
        case LateAnswerNoted():
            return replace(held, heard=held.heard | {event.message})
        case _:
            assert_never(event)


custody: Final[Decider[Command, State, CustodyEvent]] = Decider(Untouched(), decide, evolve)
