"""What lies in a community beside its grids' names: boundaries, codes, squads, buildings (楼栋) and units (单元).

It belongs to the community's stream, whose decider hands these commands on to here. The rules: a grid has one active
squad; boundaries lie within the community and do not overlap, on no day; a code belongs to one area at a time.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar, Final, Literal, NamedTuple, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel

from services.intake.domain import grid_codes
from services.intake.domain.boundary import (
    Boundary,
    GridsOverlap,
    OutsideCommunity,
    OverlapsAnotherCommunity,
    Shape,
    beyond,
    check,
    common,
    near,
    pairs,
    shape,
    square_metres,
)
from services.intake.domain.grid_codes import Surroundings
from services.intake.domain.spells import in_force, meet, spells
from shared.eventsourcing.decider import Code, Refusal, sentence
from shared.eventsourcing.events import Event

LocalKind: TypeAlias = Literal["community", "grid", "compound", "building", "unit"]
"""The kinds of areas that a community's own stream knows."""


class Building(BaseModel, frozen=True):
    """A building (楼栋) of a compound; where its compound lies in several grids, it says its own."""

    building: str
    name: str
    compound: str
    grid: str | None = None
    address: str | None = None
    also_called: tuple[str, ...] = ()


class Unit(BaseModel, frozen=True):
    """A unit (单元), one entrance of a building with the flats above it."""

    unit: str
    name: str
    building: str


class GridBoundary(BaseModel, frozen=True):
    """The boundary of one grid; None takes it away."""

    grid: str
    boundary: Boundary | None


class Elsewhere(BaseModel, frozen=True):
    """A grid of another community, as far as it lies nearby."""

    community: str
    grid: str
    boundary: Boundary


# Commands


class DrawBoundaries(BaseModel, frozen=True):
    """Draw boundaries that hold from a day on (划定边界), together, so that neighbours can exchange ground."""

    since: date
    outline: Boundary | None = None
    """The community's own boundary; None leaves it as it is."""
    grids: tuple[GridBoundary, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    now: AwareDatetime


class AssignCode(BaseModel, frozen=True):
    """Give an area a code by a scheme from a day on (赋码); None takes the scheme's code away."""

    kind: LocalKind
    area: str
    scheme: str
    code: str | None
    since: date
    now: AwareDatetime


class FormSquad(BaseModel, frozen=True):
    """Give a grid its squad (组建小分队), or enter one of the past."""

    grid: str
    squad: str
    since: date
    until: date | None = None
    """The last day; None while it is active."""
    now: AwareDatetime


class StandDownSquad(BaseModel, frozen=True):
    """End a grid's active squad with a day (撤销小分队)."""

    grid: str
    on: date
    now: AwareDatetime


class EnterBuilding(BaseModel, frozen=True):
    """Enter a building (登记楼栋)."""

    building: Building
    now: AwareDatetime


class EnterUnit(BaseModel, frozen=True):
    """Enter a unit (登记单元)."""

    unit: Unit
    now: AwareDatetime


Command: TypeAlias = DrawBoundaries | AssignCode | FormSquad | StandDownSquad | EnterBuilding | EnterUnit
COMMANDS: Final[tuple[type[BaseModel], ...]] = (
    DrawBoundaries,
    AssignCode,
    FormSquad,
    StandDownSquad,
    EnterBuilding,
    EnterUnit,
)


# Events


class BoundaryDrawn(Event, frozen=True):
    """From this day on the community or grid has this boundary (边界已划定), or none."""

    stored_as: ClassVar[str] = "boundary-drawn"
    community: str
    kind: Literal["community", "grid"]
    area: str
    boundary: Boundary | None
    since: date
    drawn_at: AwareDatetime


class CodeAssigned(Event, frozen=True):
    """From this day on the area has this code by that scheme (已赋码), or none."""

    stored_as: ClassVar[str] = "area-code-assigned"
    community: str
    kind: LocalKind
    area: str
    scheme: str
    code: str | None
    since: date
    assigned_at: AwareDatetime


class SquadFormed(Event, frozen=True):
    """A grid had or has this squad in that time (小分队已组建); `active` is the one that it has now."""

    stored_as: ClassVar[str] = "squad-formed"
    community: str
    grid: str
    squad: str
    since: date
    until: date | None
    formed_at: AwareDatetime


class SquadStoodDown(Event, frozen=True):
    """A grid's squad ended with this day (小分队已撤销)."""

    stored_as: ClassVar[str] = "squad-stood-down"
    community: str
    grid: str
    squad: str
    on: date
    stood_down_at: AwareDatetime


class BuildingEntered(Event, frozen=True):
    """A building was entered or changed (楼栋已登记)."""

    stored_as: ClassVar[str] = "building-entered"
    community: str
    building: Building
    entered_at: AwareDatetime


class UnitEntered(Event, frozen=True):
    """A unit was entered or changed (单元已登记)."""

    stored_as: ClassVar[str] = "unit-entered"
    community: str
    unit: Unit
    entered_at: AwareDatetime


GroundEvent: TypeAlias = BoundaryDrawn | CodeAssigned | SquadFormed | SquadStoodDown | BuildingEntered | UnitEntered
EVENTS: Final[tuple[type[GroundEvent], ...]] = (
    BoundaryDrawn,
    CodeAssigned,
    SquadFormed,
    SquadStoodDown,
    BuildingEntered,
    UnitEntered,
)


# Refusals


class NoSuchArea(Refusal):
    say = sentence("Community {community} has no {kind} {area}. Enter it first.")


class NothingDrawn(Refusal):
    say = sentence("There is no boundary in what was sent. Draw the community's or at least one grid's.")


class GridTwice(Refusal):
    say = sentence("Grid {grid} comes twice in what was sent. Join its polygons to one MultiPolygon.")


class CodeTaken(Refusal):
    say = sentence(
        "Code {code} of scheme {scheme} belongs to {area} from {since} on. Check it, or take it away there first."
    )


class SquadActive(Refusal):
    say = sentence("Grid {grid} has {squad} in that time, and a grid has one active squad. Stand that one down first.")


class NoActiveSquad(Refusal):
    say = sentence("Grid {grid} has no active squad that could be stood down.")


class SquadBackwards(Refusal):
    say = sentence("The squad would end before it begins: {since} to {until}. Exchange the two days.")


# State


class Squad(NamedTuple):
    """A squad with its days; the first one is unknown where a grid was entered together with its squad."""

    squad: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Ground:
    outline: Mapping[date, Boundary | None] = field(default_factory=dict)
    boundaries: Mapping[str, Mapping[date, Boundary | None]] = field(default_factory=dict)
    codes: Mapping[tuple[LocalKind, str], Mapping[str, Mapping[date, str | None]]] = field(default_factory=dict)
    squads: Mapping[str, tuple[Squad, ...]] = field(default_factory=dict)
    buildings: Mapping[str, Building] = field(default_factory=dict)
    units: Mapping[str, Unit] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What of the community the rules here look at."""

    community: str
    grids: Set[str]
    compounds: Set[str]
    ground: Ground

    def has(self, kind: LocalKind, area: str) -> bool:
        match kind:
            case "community":
                return area == self.community
            case "grid":
                return area in self.grids
            case "compound":
                return area in self.compounds
            case "building":
                return area in self.ground.buildings
            case "unit":
                return area in self.ground.units
            case _:
                assert_never(kind)

    def require(self, kind: LocalKind, area: str) -> None:
        if not self.has(kind, area):
            raise NoSuchArea(community=self.community, kind=Code(kind), area=area)


# Decisions


def decide(command: Command, known: Known) -> list[GroundEvent]:
    match command:
        case DrawBoundaries():
            return draw(command, known)
        case AssignCode():
            return assign_code(command, known)
        case FormSquad():
            return form_squad(command, known)
        case StandDownSquad():
            return stand_down(command, known)
        case EnterBuilding():
            return enter_building(command, known)
        case EnterUnit():
            return enter_unit(command, known)
        case _:
            assert_never(command)


def draw(command: DrawBoundaries, known: Known) -> list[GroundEvent]:
    drawn = _drawn(command, known)
    changed = [each for each in drawn if _differs(each, known.ground)]
    after = known.ground
    for each in changed:
        after = evolve(after, each)
    days = {command.since}
    for entries in (after.outline, *after.boundaries.values()):
        days |= {day for day in entries if day > command.since}
    # What is drawn for a day must hold on each later one too, for which others were drawn before it.
    for day in sorted(days if changed else ()):
        _check_day(day, changed, after, known.community, command.elsewhere)
    return list(changed)


def _drawn(command: DrawBoundaries, known: Known) -> list[BoundaryDrawn]:
    drawn: list[BoundaryDrawn] = []
    pieces: list[tuple[Literal["community", "grid"], str, Boundary | None]] = []
    if command.outline is not None:
        pieces.append(("community", known.community, command.outline))
    pieces += [("grid", piece.grid, piece.boundary) for piece in command.grids]
    if not pieces:
        raise NothingDrawn
    for kind, area, boundary in pieces:
        known.require(kind, area)
        if any((kind, area) == (each.kind, each.area) for each in drawn):
            raise GridTwice(grid=area)
        if boundary is not None:
            check(area, boundary)
        drawn.append(
            BoundaryDrawn(
                community=known.community,
                kind=kind,
                area=area,
                boundary=boundary,
                since=command.since,
                drawn_at=command.now,
            )
        )
    return drawn


def _differs(drawn: BoundaryDrawn, ground: Ground) -> bool:
    """Whether an entry of that very day says something else; one that an earlier entry says already is none."""
    entries = ground.outline if drawn.kind == "community" else ground.boundaries.get(drawn.area, {})
    return in_force(entries, drawn.since) != drawn.boundary


def _check_day(
    day: date, drawn: list[BoundaryDrawn], ground: Ground, community: str, elsewhere: Iterable[Elsewhere]
) -> None:
    outline = in_force(ground.outline, day)
    shapes: dict[str, Shape] = {}
    for grid, entries in ground.boundaries.items():
        boundary = in_force(entries, day)
        if boundary is not None:
            shapes[grid] = shape(boundary)
    changed = [each.area for each in drawn if each.kind == "grid" and each.area in shapes]
    if outline is not None:
        whole = shape(outline)
        for grid in shapes if any(each.kind == "community" for each in drawn) else changed:
            outside = beyond(shapes[grid], whole)
            if outside is not None:
                raise OutsideCommunity(
                    day=day, square_metres=square_metres(outside), grid=grid, community=community, near=near(outside)
                )
    for grid, other in pairs(shapes, changed):
        shared = common(shapes[grid], shapes[other])
        if shared is not None:
            raise GridsOverlap(day=day, grid=grid, other=other, square_metres=square_metres(shared), near=near(shared))
    for neighbour in elsewhere:
        theirs = shape(neighbour.boundary)
        for grid in changed:
            shared = common(shapes[grid], theirs)
            if shared is not None:
                raise OverlapsAnotherCommunity(
                    day=day,
                    grid=grid,
                    other=neighbour.grid,
                    community=neighbour.community,
                    square_metres=square_metres(shared),
                    near=near(shared),
                )


def assign_code(command: AssignCode, known: Known) -> list[GroundEvent]:
    known.require(command.kind, command.area)
    if command.code is None:
        grid_codes.named(command.scheme)
    else:
        grid_codes.check(command.scheme, command.kind, command.code)
    key = (command.kind, command.area)
    entries = known.ground.codes.get(key, {}).get(command.scheme, {})
    if in_force(entries, command.since) == command.code:
        return []
    assigned = CodeAssigned(
        community=known.community,
        kind=command.kind,
        area=command.area,
        scheme=command.scheme,
        code=command.code,
        since=command.since,
        assigned_at=command.now,
    )
    after = evolve(known.ground, assigned)
    ours = [spell for spell in spells(after.codes[key][command.scheme]) if spell.value == command.code]
    for (kind, area), schemes in after.codes.items():
        for theirs in spells(schemes.get(command.scheme, {})):
            taken = theirs.value == command.code and any(meet(theirs, spell) for spell in ours)
            if (kind, area) != key and taken:
                raise CodeTaken(code=command.code, scheme=command.scheme, area=area, since=theirs.since)
    return [assigned]


def form_squad(command: FormSquad, known: Known) -> list[GroundEvent]:
    known.require("grid", command.grid)
    if command.until is not None and command.until < command.since:
        raise SquadBackwards(since=command.since, until=command.until)
    squads = known.ground.squads.get(command.grid, ())
    wanted = Squad(command.squad, command.since, command.until)
    if wanted in squads:
        return []
    for squad in squads:
        its_first_day = squad == wanted._replace(since=None)  # which was not known before
        if _overlap(squad, wanted) and not its_first_day:
            raise SquadActive(grid=command.grid, squad=squad.squad)
    return [
        SquadFormed(
            community=known.community,
            grid=command.grid,
            squad=command.squad,
            since=command.since,
            until=command.until,
            formed_at=command.now,
        )
    ]


def _overlap(one: Squad, other: Squad) -> bool:
    begins_in_time = one.since is None or other.until is None or one.since <= other.until
    return begins_in_time and (one.until is None or other.since is None or other.since <= one.until)


def stand_down(command: StandDownSquad, known: Known) -> list[GroundEvent]:
    known.require("grid", command.grid)
    squads = known.ground.squads.get(command.grid, ())
    active = next((squad for squad in squads if squad.until is None), None)
    if active is None:
        if any(squad.until == command.on for squad in squads):
            return []
        raise NoActiveSquad(grid=command.grid)
    if active.since is not None and command.on < active.since:
        raise SquadBackwards(since=active.since, until=command.on)
    return [
        SquadStoodDown(
            community=known.community,
            grid=command.grid,
            squad=active.squad,
            on=command.on,
            stood_down_at=command.now,
        )
    ]


def enter_building(command: EnterBuilding, known: Known) -> list[GroundEvent]:
    known.require("compound", command.building.compound)
    if command.building.grid is not None:
        known.require("grid", command.building.grid)
    if known.ground.buildings.get(command.building.building) == command.building:
        return []
    return [BuildingEntered(community=known.community, building=command.building, entered_at=command.now)]


def enter_unit(command: EnterUnit, known: Known) -> list[GroundEvent]:
    known.require("building", command.unit.building)
    if known.ground.units.get(command.unit.unit) == command.unit:
        return []
    return [UnitEntered(community=known.community, unit=command.unit, entered_at=command.now)]


def surroundings(ground: Ground, community: str, grids: int, day: date) -> Surroundings:
    """What a code of the community is held against on that day."""
    statistical = ground.codes.get(("community", community), {}).get(grid_codes.STATS12.name, {})
    return Surroundings(in_force(statistical, day), grids)


def with_grid(ground: Ground, grid: str, squad: str | None, on: date) -> Ground:
    """A grid was entered or changed together with its squad, of which no first day is told."""
    squads = ground.squads.get(grid, ())
    active = next((each for each in squads if each.until is None), None)
    if (None if active is None else active.squad) == squad:
        return ground
    ended = tuple(each._replace(until=on) if each is active else each for each in squads)
    begun = () if squad is None else (Squad(squad, None if not squads else on, None),)
    return replace(ground, squads={**ground.squads, grid: (*ended, *begun)})


def evolve(ground: Ground, event: GroundEvent) -> Ground:
    match event:
        case BoundaryDrawn(kind="community"):
            return replace(ground, outline={**ground.outline, event.since: event.boundary})
        case BoundaryDrawn():
            entries = {**ground.boundaries.get(event.area, {}), event.since: event.boundary}
            return replace(ground, boundaries={**ground.boundaries, event.area: entries})
        case CodeAssigned():
            schemes = ground.codes.get((event.kind, event.area), {})
            codes = {**schemes.get(event.scheme, {}), event.since: event.code}
            return replace(ground, codes={**ground.codes, (event.kind, event.area): {**schemes, event.scheme: codes}})
        case SquadFormed():
            formed = Squad(event.squad, event.since, event.until)
            # The first day of the active squad, where it was unknown, is known now.
            vague = Squad(event.squad, None, event.until)
            others = [each for each in ground.squads.get(event.grid, ()) if each != vague]
            return replace(ground, squads={**ground.squads, event.grid: (*others, formed)})
        case SquadStoodDown():
            squads = ground.squads[event.grid]
            ended = tuple(each._replace(until=event.on) if each.until is None else each for each in squads)
            return replace(ground, squads={**ground.squads, event.grid: ended})
        case BuildingEntered():
            return replace(ground, buildings={**ground.buildings, event.building.building: event.building})
        case UnitEntered():
            return replace(ground, units={**ground.units, event.unit.unit: event.unit})
        case _:
            assert_never(event)
