"""The evidence to each report: what was taken in, and what of it is still shown."""

from collections.abc import Hashable
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text, func, select

from services.intake.domain.evidence import EvidenceCovered, EvidenceTaken, EvidenceWithdrawn
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.eventsourcing.store import microseconds

evidence = Table(
    "evidence",
    MetaData(),
    Column("evidence", Text, primary_key=True),
    Column("report", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("taken_by", Text, nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("covered", BigInteger, nullable=False),
    Column("withdrawn", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("evidence_by_report", "report", "position"),
)


class EvidenceRows(RowProjection):
    """A row for each file."""

    name: ClassVar[str] = "evidence"
    version: ClassVar[int] = 2
    tables: ClassVar[tuple[Table, ...]] = (evidence,)

    def key(self, recorded: Recorded) -> Hashable | None:
        event = recorded.event
        return event.evidence if isinstance(event, EvidenceTaken | EvidenceCovered | EvidenceWithdrawn) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        match recorded.event:
            case EvidenceTaken() as taken:
                return {
                    "evidence": taken.evidence,
                    "report": taken.report,
                    "sha256": taken.sha256,
                    "size": taken.size,
                    "media_type": taken.media_type,
                    "name": "" if taken.name is None else taken.name.model_dump_json(),
                    "shown": taken.shown,
                    "taken_by": taken.by,
                    "taken_at": microseconds(taken.taken_at),
                    "covered": 0,
                    "withdrawn": "",
                    "position": recorded.stored.position,
                }
            case EvidenceCovered(areas=areas, shown=shown):
                return {**(row or {}), "shown": shown, "covered": len(areas)}
            case EvidenceWithdrawn(reason=reason):
                return {**(row or {}), "withdrawn": reason}
            case _:
                return None


async def of_report(database: Database, report: str) -> list[dict[str, Any]]:
    """What is shown of a report, and what was withdrawn, in the order in which it came."""
    statement = select(evidence).where(evidence.c.report == report).order_by(evidence.c.position)
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement)).mappings()]


async def count(database: Database, report: str) -> int:
    async with database.reading() as tx:
        found = await tx.execute(select(func.count()).select_from(evidence).where(evidence.c.report == report))
        return found.scalar_one()
