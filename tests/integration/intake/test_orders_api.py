"""The hotline's orders over HTTP: taken in, answered, refused with the article, timed, shown; hand-overs with 110."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio

from services.intake.domain.order import OrderFinished
from services.intake.main import tell
from shared.contracts.orders import ORDER_SUBMISSIONS, ORDERS
from shared.eventsourcing.cloudevents import CloudEvent
from shared.eventsourcing.receiver import Prepared
from tests.integration.intake.conftest import API, Desk, form_key, form_token, opened, until

ARTICLE = "各地热线管理办法的通行做法"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def weifang(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A station in Weifang whose legal officer has confirmed the time to object."""
    file = tmp_path_factory.mktemp("weifang") / "intake.db"
    async with opened(
        f"sqlite+aiosqlite:///{file}", jurisdiction="370700", confirmed_rules="hotline-objection"
    ) as desk:
        yield desk


def an_order(**fields: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "number": f"12345-{uuid.uuid4().hex[:10]}",
        "subject": "楼上夜间装修扰民",
        "text": "每晚十点以后仍在施工，多次劝说无效。",
        "answer_by": (now + timedelta(days=3)).isoformat(),
        "assigned_at": now.isoformat(),
        "reporter_name": "何大姐",
        "station": "czl",
        **fields,
    }


async def taken(desk: Desk, **fields: Any) -> dict[str, Any]:
    answer = await desk.post("/orders", an_order(**fields))
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def read(desk: Desk, id_: str, position: int) -> dict[str, Any]:
    answer = await desk.get(f"/orders/{id_}", after=position)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def step(desk: Desk, id_: str, name: str, **body: Any) -> dict[str, Any]:
    answer = await desk.post(f"/orders/{id_}/{name}", body or None)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.asyncio(loop_scope="session")
async def test_an_order_goes_round_from_its_assignment_to_the_call_back(weifang: Desk) -> None:
    order = await taken(weifang)
    leader = await weifang.account(f"leader-{uuid.uuid4().hex[:6]}", {"role": "station_leader", "station": "czl"})
    shown = await read(weifang, order["id"], order["position"])
    assert (shown["stage"], shown["subject"], shown["owner"]) == ("received", "楼上夜间装修扰民", "hotline_12345")
    ours, theirs = (next(c for c in shown["clocks"] if c["name"] == name) for name in ("answer", "hotline"))
    assert ours["rule"]["article"].startswith("《潍坊市12345")
    assert (ours["level"], ours["rule"]["binds"], theirs["rule"]) == ("begun", True, None)
    assert theirs["due"] != ours["due"]

    await step(weifang, order["id"], "accept")
    until_then = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    await step(weifang, order["id"], "extension", until=until_then, reason="需要物业配合")
    own = await weifang.post(f"/orders/{order['id']}/extension/decide", {"approved": True})
    assert (own.status_code, own.json()["type"].rsplit(":", 1)[-1]) == (409, "own-extension")
    key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    decided = await leader.post(f"{API}/orders/{order['id']}/extension/decide", json={"approved": True}, headers=key)
    assert decided.status_code == 200, decided.text
    await step(weifang, order["id"], "finish", outcome="solved", result="已现场劝止并约定施工时间")
    done = await step(weifang, order["id"], "call-back", satisfied=False, words="昨晚又在施工")
    shown = await read(weifang, order["id"], done["position"])
    assert (shown["stage"], shown["may"]) == ("reopening_asked", ["reopen"])
    done = await step(weifang, order["id"], "reopening", approved=True, reason="确有反复")
    shown = await read(weifang, order["id"], done["position"])
    assert (shown["stage"], shown["round"]) == ("accepted", 2)
    # what whoever was called back said counts, and leads to the case
    await weifang.caught_up()
    asked = {"first_day": "2020-01-01", "last_day": "2039-12-31", "good": False}
    against = (await weifang.get("/statistics/rates/satisfied/reports", **asked)).json()
    assert shown["code"] in [one["code"] for one in against]
    assert [entry["words"] for entry in shown["history"] if entry["type"] == "order-called-back"] == ["昨晚又在施工"]

    # what the hotline is told of it
    stored = await weifang.runtime.store.read_stream(f"order-{order['id']}")
    told = [tell(event, lambda sealed: sealed) for event in map(weifang.runtime.read, stored)]  # type: ignore[arg-type]
    names = [type(one[2]).__name__ for one in told if one is not None and one[0] == ORDERS]
    assert names == ["OrderAccepted", "OrderExtended", "OrderFinished", "OrderCalledBack", "OrderReopeningDecided"]
    finished = next(weifang.runtime.read(one) for one in stored if one.type == "order-finished")
    assert isinstance(finished, OrderFinished)
    assert "施工" not in stored[-1].data.decode()


@pytest.mark.asyncio(loop_scope="session")
async def test_the_same_order_twice_is_one_and_with_other_contents_it_is_refused(weifang: Desk) -> None:
    body = an_order()
    first = (await weifang.http.post(f"{API}/orders", json=body)).json()
    again = (await weifang.http.post(f"{API}/orders", json=body)).json()
    assert (again["id"], again["report"], again["code"]) == (first["id"], first["report"], first["code"])
    other = await weifang.http.post(f"{API}/orders", json={**body, "text": "另一段话"})
    assert (other.status_code, other.json()["type"].rsplit(":", 1)[-1]) == (409, "order-changed")


@pytest.mark.asyncio(loop_scope="session")
async def test_a_report_of_the_same_number_that_is_here_already_gets_the_order(weifang: Desk) -> None:
    body = an_order()
    report = {"channel": "hotline_12345", "external_id": body["number"], "subject": "装修扰民", "text": "夜里施工"}
    known = await weifang.http.post(f"{API}/reports", json={**report, "reported_at": body["assigned_at"]})
    assert known.status_code == 201, known.text
    order = (await weifang.post("/orders", body)).json()
    assert (order["report"], order["code"]) == (known.json()["id"], known.json()["code"])
    walked_in = await weifang.register(channel="walk_in")
    linked = (await weifang.post("/orders", an_order(report=walked_in["id"]))).json()
    assert linked["report"] == walked_in["id"]
    nowhere = await weifang.post("/orders", an_order(report="no-such-report"))
    assert nowhere.status_code == 404


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("language", "said"), [("zh-CN", "提出异议的期限已于"), ("en", "The time to object ended at")])
async def test_an_objection_after_its_time_is_refused_with_the_article(
    weifang: Desk, language: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await taken(weifang)
    later = datetime.now(UTC) + timedelta(days=14)
    monkeypatch.setattr(weifang.runtime, "clock", lambda: later)
    refused = await weifang.post(
        f"/orders/{order['id']}/object", {"reason": "属于城管职责"}, **{"Accept-Language": language}
    )
    assert refused.status_code == 409, refused.text
    detail = refused.json()["detail"]
    assert detail.startswith(said)
    assert ARTICLE in detail


@pytest.mark.asyncio(loop_scope="session")
async def test_where_nobody_confirmed_the_rule_the_objection_is_taken_with_a_warning(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await taken(desk)
    later = datetime.now(UTC) + timedelta(days=14)
    monkeypatch.setattr(desk.runtime, "clock", lambda: later)
    done = await step(desk, order["id"], "object", reason="属于城管职责")
    (warning,) = done["warnings"]
    assert (warning["article"], warning["standing"], warning["binds"]) == (ARTICLE, "unread", False)
    ruling = {"number": (await read(desk, order["id"], done["position"]))["number"], "kind": "objection_upheld"}
    taken_in = await desk.post("/orders/updates", {**ruling, "said_at": later.isoformat()})
    assert taken_in.json()["noted"] is None
    assert (await read(desk, order["id"], taken_in.json()["position"]))["stage"] == "returned"


@pytest.mark.asyncio(loop_scope="session")
async def test_what_the_hotline_says_before_its_order_or_too_late_is_kept_as_a_note(desk: Desk) -> None:
    body = an_order()
    said = {"number": body["number"], "text": "请尽快", "said_at": body["assigned_at"]}
    early = await desk.post("/orders/updates", {**said, "kind": "urged", "id": "w1"})
    assert early.json()["noted"] == "before_the_order"
    order = (await desk.post("/orders", body)).json()
    late = await desk.post("/orders/updates", {**said, "kind": "objection_upheld", "id": "w2"})
    again = await desk.post("/orders/updates", {**said, "kind": "objection_upheld", "id": "w2"})
    assert (late.json()["noted"], again.json()["position"]) == ("does_not_fit", 0)
    shown = await read(desk, order["id"], late.json()["position"])
    assert (shown["stage"], shown["notes"]) == ("received", 1)
    assert [e["words"] for e in shown["history"] if e["type"] == "order-update-noted"] == ["请尽快", "请尽快"]


@pytest.mark.asyncio(loop_scope="session")
async def test_the_clock_marks_what_is_over_its_time(desk: Desk) -> None:
    past = datetime.now(UTC) - timedelta(hours=1)
    order = await taken(desk, answer_by=past.isoformat(), assigned_at=(past - timedelta(days=1)).isoformat())

    async def shown() -> dict[str, Any]:
        return await read(desk, order["id"], order["position"])

    found = await until(shown, lambda row: row["overdue"])
    (clock,) = [one for one in found["clocks"] if one["name"] == "hotline"]
    assert clock["level"] == "over"
    listed = (await desk.get("/orders", overdue=True, number=found["number"])).json()["orders"]
    assert [one["id"] for one in listed] == [order["id"]]


@pytest.mark.asyncio(loop_scope="session")
async def test_the_hotline_s_system_brings_orders_and_neither_works_on_them_nor_reads_others(desk: Desk) -> None:
    hotline = await desk.account(f"hotline-{uuid.uuid4().hex[:6]}", {"role": "integrator", "station": "czl"})
    key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    mine = (await hotline.post(f"{API}/orders", json=an_order(), headers=key)).json()
    other = await taken(desk)
    await desk.caught_up()
    assert (await hotline.get(f"{API}/orders/{mine['id']}")).status_code == 200
    assert (await hotline.get(f"{API}/orders/{other['id']}")).status_code == 403
    listed = (await hotline.get(f"{API}/orders")).json()["orders"]
    assert [one["id"] for one in listed] == [mine["id"]]
    assert (await hotline.post(f"{API}/orders/{mine['id']}/accept", headers=key)).status_code == 403


@pytest.mark.asyncio(loop_scope="session")
async def test_between_110_and_12345_it_is_proposed_answered_and_always_somebody_s(desk: Desk) -> None:
    report = await desk.register(channel="police_110", external_id=f"110-{uuid.uuid4().hex[:8]}")
    id_ = report["id"]

    async def held() -> dict[str, Any]:
        told: dict[str, Any] = (await desk.get(f"/reports/{id_}/custody", after=report["position"])).json()
        return told

    assert ((await held())["owner"], (await held())["may"]) == ("police_110", ["propose", "call"])
    proposed = await desk.post(f"/reports/{id_}/custody", {"reason": "井盖松动，非警务"})
    assert proposed.status_code == 200, proposed.text
    waiting = (await desk.get("/custodies", after=proposed.json()["position"])).json()["waiting"]
    assert id_ in [one["report"] for one in waiting]
    assert ((await held())["owner"], (await held())["proposed_to"]) == ("police_110", "hotline_12345")
    refused = await desk.post(f"/reports/{id_}/custody/answer", {"accepted": False, "words": "属公安职责"})
    assert refused.status_code == 200, refused.text
    after = await held()
    assert (after["owner"], after["settled"]) == ("police_110", "国办发〔2022〕12号")
    again = await desk.post(f"/reports/{id_}/custody", {"reason": "再次"})
    assert (again.status_code, again.json()["type"].rsplit(":", 1)[-1]) == (409, "stays-with-first")
    await desk.post(f"/reports/{id_}/custody/call", {"words": "三方通话，热线同意接收"})
    await desk.post(f"/reports/{id_}/custody", {"reason": "三方通话后再转"})
    await desk.post(f"/reports/{id_}/custody/answer", {"accepted": True})
    after = await held()
    assert (after["owner"], after["first"]) == ("hotline_12345", "police_110")
    late = await desk.post(f"/reports/{id_}/custody/answer", {"accepted": False, "message": "m-9"})
    assert late.status_code == 200, late.text
    assert ((await held())["owner"], (await held())["history"][-1]["type"]) == (
        "hotline_12345",
        "custody-late-answer-noted",
    )


@pytest.mark.asyncio(loop_scope="session")
async def test_what_came_by_neither_is_not_handed_over_between_the_two(desk: Desk) -> None:
    report = await desk.register(channel="walk_in")
    refused = await desk.post(f"/reports/{report['id']}/custody", {"reason": "转热线"})
    assert (refused.status_code, refused.json()["type"].rsplit(":", 1)[-1]) == (409, "not-between-the-two")


@pytest.mark.asyncio(loop_scope="session")
async def test_what_the_hotline_publishes_is_sealed_on_receipt_and_taken(desk: Desk) -> None:
    """As the receiver hands it on; Kafka itself is tried with the reports."""
    receiver = desk.runtime.receiver
    assert receiver is not None
    prepare = receiver.external[ORDER_SUBMISSIONS]
    body = {**an_order(), "urgency": "danger"}
    number = body["number"]
    said = {"number": number, "kind": "urged", "text": "何大姐再次来电", "said_at": body["assigned_at"]}
    made = await prepare(
        [
            CloudEvent("urn:hotline", "1", "wangge.order.submitted.v1", orjson.dumps(body)),
            CloudEvent("urn:hotline", "2", "wangge.order.updated.v1", orjson.dumps(said)),
            CloudEvent("urn:hotline", "3", "wangge.handover.answered.v1", orjson.dumps({"report": "r", "accepted": 1})),
            CloudEvent("urn:hotline", "4", "wangge.report.submitted.v1", b"{}"),
        ]
    )
    submitted, updated, *wrong = made
    assert isinstance(submitted, Prepared)
    assert isinstance(updated, Prepared)
    assert "何大姐" not in submitted.data.decode() + updated.data.decode()
    assert all(isinstance(one, Exception) for one in wrong)
    assert "wangge.order.submitted.v1" in str(wrong[1])


@pytest.mark.asyncio(loop_scope="session")
async def test_the_pages_show_the_clocks_and_the_buttons_that_are_allowed(weifang: Desk) -> None:
    order = await taken(weifang)
    browser = await weifang.browser()
    listed = await browser.get("/intake/orders", params={"after": order["position"]})
    assert listed.status_code == 200
    assert f"/intake/orders/{order['id']}" in listed.text
    address = f"/intake/orders/{order['id']}"
    page = await browser.get(address)
    assert "《潍坊市12345政务服务便民热线条例》" in page.text
    assert re.search(r'action="[^"]*/accept"', page.text)
    assert not re.search(r'action="[^"]*/call-back"', page.text)
    form = {"form_token": form_token(page.text), "idempotency_key": form_key(page.text)}
    done = await browser.post(f"{address}/accept", data=form)
    assert done.status_code == 303, done.text
    page = await browser.get(done.headers["location"])
    assert re.search(r'action="[^"]*/finish"', page.text)
    form = {
        "form_token": form_token(page.text),
        "idempotency_key": str(uuid.uuid4()),
        "words": "x",
        "satisfied": "true",
    }
    refused = await browser.post(f"{address}/call-back", data=form)
    assert refused.status_code == 409
    assert "这件工单尚未办结" in refused.text
    form = {"form_token": form_token(page.text), "idempotency_key": str(uuid.uuid4()), "words": "已劝止"}
    assert (await browser.post(f"{address}/finish", data={**form, "outcome": "solved"})).status_code == 303
    english = await weifang.browser("en")
    handover = f"/intake/reports/{order['report']}/custody"
    page = await english.get(handover)
    assert "Propose the hand-over" in page.text
    form = {"form_token": form_token(page.text), "idempotency_key": str(uuid.uuid4()), "words": "涉嫌违法，转110"}
    done = await english.post(handover, data=form)
    assert done.status_code == 303, done.text
    page = await english.get(done.headers["location"])
    assert "110 takes it" in page.text


@pytest.mark.asyncio
async def test_another_city_has_other_clocks_after_a_restart(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/intake.db"
    async with opened(url) as nation:
        order = await taken(nation)
        shown = await read(nation, order["id"], order["position"])
        assert {clock["name"] for clock in shown["clocks"]} == {"object", "hotline"}
    async with opened(url, jurisdiction="370100") as jinan:
        shown = await read(jinan, order["id"], order["position"])
        assert {clock["name"] for clock in shown["clocks"]} == {"object", "answer", "hotline"}
