"""What the routes of the register take and answer."""

from datetime import date
from typing import Annotated, Any, Final, Literal, TypeAlias

from fastapi import Query
from geojson_pydantic import Feature, FeatureCollection, MultiPolygon, Polygon
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from services.intake.application.submissions import Code, Line, Moment
from services.intake.domain import community, ground, post
from services.intake.domain.boundary import Boundary
from services.intake.domain.grid_codes import Kind
from services.intake.domain.post import PostRole
from services.intake.entrypoints.schemas import Body
from shared.eventsourcing.decider import sentence

YEARS: Final = (date(1949, 10, 1), date(2199, 12, 31))
MOST_POSITIONS: Final = 20_000
"""In one drawing: a city's finest grids have some hundreds."""

Day: TypeAlias = Annotated[date, Field(ge=YEARS[0], le=YEARS[1])]
DayAsked: TypeAlias = Annotated[date, Query(ge=YEARS[0], le=YEARS[1])]
Names: TypeAlias = Annotated[list[Line], Field(max_length=20)]


# Areas


class AreaIn(Body):
    name: Line = Field(max_length=100)
    above: Code | None = Field(default=None, description="the id of the area it lies in; none for a city")
    since: Day


class AreaOut(BaseModel):
    kind: Kind
    id: str
    name: str
    above: str | None
    station: str | None = None
    community: str | None = None
    grid: str | None = None
    compound: str | None = None
    building: str | None = None
    property_managed: bool | None = None
    manager: str | None = None
    address: str | None = None
    also_called: tuple[str, ...] = ()


class CompoundIn(Body):
    compound: Code
    name: Line = Field(max_length=100)
    grid: Code
    property_managed: bool
    manager: Line | None = Field(default=None, max_length=100, description="the property company")
    address: Line | None = Field(default=None, max_length=200)
    also_called: Names = Field(default_factory=list)

    def command(self, now: AwareDatetime) -> community.RegisterCompound:
        return community.RegisterCompound(compound=community.Compound.model_validate(self.model_dump()), now=now)


class BuildingIn(Body):
    building: Code
    name: Line = Field(max_length=100)
    compound: Code
    grid: Code | None = Field(default=None, description="where it is another one than the compound's")
    address: Line | None = Field(default=None, max_length=200)
    also_called: Names = Field(default_factory=list)

    def command(self, now: AwareDatetime) -> ground.EnterBuilding:
        return ground.EnterBuilding(building=ground.Building.model_validate(self.model_dump()), now=now)


class UnitIn(Body):
    unit: Code
    name: Line = Field(max_length=100)
    building: Code

    def command(self, now: AwareDatetime) -> ground.EnterUnit:
        return ground.EnterUnit(unit=ground.Unit.model_validate(self.model_dump()), now=now)


class SquadIn(Body):
    grid: Code
    squad: Line = Field(max_length=100)
    since: Day
    until: Day | None = Field(default=None, description="the last day of a squad of the past")

    def command(self, now: AwareDatetime) -> ground.FormSquad:
        return ground.FormSquad(**self.model_dump(), now=now)


class SquadEndIn(Body):
    grid: Code
    on: Day

    def command(self, now: AwareDatetime) -> ground.StandDownSquad:
        return ground.StandDownSquad(grid=self.grid, on=self.on, now=now)


class SquadOut(BaseModel):
    grid: str
    squad: str
    since: date | None = Field(description="None where the first day is unknown")
    until: date | None = Field(description="the last day; None while it is active")


# Codes


class SchemeOut(BaseModel):
    scheme: str
    title: str
    digits: int
    parts: dict[str, int] = Field(description="each part with its width, in order")
    kinds: list[Kind]
    source: str
    read_whole: bool = Field(description="False: the standard is known from an excerpt, and only warns")


class CodeIn(Body):
    kind: ground.LocalKind
    area: Code
    scheme: Code
    code: Code | None = Field(description="None takes the scheme's code away from that day on")
    since: Day

    def command(self, now: AwareDatetime) -> ground.AssignCode:
        return ground.AssignCode(**self.model_dump(), now=now)


class CodeOut(BaseModel):
    community: str
    kind: Kind
    area: str
    scheme: str
    code: str
    since: date
    until: date | None = Field(description="the first day on which it holds no more")
    parts: dict[str, str]
    doubts: list[str] = Field(description="what does not agree; not refused, for the rule is known from an excerpt")


class CodeAssigned(BaseModel):
    id: str
    version: int
    position: int
    doubts: list[str]


# Boundaries, as GeoJSON


def _two(value: Any) -> Any:
    if isinstance(value, list | tuple) and len(value) > 2:
        raise ValueError(sentence("A position has two numbers, longitude and latitude; heights are not kept."))
    return value


PositionIn: TypeAlias = Annotated[tuple[float, float], BeforeValidator(_two)]
RingIn: TypeAlias = list[PositionIn]


class PolygonIn(BaseModel):
    """A GeoJSON Polygon; whether it is sound is for the register's rules to say, with the grid's name."""

    type: Literal["Polygon"]
    coordinates: list[RingIn] = Field(max_length=1_000)

    def polygons(self) -> list[list[RingIn]]:
        return [self.coordinates]


class MultiPolygonIn(BaseModel):
    type: Literal["MultiPolygon"]
    coordinates: list[list[RingIn]] = Field(max_length=1_000)

    def polygons(self) -> list[list[RingIn]]:
        return self.coordinates


class DrawnArea(BaseModel):
    """Whose boundary it is; other properties are for the sender alone."""

    kind: Literal["community", "grid"] = "grid"
    area: Code


class FeatureIn(BaseModel):
    type: Literal["Feature"]
    geometry: Annotated[PolygonIn | MultiPolygonIn, Field(discriminator="type")] | None = Field(
        description="None takes the grid's boundary away"
    )
    properties: DrawnArea

    def boundary(self) -> Boundary | None:
        if self.geometry is None:
            return None
        return Boundary.model_validate({"polygons": self.geometry.polygons()})


class BoundariesIn(BaseModel):
    """A GeoJSON FeatureCollection (RFC 7946) of a community's boundary and those of its grids."""

    model_config = ConfigDict(extra="allow")
    type: Literal["FeatureCollection"]
    features: list[FeatureIn] = Field(min_length=1, max_length=1_000)

    @model_validator(mode="after")
    def _as_the_standard_says(self) -> "BoundariesIn":
        if "crs" in (self.model_extra or {}):
            raise ValueError(sentence("RFC 7946 knows no “crs”: send longitude and latitude on WGS-84, without it."))
        rings = (ring for f in self.features if f.geometry for polygon in f.geometry.polygons() for ring in polygon)
        if sum(len(ring) for ring in rings) > MOST_POSITIONS:
            raise ValueError(sentence("These are more than 20,000 positions. Simplify the lines, or send fewer grids."))
        kinds = [f for f in self.features if f.properties.kind == "community"]
        if len(kinds) > 1 or any(f.geometry is None for f in kinds):
            raise ValueError(sentence("Give the community's own boundary once, and not as null."))
        return self

    def outline(self) -> Boundary | None:
        own = [f.boundary() for f in self.features if f.properties.kind == "community"]
        return own[0] if own else None

    def grids(self) -> tuple[ground.GridBoundary, ...]:
        return tuple(
            ground.GridBoundary(grid=f.properties.area, boundary=f.boundary())
            for f in self.features
            if f.properties.kind == "grid"
        )


class AreaProperties(BaseModel):
    kind: Literal["community", "grid"]
    area: str
    name: str
    community: str
    station: str | None
    since: date
    square_metres: int = Field(description="about")


Boundaries: TypeAlias = FeatureCollection[Feature[Polygon | MultiPolygon, AreaProperties]]


class GridAtOut(BaseModel):
    """A grid that has the place; several where it lies on a shared line: all are shown, none is picked."""

    community: str
    grid: str
    name: str
    station: str
    since: date
    on_the_line: bool


# Posts


class PostPlaceIn(Body):
    station: Code
    community: Code | None = None
    grid: Code | None = None
    compound: Code | None = None
    building: Code | None = None
    unit: Code | None = None

    @model_validator(mode="after")
    def _within_a_community(self) -> "PostPlaceIn":
        if self.community is None and (self.grid or self.compound or self.building or self.unit):
            raise ValueError(sentence("Name the community, too: grids, compounds and buildings are numbered by it."))
        return self

    def place(self) -> post.Place:
        return post.Place(**self.model_dump())


class PostIn(Body):
    """Who takes a post: a new person by name, or somebody who holds or held one already by id."""

    role: PostRole
    place: PostPlaceIn
    name: Line | None = Field(default=None, max_length=60)
    person: Code | None = None
    account: Code | None = Field(default=None, description="the id of their account, where they have one")
    since: Day
    until: Day | None = Field(default=None, description="the last day of a term that is over")

    @model_validator(mode="after")
    def _somebody(self) -> "PostIn":
        if (self.name is None) == (self.person is None):
            raise ValueError(sentence("Give either the name of a new person, or the id of one who is known."))
        return self


class PostEndIn(Body):
    term: int = Field(ge=1, le=10_000)
    until: Day = Field(description="the last day")
    reason: post.EndReason


class PostCorrectIn(Body):
    """The term as it should stand, whole: what is left out is taken away, but for the name."""

    term: int = Field(ge=1, le=10_000)
    since: Day
    until: Day | None = None
    account: Code | None = None
    name: Line | None = Field(default=None, max_length=60)
    reason: post.CorrectionReason


class PostWithdrawIn(Body):
    term: int = Field(ge=1, le=10_000)


class PostDone(BaseModel):
    post: str
    person: str
    version: int
    position: int


class HolderOut(BaseModel):
    post: str
    term: int
    revision: int
    role: PostRole
    person: str
    name: str | None = Field(description="None where it may not be opened here, or was erased")
    account: str | None
    station: str
    community: str | None
    grid: str | None
    compound: str | None
    building: str | None
    unit: str | None
    since: date
    until: date | None = Field(description="the last day; None while it is held")
    recorded_at: AwareDatetime = Field(description="since when the register knows it so")
    entered_late: bool
    withdrawn: bool


Known: TypeAlias = Annotated[
    Moment | None, Query(description="As the register knew it at that time, before later corrections.")
]


class GridOut(AreaOut):
    squad: str | None
    codes: dict[str, str] = Field(description="by scheme")
    drawn_since: date | None = Field(description="since when its boundary is as it is; None where it has none")


class CompoundOut(AreaOut):
    work_falls_to: list[HolderOut] = Field(
        description="the building heads, where no property company looks after it; empty where there is nobody yet"
    )


class CommunityDetail(BaseModel):
    """A community on a day: what lies in it, and who holds which post."""

    community: AreaOut
    on: date
    codes: dict[str, str]
    grids: list[GridOut]
    compounds: list[CompoundOut]
    buildings: list[AreaOut]
    units: list[AreaOut]
    posts: list[HolderOut]
