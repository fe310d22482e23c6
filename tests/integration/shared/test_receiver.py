"""The receiver against a real store: repeats, gaps, other contents, oversize and garbage, in any order."""

from __future__ import annotations

import base64
import random
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka import ConsumerRecord, TopicPartition

from shared.eventsourcing import chain, parking
from shared.eventsourcing.cloudevents import CloudEvent
from shared.eventsourcing.projections import Recorded, Rows, prepare
from shared.eventsourcing.receiver import Prepared, Receiver, frame, unframe
from shared.eventsourcing.sealing import Vault
from shared.eventsourcing.sql_store import SqlStore
from shared.eventsourcing.store import LARGEST_EVENT, StoredEvent

SOURCE = "urn:wangge:test:desk:epoch-1"
STREAM = f"received/{SOURCE}/inside/0"
INSIDE = TopicPartition("inside", 0)
OUTSIDE = TopicPartition("outside", 0)
MASTER, DEPLOYMENT = b"m" * 32, b"d" * 32


class Partition:
    """A consumer as the receiver uses it, over records that a test keeps."""

    def __init__(self) -> None:
        self.committed: dict[TopicPartition, int] = {}
        self.sought: list[TopicPartition] = []

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        self.committed |= offsets

    def pause(self, *_: TopicPartition) -> None: ...

    def resume(self, *_: TopicPartition) -> None: ...

    def assignment(self) -> set[TopicPartition]:
        return {INSIDE, OUTSIDE}

    async def seek_to_beginning(self, *partitions: TopicPartition) -> None:
        self.sought += partitions


def record(
    offset: int, headers: Sequence[tuple[str, bytes | None]], value: bytes | None, tp: TopicPartition = INSIDE
) -> Any:
    return ConsumerRecord(tp.topic, tp.partition, offset, 0, 0, b"k", value, None, 0, 0, headers)


def told(offset: int, sequence: int, previous: int, data: bytes = b"{}", type_: str = "test.told.v1") -> Any:
    event = CloudEvent(SOURCE, f"id-{sequence}", type_, data, sequence=sequence, previous=previous)
    return record(offset, event.headers(), event.data)


def reported(offset: int, id_: str, data: bytes = b"{}", source: str = "urn:hotline") -> Any:
    event = CloudEvent(source, id_, "test.reported.v1", data)
    return record(offset, event.headers(), event.data, OUTSIDE)


async def prepare_all(heard: Sequence[CloudEvent]) -> list[Prepared | Exception]:
    return [ValueError("no text") if b"bad" in event.data else Prepared(event.type, event.data) for event in heard]


def check(type_: str, data: bytes) -> None:
    if type_ == "test.told.v1" and b"bad" in data:
        raise ValueError("not what its type promises")


@pytest.fixture
def vault(sql_store: SqlStore) -> Vault:
    return Vault(sql_store.database, MASTER, DEPLOYMENT)


@pytest.fixture
def receiver(sql_store: SqlStore, vault: Vault) -> Receiver:
    return Receiver(
        sql_store,
        vault,
        "shelf",
        ("inside",),
        check,
        {"outside": prepare_all},
        fingerprint_key=DEPLOYMENT,
        acknowledge_seconds=0,
    )


async def versions(store: SqlStore, stream: str = STREAM) -> list[int]:
    return [event.version for event in await store.read_stream(stream)]


async def parked_events(store: SqlStore) -> list[parking.MessageParked]:
    events = [e for e in await store.read_all(0) if e.type == parking.MessageParked.stored_as]
    return [parking.MessageParked.model_validate_json(event.data) for event in events]


async def test_a_record_heard_three_times_in_shuffled_order_counts_once(
    sql_store: SqlStore, receiver: Receiver
) -> None:
    consumer: Any = Partition()
    log = [told(n, 3 * (n + 1), 3 * n) for n in range(40)]
    await receiver.on_records(log[:20], consumer)
    shuffled = log * 3
    random.Random(7).shuffle(shuffled)
    for at in range(0, len(shuffled), 11):
        await receiver.on_records(shuffled[at : at + 11], consumer)
    await receiver.on_records(log, consumer)
    assert await versions(sql_store) == [3 * (n + 1) for n in range(40)]
    assert consumer.committed == {INSIDE: 40}
    assert receiver.heard.gaps == {}
    assert receiver.heard.stored == 40
    chain.verify(await sql_store.read_all(0))


async def test_what_follows_a_gap_is_neither_stored_nor_acknowledged_and_is_told(
    sql_store: SqlStore, receiver: Receiver
) -> None:
    consumer: Any = Partition()
    await receiver.on_records([told(0, 1, 0), told(1, 4, 3), told(2, 5, 4)], consumer)
    assert await versions(sql_store) == [1]
    assert consumer.committed == {INSIDE: 1}
    assert consumer.sought == [INSIDE]
    assert "3 came before 4" in receiver.heard.gaps["inside/0"]


async def test_a_gap_is_healed_by_what_is_published_anew_behind_it(sql_store: SqlStore, receiver: Receiver) -> None:
    consumer: Any = Partition()
    log = [told(0, 1, 0), told(1, 4, 3), told(2, 5, 4)]
    await receiver.on_records(log, consumer)
    await receiver.on_records(log, consumer)
    assert consumer.sought == [INSIDE], "the partition is read again once, then the reading goes on past the gap"
    anew = [told(3, 1, 0), told(4, 3, 1), told(5, 4, 3), told(6, 5, 4), told(7, 6, 5)]
    await receiver.on_records(anew[:3], consumer)
    assert consumer.committed == {INSIDE: 1}, "5 was refused before and is not there yet"
    await receiver.on_records(anew[3:], consumer)
    assert await versions(sql_store) == [1, 3, 4, 5, 6]
    assert consumer.committed == {INSIDE: 8}
    assert receiver.heard.gaps == {}


async def test_a_gap_in_one_source_does_not_hold_up_another(sql_store: SqlStore, receiver: Receiver) -> None:
    consumer: Any = Partition()
    other = CloudEvent("urn:wangge:test:desk:epoch-2", "x", "test.told.v1", b"{}", sequence=1, previous=0)
    await receiver.on_records([told(0, 4, 3), record(1, other.headers(), b"{}")], consumer)
    assert await versions(sql_store) == []
    assert await versions(sql_store, "received/urn:wangge:test:desk:epoch-2/inside/0") == [1]
    assert consumer.committed == {INSIDE: 0}


async def test_what_another_replica_stored_meanwhile_is_no_gap(
    sql_store: SqlStore, receiver: Receiver, vault: Vault
) -> None:
    other = Receiver(sql_store, vault, "shelf", ("inside",), check, acknowledge_seconds=0)
    log = [told(n, n + 1, n) for n in range(6)]
    await receiver.on_records(log[:2], Partition())
    await other.on_records(log[2:4], Partition())
    await receiver.on_records(log[4:], Partition())
    assert await versions(sql_store) == [1, 2, 3, 4, 5, 6]
    assert receiver.heard.gaps == {}


async def test_a_zombie_that_wakes_up_stores_nothing_twice(
    sql_store: SqlStore, receiver: Receiver, vault: Vault
) -> None:
    other = Receiver(sql_store, vault, "shelf", ("inside",), check, acknowledge_seconds=0)
    log = [told(n, n + 1, n) for n in range(30)]
    await receiver.on_records(log[:5], Partition())
    await other.on_records(log[:20], Partition())
    await receiver.on_records(log[5:], Partition())
    assert await versions(sql_store) == list(range(1, 31))


async def test_a_malformed_record_between_good_ones_is_parked_and_they_are_stored(
    sql_store: SqlStore, receiver: Receiver
) -> None:
    consumer: Any = Partition()
    log = [
        told(0, 1, 0),
        record(1, [("ce_id", b"\xff")], b"garbage"),
        told(2, 2, 1, b"bad"),
        record(3, [("ce_id", None)], None),
        told(4, 3, 3),
        told(5, 3, 2),
    ]
    await receiver.on_records(log, consumer)
    await receiver.on_records(log, consumer)
    assert await versions(sql_store) == [1, 2, 3]
    assert consumer.committed == {INSIDE: 6}
    assert [parked.cause for parked in await parked_events(sql_store)] == ["unreadable"] * 3 + ["invalid"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"x":{"of":5,"box":"d1.xxxx"}}',
        b'{"x":{"of":"a\\u0000b","box":"d1.xxxx"}}',
        b'{"x":{"of":["a"],"box":"d1.xxxx"}}',
        b'{"x":{"of":"","box":"d1."}}',
        b'{"x":{"of":"person-1","box":"d1.AAAA"}}',
        b"[" * 1_000 + b'{"box":1}' + b"]" * 1_000,
        b"[" * 3_000 + b'"box"' + b"]" * 3_000,
        b'"box"' * 3,
    ],
    ids=["number", "nul", "list", "empty", "forged", "deep", "deeper", "no-json"],
)
async def test_sealed_values_that_make_no_sense_are_parked_and_leave_no_key(
    sql_store: SqlStore, receiver: Receiver, body: bytes
) -> None:
    consumer: Any = Partition()
    await receiver.on_records([told(0, 1, 0), told(1, 2, 1, body), told(2, 3, 2)], consumer)
    assert await versions(sql_store) == [1, 2, 3]
    (parked,) = await parked_events(sql_store)
    assert parked.cause == "invalid"
    async with sql_store.database.reading() as tx:
        keys = (await tx.exec_driver_sql("SELECT id FROM keys")).scalars().all()
    assert keys == [f"parked-{parked.id}"]


@pytest.mark.parametrize("size", [2_000_000, 4_150_000, 8_000_000])
async def test_a_payload_of_any_size_is_kept_or_named_and_the_partition_goes_on(
    sql_store: SqlStore, receiver: Receiver, vault: Vault, size: int
) -> None:
    consumer: Any = Partition()
    large = b"{" + b" " * (size - 2) + b"}"
    await receiver.on_records([told(0, 1, 0, large), told(1, 2, 1)], consumer)
    await receiver.on_records([record(2, [], large), told(3, 3, 2)], consumer)
    await receiver.on_records([reported(0, "a", large), reported(1, "b", b"bad" + large), reported(2, "c")], consumer)
    assert await versions(sql_store) == [1, 2, 3]
    assert consumer.committed == {INSIDE: 4, OUTSIDE: 3}
    assert len(await versions(sql_store, "received/11/urn:hotline/c")) == 1
    causes = sorted(parked.cause for parked in await parked_events(sql_store))
    assert causes == (["invalid", "unreadable"] if size <= LARGEST_EVENT else ["invalid"] * 3 + ["unreadable"])
    for parked in await parked_events(sql_store):
        if parked.payload is None:
            assert size > LARGEST_EVENT
            assert "stands in Kafka" in parked.detail
        else:
            assert parked.size in (size, size + 3)


async def test_the_same_id_from_outside_counts_once_and_other_contents_are_parked(
    sql_store: SqlStore, receiver: Receiver
) -> None:
    consumer: Any = Partition()
    log = [reported(0, "a"), reported(1, "a"), reported(2, "a", b'{"other":1}'), reported(3, "a", source="urn:110")]
    for _ in range(2):
        await receiver.on_records(log, consumer)
    events = await sql_store.read_all(0)
    assert sorted(e.stream for e in events if e.stream.startswith("received/")) == [
        "received/11/urn:hotline/a",
        "received/7/urn:110/a",
    ]
    (parked,) = await parked_events(sql_store)
    assert (parked.cause, parked.origin.event_id) == ("changed", "a")
    assert consumer.committed == {OUTSIDE: 4}


async def test_slashes_in_names_make_no_two_sources_one_nor_one_of_our_services(
    sql_store: SqlStore, receiver: Receiver
) -> None:
    consumer: Any = Partition()
    log = [
        reported(0, "c", source="urn:a/b"),
        reported(1, "b/c", source="urn:a"),
        reported(2, "inside/0", source=SOURCE),
    ]
    await receiver.on_records(log, consumer)
    assert consumer.committed == {OUTSIDE: 3}
    assert len({event.stream for event in await sql_store.read_all(0)}) == 3
    await receiver.on_records([told(0, 1, 0)], consumer)
    assert await versions(sql_store) == [1]


async def test_types_that_nobody_knows_are_stored_as_they_came(sql_store: SqlStore, receiver: Receiver) -> None:
    await receiver.on_records([told(0, 1, 0, b'{"bad":1}', "test.unheard.of.v9")], Partition())
    (event,) = await sql_store.read_stream(STREAM)
    assert (event.type, event.data) == ("test.unheard.of.v9", b'{"bad":1}')
    assert await parked_events(sql_store) == []


async def test_a_parked_message_comes_back_byte_for_byte(sql_store: SqlStore, receiver: Receiver, vault: Vault) -> None:
    headers = [("ce_id", b"\xff\x00"), ("null", None), ("line\n\nbreak\t", b"\n\n"), ("", b"")]
    await receiver.on_records([record(0, headers, None)], Partition())
    stored = (await sql_store.read_all(0))[0]
    parked = parking.MessageParked.model_validate_json(stored.data)
    assert parked.payload is not None
    assert b"break" not in stored.data
    assert unframe(base64.b64decode(await vault.open(parked.payload))) == (headers, None)
    assert unframe(frame([], b"\n\n")) == ([], b"\n\n")


async def test_the_list_of_parked_messages_shows_all_but_the_payload(sql_store: SqlStore, receiver: Receiver) -> None:
    await receiver.on_records([record(0, [], b"secret"), told(1, 1, 0, b"bad")], Partition())
    projection = parking.Parked()
    await prepare([projection], sql_store.database)
    events: list[StoredEvent] = list(await sql_store.read_all(0))
    async with sql_store.database.writing() as tx:
        await projection.apply(
            Rows(tx, {parking.parked: parking.parked}),
            [Recorded(parking.MessageParked.model_validate_json(event.data), event) for event in events],
        )
    assert await parking.count(sql_store.database) == {"unreadable": 1, "invalid": 1}
    shown = await parking.waiting(sql_store.database)
    assert [(m.cause, m.origin.topic, m.origin.offset, m.size) for m in shown] == [
        ("unreadable", "inside", 0, 6),
        ("invalid", "inside", 1, 3),
    ]
    assert [m.cause for m in await parking.waiting(sql_store.database, cause="invalid")] == ["invalid"]
    assert "secret" not in shown[0].model_dump_json()
