"""A resident reports without an account, and follows the report by a token of their own."""

import re
import uuid
from html import unescape
from typing import Any

import httpx2
import pytest

from services.intake.application.handlers import account_id
from tests.integration.intake.conftest import API, Desk, form_key, form_token, report

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = "楼上半夜装修，吵得老人睡不着。\n已经三个晚上了。"


def browser(desk: Desk, language: str = "en") -> httpx2.AsyncClient:
    """A phone's browser, of an address of its own, with nobody signed in."""
    transport = httpx2.ASGITransport(desk.app, client=(f"10.{uuid.uuid4().int % 250}.{uuid.uuid4().int % 250}.7", 9))
    headers = {"Accept": "text/html", "Accept-Language": language, "Sec-Fetch-Site": "same-origin"}
    return httpx2.AsyncClient(transport=transport, base_url="http://station.test", headers=headers, timeout=30)


async def filled(phone: httpx2.AsyncClient, **fields: Any) -> dict[str, Any]:
    page = (await phone.get("/report")).text
    return {"form_token": form_token(page), "idempotency_key": form_key(page), "text": WORDS, **fields}


async def sent(desk: Desk, **fields: Any) -> tuple[httpx2.AsyncClient, str]:
    """A report sent by the form: the phone, and the address of the reporter's own view."""
    phone = browser(desk)
    answer = await phone.post("/report", data=await filled(phone, **fields))
    assert answer.status_code == 303, answer.text
    assert (await phone.get(answer.headers["location"])).status_code == 200
    return phone, answer.headers["location"]


def token_of(address: str) -> str:
    found = re.match(r"/r/([0-9a-z]{26})", address)
    assert found is not None, address
    return found[1]


async def act(phone: httpx2.AsyncClient, token: str, step: str, **fields: str) -> httpx2.Response:
    page = (await phone.get(f"/r/{token}")).text
    form = {"form_token": form_token(page), "idempotency_key": str(uuid.uuid4()), **fields}
    return await phone.post(f"/r/{token}/{step}", data=form)


# The form


async def test_a_report_needs_no_account_and_leads_to_a_view_of_one_s_own(desk: Desk) -> None:
    phone, address = await sent(desk, reporter_name="何某", reporter_phone="13900000001")
    view = await phone.get(address)
    page = unescape(view.text)
    assert "We have your report." in page
    assert re.search(r"WG-\d{6}-\w{4}-\w{4}", page)
    assert "已经三个晚上了。" in page
    assert "何某" not in page, "a slip may be lost: the page names nobody"
    assert "13900000001" not in page
    assert view.headers["cache-control"] == "no-store"
    assert "noindex" in view.headers["x-robots-tag"]
    assert view.headers["referrer-policy"] == "same-origin"


async def test_110_comes_first_before_and_after_sending(desk: Desk) -> None:
    phone, address = await sent(desk, text="隔壁有人拿刀要砍人，快救命！")
    for page in ((await phone.get("/report")).text, (await phone.get(address)).text):
        body = page.partition("<main")[2]
        assert 0 < body.index('href="tel:110"') < body.index("<h1>")
    assert "Do not wait for us: call 110 now." in (await phone.get(address)).text


async def test_sent_twice_it_is_one_report_with_one_token(desk: Desk) -> None:
    phone = browser(desk)
    form = await filled(phone)
    first, second = await phone.post("/report", data=form), await phone.post("/report", data=form)
    assert token_of(first.headers["location"]) == token_of(second.headers["location"])
    changed = await phone.post("/report", data={**form, "text": "另一件事"})
    assert changed.status_code == 422


async def test_an_anonymous_report_has_nobody_behind_it_and_can_be_followed(desk: Desk) -> None:
    phone = browser(desk)
    wrong = await phone.post("/report", data=await filled(phone, confidentiality="anonymous", reporter_name="何某"))
    assert wrong.status_code == 422
    assert "carries no name and no phone" in unescape(wrong.text)
    phone, address = await sent(desk, confidentiality="anonymous")
    assert "Not known to us" in (await phone.get(address)).text


async def test_a_place_of_the_register_can_be_chosen(desk: Desk) -> None:
    community = f"c{uuid.uuid4().hex[:6]}"
    await desk.put(f"/communities/{community}", {"name": "府西社区", "station": "czl"})
    entries = {
        "grids": [{"grid": f"{community}-1", "name": "一网格"}],
        "compounds": [
            {"compound": f"{community}-y", "name": "桃源里", "grid": f"{community}-1", "property_managed": False}
        ],
    }
    assert (await desk.post(f"/communities/{community}/entries", entries)).status_code == 200
    await desk.caught_up()
    phone, _ = await sent(desk, place=f"{community}/{community}-y", address="3号楼2单元")
    await desk.caught_up()
    rows = (await desk.get("/reports", channel="resident_form")).json()["reports"]
    row = next(r for r in rows if r["community"] == community)
    assert row["grid"] == f"{community}-1"
    assert (await desk.get(f"/reports/{row['id']}")).json()["address"] == "3号楼2单元"
    assert "桃源里" in (await phone.get("/report")).text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "  "}, "Please say what happened."),
        ({"website": "http://spam.example"}, "This field must stay empty."),
        ({"relation": "family"}, "Please fill this in as asked."),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    desk: Desk, fields: dict[str, str], said: str
) -> None:
    phone = browser(desk)
    form = {**await filled(phone, reporter_name="何某"), **fields}
    answer = await phone.post("/report", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert "何某" in answer.text


async def test_one_address_reports_so_often_and_is_told_when_to_come_back(desk: Desk) -> None:
    phone = browser(desk)
    page = (await phone.get("/report")).text
    for _ in range(20):
        form = {"form_token": form_token(page), "idempotency_key": str(uuid.uuid4()), "text": WORDS}
        assert (await phone.post("/report", data=form)).status_code == 303
    answer = await phone.post("/report", data={**form, "idempotency_key": str(uuid.uuid4())})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "110" in answer.text
    assert (await browser(desk).get("/report")).status_code == 200


async def test_a_complaint_in_the_form_is_kept_from_whom_it_is_about(desk: Desk) -> None:
    officer = await desk.account("form.officer", {"role": "community_officer", "station": "czl", "community": "wangfu"})
    phone, address = await sent(desk, text="片警郭某三次不接电话", about="post:community_officer")
    code = re.search(r"WG-\d{6}-\w{4}-\w{4}", (await phone.get(address)).text)
    assert code is not None
    assert (await officer.get(f"{API}/reports/{code[0]}")).status_code == 404
    told = await desk.get(f"/reports/{code[0]}")
    assert told.json()["level"] == "station"


# The view


async def test_the_view_follows_what_is_decided(desk: Desk) -> None:
    phone, address = await sent(desk)
    token = token_of(address)
    code = re.search(r"WG-\d{6}-\w{4}-\w{4}", (await phone.get(address)).text)
    assert code is not None
    id_ = (await desk.get(f"/reports/{code[0]}")).json()["id"]
    body = {"reason": "another_body", "other_route": "请向区住建局反映"}
    assert (await desk.post(f"/reports/{id_}/refuse", body)).status_code == 200
    await desk.caught_up()
    page = unescape((await phone.get(f"/r/{token}")).text)
    assert "Your report is not taken further here." in page
    assert "请向区住建局反映" in page
    assert "You may go to court" in page


async def test_what_the_reporter_adds_is_read_by_the_desk_and_by_nobody_else(desk: Desk) -> None:
    phone, address = await sent(desk)
    token = token_of(address)
    answer = await act(phone, token, "supplement", text="昨晚又吵到两点")
    assert answer.status_code == 303
    assert "昨晚又吵到两点" in (await phone.get(answer.headers["location"])).text
    code = re.search(r"WG-\d{6}-\w{4}-\w{4}", (await phone.get(address)).text)
    assert code is not None
    id_ = (await desk.get(f"/reports/{code[0]}")).json()["id"]
    (added,) = (await desk.get(f"/reports/{id_}/supplements")).json()
    assert added["text"] == "昨晚又吵到两点"
    assert not any("昨晚又吵到两点".encode() in event.data for event in await desk.events())
    assert (await act(phone, token, "supplement", text=" ")).status_code == 422


async def test_the_reporter_withdraws_and_nothing_more_is_decided(desk: Desk) -> None:
    phone, address = await sent(desk)
    token = token_of(address)
    answer = await act(phone, token, "withdraw", reason="已经和好")
    assert answer.status_code == 303
    page = (await phone.get(answer.headers["location"])).text
    assert "You have withdrawn your report." in page
    code = re.search(r"WG-\d{6}-\w{4}-\w{4}", page)
    assert code is not None
    told = (await desk.get(f"/reports/{code[0]}")).json()
    assert (told["state"], told["withdrawn"]) == ("withdrawn", True)
    assert (await desk.post(f"/reports/{told['id']}/classify", {"kind": "hazard"})).status_code == 409


async def test_no_token_opens_another_s_report_and_a_wrong_one_opens_nothing(desk: Desk) -> None:
    _, mine = await sent(desk, text="我家的事")
    phone, _ = await sent(desk, text="别人家的事")
    assert "别人家的事" not in (await phone.get(mine)).text
    for wrong in ("0" * 26, token_of(mine)[:-1], token_of(mine) + "0"):
        assert (await phone.get(f"/r/{wrong}")).status_code == 404


async def test_who_tries_tokens_in_vain_has_to_wait(desk: Desk) -> None:
    phone = browser(desk)
    answers = [(await phone.get(f"/r/{number:026d}")).status_code for number in range(21)]
    assert (answers[19], answers[20]) == (404, 429)


async def test_the_slip_has_the_link_and_its_qr_code(desk: Desk) -> None:
    phone, address = await sent(desk)
    page = (await phone.get(f"/r/{token_of(address)}/slip")).text
    assert f"http://station.test/r/{token_of(address)}" in page
    assert 'src="data:image/svg+xml' in page


async def test_letters_that_look_alike_open_the_same_page(desk: Desk) -> None:
    phone, address = await sent(desk)
    typed = token_of(address).upper().replace("0", "O").replace("1", "l")
    assert (await phone.get(f"/r/{typed}")).status_code == 200


# The desk


async def test_the_desk_gives_out_a_token_once_and_ends_it(desk: Desk) -> None:
    told = await desk.register()
    key = str(uuid.uuid4())
    issued = (await desk.post(f"/reports/{told['id']}/access", {}, key)).json()
    again = (await desk.post(f"/reports/{told['id']}/access", {}, key)).json()
    assert issued["token"] == again["token"]
    assert not any(issued["token"].encode() in event.data for event in await desk.events()), "only its hash is stored"
    await desk.caught_up()
    phone = browser(desk)
    assert (await phone.get(f"/r/{issued['token']}")).status_code == 200
    newer = (await desk.post(f"/reports/{told['id']}/access", {})).json()
    await desk.caught_up()
    assert (await phone.get(f"/r/{issued['token']}")).status_code == 404
    assert (await phone.get(f"/r/{newer['token']}")).status_code == 200
    ended = await desk.post(f"/reports/{told['id']}/access/{newer['access']}/revoke", {"why": "lost"})
    assert ended.status_code == 200
    await desk.caught_up()
    assert (await phone.get(f"/r/{newer['token']}")).status_code == 404
    states = [row["live"] for row in (await desk.get(f"/reports/{told['id']}/access")).json()]
    assert states == [False, False]
    unknown = await desk.post(f"/reports/{told['id']}/access/{uuid.uuid4()}/revoke", {"why": "lost"})
    assert unknown.status_code == 404


async def test_the_desk_prints_the_slip_in_a_page(desk: Desk) -> None:
    told = await desk.register(confidentiality="confidential", reporter_name="何某")
    officer = await desk.browser("en")
    page = (await officer.get(f"/intake/reports/{told['id']}/reporter")).text
    assert "No link was given out yet." in page
    form = {"form_token": form_token(page), "idempotency_key": str(uuid.uuid4()), "holder": "reporter"}
    slip = await officer.post(f"/intake/reports/{told['id']}/access", data=form)
    assert slip.status_code == 200
    assert "data:image/svg+xml" in slip.text
    form |= {"idempotency_key": str(uuid.uuid4()), "purpose": "call_back", "reason": "核实联系方式"}
    opened = await officer.post(f"/intake/reports/{told['id']}/identity", data=form)
    assert "何某" in opened.text
    await desk.caught_up()
    assert "核实联系方式" in (await officer.get("/intake/audit/identities")).text


# Hidden identities


async def test_a_confidential_reporter_is_shown_to_nobody_and_opened_for_a_recorded_reason(desk: Desk) -> None:
    leader = await desk.account("hidden.leader", {"role": "station_leader", "station": "czl"})
    officer = await desk.account(
        "hidden.officer", {"role": "community_officer", "station": "czl", "community": "wangfu"}
    )
    told = await desk.register(
        confidentiality="confidential",
        reporter_name="何某",
        reporter_phone="13900000002",
        filed_by={"relation": "family", "consent": "spoken", "name": "何小某"},
    )
    await desk.caught_up()
    for reader in (leader, officer):
        read = (await reader.get(f"{API}/reports/{told['id']}")).json()
        assert (read["confidentiality"], read["reporter_name"], read["reporter_phone"]) == ("confidential", None, None)
        assert read["filed_by"]["name"] is None
    body = {"purpose": "call_back", "reason": "电话核实，别无他法"}
    headers = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    refused = await officer.post(f"{API}/reports/{told['id']}/identity", json=body, headers=headers)
    assert refused.status_code == 403, "to read a report's personal values is not to open who it comes from"
    opened = await leader.post(f"{API}/reports/{told['id']}/identity", json=body, headers=headers)
    assert (opened.json()["name"], opened.json()["phone"], opened.json()["helper_name"]) == (
        "何某",
        "13900000002",
        "何小某",
    )
    await desk.caught_up()
    (entry,) = [e for e in (await desk.get("/audit/identities")).json()["openings"] if e["report"] == told["id"]]
    assert (entry["by"], entry["purpose"], entry["reason"]) == ("hidden.leader", "call_back", "电话核实，别无他法")
    reads = [event for event in await desk.events() if event.type == "sealed-read" and b"identity-" in event.data]
    assert any(account_id("hidden.leader").encode() in event.data for event in reads)


@pytest.mark.parametrize("confidentiality", ["open", "anonymous"])
async def test_where_nothing_is_hidden_nothing_is_opened(desk: Desk, confidentiality: str) -> None:
    told = await desk.register(confidentiality=confidentiality)
    body = {"purpose": "evidence", "reason": "取证需要"}
    assert (await desk.post(f"/reports/{told['id']}/identity", body)).status_code == 409


async def test_erasing_a_confidential_reporter_erases_the_identity(desk: Desk) -> None:
    told = await desk.register(confidentiality="confidential", reporter_name="何某")
    await desk.caught_up()
    person = (await desk.get(f"/reports/{told['id']}")).json()["reporter"]
    assert (await desk.post(f"/persons/{person}/erase", {"reason": "本人要求"})).status_code == 202
    await desk.caught_up()
    opened = await desk.post(f"/reports/{told['id']}/identity", {"purpose": "evidence", "reason": "取证需要"})
    assert opened.json()["name"] is None


async def test_an_anonymous_report_is_refused_a_name_by_every_way_in(desk: Desk) -> None:
    assert (await desk.post("/reports", report(confidentiality="anonymous", reporter_name="何某"))).status_code == 422


async def test_who_was_refused_reads_the_notice_in_their_own_view(desk: Desk) -> None:
    told = await desk.register(text="我不同意调解，只想问清楚去哪里告。")
    issued = (await desk.post(f"/reports/{told['id']}/access", {})).json()
    refused = await desk.post(f"/reports/{told['id']}/refuse-by-rule", {"ground": "party_unwilling"})
    assert refused.status_code == 200, refused.text
    notice = (await desk.get(f"/reports/{told['id']}/notice")).json()
    await desk.caught_up()
    page = unescape((await browser(desk).get(f"/r/{issued['token']}")).text)
    assert notice["number"] in page
    assert "人民调解法" in page
    assert notice["en"].splitlines()[0] in page
