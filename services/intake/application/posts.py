"""Handling who takes and leaves a post: the name sealed, the place looked up in the community, one stream for each."""

from dataclasses import dataclass
from datetime import date

from services.intake.domain import account, community, post
from services.intake.domain.post import Holding, Place, PostRole
from services.intake.domain.streams import ACCOUNT, COMMUNITY, POST
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta


@dataclass(frozen=True, slots=True)
class Appointment:
    """Somebody who takes a post. `person` is None for whoever has none yet; a name that is sealed already is kept."""

    role: PostRole
    place: Place
    name: str | Sealed
    since: date
    until: date | None = None
    person: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The post and the person of an appointment."""

    post: str
    person: str
    handled: Handled


class Posts:
    """Posts, their terms, and what of them is put right."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def take(self, appointment: Appointment, meta: Meta, command_id: str) -> Taken:
        """Enters an appointment; asked twice with the same command id, it is the same person and the same post."""
        place = await self.locate(appointment.place)
        if appointment.account is not None:
            await self._require_account(appointment.account)
        person = appointment.person or derived_id("post-holder", command_id)
        name = appointment.name
        holding = Holding(
            role=appointment.role,
            place=place,
            person=person,
            name=name if isinstance(name, Sealed) else await self._runtime.vault.seal(person, name),
            account=appointment.account,
            since=appointment.since,
            until=appointment.until,
        )
        id_ = post_id(person, appointment.role, place)
        command = post.TakePost(post=id_, holding=holding, now=self._runtime.clock())
        return Taken(id_, person, await self.change(id_, command, meta, command_id))

    async def change(self, id_: str, command: post.Command, meta: Meta, command_id: str) -> Handled:
        return await self._runtime.commands.handle(POST, id_, command, meta, command_id)

    async def correct(
        self,
        id_: str,
        number: int,
        *,
        since: date,
        until: date | None,
        account_id: str | None,
        name: str | None,
        reason: post.CorrectionReason,
        meta: Meta,
        command_id: str,
    ) -> Handled:
        """Puts a term right; without a name the one that is known stays."""
        if account_id is not None:
            await self._require_account(account_id)
        holding = await self.holding(id_, number)
        sealed = None if name is None or holding is None else await self._runtime.vault.seal(holding.person, name)
        command = post.CorrectPost(
            term=number,
            since=since,
            until=until,
            account=account_id,
            name=sealed,
            reason=reason,
            now=self._runtime.clock(),
        )
        return await self.change(id_, command, meta, command_id)

    async def holding(self, id_: str, number: int) -> Holding | None:
        """A term as it stands in its stream."""
        _, state = await self._runtime.commands.load(POST, id_)
        return state.terms[number].holding if number in state.terms else None

    async def locate(self, place: Place) -> Place:
        """The place with everything around it that its community knows; refuses what the register does not have."""
        if place.community is None:
            return Place(station=place.station)
        _, state = await self._runtime.commands.load(COMMUNITY, place.community)
        return community.place_in(state, place)

    async def _require_account(self, id_: str) -> None:
        _, state = await self._runtime.commands.load(ACCOUNT, id_)
        if isinstance(state, account.Absent):
            raise account.NoSuchAccount


def post_id(person: str, role: PostRole, place: Place) -> str:
    """The id of a post: one for each person in each role at each place, so that none is entered twice."""
    return derived_id("post", person, role, place.model_dump_json())
