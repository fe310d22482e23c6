"""The items of everybody's days, and which of the things that are due somebody has planned already."""

from collections.abc import Hashable, Iterable
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import Column, Date, Index, MetaData, Table, Text, select

from services.intake.domain import day_plan as d
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Recorded, RowProjection

items = Table(
    "plan_items",
    MetaData(),
    Column("item", Text, primary_key=True),
    Column("plan", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),  # empty where it has no time
    Column("place", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("moved_from", Date),
    Column("standing", Text, nullable=False),
    Column("moved_to", Date),
    Column("reason", Text, nullable=False),
    Column("words", Text, nullable=False),
    Index("plan_items_by_day", "account", "day"),
    Index("plan_items_by_thing", "source", "about"),
)


class Plans(RowProjection):
    name: ClassVar[str] = "plans"
    tables: ClassVar[tuple[Table, ...]] = (items,)

    def key(self, recorded: Recorded) -> Hashable | None:
        return recorded.event.item if isinstance(recorded.event, d.EVENTS) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        event = recorded.event
        if isinstance(event, d.PlanItemAdded):
            return {
                **event.model_dump(include={"item", "plan", "account", "station", "day", "kind", "moved_from"}),
                "at": "" if event.at is None else f"{event.at:%H:%M}",
                "place": event.place.model_dump_json(),
                "note": "" if event.note is None else event.note.model_dump_json(),
                "source": "" if event.about is None else event.about.source,
                "about": "" if event.about is None else event.about.id,
                "standing": "planned",
                "moved_to": None,
                "reason": "",
                "words": "",
            }
        assert row is not None, "an item begins with being added"
        match event:
            case d.PlanItemTimed():
                return {**row, "at": "" if event.at is None else f"{event.at:%H:%M}"}
            case d.PlanItemDone():
                return {**row, "standing": "done"}
            case d.PlanItemMoved():
                return {**row, "standing": "moved", "moved_to": event.to, **_why(event)}
            case d.PlanItemDropped():
                return {**row, "standing": "dropped", **_why(event)}
            case _:
                return row


def _why(event: d.PlanItemMoved | d.PlanItemDropped) -> dict[str, Any]:
    return {"reason": event.reason, "words": "" if event.words is None else event.words.model_dump_json()}


# Queries


async def of_day(database: Database, account: str, day: date) -> list[dict[str, Any]]:
    """By time; what has none comes last."""
    order = (items.c.at == "", items.c.at, items.c.item)
    statement = select(items).where(items.c.account == account, items.c.day == day).order_by(*order)
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement)).mappings()]


async def planned(database: Database, things: Iterable[tuple[str, str]], since: date) -> set[tuple[str, str]]:
    """Those of these things that anybody has in a plan of that day or later and has not done yet."""
    asked = set(things)
    statement = select(items.c.source, items.c.about).where(
        items.c.standing == "planned", items.c.day >= since, items.c.about.in_({id_ for _, id_ in asked})
    )
    async with database.reading() as tx:
        return {(source, id_) for source, id_ in await tx.execute(statement)} & asked
