"""Small premises 九小场所: a place of one of nine kinds, within the sizes of the list that holds where it lies.

Kinds and sizes are the rule `nine-small-places`, dated data of each place. Where the city's legal officer has confirmed
the list, a place beyond its sizes is refused; where nobody has, it is entered with the figure that it exceeds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel, Field

from shared.eventsourcing.decider import Code, Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed
from shared.law.here import Here
from shared.law.legal_time import SHANGHAI
from shared.law.rules import Rule

LIST: Final = "nine-small-places"
MEASURES: Final[Mapping[str, str]] = {
    "area_m2": sentence("floor area in square metres"),
    "floor": sentence("floor"),
    "seats": sentence("seats"),
    "beds": sentence("beds"),
    "boarding_beds": sentence("beds of boarders"),
    "day_pupils": sentence("day pupils"),
    "nursery_children": sentence("nursery children"),
    "staff": sentence("staff"),
    "dormitory_people": sentence("people in the dormitory"),
}
"""建筑面积、楼层、座位、床位、住宿床位、走读学生、幼儿、员工、集体宿舍住宿人数."""


class Place(BaseModel, frozen=True):
    """Where it is: a grid, and within it a compound and a building."""

    grid: str
    compound: str | None = None
    building: str | None = None


class Responsible(BaseModel, frozen=True):
    """Who answers for the place's safety (消防安全责任人): a person of their own, their name and number sealed."""

    person: str
    name: Sealed
    phone: Sealed | None = None


class Excess(BaseModel, frozen=True):
    """A size beyond the list's limit, the limit inclusive."""

    measure: str
    given: float
    limit: float


# Commands


class RegisterPremises(BaseModel, frozen=True):
    """Enter a place into the list (登记场所)."""

    premises: str
    kind: str
    measures: Mapping[str, float]
    station: str
    community: str
    place: Place
    name: Sealed
    address: Sealed | None = None
    responsible: Responsible | None = None
    here: Here = Field(repr=False)
    by: str
    now: AwareDatetime


class MeasurePremises(BaseModel, frozen=True):
    """Enter its kind and sizes as they are now (变更类别规模)."""

    kind: str
    measures: Mapping[str, float]
    here: Here = Field(repr=False)
    by: str
    now: AwareDatetime


class ClosePremises(BaseModel, frozen=True):
    """It is there no longer (场所注销)."""

    by: str
    now: AwareDatetime


Command: TypeAlias = RegisterPremises | MeasurePremises | ClosePremises
COMMANDS: Final[tuple[type[BaseModel], ...]] = (RegisterPremises, MeasurePremises, ClosePremises)


# Events


class PremisesRegistered(Event, frozen=True):
    """A place is on the list (场所已登记)."""

    stored_as: ClassVar[str] = "premises-registered"
    premises: str
    kind: str
    measures: Mapping[str, float]
    beyond: tuple[Excess, ...] = ()
    """Sizes beyond those of a list that nobody has confirmed here."""
    article: str
    station: str
    community: str
    place: Place
    name: Sealed
    address: Sealed | None = None
    responsible: Responsible | None = None
    by: str
    registered_at: AwareDatetime


class PremisesMeasured(Event, frozen=True):
    """Its kind and sizes are these now (类别规模已变更)."""

    stored_as: ClassVar[str] = "premises-measured"
    premises: str
    kind: str
    measures: Mapping[str, float]
    beyond: tuple[Excess, ...] = ()
    article: str
    by: str
    measured_at: AwareDatetime


class PremisesClosed(Event, frozen=True):
    """It is there no longer (场所已注销)."""

    stored_as: ClassVar[str] = "premises-closed"
    premises: str
    by: str
    closed_at: AwareDatetime


PremisesEvent: TypeAlias = PremisesRegistered | PremisesMeasured | PremisesClosed
EVENTS: Final[tuple[type[PremisesEvent], ...]] = (PremisesRegistered, PremisesMeasured, PremisesClosed)


# Refusals


class NoSuchPremises(Unknown):
    say = sentence("There is no such place in the list of small premises. Enter it first.")


class PremisesKnown(Refusal):
    say = sentence("This place is in the list already. Change its entry instead.")


class PremisesGone(Refusal):
    say = sentence("This place was taken off the list. Enter it anew if it is there again.")


class NoSuchKind(Refusal):
    say = sentence("The list that holds here has no kind {kind} ({article}). Choose one that it names.")


class SizeMissing(Refusal):
    say = sentence("For this kind the list sets sizes ({article}). Enter at least one of those that it names.")


class NoSuchSize(Refusal):
    say = sentence("{measure} is no size, or it is not above zero. Correct the figure.")


class BeyondLimit(Refusal):
    say = sentence(
        "{given} is more than the list allows for {measure}: at most {limit} ({article}). This place belongs to the "
        "fire body's own supervision and not to this list."
    )


# State


@dataclass(frozen=True, slots=True)
class Unlisted:
    """Not in the list."""


@dataclass(frozen=True, slots=True)
class Premises:
    premises: str
    kind: str
    measures: Mapping[str, float]
    station: str
    community: str
    place: Place
    responsible: Responsible | None
    closed: bool = False


State: TypeAlias = Unlisted | Premises


# Decisions


def decide(command: Command, state: State) -> list[PremisesEvent]:
    match command:
        case RegisterPremises():
            return register(command, state)
        case MeasurePremises():
            return measure(command, state)
        case ClosePremises():
            return close(command, state)
        case _:
            assert_never(command)


def register(command: RegisterPremises, state: State) -> list[PremisesEvent]:
    if isinstance(state, Premises):
        if (command.kind, command.measures, command.place) == (state.kind, state.measures, state.place):
            return []
        raise PremisesKnown
    listed = _listed(command)
    told = command.model_dump(exclude={"now", "here"})
    return [
        PremisesRegistered.model_validate(
            {
                **told,
                "beyond": _beyond(command, listed),
                "article": listed.article,
                "registered_at": command.now,
            }
        )
    ]


def measure(command: MeasurePremises, state: State) -> list[PremisesEvent]:
    if isinstance(state, Unlisted):
        raise NoSuchPremises
    if state.closed:
        raise PremisesGone
    if (command.kind, command.measures) == (state.kind, state.measures):
        return []
    listed = _listed(command)
    return [
        PremisesMeasured(
            premises=state.premises,
            kind=command.kind,
            measures=command.measures,
            beyond=_beyond(command, listed),
            article=listed.article,
            by=command.by,
            measured_at=command.now,
        )
    ]


def close(command: ClosePremises, state: State) -> list[PremisesEvent]:
    if isinstance(state, Unlisted):
        raise NoSuchPremises
    if state.closed:
        return []
    return [PremisesClosed(premises=state.premises, by=command.by, closed_at=command.now)]


def _listed(command: RegisterPremises | MeasurePremises) -> Rule:
    """The list that holds here today, which names this kind."""
    listed = list_of(command.here, command.now.astimezone(SHANGHAI).date())
    if command.kind not in {item.code for item in listed.items}:
        raise NoSuchKind(kind=command.kind, article=listed.article)
    return listed


def _beyond(command: RegisterPremises | MeasurePremises, listed: Rule) -> tuple[Excess, ...]:
    for name, given in command.measures.items():
        if name not in MEASURES or given <= 0:
            raise NoSuchSize(measure=Code(MEASURES.get(name, name)))
    limits = listed.item(command.kind).limits
    if limits and not limits.keys() & command.measures.keys():
        raise SizeMissing(article=listed.article)
    found = tuple(
        Excess(measure=name, given=command.measures[name], limit=limit)
        for name, limit in limits.items()
        if name in command.measures and command.measures[name] > limit
    )
    if found and command.here.binds(listed):
        first = found[0]
        raise BeyondLimit(
            given=f"{first.given:g}",
            measure=Code(MEASURES[first.measure]),
            limit=f"{first.limit:g}",
            article=listed.article,
        )
    return found


def list_of(here: Here, on: date) -> Rule:
    """The list of that day: the city's or province's own with its sizes, else the nation's, which sets none."""
    return here.rule(LIST, on)


def evolve(state: State, event: PremisesEvent) -> State:
    if isinstance(event, PremisesRegistered):
        return Premises(
            event.premises,
            event.kind,
            event.measures,
            event.station,
            event.community,
            event.place,
            event.responsible,
        )
    assert isinstance(state, Premises), "every stream of premises begins with their entry"
    match event:
        case PremisesMeasured():
            return replace(state, kind=event.kind, measures=event.measures)
        case PremisesClosed():
            return replace(state, closed=True)
        case _:
            assert_never(event)


premises: Final[Decider[Command, State, PremisesEvent]] = Decider(Unlisted(), decide, evolve)
