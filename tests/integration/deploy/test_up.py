"""The embedded whole as a process: it starts in order, keeps its parts running, and leaves nothing behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from tests.servers.choice import free_port

pytestmark = pytest.mark.kafka

LAUNCHER = Path(__file__).with_name("launcher.py")
ROOT = Path(__file__).parents[3]


class Launched:
    """`up` with fake services, on ports and a data folder of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = four_free_ports()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")},
            **{name: os.environ[name] for name in ("WANGGE_JAVA", "WANGGE_CACHE") if name in os.environ},
            "PYTHONPATH": str(ROOT),
            "WANGGE_DATA": str(data),
            "WANGGE_PORT": str(self.port),
            "WANGGE_KAFKA_PORT": str(free_port()),
            "WANGGE_KAFKA_CONTROLLER_PORT": str(free_port()),
        }
        self.output = data.parent / "up.txt"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.output.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, str(LAUNCHER)], env=self.environment, stdout=out, stderr=subprocess.STDOUT
            )
        self.until(lambda: "password: " in self.said, "the banner")

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def parts(self) -> dict[str, psutil.Process]:
        """The children by what they run: Kafka and the three services."""
        found = {}
        for child in psutil.Process(self.pid).children(recursive=True):
            command = child.cmdline()
            found["Kafka" if "kafka.Kafka" in command else command[-1]] = child
        return found

    def get(self, path: str) -> Any:
        return httpx2.get(f"http://127.0.0.1:{self.port}{path}", trust_env=False)

    def until(self, true: Callable[[], bool], what: str, within: float = 60.0) -> None:
        deadline = time.monotonic() + within
        while not true():
            ended = self.process is not None and self.process.poll() is not None
            assert not ended, f"ended while waiting for {what}:\n{self.said}"
            assert time.monotonic() < deadline, f"{what} did not come; said:\n{self.said}"
            time.sleep(0.05)

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def four_free_ports() -> int:
    """The first of four ports in a row: the front's, and the services' after it."""
    while True:
        found = [free_port() for _ in range(4)]
        if found == list(range(found[0], found[0] + 4)):
            return found[0]


@pytest.fixture
def launched(tmp_path: Path) -> Iterator[Launched]:
    whole = Launched(tmp_path / "data")
    yield whole
    whole.end()


def test_it_starts_tells_how_to_sign_in_and_stops_in_order(launched: Launched) -> None:
    launched.start()
    assert "after ready: http://127.0.0.1" in launched.said
    told = re.search(r"^password: (\S+)$", launched.said, re.MULTILINE)
    assert told is not None
    assert (launched.data / "password").read_text() == f"password: {told.group(1)}\n"
    assert launched.get("/health/ready").json()["status"] == "ready"

    settings = {name: launched.get(f"/{name}/").json()["settings"] for name in ("intake", "mediation", "notify")}
    assert settings["intake"]["WANGGE_ADMIN_PASSWORD"] == told.group(1)
    assert "WANGGE_ADMIN_PASSWORD" not in settings["notify"]
    assert settings["notify"]["WANGGE_NOTIFY_DATABASE"].endswith("/data/notify.db")
    assert len({part["WANGGE_SESSION_KEY"] for part in settings.values()}) == 1
    assert settings["intake"]["WANGGE_KAFKA"] == f"127.0.0.1:{launched.environment['WANGGE_KAFKA_PORT']}"

    assert {part["WANGGE_HOST"] for part in settings.values()} == {"127.0.0.1"}

    parts = launched.parts()
    assert set(parts) == {"Kafka", "intake", "mediation", "notify"}
    second = subprocess.run(
        [sys.executable, str(LAUNCHER)], env=launched.environment, capture_output=True, text=True, timeout=60
    )
    assert second.returncode == 1
    assert f"process {launched.pid} " in second.stderr

    began = time.monotonic()
    os.kill(launched.pid, signal.SIGTERM)
    assert launched.process is not None
    assert launched.process.wait(20) == 0
    assert time.monotonic() - began < 15
    assert not any(part.is_running() for part in parts.values())
    log = (launched.data / "logs" / "kafka.log").read_text()
    assert "shut down completed" in log


def test_nothing_is_left_when_it_is_killed_and_the_next_start_finds_everything(launched: Launched) -> None:
    launched.start()
    first = json.loads((launched.data / "secrets.json").read_text())
    parts = launched.parts()
    os.kill(launched.pid, signal.SIGKILL)
    assert launched.process is not None
    launched.process.wait()
    gone, alive = psutil.wait_procs(list(parts.values()), timeout=5)
    assert (len(gone), alive) == (4, [])

    launched.start()
    assert json.loads((launched.data / "secrets.json").read_text()) == first
    assert launched.get("/health/ready").status_code == 200
    assert "formatting" not in launched.said


def test_killed_parts_are_started_again_and_hanging_ones_do_not_keep_it_from_stopping_in_15_seconds(
    launched: Launched,
) -> None:
    launched.start()
    killed = launched.parts()
    killed["mediation"].kill()
    killed["Kafka"].kill()
    launched.until(lambda: "mediation  started again" in launched.said, "mediation again")
    launched.until(lambda: "Kafka      started again" in launched.said, "Kafka again")
    launched.until(lambda: launched.get("/health/ready").status_code == 200, "readiness")
    assert re.search(
        r"mediation +ended unexpectedly \(SIGKILL\); starting it again in 0.5 s; see \S+mediation.log", launched.said
    )
    now = launched.parts()
    assert {name for name in now if now[name].pid != killed[name].pid} == {"mediation", "Kafka"}

    for part in now.values():
        part.suspend()  # nobody answers SIGTERM
    began = time.monotonic()
    os.kill(launched.pid, signal.SIGTERM)
    assert launched.process is not None
    assert launched.process.wait(20) == 0
    assert time.monotonic() - began < 15
    assert not any(part.is_running() for part in now.values())


def test_a_second_signal_ends_it_at_once(launched: Launched, kafka_bootstrap: str) -> None:
    launched.environment["WANGGE_KAFKA"] = kafka_bootstrap
    launched.start()
    parts = launched.parts()
    for part in parts.values():
        part.suspend()  # nobody answers SIGTERM
    began = time.monotonic()
    os.kill(launched.pid, signal.SIGINT)
    launched.until(lambda: "stopping" in launched.said, "the first signal's answer")
    os.kill(launched.pid, signal.SIGINT)
    assert launched.process is not None
    assert launched.process.wait(20) == 130
    assert time.monotonic() - began < 5
    assert not any(part.is_running() for part in parts.values())


def test_a_port_in_use_is_named_with_its_setting(launched: Launched) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", launched.port))
        other.listen()
        refused = subprocess.run(
            [sys.executable, str(LAUNCHER)], env=launched.environment, capture_output=True, text=True, timeout=60
        )
    assert refused.returncode == 1
    assert f"Port {launched.port} on 127.0.0.1 is in use" in refused.stderr
    assert "WANGGE_PORT" in refused.stderr
    assert "Traceback" not in refused.stderr
