"""The documents that are generated and committed: AsyncAPI of the contracts, OpenAPI of each service."""

import importlib
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI

from shared.contracts import asyncapi

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
SERVICES: Final = tuple(sorted(path.parent.name for path in (ROOT / "services").glob("*/main.py")))
_KEY: Final = bytes(32)


def app_of(service: str) -> FastAPI:
    """The service's app with throw-away settings, which is not started: no database and no Kafka is asked."""
    settings = importlib.import_module(f"services.{service}.settings").Settings(
        database="sqlite+aiosqlite:///never-opened.db", master_key=_KEY, deployment_key=_KEY, session_key=_KEY
    )
    app: FastAPI = importlib.import_module(f"services.{service}.main").create_app(settings)
    return app


def _openapi(service: str) -> dict[str, Any]:
    return app_of(service).openapi()


DOCUMENTS: Final[Mapping[str, Callable[[], dict[str, Any]]]] = {
    "asyncapi.json": asyncapi.document,
    **{f"openapi/{service}.json": partial(_openapi, service) for service in SERVICES},
}


def text_of(name: str) -> bytes:
    return (json.dumps(DOCUMENTS[name](), ensure_ascii=False, indent=2) + "\n").encode()


def write() -> list[Path]:
    """Writes those that differ from what is committed, and answers which."""
    changed = []
    for name in DOCUMENTS:
        path, text = DOCS / name, text_of(name)
        if not path.exists() or path.read_bytes() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
            changed.append(path)
    return changed
