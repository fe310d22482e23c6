"""Parking: what cannot be handled is kept where people see it, and settled by them: retried, or dropped with a reason.

A parked message is an event in the store (so nothing is lost and the chain covers it) and a row to look at. Its payload
is sealed. It never blocks what comes after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel
from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, func, select

from shared.eventsourcing.database import Database
from shared.eventsourcing.events import Event
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import StoredEvent, microseconds

Cause: TypeAlias = Literal["unreadable", "invalid", "changed", "refused", "row"]
"""No CloudEvent; not what its type promises; same id with other contents; refused by a policy; a bad row of a file."""


class Origin(BaseModel, frozen=True):
    """Where a parked message came from; no personal value."""

    topic: str = ""
    partition: int = -1
    offset: int = -1
    source: str = ""
    event_id: str = ""
    policy: str = ""
    position: int = 0
    """Of the event in this store that a policy was refused."""
    file: str = ""
    line: int = 0


class MessageParked(Event, frozen=True):
    """A message could not be handled and waits for a person (搁置)."""

    stored_as: ClassVar[str] = "message-parked"
    id: str
    cause: Cause
    detail: str
    """What is wrong with it, without any value out of it."""
    origin: Origin
    message_type: str
    payload: Sealed | None
    size: int
    parked_at: AwareDatetime


class ParkedRetried(Event, frozen=True):
    """A parked message was tried again and went through (重试成功)."""

    stored_as: ClassVar[str] = "parked-retried"
    id: str
    retried_at: AwareDatetime


class ParkedRetryFailed(Event, frozen=True):
    """A parked message was tried again and is still refused (重试未成)."""

    stored_as: ClassVar[str] = "parked-retry-failed"
    id: str
    detail: str
    retried_at: AwareDatetime


class ParkedDropped(Event, frozen=True):
    """A person decided that a parked message is not to be handled, and why (放弃)."""

    stored_as: ClassVar[str] = "parked-dropped"
    id: str
    reason: str
    dropped_at: AwareDatetime


EVENTS: tuple[type[Event], ...] = (MessageParked, ParkedRetried, ParkedRetryFailed, ParkedDropped)

parked = Table(
    "parked",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("cause", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("station", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("retries", Integer, nullable=False),
    Column("settled_because", Text, nullable=False),
    Index("parked_by_state", "state", "cause", "position"),
)

State: TypeAlias = Literal["waiting", "retried", "dropped"]


class ParkedMessage(BaseModel, frozen=True):
    """A row for the operator: everything but the payload."""

    id: str
    position: int
    cause: Cause
    detail: str
    origin: Origin
    type: str
    size: int
    at: int
    station: str
    state: State
    retries: int
    settled_because: str


class Parked(Projection):
    """The list of parked messages."""

    name: ClassVar[str] = "parked"
    tables: ClassVar[tuple[Table, ...]] = (parked,)

    def concerns(self, recorded: Recorded) -> bool:
        return type(recorded.event) in _PARKING

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        mine = [(stored, event) for event, stored in events if isinstance(event, _PARKING)]
        if not mine:
            return
        current: dict[Any, dict[str, Any]] = await rows.load(parked, (what.id for _, what in mine))
        changed: dict[str, dict[str, Any]] = {}
        for event, what in mine:
            if isinstance(what, MessageParked):
                row = _row(event, what)
            else:
                row = {**current[what.id]}
                match what:
                    case ParkedRetried():
                        row |= {"state": "retried", "retries": row["retries"] + 1}
                    case ParkedRetryFailed():
                        row |= {"retries": row["retries"] + 1, "detail": what.detail}
                    case ParkedDropped():
                        row |= {"state": "dropped", "settled_because": what.reason}
            current[what.id] = changed[what.id] = row
        await rows.put(parked, list(changed.values()))


def _row(event: StoredEvent, what: MessageParked) -> dict[str, Any]:
    return {
        "id": what.id,
        "position": event.position,
        "cause": what.cause,
        "detail": what.detail,
        "origin": what.origin.model_dump_json(exclude_defaults=True),
        "type": what.message_type,
        "payload": what.payload.model_dump_json() if what.payload is not None else "",
        "size": what.size,
        "at": microseconds(what.parked_at),
        "station": event.decoded_meta().station,
        "state": "waiting",
        "retries": 0,
        "settled_because": "",
    }


_PARKING = (MessageParked, ParkedRetried, ParkedRetryFailed, ParkedDropped)


async def waiting(
    database: Database, *, state: State = "waiting", cause: str | None = None, after: int = 0, limit: int = 100
) -> list[ParkedMessage]:
    """Parked messages in the order in which they were parked, after a position."""
    statement = select(parked).where(parked.c.state == state, parked.c.position > after)
    if cause is not None:
        statement = statement.where(parked.c.cause == cause)
    async with database.reading() as tx:
        rows = (await tx.execute(statement.order_by(parked.c.position).limit(limit))).mappings().all()
    return [ParkedMessage(**{**row, "origin": Origin.model_validate_json(row["origin"])}) for row in rows]


async def find(database: Database, id_: str) -> tuple[ParkedMessage, Sealed | None] | None:
    """One parked message and its sealed payload."""
    async with database.reading() as tx:
        row = (await tx.execute(select(parked).where(parked.c.id == id_))).mappings().one_or_none()
    if row is None:
        return None
    payload = Sealed.model_validate_json(row["payload"]) if row["payload"] else None
    return ParkedMessage(**{**row, "origin": Origin.model_validate_json(row["origin"])}), payload


async def count(database: Database) -> dict[str, int]:
    """How many wait, by cause."""
    statement = select(parked.c.cause, func.count()).where(parked.c.state == "waiting").group_by(parked.c.cause)
    async with database.reading() as tx:
        return dict((await tx.execute(statement)).all())
