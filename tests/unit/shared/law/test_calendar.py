"""Working days with their make-up days, and where a period of law ends."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.law.calendar import (
    CHINA,
    Calendar,
    Duration,
    Unit,
    add_working_days,
    deadline,
    working_days_between,
)
from shared.law.legal_time import SHANGHAI


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def ends(start: str, amount: int, unit: Unit, calendar: Calendar = CHINA) -> str:
    return deadline(at(start), Duration(amount=amount, unit=unit), calendar).isoformat(timespec="seconds")


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2024-02-09", True),  # New Year's Eve of that year was a day of work
        ("2024-02-10", False),
        ("2024-02-16", False),  # a Friday off
        ("2024-02-18", True),  # a Sunday worked for it
        ("2024-04-28", True),  # a Sunday worked for the first of May
        ("2025-01-26", True),
        ("2025-10-08", False),
        ("2025-10-11", True),
        ("2026-11-23", True),
    ],
)
def test_holidays_and_the_weekends_that_are_worked_for_them(day: str, worked: bool) -> None:
    assert CHINA.is_working_day(date.fromisoformat(day)) is worked


def test_five_working_days_across_the_national_holiday() -> None:
    assert add_working_days(date(2025, 9, 29), 5) == date(
        2025, 10, 13
    )  # 30 Sept, 9, 10, 11 (a Saturday worked), 13 Oct
    assert working_days_between(date(2025, 9, 29), date(2025, 10, 13)) == 5


def test_no_working_day_at_all_is_the_day_itself_or_the_next_one_worked() -> None:
    assert add_working_days(date(2025, 10, 10), 0) == date(2025, 10, 10)
    assert add_working_days(date(2025, 10, 1), 0) == date(2025, 10, 9)


def test_working_days_do_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="must not be negative, and -1 is"):
        add_working_days(date(2025, 10, 1), -1)


def test_a_year_without_a_table_has_weekends_only_and_says_so() -> None:
    assert CHINA.is_working_day(date(2031, 10, 1))
    assert not CHINA.is_working_day(date(2031, 10, 4))
    assert not CHINA.knows(date(2026, 12, 30), date(2031, 1, 2))
    assert CHINA.knows(date(2025, 12, 30), date(2026, 1, 2))


def test_a_city_s_own_file_comes_before_the_table(tmp_path: Path) -> None:
    file = tmp_path / "days.json"
    file.write_text('{"rest": ["2026-11-23", "2031-10-01"], "work": ["2026-11-22"], "complete": [2031]}')
    own = Calendar.of_file(file)
    assert not own.is_working_day(date(2026, 11, 23))
    assert own.is_working_day(date(2026, 11, 22))
    assert not own.is_working_day(date(2031, 10, 1))
    assert own.knows(date(2031, 1, 1), date(2031, 12, 31))
    assert add_working_days(date(2026, 11, 21), 2, own) == date(2026, 11, 24)


def test_a_file_that_contradicts_itself_is_refused() -> None:
    both = frozenset({date(2031, 10, 1)})
    with pytest.raises(ValueError, match="2031-10-01 is given both as a day off and as a day worked"):
        Calendar(rest=both, work=both)


def test_hours_run_on_through_the_night_and_the_weekend() -> None:
    assert ends("2025-10-10T23:30:00", 2, "hours") == "2025-10-11T01:30:00+08:00"
    assert ends("2025-10-10T10:00:00", 24, "hours") == "2025-10-11T10:00:00+08:00"
    assert ends("2025-10-10T10:00:00", 3, "minutes") == "2025-10-10T10:03:00+08:00"
    assert ends("2025-10-10T10:00:00", 15, "seconds") == "2025-10-10T10:00:15+08:00"


def test_hours_are_hours_also_where_shanghai_put_its_clocks_forward() -> None:
    started = datetime(1988, 4, 16, 12, tzinfo=SHANGHAI)
    ended = deadline(started, Duration(amount=24, unit="hours"))
    assert ended.timestamp() - started.timestamp() == 24 * 3600


def test_the_day_of_the_beginning_does_not_count_and_the_last_one_ends_at_midnight() -> None:
    assert ends("2025-10-09T08:00:00", 5, "working_days") == "2025-10-15T23:59:59+08:00"
    assert ends("2025-03-03T23:59:00", 15, "days") == "2025-03-18T23:59:59+08:00"


def test_a_period_of_days_that_ends_on_a_holiday_ends_on_the_next_day_worked() -> None:
    assert ends("2025-09-16T10:00:00", 15, "days") == "2025-10-09T23:59:59+08:00"
    kept = deadline(at("2025-09-16T10:00:00"), Duration(amount=15, unit="days"), to_working_day=False)
    assert kept.date() == date(2025, 10, 1)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2025-01-31T10:00:00", 1, "2025-02-28T23:59:59+08:00"),
        ("2025-12-15T10:00:00", 1, "2026-01-15T23:59:59+08:00"),
        ("2025-12-15T10:00:00", 12, "2026-12-15T23:59:59+08:00"),
    ],
)
def test_a_month_ends_on_the_day_that_corresponds_or_on_the_month_s_last(start: str, months: int, end: str) -> None:
    assert ends(start, months, "months") == end


def test_a_moment_is_counted_from_the_day_it_was_in_shanghai() -> None:
    late = datetime(2025, 10, 9, 16, 30, tzinfo=UTC)  # half past midnight on the tenth
    assert deadline(late, Duration(amount=1, unit="working_days")).date() == date(2025, 10, 11)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs its time zone"):
        deadline(datetime(2025, 10, 9), Duration(amount=1, unit="hours"))  # noqa: DTZ001 that is the point


days = st.dates(date(2005, 1, 1), date(2026, 9, 1))


@given(days, st.integers(0, 40), st.integers(0, 40))
def test_working_days_add_up(day: date, some: int, more: int) -> None:
    end = add_working_days(day, some + more)
    if some:
        assert add_working_days(add_working_days(day, some), more) == end
    assert CHINA.is_working_day(end)
    assert working_days_between(day, end) in (some + more, some + more + (some + more == 0))


@given(days, st.integers(1, 90), st.sampled_from(["days", "working_days", "months"]))
def test_a_longer_period_never_ends_sooner_and_none_ends_in_its_first_day(day: date, amount: int, unit: Unit) -> None:
    start = datetime.combine(day, datetime.min.time(), SHANGHAI)
    ended, later = (deadline(start, Duration(amount=n, unit=unit)) for n in (amount, amount + 1))
    assert start + timedelta(days=1) <= ended <= later
