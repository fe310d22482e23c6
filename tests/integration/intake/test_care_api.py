"""Visits to people in need over HTTP and in pages: due at the agreed pace, opened for a purpose, erased at the end."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from tests.integration.intake.conftest import Desk, form_key, form_token, until
from tests.integration.intake.test_households_api import compound

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAME, SITUATION, NOTE = "示例老人吴某", "示例情况：独居，行动不便", "示例备注：药已送到"
TODAY = date(2026, 11, 23)


def agreement(of: str, **more: Any) -> dict[str, Any]:
    return {
        "where": {"community": of, "grid": f"{of}-1"},
        "name": NAME,
        "address": "示例三号楼乙室",
        "situation": SITUATION,
        "need": "elder_alone",
        "purposes": ["visit", "medical_help"],
        "consent": "spoken",
        "agreed_on": "2026-11-02",
        "every_days": 14,
        "until": "2027-05-31",
        **more,
    }


async def agreed(desk: Desk, of: str, **more: Any) -> str:
    answer = await desk.post("/care", agreement(of, **more))
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    await desk.runtime.wait_for("care", answer.json()["position"])
    return id_


async def test_it_is_opened_for_an_agreed_purpose_and_refused_for_any_other(desk: Desk) -> None:
    id_ = await agreed(desk, await compound(desk, "示例走访小区"))
    plain = await desk.get(f"/care/{id_}")
    assert NAME not in plain.text
    words = (await desk.get(f"/care/{id_}/words", purpose="visit")).json()
    assert (words["name"], words["situation"]) == (NAME, SITUATION)
    refused = await desk.get(f"/care/{id_}/words", purpose="benefits")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:wangge:problem:outside-purpose")
    assert NAME not in refused.text
    assert (await desk.get(f"/care/{id_}/words")).status_code == 422, "no purpose, nothing opened"
    events = await desk.events()
    stored = b"".join(event.data for event in events)
    assert NAME.encode() not in stored
    assert SITUATION.encode() not in stored
    reads = [event for event in events if event.type == "sealed-read" and f"care-{id_}".encode() in event.data]
    assert len(reads) == 1
    assert b"care visit: visit" in reads[0].data


async def test_visits_are_due_at_the_agreed_pace_and_a_no_is_free_of_cost(desk: Desk) -> None:
    of = await compound(desk, "示例约定小区")
    id_ = await agreed(desk, of)
    due = (await desk.get("/care", due_by="2026-11-16", limit=100)).json()["care"]
    assert id_ in [each["id"] for each in due]
    body = {"on": "2026-11-20", "outcome": "declined", "note": NOTE}
    made = await desk.post(f"/care/{id_}/visits", body)
    assert made.status_code == 201, made.text
    one = (await desk.get(f"/care/{id_}", after=made.json()["position"])).json()
    assert (one["next_due"], one["last_outcome"], one["ended"]) == ("2026-12-04", "declined", None)
    words = (await desk.get(f"/care/{id_}/words", purpose="visit")).json()
    assert list(words["notes"].values()) == [NOTE]


async def test_when_the_consent_is_taken_back_what_was_said_is_erased(desk: Desk) -> None:
    id_ = await agreed(desk, await compound(desk, "示例撤回小区"))
    assert (await desk.post(f"/care/{id_}/end", {"why": "expired"})).status_code == 409
    ended = await desk.post(f"/care/{id_}/end", {"why": "consent_withdrawn"})
    assert ended.status_code == 200, ended.text
    assert await until(lambda: desk.runtime.vault.holds(f"care-{id_}"), lambda holds: not holds) is False
    assert (await desk.get(f"/care/{id_}/words", purpose="visit")).status_code == 409
    one = (await desk.get(f"/care/{id_}", after=ended.json()["position"])).json()
    assert (one["ended"], one["next_due"]) == ("consent_withdrawn", None)


async def test_on_the_agreed_day_it_ends_by_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = await agreed(desk, await compound(desk, "示例到期小区"), until="2026-12-24")
    later = desk.runtime.clock() + timedelta(days=60)
    monkeypatch.setattr(desk.runtime, "clock", lambda: later)
    for clock in desk.runtime.clocks:
        monkeypatch.setattr(clock, "_clock", lambda: later)
    assert await until(lambda: desk.runtime.vault.holds(f"care-{id_}"), lambda holds: not holds) is False


async def test_who_visits_opens_their_own_and_no_others(desk: Desk) -> None:
    of = await compound(desk, "示例网格小区")
    post = {"role": "grid_head", "station": "czl", "community": of, "grid": f"{of}-1"}
    head = await desk.account(f"head-{of}", post)
    accounts = (await desk.get("/accounts")).json()
    account = next(each["id"] for each in accounts if each["name"] == f"head-{of}")
    theirs, others = await agreed(desk, of, visitor=account), await agreed(desk, of)
    at = "/intake/api/v1/care"
    assert (await head.get(f"{at}/{theirs}/words?purpose=visit")).json()["name"] == NAME
    assert (await head.get(f"{at}/{others}/words?purpose=visit")).status_code == 403
    assert [each["id"] for each in (await head.get(at)).json()["care"]] == [theirs]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"purposes": []}, 422),
        ({"until": "2028-05-31"}, 409),
        ({"until": "2026-11-03"}, 409),
        ({"agreed_on": "2099-11-03", "until": "2099-12-03"}, 409),
        ({"every_days": 0}, 422),
    ],
)
async def test_what_was_not_agreed_is_not_entered(desk: Desk, fields: dict[str, Any], status: int) -> None:
    of = await compound(desk, "示例拒绝小区")
    answer = await desk.post("/care", agreement(of, **fields))
    assert answer.status_code == status, answer.text


async def test_the_pages_take_an_agreement_show_it_for_a_purpose_and_end_it(desk: Desk) -> None:
    name = f"示例看望小区{uuid.uuid4().hex[:5]}"
    await compound(desk, name)
    browser = await desk.browser()
    page = await browser.get("/intake/care/new")
    form: dict[str, Any] = {
        "form_token": form_token(page.text),
        "idempotency_key": form_key(page.text),
        "address_of": name,
        "name": NAME,
        "situation": SITUATION,
        "need": "illness",
        "consent": "written",
        "agreed_on": "2026-11-20",
        "until": "2027-01-31",
        "every_days": "7",
    }
    assert (await browser.post("/intake/care", data=form)).status_code == 422, "no purpose"
    done = await browser.post("/intake/care", data={**form, "purpose": ["visit"]})
    assert done.status_code == 303, done.text
    at = done.headers["Location"].partition("?")[0]
    closed = await browser.get(done.headers["Location"])
    assert NAME not in closed.text
    assert NAME in (await browser.get(at, params={"purpose": "visit"})).text
    refused = await browser.get(at, params={"purpose": "supplies"})
    assert (refused.status_code, NAME in refused.text, "不在其中" in refused.text) == (409, False, True)
    secret = {"form_token": form["form_token"]}
    visit = {**secret, "idempotency_key": str(uuid.uuid4()), "outcome": "not_at_home", "on": "2026-11-21"}
    assert (await browser.post(f"{at}/visit", data=visit)).status_code == 303
    assert (await browser.get("/intake/care?due=true")).status_code == 200
    ended = {**secret, "idempotency_key": str(uuid.uuid4()), "why": "consent_withdrawn"}
    over = await browser.post(f"{at}/end", data=ended)
    assert over.status_code == 303
    assert "已结束" in (await browser.get(over.headers["Location"])).text
    late = await browser.post(f"{at}/visit", data={**visit, "idempotency_key": str(uuid.uuid4())})
    assert late.status_code == 409
