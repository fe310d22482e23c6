"""From a command in one service to a row in another, over real Kafka, with all that may go wrong on the way."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from shared.eventsourcing import parking
from shared.eventsourcing.projections import projected
from shared.eventsourcing.runtime import Runtime
from tests.integration.shared.pair import desk, rows, scan, shelf


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not await holds():
        assert asyncio.get_running_loop().time() < deadline, "it did not come about in time"
        await asyncio.sleep(0.05)


@pytest.fixture
def topic() -> str:
    return f"test.parcels.{uuid.uuid4().hex[:8]}"


@pytest.fixture
async def pair(tmp_path: Path, kafka_bootstrap: str, topic: str) -> AsyncIterator[tuple[Runtime, Runtime]]:
    first = desk(f"sqlite+aiosqlite:///{tmp_path}/desk.db", kafka_bootstrap, topic)
    second = shelf(f"sqlite+aiosqlite:///{tmp_path}/shelf.db", kafka_bootstrap, topic)
    async with first.running(), second.running():
        yield first, second


async def test_what_one_service_stores_becomes_a_row_of_another(pair: tuple[Runtime, Runtime]) -> None:
    first, second = pair
    for n in range(60):
        await scan(first, f"p{n % 7}", f"c{n}")
    last = await scan(first, "p0", "last")
    await second.wait_for("shelf", last.position, source="desk")
    await until(lambda: same(first, second))
    assert all(kept for _, kept in (await rows(second)).values())
    assert await second.verify() == 61


async def same(first: Runtime, second: Runtime) -> bool:
    return await rows(first) == await rows(second) != {}


async def test_a_topic_that_was_lost_is_filled_again_and_nothing_counts_twice(
    pair: tuple[Runtime, Runtime], kafka_bootstrap: str, topic: str
) -> None:
    first, second = pair
    for n in range(30):
        await scan(first, f"p{n % 3}", f"a{n}")
    await until(lambda: same(first, second))
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.delete_topics([topic])
    await admin.close()
    for n in range(30):
        await scan(first, f"p{n % 3}", f"b{n}")
    await until(lambda: same(first, second), 60)
    assert {times for times, _ in (await rows(second)).values()} == {20}
    assert all(kept for _, kept in (await rows(second)).values())


async def test_what_cannot_be_read_is_parked_and_the_partition_goes_on(
    pair: tuple[Runtime, Runtime], kafka_bootstrap: str, topic: str
) -> None:
    first, second = pair
    bad: list[tuple[bytes | None, list[tuple[str, bytes]]]] = [
        (b"{}", []),
        (None, [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"s"), ("ce_type", b"t")]),
        (b"\xff\xfe", [("ce_id", b"\xff\xff")]),
        (b"not json", [("content-type", b"application/cloudevents+json")]),
        (b"{}", [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"s"), ("ce_type", b"t")]),
    ]
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap) as producer:
        for value, headers in [*bad, *bad]:
            await producer.send_and_wait(topic, value, key=b"k", headers=headers, partition=0)
    for n in range(40):
        await scan(first, f"p{n}", f"c{n}")
    await until(lambda: same(first, second))
    await until(lambda: parked_are(second, len(bad)))
    assert {message.cause for message in await parking.waiting(second.database)} == {"unreadable"}


async def parked_are(runtime: Runtime, count: int) -> bool:
    return sum((await parking.count(runtime.database)).values()) == count


async def test_sealed_values_travel_and_are_gone_after_erasure(pair: tuple[Runtime, Runtime]) -> None:
    first, second = pair
    note = await first.vault.seal("person-1", "王大妈 138 0000 0000")
    await scan(first, "p1", "c1", note)
    await until(lambda: same(first, second))
    (event,) = [e for e in await second.store.read_all(0) if b"box" in e.data]
    assert "王大妈".encode() not in event.data
    told = second.read(event)
    assert told is not None
    assert await second.vault.open_all([told.note]) == ["王大妈 138 0000 0000"]  # type: ignore[attr-defined]
    await second.erase("person-1", event.decoded_meta())
    assert await second.vault.open_all([told.note]) == [None]  # type: ignore[attr-defined]
    assert await second.verify() == 2


async def test_a_rebuild_gives_the_same_rows_while_the_live_ones_go_on(pair: tuple[Runtime, Runtime]) -> None:
    first, _ = pair
    for n in range(200):
        await scan(first, f"p{n % 9}", f"c{n}")
    await first.wait_for("shelf", 200)
    before = await rows(first)
    busy = asyncio.create_task(scan(first, "p0", "meanwhile"))
    assert await first.rebuild("shelf") >= 200
    await busy
    await first.wait_for("shelf", 201)
    after = await rows(first)
    assert after.pop("p0") == (before["p0"][0] + 1, 1)
    del before["p0"]
    assert after == before
    assert await first.rebuild("shelf") >= 201
    await scan(first, "p0", "afterwards")
    await until(lambda: reached(first, 202))


async def reached(runtime: Runtime, position: int) -> bool:
    return await projected(runtime.database, "shelf") >= position
