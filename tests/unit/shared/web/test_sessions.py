"""Sessions: what is forged, expired or not a session is refused."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from shared.web.pages import safe_next
from shared.web.sessions import LEEWAY, LIFETIME, LONGEST, NotSignedIn, SessionKey, issue, read
from tests.unit.shared.web.conftest import KEY, OFFICER

NOW = datetime(2026, 8, 28, 10, 0, tzinfo=UTC)


def forged(change: dict[str, Any], *, secret: bytes = KEY.secret, algorithm: str = "HS256") -> str:
    """A token as ours, with some claims changed, or left out where the change says None."""
    payload = issue(KEY, OFFICER, 3, NOW).split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims = {name: value for name, value in {**claims, **change}.items() if value is not None}
    return jwt.encode({"alg": algorithm}, claims, OctKey.import_key(secret), [algorithm])


def test_a_session_says_who_and_since_when() -> None:
    session = read(KEY, issue(KEY, OFFICER, 3, NOW), NOW + timedelta(minutes=5))
    assert (session.account, session.name, session.posts) == (OFFICER.id, OFFICER.name, OFFICER.posts)
    assert (session.generation, session.since, session.expires_at) == (3, NOW, NOW + LIFETIME)


def test_the_unchanged_forgery_is_valid() -> None:
    assert read(KEY, forged({}), NOW).account == OFFICER.id


def test_a_session_ends_after_its_lifetime_and_little_leeway() -> None:
    token = issue(KEY, OFFICER, 3, NOW)
    assert timedelta(0) < LEEWAY <= timedelta(seconds=60)
    read(KEY, token, NOW + LIFETIME + LEEWAY - timedelta(seconds=1))
    with pytest.raises(NotSignedIn):
        read(KEY, token, NOW + LIFETIME + LEEWAY)


def test_a_session_never_outlasts_the_longest() -> None:
    token = issue(KEY, OFFICER, 3, NOW + LONGEST - timedelta(minutes=1), since=NOW)
    assert read(KEY, token, NOW + LONGEST - timedelta(minutes=1)).expires_at == NOW + LONGEST


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="nothing"),
        pytest.param("a.b.c", id="no token"),
        pytest.param("é.b.c", id="not ASCII"),
        pytest.param(forged({"exp": None}), id="without an end"),
        pytest.param(forged({"exp": "never"}), id="an end that is no time"),
        pytest.param(forged({"iss": "elsewhere"}), id="another issuer"),
        pytest.param(forged({"iss": None}), id="no issuer"),
        pytest.param(forged({"aud": "form"}), id="another purpose"),
        pytest.param(forged({"aud": None}), id="no purpose"),
        pytest.param(forged({"sub": ""}), id="nobody"),
        pytest.param(forged({"sub": None}), id="no subject"),
        pytest.param(forged({"iat": int(NOW.timestamp()) + 3600}), id="from the future"),
        pytest.param(forged({"gen": None}), id="no generation"),
        pytest.param(forged({"posts": [{"role": "emperor", "station": "x"}]}), id="a role that does not exist"),
        pytest.param(forged({"posts": "admin"}), id="posts that are none"),
        pytest.param(forged({}, secret=b"x" * 32), id="another key"),
        pytest.param(forged({}, secret=b"x" * 64, algorithm="HS512"), id="another algorithm"),
    ],
)
def test_what_is_no_session_of_ours_is_refused(token: str) -> None:
    with pytest.raises(NotSignedIn):
        read(KEY, token, NOW)


def test_an_unsigned_token_is_refused() -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    payload = issue(KEY, OFFICER, 3, NOW).split(".")[1]
    for signature in ("", "AAAA"):
        with pytest.raises(NotSignedIn):
            read(KEY, f"{header}.{payload}.{signature}", NOW)


def test_a_short_key_is_refused_and_a_key_is_never_shown() -> None:
    with pytest.raises(ValueError, match="at least 32"):
        SessionKey(b"short")
    assert "long enough" not in repr(KEY)


@pytest.mark.parametrize(
    ("address", "goes_to"),
    [
        ("/intake/reports?kind=x", "/intake/reports?kind=x"),
        ("//elsewhere.test", "/"),
        ("/\\elsewhere.test", "/"),
        ("https://elsewhere.test", "/"),
        ("/\t/elsewhere.test", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_signing_in_leads_to_an_address_of_ours_only(address: str | None, goes_to: str) -> None:
    assert safe_next(address) == goes_to
