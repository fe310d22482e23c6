"""What notify decides: deliveries and groups; and all events that it stores of its own."""

from typing import Final

from services.notify.domain.delivery import EVENTS as _DELIVERY_EVENTS
from services.notify.domain.group import EVENTS as _GROUP_EVENTS
from shared.eventsourcing.events import Event

EVENTS: Final[tuple[type[Event], ...]] = (*_DELIVERY_EVENTS, *_GROUP_EVENTS)
