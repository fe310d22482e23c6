"""The accounts as intake knows them, with the password's hash, which no other service gets."""

from collections.abc import Hashable
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Column, MetaData, Table, Text, func, select

from services.intake.domain.account import (
    AccountClosed,
    AccountOpened,
    PasswordSet,
    PostsChanged,
    SignedOutEverywhere,
)
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Recorded, RowProjection

accounts = Table(
    "accounts",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("posts", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("password_hash", Text, nullable=False),
)

_EVENTS = (AccountOpened, PostsChanged, PasswordSet, SignedOutEverywhere, AccountClosed)


class Accounts(RowProjection):
    name: ClassVar[str] = "accounts"
    tables: ClassVar[tuple[Table, ...]] = (accounts,)

    def key(self, recorded: Recorded) -> Hashable | None:
        return recorded.event.account if isinstance(recorded.event, _EVENTS) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        match recorded.event:
            case AccountOpened(account=id_, name=name, password_hash=hash_):
                posts = _posts(recorded.event)
                return {
                    "id": id_,
                    "name": name,
                    "posts": posts,
                    "active": True,
                    "generation": 1,
                    "password_hash": hash_,
                }
            case PostsChanged():
                return {**(row or {}), "posts": _posts(recorded.event)}
            case PasswordSet(password_hash=hash_, generation=generation):
                return {**(row or {}), "password_hash": hash_, "generation": generation}
            case SignedOutEverywhere(generation=generation):
                return {**(row or {}), "generation": generation}
            case AccountClosed(generation=generation):
                return {**(row or {}), "active": False, "posts": "[]", "generation": generation}
            case _:
                return None


def _posts(event: AccountOpened | PostsChanged) -> str:
    return "[" + ",".join(post.model_dump_json() for post in event.posts) + "]"


async def find(database: Database, id_: str) -> dict[str, Any] | None:
    async with database.reading() as tx:
        row = (await tx.execute(select(accounts).where(accounts.c.id == id_))).mappings().one_or_none()
    return None if row is None else dict(row)


async def count(database: Database) -> int:
    async with database.reading() as tx:
        return (await tx.execute(select(func.count()).select_from(accounts))).scalar_one()


async def everyone(database: Database) -> list[dict[str, Any]]:
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(select(accounts).order_by(accounts.c.name))).mappings()]
