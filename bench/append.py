"""`append`: one new event of a new stream per append; our store, the peer, and plain asyncpg as the reference."""

from __future__ import annotations

import asyncio
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable

from bench import peer
from bench.group_commit import GroupCommit
from bench.results import Result
from bench.rounds import Goal, Spread, interleave, ratio, scaled
from bench.sample import EVENT_BYTES, stored_event
from bench.servers import databases, durable_postgres, plain
from shared.eventsourcing.database import Database
from shared.eventsourcing.migration import migrate
from shared.eventsourcing.sql_store import SqlStore
from shared.eventsourcing.store import NO_STREAM, Append, Meta, NewEvent, StreamWrite
from tests.servers.postgres import PostgresServer

_META = Meta(actor="clerk-1", role="clerk", station="station-1", correlation="WG-2025-000001").encoded()
_COUNTS = {1: 600, 16: 6_000, 64: 12_000}
_PEER_COUNTS = {1: 400, 16: 1_200}
_GOALS = (
    Goal("over `eventsourcing` (recorder), 16 callers", "ours, 16", "eventsourcing recorder, 16", 8, 15),
    Goal("over `eventsourcing` (recorder), 1 caller", "ours, 1", "eventsourcing recorder, 1", 1, 2),
    Goal("over `eventsourcing` (application.save), 16 callers", "ours, 16", "eventsourcing save, 16", 8, 15),
    Goal("of asyncpg group commit, 64 callers", "ours, 64", "asyncpg, 64", 0.5, 0.8),
    Goal("of asyncpg group commit, 16 callers", "ours, 16", "asyncpg, 16", 0.5, 0.8),
    Goal("of asyncpg group commit, 1 caller", "ours, 1", "asyncpg, 1", 0.5, 0.8),
    Goal(
        "SQLite (synchronous FULL), 16 callers, over `eventsourcing` on SQLite",
        "ours on SQLite, 16",
        "eventsourcing on SQLite, 16",
        6,
        10,
    ),
)
_RATE = "events/s"


def run() -> Result:
    with durable_postgres() as postgres:
        cases: dict[str, Callable[[], dict[str, float]]] = {}
        for callers in _COUNTS:
            cases[f"ours, {callers}"] = _rate(_ours_on_postgres, postgres, callers, scaled(_COUNTS[callers]))
            cases[f"asyncpg, {callers}"] = _rate(_asyncpg, postgres, callers, scaled(_COUNTS[callers]))
        for threads, count in _PEER_COUNTS.items():
            cases[f"eventsourcing recorder, {threads}"] = _rate(
                peer.append_postgres, postgres, "recorder", threads, scaled(count)
            )
        cases["eventsourcing save, 16"] = _rate(peer.append_postgres, postgres, "save", 16, scaled(_PEER_COUNTS[16]))
        cases["ours on SQLite, 16"] = _rate(_ours_on_sqlite, 16, scaled(3_000))
        cases["eventsourcing on SQLite, 16"] = _rate(peer.append_sqlite, 16, scaled(400))
        samples = interleave(cases)
    measures = {name: {_RATE: Spread.of(one[_RATE])} for name, one in samples.items()}
    return Result("append", measures, [ratio(goal, samples, _RATE) for goal in _GOALS])


def _rate(way: Callable[..., float], *arguments: object) -> Callable[[], dict[str, float]]:
    return lambda: {_RATE: way(*arguments)}


def _ours_on_postgres(postgres: PostgresServer, callers: int, count: int) -> float:
    with databases(postgres, "ours") as (url,):
        return asyncio.run(_ours(url, callers, count))


def _ours_on_sqlite(callers: int, count: int) -> float:
    with tempfile.TemporaryDirectory(prefix="wangge-bench-") as folder:
        return asyncio.run(_ours(f"sqlite+aiosqlite:///{folder}/ours.db", callers, count))


async def _ours(url: str, callers: int, count: int) -> float:
    database = Database(url)
    await migrate(database)
    store = SqlStore(database)
    data = stored_event()[: EVENT_BYTES - len(_META)]

    async def one() -> None:
        event = NewEvent("message-accepted", 1, data, _META)
        write = StreamWrite(f"message-{uuid.uuid4().hex}", NO_STREAM, (event,))
        await store.append(Append((write,), str(uuid.uuid4())))

    rate = await _from_callers(one, callers, count)
    await store.close()
    await database.close()
    return rate


def _asyncpg(postgres: PostgresServer, callers: int, count: int) -> float:
    async def measured(url: str) -> float:
        writer = await GroupCommit.connect(plain(url))

        async def one() -> None:
            await writer.append((f"message-{uuid.uuid4().hex}", 1, "message.accepted", stored_event()))

        rate = await _from_callers(one, callers, count)
        await writer.close()
        return rate

    with databases(postgres, "asyncpg") as (url,):
        return asyncio.run(measured(url))


async def _from_callers(one: Callable[[], Awaitable[None]], callers: int, count: int) -> float:
    async def several(times: int) -> None:
        for _ in range(times):
            await one()

    async with asyncio.TaskGroup() as warming:
        for _ in range(callers):
            warming.create_task(several(3))
    each = max(1, count // callers)
    began = time.perf_counter()
    async with asyncio.TaskGroup() as measured:
        for _ in range(callers):
            measured.create_task(several(each))
    return each * callers / (time.perf_counter() - began)
