"""Handling patrols and their routes: makes the stops' codes and seals them, sees which stop a code proves."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.intake.domain import community, patrol, patrol_route
from services.intake.domain.patrol_route import Stop, StopCode
from services.intake.domain.post import Place
from services.intake.domain.streams import COMMUNITY, PATROL, PATROL_ROUTE
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import Meta

_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH: Final = 26
"""Of five bits each: 130 bits that nobody guesses."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stop as it is asked for; `stop` is the id of one that the route has already."""

    name: str
    grid: str | None = None
    compound: str | None = None
    building: str | None = None
    coded: bool = True
    stop: str | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """A reason in clear."""

    cause: patrol.Cause
    words: str = ""


class Patrols:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def route(self, id_: str) -> patrol_route.State:
        return (await self._runtime.commands.load(PATROL_ROUTE, id_))[1]

    async def find(self, id_: str) -> patrol.State:
        return (await self._runtime.commands.load(PATROL, id_))[1]

    async def drawn(self, id_: str) -> patrol_route.Route:
        state = await self.route(id_)
        if isinstance(state, patrol_route.Undrawn):
            raise patrol_route.NoSuchRoute
        return state

    async def begun(self, id_: str) -> patrol.Patrol:
        state = await self.find(id_)
        if isinstance(state, patrol.NotBegun):
            raise patrol.NoSuchPatrol
        return state

    async def draw(
        self, id_: str, community_id: str, name: str, wanted: Sequence[Wanted], meta: Meta, command_id: str
    ) -> Handled:
        station = await self.station_of(community_id)
        stops = await self._stops(id_, community_id, wanted)
        command = patrol_route.DrawRoute(
            route=id_,
            station=station,
            community=community_id,
            grids=_grids(stops),
            name=name,
            stops=stops,
            codes=await self._codes(id_, stops, wanted, command_id),
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self._runtime.commands.handle(PATROL_ROUTE, id_, command, meta, command_id)

    async def revise(self, id_: str, name: str, wanted: Sequence[Wanted], meta: Meta, command_id: str) -> Handled:
        state = await self.drawn(id_)
        stops = await self._stops(id_, state.community, wanted)
        command = patrol_route.ReviseRoute(
            name=name,
            grids=_grids(stops),
            stops=stops,
            codes=await self._codes(id_, stops, wanted, command_id),
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self._runtime.commands.handle(PATROL_ROUTE, id_, command, meta, command_id)

    async def replace_code(
        self, id_: str, stop: str, why: patrol_route.WhyReplaced, meta: Meta, command_id: str
    ) -> Handled:
        code = await self._code(id_, stop, command_id)
        command = patrol_route.ReplaceCode(stop=stop, code=code, why=why, by=meta.actor, now=self._runtime.clock())
        return await self._runtime.commands.handle(PATROL_ROUTE, id_, command, meta, command_id)

    async def retire(self, id_: str, meta: Meta, command_id: str) -> Handled:
        command = patrol_route.RetireRoute(by=meta.actor, now=self._runtime.clock())
        return await self._runtime.commands.handle(PATROL_ROUTE, id_, command, meta, command_id)

    async def begin(self, id_: str, route_id: str, meta: Meta, command_id: str) -> Handled:
        route = await self.drawn(route_id)
        if route.retired:
            raise patrol_route.RouteRetired
        command = patrol.BeginPatrol(
            patrol=id_,
            route=route.route,
            number=route.number,
            station=route.station,
            community=route.community,
            grids=route.grids,
            stops=route.stops,
            walker=meta.actor,
            now=self._runtime.clock(),
        )
        return await self._runtime.commands.handle(PATROL, id_, command, meta, command_id)

    async def reach(
        self, id_: str, stop: str, proof: patrol.Proof, why: Explained | None, meta: Meta, command_id: str
    ) -> Handled:
        command = patrol.ReachStop(
            stop=stop, proof=proof, why=await self._why(id_, why, meta), by=meta.actor, now=self._runtime.clock()
        )
        return await self._runtime.commands.handle(PATROL, id_, command, meta, command_id)

    async def leave_out(self, id_: str, stop: str, why: Explained, meta: Meta, command_id: str) -> Handled:
        reason = await self._why(id_, why, meta)
        assert reason is not None, "a reason was given"
        command = patrol.LeaveStopOut(stop=stop, why=reason, by=meta.actor, now=self._runtime.clock())
        return await self._runtime.commands.handle(PATROL, id_, command, meta, command_id)

    async def end(self, id_: str, why: Explained | None, meta: Meta, command_id: str) -> Handled:
        command = patrol.EndPatrol(why=await self._why(id_, why, meta), by=meta.actor, now=self._runtime.clock())
        return await self._runtime.commands.handle(PATROL, id_, command, meta, command_id)

    async def station_of(self, community_id: str) -> str:
        _, state = await self._runtime.commands.load(COMMUNITY, community_id)
        if isinstance(state, community.Unregistered):
            raise community.NoSuchCommunity
        return state.station

    async def _stops(self, route: str, community_id: str, wanted: Sequence[Wanted]) -> tuple[Stop, ...]:
        """The stops as the register knows them; a stop that is kept keeps its id, and with it its code."""
        _, state = await self._runtime.commands.load(COMMUNITY, community_id)
        if isinstance(state, community.Unregistered):
            raise community.NoSuchCommunity
        found = []
        for each in wanted:
            asked = Place(
                station=state.station,
                community=community_id,
                grid=each.grid,
                compound=each.compound,
                building=each.building,
            )
            place = community.place_in(state, asked)
            id_ = each.stop or derived_id("patrol-stop", route, each.name)
            found.append(
                Stop(stop=id_, name=each.name, grid=place.grid, compound=place.compound, building=place.building)
            )
        return tuple(found)

    async def _codes(
        self, route: str, stops: Sequence[Stop], wanted: Sequence[Wanted], command_id: str
    ) -> dict[str, StopCode]:
        coded = [stop for stop, asked in zip(stops, wanted, strict=True) if asked.coded]
        return {each.stop: await self._code(route, each.stop, command_id) for each in coded}

    async def _code(self, route: str, stop: str, command_id: str) -> StopCode:
        """A code that the same request makes again, and nobody without the deployment's key."""
        secret = self._runtime.settings.deployment_key
        digest = hmac.digest(secret, f"patrol-stop:{route}:{stop}:{command_id}".encode(), "sha256")
        code = "".join(_LETTERS[byte % 32] for byte in digest[:_LENGTH])
        sealed = await self._runtime.vault.seal(f"patrol-route-{route}", code)
        return StopCode(code_hash=hash_of(code), code=sealed)

    async def _why(self, patrol_id: str, why: Explained | None, meta: Meta) -> patrol.Why | None:
        """The words have the patrol's own key, linked to nobody: whom they name is unknown."""
        if why is None:
            return None
        words = await self._runtime.vault.seal(f"patrol-{patrol_id}", why.words) if why.words else None
        return patrol.Why(cause=why.cause, words=words)


def hash_of(code: str) -> str:
    return hashlib.sha256(code.strip().lower().encode()).hexdigest()


def _grids(stops: Sequence[Stop]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.grid for each in stops if each.grid is not None))
