"""A real Apache Kafka for tests, which can be killed, paused and started again on the same data and port."""

import asyncio
import os
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from deploy.embedded.errors import JarsUnavailable, JavaMissing
from deploy.embedded.kafka import EmbeddedKafka, ask_cluster_id
from tests.servers import containers
from tests.servers.choice import Servers, ServersMissing, free_port

IMAGE = os.environ.get("WANGGE_TEST_KAFKA_IMAGE") or "confluentinc/cp-kafka:8.1.0"


class KafkaServer(ABC):
    """One broker with one cluster id, wherever it runs.

    Its methods block; a test whose own event loop must go on meanwhile takes `asyncio.to_thread(server.restart)`.
    """

    bootstrap: str

    @abstractmethod
    def start(self) -> None:
        """Starts it and returns when Kafka answers."""

    @abstractmethod
    def kill(self) -> None:
        """SIGKILL, in the middle of whatever it does."""

    @abstractmethod
    def pause(self) -> None:
        """It keeps its connections and says nothing more."""

    @abstractmethod
    def resume(self) -> None: ...

    @abstractmethod
    def stop(self) -> None:
        """Ends it in order, for good."""

    def restart(self) -> None:
        """`kill -9`, then a start on the same data and port."""
        self.kill()
        self.start()


def kafka_server(servers: Servers, folder: Path) -> KafkaServer:
    """A server that is not started yet; `folder` holds the data of an embedded one."""
    match servers:
        case Servers.EMBEDDED:
            return EmbeddedKafkaServer(folder)
        case Servers.CONTAINERS:
            return ContainerKafkaServer()


class EmbeddedKafkaServer(KafkaServer):
    def __init__(self, folder: Path) -> None:
        self._kafka = EmbeddedKafka(folder, free_port(), free_port())
        self.bootstrap = self._kafka.bootstrap

    @property
    def pid(self) -> int:
        return self._kafka.pid

    def start(self) -> None:
        try:
            _run(self._kafka.start())
        except (JavaMissing, JarsUnavailable) as reason:
            raise ServersMissing(str(reason)) from reason

    def kill(self) -> None:
        self._kafka.kill()

    def pause(self) -> None:
        self._kafka.pause()

    def resume(self) -> None:
        self._kafka.resume()

    def stop(self) -> None:
        if self._kafka.running:
            self._kafka.resume()
        _run(self._kafka.stop())


class ContainerKafkaServer(KafkaServer):
    def __init__(self) -> None:
        containers.require_engine()
        from testcontainers.community.kafka import KafkaContainer

        # A fixed port on the host: the address that the broker advertises must outlive a restart.
        port = free_port()
        self._container = KafkaContainer(IMAGE).with_kraft().with_bind_ports(9093, port)
        self._container.with_env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
        self._container.with_env("KAFKA_MESSAGE_MAX_BYTES", str(4 * 1024 * 1024))
        self._container.with_env("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1")
        self._container.with_env("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1")
        self._created = False
        self.bootstrap = f"127.0.0.1:{port}"

    def start(self) -> None:
        if self._created:
            self._container.get_wrapped_container().start()
        else:
            containers.start(self._container, timeout=120)
            self.bootstrap = self._container.get_bootstrap_server()
            self._created = True
        _run(_until_kafka_answers(self.bootstrap))

    def kill(self) -> None:
        self._container.get_wrapped_container().kill(signal="SIGKILL")

    def pause(self) -> None:
        self._container.get_wrapped_container().pause()

    def resume(self) -> None:
        self._container.get_wrapped_container().unpause()

    def stop(self) -> None:
        if self._created:
            wrapped = self._container.get_wrapped_container()
            wrapped.reload()
            if wrapped.status == "paused":
                wrapped.unpause()
            self._container.stop()


async def _until_kafka_answers(bootstrap: str, patience: float = 60.0) -> None:
    from deploy.embedded.errors import KafkaNotReady

    deadline = asyncio.get_running_loop().time() + patience
    while True:
        try:
            await ask_cluster_id(bootstrap)
        except KafkaNotReady:
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.2)
        else:
            return


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Runs in a thread and an event loop of its own, so that it does not matter whether the caller has one."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, work).result()
