"""My work: what waits for somebody, theirs, a part of theirs, for their decision, or at their desk; danger first."""

from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from services.intake.domain.levels import HANDS_OVER, LEVELS, Official, above
from services.intake.projections.assignments import assignments, hands
from services.intake.projections.reports import reports
from shared.access.actors import Actor
from shared.access.rights import Area
from shared.eventsourcing.database import Database
from shared.web.areas import within

WaitsFor: TypeAlias = Literal["mine", "part", "decision", "desk"]
ORDER: Final[tuple[WaitsFor, ...]] = ("mine", "part", "decision", "desk")
_OPEN: Final = ("given", "in_hand")


async def waiting(
    database: Database, actor: Actor, officials: Sequence[Official], areas: Sequence[Area], limit: int = 100
) -> list[dict[str, Any]]:
    """Each thing once, under the first reason for which it waits for this person; the oldest first."""
    found: dict[str, dict[str, Any]] = {}
    conditions: dict[WaitsFor, ColumnElement[bool]] = {
        "mine": and_(assignments.c.owner == actor.id, assignments.c.stage.in_(_OPEN)),
        "part": and_(assignments.c.stage == "in_hand", assignments.c.report.in_(_parts_of(actor.id))),
        "decision": or_(false(), *(_decides(each) for each in officials)),
        "desk": or_(false(), *(_at_desk(each) for each in officials)),
    }
    async with database.reading() as tx:
        for waits_for in ORDER:
            statement = _wanted(actor, areas, conditions[waits_for]).limit(limit)
            for row in (await tx.execute(statement)).mappings():
                found.setdefault(row["report"], {**row, "waits_for": waits_for})
    rank = {waits_for: number for number, waits_for in enumerate(ORDER)}
    return sorted(
        found.values(), key=lambda row: (rank[row["waits_for"]], not row["danger"], row["received_at"], row["report"])
    )


def _wanted(actor: Actor, areas: Sequence[Area], condition: ColumnElement[bool]) -> Select[Any]:
    mine = assignments.c.report.in_(select(hands.c.report).where(hands.c.account == actor.id))
    seen = within(
        areas,
        station=assignments.c.station,
        community=assignments.c.community,
        grid=reports.c.grid,
        assigned=mine,
        about=reports.c.about,
        level=reports.c.level,
    )
    return (
        select(assignments, reports.c.subject, reports.c.received_at)
        .join(reports, reports.c.report == assignments.c.report)
        .where(seen, condition)
        .order_by(assignments.c.danger.desc(), reports.c.received_at, assignments.c.report)
    )


def _parts_of(account: str) -> Select[tuple[str]]:
    return select(hands.c.report).where(hands.c.account == account, hands.c.part.in_(("asked", "accepted", "on_site")))


def _decides(official: Official) -> ColumnElement[bool]:
    """What is asked of the level above and what is to be checked, of those for whom this one stands above."""
    below = [level for level in LEVELS if official.level in above(level)]
    asked = and_(assignments.c.question.not_in(("", "hand_over")), assignments.c.asked_by != official.account)
    finished = and_(assignments.c.stage == "finished", assignments.c.finished_by != official.account)
    here: list[ColumnElement[bool]] = [assignments.c.level.in_(below), or_(asked, finished)]
    if official.level == "community":
        here.append(func.coalesce(assignments.c.community, "") == (official.community or "-"))
    return and_(_at(official), *here)


def _at_desk(official: Official) -> ColumnElement[bool]:
    if official.level == "grid":
        return false()
    desks: list[ColumnElement[bool]] = [assignments.c.owner.is_(None), assignments.c.stage.in_(_OPEN)]
    if official.level not in HANDS_OVER:
        desks.append(assignments.c.desk != "leaders")
    if official.level != "city":
        desks.append(assignments.c.level != "city")
    return and_(_at(official), *desks)


def _at(official: Official) -> ColumnElement[bool]:
    """The city's level answers for every station."""
    return assignments.c.station != "" if official.level == "city" else assignments.c.station == official.station
