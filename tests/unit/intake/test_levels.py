"""Who may do which at each level: the tables themselves, read against the rule that they stand for."""

import pytest

from services.intake.domain.levels import (
    APPROVES,
    HANDS_OVER,
    LEVELS,
    SENDS_DOWN_TO,
    STEPS,
    Level,
    Owner,
    Step,
    above,
    holds,
    stands_above,
)
from tests.unit.intake import assignments as a
from tests.unit.intake.desk import STATION


@pytest.mark.parametrize("level", LEVELS)
def test_above_a_level_are_all_that_follow_it(level: Level) -> None:
    assert above(level) == set(LEVELS[LEVELS.index(level) + 1 :])


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("level", LEVELS)
def test_no_step_is_approved_at_the_level_that_asks_or_below(step: Step, level: Level) -> None:
    assert APPROVES[step][level] <= above(level)


def test_a_station_passes_nothing_across_for_that_is_a_hand_over() -> None:
    assert APPROVES["across"]["station"] == frozenset()
    assert {"station", "city"} == HANDS_OVER


@pytest.mark.parametrize("level", LEVELS)
def test_sending_down_goes_to_every_level_below_and_to_no_other(level: Level) -> None:
    assert SENDS_DOWN_TO[level] == set(LEVELS[: LEVELS.index(level)])


def test_a_named_person_alone_holds_what_was_given_to_them() -> None:
    assert holds(a.GUO, a.AT_GUO)
    assert not holds(a.WANG, a.AT_GUO)


def test_what_lies_at_a_desk_is_held_by_whoever_works_at_it() -> None:
    assert [holds(each, a.AT_DESK) for each in (a.GUO, a.MA, a.WANG, a.CITY)] == [True] * 4
    assert not holds(a.LI, a.AT_DESK)
    assert not holds(a.THERE, a.AT_DESK)


def test_at_the_leaders_desk_are_the_leaders_and_at_the_citys_the_city() -> None:
    of_leaders = Owner(station=STATION, level="station", desk="leaders")
    assert [holds(each, of_leaders) for each in (a.GUO, a.WANG, a.CITY)] == [False, True, True]
    of_city = Owner(station=STATION, level="city", desk="leaders")
    assert [holds(each, of_city) for each in (a.GUO, a.WANG, a.CITY)] == [False, False, True]


def test_an_officer_stands_above_the_people_of_the_own_community_only() -> None:
    assert stands_above(a.GUO, "grid", STATION, "wangfu")
    assert not stands_above(a.MA, "grid", STATION, "wangfu")
    assert not stands_above(a.MA, "grid", STATION, None)
    assert not stands_above(a.GUO, "community", STATION, "wangfu")


def test_a_leader_stands_above_everybody_of_the_own_station_and_of_no_other() -> None:
    assert stands_above(a.WANG, "grid", STATION, None)
    assert not stands_above(a.WANG, "community", a.OTHER_STATION, None)
    assert not stands_above(a.WANG, "station", STATION, None)


def test_a_desk_is_of_its_station() -> None:
    assert Owner(station="xjk", level="station").account is None
