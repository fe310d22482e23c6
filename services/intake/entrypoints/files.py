"""Reads what a mailbox or a hotline exports: CSV or XLSX, row by row, each row good or refused with its reason.

CSV may be UTF-8 (with or without BOM) or GB18030, separated by comma, semicolon or tab; which it is shows in the bytes,
never in the name. Cells are plain text: what looks like a formula stays as it is written and is never calculated.
NUL and the other C0 controls but newline and tab are removed, and line ends become a plain newline.

    UnreadableFile  the file as a whole cannot be taken
    BadRow          one row cannot; the rest goes on
"""

import csv
import re
import unicodedata
import warnings
import zipfile
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, TypeAlias

import openpyxl

from shared.law.legal_time import SHANGHAI

Column: TypeAlias = Literal["external_id", "subject", "text", "reported_at", "reporter"]
Encoding: TypeAlias = Literal["utf-8", "gb18030"]

HEADERS: Final[dict[Column, str]] = {  # the names of a column, the surest first
    "external_id": (
        "留言编号 工单编号 工单号 受理编号 受理单号 诉求编号 信件编号 案件编号 事件编号 来信编号 警情编号 "
        "接警单编号 业务编号 登记编号 流水号 编号 单号 external_id externalid ticketid caseid service_request_id id "
        "ticket case number no"
    ),
    "subject": "留言主题 留言标题 工单标题 信件标题 诉求标题 来信标题 事件标题 标题 主题 subject title summary",
    "text": (
        "留言详情 留言内容 诉求内容 工单内容 信件内容 来信内容 来电内容 受理内容 反映内容 报警内容 问题描述 "
        "事件描述 诉求描述 详细内容 简要案情 内容 详情 正文 描述 text content body description details detail "
        "message"
    ),
    "reported_at": (
        "留言时间 来电时间 受理时间 诉求时间 来信时间 反映时间 投诉时间 报警时间 接警时间 登记时间 提交时间 "
        "创建时间 工单时间 留言日期 时间 日期 reported_at reportedat created_at createdat requested_datetime "
        "datetime time date"
    ),
    "reporter": (
        "留言用户 来电人 诉求人 反映人 投诉人 来信人 留言人 报警人 市民姓名 联系人 姓名 用户 reporter caller author "
        "user name from"
    ),
}

HEADER_WITHIN: Final = 20  # rows of titles that may stand above the header
CELL_BYTES: Final = 131_072  # of one CSV cell; Excel itself stops at 32,767 characters
RECORD_BYTES: Final = 1_048_576
XLSX_BYTES: Final = 400 * 1024 * 1024  # of all parts, unpacked
XLSX_RATIO: Final = 200  # unpacked to packed, of a part larger than XLSX_RATIO_FROM
XLSX_RATIO_FROM: Final = 4 * 1024 * 1024
XLSX_PARTS: Final = 2_000
YEARS: Final = range(1900, 2200)
RAW_SHOWN: Final = 2_000


class UnreadableFile(Exception):
    """The file cannot be taken at all; the message says in Chinese and English what was looked for and what to do."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} {english}")
        self.chinese = chinese
        self.english = english


@dataclass(frozen=True, slots=True)
class Row:
    """One report as it stands in the file, on the line that an editor or Excel shows."""

    line: int
    external_id: str
    subject: str
    text: str
    reported_at: datetime | None
    reporter: str | None
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not taken, why, and what it held (shortened when long)."""

    line: int
    reason: str
    raw: str


class Refused(Exception):
    """Why a row is not taken."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the header stands and which cell holds what."""

    header: int
    titles: tuple[str, ...]
    places: Mapping[Column, int]


@dataclass(frozen=True, slots=True)
class Record:
    line: int
    cells: tuple[Any, ...]


def read_rows(path: Path, mapping: Mapping[str, str] | None = None, zone: tzinfo = SHANGHAI) -> Iterator[Row | BadRow]:
    """Check the file as a whole, then yield row by row; memory does not grow with the rows of a CSV.

    `mapping` names the header of a column where it is none of the known ones: `{"external_id": "编号"}`.
    Times without a zone are taken in `zone`.
    """
    wanted = wanted_columns(mapping or {})
    try:
        if is_zip(path):
            sheet, shape = find_sheet(path, wanted)
            return rows(sheet_records(path, sheet), shape, zone)
        encoding, delimiter, shape = find_table(path, wanted)
        return rows(csv_records(path, encoding, delimiter), shape, zone)
    except OSError as error:
        raise UnreadableFile(
            f"无法打开文件 {path.name}：请检查路径和权限。",
            f"The file {path.name} cannot be opened ({error.strerror}): check the path and its permissions.",
        ) from error


def count_rows(path: Path) -> int:
    """The last line (CSV) or row (XLSX) of the file, towards which `Row.line` runs; for a progress bar, not exact."""
    try:
        if is_zip(path):
            return last_row(path)
        with path.open("rb") as file:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) + 1
    except OSError as error:
        raise UnreadableFile(
            f"无法打开文件 {path.name}：请检查路径和权限。",
            f"The file {path.name} cannot be opened ({error.strerror}): check the path and its permissions.",
        ) from error


# The header


@dataclass(frozen=True, slots=True)
class Wanted:
    """The names under which each column may stand, and which of them must be there because somebody named them."""

    names: Mapping[Column, tuple[str, ...]]
    named: Mapping[Column, str]


def wanted_columns(mapping: Mapping[str, str]) -> Wanted:
    names: dict[Column, tuple[str, ...]] = {
        column: tuple(folded(name) for name in known.split()) for column, known in HEADERS.items()
    }
    named: dict[Column, str] = {}
    for given, title in mapping.items():
        column = next((known for known in HEADERS if known == given), None)
        if column is None:
            raise UnreadableFile(
                f"列对应关系里的“{given}”不是已知的列；可用：{'、'.join(HEADERS)}。",
                f"The column mapping names {given!r}, which is none of {', '.join(HEADERS)}.",
            )
        names[column] = (folded(title),)
        named[column] = title
    return Wanted(names, named)


def folded(title: str) -> str:
    """A header as it is compared: width, case, blanks, marks of obligation and bracketed remarks do not matter."""
    plain = unicodedata.normalize("NFKC", title[:100]).casefold()
    return re.sub(r"\(.*?\)|\[.*?\]|[\s*:\"'\ufeff]", "", plain)


def find_shape(records: Iterable[Record | BadRow], wanted: Wanted) -> Shape | None:
    """The first row, among the first ones, in which the number and the words of a report have their columns."""
    for record, _ in zip(records, range(HEADER_WITHIN), strict=False):
        if isinstance(record, BadRow):
            continue
        titles = tuple(as_text(cell).strip() for cell in record.cells)
        places = columns_in(titles, wanted)
        if {"external_id", *wanted.named} <= places.keys() and ("subject" in places or "text" in places):
            return Shape(record.line, titles, places)
    return None


def columns_in(titles: tuple[str, ...], wanted: Wanted) -> dict[Column, int]:
    """For each column the title that comes first in its list of names, so 留言编号 goes before 编号."""
    standing: dict[str, int] = {}
    for place, title in enumerate(titles):
        standing.setdefault(folded(title), place)
    return {
        column: standing[found]
        for column, names in wanted.names.items()
        if (found := next((name for name in names if name in standing), None)) is not None
    }


def no_header(seen: Iterable[str], wanted: Wanted) -> UnreadableFile:
    first = "、".join(title[:30] for title in seen if title.strip())[:300] or "—"
    number, subject, text = ("/".join(wanted.names[name][:4]) for name in ("external_id", "subject", "text"))
    also = "".join(f" + {title}" for title in wanted.named.values())
    return UnreadableFile(
        f"前 {HEADER_WITHIN} 行里没有找到表头：需要编号列（{number}…），以及主题列（{subject}…）"
        f"或内容列（{text}…）{also}。"
        f"看到的是：{first}。请补上表头，或指定列对应关系。",
        f"No header was found in the first {HEADER_WITHIN} rows: a number ({number}…) and a subject ({subject}…) "
        f"or text column ({text}…){also} are needed; seen: {first}. Add a header row, or give a column mapping.",
    )


# CSV


def find_table(path: Path, wanted: Wanted) -> tuple[Encoding, str, Shape]:
    with path.open("rb") as file:
        start = file.read(65_536)
    refuse_other_formats(start)
    encoding = detect(path)
    for delimiter in (",", "\t", ";"):
        if shape := find_shape(csv_records(path, encoding, delimiter), wanted):
            return encoding, delimiter, shape
    first = next((r.cells for r in csv_records(path, encoding, ",") if isinstance(r, Record)), ())
    raise no_header((as_text(cell) for cell in first), wanted)


def refuse_other_formats(start: bytes) -> None:
    if not start.strip():
        raise UnreadableFile("文件是空的：请重新导出。", "The file is empty: export it again.")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(
            "这是旧版 Excel 文件（.xls）：请另存为 .xlsx 或 CSV UTF-8。",
            "This is an old Excel file (.xls): save it as .xlsx or CSV UTF-8.",
        )
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile("这是 UTF-16 文本：请另存为 CSV UTF-8。", "This is UTF-16 text: save it as CSV UTF-8.")
    if start.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")):
        raise UnreadableFile(
            "这不是表格：需要 CSV 或 XLSX 文件。", "This is not a table: a CSV or XLSX file is needed."
        )
    if b"\n" not in start and b"\r" in start:
        raise UnreadableFile(
            "换行符是旧式的（仅 CR）：请另存为 CSV UTF-8。",
            "The line ends are of an old kind (CR alone): save it as CSV UTF-8.",
        )


def detect(path: Path) -> Encoding:
    """UTF-8 unless most lines with other than ASCII are not: one damaged line must not turn a whole file to noise."""
    other = broken = 0
    with path.open("rb") as file:
        if file.read(3) == b"\xef\xbb\xbf":
            return "utf-8"
        file.seek(0)
        for line in physical_lines(file):
            if not line.isascii():
                other += 1
                broken += not decodes(line, "utf-8")
    return "gb18030" if broken * 2 > other else "utf-8"


def decodes(line: bytes, encoding: Encoding) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def physical_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines as an editor counts them; of a line longer than a record may be, only its start is kept."""
    while line := file.readline(RECORD_BYTES):
        if not line.endswith(b"\n"):
            while (rest := file.readline(RECORD_BYTES)) and not rest.endswith(b"\n"):
                pass
        yield line


def csv_records(path: Path, encoding: Encoding, delimiter: str) -> Iterator[Record | BadRow]:
    """Records with the line on which each begins; after a broken one, reading goes on with the line after its first.

    The csv module is given each byte as one character: comma, quote and line end never occur inside a character of
    UTF-8 or GB18030, so a record is cut correctly first and decoded then, and only it fails if it does not decode.
    """
    with path.open("rb") as file:
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        feed = Feed(physical_lines(file))
        reader = csv.reader(feed, delimiter=delimiter, strict=True)
        while True:
            line = feed.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield BadRow(line, broken_record(error), shown(feed.first, encoding))
                feed.back_to_second()
                reader = csv.reader(feed, delimiter=delimiter, strict=True)
                continue
            try:
                yield Record(line, tuple(cell.encode("latin-1").decode(encoding) for cell in cells))
            except UnicodeDecodeError:
                yield BadRow(
                    line,
                    f"这一行不是有效的 {encoding.upper()} 文字：请用原系统重新导出。 "
                    f"This row is not valid {encoding.upper()}: export it again from its system.",
                    shown(feed.first, encoding),
                )


class Feed:
    """Lines for the csv module, remembered since the record began, so that they can be read once more."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self.lines = lines
        self.waiting: deque[bytes] = deque()
        self.record: list[bytes] = []
        self.size = 0
        self.line = 1

    @property
    def first(self) -> bytes:
        return self.record[0] if self.record else b""

    def begin(self) -> int:
        self.line += len(self.record)
        self.record, self.size = [], 0
        return self.line

    def back_to_second(self) -> None:
        self.waiting.extendleft(reversed(self.record[1:]))
        self.record = self.record[:1]

    def __iter__(self) -> "Feed":
        return self

    def __next__(self) -> str:
        line = self.waiting.popleft() if self.waiting else next(self.lines)
        self.record.append(line)
        self.size += len(line)
        if self.size > RECORD_BYTES or len(line) == RECORD_BYTES:
            raise csv.Error("record too long")
        return line.decode("latin-1")


def broken_record(error: csv.Error) -> str:
    message = str(error)
    if "limit" in message or "too long" in message or "end of data" in message:
        return (
            f"引号没有闭合，或单元格超过 {CELL_BYTES // 1024} KB：请检查这一行的引号。 "
            f"A quotation mark is not closed, or a cell is longer than {CELL_BYTES // 1024} KB: check the quotes."
        )
    return f"这一行的引号或换行不对：请检查。 The quotes or line ends of this row are wrong ({message}): check them."


def shown(line: bytes, encoding: Encoding) -> str:
    return clean(line[: RAW_SHOWN * 2].decode(encoding, "replace"))[:RAW_SHOWN].rstrip("\n")


# XLSX

ROW_NUMBER: Final = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br=\"(\d{1,7})\"")


def is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


@contextmanager
def workbook(path: Path) -> Iterator[Any]:
    """The workbook, opened for reading on; whatever openpyxl meets in a damaged one, the answer is the same."""
    with path.open("rb") as file:  # openpyxl judges a path by its ending, and a stream by what is in it
        book = None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
            yield book
        except (UnreadableFile, MemoryError):
            raise
        except Exception as error:
            raise damaged(error) from error
        finally:
            if book is not None:
                book.close()


@contextmanager
def unpacked(path: Path) -> Iterator[zipfile.ZipFile]:
    """The parts of a workbook that is safe to open."""
    try:
        with zipfile.ZipFile(path) as archive:
            refuse_bombs(archive)
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error) as error:
        raise damaged(error) from error


def refuse_bombs(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if not any(part.filename == "[Content_Types].xml" for part in parts):
        raise UnreadableFile(
            "这是压缩包，不是表格：请解压后导入其中的 CSV 或 XLSX。",
            "This is an archive and not a table: unpack it and import the CSV or XLSX inside.",
        )
    whole = sum(part.file_size for part in parts)
    if len(parts) > XLSX_PARTS or whole > XLSX_BYTES or any(is_inflated(part) for part in parts):
        raise UnreadableFile(
            f"表格解压后过大（{whole // 1024 // 1024} MB，上限 {XLSX_BYTES // 1024 // 1024} MB，"
            f"单个部分压缩比上限 {XLSX_RATIO}）：请拆分文件，或导出为 CSV。",
            f"The workbook unpacks to too much ({whole // 1024 // 1024} MB, {len(parts)} parts; allowed are "
            f"{XLSX_BYTES // 1024 // 1024} MB, {XLSX_PARTS} parts and a ratio of {XLSX_RATIO}): "
            "split it, or export CSV.",
        )
    for part in parts:
        with archive.open(part) as content:
            if b"<!DOCTYPE" in content.read(4096):
                raise UnreadableFile(
                    f"表格的 {part.filename} 含有 DOCTYPE 声明，出于安全考虑不予打开：请用 Excel 重新保存。",
                    f"{part.filename} of the workbook declares a DOCTYPE, which is refused for safety: "
                    "save it again with Excel.",
                )


def is_inflated(part: zipfile.ZipInfo) -> bool:
    return part.file_size > XLSX_RATIO_FROM and part.file_size > XLSX_RATIO * max(part.compress_size, 1)


def damaged(error: Exception) -> UnreadableFile:
    return UnreadableFile(
        "XLSX 文件已损坏或不是工作簿：请用 Excel 重新保存，或导出为 CSV UTF-8。",
        f"The XLSX file is damaged or no workbook ({type(error).__name__}: {str(error)[:120]}): "
        "save it again with Excel, or export CSV UTF-8.",
    )


def find_sheet(path: Path, wanted: Wanted) -> tuple[str, Shape]:
    seen: list[str] = []
    with unpacked(path), workbook(path) as book:
        for page in book.worksheets:
            if shape := find_shape(page_records(page), wanted):
                return page.title, shape
            first = next(page_records(page), Record(1, ()))
            seen.append(f"{page.title}: {' '.join(as_text(cell) for cell in first.cells if cell is not None)}")
    raise no_header(seen, wanted)


def sheet_records(path: Path, sheet: str) -> Iterator[Record]:
    with workbook(path) as book:
        yield from page_records(book[sheet])


def page_records(page: Any) -> Iterator[Record]:
    page.reset_dimensions()  # what a file says of its size need not be true
    cells = page.iter_rows(min_row=1, values_only=True)
    for line in count(1):
        # openpyxl warns of odd dates while it reads; they are refused by their row, with a reason.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            row = next(cells, None)
        if row is None:
            return
        yield Record(line, row)


def last_row(path: Path) -> int:
    """The number on the last row of the longest sheet, found without parsing what stands before."""
    last = 0
    with unpacked(path) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                with archive.open(part) as content:
                    before = end = b""
                    while chunk := content.read(1 << 20):
                        before, end = end, chunk
                last = max([last, *(int(number) for number in ROW_NUMBER.findall(before + end))])
    return last


# Rows


def rows(records: Iterable[Record | BadRow], shape: Shape, zone: tzinfo) -> Iterator[Row | BadRow]:
    for record in records:
        if record.line <= shape.header:
            continue
        if isinstance(record, BadRow):
            yield record
        elif any(as_text(cell).strip() for cell in record.cells):
            try:
                yield as_row(record, shape, zone)
            except Refused as refusal:
                raw = " | ".join(clean(as_text(cell)) for cell in record.cells if cell is not None)
                yield BadRow(record.line, str(refusal), raw.encode("utf-8", "replace").decode()[:RAW_SHOWN])


def as_row(record: Record, shape: Shape, zone: tzinfo) -> Row:
    width = len(shape.titles)
    if any(as_text(cell).strip() for cell in record.cells[width:]):
        raise Refused(
            f"这一行有 {len(record.cells)} 格，表头只有 {width} 格：内容里的逗号可能没有加引号。 "
            f"The row has {len(record.cells)} cells and the header {width}: a comma in the text may not be quoted."
        )

    def cell(column: Column) -> Any:
        place = shape.places.get(column)
        return record.cells[place] if place is not None and place < len(record.cells) else None

    taken = set(shape.places.values())
    subject, text = words(cell("subject")), words(cell("text"))
    if not subject and not text:
        raise Refused("主题和内容都是空的：请补上。 Subject and text are both empty: fill in one of them.")
    return Row(
        line=record.line,
        external_id=identity(cell("external_id")),
        subject=subject,
        text=text,
        reported_at=moment(cell("reported_at"), zone),
        reporter=words(cell("reporter")) or None,
        extra={
            words(title) or f"#{place + 1}": words(value)
            for place, (title, value) in enumerate(zip(shape.titles, record.cells, strict=False))
            if place not in taken and words(value)
        },
    )


def identity(cell: Any) -> str:
    known = words(cell)
    if not known:
        raise Refused("编号是空的：请补上。 The number is empty: fill it in.")
    if (isinstance(cell, int | float) and abs(cell) >= 1e15) or re.fullmatch(r"\d(?:\.\d+)?[eE]\+?\d+", known):
        raise Refused(
            f"编号 {known} 被 Excel 四舍五入了：请把该列设为文本格式后重新导出。 "
            f"Excel has rounded the number {known}: format the column as text and export it again."
        )
    if len(known) > 200:
        raise Refused("编号超过 200 字。 The number is longer than 200 characters.")
    return known


def words(cell: Any) -> str:
    text = clean(as_text(cell)).strip()
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(
            "含有不成对的代理字符：请重新导出。 The row holds half a surrogate pair: export it again."
        ) from None
    return text


def as_text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case str():
            return cell
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime() | date() | time():
            return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
        case _:
            return str(getattr(cell, "text", None) or cell)  # an array formula holds its text


CONTROLS: Final = dict.fromkeys(n for n in range(0x20) if chr(n) not in "\n\t") | {0x7F: None}
EXCEL_CONTROL: Final = re.compile(r"_x00([01][0-9A-Fa-f])_")


def clean(text: str) -> str:
    if "_x00" in text:
        text = EXCEL_CONTROL.sub(lambda code: chr(int(code[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(CONTROLS)


# Times

WRITTEN: Final = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
    r"(?:[T\s,，]*(?:星期.|周.)?\s*(?P<half>上午|下午|晚上|中午|凌晨|早上|AM|PM|am|pm)?\s*"
    r"(?P<hour>\d{1,2})\s*[:：时点]\s*(?:(?P<minute>\d{1,2})\s*(?:[:：分]\s*(?:(?P<second>\d{1,2})(?:\.\d+)?)?)?)?\s*秒?"
    r"\s*(?P<after>AM|PM|am|pm)?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
COMPACT: Final = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?"
)
SERIAL: Final = re.compile(r"\d{5}(?:\.\d+)?")
EXCEL_DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001  a serial number has no zone


def moment(cell: Any, zone: tzinfo) -> datetime | None:
    """When, always with a zone; nothing for an empty cell; a date that does not exist is refused."""
    text = as_text(cell).strip()
    if not text:
        return None
    # Nothing longer than a time can be is tried: blanks without number would keep the expressions busy.
    found = as_moment(cell, unicodedata.normalize("NFKC", text), zone) if len(text) <= 60 else None
    if found is None or found.year not in YEARS:
        raise Refused(
            "时间不存在或无法识别：请写成 2020-03-01 08:00:00。 "
            "The time does not exist or is not understood: write it as 2020-03-01 08:00:00."
        )
    return found


def as_moment(cell: Any, text: str, zone: tzinfo) -> datetime | None:
    try:
        if isinstance(cell, datetime):
            return cell if cell.tzinfo else cell.replace(tzinfo=zone)
        if isinstance(cell, date):
            return datetime(cell.year, cell.month, cell.day, tzinfo=zone)
        if match := COMPACT.fullmatch(text) or WRITTEN.fullmatch(text):
            return written(match.groupdict(), zone)
        if SERIAL.fullmatch(text):
            since = timedelta(seconds=round(float(text) * 86_400))
            return (EXCEL_DAY_ZERO + since).replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return None
    return None


def written(part: Mapping[str, str | None], zone: tzinfo) -> datetime:
    hour = int(part["hour"] or 0)
    half = part.get("half") or part.get("after") or ""
    if half.lower() in ("下午", "晚上", "pm") and hour < 12:
        hour += 12
    elif half.lower() in ("am", "上午", "凌晨") and hour == 12:
        hour = 0
    return datetime(
        int(part["year"] or 0),
        int(part["month"] or 0),
        int(part["day"] or 0),
        hour,
        int(part["minute"] or 0),
        int(part["second"] or 0),
        tzinfo=offset(part["zone"]) if part.get("zone") else zone,
    )


def offset(text: str | None) -> tzinfo:
    if not text or text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
