"""The rules of squads, buildings, units and of the areas above the communities."""

from datetime import date, timedelta

import pytest

from services.intake.domain import area, community, ground
from services.intake.domain.ground import Squad
from services.intake.domain.post import Place
from services.intake.domain.spells import in_force
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.testing import Specification
from tests.unit.intake import desk as d
from tests.unit.intake import places as p

given = Specification(community.community)
given_area = Specification(area.area)
MAY_31 = p.JUNE - timedelta(days=1)


def state_of(*events: community.CommunityEvent) -> community.Registered:
    state = community.community.fold(events)
    assert isinstance(state, community.Registered)
    return state


# A grid has one active squad


def test_a_grid_gets_a_squad_from_a_day_on() -> None:
    given(*p.entered).when(p.form("甲队")).then(p.formed("甲队"))
    assert state_of(*p.entered, p.formed("甲队")).grids["wangfu-04"].squad == "甲队"


def test_a_grid_has_one_active_squad() -> None:
    given(*p.entered, p.formed("甲队")).when(p.form("乙队", p.JUNE)).then_refused(ground.SquadActive)


def test_once_it_is_stood_down_another_can_be_formed() -> None:
    before = (*p.entered, p.formed("甲队"), p.stood_down("甲队", MAY_31))
    assert state_of(*before).grids["wangfu-04"].squad is None
    given(*before).when(p.form("乙队", p.JUNE)).then(p.formed("乙队", p.JUNE))
    given(*before).when(p.form("乙队", MAY_31)).then_refused(ground.SquadActive)


def test_a_squad_of_the_past_is_entered_with_both_days_and_leaves_the_active_one() -> None:
    before = (*p.entered, p.formed("乙队", p.JUNE))
    given(*before).when(p.form("甲队", p.NEW_YEAR, MAY_31)).then(p.formed("甲队", p.NEW_YEAR, MAY_31))
    assert state_of(*before, p.formed("甲队", p.NEW_YEAR, MAY_31)).grids["wangfu-04"].squad == "乙队"


def test_the_first_day_of_a_squad_that_came_with_its_grid_is_entered_later() -> None:
    before = (*p.entered,)
    assert state_of(*before).ground.squads["wangfu-03"] == (Squad("三网格小分队", None, None),)
    given(*before).when(p.form("三网格小分队", grid="wangfu-03")).then(p.formed("三网格小分队", grid="wangfu-03"))
    after = state_of(*before, p.formed("三网格小分队", grid="wangfu-03"))
    assert after.ground.squads["wangfu-03"] == (Squad("三网格小分队", p.NEW_YEAR, None),)


def test_another_squad_entered_with_the_grid_ends_the_former() -> None:
    other = d.changed(d.grid_drawn, grid=d.GRID.model_copy(update={"squad": "新队"}))
    assert state_of(*p.entered, other).ground.squads["wangfu-03"] == (
        Squad("三网格小分队", None, d.MONDAY.date()),
        Squad("新队", d.MONDAY.date(), None),
    )


def test_a_squad_is_stood_down_with_a_day() -> None:
    given(*p.entered, p.formed("甲队")).when(p.stand_down(p.JUNE)).then(p.stood_down("甲队", p.JUNE))
    given(*p.entered).when(p.stand_down(p.JUNE, "wangfu-03")).then(p.stood_down("三网格小分队", p.JUNE, "wangfu-03"))


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (p.stand_down(p.JUNE), ground.NoActiveSquad),
        (p.stand_down(p.JUNE, "wangfu-09"), ground.NoSuchArea),
        (p.form("甲队", grid="wangfu-09"), ground.NoSuchArea),
        (p.form("甲队", p.JUNE, MAY_31), ground.SquadBackwards),
    ],
)
def test_this_is_not_done_to_squads(command: ground.Command, refusal: type[Refusal]) -> None:
    given(*p.entered).when(command).then_refused(refusal)


def test_a_squad_does_not_end_before_it_began() -> None:
    given(*p.entered, p.formed("甲队", p.JUNE)).when(p.stand_down(MAY_31)).then_refused(ground.SquadBackwards)


def test_another_end_than_the_one_that_is_known_is_refused() -> None:
    given(*p.entered, p.formed("甲队"), p.stood_down("甲队", p.JUNE)).when(p.stand_down(MAY_31)).then_refused(
        ground.NoActiveSquad
    )


# Buildings and units


def test_a_building_is_entered_in_its_compound_and_a_unit_in_its_building() -> None:
    given(*p.entered).when(p.enter_building).then(p.building_entered)
    given(*p.entered, p.building_entered).when(p.enter_unit).then(p.unit_entered)


def test_entering_them_again_changes_nothing() -> None:
    given(*p.entered, p.building_entered).when(p.enter_building).then_nothing_happens()
    given(*p.entered, p.building_entered, p.unit_entered).when(p.enter_unit).then_nothing_happens()


@pytest.mark.parametrize(
    "command",
    [
        d.changed(p.enter_building, building=p.BUILDING.model_copy(update={"compound": "nowhere"})),
        d.changed(p.enter_building, building=p.BUILDING.model_copy(update={"grid": "wangfu-09"})),
        p.enter_unit,
    ],
)
def test_nothing_is_entered_in_what_the_register_lacks(command: ground.Command) -> None:
    given(*p.entered).when(command).then_refused(ground.NoSuchArea)


# Where something lies

BUILT = (*p.entered, p.building_entered, p.unit_entered)
AT_04 = d.changed(p.building_entered, building=p.BUILDING.model_copy(update={"grid": "wangfu-04"}))


def at(**place: str) -> Place:
    return Place.model_validate({"station": d.STATION, "community": "wangfu", **place})


def test_a_unit_is_known_by_its_building_compound_and_grid() -> None:
    found = community.place_in(state_of(*BUILT), at(unit="wangfu-b-1"))
    assert found == at(grid="wangfu-03", compound="wangfu-yuan", building="wangfu-b", unit="wangfu-b-1")


def test_a_building_may_lie_in_another_grid_than_its_compound() -> None:
    found = community.place_in(state_of(*p.entered, AT_04), at(building="wangfu-b"))
    assert found.grid == "wangfu-04"


def test_a_place_may_be_the_whole_community() -> None:
    assert community.place_in(state_of(*BUILT), at()) == at()


@pytest.mark.parametrize(
    ("place", "refusal"),
    [
        (at(unit="wangfu-b-9"), ground.NoSuchArea),
        (at(building="wangfu-c"), ground.NoSuchArea),
        (at(compound="nowhere"), ground.NoSuchArea),
        (at(grid="wangfu-09"), ground.NoSuchArea),
        (at(station="jnl"), community.PlaceContradicts),
        (at(grid="wangfu-03", building="wangfu-b"), community.PlaceContradicts),
    ],
)
def test_a_place_that_the_register_does_not_have_is_refused(place: Place, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        community.place_in(state_of(*BUILT[:-2], AT_04, p.unit_entered), place)


def test_an_unknown_community_has_no_places() -> None:
    with pytest.raises(community.NoSuchCommunity):
        community.place_in(community.Unregistered(), at())


# The areas above


def test_a_station_is_entered_below_its_branch() -> None:
    given_area().when(p.name_station).then(p.station_named)


def test_entering_it_again_changes_nothing_and_another_name_does() -> None:
    given_area(p.station_named).when(p.name_station).then_nothing_happens()
    given_area(p.station_named).when(d.changed(p.name_station, name="新名")).then(
        d.changed(p.station_named, name="新名")
    )


def test_a_city_lies_below_nothing_and_everything_else_below_something() -> None:
    given_area().when(d.changed(p.name_station, kind="city")).then_refused(area.NothingAbove)
    given_area().when(d.changed(p.name_station, above=None)).then_refused(area.AboveMissing)
    given_area().when(d.changed(p.name_station, kind="city", above=None)).then(
        d.changed(p.station_named, kind="city", above=None)
    )


def test_a_spell_is_in_force_from_its_day_until_the_next() -> None:
    entries = {p.NEW_YEAR: "a", p.JUNE: None}
    days = [date(2019, 12, 31), p.NEW_YEAR, MAY_31, p.JUNE]
    assert [in_force(entries, day) for day in days] == [None, "a", "a", None]
