"""Two small services that talk over Kafka: `desk` counts parcels in and tells `shelf`, which keeps a table of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, ClassVar

from pydantic import BaseModel
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, select

from shared.eventsourcing.commands import Handled, StreamType, derived_id
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.events import Event
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.eventsourcing.runtime import Runtime, Settings
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Clock, Meta, system_clock

MASTER, DEPLOYMENT = b"m" * 32, b"d" * 32
WHO = Meta(actor="clerk", role="clerk", station="s1")


class Scan(BaseModel, frozen=True):
    parcel: str
    note: Sealed | None = None


class ParcelScanned(Event, frozen=True):
    stored_as: ClassVar[str] = "parcel-scanned"
    parcel: str
    times: int
    note: Sealed | None = None


class ParcelTold(BaseModel, frozen=True):
    event_type: ClassVar[str] = "test.parcel.scanned.v1"
    parcel: str
    times: int
    note: Sealed | None = None


def _decide(command: Scan, times: int) -> list[ParcelScanned]:
    return [ParcelScanned(parcel=command.parcel, times=times + 1, note=command.note)]


PARCEL: StreamType[Scan, int, ParcelScanned] = StreamType(
    "parcel", Decider(0, _decide, lambda _, event: event.times), (ParcelScanned,)
)

shelf_table = Table(
    "shelf",
    MetaData(),
    Column("parcel", Text, primary_key=True),
    Column("times", BigInteger, nullable=False),
    Column("order_kept", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
)


class Shelf(RowProjection):
    name: ClassVar[str] = "shelf"
    tables: ClassVar[tuple[Table, ...]] = (shelf_table,)

    def key(self, recorded: Recorded) -> Hashable | None:
        event = recorded.event
        return event.parcel if isinstance(event, ParcelTold | ParcelScanned) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        event = recorded.event
        assert isinstance(event, ParcelTold | ParcelScanned)
        before = row or {"parcel": event.parcel, "times": 0, "order_kept": 1, "note": ""}
        in_order = before["order_kept"] and event.times == before["times"] + 1
        note = event.note.model_dump_json() if event.note else before["note"]
        return before | {"times": event.times, "order_kept": int(in_order), "note": note}


def desk(database: str, kafka: str, topic: str, clock: Clock = system_clock) -> Runtime:
    runtime = Runtime(Settings("desk", "test", database, kafka, MASTER, DEPLOYMENT), PARCEL.events, {}, clock=clock)
    runtime.project(Shelf())

    def tell(event: Event, leave: Callable[[Sealed], Sealed]) -> tuple[str, str, BaseModel] | None:
        if not isinstance(event, ParcelScanned):
            return None
        note = leave(event.note) if event.note else None
        return topic, event.parcel, ParcelTold(parcel=event.parcel, times=event.times, note=note)

    runtime.relay(tell, [topic])
    return runtime


def shelf(database: str, kafka: str, topic: str, clock: Clock = system_clock) -> Runtime:
    contracts = {ParcelTold.event_type: ParcelTold}
    runtime = Runtime(Settings("shelf", "test", database, kafka, MASTER, DEPLOYMENT), (), contracts, clock=clock)
    runtime.project(Shelf())
    runtime.receive([topic])
    return runtime


async def scan(runtime: Runtime, parcel: str, command_id: str, note: Sealed | None = None) -> Handled:
    command = Scan(parcel=parcel, note=note)
    return await runtime.commands.handle(PARCEL, parcel, command, WHO, derived_id("scan", command_id))


async def rows(runtime: Runtime) -> dict[str, tuple[int, int]]:
    async with runtime.database.reading() as tx:
        found = (await tx.execute(select(shelf_table))).mappings().all()
    return {row["parcel"]: (row["times"], row["order_kept"]) for row in found}
