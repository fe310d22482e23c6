"""What the routes of household checks take and answer."""

from datetime import date
from typing import Literal, Self, TypeAlias

from pydantic import BaseModel, Field, model_validator

from services.intake.application.households import Seen, Spot
from services.intake.application.submissions import Code, Line, Text
from services.intake.domain import household as h
from services.intake.domain.address import LONGEST_TEXT
from services.intake.domain.cited import Cited
from services.intake.entrypoints.schemas import Body
from services.intake.entrypoints.volunteer_bodies import YEARS
from shared.eventsourcing.decider import sentence

Shown: TypeAlias = Literal["fresh", "unknown", "declined", "alert"]


class WhereIn(Body):
    """A unit of the register: by an address in words, or by its codes."""

    address: Line | None = Field(default=None, max_length=LONGEST_TEXT, description="looked up, and not kept")
    community: Code | None = None
    grid: Code | None = None
    compound: Code | None = None
    building: Code | None = None
    unit: Code | None = None
    room: Line | None = Field(default=None, max_length=40, description="kept sealed")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.address is None and self.community is None:
            raise ValueError(sentence("Name the place: by its address in words, or by the codes of the register."))
        return self

    def spot(self) -> Spot:
        assert self.community is not None, "a place by its codes has a community"
        return Spot(self.community, self.grid, self.compound, self.building, self.unit, self.room)


class OnIn(Body):
    on: date = Field(ge=YEARS[0], le=YEARS[1])


class LeaseIn(Body):
    first_day: date = Field(ge=YEARS[0], le=YEARS[1])
    last_day: date | None = Field(default=None, ge=YEARS[0], le=YEARS[1])


class RoomIn(Body):
    kind: h.RoomKind
    persons: int = Field(ge=0, le=1_000)


class CheckIn(OnIn):
    where: WhereIn
    occupied_by: h.Occupancy
    tenants: int = Field(default=0, ge=0, le=1_000)
    lease: LeaseIn | None = None
    rooms: list[RoomIn] = Field(default=[], max_length=20, description="rooms that are not for dwelling")
    note: Text | None = Field(default=None, max_length=2_000, description="kept sealed")

    def seen(self) -> Seen:
        lease = self.lease
        return Seen(
            occupied_by=self.occupied_by,
            tenants=self.tenants,
            lease=None if lease is None else h.Lease(first_day=lease.first_day, last_day=lease.last_day),
            rooms=tuple(h.Room(kind=room.kind, persons=room.persons) for room in self.rooms),
            note=(self.note or "").strip() or None,
        )


class RefusalIn(OnIn):
    where: WhereIn


class TellIn(OnIn):
    side: h.Side


class RecheckIn(OnIn):
    put_right: bool


class HandOverIn(OnIn):
    to: h.Body
    reason: Line | None = Field(default=None, max_length=500, description="needed before a re-check")


class Entered(BaseModel):
    id: str
    version: int
    position: int
    alert: str | None = Field(description="the tenancy alert that is open there")


class FindingsOut(BaseModel):
    occupied_by: h.Occupancy
    tenants: int
    lease: h.Lease | None
    rooms: list[h.Room]
    note: str | None = Field(description="None for whom personal values are not open, and where they were erased")


class AlertOut(BaseModel):
    id: str
    state: Literal["open", "put_right", "handed_over"]
    rooms: list[h.Room]
    persons: int
    rule: Cited
    raised_on: date
    told_landlord: date | None
    told_tenants: date | None
    rechecked_on: date | None
    put_right: bool | None
    handed_to: h.Body | None
    handed_on: date | None
    reason: str | None


class HouseholdOut(BaseModel):
    id: str
    station: str
    community: str
    grid: str
    compound: str | None
    building: str | None
    unit: str | None
    room: str | None
    standing: h.Standing = Field(description="fresh: `current` holds; unknown: it does not any more")
    current: FindingsOut | None = Field(description="None from the day on which it is not fresh any more")
    last_known: FindingsOut | None = Field(description="what was found on `checked_on`, where it is unknown by now")
    checked_on: date | None
    fresh_until: date | None
    taken_by: str | None
    declined_on: date | None = Field(description="nobody wished to answer; nothing follows from it")
    alerts: list[AlertOut]
    version: int


class HouseholdPage(BaseModel):
    households: list[HouseholdOut]
