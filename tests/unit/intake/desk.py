"""The desk of Changzhi Road on a Monday, as events and commands: one report, one account, one community, one person."""

from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar

from pydantic import BaseModel

from services.intake.domain import (
    account,
    community,
    evidence,
    matter,
    person,
    publisher,
    report,
    reporter,
)
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed
from tests.unit.intake import order_desk

M = TypeVar("M", bound=BaseModel)

MONDAY: Final = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
TUESDAY: Final = MONDAY + timedelta(days=1)

REPORT, CODE, STATION = "0197f2a4-5c1e-7a10-9d2b-6f1c0a4e8b01", "WG-261123-06BZ-592W", "czl"
OFFICER, LEADER = "account-guo", "account-wang"
PERSON: Final = "person-he"


def box(of: str, value: str) -> Sealed:
    return Sealed(of=of, box=f"s1.{value}")


def changed(message: M, **fields: object) -> M:
    """The same message with other fields, whatever they hold; a field that does not exist is an error."""
    assert fields.keys() <= type(message).model_fields.keys()
    return message.model_copy(update=fields)


# A report

PLACE = report.Place(community="wangfu", grid="wangfu-03", compound="wangfu-yuan")
REPORTER = report.Reporter(person=PERSON, name=box(PERSON, "name"), phone=box(PERSON, "phone"))
SUBJECT, STORY = box("report-1", "deposit-not-returned"), box("report-1", "the-landlord-keeps-it")
SUGGESTION = report.Suggestion(
    kind="dispute",
    confidence=0.93,
    because=(report.Words(field="subject", start=2, end=4),),
    danger_to_life=False,
    model="t1",
)

register_report = report.RegisterReport(
    report=REPORT,
    code=CODE,
    channel="hotline_12345",
    external_id="12345-118842",
    station=STATION,
    place=PLACE,
    subject=SUBJECT,
    text=STORY,
    reporter=REPORTER,
    occurred_on=date(2026, 11, 22),
    reported_at=MONDAY - timedelta(hours=1),
    suggestion=SUGGESTION,
    now=MONDAY,
)
received = report.ReportReceived(
    report=REPORT,
    code=CODE,
    channel="hotline_12345",
    external_id="12345-118842",
    station=STATION,
    place=PLACE,
    subject=SUBJECT,
    text=STORY,
    reporter=REPORTER,
    occurred_on=date(2026, 11, 22),
    reported_at=MONDAY - timedelta(hours=1),
    suggestion=SUGGESTION,
    received_at=MONDAY,
)


def classify(kind: report.Kind = "dispute") -> report.ClassifyReport:
    return report.ClassifyReport(kind=kind, by=OFFICER, now=TUESDAY)


def classified(kind: report.Kind = "dispute") -> report.ReportClassified:
    return report.ReportClassified(
        report=REPORT, code=CODE, kind=kind, suggested="dispute", by=OFFICER, classified_at=TUESDAY
    )


def refuse(reason: report.Reason = "in_court_or_arbitration", route: str = "区人民法院") -> report.RefuseReport:
    return report.RefuseReport(reason=reason, other_route=route, by=OFFICER, now=TUESDAY)


admit = report.AdmitDispute(category="tenancy", by=OFFICER, now=TUESDAY)
admitted = report.DisputeAdmitted(
    report=REPORT,
    code=CODE,
    station=STATION,
    place=PLACE,
    category="tenancy",
    subject=SUBJECT,
    text=STORY,
    reporter=REPORTER,
    occurred_on=date(2026, 11, 22),
    by=OFFICER,
    admitted_at=TUESDAY,
)
refused = report.ReportRefused(
    report=REPORT,
    code=CODE,
    reason="in_court_or_arbitration",
    other_route="区人民法院",
    by=OFFICER,
    refused_at=TUESDAY,
)

move = report.MoveReport(station="xjk", by=LEADER, now=TUESDAY)
moved = report.ReportMoved(report=REPORT, code=CODE, from_station=STATION, station="xjk", by=LEADER, moved_at=TUESDAY)

WITHDRAWAL = box("report-1", "we-have-made-up")
withdraw = report.WithdrawReport(reason=WITHDRAWAL, by="reporter", now=TUESDAY)
withdrawn = report.ReportWithdrawn(report=REPORT, code=CODE, reason=WITHDRAWAL, by="reporter", withdrawn_at=TUESDAY)

# An account

AT_WANGFU = account.Post(role="community_officer", station=STATION, community="wangfu")
AT_STATION = account.Post(role="station_leader", station=STATION)

open_account = account.OpenAccount(
    account=OFFICER,
    name="guo",
    password_hash="hash-1",
    posts=(AT_WANGFU,),
    now=MONDAY,
)
change_posts = account.ChangePosts(posts=(AT_STATION,), now=TUESDAY)
set_password = account.SetPassword(password_hash="hash-2", now=TUESDAY)
sign_out_everywhere = account.SignOutEverywhere(now=TUESDAY)
close_account = account.CloseAccount(now=TUESDAY)

account_opened = account.AccountOpened(
    account=OFFICER,
    name="guo",
    password_hash="hash-1",
    posts=(AT_WANGFU,),
    opened_at=MONDAY,
)


def posts_changed(generation: int = 1) -> account.PostsChanged:
    return account.PostsChanged(
        account=OFFICER, name="guo", posts=(AT_STATION,), generation=generation, changed_at=TUESDAY
    )


def password_set(generation: int = 2, *posts: account.Post) -> account.PasswordSet:
    return account.PasswordSet(
        account=OFFICER,
        name="guo",
        password_hash="hash-2",
        posts=posts or (AT_WANGFU,),
        generation=generation,
        set_at=TUESDAY,
    )


def signed_out(generation: int = 2) -> account.SignedOutEverywhere:
    return account.SignedOutEverywhere(
        account=OFFICER, name="guo", posts=(AT_WANGFU,), generation=generation, signed_out_at=TUESDAY
    )


def account_closed(generation: int = 2) -> account.AccountClosed:
    return account.AccountClosed(account=OFFICER, name="guo", generation=generation, closed_at=TUESDAY)


# A community

COUNTED_ON: Final = date(2020, 8, 31)
GRID = community.Grid(grid="wangfu-03", name="三网格", squad="三网格小分队")
COMPOUND = community.Compound(compound="wangfu-yuan", name="王府苑", grid="wangfu-03", property_managed=False)

register_community = community.RegisterCommunity(community="wangfu", name="王府社区", station=STATION, now=MONDAY)
count_residents = community.CountResidents(residents=8_926, on=COUNTED_ON, source="S1", now=MONDAY)
draw_grid = community.DrawGrid(grid=GRID, now=MONDAY)
register_compound = community.RegisterCompound(compound=COMPOUND, now=MONDAY)
enrol = community.EnrolVolunteer(
    person="person-head",
    name=box("person-head", "name"),
    role="building_head",
    grid="wangfu-03",
    since=date(2020, 1, 6),
    now=MONDAY,
)
count_incidents = community.CountIncidents(
    kind="criminal",
    first_day=date(2019, 1, 1),
    last_day=date(2019, 12, 31),
    count=9,
    source="S40",
    now=MONDAY,
)

community_registered = community.CommunityRegistered(
    community="wangfu", name="王府社区", station=STATION, registered_at=MONDAY
)
residents_counted = community.ResidentsCounted(
    community="wangfu",
    name="王府社区",
    station=STATION,
    residents=8_926,
    on=COUNTED_ON,
    source="S1",
    counted_at=MONDAY,
)
grid_drawn = community.GridDrawn(community="wangfu", grid=GRID, drawn_at=MONDAY)
compound_registered = community.CompoundRegistered(community="wangfu", compound=COMPOUND, registered_at=MONDAY)
enrolled = community.VolunteerEnrolled(
    community="wangfu",
    person="person-head",
    name=box("person-head", "name"),
    role="building_head",
    grid="wangfu-03",
    since=date(2020, 1, 6),
    enrolled_at=MONDAY,
)
incidents_counted = community.IncidentsCounted(
    community="wangfu",
    kind="criminal",
    first_day=date(2019, 1, 1),
    last_day=date(2019, 12, 31),
    count=9,
    source="S40",
    counted_at=MONDAY,
)

# A person

erase_person = person.ErasePerson(person=PERSON, reason="本人要求", by=LEADER, now=MONDAY)
erasure_ordered = person.PersonErasureOrdered(person=PERSON, by=LEADER, ordered_at=MONDAY)

# A matter

OTHER: Final = "0197f2a4-5c1e-7a10-9d2b-6f1c0a4e8b02"
EVIDENCE: Final = (
    matter.Evidence(
        field="place",
        score=0.9,
        here=(report.Words(field="subject", start=0, end=4),),
        there=(report.Words(field="text", start=2, end=6),),
    ),
    matter.Evidence(field="time", score=0.1, differs=True),
)
suspect_duplicate = matter.SuspectDuplicate(
    report=REPORT, other=OTHER, through=OTHER, score=0.91, evidence=EVIDENCE, model="fields-1", now=MONDAY
)
duplicate_suspected = matter.DuplicateSuspected(
    report=REPORT, other=OTHER, through=OTHER, score=0.91, evidence=EVIDENCE, model="fields-1", suspected_at=MONDAY
)
duplicate_dismissed = matter.DuplicateDismissed(report=REPORT, other=OTHER, by=OFFICER, dismissed_at=MONDAY)
report_merged = matter.ReportMerged(report=REPORT, parent=OTHER, by=OFFICER, merged_at=MONDAY)
report_taken_in = matter.ReportTakenIn(report=OTHER, child=REPORT, by=OFFICER, taken_in_at=MONDAY)
report_unmerged = matter.ReportUnmerged(report=REPORT, parent=OTHER, reason="另一栋楼", by=OFFICER, unmerged_at=TUESDAY)
report_given_back = matter.ReportGivenBack(report=OTHER, child=REPORT, by=OFFICER, given_back_at=TUESDAY)
demand_stated = matter.DemandStated(
    report=REPORT, demand=box(f"report-{REPORT}", "demand"), by=OFFICER, stated_at=MONDAY
)
outcome_recorded = matter.OutcomeRecorded(report=REPORT, outcome="partly_met", by=OFFICER, recorded_at=TUESDAY)
# The reporter's side

issue_access = reporter.IssueAccess(
    report=REPORT, code=CODE, access="access-1", holder="reporter", token_hash="1" * 64, by=OFFICER, now=MONDAY
)
access_issued = reporter.AccessIssued(
    report=REPORT,
    code=CODE,
    access="access-1",
    holder="reporter",
    token_hash="1" * 64,
    expires_at=MONDAY + timedelta(days=365),
    by=OFFICER,
    issued_at=MONDAY,
)
revoke_access = reporter.RevokeAccess(report=REPORT, code=CODE, access="access-1", why="lost", by=OFFICER, now=TUESDAY)
access_revoked = reporter.AccessRevoked(
    report=REPORT, code=CODE, access="access-1", token_hash="1" * 64, why="lost", by=OFFICER, revoked_at=TUESDAY
)
ADDED = box("report-1", "it-was-at-night")
add_supplement = reporter.AddSupplement(
    report=REPORT, code=CODE, supplement="supplement-1", text=ADDED, by="reporter", now=TUESDAY
)
supplemented = reporter.ReportSupplemented(
    report=REPORT, code=CODE, supplement="supplement-1", text=ADDED, by="reporter", added_at=TUESDAY
)
REASON = box("report-1", "to-call-back")
open_identity = reporter.OpenIdentity(
    report=REPORT,
    code=CODE,
    opening="opening-1",
    hidden=True,
    purpose="call_back",
    reason=REASON,
    by=LEADER,
    now=TUESDAY,
)
identity_opened = reporter.IdentityOpened(
    report=REPORT, code=CODE, opening="opening-1", purpose="call_back", reason=REASON, by=LEADER, opened_at=TUESDAY
)

ONE_OF_EACH: tuple[Event, ...] = (
    withdrawn,
    access_issued,
    access_revoked,
    supplemented,
    identity_opened,
    received,
    classified(),
    admitted,
    refused,
    duplicate_suspected,
    duplicate_dismissed,
    report_merged,
    report_taken_in,
    report_unmerged,
    report_given_back,
    demand_stated,
    outcome_recorded,
    account_opened,
    posts_changed(),
    password_set(),
    signed_out(),
    account_closed(),
    community_registered,
    residents_counted,
    grid_drawn,
    compound_registered,
    enrolled,
    incidents_counted,
    erasure_ordered,
    moved,
    *order_desk.ONE_OF_EACH,
)
"""Every kind of event of these streams once."""


# A publisher

CALLER, SOURCE = "publisher-relay", "urn:relay:wangfu"
QUOTA = publisher.Quota(per_minute=60, per_day=5_000)
CONTACT = box("publisher-contact", "name-and-phone")
OVERLAP = timedelta(days=3)

register_publisher = publisher.RegisterPublisher(
    publisher=CALLER,
    source=SOURCE,
    name="群消息转发",
    station=STATION,
    city_wide=False,
    channels=("chat", "patrol"),
    quota=QUOTA,
    contact=CONTACT,
    accounts=("account-vendor",),
    by=LEADER,
    now=MONDAY,
)
publisher_registered = publisher.PublisherRegistered(
    publisher=CALLER,
    source=SOURCE,
    name="群消息转发",
    station=STATION,
    city_wide=False,
    channels=("chat", "patrol"),
    quota=QUOTA,
    contact=CONTACT,
    accounts=("account-vendor",),
    by=LEADER,
    registered_at=MONDAY,
)


def issue_key(key: str = "key-1", now: datetime = MONDAY) -> publisher.IssueKey:
    return publisher.IssueKey(key=key, digest=f"digest-of-{key}", others_until=now + OVERLAP, by=LEADER, now=now)


def key_issued(key: str = "key-1", at: datetime = MONDAY) -> publisher.KeyIssued:
    return publisher.KeyIssued(
        publisher=CALLER, key=key, digest=f"digest-of-{key}", others_until=at + OVERLAP, by=LEADER, issued_at=at
    )


def set_secret(secret: str = "secret-1", now: datetime = MONDAY) -> publisher.SetSecret:
    return publisher.SetSecret(
        secret=secret, value=box("publisher-1", secret), others_until=now + OVERLAP, by=LEADER, now=now
    )


def secret_set(secret: str = "secret-1", at: datetime = MONDAY) -> publisher.SecretSet:
    return publisher.SecretSet(
        publisher=CALLER,
        secret=secret,
        value=box("publisher-1", secret),
        others_until=at + OVERLAP,
        by=LEADER,
        set_at=at,
    )


# A piece of evidence

FILE_HASH = "3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b"
COPY = evidence.Copy(sha256="5" * 64, size=90_210, width=1600, height=1200)
FILE_NAME = box("report-1", "file-name")

take_evidence = evidence.TakeEvidence(
    evidence="evidence-1",
    report=REPORT,
    code=CODE,
    station=STATION,
    sha256=FILE_HASH,
    size=2_310_044,
    media_type="image/jpeg",
    name=FILE_NAME,
    original="blob-1",
    copy_of_it=COPY,
    shown="blob-2",
    by=OFFICER,
    now=MONDAY,
)
evidence_taken = evidence.EvidenceTaken(
    evidence="evidence-1",
    report=REPORT,
    code=CODE,
    station=STATION,
    sha256=FILE_HASH,
    size=2_310_044,
    media_type="image/jpeg",
    name=FILE_NAME,
    original="blob-1",
    copy_of_it=COPY,
    shown="blob-2",
    by=OFFICER,
    taken_at=MONDAY,
)
FACE = evidence.Area(left=400, top=100, width=200, height=200)
COVERED_COPY = evidence.Copy(sha256="7" * 64, size=88_004, width=1600, height=1200)
cover_evidence = evidence.CoverEvidence(areas=(FACE,), copy_of_it=COVERED_COPY, shown="blob-3", by=OFFICER, now=TUESDAY)
evidence_covered = evidence.EvidenceCovered(
    evidence="evidence-1",
    report=REPORT,
    areas=(FACE,),
    copy_of_it=COVERED_COPY,
    shown="blob-3",
    by=OFFICER,
    covered_at=TUESDAY,
)
withdraw_evidence = evidence.WithdrawEvidence(reason="wrong_file", by=OFFICER, now=TUESDAY)
evidence_withdrawn = evidence.EvidenceWithdrawn(
    evidence="evidence-1", report=REPORT, reason="wrong_file", by=OFFICER, withdrawn_at=TUESDAY
)
