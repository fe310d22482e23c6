"""The console's inbox: what waits for the holder of an account, and what a station is to pass on by word."""

from collections.abc import Hashable
from typing import Any, ClassVar

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text

from services.notify.domain.delivery import Delivered, DeliveryEvent, DeliveryPlanned, Read
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import microseconds

VALUES: TypeAdapter[dict[str, str | Sealed]] = TypeAdapter(dict[str, str | Sealed])

inbox = Table(
    "inbox",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("account", Text),
    Column("station", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("template_version", BigInteger, nullable=False),
    Column("values", Text, nullable=False),
    Column("delivered_at", BigInteger),
    Column("read_at", BigInteger),
    Column("read_by", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("inbox_of_account", "account", "read_at", "position"),
    Index("inbox_of_station", "station", "read_at", "position"),
)


class Inbox(RowProjection):
    """A row for each message that goes to an inbox; it is shown once it is delivered."""

    name: ClassVar[str] = "inbox"
    tables: ClassVar[tuple[Table, ...]] = (inbox,)

    def key(self, recorded: Recorded) -> Hashable | None:
        event = recorded.event
        return event.about.delivery if isinstance(event, DeliveryEvent) and event.about.channel == "inbox" else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        version = {"version": recorded.stored.version}
        match recorded.event:
            case DeliveryPlanned(about=about) as planned:
                return {
                    "id": about.delivery,
                    "account": planned.account,
                    "station": planned.station,
                    "code": about.code,
                    "case_id": about.case,
                    "template": about.template,
                    "template_version": planned.template_version,
                    "values": VALUES.dump_json(dict(planned.variables)).decode(),
                    "delivered_at": None,
                    "read_at": None,
                    "read_by": "",
                    "position": recorded.stored.position,
                    **version,
                }
            case Delivered(delivered_at=at):
                return {**(row or {}), "delivered_at": microseconds(at), **version}
            case Read(read_at=at):
                by = recorded.stored.decoded_meta().actor
                return {**(row or {}), "read_at": microseconds(at), "read_by": by, **version}
            case _:
                return {**(row or {}), **version}
