"""Mediation's kind of stream, and all of its stored events."""

from typing import Final

from services.mediation.domain import dispute, events
from services.mediation.domain.commands import Command
from services.mediation.domain.dispute import State
from shared.eventsourcing.events import Event
from shared.eventsourcing.streams import StreamType

DISPUTE: Final[StreamType[Command, State, events.Event]] = StreamType("dispute", dispute.dispute, dispute.EVENTS)

EVENTS: Final[tuple[type[Event], ...]] = events.EVENTS
