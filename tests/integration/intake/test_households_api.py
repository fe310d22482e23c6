"""Household checks over HTTP and in pages: found by address, known for a time, free to refuse, the alert to its end."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.integration.intake.conftest import Answer, Desk, form_key, form_token

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOTE = "示例租客十八人住地下室"
ROOM = "示例室乙"
LET = {
    "occupied_by": "tenants",
    "tenants": 3,
    "lease": {"first_day": "2026-03-01", "last_day": "2199-02-28"},
    "on": "2026-11-20",
}
OVERFULL = {
    **LET,
    "tenants": 18,
    "rooms": [{"kind": "basement", "persons": 18}],
    "note": NOTE,
}


async def compound(desk: Desk, name: str) -> str:
    """A community of its own with two compounds of this name's beginning."""
    id_ = f"c-{uuid.uuid4().hex[:8]}"
    assert (await desk.put(f"/communities/{id_}", {"name": f"示例社区{id_}", "station": "czl"})).status_code == 200
    body = {
        "grids": [{"grid": f"{id_}-1", "name": "第1网格", "squad": "第1支小分队"}],
        "compounds": [{"compound": f"{id_}-a", "name": name, "grid": f"{id_}-1", "property_managed": True}],
    }
    entered = await desk.post(f"/communities/{id_}/entries", body)
    assert entered.status_code == 200, entered.text
    await desk.runtime.wait_for("addresses", entered.json()["position"])
    return id_


def where(community: str, **more: Any) -> dict[str, Any]:
    return {"community": community, "compound": f"{community}-a", "room": ROOM, **more}


async def read(desk: Desk, answer: Answer) -> dict[str, Any]:
    assert answer.status_code in (200, 201), answer.text
    told = answer.json()
    found = await desk.get(f"/households/{told['id']}", after=told["position"])
    assert found.status_code == 200, found.text
    home: dict[str, Any] = found.json()
    return home


async def test_a_household_is_found_by_its_address_and_never_one_of_several_is_picked(desk: Desk) -> None:
    name = f"示例花苑{uuid.uuid4().hex[:5]}"
    of = await compound(desk, name)
    home = await read(desk, await desk.post("/households/checks", {**LET, "where": {"address": f"{name}3号楼"}}))
    assert (home["community"], home["compound"], home["grid"]) == (of, f"{of}-a", f"{of}-1")
    await compound(desk, name)
    several = await desk.post("/households/checks", {**LET, "where": {"address": name}})
    assert (several.status_code, len(several.json()["candidates"])) == (409, 2)
    unknown = await desk.post("/households/checks", {**LET, "where": {"address": "没有这个地方"}})
    assert unknown.status_code == 404
    assert (await desk.post("/households/checks", {**LET, "where": {"room": ROOM}})).status_code == 422
    assert (await desk.post("/households/checks", {**LET, "where": where("none")})).status_code == 404


async def test_what_is_not_fresh_any_more_is_unknown_and_never_shown_as_current(desk: Desk) -> None:
    of = await compound(desk, "示例新鲜小区")
    home = await read(desk, await desk.post("/households/checks", {**LET, "where": where(of)}))
    assert (home["standing"], home["current"]["tenants"], home["last_known"]) == ("fresh", 3, None)
    old = await read(desk, await desk.post("/households/checks", {**LET, "on": "2026-03-02", "where": where(of)}))
    assert (old["id"], old["checked_on"]) == (home["id"], "2026-11-20"), "the later visit stands"
    other = where(of, room="示例室丙")
    stale = await read(desk, await desk.post("/households/checks", {**LET, "on": "2026-03-02", "where": other}))
    assert (stale["standing"], stale["current"], stale["last_known"]["tenants"]) == ("unknown", None, 3)
    listed = (await desk.get("/households", community=of, standing="unknown")).json()["households"]
    assert [each["id"] for each in listed] == [stale["id"]]


async def test_who_does_not_wish_to_answer_is_kept_as_that_alone(desk: Desk) -> None:
    of = await compound(desk, "示例谢绝小区")
    body = {"where": where(of), "on": "2026-11-20"}
    home = await read(desk, await desk.post("/households/refusals", body))
    assert (home["declined_on"], home["standing"], home["alerts"]) == ("2026-11-20", "never", [])
    listed = (await desk.get("/households", community=of, standing="declined")).json()["households"]
    assert [each["id"] for each in listed] == [home["id"]]


async def test_a_basement_let_as_a_dwelling_is_followed_until_it_is_put_right(desk: Desk) -> None:
    of = await compound(desk, "示例地下室小区")
    entered = await desk.post("/households/checks", {**OVERFULL, "where": where(of)})
    assert entered.json()["alert"] is not None
    home = await read(desk, entered)
    (alert,) = home["alerts"]
    assert (alert["state"], alert["persons"], alert["rule"]["rule"]) == ("open", 18, "basement-dwelling")
    assert (alert["rule"]["binds"], "住房租赁条例" in alert["rule"]["article"]) == (False, True)
    step = f"/households/{home['id']}/alert"
    early = await desk.post(f"{step}/recheck", {"on": "2026-11-21", "put_right": True})
    assert (early.status_code, early.json()["type"]) == (409, "urn:wangge:problem:nobody-told")
    unready = await desk.post(f"{step}/handover", {"on": "2026-11-21", "to": "housing"})
    assert unready.status_code == 409
    for side in ("landlord", "tenants"):
        assert (await desk.post(f"{step}/told", {"on": "2026-11-20", "side": side})).status_code == 200
    done = await read(desk, await desk.post(f"{step}/recheck", {"on": "2026-11-20", "put_right": True}))
    assert (done["alerts"][0]["state"], done["alerts"][0]["told_tenants"]) == ("put_right", "2026-11-20")
    late = await desk.post(f"{step}/told", {"on": "2026-11-20", "side": "tenants"})
    assert late.status_code == 200, "told before, nothing new"
    assert (await desk.post("/households/none/alert/told", {"on": "2026-11-20", "side": "tenants"})).status_code == 404


async def test_in_danger_it_is_handed_over_at_once_with_the_reason(desk: Desk) -> None:
    of = await compound(desk, "示例移交小区")
    home = await read(desk, await desk.post("/households/checks", {**OVERFULL, "where": where(of)}))
    body = {"on": "2026-11-20", "to": "fire", "reason": "示例理由：当晚有危险"}
    gone = await read(desk, await desk.post(f"/households/{home['id']}/alert/handover", body))
    (alert,) = gone["alerts"]
    assert (alert["state"], alert["handed_to"], alert["reason"]) == ("handed_over", "fire", "示例理由：当晚有危险")


async def test_room_and_notes_lie_sealed_and_every_reading_of_them_is_recorded(desk: Desk) -> None:
    of = await compound(desk, "示例密封小区")
    home = await read(desk, await desk.post("/households/checks", {**OVERFULL, "where": where(of)}))
    assert (home["room"], home["current"]["note"]) == (ROOM, NOTE)
    stored = b"".join(event.data for event in await desk.events())
    assert NOTE.encode() not in stored
    assert ROOM.encode() not in stored
    reads = [
        event for event in await desk.events() if event.type == "sealed-read" and home["id"].encode() in event.data
    ]
    assert reads
    assert await desk.runtime.vault.erase(f"household-{home['id']}") == 2
    erased = (await desk.get(f"/households/{home['id']}")).json()
    assert (erased["room"], erased["current"]["note"], erased["current"]["tenants"]) == (None, None, 18)


async def test_only_who_may_check_households_sees_them(desk: Desk) -> None:
    of = await compound(desk, "示例权限小区")
    home = await read(desk, await desk.post("/households/checks", {**OVERFULL, "where": where(of)}))
    path = f"/intake/api/v1/households/{home['id']}"
    posts = {
        "head": {"role": "grid_head", "station": "czl", "community": of, "grid": f"{of}-1"},
        "aux": {"role": "auxiliary", "station": "czl", "community": of},
        "other": {"role": "auxiliary", "station": "czl", "community": "elsewhere"},
    }
    clients = {name: await desk.account(f"{name}-{of}", post) for name, post in posts.items()}
    assert (await clients["head"].get(path)).status_code == 403
    assert (await clients["other"].get(path)).status_code == 403
    seen = await clients["aux"].get(path)
    assert (seen.status_code, seen.json()["room"], seen.json()["current"]["tenants"]) == (200, None, 18)


async def test_the_pages_take_a_visit_and_follow_its_alert(desk: Desk) -> None:
    name = f"示例页面小区{uuid.uuid4().hex[:5]}"
    await compound(desk, name)
    browser = await desk.browser()
    page = await browser.get("/intake/households/new")
    form = {
        "form_token": form_token(page.text),
        "idempotency_key": form_key(page.text),
        "address": name,
        "on": "2026-11-20",
        "occupied_by": "tenants",
        "tenants": "18",
        "room_kind": "basement",
        "room_persons": "18",
    }
    missing = await browser.post("/intake/households", data={**form, "address": ""})
    assert missing.status_code == 422
    done = await browser.post("/intake/households", data=form)
    assert done.status_code == 303, done.text
    home = await browser.get(done.headers["Location"])
    assert "租赁警示" in home.text
    told = {
        "form_token": form_token(home.text),
        "idempotency_key": str(uuid.uuid4()),
        "on": "2026-11-20",
        "side": "landlord",
    }
    at = done.headers["Location"].partition("?")[0]
    refused = await browser.post(f"{at}/alert/recheck", data={**told, "put_right": "true"})
    assert (refused.status_code, "告知" in refused.text) == (409, True)
    told["idempotency_key"] = str(uuid.uuid4())
    assert (await browser.post(f"{at}/alert/told", data=told)).status_code == 303
    handed = {**told, "idempotency_key": str(uuid.uuid4()), "to": "housing", "reason": "示例理由"}
    gone = await browser.post(f"{at}/alert/handover", data=handed)
    assert gone.status_code == 303
    assert "已移交" in (await browser.get(gone.headers["Location"])).text
    declined = {**form, "occupied_by": "declined", "idempotency_key": str(uuid.uuid4())}
    assert (await browser.post("/intake/households", data=declined)).status_code == 303
    assert "不便告知" in (await browser.get("/intake/households?standing=declined")).text
    await compound(desk, name)
    several = await browser.post("/intake/households", data={**form, "idempotency_key": str(uuid.uuid4())})
    assert (several.status_code, several.text.count('name="place"')) == (409, 2)
