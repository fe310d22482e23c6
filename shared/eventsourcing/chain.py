"""The hash chain: each event carries the SHA-256 of the one before it and of its own stored bytes.

A change, a removal or an exchange after the fact shows at the first event that was touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from shared.eventsourcing.store import StoredEvent

GENESIS = bytes(32)


def link(
    previous: bytes,
    position: int,
    stream: str,
    version: int,
    type_: str,
    schema: int,
    command: str,
    data: bytes,
    meta: bytes,
    recorded: int,
) -> bytes:
    """The hash of an event. The lengths keep two neighbouring fields from passing for one another."""
    front = f"{position}\n{stream}\n{version}\n{type_}\n{schema}\n{command}\n{recorded}\n{len(data)}\n{len(meta)}\n"
    return sha256(b"%b%b%b%b" % (previous, front.encode(), data, meta)).digest()


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold, and in what way."""

    position: int
    stream: str
    reason: str


def verify(events: Iterable[StoredEvent], previous: bytes = GENESIS, position: int = 0) -> tuple[int, bytes]:
    """Walks events that follow `position`; answers the last position and hash, or raises `Tampered`."""
    for event in events:
        if event.position != position + 1:
            raise Tampered(Break(event.position, event.stream, f"event {position + 1} is missing"))
        expected = link(
            previous,
            event.position,
            event.stream,
            event.version,
            event.type,
            event.schema,
            event.command,
            event.data,
            event.meta,
            event.recorded,
        )
        if expected != event.hash:
            raise Tampered(Break(event.position, event.stream, "its bytes are not those that were chained"))
        previous, position = event.hash, event.position
    return position, previous


class Tampered(Exception):
    def __init__(self, broken: Break) -> None:
        super().__init__(f"the chain breaks at event {broken.position} of {broken.stream}: {broken.reason}")
        self.broken = broken
