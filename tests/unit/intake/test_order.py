"""The hotline's orders: what may be done with one, until when, and what becomes of what the hotline says later."""

from datetime import datetime, timedelta

import pytest

from services.intake.domain import limits, order
from services.intake.domain.order import OrderEvent
from shared.eventsourcing.testing import Specification
from shared.law.here import Here
from shared.law.legal_time import SHANGHAI
from tests.unit.intake import order_desk as d

given = Specification(order.order)
IN_TIME = d.after(hours=30)
TOO_LATE = d.after(days=2)
"""The 23rd of November 2026 is a Monday: one working day ends on Tuesday night."""
DUE = datetime(2026, 11, 30, 23, 59, 59, 999999, SHANGHAI)
"""Five working days of Weifang after that Monday."""


# Taken in


def test_an_order_is_taken_in_once_with_the_hotlines_number_urgency_and_clock_beside_ours() -> None:
    given().when(d.receive()).then(d.received())
    given(d.received()).when(d.receive(now=d.after(days=1))).then_nothing_happens()


def test_the_same_number_with_other_contents_is_no_order_but_an_update() -> None:
    given(d.received()).when(d.receive(digest="d2")).then_refused(order.OrderChanged)


@pytest.mark.parametrize(
    "command", [d.accept, d.object_to(IN_TIME), d.ask_extension(d.after(days=9)), d.finish, d.call_back(True), d.reopen]
)
def test_an_order_that_never_came_has_no_steps(command: order.Command) -> None:
    given().when(command).then_refused(order.NoSuchOrder)


# Signed for


def test_an_order_is_signed_for_and_then_in_hand() -> None:
    given(d.received()).when(d.accept).then(d.accepted)
    given(d.received(), d.accepted).when(d.accept).then_nothing_happens()


def test_nothing_is_finished_or_extended_that_was_not_signed_for() -> None:
    given(d.received()).when(d.finish).then_refused(order.NotSignedFor)
    given(d.received()).when(d.ask_extension(d.after(days=9))).then_refused(order.NotSignedFor)


# Objected to


def test_an_order_is_objected_to_within_its_limit_also_after_it_was_signed_for() -> None:
    given(d.received()).when(d.object_to(IN_TIME)).then(d.objected(IN_TIME))
    given(d.received(), d.accepted).when(d.object_to(IN_TIME)).then(d.objected(IN_TIME))


def test_after_the_limit_an_objection_is_refused_with_the_article() -> None:
    with pytest.raises(order.ObjectionTooLate) as refusal:
        order.decide(d.object_to(TOO_LATE), given(d.received()).state)
    assert refusal.value.values == {"due": "2026-11-24 23:59", "article": "各地热线管理办法的通行做法"}


def test_a_limit_that_nobody_confirmed_warns_and_does_not_refuse() -> None:
    given(d.received()).when(d.object_to(TOO_LATE, d.WEIFANG)).then(d.objected(TOO_LATE, beyond=True))


def test_where_no_rule_sets_a_limit_there_is_none() -> None:
    early = d.received(received_at=datetime(2010, 1, 4, 9, tzinfo=SHANGHAI))
    given(early).when(d.object_to(TOO_LATE)).then(d.objected(TOO_LATE, article=""))


def test_what_was_assigned_directly_may_not_be_returned_in_weifang() -> None:
    direct = d.received(direct=True)
    with pytest.raises(order.MayNotReturn) as refusal:
        order.decide(d.object_to(IN_TIME), given(direct).state)
    assert "潍坊市12345" in str(refusal.value)
    given(direct).when(d.object_to(IN_TIME, d.NATION)).then(d.objected(IN_TIME))


def test_while_the_hotline_has_not_ruled_the_order_waits_and_nothing_else_is_done_with_it() -> None:
    waiting = (d.received(), d.objected())
    for command in (d.accept, d.object_to(IN_TIME), d.finish):
        given(*waiting).when(command).then_refused(order.ObjectionPending)


def test_an_objection_that_is_upheld_sends_the_order_back() -> None:
    waiting = (d.received(), d.objected())
    given(*waiting).when(d.update("objection_upheld")).then(d.noted("objection_upheld"), d.ruled(True))
    given(*waiting, d.ruled(True)).when(d.accept).then_refused(order.OrderNotOpen)


def test_an_objection_that_is_dismissed_leaves_it_where_it_was_and_is_not_made_twice() -> None:
    waiting = (d.received(), d.accepted, d.objected())
    given(*waiting).when(d.update("objection_dismissed")).then(d.noted("objection_dismissed"), d.ruled(False))
    given(*waiting, d.ruled(False)).when(d.object_to(IN_TIME)).then_refused(order.AlreadyRuled)
    given(*waiting, d.ruled(False)).when(d.finish).then(d.finished)


# Extended


def test_more_time_is_asked_for_with_a_reason_and_approved_by_somebody_else() -> None:
    until = d.after(days=12)
    in_hand = (d.received(), d.accepted)
    given(*in_hand).when(d.ask_extension(until)).then(d.extension_asked(until))
    asked = (*in_hand, d.extension_asked(until))
    given(*asked).when(d.decide_extension()).then(d.extension_decided(until))
    given(*asked).when(d.decide_extension(by=d.OFFICER)).then_refused(order.OwnExtension)
    given(*asked).when(d.ask_extension(until)).then_refused(order.ExtensionPending)
    given(*in_hand).when(d.decide_extension()).then_refused(order.NoExtensionAsked)


def test_an_extension_that_is_not_approved_leaves_the_time_as_it_was() -> None:
    until = d.after(days=12)
    denied = (d.received(), d.accepted, d.extension_asked(until), d.extension_decided(until, approved=False))
    state = given(*denied).state
    assert isinstance(state, order.Order)
    assert order.due_of(state, d.WEIFANG) == DUE


def test_an_extension_ends_later_than_the_time_there_is() -> None:
    in_hand = (d.received(), d.accepted)
    given(*in_hand).when(d.ask_extension(DUE)).then_refused(order.NotLater)
    given(*in_hand).when(d.ask_extension(d.MONDAY, here=d.NATION)).then_refused(order.NotLater)
    given(*in_hand).when(d.ask_extension(d.after(days=1), here=d.NATION)).then(d.extension_asked(d.after(days=1)))


def test_what_is_late_is_not_made_punctual_by_an_extension() -> None:
    late = d.ask_extension(d.after(days=30), now=d.after(days=9))
    given(d.received(), d.accepted).when(late).then_refused(order.ExtensionTooLate)


def test_an_extension_moves_the_time_and_takes_the_mark_away() -> None:
    until = d.after(days=12)
    asked = (d.received(), d.accepted, d.extension_asked(until), d.overdue(DUE, d.after(days=8)))
    state = given(*asked, d.extension_decided(until)).state
    assert isinstance(state, order.Order)
    assert (order.due_of(state, d.WEIFANG), state.overdue) == (until, frozenset())


# Finished and called back


def test_an_order_is_finished_with_its_result_once() -> None:
    given(d.received(), d.accepted).when(d.finish).then(d.finished)
    given(d.received(), d.accepted, d.finished).when(d.finish).then_refused(order.OrderNotOpen)


def test_who_is_called_back_and_satisfied_closes_it() -> None:
    done = (d.received(), d.accepted, d.finished)
    given(*done).when(d.call_back(True)).then(d.called_back(True))
    given(*done, d.called_back(True)).when(d.call_back(True)).then_refused(order.OrderNotOpen)
    given(d.received(), d.accepted).when(d.call_back(True)).then_refused(order.NotFinished)


def test_not_satisfied_asks_for_reopening_by_itself() -> None:
    asked = (d.received(), d.accepted, d.finished, d.called_back(False))
    state = given(*asked).state
    assert isinstance(state, order.Order)
    assert state.stage == "reopening_asked"
    given(*asked).when(d.reopen).then(d.reopening_decided())
    given(*asked, d.reopening_decided()).when(d.finish).then(d.finished)
    given(*asked, d.reopening_decided(False)).when(d.reopen).then_refused(order.NoReopeningAsked)
    given(d.received()).when(d.reopen).then_refused(order.NoReopeningAsked)


def test_who_finished_it_does_not_decide_that_it_stays_finished() -> None:
    asked = (d.received(), d.accepted, d.finished, d.called_back(False))
    own = d.reopen.model_copy(update={"by": d.OFFICER})
    given(*asked).when(own.model_copy(update={"approved": False})).then_refused(order.OwnResult)
    given(*asked).when(own).then(d.reopening_decided().model_copy(update={"by": d.OFFICER}))


def test_a_new_round_has_clocks_of_its_own() -> None:
    again = (d.received(), d.accepted, d.finished, d.called_back(False), d.reopening_decided())
    state = given(*again).state
    assert isinstance(state, order.Order)
    assert (state.started, state.answer_by, state.stage) == (d.after(days=4), None, "accepted")


# What the hotline says later


def test_a_word_that_comes_before_its_order_is_kept_as_a_note() -> None:
    early = d.noted("urged", "before_the_order", code="")
    given().when(d.update("urged")).then(early)
    given(early).when(d.update("urged")).then_nothing_happens()
    given(early).when(d.receive()).then(d.received())
    given(early, d.received()).when(d.update("urged")).then_nothing_happens()


@pytest.mark.parametrize("kind", ["urged", "amended"])
def test_mere_words_are_kept_whatever_the_stage(kind: order.UpdateKind) -> None:
    given(d.received(), d.accepted, d.finished).when(d.update(kind)).then(d.noted(kind))


@pytest.mark.parametrize(
    ("past", "kind"),
    [
        ((d.received(),), "objection_upheld"),
        ((d.received(), d.objected(), d.ruled(True)), "objection_dismissed"),
        ((d.received(), d.accepted), "called_back_satisfied"),
        ((d.received(), d.accepted), "reopened"),
        ((d.received(), d.accepted, d.finished), "withdrawn"),
        ((d.received(),), "clock_changed"),
    ],
)
def test_a_word_that_does_not_fit_is_kept_as_a_note_and_changes_nothing(
    past: tuple[OrderEvent, ...], kind: order.UpdateKind
) -> None:
    note = d.noted(kind, "does_not_fit")
    given(*past).when(d.update(kind)).then(note)
    before, after = given(*past).state, given(*past, note).state
    assert isinstance(before, order.Order)
    assert isinstance(after, order.Order)
    assert (after.stage, after.answer_by, after.heard) == (before.stage, before.answer_by, before.heard | {"u1"})


def test_an_older_word_does_not_undo_a_newer_one() -> None:
    known = d.noted("clock_changed", id_="u0", said_at=d.after(hours=5), answer_by=d.after(days=5))
    older = d.update("clock_changed", said_at=d.after(hours=4), answer_by=d.after(days=4))
    note = d.noted("clock_changed", "older_than_what_is_known", said_at=d.after(hours=4), answer_by=d.after(days=4))
    given(d.received(), known).when(older).then(note)
    urged = d.update("urged", said_at=d.after(hours=4))
    given(d.received(), known).when(urged).then(d.noted("urged", said_at=d.after(hours=4)))


def test_the_hotline_moves_its_own_clock_and_not_ours() -> None:
    moved = d.noted("clock_changed", answer_by=d.after(days=20))
    given(d.received()).when(d.update("clock_changed", answer_by=d.after(days=20))).then(moved)
    state = given(d.received(), d.overdue(d.after(days=3), d.after(days=4), "hotline"), moved).state
    assert isinstance(state, order.Order)
    assert (state.answer_by, state.overdue) == (d.after(days=20), frozenset())
    assert order.due_of(state, d.WEIFANG) == DUE


def test_what_the_hotline_withdraws_is_over_and_what_it_reopens_begins_anew() -> None:
    given(d.received()).when(d.update("withdrawn")).then(d.noted("withdrawn"))
    gone = (d.received(), d.noted("withdrawn"))
    given(*gone).when(d.accept).then_refused(order.OrderNotOpen)
    given(*gone).when(d.update("reopened", "u2")).then(d.noted("reopened", id_="u2"))
    given(*gone, d.noted("reopened", id_="u2")).when(d.accept).then(d.accepted)
    given(d.received(), d.accepted, d.finished, d.noted("reopened")).when(d.finish).then(d.finished)


@pytest.mark.parametrize(("kind", "satisfied"), [("called_back_satisfied", True), ("called_back_unsatisfied", False)])
def test_the_hotline_calls_back_too(kind: order.UpdateKind, satisfied: bool) -> None:
    called = d.called_back(satisfied, by="12345", at=d.after(days=1))
    given(d.received(), d.accepted, d.finished).when(d.update(kind)).then(d.noted(kind), called)


# Clocks


def test_an_order_that_is_open_when_its_time_is_over_is_marked_once_with_the_article() -> None:
    article = "《潍坊市12345政务服务便民热线条例》第二十条至第二十六条"
    over = DUE + timedelta(seconds=1)
    given(d.received()).when(d.mark(over)).then(d.overdue(DUE, over, article=article))
    given(d.received(), d.overdue(DUE, over)).when(d.mark(over)).then_nothing_happens()
    given(d.received()).when(d.mark(DUE - timedelta(seconds=1))).then_nothing_happens()
    given(d.received(), d.accepted, d.finished).when(d.mark(over)).then_nothing_happens()


def test_the_hotlines_clock_is_marked_beside_ours() -> None:
    over = d.after(days=3, seconds=1)
    given(d.received()).when(d.mark(over, "hotline")).then(d.overdue(d.after(days=3), over, "hotline"))
    given(d.received(answer_by=None)).when(d.mark(over, "hotline")).then_nothing_happens()


def test_where_the_city_has_no_rule_our_clock_does_not_run() -> None:
    given(d.received()).when(d.mark(d.after(days=99), here=d.NATION)).then_nothing_happens()
    extended = (d.received(), d.accepted, d.extension_asked(d.after(days=9)), d.extension_decided(d.after(days=9)))
    over = d.after(days=10)
    given(*extended).when(d.mark(over, here=d.NATION)).then(d.overdue(d.after(days=9), over))


def test_five_working_days_leave_the_weekend_out() -> None:
    limit = limits.answer(d.MONDAY, "danger", d.WEIFANG)
    assert limit is not None
    assert (limit.due, limit.binds, limit.certain) == (DUE, True, True)
    assert limits.answer(d.MONDAY, "normal", d.NATION) is None


def test_beijing_tells_urgencies_apart_by_a_draft_that_does_not_bind() -> None:
    beijing = Here(jurisdiction="110105")
    danger = limits.answer(d.MONDAY, "danger", beijing)
    assert danger is not None
    assert (danger.due - d.MONDAY, danger.binds) == (timedelta(hours=2), False)


def test_a_limit_that_reaches_into_a_year_without_a_known_calendar_says_so() -> None:
    limit = limits.answer(datetime(2026, 12, 30, 9, tzinfo=SHANGHAI), "normal", d.WEIFANG)
    assert limit is not None
    assert not limit.certain


def test_a_rule_that_sets_no_length_of_time_gives_no_limit() -> None:
    assert limits._limit("hotline-return", "normal", d.MONDAY, d.WEIFANG) is None


@pytest.mark.parametrize(
    ("hours", "stopped", "level"),
    [
        (0, None, "begun"),
        (4.9, None, "begun"),
        (5, None, "half"),
        (8, None, "near"),
        (10, None, "near"),
        (10.1, None, "over"),
        (20, 3, "stopped"),
        (20, 11, "over"),
    ],
)
def test_a_warning_comes_at_half_at_eighty_per_cent_and_beyond(
    hours: float, stopped: float | None, level: limits.Level
) -> None:
    started, due, now = d.MONDAY, d.after(hours=10), d.after(hours=hours)
    ended = None if stopped is None else d.after(hours=stopped)
    assert limits.level(started, due, ended, now) == level


def test_a_limit_without_any_time_is_used_up_at_once() -> None:
    assert limits.share(d.MONDAY, d.MONDAY, d.MONDAY) == 1.0
