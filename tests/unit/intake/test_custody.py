"""Between 110 and 12345: the one proposes, the other agrees or not, and there is no second without an owner."""

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from services.intake.domain import custody
from services.intake.domain.custody import OTHER, Side
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.testing import Specification
from tests.unit.intake import order_desk as d

given = Specification(custody.custody)


def test_what_is_proposed_stays_where_it_is_until_the_other_side_says_yes() -> None:
    given().when(d.propose()).then(d.proposed())
    given(d.proposed()).when(d.answer(True)).then(d.handed_over())


def test_only_one_proposal_waits_at_a_time() -> None:
    given(d.proposed()).when(d.propose()).then_refused(custody.AlreadyProposed)


def test_if_the_other_side_refuses_the_first_receiver_keeps_it() -> None:
    given(d.proposed()).when(d.answer(False)).then(d.refused)


def test_if_the_second_holder_finds_no_taker_it_goes_back_to_who_received_it_first() -> None:
    back = d.proposed("hotline_12345", "police_110")
    given(d.proposed(), d.handed_over(), back).when(d.answer(False)).then(d.refused)


def test_if_no_answer_comes_the_first_receiver_keeps_it() -> None:
    unanswered = d.refused.model_copy(
        update={"why": "unanswered", "words": None, "by": "clock", "failed_at": d.after(minutes=30)}
    )
    end = custody.EndUnanswered(now=d.after(minutes=30))
    given(d.proposed()).when(end).then(unanswered)
    given(d.proposed()).when(custody.EndUnanswered(now=d.after(minutes=29))).then_nothing_happens()
    given(d.proposed(), d.handed_over()).when(end).then_nothing_happens()


def test_where_they_did_not_agree_it_is_proposed_again_only_after_a_call_of_three() -> None:
    given(d.proposed(), d.refused).when(d.propose()).then_refused(custody.StaysWithFirst)
    given(d.proposed(), d.refused).when(d.call).then(d.called)
    given(d.proposed(), d.refused, d.called).when(d.call).then_nothing_happens()
    later = d.after(minutes=20)
    given(d.proposed(), d.refused, d.called).when(d.propose(later)).then(d.proposed(at=later))


def test_a_proposal_is_taken_back() -> None:
    given(d.proposed()).when(d.withdraw).then(d.withdrawn)
    given(d.proposed(), d.withdrawn).when(d.withdraw).then_refused(custody.NothingProposed)


def test_nothing_is_answered_that_was_never_proposed() -> None:
    for command in (d.answer(True), d.withdraw, custody.EndUnanswered(now=d.MONDAY)):
        given().when(command).then_refused(custody.NeverProposed)


def test_an_answer_that_comes_too_late_is_kept_and_changes_nothing() -> None:
    settled = (d.proposed(), d.refused)
    given(*settled).when(d.answer(True, "m1")).then(d.late)
    given(*settled, d.late).when(d.answer(True, "m1")).then_nothing_happens()
    given(*settled).when(d.answer(True)).then_refused(custody.NothingProposed)


def test_a_call_of_three_may_come_before_anything_is_proposed() -> None:
    given().when(d.call).then(d.called)


# There is no second without an owner

minutes = st.integers(0, 90).map(lambda n: d.after(minutes=n))
sides: st.SearchStrategy[Side] = st.sampled_from(["police_110", "hotline_12345"])


@st.composite
def wishes(draw: st.DrawFn) -> tuple[Side, list[custody.Command]]:
    first = draw(sides)
    matter = d.BY_110.model_copy(update={"first": first})
    one: st.SearchStrategy[custody.Command] = st.one_of(
        minutes.map(lambda now: d.propose(now, matter)),
        st.builds(
            lambda yes, id_, now: d.answer(yes, id_, now), st.booleans(), st.sampled_from(["", "a", "b"]), minutes
        ),
        minutes.map(lambda now: custody.WithdrawHandover(by="x", now=now)),
        minutes.map(lambda now: custody.EndUnanswered(now=now)),
        minutes.map(lambda now: custody.NoteThreeWayCall(matter=matter, by="x", now=now)),
    )
    return first, draw(st.lists(one, max_size=12))


@whatever(wishes())
def test_whatever_the_two_do_somebody_has_it_after_every_single_event(
    asked: tuple[Side, list[custody.Command]],
) -> None:
    first, commands = asked
    state: custody.State = custody.custody.initial
    assert custody.owner(state, first) == first
    for command in commands:
        holder = custody.owner(state, first)
        try:
            events = custody.decide(command, state)
        except Refusal:
            events = []
        for event in events:
            state = custody.evolve(state, event)
            now = custody.owner(state, first)
            assert now in OTHER
            match event:
                case custody.HandoverAccepted():
                    assert now == OTHER[holder], "it changes hands in the event that says yes"
                case custody.HandoverFailed():
                    assert now == first, "where they do not agree, the first receiver has it"
                case _:
                    assert now == holder, "by nothing else does it change hands"


def test_the_state_has_no_room_for_nobody() -> None:
    assert custody.Held.__dataclass_fields__["owner"].type is Side
    with pytest.raises(TypeError):
        custody.Held(d.BY_110)  # type: ignore[call-arg]
