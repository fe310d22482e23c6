"""Which reports are dealt with together, as a service other than intake knows it: a read model of what intake tells."""

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, Table, Text, select

from shared.contracts.reports import ReportMerged, ReportUnmerged
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.eventsourcing.store import microseconds

together = Table(
    "together",
    MetaData(),
    Column("report", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("parent_code", Text, nullable=False),
    Column("merged", Boolean, nullable=False),
    Column("since", BigInteger, nullable=False),
    Index("together_by_parent", "parent_code", "merged"),
)


class Together(RowProjection):
    """A row for each report that was ever merged into another."""

    name: ClassVar[str] = "together"
    tables: ClassVar[tuple[Table, ...]] = (together,)

    def key(self, recorded: Recorded) -> Hashable | None:
        return recorded.event.report if isinstance(recorded.event, ReportMerged | ReportUnmerged) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        event = recorded.event
        assert isinstance(event, ReportMerged | ReportUnmerged), "the key is only that of merges"
        merged = isinstance(event, ReportMerged)
        at = event.merged_at if isinstance(event, ReportMerged) else event.unmerged_at
        return {
            "report": event.report,
            "code": event.code,
            "parent_code": event.parent_code,
            "merged": merged,
            "since": microseconds(at),
        }


async def children(database: Database, codes: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """For each of these case codes the reports that are dealt with in it, the first one first."""
    found: dict[str, list[dict[str, Any]]] = {code: [] for code in codes}
    statement = (
        select(together)
        .where(together.c.parent_code.in_(codes), together.c.merged.is_(True))
        .order_by(together.c.since, together.c.code)
    )
    async with database.reading() as tx:
        for row in (await tx.execute(statement)).mappings():
            found[row["parent_code"]].append(dict(row))
    return found
