"""The disputes as notify knows them, from what intake and mediation tell: how far each is, and where it belongs."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text, func, or_, select

from services.notify.projections.deliveries import deliveries
from shared.access.rights import Area
from shared.contracts import cases
from shared.contracts.reports import DisputeAdmitted
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.eventsourcing.store import microseconds
from shared.web.areas import within

disputes = Table(
    "disputes",
    MetaData(),
    Column("code", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("community", Text),
    Column("grid", Text),
    Column("category", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("disputes_by_case", "case_id"),
    Index("disputes_by_report", "report"),
    Index("disputes_by_position", "position"),
)

STATES: Final[Mapping[type[cases.Case], str]] = {
    cases.CaseOpened: "opened",
    cases.SessionScheduled: "session_set",
    cases.SessionHeld: "session_held",
    cases.AgreementReached: "agreed",
    cases.PartlyResolved: "partly_resolved",
    cases.CaseSettled: "settled",
    cases.CaseClosed: "closed",
}
"""How far mediation has come, by what it told last; other contracts about a case change nothing of it."""


class Disputes(RowProjection):
    """A row for each case code. Intake and mediation tell of it in either order."""

    name: ClassVar[str] = "disputes"
    tables: ClassVar[tuple[Table, ...]] = (disputes,)

    def key(self, recorded: Recorded) -> Hashable | None:
        event = recorded.event
        return event.code if isinstance(event, cases.Case | DisputeAdmitted) else None

    def evolve(self, row: dict[str, Any] | None, recorded: Recorded) -> dict[str, Any] | None:
        match recorded.event:
            case DisputeAdmitted() as admitted:
                known = row or _new(admitted.code, admitted.station, microseconds(admitted.admitted_at), recorded)
                return known | {
                    "report": admitted.report,
                    "community": admitted.place.community,
                    "grid": admitted.place.grid,
                    "category": admitted.category,
                }
            case cases.Case() as case:
                known = row or _new(case.code, case.station, microseconds(case.at), recorded)
                known = known | {"case_id": case.case}
                if isinstance(case, cases.CaseOpened):
                    known |= {"report": case.report, "category": case.category}
                state = STATES.get(type(case))
                return known if state is None else known | {"state": state, "since": microseconds(case.at)}
            case _:
                return None


def _new(code: str, station: str, since: int, recorded: Recorded) -> dict[str, Any]:
    return {
        "code": code,
        "case_id": "",
        "report": "",
        "station": station,
        "community": None,
        "grid": None,
        "category": "",
        "state": "admitted",
        "since": since,
        "position": recorded.stored.position,
    }


# Queries


async def find(database: Database, id_: str) -> dict[str, Any] | None:
    """One dispute, by the case's id, its code, or its report's id."""
    if not id_:
        return None
    statement = select(disputes).where(or_(disputes.c.code == id_, disputes.c.case_id == id_, disputes.c.report == id_))
    async with database.reading() as tx:
        row = (await tx.execute(statement)).mappings().first()
    return None if row is None else dict(row)


async def list_disputes(
    database: Database,
    areas: Sequence[Area],
    actor: str,
    *,
    state: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """The newest first, within what the actor may see; assigned is who was written to about the case."""
    told = select(deliveries.c.code).where(deliveries.c.account == actor)
    statement = select(disputes).where(
        within(
            areas,
            station=disputes.c.station,
            community=disputes.c.community,
            grid=disputes.c.grid,
            assigned=disputes.c.code.in_(told),
        )
    )
    if state is not None:
        statement = statement.where(disputes.c.state == state)
    if before is not None:
        statement = statement.where(disputes.c.position < before)
    async with database.reading() as tx:
        found = await tx.execute(statement.order_by(disputes.c.position.desc()).limit(limit))
        return [dict(row) for row in found.mappings()]


async def accounts_told(database: Database, code: str) -> frozenset[str]:
    """The accounts that were written to about the case."""
    statement = select(deliveries.c.account).where(deliveries.c.code == code, deliveries.c.account.is_not(None))
    async with database.reading() as tx:
        return frozenset((await tx.execute(statement)).scalars())


async def count_deliveries(database: Database, codes: Sequence[str]) -> dict[str, dict[str, int]]:
    """How many deliveries there are in each state, by case code."""
    counts: dict[str, dict[str, int]] = {code: {} for code in codes}
    statement = (
        select(deliveries.c.code, deliveries.c.state, func.count())
        .where(deliveries.c.code.in_(codes))
        .group_by(deliveries.c.code, deliveries.c.state)
        .order_by(deliveries.c.code, deliveries.c.state)
    )
    async with database.reading() as tx:
        for code, state, number in await tx.execute(statement):
            counts[code][state] = number
    return counts
