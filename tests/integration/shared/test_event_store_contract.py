"""What every event store promises, on memory, SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio

import pytest

from shared.eventsourcing import chain
from shared.eventsourcing.memory_store import MemoryStore
from shared.eventsourcing.store import (
    ANY_VERSION,
    LARGEST_EVENT,
    NO_STREAM,
    Append,
    CommandReused,
    EventStore,
    InvalidAppend,
    Meta,
    NewEvent,
    StreamWrite,
    VersionConflict,
)

META = Meta(actor="officer-guo", station="czl", correlation="WG-1").encoded()


def happened(data: str = "{}", *, fingerprint: str = "", version: int | None = None) -> NewEvent:
    meta = Meta(actor="officer-guo", fingerprint=fingerprint).encoded() if fingerprint else META
    return NewEvent("happened", 1, data.encode(), meta, version)


def writes(
    stream: str, *events: NewEvent, expected: int | None = ANY_VERSION, command: str = "", fingerprint: str = ""
) -> Append:
    return Append(
        (StreamWrite(stream, expected, events or (happened(),)),), command or f"{stream}:{id(events)}", fingerprint
    )


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> EventStore:
    kept: EventStore = MemoryStore() if request.param == "memory" else request.getfixturevalue(f"{request.param}_store")
    return kept


async def test_versions_and_positions_go_up_by_one(store: EventStore) -> None:
    first = await store.append(writes("dispute-1", happened(), happened(), expected=NO_STREAM, command="a"))
    second = await store.append(writes("dispute-1", happened(), expected=2, command="b"))
    assert (first.position, first.versions) == (2, {"dispute-1": 2})
    assert (second.position, second.versions) == (3, {"dispute-1": 3})
    assert [e.version for e in await store.read_stream("dispute-1")] == [1, 2, 3]
    assert [e.version for e in await store.read_stream("dispute-1", after=1, limit=1)] == [2]
    assert [e.position for e in await store.read_all(0)] == [1, 2, 3]
    assert [e.position for e in await store.read_all(1, limit=1)] == [2]
    assert (await store.head()).position == 3


async def test_a_stream_that_moved_on_refuses_an_older_expectation(store: EventStore) -> None:
    await store.append(writes("dispute-1", command="a"))
    with pytest.raises(VersionConflict) as conflict:
        await store.append(writes("dispute-1", expected=NO_STREAM, command="b"))
    assert (conflict.value.expected, conflict.value.actual) == (0, 1)
    with pytest.raises(VersionConflict):
        await store.append(writes("dispute-1", expected=7, command="c"))
    assert (await store.head()).position == 1


async def test_several_streams_are_written_together_or_not_at_all(store: EventStore) -> None:
    await store.append(writes("taken", command="a"))
    both = (StreamWrite("free", NO_STREAM, (happened(),)), StreamWrite("taken", NO_STREAM, (happened(),)))
    with pytest.raises(VersionConflict):
        await store.append(Append(both, "b"))
    assert await store.version("free") == 0
    both = (StreamWrite("free", NO_STREAM, (happened(),)), StreamWrite("taken", 1, (happened(),)))
    assert (await store.append(Append(both, "c"))).versions == {"free": 1, "taken": 2}


async def test_the_same_command_twice_is_stored_once_and_answered_alike(store: EventStore) -> None:
    command = writes("dispute-1", happened(), happened(), expected=NO_STREAM, command="once")
    first, again = await store.append(command), await store.append(command)
    assert (again.position, again.versions) == (first.position, first.versions)
    assert not first.repeated
    assert again.repeated
    assert (await store.head()).position == 2
    found = await store.find("once")
    assert found is not None
    assert (found.position, found.versions) == (first.position, first.versions)
    assert await store.find("never") is None


async def test_a_command_id_stays_with_its_first_request(store: EventStore) -> None:
    await store.append(writes("dispute-1", happened(fingerprint="one"), command="id", fingerprint="one"))
    with pytest.raises(CommandReused):
        await store.append(writes("dispute-2", happened(fingerprint="two"), command="id", fingerprint="two"))
    with pytest.raises(CommandReused):
        await store.find("id", "two")
    assert await store.version("dispute-2") == 0


async def test_fifty_at_once_on_one_stream_leave_one_winner_per_version(store: EventStore) -> None:
    answers = await asyncio.gather(
        *(store.append(writes("dispute-1", expected=NO_STREAM, command=f"c{n}")) for n in range(50)),
        return_exceptions=True,
    )
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert sum(isinstance(answer, VersionConflict) for answer in answers) == 49
    assert (await store.head()).position == 1


async def test_fifty_repetitions_at_once_store_one(store: EventStore) -> None:
    answers = await asyncio.gather(*(store.append(writes("dispute-1", command="same")) for _ in range(50)))
    assert {answer.position for answer in answers} == {1}
    assert sum(not answer.repeated for answer in answers) == 1


async def test_positions_are_dense_and_every_caller_has_its_own(store: EventStore) -> None:
    answers = await asyncio.gather(*(store.append(writes(f"report-{n}", command=f"c{n}")) for n in range(300)))
    assert sorted(answer.position for answer in answers) == list(range(1, 301))


async def test_received_streams_may_be_sparse_but_only_go_up(store: EventStore) -> None:
    await store.append(writes("received/x", happened(version=4), happened(version=9), command="a"))
    assert await store.version("received/x") == 9
    with pytest.raises(VersionConflict):
        await store.append(writes("received/x", happened(version=9), command="b"))
    with pytest.raises(VersionConflict):
        await store.append(writes("received/x", happened(version=12), expected=4, command="c"))
    await store.append(writes("received/x", happened(version=12), expected=9, command="d"))
    assert [e.version for e in await store.read_stream("received/x")] == [4, 9, 12]


@pytest.mark.parametrize(
    "append",
    [
        Append((), ""),
        writes("", command="a"),
        writes("with\nbreak", command="a"),
        writes("x" * 501, command="a"),
        writes("s", NewEvent("t", 1, b"x" * (LARGEST_EVENT + 1), META), command="a"),
        writes("s", happened(version=3), happened(version=3), command="a"),
        Append((StreamWrite("s", None, ()),), "a"),
        Append((StreamWrite("s", None, (happened(),)), StreamWrite("s", None, (happened(),))), "a"),
    ],
)
async def test_what_could_never_be_stored_is_refused_and_nothing_written(store: EventStore, append: Append) -> None:
    with pytest.raises(InvalidAppend):
        await store.append(append)
    assert (await store.head()).position == 0


async def test_the_bytes_come_back_as_they_were_given(store: EventStore) -> None:
    data = '{"text":"楼道堆物 🚲 \\u202e= 1+1"}'
    await store.append(writes("report-1", happened(data), command="a"))
    (event,) = await store.read_stream("report-1")
    assert event.data == data.encode()
    assert event.decoded_meta() == Meta(actor="officer-guo", station="czl", correlation="WG-1")


async def test_the_chain_holds_over_all_events(store: EventStore) -> None:
    for n in range(20):
        await store.append(writes(f"report-{n % 3}", command=f"c{n}"))
    events = await store.read_all(0)
    position, hash_ = chain.verify(events)
    head = await store.head()
    assert (position, hash_) == (head.position, head.hash)
    with pytest.raises(chain.Tampered) as broken:
        chain.verify([*events[:7], events[7]._replace(data=b"{}" + b" "), *events[8:]])
    assert broken.value.broken.position == 8


async def test_a_caller_that_gives_up_does_not_undo_the_append(store: EventStore) -> None:
    task = asyncio.create_task(store.append(writes("report-1", command="a")))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    again = await store.append(writes("report-1", command="a"))
    assert again.position == 1


async def test_followers_are_woken_by_an_append(store: EventStore) -> None:
    ticket = store.appended.ticket()
    await store.append(writes("report-1", command="a"))
    await asyncio.wait_for(store.appended.wait(ticket, 5), 1)
    assert ticket.done()
