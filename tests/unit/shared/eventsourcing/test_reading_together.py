"""Streams that are asked for at the same moment are read together, and nobody who asks is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from shared.eventsourcing.database import Database
from shared.eventsourcing.sql_store import SqlStore, Tail
from shared.eventsourcing.store import StoredEvent


def stored(position: int, size: int = 2) -> StoredEvent:
    return StoredEvent(position, "s", position, "happened", 1, f"c{position}", b"x" * size, b"{}", b"", 0)


async def test_who_asks_again_when_all_readers_end_at_once_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqlStore(Database(f"sqlite+aiosqlite:///{tmp_path}/unused.db"))
    gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def read(asked: Sequence[Any]) -> dict[str, list[StoredEvent]]:
        if not gate.done():
            await gate
        return {one.stream: [stored(1)] for one in asked}

    monkeypatch.setattr(store, "_read_streams", read)

    async def ask(stream: str, times: int) -> int:
        return sum([len(await store.read_stream(stream)) for _ in range(times)])

    asking = []
    for n in range(3):
        asking.append(asyncio.create_task(ask(f"s{n}", 2 if n == 0 else 1)))
        for _ in range(5):
            await asyncio.sleep(0)
    gate.set_result(None)
    assert await asyncio.wait_for(asyncio.gather(*asking), 5) == [2, 1, 1]


async def test_a_failed_read_fails_those_who_asked_and_the_next_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqlStore(Database(f"sqlite+aiosqlite:///{tmp_path}/unused.db"))
    away = True

    async def read(asked: Sequence[Any]) -> dict[str, list[StoredEvent]]:
        if away:
            raise OSError("the database is away")
        return {}

    monkeypatch.setattr(store, "_read_streams", read)
    answers = await asyncio.gather(*(store.read_stream(f"s{n}") for n in range(9)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [OSError] * 9
    away = False
    assert await store.read_stream("s1") == []


def test_the_tail_has_no_hole_and_no_more_than_it_may() -> None:
    tail = Tail()
    tail.add([stored(n) for n in range(5, 9)])
    assert [event.position for event in tail.after(4, 3)] == [5, 6, 7]
    assert [event.position for event in tail.after(6, 9)] == [7, 8]
    assert tail.after(3, 9) == ()
    assert list(tail.after(8, 9)) == []
    assert list(tail.after(20, 9)) == []
    tail.add([stored(10)])
    assert tail.after(8, 9) == ()
    assert [event.position for event in tail.after(9, 9)] == [10]
    tail.add([stored(n, 1_000_000) for n in range(11, 40)])
    newest = tail.after(38, 9)
    assert [event.position for event in newest] == [39]
    assert tail.after(10, 9) == ()
    tail.add([stored(n) for n in range(40, 10_040)])
    assert tail.after(40, 1) == ()
    assert [event.position for event in tail.after(10_038, 9)] == [10_039]
