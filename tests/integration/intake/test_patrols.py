"""Patrols over HTTP and in pages: a code proves a stop, a word says it, deviations have reasons, nobody is followed."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests.integration.intake.conftest import Desk, form_token
from tests.integration.intake.test_volunteers_api import community

pytestmark = pytest.mark.asyncio(loop_scope="session")

STOPS = ["南门", "地下车库入口", "河边亭子"]


async def drawn(desk: Desk) -> tuple[str, str]:
    """A community, and a route of three stops in its first grid, the last without a code."""
    of = await community(desk)
    stops = [{"name": name, "grid": f"{of}-1", "coded": name != "河边亭子"} for name in STOPS]
    answer = await desk.post("/patrol-routes", {"community": of, "name": "夜巡一线", "stops": stops})
    assert answer.status_code == 201, answer.text
    await desk.runtime.wait_for("patrols", answer.json()["position"])
    return of, answer.json()["id"]


async def codes(desk: Desk, route: str) -> dict[str, str]:
    answer = await desk.get(f"/patrol-routes/{route}/codes")
    assert answer.status_code == 200, answer.text
    return {each["name"]: each["address"].rpartition("/")[2] for each in answer.json()}


async def begun(desk: Desk, route: str) -> str:
    answer = await desk.post("/patrols", {"route": route})
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


async def test_a_patrol_is_proved_by_codes_said_by_words_and_its_deviations_have_reasons(desk: Desk) -> None:
    _, route = await drawn(desk)
    of_name = await codes(desk, route)
    assert list(of_name) == STOPS[:2]
    assert all(len(code) == 26 for code in of_name.values())
    id_ = await begun(desk, route)
    early = await desk.post(f"/patrols/{id_}/stops", {"code": of_name[STOPS[1]]}, **{"Accept-Language": "en"})
    assert early.status_code == 409
    assert STOPS[0] in early.json()["detail"]
    why = {"cause": "other", "words": "南门施工，从车库进"}
    assert (await desk.post(f"/patrols/{id_}/stops", {"code": of_name[STOPS[1]], "why": why})).status_code == 200
    assert (await desk.post(f"/patrols/{id_}/end", {})).status_code == 409
    ended = await desk.post(f"/patrols/{id_}/end", {"why": {"cause": "weather"}})
    assert ended.status_code == 200, ended.text
    told = (await desk.get(f"/patrols/{id_}", after=ended.json()["position"])).json()
    assert [(v["proof"], v["deviation"], v["cause"]) for v in told["stops"]] == [
        ("", "left_out", "weather"),
        ("scanned", "out_of_order", "other"),
        ("", "left_out", "weather"),
    ]
    assert told["stops"][1]["words"] == "南门施工，从车库进"
    stored = [e.data.decode() for e in await desk.events() if e.type.startswith("patrol-")]
    assert not any("施工" in data or code in data for data in stored for code in of_name.values())


async def test_a_replaced_code_proves_nothing_and_a_code_of_another_route_neither(desk: Desk) -> None:
    _, route = await drawn(desk)
    _, other = await drawn(desk)
    old, foreign = (await codes(desk, route))[STOPS[0]], (await codes(desk, other))[STOPS[0]]
    first = (await desk.get(f"/patrol-routes/{route}")).json()["stops"][0]["stop"]
    replaced = await desk.post(f"/patrol-routes/{route}/stops/{first}/code", {"why": "copied"})
    await desk.runtime.wait_for("patrols", replaced.json()["position"])
    new = (await codes(desk, route))[STOPS[0]]
    assert new != old
    id_ = await begun(desk, route)
    for wrong in (old, foreign, "0" * 26):
        assert (await desk.post(f"/patrols/{id_}/stops", {"code": wrong})).status_code == 422
    assert (await desk.post(f"/patrols/{id_}/stops", {})).status_code == 422
    assert (await desk.post(f"/patrols/{id_}/stops", {"code": new})).status_code == 200


async def test_a_volunteer_walks_the_routes_of_their_grid_and_nobody_proves_a_stop_for_them(desk: Desk) -> None:
    of, route = await drawn(desk)
    post = {"role": "volunteer", "station": "czl", "community": of}
    near = await desk.account(f"near-{uuid.uuid4().hex[:6]}", {**post, "grid": f"{of}-1"})
    far = await desk.account(f"far-{uuid.uuid4().hex[:6]}", {**post, "grid": f"{of}-2"})
    api = "/intake/api/v1"

    def key() -> dict[str, str]:
        return {"Idempotency-Key": f'"{uuid.uuid4()}"'}

    assert [each["id"] for each in (await near.get(f"{api}/patrol-routes")).json()] == [route]
    assert (await far.get(f"{api}/patrol-routes")).json() == []
    assert (await far.post(f"{api}/patrols", json={"route": route}, headers=key())).status_code == 403
    assert (await near.get(f"{api}/patrol-routes/{route}/codes")).status_code == 403
    own = await near.post(f"{api}/patrols", json={"route": route}, headers=key())
    assert own.status_code == 201, own.text
    id_ = own.json()["id"]
    await desk.runtime.wait_for("patrols", own.json()["position"])
    assert (await near.get(f"{api}/patrols/{id_}")).json()["own"] is True
    assert (await far.get(f"{api}/patrols/{id_}")).status_code == 403
    (code, *_) = (await codes(desk, route)).values()
    assert (await desk.post(f"/patrols/{id_}/stops", {"code": code})).status_code == 409
    assert (await far.post(f"{api}/patrols/{id_}/end", json={}, headers=key())).status_code == 403
    assert (await desk.post(f"/patrols/{id_}/end", {"why": {"cause": "called_away"}})).status_code == 200


async def test_a_revised_route_keeps_its_codes_and_the_patrols_under_way_keep_their_version(desk: Desk) -> None:
    of, route = await drawn(desk)
    id_ = await begun(desk, route)
    before = await codes(desk, route)
    stops = (await desk.get(f"/patrol-routes/{route}")).json()["stops"]
    again = [{"name": s["name"], "grid": s["grid"], "stop": s["stop"], "coded": True} for s in reversed(stops)]
    revised = await desk.put(f"/patrol-routes/{route}", {"name": "夜巡一线", "stops": again})
    assert revised.status_code == 200, revised.text
    told = (await desk.get(f"/patrol-routes/{route}", after=revised.json()["position"])).json()
    assert (told["number"], [s["name"] for s in told["stops"]]) == (2, STOPS[::-1])
    after = await codes(desk, route)
    assert before.items() <= after.items()
    assert [v["name"] for v in (await desk.get(f"/patrols/{id_}")).json()["stops"]] == STOPS
    unknown = [{"name": "别处", "grid": f"{of}-9"}]
    assert (await desk.put(f"/patrol-routes/{route}", {"name": "夜巡", "stops": unknown})).status_code == 409
    assert (await desk.post(f"/patrol-routes/{route}/retire")).status_code == 200
    assert (await desk.post("/patrols", {"route": route})).status_code == 409


def keys_of(page: str) -> dict[str, str]:
    """The secret of each form by where it is sent."""
    pattern = r'<form method="post" action="([^"]+)"(?:(?!</form>).)*?name="idempotency_key" value="([^"]+)"'
    return dict(re.findall(pattern, page, re.DOTALL))


async def test_in_pages_a_scanned_code_opens_one_button_and_looking_alone_changes_nothing(desk: Desk) -> None:
    of = await community(desk)
    browser = await desk.browser("en")

    async def send(page: str, address: str, data: dict[str, Any]) -> Any:
        form = {"form_token": form_token(page), "idempotency_key": keys_of(page)[address], **data}
        return await browser.post(address, data=form)

    form = (await browser.get("/intake/patrol-routes/new", params={"community": of})).text
    lines = {"stop_name": [*STOPS, ""], "stop_place": [f"grid|{of}-1", "", "", ""], "stop_coded": ["yes"] * 4}
    bad = await send(form, "/intake/patrol-routes", {"community": of, "name": "夜巡", **lines, "stop_name": ["", ""]})
    assert bad.status_code == 409
    made = await send(bad.text, "/intake/patrol-routes", {"community": of, "name": "夜巡", **lines})
    assert made.status_code == 303, made.text
    route_page = (await browser.get(made.headers["Location"])).text
    route = made.headers["Location"].split("/")[3].split("?")[0]
    sheet = (await browser.get(f"/intake/patrol-routes/{route}/sheet")).text
    assert sheet.count("data:image/svg+xml") == 3
    scanned = [code for _, code in re.findall(r"(/intake/stops/)([0-9a-z]{26})", sheet)]
    none_yet = (await browser.get(f"/intake/stops/{scanned[1]}")).text
    assert "Begin a patrol" in none_yet
    began = await send(route_page, "/intake/patrols", {"route": route})
    assert began.status_code == 303, began.text
    id_ = began.headers["Location"].split("/")[3].split("?")[0]
    await browser.get(began.headers["Location"])
    first = f"/intake/stops/{scanned[1]}"
    asked = (await browser.get(first)).text
    assert STOPS[0] in asked
    refused = await send(asked, first, {"patrol_id": id_})
    assert refused.status_code == 409
    done = await send(refused.text, first, {"patrol_id": id_, "cause": "blocked", "words": ""})
    assert done.status_code == 303, done.text
    walking = (await browser.get(done.headers["Location"])).text
    assert "Proved by its code" in walking
    said = await send(walking, f"/intake/patrols/{id_}/stops", {"stop": "none such"})
    assert said.status_code == 409
    out = await send(walking, f"/intake/patrols/{id_}/left-out", {"stop": "", "cause": "", "words": ""})
    assert out.status_code == 422
    over = await send(walking, f"/intake/patrols/{id_}/end", {"cause": "weather"})
    assert over.status_code == 303
    assert "Left out" in (await browser.get(over.headers["Location"])).text
    assert (await browser.get("/intake/patrols")).status_code == 200
    assert (await browser.get("/intake/stops/" + "0" * 26)).status_code == 404
