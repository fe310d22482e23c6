"""Contracts: the events that services tell each other, and the registry of all of them.

A contract's type name ends in its version; within a version fields are only ever added. Receivers ignore what they do
not know. Every contract names its topic, and one event gives at most one contract per topic.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import BaseModel


class Contract(BaseModel, frozen=True, use_attribute_docstrings=True):
    """Base of all contracts. Subclasses state their CloudEvents type, their topic and the field that is the subject."""

    event_type: ClassVar[str]
    topic: ClassVar[str]
    about: ClassVar[str]
    """Name of the field that holds the subject: the record's key, so that what concerns one matter stays in order."""

    @property
    def subject(self) -> str:
        subject: str = getattr(self, self.about)
        return subject


def contracts(base: type[Contract] = Contract) -> Iterator[type[Contract]]:
    """All contracts that are imported, in the order in which they were defined."""
    for cls in base.__subclasses__():
        if hasattr(cls, "event_type"):
            yield cls
        yield from contracts(cls)
