"""Timers: due times that events set and clear, and the clock that turns a due one into a command, once.

The table is a projection, so timers survive restarts and rebuilds. Firing is a command whose id is derived from the
timer, so two clocks at once, or a crash between firing and clearing, fire once.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeAlias

from sqlalchemy import BigInteger, Column, Index, MetaData, Select, Table, Text, and_, or_, select

from shared.eventsourcing.database import Database
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.followers import pause
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.eventsourcing.store import Clock, instant, microseconds, system_clock

log = logging.getLogger(__name__)

_PAGE = 200

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
            await pause(self._every, leading)

    async def tick(self) -> int:
        """Fires what is due and has not been fired by this clock; answers how many.

        One timer that cannot be fired does not hold up the others: it stays due, and its error is raised at the end.
        """
        now = microseconds(self._clock())
        fired = 0
        failed: Exception | None = None
        still_due: dict[str, int] = {}
        after = (-1, "")
        while True:
            async with self._database.reading() as tx:
                rows = (await tx.execute(_due(now, after))).mappings().all()
            for row in rows:
                if self._fired.get(row["id"]) == row["due"]:
                    # The event that this led to clears the row; until it is projected the clock does not ask again.
                    still_due[row["id"]] = row["due"]
                    continue
                try:
                    await self._fire(_timer(row))
                except Refusal as refused:
                    log.warning("timer %s (%s) was refused: %s", row["id"], row["kind"], refused)
                except Exception as error:
                    log.exception("timer %s (%s) could not be fired; it stays due", row["id"], row["kind"])
                    failed = error
                    continue
                fired += 1
                still_due[row["id"]] = self._fired[row["id"]] = row["due"]
            if len(rows) < _PAGE:
                break
            after = (rows[-1]["due"], rows[-1]["id"])
        self._fired = still_due
        if failed is not None:
            raise failed
        return fired


def _due(now: int, after: tuple[int, str]) -> Select[Any]:
    """A page of due timers; those that nothing clears must not hide the ones behind them."""
    beyond = or_(timers.c.due > after[0], and_(timers.c.due == after[0], timers.c.id > after[1]))
    return select(timers).where(timers.c.due <= now, beyond).order_by(timers.c.due, timers.c.id).limit(_PAGE)


def _timer(row: Mapping[Any, Any]) -> Set:
    return Set(
        id=row["id"],
        due=instant(row["due"]),
        kind=row["kind"],
        subject=row["subject"],
        correlation=row["correlation"],
        station=row["station"],
    )
