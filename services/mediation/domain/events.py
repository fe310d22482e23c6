"""What can have happened to a dispute: the stored events, and the values that they hold.

Each event names its dispute, case code and station, so that whoever reads it alone knows where it belongs.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal, TypeAlias, get_args

from pydantic import AwareDatetime, BaseModel, Field

from shared.eventsourcing import events as stored
from shared.eventsourcing.sealed import Sealed

Id: TypeAlias = Annotated[str, Field(min_length=1, max_length=120)]
Words: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Number: TypeAlias = Annotated[int, Field(ge=1)]

Side: TypeAlias = Literal["applicant", "respondent", "third"]
"""申请人、被申请人、第三人."""

Seat: TypeAlias = Literal["area_leader", "community_officer", "auxiliary", "neighbour"]
"""包片所领导、社区民警、社区辅警、邻里与社会力量."""

SEATS: tuple[Seat, ...] = get_args(Seat)

Outcome: TypeAlias = Literal["agreed", "adjourned", "not_agreed"]
"""达成、延期、未达成."""

Form: TypeAlias = Literal["oral", "written"]
"""口头、书面."""

Reason: TypeAlias = Literal["party_unwilling", "not_agreed", "other"]
"""当事人不愿调解、未达成、其他."""


class Place(BaseModel, frozen=True, extra="forbid"):
    """Where a dispute lies (发生地点), by the codes of the register."""

    community: Id | None = None
    grid: Id | None = None
    compound: Id | None = None


class Contact(BaseModel, frozen=True, extra="forbid"):
    """A person who can be told (联系人): an id without meaning, with sealed name and telephone number."""

    person: Id
    name: Sealed | None = None
    phone: Sealed | None = None


class PerformanceItem(BaseModel, frozen=True, extra="forbid"):
    """One thing that was promised (履行事项), and the day by which it is to be done."""

    item: Number
    what: Sealed
    due_on: date


class OfDispute(stored.Event, frozen=True):
    """What every event of a dispute carries."""

    dispute: Id
    code: Id
    station: Id


class DisputeOpened(OfDispute, frozen=True):
    """A dispute was entered for mediation (纠纷登记), with the end of its day as the same-day target (当日化解目标)."""

    stored_as: ClassVar[str] = "dispute-opened"
    report: Id
    place: Place
    category: Words
    headline: Sealed
    story: Sealed
    applicant: Contact | None
    occurred_on: date | None
    same_day_target: AwareDatetime
    opened_at: AwareDatetime


class PartyJoined(OfDispute, frozen=True):
    """A party was entered on its side (当事人加入), with what it demands (诉求)."""

    stored_as: ClassVar[str] = "party-joined"
    party: Contact
    side: Side
    demand: Sealed | None
    joined_at: AwareDatetime


class MediationRefused(OfDispute, frozen=True):
    """A party clearly refused mediation (当事人明确拒绝调解), and nobody is mediated against a clear no."""

    stored_as: ClassVar[str] = "mediation-refused"
    party: Id
    refused_at: AwareDatetime


class ApplicantWithdrew(OfDispute, frozen=True):
    """Whoever brought the matter took their report back (申请人撤回), in words that they need not give."""

    stored_as: ClassVar[str] = "applicant-withdrew"
    reason: Sealed | None
    ends: bool
    """Whether mediation ends with it: not where others, who joined without them, mediate."""
    withdrawn_at: AwareDatetime


class MemberAppointed(OfDispute, frozen=True):
    """A seat of the 3+N group was filled (指派调解员)."""

    stored_as: ClassVar[str] = "member-appointed"
    seat: Seat
    member: Contact
    account: Id | None
    group_complete: bool
    appointed_at: AwareDatetime


class MemberReplaced(OfDispute, frozen=True):
    """A single seat of the 3+N group passed to another person (更换调解员)."""

    stored_as: ClassVar[str] = "member-replaced"
    seat: Seat
    member: Contact
    account: Id | None
    replaced: Id
    group_complete: bool
    replaced_at: AwareDatetime


class GroupFormed(OfDispute, frozen=True):
    """The last missing kind of seat was filled, and the 3+N group stands (三加N组成)."""

    stored_as: ClassVar[str] = "group-formed"
    formed_at: AwareDatetime


class SessionScheduled(OfDispute, frozen=True):
    """A 3+N session was set (安排调解), and the parties of that moment are to be told."""

    stored_as: ClassVar[str] = "session-scheduled"
    session: Number
    begins_at: AwareDatetime
    place: Words
    tell: tuple[Contact, ...]
    scheduled_at: AwareDatetime


class SessionHeld(OfDispute, frozen=True):
    """A session took place (举行调解): who attended, what came of it, and where its recording (录音录像) is kept."""

    stored_as: ClassVar[str] = "session-held"
    session: Number
    attended: tuple[Id, ...]
    outcome: Outcome
    recording: Words | None
    held_at: AwareDatetime


class AgreementReached(OfDispute, frozen=True):
    """The parties agreed (达成协议) at a session, by word of mouth or on paper, on what is to be done by when."""

    stored_as: ClassVar[str] = "agreement-reached"
    session: Number
    form: Form
    text: Sealed
    items: tuple[PerformanceItem, ...]
    reached_at: AwareDatetime


class ItemFulfilled(OfDispute, frozen=True):
    """A performance item was done and somebody verified it (履行)."""

    stored_as: ClassVar[str] = "item-fulfilled"
    item: Number
    evidence: Sealed | None
    verified_by: Id
    fulfilled_at: AwareDatetime


class ResidualIssueOpened(OfDispute, frozen=True):
    """An issue is left over and stays open (遗留事项)."""

    stored_as: ClassVar[str] = "residual-issue-opened"
    issue: Number
    what: Sealed
    opened_at: AwareDatetime


class ResidualIssueResolved(OfDispute, frozen=True):
    """An issue that was left over is resolved (遗留事项化解)."""

    stored_as: ClassVar[str] = "residual-issue-resolved"
    issue: Number
    resolved_at: AwareDatetime


class PartlyResolved(OfDispute, frozen=True):
    """The first stage is resolved (初步化解) while residual issues stay open."""

    stored_as: ClassVar[str] = "partly-resolved"
    residual_issues: Number
    partly_resolved_at: AwareDatetime


class DisputeSettled(OfDispute, frozen=True):
    """What was agreed is done and nothing is left over (化解); whoever brought the matter is to be told."""

    stored_as: ClassVar[str] = "dispute-settled"
    same_day: bool
    tell: tuple[Contact, ...]
    settled_at: AwareDatetime


class ClosedUnsettled(OfDispute, frozen=True):
    """Mediation ended without a settlement (终止调解), and the parties were told of the other routes (告知其他途径)."""

    stored_as: ClassVar[str] = "dispute-closed-unsettled"
    reason: Reason
    routes_told: tuple[Words, ...]
    closed_at: AwareDatetime


class SameDaySetAside(OfDispute, frozen=True):
    """A party set the same-day target aside (不以当日为限), so that nobody is hurried."""

    stored_as: ClassVar[str] = "same-day-set-aside"
    party: Id
    set_aside_at: AwareDatetime


Event: TypeAlias = (
    DisputeOpened
    | PartyJoined
    | MediationRefused
    | ApplicantWithdrew
    | MemberAppointed
    | MemberReplaced
    | GroupFormed
    | SessionScheduled
    | SessionHeld
    | AgreementReached
    | ItemFulfilled
    | ResidualIssueOpened
    | ResidualIssueResolved
    | PartlyResolved
    | DisputeSettled
    | ClosedUnsettled
    | SameDaySetAside
)

EVENTS: tuple[type[Event], ...] = get_args(Event)
