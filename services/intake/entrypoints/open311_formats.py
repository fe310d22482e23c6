"""Open311's two formats: the same lists as JSON and as XML, each with its content type."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias
from xml.sax.saxutils import escape

import orjson
from starlette.responses import Response

Format: TypeAlias = Literal["json", "xml"]
Value: TypeAlias = "str | int | float | bool | Sequence[Value] | Mapping[str, Value] | None"
Record: TypeAlias = Mapping[str, Value]

CONTENT_TYPES: Final[Mapping[Format, str]] = {
    "json": "application/json; charset=utf-8",
    "xml": "text/xml; charset=utf-8",
}
_ITEMS: Final[Mapping[str, str]] = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}
"""What one entry of each list is called in XML."""
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def answer(
    name: str, value: Value, format_: Format, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer in the format that was asked for; `name` is XML's root, which JSON leaves out."""
    body = orjson.dumps(value) if format_ == "json" else xml(name, value)
    return Response(body, status, dict(headers or {}), CONTENT_TYPES[format_])


def errors(told: Sequence[tuple[int, str]], format_: Format, headers: Mapping[str, str] | None = None) -> Response:
    """Open311's own form of refusals: a list of codes and descriptions, under the status of the first."""
    listed: list[Value] = [{"code": code, "description": description} for code, description in told]
    return answer("errors", listed, format_, told[0][0], headers)


def xml(name: str, value: Value) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?>\n{_element(name, value)}\n'.encode()


def _element(name: str, value: Value) -> str:
    match value:
        case None:
            return f"<{name}/>"
        case bool():
            return f"<{name}>{'true' if value else 'false'}</{name}>"
        case str() | int() | float():
            return f"<{name}>{escape(_NOT_XML.sub('', str(value)))}</{name}>"
        case Mapping():
            return f"<{name}>{''.join(_element(key, each) for key, each in value.items())}</{name}>"
        case _:
            return f"<{name}>{''.join(_element(_ITEMS[name], each) for each in value)}</{name}>"
