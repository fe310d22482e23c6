"""Handling small premises and their checks: seals names and words, finds the check list, places and people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.intake.domain import community, inspection, premises
from services.intake.domain.post import Place
from services.intake.domain.streams import COMMUNITY, INSPECTION, PREMISES
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta
from shared.law.here import Here
from shared.law.legal_time import SHANGHAI
from shared.law.rules import Rule


@dataclass(frozen=True, slots=True)
class Entered:
    """A place for the list, in clear."""

    kind: str
    measures: Mapping[str, float]
    place: premises.Place
    name: str
    address: str = ""
    responsible: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, in clear."""

    point: str
    level: inspection.Level
    what: str
    evidence: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Rechecked:
    results: Mapping[str, inspection.Result]
    note: str = ""
    evidence: Sequence[str] = field(default_factory=tuple)


class Inspections:
    def __init__(self, runtime: Runtime, here: Here) -> None:
        self._runtime = runtime
        self.here = here

    def today(self) -> date:
        return self._runtime.clock().astimezone(SHANGHAI).date()

    def check_list(self, kind: str) -> Rule:
        """The check list of a kind; one without a list of its own has the five points of the daily check."""
        return self.here.find(inspection.check_list(kind), self.today()) or self.here.rule(
            inspection.CHECK, self.today()
        )

    async def listed(self, id_: str) -> premises.Premises:
        state = (await self._runtime.commands.load(PREMISES, id_))[1]
        if isinstance(state, premises.Unlisted):
            raise premises.NoSuchPremises
        return state

    async def begun(self, id_: str) -> inspection.Inspection:
        state = (await self._runtime.commands.load(INSPECTION, id_))[1]
        if isinstance(state, inspection.NotBegun):
            raise inspection.NoSuchInspection
        return state

    async def register(self, id_: str, community_id: str, entered: Entered, meta: Meta, command_id: str) -> Handled:
        station, place = await self.located(community_id, entered.place)
        vault, own, person = self._runtime.vault, f"premises-{id_}", derived_id("responsible", id_)
        responsible = None
        if entered.responsible:
            responsible = premises.Responsible(
                person=person,
                name=await vault.seal(person, entered.responsible),
                phone=await vault.seal(person, entered.phone) if entered.phone else None,
            )
        linked = [person] if responsible is not None else []
        command = premises.RegisterPremises(
            premises=id_,
            kind=entered.kind,
            measures=dict(entered.measures),
            station=station,
            community=community_id,
            place=place,
            name=await vault.seal(own, entered.name, linked),
            address=await vault.seal(own, entered.address, linked) if entered.address else None,
            responsible=responsible,
            here=self.here,
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self._runtime.commands.handle(PREMISES, id_, command, meta, command_id)

    async def measure(self, id_: str, kind: str, measures: Mapping[str, float], meta: Meta, command_id: str) -> Handled:
        command = premises.MeasurePremises(
            kind=kind, measures=dict(measures), here=self.here, by=meta.actor, now=self._runtime.clock()
        )
        return await self._runtime.commands.handle(PREMISES, id_, command, meta, command_id)

    async def close(self, id_: str, meta: Meta, command_id: str) -> Handled:
        command = premises.ClosePremises(by=meta.actor, now=self._runtime.clock())
        return await self._runtime.commands.handle(PREMISES, id_, command, meta, command_id)

    async def begin(self, id_: str, premises_id: str, inspector: str, meta: Meta, command_id: str) -> Handled:
        place = await self.listed(premises_id)
        if place.closed:
            raise premises.PremisesGone
        listed = self.check_list(place.kind)
        command = inspection.BeginInspection(
            inspection=id_,
            premises=premises_id,
            kind=place.kind,
            station=place.station,
            community=place.community,
            grid=place.place.grid,
            check_list=listed.id,
            points=tuple(item.code for item in listed.items),
            inspector=inspector,
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self.decide(id_, command, meta, command_id)

    async def record(self, id_: str, found: Found, meta: Meta, command_id: str) -> Handled:
        finding = derived_id("finding", command_id)
        command = inspection.RecordFinding(
            finding=finding,
            point=found.point,
            level=found.level,
            what=await self._words(id_, finding, found.what),
            evidence=tuple(found.evidence),
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self.decide(id_, command, meta, command_id)

    async def order(self, id_: str, findings: Sequence[str], due: date, meta: Meta, command_id: str) -> Handled:
        rule = self.here.rule(inspection.CHECK, self.today())
        command = inspection.OrderRectification(
            order=derived_id("rectification", command_id),
            findings=tuple(findings),
            due=due,
            rule=rule.id,
            article=rule.article,
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self.decide(id_, command, meta, command_id)

    async def recheck(self, id_: str, seen: Rechecked, meta: Meta, command_id: str) -> Handled:
        command = inspection.Recheck(
            results=dict(seen.results),
            note=await self._words(id_, command_id, seen.note) if seen.note else None,
            evidence=tuple(seen.evidence),
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self.decide(id_, command, meta, command_id)

    async def answer(
        self,
        id_: str,
        hand_over: str,
        accepted: bool,
        reference: str,
        reason: str,
        meta: Meta,
        command_id: str,
    ) -> Handled:
        command = inspection.AnswerHandOver(
            hand_over=hand_over,
            accepted=accepted,
            reference=reference or None,
            reason=await self._words(id_, command_id, reason) if reason else None,
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self.decide(id_, command, meta, command_id)

    async def decide(self, id_: str, command: inspection.Command, meta: Meta, command_id: str) -> Handled:
        return await self._runtime.commands.handle(INSPECTION, id_, command, meta, command_id)

    async def located(self, community_id: str, place: premises.Place) -> tuple[str, premises.Place]:
        """The community's station, and the place with what lies around it."""
        _, state = await self._runtime.commands.load(COMMUNITY, community_id)
        if isinstance(state, community.Unregistered):
            raise community.NoSuchCommunity
        asked = Place(station=state.station, community=community_id, **place.model_dump())
        found = community.place_in(state, asked)
        return state.station, premises.Place.model_validate(found.model_dump(include={"grid", "compound", "building"}))

    async def _words(self, id_: str, of: str, words: str) -> Sealed:
        """Words have a key of their own, linked to who answers for the place as long as that person is known."""
        state = (await self._runtime.commands.load(INSPECTION, id_))[1]
        linked: list[str] = []
        if isinstance(state, inspection.Inspection):
            responsible = (await self.listed(state.premises)).responsible
            if responsible is not None and await self._runtime.vault.holds(responsible.person):
                linked = [responsible.person]
        return await self._runtime.vault.seal(f"inspection-{derived_id('words', id_, of)}", words, linked)
