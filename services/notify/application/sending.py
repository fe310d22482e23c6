"""The sender: what is planned or due again leaves by its channel, and what became of it is recorded.

Timers drive it, so that nothing is forgotten over a crash: a plan is due at once, a temporary failure later, and an
attempt that was begun and has no outcome is looked into when its channel must have answered long ago. Whoever stores
the beginning of an attempt sends, and nobody else; that holds for any number of replicas.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final, Protocol, TypeAlias

from services.notify.application.handlers import Deliveries
from services.notify.domain.delivery import (
    AttemptBegun,
    BeginAttempt,
    Channel,
    DeliveryEvent,
    DeliveryFailed,
    DeliveryPlanned,
    Fail,
    GiveUp,
    MarkUnknown,
    Submit,
)
from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.projections import Recorded
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta
from shared.eventsourcing.timers import Change, Clear, Set

log = logging.getLogger(__name__)

AT_ONCE: Final = 16
"""Messages that one channel sends at the same time."""
INTERRUPTED_AFTER: Final = timedelta(seconds=120)
"""Without an outcome for so long, an attempt was interrupted; longer than any channel takes to answer."""
GRACE_SECONDS: Final = 5.0
"""How long a stopping service waits for answers to what has left."""
SENDER: Final = "notify-sender"

_AGAIN_SECONDS: Final = 2.0
_RECORDING_PAUSES: Final = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
_SEND: Final = "send-"
_INTERRUPTED: Final = "interrupted-"

Send: TypeAlias = Callable[[int], Awaitable[Submit | Fail]]
"""A message ready to leave: called with the attempt's number it sends, and answers with the command that records it."""


class Way(Protocol):
    """A channel as the sender sees it."""

    @property
    def repeatable(self) -> bool: ...

    def sealed(self, planned: DeliveryPlanned) -> list[Sealed]:
        """What has to be opened for the message."""

    def ready(self, planned: DeliveryPlanned, opened: Mapping[Sealed, str | None]) -> Send | None:
        """The message with these values; None when the person's were erased."""


def schedule(recorded: Recorded) -> Sequence[Change]:
    """When a delivery is to be looked at next, by what has just happened to it."""
    event = recorded.event
    if not isinstance(event, DeliveryEvent):
        return ()
    id_, station = event.about.delivery, recorded.stored.decoded_meta().station
    match event:
        case DeliveryPlanned(planned_at=due):
            kind = _SEND + event.about.channel
        case DeliveryFailed(next_attempt_at=due) if due is not None:
            kind = _SEND + event.about.channel
        case AttemptBegun(begun_at=begun_at):
            due = begun_at + INTERRUPTED_AFTER
            kind = f"{_INTERRUPTED}{event.attempt}"
        case _:
            return (Clear(id_),)
    return (Set(id_, due, kind, id_, event.about.code, station),)


class Sender:
    """Sends what is due, each channel's messages in a queue of their own, so that a slow one holds up no other."""

    def __init__(
        self,
        runtime: Runtime,
        ways: Mapping[Channel, Way],
        *,
        at_once: int = AT_ONCE,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._runtime = runtime
        self._deliveries = Deliveries(runtime)
        self._ways = dict(ways)
        self._at_once = at_once
        self._grace = grace_seconds
        self._due: dict[str, asyncio.Queue[Set]] = {_SEND + channel: asyncio.Queue() for channel in ways}
        self._busy: set[asyncio.Task[None]] = set()
        self._stopping = False

    @property
    def waiting(self) -> int:
        """How many are taken up or under way."""
        return len(self._busy) + sum(queue.qsize() for queue in self._due.values())

    async def fire(self, due: Set) -> None:
        """Called by the clock: takes a due delivery up and returns at once."""
        if due.kind in self._due:
            self._due[due.kind].put_nowait(due)
        elif due.kind.startswith(_INTERRUPTED):
            await self._interrupted(due.subject, int(due.kind.removeprefix(_INTERRUPTED)), _meta(due))
        else:
            raise ValueError(f"nothing here sends for a timer of the kind {due.kind!r}")

    async def run(self) -> None:
        """Sends until it is cancelled; then finishes or records what was begun, and leaves the rest to be due again."""
        self._stopping = False
        workers = [
            asyncio.create_task(self._work(queue), name=f"{kind}-{number}")
            for kind, queue in self._due.items()
            for number in range(self._at_once)
        ]
        try:
            await asyncio.wait(workers)
        finally:
            self._stopping = True
            for worker in set(workers) - self._busy:
                worker.cancel()
            if self._busy:
                await asyncio.wait(self._busy, timeout=self._grace)
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, queue: asyncio.Queue[Set]) -> None:
        task = asyncio.current_task()
        assert task is not None, "a worker is a task"
        while not self._stopping:
            due = await queue.get()
            self._busy.add(task)
            try:
                await self.send(due)
            except Refusal as refused:
                # Somebody else was here first, or a person ended it: nothing is left to do.
                log.info("delivery %s is not sent: %s", due.subject, refused)
            except Exception:
                log.exception("delivery %s could not be begun; it is tried again in %s s", due.subject, _AGAIN_SECONDS)
                asyncio.get_running_loop().call_later(_AGAIN_SECONDS, queue.put_nowait, due)
            finally:
                self._busy.discard(task)

    async def send(self, due: Set) -> None:
        """One attempt, from the timer to the recorded outcome."""
        planned = await self._deliveries.planned(due.subject)
        assert planned is not None, "timers are set by plans"
        meta, way = _meta(due), self._ways[planned.about.channel]
        message = await self._message(planned, way, meta)
        command_id = derived_id("begin", due.id, due.due.isoformat())
        if message is None:
            given_up = GiveUp(reason="person_not_reachable", now=self._runtime.clock())
            await self._deliveries.decide(due.subject, given_up, meta, derived_id("erased", command_id))
            return
        begin = BeginAttempt(repeatable=way.repeatable, now=self._runtime.clock())
        handled = await self._deliveries.decide(due.subject, begin, meta, command_id)
        for begun in handled.events:
            # None of these when it was stored before: then it is another's to send.
            assert isinstance(begun, AttemptBegun), "what beginning leads to"
            await self._leave(due.subject, begun.attempt, message, meta)

    async def _message(self, planned: DeliveryPlanned, way: Way, meta: Meta) -> Send | None:
        if await self._deliveries.is_erased(planned.about.person):
            return None
        sealed = way.sealed(planned)
        values = await self._runtime.open(sealed, meta, f"delivery {planned.about.delivery}")
        return way.ready(planned, dict(zip(sealed, values, strict=True)))

    async def _leave(self, id_: str, attempt: int, message: Send, meta: Meta) -> None:
        try:
            outcome = await message(attempt)
        except asyncio.CancelledError:
            # The service stops before the answer came.
            await asyncio.shield(self._interrupted(id_, attempt, meta))
            raise
        except Exception:
            log.exception("a channel failed on attempt %d of delivery %s", attempt, id_)
            await self._interrupted(id_, attempt, meta)
            return
        # What is known must not be lost to a service that stops just now.
        await asyncio.shield(self._record(id_, attempt, outcome, meta))

    async def _record(self, id_: str, attempt: int, outcome: Submit | Fail, meta: Meta) -> None:
        command_id = derived_id("outcome", id_, attempt)
        for pause in (*_RECORDING_PAUSES, None):
            try:
                await self._deliveries.decide(id_, outcome, meta, command_id)
                return
            except Refusal as refused:
                log.info("the outcome of attempt %d of delivery %s is no news: %s", attempt, id_, refused)
                return
            except Exception:
                if pause is None:
                    log.exception("attempt %d of %s stays without outcome until its timer is due", attempt, id_)
                    return
                await asyncio.sleep(pause)

    async def _interrupted(self, id_: str, attempt: int, meta: Meta) -> None:
        command = MarkUnknown(attempt=attempt, now=self._runtime.clock())
        await self._deliveries.decide(id_, command, meta, derived_id("interrupted", id_, attempt))


def _meta(due: Set) -> Meta:
    return Meta(
        actor=SENDER,
        role="system",
        station=due.station,
        correlation=due.correlation,
        causation=f"timer:{due.id}",
    )
