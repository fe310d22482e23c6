"""An area above the communities: the city (市), its branches (分局) and their stations (派出所), each with its name."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel

from shared.eventsourcing.decider import Code, Decider, Refusal, sentence
from shared.eventsourcing.events import Event

AreaKind: TypeAlias = Literal["city", "branch", "station"]
"""市、分局、派出所."""
ABOVE: Final[dict[AreaKind, AreaKind | None]] = {"city": None, "branch": "city", "station": "branch"}
"""Below what each of them lies; a station may also lie below the city itself, where it has no branches."""


class NameArea(BaseModel, frozen=True):
    """Enter a city, branch or station, or its new name or superior (登记上级区划)."""

    kind: AreaKind
    area: str
    name: str
    above: str | None
    """The id of the area above it."""
    since: date
    now: AwareDatetime


class AreaNamed(Event, frozen=True):
    """From this day on the area has this name and lies below that one (区划已登记)."""

    stored_as: ClassVar[str] = "area-named"
    kind: AreaKind
    area: str
    name: str
    above: str | None
    since: date
    named_at: AwareDatetime


COMMANDS: Final[tuple[type[BaseModel], ...]] = (NameArea,)
EVENTS: Final[tuple[type[AreaNamed], ...]] = (AreaNamed,)


class NothingAbove(Refusal):
    say = sentence("A {kind} lies below no other area. Leave that out.")


class AboveMissing(Refusal):
    say = sentence("A {kind} lies below another area. Say below which: {above}.")


@dataclass(frozen=True, slots=True)
class Named:
    name: str
    above: str | None
    since: date


State: TypeAlias = Named | None


def decide(command: NameArea, state: State) -> list[AreaNamed]:
    wanted = ABOVE[command.kind]
    if wanted is None and command.above is not None:
        raise NothingAbove(kind=Code(command.kind))
    if wanted is not None and command.above is None:
        raise AboveMissing(kind=Code(command.kind), above=Code(wanted))
    if state is not None and (state.name, state.above) == (command.name, command.above):
        return []
    return [
        AreaNamed(
            kind=command.kind,
            area=command.area,
            name=command.name,
            above=command.above,
            since=command.since,
            named_at=command.now,
        )
    ]


def evolve(state: State, event: AreaNamed) -> State:
    return Named(event.name, event.above, event.since)


area: Final[Decider[NameArea, State, AreaNamed]] = Decider(None, decide, evolve)
