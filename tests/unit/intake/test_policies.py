"""What intake does by itself when a submission arrives, and that nothing else moves it."""

from services.intake.application.policies import Asked, End, Route, follow, react
from services.intake.application.submissions import SealedSubmission
from tests.unit.intake import desk as d

SUBMISSION = SealedSubmission(
    **{name: getattr(d.register_report, name) for name in SealedSubmission.model_fields},
)


def test_a_submission_that_was_received_becomes_a_report() -> None:
    assert react(SUBMISSION, d.MONDAY) == [Asked(d.REPORT, d.register_report)]


def test_nothing_else_is_answered() -> None:
    for event in (*d.ONE_OF_EACH, None):
        assert react(event, d.MONDAY) == []


def test_a_report_is_routed_once_its_kind_is_confirmed() -> None:
    assert follow(d.classified("hazard")) == Route(d.REPORT)
    assert follow(d.received) is None


def test_danger_to_life_and_a_complaint_about_somebody_here_do_not_wait_for_that() -> None:
    danger = d.changed(d.received, suggestion=d.changed(d.SUGGESTION, danger_to_life=True))
    assert follow(danger) == Route(d.REPORT)
    assert follow(d.changed(d.received, about=("account-guo",), level="station")) == Route(d.REPORT)


def test_what_is_admitted_or_refused_needs_no_handling_any_more() -> None:
    assert follow(d.admitted) == End(d.REPORT, "admitted", d.OFFICER)
    assert follow(d.refused) == End(d.REPORT, "refused", d.OFFICER)


def test_nothing_else_routes_anything() -> None:
    rest = [each for each in d.ONE_OF_EACH if each not in (d.classified(), d.admitted, d.refused)]
    assert [follow(each) for each in (*rest, None)] == [None] * (len(rest) + 1)
