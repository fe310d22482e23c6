"""Ours: two small services on the runtime, as the three real ones are made; one accepts, the other keeps a table."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel
from sqlalchemy import BigInteger, Column, MetaData, Table, Text

from bench.child import WARMING, Arrivals, Measured, Task, closed_loop, main, open_loop, say_when_warm
from shared.eventsourcing.commands import StreamType, derived_id
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.events import Event
from shared.eventsourcing.followers import Checkpoint, Handler
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.eventsourcing.runtime import Runtime, Settings
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta, StoredEvent

_CALLERS = 100


class Accept(BaseModel, frozen=True):
    message: str
    sent_at: float
    channel: str
    sender: str
    recipient: str
    priority: int
    attempt: int
    cost: float
    tags: tuple[str, ...]
    body: str


class Accepted(Event, frozen=True):
    stored_as: ClassVar[str] = "message-accepted"
    message: str
    sent_at: float
    channel: str
    sender: str
    recipient: str
    priority: int
    attempt: int
    cost: float
    tags: tuple[str, ...]
    body: str


class MessageAccepted(BaseModel, frozen=True):
    event_type: ClassVar[str] = "bench.message.accepted.v1"
    message: str
    sent_at: float
    channel: str
    sender: str
    recipient: str
    priority: int
    attempt: int
    cost: float
    tags: tuple[str, ...]
    body: str


def _decide(command: Accept, accepted: bool) -> list[Accepted]:
    return [] if accepted else [Accepted(**command.__dict__)]


MESSAGE: StreamType[Accept, bool, Accepted] = StreamType(
    "message", Decider(False, _decide, lambda _state, _event: True), (Accepted,)
)

rows_table = Table(
    "rows",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
)


class MessageRows(RowProjection):
    name: ClassVar[str] = "rows"
    tables: ClassVar[tuple[Table, ...]] = (rows_table,)

    def key(self, recorded: Recorded) -> Hashable | None:
        return recorded.event.message if isinstance(recorded.event, MessageAccepted) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        event = recorded.event
        assert isinstance(event, MessageAccepted)
        return {
            "id": event.message,
            "status": "accepted",
            "recipient": event.recipient,
            "n": 1 if row is None else row["n"] + 1,
            "updated": recorded.stored.recorded,
        }


class _Observed:
    """A projection's handler that tells when its rows are committed."""

    def __init__(self, handler: Handler, runtime: Runtime, arrivals: Arrivals) -> None:
        self.name = handler.name
        self._handler = handler
        self._runtime = runtime
        self._arrivals = arrivals

    async def handle(self, events: Sequence[StoredEvent], at: Checkpoint) -> Checkpoint:
        after = await self._handler.handle(events, at)
        read = [self._runtime.read(event) for event in events]
        self._arrivals.add([event.sent_at for event in read if isinstance(event, MessageAccepted)])
        return after


def _settings(service: str, task: Task) -> Settings:
    return Settings(service, "bench", task.database, task.kafka, b"m" * 32, b"d" * 32, partitions=1)


def _tell(event: Event, _leave: Callable[[Sealed], Sealed]) -> tuple[str, str, BaseModel] | None:
    if not isinstance(event, Accepted):
        return None
    return _topic, event.message, MessageAccepted(**event.__dict__)


_topic = ""


async def source(task: Task) -> None:
    global _topic
    _topic = task.topic
    measured = Measured(task)
    runtime = Runtime(_settings("intake", task), MESSAGE.events, {})
    runtime.relay(_tell, [task.topic])

    async def one(raw: bytes) -> None:
        command = Accept.__pydantic_validator__.validate_json(raw)
        who = Meta(actor="clerk-1", role="clerk", station="station-1", correlation=command.message)
        await runtime.commands.handle(MESSAGE, command.message, command, who, derived_id("accept", command.message))

    async def relayed(position: int) -> None:
        await _until(lambda: runtime.followers["relay"].position >= position)

    async with runtime.running():
        await closed_loop(one, WARMING, _CALLERS, 0.0)
        await relayed(WARMING)
        await measured.begin()
        began = time.time()
        if task.rate:
            await open_loop(one, task.count, task.rate)
        else:
            await closed_loop(one, task.count, _CALLERS, None)
        await relayed(WARMING + task.count)
        measured.answer(began=began)


async def sink(task: Task) -> None:
    measured = Measured(task)
    arrivals = Arrivals(task.count)
    contracts = {MessageAccepted.event_type: MessageAccepted}
    runtime = Runtime(_settings("notify", task), (), contracts)
    runtime.project(MessageRows())
    runtime.receive([task.topic])
    follower = runtime.followers["projection:rows"]
    follower.handler = _Observed(follower.handler, runtime, arrivals)
    async with runtime.running():
        await _until(lambda: runtime.ready)
        warming = asyncio.create_task(say_when_warm(arrivals))
        await measured.begin()
        await arrivals.all.wait()
        measured.answer(**arrivals.summary())
        await warming


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - the runtime has no event for it, and 10 ms are near enough
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    main({"source": source, "sink": sink})
