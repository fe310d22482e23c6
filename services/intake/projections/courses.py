"""What became of each report, for the three rates, and which reports a rate is made of."""

from collections.abc import Hashable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Index,
    MetaData,
    Table,
    Text,
    false,
    func,
    select,
)

from services.intake.domain import rates
from services.intake.domain.order import OrderCalledBack
from services.intake.domain.rates import Course, Rate, Share
from services.intake.domain.report import ReportClassified, ReportMoved, ReportReceived
from services.intake.projections.reports import reports, visible
from shared.access.rights import Area
from shared.contracts import cases
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.law.legal_time import day_of
from shared.web.areas import within

courses = Table(
    "courses",
    MetaData(),
    Column("code", Text, primary_key=True),
    Column("station", Text, nullable=False),
    Column("community", Text),
    Column("kind", Text, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("answered", BigInteger, nullable=False),
    Column("solved", Text, nullable=False),
    Column("solved_by", BigInteger, nullable=False),
    Column("satisfied", Boolean),
    Column("satisfied_by", BigInteger, nullable=False),
    Index("courses_by_day", "received_on", "station"),
)
_CONCERNED = (
    ReportReceived,
    ReportClassified,
    ReportMoved,
    *rates.STEPS,
    cases.CaseSettled,
    cases.CaseClosed,
    OrderCalledBack,
)


class Courses(RowProjection):
    """A row for each report, by its case code."""

    name: ClassVar[str] = "courses"
    version: ClassVar[int] = 2
    tables: ClassVar[tuple[Table, ...]] = (courses,)

    def key(self, recorded: Recorded) -> Hashable | None:
        event = recorded.event
        return event.code if isinstance(event, _CONCERNED) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        event = recorded.event
        if isinstance(event, ReportReceived):
            return {
                "code": event.code,
                "station": event.station,
                "community": event.place.community,
                "kind": event.suggestion.kind,
                "received_on": _day(event.received_at),
                **_findings(Course()),
            }
        if row is None:
            return None  # a case that mediation opened without a report of ours
        match event:
            case ReportClassified(kind=kind):
                return {**row, "kind": kind}
            case ReportMoved(station=station):
                return {**row, "station": station, "community": None}
            case cases.CaseSettled() | cases.CaseClosed():
                settled = isinstance(event, cases.CaseSettled)
                return {**row, **_findings(rates.mediated(_course(row), settled, recorded.stored.position))}
            case OrderCalledBack(satisfied=satisfied):
                return {**row, **_findings(rates.called_back(_course(row), satisfied, recorded.stored.position))}
            case _:
                assert isinstance(event, rates.STEPS), "the key is only that of what concerns a course"
                return {**row, **_findings(rates.after(_course(row), event, recorded.stored.position))}


def _findings(course: Course) -> dict[str, Any]:
    return {
        "answered": course.answered,
        "solved": course.solved,
        "solved_by": course.solved_by,
        "satisfied": course.satisfied,
        "satisfied_by": course.satisfied_by,
    }


def _course(row: dict[str, Any]) -> Course:
    return Course(row["answered"], row["solved"], row["solved_by"], row["satisfied"], row["satisfied_by"])


def _day(at: datetime) -> date:
    return day_of(at)


# Queries

_COUNTED: dict[Rate, ColumnElement[bool]] = {
    "answered": courses.c.received_on.is_not(None),
    "solved": courses.c.solved != "refused",
    "satisfied": courses.c.satisfied.is_not(None),
}
_GOOD: dict[Rate, ColumnElement[bool]] = {
    "answered": courses.c.answered > 0,
    "solved": courses.c.solved == "solved",
    "satisfied": courses.c.satisfied.is_(True),
}


async def shares(
    database: Database, areas: Sequence[Area], first_day: date, last_day: date, community: str | None = None
) -> tuple[list[Share], int]:
    """The rates of what came in within a period, and how many of it were refused."""
    columns = [
        number
        for rate in rates.RATES
        for number in (
            func.count().filter(_COUNTED[rate]).label(f"{rate}_whole"),
            func.count().filter(_COUNTED[rate] & _GOOD[rate]).label(f"{rate}_part"),
        )
    ]
    refused = func.count().filter(courses.c.solved == "refused").label("refused")
    statement = select(*columns, refused).where(_of(areas, first_day, last_day, community))
    async with database.reading() as tx:
        row = (await tx.execute(statement)).mappings().one()
    return [Share(rate, row[f"{rate}_part"], row[f"{rate}_whole"]) for rate in rates.RATES], row["refused"]


async def list_reports(
    database: Database,
    areas: Sequence[Area],
    readable: Sequence[Area],
    actor: str,
    rate: Rate,
    good: bool,
    first_day: date,
    last_day: date,
    *,
    community: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """The reports that count for a rate, or against it: those of them that the actor may read, the newest first."""
    which = _COUNTED[rate] & (_GOOD[rate] if good else ~_GOOD[rate])
    columns = (reports.c.report, reports.c.position, *courses.c)
    statement = (
        select(*columns)
        .select_from(courses.join(reports, reports.c.code == courses.c.code))
        .where(_of(areas, first_day, last_day, community), which, visible(readable, actor))
    )
    if before is not None:
        statement = statement.where(reports.c.position < before)
    async with database.reading() as tx:
        found = await tx.execute(statement.order_by(reports.c.position.desc()).limit(limit))
        return [dict(row) for row in found.mappings()]


def _of(areas: Sequence[Area], first_day: date, last_day: date, community: str | None) -> ColumnElement[bool]:
    # Numbers alone: whom a complaint is about learns nothing of it from its being one of so many.
    seen = within(
        areas,
        station=courses.c.station,
        community=courses.c.community,
        grid=None,
        assigned=false(),
        about=None,
        level=None,
    )
    period = courses.c.received_on.between(first_day, last_day) & seen
    return period if community is None else period & (courses.c.community == community)
