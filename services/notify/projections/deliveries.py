"""The deliveries: to whom, by which channel, how far each has come and why it did not come further."""

from collections.abc import Hashable
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text, select

from services.notify.domain.delivery import (
    AttemptBegun,
    Delivered,
    DeliveryEvent,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliveryPlanned,
    DeliverySubmitted,
    DeliveryUnknown,
    Read,
)
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.eventsourcing.store import microseconds

deliveries = Table(
    "deliveries",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("notice", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("account", Text),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("next_attempt_at", BigInteger),
    Column("planned_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("deliveries_by_position", "position"),
    Index("deliveries_by_state", "state", "position"),
    Index("deliveries_by_code", "code", "state"),
    Index("deliveries_by_person", "person"),
    Index("deliveries_by_account", "account", "code"),
)

OPEN: Final = ("planned", "sending", "waiting", "unknown")
"""States in which something is still to happen."""


class Deliveries(RowProjection):
    """A row for each delivery."""

    name: ClassVar[str] = "deliveries"
    tables: ClassVar[tuple[Table, ...]] = (deliveries,)

    def key(self, recorded: Recorded) -> Hashable | None:
        event = recorded.event
        return event.about.delivery if isinstance(event, DeliveryEvent) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        event = recorded.event
        assert isinstance(event, DeliveryEvent), "the key is only that of deliveries"
        after = _planned(event, recorded) if isinstance(event, DeliveryPlanned) else row
        assert after is not None, "a delivery begins with its plan"
        return after | _change(event) | {"version": recorded.stored.version}


def _planned(planned: DeliveryPlanned, recorded: Recorded) -> dict[str, Any]:
    about = planned.about
    return {
        "id": about.delivery,
        "notice": about.notice,
        "template": about.template,
        "case_id": about.case,
        "code": about.code,
        "station": planned.station,
        "person": about.person,
        "account": planned.account,
        "channel": about.channel,
        "attempts": 0,
        "reason": "",
        "detail": "",
        "next_attempt_at": None,
        "planned_at": microseconds(planned.planned_at),
        "position": recorded.stored.position,
    }


def _change(event: DeliveryEvent) -> dict[str, Any]:
    through = {"reason": "", "detail": "", "next_attempt_at": None}
    match event:
        case DeliveryPlanned():
            return {"state": "planned", "changed_at": microseconds(event.planned_at)}
        case AttemptBegun():
            return {
                "state": "sending",
                "attempts": event.attempt,
                "next_attempt_at": None,
                "changed_at": microseconds(event.begun_at),
            }
        case DeliverySubmitted():
            return {"state": "submitted", "changed_at": microseconds(event.submitted_at), **through}
        case Delivered():
            return {"state": "delivered", "changed_at": microseconds(event.delivered_at), **through}
        case Read():
            return {"state": "read", "changed_at": microseconds(event.read_at)}
        case DeliveryFailed(next_attempt_at=again):
            return {
                "state": "failed" if again is None else "waiting",
                "reason": event.reason,
                "detail": event.detail,
                "next_attempt_at": None if again is None else microseconds(again),
                "changed_at": microseconds(event.failed_at),
            }
        case DeliveryGivenUp():
            return {
                "state": "given_up",
                "reason": event.reason,
                "detail": "",
                "next_attempt_at": None,
                "changed_at": microseconds(event.given_up_at),
            }
        case DeliveryUnknown():
            return {
                "state": "unknown",
                "reason": "interrupted",
                "detail": "",
                "next_attempt_at": None,
                "changed_at": microseconds(event.marked_at),
            }


async def open_for(database: Database, person: str) -> list[str]:
    """The deliveries to this person in which something is still to happen."""
    statement = select(deliveries.c.id).where(deliveries.c.person == person, deliveries.c.state.in_(OPEN))
    async with database.reading() as tx:
        return list((await tx.execute(statement.order_by(deliveries.c.position))).scalars())
