"""Handling a command: load the stream, decide, append; on a lost race read again and decide anew."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import NAMESPACE_URL

from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.events import Codec, Event
from shared.eventsourcing.store import (
    Append,
    Appended,
    EventStore,
    Meta,
    NewEvent,
    StoreError,
    StreamWrite,
    VersionConflict,
)
from shared.eventsourcing.streams import StreamType as StreamType

log = logging.getLogger(__name__)

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E", bound=Event)

_ATTEMPTS = 8
_NAMESPACE = NAMESPACE_URL.bytes


class Handled(NamedTuple):
    """What came of a command."""

    stream: str
    version: int
    position: int
    """Of the last event that it stored; 0 where it changed nothing."""
    repeated: bool = False
    events: tuple[Event, ...] = ()


class Contended(StoreError):
    """Others kept writing to the stream while this command was decided; nothing was stored."""

    def __init__(self, stream: str, attempts: int) -> None:
        super().__init__(f"{stream} changed {attempts} times while this was decided: look at it again and retry")
        self.stream = stream


class Stale(StoreError):
    """The caller decided on an older state than the stream now has (If-Match)."""

    def __init__(self, stream: str, seen: int, actual: int, since: Sequence[str]) -> None:
        super().__init__(
            f"{stream} is at version {actual}, you saw {seen}; since then: {', '.join(since) or 'nothing'}"
        )
        self.stream = stream
        self.seen = seen
        self.actual = actual
        self.since = tuple(since)


class Snapshots(Protocol):
    async def load(self, stream: str, fold: str) -> tuple[int, bytes] | None: ...

    async def save(self, stream: str, fold: str, version: int, state: bytes) -> None: ...


class _Turns:
    """One command at a time on each stream; nothing is kept of a stream on which none waits."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    async def take(self, stream: str) -> None:
        waiting = self._waiting.get(stream)
        if waiting is None:
            self._waiting[stream] = deque()
            return
        turn = asyncio.get_running_loop().create_future()
        waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was given the turn at the moment at which it gave up
                self.leave(stream)
            raise

    def leave(self, stream: str) -> None:
        waiting = self._waiting[stream]
        while waiting:
            turn = waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._waiting[stream]


class Commands:
    """Handles the commands of a service against its event store.

    `cache_size=0` turns the state cache off. Commands on one stream queue up, so that a hot stream decides one after
    the other and does not conflict with itself.
    """

    def __init__(
        self,
        store: EventStore,
        codec: Codec,
        *,
        cache_size: int = 2_000,
        snapshots: Snapshots | None = None,
    ) -> None:
        self._store = store
        self._codec = codec
        self._cache: OrderedDict[str, tuple[int, Any]] = OrderedDict()
        self._cache_size = cache_size
        self._snapshots = snapshots
        self._turns = _Turns()

    async def handle(
        self,
        type_: StreamType[C, S, E],
        id_: str,
        command: C,
        meta: Meta,
        command_id: str,
        seen: int | None = None,
    ) -> Handled:
        """Decides and appends.

        Asked again with the same `command_id` it answers as before. `seen` is the version that the caller looked at;
        `Stale` says what has happened since.

        Raises:
            Refusal: the decider says no.
            Stale: `seen` is not the stream's version.
            Contended: the race was lost `_ATTEMPTS` times.
            CommandReused: `command_id` was used for another request.
        """
        stream = type_.stream(id_)
        await self._turns.take(stream)
        try:
            return await self._handle(type_, stream, command, meta, command_id, seen)
        finally:
            self._turns.leave(stream)

    async def _handle(
        self, type_: StreamType[C, S, E], stream: str, command: C, meta: Meta, command_id: str, seen: int | None
    ) -> Handled:
        version, state, certain = await self._begin(type_, stream, seen)
        for _ in range(_ATTEMPTS):
            if seen is not None and seen != version:
                later = None if certain else await self._later(type_, stream, version)
                if later is None:
                    return await self._repeated_or_stale(stream, seen, command_id, meta)
                (version, state), certain = later, True
                continue
            refusal: Refusal | None = None
            try:
                events = type_.decider.decide(command, state)
            except Refusal as refused:
                events, refusal = [], refused
            if not events:
                later = None if certain else await self._later(type_, stream, version)
                if later is not None:  # decided on a state that the stream has left behind
                    (version, state), certain = later, True
                    continue
                known = await self._store.find(command_id, meta.fingerprint)
                if known is not None:
                    return _answer(stream, known)
                if refusal is not None:
                    raise refusal
                return Handled(stream, version, 0)
            try:
                stored = await self._append(stream, version, events, meta, command_id)
            except VersionConflict:
                self._cache.pop(stream, None)
                (version, state), certain = await self._load(type_, stream), True
                continue
            if stored.repeated:
                return _answer(stream, stored)
            after = type_.decider.fold(events, state)
            self._remember(stream, stored.versions[stream], after)
            await self._snapshot(type_, stream, version, stored.versions[stream], after)
            return Handled(stream, stored.versions[stream], stored.position, events=tuple(events))
        raise Contended(stream, _ATTEMPTS)

    async def load(self, type_: StreamType[C, S, E], id_: str) -> tuple[int, S]:
        """The stream's version and folded state, read from the store."""
        return await self._load(type_, type_.stream(id_))

    async def _append(
        self, stream: str, version: int, events: Sequence[Event], meta: Meta, command_id: str
    ) -> Appended:
        encoded_meta = meta.encoded()
        new = tuple(NewEvent(*self._codec.encode(event), encoded_meta) for event in events)
        return await self._store.append(Append((StreamWrite(stream, version, new),), command_id, meta.fingerprint))

    async def _begin(self, type_: StreamType[C, S, E], stream: str, seen: int | None) -> tuple[int, S, bool]:
        """What to decide on first, and whether it was read just now.

        A stream that is not in the cache is taken to be a new one, which saves most commands a read: where it is not,
        the append conflicts or the decider says no, and the stream is read then.
        """
        cached = self._cache.get(stream)
        if cached is not None:
            self._cache.move_to_end(stream)
            return *cached, False
        if seen is None and (self._snapshots is None or type_.snapshots is None):
            return 0, type_.decider.initial, False
        return *await self._load(type_, stream), True

    async def _later(self, type_: StreamType[C, S, E], stream: str, version: int) -> tuple[int, S] | None:
        """The stream as it is now, if that is not what was decided on."""
        now = await self._load(type_, stream)
        return None if now[0] == version else now

    async def _load(self, type_: StreamType[C, S, E], stream: str) -> tuple[int, S]:
        version, state = 0, type_.decider.initial
        cached = self._cache.get(stream)
        if cached is not None:
            version, state = cached
        elif self._snapshots is not None and type_.snapshots is not None:
            snapshot = await self._snapshots.load(stream, type_.fold)
            if snapshot is not None:
                version, state = snapshot[0], type_.snapshots.validate_json(snapshot[1])
        for stored in await self._store.read_stream(stream, after=version):
            event: E = self._codec.decode(stored.type, stored.schema, stored.data)  # type: ignore[assignment]
            state, version = type_.decider.evolve(state, event), stored.version
        if version:
            self._remember(stream, version, state)
        return version, state

    async def _repeated_or_stale(self, stream: str, seen: int, command_id: str, meta: Meta) -> Handled:
        known = await self._store.find(command_id, meta.fingerprint)
        if known is not None:
            return _answer(stream, known)
        since = await self._store.read_stream(stream, after=seen)
        actual = since[-1].version if since else await self._store.version(stream)
        raise Stale(stream, seen, actual, [event.type for event in since])

    def _remember(self, stream: str, version: int, state: object) -> None:
        if self._cache_size == 0:
            return
        self._cache[stream] = (version, state)
        self._cache.move_to_end(stream)
        while len(self._cache) > self._cache_size:
            self._cache.popitem(last=False)

    async def _snapshot(self, type_: StreamType[C, S, E], stream: str, before: int, after: int, state: S) -> None:
        if self._snapshots is None or type_.snapshots is None:
            return
        if after // type_.snapshot_every > before // type_.snapshot_every:
            try:
                await self._snapshots.save(stream, type_.fold, after, type_.snapshots.dump_json(state))
            except Exception:  # the command is stored; without the snapshot the next load is slower, no more
                log.exception("no snapshot of %s at version %d", stream, after)


def derived_id(*parts: object) -> str:
    """An id that the same cause always gives: what makes a policy's command, run twice, one command."""
    # A UUID of version 5 over NAMESPACE_URL, as `uuid.uuid5` makes it, without its object: this runs for each command.
    name = "\n".join([part if type(part) is str else str(part) for part in parts])
    digest = bytearray(hashlib.sha1(_NAMESPACE + name.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    made = digest.hex()
    return f"{made[:8]}-{made[8:12]}-{made[12:16]}-{made[16:20]}-{made[20:]}"


def keyed_fingerprint(key: bytes, *parts: bytes) -> str:
    """A hash of a request by which a repetition is told from another request, without telling its contents."""
    digest = hashlib.blake2b(key=key[:64], digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _answer(stream: str, known: Appended) -> Handled:
    at = known.versions.get(stream)
    if at is None:
        stream, at = next(iter(known.versions.items()))
    return Handled(stream, at, known.position, repeated=True)
