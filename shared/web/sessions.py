"""Who is signed in: short-lived signed tokens, the cookie that carries them, and the token of a form.

A token says who it is for and what posts that account held; the rights are asked of the account's present state, which
each service projects (see `routes`). Signing out everywhere raises the account's generation, and older tokens end.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jwt import JWTClaimsRegistry
from pydantic import TypeAdapter, ValidationError
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from shared.access.actors import Actor, Post

COOKIE: Final = "wangge_session"
LIFETIME: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
"""A session that is used goes on from token to token, but never longer than this after the password."""
LEEWAY: Final = timedelta(seconds=30)

_ISSUER: Final = "wangge"
_ALGORITHMS: Final = ["HS256"]
_SESSION: Final = "session"
_FORM: Final = "form"
_POSTS: Final = TypeAdapter(tuple[Post, ...])


class NotSignedIn(Exception):
    """The token is no valid session: forged, expired, or not a token at all."""


@dataclass(frozen=True)
class SessionKey:
    """The deployment's key of the sessions, at least 32 bytes; never shown."""

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) < 32:
            raise ValueError(f"the session key has {len(self.secret)} bytes; give at least 32 random ones")

    def __repr__(self) -> str:
        return "SessionKey(…)"


@dataclass(frozen=True)
class Session:
    """What a valid token says. `since` is when the password was given, `generation` the account's at that time."""

    account: str
    name: str
    posts: tuple[Post, ...]
    generation: int
    since: datetime
    issued_at: datetime
    expires_at: datetime


def issue(
    key: SessionKey,
    actor: Actor,
    generation: int,
    now: datetime,
    lifetime: timedelta = LIFETIME,
    *,
    since: datetime | None = None,
) -> str:
    """A token for the actor. `since` is given when a session goes on; it ends at the longest, whatever the lifetime."""
    begun = since or now
    expires = min(now + lifetime, begun + LONGEST)
    claims: dict[str, Any] = {
        "iss": _ISSUER,
        "aud": _SESSION,
        "sub": actor.id,
        "iat": int(now.timestamp()),
        "exp": int(expires.timestamp()),
        "since": int(begun.timestamp()),
        "name": actor.name,
        "posts": _POSTS.dump_python(actor.posts, mode="json"),
        "gen": generation,
    }
    return jwt.encode({"alg": "HS256"}, claims, _jose(key), _ALGORITHMS)


def read(key: SessionKey, token: str, now: datetime) -> Session:
    """The session of a token, or `NotSignedIn`."""
    claims = _claims(key, token, now, _SESSION)
    try:
        return Session(
            account=claims["sub"],
            name=claims["name"],
            posts=_POSTS.validate_python(claims["posts"]),
            generation=int(claims["gen"]),
            since=datetime.fromtimestamp(claims["since"], UTC),
            issued_at=datetime.fromtimestamp(claims["iat"], UTC),
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        )
    except (KeyError, TypeError, ValueError, ValidationError) as error:
        raise NotSignedIn("the token lacks what a session says") from error


def form_token(key: SessionKey, account: str | None, now: datetime) -> str:
    """The token in a page's forms, of this account only (or of nobody, on the sign-in page)."""
    claims: dict[str, Any] = {
        "iss": _ISSUER,
        "aud": _FORM,
        "sub": account or "",
        "iat": int(now.timestamp()),
        "exp": int((now + LONGEST).timestamp()),
    }
    return jwt.encode({"alg": "HS256"}, claims, _jose(key), _ALGORITHMS)


def form_token_holds(key: SessionKey, token: str, account: str | None, now: datetime) -> bool:
    """Whether a page of ours made this token for this account; any such token will do for who is not signed in.

    The session may have ended since the page was made, and signing in or out must still work.
    """
    try:
        claims = _claims(key, token, now, _FORM)
    except NotSignedIn:
        return False
    return account is None or bool(claims["sub"] == account)


def remember(response: Response, request: HTTPConnection, token: str) -> None:
    """Puts the session into the browser's cookie, which ends with the browser or the token, whichever is first."""
    response.set_cookie(COOKIE, token, path="/", httponly=True, samesite="lax", secure=is_https(request))


def forget(response: Response, request: HTTPConnection) -> None:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=is_https(request))


def is_https(request: HTTPConnection) -> bool:
    """Whether the browser speaks HTTPS, be it to a proxy in front. Who lies about it only harms its own cookie."""
    forwarded = request.headers.get("x-forwarded-proto", "").split(",")[0].strip()
    return request.url.scheme == "https" or forwarded == "https"


def bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _jose(key: SessionKey) -> OctKey:
    return OctKey.import_key(key.secret)


def _claims(key: SessionKey, token: str, now: datetime, audience: str) -> dict[str, Any]:
    demanded = JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=int(LEEWAY.total_seconds()),
        iss={"essential": True, "value": _ISSUER},
        aud={"essential": True, "value": audience},
        sub={"essential": True, "allow_blank": audience == _FORM},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        claims = jwt.decode(token, _jose(key), _ALGORITHMS).claims
        demanded.validate(claims)
    except (JoseError, ValueError) as error:
        raise NotSignedIn(f"the token is not valid: {error}") from error
    return claims
