"""What other systems publish on Kafka: reports, checked against their contract and sealed before they are stored."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from services.intake.application import submissions
from services.intake.application.submissions import Draft, SealedSubmission
from shared.contracts.reports import SUBMISSIONS, ReportSubmitted
from shared.eventsourcing.cloudevents import CloudEvent
from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.receiver import Prepare, Prepared
from shared.eventsourcing.runtime import Runtime


class UnknownSubmission(ValueError):
    """A message of another type than this topic is for."""


def external(runtime: Runtime, station: str) -> Mapping[str, Prepare]:
    """The topics that other systems write to, and how their messages are made ready."""

    async def submitted(heard: Sequence[CloudEvent]) -> Sequence[Prepared | Exception]:
        drafts: dict[int, Draft] = {}
        answers: dict[int, Prepared | Exception] = {}
        for place, event in enumerate(heard):
            try:
                drafts[place] = _draft(event, station)
            except (ValidationError, UnknownSubmission) as error:
                answers[place] = error
        sealed = await submissions.seal(list(drafts.values()), runtime.vault)
        for place, sealed_report in zip(drafts, sealed, strict=True):
            submission = SealedSubmission.model_validate(sealed_report.__dict__)
            data = submission.model_dump_json().encode()
            answers[place] = Prepared(ReportSubmitted.event_type, data, submission.station)
        return [answers[place] for place in range(len(heard))]

    return {SUBMISSIONS: submitted}


def _draft(event: CloudEvent, station: str) -> Draft:
    if event.type != ReportSubmitted.event_type:
        raise UnknownSubmission(
            f"this topic takes {ReportSubmitted.event_type}, not {event.type[:100]}: send it to the topic of its type"
        )
    submitted = ReportSubmitted.model_validate_json(event.data)
    return submissions.draft_of(submitted, derived_id("submitted", event.source, event.id), station)
