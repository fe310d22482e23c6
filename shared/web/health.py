"""Whether a service lives, whether it is ready, and its figures: `/health/live`, `/health/ready`, `/metrics`."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from shared.web.routes import OpenRoute

TIME_LIMIT: Final = 2.0
"""Seconds after which a check that has not answered counts as failed."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Check:
    """One thing a service needs before it can serve; `ask` raises, saying what is wrong, when it is not there."""

    name: str
    ask: Callable[[], Awaitable[None]]


def routes(checks: Sequence[Check], registry: CollectorRegistry, time_limit: float = TIME_LIMIT) -> APIRouter:
    """The three addresses, to be included at the root and under the service's own path."""
    router = APIRouter(route_class=OpenRoute, include_in_schema=False)

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/health/ready")
    async def ready(verbose: Annotated[str | None, Query()] = None) -> JSONResponse:
        states = dict(await asyncio.gather(*(_state(check, time_limit) for check in checks)))
        failed = {name: state for name, state in states.items() if state != "ok"}
        answer: dict[str, object] = {"status": "not ready" if failed else "ready"}
        if failed or verbose is not None:
            answer["checks"] = states if verbose is not None else failed
        return JSONResponse(answer, 503 if failed else 200)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


async def _state(check: Check, time_limit: float) -> tuple[str, str]:
    try:
        async with asyncio.timeout(time_limit):
            await check.ask()
    except TimeoutError:
        return check.name, f"no answer within {time_limit:g} s"
    except Exception as error:
        # Open to everybody: the kind of the failure is told, its words (which may hold an address) are logged.
        await log.awarning("not ready", check=check.name, error=str(error))
        return check.name, type(error).__name__
    return check.name, "ok"
