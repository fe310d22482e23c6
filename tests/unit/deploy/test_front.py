"""The front before the services: where requests go, what is added and dropped, and who may pass."""

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from deploy.embedded import front as front_module
from deploy.embedded.front import front

SERVICES = {"intake": "http://intake:1", "mediation": "http://mediation:1", "notify": "http://notify:1"}
ADMIN = "Basic " + base64.b64encode("admin:网格-1234".encode()).decode()


class Upstream:
    """Three services that remember what they were asked."""

    def __init__(self) -> None:
        self.sign_ins: list[dict[str, Any]] = []
        self.lasts = timedelta(hours=8)
        self.ready = {"intake": 200, "mediation": 200, "notify": 200}
        self.metrics = "# HELP wangge_parked Parked messages.\n# TYPE wangge_parked gauge\nwangge_parked 2\n"
        self.bodies: list[int] = []

    def app(self, name: str) -> ASGIApp:
        async def echo(request: Request) -> Response:
            answer = JSONResponse(
                {
                    "service": name,
                    "target": (request.scope["raw_path"] + b"?" + request.scope["query_string"]).decode(),
                    "headers": dict(request.headers),
                }
            )
            answer.headers.append("set-cookie", "a=1")
            answer.headers.append("set-cookie", "b=2")
            answer.headers["connection"] = "x-private"
            answer.headers["x-private"] = "for the front alone"
            return answer

        async def sessions(request: Request) -> Response:
            asked = await request.json()
            self.sign_ins.append(asked)
            if asked["password"] != "网格-1234":
                return JSONResponse({"title": "wrong"}, status_code=401)
            expires = datetime.now(UTC) + self.lasts
            return JSONResponse({"token": f"token-{len(self.sign_ins)}", "expires_at": expires.isoformat()}, 201)

        async def upload(request: Request) -> Response:
            size = 0
            async for chunk in request.stream():
                size += len(chunk)
            self.bodies.append(size)
            return JSONResponse({"size": size})

        async def stream(request: Request) -> Response:
            async def events() -> AsyncIterator[str]:
                yield "data: 1\n\n"
                yield "data: 2\n\n"

            return StreamingResponse(events(), media_type="text/event-stream")

        async def readiness(request: Request) -> Response:
            return JSONResponse({"status": "…"}, status_code=self.ready[name])

        async def metrics(request: Request) -> Response:
            return PlainTextResponse(self.metrics)

        async def refuses(request: Request) -> Response:
            return JSONResponse({}, status_code=401)

        return Starlette(
            routes=[
                Route("/health/ready", readiness),
                Route("/metrics", metrics),
                Route("/intake/api/v1/sessions", sessions, methods=["POST"]),
                Route("/intake/upload", upload, methods=["POST"]),
                Route("/intake/stream", stream),
                Route("/intake/refuses", refuses),
                Route("/{path:path}", echo),
            ]
        )


class Services(httpx2.AsyncBaseTransport):
    """Routes by host name to the fake services; a host that is set to an error raises it."""

    def __init__(self, upstream: Upstream) -> None:
        self._apps = {name: httpx2.ASGITransport(app=upstream.app(name)) for name in SERVICES}
        self.failing: dict[str, list[Exception]] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        failures = self.failing.get(request.url.host)
        if failures:
            raise failures.pop(0)
        return await self._apps[request.url.host].handle_async_request(request)


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
def services(upstream: Upstream) -> Services:
    return Services(upstream)


@pytest.fixture
async def browser(services: Services) -> AsyncIterator[httpx2.AsyncClient]:
    inner = httpx2.AsyncClient(transport=services)
    app = front(SERVICES, inner)
    async with inner, httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://front") as client:
        yield client


async def test_the_root_leads_to_intake(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/intake/")


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/intake/", "intake"),
        ("/mediation/api/v1/disputes", "mediation"),
        ("/notify/inbox", "notify"),
        ("/static/pico.css", "intake"),
        ("/cases/7", "mediation"),
        ("/open311/v2/services.json", "intake"),
        ("/report", "intake"),
        ("/r/0123456789abcdefghjkmnpqrs", "intake"),
    ],
)
async def test_the_first_path_segment_names_the_service(browser: httpx2.AsyncClient, path: str, service: str) -> None:
    assert (await browser.get(path)).json()["service"] == service


async def test_an_unknown_segment_is_a_problem_that_names_the_services(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/intakes/")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "/mediation/" in answer.json()["detail"]


async def test_path_and_query_arrive_as_they_were_sent(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/intake/a%2Fb/%E7%BD%91?q=%26+x&q=2")
    assert answer.json()["target"] == "/intake/a%2Fb/%E7%BD%91?q=%26+x&q=2"


async def test_hop_by_hop_headers_stay_behind_and_the_origin_is_the_fronts_word(browser: httpx2.AsyncClient) -> None:
    sent = {"connection": "x-mine", "x-mine": "1", "te": "trailers", "x-kept": "2", "x-forwarded-for": "6.6.6.6"}
    answer = await browser.get("/intake/", headers=sent)
    arrived = answer.json()["headers"]
    assert "x-mine" not in arrived
    assert "te" not in arrived
    assert arrived["x-kept"] == "2"
    assert arrived["x-forwarded-for"] == "127.0.0.1"
    assert arrived["x-forwarded-proto"] == "http"
    assert arrived["x-forwarded-host"] == arrived["host"] == "front"
    assert "x-private" not in answer.headers
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]


async def test_basic_becomes_a_bearer_token_and_is_asked_for_once(
    browser: httpx2.AsyncClient, upstream: Upstream
) -> None:
    answers = await asyncio.gather(*(browser.get("/mediation/x", headers={"authorization": ADMIN}) for _ in range(5)))
    assert {answer.json()["headers"]["authorization"] for answer in answers} == {"Bearer token-1"}
    assert upstream.sign_ins == [{"name": "admin", "password": "网格-1234"}]


async def test_a_token_is_not_used_beyond_its_end(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.lasts = timedelta(seconds=-1)
    for number in (1, 2):
        answer = await browser.get("/intake/", headers={"authorization": ADMIN})
        assert answer.json()["headers"]["authorization"] == f"Bearer token-{number}"


async def test_a_refused_token_is_asked_for_anew(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    assert (await browser.get("/intake/refuses", headers={"authorization": ADMIN})).status_code == 401
    answer = await browser.get("/intake/", headers={"authorization": ADMIN})
    assert answer.json()["headers"]["authorization"] == "Bearer token-2"


async def test_a_bearer_token_passes_untouched(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    answer = await browser.get("/intake/", headers={"authorization": "Bearer own"})
    assert answer.json()["headers"]["authorization"] == "Bearer own"
    assert upstream.sign_ins == []


@pytest.mark.parametrize(
    "header",
    [
        "Basic " + base64.b64encode(b"admin:wrong").decode(),
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        "Basic ???",
        "basic ",
    ],
)
async def test_wrong_credentials_are_refused_with_a_challenge(browser: httpx2.AsyncClient, header: str) -> None:
    answer = await browser.get("/intake/", headers={"authorization": header})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Basic ")


async def test_sign_in_without_intake_is_unavailable_rather_than_wrong(
    browser: httpx2.AsyncClient, services: Services
) -> None:
    services.failing["intake"] = [httpx2.ConnectError("refused")]
    answer = await browser.get("/notify/", headers={"authorization": ADMIN})
    assert answer.status_code == 503
    assert "intake" in answer.json()["detail"]


async def test_a_body_is_passed_on(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    assert (await browser.post("/intake/upload", content=b"x" * 300_000)).json() == {"size": 300_000}


async def test_a_body_that_says_it_is_too_large_is_not_sent_on(
    browser: httpx2.AsyncClient, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_module, "LARGEST_BODY", 1000)
    answer = await browser.post("/intake/upload", content=b"x" * 1001)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert upstream.bodies == []


async def test_a_body_of_unsaid_length_is_cut_off_at_the_limit(
    browser: httpx2.AsyncClient, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_module, "LARGEST_BODY", 1000)

    async def body() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 100

    answer = await browser.post("/intake/upload", content=body())
    assert answer.status_code == 413
    assert upstream.bodies == []


async def test_a_stream_keeps_its_kind(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/intake/stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == "data: 1\n\ndata: 2\n\n"


async def test_a_service_that_is_down_is_503_and_says_when_to_come_back(
    browser: httpx2.AsyncClient, services: Services
) -> None:
    services.failing["mediation"] = [httpx2.ConnectError("refused")]
    answer = await browser.post("/mediation/api/v1/disputes", content=b"{}")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "2"
    assert "mediation" in answer.json()["detail"]


async def test_a_broken_off_command_is_502_and_is_not_sent_twice(
    browser: httpx2.AsyncClient, services: Services
) -> None:
    services.failing["mediation"] = [httpx2.RemoteProtocolError("gone"), AssertionError("sent twice")]
    answer = await browser.post("/mediation/api/v1/disputes", content=b"{}")
    assert answer.status_code == 502


async def test_a_broken_off_question_is_asked_once_more(browser: httpx2.AsyncClient, services: Services) -> None:
    services.failing["mediation"] = [httpx2.RemoteProtocolError("gone")]
    assert (await browser.get("/mediation/")).status_code == 200


async def test_ready_names_the_service_that_is_not(
    browser: httpx2.AsyncClient, upstream: Upstream, services: Services
) -> None:
    assert (await browser.get("/health/ready")).status_code == 200
    upstream.ready["notify"] = 503
    services.failing["mediation"] = [httpx2.ConnectError("refused")]
    answer = await browser.get("/health/ready")
    assert answer.status_code == 503
    states = answer.json()["services"]
    assert {name: state["ready"] for name, state in states.items()} == {
        "intake": True,
        "mediation": False,
        "notify": False,
    }
    assert (await browser.get("/health/live")).status_code == 200


async def test_metrics_are_one_page_with_each_family_once(browser: httpx2.AsyncClient, services: Services) -> None:
    services.failing["notify"] = [httpx2.ConnectError("refused")]
    text = (await browser.get("/metrics")).text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert text.count("# TYPE wangge_parked gauge") == 1
    assert {s.labels["service"]: s.value for s in families["wangge_parked"].samples} == {"intake": 2, "mediation": 2}
    assert {s.labels["service"]: s.value for s in families["wangge_service_up"].samples} == {
        "intake": 1,
        "mediation": 1,
        "notify": 0,
    }


async def test_metrics_that_are_no_metrics_are_named(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    upstream.metrics = '# TYPE x gauge\nx{a="1" 2\n'
    assert (await browser.get("/metrics")).status_code == 502


async def test_what_one_person_was_given_is_not_sent_with_anybody_elses_request(browser: httpx2.AsyncClient) -> None:
    given = await browser.get("/intake/sign-in")
    assert given.headers.get_list("set-cookie") == ["a=1", "b=2"]
    browser.cookies.clear()
    for service in SERVICES:
        assert "cookie" not in (await browser.get(f"/{service}/")).json()["headers"]
    own = await browser.get("/intake/", headers={"cookie": "a=mine"})
    assert own.json()["headers"]["cookie"] == "a=mine"
