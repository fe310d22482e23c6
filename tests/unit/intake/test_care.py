"""The rules of visits to people in need: with consent, for named purposes, until a day; a no is free of cost."""

from datetime import date, timedelta

import pytest

from services.intake.application.care import schedule
from services.intake.domain import care as c
from services.intake.domain.volunteer import NotYet
from shared.eventsourcing.projections import Recorded
from shared.eventsourcing.store import StoredEvent
from shared.eventsourcing.testing import Specification
from shared.eventsourcing.timers import Clear, Set
from tests.unit.intake.desk import MONDAY, OFFICER, STATION, box, changed

given = Specification(c.care)

ID, PERSON = "care-1", "person-wu"
TODAY, OCTOBER, UNTIL = date(2026, 11, 23), date(2026, 10, 12), date(2027, 4, 30)

agree = c.AgreeOnCare(
    care=ID,
    person=PERSON,
    name=box(PERSON, "name"),
    address=box(PERSON, "address"),
    situation=box(f"care-{ID}", "situation"),
    station=STATION,
    community="wangfu",
    grid="wangfu-03",
    need="elder_alone",
    purposes=("visit", "medical_help"),
    consent="spoken",
    agreed_on=OCTOBER,
    every_days=14,
    until=UNTIL,
    visitor=OFFICER,
    by=OFFICER,
    now=MONDAY,
)
agreed = c.CareAgreed.model_validate(agree.model_dump(exclude={"now"}) | {"agreed_at": MONDAY})
NOTE = box("visit-1", "note")
visit = c.RecordCareVisit(visit="visit-1", outcome="done", note=NOTE, on=TODAY, by=OFFICER, now=MONDAY)
visited = c.CareVisited(
    care=ID,
    visit="visit-1",
    outcome="done",
    note=NOTE,
    on=TODAY,
    next_due=date(2026, 12, 7),
    by=OFFICER,
    recorded_at=MONDAY,
)
withdraw = c.EndCare(why="consent_withdrawn", by=OFFICER, now=MONDAY)
ended = c.CareEnded(care=ID, person=PERSON, why="consent_withdrawn", by=OFFICER, ended_at=MONDAY)
expire = c.EndCare(why="expired", by="clock", now=c.ends_at(UNTIL))


def test_visits_are_agreed_upon_with_the_person_for_purposes_and_until_a_day() -> None:
    given().when(agree).then(agreed)
    given(agreed).when(agree).then_nothing_happens()


def test_other_visits_are_agreed_upon_under_a_number_of_their_own() -> None:
    given(agreed).when(changed(agree, now=MONDAY + timedelta(hours=1))).then_refused(c.CareKnown)
    given(agreed).when(changed(agree, by="account-han")).then_refused(c.CareKnown)


def test_it_is_agreed_for_a_year_at_the_longest_and_not_for_the_past() -> None:
    given().when(changed(agree, agreed_on=TODAY + timedelta(days=1))).then_refused(NotYet)
    given().when(changed(agree, until=TODAY - timedelta(days=1))).then_refused(c.EndsBeforeItBegins)
    given().when(changed(agree, until=OCTOBER + timedelta(days=366))).then_refused(c.TooLong)


@pytest.mark.parametrize(
    ("outcome", "due"),
    [("done", date(2026, 12, 7)), ("declined", date(2026, 12, 7)), ("not_at_home", date(2026, 11, 24))],
)
def test_the_next_visit_is_due_at_the_agreed_pace_whatever_became_of_this_one(outcome: c.Outcome, due: date) -> None:
    then = changed(visited, outcome=outcome, next_due=due)
    given(agreed).when(changed(visit, outcome=outcome)).then(then)
    given(agreed, then).when(changed(visit, outcome=outcome)).then_nothing_happens()


def test_the_first_visit_is_due_from_the_agreement_on_and_none_beyond_its_end() -> None:
    assert c.next_due(agreed, {}) == date(2026, 10, 26)
    assert c.next_due(changed(agreed, until=OCTOBER), {}) is None
    last = {"a": (date(2026, 11, 1), "done"), "b": (UNTIL, "not_at_home")}
    assert c.next_due(agreed, last) is None  # type: ignore[arg-type]


def test_a_visit_is_entered_once_it_has_happened_and_only_where_one_was_agreed_upon() -> None:
    given(agreed).when(changed(visit, on=TODAY + timedelta(days=1))).then_refused(NotYet)
    given().when(visit).then_refused(c.NoSuchCare)
    given(agreed, ended).when(visit).then_refused(c.CareIsOver)


def test_the_consent_is_taken_back_at_any_time_and_it_is_over_at_once() -> None:
    given(agreed).when(withdraw).then(ended)
    given(agreed, visited).when(changed(withdraw, why="no_longer_needed")).then(changed(ended, why="no_longer_needed"))
    given(agreed, ended).when(withdraw).then_nothing_happens()
    given().when(withdraw).then_refused(c.NoSuchCare)


def test_it_ends_by_itself_when_the_agreed_day_has_passed_and_not_before() -> None:
    over = changed(ended, why="expired", by="clock", ended_at=c.ends_at(UNTIL))
    given(agreed).when(expire).then(over)
    given(agreed).when(changed(expire, now=c.ends_at(UNTIL) - timedelta(seconds=1))).then_refused(c.NotOverYet)


def test_what_was_said_is_opened_for_an_agreed_purpose_and_no_other() -> None:
    assert c.opened_for(given(agreed).state, "visit") == agreed
    with pytest.raises(c.OutsidePurpose, match="benefits"):
        c.opened_for(given(agreed).state, "benefits")
    with pytest.raises(c.CareIsOver):
        c.opened_for(given(agreed, ended).state, "visit")
    with pytest.raises(c.NoSuchCare):
        c.opened_for(given().state, "visit")


def test_the_clock_runs_until_the_agreed_day_has_passed() -> None:
    def changes(event: c.CareEvent) -> object:
        stored = StoredEvent(7, f"care-{ID}", 1, event.stored_as, 1, "command-1", b"{}", b"{}", b"", 0)
        return schedule(Recorded(event, stored))

    assert changes(agreed) == [Set(f"care-{ID}", c.ends_at(UNTIL), "care", ID, ID, STATION)]
    assert changes(ended) == [Clear(f"care-{ID}")]
    assert changes(visited) == []
