"""What notify's integration tests share: a database of each dialect, a clock, facts to be told of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.notify.station import Clock


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database of each dialect in turn."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/notify.db"
    url: str = request.getfixturevalue("fresh_postgres_url")
    return url


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/notify.db"


@pytest.fixture
def clock() -> Clock:
    return Clock()
