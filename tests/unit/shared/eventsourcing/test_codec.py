"""The codec: what was stored once is read for ever, and what cannot be read says so at once."""

from __future__ import annotations

from typing import ClassVar

import pytest
from pydantic import ValidationError

from shared.eventsourcing.events import Codec, Event, JsonObject, UnknownStoredType


class Moved(Event, frozen=True):
    stored_as: ClassVar[str] = "moved"
    schema_number: ClassVar[int] = 3
    to_grid: str
    from_grid: str


class Moved2(Event, frozen=True):
    stored_as: ClassVar[str] = "moved"
    to_grid: str


def split(data: JsonObject) -> JsonObject:
    first, _, second = data["grids"].partition(">")
    return {"origin": first, "target": second}


def rename(data: JsonObject) -> JsonObject:
    return {"from_grid": data["origin"], "to_grid": data["target"]}


CODEC = Codec([Moved], {("moved", 1): split, ("moved", 2): rename})


def test_an_event_comes_back_as_it_was_written() -> None:
    moved = Moved(from_grid="网格一", to_grid="网格二")
    encoded = CODEC.encode(moved)
    assert (encoded.type, encoded.schema) == ("moved", 3)
    assert CODEC.decode(*encoded) == moved


def test_older_schemas_are_lifted_one_number_at_a_time() -> None:
    expected = Moved(from_grid="a", to_grid="b")
    assert CODEC.decode("moved", 1, b'{"grids":"a>b"}') == expected
    assert CODEC.decode("moved", 2, b'{"origin":"a","target":"b"}') == expected


@pytest.mark.parametrize(("type_", "schema"), [("unheard-of", 1), ("moved", 4), ("moved", 0), ("moved", -1)])
def test_an_unknown_type_or_schema_fails_and_names_itself(type_: str, schema: int) -> None:
    with pytest.raises(UnknownStoredType, match=f"'{type_}' in schema {schema}") as unknown:
        CODEC.decode(type_, schema, b"{}")
    assert (unknown.value.type, unknown.value.schema) == (type_, schema)


def test_a_missing_upcaster_is_found_when_the_codec_is_made() -> None:
    with pytest.raises(ValueError, match=r"no upcaster from \[1\]"):
        Codec([Moved], {("moved", 2): rename})


def test_two_events_under_one_name_are_found_when_the_codec_is_made() -> None:
    with pytest.raises(ValueError, match="two events are stored as 'moved'"):
        Codec([Moved, Moved2], {("moved", 1): split, ("moved", 2): rename})


def test_an_event_that_is_not_registered_is_not_written() -> None:
    with pytest.raises(ValueError, match="Moved2 is not registered"):
        CODEC.encode(Moved2(to_grid="x"))


@pytest.mark.parametrize("data", [b"{}", b"nonsense", b'{"from_grid":"a","to_grid":"b","more":1}'])
def test_data_that_is_not_of_its_schema_fails(data: bytes) -> None:
    with pytest.raises(ValidationError):
        CODEC.decode("moved", 3, data)
