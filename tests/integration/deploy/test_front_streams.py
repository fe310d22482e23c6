"""The front over real HTTP: streams pass as they come, and whoever leaves is noticed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from deploy.embedded.front import LARGEST_BODY, front
from tests.servers.choice import free_port


@asynccontextmanager
async def serving(app: ASGIApp, port: int) -> AsyncIterator[str]:
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", timeout_graceful_shutdown=1)
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done(), "the server did not start"
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


class Events:
    """A service that sends one event, and the next when it is told to."""

    def __init__(self) -> None:
        self.next = asyncio.Event()
        self.left = asyncio.Event()
        self.received = 0

    def app(self) -> Starlette:
        async def events(request: Request) -> Response:
            async def stream() -> AsyncIterator[str]:
                try:
                    yield "data: first\n\n"
                    await self.next.wait()
                    yield "data: second\n\n"
                finally:
                    self.left.set()

            return StreamingResponse(stream(), media_type="text/event-stream")

        async def upload(request: Request) -> Response:
            async for chunk in request.stream():
                self.received += len(chunk)
            return JSONResponse({"size": self.received})

        return Starlette(routes=[Route("/intake/events", events), Route("/intake/upload", upload, methods=["POST"])])


@pytest.fixture
def service() -> Events:
    return Events()


@pytest.fixture
async def client(service: Events) -> AsyncIterator[httpx2.AsyncClient]:
    async with serving(service.app(), free_port()) as upstream:
        nowhere = f"http://127.0.0.1:{free_port()}"
        whole = front({"intake": upstream, "mediation": nowhere, "notify": nowhere})
        async with (
            serving(whole, free_port()) as address,
            httpx2.AsyncClient(base_url=address, trust_env=False, timeout=20) as http,
        ):
            yield http


async def test_an_event_arrives_before_the_next_one_exists(client: httpx2.AsyncClient, service: Events) -> None:
    async with client.stream("GET", "/intake/events") as answer:
        chunks = answer.aiter_text()
        assert await anext(chunks) == "data: first\n\n"
        service.next.set()
        assert await anext(chunks) == "data: second\n\n"


async def test_the_service_learns_that_the_reader_has_left(client: httpx2.AsyncClient, service: Events) -> None:
    async with client.stream("GET", "/intake/events") as answer:
        assert await anext(answer.aiter_text()) == "data: first\n\n"
    async with asyncio.timeout(5):
        await service.left.wait()


async def test_a_large_upload_passes_and_a_larger_one_is_cut_off(client: httpx2.AsyncClient, service: Events) -> None:
    async def body(size: int) -> AsyncIterator[bytes]:
        for _ in range(size // 65536):
            yield bytes(65536)

    passed = await client.post("/intake/upload", content=body(LARGEST_BODY))
    assert passed.json() == {"size": LARGEST_BODY}
    refused = await client.post("/intake/upload", content=body(LARGEST_BODY + 65536))
    assert refused.status_code == 413
    assert "32 MiB" in refused.json()["detail"]


async def test_a_service_that_is_not_there_is_503(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/notify/")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
