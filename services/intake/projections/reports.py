"""The reports that came in: where each stands here, and how far mediation has come with those that are disputes."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, ClassVar, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    Index,
    MetaData,
    Select,
    Table,
    Text,
    func,
    or_,
    select,
)

from services.intake.domain.report import (
    DisputeAdmitted,
    ReportClassified,
    ReportMoved,
    ReportReceived,
    ReportRefused,
    ReportWithdrawn,
)
from services.intake.projections.assignments import hands, people_of
from shared.access.rights import Area
from shared.contracts import cases
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.eventsourcing.store import microseconds
from shared.web.areas import listed, within

reports = Table(
    "reports",
    MetaData(),
    Column("report", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("community", Text),
    Column("grid", Text),
    Column("channel", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("registered_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("suggested", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("danger", Boolean, nullable=False),
    Column("category", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("confidentiality", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("reported_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("reports_by_position", "position"),
    Index("reports_by_state", "state", "position"),
)

stages = Table(
    "stages",
    MetaData(),
    Column("code", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
)

_REPORT_EVENTS = (ReportReceived, ReportClassified, DisputeAdmitted, ReportRefused, ReportMoved, ReportWithdrawn)


class Reports(RowProjection):
    """A row for each report, as intake decided about it."""

    name: ClassVar[str] = "reports"
    version: ClassVar[int] = 4
    tables: ClassVar[tuple[Table, ...]] = (reports,)

    def key(self, recorded: Recorded) -> Hashable | None:
        return recorded.event.report if isinstance(recorded.event, _REPORT_EVENTS) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        version = {"version": recorded.stored.version}
        match recorded.event:
            case ReportReceived() as received:
                return {
                    "report": received.report,
                    "code": received.code,
                    "station": received.station,
                    "community": received.place.community,
                    "grid": received.place.grid,
                    "channel": received.channel,
                    "external_id": received.external_id,
                    "registered_by": recorded.stored.decoded_meta().actor,
                    "state": "received",
                    "kind": received.suggestion.kind,
                    "suggested": received.suggestion.kind,
                    "confidence": received.suggestion.confidence,
                    "danger": received.suggestion.danger_to_life,
                    "category": "",
                    "subject": received.subject.model_dump_json(),
                    "confidentiality": received.confidentiality,
                    "about": listed(received.about),
                    "level": received.level,
                    "public": received.public,
                    "withdrawn": False,
                    "reported_at": microseconds(received.reported_at),
                    "received_at": microseconds(received.received_at),
                    "position": recorded.stored.position,
                    **version,
                }
            case ReportClassified(kind=kind):
                return {**(row or {}), "state": "classified", "kind": kind, **version}
            case DisputeAdmitted(category=category):
                return {**(row or {}), "state": "admitted", "category": category, **version}
            case ReportRefused():
                return {**(row or {}), "state": "refused", **version}
            case ReportMoved(station=station):
                return {**(row or {}), "station": station, "community": None, "grid": None, **version}
            case ReportWithdrawn():
                before = (row or {}).get("state")
                # What mediation has begun it also ends: there the parties say so.
                state = "admitted" if before == "admitted" else "withdrawn"
                return {**(row or {}), "state": state, "withdrawn": True, **version}
            case _:
                return None


STAGES: Final[Mapping[type[cases.Case], str]] = {
    cases.CaseOpened: "opened",
    cases.SessionScheduled: "session_set",
    cases.SessionHeld: "session_held",
    cases.AgreementReached: "agreed",
    cases.PartlyResolved: "partly_resolved",
    cases.CaseSettled: "settled",
    cases.CaseClosed: "closed",
}
"""How far mediation has come, by what it told last; other contracts about a case change no stage."""


class Stages(RowProjection):
    """A row for each case that mediation has told of."""

    name: ClassVar[str] = "stages"
    tables: ClassVar[tuple[Table, ...]] = (stages,)

    def key(self, recorded: Recorded) -> Hashable | None:
        return recorded.event.code if isinstance(recorded.event, cases.Case) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        case = recorded.event
        assert isinstance(case, cases.Case), "the key is only that of cases"
        stage = STAGES.get(type(case))
        if stage is None:
            return None
        return {"code": case.code, "case_id": case.case, "stage": stage, "since": microseconds(case.at)}


# Queries

_JOINED = select(
    reports,
    func.coalesce(stages.c.stage, "").label("stage"),
    func.coalesce(stages.c.case_id, "").label("case_id"),
    stages.c.since.label("stage_since"),
).select_from(reports.outerjoin(stages, stages.c.code == reports.c.code))


async def find(database: Database, report: str) -> dict[str, Any] | None:
    """One report, by its id, its case code, or the id of its case in mediation."""
    statement = _JOINED.where(or_(reports.c.report == report, reports.c.code == report, stages.c.case_id == report))
    async with database.reading() as tx:
        row = (await tx.execute(statement)).mappings().first()
    return None if row is None else {**row, "people": await people_of(database, row["report"])}


async def list_reports(
    database: Database,
    areas: Sequence[Area],
    actor: str,
    *,
    kind: str | None = None,
    state: str | None = None,
    stage: str | None = None,
    channel: str | None = None,
    external_id: str | None = None,
    danger: bool | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """The newest first, within what the actor may see; `before` is the position of the last row of the page before."""
    wanted = {"kind": kind, "state": state, "channel": channel, "external_id": external_id, "danger": danger}
    statement = _JOINED.where(visible(areas, actor))
    for name, value in wanted.items():
        if value is not None:
            statement = statement.where(reports.c[name] == value)
    if stage is not None:
        statement = statement.where(func.coalesce(stages.c.stage, "") == stage)
    if before is not None:
        statement = statement.where(reports.c.position < before)
    return await _rows(database, statement.order_by(reports.c.position.desc()).limit(limit))


async def count(database: Database, areas: Sequence[Area], actor: str) -> dict[str, int]:
    """How many reports there are in each state."""
    statement = select(reports.c.state, func.count()).where(visible(areas, actor)).group_by(reports.c.state)
    async with database.reading() as tx:
        return {state: number for state, number in await tx.execute(statement)}  # noqa: C416


async def _rows(database: Database, statement: Select[Any]) -> list[dict[str, Any]]:
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement)).mappings()]


def visible(areas: Sequence[Area], actor: str) -> ColumnElement[bool]:
    """Assigned to an actor is what it brought in, has, or has a part in."""
    has = reports.c.report.in_(select(hands.c.report).where(hands.c.account == actor))
    return within(
        areas,
        station=reports.c.station,
        community=reports.c.community,
        grid=reports.c.grid,
        assigned=or_(reports.c.registered_by == actor, has),
        about=reports.c.about,
        level=reports.c.level,
    )
