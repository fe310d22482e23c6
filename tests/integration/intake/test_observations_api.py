"""Observations over HTTP and in the page: taken as reports, found by no plate or person, erased when they expire."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from services.intake.domain.observation import KEPT
from tests.integration.intake.conftest import MORNING, Desk, form_key, form_token, report, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

PLATE = "晋A示例77"
SEEN = {"what": f"没见过的车 {PLATE}", "details": f"停在三号楼下，车牌{PLATE}，司机自称示例人某", "seen_at": MORNING}


async def seen(desk: Desk, **fields: Any) -> dict[str, Any]:
    answer = await desk.post("/observations", {**SEEN, "place": {}, **fields})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_nothing_is_found_by_a_plate_and_two_observations_are_not_joined_by_it(desk: Desk) -> None:
    first, second = await seen(desk), await seen(desk)
    assert first["id"] != second["id"]
    await desk.caught_up()
    assert (await desk.get("/reports", external_id=PLATE)).json()["reports"] == []
    assert (await desk.get(f"/reports/{PLATE}")).status_code == 404
    whole = (await desk.get("/observations", plate=PLATE, what=PLATE)).json()["observations"]
    assert {first["id"], second["id"]} <= {each["id"] for each in whole}, "it is no filter: all are answered"
    for one in (first, second):
        matter = await desk.runtime.store.read_stream(f"matter-{one['id']}")
        assert matter == [], "nothing suggests that they are the same"
    stored = b"".join(event.data for event in await desk.events())
    assert PLATE.encode() not in stored
    for table in ("likeness_reports", "reports"):
        assert not [row for row in await desk.table(table) if PLATE in row]
    assert not [row for row in await desk.table("likeness_reports") if first["id"] in row or second["id"] in row]


async def test_no_number_from_outside_names_an_observation(desk: Desk) -> None:
    body = report(channel="observation", external_id=PLATE)
    answer = await desk.post("/reports", body)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:wangge:problem:observation-has-no-number")


async def test_the_same_draft_sent_again_is_taken_once_and_another_under_its_id_is_refused(desk: Desk) -> None:
    body, key = {**SEEN, "place": {}}, str(uuid.uuid4())
    first = await desk.post("/observations", body, key)
    again = await desk.post("/observations", body, key)
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    other = await desk.post("/observations", {**body, "what": "别的"}, key)
    assert other.status_code == 422, other.text


async def test_when_its_time_is_over_nobody_can_read_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told = await seen(desk)
    read = (await desk.get(f"/reports/{told['id']}", after=told["position"])).json()
    assert PLATE in read["text"]
    later = desk.runtime.clock() + KEPT + timedelta(minutes=1)
    monkeypatch.setattr(desk.runtime, "clock", lambda: later)
    for clock in desk.runtime.clocks:
        monkeypatch.setattr(clock, "_clock", lambda: later)
    key = f"report-{told['id']}"
    assert await until(lambda: desk.runtime.vault.holds(key), lambda holds: not holds) is False
    found = (await desk.get(f"/reports/{told['id']}")).json()
    assert (found["subject"], found["text"]) == (None, None)
    listed = (await desk.get("/observations", limit=100)).json()["observations"]
    (one,) = [each for each in listed if each["id"] == told["id"]]
    assert (one["what"], one["expired"]) == (None, True)


async def test_a_volunteer_reports_in_the_page_and_sees_the_own_alone(desk: Desk) -> None:
    of = f"c-{uuid.uuid4().hex[:8]}"
    assert (await desk.put(f"/communities/{of}", {"name": "示例社区", "station": "czl"})).status_code == 200
    grid = {"grid": f"{of}-1", "name": "第1网格", "squad": "第1支小分队"}
    entered = await desk.post(f"/communities/{of}/entries", {"grids": [grid]})
    await desk.runtime.wait_for("register", entered.json()["position"])
    others = await seen(desk)
    post = {"role": "volunteer", "station": "czl", "community": of, "grid": f"{of}-1"}
    await desk.account(f"v-{of}", post)
    browser = await desk.browser(name=f"v-{of}")
    page = await browser.get("/intake/observations")
    form = {
        "form_token": form_token(page.text),
        "idempotency_key": form_key(page.text),
        "what": "没见过的车",
        "where": f"{of}|{of}-1",
        "seen_at": "2026-11-20T19:30",
    }
    wrong = await browser.post("/intake/observations", data={**form, "seen_at": "gestern"})
    assert wrong.status_code == 422
    done = await browser.post("/intake/observations", data=form)
    assert done.status_code == 303, done.text
    shown = (await browser.get(done.headers["Location"])).text
    assert "没见过的车" in shown
    assert PLATE not in shown
    assert others["id"] not in shown
