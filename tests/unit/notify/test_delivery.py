"""The rules of a delivery: every command in every state, when it is tried again, and what nobody can know."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from itertools import product
from typing import get_args

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.notify.domain.delivery import (
    LONGEST_WAIT,
    MOST_ATTEMPTS,
    AlreadyArrived,
    AlreadySent,
    AttemptBegun,
    AttemptUnderWay,
    BeginAttempt,
    Command,
    ConfirmDelivered,
    Delivered,
    DeliveryEvent,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliveryPlanned,
    DeliverySubmitted,
    DeliveryUnknown,
    Ended,
    Fail,
    FailureKind,
    GiveUp,
    MarkRead,
    MarkUnknown,
    NeverPlanned,
    NoSuchAttempt,
    NotDelivered,
    NotDueYet,
    OnlyTheInboxKnows,
    OutcomeUnknown,
    PlanDelivery,
    PlannedForSomethingElse,
    Read,
    State,
    Submit,
    Unplanned,
    delivery,
    wait_after,
)
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.testing import Specification
from tests.unit.notify.examples import (
    ABOUT,
    BY_WEBHOOK,
    COMMANDS,
    HISTORIES,
    at,
    begun,
    begun_again,
    begun_repeatable,
    delivered,
    failed,
    failed_for_now,
    given_up,
    plan,
    planned,
    read,
    submitted,
    unknown,
)

given = Specification(delivery)
NOTHING: tuple[type[DeliveryEvent], ...] = ()

TABLE: dict[str, dict[str, tuple[type[DeliveryEvent], ...] | type[Refusal]]] = {
    "unplanned": {
        "plan": (DeliveryPlanned,),
        "begin": NeverPlanned,
        "submit": NeverPlanned,
        "confirm": NeverPlanned,
        "read": NeverPlanned,
        "fail": NeverPlanned,
        "give up": NeverPlanned,
        "mark unknown": NeverPlanned,
    },
    "planned": {
        "plan": NOTHING,
        "begin": (AttemptBegun,),
        "submit": NoSuchAttempt,
        "confirm": NoSuchAttempt,
        "read": NotDelivered,
        "fail": NoSuchAttempt,
        "give up": (DeliveryGivenUp,),
        "mark unknown": NoSuchAttempt,
    },
    "attempting": {
        "plan": NOTHING,
        "begin": AttemptUnderWay,
        "submit": (DeliverySubmitted,),
        "confirm": (Delivered,),
        "read": NotDelivered,
        "fail": (DeliveryFailed,),
        "give up": AttemptUnderWay,
        "mark unknown": (DeliveryUnknown,),
    },
    "attempting, repeatable": {
        "plan": NOTHING,
        "begin": AttemptUnderWay,
        "submit": (DeliverySubmitted,),
        "confirm": (Delivered,),
        "read": NotDelivered,
        "fail": (DeliveryFailed,),
        "give up": AttemptUnderWay,
        "mark unknown": (DeliveryFailed,),
    },
    "attempting again": {
        "plan": NOTHING,
        "begin": AttemptUnderWay,
        "submit": (DeliverySubmitted,),
        "confirm": (Delivered,),
        "read": NotDelivered,
        "fail": NOTHING,
        "give up": AttemptUnderWay,
        "mark unknown": NOTHING,
    },
    "awaiting retry": {
        "plan": NOTHING,
        "begin": (AttemptBegun,),
        "submit": (DeliverySubmitted,),
        "confirm": (Delivered,),
        "read": NotDelivered,
        "fail": NOTHING,
        "give up": (DeliveryGivenUp,),
        "mark unknown": NOTHING,
    },
    "submitted": {
        "plan": NOTHING,
        "begin": AlreadySent,
        "submit": NOTHING,
        "confirm": (Delivered,),
        "read": NotDelivered,
        "fail": (DeliveryFailed,),
        "give up": AlreadySent,
        "mark unknown": NOTHING,
    },
    "arrived": {
        "plan": NOTHING,
        "begin": AlreadySent,
        "submit": NOTHING,
        "confirm": NOTHING,
        "read": (Read,),
        "fail": AlreadyArrived,
        "give up": AlreadyArrived,
        "mark unknown": NOTHING,
    },
    "seen": {
        "plan": NOTHING,
        "begin": AlreadySent,
        "submit": NOTHING,
        "confirm": NOTHING,
        "read": NOTHING,
        "fail": AlreadyArrived,
        "give up": AlreadyArrived,
        "mark unknown": NOTHING,
    },
    "unresolved": {
        "plan": NOTHING,
        "begin": OutcomeUnknown,
        "submit": (DeliverySubmitted,),
        "confirm": (Delivered,),
        "read": NotDelivered,
        "fail": (DeliveryFailed,),
        "give up": (DeliveryGivenUp,),
        "mark unknown": NOTHING,
    },
    "failed": {
        "plan": NOTHING,
        "begin": Ended,
        "submit": (DeliverySubmitted,),
        "confirm": (Delivered,),
        "read": NotDelivered,
        "fail": NOTHING,
        "give up": (DeliveryGivenUp,),
        "mark unknown": NOTHING,
    },
    "given up": {
        "plan": NOTHING,
        "begin": Ended,
        "submit": (DeliverySubmitted,),
        "confirm": (Delivered,),
        "read": NotDelivered,
        "fail": NOTHING,
        "give up": NOTHING,
        "mark unknown": NOTHING,
    },
    "given up untried": {
        "plan": NOTHING,
        "begin": Ended,
        "submit": NoSuchAttempt,
        "confirm": NoSuchAttempt,
        "read": NotDelivered,
        "fail": NoSuchAttempt,
        "give up": NOTHING,
        "mark unknown": NoSuchAttempt,
    },
}


def test_the_table_speaks_of_every_command_in_every_state() -> None:
    states = {type(delivery.fold(history)) for history in HISTORIES.values()}
    assert states == set(get_args(State))
    assert {type(command) for command in COMMANDS.values()} == set(get_args(Command))
    assert TABLE.keys() == HISTORIES.keys()
    assert all(row.keys() == COMMANDS.keys() for row in TABLE.values())


@pytest.mark.parametrize(("state", "asked"), list(product(HISTORIES, COMMANDS)))
def test_every_command_in_every_state_does_what_the_table_says(state: str, asked: str) -> None:
    expected = TABLE[state][asked]
    if isinstance(expected, tuple):
        decided = delivery.decide(COMMANDS[asked], delivery.fold(HISTORIES[state]))
        assert tuple(type(event) for event in decided) == expected
        given(*HISTORIES[state]).when(COMMANDS[asked]).then(*decided)
    else:
        with pytest.raises(expected) as refused:
            delivery.decide(COMMANDS[asked], delivery.fold(HISTORIES[state]))
        said = str(refused.value)
        assert said.endswith(".")
        assert "{" not in said


# Planning


def test_a_plan_keeps_what_was_to_be_said_to_whom() -> None:
    given().when(plan).then(planned)


def test_the_first_plan_holds_when_the_settings_have_changed_since() -> None:
    by_webhook = PlanDelivery(**{**dict(plan), "about": BY_WEBHOOK})
    given(planned).when(by_webhook).then_nothing_happens()


@pytest.mark.parametrize("other", [{"person": "person-zhao"}, {"notice": "another"}])
def test_an_id_never_comes_to_stand_for_another_message(other: dict[str, str]) -> None:
    something_else = PlanDelivery(**{**dict(plan), "about": {**ABOUT.model_dump(), **other}})
    given(planned).when(something_else).then_refused(PlannedForSomethingElse)


# Attempts


def test_only_one_of_two_workers_may_send() -> None:
    begin = BeginAttempt(repeatable=True, now=at(1))
    given(planned).when(begin).then(begun_repeatable)
    given(planned, begun_repeatable).when(begin).then_refused(AttemptUnderWay)


def test_the_next_attempt_waits_until_it_is_due() -> None:
    given(planned, begun, failed_for_now).when(BeginAttempt(repeatable=False, now=at(4.99))).then_refused(NotDueYet)
    given(planned, begun, failed_for_now).when(BeginAttempt(repeatable=False, now=at(5))).then(
        AttemptBegun(about=ABOUT, attempt=2, repeatable=False, begun_at=at(5))
    )


def test_with_a_channel_whose_taking_is_delivering_both_are_recorded_at_once() -> None:
    taken = Submit(attempt=1, provider_id="sms-77", delivered=True, now=at(2))
    arrived = Delivered(about=ABOUT, attempt=1, delivered_at=at(2))
    given(planned, begun).when(taken).then(submitted, arrived)
    given(planned, begun, submitted).when(taken).then(arrived)
    given(planned, begun, submitted, arrived).when(taken).then_nothing_happens()


def test_what_an_earlier_attempt_achieved_counts_although_a_later_one_is_under_way() -> None:
    late = Submit(attempt=1, provider_id="sms-77", now=at(2))
    history = (planned, begun, failed_for_now, begun_again)
    given(*history).when(late).then(submitted)
    second_fails = Fail(attempt=2, kind="temporary", reason="timed_out", now=at(11))
    given(*history, submitted).when(second_fails).then_nothing_happens()
    given(*history, submitted, delivered).when(second_fails).then_nothing_happens()


def test_an_attempt_that_was_never_begun_has_no_outcome() -> None:
    given(planned, begun).when(Submit(attempt=2, now=at(2))).then_refused(NoSuchAttempt)
    given(planned, begun).when(Fail(attempt=2, kind="temporary", reason="timed_out", now=at(2))).then_refused(
        NoSuchAttempt
    )


# What nobody can know


def test_an_interrupted_attempt_is_never_repeated_by_itself() -> None:
    given(planned, begun).when(MarkUnknown(attempt=1, now=at(6))).then(unknown)
    given(planned, begun, unknown).when(BeginAttempt(repeatable=False, now=at(600))).then_refused(OutcomeUnknown)


def test_an_interrupted_attempt_is_repeated_where_the_receiver_drops_repeats() -> None:
    wait = wait_after(ABOUT.delivery, 1, "temporary")
    assert wait is not None
    given(planned, begun_repeatable).when(MarkUnknown(attempt=1, now=at(6))).then(
        DeliveryFailed(
            about=ABOUT,
            attempt=1,
            kind="temporary",
            reason="interrupted",
            detail="",
            next_attempt_at=at(6) + wait,
            failed_at=at(6),
        )
    )


def test_the_last_attempt_interrupted_is_unknown_and_not_failed() -> None:
    last = AttemptBegun(about=ABOUT, attempt=MOST_ATTEMPTS, repeatable=True, begun_at=at(1))
    given(planned, last).when(MarkUnknown(attempt=MOST_ATTEMPTS, now=at(6))).then(
        DeliveryUnknown(about=ABOUT, attempt=MOST_ATTEMPTS, marked_at=at(6))
    )


def test_a_person_can_settle_what_nobody_knew() -> None:
    given(planned, begun, unknown).when(ConfirmDelivered(now=at(3))).then(delivered)
    given(planned, begun, unknown).when(GiveUp(reason="told_otherwise", now=at(6))).then(given_up)


def test_a_sender_that_was_only_slow_still_says_what_became_of_it() -> None:
    given(planned, begun, unknown).when(Submit(attempt=1, provider_id="sms-77", now=at(2))).then(submitted)


# Reading


def test_only_a_message_in_the_inbox_is_marked_as_read() -> None:
    by_webhook = Delivered(about=BY_WEBHOOK, attempt=1, delivered_at=at(3))
    given(planned, begun, by_webhook).when(MarkRead(now=at(4))).then_refused(OnlyTheInboxKnows)
    given(planned, begun, submitted, delivered).when(MarkRead(now=at(4))).then(read)


# Failing and trying again


def test_a_message_that_will_never_get_through_has_failed_for_good() -> None:
    given(planned, begun).when(Fail(attempt=1, kind="permanent", reason="answered", detail="410", now=at(2))).then(
        failed
    )


def test_after_the_twelfth_attempt_it_has_failed_for_good() -> None:
    last = AttemptBegun(about=ABOUT, attempt=12, repeatable=True, begun_at=at(1))
    given(planned, last).when(Fail(attempt=12, kind="temporary", reason="unreachable", now=at(2))).then(
        DeliveryFailed(
            about=ABOUT,
            attempt=12,
            kind="temporary",
            reason="unreachable",
            detail="",
            next_attempt_at=None,
            failed_at=at(2),
        )
    )


@for_all(delivery_id=st.uuids().map(str), attempt=st.integers(1, MOST_ATTEMPTS - 1))
def test_the_wait_doubles_from_five_seconds_to_an_hour_less_a_fifth_at_most(delivery_id: str, attempt: int) -> None:
    wait = wait_after(delivery_id, attempt, "temporary")
    plain = min(timedelta(seconds=5) * 2 ** (attempt - 1), timedelta(hours=1))
    assert wait is not None
    assert plain * 0.8 <= wait <= plain
    assert wait == wait_after(delivery_id, attempt, "temporary")


def test_what_failed_together_does_not_come_back_together() -> None:
    assert len({wait_after(f"delivery {n}", 8, "temporary") for n in range(100)}) == 100


def test_faulty_settings_are_given_the_hour_at_once() -> None:
    wait = wait_after(ABOUT.delivery, 1, "technical")
    assert wait is not None
    assert wait >= LONGEST_WAIT * 0.8


@pytest.mark.parametrize("kind", ["temporary", "technical"])
def test_twelve_attempts_are_all(kind: FailureKind) -> None:
    assert wait_after(ABOUT.delivery, 11, kind) is not None
    assert wait_after(ABOUT.delivery, 12, kind) is None


def test_the_receivers_wish_to_be_left_alone_is_honoured_up_to_an_hour() -> None:
    assert wait_after(ABOUT.delivery, 1, "temporary", timedelta(minutes=2)) == timedelta(minutes=2)
    assert wait_after(ABOUT.delivery, 1, "temporary", timedelta(days=9)) == LONGEST_WAIT
    assert wait_after(ABOUT.delivery, 1, "temporary", timedelta()) == wait_after(ABOUT.delivery, 1, "temporary")


def test_a_failed_attempt_says_when_the_next_one_is_due() -> None:
    asked = Fail(
        attempt=1, kind="temporary", reason="answered", detail="503", retry_after=timedelta(minutes=3), now=at(2)
    )
    given(planned, begun).when(asked).then(failed_for_now)


# Any order of commands

_moments = st.floats(0, 100_000).map(at)


def _commands(now: datetime, attempt: int) -> st.SearchStrategy[Command]:
    return st.one_of(
        st.just(plan),
        st.booleans().map(lambda repeatable: BeginAttempt(repeatable=repeatable, now=now)),
        st.booleans().map(lambda arrives: Submit(attempt=attempt, delivered=arrives, now=now)),
        st.just(ConfirmDelivered(now=now)),
        st.just(MarkRead(now=now)),
        st.sampled_from(get_args(FailureKind)).map(
            lambda kind: Fail(attempt=attempt, kind=kind, reason="unreachable", now=now)
        ),
        st.just(GiveUp(reason="other", now=now)),
        st.just(MarkUnknown(attempt=attempt, now=now)),
    )


@for_all(st.lists(st.tuples(_moments, st.integers(1, 3)).flatmap(lambda drawn: _commands(*drawn)), max_size=15))
def test_whatever_is_asked_in_whatever_order_asking_twice_writes_once(commands: list[Command]) -> None:
    state, written = delivery.initial, list[DeliveryEvent]()
    for command in [plan, *commands]:
        try:
            decided = delivery.decide(command, state)
        except Refusal:
            continue
        written += decided
        state = delivery.fold(decided, state)
        with suppress(Refusal):
            assert delivery.decide(command, state) == []
    assert not isinstance(state, Unplanned)
    assert delivery.fold(written) == state
    # Nothing leaves after it has arrived, and no attempt is begun twice.
    kinds = [type(event) for event in written]
    if Delivered in kinds:
        assert AttemptBegun not in kinds[kinds.index(Delivered) :]
    attempts = [event.attempt for event in written if isinstance(event, AttemptBegun)]
    assert attempts == list(range(1, len(attempts) + 1))
