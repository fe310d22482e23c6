"""`e2e` and `latency`: command → event → relay → Kafka → the other service's row; ours beside the limit."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from typing import Any, Literal

from bench.child import Task
from bench.results import Result
from bench.rounds import Goal, Ratio, Samples, Spread, interleave, ratio, scaled
from bench.servers import BenchServers, both_servers

Pipeline = Literal["ours", "limit"]
_PATIENCE_SECONDS = 180.0
_THROUGHPUT = Goal("end to end, events/s of the limit's", "ours", "limit", 0.25, 0.5)
_CPU = Goal("CPU per event of all parts, over the limit's", "ours", "limit", 4, 2, lower=True)
_P50 = Goal("latency p50 at 50 commands/s, over the limit's woken relay", "ours", "limit", 2, 1.2, lower=True)
_P99 = Goal("latency p99 at 50 commands/s, over the limit's woken relay", "ours", "limit", 3, 2, lower=True)


def run_throughput() -> Result:
    count = scaled(20_000)
    with both_servers() as servers:
        _warm(servers)
        samples = interleave({name: lambda name=name: _throughput(servers, name, count) for name in ("ours", "limit")})  # type: ignore[misc]
    return _result(
        "e2e", samples, [ratio(_THROUGHPUT, samples, "events/s"), ratio(_CPU, samples, "CPU µs/event, all parts")]
    )


def run_latency() -> Result:
    count = scaled(1_000, 200)
    with both_servers() as servers:
        _warm(servers)
        samples = interleave({name: lambda name=name: _latency(servers, name, count) for name in ("ours", "limit")})  # type: ignore[misc]
    return _result("latency", samples, [ratio(_P50, samples, "p50 ms"), ratio(_P99, samples, "p99 ms")])


def _warm(servers: BenchServers) -> None:
    """Kafka is slow until its code is compiled, which no case should pay for."""
    flow(servers, "limit", 4_000)
    flow(servers, "ours", 4_000)


def _result(bench: str, samples: dict[str, Samples], ratios: list[Ratio]) -> Result:
    measures = {name: {measure: Spread.of(v) for measure, v in one.items()} for name, one in samples.items()}
    return Result(bench, measures, ratios)


def _throughput(servers: BenchServers, pipeline: Pipeline, count: int) -> dict[str, float]:
    source, sink, cpu = flow(servers, pipeline, count)
    parts = {"source": source["cpu"], "sink": sink["cpu"], **cpu}
    per_event = {f"{part} µs": seconds / count * 1e6 for part, seconds in parts.items()}
    return {
        "events/s": count / (sink["last"] - source["began"]),
        "CPU µs/event, all parts": sum(per_event.values()),
        **per_event,
    }


def _latency(servers: BenchServers, pipeline: Pipeline, count: int) -> dict[str, float]:
    _, sink, _ = flow(servers, pipeline, count, rate=50)
    return {"p50 ms": sink["p50"], "p99 ms": sink["p99"]}


def flow(
    servers: BenchServers, pipeline: Pipeline, count: int, rate: float = 0.0, sampled: bool = False
) -> tuple[dict[str, Any], dict[str, Any], dict[str, float]]:
    """Runs one pipeline of two processes; answers what the source and the sink measured, and the servers' CPU."""
    topic = servers.topic()
    with servers.databases("source", "sink") as (sending, receiving), ExitStack() as stack:
        sink = _Process(pipeline, "sink", Task(receiving, servers.kafka.bootstrap, topic, count, rate, sampled))
        stack.callback(sink.end)
        sink.expect("ready")
        sink.say("begin")
        source = _Process(pipeline, "source", Task(sending, servers.kafka.bootstrap, topic, count, rate, sampled))
        stack.callback(source.end)
        source.expect("ready")
        sink.expect("warm")
        before = servers.cpu()
        source.say("begin")
        sent, arrived = json.loads(source.line()), json.loads(sink.line())
        after = servers.cpu()
    if arrived["arrived"] != count:
        raise RuntimeError(f"{arrived['arrived']} events arrived of the {count} that were sent")
    return sent, arrived, {server: after[server] - before[server] for server in after}


class _Process:
    def __init__(self, pipeline: Pipeline, role: str, task: Task) -> None:
        self._name = f"{role} of {pipeline}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"bench.{pipeline}", role, task.encoded()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        assert self._process.stdout is not None, "it was asked for"
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the {self._name} ended before it answered; what it says stands above")
        return line

    def expect(self, word: str) -> None:
        if (said := self.line().strip()) != word:
            raise RuntimeError(f"the {self._name} said {said!r} instead of {word!r}")

    def say(self, word: str) -> None:
        assert self._process.stdin is not None, "it was asked for"
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()

    def end(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
