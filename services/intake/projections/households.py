"""What is known of each household and until when, and the tenancy alerts with how far each has come."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    select,
    tuple_,
)

from services.intake.domain import household as h
from shared.access.rights import Area
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.web.areas import among, listed, named, within

_metadata = MetaData()
households = Table(
    "households",
    _metadata,
    Column("household", Text, primary_key=True),
    Column("station", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("grid", Text, nullable=False),
    Column("compound", Text),
    Column("building", Text),
    Column("unit", Text),
    Column("room", Text),
    Column("findings", Text),
    Column("checked_on", Date),
    Column("fresh_until", Date),
    Column("taken_by", Text),
    Column("declined_on", Date),
    Column("people", Text, nullable=False),
    Column("open_alert", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index("households_by_place", "community", "grid", "household"),
)
alerts = Table(
    "tenancy_alerts",
    _metadata,
    Column("alert", Text, primary_key=True),
    Column("household", Text, nullable=False),
    Column("rooms", Text, nullable=False),
    Column("persons", Integer, nullable=False),
    Column("rule", Text, nullable=False),
    Column("raised_on", Date, nullable=False),
    Column("told_landlord", Date),
    Column("told_tenants", Date),
    Column("rechecked_on", Date),
    Column("put_right", Boolean),
    Column("handed_to", Text),
    Column("handed_on", Date),
    Column("reason", Text),
    Column("state", Text, nullable=False),
    Index("tenancy_alerts_by_household", "household", "raised_on"),
)
Row = dict[str, Any]
_ORDER: Final = (households.c.community, households.c.grid, households.c.household)


class Households(Projection):
    name: ClassVar[str] = "households"
    tables: ClassVar[tuple[Table, ...]] = (households, alerts)

    def concerns(self, recorded: Recorded) -> bool:
        return isinstance(recorded.event, h.EVENTS)

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        told = [(each, each.event) for each in events if isinstance(each.event, h.EVENTS)]
        homes: dict[Any, Row] = dict(await rows.load(households, {event.household for _, event in told}))
        found: dict[Any, Row] = dict(
            await rows.load(
                alerts,
                {e.alert for _, e in told if not isinstance(e, h.HouseholdChecked | h.HouseholdDeclined)},
            )
        )
        for recorded, event in told:
            match event:
                case h.HouseholdChecked() | h.HouseholdDeclined():
                    homes[event.household] = _visited(event, homes.get(event.household))
                case h.TenancyAlertRaised():
                    found[event.alert] = _raised(event)
                    homes[event.household] |= {"open_alert": True}
                case _:
                    found[event.alert] |= _step(event)
                    homes[event.household] |= {"open_alert": found[event.alert]["state"] == "open"}
            homes[event.household] |= {"version": recorded.stored.version}
        await rows.put(households, list(homes.values()))
        await rows.put(alerts, list(found.values()))


def _visited(event: h.HouseholdChecked | h.HouseholdDeclined, before: Row | None) -> Row:
    """What was found later by day stands, whichever was entered last."""
    home: Row = before or {
        "household": event.household,
        **event.dwelling.model_dump(),
        **dict.fromkeys(("findings", "checked_on", "fresh_until", "taken_by", "declined_on")),
        "people": "",
        "open_alert": False,
    }
    home |= {
        "room": None if event.room is None else event.room.model_dump_json(),
        "people": listed(named(home["people"]) | {event.by}),
    }
    if isinstance(event, h.HouseholdDeclined):
        return home | {"declined_on": max(event.on, home["declined_on"] or event.on)}
    if home["checked_on"] is not None and event.on < home["checked_on"]:
        return home
    return home | {
        "findings": event.findings.model_dump_json(),
        "checked_on": event.on,
        "fresh_until": event.fresh_until,
        "taken_by": event.by,
    }


def _raised(event: h.TenancyAlertRaised) -> Row:
    return {
        "alert": event.alert,
        "household": event.household,
        "rooms": "[" + ",".join(room.model_dump_json() for room in event.rooms) + "]",
        "persons": event.persons,
        "rule": event.rule.model_dump_json(),
        "raised_on": event.on,
        **dict.fromkeys(
            ("told_landlord", "told_tenants", "rechecked_on", "put_right", "handed_to", "handed_on", "reason")
        ),
        "state": "open",
    }


def _step(event: h.TenancyAlertTold | h.TenancyAlertRechecked | h.TenancyAlertHandedOver) -> Row:
    match event:
        case h.TenancyAlertTold():
            return {f"told_{event.side}": event.on}
        case h.TenancyAlertRechecked():
            state = {"state": "put_right"} if event.put_right else {}
            return {"rechecked_on": event.on, "put_right": event.put_right, **state}
        case h.TenancyAlertHandedOver():
            reason = None if event.reason is None else event.reason.model_dump_json()
            return {"handed_to": event.to, "handed_on": event.on, "reason": reason, "state": "handed_over"}


# Queries


async def find(database: Database, household: str) -> Row | None:
    async with database.reading() as tx:
        row = (await tx.execute(select(households).where(households.c.household == household))).mappings().first()
    return None if row is None else dict(row)


async def list_households(
    database: Database,
    areas: Sequence[Area],
    actor: str,
    *,
    today: date,
    standing: str | None = None,
    community: str | None = None,
    after: Sequence[str] | None = None,
    limit: int = 50,
) -> list[Row]:
    """By place; `standing` is fresh, unknown, declined, or alert for those with an open one."""
    statement = select(households).where(_visible(areas, actor))
    match standing:
        case "fresh":
            statement = statement.where(households.c.fresh_until >= today)
        case "unknown":
            statement = statement.where(households.c.fresh_until < today)
        case "declined":
            statement = statement.where(households.c.declined_on.is_not(None))
        case "alert":
            statement = statement.where(households.c.open_alert)
        case _:
            pass
    if community is not None:
        statement = statement.where(households.c.community == community)
    if after is not None:
        statement = statement.where(tuple_(*_ORDER) > tuple_(*after))
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement.order_by(*_ORDER).limit(limit))).mappings()]


async def alerts_of(database: Database, found: Sequence[str]) -> Mapping[str, list[Row]]:
    """The alerts of these households, the newest first."""
    statement = select(alerts).where(alerts.c.household.in_(found)).order_by(alerts.c.raised_on.desc(), alerts.c.alert)
    of: dict[str, list[Row]] = {}
    async with database.reading() as tx:
        for row in (await tx.execute(statement)).mappings():
            of.setdefault(row["household"], []).append(dict(row))
    return of


def _visible(areas: Sequence[Area], actor: str) -> ColumnElement[bool]:
    return within(
        areas,
        station=households.c.station,
        community=households.c.community,
        grid=households.c.grid,
        assigned=among(actor, households.c.people),
        about=None,
        level=None,
    )
