"""Time limits of a hotline's work order (工单时限): when each ends, by which article, and how much of it is used."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from shared.law.calendar import Duration
from shared.law.here import Here
from shared.law.legal_time import SHANGHAI, day_of
from shared.law.rules import Rule

Level: TypeAlias = Literal["begun", "half", "near", "over", "stopped"]
"""How far a limit is used: below 50 %, from 50 %, from 80 %, over, or not running any more."""
HALF: Final = 0.5
NEAR: Final = 0.8


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of ours as a rule sets it."""

    due: datetime
    rule: Rule
    binds: bool
    certain: bool
    """False where the limit reaches into a year whose holidays are not known here: only weekends were left out."""


def objection(started: datetime, here: Here) -> Limit | None:
    """Until when an order may be objected to as not ours (异议期限)."""
    return _limit("hotline-objection", "object", started, here)


def answer(started: datetime, urgency: str, here: Here) -> Limit | None:
    """Until when an order is to be answered (办理期限), by its urgency where the city's rule tells them apart."""
    return _limit("hotline-reply", urgency, started, here)


def _limit(id_: str, figure: str, started: datetime, here: Here) -> Limit | None:
    """None where this city's rule is not kept here; then the hotline's own clock is the only one."""
    rule = here.find(id_, day_of(started))
    if rule is None:
        return None
    length = rule.figures.get(figure, rule.figures.get("normal"))
    if not isinstance(length, Duration):
        return None
    due = here.deadline(started, length)
    certain = here.calendar.knows(day_of(started), due.date())
    return Limit(due, rule, here.binds(rule), certain)


def share(started: datetime, due: datetime, now: datetime) -> float:
    """How much of the time is used: 0 at its start, 1 at its end, more beyond it."""
    whole = (due - started).total_seconds()
    return 1.0 if whole <= 0 else max((now - started).total_seconds() / whole, 0.0)


def level(started: datetime, due: datetime, stopped: datetime | None, now: datetime) -> Level:
    """What is to be shown; a limit that stopped in time is done, one that stopped late stays over."""
    used = share(started, due, stopped or now)
    if used > 1:
        return "over"
    if stopped is not None:
        return "stopped"
    return "near" if used >= NEAR else "half" if used >= HALF else "begun"


def said(moment: datetime) -> str:
    """A moment as refusals name it."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
