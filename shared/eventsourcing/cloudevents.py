"""CloudEvents 1.0 over Kafka: binary mode out, binary and structured mode in.

Binary mode is a header for each attribute, so it is written and read here, on the path that every event takes; the
structured mode is the `cloudevents` package's, and a test holds both against that package.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import orjson
from cloudevents.core.bindings.kafka import KafkaMessage, from_structured
from cloudevents.core.formats.json import JSONFormat

_STRUCTURED = "application/cloudevents"
_JSON = b"application/json"
_LONGEST_NAME = 200


class Malformed(Exception):
    """A record that is no CloudEvent; the text says what is wrong."""


class CloudEvent(NamedTuple):
    source: str
    id: str
    type: str
    data: bytes
    time: str = ""
    subject: str = ""
    sequence: int | None = None
    previous: int | None = None
    station: str = ""
    correlation: str = ""
    causation: str = ""
    trace: str = ""
    sent_at: str = ""
    """What the sender's clock said when it sent (extension `senttime`); no part of the contents."""

    def at(self, station: str) -> CloudEvent:
        """The same, of this station where it names none."""
        return self if self.station else self._replace(station=station)

    def headers(self) -> list[tuple[str, bytes]]:
        """Headers of the binary mode; the value of the record is `data`."""
        headers = [
            ("content-type", _JSON),
            ("ce_specversion", b"1.0"),
            ("ce_id", self.id.encode()),
            ("ce_source", self.source.encode()),
            ("ce_type", self.type.encode()),
        ]
        if self.time:
            headers.append(("ce_time", self.time.encode()))
        if self.subject:
            headers.append(("ce_subject", self.subject.encode()))
            headers.append(("ce_partitionkey", self.subject.encode()))
        if self.sequence is not None:
            headers.append(("ce_sequence", b"%d" % self.sequence))
        if self.previous is not None:
            headers.append(("ce_previous", b"%d" % self.previous))
        if self.station:
            headers.append(("ce_stationid", self.station.encode()))
        if self.correlation:
            headers.append(("ce_correlationid", self.correlation.encode()))
        if self.causation:
            headers.append(("ce_causationid", self.causation.encode()))
        if self.trace:
            headers.append(("ce_traceparent", self.trace.encode()))
        if self.sent_at:
            headers.append(("ce_senttime", self.sent_at.encode()))
        return headers


def time_of(microseconds: int) -> str:
    """RFC 3339 in UTC."""
    seconds, left = divmod(microseconds, 1_000_000)
    return f"{_second(seconds)}.{left:06d}Z" if left else f"{_second(seconds)}Z"


@lru_cache(maxsize=64)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()


def read(headers: Sequence[tuple[str, bytes | None]], value: bytes | None) -> CloudEvent:
    """A record's CloudEvent, or `Malformed`. Nothing that a stranger can send raises anything else."""
    attributes: dict[str, str] = {}
    for name, raw in headers:
        if name[:3] != "ce_" and name != "content-type":
            continue
        if raw is None:
            if name == "content-type":
                continue
            raise Malformed(f"header {name} is null: leave the header out or give it a value")
        try:
            attributes[name[3:] if name[:3] == "ce_" else name] = raw.decode()
        except UnicodeDecodeError:
            raise Malformed(f"header {name} is not UTF-8") from None
    if value is None:
        raise Malformed("the record has no value: a tombstone is not an event")
    if attributes.get("content-type", "").lower().startswith(_STRUCTURED):
        attributes, value = _structured(attributes["content-type"], value)
    if attributes.get("specversion") != "1.0":
        raise Malformed(
            "no CloudEvents 1.0: the attribute specversion must be 1.0 (binary mode: header ce_specversion)"
        )
    for name in ("id", "source", "type"):
        given = attributes.get(name, "")
        if not given or len(given) > _LONGEST_NAME or not given.isprintable():
            raise Malformed(f"attribute {name} must be 1 to {_LONGEST_NAME} printable characters")
    return CloudEvent(
        source=attributes["source"],
        id=attributes["id"],
        type=attributes["type"],
        data=value,
        time=attributes.get("time", ""),
        subject=attributes.get("subject", ""),
        sequence=_whole(attributes, "sequence"),
        previous=_whole(attributes, "previous"),
        station=_printable(attributes, "stationid"),
        correlation=_printable(attributes, "correlationid"),
        causation=_printable(attributes, "causationid"),
        trace=_printable(attributes, "traceparent"),
        sent_at=_printable(attributes, "senttime"),
    )


def _whole(attributes: dict[str, str], name: str) -> int | None:
    given = attributes.get(name)
    if given is None:
        return None
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise Malformed(f"attribute {name} must be a whole number")
    return int(given)


def _printable(attributes: dict[str, str], name: str) -> str:
    given = attributes.get(name, "")
    return given if len(given) <= _LONGEST_NAME and given.isprintable() else ""


def _structured(content_type: str, value: bytes) -> tuple[dict[str, str], bytes]:
    try:
        parsed = from_structured(KafkaMessage({"content-type": content_type.encode()}, None, value), _JSON_FORMAT)
        given = parsed.get_attributes()
        attributes = {name: one.isoformat() if isinstance(one, datetime) else str(one) for name, one in given.items()}
        data = parsed.get_data()
        if isinstance(data, str):
            return attributes, data.encode()
        return attributes, data if isinstance(data, bytes) else orjson.dumps(data)
    except Exception as error:  # the package raises what its parts raise; to us it is all one: not a CloudEvent
        raise Malformed(f"not a structured CloudEvent: {type(error).__name__}: {error}"[:300]) from None


_JSON_FORMAT = JSONFormat()
