"""Timers of intake: one clock, to which each part gives its schedule and what is to be done when something is due."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from inspect import isawaitable
from typing import Any

from pydantic import BaseModel

from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.projections import Recorded
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import Meta
from shared.eventsourcing.streams import StreamType
from shared.eventsourcing.timers import Change, Fire, Schedule, Set

Due = Callable[[Set], BaseModel | Awaitable[BaseModel]]
"""The command that something due leads to: pure but for the time, or with what must be looked up for it."""


def together(*schedules: Schedule) -> Schedule:
    """One schedule out of several; each gives its timers ids of its own."""

    def schedule(recorded: Recorded) -> Sequence[Change]:
        return [change for each in schedules for change in each(recorded)]

    return schedule


def firing(runtime: Runtime, kinds: Mapping[str, tuple[StreamType[Any, Any, Any], Due]]) -> Fire:
    """By the kind of a timer: the stream type of its subject, and the command to be handled there."""

    async def fire(due: Set) -> None:
        type_, command = kinds[due.kind]
        meta = Meta(actor="clock", role="system", station=due.station, correlation=due.correlation, causation=due.id)
        id_ = derived_id("timer", due.id, due.due.isoformat())
        asked = command(due)
        known = await asked if isawaitable(asked) else asked
        await runtime.commands.handle(type_, due.subject, known, meta, id_)

    return fire
