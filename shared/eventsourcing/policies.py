"""Policies: an event becomes commands, whose ids are derived from it: run twice, nothing is stored twice."""

from __future__ import annotations

import logging
from asyncio import TaskGroup
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

from shared.eventsourcing.database import Database
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.followers import Checkpoint, move_checkpoint
from shared.eventsourcing.projections import Reader, Recorded
from shared.eventsourcing.store import InvalidAppend, StoredEvent

AT_ONCE: Final = 8
"""Streams that a policy answers at the same time."""

log = logging.getLogger(__name__)

React = Callable[[Recorded], Awaitable[None]]
"""Handles one event by issuing commands; must be idempotent by the ids it gives them."""

Park = Callable[[str, StoredEvent, Exception], Awaitable[None]]
"""Told of an event whose handling is refused for good: (policy, event, why)."""


class PolicyHandler:
    """Drives one policy as a follower.

    A refusal is an answer: the event is parked with it, for people to see, and the policy goes on. Any other error
    stops the policy at this event until it passes (a database that is away is no reason to park).
    """

    def __init__(
        self, name: str, database: Database, read: Reader, react: React, park: Park, concerns: frozenset[str]
    ) -> None:
        self.name = f"policy:{name}"
        self._database = database
        self._read = read
        self._react = react
        self._park = park
        self._concerns = concerns

    async def handle(self, events: Sequence[StoredEvent], at: Checkpoint) -> Checkpoint:
        concerned = [event for event in events if event.type in self._concerns]
        streams: dict[str, list[StoredEvent]] = {}
        for event in concerned:
            streams.setdefault(event.stream, []).append(event)
        waiting = iter(streams.values())
        # Streams are answered beside each other, so that their appends share a commit; a stream's events in order.
        # Where one fails, the others are cancelled and the batch comes again: what was stored is not stored twice.
        try:
            async with TaskGroup() as group:
                for _ in range(min(AT_ONCE, len(streams))):
                    group.create_task(self._answer_streams(waiting))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        new = events[-1].position
        if not concerned:
            return at.passing(new, at.state)
        async with self._database.stating() as tx:
            await move_checkpoint(tx, self.name, at.stored, new)
        return Checkpoint(new)

    async def _answer_streams(self, streams: Iterator[Sequence[StoredEvent]]) -> None:
        for events in streams:
            for event in events:
                try:
                    await self.answer(event)
                except (Refusal, InvalidAppend) as refused:
                    log.warning("%s: event %d (%s) was refused: %s", self.name, event.position, event.type, refused)
                    await self._park(self.name, event, refused)

    async def answer(self, event: StoredEvent) -> None:
        """Reacts to one event; also how a parked refusal is tried again."""
        read = self._read(event)
        if read is not None:
            await self._react(Recorded(read, event))
