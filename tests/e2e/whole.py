"""The embedded whole as a user has it: `wangge up` in a folder of its own, the other commands, HTTP, its processes."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx2
import psutil

from deploy.embedded.processes import Child, last_lines
from tests.servers.choice import free_port

SERVICES: Final = ("intake", "mediation", "notify")
WANGGE: Final = Path(sys.executable).with_name("wangge")

T = TypeVar("T")


def until(what: str, ask: Callable[[], T | None], patience: float = 60.0, every: float = 0.1) -> T:
    """Asks until there is an answer that is neither None nor False; says what it saw last when there is none."""
    deadline = time.monotonic() + patience
    seen: object = "nothing"
    while True:
        try:
            answer = ask()
        except (AssertionError, httpx2.TransportError, sqlite3.OperationalError, psutil.Error) as reason:
            answer, seen = None, f"{type(reason).__name__}: {reason}"
        else:
            if answer is not None and answer is not False:
                return answer
            seen = answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience:g} s for {what}; seen last: {seen}")
        time.sleep(every)


class Whole:
    """One embedded whole; may be started several times on its folder."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.port = _four_ports()
        self.kafka_port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            # Settings of the developer's shell are not this whole's; where downloads are kept, and which Java, are.
            **{k: v for k, v in os.environ.items() if not k.startswith("WANGGE_") or k in _KEPT},
            "WANGGE_DATA": str(self.data),
            "WANGGE_PORT": str(self.port),
            "WANGGE_KAFKA_PORT": str(self.kafka_port),
            "WANGGE_KAFKA_CONTROLLER_PORT": str(free_port()),
            "COLUMNS": "200",
            **(environment or {}),
        }
        self.log = folder / "up.log"
        self._up: Child | None = None
        self._http: httpx2.Client | None = None
        self._outputs: dict[int, Path] = {}

    # Starting and stopping

    def start(self, *options: str, patience: float = 300.0) -> float:
        """Starts it and waits for the banner; answers how many seconds that took."""
        began = time.monotonic()
        self._up = Child("wangge up", [WANGGE, "up", *options], self.log, environment=self._environment)
        self._up.spawn()

        def banner() -> bool:
            assert self.up.running, f"`wangge up` ended with {self.up.returncode}:\n{last_lines(self.log, 40)}"
            return "password:" in self.log.read_text(encoding="utf-8")

        deadline = time.monotonic() + patience
        while not banner():
            assert time.monotonic() < deadline, f"not up after {patience:g} s:\n{last_lines(self.log, 40)}"
            time.sleep(0.1)
        if self._http is None:
            self._http = httpx2.Client(
                base_url=self.url,
                auth=("admin", self.password),
                headers={"Accept-Language": "en"},
                timeout=60,
                trust_env=False,
            )
        return time.monotonic() - began

    def stop(self, patience: float = 20.0) -> float:
        """SIGTERM, as Ctrl-C or a service manager stops it; answers how many seconds that took."""
        began = time.monotonic()
        self.up.signal(signal.SIGTERM)
        until("wangge up to end after SIGTERM", lambda: not self.up.running, patience, every=0.02)
        return time.monotonic() - began

    def end(self) -> None:
        """Whatever state it is in, nothing of it is left."""
        if self._http is not None:
            self._http.close()
            self._http = None
        if self._up is None:
            return
        processes = list(self.processes().values()) if self._up.running else []
        if self._up.running:
            self._up.signal(signal.SIGTERM)
            deadline = time.monotonic() + 20
            while self._up.running and time.monotonic() < deadline:
                time.sleep(0.05)
        self._up.kill()
        for process in processes:
            if process.is_running():
                process.kill()

    @property
    def up(self) -> Child:
        assert self._up is not None, "it was never started"
        return self._up

    @property
    def password(self) -> str:
        (found,) = re.findall(r"^password: (\S+)$", self.log.read_text(encoding="utf-8"), re.MULTILINE)
        return str(found)

    # Its processes

    def processes(self) -> dict[str, psutil.Process]:
        """What runs now, by name; `wangge` is the supervisor itself."""
        found = {"wangge": psutil.Process(self.up.pid)} if self.up.running else {}
        for child in psutil.Process(self.up.pid).children(recursive=True) if found else ():
            try:
                words = child.cmdline()
            except psutil.Error:
                continue
            for name in SERVICES:
                if f"services.{name}.main" in words:
                    found[name] = child
            if "kafka.Kafka" in words:
                found["Kafka"] = child
        return found

    def process(self, name: str) -> psutil.Process:
        return until(f"{name} to run", lambda: self.processes().get(name))

    def kill(self, name: str) -> int:
        """`kill -9`; answers the id of the process once it is dead."""
        process = self.process(name)
        process.kill()
        if name == "wangge":
            until("the supervisor to be dead", lambda: not self.up.running, every=0.01)
            return process.pid

        def dead() -> bool:
            try:
                return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
            except psutil.NoSuchProcess:
                return True

        until(f"{name} to be dead", dead, every=0.005)
        return process.pid

    # Its interfaces

    @property
    def http(self) -> httpx2.Client:
        assert self._http is not None, "it was never started"
        return self._http

    def get(self, service: str, path: str, expect: int = 200, **query: Any) -> Any:
        answer = self.http.get(f"/{service}/api/v1/{path}", params=query)
        assert answer.status_code == expect, f"GET {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def post(self, service: str, path: str, body: Any, key: str, **headers: str) -> httpx2.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(f"/{service}/api/v1/{path}", json=body, headers={"Idempotency-Key": f'"{key}"', **named})

    def done(self, service: str, path: str, body: Any, key: str) -> Any:
        """A command that must go through."""
        answer = self.post(service, path, body, key)
        assert answer.is_success, f"POST {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def command(self, *arguments: str | Path, patience: float = 300.0) -> "subprocess.CompletedProcess[str]":
        """`wangge …` as it is typed in another terminal."""
        return subprocess.run(
            [WANGGE, *map(str, arguments)],
            env=self._environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=patience,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def answer(self, *arguments: str | Path) -> Any:
        """What `wangge … --json` says."""
        ended = self.command(*arguments, "--json")
        assert ended.returncode == 0, f"wangge {arguments}: {ended.stdout}\n{ended.stderr}"
        return json.loads(ended.stdout)

    def begin(self, *arguments: str | Path) -> "subprocess.Popen[str]":
        """A command that goes on beside the test; its output waits in two files until it has ended."""
        name = self.folder / f"command-{time.monotonic_ns()}"
        with name.with_suffix(".out").open("w") as out, name.with_suffix(".err").open("w") as err:
            begun = subprocess.Popen(
                [WANGGE, *map(str, arguments)],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                text=True,
            )
        self._outputs[begun.pid] = name
        return begun

    def ended(self, begun: "subprocess.Popen[str]", patience: float) -> str:
        """Waits for a command that was begun; answers what it printed."""
        name = self._outputs[begun.pid]
        try:
            code = begun.wait(patience)
        except subprocess.TimeoutExpired:
            begun.kill()
            begun.wait()
            raise AssertionError(
                f"the command did not end within {patience:g} s: {last_lines(name.with_suffix('.err'))}"
            ) from None
        assert code == 0, f"{name.with_suffix('.out').read_text()}\n{last_lines(name.with_suffix('.err'))}"
        return name.with_suffix(".out").read_text(encoding="utf-8")

    # Its stores

    def rows(self, service: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Asks a service's own database, read-only and without the service."""
        store = sqlite3.connect(f"file:{self.data / f'{service}.db'}?mode=ro", uri=True, timeout=10)
        try:
            return store.execute(statement, values).fetchall()
        finally:
            store.close()

    def count(self, service: str, table: str) -> int:
        ((number,),) = self.rows(service, f"SELECT count(*) FROM {table}")
        return int(number)

    def settle(self, patience: float = 120.0) -> None:
        """Waits until nothing is on its way any more: no follower lags, and no store grows."""
        before: list[object] = [None]

        def quiet() -> bool:
            heads = {}
            for service in SERVICES:
                behind = {each["name"]: each["behind"] for each in self.get(service, "followers") if each["behind"]}
                assert not behind, f"{service}: followers lag: {behind}"
                heads[service] = self.rows(service, "SELECT position FROM head")
            same = heads == before[0]
            before[0] = heads
            assert same, f"stores still grow: {heads}"
            return True

        until("all services to settle", quiet, patience, every=1.5)

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples that carry these labels."""
        total = 0.0
        for line in self.http.get("/metrics").text.splitlines():
            found = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
            if found and found[1] == name:
                told = dict(re.findall(r'(\w+)="([^"]*)"', found[2] or ""))
                if labels.items() <= told.items():
                    total += float(found[3])
        return total


_KEPT: Final = {"WANGGE_CACHE", "WANGGE_JAVA", "WANGGE_MAVEN"}


def _four_ports() -> int:
    """The first of four free ports in a row; none of them is handed out again."""
    row = [free_port()]
    while len(row) < 4:
        port = free_port()
        row = [*row, port] if port == row[-1] + 1 else [port]
    return row[0]
