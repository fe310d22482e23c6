"""The pages of the register: a community on a day, its map, and the forms that change it, without JavaScript."""

import json
import re
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from tests.integration.intake.conftest import Desk, form_key, form_token
from tests.integration.intake.test_register_api import Place, collection, feature

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def place(desk: Desk) -> Place:
    made = Place(desk)
    await made.enter()
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser(desk: Desk) -> httpx2.AsyncClient:
    return await desk.browser()


async def send(browser: httpx2.AsyncClient, place: Place, path: str, fields: dict[str, Any]) -> httpx2.Response:
    """Sends a form of the community's page, and answers the page that it leads to."""
    at = f"/intake/register/{place.id}"
    page = (await browser.get(at)).text
    key = f"{form_key(page)}-{path}"
    answer = await browser.post(f"{at}/{path}", data={"form_token": form_token(page), "idempotency_key": key, **fields})
    if answer.status_code == 303:
        return await browser.get(answer.headers["location"])
    return answer


async def test_the_list_leads_to_each_community(place: Place, browser: httpx2.AsyncClient) -> None:
    await place.desk.caught_up()
    page = (await browser.get("/intake/register")).text
    assert f'href="/intake/register/{place.id}"' in page


async def test_boundaries_are_drawn_by_a_form_and_shown_as_a_map(place: Place, browser: httpx2.AsyncClient) -> None:
    await place.desk.caught_up()
    drawn = collection(
        feature(place.id, *place.box(-1, -1, 5, 3), kind="community"),
        feature(place.grid("01"), *place.box(0, 0, 2, 2)),
    )
    page = await send(browser, place, "boundaries", {"geojson": json.dumps(drawn), "since": "2020-01-01"})
    assert page.status_code == 200
    assert len(re.findall(r"<path d=\"M [\d. ]+ Z\"", page.text)) == 2
    before = await browser.get(f"/intake/register/{place.id}", params={"on": "2019-12-31"})
    assert "<svg viewBox" not in before.text


async def test_what_is_refused_is_said_on_the_page(place: Place, browser: httpx2.AsyncClient) -> None:
    await place.draw_both()
    await place.desk.caught_up()
    wide = collection(feature(place.grid("01"), *place.box(0, 0, 3, 2)))
    page = await send(browser, place, "boundaries", {"geojson": json.dumps(wide), "since": "2020-01-01"})
    assert page.status_code == 409
    assert "重叠约" in page.text
    assert place.grid("02") in page.text
    for path, fields, status in (
        ("boundaries", {"geojson": "[", "since": "2020-01-01"}, 422),
        ("squads", {"grid": place.grid("01"), "squad": "新队", "since": "2020-02-01"}, 409),
        (
            "codes",
            {"kind": "grid", "area": place.grid("01"), "scheme": "bj15", "code": "12", "since": "2020-01-01"},
            409,
        ),
        ("posts", {"role": "auxiliary", "name": "甲", "since": "yesterday"}, 422),
        ("units", {"unit": "u", "name": "一单元", "building": "nowhere"}, 409),
    ):
        page = await send(browser, place, path, fields)
        assert page.status_code == status, (path, page.text[:500])
        assert 'role="alert"' in page.text


async def test_a_post_is_taken_put_right_ended_and_shown_on_its_days(place: Place, browser: httpx2.AsyncClient) -> None:
    await place.desk.caught_up()
    fields = {"role": "auxiliary", "place.station": "czl", "place.community": place.id, "name": "韩示平"}
    page = await send(browser, place, "posts", {**fields, "since": "2019-05-06", "until": "", "place.grid": ""})
    assert "韩示平" in page.text
    found = re.search(r"韩示平.*?/posts/([0-9a-f-]{36})/end", page.text, re.DOTALL)
    assert found is not None
    post = found[1]
    right = {"term": "1", "since": "2019-06-01", "until": "", "name": "", "reason": "entered_wrongly"}
    assert (await send(browser, place, f"posts/{post}/correct", right)).status_code == 200
    end = {"term": "1", "until": "2020-08-31", "reason": "transferred"}
    page = await send(browser, place, f"posts/{post}/end", end)
    assert "韩示平" not in page.text

    async def shown(on: str) -> bool:
        return "韩示平" in (await browser.get(f"/intake/register/{place.id}", params={"on": on})).text

    assert [await shown(on) for on in ("2019-05-31", "2019-06-01", "2020-08-31", "2020-09-01")] == [
        False,
        True,
        True,
        False,
    ]
    assert (await send(browser, place, f"posts/{post}/withdraw", {"term": "1"})).status_code == 200
    assert not await shown("2019-06-01")


async def test_compounds_buildings_squads_and_codes_are_entered_by_forms(place: Place) -> None:
    await place.desk.caught_up()
    browser = await place.desk.browser("en")
    compound = {"compound": "ge", "name": "示例阁", "grid": place.grid("01"), "property_managed": "false"}
    page = await send(browser, place, "compounds", {**compound, "also_called": "老阁，北阁", "manager": ""})
    assert "there is none yet" in page.text
    await send(browser, place, "buildings", {"building": "ge-1", "name": "1号楼", "compound": "ge", "grid": ""})
    page = await send(browser, place, "units", {"unit": "ge-1-1", "name": "1单元", "building": "ge-1"})
    assert page.status_code == 200
    await send(browser, place, "squads/stand-down", {"grid": place.grid("01"), "on": "2020-01-31"})
    page = await send(browser, place, "squads", {"grid": place.grid("02"), "squad": "新队", "since": "2020-02-01"})
    assert "新队" in page.text
    code = {"kind": "grid", "area": place.grid("02"), "scheme": "cjt349", "since": "2020-01-01"}
    page = await send(browser, place, "codes", {**code, "code": "11010114010500100200"})
    assert "is not split into grids" in page.text
    whole = await place.get()
    assert [c["also_called"] for c in whole["compounds"] if c["id"] == "ge"] == [["老阁", "北阁"]]


async def test_a_day_that_is_none_is_said_to_be_none(place: Place, browser: httpx2.AsyncClient) -> None:
    await place.desk.caught_up()
    assert (await browser.get(f"/intake/register/{place.id}", params={"on": "2020-02-30"})).status_code == 422
    assert (await browser.get("/intake/register/no-such-community")).status_code == 404
