"""A squad of Changzhi Road: one volunteer from being found until standing down, with hours, as commands and events."""

from datetime import date, datetime, timedelta
from typing import Final

from services.intake.domain import volunteer as v
from tests.unit.intake.desk import MONDAY, OFFICER, STATION, box

ID: Final = "volunteer-qin"
OWN_ACCOUNT: Final = "account-qin"
TODAY: Final = date(2026, 11, 23)
EARLIER: Final = date(2026, 10, 12)
PLACE = v.Place(grid="wangfu-03", compound="wangfu-yuan", building="3")
ORIGIN = v.Origin(kind="dispute", id="WG-261012-06BZ-592W")
VOUCHER = v.Voucher(kind="resident", person="person-shen", name=box("person-shen", "name"))
INSURANCE = v.Insurance(
    insurer="人保财险", policy=box(ID, "policy"), first_day=date(2026, 10, 1), last_day=date(2027, 9, 30)
)


def service(began: datetime = MONDAY - timedelta(hours=3), lasting: timedelta = timedelta(hours=2)) -> v.Service:
    return v.Service(
        kind="patrol",
        what=box("service-1", "what"),
        where=box("service-1", "where"),
        began_at=began,
        ended_at=began + lasting,
    )


REASON = box("service-1", "reason")

find = v.FindVolunteer(
    volunteer=ID,
    name=box(ID, "name"),
    role="volunteer",
    station=STATION,
    community="wangfu",
    place=PLACE,
    origin=ORIGIN,
    account=OWN_ACCOUNT,
    on=EARLIER,
    by=OFFICER,
    now=MONDAY,
)
talk = v.TalkWithVolunteer(on=EARLIER, by=OFFICER, now=MONDAY)
vouch = v.VouchForVolunteer(voucher=VOUCHER, on=EARLIER, by=OFFICER, now=MONDAY)
consent = v.RecordConsent(form="written", on=EARLIER, by=OFFICER, now=MONDAY)
withdraw = v.WithdrawConsent(by=OWN_ACCOUNT, now=MONDAY)
train = v.RecordTraining(subject="safety", on=EARLIER, by=OFFICER, now=MONDAY)
insure = v.RecordInsurance(insurance=INSURANCE, by=OFFICER, now=MONDAY)
put_on_duty = v.PutOnDuty(on=EARLIER, by=OFFICER, now=MONDAY)
stand_down = v.StandDown(reason="moved_away", on=TODAY, by=OFFICER, now=MONDAY)
place = v.PlaceVolunteer(role="unit_head", place=v.Place(grid="wangfu-04"), by=OFFICER, now=MONDAY)
record = v.RecordService(record="service-1", service=service(), by=OFFICER, now=MONDAY)
correct = v.CorrectService(
    record="service-1", service=service(lasting=timedelta(hours=1)), reason=REASON, by=OFFICER, now=MONDAY
)
strike = v.StrikeService(record="service-1", reason=REASON, by=OFFICER, now=MONDAY)

found = v.VolunteerFound(
    volunteer=ID,
    name=box(ID, "name"),
    role="volunteer",
    station=STATION,
    community="wangfu",
    place=PLACE,
    origin=ORIGIN,
    account=OWN_ACCOUNT,
    on=EARLIER,
    by=OFFICER,
    found_at=MONDAY,
)
talked = v.VolunteerTalkedWith(volunteer=ID, on=EARLIER, by=OFFICER, talked_at=MONDAY)
vouched = v.VolunteerVouchedFor(volunteer=ID, voucher=VOUCHER, on=EARLIER, by=OFFICER, vouched_at=MONDAY)
consented = v.VolunteerConsented(volunteer=ID, form="written", on=EARLIER, by=OFFICER, consented_at=MONDAY)
withdrawn = v.VolunteerConsentWithdrawn(volunteer=ID, by=OWN_ACCOUNT, withdrawn_at=MONDAY)
withdrew = v.VolunteerStoodDown(
    volunteer=ID, reason="consent_withdrawn", on=TODAY, by=OWN_ACCOUNT, stood_down_at=MONDAY
)
trained = v.VolunteerTrained(volunteer=ID, subject="safety", on=EARLIER, by=OFFICER, trained_at=MONDAY)
insured = v.VolunteerInsured(volunteer=ID, insurance=INSURANCE, by=OFFICER, insured_at=MONDAY)
on_duty = v.VolunteerOnDuty(volunteer=ID, on=EARLIER, by=OFFICER, began_at=MONDAY)
stood_down = v.VolunteerStoodDown(volunteer=ID, reason="moved_away", on=TODAY, by=OFFICER, stood_down_at=MONDAY)
placed = v.VolunteerPlaced(
    volunteer=ID, role="unit_head", place=v.Place(grid="wangfu-04"), by=OFFICER, placed_at=MONDAY
)
recorded = v.ServiceRecorded(
    volunteer=ID, record="service-1", grid="wangfu-03", service=service(), by=OFFICER, recorded_at=MONDAY
)
corrected = v.ServiceCorrected(
    volunteer=ID,
    record="service-1",
    service=service(lasting=timedelta(hours=1)),
    reason=REASON,
    by=OFFICER,
    corrected_at=MONDAY,
)
struck = v.ServiceStruck(volunteer=ID, record="service-1", reason=REASON, by=OFFICER, struck_at=MONDAY)

WON: Final[tuple[v.VolunteerEvent, ...]] = (found, talked, vouched, consented)
READY: Final[tuple[v.VolunteerEvent, ...]] = (*WON, trained, insured)
SERVING: Final[tuple[v.VolunteerEvent, ...]] = (*READY, on_duty)
