"""Handling what makes one matter of several reports: suggestions, merges and their undoing, each one's own demand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from services.intake.domain import likeness, matter
from services.intake.domain.likeness import Found, Likeness, Match
from services.intake.domain.matter import Belonging, Evidence, FollowsParent, MatterEvent, Named
from services.intake.domain.report import Admitted, NotReceived, ReportReceived, Words
from services.intake.domain.streams import MATTER, REPORT
from shared.eventsourcing.commands import Contended, Handled, derived_id
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import Append, Meta, NewEvent, StreamWrite, VersionConflict

_ATTEMPTS: Final = 5
COMPARED: Final = 12
SUGGESTED_AT_MOST: Final = 3
POLICY: Final = "suspect-duplicates"

Step = tuple[str, matter.Command]
"""A command and the report on whose stream it is decided."""


class Finding(Protocol):
    """What finds the reports to compare with."""

    async def report(self, report: str) -> Found | None: ...

    async def near(self, one: Found, most: int, *, earlier: bool = False) -> list[Found]: ...


class Matters:
    def __init__(self, runtime: Runtime, finding: Finding) -> None:
        self._runtime = runtime
        self._finding = finding

    # Finding

    async def similar(self, report_id: str, *, earlier: bool = False) -> list[Match]:
        """The reports most like this one, the likeliest first; none where its words were erased."""
        one = await self._finding.report(report_id)
        if one is None:
            return []
        return likeness.matches(one, await self._finding.near(one, COMPARED, earlier=earlier))

    async def suspect(self, received: ReportReceived, causation: str) -> None:
        """Suggests what came in before and seems to be the same matter; of what was merged the parent is suggested."""
        now = self._runtime.clock()
        suggested: dict[str, Match] = {}
        for match in await self.similar(received.report, earlier=True):
            if match.suggested:
                belongs = await self.belonging(match.found.report)
                suggested.setdefault(belongs.parent or match.found.report, match)
        for other, match in list(suggested.items())[:SUGGESTED_AT_MOST]:
            command = suspicion(received.report, other, match, now)
            meta = Meta(
                actor=POLICY,
                role="system",
                station=received.station,
                correlation=received.code,
                causation=causation,
            )
            command_id = derived_id(POLICY, received.report, other)
            await self._runtime.commands.handle(MATTER, received.report, command, meta, command_id)

    # Deciding

    async def belonging(self, report_id: str) -> Belonging:
        return (await self._runtime.commands.load(MATTER, report_id))[1]

    async def merge(self, report_id: str, parent: str, meta: Meta, command_id: str) -> Handled:
        """Merges a report into another; where that belongs to a third, the refusal says so."""
        now, by = self._runtime.clock(), meta.actor
        state, named = (await self._runtime.commands.load(REPORT, report_id))[1], await self._named(report_id, parent)
        return await self._together(
            [
                (
                    report_id,
                    matter.MergeReport(
                        report=report_id,
                        parent=parent,
                        has_case=isinstance(state, Admitted),
                        named=named,
                        by=by,
                        now=now,
                    ),
                ),
                (parent, matter.TakeIn(report=parent, child=report_id, by=by, now=now)),
            ],
            meta,
            command_id,
        )

    async def unmerge(self, report_id: str, reason: str, meta: Meta, command_id: str) -> Handled:
        parent = (await self.belonging(report_id)).parent
        steps = [] if parent is None else await self._apart(report_id, parent, reason, meta.actor)
        return await self._together(steps, meta, command_id, report_id)

    async def split(self, parent: str, children: Sequence[str], reason: str, meta: Meta, command_id: str) -> Handled:
        """Takes some children out and makes a matter of their own of them; the first becomes its parent (拆分)."""
        now, by = self._runtime.clock(), meta.actor
        first, *others = dict.fromkeys(children)
        steps = [step for child in (first, *others) for step in await self._apart(child, parent, reason, by)]
        for child in others:
            steps.append((first, matter.TakeIn(report=first, child=child, by=by, now=now)))
            steps.append(
                (
                    child,
                    matter.MergeReport(
                        report=child, parent=first, named=await self._named(child, first), by=by, now=now
                    ),
                )
            )
        return await self._together(steps, meta, command_id)

    async def decide(self, report_id: str, command: matter.Command, meta: Meta, command_id: str) -> Handled:
        """A decision that concerns this report alone."""
        return await self._runtime.commands.handle(MATTER, report_id, command, meta, command_id)

    async def demand(self, report_id: str, demand: str, meta: Meta, command_id: str) -> Handled:
        """What this one demands, sealed under its report's key."""
        known = await self._runtime.store.find(command_id, meta.fingerprint)
        if known is not None:
            stream = MATTER.stream(report_id)
            return Handled(stream, known.versions.get(stream, 0), known.position, repeated=True)
        sealed = await self._runtime.vault.seal(f"report-{report_id}", demand)
        command = matter.StateDemand(report=report_id, demand=sealed, by=meta.actor, now=self._runtime.clock())
        return await self.decide(report_id, command, meta, command_id)

    async def _apart(self, child: str, parent: str, reason: str, by: str) -> list[Step]:
        now, named = self._runtime.clock(), await self._named(child, parent)
        return [
            (child, matter.UnmergeReport(report=child, parent=parent, reason=reason, named=named, by=by, now=now)),
            (parent, matter.GiveBack(report=parent, child=child, by=by, now=now)),
        ]

    async def _named(self, child: str, parent: str) -> Named | None:
        """How both are called, and who reported the one.

        None where one of them never came in or complains of somebody here, who would learn elsewhere that it is there.
        """
        one, other = [(await self._runtime.commands.load(REPORT, id_))[1] for id_ in (child, parent)]
        if isinstance(one, NotReceived) or isinstance(other, NotReceived):
            return None
        if any(each.received.about or each.received.level != "desk" for each in (one, other)):
            return None
        received = one.received
        return Named(
            code=received.code,
            parent_code=other.received.code,
            station=received.station,
            reporter=received.reporter,
        )

    async def _together(self, steps: Sequence[Step], meta: Meta, command_id: str, about: str | None = None) -> Handled:
        """Decides on several streams and writes all of it at once, or nothing of it."""
        stream = MATTER.stream(about or steps[0][0])
        for _ in range(_ATTEMPTS):
            known = await self._runtime.store.find(command_id, meta.fingerprint)
            if known is not None:
                return Handled(stream, known.versions.get(stream, 0), known.position, repeated=True)
            versions: dict[str, int] = {}
            states: dict[str, Belonging] = {}
            decided: dict[str, list[MatterEvent]] = {}
            for report_id, command in steps:
                if report_id not in states:
                    versions[report_id], states[report_id] = await self._runtime.commands.load(MATTER, report_id)
                events = MATTER.decider.decide(command, states[report_id])
                states[report_id] = MATTER.decider.fold(events, states[report_id])
                decided.setdefault(report_id, []).extend(events)
            encoded = meta.encoded()
            writes = tuple(
                StreamWrite(
                    MATTER.stream(report_id),
                    versions[report_id],
                    tuple(NewEvent(*self._runtime.codec.encode(event), encoded) for event in events),
                )
                for report_id, events in decided.items()
                if events
            )
            if not writes:
                return Handled(stream, versions.get(about or "", 0), 0)
            try:
                stored = await self._runtime.store.append(Append(writes, command_id, meta.fingerprint))
            except VersionConflict:
                continue
            return Handled(stream, stored.versions.get(stream, 0), stored.position)
        raise Contended(stream, _ATTEMPTS)


def suspicion(report_id: str, other: str, match: Match, now: datetime) -> matter.SuspectDuplicate:
    return matter.SuspectDuplicate(
        report=report_id,
        other=other,
        through=match.found.report,
        score=match.likeness.score,
        evidence=evidence(match.likeness),
        model=likeness.MODEL,
        now=now,
    )


def evidence(told: Likeness) -> tuple[Evidence, ...]:
    """What matched, as places into both reports."""
    return tuple(
        Evidence(
            field=field.field,
            score=field.score,
            differs=field.differs,
            here=tuple(Words(field=word.side, start=word.start, end=word.end) for word in field.left),
            there=tuple(Words(field=word.side, start=word.start, end=word.end) for word in field.right),
        )
        for field in told.fields
    )


async def stands_alone(runtime: Runtime, report_id: str) -> None:
    """Refuses where the report was merged into another: what is decided on that one counts for it."""
    _, belongs = await runtime.commands.load(MATTER, report_id)
    if belongs.parent is not None:
        _, state = await runtime.commands.load(REPORT, belongs.parent)
        raise FollowsParent(code="" if isinstance(state, NotReceived) else state.received.code)
