"""Reads and writes a map of categories as CSV or XLSX: three levels (一级分类…) and the standard category of each."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from services.intake.application.category_maps import proposed
from services.intake.domain.category_map import MOST, Entry, named
from services.intake.entrypoints import files
from services.intake.entrypoints.files import BadRow, Record, UnreadableFile
from shared.categories import CATEGORIES

Column: TypeAlias = Literal["first", "second", "third", "category", "code"]
HEADERS: Final[Mapping[Column, str]] = {
    "first": "一级分类 一级类别 一级 大类 level1 level_1 first",
    "second": "二级分类 二级类别 二级 中类 level2 level_2 second",
    "third": "三级分类 三级类别 三级 小类 level3 level_3 third",
    "category": "标准分类 标准类别 对应类别 对应分类 standard standard_category category",
    "code": "代码 编码 分类代码 分类编码 来源代码 code",
}
TITLES: Final = ("一级分类", "二级分类", "三级分类", "代码", "标准分类")
_LONGEST: Final = 100
_FAULTS_TOLD: Final = 50
_FORMULA: Final = ("=", "+", "-", "@", "\t")


@dataclass(frozen=True, slots=True)
class BadLine:
    line: int
    chinese: str
    english: str


@dataclass(frozen=True, slots=True)
class ReadMap:
    """What a file holds: the entries, what is wrong with it line by line, and how many categories we proposed."""

    entries: tuple[Entry, ...]
    bad: tuple[BadLine, ...]
    proposed: int


def read(path: Path, scheme: str, *, propose: bool) -> ReadMap:
    """The whole file, or everything that is wrong with it; nothing of a file with a bad line is to be stored."""
    entries: dict[str, tuple[int, Entry]] = {}
    bad: list[BadLine] = []
    guessed = 0
    for line, cells in _cells(path):
        if isinstance(cells, str):
            bad.append(BadLine(line, cells, cells))
        elif any(cells.values()):
            read_line = _entry(line, cells, scheme)
            if isinstance(read_line, BadLine):
                bad.append(read_line)
            elif read_line.path in entries:
                first = entries[read_line.path][0]
                bad.append(BadLine(line, f"与第 {first} 行重复", f"the same as line {first}"))
            else:
                if propose and read_line.category is None:
                    read_line = read_line.model_copy(update={"category": proposed(read_line.levels, scheme)})
                    guessed += read_line.category is not None
                entries[read_line.path] = (line, read_line)
        if len(entries) > MOST:
            raise UnreadableFile(f"分类超过 {MOST} 条：请拆分。", f"More than {MOST} categories: split the file.")
        if len(bad) >= _FAULTS_TOLD:
            break
    return ReadMap(tuple(entry for _, entry in entries.values()), tuple(bad), guessed)


def write(entries: Iterable[Entry]) -> str:
    """The map as CSV that a spreadsheet opens, and that can be read in again; nothing in it is a formula."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(TITLES)
    for entry in entries:
        levels = [*entry.levels, "", ""][:3]
        known = "" if entry.category is None else CATEGORIES[entry.category].code
        table.writerow([_plain(cell) for cell in (*levels, entry.code or "", known)])
    return "\ufeff" + text.getvalue()


def _entry(line: int, cells: Mapping[Column, str], scheme: str) -> Entry | BadLine:
    levels = [cells.get(name, "") for name in ("first", "second", "third")]
    while levels and not levels[-1]:
        levels.pop()
    if not levels or not all(levels):
        return BadLine(line, "分类的上一级是空的", "a level above the last one is empty")
    if any("/" in level for level in levels):
        return BadLine(line, "分类名称中不能有“/”", "a category's name cannot have a /")
    given = cells.get("category", "")
    category = named(given, scheme) if given else None
    if given and category is None:
        return BadLine(line, f"标准分类“{given}”不在所选目录中", f"{given} is not in the list of categories")
    if any(len(cell) > _LONGEST for cell in cells.values()):
        return BadLine(line, f"单元格超过 {_LONGEST} 字", f"a cell has more than {_LONGEST} characters")
    return Entry(levels=tuple(levels), category=category, code=cells.get("code") or None)


def _cells(path: Path) -> Iterator[tuple[int, dict[Column, str] | str]]:
    if files.is_zip(path):
        with files.unpacked(path), files.workbook(path) as book:
            yield from _rows(files.page_records(book.worksheets[0]))
        return
    with path.open("rb") as file:
        files.refuse_other_formats(file.read(65_536))
    yield from _rows(files.csv_records(path, files.detect(path), _delimiter(path)))


def _delimiter(path: Path) -> str:
    with path.open("rb") as file:
        first = file.readline(4_096)
    return max(",\t;", key=lambda sign: first.count(sign.encode()))


def _rows(records: Iterable[Record | BadRow]) -> Iterator[tuple[int, dict[Column, str] | str]]:
    places: dict[Column, int] | None = None
    for number, record in enumerate(records):
        if isinstance(record, BadRow):
            yield record.line, record.reason
            continue
        cells = [files.clean(files.as_text(cell)).strip() for cell in record.cells]
        if places is None:
            places = _places(cells)
            if places is None and number >= files.HEADER_WITHIN:
                break
            continue
        found: dict[Column, str] = {
            name: _unescaped(cells[place]) if place < len(cells) else "" for name, place in places.items()
        }
        yield record.line, found
    if places is None:
        raise UnreadableFile(
            "没有找到表头：需要“一级分类”列，可以有“二级分类”“三级分类”“代码”“标准分类”。",
            "No header was found: a column 一级分类 (level1) is needed; level2, level3, code and standard may follow.",
        )


def _places(cells: Sequence[str]) -> dict[Column, int] | None:
    titles = {files.folded(cell): place for place, cell in reversed(list(enumerate(cells)))}
    found: dict[Column, int] = {}
    for column, names in HEADERS.items():
        place = next((titles[name] for name in map(files.folded, names.split()) if name in titles), None)
        if place is not None:
            found[column] = place
    return found if "first" in found else None


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _unescaped(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
