"""Handling what people ask of a dispute: what they write is sealed, then decided, alone or several at once."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from services.mediation.application.policies import react
from services.mediation.domain import commands, dispute
from services.mediation.domain.commands import Command
from services.mediation.domain.events import Contact, Form, PerformanceItem, Seat, Side
from services.mediation.domain.streams import DISPUTE
from shared.contracts.envelope import Contract
from shared.contracts.reports import DisputeAdmitted, ReportWithdrawn
from shared.contracts.vocabulary import Personal
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta


def _without_controls(value: str) -> str:
    """Control characters carry nothing that a person wrote, and databases refuse some of them."""
    return "".join(c for c in value if c in "\n\t" or (c >= " " and c != "\x7f"))


Clear = Annotated[str, AfterValidator(_without_controls)]
"""What a person wrote, in clear: on its way to being sealed, never stored."""


class Joining(BaseModel, frozen=True):
    """A party as it is entered, in clear."""

    person: str
    side: Side
    name: Clear | None
    phone: Clear | None
    demand: Clear | None


class Sitting(BaseModel, frozen=True):
    """A member of the group as it is appointed, in clear."""

    person: str
    seat: Seat
    account: str | None
    name: Clear | None
    phone: Clear | None


class Promise(BaseModel, frozen=True):
    """A performance item as it is written down, in clear."""

    item: int = Field(ge=1)
    what: Clear
    due_on: date


class Disputes:
    """Disputes, from the admission that opens them to their end."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    # By itself

    async def open(self, contract: Contract, meta: Meta, command_id: str) -> None:
        """Opens the dispute of an admitted report; once more changes nothing."""
        if isinstance(contract, DisputeAdmitted) and contract.reporter is not None:
            # Intake's link between the words of a report and its reporter does not travel; made anew, erasing holds.
            texts = {contract.headline.of, contract.story.of} - {contract.reporter.person}
            await self._runtime.vault.keys(texts, dict.fromkeys(texts, (contract.reporter.person,)))
        for asked in react(contract, _as_held):
            await self._runtime.commands.handle(DISPUTE, asked.dispute, asked.command, meta, command_id)

    async def withdraw(self, contract: ReportWithdrawn, meta: Meta, command_id: str) -> None:
        """Notes that the applicant withdrew; where nothing was opened for the report, nothing happens."""
        for asked in react(contract, _as_held):
            state = await self._state(asked.dispute)
            if isinstance(state, dispute.Unopened):
                continue
            # The reason lies under the key of the report's words, which opening the dispute linked to the reporter.
            told = meta.model_copy(update={"station": state.case.names["station"]})
            await self._runtime.commands.handle(DISPUTE, asked.dispute, asked.command, told, command_id)

    # By people

    async def add_parties(
        self, id_: str, joining: Sequence[Joining], now: datetime, meta: Meta, command_id: str, seen: int | None
    ) -> Handled:
        """Enters parties, all of them or, where one is refused, none; the reporter's own contact is known already."""
        state = await self._state(id_)
        applicant = None if isinstance(state, dispute.Unopened) else state.case.applicant
        entered = [one.person for one in joining]
        seal, say = await self._sealer(id_, entered, joining=entered)
        asked: list[Command] = []
        for one in joining:
            known = applicant if applicant is not None and applicant.person == one.person else None
            name, phone = _contact(seal, one.person, one.name, one.phone, known)
            demand = None if one.demand is None else say(one.demand)
            asked.append(
                commands.AddParty(person=one.person, side=one.side, name=name, phone=phone, demand=demand, now=now)
            )
        return await self._handle_all(id_, asked, meta, command_id, seen)

    async def appoint(
        self, id_: str, sitting: Sitting, now: datetime, meta: Meta, command_id: str, seen: int | None
    ) -> Handled:
        seal, _ = await self._sealer(id_, [sitting.person])
        name, phone = _contact(seal, sitting.person, sitting.name, sitting.phone, None)
        command = commands.AppointMember(
            seat=sitting.seat, person=sitting.person, account=sitting.account, name=name, phone=phone, now=now
        )
        return await self.handle(id_, command, meta, command_id, seen)

    async def agree(
        self,
        id_: str,
        form: Form,
        text: str,
        items: Sequence[Promise],
        now: datetime,
        meta: Meta,
        command_id: str,
        seen: int | None,
    ) -> Handled:
        _, say = await self._sealer(id_)
        command = commands.ReachAgreement(
            form=form,
            text=say(_without_controls(text)),
            items=tuple(PerformanceItem(item=item.item, what=say(item.what), due_on=item.due_on) for item in items),
            now=now,
        )
        return await self.handle(id_, command, meta, command_id, seen)

    async def seal(self, id_: str, words: str) -> Sealed:
        """Words about a dispute, under the key of its words."""
        _, say = await self._sealer(id_)
        return say(_without_controls(words))

    async def handle(self, id_: str, command: Command, meta: Meta, command_id: str, seen: int | None) -> Handled:
        return await self._runtime.commands.handle(DISPUTE, id_, command, meta, command_id, seen)

    async def _handle_all(
        self, id_: str, asked: Sequence[Command], meta: Meta, command_id: str, seen: int | None
    ) -> Handled:
        """Tries all of them in memory first, so that a refusal of one leaves nothing half done."""
        ids = [command_id, *(derived_id(command_id, number) for number in range(1, len(asked)))]
        if await self._runtime.store.find(command_id, meta.fingerprint) is None:
            state = await self._state(id_)
            for command in asked:
                state = DISPUTE.decider.fold(DISPUTE.decider.decide(command, state), state)
        handled, position = None, 0
        for command, id_of_one in zip(asked, ids, strict=True):
            handled = await self.handle(id_, command, meta, id_of_one, seen)
            position, seen = max(position, handled.position), None
        if handled is None:
            raise NothingAsked
        return Handled(handled.stream, handled.version, position, handled.repeated)

    async def _state(self, id_: str) -> dispute.State:
        return (await self._runtime.commands.load(DISPUTE, id_))[1]

    async def _sealer(
        self, id_: str, persons: Iterable[str] = (), joining: Iterable[str] = ()
    ) -> tuple[Callable[[str, str], Sealed], Callable[[str], Sealed]]:
        """How to seal a value of one of these persons, and words about the dispute.

        Words fall with every party, for they may be about any of them. A key that fell is never made again: with each
        erased party the words that are written from then on have another one, which those who are left are linked to.
        """
        state = await self._state(id_)
        contacts = [] if isinstance(state, dispute.Unopened) else _contacts(state.case)
        known = {contact.person: value for contact in contacts if (value := contact.name or contact.phone) is not None}
        opened = await self._runtime.vault.open_all(list(known.values()))
        erased = {person for person, value in zip(known, opened, strict=True) if value is None}
        words = f"dispute-{id_}-{len(erased)}" if erased else f"dispute-{id_}"
        linked = {*(contact.person for contact in contacts), *joining} - erased
        seal = await self._runtime.vault.sealer([words, *persons], {words: tuple(sorted(linked))})
        return seal, lambda text: seal(words, text)


class NothingAsked(Refusal):
    """An empty list; the edge does not let it through."""


def _contacts(case: dispute.Case) -> list[Contact]:
    """The parties, and who brought the matter."""
    found = {party.contact.person: party.contact for party in case.parties.values()}
    if case.applicant is not None:
        found.setdefault(case.applicant.person, case.applicant)
    return list(found.values())


def _as_held(personal: Personal) -> Sealed:
    """The receiver sealed it anew for this store before it was appended."""
    return Sealed(of=personal.of, box=personal.box)


def _contact(
    seal: Callable[[str, str], Sealed], person: str, name: str | None, phone: str | None, known: Contact | None
) -> tuple[Sealed | None, Sealed | None]:
    return (
        seal(person, name) if name else known.name if known else None,
        seal(person, phone) if phone else known.phone if known else None,
    )
