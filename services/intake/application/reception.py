"""What other systems send, made ready to be stored: checked against its contract and its publisher, and sealed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, TypeAlias

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from services.intake.application import publishers, submissions
from services.intake.application.submissions import Draft, SealedSubmission, Where
from services.intake.domain import arrival, publisher
from services.intake.domain.arrival import Arrival, Message
from services.intake.domain.publisher import Registered
from shared.contracts.reports import ChatMessagePosted, ReportSubmitted
from shared.eventsourcing.cloudevents import CloudEvent
from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.receiver import Prepared
from shared.eventsourcing.runtime import Runtime

Unregistered: TypeAlias = Literal["accept", "park"]
"""What is done with reports of a source that nobody has registered."""

TYPES: Final = (ReportSubmitted.event_type, ChatMessagePosted.event_type)
_LONGEST_SUBJECT: Final = 60
_ENDS: Final = "\n。！？!?；;"
_MOMENT: Final[TypeAdapter[datetime]] = TypeAdapter(AwareDatetime)


class NotTaken(ValueError):
    """A message that is none of what its publisher may send here; the text says what to do."""


OBJECTIONS: Final[Mapping[publisher.Objection, str]] = {
    "suspended": "this publisher is suspended: resume it, then try this again",
    "channel": "this publisher may not send for the channel {channel}: allow it, then try this again",
    "station": "this publisher may not send for the station {station}: have it sent for its own, or make it city-wide",
}


class Reception:
    """Makes messages ready. `station` is that of a report that does not say."""

    def __init__(self, runtime: Runtime, station: str, unregistered: Unregistered) -> None:
        self._runtime = runtime
        self._station = station
        self._unregistered = unregistered

    async def from_kafka(self, heard: Sequence[CloudEvent]) -> Sequence[Prepared | Exception]:
        """A publisher is known by its source; how long a message lay in Kafka nobody knows."""
        sources = {event.source for event in heard}
        known = {source: await publishers.publisher_of_source(self._runtime, source) for source in sources}
        return await self._prepared(heard, known, directly=False)

    async def from_http(self, heard: Sequence[CloudEvent], known: Registered) -> Sequence[Prepared | Exception]:
        """Messages of one publisher, who has been let in, and whose own all of them are."""
        return await self._prepared(heard, {known.source: known}, directly=True)

    async def _prepared(
        self, heard: Sequence[CloudEvent], known: Mapping[str, Registered | None], *, directly: bool
    ) -> Sequence[Prepared | Exception]:
        now = self._runtime.clock()
        drafts: dict[int, Draft] = {}
        answers: dict[int, Prepared | Exception] = {}
        for place, event in enumerate(heard):
            try:
                drafts[place] = self._draft(event, known[event.source], now, directly)
            except (ValidationError, NotTaken) as error:
                answers[place] = error
        sealed = await submissions.seal(list(drafts.values()), self._runtime.vault)
        for place, sealed_report in zip(drafts, sealed, strict=True):
            submission = SealedSubmission.model_validate(sealed_report.__dict__)
            data = submission.model_dump_json().encode()
            answers[place] = Prepared(ReportSubmitted.event_type, data, submission.station)
        return [answers[place] for place in range(len(heard))]

    def _draft(self, event: CloudEvent, known: Registered | None, now: datetime, directly: bool) -> Draft:
        sent_at = _MOMENT.validate_python(event.sent_at) if event.sent_at else None
        match event.type:
            case ReportSubmitted.event_type:
                submitted = ReportSubmitted.model_validate_json(event.data)
                told, station, message = submitted.occurred_at or submitted.reported_at, submitted.station, None
                draft = submissions.draft_of(submitted, report_id(event), self._home(known))
                draft = draft.model_copy(update={"occurred_on": submitted.occurred_on})
            case ChatMessagePosted.event_type:
                posted = ChatMessagePosted.model_validate_json(event.data)
                told, station = posted.posted_at, posted.station
                message = Message(group=posted.group, reply_to=posted.reply_to)
                draft = _draft_of_chat(posted, report_id(event), self._home(known))
            case _:
                raise NotTaken(
                    f"{' and '.join(TYPES)} are taken here, not {event.type[:100]}: send it where it is taken"
                )
        self._check(known, draft.channel, station)
        reading = arrival.reading(told, sent_at, now, directly=directly)
        how = Arrival(source=event.source, event=event.id, reading=reading, message=message)
        return draft.model_copy(update={"arrival": how})

    def _home(self, known: Registered | None) -> str:
        return self._station if known is None else known.station

    def _check(self, known: Registered | None, channel: str, station: str | None) -> None:
        if known is None:
            if self._unregistered == "park":
                raise NotTaken("nobody has registered this source: register the publisher, then try this again")
            return
        found = publisher.objection(known, channel, station)
        if found is not None:
            raise NotTaken(OBJECTIONS[found].format(channel=channel, station=station))


def report_id(event: CloudEvent) -> str:
    """The report that a message becomes: the same message is the same report."""
    return derived_id("submitted", event.source, event.id)


def _draft_of_chat(posted: ChatMessagePosted, id_: str, station: str) -> Draft:
    return Draft(
        report=id_,
        channel="chat",
        external_id=posted.message,
        subject=_first_sentence(posted.text),
        text=posted.text,
        reported_at=posted.posted_at,
        station=posted.station or station,
        where=Where(community=posted.community, grid=posted.grid, compound=posted.compound),
        reporter_name=posted.sender_name,
        reporter_phone=posted.sender_phone,
    )


def _first_sentence(text: str) -> str:
    """What stands in lists for a message that has no subject."""
    said = text.strip()
    end = next((place for place, letter in enumerate(said) if letter in _ENDS), len(said))
    return said[: min(end or len(said), _LONGEST_SUBJECT)]
