"""Rules of likeness, on invented reports: which two speak of one matter, and what is told about why."""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.duplicates import AGAINST, Known, Message, evaluate_duplicates, learn
from services.intake.domain.likeness import (
    THRESHOLD,
    Found,
    Likeness,
    Place,
    Traits,
    compare,
    matches,
    terms,
    threshold,
    traits,
)

MONDAY = date(2026, 11, 23)

FUMES = traits(
    "榆景湾小区三栋楼下饭店油烟扰民",
    "榆景湾小区三栋一楼新开了老槐树饭店，没有专用烟道，油烟直排，三栋的住户开不了窗，请查处老槐树饭店。",
    MONDAY,
)
FUMES_AGAIN = traits(
    "榆景湾楼下老槐树饭店没有烟道，油烟熏人",
    "我住在榆景湾小区三栋，楼下的老槐树饭店天天油烟直排，没有烟道，家里都是油烟味。",
    date(2026, 11, 25),
)
OTHER_ISSUE = traits(
    "榆景湾小区地下车库长期漏水", "榆景湾小区的地下车库一下雨就漏水，积水很深，物业不修。", date(2026, 11, 24)
)
OTHER_PLACE = traits(
    "碧桐苑小区三栋楼下饭店油烟扰民",
    "碧桐苑小区三栋一楼新开了金满堂饭店，没有专用烟道，油烟直排，三栋的住户开不了窗，请查处金满堂饭店。",
    MONDAY,
)


def field(one: Likeness, name: str) -> tuple[float, bool]:
    (found,) = [field for field in one.fields if field.field == name]
    return found.score, found.differs


def words(one: Likeness, name: str, left: Traits, right: Traits) -> list[tuple[str, str]]:
    (found,) = [field for field in one.fields if field.field == name]
    return [
        (getattr(left, here.side)[here.start : here.end], getattr(right, there.side)[there.start : there.end])
        for here, there in zip(found.left, found.right, strict=True)
    ]


def test_the_same_place_with_the_same_issue_is_one_matter() -> None:
    assert compare(FUMES, FUMES_AGAIN).score >= THRESHOLD


def test_the_same_estate_with_another_issue_is_another_matter() -> None:
    assert compare(FUMES, OTHER_ISSUE).score < THRESHOLD


def test_the_same_words_about_another_estate_are_another_matter() -> None:
    told = compare(FUMES, OTHER_PLACE)
    assert told.score < THRESHOLD
    assert field(told, "place")[1], "the places differ, and that is said"


def test_the_words_that_matched_are_told_on_both_sides() -> None:
    told = compare(FUMES, FUMES_AGAIN)
    assert ("榆景湾", "榆景湾") in [(a[:3], b[:3]) for a, b in words(told, "place", FUMES, FUMES_AGAIN)]
    assert any("烟" in a and "烟" in b for a, b in words(told, "words", FUMES, FUMES_AGAIN))
    assert {one.field for one in told.fields} == {"place", "parties", "words", "amounts", "time"}


def test_a_party_that_both_name_is_told_apart_from_a_place() -> None:
    left = traits("青禾教育培训机构不退费", "青禾教育培训机构关门，预交的6800元学费不退。", MONDAY)
    right = traits("投诉青禾教育培训机构拒绝退款", "在青禾教育培训机构报名交了6800元，机构跑路，不退费。", MONDAY)
    told = compare(left, right)
    assert told.score >= THRESHOLD
    assert field(told, "parties")[0] > 0.25
    assert words(told, "amounts", left, right) == [("6800", "6800")]


def test_general_questions_with_the_same_words_are_not_suggested() -> None:
    left = traits("咨询购房补贴申请条件", "请问人才购房补贴需要什么条件，如何申请？", MONDAY)
    right = traits("请问购房补贴何时发放", "人才购房补贴申请了半年，何时发放？", MONDAY)
    assert compare(left, right).score < threshold("enquiry", "enquiry")


def test_a_district_or_town_alone_names_no_matter() -> None:
    left = traits("青岩镇垃圾没人清运", "青岩镇垃圾堆成山，臭味很大。", MONDAY)
    right = traits("青岩镇公交车班次太少", "青岩镇的公交车一小时一班。", MONDAY)
    assert compare(left, right).score < THRESHOLD


def test_another_line_or_another_year_is_another_matter() -> None:
    left = traits("305路公交车不按时发车", "305路公交车经常等半小时。", MONDAY)
    right = traits("325路公交车不按时发车", "325路公交车经常等半小时。", MONDAY)
    assert compare(left, right).score < THRESHOLD
    assert compare(left, traits("305路公交车不按时发车", "305路公交车总是等半小时。", MONDAY)).score >= THRESHOLD


def test_a_text_sent_again_is_found_without_any_name() -> None:
    text = "孩子未满三岁，申请保障房时材料被退回两次，窗口说法前后不一，希望给一个明确的答复，谢谢。"
    assert compare(traits("材料被退回", text, MONDAY), traits("再问", text, MONDAY)).score > 0.5


def test_the_register_tells_apart_what_words_do_not() -> None:
    at = [Place("wangfu", compound) for compound in ("yujing-1", "yujing-2")]
    one, other = (traits("楼下饭店油烟扰民", "榆景湾楼下饭店油烟扰民。", MONDAY, place) for place in at)
    assert compare(one, other).score < THRESHOLD
    same = compare(one, traits("楼下饭店油烟扰民", "榆景湾楼下饭店油烟扰民。", MONDAY, at[0]))
    assert field(same, "place") == (1.0, False)


def test_other_districts_and_a_long_time_speak_against_it() -> None:
    left = traits("A3区榆景湾小区油烟扰民", "榆景湾小区油烟扰民。", MONDAY)
    right = traits("A5区榆景湾小区油烟扰民", "榆景湾小区油烟扰民。", date(2025, 1, 6))
    told = compare(left, right)
    assert field(told, "place")[1]
    assert field(told, "time") == (0.0, True)
    assert told.score < compare(left, left).score


def test_kinds_have_their_own_thresholds_and_the_stricter_counts() -> None:
    assert threshold("dispute", "enquiry") == threshold("enquiry", "dispute") > threshold("dispute", "hazard")


def test_the_likeliest_comes_first_and_only_what_reaches_the_threshold_is_suggested() -> None:
    one, *others = (
        Found(f"report-{position}", position, "dispute", traits_of)
        for position, traits_of in enumerate((FUMES, OTHER_ISSUE, FUMES_AGAIN, OTHER_PLACE))
    )
    first, *rest = matches(one, others)
    assert (first.found.report, first.suggested) == ("report-2", True)
    assert not any(match.suggested for match in rest)


def test_an_index_finds_a_report_by_its_rare_names_and_a_copy_by_its_stretches() -> None:
    assert set(terms(FUMES)) & set(terms(FUMES_AGAIN))
    assert "小区" not in terms(FUMES)
    again = traits("再次反映", FUMES.text, MONDAY)
    assert len(set(terms(FUMES)) & set(terms(again))) >= 8


def test_nothing_is_like_nothing() -> None:
    empty = traits("", "", MONDAY)
    assert compare(empty, empty).score < THRESHOLD
    assert terms(empty) == ()


texts = st.text(st.sampled_from("榆景湾小区油烟305路1镇，。A3区 饭店a的之"), max_size=40)


@given(texts, texts, texts, texts)
@settings(max_examples=60)
def test_any_two_reports_can_be_compared_and_neither_comes_first(a: str, b: str, c: str, d: str) -> None:
    left, right = traits(a, b, MONDAY), traits(c, d, MONDAY)
    one, other = compare(left, right), compare(right, left)
    assert 0 <= one.score <= 1
    assert one.score == pytest.approx(other.score, abs=0.002)
    for told in one.fields:
        assert len(told.left) == len(told.right)
        for word in told.left:
            assert 0 <= word.start < word.end <= len(getattr(left, word.side))


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_the_measuring_counts_known_pairs_only_and_tells_what_nobody_has_checked(tmp_path: Path) -> None:
    heads = ["留言编号", "留言主题", "留言时间", "留言详情"]
    told = [("1", FUMES), ("2", FUMES_AGAIN), ("3", OTHER_ISSUE), ("4", OTHER_PLACE), ("5", FUMES)]
    messages = [[number, one.subject, f"{one.on} 09:00:00", one.text] for number, one in told]
    file = write(tmp_path / "messages.csv", [heads, *messages])
    clusters = write(tmp_path / "clusters.csv", [["留言编号", "cluster"], ["1", "fumes"], ["2", "fumes"]])
    not_same = write(tmp_path / "not-same.csv", [["a", "b"], ["1", "3"], ["2", "4"]])
    measured = evaluate_duplicates(file, clusters, not_same)
    assert (measured["precision"], measured["recall"], measured["not_same_joined"]) == (1.0, 1.0, 0)
    assert (measured["same_pairs"], measured["not_same_pairs"]) == (1, 2)
    assert measured["unchecked"]["suggested"] == 2, "the fifth, a copy of the first, was never checked"
    unknown = write(tmp_path / "unknown.csv", [["a", "b"], ["1", "9"]])
    with pytest.raises(ValueError, match=r"unknown\.csv: 1 messages are not in the file"):
        evaluate_duplicates(file, clusters, unknown)
    with pytest.raises(ValueError, match="the columns a and b are needed"):
        evaluate_duplicates(file, clusters, clusters)


def test_what_is_learned_keeps_its_direction_and_holds_no_rare_name() -> None:
    told = {"1": FUMES, "2": FUMES_AGAIN, "3": OTHER_ISSUE, "4": OTHER_PLACE}
    messages = {number: Message(one.subject, one.text, one.on, "dispute") for number, one in told.items()}
    model = learn(Known(messages, {"fumes": ["1", "2"]}, [("1", "3"), ("2", "4")]), [("3", "4")])
    for measure, weight in model.weights.items():
        assert weight <= 0 if measure in AGAINST else weight >= 0
    assert model.rarity("榆景") == model.rarity("从未")
    assert model.topics["fumes"] < model.topics["lending"]
