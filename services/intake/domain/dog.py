"""A matter of dogs at a place (养犬): advice, then a warning, then the hand-over to the competent body, each by a rule.

It is about a place and what happens there. Nobody is written down as a keeper: there is no list of people here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel

from services.intake.domain.cited import Cited, cited
from services.intake.domain.household import Dwelling
from services.intake.domain.volunteer import NotYet
from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed
from shared.law.here import Here
from shared.law.legal_time import day_of

Kind: TypeAlias = Literal["unregistered", "off_leash", "disturbing", "frightening"]
"""未免疫登记、不系犬绳、干扰他人、恐吓他人."""
Step: TypeAlias = Literal["advice", "warning", "handover"]
"""劝导、警告、移交."""
Body: TypeAlias = Literal["dog_registry", "public_security", "urban_management", "agriculture"]
"""养犬登记机关、公安机关、城市管理部门、农业农村主管部门."""

RULES: Final[Mapping[Kind, str]] = {
    "unregistered": "dog-registration",
    "off_leash": "dog-leash",
    "disturbing": "animals-disturbing",
    "frightening": "animals-disturbing",
}
BEFORE: Final[Mapping[Step, Step | None]] = {"advice": None, "warning": "advice", "handover": "warning"}


# Commands


class OpenDogMatter(BaseModel, frozen=True):
    """Write down what happens at a place (登记)."""

    matter: str
    place: Dwelling
    kind: Kind
    what: Sealed
    on: date
    by: str
    now: AwareDatetime


class AdviseOnDog(BaseModel, frozen=True):
    """Advise what is to be done (劝导)."""

    on: date
    here: Here
    by: str
    now: AwareDatetime


class WarnOfDog(BaseModel, frozen=True):
    """Warn (警告); without advice before it only with a reason."""

    reason: Sealed | None = None
    on: date
    here: Here
    by: str
    now: AwareDatetime


class HandOverDog(BaseModel, frozen=True):
    """Hand it over to the competent body (移交); without a warning before it only with a reason."""

    to: Body
    reason: Sealed | None = None
    on: date
    here: Here
    by: str
    now: AwareDatetime


class CloseDogMatter(BaseModel, frozen=True):
    """It was put right (已改正)."""

    on: date
    by: str
    now: AwareDatetime


Command: TypeAlias = OpenDogMatter | AdviseOnDog | WarnOfDog | HandOverDog | CloseDogMatter
COMMANDS: Final[tuple[type[BaseModel], ...]] = (OpenDogMatter, AdviseOnDog, WarnOfDog, HandOverDog, CloseDogMatter)


# Events


class DogMatterOpened(Event, frozen=True):
    """Something happens at a place (已登记)."""

    stored_as: ClassVar[str] = "dog-matter-opened"
    matter: str
    place: Dwelling
    kind: Kind
    what: Sealed
    on: date
    by: str
    opened_at: AwareDatetime


class DogStepTaken(Event, frozen=True):
    """Somebody advised, warned, or handed it over (已劝导、已警告、已移交), by a rule as it stood that day."""

    stored_as: ClassVar[str] = "dog-step-taken"
    matter: str
    step: Step
    rule: Cited
    to: Body | None
    reason: Sealed | None
    on: date
    by: str
    taken_at: AwareDatetime


class DogMatterClosed(Event, frozen=True):
    """It was put right (已改正)."""

    stored_as: ClassVar[str] = "dog-matter-closed"
    matter: str
    on: date
    by: str
    closed_at: AwareDatetime


DogEvent: TypeAlias = DogMatterOpened | DogStepTaken | DogMatterClosed
EVENTS: Final[tuple[type[DogEvent], ...]] = (DogMatterOpened, DogStepTaken, DogMatterClosed)


# Refusals


class NoSuchDogMatter(Unknown):
    say = sentence("No matter of dogs is written down under this number. Write down what happens at the place first.")


class DogMatterKnown(Refusal):
    say = sentence("This matter is written down already. Take its next step instead.")


class DogMatterOver(Refusal):
    say = sentence("This matter is closed. Write down what happens now as a new one.")


class StepSkipped(Refusal):
    say = sentence(
        "Advice comes first, then a warning, then the hand-over. Take the step before this one, or give the reason for "
        "leaving it out."
    )


class NoDogRule(Refusal):
    say = sentence(
        "No rule on this is known here for {day}. Correct the day, or have the city's rule entered; without a rule no "
        "step is taken."
    )


class BeforeTheMatter(Refusal):
    say = sentence("This is before the last step, of {day}. Enter the day on which it really was.")


# State


@dataclass(frozen=True, slots=True)
class NotOpened:
    """Nothing is written down."""


@dataclass(frozen=True, slots=True)
class Opened:
    opened: DogMatterOpened
    taken: Mapping[Step, date]
    last: date
    closed: bool = False


State: TypeAlias = NotOpened | Opened


# Decisions


def decide(command: Command, state: State) -> list[DogEvent]:
    if isinstance(command, OpenDogMatter):
        return open_matter(command, state)
    if isinstance(state, NotOpened):
        raise NoSuchDogMatter
    match command:
        case AdviseOnDog():
            return take("advice", command, state)
        case WarnOfDog():
            return take("warning", command, state, reason=command.reason)
        case HandOverDog():
            return take("handover", command, state, reason=command.reason, to=command.to)
        case CloseDogMatter():
            return close(command, state)
        case _:
            assert_never(command)


def open_matter(command: OpenDogMatter, state: State) -> list[DogEvent]:
    told = command.model_dump(exclude={"now"}) | {"opened_at": command.now}
    opened = DogMatterOpened.model_validate(told)
    if isinstance(state, Opened):
        if state.opened == opened:
            return []
        raise DogMatterKnown
    if command.on > day_of(command.now):
        raise NotYet(day=command.on)
    return [opened]


def take(
    step: Step,
    command: AdviseOnDog | WarnOfDog | HandOverDog,
    state: Opened,
    *,
    reason: Sealed | None = None,
    to: Body | None = None,
) -> list[DogEvent]:
    if step in state.taken:
        return []
    _open(state, command.on, command.now)
    before = BEFORE[step]
    if before is not None and before not in state.taken and reason is None:
        raise StepSkipped
    rule = cited(command.here, RULES[state.opened.kind], command.on)
    if rule is None:
        raise NoDogRule(day=command.on)
    return [
        DogStepTaken(
            matter=state.opened.matter,
            step=step,
            rule=rule,
            to=to,
            reason=reason,
            on=command.on,
            by=command.by,
            taken_at=command.now,
        )
    ]


def close(command: CloseDogMatter, state: Opened) -> list[DogEvent]:
    if state.closed:
        return []
    _open(state, command.on, command.now)
    return [
        DogMatterClosed(matter=state.opened.matter, on=command.on, by=command.by, closed_at=command.now),
    ]


def _open(state: Opened, on: date, now: AwareDatetime) -> None:
    if state.closed:
        raise DogMatterOver
    if on < state.last:
        raise BeforeTheMatter(day=state.last)
    if on > day_of(now):
        raise NotYet(day=on)


def evolve(state: State, event: DogEvent) -> State:
    if isinstance(event, DogMatterOpened):
        return Opened(event, {}, event.on)
    assert isinstance(state, Opened), "every stream of a matter of dogs begins with what happens"
    match event:
        case DogStepTaken():
            taken = {**state.taken, event.step: event.on}
            return replace(state, taken=taken, last=event.on, closed=event.step == "handover")
        case DogMatterClosed():
            return replace(state, last=event.on, closed=True)
        case _:
            assert_never(event)


dog: Final[Decider[Command, State, DogEvent]] = Decider(NotOpened(), decide, evolve)
