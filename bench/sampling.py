"""A sampling profiler: which function the process is in, looked at after every two milliseconds of its CPU time."""

from __future__ import annotations

import signal
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import TypedDict

_EVERY_SECONDS = 0.002


class Profile(TypedDict):
    samples: int
    busy: float
    """CPU seconds over seconds"""
    own: dict[str, int]
    """function → samples in itself (and in what it calls in C)"""
    cumulative: dict[str, int]
    """function → samples in it or in anything that it calls"""


class Sampler:
    """Made for the main thread; a timer of CPU time interrupts it, so that waiting does not count."""

    def __init__(self) -> None:
        self._own: Counter[str] = Counter()
        self._cumulative: Counter[str] = Counter()
        self._began = self._cpu = 0.0

    def start(self) -> None:
        self._began, self._cpu = time.monotonic(), time.process_time()
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, _EVERY_SECONDS, _EVERY_SECONDS)

    def stop(self) -> Profile:
        signal.setitimer(signal.ITIMER_PROF, 0)
        return Profile(
            samples=self._own.total(),
            busy=(time.process_time() - self._cpu) / (time.monotonic() - self._began),
            own=dict(self._own),
            cumulative=dict(self._cumulative),
        )

    def _look(self, _signal: int, frame: FrameType | None) -> None:
        if frame is None:
            return
        self._own[_name(frame)] += 1
        seen = set()
        while frame is not None:
            seen.add(_name(frame))
            frame = frame.f_back
        self._cumulative.update(seen)


_names: dict[object, str] = {}


def _name(frame: FrameType) -> str:
    code = frame.f_code
    known = _names.get(code)
    if known is None:
        parts = Path(code.co_filename).parts
        roots = ("site-packages", "python3.11", "python3.12", "python3.13", "python3.14")
        root = next((name for name in roots if name in parts), None)
        kept = parts[-3:] if root is None else parts[len(parts) - parts[::-1].index(root) :]
        known = _names[code] = f"{'/'.join(kept)}:{code.co_name}"
    return known
