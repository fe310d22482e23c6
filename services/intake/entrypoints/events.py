"""CloudEvents over HTTP, chat messages and a device's drafts: what other systems send with their keys, each once."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal
from urllib.parse import unquote

import orjson
from fastapi import Query, Response
from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.requests import Request

from services.intake.application.reception import Reception, report_id
from services.intake.application.submissions import Code, Line, Moment, Text
from services.intake.domain import report
from services.intake.domain.publisher import Registered
from services.intake.entrypoints.http import Api
from services.intake.entrypoints.publishers import Gate
from services.intake.entrypoints.schemas import Body
from shared.contracts.reports import SUBMISSIONS, ChatMessagePosted, ReportSubmitted
from shared.eventsourcing import cloudevents, parking
from shared.eventsourcing.cloudevents import CloudEvent, Malformed
from shared.eventsourcing.receiver import Brought, Taken
from shared.web.languages import mark
from shared.web.problems import Fault, Problem, malformed, not_found
from shared.web.routes import CurrentActor, Routes

MOST: Final = 500
"""Events, messages or drafts that are taken at once."""
_STRUCTURED: Final = "application/cloudevents"
_BATCH: Final = "application/cloudevents-batch"
_JSON: Final = b"application/json"
_TITLE: Final = mark("This was not taken in as a report")

Outcome = Literal["accepted", "repeated", "parked"]
_OUTCOMES: Final[dict[str, Outcome]] = {"stored": "accepted", "seen": "repeated", "parked": "parked"}

Cause = Literal["unreadable", "invalid", "changed", "refused"]


class EventOut(BaseModel):
    """What became of one event."""

    source: str
    id: str
    outcome: Outcome
    report: str = Field(description="the id of the report that it becomes; empty where it was parked")
    parked: str = Field(description="its id among the parked messages; empty where it was taken")
    cause: Cause | None
    detail: str = Field(description="why it was parked")


class EventsOut(BaseModel):
    events: list[EventOut]
    position: int = Field(description="read after writing: `after=POSITION`")


class EventState(BaseModel):
    """How far an event has come since it was sent."""

    source: str
    id: str
    state: Literal["received", "registered", "parked"]
    report: str
    code: str = Field(description="the case's one code 一案一码, once it is registered")


class ChatMessageIn(Body):
    """A message of a group chat, as a relay tool passes it on."""

    group: Code = Field(max_length=120, description="The group's id in the tool, never its name.")
    message: Code = Field(max_length=120, description="The message's id in the tool: sent again, it adds nothing.")
    text: Line = Field(max_length=20_000)
    posted_at: Moment
    sender_name: Text | None = Field(default=None, max_length=100)
    sender_phone: Text | None = Field(default=None, max_length=40)
    reply_to: Code | None = Field(default=None, max_length=120)
    station: Code | None = None
    community: Code | None = None
    grid: Code | None = None
    compound: Code | None = None


class ChatMessagesIn(Body):
    messages: list[ChatMessageIn] = Field(min_length=1, max_length=MOST)


class DraftsIn(Body):
    """What a device wrote down while it was offline, in any order; each is known by the id that the device gave it."""

    sent_at: Moment | None = Field(default=None, description="What the device's clock says now; ours is told by it.")
    drafts: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=MOST,
        description="Each with `id`, and the fields of the contract `wangge.report.submitted.v1` but `external_id`.",
    )


_EVENT_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "object"},
                "description": "binary mode: the data; the attributes are headers, `ce-id`, `ce-source`, `ce-type` …",
            },
            "application/cloudevents+json": {"schema": {"type": "object"}},
            "application/cloudevents-batch+json": {
                "schema": {"type": "array", "maxItems": MOST, "items": {"type": "object"}}
            },
        },
    }
}


def add(routes: Routes, api: Api, gate: Gate, reception: Reception) -> None:
    desk = Desk(api, gate, reception)

    async def more(known: Registered, events: int) -> None:
        """Each event counts against the quota; the gate has counted the first."""
        if events > 1:
            await gate.spend(known, events - 1)

    @routes.post("/events", access="report.register", status_code=202, openapi_extra=_EVENT_BODY)
    async def take_events(request: Request, response: Response, actor: CurrentActor) -> EventsOut:
        """Takes CloudEvents in: one, in binary or structured mode, or a batch. Source and id twice is one report.

        A single event that is parked is told as a problem that names it; in a batch each event is answered for.
        """
        known = caller(request)
        content_type = request.headers.get("content-type", "").lower()
        body = await request.body()
        if content_type.startswith(_BATCH):
            brought = await desk.batch(body, known)
            await more(known, len(brought))
            return await desk.take(brought, known)
        one = _record(request.headers, body)
        taken = await desk.take([one], known)
        (told,) = taken.events
        if told.outcome == "parked":
            raise _parked(told)
        response.status_code = 200 if told.outcome == "repeated" else 202
        return taken

    @routes.get("/events", access="report.read")
    async def read_event(request: Request, id: Annotated[str, Query(min_length=1, max_length=200)]) -> EventState:
        """How far an event of one's own has come: received, registered under a case code, or parked."""
        return await desk.state(caller(request), id)

    @routes.post("/messages", access="report.register", status_code=202)
    async def take_messages(body: ChatMessagesIn, request: Request, actor: CurrentActor) -> EventsOut:
        """Takes messages of group chats in (群消息), each as a report; which belong together an officer says."""
        known = caller(request)
        await more(known, len(body.messages))
        return await desk.take(
            [
                _event(
                    known, each.message, ChatMessagePosted.event_type, each.model_dump(mode="json", exclude_none=True)
                )
                for each in body.messages
            ],
            known,
        )

    @routes.post("/drafts", access="report.register", status_code=202)
    async def take_drafts(body: DraftsIn, request: Request, actor: CurrentActor) -> EventsOut:
        """Takes in what a device wrote down while it was offline (离线草稿): in any order, and twice is once."""
        known = caller(request)
        faults = [
            Fault(mark("This is required."), pointer=f"#/drafts/{place}/id")
            for place, draft in enumerate(body.drafts)
            if not isinstance(draft.get("id"), str) or not draft["id"] or not draft["id"].isprintable()
        ]
        if faults:
            raise malformed(*faults)
        await more(known, len(body.drafts))
        sent_at = "" if body.sent_at is None else body.sent_at.isoformat()
        return await desk.take(
            [
                _event(
                    known,
                    draft["id"],
                    ReportSubmitted.event_type,
                    {"external_id": draft["id"], **{name: value for name, value in draft.items() if name != "id"}},
                    sent_at,
                )
                for draft in body.drafts
            ],
            known,
        )


class Desk:
    """Takes in what has passed the gate."""

    def __init__(self, api: Api, gate: Gate, reception: Reception) -> None:
        self._runtime = api.runtime
        self._publishers = gate.publishers
        self._reception = reception

    async def batch(self, body: bytes, known: Registered) -> list[Brought]:
        """The events of a batch, each as an event of its own in the structured mode."""
        try:
            items = orjson.loads(body)
        except orjson.JSONDecodeError:
            items = None
        if not isinstance(items, list):
            await self._publishers.count(known.publisher, "malformed")
            raise Problem(
                400,
                "no-batch",
                mark("The request cannot be understood"),
                mark("A batch is a JSON array of CloudEvents. Nothing of this was stored."),
            )
        if not 0 < len(items) <= MOST:
            raise malformed(Fault(mark("This must have 1 to %(most)s items."), pointer="#", values={"most": MOST}))
        headers = [("content-type", b"application/cloudevents+json")]
        return [Brought(SUBMISSIONS, headers, orjson.dumps(item)) for item in items]

    async def take(self, brought: Sequence[Brought], known: Registered) -> EventsOut:
        heard = [_read(one) for one in brought]
        self._check_sources(heard, known)
        readable = [event for event in heard if isinstance(event, CloudEvent)]
        prepared = iter(await self._reception.from_http(readable, known))
        ready = [
            (one, event, None if isinstance(event, Malformed) else next(prepared))
            for one, event in zip(brought, heard, strict=True)
        ]
        taken: dict[int, Taken] = {}
        # An id that comes twice in one batch: the first is the event, whatever the second says.
        for places in _rounds(heard):
            answers = await asyncio.gather(*(self._take(*ready[place], known) for place in places))
            taken.update(zip(places, answers, strict=True))
        told = [_told(heard[place], taken[place], known) for place in range(len(heard))]
        if repeated := sum(each.outcome == "repeated" for each in told):
            await self._publishers.count(known.publisher, "repeated", repeated)
        return EventsOut(events=told, position=max(each.position for each in taken.values()))

    async def _take(self, one: Brought, event: CloudEvent | Malformed, prepared: Any, known: Registered) -> Taken:
        receiver = self._runtime.receiver
        assert receiver is not None, "intake receives"
        if isinstance(event, Malformed):
            return await receiver.park_unreadable(one, event, known.source)
        return await receiver.take(one, event.at(known.station), prepared)

    def _check_sources(self, heard: Sequence[CloudEvent | Malformed], known: Registered) -> None:
        foreign = sorted({e.source for e in heard if isinstance(e, CloudEvent) and e.source != known.source})
        if foreign:
            raise Problem(
                403,
                "foreign-source",
                mark("This is not taken from you"),
                mark("Your key is that of %(own)s, and this was sent as %(foreign)s. Nothing was stored."),
                values={"own": known.source, "foreign": ", ".join(foreign[:5])},
            )

    async def state(self, known: Registered, id_: str) -> EventState:
        stream = f"received/{len(known.source)}/{known.source}/{id_}"
        found = await self._runtime.store.read_stream(stream, limit=1)
        if not found:
            raise not_found(mark("No event of yours has this id. Check it, or send it."))
        of_report = report_id(CloudEvent(known.source, id_, "", b""))
        (first,) = found
        state = await self._report(of_report)
        if state is not None:
            return EventState(source=known.source, id=id_, state="registered", report=of_report, code=state.code)
        is_parked = first.type == parking.MessageParked.stored_as
        return EventState(
            source=known.source,
            id=id_,
            state="parked" if is_parked else "received",
            report="" if is_parked else of_report,
            code="",
        )

    async def _report(self, id_: str) -> report.ReportReceived | None:
        found = await self._runtime.store.read_stream(f"report-{id_}", limit=1)
        if not found:
            return None
        event = self._runtime.read(found[0])
        assert isinstance(event, report.ReportReceived), "every stream of a report begins with its receipt"
        return event


def caller(request: Request) -> Registered:
    """The publisher whose key came with the request."""
    known: Registered | None = getattr(request.state, "publisher", None)
    if known is None:
        raise Problem(
            403,
            "no-publisher",
            mark("Not allowed"),
            mark(
                "Only a registered publisher may use this. Send its key as a bearer token in the Authorization header."
            ),
        )
    return known


def _record(headers: Headers, body: bytes) -> Brought:
    """The request as a record of Kafka: the HTTP binding's `ce-` headers are percent-encoded, Kafka's are not."""
    attributes: list[tuple[str, bytes | None]] = [
        (f"ce_{name.removeprefix('ce-')}", unquote(value, errors="replace").encode())
        for name, value in headers.items()
        if name.startswith("ce-")
    ]
    content_type = headers.get("content-type", "application/json").encode("latin-1")
    return Brought(SUBMISSIONS, [("content-type", content_type), *attributes], body)


def _event(known: Registered, id_: str, type_: str, data: Mapping[str, Any], sent_at: str = "") -> Brought:
    made = CloudEvent(known.source, id_, type_, orjson.dumps(data, option=orjson.OPT_SORT_KEYS), sent_at=sent_at)
    headers: list[tuple[str, bytes | None]] = [*made.headers()]
    return Brought(SUBMISSIONS, headers, made.data)


def _read(one: Brought) -> CloudEvent | Malformed:
    try:
        return cloudevents.read(one.headers, one.value)
    except Malformed as malformed_:
        return malformed_


def _rounds(heard: Sequence[CloudEvent | Malformed]) -> list[list[int]]:
    """The places of the events, such that none has an id twice in one round."""
    seen: dict[str, int] = defaultdict(int)
    rounds: dict[int, list[int]] = defaultdict(list)
    for place, event in enumerate(heard):
        key = event.id if isinstance(event, CloudEvent) else f"\n{place}"
        rounds[seen[key]].append(place)
        seen[key] += 1
    return [rounds[number] for number in sorted(rounds)]


def _told(event: CloudEvent | Malformed, taken: Taken, known: Registered) -> EventOut:
    parked = taken.outcome == "parked"
    return EventOut(
        source=known.source,
        id=event.id if isinstance(event, CloudEvent) else "",
        outcome=_OUTCOMES[taken.outcome],
        report="" if parked or isinstance(event, Malformed) else report_id(event),
        parked=taken.parked,
        cause=taken.cause if taken.cause != "row" else None,
        detail=taken.detail,
    )


def _parked(told: EventOut) -> Problem:
    status, slug, detail = {
        "unreadable": (400, "no-cloudevent", mark("It is no CloudEvent and waits for a person to look at it: %(why)s")),
        "changed": (
            409,
            "changed-contents",
            mark(
                "%(id)s of %(source)s came before with other contents. The first stands, this waits for a person to "
                "look at it; send what is new under a new id."
            ),
        ),
    }.get(told.cause or "", (422, "parked", mark("%(id)s waits for a person to look at it: %(why)s")))
    return Problem(
        status,
        slug,
        _TITLE,
        detail,
        values={"id": told.id, "source": told.source, "why": told.detail},
        extra={"source": told.source, "id": told.id, "parked": told.parked, "cause": told.cause or ""},
    )
