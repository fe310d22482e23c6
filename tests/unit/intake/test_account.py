"""The rules of an account: who may sign in, at which posts, and what ends a session."""

import pytest

from services.intake.domain import account
from shared.eventsourcing.decider import Unknown
from shared.eventsourcing.testing import Specification
from tests.unit.intake import desk as d

given = Specification(account.account)

CHANGES: list[account.Command] = [d.change_posts, d.set_password, d.sign_out_everywhere, d.close_account]


def name_of(command: object) -> str:
    return type(command).__name__


def test_an_account_is_opened_with_its_posts() -> None:
    given().when(d.open_account).then(d.account_opened)


def test_opening_the_very_same_account_again_changes_nothing() -> None:
    given(d.account_opened).when(d.open_account).then_nothing_happens()


@pytest.mark.parametrize("other", [{"posts": (d.AT_STATION,)}, {"password_hash": "hash-2"}])
def test_a_name_that_is_taken_is_not_opened_again(other: dict[str, object]) -> None:
    given(d.account_opened).when(d.changed(d.open_account, **other)).then_refused(account.AccountExists)


def test_a_closed_account_is_not_opened_again() -> None:
    given(d.account_opened, d.account_closed()).when(d.open_account).then_refused(account.AccountIsClosed)


@pytest.mark.parametrize("command", CHANGES, ids=name_of)
def test_an_account_that_does_not_exist_cannot_be_changed(command: account.Command) -> None:
    given().when(command).then_refused(account.NoSuchAccount)
    assert issubclass(account.NoSuchAccount, Unknown)


@pytest.mark.parametrize("command", CHANGES[:-1], ids=name_of)
def test_a_closed_account_stays_as_it_is(command: account.Command) -> None:
    given(d.account_opened, d.account_closed()).when(command).then_refused(account.AccountIsClosed)


def test_other_posts_end_no_session() -> None:
    given(d.account_opened, d.signed_out(2)).when(d.change_posts).then(d.posts_changed(generation=2))


def test_the_same_posts_again_change_nothing() -> None:
    given(d.account_opened, d.posts_changed()).when(d.change_posts).then_nothing_happens()


def test_a_new_password_ends_older_sessions() -> None:
    given(d.account_opened, d.posts_changed()).when(d.set_password).then(d.password_set(2, d.AT_STATION))


def test_the_same_hash_again_changes_nothing() -> None:
    given(d.account_opened, d.password_set()).when(d.set_password).then_nothing_happens()


def test_signing_out_everywhere_ends_every_session_each_time_it_is_asked() -> None:
    """Not idempotent by its state: the second time may concern sessions begun since; its command id guards it."""
    once = account.account.decide(d.sign_out_everywhere, account.account.fold([d.account_opened]))
    assert once == [d.signed_out(2)]
    twice = account.account.decide(d.sign_out_everywhere, account.account.fold([d.account_opened, *once]))
    assert twice == [d.signed_out(3)]


def test_closing_an_account_ends_every_session() -> None:
    given(d.account_opened, d.password_set()).when(d.close_account).then(d.account_closed(generation=3))


def test_closing_twice_changes_nothing() -> None:
    given(d.account_opened, d.account_closed()).when(d.close_account).then_nothing_happens()


def test_the_password_outlives_other_posts_and_a_sign_out() -> None:
    state = account.account.fold([d.account_opened, d.posts_changed(), d.signed_out()])
    assert isinstance(state, account.Opened)
    assert state.password_hash == "hash-1"


def test_nothing_is_folded_onto_an_account_that_is_not_open() -> None:
    with pytest.raises(AssertionError, match="only an open account"):
        account.account.fold([d.posts_changed()])
