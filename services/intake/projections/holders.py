"""Who holds which post, by the accounts: for routing to a named person, and for choosing one in a form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from services.intake.domain import complaint
from services.intake.domain.levels import Level, Official
from services.intake.domain.routing import Rule, Where, level_of
from services.intake.projections.accounts import accounts
from shared.access.actors import Actor, Post
from shared.access.rights import conflict
from shared.eventsourcing.database import Database
from shared.web.accounts import actor_of

_RANK: dict[Level, int] = {"grid": 0, "community": 1, "station": 2, "city": 3}


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody at a station to whom a matter may be given."""

    official: Official
    name: str


def official_at(actor: Actor, station: str, community: str | None = None) -> Official | None:
    """At which level somebody acts in a matter of this place: by the highest post that reaches it; None by none."""
    if conflict(actor.posts) is not None:
        return None
    found: list[Official] = []
    for post in actor.posts:
        level = level_of(post.role)
        if level is None or (post.station != station and level != "city"):
            continue
        found.append(Official(account=actor.id, level=level, station=station, community=post.community))
    # Of two posts of one level the one that is responsible for this community.
    return max(found, key=lambda each: (_RANK[each.level], each.community == community), default=None)


async def colleagues(
    database: Database, station: str, community: str | None = None, about: Sequence[str] = ()
) -> list[Colleague]:
    """Everybody of the station to whom something may be given, by name; nobody whom it complains of."""
    found = []
    for actor in await _active(database, station):
        official = official_at(actor, station, community)
        here = any(post.station == station for post in actor.posts)
        if official is not None and here and not complained_of(actor, about, station):
            found.append(Colleague(official, actor.name))
    return found


async def names(database: Database, ids: Sequence[str]) -> dict[str, str]:
    """The names of these accounts."""
    statement = select(accounts.c.id, accounts.c.name).where(accounts.c.id.in_(sorted(set(ids))))
    async with database.reading() as tx:
        return {id_: name for id_, name in await tx.execute(statement)}  # noqa: C416


def complained_of(actor: Actor, about: Sequence[str], station: str) -> bool:
    """Whether a complaint is about this person, by name or as who holds a post at the station (被投诉人回避)."""
    held = {complaint.POST + post.role for post in actor.posts if post.station == station}
    return actor.id in about or not held.isdisjoint(about)


class AccountPosts:
    """The posts of the day, as the accounts have them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def holders(self, role: str, where: Where, rule: Rule, day: date, about: Sequence[str]) -> Sequence[str]:
        return [
            actor.id
            for actor in await _active(self._database, None if rule.complaint == "city" else where.station)
            if not complained_of(actor, about, where.station)
            and any(_fits(post, role, where, rule) for post in actor.posts)
        ]


def _fits(post: Post, role: str, where: Where, rule: Rule) -> bool:
    return (
        post.role == role
        and (post.station == where.station or rule.complaint == "city")
        and (rule.within == "station" or post.community == where.community)
        and (rule.within != "grid" or post.grid == where.grid)
    )


async def _active(database: Database, station: str | None) -> list[Actor]:
    """Open accounts with a post that may be at this station; each post is looked at again by who asks."""
    here = accounts.c
    statement = select(accounts).where(here.active)
    if station is not None:
        statement = statement.where(here.posts.contains(f'"{station}"', autoescape=True))
    async with database.reading() as tx:
        rows = (await tx.execute(statement.order_by(here.name))).mappings().all()
    return [actor_of(row) for row in rows]
