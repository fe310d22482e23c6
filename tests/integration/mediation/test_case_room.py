"""The case room as a browser without JavaScript sees it: the next steps, refusals, lost races, both languages."""

from __future__ import annotations

import uuid

import httpx2
import pytest

from tests.integration.mediation.conftest import AUXILIARY, Desk, field_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def send(browser: httpx2.AsyncClient, id_: str, step: str, **fields: str) -> httpx2.Response:
    """Sends one of the room's forms, from the page as it is now unless a version is given."""
    page = (await browser.get(f"/mediation/disputes/{id_}")).text
    form = {
        "form_token": field_of(page, "form_token"),
        "idempotency_key": str(uuid.uuid4()),
        "version": field_of(page, "version"),
        **fields,
    }
    return await browser.post(f"/mediation/disputes/{id_}/{step}", data=form)


async def test_the_room_shows_what_is_missing_and_offers_the_next_steps_only(desk: Desk) -> None:
    id_ = await desk.admitted()
    page = (await desk.browser().get(f"/mediation/disputes/{id_}")).text
    assert "电梯没有装" in page
    assert "调解免费、自愿" in page
    assert page.count("空缺") >= 4
    assert f'action="/mediation/disputes/{id_}/parties"' in page
    assert f'action="/mediation/disputes/{id_}/sessions"' not in page
    assert f'action="/mediation/disputes/{id_}/settle"' not in page
    english = (await desk.browser("en").get(f"/mediation/disputes/{id_}")).text
    assert "Mediation is free and voluntary" in english
    assert "leader in charge of the area" in english


async def test_who_does_not_lead_sees_no_form_of_a_step(desk: Desk) -> None:
    id_ = await desk.admitted()
    page = (await desk.browser(actor=AUXILIARY).get(f"/mediation/disputes/{id_}")).text
    assert f'action="/mediation/disputes/{id_}/' not in page
    assert "25 户业主" not in page


async def test_a_form_takes_a_step_and_shows_the_room_after_it(desk: Desk) -> None:
    id_, browser = await desk.admitted(), desk.browser()
    answer = await send(browser, id_, "parties", side="applicant", name="<b>甲</b>", demand="公式 =1+1")
    assert answer.status_code == 303
    page = (await browser.get(answer.headers["Location"])).text
    assert "&lt;b&gt;甲&lt;/b&gt;" in page
    assert "<b>甲</b>" not in page


async def test_a_refusal_is_shown_on_the_page_in_the_reader_s_language(desk: Desk) -> None:
    id_ = await desk.admitted()
    for language, said in (("zh-CN", "不能安排调解"), ("en", "no session can be set")):
        fields = {"begins_at": "2099-01-01T10:00", "place": "社区调解室"}
        answer = await send(desk.browser(language), id_, "sessions", **fields)
        assert answer.status_code == 409
        assert said in answer.text


async def test_who_was_overtaken_is_told_what_somebody_else_wrote_and_keeps_what_was_typed(desk: Desk) -> None:
    id_ = await desk.admitted()
    await desk.done(f"/disputes/{id_}/parties", {"side": "applicant", "name": "甲"})
    for language, said in (("zh-CN", "已有他人写入：登记了当事人"), ("en", "a party was entered")):
        answer = await send(desk.browser(language), id_, "parties", version="1", side="respondent", name="乙某")
        assert answer.status_code == 409
        assert said in answer.text
        assert 'value="乙某"' in answer.text
    assert len((await desk.detail(id_))["parties"]) == 1


async def test_what_is_missing_in_a_form_is_said_and_nothing_is_stored(desk: Desk) -> None:
    id_ = await desk.admitted()
    answer = await send(desk.browser(), id_, "members", seat="auxiliary")
    assert answer.status_code == 422
    assert "有内容缺失" in answer.text
    assert (await send(desk.browser(), id_, "no-such-step")).status_code == 404


async def test_a_refusal_names_people_by_their_names(desk: Desk) -> None:
    id_ = await desk.admitted()
    parties, _ = await desk.with_group(id_)
    fields = {"side": "respondent", "name": "业主甲", "person": parties[0]}
    answer = await send(desk.browser(), id_, "parties", **fields)
    assert answer.status_code == 409
    assert "业主甲 已是申请人" in answer.text


async def test_many_notices_are_told_by_their_number_and_parties_who_came_together_in_one_line(desk: Desk) -> None:
    id_ = await desk.admitted()
    owners = [{"side": "applicant", "name": f"业主{n}"} for n in range(25)]
    await desk.done(f"/disputes/{id_}/parties", {"parties": owners})
    await desk.caught_up()
    assert "25 名当事人登记为申请人" in (await desk.browser().get(f"/mediation/disputes/{id_}")).text


async def test_the_lists_open_and_the_case_s_address_leads_to_its_room(desk: Desk) -> None:
    id_, browser = await desk.admitted(), desk.browser()
    page = (await browser.get("/mediation/disputes")).text
    assert f'href="/mediation/disputes/{id_}"' in page
    assert (await browser.get("/mediation/overnight", params={"on": "2019-01-01"})).status_code == 200
    assert (await browser.get(f"/cases/{id_}")).headers["Location"] == f"/mediation/disputes/{id_}"
