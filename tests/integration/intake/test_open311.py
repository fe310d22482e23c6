"""Open311 GeoReport v2 as its clients know it: services, requests in and out, both formats, its own refusals."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from services.intake.domain.open311 import SERVICES
from tests.integration.intake.conftest import Answer, Desk

pytestmark = pytest.mark.asyncio(loop_scope="session")

V2 = "/open311/v2"
FORM = {
    "service_code": "contract",
    "address_string": "长治路 12 号院 3 号楼",
    "description": "房东不退押金。说墙面脏，扣了两千元。",
    "first_name": "淑珍",
    "last_name": "何",
    "phone": "13800138000",
    "email": "he@example.org",
}
URGENT: dict[str, Any] = {"attribute[urgent]": "yes"}
ENGLISH = {"Accept-Language": "en"}


async def api_key(desk: Desk, *channels: str, **fields: Any) -> str:
    body = {
        "source": f"urn:open311:{uuid.uuid4().hex}",
        "name": "随手拍",
        "channels": channels or ["open311"],
        **fields,
    }
    id_ = (await desk.post("/publishers", body)).json()["id"]
    key: str = (await desk.post(f"/publishers/{id_}/keys", {})).json()["key"]
    return key


_KEYS: dict[int, str] = {}


async def any_key(desk: Desk) -> str:
    """One key for all the tests to which it does not matter whose it is."""
    if id(desk) not in _KEYS:
        _KEYS[id(desk)] = await api_key(desk, quota={"per_minute": 10_000, "per_day": 100_000})
    return _KEYS[id(desk)]


async def post(desk: Desk, key: str, format_: str = "json", asked: dict[str, str] | None = None, **form: Any) -> Answer:
    async with desk.client() as client:
        data = {**FORM, "api_key": key, **form}
        data = {name: value for name, value in data.items() if value != ""}
        return await client.post(f"{V2}/requests.{format_}", data=data, headers=ENGLISH | (asked or {}))


async def get(desk: Desk, path: str, asked: dict[str, str] | None = None, **query: Any) -> Answer:
    async with desk.client() as client:
        return await client.get(V2 + path, params=query, headers=ENGLISH | (asked or {}))


async def sent(desk: Desk, **form: Any) -> tuple[str, int]:
    """A request that was taken in: its id and the position to wait for."""
    answer = await post(desk, await any_key(desk), **form)
    assert answer.status_code == 201, answer.text
    return answer.json()[0]["service_request_id"], int(answer.headers["wangge-position"])


# What is offered


async def test_discovery_names_the_endpoint_and_its_formats(desk: Desk) -> None:
    told = (await get(desk, "/discovery.json")).json()
    assert told["endpoints"][0]["url"].endswith("/open311/v2")
    assert told["endpoints"][0]["formats"] == ["text/xml", "application/json"]
    root = ElementTree.fromstring((await get(desk, "/discovery.xml")).content)
    assert [each.text for each in root.findall("endpoints/endpoint/formats/format")] == ["text/xml", "application/json"]
    assert root.findtext("endpoints/endpoint/specification") == "http://wiki.open311.org/GeoReport_v2"


async def test_the_services_are_listed_alike_in_both_formats(desk: Desk) -> None:
    told = (await get(desk, "/services.json")).json()
    assert {"service_code", "service_name", "description", "metadata", "type", "keywords", "group"} == set(told[0])
    answer = await get(desk, "/services.xml")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.text.startswith('<?xml version="1.0" encoding="utf-8"?>')
    root = ElementTree.fromstring(answer.content)
    assert [each.findtext("service_code") for each in root] == [each["service_code"] for each in told] == list(SERVICES)
    assert {each.findtext("metadata") for each in root} == {"true", "false"}


async def test_a_service_without_format_is_xml_unless_json_is_asked_for(desk: Desk) -> None:
    assert (await get(desk, "/services")).headers["content-type"].startswith("text/xml")
    assert (await get(desk, "/services", {"Accept": "application/json"})).json()


async def test_a_definition_has_its_attributes_with_values_in_order(desk: Desk) -> None:
    told = (await get(desk, "/services/labour.json")).json()
    assert told["service_code"] == "labour"
    assert [one["order"] for one in told["attributes"]] == list(range(1, len(told["attributes"]) + 1))
    against = next(one for one in told["attributes"] if one["code"] == "against")
    assert against["datatype"] == "singlevaluelist"
    assert {"key": "employer", "name": "an employer"} in against["values"]
    root = ElementTree.fromstring((await get(desk, "/services/labour.xml")).content)
    assert root.findtext("attributes/attribute/values/value/key") == "neighbour"
    assert "邻居" in (await get(desk, "/services/labour.xml", {"Accept-Language": "zh-CN"})).text


# Requests in


async def test_a_request_becomes_a_report_through_the_same_door_with_its_service_s_code(desk: Desk) -> None:
    answers: dict[str, Any] = {"attribute[against]": "landlord", "attribute[tried][]": ["other_side", "committee"]}
    code, position = await sent(
        desk, **answers, **{"lat": "37.86", "long": "112.55", "media_url": "https://x.test/1.jpg"}
    )
    report = (await desk.get(f"/reports/{code}", after=position)).json()
    assert (report["channel"], report["code"], report["subject"]) == ("open311", code, "房东不退押金")
    assert report["filed_under"] == {"map": "open311", "code": "contract", "version": None, "category": "contract"}
    assert (report["reporter_name"], report["reporter_phone"]) == ("何淑珍", "13800138000")
    assert report["address"] == FORM["address_string"]
    assert report["point"] == {"longitude": 112.55, "latitude": 37.86}
    for words in ("与谁发生纠纷（只写关系，不写姓名）：房东", "对方、居（村）委会", "https://x.test/1.jpg"):
        assert words in report["text"]


async def test_danger_to_life_is_answered_with_110_first(desk: Desk) -> None:
    answer = await post(desk, await any_key(desk), "xml", service_code="hazard", description="三楼着火了，有人被困！")
    assert answer.status_code == 400
    assert "urgent" in answer.text
    answer = await post(
        desk,
        await any_key(desk),
        "xml",
        service_code="hazard",
        description="三楼着火了，有人被困！",
        asked=None,
        **URGENT,
    )
    root = ElementTree.fromstring(answer.content)
    assert "110" in (root.findtext("request/service_notice") or "")


async def test_the_same_idempotency_key_files_one_request(desk: Desk) -> None:
    key, headers = await any_key(desk), {"Idempotency-Key": '"one"'}
    first, again = [await post(desk, key, asked=headers) for _ in range(2)]
    assert first.json() == again.json()
    assert (await post(desk, key, asked=headers, description="别的")).status_code == 400
    assert (await post(desk, key)).json() != first.json()


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"api_key": ""}, 403, "api_key"),
        ({"api_key": "wgk_no-such-key"}, 403, "key"),
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "no-such"}, 404, "service_code"),
        ({"jurisdiction_id": "elsewhere"}, 404, "jurisdiction_id"),
        ({"address_string": ""}, 400, "Say where"),
        ({"address_string": "", "lat": "37.8"}, 400, "lat and long"),
        ({"address_string": "", "lat": "137.8", "long": "1"}, 400, "lat and long"),
        ({"address_string": "", "lat": "nan", "long": "1"}, 400, "lat and long"),
        ({"address_string": "", "address_id": "no-such-compound"}, 400, "address_id"),
        ({"media_url": "javascript:alert(1)"}, 400, "media_url"),
        ({"media_url": "http://[x"}, 400, "media_url"),
        ({"description": "长" * 4_001}, 400, "4000"),
        ({"phone": "1" * 41}, 400, "phone"),
        ({"attribute[no-such]": "1"}, 400, "no-such"),
        ({"attribute[against]": "nobody-known"}, 400, "against"),
        ({"attribute[against]": ["landlord", "tenant"]}, 400, "against"),
        ({"attribute[people]": "many"}, 400, "people"),
        ({"attribute[since]": "yesterday"}, 400, "since"),
        ({"attribute[wish]": "长" * 4_001}, 400, "wish"),
    ],
)
async def test_a_refusal_is_a_list_of_codes_and_descriptions(
    desk: Desk, form: dict[str, Any], status: int, words: str
) -> None:
    answer = await post(desk, form.pop("api_key") if "api_key" in form else await any_key(desk), **form)
    assert answer.status_code == status, answer.text
    (error,) = answer.json()
    assert error["code"] == status
    assert words in error["description"]


async def test_a_refusal_in_xml_has_the_same_list(desk: Desk) -> None:
    root = ElementTree.fromstring((await post(desk, "", "xml")).content)
    assert (root.tag, root.findtext("error/code")) == ("errors", "403")


async def test_a_key_for_other_channels_or_without_quota_files_nothing(desk: Desk) -> None:
    assert (await post(desk, await api_key(desk, "chat"))).status_code == 403
    poor = await api_key(desk, quota={"per_minute": 1, "per_day": 10})
    assert (await post(desk, poor)).status_code == 201
    late = await post(desk, poor)
    assert (late.status_code, late.json()[0]["code"]) == (429, 429)
    assert late.headers["retry-after"]


async def test_an_address_id_is_a_compound_of_the_register(desk: Desk) -> None:
    community = f"c-{uuid.uuid4().hex[:8]}"
    await desk.put(f"/communities/{community}", {"name": "王府", "station": "czl"})
    compound = {"compound": f"{community}-1", "name": "王府院", "grid": "g1", "property_managed": False}
    entries = {"grids": [{"grid": "g1", "name": "一网格"}], "compounds": [compound]}
    assert (await desk.post(f"/communities/{community}/entries", entries)).status_code == 200
    await desk.caught_up()
    code, position = await sent(desk, address_string="", address_id=compound["compound"])
    report = (await desk.get(f"/reports/{code}", after=position)).json()
    assert (report["community"], report["grid"]) == (community, "g1")
    (told,) = (await get(desk, f"/requests/{code}.json", after=position)).json()
    assert told["address"] == "王府"


# Requests out


async def test_what_is_listed_for_everybody_holds_nothing_of_a_person(desk: Desk) -> None:
    code, position = await sent(desk)
    for path in (f"/requests/{code}.json", f"/requests/{code}.xml", "/requests.json", "/requests.xml"):
        answer = await get(desk, path, after=position)
        assert code in answer.text
        for words in ("房东", "何", "13800138000", "example.org", "长治路", "112.55", "两千"):
            assert words not in answer.text, (path, words)


async def test_a_headline_is_shown_where_its_writer_has_made_it_public(desk: Desk) -> None:
    code, position = await sent(desk, **{"attribute[public]": "yes"})
    (told,) = (await get(desk, f"/requests/{code}.json", after=position)).json()
    assert told["description"] == "房东不退押金"
    assert "两千" not in str(told)


async def test_other_channels_reports_are_not_listed(desk: Desk) -> None:
    told = await desk.register()
    await desk.caught_up()
    answer = await get(desk, f"/requests/{told['code']}.json")
    assert (answer.status_code, answer.json()[0]["code"]) == (404, 404)


async def test_a_request_is_open_until_it_is_refused_and_says_when_it_changed(desk: Desk) -> None:
    code, position = await sent(desk)
    (told,) = (await get(desk, f"/requests/{code}.json", after=position)).json()
    assert (told["status"], told["requested_datetime"]) == ("open", told["updated_datetime"])
    assert datetime.fromisoformat(told["requested_datetime"]).utcoffset() == timedelta(hours=8)
    report = (await desk.get(f"/reports/{code}", after=position)).json()["id"]
    await desk.post(f"/reports/{report}/classify", {"kind": "dispute"})
    refusal = {"reason": "in_court_or_arbitration", "other_route": "区人民法院"}
    position = (await desk.post(f"/reports/{report}/refuse", refusal)).json()["position"]
    (told,) = (await get(desk, f"/requests/{code}.json", after=position)).json()
    assert told["status"] == "closed"
    assert "another way" in told["status_notes"]


async def test_every_filter_of_the_list_does_what_it_says(desk: Desk) -> None:
    labour, _ = await sent(desk, service_code="labour")
    debt, position = await sent(desk, service_code="debt")
    await get(desk, "/requests.json", after=position)

    async def codes(**query: Any) -> set[str]:
        answer = await get(desk, "/requests.json", **query)
        assert answer.status_code == 200, answer.text
        return {each["service_request_id"] for each in answer.json()} & {labour, debt}

    now = datetime.now(UTC)
    assert await codes() == {labour, debt}
    assert await codes(service_request_id=f"{labour},{debt}", status="closed") == {labour, debt}
    assert await codes(service_code="labour") == {labour}
    assert await codes(service_code="labour,debt", status="open") == {labour, debt}
    assert await codes(status="closed") == set()
    assert await codes(start_date=(now - timedelta(hours=1)).isoformat()) == {labour, debt}
    assert await codes(end_date=(now - timedelta(days=1)).isoformat()) == set()
    day: dict[str, Any] = {"start_date": "2020-01-01T00:00:00Z", "end_date": "2020-01-31T00:00:00+08:00"}
    assert await codes(**day) == set()


@pytest.mark.parametrize(
    "query",
    [
        {"status": "half-open"},
        {"start_date": "yesterday"},
        {"start_date": "0001-01-01T00:00:00+14:00"},
        {"start_date": "2026-01-02T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"},
    ],
)
async def test_a_filter_that_cannot_be_understood_is_refused(desk: Desk, query: dict[str, str]) -> None:
    answer = await get(desk, "/requests.xml", None, **query)
    assert ElementTree.fromstring(answer.content).findtext("error/code") == "400"


async def test_a_token_is_the_report_s_id(desk: Desk) -> None:
    code, position = await sent(desk)
    report = (await desk.get(f"/reports/{code}", after=position)).json()["id"]
    await get(desk, "/requests.json", after=position)
    assert (await get(desk, f"/tokens/{report}.json")).json() == [{"service_request_id": code, "token": report}]
    assert (await get(desk, "/tokens/no-such.json")).json()[0]["code"] == 404


@pytest.mark.parametrize("path", ["/services.yaml", "/services/no-such.json", "/requests/no-such.json"])
async def test_what_is_not_there_is_404_in_its_own_form(desk: Desk, path: str) -> None:
    answer = await get(desk, path)
    assert (answer.status_code, answer.json()[0]["code"]) == (404, 404)


async def test_a_body_that_is_no_form_is_refused_as_such(desk: Desk) -> None:
    async with desk.client() as client:
        answer = await client.post(f"{V2}/requests.json", content=b"{}", headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()[0]["code"]) == (403, 403)
        body, kind = b"--x\r\nbroken", "multipart/form-data; boundary=x"
        answer = await client.post(f"{V2}/requests.json", content=body, headers={"Content-Type": kind})
        assert answer.status_code in (400, 403)
