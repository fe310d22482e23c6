"""Handling the duty roster: who may sit on a seat is looked up, a community's station is checked."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain import community, roster
from services.intake.domain.roster import Seat, Shift
from services.intake.domain.streams import COMMUNITY, ROSTER
from shared.eventsourcing.commands import Handled
from shared.eventsourcing.decider import Refusal, sentence
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import Meta

PostsOf = Callable[[str, str], Awaitable[Sequence[str]]]
"""Which posts an account holds at a station; none where it is closed or not known."""


class CommunityElsewhere(Refusal):
    say = sentence("This community is not one of the station's. Choose one of its communities, or none.")


@dataclass(frozen=True, slots=True)
class Planned:
    """A shift as it is asked for."""

    seat: Seat
    account: str
    begins_at: datetime
    ends_at: datetime
    community: str | None = None


class Rosters:
    """Each station's shifts, swaps and rules."""

    def __init__(self, runtime: Runtime, posts_of: PostsOf) -> None:
        self._runtime = runtime
        self._posts_of = posts_of

    async def find(self, station: str) -> roster.Roster:
        return (await self._runtime.commands.load(ROSTER, station))[1]

    async def plan(self, station: str, id_: str, planned: Planned, meta: Meta, command_id: str) -> Handled:
        if planned.community is not None:
            _, state = await self._runtime.commands.load(COMMUNITY, planned.community)
            if isinstance(state, community.Unregistered) or state.station != station:
                raise CommunityElsewhere
        shift = Shift(
            shift=id_,
            seat=planned.seat,
            account=planned.account,
            begins_at=planned.begins_at,
            ends_at=planned.ends_at,
            community=planned.community,
        )
        command = roster.PlanShift(
            station=station,
            shift=shift,
            posts=tuple(await self._posts_of(planned.account, station)),
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self.decide(station, command, meta, command_id)

    async def ask(
        self, station: str, id_: str, shift: str, to: str, in_return: str | None, meta: Meta, command_id: str
    ) -> Handled:
        command = roster.AskSwap(
            swap=id_,
            shift=shift,
            to=to,
            in_return=in_return,
            posts=tuple(await self._posts_of(to, station)),
            own_posts=tuple(await self._posts_of(meta.actor, station)),
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self.decide(station, command, meta, command_id)

    async def decide(self, station: str, command: roster.Command, meta: Meta, command_id: str) -> Handled:
        return await self._runtime.commands.handle(ROSTER, station, command, meta, command_id)
