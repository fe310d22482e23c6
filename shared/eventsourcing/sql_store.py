"""The event store on SQLite and PostgreSQL: one writer per process that commits what is waiting as one transaction.

The head row is lock and counter in one, so positions are dense and in the order of commits, under any number of
processes: whoever follows the store reads `position > checkpoint` and misses nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.eventsourcing.chain import Break, Tampered, link
from shared.eventsourcing.database import Database
from shared.eventsourcing.store import (
    Append,
    Appended,
    Clock,
    CommandReused,
    Head,
    StoredEvent,
    StoreError,
    StoreUnavailable,
    VersionConflict,
    Wake,
    check,
    fingerprint_of,
    microseconds,
    system_clock,
)

log = logging.getLogger(__name__)

_COLUMNS = "position, stream, version, type, schema, command, data, meta, hash, recorded"
_GROUP = 500
_GROUP_BYTES = 8 * 1024 * 1024
_ATTEMPTS = 6
_BACK_OFF = 0.05
# The last is what the driver raises where a backend is ended between two of its messages; SQLAlchemy does not know it.
_UNKNOWN_OUTCOME = (SQLAlchemyError, OSError, TimeoutError, asyncpg.InternalClientError)
_LOCKING_AFTER_RACE = 20
_READERS = 3
_READ_TOGETHER = 200
_TAIL_EVENTS = 4_000
_TAIL_BYTES = 16 * 1024 * 1024

_LOCK = {
    "postgresql": "SELECT epoch, position, hash FROM head WHERE id = 1 FOR UPDATE",
    "sqlite": "SELECT epoch, position, hash FROM head WHERE id = 1",
}
_PG_LOOK_UP = (
    "SELECT id, version, NULL::bigint, NULL::bytea FROM streams WHERE id = ANY(CAST($1 AS text[])) "
    "UNION ALL SELECT command || chr(10) || stream, version, position, meta "
    "FROM events WHERE command = ANY(CAST($2 AS text[]))"
)
_PG_LOOK_UP_WITH_HEAD = (
    f"SELECT id, version, position, meta, ''::text AS epoch, ''::bytea AS hash FROM ({_PG_LOOK_UP}) AS f "
    "(id, version, position, meta) UNION ALL SELECT NULL, 0, position, NULL, epoch, hash FROM head WHERE id = 1"
)
# Moves the head from where it was seen, or does nothing at all.
_PG_MOVE_HEAD = (
    "UPDATE head SET position = CAST($11 AS bigint), hash = CAST($12 AS bytea) "
    "WHERE id = 1 AND position = CAST($9 AS bigint) AND hash = CAST($13 AS bytea)"
)
_PG_EVENTS = (
    f"e AS (INSERT INTO events ({_COLUMNS}) SELECT CAST($9 AS bigint) + w.n, w.stream, w.version, w.type, w.schema, "
    "w.command, w.data, w.meta, w.hash, CAST($10 AS bigint) FROM h CROSS JOIN unnest(CAST($1 AS text[]), "
    "CAST($2 AS bigint[]), CAST($3 AS text[]), CAST($4 AS smallint[]), CAST($5 AS text[]), CAST($6 AS bytea[]), "
    "CAST($7 AS bytea[]), CAST($8 AS bytea[])) WITH ORDINALITY "
    "AS w (stream, version, type, schema, command, data, meta, hash, n) RETURNING stream, version), "
    "s AS (INSERT INTO streams (id, version) SELECT stream, max(version) FROM e GROUP BY stream "
    "ON CONFLICT (id) DO UPDATE SET version = excluded.version) "
    "SELECT count(*) FROM h"
)
_PG_WRITE = f"WITH h AS ({_PG_MOVE_HEAD} RETURNING id), {_PG_EVENTS}"
# The same, where nothing was looked up: none of the commands may be there, each stream must be at its version.
# Counted, not EXISTS: hoping for an early end the planner would read the whole table for what is never there.
_PG_WRITE_IF = (
    f"WITH h AS ({_PG_MOVE_HEAD} AND (SELECT count(*) FROM events WHERE command = ANY(CAST($14 AS text[]))) = 0 "
    "AND (SELECT count(*) FROM unnest(CAST($15 AS text[]), CAST($16 AS bigint[])) AS a (id, version) LEFT JOIN LATERAL "
    "(SELECT streams.version FROM streams WHERE streams.id = a.id LIMIT 1) AS s ON true "
    "WHERE coalesce(s.version, 0) <> a.version) = 0 RETURNING id), "
    f"{_PG_EVENTS}"
)

# The lateral form makes it one index scan for each stream, whatever the planner thinks of the table.
_PG_STREAMS = (
    f"SELECT e.* FROM unnest(CAST($1 AS text[]), CAST($2 AS bigint[])) AS w (stream, after) CROSS JOIN LATERAL "
    f"(SELECT {_COLUMNS} FROM events WHERE stream = w.stream AND version > w.after ORDER BY version) AS e"
)


@dataclass(slots=True)
class _Waiting:
    append: Append
    size: int
    answer: asyncio.Future[Appended]


@dataclass(slots=True)
class _Asked:
    """A stream that somebody waits to read."""

    stream: str
    after: int
    answer: asyncio.Future[list[StoredEvent]]


@dataclass(slots=True)
class _Known:
    """What the database held when the head was locked."""

    versions: dict[str, int]
    commands: dict[str, tuple[str, Appended]]


class Tail:
    """The newest events, as this process has committed them, without a hole.

    Another process's append in between shows as a hole in the positions, and what was before it is let go.
    """

    def __init__(self) -> None:
        self._events: list[StoredEvent] = []
        self._bytes = 0

    def add(self, events: Sequence[StoredEvent]) -> None:
        if not events:
            return
        if self._events and self._events[-1].position + 1 != events[0].position:
            self._events, self._bytes = [], 0
        self._events += events
        self._bytes += sum(map(_weight, events))
        if len(self._events) <= _TAIL_EVENTS and self._bytes <= _TAIL_BYTES:
            return
        # A quarter more than needed goes, so that the list is not moved at every append.
        go = max(0, len(self._events) - _TAIL_EVENTS * 3 // 4)
        left = self._bytes - sum(map(_weight, self._events[:go]))
        while left > _TAIL_BYTES * 3 // 4:
            left -= _weight(self._events[go])
            go += 1
        del self._events[:go]
        self._bytes = left

    @property
    def newest(self) -> int:
        """The last position kept, 0 where there is none."""
        return self._events[-1].position if self._events else 0

    def after(self, position: int, limit: int) -> Sequence[StoredEvent]:
        """What follows a position; nothing where memory does not reach back to it or has nothing newer."""
        if not self._events or position + 1 < self._events[0].position:
            return ()
        at = position + 1 - self._events[0].position
        return self._events[at : at + limit]


def _weight(event: StoredEvent) -> int:
    return len(event.data) + len(event.meta)


class Look(NamedTuple):
    """Where everything stood when the database was asked."""

    at: float
    """On the monotonic clock, before it was asked."""
    position: int
    checkpoints: Mapping[str, int]


class SqlStore:
    """An `EventStore`; make it with `SqlStore(database)` after the schema is there, end it with `close()`."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self.database = database
        self._clock = clock
        self._queue: list[_Waiting] = []
        self._drain: asyncio.Task[None] | None = None
        self._closed = False
        self._locking = 0 if database.dialect == "postgresql" else -1
        """How many groups more are to take the lock, because another process was writing; -1: all."""
        self._head: Head | None = None
        """Where this process left it, if it may still be there."""
        self._asked: list[_Asked] = []
        self._reads: set[asyncio.Task[None]] = set()
        self._look: Look | None = None
        self._looking = asyncio.Lock()
        self.tail = Tail()
        self.appended = Wake()
        self.observe: Callable[[float], None] = lambda _seconds: None
        """Told how long each append took, for the metrics."""

    # Appending

    async def append(self, append: Append) -> Appended:
        check(append)
        if self._closed:
            raise StoreUnavailable("this store is closed: the service is stopping")
        size = sum(len(event.data) + len(event.meta) for write in append.writes for event in write.events)
        waiting = _Waiting(append, size, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        if self._drain is None:
            self._drain = asyncio.create_task(self._drain_queue())
        began = time.perf_counter()
        answer = await waiting.answer  # a caller that gives up cancels its answer, not what is being committed
        self.observe(time.perf_counter() - began)
        return answer

    async def _drain_queue(self) -> None:
        try:
            # One turn of the loop, so that appends decided at this moment travel together.
            await asyncio.sleep(0)
            while self._queue:
                group = self._next_group()
                try:
                    await self._settle(group)
                except Exception as error:  # whatever it was, its callers hear of it and the queue goes on
                    log.exception("a group of %d appends failed", len(group))
                    for waiting in group:
                        if not waiting.answer.done():
                            waiting.answer.set_exception(error)
        finally:
            self._drain = None

    def _next_group(self) -> list[_Waiting]:
        count = size = 0
        for waiting in self._queue[:_GROUP]:
            size += waiting.size
            if count and size > _GROUP_BYTES:
                break
            count += 1
        group, self._queue = self._queue[:count], self._queue[count:]
        return group

    async def _settle(self, group: list[_Waiting]) -> None:
        """Commits a group. After a failure the outcome is unknown: commands are looked up under the lock."""
        for attempt in range(_ATTEMPTS):
            if attempt:
                await asyncio.sleep(_BACK_OFF * 2**attempt)
            try:
                answers = await self._commit(group, attempt)
            except _UNKNOWN_OUTCOME as error:
                if len(group) > 1 and _concerns_the_data(error):
                    # One of them cannot be stored: alone, it fails alone.
                    for waiting in group:
                        await self._settle_alone(waiting)
                    return
                log.warning("append attempt %d of %d: %s", attempt + 1, _ATTEMPTS, type(error).__name__)
                last: Exception = error
            else:
                for waiting, answer in zip(group, answers, strict=True):
                    if waiting.answer.done():
                        continue
                    if isinstance(answer, StoreError):
                        waiting.answer.set_exception(answer)
                    else:
                        waiting.answer.set_result(answer)
                self.appended.ring()
                return
        unavailable = StoreUnavailable(
            f"the database did not commit within {_ATTEMPTS} attempts ({type(last).__name__}); "
            "whether it was stored is unknown: ask again with the same id"
        )
        unavailable.__cause__ = last
        for waiting in group:
            if not waiting.answer.done():
                waiting.answer.set_exception(unavailable)

    async def _settle_alone(self, waiting: _Waiting) -> None:
        try:
            await self._settle([waiting])
        except Exception as error:
            if not waiting.answer.done():
                waiting.answer.set_exception(error)

    async def _commit(self, group: list[_Waiting], attempt: int) -> list[Appended | StoreError]:
        appends = [waiting.append for waiting in group]
        head, self._head = self._head, None
        if attempt == 0 and self._locking == 0:
            answers = None if head is None else await self._commit_assuming(appends, head)
            if answers is None:
                answers = await self._commit_unlocked(appends)
            if answers is not None:
                return answers
            self._locking = _LOCKING_AFTER_RACE
        elif self._locking > 0:
            self._locking -= 1
        return await self._commit_locked(appends)

    async def _commit_assuming(self, appends: Sequence[Append], head: Head) -> list[Appended | StoreError] | None:
        """Writes at once on what its callers expect and this process left; None where the database has it otherwise."""
        expected: dict[str, int] = {}
        for append in appends:
            for write in append.writes:
                if write.expected is None:
                    return None
                expected.setdefault(write.stream, write.expected)
        rows, answers = self._decide_winners(appends, head, _Known(dict(expected), {}))
        if any(isinstance(answer, StoreError) for answer in answers):
            return None  # who loses is told what the database holds
        _, commands = _concerned(appends)
        assumed = (commands, list(expected), list(expected.values()))
        async with self.database.committing() as connection:
            if not await connection.fetchval(_PG_WRITE_IF, *_to_write(rows, head), *assumed):
                return None
        self._committed(rows, head)
        return answers

    def _committed(self, rows: Sequence[tuple[Any, ...]], before: Head) -> None:
        self.tail.add([StoredEvent._make(row) for row in rows])
        self._head = Head(before.epoch, rows[-1][0], rows[-1][8]) if rows else before

    async def _commit_unlocked(self, appends: Sequence[Append]) -> list[Appended | StoreError] | None:
        """Looks up and writes without a lock in between; None where another process has moved the head meanwhile.

        Every append moves the head, so what was seen together with it still holds where the write finds it unmoved.
        """
        async with self.database.committing() as connection:
            found = await connection.fetch(_PG_LOOK_UP_WITH_HEAD, *_concerned(appends))
            head = next(Head(row["epoch"], row["position"], row["hash"]) for row in found if row["id"] is None)
            known = _known([row[:4] for row in found if row["id"] is not None])
            rows, answers = self._decide_winners(appends, head, known)
            if rows and not await connection.fetchval(_PG_WRITE, *_to_write(rows, head)):
                return None
        self._committed(rows, head)
        return answers

    async def _commit_locked(self, appends: Sequence[Append]) -> list[Appended | StoreError]:
        async with self.database.appending() as tx:
            head = Head._make((await tx.exec_driver_sql(_LOCK[self.database.dialect])).one())
            # A second statement on purpose: on PostgreSQL the lock's own snapshot is stale once it had to wait.
            known = await self._look_up(tx, appends)
            rows, answers = self._decide_winners(appends, head, known)
            if rows and not await self._write(tx, rows, head):
                raise StoreUnavailable("the head moved although it was locked: nothing was written")
        self.tail.add([StoredEvent._make(row) for row in rows])
        return answers

    async def _look_up(self, tx: AsyncConnection, appends: Sequence[Append]) -> _Known:
        streams, commands = _concerned(appends)
        if self.database.dialect == "postgresql":
            return _known((await tx.exec_driver_sql(_PG_LOOK_UP, (streams, commands))).all())
        found: list[Any] = []
        for some in _chunks(streams):
            marks = ",".join("?" * len(some))
            sql = f"SELECT id, version, NULL, NULL FROM streams WHERE id IN ({marks})"
            found += (await tx.exec_driver_sql(sql, tuple(some))).all()
        for some in _chunks(commands):
            marks = ",".join("?" * len(some))
            sql = (
                f"SELECT command || char(10) || stream, version, position, meta FROM events WHERE command IN ({marks})"
            )
            found += (await tx.exec_driver_sql(sql, tuple(some))).all()
        return _known(found)

    def _decide_winners(
        self, appends: Sequence[Append], head: Head, known: _Known
    ) -> tuple[list[tuple[Any, ...]], list[Appended | StoreError]]:
        """Gives every append of the group its place or its conflict; updates `known` as the group goes."""
        recorded = microseconds(self._clock())
        position, hash_ = head.position, head.hash
        rows: list[tuple[Any, ...]] = []
        answers: list[Appended | StoreError] = []
        for append in appends:
            answer = _stored_or_conflicting(append, known)
            if answer is not None:
                answers.append(answer)
                continue
            versions: dict[str, int] = {}
            for write in append.writes:
                version = known.versions.get(write.stream, 0)
                for new in write.events:
                    version = version + 1 if new.version is None else new.version
                    position += 1
                    hash_ = link(
                        hash_,
                        position,
                        write.stream,
                        version,
                        new.type,
                        new.schema,
                        append.command,
                        new.data,
                        new.meta,
                        recorded,
                    )
                    rows.append(
                        (
                            position,
                            write.stream,
                            version,
                            new.type,
                            new.schema,
                            append.command,
                            new.data,
                            new.meta,
                            hash_,
                            recorded,
                        )
                    )
                versions[write.stream] = known.versions[write.stream] = version
            stored = Appended(position, versions)
            known.commands[append.command] = (append.fingerprint, stored)
            answers.append(stored)
        return rows, answers

    async def _write(self, tx: AsyncConnection, rows: list[tuple[Any, ...]], seen: Head) -> bool:
        """Writes events, versions and head at once; answers False where the head is not where it was seen."""
        if self.database.dialect == "postgresql":
            moved: int = (await tx.exec_driver_sql(_PG_WRITE, _to_write(rows, seen))).scalar_one()
            return moved == 1
        await tx.exec_driver_sql(f"INSERT INTO events ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
        await tx.exec_driver_sql(
            "INSERT INTO streams (id, version) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET version = excluded.version",
            list({row[1]: row[2] for row in rows}.items()),
        )
        await tx.exec_driver_sql("UPDATE head SET position = ?, hash = ? WHERE id = 1", (rows[-1][0], rows[-1][8]))
        return True

    # Reading

    async def find(self, command: str, fingerprint: str = "") -> Appended | None:
        statement = text("SELECT command || '\n' || stream, version, position, meta FROM events WHERE command = :c")
        async with self.database.reading() as tx:
            found = (await tx.execute(statement, {"c": command})).all()
        commands: dict[str, tuple[str, Appended]] = {}
        for name, version, position, meta in found:
            _remember(commands, name, version, position, meta)
        if command not in commands:
            return None
        known, answer = commands[command]
        if known != fingerprint:
            raise CommandReused(command)
        return answer

    async def read_stream(self, stream: str, after: int = 0, limit: int | None = None) -> Sequence[StoredEvent]:
        if limit is None:
            return await self._read_together(stream, after)
        sql = f"SELECT {_COLUMNS} FROM events WHERE stream = :s AND version > :v ORDER BY version LIMIT :n"
        async with self.database.reading() as tx:
            found = await tx.execute(text(sql), {"s": stream, "v": after, "n": limit})
            return [StoredEvent._make(row) for row in found.all()]

    async def _read_together(self, stream: str, after: int) -> list[StoredEvent]:
        """What is asked at the same moment is read by one statement: a round trip costs more than a stream."""
        asked = _Asked(stream, after, asyncio.get_running_loop().create_future())
        self._asked.append(asked)
        if len(self._reads) < _READERS:
            self._reads.add(asyncio.create_task(self._answer_asked()))
        return await asked.answer

    async def _answer_asked(self) -> None:
        reading = asyncio.current_task()
        assert reading is not None, "only run as a task"
        try:
            await asyncio.sleep(0)  # one turn of the loop, so that what is asked now is read together
            await self._read_what_is_asked()
        finally:
            # In the same turn as the last look at what is asked: who is done must not count as one that reads.
            self._reads.discard(reading)

    async def _read_what_is_asked(self) -> None:
        while self._asked:
            some, self._asked = self._asked[:_READ_TOGETHER], self._asked[_READ_TOGETHER:]
            try:
                found = await self._read_streams(some)
            except Exception as error:  # whatever it was, it is the askers' to hear
                for asked in some:
                    if not asked.answer.done():
                        asked.answer.set_exception(error)
            else:
                for asked in some:
                    if not asked.answer.done():
                        events = found.get(asked.stream, ())
                        asked.answer.set_result([event for event in events if event.version > asked.after])

    async def _read_streams(self, asked: Sequence[_Asked]) -> dict[str, list[StoredEvent]]:
        after: dict[str, int] = {}
        for one in asked:
            after[one.stream] = min(one.after, after.get(one.stream, one.after))
        rows: Sequence[Any]
        if self.database.dialect == "postgresql":
            async with self.database.asking() as connection:
                rows = await connection.fetch(_PG_STREAMS, list(after.keys()), list(after.values()))
        else:
            async with self.database.reading() as tx:
                wanted = " OR ".join(["(stream = ? AND version > ?)"] * len(after))
                sql = f"SELECT {_COLUMNS} FROM events WHERE {wanted} ORDER BY stream, version"
                rows = (await tx.exec_driver_sql(sql, tuple(part for one in after.items() for part in one))).all()
        found: dict[str, list[StoredEvent]] = {}
        for row in rows:
            event = StoredEvent._make(row)
            found.setdefault(event.stream, []).append(event)
        return found

    async def read_all(self, after: int, limit: int = 500) -> Sequence[StoredEvent]:
        async with self.database.reading() as tx:
            return await read_after(tx, after, limit)

    async def version(self, stream: str) -> int:
        async with self.database.reading() as tx:
            found = await tx.execute(text("SELECT version FROM streams WHERE id = :s"), {"s": stream})
            return found.scalar() or 0

    async def head(self) -> Head:
        async with self.database.reading() as tx:
            row = (await tx.execute(text("SELECT epoch, position, hash FROM head WHERE id = 1"))).one()
        return Head._make(row)

    async def received_at(self, like: str, version: int) -> int | None:
        """Own position of the event that a received stream, whose name begins so, holds at a version."""
        statement = text(
            "SELECT e.position FROM streams s JOIN events e ON e.stream = s.id AND e.version = :v "
            "WHERE s.id >= :from AND s.id < :to ORDER BY e.position"
        )
        async with self.database.reading() as tx:
            found = await tx.execute(statement, {"v": version, "from": like, "to": like + "\U0010ffff"})
            return found.scalars().first()

    async def progress(self) -> tuple[int, dict[str, int]]:
        """The head's position and every follower's."""
        async with self.database.reading() as tx:
            head = (await tx.execute(text("SELECT position FROM head WHERE id = 1"))).scalar_one()
            rows = await tx.execute(text("SELECT name, position FROM checkpoints"))
            return head, dict(rows.all())

    async def look(self, within: float) -> Look:
        """Where everything stands, as the database told it within these seconds: many followers ask it once.

        Whoever finds events of another process wakes the others.
        """
        async with self._looking:
            before, now = self._look, time.monotonic()
            if before is not None and now - before.at < within:
                return before
            self._look = look = Look(now, *await self.progress())
        if look.position > max(self.tail.newest, 0 if before is None else before.position):
            self.appended.ring()
        return look

    async def check_head(self, position: int, hash_: bytes) -> None:
        """The head must be the last event's: events cut off at the end show here."""
        head = await self.head()
        if (head.position, bytes(head.hash)) != (position, hash_) and head.position <= position:
            raise Tampered(Break(head.position, "head", "the head is not that of the last event"))
        if head.position > position and not await self.read_all(position, 1):
            raise Tampered(Break(position + 1, "head", f"events {position + 1} to {head.position} are missing"))

    async def close(self) -> None:
        """Lets what was accepted be committed, then takes no more."""
        self._closed = True
        while self._drain is not None:
            await asyncio.wait((self._drain,))


def _concerns_the_data(error: BaseException) -> bool:
    """Whether the database refused what was to be stored, rather than being away, full or locked."""
    if isinstance(error, DataError | IntegrityError):
        return True
    return isinstance(error, DBAPIError) and isinstance(
        error.orig, asyncpg.DataError | asyncpg.IntegrityConstraintViolationError | asyncpg.ProgramLimitExceededError
    )


_READ_AFTER = text(f"SELECT {_COLUMNS} FROM events WHERE position > :p ORDER BY position LIMIT :n")


async def read_after(tx: AsyncConnection, after: int, limit: int) -> list[StoredEvent]:
    return [StoredEvent._make(row) for row in (await tx.execute(_READ_AFTER, {"p": after, "n": limit})).all()]


def _stored_or_conflicting(append: Append, known: _Known) -> Appended | StoreError | None:
    if append.command in known.commands:
        fingerprint, answer = known.commands[append.command]
        if fingerprint != append.fingerprint:
            return CommandReused(append.command)
        return Appended(answer.position, answer.versions, repeated=True)
    for write in append.writes:
        actual = known.versions.get(write.stream, 0)
        if write.expected is not None and write.expected != actual:
            return VersionConflict(write.stream, write.expected, actual)
        first = write.events[0].version
        if first is not None and first <= actual:
            return VersionConflict(write.stream, first - 1, actual)
    return None


def _concerned(appends: Sequence[Append]) -> tuple[list[str], list[str]]:
    """The streams and the command ids that a group speaks of."""
    streams = list({write.stream for append in appends for write in append.writes})
    return streams, list({append.command for append in appends})


def _to_write(rows: Sequence[tuple[Any, ...]], seen: Head) -> tuple[Any, ...]:
    """What `_PG_WRITE` takes; positions follow from the head's."""
    *columns, recorded = (list(column) for column in list(zip(*rows, strict=True))[1:])
    return (*columns, seen.position, recorded[-1], rows[-1][0], rows[-1][8], seen.hash)


def _known(found: Iterable[Sequence[Any]]) -> _Known:
    known = _Known({}, {})
    for name, version, position, meta in found:
        if position is None:
            known.versions[name] = version
        else:
            _remember(known.commands, name, version, position, meta)
    return known


def _remember(commands: dict[str, tuple[str, Appended]], name: str, version: int, position: int, meta: bytes) -> None:
    command, stream = name.split("\n")
    fingerprint, answer = commands.get(command, (fingerprint_of(meta), Appended(0, {})))
    versions = {**answer.versions, stream: max(version, answer.versions.get(stream, 0))}
    commands[command] = (fingerprint, Appended(max(answer.position, position), versions, repeated=True))


def _chunks(values: list[str], size: int = 500) -> list[list[str]]:
    return [values[at : at + size] for at in range(0, len(values), size)]
