"""The ground of the desk's community: two grids side by side, a building with a unit, codes, squads and posts."""

from datetime import date
from typing import Final

from services.intake.domain import area, community, ground, post
from services.intake.domain.boundary import Boundary
from shared.eventsourcing.events import Event
from tests.unit.intake import desk as d

NEW_YEAR: Final = date(2020, 1, 1)
JUNE: Final = date(2020, 6, 1)
GRIDS: Final = ("wangfu-03", "wangfu-04")

GRID_04 = community.Grid(grid="wangfu-04", name="四网格")
grid_04_drawn = community.GridDrawn(community="wangfu", grid=GRID_04, drawn_at=d.MONDAY)
entered = (d.community_registered, d.grid_drawn, grid_04_drawn, d.compound_registered)
"""The community with two grids and a compound in the first."""


def box(west: float, south: float, east: float, north: float) -> Boundary:
    """A rectangle, counterclockwise, in thousandths of a degree from a corner in Taiyuan."""
    x0, y0, x1, y1 = (112.55 + west / 1000, 37.82 + south / 1000, 112.55 + east / 1000, 37.82 + north / 1000)
    return Boundary(polygons=((((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)),),))


WHOLE = box(0, 0, 4, 2)
WEST, EAST = box(0, 0, 2, 2), box(2, 0, 4, 2)


def draw(
    *grids: tuple[str, Boundary | None], outline: Boundary | None = None, since: date = NEW_YEAR, **more: object
) -> ground.DrawBoundaries:
    pieces = tuple(ground.GridBoundary(grid=grid, boundary=boundary) for grid, boundary in grids)
    return d.changed(ground.DrawBoundaries(since=since, outline=outline, grids=pieces, now=d.MONDAY), **more)


def drawn(grid: str | None, boundary: Boundary | None, since: date = NEW_YEAR) -> ground.BoundaryDrawn:
    return ground.BoundaryDrawn(
        community="wangfu",
        kind="community" if grid is None else "grid",
        area=grid or "wangfu",
        boundary=boundary,
        since=since,
        drawn_at=d.MONDAY,
    )


def assign(code: str | None, area_id: str = "wangfu-03", since: date = NEW_YEAR, **more: object) -> ground.AssignCode:
    command = ground.AssignCode(kind="grid", area=area_id, scheme="bj15", code=code, since=since, now=d.MONDAY)
    return d.changed(command, **more)


def assigned(
    code: str | None, area_id: str = "wangfu-03", since: date = NEW_YEAR, **more: object
) -> ground.CodeAssigned:
    event = ground.CodeAssigned(
        community="wangfu", kind="grid", area=area_id, scheme="bj15", code=code, since=since, assigned_at=d.MONDAY
    )
    return d.changed(event, **more)


def form(squad: str, since: date = NEW_YEAR, until: date | None = None, grid: str = "wangfu-04") -> ground.FormSquad:
    return ground.FormSquad(grid=grid, squad=squad, since=since, until=until, now=d.MONDAY)


def formed(
    squad: str, since: date = NEW_YEAR, until: date | None = None, grid: str = "wangfu-04"
) -> ground.SquadFormed:
    return ground.SquadFormed(community="wangfu", grid=grid, squad=squad, since=since, until=until, formed_at=d.MONDAY)


def stand_down(on: date, grid: str = "wangfu-04") -> ground.StandDownSquad:
    return ground.StandDownSquad(grid=grid, on=on, now=d.MONDAY)


def stood_down(squad: str, on: date, grid: str = "wangfu-04") -> ground.SquadStoodDown:
    return ground.SquadStoodDown(community="wangfu", grid=grid, squad=squad, on=on, stood_down_at=d.MONDAY)


BUILDING = ground.Building(building="wangfu-b", name="B座", compound="wangfu-yuan", also_called=("2号楼",))
UNIT = ground.Unit(unit="wangfu-b-1", name="一单元", building="wangfu-b")
enter_building = ground.EnterBuilding(building=BUILDING, now=d.MONDAY)
building_entered = ground.BuildingEntered(community="wangfu", building=BUILDING, entered_at=d.MONDAY)
enter_unit = ground.EnterUnit(unit=UNIT, now=d.MONDAY)
unit_entered = ground.UnitEntered(community="wangfu", unit=UNIT, entered_at=d.MONDAY)

name_station = area.NameArea(
    kind="station", area=d.STATION, name="示例派出所", above="xiaodian", since=NEW_YEAR, now=d.MONDAY
)
station_named = area.AreaNamed(
    kind="station", area=d.STATION, name="示例派出所", above="xiaodian", since=NEW_YEAR, named_at=d.MONDAY
)

# A post: the community officer since May 2019

MAY: Final = date(2019, 5, 6)
POST: Final = "post-guo"
HOLDING = post.Holding(
    role="community_officer",
    place=post.Place(station=d.STATION, community="wangfu"),
    person="person-guo",
    name=d.box("person-guo", "name"),
    account=d.OFFICER,
    since=MAY,
)


def held(since: date = MAY, until: date | None = None) -> post.Holding:
    return d.changed(HOLDING, since=since, until=until)


def take(since: date = MAY, until: date | None = None) -> post.TakePost:
    return post.TakePost(post=POST, holding=held(since, until), now=d.MONDAY)


def taken(since: date = MAY, until: date | None = None, term: int = 1) -> post.PostTaken:
    return post.PostTaken(post=POST, term=term, revision=1, holding=held(since, until), taken_at=d.MONDAY)


def end(until: date, term: int = 1) -> post.EndPost:
    return post.EndPost(term=term, until=until, reason="transferred", now=d.MONDAY)


def ended(until: date, since: date = MAY, revision: int = 2) -> post.PostEnded:
    return post.PostEnded(
        post=POST, term=1, revision=revision, holding=held(since, until), reason="transferred", ended_at=d.MONDAY
    )


def correct(since: date = MAY, until: date | None = None, **more: object) -> post.CorrectPost:
    command = post.CorrectPost(
        term=1, since=since, until=until, account=d.OFFICER, reason="entered_wrongly", now=d.MONDAY
    )
    return d.changed(command, **more)


def corrected(holding: post.Holding, revision: int = 2) -> post.PostCorrected:
    return post.PostCorrected(
        post=POST, term=1, revision=revision, holding=holding, reason="entered_wrongly", corrected_at=d.MONDAY
    )


withdraw = post.WithdrawPost(term=1, now=d.MONDAY)
withdrawn = post.PostWithdrawn(post=POST, term=1, revision=2, holding=HOLDING, withdrawn_at=d.MONDAY)

ONE_OF_EACH: tuple[Event, ...] = (
    drawn("wangfu-03", WEST),
    assigned("140105001002003"),
    formed("四网格小分队"),
    stood_down("四网格小分队", JUNE),
    building_entered,
    unit_entered,
    station_named,
    taken(),
    ended(JUNE),
    corrected(held(JUNE)),
    withdrawn,
)
"""Every kind of event of the ground and of posts once."""
