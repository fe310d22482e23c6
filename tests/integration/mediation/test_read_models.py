"""Mediation's read models: given events, then rows; twice the same; built anew, the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.mediation.projections.disputes import Disputes
from services.mediation.projections.timeline import Timeline
from shared.contracts.notices import DeliveryChanged
from shared.eventsourcing.projections import rebuild
from tests.integration.mediation.conftest import LEADER, MEDIATOR, Desk

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_rows_built_anew_are_the_rows_that_were_there_whatever_the_batches(each_desk: Desk) -> None:
    desk, id_ = each_desk, await each_desk.admitted()
    await desk.agreed(id_)
    await desk.caught_up()
    for projection in (Disputes(), Timeline()):
        before = await desk.table(projection.name)
        assert before
        for batch in (7, 1_000):
            await rebuild(projection, desk.runtime.store, desk.runtime.read, batch=batch)
            assert await desk.table(projection.name) == before


async def test_the_timeline_tells_of_all_three_services_in_the_order_of_what_happened(each_desk: Desk) -> None:
    desk, id_ = each_desk, await each_desk.admitted()
    parties, _ = await desk.with_group(id_)
    code = (await desk.detail(id_))["code"]
    await desk.hears(
        DeliveryChanged(
            case=id_,
            code=code,
            notice="n1",
            delivery="d1",
            template="group-appointed",
            person=parties[0],
            channel="inbox",
            state="delivered",
            at=datetime.now(UTC),
        ),
        source="notify",
    )
    await desk.caught_up()
    lines = (await desk.detail(id_))["timeline"]
    assert list(dict.fromkeys(line["service"] for line in lines)) == ["intake", "mediation", "notify"]
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    assert lines[-1]["told"]["state"] == "delivered"
    assert "业主甲" not in str(lines)


async def test_a_seat_that_passes_on_takes_the_assignment_with_it(each_desk: Desk) -> None:
    desk, id_ = each_desk, await each_desk.admitted()
    for account in (MEDIATOR.id, "somebody"):
        body = {"seat": "area_leader", "name": "所长", "account": account}
        await desk.done(f"/disputes/{id_}/members", body, LEADER)
        await desk.caught_up()
        may = (await desk.get(f"/disputes/{id_}", MEDIATOR)).status_code
        listed = [row["id"] for row in (await desk.get("/disputes", MEDIATOR, limit=200)).json()["disputes"]]
        assert (may, id_ in listed) == ((200, True) if account == MEDIATOR.id else (403, False))
