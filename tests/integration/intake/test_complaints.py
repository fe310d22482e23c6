"""A complaint about an officer, an auxiliary or a mediator neither reaches them nor can be read by them."""

import re
import uuid
from typing import Any

import httpx2
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from services.intake.application.handlers import account_id
from tests.integration.intake.conftest import API, PASSWORD, Desk, form_key, form_token, report

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = "郭警官态度粗暴不肯登记"


_known: dict[str, tuple[str, httpx2.AsyncClient]] = {}


async def a_person(desk: Desk, role: str, number: int = 1) -> tuple[str, httpx2.AsyncClient]:
    """An account of this role in the one community, and a program signed in as it; each is opened once."""
    name = f"{role}.{number}"
    if name not in _known:
        where = {} if role == "station_leader" else {"community": "wangfu"}
        client = await desk.account(name, {"role": role, "station": "czl", **where})
        _known[name] = account_id(name), client
    return _known[name]


def paths(desk: Desk) -> list[tuple[str, set[str]]]:
    """Every route that reads, and what it must be given."""
    found = []
    for context in iter_route_contexts(desk.app.routes):
        route, path = context.original_route, context.path
        if path and isinstance(route, APIRoute) and "GET" in (route.methods or ()):
            found.append((path, set(re.findall(r"{(\w+)", path))))
    return found


async def test_no_route_shows_a_complaint_to_whom_it_is_about(desk: Desk) -> None:
    """Every GET route, asked for everything and for this very report, by its id and by its code."""
    account, officer = await a_person(desk, "community_officer")
    told = await desk.register(
        subject=SECRET,
        text=SECRET + "，要求处理。",
        about=[account],
        place={"community": "wangfu"},
        reporter_name="何某",
    )
    await desk.caught_up()
    marks = {told["id"], told["code"], SECRET}
    walked = 0
    for path, parameters in paths(desk):
        addresses = {path} if not parameters else set()
        for value in (told["id"], told["code"]):
            if parameters:
                addresses.add(re.sub(r"{\w+(:\w+)?}", value, path))
        for address in addresses:
            answer = await officer.get(address, headers={"Accept": "application/json, text/html"})
            walked += 1
            found = {mark for mark in marks if mark in answer.text} - {mark for mark in marks if mark in address}
            assert not found, (address, answer.status_code, found)
            if address != path and "report" in path:
                assert answer.status_code in (303, 401, 403, 404, 405, 422), (address, answer.status_code)
    assert walked > 20


@pytest.mark.parametrize("step", ["classify", "admit", "refuse"])
async def test_whom_it_is_about_decides_nothing_and_is_not_even_told_that_it_is_there(desk: Desk, step: str) -> None:
    account, leader = await a_person(desk, "station_leader")
    told = await desk.register(subject=SECRET, about=[account])
    body = {"classify": {"kind": "service"}, "admit": {}, "refuse": {"reason": "other", "other_route": "法院"}}[step]
    headers = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    refused = await leader.post(f"{API}/reports/{told['id']}/{step}", json=body, headers=headers)
    absent = await leader.post(f"{API}/reports/{uuid.uuid4()}/{step}", json=body, headers=headers)
    assert (refused.status_code, refused.json()["detail"]) == (404, absent.json()["detail"])
    assert await desk.types_of(told["id"]) == ["report-received"]


async def test_a_complaint_about_an_auxiliary_lies_with_the_leader_and_not_with_colleagues(desk: Desk) -> None:
    _, leader = await a_person(desk, "station_leader")
    _, colleague = await a_person(desk, "community_officer")
    _, auxiliary = await a_person(desk, "auxiliary")
    told = await desk.register(subject=SECRET, about=["post:auxiliary"], place={"community": "wangfu"})
    await desk.caught_up()
    read = await leader.get(f"{API}/reports/{told['id']}")
    assert (read.status_code, read.json()["level"], read.json()["about"]) == (200, "station", ["post:auxiliary"])
    for other in (colleague, auxiliary):
        assert (await other.get(f"{API}/reports/{told['id']}")).status_code == 404


async def test_a_complaint_about_a_leader_lies_with_the_city(desk: Desk) -> None:
    account, leader = await a_person(desk, "station_leader")
    _, deputy = await a_person(desk, "station_leader", 2)
    told = await desk.register(subject=SECRET, about=[account])
    await desk.caught_up()
    assert (await leader.get(f"{API}/reports/{told['id']}")).status_code == 404
    assert (await deputy.get(f"{API}/reports/{told['id']}")).status_code == 404
    assert (await desk.get(f"/reports/{told['id']}")).json()["level"] == "city"


async def test_whom_it_complains_of_must_exist(desk: Desk) -> None:
    answer = await desk.post("/reports", report(about=["nobody"]))
    assert answer.status_code == 404
    assert (await desk.post("/reports", report(about=["post:mayor"]))).status_code == 422


async def test_who_took_the_complaint_down_sees_it_unless_it_is_about_them(desk: Desk) -> None:
    _, colleague = await a_person(desk, "community_officer")
    headers = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    body = report(subject=SECRET, about=["post:auxiliary"])
    told = (await colleague.post(f"{API}/reports", json=body, headers=headers)).json()
    await desk.caught_up()
    assert (await colleague.get(f"{API}/reports/{told['id']}")).status_code == 200


async def test_a_complaint_is_taken_down_in_the_officer_s_form(desk: Desk) -> None:
    browser = await desk.browser()
    page = (await browser.get("/intake/reports/new")).text
    form: dict[str, Any] = {
        "form_token": form_token(page),
        "idempotency_key": form_key(page),
        "channel": "walk_in",
        "subject": SECRET,
        "about": ["post:auxiliary", "post:mediator"],
        "confidentiality": "confidential",
        "reporter_name": "何某",
        "relation": "family",
        "consent": "spoken",
        "helper_name": "何小某",
        "address": "王府苑3号楼",
    }
    sent = await browser.post("/intake/reports", data=form)
    assert sent.status_code == 303, sent.text
    page = (await browser.get(sent.headers["location"])).text
    assert "王府苑3号楼" in page
    assert "何某" not in page
    assert "何小某" not in page
    assert PASSWORD not in page
