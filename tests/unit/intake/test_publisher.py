"""The rules of a publisher: known by one source, keys and secrets changed over with an overlap, what it may send."""

from datetime import timedelta

import pytest

from services.intake.domain import publisher
from services.intake.domain.publisher import Registered
from shared.eventsourcing.decider import Unknown
from shared.eventsourcing.testing import Specification
from tests.unit.intake import desk as d

given = Specification(publisher.publisher)

MOMENT = timedelta(seconds=1)
suspend = publisher.SuspendPublisher(reason="key_leaked", by=d.LEADER, now=d.MONDAY)
suspended = publisher.PublisherSuspended(publisher=d.CALLER, reason="key_leaked", by=d.LEADER, suspended_at=d.MONDAY)
resume = publisher.ResumePublisher(by=d.LEADER, now=d.TUESDAY)
resumed = publisher.PublisherResumed(publisher=d.CALLER, by=d.LEADER, resumed_at=d.TUESDAY)
change = publisher.ChangePublisher(
    name="群消息转发二期",
    channels=("chat",),
    quota=publisher.Quota(per_minute=10, per_day=100),
    contact=d.CONTACT,
    accounts=(),
    by=d.LEADER,
    now=d.TUESDAY,
)
changed = publisher.PublisherChanged(
    publisher=d.CALLER,
    name="群消息转发二期",
    channels=("chat",),
    quota=publisher.Quota(per_minute=10, per_day=100),
    contact=d.CONTACT,
    accounts=(),
    by=d.LEADER,
    changed_at=d.TUESDAY,
)
revoke = publisher.RevokeKey(key="key-1", by=d.LEADER, now=d.TUESDAY)
revoked = publisher.KeyRevoked(publisher=d.CALLER, key="key-1", by=d.LEADER, revoked_at=d.TUESDAY)


def known(*past: publisher.PublisherEvent) -> Registered:
    state = given(d.publisher_registered, *past).state
    assert isinstance(state, Registered)
    return state


# Registering


def test_a_system_is_registered_under_the_source_by_which_it_sends() -> None:
    given().when(d.register_publisher).then(d.publisher_registered)


def test_registering_the_same_system_again_changes_nothing() -> None:
    given(d.publisher_registered).when(d.register_publisher).then_nothing_happens()


def test_two_systems_never_share_a_source() -> None:
    other = d.changed(d.register_publisher, name="另一个系统")
    given(d.publisher_registered).when(other).then_refused(publisher.SourceTaken)


@pytest.mark.parametrize("source", ["urn:wangge:taiyuan:intake:1", "URN:Wangge:x"])
def test_nobody_registers_under_the_name_of_our_own_services(source: str) -> None:
    given().when(d.changed(d.register_publisher, source=source)).then_refused(publisher.ReservedSource)


@pytest.mark.parametrize(
    "command", [change, d.issue_key(), revoke, d.set_secret(), suspend, resume], ids=lambda each: type(each).__name__
)
def test_nothing_is_done_about_a_system_that_nobody_registered(command: publisher.Command) -> None:
    given().when(command).then_refused(publisher.NoSuchPublisher)
    assert issubclass(publisher.NoSuchPublisher, Unknown)


# Changing


def test_what_it_may_send_its_quota_and_whom_to_ask_can_change() -> None:
    given(d.publisher_registered).when(change).then(changed)
    after = known(changed)
    assert (after.name, after.channels, after.quota, after.accounts) == (
        change.name,
        change.channels,
        change.quota,
        (),
    )


def test_a_change_to_what_is_so_already_changes_nothing() -> None:
    given(d.publisher_registered, changed).when(d.changed(change, now=d.MONDAY)).then_nothing_happens()


# Keys


def test_a_key_holds_from_when_it_is_issued() -> None:
    given(d.publisher_registered).when(d.issue_key()).then(d.key_issued())
    assert [key.id for key in known(d.key_issued()).keys_at(d.MONDAY + timedelta(days=400))] == ["key-1"]


def test_the_old_key_holds_on_for_the_overlap_and_then_ends() -> None:
    state = known(d.key_issued(), d.key_issued("key-2", d.TUESDAY))
    end = d.TUESDAY + d.OVERLAP
    assert [key.id for key in state.keys_at(end - MOMENT)] == ["key-1", "key-2"]
    assert [key.id for key in state.keys_at(end)] == ["key-2"]


def test_a_further_key_never_lengthens_the_life_of_one_that_is_ending() -> None:
    third = d.key_issued("key-3", d.TUESDAY + timedelta(days=2))
    state = known(d.key_issued(), d.key_issued("key-2", d.TUESDAY), third)
    assert [key.id for key in state.keys_at(d.TUESDAY + d.OVERLAP)] == ["key-2", "key-3"]


def test_the_same_key_is_issued_once() -> None:
    given(d.publisher_registered, d.key_issued()).when(d.issue_key()).then_nothing_happens()


def test_no_more_than_three_keys_hold_at_once() -> None:
    past = (d.publisher_registered, d.key_issued("1"), d.key_issued("2"), d.key_issued("3"))
    given(*past).when(d.issue_key("4", d.MONDAY + MOMENT)).then_refused(publisher.TooManyKeys)
    later = d.MONDAY + d.OVERLAP
    given(*past).when(d.issue_key("4", later)).then(d.key_issued("4", later))


def test_a_revoked_key_ends_at_once_and_the_others_hold() -> None:
    past = (d.publisher_registered, d.key_issued(), d.key_issued("key-2"))
    given(*past).when(revoke).then(revoked)
    assert [key.id for key in known(d.key_issued(), d.key_issued("key-2"), revoked).keys_at(d.TUESDAY)] == ["key-2"]


def test_revoking_what_has_ended_changes_nothing() -> None:
    given(d.publisher_registered, d.key_issued(), revoked).when(revoke).then_nothing_happens()


def test_a_key_that_was_never_issued_cannot_be_revoked() -> None:
    given(d.publisher_registered).when(revoke).then_refused(publisher.NoSuchKey)


# Secrets


def test_a_secret_is_changed_over_like_a_key() -> None:
    given(d.publisher_registered).when(d.set_secret()).then(d.secret_set())
    state = known(d.secret_set(), d.secret_set("secret-2", d.TUESDAY))
    assert [each.id for each in state.secrets_at(d.TUESDAY)] == ["secret-1", "secret-2"]
    assert [each.id for each in state.secrets_at(d.TUESDAY + d.OVERLAP)] == ["secret-2"]


def test_the_same_secret_is_set_once() -> None:
    given(d.publisher_registered, d.secret_set()).when(d.set_secret()).then_nothing_happens()


def test_no_more_than_three_secrets_hold_at_once() -> None:
    past = (d.publisher_registered, d.secret_set("1"), d.secret_set("2"), d.secret_set("3"))
    given(*past).when(d.set_secret("4", d.MONDAY + MOMENT)).then_refused(publisher.TooManySecrets)


# Suspending


def test_a_system_is_suspended_for_a_reason_and_resumed() -> None:
    given(d.publisher_registered).when(suspend).then(suspended)
    given(d.publisher_registered, suspended).when(suspend).then_nothing_happens()
    given(d.publisher_registered, suspended).when(resume).then(resumed)
    given(d.publisher_registered).when(resume).then_nothing_happens()
    assert known(suspended, resumed).suspended is None


# What it may send


def test_it_sends_for_its_channels_and_its_station_only() -> None:
    state = known()
    assert publisher.objection(state, "chat", None) is None
    assert publisher.objection(state, "patrol", d.STATION) is None
    assert publisher.objection(state, "police_110", None) == "channel"
    assert publisher.objection(state, "chat", "elsewhere") == "station"


def test_one_for_the_whole_city_sends_for_any_station() -> None:
    state = given(d.changed(d.publisher_registered, city_wide=True)).state
    assert isinstance(state, Registered)
    assert publisher.objection(state, "chat", "elsewhere") is None


def test_nothing_is_taken_from_a_suspended_one() -> None:
    assert publisher.objection(known(suspended), "chat", None) == "suspended"
