"""The rules of a matter of dogs: about a place and nobody, step by step, each step by a rule as it stood that day."""

from datetime import date

import pytest

from services.intake.domain import dog
from services.intake.domain.cited import cited
from services.intake.domain.household import Dwelling
from services.intake.domain.volunteer import NotYet
from shared.eventsourcing.testing import Specification
from shared.law.here import Here
from tests.unit.intake.desk import MONDAY, OFFICER, STATION, box, changed

given = Specification(dog.dog)

ID = "dog-1"
TODAY, FRIDAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 20), date(2026, 11, 24)
HERE = Here()
REASON = box(f"dog-{ID}", "reason")
BY_RULE = cited(HERE, "dog-leash", TODAY)
assert BY_RULE is not None

open_matter = dog.OpenDogMatter(
    matter=ID,
    place=Dwelling(station=STATION, community="wangfu", grid="wangfu-03", compound="wangfu-yuan"),
    kind="off_leash",
    what=box(f"dog-{ID}", "what"),
    on=FRIDAY,
    by=OFFICER,
    now=MONDAY,
)
opened = dog.DogMatterOpened.model_validate(open_matter.model_dump(exclude={"now"}) | {"opened_at": MONDAY})
advise = dog.AdviseOnDog(on=TODAY, here=HERE, by=OFFICER, now=MONDAY)
warn = dog.WarnOfDog(on=TODAY, here=HERE, by=OFFICER, now=MONDAY)
hand_over = dog.HandOverDog(to="urban_management", on=TODAY, here=HERE, by=OFFICER, now=MONDAY)
close = dog.CloseDogMatter(on=TODAY, by=OFFICER, now=MONDAY)
advised = dog.DogStepTaken(
    matter=ID, step="advice", rule=BY_RULE, to=None, reason=None, on=TODAY, by=OFFICER, taken_at=MONDAY
)
warned = changed(advised, step="warning")
handed_over = changed(advised, step="handover", to="urban_management")
closed = dog.DogMatterClosed(matter=ID, on=TODAY, by=OFFICER, closed_at=MONDAY)
STEPS: list[dog.Command] = [advise, warn, hand_over, close]


def test_a_matter_is_about_a_place_and_what_happens_there() -> None:
    given().when(open_matter).then(opened)
    given(opened).when(open_matter).then_nothing_happens()
    given(opened).when(changed(open_matter, kind="disturbing")).then_refused(dog.DogMatterKnown)
    given().when(changed(open_matter, on=TOMORROW)).then_refused(NotYet)
    people = {"keeper", "owner", "name", "person", "phone", "address"}
    assert not people & {name for event in dog.EVENTS for name in event.model_fields}


def test_advice_comes_first_then_a_warning_then_the_hand_over_each_with_its_rule() -> None:
    given(opened).when(advise).then(advised)
    given(opened, advised).when(warn).then(warned)
    given(opened, advised, warned).when(hand_over).then(handed_over)
    assert BY_RULE is not None
    assert not BY_RULE.binds, "its text was not read: it warns, and says so"


@pytest.mark.parametrize(("past", "command"), [((opened,), warn), ((opened, advised), hand_over)])
def test_no_step_is_skipped_without_a_reason(past: tuple[dog.DogEvent, ...], command: dog.Command) -> None:
    given(*past).when(command).then_refused(dog.StepSkipped)


def test_with_a_reason_a_step_may_be_left_out() -> None:
    given(opened).when(changed(warn, reason=REASON)).then(changed(warned, reason=REASON))
    given(opened).when(changed(hand_over, reason=REASON)).then(changed(handed_over, reason=REASON))


@pytest.mark.parametrize(("kind", "rule"), dog.RULES.items())
def test_each_kind_has_its_rule(kind: dog.Kind, rule: str) -> None:
    by_rule = cited(HERE, rule, TODAY)
    assert by_rule is not None
    given(changed(opened, kind=kind)).when(advise).then(changed(advised, rule=by_rule))


def test_without_a_rule_that_day_no_step_is_taken() -> None:
    early = changed(opened, on=date(2019, 5, 6))
    given(early).when(changed(advise, on=date(2019, 5, 7))).then_refused(dog.NoDogRule)


@pytest.mark.parametrize(
    ("past", "command"),
    [
        ((opened, advised), advise),
        ((opened, warned), warn),
        ((opened, handed_over), hand_over),
        ((opened, closed), close),
    ],
)
def test_a_step_that_was_taken_is_not_taken_again(past: tuple[dog.DogEvent, ...], command: dog.Command) -> None:
    given(*past).when(command).then_nothing_happens()


def test_what_is_put_right_is_closed() -> None:
    given(opened, advised).when(close).then(closed)


@pytest.mark.parametrize("command", STEPS)
def test_a_step_needs_an_open_matter_and_a_day_that_fits(command: dog.Command) -> None:
    given().when(command).then_refused(dog.NoSuchDogMatter)
    given(opened).when(changed(command, on=date(2026, 11, 1))).then_refused(dog.BeforeTheMatter)
    given(opened, advised, warned).when(changed(close, on=TOMORROW)).then_refused(NotYet)
    given(opened).when(changed(advise, on=TOMORROW)).then_refused(NotYet)


def test_what_is_handed_over_or_closed_is_over() -> None:
    given(opened, handed_over).when(close).then_nothing_happens()
    given(opened, closed).when(advise).then_refused(dog.DogMatterOver)
