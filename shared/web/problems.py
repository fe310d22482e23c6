"""What a service answers when it cannot do what is asked: RFC 9457 problems, in the reader's language.

Every answer of 400 and above is `application/problem+json`, or the same as a page for a browser that asks for one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, cast

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from shared.access.rights import Decision
from shared.web.languages import Language, Languages, Values, language_of, mark

TYPE: Final = "urn:wangge:problem:"
"""What every problem's `type` begins with; a URN, since a deployment's host is nobody else's business."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a request: where (a JSON Pointer into the body, or a parameter's name), and what."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    code: str | None = None
    values: Values = field(default_factory=dict)


class Problem(Exception):
    """A refusal to be told to the caller.

    `title` and `detail` are English sentences marked by `mark`, with `%(name)s` places that `values` fills; they are
    translated when the problem is told. The title says the kind (one for each slug), the detail this occurrence.
    `extra` becomes members of the answer.
    """

    def __init__(
        self,
        status: int,
        slug: str,
        title: str,
        detail: str | None = None,
        *,
        values: Values | None = None,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        self.status = status
        self.slug = slug
        self.title = title
        self.detail = detail
        self.values = values or {}
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})
        super().__init__(f"{status} {slug}: {detail or title}")

    def told(self, languages: Languages, language: Language) -> dict[str, object]:
        """The members of the answer, in one language."""
        told: dict[str, object] = {
            "type": TYPE + self.slug,
            "title": languages.text(language, self.title),
            "status": self.status,
        }
        if self.detail is not None:
            told["detail"] = languages.text(language, self.detail, self.values)
        if self.errors:
            told["errors"] = [_told_fault(fault, languages, language) for fault in self.errors]
        return {**self.extra, **told}


class ProblemPages(Protocol):
    """Renders a problem as a page."""

    def problem(self, request: Request, problem: Problem, told: Mapping[str, object]) -> Response: ...


# The problems that every service knows


def not_found(detail: str | None = None, **values: object) -> Problem:
    return Problem(404, "not-found", mark("Not found"), detail, values=values)


def refused(slug: str, detail: str, *, extra: Mapping[str, object] | None = None, **values: object) -> Problem:
    """A rule of the domain says no: 409, with a slug of its own."""
    return Problem(409, slug, mark("Refused by a rule"), detail, values=values, extra=extra)


def lost_race(
    detail: str, *, by_precondition: bool = False, extra: Mapping[str, object] | None = None, **values: object
) -> Problem:
    """Somebody else wrote in between: 412 where the caller sent `If-Match`, else 409."""
    status = 412 if by_precondition else 409
    title = mark("Somebody else changed it in the meantime")
    return Problem(status, "lost-race", title, detail, values=values, extra=extra)


def malformed(*faults: Fault) -> Problem:
    return Problem(
        422,
        "malformed",
        mark("The request is malformed"),
        mark("Correct what is named and send it again."),
        errors=faults,
    )


def unauthenticated() -> Problem:
    return Problem(
        401,
        "unauthenticated",
        mark("Not signed in"),
        mark("Sign in, or send a valid token in the Authorization header."),
        headers={"WWW-Authenticate": 'Bearer realm="wangge"'},
    )


REASONS: Final[Mapping[str, str]] = {
    "no-post": mark("You hold no post, so nothing is open to you."),
    "auditor-apart": mark("An auditor can hold no other post; give up one of the two."),
    "not-your-role": mark("Your role does not allow this."),
    "not-your-place": mark("Your role allows this, but not at this place."),
}
"""The reasons of a refused `Decision`, as sentences."""


def forbidden(decision: Decision) -> Problem:
    return Problem(
        403,
        "forbidden",
        mark("Not allowed"),
        REASONS[decision.reason],
        extra={"reason": decision.reason, **decision.parameters},
    )


def too_large(limit: int) -> Problem:
    return Problem(
        413,
        "too-large",
        mark("The request is too large"),
        mark("At most %(limit)s bytes are taken here. Send less at a time."),
        values={"limit": limit},
        headers={"Connection": "close"},
    )


_HTTP: Final[Mapping[int, tuple[str, str]]] = {
    400: ("bad-request", mark("The request cannot be understood")),
    401: ("unauthenticated", mark("Not signed in")),
    403: ("forbidden", mark("Not allowed")),
    404: ("not-found", mark("Not found")),
    405: ("method-not-allowed", mark("This address does not take that method")),
    406: ("not-acceptable", mark("Nothing acceptable can be sent")),
    413: ("too-large", mark("The request is too large")),
    415: ("unsupported-media-type", mark("This kind of content is not taken here")),
    429: ("too-many-requests", mark("Too many requests")),
    503: ("unavailable", mark("Not available at the moment")),
}


def from_http(exception: HTTPException) -> Problem:
    if isinstance(exception, TooLarge):
        return too_large(exception.limit)
    slug, title = _HTTP.get(exception.status_code, (f"http-{exception.status_code}", mark("The request failed")))
    return Problem(exception.status_code, slug, title, headers=exception.headers)


class TooLarge(HTTPException):
    """Raised while a body is read; an `HTTPException`, since FastAPI turns any other into a 400."""

    def __init__(self, limit: int) -> None:
        super().__init__(413)
        self.limit = limit


# What pydantic finds, in our words: its own carry the value that was sent, or Python's terms.
_FAULTS: Final[Mapping[str, str]] = {
    "missing": mark("This is required."),
    "extra_forbidden": mark("This is not known here."),
    "json_invalid": mark("This is not JSON."),
    "string_type": mark("This must be text."),
    "string_too_short": mark("This must have at least %(min_length)s characters."),
    "string_too_long": mark("This can have at most %(max_length)s characters."),
    "string_pattern_mismatch": mark("This does not have the form asked for."),
    "too_short": mark("This must have at least %(min_length)s items."),
    "too_long": mark("This can have at most %(max_length)s items."),
    "int_type": mark("This must be a whole number."),
    "int_parsing": mark("This must be a whole number."),
    "int_from_float": mark("This must be a whole number."),
    "float_type": mark("This must be a number."),
    "float_parsing": mark("This must be a number."),
    "bool_type": mark("This must be true or false."),
    "bool_parsing": mark("This must be true or false."),
    "greater_than": mark("This must be greater than %(gt)s."),
    "greater_than_equal": mark("This must be at least %(ge)s."),
    "less_than": mark("This must be less than %(lt)s."),
    "less_than_equal": mark("This must be at most %(le)s."),
    "literal_error": mark("This must be one of %(expected)s."),
    "enum": mark("This must be one of %(expected)s."),
    "datetime_type": mark("This must be a date and time in ISO 8601, such as 2026-08-28T18:00:00+08:00."),
    "datetime_parsing": mark("This must be a date and time in ISO 8601, such as 2026-08-28T18:00:00+08:00."),
    "datetime_from_date_parsing": mark("This must be a date and time in ISO 8601, such as 2026-08-28T18:00:00+08:00."),
    "timezone_aware": mark("This must say its time zone, such as +08:00."),
    "date_type": mark("This must be a date in ISO 8601, such as 2026-08-28."),
    "date_parsing": mark("This must be a date in ISO 8601, such as 2026-08-28."),
    "date_from_datetime_parsing": mark("This must be a date in ISO 8601, such as 2026-08-28."),
    "model_attributes_type": mark("This must be a JSON object."),
    "dict_type": mark("This must be a JSON object."),
    "list_type": mark("This must be a JSON array."),
    "uuid_parsing": mark("This must be a UUID."),
}


def from_validation(exception: RequestValidationError) -> Problem:
    return malformed(*(_fault(error) for error in exception.errors()))


def _fault(error: Mapping[str, Any]) -> Fault:
    kind: str = error["type"]
    where, *path = error["loc"]
    values: dict[str, object] = dict(error.get("ctx", {}))
    known = _FAULTS.get(kind)
    # A validator of our own says its sentence by a ValueError; pydantic puts "Value error, " before it.
    detail = known or str(values.pop("error", "")) or mark("This is not valid.")
    values = values if known else {}
    if where != "body":
        return Fault(detail, parameter=".".join(str(part) for part in path), code=kind, values=values)
    if kind == "json_invalid":
        return Fault(detail, pointer="#", code=kind)
    return Fault(detail, pointer=pointer(path), code=kind, values=values)


def pointer(path: Sequence[object]) -> str:
    """A JSON Pointer (RFC 6901) as a fragment: `#/parties/0/name`."""
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _told_fault(fault: Fault, languages: Languages, language: Language) -> dict[str, str]:
    told = {"detail": languages.text(language, fault.detail, fault.values)}
    for member in ("pointer", "parameter", "code"):
        value = getattr(fault, member)
        if value is not None:
            told[member] = value
    return told


# Telling them


def install(app: FastAPI, languages: Languages, pages: ProblemPages | None = None) -> None:
    """Makes the app answer every failure with a problem. Unexpected ones are `Unexpected`'s, a middleware."""
    app.state.languages = languages
    app.state.problem_pages = pages

    async def of_problem(request: Request, exception: Exception) -> Response:
        return respond(request, cast("Problem", exception))

    async def of_http(request: Request, exception: Exception) -> Response:
        status = cast("HTTPException", exception).status_code
        if status in (204, 304):
            return Response(status_code=status)
        return respond(request, from_http(cast("HTTPException", exception)))

    async def of_validation(request: Request, exception: Exception) -> Response:
        return respond(request, from_validation(cast("RequestValidationError", exception)))

    app.add_exception_handler(Problem, of_problem)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(RequestValidationError, of_validation)


def respond(request: Request, problem: Problem) -> Response:
    """The answer that tells a problem: a page for a browser, JSON for everybody else."""
    language = language_of(request)
    told = _told(request, problem, language)
    pages: ProblemPages | None = request.app.state.problem_pages
    if pages is not None and wants_page(request):
        return pages.problem(request, problem, told)
    return _json(problem, told, language)


def _told(request: Request, problem: Problem, language: Language) -> dict[str, object]:
    languages: Languages = request.app.state.languages
    told = {"instance": request.url.path, **problem.told(languages, language)}
    trace = structlog.contextvars.get_contextvars().get("trace_id")
    return told if trace is None else {**told, "trace_id": trace}


def _json(problem: Problem, told: Mapping[str, object], language: Language) -> Response:
    headers = {**problem.headers, "Content-Language": language}
    return JSONResponse(told, problem.status, headers, "application/problem+json")


def wants_page(request: Request) -> bool:
    """Whether a browser asks, for a page rather than for the API's data."""
    return "text/html" in request.headers.get("accept", "") and "/api/" not in request.url.path


class Unexpected:
    """Answers 500 when the program itself fails: the caller gets a number, the log gets what happened."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception:
            incident = str(uuid7())
            request = Request(scope, receive)
            await log.aexception("unexpected", incident=incident, method=request.method, path=request.url.path)
            if started:
                # Half an answer is out; the server must break the connection so that nobody takes it for a whole one.
                raise
            problem = Problem(
                500,
                "unexpected",
                mark("The service failed"),
                mark("This is a fault of the service. Name the number %(incident)s when you report it."),
                values={"incident": incident},
                extra={"incident": incident},
            )
            try:
                response = respond(request, problem)
            except Exception:
                # What failed may be the very frame of the pages.
                await log.aexception("the page of a problem failed", incident=incident)
                language = language_of(request)
                response = _json(problem, _told(request, problem, language), language)
            await response(scope, receive, send)
