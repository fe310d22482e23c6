"""Rules of the suggested category, on invented messages, and of the lists that it comes from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.triage_categories import THEMES, suggest_category
from shared.categories import CATEGORIES, DEFAULT_SCHEME, LIST_A, LIST_B, SCHEMES, WORKING_LIST, name_of

PLAIN = [
    ("family", "family_inheritance", "family", "兄弟争遗产", "父亲去世后留下遗嘱，兄弟姐妹为分家吵了半年。"),
    ("neighbours", "neighbours", "neighbours", "楼上漏水不修", "楼上邻居家卫生间漏到我家，上门找他不理。"),
    ("personality_rights", "compensation", "other_civil", "群里造谣", "有人在群里造谣侮辱我，名誉受损。"),
    ("property_rights", "house_homestead", "other_civil", "公共收益去哪了", "业委会不公开公共收益和维修资金。"),
    ("tort", "compensation", "other_civil", "被邻村的狗咬伤", "打了疫苗，狗主人不付医药费和误工费。"),
    ("tort", "traffic", "other_civil", "交通事故赔偿", "追尾以后对方不认责任认定，定损也不去。"),
    ("contract", "contract", "home_purchase", "开发商逾期交房", "购房合同写明去年交房，至今没有网签。"),
    ("contract", "contract", "tenancy", "房东不退押金", "租约到期，房东以墙脏为由扣下押金。"),
    ("contract", "property_service", "property_service", "物业公司乱收停车费", "物业管理混乱，物业费涨价没有公示。"),
    ("labour", "labour", "labour", "包工头拖欠工资", "农民工干了三个月，工资一分没有，讨薪无门。"),
    ("debt", "other", "debt", "朋友借钱不还", "欠条写了两张，利息和本金都没有给。"),
    ("land_resources", "forest_land", "other_civil", "两村争山林", "承包地的地界和林权证对不上。"),
    ("urban_development", "demolition", "demolition", "拆迁安置房迟迟不给", "过渡费停发两年，补偿款也没有到位。"),
    ("litigation", "other", "other_civil", "判决后没有执行", "法院判决书下来一年，执行局没有消息。"),
]


@pytest.mark.parametrize(("by_a", "by_b", "by_working_list", "subject", "text"), PLAIN)
def test_a_plain_dispute_gets_the_category_of_each_list(
    by_a: str, by_b: str, by_working_list: str, subject: str, text: str
) -> None:
    found = [suggest_category(subject, text, scheme) for scheme in (LIST_A, LIST_B, WORKING_LIST)]
    assert [one.category for one in found] == [by_a, by_b, by_working_list]
    assert suggest_category(subject, text) == found[0]


def test_the_words_that_led_to_a_category_are_told_with_their_place() -> None:
    because = suggest_category("房东不退押金", "房东说墙脏。").because
    assert {(w.field, w.start, w.end, w.text) for w in because} == {
        ("subject", 0, 2, "房东"),
        ("subject", 4, 6, "押金"),
        ("text", 0, 2, "房东"),
    }


def test_the_subject_counts_more_than_what_comes_up_on_the_way() -> None:
    assert suggest_category("包工头拖欠工资", "我也住在这里，物业费照交。").category == "labour"


def test_a_phrase_inside_a_longer_one_does_not_count() -> None:
    assert suggest_category("公司不缴养老保险", "").category == "labour"
    assert suggest_category("车子的保险不理赔", "").category == "debt"


def test_where_no_word_is_known_it_is_the_rest_of_the_list_and_no_word_is_told() -> None:
    for scheme, rest in ((LIST_A, "other_civil"), (LIST_B, "other"), (WORKING_LIST, "other_civil")):
        found = suggest_category("你好", "谢谢", scheme)
        assert (found.category, found.because) == (rest, ())


@given(st.text(max_size=60), st.text(max_size=400), st.sampled_from(list(SCHEMES.values())))
def test_whatever_is_written_the_category_is_one_of_the_list(subject: str, text: str, scheme: object) -> None:
    assert scheme in SCHEMES.values()
    for each in SCHEMES.values():
        found = suggest_category(subject, text, each)
        assert found.category in each.codes
        assert all({"subject": subject, "text": text}[w.field][w.start : w.end] == w.text for w in found.because)


# The lists


def test_list_a_has_17_categories_and_list_b_has_15() -> None:
    assert (len(LIST_A.codes), len(LIST_B.codes)) == (17, 15)
    assert DEFAULT_SCHEME is LIST_A
    assert [c.zh for c in LIST_A.categories][:3] == ["婚恋家庭", "邻里", "人格权"]
    assert [c.zh for c in LIST_B.categories][-3:] == ["医患", "物业", "其他"]


def test_every_theme_belongs_somewhere_in_every_list() -> None:
    for theme in THEMES:
        assert {theme.list_a} <= LIST_A.codes
        assert {theme.list_b} <= LIST_B.codes
        assert {theme.working_list} <= WORKING_LIST.codes


def test_a_phrase_speaks_for_one_theme_only() -> None:
    phrases = [phrase for theme in THEMES for phrase in theme.phrases.split()]
    assert len(phrases) == len(set(phrases))


def test_a_code_is_named_as_the_default_list_names_it_and_an_unknown_one_by_itself() -> None:
    assert name_of("contract", "zh-CN") == "合同及相关"
    assert name_of("tenancy", "en") == "Tenancy"
    assert name_of("from-elsewhere", "zh-CN") == "from-elsewhere"
    assert set(CATEGORIES) == LIST_A.codes | LIST_B.codes | WORKING_LIST.codes
