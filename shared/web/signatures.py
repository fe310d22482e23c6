"""Signatures of what other systems send, after Standard Webhooks: HMAC-SHA256 over id, timestamp and the exact body.

webhook-id: a name for the message, without a dot
webhook-timestamp: seconds since 1970
webhook-signature: v1,BASE64 (several, separated by spaces, while secrets are changed over)
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

WINDOW: Final = timedelta(minutes=5)
"""How far the sender's clock may be from ours; what is older may be somebody's recording of it."""
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 (what every secret begins with)

Fault: TypeAlias = Literal["unsigned", "skewed", "bad"]
"""No signature where one is needed; a timestamp outside the window; a signature that none of the secrets made."""


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """What the header `webhook-signature` is to hold."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def fault(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> Fault | None:
    """What is wrong with the signature of a message; None where one of the secrets made it, just now."""
    id_, sent, given = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not id_ or not given or not (sent.isascii() and sent.isdecimal()) or len(sent) > 12:
        return "unsigned"
    if abs(int(sent) - now.timestamp()) > WINDOW.total_seconds():
        return "skewed"
    expected = [signature(secret, id_, int(sent), body) for secret in secrets]
    # Each is compared, whichever holds, so that the time tells nothing.
    held = [hmac.compare_digest(one.encode(), each.encode()) for one in given.split()[:10] for each in expected]
    return None if any(held) else "bad"
