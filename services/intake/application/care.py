"""Handling visits to people in need: what they said sealed and linked to them, what is due, an end that erases it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from services.intake.application.households import Spot, located
from services.intake.domain import care as c
from services.intake.domain.streams import CARE
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.policies import React
from shared.eventsourcing.projections import Recorded
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import Meta
from shared.eventsourcing.timers import Change, Clear, Set

TIMER = "care"


@dataclass(frozen=True, slots=True)
class Wish:
    """What was agreed with somebody, in clear."""

    name: str
    address: str | None
    situation: str
    need: c.Need
    purposes: tuple[c.Purpose, ...]
    consent: c.Consent
    agreed_on: date
    every_days: int
    until: date
    visitor: str | None


class Care:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def find(self, id_: str) -> c.State:
        return (await self._runtime.commands.load(CARE, id_))[1]

    async def agree(self, id_: str, spot: Spot, wish: Wish, meta: Meta, command_id: str) -> Handled:
        """The name is sealed under the person, the words under a key of their own that goes with the person's."""
        place = await located(self._runtime, spot)
        person, words = derived_id("cared-for", id_), f"care-{id_}"
        seal = await self._runtime.vault.sealer([person, words], {words: (person,)})
        command = c.AgreeOnCare(
            care=id_,
            person=person,
            name=seal(person, wish.name),
            address=seal(person, wish.address) if wish.address else None,
            situation=seal(words, wish.situation),
            station=place.station,
            community=place.community,
            grid=place.grid,
            need=wish.need,
            purposes=wish.purposes,
            consent=wish.consent,
            agreed_on=wish.agreed_on,
            every_days=wish.every_days,
            until=wish.until,
            visitor=wish.visitor,
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self.decide(id_, command, meta, command_id)

    async def visited(
        self, id_: str, outcome: c.Outcome, note: str | None, on: date, meta: Meta, command_id: str
    ) -> Handled:
        person = derived_id("cared-for", id_)
        sealed = await self._runtime.vault.seal(f"care-{id_}", note, [person]) if note else None
        visit = derived_id("care-visit", command_id)
        now = self._runtime.clock()
        command = c.RecordCareVisit(visit=visit, outcome=outcome, note=sealed, on=on, by=meta.actor, now=now)
        return await self.decide(id_, command, meta, command_id)

    async def end(self, id_: str, why: c.Why, meta: Meta, command_id: str) -> Handled:
        return await self.decide(id_, c.EndCare(why=why, by=meta.actor, now=self._runtime.clock()), meta, command_id)

    async def decide(self, id_: str, command: c.Command, meta: Meta, command_id: str) -> Handled:
        return await self._runtime.commands.handle(CARE, id_, command, meta, command_id)


def schedule(recorded: Recorded) -> Sequence[Change]:
    match recorded.event:
        case c.CareAgreed(care=care, station=station) as agreed:
            return [Set(f"{TIMER}-{care}", c.ends_at(agreed.until), TIMER, care, care, station)]
        case c.CareEnded(care=care):
            return [Clear(f"{TIMER}-{care}")]
        case _:
            return []


def expiring(runtime: Runtime) -> Callable[[Set], c.EndCare]:
    return lambda due: c.EndCare(why="expired", by="clock", now=runtime.clock())


def erasing(runtime: Runtime) -> React:
    """Whatever the reason for the end: what was said is erased with it."""

    async def erase(recorded: Recorded) -> None:
        assert isinstance(recorded.event, c.CareEnded), "the policy's one concern"
        await runtime.erase(recorded.event.person, Meta(actor=recorded.event.by, role="system"))

    return erase
