"""A community (社区) in the register 台账: its residents by number, grids, compounds, squads, and incidents counted.

Boundaries, codes, squads with their days, buildings and units are decided in `ground`, on the same stream.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel, Field

from services.intake.domain import ground
from services.intake.domain.ground import Ground, Known
from services.intake.domain.post import Place
from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed

VolunteerRole: TypeAlias = Literal["building_head", "unit_head", "volunteer"]
"""楼院长、单元长、治安志愿者."""
IncidentKind: TypeAlias = Literal["criminal", "public_order", "fraud", "accident"]
"""刑事案件、治安案件、电诈、安全事故."""


class Compound(BaseModel, frozen=True):
    """A residential compound (小区); without a property company its work falls to the building heads."""

    compound: str
    name: str
    grid: str
    property_managed: bool
    manager: str | None = None
    """The property company (物业公司), by name."""
    address: str | None = None
    also_called: tuple[str, ...] = ()


class Grid(BaseModel, frozen=True):
    """A grid (网格) with its one active squad (小分队)."""

    grid: str
    name: str
    squad: str | None = None


# Commands


class RegisterCommunity(BaseModel, frozen=True):
    """Enter a community with its station (登记社区)."""

    community: str
    name: str
    station: str
    now: AwareDatetime


class CountResidents(BaseModel, frozen=True):
    """Enter how many residents it has on a day (人口数)."""

    residents: int = Field(ge=0)
    on: date
    source: str
    now: AwareDatetime


class DrawGrid(BaseModel, frozen=True):
    """Enter a grid and its squad (划分网格)."""

    grid: Grid
    now: AwareDatetime


class RegisterCompound(BaseModel, frozen=True):
    """Enter a compound (登记小区)."""

    compound: Compound
    now: AwareDatetime


class EnrolVolunteer(BaseModel, frozen=True):
    """Enter a member of a grid's squad, who has agreed to it (入队)."""

    person: str
    name: Sealed
    role: VolunteerRole
    grid: str
    since: date
    now: AwareDatetime


class CountIncidents(BaseModel, frozen=True):
    """Enter how many incidents of a kind there were in a period (发案数)."""

    kind: IncidentKind
    first_day: date
    last_day: date
    count: int = Field(ge=0)
    source: str
    now: AwareDatetime


OwnCommand: TypeAlias = (
    RegisterCommunity | CountResidents | DrawGrid | RegisterCompound | EnrolVolunteer | CountIncidents
)
Command: TypeAlias = OwnCommand | ground.Command
COMMANDS: Final[tuple[type[BaseModel], ...]] = (
    RegisterCommunity,
    CountResidents,
    DrawGrid,
    RegisterCompound,
    EnrolVolunteer,
    CountIncidents,
    *ground.COMMANDS,
)


# Events


class CommunityRegistered(Event, frozen=True):
    """A community was entered (已登记)."""

    stored_as: ClassVar[str] = "community-registered"
    community: str
    name: str
    station: str
    registered_at: AwareDatetime


class ResidentsCounted(Event, frozen=True):
    """So many residents on that day (人口数)."""

    stored_as: ClassVar[str] = "residents-counted"
    community: str
    name: str
    station: str
    residents: int
    on: date
    source: str
    counted_at: AwareDatetime


class GridDrawn(Event, frozen=True):
    """A grid was entered or changed (网格已划)."""

    stored_as: ClassVar[str] = "grid-drawn"
    community: str
    grid: Grid
    drawn_at: AwareDatetime


class CompoundRegistered(Event, frozen=True):
    """A compound was entered or changed (小区已登记)."""

    stored_as: ClassVar[str] = "compound-registered"
    community: str
    compound: Compound
    registered_at: AwareDatetime


class VolunteerEnrolled(Event, frozen=True):
    """Somebody joined a grid's squad (已入队)."""

    stored_as: ClassVar[str] = "volunteer-enrolled"
    community: str
    person: str
    name: Sealed
    role: VolunteerRole
    grid: str
    since: date
    enrolled_at: AwareDatetime


class IncidentsCounted(Event, frozen=True):
    """So many incidents of a kind in that period (发案数)."""

    stored_as: ClassVar[str] = "incidents-counted"
    community: str
    kind: IncidentKind
    first_day: date
    last_day: date
    count: int
    source: str
    counted_at: AwareDatetime


OwnEvent: TypeAlias = (
    CommunityRegistered | ResidentsCounted | GridDrawn | CompoundRegistered | VolunteerEnrolled | IncidentsCounted
)
CommunityEvent: TypeAlias = OwnEvent | ground.GroundEvent
EVENTS: Final[tuple[type[CommunityEvent], ...]] = (
    CommunityRegistered,
    ResidentsCounted,
    GridDrawn,
    CompoundRegistered,
    VolunteerEnrolled,
    IncidentsCounted,
    *ground.EVENTS,
)


# Refusals


class NoSuchCommunity(Unknown):
    say = sentence("This community is not in the register. Enter it first.")


class CommunityKnown(Refusal):
    say = sentence("Community {community} is in the register as {name} of {station}. Change that entry instead.")


class NoSuchGrid(Refusal):
    say = sentence("Community {community} has no grid {grid}. Draw the grid first.")


class PlaceContradicts(Refusal):
    say = sentence("{area} lies in {actual}, not in {given}. Name only the nearest, or put the register right.")


class PeriodBackwards(Refusal):
    say = sentence("The period ends before it begins: {first_day} to {last_day}. Exchange the two days.")


# State


@dataclass(frozen=True, slots=True)
class Unregistered:
    """Not in the register."""


@dataclass(frozen=True, slots=True)
class Registered:
    community: str
    name: str
    station: str
    residents: Mapping[date, int] = field(default_factory=dict)
    grids: Mapping[str, Grid] = field(default_factory=dict)
    compounds: Mapping[str, Compound] = field(default_factory=dict)
    volunteers: Mapping[str, tuple[VolunteerRole, str]] = field(default_factory=dict)
    incidents: Mapping[tuple[IncidentKind, date, date], int] = field(default_factory=dict)
    ground: Ground = field(default_factory=Ground)

    @property
    def known(self) -> Known:
        return Known(self.community, self.grids.keys(), self.compounds.keys(), self.ground)


State: TypeAlias = Unregistered | Registered


def place_in(state: State, wanted: Place) -> Place:
    """The place with all that lies around it; refused where the register lacks it, or has it elsewhere."""
    if isinstance(state, Unregistered):
        raise NoSuchCommunity
    known, found = state.known, {name: value for name, value in wanted if value is not None}
    around: list[tuple[str, str, str]] = []
    if wanted.unit is not None:
        known.require("unit", wanted.unit)
        around.append((wanted.unit, "building", known.ground.units[wanted.unit].building))
        found.setdefault("building", around[-1][2])
    if (building := found.get("building")) is not None:
        known.require("building", building)
        entry = known.ground.buildings[building]
        found.setdefault("compound", entry.compound)
        around.append((building, "compound", entry.compound))
        if entry.grid is not None:
            found.setdefault("grid", entry.grid)
            around.append((building, "grid", entry.grid))
    if (compound := found.get("compound")) is not None:
        known.require("compound", compound)
        if "grid" not in found:
            found["grid"] = state.compounds[compound].grid
    if (grid := found.get("grid")) is not None:
        known.require("grid", grid)
    around.append((state.community, "station", state.station))
    for area, kind, actual in around:
        if found[kind] != actual:
            raise PlaceContradicts(area=area, actual=actual, given=found[kind])
    return Place(**found)


# Decisions


def decide(command: Command, state: State) -> list[CommunityEvent]:
    if isinstance(command, RegisterCommunity):
        return register(command, state)
    if isinstance(state, Unregistered):
        raise NoSuchCommunity
    match command:
        case CountResidents():
            return count_residents(command, state)
        case DrawGrid():
            return draw_grid(command, state)
        case RegisterCompound():
            return register_compound(command, state)
        case EnrolVolunteer():
            return enrol(command, state)
        case CountIncidents():
            return count_incidents(command, state)
        case (
            ground.DrawBoundaries()
            | ground.AssignCode()
            | ground.FormSquad()
            | ground.StandDownSquad()
            | ground.EnterBuilding()
            | ground.EnterUnit()
        ):
            return [*ground.decide(command, state.known)]
        case _:
            assert_never(command)


def register(command: RegisterCommunity, state: State) -> list[CommunityEvent]:
    match state:
        case Unregistered():
            return [
                CommunityRegistered(
                    community=command.community, name=command.name, station=command.station, registered_at=command.now
                )
            ]
        case Registered(community, name, station):
            if (name, station) == (command.name, command.station):
                return []
            raise CommunityKnown(community=community, name=name, station=station)
        case _:
            assert_never(state)


def count_residents(command: CountResidents, state: Registered) -> list[CommunityEvent]:
    if state.residents.get(command.on) == command.residents:
        return []
    return [
        ResidentsCounted(
            community=state.community,
            name=state.name,
            station=state.station,
            residents=command.residents,
            on=command.on,
            source=command.source,
            counted_at=command.now,
        )
    ]


def draw_grid(command: DrawGrid, state: Registered) -> list[CommunityEvent]:
    if state.grids.get(command.grid.grid) == command.grid:
        return []
    return [GridDrawn(community=state.community, grid=command.grid, drawn_at=command.now)]


def register_compound(command: RegisterCompound, state: Registered) -> list[CommunityEvent]:
    _known_grid(state, command.compound.grid)
    if state.compounds.get(command.compound.compound) == command.compound:
        return []
    return [CompoundRegistered(community=state.community, compound=command.compound, registered_at=command.now)]


def enrol(command: EnrolVolunteer, state: Registered) -> list[CommunityEvent]:
    _known_grid(state, command.grid)
    if state.volunteers.get(command.person) == (command.role, command.grid):
        return []
    return [
        VolunteerEnrolled(
            community=state.community,
            person=command.person,
            name=command.name,
            role=command.role,
            grid=command.grid,
            since=command.since,
            enrolled_at=command.now,
        )
    ]


def count_incidents(command: CountIncidents, state: Registered) -> list[CommunityEvent]:
    if command.last_day < command.first_day:
        raise PeriodBackwards(first_day=command.first_day, last_day=command.last_day)
    if state.incidents.get((command.kind, command.first_day, command.last_day)) == command.count:
        return []
    return [
        IncidentsCounted(
            community=state.community,
            kind=command.kind,
            first_day=command.first_day,
            last_day=command.last_day,
            count=command.count,
            source=command.source,
            counted_at=command.now,
        )
    ]


def _known_grid(state: Registered, grid: str) -> None:
    if grid not in state.grids:
        raise NoSuchGrid(community=state.community, grid=grid)


def evolve(state: State, event: CommunityEvent) -> State:
    if isinstance(event, CommunityRegistered):
        return Registered(event.community, event.name, event.station)
    assert isinstance(state, Registered), "every stream of a community begins with its registration"
    match event:
        case ResidentsCounted():
            return replace(state, residents={**state.residents, event.on: event.residents})
        case GridDrawn():
            grids = {**state.grids, event.grid.grid: event.grid}
            drawn_on = event.drawn_at.date()
            lies = ground.with_grid(state.ground, event.grid.grid, event.grid.squad, drawn_on)
            return replace(state, grids=grids, ground=lies)
        case CompoundRegistered():
            return replace(state, compounds={**state.compounds, event.compound.compound: event.compound})
        case VolunteerEnrolled():
            return replace(state, volunteers={**state.volunteers, event.person: (event.role, event.grid)})
        case IncidentsCounted():
            key = (event.kind, event.first_day, event.last_day)
            return replace(state, incidents={**state.incidents, key: event.count})
        case (
            ground.BoundaryDrawn()
            | ground.CodeAssigned()
            | ground.SquadFormed()
            | ground.SquadStoodDown()
            | ground.BuildingEntered()
            | ground.UnitEntered()
        ):
            return _with_squad(replace(state, ground=ground.evolve(state.ground, event)), event)
        case _:
            assert_never(event)


def _with_squad(state: Registered, event: ground.GroundEvent) -> Registered:
    """The grid with its active squad, which the first kind of entry knows without its days."""
    match event:
        case ground.SquadFormed(until=None) | ground.SquadStoodDown():
            squad = event.squad if isinstance(event, ground.SquadFormed) else None
            grid = state.grids[event.grid]
            return replace(state, grids={**state.grids, event.grid: Grid(grid=grid.grid, name=grid.name, squad=squad)})
        case _:
            return state


community: Final[Decider[Command, State, CommunityEvent]] = Decider(Unregistered(), decide, evolve)
