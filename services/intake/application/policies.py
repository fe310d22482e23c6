"""What intake does by itself: a submission becomes a report, a classified report goes to whom the rules name.

An ordered erasure deletes the keys.
"""

from datetime import datetime
from typing import NamedTuple, TypeAlias

from services.intake.application.submissions import SealedSubmission, registration
from services.intake.domain.assignment_events import Ending
from services.intake.domain.report import (
    DisputeAdmitted,
    RegisterReport,
    ReportClassified,
    ReportReceived,
    ReportRefused,
)


class Asked(NamedTuple):
    """A command and the report that it is for."""

    report: str
    command: RegisterReport


def react(received: object, now: datetime) -> list[Asked]:
    match received:
        case SealedSubmission():
            return [Asked(received.report, registration(received, now))]
        case _:
            return []


class Route(NamedTuple):
    """A report that is to go to whom the rules name."""

    report: str


class End(NamedTuple):
    """A report that needs no handling here any more."""

    report: str
    why: Ending
    by: str


Follow: TypeAlias = Route | End | None
ROUTED_ON = (ReportReceived, ReportClassified, DisputeAdmitted, ReportRefused)


def follow(event: object) -> Follow:
    """Its kind confirmed, a report is routed; where life may be in danger or it is about somebody here, at once."""
    match event:
        case ReportReceived(report=report) if event.suggestion.danger_to_life or event.level != "desk":
            return Route(report)
        case ReportClassified(report=report):
            return Route(report)
        case DisputeAdmitted(report=report, by=by):
            return End(report, "admitted", by)
        case ReportRefused(report=report, by=by):
            return End(report, "refused", by)
        case _:
            return None
