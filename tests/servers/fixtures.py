"""The servers as pytest fixtures; `pytest_plugins = ["tests.servers.fixtures"]` in the root conftest brings them."""

import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.servers import choice
from tests.servers.choice import Servers, ServersMissing
from tests.servers.kafka import KafkaServer, kafka_server
from tests.servers.postgres import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def test_servers() -> Servers:
    """What WANGGE_TEST_SERVERS chose."""
    return choice.chosen()


@pytest.fixture(scope="session")
def shared_kafka(test_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """One Kafka for the whole run; tests use topics of their own and leave it running."""
    server = _started_kafka(test_servers, tmp_path_factory.mktemp("kafka"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def kafka_bootstrap(shared_kafka: KafkaServer) -> str:
    return shared_kafka.bootstrap


@pytest.fixture
def own_kafka(test_servers: Servers, tmp_path: Path) -> Iterator[KafkaServer]:
    """A started Kafka that one test may kill, pause and restart."""
    server = _started_kafka(test_servers, tmp_path / "kafka")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def shared_postgres(test_servers: Servers) -> Iterator[PostgresServer]:
    """One PostgreSQL for the whole run, which does not wait for the disk."""
    server = _started_postgres(lambda: postgres_server(test_servers))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_url(shared_postgres: PostgresServer) -> str:
    """The maintenance database; tests that write take `fresh_postgres_url`."""
    return shared_postgres.url


@pytest.fixture
async def fresh_postgres_url(shared_postgres: PostgresServer) -> AsyncIterator[str]:
    """A new, empty database for one test."""
    name = f"test_{uuid.uuid4().hex}"
    url = await shared_postgres.create_database(name)
    yield url
    await shared_postgres.drop_database(name)


@pytest.fixture(scope="session")
def durable_postgres(test_servers: Servers) -> Iterator[PostgresServer]:
    """A PostgreSQL that waits for the disk, for measurements and for tests of crashes."""
    server = _started_postgres(lambda: postgres_server(test_servers, durable=True))
    yield server
    server.stop()


def _started_kafka(servers: Servers, folder: Path) -> KafkaServer:
    try:
        server = kafka_server(servers, folder)
        server.start()
    except ServersMissing as reason:
        choice.missing(reason)
    return server


def _started_postgres(make: Callable[[], PostgresServer]) -> PostgresServer:
    try:
        server = make()
        server.start()
    except ServersMissing as reason:
        choice.missing(reason)
    return server
