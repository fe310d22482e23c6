"""Tallies: counts of what is no event, such as requests against a quota, shared by all replicas of a service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.eventsourcing.database import Database


class Limit(NamedTuple):
    """At most so many in one span of time: `span` is the number of the minute or day, counted from any beginning."""

    name: str
    span: int
    most: int


class Tallies:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def spend(self, limits: Sequence[Limit], amount: int = 1) -> Limit | None:
        """Counts `amount` against every limit, or against none and answers the limit that stands in the way."""
        try:
            async with self._database.following() as tx:
                for limit in limits:
                    await _spend(tx, limit, amount)
        except _Reached as reached:  # what was counted before it is rolled back
            return reached.limit
        return None

    async def count(self, name: str, span: int, amount: int = 1) -> None:
        async with self._database.following() as tx:
            await tx.execute(_COUNT, {"name": name, "span": span, "amount": amount})

    async def note(self, name: str, value: int) -> None:
        """Keeps the highest value that was noted."""
        async with self._database.following() as tx:
            await tx.execute(_NOTE, {"name": name, "value": value})

    async def read(self, names: Sequence[str], first: int = 0) -> dict[str, dict[int, int]]:
        """What was counted under each of these names, by span, from `first` on."""
        found: dict[str, dict[int, int]] = {name: {} for name in names}
        async with self._database.reading() as tx:
            for name, span, count in (await tx.execute(_READ, {"names": list(names), "first": first})).all():
                found[name][span] = count
        return found


class _Reached(Exception):
    def __init__(self, limit: Limit) -> None:
        self.limit = limit


async def _spend(tx: AsyncConnection, limit: Limit, amount: int) -> None:
    if amount > limit.most:
        raise _Reached(limit)
    values = {"name": limit.name, "span": limit.span, "amount": amount, "most": limit.most}
    if (await tx.execute(_SPEND, values)).first() is None:
        raise _Reached(limit)
    await tx.execute(_FORGET, {"name": limit.name, "span": limit.span})  # the spans before it are over


_INSERT = "INSERT INTO tallies (name, span, count) VALUES (:name, :span, :amount) ON CONFLICT (name, span) DO UPDATE "
_SPEND = text(
    f"{_INSERT} SET count = tallies.count + excluded.count "
    "WHERE tallies.count + excluded.count <= :most RETURNING count"
)
_COUNT = text(f"{_INSERT} SET count = tallies.count + excluded.count")
_NOTE = text(
    "INSERT INTO tallies (name, span, count) VALUES (:name, 0, :value) ON CONFLICT (name, span) "
    "DO UPDATE SET count = excluded.count WHERE excluded.count > tallies.count"
)
_FORGET = text("DELETE FROM tallies WHERE name = :name AND span < :span")
_READ = text("SELECT name, span, count FROM tallies WHERE name IN :names AND span >= :first").bindparams(
    bindparam("names", expanding=True)
)
