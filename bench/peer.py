"""The peer: the Python package `eventsourcing`, by its recorder and by its application, from threads."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import StoredEvent

from bench.sample import stored_event
from bench.servers import databases
from tests.servers.postgres import PostgresServer

Level = Literal["recorder", "save"]


class Message(Aggregate):
    def __init__(self, body: str) -> None:
        self.body = body


class Intake(Application[uuid.UUID]):
    name = "intake"


def append_postgres(postgres: PostgresServer, level: Level, threads: int, count: int) -> float:
    """Appends a second, each of one event of a new aggregate."""
    with databases(postgres, "peer") as (url,):
        parts = urlsplit(url)
        app = Intake(
            env={
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "POSTGRES_DBNAME": parts.path[1:],
                "POSTGRES_HOST": str(parts.hostname),
                "POSTGRES_PORT": str(parts.port),
                "POSTGRES_USER": str(parts.username),
                "POSTGRES_PASSWORD": "trusted",
                "POSTGRES_POOL_SIZE": str(threads),
                "POSTGRES_MAX_OVERFLOW": "4",
            }
        )
        return _append(app, level, threads, count)


def append_sqlite(threads: int, count: int) -> float:
    with tempfile.TemporaryDirectory(prefix="wangge-bench-") as folder:
        app = Intake(
            env={
                "PERSISTENCE_MODULE": "eventsourcing.sqlite",
                "SQLITE_DBNAME": str(Path(folder) / "peer.db"),
                "SQLITE_LOCK_TIMEOUT": "15",
            }
        )
        return _append(app, "recorder", threads, count)


def _append(app: Intake, level: Level, threads: int, count: int) -> float:
    one = _way(app, level)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, range(threads * 4)))
        began = time.perf_counter()
        list(pool.map(one, range(count)))
        elapsed = time.perf_counter() - began
    app.close()
    return count / elapsed


def _way(app: Intake, level: Level) -> Callable[[int], object]:
    if level == "save":
        return lambda _: app.save(Message(stored_event()[:320].decode()))
    return lambda _: app.recorder.insert_events([StoredEvent(uuid.uuid4(), 1, "message.accepted", stored_event())])
