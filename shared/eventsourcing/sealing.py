"""Sealing: personal values encrypted with a key of their person; erasing the person deletes the key.

AES-256-GCM by `cryptography`. Every key is random, kept in the `keys` table wrapped by the master key, and bound to its
id. On the way between services a value is encrypted with the deployment's key and sealed anew on arrival.
"""

from __future__ import annotations

import base64
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel
from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.eventsourcing.database import Database
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Clock, microseconds, system_clock

_STORE, _DEPLOYMENT, _ERASED = "s1.", "d1.", "x1."
_NONCE = 12
_CACHED = 5_000
_CACHED_SECONDS = 30.0
"""How long a key is held in memory: so long may another replica still read a person who was erased."""
_LOCK_ID = 72_012


class Erased(Exception):
    """The key is gone: the person's data was erased, and nobody can read this any more."""

    def __init__(self, of: str) -> None:
        super().__init__(f"the data of {of} was erased and cannot be read")
        self.of = of


class Unreadable(Exception):
    """A box that was not made with this deployment's keys, or was altered."""


class Vault:
    """Seals and opens values. One per service; `master` and `deployment` are 32 bytes each, from the settings."""

    def __init__(self, database: Database, master: bytes, deployment: bytes, clock: Clock = system_clock) -> None:
        self._database = database
        self._master = AESGCM(master)
        self._deployment = AESGCM(deployment)
        self._clock = clock
        self._open_keys: OrderedDict[str, tuple[AESGCM, float]] = OrderedDict()

    # For values of this store

    async def seal(self, of: str, value: str, linked_to: Iterable[str] = ()) -> Sealed:
        """Seals a value under the key `of`; `linked_to` are the persons whose erasure takes that key along."""
        key = (await self.keys([of], {of: tuple(linked_to)}))[of]
        return _enclose(key, of, value, _STORE)

    async def sealer(
        self, ids: Iterable[str], links: dict[str, tuple[str, ...]] | None = None
    ) -> Callable[[str, str], Sealed]:
        """Makes the keys of many ids at once and answers `seal(of, value)` over them, for batches."""
        keys = await self.keys(ids, links)
        return lambda of, value: _enclose(keys[of], of, value, _STORE)

    async def seal_all(
        self, of: str, values: Sequence[str | None], linked_to: Iterable[str] = ()
    ) -> list[Sealed | None]:
        """Several values under one key; None stays None."""
        key = (await self.keys([of], {of: tuple(linked_to)}))[of]
        return [None if value is None else _enclose(key, of, value, _STORE) for value in values]

    async def open(self, sealed: Sealed) -> str:
        """The value in clear. Callers record the read; raises `Erased` when the key is gone."""
        (value,) = await self.open_all([sealed])
        if value is None:
            raise Erased(sealed.of)
        return value

    async def open_all(self, sealed: Sequence[Sealed]) -> list[str | None]:
        """The values in clear, None for those whose key is gone."""
        keys = await self._existing({item.of for item in sealed})
        return [
            _disclose(keys[item.of], item) if item.of in keys and not item.box.startswith(_ERASED) else None
            for item in sealed
        ]

    # Between services

    def enclose(self, of: str, value: str) -> Sealed:
        """Encrypts a value with the deployment's key, for a contract."""
        return _enclose(self._deployment, of, value, _DEPLOYMENT)

    async def enclose_all(self, sealed: Sequence[Sealed]) -> list[Sealed]:
        """Sealed values of this store made ready to leave; what was erased leaves as an empty mark of that."""
        values = await self.open_all(sealed)
        return [
            Sealed(of=item.of, box=_ERASED) if value is None else self.enclose(item.of, value)
            for item, value in zip(sealed, values, strict=True)
        ]

    async def reseal(self, bodies: Sequence[bytes]) -> list[bytes]:
        """JSON bodies as they arrived, with every value of the deployment's key sealed anew for this store.

        Keys that do not exist yet are made; what concerns a person who was erased here stays unreadable.
        """
        if not any(b'"box"' in body for body in bodies):
            return list(bodies)
        parsed = [orjson.loads(body) if b'"box"' in body else None for body in bodies]
        found: list[dict[str, Any]] = []
        for body in parsed:
            _boxes(body, found)
        # Opened before any key is made: what is not of this deployment leaves no trace in the table of keys.
        values = [_disclose(self._deployment, Sealed(of=box["of"], box=box["box"])) for box in found]
        keys = await self.keys({box["of"] for box in found})
        for box, value in zip(found, values, strict=True):
            box["box"] = _enclose(keys[box["of"]], box["of"], value, _STORE).box
        return [
            body if changed is None else orjson.dumps(changed) for body, changed in zip(bodies, parsed, strict=True)
        ]

    # Keys

    async def keys(self, ids: Iterable[str], links: dict[str, tuple[str, ...]] | None = None) -> dict[str, AESGCM]:
        """The keys of these ids, made where there are none.

        An id that was erased, or that is linked to a person who was, gets a key that is thrown away.
        """
        wanted = set(ids)
        new_links = sorted((person, of) for of, persons in (links or {}).items() for person in persons if person != of)
        keys = await self._existing(wanted)
        missing = wanted - keys.keys()
        if missing or new_links:
            async with self._database.writing() as tx:
                await self._lock(tx, "_shared")
                gone = await self._erased(tx, missing | {person for person, _ in new_links})
                lost = gone | {of for person, of in new_links if person in gone}
                for of in sorted(wanted & lost):
                    keys[of] = AESGCM(AESGCM.generate_key(256))
                made = microseconds(self._clock())
                rows = [{"id": of, "w": self._wrap(of), "m": made} for of in sorted(missing - lost)]
                if rows:
                    await tx.execute(_INSERT_KEY, rows)
                kept = [{"p": person, "k": of} for person, of in new_links if of not in lost]
                if kept:
                    await tx.execute(_INSERT_LINK, kept)
            keys |= await self._existing(missing - keys.keys())
        # What was erased between the two looks gets a key that is thrown away as well.
        return {of: keys.get(of) or AESGCM(AESGCM.generate_key(256)) for of in wanted}

    async def holds(self, of: str) -> bool:
        """Whether there is a key of this id: what is sealed under one that was erased nobody ever reads."""
        return of in await self._existing([of])

    async def erase(self, person: str) -> int:
        """Deletes the person's key and every key linked to the person; answers how many were deleted.

        None of them is ever made again: what arrives later for them stays unreadable.
        """
        async with self._database.writing() as tx:
            await self._lock(tx)
            rows = await tx.execute(text("SELECT key FROM key_links WHERE person = :p"), {"p": person})
            ids = [person, *rows.scalars()]
            deleted = await tx.execute(_DELETE_KEYS, {"ids": ids})
            await tx.execute(text("DELETE FROM key_links WHERE person = :p"), {"p": person})
            for id_ in ids:
                await tx.execute(_INSERT_ERASED, {"i": id_, "a": microseconds(self._clock())})
        for id_ in ids:
            self._open_keys.pop(id_, None)
        return deleted.rowcount

    async def _lock(self, tx: AsyncConnection, kind: str = "") -> None:
        """No key is made while one is erased, by whichever replica."""
        if self._database.dialect == "postgresql":
            await tx.execute(text(f"SELECT pg_advisory_xact_lock{kind}({_LOCK_ID})"))

    async def _existing(self, ids: Iterable[str]) -> dict[str, AESGCM]:
        now = time.monotonic()
        keys = {}
        absent = []
        for id_ in ids:
            key, until = self._open_keys.get(id_, (None, 0.0))
            if key is None or until < now:
                self._open_keys.pop(id_, None)
                absent.append(id_)
            else:
                keys[id_] = key
        for at in range(0, len(absent), 500):
            async with self._database.reading() as tx:
                rows = (await tx.execute(_SELECT_KEYS, {"ids": absent[at : at + 500]})).all()
            for id_, wrapped in rows:
                keys[id_] = self._unwrap(id_, bytes(wrapped))
                self._open_keys[id_] = (keys[id_], now + _CACHED_SECONDS)
        while len(self._open_keys) > _CACHED:
            self._open_keys.popitem(last=False)
        return keys

    async def _erased(self, tx: AsyncConnection, ids: Iterable[str]) -> set[str]:
        wanted = sorted(ids)
        if not wanted:
            return set()
        return set((await tx.execute(_SELECT_ERASED, {"ids": wanted})).scalars())

    def _wrap(self, of: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._master.encrypt(nonce, AESGCM.generate_key(256), of.encode())

    def _unwrap(self, of: str, wrapped: bytes) -> AESGCM:
        try:
            return AESGCM(self._master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], of.encode()))
        except InvalidTag:
            raise Unreadable(
                f"the key of {of} does not open with this master key: set WANGGE_MASTER_KEY to the one it was made with"
            ) from None


_SELECT_KEYS = text("SELECT id, wrapped FROM keys WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))
_DELETE_KEYS = text("DELETE FROM keys WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))
_SELECT_ERASED = text("SELECT id FROM erased WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))
_INSERT_KEY = text("INSERT INTO keys (id, wrapped, made) VALUES (:id, :w, :m) ON CONFLICT (id) DO NOTHING")
_INSERT_ERASED = text("INSERT INTO erased (id, at) VALUES (:i, :a) ON CONFLICT (id) DO NOTHING")
_INSERT_LINK = text("INSERT INTO key_links (person, key) VALUES (:p, :k) ON CONFLICT DO NOTHING")


def _enclose(key: AESGCM, of: str, value: str, scheme: str) -> Sealed:
    nonce = os.urandom(_NONCE)
    box = nonce + key.encrypt(nonce, value.encode(), of.encode())
    return Sealed(of=of, box=scheme + base64.urlsafe_b64encode(box).decode())


def _disclose(key: AESGCM, sealed: Sealed) -> str:
    try:
        box = base64.urlsafe_b64decode(sealed.box.partition(".")[2])
        return key.decrypt(box[:_NONCE], box[_NONCE:], sealed.of.encode()).decode()
    except (InvalidTag, ValueError):
        raise Unreadable(f"the box of {sealed.of} was not made with this key, or was altered") from None


def _boxes(body: object, found: list[dict[str, Any]]) -> None:
    """Collects every deployment-encrypted value in a parsed JSON body, however deep it lies."""
    left = [body]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            box = value.get("box")
            if value.keys() == {"of", "box"} and isinstance(box, str) and box.startswith(_DEPLOYMENT):
                found.append(value)
            else:
                left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)


def sealed_in(value: object) -> list[Sealed]:
    """Every sealed value within an event, a command or a part of one."""
    if isinstance(value, Sealed):
        return [value]
    if isinstance(value, BaseModel):
        return [found for part in value.__dict__.values() for found in sealed_in(part)]
    if isinstance(value, tuple | list):
        return [found for part in value for found in sealed_in(part)]
    return []
