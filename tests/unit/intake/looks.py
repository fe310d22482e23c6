"""A small restaurant in Wangfu and one fire safety check of it, as commands and events."""

from datetime import date, timedelta
from typing import Final

from services.intake.domain import inspection as i
from services.intake.domain import premises as p
from shared.law.here import Here
from tests.unit.intake.desk import MONDAY, OFFICER, STATION, box

PREMISES, INSPECTION = "premises-1", "inspection-1"
AUXILIARY: Final = "account-aux"
CHINA: Final = Here()
SHANDONG: Final = Here(jurisdiction="370100")
CONFIRMED: Final = Here(jurisdiction="370100", confirmed=frozenset({p.LIST}))
ARTICLE: Final = "山东省有关消防监督的规定（名称未核）第三十条"
CHECK_ARTICLE: Final = "《消防监督检查规定》（公安部令第120号）第三十一条至第三十三条"
PLACE = p.Place(grid="wangfu-03", compound="wangfu-yuan")
RESPONSIBLE = p.Responsible(person="person-lu", name=box("person-lu", "name"), phone=box("person-lu", "phone"))
NAME, ADDRESS = box("premises-premises-1", "name"), box("premises-premises-1", "address")

register = p.RegisterPremises(
    premises=PREMISES,
    kind="restaurant",
    measures={"seats": 60},
    station=STATION,
    community="wangfu",
    place=PLACE,
    name=NAME,
    address=ADDRESS,
    responsible=RESPONSIBLE,
    here=SHANDONG,
    by=OFFICER,
    now=MONDAY,
)
registered = p.PremisesRegistered(
    premises=PREMISES,
    kind="restaurant",
    measures={"seats": 60},
    article=ARTICLE,
    station=STATION,
    community="wangfu",
    place=PLACE,
    name=NAME,
    address=ADDRESS,
    responsible=RESPONSIBLE,
    by=OFFICER,
    registered_at=MONDAY,
)
measure = p.MeasurePremises(kind="restaurant", measures={"seats": 120}, here=SHANDONG, by=OFFICER, now=MONDAY)
measured = p.PremisesMeasured(
    premises=PREMISES,
    kind="restaurant",
    measures={"seats": 120},
    beyond=(p.Excess(measure="seats", given=120, limit=100),),
    article=ARTICLE,
    by=OFFICER,
    measured_at=MONDAY,
)
close = p.ClosePremises(by=OFFICER, now=MONDAY)
closed = p.PremisesClosed(premises=PREMISES, by=OFFICER, closed_at=MONDAY)

POINTS: Final = ("passages", "gas", "ducts")
DUE: Final = date(2026, 11, 30)
WHAT = box("inspection-words-1", "the-exit-is-locked")
NOTE, REASON = box("inspection-words-2", "note"), box("inspection-words-3", "reason")
WEEK_LATER: Final = MONDAY + timedelta(days=7)

begin = i.BeginInspection(
    inspection=INSPECTION,
    premises=PREMISES,
    kind="restaurant",
    station=STATION,
    community="wangfu",
    grid="wangfu-03",
    check_list="check-list-restaurant",
    points=POINTS,
    inspector=AUXILIARY,
    by=OFFICER,
    now=MONDAY,
)
begun = i.InspectionBegun(
    inspection=INSPECTION,
    premises=PREMISES,
    kind="restaurant",
    station=STATION,
    community="wangfu",
    grid="wangfu-03",
    check_list="check-list-restaurant",
    points=POINTS,
    inspector=AUXILIARY,
    by=OFFICER,
    begun_at=MONDAY,
)
record = i.RecordFinding(
    finding="f1", point="passages", level="serious", what=WHAT, evidence=("evidence-1",), by=AUXILIARY, now=MONDAY
)
recorded = i.FindingRecorded(
    inspection=INSPECTION,
    finding="f1",
    point="passages",
    level="serious",
    what=WHAT,
    evidence=("evidence-1",),
    by=AUXILIARY,
    recorded_at=MONDAY,
)
grave = i.FindingRecorded(
    inspection=INSPECTION, finding="f2", point="gas", level="grave", what=WHAT, by=AUXILIARY, recorded_at=MONDAY
)
finish = i.FinishLook(in_order=frozenset({"gas"}), not_applicable=frozenset({"ducts"}), by=AUXILIARY, now=MONDAY)
finished = i.LookFinished(
    inspection=INSPECTION, in_order=("gas",), not_applicable=("ducts",), by=AUXILIARY, finished_at=MONDAY
)
order = i.OrderRectification(
    order="o1", findings=("f1",), due=DUE, rule=i.CHECK, article=CHECK_ARTICLE, by=OFFICER, now=MONDAY
)
ordered = i.RectificationOrdered(
    inspection=INSPECTION,
    order="o1",
    findings=("f1",),
    due=DUE,
    rule=i.CHECK,
    article=CHECK_ARTICLE,
    by=OFFICER,
    ordered_at=MONDAY,
)
recheck = i.Recheck(results={"f1": "not_put_right"}, note=NOTE, evidence=("evidence-2",), by=AUXILIARY, now=WEEK_LATER)
rechecked = i.FindingsRechecked(
    inspection=INSPECTION,
    results={"f1": "not_put_right"},
    note=NOTE,
    evidence=("evidence-2",),
    by=AUXILIARY,
    rechecked_at=WEEK_LATER,
)
hand_over = i.HandOver(hand_over="h1", findings=("f1",), body="示例区消防救援大队", by=OFFICER, now=WEEK_LATER)
handed_over = i.FindingsHandedOver(
    inspection=INSPECTION,
    hand_over="h1",
    findings=("f1",),
    body="示例区消防救援大队",
    by=OFFICER,
    handed_over_at=WEEK_LATER,
)
accept = i.AnswerHandOver(hand_over="h1", accepted=True, reference="消移-7", by=OFFICER, now=WEEK_LATER)
accepted = i.HandOverAnswered(
    inspection=INSPECTION,
    hand_over="h1",
    findings=("f1",),
    accepted=True,
    reference="消移-7",
    by=OFFICER,
    answered_at=WEEK_LATER,
)
refuse = i.AnswerHandOver(hand_over="h1", accepted=False, reason=REASON, by=OFFICER, now=WEEK_LATER)
refused = i.HandOverAnswered(
    inspection=INSPECTION,
    hand_over="h1",
    findings=("f1",),
    accepted=False,
    reason=REASON,
    by=OFFICER,
    answered_at=WEEK_LATER,
)

FOUND: Final[tuple[i.InspectionEvent, ...]] = (begun, recorded, finished)
ORDERED: Final[tuple[i.InspectionEvent, ...]] = (*FOUND, ordered)
FAILED: Final[tuple[i.InspectionEvent, ...]] = (*ORDERED, rechecked)
GIVEN: Final[tuple[i.InspectionEvent, ...]] = (*FAILED, handed_over)
