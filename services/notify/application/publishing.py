"""What notify tells the other services of its deliveries: stored event in, contract or silence out."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias, assert_never

from services.notify.domain.delivery import (
    About,
    AttemptBegun,
    Delivered,
    DeliveryEvent,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliveryPlanned,
    DeliverySubmitted,
    DeliveryUnknown,
    Read,
)
from shared.contracts.notices import DeliveryChanged
from shared.eventsourcing.events import Event

Told: TypeAlias = Literal["planned", "submitted", "delivered", "read", "failed", "unknown"]


def publish(event: Event) -> DeliveryChanged | None:
    """A failure is told once it is for good; attempts and waits, and groups, stay in the house."""
    return _of_delivery(event) if isinstance(event, DeliveryEvent) else None


def _of_delivery(event: DeliveryEvent) -> DeliveryChanged | None:
    match event:
        case DeliveryPlanned():
            return _changed(event.about, "planned", event.planned_at)
        case AttemptBegun():
            return None
        case DeliverySubmitted():
            return _changed(event.about, "submitted", event.submitted_at)
        case Delivered():
            return _changed(event.about, "delivered", event.delivered_at)
        case Read():
            return _changed(event.about, "read", event.read_at)
        case DeliveryFailed():
            return None if event.next_attempt_at else _changed(event.about, "failed", event.failed_at)
        case DeliveryGivenUp():
            return _changed(event.about, "failed", event.given_up_at)
        case DeliveryUnknown():
            return _changed(event.about, "unknown", event.marked_at)
        case _:
            assert_never(event)


def _changed(about: About, state: Told, at: datetime) -> DeliveryChanged:
    return DeliveryChanged(
        case=about.case,
        code=about.code,
        notice=about.notice,
        delivery=about.delivery,
        template=about.template,
        person=about.person,
        channel=about.channel,
        state=state,
        at=at,
    )
