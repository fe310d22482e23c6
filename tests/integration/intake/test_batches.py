"""Files by HTTP: rows taken in once, changed and bad ones parked, suggestions accepted on somebody's word."""

from __future__ import annotations

import asyncio
import os
import uuid
from pathlib import Path
from typing import Any

import pytest

from services.intake.application.handlers import Reports
from services.intake.application.submissions import suggested
from services.intake.domain import report as domain
from services.intake.entrypoints.files import Row, read_rows
from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.store import Meta
from tests.integration.intake.conftest import API, MORNING, Desk, opened

pytestmark = pytest.mark.asyncio(loop_scope="session")

DISPUTE = ("房东不退押金", "合同到期后房东以墙面脏为由扣下押金，沟通多次都不承认，希望调解。")
DANGER = ("邻居吵架要跳楼", "楼上邻居因漏水纠纷吵架，现在有人站在楼顶要跳楼。")


def rows(tag: str, *said: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {"line": n, "external_id": f"{tag}-{n}", "subject": subject, "text": text, "reported_at": MORNING}
        for n, (subject, text) in enumerate(said, start=2)
    ]


async def send(desk: Desk, given: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    body = {"file": "信箱.csv", "channel": "mailbox", "rows": given, **more}
    answer = await desk.http.post(f"{API}/reports/batch", json=body)
    assert answer.status_code == 200, answer.text
    counts: dict[str, Any] = answer.json()
    return counts


async def parked(desk: Desk, file: str) -> list[dict[str, Any]]:
    await desk.caught_up()
    messages = (await desk.get("/parked", cause="row", limit=200)).json()["messages"]
    return [message for message in messages if message["origin"].get("file") == file]


async def test_the_same_rows_twice_add_nothing(each_desk: Desk) -> None:
    given = rows(uuid.uuid4().hex, DISPUTE, ("办证要多久", "想咨询居住证办理。"))
    first = await send(each_desk, given)
    again = await send(each_desk, given)
    assert (first["registered"], first["repeated"], first["parked"]) == (2, 0, 0)
    assert (again["registered"], again["repeated"], again["parked"]) == (0, 2, 0)
    moved = [{**row, "line": row["line"] + 1} for row in given]
    assert (await send(each_desk, moved))["repeated"] == 2


async def test_a_row_that_stands_twice_in_one_batch_is_one_report(desk: Desk) -> None:
    given = rows(uuid.uuid4().hex, DISPUTE)
    counts = await send(desk, given * 3, accept_above=0.5)
    assert (counts["registered"], counts["repeated"], counts["admitted"]) == (1, 2, 1)


async def test_a_row_that_changed_is_parked_with_its_line_and_once(each_desk: Desk) -> None:
    tag = uuid.uuid4().hex
    await send(each_desk, rows(tag, DISPUTE), file=tag)
    changed = rows(tag, (DISPUTE[0], "又来信：房东已经退了。"))
    assert (await send(each_desk, changed, file=tag))["parked"] == 1
    assert (await send(each_desk, changed, file=tag))["parked"] == 0
    (message,) = await parked(each_desk, tag)
    assert (message["origin"]["line"], message["cause"]) == (2, "row")
    assert "other contents" in message["detail"]
    assert "退" not in message["detail"]


async def test_bad_rows_are_parked_with_line_and_reason_and_the_others_go_on(desk: Desk) -> None:
    tag = uuid.uuid4().hex
    bad = [{"line": 9, "reason": "编号是空的：请补上。", "raw": "张三 | 13812345678"}]
    counts = await send(desk, rows(tag, DISPUTE), bad=bad, file=tag)
    assert (counts["registered"], counts["parked"]) == (1, 1)
    (message,) = await parked(desk, tag)
    assert (message["origin"]["line"], message["detail"]) == (9, "编号是空的：请补上。")
    assert "13812345678" not in str(message)
    again = await send(desk, rows(tag, DISPUTE), bad=bad, file=tag)
    assert (again["registered"], again["parked"]) == (0, 0)


async def test_the_same_number_of_two_channels_is_two_reports(desk: Desk) -> None:
    given = rows(uuid.uuid4().hex, DISPUTE)
    assert (await send(desk, given))["registered"] == 1
    assert (await send(desk, given, channel="chat"))["registered"] == 1


async def test_sure_disputes_are_admitted_and_danger_to_life_waits_for_a_person(each_desk: Desk) -> None:
    desk = each_desk
    tag = uuid.uuid4().hex
    assert suggested(*DANGER).danger_to_life
    counts = await send(desk, rows(tag, DISPUTE, DANGER, ("你好", "")), accept_above=0.5)
    assert (counts["registered"], counts["admitted"]) == (3, 1)
    states = {}
    for n in (2, 3, 4):
        page = await desk.get("/reports", external_id=f"{tag}-{n}", after=counts["position"])
        (shown,) = page.json()["reports"]
        states[n] = shown["state"]
    assert states == {2: "admitted", 3: "received", 4: "received"}


async def test_nothing_is_accepted_unless_it_is_asked_for(desk: Desk) -> None:
    tag = uuid.uuid4().hex
    counts = await send(desk, rows(tag, DISPUTE))
    assert counts["admitted"] == 0
    again = await send(desk, rows(tag, DISPUTE), accept_above=0.5)
    assert (again["repeated"], again["admitted"]) == (1, 1)


async def test_an_acceptance_that_broke_off_half_way_is_finished_by_the_same_file(desk: Desk) -> None:
    tag = uuid.uuid4().hex
    counts = await send(desk, rows(tag, DISPUTE))
    (shown,) = (await desk.get("/reports", external_id=f"{tag}-2", after=counts["position"])).json()["reports"]
    kind = domain.ClassifyReport(kind="dispute", by="importer", now=desk.runtime.clock())
    await Reports(desk.runtime).decide(shown["id"], kind, Meta(actor="importer"), derived_id("accept", shown["id"]))
    assert (await send(desk, rows(tag, DISPUTE), accept_above=0.5))["admitted"] == 1
    assert (await send(desk, rows(tag, DISPUTE), accept_above=0.5))["admitted"] == 0
    assert await desk.types_of(shown["id"]) == ["report-received", "report-classified", "dispute-admitted"]


@pytest.mark.parametrize(
    "step", [("classify", {"kind": "hazard"}), ("refuse", {"reason": "other", "other_route": "—"})]
)
async def test_what_a_person_decided_is_not_overruled_by_a_file(desk: Desk, step: tuple[str, dict[str, str]]) -> None:
    tag = uuid.uuid4().hex
    counts = await send(desk, rows(tag, DISPUTE))
    (shown,) = (await desk.get("/reports", external_id=f"{tag}-2", after=counts["position"])).json()["reports"]
    await desk.post(f"/reports/{shown['id']}/{step[0]}", step[1])
    assert (await send(desk, rows(tag, DISPUTE), accept_above=0.5))["admitted"] == 0
    assert len(await desk.types_of(shown["id"])) == 2


async def test_a_person_and_a_file_at_once_make_one_decision_each_report(desk: Desk) -> None:
    tag = uuid.uuid4().hex
    counts = await send(desk, rows(tag, *[DISPUTE] * 10))
    listed = (await desk.get("/reports", channel="mailbox", limit=200, after=counts["position"])).json()["reports"]
    mine = [row["id"] for row in listed if row["external_id"].startswith(tag)]
    await asyncio.gather(
        send(desk, rows(tag, *[DISPUTE] * 10), accept_above=0.5),
        *(desk.post(f"/reports/{id_}/refuse", {"reason": "other", "other_route": "法院"}) for id_ in mine),
    )
    for id_ in mine:
        types = await desk.types_of(id_)
        assert ("dispute-admitted" in types) != ("report-refused" in types), types


@pytest.mark.skipif("WANGGE_TEST_MESSAGES" not in os.environ, reason="WANGGE_TEST_MESSAGES names no file")
@pytest.mark.asyncio(loop_scope="function")
async def test_real_messages_are_counted_exactly(sqlite_url: str) -> None:
    found = list(read_rows(Path(os.environ["WANGGE_TEST_MESSAGES"])))
    good = [row for row in found if isinstance(row, Row)][::4]  # an end-to-end test takes every one
    given = [
        {
            "line": row.line,
            "external_id": row.external_id,
            "subject": (row.subject or row.text)[:500],
            "text": row.text,
            "reported_at": row.reported_at.isoformat() if row.reported_at else None,
            "reporter": row.reporter,
        }
        for row in good
    ]
    async with opened(sqlite_url) as desk:
        registered = 0
        for at in range(0, len(given), 500):
            registered += (await send(desk, given[at : at + 500], accept_above=0.8))["registered"]
        again = sum([(await send(desk, given[at : at + 500]))["repeated"] for at in range(0, len(given), 500)])
        await desk.caught_up(100)  # each is compared with those before it
        counts = (await desk.get("/reports", limit=1)).json()["counts"]
        assert (registered, again) == (len({row.external_id for row in good}), len(given))
        assert sum(counts.values()) == registered
        assert counts["admitted"] > 0
