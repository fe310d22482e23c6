"""The three rates (响应率、解决率、满意率), defined: what became of each report, and what is counted of it.

Counted is what was done for reporters, never how few they are: an open report counts as not yet solved, so that leaving
it open helps nobody; a refused one is shown apart; a petition, a complaint or a lawsuit lowers no rate.
Beijing's hotline regulation (北京市接诉即办工作条例 2021, articles 12 to 14, 23 and 32) names the three; how they are
reckoned here is this project's own.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, assert_never

from services.intake.domain.assignment_events import (
    HandlingChecked,
    HandlingFinished,
    HandlingReopened,
    HandlingStarted,
)
from services.intake.domain.report import DisputeAdmitted, ReportRefused

Solved: TypeAlias = Literal["open", "solved", "not_solved", "refused"]
Rate: TypeAlias = Literal["answered", "solved", "satisfied"]
RATES: Final[tuple[Rate, ...]] = ("answered", "solved", "satisfied")
Step: TypeAlias = (
    HandlingStarted | HandlingFinished | HandlingChecked | HandlingReopened | DisputeAdmitted | ReportRefused
)
STEPS: Final[tuple[type[Step], ...]] = (
    HandlingStarted,
    HandlingFinished,
    HandlingChecked,
    HandlingReopened,
    DisputeAdmitted,
    ReportRefused,
)


@dataclass(frozen=True, slots=True)
class Course:
    """What became of one report; each finding with the position of the event that shows it, 0 for none."""

    answered: int = 0
    """Somebody signed for it, or decided upon it, or told the reporter the result."""
    solved: Solved = "open"
    solved_by: int = 0
    satisfied: bool | None = None
    """As the reporter said when called back; None where nobody has asked or nobody answered."""
    satisfied_by: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """A rate: so many of so many; None of none."""

    rate: Rate
    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None


def after(course: Course, step: Step, position: int) -> Course:
    """What became of the report by this step."""
    if not course.answered and not isinstance(step, HandlingReopened):
        course = replace(course, answered=position)
    match step:
        case HandlingChecked():
            solved: Solved = "solved" if step.outcome in ("solved", "explained") else "not_solved"
        case HandlingReopened():
            solved = "open"
        case ReportRefused():
            solved = "refused"
        case HandlingStarted() | HandlingFinished() | DisputeAdmitted():
            return course
        case _:
            assert_never(step)
    return replace(course, solved=solved, solved_by=position)


def mediated(course: Course, settled: bool, position: int) -> Course:
    """Mediation came to its end, with the case settled (化解) or without agreement."""
    return replace(course, solved="solved" if settled else "not_solved", solved_by=position)


def called_back(course: Course, satisfied: bool, position: int) -> Course:
    """The latest call-back counts."""
    return replace(course, satisfied=satisfied, satisfied_by=position)


def counts(course: Course, rate: Rate) -> bool | None:
    """Whether the report counts for the rate, against it, or not at all."""
    match rate:
        case "answered":
            return course.answered > 0
        case "solved":
            return None if course.solved == "refused" else course.solved == "solved"
        case "satisfied":
            return course.satisfied
        case _:
            assert_never(rate)
