"""The rules of a dispute in mediation: for each command what is allowed, refused, and when nothing is to be done."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from services.mediation.domain import commands, events, refusals
from services.mediation.domain.dispute import dispute
from shared.eventsourcing.decider import Refusal, Unknown
from shared.eventsourcing.testing import Specification
from tests.unit.mediation import building as b

given = Specification(dispute)

LATER_STEPS: Sequence[commands.Command] = (
    b.add_party(b.TENANT, "third", now=b.FRIDAY),
    b.appoint("neighbour", b.TENANT, now=b.FRIDAY),
    b.schedule(begins_at=b.FRIDAY, now=b.FRIDAY),
    b.hold(now=b.FRIDAY),
    b.agree(now=b.FRIDAY),
    b.fulfil(1, now=b.FRIDAY),
    b.residual(7, now=b.FRIDAY),
    commands.ResolveResidual(issue=1, now=b.FRIDAY),
    b.mark_partly_resolved,
    b.settle,
    commands.SetAsideSameDay(party=b.OWNER, now=b.FRIDAY),
)


def name_of(command: commands.Command) -> str:
    return type(command).__name__


# Opening


def test_an_admitted_report_is_opened_with_the_end_of_its_day_as_the_target() -> None:
    given().when(b.open_dispute).then(b.opened)


def test_the_day_of_opening_is_the_day_at_the_station_not_in_greenwich() -> None:
    just_after_midnight = datetime(2020, 8, 31, 16, 30, tzinfo=UTC)
    (event,) = dispute.decide(b.changed(b.open_dispute, now=just_after_midnight), dispute.initial)
    assert isinstance(event, events.DisputeOpened)
    assert event.same_day_target == datetime(2020, 9, 1, 23, 59, 59, tzinfo=b.SHANGHAI)


@pytest.mark.parametrize(
    "past",
    [
        (b.opened,),
        (*b.PARTIES, b.mediation_refused),
        (*b.LIFTS_FITTED, b.settled),
        (b.opened, b.closed),
    ],
)
def test_opening_the_same_report_again_changes_nothing(past: tuple[events.Event, ...]) -> None:
    given(*past).when(b.open_dispute).then_nothing_happens()


def test_a_dispute_is_not_opened_from_a_second_report() -> None:
    other = b.changed(b.open_dispute, report="r26")
    given(b.opened).when(other).then_refused(refusals.OpenedFromAnotherReport)


@pytest.mark.parametrize("command", [*LATER_STEPS, b.refuse, b.close()], ids=name_of)
def test_nothing_can_be_asked_of_a_dispute_that_was_never_opened(command: commands.Command) -> None:
    given().when(command).then_refused(refusals.NotOpened)
    assert issubclass(refusals.NotOpened, Unknown)


def test_nothing_in_a_case_happened_before_the_day_of_its_opening() -> None:
    given(b.opened).when(b.add_party(now=b.SUNDAY)).then_refused(refusals.DatedTooEarly)


def test_a_clock_that_is_a_little_behind_does_not_matter() -> None:
    early = b.MONDAY - timedelta(seconds=5)
    given(b.opened).when(b.add_party(now=early)).then(b.joined(b.OWNER, "applicant", at=early))


# Parties


def test_a_party_joins_with_its_demand() -> None:
    given(b.opened).when(b.add_party()).then(b.owner_joined)


def test_twenty_five_owners_can_join() -> None:
    owners = [f"person-owner-{number}" for number in range(1, 26)]
    folded = given(b.opened, *(b.joined(owner, "applicant") for owner in owners))
    folded.when(b.add_party(b.DEVELOPER, "respondent")).then(b.developer_joined)
    for owner in owners:
        folded.when(b.add_party(owner)).then_nothing_happens()


def test_joining_again_on_the_same_side_changes_nothing_though_it_was_sealed_anew() -> None:
    again = commands.AddParty(person=b.OWNER, side="applicant", name=b.box(b.OWNER, "sealed-anew"), now=b.MONDAY)
    given(*b.PARTIES).when(again).then_nothing_happens()


def test_one_person_stands_on_one_side() -> None:
    given(*b.PARTIES).when(b.add_party(b.OWNER, "third")).then_refused(refusals.OnAnotherSide)


def test_a_member_of_the_group_cannot_become_a_party() -> None:
    given(*b.GROUP).when(b.add_party(b.ELDER, "third")).then_refused(refusals.PartySits)


# A clear no


def test_a_clear_no_of_a_party_ends_mediation() -> None:
    given(*b.PARTIES).when(b.refuse).then(b.mediation_refused)


def test_only_a_party_can_refuse() -> None:
    given(b.opened).when(b.refuse).then_refused(refusals.NotAParty)
    no_party = commands.RefuseMediation(party=b.TENANT, now=b.MONDAY)
    given(*b.PARTIES, b.mediation_refused).when(no_party).then_refused(refusals.NotAParty)


@pytest.mark.parametrize("party", [b.DEVELOPER, b.OWNER])
def test_a_second_no_adds_nothing(party: str) -> None:
    again = commands.RefuseMediation(party=party, now=b.TUESDAY)
    given(*b.PARTIES, b.mediation_refused).when(again).then_nothing_happens()


@pytest.mark.parametrize("command", LATER_STEPS, ids=name_of)
def test_after_a_clear_no_every_later_step_is_refused(command: commands.Command) -> None:
    given(*b.AGREED_AT_SESSION, b.mediation_refused).when(command).then_refused(refusals.MediationWasRefused)


@pytest.mark.parametrize(
    "command",
    [
        b.add_party(b.TENANT, "third"),
        b.appoint("neighbour", b.TENANT),
        b.schedule(b.FRIDAY),
        b.hold(session=2, now=b.FRIDAY),
        b.agree(b.item(3)),
    ],
    ids=name_of,
)
def test_after_a_clear_no_an_agreement_binds_but_nothing_is_mediated(command: commands.Command) -> None:
    past = (*b.TWO_LIFTS, b.mediation_refused)
    given(*past).when(command).then_refused(refusals.MediationWasRefused)
    given(*past).when(b.fulfil(1)).then(b.fulfilled(1))
    given(*past, b.fulfilled(1), b.fulfilled(2)).when(b.settle).then(b.settled)


# A report taken back


@pytest.mark.parametrize("past", [(b.opened,), b.PARTIES, b.SCHEDULED, b.TWO_LIFTS], ids=len)
def test_an_applicant_who_withdraws_ends_mediation_and_the_reason_is_kept(past: tuple[events.Event, ...]) -> None:
    given(*past).when(b.note_withdrawal).then(b.applicant_withdrew)


def test_who_brought_it_without_being_a_party_takes_nothing_from_those_who_mediate() -> None:
    others = (b.opened, b.developer_joined)
    noted = b.changed(b.applicant_withdrew, ends=False)
    given(*others).when(b.note_withdrawal).then(noted)
    given(*others, noted).when(b.note_withdrawal).then_nothing_happens()
    given(*others, noted).when(b.refuse).then(b.mediation_refused)
    nameless = (b.changed(b.opened, applicant=None), b.developer_joined)
    given(*nameless).when(b.note_withdrawal).then(noted)


@pytest.mark.parametrize(
    "past",
    [
        (),
        (*b.PARTIES, b.mediation_refused),
        (*b.PARTIES, b.applicant_withdrew),
        (*b.LIFTS_FITTED, b.settled),
        (*b.PARTIES, b.closed),
    ],
    ids=len,
)
def test_what_never_began_or_has_ended_is_not_ended_by_a_withdrawal(past: tuple[events.Event, ...]) -> None:
    given(*past).when(b.note_withdrawal).then_nothing_happens()


def test_after_a_withdrawal_nothing_is_mediated_and_an_agreement_binds_on() -> None:
    given(b.opened, b.applicant_withdrew).when(b.add_party()).then_refused(refusals.ApplicationWasWithdrawn)
    given(b.opened, b.applicant_withdrew).when(b.settle).then_refused(refusals.ApplicationWasWithdrawn)
    past = (*b.TWO_LIFTS, b.applicant_withdrew)
    given(*past).when(b.fulfil(1)).then(b.fulfilled(1))
    given(*past, b.fulfilled(1), b.fulfilled(2)).when(b.settle).then(b.settled)


def test_who_withdrew_is_told_of_the_other_routes_as_well() -> None:
    past = (*b.PARTIES, b.applicant_withdrew)
    given(*past).when(b.close("not_agreed")).then_refused(refusals.EndedByWithdrawal)
    unwilling = b.changed(b.closed, reason="party_unwilling")
    given(*past).when(b.close("party_unwilling")).then(unwilling)


# The group


def test_a_seat_is_filled() -> None:
    given(*b.PARTIES).when(b.appoint("area_leader", b.LEADER)).then(b.leader_appointed)


def test_the_last_missing_seat_forms_the_group() -> None:
    past = (*b.PARTIES, b.leader_appointed, b.officer_appointed, b.auxiliary_appointed)
    given(*past).when(b.appoint("neighbour", b.ELDER)).then(b.elder_appointed, b.formed)


def test_any_kind_of_seat_can_be_the_last() -> None:
    elder = b.appointed("neighbour", b.ELDER)
    past = (*b.PARTIES, b.officer_appointed, b.auxiliary_appointed, elder)
    leader = b.appointed("area_leader", b.LEADER, group_complete=True)
    given(*past).when(b.appoint("area_leader", b.LEADER)).then(leader, b.formed)


def test_further_neighbours_sit_beside_the_first() -> None:
    teacher = b.appointed("neighbour", "person-teacher", group_complete=True)
    given(*b.GROUP).when(b.appoint("neighbour", "person-teacher")).then(teacher)


def test_a_single_seat_that_is_taken_passes_to_the_new_person() -> None:
    given(*b.GROUP).when(b.appoint("area_leader", b.NEW_LEADER, now=b.TUESDAY)).then(b.leader_replaced)


def test_a_replacement_before_the_group_stands_says_that_it_is_not_complete() -> None:
    replaced = b.changed(b.leader_replaced, group_complete=False)
    given(*b.PARTIES, b.leader_appointed).when(b.appoint("area_leader", b.NEW_LEADER, now=b.TUESDAY)).then(replaced)


def test_who_was_replaced_holds_no_seat_and_may_take_another() -> None:
    beside = b.appointed("neighbour", b.LEADER, group_complete=True)
    given(*b.GROUP, b.leader_replaced).when(b.appoint("neighbour", b.LEADER)).then(beside)


def test_appointing_somebody_to_the_seat_they_hold_changes_nothing() -> None:
    given(*b.GROUP).when(b.appoint("auxiliary", b.AUXILIARY)).then_nothing_happens()


def test_one_person_holds_one_seat() -> None:
    given(*b.GROUP).when(b.appoint("neighbour", b.OFFICER)).then_refused(refusals.HoldsAnotherSeat)


def test_a_party_cannot_sit_in_the_group() -> None:
    given(*b.PARTIES).when(b.appoint("neighbour", b.OWNER)).then_refused(refusals.PartySits)


# Sessions


def test_a_session_is_set_and_every_party_is_to_be_told() -> None:
    given(*b.GROUP).when(b.schedule()).then(b.scheduled())


def test_a_session_needs_a_whole_group_and_the_refusal_names_the_missing_seats() -> None:
    with pytest.raises(refusals.SeatsUnfilled, match="appoint members for community_officer, neighbour first"):
        dispute.decide(b.schedule(), given(*b.PARTIES, b.leader_appointed, b.auxiliary_appointed).state)


def test_a_session_cannot_be_set_for_a_time_that_is_past() -> None:
    too_late = b.schedule(begins_at=b.MONDAY - timedelta(minutes=1))
    given(*b.GROUP).when(too_late).then_refused(refusals.SessionInThePast)


def test_a_session_can_begin_in_the_minute_that_has_already_begun() -> None:
    now = b.MONDAY + timedelta(seconds=40)
    given(*b.GROUP).when(b.schedule(b.MONDAY, now)).then(b.scheduled(begins_at=b.MONDAY, at=now))


def test_setting_the_same_session_again_changes_nothing() -> None:
    given(*b.SCHEDULED).when(b.schedule()).then_nothing_happens()
    given(*b.SCHEDULED, b.held()).when(b.schedule()).then_nothing_happens()


def test_sessions_are_numbered_in_the_order_in_which_they_were_set() -> None:
    given(*b.SCHEDULED).when(b.schedule(b.FRIDAY)).then(b.scheduled(2, b.FRIDAY))


@pytest.mark.parametrize("outcome", ["agreed", "adjourned", "not_agreed"])
def test_a_session_is_held_with_its_attendance_and_outcome(outcome: events.Outcome) -> None:
    given(*b.SCHEDULED).when(b.hold(outcome)).then(b.held(outcome))


def test_who_is_named_twice_attended_once() -> None:
    given(*b.SCHEDULED).when(b.hold(attended=(*b.EVERYBODY, b.OWNER))).then(b.held())


def test_a_session_that_was_not_set_is_unknown() -> None:
    given(*b.GROUP).when(b.hold()).then_refused(refusals.NoSuchSession)
    assert issubclass(refusals.NoSuchSession, Unknown)


def test_a_session_is_not_held_before_its_day_but_may_begin_early_on_it() -> None:
    past = (*b.GROUP, b.scheduled(begins_at=b.FRIDAY))
    given(*past).when(b.hold(now=b.TUESDAY)).then_refused(refusals.DatedTooEarly)
    early = b.FRIDAY - timedelta(minutes=10)
    given(*past).when(b.hold(now=early)).then(b.held(at=early))


def test_recording_the_same_session_again_changes_nothing_in_whatever_order_people_are_named() -> None:
    given(*b.SCHEDULED, b.held()).when(b.hold(attended=tuple(reversed(b.EVERYBODY)))).then_nothing_happens()


def test_a_session_that_was_held_is_not_recorded_otherwise() -> None:
    given(*b.SCHEDULED, b.held()).when(b.hold("not_agreed")).then_refused(refusals.HeldDifferently)
    given(*b.SCHEDULED, b.held()).when(b.hold(recording="rec-1")).then_refused(refusals.HeldDifferently)


def test_only_parties_and_members_attend() -> None:
    with pytest.raises(refusals.NotOfThisCase, match=b.TENANT):
        dispute.decide(b.hold(attended=(*b.EVERYBODY, b.TENANT)), given(*b.SCHEDULED).state)


WITHOUT_THE_LEADER = (b.OWNER, b.DEVELOPER, b.OFFICER, b.AUXILIARY)


@pytest.mark.parametrize(
    "attended",
    [
        WITHOUT_THE_LEADER,
        (*WITHOUT_THE_LEADER, b.ELDER),
        (b.OWNER, b.DEVELOPER, b.OFFICER),
        (b.OWNER, b.DEVELOPER, b.AUXILIARY),
    ],
)
def test_without_the_leader_of_the_area_a_session_needs_a_recording(attended: tuple[str, ...]) -> None:
    given(*b.SCHEDULED).when(b.hold(attended=attended)).then_refused(refusals.RecordingMissing)
    recorded = b.hold(attended=attended, recording="rec-0831")
    given(*b.SCHEDULED).when(recorded).then(b.held(attended=attended, recording="rec-0831"))


def test_the_refusal_of_an_unrecorded_session_names_its_source() -> None:
    assert "Procedure Rules 2019 Art. 52" in refusals.RecordingMissing.say


def test_with_the_leader_or_with_no_police_at_all_no_recording_is_needed() -> None:
    with_leader = (b.OWNER, b.DEVELOPER, b.LEADER)
    given(*b.SCHEDULED).when(b.hold(attended=with_leader)).then(b.held(attended=with_leader))
    among_neighbours = (b.OWNER, b.DEVELOPER, b.ELDER)
    given(*b.SCHEDULED).when(b.hold(attended=among_neighbours)).then(b.held(attended=among_neighbours))


def test_one_party_alone_agrees_with_nobody() -> None:
    alone = (b.OWNER, b.LEADER)
    given(*b.SCHEDULED).when(b.hold(attended=alone)).then_refused(refusals.TooFewPartiesForAgreement)
    given(*b.SCHEDULED).when(b.hold("adjourned", alone)).then(b.held("adjourned", alone))


# Agreement


def test_what_was_agreed_at_the_session_is_written_down_with_its_items() -> None:
    given(*b.AGREED_AT_SESSION).when(b.agree(b.item(1), b.item(2))).then(b.reached(b.item(1), b.item(2)))


def test_what_was_performed_on_the_spot_has_no_items() -> None:
    given(*b.AGREED_AT_SESSION).when(b.agree(form="oral")).then(b.reached(form="oral"))


@pytest.mark.parametrize(
    "past",
    [
        b.GROUP,
        b.SCHEDULED,
        (*b.SCHEDULED, b.held("adjourned")),
        (*b.AGREED_AT_SESSION, b.scheduled(2), b.held("not_agreed", session=2)),
    ],
)
def test_there_is_no_agreement_unless_the_last_session_ended_in_one(past: tuple[events.Event, ...]) -> None:
    given(*past).when(b.agree(b.item(1))).then_refused(refusals.LastSessionNotAgreed)


def test_an_agreement_follows_its_session() -> None:
    past = (*b.GROUP, b.scheduled(begins_at=b.FRIDAY), b.held(at=b.FRIDAY))
    given(*past).when(b.agree(now=b.TUESDAY)).then_refused(refusals.DatedTooEarly)


def test_writing_the_same_agreement_down_again_changes_nothing_though_it_was_sealed_anew() -> None:
    again = commands.ReachAgreement(
        form="written",
        text=b.box("report-25", "sealed-anew"),
        items=(b.item(2), b.item(1)),
        now=b.TUESDAY,
    )
    given(*b.TWO_LIFTS).when(again).then_nothing_happens()


def test_an_agreement_once_written_down_is_not_written_otherwise() -> None:
    given(*b.TWO_LIFTS).when(b.agree(b.item(1))).then_refused(refusals.AgreedDifferently)
    orally = b.agree(b.item(1), b.item(2), form="oral")
    given(*b.TWO_LIFTS).when(orally).then_refused(refusals.AgreedDifferently)


def test_a_further_session_can_bring_a_further_agreement() -> None:
    past = (*b.TWO_LIFTS, b.scheduled(2, b.FRIDAY), b.held(session=2, at=b.FRIDAY))
    further = b.item(3, date(2020, 12, 31))
    given(*past).when(b.agree(further, now=b.FRIDAY)).then(b.reached(further, session=2, at=b.FRIDAY))
    given(*past).when(b.agree(b.item(2), now=b.FRIDAY)).then_refused(refusals.ItemNumberTaken)


def test_each_item_has_a_number_of_its_own() -> None:
    given(*b.AGREED_AT_SESSION).when(b.agree(b.item(1), b.item(1))).then_refused(refusals.ItemNumberTaken)


def test_nothing_can_fall_due_before_it_was_agreed() -> None:
    given(*b.AGREED_AT_SESSION).when(b.agree(b.item(1, b.SUNDAY.date()))).then_refused(refusals.ItemDueInThePast)
    today = b.item(1, b.MONDAY.date())
    given(*b.AGREED_AT_SESSION).when(b.agree(today)).then(b.reached(today))


# Performance


def test_an_item_is_fulfilled_with_its_evidence_and_verifier() -> None:
    given(*b.TWO_LIFTS).when(b.fulfil(1)).then(b.fulfilled(1))


def test_an_item_that_was_not_agreed_is_unknown() -> None:
    given(*b.TWO_LIFTS).when(b.fulfil(3)).then_refused(refusals.NoSuchItem)
    assert issubclass(refusals.NoSuchItem, Unknown)


def test_an_item_is_not_fulfilled_before_it_was_agreed() -> None:
    past = (*b.GROUP, b.scheduled(), b.held(), b.reached(b.item(1), at=b.FRIDAY))
    given(*past).when(b.fulfil(1, now=b.TUESDAY)).then_refused(refusals.DatedTooEarly)


def test_fulfilling_an_item_twice_changes_nothing() -> None:
    given(*b.TWO_LIFTS, b.fulfilled(1)).when(b.fulfil(1, now=b.FRIDAY)).then_nothing_happens()
    given(*b.TWO_LIFTS, b.fulfilled(1)).when(b.fulfil(2)).then(b.fulfilled(2))


# What is left over


def test_an_issue_is_left_over() -> None:
    given(*b.LIFTS_FITTED).when(b.residual(1)).then(b.left_over(1))


def test_recording_the_same_issue_again_changes_nothing() -> None:
    given(*b.LIFTS_FITTED, b.left_over(1)).when(b.residual(1)).then_nothing_happens()


def test_another_issue_needs_another_number() -> None:
    past = (*b.LIFTS_FITTED, b.left_over(1))
    given(*past).when(b.residual(1, "gas-supply")).then_refused(refusals.IssueNumberTaken)
    given(*past).when(b.residual(2, "gas-supply")).then(b.left_over(2, "gas-supply"))


def test_an_issue_is_resolved() -> None:
    past = (*b.LIFTS_FITTED, b.left_over(1), b.left_over(2))
    given(*past).when(commands.ResolveResidual(issue=2, now=b.FRIDAY)).then(b.resolved(2))


def test_an_issue_that_was_not_recorded_is_unknown() -> None:
    given(*b.LIFTS_FITTED).when(commands.ResolveResidual(issue=1, now=b.FRIDAY)).then_refused(refusals.NoSuchIssue)
    assert issubclass(refusals.NoSuchIssue, Unknown)


def test_resolving_an_issue_twice_changes_nothing() -> None:
    past = (*b.LIFTS_FITTED, b.left_over(1), b.resolved(1))
    given(*past).when(commands.ResolveResidual(issue=1, now=b.FRIDAY)).then_nothing_happens()


def test_the_first_stage_is_resolved_while_an_issue_stays_open() -> None:
    given(*b.TWO_LIFTS, b.fulfilled(1), b.left_over(1)).when(b.mark_partly_resolved).then(b.partly_resolved)


def test_marking_the_first_stage_twice_changes_nothing() -> None:
    past = (*b.LIFTS_FITTED, b.left_over(1), b.partly_resolved)
    given(*past).when(b.mark_partly_resolved).then_nothing_happens()


@pytest.mark.parametrize("past", [b.TWO_LIFTS, b.AGREED_AT_SESSION])
def test_no_stage_is_resolved_while_nothing_was_done(past: tuple[events.Event, ...]) -> None:
    given(*past, b.left_over(1)).when(b.mark_partly_resolved).then_refused(refusals.NothingFulfilled)


@pytest.mark.parametrize("issues", [(), (b.left_over(1), b.resolved(1))])
def test_nothing_is_resolved_in_part_when_nothing_is_left_over(issues: tuple[events.Event, ...]) -> None:
    given(*b.LIFTS_FITTED, *issues).when(b.mark_partly_resolved).then_refused(refusals.NothingLeftOver)


# Settling


def test_when_all_is_done_and_nothing_left_over_the_dispute_is_settled_and_the_reporter_is_to_be_told() -> None:
    given(*b.LIFTS_FITTED).when(b.settle).then(b.settled)


def test_a_resolved_issue_does_not_stand_in_the_way_of_settling() -> None:
    given(*b.LIFTS_FITTED, b.left_over(1), b.partly_resolved, b.resolved(1)).when(b.settle).then(b.settled)


def test_an_agreement_performed_on_the_spot_is_settled_the_same_evening() -> None:
    same_day = b.changed(b.settled, same_day=True, settled_at=b.EVENING)
    given(*b.AGREED_AT_SESSION, b.reached()).when(b.settle_this_evening).then(same_day)


def test_settling_half_an_hour_after_midnight_is_not_the_same_day() -> None:
    after_midnight = datetime(2020, 9, 1, 0, 30, tzinfo=b.SHANGHAI)
    next_day = b.changed(b.settled, settled_at=after_midnight)
    given(*b.AGREED_AT_SESSION, b.reached()).when(commands.SettleDispute(now=after_midnight)).then(next_day)


def test_where_nobody_brought_the_matter_nobody_is_told_of_the_settlement() -> None:
    found_on_patrol = b.changed(b.opened, applicant=None)
    past = (found_on_patrol, *b.LIFTS_FITTED[1:])
    given(*past).when(b.settle).then(b.changed(b.settled, tell=()))


@pytest.mark.parametrize("past", [b.PARTIES, b.AGREED_AT_SESSION])
def test_nothing_is_settled_without_an_agreement(past: tuple[events.Event, ...]) -> None:
    given(*past).when(b.settle).then_refused(refusals.NothingAgreed)


def test_nothing_is_settled_while_an_item_is_open() -> None:
    with pytest.raises(refusals.ItemsOpen, match="Performance items 2 are not"):
        dispute.decide(b.settle, given(*b.TWO_LIFTS, b.fulfilled(1)).state)


def test_nothing_is_settled_while_an_issue_is_open() -> None:
    given(*b.LIFTS_FITTED, b.left_over(1)).when(b.settle).then_refused(refusals.IssuesOpen)


def test_nothing_is_settled_before_it_was_done() -> None:
    given(*b.LIFTS_FITTED).when(b.settle_this_evening).then_refused(refusals.DatedTooEarly)


def test_nothing_is_settled_before_its_last_agreement() -> None:
    past = (
        *b.LIFTS_FITTED,
        b.scheduled(2, b.FRIDAY),
        b.held(session=2, at=b.FRIDAY),
        b.reached(session=2, at=b.FRIDAY),
    )
    given(*past).when(commands.SettleDispute(now=b.TUESDAY)).then_refused(refusals.DatedTooEarly)
    given(*past).when(b.settle).then(b.settled)


def test_settling_twice_changes_nothing() -> None:
    given(*b.LIFTS_FITTED, b.settled).when(commands.SettleDispute(now=b.FRIDAY)).then_nothing_happens()


@pytest.mark.parametrize(
    "command",
    [*(c for c in LATER_STEPS if not isinstance(c, commands.SettleDispute)), b.refuse, b.close()],
    ids=name_of,
)
def test_a_settled_dispute_takes_no_further_steps(command: commands.Command) -> None:
    given(*b.LIFTS_FITTED, b.settled).when(command).then_refused(refusals.AlreadySettled)


# Closing without a settlement


@pytest.mark.parametrize("past", [(b.opened,), b.PARTIES, (*b.SCHEDULED, b.held("not_agreed")), b.TWO_LIFTS])
def test_mediation_can_be_ended_at_any_time_if_the_other_routes_are_told(past: tuple[events.Event, ...]) -> None:
    given(*past).when(b.close()).then(b.closed)


@pytest.mark.parametrize("routes", [(), (" ",)])
def test_whoever_ends_mediation_tells_the_other_routes(routes: tuple[str, ...]) -> None:
    given(*b.PARTIES).when(b.close(routes=routes)).then_refused(refusals.RoutesNotTold)


def test_after_a_clear_no_the_dispute_is_closed_for_that_reason() -> None:
    past = (*b.PARTIES, b.mediation_refused)
    unwilling = b.changed(b.closed, reason="party_unwilling")
    given(*past).when(b.close("party_unwilling")).then(unwilling)
    given(*past).when(b.close("not_agreed")).then_refused(refusals.EndedByRefusal)
    given(*past).when(b.close("party_unwilling", routes=())).then_refused(refusals.RoutesNotTold)
    given(*past).when(b.close("party_unwilling", now=b.SUNDAY)).then_refused(refusals.DatedTooEarly)


def test_closing_twice_changes_nothing() -> None:
    given(*b.PARTIES, b.closed).when(b.close("other")).then_nothing_happens()


@pytest.mark.parametrize("command", [*LATER_STEPS, b.refuse], ids=name_of)
def test_a_closed_dispute_takes_no_further_steps(command: commands.Command) -> None:
    given(*b.PARTIES, b.closed).when(command).then_refused(refusals.AlreadyClosed)


# The same-day target


def test_any_party_may_set_the_same_day_target_aside() -> None:
    given(*b.PARTIES).when(b.set_aside).then(b.same_day_set_aside)


def test_only_a_party_may_set_it_aside() -> None:
    given(b.opened).when(b.set_aside).then_refused(refusals.NotAParty)


def test_setting_it_aside_twice_changes_nothing() -> None:
    again = commands.SetAsideSameDay(party=b.DEVELOPER, now=b.TUESDAY)
    given(*b.PARTIES, b.same_day_set_aside).when(again).then_nothing_happens()


# Refusals


@pytest.mark.parametrize(
    "refusal",
    [value for value in vars(refusals).values() if isinstance(value, type) and value.__module__ == refusals.__name__],
)
def test_every_refusal_says_what_is_wrong_and_what_to_do(refusal: type[Refusal]) -> None:
    wrong, _, remedy = refusal.say.rpartition(":")
    assert wrong
    assert remedy.endswith(".")


@pytest.mark.parametrize("past", [(*b.LIFTS_FITTED, b.settled), (b.opened, b.closed)])
def test_what_is_read_after_the_end_changes_nothing(past: tuple[events.Event, ...]) -> None:
    ended = dispute.fold(past)
    assert dispute.fold(b.ONE_OF_EACH, ended) == ended
