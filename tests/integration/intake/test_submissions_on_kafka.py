"""Reports that other systems publish on a real Kafka: each becomes a report once, and what is none is parked."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from shared.contracts.reports import SUBMISSIONS
from shared.eventsourcing.cloudevents import CloudEvent
from shared.eventsourcing.receiver import Prepared
from tests.integration.intake.conftest import MORNING, Desk, opened, until

TYPE = "wangge.report.submitted.v1"
Headers = list[tuple[str, bytes | None]]


def said(tag: str, number: object = 1, **fields: Any) -> dict[str, Any]:
    return {
        "channel": "police_110",
        "external_id": f"{tag}-{number}",
        "subject": "邻居噪音扰民",
        "text": "楼上每晚装修到十二点，多次协商不听。",
        "reported_at": MORNING,
        **fields,
    }


def binary(id_: str, data: Any, type_: str = TYPE, source: str = "urn:hotline") -> tuple[Headers, bytes]:
    event = CloudEvent(source, id_, type_, data if isinstance(data, bytes) else orjson.dumps(data))
    return [*event.headers()], event.data


def structured(id_: str, data: Any, source: str = "urn:hotline") -> tuple[Headers, bytes]:
    body = {"specversion": "1.0", "id": id_, "source": source, "type": TYPE, "data": data}
    return [("content-type", b"application/cloudevents+json; charset=UTF-8")], orjson.dumps(body)


async def publish(bootstrap: str, *records: tuple[Sequence[tuple[str, bytes | None]], bytes | None]) -> None:
    """All on one partition, so that each stands in the way of the next."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_request_size=4 * 1024 * 1024)
    await producer.start()
    try:
        for headers, value in records:
            await producer.send_and_wait(SUBMISSIONS, value, b"k", partition=0, headers=list(headers))
    finally:
        await producer.stop()


async def found(desk: Desk, external_id: str) -> list[dict[str, Any]]:
    await desk.caught_up()
    reports: list[dict[str, Any]] = (await desk.get("/reports", external_id=external_id)).json()["reports"]
    return reports


async def parked_of(desk: Desk, *event_ids: str) -> dict[str, list[str]]:
    """Causes by the id of the event, of those asked for."""
    causes: dict[str, list[str]] = {}
    query: dict[str, Any] = {"limit": 200}
    while True:
        page = await desk.get("/parked", **query)
        for message in page.json()["messages"]:
            if message["origin"].get("event_id") in event_ids:
                causes.setdefault(message["origin"]["event_id"], []).append(message["cause"])
        if "link" not in page.headers:
            return causes
        query["cursor"] = page.links["next"]["url"].split("cursor=")[1].split("&")[0]


@pytest.mark.kafka
async def test_messages_of_other_systems_become_reports(kafka_bootstrap: str, database_url: str) -> None:
    """One start for every kind of message: both modes, repeated and shuffled, changed, malformed, oversize."""
    tag = uuid.uuid4().hex[:12]
    rng = random.Random(7)
    async with opened(database_url, kafka_bootstrap) as desk:
        await until(lambda: desk.http.get("/health/ready"), lambda ready: ready.status_code == 200)
        thrice = [binary(f"{tag}-s{n}", said(tag, f"s{n}")) for n in range(8)] * 3
        rng.shuffle(thrice)
        headers, value = binary(f"{tag}-null-header", said(tag, "null-header"))
        await publish(
            kafka_bootstrap,
            binary(f"{tag}-b", said(tag, "b", reporter_name="何大姐", reporter_phone="13800000000", station="jnl")),
            structured(f"{tag}-t", said(tag, "t", subject="=1+1 😀 שלום")),
            *thrice,
            binary(f"{tag}-c", said(tag, "c")),
            binary(f"{tag}-c", said(tag, "c", text="另一段话")),
            binary(f"{tag}-missing", {"channel": "chat"}),
            binary(f"{tag}-surrogate", b'{"subject": "\\ud83d"}'),
            binary(f"{tag}-no-json", b"\xff\xfe"),
            binary(f"{tag}-blank", said(tag, "blank", subject="\x00 \x07")),
            binary(f"{tag}-nul", said(tag, "nul", grid="g\x00", subject="好")),
            binary(f"{tag}-year-1", said(tag, "year-1", reported_at="0001-01-01T00:00:00+14:00")),
            binary(f"{tag}-type", said(tag, "type"), type_="wangge.other.v1"),
            binary(f"{tag}-large", said(tag, "large", text="字" * 700_000)),
            ([*headers, ("ce_null", None)], value),
            ([*headers, ("ce_bytes", b"\xff\xfe")], value),
            ([], b"garbage " + tag.encode()),
            ([], None),
            binary(f"{tag}-last", said(tag, "last")),
        )
        await until(lambda: found(desk, f"{tag}-last"), bool, 60)

        (b,) = await found(desk, f"{tag}-b")
        assert (b["station"], b["state"], b["channel"]) == ("jnl", "received", "police_110")
        shown = (await desk.get(f"/reports/{b['id']}")).json()
        assert (shown["reporter_name"], shown["text"]) == ("何大姐", "楼上每晚装修到十二点，多次协商不听。")
        (t,) = await found(desk, f"{tag}-t")
        assert t["subject"] == "=1+1 😀 שלום"
        assert (t["station"], t["state"]) == ("czl", "received")
        for n in range(8):
            assert len(await found(desk, f"{tag}-s{n}")) == 1
        (c,) = await found(desk, f"{tag}-c")
        assert (await desk.get(f"/reports/{c['id']}")).json()["text"] == "楼上每晚装修到十二点，多次协商不听。"
        for lost in ("missing", "blank", "nul", "year-1", "type", "large", "null-header"):
            assert await found(desk, f"{tag}-{lost}") == []

        names = ["c", "missing", "surrogate", "no-json", "blank", "nul", "year-1", "type", "large"]
        causes = await parked_of(desk, *(f"{tag}-{name}" for name in names))
        assert causes == {f"{tag}-{name}": ["changed" if name == "c" else "invalid"] for name in names}
        waiting = (await desk.get("/parked", cause="unreadable", limit=200)).json()["messages"]
        details = " ".join(message["detail"] for message in waiting)
        for cause in ("ce_null is null", "ce_bytes is not UTF-8", "tombstone", "specversion"):
            assert cause in details
        everything = str((await desk.get("/parked", limit=200)).json())
        assert "何大姐" not in everything
        assert "另一段话" not in everything
        assert await desk.runtime.verify()


@pytest.mark.kafka
async def test_a_parked_message_goes_through_once_its_cause_is_gone(kafka_bootstrap: str, sqlite_url: str) -> None:
    tag = uuid.uuid4().hex[:12]
    async with opened(sqlite_url, kafka_bootstrap) as desk:
        await until(lambda: desk.http.get("/health/ready"), lambda ready: ready.status_code == 200)
        receiver = desk.runtime.receiver
        assert receiver is not None
        understands = receiver.external[SUBMISSIONS]

        async def older_release(heard: Sequence[CloudEvent]) -> Sequence[Prepared | Exception]:
            return [ValueError("this release does not understand it") for _ in heard]

        receiver.external = {SUBMISSIONS: older_release}
        await publish(kafka_bootstrap, binary(f"{tag}-r", said(tag, "r", reporter_name="何大姐")))
        causes = await until(lambda: parked_of(desk, f"{tag}-r"), bool, 60)
        assert causes == {f"{tag}-r": ["invalid"]}
        (message,) = [
            each
            for each in (await desk.get("/parked", limit=200)).json()["messages"]
            if each["origin"].get("event_id") == f"{tag}-r"
        ]
        still = (await desk.post(f"/parked/{message['id']}/retry")).json()
        assert still["outcome"] == "this release does not understand it"
        receiver.external = {SUBMISSIONS: understands}
        for _ in range(2):
            assert (await desk.post(f"/parked/{message['id']}/retry")).json()["outcome"] == "retried"
            await desk.caught_up()
        (report,) = await until(lambda: found(desk, f"{tag}-r"), bool)
        assert (await desk.get(f"/reports/{report['id']}")).json()["reporter_name"] == "何大姐"
        assert await parked_of(desk, f"{tag}-r") == {}
