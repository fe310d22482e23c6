"""The rules of the book of incidents and of what may be said of them: S15 to S17, late reports, like for like."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.incident_book import (
    AlreadyStruck,
    BookNotOpened,
    BookOpened,
    EnteredOtherwise,
    IncidentRecorded,
    IncidentStruck,
    NoSuchIncident,
    NotYetHappened,
    OpenBook,
    OpenedLater,
    RecordIncident,
    StrikeIncident,
    book,
)
from services.intake.domain.incident_figures import Incident, Known, Statement, compare, figure, quiet
from shared.eventsourcing.testing import Specification

NOW = datetime(2020, 9, 1, 1, 0, tzinfo=UTC)
TODAY = date(2020, 9, 1)
given_book = Specification(book)
OPENED = BookOpened(community="c1", first_day=date(2020, 9, 1), by="li", opened_at=NOW)
ENTERED = IncidentRecorded(
    community="c1", incident="i1", kind="fraud", on=date(2020, 8, 30), source="110", by="li", recorded_at=NOW
)
STRUCK = IncidentStruck(community="c1", incident="i1", reason="twice", by="li", struck_at=NOW)


def enter(**changes: object) -> RecordIncident:
    asked = RecordIncident(
        community="c1",
        incident="i1",
        kind="fraud",
        on=date(2020, 8, 30),
        source="110",
        by="li",
        today=TODAY,
        now=NOW,
    )
    return asked.model_copy(update=changes)


def opening(first_day: date) -> OpenBook:
    return OpenBook(community="c1", first_day=first_day, by="li", now=NOW)


def striking(incident: str = "i1") -> StrikeIncident:
    return StrikeIncident(community="c1", incident=incident, reason="twice", by="li", now=NOW)


def test_a_book_is_opened_once_and_reaches_back_if_it_must() -> None:
    given_book().when(opening(date(2020, 9, 1))).then(OPENED)
    given_book(OPENED).when(opening(date(2020, 9, 1))).then()
    given_book(OPENED).when(opening(date(2020, 8, 1))).then(OPENED.model_copy(update={"first_day": date(2020, 8, 1)}))
    given_book(OPENED).when(opening(date(2020, 10, 1))).then_refused(OpenedLater)


def test_an_incident_is_entered_once_on_its_day() -> None:
    given_book(OPENED).when(enter()).then(ENTERED)
    given_book(OPENED, ENTERED).when(enter()).then()


def test_an_entry_needs_an_open_book_and_a_day_that_has_been() -> None:
    given_book().when(enter()).then_refused(BookNotOpened)
    given_book(OPENED).when(enter(on=date(2020, 9, 2))).then_refused(NotYetHappened)
    given_book(OPENED, ENTERED).when(enter(kind="criminal")).then_refused(EnteredOtherwise)


def test_a_wrong_entry_is_struck_and_stays_struck() -> None:
    given_book(OPENED, ENTERED).when(striking()).then(STRUCK)
    given_book(OPENED, ENTERED, STRUCK).when(striking()).then()
    given_book(OPENED, ENTERED, STRUCK).when(enter()).then_refused(AlreadyStruck)
    given_book(OPENED).when(striking("i9")).then_refused(NoSuchIncident)


# What may be said


def stated(kind: str, first_day: str, last_day: str, count: int, position: int) -> Statement:
    return Statement(kind, date.fromisoformat(first_day), date.fromisoformat(last_day), count, "the seed", position)


SEED = Known(
    statements=(
        stated("criminal", "2019-01-01", "2019-12-31", 16, 1),
        stated("public_order", "2019-01-01", "2019-12-31", 52, 2),
        stated("criminal", "2020-01-01", "2020-08-31", 0, 3),
        stated("public_order", "2020-01-01", "2020-08-31", 0, 4),
        stated("fraud", "2020-01-01", "2020-08-31", 0, 5),
        stated("accident", "2020-01-01", "2020-08-31", 0, 6),
    ),
    incidents=(),
    book_from=None,
    today=date(2020, 8, 31),
)


def day(text: str) -> date:
    return date.fromisoformat(text)


def entry(on: str, position: int, kind: str = "public_order", entered_on: str | None = None) -> Incident:
    return Incident(f"i{position}", kind, day(on), day(entered_on or on), "110", position)


def test_the_whole_year_2019_had_68_and_its_months_are_unknown() -> None:
    year = [figure(kind, day("2019-01-01"), day("2019-12-31"), SEED) for kind in ("criminal", "public_order")]
    assert [one.count for one in year] == [16, 52]
    march = figure("criminal", day("2019-03-01"), day("2019-03-31"), SEED)
    assert (march.count, march.at_least, march.unknown_days) == (None, 0, 31)


def test_january_to_august_2020_had_none_and_so_had_each_of_its_days() -> None:
    assert figure("criminal", day("2020-01-01"), day("2020-08-31"), SEED).count == 0
    assert figure("fraud", day("2020-06-15"), day("2020-06-23"), SEED).count == 0
    assert figure("criminal", day("2020-08-01"), day("2020-09-30"), SEED).count is None


def test_days_without_an_incident_go_back_to_where_nothing_is_known() -> None:
    silence = quiet(day("2020-08-31"), SEED)
    assert (silence.days, silence.since, silence.ended_by) == (244, day("2020-01-01"), "unknown")
    assert quiet(day("2020-09-01"), SEED).days == 0
    assert quiet(day("2020-09-01"), SEED).since is None


def test_a_late_report_opens_the_days_again() -> None:
    late = replace(SEED, incidents=(entry("2020-05-05", 9, entered_on="2020-09-10"),))
    silence = quiet(day("2020-08-31"), late)
    assert (silence.days, silence.ended_by, silence.reopened) == (118, "incident", True)
    assert silence.last is not None
    assert silence.last.on == day("2020-05-05")
    period = figure("public_order", day("2020-01-01"), day("2020-08-31"), late)
    assert (period.count, period.late) == (1, 1)
    assert period.because[-1] == late.incidents[0]


def test_an_incident_that_the_statement_counted_is_not_counted_twice() -> None:
    statement = stated("public_order", "2020-10-01", "2020-10-31", 3, 9)
    known = Known((statement,), (entry("2020-10-02", 7), entry("2020-10-30", 11)), None, day("2020-11-01"))
    october = figure("public_order", day("2020-10-01"), day("2020-10-31"), known)
    assert (october.count, october.late, october.because) == (4, 1, (statement, known.incidents[1]))


def test_where_the_book_holds_more_than_was_stated_the_book_counts() -> None:
    statement = stated("fraud", "2020-10-01", "2020-10-31", 0, 9)
    known = Known((statement,), (entry("2020-10-02", 7, "fraud"),), None, day("2020-11-01"))
    october = figure("fraud", day("2020-10-01"), day("2020-10-31"), known)
    assert (october.count, october.because) == (1, (statement, known.incidents[0]))


def test_statements_that_overlap_are_not_added_up() -> None:
    known = replace(SEED, statements=(*SEED.statements, stated("criminal", "2019-01-01", "2019-06-30", 9, 8)))
    assert figure("criminal", day("2019-01-01"), day("2019-12-31"), known).count == 16
    first_half = figure("criminal", day("2019-01-01"), day("2019-06-30"), known)
    assert first_half.count == 9


def test_an_open_book_makes_each_of_its_days_known() -> None:
    known = replace(
        SEED, book_from=day("2020-09-01"), today=day("2020-09-20"), incidents=(entry("2020-09-05", 9, "accident"),)
    )
    assert figure("accident", day("2020-09-01"), day("2020-09-20"), known).count == 1
    assert figure("accident", day("2020-09-01"), day("2020-09-21"), known).count is None
    assert quiet(day("2020-09-20"), known).days == 15
    assert quiet(day("2020-09-20"), known, ("criminal",)).days == 264


def test_a_petition_ends_no_quiet_days() -> None:
    known = replace(SEED, incidents=(entry("2020-08-30", 9, "petition"),))
    assert quiet(day("2020-08-31"), known) == quiet(day("2020-08-31"), SEED)


def test_years_are_compared_by_the_same_months_with_the_full_year_apart() -> None:
    beside = compare("criminal", 2020, day("2020-08-31"), SEED)
    assert [(month.before.count, month.now.count, month.part) for month in beside.months] == [(None, 0, False)] * 8
    assert (beside.same_before.count, beside.same_now.count) == (None, 0)
    assert (beside.full_before.count, beside.full_now) == (16, None)


def test_a_month_that_is_not_over_is_compared_by_the_same_days() -> None:
    beside = compare("criminal", 2020, day("2020-08-10"), SEED)
    assert beside.months[-1].part
    assert beside.months[-1].before.last_day == day("2019-08-10")
    assert beside.same_before.last_day == day("2019-08-10")


def test_a_year_that_is_over_has_its_full_figure() -> None:
    whole = compare("criminal", 2019, day("2019-12-31"), SEED)
    assert whole.full_now is not None
    assert whole.full_now.count == 16


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20), st.integers(0, 5)), max_size=8), st.data())
def test_no_day_is_ever_counted_twice(spans: list[tuple[int, int, int]], data: st.DataObject) -> None:
    """Against a slow reference: of all choices of statements that do not overlap, one that speaks of the most days."""
    start = day("2021-01-01")
    statements = tuple(
        Statement("fraud", start + timedelta(days=first), start + timedelta(days=first + length), count, "x", number)
        for number, (first, length, count) in enumerate(spans, 1)
    )
    last = start + timedelta(days=data.draw(st.integers(0, 60)))
    found = figure("fraud", start, last, Known(statements, (), None, last))
    chosen = [one for one in found.because if isinstance(one, Statement)]
    assert all(a.last_day < b.first_day for a, b in itertools.pairwise(chosen))
    assert found.at_least == sum(one.count for one in chosen)
    usable = [
        (max(s.first_day, start), min(s.last_day, last))
        for s in statements
        if s.first_day <= last and (s.count == 0 or s.last_day <= last)
    ]
    most = 0
    for mask in range(1 << len(usable)):
        taken = sorted(span for number, span in enumerate(usable) if mask >> number & 1)
        if all(a[1] < b[0] for a, b in itertools.pairwise(taken)):
            most = max(most, sum((b - a).days + 1 for a, b in taken))
    assert found.unknown_days == (last - start).days + 1 - most


@pytest.mark.parametrize("kind", ["criminal", "public_order"])
def test_a_figure_names_what_it_is_made_of(kind: str) -> None:
    year = figure(kind, day("2019-01-01"), day("2019-12-31"), SEED)
    assert [one.position for one in year.because] == [1 if kind == "criminal" else 2]
