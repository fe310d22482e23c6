"""Rounds: every case once a round, one after the other, so that the machine's noise hits all alike."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Samples = dict[str, list[float]]


def scale() -> float:
    """WANGGE_BENCH_SCALE: 1 for figures, 0.1 for a smoke run."""
    return float(os.environ.get("WANGGE_BENCH_SCALE") or "1")


def scaled(count: int, at_least: int = 50) -> int:
    return max(at_least, int(count * scale()))


def rounds() -> int:
    """WANGGE_BENCH_ROUNDS, else 5; a smoke run has fewer."""
    return int(os.environ.get("WANGGE_BENCH_ROUNDS") or (5 if scale() >= 1 else 2))


class Spread(NamedTuple):
    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        return cls(*(float(f"{value:.3g}") for value in (statistics.median(values), min(values), max(values))))

    def __str__(self) -> str:
        return f"{self.median:g} [{self.least:g}, {self.most:g}]"


class Goal(NamedTuple):
    """A ratio of two cases and what it is to be; `lower` where less is better."""

    what: str
    case: str
    over: str
    must: float
    aim: float
    lower: bool = False

    def met(self, ratio: float) -> str:
        def reached(wanted: float) -> bool:
            return ratio <= wanted if self.lower else ratio >= wanted

        return "aim" if reached(self.aim) else "must" if reached(self.must) else "missed"


class Ratio(NamedTuple):
    goal: Goal
    spread: Spread

    def line(self) -> dict[str, Any]:
        return {
            "what": self.goal.what,
            "ratio": list(self.spread),
            "must": self.goal.must,
            "aim": self.goal.aim,
            "met": self.goal.met(self.spread.median),
        }


def interleave(cases: Mapping[str, Callable[[], Mapping[str, float]]]) -> dict[str, Samples]:
    """Runs the cases A B C, then C B A, and so on; answers for each case its measures, one value a round."""
    samples: dict[str, Samples] = {name: {} for name in cases}
    names = list(cases)
    for number in range(rounds()):
        for name in names if number % 2 == 0 else reversed(names):
            measured = cases[name]()
            for measure, value in measured.items():
                samples[name].setdefault(measure, []).append(value)
            shown = ", ".join(f"{measure} {value:.4g}" for measure, value in measured.items())
            print(f"  round {number + 1} of {rounds()}: {name}: {shown}", file=sys.stderr, flush=True)
    return samples


def ratio(goal: Goal, samples: Mapping[str, Samples], measure: str) -> Ratio:
    """The ratio within each round, then the median of these: a slow round is slow for both."""
    pairs = zip(samples[goal.case][measure], samples[goal.over][measure], strict=True)
    return Ratio(goal, Spread.of([mine / other for mine, other in pairs]))
