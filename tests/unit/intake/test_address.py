"""Addresses as people say them lead to the compound, building, unit and grid that they mean, with what matched."""

import pytest

from services.intake.domain import address as a

BUILDINGS = (
    a.BuildingPlace("b3", "3号楼", units=(a.UnitPlace("u1", "一单元"), a.UnitPlace("u2", "2单元"))),
    a.BuildingPlace("b12", "十二号楼", grid="g-2"),
    a.BuildingPlace("bB", "B座", also_called=("望府楼",)),
)
WANGFU = a.CompoundPlace(
    "wangfu", "王府花园", "czl", "czl-2", "长治路二社区", "g-1", ("王府",), "长治路112号", BUILDINGS
)
FENHE = a.CompoundPlace("fenhe", "汾河小区", "czl", "czl-2", "长治路二社区", "g-3")
OTHER = a.CompoundPlace("fenhe-1", "汾河小区", "czl", "czl-1", "长治路一社区", "g-9")
YARD = a.CompoundPlace("yard", "并州路三号院", "czl", "czl-1", "长治路一社区", "g-8")
XUEFU = a.CompoundPlace("xuefu", "学府苑", "czl", "czl-2", "长治路二社区", "g-4")
known = a.Gazetteer.of([WANGFU, FENHE, OTHER, YARD, XUEFU])


def one(text: str, community: str | None = None) -> a.Candidate:
    (found,) = known.resolve(text, community=community)
    return found


@pytest.mark.parametrize(
    ("text", "building", "unit", "room"),
    [
        ("王府花园3号楼2单元501室", "b3", "u2", "501"),
        ("王府花园三号楼二单元501", "b3", "u2", "501"),
        ("王府花园 ３ 号楼 １ 单元", "b3", "u1", None),
        ("王府花园三栋", "b3", None, None),
        ("王府花园3幢2单元", "b3", "u2", None),
        ("王府花园3-2-501", "b3", "u2", "501"),
        ("王府花园3－501", "b3", None, "501"),
        ("王府花园3#2-501", "b3", "u2", "501"),
        ("王府花园3#楼", "b3", None, None),
        ("王府花园03号楼", "b3", None, None),
        ("王府花园b座1203室", "bB", None, "1203"),
        ("家住王府花园（南门）十二栋", "b12", None, None),
        ("王府花园", None, None, None),
    ],
)
def test_a_building_is_found_however_it_is_written(
    text: str, building: str | None, unit: str | None, room: str | None
) -> None:
    found = one(text)
    assert (found.compound, found.building, found.unit, found.room_said) == ("wangfu", building, unit, room)
    assert found.score == 1.0


def test_a_building_that_lies_in_another_grid_than_its_compound_says_its_own() -> None:
    assert one("王府花园3号楼").grid == "g-1"
    assert one("王府花园12号楼").grid == "g-2"


def test_what_matched_is_told_by_its_place_in_the_text_as_it_was_given() -> None:
    text = "我家在 王府花园　十二 号楼，楼道里堆满杂物"
    found = one(text)
    assert [(m.what, text[m.start : m.end], m.text) for m in found.matches] == [
        ("compound", "王府花园", "王府花园"),
        ("building", "十二", "十二"),
    ]
    assert found.why == ("name", "building_known")


@pytest.mark.parametrize(
    ("text", "compound", "how"),
    [
        ("王府3号楼", "wangfu", "also_called"),
        ("长治路112号3号楼", "wangfu", "address"),
        ("学府苑门口", "xuefu", "name"),
        ("并州路3号院", "yard", "name"),
        ("并州路三号院", "yard", "name"),
    ],
)
def test_a_compound_is_found_by_its_other_names_and_its_address(text: str, compound: str, how: str) -> None:
    found = one(text)
    assert (found.compound, found.how) == (compound, how)


@pytest.mark.parametrize("text", ["王俯花园3号楼", "王府花圆三号楼", "王府园花3号楼", "王府大花园3栋", "王府花院3-501"])
def test_one_mistake_in_a_name_still_leads_to_it(text: str) -> None:
    found = known.resolve(text)[0]
    assert (found.compound, found.building) == ("wangfu", "b3")
    assert found.how in ("near", "also_called")


def test_a_mistaken_name_is_trusted_less_than_a_right_one() -> None:
    wrong = one("学俯苑3号楼")
    assert (wrong.compound, wrong.how) == ("xuefu", "near")
    assert wrong.score < one("学府苑3号楼").score


def test_a_name_that_is_entered_twice_is_one_name_and_a_short_rest_is_none() -> None:
    twice = a.CompoundPlace("t", "新小区", "s", "c", "新社区", "g", ("新 小区", "春晖"), "新小区")
    seen = a.CompoundPlace("v", "春晖小区", "s", "c", "新社区", "g", ("春晖",))
    both = a.Gazetteer.of([twice, seen])
    assert sorted((each.compound, each.how) for each in both.resolve("春晖5号楼")) == [
        ("t", "also_called"),
        ("v", "also_called"),
    ]
    assert both.resolve("新5号楼") == []


def test_of_two_compounds_of_nearly_one_name_the_nearer_is_shown_first() -> None:
    east = a.CompoundPlace("e", "滨河东家园", "s", "c", "新社区", "g")
    west = a.CompoundPlace("w", "滨河西家苑", "s", "c", "新社区", "g")
    assert [each.compound for each in a.Gazetteer.of([east, west]).resolve("住在滨河东家苑的滨河西家园")] == ["e", "w"]


def test_two_compounds_of_one_name_are_both_shown() -> None:
    found = known.resolve("汾河小区5号楼")
    assert {(each.community, each.score) for each in found} == {("czl-1", 1.0), ("czl-2", 1.0)}
    assert one("汾河小区5号楼", community="czl-1").compound == "fenhe-1"


def test_the_community_that_is_named_comes_first() -> None:
    first, second = known.resolve("长治路二社区汾河5号楼")
    assert (first.community, first.how) == ("czl-2", "shortened")
    assert "community_named" in first.why
    assert "another_community_named" in second.why
    assert second.score < first.score


def test_a_building_that_the_register_does_not_have_is_said_so() -> None:
    found = one("王府花园9号楼7单元")
    assert (found.building, found.unit, found.building_said, found.unit_said) == (None, None, "9", "7")
    assert "building_unknown" in found.why
    assert one("王府花园3号楼7单元").why == ("name", "building_known", "unit_unknown")


def test_where_no_buildings_are_entered_their_number_is_only_told() -> None:
    found = one("学府苑3号楼2单元")
    assert (found.building, found.building_said, found.unit_said) == (None, "3", "2")
    assert found.why == ("name",)


def test_a_unit_may_be_said_without_its_building() -> None:
    found = one("学府苑2单元301")
    assert (found.building_said, found.unit_said, found.room_said) == (None, "2", "301")


def test_a_name_within_a_longer_name_is_not_meant() -> None:
    longer = a.CompoundPlace("wangfu-east", "王府花园东区", "czl", "czl-2", "长治路二社区", "g-5")
    both = a.Gazetteer.of([WANGFU, longer])
    assert [each.compound for each in both.resolve("王府花园东区3号楼")] == ["wangfu-east"]


def test_two_compounds_in_one_text_are_both_candidates() -> None:
    found = known.resolve("学府苑对面的并州路三号院")
    assert {each.compound for each in found} == {"xuefu", "yard"}


@pytest.mark.parametrize("text", ["", " ", "路边", "王", "3号楼2单元", "一二三", "号" * 600])
def test_what_names_no_compound_finds_nothing(text: str) -> None:
    assert known.resolve(text) == []


def test_an_empty_register_finds_nothing() -> None:
    assert a.Gazetteer.of([]).resolve("王府花园3号楼") == []


def test_a_compound_that_is_named_twice_is_one_candidate_by_its_surest_name() -> None:
    assert one("王府花园，就是王府3号楼").how == "name"


def test_no_more_than_ten_are_shown() -> None:
    many = [a.CompoundPlace(f"c{n}", "和平里", "s", f"m{n}", f"第{n}社区", "g") for n in range(30)]
    assert len(a.Gazetteer.of(many).resolve("和平里")) == a.MOST


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("三", 3), ("十", 10), ("十二", 12), ("二十", 20), ("一百零三", 103), ("百", 100), ("二〇一", 201), ("两", 2)],
)
def test_numerals_are_read(numeral: str, value: int) -> None:
    assert a.number(numeral) == value


@pytest.mark.parametrize(
    ("name", "is_"),
    [("3号楼", "3"), ("三栋", "3"), ("3", "3"), ("B座", "B"), ("望府楼", "望府楼"), ("十二", "12"), ("00", "00")],
)
def test_a_building_is_told_by_its_number_or_letter(name: str, is_: str) -> None:
    assert a.label(name) == is_
