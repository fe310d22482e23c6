"""What may be said of incidents: how many in a period, how many days without one, how two years compare.

What nobody has stated is unknown, never zero, and a figure always names the entries that it is made of. A period's
statement (16 in all of 2019) says nothing of its months; a statement of zero says zero of each of its days. An incident
that was entered after a statement for its day had been made comes on top of it: that is how a late report shows.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from services.intake.domain.community import IncidentKind

KINDS: Final[tuple[IncidentKind, ...]] = ("criminal", "public_order", "fraud", "accident")
"""Of what a day can be free. Petitions are counted apart and are no incidents."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Statement:
    """So many of a kind in a whole period, as a source states (发案数)."""

    kind: str
    first_day: date
    last_day: date
    count: int
    source: str
    position: int
    """Of the event in the store; a later statement of the same period takes the earlier one's place."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One entry in the book."""

    incident: str
    kind: str
    on: date
    entered_on: date
    source: str
    position: int


@dataclass(frozen=True, slots=True)
class Known:
    """All that a community has stated and entered."""

    statements: tuple[Statement, ...]
    incidents: tuple[Incident, ...]
    book_from: date | None
    """The first day on which every incident is entered."""
    today: date


Entry: TypeAlias = Statement | Incident


@dataclass(frozen=True, slots=True)
class Figure:
    """How many of a kind in a period."""

    kind: str
    first_day: date
    last_day: date
    count: int | None
    """None where a part of the period is unknown."""
    at_least: int
    """What is known of it all the same."""
    unknown_days: int
    because: tuple[Entry, ...]
    """The statements and entries that make the figure."""
    late: int
    """How many were entered after a statement for their day had been made."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Days without an incident (无发案天数), counted back from a day."""

    days: int
    until: date
    since: date | None
    ended_by: Literal["incident", "unknown"]
    last: Incident | None
    """The incident before the first quiet day, where it was that which ends the count."""
    reopened: bool
    """Whether that incident was heard of later than on its day: more quiet days had been told than there were."""


@dataclass(frozen=True, slots=True)
class Month:
    month: int
    part: bool
    """The month is not over yet."""
    before: Figure
    now: Figure


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two years like for like (同比): the same months of both, and the full years apart."""

    kind: str
    year: int
    through: date
    months: tuple[Month, ...]
    same_before: Figure
    """The same months of the year before."""
    same_now: Figure
    full_before: Figure
    full_now: Figure | None
    """None while the year is not over."""


def figure(kind: str, first_day: date, last_day: date, known: Known) -> Figure:
    """How many of a kind from the first to the last day, both included."""
    chosen = _cover(kind, first_day, last_day, known.statements)
    entered = [one for one in known.incidents if one.kind == kind and first_day <= one.on <= last_day]
    because: list[Entry] = list(chosen)
    count = late = 0
    covered: set[date] = set()
    for stated in chosen:
        covered.update(_days(max(stated.first_day, first_day), min(stated.last_day, last_day)))
        within = [one for one in entered if stated.first_day <= one.on <= stated.last_day]
        afterwards = [one for one in within if one.position > stated.position]
        # What the book held already is among those stated, unless more is in the book than was stated.
        count += max(stated.count, len(within) - len(afterwards)) + len(afterwards)
        late += len(afterwards)
        because += within if len(within) - len(afterwards) > stated.count else afterwards
    apart = [one for one in entered if one.on not in covered]
    count, because = count + len(apart), [*because, *apart]
    unknown = sum(
        day not in covered and not (known.book_from is not None and known.book_from <= day <= known.today)
        for day in _days(first_day, last_day)
    )
    return Figure(kind, first_day, last_day, None if unknown else count, count, unknown, tuple(because), late)


def _cover(kind: str, first_day: date, last_day: date, statements: Iterable[Statement]) -> list[Statement]:
    """Statements that do not overlap and speak of as many of the days as can be, the fewest and latest of these.

    A statement that reaches beyond the period is of use only where it says zero.
    """
    usable = [
        one
        for one in statements
        if one.kind == kind
        and one.first_day <= last_day
        and one.last_day >= first_day
        and (one.count == 0 or (first_day <= one.first_day and one.last_day <= last_day))
    ]
    usable.sort(key=lambda one: (one.last_day, one.position))
    best: list[tuple[tuple[int, int, int], list[Statement]]] = [((0, 0, 0), [])]
    for number, one in enumerate(usable):
        before = sum(other.last_day < one.first_day for other in usable[:number])
        days = (min(one.last_day, last_day) - max(one.first_day, first_day)).days + 1
        (held, fewer, position), others = best[before]
        taken = ((held + days, fewer - 1, max(position, one.position)), [*others, one])
        best.append(max(best[-1], taken, key=lambda choice: choice[0]))
    return best[-1][1]


def quiet(until: date, known: Known, kinds: Sequence[str] = KINDS) -> Quiet:
    """Days without an incident of any of these kinds, back from `until`."""
    ends = [_quiet_of(kind, until, known) for kind in kinds]
    return min(ends, key=lambda one: (one.days, one.ended_by == "unknown"))


def _quiet_of(kind: str, until: date, known: Known) -> Quiet:
    silent = [one for one in known.statements if one.kind == kind and one.count == 0]
    happened = {one.on: one for one in sorted(known.incidents, key=lambda one: one.position) if one.kind == kind}
    day = until
    while True:
        incident = happened.get(day)
        if incident is not None:
            return Quiet((until - day).days, until, _since(day, until), "incident", incident, incident.entered_on > day)
        in_book = known.book_from is not None and known.book_from <= day <= known.today
        if not in_book and not any(one.first_day <= day <= one.last_day for one in silent):
            return Quiet((until - day).days, until, _since(day, until), "unknown", None, reopened=False)
        day -= _DAY


def _since(last_other: date, until: date) -> date | None:
    return last_other + _DAY if last_other < until else None


def compare(kind: str, year: int, through: date, known: Known) -> Comparison:
    """The year up to a day beside the same months of the year before."""
    months = []
    for month in range(1, through.month + 1):
        first, last = _month(year, month)
        part = last > through
        if part:
            last = through
        before_first, before_last = _month(year - 1, month)
        if part:
            before_last = min(before_last, before_first + (last - first))
        months.append(
            Month(month, part, figure(kind, before_first, before_last, known), figure(kind, first, last, known))
        )
    over = through >= date(year, 12, 31)
    return Comparison(
        kind,
        year,
        through,
        tuple(months),
        same_before=figure(kind, date(year - 1, 1, 1), months[-1].before.last_day, known),
        same_now=figure(kind, date(year, 1, 1), through, known),
        full_before=figure(kind, date(year - 1, 1, 1), date(year - 1, 12, 31), known),
        full_now=figure(kind, date(year, 1, 1), date(year, 12, 31), known) if over else None,
    )


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _days(first_day: date, last_day: date) -> Iterable[date]:
    return (first_day + timedelta(days=number) for number in range((last_day - first_day).days + 1))
