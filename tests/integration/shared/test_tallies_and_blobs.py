"""Tallies hold a limit however many count at once; blobs give back what was kept, or say that they cannot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from shared.eventsourcing.blobs import SqlBlobs
from shared.eventsourcing.sealing import Erased, Unreadable, Vault
from shared.eventsourcing.sql_store import SqlStore
from shared.eventsourcing.tallies import Limit, Tallies

MATTER, PERSON = "report-1", "person-1"


async def parts(*some: bytes) -> AsyncIterator[bytes]:
    for each in some:
        yield each


async def whole(blobs: SqlBlobs, blob: str, of: str = MATTER) -> bytes:
    return b"".join([part async for part in blobs.read(blob, of)])


@pytest.fixture
def vault(sql_store: SqlStore) -> Vault:
    return Vault(sql_store.database, b"m" * 32, b"d" * 32)


@pytest.fixture
def blobs(sql_store: SqlStore, vault: Vault) -> SqlBlobs:
    return SqlBlobs(sql_store.database, vault)


# Tallies


async def test_of_many_who_count_at_once_no_more_get_through_than_the_limit_lets(sql_store: SqlStore) -> None:
    """As many replicas as one likes: each is a `Tallies` of its own over the same database."""
    limits = [Limit("minute", 7, 10), Limit("day", 1, 1_000)]
    reached = await asyncio.gather(*(Tallies(sql_store.database).spend(limits) for _ in range(25)))
    assert reached.count(None) == 10
    assert set(reached) == {None, limits[0]}
    counted = await Tallies(sql_store.database).read(["minute", "day"])
    assert counted == {"minute": {7: 10}, "day": {1: 10}}, "what a limit stopped counts against none"


async def test_a_new_span_begins_anew_and_the_old_one_is_forgotten(sql_store: SqlStore) -> None:
    tallies = Tallies(sql_store.database)
    assert await tallies.spend([Limit("minute", 1, 3)], 3) is None
    assert await tallies.spend([Limit("minute", 1, 3)]) is not None
    assert await tallies.spend([Limit("minute", 2, 3)], 2) is None
    assert await tallies.read(["minute"]) == {"minute": {2: 2}}


async def test_more_than_a_limit_at_once_never_fits(sql_store: SqlStore) -> None:
    assert await Tallies(sql_store.database).spend([Limit("minute", 1, 3)], 4) == Limit("minute", 1, 3)


async def test_counts_add_up_by_span_and_a_note_keeps_the_highest(sql_store: SqlStore) -> None:
    tallies = Tallies(sql_store.database)
    for span, amount in ((1, 2), (2, 1), (2, 4)):
        await tallies.count("refused", span, amount)
    for value in (5, 9, 7):
        await tallies.note("seen", value)
    assert await tallies.read(["refused", "seen", "never"], first=0) == {
        "refused": {1: 2, 2: 5},
        "seen": {0: 9},
        "never": {},
    }
    assert await tallies.read(["refused"], first=2) == {"refused": {2: 5}}


# Blobs


@pytest.mark.parametrize("content", [[], [b"x"], [b"a" * 1_000, b"b" * 10], [bytes([n]) * 100 for n in range(7)]])
async def test_a_file_comes_back_as_it_was_and_lies_nowhere_in_clear(
    sql_store: SqlStore, blobs: SqlBlobs, content: list[bytes]
) -> None:
    blob = await blobs.keep(MATTER, parts(*content))
    assert await whole(blobs, blob) == b"".join(content)
    async with sql_store.database.reading() as tx:
        boxes = [bytes(box) for box in (await tx.execute(text("SELECT box FROM blobs"))).scalars()]
    assert all(part not in box for part in content if len(part) > 8 for box in boxes)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE blobs SET part = part + 10 WHERE part = 2",
        "DELETE FROM blobs WHERE part = 1",
        "DELETE FROM blobs WHERE part = 2",
        "DELETE FROM blobs",
        "UPDATE blobs SET box = (SELECT b.box FROM blobs b WHERE b.part = 0) WHERE part = 1",
    ],
)
async def test_what_was_left_out_exchanged_or_cut_off_is_said_and_not_given(
    sql_store: SqlStore, blobs: SqlBlobs, change: str
) -> None:
    blob = await blobs.keep(MATTER, parts(b"one", b"two", b"three"))
    async with sql_store.database.writing() as tx:
        await tx.execute(text(change))
    with pytest.raises(Unreadable):
        await whole(blobs, blob)


async def test_erasing_a_person_makes_the_files_of_the_matter_unreadable_and_takes_no_more(
    vault: Vault, blobs: SqlBlobs
) -> None:
    blob = await blobs.keep(MATTER, parts(b"a photo"), [PERSON])
    await vault.erase(PERSON)
    with pytest.raises(Erased):
        await whole(blobs, blob)
    with pytest.raises(Erased):
        await blobs.keep(MATTER, parts(b"another"), [PERSON])


async def test_a_file_that_breaks_off_leaves_nothing_behind(sql_store: SqlStore, blobs: SqlBlobs) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await blobs.keep(MATTER, broken())
    async with sql_store.database.reading() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM blobs"))).scalar_one() == 0
