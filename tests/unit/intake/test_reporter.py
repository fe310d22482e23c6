"""The reporter's own way in, what they add to their report, and how a hidden identity is opened."""

from datetime import timedelta

import pytest

from services.intake.domain import reporter
from shared.eventsourcing.testing import Specification
from tests.unit.intake import desk as d

given = Specification(reporter.reporter)


# Tokens


def test_a_token_lasts_a_year_and_only_its_hash_is_kept() -> None:
    given().when(d.issue_access).then(d.access_issued)
    assert d.access_issued.expires_at - d.MONDAY == timedelta(days=365)


def test_the_same_token_is_given_out_once() -> None:
    given(d.access_issued).when(d.issue_access).then_nothing_happens()


def test_a_new_token_ends_the_old_one_of_the_same_person() -> None:
    again = d.changed(d.issue_access, access="access-2", token_hash="2" * 64, now=d.TUESDAY)
    issued = d.changed(
        d.access_issued,
        access="access-2",
        token_hash="2" * 64,
        issued_at=d.TUESDAY,
        expires_at=d.TUESDAY + reporter.ACCESS_LASTS,
    )
    ended = d.changed(d.access_revoked, why="replaced")
    given(d.access_issued).when(again).then(ended, issued)
    given(d.access_issued, d.access_revoked).when(again).then(issued)


def test_who_files_for_somebody_has_a_token_beside_the_reporter_s() -> None:
    of_helper = d.changed(d.issue_access, access="access-2", holder="helper")
    given(d.access_issued).when(of_helper).then(d.changed(d.access_issued, access="access-2", holder="helper"))


def test_a_token_that_was_lost_is_ended_once() -> None:
    given(d.access_issued).when(d.revoke_access).then(d.access_revoked)
    given(d.access_issued, d.access_revoked).when(d.revoke_access).then_nothing_happens()


def test_a_token_that_was_never_given_out_cannot_be_ended() -> None:
    given().when(d.revoke_access).then_refused(reporter.NoSuchAccess)


# Supplements


def test_the_reporter_adds_to_the_report_in_their_own_words() -> None:
    given().when(d.add_supplement).then(d.supplemented)
    given(d.supplemented).when(d.add_supplement).then_nothing_happens()


def test_what_goes_on_for_too_long_goes_to_the_desk() -> None:
    past = [d.changed(d.supplemented, supplement=str(number)) for number in range(reporter.MOST_SUPPLEMENTS)]
    given(*past).when(d.add_supplement).then_refused(reporter.EnoughSupplements)


# Hidden identities


def test_opening_a_hidden_identity_says_who_what_for_and_why() -> None:
    given().when(d.open_identity).then(d.identity_opened)


def test_each_opening_is_on_record_and_a_repeated_request_is_one() -> None:
    again = d.changed(d.open_identity, opening="opening-2")
    given(d.identity_opened).when(d.open_identity).then_nothing_happens()
    given(d.identity_opened).when(again).then(d.changed(d.identity_opened, opening="opening-2"))


@pytest.mark.parametrize("past", [(), (d.identity_opened,)])
def test_where_nothing_is_hidden_nothing_is_opened(past: tuple[reporter.ReporterEvent, ...]) -> None:
    given(*past).when(d.changed(d.open_identity, hidden=False)).then_refused(reporter.NothingHidden)
