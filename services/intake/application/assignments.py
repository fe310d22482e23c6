"""Handling what is asked of assignments: routed by the rules, decided by officials, moved between stations at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.intake.application.routing import Router
from services.intake.domain import report
from services.intake.domain.assignment import Assigned, State, Unassigned
from services.intake.domain.assignment_commands import (
    AcceptHandover,
    Command,
    EndAssignment,
    RouteReport,
    SettleObjection,
)
from services.intake.domain.assignment_events import Ending, Limit
from services.intake.domain.report import Kind, MoveReport, NotReceived, Received, ReportReceived
from services.intake.domain.streams import ASSIGNMENT, REPORT
from shared.access.actors import Scope
from shared.eventsourcing.commands import Contended, Handled, Stale
from shared.eventsourcing.events import Event
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Append, Meta, NewEvent, StreamWrite, VersionConflict

_ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class Found:
    """An assignment and the report that it is for, as they are now."""

    received: ReportReceived
    kind: Kind | None
    version: int
    state: State

    @property
    def station(self) -> str:
        return self.state.matter.owner.station if not isinstance(self.state, Unassigned) else self.received.station

    def scope(self, *concerned: str) -> Scope:
        """Where it belongs, with whoever else is concerned with it."""
        received = self.received
        place, people = received.place, frozenset({*self.people(), *concerned})
        about = frozenset(received.about)
        return Scope(received.station, place.community, place.grid, people, about=about, level=received.level)

    def people(self) -> frozenset[str]:
        """Who has it, and who was asked to co-handle it and has not refused."""
        return frozenset() if isinstance(self.state, Unassigned) else people(self.state)


def people(state: Assigned) -> frozenset[str]:
    matter = state.matter
    co_handlers = {account for account, part in matter.parts.items() if part not in ("refused", "waived")}
    return frozenset(co_handlers | ({matter.owner.account} if matter.owner.account else set()))


class Assignments:
    """From a report to the person who has it, and from there to the end."""

    def __init__(self, runtime: Runtime, router: Router) -> None:
        self._runtime = runtime
        self._router = router

    async def find(self, report_id: str) -> Found | None:
        """None where no such report has come in."""
        _, state = await self._runtime.commands.load(REPORT, report_id)
        if isinstance(state, NotReceived):
            return None
        version, assigned = await self._runtime.commands.load(ASSIGNMENT, report_id)
        kind = state.kind if isinstance(state, Received) else None
        return Found(state.received, kind, version, assigned)

    async def route(self, report_id: str, meta: Meta, command_id: str) -> Handled | None:
        """By the rules, to a person or the desk; None where the report has been decided upon in another way."""
        _, state = await self._runtime.commands.load(REPORT, report_id)
        if not isinstance(state, Received):
            return None
        received, now = state.received, self._runtime.clock()
        kind = state.kind or received.suggestion.kind
        where, routed = await self._router.route(received, kind, now)
        danger = received.suggestion.danger_to_life
        command = RouteReport(
            report=received.report,
            code=received.code,
            kind=kind,
            danger=danger,
            community=where.community,
            grid=where.grid,
            owner=routed.owner,
            because=routed.because,
            objection=self._router.objection(received.channel, now),
            due=self._router.due(received.channel, now, danger=danger),
            now=now,
        )
        return await self.decide(report_id, command, meta, command_id)

    async def end(self, report_id: str, why: Ending, by: str, meta: Meta, command_id: str) -> Handled:
        command = EndAssignment(why=why, by=by, now=self._runtime.clock())
        return await self.decide(report_id, command, meta, command_id)

    async def decide(
        self, report_id: str, command: Command, meta: Meta, command_id: str, seen: int | None = None
    ) -> Handled:
        found = await self.find(report_id)
        if found is not None:
            meta = meta.model_copy(update={"station": found.station, "correlation": found.received.code})
        if isinstance(command, AcceptHandover | SettleObjection):
            return await self._decide_with_report(report_id, command, meta, command_id, seen)
        return await self._runtime.commands.handle(ASSIGNMENT, report_id, command, meta, command_id, seen)

    def due(self, found: Found, at: datetime) -> Limit:
        """The time limit of what is taken up anew at this moment."""
        return self._router.due(found.received.channel, at, danger=found.received.suggestion.danger_to_life)

    async def seal(self, found: Found, words: str) -> Sealed:
        """Words about the matter, under a key of their own that falls with the reporter; with nobody once that fell."""
        reporter = found.received.reporter
        key = f"assignment-{found.received.report}"
        if reporter is None:
            return await self._runtime.vault.seal(key, words)
        known = reporter.name or reporter.phone
        if known is not None and (await self._runtime.vault.open_all([known]))[0] is None:
            return await self._runtime.vault.seal(f"{key}-1", words)
        return await self._runtime.vault.seal(key, words, (reporter.person,))

    async def _decide_with_report(
        self, report_id: str, command: AcceptHandover | SettleObjection, meta: Meta, command_id: str, seen: int | None
    ) -> Handled:
        """What makes it another station's moves report and assignment in one append, so that neither is ever behind."""
        stream, commands, store = ASSIGNMENT.stream(report_id), self._runtime.commands, self._runtime.store
        for _ in range(_ATTEMPTS):
            version, state = await commands.load(ASSIGNMENT, report_id)
            report_version, reported = await commands.load(REPORT, report_id)
            known = await store.find(command_id, meta.fingerprint)
            if known is not None:
                return Handled(stream, known.versions.get(stream, version), known.position, repeated=True)
            if seen is not None and seen != version:
                since = await store.read_stream(stream, after=seen)
                raise Stale(stream, seen, version, [event.type for event in since])
            events = ASSIGNMENT.decider.decide(command, state)
            after = ASSIGNMENT.decider.fold(events, state)
            assert not isinstance(after, Unassigned), "what is decided upon was assigned"
            writes = [self._write(stream, version, events, meta)]
            if after.matter.owner.station != self._station(reported):
                move = MoveReport(station=after.matter.owner.station, by=command.by.account, now=command.now)
                moved = REPORT.decider.decide(move, reported)
                writes.append(self._write(REPORT.stream(report_id), report_version, moved, meta))
            try:
                stored = await store.append(Append(tuple(writes), command_id, meta.fingerprint))
            except VersionConflict:
                continue
            return Handled(stream, stored.versions[stream], stored.position, stored.repeated, tuple(events))
        raise Contended(stream, _ATTEMPTS)

    def _station(self, reported: report.State) -> str:
        assert not isinstance(reported, NotReceived), "what was assigned has come in"
        return reported.received.station

    def _write(self, stream: str, version: int, events: Sequence[Event], meta: Meta) -> StreamWrite:
        encoded = meta.encoded()
        new = tuple(NewEvent(*self._runtime.codec.encode(event), encoded) for event in events)
        return StreamWrite(stream, version, new)
