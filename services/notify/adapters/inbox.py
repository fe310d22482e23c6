"""The console's own inbox: a message is there as soon as its delivery is recorded."""

from __future__ import annotations

from typing import Final

from services.notify.adapters.channel import OutgoingMessage, Sent
from services.notify.domain.delivery import Channel as ChannelName


class Inbox:
    """Sends nothing: the inbox is a projection of the deliveries, one row for each, so a repeat adds none."""

    name: Final[ChannelName] = "inbox"
    repeatable: Final = True

    async def send(self, message: OutgoingMessage) -> Sent:
        return Sent(provider_id=None, delivered=True)
