"""Stored events and contracts agree with the schemas that are kept, and the samples of every version load for ever."""

from typing import Any

import orjson
import pytest

from shared.contracts import examples
from shared.contracts.asyncapi import published
from shared.contracts.envelope import Contract
from tests.golden.kept import (
    GOLDEN,
    SCHEMAS,
    STORED,
    UPCASTERS,
    Kept,
    codec,
    complaints,
    everything,
    out_of_date,
)

ALL = everything()
EVENTS = [kept for kept in ALL if kept.rules == "stored"]
CONTRACTS = [kept for kept in ALL if kept.rules == "contract"]


def _id(kept: Kept) -> str:
    return f"{kept.of}/{kept.file.removesuffix('.json')}"


def test_nothing_changed_incompatibly_without_a_new_number() -> None:
    found = complaints(ALL)
    assert not found, "\n\n".join(found)


def test_the_kept_schemas_are_current() -> None:
    stale = [path.relative_to(SCHEMAS).as_posix() for path in out_of_date(ALL)]
    assert not stale, f"run `make contracts` and commit: {', '.join(stale)}"


@pytest.mark.parametrize("kept", ALL, ids=_id)
def test_every_version_has_a_sample(kept: Kept) -> None:
    assert kept.sample().exists(), (
        f"write {kept.sample().relative_to(GOLDEN)}: {kept.name!r} as it is stored or sent; it is never changed again"
    )


def test_every_sample_is_of_something_that_is_known() -> None:
    wanted = {kept.sample() for kept in ALL}
    found = {path for of in {kept.of for kept in ALL} for path in (GOLDEN / of).glob("*.json")}
    assert sorted(found - wanted) == [], "whoever stored or sent this expects it to be read: restore its class"


@pytest.mark.parametrize("kept", EVENTS, ids=_id)
def test_a_stored_event_loads_for_ever(kept: Kept) -> None:
    sample = kept.sample().read_bytes()
    event = codec(kept.of).decode(kept.name, kept.number, sample)
    assert type(event) is kept.model
    written = orjson.loads(codec(kept.of).encode(event).data)
    if kept.is_current:
        # A field that came later, with a default, is not in the older sample.
        assert _over(written, orjson.loads(sample)) == written


def _over(written: Any, sample: Any) -> Any:
    """The sample with what it lacks, at any depth of objects, from what was written."""
    if isinstance(written, dict) and isinstance(sample, dict):
        return {**written, **{name: _over(written.get(name), value) for name, value in sample.items()}}
    return sample


@pytest.mark.parametrize("kept", CONTRACTS, ids=_id)
def test_a_contract_is_read_for_ever_also_with_fields_that_are_not_known_yet(kept: Kept) -> None:
    sample = orjson.loads(kept.sample().read_bytes())
    read = kept.model.model_validate_json(orjson.dumps(sample))
    later = kept.model.model_validate_json(orjson.dumps({**sample, "added_in_a_later_release": [1]}))
    assert read == later
    written = read.model_dump(mode="json", by_alias=True)
    assert written | sample == written


def test_every_contract_has_one_example_of_its_own() -> None:
    assert {type(example) for example in examples.EXAMPLES} == set(published())
    assert len(examples.EXAMPLES) == len(published())


def test_every_contract_speaks_of_a_field_that_it_has() -> None:
    for contract in published():
        assert contract.about in contract.model_fields, contract.event_type


def test_no_two_contracts_have_one_name() -> None:
    names = [contract.event_type for contract in published()]
    assert len(names) == len(set(names))


def test_every_contract_of_the_published_language_is_kept() -> None:
    defined = {cls for cls in _subclasses(Contract) if cls.__module__.startswith("shared.contracts.")}
    assert {cls for cls in defined if hasattr(cls, "event_type")} == set(published()), "name its topic in TOPICS"


def _subclasses(base: type[Contract]) -> set[type[Contract]]:
    return {each for cls in base.__subclasses__() for each in {cls, *_subclasses(cls)}}


def test_the_upcasters_are_of_events_that_are_stored() -> None:
    for of, upcasters in UPCASTERS.items():
        assert {name for name, _ in upcasters} <= {event.stored_as for event in STORED[of]}
