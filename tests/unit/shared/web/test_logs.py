"""Logs: a line is a JSON record, and no phone or identity number stands in one."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import structlog

from shared.web import logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    logs.configure("intake", "1.0", stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def records(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().split("\n") if line]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13812345678。", "电话138****5678。"),
        ("tel13812345678x", "tel138****5678x"),
        ("+8613812345678", "+86138****5678"),
        ("+86 138-1234-5678", "+86 138****5678"),
        ("138 1234 5678", "138****5678"),
        ("身份证310110199001011234", "身份证310***************"),
        ("31011019900101123x", "310***************"),
        ("310110 19900101 1234", "310***************"),
        ("2026-08-28 18:00", "2026-08-28 18:00"),
        ("12812345678", "12812345678"),
        ("1381234567", "1381234567"),
        ("1138123456789", "1138123456789"),
    ],
)
def test_phone_and_identity_numbers_are_masked(text: str, shown: str) -> None:
    assert logs.masked(text) == shown


def test_a_record_says_when_how_bad_what_and_where(stream: io.StringIO) -> None:
    structlog.get_logger("wangge.test").info("report registered", report="r1")
    (record,) = records(stream)
    assert (record["event"], record["level"], record["service"], record["report"]) == (
        "report registered",
        "info",
        "intake",
        "r1",
    )
    assert record["version"] == "1.0"
    assert record["ts"].endswith("Z")


def test_a_number_is_masked_wherever_it_stands(stream: io.StringIO) -> None:
    log = structlog.get_logger("wangge.test")
    log.info("call 13812345678", by={"phone": "13812345678", "numbers": [13812345678, 7]}, ok=True, none=None)
    logging.getLogger("some.library").warning("sent to %s", "13812345678")
    try:
        raise ValueError("no such number: 13812345678")
    except ValueError:
        log.exception("failed")
    assert "13812345678" not in stream.getvalue()
    first, second, third = records(stream)
    assert first["event"] == "call 138****5678"
    assert first["by"] == {"phone": "138****5678", "numbers": ["138****5678", 7]}
    assert (first["ok"], first["none"]) == (True, None)
    assert second["event"] == "sent to 138****5678"
    assert "no such number: 138****5678" in third["exception"]


def test_a_line_is_a_record_whatever_a_text_holds(stream: io.StringIO) -> None:
    texts = ["two\nlines", "\x1b[31mred\x1b[0m", "\x9b31m", "\u2028", "\ud800", "楼🏢"]
    for text in texts:
        structlog.get_logger("wangge.test").info("said", text=text)
    written = stream.getvalue()
    assert len(written.splitlines()) == len(texts)
    assert not any(sign in written for sign in "\x1b\x9b\u2028\ud800")
    assert [record["text"] for record in records(stream)] == texts


def test_uvicorns_access_line_is_a_record_with_its_parts(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "127.0.0.1:5000", "GET", "/intake/reports?phone=13812345678", "1.1", 200
    )
    (record,) = records(stream)
    assert (record["event"], record["method"], record["status"]) == ("request", "GET", 200)
    assert record["address"] == "/intake/reports?phone=138****5678"


def test_an_address_that_is_looked_up_is_in_no_log(stream: io.StringIO) -> None:
    path = "/intake/api/v1/register/addresses?text=%E7%8E%8B%E5%BA%9C3&community=czl-2"
    logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:5000", "GET", path, "1.1", 200)
    (record,) = records(stream)
    assert record["address"] == "/intake/api/v1/register/addresses?text=…&community=czl-2"


def test_the_token_of_a_reporter_is_in_no_log(stream: io.StringIO) -> None:
    path = "/r/ngaxktq6ygr7ej9xheg8b6ve14/slip?after=3"
    logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:5000", "GET", path, "1.1", 200)
    assert "ngaxktq6" not in stream.getvalue()
    assert "/r/-/slip" in stream.getvalue()


async def test_a_request_belongs_to_the_trace_that_it_names(client: httpx2.AsyncClient) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = await client.get("/nowhere", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert answer.json()["trace_id"] == trace
    for broken in ("", "00-xyz-1-01", f"00-{trace}"):
        other = (await client.get("/nowhere", headers={"traceparent": broken})).json()["trace_id"]
        assert other != trace
        assert len(other) == 32


def test_what_a_request_causes_is_told_its_trace() -> None:
    assert logs.traceparent() is None
    with structlog.contextvars.bound_contextvars(trace_id="a" * 32, span_id="b" * 16):
        assert logs.traceparent() == f"00-{'a' * 32}-{'b' * 16}-01"


def test_what_aiokafka_repeats_is_said_once_a_minute_and_counted(stream: io.StringIO) -> None:
    now = [0.0]
    (handler,) = (each for each in logging.getLogger().handlers if each.filters)
    handler.filters[:] = [logs.OncePerMinute(["aiokafka"], lambda: now[0])]
    cluster = logging.getLogger("aiokafka.cluster")
    for now[0] in (0.0, 5.0, 59.0):
        for topic in ("reports", "cases"):
            cluster.error("Topic %s not found in cluster metadata", topic)
        cluster.error("Topic %s is not authorized for this client", "reports")
        logging.getLogger("aiokafka").error("Unable connect to node with id %s: %s", 0, "refused")
        logging.getLogger("wangge.relay").error("said each time")
    now[0] = 61.0
    cluster.error("Topic %s not found in cluster metadata", "cases")
    told = [(record["event"], record.get("held_back")) for record in records(stream)]
    assert [each for each in told if each[0] != "said each time"] == [
        ("Topic reports not found in cluster metadata", None),
        ("Topic reports is not authorized for this client", None),
        ("Unable connect to node with id 0: refused", None),
        ("Topic cases not found in cluster metadata", 5),
    ]
    assert told.count(("said each time", None)) == 3


def test_the_logs_of_a_service_hold_back_what_aiokafka_repeats(stream: io.StringIO) -> None:
    for _ in range(3):
        logging.getLogger("aiokafka").error("Unable connect to node with id %s: %s", 0, "refused")
    assert len(records(stream)) == 1
