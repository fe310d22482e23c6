"""Handling lone visits: where one goes is sealed, the ladder read off the roster, the alarm raised by the clock."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain import lone_visit as lone
from services.intake.domain.lone_visit import Going, Step
from services.intake.domain.roster import Shift
from services.intake.domain.streams import LONE_VISIT, ROSTER
from shared.eventsourcing.commands import Handled
from shared.eventsourcing.projections import Recorded
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import Meta
from shared.eventsourcing.timers import Change, Clear, Set

OnShift = Callable[[str, datetime], Awaitable[Sequence[Shift]]]
"""Who is on duty at a station at a moment."""


@dataclass(frozen=True, slots=True)
class Alone:
    """Somebody who goes alone, in clear."""

    station: str
    account: str
    where: str | None
    community: str | None = None
    partner: str | None = None


class LoneVisits:
    def __init__(self, runtime: Runtime, on_shift: OnShift) -> None:
        self._runtime = runtime
        self._on_shift = on_shift

    async def find(self, id_: str) -> lone.State:
        return (await self._runtime.commands.load(LONE_VISIT, id_))[1]

    async def start(self, id_: str, alone: Alone, back_at: datetime, meta: Meta, command_id: str) -> Handled:
        command = lone.StartVisit(going=await self._going(id_, alone), back_at=back_at, now=self._runtime.clock())
        return await self.decide(id_, command, meta, command_id)

    async def panic(self, id_: str, alone: Alone, meta: Meta, command_id: str) -> Handled:
        """Asks for help; for a visit that runs, where it went is known already."""
        state = await self.find(id_)
        if isinstance(state, lone.Visit):
            # What the visit itself says counts; only who asks is taken from the caller.
            going = state.going.model_copy(update={"account": alone.account})
        else:
            going = await self._going(id_, alone)
        command = lone.PressPanic(going=going, ladder=await self._ladder(going), now=self._runtime.clock())
        return await self.decide(id_, command, meta, command_id)

    async def due(self, timer: Set) -> lone.RaiseAlarm:
        """What the clock asks for: with whom the roster names at this moment."""
        state = await self.find(timer.subject)
        steps = await self._ladder(state.going) if isinstance(state, lone.Visit) else ()
        return lone.RaiseAlarm(ladder=steps, now=self._runtime.clock())

    async def decide(self, id_: str, command: lone.Command, meta: Meta, command_id: str) -> Handled:
        return await self._runtime.commands.handle(LONE_VISIT, id_, command, meta, command_id)

    async def _going(self, id_: str, alone: Alone) -> Going:
        _, rules = await self._runtime.commands.load(ROSTER, alone.station)
        where = None if alone.where is None else await self._runtime.vault.seal(words_of(id_), alone.where)
        return Going(
            visit=id_,
            station=alone.station,
            account=alone.account,
            where=where,
            community=alone.community,
            partner=alone.partner,
            step_minutes=rules.rules.step_minutes,
            repeat_minutes=rules.rules.repeat_minutes,
        )

    async def _ladder(self, going: Going) -> tuple[Step, ...]:
        on_duty = await self._on_shift(going.station, self._runtime.clock())
        return lone.ladder(going.account, going.partner, going.community, on_duty)


def words_of(visit: str) -> str:
    """The key of where somebody went, which goes when they are back."""
    return f"lone-{visit}"


def schedule(recorded: Recorded) -> Sequence[Change]:
    """One timer for each visit: when it is to be back, then when its alarm climbs."""
    match recorded.event:
        case lone.LoneVisitStarted(going=going, back_at=due):
            return [_timer(going.visit, going.station, due)]
        case lone.LoneVisitExtended(visit=visit, station=station, back_at=due):
            return [_timer(visit, station, due)]
        case lone.AlarmRaised(visit=visit, station=station, next_at=due) if due is not None:
            return [_timer(visit, station, due)]
        case lone.AlarmRaised(visit=visit) | lone.AlarmAnswered(visit=visit) | lone.LoneVisitEnded(visit=visit):
            return [Clear(words_of(visit))]
        case _:
            return []


def _timer(visit: str, station: str, due: datetime) -> Set:
    return Set(words_of(visit), due, "lone-visit", visit, visit, station)
