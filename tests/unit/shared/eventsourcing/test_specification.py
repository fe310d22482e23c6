"""The given/when/then helper: a specification that does not hold must fail."""

from __future__ import annotations

import pytest

from shared.eventsourcing.decider import Decider, Refusal
from shared.eventsourcing.testing import Specification


class Closed(Refusal):
    say = "It is closed."


class Broken(Refusal):
    say = "It is broken."


def _decide(command: str, state: str) -> list[str]:
    match command:
        case "open":
            return [] if state == "opened" else ["opened"]
        case "knock":
            return ["knocked"]
        case "enter":
            if state != "opened":
                raise Closed
            return ["entered"]
        case "leave":
            if state == "left":
                raise Closed
            return ["left"]
        case _:
            raise ValueError(command)


given = Specification(Decider("", _decide, lambda _, event: event))


def test_what_holds_passes() -> None:
    given().when("open").then("opened")
    given("opened").when("open").then_nothing_happens()
    given().when("enter").then_refused(Closed)
    given().when("leave").then("left")
    assert given("opened", "left").state == "left"


def test_another_event_than_expected_fails() -> None:
    with pytest.raises(AssertionError, match=r"expected \['left'\], decided \['opened'\]"):
        given().when("open").then("left")


def test_nothing_where_something_was_expected_fails() -> None:
    with pytest.raises(AssertionError):
        given("opened").when("open").then("opened")


def test_something_where_nothing_was_expected_fails() -> None:
    with pytest.raises(AssertionError):
        given().when("open").then_nothing_happens()


def test_a_decision_that_was_to_be_refused_fails() -> None:
    with pytest.raises(AssertionError, match="expected Closed"):
        given("opened").when("enter").then_refused(Closed)


def test_another_refusal_than_expected_fails() -> None:
    with pytest.raises(Closed):
        given().when("enter").then_refused(Broken)


def test_a_refusal_where_events_were_expected_fails() -> None:
    with pytest.raises(Closed):
        given().when("enter").then("entered")


def test_a_decision_that_is_not_idempotent_fails() -> None:
    with pytest.raises(AssertionError, match="asked twice"):
        given().when("knock").then("knocked")


def test_an_error_is_no_refusal() -> None:
    with pytest.raises(ValueError, match="fly"):
        given().when("fly").then_refused(Refusal)
