"""What the hotline's adapter publishes on Kafka: orders, words on them, answers to hand-overs; sealed on receipt."""

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import BaseModel, ValidationError

from services.intake.application.orders import (
    Handovers,
    Orders,
    SealedAnswer,
    SealedOrder,
    SealedUpdate,
    draft_of,
    order_id,
    seal,
)
from services.intake.application.publishers import publisher_of_source
from services.intake.application.reception import OBJECTIONS, NotTaken, Unregistered
from services.intake.domain import publisher
from services.intake.domain.publisher import Registered
from shared.contracts.orders import ORDER_SUBMISSIONS, HandoverAnswered, OrderSubmitted, OrderUpdated
from shared.eventsourcing.cloudevents import CloudEvent
from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.policies import React
from shared.eventsourcing.projections import Recorded
from shared.eventsourcing.receiver import Prepare, Prepared
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import Meta
from shared.law.here import Here

HEARD: Final[Mapping[str, type[BaseModel]]] = {
    OrderSubmitted.event_type: SealedOrder,
    OrderUpdated.event_type: SealedUpdate,
    HandoverAnswered.event_type: SealedAnswer,
}
"""In which form each is stored on receipt."""


def external(runtime: Runtime, station: str, here: Here, unregistered: Unregistered) -> Mapping[str, Prepare]:
    """`station` is that of an order that does not say; a publisher is known by its source, as with reports."""

    async def submitted(heard: Sequence[CloudEvent]) -> Sequence[Prepared | Exception]:
        answers: list[Prepared | Exception] = []
        for event in heard:
            try:
                known = await _sender(event, runtime, unregistered)
                answers.append(await _prepared(event, runtime, known, station, here))
            except (ValidationError, NotTaken) as error:
                answers.append(error)
        return answers

    return {ORDER_SUBMISSIONS: submitted}


async def _sender(event: CloudEvent, runtime: Runtime, unregistered: Unregistered) -> Registered | None:
    """Who sends it, where they are registered; or the reason why nothing is taken from them."""
    known = await publisher_of_source(runtime, event.source)
    if known is None and unregistered == "park":
        raise NotTaken("nobody has registered this source: register the publisher, then try this again")
    _check(known, None)
    return known


def _check(known: Registered | None, station: str | None) -> None:
    found = None if known is None else publisher.objection(known, "hotline_12345", station)
    if found is not None:
        raise NotTaken(OBJECTIONS[found].format(channel="hotline_12345", station=station))


async def _prepared(
    event: CloudEvent, runtime: Runtime, known: Registered | None, station: str, here: Here
) -> Prepared:
    sealed: BaseModel
    station = station if known is None else known.station
    match event.type:
        case OrderSubmitted.event_type:
            submitted = OrderSubmitted.model_validate_json(event.data)
            _check(known, submitted.station)
            draft = draft_of(submitted, station)
            (sealed,) = await seal([draft], runtime)
            station = draft.station
        case OrderUpdated.event_type:
            said = OrderUpdated.model_validate_json(event.data)
            id_ = order_id(said.hotline, said.number)
            sealed = SealedUpdate(
                order=id_,
                **said.model_dump(include={"hotline", "number", "kind", "answer_by", "said_at"}),
                update=derived_id("said", event.source, event.id),
                words=await Orders(runtime, here).words(id_, said.text) if said.text else None,
            )
        case HandoverAnswered.event_type:
            answered = HandoverAnswered.model_validate_json(event.data)
            sealed = SealedAnswer(
                report=answered.report,
                accepted=answered.accepted,
                words=await Handovers(runtime, here).words(answered.report, answered.text) if answered.text else None,
                message=derived_id("said", event.source, event.id),
            )
        case _:
            types = ", ".join(HEARD)
            raise NotTaken(f"this topic takes {types}, not {event.type[:100]}: send it to the topic of its type")
    return Prepared(event.type, sealed.model_dump_json().encode(), station)


def taking(runtime: Runtime, here: Here, service: str) -> React:
    """Handles what was received; a refusal is parked for people to see."""
    orders, handovers = Orders(runtime, here), Handovers(runtime, here)

    async def take(recorded: Recorded) -> None:
        stored = recorded.stored
        heard = stored.decoded_meta()
        meta = Meta(
            actor=heard.actor,
            role="integrator",
            station=heard.station,
            causation=f"{service}:{stored.position}",
            trace=heard.trace,
        )
        id_ = derived_id("take-order", stored.stream)
        match recorded.event:
            case SealedOrder() as sealed:
                await orders.take(sealed, meta, id_)
            case SealedUpdate() as said:
                await orders.update(said, meta, id_)
            case SealedAnswer() as answered:
                await handovers.answer(answered, meta, id_)
            case _:
                raise AssertionError("the policy is told of these alone")

    return take
