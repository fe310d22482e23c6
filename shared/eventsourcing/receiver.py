"""The receiver: what is heard on Kafka goes into the service's own store, each message once, and only then is it acked.

A message of another service of ours has a position. It goes into the stream `received/{source}/{topic}/{partition}`, at
the version that is its position: seen before means dropped; something missing before it means that it is neither
appended nor acknowledged, the operator is told and the partition is read again. A message from outside goes into a
stream of its own, named by the CloudEvent's source and id; the same id with other contents is parked. Whatever cannot
be read or is not what its type promises is parked too, and the partition goes on.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Literal, TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaMessage
from faststream.message import StreamMessage
from pydantic import ValidationError

from shared.eventsourcing import cloudevents, parking
from shared.eventsourcing.commands import derived_id, keyed_fingerprint
from shared.eventsourcing.relay import LARGEST_RECORD
from shared.eventsourcing.sealing import Unreadable, Vault
from shared.eventsourcing.store import (
    ANY_VERSION,
    LARGEST_EVENT,
    LARGEST_PARKED,
    NO_STREAM,
    Append,
    Clock,
    CommandReused,
    EventStore,
    InvalidAppend,
    Meta,
    NewEvent,
    StoreUnavailable,
    StreamWrite,
    VersionConflict,
    system_clock,
)

log = logging.getLogger(__name__)

_LARGEST_FRAME = LARGEST_PARKED * 3 // 4 - 8_192
"""Characters of a parked payload before it is sealed, which makes it a third longer, and beside its other fields."""
_MOST_RECORDS = 500
_LISTEN_MS = 500
_BACK_OFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_REWIND_SECONDS = 1.0

Check = Callable[[str, bytes], object | None]
"""Reads the data of a known contract type; ValidationError where it is not what its type promises, None if unknown."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message from outside, made ready to be stored: its personal values sealed."""

    type: str
    data: bytes
    station: str = ""
    correlation: str = ""


@dataclass(frozen=True, slots=True)
class Brought:
    """A message from outside that came by another way than Kafka, in the form of a record."""

    topic: str
    headers: Sequence[tuple[str, bytes | None]]
    value: bytes | None
    partition: int = -1
    offset: int = -1


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message from outside."""

    outcome: Literal["stored", "seen", "parked"]
    position: int
    cause: parking.Cause | None = None
    parked: str = ""
    """Its id among the parked messages."""
    detail: str = ""


Prepare = Callable[[Sequence[cloudevents.CloudEvent]], Awaitable[Sequence[Prepared | Exception]]]
"""Seals messages from outside; one that is not what its type promises comes back as the exception that says so."""


Arrived: TypeAlias = ConsumerRecord | Brought


@dataclass(slots=True)
class Heard:
    """Counters for the operator."""

    received: int = 0
    stored: int = 0
    seen: int = 0
    parked: int = 0
    gaps: dict[str, str] = field(default_factory=dict)
    """Partitions in which something is missing, and what."""


@dataclass(slots=True)
class Gap:
    """What one stream could not take yet, because something before it is missing."""

    offset: int
    """Of the first record that was not stored; nothing from there on is acknowledged."""
    last: int
    """The highest sequence that was not stored."""


@dataclass(slots=True)
class Receiver:
    """Appends what is heard. `internal` topics carry positions, `external` ones come from outside."""

    store: EventStore
    vault: Vault
    service: str
    internal: tuple[str, ...]
    check: Check
    external: Mapping[str, Prepare] = field(default_factory=dict)
    fingerprint_key: bytes = b""
    clock: Clock = system_clock
    note: Callable[[int, object], None] = lambda _position, _held: None
    """Told what a stored message holds, so that whoever follows need not read it again."""
    acknowledge_seconds: float = 0.5
    """How long what is stored may wait until Kafka hears of it; 0: each batch at once."""
    heard: Heard = field(default_factory=Heard)
    _acknowledge: dict[TopicPartition, int] = field(default_factory=dict)
    _committing: asyncio.Task[None] | None = None
    _versions: dict[str, int] = field(default_factory=dict)
    _gaps: dict[TopicPartition, dict[str, Gap]] = field(default_factory=dict)
    _read_again_once: set[TopicPartition] = field(default_factory=set)
    _failures: int = 0

    def subscribe(self, broker: KafkaBroker, instance: str | None = None) -> None:
        """Subscribes to all topics, in batches, with the bytes as they are, acknowledged by this receiver alone."""
        subscriber = broker.subscriber(
            *self.internal,
            *self.external,
            group_id=f"wangge.{self.service}.receiver",
            group_instance_id=instance,
            batch=True,
            max_records=_MOST_RECORDS,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=LARGEST_RECORD,
            isolation_level="read_committed",
            parser=_as_it_is,
            decoder=_undecoded,
        )

        async def next_batch(consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord, ...]:
            got = await consumer.getmany(timeout_ms=_LISTEN_MS, max_records=_MOST_RECORDS)
            return tuple(chain.from_iterable(got.values()))

        # FastStream's own goes to sleep for as long as it has listened in vain, and hears nothing meanwhile.
        subscriber.get_msg = next_batch  # type: ignore[method-assign]

        async def on_batch(records: tuple[ConsumerRecord, ...]) -> None:
            consumer = subscriber.consumer
            assert consumer is not None, "a started subscriber has a consumer"
            try:
                await self.on_records(records, consumer)
                self._failures = 0
            except Exception:
                # Not ours to judge: nothing is acknowledged and the same records are asked for again.
                log.exception("a batch of %d records could not be handled; it is read again", len(records))
                for tp, offset in _first_offsets(records).items():
                    if tp in consumer.assignment():
                        consumer.seek(tp, offset)
                await asyncio.sleep(_BACK_OFF[min(self._failures, len(_BACK_OFF) - 1)])
                self._failures += 1

        subscriber(on_batch)

    async def on_records(self, records: Sequence[ConsumerRecord], consumer: AIOKafkaConsumer) -> None:
        """Stores a batch, then acknowledges it. What is not stored is asked for again, for as long as it takes."""
        partitions: dict[TopicPartition, list[ConsumerRecord]] = defaultdict(list)
        for record in records:
            partitions[TopicPartition(record.topic, record.partition)].append(record)
        for tp, some in partitions.items():
            self.heard.received += len(some)
            await self._persist(tp, some)
            gaps = self._gaps.get(tp, {})
            self._acknowledge[tp] = min([some[-1].offset + 1, *(gap.offset for gap in gaps.values())])
            if not gaps:
                self._read_again_once.discard(tp)
            elif tp not in self._read_again_once:
                self._read_again_once.add(tp)
                await self._read_again(consumer, tp)
        if not self.acknowledge_seconds:
            await self._commit(consumer)
        elif self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_soon(consumer))

    async def close(self) -> None:
        """Lets the last acknowledgement go out; to be called while the consumer still runs."""
        if self._committing is not None:
            await asyncio.wait((self._committing,), timeout=2 * self.acknowledge_seconds)
            self._committing.cancel()

    async def _commit_soon(self, consumer: AIOKafkaConsumer) -> None:
        """Acknowledges many batches by one request; what is read again after a crash is dropped as seen."""
        await asyncio.sleep(self.acknowledge_seconds)
        await self._commit(consumer)

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        """Acknowledges; a refusal (a partition has a new owner) is no loss, for the store knows what it has seen."""
        offsets, self._acknowledge = self._acknowledge, {}
        try:
            await consumer.commit(offsets)
        except (KafkaError, ValueError) as error:
            log.info("offsets of %d partitions were not committed: %s", len(offsets), error)

    async def _persist(self, tp: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        """Stores records of one partition, waiting out a database that is away."""
        failures = 0
        while True:
            try:
                if tp.topic in self.external:
                    await self._store_external(records)
                else:
                    await self._store_internal(tp, records)
                return
            except (StoreUnavailable, OSError, VersionConflict) as error:
                self._versions.clear()
                pause = _BACK_OFF[min(failures, len(_BACK_OFF) - 1)]
                failures += 1
                log.warning("received messages wait for the store (%s), again in %.1f s", error, pause)
                await asyncio.sleep(pause)

    # From our own services

    async def _store_internal(self, tp: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        streams: dict[str, list[tuple[ConsumerRecord, cloudevents.CloudEvent]]] = defaultdict(list)
        versions: dict[str, int] = {}
        refused: list[tuple[str, ConsumerRecord, cloudevents.CloudEvent]] = []
        for record in records:
            try:
                heard = cloudevents.read(record.headers, record.value)
                if heard.sequence is None or heard.previous is None or heard.previous >= heard.sequence:
                    raise cloudevents.Malformed(
                        "a message of a service needs the attributes sequence and, below it, previous"
                    )
            except cloudevents.Malformed as malformed:
                await self._park_unreadable(record, malformed)
                continue
            stream = f"received/{heard.source}/{record.topic}/{record.partition}"
            if stream not in versions:
                versions[stream] = await self._version(stream)
            if heard.previous > versions[stream] and not streams[stream]:
                # Perhaps another replica had this partition meanwhile and stored what is not known here.
                self._versions.pop(stream, None)
                versions[stream] = await self._version(stream)
            if heard.sequence <= versions[stream]:
                self.heard.seen += 1
            elif heard.previous > versions[stream]:
                refused.append((stream, record, heard))
            else:
                versions[stream] = heard.sequence
                streams[stream].append((record, heard))
        for stream, some in streams.items():
            if some:
                await self._append_internal(stream, some)
        await self._note_gaps(tp, refused)

    async def _note_gaps(
        self, tp: TopicPartition, refused: Sequence[tuple[str, ConsumerRecord, cloudevents.CloudEvent]]
    ) -> None:
        """Remembers what could not be stored, forgets what has been stored since, and tells the operator of either."""
        gaps = self._gaps.setdefault(tp, {})
        name = f"{tp.topic}/{tp.partition}"
        for stream, record, heard in refused:
            assert heard.sequence is not None, "internal messages have a sequence"
            gap = gaps.get(stream)
            if gap is None:
                gaps[stream] = Gap(record.offset, heard.sequence)
                self.heard.gaps[name] = (
                    f"{heard.source} says that {heard.previous} came before {heard.sequence}, the last here is "
                    f"{await self._version(stream)}; the partition is read again; if this stays, let that service "
                    "publish anew (wangge republish)"
                )
                log.error("something is missing in %s: %s", name, self.heard.gaps[name])
            else:
                gap.last = max(gap.last, heard.sequence)
        for stream in [stream for stream, gap in gaps.items() if gap.last <= self._versions.get(stream, 0)]:
            del gaps[stream]
        if not gaps:
            del self._gaps[tp]
            if self.heard.gaps.pop(name, None) is not None:
                log.info("nothing is missing in %s any more", name)

    async def _append_internal(
        self, stream: str, some: Sequence[tuple[ConsumerRecord, cloudevents.CloudEvent]]
    ) -> None:
        expected = await self._version(stream)
        try:
            bodies: Sequence[bytes | None] = await self.vault.reseal([heard.data for _, heard in some])
        except (Unreadable, ValueError, KeyError, TypeError):
            bodies = [await self._reseal_alone(heard.data) for _, heard in some]
        events: list[NewEvent] = []
        held: list[object | None] = []
        for (record, heard), body in zip(some, bodies, strict=True):
            try:
                if body is None:
                    raise ValueError("its personal values were not encrypted with this deployment's key")
                if len(body) > LARGEST_EVENT:
                    raise ValueError(f"it has {len(body)} bytes, more than the {LARGEST_EVENT} that are stored")
                contract = self.check(heard.type, body)
                meta = Meta(
                    actor=heard.source,
                    role="service",
                    station=heard.station,
                    correlation=heard.correlation,
                    causation=heard.causation,
                    trace=heard.trace,
                ).encoded()
                events.append(NewEvent(heard.type, 1, body, meta, heard.sequence))
                held.append(contract)
            except (ValidationError, ValueError) as error:
                events.append(await self._parked(record, heard, "invalid", error, heard.sequence))
                held.append(None)
        last = some[-1][1].sequence
        stored = await self.store.append(
            Append((StreamWrite(stream, expected, tuple(events)),), derived_id("received", stream, expected, last))
        )
        if not stored.repeated:
            for position, contract in enumerate(held, stored.position - len(events) + 1):
                if contract is not None:
                    self.note(position, contract)
        assert last is not None, "internal messages have a sequence"
        self._versions[stream] = last
        self.heard.stored += len(events)

    async def _reseal_alone(self, body: bytes) -> bytes | None:
        try:
            (resealed,) = await self.vault.reseal([body])
        except (Unreadable, ValueError, KeyError, TypeError):
            return None
        return resealed

    async def _version(self, stream: str) -> int:
        if stream not in self._versions:
            self._versions[stream] = await self.store.version(stream)
        return self._versions[stream]

    async def _read_again(self, consumer: AIOKafkaConsumer, tp: TopicPartition) -> None:
        """Reads a partition with a gap again from its beginning, once, without holding up the others.

        What is missing may stand there, where the store is older than the acknowledged offset. Else the reading goes on
        past the gap: what the other service publishes anew comes behind it and fills it.
        """
        try:
            consumer.pause(tp)
            await consumer.seek_to_beginning(tp)
        except (KafkaError, ValueError, AssertionError) as error:  # reassigned meanwhile: its owner will see the gap
            log.warning("%s/%d is not ours to read again: %s", tp.topic, tp.partition, error)
            return

        def resume() -> None:
            if tp in consumer.assignment():
                consumer.resume(tp)

        asyncio.get_running_loop().call_later(_REWIND_SECONDS, resume)

    # From outside

    async def _store_external(self, records: Sequence[ConsumerRecord]) -> None:
        topic = records[0].topic
        readable: list[tuple[ConsumerRecord, cloudevents.CloudEvent]] = []
        for record in records:
            try:
                readable.append((record, cloudevents.read(record.headers, record.value)))
            except cloudevents.Malformed as malformed:
                await self._park_unreadable(record, malformed)
        prepared = await self.external[topic]([heard for _, heard in readable])
        await asyncio.gather(
            *(
                self._append_external(record, heard, one)
                for (record, heard), one in zip(readable, prepared, strict=True)
            )
        )

    async def take(self, brought: Brought, heard: cloudevents.CloudEvent, prepared: Prepared | Exception) -> Taken:
        """Takes in a message that came by another way, under the same rules: known by source and id, stored once."""
        return await self._append_external(brought, heard, prepared)

    async def park_unreadable(self, brought: Brought, malformed: cloudevents.Malformed, source: str) -> Taken:
        """Keeps what `source` sent by another way and is no CloudEvent."""
        return await self._park_unreadable(brought, malformed, source)

    async def _append_external(
        self, record: Arrived, heard: cloudevents.CloudEvent, prepared: Prepared | Exception
    ) -> Taken:
        fingerprint = keyed_fingerprint(self.fingerprint_key, heard.type.encode(), heard.data)
        command = derived_id("external", heard.source, heard.id)
        # The length keeps one pair of source and id from passing for another, or for the stream of a service.
        stream = f"received/{len(heard.source)}/{heard.source}/{heard.id}"
        why: Exception | None = None
        if isinstance(prepared, Exception):
            why = prepared
            event = await self._parked(record, heard, "invalid", why, None, fingerprint)
        else:
            meta = Meta(
                actor=heard.source,
                role="integrator",
                station=prepared.station,
                correlation=prepared.correlation,
                causation=f"{heard.source}:{heard.id}",
                trace=heard.trace,
                fingerprint=fingerprint,
            ).encoded()
            event = NewEvent(prepared.type, 1, prepared.data, meta)
        try:
            stored = await self.store.append(Append((StreamWrite(stream, NO_STREAM, (event,)),), command, fingerprint))
        except CommandReused:
            return await self._park_changed(record, heard, fingerprint)
        except InvalidAppend as invalid:
            why = invalid
            event = await self._parked(record, heard, "invalid", why, None, fingerprint)
            stored = await self.store.append(Append((StreamWrite(stream, NO_STREAM, (event,)),), command, fingerprint))
        if stored.repeated:
            self.heard.seen += 1
        else:
            self.heard.stored += 1
        if why is not None:
            parked = self._parked_id(record, heard, "invalid", fingerprint)
            return Taken("parked", stored.position, "invalid", parked, describe(why))
        if stored.repeated and isinstance(record, Brought):
            return await self._answered_before(stream, stored.position)
        return Taken("seen" if stored.repeated else "stored", stored.position)

    async def _answered_before(self, stream: str, position: int) -> Taken:
        """What became of the message when it first came: it may wait among the parked ones."""
        (first,) = await self.store.read_stream(stream, limit=1)
        if first.type != parking.MessageParked.stored_as:
            return Taken("seen", position)
        parked = parking.MessageParked.model_validate_json(first.data)
        return Taken("parked", position, parked.cause, parked.id, parked.detail)

    async def _park_changed(self, record: Arrived, heard: cloudevents.CloudEvent, fingerprint: str) -> Taken:
        why = ValueError("this id of this source has been received before with other contents; send it under a new id")
        id_ = self._parked_id(record, heard, "changed", fingerprint)
        event = await self._parked(record, heard, "changed", why, None, id_=id_)
        command = derived_id("changed", heard.source, heard.id, fingerprint)
        stored = await self.store.append(Append((StreamWrite(f"parked/{command}", ANY_VERSION, (event,)),), command))
        if stored.repeated:
            self.heard.seen += 1
        return Taken("parked", stored.position, "changed", id_, describe(why))

    # Parking

    async def again(self, message: parking.ParkedMessage, payload: str) -> tuple[StreamWrite, ...]:
        """What a parked message is to be stored as, now that it is tried again; raises what still stands against it."""
        headers, value = unframe(base64.b64decode(payload))
        heard = cloudevents.read(headers, value)
        if message.origin.topic in self.external:
            (prepared,) = await self.external[message.origin.topic]([heard])
            if isinstance(prepared, Exception):
                raise prepared
        else:
            (body,) = await self.vault.reseal([heard.data])
            self.check(heard.type, body)
            prepared = Prepared(heard.type, body, heard.station, heard.correlation)
        meta = Meta(
            actor=heard.source,
            role="service",
            station=prepared.station,
            correlation=prepared.correlation,
            causation=f"parked:{message.id}",
            trace=heard.trace,
        )
        event = NewEvent(prepared.type, 1, prepared.data, meta.encoded())
        return (StreamWrite(f"retried/{message.id}", NO_STREAM, (event,)),)

    async def _park_unreadable(self, record: Arrived, malformed: cloudevents.Malformed, source: str = "") -> Taken:
        """A record without an identity of its own is known by its bytes: the same garbage twice is parked once."""
        content = keyed_fingerprint(self.fingerprint_key, frame(record.headers, record.value))
        id_ = derived_id("unreadable", self.service, record.topic, content, *([source] if source else []))
        source = source or f"kafka:{record.topic}"
        heard = cloudevents.CloudEvent(source=source, id=id_, type="", data=record.value or b"")
        event = await self._parked(record, heard, "unreadable", malformed, None, id_=id_)
        stored = await self.store.append(Append((StreamWrite(f"parked/{id_}", ANY_VERSION, (event,)),), id_))
        return Taken("parked", stored.position, "unreadable", id_, describe(malformed))

    def _parked_id(self, record: Arrived, heard: cloudevents.CloudEvent, cause: parking.Cause, fingerprint: str) -> str:
        """By its place in Kafka; what came by another way has none and is known by its contents."""
        if isinstance(record, Brought):
            return derived_id("parked", heard.source, heard.id, cause, fingerprint)
        return derived_id("parked", heard.source, heard.id, cause, record.topic, record.partition, record.offset)

    async def _parked(
        self,
        record: Arrived,
        heard: cloudevents.CloudEvent,
        cause: parking.Cause,
        why: Exception,
        version: int | None,
        fingerprint: str = "",
        id_: str | None = None,
    ) -> NewEvent:
        self.heard.parked += 1
        id_ = id_ or self._parked_id(record, heard, cause, fingerprint)
        framed = base64.b64encode(frame(record.headers, record.value)).decode()
        detail = describe(why)
        payload = None
        if len(framed) <= _LARGEST_FRAME:
            payload = await self.vault.seal(f"parked-{id_}", framed)
        else:
            detail = f"{detail}; too large to be kept, it stands in Kafka at the origin named here"
        event = parking.MessageParked(
            id=id_,
            cause=cause,
            detail=detail,
            origin=parking.Origin(
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                source=heard.source,
                event_id=heard.id,
            ),
            message_type=heard.type,
            payload=payload,
            size=len(record.value or b""),
            parked_at=self.clock(),
        )
        meta = Meta(
            actor=heard.source, role="service", station=heard.station, trace=heard.trace, fingerprint=fingerprint
        )
        data = event.model_dump_json().encode()
        return NewEvent(event.stored_as, event.schema_number, data, meta.encoded(), version, LARGEST_PARKED)


def describe(why: Exception) -> str:
    """What is wrong, for a person, without any value out of the message."""
    if isinstance(why, ValidationError):
        errors = why.errors(include_url=False, include_context=False, include_input=False)
        return "; ".join(f"/{'/'.join(map(str, error['loc']))}: {error['msg']}" for error in errors[:10])[:1_000]
    return str(why)[:1_000]


_HEADER_END = b"\n\n"
_NULL = b"-"


def frame(headers: Sequence[tuple[str, bytes | None]], value: bytes | None) -> bytes:
    """A record's headers and value as one run of bytes, so that a parked message can be tried again as it came."""
    lines = [_NULL if value is None else b"v"]
    lines += [base64.b64encode(name.encode()) + b"\t" + _encoded(raw) for name, raw in headers]
    return b"\n".join(lines) + _HEADER_END + (value or b"")


def unframe(framed: bytes) -> tuple[list[tuple[str, bytes | None]], bytes | None]:
    """Headers and value out of a parked payload; what was null is null again."""
    front, _, value = framed.partition(_HEADER_END)
    present, *lines = front.split(b"\n")
    headers: list[tuple[str, bytes | None]] = []
    for line in lines:
        name, _, raw = line.partition(b"\t")
        headers.append((base64.b64decode(name).decode(), None if raw == _NULL else base64.b64decode(raw)))
    return headers, None if present == _NULL else value


def _encoded(raw: bytes | None) -> bytes:
    return _NULL if raw is None else base64.b64encode(raw)


def _first_offsets(records: Sequence[ConsumerRecord]) -> dict[TopicPartition, int]:
    first: dict[TopicPartition, int] = {}
    for record in records:
        first.setdefault(TopicPartition(record.topic, record.partition), record.offset)
    return first


async def _as_it_is(message: Any) -> StreamMessage[Any]:
    """The batch untouched. FastStream's own parser decodes headers and loses the whole batch over one bad header."""
    return KafkaMessage(raw_message=message, body=b"", headers={}, consumer=FAKE_CONSUMER)


async def _undecoded(message: StreamMessage[Any]) -> Any:
    return message.raw_message
