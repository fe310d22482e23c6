"""The case room: everything about one dispute, folded from its own stream whenever it is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import assert_never

from services.mediation.domain import events
from services.mediation.domain.events import SEATS, Contact, Event, Form, Outcome, Seat, Side
from services.mediation.projections.states import ENDED, state_after
from shared.eventsourcing.sealed import Sealed


@dataclass
class Party:
    contact: Contact
    side: Side
    demand: Sealed | None


@dataclass
class Member:
    contact: Contact
    seat: Seat
    account: str | None


@dataclass
class Session:
    session: int
    begins_at: datetime
    place: str
    outcome: Outcome | None = None
    attended: tuple[str, ...] = ()
    recording: str | None = None
    held_at: datetime | None = None


@dataclass
class Agreement:
    session: int
    form: Form
    text: Sealed
    reached_at: datetime


@dataclass
class Item:
    item: int
    what: Sealed
    due_on: date
    fulfilled_at: datetime | None = None
    evidence: Sealed | None = None
    verified_by: str | None = None


@dataclass
class Issue:
    issue: int
    what: Sealed
    resolved: bool = False


@dataclass
class Room:
    """What one dispute holds; personal values sealed."""

    opened: events.DisputeOpened
    version: int = 0
    state: str = "opened"
    parties: dict[str, Party] = field(default_factory=dict)
    group: dict[str, Member] = field(default_factory=dict)
    sessions: dict[int, Session] = field(default_factory=dict)
    agreements: list[Agreement] = field(default_factory=list)
    items: dict[int, Item] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    last_held: Session | None = None
    partly_resolved: bool = False
    same_day_set_aside: bool = False
    refused_by: str | None = None
    withdrawn: events.ApplicantWithdrew | None = None
    settled_at: datetime | None = None
    settled_same_day: bool | None = None
    closed: events.ClosedUnsettled | None = None

    @property
    def id(self) -> str:
        return self.opened.dispute

    @property
    def code(self) -> str:
        return self.opened.code

    @property
    def station(self) -> str:
        return self.opened.station

    @property
    def is_open(self) -> bool:
        return self.state not in ENDED

    @property
    def assigned(self) -> frozenset[str]:
        return frozenset(member.account for member in self.group.values() if member.account is not None)

    @property
    def missing_seats(self) -> list[Seat]:
        filled = {member.seat for member in self.group.values()}
        return [seat for seat in SEATS if seat not in filled]

    @property
    def unfulfilled(self) -> list[Item]:
        return [item for item in self.items.values() if item.fulfilled_at is None]

    @property
    def open_issues(self) -> list[Issue]:
        return [issue for issue in self.issues.values() if not issue.resolved]

    @property
    def to_hold(self) -> list[Session]:
        return [session for session in self.sessions.values() if session.held_at is None]

    @property
    def to_write_down(self) -> Session | None:
        """The last session, if it ended in an agreement that is not written down yet."""
        last = self.last_held
        if last is None or last.outcome != "agreed" or any(a.session == last.session for a in self.agreements):
            return None
        return last


def furnish(history: Sequence[tuple[Event, int]]) -> Room | None:
    """The room after these events, each with its version in the stream; None where nothing was opened."""
    room: Room | None = None
    for event, version in history:
        if isinstance(event, events.DisputeOpened):
            room = Room(event)
        assert room is not None, "a dispute's first event is its opening"
        room.state, room.version = state_after(room.state, event), version
        _follow(room, event)
    return room


def _follow(room: Room, event: Event) -> None:
    match event:
        case events.DisputeOpened() | events.GroupFormed():
            pass
        case events.PartyJoined():
            room.parties[event.party.person] = Party(event.party, event.side, event.demand)
        case events.MediationRefused():
            room.refused_by = event.party
        case events.ApplicantWithdrew():
            room.withdrawn = event
        case events.MemberAppointed():
            room.group[event.member.person] = Member(event.member, event.seat, event.account)
        case events.MemberReplaced():
            room.group.pop(event.replaced, None)
            room.group[event.member.person] = Member(event.member, event.seat, event.account)
        case events.SessionScheduled():
            room.sessions[event.session] = Session(event.session, event.begins_at, event.place)
        case events.SessionHeld():
            session = room.sessions[event.session]
            session.outcome, session.attended = event.outcome, event.attended
            session.recording, session.held_at = event.recording, event.held_at
            room.last_held = session
        case events.AgreementReached():
            room.agreements.append(Agreement(event.session, event.form, event.text, event.reached_at))
            room.items.update({item.item: Item(item.item, item.what, item.due_on) for item in event.items})
        case events.ItemFulfilled():
            item = room.items[event.item]
            item.fulfilled_at, item.evidence, item.verified_by = event.fulfilled_at, event.evidence, event.verified_by
        case events.ResidualIssueOpened():
            room.issues[event.issue] = Issue(event.issue, event.what)
        case events.ResidualIssueResolved():
            room.issues[event.issue].resolved = True
        case events.PartlyResolved():
            room.partly_resolved = True
        case events.DisputeSettled():
            room.settled_at, room.settled_same_day = event.settled_at, event.same_day
        case events.ClosedUnsettled():
            room.closed = event
        case events.SameDaySetAside():
            room.same_day_set_aside = True
        case _:
            assert_never(event)
