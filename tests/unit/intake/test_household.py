"""The rules of household checks: who lives there, for how long that is known, no duty to answer, the tenancy alert."""

from datetime import date

import pytest

from services.intake.domain import household as h
from services.intake.domain.cited import cited
from services.intake.domain.volunteer import NotYet
from shared.eventsourcing.testing import Specification
from shared.law.here import Here
from tests.unit.intake.desk import MONDAY, OFFICER, STATION, box, changed

given = Specification(h.household)

ID = "household-3-2-501"
TODAY, FRIDAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 20), date(2026, 11, 24)
XINXIANG = Here(jurisdiction="410700")
CITY = Here()
DWELLING = h.Dwelling(
    station=STATION, community="wangfu", grid="wangfu-03", compound="wangfu-yuan", building="3", unit="2"
)
ROOM = box(f"household-{ID}", "501")
LEASE = h.Lease(first_day=date(2026, 3, 1), last_day=date(2027, 2, 28))
BASEMENT = h.Room(kind="basement", persons=18)
LET = h.Findings(occupied_by="tenants", tenants=3, lease=LEASE)
OVERFULL = h.Findings(occupied_by="tenants", tenants=18, rooms=(BASEMENT, h.Room(kind="kitchen", persons=0)))
BY_RULE = cited(XINXIANG, h.RULE, FRIDAY)
assert BY_RULE is not None

check = h.CheckHousehold(
    household=ID,
    dwelling=DWELLING,
    room=ROOM,
    check="check-1",
    findings=LET,
    on=FRIDAY,
    fresh_days=90,
    here=XINXIANG,
    by=OFFICER,
    now=MONDAY,
)
checked = h.HouseholdChecked(
    household=ID,
    dwelling=DWELLING,
    room=ROOM,
    check="check-1",
    findings=LET,
    on=FRIDAY,
    fresh_until=date(2027, 2, 18),
    by=OFFICER,
    checked_at=MONDAY,
)
refuse = h.NoteRefusal(household=ID, dwelling=DWELLING, room=ROOM, on=FRIDAY, by=OFFICER, now=MONDAY)
declined = h.HouseholdDeclined(household=ID, dwelling=DWELLING, room=ROOM, on=FRIDAY, by=OFFICER, declined_at=MONDAY)
overfull = changed(checked, findings=OVERFULL)
raised = h.TenancyAlertRaised(
    household=ID,
    alert="alert-check-1",
    rooms=(BASEMENT,),
    persons=18,
    rule=BY_RULE,
    on=FRIDAY,
    by=OFFICER,
    raised_at=MONDAY,
)
tell = h.TellOfAlert(side="landlord", on=FRIDAY, by=OFFICER, now=MONDAY)
told = h.TenancyAlertTold(household=ID, alert="alert-check-1", side="landlord", on=FRIDAY, by=OFFICER, told_at=MONDAY)
recheck = h.RecheckAlert(put_right=True, on=TODAY, by=OFFICER, now=MONDAY)
put_right = h.TenancyAlertRechecked(
    household=ID, alert="alert-check-1", put_right=True, on=TODAY, by=OFFICER, rechecked_at=MONDAY
)
still = changed(put_right, put_right=False)
hand_over = h.HandOverAlert(to="housing", on=TODAY, by=OFFICER, now=MONDAY)
handed_over = h.TenancyAlertHandedOver(
    household=ID,
    alert="alert-check-1",
    to="housing",
    reason=None,
    rule=BY_RULE,
    on=TODAY,
    by=OFFICER,
    handed_over_at=MONDAY,
)
RAISED: tuple[h.HouseholdEvent, ...] = (overfull, raised)


# What was found, and for how long it is known


def test_a_check_keeps_who_lives_there_and_until_when_that_is_known() -> None:
    given().when(check).then(changed(checked, fresh_until=date(2027, 2, 18)))
    given(checked).when(check).then_nothing_happens()


def test_a_household_is_checked_again_by_a_check_of_its_own() -> None:
    given(checked).when(changed(check, check="check-2")).then(changed(checked, check="check-2"))


@pytest.mark.parametrize(
    ("lease", "until"),
    [
        (None, date(2027, 2, 18)),
        (h.Lease(first_day=date(2026, 3, 1)), date(2027, 2, 18)),
        (h.Lease(first_day=date(2026, 3, 1), last_day=date(2026, 12, 31)), date(2026, 12, 31)),
        (h.Lease(first_day=date(2025, 3, 1), last_day=date(2026, 2, 28)), FRIDAY),
    ],
)
def test_what_is_known_ends_with_the_lease_at_the_latest(lease: h.Lease | None, until: date) -> None:
    assert h.fresh_until(FRIDAY, 90, lease) == until


def test_what_is_no_longer_fresh_is_unknown_and_never_current() -> None:
    assert h.standing(TODAY, TODAY) == "fresh"
    assert h.standing(FRIDAY, TODAY) == "unknown"
    assert h.standing(None, TODAY) == "never"


@pytest.mark.parametrize(
    "findings",
    [
        h.Findings(occupied_by="tenants", tenants=0),
        h.Findings(occupied_by="owner", tenants=2),
        h.Findings(occupied_by="empty", tenants=1),
    ],
)
def test_tenants_are_counted_where_it_is_let_and_nowhere_else(findings: h.Findings) -> None:
    given().when(changed(check, findings=findings)).then_refused(h.CountContradicts)


def test_only_what_is_let_has_a_lease_and_it_ends_after_it_began() -> None:
    owner = h.Findings(occupied_by="owner", lease=LEASE)
    given().when(changed(check, findings=owner)).then_refused(h.LeaseWithoutTenants)
    backwards = h.Lease(first_day=TODAY, last_day=FRIDAY)
    wrong = h.Findings(occupied_by="both", tenants=1, lease=backwards)
    given().when(changed(check, findings=wrong)).then_refused(h.LeaseBackwards)


@pytest.mark.parametrize("command", [check, refuse])
def test_no_visit_is_entered_before_it_has_happened(command: h.Command) -> None:
    given().when(changed(command, on=TOMORROW)).then_refused(NotYet)


def test_who_does_not_wish_to_answer_is_kept_as_that_and_nothing_follows() -> None:
    given().when(refuse).then(declined)
    given(checked).when(refuse).then(declined)
    given(checked, declined).when(refuse).then_nothing_happens()
    given(declined).when(check).then(checked)


# The tenancy alert


def test_a_basement_let_as_a_dwelling_raises_an_alert_that_cites_the_rule_of_its_day_and_place() -> None:
    until = date(2027, 2, 18)
    given().when(changed(check, findings=OVERFULL)).then(changed(overfull, fresh_until=until), raised)
    assert raised.rule.article.endswith("第三十一条")
    assert raised.rule.binds


def test_a_rule_whose_text_was_not_read_raises_the_alert_and_says_that_it_only_warns() -> None:
    by_rule = cited(CITY, h.RULE, FRIDAY)
    assert by_rule is not None
    assert not by_rule.binds
    given().when(changed(check, findings=OVERFULL, here=CITY)).then(overfull, changed(raised, rule=by_rule))


def test_before_there_was_a_rule_there_is_no_alert() -> None:
    early = changed(check, findings=OVERFULL, here=CITY, on=date(2010, 5, 1))
    given().when(early).then(changed(overfull, on=date(2010, 5, 1), fresh_until=date(2010, 7, 30)))


def test_a_room_that_the_rule_does_not_list_raises_nothing() -> None:
    garage = h.Findings(occupied_by="tenants", tenants=1, rooms=(h.Room(kind="storage", persons=1),))
    given().when(changed(check, findings=garage, here=CITY)).then(changed(checked, findings=garage))


def test_an_alert_that_is_open_is_not_raised_anew_and_a_closed_one_is() -> None:
    again = changed(check, findings=OVERFULL, check="check-2")
    then = changed(overfull, check="check-2")
    given(*RAISED).when(again).then(then)
    anew = changed(raised, alert="alert-check-2")
    given(*RAISED, told, put_right).when(again).then(then, anew)
    given(*RAISED, handed_over).when(again).then(then, anew)


def test_the_landlord_and_the_tenants_are_told_each_apart_and_once() -> None:
    given(*RAISED).when(tell).then(told)
    given(*RAISED, told).when(tell).then_nothing_happens()
    given(*RAISED, told).when(changed(tell, side="tenants")).then(changed(told, side="tenants"))


def test_what_is_put_right_at_the_re_check_closes_the_alert() -> None:
    given(*RAISED, told).when(recheck).then(put_right)
    given(*RAISED, told, put_right).when(recheck).then_nothing_happens()
    given(*RAISED, told, put_right).when(hand_over).then_refused(h.AlertClosed)


def test_it_is_not_looked_at_again_before_somebody_was_told() -> None:
    given(*RAISED).when(recheck).then_refused(h.NobodyTold)


def test_what_is_not_put_right_goes_to_the_competent_body_with_the_rule() -> None:
    given(*RAISED, told).when(changed(recheck, put_right=False)).then(still)
    given(*RAISED, told, still).when(hand_over).then(handed_over)
    given(*RAISED, told, still, handed_over).when(hand_over).then_nothing_happens()
    given(*RAISED, told, still, handed_over).when(recheck).then_refused(h.AlertClosed)


def test_without_a_re_check_it_is_handed_over_with_a_reason_only() -> None:
    given(*RAISED, told).when(hand_over).then_refused(h.NotRechecked)
    why = box("check-1", "danger")
    given(*RAISED).when(changed(hand_over, reason=why)).then(changed(handed_over, reason=why))


@pytest.mark.parametrize("step", [tell, recheck, hand_over])
def test_a_step_needs_an_alert_and_a_day_between_it_and_today(step: h.Command) -> None:
    given().when(step).then_refused(h.NoSuchHousehold)
    given(checked).when(step).then_refused(h.NoTenancyAlert)
    given(*RAISED).when(changed(step, on=date(2026, 11, 1))).then_refused(h.BeforeTheAlert)
    given(*RAISED).when(changed(step, on=TOMORROW)).then_refused(NotYet)
