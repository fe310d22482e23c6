"""Categories over HTTP and in the pages: the lists, a source's map in versions, and what a report keeps of both."""

from __future__ import annotations

import uuid

import httpx2
import pytest

from tests.integration.intake.conftest import API, Answer, Desk, form_key, form_token

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIRST = "一级分类,二级分类,三级分类,标准分类\n劳动,工资,拖欠工资,劳动人事\n房产,物业,物业收费,合同及相关\n"
SECOND = "一级分类,二级分类,三级分类,标准分类\n劳动,工资,拖欠工资,合同及相关\n"


async def send(desk: Desk, map_: str, text: str, day: str, **fields: str) -> Answer:
    form = {"name": "市民热线分类", "valid_from": day, **fields}
    headers = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    files = {"file": ("map.csv", text.encode())}
    return await desk.http.post(f"{API}/category-maps/{map_}", data=form, files=files, headers=headers)


async def test_old_reports_keep_the_code_they_were_filed_under_and_both_codes_are_kept(desk: Desk) -> None:
    assert (await send(desk, "city-a", FIRST, "2026-01-01")).status_code == 201
    under = {"map": "city-a", "code": "劳动/工资/拖欠工资"}
    before = await desk.register(source_category=under, reported_at="2026-06-01T09:00:00+08:00")
    second = await send(desk, "city-a", SECOND, "2026-07-01")
    assert second.json()["version"] == 2
    after = await desk.register(source_category=under, reported_at="2026-08-01T09:00:00+08:00")
    kept = [(await desk.get(f"/reports/{each['id']}")).json()["filed_under"] for each in (before, after)]
    assert kept == [
        {**under, "version": 1, "category": "labour"},
        {**under, "version": 2, "category": "contract"},
    ]


async def test_a_code_without_a_map_is_kept_as_it_came(desk: Desk) -> None:
    told = await desk.register(source_category={"map": "nobody-s", "code": "A-17"})
    await desk.caught_up()
    kept = (await desk.get(f"/reports/{told['id']}")).json()["filed_under"]
    assert kept == {"map": "nobody-s", "code": "A-17", "version": None, "category": None}


async def test_the_lists_and_the_versions_of_a_map_can_be_read(desk: Desk) -> None:
    lists = (await desk.get("/categories")).json()
    assert [(one["id"], len(one["categories"]), one["default"]) for one in lists] == [
        ("list-a", 17, True),
        ("list-b", 15, False),
        ("working-list", 9, False),
    ]
    await send(desk, "city-b", FIRST, "2026-01-01")
    position = (await send(desk, "city-b", SECOND, "2026-07-01")).json()["position"]
    found = (await desk.get("/category-maps", after=position)).json()
    assert [(row["version"], row["entries"]) for row in found if row["map"] == "city-b"] == [(2, 1), (1, 2)]
    assert len((await desk.get("/category-maps/city-b", version=1)).json()["rows"]) == 2
    assert (await desk.get("/category-maps/city-b", version=3)).status_code == 404
    assert (await desk.get("/category-maps/no-such-map")).status_code == 404
    csv = await desk.get("/category-maps/city-b/file.csv", version=1)
    assert "拖欠工资" in csv.text
    assert csv.headers["content-disposition"] == 'attachment; filename="city-b-1.csv"'
    day = {"code": "拖欠工资", "on": "2026-03-01"}
    assert (await desk.get("/category-maps/city-b/standard", **day)).json()["category"] == "labour"
    assert (await desk.get("/category-maps/no-such-map/standard", code="x")).status_code == 404


@pytest.mark.parametrize(
    ("text", "fields", "status"),
    [
        ("名称\n甲\n", {}, 422),
        ("一级分类\n", {}, 422),
        ("一级分类,标准分类\n甲,没有的\n", {}, 422),
        (FIRST, {"scheme": "list-z"}, 409),
        (FIRST + "甲" * 1_000_000, {}, 413),
    ],
)
async def test_a_file_that_cannot_be_taken_stores_nothing(
    desk: Desk, text: str, fields: dict[str, str], status: int
) -> None:
    answer = await send(desk, "city-bad", text, "2026-01-01", **fields)
    assert answer.status_code == status, answer.text
    assert (await desk.get("/category-maps/city-bad")).status_code == 404


async def test_only_who_answers_for_the_whole_city_changes_its_maps(desk: Desk) -> None:
    post = {"role": "station_leader", "station": "czl"}
    async with await desk.account(f"leader-{uuid.uuid4().hex[:6]}", post) as leader:
        form = {"name": "x", "valid_from": "2026-01-01"}
        headers = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
        answer = await leader.post(f"{API}/category-maps/c", data=form, files={"file": b"x"}, headers=headers)
        assert answer.status_code == 403


async def test_an_unknown_category_admits_nothing(desk: Desk) -> None:
    told = await desk.register()
    await desk.post(f"/reports/{told['id']}/classify", {"kind": "dispute"})
    refused = await desk.post(f"/reports/{told['id']}/admit", {"category": "no-such-category"})
    assert refused.status_code == 422
    assert (await desk.post(f"/reports/{told['id']}/admit", {"category": "tenancy"})).status_code == 200


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_a_map_is_imported_and_looked_at_in_the_pages(desk: Desk, language: str) -> None:
    browser, name = await desk.browser(language), f"page-{language.lower()}"

    async def sent(text: str) -> httpx2.Response:
        page = (await browser.get("/intake/categories")).text
        form = {"form_token": form_token(page), "idempotency_key": form_key(page)}
        form |= {"map": name, "name": "市民热线", "valid_from": "2026-01-01", "propose": "true"}
        return await browser.post("/intake/categories", data=form, files={"file": ("map.csv", text.encode())})

    refused = await sent("一级分类,标准分类\n甲,没有的\n")
    assert refused.status_code == 422
    assert "没有的" in refused.text
    taken = await sent("一级分类,二级分类\n劳动,拖欠工资\n其他,说不清\n")
    assert taken.status_code == 303, taken.text
    shown = (await browser.get(taken.headers["location"])).text
    for word in ("劳动 / 拖欠工资", "劳动人事" if language == "zh-CN" else "Wages and labour", "file.csv"):
        assert word in shown
    assert "说不清" in (await browser.get(f"/intake/categories/{name}/file.csv")).text
    assert (await sent("一级分类\n别的\n")).status_code == 409
