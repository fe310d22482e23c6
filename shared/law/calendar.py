"""Chinese working days (工作日), with make-up days (调休), and the last moment of a period of law; without a clock."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final, Literal, Self, TypeAlias, assert_never

import chinese_calendar
from pydantic import BaseModel, Field, model_validator

from shared.law.legal_time import SHANGHAI

_TABLE: Final = frozenset(day.year for day in chinese_calendar.constants.holidays)
_SATURDAY: Final = 5

Unit: TypeAlias = Literal["seconds", "minutes", "hours", "days", "working_days", "months"]


class Duration(BaseModel, frozen=True):
    """A length of time as a rule states it."""

    amount: int = Field(ge=0)
    unit: Unit


class Calendar(BaseModel, frozen=True, extra="forbid"):
    """Which days are worked: the State Council's yearly notices (国务院办公厅放假安排) as far as they are known here.

    A city's own file overrides them day by day: `rest` are days off, `work` are days worked. Where it names a year as
    `complete`, that year is known. In a year that is known neither way only Saturdays and Sundays are off: `knows` says
    so, and whoever shows a date from it must say so too.
    """

    rest: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    complete: frozenset[int] = frozenset()

    @model_validator(mode="after")
    def _one_word_a_day(self) -> Self:
        if both := self.rest & self.work:
            raise ValueError(
                f"{min(both)} is given both as a day off and as a day worked: leave it in one of the lists"
            )
        return self

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Reads the override file: `{"rest": ["2027-02-08"], "work": ["2027-02-06"], "complete": [2027]}`."""
        return cls.model_validate_json(path.read_bytes())

    def is_working_day(self, day: date) -> bool:
        if day in self.work:
            return True
        if day in self.rest:
            return False
        if day.year in _TABLE:
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < _SATURDAY

    def knows(self, first: date, last: date) -> bool:
        """Whether the holidays of all these days are known; if not, weekends alone were counted."""
        return all(year in _TABLE or year in self.complete for year in range(first.year, last.year + 1))


CHINA: Final = Calendar()


def add_working_days(day: date, n: int, calendar: Calendar = CHINA) -> date:
    """The n-th working day after that day, which itself is not counted; for 0 the day itself or the next one worked."""
    if n < 0:
        raise ValueError(f"a number of working days must not be negative, and {n} is")
    if n == 0:
        return _worked_from(day, calendar)
    for worked in _after(day, calendar):
        n -= 1
        if n == 0:
            return worked
    raise AssertionError("days do not end")


def working_days_between(first: date, last: date, calendar: Calendar = CHINA) -> int:
    """How many working days lie after the first day, up to and with the last."""
    return sum(calendar.is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def deadline(start: datetime, figure: Duration, calendar: Calendar = CHINA, *, to_working_day: bool = True) -> datetime:
    """The last moment of a period that begins at `start`, in the time of Shanghai.

    Hours and less run from the moment itself. In days, working days and months the day of the beginning is not counted,
    and the last day ends at twelve at night; one that falls on a day off moves to the next day worked, unless
    `to_working_day` is false (民法典 Arts 201-203).
    """
    begun = _local(start)
    match figure.unit:
        case "seconds":
            return _later(begun, timedelta(seconds=figure.amount))
        case "minutes":
            return _later(begun, timedelta(minutes=figure.amount))
        case "hours":
            return _later(begun, timedelta(hours=figure.amount))
        case "working_days":
            return _end_of(add_working_days(begun.date(), figure.amount, calendar))
        case "days":
            last = begun.date() + timedelta(days=figure.amount)
        case "months":
            last = _months_after(begun.date(), figure.amount)
        case _:
            assert_never(figure.unit)
    return _end_of(_worked_from(last, calendar) if to_working_day else last)


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone before a period can be counted from it")
    return moment.astimezone(SHANGHAI)


def _later(begun: datetime, by: timedelta) -> datetime:
    """By the clock that runs on: Shanghai's own was put forward and back until 1991."""
    return datetime.fromtimestamp(begun.timestamp() + by.total_seconds(), SHANGHAI)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, SHANGHAI)


def _after(day: date, calendar: Calendar) -> Iterator[date]:
    while True:
        day += timedelta(days=1)
        if calendar.is_working_day(day):
            yield day


def _worked_from(day: date, calendar: Calendar) -> date:
    return day if calendar.is_working_day(day) else next(_after(day, calendar))


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
