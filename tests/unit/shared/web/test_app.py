"""The app as a whole: it starts and ends with its lifespan, streams, takes files, and breaks off honestly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.responses import StreamingResponse
from starlette.types import Message

from shared.web import sessions
from shared.web.app import create
from shared.web.routes import OPEN, Routes, check
from tests.unit.shared.web.conftest import KEY, OFFICER, Accounts, Service


async def call(app: FastAPI, path: str) -> list[Message]:
    """What the app sends for a GET, even when it breaks off."""
    sent: list[Message] = []
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"station.test")],
        "server": ("station.test", 80),
    }
    with pytest.raises(RuntimeError, match="in the middle"):
        await app(scope, receive, send)
    return sent


async def test_an_answer_that_fails_in_the_middle_is_broken_off_and_never_mended() -> None:
    routes = Routes(who=Accounts().who, session_key=KEY)

    @routes.get("/stream", access=OPEN)
    async def stream() -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            yield "first\n"
            raise RuntimeError("in the middle")

        return StreamingResponse(lines(), media_type="text/plain")

    app = create("intake", "Intake", "1.0", registry=CollectorRegistry())
    app.include_router(routes.router)
    check(app)
    sent = await call(app, "/stream")
    assert sent[0]["status"] == 200
    assert sent[1]["body"] == b"first\n"
    assert not any(message.get("more_body") is False for message in sent[1:])


async def test_the_lifespan_runs_around_the_service() -> None:
    ran: list[str] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        ran.append("started")
        yield
        ran.append("stopped")

    app = create("intake", "Intake", "1.0", lifespan=lifespan, registry=CollectorRegistry())
    async with app.router.lifespan_context(app):
        assert ran == ["started"]
    assert ran == ["started", "stopped"]


async def test_each_method_is_declared_alike() -> None:
    routes = Routes("/api", who=Accounts().who, session_key=KEY)

    @routes.patch("/thing", access="register.change")
    async def change() -> None: ...

    @routes.delete("/thing", access="person.erase", status_code=204)
    async def erase() -> None: ...

    app = create("intake", "Intake", "1.0", registry=CollectorRegistry())
    app.include_router(routes.router)
    check(app)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://station.test") as client:
        assert (await client.patch("/api/thing")).status_code == 401
        assert (await client.delete("/api/thing")).status_code == 401


async def test_a_form_with_a_file_is_recognised_by_its_content(service: Service, browser: httpx2.AsyncClient) -> None:
    token = sessions.form_token(KEY, OFFICER.id, service.clock())
    fields = {"form_token": token}
    answer = await browser.post(
        "/intake/api/v1/files", data=fields, files={"file": ("reports.csv", "留言编号\n1\n".encode())}
    )
    assert answer.json() == {"size": 15}
    assert (await browser.post("/intake/api/v1/files", files={"file": ("r.csv", b"x")})).status_code == 403


async def test_a_file_is_part_of_the_fingerprint(service: Service, signed_in: httpx2.AsyncClient) -> None:
    async def fingerprint(content: bytes, token: str) -> str:
        answer = await signed_in.post(
            "/intake/api/v1/echo",
            data={"form_token": token, "idempotency_key": "k1", "kind": "x"},
            files={"file": ("r.csv", content)},
        )
        return str(answer.json())

    first = await fingerprint(b"one", "t1")
    assert len(first) == 64
    assert await fingerprint(b"one", "t2") == first
    assert await fingerprint(b"two", "t1") != first


@pytest.mark.parametrize("authorization", ["Bearer nonsense", "Bearer ", "Digest x", "Basic bm9jb2xvbg=="])
async def test_what_is_no_credential_is_nobody(client: httpx2.AsyncClient, authorization: str) -> None:
    answer = await client.get("/intake/api/v1/reports", headers={"Authorization": authorization})
    assert answer.status_code == 401


async def test_an_open_form_needs_a_page_of_ours_too(client: httpx2.AsyncClient, service: Service) -> None:
    own = {"Sec-Fetch-Site": "same-origin"}
    assert (await client.post("/intake/sign-out", data={"x": "1"}, headers=own)).status_code == 403
    token = sessions.form_token(KEY, None, service.clock())
    assert (await client.post("/intake/sign-out", data={"form_token": token}, headers=own)).status_code == 303
    # A program that brings a token of its own, even a stale one, is no browser that is being misled.
    stale = {"Authorization": "Bearer stale"}
    assert (await client.post("/intake/sign-out", data={"x": "1"}, headers=stale)).status_code == 303
