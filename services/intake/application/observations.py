"""Observations on their way in, by the path of every report, and out again when their time is over."""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.intake.application.handlers import Registered, Reports
from services.intake.application.submissions import Draft, Where
from services.intake.domain import observation as o
from services.intake.domain.report import ReportReceived
from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.policies import React
from shared.eventsourcing.projections import Recorded
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import Meta
from shared.eventsourcing.timers import Change, Clear, Set

TIMER = "observation"


class Observations:
    def __init__(self, reports: Reports) -> None:
        self._reports = reports

    async def take(
        self,
        station: str,
        where: Where,
        words: tuple[str, str],
        seen_at: datetime,
        keyed: tuple[str, str],
        meta: Meta,
    ) -> Registered:
        """`words` are subject and text, `keyed` the command's id and its fingerprint."""
        id_ = derived_id("report", keyed[0])
        draft = Draft(
            report=id_,
            channel="observation",
            external_id=id_,
            subject=words[0],
            text=words[1],
            reported_at=seen_at,
            station=station,
            where=where,
        )
        (one,) = await self._reports.register([draft], [keyed], meta)
        return one


def schedule(recorded: Recorded) -> Sequence[Change]:
    match recorded.event:
        case ReportReceived(channel="observation") as received:
            due = o.expires_at(received.received_at)
            id_ = f"{TIMER}-{received.report}"
            return [Set(id_, due, TIMER, received.report, received.code, received.station)]
        case o.ObservationExpired(report=report):
            return [Clear(f"{TIMER}-{report}")]
        case _:
            return []


def expiring(runtime: Runtime) -> Callable[[Set], o.ExpireObservation]:
    def command(due: Set) -> o.ExpireObservation:
        return o.ExpireObservation(report=due.subject, code=due.correlation, expires_at=due.due, now=runtime.clock())

    return command


def erasing(runtime: Runtime) -> React:
    """Deletes the keys of the words and of whoever observed; what was written about it since is linked to these."""

    async def erase(recorded: Recorded) -> None:
        assert isinstance(recorded.event, o.ObservationExpired), "the policy's one concern"
        report = recorded.event.report
        meta = Meta(actor="clock", role="system", correlation=recorded.event.code)
        for of in (derived_id("person", report), derived_id("helper", report), f"report-{report}"):
            await runtime.erase(of, meta)

    return erase
