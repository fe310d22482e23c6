"""Who is out alone: until when, and whom an alarm has reached; of what is over, neither where nor with whom is kept."""

from collections.abc import Collection, Hashable, Sequence
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text, func, select

from services.intake.domain import lone_visit as lone
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Recorded, RowProjection
from shared.eventsourcing.store import microseconds
from shared.web.areas import listed

lone_visits = Table(
    "lone_visits",
    MetaData(),
    Column("visit", Text, primary_key=True),
    Column("station", Text, nullable=False),
    Column("community", Text),
    Column("account", Text, nullable=False),
    Column("partner", Text),
    Column("where", Text),
    Column("state", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("back_at", BigInteger, nullable=False),
    Column("why", Text, nullable=False),
    Column("rung", Text, nullable=False),
    Column("told", Text, nullable=False),
    Column("raised_at", BigInteger),
    Column("next_at", BigInteger),
    Column("answered_by", Text),
    Index("lone_visits_by_station", "station", "state"),
    Index("lone_visits_by_account", "account", "state"),
)

Row = dict[str, Any]
_CALM: Row = {"why": "", "rung": "", "told": "", "raised_at": None, "next_at": None, "answered_by": None}


class LoneVisits(RowProjection):
    name: ClassVar[str] = "lone-visits"
    tables: ClassVar[tuple[Table, ...]] = (lone_visits,)

    def key(self, recorded: Recorded) -> Hashable | None:
        match recorded.event:
            case lone.LoneVisitStarted(going=going):
                return going.visit
            case (
                lone.LoneVisitExtended(visit=visit)
                | lone.AlarmRaised(visit=visit)
                | lone.AlarmAnswered(visit=visit)
                | lone.LoneVisitEnded(visit=visit)
            ):
                return visit
            case _:
                return None

    def evolve(self, row: Row | None, recorded: Recorded) -> Row | None:
        known = row or {}
        match recorded.event:
            case lone.LoneVisitStarted(going=going) as started:
                return {
                    **going.model_dump(include={"visit", "station", "community", "account", "partner"}),
                    "where": None if going.where is None else going.where.model_dump_json(),
                    "state": "out",
                    "started_at": microseconds(started.started_at),
                    "back_at": microseconds(started.back_at),
                    **_CALM,
                }
            case lone.LoneVisitExtended(back_at=back_at):
                return {**known, **_CALM, "state": "out", "back_at": microseconds(back_at)}
            case lone.AlarmRaised() as raised:
                # Who was told on the way up still knows of it.
                before = [each for each in str(known["told"]).split("|") if each]
                return {
                    **known,
                    "state": "alarm",
                    "why": raised.why,
                    "rung": raised.rung,
                    "told": listed(list(dict.fromkeys([*before, *raised.told]))),
                    "raised_at": microseconds(raised.raised_at),
                    "next_at": None if raised.next_at is None else microseconds(raised.next_at),
                    "answered_by": None,
                }
            case lone.AlarmAnswered(by=by):
                return {**known, "state": "answered", "answered_by": by, "next_at": None}
            case lone.LoneVisitEnded():
                return {**known, **_CALM, "state": "over", "where": None, "partner": None}
            case _:
                return None


# Queries


async def find(database: Database, visit: str) -> Row | None:
    async with database.reading() as tx:
        row = (await tx.execute(select(lone_visits).where(lone_visits.c.visit == visit))).mappings().one_or_none()
    return None if row is None else dict(row)


async def count_alarms(database: Database, stations: Collection[str]) -> int:
    """How many alarms of these stations nobody has answered."""
    here = lone_visits.c
    statement = select(func.count()).select_from(lone_visits).where(here.station.in_(sorted(stations)))
    async with database.reading() as tx:
        return (await tx.execute(statement.where(here.state == "alarm"))).scalar_one()


async def list_open(database: Database, stations: Sequence[str] | None) -> list[Row]:
    """Who is out alone at these stations (None: at all), alarms first and the oldest of them first."""
    here = lone_visits.c
    statement = select(lone_visits).where(here.state != "over")
    if stations is not None:
        statement = statement.where(here.station.in_(sorted(stations)))
    async with database.reading() as tx:
        rows = (await tx.execute(statement.order_by(here.raised_at.is_(None), here.back_at, here.visit))).mappings()
        return [dict(row) for row in rows]
