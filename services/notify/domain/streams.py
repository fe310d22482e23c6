"""Notify's kinds of streams."""

from typing import Final

from services.notify.domain import delivery, group
from shared.eventsourcing.streams import StreamType

DELIVERY: Final = StreamType("delivery", delivery.delivery, delivery.EVENTS)
GROUP: Final = StreamType("group", group.group, group.EVENTS)
