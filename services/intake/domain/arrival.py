"""How a report came to us (来件情况): by whose message, of which group, and by a device's clock that may be wrong."""

from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel

Clock: TypeAlias = Literal["agrees", "ahead", "behind", "unknown"]
"""The device's clock beside ours: 一致、偏快、偏慢、未知."""

TOLERANCE: Final = timedelta(minutes=2)
"""Less than this is the way of the message, not a clock that is wrong."""


class Reading(BaseModel, frozen=True):
    """What the device's clock said, as it said it with its own offset from UTC, and how far it was off (设备时钟)."""

    occurred_at: AwareDatetime
    """When the device says that it happened, or was written down."""
    sent_at: AwareDatetime | None = None
    """What the device's clock said when it sent; None where it does not tell."""
    clock: Clock
    off_by_seconds: int | None = None
    """Its clock less ours; where only a time in the future gives it away, at least so much."""

    @property
    def corrected(self) -> datetime:
        """When it happened by our clock, as far as we know."""
        if self.sent_at is None or self.off_by_seconds is None or self.clock not in ("ahead", "behind"):
            return self.occurred_at
        return self.occurred_at - timedelta(seconds=self.off_by_seconds)


class Message(BaseModel, frozen=True):
    """A message of a group chat (群消息): which group, and what it answers, by the ids of the tool that relays it."""

    group: str
    reply_to: str | None = None


class Arrival(BaseModel, frozen=True):
    """By which message of which system a report came in."""

    source: str
    event: str
    reading: Reading | None = None
    message: Message | None = None


def reading(occurred_at: datetime, sent_at: datetime | None, now: datetime, *, directly: bool) -> Reading:
    """Compares the device's clock with ours.

    `directly`: the message came straight from the sender, so that its `sent_at` is about now. One that lay in a queue
    tells only that a clock is ahead: by a time that has not come yet.
    """
    latest = max(occurred_at, sent_at or occurred_at)
    off = (sent_at if sent_at is not None and directly else latest) - now
    if off > TOLERANCE:
        clock: Clock = "ahead"
    elif sent_at is None or not directly:
        return Reading(occurred_at=occurred_at, sent_at=sent_at, clock="unknown")
    else:
        clock = "behind" if -off > TOLERANCE else "agrees"
    return Reading(occurred_at=occurred_at, sent_at=sent_at, clock=clock, off_by_seconds=round(off.total_seconds()))
