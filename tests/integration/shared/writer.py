"""A process that appends without end until it is ended, and says on its output which commands were acknowledged."""

from __future__ import annotations

import asyncio
import sys

from shared.eventsourcing.database import Database
from shared.eventsourcing.migration import migrate
from shared.eventsourcing.sql_store import SqlStore
from shared.eventsourcing.store import ANY_VERSION, Append, Meta, NewEvent, StoreUnavailable, StreamWrite

CALLERS = 6


async def main(url: str, who: str) -> None:
    database = Database(url)
    await migrate(database)
    store = SqlStore(database)
    print("begun", flush=True)

    async def call(caller: int) -> None:
        n = 0
        while True:
            n += 1
            command = f"{who}:{caller}:{n}"
            new = NewEvent("happened", 1, b'{"n":%d}' % n, Meta(actor=who).encoded())
            writes = (StreamWrite(f"own-{who}-{caller}", n - 1, (new,)), StreamWrite("shared", ANY_VERSION, (new,)))
            while True:
                try:
                    stored = await store.append(Append(writes, command))
                except StoreUnavailable as unknown:
                    print(f"# {unknown}", file=sys.stderr, flush=True)
                    continue  # the outcome is unknown: asked again with the same id
                break
            print(f"{command} {stored.position}", flush=True)

    await asyncio.gather(*(call(caller) for caller in range(CALLERS)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
