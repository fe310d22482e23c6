"""The routes of statistics: incidents by kind, community and day, quiet days, years like for like; each explained."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Final, Literal

from fastapi import Query, Response
from pydantic import BaseModel, Field
from starlette.requests import Request

from services.intake.domain import incident_book
from services.intake.domain.incident_book import BookKind
from services.intake.domain.incident_figures import (
    KINDS,
    Comparison,
    Entry,
    Figure,
    Incident,
    Known,
    Quiet,
    Statement,
    compare,
    figure,
    quiet,
)
from services.intake.domain.rates import Rate
from services.intake.domain.streams import INCIDENT_BOOK
from services.intake.entrypoints.http import NAMED, Api, Id, before, done
from services.intake.entrypoints.schemas import Body, Done
from services.intake.entrypoints.tables import Cell, Format, download
from services.intake.projections import courses
from services.intake.projections import incidents as rows
from services.intake.projections import register as register_rows
from shared.access.actors import Actor, Scope
from shared.access.rights import areas
from shared.eventsourcing.commands import Handled
from shared.eventsourcing.store import Meta
from shared.law.legal_time import day_of
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import Languages, language_of, mark
from shared.web.paging import CurrentAfter, CurrentPaging, link_next
from shared.web.problems import Fault, malformed, not_found
from shared.web.routes import CurrentActor, Routes, permit

KIND_WORDS: Final[dict[str, str]] = {
    "criminal": mark("Criminal cases"),
    "public_order": mark("Public-order cases"),
    "fraud": mark("Telecom fraud"),
    "accident": mark("Accidents"),
    "petition": mark("Petitions"),
}
UNKNOWN: Final = mark("unknown")
FIGURE_HEADER: Final = (
    mark("Community"),
    mark("Kind"),
    mark("First day"),
    mark("Last day"),
    mark("How many"),
    mark("At least"),
    mark("Days unknown"),
    mark("Entered late"),
    mark("Made of"),
)
RATE_WORDS: Final[dict[Rate, str]] = {
    "answered": mark("Answered"),
    "solved": mark("Solved"),
    "satisfied": mark("Satisfied"),
}
RATE_HEADER: Final = (mark("Rate"), mark("Counted for it"), mark("Counted in all"), mark("Percent"))
_FIRST, _LAST = date(1949, 10, 1), date(2199, 12, 31)
_LONGEST_DAYS: Final = 20 * 366
_MOST_ENTRIES: Final = 1_000
Day = Annotated[date, Query(ge=_FIRST, le=_LAST)]
Community = Annotated[str, Query(max_length=80, pattern=NAMED)]


class BookIn(Body):
    first_day: date = Field(ge=_FIRST, le=_LAST, description="every incident from this day on is entered")


class IncidentIn(Body):
    incident: str = Field(max_length=80, pattern=NAMED, description="a number of the community's own for it")
    kind: BookKind
    on: date = Field(ge=_FIRST, le=_LAST)
    source: str = Field(min_length=1, max_length=200, pattern=NAMED)


class StrikeIn(Body):
    reason: str = Field(min_length=3, max_length=300)


class Because(BaseModel):
    """One entry that a figure is made of, with its event's position in the store."""

    what: Literal["statement", "incident"]
    position: int
    source: str
    first_day: date
    last_day: date
    count: int
    incident: str | None = None
    entered_on: date | None = None


class FigureOut(BaseModel):
    kind: str
    first_day: date
    last_day: date
    count: int | None = Field(description="None where a part of the period is unknown, which is not zero")
    at_least: int = Field(description="what is known of it all the same")
    unknown_days: int
    late: int = Field(description="entered after a statement for their day had been made")
    because: list[Because]


class IncidentsOut(BaseModel):
    community: str
    first_day: date
    last_day: date
    counts: dict[str, int | None] = Field(description="by kind; None where a part of the period is unknown")
    figures: list[FigureOut]


class QuietOut(BaseModel):
    community: str
    until: date
    days: int
    since: date | None
    ended_by: Literal["incident", "unknown"] = Field(
        description="what was before: an incident, or days of which nothing is known"
    )
    last: Because | None
    reopened: bool = Field(description="that incident was heard of later than on its day")


class MonthOut(BaseModel):
    month: int
    part: bool = Field(description="not over yet: the year before is counted to the same day")
    before: FigureOut
    now: FigureOut


class ComparisonOut(BaseModel):
    kind: str
    year: int
    through: date
    months: list[MonthOut]
    same_months_before: FigureOut
    same_months_now: FigureOut
    full_year_before: FigureOut
    full_year_now: FigureOut | None = Field(description="None while the year is not over")


class EntryOut(BaseModel):
    incident: str
    kind: str
    on: date
    entered_on: date
    source: str
    struck: bool
    reason: str | None
    position: int


class RateOut(BaseModel):
    rate: Rate
    part: int
    whole: int
    value: float | None = Field(description="part of whole; None of none")


class RatesOut(BaseModel):
    first_day: date
    last_day: date
    community: str | None
    rates: list[RateOut]
    refused: int = Field(description="not admitted, with reason and other route told; in no rate of what was solved")


class CourseOut(BaseModel):
    """One report that a rate is made of, with the positions of the events that show it."""

    report: str
    code: str
    station: str
    community: str | None
    kind: str
    received_on: date
    answered: int
    solved: str
    solved_by: int
    satisfied: bool | None
    satisfied_by: int


class Statistics:
    """What the routes and the pages of statistics work with."""

    def __init__(self, api: Api, languages: Languages) -> None:
        self.api = api
        self.languages = languages

    async def place(self, actor: Actor, community: str, action: Literal["statistics.read", "register.change"]) -> str:
        """The community's station, for who may do this there."""
        station = await self.api.register.station_of(community)
        if station is None:
            raise not_found(mark("No community has this code."))
        permit(actor, action, Scope(station, community))
        return station

    async def known(self, community: str) -> Known:
        found = await rows.known(self.api.runtime.database, [community], self.api.runtime.clock())
        return found[community]

    async def communities(self, actor: Actor) -> list[tuple[str, str]]:
        """Those whose statistics the actor may see: code and name."""
        seen = areas(actor, "statistics.read")
        return [
            (row["community"], row["name"])
            for row in await register_rows.list_communities(self.api.runtime.database)
            if any(
                area.station in (None, row["station"]) and area.community in (None, row["community"]) for area in seen
            )
        ]

    def export(
        self, name: str, format_: Format, request: Request, community: str, figures: Iterable[Figure]
    ) -> Response:
        language = language_of(request)

        def say(text: str) -> str:
            return self.languages.text(language, text)

        lines: list[Sequence[Cell]] = [
            (
                community,
                say(KIND_WORDS[one.kind]),
                one.first_day,
                one.last_day,
                say(UNKNOWN) if one.count is None else one.count,
                one.at_least,
                one.unknown_days,
                one.late,
                "; ".join(f"#{entry.position} {entry.source}" for entry in one.because),
            )
            for one in figures
        ]
        return download(name, format_, [say(title) for title in FIGURE_HEADER], lines)

    async def change(
        self, community: str, command: incident_book.Command, actor: Actor, station: str, key: Idempotency
    ) -> Handled:
        meta: Meta = self.api.meta_of(actor, Scope(station, community), key)
        return await self.api.runtime.commands.handle(INCIDENT_BOOK, community, command, meta, key.command_id)


def add(routes: Routes, statistics: Statistics) -> None:
    _reading(routes, statistics)
    _rates(routes, statistics)
    _entering(routes, statistics)


def _reading(routes: Routes, statistics: Statistics) -> None:
    api = statistics.api

    @routes.get("/statistics/incidents", access="statistics.read", response_model=IncidentsOut)
    async def incidents(
        request: Request,
        actor: CurrentActor,
        after: CurrentAfter,
        community: Community,
        first_day: Day,
        last_day: Day,
        format: Annotated[Format | None, Query(description="answers a file instead")] = None,
    ) -> Response | IncidentsOut:
        """Incidents by kind within a period (发案数), each figure with the entries that make it."""
        await statistics.place(actor, community, "statistics.read")
        await api.wait(after, "incidents")
        _within(first_day, last_day)
        known = await statistics.known(community)
        found = [figure(kind, first_day, last_day, known) for kind in KIND_WORDS]
        if format is not None:
            return statistics.export("incidents", format, request, community, found)
        return IncidentsOut(
            community=community,
            first_day=first_day,
            last_day=last_day,
            counts={one.kind: one.count for one in found},
            figures=[figure_out(one) for one in found],
        )

    @routes.get("/statistics/quiet-days", access="statistics.read")
    async def quiet_days(
        actor: CurrentActor,
        after: CurrentAfter,
        community: Community,
        until: Annotated[date | None, Query(ge=_FIRST, le=_LAST)] = None,
        kind: Annotated[list[Literal["criminal", "public_order", "fraud", "accident"]] | None, Query()] = None,
    ) -> QuietOut:
        """Days without an incident (无发案天数), back from a day or today; petitions end none."""
        await statistics.place(actor, community, "statistics.read")
        await api.wait(after, "incidents")
        known = await statistics.known(community)
        return quiet_out(community, quiet(until or known.today, known, kind or KINDS))

    @routes.get("/statistics/comparison", access="statistics.read", response_model=list[ComparisonOut])
    async def comparison(
        request: Request,
        actor: CurrentActor,
        after: CurrentAfter,
        community: Community,
        through: Day,
        format: Annotated[Format | None, Query(description="answers a file instead")] = None,
    ) -> Response | list[ComparisonOut]:
        """The year up to a day beside the same months of the year before (同比); the full years apart."""
        await statistics.place(actor, community, "statistics.read")
        await api.wait(after, "incidents")
        known = await statistics.known(community)
        beside = [compare(kind, through.year, through, known) for kind in KIND_WORDS]
        if format is not None:
            figures = [one for kind in beside for month in kind.months for one in (month.before, month.now)]
            full = [one for kind in beside for one in (kind.full_before, kind.full_now) if one is not None]
            return statistics.export("comparison", format, request, community, [*figures, *full])
        return [comparison_out(one) for one in beside]

    @routes.get("/communities/{id}/incidents", access="statistics.read")
    async def entries(id: Id, actor: CurrentActor, after: CurrentAfter) -> list[EntryOut]:
        """The book's entries, the latest day first; those that were struck stay to be seen."""
        await statistics.place(actor, id, "statistics.read")
        await api.wait(after, "incidents")
        return [
            EntryOut(**{name: value for name, value in row.items() if name != "community"})
            for row in await rows.list_entries(api.runtime.database, id, _MOST_ENTRIES)
        ]


def _rates(routes: Routes, statistics: Statistics) -> None:
    api = statistics.api

    @routes.get("/statistics/rates", access="statistics.read", response_model=RatesOut)
    async def rates(
        request: Request,
        actor: CurrentActor,
        after: CurrentAfter,
        first_day: Day,
        last_day: Day,
        community: Annotated[str | None, Query(max_length=80, pattern=NAMED)] = None,
        format: Annotated[Format | None, Query(description="answers a file instead")] = None,
    ) -> Response | RatesOut:
        """The three rates (响应率、解决率、满意率) of what came in within a period, where the actor may see figures."""
        await api.wait(after, "courses")
        _within(first_day, last_day)
        seen = areas(actor, "statistics.read")
        found, refused = await courses.shares(api.runtime.database, seen, first_day, last_day, community)
        if format is not None:
            language = language_of(request)
            lines = [
                (
                    statistics.languages.text(language, RATE_WORDS[one.rate]),
                    one.part,
                    one.whole,
                    None if one.value is None else round(100 * one.value, 1),
                )
                for one in found
            ]
            header = [statistics.languages.text(language, title) for title in RATE_HEADER]
            return download("rates", format, header, lines)
        return RatesOut(
            first_day=first_day,
            last_day=last_day,
            community=community,
            rates=[RateOut(rate=one.rate, part=one.part, whole=one.whole, value=one.value) for one in found],
            refused=refused,
        )

    @routes.get("/statistics/rates/{rate}/reports", access="statistics.read")
    async def reports_of_a_rate(
        request: Request,
        response: Response,
        rate: Rate,
        actor: CurrentActor,
        paging: CurrentPaging,
        first_day: Day,
        last_day: Day,
        good: Annotated[
            bool, Query(description="those that count for the rate, or those that count against it")
        ] = True,
        community: Annotated[str | None, Query(max_length=80, pattern=NAMED)] = None,
    ) -> list[CourseOut]:
        """The reports that a rate is made of, those of them that the actor may read."""
        _within(first_day, last_day)
        found = await courses.list_reports(
            api.runtime.database,
            areas(actor, "statistics.read"),
            areas(actor, "report.read"),
            actor.id,
            rate,
            good,
            first_day,
            last_day,
            community=community,
            before=before(paging),
            limit=paging.limit,
        )
        if len(found) == paging.limit:
            link_next(request, response, {"position": found[-1]["position"]})
        return [CourseOut(**{name: value for name, value in row.items() if name != "position"}) for row in found]


def _entering(routes: Routes, statistics: Statistics) -> None:
    api = statistics.api

    @routes.post("/communities/{id}/incident-book", access="register.change")
    async def open_book(id: Id, body: BookIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Begins to enter each incident from a day on (启用登记簿): from then on no entry means no incident."""
        station = await statistics.place(actor, id, "register.change")
        command = incident_book.OpenBook(community=id, first_day=body.first_day, by=actor.id, now=api.runtime.clock())
        return done(id, await statistics.change(id, command, actor, station, key))

    @routes.post("/communities/{id}/incidents", access="register.change", status_code=201)
    async def record(id: Id, body: IncidentIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Enters an incident on the day on which it happened (登记发案), however late it was heard of."""
        station = await statistics.place(actor, id, "register.change")
        command = entering(api, id, body, actor)
        return done(id, await statistics.change(id, command, actor, station, key))

    @routes.post("/communities/{id}/incidents/{incident}/strike", access="register.change")
    async def strike(id: Id, incident: Id, body: StrikeIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Takes a wrong entry back (撤销登记), with a reason."""
        station = await statistics.place(actor, id, "register.change")
        command = incident_book.StrikeIncident(
            community=id, incident=incident, reason=body.reason, by=actor.id, now=api.runtime.clock()
        )
        return done(id, await statistics.change(id, command, actor, station, key))


def entering(api: Api, community: str, body: IncidentIn, actor: Actor) -> incident_book.RecordIncident:
    now = api.runtime.clock()
    return incident_book.RecordIncident(
        **body.model_dump(), community=community, by=actor.id, today=day_of(now), now=now
    )


def _within(first_day: date, last_day: date) -> None:
    if last_day < first_day:
        raise malformed(Fault(mark("The last day is before the first."), parameter="last_day"))
    if (last_day - first_day).days > _LONGEST_DAYS:
        raise malformed(Fault(mark("Ask for twenty years at most."), parameter="first_day"))


# What is answered


def figure_out(one: Figure) -> FigureOut:
    return FigureOut(
        kind=one.kind,
        first_day=one.first_day,
        last_day=one.last_day,
        count=one.count,
        at_least=one.at_least,
        unknown_days=one.unknown_days,
        late=one.late,
        because=[because(entry) for entry in one.because],
    )


def because(entry: Entry) -> Because:
    match entry:
        case Statement():
            return Because(
                what="statement",
                position=entry.position,
                source=entry.source,
                first_day=entry.first_day,
                last_day=entry.last_day,
                count=entry.count,
            )
        case Incident():
            return Because(
                what="incident",
                position=entry.position,
                source=entry.source,
                first_day=entry.on,
                last_day=entry.on,
                count=1,
                incident=entry.incident,
                entered_on=entry.entered_on,
            )


def quiet_out(community: str, one: Quiet) -> QuietOut:
    return QuietOut(
        community=community,
        until=one.until,
        days=one.days,
        since=one.since,
        ended_by=one.ended_by,
        last=None if one.last is None else because(one.last),
        reopened=one.reopened,
    )


def comparison_out(one: Comparison) -> ComparisonOut:
    return ComparisonOut(
        kind=one.kind,
        year=one.year,
        through=one.through,
        months=[
            MonthOut(month=m.month, part=m.part, before=figure_out(m.before), now=figure_out(m.now)) for m in one.months
        ],
        same_months_before=figure_out(one.same_before),
        same_months_now=figure_out(one.same_now),
        full_year_before=figure_out(one.full_before),
        full_year_now=None if one.full_now is None else figure_out(one.full_now),
    )
