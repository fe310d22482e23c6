"""The rules of patrols: a route has versions and codes that prove a stop; what was left out is told with its reason."""

import pytest

from services.intake.domain import patrol as p
from services.intake.domain import patrol_route as r
from shared.eventsourcing.testing import Specification
from tests.unit.intake import rounds as some
from tests.unit.intake.desk import changed

given_route = Specification(r.patrol_route)
given = Specification(p.patrol)


# Routes


def test_a_route_is_drawn_with_its_stops_in_order() -> None:
    given_route().when(some.draw).then(some.drawn)


def test_the_same_route_drawn_again_is_one_route_and_another_is_refused() -> None:
    given_route(some.drawn).when(some.draw).then_nothing_happens()
    given_route(some.drawn).when(changed(some.draw, name="另一条")).then_refused(r.RouteKnown)


@pytest.mark.parametrize("command", [some.revise, some.replace_code, some.retire], ids=lambda c: type(c).__name__)
def test_nothing_is_changed_on_a_route_that_was_never_drawn(command: r.Command) -> None:
    given_route().when(command).then_refused(r.NoSuchRoute)


def test_a_route_without_stops_or_with_too_many_or_with_one_twice_is_refused() -> None:
    many = tuple(r.Stop(stop=str(n), name=f"点位{n}") for n in range(r.MOST_STOPS + 1))
    same_name = (some.GATE, changed(some.RIVER, name=some.GATE.name))
    given_route().when(changed(some.draw, stops=())).then_refused(r.NoStops)
    given_route().when(changed(some.draw, stops=many)).then_refused(r.TooManyStops)
    given_route().when(changed(some.draw, stops=(some.GATE, some.GATE))).then_refused(r.StopTwice)
    given_route(some.drawn).when(changed(some.revise, stops=same_name)).then_refused(r.StopTwice)


def test_a_revision_is_a_new_version_in_which_a_code_on_the_wall_stays_good() -> None:
    given_route(some.drawn).when(some.revise).then(some.revised)


def test_a_revision_that_changes_nothing_is_none() -> None:
    same = changed(some.revise, stops=some.STOPS)
    given_route(some.drawn).when(same).then_nothing_happens()


def test_a_replaced_code_proves_nothing_any_more() -> None:
    given_route(some.drawn).when(some.replace_code).then(some.code_replaced)
    state = given_route(some.drawn, some.code_replaced).state
    assert isinstance(state, r.Route)
    assert (state.stop_of("a" * 64), state.stop_of("e" * 64)) == (None, "s1")


def test_only_a_stop_of_the_route_has_a_code() -> None:
    given_route(some.drawn).when(changed(some.replace_code, stop="elsewhere")).then_refused(r.NoSuchStop)


def test_a_retired_route_stays_as_it_is() -> None:
    given_route(some.drawn).when(some.retire).then(some.retired)
    given_route(some.drawn, some.retired).when(some.revise).then_refused(r.RouteRetired)
    given_route(some.drawn, some.retired).when(some.replace_code).then_refused(r.RouteRetired)


# Patrols


def test_a_patrol_begins_on_a_version_of_the_route() -> None:
    given().when(some.begin).then(some.begun)
    given(some.begun).when(some.begin).then_nothing_happens()


def test_nobody_begins_the_patrol_of_another() -> None:
    given(some.begun).when(changed(some.begin, walker="account-other")).then_refused(p.PatrolKnown)


@pytest.mark.parametrize("command", [some.reach, some.leave_out, some.end], ids=lambda c: type(c).__name__)
def test_nothing_is_kept_of_a_patrol_that_never_began(command: p.Command) -> None:
    given().when(command).then_refused(p.NoSuchPatrol)


def test_a_scanned_code_proves_the_stop_and_a_named_stop_is_said() -> None:
    given(some.begun).when(some.reach).then(some.reached())
    given(some.begun).when(some.at("s1", proof="said")).then(some.reached(proof="said"))


def test_a_said_stop_is_proved_later_and_a_proved_one_is_not_unproved() -> None:
    given(some.begun, some.reached(proof="said")).when(some.reach).then(some.reached())
    given(some.begun, some.reached()).when(some.at("s1", proof="said")).then_nothing_happens()


def test_a_stop_out_of_order_needs_its_reason_and_is_noted_with_it() -> None:
    given(some.begun).when(some.at("s2")).then_refused(p.AnotherStopFirst)
    given(some.begun).when(some.at("s2", why=some.TOLD)).then(
        some.reached("s2"), some.deviated("s2", "out_of_order", some.TOLD)
    )
    given(some.begun, some.reached("s2")).when(some.at("s1")).then(some.reached("s1"))


def test_a_stop_that_was_left_out_is_noted_with_its_reason_and_may_be_reached_after_all() -> None:
    left = some.deviated("s1", "left_out")
    given(some.begun).when(some.leave_out).then(left)
    given(some.begun, left).when(some.at("s2")).then(some.reached("s2"))
    given(some.begun, left).when(some.at("s1")).then(some.reached("s1"))


def test_what_was_reached_is_not_left_out() -> None:
    given(some.begun, some.reached()).when(some.leave_out).then_refused(p.ReachedAlready)


def test_another_reason_is_told_in_words() -> None:
    wordless = p.Why(cause="other")
    given(some.begun).when(changed(some.leave_out, why=wordless)).then_refused(p.WordsMissing)
    given(some.begun).when(some.at("s2", why=wordless)).then_refused(p.WordsMissing)
    given(some.begun).when(changed(some.end, why=wordless)).then_refused(p.WordsMissing)


def test_nobody_proves_a_stop_for_another() -> None:
    given(some.begun).when(changed(some.reach, by="account-other")).then_refused(p.NotYourPatrol)
    given(some.begun).when(changed(some.leave_out, by="account-other")).then_refused(p.NotYourPatrol)


def test_only_the_route_s_own_stops_are_reached() -> None:
    given(some.begun).when(some.at("elsewhere")).then_refused(r.NoSuchStop)


def test_a_patrol_ends_when_every_stop_is_reached_or_explained() -> None:
    walked = (some.begun, some.reached("s1"), some.reached("s2"), some.reached("s3", "said"))
    given(*walked).when(some.end).then(some.ended)
    given(some.begun, some.reached("s1")).when(some.end).then_refused(p.StopsOpen)
    given(some.begun, some.reached("s1")).when(changed(some.end, why=some.BLOCKED)).then(
        some.deviated("s2", "left_out"), some.deviated("s3", "left_out"), some.ended
    )


def test_a_patrol_that_is_over_stays_as_it_was() -> None:
    over = (some.begun, some.deviated("s2", "left_out"), some.ended)
    given(*over).when(some.end).then_nothing_happens()
    given(*over).when(some.reach).then_refused(p.PatrolOver)
    given(*over).when(some.leave_out).then_refused(p.PatrolOver)
    given(*over).when(changed(some.leave_out, stop="s2")).then_nothing_happens()


def test_what_was_out_of_order_is_no_stop_left_out() -> None:
    state = given(some.begun, some.reached("s2"), some.deviated("s2", "out_of_order")).state
    assert isinstance(state, p.Patrol)
    assert state.left_out == frozenset()
