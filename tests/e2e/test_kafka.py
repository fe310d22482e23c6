"""Reports by CloudEvents on Kafka: taken in, ignored or parked as they deserve, and the partition goes on."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from aiokafka import AIOKafkaProducer

from tests.e2e.whole import Whole, until

pytestmark = pytest.mark.timeout(300)

TOPIC = "wangge.integration.reports.v1"
TYPE = "wangge.report.submitted.v1"

Headers = list[tuple[str, bytes | None]]


class Record(NamedTuple):
    headers: Headers
    value: bytes | None


def submission(number: str, **changed: Any) -> dict[str, Any]:
    return {
        "channel": "hotline_12345",
        "external_id": number,
        "subject": "楼道堆物",
        "text": "三单元楼道堆满杂物。",
        "reported_at": "2026-03-01T08:00:00+08:00",
        **changed,
    }


def headers(id_: str, **changed: bytes | None) -> Headers:
    given: dict[str, bytes | None] = {
        "ce_specversion": b"1.0",
        "ce_id": id_.encode(),
        "ce_source": b"urn:hotline:e2e",
        "ce_type": TYPE.encode(),
        "content-type": b"application/json",
        **changed,
    }
    return list(given.items())


def binary(number: str, **changed: Any) -> Record:
    return Record(headers(number), json.dumps(submission(number, **changed), ensure_ascii=False).encode())


def structured(number: str) -> Record:
    event = {
        "specversion": "1.0",
        "id": number,
        "source": "urn:110:e2e",
        "type": TYPE,
        "datacontenttype": "application/json",
        "data": submission(number, channel="police_110"),
    }
    return Record([("content-type", b"application/cloudevents+json")], json.dumps(event).encode())


GOOD = [
    binary("EVENT-plain"),
    structured("EVENT-structured"),
    binary("EVENT-emoji", subject="噪音😡🔊", text="👨‍👩‍👧‍👦每晚跳绳"),
    binary("EVENT-rtl", subject="مرحبا", text="‮反过来‬"),
    binary("EVENT-formula", subject="=cmd|' /C calc'!A0", text="@SUM(1)"),
    binary("EVENT-control", subject="有\u0001控制\u0000字符", text="一\n二\u0007"),
    Record([*headers("EVENT-strange"), ("x-other", b"\xff\xfe"), ("x-null", None)], binary("EVENT-strange").value),
]
LARGE = binary("EVENT-large", text="大" * 700_000)
BAD = {
    "unreadable": [
        Record([], b"no event at all"),
        Record(headers("null-header", ce_type=None), b"{}"),
        Record(headers("not-utf8", ce_source=b"\xff\xfe\xfd"), b"{}"),
        Record(headers("tombstone"), None),
        Record([("content-type", b"application/cloudevents+json")], b"{broken"),
    ],
    "invalid": [
        Record(headers("not-json"), b"\xff\xfe{"),
        Record(headers("fields"), json.dumps({"channel": "hotline_12345"}).encode()),
        Record(headers("wrong-type", ce_type=b"wangge.report.unheard-of.v1"), b"{}"),
        LARGE,
    ],
    "changed": [binary("EVENT-plain", text="同一编号，另一段话")],
}


def publish(whole: Whole, records: Sequence[Record]) -> None:
    """All into one partition, so that each stands before the next."""

    async def send() -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=f"127.0.0.1:{whole.kafka_port}", max_request_size=4_000_000, acks="all"
        )
        await producer.start()
        try:
            for record in records:
                await producer.send_and_wait(TOPIC, record.value, key=b"e2e", headers=record.headers, partition=0)
        finally:
            await producer.stop()

    asyncio.run(send())


def arrived(whole: Whole, number: str) -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        reports = whole.get("intake", "reports", external_id=number)["reports"]
        assert len(reports) <= 1, f"{number} is there {len(reports)} times"
        return reports[0] if reports else None

    return until(f"{number} to arrive", found, 60, every=0.3)


def test_good_events_become_reports_once_bad_ones_are_parked_and_the_partition_goes_on(whole: Whole) -> None:
    waiting = whole.answer("parked", "intake")["intake"]["waiting"]
    bad = [record for some in BAD.values() for record in some]
    once, twice, thrice = GOOD, GOOD[::-1], GOOD[3:] + GOOD[:3]
    publish(whole, [*once, *bad, *twice, *thrice, binary("EVENT-last")])

    arrived(whole, "EVENT-last")
    for record in GOOD:
        body = json.loads(record.value or b"")
        told = body.get("data", body)
        found = arrived(whole, told["external_id"])
        detail = whole.get("intake", f"reports/{found['id']}")
        assert detail["subject"] == told["subject"].replace("\u0001", "").replace("\u0000", "")
        assert detail["channel"] == told["channel"]
    assert whole.rows("intake", "SELECT count(*) FROM reports WHERE external_id LIKE 'EVENT-%'") == [(len(GOOD) + 1,)]

    def parked() -> dict[str, Any]:
        told: dict[str, Any] = whole.answer("parked", "intake", "--limit", "200")["intake"]
        more = {cause: told["waiting"].get(cause, 0) - waiting.get(cause, 0) for cause in BAD}
        assert more == {cause: len(some) for cause, some in BAD.items()}, told["messages"]
        return told

    told = until("the bad ones to be parked", parked, 30, every=1)
    events = [message for message in told["messages"] if message["origin"]["topic"] == TOPIC]
    assert {message["origin"]["partition"] for message in events} == {0}
    assert all(message["detail"] and message["size"] >= 0 for message in events)
    assert max(message["size"] for message in events) == len(LARGE.value or b"")
    assert "楼道堆满杂物" not in json.dumps(told, ensure_ascii=False)


def test_parked_messages_are_dropped_by_their_exact_number_only(whole: Whole) -> None:
    publish(whole, [Record([], b"to be dropped"), Record([], b"and this one"), binary("EVENT-behind")])
    arrived(whole, "EVENT-behind")
    number = until("them to be parked", lambda: _waiting(whole).get("unreadable", 0), 30, every=0.5)
    drop = ("parked", "drop", "intake", "--cause", "unreadable", "--reason", "sent by a test")

    dry = whole.command(*drop, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    wrong = whole.command(*drop, "--yes", str(number + 1))
    assert wrong.returncode == 1
    assert "nothing was done" in wrong.stderr
    assert _waiting(whole)["unreadable"] == number

    done = whole.command(*drop, "--yes", str(number))
    assert done.returncode == 0, done.stderr
    until("none to wait any more", lambda: "unreadable" not in _waiting(whole) or None, 20, every=0.5)
    dropped = whole.get("intake", "parked", state="dropped", limit=200)["messages"]
    assert len(dropped) >= number


def _waiting(whole: Whole) -> dict[str, int]:
    waiting: dict[str, int] = whole.get("intake", "parked")["waiting"]
    return waiting
