"""The documents that are generated and committed: AsyncAPI of the contracts, OpenAPI of each service."""

import importlib
import json
from collections.abc import Iterator
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


def documents() -> Iterator[tuple[Path, bytes]]:
    yield DOCS / "asyncapi.json", _text(asyncapi.document())
    for service in SERVICES:
        yield DOCS / "openapi" / f"{service}.json", _text(app_of(service).openapi())


def write() -> list[Path]:
    """Writes those that differ from what is committed, and answers which."""
    changed = [(path, text) for path, text in documents() if not path.exists() or path.read_bytes() != text]
    for path, text in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    return [path for path, _ in changed]


def _text(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
