"""Logs as JSON lines on standard output, with the trace they belong to, and without phone or identity numbers."""

import json
import logging
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final, TextIO

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.typing import EventDict, Processor, WrappedLogger

# Digits may be grouped by spaces or hyphens, as people write them.
_PHONE: Final = re.compile(r"(?<!\d)((?:\+?86[- ]?)?1[3-9]\d)[- ]?\d{4}[- ]?(\d{4})(?!\d)", re.ASCII)
_IDENTITY: Final = re.compile(r"(?<!\d)(\d{3})\d{3}[- ]?\d{8}[- ]?\d{3}[\dXx](?![\dXx])", re.ASCII)
_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_UNPRINTABLE: Final = re.compile(r"[\x7f-\x9f\u2028\u2029]")
_REPEATING: Final = ("aiokafka", "shared.eventsourcing.listening")
"""Who says the same again and again, for each topic and node, for as long as Kafka does not answer."""
_SAID: Final = re.compile(r"(?<=[?&]text=)[^&]*")
"""What a person wrote and only wants looked up is in no log."""
_KEPT: Final = frozenset({"ts", "level", "service", "version", "trace_id", "span_id", "logger"})


def configure(service: str, version: str = "", *, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Sends structlog's and the standard library's records, uvicorn's included, to one stream of JSON lines."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
        _names(service, version),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, _access],
        pass_foreign_args=True,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            mask,
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(formatter)
    handler.addFilter(OncePerMinute(_REPEATING))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.NOTSET)


def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Masks mobile numbers (138****5678) and identity numbers (310***…) in every value."""
    return {name: value if name in _KEPT else _masked(value) for name, value in event.items()}


def masked(text: str) -> str:
    """The text with mobile and identity numbers made unreadable."""
    return _PHONE.sub(r"\1****\2", _IDENTITY.sub(r"\1***************", text))


class OncePerMinute(logging.Filter):
    """Of the warnings and errors of these loggers, lets each kind pass once a minute and says how many were like it.

    A kind is a logger's text before its values are put in, so that one trouble does not hide another.
    """

    def __init__(self, loggers: Iterable[str], clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._loggers = tuple(loggers)
        self._clock = clock
        self._passed: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        repeating = any(record.name == each or record.name.startswith(f"{each}.") for each in self._loggers)
        if not repeating or record.levelno < logging.WARNING:
            return True
        kind, now = (record.name, str(record.msg)), self._clock()
        last, held_back = self._passed.get(kind, (float("-inf"), 0))
        if now - last < 60:
            self._passed[kind] = (last, held_back + 1)
            return False
        self._passed[kind] = (now, 0)
        if held_back:
            record.held_back = held_back
        return True


class Tracing:
    """Binds the trace of a request (`traceparent`, or a new one) to everything that is logged on its way."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = _TRACEPARENT.fullmatch(Headers(scope=scope).get("traceparent", ""))
        trace_id = given.group(1) if given else secrets.token_hex(16)
        with structlog.contextvars.bound_contextvars(trace_id=trace_id, span_id=secrets.token_hex(8)):
            await self.app(scope, receive, send)


def traceparent() -> str | None:
    """The trace that the running request belongs to, as a header for what it causes."""
    bound = structlog.contextvars.get_contextvars()
    trace_id, span_id = bound.get("trace_id"), bound.get("span_id")
    return f"00-{trace_id}-{span_id}-01" if trace_id and span_id else None


def _names(service: str, version: str) -> Processor:
    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event.setdefault("service", service)
        if version:
            event.setdefault("version", version)
        return event

    return add


_TOKEN: Final = re.compile(r"^/r/[^/?]+")
"""A reporter's token in an address: whoever reads the log must not be able to open their report."""


def _access(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Takes uvicorn's access line apart, so that its parts can be asked for."""
    record: logging.LogRecord | None = event.get("_record")
    arguments = event.pop("positional_args", ())
    event.pop("color_message", None)  # uvicorn's line once more, for a terminal
    if record is None or record.name != "uvicorn.access" or not isinstance(arguments, tuple) or len(arguments) != 5:
        return event
    client, method, address, _, status = arguments
    told = _TOKEN.sub("/r/-", _SAID.sub("…", str(address)))
    return {**event, "event": "request", "client": client, "method": method, "address": told, "status": status}


def _masked(value: Any) -> Any:
    match value:
        case str():
            return masked(value)
        case bool() | None | float():
            return value
        case int():
            text = str(value)
            hidden = masked(text)
            return value if hidden == text else hidden
        case Mapping():
            return {_masked(name): _masked(each) for name, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked(each) for each in value]
        case _:
            return masked(str(value))


def _dumps(event: MutableMapping[str, Any], **_: object) -> str:
    # A line is a record whatever a text holds: no terminal escape, no line separator, no half of a surrogate pair.
    line = json.dumps(event, ensure_ascii=False, default=str)
    line = _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", line)
    return line.encode("utf-8", "backslashreplace").decode()
