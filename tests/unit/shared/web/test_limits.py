"""How often one address may do something, and that the others are not held up by it."""

import pytest
from starlette.requests import Request

from shared.web.limits import Limit
from shared.web.problems import Problem


def of(address: str | None) -> Request:
    return Request({"type": "http", "headers": [], "client": None if address is None else (address, 1)})


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_one_address_may_so_often_and_is_told_when_again() -> None:
    clock = Clock()
    limit = Limit(2, 60, clock)
    for _ in range(2):
        limit.check(of("10.0.0.1"))
        limit.count(of("10.0.0.1"))
        clock.now += 10
    with pytest.raises(Problem) as refused:
        limit.check(of("10.0.0.1"))
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "40")
    limit.check(of("10.0.0.2"))
    limit.check(of(None))
    clock.now = 60
    limit.check(of("10.0.0.1"))


def test_what_was_only_looked_at_counts_for_nothing() -> None:
    limit = Limit(1, 60)
    for _ in range(3):
        limit.check(of("10.0.0.1"))


def test_the_address_that_was_quiet_longest_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.limits._ADDRESSES", 2)
    limit = Limit(1, 60)
    for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3"):
        limit.count(of(address))
    limit.check(of("10.0.0.1"))
    with pytest.raises(Problem):
        limit.check(of("10.0.0.3"))
