"""One process of a pipeline: it says when it is ready, begins when told, answers one JSON line, and is measured."""

from __future__ import annotations

import asyncio
import json
import logging
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import uvloop

from bench.sample import command
from bench.sampling import Sampler
from shared.web.service import calm_collector

WARMING = 300
"""Commands sent before the clock starts, by all pipelines alike."""


@dataclass(frozen=True)
class Task:
    database: str
    kafka: str
    topic: str
    count: int
    rate: float = 0.0
    """Commands a second from an open loop; 0: as fast as it goes."""
    sampled: bool = False

    def encoded(self) -> str:
        return json.dumps(asdict(self))


class Measured:
    """The part of a process's life that counts: from being told to begin until it has answered."""

    def __init__(self, task: Task) -> None:
        self._sampler = Sampler() if task.sampled else None
        self._cpu = 0.0

    async def begin(self) -> None:
        print("ready", flush=True)
        if await asyncio.to_thread(sys.stdin.readline) != "begin\n":
            raise SystemExit("the benchmark ended")
        self._cpu = time.process_time()
        if self._sampler is not None:
            self._sampler.start()

    def answer(self, **values: Any) -> None:
        values["cpu"] = time.process_time() - self._cpu
        if self._sampler is not None:
            values["profile"] = self._sampler.stop()
        print(json.dumps(values), flush=True)


class Arrivals:
    """When each event's row was committed; what only warmed up has been sent at 0."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._warming = WARMING
        self._latencies: list[float] = []
        self.warm = asyncio.Event()
        self.all = asyncio.Event()
        self.last = 0.0

    def add(self, sent_at: Sequence[float]) -> None:
        now = time.time()
        for sent in sent_at:
            if sent:
                self._latencies.append(now - sent)
            else:
                self._warming -= 1
        if self._warming <= 0:
            self.warm.set()
        if len(self._latencies) >= self._count:
            self.last = now
            self.all.set()

    def summary(self) -> dict[str, float]:
        cuts = statistics.quantiles(self._latencies, n=100, method="inclusive")
        return {"last": self.last, "arrived": len(self._latencies), "p50": cuts[49] * 1e3, "p99": cuts[98] * 1e3}


async def say_when_warm(arrivals: Arrivals) -> None:
    await arrivals.warm.wait()
    print("warm", flush=True)


async def closed_loop(
    one: Callable[[bytes], Awaitable[object]], count: int, callers: int, sent_at: float | None
) -> None:
    """So many callers, each of which sends its next command when the last one is answered."""
    left = iter(range(count))

    async def caller() -> None:
        for _ in left:
            await one(command(sent_at))

    async with asyncio.TaskGroup() as group:
        for _ in range(callers):
            group.create_task(caller())


async def open_loop(one: Callable[[bytes], Awaitable[object]], count: int, rate: float) -> None:
    """So many commands a second, whether the earlier ones are answered or not."""
    began = time.time()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            await asyncio.sleep(max(0.0, began + number / rate - time.time()))
            group.create_task(_alone(one))


async def _alone(one: Callable[[bytes], Awaitable[object]]) -> None:
    await one(command())


Role = Callable[[Task], Coroutine[Any, Any, None]]


def main(roles: dict[str, Role]) -> None:
    """All pipelines run on uvloop and with a calm collector, as the services do."""
    logging.basicConfig(level=logging.ERROR)
    calm_collector()
    uvloop.run(roles[sys.argv[1]](Task(**json.loads(sys.argv[2]))))
