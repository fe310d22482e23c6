"""The rules of area codes: what each scheme allows, refuses and doubts, and that a code has one owner at a time."""

import string
from datetime import date

import pytest
from hypothesis import example
from hypothesis import given as for_any
from hypothesis import strategies as st

from services.intake.domain import community, grid_codes, ground
from services.intake.domain.grid_codes import SCHEMES, Surroundings
from services.intake.domain.spells import spells
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.testing import Specification
from tests.unit.intake import places as p

given = Specification(community.community)
ONE, OTHER = "140105001002001", "140105001002002"
schemes = st.sampled_from(sorted(SCHEMES))


def digits(number: int) -> st.SearchStrategy[str]:
    return st.text(string.digits, min_size=number, max_size=number)


def allowed(scheme: str, code: str) -> bool:
    try:
        grid_codes.check(scheme, "grid", code)
    except Refusal:
        return False
    return True


@for_any(schemes, st.data())
def test_a_code_has_its_schemes_digits_and_splits_into_its_parts(scheme: str, data: st.DataObject) -> None:
    code = data.draw(digits(SCHEMES[scheme].digits))
    assert "".join(SCHEMES[scheme].split(code).values()) == code
    assert allowed(scheme, code) or (scheme == "stats12" and code[6] in "6789")


@for_any(schemes, st.text(max_size=25))
@example("bj15", "１４０１０５００１００２００３")  # full-width digits are no digits here
@example("stats12", "14010500100²")
def test_whatever_else_is_refused(scheme: str, code: str) -> None:
    wrong = len(code) != SCHEMES[scheme].digits or not set(code) <= set(string.digits)
    if wrong:
        assert not allowed(scheme, code)


@pytest.mark.parametrize(
    ("digit", "kind"),
    [("0", "street"), ("1", "town"), ("2", "township"), ("3", "township"), ("4", "mixed_unit"), ("5", "mixed_unit")],
)
def test_the_seventh_digit_of_a_statistical_code_says_the_class_of_the_street(digit: str, kind: str) -> None:
    code = f"140105{digit}01002"
    assert allowed("stats12", code)
    assert grid_codes.street_class(code) == kind


@pytest.mark.parametrize("digit", "6789")
def test_there_is_no_other_class_of_street(digit: str) -> None:
    with pytest.raises(grid_codes.NoStreetClass):
        grid_codes.check("stats12", "community", f"140105{digit}01002")


def test_the_three_schemes_have_12_20_and_15_digits() -> None:
    assert {name: scheme.digits for name, scheme in SCHEMES.items()} == {"stats12": 12, "cjt349": 20, "bj15": 15}


def test_a_scheme_that_nobody_named_is_refused_with_those_there_are() -> None:
    with pytest.raises(grid_codes.NoSuchScheme) as caught:
        grid_codes.check("gb34300", "grid", "1")
    assert "stats12, cjt349, bj15" in str(caught.value)


def test_a_scheme_of_grids_is_not_for_a_building() -> None:
    with pytest.raises(grid_codes.NotCodedByScheme):
        grid_codes.check("bj15", "building", ONE)


# What only an excerpt of a standard says is a doubt

AROUND = Surroundings(stats12="140105001002", grids=11)


@pytest.mark.parametrize(
    ("scheme", "code", "doubted"),
    [
        ("cjt349", "11010114010500100201", []),
        ("cjt349", "11010114010500160101", []),  # a merged community is numbered from 601
        ("cjt349", "11010114010500100301", ["community"]),
        ("cjt349", "11010114010600200201", ["county", "street"]),
        ("cjt349", "11010114010500100200", ["grids"]),
        ("bj15", "140105001002001", ["county"]),  # Taiyuan is not in Beijing
        ("stats12", "140105001002", []),
    ],
)
def test_what_does_not_agree_is_doubted_and_not_refused(scheme: str, code: str, doubted: list[str]) -> None:
    found = grid_codes.doubts(scheme, code, AROUND)
    assert [str(doubt.values.get("part", next(iter(doubt.values)))) for doubt in found] == doubted
    assert all(doubt.say.format(**doubt.values) for doubt in found)


def test_nothing_is_doubted_where_nothing_is_known_around() -> None:
    assert grid_codes.doubts("cjt349", "1" * 18 + "00", Surroundings()) == []


# Who has a code, and when


def test_a_grid_gets_a_code_from_a_day_on() -> None:
    given(*p.entered).when(p.assign(ONE)).then(p.assigned(ONE))


def test_the_same_code_again_changes_nothing() -> None:
    given(*p.entered, p.assigned(ONE)).when(p.assign(ONE, since=p.JUNE)).then_nothing_happens()


def test_a_grid_keeps_its_codes_by_several_schemes() -> None:
    community_code = p.assign("140105001002", "wangfu", kind="community", scheme="stats12")
    given(*p.entered, p.assigned(ONE)).when(community_code).then(
        p.assigned("140105001002", "wangfu", kind="community", scheme="stats12")
    )


def test_a_new_code_takes_the_place_of_the_old_from_its_day_on() -> None:
    state = community.community.fold((*p.entered, p.assigned(ONE), p.assigned(OTHER, since=p.JUNE)))
    assert isinstance(state, community.Registered)
    codes = state.ground.codes[("grid", "wangfu-03")]["bj15"]
    assert [(spell.value, spell.since, spell.until) for spell in spells(codes)] == [
        (ONE, p.NEW_YEAR, p.JUNE),
        (OTHER, p.JUNE, None),
    ]


def test_two_grids_do_not_have_one_code_at_a_time() -> None:
    given(*p.entered, p.assigned(ONE)).when(p.assign(ONE, "wangfu-04", p.JUNE)).then_refused(ground.CodeTaken)


def test_not_on_a_later_day_either() -> None:
    given(*p.entered, p.assigned(ONE, since=p.JUNE)).when(p.assign(ONE, "wangfu-04")).then_refused(ground.CodeTaken)


def test_a_code_that_was_taken_away_is_free_again() -> None:
    before = (*p.entered, p.assigned(ONE), p.assigned(None, since=p.JUNE))
    given(*before).when(p.assign(ONE, "wangfu-04", p.JUNE)).then(p.assigned(ONE, "wangfu-04", p.JUNE))
    given(*before).when(p.assign(ONE, "wangfu-04", date(2020, 5, 31))).then_refused(ground.CodeTaken)


def test_another_scheme_has_codes_of_its_own() -> None:
    given(*p.entered, p.assigned(ONE)).when(p.assign("1" * 20, "wangfu-04", scheme="cjt349")).then(
        p.assigned("1" * 20, "wangfu-04", scheme="cjt349")
    )


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (p.assign("14010500100200"), grid_codes.CodeMalformed),
        (p.assign(None, scheme="gb34300"), grid_codes.NoSuchScheme),
        (p.assign(ONE, "wangfu-09"), ground.NoSuchArea),
        (p.assign(ONE, "wangfu-09", kind="compound"), ground.NoSuchArea),
        (p.assign(ONE, "wangfu-09", kind="building"), ground.NoSuchArea),
        (p.assign(ONE, "wangfu-09", kind="unit"), ground.NoSuchArea),
        (p.assign(ONE, "jinyang", kind="community"), ground.NoSuchArea),
    ],
)
def test_what_cannot_be_assigned_is_refused(command: ground.AssignCode, refusal: type[Refusal]) -> None:
    given(*p.entered).when(command).then_refused(refusal)


def test_a_code_is_held_against_that_of_its_community_on_the_day() -> None:
    code = p.assigned("140105001002", "wangfu", kind="community", scheme="stats12", since=p.JUNE)
    state = community.community.fold((*p.entered, code))
    assert isinstance(state, community.Registered)
    assert ground.surroundings(state.ground, "wangfu", 2, p.NEW_YEAR) == Surroundings(None, 2)
    assert ground.surroundings(state.ground, "wangfu", 2, p.JUNE) == Surroundings("140105001002", 2)
