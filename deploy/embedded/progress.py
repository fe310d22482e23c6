"""How the launcher tells what it is doing: a plain callback, so that a terminal, a log and a test can all show it."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, str], None]
"""Called with the stage (`Kafka`, `intake`, …) and one line about it."""


def silent(stage: str, detail: str) -> None:
    """Tells nobody."""
