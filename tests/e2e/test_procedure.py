"""One report's way through the three services: mediated by a 3+N group, kept, and told to those concerned."""

import concurrent.futures
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.gateway import Gateway
from tests.e2e.procedure import SEATS, Case, all_arrived, opened
from tests.e2e.whole import SERVICES, Whole

pytestmark = pytest.mark.timeout(400)

TOLD = {"group-appointed": 4, "session-set": 2, "case-settled": 1}
"""Each member of the group when appointed, each party when the session is set, the reporter at the end."""
MESSAGES = sum(TOLD.values())


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_shows_the_settled_case_from_its_own_projection(whole: Whole, case: Case, service: str) -> None:
    found = whole.get(service, f"disputes/{case.code}", after=f"mediation:{case.settled['position']}")
    assert (found["code"], found["report"], found["state"]) == (case.code, case.report, "settled")
    assert found["id"] == case.dispute
    listed = whole.get(service, "disputes", state="settled", limit=100)["disputes"]
    assert [each["state"] for each in listed if each["code"] == case.code] == ["settled"]


@pytest.mark.parametrize(
    ("language", "said"), [("zh-CN", "“三加N”调解小组尚未到齐"), ("en", "The 3+N group is not complete")]
)
def test_no_session_can_be_set_while_a_seat_is_unfilled(case: Case, language: str, said: str) -> None:
    refused = case.refusals[language]
    assert refused.status_code == 409
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert refused.headers["content-language"].lower().startswith(language[:2])
    problem = refused.json()
    assert problem["type"].endswith("seats-unfilled")
    assert said in problem["detail"]
    assert problem["status"] == 409


def test_the_dispute_tells_who_attended_and_what_was_kept(whole: Whole, case: Case) -> None:
    detail = whole.get("mediation", f"disputes/{case.code}")
    (session,) = detail["sessions"]
    assert set(session["attended"]) == set(case.persons.values())
    assert {member["seat"] for member in detail["group"]} == set(SEATS)
    assert all(item["fulfilled_on"] and item["verified_by"] == case.persons["neighbour"] for item in detail["items"])
    assert {party["name"] for party in detail["parties"]} == {"端木来访", "欧阳对方"}


def test_the_timeline_across_the_services_is_complete_and_in_order(whole: Whole, case: Case) -> None:
    all_arrived(whole, case.code, MESSAGES)
    whole.settle()
    lines = whole.get("mediation", f"disputes/{case.code}")["timeline"]
    steps = [(line["service"], line["what"]) for line in lines if line["service"] != "notify"]
    assert steps[:4] == [
        ("intake", "received"),
        ("intake", "classified"),
        ("intake", "admitted"),
        ("mediation", "dispute-opened"),
    ]
    assert Counter(what for service, what in steps if service == "mediation") == {
        "dispute-opened": 1,
        "party-joined": 2,
        "member-appointed": 4,
        "group-formed": 1,
        "session-scheduled": 1,
        "session-held": 1,
        "agreement-reached": 1,
        "item-fulfilled": 2,
        "dispute-settled": 1,
    }
    assert steps[-1] == ("mediation", "dispute-settled")
    moments = [datetime.fromisoformat(line["at"]) for line in lines]
    assert moments == sorted(moments)
    told = Counter(line["told"]["delivery"] for line in lines if line["told"].get("state") == "delivered")
    assert len(told) == MESSAGES
    assert set(told.values()) == {1}


def test_those_concerned_are_told_each_once_with_every_refusal_outlasted(
    whole: Whole, case: Case, gateway: Gateway
) -> None:
    found = all_arrived(whole, case.code, MESSAGES)
    by_webhook = {each["id"]: each for each in found if each["channel"] == "webhook"}
    by_inbox = [each for each in found if each["channel"] == "inbox"]
    assert {each["account"] for each in by_inbox} == {case.account}
    assert Counter(each["template"] for each in found) == TOLD
    assert {each["person"] for each in found if each["template"] == "case-settled"} == {case.persons["applicant"]}
    got = gateway.about(case.code)
    assert Counter(message.id for message in got) == dict.fromkeys(by_webhook, 1)
    assert {gateway.refused[id_] for id_ in by_webhook} == {2}
    assert {each["attempts"] for each in by_webhook.values()} == {3}
    assert gateway.forged == []


def test_the_members_inbox_holds_what_the_group_is_told_in_both_languages(whole: Whole, case: Case) -> None:
    all_arrived(whole, case.code, MESSAGES)
    messages = [each for each in whole.get("notify", "inbox", limit=200)["messages"] if each["code"] == case.code]
    assert [each["template"] for each in messages] == ["group-appointed"]
    for message in messages:
        assert case.code in message["message"]["zh"]["text"]
        assert case.code in message["message"]["en"]["text"]
        assert message["to"] == "you"


@pytest.mark.parametrize("service", ["mediation", "notify"])
def test_what_was_just_done_in_one_service_can_be_read_after_its_position_in_another(
    whole: Whole, service: str
) -> None:
    # `opened` reads mediation after intake's position; here the same is asked of each without waiting in between.
    case = opened(whole, f"E2E-after-{service}", datetime.now(UTC) - timedelta(hours=1), timedelta(minutes=1))
    found = whole.get(service, f"disputes/{case.code}", after=f"intake:{case.admitted['position']}")
    assert found["report"] == case.report


def test_of_commands_at_the_same_time_one_wins_and_the_others_hear_what_changed(whole: Whole) -> None:
    case = opened(whole, "E2E-race", datetime.now(UTC) - timedelta(hours=1), timedelta(minutes=1))
    path = f"disputes/{case.dispute}"
    seen = whole.get("mediation", path)["version"]

    def appoint(number: int) -> Any:
        body = {"seat": "auxiliary", "name": f"辅警{number}"}
        return whole.post("mediation", f"{path}/members", body, f"E2E-race-{number}", If_Match=f'"{seen}"')

    with concurrent.futures.ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(appoint, range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 412, 412, 412, 412, 412]
    for answer in answers:
        if answer.status_code == 412:
            problem = answer.json()
            assert problem["type"].endswith("lost-race")
            assert problem["since"] == ["member-appointed"]
            assert problem["version"] == seen + 1
            assert "member-appointed" in problem["detail"]


def test_a_report_that_is_admitted_and_refused_at_once_is_one_of_the_two(whole: Whole) -> None:
    body = {
        "channel": "walk_in",
        "external_id": "E2E-either",
        "subject": "物业不退装修押金",
        "text": "请调解纠纷。",
        "reported_at": datetime.now(UTC).isoformat(),
    }
    report = whole.done("intake", "reports", body, "E2E-either")["id"]
    whole.done("intake", f"reports/{report}/classify", {"kind": "dispute"}, "E2E-either-classify")
    decisions: list[tuple[str, dict[str, Any]]] = [
        ("admit", {"category": "property_service"}),
        ("refuse", {"reason": "another_body", "other_route": "12345"}),
    ]
    together = threading.Barrier(len(decisions))

    def decide(decision: tuple[str, dict[str, Any]]) -> Any:
        together.wait(10)
        return whole.post("intake", f"reports/{report}/{decision[0]}", decision[1], f"E2E-either-{decision[0]}")

    with concurrent.futures.ThreadPoolExecutor(len(decisions)) as threads:
        answers = list(threads.map(decide, decisions))
    assert sorted(answer.status_code for answer in answers) == [200, 409], [answer.text for answer in answers]
    (won,) = (name for (name, _), answer in zip(decisions, answers, strict=True) if answer.is_success)
    (lost,) = (answer.json() for answer in answers if not answer.is_success)
    assert lost["type"].endswith({"admit": "already-admitted", "refuse": "already-refused"}[won])
    state = whole.get("intake", f"reports/{report}", after=max(a.json().get("position", 0) for a in answers))["state"]
    assert state == {"admit": "admitted", "refuse": "refused"}[won]
