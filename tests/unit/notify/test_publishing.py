"""This event of a delivery is told to the others, that one is silence."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.notify.application.publishing import Told, publish
from shared.contracts.notices import DeliveryChanged
from shared.eventsourcing.events import Event
from tests.unit.notify.examples import (
    ABOUT,
    MONDAY,
    at,
    begun,
    delivered,
    failed,
    failed_for_now,
    given_up,
    owner_changed,
    planned,
    read,
    registered,
    submitted,
    unknown,
)


@pytest.mark.parametrize(
    ("event", "state", "when"),
    [
        (planned, "planned", MONDAY),
        (submitted, "submitted", at(2)),
        (delivered, "delivered", at(3)),
        (read, "read", at(4)),
        (failed, "failed", at(2)),
        (given_up, "failed", at(6)),
        (unknown, "unknown", at(6)),
    ],
)
def test_what_became_of_a_delivery_is_told_without_any_personal_value(
    event: Event, state: Told, when: datetime
) -> None:
    assert publish(event) == DeliveryChanged(
        case="case-basement",
        code="WG-2026-000018",
        notice=ABOUT.notice,
        delivery=ABOUT.delivery,
        template="session-set",
        person="person-li",
        channel="inbox",
        state=state,
        at=when,
    )


@pytest.mark.parametrize("event", [begun, failed_for_now, registered, owner_changed])
def test_attempts_waits_and_groups_stay_in_the_house(event: Event) -> None:
    assert publish(event) is None
