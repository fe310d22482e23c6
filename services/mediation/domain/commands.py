"""What can be asked of a dispute. `now` is the time at which it happened or was recorded; ids are made at the edge."""

from datetime import date
from typing import TypeAlias

from pydantic import AwareDatetime, BaseModel

from services.mediation.domain.events import (
    Contact,
    Form,
    Id,
    Number,
    Outcome,
    PerformanceItem,
    Place,
    Reason,
    Seat,
    Side,
    Words,
)
from shared.eventsourcing.sealed import Sealed


class OpenDispute(BaseModel, frozen=True, extra="forbid"):
    """Enter an admitted report as a dispute for mediation (纠纷登记)."""

    dispute: Id
    report: Id
    code: Id
    station: Id
    place: Place
    category: Words
    headline: Sealed
    story: Sealed
    applicant: Contact | None
    """Who brought the matter. They become a party only by joining: not every reporter is one."""
    occurred_on: date | None
    now: AwareDatetime


class AddParty(BaseModel, frozen=True, extra="forbid"):
    """Enter a party on its side, with what it demands (当事人加入)."""

    person: Id
    side: Side
    name: Sealed | None = None
    phone: Sealed | None = None
    demand: Sealed | None = None
    now: AwareDatetime


class RefuseMediation(BaseModel, frozen=True, extra="forbid"):
    """Record that a party clearly refuses mediation (当事人明确拒绝)."""

    party: Id
    now: AwareDatetime


class NoteWithdrawal(BaseModel, frozen=True, extra="forbid"):
    """Note that whoever brought the matter took their report back at intake (申请人撤回)."""

    report: Id
    reason: Sealed | None = None
    now: AwareDatetime


class AppointMember(BaseModel, frozen=True, extra="forbid"):
    """Fill a seat of the 3+N group; a single seat that is taken passes to this person (指派或更换调解员)."""

    seat: Seat
    person: Id
    account: Id | None = None
    name: Sealed | None = None
    phone: Sealed | None = None
    now: AwareDatetime


class ScheduleSession(BaseModel, frozen=True, extra="forbid"):
    """Set the time and place of the next 3+N session (安排调解)."""

    begins_at: AwareDatetime
    place: Words
    now: AwareDatetime


class HoldSession(BaseModel, frozen=True, extra="forbid"):
    """Record that a session took place, who attended and what came of it (举行调解)."""

    session: Number
    attended: tuple[Id, ...]
    outcome: Outcome
    recording: Words | None = None
    now: AwareDatetime


class ReachAgreement(BaseModel, frozen=True, extra="forbid"):
    """Write down what the parties agreed at the last session and what is to be done by when (达成协议)."""

    form: Form
    text: Sealed
    items: tuple[PerformanceItem, ...] = ()
    """None for what was performed on the spot (当场履行)."""
    now: AwareDatetime


class FulfilItem(BaseModel, frozen=True, extra="forbid"):
    """Record that a performance item was done, and who verified it (履行)."""

    item: Number
    evidence: Sealed | None = None
    verified_by: Id
    now: AwareDatetime


class RecordResidual(BaseModel, frozen=True, extra="forbid"):
    """Record an issue that is left over (遗留事项)."""

    issue: Number
    what: Sealed
    now: AwareDatetime


class ResolveResidual(BaseModel, frozen=True, extra="forbid"):
    """Record that an issue that was left over is resolved (遗留事项化解)."""

    issue: Number
    now: AwareDatetime


class MarkPartlyResolved(BaseModel, frozen=True, extra="forbid"):
    """State that the first stage is resolved while residual issues stay open (初步化解)."""

    now: AwareDatetime


class SettleDispute(BaseModel, frozen=True, extra="forbid"):
    """State that what was agreed is done and nothing is left over (化解)."""

    now: AwareDatetime


class CloseUnsettled(BaseModel, frozen=True, extra="forbid"):
    """End the mediation without a settlement, and name the other routes that the parties were told of (终止调解)."""

    reason: Reason
    routes_told: tuple[Words, ...]
    now: AwareDatetime


class SetAsideSameDay(BaseModel, frozen=True, extra="forbid"):
    """Set the same-day target aside at a party's wish (不以当日为限)."""

    party: Id
    now: AwareDatetime


Command: TypeAlias = (
    OpenDispute
    | AddParty
    | RefuseMediation
    | NoteWithdrawal
    | AppointMember
    | ScheduleSession
    | HoldSession
    | ReachAgreement
    | FulfilItem
    | RecordResidual
    | ResolveResidual
    | MarkPartlyResolved
    | SettleDispute
    | CloseUnsettled
    | SetAsideSameDay
)
