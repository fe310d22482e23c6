"""The plan of a day over HTTP and in its page: what is due is proposed from what is stored, and moved without loss."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from shared.law.legal_time import SHANGHAI
from tests.integration.intake.conftest import Answer, Desk, form_token
from tests.integration.intake.test_inspections import NAME, entered, looked_at
from tests.integration.intake.test_patrols import keys_of
from tests.integration.intake.test_volunteers_api import community

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def person(desk: Desk, of: str, role: str) -> tuple[str, Any]:
    name = f"{role[:4]}-{uuid.uuid4().hex[:6]}"
    browser = await desk.account(name, {"role": role, "station": "czl", "community": of})
    return name, browser


def key() -> dict[str, str]:
    return {"Idempotency-Key": f'"{uuid.uuid4()}"'}


async def test_what_is_due_is_proposed_until_somebody_has_planned_it(desk: Desk) -> None:
    of = await community(desk)
    name, officer = await person(desk, of, "community_officer")
    premises = (await entered(desk, of)).json()["id"]
    id_, finding = await looked_at(desk, premises)
    today = desk.runtime.clock().astimezone(SHANGHAI).date()
    api, tomorrow = "/intake/api/v1/plans", today + timedelta(days=1)
    ordered = await desk.post(f"/inspections/{id_}/orders", {"findings": [finding], "due": tomorrow.isoformat()})
    assert ordered.status_code == 200, ordered.text
    await desk.runtime.wait_for("inspections", ordered.json()["position"])

    async def proposed(day: object) -> list[dict[str, Any]]:
        answer = await officer.get(f"{api}/{day}/due")
        assert answer.status_code == 200, answer.text
        return [each for each in answer.json() if each["id"] == id_]

    assert await proposed(today) == []
    (thing,) = await proposed(tomorrow)
    assert (thing["source"], thing["kind"], thing["name"], thing["late"]) == ("recheck", "check", NAME, False)
    assert (thing["by"], thing["address"]) == (tomorrow.isoformat(), f"/intake/inspections/{id_}")
    item = {"kind": "check", "place": NAME, "at": "09:30", "about": {"source": "recheck", "id": id_}}
    taken = await officer.post(f"{api}/{tomorrow}/items", json=item, headers=key())
    assert taken.status_code == 201, taken.text
    again = await officer.post(f"{api}/{tomorrow}/items", json=item, headers=key())
    assert again.status_code == 409
    await desk.runtime.wait_for("plans", taken.json()["position"])
    assert await proposed(tomorrow) == []
    (planned,) = (await officer.get(f"{api}/{tomorrow}")).json()["items"]
    assert (planned["at"], planned["place"], planned["standing"]) == ("09:30", NAME, "planned")
    of_leader = (await desk.get(f"/plans/{tomorrow}", account=name)).json()
    assert [each["id"] for each in of_leader["items"]] == [planned["id"]]


async def test_a_moved_item_stands_in_the_other_day_s_plan_and_its_reason_in_this_one(desk: Desk) -> None:
    of = await community(desk)
    _, aux = await person(desk, of, "auxiliary")
    name, _ = await person(desk, of, "community_officer")
    today = desk.runtime.clock().astimezone(SHANGHAI).date()
    api, later = "/intake/api/v1/plans", today + timedelta(days=2)

    async def post(path: str, body: dict[str, Any]) -> Answer:
        answer: Answer = await aux.post(f"{api}/{path}", json=body, headers=key())
        return answer

    assert (await aux.get(f"{api}/{today}", params={"account": name})).status_code == 422
    added = await post(f"{today}/items", {"kind": "teaching", "place": "老年活动室", "note": "反诈宣传"})
    assert added.status_code == 201, added.text
    await desk.runtime.wait_for("plans", added.json()["position"])
    (item,) = (await aux.get(f"{api}/{today}")).json()["items"]
    at = f"{today}/items/{item['id']}"
    assert (await post(f"{at}/move", {"to": today.isoformat(), "reason": "weather"})).status_code == 409
    assert (await post(f"{at}/move", {"to": later.isoformat(), "reason": "other"})).status_code == 409
    timed = await post(f"{at}/time", {"at": "15:00"})
    assert timed.status_code == 200, timed.text
    moved = await post(f"{at}/move", {"to": later.isoformat(), "reason": "other", "words": "活动室停电"})
    assert moved.status_code == 200, moved.text
    await desk.runtime.wait_for("plans", moved.json()["position"])
    (here,) = (await aux.get(f"{api}/{today}")).json()["items"]
    assert (here["standing"], here["moved_to"], here["words"]) == ("moved", later.isoformat(), "活动室停电")
    (there,) = (await aux.get(f"{api}/{later}")).json()["items"]
    assert (there["at"], there["place"], there["moved_from"]) == ("15:00", "老年活动室", today.isoformat())
    assert (await post(f"{at}/done", {})).status_code == 409
    dropped = await post(f"{later}/items/{there['id']}/drop", {"reason": "no_need"})
    assert dropped.status_code == 200, dropped.text
    stored = [event.data.decode() for event in await desk.events() if event.type.startswith("plan-item")]
    assert not any("活动室" in data for data in stored)


async def test_the_page_is_opened_in_the_morning_and_each_step_is_one_form(desk: Desk) -> None:
    of = await community(desk)
    name, _ = await person(desk, of, "community_officer")
    browser = await desk.browser("en", name)
    today = desk.runtime.clock().astimezone(SHANGHAI).date()

    async def send(page: str, ending: str, data: dict[str, Any]) -> Answer:
        address = next(each for each in keys_of(page) if each.startswith("/intake/plan") and each.endswith(ending))
        form = {"form_token": form_token(page), "idempotency_key": keys_of(page)[address], **data}
        answer: Answer = await browser.post(address, data=form)
        return answer

    async def shown(answer: Answer) -> str:
        assert answer.status_code == 303, answer.text
        return (await browser.get(answer.headers["Location"])).text

    page = (await browser.get("/intake/plan")).text
    assert "Nothing is planned yet" in page
    bad = await send(page, "/items", {"kind": "visit", "place": ""})
    assert bad.status_code == 422
    for place in ("三号楼", "五号楼"):
        page = await shown(await send(page, "/items", {"kind": "visit", "place": place, "at": "10:00"}))
    assert "三号楼" in page
    refused = await send(page, "/move", {"to": today.isoformat(), "reason": "weather"})
    assert refused.status_code == 409
    page = await shown(await send(page, "/time", {"at": "11:00"}))
    page = await shown(await send(page, "/done", {}))
    page = await shown(await send(page, "/drop", {"reason": "no_need"}))
    assert "No longer needed" in page
    assert (await browser.get("/intake/plan", params={"day": "2020-01-01"})).status_code == 200
