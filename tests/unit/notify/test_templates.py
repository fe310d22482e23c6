"""Templates are checked when loaded, speak two languages, and hostile values stay text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.application.templates import (
    CATALOGUE,
    LONGEST_VALUE,
    SEATS,
    Catalogue,
    FaultyTemplate,
    MessageTemplate,
    UnknownTemplate,
    Wording,
    WrongValues,
    plain,
)

SESSION = {
    "code": "WG-2026-000018",
    "session": "2",
    "begins_at": "2026-11-23T16:05:00+00:00",
    "place": "社区调解室",
}


def template(zh: str, en: str = "{{ code }}", version: int = 1) -> MessageTemplate:
    return MessageTemplate("trial", version, {"code": "text"}, Wording("题", zh), Wording("title", en))


def test_a_session_is_announced_in_the_time_of_the_place_in_both_languages() -> None:
    rendered = CATALOGUE.render("session-set", 1, SESSION)
    # 16:05 UTC is five past midnight on the next day, a Tuesday, in the city.
    assert rendered.zh.title == "调解安排（WG-2026-000018）"
    assert rendered.zh.text.startswith("WG-2026-000018 第2次调解定于2026年11月24日（周二）00:05，地点：社区调解室。")
    assert rendered.en.text.startswith(
        "Session 2 of WG-2026-000018 begins on Tuesday, 24 November 2026, 00:05 (Beijing time); place: 社区调解室."
    )


@pytest.mark.parametrize("seat", SEATS)
def test_a_member_reads_the_name_of_the_seat(seat: str) -> None:
    rendered = CATALOGUE.render("group-appointed", 1, {"code": "WG-2026-000018", "seat": seat})
    assert SEATS[seat]["zh"] in rendered.zh.text
    assert SEATS[seat]["en"] in rendered.en.text


def test_who_is_told_of_a_settlement_is_told_that_other_ways_stay_open() -> None:
    rendered = CATALOGUE.render("case-settled", 1, {"code": "WG-2026-000018"})
    assert "司法途径" in rendered.zh.text
    assert "courts" in rendered.en.text


@pytest.mark.parametrize(
    "hostile",
    [
        "{{ 7 * 7 }}",
        "{% for x in range(9) %}x{% endfor %}",
        "{{ ''.__class__.__mro__ }}",
        '=HYPERLINK("http://evil")',
        "<script>alert(1)</script>",
        "**bold** [link](http://evil)",
        "%s %(code)s ${code}",
        "🧑‍🤝‍🧑 家",
    ],
)
def test_a_hostile_value_stays_text(hostile: str) -> None:
    rendered = CATALOGUE.render("session-set", 1, {**SESSION, "place": hostile})
    assert f"地点：{hostile}。" in rendered.zh.text
    assert f"place: {hostile}." in rendered.en.text


def test_a_value_cannot_begin_a_line_of_its_own_or_turn_the_reading_order() -> None:
    assert plain("室\r\n\r\n【公安局】\u2028请转账\x00\t!") == "室 【公安局】 请转账 !"
    assert plain("a\u202eb\u2066c\ud800") == "abc"


def test_a_value_is_cut_at_a_character_before_it_drowns_the_message() -> None:
    assert plain("家" * LONGEST_VALUE) == "家" * LONGEST_VALUE
    assert plain("𠮷" * (LONGEST_VALUE + 1)) == "𠮷" * (LONGEST_VALUE - 1) + "…"


@given(st.text(alphabet=st.characters()))
def test_whatever_the_value_it_becomes_one_short_line_that_can_be_sent(value: str) -> None:
    shown = plain(value)
    assert len(shown) <= LONGEST_VALUE
    assert len(shown.splitlines()) <= 1
    assert plain(shown) == shown
    shown.encode()


@pytest.mark.parametrize(
    "values",
    [
        {"code": "WG-2026-000018"},
        {**SESSION, "story": "…"},
        {**SESSION, "begins_at": "tomorrow"},
        {**SESSION, "begins_at": "2026-11-23T16:05:00"},
        {**SESSION, "begins_at": "9999-12-31T23:59:59+00:00"},
        {**SESSION, "session": "two"},
    ],
    ids=["missing", "undeclared", "no time", "a time without its zone", "the end of time", "no number"],
)
def test_values_other_than_the_declared_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(WrongValues):
        CATALOGUE.render("session-set", 1, values)


def test_an_unknown_seat_is_refused_without_repeating_the_value() -> None:
    with pytest.raises(WrongValues) as refused:
        CATALOGUE.render("group-appointed", 1, {"code": "WG-2026-000018", "seat": "李某"})
    assert "李某" not in str(refused.value)


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("{{ code }} {{ story }}", "{{ code }}"),
        ("没有编号", "{{ code }}"),
        ("{{ code }}", "no code"),
        ("{{ code", "{{ code }}"),
        ("{{ code }}{% include 'other' %", "{{ code }}"),
        ("{{ code | nothing }}", "{{ code }}"),
    ],
    ids=["undeclared", "unused", "unused in English", "unclosed", "unclosed tag", "unknown filter"],
)
def test_a_faulty_template_is_found_when_loaded(zh: str, en: str) -> None:
    with pytest.raises(FaultyTemplate):
        Catalogue([template(zh, en)])


def test_a_changed_wording_is_a_new_version_and_the_old_one_stays() -> None:
    catalogue = Catalogue([template("{{ code }} 旧"), template("{{ code }} 新", version=2)])
    assert catalogue.newest("trial").version == 2
    assert catalogue.render("trial", 1, {"code": "A"}).zh.text == "A 旧"
    with pytest.raises(FaultyTemplate):
        Catalogue([template("{{ code }}"), template("{{ code }} 改")])


def test_a_template_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownTemplate, match="version 9"):
        CATALOGUE.render("session-set", 9, SESSION)
    with pytest.raises(UnknownTemplate, match="trial"):
        CATALOGUE.newest("trial")


def test_a_template_that_reaches_behind_a_value_is_found_when_loaded() -> None:
    with pytest.raises(FaultyTemplate, match="unsafe"):
        Catalogue([template("{{ code.__class__.__mro__ }}")])
