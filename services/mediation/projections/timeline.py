"""The timeline of each case across the services: what happened, as a word with values, in any language to be told.

A line is known by the position at which this service stored what it tells. No personal value is in it: people stand in
it by their ids, and whoever shows it opens their names.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

import orjson
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, select

from services.mediation.domain import events
from shared.contracts import reports
from shared.contracts.notices import DeliveryChanged
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.eventsourcing.store import microseconds

timeline = Table(
    "timeline",
    MetaData(),
    Column("code", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("service", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("told", Text, nullable=False),
    Column("actor", Text, nullable=False),
)


class Line(NamedTuple):
    code: str
    service: str
    what: str
    at: datetime
    told: Mapping[str, Any] = MappingProxyType({})


class Timeline(Projection):
    name: ClassVar[str] = "timeline"
    tables: ClassVar[tuple[Table, ...]] = (timeline,)

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        told = [(line, recorded) for recorded in events for line in lines_of(recorded.event)]
        await rows.put(
            timeline,
            [
                {
                    "code": line.code,
                    "position": recorded.stored.position,
                    "at": microseconds(line.at),
                    "service": line.service,
                    "what": line.what,
                    "told": orjson.dumps(dict(line.told), option=orjson.OPT_SORT_KEYS).decode(),
                    "actor": recorded.stored.decoded_meta().actor,
                }
                for line, recorded in told
            ],
        )


def lines_of(event: object) -> list[Line]:
    """A merge stands in the timelines of both."""
    match event:
        case reports.ReportMerged(code=code, parent_code=parent, merged_at=at):
            taken_in = Line(parent, "intake", "merged-here", at, {"code": code})
            return [taken_in, Line(code, "intake", "merged-into", at, {"code": parent})]
        case reports.ReportUnmerged(code=code, parent_code=parent, unmerged_at=at):
            given_back = Line(parent, "intake", "unmerged-here", at, {"code": code})
            return [given_back, Line(code, "intake", "unmerged-from", at, {"code": parent})]
        case _:
            line = line_of(event)
            return [] if line is None else [line]


def line_of(event: object) -> Line | None:
    match event:
        case reports.ReportReceived():
            return Line(event.code, "intake", "received", event.received_at, {"channel": event.channel})
        case reports.ReportClassified():
            return Line(event.code, "intake", "classified", event.classified_at, {"kind": event.kind})
        case reports.DisputeAdmitted():
            return Line(event.code, "intake", "admitted", event.admitted_at)
        case reports.ReportWithdrawn():
            return Line(event.code, "intake", "withdrawn", event.withdrawn_at)
        case reports.ReportRefused():
            return Line(event.code, "intake", "not-admitted", event.refused_at)
        case DeliveryChanged():
            told = event.model_dump(include={"notice", "delivery", "template", "person", "channel", "state"})
            return Line(event.code, "notify", "delivery-changed", event.at, told)
        case events.OfDispute():
            at, told = _own(event)
            return Line(event.code, "mediation", event.stored_as, at, told)
        case _:
            return None


def _own(event: events.OfDispute) -> tuple[datetime, dict[str, Any]]:
    match event:
        case events.DisputeOpened():
            return event.opened_at, {"category": event.category}
        case events.PartyJoined():
            return event.joined_at, {"person": event.party.person, "side": event.side}
        case events.MediationRefused():
            return event.refused_at, {"person": event.party}
        case events.ApplicantWithdrew():
            return event.withdrawn_at, {"ends": event.ends}
        case events.MemberAppointed():
            return event.appointed_at, {"person": event.member.person, "seat": event.seat}
        case events.MemberReplaced():
            told = {"person": event.member.person, "seat": event.seat, "replaced": event.replaced}
            return event.replaced_at, told
        case events.GroupFormed():
            return event.formed_at, {}
        case events.SessionScheduled():
            told_of = {"session": event.session, "begins_at": event.begins_at.isoformat(), "place": event.place}
            return event.scheduled_at, told_of
        case events.SessionHeld():
            held = {"session": event.session, "outcome": event.outcome, "attended": len(event.attended)}
            return event.held_at, held
        case events.AgreementReached():
            return event.reached_at, {"session": event.session, "form": event.form, "items": len(event.items)}
        case events.ItemFulfilled():
            return event.fulfilled_at, {"item": event.item}
        case events.ResidualIssueOpened():
            return event.opened_at, {"issue": event.issue}
        case events.ResidualIssueResolved():
            return event.resolved_at, {"issue": event.issue}
        case events.PartlyResolved():
            return event.partly_resolved_at, {"residual_issues": event.residual_issues}
        case events.DisputeSettled():
            return event.settled_at, {"same_day": event.same_day}
        case events.ClosedUnsettled():
            return event.closed_at, {"reason": event.reason, "routes": list(event.routes_told)}
        case events.SameDaySetAside():
            return event.set_aside_at, {"person": event.party}
        case _:
            raise AssertionError(f"the timeline cannot tell {type(event).__name__}: add a line for it")


async def read(database: Database, code: str) -> list[dict[str, Any]]:
    """The lines of a case in the order in which things happened."""
    statement = select(timeline).where(timeline.c.code == code).order_by(timeline.c.at, timeline.c.position)
    async with database.reading() as tx:
        return [{**row, "told": orjson.loads(row["told"])} for row in (await tx.execute(statement)).mappings()]
