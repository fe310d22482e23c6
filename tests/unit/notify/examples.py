"""Vivid, fixed examples for the tests of notify: one Monday, one delivery, one group, and each of their events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from services.notify.domain.delivery import (
    About,
    AttemptBegun,
    BeginAttempt,
    Command,
    ConfirmDelivered,
    Delivered,
    DeliveryEvent,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliveryPlanned,
    DeliverySubmitted,
    DeliveryUnknown,
    Fail,
    GiveUp,
    MarkRead,
    MarkUnknown,
    PlanDelivery,
    Read,
    Submit,
)
from services.notify.domain.group import GroupRegistered, Owner, OwnerChanged, RegisterGroup
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed

MONDAY: Final = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
"""09:30 in the city."""


def at(minutes: float) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


ABOUT: Final = About(
    delivery="2c0e0d3e-53c6-5a5e-a1a5-0f2b1f0b7a10",
    notice="b1c7f7d4-6f6c-5a8f-9a77-6d1c2b3a4958",
    template="session-set",
    case="case-basement",
    code="WG-2026-000018",
    person="person-li",
    channel="inbox",
)
BY_WEBHOOK: Final = ABOUT.__class__(**{**ABOUT.model_dump(), "channel": "webhook"})
NAME: Final = Sealed(of="person-li", box="s1.bmFtZQ")
PHONE: Final = Sealed(of="person-li", box="s1.cGhvbmU")

plan: Final = PlanDelivery(
    about=ABOUT,
    template_version=1,
    station="wangfu",
    account=None,
    name=NAME,
    phone=PHONE,
    variables={
        "code": "WG-2026-000018",
        "session": "1",
        "begins_at": "2026-11-23T11:00:00+00:00",
        "place": Sealed(of="report-18", box="s1.cGxhY2U"),
    },
    now=MONDAY,
)
planned: Final = DeliveryPlanned(
    about=ABOUT,
    template_version=1,
    station="wangfu",
    account=None,
    name=NAME,
    phone=PHONE,
    variables=plan.variables,
    planned_at=MONDAY,
)
begun: Final = AttemptBegun(about=ABOUT, attempt=1, repeatable=False, begun_at=at(1))
begun_repeatable: Final = AttemptBegun(about=ABOUT, attempt=1, repeatable=True, begun_at=at(1))
begun_again: Final = AttemptBegun(about=ABOUT, attempt=2, repeatable=False, begun_at=at(10))
submitted: Final = DeliverySubmitted(about=ABOUT, attempt=1, provider_id="sms-77", submitted_at=at(2))
delivered: Final = Delivered(about=ABOUT, attempt=1, delivered_at=at(3))
read: Final = Read(about=ABOUT, attempt=1, read_at=at(4))
failed_for_now: Final = DeliveryFailed(
    about=ABOUT,
    attempt=1,
    kind="temporary",
    reason="answered",
    detail="503",
    next_attempt_at=at(5),
    failed_at=at(2),
)
failed: Final = DeliveryFailed(
    about=ABOUT, attempt=1, kind="permanent", reason="answered", detail="410", next_attempt_at=None, failed_at=at(2)
)
given_up: Final = DeliveryGivenUp(about=ABOUT, attempts=1, reason="told_otherwise", given_up_at=at(6))
given_up_untried: Final = DeliveryGivenUp(about=ABOUT, attempts=0, reason="no_longer_needed", given_up_at=at(6))
unknown: Final = DeliveryUnknown(about=ABOUT, attempt=1, marked_at=at(6))

HISTORIES: Final[dict[str, tuple[DeliveryEvent, ...]]] = {
    "unplanned": (),
    "planned": (planned,),
    "attempting": (planned, begun),
    "attempting, repeatable": (planned, begun_repeatable),
    "attempting again": (planned, begun, failed_for_now, begun_again),
    "awaiting retry": (planned, begun, failed_for_now),
    "submitted": (planned, begun, submitted),
    "arrived": (planned, begun, submitted, delivered),
    "seen": (planned, begun, submitted, delivered, read),
    "unresolved": (planned, begun, unknown),
    "failed": (planned, begun, failed),
    "given up": (planned, begun, failed_for_now, given_up),
    "given up untried": (planned, given_up_untried),
}
"""A way into every state."""

COMMANDS: Final[dict[str, Command]] = {
    "plan": plan,
    "begin": BeginAttempt(repeatable=False, now=at(30)),
    "submit": Submit(attempt=1, provider_id="sms-77", now=at(30)),
    "confirm": ConfirmDelivered(now=at(30)),
    "read": MarkRead(now=at(30)),
    "fail": Fail(attempt=1, kind="temporary", reason="answered", detail="503", now=at(30)),
    "give up": GiveUp(reason="told_otherwise", now=at(30)),
    "mark unknown": MarkUnknown(attempt=1, now=at(30)),
}

OWNER: Final = Owner(person="person-wang", account="wang")
register_group: Final = RegisterGroup(
    group="group-7",
    name="王府花园B座业主群",
    kind="owners",
    owner=OWNER,
    compound="wangfu-garden",
    community="wangfu",
    station="wangfu",
    members=186,
    now=MONDAY,
)
registered: Final = GroupRegistered(
    group="group-7",
    name="王府花园B座业主群",
    kind="owners",
    owner=OWNER,
    compound="wangfu-garden",
    community="wangfu",
    station="wangfu",
    members=186,
    registered_at=MONDAY,
)
owner_changed: Final = OwnerChanged(group="group-7", owner=Owner(person="person-zhao"), changed_at=at(60))

ONE_OF_EACH: Final[tuple[Event, ...]] = (
    planned,
    begun,
    submitted,
    delivered,
    read,
    failed_for_now,
    given_up,
    unknown,
    registered,
    owner_changed,
)
