"""A person (个人) as far as intake decides about one: that everything about them is to be made unreadable."""

from typing import ClassVar, Final, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, Field

from shared.eventsourcing.decider import Decider
from shared.eventsourcing.events import Event


class ErasePerson(BaseModel, frozen=True):
    """Make everything about this person unreadable, in every service (销毁个人信息)."""

    person: str
    reason: str = Field(min_length=3, max_length=300)
    by: str
    now: AwareDatetime


class PersonErasureOrdered(Event, frozen=True):
    """It was ordered that a person's data be made unreadable everywhere (已下令销毁)."""

    stored_as: ClassVar[str] = "person-erasure-ordered"
    person: str
    by: str
    ordered_at: AwareDatetime


State: TypeAlias = Literal["known", "erased"]
COMMANDS: Final[tuple[type[BaseModel], ...]] = (ErasePerson,)
EVENTS: Final[tuple[type[PersonErasureOrdered], ...]] = (PersonErasureOrdered,)


def decide(command: ErasePerson, state: State) -> list[PersonErasureOrdered]:
    if state == "erased":
        return []
    return [PersonErasureOrdered(person=command.person, by=command.by, ordered_at=command.now)]


def evolve(state: State, event: PersonErasureOrdered) -> State:
    return "erased"


person: Final[Decider[ErasePerson, State, PersonErasureOrdered]] = Decider("known", decide, evolve)
