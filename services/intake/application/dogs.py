"""Handling matters of dogs: places of the register, words sealed under the matter, rules of the day and the city."""

from datetime import date

from services.intake.domain import dog
from services.intake.domain.household import Dwelling
from services.intake.domain.streams import DOG
from shared.eventsourcing.commands import Handled
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta
from shared.law.here import Here


class Dogs:
    def __init__(self, runtime: Runtime, here: Here) -> None:
        self._runtime = runtime
        self.here = here

    async def find(self, id_: str) -> dog.State:
        return (await self._runtime.commands.load(DOG, id_))[1]

    async def open(
        self, id_: str, place: Dwelling, kind: dog.Kind, what: str, on: date, meta: Meta, command_id: str
    ) -> Handled:
        """Nobody is known to whom the words could be linked: they go with the matter's own key."""
        sealed = await self._runtime.vault.seal(key_of(id_), what)
        now = self._runtime.clock()
        command = dog.OpenDogMatter(matter=id_, place=place, kind=kind, what=sealed, on=on, by=meta.actor, now=now)
        return await self.decide(id_, command, meta, command_id)

    async def step(
        self,
        id_: str,
        step: dog.Step,
        on: date,
        meta: Meta,
        command_id: str,
        *,
        reason: str | None = None,
        to: dog.Body = "public_security",
    ) -> Handled:
        why = await self._words(id_, reason)
        by, now, here = meta.actor, self._runtime.clock(), self.here
        command: dog.Command
        match step:
            case "advice":
                command = dog.AdviseOnDog(on=on, here=here, by=by, now=now)
            case "warning":
                command = dog.WarnOfDog(reason=why, on=on, here=here, by=by, now=now)
            case "handover":
                command = dog.HandOverDog(to=to, reason=why, on=on, here=here, by=by, now=now)
        return await self.decide(id_, command, meta, command_id)

    async def close(self, id_: str, on: date, meta: Meta, command_id: str) -> Handled:
        command = dog.CloseDogMatter(on=on, by=meta.actor, now=self._runtime.clock())
        return await self.decide(id_, command, meta, command_id)

    async def decide(self, id_: str, command: dog.Command, meta: Meta, command_id: str) -> Handled:
        return await self._runtime.commands.handle(DOG, id_, command, meta, command_id)

    async def _words(self, id_: str, text: str | None) -> Sealed | None:
        return await self._runtime.vault.seal(key_of(id_), text) if text else None


def key_of(matter: str) -> str:
    return f"dog-{matter}"
