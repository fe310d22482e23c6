"""The workbook of the register 台账工作簿: its sheets and columns, how it is read safely, and the one to fill in.

Cells are taken as they are written: what is a formula is refused with its cell named, and never calculated.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from services.intake.application.workbook import Record, SheetName, Wrong
from services.intake.entrypoints import files
from services.intake.entrypoints.files import Refused, UnreadableFile, folded
from services.intake.entrypoints.tables import Cell, as_xlsx
from shared.eventsourcing.decider import sentence
from shared.law.legal_time import SHANGHAI

LARGEST: Final = 8 * 1024 * 1024
LARGEST_UNPACKED: Final = 96 * 1024 * 1024
MOST_ROWS: Final = 20_000
EXPLANATIONS: Final = "说明"
YEARS: Final = range(1900, 2200)

Parse = Callable[[str, Any], Any]


class NotSo(Exception):
    """A cell does not hold what its column wants."""

    def __init__(self, say: str, **values: object) -> None:
        super().__init__(say)
        self.say = say
        self.values = values


# Kinds of cells


def code(text: str, _: Any) -> str:
    if len(text) > 80 or re.search(r"[\s\x00-\x1f\x7f]", text):
        raise NotSo(sentence("A number has at most 80 characters and no blanks: {text}."), text=text[:80])
    return text


def line(longest: int) -> Parse:
    def parse(text: str, _: Any) -> str:
        if len(text) > longest:
            raise NotSo(sentence("This is longer than {longest} characters. Shorten it."), longest=longest)
        return " ".join(text.split())

    return parse


def names(text: str, _: Any) -> tuple[str, ...]:
    return tuple(each.strip()[:100] for each in re.split(r"[、,，;；/]", text) if each.strip())


def whole(text: str, _: Any) -> int:
    if not re.fullmatch(r"\d{1,9}", text):
        raise NotSo(sentence("A whole number is wanted: {text}."), text=text[:40])
    return int(text)


def day(text: str, cell: Any) -> date:
    try:
        found = files.moment(cell, SHANGHAI)
    except Refused:
        found = None
    if found is None or found.year not in YEARS:
        raise NotSo(sentence("There is no such day: {text}. Write it as 2020-03-01."), text=text[:40])
    return found.date()


def choice(words: Mapping[str, Any]) -> Parse:
    def parse(text: str, _: Any) -> Any:
        if text not in words:
            raise NotSo(sentence("{text} is none of these: {words}."), text=text[:40], words="、".join(words))
        return words[text]

    return parse


# Sheets and columns

ROLES: Final = {"楼院长": "building_head", "单元长": "unit_head", "治安志愿者": "volunteer"}
POSTS: Final = {"包片所领导": "station_leader", "社区民警": "community_officer", "社区辅警": "auxiliary"}
YES_NO: Final = {"有": True, "无": False, "是": True, "否": False}
ORIGINS: Final = {
    "纠纷调解": "dispute",
    "走访": "visit",
    "报告": "report",
    "他人推荐": "recommended",
    "本人报名": "own_offer",
    "原有名册": "roster",
}
VOUCHERS: Final = {
    "民警": "police",
    "辅警": "auxiliary",
    "社区干部": "cadre",
    "楼院长或单元长": "head",
    "居民": "resident",
}
FORMS: Final = {"书面": "written", "电子": "electronic", "口头": "spoken", "入册时已同意": "earlier"}
SUBJECTS: Final = {
    "安全防范": "safety",
    "调解": "mediation",
    "反诈": "anti_fraud",
    "消防": "fire",
    "急救": "first_aid",
    "法律常识": "law",
}


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    header: str
    parse: Parse
    needed: bool = False
    says: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    name: SheetName
    title: str
    key: tuple[str, ...]
    """The columns that tell one row from all others."""
    columns: tuple[Column, ...]
    together: tuple[tuple[str, ...], ...] = field(default=())
    """Columns that are filled in all, or none of them."""


_COMMUNITY: Final = Column("community", "社区编号", code, True, "与“社区”表或台账中的编号一致")
SHEETS: Final[tuple[Sheet, ...]] = (
    Sheet(
        "communities",
        "社区",
        ("community",),
        (
            Column("community", "社区编号", code, True, "本市内唯一，不再更改"),
            Column("name", "社区名称", line(100), True),
            Column("station", "派出所编号", code, True),
        ),
    ),
    Sheet(
        "residents",
        "人口",
        ("community", "on"),
        (
            _COMMUNITY,
            Column("residents", "人口数", whole, True),
            Column("on", "日期", day, True),
            Column("source", "来源", line(200), True),
        ),
    ),
    Sheet(
        "grids",
        "网格",
        ("community", "grid"),
        (
            _COMMUNITY,
            Column("grid", "网格编号", code, True),
            Column("name", "网格名称", line(100), True),
            Column("squad", "小分队", line(100)),
        ),
    ),
    Sheet(
        "compounds",
        "小区",
        ("community", "compound"),
        (
            _COMMUNITY,
            Column("compound", "小区编号", code, True),
            Column("name", "小区名称", line(100), True),
            Column("grid", "网格编号", code, True),
            Column("property_managed", "有无物业", choice(YES_NO), True, "有、无"),
            Column("manager", "物业公司", line(100)),
            Column("address", "地址", line(200)),
            Column("also_called", "别名", names, False, "多个别名用顿号分开"),
        ),
    ),
    Sheet(
        "buildings",
        "楼栋",
        ("community", "building"),
        (
            _COMMUNITY,
            Column("building", "楼栋编号", code, True),
            Column("name", "楼栋名称", line(100), True, "例如 3号楼"),
            Column("compound", "小区编号", code, True),
            Column("grid", "网格编号", code, False, "只在与小区不同时填写"),
            Column("address", "地址", line(200)),
            Column("also_called", "别名", names),
        ),
    ),
    Sheet(
        "units",
        "单元",
        ("community", "unit"),
        (
            _COMMUNITY,
            Column("unit", "单元编号", code, True),
            Column("name", "单元名称", line(100), True, "例如 2单元"),
            Column("building", "楼栋编号", code, True),
        ),
    ),
    Sheet(
        "posts",
        "岗位",
        ("station", "number", "role", "community", "since"),
        (
            Column("number", "人员编号", code, True, "同一人始终用同一编号"),
            Column("name", "姓名", line(60), True, "加密保存"),
            Column("role", "岗位", choice(POSTS), True, "、".join(POSTS)),
            Column("station", "派出所编号", code, True),
            Column("community", "社区编号", code, False, "社区民警、辅警必填"),
            Column("grid", "网格编号", code),
            Column("account", "账号", line(60), False, "已开通的登录名"),
            Column("since", "任职日期", day, True),
            Column("until", "离任日期", day),
        ),
    ),
    Sheet(
        "volunteers",
        "志愿者",
        ("community", "number"),
        (
            _COMMUNITY,
            Column("number", "队员编号", code, True, "同一人始终用同一编号"),
            Column("name", "姓名", line(60), True, "加密保存"),
            Column("role", "角色", choice(ROLES), True, "、".join(ROLES)),
            Column("grid", "网格编号", code, True),
            Column("compound", "小区编号", code),
            Column("building", "楼栋编号", code),
            Column("unit", "单元编号", code),
            Column("found_on", "发现日期", day, True, "原有名册填入队日期"),
            Column("origin", "发现途径", choice(ORIGINS), False, "、".join(ORIGINS) + "；不填为原有名册"),
            Column("origin_id", "发现编号", code, False, "纠纷、报告的案码或走访编号"),
            Column("talked_on", "谈话日期", day),
            Column("voucher_kind", "推荐人类别", choice(VOUCHERS), False, "、".join(VOUCHERS)),
            Column("voucher", "推荐人", line(60)),
            Column("vouched_on", "推荐日期", day),
            Column("consent_form", "同意方式", choice(FORMS), False, "、".join(FORMS)),
            Column("consented_on", "同意日期", day),
            Column("training", "培训内容", choice(SUBJECTS), False, "、".join(SUBJECTS)),
            Column("trained_on", "培训日期", day),
            Column("insurer", "保险公司", line(100)),
            Column("insured_from", "保险起期", day),
            Column("insured_until", "保险止期", day),
            Column("on_duty_since", "上岗日期", day, False, "须已同意、培训并投保"),
            Column("account", "账号", line(60), False, "本人的登录名，用于查看自己的服务时长"),
        ),
        (("voucher_kind", "voucher", "vouched_on"), ("insurer", "insured_from", "insured_until")),
    ),
)
_TITLES: Final[Mapping[str, Sheet]] = {sheet.title: sheet for sheet in SHEETS}
TITLE_OF: Final[Mapping[str, str]] = {sheet.name: sheet.title for sheet in SHEETS}
_LEFT_OUT: Final = frozenset({"备注"})


@dataclass(slots=True)
class Reading:
    """What a workbook holds, and what could not be read in it."""

    records: list[Record] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)

    def complain(self, sheet: str, line_: int, say: str, column: str = "", **values: object) -> None:
        self.wrong.append(Wrong(sheet, line_, say, values, column))


def read(path: Path) -> Reading:
    """All rows of all sheets; a workbook that cannot be opened safely raises `UnreadableFile`."""
    _refuse_large(path)
    reading = Reading()
    with files.unpacked(path), files.workbook(path) as book:
        known = [page for page in book.worksheets if page.title.strip() in _TITLES]
        for page in book.worksheets:
            if page not in known and page.title.strip() != EXPLANATIONS and next(files.page_records(page), None):
                titles = "、".join(_TITLES)
                reading.complain(
                    page.title[:31], 0, sentence("This sheet is none of these: {titles}. Rename it."), titles=titles
                )
        if not known:
            raise UnreadableFile(
                f"工作簿里没有要找的工作表（{'、'.join(_TITLES)}）：请下载模板填写。",
                f"The workbook has none of the sheets {', '.join(_TITLES)}: download the template and fill it in.",
            )
        for page in sorted(known, key=lambda page: list(_TITLES).index(page.title.strip())):
            _read_sheet(_TITLES[page.title.strip()], page, reading)
    return reading


def _refuse_large(path: Path) -> None:
    size = path.stat().st_size
    try:
        with ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except (BadZipFile, OSError) as error:
        raise UnreadableFile(
            "这不是 XLSX 工作簿：请下载模板填写，另存为 .xlsx。",
            "This is no XLSX workbook: download the template, fill it in and save it as .xlsx.",
        ) from error
    if size > LARGEST or unpacked > LARGEST_UNPACKED:
        raise UnreadableFile(
            f"工作簿过大（上限 {LARGEST >> 20} MB，解压后 {LARGEST_UNPACKED >> 20} MB）：请按社区拆分。",
            f"The workbook is too large (allowed are {LARGEST >> 20} MB, and {LARGEST_UNPACKED >> 20} MB unpacked): "
            "split it by communities.",
        )


def _read_sheet(sheet: Sheet, page: Any, reading: Reading) -> None:
    rows = files.page_records(page)
    header = next(
        (row for row, _ in zip(rows, range(files.HEADER_WITHIN), strict=False) if _is_header(sheet, row)), None
    )
    if header is None:
        wanted = "、".join(column.header for column in sheet.columns if column.needed)
        reading.complain(
            sheet.name,
            1,
            sentence("No header was found in the first rows. These columns are needed: {wanted}."),
            wanted=wanted,
        )
        return
    places = _places(sheet, header, reading)
    seen: dict[tuple[Any, ...], int] = {}
    number = 0
    for row in rows:
        if not any(files.as_text(cell).strip() for cell in row.cells):
            continue
        number += 1
        if number > MOST_ROWS:
            say = sentence("The sheet has more than {most} rows. Split the workbook by communities.")
            reading.complain(sheet.name, row.line, say, most=MOST_ROWS)
            return
        record = _read_row(sheet, row, places, reading)
        if record is None:
            continue
        key = tuple(record[name] for name in sheet.key)
        if key in seen:
            say = sentence("This is the same as row {row} once more. Keep one of the two.")
            reading.complain(sheet.name, row.line, say, row=seen[key])
            continue
        seen[key] = row.line
        reading.records.append(record)


def _is_header(sheet: Sheet, row: files.Record) -> bool:
    titles = {folded(files.as_text(cell)) for cell in row.cells}
    return all(folded(column.header) in titles for column in sheet.columns if column.needed)


def _places(sheet: Sheet, header: files.Record, reading: Reading) -> dict[int, Column]:
    by_title = {folded(column.header): column for column in sheet.columns}
    places: dict[int, Column] = {}
    for place, cell in enumerate(header.cells):
        title = folded(files.as_text(cell))
        if title in by_title:
            places[place] = by_title.pop(title)
        elif title and title not in _LEFT_OUT:
            say = sentence("The column {title} is unknown, or comes twice. Rename it, or take it out.")
            reading.complain(sheet.name, header.line, say, title=files.as_text(cell)[:40])
    return places


def _read_row(sheet: Sheet, row: files.Record, places: Mapping[int, Column], reading: Reading) -> Record | None:
    values: dict[str, Any] = {}
    before = len(reading.wrong)
    for place, column in places.items():
        cell = row.cells[place] if place < len(row.cells) else None
        if _is_formula(cell):
            at = f"{get_column_letter(place + 1)}{row.line}"
            say = sentence("Cell {cell} holds a formula. Write the value itself into it.")
            reading.complain(sheet.name, row.line, say, column.header, cell=at)
            continue
        try:
            text = files.words(cell)
            values[column.key] = column.parse(text, cell) if text else None
        except NotSo as wrong:
            reading.complain(sheet.name, row.line, wrong.say, column.header, **wrong.values)
        except Refused as refused:
            reading.complain(sheet.name, row.line, sentence("{why}"), column.header, why=str(refused))
        else:
            if column.needed and values[column.key] is None:
                reading.complain(sheet.name, row.line, sentence("This must be filled in."), column.header)
    for group in sheet.together:
        filled = [name for name in group if values.get(name) is not None]
        if filled and len(filled) < len(group):
            wanted = "、".join(column.header for column in sheet.columns if column.key in group)
            reading.complain(
                sheet.name, row.line, sentence("These belong together: {wanted}. Fill in all, or none."), wanted=wanted
            )
    return Record(sheet.name, row.line, values) if len(reading.wrong) == before else None


def _is_formula(cell: Any) -> bool:
    if isinstance(cell, ArrayFormula | DataTableFormula):
        return True
    return isinstance(cell, str) and cell.startswith("=") and len(cell) > 1


# The workbook to fill in


def template() -> bytes:
    """Empty sheets with their headers, and one of explanations."""
    return written({}, explained=True)


def written(rows: Mapping[SheetName, Sequence[Sequence[Cell]]], *, explained: bool = False) -> bytes:
    """A workbook with these rows, in the order of the columns."""
    sheets: list[tuple[str, Sequence[str], Sequence[Sequence[Cell]]]] = [
        (sheet.title, [column.header for column in sheet.columns], rows.get(sheet.name, ()))
        for sheet in SHEETS
        if explained or sheet.name in rows
    ]
    if explained:
        sheets.append((EXPLANATIONS, ("工作表", "列", "必填", "说明"), list(_explanations())))
    return as_xlsx(sheets)


def _explanations() -> Iterator[tuple[str, str, str, str]]:
    yield ("", "", "", "整本工作簿先全部检查，有一处错误就不存入任何内容；同一工作簿再次导入不会重复。")
    yield ("", "", "", "日期写成 2020-03-01；不要使用公式；没有内容的工作表可以删掉。")
    for sheet in SHEETS:
        for column in sheet.columns:
            yield (sheet.title, column.header, "是" if column.needed else "", column.says)
