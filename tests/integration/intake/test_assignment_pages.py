"""The pages of assignments: who has a report and why, steps by forms without JavaScript, and everybody's own work."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest

from tests.integration.intake.conftest import PASSWORD, Answer, Desk, form_token

pytestmark = pytest.mark.asyncio(loop_scope="session")

STATION = "pages"
HAZARD = {
    "station": STATION,
    "subject": "楼道堆满杂物堵住消防通道",
    "text": "三单元楼道堆满纸箱和电动车。",
    "place": {"community": "wangfu"},
}


async def browser(desk: Desk, name: str, **post: str) -> httpx2.AsyncClient:
    body = {"name": name, "password": PASSWORD, "posts": [{"station": STATION, **post}]}
    opened = await desk.post("/accounts", body, key=f"open-{name}")
    assert opened.status_code == 201, opened.text
    await desk.runtime.wait_for("accounts", opened.json()["position"])
    return await desk.browser(name=name)


async def hazard(desk: Desk) -> str:
    told = await desk.register(**HAZARD)
    await desk.post(f"/reports/{told['id']}/classify", {"kind": "hazard"})
    await desk.caught_up()
    return f"/intake/reports/{told['id']}"


async def send(desk: Desk, client: httpx2.AsyncClient, address: str, move: str, **fields: Any) -> Answer:
    """Sends the form of a step as the page holds it."""
    page = (await client.get(address)).text
    action = re.escape(f'action="{address}/assignment/{move}"')
    form = re.search(action + r".*?</form>", page, re.DOTALL)
    assert form is not None, f"no form for {move}"
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    answer = await client.post(f"{address}/assignment/{move}", data={**hidden, **fields})
    if answer.status_code == 303:
        await desk.runtime.wait_for("assignments", int(answer.headers["location"].partition("after=")[2]))
    return answer


async def test_a_report_is_followed_to_its_end_by_forms(desk: Desk) -> None:
    officer = await browser(desk, "page-guo", role="community_officer", community="wangfu")
    leader = await browser(desk, "page-wang", role="station_leader")
    auxiliary = await browser(desk, "page-li", role="auxiliary", community="wangfu")
    address = await hazard(desk)

    work = await officer.get("/intake/desk")
    assert work.status_code == 200
    assert "楼道堆满杂物" in work.text
    page = (await officer.get(address)).text
    assert "page-guo" in page
    assert "隐患由社区民警办理" in page, "the rule that gave it to the officer is said"

    signed = await send(desk, officer, address, "start")
    assert signed.status_code == 303
    account = re.search(r'<option value="([^"]+)">page-li', (await officer.get(address)).text)
    assert account is not None
    asked = await send(desk, officer, address, "ask_co_handler", account=account[1], words="请到现场核实。")
    assert asked.status_code == 303, asked.text
    assert "楼道堆满杂物" in (await auxiliary.get("/intake/desk")).text
    assert (await send(desk, auxiliary, address, "accept_part")).status_code == 303
    assert (await send(desk, auxiliary, address, "finish_part", words="已到现场核实。")).status_code == 303
    done = await send(desk, officer, address, "finish", outcome="solved", answered="true", words="已清理并告知。")
    assert done.status_code == 303
    assert "楼道堆满杂物" in (await leader.get("/intake/desk")).text
    assert (await send(desk, leader, address, "check", passed="true", words="属实。")).status_code == 303
    assert "已办结并核查" in (await leader.get(address)).text
    assert "楼道堆满杂物" not in (await officer.get("/intake/desk")).text


async def test_what_is_missing_or_out_of_date_is_said_on_the_page(desk: Desk) -> None:
    officer = await browser(desk, "page-ma", role="community_officer", community="datang")
    told = await desk.register(**{**HAZARD, "place": {"community": "datang"}})
    address = f"/intake/reports/{told['id']}"
    page = (await officer.get(address)).text
    form = {"form_token": form_token(page), "idempotency_key": f"route-{told['id']}"}
    assert (await officer.post(f"{address}/assignment", data=form)).status_code == 303
    wordless = await send(desk, officer, address, "object", words=" ")
    assert wordless.status_code == 422
    assert "理由" in wordless.text
    stale = await send(desk, officer, address, "up", words="需要上级协调。", seen="7")
    assert stale.status_code == 412
    assert (
        await send(desk, officer, address, "delay", words="需要时间。", until="2020-01-01T08:00")
    ).status_code == 409


async def test_another_station_accepts_on_its_own_work_page(desk: Desk) -> None:
    leader = await browser(desk, "page-zhao", role="station_leader")
    body = {"name": "page-bai", "password": PASSWORD, "posts": [{"station": "pages-2", "role": "station_leader"}]}
    opened = await desk.post("/accounts", body, key="open-page-bai")
    await desk.runtime.wait_for("accounts", opened.json()["position"])
    other = await desk.browser(name="page-bai")
    told = await desk.register(**HAZARD)
    await desk.post(f"/reports/{told['id']}/classify", {"kind": "other"})
    await desk.caught_up()
    address = f"/intake/reports/{told['id']}"
    assert (
        await send(desk, leader, address, "offer", station="nowhere", words="实际位于贵所辖区。")
    ).status_code == 422
    assert (
        await send(desk, leader, address, "offer", station="pages-2", words="实际位于贵所辖区。")
    ).status_code == 303
    work = (await other.get("/intake/desk")).text
    assert "实际位于贵所辖区" in work
    assert "楼道堆满杂物" not in work
    form = {"form_token": form_token(work), "idempotency_key": f"accept-{told['id']}", "words": "属于本所辖区。"}
    accepted = await other.post(f"{address}/assignment/accept_offer", data=form)
    await desk.caught_up()
    assert accepted.status_code == 303, accepted.text
    assert (await other.get(accepted.headers["location"])).status_code == 200
    assert (await leader.get(address)).status_code == 403
    assert told["code"] in (await leader.get("/intake/desk")).text
