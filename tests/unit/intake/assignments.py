"""A hazard of Changzhi Road on a Monday as it is assigned and handled: people, commands, events."""

from datetime import timedelta
from typing import Final

from services.intake.domain import assignment_commands as c
from services.intake.domain import assignment_events as e
from services.intake.domain.levels import Level, Official, Owner
from services.intake.domain.routing import Because
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed
from tests.unit.intake.desk import CODE, MONDAY, REPORT, STATION, box

OTHER_STATION: Final = "xjk"
LATER: Final = MONDAY + timedelta(hours=2)
FRIDAY: Final = MONDAY + timedelta(days=4)
NEXT_MONDAY: Final = MONDAY + timedelta(days=7)


def official(account: str, level: Level, station: str = STATION, community: str | None = None) -> Official:
    return Official(account=account, level=level, station=station, community=community)


GUO: Final = official("guo", "community", community="wangfu")
"""The community officer of Wangfu."""
MA: Final = official("ma", "community", community="datang")
"""The officer of another community of the same station."""
LI: Final = official("li", "grid", community="wangfu")
"""The auxiliary of Wangfu."""
ZHAO: Final = official("zhao", "grid", community="wangfu")
WANG: Final = official("wang", "station")
"""The station's leader."""
SUN: Final = official("sun", "station")
CITY: Final = official("chen", "city")
THERE: Final = official("bai", "station", OTHER_STATION)
"""The leader of another station."""

AT_GUO: Final = Owner(station=STATION, level="community", account="guo")
AT_LI: Final = Owner(station=STATION, level="grid", account="li")
AT_MA: Final = Owner(station=STATION, level="community", account="ma")
AT_WANG: Final = Owner(station=STATION, level="station", account="wang")
AT_CITY: Final = Owner(station=STATION, level="city", account="chen")
AT_DESK: Final = Owner(station=STATION, level="station")
AT_OTHER: Final = Owner(station=OTHER_STATION, level="station")

OBJECTION: Final = e.Limit(rule="transfer-objection", until=FRIDAY, binding=True)
DUE: Final = e.Limit(rule="hotline-reply", until=FRIDAY, binding=False)


def words(text: str) -> Sealed:
    return box(f"report-{REPORT}", text)


WHY: Final = words("why")


def because(rule: str = "hazard-to-officer") -> Because:
    return Because(rule=rule, outcome="one", placed_by="register", role="community_officer")


def route(owner: Owner = AT_GUO, rule: str = "hazard-to-officer") -> c.RouteReport:
    return c.RouteReport(
        report=REPORT,
        code=CODE,
        kind="hazard",
        danger=False,
        community="wangfu",
        grid="wangfu-03",
        owner=owner,
        because=because(rule),
        objection=OBJECTION,
        due=DUE,
        now=MONDAY,
    )


def _said(by: str, basis: str, station: str = STATION) -> dict[str, object]:
    return {"report": REPORT, "code": CODE, "station": station, "by": by, "basis": basis, "at": LATER}


def assigned(owner: Owner = AT_GUO, rule: str = "hazard-to-officer", **fields: object) -> e.ReportAssigned:
    told: dict[str, object] = {
        **_said("rule", f"routing:{rule}", owner.station),
        "at": MONDAY,
        "kind": "hazard",
        "danger": False,
        "community": "wangfu",
        "grid": "wangfu-03",
        "owner": owner,
        "because": because(rule),
        "objection": OBJECTION,
        "due": DUE,
    }
    return e.ReportAssigned.model_validate(told | fields)


def started(owner: Owner = AT_GUO) -> e.HandlingStarted:
    return e.HandlingStarted.model_validate({**_said(owner.account or "", "assigned"), "owner": owner})


def objected(by: Official = GUO, *, late: bool = False, basis: str = "transfer-objection") -> e.ObjectionRaised:
    return e.ObjectionRaised.model_validate({**_said(by.account, basis), "official": by, "reason": WHY, "late": late})


def settled(owner: Owner = AT_GUO, *, upheld: bool = False, by: Official = WANG) -> e.ObjectionSettled:
    return e.ObjectionSettled.model_validate(
        {**_said(by.account, "levels:objection"), "upheld": upheld, "owner": owner, "reason": WHY}
    )


def step_asked(step: str = "up", by: Official = GUO, **fields: object) -> e.StepAsked:
    said = _said(by.account, f"levels:{step}")
    return e.StepAsked.model_validate({**said, "step": step, "official": by, "reason": WHY} | fields)


def granted(step: str = "up", owner: Owner = AT_WANG, due: e.Limit | None = DUE, by: Official = WANG) -> e.StepGranted:
    said = _said(by.account, f"levels:{step}")
    return e.StepGranted.model_validate({**said, "step": step, "reason": WHY, "owner": owner, "due": due})


def declined(step: str = "up", by: Official = WANG) -> e.StepDeclined:
    return e.StepDeclined.model_validate({**_said(by.account, f"levels:{step}"), "step": step, "reason": WHY})


def sent_down(owner: Owner = AT_LI, by: Official = GUO) -> e.SentDown:
    return e.SentDown.model_validate({**_said(by.account, "levels:down"), "owner": owner, "reason": WHY})


_HAND_OVER = {"to_station": OTHER_STATION, "reason": WHY}
offered = e.HandoverProposed.model_validate({**_said("wang", "hand-over"), **_HAND_OVER})
accepted = e.HandoverAccepted.model_validate(
    {**_said("bai", "hand-over", OTHER_STATION), "from_station": STATION, "owner": AT_OTHER, "reason": WHY}
)
turned_down = e.HandoverDeclined.model_validate({**_said("bai", "hand-over"), **_HAND_OVER})
withdrawn = e.HandoverWithdrawn.model_validate({**_said("wang", "hand-over"), **_HAND_OVER})


def part_asked(of: Official = LI, by: Official = GUO) -> e.CoHandlerAsked:
    return e.CoHandlerAsked.model_validate({**_said(by.account, "co-handling"), "official": of, "task": WHY})


part_accepted = e.CoHandlingAccepted.model_validate(_said("li", "co-handling"))
part_refused = e.CoHandlingRefused.model_validate({**_said("li", "co-handling"), "reason": WHY})
on_site = e.CoHandlerOnSite.model_validate(_said("li", "co-handling"))
part_done = e.CoHandlingDone.model_validate({**_said("li", "co-handling"), "note": WHY})
part_waived = e.CoHandlingWaived.model_validate({**_said("guo", "co-handling"), "account": "li", "reason": WHY})


def finished(by: str = "guo") -> e.HandlingFinished:
    told = {**_said(by, "assigned"), "outcome": "solved", "answered": True, "result": WHY, "kind": "hazard"}
    return e.HandlingFinished.model_validate(told)


def checked(by: str = "wang") -> e.HandlingChecked:
    return e.HandlingChecked.model_validate(
        {**_said(by, "levels:check"), "outcome": "solved", "answered": True, "reason": WHY}
    )


sent_back = e.HandlingSentBack.model_validate({**_said("wang", "levels:check"), "reason": WHY})
reopened = e.HandlingReopened.model_validate({**_said("wang", "levels:check"), "reason": WHY, "due": DUE})
ended = e.AssignmentEnded.model_validate({**_said("guo", "report:admitted"), "why": "admitted"})

# Commands


def start(by: Official = GUO) -> c.StartHandling:
    return c.StartHandling(by=by, now=LATER)


def object_not_ours(by: Official = GUO) -> c.ObjectNotOurs:
    return c.ObjectNotOurs(reason=WHY, by=by, now=LATER)


def settle(to: Owner | None = None, by: Official = WANG) -> c.SettleObjection:
    return c.SettleObjection(to=to, reason=WHY, by=by, now=LATER)


def up(by: Official = GUO) -> c.AskStep:
    return c.AskStep(step="up", reason=WHY, by=by, now=LATER)


def across(to: Official | None = MA, by: Official = GUO) -> c.AskStep:
    return c.AskStep(step="across", reason=WHY, to=to, by=by, now=LATER)


def delay(by: Official = GUO, days: int = 7) -> c.AskStep:
    return c.AskStep(step="delay", reason=WHY, until=MONDAY + timedelta(days=days), by=by, now=LATER)


def grant(by: Official = WANG) -> c.GrantStep:
    return c.GrantStep(reason=WHY, by=by, now=LATER)


def decline(by: Official = WANG) -> c.DeclineStep:
    return c.DeclineStep(reason=WHY, by=by, now=LATER)


def send_down(to: Official = LI, by: Official = GUO) -> c.SendDown:
    return c.SendDown(to=to, reason=WHY, by=by, now=LATER)


def offer(to: str = OTHER_STATION, by: Official = WANG) -> c.ProposeHandover:
    return c.ProposeHandover(to_station=to, reason=WHY, by=by, now=LATER)


def accept(by: Official = THERE, to: Owner = AT_OTHER) -> c.AcceptHandover:
    return c.AcceptHandover(to=to, reason=WHY, by=by, now=LATER)


def turn_down(by: Official = THERE) -> c.DeclineHandover:
    return c.DeclineHandover(reason=WHY, by=by, now=LATER)


def withdraw(by: Official = WANG) -> c.WithdrawHandover:
    return c.WithdrawHandover(reason=WHY, by=by, now=LATER)


def ask_co_handler(of: Official = LI, by: Official = GUO) -> c.AskCoHandler:
    return c.AskCoHandler(official=of, task=WHY, by=by, now=LATER)


def accept_part(by: Official = LI) -> c.AcceptCoHandling:
    return c.AcceptCoHandling(by=by, now=LATER)


def refuse_part(by: Official = LI) -> c.RefuseCoHandling:
    return c.RefuseCoHandling(reason=WHY, by=by, now=LATER)


def arrive(by: Official = LI) -> c.ArriveOnSite:
    return c.ArriveOnSite(by=by, now=LATER)


def finish_part(by: Official = LI) -> c.FinishCoHandling:
    return c.FinishCoHandling(note=WHY, by=by, now=LATER)


def waive_part(account: str = "li", by: Official = GUO) -> c.WaiveCoHandling:
    return c.WaiveCoHandling(account=account, reason=WHY, by=by, now=LATER)


def finish(by: Official = GUO, outcome: e.Outcome = "solved") -> c.FinishHandling:
    return c.FinishHandling(outcome=outcome, answered=True, result=WHY, by=by, now=LATER)


def check(by: Official = WANG, *, passed: bool = True) -> c.CheckHandling:
    return c.CheckHandling(passed=passed, reason=WHY, by=by, now=LATER)


def reopen(by: Official = WANG) -> c.ReopenHandling:
    return c.ReopenHandling(reason=WHY, due=DUE, by=by, now=LATER)


end = c.EndAssignment(why="admitted", by="guo", now=LATER)

ONE_OF_EACH: tuple[Event, ...] = (
    assigned(),
    started(),
    objected(),
    settled(),
    step_asked("delay", until=NEXT_MONDAY),
    granted(),
    declined(),
    sent_down(),
    offered,
    accepted,
    turned_down,
    withdrawn,
    part_asked(),
    part_accepted,
    part_refused,
    on_site,
    part_done,
    part_waived,
    finished(),
    checked(),
    sent_back,
    reopened,
    ended,
)
"""Every kind of event once."""
