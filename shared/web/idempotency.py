"""`Idempotency-Key`: a request sent twice is done once, and its answer is the same.

As in the IETF's draft: a string in quotes (a bare token is taken too), missing where required 400, the same key with
another payload 422, still running 409. The key belongs to its caller: two callers may use the same one.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID, uuid5

from fastapi import Depends, Header
from starlette.datastructures import UploadFile
from starlette.requests import Request

from shared.web.languages import mark
from shared.web.problems import Problem
from shared.web.routes import FORM_FIELD, CurrentActor

FIELD: Final = "idempotency_key"
"""The field by which a page's form carries its key."""

LONGEST: Final = 255

_QUOTED: Final = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
_BARE: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~:/=-]+")
_NAMESPACE: Final = UUID("6f0a7c1e-3a0f-5d52-9e4b-7d1c62b1a6f4")
_TITLE: Final = mark("The Idempotency-Key cannot be used")


@dataclass(frozen=True)
class Idempotency:
    """The command id that this caller's key stands for, and a keyed hash of what was sent with it."""

    command_id: str
    fingerprint: str


def parse(header: str) -> str:
    """The key in the header's value, or the problem that says what is wrong."""
    text = header.strip()
    if quoted := _QUOTED.fullmatch(text):
        key = re.sub(r"\\(.)", r"\1", quoted.group(1))
    elif _BARE.fullmatch(text):
        key = text
    else:
        raise Problem(400, "idempotency-key-malformed", _TITLE, mark('Send it as a string in quotes: "…".'))
    if not 0 < len(key) <= LONGEST:
        detail = mark("It must have 1 to %(limit)s characters.")
        raise Problem(400, "idempotency-key-malformed", _TITLE, detail, values={"limit": LONGEST})
    return key


def command_id(actor_id: str, key: str) -> str:
    """The same for the same caller and key, for ever; another for anybody else."""
    return str(uuid5(_NAMESPACE, f"{actor_id}\n{key}"))


def key_reused() -> Problem:
    """The key came before, with another payload."""
    return Problem(
        422,
        "idempotency-key-reused",
        _TITLE,
        mark("It was used for another request. Take a new key for a new request."),
    )


def still_running() -> Problem:
    """The key's first request has not been answered yet."""
    return Problem(
        409,
        "idempotency-key-running",
        _TITLE,
        mark("Its first request is still being worked on. Send this one again in a moment."),
        headers={"Retry-After": "1"},
    )


async def _required(
    request: Request,
    actor: CurrentActor,
    header: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description='A string in quotes, new for each new request, the same when a request is repeated: "…".',
        ),
    ] = None,
) -> Idempotency:
    form = await _form(request)
    given = header if header is not None else next((value for name, value in form if name == FIELD), None)
    if given is None:
        raise Problem(
            400, "idempotency-key-missing", _TITLE, mark("It is missing. Send a new one with each new request.")
        )
    return Idempotency(command_id(actor.id, parse(given)), await _fingerprint(request, form))


async def _optional(
    request: Request,
    actor: CurrentActor,
    header: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description='A string in quotes: "…". Without it the number in the body tells a repeated request.',
        ),
    ] = None,
) -> Idempotency | None:
    form = await _form(request)
    if header is None and not any(name == FIELD for name, _ in form):
        return None
    return await _required(request, actor, header)


IdempotencyKey = Annotated[Idempotency, Depends(_required)]
"""The request's key, required."""

OptionalIdempotencyKey = Annotated[Idempotency | None, Depends(_optional)]
"""The request's key, where the body has a number of its own that serves as well."""


async def _form(request: Request) -> list[tuple[str, str]]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return []
    fields: list[tuple[str, str]] = []
    for name, value in (await request.form()).multi_items():
        fields.append((name, await _digest(value) if isinstance(value, UploadFile) else value))
    return fields


async def _digest(file: UploadFile) -> str:
    digest = hashlib.sha256()
    while chunk := await file.read(1 << 16):
        digest.update(chunk)
    await file.seek(0)
    return digest.hexdigest()


async def _fingerprint(request: Request, form: list[tuple[str, str]]) -> str:
    # Keyed, since a body holds personal values, and the hash of a short one could be found by trying.
    secret: bytes = request.state.session_key.secret
    digest = hmac.new(secret, b"wangge request fingerprint\n", hashlib.sha256)
    digest.update(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    if form:
        for name, value in form:
            if name not in (FORM_FIELD, FIELD):  # another page for the same act has another token
                digest.update(f"{len(name)}:{name}={len(value)}:{value}\n".encode("utf-8", "surrogatepass"))
    else:
        digest.update(await request.body())
    return digest.hexdigest()
