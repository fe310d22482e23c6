"""Handling the plans of a day: seals where and what, and moves an item so that it is never in no plan."""

from dataclasses import dataclass
from datetime import date, time

from services.intake.domain import day_plan
from services.intake.domain.streams import DAY_PLAN
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import Meta


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose plan, and of which day."""

    account: str
    station: str
    day: date

    @property
    def plan(self) -> str:
        return derived_id("day-plan", self.account, self.day.isoformat())


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item in clear."""

    kind: day_plan.Kind
    place: str
    at: time | None = None
    note: str = ""
    about: day_plan.About | None = None


class Plans:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def find(self, plan: str) -> day_plan.Plan:
        return (await self._runtime.commands.load(DAY_PLAN, plan))[1]

    async def add(self, whose: Whose, wanted: Wanted, meta: Meta, command_id: str) -> Handled:
        item = derived_id("plan-item", command_id)
        vault, key = self._runtime.vault, f"plan-item-{item}"
        command = day_plan.PlanItem(
            plan=whose.plan,
            account=whose.account,
            station=whose.station,
            day=whose.day,
            item=item,
            kind=wanted.kind,
            at=wanted.at,
            place=await vault.seal(key, wanted.place),
            note=await vault.seal(key, wanted.note) if wanted.note else None,
            about=wanted.about,
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self.decide(whose.plan, command, meta, command_id)

    async def move(
        self, whose: Whose, item: str, to: date, reason: day_plan.MoveReason, words: str, meta: Meta, command_id: str
    ) -> Handled:
        """Plans it on the other day first: if anything fails in between, it stands twice and never nowhere."""
        command = day_plan.MoveItem(
            item=item,
            to=to,
            reason=reason,
            words=await self._runtime.vault.seal(f"plan-item-{item}", words) if words else None,
            by=meta.actor,
            now=self._runtime.clock(),
        )
        state = await self.find(whose.plan)
        if day_plan.decide(command, state):
            known = state.items[item]
            other = Whose(whose.account, whose.station, to)
            planned = day_plan.PlanItem(
                plan=other.plan,
                account=other.account,
                station=other.station,
                day=to,
                item=derived_id("moved-item", item, to.isoformat()),
                kind=known.kind,
                at=known.at,
                place=known.place,
                note=known.note,
                about=known.about,
                moved_from=whose.day,
                by=meta.actor,
                now=self._runtime.clock(),
            )
            await self.decide(other.plan, planned, meta, derived_id("plan-moved", command_id))
        return await self.decide(whose.plan, command, meta, command_id)

    async def drop(
        self, whose: Whose, item: str, reason: day_plan.DropReason, words: str, meta: Meta, command_id: str
    ) -> Handled:
        sealed = await self._runtime.vault.seal(f"plan-item-{item}", words) if words else None
        command = day_plan.DropItem(item=item, reason=reason, words=sealed, by=meta.actor, now=self._runtime.clock())
        return await self.decide(whose.plan, command, meta, command_id)

    async def decide(self, plan: str, command: day_plan.Command, meta: Meta, command_id: str) -> Handled:
        return await self._runtime.commands.handle(DAY_PLAN, plan, command, meta, command_id)
