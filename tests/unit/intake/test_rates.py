"""The three rates: what counts for them, what against, and that neither an open nor a refused report helps."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from pydantic import BaseModel

from services.intake.domain.assignment_events import (
    HandlingChecked,
    HandlingFinished,
    HandlingReopened,
    HandlingStarted,
)
from services.intake.domain.rates import Course, Share, after, called_back, counts, mediated
from services.intake.domain.report import DisputeAdmitted, ReportRefused

GOLDEN = Path(__file__).parents[2] / "golden"
M = TypeVar("M", bound=BaseModel)


def kept(of: type[M], name: str) -> M:
    return of.model_validate(json.loads((GOLDEN / "intake" / f"{name}.json").read_text()))


STARTED = kept(HandlingStarted, "handling-started.v1")
FINISHED = kept(HandlingFinished, "handling-finished.v1")
CHECKED = kept(HandlingChecked, "handling-checked.v1")
REOPENED = kept(HandlingReopened, "handling-reopened.v1")
ADMITTED = kept(DisputeAdmitted, "dispute-admitted.v1")
REFUSED = kept(ReportRefused, "report-refused.v1")


def test_a_report_that_nobody_has_touched_counts_as_neither_answered_nor_solved() -> None:
    assert [counts(Course(), rate) for rate in ("answered", "solved", "satisfied")] == [False, False, None]


@pytest.mark.parametrize("first", [STARTED, ADMITTED, REFUSED], ids=lambda event: event.stored_as)
def test_it_is_answered_when_somebody_signs_for_it_or_decides(
    first: HandlingStarted | DisputeAdmitted | ReportRefused,
) -> None:
    course = after(Course(), first, 7)
    assert counts(course, "answered") is True
    assert after(course, STARTED, 9).answered == 7


def test_a_result_counts_when_somebody_else_has_checked_it() -> None:
    finished = after(after(Course(), STARTED, 1), FINISHED, 2)
    assert counts(finished, "solved") is False
    solved = after(finished, CHECKED.model_copy(update={"outcome": "solved"}), 3)
    assert (counts(solved, "solved"), solved.solved_by) == (True, 3)
    passed_on = after(finished, CHECKED.model_copy(update={"outcome": "passed_on"}), 3)
    assert counts(passed_on, "solved") is False


def test_what_is_taken_up_again_is_open_again() -> None:
    solved = after(after(Course(), STARTED, 1), CHECKED.model_copy(update={"outcome": "solved"}), 3)
    again = after(solved, REOPENED, 4)
    assert (again.solved, again.answered) == ("open", 1)


def test_a_settled_case_is_solved_and_one_that_ended_without_agreement_is_not() -> None:
    admitted = after(Course(), ADMITTED, 1)
    assert counts(mediated(admitted, True, 2), "solved") is True
    assert counts(mediated(admitted, False, 2), "solved") is False


def test_a_refused_report_raises_no_rate() -> None:
    assert counts(after(Course(), REFUSED, 1), "solved") is None


def test_the_latest_call_back_says_whether_the_reporter_is_satisfied() -> None:
    once = called_back(Course(), True, 5)
    assert counts(once, "satisfied") is True
    assert called_back(once, False, 6) == replace(once, satisfied=False, satisfied_by=6)


def test_a_rate_of_nothing_is_no_rate() -> None:
    assert Share("solved", 0, 0).value is None
    assert Share("solved", 1, 4).value == 0.25
