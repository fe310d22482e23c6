"""Timers: due once, whoever asks and however often the process starts, and none holds up another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import delete, insert

from shared.eventsourcing.commands import Commands, StreamType, derived_id
from shared.eventsourcing.decider import Decider, Refusal
from shared.eventsourcing.events import Codec, Event
from shared.eventsourcing.followers import Follower
from shared.eventsourcing.projections import ProjectionHandler, Recorded, prepare
from shared.eventsourcing.sql_store import SqlStore
from shared.eventsourcing.store import Meta, StoredEvent, microseconds
from shared.eventsourcing.timers import Change, Clear, Set, TimerClock, Timers, timers

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WHO = Meta(actor="clock", role="system")


class Promised(Event, frozen=True):
    stored_as: ClassVar[str] = "promised"
    by: AwareDatetime


class Reminded(Event, frozen=True):
    stored_as: ClassVar[str] = "reminded"


class Promise(BaseModel, frozen=True):
    by: AwareDatetime


class Remind(BaseModel, frozen=True):
    pass


def _decide(command: Promise | Remind, due: datetime | None) -> list[Event]:
    if isinstance(command, Promise):
        return [Promised(by=command.by)]
    return [Reminded()] if due is not None else []


TASK: StreamType[Promise | Remind, datetime | None, Event] = StreamType(
    "task", Decider(None, _decide, lambda _, e: e.by if isinstance(e, Promised) else None), (Promised, Reminded)
)
CODEC = Codec(TASK.events)


def schedule(recorded: Recorded) -> Sequence[Change]:
    match recorded.event:
        case Promised(by=by):
            return [Set(recorded.stored.stream, by, "reminder", recorded.stored.stream.removeprefix("task-"))]
        case Reminded():
            return [Clear(recorded.stored.stream)]
        case _:
            return []


def read(stored: StoredEvent) -> object:
    return CODEC.decode(stored.type, stored.schema, stored.data)


class Service:
    """One process: commands, the table of timers and a clock that the test moves."""

    def __init__(self, store: SqlStore) -> None:
        self.now = NOON
        self.fired: list[str] = []
        self.commands = Commands(store, CODEC)
        self.follower = Follower(store, ProjectionHandler(Timers(schedule), store.database, read))
        self.clock = TimerClock(store.database, self.fire, lambda: self.now)

    async def promise(self, id_: str, by: datetime) -> None:
        await self.commands.handle(TASK, id_, Promise(by=by), WHO, derived_id("promise", id_, by))
        await self.project()

    async def fire(self, due: Set) -> None:
        self.fired.append(due.subject)
        await self.commands.handle(TASK, due.subject, Remind(), WHO, derived_id("remind", due.id, due.due))

    async def project(self) -> None:
        while await self.follower.step():
            pass


@pytest.fixture
async def service(sql_store: SqlStore) -> Service:
    await prepare([Timers(schedule)], sql_store.database)
    return Service(sql_store)


async def reminders(store: SqlStore) -> list[str]:
    return [event.stream for event in await store.read_all(0) if event.type == "reminded"]


async def test_a_timer_fires_when_its_time_has_come_and_not_before(sql_store: SqlStore, service: Service) -> None:
    await service.promise("1", NOON + timedelta(hours=1))
    assert await service.clock.tick() == 0
    service.now = NOON + timedelta(hours=1) - timedelta(microseconds=1)
    assert await service.clock.tick() == 0
    service.now = NOON + timedelta(hours=1)
    assert await service.clock.tick() == 1
    assert await service.clock.tick() == 0
    await service.project()
    assert await service.clock.tick() == 0
    assert await reminders(sql_store) == ["task-1"]


async def test_two_clocks_and_a_restart_fire_once(sql_store: SqlStore, service: Service) -> None:
    for n in range(5):
        await service.promise(str(n), NOON)
    other, again = Service(sql_store), Service(sql_store)
    assert [await service.clock.tick(), await other.clock.tick(), await again.clock.tick()] == [5, 5, 5]
    await service.project()
    assert await Service(sql_store).clock.tick() == 0
    assert sorted(await reminders(sql_store)) == [f"task-{n}" for n in range(5)]


async def test_a_timer_that_is_set_again_moves(sql_store: SqlStore, service: Service) -> None:
    await service.promise("1", NOON)
    await service.promise("1", NOON + timedelta(days=1))
    assert await service.clock.tick() == 0
    service.now = NOON + timedelta(days=1)
    assert await service.clock.tick() == 1
    await service.project()
    await service.promise("1", NOON + timedelta(days=2))
    service.now = NOON + timedelta(days=2)
    assert await service.clock.tick() == 1
    assert await reminders(sql_store) == ["task-1"] * 2


async def test_more_timers_than_a_page_that_nothing_clears_hide_none_behind_them(
    sql_store: SqlStore, service: Service
) -> None:
    stuck = [
        {"id": f"s{n:03}", "due": microseconds(NOON), "kind": "k", "subject": f"s{n}", "correlation": "", "station": ""}
        for n in range(450)
    ]
    async with sql_store.database.writing() as tx:
        await tx.execute(insert(timers), stuck)
    assert await service.clock.tick() == 450
    service.now = NOON + timedelta(seconds=1)
    await service.promise("late", NOON + timedelta(seconds=1))
    assert await service.clock.tick() == 1
    assert service.fired[-1] == "late"
    assert len(service.clock._fired) == 451
    async with sql_store.database.writing() as tx:
        await tx.execute(delete(timers).where(timers.c.id < "s400"))
    await service.project()
    assert await service.clock.tick() == 0
    assert len(service.clock._fired) == 50, "what is cleared is forgotten"


async def test_a_timer_that_cannot_be_fired_holds_up_no_other_and_stays_due(
    sql_store: SqlStore, service: Service
) -> None:
    broken = {"1"}

    async def fire(due: Set) -> None:
        if due.subject in broken:
            raise OSError("the gateway is away")
        if due.subject == "2":
            raise Refusal
        await service.fire(due)

    clock = TimerClock(sql_store.database, fire, lambda: NOON)
    for n in (1, 2, 3):
        await service.promise(str(n), NOON)
    with pytest.raises(OSError, match="away"):
        await clock.tick()
    assert await reminders(sql_store) == ["task-3"]
    await service.project()
    broken.clear()
    assert await clock.tick() == 1
    assert await reminders(sql_store) == ["task-3", "task-1"]
