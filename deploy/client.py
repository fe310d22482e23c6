"""A client of the three services' APIs: one address or three, signed in by name and password, patient when asked to be.

CommandFailed
├── NotAnswering  nothing listens there, or not yet
└── Told          the service answered with a problem (RFC 9457)
"""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self, TypeAlias, cast
from urllib.parse import urljoin

import httpx2

from deploy.failure import CommandFailed

Service: TypeAlias = Literal["intake", "mediation", "notify"]
SERVICES: Final[tuple[Service, ...]] = ("intake", "mediation", "notify")

_RUNNING_KEY = "urn:wangge:problem:idempotency-key-running"
_FOR_A_WHILE: Final = frozenset({429, 502, 503, 504})
_HEADERS: Final = {"Accept": "application/json, application/problem+json", "Accept-Language": "en"}
_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 8.0


class NotAnswering(CommandFailed):
    """Nothing answers at the address."""


class Told(CommandFailed):
    """The service says no, in its own words."""

    def __init__(self, what: str, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = problem
        super().__init__(f"{what}: {_told(status, problem)}")


class Access:
    """Where the services are, and who asks: from options, the environment, or the embedded data folder."""

    def __init__(self, url: str | None = None, user: str | None = None, password: str | None = None) -> None:
        environment = os.environ
        port = environment.get("WANGGE_PORT") or "8080"
        self.url = (url or environment.get("WANGGE_URL") or f"http://127.0.0.1:{port}").rstrip("/")
        self.user = user or environment.get("WANGGE_USER") or "admin"
        self._password = password or environment.get("WANGGE_PASSWORD")
        # An address that was typed goes before all of the environment's.
        self._apart = {} if url else {s: environment.get(f"WANGGE_{s.upper()}_URL") for s in SERVICES}

    def address(self, service: Service) -> str:
        return (self._apart.get(service) or self.url).rstrip("/")

    @property
    def password(self) -> str:
        if self._password:
            return self._password
        file = data_folder() / "password"
        try:
            text = file.read_text(encoding="utf-8")
        except OSError as reason:
            raise CommandFailed(
                f"No password is known for {self.user}: set WANGGE_PASSWORD, or WANGGE_DATA to the data folder of the "
                f"running whole ({file} cannot be read: {reason.strerror})."
            ) from reason
        return text.removeprefix("password:").strip()


def data_folder() -> Path:
    return Path(os.environ.get("WANGGE_DATA") or ".wangge")


class Client:
    """Asks the services, with a session's token that is renewed when it has run out.

    With `patience`, a service that restarts is waited for, up to so many seconds; with `newborn`, also one that has not
    heard of the account yet. Every request that changes something carries a key, so it may be sent again.
    """

    def __init__(
        self,
        access: Access,
        *,
        patience: float = 0.0,
        newborn: bool = False,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.access = access
        self.patience = patience
        self._newborn = newborn
        self.repeated = 0
        """How many requests had to be sent again."""
        self._http = httpx2.AsyncClient(
            timeout=httpx2.Timeout(60.0, connect=5.0), transport=transport, trust_env=False, follow_redirects=False
        )
        self._token: str | None = None
        self._signing_in = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def get(self, service: Service, path: str, **query: Any) -> Any:
        asked = {name: value for name, value in query.items() if value is not None}
        return _json(await self._request("GET", service, path, params=asked))

    async def post(self, service: Service, path: str, body: Any = None, key: str | None = None) -> Any:
        return _json(await self._request("POST", service, path, body=body, key=key))

    async def upload(self, service: Service, path: str, content: bytes, media_type: str, key: str, **query: Any) -> Any:
        """Sends a file as it is."""
        asked = {name: value for name, value in query.items() if value is not None}
        answer = await self._request(
            "POST", service, path, params=asked, content=content, media_type=media_type, key=key
        )
        return _json(answer)

    async def put(self, service: Service, path: str, body: Any, key: str) -> Any:
        return _json(await self._request("PUT", service, path, body=body, key=key))

    async def pages(self, service: Service, path: str, **query: Any) -> AsyncIterator[Any]:
        """Page after page, by the `Link` headers."""
        asked = {name: value for name, value in query.items() if value is not None}
        answer = await self._request("GET", service, path, params=asked)
        yield _json(answer)
        while (link := answer.links.get("next")) is not None:
            answer = await self._request("GET", service, link["url"])
            yield _json(answer)

    async def lines(self, service: Service, path: str) -> AsyncIterator[dict[str, Any]]:
        """The lines of JSON by which long work tells how far it has come."""
        url = self._url(service, path)
        try:
            async with self._http.stream(
                "POST", url, headers=await self._headers(None), timeout=httpx2.Timeout(None, connect=5.0)
            ) as answer:
                if not answer.is_success:
                    await answer.aread()
                    raise Told(f"{service} refuses", answer.status_code, _problem(answer))
                async for line in answer.aiter_lines():
                    if line:
                        yield cast("dict[str, Any]", json.loads(line))
        except httpx2.TransportError as reason:
            raise NotAnswering(
                f"{service} broke off ({_reason(reason)}): look into its log, then run the command again."
            ) from reason

    async def ready(self, service: Service) -> tuple[int, Any]:
        """What `/health/ready` answers; needs no sign-in. Behind the one front it tells of all services."""
        try:
            answer = await self._http.get(urljoin(self.access.address(service), "/health/ready"))
        except httpx2.TransportError as reason:
            raise self._nobody(service, reason) from reason
        return answer.status_code, _json(answer)

    # Asking, and asking again

    async def _request(
        self,
        method: str,
        service: Service,
        path: str,
        *,
        params: Any = None,
        body: Any = None,
        content: bytes | None = None,
        media_type: str | None = None,
        key: str | None = None,
    ) -> httpx2.Response:
        url = self._url(service, path)
        loop = asyncio.get_running_loop()
        deadline, pause, renewed = loop.time() + self.patience, _FIRST_PAUSE, False
        while True:
            failure: NotAnswering | Told
            wait = pause
            try:
                token = await self._sign_in()
                answer = await self._http.request(
                    method,
                    url,
                    params=params or None,
                    json=body if method != "GET" and content is None else None,
                    content=content,
                    headers={**await self._headers(key, token), **({"Content-Type": media_type} if media_type else {})},
                )
            except httpx2.TransportError as reason:
                failure = self._nobody(service, reason)
            except Told as refused:  # from signing in
                if not self._may_pass(refused):
                    raise
                failure = refused
            except NotAnswering as reason:
                failure = reason
            else:
                if answer.is_success:
                    return answer
                failure = Told(f"{service} refuses", answer.status_code, _problem(answer))
                if answer.status_code == 401:
                    self._forget(token)
                    if not renewed:  # the token may only have run out
                        renewed = True
                        continue
                if not self._may_pass(failure):
                    raise failure
                with contextlib.suppress(ValueError):
                    wait = max(wait, float(answer.headers.get("retry-after", "")))
            if loop.time() + wait > deadline:
                raise failure
            self.repeated += 1
            await asyncio.sleep(wait)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _headers(self, key: str | None, token: str | None = None) -> dict[str, str]:
        headers = {**_HEADERS, "Authorization": f"Bearer {token or await self._sign_in()}"}
        return headers if key is None else {**headers, "Idempotency-Key": f'"{key}"'}

    async def _sign_in(self) -> str:
        async with self._signing_in:
            if self._token is None:
                try:
                    answer = await self._http.post(
                        self._url("intake", "sessions"),
                        headers=_HEADERS,
                        json={"name": self.access.user, "password": self.access.password},
                    )
                except httpx2.TransportError as reason:
                    raise self._nobody("intake", reason) from reason
                if not answer.is_success:
                    raise Told(f"intake does not sign {self.access.user} in", answer.status_code, _problem(answer))
                self._token = cast("str", answer.json()["token"])
            return self._token

    def _may_pass(self, told: "Told") -> bool:
        """Whether the same request may well be answered otherwise in a while."""
        if told.status == 401:
            return self._newborn
        return told.status in _FOR_A_WHILE or (told.status == 409 and told.problem.get("type") == _RUNNING_KEY)

    def _forget(self, token: str) -> None:
        if self._token == token:
            self._token = None

    def _url(self, service: Service, path: str) -> str:
        address = self.access.address(service)
        return f"{address}{path}" if path.startswith("/") else f"{address}/{service}/api/v1/{path}"

    def _nobody(self, service: Service, reason: httpx2.TransportError) -> NotAnswering:
        return NotAnswering(
            f"{service} does not answer at {self.access.address(service)} ({_reason(reason)}): start it with "
            f"`wangge up`, or say where it is by --url or WANGGE_{service.upper()}_URL."
        )


def _json(answer: httpx2.Response) -> Any:
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError as reason:
        raise CommandFailed(
            f"{answer.request.url} answers with something other than JSON: is this address Wangge's?"
        ) from reason


def _problem(answer: httpx2.Response) -> Mapping[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {"title": answer.text[:200].strip()}
    return told if isinstance(told, dict) else {"title": str(told)[:200]}


def _told(status: int, problem: Mapping[str, Any]) -> str:
    title, detail = problem.get("title") or f"status {status}", problem.get("detail")
    said = f"{title} ({status}). {detail or ''}".strip()
    faults = [
        f"{fault.get('pointer') or fault.get('parameter') or ''} {fault.get('detail') or ''}".strip()
        for fault in problem.get("errors") or ()
        if isinstance(fault, dict)
    ]
    return f"{said} {'; '.join(faults[:5])}".strip()


def _reason(reason: Exception) -> str:
    return str(reason) or type(reason).__name__
