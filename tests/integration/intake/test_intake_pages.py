"""Intake's pages in Chinese and English: what they show, what their forms do, without any script."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.integration.intake.conftest import Desk, form_key, form_token

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = {
    "zh-CN": {"list": "诉求", "new": "登记诉求", "waiting": "待", "danger": "110", "html": 'lang="zh-CN"'},
    "en": {"list": "Reports", "new": "Register a report", "waiting": "Waiting", "danger": "110", "html": 'lang="en"'},
}


async def filled(browser: httpx2.AsyncClient, **fields: str) -> tuple[dict[str, str], httpx2.Response]:
    """The form of a new report as a person fills it in and sends it."""
    page = (await browser.get("/intake/reports/new")).text
    form = {"form_token": form_token(page), "idempotency_key": form_key(page), "channel": "walk_in"} | fields
    return form, await browser.post("/intake/reports", data=form)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_pages_speak_the_reader_s_language(desk: Desk, language: str) -> None:
    told = await desk.register(subject="房东不退押金", text="租客要跳楼，房东不退押金。", reporter_name="何大姐")
    browser, words = await desk.browser(language), WORDS[language]
    listed = await browser.get("/intake/reports", params={"after": told["position"]})
    assert listed.status_code == 200
    assert listed.headers["content-language"] == language
    for word in (words["list"], words["new"], words["html"], "房东不退押金", told["code"]):
        assert word in listed.text
    shown = (await browser.get(f"/intake/reports/{told['id']}")).text
    for word in (
        words["waiting"],
        words["danger"],
        "何大姐",
        "租客要跳楼，房东不退押金。",
        told["code"],
        "<mark>",
        "/classify",
    ):
        assert word in shown
    assert "/admit" not in shown
    new = (await browser.get("/intake/reports/new")).text
    for word in (words["new"], words["danger"], 'name="subject"', 'name="reporter_phone"', 'name="idempotency_key"'):
        assert word in new
    for page in (listed.text, shown, new):
        assert "<script>" not in page
        assert "{{ _(" not in page


async def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(desk: Desk) -> None:
    nobody = desk.client(Accept="text/html")
    sent = await nobody.get("/intake/reports?state=received")
    assert sent.status_code == 303
    assert sent.headers["location"].startswith("/intake/sign-in?next=/intake/reports")
    page = await nobody.get(sent.headers["location"])
    form = {"form_token": form_token(page.text), "name": "admin", "password": "wrong", "next": "https://evil.example/"}
    wrong = await nobody.post("/intake/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert wrong.status_code == 401
    assert "evil.example" not in wrong.text


async def test_a_report_goes_through_the_forms_from_register_to_admitted(desk: Desk) -> None:
    browser = await desk.browser()
    subject = f"押金纠纷 {uuid.uuid4().hex[:8]}"
    form, sent = await filled(browser, subject=subject, text="房东扣下押金。", reporter_name="何大姐")
    assert sent.status_code == 303
    again = await browser.post("/intake/reports", data=form)
    assert again.headers["location"] == sent.headers["location"]
    address = urlsplit(sent.headers["location"]).path
    page = (await browser.get(sent.headers["location"])).text
    assert subject in page
    for step, fields in (("classify", {"kind": "dispute"}), ("admit", {})):
        assert f"{address}/{step}" in page
        answer = await browser.post(
            f"{address}/{step}",
            data={"form_token": form_token(page), "idempotency_key": str(uuid.uuid4()), **fields},
        )
        assert answer.status_code == 303, answer.text
        page = (await browser.get(answer.headers["location"])).text
    assert f"{address}/refuse" not in page
    late = {
        "form_token": form_token(page),
        "idempotency_key": str(uuid.uuid4()),
        "reason": "other",
        "other_route": "法院",
    }
    refused = await browser.post(f"{address}/refuse", data=late)
    assert refused.status_code == 409
    assert subject in refused.text


async def test_a_form_changed_after_going_back_is_not_lost_in_silence(desk: Desk) -> None:
    browser = await desk.browser("en")
    form, sent = await filled(browser, subject="噪音", text="楼上装修。")
    assert sent.status_code == 303
    changed = await browser.post("/intake/reports", data={**form, "text": "楼下也装修。"})
    assert changed.status_code == 422
    assert "new key" in changed.text


@pytest.mark.parametrize("fields", [{"subject": ""}, {"subject": " \x00"}, {"subject": "好", "external_id": "1" * 121}])
async def test_a_form_that_is_not_filled_in_comes_back_with_what_was_written(
    desk: Desk, fields: dict[str, str]
) -> None:
    browser = await desk.browser()
    _, sent = await filled(browser, **{"text": "楼上每晚装修。", **fields})
    assert sent.status_code == 422
    assert "楼上每晚装修。" in sent.text
    assert 'role="alert"' in sent.text


async def test_a_form_needs_the_token_of_its_page(desk: Desk) -> None:
    browser = await desk.browser()
    form = {"idempotency_key": str(uuid.uuid4()), "subject": "噪音", "channel": "walk_in"}
    for token in ({}, {"form_token": "made-up"}):
        answer = await browser.post("/intake/reports", data={**form, **token})
        assert answer.status_code == 403
    page = (await browser.get("/intake/reports/new")).text
    cross = await browser.post(
        "/intake/reports", data={**form, "form_token": form_token(page)}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert cross.status_code == 403


async def test_a_page_of_nothing_says_so_in_a_page(desk: Desk) -> None:
    browser = await desk.browser("en")
    lost = await browser.get(f"/intake/reports/{uuid.uuid4()}")
    assert lost.status_code == 404
    assert lost.headers["content-type"].startswith("text/html")
    odd = await browser.get("/intake/reports?cursor=e30&lang=en")
    assert odd.status_code == 422


async def test_who_may_not_decide_is_shown_no_form_for_it(desk: Desk) -> None:
    place = {"community": "wangfu", "grid": "wangfu-03"}
    told = await desk.register(place=place)
    name = f"head-{uuid.uuid4().hex[:8]}"
    await desk.account(name, {"role": "grid_head", "station": "czl", **place})
    browser = await desk.browser("en", name)
    page = (await browser.get(f"/intake/reports/{told['id']}?after={told['position']}")).text
    assert told["code"] in page
    assert "/classify" not in page
    assert "/refuse" not in page
