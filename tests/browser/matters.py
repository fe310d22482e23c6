"""What the pages are shown with: reports and disputes that are brought so far over HTTP, each under a name."""

from datetime import UTC, datetime, timedelta
from functools import cached_property
from io import BytesIO
from typing import Any
from uuid import uuid4

from PIL import Image

from tests.e2e.procedure import COMMUNITY, SEATS, Case, opened
from tests.e2e.whole import Whole, until


class Matters:
    """The demo's own stories, and cases that stand at a certain step; each is made when it is first asked for."""

    def __init__(self, whole: Whole) -> None:
        self.whole = whole

    def report(self, name: str, subject: str, text: str, **more: Any) -> dict[str, Any]:
        """A report in the demo's community that waits for a decision."""
        body = {
            "channel": "walk_in",
            "external_id": name,
            "subject": subject,
            "text": text,
            "reported_at": datetime.now(UTC).isoformat(),
            "station": self.station,
            "place": {"community": COMMUNITY},
            **more,
        }
        done: dict[str, Any] = self.whole.done("intake", "reports", body, name)
        self.whole.get("intake", f"reports/{done['id']}", after=done["position"])
        return done

    def case(self, name: str) -> Case:
        """An admitted dispute without group and parties."""
        return opened(self.whole, name, datetime.now(UTC) - timedelta(hours=1), timedelta(minutes=1))

    def with_party_and_group(self, case: Case) -> None:
        path = f"disputes/{case.dispute}"
        parties = [{"side": "applicant", "name": "端木甲"}, {"side": "respondent", "name": "欧阳乙"}]
        self.whole.done("mediation", f"{path}/parties", {"parties": parties}, f"{case.code}-parties")
        done: dict[str, Any] = {}
        for number, seat in enumerate(SEATS):
            account = {"account": self.accounts["leader"]} if number == 0 else {}
            member = {"seat": seat, "name": f"组员{number}", **account}
            done = self.whole.done("mediation", f"{path}/members", member, f"{case.code}-{seat}")
        self.whole.get("mediation", path, after=done["position"])

    @cached_property
    def station(self) -> str:
        return str(self.whole.get("intake", "communities")[0]["station"])

    @cached_property
    def accounts(self) -> dict[str, str]:
        """The accounts' ids by their names."""
        return {account["name"]: account["id"] for account in self.whole.get("intake", "accounts")}

    @cached_property
    def volunteer(self) -> dict[str, Any]:
        """A member of one of the demo's squads."""
        found: dict[str, Any] = self.whole.get("intake", "volunteers", limit=1)["volunteers"][0]
        return found

    @cached_property
    def care(self) -> str:
        """An elder who agreed to be visited."""
        today = datetime.now(UTC).date()
        body = {
            "where": {"community": COMMUNITY, "grid": self.volunteer["grid"]},
            "name": "端木老人",
            "situation": "独居，行动不便",
            "need": "elder_alone",
            "purposes": ["visit"],
            "consent": "spoken",
            "agreed_on": (today - timedelta(days=20)).isoformat(),
            "every_days": 7,
            "until": (today + timedelta(days=90)).isoformat(),
        }
        made: dict[str, Any] = self.whole.done("intake", "care", body, str(uuid4()))
        self.whole.get("intake", f"care/{made['id']}", after=made["position"])
        return str(made["id"])

    @cached_property
    def dog(self) -> str:
        """A matter of dogs in which somebody was advised."""
        body = {
            "where": {"community": COMMUNITY, "grid": self.volunteer["grid"]},
            "kind": "off_leash",
            "what": "早晨遛犬不系绳",
            "on": "2026-03-02",
        }
        made: dict[str, Any] = self.whole.done("intake", "dogs", body, str(uuid4()))
        advice = self.whole.done("intake", f"dogs/{made['id']}/advice", {"on": "2026-03-03"}, str(uuid4()))
        self.whole.get("intake", f"dogs/{made['id']}", after=advice["position"])
        return str(made["id"])

    @cached_property
    def household(self) -> str:
        """A household in whose basement people live: with an open tenancy alert."""
        body = {
            "where": {"community": COMMUNITY, "grid": self.volunteer["grid"], "room": "地下室"},
            "on": "2026-03-02",
            "occupied_by": "tenants",
            "tenants": 18,
            "rooms": [{"kind": "basement", "persons": 18}],
            "note": "住了十八个人",
        }
        made: dict[str, Any] = self.whole.done("intake", "households/checks", body, str(uuid4()))
        self.whole.get("intake", f"households/{made['id']}", after=made["position"])
        return str(made["id"])

    @cached_property
    def publisher(self) -> dict[str, Any]:
        """A system that sends to us, with a key."""
        body = {"source": f"urn:browser:{uuid4()}", "name": "巡防 App", "channels": ["patrol", "chat"]}
        made: dict[str, Any] = self.whole.done("intake", "publishers", body, str(uuid4()))
        self.whole.done("intake", f"publishers/{made['id']}/keys", {}, str(uuid4()))
        return made

    @cached_property
    def order(self) -> dict[str, Any]:
        """An order of the hotline, signed for by nobody yet."""
        body = {
            "number": f"BROWSER-{uuid4()}",
            "subject": "楼道路灯不亮",
            "text": "三单元楼道路灯坏了半个月，老人夜里摔倒。",
            "assigned_at": datetime.now(UTC).isoformat(),
            "station": self.station,
        }
        made: dict[str, Any] = self.whole.done("intake", "orders", body, str(uuid4()))
        found: dict[str, Any] = self.whole.get("intake", f"orders/{made['id']}", after=made["position"])
        return found

    @cached_property
    def premises(self) -> dict[str, Any]:
        """A small restaurant of the list."""
        body = {
            "community": COMMUNITY,
            "kind": "restaurant",
            "measures": {"seats": 60},
            "place": {"grid": self.volunteer["grid"]},
            "name": "示例小面馆",
            "responsible": "司徒丁",
        }
        made: dict[str, Any] = self.whole.done("intake", "premises", body, str(uuid4()))
        self.whole.get("intake", f"premises/{made['id']}", after=made["position"])
        return made

    @cached_property
    def inspection(self) -> dict[str, Any]:
        """A check of that restaurant that is under way, with a grave finding."""
        made: dict[str, Any] = self.whole.done("intake", "inspections", {"premises": self.premises["id"]}, str(uuid4()))
        wrong = {"point": "gas", "level": "grave", "what": "液化气瓶放在后厨出口旁"}
        done = self.whole.done("intake", f"inspections/{made['id']}/findings", wrong, str(uuid4()))
        self.whole.get("intake", f"inspections/{made['id']}", after=done["position"])
        return made

    @cached_property
    def patrol_route(self) -> dict[str, Any]:
        """A route of two stops, one of them with a code."""
        stops = [{"name": "南门"}, {"name": "河边亭子", "coded": False}]
        body = {"community": COMMUNITY, "name": "夜巡一线", "stops": stops}
        made: dict[str, Any] = self.whole.done("intake", "patrol-routes", body, str(uuid4()))
        self.whole.get("intake", f"patrol-routes/{made['id']}", after=made["position"])
        return made

    @cached_property
    def patrol_code(self) -> str:
        (code,) = self.whole.get("intake", f"patrol-routes/{self.patrol_route['id']}/codes")
        return str(code["address"]).rpartition("/")[2]

    @cached_property
    def patrol(self) -> dict[str, Any]:
        """A patrol that has just begun."""
        made: dict[str, Any] = self.whole.done("intake", "patrols", {"route": self.patrol_route["id"]}, str(uuid4()))
        self.whole.get("intake", f"patrols/{made['id']}", after=made["position"])
        return made

    @cached_property
    def dispatch(self) -> dict[str, Any]:
        """An errand for which people are looked for."""
        begins_at = datetime.now(UTC)
        body = {
            "what": "看看水位，提醒住户",
            "needed": 2,
            "begins_at": begins_at.isoformat(),
            "ends_at": (begins_at + timedelta(hours=2)).isoformat(),
        }
        path = f"reports/{self.danger['id']}/dispatches"
        made: dict[str, Any] = self.whole.done("intake", path, body, str(uuid4()))
        self.whole.get("intake", f"dispatches/{made['id']}", after=made["position"])
        return made

    @cached_property
    def refused(self) -> dict[str, Any]:
        """A report that was refused by a rule, with its notice."""
        report = self.report(f"BROWSER-refused-{uuid4()}", "再次要求赔偿", "对方明确说不接受调解。")
        self.whole.done("intake", f"reports/{report['id']}/classify", {"kind": "dispute"}, str(uuid4()))
        ground = {"ground": "party_unwilling"}
        done = self.whole.done("intake", f"reports/{report['id']}/refuse-by-rule", ground, str(uuid4()))
        self.whole.get("intake", f"reports/{report['id']}", after=done["position"])
        return report

    @cached_property
    def category_map(self) -> str:
        """A source's categories beside ours."""
        rows = "一级分类,二级分类,三级分类,标准类别\n城乡建设,住房,物业纠纷,物权相关\n"
        answer = self.whole.http.post(
            "/intake/api/v1/category-maps/browser",
            files={"file": ("map.csv", rows.encode(), "text/csv")},
            data={"name": "信箱分类", "valid_from": "2026-01-01"},
            headers={"Idempotency-Key": f'"{uuid4()}"'},
        )
        assert answer.status_code == 201, answer.text
        return "browser"

    @cached_property
    def danger(self) -> dict[str, Any]:
        return self.report(
            f"BROWSER-danger-{uuid4()}",
            "邻居打架有人持刀",
            "楼道里两家人打起来了，有人拿着刀要杀人，已经有人流血受伤，快来救命。",
        )

    @cached_property
    def picture(self) -> str:
        """Evidence of which a copy is shown."""
        drawn = BytesIO()
        Image.new("RGB", (640, 480), "olive").save(drawn, "JPEG")
        answer = self.whole.http.post(
            f"/intake/api/v1/reports/{self.danger['id']}/evidence",
            files={"file": ("picture.jpg", drawn.getvalue(), "image/jpeg")},
            headers={"Idempotency-Key": f'"{uuid4()}"'},
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    @cached_property
    def token(self) -> str:
        """By which somebody follows a report of theirs."""
        done = self.whole.done("intake", f"reports/{self.danger['id']}/access", {}, f"BROWSER-token-{uuid4()}")
        self.whole.get("intake", "audit/identities", after=done["position"])
        return str(done["token"])

    @cached_property
    def building(self) -> dict[str, Any]:
        """The demo's unfinished building: 25 owners, two sessions, partly resolved."""
        (found,) = self.whole.get("mediation", "disputes", state="partly_resolved")["disputes"]
        return dict(found)

    @cached_property
    def mid_way(self) -> Case:
        """A dispute with its parties and a complete group, so that most of the case room's forms are there."""
        case = self.case(f"BROWSER-mid-way-{uuid4()}")
        self.with_party_and_group(case)
        return case

    @cached_property
    def delivery(self) -> dict[str, Any]:
        """A message of the demo's building."""

        def planned() -> dict[str, Any] | None:
            found = self.whole.get("notify", "deliveries", case=self.building["code"], limit=1)["deliveries"]
            return dict(found[0]) if found else None

        return until("the building's messages", planned)
