"""Stored events: their base class and the codec between them and the bytes of the event store.

A stored event's name is a literal of its own, never a Python path. Its schema number goes up when its shape changes
incompatibly, and an upcaster then lifts the older shape, one number at a time, whenever it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple, TypeAlias

import orjson
from pydantic import BaseModel

JsonObject: TypeAlias = dict[str, Any]
Upcaster: TypeAlias = Callable[[JsonObject], JsonObject]


class Event(BaseModel, frozen=True, extra="forbid"):
    """Something that happened, in the past tense. Stored for ever, so unknown fields are an error."""

    stored_as: ClassVar[str]
    schema_number: ClassVar[int] = 1


class UnknownStoredType(Exception):
    """The store holds an event that this code cannot read: older code than the store, or a type removed by mistake."""

    def __init__(self, type_: str, schema: int) -> None:
        super().__init__(
            f"No code here reads the stored event {type_!r} in schema {schema}: "
            "run the release that wrote it or a newer one, or add the missing event class or upcaster."
        )
        self.type = type_
        self.schema = schema


class Encoded(NamedTuple):
    type: str
    schema: int
    data: bytes


class Codec:
    """Writes and reads the events of a service.

    `upcasters[(name, n)]` lifts the data of schema n to schema n + 1. A missing link is found here, at start.
    """

    def __init__(
        self, events: Iterable[type[Event]], upcasters: Mapping[tuple[str, int], Upcaster] | None = None
    ) -> None:
        self._classes: dict[str, type[Event]] = {}
        self._upcasters = dict(upcasters or {})
        for event in events:
            if self._classes.setdefault(event.stored_as, event) is not event:
                raise ValueError(f"two events are stored as {event.stored_as!r}")
            missing = [n for n in range(1, event.schema_number) if (event.stored_as, n) not in self._upcasters]
            if missing:
                raise ValueError(f"{event.stored_as!r} has schema {event.schema_number} but no upcaster from {missing}")

    @property
    def types(self) -> Mapping[str, type[Event]]:
        return self._classes

    def knows(self, type_: str) -> bool:
        return type_ in self._classes

    def encode(self, event: Event) -> Encoded:
        if self._classes.get(event.stored_as) is not type(event):
            raise ValueError(f"{type(event).__name__} is not registered with this codec")
        return Encoded(event.stored_as, event.schema_number, event.__pydantic_serializer__.to_json(event))

    def decode(self, type_: str, schema: int, data: bytes) -> Event:
        cls = self._classes.get(type_)
        if cls is None or not 1 <= schema <= cls.schema_number:
            raise UnknownStoredType(type_, schema)
        if schema < cls.schema_number:
            body = orjson.loads(data)
            for number in range(schema, cls.schema_number):
                body = self._upcasters[type_, number](body)
            data = orjson.dumps(body)
        event: Event = cls.__pydantic_validator__.validate_json(data)
        return event
