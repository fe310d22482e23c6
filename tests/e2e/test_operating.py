"""What operators do and see: the chain, read models built anew, a person erased, health, metrics, the interfaces."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.procedure import Case, all_arrived, opened
from tests.e2e.whole import SERVICES, Whole, until

pytestmark = pytest.mark.timeout(300)


def test_the_chain_of_each_store_holds(whole: Whole, case: Case) -> None:
    told = whole.answer("verify")
    assert set(told) == set(SERVICES)
    for service, result in told.items():
        assert result["holds"], result
        assert result["events"] >= whole.count(service, "streams")


@pytest.mark.parametrize(
    ("service", "name", "tables"),
    [
        ("intake", "reports", ("reports",)),
        ("mediation", "disputes", ("disputes",)),
        ("mediation", "timeline", ("timeline",)),
        ("notify", "deliveries", ("deliveries",)),
    ],
)
def test_a_read_model_built_anew_has_the_same_rows_byte_for_byte(
    whole: Whole, case: Case, service: str, name: str, tables: tuple[str, ...]
) -> None:
    def seen() -> dict[str, list[Any]]:
        return {table: sorted(whole.rows(service, f"SELECT * FROM {table}"), key=repr) for table in tables}

    for _ in range(5):
        whole.settle()
        head, before = whole.rows(service, "SELECT position FROM head"), seen()
        assert all(before.values())
        ended = whole.command("rebuild", service, name)
        assert ended.returncode == 0, ended.stderr
        after = seen()
        if whole.rows(service, "SELECT position FROM head") == head:
            break  # a clock of a case may have struck between: then the rows may differ
    assert whole.rows(service, "SELECT position FROM head") == head, f"{service} never rested"
    for table in tables:
        assert [row for row in after[table] if row not in before[table]] == [], table
        assert len(after[table]) == len(before[table]), table


def test_a_wrong_name_of_a_read_model_is_answered_with_those_there_are(whole: Whole) -> None:
    ended = whole.command("rebuild", "notify", "nonsense")
    assert ended.returncode == 1
    assert "deliveries" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_erased_person_cannot_be_read_in_any_service(whole: Whole) -> None:
    case = opened(whole, "E2E-erased", datetime.now(UTC) - timedelta(hours=1), timedelta(minutes=1))
    name, path = "欧阳邻居", f"disputes/{case.dispute}"
    member = {"seat": "neighbour", "name": name, "phone": "13900001234"}
    (person,) = whole.done("mediation", f"{path}/members", member, "E2E-erased-member")["persons"]
    (delivery,) = all_arrived(whole, case.code, 1)

    def told() -> dict[str, str]:
        return {
            "mediation": str(whole.get("mediation", path)["group"]),
            "notify": str(whole.get("notify", f"deliveries/{delivery['id']}")),
        }

    assert all(name in said for said in told().values())
    refused = whole.command("erase", person, "--reason", "asked by the person", "--yes", "another")
    assert refused.returncode == 1
    assert all(name in said for said in told().values())

    done = whole.command("erase", person, "--reason", "asked by the person", "--yes", person)
    assert done.returncode == 0, done.stderr

    def member_gone() -> bool:
        assert not [service for service, said in told().items() if name in said]
        return True

    until("the member's name to be gone", member_gone, 30, every=0.5)

    reporter = whole.get("intake", f"reports/{case.report}")["reporter"]
    assert "端木来访" in str(whole.get("mediation", path))
    assert whole.command("erase", reporter, "--reason", "asked too", "--yes", reporter).returncode == 0

    def reporter_gone() -> bool:
        seen = [whole.get("intake", f"reports/{case.report}")]
        seen += [whole.get(service, f"disputes/{case.code}") for service in SERVICES]
        assert "端木来访" not in str(seen)
        assert "天花板" not in str(seen), "the reporter's own words are still there"
        return True

    until("the reporter to be gone from all services", reporter_gone, 30, every=0.5)
    assert all(result["holds"] for result in whole.answer("verify").values())


@pytest.mark.parametrize("service", ["", *(f"/{name}" for name in SERVICES)])
def test_health_and_metrics_answer_for_each_service_and_for_the_whole(whole: Whole, service: str) -> None:
    assert whole.http.get(f"{service}/health/live", auth=None).json()["status"] == "live"
    ready = until(
        "readiness", lambda: (a := whole.http.get(f"{service}/health/ready", auth=None)).is_success and a.json()
    )
    assert ready["status"] == "ready"
    metrics = whole.http.get(f"{service}/metrics", auth=None)
    assert metrics.status_code == 200
    assert metrics.headers["content-type"].startswith("text/plain")
    sample = re.compile(r'[a-zA-Z_:][\w:]*(\{(\w+="(\\.|[^"\\])*",?)*\})? (NaN|[+-]?Inf|[-+0-9.eE]+)( \d+)?')
    families: set[str] = set()
    for line in metrics.text.splitlines():
        if line.startswith("# TYPE "):
            family = line.split()[2]
            assert family not in families, f"{family} is declared twice"
            families.add(family)
        elif line and not line.startswith("#"):
            assert sample.fullmatch(line), line
    assert {"wangge_follower_lag_events", "wangge_parked_messages", "wangge_append_seconds"} <= families


@pytest.mark.parametrize("service", SERVICES)
def test_the_interfaces_describe_themselves(whole: Whole, service: str) -> None:
    openapi = whole.http.get(f"/{service}/openapi.json").json()
    assert openapi["openapi"].startswith("3.1")
    assert f"/{service}/api/v1/disputes/{{id}}" in openapi["paths"]
    asyncapi = whole.http.get(f"/{service}/asyncapi.json").json()
    assert asyncapi["asyncapi"].startswith("3.")
    assert asyncapi["channels"]


def test_errors_are_problems_that_say_what_is_wrong(whole: Whole) -> None:
    def problem(answer: Any, status: int) -> Any:
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")
        told = answer.json()
        assert {"type", "title", "status"} <= set(told)
        assert told["status"] == status
        return told

    body = {"channel": "nowhere", "external_id": "", "subject": "x", "reported_at": "gestern", "unheard": 1}
    told = problem(whole.post("intake", "reports", body, "E2E-wrong"), 422)
    pointers = {fault["pointer"] for fault in told["errors"]}
    assert {"#/channel", "#/external_id", "#/reported_at", "#/unheard"} <= pointers
    problem(whole.http.get("/intake/api/v1/reports", auth=None), 401)
    problem(whole.http.get("/intake/api/v1/reports", auth=("admin", "wrong")), 401)
    for service in SERVICES:
        problem(whole.http.get(f"/{service}/api/v1/disputes/WG-000000-0000-0000"), 404)
    problem(whole.http.get("/intake/api/v1/reports", params={"cursor": "nonsense"}), 422)
    problem(whole.http.get("/nowhere/api"), 404)
    assert "别的内容" not in told["title"]
    chinese = whole.http.get(
        "/mediation/api/v1/disputes/WG-000000-0000-0000", headers={"Accept-Language": "zh-CN"}
    ).json()
    assert re.search(r"[一-鿿]", chinese["title"])


def test_the_same_report_sent_again_is_answered_alike_and_another_under_its_key_is_refused(whole: Whole) -> None:
    body = {
        "channel": "walk_in",
        "external_id": "E2E-again",
        "subject": "楼道灯",
        "text": "楼道灯不亮。",
        "reported_at": "2026-03-01T08:00:00+08:00",
    }
    first, second = (whole.post("intake", "reports", body, "E2E-again") for _ in range(2))
    assert first.status_code == second.status_code == 201, first.text
    assert first.json() == second.json()
    assert whole.post("intake", "reports", {**body, "text": "别的内容"}, "E2E-again").status_code == 422
    assert whole.rows("intake", "SELECT count(*) FROM reports WHERE external_id = 'E2E-again'") == [(1,)]


def test_doctor_finds_nothing_wrong(whole: Whole) -> None:
    whole.settle()
    ended = whole.command("doctor")
    assert "Traceback" not in ended.stderr
    # Parked messages of other tests may be told of; nothing else may be.
    assert ended.returncode == 0 or "parked" in ended.stdout, ended.stdout
