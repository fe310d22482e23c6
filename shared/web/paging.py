"""Reading lists: pages by an opaque cursor, versions by `ETag`, and reading after one's own writing."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias

from fastapi import Depends, Header, Query
from starlette.requests import Request
from starlette.responses import Response

from shared.web.languages import mark
from shared.web.problems import Fault, Problem, malformed

Cursor: TypeAlias = Mapping[str, str | int | None]
"""Where a page ends: the sort key of its last row."""

_LONGEST: Final = 2_000
_AFTER: Final = re.compile(r"(?:([a-z][a-z0-9-]{0,31}):)?([0-9]{1,18})", re.ASCII)
_VERSION: Final = re.compile(r'"([0-9]{1,18})"', re.ASCII)


@dataclass(frozen=True)
class Paging:
    """How many rows are asked for, and after which."""

    limit: int
    cursor: Cursor | None


@dataclass(frozen=True)
class After:
    """The position that an answer must include: of the service's own store, or of what it received from `source`."""

    source: str | None
    position: int


def encode(cursor: Cursor) -> str:
    text = json.dumps(cursor, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(text: str) -> Cursor:
    """The cursor in a text that `encode` made, or the problem that says it is none."""
    try:
        if len(text) > _LONGEST:
            raise ValueError("too long")
        raw = text.encode("ascii")
        cursor = json.loads(base64.b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True))
        if not isinstance(cursor, dict) or not all(_is_scalar(value) for value in cursor.values()):
            raise ValueError("no object of plain values")
    except (ValueError, binascii.Error, RecursionError) as error:
        detail = mark("This is no cursor of ours. Begin without one and follow the Link headers.")
        raise malformed(Fault(detail, parameter="cursor")) from error
    return cursor


def parse_after(text: str) -> After:
    """`N`, or `source:N`."""
    found = _AFTER.fullmatch(text)
    if found is None:
        detail = mark("This must be a position, such as 120, or one of another service, such as intake:120.")
        raise malformed(Fault(detail, parameter="after"))
    return After(found.group(1), int(found.group(2)))


def link_next(request: Request, response: Response, cursor: Cursor | None) -> None:
    """Says where the next page is, in a `Link` header; nothing when there is none."""
    if cursor is not None:
        # The part after the host only: what stands before us may know the host by another name.
        address = request.url.include_query_params(cursor=encode(cursor))
        response.headers.append("Link", f'<{address.path}?{address.query}>; rel="next"')


def etag(version: int) -> str:
    """The version of a stream as an `ETag`."""
    return f'"{version}"'


def _paging(
    limit: Annotated[int, Query(ge=1, le=200, description="How many rows, at most 200.")] = 50,
    cursor: Annotated[str | None, Query(description="Where to go on, from the Link header of the page before.")] = None,
) -> Paging:
    return Paging(limit, None if cursor is None else decode(cursor))


def _after(
    after: Annotated[
        str | None,
        Query(description="Answer only when this position is included: `N` of this service, or `intake:N`."),
    ] = None,
) -> After | None:
    return None if after is None else parse_after(after)


def _if_match(
    header: Annotated[
        str | None, Header(alias="If-Match", description="The ETag of what you have seen; another version answers 412.")
    ] = None,
) -> int | None:
    if header is None or header.strip() == "*":
        return None
    found = _VERSION.fullmatch(header.strip())
    if found is None:
        # A weak or foreign tag matches nothing, so that nothing is overwritten by mistake.
        raise Problem(
            412,
            "lost-race",
            mark("Somebody else changed it in the meantime"),
            mark("The If-Match header is no ETag of ours. Read it again and repeat."),
        )
    return int(found.group(1))


CurrentPaging = Annotated[Paging, Depends(_paging)]
"""`limit` and `cursor` of a list."""

CurrentAfter = Annotated[After | None, Depends(_after)]
"""`after=N` or `after=intake:N`."""

IfMatch = Annotated[int | None, Depends(_if_match)]
"""The version in `If-Match`, if the caller sent one."""


def _is_scalar(value: object) -> bool:
    return value is None or isinstance(value, str | int)
