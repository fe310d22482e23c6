"""`python -m bench [append|e2e|latency|profile|duplicates] [--write]`: measures and says what it found."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from bench import append, duplicates, pipeline, profiles
from bench.results import DOCUMENT, Result, write
from bench.rounds import scale

BENCHMARKS: dict[str, Callable[[], Result]] = {
    "append": append.run,
    "e2e": pipeline.run_throughput,
    "latency": pipeline.run_latency,
    "profile": profiles.run,
    "duplicates": duplicates.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Ratios of this runtime to plain tools and to a peer. WANGGE_BENCH_SCALE=0.1 makes a smoke run, "
        "WANGGE_BENCH_ROUNDS sets the number of rounds.",
    )
    parser.add_argument("benchmark", nargs="?", choices=[*BENCHMARKS, "all"], default="all")
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.name} even for a smoke run")
    asked = parser.parse_args()
    missed = []
    for name in BENCHMARKS if asked.benchmark == "all" else (asked.benchmark,):
        print(f"{name}:", file=sys.stderr, flush=True)
        result = BENCHMARKS[name]()
        print(result.line(), flush=True)
        print(result.markdown() + "\n", file=sys.stderr, flush=True)
        if asked.write or scale() >= 1:
            write(result)
        missed += [f"{name}: {one.goal.what}" for one in result.ratios if one.goal.met(one.spread.median) == "missed"]
    for what in missed:
        print(f"missed: {what}", file=sys.stderr)
    if missed and scale() >= 1:
        sys.exit(1)


if __name__ == "__main__":
    main()
