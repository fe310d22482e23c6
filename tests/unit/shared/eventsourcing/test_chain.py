"""The hash chain: any single change after the fact shows at the first event that was touched."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.eventsourcing.chain import GENESIS, Tampered, link, verify
from shared.eventsourcing.memory_store import MemoryStore
from shared.eventsourcing.store import Append, Meta, NewEvent, StoredEvent, StreamWrite

META = Meta(actor="a", station="s").encoded()


async def _events(count: int) -> list[StoredEvent]:
    store = MemoryStore()
    for n in range(count):
        new = NewEvent("happened", 1, b'{"n":%d}' % n, META)
        await store.append(Append((StreamWrite(f"report-{n % 3}", None, (new,)),), f"c{n}"))
    return list(await store.read_all(0))


@pytest.fixture
async def events() -> list[StoredEvent]:
    return await _events(12)


CHANGES: dict[str, Any] = {
    "stream": "report-9",
    "version": 99,
    "type": "happened-not",
    "schema": 2,
    "command": "other",
    "data": b'{"n":5} ',
    "meta": b'{"actor":"b","station":"s"}',
    "hash": bytes(32),
    "recorded": 1,
}


@pytest.mark.parametrize("field", CHANGES)
@pytest.mark.parametrize("at", [0, 5, 11])
def test_every_field_that_is_changed_is_found(events: list[StoredEvent], field: str, at: int) -> None:
    events[at] = events[at]._replace(**{field: CHANGES[field]})
    with pytest.raises(Tampered) as tampered:
        verify(events)
    assert tampered.value.broken.position == at + 1


def test_no_field_is_left_out() -> None:
    assert set(CHANGES) | {"position"} == set(StoredEvent._fields)


@pytest.mark.parametrize("at", range(11))
def test_a_removed_event_is_found(events: list[StoredEvent], at: int) -> None:
    del events[at]
    with pytest.raises(Tampered, match=f"event {at + 1} is missing"):
        verify(events)


@pytest.mark.parametrize("at", range(11))
def test_two_events_that_changed_places_are_found(events: list[StoredEvent], at: int) -> None:
    first, second = events[at], events[at + 1]
    events[at] = second._replace(position=first.position)
    events[at + 1] = first._replace(position=second.position)
    with pytest.raises(Tampered) as tampered:
        verify(events)
    assert tampered.value.broken.position == at + 1


def test_an_event_put_in_between_is_found(events: list[StoredEvent]) -> None:
    forged = events[4]._replace(position=5, data=b"{}")
    with pytest.raises(Tampered) as tampered:
        verify([*events[:4], forged, *(e._replace(position=e.position + 1) for e in events[4:])])
    assert tampered.value.broken.position == 5


def test_an_event_that_is_chained_anew_shows_at_the_next(events: list[StoredEvent]) -> None:
    forged = events[4]._replace(data=b"{}")
    events[4] = forged._replace(
        hash=link(
            events[3].hash,
            forged.position,
            forged.stream,
            forged.version,
            forged.type,
            forged.schema,
            forged.command,
            forged.data,
            forged.meta,
            forged.recorded,
        )
    )
    with pytest.raises(Tampered) as tampered:
        verify(events)
    assert tampered.value.broken.position == 6


def test_a_walk_may_go_on_where_another_ended(events: list[StoredEvent]) -> None:
    position, hash_ = verify(events[:7])
    assert verify(events[7:], hash_, position) == (12, events[-1].hash)
    assert verify([]) == (0, GENESIS)
    with pytest.raises(Tampered):
        verify(events[7:], GENESIS, position)


@given(st.binary(max_size=6), st.binary(max_size=6), st.integers(1, 6))
def test_neighbouring_fields_cannot_pass_for_one_another(data: bytes, meta: bytes, moved: int) -> None:
    both = data + meta
    at = (len(data) + moved) % (len(both) + 1)
    other = (both[:at], both[at:])
    same = link(GENESIS, 1, "s", 1, "t", 1, "c", data, meta, 0) == link(GENESIS, 1, "s", 1, "t", 1, "c", *other, 0)
    assert same == (other == (data, meta))
