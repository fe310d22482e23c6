"""The rules of a source's map of categories: versions from a day on, and what a code stood for on a day."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from services.intake.domain import category_map
from services.intake.domain.category_map import CategoryMapImported, Entry, ImportCategoryMap, category_of
from services.intake.entrypoints import category_files
from services.intake.entrypoints.files import UnreadableFile
from shared.eventsourcing.testing import Specification
from tests.unit.intake import desk as d

given = Specification(category_map.category_map)

WAGES = Entry(levels=("劳动和社会保障", "劳动关系", "拖欠工资"), category="labour", code="0501")
SHOPS = Entry(levels=("商贸旅游", "消费维权"), category="contract")
PARKS = Entry(levels=("城乡建设", "园林绿化"))
first = ImportCategoryMap(
    map="city",
    name="市民热线分类",
    scheme="list-a",
    valid_from=date(2026, 1, 1),
    entries=(WAGES, SHOPS, PARKS),
    by=d.OFFICER,
    now=d.MONDAY,
)
changed_wages = Entry(levels=WAGES.levels, category="contract", code="0501")
second = d.changed(first, valid_from=date(2026, 7, 1), entries=(changed_wages, SHOPS), now=d.TUESDAY)


def imported(command: ImportCategoryMap, version: int) -> CategoryMapImported:
    told = command.model_dump(exclude={"now"})
    return CategoryMapImported(**told, version=version, imported_at=command.now)


ONE, TWO = imported(first, 1), imported(second, 2)


def test_the_first_import_is_version_1() -> None:
    given().when(first).then(ONE)


def test_a_later_import_is_the_next_version_from_its_own_day() -> None:
    given(ONE).when(second).then(TWO)


def test_the_same_import_again_changes_nothing() -> None:
    given(ONE).when(d.changed(first, now=d.TUESDAY)).then_nothing_happens()


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2025, 12, 31)])
def test_no_version_begins_before_the_latest_for_the_past_keeps_its_map(day: date) -> None:
    command = d.changed(second, valid_from=day)
    given(ONE).when(command).then_refused(category_map.BeforeTheLatest)


def test_a_map_goes_to_a_list_of_categories_that_there_is() -> None:
    given().when(d.changed(first, scheme="list-z")).then_refused(category_map.UnknownScheme)


def test_a_category_must_be_in_the_list_that_the_map_goes_to() -> None:
    given().when(d.changed(first, scheme="working-list")).then_refused(category_map.UnknownCategory)


def test_a_category_of_the_source_is_in_its_map_once() -> None:
    given().when(d.changed(first, entries=(WAGES, WAGES))).then_refused(category_map.TwiceInTheMap)


STATE = category_map.category_map.fold([ONE, TWO], category_map.Map())


@pytest.mark.parametrize(
    ("day", "known"),
    [
        (date(2025, 12, 31), (None, None)),
        (date(2026, 1, 1), (1, "labour")),
        (date(2026, 6, 30), (1, "labour")),
        (date(2026, 7, 1), (2, "contract")),
    ],
)
def test_a_code_stands_for_what_the_map_of_that_day_says(day: date, known: tuple[int | None, str | None]) -> None:
    assert category_of(STATE, "劳动和社会保障/劳动关系/拖欠工资", day) == known


@pytest.mark.parametrize("code", ["0501", "拖欠工资", "劳动和社会保障 / 劳动关系 / 拖欠工资"])
def test_a_code_is_known_by_its_number_its_path_or_its_last_level(code: str) -> None:
    assert category_of(STATE, code, date(2026, 2, 1)) == (1, "labour")


def test_a_last_level_that_stands_in_two_places_is_nobody_s_name() -> None:
    twice = (Entry(levels=("甲", "其他"), category="other"), Entry(levels=("乙", "其他"), category="labour"))
    state = category_map.category_map.fold([imported(d.changed(first, entries=twice), 1)], category_map.Map())
    assert category_of(state, "其他", date(2026, 2, 1)) == (1, None)
    assert category_of(state, "乙/其他", date(2026, 2, 1)) == (1, "labour")


def test_a_code_that_the_map_does_not_know_or_has_not_mapped_stands_for_nothing() -> None:
    for code in ("没有的", "城乡建设/园林绿化"):
        assert category_of(STATE, code, date(2026, 2, 1)) == (1, None)


def test_a_category_is_known_by_its_code_and_its_names() -> None:
    assert [category_map.named(name, "list-a") for name in ("labour", "劳动人事", "wages and LABOUR", "没有")] == [
        "labour",
        "labour",
        "labour",
        None,
    ]


# Files


def test_a_file_of_three_levels_is_read_and_may_be_completed_by_its_words(tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    path.write_text("一级分类,二级分类,三级分类\n劳动,工资,拖欠工资\n交通,公交,公交线路\n", encoding="gb18030")
    read = category_files.read(path, "list-a", propose=False)
    assert [entry.category for entry in read.entries] == [None, None]
    completed = category_files.read(path, "list-a", propose=True)
    assert [(entry.path, entry.category) for entry in completed.entries] == [
        ("劳动/工资/拖欠工资", "labour"),
        ("交通/公交/公交线路", None),
    ]
    assert completed.proposed == 1


def test_what_is_written_as_csv_is_read_in_again_and_holds_no_formula(tmp_path: Path) -> None:
    entries = (WAGES, SHOPS, PARKS, Entry(levels=("=1+1",), category="other"))
    path = tmp_path / "map.csv"
    path.write_text(category_files.write(entries), encoding="utf-8")
    assert "'=1+1" in path.read_text(encoding="utf-8")
    assert category_files.read(path, "list-a", propose=False).entries == entries


def test_a_workbook_is_read_as_a_csv_is(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["说明"], ["一级分类", "二级分类", "标准分类"], ["商贸旅游", "消费维权", "合同及相关"], [None, None]):
        book.active.append(row)
    path = tmp_path / "map.xlsx"
    book.save(path)
    assert category_files.read(path, "list-a", propose=False).entries == (SHOPS,)


def test_every_line_that_is_wrong_is_told(tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    lines = [
        "一级分类;二级分类;三级分类;标准分类",
        "甲;;丙;",
        "甲;乙;;没有的",
        "甲/乙;;;",
        "丁;;;",
        "丁;;;",
        f"{'长' * 101};;;",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    read = category_files.read(path, "list-a", propose=False)
    assert [bad.line for bad in read.bad] == [2, 3, 4, 6, 7]
    assert [entry.path for entry in read.entries] == ["丁"]


@pytest.mark.parametrize("text", ["", "名称,说明\n甲,乙\n", "一级,二级\n" + "\n".join(f"甲,{n}" for n in range(5_002))])
def test_a_file_without_the_columns_or_with_too_much_is_refused_as_a_whole(tmp_path: Path, text: str) -> None:
    path = tmp_path / "map.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile):
        category_files.read(path, "list-a", propose=False)


def test_a_map_that_was_never_imported_is_unknown() -> None:
    with pytest.raises(category_map.NoSuchMap):
        category_map.versions_of(category_map.Map())
    assert [version.imported.version for version in category_map.versions_of(STATE)] == [1, 2]
