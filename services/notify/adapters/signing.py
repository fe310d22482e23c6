"""Signatures of webhooks after Standard Webhooks: HMAC-SHA256 over id, timestamp and the exact body."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field

from services.notify.adapters.target import Misconfigured


@dataclass(frozen=True, slots=True)
class Signer:
    """One secret, or during a change of secrets two: a receiver accepts a message that either of them signed."""

    keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def of(cls, setting: str) -> Signer:
        keys = tuple(_key(word) for word in setting.split())
        if not keys:
            raise Misconfigured("WANGGE_NOTIFY_WEBHOOK_SECRET is empty; set whsec_ and 24 to 64 random bytes in base64")
        return cls(keys)

    def signature(self, message_id: str, timestamp: int, body: bytes) -> str:
        signed = f"{message_id}.{timestamp}.".encode() + body
        return " ".join(
            "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in self.keys
        )


def _key(word: str) -> bytes:
    try:
        key = base64.b64decode(word.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not 24 <= len(key) <= 64:
        # Without the secret itself: this sentence goes to the log.
        raise Misconfigured("WANGGE_NOTIFY_WEBHOOK_SECRET must be whsec_ followed by 24 to 64 random bytes in base64")
    return key
