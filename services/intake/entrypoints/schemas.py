"""What intake's API takes and answers."""

from datetime import date
from typing import Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from services.intake.application.submissions import Circumstances, Code, Line, Moment, Text, Where, known_reporter
from services.intake.domain import account, community
from services.intake.domain.account import Post
from services.intake.domain.community import IncidentKind, VolunteerRole
from services.intake.domain.report import (
    Channel,
    Confidentiality,
    Consent,
    FiledUnder,
    Kind,
    Level,
    Point,
    Reason,
    Relation,
)
from shared.access.actors import Role

_MOST: Final = 10**9


class Body(BaseModel):
    """A request's body: unknown fields are a mistake of the caller, and are named."""

    model_config = ConfigDict(extra="forbid")


class Told(Body):
    """A body that may speak of the past."""

    happened_at: Moment | None = Field(
        default=None, description="For history that is entered later: when it happened. Not in the future."
    )


# Reports


class ReportIn(Told, Circumstances):
    channel: Channel
    external_id: Line = Field(max_length=120, description="The number that the channel gave it.")
    subject: Line = Field(max_length=500)
    text: Text = Field(default="", max_length=200_000)
    reported_at: Moment
    station: Code | None = None
    place: Where = Where()
    reporter_name: Text | None = Field(default=None, max_length=100)
    reporter_phone: Text | None = Field(default=None, max_length=40)
    occurred_on: date | None = None

    @model_validator(mode="after")
    def _reporter_is_as_said(self) -> Self:
        is_named = bool(self.reporter_name or self.reporter_phone)
        known_reporter(self.confidentiality, is_named=is_named, is_helped=self.filed_by is not None)
        return self


class SuggestionOut(BaseModel):
    kind: Kind
    confidence: float
    because: list[str] = Field(description="the words that led to it")
    danger_to_life: bool
    category: str | None = Field(description="by the default list of categories")
    category_because: list[str]


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
    state: Literal["received", "classified", "admitted", "refused", "withdrawn"]
    stage: str = Field(description="how far mediation has come; empty where it has not begun")
    case: str = Field(description="the case's id in mediation, once it is open")
    kind: Kind
    suggested: Kind
    confidence: float
    danger_to_life: bool
    category: str
    subject: str | None = Field(description="None where the person's data was erased")
    confidentiality: Confidentiality = "open"
    level: Level = Field(default="desk", description="a complaint about somebody here lies with this level")
    public: bool = False
    withdrawn: bool = Field(default=False, description="by the reporter; what mediation has begun is ended there")
    reported_at: AwareDatetime
    received_at: AwareDatetime
    version: int


class ReportPage(BaseModel):
    reports: list[ReportOut]
    counts: dict[str, int]


class FiledByOut(BaseModel):
    relation: Relation
    consent: Consent
    name: str | None = Field(description="None too for whom the person's values are not open")
    phone: str | None


class ReportDetail(ReportOut):
    text: str | None
    address: str | None = None
    point: Point | None = None
    filed_by: FiledByOut | None = None
    about: tuple[str, ...] = Field(default=(), description="whom it complains of")
    reporter: str | None = Field(description="the reporter's id, under which everything about them can be erased")
    reporter_name: str | None = Field(description="None too for whom the person's values are not open")
    reporter_phone: str | None
    because: list[str]
    suggested_category: str | None = Field(description="by the default list of categories; None where it came earlier")
    category_because: list[str]
    filed_under: FiledUnder | None = Field(description="the source's category, and what its map of that day made of it")


class ClassifyIn(Told):
    kind: Kind


class AdmitIn(Told):
    category: Code = Field(default="other_civil", description="a code of one of the lists at /categories")


class RefuseIn(Told):
    reason: Reason
    other_route: Line = Field(max_length=500)


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
    line: int = Field(ge=0, le=_MOST)
    external_id: Line = Field(max_length=120)
    subject: Line = Field(max_length=500)
    text: Text = Field(default="", max_length=200_000)
    reported_at: Moment | None = None
    reporter: Text | None = Field(default=None, max_length=100)
    address: Text | None = Field(default=None, max_length=300)
    point: Point | None = None
    confidentiality: Confidentiality = "open"
    public: bool = False

    @model_validator(mode="after")
    def _reporter_is_as_said(self) -> Self:
        known_reporter(self.confidentiality, is_named=bool(self.reporter), is_helped=False)
        return self


class BadRowIn(Body):
    line: int = Field(ge=0, le=_MOST)
    reason: str = Field(max_length=1_000)
    raw: str = Field(max_length=200_000)


class BatchIn(Body):
    """Some rows of a file. The same rows twice add nothing."""

    file: str = Field(max_length=300)
    channel: Channel
    station: Code | None = None
    place: Where = Where()
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


class PostIn(Body):
    role: Role
    station: Code
    community: Code | None = None
    grid: Code | None = None

    def post(self) -> Post:
        return account.Post(role=self.role, station=self.station, community=self.community, grid=self.grid)


class AccountIn(Body):
    name: str = Field(min_length=1, max_length=60, pattern=r"^[\w.@-]+$")
    password: str = Field(min_length=8, max_length=200)
    posts: list[PostIn] = Field(min_length=1, max_length=20)


class AccountOut(BaseModel):
    id: str
    name: str
    posts: list[Post]
    active: bool


class PostsIn(Body):
    posts: list[PostIn] = Field(max_length=20)


class PasswordIn(Body):
    password: str = Field(min_length=8, max_length=200)


# Register


class CommunityIn(Body):
    name: Line = Field(max_length=100)
    station: Code


class ResidentsIn(Body):
    residents: int = Field(ge=0, le=_MOST)
    on: date
    source: Text = Field(max_length=200)


class GridIn(Body):
    grid: Code
    name: Line = Field(max_length=100)
    squad: Line | None = Field(default=None, max_length=100)

    def entry(self) -> community.Grid:
        return community.Grid(**self.model_dump())


class CompoundIn(Body):
    compound: Code
    name: Line = Field(max_length=100)
    grid: Code
    property_managed: bool

    def entry(self) -> community.Compound:
        return community.Compound(**self.model_dump())


class VolunteerIn(Body):
    name: Line = Field(max_length=60)
    role: VolunteerRole
    grid: Code
    since: date


class CommunityChanges(Body):
    """Entries of the register, in order."""

    residents: list[ResidentsIn] = Field(default_factory=list, max_length=100)
    grids: list[GridIn] = Field(default_factory=list, max_length=500)
    compounds: list[CompoundIn] = Field(default_factory=list, max_length=500)
    volunteers: list[VolunteerIn] = Field(default_factory=list, max_length=1_000)
    incidents: list["IncidentsIn"] = Field(default_factory=list, max_length=500)


class IncidentsIn(Body):
    kind: IncidentKind
    first_day: date
    last_day: date
    count: int = Field(ge=0, le=_MOST)
    source: Text = Field(max_length=200)


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


class EraseIn(Body):
    reason: Line = Field(min_length=3, max_length=300)
