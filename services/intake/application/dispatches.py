"""Handling who is sent: the words for those who are asked are sealed with the matter's, the rules decide the rest."""

from dataclasses import dataclass
from datetime import datetime

from services.intake.application.assignments import Assignments, Found
from services.intake.domain import dispatch
from services.intake.domain.dispatch import Errand, Facts
from services.intake.domain.streams import DISPATCH, ROSTER
from services.intake.domain.volunteer import Subject
from shared.eventsourcing.commands import Handled
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import Meta


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done, in clear."""

    what: str
    needed: int
    begins_at: datetime
    ends_at: datetime
    risk: bool = False
    skill: Subject | None = None
    community: str | None = None
    grid: str | None = None


class Dispatches:
    def __init__(self, runtime: Runtime, assignments: Assignments) -> None:
        self._runtime = runtime
        self._assignments = assignments

    async def find(self, id_: str) -> dispatch.Dispatch:
        _, state = await self._runtime.commands.load(DISPATCH, id_)
        if isinstance(state, dispatch.NotOpened):
            raise dispatch.NoSuchDispatch
        return state

    async def open(self, id_: str, found: Found, wanted: Wanted, meta: Meta, command_id: str) -> Handled:
        """Without a place of its own, the errand is where the report is."""
        place = found.received.place
        elsewhere = wanted.community is not None
        errand = Errand(
            dispatch=id_,
            report=found.received.report,
            code=found.received.code,
            station=found.station,
            community=wanted.community or place.community,
            grid=wanted.grid if elsewhere else wanted.grid or place.grid,
            what=await self._assignments.seal(found, wanted.what),
            needed=wanted.needed,
            risk=wanted.risk,
            skill=wanted.skill,
            begins_at=wanted.begins_at,
            ends_at=wanted.ends_at,
            about=found.received.about,
            level=found.received.level,
        )
        command = dispatch.OpenDispatch(errand=errand, by=meta.actor, now=self._runtime.clock())
        return await self.decide(id_, command, meta, command_id)

    async def ask(self, id_: str, request: str, facts: Facts, meta: Meta, command_id: str) -> Handled:
        state = await self.find(id_)
        rest = await self.rest_hours(state.errand.station)
        command = dispatch.AskToGo(
            request=request, facts=facts, rest_hours=rest, by=meta.actor, now=self._runtime.clock()
        )
        return await self.decide(id_, command, meta, command_id)

    async def rest_hours(self, station: str) -> int:
        """The rest that the station has set for its roster."""
        return (await self._runtime.commands.load(ROSTER, station))[1].rules.rest_hours

    async def decide(self, id_: str, command: dispatch.Command, meta: Meta, command_id: str) -> Handled:
        return await self._runtime.commands.handle(DISPATCH, id_, command, meta, command_id)
