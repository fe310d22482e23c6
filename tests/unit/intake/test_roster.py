"""The duty roster: planned within the rest that is set, swapped only by both, and who is on duty by where they sit."""

from datetime import timedelta

import pytest

from services.intake.domain import roster as r
from services.intake.domain.routing import Rule
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.testing import Specification
from tests.unit.intake import shifts as s
from tests.unit.intake.desk import LEADER, MONDAY, OFFICER, changed
from tests.unit.intake.shifts import HOUR, OTHER

given = Specification(r.roster)
BOTH = (s.planned(s.EARLY), s.planned(s.LATE))


# Planning


def test_a_shift_is_planned_once() -> None:
    given().when(s.plan(s.EARLY)).then(s.planned(s.EARLY))
    given(s.planned(s.EARLY)).when(s.plan(s.EARLY)).then_nothing_happens()


@pytest.mark.parametrize("lasting", [timedelta(), -HOUR, 25 * HOUR])
def test_a_shift_lasts_up_to_a_day(lasting: timedelta) -> None:
    given().when(s.plan(s.shift(lasting=lasting))).then_refused(r.ImpossibleShift)


def test_no_shift_is_planned_more_than_a_year_ahead() -> None:
    given().when(s.plan(s.shift(begins=MONDAY + timedelta(days=371)))).then_refused(r.ShiftTooFarAhead)


def test_a_seat_is_for_who_holds_its_post_and_a_desk_for_all_who_work_there() -> None:
    leads = s.shift(seat="station_leader")
    given().when(s.plan(leads)).then_refused(r.NotForThisSeat)
    given().when(s.plan(leads, "station_leader")).then(s.planned(leads))
    given().when(s.plan(s.shift(seat="duty"), "volunteer")).then_refused(r.NotForThisSeat)
    for post in ("station_leader", "community_officer", "auxiliary"):
        given().when(s.plan(s.shift(seat="duty"), post)).then(s.planned(s.shift(seat="duty")))


def test_nobody_is_on_two_shifts_at_once() -> None:
    meanwhile = s.shift("desk", begins=MONDAY + 31 * HOUR, seat="duty")
    given(s.planned(s.EARLY)).when(s.plan(meanwhile)).then_refused(r.ShiftsOverlap)
    others = changed(meanwhile, account=OTHER)
    given(s.planned(s.EARLY)).when(s.plan(others)).then(s.planned(others))


def test_between_two_shifts_lies_the_rest_that_the_station_has_set() -> None:
    """Early ends at hour 32; the default rest is eight hours, before it as well as after."""
    given(s.planned(s.EARLY)).when(s.plan(s.shift("next", begins=MONDAY + 39 * HOUR))).then_refused(r.TooLittleRest)
    given(s.planned(s.EARLY)).when(s.plan(s.shift("before", begins=MONDAY + 9 * HOUR))).then_refused(r.TooLittleRest)
    rested = s.shift("next", begins=MONDAY + 40 * HOUR)
    given(s.planned(s.EARLY)).when(s.plan(rested)).then(s.planned(rested))
    given(s.rules_set, s.planned(s.EARLY)).when(s.plan(rested)).then_refused(r.TooLittleRest)


def test_a_refusal_names_the_shift_and_the_hours_of_rest() -> None:
    with pytest.raises(r.TooLittleRest) as refused:
        r.roster.decide(s.plan(s.shift("next", begins=MONDAY + 39 * HOUR)), given(s.planned(s.EARLY)).state)
    assert "8 hours" in str(refused.value)
    assert "2026-11-24 09:30" in str(refused.value)


def test_the_rules_are_set_once() -> None:
    given().when(s.set_rules).then(s.rules_set)
    given(s.rules_set).when(s.set_rules).then_nothing_happens()


def test_a_shift_is_taken_off_with_what_was_asked_about_it() -> None:
    given(s.planned(s.EARLY)).when(s.cancel).then(s.cancelled)
    given().when(s.cancel).then_refused(r.NoSuchShift)
    given(*BOTH, s.asked("late"), s.cancelled).when(s.agree).then_refused(r.NoSuchSwap)


def test_what_is_long_over_is_no_longer_weighed() -> None:
    later = MONDAY + timedelta(days=70)
    new = changed(s.planned(s.shift("new", begins=later)), planned_at=later)
    assert set(given(s.planned(s.EARLY), new).state.shifts) == {"new"}


# Swaps and cover


def test_a_shift_changes_hands_only_when_the_colleague_agrees() -> None:
    given(s.planned(s.EARLY)).when(s.ask()).then(s.asked())
    assert given(s.planned(s.EARLY), s.asked()).state.shifts["early"].account == OFFICER
    given(s.planned(s.EARLY), s.asked()).when(s.agree).then(s.agreed())
    assert given(s.planned(s.EARLY), s.asked(), s.agreed()).state.shifts["early"].account == OTHER


def test_a_swap_changes_both_shifts() -> None:
    given(*BOTH).when(s.ask("late")).then(s.asked("late"))
    given(*BOTH, s.asked("late")).when(s.agree).then(s.agreed("late"))
    shifts = given(*BOTH, s.asked("late"), s.agreed("late")).state.shifts
    assert (shifts["early"].account, shifts["late"].account) == (OTHER, OFFICER)


def test_a_no_leaves_everything_as_it_was_and_says_neither_who_nor_why() -> None:
    given(*BOTH, s.asked("late")).when(s.decline).then(s.declined)
    assert not {"by", "to", "reason"} & set(r.SwapDeclined.model_fields)
    assert given(*BOTH, s.asked("late"), s.declined).state.shifts["early"].account == OFFICER
    given(*BOTH, s.asked("late"), s.declined).when(s.agree).then_refused(r.NoSuchSwap)


def test_who_asked_may_take_it_back() -> None:
    given(*BOTH, s.asked()).when(s.withdraw).then(s.withdrawn)
    given(*BOTH, s.asked()).when(changed(s.withdraw, by=OTHER)).then_refused(r.NotYourRequest)
    given(*BOTH, s.asked(), s.withdrawn).when(s.withdraw).then_refused(r.NoSuchSwap)


REFUSED: list[tuple[tuple[r.RosterEvent, ...], r.Command, type[Refusal]]] = [
    ((), s.ask(), r.NoSuchShift),
    (BOTH, s.ask("another"), r.NoSuchShift),
    (BOTH, s.ask(by=LEADER), r.NotYourShift),
    (BOTH, s.ask(to=OFFICER), r.AskedOfOneself),
    (BOTH, s.ask("late", to=LEADER), r.NotTheirShift),
    ((*BOTH, s.asked()), s.ask("late", swap="swap-2"), r.SwapOpen),
    (BOTH, changed(s.ask(), posts=("auxiliary",)), r.NotForThisSeat),
    (BOTH, changed(s.ask("late"), own_posts=("auxiliary",)), r.NotForThisSeat),
    (BOTH, changed(s.ask(), now=MONDAY + 24 * HOUR), r.ShiftBegun),
    ((*BOTH, s.asked()), changed(s.agree, by=LEADER), r.NotAskedOfYou),
    ((*BOTH, s.asked()), changed(s.agree, now=MONDAY + 25 * HOUR), r.ShiftBegun),
]


@pytest.mark.parametrize(("past", "command", "refusal"), REFUSED, ids=lambda value: getattr(value, "__name__", ""))
def test_a_swap_is_refused(past: tuple[r.RosterEvent, ...], command: r.Command, refusal: type[Refusal]) -> None:
    given(*past).when(command).then_refused(refusal)


def test_a_request_that_is_open_is_not_made_twice() -> None:
    given(*BOTH, s.asked()).when(s.ask()).then_nothing_happens()


def test_nobody_swaps_into_an_overlap_or_out_of_their_rest() -> None:
    """Looked at when it is asked, and again when it is agreed to: the roster may have changed in between."""
    meanwhile = s.planned(s.shift("desk", OTHER, MONDAY + 28 * HOUR, seat="duty"))
    soon_after = s.planned(s.shift("desk", OTHER, MONDAY + 36 * HOUR, seat="duty"))
    for others, refusal in ((meanwhile, r.ShiftsOverlap), (soon_after, r.TooLittleRest)):
        given(s.planned(s.EARLY), others).when(s.ask()).then_refused(refusal)
        given(s.planned(s.EARLY), s.asked(), others).when(s.agree).then_refused(refusal)
    tired = s.planned(s.shift("mine", OFFICER, MONDAY + 84 * HOUR, seat="duty"))
    given(*BOTH, tired).when(s.ask("late")).then_refused(r.TooLittleRest)


def test_two_shifts_of_the_same_hours_can_be_swapped() -> None:
    at_once = s.shift("late", OTHER, s.EARLY.begins_at, seat="duty")
    given(s.planned(s.EARLY), s.planned(at_once)).when(s.ask("late")).then(s.asked("late"))


# Who is on duty


def test_a_rule_means_who_sits_in_its_roles_seat_and_else_who_is_at_its_desk() -> None:
    officer, desk = s.EARLY, s.shift("desk", OTHER, seat="duty")
    to_officer = Rule("r", frozenset({"hazard"}), "duty", "community_officer")
    to_desk = Rule("r", frozenset({"incident"}), "duty")
    assert r.seated(to_officer, [officer, desk]) == [OFFICER]
    assert r.seated(to_officer, [desk]) == [OTHER]
    assert r.seated(to_desk, [officer, desk, desk]) == [OTHER]
    assert r.seated(to_desk, [officer]) == []
