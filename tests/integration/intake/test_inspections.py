"""Small premises over HTTP and in pages: sizes by the list, findings to their end, the fire body's part."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.intake.conftest import Desk, form_token, opened
from tests.integration.intake.test_patrols import keys_of
from tests.integration.intake.test_volunteers_api import community

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAME, OWNER, WRONG = "示例小面馆", "示例业主鲁某", "后门用铁链锁住"


async def entered(desk: Desk, of: str, **more: Any) -> Any:
    body = {
        "community": of,
        "kind": "restaurant",
        "measures": {"seats": 60},
        "place": {"grid": f"{of}-1"},
        "name": NAME,
        "responsible": OWNER,
        "phone": "13800000001",
        **more,
    }
    return await desk.post("/premises", body, **{"Accept-Language": "en"})


async def looked_at(desk: Desk, premises: str) -> tuple[str, str]:
    """An inspection whose look is finished, with one serious finding."""
    begun = await desk.post("/inspections", {"premises": premises})
    assert begun.status_code == 201, begun.text
    id_ = begun.json()["id"]
    wrong = {"point": "passages", "level": "serious", "what": WRONG}
    answer = await desk.post(f"/inspections/{id_}/findings", wrong)
    assert answer.status_code == 200, answer.text
    told = (await desk.get(f"/inspections/{id_}", after=answer.json()["position"])).json()
    rest = [each["code"] for each in told["points"] if each["code"] != "passages"]
    assert (await desk.post(f"/inspections/{id_}/finish", {"in_order": rest[1:]})).status_code == 409
    finished = await desk.post(f"/inspections/{id_}/finish", {"in_order": rest[1:], "not_applicable": rest[:1]})
    assert finished.status_code == 200, finished.text
    return id_, told["findings"][0]["id"]


async def test_a_finding_goes_from_the_order_to_the_fire_body_and_keeps_an_owner(desk: Desk) -> None:
    of = await community(desk)
    premises = (await entered(desk, of)).json()["id"]
    id_, finding = await looked_at(desk, premises)
    path = f"/inspections/{id_}"
    past = {"findings": [finding], "due": "2026-01-05"}
    assert (await desk.post(f"{path}/orders", past)).status_code == 409
    assert (await desk.post(f"{path}/rechecks", {"results": {finding: "not_put_right"}})).status_code == 409
    assert (await desk.post(f"{path}/hand-overs", {"findings": [finding], "body": "消防大队"})).status_code == 409
    due = desk.runtime.clock() + timedelta(hours=8)
    ordered = await desk.post(f"{path}/orders", {"findings": [finding], "due": due.date().isoformat()})
    assert ordered.status_code == 200, ordered.text
    failed = await desk.post(f"{path}/rechecks", {"results": {finding: "not_put_right"}, "note": "仍锁着"})
    assert failed.status_code == 200, failed.text
    given = await desk.post(f"{path}/hand-overs", {"findings": [finding], "body": "消防大队"})
    told = (await desk.get(path, after=given.json()["position"])).json()["findings"][0]
    assert (told["status"], told["owner"], told["late"]) == ("handed_over", "station", False)
    assert "第三十一条" in told["article"]
    assert told["hand_over_due"] > told["rechecked_at"]
    answer = f"{path}/hand-overs/{told['hand_over']}/answer"
    assert (await desk.post(answer, {"accepted": False})).status_code == 409
    back = await desk.post(answer, {"accepted": False, "reason": "材料不全"})
    assert back.status_code == 200, back.text
    again = await desk.post(f"{path}/hand-overs", {"findings": [finding], "body": "消防大队"})
    told = (await desk.get(path, after=again.json()["position"])).json()["findings"][0]
    answer = f"{path}/hand-overs/{told['hand_over']}/answer"
    taken = await desk.post(answer, {"accepted": True, "reference": "消移-7"})
    told = (await desk.get(path, after=taken.json()["position"])).json()["findings"][0]
    assert (told["status"], told["owner"], told["reference"], told["note"]) == (
        "taken",
        "fire_body",
        "消移-7",
        "仍锁着",
    )
    stored = [event.data.decode() for event in await desk.events()]
    assert not any(word in data for data in stored for word in (NAME, OWNER, WRONG, "材料不全"))


async def test_a_place_beyond_the_sizes_of_a_confirmed_list_is_refused_with_the_figure(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/intake.db"
    async with opened(url, jurisdiction="370100", confirmed_rules="nine-small-places") as desk:
        of = await community(desk)
        kinds = (await desk.get("/small-place-kinds")).json()
        assert kinds["binds"] is True
        assert next(k["limits"] for k in kinds["kinds"] if k["kind"] == "restaurant") == {"seats": 100}
        large = await entered(desk, of, measures={"seats": 101})
        assert large.status_code == 409
        assert "101" in large.json()["detail"]
        assert "100" in large.json()["detail"]


async def test_an_auxiliary_looks_where_they_were_sent_and_orders_nothing(desk: Desk) -> None:
    of = await community(desk)
    post = {"role": "auxiliary", "station": "czl", "community": of}
    name = f"aux-{uuid.uuid4().hex[:6]}"
    browser = await desk.account(name, post)
    premises = (await entered(desk, of)).json()["id"]
    api = "/intake/api/v1"

    def key() -> dict[str, str]:
        return {"Idempotency-Key": f'"{uuid.uuid4()}"'}

    assert (await browser.post(f"{api}/inspections", json={"premises": premises}, headers=key())).status_code == 403
    nobody = await desk.post("/inspections", {"premises": premises, "inspector": "nobody"})
    assert nobody.status_code == 422
    sent = await desk.post("/inspections", {"premises": premises, "inspector": name})
    id_ = sent.json()["id"]
    wrong = {"point": "gas", "level": "grave", "what": WRONG}
    seen = await browser.post(f"{api}/inspections/{id_}/findings", json=wrong, headers=key())
    assert seen.status_code == 200, seen.text
    told = (await desk.get(f"/inspections/{id_}", after=seen.json()["position"])).json()
    (finding,) = [each["id"] for each in told["findings"]]
    due = {"findings": [finding], "due": "2199-01-01"}
    assert (await browser.post(f"{api}/inspections/{id_}/orders", json=due, headers=key())).status_code == 403
    cited = await desk.post(f"/inspections/{id_}/findings", {**wrong, "evidence": ["none such"]})
    assert cited.status_code == 422


async def test_who_answers_for_a_place_can_be_erased_and_the_inspection_goes_on(desk: Desk) -> None:
    of = await community(desk)
    made = (await entered(desk, of)).json()
    premises = made["id"]
    id_, finding = await looked_at(desk, premises)
    shown = (await desk.get(f"/premises/{premises}", after=made["position"])).json()
    assert (shown["name"], shown["responsible"]) == (NAME, OWNER)
    registered = next(e for e in await desk.runtime.store.read_stream(f"premises-{premises}"))
    event: Any = desk.runtime.read(registered)
    erased = await desk.post(f"/persons/{event.responsible.person}/erase", {"reason": "own request"})
    assert erased.status_code == 202, erased.text
    await desk.caught_up()
    due = (desk.runtime.clock() + timedelta(hours=8)).date().isoformat()
    await desk.post(f"/inspections/{id_}/orders", {"findings": [finding], "due": due})
    seen = await desk.post(f"/inspections/{id_}/rechecks", {"results": {finding: "put_right"}, "note": "已拆除铁链"})
    told = (await desk.get(f"/inspections/{id_}", after=seen.json()["position"])).json()["findings"][0]
    assert (told["what"], told["note"], told["status"]) == (None, "已拆除铁链", "put_right")


async def test_in_pages_a_place_is_entered_looked_at_ordered_and_shown_until_it_is_settled(desk: Desk) -> None:
    of = await community(desk)
    browser = await desk.browser("en")

    async def send(page: str, address: str, data: dict[str, Any]) -> Any:
        form = {"form_token": form_token(page), "idempotency_key": keys_of(page)[address], **data}
        return await browser.post(address, data=form)

    form = (await browser.get("/intake/premises/new")).text
    given = {"where": f"{of}-1", "kind": "restaurant", "name": NAME, "measure": ["seats"], "size": ["60"]}
    bad = await send(form, "/intake/premises", given)
    assert bad.status_code in (404, 422)
    made = await send(form, "/intake/premises", {**given, "where": f"{of}|{of}-1"})
    assert made.status_code == 303, made.text
    place = made.headers["Location"].split("?")[0]
    page = (await browser.get(made.headers["Location"])).text
    begun = await send(page, f"{place}/inspections", {"inspector": ""})
    assert begun.status_code == 303, begun.text
    at = begun.headers["Location"].split("?")[0]
    page = (await browser.get(begun.headers["Location"])).text
    wrong = {"point": "passages", "level": "minor", "what": WRONG, "evidence": ""}
    assert (await send(page, f"{at}/findings", {**wrong, "level": ""})).status_code == 422
    found = await send((await browser.get(at)).text, f"{at}/findings", wrong)
    page = (await browser.get(found.headers["Location"])).text
    assert (await send(page, f"{at}/finish", {"point": ["gas"], "answer": ["in_order"]})).status_code == 409
    told = (await desk.get(f"/inspections/{at.rpartition('/')[2]}")).json()
    rest = [each["code"] for each in told["points"] if each["code"] != "passages"]
    page = (await browser.get(at)).text
    finished = await send(page, f"{at}/finish", {"point": rest, "answer": ["in_order"] * len(rest)})
    assert finished.status_code == 303, finished.text
    page = (await browser.get(finished.headers["Location"])).text
    finding = told["findings"][0]["id"]
    due = (desk.runtime.clock() + timedelta(hours=8)).date().isoformat()
    ordered = await send(page, f"{at}/orders", {"finding": [finding], "due": due})
    assert ordered.status_code == 303, ordered.text
    await browser.get(ordered.headers["Location"])
    listed = (await browser.get("/intake/inspections")).text
    assert "Ordered to be put right" in listed
    page = (await browser.get(at)).text
    seen = await send(page, f"{at}/rechecks", {"finding": [finding], "result": ["not_put_right"], "note": ""})
    page = (await browser.get(seen.headers["Location"])).text
    given_over = await send(page, f"{at}/hand-overs", {"finding": [finding], "body": "消防大队"})
    page = (await browser.get(given_over.headers["Location"])).text
    answer = next(address for address in keys_of(page) if address.endswith("/answer"))
    taken = await send(page, answer, {"accepted": "yes", "reference": "7", "reason": ""})
    assert "Lies with the fire body" in (await browser.get(taken.headers["Location"])).text
    page = (await browser.get(place)).text
    measured = await send(page, f"{place}/measures", {"kind": "inn", "measure": [], "size": []})
    assert measured.status_code == 303, measured.text
    page = (await browser.get(measured.headers["Location"])).text
    assert (await send(page, f"{place}/close", {})).status_code == 303
