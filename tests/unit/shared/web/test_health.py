"""Health: living is being there; being ready is having all that is needed."""

import asyncio

import httpx2
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from shared.web.health import Check, routes
from tests.unit.shared.web.conftest import Service


@pytest.mark.parametrize("prefix", ["", "/intake"])
async def test_a_service_answers_at_the_root_and_under_its_own_path(client: httpx2.AsyncClient, prefix: str) -> None:
    assert (await client.get(f"{prefix}/health/live")).json() == {"status": "live"}
    assert (await client.get(f"{prefix}/health/ready")).json() == {"status": "ready"}
    metrics = await client.get(f"{prefix}/metrics")
    assert "wangge_reports_total 1.0" in metrics.text
    assert metrics.headers["content-type"].startswith("text/plain")


async def test_what_is_missing_is_named_but_not_its_words(service: Service, client: httpx2.AsyncClient) -> None:
    service.ready_failure = ConnectionError("postgresql://admin:swordfish@db/")
    answer = await client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "checks": {"database": "ConnectionError"}}
    assert (await client.get("/health/live")).status_code == 200


async def test_verbose_tells_every_check(service: Service, client: httpx2.AsyncClient) -> None:
    assert (await client.get("/health/ready?verbose")).json()["checks"] == {"database": "ok", "broker": "ok"}
    service.ready_failure = RuntimeError()
    answer = await client.get("/health/ready?verbose")
    assert answer.json()["checks"] == {"database": "RuntimeError", "broker": "ok"}


async def test_a_check_that_does_not_answer_has_failed() -> None:
    async def silent() -> None:
        await asyncio.Event().wait()

    app = FastAPI()
    app.include_router(routes([Check("broker", silent)], CollectorRegistry(), time_limit=0.05))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://station.test") as client:
        answer = await client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"broker": "no answer within 0.05 s"}
