"""What mediation's API takes and answers."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.mediation.application.handlers import Clear
from services.mediation.domain.events import Form, Outcome, Reason, Seat, Side
from shared.web.moments import Moment

Id = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[\w.@:+-]+$")]
Name = Annotated[Clear, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Phone = Annotated[Clear, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Line = Annotated[Clear, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Words = Annotated[Clear, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]


class Body(BaseModel):
    """A request's body: unknown fields are a mistake of the caller, and are named."""

    model_config = ConfigDict(extra="forbid")


class Told(Body):
    """A body that may speak of the past."""

    happened_at: Moment | None = Field(
        default=None, description="For history that is entered later: when it happened. Not in the future."
    )


# Steps


class PartyIn(Body):
    side: Side
    name: Name | None = Field(default=None, description="May be left out for the reporter, who is known by `person`.")
    phone: Phone | None = None
    demand: Words | None = None
    person: Id | None = Field(default=None, description="Of somebody who is known already, such as the applicant.")


class PartiesIn(Told):
    """Parties of a case, all of them or none. One party alone may be sent without the list around it."""

    parties: list[PartyIn] = Field(min_length=1, max_length=500)

    @model_validator(mode="before")
    @classmethod
    def _one_alone(cls, given: Any) -> Any:
        if not isinstance(given, dict) or "parties" in given:
            return given
        own = {name: value for name, value in given.items() if name in Told.model_fields}
        return {**own, "parties": [{name: value for name, value in given.items() if name not in own}]}


class MemberIn(Told):
    seat: Seat
    name: Name
    phone: Phone | None = None
    account: Id | None = None
    person: Id | None = None


class PartyRef(Told):
    party: Id


class SessionIn(Told):
    begins_at: Moment
    place: Line


class HeldIn(Told):
    attended: list[Id] = Field(max_length=600, description="The persons' ids: parties and members of the group.")
    outcome: Outcome
    recording: Line | None = Field(default=None, description="Where the sound and picture recording is kept.")


class ItemIn(Body):
    item: int = Field(ge=1, le=10_000)
    what: Words
    due_on: date


class AgreementIn(Told):
    form: Form
    text: Words
    items: list[ItemIn] = Field(default_factory=list, max_length=200)


class FulfilledIn(Told):
    evidence: Words | None = None
    verified_by: Id


class ResidualIn(Told):
    issue: int = Field(ge=1, le=10_000)
    what: Words


class CloseIn(Told):
    reason: Reason
    routes_told: list[Line] = Field(max_length=20)


class Done(BaseModel):
    id: str
    version: int
    position: int = Field(description="read after writing: `after=POSITION`; 0 where nothing had to change")


class PersonsDone(Done):
    persons: list[str] = Field(description="the ids of those who were entered, in order")


# Answers


class DisputeOut(BaseModel):
    id: str
    code: str = Field(description="the case's one code 一案一码")
    report: str
    station: str
    community: str | None
    grid: str | None
    category: str
    state: str
    headline: str | None = Field(description="None where the person's data was erased")
    opened_at: AwareDatetime
    same_day_target: AwareDatetime
    same_day_set_aside: bool
    overnight: bool = Field(description="open past its own day, and nobody set the same-day target aside")
    settled_at: AwareDatetime | None
    settled_same_day: bool | None
    parties: int
    sessions: int
    sessions_held: int
    items: int
    items_fulfilled: int
    residual_open: int
    version: int


class DisputePage(BaseModel):
    disputes: list[DisputeOut]
    counts: dict[str, int]


class OvernightPage(BaseModel):
    """What was open at 22:00: a help to the groups, and no assessment of anyone."""

    on: date
    disputes: list[DisputeOut]


class PartyOut(BaseModel):
    person: str
    side: Side
    name: str | None
    phone: str | None
    demand: str | None


class MemberOut(BaseModel):
    person: str
    seat: Seat
    account: str | None
    name: str | None
    phone: str | None


class SessionOut(BaseModel):
    session: int
    begins_at: AwareDatetime
    place: str
    outcome: Outcome | None
    attended: list[str]
    recording: str | None
    held_at: AwareDatetime | None


class AgreementOut(BaseModel):
    session: int
    form: Form
    text: str | None
    reached_at: AwareDatetime


class ItemOut(BaseModel):
    item: int
    what: str | None
    due_on: date
    fulfilled_on: date | None
    evidence: str | None
    verified_by: str | None


class IssueOut(BaseModel):
    issue: int
    what: str | None
    resolved: bool


class LineOut(BaseModel):
    position: int = Field(description="where this service stored what the line tells")
    at: AwareDatetime
    service: Literal["intake", "mediation", "notify"]
    what: str
    told: dict[str, Any]
    actor: str


class MergedOut(BaseModel):
    """A report that intake merged into this one's."""

    report: str
    code: str
    since: AwareDatetime


class DisputeDetail(BaseModel):
    id: str
    code: str
    report: str
    station: str
    community: str | None
    grid: str | None
    category: str
    state: str
    readable: bool = Field(description="False where the reader may see the case but not the persons' names and words")
    headline: str | None
    story: str | None
    applicant: str | None = Field(description="the person who brought the matter; a party only once entered as one")
    applicant_name: str | None
    opened_at: AwareDatetime
    same_day_target: AwareDatetime
    same_day_set_aside: bool
    parties: list[PartyOut]
    group: list[MemberOut]
    group_complete: bool
    missing_seats: list[Seat]
    sessions: list[SessionOut]
    agreements: list[AgreementOut]
    items: list[ItemOut]
    residual_issues: list[IssueOut]
    refused_by: str | None
    applicant_withdrew_at: AwareDatetime | None = Field(
        default=None, description="when whoever brought the matter took it back; the state tells whether it ended"
    )
    withdrawal_reason: str | None = None
    closed_because: str | None
    routes_told: list[str]
    settled_at: AwareDatetime | None
    settled_same_day: bool | None
    version: int
    merged_reports: list[MergedOut] = Field(default=[], description="what is dealt with together with this one")
    timeline: list[LineOut]
