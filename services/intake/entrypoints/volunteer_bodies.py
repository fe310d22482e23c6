"""What the routes of volunteers take and answer."""

from datetime import date
from typing import Final

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from services.intake.application.submissions import Code, Line, Moment
from services.intake.application.volunteers import Done, Found
from services.intake.domain import volunteer as v
from services.intake.domain.community import VolunteerRole
from services.intake.entrypoints.schemas import Body
from shared.eventsourcing.decider import sentence

YEARS: Final = (date(1900, 1, 1), date(2199, 12, 31))


class PlaceIn(Body):
    grid: Code
    compound: Code | None = None
    building: Line | None = Field(default=None, max_length=40)
    unit: Line | None = Field(default=None, max_length=40)

    def place(self) -> v.Place:
        return v.Place(grid=self.grid, compound=self.compound, building=self.building, unit=self.unit)


class OriginIn(Body):
    """How somebody was found; a dispute, visit or report is named by its id or case code."""

    kind: v.OriginKind
    id: Code | None = None

    @model_validator(mode="after")
    def _named(self) -> "OriginIn":
        if self.kind in ("dispute", "visit", "report") and self.id is None:
            raise ValueError(sentence("Name the dispute, visit or report in which they were found."))
        return self


class VolunteerIn(Body):
    community: Code
    name: Line = Field(max_length=60)
    role: VolunteerRole
    place: PlaceIn
    origin: OriginIn
    on: date = Field(ge=YEARS[0], le=YEARS[1])
    account: Code | None = Field(default=None, description="their account's id, with which they see their own hours")

    def found(self) -> Found:
        return Found(
            name=self.name,
            role=self.role,
            place=self.place.place(),
            origin=v.Origin(kind=self.origin.kind, id=self.origin.id),
            on=self.on,
            account=self.account,
        )


class MoveIn(Body):
    role: VolunteerRole
    place: PlaceIn


class OnIn(Body):
    on: date = Field(ge=YEARS[0], le=YEARS[1])


class VouchIn(OnIn):
    kind: v.VoucherKind
    name: Line = Field(max_length=60)


class ConsentIn(OnIn):
    form: v.ConsentForm


class TrainingIn(OnIn):
    subject: v.Subject


class InsuranceIn(Body):
    insurer: Line = Field(max_length=100)
    policy: Line | None = Field(default=None, max_length=60)
    first_day: date = Field(ge=YEARS[0], le=YEARS[1])
    last_day: date = Field(ge=YEARS[0], le=YEARS[1])


class StandDownIn(OnIn):
    reason: v.StandDownReason


class HoursIn(Body):
    """What was done, where, from when to when."""

    kind: v.ServiceKind
    what: Line = Field(max_length=500)
    where: Line = Field(max_length=200)
    began_at: Moment
    ended_at: Moment

    def done(self) -> Done:
        return Done(**self.model_dump(exclude={"reason"}))


class CorrectionIn(HoursIn):
    reason: Line = Field(max_length=300)


class StrikeIn(Body):
    reason: Line = Field(max_length=300)


class VolunteerOut(BaseModel):
    id: str
    name: str | None = Field(description="None for whom personal values are not open, and where they were erased")
    role: VolunteerRole
    station: str
    community: str
    grid: str
    compound: str | None
    building: str | None
    unit: str | None
    origin: v.OriginKind
    origin_id: str | None
    standing: str
    on_duty: bool
    missing: list[v.Missing] = Field(description="what stands between them and duty today")
    found_on: date
    talked_on: date | None
    vouched_on: date | None
    consented_on: date | None
    trained_on: date | None
    insured_until: date | None
    on_duty_since: date | None
    stood_down_on: date | None
    last_served_at: AwareDatetime | None = Field(description="last activity, not just a name")
    version: int


class VolunteerPage(BaseModel):
    volunteers: list[VolunteerOut]
    counts: dict[str, int]


class HoursOut(BaseModel):
    record: str
    kind: v.ServiceKind
    what: str | None
    where: str | None
    grid: str
    began_at: AwareDatetime
    ended_at: AwareDatetime
    minutes: int
    confirmed_by: str
    corrected: bool
    struck: bool


class Recorded(BaseModel):
    record: str
    version: int
    position: int
