"""The unfinished building as events and commands: a Monday, two parties, a whole group, a session, two lifts."""

from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from services.mediation.domain import commands, events
from shared.eventsourcing.sealed import Sealed

M = TypeVar("M", bound=BaseModel)

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
MONDAY: Final = datetime(2020, 8, 31, 9, 0, tzinfo=SHANGHAI)
EVENING: Final = MONDAY.replace(hour=21)
TUESDAY: Final = MONDAY + timedelta(days=1)
FRIDAY: Final = MONDAY + timedelta(days=4)
SUNDAY: Final = MONDAY - timedelta(days=1)
DUE: Final = FRIDAY.date()

DISPUTE, CODE, STATION = "d25", "CZ-2020-000025", "st-changzhi-road"
NAMES: Final = {"dispute": DISPUTE, "code": CODE, "station": STATION}

OWNER, DEVELOPER, TENANT = "person-owner-1", "person-developer", "person-tenant"
LEADER, OFFICER, AUXILIARY, ELDER = "person-leader", "person-officer", "person-auxiliary", "person-elder"
HALL = "社区调解室"


def box(of: str, value: str) -> Sealed:
    return Sealed(of=of, box=f"s1.{value}")


def changed(message: M, **fields: object) -> M:
    """The same message with other fields, whatever they hold; a field that does not exist is an error."""
    assert fields.keys() <= type(message).model_fields.keys()
    return message.model_copy(update=fields)


def contact(person: str) -> events.Contact:
    return events.Contact(person=person, name=box(person, "name"), phone=box(person, "phone"))


HEADLINE = box("report-25", "unfinished-building")
STORY = box("report-25", "twenty-five-owners-wait-since-2008")

# What was asked

open_dispute = commands.OpenDispute(
    dispute=DISPUTE,
    report="r25",
    code=CODE,
    station=STATION,
    place=events.Place(community="c2", grid="g7", compound="tower-b"),
    category="home_purchase",
    headline=HEADLINE,
    story=STORY,
    applicant=contact(OWNER),
    occurred_on=date(2008, 6, 1),
    now=MONDAY,
)


def add_party(person: str = OWNER, side: events.Side = "applicant", now: datetime = MONDAY) -> commands.AddParty:
    return commands.AddParty(
        person=person,
        side=side,
        name=box(person, "name"),
        phone=box(person, "phone"),
        demand=box(person, "demand"),
        now=now,
    )


def appoint(seat: events.Seat, person: str, now: datetime = MONDAY) -> commands.AppointMember:
    return commands.AppointMember(
        seat=seat,
        person=person,
        account=f"account-{person}",
        name=box(person, "name"),
        phone=box(person, "phone"),
        now=now,
    )


def schedule(begins_at: datetime = EVENING, now: datetime = MONDAY, place: str = HALL) -> commands.ScheduleSession:
    return commands.ScheduleSession(begins_at=begins_at, place=place, now=now)


EVERYBODY = (OWNER, DEVELOPER, LEADER, OFFICER, AUXILIARY, ELDER)


def hold(
    outcome: events.Outcome = "agreed",
    attended: tuple[str, ...] = EVERYBODY,
    recording: str | None = None,
    session: int = 1,
    now: datetime = EVENING,
) -> commands.HoldSession:
    return commands.HoldSession(session=session, attended=attended, outcome=outcome, recording=recording, now=now)


def item(number: int, due_on: date = DUE) -> events.PerformanceItem:
    return events.PerformanceItem(item=number, what=box("report-25", f"lift-{number}"), due_on=due_on)


def agree(
    *items: events.PerformanceItem, form: events.Form = "written", now: datetime = EVENING
) -> commands.ReachAgreement:
    return commands.ReachAgreement(form=form, text=box("report-25", "agreement"), items=items, now=now)


def fulfil(number: int, now: datetime = TUESDAY) -> commands.FulfilItem:
    return commands.FulfilItem(item=number, evidence=box("report-25", f"photo-{number}"), verified_by=OFFICER, now=now)


def residual(issue: int, what: str = "title-deeds", now: datetime = TUESDAY) -> commands.RecordResidual:
    return commands.RecordResidual(issue=issue, what=box("report-25", what), now=now)


def close(
    reason: events.Reason = "not_agreed", routes: tuple[str, ...] = ("人民法院诉讼",), now: datetime = FRIDAY
) -> commands.CloseUnsettled:
    return commands.CloseUnsettled(reason=reason, routes_told=routes, now=now)


settle = commands.SettleDispute(now=FRIDAY)
settle_this_evening = commands.SettleDispute(now=EVENING)
refuse = commands.RefuseMediation(party=DEVELOPER, now=MONDAY)
mark_partly_resolved = commands.MarkPartlyResolved(now=FRIDAY)
set_aside = commands.SetAsideSameDay(party=OWNER, now=MONDAY)

# What happened

opened = events.DisputeOpened(
    **NAMES,
    report="r25",
    place=events.Place(community="c2", grid="g7", compound="tower-b"),
    category="home_purchase",
    headline=HEADLINE,
    story=STORY,
    applicant=contact(OWNER),
    occurred_on=date(2008, 6, 1),
    same_day_target=datetime(2020, 8, 31, 15, 59, 59, tzinfo=UTC),
    opened_at=MONDAY,
)


def joined(person: str, side: events.Side, at: datetime = MONDAY) -> events.PartyJoined:
    return events.PartyJoined(**NAMES, party=contact(person), side=side, demand=box(person, "demand"), joined_at=at)


def appointed(seat: events.Seat, person: str, group_complete: bool = False) -> events.MemberAppointed:
    return events.MemberAppointed(
        **NAMES,
        seat=seat,
        member=contact(person),
        account=f"account-{person}",
        group_complete=group_complete,
        appointed_at=MONDAY,
    )


owner_joined = joined(OWNER, "applicant")
developer_joined = joined(DEVELOPER, "respondent")
leader_appointed = appointed("area_leader", LEADER)
officer_appointed = appointed("community_officer", OFFICER)
auxiliary_appointed = appointed("auxiliary", AUXILIARY)
elder_appointed = appointed("neighbour", ELDER, group_complete=True)
formed = events.GroupFormed(**NAMES, formed_at=MONDAY)

PARTIES: tuple[events.Event, ...] = (opened, owner_joined, developer_joined)
GROUP: tuple[events.Event, ...] = (
    *PARTIES,
    leader_appointed,
    officer_appointed,
    auxiliary_appointed,
    elder_appointed,
    formed,
)


def scheduled(session: int = 1, begins_at: datetime = EVENING, at: datetime = MONDAY) -> events.SessionScheduled:
    return events.SessionScheduled(
        **NAMES,
        session=session,
        begins_at=begins_at,
        place=HALL,
        tell=(contact(OWNER), contact(DEVELOPER)),
        scheduled_at=at,
    )


def held(
    outcome: events.Outcome = "agreed",
    attended: tuple[str, ...] = EVERYBODY,
    recording: str | None = None,
    session: int = 1,
    at: datetime = EVENING,
) -> events.SessionHeld:
    return events.SessionHeld(
        **NAMES, session=session, attended=attended, outcome=outcome, recording=recording, held_at=at
    )


def reached(
    *items: events.PerformanceItem, form: events.Form = "written", session: int = 1, at: datetime = EVENING
) -> events.AgreementReached:
    return events.AgreementReached(
        **NAMES, session=session, form=form, text=box("report-25", "agreement"), items=items, reached_at=at
    )


def fulfilled(number: int, at: datetime = TUESDAY) -> events.ItemFulfilled:
    return events.ItemFulfilled(
        **NAMES, item=number, evidence=box("report-25", f"photo-{number}"), verified_by=OFFICER, fulfilled_at=at
    )


def left_over(issue: int, what: str = "title-deeds") -> events.ResidualIssueOpened:
    return events.ResidualIssueOpened(**NAMES, issue=issue, what=box("report-25", what), opened_at=TUESDAY)


def resolved(issue: int) -> events.ResidualIssueResolved:
    return events.ResidualIssueResolved(**NAMES, issue=issue, resolved_at=FRIDAY)


SCHEDULED: tuple[events.Event, ...] = (*GROUP, scheduled())
AGREED_AT_SESSION: tuple[events.Event, ...] = (*SCHEDULED, held())
TWO_LIFTS: tuple[events.Event, ...] = (*AGREED_AT_SESSION, reached(item(1), item(2)))
LIFTS_FITTED: tuple[events.Event, ...] = (*TWO_LIFTS, fulfilled(1), fulfilled(2))

mediation_refused = events.MediationRefused(**NAMES, party=DEVELOPER, refused_at=MONDAY)
REPORT_TAKEN_BACK = box("report-25", "we-settled-it-ourselves")
note_withdrawal = commands.NoteWithdrawal(report="r25", reason=REPORT_TAKEN_BACK, now=TUESDAY)
applicant_withdrew = events.ApplicantWithdrew(**NAMES, reason=REPORT_TAKEN_BACK, ends=True, withdrawn_at=TUESDAY)
partly_resolved = events.PartlyResolved(**NAMES, residual_issues=1, partly_resolved_at=FRIDAY)
settled = events.DisputeSettled(**NAMES, same_day=False, tell=(contact(OWNER),), settled_at=FRIDAY)
closed = events.ClosedUnsettled(**NAMES, reason="not_agreed", routes_told=("人民法院诉讼",), closed_at=FRIDAY)
same_day_set_aside = events.SameDaySetAside(**NAMES, party=OWNER, set_aside_at=MONDAY)

NEW_LEADER = "person-leader-2"
leader_replaced = events.MemberReplaced(
    **NAMES,
    seat="area_leader",
    member=contact(NEW_LEADER),
    account=f"account-{NEW_LEADER}",
    replaced=LEADER,
    group_complete=True,
    replaced_at=TUESDAY,
)

ONE_OF_EACH: tuple[events.Event, ...] = (
    *TWO_LIFTS,
    leader_replaced,
    fulfilled(1),
    left_over(1),
    resolved(1),
    partly_resolved,
    same_day_set_aside,
    changed(applicant_withdrew, ends=False),
    mediation_refused,
    settled,
    closed,
)
"""Every kind of event at least once; as a story it is no case that could be."""
