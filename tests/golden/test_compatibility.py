"""Each rule of compatibility, broken on purpose on invented shapes: the check fails, and says what to do."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, Field, create_model

from shared.contracts.envelope import Contract
from shared.eventsourcing.events import Codec, Event, Upcaster
from tests.golden.compatibility import UnknownKeyword, incompatible, shape_of
from tests.golden.kept import Incompatible, Kept, complaints, keep, kept_contracts, kept_events, out_of_date


class Seat(BaseModel, frozen=True):
    kind: Literal["leader", "officer"]
    person: str


class LanternLit(Event, frozen=True):
    """A lantern was lit: an event that no service has."""

    stored_as: ClassVar[str] = "lantern-lit"
    lantern: Annotated[str, Field(min_length=1, max_length=120)]
    colour: Literal["red", "yellow"]
    keeper: str | None
    seats: tuple[Seat, ...]
    notes: dict[str, str]
    wick: int = 1
    lit_at: AwareDatetime


class LanternTold(Contract, frozen=True):
    """A lantern was lit, as others are told: a contract that no service has."""

    event_type: ClassVar[str] = "test.lantern.lit.v1"
    topic: ClassVar[str] = "test.lanterns.v1"
    about: ClassVar[str] = "lantern"
    lantern: Annotated[str, Field(min_length=1, max_length=120)]
    colour: Literal["red", "yellow"]
    keeper: str | None
    seats: tuple[Seat, ...]
    notes: dict[str, str]
    wick: int = 1
    lit_at: AwareDatetime


Fields = dict[str, Any]
Change = Callable[[Fields], object]


def _fields(model: type[BaseModel]) -> Fields:
    return {
        name: (field.rebuild_annotation(), ... if field.is_required() else field.default)
        for name, field in model.model_fields.items()
    }


def _event(change: Change, *, schema: int = 1, stored_as: str = "lantern-lit") -> type[Event]:
    fields = _fields(LanternLit)
    change(fields)
    made: type[Event] = create_model("LanternLit", __base__=Event, **fields)
    made.stored_as, made.schema_number = stored_as, schema
    return made


def _contract(change: Change, *, topic: str = LanternTold.topic, about: str = "lantern") -> type[Contract]:
    fields = _fields(LanternTold)
    change(fields)
    made: type[Contract] = create_model("LanternTold", __base__=Contract, **fields)
    made.event_type, made.topic, made.about = LanternTold.event_type, topic, about
    return made


def _seat(**fields: Any) -> Any:
    given = {"kind": (Literal["leader", "officer"], ...), "person": (str, ...), **fields}
    seat: Any = create_model("Seat", **given)
    many: Any = tuple
    return many[seat, ...]


def _new_seat(fields: Fields) -> None:
    fields["seats"] = (_seat(since=(int, ...)), ...)


def _narrow_seat(fields: Fields) -> None:
    fields["seats"] = (_seat(kind=(Literal["leader"], ...)), ...)


def _rename(fields: Fields) -> None:
    fields["lamp"] = fields.pop("lantern")


BREAKS_BOTH: Mapping[str, tuple[Change, str, str]] = {
    "a field removed": (lambda f: f.pop("keeper"), "keeper", "was removed or renamed"),
    "a field renamed": (_rename, "lantern", "was removed or renamed"),
    "another type": (lambda f: f.update(notes=(str, ...)), "notes", "was object and is string"),
    "no longer null": (lambda f: f.update(keeper=(str, ...)), "keeper", "was string or null and is string"),
    "another alternative": (lambda f: f.update(keeper=(int | None, ...)), "keeper", "was string and is integer"),
    "one alternative more": (
        lambda f: f.update(keeper=(str | int | None, ...)), "keeper",
        "was string or null and is string or integer or null",
    ),
    "an optional field required": (lambda f: f.update(wick=(int, ...)), "wick", "was optional and is required"),
    "a new field that is required": (lambda f: f.update(oil=(str, ...)), "oil", "is new and required"),
    "fewer values": (lambda f: f.update(colour=(Literal["red"], ...)), "colour", "no longer allows 'yellow'"),
    "values where any text was": (
        lambda f: f.update(lantern=(Literal["a", "b"], ...)), "lantern", "was string and is one of 'a', 'b'",
    ),
    "any text where values were": (lambda f: f.update(colour=(str, ...)), "colour", "was one of 'red', 'yellow'"),
    "a shorter text": (
        lambda f: f.update(lantern=(Annotated[str, Field(min_length=1, max_length=9)], ...)),
        "lantern", "maxLength was 120 and is 9",
    ),
    "a new bound": (lambda f: f.update(wick=(Annotated[int, Field(ge=0)], 1)), "wick", "minimum was open and is 0"),
    "another form of text": (lambda f: f.update(lit_at=(str, ...)), "lit_at", "format was 'date-time' and is open"),
    "another meaning where it is left out": (
        lambda f: f.update(wick=(int, 2)), "wick", "meant 1 where it was left out, and means 2",
    ),
    "a required field in a part": (_new_seat, "seats[].since", "is new and required"),
    "fewer values in a part": (_narrow_seat, "seats[].kind", "no longer allows 'officer'"),
    "another type within a mapping": (
        lambda f: f.update(notes=(dict[str, int], ...)), "notes{}", "was string and is integer",
    ),
    "another form of a mapping's names": (
        lambda f: f.update(notes=(dict[Annotated[str, Field(max_length=3)], str], ...)), "notes", "propertyNames was",
    ),
}  # fmt: skip

BREAKS_A_CONTRACT: Mapping[str, tuple[Change, str, str]] = {
    "one value more": (
        lambda f: f.update(colour=(Literal["red", "yellow", "white"], ...)), "colour", "also says 'white'",
    ),
    "a field that may be left out": (
        lambda f: f.update(keeper=(str | None, None)), "keeper", "was always sent and is optional",
    ),
}  # fmt: skip

KEEPS_BOTH: Mapping[str, Change] = {
    "nothing": lambda f: None,
    "a new field with a default": lambda f: f.update(oil=(str | None, None)),
    "a new part with a default": lambda f: f.update(owner=(Seat | None, None)),
    "a new list that may be empty": lambda f: f.update(guests=(tuple[Seat, ...], ())),
    "another order": lambda f: f.update(lantern=f.pop("lantern")),
    "other words": lambda f: f.update(lit_at=(Annotated[AwareDatetime, Field(description="When.", title="Lit")], ...)),
}


@pytest.fixture
def kept_event(tmp_path: Path) -> Path:
    keep(kept_events("test", [LanternLit]), tmp_path)
    return tmp_path


@pytest.fixture
def kept_contract(tmp_path: Path) -> Path:
    keep(kept_contracts([_contract(lambda f: None)]), tmp_path)
    return tmp_path


@pytest.mark.parametrize(("change", "field", "what"), BREAKS_BOTH.values(), ids=BREAKS_BOTH)
def test_an_incompatible_change_of_a_stored_event_is_refused(
    change: Change, field: str, what: str, kept_event: Path
) -> None:
    (complaint,) = complaints(kept_events("test", [_event(change)]), kept_event)
    assert f"  {field}: " in complaint
    assert what in complaint
    for part in ("'lantern-lit'", "schema_number = 2", "upcaster from 1 to 2", "`make contracts`"):
        assert part in complaint


@pytest.mark.parametrize(
    ("change", "field", "what"),
    [*BREAKS_BOTH.values(), *BREAKS_A_CONTRACT.values()],
    ids=[*BREAKS_BOTH, *BREAKS_A_CONTRACT],
)
def test_an_incompatible_change_of_a_contract_is_refused(
    change: Change, field: str, what: str, kept_contract: Path
) -> None:
    (complaint,) = complaints(kept_contracts([_contract(change)]), kept_contract)
    assert f"  {field}: " in complaint
    assert what in complaint
    for part in ("'test.lantern.lit.v1'", "test.lantern.lit.v2", "topic of its own", "`make contracts`"):
        assert part in complaint


@pytest.mark.parametrize("change", [*KEEPS_BOTH.values(), *(c for c, _, _ in BREAKS_A_CONTRACT.values())])
def test_what_still_reads_all_that_was_stored_is_allowed(change: Change, kept_event: Path) -> None:
    assert complaints(kept_events("test", [_event(change)]), kept_event) == []


@pytest.mark.parametrize("change", KEEPS_BOTH.values(), ids=KEEPS_BOTH)
def test_a_contract_may_only_grow_by_optional_fields(change: Change, kept_contract: Path) -> None:
    assert complaints(kept_contracts([_contract(change)]), kept_contract) == []


def test_a_contract_stays_on_its_topic_and_keeps_its_key(kept_contract: Path) -> None:
    (complaint,) = complaints(kept_contracts([_contract(lambda f: None, topic="test.lamps.v1")]), kept_contract)
    assert "(topic): was 'test.lanterns.v1' and is 'test.lamps.v1'" in complaint
    (complaint,) = complaints(kept_contracts([_contract(lambda f: None, about="colour")]), kept_contract)
    assert "(key): was 'lantern' and is 'colour'" in complaint


def test_unknown_fields_that_were_refused_stay_refused(kept_event: Path) -> None:
    class Lax(LanternLit, frozen=True, extra="ignore"): ...

    (complaint,) = complaints(kept_events("test", [Lax]), kept_event)
    assert "(itself): additionalProperties was False and is None" in complaint


def test_a_compatible_change_is_written_by_make_contracts(kept_event: Path) -> None:
    grown = kept_events("test", [_event(lambda f: f.update(oil=(str | None, None)))])
    assert out_of_date(grown, kept_event) == [kept_event / "test" / "lantern-lit.v1.json"]
    keep(grown, kept_event)
    assert out_of_date(grown, kept_event) == []
    # And from now on the new field is kept like the others.
    (complaint,) = complaints(kept_events("test", [LanternLit]), kept_event)
    assert "oil: was removed or renamed" in complaint


def test_an_incompatible_change_is_never_written(kept_event: Path) -> None:
    before = (kept_event / "test" / "lantern-lit.v1.json").read_bytes()
    with pytest.raises(Incompatible, match="keeper: was removed or renamed"):
        keep(kept_events("test", [_event(lambda f: f.pop("keeper"))]), kept_event)
    assert (kept_event / "test" / "lantern-lit.v1.json").read_bytes() == before


def test_with_a_new_number_and_an_upcaster_the_same_change_is_allowed(kept_event: Path) -> None:
    changed = _event(lambda f: f.pop("keeper"), schema=2)
    upcasters: dict[tuple[str, int], Upcaster] = {("lantern-lit", 1): _without_keeper}
    keep(kept_events("test", [changed]), kept_event)
    assert sorted(path.name for path in kept_event.glob("test/*")) == ["lantern-lit.v1.json", "lantern-lit.v2.json"]
    assert complaints(kept_events("test", [changed]), kept_event) == []
    old = LanternLit(lantern="1", colour="red", keeper="li", seats=(), notes={}, lit_at="2026-11-23T01:30:00Z")  # type: ignore[arg-type]
    read = Codec([changed], upcasters).decode("lantern-lit", 1, old.model_dump_json().encode())
    assert not hasattr(read, "keeper")


def _without_keeper(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != "keeper"}


def test_a_new_number_without_an_upcaster_does_not_start() -> None:
    with pytest.raises(ValueError, match=r"'lantern-lit' has schema 2 but no upcaster from \[1\]"):
        Codec([_event(lambda f: f.pop("keeper"), schema=2)])


def test_an_event_that_was_stored_cannot_be_forgotten_or_renamed(kept_event: Path) -> None:
    (complaint,) = complaints([], kept_event)
    assert "test/lantern-lit.v1.json is kept and no code knows it" in complaint
    renamed = kept_events("test", [_event(lambda f: None, stored_as="lamp-lit")])
    (complaint,) = complaints(renamed, kept_event)
    assert "Restore its class" in complaint


def test_a_schema_number_is_not_lowered(kept_event: Path) -> None:
    keep(kept_events("test", [_event(lambda f: f.pop("keeper"), schema=2)]), kept_event)
    (complaint,) = complaints(kept_events("test", [LanternLit]), kept_event)
    assert "lantern-lit.v2.json is kept and no code knows it" in complaint


def test_the_schema_of_an_older_number_is_not_lost(kept_event: Path) -> None:
    second = kept_events("test", [_event(lambda f: f.pop("keeper"), schema=2)])
    keep(second, kept_event)
    (kept_event / "test" / "lantern-lit.v1.json").unlink()
    (complaint,) = complaints(second, kept_event)
    assert "schema 1 of 'lantern-lit' is not kept" in complaint


def test_a_word_that_the_comparison_does_not_know_is_an_error() -> None:
    class Odd(Event, frozen=True):
        stored_as: ClassVar[str] = "odd"
        pair: tuple[int, str]

    with pytest.raises(UnknownKeyword, match="prefixItems"):
        shape_of(Odd)


def test_a_shape_that_holds_itself_is_an_error() -> None:
    with pytest.raises(UnknownKeyword, match="holds itself"):
        shape_of(Endless)


class Endless(BaseModel):
    within: "Endless | None" = None


def test_a_shape_does_not_differ_from_itself() -> None:
    shape = shape_of(LanternLit)
    assert list(incompatible(shape, shape, "contract")) == []


def test_a_kept_schema_says_by_its_name_what_it_is_of() -> None:
    (event,) = kept_events("test", [LanternLit])
    assert event == Kept("test", "lantern-lit", "stored", LanternLit, 1, 1)
    assert event.file == "lantern-lit.v1.json"
