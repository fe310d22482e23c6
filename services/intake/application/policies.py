"""What intake does by itself: a submission that was received becomes a report; an ordered erasure deletes the keys."""

from datetime import datetime
from typing import NamedTuple

from services.intake.application.submissions import SealedSubmission, registration
from services.intake.domain.report import RegisterReport


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
