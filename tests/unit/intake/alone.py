"""An officer who goes alone on that Monday, as commands and events."""

from datetime import datetime, timedelta
from typing import Final

from services.intake.domain import lone_visit as lone
from services.intake.domain.lone_visit import Rung, Step
from tests.unit.intake.desk import LEADER, MONDAY, OFFICER, STATION, box
from tests.unit.intake.shifts import OTHER

BACK: Final = MONDAY + timedelta(hours=1)
VISIT: Final = "visit-1"
GOING = lone.Going(
    visit=VISIT,
    station=STATION,
    account=OFFICER,
    where=box("lone-visit-1", "where"),
    community="wangfu",
    partner=OTHER,
    step_minutes=10,
)
LADDER: Final[tuple[Step, ...]] = (
    Step(rung="partner", told=(OTHER,)),
    Step(rung="colleague", told=("account-qian",)),
    Step(rung="station_leader", told=(LEADER,)),
    Step(rung="police_desk", told=("account-desk",)),
)

start = lone.StartVisit(going=GOING, back_at=BACK, now=MONDAY)
started = lone.LoneVisitStarted(going=GOING, back_at=BACK, started_at=MONDAY)
extend = lone.ExtendVisit(back_at=BACK + timedelta(hours=1), by=OFFICER, now=MONDAY)
extended = lone.LoneVisitExtended(visit=VISIT, station=STATION, back_at=BACK + timedelta(hours=1), extended_at=MONDAY)
end = lone.EndVisit(by=OFFICER, now=MONDAY)
ended = lone.LoneVisitEnded(visit=VISIT, station=STATION, how="back", by=OFFICER, ended_at=MONDAY)
answer = lone.AnswerAlarm(by=OTHER, now=MONDAY)
answered = lone.AlarmAnswered(visit=VISIT, station=STATION, by=OTHER, answered_at=MONDAY)
panic = lone.PressPanic(going=GOING, ladder=LADDER, now=MONDAY)
panicked = lone.AlarmRaised(
    visit=VISIT,
    station=STATION,
    account=OFFICER,
    why="panic",
    rung="police_desk",
    told=("account-desk", LEADER, "account-qian", OTHER),
    next_at=MONDAY + timedelta(minutes=5),
    raised_at=MONDAY,
)


def clock(now: datetime) -> lone.RaiseAlarm:
    return lone.RaiseAlarm(ladder=LADDER, now=now)


def raised(rung: Rung, at: datetime) -> lone.AlarmRaised:
    (told,) = [step.told for step in LADDER if step.rung == rung]
    return lone.AlarmRaised(
        visit=VISIT,
        station=STATION,
        account=OFFICER,
        why="missed",
        rung=rung,
        told=told,
        next_at=at + timedelta(minutes=5 if rung == "police_desk" else 10),
        raised_at=at,
    )
