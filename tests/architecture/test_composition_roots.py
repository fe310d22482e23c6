"""What a service's folders hold is what its program is made of: no read model and no event is written and forgotten."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from shared.eventsourcing.events import Event
from shared.eventsourcing.projections import Projection
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.streams import StreamType
from tests.golden.documents import SERVICES, app_of

ROOT = Path(__file__).parents[2]


def _modules(service: str, part: str) -> Iterator[ModuleType]:
    folder = ROOT / "services" / service / part
    for file in sorted(folder.rglob("*.py")):
        parts = (service, part, *file.relative_to(folder).with_suffix("").parts)
        yield importlib.import_module(".".join(("services", *(each for each in parts if each != "__init__"))))


def _defined(service: str, part: str, kind: type) -> set[type]:
    """The classes of that kind which are written there; one that others are made from is none that is used itself."""
    return {
        each
        for module in _modules(service, part)
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, kind)
        and each.__module__ == module.__name__
        and not each.__subclasses__()
    }


def _runtime_of(service: str, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    made: list[Runtime] = []

    class Kept(Runtime):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            made.append(self)

    monkeypatch.setattr("shared.web.service.Runtime", Kept)
    app_of(service)
    (runtime,) = made
    return runtime


def _not_followed(service: str, runtime: Runtime) -> list[str]:
    followed = {type(projection) for projection in runtime.projections.values()}
    return sorted(each.__qualname__ for each in _defined(service, "projections", Projection) - followed)


def _not_stored(service: str, runtime: Runtime) -> list[str]:
    events = _defined(service, "domain", Event)
    return sorted(each.__qualname__ for each in events if not runtime.codec.knows(getattr(each, "stored_as", "")))


@pytest.mark.parametrize("service", SERVICES)
def test_every_read_model_of_a_service_follows_its_events(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _defined(service, "projections", Projection)
    assert _not_followed(service, _runtime_of(service, monkeypatch)) == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_event_of_a_domain_can_be_stored_and_read(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By `EVENTS`, which the composition root gives to the runtime."""
    assert _defined(service, "domain", Event)
    assert _not_stored(service, _runtime_of(service, monkeypatch)) == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_event_of_a_domain_belongs_to_one_kind_of_stream(service: str) -> None:
    streams = importlib.import_module(f"services.{service}.domain.streams")
    kinds = [each for each in vars(streams).values() if isinstance(each, StreamType)]
    listed = [event for kind in kinds for event in kind.events]
    assert len(listed) == len(set(listed))
    assert set(listed) == _defined(service, "domain", Event)


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_forgotten_on_purpose_is_named(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = _runtime_of(service, monkeypatch)
    *_, rows = _modules(service, "projections")
    *_, domain = _modules(service, "domain")
    monkeypatch.setattr(rows, "Forgotten", type("Forgotten", (Projection,), {"__module__": rows.__name__}), False)
    named = {"__module__": domain.__name__, "__annotations__": {}}
    monkeypatch.setattr(domain, "Unheard", type("Unheard", (Event,), named, frozen=True), False)
    assert _not_followed(service, runtime) == ["Forgotten"]
    assert _not_stored(service, runtime) == ["Unheard"]
