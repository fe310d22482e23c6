"""What every channel is: something that takes a message and says what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from services.notify.application.templates import Rendered
from services.notify.domain.delivery import Channel as ChannelName
from services.notify.domain.delivery import Reason


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A rendered message on its way; the only place where name and phone are in clear, and they are not printed."""

    delivery: str
    notice: str
    template: str
    case: str
    code: str
    station: str
    person: str
    account: str | None
    name: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    rendered: Rendered = field(repr=False)
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel took it; `delivered` where being taken is being delivered."""

    provider_id: str | None
    delivered: bool


@dataclass(frozen=True, slots=True)
class TemporaryFailure:
    """Not now: the same may succeed later."""

    reason: Reason
    detail: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class PermanentFailure:
    """Never: the receiver will not have this message."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TechnicalFailure:
    """Not with these settings: a person has to mend them."""

    reason: Reason
    detail: str = ""


Outcome: TypeAlias = Sent | TemporaryFailure | PermanentFailure | TechnicalFailure


class Channel(Protocol):
    """`repeatable`: the same message given twice reaches the person once, so an interrupted attempt may be repeated."""

    @property
    def name(self) -> ChannelName: ...

    @property
    def repeatable(self) -> bool: ...

    async def send(self, message: OutgoingMessage) -> Outcome:
        """Never raises for what the other side does; it answers with the kind of failure."""
        ...
