"""Errors that the front answers itself, as problem details (RFC 9457)."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response


def problem(status: HTTPStatus, detail: str, instance: str, headers: Mapping[str, str] | None = None) -> Response:
    body = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
        "instance": instance,
    }
    return Response(
        json.dumps(body, ensure_ascii=False).encode(),
        status_code=int(status),
        headers={"cache-control": "no-store", **(headers or {})},
        media_type="application/problem+json",
    )
