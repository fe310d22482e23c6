"""Visits to somebody in need (走访关爱): with their consent, for named purposes, at an agreed pace, until a day.

What was said is opened for an agreed purpose and no other. When the day has come, when the consent is taken back, or
when nothing is needed any more, it is over, and the values are erased. Not to be at home and to decline are free of
cost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel, Field

from services.intake.domain.volunteer import NotYet
from shared.eventsourcing.decider import Code, Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed
from shared.law.legal_time import SHANGHAI, day_of

Need: TypeAlias = Literal["elder_alone", "child_alone", "illness", "disability", "bereavement", "hardship", "other"]
"""独居老人、留守儿童、患病、残疾、丧亲、生活困难、其他."""
Purpose: TypeAlias = Literal["visit", "medical_help", "supplies", "benefits"]
"""上门看望、就医协助、生活物资、申请救助."""
Consent: TypeAlias = Literal["written", "spoken", "by_guardian"]
"""书面、口头、由监护人."""
Outcome: TypeAlias = Literal["done", "not_at_home", "declined"]
"""已看望、不在家、谢绝."""
Why: TypeAlias = Literal["consent_withdrawn", "no_longer_needed", "expired"]
"""撤回同意、不再需要、到期."""

LONGEST: Final = timedelta(days=365)
"""After that the person is asked again."""
AGAIN_AFTER: Final = timedelta(days=1)
"""Who was not at home is visited again on the next day."""


# Commands


class AgreeOnCare(BaseModel, frozen=True):
    """Agree on visits with the person (约定走访)."""

    care: str
    person: str
    name: Sealed
    address: Sealed | None = None
    situation: Sealed
    station: str
    community: str
    grid: str
    need: Need
    purposes: tuple[Purpose, ...] = Field(min_length=1)
    consent: Consent
    agreed_on: date
    every_days: int = Field(ge=1, le=365)
    until: date
    visitor: str | None = None
    by: str
    now: AwareDatetime


class RecordCareVisit(BaseModel, frozen=True):
    """Keep what became of a visit (登记走访结果)."""

    visit: str
    outcome: Outcome
    note: Sealed | None = None
    on: date
    by: str
    now: AwareDatetime


class EndCare(BaseModel, frozen=True):
    """End it (结束): the consent is taken back, nothing is needed any more, or the agreed day has passed."""

    why: Why
    by: str
    now: AwareDatetime


Command: TypeAlias = AgreeOnCare | RecordCareVisit | EndCare
COMMANDS: Final[tuple[type[BaseModel], ...]] = (AgreeOnCare, RecordCareVisit, EndCare)


# Events


class CareAgreed(Event, frozen=True):
    """Visits were agreed upon with the person (已约定)."""

    stored_as: ClassVar[str] = "care-agreed"
    care: str
    person: str
    name: Sealed
    address: Sealed | None
    situation: Sealed
    station: str
    community: str
    grid: str
    need: Need
    purposes: tuple[Purpose, ...]
    consent: Consent
    agreed_on: date
    every_days: int
    until: date
    visitor: str | None
    by: str
    agreed_at: AwareDatetime


class CareVisited(Event, frozen=True):
    """Somebody went there (已走访), and was welcome, met nobody, or was thanked and sent home."""

    stored_as: ClassVar[str] = "care-visited"
    care: str
    visit: str
    outcome: Outcome
    note: Sealed | None
    on: date
    next_due: date | None
    by: str
    recorded_at: AwareDatetime


class CareEnded(Event, frozen=True):
    """It is over (已结束), and what was said is erased."""

    stored_as: ClassVar[str] = "care-ended"
    care: str
    person: str
    why: Why
    by: str
    ended_at: AwareDatetime


CareEvent: TypeAlias = CareAgreed | CareVisited | CareEnded
EVENTS: Final[tuple[type[CareEvent], ...]] = (CareAgreed, CareVisited, CareEnded)


# Refusals


class NoSuchCare(Unknown):
    say = sentence("No visits were agreed upon under this number. Agree on them with the person first.")


class CareKnown(Refusal):
    say = sentence("These visits were agreed upon already. Agree on new ones, under a number of their own.")


class CareIsOver(Refusal):
    say = sentence("These visits are over, and what was said is erased. Ask the person, and agree on new ones.")


class TooLong(Refusal):
    say = sentence(
        "It may be agreed for a year at the longest, from {first} until {last}. Choose an earlier day; then the person "
        "is asked again."
    )


class EndsBeforeItBegins(Refusal):
    say = sentence("The agreed day has passed already: {until}. Choose a later one.")


class NotOverYet(Refusal):
    say = sentence("It was agreed until {until}. It ends earlier only if the person wishes so or needs nothing more.")


class OutsidePurpose(Refusal):
    say = sentence(
        "The person agreed to other purposes, and this is not among them: {purpose}. Read it for an agreed purpose, or "
        "ask the person."
    )


# State


@dataclass(frozen=True, slots=True)
class NotAgreed:
    """Nobody has asked the person."""


@dataclass(frozen=True, slots=True)
class Agreed:
    agreed: CareAgreed
    visits: Mapping[str, tuple[date, Outcome]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Over:
    agreed: CareAgreed
    ended: CareEnded


State: TypeAlias = NotAgreed | Agreed | Over


def ends_at(until: date) -> datetime:
    """The end of the agreed day, where the person lives."""
    return datetime.combine(until + timedelta(days=1), time.min, SHANGHAI)


def next_due(agreed: CareAgreed, visits: Mapping[str, tuple[date, Outcome]]) -> date | None:
    """The day of the next visit: at the agreed pace, soon where nobody was met; None if that is beyond the end."""
    if not visits:
        due = agreed.agreed_on + timedelta(days=agreed.every_days)
    else:
        on, outcome = max(visits.values())
        due = on + (AGAIN_AFTER if outcome == "not_at_home" else timedelta(days=agreed.every_days))
    return due if due <= agreed.until else None


def opened_for(state: State, purpose: Purpose) -> CareAgreed:
    """What may be opened for this purpose; refused where it is not one that the person agreed to."""
    match state:
        case NotAgreed():
            raise NoSuchCare
        case Over():
            raise CareIsOver
        case Agreed(agreed):
            if purpose not in agreed.purposes:
                raise OutsidePurpose(purpose=Code(purpose))
            return agreed
        case _:
            assert_never(state)


# Decisions


def decide(command: Command, state: State) -> list[CareEvent]:
    match command:
        case AgreeOnCare():
            return agree(command, state)
        case RecordCareVisit():
            return record(command, state)
        case EndCare():
            return end(command, state)
        case _:
            assert_never(command)


def agree(command: AgreeOnCare, state: State) -> list[CareEvent]:
    told = command.model_dump(exclude={"now"}) | {"agreed_at": command.now}
    agreed = CareAgreed.model_validate(told)
    if not isinstance(state, NotAgreed):
        if state.agreed.by == agreed.by and state.agreed.agreed_at == agreed.agreed_at:
            return []
        raise CareKnown
    if command.agreed_on > day_of(command.now):
        raise NotYet(day=command.agreed_on)
    if command.until < day_of(command.now):
        raise EndsBeforeItBegins(until=command.until)
    if command.until > command.agreed_on + LONGEST:
        raise TooLong(first=command.agreed_on, last=command.agreed_on + LONGEST)
    return [agreed]


def record(command: RecordCareVisit, state: State) -> list[CareEvent]:
    match state:
        case NotAgreed():
            raise NoSuchCare
        case Over():
            raise CareIsOver
        case Agreed(agreed, visits):
            if command.visit in visits:
                return []
            if command.on > day_of(command.now):
                raise NotYet(day=command.on)
            return [
                CareVisited(
                    care=agreed.care,
                    visit=command.visit,
                    outcome=command.outcome,
                    note=command.note,
                    on=command.on,
                    next_due=next_due(agreed, {**visits, command.visit: (command.on, command.outcome)}),
                    by=command.by,
                    recorded_at=command.now,
                )
            ]
        case _:
            assert_never(state)


def end(command: EndCare, state: State) -> list[CareEvent]:
    match state:
        case NotAgreed():
            raise NoSuchCare
        case Over():
            return []
        case Agreed(agreed):
            if command.why == "expired" and command.now < ends_at(agreed.until):
                raise NotOverYet(until=agreed.until)
            return [
                CareEnded(
                    care=agreed.care,
                    person=agreed.person,
                    why=command.why,
                    by=command.by,
                    ended_at=command.now,
                )
            ]
        case _:
            assert_never(state)


def evolve(state: State, event: CareEvent) -> State:
    if isinstance(event, CareAgreed):
        return Agreed(event)
    assert isinstance(state, Agreed), "visits and their end follow an agreement"
    match event:
        case CareVisited():
            return replace(state, visits={**state.visits, event.visit: (event.on, event.outcome)})
        case CareEnded():
            return Over(state.agreed, event)
        case _:
            assert_never(event)


care: Final[Decider[Command, State, CareEvent]] = Decider(NotAgreed(), decide, evolve)
