"""The sender: what is planned leaves once, comes again when it must, and is never sent where nobody may be told."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from services.notify.adapters.channel import PermanentFailure, Sent, TemporaryFailure
from services.notify.adapters.webhook import Patience
from services.notify.application.sending import INTERRUPTED_AFTER
from services.notify.domain.delivery import BeginAttempt
from services.notify.domain.streams import DELIVERY
from shared.contracts.cases import SessionScheduled
from shared.contracts.duty import AlarmRaised
from shared.contracts.register import PersonErased
from shared.contracts.vocabulary import Contact
from shared.eventsourcing.store import Meta
from tests.integration.notify.station import Clock, Station, Watched, personal, stationed
from tests.unit.notify.examples import MONDAY, at
from tests.unit.notify.test_policies import appointed

ARRIVED = Sent(provider_id="gw-1", delivered=True)
BUSY = TemporaryFailure("answered", "503")


def session(station: Station, *persons: str) -> SessionScheduled:
    tell = tuple(
        Contact(
            person=person,
            name=personal(station.runtime, person, f"name of {person}"),
            phone=personal(station.runtime, person, "138 0000 0000"),
        )
        for person in persons or ("person-li",)
    )
    return SessionScheduled(
        case="case-basement",
        code="WG-2026-000018",
        station="wangfu",
        at=MONDAY,
        session=1,
        begins_at=at(600),
        place="社区调解室",
        tell=tell,
    )


def test_an_attempt_is_given_up_for_lost_only_when_its_channel_must_have_answered() -> None:
    patience = Patience()
    assert timedelta(seconds=patience.whole + patience.read) < INTERRUPTED_AFTER


async def test_an_alarm_is_in_the_inbox_and_sent_by_the_webhook_at_each_step(database: str, clock: Clock) -> None:
    inbox, webhook = Watched("inbox"), Watched("webhook")
    async with stationed(database, clock, inbox, webhook) as station:
        for rung in ("partner", "colleague"):
            await station.hear(
                AlarmRaised(
                    visit="visit-1",
                    station="wangfu",
                    account="account-guo",
                    why="missed",
                    rung=rung,
                    told=(f"account-{rung}",),
                    raised_at=clock.now,
                ),
                source="intake",
            )
            await station.tick()
            clock.passes(minutes=10)
        for channel in (inbox, webhook):
            assert [message.person for message in channel.sent] == ["account-partner", "account-colleague"]
        assert {row["state"] for row in await station.rows()} == {"delivered"}


async def test_a_fact_told_three_times_is_planned_and_sent_once(database: str, clock: Clock) -> None:
    channel = Watched("webhook", ARRIVED)
    async with stationed(database, clock, channel) as station:
        fact = session(station)
        await station.hear(fact, fact, fact)
        await station.tick()
        await station.hear(fact)
        await station.tick()
        (message,) = channel.sent
        assert (message.name, message.phone) == ("name of person-li", "138 0000 0000")
        assert "社区调解室" in message.rendered.zh.text
        assert await station.types() == [
            "delivery-planned",
            "delivery-attempt-begun",
            "delivery-submitted",
            "delivery-delivered",
        ]
        assert (await station.row())["state"] == "delivered"


async def test_opening_name_and_phone_for_a_message_is_recorded(sqlite: str, clock: Clock) -> None:
    async with stationed(sqlite, clock, Watched("webhook", ARRIVED)) as station:
        await station.hear(session(station))
        await station.tick()
        assert await station.types("reads-") == ["sealed-read"]


async def test_a_refused_message_comes_again_after_the_wait_and_not_before(database: str, clock: Clock) -> None:
    channel = Watched("webhook", BUSY, BUSY, ARRIVED)
    async with stationed(database, clock, channel) as station:
        await station.hear(session(station))
        await station.tick()
        row = await station.row()
        assert (row["state"], row["attempts"], row["reason"], row["detail"]) == ("waiting", 1, "answered", "503")
        await station.tick()
        clock.passes(seconds=3.9)  # the first wait is five seconds less up to a fifth
        await station.tick()
        assert len(channel.sent) == 1
        clock.passes(seconds=1.1)
        await station.tick()
        assert len(channel.sent) == 2
        clock.passes(seconds=7.9)
        await station.tick()
        assert len(channel.sent) == 2
        clock.passes(seconds=2.1)
        await station.tick()
        assert len(channel.sent) == 3
        assert len({message.delivery for message in channel.sent}) == 1
        row = await station.row()
        assert (row["state"], row["attempts"], row["reason"], row["next_attempt_at"]) == ("delivered", 3, "", None)


async def test_what_never_gets_through_ends_as_failed_after_the_last_attempt(sqlite: str, clock: Clock) -> None:
    channel = Watched("webhook", BUSY)
    async with stationed(sqlite, clock, channel) as station:
        await station.hear(session(station))
        for _ in range(15):
            await station.tick()
            clock.passes(hours=1)
        assert (await station.row())["state"] == "failed"
        assert len(channel.sent) == 12


async def test_a_message_that_nobody_will_have_fails_at_once(sqlite: str, clock: Clock) -> None:
    channel = Watched("webhook", PermanentFailure("answered", "410"))
    async with stationed(sqlite, clock, channel) as station:
        await station.hear(session(station))
        await station.tick()
        clock.passes(days=2)
        await station.tick()
        row = await station.row()
        assert (row["state"], row["detail"], len(channel.sent)) == ("failed", "410", 1)


@pytest.mark.parametrize(("repeatable", "state", "sent"), [(True, "delivered", 1), (False, "unknown", 0)])
async def test_a_crash_between_begin_and_outcome_is_looked_into(
    database: str, clock: Clock, repeatable: bool, state: str, sent: int
) -> None:
    channel = Watched("webhook", ARRIVED, repeatable=repeatable)
    async with stationed(database, clock, channel) as station:
        await station.hear(session(station))
        id_ = (await station.row())["id"]
        # As a process that dies right after it has recorded the beginning.
        begin = BeginAttempt(repeatable=repeatable, now=clock())
        await station.runtime.commands.handle(DELIVERY, id_, begin, Meta(actor="dies"), "begun-and-died")
        await station.turn()
        clock.passes(seconds=INTERRUPTED_AFTER.total_seconds() - 1)
        await station.tick()
        assert (await station.row())["state"] == "sending"
        clock.passes(seconds=1)
        await station.tick()
        clock.passes(seconds=10)
        await station.tick()
        row = await station.row()
        assert (row["state"], len(channel.sent)) == (state, sent)
        assert all(message.delivery == id_ for message in channel.sent)


async def test_a_channel_that_breaks_is_tried_again_like_one_that_was_interrupted(sqlite: str, clock: Clock) -> None:
    channel = Watched("webhook", RuntimeError("a fault of ours"), ARRIVED)
    async with stationed(sqlite, clock, channel) as station:
        await station.hear(session(station))
        await station.tick()
        row = await station.row()
        assert (row["state"], row["reason"]) == ("waiting", "interrupted")
        clock.passes(seconds=5)
        await station.tick()
        assert (await station.row())["state"] == "delivered"


async def test_two_replicas_at_once_send_once(database: str, clock: Clock) -> None:
    channel = Watched("webhook", ARRIVED)
    async with stationed(database, clock, channel) as first, stationed(database, clock, channel) as second:
        await first.hear(session(first, *(f"person-{n}" for n in range(12))))
        # Neither knows of the other: both believe that they hold the lease.
        await asyncio.gather(*(clock.tick() for one in (first, second) for clock in one.runtime.clocks))
        await asyncio.gather(first.sent_all(), second.sent_all())
        await first.turn()
        assert sorted(message.person for message in channel.sent) == sorted(f"person-{n}" for n in range(12))
        assert {row["state"] for row in await first.rows()} == {"delivered"}
        assert {row["attempts"] for row in await first.rows()} == {1}


async def test_who_was_erased_is_not_told_and_no_attempt_is_begun(database: str, clock: Clock) -> None:
    channel = Watched("webhook", ARRIVED)
    async with stationed(database, clock, channel) as station:
        await station.hear(session(station, "person-li", "person-zhao"))
        await station.hear(PersonErased(person="person-li", at=at(1)), source="intake")
        await station.tick()
        assert [message.person for message in channel.sent] == ["person-zhao"]
        states = {row["person"]: (row["state"], row["attempts"], row["reason"]) for row in await station.rows()}
        assert states["person-li"] == ("given_up", 0, "person_not_reachable")


async def test_what_is_heard_of_a_person_after_the_erasure_is_given_up_by_the_sender(sqlite: str, clock: Clock) -> None:
    channel = Watched("webhook", ARRIVED)
    async with stationed(sqlite, clock, channel) as station:
        await station.hear(PersonErased(person="person-li", at=at(1)), source="intake")
        fact = session(station)
        nameless = fact.model_copy(update={"session": 2, "tell": (Contact(person="person-li"),)})
        await station.hear(fact, nameless)
        await station.tick()
        assert channel.sent == []
        assert [row["state"] for row in await station.rows()] == ["given_up", "given_up"]


async def test_without_a_gateway_the_station_is_to_pass_it_on(sqlite: str, clock: Clock) -> None:
    inbox = Watched("inbox", Sent(provider_id=None, delivered=True))
    async with stationed(sqlite, clock, inbox, webhook=False) as station:
        await station.hear(session(station))
        await station.tick()
        row = await station.row()
        assert (row["channel"], row["account"], row["state"]) == ("inbox", None, "delivered")


async def test_a_stopping_service_records_what_has_no_answer_yet(sqlite: str, clock: Clock) -> None:
    channel = Watched("webhook", None)
    async with stationed(sqlite, clock, channel) as station:
        station.sender._grace = 0.05
        await station.hear(session(station))
        (timers,) = station.runtime.clocks
        await timers.tick()
        running = asyncio.create_task(station.sender.run())
        while not channel.sent:
            await asyncio.sleep(0.005)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await station.turn()
        row = await station.row()
        assert (row["state"], row["reason"], row["attempts"]) == ("waiting", "interrupted", 1)


async def test_a_slow_gateway_holds_up_neither_the_clock_nor_the_inbox(sqlite: str, clock: Clock) -> None:
    slow, inbox = Watched("webhook", None), Watched("inbox", Sent(provider_id=None, delivered=True))
    async with stationed(sqlite, clock, slow, inbox) as station:
        station.sender._grace = 0.05
        fact = session(station, *(f"person-{n}" for n in range(20)))
        (timers,) = station.runtime.clocks
        running = asyncio.create_task(station.sender.run())
        await station.hear(fact)
        assert await timers.tick() == 20
        await station.hear(appointed)
        assert await timers.tick() == 1
        while len(slow.sent) < 16 or not inbox.sent:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
        assert len(slow.sent) == 16  # and no more at once
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await station.turn()
        states = [row["state"] for row in await station.rows()]
        assert (states.count("waiting"), states.count("planned"), states.count("delivered")) == (16, 4, 1)
