"""Admission, the notice of a refusal and the elements of a story, over HTTP and in the pages."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.integration.intake.conftest import Desk, form_key, form_token

pytestmark = pytest.mark.asyncio(loop_scope="session")

STORY = "我于2026年3月5日租住在春晖小区3号楼，房东扣了押金2,500元，他说不同意调解，法院判决也不怕。"


async def test_a_refusal_cites_its_article_tells_the_other_route_and_its_notice_is_fixed(desk: Desk) -> None:
    told = await desk.register(text=STORY, reporter_name="何淑珍")
    grounds = {each["code"]: each for each in (await desk.get(f"/reports/{told['id']}/admission")).json()}
    assert grounds["party_unwilling"]["because"] == ["不同意调解"]
    assert grounds["party_unwilling"]["rule"]["binds"]
    assert grounds["in_suit"]["because"] == ["法院判决"]
    assert not grounds["in_suit"]["rule"]["binds"]
    assert (await desk.get(f"/reports/{told['id']}/notice")).status_code == 404
    warned = await desk.post(f"/reports/{told['id']}/refuse-by-rule", {"ground": "in_suit"})
    assert warned.status_code == 409
    assert "hotline-admission" in warned.json()["detail"]
    refused = await desk.post(f"/reports/{told['id']}/refuse-by-rule", {"ground": "party_unwilling"})
    assert refused.status_code == 200, refused.text
    notice = (await desk.get(f"/reports/{told['id']}/notice")).json()
    assert notice["unchanged"]
    assert "人民调解法" in notice["zh"]
    assert "何淑珍" not in notice["zh"] + notice["en"]
    assert (await desk.types_of(told["id"]))[-2:] == ["report-refused", "refusal-notice-issued"]
    detail = (await desk.get(f"/reports/{told['id']}", after=refused.json()["position"])).json()
    assert detail["state"] == "refused"


async def test_a_dispute_is_admitted_with_its_warnings_and_never_against_a_rule_that_bars(desk: Desk) -> None:
    told = await desk.register()
    await desk.post(f"/reports/{told['id']}/classify", {"kind": "dispute"})
    for ground in ("crime", "party_unwilling"):
        barred = await desk.post(f"/reports/{told['id']}/admit-despite", {"grounds": [ground]})
        assert barred.status_code == 409
    body = {"grounds": ["in_petition"], "category": "contract"}
    assert (await desk.post(f"/reports/{told['id']}/admit-despite", body)).status_code == 200
    last = (await desk.runtime.store.read_stream(f"report-{told['id']}"))[-1]
    assert '"in_petition"' in bytes(last.data).decode()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_pages_show_what_bars_refuse_by_it_and_print_the_notice(desk: Desk, language: str) -> None:
    told = await desk.register(text=STORY)
    await desk.caught_up()
    browser = await desk.browser(language)
    address = f"/intake/reports/{told['id']}"
    assert f"{address}/admission" in (await browser.get(address)).text
    page = (await browser.get(f"{address}/admission")).text
    assert "<mark><bdi>不同意调解</bdi></mark>" in page
    form = {"form_token": form_token(page), "idempotency_key": form_key(page), "ground": "in_suit"}
    assert (await browser.post(f"{address}/refuse-by-rule", data=form)).status_code == 409
    form |= {"ground": "party_unwilling", "idempotency_key": form_key(page) + "x"}
    sent = await browser.post(f"{address}/refuse-by-rule", data=form)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{address}/notice")
    notice = (await browser.get(sent.headers["location"])).text
    for words in ("不予受理告知书", "Notice that a matter was not admitted", "第十七条", "SHA-256"):
        assert words in notice
    assert f"{address}/notice" in (await browser.get(address)).text


async def test_a_dispute_is_admitted_in_the_page_with_a_warning_ticked(desk: Desk) -> None:
    told = await desk.register(text=STORY)
    position = (await desk.post(f"/reports/{told['id']}/classify", {"kind": "dispute"})).json()["position"]
    browser, address = await desk.browser(), f"/intake/reports/{told['id']}"
    await browser.get(f"{address}?after={position}")
    page = (await browser.get(f"{address}/admission")).text
    form = {"form_token": form_token(page), "idempotency_key": "once", "category": "contract", "grounds": "in_suit"}
    sent = await browser.post(f"{address}/admit-despite", data=form)
    assert sent.status_code == 303, sent.text
    barred = await desk.register(text=STORY)
    await desk.caught_up()
    form |= {"idempotency_key": "twice", "grounds": "crime"}
    refused = await browser.post(f"/intake/reports/{barred['id']}/admit-despite", data=form)
    assert refused.status_code == 409


# Elements


async def test_the_story_s_elements_are_suggested_and_a_person_confirms_them_sealed(desk: Desk) -> None:
    told = await desk.register(text=STORY)
    path = f"/reports/{told['id']}/elements"
    known = (await desk.get(path)).json()
    assert known["confirmed"] is None
    amount = next(each for each in known["suggested"] if each["kind"] == "amount")
    assert (amount["quote"], amount["value"]) == ("2,500元", "2500")
    said = {"elements": [{k: amount[k] for k in ("kind", "value", "at")}, {"kind": "against", "value": "隐秘的关系人"}]}
    assert (await desk.put(path, said)).status_code == 200
    confirmed = (await desk.get(path)).json()["confirmed"]
    assert [(each["value"], each["quote"]) for each in confirmed] == [("2500", "2,500元"), ("隐秘的关系人", None)]
    async with desk.runtime.database.reading() as tx:
        stored = (await tx.execute(text("SELECT data FROM events"))).all()
    assert not any("隐秘的关系人".encode() in bytes(row[0]) for row in stored)


async def test_a_quote_that_the_report_does_not_have_confirms_nothing(desk: Desk) -> None:
    told = await desk.register()
    at = {"field": "text", "start": 5, "end": 9_999}
    answer = await desk.put(f"/reports/{told['id']}/elements", {"elements": [{"kind": "time", "value": "x", "at": at}]})
    assert answer.status_code == 422
    assert (await desk.get(f"/reports/{told['id']}/elements")).json()["confirmed"] is None
    assert (await desk.get("/reports/no-such-report/elements")).status_code == 404


async def test_elements_are_confirmed_in_the_page(desk: Desk) -> None:
    told = await desk.register(text=STORY)
    browser, address = await desk.browser(), f"/intake/reports/{told['id']}/elements"
    page = (await browser.get(address)).text
    assert "春晖小区3号楼" in page
    form = {
        "form_token": form_token(page),
        "idempotency_key": form_key(page),
        "kind": ["amount", "against"],
        "value": ["2600", "房东"],
        "at": ["text:3:9", "nowhere"],
        "keep": ["0"],
    }
    assert (await browser.post(address, data=form)).status_code == 303
    confirmed = (await desk.get(f"/reports/{told['id']}/elements")).json()["confirmed"]
    assert [(each["kind"], each["value"]) for each in confirmed] == [("amount", "2600")]
