"""The servers of a benchmark: PostgreSQL that waits for the disk, Kafka, and the CPU time that they use."""

from __future__ import annotations

import asyncio
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.servers.choice import Servers
from tests.servers.kafka import EmbeddedKafkaServer
from tests.servers.postgres import EmbeddedPostgresServer, PostgresServer, running_postgres

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class BenchServers:
    postgres: PostgresServer
    kafka: EmbeddedKafkaServer

    @contextmanager
    def databases(self, *roles: str) -> Iterator[list[str]]:
        """A new, empty database for each role, dropped afterwards."""
        with databases(self.postgres, *roles) as urls:
            yield urls

    def topic(self) -> str:
        """A new topic of one partition."""
        name = f"bench.{uuid.uuid4().hex[:12]}"
        asyncio.run(_make_topic(self.kafka.bootstrap, name))
        return name

    def cpu(self) -> dict[str, float]:
        """CPU seconds used so far."""
        assert isinstance(self.postgres, EmbeddedPostgresServer), "only a process of this machine has a CPU time here"
        return {"PostgreSQL": _cpu_with_children(self.postgres.pid), "Kafka": _cpu(self.kafka.pid)[0]}


@contextmanager
def databases(postgres: PostgresServer, *roles: str) -> Iterator[list[str]]:
    names = [f"bench_{role}_{uuid.uuid4().hex[:12]}" for role in roles]
    urls = [asyncio.run(postgres.create_database(name)) for name in names]
    try:
        yield urls
    finally:
        for name in names:
            asyncio.run(postgres.drop_database(name))


@contextmanager
def durable_postgres() -> Iterator[PostgresServer]:
    with running_postgres(Servers.EMBEDDED, durable=True) as postgres:
        yield postgres


@contextmanager
def both_servers() -> Iterator[BenchServers]:
    with durable_postgres() as postgres, tempfile.TemporaryDirectory(prefix="wangge-bench-") as folder:
        kafka = EmbeddedKafkaServer(Path(folder))
        kafka.start()
        try:
            yield BenchServers(postgres, kafka)
        finally:
            kafka.stop()


def plain(url: str) -> str:
    """A database URL as asyncpg takes it."""
    return url.replace("+asyncpg", "")


async def _make_topic(bootstrap: str, name: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, 1, 1)])
    finally:
        await admin.close()


def _cpu(pid: int) -> tuple[float, float, int]:
    """CPU seconds of a process, of its ended children, and its parent."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own, ended = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
    return own / _TICKS, ended / _TICKS, int(fields[1])


def _cpu_with_children(pid: int) -> float:
    own, ended, _ = _cpu(pid)
    total = own + ended
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            used, _, parent = _cpu(int(entry.name))
        except OSError:  # it ended while we looked
            continue
        if parent == pid:
            total += used
    return total
