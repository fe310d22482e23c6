"""What intake does by itself when a submission arrives, and that nothing else moves it."""

from services.intake.application.policies import Asked, react
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
