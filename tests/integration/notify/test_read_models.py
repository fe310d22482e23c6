"""Notify's read models: events and contracts in, rows out, on each database; a rebuild gives the very same rows."""

from __future__ import annotations

import json

import pytest

from services.notify.adapters.channel import PermanentFailure, Sent
from services.notify.application.handlers import Groups
from services.notify.domain.delivery import GiveUp, MarkRead
from services.notify.domain.streams import DELIVERY, GROUP
from services.notify.projections import disputes
from shared.access.rights import Area
from shared.contracts.cases import CaseOpened
from shared.contracts.register import AccountChanged, Post
from shared.contracts.reports import DisputeAdmitted, Place
from shared.contracts.vocabulary import Personal
from shared.eventsourcing.store import Meta, microseconds
from tests.integration.notify.station import Clock, Station, Watched, personal, stationed
from tests.unit.notify.examples import MONDAY, at, owner_changed, register_group
from tests.unit.notify.test_policies import ZHAO, appointed, settled

CASE = {"case": "case-basement", "code": "WG-2026-000018", "station": "wangfu"}
ARRIVED = Sent(provider_id=None, delivered=True)


def admitted(headline: Personal) -> DisputeAdmitted:
    return DisputeAdmitted(
        report="report-18",
        code="WG-2026-000018",
        station="wangfu",
        place=Place(community="wangfu-1", grid="grid-3"),
        category="tenancy",
        headline=headline,
        story=headline,
        reporter=None,
        occurred_on=None,
        admitted_at=MONDAY,
    )


def opened(headline: Personal) -> CaseOpened:
    return CaseOpened(
        **CASE, at=at(1), report="report-18", category="tenancy", headline=headline, same_day_target=at(600)
    )


async def lived(station: Station) -> None:
    """A little history in which everything happens that a read model shows."""
    headline = personal(station.runtime, "report-18", "地下室漏水")
    await station.hear(
        AccountChanged(
            account="zhao",
            name="zhao",
            posts=(Post(role="auxiliary", station="wangfu"),),
            active=True,
            generation=1,
            at=MONDAY,
        ),
        source="intake",
    )
    await station.hear(opened(headline), appointed)
    await station.hear(admitted(headline), source="intake")
    await station.hear(settled.model_copy(update={"tell": (ZHAO,)}))
    await station.tick()
    await Groups(station.runtime).register(register_group, Meta(actor="guo"), "enter-group")
    await station.turn()


async def test_the_rows_tell_what_was_planned_and_what_became_of_it(database: str, clock: Clock) -> None:
    gateway = Watched("webhook", PermanentFailure("answered", "410"))
    async with stationed(database, clock, Watched("inbox", ARRIVED), gateway) as station:
        await lived(station)
        inboxed, refused = await station.rows()
        assert (inboxed["account"], inboxed["channel"], inboxed["state"]) == ("zhao", "inbox", "delivered")
        assert (inboxed["template"], inboxed["code"], inboxed["station"]) == (
            "group-appointed",
            "WG-2026-000018",
            "wangfu",
        )
        assert (refused["channel"], refused["state"], refused["reason"], refused["detail"]) == (
            "webhook",
            "failed",
            "answered",
            "410",
        )
        assert (refused["attempts"], refused["version"], refused["changed_at"]) == (1, 3, microseconds(MONDAY))
        give_up = GiveUp(reason="told_otherwise", now=at(9))
        await station.runtime.commands.handle(DELIVERY, refused["id"], give_up, Meta(actor="guo"), "give-up")
        await station.turn()
        assert (await station.rows())[1]["state"] == "given_up"
        assert (await station.rows())[1]["reason"] == "told_otherwise"


async def test_the_inbox_holds_what_went_to_an_inbox_and_who_read_it(database: str, clock: Clock) -> None:
    async with stationed(database, clock, Watched("inbox", ARRIVED), Watched("webhook", ARRIVED)) as station:
        await lived(station)
        (row,) = await station.content("inbox")
        assert row[1] == "zhao"
        assert json.loads(row[7]) == {"code": "WG-2026-000018", "seat": "auxiliary"}
        assert row[8:11] == (microseconds(MONDAY), None, "")
        read = MarkRead(now=at(5))
        await station.runtime.commands.handle(DELIVERY, row[0], read, Meta(actor="zhao"), "read-it")
        await station.turn()
        (row,) = await station.content("inbox")
        assert row[8:11] == (microseconds(MONDAY), microseconds(at(5)), "zhao")
        assert (await station.rows())[0]["state"] == "read"


@pytest.mark.parametrize("first", ["intake", "mediation"])
async def test_a_dispute_is_one_row_whoever_tells_of_it_first(sqlite: str, clock: Clock, first: str) -> None:
    async with stationed(sqlite, clock, Watched("inbox", ARRIVED), Watched("webhook", ARRIVED)) as station:
        headline = personal(station.runtime, "report-18", "地下室漏水")
        if first == "intake":
            await station.hear(admitted(headline), source="intake")
            (row,) = await disputes.list_disputes(station.runtime.database, [Area()], "nobody")
            assert (row["state"], row["case_id"], row["report"]) == ("admitted", "", "report-18")
        await station.hear(opened(headline), settled)
        if first == "mediation":
            await station.hear(admitted(headline), source="intake")
        for known_as in ("WG-2026-000018", "case-basement", "report-18"):
            row = await disputes.find(station.runtime.database, known_as) or {}
            assert (row["state"], row["case_id"], row["since"]) == ("settled", "case-basement", microseconds(at(700)))
            assert (row["community"], row["grid"], row["category"]) == ("wangfu-1", "grid-3", "tenancy")


async def test_a_group_has_one_row_with_its_present_owner(database: str, clock: Clock) -> None:
    async with stationed(database, clock, Watched("inbox", ARRIVED)) as station:
        await Groups(station.runtime).register(register_group, Meta(actor="guo"), "enter-group")
        await station.runtime.record(GROUP.stream("group-7"), owner_changed, Meta(actor="guo"), "change-owner")
        await station.turn()
        (row,) = await station.content("groups")
        assert row[:6] == ("group-7", "王府花园B座业主群", "owners", "person-zhao", None, None)


async def test_a_rebuild_gives_the_very_same_rows(database: str, clock: Clock) -> None:
    async with stationed(database, clock, Watched("inbox", ARRIVED), Watched("webhook", ARRIVED)) as station:
        await lived(station)
        for name in ("deliveries", "inbox", "groups", "disputes", "accounts", "timers"):
            before = await station.content(name)
            assert before or name == "timers", f"{name} has rows to compare"
            await station.rebuilt(name)
            assert await station.content(name) == before, name
        assert len(await station.types("delivery-")) == 8  # and nothing was sent by it
