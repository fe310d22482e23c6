"""The whole service over real Kafka: what mediation publishes reaches a gateway by signed HTTP and is told again."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pydantic import SecretStr

from services.notify.main import create_app
from services.notify.settings import Settings
from shared.contracts.cases import CASES, Case
from shared.contracts.notices import NOTICES
from shared.contracts.vocabulary import Contact
from shared.eventsourcing.cloudevents import CloudEvent
from shared.eventsourcing.relay import ensure_topics
from shared.eventsourcing.runtime import Runtime
from tests.integration.notify.station import KEY, Clock, personal, settings
from tests.unit.notify.receiver import answering, receiver
from tests.unit.notify.test_policies import scheduled, settled

pytestmark = pytest.mark.kafka


async def publish(kafka: str, source: str, told: Sequence[Case]) -> None:
    """As a relay does: each with its position and the one before it in the same partition; the lot twice."""
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for _ in range(2):
            for sequence, case in enumerate(told, 1):
                event = CloudEvent(
                    source=source,
                    id=str(sequence),
                    type=case.event_type,
                    data=case.model_dump_json().encode(),
                    subject=case.case,
                    sequence=sequence,
                    previous=sequence - 1,
                    station=case.station,
                    correlation=case.code,
                )
                await producer.send_and_wait(
                    CASES, event.data, key=case.case.encode(), headers=event.headers(), partition=0
                )


async def states_told(kafka: str, case: str, wanted: int) -> list[str]:
    consumer = AIOKafkaConsumer(NOTICES, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        told: dict[bytes, dict[str, str]] = {}
        async with asyncio.timeout(60):
            async for record in consumer:
                body = orjson.loads(record.value)
                if body["case"] == case:
                    told[dict(record.headers)["ce_id"]] = body
                if len(told) == wanted:
                    break
        return [body["state"] for body in told.values()]
    finally:
        await consumer.stop()


async def test_a_session_that_mediation_sets_reaches_the_gateway_and_intake_hears_that_it_did(
    tmp_path: Path, kafka_bootstrap: str
) -> None:
    case = f"case-{uuid.uuid4().hex[:8]}"
    helper = Runtime(settings(f"sqlite+aiosqlite:///{tmp_path}/other.db"), (), {}, clock=Clock())
    li = Contact(person=f"li-{case}", name=personal(helper, f"li-{case}", "李秀英"))
    await helper.database.close()
    told = [
        contract.model_copy(update={"case": case, "code": case, "tell": (li,)}) for contract in (scheduled, settled)
    ]
    await ensure_topics(kafka_bootstrap, {CASES: 4, NOTICES: 4}, 1)
    busy_once = (answering("503 Busy"), answering("202 Accepted", b'{"id":"gw-1"}'))
    async with receiver(*busy_once) as gateway:
        app = create_app(
            Settings(
                database=f"sqlite+aiosqlite:///{tmp_path}/notify.db",
                city=f"test-{case}",
                kafka=kafka_bootstrap,
                master_key=KEY,
                deployment_key=KEY,
                session_key=KEY,
                webhook_url=gateway.url,
                webhook_secret=SecretStr("whsec_a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="),
                allow_loopback=True,
            )
        )
        async with app.router.lifespan_context(app):
            await publish(kafka_bootstrap, f"urn:wangge:test-{case}:mediation:e1", told)
            states = await states_told(kafka_bootstrap, case, 6)
        ours = [got for got in gateway.got if case.encode() in got.body]
    assert sorted(states) == ["delivered", "delivered", "planned", "planned", "submitted", "submitted"]
    assert len(ours) == 3  # two messages, one of them once more
    assert len({got.headers["webhook-id"] for got in ours}) == 2
    assert all(got.headers["webhook-signature"].startswith("v1,") for got in ours)
    assert "李秀英".encode() in ours[0].body
