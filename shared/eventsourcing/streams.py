"""A kind of stream: its name, its decider and its events, as a domain declares it; nothing here does I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import TypeAdapter

from shared.eventsourcing.decider import Decider
from shared.eventsourcing.events import Event

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class StreamType(Generic[C, S, E]):
    """A kind of stream: its name, its decider, the events it stores."""

    name: str
    decider: Decider[C, S, E]
    events: tuple[type[E], ...]
    snapshots: TypeAdapter[S] | None = None
    """How to keep a folded state, for streams that grow long."""
    fold: str = "1"
    """The version of the fold's code: a snapshot made under another one is not used."""
    snapshot_every: int = 200

    def stream(self, id_: str) -> str:
        return f"{self.name}-{id_}"
