"""Requests as Open311 lists them to everybody: the service, the area, open or closed, and nothing of a person."""

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text, select

from services.intake.domain.report import DisputeAdmitted, ReportClassified, ReportReceived, ReportRefused
from services.intake.projections.register import compounds
from shared.contracts import cases
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.eventsourcing.store import microseconds

MOST: Final = 1_000
"""Requests in one answer, as the specification allows."""

requests = Table(
    "open311_requests",
    MetaData(),
    Column("code", Text, primary_key=True),
    Column("report", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("headline", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("requested_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("open311_requests_by_time", "requested_at"),
    Index("open311_requests_by_report", "report"),
)

_EVENTS = (ReportReceived, ReportClassified, DisputeAdmitted, ReportRefused, cases.Case)
_STAGES: Final[dict[type[cases.Case], tuple[str, str]]] = {
    cases.CaseOpened: ("open", "opened"),
    cases.SessionScheduled: ("open", "session_set"),
    cases.SessionHeld: ("open", "session_held"),
    cases.AgreementReached: ("open", "agreed"),
    cases.PartlyResolved: ("open", "partly_resolved"),
    cases.CaseSettled: ("closed", "settled"),
    cases.CaseClosed: ("closed", "closed"),
}
"""Open311 knows open and closed; the stage goes into its notes."""


class Open311Requests(RowProjection):
    """A row for each report that came over Open311, by its case code; no other report is shown there."""

    name: ClassVar[str] = "open311_requests"
    tables: ClassVar[tuple[Table, ...]] = (requests,)

    def key(self, recorded: Recorded) -> Hashable | None:
        return recorded.event.code if isinstance(recorded.event, _EVENTS) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        event = recorded.event
        if isinstance(event, ReportReceived):
            if event.channel != "open311" or event.filed_under is None:
                return None
            received = microseconds(event.received_at)
            return {
                "code": event.code,
                "report": event.report,
                "service": event.filed_under.code,
                "station": event.station,
                "community": event.place.community or "",
                # Only where its writer has made it public; else no word of it leaves intake this way.
                "headline": event.subject.model_dump_json() if event.public else "",
                "status": "open",
                "stage": "received",
                "requested_at": received,
                "updated_at": received,
            }
        if row is None:
            return None
        match event:
            case ReportClassified(classified_at=at):
                return {**row, "stage": "classified", "updated_at": microseconds(at)}
            case DisputeAdmitted(admitted_at=at):
                return {**row, "stage": "admitted", "updated_at": microseconds(at)}
            case ReportRefused(refused_at=at):
                return {**row, "status": "closed", "stage": "refused", "updated_at": microseconds(at)}
            case cases.Case() if type(event) in _STAGES:
                status, stage = _STAGES[type(event)]
                return {**row, "status": status, "stage": stage, "updated_at": microseconds(event.at)}
            case _:
                return None


async def find(database: Database, *, report: str) -> dict[str, Any] | None:
    """The request that became this report."""
    found = await _rows(database, requests.c.report == report)
    return found[0] if found else None


async def by_codes(database: Database, codes: Sequence[str]) -> list[dict[str, Any]]:
    return await _rows(database, requests.c.code.in_(codes))


async def listed(
    database: Database, *, services: Sequence[str], statuses: Sequence[str], first: int, last: int
) -> list[dict[str, Any]]:
    """Requests of a time, the newest first; no services or statuses named means all of them."""
    conditions = [requests.c.requested_at >= first, requests.c.requested_at <= last]
    if services:
        conditions.append(requests.c.service.in_(services))
    if statuses:
        conditions.append(requests.c.status.in_(statuses))
    return await _rows(database, *conditions)


async def find_compound(database: Database, compound: str) -> dict[str, Any] | None:
    """A compound of the register, which is what an address_id names."""
    statement = select(compounds).where(compounds.c.compound == compound)
    async with database.reading() as tx:
        row = (await tx.execute(statement)).mappings().first()
    return None if row is None else dict(row)


async def _rows(database: Database, *conditions: Any) -> list[dict[str, Any]]:
    statement = select(requests).where(*conditions)
    statement = statement.order_by(requests.c.requested_at.desc(), requests.c.code).limit(MOST)
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement)).mappings()]
