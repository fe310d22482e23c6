"""The nemesis: kills real processes at random moments of an import and says which, when and after how much of it."""

import random
import threading
import time
from collections.abc import Sequence
from typing import NamedTuple

import httpx2
import psutil

from tests.e2e.whole import SERVICES, Whole, until
from tests.faults.load import Import


class Kill(NamedTuple):
    name: str
    pid: int
    taken_in: int
    """How many messages were there when it was killed."""
    during: bool
    """Whether the import was still running afterwards."""
    seconds: float
    """Until what was killed ran again."""


class Nemesis:
    """Kills `names` in this order, each when a random share of the messages has been taken in."""

    def __init__(self, whole: Whole, work: Import, messages: int, names: Sequence[str], seed: int) -> None:
        self._whole = whole
        self._work = work
        self._names = names
        drawn = random.Random(seed)
        # Not from the very beginning nor to the very end, where there would be nothing left to be in the middle of.
        self._moments = sorted(drawn.sample(range(messages // 50, messages * 3 // 4), len(names)))
        self._pauses = [drawn.uniform(0, 0.15) for _ in names]
        self.kills: list[Kill] = []

    def rage(self, patience: float) -> None:
        for name, moment, pause in zip(self._names, self._moments, self._pauses, strict=True):
            until(
                f"{moment} messages to be taken in",
                lambda moment=moment: self._work.taken_in() >= moment or self._ended(),  # type: ignore[misc]
                patience,
                every=0.02,
            )
            time.sleep(pause)
            self.kills.append(self._kill(name))
            print(f"killed {self.kills[-1]}", flush=True)

    def _ended(self) -> bool:
        assert self._work.running, f"the import ended after {self._work.taken_in()} messages"
        return False

    def _kill(self, name: str) -> Kill:
        whole, taken_in = self._whole, self._work.taken_in()
        children = [whole.process(each) for each in (*SERVICES, "Kafka")] if name == "wangge" else []
        pid = whole.kill(name)
        during, began = self._work.running, time.monotonic()
        if name == "wangge":
            until(
                "the supervisor's children to die with it",
                lambda: all(not child.is_running() for child in children) or None,
                10,
            )
            whole.start("--no-demo")
        else:
            until(f"another {name} to run", lambda: _other(whole, name, pid), 90)
        return Kill(name, pid, taken_in, during, round(time.monotonic() - began, 1))


def _other(whole: Whole, name: str, pid: int) -> bool | None:
    process = whole.processes().get(name)
    return (process is not None and process.pid != pid) or None


class Repeats(threading.Thread):
    """Watches how many messages the services heard that they had already: counters begin anew with each process."""

    def __init__(self, whole: Whole) -> None:
        super().__init__(name="repeats", daemon=True)
        self._whole = whole
        self._enough = threading.Event()
        self._before: dict[tuple[str, int], float] = {}

    def run(self) -> None:
        while not self._enough.wait(1.0):
            try:
                pids = {name: process.pid for name, process in self._whole.processes().items()}
                for service in SERVICES:
                    seen = self._whole.metric("wangge_received_messages", service=service, outcome="seen")
                    if service in pids:
                        key = (service, pids[service])
                        self._before[key] = max(self._before.get(key, 0.0), seen)
            except (httpx2.TransportError, psutil.Error):
                continue  # what is asked was just killed; what it had heard by then is counted as of the last look

    def stopped(self) -> int:
        self._enough.set()
        self.join(30)
        return int(sum(self._before.values()))
