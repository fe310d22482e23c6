"""The one address before the three services: a small streaming reverse proxy with HTTP Basic, health and metrics."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import anyio
import httpx2
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from deploy.embedded import metrics
from deploy.embedded.basic import BasicExchange, SignInUnavailable, WrongCredentials
from deploy.embedded.problems import problem

LARGEST_BODY = 32 * 1024 * 1024
ANSWER_SECONDS = 300.0

# Which service answers a first path segment other than its own name.
_ALSO = {"static": "intake", "open311": "intake", "report": "intake", "r": "intake", "cases": "mediation"}
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
# Written by the front alone: a client must not be able to say where it comes from.
_FORWARDED = {"forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto", "x-real-ip"}

_log = logging.getLogger(__name__)


class _TooLarge(Exception):
    """The body has passed the limit."""


def front(services: Mapping[str, str], client: httpx2.AsyncClient | None = None) -> Starlette:
    """The ASGI application; `services` maps intake, mediation and notify to the addresses where they listen."""
    # Idle connections are dropped before uvicorn drops them (5 s), so that no request meets a closed one.
    own = client or httpx2.AsyncClient(
        timeout=httpx2.Timeout(None, connect=3.0, pool=10.0),
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=4.0),
        trust_env=False,
    )
    # Else the client would remember one person's session and send it with everybody else's requests.
    own.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    proxy = _Front(services, own)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await own.aclose()

    return Starlette(
        routes=[
            Route("/", proxy.root, methods=["GET"]),
            Route("/health/live", proxy.live, methods=["GET"]),
            Route("/health/ready", proxy.ready, methods=["GET"]),
            Route("/metrics", proxy.metrics, methods=["GET"]),
            Route("/{path:path}", proxy.forward, methods=_METHODS),
        ],
        lifespan=lifespan,
    )


class _Front:
    def __init__(self, services: Mapping[str, str], client: httpx2.AsyncClient) -> None:
        self._services = dict(services)
        self._client = client
        self._basic = BasicExchange(client, f"{services['intake']}/intake/api/v1/sessions")

    async def root(self, request: Request) -> Response:
        return RedirectResponse("/intake/", status_code=HTTPStatus.SEE_OTHER)

    async def live(self, request: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(self, request: Request) -> Response:
        states = dict(await asyncio.gather(*(self._readiness(name) for name in self._services)))
        all_ready = all(state["ready"] for state in states.values())
        return JSONResponse(
            {"status": "ready" if all_ready else "not ready", "services": states},
            status_code=HTTPStatus.OK if all_ready else HTTPStatus.SERVICE_UNAVAILABLE,
            headers={"cache-control": "no-store"},
        )

    async def _readiness(self, name: str) -> tuple[str, dict[str, Any]]:
        try:
            answer = await self._client.get(f"{self._services[name]}/health/ready", timeout=3.0)
        except httpx2.TransportError as reason:
            return name, {"ready": False, "detail": f"does not answer ({type(reason).__name__})"}
        try:
            detail = answer.json()
        except ValueError:
            detail = answer.text[:500]
        return name, {"ready": answer.status_code == HTTPStatus.OK, "detail": detail}

    async def metrics(self, request: Request) -> Response:
        """A service that does not answer is left out and counted, so that the others can still be seen."""
        pages = dict(await asyncio.gather(*(self._metrics_page(name) for name in self._services)))
        up = "# HELP wangge_service_up Whether the service answered.\n# TYPE wangge_service_up gauge\n" + "".join(
            f'wangge_service_up{{service="{name}"}} {int(page is not None)}\n' for name, page in pages.items()
        )
        answered = {name: page for name, page in pages.items() if page is not None}
        try:
            text = metrics.merged({**answered, "front": up})
        except ValueError as reason:
            return problem(HTTPStatus.BAD_GATEWAY, f"A service's metrics cannot be read: {reason}.", "/metrics")
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    async def _metrics_page(self, name: str) -> tuple[str, str | None]:
        try:
            answer = await self._client.get(
                f"{self._services[name]}/metrics", headers={"accept": "text/plain; version=0.0.4"}, timeout=5.0
            )
        except httpx2.TransportError:
            return name, None
        return name, answer.text if answer.status_code == HTTPStatus.OK else None

    async def forward(self, request: Request) -> Response:
        path = request.url.path
        segment = path.split("/", 2)[1]
        service = _ALSO.get(segment, segment)
        address = self._services.get(service)
        if address is None:
            known = ", ".join(f"/{name}/" for name in self._services)
            return problem(HTTPStatus.NOT_FOUND, f"Nothing answers at {path}; the services are under {known}.", path)
        try:
            headers = await self._request_headers(request)
        except WrongCredentials as reason:
            challenge = {"www-authenticate": 'Basic realm="wangge", charset="UTF-8"'}
            return problem(HTTPStatus.UNAUTHORIZED, str(reason), path, challenge)
        except SignInUnavailable as reason:
            return _unavailable(f"You cannot be signed in now: {reason}.", path)
        return await self._forwarded(request, service, address, headers)

    async def _request_headers(self, request: Request) -> list[tuple[str, str]]:
        peer = request.client.host if request.client else "unknown"
        dropped = _HOP_BY_HOP | _FORWARDED | _named_by_connection(request.headers.getlist("connection"))
        headers = [(name, value) for name, value in request.headers.items() if name not in dropped]
        authorization = request.headers.get("authorization", "")
        if authorization[:6].lower() == "basic ":
            token = await self._basic.token(authorization, peer)
            headers = [(name, value) for name, value in headers if name != "authorization"]
            headers.append(("authorization", f"Bearer {token}"))
        headers.append(("x-forwarded-for", peer))
        headers.append(("x-forwarded-proto", request.url.scheme))
        if host := request.headers.get("host"):
            headers.append(("x-forwarded-host", host))
        return headers

    async def _forwarded(
        self, request: Request, service: str, address: str, headers: list[tuple[str, str]]
    ) -> Response:
        path = request.url.path
        length = request.headers.get("content-length", "0")
        if not length.isdecimal():
            return problem(HTTPStatus.BAD_REQUEST, f"Content-Length is {length!r}, which is not a number.", path)
        if int(length) > LARGEST_BODY:
            return _too_large(path)
        target = httpx2.URL(address).copy_with(raw_path=_raw_target(request.scope))
        has_body = "transfer-encoding" in request.headers or int(length) > 0
        # Asked a second time at most where that cannot do anything twice: a restarted service has closed its old
        # connections, which shows only when one of them is used.
        attempts = 2 if request.method in ("GET", "HEAD", "OPTIONS") and not has_body else 1
        while True:
            attempts -= 1
            outgoing = self._client.build_request(
                request.method, target, headers=headers, content=_capped(request) if has_body else None
            )
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    answer = await self._client.send(outgoing, stream=True)
                break
            except _TooLarge:
                return _too_large(path)
            except ClientDisconnect:
                return Response(status_code=499)  # nobody is left to read it
            except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
                return _unavailable(f"{service} does not answer; it may be starting. Try again in a moment.", path)
            except TimeoutError:
                detail = f"{service} has not answered within {ANSWER_SECONDS:g} s."
                return problem(HTTPStatus.GATEWAY_TIMEOUT, detail, path)
            except httpx2.TransportError as reason:
                if attempts:
                    continue
                _log.warning("%s broke off %s %s: %r", service, request.method, path, reason)
                detail = f"{service} broke off without an answer; whether it has done what was asked is not known."
                return problem(HTTPStatus.BAD_GATEWAY, detail, path)
        if answer.status_code == HTTPStatus.UNAUTHORIZED and "authorization" in request.headers:
            self._basic.forget(request.headers["authorization"])
        return _Passed(answer)


class _Passed(StreamingResponse):
    """A service's answer, passed on byte by byte as it comes; closed whatever ends it."""

    def __init__(self, answer: httpx2.Response) -> None:
        super().__init__(answer.aiter_raw(), status_code=answer.status_code)
        # The front's server dates every answer itself.
        dropped = _HOP_BY_HOP | {"date"} | _named_by_connection(answer.headers.get_list("connection"))
        self.raw_headers = [
            (name.lower(), value) for name, value in answer.headers.raw if name.lower().decode("latin-1") not in dropped
        ]
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._answer.aclose()


async def _capped(request: Request) -> AsyncIterator[bytes]:
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > LARGEST_BODY:
            raise _TooLarge
        yield chunk


def _raw_target(scope: Scope) -> bytes:
    """Path and query exactly as they were asked for: what is percent-encoded stays so."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    return path + b"?" + query if query else path


def _named_by_connection(values: list[str]) -> set[str]:
    return {name.strip().lower() for value in values for name in value.split(",") if name.strip()}


def _too_large(path: str) -> Response:
    limit = LARGEST_BODY // (1024 * 1024)
    return problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The request is larger than {limit} MiB. Split the file and send its parts one after the other.",
        path,
    )


def _unavailable(detail: str, path: str) -> Response:
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, path, {"retry-after": "2"})
