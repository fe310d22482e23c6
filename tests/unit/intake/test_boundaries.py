"""The rules of boundaries: sound polygons, within the community, overlapping no other grid, on every day."""

from datetime import date

import pytest

from services.intake.domain import boundary, community, ground
from services.intake.domain.boundary import Boundary
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.testing import Specification
from tests.unit.intake import desk as d
from tests.unit.intake import places as p

given = Specification(community.community)
Ring = tuple[tuple[float, float], ...]
SQUARE: Ring = ((112.55, 37.82), (112.56, 37.82), (112.56, 37.83), (112.55, 37.83), (112.55, 37.82))
HOLE: Ring = ((112.552, 37.822), (112.552, 37.824), (112.554, 37.824), (112.554, 37.822), (112.552, 37.822))


def of(*rings: Ring) -> Boundary:
    return Boundary(polygons=(rings,))


def refused(boundary_: Boundary) -> Refusal:
    with pytest.raises(Refusal) as caught:
        community.community.decide(p.draw(("wangfu-03", boundary_)), community.community.fold(p.entered))
    return caught.value


def test_a_grid_gets_a_boundary_from_a_day_on() -> None:
    given(*p.entered).when(p.draw(("wangfu-03", p.WEST))).then(p.drawn("wangfu-03", p.WEST))


def test_the_community_and_its_grids_are_drawn_together() -> None:
    given(*p.entered).when(p.draw(("wangfu-03", p.WEST), ("wangfu-04", p.EAST), outline=p.WHOLE)).then(
        p.drawn(None, p.WHOLE), p.drawn("wangfu-03", p.WEST), p.drawn("wangfu-04", p.EAST)
    )


def test_drawing_the_same_again_changes_nothing() -> None:
    given(*p.entered, p.drawn("wangfu-03", p.WEST)).when(p.draw(("wangfu-03", p.WEST))).then_nothing_happens()


def test_a_polygon_may_have_a_hole() -> None:
    given(*p.entered).when(p.draw(("wangfu-03", of(SQUARE, HOLE)))).then(p.drawn("wangfu-03", of(SQUARE, HOLE)))


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        (Boundary(polygons=()), boundary.NoPolygon),
        (Boundary(polygons=((),)), boundary.NoPolygon),
        (of(SQUARE[:2] + SQUARE[:1]), boundary.RingTooShort),
        (of(SQUARE[:4]), boundary.RingNotClosed),
        (of(tuple((y, x) for x, y in SQUARE)), boundary.NoPlaceOnEarth),
        (of(((float("nan"), 37.82), *SQUARE[1:])), boundary.NoPlaceOnEarth),
        (of((SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0])), boundary.RingCrossesItself),
        (of((SQUARE[0],) * 4), boundary.RingCrossesItself),
        (of(SQUARE[::-1]), boundary.WrongRingOrder),
        (of(SQUARE, HOLE[::-1]), boundary.WrongRingOrder),
        (of(SQUARE, tuple((x + 1, y) for x, y in HOLE)), boundary.RingCrossesItself),
        (Boundary(polygons=((SQUARE,), (SQUARE,))), boundary.RingCrossesItself),
    ],
)
def test_a_boundary_that_is_none_is_refused_and_its_area_named(wrong: Boundary, refusal: type[Refusal]) -> None:
    said = refused(wrong)
    assert type(said) is refusal
    assert said.values["area"] == "wangfu-03"


def test_exchanged_longitude_and_latitude_are_said_to_be_perhaps_that() -> None:
    assert "Perhaps the two are exchanged" in str(refused(of(tuple((y, x) for x, y in SQUARE))))


def test_where_a_line_crosses_itself_is_told() -> None:
    said = refused(of((SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0])))
    assert said.values["near"] == "112.555000, 37.825000"


def test_neighbours_share_a_line() -> None:
    given(*p.entered, p.drawn("wangfu-03", p.WEST)).when(p.draw(("wangfu-04", p.EAST))).then(
        p.drawn("wangfu-04", p.EAST)
    )


def test_a_strip_that_rounding_left_is_no_overlap() -> None:
    rounded = p.box(1.999999, 0, 4, 2)
    given(*p.entered, p.drawn("wangfu-03", p.WEST)).when(p.draw(("wangfu-04", rounded))).then(
        p.drawn("wangfu-04", rounded)
    )


def test_a_grid_that_overlaps_another_is_refused_with_the_other_the_size_and_the_place() -> None:
    state = community.community.fold((*p.entered, p.drawn("wangfu-03", p.WEST)))
    with pytest.raises(boundary.GridsOverlap) as caught:
        community.community.decide(p.draw(("wangfu-04", p.box(1.5, 0, 4, 2))), state)
    values = caught.value.values
    assert (values["grid"], values["other"], values["near"]) == ("wangfu-04", "wangfu-03", "112.551750, 37.821000")
    # Half a thousandth of a degree of longitude by two of latitude, at 37.8° north: about 44 m by 222 m.
    assert values["square_metres"] == pytest.approx(43.9 * 222.4, rel=0.01)


def test_neighbours_exchange_ground_in_one_drawing() -> None:
    west, east = p.box(0, 0, 1, 2), p.box(1, 0, 4, 2)
    given(*p.entered, p.drawn("wangfu-03", p.WEST), p.drawn("wangfu-04", p.EAST)).when(
        p.draw(("wangfu-04", east), ("wangfu-03", west), since=p.JUNE)
    ).then(p.drawn("wangfu-04", east, p.JUNE), p.drawn("wangfu-03", west, p.JUNE))


def test_a_drawing_entered_late_must_not_overlap_what_was_drawn_for_a_later_day() -> None:
    given(*p.entered, p.drawn("wangfu-04", p.box(1, 0, 4, 2), p.JUNE)).when(
        p.draw(("wangfu-03", p.WEST), since=p.NEW_YEAR)
    ).then_refused(boundary.GridsOverlap)


def test_what_was_given_up_before_is_free_again() -> None:
    given(*p.entered, p.drawn("wangfu-03", p.WHOLE), p.drawn("wangfu-03", None, p.JUNE)).when(
        p.draw(("wangfu-04", p.EAST), since=p.JUNE)
    ).then(p.drawn("wangfu-04", p.EAST, p.JUNE))


def test_a_grid_lies_within_its_community() -> None:
    state = community.community.fold((*p.entered, p.drawn(None, p.WHOLE)))
    with pytest.raises(boundary.OutsideCommunity) as caught:
        community.community.decide(p.draw(("wangfu-04", p.box(3, 0, 5, 2))), state)
    assert caught.value.values["grid"] == "wangfu-04"
    assert caught.value.values["square_metres"] == pytest.approx(87.9 * 222.4, rel=0.01)


def test_a_community_is_not_drawn_smaller_than_its_grids() -> None:
    given(*p.entered, p.drawn("wangfu-03", p.WEST)).when(p.draw(outline=p.EAST)).then_refused(boundary.OutsideCommunity)


def test_a_grid_does_not_overlap_one_of_another_community() -> None:
    theirs = (
        ground.Elsewhere(community="jinyang", grid="jinyang-01", boundary=p.EAST),
        ground.Elsewhere(community="jinyang", grid="jinyang-02", boundary=p.WEST),
    )
    given(*p.entered).when(p.draw(("wangfu-03", p.WEST), elsewhere=theirs[:1])).then(p.drawn("wangfu-03", p.WEST))
    given(*p.entered).when(p.draw(("wangfu-03", p.WEST), elsewhere=theirs)).then_refused(
        boundary.OverlapsAnotherCommunity
    )


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (p.draw(), ground.NothingDrawn),
        (p.draw(("wangfu-09", p.WEST)), ground.NoSuchArea),
        (p.draw(("wangfu-03", p.WEST), ("wangfu-03", p.EAST)), ground.GridTwice),
    ],
)
def test_what_cannot_be_drawn_is_refused(command: ground.DrawBoundaries, refusal: type[Refusal]) -> None:
    given(*p.entered).when(command).then_refused(refusal)


def test_taking_away_a_boundary_that_never_was_changes_nothing() -> None:
    given(*p.entered).when(p.draw(("wangfu-03", None))).then_nothing_happens()


def test_a_day_is_put_right_by_drawing_it_again() -> None:
    given(*p.entered, p.drawn("wangfu-03", p.WEST, date(2020, 3, 1))).when(
        p.draw(("wangfu-03", p.EAST), since=date(2020, 3, 1))
    ).then(p.drawn("wangfu-03", p.EAST, date(2020, 3, 1)))


def test_nothing_is_drawn_for_an_unknown_community() -> None:
    given().when(p.draw(("wangfu-03", p.WEST))).then_refused(community.NoSuchCommunity)
    assert d.community_registered.community == "wangfu"
