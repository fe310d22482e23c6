"""The register of commands: each kind declares the action that it needs, and one that does not is found at start."""

from collections.abc import Iterable
from typing import TypeVar

from shared.access.rights import ACTIONS, Action

Kind = TypeVar("Kind", bound=type[object])


class Undeclared(Exception):
    """Something that can be asked for has no policy. The program must not start."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(sorted(names))
        super().__init__(
            f"no access is declared for {', '.join(self.names)}; declare the action that each of them needs"
        )


class Contradicted(Exception):
    """A kind is declared twice, with different actions."""


class Policies:
    """Which action each kind of command needs.

    >>> policies = Policies()
    >>> policies.declare(RegisterReport, "report.register")
    """

    def __init__(self) -> None:
        self._actions: dict[type[object], Action] = {}

    def declare(self, kind: Kind, action: Action) -> Kind:
        if action not in ACTIONS:
            raise ValueError(f"{action} is no action; the actions are {', '.join(ACTIONS)}")
        known = self._actions.setdefault(kind, action)
        if known != action:
            raise Contradicted(f"{_name(kind)} is declared as {known} and as {action}; keep one of the two")
        return kind

    def policy_of(self, kind: type[object]) -> Action:
        try:
            return self._actions[kind]
        except KeyError:
            raise Undeclared([_name(kind)]) from None

    def check(self, kinds: Iterable[type[object]]) -> None:
        """Raises `Undeclared` naming every kind that has no policy. To be called at start, with all commands."""
        missing = [_name(kind) for kind in kinds if kind not in self._actions]
        if missing:
            raise Undeclared(missing)


def _name(kind: type[object]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
