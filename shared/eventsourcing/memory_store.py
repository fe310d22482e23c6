"""The event store in memory: the reference that the SQL stores are held to, and the store of fast tests."""

from __future__ import annotations

from collections.abc import Sequence

from uuid_utils import uuid7

from shared.eventsourcing.chain import GENESIS, link
from shared.eventsourcing.store import (
    Append,
    Appended,
    Clock,
    CommandReused,
    Head,
    StoredEvent,
    VersionConflict,
    Wake,
    check,
    microseconds,
    system_clock,
)


class MemoryStore:
    def __init__(self, clock: Clock = system_clock) -> None:
        self._clock = clock
        self._epoch = str(uuid7())
        self._events: list[StoredEvent] = []
        self._streams: dict[str, list[StoredEvent]] = {}
        self._commands: dict[str, tuple[str, Appended]] = {}
        self.appended = Wake()

    async def append(self, append: Append) -> Appended:
        check(append)
        known = await self.find(append.command, append.fingerprint)
        if known is not None:
            return known
        versions: dict[str, int] = {}
        for write in append.writes:
            actual = await self.version(write.stream)
            if write.expected is not None and write.expected != actual:
                raise VersionConflict(write.stream, write.expected, actual)
            first = write.events[0].version
            if first is not None and first <= actual:
                raise VersionConflict(write.stream, first - 1, actual)
            versions[write.stream] = actual
        recorded = microseconds(self._clock())
        for write in append.writes:
            for new in write.events:
                version = versions[write.stream] + 1 if new.version is None else new.version
                versions[write.stream] = version
                previous = self._events[-1].hash if self._events else GENESIS
                position = len(self._events) + 1
                hash_ = link(
                    previous,
                    position,
                    write.stream,
                    version,
                    new.type,
                    new.schema,
                    append.command,
                    new.data,
                    new.meta,
                    recorded,
                )
                stored = StoredEvent(
                    position,
                    write.stream,
                    version,
                    new.type,
                    new.schema,
                    append.command,
                    new.data,
                    new.meta,
                    hash_,
                    recorded,
                )
                self._events.append(stored)
                self._streams.setdefault(write.stream, []).append(stored)
        answer = Appended(len(self._events), versions)
        self._commands[append.command] = (append.fingerprint, answer)
        self.appended.ring()
        return answer

    async def find(self, command: str, fingerprint: str = "") -> Appended | None:
        if command not in self._commands:
            return None
        known, answer = self._commands[command]
        if known != fingerprint:
            raise CommandReused(command)
        return Appended(answer.position, answer.versions, repeated=True)

    async def read_stream(self, stream: str, after: int = 0, limit: int | None = None) -> Sequence[StoredEvent]:
        return [event for event in self._streams.get(stream, []) if event.version > after][:limit]

    async def read_all(self, after: int, limit: int = 500) -> Sequence[StoredEvent]:
        return self._events[after : after + limit]

    async def version(self, stream: str) -> int:
        events = self._streams.get(stream)
        return events[-1].version if events else 0

    async def head(self) -> Head:
        return Head(self._epoch, len(self._events), self._events[-1].hash if self._events else GENESIS)
