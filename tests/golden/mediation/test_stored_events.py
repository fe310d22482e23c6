"""The stored events of mediation, as they were first written: they must load for ever."""

from pathlib import Path

import orjson
import pytest

from services.mediation.domain.dispute import EVENTS
from shared.eventsourcing.events import Codec

HERE = Path(__file__).parent
SAMPLES = sorted(HERE.glob("*.json"))
codec = Codec(EVENTS)


def told(sample: Path) -> tuple[str, int]:
    """`dispute-opened.v1.json` is a sample of `dispute-opened` in schema 1."""
    name, _, schema = sample.stem.rpartition(".v")
    return name, int(schema)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_a_stored_event_loads_for_ever(sample: Path) -> None:
    name, schema = told(sample)
    event = codec.decode(name, schema, sample.read_bytes())
    assert event.stored_as == name
    if schema == event.schema_number:
        assert orjson.loads(codec.encode(event).data) == orjson.loads(sample.read_bytes())


def test_every_schema_of_every_stored_event_has_a_sample() -> None:
    wanted = {(event.stored_as, schema) for event in EVENTS for schema in range(1, event.schema_number + 1)}
    assert {told(sample) for sample in SAMPLES} == wanted
