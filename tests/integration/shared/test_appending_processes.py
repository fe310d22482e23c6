"""Several processes that append to one store at once: whatever befalls them, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from shared.eventsourcing.chain import verify
from shared.eventsourcing.database import Database
from shared.eventsourcing.migration import migrate
from shared.eventsourcing.schema import core
from shared.eventsourcing.sql_store import SqlStore
from shared.eventsourcing.store import ANY_VERSION, Append, Meta, NewEvent, StoredEvent, StreamWrite

ROOT = Path(__file__).parents[3]


class Writer:
    """One writing process and the commands that it was told are stored."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self.process = process
        self.log = log

    def acknowledged(self) -> dict[str, int]:
        lines = [line.split() for line in self.log.read_text().splitlines(keepends=True) if line.endswith("\n")]
        return {line[0]: int(line[1]) for line in lines if len(line) == 2}

    async def acknowledges(self, count: int, seconds: float = 40) -> None:
        async with asyncio.timeout(seconds):
            while len(self.acknowledged()) < count:
                assert self.process.returncode is None, self.log.with_suffix(".err").read_text()
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def writing(url: str, folder: Path, *names: str) -> AsyncIterator[list[Writer]]:
    writers: list[Writer] = []
    try:
        for name in names:
            log = folder / f"{name}.log"
            with log.open("wb") as out, log.with_suffix(".err").open("wb") as err:
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "tests.integration.shared.writer", url, name, cwd=ROOT, stdout=out, stderr=err
                )
            writers.append(Writer(process, log))
        yield writers
    finally:
        for writer in writers:
            await writer.kill()


async def everything(store: SqlStore) -> list[StoredEvent]:
    events: list[StoredEvent] = []
    while some := await store.read_all(len(events), 2_000):
        events += some
    return events


async def holds(store: SqlStore, writers: list[Writer]) -> None:
    """Dense positions, no stream broken, the chain whole, each command stored once and where its caller was told."""
    events = await everything(store)
    position, hash_ = verify(events)
    await store.check_head(position, hash_)
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    versions: Counter[str] = Counter()
    commands: dict[str, list[int]] = {}
    for event in events:
        versions[event.stream] += 1
        assert event.version == versions[event.stream]
        commands.setdefault(event.command, []).append(event.position)
    assert {tuple(b - a for a, b in pairwise(c)) for c in commands.values()} == {(1,)}
    for writer in writers:
        for command, told in writer.acknowledged().items():
            assert commands[command][-1] == told


async def test_processes_that_append_at_once_break_nothing(sql_store: SqlStore, tmp_path: Path) -> None:
    async with writing(sql_store.database.url, tmp_path, "a", "b", "c") as writers:
        await asyncio.gather(*(writer.acknowledges(60) for writer in writers))
    await holds(sql_store, writers)


async def test_writers_that_are_killed_lose_and_double_nothing(sql_store: SqlStore, tmp_path: Path) -> None:
    dice = random.Random(11)
    all_writers: list[Writer] = []
    for round_ in range(2):
        async with writing(sql_store.database.url, tmp_path, f"a{round_}", f"b{round_}") as writers:
            all_writers += writers
            for writer in writers:
                await writer.acknowledges(10)
                await asyncio.sleep(dice.random() * 0.2)
                await writer.kill()
                assert writer.process.returncode == -signal.SIGKILL
    await holds(sql_store, all_writers)
    acknowledged = {command for writer in all_writers for command in writer.acknowledged()}
    stored = {event.command for event in await everything(sql_store)}
    assert acknowledged <= stored
    new = NewEvent("happened", 1, b"{}", Meta(actor="later").encoded())
    await sql_store.append(Append((StreamWrite("shared", ANY_VERSION, (new, new)),), "later"))
    await holds(sql_store, all_writers)


async def test_backends_that_are_terminated_lose_and_double_nothing(postgresql_store: SqlStore, tmp_path: Path) -> None:
    terminated = 0
    statement = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    async with writing(postgresql_store.database.url, tmp_path, "a", "b") as writers:
        await asyncio.gather(*(writer.acknowledges(10) for writer in writers))
        for _ in range(15):
            async with postgresql_store.database.reading() as tx:
                terminated += (await tx.execute(statement)).scalar_one()
            await asyncio.sleep(0.15)
        await asyncio.gather(*(writer.acknowledges(len(writer.acknowledged()) + 30) for writer in writers))
    assert terminated > 5, "nothing was disturbed, so nothing was tried"
    await holds(postgresql_store, writers)


async def test_a_database_that_takes_no_connections_for_a_while_costs_time_and_nothing_else(
    postgresql_store: SqlStore, postgres_url: str, tmp_path: Path
) -> None:
    name = postgresql_store.database.url.rpartition("/")[2]
    away = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    async with writing(postgresql_store.database.url, tmp_path, "a", "b") as writers:
        await asyncio.gather(*(writer.acknowledges(10) for writer in writers))
        await away.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await away.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        await asyncio.sleep(0.3)
        before = [len(writer.acknowledged()) for writer in writers]
        await asyncio.sleep(2)
        assert [len(writer.acknowledged()) for writer in writers] == before, "the database was not away"
        await away.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        await asyncio.gather(*(w.acknowledges(n + 30) for w, n in zip(writers, before, strict=True)))
    await away.close()
    afterwards = Database(postgresql_store.database.url)  # the connections of before are gone
    await holds(SqlStore(afterwards), writers)
    await afterwards.close()


async def test_a_frozen_writer_does_not_stop_the_others(postgresql_store: SqlStore, tmp_path: Path) -> None:
    async with writing(postgresql_store.database.url, tmp_path, "a", "b") as writers:
        frozen, other = writers
        await asyncio.gather(*(writer.acknowledges(20) for writer in writers))
        os.kill(frozen.process.pid, signal.SIGSTOP)
        await other.acknowledges(len(other.acknowledged()) + 40, 10)
        os.kill(frozen.process.pid, signal.SIGCONT)
        await frozen.acknowledges(len(frozen.acknowledged()) + 10)
    await holds(postgresql_store, writers)


async def test_an_error_on_commit_is_not_a_no(sql_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The append is committed and the answer lost: asked again under the same id, it is found."""
    lost = 0
    commit = sql_store._commit_locked if sql_store.database.dialect == "sqlite" else sql_store._commit_unlocked

    async def losing(*args: object) -> object:
        nonlocal lost
        answers = await commit(*args)  # type: ignore[arg-type]
        if lost < 2:
            lost += 1
            raise OSError("the connection broke after the commit")
        return answers

    monkeypatch.setattr(sql_store, commit.__name__, losing)
    new = NewEvent("happened", 1, b"{}", Meta(actor="a").encoded())
    answers = await asyncio.gather(
        *(sql_store.append(Append((StreamWrite(f"s{n}", 0, (new,)),), f"c{n}")) for n in range(5))
    )
    assert sorted(answer.position for answer in answers) == [1, 2, 3, 4, 5]
    assert lost > 0
    assert (await sql_store.head()).position == 5


async def test_migrations_make_what_the_metadata_says(sql_store: SqlStore) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"version_table": "core_version", "compare_type": True})
        return list(compare_metadata(context, core))

    async with sql_store.database.writing() as tx:
        assert await tx.run_sync(differences) == []


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that holds nothing yet."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/new.db"
    url: str = request.getfixturevalue("fresh_postgres_url")
    return url


async def test_processes_that_start_at_once_migrate_once(new_url: str, tmp_path: Path) -> None:
    async with writing(new_url, tmp_path, "a", "b", "c") as writers:
        await asyncio.gather(*(writer.acknowledges(1) for writer in writers))
    database = Database(new_url)
    await migrate(database)
    async with database.reading() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM head"))).scalar_one() == 1
    store = SqlStore(database)
    await holds(store, writers)
    await store.close()
    await database.close()


async def test_sqlite_waits_for_the_disk_at_every_commit(sqlite_store: SqlStore) -> None:
    async with sqlite_store.database.writing() as tx:
        assert (await tx.execute(text("PRAGMA synchronous"))).scalar_one() == 2
        assert (await tx.execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"
