"""Timers: due times that events set and clear, and the clock that turns a due one into a command, once.

The table is a projection, so timers survive restarts and rebuilds. Firing is a command whose id is derived from the
timer, so two clocks at once, or a crash between firing and clearing, fire once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol, TypeAlias

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text, select

from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.eventsourcing.store import Clock, instant, microseconds, system_clock

log = logging.getLogger(__name__)

timers = Table(
    "timers",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("due", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("correlation", Text, nullable=False),
    Column("station", Text, nullable=False),
    Index("timers_by_due", "due"),
)


@dataclass(frozen=True, slots=True)
class Set:
    """A time at which something is due. The id is the timer's own: setting it again moves it."""

    id: str
    due: datetime
    kind: str
    subject: str
    correlation: str = ""
    station: str = ""


@dataclass(frozen=True, slots=True)
class Clear:
    """What was due is not due any more."""

    id: str


Change: TypeAlias = Set | Clear
Schedule: TypeAlias = Callable[[Recorded], Sequence[Change]]
"""Pure: which timers an event sets and clears. The event that firing leads to must clear its timer."""


class Timers(Projection):
    """The due times of a service."""

    name: ClassVar[str] = "timers"
    tables: ClassVar[tuple[Table, ...]] = (timers,)

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        latest: dict[str, Change] = {}
        for recorded in events:
            for change in self._schedule(recorded):
                latest[change.id] = change
        for change in latest.values():
            if isinstance(change, Clear):
                await rows.remove(timers, id=change.id)
        await rows.put(
            timers,
            [
                {
                    "id": change.id,
                    "due": microseconds(change.due),
                    "kind": change.kind,
                    "subject": change.subject,
                    "correlation": change.correlation,
                    "station": change.station,
                }
                for change in latest.values()
                if isinstance(change, Set)
            ],
        )


class Fire(Protocol):
    """Turns a due timer into a command; the id that it gives the command must be derived from `due.id` and its time."""

    def __call__(self, due: Set) -> Awaitable[None]: ...


class TimerClock:
    """Looks for due timers while its replica leads. The clock is injected, so tests move it as they like."""

    def __init__(self, database: Database, fire: Fire, clock: Clock = system_clock, every_seconds: float = 1.0) -> None:
        self._database = database
        self._fire = fire
        self._clock = clock
        self._every = every_seconds
        self._fired: dict[str, int] = {}
        self.failing: str | None = None

    async def run(self, leading: Callable[[], bool]) -> None:
        while leading():
            try:
                await self.tick()
                self.failing = None
            except Exception as error:
                self.failing = f"{type(error).__name__}: {error}"
                log.exception("due timers could not be fired; they stay due")
            await asyncio.sleep(self._every)

    async def tick(self) -> int:
        """Fires what is due and has not been fired by this clock; answers how many."""
        now = microseconds(self._clock())
        async with self._database.reading() as tx:
            statement = select(timers).where(timers.c.due <= now).order_by(timers.c.due).limit(200)
            rows = (await tx.execute(statement)).mappings().all()
        due = [row for row in rows if self._fired.get(row["id"]) != row["due"]]
        for row in due:
            await self._fire(
                Set(
                    id=row["id"],
                    due=instant(row["due"]),
                    kind=row["kind"],
                    subject=row["subject"],
                    correlation=row["correlation"],
                    station=row["station"],
                )
            )
            # The event that this led to clears the row; until it is projected the clock does not ask again.
            self._fired[row["id"]] = row["due"]
        if not rows:
            self._fired.clear()
        return len(due)
