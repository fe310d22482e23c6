"""Followers: readers of the store, each with its own checkpoint, woken by appends with slow polling behind.

A follower runs on one replica at a time, by a lease that another takes over within seconds when its holder dies. A
lease is no fence: the checkpoint is moved by compare-and-set in the same transaction as the effects, so a replica that
wakes up too late rolls back.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol

from aiokafka.errors import KafkaError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils import uuid7

from shared.eventsourcing.database import Database
from shared.eventsourcing.sql_store import Look, SqlStore
from shared.eventsourcing.store import StoredEvent

log = logging.getLogger(__name__)

LEASE_SECONDS = 5.0
RENEW_SECONDS = 1.5
POLL_SECONDS = 1.0
STOP_SECONDS = 5.0
BATCH = 500
# Under load a follower lets events gather, for a batch costs as much as hundreds of its events; a few are not kept
# waiting, nor is who has to catch up.
GATHER_FROM = 32
GATHER_SECONDS = 0.05
KEEP_SECONDS = 0.2
"""How long a checkpoint that moved on without effects may wait until the database has it."""
_GLANCE_SECONDS = 0.1
_BACK_OFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Checkpoint(NamedTuple):
    position: int
    state: str = ""
    written: int | None = None
    """The position that the database still has while nothing since then had to be written; None: this one."""

    @property
    def stored(self) -> int:
        return self.position if self.written is None else self.written

    def passing(self, position: int, state: str) -> Checkpoint:
        """Further on, without effects: the database is told now and then (`Follower`), or with the next effects."""
        return Checkpoint(position, state, self.stored)


class Overtaken(Exception):
    """Another replica moved this checkpoint: its effects count, these are rolled back."""

    def __init__(self, name: str) -> None:
        super().__init__(f"another replica has moved the checkpoint of {name}")


async def read_checkpoint(tx: AsyncConnection, name: str) -> Checkpoint:
    row = (await tx.execute(text("SELECT position, state FROM checkpoints WHERE name = :n"), {"n": name})).one_or_none()
    return Checkpoint(0) if row is None else Checkpoint(*row)


async def ensure_checkpoint(tx: AsyncConnection, name: str) -> None:
    await tx.execute(
        text("INSERT INTO checkpoints (name, position, state) VALUES (:n, 0, '') ON CONFLICT (name) DO NOTHING"),
        {"n": name},
    )


async def move_checkpoint(tx: AsyncConnection, name: str, old: int, new: int, state: str = "") -> None:
    """First statement of every batch's transaction: moves the checkpoint, or finds that another has."""
    moved = await tx.execute(_MOVE[tx.dialect.name], {"n": name, "old": old, "new": new, "state": state})
    if moved.rowcount != 1:
        raise Overtaken(name)


_MOVE_CHECKPOINT = "UPDATE checkpoints SET position = :new, state = :state WHERE name = :n AND position = :old"
# What a follower did is done again from the store if the server crashes before it is on the disk, checkpoint and
# effects alike; so its transaction, and no other, need not wait for the disk.
_MOVE = {
    "sqlite": text(_MOVE_CHECKPOINT),
    "postgresql": text(f"{_MOVE_CHECKPOINT} AND set_config('synchronous_commit', 'off', true) = 'off'"),
}


class Handler(Protocol):
    """What a follower does with a batch."""

    name: str

    async def handle(self, events: Sequence[StoredEvent], at: Checkpoint) -> Checkpoint:
        """Does the work for these events and moves the checkpoint; answers where it now stands."""
        ...


class Follower:
    """One named reader of a store and the loop that drives it."""

    def __init__(self, store: SqlStore, handler: Handler, batch: int = BATCH) -> None:
        self.name = handler.name
        self.handler = handler
        self.position = 0
        self.failing: str | None = None
        self.failures = 0
        self._store = store
        self._batch = batch
        self._checkpoint: Checkpoint | None = None
        self._kept = 0.0
        self._stood = 0.0
        """When this follower last knew where the database has its checkpoint."""

    async def run(self, leading: Callable[[], bool]) -> None:
        """Follows while `leading()`; a failing batch is tried again with a growing pause and is visible meanwhile."""
        self._checkpoint = None  # another replica may have moved it since this one led
        while leading():
            ticket = self._store.appended.ticket()
            try:
                handled = await self.step(0.9 * POLL_SECONDS)
                pending = await self.keep()
                if self.failing is not None:
                    log.info("follower %s goes on at position %d", self.name, self.position)
                self.failures, self.failing = 0, None
                if not handled:
                    await self._store.appended.wait(ticket, KEEP_SECONDS if pending else POLL_SECONDS)
                elif GATHER_FROM <= handled < self._batch:
                    await asyncio.sleep(GATHER_SECONDS)
            except Overtaken as overtaken:
                log.info("%s", overtaken)
                self._checkpoint = None
                await pause(RENEW_SECONDS, leading)
            except Exception as error:
                self.failures += 1
                self._checkpoint = None
                before, self.failing = self.failing, f"{type(error).__name__}: {error}"
                if not isinstance(error, KafkaError | OSError):
                    log.exception(
                        "follower %s failed at position %d (time %d)", self.name, self.position, self.failures
                    )
                elif self.failing != before:  # something is away that comes back; once said, it stays so until then
                    log.warning("follower %s waits at position %d: %s", self.name, self.position, self.failing)
                await pause(_BACK_OFF[min(self.failures, len(_BACK_OFF)) - 1], leading)
            finally:
                self._store.appended.discard(ticket)
        with suppress(Exception):  # what was not kept is passed once more by whoever leads next
            await self.keep(now=True)
        self.failures, self.failing = 0, None  # whoever leads now says how it goes

    async def keep(self, *, now: bool = False) -> bool:
        """Writes a checkpoint that moved on without effects, every now and then; answers whether one waits."""
        at = self._checkpoint
        if at is None or at.written is None:
            return False
        if not now and time.monotonic() - self._kept < KEEP_SECONDS:
            return True
        async with self._store.database.stating() as tx:
            await move_checkpoint(tx, self.name, at.stored, at.position, at.state)
        self._checkpoint = Checkpoint(at.position, at.state)
        self._kept = self._stood = time.monotonic()
        return False

    async def step(self, within: float = 0.0) -> int:
        """Handles one batch; answers how many events it had.

        What other processes did is seen as the database told it within these seconds, to whoever asked.
        """
        if self._checkpoint is None:
            async with self._store.database.writing() as tx:
                await ensure_checkpoint(tx, self.name)
                self._checkpoint = await read_checkpoint(tx, self.name)
            self.position, self._stood = self._checkpoint.position, time.monotonic()
        at = self._checkpoint
        events = self._store.tail.after(at.position, self._batch)
        if not events:
            lately = await self._store.look(within)
            if self._was_moved(at, lately):
                self._checkpoint = None
                return await self.step(within)
            if max(lately.position, self._store.tail.newest) > at.position:
                events = await self._store.read_all(at.position, self._batch)
        if not events:
            idle = getattr(self.handler, "idle", None)
            if idle is not None:
                self._checkpoint = await idle(at)
                self._stood = time.monotonic()
            return 0
        self._checkpoint = await self.handler.handle(events, at)
        self.position, self._stood = self._checkpoint.position, time.monotonic()
        return len(events)

    def _was_moved(self, known: Checkpoint, lately: Look) -> bool:
        """Whether a rebuild or a republishing has set the checkpoint elsewhere."""
        return lately.at > self._stood and lately.checkpoints.get(self.name, 0) != known.stored


async def pause(seconds: float, leading: Callable[[], bool]) -> None:
    """Waits, and not much longer than it is this replica's turn: a service that stops is not kept waiting."""
    until = time.monotonic() + seconds
    while leading() and (left := until - time.monotonic()) > 0:  # noqa: ASYNC110 (a lease runs out by the clock)
        await asyncio.sleep(min(left, _GLANCE_SECONDS))


class Leases:
    """Who runs what. One renewal keeps all leases of this replica."""

    def __init__(self, database: Database, holder: str | None = None) -> None:
        self._database = database
        self.holder = holder or str(uuid7())

    async def acquire(self, name: str) -> bool:
        now = self._database.now_sql
        statement = text(
            f"INSERT INTO leases (name, holder, until) VALUES (:n, :h, {now} + :t) "
            "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until "
            f"WHERE leases.holder = excluded.holder OR leases.until < {now}"
        )
        async with self._database.writing() as tx:
            taken = await tx.execute(statement, {"n": name, "h": self.holder, "t": int(LEASE_SECONDS * 1e6)})
        return taken.rowcount == 1

    async def renew(self) -> set[str]:
        """Prolongs what this replica still holds; answers the names."""
        now = self._database.now_sql
        async with self._database.writing() as tx:
            await tx.execute(
                text(f"UPDATE leases SET until = {now} + :t WHERE holder = :h AND until >= {now}"),
                {"h": self.holder, "t": int(LEASE_SECONDS * 1e6)},
            )
            held = await tx.execute(
                text(f"SELECT name FROM leases WHERE holder = :h AND until >= {now}"), {"h": self.holder}
            )
            return set(held.scalars())

    async def release(self) -> None:
        async with self._database.writing() as tx:
            await tx.execute(text("DELETE FROM leases WHERE holder = :h"), {"h": self.holder})


class Task(NamedTuple):
    """Something that runs on one replica at a time, as long as `leading()`."""

    name: str
    run: Callable[[Callable[[], bool]], Awaitable[None]]


class Runner:
    """Runs a service's followers and clocks, each where this replica holds its lease."""

    def __init__(
        self,
        database: Database,
        tasks: Sequence[Task],
        holder: str | None = None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        """`wake` ends the waiting of those tasks that wait for something to do."""
        self.leases = Leases(database, holder)
        self._tasks = tasks
        self._wake = wake
        self._held: set[str] = set()
        self._held_until = 0.0
        self._running: dict[str, asyncio.Task[None]] = {}
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._turn()
        self._loop = asyncio.create_task(self._keep_turning())

    async def stop(self) -> None:
        """Ends every task at a batch's edge and gives the leases back, so that another replica need not wait."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        self._held = set()
        self._wake()
        running = set(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        with suppress(Exception):  # the database may be gone already; the leases then run out by themselves
            await self.leases.release()

    def leading(self, name: str) -> bool:
        return name in self._held and time.monotonic() < self._held_until

    async def _keep_turning(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                await self._turn()
            except Exception:
                log.exception("leases could not be renewed; followers stop when theirs run out")

    async def _turn(self) -> None:
        asked = time.monotonic()
        self._held = await self.leases.renew()
        for task in self._tasks:
            if task.name not in self._held and await self.leases.acquire(task.name):
                self._held.add(task.name)
        self._held_until = asked + LEASE_SECONDS
        for task in self._tasks:
            running = self._running.get(task.name)
            if task.name in self._held and (running is None or running.done()):
                self._running[task.name] = asyncio.create_task(self._guarded(task), name=task.name)

    async def _guarded(self, task: Task) -> None:
        try:
            await task.run(lambda: self.leading(task.name))
        except Exception:
            log.exception("%s ended; it is started again", task.name)
