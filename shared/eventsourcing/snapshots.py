"""Snapshots: folded states of long streams, kept under the version of the code that folded them."""

from __future__ import annotations

from sqlalchemy import text

from shared.eventsourcing.database import Database


class SqlSnapshots:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, stream: str, fold: str) -> tuple[int, bytes] | None:
        statement = text("SELECT version, state FROM snapshots WHERE stream = :s AND fold = :f")
        async with self._database.reading() as tx:
            row = (await tx.execute(statement, {"s": stream, "f": fold})).one_or_none()
        return None if row is None else (row[0], bytes(row[1]))

    async def save(self, stream: str, fold: str, version: int, state: bytes) -> None:
        """An older snapshot never takes the place of a newer one."""
        statement = text(
            "INSERT INTO snapshots (stream, fold, version, state) VALUES (:s, :f, :v, :d) "
            "ON CONFLICT (stream) DO UPDATE SET fold = excluded.fold, version = excluded.version, "
            "state = excluded.state WHERE snapshots.fold <> excluded.fold OR snapshots.version < excluded.version"
        )
        async with self._database.writing() as tx:
            await tx.execute(statement, {"s": stream, "f": fold, "v": version, "d": state})
