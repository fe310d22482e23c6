"""The relay: a follower that tells the other services, in position order, what this one has stored.

It may send a record again after a crash; it never reorders and never skips. With its checkpoint it remembers, for each
partition, the last position and offset: an offset that is not beyond the remembered one means that the topic was lost,
and everything is published again from the store.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from aiokafka.partitioner import murmur2

from shared.eventsourcing import cloudevents
from shared.eventsourcing.followers import Checkpoint, move_checkpoint
from shared.eventsourcing.sql_store import SqlStore
from shared.eventsourcing.store import LARGEST_EVENT, StoredEvent

log = logging.getLogger(__name__)

LARGEST_RECORD = 2 * LARGEST_EVENT
"""Topics and producers take records up to this, so that what a store accepts can always leave."""
LOOK_EVERY_SECONDS = 10.0


class Message(NamedTuple):
    """What one event tells one topic."""

    topic: str
    key: str
    type: str
    data: bytes
    station: str = ""
    correlation: str = ""
    trace: str = ""


Publish = Callable[[Sequence[StoredEvent]], Awaitable[Sequence[Message | None]]]
"""For each event its message, or None where it is nobody else's business."""


class TopicLost(Exception):
    """A topic no longer holds what was published to it."""


class TopicNotMade(Exception):
    """Kafka refused to make a topic; the text says why."""


class StoresDiffer(Exception):
    """The topic holds what this store does not: it was restored without a new epoch."""


class Partition(NamedTuple):
    position: int
    offset: int


async def ensure_topics(bootstrap: str, topics: Mapping[str, int], replication: int = 1) -> None:
    """Creates the topics that are not there, with (partitions) each; never changes one that is."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        present = set(await admin.list_topics())
        missing = [
            NewTopic(
                name,
                partitions,
                replication,
                topic_configs={"max.message.bytes": str(LARGEST_RECORD), "retention.ms": str(30 * 86_400_000)},
            )
            for name, partitions in topics.items()
            if name not in present
        ]
        if missing:
            answer = await admin.create_topics(missing)
            for topic, code, *_ in answer.topic_errors:
                if code not in (0, TopicAlreadyExistsError.errno):  # another replica may have been first
                    raise TopicNotMade(f"Kafka did not make the topic {topic}: {for_code(code).__name__}")
    finally:
        await admin.close()


class RelayHandler:
    """Publishes batches of events; drive it with a `Follower`."""

    def __init__(
        self,
        store: SqlStore,
        bootstrap: str,
        service: str,
        source: str,
        publish: Publish,
        topics: Mapping[str, int],
    ) -> None:
        self.name = "relay"
        self._store = store
        self._bootstrap = bootstrap
        self._service = service
        self._source = source
        self._publish = publish
        self._topics = topics
        self._producer: AIOKafkaProducer | None = None
        self._looked = 0.0

    async def handle(self, events: Sequence[StoredEvent], at: Checkpoint) -> Checkpoint:
        try:
            published = _published(at)
            await self._look(published)
            published = await self._send(events, published)
        except TopicLost as lost:
            log.error("%s; publishing again from the first event", lost)
            await self._move(at, Checkpoint(0, ""))
            return Checkpoint(0, "")
        except (KafkaError, OSError, TimeoutError):
            await self.close()  # after an indefinite error a producer is not to be trusted
            raise
        # What is not written yet is published again after a crash, which receivers drop.
        return at.passing(events[-1].position, _state(published))

    async def idle(self, at: Checkpoint) -> Checkpoint:
        """Looks after the topics while there is nothing to publish."""
        if at.position == 0 or time.monotonic() - self._looked < LOOK_EVERY_SECONDS:
            return at
        try:
            await self._look(_published(at))
        except TopicLost as lost:
            log.error("%s; publishing again from the first event", lost)
            await self._move(at, Checkpoint(0, ""))
            return Checkpoint(0, "")
        except (KafkaError, OSError, TimeoutError):
            await self.close()
            raise
        return at

    async def close(self) -> None:
        producer, self._producer = self._producer, None
        self._looked = 0.0
        if producer is not None:
            try:
                await asyncio.wait_for(producer.stop(), 5)
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning("the producer did not stop cleanly: %s", error)

    async def _move(self, at: Checkpoint, after: Checkpoint) -> None:
        async with self._store.database.stating() as tx:
            await move_checkpoint(tx, self.name, at.stored, after.position, after.state)

    async def _send(
        self, events: Sequence[StoredEvent], published: dict[str, dict[int, Partition]]
    ) -> dict[str, dict[int, Partition]]:
        messages = await self._publish(events)
        producer = await self._started()
        last = {topic: dict(partitions) for topic, partitions in published.items()}
        records: dict[tuple[str, int], list[tuple[StoredEvent, Message, int]]] = {}
        for event, message in zip(events, messages, strict=True):
            if message is None:
                continue
            partition = partition_of(message.key, self._topics[message.topic])
            partitions = last.setdefault(message.topic, {})
            previous = partitions.get(partition, Partition(0, -1))
            records.setdefault((message.topic, partition), []).append((event, message, previous.position))
            partitions[partition] = Partition(event.position, previous.offset)
        sent = await asyncio.gather(
            *(self._send_partition(producer, topic, number, rows) for (topic, number), rows in records.items())
        )
        for (topic, number), (first, offset) in zip(records, sent, strict=True):
            before = published.get(topic, {}).get(number)
            if before is not None and first <= before.offset:
                raise TopicLost(f"{topic}/{number} was at offset {before.offset} and now took a record at {first}")
            last[topic][number] = Partition(last[topic][number].position, offset)
        return last

    async def _send_partition(
        self,
        producer: AIOKafkaProducer,
        topic: str,
        partition: int,
        rows: Sequence[tuple[StoredEvent, Message, int]],
    ) -> tuple[int, int]:
        """Sends in order; answers the first and the last offset."""
        pending = []
        batch = producer.create_batch()
        for event, message, previous in rows:
            headers = self._headers(event, message, previous)
            key = message.key.encode()
            if batch.append(key=key, value=message.data, timestamp=None, headers=headers) is None:
                pending.append((batch, await producer.send_batch(batch, topic, partition=partition)))
                batch = producer.create_batch()
                if batch.append(key=key, value=message.data, timestamp=None, headers=headers) is None:
                    raise ValueError(f"event {event.position} does not fit into a Kafka record")
        pending.append((batch, await producer.send_batch(batch, topic, partition=partition)))
        offsets = [(await future, batch.record_count()) for batch, future in pending]
        return offsets[0][0].offset, offsets[-1][0].offset + offsets[-1][1] - 1

    def _headers(self, event: StoredEvent, message: Message, previous: int) -> list[tuple[str, bytes]]:
        return cloudevents.CloudEvent(
            source=self._source,
            id=event.hash.hex()[:32],
            type=message.type,
            data=b"",
            time=cloudevents.time_of(event.recorded),
            subject=message.key,
            sequence=event.position,
            previous=previous,
            station=message.station,
            correlation=message.correlation,
            causation=f"{self._service}:{event.position}",
            trace=message.trace,
        ).headers()

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
                max_batch_size=LARGEST_RECORD,
                max_request_size=LARGEST_RECORD,
                request_timeout_ms=15_000,
                metadata_max_age_ms=5_000,
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def _look(self, published: dict[str, dict[int, Partition]]) -> None:
        """Asks the broker whether the topics still hold what was published, at start and every few seconds."""
        if time.monotonic() - self._looked < LOOK_EVERY_SECONDS:
            return
        first = self._looked == 0.0
        await ensure_topics(self._bootstrap, self._topics)
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, enable_auto_commit=False, max_partition_fetch_bytes=LARGEST_RECORD
        )
        try:
            await consumer.start()
            # Known topics only: asking for one makes the client learn of it.
            tps = [TopicPartition(t, p) for t, count in self._topics.items() for p in range(count)]
            consumer.assign(tps)
            ends: dict[TopicPartition, int] = await consumer.end_offsets(tps)
            for topic, partitions in published.items():
                for number, known in partitions.items():
                    end = ends[TopicPartition(topic, number)]
                    if end <= known.offset:
                        raise TopicLost(f"{topic}/{number} ends at {end}, {known.offset} was published")
            if first:
                await self._compare(consumer, ends)
        finally:
            await consumer.stop()
        self._looked = time.monotonic()

    async def _compare(self, consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> None:
        """The last record of each partition must be an event of this store."""
        starts: dict[TopicPartition, int] = await consumer.beginning_offsets(list(ends))
        for tp, end in ends.items():
            if end <= starts[tp]:
                continue
            consumer.assign([tp])
            consumer.seek(tp, end - 1)
            async with asyncio.timeout(15):
                record: Any = await consumer.getone(tp)
            try:
                last = cloudevents.read(record.headers, record.value)
            except cloudevents.Malformed:
                continue  # not ours; receivers park it
            if last.source != self._source or last.sequence is None:
                continue
            stored = await self._store.read_all(last.sequence - 1, 1)
            if not stored or stored[0].hash.hex()[:32] != last.id:
                raise StoresDiffer(
                    f"{tp.topic}/{tp.partition} holds event {last.sequence} as {last.id}, this store does not: it was "
                    "restored from a backup or exchanged. Give it a new epoch before it publishes."
                )


def partition_of(key: str, partitions: int) -> int:
    """Where every client of Kafka puts this key by itself."""
    return 0 if partitions == 1 else _hashed(key) % partitions


@lru_cache(maxsize=16_384)
def _hashed(key: str) -> int:
    hashed: int = murmur2(key.encode())  # in Python; what concerns one matter comes again and again
    return hashed & 0x7FFFFFFF


def _published(at: Checkpoint) -> dict[str, dict[int, Partition]]:
    if not at.state:
        return {}
    state = orjson.loads(at.state)
    return {t: {int(n): Partition(*known) for n, known in partitions.items()} for t, partitions in state.items()}


def _state(published: Mapping[str, Mapping[int, Partition]]) -> str:
    return orjson.dumps(
        {t: {str(n): list(known) for n, known in partitions.items()} for t, partitions in published.items()}
    ).decode()
