"""The embedded Kafka is a real one: it keeps what it acknowledged, and goes when it is told to."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.embedded import quick_start
from deploy.embedded.errors import KafkaNotReady, PortTaken
from deploy.embedded.kafka import EmbeddedKafka, ask_cluster_id
from tests.servers.choice import free_port

pytestmark = pytest.mark.kafka

TOPIC = "wangge.intake.reports.v1"


@pytest.fixture
async def kafka(tmp_path: Path) -> AsyncIterator[EmbeddedKafka]:
    broker = EmbeddedKafka(tmp_path / "Kafka 数据", free_port(), free_port())
    await broker.start()
    yield broker
    broker.kill()


async def create_topic(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(TOPIC, num_partitions=2, replication_factor=1)])
    finally:
        await admin.close()


async def produce(bootstrap: str, values: list[bytes]) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap, enable_idempotence=True, acks="all", max_request_size=4_000_000
    ) as producer:
        for value in values:
            await producer.send_and_wait(TOPIC, value, key=b"case-1", partition=0)


async def consume(bootstrap: str, count: int) -> list[bytes]:
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(TOPIC, 0)])
        async with asyncio.timeout(30):
            return [(await consumer.getone()).value for _ in range(count)]


async def test_what_was_acknowledged_survives_kill_9(kafka: EmbeddedKafka) -> None:
    await create_topic(kafka.bootstrap)
    told = [bytes(2_000_000), *(f"第{number}件".encode() for number in range(199))]
    await produce(kafka.bootstrap, told)
    assert await consume(kafka.bootstrap, 200) == told

    killed, cluster = kafka.pid, kafka.cluster_id
    kafka.kill()
    assert not psutil.pid_exists(killed)

    await kafka.start()
    assert await ask_cluster_id(kafka.bootstrap) == cluster
    await produce(kafka.bootstrap, [b"after"])
    assert await consume(kafka.bootstrap, 201) == [*told, b"after"]


async def test_it_stops_cleanly_and_leaves_no_process_and_a_log(kafka: EmbeddedKafka) -> None:
    process = psutil.Process(kafka.pid)
    assert process.children(recursive=True) == []
    await kafka.stop()
    assert not process.is_running()
    assert not kafka.running
    log = kafka.log.read_text(encoding="utf-8")
    assert "started" in log
    assert "shut down completed" in log


async def test_a_port_in_use_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port()))
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"{port}.*WANGGE_KAFKA_PORT"):
            await EmbeddedKafka(tmp_path, port, free_port()).start()


async def test_a_broker_that_dies_at_its_start_shows_why(tmp_path: Path) -> None:
    broken = EmbeddedKafka(tmp_path, free_port(), free_port())
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "meta.properties").write_text("version=1\ncluster.id=another\nnode.id=9\n")
    with pytest.raises(KafkaNotReady, match="ended while it started"):
        await broken.start()
    assert not broken.running


async def test_where_no_kafka_answers_none_is_taken_for_one() -> None:
    port = free_port()
    with pytest.raises(KafkaNotReady, match=str(port)):
        await ask_cluster_id(f"127.0.0.1:{port}")


async def test_a_damaged_start_cache_does_not_keep_it_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "start.aot"
    damaged.write_bytes(b"not a cache")
    monkeypatch.setattr(quick_start, "cache_file", lambda java, jars: damaged)
    broker = EmbeddedKafka(tmp_path / "kafka", free_port(), free_port())
    try:
        await broker.start()
        assert await ask_cluster_id(broker.bootstrap) == broker.cluster_id
    finally:
        broker.kill()
