"""The channels as the sender takes them: a plan in, a message that is ready to leave out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from services.notify.adapters.channel import Channel
from services.notify.adapters.outgoing import compose, recorded, sealed_values
from services.notify.application.sending import Send
from services.notify.application.templates import CATALOGUE, Catalogue, UnknownTemplate, WrongValues
from services.notify.domain.delivery import DeliveryPlanned, Fail, Submit
from shared.eventsourcing.sealed import Sealed

log = logging.getLogger(__name__)


class ByChannel:
    """Sends by one channel."""

    def __init__(self, channel: Channel, clock: Callable[[], datetime], catalogue: Catalogue = CATALOGUE) -> None:
        self._channel = channel
        self._clock = clock
        self._catalogue = catalogue

    @property
    def repeatable(self) -> bool:
        return self._channel.repeatable

    def sealed(self, planned: DeliveryPlanned) -> list[Sealed]:
        return sealed_values(planned)

    def ready(self, planned: DeliveryPlanned, opened: Mapping[Sealed, str | None]) -> Send | None:
        try:
            message = compose(planned, opened, self._catalogue)
        except (UnknownTemplate, WrongValues) as fault:
            log.error("delivery %s cannot be worded: %s", planned.about.delivery, fault)
            return self._unworded
        if message is None:
            return None

        async def send(attempt: int) -> Submit | Fail:
            outcome = await self._channel.send(message)
            return recorded(outcome, attempt, self._clock())

        return send

    async def _unworded(self, attempt: int) -> Submit | Fail:
        """An attempt that fails for people to see, instead of a delivery that waits for ever."""
        return Fail(
            attempt=attempt, kind="technical", reason="misconfigured", detail="message template", now=self._clock()
        )
