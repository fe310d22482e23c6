"""The rules of a squad's members: won one by one, ready before duty, free to go, and their hours true."""

from datetime import date, timedelta

import pytest

from services.intake.domain import volunteer as v
from shared.eventsourcing.decider import Unknown
from shared.eventsourcing.testing import Specification
from tests.unit.intake import squad as s
from tests.unit.intake.desk import MONDAY, OFFICER, changed

given = Specification(v.volunteer)

STEPS: list[tuple[tuple[v.VolunteerEvent, ...], v.Command, v.VolunteerEvent]] = [
    ((), s.find, s.found),
    ((s.found,), s.talk, s.talked),
    ((s.found, s.talked), s.vouch, s.vouched),
    ((s.found, s.talked, s.vouched), s.consent, s.consented),
    (s.WON, s.train, s.trained),
    ((*s.WON, s.trained), s.insure, s.insured),
    (s.READY, s.put_on_duty, s.on_duty),
    (s.SERVING, s.place, s.placed),
    (s.SERVING, s.record, s.recorded),
    ((*s.SERVING, s.recorded), s.correct, s.corrected),
    ((*s.SERVING, s.recorded), s.strike, s.struck),
    (s.SERVING, s.stand_down, s.stood_down),
]


def name_of(value: object) -> str:
    return type(value).__name__ if not isinstance(value, tuple) else str(len(value))


@pytest.mark.parametrize(("past", "command", "event"), STEPS, ids=name_of)
def test_a_member_is_won_step_by_step(
    past: tuple[v.VolunteerEvent, ...], command: v.Command, event: v.VolunteerEvent
) -> None:
    given(*past).when(command).then(event)


@pytest.mark.parametrize(("past", "command", "event"), STEPS, ids=name_of)
def test_a_step_that_was_taken_is_not_taken_again(
    past: tuple[v.VolunteerEvent, ...], command: v.Command, event: v.VolunteerEvent
) -> None:
    given(*past, event).when(command).then_nothing_happens()


@pytest.mark.parametrize("command", [command for _, command, _ in STEPS[1:]] + [s.withdraw], ids=name_of)
def test_nothing_is_entered_for_somebody_who_is_not_written_down(command: v.Command) -> None:
    given().when(command).then_refused(v.NoSuchVolunteer)
    assert issubclass(v.NoSuchVolunteer, Unknown)


def test_a_person_who_is_written_down_is_not_written_down_anew_elsewhere() -> None:
    given(s.found).when(changed(s.find, community="another")).then_refused(v.VolunteerKnown)


# One by one


def test_nobody_vouches_for_somebody_whom_nobody_has_talked_with() -> None:
    given(s.found).when(s.vouch).then_refused(v.NotTalkedWith)


def test_nobody_is_asked_to_agree_for_whom_nobody_vouches() -> None:
    given(s.found, s.talked).when(s.consent).then_refused(v.NobodyVouches)


def test_who_comes_over_from_a_roster_is_asked_to_agree_at_once() -> None:
    known = changed(s.found, origin=v.Origin(kind="roster"))
    given(known).when(s.consent).then(s.consented)


def test_several_people_may_vouch() -> None:
    other = changed(s.VOUCHER, person="person-han", kind="head")
    given(*s.WON).when(changed(s.vouch, voucher=other)).then(changed(s.vouched, voucher=other))


def test_several_steps_are_taken_as_one_or_not_at_all() -> None:
    steps = (s.find, s.talk, s.vouch, s.consent, s.train, s.insure, s.put_on_duty)
    given().when(v.TakeSteps(steps=steps)).then(*s.SERVING)
    given(*s.WON).when(v.TakeSteps(steps=steps)).then(s.trained, s.insured, s.on_duty)
    given().when(v.TakeSteps(steps=(s.find, s.talk, s.consent))).then_refused(v.NobodyVouches)


# Consent, training, insurance


@pytest.mark.parametrize("command", [s.train, s.insure], ids=name_of)
def test_nobody_is_trained_or_insured_who_has_not_agreed(command: v.Command) -> None:
    given(s.found, s.talked, s.vouched).when(command).then_refused(v.NoConsent)


@pytest.mark.parametrize(
    ("missing", "past"),
    [
        ("consent", (s.found, s.talked, s.vouched)),
        ("training", (*s.WON, s.insured)),
        ("insurance", (*s.WON, s.trained)),
    ],
)
def test_nobody_is_on_duty_without_consent_training_and_insurance(
    missing: str, past: tuple[v.VolunteerEvent, ...]
) -> None:
    with pytest.raises(v.NotReadyForDuty) as refused:
        v.volunteer.decide(s.put_on_duty, given(*past).state)
    assert refused.value.values["missing"] == missing
    assert "志愿服务条例" in str(refused.value)


@pytest.mark.parametrize("day", [date(2026, 9, 30), date(2027, 10, 1)])
def test_insurance_counts_from_its_first_day_to_its_last(day: date) -> None:
    volunteer = given(*s.READY).state
    assert isinstance(volunteer, v.Volunteer)
    assert "insurance" in volunteer.missing(day)
    assert volunteer.missing(date(2027, 9, 30)) == ()


def test_training_counts_from_its_day_on() -> None:
    volunteer = given(*s.READY).state
    assert isinstance(volunteer, v.Volunteer)
    assert volunteer.missing(s.EARLIER - timedelta(days=1)) == ("training",)


def test_insurance_does_not_end_before_it_begins() -> None:
    backwards = changed(s.INSURANCE, last_day=date(2026, 1, 1))
    given(*s.WON).when(changed(s.insure, insurance=backwards)).then_refused(v.InsuranceBackwards)


@pytest.mark.parametrize(
    ("past", "command"),
    [((), s.find), ((s.found,), s.talk), (s.WON, s.train), (s.READY, s.put_on_duty), (s.SERVING, s.stand_down)],
    ids=name_of,
)
def test_nothing_is_entered_before_it_has_happened(past: tuple[v.VolunteerEvent, ...], command: v.Command) -> None:
    given(*past).when(changed(command, on=s.TODAY + timedelta(days=1))).then_refused(v.NotYet)


# A volunteer's no


@pytest.mark.parametrize("past", [s.WON, s.READY, s.SERVING, (*s.SERVING, s.recorded)], ids=len)
def test_a_consent_that_is_taken_back_stands_its_giver_down_at_once(past: tuple[v.VolunteerEvent, ...]) -> None:
    given(*past).when(s.withdraw).then(s.withdrawn, s.withdrew)


def test_there_is_nothing_to_take_back_where_nothing_was_agreed() -> None:
    given(s.found, s.talked).when(s.withdraw).then_nothing_happens()


def test_who_took_the_consent_back_is_not_put_on_duty_until_they_agree_anew() -> None:
    gone = (*s.SERVING, s.withdrawn, s.withdrew)
    given(*gone).when(s.put_on_duty).then_refused(v.NotReadyForDuty)
    given(*gone).when(s.consent).then(s.consented)
    given(*gone, s.consented).when(s.put_on_duty).then(s.on_duty)


def test_who_was_only_asked_may_say_no_and_may_be_asked_again_later() -> None:
    declined = changed(s.stood_down, reason="own_wish")
    given(s.found).when(changed(s.stand_down, reason="own_wish")).then(declined)
    given(s.found, s.talked, declined).when(s.talk).then(s.talked)


def test_a_duty_does_not_end_before_it_began() -> None:
    early = changed(s.stand_down, on=s.EARLIER - timedelta(days=9))
    given(*s.SERVING).when(early).then(changed(s.stood_down, on=s.EARLIER))


def test_an_earlier_duty_keeps_its_end_when_a_later_one_ends() -> None:
    again = (*s.SERVING, changed(s.stood_down, on=s.EARLIER), changed(s.on_duty, on=s.TODAY), s.stood_down)
    volunteer = given(*again).state
    assert isinstance(volunteer, v.Volunteer)
    assert volunteer.duties == ((s.EARLIER, s.EARLIER), (s.TODAY, s.TODAY))
    assert not volunteer.on_duty


# Hours


def test_nobody_confirms_their_own_hours() -> None:
    for past, command in (
        (s.SERVING, s.record),
        ((*s.SERVING, s.recorded), s.correct),
        ((*s.SERVING, s.recorded), s.strike),
    ):
        given(*past).when(changed(command, by=s.OWN_ACCOUNT)).then_refused(v.OwnHours)


def test_the_hours_of_who_has_no_account_are_confirmed_by_anybody_entitled() -> None:
    without = changed(s.found, account=None)
    given(without, *s.SERVING[1:]).when(s.record).then(s.recorded)
    given(without, *s.SERVING[1:], s.recorded).when(s.strike).then(s.struck)


@pytest.mark.parametrize("lasting", [timedelta(seconds=30), timedelta(0), -timedelta(hours=1), timedelta(hours=25)])
def test_a_record_lasts_from_a_minute_to_a_day(lasting: timedelta) -> None:
    wrong = s.service(MONDAY - timedelta(hours=30), lasting)
    given(*s.SERVING).when(changed(s.record, service=wrong)).then_refused(v.ImpossibleService)


def test_hours_are_entered_after_they_were_served() -> None:
    later = s.service(MONDAY - timedelta(hours=1))
    given(*s.SERVING).when(changed(s.record, service=later)).then_refused(v.NotYet)


def test_hours_lie_within_a_duty() -> None:
    before = s.service(MONDAY - timedelta(days=100))
    given(*s.SERVING).when(changed(s.record, service=before)).then_refused(v.NeverOnDuty)
    given(*s.READY).when(s.record).then_refused(v.NeverOnDuty)


def test_hours_that_were_served_before_standing_down_are_still_entered() -> None:
    given(*s.SERVING, s.stood_down).when(s.record).then(s.recorded)
    gone = changed(s.stood_down, on=s.TODAY - timedelta(days=1))
    given(*s.SERVING, gone).when(s.record).then_refused(v.NeverOnDuty)


def test_nobody_serves_in_two_places_at_once() -> None:
    within = s.service(MONDAY - timedelta(hours=2), timedelta(hours=1))
    second = changed(s.record, record="service-2", service=within)
    given(*s.SERVING, s.recorded).when(second).then_refused(v.ServiceOverlaps)
    given(*s.SERVING, s.recorded, s.struck).when(second).then(changed(s.recorded, record="service-2", service=within))


def test_one_service_may_follow_upon_another() -> None:
    next_ = s.service(MONDAY - timedelta(hours=1), timedelta(hours=1))
    given(*s.SERVING, s.recorded).when(changed(s.record, record="service-2", service=next_)).then(
        changed(s.recorded, record="service-2", service=next_)
    )


def test_what_is_not_recorded_is_neither_corrected_nor_struck() -> None:
    given(*s.SERVING).when(s.correct).then_refused(v.NoSuchService)
    given(*s.SERVING).when(s.strike).then_refused(v.NoSuchService)
    given(*s.SERVING, s.recorded, s.struck).when(s.correct).then_refused(v.NoSuchService)


def test_a_struck_record_is_not_recorded_again_under_its_number() -> None:
    given(*s.SERVING, s.recorded, s.struck).when(s.record).then_nothing_happens()


def test_minutes_are_counted_from_the_times() -> None:
    assert s.service(lasting=timedelta(minutes=95)).minutes == 95


def test_nothing_is_folded_onto_somebody_who_was_not_found() -> None:
    with pytest.raises(AssertionError, match="begins with being found"):
        v.volunteer.fold([s.talked])


def test_a_role_is_changed_by_another_person_than_found_them() -> None:
    given(s.found).when(changed(s.place, by="account-wang")).then(changed(s.placed, by="account-wang"))
    assert s.placed.by == OFFICER
