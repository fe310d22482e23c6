"""CloudEvents on Kafka: held against the `cloudevents` package, and against whatever a stranger may send."""

from __future__ import annotations

import base64
import json

import orjson
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent as Golden
from hypothesis import example, given
from hypothesis import strategies as st

from shared.eventsourcing.cloudevents import CloudEvent, Malformed, read, time_of

FULL = CloudEvent(
    source="urn:wangge:chengzhongling:intake:0199",
    id="9f2c",
    type="wangge.report.submitted.v1",
    data=b'{"text":"\xe6\xa5\xbc\xe9\x81\x93\xe5\xa0\x86\xe7\x89\xa9"}',
    time="2026-03-01T08:00:00.000001Z",
    subject="report-1",
    sequence=17,
    previous=12,
    station="czl",
    correlation="WG-2026-1",
    causation="intake:17",
    trace="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
)


def golden(data: object) -> Golden:
    attributes = {
        "specversion": "1.0",
        "id": "9f2c",
        "source": "urn:partner:hotline",
        "type": "wangge.report.submitted.v1",
        "datacontenttype": "application/json",
        "stationid": "czl",
        "correlationid": "WG-1",
        "sequence": "4",
        "previous": "3",
    }
    return Golden(attributes, data)  # type: ignore[arg-type]


def test_the_package_reads_what_is_written_here() -> None:
    event = from_binary(KafkaMessage(dict(FULL.headers()), b"report-1", FULL.data), JSONFormat())
    attributes = event.get_attributes()
    assert event.get_data() == {"text": "楼道堆物"}
    assert attributes["time"].isoformat() == "2026-03-01T08:00:00.000001+00:00"
    assert {name: attributes[name] for name in ("id", "source", "type", "subject", "partitionkey")} == {
        "id": FULL.id,
        "source": FULL.source,
        "type": FULL.type,
        "subject": "report-1",
        "partitionkey": "report-1",
    }
    assert (attributes["sequence"], attributes["previous"], attributes["stationid"]) == ("17", "12", "czl")
    assert (attributes["correlationid"], attributes["causationid"]) == ("WG-2026-1", "intake:17")
    assert attributes["traceparent"] == FULL.trace


@pytest.mark.parametrize("write", [to_binary, to_structured], ids=["binary", "structured"])
def test_what_the_package_writes_is_read_here(write: object) -> None:
    message = write(golden({"text": "楼道堆物", "n": [1, None]}), JSONFormat())  # type: ignore[operator]
    heard = read(list(message.headers.items()), message.value)
    assert orjson.loads(heard.data) == {"text": "楼道堆物", "n": [1, None]}
    assert (heard.source, heard.id, heard.type) == ("urn:partner:hotline", "9f2c", "wangge.report.submitted.v1")
    assert (heard.station, heard.correlation, heard.sequence, heard.previous) == ("czl", "WG-1", 4, 3)


def test_structured_bytes_come_as_bytes() -> None:
    value = orjson.dumps(
        {
            "specversion": "1.0",
            "id": "1",
            "source": "s",
            "type": "t",
            "data_base64": base64.b64encode(b"\x00\xff").decode(),
        }
    )
    assert read([("content-type", b"application/cloudevents+json; charset=utf-8")], value).data == b"\x00\xff"


def test_binary_mode_comes_back_as_it_was_written() -> None:
    assert read(FULL.headers(), FULL.data) == FULL


def test_a_time_keeps_its_microseconds() -> None:
    assert time_of(1_767_225_600_000_001) == "2026-01-01T00:00:00.000001Z"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ce_specversion": None}, "null"),
        ({"ce_specversion": b"0.3"}, "specversion"),
        ({"ce_id": b"\xff"}, "UTF-8"),
        ({"ce_id": b""}, "id"),
        ({"ce_id": b"with\nbreak"}, "id"),
        ({"ce_source": b"s" * 201}, "source"),
        ({"ce_type": "\u202eevil".encode()}, "type"),
        ({"ce_sequence": b"-1"}, "sequence"),
        ({"ce_sequence": "١".encode()}, "sequence"),
        ({"ce_previous": b"1" * 19}, "previous"),
    ],
)
def test_a_malformed_attribute_is_named(change: dict[str, bytes | None], words: str) -> None:
    with pytest.raises(Malformed, match=words):
        read(list({**dict(FULL.headers()), **change}.items()), b"{}")


def test_a_tombstone_is_not_an_event() -> None:
    with pytest.raises(Malformed, match="tombstone"):
        read(FULL.headers(), None)


def structured(data: str) -> bytes:
    return b'{"specversion":"1.0","id":"1","source":"s","type":"t","data":%b}' % data.encode()


_STRUCTURED = [("content-type", b"application/cloudevents+json")]
_NAMES = st.sampled_from(
    ["content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_sequence", "ce_previous", "ce_x"]
)
_VALUES = st.one_of(
    st.none(),
    st.binary(max_size=30),
    st.sampled_from([b"1.0", b"application/cloudevents+json", b"application/json", b"7"]),
)
_BODIES = st.one_of(
    st.none(),
    st.binary(max_size=200),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    ).map(lambda value: repr(value).replace("'", '"').encode("utf-8", "surrogatepass")),
)


@given(st.lists(st.tuples(_NAMES | st.text(max_size=12), _VALUES), max_size=8), _BODIES)
@example(_STRUCTURED, structured("1" + "0" * 400))
@example(_STRUCTURED, structured("[" * 5_000 + "]" * 5_000))
@example(_STRUCTURED, structured('"\\ud800"'))
@example(_STRUCTURED, structured("NaN"))
@example(_STRUCTURED, structured('{"a":' * 300 + "1" + "}" * 300))
@example(_STRUCTURED, b'{"specversion":"1.0","id":"1","source":"s","type":"t","time":"yesterday"}')
@example(_STRUCTURED, b'{"specversion":"1.0","id":"1","source":"s","type":"t","time":7}')
@example(_STRUCTURED, b'{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"*"}')
@example(_STRUCTURED, b"[]")
@example([("content-type", b"application/cloudevents-batch+json")], b"[]")
def test_whatever_is_sent_it_is_an_event_or_malformed(
    headers: list[tuple[str, bytes | None]], value: bytes | None
) -> None:
    try:
        heard = read(headers, value)
    except Malformed:
        return
    assert heard.id
    assert heard.source
    assert heard.type
    assert isinstance(heard.data, bytes)


@given(
    st.dictionaries(
        st.sampled_from(["id", "source", "type", "time", "subject", "specversion"]), st.text(max_size=9) | st.integers()
    ),
    st.none() | st.text(max_size=9) | st.integers() | st.floats() | st.lists(st.integers(), max_size=3),
)
def test_a_structured_body_of_any_kind_is_an_event_or_malformed(attributes: dict[str, object], data: object) -> None:
    body = json.dumps({"specversion": "1.0", "id": "1", "source": "s", "type": "t", **attributes, "data": data})
    try:
        heard = read(_STRUCTURED, body.encode())
    except Malformed:
        return
    assert heard.source
