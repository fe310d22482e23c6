"""Child processes: they end with their parent, are started again, and write a bounded log."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from deploy.embedded.processes import Child, bound_log, keep_running, open_log

ROOT = Path(__file__).parents[3]

# Ignores every polite signal.
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
print("up", flush=True)
time.sleep(600)
"""
# Starts a stubborn child and then only waits.
PARENT = f"""
import sys, time
from pathlib import Path
from deploy.embedded.processes import Child
log, watcher = Path(sys.argv[1]) / "child.log", sys.argv[2] == "watcher"
child = Child("child", [sys.executable, "-c", {STUBBORN!r}], log, watcher=watcher)
child.spawn()
print(child.pid, flush=True)
time.sleep(600)
"""


def gone(process: psutil.Process, within: float = 5.0) -> bool:
    try:
        process.wait(within)
    except psutil.TimeoutExpired:
        return False
    return True


@pytest.mark.parametrize(
    "means", [pytest.param("kernel", marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux only")), "watcher"]
)
def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path, means: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), means], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        others = psutil.Process(parent.pid).children(recursive=True)
        assert child.is_running()
        parent.kill()
    assert gone(child)
    assert all(gone(process) for process in others)


async def test_a_child_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    child = Child("stubborn", [sys.executable, "-c", STUBBORN], tmp_path / "child.log")
    child.spawn()
    while not child.log.read_text():
        await asyncio.sleep(0.02)
    began = time.monotonic()
    assert await child.stop(grace=0.3) == -signal.SIGKILL
    assert time.monotonic() - began < 3


async def test_a_watched_child_that_stops_takes_its_watcher_along(tmp_path: Path) -> None:
    child = Child("sleeper", ["sleep", "60"], tmp_path / "child.log", watcher=True)
    child.spawn()
    watchers = [p for p in psutil.Process().children() if p.pid != child.pid and "watcher.py" in " ".join(p.cmdline())]
    assert len(watchers) == 1
    assert await child.stop(grace=5) == -signal.SIGTERM
    assert gone(watchers[0])


async def test_a_child_that_another_thread_started_outlives_that_thread(tmp_path: Path) -> None:
    child = Child("sleeper", ["sleep", "60"], tmp_path / "child.log")
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(child.spawn).result()
    await asyncio.sleep(0.3)
    assert child.running
    child.kill()


async def test_what_ends_is_started_again_and_said(tmp_path: Path) -> None:
    told: list[str] = []
    child = Child("sleeper", ["sleep", "60"], tmp_path / "child.log")
    child.spawn()
    keeper = asyncio.create_task(keep_running(child, lambda stage, detail: told.append(detail), first_delay=0.05))
    first = child.pid
    os.kill(first, signal.SIGKILL)
    async with asyncio.timeout(10):
        while "started again" not in told:
            await asyncio.sleep(0.02)
    assert child.pid != first
    assert child.running
    assert "SIGKILL" in told[0]
    assert str(child.log) in told[0]
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)
    child.kill()


async def test_what_ends_at_once_is_started_ever_more_slowly(tmp_path: Path) -> None:
    told: list[str] = []
    child = Child("broken", ["false"], tmp_path / "child.log")
    child.spawn()
    keeper = asyncio.create_task(
        keep_running(child, lambda stage, detail: told.append(detail), first_delay=0.01, longest_delay=0.04)
    )
    async with asyncio.timeout(10):
        while sum("ended unexpectedly" in line for line in told) < 4:
            await asyncio.sleep(0.02)
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)
    child.kill()
    waits = [line.split(" in ")[1].split(" s;")[0] for line in told if "ended unexpectedly" in line]
    assert waits[:4] == ["0.01", "0.02", "0.04", "0.04"]


def test_logs_are_the_owners_and_the_last_three_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "intake.log"
    for number in range(6):
        with open_log(log) as descriptor:
            os.write(descriptor, b"%d" % number)
    assert {file.name: file.read_text() for file in log.parent.iterdir()} == {
        "intake.log": "5",
        "intake.log.1": "4",
        "intake.log.2": "3",
        "intake.log.3": "2",
    }
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_log_that_grows_is_cut_while_it_is_written(tmp_path: Path) -> None:
    log = tmp_path / "intake.log"
    with open_log(log) as descriptor:
        os.write(descriptor, b"x" * 50 + b"y" * 100)
        bound_log(log, limit=1000)
        assert log.stat().st_size == 150
        bound_log(log, limit=100)
        os.write(descriptor, b"next")
    assert log.read_bytes() == b"next"
    assert (tmp_path / "intake.log.1").read_bytes() == b"y" * 100
