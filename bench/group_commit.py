"""The reference writer: what waits is inserted as one statement by plain asyncpg; no single writer is faster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg  # type: ignore[import-untyped]

SCHEMA = """
CREATE TABLE ev (
  pos bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  stream text NOT NULL, version int NOT NULL, type text NOT NULL, body bytea NOT NULL, UNIQUE (stream, version));
CREATE UNIQUE INDEX ev_tail ON ev (xid, pos);
"""
INSERT = (
    "INSERT INTO ev (stream, version, type, body) SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::bytea[])"
)
_LARGEST = 500

Row = tuple[str, int, str, bytes]


class GroupCommit:
    def __init__(self, connection: Any, committed: Callable[[int], None] = lambda _count: None) -> None:
        self._connection = connection
        self._committed = committed
        self._waiting: list[tuple[Row, asyncio.Future[None]]] = []
        self._drain: asyncio.Task[None] | None = None

    @classmethod
    async def connect(cls, dsn: str) -> GroupCommit:
        connection = await asyncpg.connect(dsn)
        await connection.execute(SCHEMA)
        return cls(connection)

    async def append(self, row: Row) -> None:
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append((row, answer))
        if self._drain is None:
            self._drain = asyncio.create_task(self._commit_all())
        await answer

    async def _commit_all(self) -> None:
        await asyncio.sleep(0)
        while self._waiting:
            group, self._waiting = self._waiting[:_LARGEST], self._waiting[_LARGEST:]
            await self._connection.fetch(INSERT, *zip(*(row for row, _ in group), strict=True))
            self._committed(len(group))
            for _, answer in group:
                answer.set_result(None)
        self._drain = None

    async def close(self) -> None:
        await self._connection.close()
