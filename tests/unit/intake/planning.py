"""One Monday of an officer in Wangfu, as commands and events of a plan."""

from datetime import date, time
from typing import Final

from services.intake.domain import day_plan as d
from tests.unit.intake.desk import LEADER, MONDAY, OFFICER, STATION, box

PLAN: Final = "plan-monday"
TODAY, TOMORROW, YESTERDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 22)
ABOUT = d.About(source="recheck", id="inspection-1")
PLACE, NOTE, WORDS = box("plan-item-i1", "place"), box("plan-item-i1", "note"), box("plan-item-i1", "words")

add = d.PlanItem(
    plan=PLAN,
    account=OFFICER,
    station=STATION,
    day=TODAY,
    item="i1",
    kind="check",
    at=time(9, 30),
    place=PLACE,
    note=NOTE,
    about=ABOUT,
    by=LEADER,
    now=MONDAY,
)
added = d.PlanItemAdded(
    plan=PLAN,
    account=OFFICER,
    station=STATION,
    day=TODAY,
    item="i1",
    kind="check",
    at=time(9, 30),
    place=PLACE,
    note=NOTE,
    about=ABOUT,
    by=LEADER,
    added_at=MONDAY,
)
set_time = d.TimeItem(item="i1", at=time(14, 0), by=OFFICER, now=MONDAY)
timed = d.PlanItemTimed(plan=PLAN, item="i1", at=time(14, 0), by=OFFICER, timed_at=MONDAY)
do = d.DoItem(item="i1", by=OFFICER, now=MONDAY)
done = d.PlanItemDone(plan=PLAN, item="i1", by=OFFICER, done_at=MONDAY)
move = d.MoveItem(item="i1", to=TOMORROW, reason="nobody_there", by=OFFICER, now=MONDAY)
moved = d.PlanItemMoved(plan=PLAN, item="i1", to=TOMORROW, reason="nobody_there", by=OFFICER, moved_at=MONDAY)
drop = d.DropItem(item="i1", reason="other", words=WORDS, by=OFFICER, now=MONDAY)
dropped = d.PlanItemDropped(plan=PLAN, item="i1", reason="other", words=WORDS, by=OFFICER, dropped_at=MONDAY)
