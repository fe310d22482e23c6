"""The accounts as a service other than intake knows them: a read model of what intake tells, and who a session is."""

from collections.abc import Hashable
from typing import Any, ClassVar

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Boolean, Column, MetaData, Table, Text, select

from shared.access.actors import Actor, Post
from shared.contracts.register import AccountChanged
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.web.sessions import Session

POSTS: TypeAdapter[tuple[Post, ...]] = TypeAdapter(tuple[Post, ...])

accounts = Table(
    "accounts",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("posts", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("generation", BigInteger, nullable=False),
)


class Accounts(RowProjection):
    """Who may do what here."""

    name: ClassVar[str] = "accounts"
    tables: ClassVar[tuple[Table, ...]] = (accounts,)

    def key(self, recorded: Recorded) -> Hashable | None:
        return recorded.event.account if isinstance(recorded.event, AccountChanged) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        event = recorded.event
        assert isinstance(event, AccountChanged), "the key is only that of accounts"
        return {
            "id": event.account,
            "name": event.name,
            "posts": "[" + ",".join(post.model_dump_json() for post in event.posts) + "]",
            "active": event.active,
            "generation": event.generation,
        }


def actor_of(row: Any) -> Actor:
    return Actor(row["id"], row["name"], POSTS.validate_json(row["posts"]))


class Who:
    """The account of a session as it is now: its posts may have changed, and it may have signed out everywhere."""

    def __init__(self, database: Database, table: Table = accounts) -> None:
        self._database = database
        self._table = table

    async def __call__(self, session: Session) -> Actor | None:
        async with self._database.reading() as tx:
            found = await tx.execute(select(self._table).where(self._table.c.id == session.account))
            row = found.mappings().one_or_none()
        if row is None or not row["active"] or row["generation"] != session.generation:
            return None
        return actor_of(row)
