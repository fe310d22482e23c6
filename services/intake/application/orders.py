"""Handling the hotline's work orders, from their report to the last call-back, and hand-overs between it and 110."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import AwareDatetime, BaseModel, Field

from services.intake.application import submissions
from services.intake.application.submissions import Code, Draft, Line, Moment, SealedSubmission, Text, Where
from services.intake.domain import custody, limits, order, report
from services.intake.domain.order import UpdateKind, Urgency
from services.intake.domain.streams import CUSTODY, ORDER, REPORT
from shared.contracts import orders as contracts
from shared.eventsourcing.commands import Handled, derived_id, keyed_fingerprint
from shared.eventsourcing.projections import Recorded
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import CommandReused, Meta
from shared.eventsourcing.timers import Change, Clear, Set
from shared.law.here import Here

HOTLINE: Final = "12345"


class OrderDraft(BaseModel, frozen=True):
    """An order as the hotline brings it, in clear; it is never stored like this."""

    hotline: Code = HOTLINE
    number: Line = Field(max_length=120)
    subject: Line = Field(max_length=500)
    text: Text = Field(default="", max_length=200_000)
    urgency: Urgency = "normal"
    direct: bool = False
    answer_by: Moment | None = None
    assigned_at: Moment
    reporter_name: Text | None = Field(default=None, max_length=100)
    reporter_phone: Text | None = Field(default=None, max_length=40)
    station: Code
    where: Where = Where()

    @property
    def numbered(self) -> str:
        """The command by which its report comes in: the number that a report of this channel has without an order."""
        number = self.number if self.hotline == HOTLINE else f"{self.hotline}/{self.number}"
        return derived_id("numbered", "hotline_12345", number)

    def report(self) -> Draft:
        return Draft(
            report=derived_id("report", self.numbered),
            channel="hotline_12345",
            external_id=self.number,
            subject=self.subject,
            text=self.text,
            reported_at=self.assigned_at,
            station=self.station,
            where=self.where,
            reporter_name=self.reporter_name,
            reporter_phone=self.reporter_phone,
        )


class SealedOrder(SealedSubmission, frozen=True):
    """An order as it is stored on receipt: its report, sealed, and a hash by which other contents are told."""

    hotline: str
    number: str
    urgency: Urgency
    direct: bool
    answer_by: AwareDatetime | None
    assigned_at: AwareDatetime
    numbered: str
    digest: str


class SealedUpdate(BaseModel, frozen=True):
    """What the hotline says later, as it is stored on receipt."""

    order: str
    hotline: str
    number: str
    update: str
    kind: UpdateKind
    words: Sealed | None
    answer_by: AwareDatetime | None
    said_at: AwareDatetime


class SealedAnswer(BaseModel, frozen=True):
    """The answer of another system to a hand-over, as it is stored on receipt."""

    report: str
    accepted: bool
    words: Sealed | None
    message: str


@dataclass(frozen=True, slots=True)
class Taken:
    order: str
    report: str
    code: str
    handled: Handled


def order_id(hotline: str, number: str) -> str:
    """The same hotline's same number is the same order."""
    return derived_id("order", hotline, number)


async def seal(drafts: Sequence[OrderDraft], runtime: Runtime) -> list[SealedOrder]:
    reports = await submissions.seal([draft.report() for draft in drafts], runtime.vault)
    key = runtime.settings.deployment_key
    return [
        SealedOrder(
            **sealed.__dict__,
            **draft.model_dump(include={"hotline", "number", "urgency", "direct", "answer_by", "assigned_at"}),
            numbered=draft.numbered,
            digest=keyed_fingerprint(key, draft.model_dump_json(exclude={"station"}).encode()),
        )
        for draft, sealed in zip(drafts, reports, strict=True)
    ]


class Orders:
    """Orders, from the hotline's assignment to the last call-back."""

    def __init__(self, runtime: Runtime, here: Here) -> None:
        self._runtime = runtime
        self.here = here

    async def take(self, sealed: SealedOrder, meta: Meta, command_id: str, linked: str | None = None) -> Taken:
        """Takes an order in with its report, or onto a report that is here; repeated, it changes nothing."""
        now = self._runtime.clock()
        id_ = linked or sealed.report
        if linked is None:
            await self._register(sealed, meta, now)
        _, state = await self._runtime.commands.load(REPORT, id_)
        if isinstance(state, report.NotReceived):
            raise report.NeverReceived
        received = state.received
        command = order.ReceiveOrder(
            order=order_id(sealed.hotline, sealed.number),
            report=id_,
            code=received.code,
            station=received.station,
            community=received.place.community,
            grid=received.place.grid,
            **sealed.model_dump(
                include={"hotline", "number", "urgency", "direct", "answer_by", "assigned_at", "digest"}
            ),
            now=now,
        )
        told = meta.model_copy(update={"station": received.station, "correlation": received.code})
        handled = await self._runtime.commands.handle(ORDER, command.order, command, told, command_id)
        return Taken(command.order, id_, received.code, handled)

    async def _register(self, sealed: SealedOrder, meta: Meta, now: datetime) -> None:
        command = submissions.registration(sealed, now)
        told = meta.model_copy(
            update={"station": command.station, "correlation": command.code, "fingerprint": sealed.digest}
        )
        try:
            await self._runtime.commands.handle(REPORT, command.report, command, told, sealed.numbered)
        except CommandReused:
            return  # the report of this number came in before by itself: the order is laid onto it

    async def find(self, id_: str) -> order.Order:
        _, state = await self._runtime.commands.load(ORDER, id_)
        if isinstance(state, order.NotReceived):
            raise order.NoSuchOrder
        return state

    async def knows(self, id_: str) -> order.Order | None:
        _, state = await self._runtime.commands.load(ORDER, id_)
        return None if isinstance(state, order.NotReceived) else state

    async def words(self, id_: str, text: str) -> Sealed:
        """Seals words about an order under its own key, linked to whoever its report names."""
        known = await self.knows(id_)
        return await sealed_words(self._runtime, f"order-{id_}", None if known is None else known.received.report, text)

    async def decide(
        self, id_: str, command: order.Command, meta: Meta, command_id: str, seen: int | None = None
    ) -> Handled:
        known = await self.knows(id_)
        if known is not None:
            meta = meta.model_copy(update={"station": known.received.station, "correlation": known.received.code})
        return await self._runtime.commands.handle(ORDER, id_, command, meta, command_id, seen)

    async def update(self, said: SealedUpdate, meta: Meta, command_id: str) -> Handled:
        command = order.TakeUpdate(**said.__dict__, now=self._runtime.clock())
        return await self.decide(said.order, command, meta, command_id)


class Handovers:
    """Hand-overs between 110 and 12345."""

    def __init__(self, runtime: Runtime, here: Here) -> None:
        self._runtime = runtime
        self.here = here

    async def matter(self, report_id: str) -> custody.Matter:
        """The report as both sides know it; refused where it came neither by 110 nor by 12345."""
        _, state = await self._runtime.commands.load(REPORT, report_id)
        if isinstance(state, report.NotReceived):
            raise report.NeverReceived
        received = state.received
        if received.channel != "police_110" and received.channel != "hotline_12345":
            raise custody.NotBetweenTheTwo
        return custody.Matter(
            report=report_id,
            code=received.code,
            number=received.external_id,
            station=received.station,
            community=received.place.community,
            grid=received.place.grid,
            first=received.channel,
        )

    async def find(self, report_id: str) -> custody.State:
        return (await self._runtime.commands.load(CUSTODY, report_id))[1]

    async def words(self, report_id: str, text: str) -> Sealed:
        return await sealed_words(self._runtime, f"custody-{report_id}", report_id, text)

    async def decide(self, report_id: str, command: custody.Command, meta: Meta, command_id: str) -> Handled:
        matter = await self.matter(report_id)
        told = meta.model_copy(
            update={"station": matter.station, "correlation": matter.code, "basis": custody.FIRST_RECEIVER}
        )
        return await self._runtime.commands.handle(CUSTODY, report_id, command, told, command_id)

    async def answer(self, answered: SealedAnswer, meta: Meta, command_id: str) -> Handled:
        command = custody.AnswerHandover(
            accepted=answered.accepted,
            words=answered.words,
            message=answered.message,
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self.decide(answered.report, command, meta, command_id)


async def sealed_words(runtime: Runtime, key: str, report_id: str | None, text: str) -> Sealed:
    """Words about a matter fall with the persons of its report.

    Where one of them was erased already, the key fell with them and is never made again: what is written from then on
    has a further one.
    """
    persons: tuple[str, ...] = ()
    if report_id is not None:
        _, state = await runtime.commands.load(REPORT, report_id)
        if not isinstance(state, report.NotReceived):
            (subject,) = await runtime.vault.open_all([state.received.subject])
            if subject is None:
                key = f"{key}-later"
            else:
                persons = tuple(one.person for one in (state.received.reporter, state.received.filed_by) if one)
    return await runtime.vault.seal(key, text, persons)


# What is due


def schedule(here: Here) -> Callable[[Recorded], Sequence[Change]]:
    """Which clocks an event starts, moves and stops."""

    def changes(recorded: Recorded) -> Sequence[Change]:
        match recorded.event:
            case order.OrderReceived() as received:
                return _clocks(received, received.received_at, received.answer_by, here, received.station)
            case order.ExtensionDecided(approved=True) as decided:
                return [_set(decided, "answer", decided.until)]
            case order.ReopeningDecided(approved=True) as decided:
                return _clocks(decided, decided.decided_at, None, here)
            case order.UpdateNoted(kind="reopened", noted=None) as noted:
                return _clocks(noted, noted.noted_at, noted.answer_by, here)
            case order.UpdateNoted(kind="clock_changed", noted=None, answer_by=answer_by) as noted if answer_by:
                return [_set(noted, "hotline", answer_by)]
            case (
                order.OrderFinished(order=id_)
                | order.ObjectionRuled(order=id_, upheld=True)
                | order.UpdateNoted(order=id_, kind="withdrawn", noted=None)
            ):
                return [Clear(f"order-{id_}-answer"), Clear(f"order-{id_}-hotline")]
            case order.OrderOverdue(order=id_, clock=clock):
                return [Clear(f"order-{id_}-{clock}")]
            case custody.HandoverProposed() as proposed:
                matter = proposed.matter
                id_ = f"custody-{matter.report}"
                return [Set(id_, proposed.answer_by, "custody", matter.report, matter.code, matter.station)]
            case custody.HandoverAccepted() | custody.HandoverFailed() | custody.HandoverWithdrawn() as settled:
                return [Clear(f"custody-{settled.matter.report}")]
            case _:
                return []

    return changes


def _clocks(
    event: order.OrderReceived | order.OrderStep,
    started: datetime,
    answer_by: datetime | None,
    here: Here,
    station: str = "",
) -> list[Change]:
    limit = limits.answer(started, event.urgency, here)
    changes: list[Change] = [] if limit is None else [_set(event, "answer", limit.due, station)]
    return [*changes, _set(event, "hotline", answer_by, station)] if answer_by else changes


def _set(event: order.OrderReceived | order.OrderStep, clock: order.ClockName, due: datetime, station: str = "") -> Set:
    return Set(f"order-{event.order}-{clock}", due, f"order-{clock}", event.order, event.code, station)


def overdue(runtime: Runtime, here: Here, clock: order.ClockName) -> Callable[[Set], order.MarkOverdue]:
    return lambda due: order.MarkOverdue(clock=clock, here=here, now=runtime.clock())


def unanswered(runtime: Runtime) -> Callable[[Set], custody.EndUnanswered]:
    return lambda due: custody.EndUnanswered(now=runtime.clock())


# What comes from outside


def draft_of(submitted: contracts.OrderSubmitted, station: str) -> OrderDraft:
    return OrderDraft(
        hotline=submitted.hotline,
        number=submitted.number,
        subject=submitted.subject_line,
        text=submitted.text,
        urgency=submitted.urgency,
        direct=submitted.direct,
        answer_by=submitted.answer_by,
        assigned_at=submitted.assigned_at,
        reporter_name=submitted.reporter_name,
        reporter_phone=submitted.reporter_phone,
        station=submitted.station or station,
        where=Where(community=submitted.community, grid=submitted.grid, compound=submitted.compound),
    )
