"""Requests drawn from an app's own OpenAPI document, and spoiled: what no 5xx may come of, however odd it is."""

from __future__ import annotations

import json
import random
import re
import uuid
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import quote

import httpx2
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.errors import SerializationNotPossible
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

Operation: TypeAlias = APIOperation[Any, Any, Any, Any]

BIDI = "\u202e反过来的字\u202c"
TEXTS: Final = (
    "a\x00b",
    "\ud800",
    "",
    " ",
    "长" * 70_000,
    BIDI,
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE events; --",
    "%_\\",
    "../../etc/passwd",
    "👨‍👩‍👧‍👦",
)
MOMENTS: Final = (
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59Z",
    "2026-02-30T00:00:00Z",
    "1970-01-01T00:00:00Z",
)
DAYS: Final = ("0001-01-01", "9999-12-31", "2026-02-30", "2027-02-29", "1900-01-01")
NUMBERS: Final = (0, -1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 1.5, 1e308, float("nan"), float("inf"))
NAMES: Final = ("a\x00b", "长" * 400, "..", "%", "\x1b[31m", "null", " ", BIDI)
WHOLE: Final[tuple[bytes, ...]] = (
    b"",
    b"[" * 100_000,
    b'{"a":' * 20_000,
    b"\xff\xfe{\x00}\x00",
    '{"说明": "房东不退押金"}'.encode("gb18030"),
    b'{"a": 1' + b"0" * 5_000 + b"}",
    b"NaN",
    b"null",
    b"[]",
    b'"text"',
    b'{"a": "\\ud800"}',
    b"\x1f\x8b\x08\x00broken",
)
_DAY: Final = re.compile(r"-?\d{4,}-\d\d-\d\d")


@dataclass(frozen=True)
class Sent:
    """One request and what came of it."""

    label: str
    what: str
    answer: httpx2.Response

    def __str__(self) -> str:
        asked = self.answer.request
        body = asked.content[:600].decode("utf-8", "backslashreplace")
        return (
            f"{self.label} ({self.what}): {asked.method} {asked.url} {body}\n"
            f"  → {self.answer.status_code} {self.answer.text[:400]}"
        )


@dataclass
class Hostile:
    """Sends what the document allows and what it does not; `known` gives true values for fields and parameters."""

    app: FastAPI
    http: httpx2.AsyncClient
    known: Mapping[str, Any]
    seed: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    answered: Counter[str] = field(default_factory=Counter)
    made: dict[str, str] = field(default_factory=dict)

    def operations(self) -> list[Operation]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            schema = schemathesis.openapi.from_dict(self.app.openapi())
            return [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]

    def assert_sound(self, of: int) -> None:
        """No fault was found, and at least so many operations did something: refusals alone would prove little."""
        assert not self.faults, "\n".join(self.faults)
        assert len(self.answered) >= of, f"only {len(self.answered)} operations were answered: {dict(self.answered)}"

    async def attack(self, examples: int, *, spoiled: int = 3, negative: bool = False) -> None:
        """Every operation: as drawn, with identifiers that exist, and then spoiled in this many ways."""
        operations = self.operations()
        # What makes things goes first, so that what asks for them finds some.
        operations.sort(key=lambda each: (each.method.upper() != "POST", "{" in each.path))
        drawn = random.Random(self.seed)
        for number, operation in enumerate(operations):
            modes = [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if negative else [])]
            for case in (each for mode in modes for each in cases(operation, examples, mode)):
                await self._send(operation, case, "as drawn", case.body, dict(case.query or {}), {})
                body, at_hand = self._true(case.body), self._true(dict(case.query or {}))
                path = self._path(operation)
                await self._send(operation, case, "of what exists", body, at_hand, path)
                for turn in range(spoiled):
                    await self._spoil(operation, case, body, at_hand, path, drawn, number + turn)

    async def _spoil(
        self,
        operation: Operation,
        case: Case[Any],
        body: Any,
        query: dict[str, Any],
        path: dict[str, str],
        drawn: random.Random,
        turn: int,
    ) -> None:
        if case.media_type == "application/json":
            await self._send(operation, case, "a spoiled value", spoiled(body, drawn), query, path)
            await self._send(operation, case, "a spoiled body", WHOLE[turn % len(WHOLE)], query, path)
        if path:
            name = drawn.choice(sorted(path))
            other = {**path, name: drawn.choice(NAMES)}
            await self._send(operation, case, "a spoiled path", body, query, other)
        asked = [parameter.name for parameter in operation.query]
        if asked:
            name = drawn.choice(asked)
            value = drawn.choice([*TEXTS[:1], *TEXTS[5:], *MOMENTS, *DAYS, *NUMBERS, "eyJwb3NpdGlvbiI6MX0"])
            await self._send(operation, case, "a spoiled parameter", body, {**query, name: value}, path)

    async def _send(
        self,
        operation: Operation,
        case: Case[Any],
        what: str,
        body: Any,
        query: dict[str, Any],
        path: dict[str, str],
    ) -> None:
        names = {**{k: str(v) for k, v in (case.path_parameters or {}).items()}, **path}
        address = operation.path
        for name, value in names.items():
            address = address.replace(f"{{{name}}}", quote(value, safe="") or "%20")
        headers = {k: str(v) for k, v in (case.headers or {}).items() if str(v).isascii() and str(v).isprintable()}
        headers["Idempotency-Key"] = f'"{uuid.uuid4()}"'
        if what != "as drawn":
            headers.pop("If-Match", None)
        content, files = None, None
        if isinstance(body, bytes):
            content = body
        elif case.media_type == "application/json":
            content = json.dumps(body).encode()
        elif case.media_type == "multipart/form-data" and isinstance(body, dict):
            files = {name: ("file.csv", _bytes(value)) for name, value in body.items()}
        if content is not None:
            headers["Content-Type"] = case.media_type or "application/octet-stream"
        parameters = {name: _text(value) for name, value in query.items() if value is not None}
        answer = await self.http.request(
            operation.method.upper(), address, params=parameters, headers=headers, content=content, files=files
        )
        self._judge(operation, what, case, answer)

    def _judge(self, operation: Operation, what: str, case: Case[Any], answer: httpx2.Response) -> None:
        sent, status = Sent(operation.label, what, answer), answer.status_code
        self.statuses[status] += 1
        if status == 503 and answer.headers.get("retry-after") and ":" in answer.request.url.params.get("after", ""):
            return  # what another service says that it told may still be under way
        if status >= 500:
            self.faults.append(f"a fault of the service: {sent}")
        if status >= 400:
            if answer.headers.get("content-type") != "application/problem+json":
                self.faults.append(f"no problem: {sent}")
            elif not {"type", "title", "status"} <= answer.json().keys():
                self.faults.append(f"half a problem: {sent}")
        elif str(status) not in operation.definition.raw["responses"]:
            self.faults.append(f"an undocumented status: {sent}")
        else:
            self.answered[operation.label] += 1
            self._remember(operation, answer)
            if answer.headers.get("content-type") == "application/json":
                try:
                    operation.validate_response(answer)
                except schemathesis.errors.SchemathesisError as broken:  # pragma: no cover
                    self.faults.append(f"not what is documented: {sent}\n  {broken}")
                except BaseExceptionGroup as broken:
                    self.faults.append(f"not what is documented: {sent}\n  {broken.exceptions[0]}")

    def _remember(self, operation: Operation, answer: httpx2.Response) -> None:
        if answer.status_code == 201 and isinstance(told := answer.json(), dict) and isinstance(told.get("id"), str):
            self.made.setdefault(operation.path.rstrip("/"), told["id"])

    def _path(self, operation: Operation) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in re.findall(r"\{(\w+)\}", operation.path):
            before = operation.path.partition(f"/{{{name}}}")[0]
            if (value := self.known.get(before.rpartition("/")[2]) or self.made.get(before)) is not None:
                found[name] = str(value)
            elif name in self.known:
                found[name] = str(self.known[name])
        return found

    def _true(self, value: Any) -> Any:
        """The same with what exists in the place of identifiers, and a sound time for a time."""
        if isinstance(value, dict):
            return {
                name: self.known[name] if name in self.known and isinstance(held, str) else self._true(held)
                for name, held in value.items()
            }
        if isinstance(value, list):
            return [self._true(each) for each in value]
        return value


def cases(operation: Operation, examples: int, mode: GenerationMode) -> list[Case[Any]]:
    found: list[Case[Any]] = []

    @settings(
        max_examples=examples,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def draw(case: Case[Any]) -> None:
        found.append(case)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            draw()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, f"{operation.label} allows nothing"
        except SerializationNotPossible:
            # A file, which the tests of its importer spoil in its own ways.
            return []
    return found


def spoiled(body: Any, drawn: random.Random) -> Any:
    """The same body with one of its values replaced, or a member added."""
    places = list(_places(body))
    if not places or drawn.random() < 0.1:
        return {**body, "一个没有的字段": 1} if isinstance(body, dict) else [body]
    path, held = drawn.choice(places)
    return _replaced(body, path, _spoiled_value(held, drawn))


def _spoiled_value(held: Any, drawn: random.Random) -> Any:
    if isinstance(held, str) and (day := _DAY.match(held)):
        return drawn.choice(MOMENTS if len(held) > day.end() else DAYS)
    if isinstance(held, bool) or held is None:
        return drawn.choice((2, "true", [], {}))
    if isinstance(held, int | float):
        return drawn.choice(NUMBERS)
    return drawn.choice((*TEXTS, 7, None, ["a"], {"a": 1}))


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for name, held in value.items():
            yield from _places(held, (*path, name))
    elif isinstance(value, list) and value:
        for place, held in enumerate(value[:5]):
            yield from _places(held, (*path, place))
    elif path:
        yield path, value


def _replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    first, *rest = path
    if isinstance(value, dict):
        return {**value, first: _replaced(value[first], tuple(rest), new)}
    return [*value[:first], _replaced(value[first], tuple(rest), new), *value[first + 1 :]]


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
