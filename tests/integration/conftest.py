"""What integration tests share: a database of each dialect."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.eventsourcing.database import Database
from shared.eventsourcing.migration import migrate
from shared.eventsourcing.sql_store import SqlStore


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[SqlStore]:
    database = Database(url)
    await migrate(database)
    store = SqlStore(database)
    yield store
    await store.close()
    await database.close()


@pytest.fixture
async def sqlite_store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    async with opened(f"sqlite+aiosqlite:///{tmp_path}/events.db") as store:
        yield store


@pytest.fixture
async def postgresql_store(fresh_postgres_url: str) -> AsyncIterator[SqlStore]:
    async with opened(fresh_postgres_url) as store:
        yield store


@pytest.fixture(params=["sqlite", "postgresql"])
def sql_store(request: pytest.FixtureRequest) -> SqlStore:
    """A store on each database in turn."""
    store: SqlStore = request.getfixturevalue(f"{request.param}_store")
    return store
