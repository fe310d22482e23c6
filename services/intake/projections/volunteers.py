"""The members of the squads as they are asked for: where each stands, what is missing, when last they served; hours.

Nothing here adds hours up to compare people, and no list is in the order of hours: records are true, not a score.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Index,
    MetaData,
    Table,
    Text,
    func,
    select,
    tuple_,
)

from services.intake.domain import volunteer as v
from services.intake.domain.community import CommunityRegistered, VolunteerEnrolled
from shared.access.rights import Area
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.eventsourcing.store import microseconds
from shared.web.areas import among, listed, within

_metadata = MetaData()
squad_members = Table(
    "squad_members",
    _metadata,
    Column("volunteer", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("grid", Text, nullable=False),
    Column("compound", Text),
    Column("building", Text),
    Column("unit", Text),
    Column("account", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("origin_id", Text),
    Column("standing", Text, nullable=False),
    Column("on_duty", Boolean, nullable=False),
    Column("found_on", Date, nullable=False),
    Column("talked_on", Date),
    Column("vouched_on", Date),
    Column("consented_on", Date),
    Column("trained_on", Date),
    Column("insured_until", Date),
    Column("on_duty_since", Date),
    Column("stood_down_on", Date),
    Column("version", BigInteger, nullable=False),
    Index("squad_members_by_place", "community", "grid", "role", "volunteer"),
)
services_done = Table(
    "services_done",
    _metadata,
    Column("volunteer", Text, primary_key=True),
    Column("record", Text, primary_key=True),
    Column("grid", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("where", Text, nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("minutes", BigInteger, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("corrected", Boolean, nullable=False),
    Column("struck", Boolean, nullable=False),
    Index("services_done_by_time", "volunteer", "ended_at"),
)
stations = Table(
    "squad_stations",
    _metadata,
    Column("community", Text, primary_key=True),
    Column("station", Text, nullable=False),
)

ENROLLED: Final = "enrolled"
"""How those stand who were entered as members before the steps were kept one by one."""
_CHANGES = (
    v.VolunteerPlaced,
    v.VolunteerTalkedWith,
    v.VolunteerVouchedFor,
    v.VolunteerConsented,
    v.VolunteerConsentWithdrawn,
    v.VolunteerTrained,
    v.VolunteerInsured,
    v.VolunteerOnDuty,
    v.VolunteerStoodDown,
)
_HOURS = (v.ServiceRecorded, v.ServiceCorrected, v.ServiceStruck)
_KNOWN: Final = (CommunityRegistered, VolunteerEnrolled, v.VolunteerFound, *_CHANGES, *_HOURS)

Row = dict[str, Any]


class Volunteers(Projection):
    name: ClassVar[str] = "volunteers"
    tables: ClassVar[tuple[Table, ...]] = (squad_members, services_done, stations)

    def concerns(self, recorded: Recorded) -> bool:
        return isinstance(recorded.event, _KNOWN)

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        told = [each for each in events if self.concerns(each)]
        members: dict[Any, Row] = dict(await rows.load(squad_members, _ids(told)))
        places: dict[Any, Row] = dict(
            await rows.load(stations, {e.event.community for e in told if isinstance(e.event, VolunteerEnrolled)})
        )
        hours: dict[Any, Row] = dict(
            await rows.load(
                services_done, {(e.event.volunteer, e.event.record) for e in told if isinstance(e.event, _HOURS)}
            )
        )
        for recorded in told:
            version = recorded.stored.version
            match recorded.event:
                case CommunityRegistered(community=community, station=station):
                    places[community] = {"community": community, "station": station}
                case VolunteerEnrolled() as enrolled:
                    if enrolled.person not in members or members[enrolled.person]["standing"] == ENROLLED:
                        station = places[enrolled.community]["station"]
                        members[enrolled.person] = _enrolled(enrolled, station)
                case v.VolunteerFound() as found:
                    members[found.volunteer] = _found(found, version, members.get(found.volunteer))
                case v.ServiceRecorded() as done:
                    hours[done.volunteer, done.record] = {
                        "volunteer": done.volunteer,
                        "record": done.record,
                        "grid": done.grid,
                        "corrected": False,
                        "struck": False,
                        **_service(done.service, done.by),
                    }
                case v.ServiceCorrected() as done:
                    hours[done.volunteer, done.record] |= {**_service(done.service, done.by), "corrected": True}
                case v.ServiceStruck() as done:
                    hours[done.volunteer, done.record] |= {"struck": True}
                case event:
                    member = members[event.volunteer]  # type: ignore[attr-defined]
                    change = _change(event, member)
                    if member["standing"] == ENROLLED and change.get("standing") not in ("active", "stood_down"):
                        change.pop("standing", None)
                    member |= {**change, "version": version}
        await rows.put(squad_members, list(members.values()))
        await rows.put(stations, list(places.values()))
        await rows.put(services_done, list(hours.values()))


def _ids(told: Sequence[Recorded]) -> set[str]:
    found = set()
    for each in told:
        match each.event:
            case VolunteerEnrolled(person=person):
                found.add(person)
            case CommunityRegistered():
                pass
            case event:
                found.add(event.volunteer)  # type: ignore[attr-defined]
    return found


def _found(found: v.VolunteerFound, version: int, before: Row | None) -> Row:
    """Who was entered before goes on standing as entered, until put on duty by the rules or standing down."""
    if before is not None:
        return {**before, "account": listed([found.account] if found.account else []), "version": version}
    return {
        "volunteer": found.volunteer,
        "name": found.name.model_dump_json(),
        "role": found.role,
        "station": found.station,
        "community": found.community,
        **found.place.model_dump(),
        "account": listed([found.account] if found.account else []),
        "origin": found.origin.kind,
        "origin_id": found.origin.id,
        "standing": "found",
        "on_duty": False,
        "found_on": found.on,
        **dict.fromkeys(_DAYS),
        "version": version,
    }


_DAYS: Final = (
    "talked_on",
    "vouched_on",
    "consented_on",
    "trained_on",
    "insured_until",
    "on_duty_since",
    "stood_down_on",
)


def _enrolled(enrolled: VolunteerEnrolled, station: str) -> Row:
    """Entered as a member who had agreed to it; of training and insurance nothing is known."""
    return {
        "volunteer": enrolled.person,
        "name": enrolled.name.model_dump_json(),
        "role": enrolled.role,
        "station": station,
        "community": enrolled.community,
        "grid": enrolled.grid,
        "compound": None,
        "building": None,
        "unit": None,
        "account": "",
        "origin": "roster",
        "origin_id": None,
        "standing": ENROLLED,
        "on_duty": True,
        "found_on": enrolled.since,
        **dict.fromkeys(_DAYS),
        "consented_on": enrolled.since,
        "on_duty_since": enrolled.since,
        "version": 0,
    }


def _change(event: object, member: Row) -> Row:
    match event:
        case v.VolunteerPlaced():
            return {"role": event.role, **event.place.model_dump()}
        case v.VolunteerTalkedWith():
            return {"standing": "talked", "talked_on": event.on}
        case v.VolunteerVouchedFor():
            return {"standing": "vouched", "vouched_on": event.on}
        case v.VolunteerConsented():
            return {"standing": "consented", "consented_on": event.on}
        case v.VolunteerConsentWithdrawn():
            return {"consented_on": None}
        case v.VolunteerTrained():
            return {"trained_on": max(event.on, member["trained_on"] or event.on)}
        case v.VolunteerInsured():
            return {"insured_until": max(event.insurance.last_day, member["insured_until"] or event.insurance.last_day)}
        case v.VolunteerOnDuty():
            return {"standing": "active", "on_duty": True, "on_duty_since": event.on, "stood_down_on": None}
        case v.VolunteerStoodDown():
            return {"standing": "stood_down", "on_duty": False, "stood_down_on": event.on}
        case _:
            raise TypeError(f"{type(event).__name__} changes no member")


def _service(service: v.Service, by: str) -> Row:
    return {
        "kind": service.kind,
        "what": service.what.model_dump_json(),
        "where": service.where.model_dump_json(),
        "began_at": microseconds(service.began_at),
        "ended_at": microseconds(service.ended_at),
        "minutes": service.minutes,
        "confirmed_by": by,
    }


# Queries

_ORDER: Final = (squad_members.c.community, squad_members.c.grid, squad_members.c.role, squad_members.c.volunteer)
_LAST: Final = (
    select(func.max(services_done.c.ended_at))
    .where(services_done.c.volunteer == squad_members.c.volunteer, services_done.c.struck.is_(False))
    .scalar_subquery()
    .label("last_served_at")
)


async def find(database: Database, volunteer: str) -> Row | None:
    async with database.reading() as tx:
        row = (
            (await tx.execute(select(squad_members, _LAST).where(squad_members.c.volunteer == volunteer)))
            .mappings()
            .first()
        )
    return None if row is None else dict(row)


async def find_all(database: Database, volunteers: Sequence[str]) -> list[Row]:
    found: list[Row] = []
    async with database.reading() as tx:
        for at in range(0, len(volunteers), 300):
            some = select(squad_members).where(squad_members.c.volunteer.in_(volunteers[at : at + 300]))
            found += [dict(row) for row in (await tx.execute(some)).mappings()]
    return found


async def list_volunteers(
    database: Database,
    areas: Sequence[Area],
    actor: str,
    *,
    community: str | None = None,
    grid: str | None = None,
    role: str | None = None,
    standing: str | None = None,
    after: Sequence[str] | None = None,
    limit: int = 50,
) -> list[Row]:
    """By place and role, never by hours; `after` is the place, role and id of the last row of the page before."""
    wanted = {"community": community, "grid": grid, "role": role, "standing": standing}
    statement = select(squad_members, _LAST).where(_visible(areas, actor))
    for name, value in wanted.items():
        if value is not None:
            statement = statement.where(squad_members.c[name] == value)
    if after is not None:
        statement = statement.where(tuple_(*_ORDER) > tuple_(*after))
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement.order_by(*_ORDER).limit(limit))).mappings()]


async def count(database: Database, areas: Sequence[Area], actor: str) -> Mapping[str, int]:
    """How many stand where."""
    statement = (
        select(squad_members.c.standing, func.count()).where(_visible(areas, actor)).group_by(squad_members.c.standing)
    )
    async with database.reading() as tx:
        return {standing: number for standing, number in await tx.execute(statement)}  # noqa: C416


async def count_on_duty(database: Database) -> Mapping[tuple[str, str], int]:
    """How many are on duty, by community and role."""
    statement = select(squad_members.c.community, squad_members.c.role, func.count()).where(squad_members.c.on_duty)
    async with database.reading() as tx:
        rows = await tx.execute(statement.group_by(squad_members.c.community, squad_members.c.role))
        return {(community, role): number for community, role, number in rows}


async def list_ready(database: Database, community: str, grid: str, on: date) -> list[Row]:
    """Who may be asked to do what holds a risk on that day: on duty, willing, trained, insured."""
    statement = select(squad_members).where(
        squad_members.c.community == community,
        squad_members.c.grid == grid,
        squad_members.c.on_duty,
        squad_members.c.consented_on <= on,
        squad_members.c.trained_on <= on,
        squad_members.c.insured_until >= on,
    )
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement.order_by(*_ORDER))).mappings()]


async def list_services(
    database: Database,
    *,
    volunteer: str | None = None,
    community: str | None = None,
    began_from: datetime | None = None,
    began_before: datetime | None = None,
    with_struck: bool = False,
    limit: int = 100_000,
) -> list[Row]:
    """Records of service in the order in which they happened, with whose they are."""
    statement = select(services_done, squad_members.c.name, squad_members.c.role, squad_members.c.community).join(
        squad_members, squad_members.c.volunteer == services_done.c.volunteer
    )
    if volunteer is not None:
        statement = statement.where(services_done.c.volunteer == volunteer)
    if community is not None:
        statement = statement.where(squad_members.c.community == community)
    if began_from is not None:
        statement = statement.where(services_done.c.began_at >= microseconds(began_from))
    if began_before is not None:
        statement = statement.where(services_done.c.began_at < microseconds(began_before))
    if not with_struck:
        statement = statement.where(services_done.c.struck.is_(False))
    statement = statement.order_by(services_done.c.began_at, services_done.c.record).limit(limit)
    async with database.reading() as tx:
        return [dict(row) for row in (await tx.execute(statement)).mappings()]


def _visible(areas: Sequence[Area], actor: str) -> ColumnElement[bool]:
    return within(
        areas,
        station=squad_members.c.station,
        community=squad_members.c.community,
        grid=squad_members.c.grid,
        assigned=among(actor, squad_members.c.account),
        about=None,
        level=None,
    )
