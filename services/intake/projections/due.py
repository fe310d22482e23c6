"""What is due, whoever knows of it: each source asks one read model, and the plan of the day proposes what they name.

A further kind of due thing is a further source, a function from who asks and by which day to what is due, in `SOURCES`,
which `main.py` gives to the plan. What is sealed stays so here; the edge opens it and the reading is recorded.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final, TypeAlias

from services.intake.domain.day_plan import Kind
from services.intake.projections import care, households, inspections, orders
from shared.access.actors import Actor
from shared.access.rights import areas
from shared.eventsourcing.database import Database
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import instant, microseconds
from shared.law.legal_time import SHANGHAI
from shared.web.languages import mark

MOST: Final = 30
"""Of one source."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is due by a day: of which source, what is to be done, where its page is."""

    source: str
    id: str
    kind: Kind
    what: str
    """A sentence of ours, to be translated."""
    where: str
    """Codes of the place, or a number; never who lives there."""
    by: date
    address: str
    name: Sealed | None = None
    article: str = ""


Source: TypeAlias = Callable[[Database, Actor, date], Awaitable[Sequence[Due]]]


async def of_inspections(database: Database, actor: Actor, through: date) -> list[Due]:
    """Re-checks of what was ordered, and hand-overs to the fire body before their limit."""
    found = await inspections.due(database, areas(actor, "register.read"), actor.id, through, _end_of(through))
    things: dict[tuple[str, str], Due] = {}
    for row in found:
        ordered = row["status"] == "ordered" and row["due"] is not None and row["due"] <= through
        by = row["due"] if ordered else instant(row["hand_over_due"]).astimezone(SHANGHAI).date()
        thing = Due(
            source="recheck" if ordered else "fire-hand-over",
            id=row["inspection"],
            kind="check",
            what=mark("Look again at what was ordered to be put right")
            if ordered
            else mark("Hand over to the fire body within the limit"),
            where=row["community"],
            by=by,
            address=f"/intake/inspections/{row['inspection']}",
            name=Sealed.model_validate_json(row["name"]),
            article=row["article"] if ordered else row["hand_over_article"],
        )
        known = things.get((thing.source, thing.id))
        if known is None or by < known.by:
            things[thing.source, thing.id] = thing
    return list(things.values())[:MOST]


async def of_orders(database: Database, actor: Actor, through: date) -> list[Due]:
    """Orders of the hotline whose time for the answer runs out."""
    found = await orders.list_orders(
        database,
        areas(actor, "report.read"),
        actor.id,
        open_only=True,
        overdue_at=microseconds(_end_of(through)),
        limit=MOST,
    )
    things = []
    for row in found:
        limits = [row[name] for name in ("answer_due", "hotline_due") if row[name] is not None]
        if row["stopped"] is None and limits:
            things.append(
                Due(
                    source="hotline-order",
                    id=row["order"],
                    kind="visit",
                    what=mark("Answer an order of the hotline in time"),
                    where=row["number"],
                    by=instant(min(limits)).astimezone(SHANGHAI).date(),
                    address=f"/intake/orders/{row['order']}",
                )
            )
    return things


async def of_households(database: Database, actor: Actor, through: date) -> list[Due]:
    """Households of which what is known has lost its freshness."""
    found = await households.list_households(
        database, areas(actor, "household.check"), actor.id, today=through, standing="unknown", limit=MOST
    )
    return [
        Due(
            source="household-check",
            id=row["household"],
            kind="visit",
            what=mark("Check a household again"),
            where=row["grid"],
            by=row["fresh_until"],
            address=f"/intake/households/{row['household']}",
        )
        for row in found
    ]


async def of_care(database: Database, actor: Actor, through: date) -> list[Due]:
    """Visits that were agreed with people in need."""
    found = await care.list_care(database, areas(actor, "care.visit"), actor.id, due_by=through, limit=MOST)
    return [
        Due(
            source="care-visit",
            id=row["care"],
            kind="visit",
            what=mark("An agreed visit"),
            where=row["grid"],
            by=row["next_due"],
            address=f"/intake/care/{row['care']}",
        )
        for row in found
    ]


SOURCES: Final[tuple[Source, ...]] = (of_inspections, of_orders, of_households, of_care)


async def everything(sources: Sequence[Source], database: Database, actor: Actor, through: date) -> list[Due]:
    """Of all sources, the earliest first."""
    found = [thing for source in sources for thing in await source(database, actor, through)]
    return sorted(found, key=lambda thing: (thing.by, thing.source, thing.id))


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, SHANGHAI)
