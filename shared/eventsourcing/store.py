"""The event store as its users see it: streams of events, one dense order over all of them, appended by command.

Versions of a stream start at 1; version 0 means that the stream does not exist. A command id makes an append
idempotent: asked twice, stored once, answered alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol, TypeAlias

import orjson
from pydantic import BaseModel

Clock: TypeAlias = Callable[[], datetime]

NO_STREAM = 0
ANY_VERSION = None
LARGEST_EVENT = 2 * 1024 * 1024
"""Bytes of data that one event may have; a larger one could not leave by Kafka and is refused before it is stored."""
LARGEST_PARKED = 4 * LARGEST_EVENT
"""Bytes of data that a parked message may have: it never leaves again, and sealing makes it larger than it came."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def microseconds(at: datetime) -> int:
    """Whole microseconds since 1970 UTC, the form in which the store keeps a time."""
    delta = at - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def instant(stored: int) -> datetime:
    return datetime.fromtimestamp(stored // 1_000_000, UTC).replace(microsecond=stored % 1_000_000)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Meta(BaseModel, frozen=True):
    """Who did it, where, in which matter and why: kept beside every event, never holding a personal value."""

    actor: str
    role: str = ""
    station: str = ""
    correlation: str = ""
    """The case code (一案一码) where there is one."""
    causation: str = ""
    """What led to it: the command's id, or `service:position` of the event that a policy answered."""
    trace: str = ""
    """W3C traceparent."""
    basis: str = ""
    """Legal basis, where there is one."""
    fingerprint: str = ""
    """Keyed hash of the caller's request; another one under the same command id is refused."""

    def encoded(self) -> bytes:
        return self.__pydantic_serializer__.to_json(self, exclude_defaults=True)


class NewEvent(NamedTuple):
    type: str
    schema: int
    data: bytes
    meta: bytes
    version: int | None = None
    """Set only where versions come from outside (received streams); they may be sparse but must go up."""
    largest: int = LARGEST_EVENT
    """How many bytes of data it may have."""


class StreamWrite(NamedTuple):
    stream: str
    expected: int | None
    """`NO_STREAM`, an exact version, or `ANY_VERSION`."""
    events: tuple[NewEvent, ...]


class Append(NamedTuple):
    """One unit: all of it is stored, at neighbouring positions, or nothing."""

    writes: tuple[StreamWrite, ...]
    command: str
    """The caller's id for it; new for every append that is not a repetition."""
    fingerprint: str = ""


class Appended(NamedTuple):
    position: int
    """Of its last event."""
    versions: Mapping[str, int]
    """The version after it of each stream that it wrote."""
    repeated: bool = False
    """True when the command had been stored before; position and versions are those of that time."""


class StoredEvent(NamedTuple):
    position: int
    stream: str
    version: int
    type: str
    schema: int
    command: str
    data: bytes
    meta: bytes
    hash: bytes
    recorded: int
    """Microseconds since 1970 UTC."""

    @property
    def recorded_at(self) -> datetime:
        return instant(self.recorded)

    def decoded_meta(self) -> Meta:
        return Meta.model_validate_json(self.meta)


class Head(NamedTuple):
    epoch: str
    """The store's own id, made with it; part of the name under which its events are known elsewhere."""
    position: int
    hash: bytes


class StoreError(Exception):
    """Base of what an event store can answer beside success."""


class VersionConflict(StoreError):
    """Somebody else wrote to the stream first."""

    def __init__(self, stream: str, expected: int | None, actual: int) -> None:
        super().__init__(f"{stream} is at version {actual}, not {expected}: read it again and decide anew")
        self.stream = stream
        self.expected = expected
        self.actual = actual


class CommandReused(StoreError):
    """The same command id with another request."""

    def __init__(self, command: str) -> None:
        super().__init__(f"the id {command} has been used for another request: use a new one")
        self.command = command


class InvalidAppend(StoreError):
    """An append that could never be stored; nothing was written."""


class StoreUnavailable(StoreError):
    """The database did not answer in time. Whether the append was stored is unknown: ask again with the same id."""


class EventStore(Protocol):
    async def append(self, append: Append) -> Appended: ...

    async def find(self, command: str, fingerprint: str = "") -> Appended | None:
        """The answer to a command that was stored before; `CommandReused` where its request was another."""

    async def read_stream(self, stream: str, after: int = 0, limit: int | None = None) -> Sequence[StoredEvent]: ...

    async def read_all(self, after: int, limit: int = 500) -> Sequence[StoredEvent]: ...

    async def version(self, stream: str) -> int: ...

    async def head(self) -> Head: ...

    @property
    def appended(self) -> Wake: ...


class Wake:
    """Tells the followers of this process that something was appended, so that they need not poll."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def ticket(self) -> asyncio.Future[None]:
        """Taken before one looks, awaited when nothing was found: an append in between is not missed."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        return future

    async def wait(self, ticket: asyncio.Future[None], timeout: float) -> None:  # noqa: ASYNC109
        await asyncio.wait((ticket,), timeout=timeout)
        self._waiting.discard(ticket)

    def discard(self, ticket: asyncio.Future[None]) -> None:
        self._waiting.discard(ticket)


def check(append: Append) -> None:
    """Refuses what no store could keep, before anything is written."""
    if not append.command:
        raise InvalidAppend("an append needs a command id")
    seen = set()
    for name in (append.command, *(w.stream for w in append.writes)):
        if not name or len(name) > 500 or not name.isprintable():
            raise InvalidAppend(f"{name[:60]!r} cannot name a stream or a command: 1 to 500 printable characters")
    for write in append.writes:
        if write.stream in seen:
            raise InvalidAppend(f"{write.stream} is written twice in one append: put its events into one write")
        seen.add(write.stream)
        if not write.events:
            raise InvalidAppend(f"nothing to append to {write.stream}")
        last = 0
        for event in write.events:
            if len(event.data) > event.largest:
                raise InvalidAppend(
                    f"{event.type} has {len(event.data)} bytes, more than the {event.largest} that an event may have"
                )
            if (event.version is None) != (write.events[0].version is None):
                raise InvalidAppend(f"give every event for {write.stream} a version, or none")
            if event.version is not None:
                if event.version <= last:
                    raise InvalidAppend(f"versions given to {write.stream} must go up")
                last = event.version


def fingerprint_of(meta: bytes) -> str:
    """The request's fingerprint out of an event's meta."""
    value: str = orjson.loads(meta).get("fingerprint", "") if b'"fingerprint"' in meta else ""
    return value
