"""Elements of a story: what the patterns find, each with its quote, and what a person confirms."""

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from services.intake.domain import case_elements
from services.intake.domain.case_elements import ConfirmedElement, ConfirmElements, ElementsConfirmed
from services.intake.domain.elements import MOST, ElementKind, pull
from services.intake.domain.report import Words
from shared.eventsourcing.testing import Specification
from tests.unit.intake import desk as d

given = Specification(case_elements.case_elements)


def found(kind: ElementKind, text: str) -> list[tuple[str, str]]:
    return [(one.quote, one.value) for one in pull("", text) if one.kind == kind]


@pytest.mark.parametrize(
    ("text", "quote", "value"),
    [
        ("押金2,500元不退", "2,500元", "2500"),
        ("交了三万二千块钱", "三万二千块钱", "32000"),
        ("一共两千五百多元", "两千五百多元", "2500"),
        ("借走12.5万元", "12.5万元", "125000"),
        ("货款30万没有给", "30万", "300000"),
        ("投了1亿元", "1亿元", "100000000"),
        ("每户一百零五元", "一百零五元", "105"),
    ],
)
def test_a_sum_is_read_in_yuan(text: str, quote: str, value: str) -> None:
    assert found("amount", text) == [(quote, value)]


@pytest.mark.parametrize("text", ["小区有30万平方米", "零元购", "他有十分的把握", "共有3万人"])
def test_what_is_no_sum_is_not_told_as_one(text: str) -> None:
    assert found("amount", text) == []


@pytest.mark.parametrize(
    ("text", "value"), [("我们25户业主", "25"), ("十八名租客", "18"), ("三百多人排队", "300"), ("两位老人", "2")]
)
def test_how_many_people_is_read_as_a_number(text: str, value: str) -> None:
    assert [said for _, said in found("people", text)] == [value]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("我于2020年3月5日交钱", "2020年3月5日"),
        ("去年5月签的合同", "去年5月"),
        ("昨晚11点还在唱歌", "昨晚11点"),
        ("2020-03-05 18:30打的", "2020-03-05 18:30"),
        ("上个月就来过", "上个月"),
        ("拖了半年", "拖了半年"),
    ],
)
def test_a_time_is_quoted_as_it_was_written(text: str, quote: str) -> None:
    assert [said for said, _ in found("time", text)] == [quote]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("我住在春晖小区3号楼2单元。", "春晖小区3号楼2单元"),
        ("位于长治路12号", "长治路12号"),
        ("投诉王府社区的事", "王府社区"),
    ],
)
def test_a_place_is_told_without_the_words_before_it(text: str, quote: str) -> None:
    assert [said for said, _ in found("place", text)] == [quote]


def test_a_place_without_a_name_is_no_place() -> None:
    assert found("place", "我们小区很乱") == []


def test_against_whom_is_told_by_role_and_never_by_name() -> None:
    told = pull("房东不退押金", "房东王大明和物业公司的张经理都不理。")
    assert [(one.quote, one.field) for one in told if one.kind == "against"] == [
        ("房东", "subject"),
        ("物业公司", "text"),
    ]
    assert not any("王大明" in one.quote or "张" in one.quote for one in told)


def test_the_same_sum_told_twice_is_one_and_no_kind_has_more_than_a_few() -> None:
    assert len(found("amount", "2500元，就是2,500元")) == 1
    assert len(found("amount", "，".join(f"{n}元" for n in range(1, 30)))) == MOST


@whatever(
    st.text(max_size=40), st.text(alphabet="0123456789一二三万千百十零元块人户年月日点小区路在的 ，。a", max_size=80)
)
def test_every_quote_stands_where_it_is_said_to(subject: str, text: str) -> None:
    for one in pull(subject, text):
        assert {"subject": subject, "text": text}[one.field][one.start : one.end] == one.quote
        assert one.value


# Confirming

AMOUNT = ConfirmedElement(kind="amount", value=d.box("report-1", "2500"), at=Words(field="text", start=3, end=9))
WHO = ConfirmedElement(kind="against", value=d.box("report-1", "landlord"))
confirm = ConfirmElements(report=d.REPORT, elements=(AMOUNT, WHO), by=d.OFFICER, now=d.MONDAY)
confirmed = ElementsConfirmed(report=d.REPORT, elements=(AMOUNT, WHO), by=d.OFFICER, confirmed_at=d.MONDAY)


def test_a_person_confirms_what_holds() -> None:
    given().when(confirm).then(confirmed)


def test_what_was_confirmed_can_be_corrected_and_taken_back() -> None:
    given(confirmed).when(d.changed(confirm, elements=(WHO,))).then(d.changed(confirmed, elements=(WHO,)))
    given(confirmed).when(d.changed(confirm, elements=())).then(d.changed(confirmed, elements=()))


def test_the_same_again_and_nothing_at_all_change_nothing() -> None:
    given(confirmed).when(d.changed(confirm, now=d.TUESDAY)).then_nothing_happens()
    given().when(d.changed(confirm, elements=())).then_nothing_happens()
