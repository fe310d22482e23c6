"""The reporter's side of one report (反映人): their own way in, what they add, and the opening of a hidden identity.

The way in (查询凭证) is a token of a person's own, kept as its hash alone; the case code names the case, no more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel, Field

from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed

Holder: TypeAlias = Literal["reporter", "helper"]
"""反映人、代办人: each has a token of their own."""
Why: TypeAlias = Literal["replaced", "lost", "asked", "mistake"]
"""Why a token ends: 补发、遗失、本人要求、误发."""
Purpose: TypeAlias = Literal["call_back", "evidence", "protection", "legal_duty"]
"""What an identity is opened for: 回访核实、调查取证、保护反映人、法定职责."""

ACCESS_LASTS: Final = timedelta(days=365)
MOST_SUPPLEMENTS: Final = 30


# Commands


class OfReport(BaseModel, frozen=True):
    report: str
    code: str
    now: AwareDatetime


class IssueAccess(OfReport, frozen=True):
    """Give a person a token (发放查询凭证); the one that they had before ends."""

    access: str
    holder: Holder
    token_hash: str = Field(min_length=64, max_length=64)
    by: str


class RevokeAccess(OfReport, frozen=True):
    """End a token (作废查询凭证)."""

    access: str
    why: Why
    by: str


class AddSupplement(OfReport, frozen=True):
    """Add to what was reported (补充), in the reporter's own words."""

    supplement: str
    text: Sealed
    by: str


class OpenIdentity(OfReport, frozen=True):
    """Open who a confidential report comes from (调阅保密身份)."""

    opening: str
    hidden: bool
    """Whether there is an identity to open."""
    purpose: Purpose
    reason: Sealed
    by: str


Command: TypeAlias = IssueAccess | RevokeAccess | AddSupplement | OpenIdentity
COMMANDS: Final[tuple[type[BaseModel], ...]] = (IssueAccess, RevokeAccess, AddSupplement, OpenIdentity)


# Events


class AccessIssued(Event, frozen=True):
    """A token was given out (凭证已发放); it is stored as its hash."""

    stored_as: ClassVar[str] = "reporter-access-issued"
    report: str
    code: str
    access: str
    holder: Holder
    token_hash: str
    expires_at: AwareDatetime
    by: str
    issued_at: AwareDatetime


class AccessRevoked(Event, frozen=True):
    """A token ended before its time (凭证已作废)."""

    stored_as: ClassVar[str] = "reporter-access-revoked"
    report: str
    code: str
    access: str
    token_hash: str
    why: Why
    by: str
    revoked_at: AwareDatetime


class ReportSupplemented(Event, frozen=True):
    """The reporter added something (已补充)."""

    stored_as: ClassVar[str] = "report-supplemented"
    report: str
    code: str
    supplement: str
    text: Sealed
    by: str
    added_at: AwareDatetime


class IdentityOpened(Event, frozen=True):
    """Somebody opened who a confidential report comes from (保密身份已调阅): who, what for and why."""

    stored_as: ClassVar[str] = "reporter-identity-opened"
    report: str
    code: str
    opening: str
    purpose: Purpose
    reason: Sealed
    by: str
    opened_at: AwareDatetime


ReporterEvent: TypeAlias = AccessIssued | AccessRevoked | ReportSupplemented | IdentityOpened
EVENTS: Final[tuple[type[ReporterEvent], ...]] = (AccessIssued, AccessRevoked, ReportSupplemented, IdentityOpened)


# Refusals


class NoSuchAccess(Unknown):
    say = sentence("Report {code} has no such token. Look at the list of its tokens.")


class EnoughSupplements(Refusal):
    say = sentence(
        "Report {code} has been supplemented {number} times, which is as often as this way allows. "
        "Bring what is new to the desk, or report it as a new matter."
    )


class NothingHidden(Refusal):
    say = sentence("Report {code} hides no identity: an open one shows it, and an anonymous one has none.")


# State


@dataclass(frozen=True, slots=True)
class Access:
    holder: Holder
    token_hash: str
    expires_at: AwareDatetime
    live: bool = True


@dataclass(frozen=True, slots=True)
class State:
    accesses: Mapping[str, Access] = field(default_factory=dict)
    supplements: frozenset[str] = frozenset()
    openings: frozenset[str] = frozenset()


# Decisions


def decide(command: Command, state: State) -> list[ReporterEvent]:
    match command:
        case IssueAccess():
            return issue(command, state)
        case RevokeAccess():
            return revoke(command, state)
        case AddSupplement():
            return supplement(command, state)
        case OpenIdentity():
            return open_identity(command, state)
        case _:
            assert_never(command)


def issue(command: IssueAccess, state: State) -> list[ReporterEvent]:
    if command.access in state.accesses:
        return []
    replaced: list[ReporterEvent] = [
        _revoked(command, id_, access, "replaced")
        for id_, access in state.accesses.items()
        if access.live and access.holder == command.holder
    ]
    issued = AccessIssued(
        report=command.report,
        code=command.code,
        access=command.access,
        holder=command.holder,
        token_hash=command.token_hash,
        expires_at=command.now + ACCESS_LASTS,
        by=command.by,
        issued_at=command.now,
    )
    return [*replaced, issued]


def revoke(command: RevokeAccess, state: State) -> list[ReporterEvent]:
    access = state.accesses.get(command.access)
    if access is None:
        raise NoSuchAccess(code=command.code)
    return [_revoked(command, command.access, access, command.why)] if access.live else []


def supplement(command: AddSupplement, state: State) -> list[ReporterEvent]:
    if command.supplement in state.supplements:
        return []
    if len(state.supplements) >= MOST_SUPPLEMENTS:
        raise EnoughSupplements(code=command.code, number=MOST_SUPPLEMENTS)
    return [
        ReportSupplemented(
            report=command.report,
            code=command.code,
            supplement=command.supplement,
            text=command.text,
            by=command.by,
            added_at=command.now,
        )
    ]


def open_identity(command: OpenIdentity, state: State) -> list[ReporterEvent]:
    if not command.hidden:
        raise NothingHidden(code=command.code)
    if command.opening in state.openings:
        return []
    return [
        IdentityOpened(
            report=command.report,
            code=command.code,
            opening=command.opening,
            purpose=command.purpose,
            reason=command.reason,
            by=command.by,
            opened_at=command.now,
        )
    ]


def _revoked(command: IssueAccess | RevokeAccess, id_: str, access: Access, why: Why) -> AccessRevoked:
    return AccessRevoked(
        report=command.report,
        code=command.code,
        access=id_,
        token_hash=access.token_hash,
        why=why,
        by=command.by,
        revoked_at=command.now,
    )


def evolve(state: State, event: ReporterEvent) -> State:
    match event:
        case AccessIssued():
            access = Access(event.holder, event.token_hash, event.expires_at)
            return replace(state, accesses={**state.accesses, event.access: access})
        case AccessRevoked():
            ended = replace(state.accesses[event.access], live=False)
            return replace(state, accesses={**state.accesses, event.access: ended})
        case ReportSupplemented():
            return replace(state, supplements=state.supplements | {event.supplement})
        case IdentityOpened():
            return replace(state, openings=state.openings | {event.opening})
        case _:
            assert_never(event)


reporter: Final[Decider[Command, State, ReporterEvent]] = Decider(State(), decide, evolve)
