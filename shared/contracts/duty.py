"""What `intake` 受理 tells of those on duty: whom an alarm reaches, and who is asked to go."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from shared.contracts.envelope import Contract

DUTY = "wangge.intake.duty.v1"


class AlarmRaised(Contract, frozen=True):
    """Somebody who is out alone missed their time or asked for help (单独外出告警): these accounts are to know at once.

    Where they went is not told: it is read in the console, by whom it reached.
    """

    event_type: ClassVar[str] = "wangge.duty.alarm-raised.v1"
    topic: ClassVar[str] = DUTY
    about: ClassVar[str] = "visit"

    visit: str
    station: str
    account: str
    """Who is out."""
    why: Literal["missed", "panic"]
    rung: Literal["partner", "colleague", "station_leader", "police_desk"]
    told: tuple[str, ...]
    """Nobody of that rung on duty where it is empty: whoever is at the station is to know."""
    raised_at: AwareDatetime


class AskedToGo(Contract, frozen=True):
    """Somebody was asked to go (派人询问): for which case and when. A volunteer may say no without a reason."""

    event_type: ClassVar[str] = "wangge.duty.asked-to-go.v1"
    topic: ClassVar[str] = DUTY
    about: ClassVar[str] = "dispatch"

    dispatch: str
    request: str
    code: str
    station: str
    person: str
    account: str | None
    begins_at: AwareDatetime
    ends_at: AwareDatetime
    asked_at: AwareDatetime
