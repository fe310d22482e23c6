"""A patrol in Wangfu: its route with three stops, and one evening's walk, as commands and events."""

from datetime import timedelta
from typing import Final

from services.intake.domain import patrol as p
from services.intake.domain import patrol_route as r
from tests.unit.intake.desk import MONDAY, OFFICER, STATION, box, changed

ROUTE, PATROL = "route-evening", "patrol-1"
WALKER: Final = "account-qin"
GATE = r.Stop(stop="s1", name="王府花园南门", grid="wangfu-03", compound="wangfu-yuan")
GARAGE = r.Stop(stop="s2", name="地下车库入口", grid="wangfu-03", compound="wangfu-yuan", building="3")
RIVER = r.Stop(stop="s3", name="河边步道亭子")
STOPS: Final = (GATE, GARAGE, RIVER)


def code(letter: str) -> r.StopCode:
    return r.StopCode(code_hash=letter * 64, code=box("patrol-route-route-evening", f"code-{letter}"))


CODES: Final = {"s1": code("a"), "s2": code("b")}

draw = r.DrawRoute(
    route=ROUTE,
    station=STATION,
    community="wangfu",
    grids=("wangfu-03",),
    name="王府花园夜巡",
    stops=STOPS,
    codes=CODES,
    by=OFFICER,
    now=MONDAY,
)
drawn = r.PatrolRouteDrawn(
    route=ROUTE,
    station=STATION,
    community="wangfu",
    grids=("wangfu-03",),
    name="王府花园夜巡",
    stops=STOPS,
    codes=CODES,
    by=OFFICER,
    drawn_at=MONDAY,
)
revise = r.ReviseRoute(
    name="王府花园夜巡",
    grids=("wangfu-03",),
    stops=(RIVER, GATE),
    codes={"s1": code("d"), "s3": code("c")},
    by=OFFICER,
    now=MONDAY,
)
revised = r.PatrolRouteRevised(
    route=ROUTE,
    number=2,
    grids=("wangfu-03",),
    name="王府花园夜巡",
    stops=(RIVER, GATE),
    codes={"s3": code("c"), "s1": code("a")},
    by=OFFICER,
    revised_at=MONDAY,
)
replace_code = r.ReplaceCode(stop="s1", code=code("e"), why="copied", by=OFFICER, now=MONDAY)
code_replaced = r.PatrolStopCodeReplaced(
    route=ROUTE, stop="s1", code=code("e"), why="copied", by=OFFICER, replaced_at=MONDAY
)
retire = r.RetireRoute(by=OFFICER, now=MONDAY)
retired = r.PatrolRouteRetired(route=ROUTE, by=OFFICER, retired_at=MONDAY)

BLOCKED = p.Why(cause="blocked")
TOLD = p.Why(cause="other", words=box("patrol-patrol-1", "the-gate-was-locked"))
LATER = MONDAY + timedelta(minutes=20)

begin = p.BeginPatrol(
    patrol=PATROL,
    route=ROUTE,
    number=1,
    station=STATION,
    community="wangfu",
    grids=("wangfu-03",),
    stops=STOPS,
    walker=WALKER,
    now=MONDAY,
)
begun = p.PatrolBegun(
    patrol=PATROL,
    route=ROUTE,
    number=1,
    station=STATION,
    community="wangfu",
    grids=("wangfu-03",),
    stops=STOPS,
    walker=WALKER,
    begun_at=MONDAY,
)
reach = p.ReachStop(stop="s1", proof="scanned", by=WALKER, now=LATER)
leave_out = p.LeaveStopOut(stop="s1", why=BLOCKED, by=WALKER, now=LATER)
end = p.EndPatrol(by=WALKER, now=LATER)
ended = p.PatrolEnded(patrol=PATROL, by=WALKER, ended_at=LATER)


def reached(stop: str = "s1", proof: p.Proof = "scanned") -> p.PatrolStopReached:
    return p.PatrolStopReached(patrol=PATROL, stop=stop, proof=proof, reached_at=LATER)


def deviated(stop: str, deviation: p.Deviation, why: p.Why = BLOCKED) -> p.PatrolDeviated:
    return p.PatrolDeviated(patrol=PATROL, stop=stop, deviation=deviation, why=why, noted_at=LATER)


def at(stop: str, **more: object) -> p.ReachStop:
    return changed(reach, stop=stop, **more)
