"""One example of each contract, invented: what the AsyncAPI document shows and what a newcomer can send."""

from datetime import UTC, date, datetime
from typing import Final

from shared.contracts import cases, notices, register, reports
from shared.contracts.envelope import Contract
from shared.contracts.vocabulary import Contact, Personal

_REPORT: Final = "0197f2a4-5c1e-7a10-9d2b-6f1c0a4e8b01"
_CASE: Final = "4d1f0b7c2a9e5c3f8b6d1e0a7c5f9b21"
_CODE: Final = "WG-261123-7K2M-Q4RT"
_STATION: Final = "czl"
_MORNING: Final = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
_EVENING: Final = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
_MIDNIGHT: Final = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)

_PLACE: Final = reports.Place(community="wangfu", grid="wangfu-03", compound="wangfu-yuan")
_HEADLINE: Final = Personal(of=f"report-{_REPORT}", box="d1.aGVhZGxpbmU")
_PARTY: Final = Contact(
    person="9b1de0c2",
    name=Personal(of="9b1de0c2", box="d1.bmFtZQ"),
    phone=Personal(of="9b1de0c2", box="d1.cGhvbmU"),
)
_LEADER: Final = Contact(person="5c7a41f0", name=Personal(of="5c7a41f0", box="d1.bGVhZGVy"))

EXAMPLES: Final[tuple[Contract, ...]] = (
    reports.ReportReceived(
        report=_REPORT,
        code=_CODE,
        channel="hotline_12345",
        external_id="12345-2026-118842",
        station=_STATION,
        place=_PLACE,
        suggested="dispute",
        danger_to_life=False,
        headline=_HEADLINE,
        reported_at=_MORNING,
        received_at=_MORNING,
    ),
    reports.ReportClassified(report=_REPORT, code=_CODE, kind="dispute", classified_at=_MORNING),
    reports.DisputeAdmitted(
        report=_REPORT,
        code=_CODE,
        station=_STATION,
        place=_PLACE,
        category="tenancy",
        headline=_HEADLINE,
        story=Personal(of=f"report-{_REPORT}", box="d1.c3Rvcnk"),
        reporter=_PARTY,
        occurred_on=date(2026, 11, 22),
        admitted_at=_MORNING,
    ),
    reports.ReportRefused(
        report=_REPORT,
        code=_CODE,
        reason="in_court_or_arbitration",
        other_route="区人民法院诉讼服务中心",
        refused_at=_MORNING,
    ),
    reports.RefusalNoticeIssued(
        report=_REPORT,
        code=_CODE,
        station="czl",
        number=f"{_CODE}-N1",
        article="《中华人民共和国人民调解法》第十七条",
        zh="不予受理告知书",
        en="Notice that a matter was not admitted to mediation",
        sha256="0" * 64,
        reporter=_PARTY,
        issued_at=_MORNING,
    ),
    reports.ReportSubmitted.model_validate(
        {
            "channel": "hotline_12345",
            "external_id": "12345-2026-118842",
            "subject": "地下室租户要求退还押金",
            "text": "房东通知今晚清退，十八户租户要求退还押金和剩余租金。",
            "reported_at": _MORNING,
            "reporter_name": "某女士",
            "reporter_phone": "000-0000-0000",
            "station": _STATION,
            "community": "wangfu",
        }
    ),
    reports.ChatMessagePosted(
        group="wxg-7f2a",
        message="m-20261123-0081",
        text="三号楼地下室又进水了，物业电话打不通。",
        posted_at=_MORNING,
        sender_name="王女士",
        reply_to="m-20261123-0079",
        station=_STATION,
        community="wangfu",
    ),
    cases.CaseOpened(
        case=_CASE,
        code=_CODE,
        station=_STATION,
        at=_MORNING,
        report=_REPORT,
        category="tenancy",
        headline=_HEADLINE,
        same_day_target=_MIDNIGHT,
    ),
    cases.PartyJoined(case=_CASE, code=_CODE, station=_STATION, at=_MORNING, party=_PARTY, side="applicant"),
    cases.MemberAppointed(
        case=_CASE,
        code=_CODE,
        station=_STATION,
        at=_MORNING,
        member=_LEADER,
        account="account-leader",
        seat="area_leader",
        group_complete=False,
    ),
    cases.SessionScheduled(
        case=_CASE,
        code=_CODE,
        station=_STATION,
        at=_MORNING,
        session=1,
        begins_at=_EVENING,
        place="社区调解室",
        tell=(_PARTY,),
    ),
    cases.SessionHeld(
        case=_CASE,
        code=_CODE,
        station=_STATION,
        at=_EVENING,
        session=1,
        attended=(_PARTY.person, _LEADER.person),
        outcome="agreed",
    ),
    cases.AgreementReached(
        case=_CASE,
        code=_CODE,
        station=_STATION,
        at=_EVENING,
        form="written",
        items=(cases.PerformanceItem(item=1, due_on=date(2026, 11, 23)),),
    ),
    cases.ItemFulfilled(case=_CASE, code=_CODE, station=_STATION, at=_EVENING, item=1),
    cases.PartlyResolved(case=_CASE, code=_CODE, station=_STATION, at=_EVENING, residual_issues=1),
    cases.CaseSettled(case=_CASE, code=_CODE, station=_STATION, at=_EVENING, settled_same_day=True, tell=(_PARTY,)),
    cases.CaseClosed(
        case=_CASE,
        code=_CODE,
        station=_STATION,
        at=_EVENING,
        reason="not_agreed",
        routes_told=("仲裁", "诉讼"),
    ),
    cases.SameDaySetAside(case=_CASE, code=_CODE, station=_STATION, at=_EVENING),
    notices.DeliveryChanged(
        case=_CASE,
        code=_CODE,
        notice="b1c7f7d46f6c5a8f9a776d1c2b3a4958",
        delivery="2c0e0d3e53c65a5ea1a50f2b1f0b7a10",
        template="session-set",
        person=_PARTY.person,
        channel="inbox",
        state="delivered",
        at=_MORNING,
    ),
    register.AccountChanged(
        account="account-leader",
        name="leader",
        posts=(register.Post(role="station_leader", station=_STATION),),
        active=True,
        generation=1,
        at=_MORNING,
    ),
    register.CommunityRegistered(
        community="wangfu",
        name="示例社区",
        station=_STATION,
        residents=8926,
        at=_MORNING,
    ),
    register.AreaChanged(
        kind="compound",
        area="wangfu-yuan",
        community="wangfu",
        changed="entered",
        name="示例苑",
        above="wangfu-03",
        property_managed=False,
        at=_MORNING,
    ),
    register.PostChanged(
        post="0b6d6f3e-7a55-5c0f-8f6c-2f4a4e2f9d10",
        term=1,
        revision=1,
        role="community_officer",
        station=_STATION,
        community="wangfu",
        person="5c7a41f0",
        name=Personal(of="5c7a41f0", box="d1.b2ZmaWNlcg"),
        account="account-officer",
        since=date(2019, 5, 6),
        at=_MORNING,
    ),
    register.PersonErased(person=_PARTY.person, at=_MORNING),
)
