"""Which of intake's events are told to the other services, and which are silence."""

from pathlib import Path
from typing import Any

import pytest

from services.intake.application.publishing import TOPICS, channel_of, publish
from services.intake.domain import matter, post, report
from services.intake.domain.streams import EVENTS
from shared.contracts import duty, register, reports
from shared.contracts.envelope import Contract
from shared.contracts.vocabulary import Contact, Personal
from shared.eventsourcing.events import Codec, Event
from shared.eventsourcing.sealed import Sealed
from tests.unit.intake import alone, errands
from tests.unit.intake import desk as d
from tests.unit.intake import places as p
from tests.unit.intake.order_desk import TO_THE_HOTLINE


def personal(sealed: Sealed) -> Personal:
    return Personal(of=sealed.of, box=sealed.box.replace("s1.", "d1."))


PLACE = reports.Place(community="wangfu", grid="wangfu-03", compound="wangfu-yuan")
HEADLINE = Personal(of="report-1", box="d1.deposit-not-returned")
STORY = Personal(of="report-1", box="d1.the-landlord-keeps-it")
REPORTER = Contact(
    person=d.PERSON, name=Personal(of=d.PERSON, box="d1.name"), phone=Personal(of=d.PERSON, box="d1.phone")
)
AT_WANGFU = register.Post(role="community_officer", station=d.STATION, community="wangfu")
AT_STATION = register.Post(role="station_leader", station=d.STATION)


def account(**fields: object) -> register.AccountChanged:
    told = {
        "account": d.OFFICER,
        "name": "guo",
        "posts": (AT_WANGFU,),
        "active": True,
        "generation": 2,
        "at": d.TUESDAY,
    }
    return register.AccountChanged.model_validate(told | fields)


def area(kind: str, id_: str, **fields: object) -> register.AreaChanged:
    told = {"kind": kind, "area": id_, "community": "wangfu", "changed": "entered", "at": d.MONDAY}
    return register.AreaChanged.model_validate(told | fields)


def held(**fields: object) -> register.PostChanged:
    told = {
        "post": p.POST,
        "term": 1,
        "revision": 1,
        "role": "community_officer",
        "station": d.STATION,
        "community": "wangfu",
        "person": "person-guo",
        "name": Personal(of="person-guo", box="d1.name"),
        "account": d.OFFICER,
        "since": p.MAY,
        "at": d.MONDAY,
    }
    return register.PostChanged.model_validate(told | fields)


NAMED = matter.Named(code=d.CODE, parent_code="WG-2", station=d.STATION, reporter=d.admitted.reporter)
TOGETHER: Any = {
    "report": d.REPORT,
    "code": d.CODE,
    "parent": d.OTHER,
    "parent_code": "WG-2",
    "station": d.STATION,
}
UNWRITTEN = d.changed(errands.staff_asked, call=None)
TOLD: list[tuple[Event, Contract]] = [
    (
        report.RefusalNoticeIssued(
            report=d.REPORT,
            code=d.CODE,
            station=d.STATION,
            number=f"{d.CODE}-N1",
            ground="party_unwilling",
            article="第十七条",
            zh="告知书",
            en="Notice",
            sha256="f" * 64,
            reporter=d.REPORTER,
            by=d.OFFICER,
            issued_at=d.TUESDAY,
        ),
        reports.RefusalNoticeIssued(
            report=d.REPORT,
            code=d.CODE,
            station=d.STATION,
            number=f"{d.CODE}-N1",
            article="第十七条",
            zh="告知书",
            en="Notice",
            sha256="f" * 64,
            reporter=Contact(
                person=d.PERSON,
                name=Personal(of=d.PERSON, box="d1.name"),
                phone=Personal(of=d.PERSON, box="d1.phone"),
            ),
            issued_at=d.TUESDAY,
        ),
    ),
    (
        d.received,
        reports.ReportReceived(
            report=d.REPORT,
            code=d.CODE,
            channel="hotline_12345",
            external_id="12345-118842",
            station=d.STATION,
            place=PLACE,
            suggested="dispute",
            danger_to_life=False,
            headline=HEADLINE,
            reported_at=d.register_report.reported_at,
            received_at=d.MONDAY,
            origin="hotline_12345",
        ),
    ),
    (
        d.classified("hazard"),
        reports.ReportClassified(report=d.REPORT, code=d.CODE, kind="hazard", classified_at=d.TUESDAY),
    ),
    (
        d.admitted,
        reports.DisputeAdmitted(
            report=d.REPORT,
            code=d.CODE,
            station=d.STATION,
            place=PLACE,
            category="tenancy",
            headline=HEADLINE,
            story=STORY,
            reporter=REPORTER,
            occurred_on=d.admitted.occurred_on,
            admitted_at=d.TUESDAY,
        ),
    ),
    (
        d.refused,
        reports.ReportRefused(
            report=d.REPORT,
            code=d.CODE,
            reason="in_court_or_arbitration",
            other_route="区人民法院",
            refused_at=d.TUESDAY,
        ),
    ),
    (
        d.withdrawn,
        reports.ReportWithdrawn(report=d.REPORT, code=d.CODE, reason=personal(d.WITHDRAWAL), withdrawn_at=d.TUESDAY),
    ),
    (
        d.changed(d.withdrawn, reason=None),
        reports.ReportWithdrawn(report=d.REPORT, code=d.CODE, reason=None, withdrawn_at=d.TUESDAY),
    ),
    (
        d.changed(d.report_merged, named=NAMED),
        reports.ReportMerged(**TOGETHER, reporter=REPORTER, merged_at=d.MONDAY),
    ),
    (
        d.changed(d.report_unmerged, named=d.changed(NAMED, reporter=None)),
        reports.ReportUnmerged(**TOGETHER, reporter=None, unmerged_at=d.TUESDAY),
    ),
    (
        alone.panicked,
        duty.AlarmRaised(
            visit=alone.VISIT,
            station=d.STATION,
            account=d.OFFICER,
            why="panic",
            rung="police_desk",
            told=alone.panicked.told,
            raised_at=d.MONDAY,
        ),
    ),
    (
        errands.staff_asked,
        duty.AskedToGo(
            dispatch=errands.DISPATCH,
            request="request-1",
            code=d.CODE,
            station=d.STATION,
            person=d.OFFICER,
            account=d.OFFICER,
            begins_at=errands.ERRAND.begins_at,
            ends_at=errands.ERRAND.ends_at,
            asked_at=d.MONDAY,
        ),
    ),
    (d.account_opened, account(generation=1, at=d.MONDAY)),
    (d.posts_changed(3), account(generation=3, posts=(AT_STATION,))),
    (d.password_set(4), account(generation=4)),
    (d.signed_out(5), account(generation=5)),
    (d.account_closed(6), account(generation=6, posts=(), active=False)),
    (
        d.residents_counted,
        register.CommunityRegistered(
            community="wangfu", name="王府社区", station=d.STATION, residents=8_926, at=d.MONDAY
        ),
    ),
    (d.community_registered, area("community", "wangfu", name="王府社区", above=d.STATION)),
    (d.grid_drawn, area("grid", "wangfu-03", name="三网格", above="wangfu", squad="三网格小分队")),
    (
        d.compound_registered,
        area("compound", "wangfu-yuan", name="王府苑", above="wangfu-03", property_managed=False),
    ),
    (p.building_entered, area("building", "wangfu-b", name="B座", above="wangfu-yuan")),
    (p.unit_entered, area("unit", "wangfu-b-1", name="一单元", above="wangfu-b")),
    (
        p.station_named,
        area("station", d.STATION, community=None, name="示例派出所", above="xiaodian", since=p.NEW_YEAR),
    ),
    (p.drawn("wangfu-03", p.WEST), area("grid", "wangfu-03", changed="boundary", since=p.NEW_YEAR)),
    (
        p.assigned("140105001002003"),
        area("grid", "wangfu-03", changed="code", scheme="bj15", code="140105001002003", since=p.NEW_YEAR),
    ),
    (p.formed("甲队"), area("grid", "wangfu-04", changed="squad", squad="甲队", since=p.NEW_YEAR)),
    (p.stood_down("甲队", p.JUNE), area("grid", "wangfu-04", changed="squad", squad="甲队", until=p.JUNE)),
    (p.taken(), held()),
    (p.ended(p.JUNE), held(revision=2, until=p.JUNE)),
    (p.corrected(p.held(p.JUNE)), held(revision=2, since=p.JUNE)),
    (p.withdrawn, held(revision=2, withdrawn=True)),
    (d.erasure_ordered, register.PersonErased(person=d.PERSON, at=d.MONDAY)),
]
codec = Codec(EVENTS)
SAMPLES = Path(__file__).parents[2] / "golden" / "intake"


@pytest.mark.parametrize(("event", "contract"), TOLD, ids=lambda value: type(value).__name__)
def test_this_event_is_told(event: Event, contract: Contract) -> None:
    assert publish(event, personal) == contract
    assert contract.topic in TOPICS


@pytest.mark.parametrize(
    "kind",
    [k for k in EVENTS if k not in {type(e) for e, _ in TOLD} | TO_THE_HOTLINE],
    ids=lambda k: k.stored_as,
)
def test_every_other_event_is_silence(kind: type[Event]) -> None:
    """Tried on the sample that is kept of it."""
    kept = (SAMPLES / f"{kind.stored_as}.v{kind.schema_number}.json").read_bytes()
    assert publish(codec.decode(kind.stored_as, kind.schema_number, kept), personal) is None


@pytest.mark.parametrize("event", [d.report_merged, d.report_unmerged, UNWRITTEN], ids=lambda event: event.stored_as)
def test_what_says_too_little_to_be_told_is_silence(event: Event) -> None:
    assert publish(event, personal) is None


def test_a_nameless_report_is_admitted_without_a_contact() -> None:
    told = publish(d.changed(d.admitted, reporter=None), personal)
    assert isinstance(told, reports.DisputeAdmitted)
    assert told.reporter is None


def test_who_gave_neither_name_nor_phone_is_told_of_by_id_alone() -> None:
    quiet = d.REPORTER.model_copy(update={"name": None, "phone": None})
    told = publish(d.changed(d.admitted, reporter=quiet), personal)
    assert isinstance(told, reports.DisputeAdmitted)
    assert told.reporter == Contact(person=d.PERSON)


def test_whoever_serves_without_office_is_told_of_by_id_alone() -> None:
    place = post.Place(station=d.STATION, community="wangfu", grid="wangfu-03")
    told = publish(d.changed(p.taken(), holding=d.changed(p.HOLDING, role="volunteer", place=place)), personal)
    assert isinstance(told, register.PostChanged)
    assert (told.person, told.name, told.grid) == ("person-guo", None, "wangfu-03")


def test_passwords_volunteers_and_who_decided_stay_in_intake() -> None:
    for event in (*d.ONE_OF_EACH, *p.ONE_OF_EACH):
        told = publish(event, personal)
        words = "" if told is None else told.model_dump_json()
        for kept in ("hash-", "person-head", '"by"', "s1.", "12345-118842" if event is not d.received else "hash-"):
            assert kept not in words


def test_a_channel_that_came_later_is_told_as_the_nearest_that_every_receiver_knows() -> None:
    told = publish(d.changed(d.received, channel="resident_form"), personal)
    assert isinstance(told, reports.ReportReceived)
    assert (told.channel, told.origin) == ("mailbox", "resident_form")


def test_an_observation_expires_and_nobody_else_is_told_of_it() -> None:
    assert publish(d.changed(d.received, channel="observation"), personal) is None
    assert channel_of("observation") == "patrol"


def test_of_a_confidential_reporter_nothing_is_told_but_that_there_is_one() -> None:
    hidden = report.Reporter(person=d.PERSON)
    told = publish(d.changed(d.admitted, reporter=hidden, confidentiality="confidential"), personal)
    assert isinstance(told, reports.DisputeAdmitted)
    assert (told.reporter, told.confidentiality) == (Contact(person=d.PERSON), "confidential")


def test_whoever_hears_of_a_complaint_hears_whom_it_is_kept_from() -> None:
    about = {"about": (d.OFFICER, "post:auxiliary"), "level": "station"}
    for event in (d.changed(d.received, **about), d.changed(d.classified("service"), **about)):
        told = publish(event, personal)
        assert isinstance(told, reports.ReportReceived | reports.ReportClassified)
        assert (told.complained_of, told.level) == ((d.OFFICER, "post:auxiliary"), "station")
