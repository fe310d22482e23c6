"""Signatures: only of this body, id and time, by a secret that holds, and only just now."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from shared.web import signatures

SECRET, OTHER = (signatures.SECRET_PREFIX + base64.b64encode(letter * 32).decode() for letter in (b"a", b"b"))
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
AT = int(NOW.timestamp())
BODY = '{"text": "楼道堆物"}'.encode()


def headers(changed: dict[str, str] | None = None, secret: str = SECRET, at: int = AT) -> dict[str, str]:
    signed = {
        "webhook-id": "msg-1",
        "webhook-timestamp": str(at),
        "webhook-signature": signatures.signature(secret, "msg-1", at, BODY),
    }
    return signed | (changed or {})


def test_a_known_signature_is_that_of_standard_webhooks() -> None:
    """The vector in the specification's own tests: a secret, an id, a time and a body that everybody can check."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    made = signatures.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_was_signed_just_now_holds_under_any_of_the_secrets() -> None:
    assert signatures.fault(headers(), BODY, [SECRET], NOW) is None
    assert signatures.fault(headers(), BODY, [OTHER, SECRET], NOW) is None


def test_of_several_signatures_one_is_enough() -> None:
    both = f"{headers(secret=OTHER)['webhook-signature']} {headers()['webhook-signature']}"
    assert signatures.fault(headers({"webhook-signature": both}), BODY, [SECRET], NOW) is None


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_without_one_of_its_three_headers_it_is_not_signed(missing: str) -> None:
    assert signatures.fault(headers({missing: ""}), BODY, [SECRET], NOW) == "unsigned"


@pytest.mark.parametrize("time", ["yesterday", "-5", "1" * 13, "１６"])
def test_a_time_that_is_no_number_of_seconds_is_none(time: str) -> None:
    assert signatures.fault(headers({"webhook-timestamp": time}), BODY, [SECRET], NOW) == "unsigned"


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_clock_too_far_behind_or_ahead_is_told_from_a_wrong_signature(minutes: int) -> None:
    at = int((NOW + timedelta(minutes=minutes)).timestamp())
    assert signatures.fault(headers(at=at), BODY, [SECRET], NOW) == "skewed"


def test_another_body_id_secret_or_signature_does_not_hold() -> None:
    assert signatures.fault(headers(), BODY + b" ", [SECRET], NOW) == "bad"
    assert signatures.fault(headers({"webhook-id": "msg-2"}), BODY, [SECRET], NOW) == "bad"
    assert signatures.fault(headers(secret=OTHER), BODY, [SECRET], NOW) == "bad"
    assert signatures.fault(headers({"webhook-signature": "v1,é"}), BODY, [SECRET], NOW) == "bad"
