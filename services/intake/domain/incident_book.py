"""A community's book of incidents (发案登记簿): each one by its day, entered late where it was heard of late."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel, Field

from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event

BookKind: TypeAlias = Literal["criminal", "public_order", "fraud", "accident", "petition"]
"""刑事案件、治安案件、电诈、安全事故、信访. A petition is counted, and counts for or against nobody."""


# Commands


class OpenBook(BaseModel, frozen=True):
    """Begin to enter each incident (启用登记簿): from this day on, a day without an entry had none."""

    community: str
    first_day: date
    by: str
    now: AwareDatetime


class RecordIncident(BaseModel, frozen=True):
    """Enter one incident on the day on which it happened (登记发案)."""

    community: str
    incident: str
    kind: BookKind
    on: date
    source: str = Field(min_length=1, max_length=200)
    """Where it is known from: a police number, a report's case code."""
    by: str
    today: date
    now: AwareDatetime


class StrikeIncident(BaseModel, frozen=True):
    """Take an entry back that was wrong (撤销登记); it stays in the book's history."""

    community: str
    incident: str
    reason: str = Field(min_length=3, max_length=300)
    by: str
    now: AwareDatetime


Command: TypeAlias = OpenBook | RecordIncident | StrikeIncident
COMMANDS: Final[tuple[type[BaseModel], ...]] = (OpenBook, RecordIncident, StrikeIncident)


# Events


class BookOpened(Event, frozen=True):
    """Every incident is entered from this day on (登记簿已启用)."""

    stored_as: ClassVar[str] = "incident-book-opened"
    community: str
    first_day: date
    by: str
    opened_at: AwareDatetime


class IncidentRecorded(Event, frozen=True):
    """An incident was entered (已登记)."""

    stored_as: ClassVar[str] = "incident-recorded"
    community: str
    incident: str
    kind: BookKind
    on: date
    source: str
    by: str
    recorded_at: AwareDatetime


class IncidentStruck(Event, frozen=True):
    """An entry was taken back (已撤销), with the reason."""

    stored_as: ClassVar[str] = "incident-struck"
    community: str
    incident: str
    reason: str
    by: str
    struck_at: AwareDatetime


BookEvent: TypeAlias = BookOpened | IncidentRecorded | IncidentStruck
EVENTS: Final[tuple[type[BookEvent], ...]] = (BookOpened, IncidentRecorded, IncidentStruck)


# Refusals


class BookNotOpened(Unknown):
    say = sentence(
        "This community has no book of incidents yet. Open it first, with the day from which all are entered."
    )


class OpenedLater(Refusal):
    say = sentence(
        "The book has been open since {first_day}. It can be opened from an earlier day, not from a later one."
    )


class NotYetHappened(Refusal):
    say = sentence("{on} lies in the future. Enter an incident on the day on which it happened.")


class EnteredOtherwise(Refusal):
    say = sentence("This number stands for another incident. Strike that entry if it is wrong, and enter a new one.")


class NoSuchIncident(Unknown):
    say = sentence("The book has no such entry. Check its number.")


class AlreadyStruck(Refusal):
    say = sentence("This entry was struck. Enter the incident under a number of its own.")


# State


@dataclass(frozen=True, slots=True)
class Book:
    first_day: date | None = None
    entries: Mapping[str, IncidentRecorded] = field(default_factory=dict)
    struck: frozenset[str] = frozenset()


# Decisions


def decide(command: Command, state: Book) -> list[BookEvent]:
    match command:
        case OpenBook():
            return open_book(command, state)
        case RecordIncident():
            return record(command, state)
        case StrikeIncident():
            return strike(command, state)
        case _:
            assert_never(command)


def open_book(command: OpenBook, state: Book) -> list[BookEvent]:
    if state.first_day is not None:
        if command.first_day == state.first_day:
            return []
        if command.first_day > state.first_day:
            raise OpenedLater(first_day=f"{state.first_day}")
    return [BookOpened(community=command.community, first_day=command.first_day, by=command.by, opened_at=command.now)]


def record(command: RecordIncident, state: Book) -> list[BookEvent]:
    if state.first_day is None:
        raise BookNotOpened
    if command.on > command.today:
        raise NotYetHappened(on=f"{command.on}")
    if command.incident in state.struck:
        raise AlreadyStruck
    known = state.entries.get(command.incident)
    if known is not None:
        if (known.kind, known.on) == (command.kind, command.on):
            return []
        raise EnteredOtherwise
    return [
        IncidentRecorded(
            community=command.community,
            incident=command.incident,
            kind=command.kind,
            on=command.on,
            source=command.source,
            by=command.by,
            recorded_at=command.now,
        )
    ]


def strike(command: StrikeIncident, state: Book) -> list[BookEvent]:
    if command.incident in state.struck:
        return []
    if command.incident not in state.entries:
        raise NoSuchIncident
    return [
        IncidentStruck(
            community=command.community,
            incident=command.incident,
            reason=command.reason,
            by=command.by,
            struck_at=command.now,
        )
    ]


def evolve(state: Book, event: BookEvent) -> Book:
    match event:
        case BookOpened():
            return replace(state, first_day=event.first_day)
        case IncidentRecorded():
            return replace(state, entries={**state.entries, event.incident: event})
        case IncidentStruck():
            return replace(state, struck=state.struck | {event.incident})
        case _:
            assert_never(event)


book: Final[Decider[Command, Book, BookEvent]] = Decider(Book(), decide, evolve)
