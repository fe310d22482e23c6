"""Sending somebody: why they are asked and why not is told, and a no costs nothing."""

import pytest

from services.intake.domain import dispatch as p
from shared.eventsourcing.decider import Refusal, Unknown
from shared.eventsourcing.testing import Specification
from tests.unit.intake import errands as e
from tests.unit.intake.desk import LEADER, OFFICER, changed

given = Specification(p.dispatch)


def test_people_are_looked_for_and_asked_with_the_reasons_kept() -> None:
    given().when(e.open_).then(e.opened)
    given(e.opened).when(e.open_).then_nothing_happens()
    given(e.opened).when(e.ask(e.STAFF)).then(e.staff_asked)
    given(e.opened).when(e.ask(e.NEIGHBOUR)).then(e.neighbour_asked)
    given(e.opened, e.staff_asked).when(e.ask(e.STAFF)).then_nothing_happens()


def test_an_errand_ends_after_it_begins() -> None:
    backwards = changed(e.ERRAND, ends_at=e.ERRAND.begins_at)
    given().when(changed(e.open_, errand=backwards)).then_refused(p.ErrandBackwards)


def test_nothing_is_asked_of_what_was_never_opened_or_is_over() -> None:
    for command in (e.ask(e.STAFF), e.agree, e.no, e.kin, e.close):
        given().when(command).then_refused(p.NoSuchDispatch)
    assert issubclass(p.NoSuchDispatch, Unknown)
    for later in (e.ask(e.NEIGHBOUR), e.agree, e.no, e.kin):
        given(e.opened, e.neighbour_asked, e.closed).when(later).then_refused(p.AskingOver)
    given(e.opened, e.closed).when(e.close).then_nothing_happens()


# Who is not asked, and why


NOT_ASKED: list[tuple[p.WhyNot, p.Facts, tuple[p.DispatchEvent, ...]]] = [
    ("off_duty", changed(e.STAFF, on_duty=False), ()),
    ("resting", changed(e.STAFF, rested_hours=7), ()),
    ("kinship", e.STAFF, (e.kin_noted,)),
    ("complained_of", changed(e.STAFF, complained_of=True), ()),
    ("unskilled", changed(e.NEIGHBOUR, skilled=False), ()),
    ("out", changed(e.STAFF, out=True), ()),
    ("asked", e.NEIGHBOUR, (e.neighbour_asked,)),
    ("asked", e.NEIGHBOUR, (e.neighbour_asked, e.goes)),
    ("said_no", e.NEIGHBOUR, (e.neighbour_asked, e.released)),
]


@pytest.mark.parametrize(("why", "facts", "past"), NOT_ASKED, ids=lambda value: str(value)[:12])
def test_somebody_is_not_asked(why: p.WhyNot, facts: p.Facts, past: tuple[p.DispatchEvent, ...]) -> None:
    dispatch = given(e.opened, *past).state
    assert isinstance(dispatch, p.Dispatch)
    assert p.weigh(facts, dispatch, e.REST).why_not == (why,)
    with pytest.raises(p.NotToBeAsked) as refused:
        p.dispatch.decide(e.ask(facts, "request-2"), dispatch)
    assert refused.value.values["why"] == why


@pytest.mark.parametrize("missing", ["consent", "training", "insurance"])
def test_nobody_is_asked_into_danger_without_consent_training_and_insurance(missing: str) -> None:
    with pytest.raises(p.NotReadyForRisk) as refused:
        p.dispatch.decide(e.ask(changed(e.NEIGHBOUR, missing=(missing,))), given(e.opened).state)
    assert refused.value.values["missing"] == missing
    assert "志愿服务条例" in str(refused.value)


def test_without_danger_only_consent_is_needed() -> None:
    safe = changed(e.opened, errand=changed(e.ERRAND, risk=False, skill=None))
    dispatch = given(safe).state
    assert isinstance(dispatch, p.Dispatch)
    bare = changed(e.NEIGHBOUR, missing=("training", "insurance"), skilled=False)
    weighed = p.weigh(bare, dispatch, e.REST)
    assert (weighed.why_not, "ready" in weighed.why, "skilled" in weighed.why) == ((), False, False)
    given(safe).when(e.ask(changed(e.NEIGHBOUR, missing=("consent",)))).then_refused(p.NotReadyForRisk)


def test_kinship_is_noted_once() -> None:
    given(e.opened).when(e.kin).then(e.kin_noted)
    given(e.opened, e.kin_noted).when(e.kin).then_nothing_happens()


# Answers


def test_a_volunteers_no_needs_no_reason_and_stores_neither_who_nor_why() -> None:
    given(e.opened, e.neighbour_asked).when(e.no).then(e.released)
    given(e.opened, e.neighbour_asked).when(changed(e.no, reason="unable")).then(e.released)
    assert not {"person", "account", "by"} & set(p.RequestReleased.model_fields)


def test_a_volunteers_no_is_free_also_after_a_yes() -> None:
    given(e.opened, e.neighbour_asked).when(e.agree).then(e.goes)
    given(e.opened, e.neighbour_asked, e.goes).when(e.agree).then_nothing_happens()
    given(e.opened, e.neighbour_asked, e.goes).when(e.no).then(e.released)


def test_a_no_counts_for_this_errand_only() -> None:
    given(e.opened, e.neighbour_asked, e.released).when(e.ask(e.NEIGHBOUR, "request-2")).then_refused(p.NotToBeAsked)
    given(e.opened).when(e.ask(e.NEIGHBOUR)).then(e.neighbour_asked)


def test_who_serves_by_office_says_why_they_cannot() -> None:
    given(e.opened, e.staff_asked).when(changed(e.cannot, reason=None)).then_refused(p.ReasonNeeded)
    given(e.opened, e.staff_asked).when(e.cannot).then(changed(e.released, reason="too_far"))


def test_kinship_as_a_reason_is_noted_for_the_errand() -> None:
    related = changed(e.cannot, reason="kinship")
    told = changed(e.released, reason="kinship")
    given(e.opened, e.staff_asked).when(related).then(told, changed(e.kin_noted, by=OFFICER))
    given(e.opened, e.staff_asked, e.kin_noted).when(related).then(told)


REFUSED: list[tuple[tuple[p.DispatchEvent, ...], p.Command, type[Refusal]]] = [
    ((), e.agree, p.NoSuchRequest),
    ((e.neighbour_asked, e.released), e.agree, p.NoSuchRequest),
    ((e.neighbour_asked,), changed(e.agree, by=LEADER), p.NotAsked),
    ((e.neighbour_asked,), changed(e.no, by=LEADER), p.NotAsked),
]


@pytest.mark.parametrize(("past", "command", "refusal"), REFUSED, ids=lambda value: getattr(value, "__name__", ""))
def test_an_answer_is_refused(past: tuple[p.DispatchEvent, ...], command: p.Command, refusal: type[Refusal]) -> None:
    given(e.opened, *past).when(command).then_refused(refusal)


def test_the_desk_enters_what_they_said() -> None:
    said = changed(e.agree, by=LEADER, for_them=True)
    given(e.opened, e.neighbour_asked).when(said).then(changed(e.goes, by=LEADER))


# How many are short


def test_what_is_short_is_said_plainly() -> None:
    given(e.opened, e.neighbour_asked, e.goes).when(e.close).then(e.closed)
    given(e.opened).when(e.close).then(changed(e.closed, going=0, short=2))
    one = changed(e.opened, errand=changed(e.ERRAND, needed=1))
    given(one, e.neighbour_asked, e.goes).when(e.close).then(changed(e.closed, needed=1, short=0))


def test_a_complaint_is_not_written_of_through_the_station_to_who_has_no_account() -> None:
    for part in ({"about": (OFFICER,)}, {"level": "station"}):
        complaint = changed(e.opened, errand=changed(e.ERRAND, **part))
        guest = changed(e.NEIGHBOUR, account=None)
        given(complaint).when(e.ask(guest)).then(changed(e.neighbour_asked, account=None, call=None))
        given(complaint).when(e.ask(e.NEIGHBOUR)).then(e.neighbour_asked)
    given(e.opened).when(e.ask(changed(e.NEIGHBOUR, account=None))).then(changed(e.neighbour_asked, account=None))
