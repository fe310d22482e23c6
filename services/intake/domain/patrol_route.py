"""A patrol's route 巡防路线: its stops in order, their codes, and its versions.

A stop is a place of the register or a place that is named; the names are those of places, never of people. Where it has
a code (a printed QR), the code is unguessable, and only its hash stands here in clear.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel, Field

from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed

WhyReplaced: TypeAlias = Literal["lost", "damaged", "copied", "moved"]
"""遗失、损坏、被拍照冒用、点位移动."""
MOST_STOPS: Final = 60


class Stop(BaseModel, frozen=True):
    """A stop (巡防点位): a place of the register, or one that is only named."""

    stop: str
    name: str
    grid: str | None = None
    compound: str | None = None
    building: str | None = None


class StopCode(BaseModel, frozen=True):
    """A stop's code: its hash, and itself sealed, so that the sheet can be printed again."""

    code_hash: str = Field(min_length=64, max_length=64)
    code: Sealed


# Commands


class DrawRoute(BaseModel, frozen=True):
    """Draw a route (制定路线)."""

    route: str
    station: str
    community: str
    grids: tuple[str, ...]
    name: str
    stops: tuple[Stop, ...]
    codes: Mapping[str, StopCode]
    by: str
    now: AwareDatetime


class ReviseRoute(BaseModel, frozen=True):
    """Give the route other stops or another order (调整路线): a new version; patrols that are under way keep theirs."""

    name: str
    grids: tuple[str, ...]
    stops: tuple[Stop, ...]
    codes: Mapping[str, StopCode]
    """Of the stops that are to have one and have none yet."""
    by: str
    now: AwareDatetime


class ReplaceCode(BaseModel, frozen=True):
    """Give a stop another code (更换点位码); the old one proves nothing any more."""

    stop: str
    code: StopCode
    why: WhyReplaced
    by: str
    now: AwareDatetime


class RetireRoute(BaseModel, frozen=True):
    """Walk it no longer (停用路线)."""

    by: str
    now: AwareDatetime


Command: TypeAlias = DrawRoute | ReviseRoute | ReplaceCode | RetireRoute
COMMANDS: Final[tuple[type[BaseModel], ...]] = (DrawRoute, ReviseRoute, ReplaceCode, RetireRoute)


# Events


class PatrolRouteDrawn(Event, frozen=True):
    """A route is drawn (路线已制定): its first version."""

    stored_as: ClassVar[str] = "patrol-route-drawn"
    route: str
    station: str
    community: str
    grids: tuple[str, ...]
    name: str
    stops: tuple[Stop, ...]
    codes: Mapping[str, StopCode]
    by: str
    drawn_at: AwareDatetime


class PatrolRouteRevised(Event, frozen=True):
    """The route has another version (路线已调整)."""

    stored_as: ClassVar[str] = "patrol-route-revised"
    route: str
    number: int
    grids: tuple[str, ...]
    name: str
    stops: tuple[Stop, ...]
    codes: Mapping[str, StopCode]
    """All that hold in this version."""
    by: str
    revised_at: AwareDatetime


class PatrolStopCodeReplaced(Event, frozen=True):
    """A stop has another code (点位码已更换)."""

    stored_as: ClassVar[str] = "patrol-stop-code-replaced"
    route: str
    stop: str
    code: StopCode
    why: WhyReplaced
    by: str
    replaced_at: AwareDatetime


class PatrolRouteRetired(Event, frozen=True):
    """The route is walked no longer (路线已停用)."""

    stored_as: ClassVar[str] = "patrol-route-retired"
    route: str
    by: str
    retired_at: AwareDatetime


RouteEvent: TypeAlias = PatrolRouteDrawn | PatrolRouteRevised | PatrolStopCodeReplaced | PatrolRouteRetired
EVENTS: Final[tuple[type[RouteEvent], ...]] = (
    PatrolRouteDrawn,
    PatrolRouteRevised,
    PatrolStopCodeReplaced,
    PatrolRouteRetired,
)


# Refusals


class NoSuchRoute(Unknown):
    say = sentence("There is no such patrol route. Take one from the list of routes.")


class RouteKnown(Refusal):
    say = sentence("This route is drawn already. Revise it instead: patrols under way keep the version they began on.")


class RouteRetired(Refusal):
    say = sentence("This route is walked no longer. Choose another one, or draw a new one.")


class NoStops(Refusal):
    say = sentence("A route needs a stop. Name at least one place.")


class TooManyStops(Refusal):
    say = sentence("A route has at most {most} stops, and this one has {given}. Make two routes of it.")


class StopTwice(Refusal):
    say = sentence("The stop {name} stands twice in this route. Leave one of them out, or name them apart.")


class NoSuchStop(Refusal):
    say = sentence("This route has no such stop. Look at its stops.")


# State


@dataclass(frozen=True, slots=True)
class Undrawn:
    """No route has been drawn."""


@dataclass(frozen=True, slots=True)
class Route:
    route: str
    station: str
    community: str
    grids: tuple[str, ...]
    name: str
    number: int
    stops: tuple[Stop, ...]
    codes: Mapping[str, StopCode]
    retired: bool = False

    def stop_of(self, code_hash: str) -> str | None:
        """The stop that a code proves now."""
        return next((stop for stop, code in self.codes.items() if code.code_hash == code_hash), None)


State: TypeAlias = Undrawn | Route


# Decisions


def decide(command: Command, state: State) -> list[RouteEvent]:
    if isinstance(command, DrawRoute):
        return draw(command, state)
    if isinstance(state, Undrawn):
        raise NoSuchRoute
    match command:
        case ReviseRoute():
            return revise(command, state)
        case ReplaceCode():
            return replace_code(command, state)
        case RetireRoute():
            return [] if state.retired else [_retired(command, state)]
        case _:
            assert_never(command)


def draw(command: DrawRoute, state: State) -> list[RouteEvent]:
    if isinstance(state, Route):
        if (command.name, command.stops) == (state.name, state.stops):
            return []
        raise RouteKnown
    _walkable(command.stops)
    told = command.model_dump(exclude={"now"})
    return [PatrolRouteDrawn.model_validate({**told, "drawn_at": command.now})]


def revise(command: ReviseRoute, state: Route) -> list[RouteEvent]:
    if state.retired:
        raise RouteRetired
    _walkable(command.stops)
    if (command.name, command.grids, command.stops) == (state.name, state.grids, state.stops):
        return []
    kept = {stop.stop for stop in command.stops}
    known = {**command.codes, **state.codes}  # a code that hangs on a wall stays good
    return [
        PatrolRouteRevised(
            route=state.route,
            number=state.number + 1,
            grids=command.grids,
            name=command.name,
            stops=command.stops,
            codes={stop: code for stop, code in known.items() if stop in kept},
            by=command.by,
            revised_at=command.now,
        )
    ]


def replace_code(command: ReplaceCode, state: Route) -> list[RouteEvent]:
    if state.retired:
        raise RouteRetired
    if command.stop not in {stop.stop for stop in state.stops}:
        raise NoSuchStop
    held = state.codes.get(command.stop)
    if held is not None and held.code_hash == command.code.code_hash:
        return []
    return [
        PatrolStopCodeReplaced(
            route=state.route,
            stop=command.stop,
            code=command.code,
            why=command.why,
            by=command.by,
            replaced_at=command.now,
        )
    ]


def _retired(command: RetireRoute, state: Route) -> PatrolRouteRetired:
    return PatrolRouteRetired(route=state.route, by=command.by, retired_at=command.now)


def _walkable(stops: tuple[Stop, ...]) -> None:
    if not stops:
        raise NoStops
    if len(stops) > MOST_STOPS:
        raise TooManyStops(most=MOST_STOPS, given=len(stops))
    seen: set[str] = set()
    for stop in stops:
        if stop.stop in seen or stop.name in seen:
            raise StopTwice(name=stop.name)
        seen |= {stop.stop, stop.name}


def evolve(state: State, event: RouteEvent) -> State:
    if isinstance(event, PatrolRouteDrawn):
        return Route(event.route, event.station, event.community, event.grids, event.name, 1, event.stops, event.codes)
    assert isinstance(state, Route), "every stream of a route begins with its being drawn"
    match event:
        case PatrolRouteRevised():
            return replace(
                state,
                number=event.number,
                grids=event.grids,
                name=event.name,
                stops=event.stops,
                codes=event.codes,
            )
        case PatrolStopCodeReplaced():
            return replace(state, codes={**state.codes, event.stop: event.code})
        case PatrolRouteRetired():
            return replace(state, retired=True)
        case _:
            assert_never(event)


patrol_route: Final[Decider[Command, State, RouteEvent]] = Decider(Undrawn(), decide, evolve)
