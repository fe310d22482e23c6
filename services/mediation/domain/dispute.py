"""A dispute in mediation, from its opening by way of group, sessions, agreement and performance to its end.

Beside the facts of a case (`Case`) stands its condition: open, refused by a party, withdrawn by its applicant, settled,
closed. A clear no stops all mediation (People's Mediation Law Art. 17), and so does an applicant who withdraws; an
agreement that was reached before it binds on (Art. 31), so its performance may still be recorded.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Final, Literal, TypeAlias, assert_never

from services.mediation.domain import commands, events, refusals
from services.mediation.domain.commands import Command
from services.mediation.domain.events import EVENTS, SEATS, Event, Seat
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.sealed import Sealed
from shared.law.legal_time import SHANGHAI, day_of

__all__ = ["EVENTS", "Command", "Event", "State", "dispute"]

PARTIES_TO_AN_AGREEMENT: Final = 2


# States


@dataclass(frozen=True, slots=True)
class Party:
    contact: events.Contact
    side: events.Side


@dataclass(frozen=True, slots=True)
class Held:
    attended: tuple[str, ...]
    outcome: events.Outcome
    recording: str | None


@dataclass(frozen=True, slots=True)
class Session:
    begins_at: datetime
    place: str
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class Item:
    session: int
    due_on: date
    agreed_on: date
    fulfilled_on: date | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    what: Sealed
    resolved: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """What has happened, as far as later decisions ask for it."""

    names: Mapping[str, str]
    """Dispute, code and station, as every event of the case carries them."""
    report: str
    applicant: events.Contact | None
    opened_on: date
    parties: Mapping[str, Party] = field(default_factory=dict)
    seats: Mapping[str, Seat] = field(default_factory=dict)
    group_formed: bool = False
    sessions: Mapping[int, Session] = field(default_factory=dict)
    agreed_at: tuple[int, date] | None = None
    """The last session and its day, if it ended in agreement."""
    agreements: Mapping[int, events.Form] = field(default_factory=dict)
    """Which sessions' agreements are written down."""
    last_agreed_on: date | None = None
    items: Mapping[int, Item] = field(default_factory=dict)
    issues: Mapping[int, Issue] = field(default_factory=dict)
    partly_resolved: bool = False
    same_day_set_aside: bool = False
    applicant_withdrew: bool = False

    @property
    def code(self) -> str:
        return self.names["code"]

    @property
    def missing_seats(self) -> tuple[Seat, ...]:
        filled = set(self.seats.values())
        return tuple(seat for seat in SEATS if seat not in filled)

    @property
    def unfulfilled(self) -> tuple[int, ...]:
        return tuple(number for number, item in self.items.items() if item.fulfilled_on is None)

    @property
    def open_issues(self) -> tuple[int, ...]:
        return tuple(number for number, issue in self.issues.items() if not issue.resolved)


@dataclass(frozen=True, slots=True)
class Unopened:
    condition: Literal["unopened"] = "unopened"


@dataclass(frozen=True, slots=True)
class Open:
    case: Case
    condition: Literal["open"] = "open"


@dataclass(frozen=True, slots=True)
class Refused:
    case: Case
    party: str
    condition: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    case: Case
    condition: Literal["withdrawn"] = "withdrawn"


@dataclass(frozen=True, slots=True)
class Settled:
    case: Case
    condition: Literal["settled"] = "settled"


@dataclass(frozen=True, slots=True)
class Closed:
    case: Case
    condition: Literal["closed"] = "closed"


# The condition is written out, so that a state that was kept as JSON is read back as the one that it was.
State: TypeAlias = Unopened | Open | Refused | Withdrawn | Settled | Closed


# Decisions


def decide(command: Command, state: State) -> list[Event]:
    match command:
        case commands.OpenDispute():
            return open_dispute(command, state)
        case commands.AddParty():
            return add_party(command, state)
        case commands.RefuseMediation():
            return refuse_mediation(command, state)
        case commands.NoteWithdrawal():
            return note_withdrawal(command, state)
        case commands.AppointMember():
            return appoint_member(command, state)
        case commands.ScheduleSession():
            return schedule_session(command, state)
        case commands.HoldSession():
            return hold_session(command, state)
        case commands.ReachAgreement():
            return reach_agreement(command, state)
        case commands.FulfilItem():
            return fulfil_item(command, state)
        case commands.RecordResidual():
            return record_residual(command, state)
        case commands.ResolveResidual():
            return resolve_residual(command, state)
        case commands.MarkPartlyResolved():
            return mark_partly_resolved(command, state)
        case commands.SettleDispute():
            return settle(command, state)
        case commands.CloseUnsettled():
            return close_unsettled(command, state)
        case commands.SetAsideSameDay():
            return set_aside_same_day(command, state)
        case _:
            assert_never(command)


def open_dispute(command: commands.OpenDispute, state: State) -> list[Event]:
    match state:
        case Unopened():
            return [
                events.DisputeOpened(
                    dispute=command.dispute,
                    code=command.code,
                    station=command.station,
                    report=command.report,
                    place=command.place,
                    category=command.category,
                    headline=command.headline,
                    story=command.story,
                    applicant=command.applicant,
                    occurred_on=command.occurred_on,
                    same_day_target=datetime.combine(local_day(command.now), time(23, 59, 59), SHANGHAI),
                    opened_at=command.now,
                )
            ]
        case Open(case) | Refused(case) | Withdrawn(case) | Settled(case) | Closed(case):
            if case.report != command.report:
                raise refusals.OpenedFromAnotherReport(code=case.code, report=case.report)
            return []
        case _:
            assert_never(state)


def add_party(command: commands.AddParty, state: State) -> list[Event]:
    """A person who joins again on the same side changes nothing, whatever was sealed anew."""
    case = in_mediation(state, command.now)
    joined = case.parties.get(command.person)
    if joined is not None:
        if joined.side != command.side:
            raise refusals.OnAnotherSide(person=command.person, side=joined.side)
        return []
    if command.person in case.seats:
        raise refusals.PartySits(person=command.person)
    return [
        events.PartyJoined(
            **case.names,
            party=events.Contact(person=command.person, name=command.name, phone=command.phone),
            side=command.side,
            demand=command.demand,
            joined_at=command.now,
        )
    ]


def refuse_mediation(command: commands.RefuseMediation, state: State) -> list[Event]:
    """The first clear no ends it; a second adds nothing."""
    if isinstance(state, Refused):
        known_party(state.case, command.party)
        return []
    case = in_mediation(state, command.now)
    known_party(case, command.party)
    return [events.MediationRefused(**case.names, party=command.party, refused_at=command.now)]


def note_withdrawal(command: commands.NoteWithdrawal, state: State) -> list[Event]:
    """Mediation is voluntary: it ends with the wish of whoever brought the matter, unless others mediate without them.

    What has ended already is not ended again, and a report that opened nothing has nothing to end.
    """
    match state:
        case Unopened() | Refused() | Withdrawn() | Settled() | Closed():
            return []
        case Open(case):
            if case.applicant_withdrew:
                return []
            brought = None if case.applicant is None else case.applicant.person
            return [
                events.ApplicantWithdrew(
                    **case.names,
                    reason=command.reason,
                    ends=not case.parties or brought in case.parties,
                    withdrawn_at=command.now,
                )
            ]
        case _:
            assert_never(state)


def appoint_member(command: commands.AppointMember, state: State) -> list[Event]:
    case = in_mediation(state, command.now)
    held = case.seats.get(command.person)
    if held == command.seat:
        return []
    if held is not None:
        raise refusals.HoldsAnotherSeat(person=command.person, seat=held)
    if command.person in case.parties:
        raise refusals.PartySits(person=command.person)
    member = events.Contact(person=command.person, name=command.name, phone=command.phone)
    complete = set(case.missing_seats) <= {command.seat}
    sitting = next((person for person, seat in case.seats.items() if seat == command.seat), None)
    if sitting is not None and command.seat != "neighbour":
        return [
            events.MemberReplaced(
                **case.names,
                seat=command.seat,
                member=member,
                account=command.account,
                replaced=sitting,
                group_complete=complete,
                replaced_at=command.now,
            )
        ]
    appointed = events.MemberAppointed(
        **case.names,
        seat=command.seat,
        member=member,
        account=command.account,
        group_complete=complete,
        appointed_at=command.now,
    )
    if complete and not case.group_formed:
        return [appointed, events.GroupFormed(**case.names, formed_at=command.now)]
    return [appointed]


def schedule_session(command: commands.ScheduleSession, state: State) -> list[Event]:
    case = in_mediation(state, command.now)
    if any((known.begins_at, known.place) == (command.begins_at, command.place) for known in case.sessions.values()):
        return []
    if case.missing_seats:
        raise refusals.SeatsUnfilled(seats=", ".join(case.missing_seats))
    # A session "now" is entered to the minute, and that minute has already begun.
    if command.begins_at < command.now.replace(second=0, microsecond=0):
        raise refusals.SessionInThePast(begins_at=command.begins_at.isoformat())
    return [
        events.SessionScheduled(
            **case.names,
            session=len(case.sessions) + 1,
            begins_at=command.begins_at,
            place=command.place,
            tell=tuple(party.contact for party in case.parties.values()),
            scheduled_at=command.now,
        )
    ]


def hold_session(command: commands.HoldSession, state: State) -> list[Event]:
    case = in_mediation(state, command.now)
    session = case.sessions.get(command.session)
    if session is None:
        raise refusals.NoSuchSession(code=case.code, session=command.session)
    attended = tuple(dict.fromkeys(command.attended))
    if session.held is not None:
        if as_recorded(session.held) != (set(attended), command.outcome, command.recording):
            raise refusals.HeldDifferently(session=command.session)
        return []
    not_before(local_day(session.begins_at), command.now)
    strangers = [person for person in attended if person not in case.parties and person not in case.seats]
    if strangers:
        raise refusals.NotOfThisCase(persons=", ".join(strangers))
    if needs_recording(case, attended) and command.recording is None:
        raise refusals.RecordingMissing
    parties = sum(person in case.parties for person in attended)
    if command.outcome == "agreed" and parties < PARTIES_TO_AN_AGREEMENT:
        raise refusals.TooFewPartiesForAgreement
    return [
        events.SessionHeld(
            **case.names,
            session=command.session,
            attended=attended,
            outcome=command.outcome,
            recording=command.recording,
            held_at=command.now,
        )
    ]


def as_recorded(held: Held) -> tuple[set[str], events.Outcome, str | None]:
    return set(held.attended), held.outcome, held.recording


def needs_recording(case: Case, attended: tuple[str, ...]) -> bool:
    """Without the leader of the area, of the police only one officer leading auxiliaries sits.

    Procedure Rules for Public Security Organs in Administrative Cases, 2019, Art. 52: they may mediate only under full
    sound and picture recording. Neighbours who sit as well do not change that.
    """
    seats = {case.seats[person] for person in attended if person in case.seats}
    return "area_leader" not in seats and bool(seats & {"community_officer", "auxiliary"})


def reach_agreement(command: commands.ReachAgreement, state: State) -> list[Event]:
    """It stands on the last session: parties who met again and did not agree have nothing to write down."""
    case = in_mediation(state, command.now)
    if case.agreed_at is None:
        raise refusals.LastSessionNotAgreed
    session, on = case.agreed_at
    if session in case.agreements:
        if as_agreed(case, session) != (command.form, {item.item: item.due_on for item in command.items}):
            raise refusals.AgreedDifferently(session=session)
        return []
    not_before(on, command.now)
    times = Counter([*case.items, *(item.item for item in command.items)])
    for item in command.items:
        if times[item.item] > 1:
            raise refusals.ItemNumberTaken(item=item.item)
        if item.due_on < local_day(command.now):
            raise refusals.ItemDueInThePast(item=item.item, due_on=item.due_on.isoformat())
    return [
        events.AgreementReached(
            **case.names,
            session=session,
            form=command.form,
            text=command.text,
            items=command.items,
            reached_at=command.now,
        )
    ]


def as_agreed(case: Case, session: int) -> tuple[events.Form, dict[int, date]]:
    """What of an agreement can be compared: the same words sealed twice are two different boxes."""
    items = {number: item.due_on for number, item in case.items.items() if item.session == session}
    return case.agreements[session], items


def fulfil_item(command: commands.FulfilItem, state: State) -> list[Event]:
    case = in_performance(state, command.now)
    item = case.items.get(command.item)
    if item is None:
        raise refusals.NoSuchItem(code=case.code, item=command.item)
    if item.fulfilled_on is not None:
        return []
    not_before(item.agreed_on, command.now)
    return [
        events.ItemFulfilled(
            **case.names,
            item=command.item,
            evidence=command.evidence,
            verified_by=command.verified_by,
            fulfilled_at=command.now,
        )
    ]


def record_residual(command: commands.RecordResidual, state: State) -> list[Event]:
    case = in_performance(state, command.now)
    recorded = case.issues.get(command.issue)
    if recorded is not None:
        if recorded.what != command.what:
            raise refusals.IssueNumberTaken(issue=command.issue)
        return []
    return [
        events.ResidualIssueOpened(**case.names, issue=command.issue, what=command.what, opened_at=command.now),
    ]


def resolve_residual(command: commands.ResolveResidual, state: State) -> list[Event]:
    case = in_performance(state, command.now)
    issue = case.issues.get(command.issue)
    if issue is None:
        raise refusals.NoSuchIssue(code=case.code, issue=command.issue)
    if issue.resolved:
        return []
    return [events.ResidualIssueResolved(**case.names, issue=command.issue, resolved_at=command.now)]


def mark_partly_resolved(command: commands.MarkPartlyResolved, state: State) -> list[Event]:
    case = in_performance(state, command.now)
    if case.partly_resolved:
        return []
    if len(case.unfulfilled) == len(case.items):
        raise refusals.NothingFulfilled
    if not case.open_issues:
        raise refusals.NothingLeftOver
    return [
        events.PartlyResolved(**case.names, residual_issues=len(case.open_issues), partly_resolved_at=command.now),
    ]


def settle(command: commands.SettleDispute, state: State) -> list[Event]:
    if isinstance(state, Settled):
        return []
    case = in_performance(state, command.now)
    if case.last_agreed_on is None:
        raise refusals.NothingAgreed
    if case.unfulfilled:
        raise refusals.ItemsOpen(items=", ".join(map(str, case.unfulfilled)))
    if case.open_issues:
        raise refusals.IssuesOpen(issues=", ".join(map(str, case.open_issues)))
    performed = [item.fulfilled_on for item in case.items.values() if item.fulfilled_on is not None]
    not_before(max([case.last_agreed_on, *performed]), command.now)
    return [
        events.DisputeSettled(
            **case.names,
            same_day=local_day(command.now) == case.opened_on,
            tell=() if case.applicant is None else (case.applicant,),
            settled_at=command.now,
        )
    ]


def close_unsettled(command: commands.CloseUnsettled, state: State) -> list[Event]:
    """Always open to whoever mediates: nobody is kept from arbitration, administration or court (Art. 3)."""
    match state:
        case Closed():
            return []
        case Refused(case, party):
            not_before(case.opened_on, command.now)
            if command.reason != "party_unwilling":
                raise refusals.EndedByRefusal(party=party)
        case Withdrawn(case):
            not_before(case.opened_on, command.now)
            if command.reason != "party_unwilling":
                raise refusals.EndedByWithdrawal(code=case.code)
        case _:
            case = in_mediation(state, command.now)
    if not any(route.strip() for route in command.routes_told):
        raise refusals.RoutesNotTold
    return [
        events.ClosedUnsettled(
            **case.names, reason=command.reason, routes_told=command.routes_told, closed_at=command.now
        )
    ]


def set_aside_same_day(command: commands.SetAsideSameDay, state: State) -> list[Event]:
    case = in_mediation(state, command.now)
    known_party(case, command.party)
    if case.same_day_set_aside:
        return []
    return [events.SameDaySetAside(**case.names, party=command.party, set_aside_at=command.now)]


# What decisions have in common


def in_mediation(state: State, now: datetime) -> Case:
    """The case, if mediation goes on; and nothing in it happened before it was opened."""
    match state:
        case Unopened():
            raise refusals.NotOpened
        case Refused(_, party):
            raise refusals.MediationWasRefused(party=party)
        case Withdrawn(case):
            raise refusals.ApplicationWasWithdrawn(code=case.code)
        case Settled(case):
            raise refusals.AlreadySettled(code=case.code)
        case Closed(case):
            raise refusals.AlreadyClosed(code=case.code)
        case Open(case):
            not_before(case.opened_on, now)
            return case
        case _:
            assert_never(state)


def in_performance(state: State, now: datetime) -> Case:
    """The case, if mediation goes on, or if a party has since ended it but what was agreed before still binds."""
    if isinstance(state, Refused | Withdrawn) and state.case.agreements:
        return in_mediation(Open(state.case), now)
    return in_mediation(state, now)


def known_party(case: Case, person: str) -> None:
    if person not in case.parties:
        raise refusals.NotAParty(person=person, code=case.code)


def not_before(earliest: date, now: datetime) -> None:
    """Compares days, for clocks differ by seconds and a session may begin a little early."""
    if local_day(now) < earliest:
        raise refusals.DatedTooEarly(dated=local_day(now).isoformat(), earliest=earliest.isoformat())


def local_day(moment: datetime) -> date:
    return day_of(moment)


# What a past event means


def evolve(state: State, event: Event) -> State:
    match state:
        case Unopened():
            return Open(begin(event)) if isinstance(event, events.DisputeOpened) else state
        case Open() | Refused() | Withdrawn():
            return follow(state, event)
        case Settled() | Closed():
            return state
        case _:
            assert_never(state)


def begin(event: events.DisputeOpened) -> Case:
    return Case(
        names={"dispute": event.dispute, "code": event.code, "station": event.station},
        report=event.report,
        applicant=event.applicant,
        opened_on=local_day(event.opened_at),
    )


def follow(state: Open | Refused | Withdrawn, event: Event) -> State:
    case = state.case
    match event:
        case events.DisputeOpened():
            return state
        case events.MediationRefused():
            return Refused(case, event.party)
        case events.ApplicantWithdrew(ends=True):
            return Withdrawn(case)
        case events.ApplicantWithdrew():
            grown = replace(case, applicant_withdrew=True)
        case events.DisputeSettled():
            return Settled(case)
        case events.ClosedUnsettled():
            return Closed(case)
        case events.PartyJoined():
            parties = {**case.parties, event.party.person: Party(event.party, event.side)}
            grown = replace(case, parties=parties)
        case events.MemberAppointed():
            grown = replace(case, seats={**case.seats, event.member.person: event.seat})
        case events.MemberReplaced():
            stay = {person: seat for person, seat in case.seats.items() if person != event.replaced}
            grown = replace(case, seats={**stay, event.member.person: event.seat})
        case events.GroupFormed():
            grown = replace(case, group_formed=True)
        case events.SessionScheduled():
            session = Session(event.begins_at, event.place)
            grown = replace(case, sessions={**case.sessions, event.session: session})
        case events.SessionHeld():
            grown = after_session(case, event)
        case events.AgreementReached():
            grown = after_agreement(case, event)
        case events.ItemFulfilled():
            grown = after_performance(case, event)
        case events.ResidualIssueOpened():
            grown = replace(case, issues={**case.issues, event.issue: Issue(event.what)})
        case events.ResidualIssueResolved():
            grown = after_resolution(case, event)
        case events.PartlyResolved():
            grown = replace(case, partly_resolved=True)
        case events.SameDaySetAside():
            grown = replace(case, same_day_set_aside=True)
        case _:
            assert_never(event)
    return replace(state, case=grown)


def after_session(case: Case, event: events.SessionHeld) -> Case:
    on = local_day(event.held_at)
    held = Held(event.attended, event.outcome, event.recording)
    sessions = {
        number: replace(session, held=held) if number == event.session else session
        for number, session in case.sessions.items()
    }
    return replace(case, sessions=sessions, agreed_at=(event.session, on) if event.outcome == "agreed" else None)


def after_agreement(case: Case, event: events.AgreementReached) -> Case:
    on = local_day(event.reached_at)
    items = {item.item: Item(event.session, item.due_on, agreed_on=on) for item in event.items}
    agreements = {**case.agreements, event.session: event.form}
    return replace(case, agreements=agreements, last_agreed_on=on, items={**case.items, **items})


def after_performance(case: Case, event: events.ItemFulfilled) -> Case:
    on = local_day(event.fulfilled_at)
    items = {
        number: replace(item, fulfilled_on=on) if number == event.item else item for number, item in case.items.items()
    }
    return replace(case, items=items)


def after_resolution(case: Case, event: events.ResidualIssueResolved) -> Case:
    issues = {
        number: replace(issue, resolved=True) if number == event.issue else issue
        for number, issue in case.issues.items()
    }
    return replace(case, issues=issues)


dispute: Decider[Command, State, Event] = Decider(initial=Unopened(), decide=decide, evolve=evolve)
