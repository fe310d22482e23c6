"""Who has which report, what is still to be decided about it, and which station handed which on."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import orjson
from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, Table, Text, select

from services.intake.domain import assignment_events as events
from services.intake.domain.assignment import Part, open_question
from services.intake.domain.levels import Owner
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.eventsourcing.store import microseconds

_metadata = MetaData()
assignments = Table(
    "assignments",
    _metadata,
    Column("report", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("community", Text),
    Column("kind", Text, nullable=False),
    Column("danger", Boolean, nullable=False),
    Column("stage", Text, nullable=False),
    Column("owner", Text),
    Column("level", Text, nullable=False),
    Column("desk", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", BigInteger),
    Column("asked_because", Text),
    Column("to_station", Text),
    Column("parts", Text, nullable=False),
    Column("finished_by", Text, nullable=False),
    Column("due", BigInteger),
    Column("version", BigInteger, nullable=False),
    Index("assignments_by_owner", "owner", "stage"),
    Index("assignments_by_station", "station", "stage"),
    Index("assignments_by_offer", "to_station"),
)
hands = Table(
    "assignment_hands",
    _metadata,
    Column("account", Text, primary_key=True),
    Column("report", Text, primary_key=True),
    Column("part", Text, nullable=False),
    Index("assignment_hands_by_report", "report"),
)
"""Who has a report or a part of it: `lead`, or how far the part has come."""
handed_over = Table(
    "assignment_handed_over",
    _metadata,
    Column("report", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("code", Text, nullable=False),
    Column("from_station", Text, nullable=False),
    Column("to_station", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("assignment_handed_over_by_station", "from_station", "position"),
)
"""What a station may still know of a report that is another's now."""

_NO_QUESTION: Final[Mapping[str, Any]] = {
    "question": "",
    "asked_by": "",
    "asked_at": None,
    "asked_because": None,
    "to_station": None,
}
_OUT: Final = ("refused", "waived")


class Assignments(Projection):
    name: ClassVar[str] = "assignments"
    tables: ClassVar[tuple[Table, ...]] = (assignments, hands, handed_over)

    def concerns(self, recorded: Recorded) -> bool:
        return isinstance(recorded.event, events.OfAssignment)

    async def apply(self, rows: Rows, recorded: Sequence[Recorded]) -> None:
        ours = [(each.event, each) for each in recorded if isinstance(each.event, events.OfAssignment)]
        current = dict(await rows.load(assignments, {event.report for event, _ in ours}))
        before = {report: people(row) for report, row in current.items()}
        for event, each in ours:
            row = current.get(event.report)
            await rows.put(handed_over, _left(row, event, each.stored.position))
            current[event.report] = {**_changed(row, event), "version": each.stored.version}
        await rows.put(assignments, list(current.values()))
        for report, row in current.items():
            after = people(row)
            if before.get(report) != after:
                await rows.remove(hands, report=report)
                held = [{"account": who, "report": report, "part": part} for who, part in after.items()]
                await rows.put(hands, held)


def people(row: Mapping[str, Any]) -> dict[str, str]:
    """Who has it, and who has a part in it."""
    parts: dict[str, str] = {who: part for who, part in orjson.loads(row["parts"]).items() if part not in _OUT}
    return parts if row["owner"] is None else {**parts, row["owner"]: "lead"}


def _left(row: Mapping[str, Any] | None, event: events.OfAssignment, position: int) -> list[dict[str, Any]]:
    if row is None or not isinstance(event, events.HandoverAccepted | events.ObjectionSettled):
        return []
    if event.owner.station == row["station"]:
        return []
    return [
        {
            "report": event.report,
            "position": position,
            "code": event.code,
            "from_station": row["station"],
            "to_station": event.owner.station,
            "at": microseconds(event.at),
        }
    ]


def _changed(row: dict[str, Any] | None, event: events.OfAssignment) -> dict[str, Any]:
    if isinstance(event, events.ReportAssigned):
        return _given(event)
    assert row is not None, "every assignment begins with its first owner"
    match event:
        case events.HandlingStarted(owner=owner):
            return {**row, **_owned(row, owner), "stage": "in_hand"}
        case events.ObjectionRaised() | events.StepAsked() | events.HandoverProposed():
            return {
                **row,
                "question": open_question(event),
                "asked_by": event.by,
                "asked_at": microseconds(event.at),
                "asked_because": event.reason.model_dump_json(),
                "to_station": event.to_station if isinstance(event, events.HandoverProposed) else None,
            }
        case events.StepGranted(step="delay", due=due):
            return {**row, **_NO_QUESTION, "due": _until(due)}
        case (
            events.ObjectionSettled(owner=owner)
            | events.StepGranted(owner=owner)
            | events.SentDown(owner=owner)
            | events.HandoverAccepted(owner=owner)
        ):
            return {**row, **_NO_QUESTION, **_owned(row, owner), "stage": "given"}
        case events.StepDeclined() | events.HandoverDeclined() | events.HandoverWithdrawn():
            return {**row, **_NO_QUESTION}
        case events.CoHandlerAsked(official=official):
            return _parted(row, official.account, "asked")
        case events.CoHandlingAccepted(by=by):
            return _parted(row, by, "accepted")
        case events.CoHandlingRefused(by=by):
            return _parted(row, by, "refused")
        case events.CoHandlerOnSite(by=by):
            return _parted(row, by, "on_site")
        case events.CoHandlingDone(by=by):
            return _parted(row, by, "done")
        case events.CoHandlingWaived(account=account):
            return _parted(row, account, "waived")
        case events.HandlingFinished(by=by):
            return {**row, "stage": "finished", "finished_by": by}
        case events.HandlingChecked():
            return {**row, "stage": "checked"}
        case events.HandlingSentBack():
            return {**row, "stage": "in_hand"}
        case events.HandlingReopened(due=due):
            return {**row, "stage": "given", "due": _until(due)}
        case events.AssignmentEnded():
            return {**row, **_NO_QUESTION, "stage": "ended"}
        case _:
            raise AssertionError(f"{event.stored_as} is a step of an assignment that its read model does not know")


def _given(event: events.ReportAssigned) -> dict[str, Any]:
    return {
        "report": event.report,
        "code": event.code,
        "station": event.owner.station,
        "community": event.community,
        "kind": event.kind,
        "danger": event.danger,
        "stage": "given",
        "owner": event.owner.account,
        "level": event.owner.level,
        "desk": event.owner.desk,
        **_NO_QUESTION,
        "parts": "{}",
        "finished_by": "",
        "due": _until(event.due),
    }


def _owned(row: Mapping[str, Any], owner: Owner) -> dict[str, Any]:
    now = {"owner": owner.account, "level": owner.level, "desk": owner.desk, "station": owner.station}
    if owner.station != row["station"]:
        return {**now, "parts": "{}", "community": None}
    parts = orjson.loads(row["parts"])
    parts.pop(owner.account, None)
    return {**now, "parts": orjson.dumps(parts).decode()}


def _parted(row: dict[str, Any], account: str, part: Part) -> dict[str, Any]:
    return {**row, "parts": orjson.dumps({**orjson.loads(row["parts"]), account: part}).decode()}


def _until(limit: events.Limit | None) -> int | None:
    return None if limit is None else microseconds(limit.until)


# Queries


async def offered_to(database: Database, stations: Sequence[str]) -> list[dict[str, Any]]:
    """What other stations offer to these, the longest waiting first."""
    here = assignments.c
    statement = select(assignments).where(here.to_station.in_(stations)).order_by(here.danger.desc(), here.asked_at)
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement.limit(200))).mappings()]


async def handed_over_by(database: Database, stations: Sequence[str]) -> list[dict[str, Any]]:
    """What these stations handed over, the latest first."""
    here = handed_over.c
    statement = select(handed_over).where(here.from_station.in_(stations)).order_by(here.position.desc())
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement.limit(200))).mappings()]


async def people_of(database: Database, report: str) -> frozenset[str]:
    """Who has this report or a part of it."""
    async with database.reading() as tx:
        return frozenset((await tx.execute(select(hands.c.account).where(hands.c.report == report))).scalars())
