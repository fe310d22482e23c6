"""The rules of evidence: a file is taken in once, its hash stays; it is covered in part, or withdrawn for a reason."""

import pytest

from services.intake.domain import evidence
from shared.eventsourcing.decider import Unknown
from shared.eventsourcing.testing import Specification
from tests.unit.intake import desk as d

given = Specification(evidence.evidence)


def test_a_file_is_taken_in_with_the_hash_of_what_arrived() -> None:
    given().when(d.take_evidence).then(d.evidence_taken)


def test_the_same_file_again_is_the_same_piece_of_evidence() -> None:
    again = d.changed(d.take_evidence, original="blob-9", now=d.TUESDAY)
    given(d.evidence_taken).when(again).then_nothing_happens()


def test_it_is_withdrawn_for_a_reason_and_what_was_taken_in_stays_on_record() -> None:
    given(d.evidence_taken).when(d.withdraw_evidence).then(d.evidence_withdrawn)
    state = given(d.evidence_taken, d.evidence_withdrawn).state
    assert state == evidence.Withdrawn(d.evidence_taken, "wrong_file")


def test_withdrawing_twice_changes_nothing() -> None:
    given(d.evidence_taken, d.evidence_withdrawn).when(d.withdraw_evidence).then_nothing_happens()


def test_what_was_withdrawn_can_be_brought_again() -> None:
    given(d.evidence_taken, d.evidence_withdrawn).when(d.take_evidence).then(d.evidence_taken)


def test_what_was_never_taken_in_cannot_be_withdrawn() -> None:
    given().when(d.withdraw_evidence).then_refused(evidence.NeverTaken)
    assert issubclass(evidence.NeverTaken, Unknown)


def test_what_others_need_not_see_is_covered_and_another_copy_is_shown() -> None:
    given(d.evidence_taken).when(d.cover_evidence).then(d.evidence_covered)
    state = given(d.evidence_taken, d.evidence_covered).state
    assert isinstance(state, evidence.Taken)
    assert (state.taken.shown, state.taken.original, state.covered) == ("blob-3", "blob-1", (d.FACE,))


def test_covering_the_same_again_changes_nothing_and_other_areas_take_the_place_of_the_first() -> None:
    given(d.evidence_taken, d.evidence_covered).when(d.cover_evidence).then_nothing_happens()
    nothing = d.changed(d.cover_evidence, areas=(), shown="blob-4")
    given(d.evidence_taken, d.evidence_covered).when(nothing).then(
        d.changed(d.evidence_covered, areas=(), shown="blob-4")
    )


def test_where_no_copy_is_shown_nothing_can_be_covered() -> None:
    sound = d.changed(d.evidence_taken, copy_of_it=None, shown="")
    given(sound).when(d.cover_evidence).then_refused(evidence.NothingShown)
    given(d.evidence_taken, d.evidence_withdrawn).when(d.cover_evidence).then_refused(evidence.NothingShown)
    given().when(d.cover_evidence).then_refused(evidence.NeverTaken)


@pytest.mark.parametrize("place", [{"left": 900}, {"top": 801}, {"width": 0}, {"left": -1}])
def test_an_area_lies_within_the_picture(place: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"area|greater than"):
        evidence.Area(**{**d.FACE.model_dump(), **place})


@pytest.mark.parametrize("sha256", ["", "A" * 64, "0" * 63])
def test_a_hash_is_a_hash(sha256: str) -> None:
    with pytest.raises(ValueError, match="sha256"):
        evidence.TakeEvidence(**{**d.take_evidence.__dict__, "sha256": sha256})
