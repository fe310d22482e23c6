"""An errand of that Monday: two people are looked for, as commands and events."""

from datetime import timedelta
from typing import Final

from services.intake.domain import dispatch as p
from tests.unit.intake.desk import CODE, LEADER, MONDAY, OFFICER, REPORT, STATION, box
from tests.unit.intake.squad import ID as VOLUNTEER
from tests.unit.intake.squad import OWN_ACCOUNT

DISPATCH: Final = "dispatch-1"
REST: Final = 8
ERRAND = p.Errand(
    dispatch=DISPATCH,
    report=REPORT,
    code=CODE,
    station=STATION,
    community="wangfu",
    grid="wangfu-03",
    what=box("assignment-1", "what"),
    needed=2,
    risk=True,
    skill="fire",
    begins_at=MONDAY + timedelta(hours=1),
    ends_at=MONDAY + timedelta(hours=3),
)
STAFF = p.Facts(person=OFFICER, kind="staff", account=OFFICER, holds_post=True, on_duty=True, rested_hours=16)
NEIGHBOUR = p.Facts(
    person=VOLUNTEER, kind="volunteer", account=OWN_ACCOUNT, holds_post=True, on_duty=True, skilled=True
)

open_ = p.OpenDispatch(errand=ERRAND, by=LEADER, now=MONDAY)
opened = p.DispatchOpened(errand=ERRAND, by=LEADER, opened_at=MONDAY)


def ask(facts: p.Facts, request: str = "request-1") -> p.AskToGo:
    return p.AskToGo(request=request, facts=facts, rest_hours=REST, by=LEADER, now=MONDAY)


def asked(facts: p.Facts, *why: p.Why) -> p.PersonAsked:
    return p.PersonAsked(
        dispatch=DISPATCH,
        request="request-1",
        person=facts.person,
        kind=facts.kind,
        account=facts.account,
        why=why,
        by=LEADER,
        asked_at=MONDAY,
        call=p.Call(code=ERRAND.code, station=ERRAND.station, begins_at=ERRAND.begins_at, ends_at=ERRAND.ends_at),
    )


staff_asked = asked(STAFF, "holds_post", "on_duty", "rested", "no_kinship_known")
neighbour_asked = asked(NEIGHBOUR, "holds_post", "on_duty", "skilled", "ready", "no_kinship_known")
agree = p.AgreeToGo(request="request-1", for_them=False, by=OWN_ACCOUNT, now=MONDAY)
goes = p.PersonGoes(dispatch=DISPATCH, request="request-1", by=OWN_ACCOUNT, agreed_at=MONDAY)
no = p.NotGo(request="request-1", for_them=False, by=OWN_ACCOUNT, now=MONDAY)
released = p.RequestReleased(dispatch=DISPATCH, request="request-1", reason=None, released_at=MONDAY)
cannot = p.NotGo(request="request-1", reason="too_far", for_them=False, by=OFFICER, now=MONDAY)
kin = p.NoteKinship(person=OFFICER, by=LEADER, now=MONDAY)
kin_noted = p.KinshipNoted(dispatch=DISPATCH, person=OFFICER, by=LEADER, noted_at=MONDAY)
close = p.CloseDispatch(by=LEADER, now=MONDAY)
closed = p.DispatchClosed(dispatch=DISPATCH, needed=2, going=1, short=1, by=LEADER, closed_at=MONDAY)
