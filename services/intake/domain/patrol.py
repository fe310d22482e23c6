"""One patrol 巡防 along a route: begun by a person, proved stop by stop, what was left out told with its reason, ended.

What is kept is which stop was proved how, and when; never a position between the stops, and no figure of a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel

from services.intake.domain.patrol_route import NoSuchStop, Stop
from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed

Proof: TypeAlias = Literal["scanned", "said"]
"""扫码证明、自述到点: proved by the stop's code, or said and not proved."""
Cause: TypeAlias = Literal["blocked", "closed", "danger", "called_away", "weather", "code_missing", "other"]
"""道路受阻、场所关闭、有危险、被叫去处置、天气、点位码缺失、其他."""
Deviation: TypeAlias = Literal["out_of_order", "left_out"]
"""未按顺序、未到点."""


class Why(BaseModel, frozen=True):
    """The reason for a deviation, with words where there are any."""

    cause: Cause
    words: Sealed | None = None


# Commands


class BeginPatrol(BaseModel, frozen=True):
    """Begin a patrol on a route (开始巡防)."""

    patrol: str
    route: str
    number: int
    station: str
    community: str
    grids: tuple[str, ...]
    stops: tuple[Stop, ...]
    walker: str
    now: AwareDatetime


class ReachStop(BaseModel, frozen=True):
    """Be at a stop (到点): proved by its code, or said."""

    stop: str
    proof: Proof
    why: Why | None = None
    """Asked where another stop would have come first."""
    by: str
    now: AwareDatetime


class LeaveStopOut(BaseModel, frozen=True):
    """Leave a stop out, and say why (未到点说明)."""

    stop: str
    why: Why
    by: str
    now: AwareDatetime


class EndPatrol(BaseModel, frozen=True):
    """End the patrol (结束巡防); what was not reached counts as left out, for the reason given."""

    why: Why | None = None
    by: str
    now: AwareDatetime


Command: TypeAlias = BeginPatrol | ReachStop | LeaveStopOut | EndPatrol
COMMANDS: Final[tuple[type[BaseModel], ...]] = (BeginPatrol, ReachStop, LeaveStopOut, EndPatrol)


# Events


class PatrolBegun(Event, frozen=True):
    """A patrol has begun (巡防已开始), on this version of the route."""

    stored_as: ClassVar[str] = "patrol-begun"
    patrol: str
    route: str
    number: int
    station: str
    community: str
    grids: tuple[str, ...]
    stops: tuple[Stop, ...]
    walker: str
    begun_at: AwareDatetime


class PatrolStopReached(Event, frozen=True):
    """A stop was reached (已到点)."""

    stored_as: ClassVar[str] = "patrol-stop-reached"
    patrol: str
    stop: str
    proof: Proof
    reached_at: AwareDatetime


class PatrolDeviated(Event, frozen=True):
    """The route was left at this stop (已偏离), and why."""

    stored_as: ClassVar[str] = "patrol-deviated"
    patrol: str
    stop: str
    deviation: Deviation
    why: Why
    noted_at: AwareDatetime


class PatrolEnded(Event, frozen=True):
    """The patrol is over (巡防已结束)."""

    stored_as: ClassVar[str] = "patrol-ended"
    patrol: str
    by: str
    ended_at: AwareDatetime


PatrolEvent: TypeAlias = PatrolBegun | PatrolStopReached | PatrolDeviated | PatrolEnded
EVENTS: Final[tuple[type[PatrolEvent], ...]] = (PatrolBegun, PatrolStopReached, PatrolDeviated, PatrolEnded)


# Refusals


class NoSuchPatrol(Unknown):
    say = sentence("There is no such patrol. Begin one on a route first.")


class PatrolKnown(Refusal):
    say = sentence("This patrol has begun already, by somebody else or on another route. Begin a new one.")


class PatrolOver(Refusal):
    say = sentence("This patrol is over. Begin a new one on the route.")


class NotYourPatrol(Refusal):
    say = sentence("Somebody else walks this patrol. Begin one of your own: nobody proves a stop for another.")


class AnotherStopFirst(Refusal):
    say = sentence("On this route {name} comes first. Give the reason for the other order, or go there first.")


class StopsOpen(Refusal):
    say = sentence("{number} stops were not reached. Give the reason, and they are noted as left out.")


class WordsMissing(Refusal):
    say = sentence("Say in words what the reason is: “other” alone explains nothing.")


class ReachedAlready(Refusal):
    say = sentence("This stop was reached already, and cannot be left out any more.")


# State


@dataclass(frozen=True, slots=True)
class NotBegun:
    """No patrol has begun."""


@dataclass(frozen=True, slots=True)
class Patrol:
    patrol: str
    route: str
    station: str
    community: str
    grids: tuple[str, ...]
    stops: tuple[Stop, ...]
    walker: str
    reached: Mapping[str, Proof] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    over: bool = False

    @property
    def open_stops(self) -> tuple[Stop, ...]:
        """Neither reached nor left out, in the route's order."""
        return tuple(each for each in self.stops if each.stop not in self.reached and each.stop not in self.left_out)


State: TypeAlias = NotBegun | Patrol


# Decisions


def decide(command: Command, state: State) -> list[PatrolEvent]:
    if isinstance(command, BeginPatrol):
        return begin(command, state)
    if isinstance(state, NotBegun):
        raise NoSuchPatrol
    match command:
        case ReachStop():
            return reach(command, state)
        case LeaveStopOut():
            return leave_out(command, state)
        case EndPatrol():
            return end(command, state)
        case _:
            assert_never(command)


def begin(command: BeginPatrol, state: State) -> list[PatrolEvent]:
    if isinstance(state, Patrol):
        if (command.route, command.walker) == (state.route, state.walker):
            return []
        raise PatrolKnown
    told = command.model_dump(exclude={"now"})
    return [PatrolBegun.model_validate({**told, "begun_at": command.now})]


def reach(command: ReachStop, state: Patrol) -> list[PatrolEvent]:
    _walked_by(command.by, command.stop, state)
    known = state.reached.get(command.stop)
    if known == command.proof or known == "scanned":
        return []  # what is proved is not made less by saying it
    _explained(command.why)
    if state.over:
        raise PatrolOver
    events: list[PatrolEvent] = []
    first = next(iter(state.open_stops), None)
    early = first is not None and first.stop != command.stop and known is None and command.stop not in state.left_out
    if early:
        assert first is not None, "only what comes before another stop is early"
        if command.why is None:
            raise AnotherStopFirst(name=first.name)
        events.append(_deviated(state.patrol, command.stop, "out_of_order", command.why, command))
    reached = PatrolStopReached(patrol=state.patrol, stop=command.stop, proof=command.proof, reached_at=command.now)
    return [reached, *events]


def leave_out(command: LeaveStopOut, state: Patrol) -> list[PatrolEvent]:
    _walked_by(command.by, command.stop, state)
    if command.stop in state.left_out:
        return []
    if command.stop in state.reached:
        raise ReachedAlready
    _explained(command.why)
    if state.over:
        raise PatrolOver
    return [_deviated(state.patrol, command.stop, "left_out", command.why, command)]


def end(command: EndPatrol, state: Patrol) -> list[PatrolEvent]:
    """Its walker ends it; whether another may, such as who leads them, is asked at the edge."""
    if state.over:
        return []
    _explained(command.why)
    still = state.open_stops
    if still and command.why is None:
        raise StopsOpen(number=len(still))
    left = [_deviated(state.patrol, each.stop, "left_out", command.why, command) for each in still if command.why]
    return [*left, PatrolEnded(patrol=state.patrol, by=command.by, ended_at=command.now)]


def _walked_by(by: str, stop: str, state: Patrol) -> None:
    if by != state.walker:
        raise NotYourPatrol
    if stop not in {each.stop for each in state.stops}:
        raise NoSuchStop


def _explained(why: Why | None) -> None:
    if why is not None and why.cause == "other" and why.words is None:
        raise WordsMissing


def _deviated(
    patrol: str, stop: str, deviation: Deviation, why: Why, command: ReachStop | LeaveStopOut | EndPatrol
) -> PatrolDeviated:
    return PatrolDeviated(patrol=patrol, stop=stop, deviation=deviation, why=why, noted_at=command.now)


def evolve(state: State, event: PatrolEvent) -> State:
    if isinstance(event, PatrolBegun):
        return Patrol(event.patrol, event.route, event.station, event.community, event.grids, event.stops, event.walker)
    assert isinstance(state, Patrol), "every stream of a patrol begins with its beginning"
    match event:
        case PatrolStopReached():
            return replace(state, reached={**state.reached, event.stop: event.proof})
        case PatrolDeviated(deviation="left_out"):
            return replace(state, left_out=state.left_out | {event.stop})
        case PatrolDeviated():
            return state
        case PatrolEnded():
            return replace(state, over=True)
        case _:
            assert_never(event)


patrol: Final[Decider[Command, State, PatrolEvent]] = Decider(NotBegun(), decide, evolve)
