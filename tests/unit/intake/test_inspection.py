"""The rules of small premises and their checks: sizes, findings, orders with a day, re-checks, the fire body's part."""

from datetime import date, datetime, timedelta

import pytest

from services.intake.domain import inspection as i
from services.intake.domain import premises as p
from shared.eventsourcing.testing import Specification
from shared.law.legal_time import SHANGHAI
from shared.law.rules import book
from tests.unit.intake import looks as some
from tests.unit.intake.desk import MONDAY, TUESDAY, changed

place = Specification(p.premises)
given = Specification(i.inspection)


# The list and its sizes


def test_a_place_within_the_sizes_is_entered_with_the_rule_it_was_measured_by() -> None:
    place().when(some.register).then(some.registered)


def test_a_place_at_the_limit_is_within_it() -> None:
    full = {"seats": 100.0}
    place().when(changed(some.register, measures=full, here=some.CONFIRMED)).then(
        changed(some.registered, measures=full)
    )


def test_a_place_beyond_the_sizes_of_a_confirmed_list_is_refused_with_the_figure() -> None:
    large = changed(some.register, measures={"seats": 101.0}, here=some.CONFIRMED)
    with pytest.raises(p.BeyondLimit) as refused:
        p.decide(large, p.Unlisted())
    assert (refused.value.values["given"], refused.value.values["limit"]) == ("101", "100")
    assert "第三十条" in str(refused.value)
    place(some.registered).when(changed(some.measure, here=some.CONFIRMED)).then_refused(p.BeyondLimit)


def test_where_nobody_has_confirmed_the_list_the_excess_is_kept_and_shown() -> None:
    place(some.registered).when(some.measure).then(some.measured)


def test_the_nation_s_list_sets_no_sizes_and_names_other_kinds() -> None:
    cafe = changed(some.register, kind="net_cafe", measures={}, here=some.CHINA)
    place().when(changed(cafe, here=some.SHANDONG)).then_refused(p.NoSuchKind)
    events = p.decide(cafe, p.Unlisted())
    assert [event.stored_as for event in events] == ["premises-registered"]


def test_a_kind_with_sizes_needs_one_and_a_size_is_a_figure_above_zero() -> None:
    place().when(changed(some.register, measures={})).then_refused(p.SizeMissing)
    place().when(changed(some.register, measures={"staff": 5.0})).then_refused(p.SizeMissing)
    place().when(changed(some.register, measures={"seats": 0.0})).then_refused(p.NoSuchSize)
    place().when(changed(some.register, measures={"tables": 5.0})).then_refused(p.NoSuchSize)


def test_a_place_is_entered_once() -> None:
    place(some.registered).when(some.register).then_nothing_happens()
    place(some.registered).when(changed(some.register, kind="inn", measures={"beds": 5.0})).then_refused(
        p.PremisesKnown
    )


def test_the_same_sizes_again_are_no_change() -> None:
    place(some.registered).when(changed(some.measure, measures={"seats": 60.0})).then_nothing_happens()
    place(some.registered, some.measured).when(some.measure).then_nothing_happens()


def test_a_place_that_is_gone_is_changed_no_more() -> None:
    place(some.registered).when(some.close).then(some.closed)
    place(some.registered, some.closed).when(some.measure).then_refused(p.PremisesGone)


@pytest.mark.parametrize("command", [some.measure, some.close], ids=lambda c: type(c).__name__)
def test_what_was_never_entered_is_neither_measured_nor_closed(command: p.Command) -> None:
    place().when(command).then_refused(p.NoSuchPremises)


def test_every_measure_of_every_list_has_a_name_and_every_kind_a_check_list() -> None:
    lists = [rule for rule in book().rules if rule.id == p.LIST]
    assert {name for rule in lists for item in rule.items for name in item.limits} == p.MEASURES.keys()
    for rule in lists:
        for item in rule.items:
            checked = some.CHINA.rule(i.check_list(item.code), date(2026, 11, 23))
            assert checked.standing == "unread"
            assert {"passages", "approvals", "system", "drills", "dangerous_goods"} < {
                each.code for each in checked.items
            }


# Looking


def test_an_inspection_begins_at_a_place_by_its_check_list() -> None:
    given().when(some.begin).then(some.begun)
    given(some.begun).when(changed(some.begin, premises="elsewhere")).then_refused(i.InspectionKnown)


STEPS: list[i.Command] = [some.record, some.finish, some.order, some.recheck, some.hand_over, some.accept]


@pytest.mark.parametrize("command", STEPS, ids=lambda c: type(c).__name__)
def test_nothing_is_kept_of_an_inspection_that_never_began(command: i.Command) -> None:
    given().when(command).then_refused(i.NoSuchInspection)


def test_what_is_wrong_is_written_down_with_its_level_and_evidence() -> None:
    given(some.begun).when(some.record).then(some.recorded)
    given(some.begun).when(changed(some.record, point="windows")).then_refused(i.NoSuchPoint)


def test_the_look_ends_when_every_point_was_looked_at() -> None:
    given(some.begun, some.recorded).when(some.finish).then(some.finished)
    given(some.begun).when(some.finish).then_refused(i.PointsOpen)
    given(some.begun, some.recorded).when(changed(some.finish, in_order=frozenset({"windows"}))).then_refused(
        i.NoSuchPoint
    )


def test_a_point_is_not_both_in_order_and_wrong() -> None:
    both = frozenset({"passages", "gas"})
    given(some.begun, some.recorded).when(changed(some.finish, in_order=both)).then_refused(i.PointContradicts)
    twice = frozenset({"gas", "ducts"})
    given(some.begun, some.recorded).when(changed(some.finish, in_order=twice)).then_refused(i.PointContradicts)


def test_after_the_look_nothing_is_added_to_it() -> None:
    given(*some.FOUND).when(changed(some.record, finding="f9")).then_refused(i.LookOver)


# Put right


def test_a_finding_is_ordered_to_be_put_right_by_a_day_with_the_rule() -> None:
    given(*some.FOUND).when(some.order).then(some.ordered)
    given(*some.FOUND).when(changed(some.order, due=date(2026, 11, 22))).then_refused(i.DueAlready)


def test_the_day_of_an_order_is_one_of_shanghai() -> None:
    late = datetime(2026, 11, 30, 23, 30, tzinfo=SHANGHAI)
    given(*some.FOUND).when(changed(some.order, now=late)).then(changed(some.ordered, ordered_at=late))


def test_an_order_names_findings_of_this_inspection() -> None:
    given(*some.FOUND).when(changed(some.order, findings=())).then_refused(i.NoFindings)
    given(*some.FOUND).when(changed(some.order, findings=("f1", "f9"))).then_refused(i.NoSuchFinding)


def test_what_was_ordered_is_not_ordered_again_to_gain_time() -> None:
    again = changed(some.order, order="o2")
    given(*some.ORDERED).when(again).then_refused(i.NotToBeOrdered)
    given(*some.FAILED).when(again).then_refused(i.NotToBeOrdered)


def test_a_recheck_finds_it_put_right_or_not() -> None:
    right = changed(some.recheck, results={"f1": "put_right"}, now=TUESDAY)
    given(*some.ORDERED).when(right).then(changed(some.rechecked, results={"f1": "put_right"}, rechecked_at=TUESDAY))
    given(*some.ORDERED).when(some.recheck).then(some.rechecked)
    given(*some.FAILED).when(changed(some.recheck, results={})).then_refused(i.NoFindings)


def test_what_is_put_right_on_the_spot_needs_no_order() -> None:
    right = changed(some.recheck, results={"f1": "put_right"})
    given(*some.FOUND).when(right).then(changed(some.rechecked, results={"f1": "put_right"}))


def test_nobody_has_failed_an_order_before_its_day_or_without_one() -> None:
    given(*some.ORDERED).when(changed(some.recheck, now=TUESDAY)).then_refused(i.StillInTime)
    given(*some.FOUND).when(some.recheck).then_refused(i.NotOrdered)


# The fire body


def test_what_was_not_put_right_or_is_grave_is_handed_over() -> None:
    given(*some.FAILED).when(some.hand_over).then(some.handed_over)
    given(some.begun, some.grave).when(changed(some.hand_over, findings=("f2",))).then(
        changed(some.handed_over, findings=("f2",))
    )
    given(*some.ORDERED).when(some.hand_over).then_refused(i.NotForFireBody)


def test_it_stays_with_the_station_until_the_fire_body_accepts() -> None:
    given(*some.GIVEN).when(some.accept).then(some.accepted)
    for answer, status in ((some.accepted, "taken"), (some.refused, "returned")):
        state = given(*some.GIVEN, answer).state
        assert isinstance(state, i.Inspection)
        assert state.findings["f1"].status == status


def test_a_refusal_has_a_reason_and_leaves_the_station_to_go_on() -> None:
    given(*some.GIVEN).when(changed(some.refuse, reason=None)).then_refused(i.ReasonMissing)
    given(*some.GIVEN).when(some.refuse).then(some.refused)
    again = changed(some.hand_over, hand_over="h2")
    given(*some.GIVEN, some.refused).when(again).then(changed(some.handed_over, hand_over="h2"))
    anew = changed(some.order, order="o2", now=some.WEEK_LATER)
    given(*some.GIVEN, some.refused).when(anew).then(changed(some.ordered, order="o2", ordered_at=some.WEEK_LATER))


def test_an_answer_is_given_once_and_to_a_hand_over() -> None:
    given(*some.GIVEN, some.accepted).when(some.refuse).then_refused(i.AnsweredAlready)
    given(*some.GIVEN, some.accepted).when(some.accept).then_nothing_happens()
    given(*some.FAILED).when(some.accept).then_refused(i.NoSuchHandOver)


def test_what_lies_with_the_fire_body_is_neither_rechecked_nor_handed_over_again() -> None:
    right = changed(some.recheck, results={"f1": "put_right"})
    given(*some.GIVEN).when(right).then_refused(i.GivenAway)
    given(*some.GIVEN).when(changed(some.hand_over, hand_over="h2")).then_refused(i.GivenAway)


def test_it_is_handed_over_within_five_working_days_by_a_rule_of_which_an_excerpt_was_seen() -> None:
    limit = i.due_at_fire_body(some.WEEK_LATER, some.CHINA)
    assert limit is not None
    assert (limit[0].date(), limit[1]) == (date(2026, 12, 7), some.CHECK_ARTICLE)
    assert not some.CHINA.binds(some.CHINA.rule(i.HAND_OVER, MONDAY.date()))
    assert i.due_at_fire_body(datetime(2011, 1, 3, tzinfo=SHANGHAI), some.CHINA) is None


def test_two_answers_of_the_look_do_not_change_what_was_looked_at() -> None:
    given(*some.FOUND).when(changed(some.finish, now=MONDAY + timedelta(hours=1))).then_nothing_happens()
