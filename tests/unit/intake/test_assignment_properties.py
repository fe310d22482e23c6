"""What holds of an assignment whatever is asked of it, by whom and in whatever order."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.assignment import State, Unassigned, assignment
from services.intake.domain.assignment_commands import Command
from services.intake.domain.assignment_events import (
    EVENTS,
    AssignmentEvent,
    HandoverAccepted,
    ObjectionRaised,
    ObjectionSettled,
)
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.events import Codec, Event
from tests.unit.intake import assignments as a
from tests.unit.intake.desk import STATION

codec = Codec(EVENTS)

officials = st.sampled_from([a.GUO, a.MA, a.LI, a.ZHAO, a.WANG, a.SUN, a.CITY, a.THERE])
owners = st.sampled_from([a.AT_GUO, a.AT_LI, a.AT_WANG, a.AT_DESK, a.AT_CITY, a.AT_OTHER])
here = st.sampled_from([a.AT_GUO, a.AT_LI, a.AT_WANG, a.AT_DESK, a.AT_CITY])
of_assignment: st.SearchStrategy[Command] = st.one_of(
    st.builds(a.route, here, st.sampled_from(["r1", "r2"])),
    st.just(a.end),
    st.builds(a.start, officials),
    st.builds(a.object_not_ours, officials),
    st.builds(a.settle, st.none() | owners, officials),
    st.builds(a.up, officials),
    st.builds(a.across, officials, officials),
    st.builds(a.delay, officials, st.integers(0, 20)),
    st.builds(a.grant, officials),
    st.builds(a.decline, officials),
    st.builds(a.send_down, officials, officials),
    st.builds(a.offer, st.sampled_from([STATION, a.OTHER_STATION]), officials),
    st.builds(a.accept, officials, owners),
    st.builds(a.turn_down, officials),
    st.builds(a.withdraw, officials),
    st.builds(a.ask_co_handler, officials, officials),
    st.builds(a.accept_part, officials),
    st.builds(a.refuse_part, officials),
    st.builds(a.arrive, officials),
    st.builds(a.finish_part, officials),
    st.builds(a.waive_part, st.sampled_from(["li", "zhao"]), officials),
    st.builds(a.finish, officials),
    st.builds(lambda by, passed: a.check(by, passed=passed), officials, st.booleans()),
    st.builds(a.reopen, officials),
)
lives = st.lists(of_assignment, min_size=1, max_size=25).map(lambda wishes: [a.route(), *wishes])


def ask(command: Command, state: State) -> list[AssignmentEvent]:
    try:
        return assignment.decide(command, state)
    except Refusal:
        return []


def live(wishes: Sequence[Command]) -> list[AssignmentEvent]:
    life: list[AssignmentEvent] = []
    state: State = Unassigned()
    for wish in wishes:
        decided = ask(wish, state)
        state = assignment.fold(decided, state)
        life += decided
    return life


@given(lives)
def test_asked_twice_writes_once_and_every_event_survives_the_codec(wishes: list[Command]) -> None:
    life = live(wishes)
    assert ask(wishes[-1], assignment.fold(life)) == []
    for event in life:
        assert codec.decode(*codec.encode(event)) == event


@given(lives)
def test_a_report_is_never_without_an_owner_and_changes_station_only_when_the_other_accepts_or_the_city_settles(
    wishes: list[Command],
) -> None:
    state: State = Unassigned()
    station = STATION
    for event in live(wishes):
        state = assignment.evolve(state, event)
        assert not isinstance(state, Unassigned)
        owner = state.matter.owner
        if owner.station != station:
            assert isinstance(event, HandoverAccepted | ObjectionSettled)
            assert event.by == (a.THERE if isinstance(event, HandoverAccepted) else a.CITY).account
        station = owner.station
        assert owner.account or owner.level == "station", "a desk is a station's"


@given(lives)
def test_nobody_objects_once_it_was_settled_whose_it_is(wishes: list[Command]) -> None:
    life = live(wishes)
    settled = [at for at, event in enumerate(life) if isinstance(event, ObjectionSettled)]
    assert len(settled) <= 1
    if settled:
        assert not any(isinstance(event, ObjectionRaised) for event in life[settled[0] :])


@pytest.mark.parametrize("event", a.ONE_OF_EACH, ids=lambda event: event.stored_as)
def test_every_kind_of_event_survives_the_codec(event: Event) -> None:
    assert codec.decode(*codec.encode(event)) == event


def test_no_kind_of_event_is_left_out_of_these_tests() -> None:
    assert {type(event) for event in a.ONE_OF_EACH} == set(EVENTS)
