"""`wangge up`: Kafka, the three services and the front before them, started in order and stopped in order."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TypeAlias

import httpx2
import psutil
import uvicorn
from filelock import FileLock, Timeout
from pydantic import BaseModel
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from deploy.embedded import ports
from deploy.embedded.errors import CannotStart, DataFolderHeld, KafkaNotReady, ServiceNotReady
from deploy.embedded.front import front
from deploy.embedded.kafka import EmbeddedKafka, ask_cluster_id
from deploy.embedded.processes import Child, ending, keep_running, last_lines
from deploy.embedded.secrets import Secrets, load_or_make
from deploy.embedded.settings import SERVICES, UpSettings

AfterReady: TypeAlias = Callable[[str, str], Awaitable[None]]
"""Called once all is ready, with the address and the admin password."""

# Together less than the 15 s within which everything is to be gone.
_FRONT_GRACE = 2
_SERVICE_GRACE = 6.0
_KAFKA_GRACE = 5.0
_LOOPBACK = "127.0.0.1"


class ServiceSpec(BaseModel, frozen=True):
    """One service as a child process: its name and how it is started."""

    name: str
    command: tuple[str, ...]

    @classmethod
    def of(cls, name: str) -> "ServiceSpec":
        return cls(name=name, command=(sys.executable, "-m", f"services.{name}.main"))


async def up(
    settings: UpSettings,
    *,
    services: Sequence[ServiceSpec] | None = None,
    after_ready: AfterReady | None = None,
    console: Console | None = None,
) -> int:
    """Runs the embedded whole until SIGINT or SIGTERM; a second signal ends it at once.

    Returns 0 after an orderly stop and 130 after a second signal; raises CannotStart with a message for the user.
    """
    out = console or Console()
    specs = tuple(ServiceSpec.of(name) for name in SERVICES) if services is None else tuple(services)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _held(settings.data):
        whole = _Whole(settings, specs, after_ready, out)
        with _signals() as asked_to_stop:
            return await whole.run(asked_to_stop)


class _Whole:
    def __init__(
        self, settings: UpSettings, specs: Sequence[ServiceSpec], after_ready: AfterReady | None, out: Console
    ) -> None:
        self._settings = settings
        self._specs = specs
        self._after_ready = after_ready
        self._out = out
        self._began = time.monotonic()
        self._data = settings.data.resolve()
        self._logs = self._data / "logs"
        self._kafka: EmbeddedKafka | None = None
        self._children: dict[str, Child] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._front: _Server | None = None
        self._front_task: asyncio.Task[None] | None = None

    async def run(self, asked_to_stop: "_StopSignals") -> int:
        starting = asyncio.create_task(self._start(), name="start")
        stopping = asyncio.create_task(asked_to_stop.first.wait(), name="stop asked")
        try:
            await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                await self._until_stopped_or_broken(stopping)
            self._say("wangge", "stopping; a second Ctrl-C ends everything at once")
        finally:
            starting.cancel()
            stopping.cancel()
            in_order = asyncio.create_task(self._stop(starting), name="stop in order")
            at_once = asyncio.create_task(asked_to_stop.second.wait(), name="stop at once")
            await asyncio.wait({in_order, at_once}, return_when=asyncio.FIRST_COMPLETED)
            hurried = not in_order.done()
            in_order.cancel()
            at_once.cancel()
            self._kill_all()
        if hurried:
            self._say("wangge", "ended at once")
            return 130
        in_order.result()
        self._say("wangge", "stopped")
        return 0

    # Starting

    async def _start(self) -> None:
        settings = self._settings
        # Every port is tried before anything is started, so that a refusal comes at once.
        listener = ports.bind(settings.host, settings.port, "WANGGE_PORT")
        try:
            for spec in self._specs:
                await ports.require_free(_LOOPBACK, settings.service_port(spec.name), "WANGGE_PORT")
            secrets = load_or_make(self._data)
            bootstrap = await self._start_kafka()
            await self._start_services(bootstrap, secrets)
            await self._start_front(listener)
        except BaseException:
            listener.close()
            raise
        if self._after_ready is not None:
            await self._after_ready(settings.address, secrets.admin_password)
        self._banner(secrets, bootstrap)

    async def _start_kafka(self) -> str:
        settings = self._settings
        if settings.kafka is not None:
            self._say("Kafka", f"using the one at {settings.kafka}")
            await _until_kafka_answers(settings.kafka)
            return settings.kafka
        self._kafka = EmbeddedKafka(
            self._data / "kafka", settings.kafka_port, settings.kafka_controller_port, self._say, logs=self._logs
        )
        await self._kafka.start()
        self._keep(keep_running(self._kafka, self._say), "keep Kafka")
        return self._kafka.bootstrap

    async def _start_services(self, bootstrap: str, secrets: Secrets) -> None:
        for setting in sorted(_SECRETS & os.environ.keys()):
            self._say("wangge", f"{setting} is set but not used: this data folder has its own in secrets.json")
        for spec in self._specs:
            child = Child(
                spec.name,
                spec.command,
                self._logs / f"{spec.name}.log",
                environment=self._environment(spec.name, bootstrap, secrets),
            )
            self._children[spec.name] = child
            self._say(spec.name, f"starting on port {self._settings.service_port(spec.name)}")
            child.spawn()
        async with httpx2.AsyncClient(timeout=3.0, trust_env=False) as client:
            try:
                async with asyncio.TaskGroup() as waiting:
                    for name in self._children:
                        waiting.create_task(self._until_ready(client, name))
            except ExceptionGroup as failures:
                raise failures.exceptions[0] from None
        for name, child in self._children.items():
            self._keep(keep_running(child, self._say), f"keep {name}")

    def _environment(self, name: str, bootstrap: str, secrets: Secrets) -> dict[str, str]:
        upper = name.upper()
        environment = {
            "MALLOC_ARENA_MAX": "2",  # else glibc keeps freed memory apart for each of a service's threads
            **{key: value for key, value in os.environ.items() if key not in _SECRETS},
            "PYTHONUNBUFFERED": "1",
            "WANGGE_KAFKA": bootstrap,
            f"WANGGE_{upper}_DATABASE": self._settings.database(name),
            "WANGGE_HOST": _LOOPBACK,  # what the front listens on is not for the services
            f"WANGGE_{upper}_PORT": str(self._settings.service_port(name)),
            "WANGGE_MASTER_KEY": secrets.master_key,
            "WANGGE_DEPLOYMENT_KEY": secrets.deployment_key,
            "WANGGE_SESSION_KEY": secrets.session_key,
        }
        if name == "intake":  # accounts are intake's
            environment["WANGGE_ADMIN_PASSWORD"] = secrets.admin_password
        return environment

    async def _until_ready(self, client: httpx2.AsyncClient, name: str, patience: float = 120.0) -> None:
        child, url = self._children[name], f"{self._address(name)}/health/ready"
        deadline = time.monotonic() + patience
        seen = "it does not listen yet"
        while time.monotonic() < deadline:
            if not child.running:
                raise ServiceNotReady(
                    f"{name} ended while it started ({ending(child.returncode or 0)}); the end of {child.log}:\n"
                    f"{last_lines(child.log)}"
                )
            try:
                answer = await client.get(url)
            except httpx2.TransportError as reason:
                seen = f"it does not answer ({type(reason).__name__})"
            else:
                if answer.status_code == HTTPStatus.OK:
                    self._say(name, "ready")
                    return
                seen = f"it answers {answer.status_code}: {answer.text[:300]}"
            await asyncio.sleep(0.1)
        raise ServiceNotReady(
            f"{name} was not ready within {patience:g} s: {seen}. The end of {child.log}:\n{last_lines(child.log)}"
        )

    async def _start_front(self, listener: socket.socket) -> None:
        application = front({spec.name: self._address(spec.name) for spec in self._specs})
        self._front = _Server(
            uvicorn.Config(
                application,
                log_level="warning",
                access_log=False,
                proxy_headers=False,  # whatever a client says about its origin is replaced, never believed
                server_header=False,
                timeout_graceful_shutdown=_FRONT_GRACE,
            )
        )
        self._front_task = asyncio.create_task(self._front.serve(sockets=[listener]), name="front")
        while not self._front.started:
            if self._front_task.done():
                self._front_task.result()
                raise CannotStart(f"The front could not listen on {self._settings.address}.")
            await asyncio.sleep(0.02)
        self._say("wangge", f"listening at {self._settings.address}/")

    def _address(self, name: str) -> str:
        return f"http://{_LOOPBACK}:{self._settings.service_port(name)}"

    def _keep(self, work: Awaitable[None], name: str) -> None:
        async def keeping() -> None:
            await work

        self._keepers.append(asyncio.create_task(keeping(), name=name))

    # Running and stopping

    async def _until_stopped_or_broken(self, stopping: "asyncio.Task[bool]") -> None:
        """Waits for a signal; the front or a keeper ending by itself is a fault, and is raised."""
        watched = [stopping, *self._keepers, *([self._front_task] if self._front_task else [])]
        done, _ = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        if stopping not in done:
            for task in done:
                task.result()
            raise CannotStart(f"{', '.join(task.get_name() for task in done)} ended by itself; everything is stopped.")

    async def _stop(self, starting: "asyncio.Task[None]") -> None:
        """Front, services, Kafka: nobody is served any more before those who serve are gone."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(starting, *self._keepers, return_exceptions=True)
        if self._front is not None and self._front_task is not None:
            self._front.should_exit = True
            await asyncio.wait({self._front_task}, timeout=_FRONT_GRACE + 1)
        await asyncio.gather(*(child.stop(_SERVICE_GRACE) for child in self._children.values()))
        if self._kafka is not None:
            await self._kafka.stop(_KAFKA_GRACE)

    def _kill_all(self) -> None:
        for child in self._children.values():
            child.kill()
        if self._kafka is not None:
            self._kafka.kill()
        if self._front_task is not None:
            self._front_task.cancel()

    # Telling

    def _say(self, stage: str, detail: str) -> None:
        elapsed = f"{time.monotonic() - self._began:6.1f} s"
        self._out.print(f"{elapsed}  {stage:<10} {detail}", markup=False, highlight=False, soft_wrap=True)

    def _banner(self, secrets: Secrets, bootstrap: str) -> None:
        table = Table.grid(padding=(0, 2))
        for label, value in (
            ("address", f"{self._settings.address}/"),
            ("user", "admin"),
            ("Kafka", bootstrap),
            ("data", str(self._data)),
            ("logs", str(self._logs)),
            ("password", f"in {self._data / 'password'}"),
            ("stop", "Ctrl-C, or SIGTERM to this process"),
        ):
            table.add_row(label, value)
        self._out.print(Panel(table, title="Wangge 网格", expand=False), highlight=False)
        self._out.print(f"password: {secrets.admin_password}", markup=False, highlight=False, soft_wrap=True)


_SECRETS = {"WANGGE_MASTER_KEY", "WANGGE_DEPLOYMENT_KEY", "WANGGE_SESSION_KEY", "WANGGE_ADMIN_PASSWORD"}


class _Server(uvicorn.Server):
    """uvicorn inside the launcher, which answers the signals itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _StopSignals:
    def __init__(self) -> None:
        self.first = asyncio.Event()
        self.second = asyncio.Event()

    def received(self) -> None:
        (self.second if self.first.is_set() else self.first).set()


@contextmanager
def _signals() -> Iterator[_StopSignals]:
    """SIGINT and SIGTERM (and a closed terminal) become events while the whole runs."""
    loop, stop = asyncio.get_running_loop(), _StopSignals()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # under nohup it stays ignored
        numbers.append(signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, stop.received)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


@contextmanager
def _held(data: Path) -> Iterator[None]:
    """Holds the data folder for this process; says who holds it otherwise. The kernel lets go when we die."""
    lock, holder = FileLock(data / "up.lock"), data / "up.json"
    try:
        lock.acquire(timeout=2)  # a launcher that was just killed may not be gone yet
    except Timeout as held:
        raise DataFolderHeld(
            f"The data folder {data.resolve()} is in use by {_described(holder)}. Stop it, or set WANGGE_DATA to "
            "another folder (and WANGGE_PORT and WANGGE_KAFKA_PORT to other ports)."
        ) from held
    try:
        holder.write_text(json.dumps({"pid": os.getpid()}), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _described(holder: Path) -> str:
    with contextlib.suppress(OSError, ValueError, KeyError, psutil.Error):
        process = psutil.Process(json.loads(holder.read_text(encoding="utf-8"))["pid"])
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(process.create_time()))
        return f"process {process.pid} (`{' '.join(process.cmdline())[:120]}`, since {since})"
    return "another process"


async def _until_kafka_answers(bootstrap: str, patience: float = 30.0) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            await ask_cluster_id(bootstrap)
        except KafkaNotReady as reason:
            if time.monotonic() > deadline:
                raise KafkaNotReady(
                    f"WANGGE_KAFKA is {bootstrap}, but {reason}. Start that Kafka, correct the setting, or leave it "
                    "out to have one started here."
                ) from reason
            await asyncio.sleep(0.5)
        else:
            return
