"""Projections: read models folded from the store into tables, rebuilt beside the running ones and swapped in.

A projection's rows and its checkpoint move in one transaction. Its tables are never migrated: when its `version`
changes, they are built anew from the events, while the old ones go on answering.
"""

from __future__ import annotations

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Float,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    and_,
    delete,
    inspect,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import dialect as postgresql_dialect
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable, MetaData
from sqlalchemy.sql.elements import quoted_name

from shared.eventsourcing.database import Database
from shared.eventsourcing.followers import (
    BATCH,
    RENEW_SECONDS,
    Checkpoint,
    Leases,
    Overtaken,
    ensure_checkpoint,
    move_checkpoint,
    read_checkpoint,
)
from shared.eventsourcing.sql_store import SqlStore, read_after
from shared.eventsourcing.store import StoredEvent

log = logging.getLogger(__name__)

_BUILDING = "__next"
_CHUNK = 300
_WAIT_SECONDS = 0.5


class Recorded(NamedTuple):
    """A stored event together with what it holds: one of the service's events, or a contract that was received."""

    event: object
    stored: StoredEvent


Reader = Callable[[StoredEvent], object | None]
"""Reads a stored event; None where it is a received message of a type that nothing here knows."""


class Projection(ABC):
    """A read model: its tables and how events change them.

    Subclasses name themselves, list their tables (each with a primary key) and write `apply`, which folds a batch of
    events in order. `apply` must do the same whatever the batches are: a rebuild gives the same rows.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    """Raise it when the tables or the fold change: the service then rebuilds by itself at its next start."""
    tables: ClassVar[tuple[Table, ...]]

    @abstractmethod
    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None: ...

    def concerns(self, recorded: Recorded) -> bool:
        """Whether the event may change a row; a batch of which none does costs no more than its checkpoint."""
        return True


class Rows:
    """A projection's tables in one transaction: the live ones, or those that a rebuild fills."""

    def __init__(self, tx: AsyncConnection, tables: Mapping[Table, Table]) -> None:
        self.tx = tx
        self._tables = tables

    def table(self, table: Table) -> Table:
        return self._tables[table]

    async def load(self, table: Table, keys: Iterable[Hashable]) -> dict[Hashable, dict[str, Any]]:
        """Rows by primary key: the bare value for a key of one column, a tuple for more."""
        actual = self.table(table)
        columns = list(actual.primary_key.columns)
        wanted = list(dict.fromkeys(keys))
        statements = self._array_statements(actual)
        if statements is not None:
            return await self._load_by_arrays(statements, wanted)
        found: dict[Hashable, dict[str, Any]] = {}
        for at in range(0, len(wanted), _CHUNK):
            some = wanted[at : at + _CHUNK]
            single = len(columns) == 1
            condition = columns[0].in_(some) if single else or_(*(_is(columns, key) for key in some))
            for row in (await self.tx.execute(select(actual).where(condition))).mappings():
                key = tuple(row[c.name] for c in columns)
                found[key[0] if len(key) == 1 else key] = dict(row)
        return found

    async def _load_by_arrays(self, statements: ArrayStatements, keys: list[Any]) -> dict[Hashable, dict[str, Any]]:
        if not keys:
            return {}
        return statements.by_key((await self.tx.exec_driver_sql(statements.load, statements.wanted(keys))).all())

    async def put(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Inserts rows or overwrites those with the same key; every row must have every column."""
        if not rows:
            return
        actual = self.table(table)
        statements = self._array_statements(actual)
        if statements is not None:
            await self.tx.exec_driver_sql(statements.put, statements.columns_of(rows))
            return
        many = _sqlite_put(actual) if self.tx.dialect.name == "sqlite" else None
        if many is not None:
            await self.tx.exec_driver_sql(many.sql, [many.values(row) for row in rows])
            return
        insert = postgresql_insert if self.tx.dialect.name == "postgresql" else sqlite_insert
        await self.tx.execute(_upsert(insert(actual), actual), list(rows))

    def _array_statements(self, table: Table) -> ArrayStatements | None:
        return array_statements(table) if self.tx.dialect.name == "postgresql" else None

    async def remove(self, table: Table, **where: Any) -> None:
        actual = self.table(table)
        await self.tx.execute(delete(actual).where(*(actual.c[name] == value for name, value in where.items())))


def _upsert(statement: Any, table: Table) -> Any:
    """An insert of either dialect that overwrites what is there under the same key."""
    keys = [column.name for column in table.primary_key.columns]
    others = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    if others:
        return statement.on_conflict_do_update(index_elements=keys, set_=others)
    return statement.on_conflict_do_nothing(index_elements=keys)


class _SqlitePut(NamedTuple):
    sql: str
    values: Callable[[Mapping[str, Any]], tuple[Any, ...]]


_AS_THEY_ARE = (Text, String, SmallInteger, Integer, BigInteger, Boolean, Float, LargeBinary)
"""Types whose values SQLite takes as Python has them."""


@lru_cache
def _sqlite_put(table: Table) -> _SqlitePut | None:
    """For many rows straight to the driver: SQLAlchemy's work on each row's values costs more than SQLite's."""
    if not all(isinstance(column.type, _AS_THEY_ARE) for column in table.columns):
        return None
    names = [column.name for column in table.columns]
    compiled = _upsert(sqlite_insert(table), table).compile(dialect=sqlite_dialect(paramstyle="qmark"))
    order = compiled.positiontup or names
    return _SqlitePut(str(compiled), lambda row: tuple(row[name] for name in order))


_CHECKPOINT = ("text", "bigint", "bigint", "text")
_ARRAYS: dict[type[Any], str] = {
    Text: "text",
    String: "text",
    SmallInteger: "smallint",
    Integer: "integer",
    BigInteger: "bigint",
    Boolean: "boolean",
    Float: "double precision",
    LargeBinary: "bytea",
    Date: "date",
}


class ArrayStatements(NamedTuple):
    """A table's statements on PostgreSQL that take one array for each column, whatever the number of rows."""

    names: tuple[str, ...]
    keys: tuple[str, ...]
    load: str
    put: str
    put_and_move: str
    """Puts the rows and moves the projection's checkpoint, both or neither; answers 1 or 0."""

    def wanted(self, keys: Sequence[Any]) -> tuple[list[Any], ...]:
        """What `load` takes for these keys."""
        return (list(keys),) if len(self.keys) == 1 else tuple(list(column) for column in zip(*keys, strict=True))

    def by_key(self, found: Iterable[Iterable[Any]]) -> dict[Hashable, dict[str, Any]]:
        rows = [dict(zip(self.names, row, strict=True)) for row in found]
        if len(self.keys) == 1:
            return {row[self.keys[0]]: row for row in rows}
        return {tuple(row[name] for name in self.keys): row for row in rows}

    def columns_of(self, rows: Sequence[Mapping[str, Any]]) -> tuple[list[Any], ...]:
        """The rows by column; of two with the same key the later one counts."""
        if len(self.keys) == 1:
            (key,) = self.keys
            different = {row[key]: row for row in rows}
        else:
            different = {tuple(row[key] for key in self.keys): row for row in rows}
        for row in different.values():
            if len(row) != len(self.names):
                raise ValueError(f"a row has {sorted(row)} where the table has {sorted(self.names)}: give every column")
        return tuple([row[name] for row in different.values()] for name in self.names)


@lru_cache(maxsize=256)
def array_statements(table: Table) -> ArrayStatements | None:
    """None where a column's type needs more than its plain value."""
    types = [_ARRAYS.get(type(column.type)) for column in table.columns]
    if None in types or not table.primary_key.columns:
        return None
    quoted = _quote.format_table(table)
    names = [_quote.quote(column.name) for column in table.columns]
    keys = [_quote.quote(column.name) for column in table.primary_key.columns]
    key_types = [_ARRAYS[type(column.type)] for column in table.primary_key.columns]
    wanted = ", ".join(f"CAST(${n} AS {type_}[])" for n, type_ in enumerate(key_types, 1))
    given = ", ".join(f"CAST(${n} AS {type_}[])" for n, type_ in enumerate(types, 1))
    others = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    where = (
        f"{keys[0]} = ANY({wanted})" if len(keys) == 1 else f"({', '.join(keys)}) IN (SELECT * FROM unnest({wanted}))"
    )
    insert = f"INSERT INTO {quoted} ({', '.join(names)}) SELECT u.* FROM"
    conflict = f"ON CONFLICT ({', '.join(keys)}) DO " + (f"UPDATE SET {others}" if others else "NOTHING")
    name, old, new, state = (f"CAST(${len(types) + n} AS {type_})" for n, type_ in enumerate(_CHECKPOINT, 1))
    moved = (
        f"UPDATE checkpoints SET position = {new}, state = {state} WHERE name = {name} AND position = {old} "
        f"AND (position = 0 OR state = {state}) "
        "AND set_config('synchronous_commit', 'off', true) = 'off' RETURNING name"
    )
    return ArrayStatements(
        tuple(column.name for column in table.columns),
        tuple(column.name for column in table.primary_key.columns),
        f"SELECT {', '.join(names)} FROM {quoted} WHERE {where}",
        f"{insert} unnest({given}) AS u {conflict}",
        f"WITH m AS ({moved}), p AS ({insert} m CROSS JOIN unnest({given}) AS u ({', '.join(names)}) {conflict}) "
        "SELECT count(*) FROM m",
    )


_quote: Any = postgresql_dialect().identifier_preparer  # type: ignore[no-untyped-call]


class RowProjection(Projection):
    """The common read model: one row per subject, changed by a pure function of the row and the event."""

    @abstractmethod
    def key(self, recorded: Recorded) -> Hashable | None:
        """Which row the event concerns; None where it concerns none."""

    @abstractmethod
    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        """The row after the event; None leaves things as they are."""

    def concerns(self, recorded: Recorded) -> bool:
        return self.key(recorded) is not None

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        (table,) = self.tables
        keyed = self.keyed(events)
        if keyed:
            await rows.put(table, self.fold(await rows.load(table, (key for key, _ in keyed)), keyed))

    def keyed(self, events: Sequence[Recorded]) -> list[tuple[Hashable, Recorded]]:
        """The events that concern a row, each with the row's key."""
        return [(key, recorded) for recorded in events if (key := self.key(recorded)) is not None]

    def fold(
        self, found: Mapping[Hashable, dict[str, Any]], keyed: Sequence[tuple[Hashable, Recorded]]
    ) -> list[dict[str, Any]]:
        """The rows that change, as they are after these events."""
        current: dict[Hashable, dict[str, Any]] = dict(found)
        changed: dict[Hashable, dict[str, Any]] = {}
        for key, recorded in keyed:
            after = self.evolve(current.get(key), recorded)
            if after is not None:
                current[key] = changed[key] = after
        return list(changed.values())


def recorded(events: Sequence[StoredEvent], read: Reader) -> list[Recorded]:
    """Reads a batch, leaving out what nothing here knows."""
    return [Recorded(event, stored) for stored in events if (event := read(stored)) is not None]


class ProjectionHandler:
    """Drives one projection as a follower."""

    def __init__(self, projection: Projection, database: Database, read: Reader) -> None:
        self.name = f"projection:{projection.name}"
        self.projection = projection
        self._database = database
        self._read = read
        self._tables = {table: table for table in projection.tables}
        own_way = not isinstance(projection, RowProjection) or type(projection).apply is not RowProjection.apply
        self._statements: ArrayStatements | None = None
        if database.dialect == "postgresql" and not own_way:
            self._statements = array_statements(projection.tables[0])

    async def handle(self, events: Sequence[StoredEvent], at: Checkpoint) -> Checkpoint:
        new = events[-1].position
        state = str(self.projection.version)
        projection, batch = self.projection, recorded(events, self._read)
        if self._statements is not None and isinstance(projection, RowProjection):
            keyed = projection.keyed(batch)
            if not keyed:
                return at.passing(new, state)
            await self._in_two_statements(projection, self._statements, keyed, (self.name, at.stored, new, state))
        elif any(projection.concerns(one) for one in batch):
            async with self._database.following() as tx:
                await move_checkpoint(tx, self.name, at.stored, new, state)
                await projection.apply(Rows(tx, self._tables), batch)
        else:
            return at.passing(new, state)
        return Checkpoint(new, state)

    async def _in_two_statements(
        self,
        projection: RowProjection,
        statements: ArrayStatements,
        keyed: Sequence[tuple[Hashable, Recorded]],
        move: tuple[str, int, int, str],
    ) -> None:
        """Reads rows, then writes them and the checkpoint at once.

        Only who moves the checkpoint on writes rows: where it has not moved since, what was read still holds.
        """
        async with self._database.asking() as connection:
            keys = list(dict.fromkeys(key for key, _ in keyed))
            found = statements.by_key(await connection.fetch(statements.load, *statements.wanted(keys)))
            columns = statements.columns_of(projection.fold(found, keyed))
            if not await connection.fetchval(statements.put_and_move, *columns, *move):
                raise Overtaken(self.name)


async def prepare(projections: Sequence[Projection], database: Database) -> list[Projection]:
    """Makes the tables of new projections; answers those whose tables belong to another version of their code."""
    outdated = []
    for projection in projections:
        name = f"projection:{projection.name}"
        async with database.writing() as tx:
            if database.dialect == "postgresql":
                await tx.execute(text("SELECT pg_advisory_xact_lock(hashtext(:n))"), {"n": name})
            at = await _locked_checkpoint(tx, name)
            if at.position == 0:
                await _drop(tx, projection.tables)
                await _create(tx, projection.tables)
            elif at.state != str(projection.version):
                outdated.append(projection)
    return outdated


Progress = Callable[[int, int], None]
"""Called with (events done, events in all)."""


async def rebuild(
    projection: Projection,
    store: SqlStore,
    read: Reader,
    progress: Progress | None = None,
    batch: int = 2 * BATCH,
    *,
    outdated_only: bool = False,
) -> int:
    """Builds the projection anew from the first event and swaps it in; the live tables answer until then.

    Answers how many events were read. Only tables are touched: no policy and no relay sees a rebuild. One replica
    builds at a time, the others wait; with `outdated_only` they then find nothing left to do.
    """
    leases = Leases(store.database)
    name = f"rebuild:{projection.name}"
    while not await leases.acquire(name):  # noqa: ASYNC110 - another process holds it
        await asyncio.sleep(_WAIT_SECONDS)
    try:
        if outdated_only and projection not in await prepare([projection], store.database):
            return 0
        return await _rebuild(projection, store, read, progress, batch, leases)
    finally:
        with suppress(Exception):  # the database may be gone; the lease then runs out by itself
            await leases.release()


async def _rebuild(
    projection: Projection, store: SqlStore, read: Reader, progress: Progress | None, batch: int, leases: Leases
) -> int:
    database = store.database
    next_tables = {table: _beside(table) for table in projection.tables}
    build = _Build(f"rebuild:{projection.name}", leases.holder)
    async with database.writing() as tx:
        await build.begin(tx)
        await _drop(tx, next_tables.values())
        await _create(tx, next_tables.values())
    position = 0
    renewed = time.monotonic()
    while True:
        head = (await store.head()).position
        async with database.reading() as tx:
            events = await read_after(tx, position, batch)
        if not events:
            if await _swap(projection, database, build, position, next_tables):
                log.info("projection %s was rebuilt from %d events", projection.name, position)
                return position
            continue
        async with database.writing() as tx:
            await build.move(tx, position, events[-1].position)
            await projection.apply(Rows(tx, next_tables), recorded(events, read))
        position = events[-1].position
        if progress is not None:
            progress(position, max(head, position))
        if time.monotonic() - renewed > RENEW_SECONDS:
            await leases.acquire(build.name)
            renewed = time.monotonic()
        await asyncio.sleep(0)


class _Build(NamedTuple):
    """A rebuild under way. A lease is no fence: each of its transactions first makes sure that it still is the one."""

    name: str
    token: str

    async def begin(self, tx: AsyncConnection) -> None:
        await ensure_checkpoint(tx, self.name)
        await tx.execute(
            text("UPDATE checkpoints SET position = 0, state = :s WHERE name = :n"), {"s": self.token, "n": self.name}
        )

    async def move(self, tx: AsyncConnection, old: int, new: int) -> None:
        moved = await tx.execute(
            text("UPDATE checkpoints SET position = :new WHERE name = :n AND position = :old AND state = :s"),
            {"new": new, "n": self.name, "old": old, "s": self.token},
        )
        if moved.rowcount != 1:
            raise Overtaken(self.name)

    async def end(self, tx: AsyncConnection) -> None:
        await tx.execute(text("DELETE FROM checkpoints WHERE name = :n"), {"n": self.name})


async def _swap(
    projection: Projection, database: Database, build: _Build, position: int, next_tables: Mapping[Table, Table]
) -> bool:
    """Puts the new tables in place of the live ones, unless events came meanwhile that they do not hold."""
    name = f"projection:{projection.name}"
    async with database.writing() as tx:
        await build.move(tx, position, position)
        if (await _locked_checkpoint(tx, name)).position > position:
            return False
        for live, new in next_tables.items():
            await tx.execute(text(f'DROP TABLE IF EXISTS "{live.name}"'))
            await tx.execute(text(f'ALTER TABLE "{new.name}" RENAME TO "{live.name}"'))
            for index in live.indexes:
                if database.dialect == "postgresql":
                    await tx.execute(text(f'ALTER INDEX "{index.name}{_BUILDING}" RENAME TO "{index.name}"'))
                else:
                    await tx.execute(text(f'DROP INDEX "{index.name}{_BUILDING}"'))
                    await tx.execute(CreateIndex(index))
        await tx.execute(
            text("UPDATE checkpoints SET position = :p, state = :s WHERE name = :n"),
            {"p": position, "s": str(projection.version), "n": name},
        )
        await build.end(tx)
    return True


async def _locked_checkpoint(tx: AsyncConnection, name: str) -> Checkpoint:
    """Locks the checkpoint and reads it: the live follower's batch is either done or will roll back."""
    await ensure_checkpoint(tx, name)
    await tx.execute(text("UPDATE checkpoints SET position = position WHERE name = :n"), {"n": name})
    return await read_checkpoint(tx, name)


def _is(columns: Sequence[Column[Any]], key: Hashable) -> ColumnElement[bool]:
    assert isinstance(key, tuple), "a key of more than one column is a tuple"
    return and_(*(column == value for column, value in zip(columns, key, strict=True)))


def _beside(table: Table) -> Table:
    """The same table under the name that a rebuild fills, with indexes that do not clash."""
    copy = table.to_metadata(MetaData(), name=table.name + _BUILDING)
    for index in copy.indexes:
        index.name = quoted_name(f"{index.name}{_BUILDING}", quote=None)
    return copy


async def _create(tx: AsyncConnection, tables: Iterable[Table]) -> None:
    for table in tables:
        await tx.execute(CreateTable(table))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            await tx.execute(CreateIndex(index))


async def _drop(tx: AsyncConnection, tables: Iterable[Table]) -> None:
    present = set(await tx.run_sync(lambda connection: inspect(connection).get_table_names()))
    for table in tables:
        if table.name in present:
            await tx.execute(DropTable(table))


class NeverStored(Exception):
    """Nobody can have been told of this position: the store does not reach so far."""

    def __init__(self, wanted: int, head: int) -> None:
        super().__init__(f"nothing is stored at {wanted}: the store ends at {head}")
        self.wanted = wanted
        self.head = head


class Behind(Exception):
    """The projection has not reached the asked position in time; asking again a little later will do."""

    def __init__(self, name: str, wanted: int, reached: int) -> None:
        super().__init__(f"{name} has projected up to {reached}, not yet {wanted}: ask again in a moment")
        self.name = name
        self.wanted = wanted
        self.reached = reached


async def wait_until(
    reached: Callable[[], Awaitable[int]], name: str, wanted: int, seconds: float = 5.0, pause: float = 0.02
) -> None:
    """Reading one's own write: waits, briefly, until `reached()` is at `wanted`; else `Behind`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while (at := await reached()) < wanted:
        if loop.time() > deadline:
            raise Behind(name, wanted, at)
        await asyncio.sleep(pause)


async def projected(database: Database, projection: str) -> int:
    """The position up to which a projection's rows hold the store's events."""
    async with database.reading() as tx:
        return (await read_checkpoint(tx, f"projection:{projection}")).position
