"""The limit: the pipeline written as directly as one can with asyncpg and aiokafka, without a runtime.

It does not store the events a second time where they arrive, keeps no chain, no command ids and no leases.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.child import WARMING, Arrivals, Measured, Task, closed_loop, main, open_loop, say_when_warm
from bench.group_commit import INSERT, SCHEMA, GroupCommit, Row
from bench.sample import command
from bench.servers import plain

_BATCH = 100
_CALLERS = 100
# A later position can become visible before an earlier one, so reading goes by transaction first.
_TAIL = (
    "SELECT pos, stream, body, xid::text::bigint AS x FROM ev WHERE (xid, pos) > ($1::bigint::text::xid8, $2) "
    "AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, pos LIMIT 1000"
)
_RELAY = (
    "CREATE TABLE relay (id int PRIMARY KEY, x bigint NOT NULL, pos bigint NOT NULL); INSERT INTO relay VALUES (1,0,0)"
)
_ROWS = """
CREATE TABLE rows (id text PRIMARY KEY, status text NOT NULL, recipient text NOT NULL, n bigint NOT NULL,
  updated bigint NOT NULL);
CREATE TABLE consumed (topic text PRIMARY KEY, next bigint NOT NULL);
"""
_UPSERT = (
    "INSERT INTO rows SELECT i, 'accepted', r, 1, $3 FROM unnest($1::text[], $2::text[]) AS t (i, r) "
    "ON CONFLICT (id) DO UPDATE SET n = rows.n + 1, updated = excluded.updated"
)
_CONSUMED = "INSERT INTO consumed VALUES ($1, $2) ON CONFLICT (topic) DO UPDATE SET next = excluded.next"

# What follows the store or the topic can be done again after a crash and need not wait for the disk; ours does not.
_FOLLOWING = {"synchronous_commit": "off"}


def _handle(raw: bytes) -> Row:
    """A command becomes the row of its event."""
    asked = orjson.loads(raw)
    event = {
        "id": str(uuid.uuid4()),
        "type": "message.accepted.v1",
        "source": "intake",
        "time": "2025-01-01T12:00:00.000000+00:00",
        "correlation_id": asked["message"],
        "version": 1,
        "data": asked,
    }
    return asked["message"], 1, "message.accepted.v1", orjson.dumps(event)


class _Relay:
    """Publishes what is committed, woken by the writer of its own process."""

    def __init__(self, task: Task, connection: Any, producer: AIOKafkaProducer) -> None:
        self._topic = task.topic
        self._connection = connection
        self._producer = producer
        self._woken = asyncio.Event()
        self.stored = self.sent = 0

    def committed(self, count: int) -> None:
        self.stored += count
        self._woken.set()

    async def run(self, until: int) -> None:
        tail = await self._connection.prepare(_TAIL)
        save = await self._connection.prepare("UPDATE relay SET x = $1, pos = $2 WHERE id = 1")
        x, pos, _ = await self._connection.fetchrow("SELECT x, pos, id FROM relay")
        while self.sent < until:
            rows = await tail.fetch(x, pos)
            if not rows:
                if self.stored > self.sent:  # committed, but still behind another transaction
                    await asyncio.sleep(0.001)
                else:
                    await self._woken.wait()
                    self._woken.clear()
                continue
            await self._publish(rows)
            x, pos = rows[-1]["x"], rows[-1]["pos"]
            self.sent += len(rows)
            await save.fetch(x, pos)

    async def _publish(self, rows: list[Any]) -> None:
        sent, batch = [], self._producer.create_batch()
        for row in rows:
            key, value = row["stream"].encode(), row["body"]
            if batch.append(key=key, value=value, timestamp=None) is None:
                sent.append(await self._producer.send_batch(batch, self._topic, partition=0))
                batch = self._producer.create_batch()
                batch.append(key=key, value=value, timestamp=None)
        sent.append(await self._producer.send_batch(batch, self._topic, partition=0))
        await asyncio.gather(*sent)


async def source(task: Task) -> None:
    measured = Measured(task)
    writer = await asyncpg.connect(plain(task.database))
    await writer.execute(SCHEMA)
    await writer.execute(_RELAY)
    producer = AIOKafkaProducer(
        bootstrap_servers=task.kafka,
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        max_batch_size=262_144,
        max_request_size=1 << 20,
    )
    await producer.start()
    following = await asyncpg.connect(plain(task.database), server_settings=_FOLLOWING)
    relay = _Relay(task, following, producer)
    relaying = asyncio.create_task(relay.run(WARMING + task.count))
    group = GroupCommit(writer, relay.committed)

    async def one(raw: bytes) -> None:
        await group.append(_handle(raw))

    async def in_batches(count: int, sent_at: float | None) -> None:
        insert = await writer.prepare(INSERT)
        for at in range(0, count, _BATCH):
            rows = [_handle(command(sent_at)) for _ in range(min(_BATCH, count - at))]
            await insert.fetch(*zip(*rows, strict=True))
            relay.committed(len(rows))

    await (closed_loop(one, WARMING, _CALLERS, 0.0) if task.rate else in_batches(WARMING, 0.0))
    await measured.begin()
    began = time.time()
    await (open_loop(one, task.count, task.rate) if task.rate else in_batches(task.count, None))
    await relaying
    measured.answer(began=began)
    await producer.stop()


async def sink(task: Task) -> None:
    measured = Measured(task)
    arrivals = Arrivals(task.count)
    connection = await asyncpg.connect(plain(task.database), server_settings=_FOLLOWING)
    await connection.execute(_ROWS)
    upsert, consumed = await connection.prepare(_UPSERT), await connection.prepare(_CONSUMED)
    consumer = AIOKafkaConsumer(bootstrap_servers=task.kafka, enable_auto_commit=False)
    await consumer.start()
    partition = TopicPartition(task.topic, 0)
    consumer.assign([partition])
    consumer.seek(partition, 0)

    async def project() -> None:
        while not arrivals.all.is_set():
            for records in (await consumer.getmany(timeout_ms=500, max_records=500)).values():
                events = [orjson.loads(record.value) for record in records]
                async with connection.transaction():
                    await upsert.fetch(
                        [event["data"]["message"] for event in events],
                        [event["data"]["recipient"] for event in events],
                        time.time_ns() // 1_000,
                    )
                    await consumed.fetch(task.topic, records[-1].offset + 1)
                arrivals.add([event["data"]["sent_at"] for event in events])

    projecting = asyncio.create_task(project())
    warming = asyncio.create_task(say_when_warm(arrivals))
    await measured.begin()
    await projecting
    await warming
    measured.answer(**arrivals.summary())
    await consumer.stop()


if __name__ == "__main__":
    main({"source": source, "sink": sink})
