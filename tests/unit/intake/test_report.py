"""The rules of a report: for each command what is allowed, refused, and when nothing is to be done."""

import pytest

from services.intake.domain import report
from shared.eventsourcing.decider import Unknown
from shared.eventsourcing.testing import Specification
from tests.unit.intake import desk as d

given = Specification(report.report)

ENDS: list[tuple[report.ReportEvent, ...]] = [(d.received, d.classified(), d.admitted), (d.received, d.refused)]
WHEREVER: list[tuple[report.ReportEvent, ...]] = [(d.received,), (d.received, d.classified()), *ENDS]


# Receiving


def test_a_report_that_comes_in_is_received_with_what_the_triage_suggests() -> None:
    given().when(d.register_report).then(d.received)


@pytest.mark.parametrize("past", WHEREVER)
def test_the_same_report_once_more_changes_nothing_however_it_was_sealed(past: tuple[report.ReportEvent, ...]) -> None:
    again = d.changed(d.register_report, text=d.box("report-1", "sealed-anew"), now=d.TUESDAY)
    given(*past).when(again).then_nothing_happens()


@pytest.mark.parametrize("past", WHEREVER)
@pytest.mark.parametrize("other", [{"external_id": "12345-9"}, {"channel": "police_110"}])
def test_two_reports_never_share_a_stream(past: tuple[report.ReportEvent, ...], other: dict[str, str]) -> None:
    given(*past).when(d.changed(d.register_report, **other)).then_refused(report.AlreadyReceived)


# Before anything came in


@pytest.mark.parametrize(
    "command", [d.classify(), d.admit, d.refuse(), d.move], ids=lambda command: type(command).__name__
)
def test_nothing_is_decided_about_what_never_came_in(command: report.Command) -> None:
    given().when(command).then_refused(report.NeverReceived)
    assert issubclass(report.NeverReceived, Unknown)


# Classifying


def test_an_officer_accepts_the_suggested_kind() -> None:
    given(d.received).when(d.classify("dispute")).then(d.classified("dispute"))


def test_an_officer_chooses_another_kind_and_the_suggestion_stays_on_record() -> None:
    given(d.received).when(d.classify("hazard")).then(d.classified("hazard"))


def test_a_kind_can_be_corrected_until_the_report_is_decided_upon() -> None:
    given(d.received, d.classified("hazard")).when(d.classify("dispute")).then(d.classified("dispute"))


def test_the_same_kind_again_changes_nothing() -> None:
    given(d.received, d.classified("hazard")).when(d.classify("hazard")).then_nothing_happens()


def test_what_was_admitted_keeps_its_kind() -> None:
    given(d.received, d.classified(), d.admitted).when(d.classify("fraud")).then_refused(report.AlreadyAdmitted)


def test_what_was_refused_keeps_its_kind() -> None:
    given(d.received, d.refused).when(d.classify("fraud")).then_refused(report.AlreadyRefused)


# Admitting


def test_a_confirmed_dispute_is_admitted_with_all_that_mediation_needs() -> None:
    given(d.received, d.classified()).when(d.admit).then(d.admitted)


def test_admitting_twice_changes_nothing_whoever_asks() -> None:
    another = d.changed(d.admit, category="neighbours", by=d.LEADER)
    given(d.received, d.classified(), d.admitted).when(another).then_nothing_happens()


def test_a_suggestion_alone_admits_nothing() -> None:
    given(d.received).when(d.admit).then_refused(report.NotYetClassified)


@pytest.mark.parametrize("kind", ["incident", "fraud", "hazard", "enquiry", "service", "other"])
def test_only_a_dispute_goes_to_mediation_and_a_crime_never_does(kind: report.Kind) -> None:
    given(d.received, d.classified(kind)).when(d.admit).then_refused(report.NotADispute)


def test_what_was_refused_is_not_admitted() -> None:
    given(d.received, d.classified(), d.refused).when(d.admit).then_refused(report.AlreadyRefused)


def test_a_report_without_a_reporter_can_be_admitted() -> None:
    nameless = d.changed(d.received, reporter=None)
    given(nameless, d.classified()).when(d.admit).then(d.changed(d.admitted, reporter=None))


# Refusing


@pytest.mark.parametrize("past", [(d.received,), (d.received, d.classified("incident"))])
def test_a_report_is_refused_with_a_reason_and_the_other_route(past: tuple[report.ReportEvent, ...]) -> None:
    given(*past).when(d.refuse()).then(d.refused)


def test_refusing_for_the_same_reason_again_changes_nothing() -> None:
    given(d.received, d.refused).when(d.refuse()).then_nothing_happens()


@pytest.mark.parametrize("another", [d.refuse(reason="other"), d.refuse(route="信访局")])
def test_a_refusal_is_not_rewritten(another: report.RefuseReport) -> None:
    given(d.received, d.refused).when(another).then_refused(report.AlreadyRefused)


def test_what_was_admitted_is_not_refused() -> None:
    given(d.received, d.classified(), d.admitted).when(d.refuse()).then_refused(report.AlreadyAdmitted)


# Moving to another station


@pytest.mark.parametrize("past", [(d.received,), (d.received, d.classified("hazard"))])
def test_a_report_that_another_station_accepted_is_that_stations(past: tuple[report.ReportEvent, ...]) -> None:
    given(*past).when(d.move).then(d.moved)


def test_a_moved_report_keeps_its_kind_and_is_admitted_at_the_new_station_without_the_old_ones_place() -> None:
    admitted = d.changed(d.admitted, station="xjk", place=report.Place())
    given(d.received, d.classified(), d.moved).when(d.admit).then(admitted)


def test_moving_it_where_it_is_changes_nothing() -> None:
    given(d.received, d.moved).when(d.move).then_nothing_happens()


def test_what_was_decided_upon_is_not_moved() -> None:
    given(d.received, d.classified(), d.admitted).when(d.move).then_refused(report.AlreadyAdmitted)
    given(d.received, d.refused).when(d.move).then_refused(report.AlreadyRefused)


def test_nothing_is_folded_onto_a_report_that_never_came_in() -> None:
    with pytest.raises(AssertionError, match="begins with its receipt"):
        report.report.fold([d.classified()])


# Withdrawing


@pytest.mark.parametrize(
    "past", [(d.received,), (d.received, d.classified()), (d.received, d.classified(), d.admitted)]
)
@pytest.mark.parametrize("why", [None, d.WITHDRAWAL])
def test_a_reporter_withdraws_for_free_and_need_not_say_why(past: tuple[report.ReportEvent, ...], why: object) -> None:
    given(*past).when(d.changed(d.withdraw, reason=why)).then(d.changed(d.withdrawn, reason=why))
    given(*past, d.withdrawn).when(d.withdraw).then_nothing_happens()


@pytest.mark.parametrize("command", [d.classify("hazard"), d.admit, d.refuse(), d.move], ids=lambda c: type(c).__name__)
def test_nothing_is_decided_on_what_was_withdrawn(command: report.Command) -> None:
    given(d.received, d.classified(), d.withdrawn).when(command).then_refused(report.AlreadyWithdrawn)


def test_what_was_refused_or_never_came_in_cannot_be_withdrawn() -> None:
    given(d.received, d.refused).when(d.withdraw).then_refused(report.AlreadyRefused)
    given().when(d.withdraw).then_refused(report.NeverReceived)


def test_a_withdrawal_that_crossed_a_refusal_changes_nothing_of_it() -> None:
    """Written by an older release, or by hand: the state stays what it was."""
    state = report.report.fold([d.received, d.refused, d.withdrawn])
    assert isinstance(state, report.Refused)
