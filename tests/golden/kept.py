"""What is kept for ever: the schemas and samples under tests/golden, beside the code that they must agree with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from pydantic import BaseModel

from services.intake.application.submissions import SealedSubmission
from services.intake.domain import streams as intake
from services.intake.entrypoints import orders_kafka
from services.mediation.domain import dispute as mediation
from services.notify import domain as notify
from shared.contracts.asyncapi import published
from shared.contracts.envelope import Contract
from shared.contracts.reports import ReportSubmitted
from shared.eventsourcing import parking, reads
from shared.eventsourcing.events import Codec, Event, Upcaster
from tests.golden.compatibility import (
    Change,
    Rules,
    Shape,
    contract_complaint,
    incompatible,
    shape_of,
    stored_event_complaint,
)

GOLDEN: Final = Path(__file__).parent
SCHEMAS: Final = GOLDEN / "schemas"

STORED: Final[Mapping[str, tuple[type[Event], ...]]] = {
    "intake": intake.EVENTS,
    "mediation": mediation.EVENTS,
    "notify": notify.EVENTS,
    "runtime": (*parking.EVENTS, *reads.EVENTS),
}
UPCASTERS: Final[Mapping[str, Mapping[tuple[str, int], Upcaster]]] = {
    "intake": {},
    "mediation": {},
    "notify": {},
    "runtime": {},
}
"""As each service gives them to its runtime."""

RECEIVED: Final[Mapping[str, type[BaseModel]]] = {ReportSubmitted.event_type: SealedSubmission, **orders_kafka.HEARD}
"""What is stored on receipt in another form than it was sent in."""


@dataclass(frozen=True)
class Kept:
    """A stored event in one schema number, or a contract: the name of its files and the rules that it is under."""

    of: str
    name: str
    rules: Rules
    model: type[BaseModel]
    current: int
    number: int

    @property
    def file(self) -> str:
        return f"{self.name}.json" if self.rules == "contract" else f"{self.name}.v{self.number}.json"

    def sample(self, root: Path = GOLDEN) -> Path:
        return root / self.of / self.file

    def schema(self, root: Path = SCHEMAS) -> Path:
        return root / self.of / self.file

    @property
    def is_current(self) -> bool:
        return self.number == self.current

    def snapshot(self) -> Shape:
        """What the code says now."""
        shape = {"name": self.name, "shape": shape_of(self.model)}
        if issubclass(self.model, Contract):
            shape |= {"topic": self.model.topic, "key": self.model.about}
        return shape


def kept_events(of: str, events: Iterable[type[Event]]) -> list[Kept]:
    return [
        Kept(of, event.stored_as, "stored", event, event.schema_number, number)
        for event in events
        for number in range(1, event.schema_number + 1)
    ]


def kept_contracts(contracts: Iterable[type[Contract]]) -> list[Kept]:
    return [Kept("contracts", contract.event_type, "contract", contract, 1, 1) for contract in contracts]


def everything() -> list[Kept]:
    events = [one for of, classes in STORED.items() for one in kept_events(of, classes)]
    received = [Kept("received", name, "contract", model, 1, 1) for name, model in RECEIVED.items()]
    return [*events, *kept_contracts(published()), *received]


def codec(of: str) -> Codec:
    return Codec(STORED[of], UPCASTERS[of])


def complaints(all_kept: Iterable[Kept], root: Path = SCHEMAS) -> list[str]:
    """What is wrong between the code and the schemas that are kept; each says what to do."""
    found: list[str] = []
    known: set[Path] = set()
    for kept in all_kept:
        path = kept.schema(root)
        known.add(path)
        if not path.exists():
            if not kept.is_current:
                found.append(
                    f"The schema {kept.number} of {kept.name!r} is not kept: restore {path.name} from the history; "
                    "its upcaster is for what it describes."
                )
            continue
        if kept.is_current:
            found.extend(_against(kept, orjson.loads(path.read_bytes())))
    for path in sorted(set(root.glob("*/*.json")) - known):
        found.append(
            f"{path.parent.name}/{path.name} is kept and no code knows it: whoever stored or sent it expects it to be "
            "read for ever. Restore its class; do not lower a schema number."
        )
    return found


def _against(kept: Kept, old: Shape) -> list[str]:
    new = kept.snapshot()
    changes = list(incompatible(old["shape"], new["shape"], kept.rules))
    changes += [
        Change(f"({what})", f"was {old[what]!r} and is {new[what]!r}")
        for what in ("topic", "key")
        if old.get(what) != new.get(what)
    ]
    if not changes:
        return []
    if kept.rules == "contract":
        return [contract_complaint(kept.name, changes)]
    return [stored_event_complaint(kept.name, kept.current, changes)]


def out_of_date(all_kept: Iterable[Kept], root: Path = SCHEMAS) -> list[Path]:
    """The schemas that are to be written anew."""
    return [
        kept.schema(root)
        for kept in all_kept
        if kept.is_current and (not kept.schema(root).exists() or kept.schema(root).read_bytes() != written(kept))
    ]


def written(kept: Kept) -> bytes:
    return orjson.dumps(kept.snapshot(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


class Incompatible(Exception):
    """The code does not agree with what is kept, and writing it over would hide it."""


def keep(all_kept: Iterable[Kept], root: Path = SCHEMAS) -> list[Path]:
    """Writes new and compatibly changed schemas; refuses, writing nothing, where something changed incompatibly."""
    all_kept = list(all_kept)
    if wrong := complaints(all_kept, root):
        raise Incompatible("\n\n".join(wrong))
    by_path = {kept.schema(root): kept for kept in all_kept if kept.is_current}
    changed = out_of_date(all_kept, root)
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(by_path[path]))
    return changed
