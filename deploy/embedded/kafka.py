"""A real Apache Kafka on this machine: one KRaft node, formatted once, ready when Kafka itself says so."""

import asyncio
import base64
import os
import secrets
import signal
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.embedded import ports, quick_start
from deploy.embedded.errors import KafkaNotReady
from deploy.embedded.jars import fetch_class_path
from deploy.embedded.java import find_java
from deploy.embedded.processes import Child, ending, last_lines
from deploy.embedded.progress import Progress, silent

HOST = "127.0.0.1"
LARGEST_MESSAGE = 4 * 1024 * 1024

_JVM = ("-Xms32m", "-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")

# One small node that starts fast: measured at about 190 MB resident and 3 s to ready. The default deduplication buffer
# alone (128 MB) would not fit into this heap.
_SETTINGS = f"""
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{HOST}:{{controller_port}}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{HOST}:{{port}},CONTROLLER://{HOST}:{{controller_port}}
advertised.listeners=PLAINTEXT://{HOST}:{{port}}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=data
auto.create.topics.enable=false
delete.topic.enable=true
message.max.bytes={LARGEST_MESSAGE}
replica.fetch.max.bytes={LARGEST_MESSAGE}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
log.cleaner.dedupe.buffer.size=4194304
log.cleaner.io.buffer.size=131072
num.network.threads=1
num.io.threads=2
background.threads=2
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
controller.quorum.election.timeout.ms=300
controlled.shutdown.enable=false
group.initial.rebalance.delay.ms=0
"""


class EmbeddedKafka:
    """One broker on the loopback interface, with its data, settings and cluster id under one folder."""

    name = "Kafka"

    def __init__(
        self,
        folder: Path,
        port: int,
        controller_port: int,
        progress: Progress = silent,
        *,
        logs: Path | None = None,
        record_start: Path | None = None,
    ) -> None:
        self.folder = folder.resolve()
        self.port = port
        self.controller_port = controller_port
        self.log = (logs or self.folder / "logs").resolve() / "kafka.log"
        self._progress = progress
        self._record_start = record_start
        self._broker: Child | None = None

    @property
    def bootstrap(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        return self._started().pid

    @property
    def running(self) -> bool:
        return self._broker is not None and self._broker.running

    @property
    def cluster_id(self) -> str:
        """The name of this folder's cluster, made once."""
        file = self.folder / "cluster-id"
        if not file.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished = file.with_suffix(".new")
            unfinished.write_text(_new_cluster_id(), encoding="ascii")
            unfinished.replace(file)
        return file.read_text(encoding="ascii").strip()

    async def start(self, patience: float = 90.0) -> None:
        """Starts the broker and returns when it answers as this cluster. Asked again while it runs, does nothing."""
        if self.running:
            return
        await ports.require_free(HOST, self.port, "WANGGE_KAFKA_PORT")
        await ports.require_free(HOST, self.controller_port, "WANGGE_KAFKA_CONTROLLER_PORT")
        java = await asyncio.to_thread(find_java)
        jars = await fetch_class_path(self._progress)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._settings_file.write_text(
            _SETTINGS.format(port=self.port, controller_port=self.controller_port), encoding="ascii"
        )
        if not (self.folder / "data" / "meta.properties").exists():
            await self._format(java, jars)
        self._progress(self.name, f"starting on port {self.port}")
        cache = quick_start.flags(java, jars, self._record_start)
        command = ("kafka.Kafka", str(self._settings_file))
        self._broker = self._java(java, jars, *cache, *command, output="kafka-console.log")
        self._broker.spawn()
        try:
            await self._until_ready(patience)
        except BaseException:
            self.kill()
            raise
        self._progress(self.name, f"ready at {self.bootstrap}")

    async def wait(self) -> int:
        """Waits until the broker has ended."""
        return await self._started().wait()

    async def stop(self, grace: float = 15.0) -> None:
        """SIGTERM, then SIGKILL after `grace` seconds."""
        if self._broker is not None:
            await self._broker.stop(grace)

    def kill(self) -> None:
        """SIGKILL, at once; what was acknowledged is still there at the next start."""
        if self._broker is not None:
            self._broker.kill()

    def pause(self) -> None:
        """SIGSTOP: the broker stays connected and says nothing."""
        self._started().signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._started().signal(signal.SIGCONT)

    @property
    def _settings_file(self) -> Path:
        return self.folder / "server.properties"

    def _started(self) -> Child:
        if self._broker is None:
            raise RuntimeError("Kafka was never started")
        return self._broker

    def _java(self, java: Path, jars: list[Path], *arguments: str, output: str) -> Child:
        command: list[str | Path] = [
            java,
            *_JVM,
            f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties')}",
            "-Dlog4j2.disableJmx=true",
            f"-Dwangge.kafka.log={self.log}",
            "-cp",
            os.pathsep.join(map(str, jars)),
            *arguments,
        ]
        # Java reads class path and file names in the locale's encoding.
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        # `log.dirs` is relative to the working folder, because Kafka reads its settings as Latin-1.
        return Child("Kafka", command, self.log.with_name(output), environment=environment, folder=self.folder)

    async def _format(self, java: Path, jars: list[Path]) -> None:
        self._progress(self.name, f"formatting a new log folder in {self.folder}")
        arguments = ("format", "--ignore-formatted", "-t", self.cluster_id, "-c", str(self._settings_file))
        tool = self._java(java, jars, "kafka.tools.StorageTool", *arguments, output="kafka-format.log")
        tool.spawn()
        try:
            code = await asyncio.wait_for(tool.wait(), timeout=60)
        except TimeoutError as late:
            raise KafkaNotReady(
                f"Formatting Kafka's folder {self.folder} took more than 60 s; see {tool.log}."
            ) from late
        finally:
            tool.kill()
        if code != 0:
            raise KafkaNotReady(
                f"Kafka's folder {self.folder} could not be formatted ({ending(code)}):\n{last_lines(tool.log)}"
            )

    async def _until_ready(self, patience: float) -> None:
        broker, loop = self._started(), asyncio.get_running_loop()
        deadline = loop.time() + patience
        seen = "it does not listen yet"
        while loop.time() < deadline:
            if not broker.running:
                raise KafkaNotReady(
                    f"Kafka ended while it started ({ending(broker.returncode or 0)}); its log is {self.log}:\n"
                    f"{last_lines(broker.log)}\n{last_lines(self.log)}"
                )
            if await ports.answers(HOST, self.port):
                try:
                    cluster = await ask_cluster_id(self.bootstrap)
                except KafkaNotReady as reason:
                    seen = str(reason)
                else:
                    if cluster == self.cluster_id:
                        return
                    raise KafkaNotReady(
                        f"Another Kafka (cluster {cluster}) answers at {self.bootstrap}. Stop it, set "
                        f"WANGGE_KAFKA_PORT to a free port, or set WANGGE_KAFKA={self.bootstrap} to use that one."
                    )
            await asyncio.sleep(0.1)
        raise KafkaNotReady(f"Kafka was not ready within {patience:g} s: {seen}. Its log is {self.log}.")


async def ask_cluster_id(bootstrap: str, patience: float = 5.0) -> str:
    """The id of the cluster that answers at `bootstrap`; refuses one that has no broker to write to."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=int(patience * 1000))
    try:
        async with asyncio.timeout(patience):
            await admin.start()
            answer = await admin.describe_cluster()
    except (KafkaError, OSError, TimeoutError) as reason:
        raise KafkaNotReady(f"no Kafka answers at {bootstrap} ({reason or type(reason).__name__})") from reason
    finally:
        await admin.close()
    if not answer.get("brokers"):
        raise KafkaNotReady(f"the Kafka at {bootstrap} has no broker yet")
    return str(answer["cluster_id"])


def _new_cluster_id() -> str:
    """Sixteen random bytes as Kafka writes them; no leading dash, which its command line takes for an option."""
    while True:
        name = base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()
        if not name.startswith("-"):
            return name
