"""Rules of law as data: each is cited, none contradicts another, and the text of the day and the place answers."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.law import rules
from shared.law.calendar import Calendar, Duration
from shared.law.here import Here
from shared.law.rules import Bilingual, Jurisdiction, NoSuchFigure, NoSuchRule, NotInForce, Rule, RuleBook, rule

DAY = date(2026, 3, 2)
WEIFANG, JINAN, TAIYUAN = "370700", "370100", "140100"


def a_rule(id_: str, *, of: date, to: date | None = None, where: str = "CN", article: str = "第一条") -> Rule:
    return Rule(
        id=id_,
        title="规则",
        article=article,
        text=Bilingual(zh="规则", en="A rule"),
        source="read for this test",
        standing="read",
        jurisdiction=Jurisdiction(code=where, name="某地"),
        valid_from=of,
        valid_to=to,
    )


def test_every_rule_that_is_shipped_says_what_it_is_and_where_it_was_found() -> None:
    texts = rules.book().rules
    assert len(texts) >= 40
    assert {each.standing for each in texts} == {"read", "excerpt", "unread"}
    for each in texts:
        assert each.title.strip()
        assert each.article.strip()
        assert each.source.strip()


def test_a_source_that_was_not_read_says_so_and_one_that_was_says_that() -> None:
    for each in rules.book().rules:
        said = each.source
        assert ("text read" in said) is (each.standing == "read"), each.article
        if not each.day_known and each.standing == "read":
            assert "not found" in said or any(year in said for year in ("2016", "2020")), each.article


def test_the_hotlines_of_jinan_and_weifang_answer_within_five_working_days() -> None:
    for city in (JINAN, WEIFANG):
        assert rule("hotline-reply", DAY, city).duration("normal") == Duration(amount=5, unit="working_days")
    assert rule("hotline-reply", DAY, WEIFANG).article.startswith("《潍坊市12345")


def test_a_petition_is_objected_to_within_five_working_days_and_finished_within_sixty_days_and_thirty_more() -> None:
    assert rule("petition-objection", DAY).duration("object") == Duration(amount=5, unit="working_days")
    handling = rule("petition-handling", DAY)
    assert (handling.duration("handle").amount, handling.duration("extension").amount) == (60, 30)
    assert rule("petition-representatives", DAY).number("most") == 5


def test_a_local_rule_holds_in_its_own_place_only() -> None:
    with pytest.raises(NotInForce, match=r"no text for 140100, only for .*潍坊市"):
        rule("hotline-return", DAY, TAIYUAN)
    assert {each.jurisdiction.code for each in rules.book().elsewhere("hotline-return", DAY)} == {WEIFANG}


@pytest.mark.parametrize("code", ["370705", WEIFANG])
def test_a_county_has_the_rules_of_its_city(code: str) -> None:
    assert rule("hotline-reply", DAY, code).jurisdiction.code == WEIFANG


def test_a_city_without_a_rule_of_its_own_has_its_province_s_and_then_the_nation_s() -> None:
    assert rule("nine-small-places", DAY, JINAN).jurisdiction.code == "370000"
    assert rule("nine-small-places", DAY, TAIYUAN).jurisdiction.code == "CN"


def test_the_two_lists_of_nine_small_places_differ_and_one_sets_sizes() -> None:
    shandong, usual = (rule("nine-small-places", DAY, code) for code in (JINAN, TAIYUAN))
    assert len(shandong.items) == len(usual.items) == 9
    assert {each.code for each in usual.items} - {each.code for each in shandong.items} == {"net_cafe"}
    assert shandong.item("shop").limits == {"area_m2": 300}
    assert usual.item("shop").limits == {}


def test_the_law_of_the_day_answers_not_the_law_of_today() -> None:
    before, after = rule("basement-dwelling", date(2020, 8, 28)), rule("basement-dwelling", DAY)
    assert before.article == "《商品房屋租赁管理办法》第八条"
    assert after.article.startswith("《住房租赁条例》")
    assert rule("noise", date(2025, 12, 31)).number("fine_most") == 500
    assert rule("noise", date(2026, 1, 1)).standing == "unread"


def test_a_day_before_the_first_text_is_answered_with_the_day_from_which_there_is_one() -> None:
    with pytest.raises(NotInForce, match=r"petition-answer has no text for 2020-08-28: .* holds from 2022-05-01"):
        rule("petition-answer", date(2020, 8, 28))


def test_a_day_after_the_last_text_is_answered_with_both_days() -> None:
    book = RuleBook([a_rule("gone", of=date(2000, 1, 1), to=date(2010, 1, 1))])
    with pytest.raises(NotInForce, match="from 2000-01-01 to 2010-01-01"):
        book.rule("gone", DAY)


def test_an_unknown_rule_is_answered_with_those_there_are() -> None:
    with pytest.raises(NoSuchRule, match=r"no rule hotline-replies; there are: .*hotline-reply"):
        rule("hotline-replies", DAY)


def test_two_texts_of_one_rule_never_hold_on_the_same_day_in_the_same_place() -> None:
    old = a_rule("x", of=date(2000, 1, 1), to=date(2010, 1, 1))
    with pytest.raises(ValueError, match="two texts of x in 某地 hold on 2010-01-01: end the older one"):
        RuleBook([old, a_rule("x", of=date(2010, 1, 1))])
    RuleBook([old, a_rule("x", of=date(2010, 1, 2)), a_rule("x", of=date(2005, 1, 1), where=WEIFANG)])


def test_a_rule_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="x ends before it begins"):
        a_rule("x", of=date(2010, 1, 2), to=date(2010, 1, 1))


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda r: r.duration("reply"), "has no figure reply, only pick_up"),
        (lambda r: r.duration("connect_rate"), "is a number"),
        (lambda r: r.number("pick_up"), "is a length of time"),
        (lambda r: r.item("shop"), "lists no shop"),
    ],
)
def test_a_figure_that_a_rule_does_not_set_is_named(ask: Callable[[Rule], object], said: str) -> None:
    with pytest.raises(NoSuchFigure, match=said):
        ask(rule("hotline-service", DAY))


def test_only_what_was_read_binds_until_the_city_confirms_the_rest() -> None:
    read, excerpt = rule("petition-objection", DAY), rule("fire-handover", DAY)
    assert rules.binding(read, ())
    assert not rules.binding(excerpt, ())
    assert rules.binding(excerpt, {"fire-handover"})


def test_the_law_here_is_the_city_s_its_confirmations_and_its_days_off(tmp_path: Path) -> None:
    file = tmp_path / "days.json"
    file.write_text('{"rest": ["2027-02-08"], "work": ["2027-02-13"], "complete": [2027]}')
    here = Here.of(WEIFANG, ["fire-handover"], file)
    assert here.rule("hotline-reply", DAY).jurisdiction.code == WEIFANG
    assert here.binds(here.rule("fire-handover", DAY))
    assert not here.calendar.is_working_day(date(2027, 2, 8))
    assert Here().find("hotline-return", DAY) is None
    assert here.find("hotline-return", DAY) is not None
    assert Here.of("CN", [], None) == Here(calendar=Calendar())


def test_a_confirmation_of_a_rule_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="confirmed rules name fire-hand-over, which is no rule"):
        Here.of("CN", ["fire-hand-over"], None)
