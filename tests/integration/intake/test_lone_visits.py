"""Lone visits over HTTP and in the page: the alarm rises by itself, where somebody went is told then, and forgotten."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from tests.integration.intake.conftest import API, Answer, Desk, form_token, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

WHERE = "示例路七号三单元"


async def colleague(desk: Desk, station: str, role: str) -> tuple[str, httpx2.AsyncClient, str]:
    name = f"p-{uuid.uuid4().hex[:8]}"
    program = await desk.account(name, {"role": role, "station": station, "community": "wangfu"})
    (id_,) = [each["id"] for each in (await desk.get("/accounts")).json() if each["name"] == name]
    return id_, program, name


async def sent(program: httpx2.AsyncClient, path: str, body: dict[str, Any] | None = None) -> Answer:
    return await program.post(API + path, json=body, headers={"Idempotency-Key": f'"{uuid.uuid4()}"'})


async def seen(program: httpx2.AsyncClient, after: int | None = None) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = (
        await program.get(f"{API}/lone-visits", params={"after": after} if after else {})
    ).json()
    return told


async def test_a_missed_check_in_is_told_to_the_partner_by_itself_and_ends_with_who_answers(desk: Desk) -> None:
    station, now = f"s-{uuid.uuid4().hex[:6]}", datetime.now(UTC)
    guo, by_guo, _ = await colleague(desk, station, "auxiliary")
    mate, by_mate, mates_name = await colleague(desk, station, "auxiliary")
    _, by_other, _ = await colleague(desk, station, "auxiliary")
    for account in (guo, mate):
        times = {"begins_at": (now - timedelta(hours=1)).isoformat(), "ends_at": (now + timedelta(hours=5)).isoformat()}
        shift = {"station": station, "seat": "auxiliary", "account": account, **times}
        planned = await desk.post("/duty/shifts", shift)
        assert planned.status_code == 201, planned.text
    await desk.get("/duty", station=station, after=planned.json()["position"])
    back_at = (datetime.now(UTC) + timedelta(seconds=1.5)).isoformat()
    started = await sent(by_guo, "/lone-visits", {"where": WHERE, "back_at": back_at})
    assert started.status_code == 201, started.text
    assert await seen(by_other, started.json()["position"]) == [], "where no alarm is, it concerns nobody else"
    visit = started.json()["id"]
    (told,) = await until(lambda: seen(by_mate), bool)
    assert (told["id"], told["state"], told["rung"], told["told"]) == (visit, "alarm", "partner", [mates_name])
    assert (told["where"], told["may"]) == (WHERE, ["answer"])
    (heard,) = await seen(by_other)
    assert (heard["state"], heard["where"]) == ("alarm", None)
    assert (await sent(by_guo, f"/lone-visits/{visit}/answer")).status_code == 409
    answered = await sent(by_mate, f"/lone-visits/{visit}/answer")
    assert answered.status_code == 200, answered.text
    assert (await sent(by_other, f"/lone-visits/{visit}/end")).status_code == 409
    ended = await sent(by_mate, f"/lone-visits/{visit}/end")
    assert await seen(by_mate, ended.json()["position"]) == []
    await until(lambda: desk.runtime.vault.holds(f"lone-{visit}"), lambda held: not held)


async def test_help_is_told_to_everybody_at_once_and_not_ended_by_who_asked(desk: Desk) -> None:
    station = f"s-{uuid.uuid4().hex[:6]}"
    _, by_guo, name = await colleague(desk, station, "grid_head")
    _, by_leader, leader = await colleague(desk, station, "station_leader")
    browser = await desk.browser("zh-CN", name)
    page = await browser.get("/intake/lone-visits")
    assert page.status_code == 200, page.text
    form = {"form_token": form_token(page.text)}
    empty = await browser.post("/intake/lone-visits", data={**form, "minutes": "60", "idempotency_key": "k1"})
    assert empty.status_code == 422
    asked = {**form, "where": WHERE, "minutes": "60", "idempotency_key": "k2"}
    started = await browser.post("/intake/lone-visits", data=asked)
    assert started.status_code == 303, started.text
    page = await browser.get(started.headers["location"])
    assert WHERE in page.text
    (own,) = await seen(by_guo)
    path = f"/intake/lone-visits/{own['id']}"
    helped = await browser.post(f"{path}/help", data={**form, "idempotency_key": "k3"})
    assert helped.status_code == 303, helped.text
    refused = await browser.post(f"{path}/end", data={**form, "idempotency_key": "k4"})
    assert (refused.status_code, "110" in refused.text) == (409, True)
    desks = await desk.browser("en", leader)
    page = await desks.get("/intake/lone-visits")
    assert "call the duty desk" in page.text
    work = await desks.get("/intake/desk")
    assert "1 alarm of somebody who is out alone waits for an answer" in work.text
    assert WHERE in page.text
    form = {"form_token": form_token(page.text)}
    for step in ("answer", "end"):
        done = await desks.post(f"{path}/{step}", data={**form, "idempotency_key": step})
        assert done.status_code == 303, done.text
    assert "Nobody is out alone" in (await desks.get(done.headers["location"])).text
    alone = await sent(by_leader, "/lone-visits/help", {"where": WHERE})
    assert alone.status_code == 201, alone.text
    assert (await sent(by_leader, "/lone-visits/nowhere/answer")).status_code == 404
