"""The suite's own servers, embedded or in containers, do what the tests of faults ask of them."""

import asyncio

import asyncpg  # type: ignore[import-untyped]
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.embedded.errors import KafkaNotReady
from deploy.embedded.kafka import ask_cluster_id
from tests.servers import choice
from tests.servers.choice import Servers, ServersMissing, free_port
from tests.servers.kafka import KafkaServer
from tests.servers.postgres import running_postgres


async def rows(url: str) -> int:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute("create table if not exists letters (number int)")
        await connection.execute("insert into letters values (1)")
        return int(await connection.fetchval("select count(*) from letters"))
    finally:
        await connection.close()


@pytest.mark.postgres
async def test_each_test_has_a_database_of_its_own(fresh_postgres_url: str, postgres_url: str) -> None:
    assert fresh_postgres_url.startswith("postgresql+asyncpg://")
    assert fresh_postgres_url != postgres_url
    assert await rows(fresh_postgres_url) == 1


@pytest.mark.postgres
@pytest.mark.parametrize("durable", [False, True])
async def test_postgresql_keeps_what_it_committed_when_it_is_killed(test_servers: Servers, durable: bool) -> None:
    with running_postgres(test_servers, durable=durable) as server:
        url = await server.create_database("kept")
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        assert await connection.fetchval("show fsync") == ("on" if durable else "off")
        await connection.close()
        assert await rows(url) == 1
        server.kill()
        with pytest.raises((OSError, asyncpg.PostgresError)):
            await rows(url)
        server.start()
        assert await rows(url) == 2


@pytest.mark.kafka
async def test_kafka_can_be_paused_and_killed_and_comes_back_with_its_messages(own_kafka: KafkaServer) -> None:
    address = own_kafka.bootstrap
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.create_topics([NewTopic("letters", num_partitions=1, replication_factor=1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=address, enable_idempotence=True) as producer:
        await producer.send_and_wait("letters", b"kept")

    own_kafka.pause()
    with pytest.raises(KafkaNotReady):
        await ask_cluster_id(address, patience=1.0)
    own_kafka.resume()
    cluster = await ask_cluster_id(address, patience=20.0)

    own_kafka.kill()
    with pytest.raises(KafkaNotReady):
        await ask_cluster_id(address, patience=1.0)
    own_kafka.start()
    assert await ask_cluster_id(address) == cluster
    async with AIOKafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition("letters", 0)])
        async with asyncio.timeout(20):
            assert (await consumer.getone()).value == b"kept"


def test_an_unknown_choice_fails_and_is_not_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_TEST_SERVERS", "none")
    with pytest.raises(pytest.fail.Exception, match="'none'"):
        choice.chosen()


def test_a_missing_server_skips_with_its_reason_and_fails_where_nothing_may_skip(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CI", "")
    with pytest.raises(pytest.skip.Exception, match="no engine"):
        choice.missing(ServersMissing("no engine"))
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no engine"):
        choice.missing(ServersMissing("no engine"))


def test_ports_are_below_the_ephemeral_range_and_not_given_twice() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    assert all(20000 <= port < 32000 for port in ports)
