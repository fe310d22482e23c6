"""Handling commands: races decided again, repetitions answered alike, caches and snapshots that change nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from shared.eventsourcing.commands import Commands, Contended, Handled, Stale, StreamType, derived_id, keyed_fingerprint
from shared.eventsourcing.decider import Decider, Refusal
from shared.eventsourcing.events import Codec, Event
from shared.eventsourcing.memory_store import MemoryStore
from shared.eventsourcing.store import Append, Appended, CommandReused, Meta, StoredEvent

WHO = Meta(actor="officer")


class Put(BaseModel, frozen=True):
    amount: int


class Added(Event, frozen=True):
    stored_as: ClassVar[str] = "added"
    amount: int


class Full(Refusal):
    say = "It is full at {total}."


def _decide(command: Put, total: int) -> list[Added]:
    if command.amount == 0:
        return []
    if total + command.amount > 10:
        raise Full(total=total)
    return [Added(amount=command.amount)]


def box_type(fold: str = "1", every: int = 3, extra: int = 0) -> StreamType[Put, int, Added]:
    decider: Decider[Put, int, Added] = Decider(0, _decide, lambda total, event: total + event.amount + extra)
    return StreamType("box", decider, (Added,), TypeAdapter(int), fold, every)


BOX = box_type()
CODEC = Codec([Added])


class Disturbed(MemoryStore):
    """Another process writes to the stream just before each of the next `times` appends."""

    times = 0
    tries = 0

    async def append(self, append: Append) -> Appended:
        if append.command.startswith("disturbance"):
            return await super().append(append)
        self.tries += 1
        if self.times > 0:
            self.times -= 1
            await Commands(self, CODEC, cache_size=0).handle(BOX, "1", Put(amount=1), WHO, f"disturbance-{self.tries}")
        return await super().append(append)


class Kept:
    """Snapshots in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, int, bytes]] = {}
        self.loaded = 0
        self.away = False

    async def load(self, stream: str, fold: str) -> tuple[int, bytes] | None:
        row = self.rows.get(stream)
        if row is None or row[0] != fold:
            return None
        self.loaded += 1
        return row[1], row[2]

    async def save(self, stream: str, fold: str, version: int, state: bytes) -> None:
        if self.away:
            raise OSError("the database is away")
        self.rows[stream] = (fold, version, state)


async def put(commands: Commands, amount: int, id_: str, **more: int) -> Handled:
    return await commands.handle(BOX, "1", Put(amount=amount), WHO, id_, **more)


async def total(store: MemoryStore) -> int:
    return (await Commands(store, CODEC).load(BOX, "1"))[1]


async def test_a_lost_race_is_decided_again_on_what_is_there_now() -> None:
    store = Disturbed()
    store.times = 3
    handled = await put(Commands(store, CODEC), 5, "a")
    assert (handled.version, handled.position, await total(store)) == (4, 4, 8)


async def test_what_the_winner_left_may_refuse_the_loser() -> None:
    store = Disturbed()
    store.times = 1
    with pytest.raises(Full):
        await put(Commands(store, CODEC), 10, "a")
    assert await total(store) == 1


@pytest.mark.parametrize("cache_size", [0, 100])
async def test_a_race_that_never_ends_is_given_up(cache_size: int) -> None:
    store = Disturbed()
    store.times = 10
    commands = Commands(store, CODEC, cache_size=cache_size)
    with pytest.raises(Contended, match="box-1 changed 8 times"):
        await put(commands, 1, "a")
    assert store.tries == 8
    assert await store.find("a") is None
    store.times = 0
    assert (await put(commands, 1, "a")).version == 9


async def test_a_repeated_id_gives_the_same_answer_even_when_it_would_now_be_refused() -> None:
    store = MemoryStore()
    commands = Commands(store, CODEC)
    first = await put(commands, 6, "a")
    with pytest.raises(Full):
        await put(commands, 6, "b")
    for asked in (commands, Commands(store, CODEC), Commands(store, CODEC, cache_size=0)):
        again = await put(asked, 6, "a")
        assert (again.stream, again.version, again.position) == (first.stream, first.version, first.position)
        assert again.repeated
    assert (await store.head()).position == 1


async def test_a_repeated_id_gives_the_same_answer_even_when_nothing_would_now_be_done() -> None:
    store = MemoryStore()
    await put(Commands(store, CODEC), 6, "a")
    again = await Commands(store, CODEC).handle(BOX, "1", Put(amount=0), WHO, "a")
    assert (again.position, again.repeated) == (1, True)
    nothing = await put(Commands(store, CODEC), 0, "b")
    assert (nothing.version, nothing.position, nothing.repeated) == (1, 0, False)


async def test_an_id_with_another_request_is_refused_whatever_the_decision() -> None:
    commands = Commands(MemoryStore(), CODEC)
    one, two = (WHO.model_copy(update={"fingerprint": keyed_fingerprint(b"k", each)}) for each in (b"1", b"2"))
    await commands.handle(BOX, "1", Put(amount=6), one, "a")
    for amount in (1, 6, 0):
        with pytest.raises(CommandReused):
            await commands.handle(BOX, "1", Put(amount=amount), two, "a")


async def test_stale_names_what_happened_since() -> None:
    store = MemoryStore()
    commands = Commands(store, CODEC)
    for n in range(3):
        await put(commands, 1, f"c{n}")
    with pytest.raises(Stale) as stale:
        await put(commands, 1, "late", seen=1)
    assert (stale.value.seen, stale.value.actual, stale.value.since) == (1, 3, ("added", "added"))
    assert await store.find("late") is None


async def test_a_repetition_is_answered_although_its_version_is_stale_by_now() -> None:
    commands = Commands(MemoryStore(), CODEC)
    first = await put(commands, 1, "a", seen=0)
    again = await put(commands, 1, "a", seen=0)
    assert (again.version, again.repeated) == (first.version, True)


async def test_who_saw_what_another_process_wrote_is_not_stale() -> None:
    store = MemoryStore()
    here, there = Commands(store, CODEC), Commands(store, CODEC)
    await put(here, 1, "a")
    await put(there, 1, "b")
    assert (await put(here, 1, "c", seen=2)).version == 3


async def test_who_saw_only_what_this_process_remembers_is_stale() -> None:
    store = MemoryStore()
    here, there = Commands(store, CODEC), Commands(store, CODEC)
    await put(here, 1, "a")
    await put(there, 1, "b")
    with pytest.raises(Stale) as stale:
        await put(here, 1, "c", seen=1)
    assert stale.value.since == ("added",)


async def test_a_no_is_never_said_on_a_state_that_another_process_has_changed() -> None:
    class Taken(Event, frozen=True):
        stored_as: ClassVar[str] = "taken"

    store = MemoryStore()

    def decide(command: str, full: bool) -> list[Event]:
        if command == "take":
            return [Taken()]
        if full:
            raise Full(total=1)
        return [Added(amount=1)]

    shelf: StreamType[str, bool, Event] = StreamType(
        "shelf", Decider(False, decide, lambda _, event: isinstance(event, Added)), (Added, Taken)
    )
    codec = Codec([Added, Taken])
    here, there = Commands(store, codec), Commands(store, codec)
    await here.handle(shelf, "1", "put", WHO, "a")
    await there.handle(shelf, "1", "take", WHO, "b")
    assert (await here.handle(shelf, "1", "put", WHO, "c")).version == 3


_STEPS = st.lists(st.tuples(st.sampled_from("12"), st.integers(0, 4), st.integers(0, 9), st.booleans()), max_size=30)


@given(_STEPS)
async def test_caches_and_snapshots_change_no_result(steps: Sequence[tuple[str, int, int, bool]]) -> None:
    async def run(*commands: Commands) -> list[object]:
        results: list[object] = []
        for box, amount, id_, first in steps:
            by = commands[0] if first else commands[-1]
            try:
                handled = await by.handle(BOX, box, Put(amount=amount), WHO, f"{box}-{id_}")
                results.append((handled.version, handled.position, handled.repeated))
            except Full as full:
                results.append(str(full))
        return results

    plain, cached, snapped = MemoryStore(), MemoryStore(), MemoryStore()
    kept = Kept()
    expected = await run(Commands(plain, CODEC, cache_size=0))
    assert await run(Commands(cached, CODEC, cache_size=1), Commands(cached, CODEC)) == expected
    two = (Commands(snapped, CODEC, cache_size=0, snapshots=kept), Commands(snapped, CODEC, snapshots=kept))
    assert await run(*two) == expected


async def test_a_snapshot_is_used_only_under_the_version_of_the_fold_that_made_it() -> None:
    store, kept = MemoryStore(), Kept()
    for n in range(4):
        await put(Commands(store, CODEC, snapshots=kept), 1, f"c{n}")
    assert kept.rows["box-1"] == ("1", 3, b"3")
    assert await Commands(store, CODEC, snapshots=kept).load(BOX, "1") == (4, 4)
    assert kept.loaded > 0
    loaded = kept.loaded
    assert await Commands(store, CODEC, snapshots=kept).load(box_type("2", extra=1), "1") == (4, 8)
    assert kept.loaded == loaded


async def test_a_snapshot_that_cannot_be_kept_fails_no_command() -> None:
    store, kept = MemoryStore(), Kept()
    kept.away = True
    commands = Commands(store, CODEC, snapshots=kept)
    assert [(await put(commands, 1, f"c{n}")).version for n in range(4)] == [1, 2, 3, 4]


async def test_a_snapshot_saves_reading_what_it_holds() -> None:
    class Counting(MemoryStore):
        read = 0

        async def read_stream(self, stream: str, after: int = 0, limit: int | None = None) -> Sequence[StoredEvent]:
            found = await super().read_stream(stream, after, limit)
            self.read += len(found)
            return found

    store, kept = Counting(), Kept()
    for n in range(9):
        await put(Commands(store, CODEC, snapshots=kept), 1, f"c{n}")
    store.read = 0
    assert await Commands(store, CODEC, snapshots=kept).load(BOX, "1") == (9, 9)
    assert store.read == 0


def test_derived_ids_are_the_same_for_the_same_cause_and_no_other() -> None:
    assert derived_id("policy", "intake", 7) == derived_id("policy", "intake", 7)
    assert len({derived_id("a", "bc"), derived_id("ab", "c"), derived_id("a", "b", "c"), derived_id("abc")}) == 4


def test_a_fingerprint_depends_on_the_key_and_on_where_parts_end() -> None:
    assert keyed_fingerprint(b"k", b"a", b"bc") == keyed_fingerprint(b"k", b"a", b"bc")
    prints = {keyed_fingerprint(b"k", b"a", b"bc"), keyed_fingerprint(b"k", b"ab", b"c"), keyed_fingerprint(b"j", b"a")}
    assert len(prints) == 3
