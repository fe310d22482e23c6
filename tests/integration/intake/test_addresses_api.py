"""An address in words leads to the grid, its heads and its officer in one look-up, over HTTP and in a page."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from services.intake.application.handlers import Register
from services.intake.application.posts import Appointment, Posts
from services.intake.domain.community import Compound, RegisterCompound
from services.intake.domain.ground import Building, EnterBuilding, EnterUnit, Unit
from services.intake.domain.post import Place
from services.intake.projections.addresses import gazetteer
from shared.eventsourcing.store import Meta
from tests.integration.intake.conftest import Desk, form_token
from tests.integration.intake.test_volunteers_api import STEPS, found, taken

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADMIN = Meta(actor="account-test", role="admin", station="czl")


async def entered(desk: Desk, name: str) -> str:
    """A community with one compound of this name: building 3 with two units, an officer, a head of the building."""
    id_ = f"a-{uuid.uuid4().hex[:8]}"
    now = desk.runtime.clock()
    await desk.put(f"/communities/{id_}", {"name": f"{name}社区", "station": "czl"})
    grids = [{"grid": f"{id_}-g", "name": "第一网格", "squad": "第一小分队"}]
    roster = [{"name": "示例楼长", "role": "building_head", "grid": f"{id_}-g", "since": "2020-01-06"}]
    await desk.post(f"/communities/{id_}/entries", {"grids": grids, "volunteers": roster})

    register = Register(desk.runtime)
    compound = Compound(compound="c", name=name, grid=f"{id_}-g", property_managed=False, also_called=(f"{name}大院",))
    for command in (
        RegisterCompound(compound=compound, now=now),
        EnterBuilding(building=Building(building="b3", name="3号楼", compound="c"), now=now),
        EnterUnit(unit=Unit(unit="u2", name="2单元", building="b3"), now=now),
    ):
        await register.change(id_, command, ADMIN, str(uuid.uuid4()))
    place = Place(station="czl", community=id_)
    appointment = Appointment(role="community_officer", place=place, name="示例民警", since=now.date().replace(day=1))
    await Posts(desk.runtime).take(appointment, ADMIN, str(uuid.uuid4()))
    await taken(
        desk,
        await found(desk, id_, name="示例单元长", role="unit_head", place={"grid": f"{id_}-g", "unit": "u2"}),
        *STEPS,
    )
    await desk.caught_up()
    return id_


async def test_an_address_leads_to_its_grid_its_heads_and_its_officer(desk: Desk) -> None:
    of = await entered(desk, "银杏花园")
    answer = await desk.get("/register/addresses", text="银杏花园三栋2单元501，楼道堆满杂物", community=of)
    assert answer.status_code == 200, answer.text
    (place,) = answer.json()["candidates"]
    assert (place["grid"], place["grid_name"], place["building"], place["unit"]) == (f"{of}-g", "第一网格", "b3", "u2")
    assert (place["room_said"], place["score"]) == ("501", 1.0)
    assert [(m["what"], m["text"]) for m in place["matches"]] == [
        ("compound", "银杏花园"),
        ("building", "三"),
        ("unit", "2"),
        ("room", "501"),
    ]
    assert {(one["role"], one["name"]) for one in place["people"]} == {
        ("community_officer", "示例民警"),
        ("unit_head", "示例单元长"),
        ("building_head", "示例楼长"),
    }


async def test_several_places_are_shown_and_none_is_picked(desk: Desk) -> None:
    first, second = await entered(desk, "白桦家园"), await entered(desk, "白桦家园")
    shown = (await desk.get("/register/addresses", text="白桦家园3号楼")).json()["candidates"]
    assert {each["community"] for each in shown} == {first, second}


async def test_reading_the_names_is_recorded_and_the_text_is_kept_nowhere(desk: Desk) -> None:
    of = await entered(desk, "槐荫小院")
    events = len(await desk.events())
    await desk.get("/register/addresses", text="槐荫小院3号楼独特的字样", community=of)
    (read,) = (await desk.events())[events:]
    assert read.type == "sealed-read"
    assert "独特的字样".encode() not in read.data
    mediator = await desk.account(f"m-{uuid.uuid4().hex[:6]}", {"role": "mediator", "station": "czl", "community": of})
    seen: list[dict[str, Any]] = (
        await mediator.get("/intake/api/v1/register/addresses", params={"text": "槐荫小院3号楼"})
    ).json()["candidates"]
    assert [one["name"] for one in seen[0]["people"]] == [None, None]
    stranger = await desk.account(
        f"m-{uuid.uuid4().hex[:6]}", {"role": "mediator", "station": "czl", "community": "elsewhere"}
    )
    other = await stranger.get("/intake/api/v1/register/addresses", params={"text": "槐荫小院3号楼"})
    assert other.json()["candidates"] == []


async def test_the_gazetteer_is_built_anew_only_when_the_register_has_changed(desk: Desk) -> None:
    of = await entered(desk, "梧桐里")
    before = await gazetteer(desk.runtime.database)
    await desk.register()
    await desk.caught_up()
    assert await gazetteer(desk.runtime.database) is before
    renamed = [{"compound": "c", "name": "新梧桐里", "grid": f"{of}-g", "property_managed": True}]
    await desk.post(f"/communities/{of}/entries", {"compounds": renamed})
    await desk.caught_up()
    assert await gazetteer(desk.runtime.database) is not before
    assert (await desk.get("/register/addresses", text="新梧桐里")).json()["candidates"][0]["score"] == 1.0


async def test_an_address_is_looked_up_in_a_page(desk: Desk) -> None:
    of = await entered(desk, "木槿公馆")
    browser = await desk.browser()
    page = await browser.get("/intake/addresses")
    form = {"form_token": form_token(page.text), "text": "木瑾公馆 3 号楼"}
    answer = await browser.post("/intake/addresses", data=form)
    assert answer.status_code == 200, answer.text
    assert "示例民警" in answer.text
    assert "第一网格" in answer.text
    assert of not in answer.text
    nothing = await browser.post("/intake/addresses", data={**form, "text": "无此小区"})
    assert "木槿公馆" not in nothing.text


@pytest.mark.parametrize("text", ["", "x" * 501])
async def test_a_text_has_a_length(desk: Desk, text: str) -> None:
    assert (await desk.get("/register/addresses", text=text)).status_code == 422
