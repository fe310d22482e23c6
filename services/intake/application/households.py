"""Handling household checks: places of the register alone, words sealed, how long they count, then the rules."""

from dataclasses import dataclass
from datetime import date

from services.intake.domain import community
from services.intake.domain import household as h
from services.intake.domain.post import Place
from services.intake.domain.streams import COMMUNITY, HOUSEHOLD
from shared.eventsourcing.commands import Handled, derived_id, keyed_fingerprint
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta
from shared.law.here import Here


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of the register as somebody names it; the room in clear."""

    community: str
    grid: str | None = None
    compound: str | None = None
    building: str | None = None
    unit: str | None = None
    room: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found, the note in clear."""

    occupied_by: h.Occupancy
    tenants: int
    lease: h.Lease | None
    rooms: tuple[h.Room, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class Freshness:
    """For how many days a check counts as current: of a home that is let, and of any other."""

    let: int
    other: int

    def days(self, occupied_by: h.Occupancy) -> int:
        return self.let if occupied_by in h.LET else self.other


async def located(runtime: Runtime, spot: Spot) -> h.Dwelling:
    """The place with all that the register knows around it; refused where it lacks the place."""
    _, state = await runtime.commands.load(COMMUNITY, spot.community)
    if isinstance(state, community.Unregistered):
        raise community.NoSuchCommunity
    asked = Place(
        station=state.station,
        community=spot.community,
        grid=spot.grid,
        compound=spot.compound,
        building=spot.building,
        unit=spot.unit,
    )
    return h.Dwelling.model_validate(community.place_in(state, asked).model_dump())


class Households:
    def __init__(self, runtime: Runtime, here: Here, freshness: Freshness) -> None:
        self._runtime = runtime
        self._here = here
        self._freshness = freshness

    async def find(self, id_: str) -> h.State:
        return (await self._runtime.commands.load(HOUSEHOLD, id_))[1]

    def id_of(self, dwelling: h.Dwelling, room: str | None) -> str:
        """The same place and room are the same household; nobody works the room out of the id without the key."""
        where = dwelling.model_dump_json(exclude={"station", "grid"}).encode()
        key = self._runtime.settings.deployment_key
        return derived_id("household", keyed_fingerprint(key, where, (room or "").strip().encode()))

    async def check(
        self, dwelling: h.Dwelling, room: str | None, seen: Seen, on: date, meta: Meta, command_id: str
    ) -> tuple[str, Handled]:
        id_, check = self.id_of(dwelling, room), derived_id("check", command_id)
        findings = h.Findings(
            occupied_by=seen.occupied_by,
            tenants=seen.tenants,
            lease=seen.lease,
            rooms=seen.rooms,
            note=await self.words(id_, check, seen.note),
        )
        command = h.CheckHousehold(
            household=id_,
            dwelling=dwelling,
            room=await self._room(id_, room),
            check=check,
            findings=findings,
            on=on,
            fresh_days=self._freshness.days(seen.occupied_by),
            here=self._here,
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return id_, await self.decide(id_, command, meta, command_id)

    async def refused(
        self, dwelling: h.Dwelling, room: str | None, on: date, meta: Meta, command_id: str
    ) -> tuple[str, Handled]:
        id_ = self.id_of(dwelling, room)
        sealed = await self._room(id_, room)
        now = self._runtime.clock()
        command = h.NoteRefusal(household=id_, dwelling=dwelling, room=sealed, on=on, by=meta.actor, now=now)
        return id_, await self.decide(id_, command, meta, command_id)

    async def hand_over(
        self, id_: str, to: h.Body, reason: str | None, on: date, meta: Meta, command_id: str
    ) -> Handled:
        why = await self.words(id_, derived_id("check", command_id), reason)
        command = h.HandOverAlert(to=to, reason=why, on=on, by=meta.actor, now=self._runtime.clock())
        return await self.decide(id_, command, meta, command_id)

    async def decide(self, id_: str, command: h.Command, meta: Meta, command_id: str) -> Handled:
        return await self._runtime.commands.handle(HOUSEHOLD, id_, command, meta, command_id)

    async def words(self, id_: str, check: str, text: str | None) -> Sealed | None:
        """Words of one visit have a key of their own, which goes when the household's does."""
        if not text:
            return None
        return await self._runtime.vault.seal(f"check-{check}", text, [key_of(id_)])

    async def _room(self, id_: str, room: str | None) -> Sealed | None:
        return await self._runtime.vault.seal(key_of(id_), room.strip()) if room and room.strip() else None


def key_of(household: str) -> str:
    return f"household-{household}"
