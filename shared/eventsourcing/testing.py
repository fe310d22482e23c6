"""given / when / then for deciders: a specification reads as the rule that it checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.eventsourcing.decider import Decider, Refusal

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Specification(Generic[C, S, E]):
    """`given = Specification(dispute)`, then `given(opened).when(withdraw).then(withdrawn)`."""

    decider: Decider[C, S, E]

    def __call__(self, *events: E) -> Given[C, S, E]:
        return Given(self.decider, events)


@dataclass(frozen=True, slots=True)
class Given(Generic[C, S, E]):
    decider: Decider[C, S, E]
    events: tuple[E, ...]

    def when(self, command: C) -> When[C, S, E]:
        return When(self.decider, self.events, command)

    @property
    def state(self) -> S:
        return self.decider.fold(self.events)


@dataclass(frozen=True, slots=True)
class When(Generic[C, S, E]):
    decider: Decider[C, S, E]
    events: tuple[E, ...]
    command: C

    def then(self, *expected: E) -> None:
        decided = self._decide()
        assert decided == list(expected), f"expected {list(expected)}, decided {decided}"
        self._asked_again_changes_nothing(decided)

    def then_nothing_happens(self) -> None:
        self.then()

    def then_refused(self, refusal: type[Refusal]) -> None:
        try:
            decided = self._decide()
        except refusal:
            return
        raise AssertionError(f"expected {refusal.__name__}, decided {decided}")

    def _decide(self) -> list[E]:
        return self.decider.decide(self.command, self.decider.fold(self.events))

    def _asked_again_changes_nothing(self, decided: list[E]) -> None:
        """A decision is idempotent: asked twice it writes nothing the second time, or says no."""
        state = self.decider.fold((*self.events, *decided))
        try:
            again = self.decider.decide(self.command, state)
        except Refusal:
            return
        assert not again, f"asked twice, it decided {again} the second time"
