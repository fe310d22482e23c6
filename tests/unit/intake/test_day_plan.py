"""The rules of the plan of a day: what is planned is done, moved or dropped, each with its reason."""

from datetime import datetime

import pytest

from services.intake.domain import day_plan as d
from shared.eventsourcing.testing import Specification
from shared.law.legal_time import SHANGHAI
from tests.unit.intake import planning as some
from tests.unit.intake.desk import changed

given = Specification(d.day_plan)
STEPS: list[tuple[d.Command, d.PlanEvent]] = [
    (some.set_time, some.timed),
    (some.do, some.done),
    (some.move, some.moved),
    (some.drop, some.dropped),
]


def name_of(value: object) -> str:
    return type(value).__name__


def test_something_is_planned_for_today_or_later() -> None:
    given().when(some.add).then(some.added)
    given().when(changed(some.add, day=some.YESTERDAY)).then_refused(d.DayOver)
    late = datetime(2026, 11, 23, 23, 59, tzinfo=SHANGHAI)
    given().when(changed(some.add, now=late)).then(changed(some.added, added_at=late))


@pytest.mark.parametrize(("command", "event"), STEPS, ids=name_of)
def test_what_is_planned_is_timed_done_moved_or_dropped(command: d.Command, event: d.PlanEvent) -> None:
    given(some.added).when(command).then(event)


@pytest.mark.parametrize("command", [command for command, _ in STEPS], ids=name_of)
def test_what_is_not_in_the_plan_is_not_changed(command: d.Command) -> None:
    given().when(command).then_refused(d.NoSuchItem)


@pytest.mark.parametrize("end", [some.done, some.moved, some.dropped], ids=name_of)
def test_what_has_ended_is_planned_anew_and_not_changed(end: d.PlanEvent) -> None:
    for command, event in STEPS:
        if event != end:
            given(some.added, end).when(command).then_refused(d.NotPlanned)
    given(some.added, end).when(changed(some.add, item="i2")).then(changed(some.added, item="i2"))


def test_a_thing_is_planned_once_a_day() -> None:
    given(some.added).when(changed(some.add, item="i2")).then_refused(d.PlannedAlready)
    given(some.added).when(changed(some.add, item="i2", about=None)).then(changed(some.added, item="i2", about=None))


def test_a_day_holds_so_many_items_and_no_more() -> None:
    full = [changed(some.added, item=f"i{n}", about=None) for n in range(d.MOST_ITEMS)]
    given(*full).when(changed(some.add, item="more")).then_refused(d.PlanFull)


def test_it_is_moved_to_another_day_that_is_not_over() -> None:
    given(some.added).when(changed(some.move, to=some.TODAY)).then_refused(d.SameDay)
    given(some.added).when(changed(some.move, to=some.YESTERDAY)).then_refused(d.DayOver)
    given(some.added, some.moved).when(changed(some.move, to=some.TODAY)).then_refused(d.NotPlanned)


def test_another_reason_is_told_in_words() -> None:
    given(some.added).when(changed(some.drop, words=None)).then_refused(d.PlanWordsMissing)
    given(some.added).when(changed(some.move, reason="other")).then_refused(d.PlanWordsMissing)
