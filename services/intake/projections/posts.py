"""Who holds, or on a past day held, which post: every term with its days and with when the register knew of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
    and_,
    or_,
    select,
)

from services.intake.domain import post
from services.intake.domain import volunteer as v
from services.intake.domain.community import CommunityRegistered, VolunteerEnrolled
from services.intake.domain.post import PostRole
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import instant, microseconds
from shared.law.legal_time import day_of

_metadata = MetaData()
post_terms = Table(
    "post_terms",
    _metadata,
    Column("post", Text, primary_key=True),
    Column("term", Integer, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("role", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("account", Text),
    Column("station", Text, nullable=False),
    Column("community", Text),
    Column("grid", Text),
    Column("compound", Text),
    Column("building", Text),
    Column("unit", Text),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("withdrawn", Boolean, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("superseded_at", BigInteger),
    Index("post_terms_of_community", "community", "role"),
    Index("post_terms_of_station", "station", "role"),
    Index("post_terms_of_person", "person"),
)
members = Table(
    "post_members",
    _metadata,
    Column("volunteer", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("account", Text),
    Column("station", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("grid", Text, nullable=False),
    Column("compound", Text),
    Column("building", Text),
    Column("unit", Text),
)
community_stations = Table(
    "post_community_stations",
    _metadata,
    Column("community", Text, primary_key=True),
    Column("station", Text, nullable=False),
)

Row = dict[str, Any]
_TERMS: Final = (post.PostTaken, post.PostEnded, post.PostCorrected, post.PostWithdrawn)
_SERVING: Final = (v.VolunteerFound, v.VolunteerPlaced, v.VolunteerOnDuty, v.VolunteerStoodDown)


class Posts(Projection):
    """Folds terms, and the time for which members of squads are on duty, which are terms of theirs."""

    name: ClassVar[str] = "posts"
    tables: ClassVar[tuple[Table, ...]] = (post_terms, members, community_stations)

    def concerns(self, recorded: Recorded) -> bool:
        return isinstance(recorded.event, (*_TERMS, *_SERVING, VolunteerEnrolled, CommunityRegistered))

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        told = [each for each in events if self.concerns(each)]
        enrolled = {each.event.community for each in told if isinstance(each.event, VolunteerEnrolled)}
        stations: dict[Any, Row] = dict(await rows.load(community_stations, enrolled))
        serving: dict[Any, Row] = dict(await rows.load(members, {_member(each.event) for each in told} - {None}))
        terms = await _terms_of(rows, {_post(each.event) for each in told} - {None})
        for recorded in told:
            at = microseconds(recorded.stored.recorded_at)
            match recorded.event:
                case CommunityRegistered(community=community, station=station):
                    stations[community] = {"community": community, "station": station}
                case event if isinstance(event, _TERMS):
                    withdrawn = isinstance(event, post.PostWithdrawn)
                    row = _row(event.post, event.term, event.revision, event.holding, at, withdrawn=withdrawn)
                    _enter(terms.setdefault(event.post, []), row)
                case VolunteerEnrolled() as event:
                    serving[event.person] = _enrolled(event, stations[event.community]["station"])
                    _serve(terms, serving[event.person], event.person, event.since, at, changed=True)
                case event:
                    _volunteer(terms, serving, event, at)
        await rows.put(community_stations, list(stations.values()))
        await rows.put(members, list(serving.values()))
        await rows.put(post_terms, [row for each in terms.values() for row in each])


def _member(event: object) -> Any:
    if isinstance(event, VolunteerEnrolled):
        return event.person
    return event.volunteer if isinstance(event, _SERVING) else None


def _post(event: object) -> Any:
    if isinstance(event, _TERMS):
        return event.post
    member = _member(event)
    return None if member is None else _member_post(member)


def _member_post(volunteer: str) -> str:
    """Whoever serves in a squad has no post of their own stream: what they do there is kept with the volunteer."""
    return f"member-{volunteer}"


async def _terms_of(rows: Rows, posts: Iterable[Any]) -> dict[str, list[Row]]:
    table, wanted = rows.table(post_terms), sorted(posts)
    found: dict[str, list[Row]] = {}
    for at in range(0, len(wanted), 300):
        statement = (
            select(table).where(table.c.post.in_(wanted[at : at + 300])).order_by(table.c.term, table.c.revision)
        )
        for row in (await rows.tx.execute(statement)).mappings():
            found.setdefault(row["post"], []).append(dict(row))
    return found


def _enter(terms: list[Row], row: Row) -> None:
    """Adds a revision; the one before it is what was known until then."""
    for before in terms:
        if before["term"] == row["term"] and before["superseded_at"] is None:
            before["superseded_at"] = row["recorded_at"]
    terms.append(row)


def _enrolled(event: VolunteerEnrolled, station: str) -> Row:
    return {
        "volunteer": event.person,
        "name": event.name.model_dump_json(),
        "role": event.role,
        "account": None,
        **post.Place(station=station, community=event.community, grid=event.grid).model_dump(),
    }


def _volunteer(terms: dict[str, list[Row]], serving: dict[Any, Row], event: object, at: int) -> None:
    match event:
        case v.VolunteerFound():
            place = {"station": event.station, "community": event.community, **event.place.model_dump()}
            own = {"name": event.name.model_dump_json(), "role": event.role, "account": event.account}
            serving[event.volunteer] = {"volunteer": event.volunteer, **own, **place}
        case v.VolunteerPlaced():
            serving[event.volunteer] |= {"role": event.role, **event.place.model_dump()}
            if _open(terms.get(_member_post(event.volunteer), [])) is not None:
                day = day_of(event.placed_at)
                _serve(terms, serving[event.volunteer], event.volunteer, day, at, changed=True)
        case v.VolunteerOnDuty():
            _serve(terms, serving[event.volunteer], event.volunteer, event.on, at, changed=False)
        case v.VolunteerStoodDown():
            _leave(terms.get(_member_post(event.volunteer), []), event.on, at)


def _serve(terms: dict[str, list[Row]], member: Row, volunteer: str, since: date, at: int, *, changed: bool) -> None:
    """Begins a term; one that is open ends the day before where the role or place changed, and else goes on."""
    own = terms.setdefault(_member_post(volunteer), [])
    before = _open(own)
    if before is not None:
        if not changed:
            return
        _leave(own, since - timedelta(days=1), at)
    number = max((row["term"] for row in own), default=0) + 1
    kept = {name: value for name, value in member.items() if name != "volunteer"}
    days = {"since": since, "until": None, "withdrawn": False, "recorded_at": at, "superseded_at": None}
    own.append({"post": _member_post(volunteer), "term": number, "revision": 1, "person": volunteer, **kept, **days})


def _leave(terms: list[Row], until: date, at: int) -> None:
    """Ends the open term with this day; one that had not begun by then was entered wrongly."""
    last = _open(terms)
    if last is not None:
        ended = {"until": until} if until >= last["since"] else {"withdrawn": True}
        revision = {"revision": last["revision"] + 1, "recorded_at": at, "superseded_at": None}
        _enter(terms, {**last, **ended, **revision})


def _open(terms: list[Row]) -> Row | None:
    now = (row for row in terms if row["superseded_at"] is None and not row["withdrawn"])
    return next((row for row in now if row["until"] is None), None)


def _row(id_: str, term: int, revision: int, holding: post.Holding, at: int, *, withdrawn: bool = False) -> Row:
    return {
        "post": id_,
        "term": term,
        "revision": revision,
        **holding.model_dump(include={"role", "person", "account", "since", "until"}),
        **holding.place.model_dump(),
        "name": holding.name.model_dump_json(),
        "withdrawn": withdrawn,
        "recorded_at": at,
        "superseded_at": None,
    }


# What is asked


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody in a post: from the first to the last day (None while it is held), and since when this is known."""

    post: str
    term: int
    revision: int
    role: PostRole
    person: str
    name: Sealed
    account: str | None
    station: str
    community: str | None
    grid: str | None
    compound: str | None
    building: str | None
    unit: str | None
    since: date
    until: date | None
    withdrawn: bool
    recorded_at: datetime

    @property
    def entered_late(self) -> bool:
        """Learned of at least a day after it began."""
        return self.recorded_at.date() > self.since + timedelta(days=1)


async def holders(
    database: Database,
    role: PostRole | None,
    *,
    day: date,
    station: str | None = None,
    community: str | None = None,
    grid: str | None = None,
    compound: str | None = None,
    building: str | None = None,
    unit: str | None = None,
    known: datetime | None = None,
) -> list[Holder]:
    """Who held a post of this role (None: of any) within these places on that day.

    With `known`, what the register knew at that time; without it, what it knows now.
    """
    places = {"station": station, "community": community, "grid": grid, "compound": compound}
    places |= {"building": building, "unit": unit}
    here = post_terms.c
    where = [here[name] == value for name, value in places.items() if value is not None]
    if role is not None:
        where.append(here.role == role)
    return await _select(database, and_(*where, _held(day), _was_known(known)))


async def responsible(
    database: Database,
    *,
    day: date,
    station: str,
    community: str | None = None,
    grid: str | None = None,
    compound: str | None = None,
    building: str | None = None,
    unit: str | None = None,
) -> list[Holder]:
    """Whose post covers this place on that day: from the unit's head up to the leader of the station."""
    here = post_terms.c
    places = {"community": community, "grid": grid, "compound": compound, "building": building, "unit": unit}
    covers = [or_(here[name].is_(None), here[name] == value) for name, value in places.items()]
    return await _select(database, and_(here.station == station, *covers, _held(day), _was_known(None)))


async def posts_of(database: Database, person: str, known: datetime | None = None) -> list[Holder]:
    """Every term of a person, past ones included, in the order of their days."""
    return await _select(database, and_(post_terms.c.person == person, _was_known(known)))


async def term(database: Database, post_: str, number: int) -> Holder | None:
    """A term as it stands now, if it was not withdrawn."""
    here = post_terms.c
    found = await _select(database, and_(here.post == post_, here.term == number, _was_known(None)))
    return found[0] if found else None


async def revisions(database: Database, post_: str) -> list[Holder]:
    """Everything that was ever entered about a post, in the order of its entry."""
    return await _select(database, post_terms.c.post == post_, by_entry=True)


def _held(day: date) -> ColumnElement[bool]:
    return and_(post_terms.c.since <= day, or_(post_terms.c.until.is_(None), post_terms.c.until >= day))


def _was_known(known: datetime | None) -> ColumnElement[bool]:
    here = post_terms.c
    if known is None:
        return and_(here.withdrawn.is_(False), here.superseded_at.is_(None))
    at = microseconds(known)
    still = or_(here.superseded_at.is_(None), here.superseded_at > at)
    return and_(here.withdrawn.is_(False), here.recorded_at <= at, still)


async def _select(database: Database, where: ColumnElement[bool], *, by_entry: bool = False) -> list[Holder]:
    here = post_terms.c
    order = [here.term, here.revision] if by_entry else [here.role, here.community, here.grid, here.since, here.post]
    statement = select(post_terms).where(where).order_by(*order)
    async with database.reading() as tx:
        return [_holder(dict(row)) for row in (await tx.execute(statement)).mappings()]


def _holder(row: Row) -> Holder:
    kept = {name: row[name] for name in Holder.__slots__ if name not in ("name", "recorded_at")}
    return Holder(**kept, name=Sealed.model_validate_json(row["name"]), recorded_at=instant(row["recorded_at"]))
