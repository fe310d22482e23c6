"""Small premises, their checks, and what is due of the findings: re-checks, hand-overs, the answers to them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Final
from zlib import crc32

import orjson
from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, Date, Index, MetaData, Table, Text, and_, or_, select

from services.intake.domain import inspection as i
from services.intake.domain import premises as p
from shared.access.rights import Area
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import microseconds
from shared.law.here import Here
from shared.web.areas import among, listed, within

_metadata = MetaData()
premises = Table(
    "premises",
    _metadata,
    Column("premises", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("measures", Text, nullable=False),
    Column("beyond", Text, nullable=False),
    Column("article", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("grid", Text, nullable=False),
    Column("compound", Text),
    Column("building", Text),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("responsible", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("last_looked_at", BigInteger),
    Column("version", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("premises_by_place", "community", "grid", "position"),
)
inspections = Table(
    "inspections",
    _metadata,
    Column("inspection", Text, primary_key=True),
    Column("premises", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("check_list", Text, nullable=False),
    Column("points", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("grid", Text, nullable=False),
    Column("inspector", Text, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("looked_at", BigInteger),
    Column("in_order", Text, nullable=False),
    Column("not_applicable", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("inspections_by_position", "position"),
    Index("inspections_by_premises", "premises"),
)
findings = Table(
    "findings",
    _metadata,
    Column("inspection", Text, primary_key=True),
    Column("finding", Text, primary_key=True),
    Column("point", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("found_at", BigInteger, nullable=False),
    Column("due", Date),
    Column("article", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("rechecked_at", BigInteger),
    Column("hand_over_due", BigInteger),
    Column("hand_over_article", Text, nullable=False),
    Column("hand_over", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("handed_over_at", BigInteger),
    Column("reference", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("findings_by_status", "status"),
)

Row = dict[str, Any]
_FORM: Final = 1
OPEN: Final = ("open", "ordered", "not_put_right", "returned", "handed_over")
"""What somebody still has to see to."""


class Inspections(Projection):
    name: ClassVar[str] = "inspections"
    tables: ClassVar[tuple[Table, ...]] = (premises, inspections, findings)

    def __init__(self, here: Here) -> None:
        self._here = here
        # Other rules or days off give other limits: the rows are then built anew at the next start.
        self.__dict__["version"] = _FORM * 2**32 + crc32(here.model_dump_json().encode())

    def concerns(self, recorded: Recorded) -> bool:
        return isinstance(recorded.event, (*p.EVENTS, *i.EVENTS))

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        for recorded in events:
            event = recorded.event
            if isinstance(event, p.EVENTS):
                await _premises(rows, event, recorded)
            elif isinstance(event, i.InspectionBegun):
                await rows.put(inspections, [_begun(event, recorded)])
            elif isinstance(event, i.EVENTS):
                await self._step(rows, event, recorded.stored.version)

    async def _step(self, rows: Rows, event: i.InspectionEvent, version: int) -> None:
        known = (await rows.load(inspections, [event.inspection]))[event.inspection]
        change: Row = {"version": version}
        match event:
            case i.FindingRecorded():
                await rows.put(findings, [self._found(event)])
            case i.LookFinished():
                change |= {
                    "looked_at": microseconds(event.finished_at),
                    "in_order": listed(event.in_order),
                    "not_applicable": listed(event.not_applicable),
                }
                place = (await rows.load(premises, [known["premises"]]))[known["premises"]]
                await rows.put(premises, [{**place, "last_looked_at": microseconds(event.finished_at)}])
            case i.RectificationOrdered():
                ordered = {"status": "ordered", "due": event.due, "article": event.article}
                await _change(rows, event.inspection, dict.fromkeys(event.findings, ordered))
            case i.FindingsRechecked():
                seen = {"note": _box(event.note), "rechecked_at": microseconds(event.rechecked_at)}
                results = {
                    finding: {"status": result, **seen, **self._limit(event.rechecked_at, result == "not_put_right")}
                    for finding, result in event.results.items()
                }
                await _change(rows, event.inspection, results)
            case i.FindingsHandedOver():
                given = {
                    "status": "handed_over",
                    "hand_over": event.hand_over,
                    "body": event.body,
                    "handed_over_at": microseconds(event.handed_over_at),
                    "reference": "",
                    "reason": "",
                }
                await _change(rows, event.inspection, dict.fromkeys(event.findings, given))
            case i.HandOverAnswered():
                answered = {
                    "status": "taken" if event.accepted else "returned",
                    "reference": event.reference or "",
                    "reason": _box(event.reason),
                    **({} if event.accepted else self._limit(event.answered_at, True)),
                }
                await _change(rows, event.inspection, dict.fromkeys(event.findings, answered))
        await rows.put(inspections, [{**known, **change}])

    def _found(self, event: i.FindingRecorded) -> Row:
        return {
            **event.model_dump(include={"inspection", "finding", "point", "level"}),
            "status": "open",
            "what": event.what.model_dump_json(),
            "evidence": listed(event.evidence),
            "found_at": microseconds(event.recorded_at),
            "due": None,
            "article": "",
            "note": "",
            "rechecked_at": None,
            **self._limit(event.recorded_at, event.level == "grave"),
            "hand_over": "",
            "body": "",
            "handed_over_at": None,
            "reference": "",
            "reason": "",
        }

    def _limit(self, since: datetime, runs: bool) -> Row:
        """The clock of the hand-over, where it runs from this moment on; else none."""
        limit = i.due_at_fire_body(since, self._here) if runs else None
        if limit is None:
            return {"hand_over_due": None, "hand_over_article": ""}
        return {"hand_over_due": microseconds(limit[0]), "hand_over_article": limit[1]}


async def _premises(rows: Rows, event: p.PremisesEvent, recorded: Recorded) -> None:
    version = {"version": recorded.stored.version}
    if isinstance(event, p.PremisesRegistered):
        responsible = event.responsible
        row = {
            **event.model_dump(include={"premises", "kind", "article", "station", "community"}),
            **event.place.model_dump(),
            **_sizes(event),
            "name": event.name.model_dump_json(),
            "address": _box(event.address),
            "responsible": "" if responsible is None else responsible.name.model_dump_json(),
            "phone": "" if responsible is None else _box(responsible.phone),
            "closed": False,
            "last_looked_at": None,
            **version,
            "position": recorded.stored.position,
        }
        await rows.put(premises, [row])
        return
    known = (await rows.load(premises, [event.premises]))[event.premises]
    match event:
        case p.PremisesMeasured():
            change = {"kind": event.kind, "article": event.article, **_sizes(event)}
        case p.PremisesClosed():
            change = {"closed": True}
    await rows.put(premises, [{**known, **change, **version}])


def _sizes(event: p.PremisesRegistered | p.PremisesMeasured) -> Row:
    beyond = [each.model_dump() for each in event.beyond]
    return {"measures": orjson.dumps(dict(event.measures)).decode(), "beyond": orjson.dumps(beyond).decode()}


def _begun(event: i.InspectionBegun, recorded: Recorded) -> Row:
    names = {"inspection", "premises", "kind", "check_list", "station", "community", "grid"}
    return {
        **event.model_dump(include=names),
        "points": orjson.dumps(event.points).decode(),
        "inspector": listed([event.inspector]),
        "begun_at": microseconds(event.begun_at),
        "looked_at": None,
        "in_order": "",
        "not_applicable": "",
        "version": recorded.stored.version,
        "position": recorded.stored.position,
    }


async def _change(rows: Rows, of: str, changes: dict[str, Row]) -> None:
    known = await rows.load(findings, [(of, finding) for finding in changes])
    await rows.put(findings, [{**known[of, finding], **change} for finding, change in changes.items()])


def _box(sealed: Sealed | None) -> str:
    return "" if sealed is None else sealed.model_dump_json()


# Queries


async def find_premises(database: Database, id_: str) -> Row | None:
    async with database.reading() as tx:
        row = (await tx.execute(select(premises).where(premises.c.premises == id_))).mappings().first()
    return None if row is None else dict(row)


async def list_premises(
    database: Database, areas: Sequence[Area], *, kind: str | None = None, before: int | None = None, limit: int = 50
) -> list[Row]:
    """Those that are there, the last entered first."""
    statement = select(premises).where(_listed(areas), premises.c.closed.is_(False))
    if kind is not None:
        statement = statement.where(premises.c.kind == kind)
    if before is not None:
        statement = statement.where(premises.c.position < before)
    async with database.reading() as tx:
        found = await tx.execute(statement.order_by(premises.c.position.desc()).limit(limit))
        return [dict(row) for row in found.mappings()]


async def find_inspection(database: Database, id_: str) -> Row | None:
    """An inspection with its findings, in the order in which they were found."""
    async with database.reading() as tx:
        row = (await tx.execute(select(inspections).where(inspections.c.inspection == id_))).mappings().first()
        if row is None:
            return None
        found = select(findings).where(findings.c.inspection == id_).order_by(findings.c.found_at, findings.c.finding)
        return {**row, "findings": [dict(each) for each in (await tx.execute(found)).mappings()]}


async def list_inspections(
    database: Database,
    areas: Sequence[Area],
    actor: str,
    *,
    of: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Row]:
    """The newest first; of one place, where it is given."""
    statement = select(inspections).where(_visible(areas, actor))
    if of is not None:
        statement = statement.where(inspections.c.premises == of)
    if before is not None:
        statement = statement.where(inspections.c.position < before)
    async with database.reading() as tx:
        found = await tx.execute(statement.order_by(inspections.c.position.desc()).limit(limit))
        return [dict(row) for row in found.mappings()]


async def due(
    database: Database, areas: Sequence[Area], actor: str, through: date, moment: datetime, limit: int = 200
) -> list[Row]:
    """Findings that somebody has to see to by then: ordered ones by their day, the rest by the fire body's limit."""
    of_fire_body = and_(
        findings.c.hand_over_due.is_not(None),
        findings.c.hand_over_due <= microseconds(moment),
        findings.c.status.in_(["open", "ordered", "not_put_right", "returned"]),
    )
    statement = (
        select(findings, inspections.c.premises, inspections.c.kind, premises.c.name, premises.c.community)
        .join(inspections, inspections.c.inspection == findings.c.inspection)
        .join(premises, premises.c.premises == inspections.c.premises)
        .where(
            _visible(areas, actor),
            or_(and_(findings.c.status == "ordered", findings.c.due <= through), of_fire_body),
        )
    )
    async with database.reading() as tx:
        found = await tx.execute(statement.order_by(findings.c.found_at, findings.c.finding).limit(limit))
        return [dict(row) for row in found.mappings()]


async def unfinished(database: Database, areas: Sequence[Area], actor: str, limit: int = 50) -> list[Row]:
    """Inspections that are still looked at, or of which a finding is not settled; the newest first."""
    open_ = select(findings.c.inspection).where(findings.c.status.in_(OPEN))
    statement = select(inspections).where(
        _visible(areas, actor), or_(inspections.c.looked_at.is_(None), inspections.c.inspection.in_(open_))
    )
    async with database.reading() as tx:
        found = await tx.execute(statement.order_by(inspections.c.position.desc()).limit(limit))
        return [dict(row) for row in found.mappings()]


async def findings_of(database: Database, ids: Iterable[str]) -> dict[str, list[Row]]:
    """The findings of several inspections."""
    found: dict[str, list[Row]] = {each: [] for each in ids}
    async with database.reading() as tx:
        for row in (await tx.execute(select(findings).where(findings.c.inspection.in_(list(found))))).mappings():
            found[row["inspection"]].append(dict(row))
    return found


def _listed(areas: Sequence[Area]) -> ColumnElement[bool]:
    return within(
        areas,
        station=premises.c.station,
        community=premises.c.community,
        grid=premises.c.grid,
        assigned=premises.c.premises.is_(None),
        about=None,
        level=None,
    )


def _visible(areas: Sequence[Area], actor: str) -> ColumnElement[bool]:
    return within(
        areas,
        station=inspections.c.station,
        community=inspections.c.community,
        grid=inspections.c.grid,
        assigned=among(actor, inspections.c.inspector),
        about=None,
        level=None,
    )
