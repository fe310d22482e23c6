"""To whom a report goes and why: never silently picked, never lost."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.levels import Owner
from services.intake.domain.report import Kind
from services.intake.domain.routing import RULES, Reach, Rule, Where, choose, level_of, placed, rule_for
from tests.unit.intake.desk import STATION

WANGFU = Where(station=STATION, community="wangfu", grid="wangfu-03", placed_by="register")
SOMEWHERE = Where(station=STATION)


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("hazard", "hazard-to-officer"),
        ("fraud", "fraud-to-desk"),
        ("incident", "incident-to-desk"),
        ("enquiry", "enquiry-to-desk"),
        ("dispute", "dispute-to-officer"),
        ("service", "service-to-officer"),
        ("other", "other-to-desk"),
    ],
)
def test_each_kind_has_its_rule(kind: Kind, rule: str) -> None:
    assert rule_for(kind).id == rule


@pytest.mark.parametrize("kind", get_args(Kind))
def test_danger_to_life_goes_to_the_stations_leader_whatever_its_kind(kind: Kind) -> None:
    assert rule_for(kind, danger=True).id == "danger-to-leader"


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_complaint_about_somebody_here_goes_to_the_leaders_or_the_city_and_to_no_other_desk(kind: Kind) -> None:
    at_leaders = choose(rule_for(kind, danger=True, complaint="station"), SOMEWHERE, ["wang", "sun"])
    assert at_leaders.owner == Owner(station=STATION, level="station", desk="leaders")
    at_city = choose(rule_for(kind, complaint="city"), SOMEWHERE, [])
    assert at_city.owner == Owner(station=STATION, level="city", desk="leaders")


def test_a_row_that_names_categories_counts_for_these_only(monkeypatch: pytest.MonkeyPatch) -> None:
    lifts = Rule("lifts", frozenset({"hazard"}), "service", categories=frozenset({"lift"}))
    monkeypatch.setattr("services.intake.domain.routing.RULES", (lifts, *RULES))
    assert rule_for("hazard", "lift") == lifts
    assert rule_for("hazard", "gas").id == "hazard-to-officer"


def test_a_table_that_forgets_a_kind_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.intake.domain.routing.RULES", ())
    with pytest.raises(AssertionError, match="every kind"):
        rule_for("hazard")


def test_a_hazard_goes_to_the_one_community_officer_with_the_reason() -> None:
    routed = choose(rule_for("hazard"), WANGFU, ["guo"])
    assert routed.owner == Owner(station=STATION, level="community", account="guo")
    assert (routed.because.outcome, routed.because.rule, routed.because.role) == (
        "one",
        "hazard-to-officer",
        "community_officer",
    )


def test_of_several_officers_none_is_picked_and_the_desk_is_told_their_names() -> None:
    routed = choose(rule_for("hazard"), WANGFU, ["guo", "ma"])
    assert routed.owner == Owner(station=STATION, level="station", desk="duty")
    assert (routed.because.outcome, routed.because.candidates) == ("several", ("guo", "ma"))


def test_the_roster_of_the_day_decides_between_several() -> None:
    routed = choose(rule_for("hazard"), WANGFU, ["guo", "ma"], on_duty=["ma", "li"])
    assert routed.owner.account == "ma"
    assert (routed.because.outcome, routed.because.candidates) == ("on_duty", ("guo", "ma"))


def test_when_several_are_on_duty_the_desk_is_told_only_those() -> None:
    routed = choose(rule_for("hazard"), WANGFU, ["guo", "ma", "he"], on_duty=["ma", "he"])
    assert routed.owner.account is None
    assert routed.because.candidates == ("ma", "he")


def test_when_nobody_holds_the_post_it_goes_to_the_desk() -> None:
    routed = choose(rule_for("hazard"), WANGFU, [])
    assert routed.owner == Owner(station=STATION, level="station", desk="duty")
    assert routed.because.outcome == "nobody"


def test_without_a_known_place_it_goes_to_the_desk() -> None:
    assert choose(rule_for("hazard"), SOMEWHERE, ["guo"]).because.outcome == "no_place"


def test_fraud_lies_at_the_anti_fraud_desk_unless_exactly_one_is_on_duty_there() -> None:
    at_desk = choose(rule_for("fraud"), SOMEWHERE, [])
    assert (at_desk.owner.account, at_desk.owner.desk, at_desk.because.outcome) == (None, "anti_fraud", "desk")
    assert choose(rule_for("fraud"), SOMEWHERE, [], on_duty=["sun"]).owner.account == "sun"
    assert choose(rule_for("fraud"), SOMEWHERE, [], on_duty=["sun", "he"]).owner.account is None


@pytest.mark.parametrize(
    ("within", "where", "known"),
    [
        ("grid", WANGFU, True),
        ("grid", Where(station=STATION, community="wangfu"), False),
        ("grid", Where(station=STATION, grid="03"), False),
        ("community", Where(station=STATION, community="wangfu"), True),
        ("community", SOMEWHERE, False),
        ("station", SOMEWHERE, True),
    ],
)
def test_a_rule_needs_the_place_as_closely_as_its_role(within: Reach, where: Where, known: bool) -> None:
    assert placed(Rule("r", frozenset({"hazard"}), "duty", "grid_head", within), where) == known


def test_every_role_of_the_table_acts_at_a_level_and_a_volunteer_at_none() -> None:
    assert all(level_of(rule.role) is not None for rule in RULES if rule.role is not None)
    assert level_of("volunteer") is None


names = st.lists(st.sampled_from(["guo", "ma", "li", "he"]), max_size=4)


@given(
    st.sampled_from(get_args(Kind)),
    st.booleans(),
    st.none() | st.just("wangfu"),
    names,
    names,
)
def test_it_always_has_an_owner_of_its_station_and_a_person_only_when_one_alone_fits(
    kind: Kind,
    danger: bool,
    community: str | None,
    holders: list[str],
    on_duty: list[str],
) -> None:
    rule = rule_for(kind, danger=danger)
    routed = choose(rule, Where(station=STATION, community=community), holders, on_duty)
    assert routed.owner.station == STATION
    if routed.owner.account is not None and rule.role is not None:
        fitting = set(holders) if len(set(holders)) == 1 else set(holders) & set(on_duty)
        assert fitting == {routed.owner.account}
    if routed.owner.account is None:
        assert routed.because.outcome in ("several", "nobody", "no_place", "desk")
