"""What intake tells the hotline: which events of orders and hand-overs become contracts, and which stay here."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from services.intake.domain import custody, order
from shared.contracts import orders
from shared.contracts.envelope import Contract
from shared.contracts.vocabulary import Personal
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed


def answer(event: Event, personal: Callable[[Sealed], Personal]) -> Contract | None:
    """What the hotline said itself, and what only concerns us, is not told to it."""
    match event:
        case order.OrderAccepted():
            return orders.OrderAccepted(**_of(event), at=event.accepted_at)
        case order.OrderObjected():
            return orders.OrderObjected(
                **_of(event), reason=personal(event.reason), article=event.article, at=event.objected_at
            )
        case order.ExtensionDecided(approved=True):
            return orders.OrderExtended(
                **_of(event), until=event.until, reason=personal(event.reason), at=event.decided_at
            )
        case order.OrderFinished():
            return orders.OrderFinished(
                **_of(event), outcome=event.outcome, result=personal(event.result), at=event.finished_at
            )
        case order.OrderCalledBack() if event.by != event.hotline:
            return orders.OrderCalledBack(
                **_of(event),
                satisfied=event.satisfied,
                words=None if event.words is None else personal(event.words),
                at=event.called_at,
            )
        case order.ReopeningDecided():
            return orders.OrderReopeningDecided(
                **_of(event), approved=event.approved, reason=personal(event.reason), at=event.decided_at
            )
        case custody.HandoverProposed():
            return orders.HandoverProposed(
                report=event.matter.report,
                code=event.matter.code,
                number=event.matter.number,
                first=event.matter.first,
                owner=event.owner,
                to=event.to,
                reason=personal(event.reason),
                answer_by=event.answer_by,
                at=event.proposed_at,
            )
        case custody.HandoverAccepted():
            return _settled(event, "accepted", event.accepted_at)
        case custody.HandoverFailed():
            return _settled(event, event.why, event.failed_at, event.article)
        case custody.HandoverWithdrawn():
            return _settled(event, "withdrawn", event.withdrawn_at)
        case _:
            return None


def _of(event: order.OrderStep) -> dict[str, str]:
    return {"order": event.order, "code": event.code, "hotline": event.hotline, "number": event.number}


def _settled(
    event: custody.OfCustody,
    how: Literal["accepted", "refused", "unanswered", "withdrawn"],
    at: datetime,
    article: str = "",
) -> orders.HandoverSettled:
    matter = event.matter
    return orders.HandoverSettled(
        report=matter.report,
        code=matter.code,
        number=matter.number,
        first=matter.first,
        owner=event.owner,
        how=how,
        article=article,
        at=at,
    )
