"""What holds from a day on, until the next entry: how the register keeps boundaries and codes, past ones included.

An entry says what holds from its day on, or with None that nothing does. A second entry for the same day corrects the
first; one for an earlier day is history entered late and ends at the next entry.
"""

from collections.abc import Mapping
from datetime import date
from itertools import zip_longest
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Spell(NamedTuple):
    """A value with its first day, and the first day on which it holds no more; None while it does."""

    value: str
    since: date
    until: date | None


def in_force(entries: Mapping[date, T], day: date) -> T | None:
    """What holds on that day."""
    begun = [since for since in entries if since <= day]
    return entries[max(begun)] if begun else None


def spells(entries: Mapping[date, str | None]) -> list[Spell]:
    """Each value with its days, in order."""
    days = sorted(entries)
    found: list[Spell] = []
    for since, until in zip_longest(days, days[1:]):
        value = entries[since]
        if value is not None:
            found.append(Spell(value, since, until))
    return found


def meet(one: Spell, other: Spell) -> bool:
    """Whether there is a day that both have."""
    return (one.until is None or other.since < one.until) and (other.until is None or one.since < other.until)
