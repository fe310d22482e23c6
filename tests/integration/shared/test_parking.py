"""Parked messages in a running service: settled once, by what the store holds and not by a list that may be behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.eventsourcing import parking
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.projections import Recorded
from shared.eventsourcing.runtime import Runtime, Settings
from tests.integration.shared.pair import DEPLOYMENT, MASTER, PARCEL, WHO, ParcelScanned, Shelf, scan


class Shut(Refusal):
    say = "It is shut."


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/events.db"
    fresh: str = request.getfixturevalue("fresh_postgres_url")
    return fresh


class Door:
    shut = True
    passed = 0

    async def react(self, recorded: Recorded) -> None:
        if self.shut and isinstance(recorded.event, ParcelScanned) and recorded.event.parcel == "odd":
            raise Shut
        self.passed += 1


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
async def runtime(url: str, door: Door) -> AsyncIterator[Runtime]:
    made = Runtime(Settings("desk", "test", url, "127.0.0.1:9", MASTER, DEPLOYMENT), PARCEL.events, {})
    made.project(Shelf())
    made.policy("door", door.react, [ParcelScanned.stored_as])
    async with made.running():
        yield made


async def parked(runtime: Runtime, state: parking.State = "waiting", count: int = 1) -> list[parking.ParkedMessage]:
    async with asyncio.timeout(15):
        while len(found := await parking.waiting(runtime.database, state=state)) != count:
            await asyncio.sleep(0.05)
    return found


async def types(runtime: Runtime, id_: str) -> list[str]:
    return [event.type for event in await runtime.store.read_stream(f"parked/{id_}")]


async def test_a_refused_policy_is_parked_and_goes_on_and_can_be_tried_again(runtime: Runtime, door: Door) -> None:
    await scan(runtime, "odd", "a")
    await scan(runtime, "even", "b")
    (message,) = await parked(runtime)
    assert (message.cause, message.detail, message.origin.policy) == ("refused", "It is shut.", "policy:door")
    async with asyncio.timeout(10):
        while door.passed < 1:
            await asyncio.sleep(0.05)
    assert await runtime.retry_parked(message.id, WHO, "1") == "It is shut."
    assert await runtime.retry_parked(message.id, WHO, "1") == "It is shut."
    door.shut = False
    answers = await asyncio.gather(*(runtime.retry_parked(message.id, WHO, "2") for _ in range(3)))
    assert answers == [None] * 3
    await runtime.drop_parked(message.id, "no longer wanted", WHO)
    assert await types(runtime, message.id) == ["message-parked", "parked-retry-failed", "parked-retried"]
    (settled,) = await parked(runtime, "retried")
    assert settled.retries == 2


async def test_what_was_dropped_is_not_tried_again(runtime: Runtime, door: Door) -> None:
    await scan(runtime, "odd", "a")
    (message,) = await parked(runtime)
    await runtime.drop_parked(message.id, "nobody's", WHO)
    door.shut = False
    assert await runtime.retry_parked(message.id, WHO, "1") == "it was dropped before"
    await runtime.drop_parked(message.id, "another reason", WHO)
    (dropped,) = await parked(runtime, "dropped")
    assert dropped.settled_because == "nobody's"
    assert door.passed == 0


async def test_the_same_bad_row_is_parked_once_and_says_how_it_is_put_right(runtime: Runtime) -> None:
    assert await runtime.park_row("mail.csv", 7, "no text", "王大妈,", WHO)
    assert not await runtime.park_row("mail.csv", 7, "no text", "王大妈,", WHO)
    (message,) = await parked(runtime)
    assert (message.origin.file, message.origin.line) == ("mail.csv", 7)
    still = await runtime.retry_parked(message.id, WHO, "1")
    assert still is not None
    assert "importing the file" in still


async def test_nobody_else_tells_of_a_services_own_events(runtime: Runtime) -> None:
    runtime.receive(["inside"])
    assert runtime.receiver is not None
    with pytest.raises(ValueError, match="own events"):
        runtime.receiver.check("parcel-scanned", b'{"parcel":"p","times":1}')
    runtime.receiver.check("unheard.of", b"{}")


async def test_reads_at_the_same_moment_are_each_recorded(runtime: Runtime) -> None:
    sealed = await runtime.vault.seal("person-1", "x")
    await asyncio.gather(*(runtime.open([sealed], WHO, "a page") for _ in range(5)))
    assert len([event for event in await runtime.store.read_all(0) if event.type == "sealed-read"]) == 5
