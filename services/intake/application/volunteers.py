"""Handling what is entered about squad members: seals names and words, sees that the grid is drawn, asks the rules."""

from dataclasses import dataclass
from datetime import date, datetime

from services.intake.domain import community
from services.intake.domain import volunteer as v
from services.intake.domain.community import VolunteerRole
from services.intake.domain.post import Place
from services.intake.domain.streams import COMMUNITY, VOLUNTEER
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who may be won, in clear."""

    name: str
    role: VolunteerRole
    place: v.Place
    origin: v.Origin
    on: date
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What was done and where, in clear."""

    kind: v.ServiceKind
    what: str
    where: str
    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Entered:
    """A member as `EnrolVolunteer` entered them."""

    volunteer: str
    name: Sealed
    role: VolunteerRole
    station: str
    community: str
    grid: str
    since: date


class Volunteers:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def find(self, id_: str) -> v.State:
        return (await self._runtime.commands.load(VOLUNTEER, id_))[1]

    async def write_down(self, id_: str, community_id: str, found: Found, meta: Meta, command_id: str) -> Handled:
        """Writes somebody down (发现); `id_` is the key under which everything about them is sealed."""
        station, place = await self.located(community_id, found.place)
        command = v.FindVolunteer(
            volunteer=id_,
            name=await self._runtime.vault.seal(id_, found.name),
            role=found.role,
            station=station,
            community=community_id,
            place=place,
            origin=found.origin,
            account=found.account,
            on=found.on,
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self.decide(id_, command, meta, command_id)

    async def take_over(self, entered: Entered, meta: Meta) -> None:
        """Begins the history of somebody who was entered as a willing member before each step was kept."""
        find = v.FindVolunteer(
            volunteer=entered.volunteer,
            name=entered.name,
            role=entered.role,
            station=entered.station,
            community=entered.community,
            place=v.Place(grid=entered.grid),
            origin=v.Origin(kind="roster"),
            on=entered.since,
            by=meta.actor,
            now=self._runtime.clock(),
        )
        agreed = v.RecordConsent(form="earlier", on=entered.since, by=meta.actor, now=self._runtime.clock())
        for step, command in (("found", find), ("agreed", agreed)):
            await self.decide(entered.volunteer, command, meta, derived_id("take-over", entered.volunteer, step))

    async def move(self, id_: str, role: VolunteerRole, place: v.Place, meta: Meta, command_id: str) -> Handled:
        state = await self.find(id_)
        if isinstance(state, v.Volunteer):
            _, place = await self.located(state.community, place)
        command = v.PlaceVolunteer(role=role, place=place, by=meta.actor, now=self._runtime.clock())
        return await self.decide(id_, command, meta, command_id)

    async def vouch(self, id_: str, kind: v.VoucherKind, name: str, on: date, meta: Meta, command_id: str) -> Handled:
        """Who vouches is a person of their own: erasing the one leaves the other's name."""
        person = derived_id("voucher", command_id)
        voucher = v.Voucher(kind=kind, person=person, name=await self._runtime.vault.seal(person, name))
        command = v.VouchForVolunteer(voucher=voucher, on=on, by=meta.actor, now=self._runtime.clock())
        return await self.decide(id_, command, meta, command_id)

    async def insure(
        self, id_: str, insurer: str, policy: str | None, days: tuple[date, date], meta: Meta, command_id: str
    ) -> Handled:
        insurance = v.Insurance(
            insurer=insurer,
            policy=await self._runtime.vault.seal(id_, policy) if policy else None,
            first_day=days[0],
            last_day=days[1],
        )
        command = v.RecordInsurance(insurance=insurance, by=meta.actor, now=self._runtime.clock())
        return await self.decide(id_, command, meta, command_id)

    async def record(self, id_: str, record: str, done: Done, meta: Meta, command_id: str) -> Handled:
        service, _ = await self._service(id_, record, done)
        command = v.RecordService(record=record, service=service, by=meta.actor, now=self._runtime.clock())
        return await self.decide(id_, command, meta, command_id)

    async def correct(self, id_: str, record: str, done: Done, reason: str, meta: Meta, command_id: str) -> Handled:
        service, why = await self._service(id_, record, done, reason)
        command = v.CorrectService(record=record, service=service, reason=why, by=meta.actor, now=self._runtime.clock())
        return await self.decide(id_, command, meta, command_id)

    async def strike(self, id_: str, record: str, reason: str, meta: Meta, command_id: str) -> Handled:
        key = words_of(record)
        why = await self._runtime.vault.seal(key, reason, [id_])
        command = v.StrikeService(record=record, reason=why, by=meta.actor, now=self._runtime.clock())
        return await self.decide(id_, command, meta, command_id)

    async def decide(self, id_: str, command: v.Command, meta: Meta, command_id: str) -> Handled:
        return await self._runtime.commands.handle(VOLUNTEER, id_, command, meta, command_id)

    async def located(self, community_id: str, place: v.Place) -> tuple[str, v.Place]:
        """The community's station, and the place with everything around it that the register knows."""
        _, state = await self._runtime.commands.load(COMMUNITY, community_id)
        if isinstance(state, community.Unregistered):
            raise community.NoSuchCommunity
        asked = Place(station=state.station, community=community_id, **place.model_dump())
        return state.station, v.Place(**community.place_in(state, asked).model_dump(include=set(v.Place.model_fields)))

    async def _service(self, id_: str, record: str, done: Done, reason: str = "") -> tuple[v.Service, Sealed]:
        """The words of a record have a key of their own, which goes when the volunteer's does."""
        key = words_of(record)
        seal = await self._runtime.vault.sealer([key], {key: (id_,)})
        service = v.Service(
            kind=done.kind,
            what=seal(key, done.what),
            where=seal(key, done.where),
            began_at=done.began_at,
            ended_at=done.ended_at,
        )
        return service, seal(key, reason)


def words_of(record: str) -> str:
    return f"service-{record}"
