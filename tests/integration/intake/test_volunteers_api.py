"""Volunteers over HTTP and in pages: won one by one, their names sealed, their hours true, their no at once."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

import openpyxl
import pytest

from tests.integration.intake.conftest import Answer, Desk, form_key, form_token

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAME = "示例志愿者秦某"
ON = "2026-03-02"
HOURS = {
    "kind": "patrol",
    "what": "=HYPERLINK(夜间巡防)",
    "where": "王府花园三号楼一带",
    "began_at": "2026-03-10T19:00:00+08:00",
    "ended_at": "2026-03-10T21:30:00+08:00",
}
STEPS: list[tuple[str, dict[str, Any]]] = [
    ("talk", {"on": ON}),
    ("vouch", {"on": ON, "kind": "resident", "name": "示例邻居"}),
    ("consent", {"on": ON, "form": "written"}),
    ("training", {"on": ON, "subject": "safety"}),
    ("insurance", {"insurer": "示例财险", "policy": "P-7788", "first_day": "2026-01-01", "last_day": "2026-12-31"}),
    ("duty", {"on": ON}),
]


async def community(desk: Desk) -> str:
    """A community of its own, with two grids."""
    id_ = f"c-{uuid.uuid4().hex[:8]}"
    assert (await desk.put(f"/communities/{id_}", {"name": "示例社区", "station": "czl"})).status_code == 200
    grids = [{"grid": f"{id_}-{n}", "name": f"第{n}网格", "squad": f"第{n}支小分队"} for n in (1, 2)]
    entered = await desk.post(f"/communities/{id_}/entries", {"grids": grids})
    assert entered.status_code == 200, entered.text
    return id_


async def found(desk: Desk, of: str, **more: Any) -> str:
    body = {
        "community": of,
        "name": NAME,
        "role": "volunteer",
        "place": {"grid": f"{of}-1"},
        "origin": {"kind": "dispute", "id": "WG-260301-06BZ-592W"},
        "on": ON,
        **more,
    }
    answer = await desk.post("/volunteers", body)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


async def taken(desk: Desk, id_: str, *steps: tuple[str, dict[str, Any]]) -> Answer:
    for step, body in steps:
        answer = await desk.post(f"/volunteers/{id_}/{step}", body)
        assert answer.status_code in (200, 201), f"{step}: {answer.text}"
    return answer


async def shown(desk: Desk, id_: str, after: int) -> dict[str, Any]:
    told: dict[str, Any] = (await desk.get(f"/volunteers/{id_}", after=after)).json()
    return told


async def test_a_volunteer_is_won_step_by_step_and_counts_once_on_duty(desk: Desk) -> None:
    of = await community(desk)
    id_ = await found(desk, of)
    early = await desk.post(f"/volunteers/{id_}/duty", {"on": ON}, **{"Accept-Language": "en"})
    assert early.status_code == 409
    assert "consent" in early.json()["detail"]
    last = await taken(desk, id_, *STEPS)
    told = await shown(desk, id_, last.json()["position"])
    assert (told["standing"], told["on_duty"], told["missing"]) == ("active", True, [])
    assert (told["name"], told["origin"], told["origin_id"]) == (NAME, "dispute", "WG-260301-06BZ-592W")
    assert told["last_served_at"] is None
    (figures,) = [each for each in (await desk.get("/communities")).json() if each["community"] == of]
    assert figures["volunteers"] == 1


async def test_whoever_takes_the_consent_back_is_off_duty_at_once(desk: Desk) -> None:
    of = await community(desk)
    account = f"qin-{uuid.uuid4().hex[:6]}"
    browser = await desk.account(account, {"role": "volunteer", "station": "czl", "community": of, "grid": f"{of}-1"})
    (own,) = [each["id"] for each in (await desk.get("/accounts")).json() if each["name"] == account]
    id_ = await found(desk, of, account=own)
    other = await found(desk, of)
    await taken(desk, id_, *STEPS)
    key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    refused = await browser.post(f"/intake/api/v1/volunteers/{other}/withdraw", headers=key)
    assert refused.status_code == 403
    gone = await browser.post(f"/intake/api/v1/volunteers/{id_}/withdraw", headers=key)
    assert gone.status_code == 200, gone.text
    told = await shown(desk, id_, gone.json()["position"])
    assert (told["standing"], told["on_duty"], told["missing"]) == ("stood_down", False, ["consent"])
    seen = await browser.get(f"/intake/api/v1/volunteers/{id_}")
    assert seen.json()["name"] == NAME
    assert (await browser.get(f"/intake/api/v1/volunteers/{other}")).status_code == 403
    assert (await browser.get("/intake/api/v1/volunteers")).status_code == 403


async def test_a_member_who_was_entered_before_counts_and_can_go(desk: Desk) -> None:
    of = await community(desk)
    roster = [
        {"name": f"示例楼长{n}", "role": "building_head", "grid": f"{of}-2", "since": "2020-01-06"} for n in range(2)
    ]
    entered = await desk.post(f"/communities/{of}/entries", {"volunteers": roster})
    page = (await desk.get("/volunteers", community=of, after=entered.json()["position"])).json()
    first, second = page["volunteers"]
    assert {each["standing"] for each in page["volunteers"]} == {"enrolled"}
    assert first["missing"] == ["training", "insurance"]
    trained = await taken(desk, first["id"], ("training", {"on": ON, "subject": "fire"}))
    told = await shown(desk, first["id"], trained.json()["position"])
    assert (told["standing"], told["on_duty"], told["missing"]) == ("enrolled", True, ["insurance"])
    gone = await desk.post(f"/volunteers/{second['id']}/withdraw")
    assert (await shown(desk, second["id"], gone.json()["position"]))["on_duty"] is False
    (figures,) = [each for each in (await desk.get("/communities")).json() if each["community"] == of]
    assert figures["building_heads"] == 1


async def test_hours_are_exported_as_they_were_and_certified_free_of_charge(desk: Desk) -> None:
    of = await community(desk)
    id_ = await found(desk, of)
    await taken(desk, id_, *STEPS)
    record = (await taken(desk, id_, ("hours", HOURS))).json()["record"]
    twice = await desk.post(f"/volunteers/{id_}/hours", {**HOURS, "where": "别处"})
    assert twice.status_code == 409, "nobody serves in two places at once"
    correction = {**HOURS, "ended_at": "2026-03-10T21:00:00+08:00", "reason": "提前结束"}
    corrected = await desk.put(f"/volunteers/{id_}/hours/{record}", correction)
    wrong = {**HOURS, "began_at": "2026-03-11T19:00:00+08:00", "ended_at": "2026-03-11T20:00:00+08:00"}
    struck = (await taken(desk, id_, ("hours", wrong))).json()["record"]
    done = await taken(desk, id_, (f"hours/{struck}/strike", {"reason": "重复登记"}))
    assert corrected.status_code == 200, corrected.text
    position = done.json()["position"]

    told = await shown(desk, id_, position)
    assert told["last_served_at"] == "2026-03-10T13:00:00Z", "last activity, and not what was struck"
    hours = (await desk.get(f"/volunteers/{id_}/hours")).json()
    assert [(each["minutes"], each["corrected"], each["struck"]) for each in hours] == [
        (120, True, False),
        (60, False, True),
    ]
    period = {"community": of, "first_day": "2026-03-01", "last_day": "2026-03-31"}
    sheet = await desk.get("/volunteer-hours", **period, format="csv")
    header, row = csv.reader(io.StringIO(sheet.content.decode("utf-8-sig")))
    assert header[:4] == ["日期", "开始", "结束", "分钟"]
    assert row[:6] == ["2026-03-10", "19:00", "21:00", "120", "巡防", "'=HYPERLINK(夜间巡防)"]
    assert NAME in row
    book = openpyxl.load_workbook(io.BytesIO((await desk.get("/volunteer-hours", **period, format="xlsx")).content))
    assert book.active is not None
    cells = [cell for line in book.active.iter_rows() for cell in line]
    assert not any(cell.data_type == "f" for cell in cells)
    certificate = await desk.get(f"/volunteers/{id_}/certificate", first_day="2026-01-01", last_day="2026-12-31")
    assert f"{NAME}" in certificate.text
    assert "2小时0分钟" in certificate.text
    assert "志愿服务条例" in certificate.text
    empty = await desk.get("/volunteer-hours", **{**period, "last_day": "2026-02-01"})
    assert empty.status_code == 422


async def test_nobody_is_listed_by_hours(desk: Desk) -> None:
    answer = (await desk.get("/volunteers")).json()
    assert not any(
        "hour" in name or "minute" in name or "point" in name for each in answer["volunteers"] for name in each
    )


async def test_names_are_sealed_and_open_only_where_they_may_be_read(desk: Desk) -> None:
    of = await community(desk)
    id_ = await found(desk, of, name="独一无二的名字")
    await desk.caught_up()
    assert not any("独一无二的名字" in row for row in await desk.table("squad_members"))
    assert not any("独一无二的名字".encode() in event.data for event in await desk.events())
    mediator = await desk.account(f"m-{uuid.uuid4().hex[:6]}", {"role": "mediator", "station": "czl", "community": of})
    listed = (await mediator.get("/intake/api/v1/volunteers", params={"community": of})).json()["volunteers"]
    assert [(each["id"], each["name"]) for each in listed] == [(id_, None)]
    before = [event for event in await desk.events() if event.type == "sealed-read"]
    await desk.get(f"/volunteers/{id_}")
    after = [event for event in await desk.events() if event.type == "sealed-read"]
    assert len(after) == len(before) + 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": {"kind": "dispute"}},
        {"on": "2199-12-31x"},
        {"role": "king"},
        {"name": " "},
        {"place": {"grid": ""}},
        {"extra": 1},
    ],
)
async def test_what_is_malformed_is_named(desk: Desk, wrong: dict[str, Any]) -> None:
    body = {"community": "c", "name": NAME, "role": "volunteer", "place": {"grid": "g"}, "on": ON}
    answer = await desk.post("/volunteers", {**body, "origin": {"kind": "own_offer"}, **wrong})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]


async def test_a_volunteer_belongs_to_a_grid_that_is_drawn(desk: Desk) -> None:
    of = await community(desk)
    body = {"community": of, "name": NAME, "role": "volunteer", "origin": {"kind": "own_offer"}, "on": ON}
    refused = await desk.post("/volunteers", {**body, "place": {"grid": "nowhere"}})
    assert refused.status_code == 409
    assert (await desk.post("/volunteers/nobody/talk", {"on": ON})).status_code == 404
    assert (await desk.get("/volunteers/nobody")).status_code == 404


async def test_the_pages_lead_from_being_found_to_duty_and_back(desk: Desk) -> None:
    of = await community(desk)
    browser = await desk.browser()
    page = (await browser.get("/intake/volunteers/new")).text
    form = {"form_token": form_token(page), "idempotency_key": form_key(page)}
    body = {"where": f"{of}|{of}-1", "name": NAME, "role": "unit_head", "on": ON}
    missing = await browser.post("/intake/volunteers", data={**form, **body, "origin": "visit"})
    assert missing.status_code == 422, "a visit is named"
    made = await browser.post("/intake/volunteers", data={**form, **body, "origin": "visit", "origin_id": "走访-7"})
    assert made.status_code == 303, made.text
    address = made.headers["location"].partition("?")[0]
    for step, fields in STEPS:
        page = (await browser.get(address)).text
        form = {"form_token": form_token(page), "idempotency_key": str(uuid.uuid4())}
        answer = await browser.post(f"{address}/{step}", data={**form, **fields})
        assert answer.status_code == 303, answer.text
        page = (await browser.get(answer.headers["location"])).text
    assert "在岗" in page
    hours = {**HOURS, "began_at": "2026-03-10T19:00", "ended_at": "2026-03-10T21:30"}
    answer = await browser.post(f"{address}/hours", data={**form, "idempotency_key": str(uuid.uuid4()), **hours})
    page = (await browser.get(answer.headers["location"])).text
    assert "150" in page
    refused = await browser.post(f"{address}/hours", data={**form, "idempotency_key": str(uuid.uuid4()), **hours})
    assert refused.status_code == 409
    assert 'role="alert"' in refused.text
    answer = await browser.post(f"{address}/withdraw", data={**form, "idempotency_key": str(uuid.uuid4())})
    page = (await browser.get(answer.headers["location"])).text
    assert "已退出" in page
    listed = (await browser.get("/intake/volunteers", params={"grid": f"{of}-1"})).text
    assert NAME in listed
