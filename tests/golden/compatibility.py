"""What a stored event or a contract may change without a new number: shapes, their comparison, and what to do else.

A shape is the JSON schema with its references written out and without its words. A stored event must read whatever was
ever stored in its schema number, to the same meaning; a contract must read what any sender of its version sends, and
be read by any receiver of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from pydantic import BaseModel

Shape: TypeAlias = dict[str, Any]
Rules: TypeAlias = Literal["stored", "contract"]

_WORDS: Final = ("title", "description", "examples")
_BOUNDS: Final = (
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
    "format", "minItems", "maxItems", "uniqueItems",
)  # fmt: skip
_NOTHING: Final = object()
_INSIDE: Final = {"items": "[]", "propertyNames": "{name}", "additionalProperties": "{}"}
_KNOWN: Final = frozenset(
    {
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "propertyNames",
        "anyOf",
        "enum",
        "default",
        *_BOUNDS,
    }
)


class Change(NamedTuple):
    """An incompatible change: at which field, and what happened to it."""

    field: str
    what: str


class UnknownKeyword(Exception):
    """A schema uses a word that the comparison does not know; it must be taught before it can be trusted."""


def shape_of(model: type[BaseModel]) -> Shape:
    schema = model.model_json_schema(mode="validation")
    definitions = schema.pop("$defs", {})
    shape = _plain(schema, definitions, ())
    assert isinstance(shape, dict), "a model's schema is an object"
    return shape


def _plain(schema: Shape, definitions: Mapping[str, Shape], inside: tuple[str, ...]) -> Shape:
    if (reference := schema.get("$ref")) is not None:
        name = reference.removeprefix("#/$defs/")
        if name in inside:
            raise UnknownKeyword(f"{name} holds itself: a stored event or contract must have an end")
        schema = {**definitions[name], **{key: value for key, value in schema.items() if key != "$ref"}}
        inside = (*inside, name)
    plain: Shape = {}
    for key, value in schema.items():
        if key in _WORDS:
            continue
        if key == "const":
            plain["enum"] = [value]
        elif key == "enum":
            plain["enum"] = sorted(value)
        elif key == "required":
            plain["required"] = sorted(value)
        elif key == "properties":
            plain["properties"] = {name: _plain(each, definitions, inside) for name, each in value.items()}
        elif key in _INSIDE and isinstance(value, dict):
            plain[key] = _plain(value, definitions, inside)
        elif key == "anyOf":
            plain["anyOf"] = [_plain(each, definitions, inside) for each in value]
        elif key in _KNOWN:
            plain[key] = value
        else:
            raise UnknownKeyword(f"the comparison of shapes does not know {key!r}: teach it in {__name__}")
    return plain


def incompatible(old: Shape, new: Shape, rules: Rules, field: str = "") -> Iterator[Change]:
    """Each change from `old` to `new` that asks for a new schema number or version."""
    if old.get("type") != new.get("type") or ("anyOf" in old) != ("anyOf" in new):
        yield Change(field, f"was {_say(old)} and is {_say(new)}")
        return
    yield from _values(old, new, rules, field)
    for bound in _BOUNDS:
        if old.get(bound) != new.get(bound):
            yield Change(field, f"{bound} was {_given(old, bound)} and is {_given(new, bound)}")
    if "properties" in old or "properties" in new:
        yield from _fields(old, new, rules, field)
    if "anyOf" in old:
        yield from _alternatives(old["anyOf"], new["anyOf"], rules, field)
    for key, mark in _INSIDE.items():
        part, now = old.get(key), new.get(key)
        if isinstance(part, dict) and isinstance(now, dict):
            yield from incompatible(part, now, rules, field + mark)
        elif part != now:
            yield Change(field, f"{key} was {part} and is {now}")


def _values(old: Shape, new: Shape, rules: Rules, field: str) -> Iterator[Change]:
    before, after = old.get("enum"), new.get("enum")
    if before == after:
        return
    if before is None or after is None:
        yield Change(field, f"was {_say(old)} and is {_say(new)}")
        return
    if gone := sorted(set(before) - set(after)):
        yield Change(field, f"no longer allows {', '.join(map(repr, gone))}")
    if (added := sorted(set(after) - set(before))) and rules == "contract":
        yield Change(field, f"also says {', '.join(map(repr, added))}, which receivers of this version do not know")


def _fields(old: Shape, new: Shape, rules: Rules, field: str) -> Iterator[Change]:
    before, after = old.get("properties", {}), new.get("properties", {})
    required, still = set(old.get("required", ())), set(new.get("required", ()))
    for name in before:
        path = f"{field}.{name}".removeprefix(".")
        if name not in after:
            yield Change(path, "was removed or renamed")
            continue
        if name in still - required:
            yield Change(path, "was optional and is required")
        elif name in required - still and rules == "contract":
            yield Change(path, "was always sent and is optional")
        elif before[name].get("default", _NOTHING) != after[name].get("default", _NOTHING) and name not in required:
            was, now = before[name].get("default"), after[name].get("default")
            yield Change(path, f"meant {was!r} where it was left out, and means {now!r}")
        yield from incompatible(before[name], after[name], rules, path)
    for name in after:
        if name not in before and name in still:
            yield Change(f"{field}.{name}".removeprefix("."), "is new and required")


def _alternatives(old: list[Shape], new: list[Shape], rules: Rules, field: str) -> Iterator[Change]:
    if len(old) != len(new):
        yield Change(field, f"was {' or '.join(map(_say, old))} and is {' or '.join(map(_say, new))}")
        return
    for before, after in zip(old, new, strict=True):
        yield from incompatible(before, after, rules, field)


def _say(shape: Shape) -> str:
    if "enum" in shape:
        return f"one of {', '.join(map(repr, shape['enum']))}"
    if "anyOf" in shape:
        return " or ".join(map(_say, shape["anyOf"]))
    return str(shape.get("type", "anything"))


def _given(shape: Shape, bound: str) -> str:
    return repr(shape[bound]) if bound in shape else "open"


def stored_event_complaint(name: str, schema: int, changes: list[Change]) -> str:
    return (
        f"The stored event {name!r} changed incompatibly in schema {schema}:\n{_listed(changes)}\n"
        f"Set schema_number = {schema + 1} on its class, write an upcaster from {schema} to {schema + 1} for the "
        f"service's runtime, keep the files of schema {schema}, add a sample of schema {schema + 1}, and run "
        "`make contracts`. Or make the change compatible: a new field with a default."
    )


def contract_complaint(name: str, changes: list[Change]) -> str:
    stem, _, number = name.rpartition(".v")
    return (
        f"The contract {name!r} changed incompatibly within its version:\n{_listed(changes)}\n"
        f"Leave {name!r} as it was and write a contract {stem}.v{int(number) + 1} beside it on a topic of its own, "
        "with a sample, then run `make contracts`. Or make the change compatible: a new optional field."
    )


def _listed(changes: list[Change]) -> str:
    return "\n".join(f"  {change.field or '(itself)'}: {change.what}" for change in changes)
