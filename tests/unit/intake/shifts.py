"""The duty roster of Changzhi Road in the week of that Monday, as commands and events."""

from datetime import datetime, timedelta
from typing import Final

from services.intake.domain import roster as r
from tests.unit.intake.desk import LEADER, MONDAY, OFFICER, STATION

OTHER: Final = "account-ma"
HOUR: Final = timedelta(hours=1)
OFFICERS: Final = ("community_officer",)


def shift(
    id_: str = "early",
    account: str = OFFICER,
    begins: datetime = MONDAY + 24 * HOUR,
    lasting: timedelta = 8 * HOUR,
    seat: r.Seat = "community_officer",
    community: str | None = "wangfu",
) -> r.Shift:
    return r.Shift(
        shift=id_, seat=seat, account=account, begins_at=begins, ends_at=begins + lasting, community=community
    )


EARLY = shift()
LATE = shift("late", OTHER, MONDAY + 72 * HOUR)


def plan(of: r.Shift, *posts: str) -> r.PlanShift:
    return r.PlanShift(station=STATION, shift=of, posts=posts or OFFICERS, by=LEADER, now=MONDAY)


def planned(of: r.Shift) -> r.ShiftPlanned:
    return r.ShiftPlanned(station=STATION, shift=of, by=LEADER, planned_at=MONDAY)


cancel = r.CancelShift(shift="early", reason="not_needed", by=LEADER, now=MONDAY)
cancelled = r.ShiftCancelled(station=STATION, shift="early", reason="not_needed", by=LEADER, cancelled_at=MONDAY)
RULES = r.DutyRules(rest_hours=10, step_minutes=5)
set_rules = r.SetDutyRules(station=STATION, rules=RULES, by=LEADER, now=MONDAY)
rules_set = r.DutyRulesSet(station=STATION, rules=RULES, by=LEADER, set_at=MONDAY)


def ask(in_return: str | None = None, swap: str = "swap-1", to: str = OTHER, by: str = OFFICER) -> r.AskSwap:
    return r.AskSwap(
        swap=swap,
        shift="early",
        to=to,
        in_return=in_return,
        posts=OFFICERS,
        own_posts=OFFICERS,
        by=by,
        now=MONDAY,
    )


def asked(in_return: str | None = None) -> r.SwapAsked:
    return r.SwapAsked(
        station=STATION, swap="swap-1", shift="early", to=OTHER, in_return=in_return, by=OFFICER, asked_at=MONDAY
    )


def agreed(in_return: str | None = None) -> r.SwapAgreed:
    return r.SwapAgreed(
        station=STATION,
        swap="swap-1",
        shift="early",
        in_return=in_return,
        asked_by=OFFICER,
        by=OTHER,
        agreed_at=MONDAY,
    )


agree = r.AnswerSwap(swap="swap-1", agreed=True, by=OTHER, now=MONDAY)
decline = r.AnswerSwap(swap="swap-1", agreed=False, by=OTHER, now=MONDAY)
declined = r.SwapDeclined(station=STATION, swap="swap-1", declined_at=MONDAY)
withdraw = r.WithdrawSwap(swap="swap-1", by=OFFICER, now=MONDAY)
withdrawn = r.SwapWithdrawn(station=STATION, swap="swap-1", by=OFFICER, withdrawn_at=MONDAY)
