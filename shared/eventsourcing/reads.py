"""The record of reads: who opened whose sealed values, for what; itself an event, so the chain covers it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from shared.eventsourcing.events import Event


class SealedRead(Event, frozen=True):
    """Personal values were opened (查阅): by whom, of whom, on what page or for what task. Never the values."""

    stored_as: ClassVar[str] = "sealed-read"
    reader: str
    of: tuple[str, ...]
    purpose: str
    read_at: AwareDatetime


class PersonErased(Event, frozen=True):
    """A person's keys were deleted here (密钥销毁): every copy of the person's values is unreadable from now on."""

    stored_as: ClassVar[str] = "person-keys-deleted"
    person: str
    keys: int
    erased_at: AwareDatetime


EVENTS: tuple[type[Event], ...] = (SealedRead, PersonErased)
