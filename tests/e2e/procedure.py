"""A report led to its end over HTTP, as people at the screens would: by steps, with what each step answered."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.gateway import Gateway
from tests.e2e.whole import Whole, until

COMMUNITY = "czl-2"
SEATS = ("area_leader", "community_officer", "auxiliary", "neighbour")


@dataclass
class Case:
    """What became known on the way."""

    code: str
    report: str
    dispute: str
    registered: dict[str, Any]
    admitted: dict[str, Any]
    persons: dict[str, str] = field(default_factory=dict)
    refusals: dict[str, Any] = field(default_factory=dict)
    account: str = ""
    settled: dict[str, Any] = field(default_factory=dict)


def opened(whole: Whole, name: str, begun: datetime, step: timedelta = timedelta(minutes=10)) -> Case:
    """Registers, classifies and admits a report of this name; mediation opens it by itself."""
    station = whole.get("intake", "communities")[0]["station"]
    registered = whole.done(
        "intake",
        "reports",
        {
            "channel": "walk_in",
            "external_id": name,
            "subject": "楼上漏水泡坏天花板，邻居不赔",
            "text": "楼上住户卫生间漏水，双方多次争吵，请社区调解赔偿纠纷。",
            "reported_at": begun.isoformat(),
            "station": station,
            "place": {"community": COMMUNITY},
            "reporter_name": "端木来访",
            "reporter_phone": "13800001234",
            "happened_at": begun.isoformat(),
        },
        name,
    )
    report = registered["id"]
    whole.done(
        "intake",
        f"reports/{report}/classify",
        {"kind": "dispute", "happened_at": (begun + step).isoformat()},
        f"{name}-classify",
    )
    admitted = whole.done(
        "intake",
        f"reports/{report}/admit",
        {"category": "neighbours", "happened_at": (begun + 2 * step).isoformat()},
        f"{name}-admit",
    )
    dispute = whole.get("mediation", f"disputes/{registered['code']}", after=f"intake:{admitted['position']}")
    return Case(registered["code"], report, dispute["id"], registered, admitted)


def led(whole: Whole, gateway: Gateway) -> Case:
    """From the report to the end; on the way a session is asked for too early, in both languages."""
    begun, step = datetime.now(UTC) - timedelta(hours=5), timedelta(minutes=10)
    case = opened(whole, "E2E-1", begun)
    gateway.stubborn.add(case.code)
    path = f"disputes/{case.dispute}"
    accounts = {account["name"]: account["id"] for account in whole.get("intake", "accounts")}
    case.account = accounts["admin"]

    def take(number: int, what: str, body: dict[str, Any]) -> Any:
        moment = (begun + (2 + number) * step).isoformat()
        return whole.done("mediation", f"{path}/{what}", {**body, "happened_at": moment}, f"E2E-1-{number}")

    applicant = whole.get("mediation", path)["applicant"]
    parties = [
        {"side": "applicant", "person": applicant, "demand": "修复天花板，赔偿两千元"},
        {"side": "respondent", "name": "欧阳对方", "phone": "13900001234"},
    ]
    case.persons["applicant"], case.persons["respondent"] = take(1, "parties", {"parties": parties})["persons"]
    for number, seat in enumerate(SEATS[:3]):
        member = {"seat": seat, "name": f"调解员{number}", **({"account": case.account} if number == 0 else {})}
        (case.persons[seat],) = take(2 + number, "members", member)["persons"]
    session = {
        "begins_at": (begun + 10 * step).isoformat(),
        "place": "居委会二楼",
        "happened_at": (begun + 6 * step).isoformat(),
    }
    for language in ("zh-CN", "en"):
        case.refusals[language] = whole.post(
            "mediation", f"{path}/sessions", session, f"E2E-1-early-{language}", Accept_Language=language
        )
    (case.persons["neighbour"],) = take(5, "members", {"seat": "neighbour", "name": "司马邻居"})["persons"]
    take(6, "sessions", {"begins_at": session["begins_at"], "place": session["place"]})
    take(11, "sessions/1/held", {"attended": list(case.persons.values()), "outcome": "agreed"})
    due = f"{begun + timedelta(days=1):%Y-%m-%d}"
    items = [{"item": n, "what": what, "due_on": due} for n, what in ((1, "修复"), (2, "赔偿"))]
    take(12, "agreement", {"form": "written", "text": "楼上住户三日内修复并赔偿。", "items": items})
    for item in (1, 2):
        take(12 + item, f"items/{item}/fulfilled", {"evidence": "现场查看", "verified_by": case.persons["neighbour"]})
    case.settled = take(15, "settle", {})
    return case


def deliveries(whole: Whole, code: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = whole.get("notify", "deliveries", case=code, limit=200)["deliveries"]
    return found


def all_arrived(whole: Whole, code: str, number: int, patience: float = 90.0) -> list[dict[str, Any]]:
    """Waits until so many messages about the case have arrived."""

    def arrived() -> list[dict[str, Any]]:
        found = deliveries(whole, code)
        states = [(each["channel"], each["template"], each["state"], each["attempts"]) for each in found]
        assert len(found) == number, f"{len(found)} messages: {states}"
        assert {each["state"] for each in found} <= {"delivered", "read"}, states
        return found

    return until(f"{number} messages about {code} to arrive", arrived, patience, every=0.5)
