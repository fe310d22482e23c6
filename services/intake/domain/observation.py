"""A volunteer's observation (群众观察, "a car not seen before"): a report that expires, and its words with it.

It is about a matter, never the beginning of a register: it is found by nothing that was seen, two are not joined by a
plate or a person, and after `KEPT` its words, and the plate or name in them, can be read by nobody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel

from services.intake.domain.limits import said
from shared.eventsourcing.decider import Decider, Refusal, sentence
from shared.eventsourcing.events import Event

KEPT: Final = timedelta(days=30)


def expires_at(received_at: datetime) -> datetime:
    return received_at + KEPT


class ExpireObservation(BaseModel, frozen=True):
    """Let it go (到期清除)."""

    report: str
    code: str
    expires_at: AwareDatetime
    now: AwareDatetime


Command: TypeAlias = ExpireObservation
COMMANDS: Final[tuple[type[BaseModel], ...]] = (ExpireObservation,)


class ObservationExpired(Event, frozen=True):
    """Its time is over (已到期): its keys are deleted."""

    stored_as: ClassVar[str] = "observation-expired"
    report: str
    code: str
    expired_at: AwareDatetime


ObservationEvent: TypeAlias = ObservationExpired
EVENTS: Final[tuple[type[ObservationEvent], ...]] = (ObservationExpired,)


class NotExpiredYet(Refusal):
    say = sentence("This observation is kept until {until}. It goes by itself then.")


@dataclass(frozen=True, slots=True)
class Kept:
    """Its words can still be read."""


@dataclass(frozen=True, slots=True)
class Expired:
    expired_at: datetime


State: TypeAlias = Kept | Expired


def decide(command: Command, state: State) -> list[ObservationEvent]:
    match state:
        case Expired():
            return []
        case Kept():
            if command.now < command.expires_at:
                raise NotExpiredYet(until=said(command.expires_at))
            return [ObservationExpired(report=command.report, code=command.code, expired_at=command.now)]
        case _:
            assert_never(state)


def evolve(state: State, event: ObservationEvent) -> State:
    return Expired(event.expired_at)


observation: Final[Decider[Command, State, ObservationEvent]] = Decider(Kept(), decide, evolve)
