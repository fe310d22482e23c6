"""One example of each contract, invented: what the AsyncAPI document shows and what a newcomer can send."""

from datetime import UTC, date, datetime
from typing import Final, TypedDict

from shared.contracts import cases, duty, notices, orders, register, reports
from shared.contracts.envelope import Contract
from shared.contracts.vocabulary import Contact, Personal


class _Order(TypedDict):
    order: str
    code: str
    hotline: str
    number: str
    at: datetime


class _Handover(TypedDict):
    report: str
    code: str
    number: str
    first: orders.Side
    at: datetime


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

_REASON: Final = Personal(of="order-118842", box="d1.cmVhc29u")
_ORDER: Final = _Order(order="118842", code=_CODE, hotline="12345", number="12345-2026-118842", at=_MORNING)
_HANDOVER: Final = _Handover(report=_REPORT, code=_CODE, number="110-7781", first="police_110", at=_MORNING)

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
    reports.ReportWithdrawn(
        report=_REPORT,
        code=_CODE,
        reason=Personal(of=f"report-{_REPORT}", box="d1.cmVhc29u"),
        withdrawn_at=_EVENING,
    ),
    reports.ReportMerged(
        report=_REPORT,
        code=_CODE,
        parent="0197f2a4-5c1e-7a10-9d2b-6f1c0a4e8b02",
        parent_code="WG-261120-4H8C-V2NA",
        station=_STATION,
        reporter=_PARTY,
        merged_at=_MORNING,
    ),
    reports.ReportUnmerged(
        report=_REPORT,
        code=_CODE,
        parent="0197f2a4-5c1e-7a10-9d2b-6f1c0a4e8b02",
        parent_code="WG-261120-4H8C-V2NA",
        station=_STATION,
        reporter=_PARTY,
        unmerged_at=_EVENING,
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
    orders.OrderAccepted(**_ORDER),
    orders.OrderObjected(**_ORDER, reason=_REASON, article="《信访工作条例》第二十二条"),
    orders.OrderExtended(**_ORDER, until=_MIDNIGHT, reason=_REASON),
    orders.OrderFinished(**_ORDER, outcome="solved", result=_REASON),
    orders.OrderCalledBack(**_ORDER, satisfied=False, words=_REASON),
    orders.OrderReopeningDecided(**_ORDER, approved=True, reason=_REASON),
    orders.HandoverProposed(**_HANDOVER, owner="police_110", to="hotline_12345", reason=_REASON, answer_by=_EVENING),
    orders.HandoverSettled(**_HANDOVER, owner="police_110", how="refused", article="国办发〔2022〕12号"),
    orders.OrderSubmitted.model_validate(
        {
            "number": "12345-2026-118842",
            "subject": "楼上夜间装修扰民",
            "text": "每晚十点以后仍在施工，多次劝说无效。",
            "urgency": "normal",
            "answer_by": _MIDNIGHT,
            "assigned_at": _MORNING,
            "reporter_name": "某女士",
            "reporter_phone": "000-0000-0000",
            "station": _STATION,
            "community": "wangfu",
        }
    ),
    orders.OrderUpdated(number="12345-2026-118842", kind="urged", text="诉求人再次来电催办。", said_at=_EVENING),
    orders.HandoverAnswered(report=_REPORT, accepted=True, text="由热线派属地街道办理。", said_at=_EVENING),
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
    duty.AlarmRaised(
        visit="0197f2a4-5c1e-7a10-9d2b-6f1c0a4e8b09",
        station=_STATION,
        account="account-guo",
        why="missed",
        rung="partner",
        told=("account-ma",),
        raised_at=_MORNING,
    ),
    duty.AskedToGo(
        dispatch="0197f2a4-5c1e-7a10-9d2b-6f1c0a4e8b10",
        request="0197f2a4-5c1e-7a10-9d2b-6f1c0a4e8b11",
        code=_CODE,
        station=_STATION,
        person="account-ma",
        account="account-ma",
        begins_at=_MORNING,
        ends_at=_EVENING,
        asked_at=_MORNING,
    ),
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
