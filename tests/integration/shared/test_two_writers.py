"""Two stores on one PostgreSQL, as two processes have them: races for the head leave no hole and lose nothing."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence

import pytest

from shared.eventsourcing.chain import GENESIS, verify
from shared.eventsourcing.database import Database
from shared.eventsourcing.followers import Checkpoint, Follower, move_checkpoint
from shared.eventsourcing.migration import migrate
from shared.eventsourcing.sql_store import SqlStore, Tail
from shared.eventsourcing.store import (
    ANY_VERSION,
    Append,
    Appended,
    Meta,
    NewEvent,
    StoredEvent,
    StreamWrite,
    VersionConflict,
)

pytestmark = pytest.mark.postgres
META = Meta(actor="test").encoded()


def one(stream: str, expected: int | None = ANY_VERSION, command: str | None = None) -> Append:
    event = NewEvent("counted", 1, b"{}", META)
    return Append((StreamWrite(stream, expected, (event,)),), command or str(uuid.uuid4()))


@pytest.fixture
async def stores(fresh_postgres_url: str) -> AsyncIterator[tuple[SqlStore, SqlStore]]:
    databases = [Database(fresh_postgres_url) for _ in range(2)]
    await migrate(databases[0])
    first, second = (SqlStore(database) for database in databases)
    yield first, second
    for store in (first, second):
        await store.close()
        await store.database.close()


async def test_two_writers_at_once_leave_no_hole_and_break_no_chain(stores: tuple[SqlStore, SqlStore]) -> None:
    async def many(store: SqlStore, caller: int) -> list[Appended]:
        return [await store.append(one(f"s{(caller + n) % 5}")) for n in range(40)]

    answers = await asyncio.gather(*(many(store, caller) for store in stores for caller in range(4)))
    assert sorted(answer.position for some in answers for answer in some) == list(range(1, 321))
    events = await stores[0].read_all(0, 1_000)
    position, hash_ = verify(events, GENESIS)
    await stores[1].check_head(position, hash_)
    for stream in {event.stream for event in events}:
        versions = [event.version for event in events if event.stream == stream]
        assert versions == list(range(1, len(versions) + 1))


async def test_of_two_writers_that_expect_the_same_version_one_wins(stores: tuple[SqlStore, SqlStore]) -> None:
    for version in range(30):
        outcomes = await asyncio.gather(*(s.append(one("hot", version)) for s in stores), return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {Appended, VersionConflict}


async def test_a_command_given_to_two_writers_is_stored_once(stores: tuple[SqlStore, SqlStore]) -> None:
    for number in range(30):
        command = str(uuid.uuid4())
        first, second = await asyncio.gather(*(store.append(one(f"s{number}", command=command)) for store in stores))
        assert first.position == second.position == number + 1
        assert first.repeated != second.repeated


class Noting:
    """A follower's handler that keeps what it was given."""

    name = "noting"

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.noted: list[int] = []

    async def handle(self, events: Sequence[StoredEvent], at: Checkpoint) -> Checkpoint:
        self.noted += [event.position for event in events]
        after = Checkpoint(events[-1].position)
        async with self._store.database.stating() as tx:
            await move_checkpoint(tx, self.name, at.position, after.position)
        return after


async def test_a_follower_beside_one_writer_reads_the_other_writers_events_in_their_place(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    first, second = stores
    handler = Noting(first)
    follower = Follower(first, handler, batch=3)
    ended = False
    following = asyncio.create_task(follower.run(lambda: not ended))
    for store in (first, first, second, first, second, second, first, second):
        await store.append(one("s"))
        await asyncio.sleep(0.01)
    async with asyncio.timeout(10):
        while len(handler.noted) < 8:
            await asyncio.sleep(0.02)
    ended = True
    await following
    assert handler.noted == list(range(1, 9))


def stored(position: int) -> StoredEvent:
    return StoredEvent(position, "s", position, "counted", 1, "c", b"{}", b"{}", b"", 0)


def test_what_is_kept_in_memory_has_no_hole() -> None:
    tail = Tail()
    tail.add([stored(1), stored(2)])
    assert [event.position for event in tail.after(0, 10)] == [1, 2]
    tail.add([stored(5)])
    assert tail.after(2, 10) == ()
    assert [event.position for event in tail.after(4, 10)] == [5]
    assert not tail.after(5, 10)
    assert not tail.after(9, 10)


def test_what_is_kept_in_memory_is_bounded_and_loses_the_oldest() -> None:
    tail = Tail()
    for position in range(1, 10_001):
        tail.add([stored(position)])
    assert tail.after(0, 10) == ()
    assert [event.position for event in tail.after(9_990, 100)] == list(range(9_991, 10_001))
    big = StoredEvent(10_001, "s", 1, "counted", 1, "c", b"x" * 17_000_000, b"", b"", 0)
    tail.add([big])
    assert tail.after(9_990, 10) == ()
