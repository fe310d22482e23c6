"""HTTP Basic at the front: name and password are exchanged for a session token, which is kept for a short while."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime

import httpx2
from pydantic import AwareDatetime, BaseModel, ValidationError

KEPT_SECONDS = 300.0
KEPT_TOKENS = 1024


class WrongCredentials(Exception):
    """The Authorization header is not Basic's, or the name and password are not known."""


class SignInUnavailable(Exception):
    """The service that answers for names and passwords gave no usable answer."""


class Session(BaseModel, frozen=True):
    token: str
    expires_at: AwareDatetime


class BasicExchange:
    """Tokens by credentials: bounded, at most five minutes old, under a keyed digest so that no password is kept."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        sessions_url: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._url = sessions_url
        self._monotonic = monotonic
        self._now = now
        self._key = secrets.token_bytes(32)
        self._tokens: OrderedDict[bytes, tuple[str, float]] = OrderedDict()
        self._asking: dict[bytes, asyncio.Lock] = {}

    async def token(self, authorization: str, client_address: str) -> str:
        """The session token for an `Authorization: Basic …` header."""
        name, password = _credentials(authorization)
        digest = self._digest(authorization)
        if (known := self._known(digest)) is not None:
            return known
        # Hashing a password is slow on purpose: many requests at once ask once.
        lock = self._asking.setdefault(digest, asyncio.Lock())
        try:
            async with lock:
                if (known := self._known(digest)) is not None:
                    return known
                session = await self._ask(name, password, client_address)
                self._keep(digest, session)
                return session.token
        finally:
            if not lock.locked():
                self._asking.pop(digest, None)

    def forget(self, authorization: str) -> None:
        """Drops a token that a service has refused."""
        self._tokens.pop(self._digest(authorization), None)

    def _digest(self, authorization: str) -> bytes:
        return hmac.new(self._key, authorization.encode("utf-8", "surrogateescape"), hashlib.sha256).digest()

    def _known(self, digest: bytes) -> str | None:
        kept = self._tokens.get(digest)
        if kept is None:
            return None
        token, until = kept
        if self._monotonic() >= until:
            del self._tokens[digest]
            return None
        self._tokens.move_to_end(digest)
        return token

    def _keep(self, digest: bytes, session: Session) -> None:
        lasts = min(KEPT_SECONDS, (session.expires_at - self._now()).total_seconds())
        self._tokens[digest] = (session.token, self._monotonic() + lasts)
        while len(self._tokens) > KEPT_TOKENS:
            self._tokens.popitem(last=False)

    async def _ask(self, name: str, password: str, client_address: str) -> Session:
        try:
            answer = await self._client.post(
                self._url,
                json={"name": name, "password": password},
                headers={"x-forwarded-for": client_address},
                timeout=30.0,
            )
        except httpx2.TransportError as reason:
            raise SignInUnavailable("intake, which checks names and passwords, does not answer") from reason
        if answer.status_code in (400, 401, 403, 404, 422):
            raise WrongCredentials("The name or the password is wrong.")
        if not answer.is_success:
            raise SignInUnavailable(f"intake answered {answer.status_code} when asked to check the password")
        try:
            return Session.model_validate_json(answer.content)
        except ValidationError as reason:
            raise SignInUnavailable("intake answered the check of the password with something else") from reason


def _credentials(authorization: str) -> tuple[str, str]:
    encoded = authorization.partition(" ")[2].strip()
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError) as malformed:
        raise WrongCredentials(
            "The Authorization header is not valid HTTP Basic (base64 of name:password)."
        ) from malformed
    if not colon:
        raise WrongCredentials("The Authorization header is not valid HTTP Basic: a colon is missing.")
    return name, password
