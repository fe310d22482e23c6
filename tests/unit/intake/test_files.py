"""Rules of reading a mailbox's or a hotline's export."""

import csv
import io
import tracemalloc
import zipfile
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.entrypoints import files
from services.intake.entrypoints.files import BadRow, Row, UnreadableFile, count_rows, read_rows
from shared.law.legal_time import SHANGHAI

HEADER = "留言编号,留言用户,留言主题,留言时间,留言详情,点赞数"
MONDAY = datetime(2020, 3, 2, 8, 30, tzinfo=SHANGHAI)


def csv_file(folder: Path, text: str, encoding: str = "utf-8", name: str = "导出") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def xlsx_file(folder: Path, rows: list[list[Any]], name: str = "export.bin") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    path = folder / name
    book.save(path)
    return path


@cache
def small_workbook() -> bytes:
    with TemporaryDirectory() as folder:
        return xlsx_file(Path(folder), [["编号", "标题"], ["1", "路灯"]]).read_bytes()


def only(path: Path, **options: Any) -> Row:
    (row,) = read_rows(path, **options)
    assert isinstance(row, Row)
    return row


def refused(path: Path, **options: Any) -> BadRow:
    (row,) = read_rows(path, **options)
    assert isinstance(row, BadRow)
    return row


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encoding_is_recognised_by_the_bytes(tmp_path: Path, encoding: str) -> None:
    text = f"{HEADER}\n7,甲,路灯不亮,2020-03-02 08:30:00,春晖里三号门前的路灯坏了𠮷,4\n"
    row = only(csv_file(tmp_path, text, encoding, name="what.xlsx"))
    assert row == Row(2, "7", "路灯不亮", "春晖里三号门前的路灯坏了𠮷", MONDAY, "甲", {"点赞数": "4"})


def test_a_workbook_is_recognised_by_its_content(tmp_path: Path) -> None:
    path = xlsx_file(
        tmp_path, [HEADER.split(","), [7, "甲", "路灯不亮", MONDAY.replace(tzinfo=None), "坏了", 4]], "a.csv"
    )
    assert only(path) == Row(2, "7", "路灯不亮", "坏了", MONDAY, "甲", {"点赞数": "4"})


@pytest.mark.parametrize(
    "header",
    [
        "工单编号,标题,来电时间,诉求内容",
        "*编号（必填）, 主 题 ,日期,内容：",
        "ID,Subject,Date,Text",
        "id;subject;time;text",
        "单号\t标题\t时间\t描述",
    ],
)
def test_usual_headers_are_understood(tmp_path: Path, header: str) -> None:
    mark = next(mark for mark in ("\t", ";", ",") if mark in header)
    row = only(csv_file(tmp_path, header + "\n" + mark.join(["7", "路灯", "2020/3/2 8:30", "坏了"])))
    assert (row.external_id, row.subject, row.text, row.reported_at) == ("7", "路灯", "坏了", MONDAY)


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    row = only(csv_file(tmp_path, f"某市热线导出,,,\n\n{HEADER}\n7,甲,路灯,2020-03-02,坏了,4\n"))
    assert (row.line, row.external_id) == (4, "7")


def test_the_surer_of_two_headers_wins_and_the_other_is_kept_as_extra(tmp_path: Path) -> None:
    row = only(csv_file(tmp_path, "编号,留言编号,标题\n1,188,路灯\n"))
    assert (row.external_id, row.extra) == ("188", {"编号": "1"})


def test_a_mapping_names_columns_of_another_header(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "件号,说明,编号\nA-1,路灯坏了,99\n")
    row = only(path, mapping={"external_id": "件号", "text": "说明"})
    assert (row.external_id, row.text, row.extra) == ("A-1", "路灯坏了", {"编号": "99"})


def test_a_mapped_column_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="说明"):
        read_rows(csv_file(tmp_path, "编号,标题\n1,路灯\n"), mapping={"text": "说明"})


def test_a_mapping_of_an_unknown_column_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"colour.*external_id"):
        read_rows(csv_file(tmp_path, "编号,标题\n1,路灯\n"), mapping={"colour": "标题"})


def test_lines_are_those_of_an_editor_though_cells_hold_line_ends(tmp_path: Path) -> None:
    text = '编号,标题,内容\r\n1,路灯,"第一行\r\n第二行"\r\n\r\n2,井盖,"没有了"\r\n'
    first, second = read_rows(csv_file(tmp_path, text))
    assert isinstance(first, Row)
    assert (first.line, first.text, second.line) == (2, "第一行\n第二行", 5)


def test_lines_of_a_workbook_are_its_rows_and_empty_ones_count(tmp_path: Path) -> None:
    found = read_rows(xlsx_file(tmp_path, [["编号", "标题"], ["1", "路灯"], [], ["2", "井盖"]]))
    assert [row.line for row in found] == [2, 4]


def test_a_row_that_does_not_decode_is_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "x"
    good = [f"{n},路灯,坏了\n".encode() for n in (1, 2, 3)]
    path.write_bytes("编号,标题,内容\n".encode() + good[0] + good[1] + b"9,\xe8\xb7\xff,x\n" + good[2])
    found = list(read_rows(path))
    assert [type(row) for row in found] == [Row, Row, BadRow, Row]
    bad = found[2]
    assert isinstance(bad, BadRow)
    assert bad.line == 4
    assert "UTF-8" in bad.reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",路灯,坏了", "编号是空的"),
        ("1,,", "都是空的"),
        ("1,路灯,坏了,也坏了", "4 cells"),
        ("1.23457E+17,路灯,坏了", "rounded"),
        ('1,"路灯"灯,坏了', "quotation marks|quotes"),
        ("9" * 201 + ",路灯,坏了", "200"),
    ],
)
def test_a_bad_row_says_what_is_wrong_and_the_next_one_is_read(tmp_path: Path, row: str, reason: str) -> None:
    bad, good = read_rows(csv_file(tmp_path, f"编号,标题,内容\n{row}\n2,井盖,没了\n"))
    assert isinstance(bad, BadRow)
    assert isinstance(good, Row)
    assert (bad.line, good.line) == (2, 3)
    assert any(part in bad.reason for part in reason.split("|"))


def test_a_quotation_mark_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    rows = "".join(f"{n},井盖,没了\n" for n in range(20_000))
    found = list(read_rows(csv_file(tmp_path, f'编号,标题,内容\nx,"路灯,坏了\n{rows}')))
    assert isinstance(found[0], BadRow)
    assert found[0].raw == 'x,"路灯,坏了'
    assert [row.line for row in found] == list(range(2, 20_003))
    assert all(isinstance(row, Row) for row in found[1:])


def test_a_line_without_end_costs_one_row_and_little_memory(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "编号,标题\n1," + "长" * 3_000_000 + "\n2,井盖\n")
    tracemalloc.start()
    bad, good = read_rows(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(bad, BadRow)
    assert (len(bad.raw) <= 2_000, good.line) == (True, 3)
    assert peak < 16_000_000


def test_a_hundred_thousand_rows_take_no_more_memory_than_ten(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "编号,标题,内容\n" + "".join(f"{n},路灯,{'坏了' * 50}\n" for n in range(100_000)))
    tracemalloc.start()
    assert sum(1 for _ in zip(range(5_000), read_rows(path), strict=False)) == 5_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count_rows(path) == 100_002
    assert peak < 4_000_000


@pytest.mark.parametrize("text", ["=1+1", "+8613800000000", "-5", "@SUM(A1)", '=HYPERLINK("http://a","b")'])
def test_what_looks_like_a_formula_is_plain_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "f.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["编号", "标题"], ["1", text]])
    assert only(path).subject == text
    assert only(xlsx_file(tmp_path, [["编号", "标题"], ["1", text]])).subject == text


def test_control_characters_are_removed(tmp_path: Path) -> None:
    row = only(csv_file(tmp_path, '编号,标题,内容\n1,路\x00灯\x07,"坏\t了\r\n吗\x1b"\n'))
    assert (row.subject, row.text) == ("路灯", "坏\t了\n吗")


def test_emoji_and_right_to_left_text_are_kept(tmp_path: Path) -> None:
    assert only(csv_file(tmp_path, "编号,标题\n1,路灯😀 ‏שלום‏\n")).subject == "路灯😀 ‏שלום‏"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2019/1/24 0:00", datetime(2019, 1, 24, tzinfo=SHANGHAI)),
        ("2020-03-02 08:30:00", MONDAY),
        ("2020年3月2日", datetime(2020, 3, 2, tzinfo=SHANGHAI)),
        ("2020年3月2日 8时30分", MONDAY),
        ("2020年3月2日 下午3点5分", datetime(2020, 3, 2, 15, 5, tzinfo=SHANGHAI)),
        ("2020/3/2 8:30 AM", MONDAY),
        ("2020.03.02", datetime(2020, 3, 2, tzinfo=SHANGHAI)),
        ("2020-03-02T08:30:00.123+08:00", MONDAY),
        ("2020-03-02T00:30:00Z", MONDAY),
        ("2020-03-01T20:30:00-0400", MONDAY),
        ("20200302", datetime(2020, 3, 2, tzinfo=SHANGHAI)),
        ("20200302083000", MONDAY),
        ("43892.3541666667", MONDAY),
        ("２０２０－０３－０２　０８：３０", MONDAY),
    ],
)
def test_times_are_understood_as_they_are_usually_written(tmp_path: Path, written: str, meant: datetime) -> None:
    row = only(csv_file(tmp_path, f"编号,标题,时间\n1,路灯,{written}\n"))
    assert row.reported_at == meant
    assert row.reported_at is not None
    assert row.reported_at.tzinfo is not None


@pytest.mark.parametrize(
    "written",
    [
        "2020-02-30",
        "2020-13-01",
        "2019-02-29 10:00",
        "2020-01-01 25:00",
        "昨天",
        "0000-01-01",
        "9999-12-31",
        "1/24/2019",
        "2020-01-01T00:00+99:00",
    ],
)
def test_a_time_that_does_not_exist_refuses_its_row(tmp_path: Path, written: str) -> None:
    bad = refused(csv_file(tmp_path, f"编号,标题,时间\n1,路灯,{written}\n"))
    assert "does not exist" in bad.reason
    assert written not in bad.reason, "a cell may hold anything, also what a person wrote; a reason is kept in clear"
    assert written in bad.raw


@pytest.mark.parametrize("cell", ["2020-03-02" + " " * 100_000 + "x", "(" * 100_000, "9" * 100_000])
def test_a_cell_made_to_keep_the_reader_busy_is_refused_at_once(tmp_path: Path, cell: str) -> None:
    path = csv_file(tmp_path, f"{cell},,\n编号,标题,时间\n1,路灯,{cell}\n")
    start = perf_counter()
    assert "does not exist" in refused(path).reason
    assert perf_counter() - start < 5


def test_a_report_may_come_without_a_time(tmp_path: Path) -> None:
    assert only(csv_file(tmp_path, "编号,标题,时间\n1,路灯,\n")).reported_at is None


def test_a_time_without_a_zone_is_taken_in_the_given_zone(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "编号,标题,时间\n1,路灯,2020-03-02 00:30\n")
    assert only(path, zone=UTC).reported_at == MONDAY
    assert only(path, zone=timezone(timedelta(hours=8))).reported_at == MONDAY - timedelta(hours=8)


def test_dates_and_numbers_of_a_workbook_are_read_as_shown(tmp_path: Path) -> None:
    head: list[Any] = ["编号", "标题", "时间", "件数", "好"]
    rows = [
        head,
        [12.0, "路灯", date(2020, 3, 2), 1.5, True],
        [1e17, "路灯", None, None, None],
        [3, "路灯", -7.5e9, None, None],
    ]
    first, rounded, never = read_rows(xlsx_file(tmp_path, rows))
    assert first == Row(2, "12", "路灯", "", datetime(2020, 3, 2, tzinfo=SHANGHAI), None, {"件数": "1.5", "好": "TRUE"})
    assert isinstance(rounded, BadRow)
    assert isinstance(never, BadRow)


def test_the_sheet_with_the_header_is_found(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet("数据")
    sheet.append(["编号", "标题"])
    sheet.append(["1", "路灯"])
    book.save(tmp_path / "x")
    assert only(tmp_path / "x").subject == "路灯"
    assert count_rows(tmp_path / "x") == 2


def zip_file(folder: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(folder / "x.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return folder / "x.xlsx"


def changed_workbook(folder: Path, name: str, content: bytes) -> Path:
    with zipfile.ZipFile(xlsx_file(folder, [["编号", "标题"], ["1", "路灯"]])) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    return zip_file(folder, parts | {name: content})


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = changed_workbook(tmp_path, "xl/media/bomb.bin", b"\0" * (files.XLSX_RATIO_FROM + 1))
    with pytest.raises(UnreadableFile, match="ratio"):
        read_rows(path)


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "XLSX_BYTES", 1_000)
    with pytest.raises(UnreadableFile, match="unpacks to too much"):
        read_rows(xlsx_file(tmp_path, [["编号", "标题"]]))


def test_a_workbook_with_entities_is_refused(tmp_path: Path) -> None:
    path = changed_workbook(
        tmp_path, "xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    )
    with pytest.raises(UnreadableFile, match="DOCTYPE"):
        read_rows(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, r"\.xls"),
        ("编号,标题\n".encode("utf-16"), "UTF-16"),
        (b"%PDF-1.7\n", "not a table"),
        ("编号,标题\r1,路灯\r".encode(), "CR alone"),
        ("姓名,年龄\n甲,3\n".encode(), "姓名"),
        ("编号,年龄\n甲,3\n".encode(), "留言主题"),
        (b"PK\x03\x04 broken", "damaged"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_was_looked_for(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(UnreadableFile, match=reason) as refusal:
        read_rows(tmp_path / "x")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in refusal.value.chinese)
    assert refusal.value.english.isprintable()


def test_an_archive_is_not_a_workbook(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="unpack it"):
        read_rows(zip_file(tmp_path, {"a.csv": HEADER.encode()}))


def test_a_damaged_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="damaged"):
        list(read_rows(changed_workbook(tmp_path, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row>")))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="nowhere"):
        read_rows(tmp_path / "nowhere")
    with pytest.raises(UnreadableFile, match="nowhere"):
        count_rows(tmp_path / "nowhere")


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", "编号,标题,内容,时间\n".encode(), "编号,标题\n".encode("gb18030"), b"PK\x03\x04"]),
)
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_at_all_break_the_reader(tmp_path: Path, content: bytes, start: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(start + content)
    try:
        found = list(read_rows(path))
    except UnreadableFile:
        return
    lines = [row.line for row in found]
    assert lines == sorted(set(lines))
    assert all(row.line <= count_rows(path) for row in found)


@given(st.data())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_to_a_workbook_breaks_the_reader(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(small_workbook())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged"
    path.write_bytes(bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))]))
    try:
        found = list(read_rows(path))
    except UnreadableFile:
        return
    assert [row.line for row in found] == sorted({row.line for row in found})


@given(
    st.lists(st.tuples(st.text(max_size=40), st.text(max_size=200)), max_size=8), st.sampled_from(["utf-8", "gb18030"])
)
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_writer_of_csv_writes_comes_back(tmp_path: Path, cells: list[tuple[str, str]], encoding: str) -> None:
    kept = [tuple(files.clean(cell).strip() for cell in pair) for pair in cells]
    written = io.StringIO(newline="")
    csv.writer(written).writerows([["编号", "标题", "内容"], *([n, *pair] for n, pair in enumerate(cells, 1))])
    path = tmp_path / "x"
    path.write_bytes(written.getvalue().encode(encoding, "ignore"))
    found = {row.external_id: (row.subject, row.text) for row in read_rows(path) if isinstance(row, Row)}
    assert found == {str(n): pair for n, pair in enumerate(kept, 1) if any(pair)}
