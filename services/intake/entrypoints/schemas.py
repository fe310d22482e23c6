"""What intake's API takes and answers."""

from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.intake.domain.account import Post
from services.intake.domain.community import Compound, Grid, IncidentKind, VolunteerRole
from services.intake.domain.report import Channel, Kind, Place, Reason


class Body(BaseModel):
    """A request's body: unknown fields are a mistake of the caller, and are named."""

    model_config = ConfigDict(extra="forbid")


class Told(Body):
    """A body that may speak of the past."""

    happened_at: AwareDatetime | None = Field(
        default=None, description="For history that is entered later: when it happened. Not in the future."
    )


# Reports


class ReportIn(Told):
    channel: Channel
    external_id: str = Field(min_length=1, max_length=120, description="The number that the channel gave it.")
    subject: str = Field(min_length=1, max_length=500)
    text: str = Field(default="", max_length=200_000)
    reported_at: AwareDatetime
    station: str | None = Field(default=None, max_length=60)
    place: Place = Place()
    reporter_name: str | None = Field(default=None, max_length=100)
    reporter_phone: str | None = Field(default=None, max_length=40)
    occurred_on: date | None = None


class SuggestionOut(BaseModel):
    kind: Kind
    confidence: float
    because: list[str] = Field(description="the words that led to it")
    danger_to_life: bool


class ReportRegistered(BaseModel):
    id: str
    code: str = Field(description="the case's one code 一案一码")
    position: int = Field(description="read after writing: `after=POSITION`")
    suggestion: SuggestionOut
    advice: str | None = Field(description="what to do before anything else, where life may be in danger")


class ReportOut(BaseModel):
    id: str
    code: str
    channel: Channel
    external_id: str
    station: str
    community: str | None
    grid: str | None
    state: Literal["received", "classified", "admitted", "refused"]
    stage: str = Field(description="how far mediation has come; empty where it has not begun")
    case: str = Field(description="the case's id in mediation, once it is open")
    kind: Kind
    suggested: Kind
    confidence: float
    danger_to_life: bool
    category: str
    subject: str | None = Field(description="None where the person's data was erased")
    reported_at: AwareDatetime
    received_at: AwareDatetime
    version: int


class ReportPage(BaseModel):
    reports: list[ReportOut]
    counts: dict[str, int]


class ReportDetail(ReportOut):
    text: str | None
    reporter_name: str | None
    reporter_phone: str | None
    because: list[str]


class ClassifyIn(Told):
    kind: Kind


class AdmitIn(Told):
    category: str = Field(default="other_civil", min_length=1, max_length=60)


class RefuseIn(Told):
    reason: Reason
    other_route: str = Field(min_length=1, max_length=500)


class Done(BaseModel):
    id: str
    version: int
    position: int


class DisputeOut(BaseModel):
    """A dispute or case as intake knows it."""

    id: str = Field(description="the case's id in mediation, or the report's until the case is open")
    code: str
    report: str
    station: str
    category: str
    state: str
    headline: str | None
    external_id: str
    reported_at: AwareDatetime


class DisputePage(BaseModel):
    disputes: list[DisputeOut]


# Imports


class RowIn(Body):
    line: int
    external_id: str = Field(min_length=1, max_length=120)
    subject: str = Field(min_length=1, max_length=500)
    text: str = Field(default="", max_length=200_000)
    reported_at: AwareDatetime | None = None
    reporter: str | None = Field(default=None, max_length=100)


class BadRowIn(Body):
    line: int
    reason: str = Field(max_length=1_000)
    raw: str = Field(max_length=200_000)


class BatchIn(Body):
    """Some rows of a file. The same rows twice add nothing."""

    file: str = Field(max_length=300)
    channel: Channel
    station: str | None = None
    place: Place = Place()
    accept_above: float | None = Field(
        default=None, ge=0.5, le=1, description="Accept suggestions of at least this confidence, and admit disputes."
    )
    rows: list[RowIn] = Field(default_factory=list, max_length=500)
    bad: list[BadRowIn] = Field(default_factory=list, max_length=500)


class BatchOut(BaseModel):
    registered: int
    repeated: int
    parked: int
    admitted: int
    position: int


# Accounts


class SignIn(Body):
    name: str = Field(max_length=60)
    password: str = Field(max_length=200)


class TokenOut(BaseModel):
    token: str
    expires_at: AwareDatetime


class AccountIn(Body):
    name: str = Field(min_length=1, max_length=60, pattern=r"^[\w.@-]+$")
    password: str = Field(min_length=8, max_length=200)
    posts: list[Post] = Field(max_length=20)


class AccountOut(BaseModel):
    id: str
    name: str
    posts: list[Post]
    active: bool


class PostsIn(Body):
    posts: list[Post] = Field(max_length=20)


class PasswordIn(Body):
    password: str = Field(min_length=8, max_length=200)


# Register


class CommunityIn(Body):
    name: str = Field(min_length=1, max_length=100)
    station: str = Field(min_length=1, max_length=60)


class ResidentsIn(Body):
    residents: int = Field(ge=0)
    on: date
    source: str = Field(max_length=200)


class VolunteerIn(Body):
    name: str = Field(min_length=1, max_length=60)
    role: VolunteerRole
    grid: str
    since: date


class CommunityChanges(Body):
    """Entries of the register, in order."""

    residents: list[ResidentsIn] = Field(default_factory=list, max_length=100)
    grids: list[Grid] = Field(default_factory=list, max_length=500)
    compounds: list[Compound] = Field(default_factory=list, max_length=500)
    volunteers: list[VolunteerIn] = Field(default_factory=list, max_length=1_000)
    incidents: list["IncidentsIn"] = Field(default_factory=list, max_length=500)


class IncidentsIn(Body):
    kind: IncidentKind
    first_day: date
    last_day: date
    count: int = Field(ge=0)
    source: str = Field(max_length=200)


class CommunityOut(BaseModel):
    community: str
    name: str
    station: str
    residents: int | None
    residents_on: date | None
    grids: int
    squads: int
    compounds: int
    compounds_without_manager: int
    building_heads: int
    unit_heads: int
    volunteers: int


class IncidentsOut(BaseModel):
    community: str
    first_day: date
    last_day: date
    counts: dict[str, int | None] = Field(description="by kind; None where nothing was entered for the period")
    entries: list[dict[str, Any]]


class EraseIn(Body):
    reason: str = Field(min_length=3, max_length=300)
