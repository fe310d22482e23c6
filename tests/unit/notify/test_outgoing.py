"""What is planned becomes the message that leaves; what a channel answers becomes what is recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notify.adapters.channel import Outcome, PermanentFailure, Sent, TechnicalFailure, TemporaryFailure
from services.notify.adapters.inbox import Inbox
from services.notify.adapters.outgoing import compose, recorded, sealed_values
from services.notify.domain.delivery import (
    Delivered,
    DeliveryPlanned,
    DeliverySubmitted,
    Fail,
    Submit,
    delivery,
)
from shared.eventsourcing.sealed import Sealed
from tests.unit.notify.examples import ABOUT, MONDAY, NAME, PHONE, at, begun, planned

PLACE = Sealed(of="report-18", box="s1.cGxhY2U")
OPENED: dict[Sealed, str | None] = {NAME: "李某", PHONE: "13800000000", PLACE: "社区调解室"}


def test_a_message_is_made_of_the_plan_and_its_opened_values() -> None:
    assert sealed_values(planned) == [NAME, PHONE, PLACE]
    message = compose(planned, OPENED)
    assert message is not None
    assert (message.delivery, message.person, message.account) == (ABOUT.delivery, "person-li", None)
    assert (message.name, message.phone, message.planned_at) == ("李某", "13800000000", MONDAY)
    assert "2026年11月23日（周一）19:00，地点：社区调解室。" in message.rendered.zh.text


def test_the_name_of_a_person_stands_in_no_text() -> None:
    message = compose(planned, OPENED)
    assert message is not None
    assert "李某" not in repr(message.rendered)


@pytest.mark.parametrize("erased", [NAME, PHONE, PLACE])
def test_nothing_leaves_for_a_person_who_was_erased(erased: Sealed) -> None:
    assert compose(planned, {**OPENED, erased: None}) is None


def test_a_plan_without_personal_values_needs_none_opened() -> None:
    bare = DeliveryPlanned(
        **{**dict(planned), "name": None, "phone": None, "variables": {**planned.variables, "place": "一室"}}
    )
    assert sealed_values(bare) == []
    message = compose(bare, {})
    assert message is not None
    assert (message.name, message.phone) == (None, None)


@pytest.mark.parametrize(
    ("outcome", "command"),
    [
        (Sent("sms-77", delivered=False), Submit(attempt=2, provider_id="sms-77", delivered=False, now=at(9))),
        (
            TemporaryFailure("answered", "429", timedelta(minutes=2)),
            Fail(
                attempt=2,
                kind="temporary",
                reason="answered",
                detail="429",
                retry_after=timedelta(minutes=2),
                now=at(9),
            ),
        ),
        (
            PermanentFailure("answered", "410"),
            Fail(attempt=2, kind="permanent", reason="answered", detail="410", now=at(9)),
        ),
        (TechnicalFailure("misconfigured"), Fail(attempt=2, kind="technical", reason="misconfigured", now=at(9))),
    ],
)
def test_what_a_channel_answers_is_recorded_as_it_is(outcome: Outcome, command: Submit | Fail) -> None:
    assert recorded(outcome, 2, at(9)) == command


async def test_what_goes_to_the_inbox_is_submitted_and_delivered_in_one() -> None:
    message = compose(planned, OPENED)
    assert message is not None
    command = recorded(await Inbox().send(message), 1, at(2))
    assert delivery.decide(command, delivery.fold([planned, begun])) == [
        DeliverySubmitted(about=ABOUT, attempt=1, provider_id=None, submitted_at=at(2)),
        Delivered(about=ABOUT, attempt=1, delivered_at=at(2)),
    ]
