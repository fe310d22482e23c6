"""Routing by the register: the grid that a point lies in, the place that an address names, who holds the post then."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from services.intake.domain.post import PostRole
from services.intake.domain.report import ReportReceived
from services.intake.domain.routing import PlacedBy, Rule, Where
from services.intake.projections import addresses, areas
from services.intake.projections.holders import AccountPosts, colleagues
from services.intake.projections.posts import holders
from shared.eventsourcing.database import Database
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import Meta

Spot = tuple[str, str | None]
"""A community, and a grid of it where that is known."""
_REGISTERED: Final[Mapping[str, PostRole]] = {
    "station_leader": "station_leader",
    "community_officer": "community_officer",
    "auxiliary": "auxiliary",
}
"""The roles of our rules whose posts the register keeps; the city's it does not."""
_NOT_SURE: Final = "near"
"""A name with a letter wrong may be another place: somebody looks first."""


class RegisterPlaces:
    """The place by the codes told with the report; else by its point; else by its address, if all it may mean agree."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def locate(self, received: ReportReceived) -> tuple[str | None, str | None, PlacedBy]:
        place = received.place
        if place.community is not None:
            return place.community, place.grid, "register"
        by_point = await self._by_point(received)
        if by_point is not None:
            return *by_point, "point"
        by_address = await self._by_address(received)
        if by_address is not None:
            return *by_address, "address"
        return None, None, "unknown"

    async def _by_point(self, received: ReportReceived) -> Spot | None:
        if received.point is None:
            return None
        found = await areas.grid_at(self._runtime.database, received.point.longitude, received.point.latitude)
        return agreed([(each.community, each.grid) for each in found if each.station == received.station])

    async def _by_address(self, received: ReportReceived) -> Spot | None:
        if received.address is None:
            return None
        reader = Meta(actor="rule", role="system", station=received.station, correlation=received.code)
        (said,) = await self._runtime.open([received.address], reader, "routing by the address")
        if said is None:
            return None
        found = await addresses.resolve(self._runtime.database, said)
        here = [each for each in found if each.station == received.station and each.how != _NOT_SURE]
        return agreed([(each.community, each.grid) for each in here])


def agreed(spots: Sequence[tuple[str, str]]) -> Spot | None:
    """What all of them have in common: a community, and a grid if it is the same; of several communities none."""
    communities, grids = {community for community, _ in spots}, {grid for _, grid in spots}
    if len(communities) != 1:
        return None
    return communities.pop(), grids.pop() if len(grids) == 1 else None


class RegisterPosts:
    """The posts of the day, as the register has them; by the accounts where it knows of nobody at that place."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_accounts = AccountPosts(database)

    async def holders(self, role: str, where: Where, rule: Rule, day: date, about: Sequence[str]) -> Sequence[str]:
        registered = _REGISTERED.get(role)
        if registered is not None:
            terms = await holders(
                self._database,
                registered,
                day=day,
                station=where.station,
                community=None if rule.within == "station" else where.community,
                grid=where.grid if rule.within == "grid" else None,
            )
            # Who has no account, or none that may act here, could not be told that it is theirs.
            ready = {
                one.official.account for one in await colleagues(self._database, where.station, where.community, about)
            }
            held = [term.account for term in terms if term.account is not None and term.account in ready]
            if held:
                return held
        return await self._by_accounts.holders(role, where, rule, day, about)
