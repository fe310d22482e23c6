"""Which token opens which report, and every opening of a hidden identity."""

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Column, MetaData, Table, Text, select

from services.intake.domain.reporter import AccessIssued, AccessRevoked, IdentityOpened
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.eventsourcing.store import microseconds

accesses = Table(
    "reporter_accesses",
    MetaData(),
    Column("token_hash", Text, primary_key=True),
    Column("access", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

openings = Table(
    "identity_openings",
    MetaData(),
    Column("opening", Text, primary_key=True),
    Column("report", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
)


class Accesses(RowProjection):
    name: ClassVar[str] = "reporter-accesses"
    tables: ClassVar[tuple[Table, ...]] = (accesses,)

    def key(self, recorded: Recorded) -> Hashable | None:
        match recorded.event:
            case AccessIssued(token_hash=hash_) | AccessRevoked(token_hash=hash_):
                return hash_
            case _:
                return None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        match recorded.event:
            case AccessIssued() as issued:
                return {
                    "token_hash": issued.token_hash,
                    "access": issued.access,
                    "report": issued.report,
                    "holder": issued.holder,
                    "live": True,
                    "expires_at": microseconds(issued.expires_at),
                }
            case _:
                return {**(row or {}), "live": False}


class Openings(RowProjection):
    name: ClassVar[str] = "identity-openings"
    tables: ClassVar[tuple[Table, ...]] = (openings,)

    def key(self, recorded: Recorded) -> Hashable | None:
        return recorded.event.opening if isinstance(recorded.event, IdentityOpened) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        opened = recorded.event
        assert isinstance(opened, IdentityOpened), "the key is only that of openings"
        return {
            "opening": opened.opening,
            "report": opened.report,
            "code": opened.code,
            "station": recorded.stored.decoded_meta().station,
            "purpose": opened.purpose,
            "reason": opened.reason.model_dump_json(),
            "by": opened.by,
            "opened_at": microseconds(opened.opened_at),
            "position": recorded.stored.position,
        }


# Queries


async def find_access(database: Database, token_hash: str) -> dict[str, Any] | None:
    async with database.reading() as tx:
        row = (await tx.execute(select(accesses).where(accesses.c.token_hash == token_hash))).mappings().first()
    return None if row is None else dict(row)


async def list_openings(database: Database, before: int | None, limit: int) -> Sequence[dict[str, Any]]:
    """The newest first."""
    statement = select(openings).order_by(openings.c.position.desc()).limit(limit)
    if before is not None:
        statement = statement.where(openings.c.position < before)
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement)).mappings()]
