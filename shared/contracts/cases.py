"""What `mediation` 调解 tells of a case: its group, sessions, agreement, performance and end."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, Field

from shared.contracts.envelope import Contract
from shared.contracts.vocabulary import Contact, Personal, Seat

CASES = "wangge.mediation.cases.v1"


class Case(Contract, frozen=True):
    """What every contract about a case carries."""

    topic: ClassVar[str] = CASES
    about: ClassVar[str] = "case"

    case: str
    """The dispute's id."""
    code: str
    station: str
    at: AwareDatetime


class CaseOpened(Case, frozen=True):
    """An admitted dispute was opened for mediation (纠纷登记)."""

    event_type: ClassVar[str] = "wangge.case.opened.v1"
    report: str
    category: str
    headline: Personal
    same_day_target: AwareDatetime


class PartyJoined(Case, frozen=True):
    """A party was entered (当事人加入)."""

    event_type: ClassVar[str] = "wangge.case.party-joined.v1"
    party: Contact
    side: Literal["applicant", "respondent", "third"]


class MemberAppointed(Case, frozen=True):
    """A seat of the 3+N group was filled (三加N组成)."""

    event_type: ClassVar[str] = "wangge.case.member-appointed.v1"
    member: Contact
    account: str | None = None
    """The member's account, when the member has one: the console's inbox reaches them."""
    seat: Seat
    group_complete: bool


class SessionScheduled(Case, frozen=True):
    """A session was set (安排调解): the parties are to be told."""

    event_type: ClassVar[str] = "wangge.case.session-scheduled.v1"
    session: int
    begins_at: AwareDatetime
    place: str
    tell: tuple[Contact, ...]


class SessionHeld(Case, frozen=True):
    """A session took place (举行调解), with its result in one word."""

    event_type: ClassVar[str] = "wangge.case.session-held.v1"
    session: int
    attended: tuple[str, ...] = Field(description="ids of members and parties who attended")
    outcome: Literal["agreed", "adjourned", "not_agreed"]


class PerformanceItem(BaseModel, frozen=True):
    item: int
    due_on: date
    """The day by which it is to be done, in the place's own calendar."""


class AgreementReached(Case, frozen=True):
    """The parties agreed (达成协议); what is to be done by when."""

    event_type: ClassVar[str] = "wangge.case.agreement-reached.v1"
    form: Literal["oral", "written"]
    items: tuple[PerformanceItem, ...]


class ItemFulfilled(Case, frozen=True):
    """A performance item was fulfilled (履行)."""

    event_type: ClassVar[str] = "wangge.case.item-fulfilled.v1"
    item: int


class PartlyResolved(Case, frozen=True):
    """The first stage is resolved (初步化解); residual issues stay open."""

    event_type: ClassVar[str] = "wangge.case.partly-resolved.v1"
    residual_issues: int


class CaseSettled(Case, frozen=True):
    """What was agreed is done, and the case is settled (化解)."""

    event_type: ClassVar[str] = "wangge.case.settled.v1"
    settled_same_day: bool
    tell: tuple[Contact, ...]


class CaseClosed(Case, frozen=True):
    """Mediation ended without agreement (未达成或终止); the other routes were told."""

    event_type: ClassVar[str] = "wangge.case.closed.v1"
    reason: Literal["party_unwilling", "not_agreed", "other"]
    routes_told: tuple[str, ...]


class SameDaySetAside(Case, frozen=True):
    """A party set the same-day target aside (不以当日为限): nobody is hurried."""

    event_type: ClassVar[str] = "wangge.case.same-day-set-aside.v1"
