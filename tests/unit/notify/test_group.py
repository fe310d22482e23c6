"""The rules of a group: entered once, owned by one."""

from __future__ import annotations

import pytest

from services.notify.domain.group import (
    ChangeOwner,
    NeverRegistered,
    Owner,
    Registered,
    RegisteredOtherwise,
    RegisterGroup,
    Unregistered,
    group,
)
from shared.eventsourcing.testing import Specification
from tests.unit.notify.examples import OWNER, at, owner_changed, register_group, registered

given = Specification(group)
change_owner = ChangeOwner(owner=Owner(person="person-zhao"), now=at(60))


def test_a_group_is_entered_with_its_owner_and_place() -> None:
    given().when(register_group).then(registered)


def test_entering_the_same_list_again_adds_nothing_even_after_a_change_of_owner() -> None:
    later = RegisterGroup(**{**dict(register_group), "now": at(120)})
    given(registered).when(later).then_nothing_happens()
    given(registered, owner_changed).when(later).then_nothing_happens()


@pytest.mark.parametrize("other", [{"name": "巡防群"}, {"kind": "patrol"}, {"members": 5}, {"compound": None}])
def test_an_id_does_not_come_to_stand_for_another_group(other: dict[str, object]) -> None:
    given(registered).when(RegisterGroup(**{**dict(register_group), **other})).then_refused(RegisteredOtherwise)


def test_another_person_takes_a_group_over() -> None:
    given(registered).when(change_owner).then(owner_changed)
    assert given(registered, owner_changed).state == Registered(registered, Owner(person="person-zhao"))


def test_changing_to_the_owner_that_it_has_changes_nothing() -> None:
    given(registered).when(ChangeOwner(owner=OWNER, now=at(60))).then_nothing_happens()


def test_a_group_that_was_never_entered_has_no_owner_to_change() -> None:
    given().when(change_owner).then_refused(NeverRegistered)


def test_a_change_without_an_entry_tells_of_no_group() -> None:
    assert given(owner_changed).state == Unregistered()
