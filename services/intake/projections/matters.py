"""Which report belongs to which (同一事项), what is suspected, and what each one demands."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, Column, Float, Index, MetaData, Table, Text, or_, select

from services.intake.domain import matter
from services.intake.projections.reports import reports
from shared.access.rights import Area
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.eventsourcing.store import microseconds
from shared.web.areas import within

_METADATA: Final = MetaData()
belongings = Table(
    "belongings",
    _METADATA,
    Column("report", Text, primary_key=True),
    Column("parent", Text),
    Column("merged_at", BigInteger),
    Column("demand", Text),
    Column("outcome", Text),
    Index("belongings_by_parent", "parent"),
)
suspicions = Table(
    "suspicions",
    _METADATA,
    Column("report", Text, primary_key=True),
    Column("other", Text, primary_key=True),
    Column("through", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("suspicions_by_other", "other"),
    Index("suspicions_by_state", "state", "position"),
)


class Matters(Projection):
    name: ClassVar[str] = "matters"
    tables: ClassVar[tuple[Table, ...]] = (belongings, suspicions)

    def concerns(self, recorded: Recorded) -> bool:
        return isinstance(recorded.event, matter.EVENTS)

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        for recorded in events:
            await self._one(rows, recorded)

    async def _one(self, rows: Rows, recorded: Recorded) -> None:
        match recorded.event:
            case matter.DuplicateSuspected() as suspected:
                evidence = matter.DuplicateSuspected.model_validate(suspected).model_dump_json(include={"evidence"})
                await rows.put(suspicions, [_suspicion(suspected, "suspected", evidence, recorded.stored.position)])
            case matter.DuplicateDismissed(report=report, other=other):
                known = await rows.load(suspicions, [(report, other)])
                row = known.get((report, other)) or {
                    "report": report,
                    "other": other,
                    "through": other,
                    "score": 0.0,
                    "evidence": '{"evidence":[]}',
                    "position": recorded.stored.position,
                }
                await rows.put(suspicions, [{**row, "state": "dismissed"}])
            case matter.ReportMerged(report=report, parent=parent, merged_at=at):
                await self._change(rows, report, parent=parent, merged_at=microseconds(at))
            case matter.ReportUnmerged(report=report):
                await self._change(rows, report, parent=None, merged_at=None)
            case matter.DemandStated(report=report, demand=demand):
                await self._change(rows, report, demand=demand.model_dump_json(), outcome=None)
            case matter.OutcomeRecorded(report=report, outcome=outcome):
                await self._change(rows, report, outcome=outcome)
            case _:
                return

    async def _change(self, rows: Rows, report: str, **changes: Any) -> None:
        row = (await rows.load(belongings, [report])).get(report) or dict.fromkeys(
            ("parent", "merged_at", "demand", "outcome")
        )
        await rows.put(belongings, [{**row, "report": report, **changes}])


def _suspicion(event: matter.DuplicateSuspected, state: str, evidence: str, position: int) -> dict[str, Any]:
    return {
        "report": event.report,
        "other": event.other,
        "through": event.through,
        "state": state,
        "score": event.score,
        "evidence": evidence,
        "position": position,
    }


async def belonging(database: Database, report: str) -> dict[str, Any]:
    """Where a report belongs and what it demands; all None where nothing was ever decided."""
    async with database.reading() as tx:
        row = (await tx.execute(select(belongings).where(belongings.c.report == report))).mappings().first()
    return dict(row) if row is not None else dict.fromkeys(("parent", "merged_at", "demand", "outcome"))


async def children(database: Database, parent: str) -> list[dict[str, Any]]:
    """The reports that were merged into this one, the first one first."""
    statement = select(belongings).where(belongings.c.parent == parent).order_by(belongings.c.merged_at)
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement)).mappings()]


async def pairs_of(database: Database, report: str) -> list[dict[str, Any]]:
    """What was suspected of the report or dismissed, whichever of both came in first."""
    concerned = or_(suspicions.c.report == report, suspicions.c.other == report)
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(select(suspicions).where(concerned))).mappings()]


async def list_suspected(
    database: Database, areas: Sequence[Area], actor: str, *, before: int | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Reports suspected to be of one matter with another and merged into none, the newest suspicion first."""
    statement = (
        select(suspicions, reports.c.code, reports.c.subject, reports.c.state.label("report_state"))
        .join(reports, reports.c.report == suspicions.c.report)
        .outerjoin(belongings, belongings.c.report == suspicions.c.report)
        .where(
            suspicions.c.state == "suspected",
            belongings.c.parent.is_(None),
            within(
                areas,
                station=reports.c.station,
                community=reports.c.community,
                grid=reports.c.grid,
                assigned=reports.c.registered_by == actor,
                about=reports.c.about,
                level=reports.c.level,
            ),
        )
    )
    if before is not None:
        statement = statement.where(suspicions.c.position < before)
    async with database.reading() as tx:
        ordered = statement.order_by(suspicions.c.position.desc()).limit(limit)
        return [dict(row) for row in (await tx.execute(ordered)).mappings()]
