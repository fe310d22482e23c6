"""The hotline's orders: where each stands, its clocks with their articles; and who has what between 110 and 12345."""

from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final
from zlib import crc32

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    MetaData,
    Table,
    Text,
    and_,
    false,
    func,
    or_,
    select,
)

from services.intake.domain import custody, limits, order
from services.intake.projections.reports import reports
from shared.access.rights import Area
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.eventsourcing.store import microseconds
from shared.law.here import Here
from shared.web.areas import within

orders = Table(
    "orders",
    MetaData(),
    Column("order", Text, primary_key=True),
    Column("report", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("hotline", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("community", Text),
    Column("grid", Text),
    Column("urgency", Text, nullable=False),
    Column("direct", Boolean, nullable=False),
    Column("registered_by", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("resting", Text, nullable=False),
    Column("round", BigInteger, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("assigned_at", BigInteger, nullable=False),
    Column("object_due", BigInteger),
    Column("object_rule", Text, nullable=False),
    Column("answer_due", BigInteger),
    Column("answer_rule", Text, nullable=False),
    Column("extended", Boolean, nullable=False),
    Column("hotline_due", BigInteger),
    Column("stopped", BigInteger),
    Column("answer_overdue", Boolean, nullable=False),
    Column("hotline_overdue", Boolean, nullable=False),
    Column("asked_until", BigInteger),
    Column("notes", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("orders_by_position", "position"),
    Index("orders_by_report", "report"),
)

custodies = Table(
    "custodies",
    MetaData(),
    Column("report", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("community", Text),
    Column("grid", Text),
    Column("first", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("to", Text),
    Column("answer_by", BigInteger),
    Column("settled", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("custodies_by_position", "position"),
)

_FORM: Final = 1
_ENDED: Final = frozenset({"finished", "returned", "closed", "withdrawn", "reopening_asked"})


class Orders(RowProjection):
    """A row for each order. Its clocks come from its events, the city's rules of that day and the calendar alone."""

    name: ClassVar[str] = "orders"
    tables: ClassVar[tuple[Table, ...]] = (orders,)

    def __init__(self, here: Here) -> None:
        self._here = here
        # Other rules or days off give other clocks: the rows are then built anew at the next start.
        self.__dict__["version"] = _FORM * 2**32 + crc32(here.model_dump_json().encode())

    def key(self, recorded: Recorded) -> Hashable | None:
        event = recorded.event
        return event.order if isinstance(event, order.OrderReceived | order.OrderStep) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        event = recorded.event
        if isinstance(event, order.OrderReceived):
            return self._received(event, recorded)
        if row is None:  # a word that came before its order; the order's page reads it from the stream
            return None
        return {**row, **self._changes(row, event), "version": recorded.stored.version}

    def _received(self, event: order.OrderReceived, recorded: Recorded) -> dict[str, Any]:
        return {
            **event.model_dump(
                include={"order", "report", "code", "hotline", "number", "station", "community", "grid"}
            ),
            "urgency": event.urgency,
            "direct": event.direct,
            "registered_by": recorded.stored.decoded_meta().actor,
            "round": 1,
            "assigned_at": microseconds(event.assigned_at),
            "notes": 0,
            "version": recorded.stored.version,
            "position": recorded.stored.position,
            **self._begun(event.received_at, event.urgency, event.answer_by, "received"),
        }

    def _begun(self, at: datetime, urgency: str, hotline_due: datetime | None, stage: str) -> dict[str, Any]:
        """The fields of a new round."""
        objection, answer = limits.objection(at, self._here), limits.answer(at, urgency, self._here)
        return {
            "stage": stage,
            "resting": stage,
            "started": microseconds(at),
            "object_due": None if objection is None else microseconds(objection.due),
            "object_rule": "" if objection is None else objection.rule.id,
            "answer_due": None if answer is None else microseconds(answer.due),
            "answer_rule": "" if answer is None else answer.rule.id,
            "extended": False,
            "hotline_due": None if hotline_due is None else microseconds(hotline_due),
            "stopped": None,
            "answer_overdue": False,
            "hotline_overdue": False,
            "asked_until": None,
        }

    def _changes(self, row: dict[str, Any], event: object) -> dict[str, Any]:
        match event:
            case order.OrderAccepted():
                return {"stage": "accepted"}
            case order.OrderObjected():
                return {"stage": "objected", "resting": row["stage"]}
            case order.ObjectionRuled(upheld=True, ruled_at=at):
                return _ended("returned", at)
            case order.ObjectionRuled():
                return {"stage": row["resting"]}
            case order.ExtensionAsked(until=until):
                return {"asked_until": microseconds(until)}
            case order.ExtensionDecided(approved=True, until=until):
                return {
                    "asked_until": None,
                    "answer_due": microseconds(until),
                    "extended": True,
                    "answer_overdue": False,
                }
            case order.ExtensionDecided():
                return {"asked_until": None}
            case order.OrderFinished(finished_at=at):
                return {**_ended("finished", at), "asked_until": None}
            case order.OrderCalledBack(satisfied=satisfied):
                return {"stage": "closed" if satisfied else "reopening_asked"}
            case order.ReopeningDecided(approved=True, decided_at=at):
                return {**self._begun(at, row["urgency"], None, "accepted"), "round": row["round"] + 1}
            case order.ReopeningDecided():
                return {"stage": "closed"}
            case order.OrderOverdue(clock=clock):
                return {f"{clock}_overdue": True}
            case order.UpdateNoted(noted=None):
                return self._heard(row, event)
            case order.UpdateNoted():
                return {"notes": row["notes"] + 1}
            case _:
                return {}

    def _heard(self, row: dict[str, Any], event: order.UpdateNoted) -> dict[str, Any]:
        match event.kind:
            case "clock_changed":
                assert event.answer_by is not None, "without a time it is no change of the clock"
                return {"hotline_due": microseconds(event.answer_by), "hotline_overdue": False}
            case "withdrawn":
                return _ended("withdrawn", event.noted_at)
            case "reopened":
                stage = "received" if row["stage"] in ("returned", "withdrawn") else "accepted"
                begun = self._begun(event.noted_at, row["urgency"], event.answer_by, stage)
                return {**begun, "round": row["round"] + 1}
            case _:
                return {}


def _ended(stage: str, at: datetime) -> dict[str, Any]:
    return {"stage": stage, "stopped": microseconds(at)}


class Custodies(RowProjection):
    """A row for each matter of which a hand-over was ever spoken; any other is with whoever received it."""

    name: ClassVar[str] = "custodies"
    tables: ClassVar[tuple[Table, ...]] = (custodies,)

    def key(self, recorded: Recorded) -> Hashable | None:
        return recorded.event.matter.report if isinstance(recorded.event, custody.OfCustody) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        event = recorded.event
        assert isinstance(event, custody.OfCustody), "the key is only that of these events"
        before = row or {"to": None, "answer_by": None, "settled": ""}
        after = {**before, **event.matter.model_dump(), "owner": event.owner, "position": recorded.stored.position}
        match event:
            case custody.HandoverProposed(to=to, answer_by=answer_by):
                return {**after, "to": to, "answer_by": microseconds(answer_by)}
            case custody.HandoverAccepted() | custody.HandoverWithdrawn():
                return {**after, "to": None, "answer_by": None}
            case custody.HandoverFailed(article=article):
                return {**after, "to": None, "answer_by": None, "settled": article}
            case custody.ThreeWayCallNoted():
                return {**after, "settled": ""}
            case _:
                return after


# Queries


async def find(database: Database, order_id: str) -> dict[str, Any] | None:
    """An order, by its id, the hotline's number, its report or its case code."""
    columns = (orders.c.order, orders.c.number, orders.c.report, orders.c.code)
    statement = (
        select(orders).where(or_(*(column == order_id for column in columns))).order_by(orders.c.position.desc())
    )
    async with database.reading() as tx:
        row = (await tx.execute(statement.limit(1))).mappings().first()
    return None if row is None else dict(row)


async def list_orders(
    database: Database,
    areas: Sequence[Area],
    actor: str,
    *,
    stage: str | None = None,
    open_only: bool = False,
    number: str | None = None,
    overdue_at: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """The newest first, within what the actor may see; those over their time at a moment, marked or not yet."""
    statement = select(orders).join(reports, _SAME_ORDER).where(_visible(areas, actor, orders.c.registered_by == actor))
    if stage is not None:
        statement = statement.where(orders.c.stage == stage)
    if number is not None:
        statement = statement.where(orders.c.number == number)
    if open_only:
        statement = statement.where(orders.c.stage.not_in(("closed", "returned", "withdrawn")))
    if overdue_at is not None:
        late = or_(orders.c.answer_due < overdue_at, orders.c.hotline_due < overdue_at)
        running = and_(orders.c.stopped.is_(None), late)
        statement = statement.where(or_(orders.c.answer_overdue, orders.c.hotline_overdue, running))
    if before is not None:
        statement = statement.where(orders.c.position < before)
    async with database.reading() as tx:
        rows = await tx.execute(statement.order_by(orders.c.position.desc()).limit(limit))
        return [dict(row) for row in rows.mappings()]


async def count(database: Database, areas: Sequence[Area], actor: str) -> dict[str, int]:
    """How many orders there are in each stage."""
    visible = _visible(areas, actor, orders.c.registered_by == actor)
    counted = select(orders.c.stage, func.count()).join(reports, _SAME_ORDER)
    statement = counted.where(visible).group_by(orders.c.stage)
    async with database.reading() as tx:
        return {stage: number for stage, number in await tx.execute(statement)}  # noqa: C416


async def list_waiting(database: Database, areas: Sequence[Area], actor: str, limit: int = 50) -> list[dict[str, Any]]:
    """Hand-overs that wait for an answer, the most urgent first."""
    joined = select(custodies).join(reports, reports.c.report == custodies.c.report)
    statement = joined.where(_visible(areas, actor, false()), custodies.c.to.is_not(None))
    async with database.reading() as tx:
        rows = await tx.execute(statement.order_by(custodies.c.answer_by).limit(limit))
        return [dict(row) for row in rows.mappings()]


_SAME_ORDER: Final = reports.c.report == orders.c.report


def _visible(areas: Sequence[Area], actor: str, assigned: ColumnElement[bool]) -> ColumnElement[bool]:
    """An order and a hand-over are seen by whoever may see the report: those whom it complains of see neither."""
    return within(
        areas,
        station=reports.c.station,
        community=reports.c.community,
        grid=reports.c.grid,
        assigned=or_(reports.c.registered_by == actor, assigned),
        about=reports.c.about,
        level=reports.c.level,
    )
