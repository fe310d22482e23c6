"""Sending somebody over HTTP and in the pages: why and why not, the gate before danger, and a no under no name."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from shared.law.legal_time import SHANGHAI
from tests.integration.intake.conftest import API, Answer, Desk, form_token

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
WHAT = "看看水位，提醒住户"


async def account(desk: Desk, role: str, **place: str) -> tuple[str, httpx2.AsyncClient, str]:
    name = f"p-{uuid.uuid4().hex[:8]}"
    program = await desk.account(name, {"role": role, "station": "czl", **place})
    (id_,) = [each["id"] for each in (await desk.get("/accounts")).json() if each["name"] == name]
    return id_, program, name


async def sent(program: httpx2.AsyncClient, path: str, body: dict[str, Any] | None = None) -> Answer:
    headers = {"Idempotency-Key": f'"{uuid.uuid4()}"', "Accept-Language": "en"}
    return await program.post(API + path, json=body, headers=headers)


async def place(desk: Desk) -> tuple[str, str]:
    """A community of its own, with a grid."""
    of = f"c-{uuid.uuid4().hex[:8]}"
    assert (await desk.put(f"/communities/{of}", {"name": "示例社区", "station": "czl"})).status_code == 200
    grids = [{"grid": f"{of}-1", "name": "第1网格", "squad": "第1支小分队"}]
    assert (await desk.post(f"/communities/{of}/entries", {"grids": grids})).status_code == 200
    return of, f"{of}-1"


async def volunteer(desk: Desk, of: str, grid: str, *, insured: bool, own: str | None = None) -> str:
    """A member of the squad who is willing and trained; on duty as well if insured."""
    day = (NOW - timedelta(days=30)).date().isoformat()
    found = {"community": of, "name": "示例志愿者", "role": "volunteer", "place": {"grid": grid}, "account": own}
    made = await desk.post("/volunteers", {**found, "origin": {"kind": "own_offer"}, "on": day})
    assert made.status_code == 201, made.text
    id_: str = made.json()["id"]
    steps: list[tuple[str, dict[str, Any]]] = [
        ("talk", {"on": day}),
        ("vouch", {"on": day, "kind": "resident", "name": "示例邻居"}),
        ("consent", {"on": day, "form": "written"}),
        ("training", {"on": day, "subject": "safety"}),
    ]
    if insured:
        last_day = (NOW + timedelta(days=60)).date().isoformat()
        steps += [("insurance", {"insurer": "示例财险", "first_day": day, "last_day": last_day}), ("duty", {"on": day})]
    for step, body in steps:
        answer = await desk.post(f"/volunteers/{id_}/{step}", body)
        assert answer.status_code == 200, answer.text
    await desk.get("/volunteers", after=answer.json()["position"])
    return id_


async def errand(desk: Desk, of: str, grid: str, **more: Any) -> tuple[str, str]:
    told = await desk.register(station="czl", place={"community": of, "grid": grid})
    times = {"begins_at": NOW.isoformat(), "ends_at": (NOW + 2 * HOUR).isoformat()}
    opened = await desk.post(f"/reports/{told['id']}/dispatches", {"what": WHAT, "needed": 2, **times, **more})
    assert opened.status_code == 201, opened.text
    return opened.json()["id"], told["id"]


async def test_who_may_be_asked_is_told_with_why_and_who_not_with_why_not(desk: Desk) -> None:
    of, grid = await place(desk)
    officer, by_officer, _ = await account(desk, "community_officer", community=of)
    own, by_volunteer, _ = await account(desk, "volunteer", community=of, grid=grid)
    ready = await volunteer(desk, of, grid, insured=True, own=own)
    bare = await volunteer(desk, of, grid, insured=False)
    times = {"begins_at": (NOW - HOUR).isoformat(), "ends_at": (NOW + 6 * HOUR).isoformat()}
    shift = {"station": "czl", "seat": "community_officer", "account": officer, "community": of, **times}
    planned = await desk.post("/duty/shifts", shift)
    await desk.get("/duty", after=planned.json()["position"])
    id_, _ = await errand(desk, of, grid, risk=True)
    told = (await desk.get(f"/dispatches/{id_}")).json()
    why = {each["person"]: (each["why"], each["why_not"]) for each in told["candidates"]}
    assert why[officer] == (["on_duty", "no_kinship_known"], [])
    assert why[ready] == (["holds_post", "on_duty", "ready", "no_kinship_known"], [])
    assert why[bare][1] == ["off_duty", "no_insurance"]
    assert (told["needed"], told["short"], told["what"]) == (2, 2, WHAT)
    gate = await sent(desk.http, f"/dispatches/{id_}/requests", {"person": bare})
    assert (gate.status_code, "insur" in gate.json()["detail"]) == (409, True)
    assert (await sent(desk.http, f"/dispatches/{id_}/requests", {"person": "nobody"})).status_code == 404
    kin = await sent(desk.http, f"/dispatches/{id_}/kinship", {"person": officer})
    assert kin.status_code == 200, kin.text
    barred = await sent(desk.http, f"/dispatches/{id_}/requests", {"person": officer})
    assert "kinship" in barred.json()["detail"]
    asked = await sent(desk.http, f"/dispatches/{id_}/requests", {"person": ready})
    assert asked.status_code == 201, asked.text
    request = asked.json()["id"]
    (mine,) = (await by_volunteer.get(f"{API}/asked", params={"after": asked.json()["position"]})).json()
    assert (mine["request"], mine["what"], mine["kind"]) == (request, WHAT, "volunteer")
    _, by_stranger, _ = await account(desk, "volunteer", community=of, grid=grid)
    assert (await sent(by_stranger, f"/dispatches/{id_}/requests/{request}/agree")).status_code == 403
    agreed = await sent(by_volunteer, f"/dispatches/{id_}/requests/{request}/agree")
    assert agreed.status_code == 200, agreed.text
    (row,) = [
        each for each in (await desk.get("/dispatches", after=agreed.json()["position"])).json() if each["id"] == id_
    ]
    assert (row["needed"], row["short"]) == (2, 1)
    no = await sent(by_volunteer, f"/dispatches/{id_}/requests/{request}/not-go", {})
    assert no.status_code == 200, no.text
    (gone,) = [each for each in await desk.events() if each.type == "dispatch-request-released"][-1:]
    assert own not in gone.data.decode() + str(gone.decoded_meta()), "the store does not say whose no it was"
    assert ready not in gone.data.decode()
    assert (await by_volunteer.get(f"{API}/asked", params={"after": no.json()["position"]})).json() == []
    assert await desk.table("dispatch_requests") == []
    closed = await sent(by_officer, f"/dispatches/{id_}/close")
    assert closed.status_code == 200, closed.text
    over = (await desk.get(f"/dispatches/{id_}")).json()
    assert (over["closed"], over["short"], over["requests"], over["candidates"]) == (True, 2, [], [])


async def test_an_errand_is_opened_asked_and_answered_in_the_pages(desk: Desk) -> None:
    of, grid = await place(desk)
    officer, _, name = await account(desk, "community_officer", community=of)
    times = {"begins_at": (NOW - HOUR).isoformat(), "ends_at": (NOW + 6 * HOUR).isoformat()}
    shift = {"station": "czl", "seat": "community_officer", "account": officer, "community": of, **times}
    planned = await desk.post("/duty/shifts", shift)
    await desk.get("/duty", after=planned.json()["position"])
    told = await desk.register(station="czl", place={"community": of, "grid": grid})
    browser = await desk.browser("en")
    address = f"/intake/reports/{told['id']}/dispatches"
    page = await browser.get(address)
    form = {"form_token": form_token(page.text), "what": WHAT, "needed": "1", "place": f"{of}|{grid}"}
    bad = await browser.post(address, data={**form, "begins_at": "", "ends_at": "", "idempotency_key": "k1"})
    assert bad.status_code == 422
    begins, ends = ((NOW + hours * HOUR).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M") for hours in (0, 2))
    shanghai = {"begins_at": begins, "ends_at": ends}
    made = await browser.post(address, data={**form, **shanghai, "idempotency_key": "k2"})
    assert made.status_code == 303, made.text
    page = await browser.get(made.headers["location"])
    assert name in page.text
    assert "1 are needed, 0 go: 1 short." in page.text
    at = made.headers["location"].partition("?")[0]
    form = {"form_token": form_token(page.text)}
    asked = await browser.post(f"{at}/requests", data={**form, "person": officer, "idempotency_key": "k3"})
    assert asked.status_code == 303, asked.text
    again = await browser.post(f"{at}/requests", data={**form, "person": officer, "idempotency_key": "k4"})
    assert (again.status_code, "asked already" in again.text) == (409, True)
    theirs = await desk.browser("zh-CN", name)
    page = await theirs.get("/intake/asked" + "?" + asked.headers["location"].partition("?")[2])
    assert WHAT in page.text
    (request,) = [each["id"] for each in (await desk.get(at.removeprefix("/intake"))).json()["requests"]]
    form = {"form_token": form_token(page.text)}
    path = f"{at}/requests/{request}"
    silent = await theirs.post(f"{path}/not-go", data={**form, "idempotency_key": "k5"})
    assert (silent.status_code, "原因" in silent.text) == (409, True)
    goes = await theirs.post(f"{path}/agree", data={**form, "idempotency_key": "k6"})
    assert goes.status_code == 303, goes.text
    done = await browser.get(at)
    assert "Enough people: 1 go, 1 are needed." in done.text
    form = {"form_token": form_token(done.text)}
    related = await browser.post(f"{at}/kinship", data={**form, "person": officer, "idempotency_key": "k7"})
    assert related.status_code == 303, related.text
    cannot = {**form, "back": "desk", "reason": "too_far", "idempotency_key": "k8"}
    assert (await browser.post(f"{path}/not-go", data=cannot)).status_code == 303
    closed = await browser.post(f"{at}/close", data={**form, "idempotency_key": "k9"})
    over = await browser.get(closed.headers["location"])
    assert "1 were needed, 0 go: 1 short." in over.text
    assert "Too far away" in over.text
    assert name in over.text
