"""Headers, origin and size: what every request and answer goes through."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from shared.web.logs import Tracing
from shared.web.problems import Unexpected
from shared.web.security import BODY_LIMIT, BodyLimit, SameOrigin, SecurityHeaders
from tests.unit.shared.web.conftest import Service

REPORTS = "/intake/api/v1/reports"
KEY = {"Idempotency-Key": '"k1"'}


@pytest.mark.parametrize("path", ["/health/live", "/nowhere", "/intake/sign-in", "/intake/openapi.json", REPORTS])
async def test_every_answer_binds_the_browser(client: httpx2.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("says", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Sec-Fetch-Site": "none"}, 201),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://station.test"}, 403),
        ({"Origin": "http://station.test"}, 201),
        ({"Origin": "http://station.test:8080"}, 403),
        ({"Origin": "http://elsewhere.test"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_a_change_by_cookie_comes_from_a_page_of_ours(
    browser: httpx2.AsyncClient, service: Service, says: dict[str, str], status: int
) -> None:
    del browser.headers["Sec-Fetch-Site"]
    answer = await browser.post(REPORTS, json={"text": "电梯停运"}, headers={**KEY, **says})
    assert answer.status_code == status
    assert len(service.received) == (1 if status == 201 else 0)


async def test_another_site_cannot_use_a_password_that_the_browser_keeps(client: httpx2.AsyncClient) -> None:
    answer = await client.post(
        REPORTS,
        json={"text": "x"},
        auth=("guo", "right: so it is"),
        headers={**KEY, "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:wangge:problem:other-origin"


async def test_a_program_with_a_token_says_no_origin(signed_in: httpx2.AsyncClient) -> None:
    assert (await signed_in.post(REPORTS, json={"text": "x"}, headers=KEY)).status_code == 201


async def test_an_announced_body_above_the_limit_is_refused_before_it_is_read(client: httpx2.AsyncClient) -> None:
    answer = await client.post(REPORTS, content=b"x" * (BODY_LIMIT + 1))
    assert answer.status_code == 413
    told = answer.json()
    assert told["type"] == "urn:wangge:problem:too-large"
    assert str(BODY_LIMIT) in told["detail"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_body_of_unknown_length_is_cut_at_the_limit(signed_in: httpx2.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b"x" * 65_536

    answer = await signed_in.post(REPORTS, content=endless(), headers={**KEY, "Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:wangge:problem:too-large"
    assert sent <= BODY_LIMIT // 65_536 + 2


async def test_a_path_can_have_a_limit_of_its_own(signed_in: httpx2.AsyncClient) -> None:
    files = {"file": ("reports.csv", b"x" * (BODY_LIMIT + 1))}
    answer = await signed_in.post("/intake/api/v1/files", files=files)
    assert answer.json() == {"size": BODY_LIMIT + 1}
    files = {"file": ("reports.csv", b"x" * (2 * BODY_LIMIT + 1))}
    assert (await signed_in.post("/intake/api/v1/files", files=files)).status_code == 413


async def test_a_packed_body_is_refused(signed_in: httpx2.AsyncClient) -> None:
    answer = await signed_in.post(REPORTS, content=b"\x1f\x8b", headers={**KEY, "Content-Encoding": "gzip"})
    assert answer.status_code == 415


async def test_the_openapi_document_is_3_1_and_tells_the_access_of_each_route(client: httpx2.AsyncClient) -> None:
    document = (await client.get("/intake/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    operation = document["paths"]["/intake/api/v1/reports"]["post"]
    assert operation["x-access"] == "report.register"
    assert "application/problem+json" in operation["responses"]["4XX"]["content"]
    assert "Idempotency-Key" in {parameter["name"] for parameter in operation["parameters"]}
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert (await client.get(path)).status_code == 404


async def test_static_files_are_kept_by_their_hash_and_asked_again_without(
    client: httpx2.AsyncClient, app: FastAPI
) -> None:
    hashed = await client.get("/static/wangge.css?h=0123")
    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    plain = await client.get("/static/wangge.css")
    assert plain.headers["cache-control"] == "no-cache"
    again = await client.get("/static/wangge.css", headers={"If-None-Match": plain.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/none.css"]
)
async def test_nothing_outside_the_front_end_files_is_served(client: httpx2.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"


async def test_what_is_not_http_passes_the_middlewares_untouched() -> None:
    passed: list[str] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        passed.append(scope["type"])

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None: ...

    for wrap in (SecurityHeaders, SameOrigin, BodyLimit, Tracing, Unexpected):
        await wrap(inner)({"type": "lifespan"}, receive, send)
    assert passed == ["lifespan"] * 5
