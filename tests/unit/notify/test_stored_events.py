"""Notify's stored events: they survive the codec, and the samples of every release load for ever."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.notify.domain import EVENTS
from services.notify.domain.group import Owner
from shared.eventsourcing.events import Codec, Event
from shared.eventsourcing.sealed import Sealed
from tests.unit.notify.examples import ONE_OF_EACH

GOLDEN = Path(__file__).parents[2] / "golden" / "notify"
codec = Codec(EVENTS)


def _sample(type_: str, schema: int) -> Path:
    return GOLDEN / f"{type_}.v{schema}.json"


def test_the_examples_show_every_stored_event() -> None:
    assert {type(event) for event in ONE_OF_EACH} == set(EVENTS)
    assert len(ONE_OF_EACH) == len(EVENTS) == 10


def test_every_stored_event_has_a_sample_of_every_schema() -> None:
    wanted = {_sample(e.stored_as, n) for e in EVENTS for n in range(1, e.schema_number + 1)}
    assert set(GOLDEN.glob("*.json")) == wanted


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: event.stored_as)
def test_the_samples_load_and_mean_what_they_meant(event: Event) -> None:
    for schema in range(1, event.schema_number + 1):
        assert codec.decode(event.stored_as, schema, _sample(event.stored_as, schema).read_bytes()) == event


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: event.stored_as)
def test_what_is_written_today_is_what_the_newest_sample_holds(event: Event) -> None:
    sample = _sample(event.stored_as, event.schema_number).read_bytes()
    assert orjson.loads(codec.encode(event).data) == orjson.loads(sample)


_ids = st.text(min_size=1, max_size=120)
_moments = st.datetimes(timezones=st.just(UTC))
_SPECIAL: dict[str, st.SearchStrategy[object]] = {
    "account": st.none() | _ids,
    "compound": st.none() | _ids,
    "owner": st.builds(Owner, account=st.none() | _ids),
    "variables": st.dictionaries(_ids, st.text() | st.from_type(Sealed)),
    "next_attempt_at": st.none() | _moments,
}


def _any(event: type[Event]) -> st.SearchStrategy[Event]:
    fields = event.model_fields
    moments: dict[str, st.SearchStrategy[object]] = {name: _moments for name in fields if name.endswith("_at")}
    return st.builds(event, **{**moments, **{name: _SPECIAL[name] for name in fields if name in _SPECIAL}})


@settings(max_examples=200, deadline=None)
@given(st.one_of(*map(_any, EVENTS)))
def test_every_event_survives_the_codec(event: Event) -> None:
    encoded = codec.encode(event)
    assert codec.decode(*encoded) == event


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.stored_as)
def test_every_event_says_in_a_sentence_what_it_means(event: type[Event]) -> None:
    assert TypeAdapter(event).json_schema()["description"].endswith(".")
