"""Handling what people, policies and timers ask of notify: deliveries planned and decided upon, groups entered."""

from collections.abc import Iterable

from services.notify.application.policies import Asked
from services.notify.domain import delivery, group
from services.notify.domain.delivery import DeliveryPlanned
from services.notify.domain.streams import DELIVERY, GROUP
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import Meta


class Deliveries:
    """Deliveries, from the plan to their end."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def plan(self, asked: Iterable[Asked], meta: Meta) -> None:
        """Plans each once, however often it is asked."""
        for id_, command in asked:
            meta = meta.model_copy(update={"station": command.station, "correlation": command.about.code})
            await self._runtime.commands.handle(DELIVERY, id_, command, meta, derived_id("plan", id_))

    async def planned(self, id_: str) -> DeliveryPlanned | None:
        """The plan: to whom, by which template, with which values."""
        for stored in await self._runtime.store.read_stream(DELIVERY.stream(id_), limit=1):
            event = self._runtime.read(stored)
            assert isinstance(event, DeliveryPlanned), "a delivery begins with its plan"
            return event
        return None

    async def decide(
        self, id_: str, command: delivery.Command, meta: Meta, command_id: str, seen: int | None = None
    ) -> Handled:
        """A decision on a delivery that is there."""
        planned = await self.planned(id_)
        if planned is not None:
            meta = meta.model_copy(update={"station": planned.station, "correlation": planned.about.code})
        return await self._runtime.commands.handle(DELIVERY, id_, command, meta, command_id, seen)

    async def give_up_all(self, ids: Iterable[str], meta: Meta) -> None:
        """Ends what is still open; what is under way at this moment ends by itself, before its next attempt."""
        for id_ in ids:
            command = delivery.GiveUp(reason="person_not_reachable", now=self._runtime.clock())
            try:
                await self.decide(id_, command, meta, derived_id("give-up-erased", id_))
            except Refusal:
                continue

    async def is_erased(self, person: str) -> bool:
        """Whether the person's data was erased here, be there a sealed value of theirs at hand or not."""
        return await self._runtime.store.version(f"person-keys-{person}") > 0


class Groups:
    """The register of groups."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def register(self, command: group.RegisterGroup, meta: Meta, command_id: str) -> Handled:
        return await self._runtime.commands.handle(GROUP, command.group, command, meta, command_id)
