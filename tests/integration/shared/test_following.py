"""Followers, leases and read models on both databases: exactly once, taken over in time, rebuilt byte for byte."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Hashable, Sequence
from typing import Any, ClassVar

import orjson
import pytest
from aiokafka.errors import KafkaConnectionError
from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, Table, Text, select

from shared.eventsourcing import followers
from shared.eventsourcing.followers import Follower, Leases, Overtaken, Runner, Task, read_checkpoint
from shared.eventsourcing.projections import (
    Projection,
    ProjectionHandler,
    Recorded,
    RowProjection,
    Rows,
    prepare,
    projected,
    rebuild,
)
from shared.eventsourcing.sql_store import SqlStore
from shared.eventsourcing.store import ANY_VERSION, Append, Meta, NewEvent, StoredEvent, StreamWrite

META = Meta(actor="a").encoded()

counts = Table(
    "counts",
    MetaData(),
    Column("name", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("seen", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Index("counts_by_seen", "seen"),
)


class Counts(RowProjection):
    name: ClassVar[str] = "counts"
    tables: ClassVar[tuple[Table, ...]] = (counts,)

    def key(self, recorded: Recorded) -> Hashable | None:
        return recorded.stored.stream, recorded.stored.type

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        stored = recorded.stored
        before = row or {"name": stored.stream, "kind": stored.type, "seen": 0, "raw": b""}
        raw = (before["raw"] + stored.data)[-40:]
        return {**before, "seen": before["seen"] + 1, "last": stored.position, "raw": raw}


class Counts2(Counts):
    version: ClassVar[int] = 2

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        after = super().evolve(row, recorded)
        return after and {**after, "raw": b"two"}


def read(stored: StoredEvent) -> object:
    return orjson.loads(stored.data)


async def append(store: SqlStore, first: int, count: int) -> None:
    async def one(n: int) -> None:
        new = NewEvent(f"kind-{n % 2}", 1, b'{"n":%d}' % n, META)
        await store.append(Append((StreamWrite(f"s-{n % 7}", ANY_VERSION, (new,)),), f"c{n}"))

    await asyncio.gather(*(one(n) for n in range(first, first + count)))


def follower(store: SqlStore, projection: Projection | None = None, batch: int = 50) -> Follower:
    return Follower(store, ProjectionHandler(projection or Counts(), store.database, read), batch)


async def table(store: SqlStore) -> list[tuple[Any, ...]]:
    async with store.database.reading() as tx:
        rows = await tx.execute(select(counts).order_by(counts.c.name, counts.c.kind))
        return [tuple(row) for row in rows]


async def folded(store: SqlStore) -> list[tuple[Any, ...]]:
    """What the table must hold, by plain folding."""
    rows: dict[Hashable, dict[str, Any]] = {}
    projection = Counts()
    for stored in await store.read_all(0, 100_000):
        recorded = Recorded(read(stored), stored)
        key = projection.key(recorded)
        after = projection.evolve(rows.get(key), recorded)
        assert after is not None
        rows[key] = after
    return [
        tuple(row[c.name] for c in counts.columns) for _, row in sorted(rows.items(), key=lambda item: str(item[0]))
    ]


async def until(holds: Callable[[], object], seconds: float = 15) -> float:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it did not come about in time"
        await asyncio.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture
async def store(sql_store: SqlStore) -> SqlStore:
    await prepare([Counts()], sql_store.database)
    return sql_store


async def test_two_followers_at_once_apply_everything_exactly_once(store: SqlStore) -> None:
    await append(store, 0, 300)
    overtaken = 0

    async def follow(one: Follower) -> None:
        nonlocal overtaken
        while one.position < 300:
            try:
                await one.step()
            except Overtaken:
                overtaken += 1
                one._checkpoint = None

    await asyncio.gather(*(follow(follower(store, batch=7)) for _ in range(3)))
    assert await table(store) == await folded(store)
    assert overtaken > 0, "they never met, so nothing was tried"


async def test_a_zombie_that_wakes_up_rolls_back(store: SqlStore) -> None:
    await append(store, 0, 20)
    zombie, leader = follower(store, batch=5), follower(store, batch=5)
    await zombie.step()
    while await leader.step():
        pass
    with pytest.raises(Overtaken):
        await zombie.step()
    assert await table(store) == await folded(store)


async def test_a_projection_that_fails_is_visible_and_goes_on_when_it_is_mended(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "_BACK_OFF", (0.05,))

    class Breaking(Counts):
        broken = True

        async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
            await super().apply(rows, events)
            if self.broken and any(event.stored.position == 8 for event in events):
                raise RuntimeError("event 8 is too much for it")

    projection = Breaking()
    one = follower(store, projection, batch=3)
    running = True
    task = asyncio.create_task(one.run(lambda: running))
    await append(store, 0, 20)
    await until(lambda: one.failures >= 2)
    assert one.failing == "RuntimeError: event 8 is too much for it"
    assert await projected(store.database, "counts") == 6
    assert sum(row[2] for row in await table(store)) == 6, "what failed left nothing behind"
    projection.broken = False
    await until(lambda: one.position == 20)
    assert await table(store) == await folded(store)
    assert one.failures == 0
    await append(store, 20, 5)
    await until(lambda: one.position == 25)
    running = False
    await asyncio.wait_for(task, 5)
    assert not store.appended._waiting, "no ticket is left behind"


async def test_an_outage_is_one_line_in_the_log_and_a_fault_has_its_trace(
    sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(followers, "_BACK_OFF", (0.01,))
    caplog.set_level(logging.INFO, logger=followers.__name__)
    why: list[Exception] = [*[KafkaConnectionError("Kafka is away")] * 3, ConnectionRefusedError("and refuses")]
    why += [RuntimeError("a fault")] * 2

    class Waiting(Counts):
        async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
            if why:
                raise why.pop(0)
            await super().apply(rows, events)

    projection = Waiting()
    await prepare([projection], sqlite_store.database)
    await append(sqlite_store, 0, 3)
    one = follower(sqlite_store, projection)
    await one.run(lambda: one.position < 3)
    assert [(record.levelname, bool(record.exc_info)) for record in caplog.records] == [
        ("WARNING", False),
        ("WARNING", False),
        ("ERROR", True),
        ("ERROR", True),
        ("INFO", False),
    ]
    said = caplog.records[0].getMessage()
    assert said.startswith("follower projection:counts waits at position 0: ")
    assert said.endswith("Kafka is away")


async def test_another_runner_takes_over_when_the_first_is_frozen(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert followers.LEASE_SECONDS + 2 * followers.RENEW_SECONDS < 10, "it would take more than ten seconds"
    monkeypatch.setattr(followers, "LEASE_SECONDS", 1.5)
    monkeypatch.setattr(followers, "RENEW_SECONDS", 0.4)
    ran: list[str] = []

    def task(who: str) -> Task:
        async def run(leading: Callable[[], bool]) -> None:
            ran.append(who)
            while leading():
                await asyncio.sleep(0.02)
            ran.append(f"{who} ended")

        return Task("followers", run)

    first, second = (Runner(store.database, [task(who)], who) for who in ("first", "second"))
    await first.start()
    await second.start()
    await asyncio.sleep(1)
    assert (ran, first.leading("followers"), second.leading("followers")) == (["first"], True, False)
    assert first._loop is not None
    first._loop.cancel()  # frozen: it renews no more
    took = await until(lambda: "second" in ran, 10)
    assert took > 0.2, "it was not taken over while the lease ran"
    assert ran == ["first", "first ended", "second"], "the first ended before the second began"
    await second.stop()
    await first.stop()
    again = Runner(store.database, [task("again")], "again")
    await again.start()
    assert again.leading("followers"), "a lease that was given back is free at once"
    await again.stop()


async def test_one_of_many_gets_a_lease(store: SqlStore) -> None:
    many = [Leases(store.database) for _ in range(8)]
    assert sum(await asyncio.gather(*(one.acquire("x") for one in many))) == 1
    (holder,) = [one for one in many if await one.renew() == {"x"}]
    assert await holder.acquire("x")
    await holder.release()
    assert await many[0].acquire("x")


async def test_stopping_waits_for_the_batch_and_cancels_what_hangs(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "STOP_SECONDS", 0.5)
    ended: list[str] = []

    async def decent(leading: Callable[[], bool]) -> None:
        while leading():
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)
        ended.append("decent")

    async def hanging(leading: Callable[[], bool]) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    runner = Runner(store.database, [Task("decent", decent), Task("hanging", hanging)])
    await runner.start()
    await asyncio.sleep(0.1)
    await asyncio.wait_for(runner.stop(), 5)
    assert ended == ["decent", "cancelled"]


async def test_a_task_that_breaks_is_started_again(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "RENEW_SECONDS", 0.1)
    runs = 0

    async def breaking(leading: Callable[[], bool]) -> None:
        nonlocal runs
        runs += 1
        raise RuntimeError("broken")

    runner = Runner(store.database, [Task("breaking", breaking)])
    await runner.start()
    await until(lambda: runs > 2)
    await runner.stop()


async def test_cancelled_transactions_leave_the_database_usable_and_nothing_half_done(store: SqlStore) -> None:
    async def both(n: int) -> None:
        async with store.database.writing() as tx:
            await tx.exec_driver_sql(f"INSERT INTO leases (name, holder, until) VALUES ('a{n}', 'x', 0)")
            await asyncio.sleep(0)
            await tx.exec_driver_sql(f"INSERT INTO leases (name, holder, until) VALUES ('b{n}', 'x', 0)")

    for n in range(60):
        task = asyncio.create_task(both(n))
        await asyncio.sleep(0.0005 * (n % 12))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await asyncio.wait_for(append(store, 0, 10), 10)
    async with store.database.reading() as tx:
        names = set((await tx.exec_driver_sql("SELECT name FROM leases")).scalars())
    assert {name[1:] for name in names if name[0] == "a"} == {name[1:] for name in names if name[0] == "b"}
    assert (await store.head()).position == 10


async def test_a_cancelled_follower_leaves_rows_and_checkpoint_together(store: SqlStore) -> None:
    await append(store, 0, 200)
    for n in range(25):
        one = follower(store, batch=5)
        task = asyncio.create_task(one.run(lambda: True))
        await asyncio.sleep(0.002 * n)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    one = follower(store)
    while await one.step():
        pass
    assert await table(store) == await folded(store)


async def test_a_rebuild_amid_live_writes_gives_the_same_rows_twice_in_a_row(store: SqlStore) -> None:
    await append(store, 0, 200)
    one = follower(store)
    running = True
    live = asyncio.create_task(one.run(lambda: running))

    async def write() -> None:
        for n in range(200, 500, 20):
            await append(store, n, 20)
            await asyncio.sleep(0.01)

    async def look() -> int:
        times = 0
        while running:
            await table(store)
            times += 1
            await asyncio.sleep(0.005)
        return times

    writing, looking = asyncio.create_task(write()), asyncio.create_task(look())
    for _ in range(2):
        assert await rebuild(Counts(), store, read, batch=30) >= 200
    await writing
    await until(lambda: one.position == 500)
    running = False
    await live
    assert await looking > 0
    assert await table(store) == await folded(store)
    assert one.failing is None


async def test_a_rebuild_that_was_killed_is_begun_again(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "LEASE_SECONDS", 0.5)
    await append(store, 0, 120)
    one = follower(store)
    while await one.step():
        pass

    class Killed(BaseException):
        pass

    def progress(done: int, _: int) -> None:
        if done >= 60:
            raise Killed

    with pytest.raises(Killed):
        await rebuild(Counts(), store, read, progress, batch=20)
    await Leases(store.database, "the killed one").acquire("rebuild:counts")
    assert await table(store) == await folded(store), "the live rows are untouched"
    assert await rebuild(Counts(), store, read, batch=20) == 120
    assert await table(store) == await folded(store)
    async with store.database.reading() as tx:
        assert (await read_checkpoint(tx, "rebuild:counts")).position == 0


async def test_two_rebuilds_at_once_give_the_same_rows(store: SqlStore) -> None:
    await append(store, 0, 150)
    assert await asyncio.gather(*(rebuild(Counts(), store, read, batch=10) for _ in range(2))) == [150, 150]
    assert await table(store) == await folded(store)


async def test_a_rebuild_that_lost_its_lease_is_fenced(postgresql_store: SqlStore) -> None:
    """On SQLite there is one writer at a time, whom nobody can overtake within a transaction."""
    store = postgresql_store
    await prepare([Counts()], store.database)
    await append(store, 0, 60)
    other: list[int] = []

    class Frozen(Counts):
        async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
            if not other:
                other.append(0)
                async with asyncio.timeout(10):
                    await frozen.wait()
            await super().apply(rows, events)

    frozen = asyncio.Event()
    slow = asyncio.create_task(rebuild(Frozen(), store, read, batch=20))
    await until(lambda: other)
    async with store.database.writing() as tx:
        await tx.exec_driver_sql("DELETE FROM leases")
    second = asyncio.create_task(rebuild(Counts(), store, read, batch=20))
    await asyncio.sleep(0.2)
    frozen.set()
    results = await asyncio.gather(slow, second, return_exceptions=True)
    assert [type(result) for result in results] == [Overtaken, int]
    assert await table(store) == await folded(store)


async def test_another_version_of_a_read_model_is_found_and_rebuilt_once(store: SqlStore) -> None:
    await append(store, 0, 40)
    one = follower(store)
    while await one.step():
        pass
    new = Counts2()
    assert await prepare([Counts()], store.database) == []
    assert await prepare([new], store.database) == [new]
    built = await asyncio.gather(*(rebuild(new, store, read, outdated_only=True) for _ in range(2)))
    assert sorted(built) == [0, 40]
    assert {row[4] for row in await table(store)} == {b"two"}
    assert await prepare([new], store.database) == []


async def test_a_replica_that_starts_takes_nothing_from_a_live_one(store: SqlStore) -> None:
    """The first batch and another replica's start meet: rows and checkpoint stay together."""
    await append(store, 0, 50)
    one = follower(store, batch=50)
    await asyncio.gather(one.step(), *(prepare([Counts()], store.database) for _ in range(4)))
    while await one.step():
        pass
    assert await table(store) == await folded(store)


async def test_a_checkpoint_that_was_set_back_is_noticed_without_an_append(store: SqlStore) -> None:
    await append(store, 0, 10)
    handled: list[int] = []

    class Listing:
        name = "listing"

        async def handle(self, events: Sequence[StoredEvent], at: followers.Checkpoint) -> followers.Checkpoint:
            handled.extend(event.position for event in events)
            async with store.database.writing() as tx:
                await followers.move_checkpoint(tx, self.name, at.position, events[-1].position)
            return followers.Checkpoint(events[-1].position)

    one = Follower(store, Listing())
    running = True
    task = asyncio.create_task(one.run(lambda: running))
    await until(lambda: len(handled) == 10)
    async with store.database.writing() as tx:
        await tx.exec_driver_sql("UPDATE checkpoints SET position = 0 WHERE name = 'listing'")
    await until(lambda: len(handled) == 20, 5)
    running = False
    await task


async def test_what_must_last_waits_for_the_disk_on_sqlite_and_what_can_be_made_again_does_not(
    sqlite_store: SqlStore,
) -> None:
    database = sqlite_store.database
    full, normal = 2, 1
    for transaction, expected in (
        (database.appending, full),
        (database.writing, full),
        (database.following, normal),
        (database.stating, normal),
    ):
        async with transaction() as tx:
            assert (await tx.exec_driver_sql("PRAGMA synchronous")).scalar_one() == expected
            assert (await tx.exec_driver_sql("PRAGMA journal_mode")).scalar_one() == "wal"
