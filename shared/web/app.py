"""A service's HTTP app with what each of them has: problems, headers, limits, static files, health, its documents."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cache
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry

from shared.contracts import asyncapi
from shared.web import health, problems
from shared.web.languages import Languages
from shared.web.logs import Tracing
from shared.web.pages import Pages
from shared.web.routes import OpenRoute
from shared.web.security import BODY_LIMIT, BodyLimit, SameOrigin, SecurityHeaders
from shared.web.static import PATH, FrontEndFiles

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

_PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "trace_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "detail": {"type": "string"},
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
}
_REFUSED: Final[dict[str, Any]] = {
    "description": "A problem (RFC 9457), in the language of `Accept-Language`",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class _Documented(FastAPI):
    """An app whose OpenAPI document defines the problem once, for all operations that refer to it."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
        return document


def create(
    service: str,
    title: str,
    version: str,
    *,
    lifespan: Lifespan | None = None,
    registry: CollectorRegistry,
    checks: Sequence[health.Check] = (),
    languages: Languages | None = None,
    pages: Pages | None = None,
    body_limit: int = BODY_LIMIT,
    body_limits: Mapping[str, int] | None = None,
) -> FastAPI:
    """The app of one service, to which its routers are added; then `routes.check(app)` is to be called.

    `body_limits` gives single paths (the upload of a file, say) a limit of their own; `*` is any one part of a path.
    """
    openapi_url = f"/{service}/openapi.json"
    app = _Documented(
        title=title,
        version=version,
        lifespan=lifespan,
        openapi_url=openapi_url,
        docs_url=None,  # the ready-made pages load their parts from elsewhere, which closed networks do not reach
        redoc_url=None,
        responses={422: _REFUSED, "4XX": _REFUSED, "5XX": _REFUSED},
        separate_input_output_schemas=False,
    )
    app.state.open_paths = frozenset({openapi_url, PATH})
    problems.install(app, languages or Languages(), pages)
    app.mount(PATH, FrontEndFiles(), name="static")
    probes = health.routes(checks, registry)
    app.include_router(probes)
    app.include_router(probes, prefix=f"/{service}")
    app.include_router(_contracts_of(service))
    # The one added last stands outermost.
    app.add_middleware(SameOrigin)
    app.add_middleware(BodyLimit, limit=body_limit, limits=body_limits)
    app.add_middleware(problems.Unexpected)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Tracing)
    return app


def _contracts_of(service: str) -> APIRouter:
    """`/{service}/asyncapi.json`: what the service tells and hears; an app that is none of ours has no such address."""
    router = APIRouter(prefix=f"/{service}", route_class=OpenRoute, include_in_schema=False)
    if (name := asyncapi.service_named(service)) is None:
        return router

    @router.get("/asyncapi.json")
    @cache
    def contracts() -> dict[str, Any]:
        return asyncapi.document(name)

    return router
