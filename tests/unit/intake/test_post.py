"""The rules of posts: one person in one role at one place, term by term; what is put right stays to be seen."""

from datetime import date

import pytest

from services.intake.domain import post
from shared.eventsourcing.decider import Refusal, Unknown
from shared.eventsourcing.testing import Specification
from tests.unit.intake import desk as d
from tests.unit.intake import places as p

given = Specification(post.post)
AUGUST, YEAR_END = date(2020, 8, 31), date(2020, 12, 31)


def test_somebody_takes_a_post_from_a_day_on() -> None:
    given().when(p.take()).then(p.taken())


def test_a_post_of_the_past_is_entered_late_with_both_days() -> None:
    given().when(p.take(p.MAY, AUGUST)).then(p.taken(p.MAY, AUGUST))


def test_taking_it_again_changes_nothing() -> None:
    given(p.taken()).when(p.take()).then_nothing_happens()


def test_whoever_left_may_come_back_for_another_term() -> None:
    given(p.taken(p.MAY, AUGUST)).when(p.take(YEAR_END)).then(p.taken(YEAR_END, term=2))


@pytest.mark.parametrize(("since", "until"), [(p.JUNE, None), (date(2019, 1, 1), p.MAY), (AUGUST, AUGUST)])
def test_two_terms_do_not_overlap(since: date, until: date | None) -> None:
    given(p.taken(p.MAY, AUGUST)).when(p.take(since, until)).then_refused(post.TermsOverlap)


def test_a_term_with_no_end_meets_every_later_one() -> None:
    given(p.taken()).when(p.take(YEAR_END)).then_refused(post.TermsOverlap)


@pytest.mark.parametrize(
    ("role", "place", "allowed"),
    [
        ("station_leader", {}, True),
        ("community_officer", {}, False),
        ("community_officer", {"community": "wangfu"}, True),
        ("auxiliary", {"community": "wangfu", "grid": "wangfu-03"}, True),
    ],
)
def test_each_role_is_held_at_a_place_near_enough(role: post.PostRole, place: dict[str, str], *, allowed: bool) -> None:
    holding = d.changed(p.HOLDING, role=role, place=post.Place(station=d.STATION, **place))
    asked = given().when(d.changed(p.take(), holding=holding))
    if allowed:
        asked.then(d.changed(p.taken(), holding=holding))
    else:
        asked.then_refused(post.PlaceTooWide)


def test_heads_and_volunteers_are_on_duty_by_recruitment_alone_and_entered_here_once_it_is_over() -> None:
    place = post.Place(station=d.STATION, community="wangfu", grid="wangfu-03")
    serving = d.changed(p.HOLDING, role="unit_head", place=place)
    over = d.changed(serving, until=AUGUST)
    given().when(d.changed(p.take(), holding=serving)).then_refused(post.OnlyByRecruitment)
    given().when(d.changed(p.take(), holding=over)).then(d.changed(p.taken(), holding=over))
    given(d.changed(p.taken(), holding=over)).when(p.correct(until=None)).then_refused(post.OnlyByRecruitment)
    wide = d.changed(over, place=post.Place(station=d.STATION, community="wangfu"))
    given().when(d.changed(p.take(), holding=wide)).then_refused(post.PlaceTooWide)


@pytest.mark.parametrize(
    ("command", "refusal"),
    [(p.take(AUGUST, p.JUNE), post.TermBackwards), (p.take(date(2062, 1, 1)), post.TooFarAhead)],
)
def test_days_that_cannot_be_are_refused(command: post.Command, refusal: type[Refusal]) -> None:
    given().when(command).then_refused(refusal)


def test_a_term_ends_with_its_last_day() -> None:
    given(p.taken()).when(p.end(AUGUST)).then(p.ended(AUGUST))


def test_ending_it_again_changes_nothing_and_another_day_is_a_correction() -> None:
    given(p.taken(), p.ended(AUGUST)).when(p.end(AUGUST)).then_nothing_happens()
    given(p.taken(), p.ended(AUGUST)).when(p.end(YEAR_END)).then_refused(post.AlreadyEnded)


def test_it_does_not_end_before_it_began() -> None:
    given(p.taken()).when(p.end(date(2019, 1, 1))).then_refused(post.TermBackwards)


def test_a_term_is_put_right_and_keeps_its_number() -> None:
    given(p.taken()).when(p.correct(p.JUNE)).then(p.corrected(p.held(p.JUNE)))
    given(p.taken(), p.ended(AUGUST)).when(p.correct(until=YEAR_END)).then(
        p.corrected(p.held(until=YEAR_END), revision=3)
    )


def test_the_name_and_the_account_are_put_right() -> None:
    name = d.box("person-guo", "right name")
    given(p.taken()).when(p.correct(name=name, account=None)).then(
        p.corrected(d.changed(p.HOLDING, name=name, account=None))
    )


def test_a_correction_that_changes_nothing_is_none() -> None:
    given(p.taken()).when(p.correct()).then_nothing_happens()


def test_a_correction_does_not_run_into_another_term() -> None:
    given(p.taken(p.MAY, AUGUST), p.taken(YEAR_END, term=2)).when(p.correct(p.MAY, YEAR_END)).then_refused(
        post.TermsOverlap
    )
    given(p.taken(p.MAY, AUGUST)).when(p.correct(AUGUST, p.JUNE)).then_refused(post.TermBackwards)


def test_a_term_that_never_was_is_withdrawn_once_and_leaves_its_days_free() -> None:
    given(p.taken()).when(p.withdraw).then(p.withdrawn)
    given(p.taken(), p.withdrawn).when(p.withdraw).then_nothing_happens()
    given(p.taken(), p.withdrawn).when(p.take()).then(p.taken(term=2))


@pytest.mark.parametrize("command", [p.end(AUGUST), p.correct(AUGUST)])
def test_nothing_more_happens_to_a_withdrawn_term(command: post.Command) -> None:
    given(p.taken(), p.withdrawn).when(command).then_refused(post.NoSuchTerm)


@pytest.mark.parametrize("command", [p.end(AUGUST), p.correct(AUGUST), p.withdraw])
def test_what_the_register_does_not_know_is_not_changed(command: post.EndPost) -> None:
    given().when(command).then_refused(post.NoSuchPost)
    assert issubclass(post.NoSuchPost, Unknown)
    given(p.taken()).when(d.changed(command, term=7)).then_refused(post.NoSuchTerm)
