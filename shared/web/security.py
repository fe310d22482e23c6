"""What every answer and every request goes through: headers that bind the browser, the origin, the size of a body."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web import sessions
from shared.web.languages import mark
from shared.web.problems import Problem, TooLarge, respond, too_large
from shared.web.routes import SAFE_METHODS

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: a browser would then send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

BODY_LIMIT: Final = 2 * 1024 * 1024


class SecurityHeaders:
    """Puts the headers on every answer, and keeps answers out of caches unless their route says otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, with_headers)


class SameOrigin:
    """Refuses a change that another site has a browser ask for.

    Browsers say where a request comes from (`Sec-Fetch-Site`, or `Origin` where the connection is plain HTTP); programs
    say neither, and carry a token instead of a cookie.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and not _comes_from_here(Request(scope)):
            problem = Problem(
                403,
                "other-origin",
                mark("The request comes from another site"),
                mark("Nothing was changed. Open the page here and do it from there."),
            )
            await respond(Request(scope), problem)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class BodyLimit:
    """Refuses a body above its limit, by its announced length or as soon as that much has come; and packed bodies."""

    def __init__(self, app: ASGIApp, limit: int = BODY_LIMIT, limits: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.limit = limit
        self.limits = {path: most for path, most in (limits or {}).items() if _ANY not in path}
        self.patterns = [(_pattern(path), most) for path, most in (limits or {}).items() if _ANY in path]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = self._limit(scope["path"])
        problem: Problem | None = None
        announced = headers.get("content-length", "0")
        if announced.isdecimal() and int(announced) > limit:
            problem = too_large(limit)
        elif headers.get("content-encoding", "identity").lower() != "identity":
            # A small packed body can unpack to anything.
            detail = mark("Send the body as it is, without Content-Encoding.")
            problem = Problem(415, "unsupported-media-type", mark("This kind of content is not taken here"), detail)
        if problem is not None:
            await respond(Request(scope), problem)(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > limit:
                    raise TooLarge(limit)
            return message

        await self.app(scope, counted, send)

    def _limit(self, path: str) -> int:
        most = self.limits.get(path)
        if most is None:
            most = next((most for pattern, most in self.patterns if pattern.fullmatch(path)), self.limit)
        return most


_ANY: Final = "*"


def _pattern(path: str) -> re.Pattern[str]:
    """Paths in which one part may be anything: `/reports/*/evidence`."""
    return re.compile("/".join("[^/]+" if part == _ANY else re.escape(part) for part in path.split("/")))


def _comes_from_here(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower() != ""
    return sessions.COOKIE not in request.cookies
