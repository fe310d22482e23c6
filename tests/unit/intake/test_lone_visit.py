"""Who goes alone: a timer, an alarm that climbs the roster by itself until somebody answers, and help at once."""

from datetime import timedelta
from typing import cast

import pytest

from services.intake.application.lone_visits import schedule
from services.intake.domain import lone_visit as lone
from services.intake.domain.lone_visit import Step
from shared.eventsourcing.decider import Refusal, Unknown
from shared.eventsourcing.projections import Recorded
from shared.eventsourcing.store import StoredEvent
from shared.eventsourcing.testing import Specification
from shared.eventsourcing.timers import Set
from tests.unit.intake import alone as a
from tests.unit.intake import shifts as s
from tests.unit.intake.desk import LEADER, MONDAY, OFFICER, changed

given = Specification(lone.lone_visit)
MINUTE = timedelta(minutes=1)


# The timer


def test_who_goes_alone_says_where_and_until_when() -> None:
    given().when(a.start).then(a.started)
    given(a.started).when(a.start).then_nothing_happens()


@pytest.mark.parametrize("back_at", [MONDAY, MONDAY - MINUTE, MONDAY + timedelta(hours=12, minutes=1)])
def test_a_timer_ends_within_twelve_hours(back_at: object) -> None:
    given().when(changed(a.start, back_at=back_at)).then_refused(lone.BackTooLate)
    given(a.started).when(changed(a.extend, back_at=back_at)).then_refused(lone.BackTooLate)


def test_a_check_in_gives_more_time_or_ends_it() -> None:
    given(a.started).when(a.extend).then(a.extended)
    given(a.started, a.extended).when(a.extend).then_nothing_happens()
    given(a.started).when(a.end).then(a.ended)
    given(a.started, a.ended).when(a.end).then_nothing_happens()
    given(a.started, a.ended).when(a.extend).then_refused(lone.VisitOver)


def test_nothing_is_told_of_a_visit_that_never_began() -> None:
    for command in (a.extend, a.answer, a.end):
        given().when(command).then_refused(lone.NoSuchVisit)
    assert issubclass(lone.NoSuchVisit, Unknown)


# The alarm


def test_a_missed_check_in_climbs_one_rung_at_a_time() -> None:
    due = a.BACK
    given(a.started).when(a.clock(due)).then(a.raised("partner", due))
    second = due + 10 * MINUTE
    given(a.started, a.raised("partner", due)).when(a.clock(second)).then(a.raised("colleague", second))
    third = second + 10 * MINUTE
    climbed = (a.started, a.raised("partner", due), a.raised("colleague", second))
    given(*climbed).when(a.clock(third)).then(a.raised("station_leader", third))
    fourth = third + 10 * MINUTE
    top = a.raised("police_desk", fourth)
    given(*climbed, a.raised("station_leader", third)).when(a.clock(fourth)).then(top)
    assert top.next_at == fourth + 5 * MINUTE


def test_at_the_top_it_is_told_again_to_everybody_until_somebody_answers() -> None:
    top = a.raised("police_desk", a.BACK)
    again = changed(top, told=a.panicked.told, raised_at=a.BACK + 5 * MINUTE, next_at=a.BACK + 10 * MINUTE)
    given(a.started, top).when(a.clock(a.BACK + 4 * MINUTE)).then_nothing_happens()
    given(a.started, top).when(a.clock(a.BACK + 5 * MINUTE)).then(again)
    once_more = changed(again, raised_at=a.BACK + 10 * MINUTE, next_at=a.BACK + 15 * MINUTE)
    given(a.started, top, again).when(a.clock(a.BACK + 10 * MINUTE)).then(once_more)
    given(a.started, top, again, a.answered).when(a.clock(a.BACK + 60 * MINUTE)).then_nothing_happens()
    help_again = changed(a.panicked, raised_at=MONDAY + 5 * MINUTE, next_at=MONDAY + 10 * MINUTE)
    given(a.started, a.panicked).when(a.clock(MONDAY + 5 * MINUTE)).then(help_again)


def test_an_alarm_from_before_it_was_repeated_stays_as_it_is() -> None:
    top = changed(a.raised("police_desk", a.BACK), next_at=None)
    given(a.started, top).when(a.clock(a.BACK + 60 * MINUTE)).then_nothing_happens()


def test_it_does_not_climb_before_its_time() -> None:
    given().when(a.clock(a.BACK)).then_nothing_happens()
    given(a.started).when(a.clock(a.BACK - MINUTE)).then_nothing_happens()
    given(a.started, a.raised("partner", a.BACK)).when(a.clock(a.BACK + 9 * MINUTE)).then_nothing_happens()
    given(a.started, a.extended).when(a.clock(a.BACK)).then_nothing_happens()
    given(a.started, a.ended).when(a.clock(a.BACK)).then_nothing_happens()


def test_a_rung_with_nobody_is_passed_over() -> None:
    only_desk = changed(a.clock(a.BACK), ladder=(Step(rung="police_desk", told=()),))
    given(a.started).when(only_desk).then(changed(a.raised("police_desk", a.BACK), told=()))


def test_whoever_answers_stops_the_climb() -> None:
    missed = (a.started, a.raised("partner", a.BACK))
    given(*missed).when(a.answer).then(a.answered)
    given(*missed, a.answered).when(a.answer).then_nothing_happens()
    given(*missed, a.answered).when(a.clock(a.BACK + 60 * MINUTE)).then_nothing_happens()
    given(*missed, a.answered).when(changed(a.answer, by=LEADER)).then(changed(a.answered, by=LEADER))


def test_a_sign_of_life_ends_the_alarm() -> None:
    missed = (a.started, a.raised("partner", a.BACK))
    late = changed(a.extend, now=a.BACK + MINUTE)
    given(*missed).when(late).then(changed(a.extended, extended_at=a.BACK + MINUTE))
    given(*missed).when(a.end).then(a.ended)
    given(*missed, a.extended).when(a.answer).then_refused(lone.NoAlarm)


def test_who_answered_says_that_they_were_found() -> None:
    missed = (a.started, a.raised("partner", a.BACK), a.answered)
    given(*missed).when(changed(a.end, by=s.OTHER)).then(changed(a.ended, by=s.OTHER, how="found"))


REFUSED: list[tuple[tuple[lone.LoneVisitEvent, ...], lone.Command, type[Refusal]]] = [
    ((a.started,), changed(a.extend, by=LEADER), lone.NotYourVisit),
    ((a.started,), changed(a.end, by=LEADER), lone.NotYourVisit),
    ((a.started,), a.answer, lone.NoAlarm),
    ((a.started, a.raised("partner", a.BACK)), changed(a.answer, by=OFFICER), lone.OwnAlarm),
    ((a.started, a.panicked), a.extend, lone.SomebodyMustCome),
    ((a.started, a.panicked), a.end, lone.SomebodyMustCome),
    ((a.started, a.ended), a.panic, lone.VisitOver),
    ((a.started,), changed(a.panic, going=changed(a.GOING, account=LEADER)), lone.NotYourVisit),
]


@pytest.mark.parametrize(("past", "command", "refusal"), REFUSED, ids=lambda value: getattr(value, "__name__", ""))
def test_it_is_refused(past: tuple[lone.LoneVisitEvent, ...], command: lone.Command, refusal: type[Refusal]) -> None:
    given(*past).when(command).then_refused(refusal)


# Help


def test_help_begins_at_the_top_and_tells_everybody() -> None:
    given(a.started).when(a.panic).then(a.panicked)
    given(a.started, a.panicked).when(a.panic).then_nothing_happens()
    given(a.started, a.raised("partner", a.BACK)).when(a.panic).then(a.panicked)
    assert a.panicked.rung == "police_desk"
    assert set(a.panicked.told) == {account for step in a.LADDER for account in step.told}


def test_help_can_be_asked_for_without_a_timer() -> None:
    given().when(a.panic).then(changed(a.started, back_at=MONDAY), a.panicked)


# Whom the ladder names


def test_the_ladder_is_read_off_the_roster() -> None:
    on_duty = [
        s.shift("1", OFFICER, seat="auxiliary"),
        s.shift("2", "mate", seat="auxiliary"),
        s.shift("3", "elsewhere", seat="auxiliary", community="another"),
        s.shift("4", "officer"),
        s.shift("5", LEADER, seat="station_leader", community=None),
        s.shift("6", "desk", seat="duty", community=None),
        s.shift("7", "window", seat="service", community=None),
    ]
    assert [(step.rung, step.told) for step in lone.ladder(OFFICER, None, None, on_duty)] == [
        ("partner", ("mate",)),
        ("colleague", ("officer",)),
        ("station_leader", (LEADER,)),
        ("police_desk", ("desk",)),
    ]
    named = lone.ladder(OFFICER, "desk", "wangfu", on_duty)
    assert [(step.rung, step.told) for step in named] == [
        ("partner", ("desk",)),
        ("colleague", ("mate", "officer")),
        ("station_leader", (LEADER,)),
        ("police_desk", ()),
    ]


def test_who_is_not_on_duty_has_no_partner_by_the_roster_and_the_desk_is_always_there() -> None:
    assert lone.ladder(OFFICER, None, None, []) == (Step(rung="police_desk", told=()),)
    far = s.shift("3", "elsewhere", seat="auxiliary", community="another")
    assert lone.ladder(OFFICER, None, "wangfu", [far])[0] == Step(rung="colleague", told=("elsewhere",))


# The clock


def test_each_step_sets_the_one_timer_of_the_visit_anew_until_somebody_answers() -> None:
    def due(event: lone.LoneVisitEvent) -> object:
        (change,) = schedule(Recorded(event, cast("StoredEvent", None)))
        assert change.id == "lone-visit-1"
        return change.due if isinstance(change, Set) else None

    assert due(a.started) == a.BACK
    assert due(a.extended) == a.BACK + timedelta(hours=1)
    assert due(a.raised("partner", a.BACK)) == a.BACK + 10 * MINUTE
    assert due(a.panicked) == MONDAY + 5 * MINUTE
    kept = changed(a.panicked, next_at=None)
    assert [due(event) for event in (kept, a.answered, a.ended)] == [None, None, None]
    assert schedule(Recorded(s.rules_set, cast("StoredEvent", None))) == []
