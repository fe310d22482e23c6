"""The duty roster over HTTP and in its page: planned, swapped only by both, and named by the routing."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from tests.integration.intake.conftest import API, Answer, Desk, form_token, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)


async def colleague(desk: Desk, station: str, role: str = "community_officer", **place: str) -> tuple[str, Any, str]:
    """An account at the station: its id, a program signed in as it, and its name."""
    name = f"p-{uuid.uuid4().hex[:8]}"
    program = await desk.account(name, {"role": role, "station": station, **place})
    (id_,) = [each["id"] for each in (await desk.get("/accounts")).json() if each["name"] == name]
    return id_, program, name


async def shift(desk: Desk, station: str, account: str, begins: datetime, **more: Any) -> Answer:
    body = {
        "station": station,
        "seat": "community_officer",
        "account": account,
        "begins_at": begins.isoformat(),
        "ends_at": (begins + 8 * HOUR).isoformat(),
        **more,
    }
    return await desk.post("/duty/shifts", body, **{"Accept-Language": "en"})


async def sent(program: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> Answer:
    return await program.post(API + path, json=body, headers={"Idempotency-Key": f'"{uuid.uuid4()}"'})


async def test_a_shift_changes_hands_when_both_want_it_and_not_before(desk: Desk) -> None:
    station = f"s-{uuid.uuid4().hex[:6]}"
    guo, by_guo, _ = await colleague(desk, station)
    ma, by_ma, _ = await colleague(desk, station)
    own = (await shift(desk, station, guo, NOW + 24 * HOUR)).json()["id"]
    other = (await shift(desk, station, ma, NOW + 72 * HOUR)).json()["id"]
    tired = await shift(desk, station, guo, NOW + 36 * HOUR)
    assert tired.status_code == 409
    assert "8 hours of rest" in tired.json()["detail"]
    asked = await sent(by_guo, f"/duty/shifts/{own}/swaps", {"station": station, "to": ma, "in_return": other})
    assert asked.status_code == 201, asked.text
    swap = asked.json()["id"]
    seen = await by_ma.get(f"{API}/duty", params={"after": asked.json()["position"]})
    assert [each["id"] for each in seen.json()["swaps"]] == [swap]
    own_answer = await sent(by_guo, f"/duty/swaps/{swap}/answer", {"agreed": True})
    assert own_answer.status_code == 409
    agreed = await sent(by_ma, f"/duty/swaps/{swap}/answer", {"agreed": True})
    assert agreed.status_code == 200, agreed.text
    day = (NOW + 24 * HOUR).date().isoformat()
    week = (await by_guo.get(f"{API}/duty", params={"after": agreed.json()["position"], "day": day})).json()
    assert {each["id"]: each["account"] for each in week["shifts"]}[own] == ma
    assert week["swaps"][0]["state"] == "agreed"


async def test_only_who_may_change_the_register_plans_and_only_who_works_there_reads(desk: Desk) -> None:
    station = f"s-{uuid.uuid4().hex[:6]}"
    guo, by_guo, _ = await colleague(desk, station, "auxiliary")
    begins = (NOW + HOUR).isoformat()
    body = {"seat": "auxiliary", "account": guo, "begins_at": begins, "ends_at": (NOW + 2 * HOUR).isoformat()}
    assert (await sent(by_guo, "/duty/shifts", body)).status_code == 403
    assert (await by_guo.get(f"{API}/duty")).json()["station"] == station
    assert (await by_guo.get(f"{API}/duty", params={"station": "another"})).status_code == 403
    wrong = await shift(desk, station, guo, NOW + HOUR, seat="station_leader")
    assert (wrong.status_code, "Choose somebody" in wrong.json()["detail"]) == (409, True)
    elsewhere = await shift(desk, station, guo, NOW + HOUR, seat="auxiliary", community="nowhere")
    assert elsewhere.status_code == 409


async def test_routing_names_the_person_who_is_on_duty(desk: Desk) -> None:
    station = f"s-{uuid.uuid4().hex[:6]}"
    guo, _, _ = await colleague(desk, station, "auxiliary")
    planned = await shift(desk, station, guo, NOW - HOUR, seat="anti_fraud")
    now = (await desk.get("/duty/now", station=station, after=planned.json()["position"])).json()
    assert [(each["seat"], each["account"]) for each in now] == [("anti_fraud", guo)]
    told = await desk.register(station=station)
    assert (await desk.post(f"/reports/{told['id']}/classify", {"kind": "fraud"})).status_code == 200

    async def owner() -> Any:
        answer = await desk.get(f"/reports/{told['id']}/assignment")
        return answer.json() if answer.status_code == 200 else None

    found = await until(owner, lambda told: told is not None and told["because"] is not None)
    assert (found["owner"]["account"], found["because"]["outcome"]) == (guo, "on_duty")


async def test_the_week_is_planned_and_read_in_the_page(desk: Desk) -> None:
    station = f"s-{uuid.uuid4().hex[:6]}"
    guo, _, name = await colleague(desk, station)
    ma, _, other = await colleague(desk, station)
    browser = await desk.browser("en")
    page = (await browser.get("/intake/duty", params={"station": station})).text
    day = (NOW + 48 * HOUR).date().isoformat()
    form = {"form_token": form_token(page), "station": station, "seat": "duty", "account": guo, "on": day}
    form |= {"begins": "20:00", "ends": "08:00", "community": ""}
    made = await browser.post("/intake/duty/shifts", data={**form, "idempotency_key": str(uuid.uuid4())})
    assert made.status_code == 303, made.text
    shown = (await browser.get(made.headers["location"])).text
    assert shown.count(name) >= 2, "in the list of people, and on the roster"
    assert "20:00–08:00 +1" in shown
    again = await browser.post("/intake/duty/shifts", data={**form, "idempotency_key": str(uuid.uuid4())})
    assert again.status_code == 409
    assert "another shift at that time" in again.text
    empty = {**form, "begins": "", "idempotency_key": str(uuid.uuid4())}
    assert (await browser.post("/intake/duty/shifts", data=empty)).status_code == 422
    week = (await desk.get("/duty", station=station, day=day)).json()
    mine = await desk.browser("zh-CN", name)
    page = (await mine.get("/intake/duty", params={"day": day})).text
    path = f"/intake/duty/shifts/{week['shifts'][0]['id']}/swaps"
    asked = await mine.post(
        path, data={"form_token": form_token(page), "day": day, "what": ma, "idempotency_key": "k1"}
    )
    assert asked.status_code == 303, asked.text
    theirs = await desk.browser("zh-CN", other)
    page = (await theirs.get(asked.headers["location"])).text
    assert "同意" in page
    (swap,) = [each["id"] for each in (await desk.get("/duty", station=station)).json()["swaps"]] or [None]
    assert swap is None  # what others ask of each other is not everybody's
