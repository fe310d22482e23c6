"""The register from one workbook: all of it or nothing, every error with sheet and row, and nothing twice."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest

from services.intake.application.workbook import SheetName
from services.intake.entrypoints.sheets import SHEETS, template, written
from services.intake.entrypoints.tables import MEDIA, Cell
from tests.integration.intake.conftest import API, Answer, Desk, form_key, form_token

pytestmark = pytest.mark.asyncio(loop_scope="session")

Rows = dict[SheetName, list[list[Cell]]]
IN = date(2020, 1, 31)


def rows(of: str, members: int = 3) -> Rows:
    return {
        "communities": [[of, "示例社区", "czl"]],
        "residents": [[of, 8926, date(2020, 8, 31), "示例"]],
        "grids": [[of, f"{of}-1", "第一网格", "第一小分队"], [of, f"{of}-2", "第二网格", None]],
        "compounds": [[of, "c1", "示例花园", f"{of}-1", "无", None, "示例路1号", "示例苑、老示例"]],
        "buildings": [[of, "b1", "1号楼", "c1"], [of, "b2", "2号楼", "c1", f"{of}-2"]],
        "units": [[of, "u1", "1单元", "b1"]],
        "posts": [["P1", "示例民警", "社区民警", "czl", of, None, None, date(2019, 5, 1), None]],
        "volunteers": [member(of, n) for n in range(members)],
    }


def member(of: str, n: int, name: str | None = None, duty: date | None = IN) -> list[Cell]:
    columns: dict[str, Cell] = {
        "community": of,
        "number": f"V{n}",
        "name": name or f"示例队员{n}",
        "role": "单元长",
        "grid": f"{of}-1",
        "compound": "c1",
        "building": "b1",
        "unit": "u1",
        "found_on": IN,
        "consented_on": IN,
        "trained_on": IN,
        "insurer": "示例财险",
        "insured_from": date(2020, 1, 1),
        "insured_until": date(2026, 12, 31),
        "on_duty_since": duty,
    }
    return [columns.get(column.key) for column in SHEETS[-1].columns]


async def send(
    desk: Desk, content: bytes, *, check: bool = False, key: str | None = None, lang: str = "zh-CN"
) -> Answer:
    headers = {"Idempotency-Key": f'"{key or uuid.uuid4()}"', "Content-Type": MEDIA["xlsx"], "Accept-Language": lang}
    path = f"{API}/register/workbook" + ("?check=true" if check else "")
    return await desk.http.post(path, content=content, headers=headers)


async def told(desk: Desk, sheets: Rows, **more: Any) -> dict[str, Any]:
    answer = await send(desk, written(sheets), **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def faults(answer: Answer) -> list[tuple[str, int, str]]:
    assert answer.status_code == 422, answer.text
    return [(each["sheet"], each["row"], each["column"]) for each in answer.json()["wrong"]]


def fresh() -> str:
    return f"w-{uuid.uuid4().hex[:8]}"


async def test_a_workbook_brings_the_register_and_its_squads(desk: Desk) -> None:
    of = fresh()
    first = await told(desk, rows(of))
    assert (first["stored"], first["rows"], first["changed"], first["wrong"]) == (True, 12, 12, [])
    await desk.caught_up()
    (figures,) = [each for each in (await desk.get("/communities")).json() if each["community"] == of]
    assert (figures["residents"], figures["grids"], figures["compounds"], figures["unit_heads"]) == (8926, 2, 1, 3)
    page = (await desk.get("/volunteers", community=of)).json()["volunteers"]
    assert {(each["standing"], each["name"][:4], each["unit"]) for each in page} == {("active", "示例队员", "u1")}
    found = (await desk.get("/register/addresses", text="老示例1号楼1单元", community=of)).json()["candidates"][0]
    assert (found["building"], found["unit"]) == ("b1", "u1")
    assert {"示例民警", "示例队员0"} <= {one["name"] for one in found["people"]}


async def test_the_same_workbook_twice_adds_nothing_and_a_changed_row_changes_one_thing(desk: Desk) -> None:
    of = fresh()
    sheets = rows(of)
    await told(desk, sheets)
    await desk.caught_up()
    before = len([event for event in await desk.events() if event.type != "sealed-read"])
    again = await told(desk, sheets)
    assert (again["rows"], again["changed"]) == (12, 0)
    sheets["volunteers"][1][4] = f"{of}-1"
    sheets["grids"][1][3] = "第二小分队"
    changed = await told(desk, sheets)
    assert changed["changed"] == 1
    after = [event.type for event in await desk.events() if event.type != "sealed-read"]
    assert after[before:] == ["grid-drawn"]


async def test_a_workbook_is_only_checked_when_that_is_asked(desk: Desk) -> None:
    of = fresh()
    checked = await told(desk, rows(of), check=True)
    assert (checked["stored"], checked["changed"], checked["wrong"]) == (False, 12, [])
    assert not [each for each in (await desk.get("/communities")).json() if each["community"] == of]


async def test_one_wrong_row_keeps_everything_out_and_every_error_is_named(desk: Desk) -> None:
    of = fresh()
    sheets = rows(of)
    sheets["grids"].append([of, f"{of}-1", "又一次", None])
    sheets["compounds"].append([of, "c2", "另一处", "nowhere", "有", None, None, None])
    sheets["compounds"].append([of, "c3", "第三处", f"{of}-1", "也许", None, None, None])
    sheets["residents"].append([of, "很多", "2020-02-31", "示例"])
    unready = member(of, 7)
    unready[18] = None
    sheets["volunteers"] += [unready, member("nowhere", 8), [None, "V9", "示例", "单元长", f"{of}-1", *[None] * 17]]
    events = len(await desk.events())
    answer = await send(desk, written(sheets))
    assert faults(answer) == [
        ("人口", 3, "人口数"),
        ("人口", 3, "日期"),
        ("网格", 4, ""),
        ("小区", 4, "有无物业"),
        ("志愿者", 7, "社区编号"),
        ("志愿者", 7, "发现日期"),
        ("小区", 3, ""),
        ("志愿者", 5, ""),
        ("志愿者", 6, ""),
    ]
    reasons = " ".join(each["reason"] for each in answer.json()["wrong"])
    assert "2020-02-31" in reasons
    assert "培训" in reasons
    assert "nowhere" in reasons
    stored = [event.type for event in (await desk.events())[events:] if of.encode() in event.data]
    assert stored == [], "nothing of the workbook is stored"
    english = (await send(desk, written(sheets), lang="en")).json()["wrong"]
    assert "There is no such day: 2020-02-31" in english[1]["reason"]


async def test_a_sheet_calls_nobody_back_who_has_stood_down(desk: Desk) -> None:
    of = fresh()
    sheets = rows(of, members=2)
    await told(desk, sheets)
    await desk.caught_up()
    first, _ = (await desk.get("/volunteers", community=of)).json()["volunteers"]
    await desk.post(f"/volunteers/{first['id']}/withdraw")
    again = await told(desk, sheets)
    assert (again["left_alone"], again["changed"]) == (1, 0)
    await desk.caught_up()
    assert (await desk.get(f"/volunteers/{first['id']}")).json()["standing"] == "stood_down"


async def test_a_number_does_not_go_over_to_another_person(desk: Desk) -> None:
    of = fresh()
    await told(desk, rows(of, members=1))
    await desk.caught_up()
    other: Rows = {**rows(of, members=0), "volunteers": [member(of, 0, name="另一个人")]}
    assert faults(await send(desk, written(other))) == [("志愿者", 2, "")]


async def test_a_request_that_is_sent_again_counts_once(desk: Desk) -> None:
    of, key = fresh(), str(uuid.uuid4())
    content = written(rows(of))
    for _ in range(2):
        assert (await send(desk, content, key=key)).status_code == 200
    await desk.caught_up()
    assert len((await desk.get("/volunteers", community=of)).json()["volunteers"]) == 3


async def test_an_officer_brings_only_their_own_community(desk: Desk) -> None:
    of = fresh()
    officer = await desk.account(
        f"o-{uuid.uuid4().hex[:6]}", {"role": "community_officer", "station": "czl", "community": of}
    )
    headers = {"Idempotency-Key": f'"{uuid.uuid4()}"', "Content-Type": MEDIA["xlsx"]}
    taken = await officer.post(f"{API}/register/workbook", content=written(rows(of)), headers=headers)
    assert taken.status_code == 200, taken.text
    headers["Idempotency-Key"] = f'"{uuid.uuid4()}"'
    other = await officer.post(f"{API}/register/workbook", content=written(rows(fresh())), headers=headers)
    assert other.status_code == 403


def by_hand(sheets: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook as somebody may send it, formulas and all."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bomb() -> bytes:
    """A workbook that unpacks to a gigabyte."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template())) as good, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad:
        for part in good.namelist():
            bad.writestr(part, good.read(part))
        with bad.open("xl/worksheets/sheet99.xml", "w", force_zip64=True) as large:
            for _ in range(98):
                large.write(b"\0" * (1 << 20))
    return out.getvalue()


HEADER = ["社区编号", "社区名称", "派出所编号"]


async def test_a_formula_is_refused_with_its_cell(desk: Desk) -> None:
    content = by_hand({"社区": [["登记表"], HEADER, ["f-1", '=HYPERLINK("http://x")', "czl"]]})
    answer = await send(desk, content)
    assert faults(answer) == [("社区", 3, "社区名称")]
    assert "B3" in answer.json()["wrong"][0]["reason"]


async def test_unknown_sheets_and_columns_are_named(desk: Desk) -> None:
    content = by_hand({"社区": [[*HEADER, "备注", "颜色"], ["f-2", "甲", "czl"]], "车辆": [["车牌"]], "网格": [["甲"]]})
    assert faults(await send(desk, content)) == [("车辆", 0, ""), ("社区", 1, ""), ("网格", 1, "")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no workbook", "XLSX"),
        (by_hand({"别的": [["甲"]]}), "模板"),
        (bomb(), "过大"),
    ],
    ids=["text", "other sheets", "bomb"],
)
async def test_what_is_no_workbook_of_the_register_is_said_so(desk: Desk, content: bytes, why: str) -> None:
    answer = await send(desk, content)
    assert answer.status_code == 422, answer.text
    assert why in answer.text


async def test_a_workbook_that_is_too_large_is_not_read(desk: Desk) -> None:
    assert (await send(desk, b"x" * (9 << 20))).status_code == 413


async def test_the_template_can_be_filled_in_and_holds_explanations(desk: Desk) -> None:
    answer = await desk.get("/register/workbook/template")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["社区", "人口", "网格", "小区", "楼栋", "单元", "岗位", "志愿者", "说明"]
    assert (await told_of(desk, answer.content))["rows"] == 0


async def told_of(desk: Desk, content: bytes) -> dict[str, Any]:
    found: dict[str, Any] = (await send(desk, content)).json()
    return found


async def test_the_page_shows_the_errors_and_then_what_changed(desk: Desk) -> None:
    of = fresh()
    browser = await desk.browser()
    page = (await browser.get("/intake/workbook")).text
    form = {"form_token": form_token(page), "idempotency_key": form_key(page)}
    wrong: Rows = {**rows(of), "grids": [[of, f"{of}-9", "第九网格", None]]}
    answer = await browser.post(
        "/intake/workbook", data=form, files={"file": ("t.xlsx", written(wrong), MEDIA["xlsx"])}
    )
    assert answer.status_code == 422
    assert "小区" in answer.text
    form["idempotency_key"] = str(uuid.uuid4())
    answer = await browser.post(
        "/intake/workbook", data=form, files={"file": ("t.xlsx", written(rows(of)), MEDIA["xlsx"])}
    )
    assert answer.status_code == 200, answer.text
    assert "全部存入" in answer.text
    none = await browser.post(
        "/intake/workbook",
        data={**form, "idempotency_key": str(uuid.uuid4())},
        files={"file": ("t.xlsx", b"nothing", MEDIA["xlsx"])},
    )
    assert none.status_code == 422
