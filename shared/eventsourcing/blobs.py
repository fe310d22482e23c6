"""Blobs: files kept sealed beside the events, in parts, so that no file is ever in memory as a whole.

AES-256-GCM, each part by itself and bound to its blob, its place and whether it is the last: parts cannot be left out,
exchanged or put behind one another. The key is that of the matter: erasing it makes the file unreadable.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text
from uuid_utils import uuid7

from shared.eventsourcing.database import Database
from shared.eventsourcing.sealing import Erased, Unreadable, Vault
from shared.eventsourcing.store import Clock, microseconds, system_clock

PART = 512 * 1024
_NONCE = 12


class Blobs(Protocol):
    """Where sealed files lie: this database, or another store that keeps parts under a name."""

    async def keep(self, of: str, parts: AsyncIterator[bytes], linked_to: Iterable[str] = ()) -> str:
        """Keeps a file sealed under the key `of`, and answers the blob's id."""
        ...

    def read(self, blob: str, of: str) -> AsyncIterator[bytes]:
        """The file's parts in clear; `Erased` where the key is gone. Callers record the read."""
        ...

    async def drop(self, blob: str) -> None: ...


class SqlBlobs:
    """Blobs in the service's own database: one back-up holds everything."""

    def __init__(self, database: Database, vault: Vault, clock: Clock = system_clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    async def keep(self, of: str, parts: AsyncIterator[bytes], linked_to: Iterable[str] = ()) -> str:
        key = (await self._vault.keys([of], {of: tuple(linked_to)}))[of]
        if not await self._vault.holds(of):
            raise Erased(of)
        blob, number, held = str(uuid7()), 0, None
        try:
            async for part in parts:
                if held is not None:
                    await self._put(blob, number, _enclosed(key, held, _bound(blob, number, last=False)))
                    number += 1
                held = part
            await self._put(blob, number, _enclosed(key, held or b"", _bound(blob, number, last=True)))
        except BaseException:
            await self.drop(blob)
            raise
        return blob

    async def read(self, blob: str, of: str) -> AsyncIterator[bytes]:
        if not await self._vault.holds(of):
            raise Erased(of)
        key = (await self._vault.keys([of]))[of]
        async with self._database.reading() as tx:
            last = (await tx.execute(_LAST, {"id": blob})).scalar_one_or_none()
        if last is None:
            raise Unreadable(f"the blob {blob} is not here: restore the database from a back-up that holds it")
        for number in range(last + 1):
            async with self._database.reading() as tx:
                box = (await tx.execute(_PART, {"id": blob, "part": number})).scalar_one_or_none()
            try:
                raw = bytes(box or b"")
                yield key.decrypt(raw[:_NONCE], raw[_NONCE:], _bound(blob, number, last=number == last))
            except (InvalidTag, ValueError):
                raise Unreadable(f"part {number} of the blob {blob} is missing or was altered") from None

    async def drop(self, blob: str) -> None:
        async with self._database.writing() as tx:
            await tx.execute(_DROP, {"id": blob})

    async def _put(self, blob: str, number: int, box: bytes) -> None:
        values = {"id": blob, "part": number, "box": box, "made": microseconds(self._clock())}
        async with self._database.writing() as tx:
            await tx.execute(_PUT, values)


def _bound(blob: str, number: int, *, last: bool) -> bytes:
    return f"{blob}/{number}/{'last' if last else 'more'}".encode()


def _enclosed(key: AESGCM, part: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + key.encrypt(nonce, part, bound)


_PUT = text("INSERT INTO blobs (id, part, box, made) VALUES (:id, :part, :box, :made)")
_LAST = text("SELECT max(part) FROM blobs WHERE id = :id")
_PART = text("SELECT box FROM blobs WHERE id = :id AND part = :part")
_DROP = text("DELETE FROM blobs WHERE id = :id")
