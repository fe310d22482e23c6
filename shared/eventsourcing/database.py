"""A service's database: SQLite or PostgreSQL behind one face, with transactions that suit an event store.

SQLite: WAL with `synchronous=FULL` for what must last, `BEGIN IMMEDIATE`, writing connections behind a fair gate and
readers of their own. PostgreSQL: a connection apart for the writer, which may not sit idle in a transaction while it
holds the head.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

Dialect: TypeAlias = Literal["sqlite", "postgresql"]

_IDLE_IN_TRANSACTION_MS = 1_500
_BUSY_MS = 15_000


class Database:
    """Engines of one database URL (`sqlite+aiosqlite:///file` or `postgresql+asyncpg://…`)."""

    def __init__(self, url: str, pool_size: int = 8) -> None:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        if backend not in ("sqlite", "postgresql"):
            raise ValueError(
                f"{parsed.drivername} is not supported: use sqlite+aiosqlite:///file or postgresql+asyncpg://…"
            )
        self.url = url
        self.dialect: Dialect = "sqlite" if backend == "sqlite" else "postgresql"
        self._gate = asyncio.Lock()
        if self.dialect == "sqlite":
            if not parsed.database or parsed.database == ":memory:":
                raise ValueError("a SQLite event store needs a file: sqlite+aiosqlite:////path/to/file.db")
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self._writing = _sqlite(url, "BEGIN IMMEDIATE", pool_size=1)
            self._reading = _sqlite(url, None, pool_size=pool_size)
            self._committing = self._writing
            # A follower's effects are made again from the store if the power fails before they are on the disk; the
            # order in the log is one, so what they follow from is never missing.
            self._following = _sqlite(url, "BEGIN IMMEDIATE", pool_size=1, synchronous="NORMAL")
        else:
            self._writing = _postgresql(url, 2, idle_ms=_IDLE_IN_TRANSACTION_MS)
            self._committing = self._writing.execution_options(isolation_level="AUTOCOMMIT")
            self._following = _postgresql(url, pool_size)
            # The same connections without BEGIN and COMMIT around what only reads: a statement is its own snapshot
            # there anyway, and two of three round trips are saved.
            self._reading = self._following.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def appending(self) -> AsyncIterator[AsyncConnection]:
        """The writer's transaction, which holds the head row."""
        async with self._transaction(self._writing) as connection:
            yield connection

    @asynccontextmanager
    async def committing(self) -> AsyncIterator[Any]:
        """The writer's connection on PostgreSQL as asyncpg has it, each statement a transaction of its own.

        For the few statements on the path of every event: SQLAlchemy's own way to the driver costs more than they do.
        """
        async with self._driver(self._committing) as driver:
            yield driver

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[Any]:
        """A reading connection on PostgreSQL as asyncpg has it."""
        async with self._driver(self._reading) as driver:
            yield driver

    @asynccontextmanager
    async def _driver(self, engine: AsyncEngine) -> AsyncIterator[Any]:
        async with engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None, "a connection that was just taken is connected"
            try:
                yield driver
            except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
                lost = driver.is_closed() or isinstance(error, asyncpg.InternalClientError)
                if lost:
                    await connection.invalidate()
                raise DBAPIError(None, None, error, hide_parameters=True, connection_invalidated=lost) from error

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Any other transaction that must be on the disk when it is committed: keys, leases, snapshots."""
        engine = self._writing if self.dialect == "sqlite" else self._following
        async with self._transaction(engine) as connection:
            yield connection

    @asynccontextmanager
    async def following(self) -> AsyncIterator[AsyncConnection]:
        """A follower's transaction: effects and checkpoint, which the store can give anew; it need not await the disk.

        On PostgreSQL the statement that moves the checkpoint says so (`followers.move_checkpoint`).
        """
        async with self._transaction(self._following) as connection:
            yield connection

    @asynccontextmanager
    async def stating(self) -> AsyncIterator[AsyncConnection]:
        """For one statement of a follower that is a transaction by itself."""
        if self.dialect == "sqlite":
            async with self._transaction(self._following) as connection:
                yield connection
        else:
            async with self._reading.connect() as connection:
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """To read from: each statement has a view of its own."""
        async with self._reading.connect() if self.dialect == "sqlite" else self._reading.begin() as connection:
            yield connection

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        if self.dialect == "sqlite":
            async with self._gate, engine.begin() as connection:
                yield connection
        else:
            async with engine.begin() as connection:
                yield connection

    @property
    def now_sql(self) -> str:
        """SQL for microseconds since 1970 UTC on the database's own clock, which all replicas share."""
        if self.dialect == "sqlite":
            return "CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER)"
        return "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"

    async def close(self) -> None:
        for engine in (self._writing, self._following, self._reading):
            await engine.dispose()


def _postgresql(url: str, pool_size: int, idle_ms: int | None = None) -> AsyncEngine:
    server_settings = {"application_name": "wangge", "jit": "off"}
    if idle_ms is not None:
        server_settings["idle_in_transaction_session_timeout"] = str(idle_ms)
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=False,
        pool_use_lifo=True,  # the connection used last has the statements prepared
        hide_parameters=True,
        connect_args={"server_settings": server_settings, "timeout": 5, "command_timeout": 60},
    )


def _sqlite(url: str, begin: str | None, pool_size: int, synchronous: str = "FULL") -> AsyncEngine:
    """`begin` opens a transaction; None for an engine that only reads, where each statement is one by itself."""
    only_reading = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True} if begin is None else {}
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, hide_parameters=True, **only_reading)

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        driver = connection.driver_connection
        _finish_what_is_begun(driver)
        driver.cursor = lambda: _Cursor(driver)
        connection.isolation_level = None  # transactions are begun by us, not guessed by the driver
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", f"busy_timeout={_BUSY_MS}", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    if begin is not None:

        @event.listens_for(engine.sync_engine, "begin")
        def _begin(connection: Any) -> None:
            connection.exec_driver_sql(begin)

    return engine


class _Cursor:
    """A cursor that makes one visit to the driver's thread for a statement and its rows, where aiosqlite's makes four.

    Each visit costs two switches of threads, which is more than most of our statements take.
    """

    arraysize = 1

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Any = ()) -> Self:
        await self._connection._execute(self._run, "execute", sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Any) -> Self:
        await self._connection._execute(self._run, "executemany", sql, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        """Nothing is open: the driver's own cursor ended with its statement."""

    def _run(self, how: str, sql: str, parameters: Any) -> None:
        with closing(self._connection._conn.cursor()) as cursor:
            getattr(cursor, how)(sql, parameters)
            self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
            self._rows = cursor.fetchall() if cursor.description else []


def _finish_what_is_begun(connection: Any) -> None:
    """Lets a cancelled caller go only after its statement has ended and its transaction is rolled back.

    The driver's thread goes on with a statement whose caller was cancelled. Left alone, that connection keeps the
    write lock for as long as anything refers to it, and nobody else can write.
    """
    execute = connection._execute

    async def execute_whole(function: Any, *args: Any, **kwargs: Any) -> Any:
        operation = asyncio.ensure_future(execute(function, *args, **kwargs))
        try:
            return await asyncio.shield(operation)
        except asyncio.CancelledError:
            await _ended(operation)
            await _ended(asyncio.ensure_future(execute(lambda: connection._conn.rollback())))
            raise

    connection._execute = execute_whole


async def _ended(operation: asyncio.Future[Any]) -> None:
    """Waits for it through any number of cancellations; the caller is about to hear of the first."""
    while not operation.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait((operation,))
    if not operation.cancelled():
        operation.exception()
