"""A notify of its own for one test: its store and read models, a clock that the test moves, watched channels."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from services.notify.adapters.channel import Channel, Outcome, OutgoingMessage, Sent
from services.notify.application.sending import Sender
from services.notify.domain import EVENTS
from services.notify.domain.delivery import Channel as ChannelName
from services.notify.main import HEARD, follow
from services.notify.projections.deliveries import deliveries
from shared.contracts.cases import Case
from shared.contracts.envelope import Contract
from shared.contracts.vocabulary import Personal
from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.followers import Follower
from shared.eventsourcing.migration import migrate
from shared.eventsourcing.projections import prepare, rebuild
from shared.eventsourcing.runtime import Runtime, Settings
from shared.eventsourcing.store import ANY_VERSION, Append, Meta, NewEvent, StreamWrite
from tests.unit.notify.examples import MONDAY

KEY = b"k" * 32


class Clock:
    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


class Watched:
    """A channel that keeps what it is given and answers in turn, the last answer from then on."""

    def __init__(self, name: ChannelName, *answers: Outcome | Exception | None, repeatable: bool = True) -> None:
        self.name: ChannelName = name
        self.repeatable = repeatable
        self.sent: list[OutgoingMessage] = []
        self.answers = answers or (Sent(provider_id=None, delivered=True),)

    async def send(self, message: OutgoingMessage) -> Outcome:
        self.sent.append(message)
        answer = self.answers[min(len(self.sent), len(self.answers)) - 1]
        if answer is None:  # an answer that never comes
            await asyncio.Event().wait()
            raise AssertionError("never set")
        if isinstance(answer, Exception):
            raise answer
        return answer


def settings(database: str, kafka: str = "127.0.0.1:1") -> Settings:
    return Settings("notify", "test", database, kafka, KEY, KEY)


class Station:
    """One replica of notify, with neither Kafka nor followers running: the test turns them by hand."""

    def __init__(self, database: str, clock: Clock, *channels: Channel, webhook: bool = True) -> None:
        self.clock = clock
        self.runtime = Runtime(settings(database), EVENTS, HEARD, clock=clock)
        self.sender: Sender = follow(
            self.runtime, {channel.name: channel for channel in channels}, webhook_configured=webhook
        )
        self._versions = count(1)

    async def turn(self) -> None:
        """Lets every follower read to the end, policies and what they lead to as well."""
        while sum([await self._stepped(follower) for follower in self.runtime.followers.values()]):
            pass

    async def _stepped(self, follower: Follower) -> int:
        handled = await follower.step()
        await follower.keep(now=True)
        return handled

    async def hear(self, *contracts: Contract, source: str = "mediation") -> None:
        """Stores contracts as the receiver does, and lets everything follow."""
        for contract in contracts:
            await heard(self.runtime, contract, next(self._versions), source)
        await self.turn()

    async def tick(self) -> None:
        """The clock fires what is due, the sender sends it, and everything follows."""
        for clock in self.runtime.clocks:
            await clock.tick()
        await self.sent_all()
        await self.turn()

    async def sent_all(self) -> None:
        running = asyncio.create_task(self.sender.run())
        while self.sender.waiting:
            await asyncio.sleep(0.005)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def rows(self) -> list[dict[str, Any]]:
        async with self.runtime.database.reading() as tx:
            found = await tx.execute(select(deliveries).order_by(deliveries.c.position))
            return [dict(row) for row in found.mappings()]

    async def row(self) -> dict[str, Any]:
        (row,) = await self.rows()
        return row

    async def types(self, prefix: str = "delivery-") -> list[str]:
        return [event.type for event in await self.runtime.store.read_all(0) if event.stream.startswith(prefix)]

    async def content(self, name: str) -> list[tuple[Any, ...]]:
        """All rows of a read model."""
        (table,) = self.runtime.projections[name].tables
        async with self.runtime.database.reading() as tx:
            return [tuple(row) for row in await tx.execute(select(table).order_by(*table.primary_key.columns))]

    async def rebuilt(self, name: str) -> None:
        await rebuild(self.runtime.projections[name], self.runtime.store, self.runtime.read)


async def heard(runtime: Runtime, contract: Contract, version: int, source: str = "mediation") -> None:
    body: bytes = contract.model_dump_json().encode()
    (resealed,) = await runtime.vault.reseal([body])
    code = contract.code if isinstance(contract, Case) else ""
    meta = Meta(actor=source, role="service", correlation=code).encoded()
    stream = f"received/urn:wangge:test:{source}:e1/{contract.topic}/0"
    write = StreamWrite(stream, ANY_VERSION, (NewEvent(contract.event_type, 1, resealed, meta, version),))
    await runtime.store.append(Append((write,), derived_id(stream, version)))


def personal(runtime: Runtime, of: str, value: str) -> Personal:
    """A value as it travels between services."""
    box = runtime.vault.enclose(of, value)
    return Personal(of=box.of, box=box.box)


@asynccontextmanager
async def stationed(database: str, clock: Clock, *channels: Channel, webhook: bool = True) -> AsyncIterator[Station]:
    """A station whose store is migrated and whose read models are there."""
    station = Station(database, clock, *channels, webhook=webhook)
    await migrate(station.runtime.database)
    await prepare(list(station.runtime.projections.values()), station.runtime.database)
    try:
        yield station
    finally:
        await station.runtime.store.close()
        await station.runtime.database.close()
