"""What an operator of intake has: parked messages, the chain, read models built anew."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import text

from tests.integration.intake.conftest import API, Desk, opened

FILLED = {"reports", "accounts", "register", "incidents", "volunteers", "parked"}
"""The read models that this day leaves something in."""
REGISTER: dict[str, Any] = {
    "residents": [{"residents": 8_926, "on": "2020-08-31", "source": "S1"}],
    "grids": [
        {"grid": "wangfu-03", "name": "三网格", "squad": "三网格小分队"},
        {"grid": "wangfu-04", "name": "四网格"},
    ],
    "compounds": [
        {"compound": "y", "name": "王府苑", "grid": "wangfu-03", "property_managed": False},
        {"compound": "z", "name": "新苑", "grid": "wangfu-04", "property_managed": True},
    ],
    "volunteers": [
        {"name": "何大姐", "role": "building_head", "grid": "wangfu-03", "since": "2020-01-06"},
        {"name": "王大爷", "role": "unit_head", "grid": "wangfu-03", "since": "2020-01-06"},
    ],
    "incidents": [
        {"kind": "criminal", "first_day": "2019-01-01", "last_day": "2019-12-31", "count": 9, "source": "S40"},
        {"kind": "public_order", "first_day": "2019-01-01", "last_day": "2019-12-31", "count": 0, "source": "S40"},
    ],
}


async def a_day_at_the_desk(desk: Desk) -> None:
    for _ in range(3):
        await desk.admitted(reporter_name="何大姐")
    told = await desk.register()
    await desk.post(f"/reports/{told['id']}/refuse", {"reason": "other", "other_route": "法院"})
    await desk.put("/communities/wangfu", {"name": "王府社区", "station": "czl"})
    entered = await desk.post("/communities/wangfu/entries", REGISTER)
    assert entered.status_code == 200, entered.text
    await an_evening_of_a_volunteer(desk)
    await desk.account(f"guo-{uuid.uuid4().hex[:6]}", {"role": "auxiliary", "station": "czl"})
    bad = [{"line": 3, "reason": "缺编号", "raw": "张三 | 13800000000"}, {"line": 4, "reason": "缺主题", "raw": "—"}]
    await desk.http.post(f"{API}/reports/batch", json={"file": "f.csv", "channel": "mailbox", "bad": bad})
    await desk.caught_up()


async def an_evening_of_a_volunteer(desk: Desk) -> None:
    """Somebody is found, won, put on duty, and stood down again after an evening's patrol."""
    day = {"on": "2026-03-02"}
    place, origin = {"grid": "wangfu-04"}, {"kind": "own_offer"}
    body = {"community": "wangfu", "name": "秦大爷", "role": "volunteer", "place": place, "origin": origin, **day}
    id_ = (await desk.post("/volunteers", body)).json()["id"]
    cover = {"insurer": "示例财险", "first_day": "2026-01-01", "last_day": "2026-12-31"}
    times = {"began_at": "2026-03-10T19:00:00+08:00", "ended_at": "2026-03-10T21:00:00+08:00"}
    for step, asked in (
        ("talk", day),
        ("vouch", {**day, "kind": "resident", "name": "沈大姐"}),
        ("consent", {**day, "form": "written"}),
        ("training", {**day, "subject": "safety"}),
        ("insurance", cover),
        ("duty", day),
        ("hours", {"kind": "patrol", "what": "夜间巡防", "where": "四网格", **times}),
        ("withdraw", None),
    ):
        answer = await desk.post(f"/volunteers/{id_}/{step}", asked)
        assert answer.status_code in (200, 201), answer.text


async def test_an_operators_day(database_url: str) -> None:
    """One start for: figures of the register, read models built anew byte by byte, parked rows, a forged row."""
    async with opened(database_url) as desk:
        await a_day_at_the_desk(desk)
        await figures_are_counted_from_the_entries(desk)
        await every_read_model_is_the_same_built_anew(desk)
        await a_parked_row_is_dropped_with_a_reason(desk)
        await a_forged_row_is_found_and_named(desk)


async def figures_are_counted_from_the_entries(desk: Desk) -> None:
    (wangfu,) = (await desk.get("/communities")).json()
    assert wangfu == {
        "community": "wangfu",
        "name": "王府社区",
        "station": "czl",
        "residents": 8_926,
        "residents_on": "2020-08-31",
        "grids": 2,
        "squads": 1,
        "compounds": 2,
        "compounds_without_manager": 1,
        "building_heads": 1,
        "unit_heads": 1,
        "volunteers": 0,
    }
    year = {"community": "wangfu", "first_day": "2019-01-01", "last_day": "2019-12-31"}
    counted = (await desk.get("/statistics/incidents", **year)).json()["counts"]
    assert counted == {"criminal": 9, "public_order": 0, "fraud": None, "accident": None, "petition": None}
    assert len((await desk.get("/communities/wangfu/compounds")).json()) == 2
    assert (await desk.get("/communities/wangfu/grids")).json()[1]["squad"] is None
    events = len(await desk.events())
    for number in range(2):
        again = await desk.put("/communities/wangfu", {"name": "王府社区", "station": "czl"})
        assert (again.status_code, number) == (200, number)
    assert len(await desk.events()) == events
    for wrong in (
        {"grids": [{"grid": "g\x00", "name": "x"}]},
        {"residents": [{"residents": 10**30, "on": "2020-08-31", "source": "S1"}]},
        {"incidents": [{**REGISTER["incidents"][0], "count": -1}]},
    ):
        assert (await desk.post("/communities/wangfu/entries", wrong)).status_code == 422, wrong
    backwards = {**REGISTER["incidents"][0], "last_day": "2018-01-01"}
    refused = await desk.post("/communities/wangfu/entries", {"incidents": [backwards]}, **{"Accept-Language": "en"})
    assert (refused.status_code, "ends before it begins" in refused.json()["detail"]) == (409, True)
    unknown = await desk.post("/communities/nowhere/entries", REGISTER)
    assert unknown.status_code == 404


async def every_read_model_is_the_same_built_anew(desk: Desk) -> None:
    assert set(desk.runtime.projections) >= FILLED
    for name, projection in desk.runtime.projections.items():
        tables = [table.name for table in projection.tables]
        before = {table: await desk.table(table) for table in tables}
        answer = await desk.post(f"/rebuild/{name}")
        assert answer.status_code == 200, answer.text
        assert f'"rebuilt": "{name}"' in answer.text.splitlines()[-1]
        assert {table: await desk.table(table) for table in tables} == before
        assert any(before.values()) or name not in FILLED, f"{name} was tried on nothing"
    unknown = await desk.post("/rebuild/nothing", **{"Accept-Language": "en"})
    assert unknown.status_code == 404
    assert "reports" in unknown.json()["detail"]


async def a_parked_row_is_dropped_with_a_reason(desk: Desk) -> None:
    page = (await desk.get("/parked")).json()
    assert page["waiting"] == {"row": 2}
    assert "13800000000" not in str(page)
    one, other = page["messages"]
    still = (await desk.post(f"/parked/{other['id']}/retry")).json()
    assert still["outcome"] != "retried"
    assert (await desk.post(f"/parked/{one['id']}/drop", {"reason": ""})).status_code == 422
    assert (await desk.post(f"/parked/{one['id']}/drop", {"reason": "空行"})).status_code in (204, 422)
    assert (await desk.post(f"/parked/{one['id']}/drop", {"reason": "这是空行"})).status_code == 204
    await desk.caught_up()
    page = (await desk.get("/parked")).json()
    assert page["waiting"] == {"row": 1}
    (dropped,) = (await desk.get("/parked", state="dropped")).json()["messages"]
    assert (dropped["id"], dropped["settled_because"]) == (one["id"], "这是空行")
    assert (await desk.post(f"/parked/{uuid.uuid4()}/retry")).status_code == 404


async def a_forged_row_is_found_and_named(desk: Desk) -> None:
    holds = await desk.post("/verify")
    assert '"holds": true' in holds.text.splitlines()[-1]
    forged = next(e for e in await desk.events() if e.type == "report-refused")
    data = forged.data.replace("法院".encode(), "法完".encode())
    async with desk.runtime.database.writing() as tx:
        await tx.execute(
            text("UPDATE events SET data = :data WHERE position = :position"),
            {"data": data, "position": forged.position},
        )
    broken = (await desk.post("/verify")).text.splitlines()[-1]
    assert '"holds": false' in broken
    assert f'"position": {forged.position}' in broken
    assert forged.stream in broken
