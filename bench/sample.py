"""The message of the benchmarks: a command whose event takes about 517 bytes in a store."""

from __future__ import annotations

import time
import uuid
from typing import Any

import orjson

EVENT_BYTES = 517

_BODY: dict[str, Any] = {
    "channel": "hotline",
    "sender": "+8613000001111",
    "recipient": "+8613000002222",
    "priority": 3,
    "attempt": 1,
    "cost": 12.5,
    "tags": ["noise", "neighbours"],
    "body": "Every night after eleven the shop below us moves its goods, and nobody on our floor can sleep.",
}


def command(sent_at: float | None = None) -> bytes:
    """One command as it comes in; `sent_at` is 0 for what only warms up."""
    return orjson.dumps({"message": uuid.uuid4().hex, "sent_at": time.time() if sent_at is None else sent_at, **_BODY})


def stored_event() -> bytes:
    """The bytes that a store of plain JSON keeps for one event: envelope and body."""
    event = {
        "id": str(uuid.uuid4()),
        "type": "message.accepted.v1",
        "source": "intake",
        "time": "2025-01-01T12:00:00.000000+00:00",
        "correlation_id": uuid.uuid4().hex,
        "version": 1,
        "data": orjson.loads(command(0)),
    }
    return orjson.dumps(event).ljust(EVENT_BYTES)[:EVENT_BYTES]
