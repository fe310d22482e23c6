"""Matters of dogs over HTTP and in pages: about a place and nobody, each step by its rule, none skipped in silence."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.integration.intake.conftest import Desk, form_token
from tests.integration.intake.test_households_api import compound

pytestmark = pytest.mark.asyncio(loop_scope="session")

WHAT, REASON = "示例情况：早晨遛犬不系绳，追咬路人", "示例理由：已经咬伤人"
ON = {"on": "2026-11-20"}


def matter(of: str, **more: Any) -> dict[str, Any]:
    return {"where": {"community": of, "compound": f"{of}-a"}, "kind": "off_leash", "what": WHAT, **ON, **more}


async def opened(desk: Desk, of: str) -> str:
    answer = await desk.post("/dogs", matter(of))
    assert answer.status_code == 201, answer.text
    await desk.runtime.wait_for("dog-matters", answer.json()["position"])
    id_: str = answer.json()["id"]
    return id_


async def test_advice_warning_and_hand_over_follow_each_other_with_their_rule(desk: Desk) -> None:
    id_ = await opened(desk, await compound(desk, "示例养犬小区"))
    skipped = await desk.post(f"/dogs/{id_}/warning", ON)
    assert (skipped.status_code, skipped.json()["type"]) == (409, "urn:wangge:problem:step-skipped")
    for step, body in (("advice", ON), ("warning", ON), ("handover", {**ON, "to": "urban_management"})):
        done = await desk.post(f"/dogs/{id_}/{step}", body)
        assert done.status_code == 200, done.text
    one = (await desk.get(f"/dogs/{id_}", after=done.json()["position"])).json()
    assert [step["step"] for step in one["steps"]] == ["advice", "warning", "handover"]
    assert {step["rule"]["rule"] for step in one["steps"]} == {"dog-leash"}
    assert (one["state"], one["closed_on"], one["steps"][2]["to"]) == ("handover", "2026-11-20", "urban_management")
    still_open = (await desk.get("/dogs", open=True, limit=100)).json()["matters"]
    assert id_ not in [each["id"] for each in still_open]


async def test_a_step_is_left_out_with_its_reason_which_lies_sealed(desk: Desk) -> None:
    id_ = await opened(desk, await compound(desk, "示例咬伤小区"))
    body = {**ON, "to": "public_security", "reason": REASON}
    done = await desk.post(f"/dogs/{id_}/handover", body)
    one = (await desk.get(f"/dogs/{id_}", after=done.json()["position"])).json()
    assert (one["what"], one["steps"][0]["reason"]) == (WHAT, REASON)
    stored = b"".join(event.data for event in await desk.events())
    assert WHAT.encode() not in stored
    assert REASON.encode() not in stored


async def test_nobody_who_keeps_a_dog_can_be_written_down(desk: Desk) -> None:
    of = await compound(desk, "示例无名小区")
    for field in ("keeper", "owner", "name", "phone"):
        answer = await desk.post("/dogs", matter(of, **{field: "示例饲养人"}))
        assert answer.status_code == 422, field


async def test_who_advises_may_not_warn(desk: Desk) -> None:
    of = await compound(desk, "示例劝导小区")
    post = {"role": "grid_head", "station": "czl", "community": of, "grid": f"{of}-1"}
    head = await desk.account(f"dog-head-{of}", post)
    key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    at = "/intake/api/v1/dogs"
    made = await head.post(at, json=matter(of), headers=key)
    assert made.status_code == 201, made.text
    id_ = made.json()["id"]
    for step, status in (("advice", 200), ("warning", 403)):
        key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
        assert (await head.post(f"{at}/{id_}/{step}", json=ON, headers=key)).status_code == status
    assert (await desk.post("/dogs/none/advice", ON)).status_code == 404


async def test_the_pages_take_a_matter_through_its_steps(desk: Desk) -> None:
    name = f"示例犬类小区{uuid.uuid4().hex[:5]}"
    await compound(desk, name)
    browser = await desk.browser()
    page = await browser.get("/intake/dogs")

    def form(**fields: str) -> dict[str, str]:
        return {"form_token": form_token(page.text), "idempotency_key": str(uuid.uuid4()), **ON, **fields}

    wrong = await browser.post("/intake/dogs", data=form(address=name, kind="off_leash"))
    assert wrong.status_code == 422
    made = await browser.post("/intake/dogs", data=form(address=name, kind="off_leash", what=WHAT))
    assert made.status_code == 303, made.text
    assert WHAT in (await browser.get(made.headers["Location"])).text
    at = made.headers["Location"].partition("?")[0]
    refused = await browser.post(f"{at}/warning", data=form())
    assert (refused.status_code, "劝导" in refused.text) == (409, True)
    assert (await browser.post(f"{at}/advice", data=form())).status_code == 303
    assert (await browser.post(f"{at}/warning", data=form())).status_code == 303
    assert (await browser.post(f"{at}/nothing", data=form())).status_code == 422
    done = await browser.post(f"{at}/close", data=form())
    shown = (await browser.get(done.headers["Location"])).text
    assert "动物防疫法" in shown
    assert "已整改" in shown
