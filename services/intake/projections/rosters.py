"""The duty rosters as they are asked for: a week of a station, who is on duty at a moment, swaps that are open."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, func, select

from services.intake.domain import roster
from services.intake.domain.roster import DutyRules, Shift, seated
from services.intake.domain.routing import Rule
from services.intake.projections.holders import colleagues
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.eventsourcing.store import instant, microseconds

_metadata = MetaData()
duty_shifts = Table(
    "duty_shifts",
    _metadata,
    Column("shift", Text, primary_key=True),
    Column("station", Text, nullable=False),
    Column("seat", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("begins_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("community", Text),
    Column("planned_by", Text, nullable=False),
    Index("duty_shifts_by_time", "station", "begins_at"),
    Index("duty_shifts_by_account", "account", "begins_at"),
)
duty_swaps = Table(
    "duty_swaps",
    _metadata,
    Column("swap", Text, primary_key=True),
    Column("station", Text, nullable=False),
    Column("shift", Text, nullable=False),
    Column("in_return", Text),
    Column("asked_by", Text, nullable=False),
    Column("asked_of", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Index("duty_swaps_by_station", "station", "state"),
)
duty_rules = Table(
    "duty_rules",
    _metadata,
    Column("station", Text, primary_key=True),
    Column("rest_hours", Integer, nullable=False),
    Column("step_minutes", Integer, nullable=False),
    Column("repeat_minutes", Integer, nullable=False),
)

Row = dict[str, Any]
_SWAPS = (roster.SwapAsked, roster.SwapAgreed, roster.SwapDeclined, roster.SwapWithdrawn)


class Rosters(Projection):
    name: ClassVar[str] = "rosters"
    version: ClassVar[int] = 2
    tables: ClassVar[tuple[Table, ...]] = (duty_shifts, duty_swaps, duty_rules)

    def concerns(self, recorded: Recorded) -> bool:
        return isinstance(recorded.event, roster.EVENTS)

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        for recorded in events:
            match recorded.event:
                case roster.DutyRulesSet(station=station, rules=rules):
                    await rows.put(duty_rules, [{"station": station, **rules.model_dump()}])
                case roster.ShiftPlanned() as planned:
                    await rows.put(duty_shifts, [_planned(planned)])
                case roster.ShiftCancelled(shift=shift):
                    await rows.remove(duty_shifts, shift=shift)
                    await rows.remove(duty_swaps, shift=shift, state="open")
                    await rows.remove(duty_swaps, in_return=shift, state="open")
                case roster.SwapAsked() as asked:
                    await rows.put(duty_swaps, [_asked(asked)])
                case roster.SwapAgreed() as agreed:
                    given = {agreed.shift: agreed.by}
                    if agreed.in_return is not None:
                        given[agreed.in_return] = agreed.asked_by
                    shifts = await rows.load(duty_shifts, given)
                    await rows.put(duty_shifts, [{**row, "account": given[row["shift"]]} for row in shifts.values()])
                    await _answered(rows, agreed.swap, {"state": "agreed"})
                case roster.SwapDeclined(swap=swap):
                    # Who said no is nobody's business afterwards.
                    await _answered(rows, swap, {"state": "declined", "asked_of": ""})
                case roster.SwapWithdrawn(swap=swap):
                    await rows.remove(duty_swaps, swap=swap)
                case _:
                    pass


async def _answered(rows: Rows, swap: str, change: Row) -> None:
    found = await rows.load(duty_swaps, {swap})
    await rows.put(duty_swaps, [{**row, **change} for row in found.values()])


def _planned(event: roster.ShiftPlanned) -> Row:
    shift = event.shift
    return {
        "shift": shift.shift,
        "station": event.station,
        "seat": shift.seat,
        "account": shift.account,
        "begins_at": microseconds(shift.begins_at),
        "ends_at": microseconds(shift.ends_at),
        "community": shift.community,
        "planned_by": event.by,
    }


def _asked(event: roster.SwapAsked) -> Row:
    return {
        "swap": event.swap,
        "station": event.station,
        "shift": event.shift,
        "in_return": event.in_return,
        "asked_by": event.by,
        "asked_of": event.to,
        "state": "open",
        "asked_at": microseconds(event.asked_at),
    }


# Queries


async def shifts_between(
    database: Database, station: str, begin: datetime, end: datetime, account: str | None = None
) -> list[Shift]:
    """The shifts of a station that lie at least partly within this time, in the order in which they begin."""
    here = duty_shifts.c
    statement = select(duty_shifts).where(
        here.station == station, here.begins_at < microseconds(end), here.ends_at > microseconds(begin)
    )
    if account is not None:
        statement = statement.where(here.account == account)
    async with database.reading() as tx:
        rows = (await tx.execute(statement.order_by(here.begins_at, here.seat, here.shift))).mappings().all()
    return [_shift(dict(row)) for row in rows]


async def on_shift(database: Database, station: str, at: datetime) -> list[Shift]:
    """Who is on duty at this moment; a shift's last moment is the next one's."""
    here, now = duty_shifts.c, microseconds(at)
    statement = select(duty_shifts).where(here.station == station, here.begins_at <= now, here.ends_at > now)
    async with database.reading() as tx:
        rows = (await tx.execute(statement.order_by(here.seat, here.begins_at, here.shift))).mappings().all()
    return [_shift(dict(row)) for row in rows]


async def ended_before(database: Database, station: str, at: datetime) -> dict[str, datetime]:
    """When the last shift of each person ended that was over by this moment."""
    here = duty_shifts.c
    statement = (
        select(here.account, func.max(here.ends_at))
        .where(here.station == station, here.ends_at <= microseconds(at))
        .group_by(here.account)
    )
    async with database.reading() as tx:
        return {account: instant(ended) for account, ended in await tx.execute(statement)}


async def swaps_of(database: Database, station: str, actor: str) -> list[Row]:
    """The open swaps that this person asked for or is asked, and the answers to what they asked."""
    here = duty_swaps.c
    statement = select(duty_swaps).where(here.station == station, (here.asked_by == actor) | (here.asked_of == actor))
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement.order_by(here.asked_at, here.swap))).mappings()]


async def shifts_of(database: Database, ids: Sequence[str]) -> dict[str, Shift]:
    async with database.reading() as tx:
        rows = (await tx.execute(select(duty_shifts).where(duty_shifts.c.shift.in_(sorted(ids))))).mappings().all()
    return {row["shift"]: _shift(dict(row)) for row in rows}


async def rules_of(database: Database, station: str) -> DutyRules:
    async with database.reading() as tx:
        row = (await tx.execute(select(duty_rules).where(duty_rules.c.station == station))).mappings().one_or_none()
    return DutyRules() if row is None else DutyRules(**{name: row[name] for name in DutyRules.model_fields})


def _shift(row: Row) -> Shift:
    return Shift(
        shift=row["shift"],
        seat=row["seat"],
        account=row["account"],
        begins_at=instant(row["begins_at"]),
        ends_at=instant(row["ends_at"]),
        community=row["community"],
    )


class RosterDuty:
    """Who is on duty for a rule: in its role's seat, and where nobody sits there, at its desk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def on_duty(self, station: str, rule: Rule, at: datetime, about: Sequence[str]) -> Sequence[str]:
        shifts = await on_shift(self._database, station, at)
        # Who left the station since it was planned, or of whom it complains, could not be given it.
        able = {one.official.account for one in await colleagues(self._database, station, None, about)}
        return seated(rule, [shift for shift in shifts if shift.account in able])
