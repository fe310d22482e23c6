"""Orders of the hotline on a real Kafka, both ways: what it publishes is taken once, and our answer goes back."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from shared.contracts.orders import (
    ORDER_SUBMISSIONS,
    ORDERS,
    OrderAccepted,
    OrderSubmitted,
    OrderUpdated,
)
from shared.eventsourcing.cloudevents import CloudEvent
from tests.integration.intake.conftest import Desk, opened, until


async def publish(bootstrap: str, *events: CloudEvent) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        for event in events:
            headers = list(event.headers())
            await producer.send_and_wait(ORDER_SUBMISSIONS, event.data, b"k", partition=0, headers=headers)
    finally:
        await producer.stop()


async def answers(bootstrap: str, order: str) -> list[str]:
    """The types of what the hotline's adapter reads of this order."""
    consumer = AIOKafkaConsumer(ORDERS, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        found: list[str] = []
        for records in (await consumer.getmany(timeout_ms=1_000)).values():
            for record in records:
                if record.value is not None and orjson.loads(record.value).get("order") == order:
                    found.append(dict(record.headers)["ce_type"].decode())
        return found
    finally:
        await consumer.stop()


async def orders(desk: Desk, number: str) -> list[dict[str, Any]]:
    await desk.caught_up()
    listed: list[dict[str, Any]] = (await desk.get("/orders", limit=200)).json()["orders"]
    return [one for one in listed if one["number"] == number]


@pytest.mark.kafka
async def test_an_order_comes_by_kafka_once_and_our_answer_goes_back(kafka_bootstrap: str, sqlite_url: str) -> None:
    number, now = f"12345-{uuid.uuid4().hex[:10]}", datetime.now(UTC)
    submitted = OrderSubmitted.model_validate(
        {
            "number": number,
            "subject": "楼上夜间装修扰民",
            "text": "每晚十点以后仍在施工，多次劝说无效。",
            "answer_by": now + timedelta(days=3),
            "assigned_at": now,
            "station": "czl",
        }
    )
    urged = OrderUpdated(number=number, kind="urged", text="诉求人再次来电催办。", said_at=now)
    first = CloudEvent(
        "urn:hotline", f"{number}-1", OrderSubmitted.event_type, submitted.model_dump_json(by_alias=True).encode()
    )
    word = CloudEvent("urn:hotline", f"{number}-2", OrderUpdated.event_type, urged.model_dump_json().encode())
    async with opened(sqlite_url, kafka_bootstrap) as desk:
        await until(lambda: desk.http.get("/health/ready"), lambda ready: ready.status_code == 200)
        await publish(kafka_bootstrap, first, first, word, first)
        (order,) = await until(lambda: orders(desk, number), bool, 60)
        shown = await until(
            lambda: desk.get(f"/orders/{order['id']}"), lambda told: "催办" in told.text or "urged" in told.text, 30
        )
        assert shown.json()["subject"] == "楼上夜间装修扰民"
        accepted = await desk.post(f"/orders/{order['id']}/accept")
        assert accepted.status_code == 200, accepted.text
        told = await until(lambda: answers(kafka_bootstrap, order["id"]), bool, 60)
        assert told == [OrderAccepted.event_type]
        assert len(await orders(desk, number)) == 1
