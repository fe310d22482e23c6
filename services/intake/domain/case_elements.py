"""The elements of a report (案情要素) as a person confirmed them: never worked out by itself, never the only copy."""

from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel, Field

from services.intake.domain.elements import ElementKind
from services.intake.domain.report import Words
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed


class ConfirmedElement(BaseModel, frozen=True):
    """One element as the person said it, sealed like the text, and where the text says so, if it does."""

    kind: ElementKind
    value: Sealed
    at: Words | None = None


class ConfirmElements(BaseModel, frozen=True):
    """Say what of the story holds (确认要素); what was confirmed before is replaced, and stays in the history."""

    report: str
    elements: tuple[ConfirmedElement, ...] = Field(max_length=40)
    by: str
    now: AwareDatetime


class ElementsConfirmed(Event, frozen=True):
    """A person has said which elements hold (要素已确认)."""

    stored_as: ClassVar[str] = "elements-confirmed"
    report: str
    elements: tuple[ConfirmedElement, ...]
    by: str
    confirmed_at: AwareDatetime


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Nobody has looked yet."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    confirmed: ElementsConfirmed


Command: TypeAlias = ConfirmElements
State: TypeAlias = Unconfirmed | Confirmed
COMMANDS: Final[tuple[type[BaseModel], ...]] = (ConfirmElements,)
EVENTS: Final[tuple[type[ElementsConfirmed], ...]] = (ElementsConfirmed,)


def decide(command: Command, state: State) -> list[ElementsConfirmed]:
    match command:
        case ConfirmElements():
            if isinstance(state, Confirmed) and state.confirmed.elements == command.elements:
                return []
            if isinstance(state, Unconfirmed) and not command.elements:
                return []
            return [
                ElementsConfirmed(
                    report=command.report, elements=command.elements, by=command.by, confirmed_at=command.now
                )
            ]
        case _:
            assert_never(command)


def evolve(state: State, event: ElementsConfirmed) -> State:
    return Confirmed(event)


case_elements: Final[Decider[Command, State, ElementsConfirmed]] = Decider(Unconfirmed(), decide, evolve)
