"""A decider: the pure core of a stream type, what may be decided and what a past event means."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Decider(Generic[C, S, E]):
    """`decide(command, state) -> events` may refuse; `evolve(state, event) -> state` is total. Neither does I/O."""

    initial: S
    decide: Callable[[C, S], list[E]]
    evolve: Callable[[S, E], S]

    def fold(self, events: Iterable[E], state: S | None = None) -> S:
        folded = self.initial if state is None else state
        for event in events:
            folded = self.evolve(folded, event)
        return folded


def sentence(text: str) -> str:
    """Marks an English sentence for translation; the translated one is looked up where it is shown."""
    return text


class Code(str):
    """A word of our own within a refusal's values, such as a kind: translated where it is shown, unlike names."""

    __slots__ = ()


class Refusal(Exception):
    """A decision's no. The class states the fact, `say` is the sentence for a person, `values` fill it.

    A refusal is an answer, not a fault: the edge shows it (409), a policy's refusal is parked for people to see.
    """

    say: ClassVar[str] = sentence("This is refused.")

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.say.format(**values))


class Unknown(Refusal):
    """The thing that the command speaks of has never been begun (404 at the edge)."""

    say: ClassVar[str] = sentence("There is no such thing here.")
