"""The map of a source's categories (来源分类对照) to the standard ones, from its first version to the next.

A version holds from its day on. A report keeps the code under which it was filed and what the map of its day made of
it; a later version changes neither.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel, Field

from shared.categories import SCHEMES
from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event

PARTED_BY: Final = "/"
MOST: Final = 5_000
"""Entries of one version: what a record can hold."""


class Entry(BaseModel, frozen=True):
    """One category of the source, by up to three levels (一级、二级、三级分类), and the standard one it stands for."""

    levels: tuple[str, ...] = Field(min_length=1, max_length=3)
    category: str | None = None
    """`None` while nobody has said what it stands for."""
    code: str | None = None
    """The source's own code, where it has one."""

    @property
    def path(self) -> str:
        return PARTED_BY.join(self.levels)


# Commands and events


class ImportCategoryMap(BaseModel, frozen=True):
    """Take in a version of a source's map (导入分类对照表), valid from a day on."""

    map: str
    name: str
    scheme: str
    valid_from: date
    entries: tuple[Entry, ...] = Field(min_length=1, max_length=MOST)
    by: str
    now: AwareDatetime


class CategoryMapImported(Event, frozen=True):
    """A version of a source's map was taken in (已导入); the version before it ends the day before."""

    stored_as: ClassVar[str] = "category-map-imported"
    map: str
    name: str
    version: int
    scheme: str
    valid_from: date
    entries: tuple[Entry, ...]
    by: str
    imported_at: AwareDatetime


Command: TypeAlias = ImportCategoryMap
COMMANDS: Final[tuple[type[BaseModel], ...]] = (ImportCategoryMap,)
EVENTS: Final[tuple[type[CategoryMapImported], ...]] = (CategoryMapImported,)


# Refusals


class NoSuchMap(Unknown):
    say = sentence("No map of categories has this name. Import it first, or look for its name in the list of maps.")


class UnknownScheme(Refusal):
    say = sentence("{scheme} is no list of categories. Choose one of: {known}.")


class UnknownCategory(Refusal):
    say = sentence("{path} stands for {category}, which the list {scheme} does not have. Correct the row.")


class TwiceInTheMap(Refusal):
    say = sentence("{path} is in the map twice. Leave one of the rows.")


class BeforeTheLatest(Refusal):
    say = sentence(
        "Version {version} of this map holds from {valid_from}. A new version begins on a later day: "
        "reports of the past keep what the map of their day made of them."
    )


# State


@dataclass(frozen=True, slots=True)
class Version:
    """One version, ready to be asked."""

    imported: CategoryMapImported
    found: dict[str, Entry]
    """By path, by the source's code, and by the last level where that is unambiguous."""


@dataclass(frozen=True, slots=True)
class Map:
    """The versions so far, the oldest first; none before the first import."""

    versions: tuple[Version, ...] = ()

    def on(self, day: date) -> Version | None:
        """The version that holds on that day."""
        holding = [version for version in self.versions if version.imported.valid_from <= day]
        return holding[-1] if holding else None


State: TypeAlias = Map


# Decisions


def decide(command: Command, state: State) -> list[CategoryMapImported]:
    match command:
        case ImportCategoryMap():
            return take_in(command, state)
        case _:
            assert_never(command)


def take_in(command: ImportCategoryMap, state: State) -> list[CategoryMapImported]:
    _check(command.scheme, command.entries)
    if state.versions:
        latest = state.versions[-1].imported
        same = (latest.name, latest.scheme, latest.valid_from, latest.entries)
        if same == (command.name, command.scheme, command.valid_from, command.entries):
            return []
        if command.valid_from <= latest.valid_from:
            raise BeforeTheLatest(version=latest.version, valid_from=latest.valid_from)
    return [
        CategoryMapImported(
            map=command.map,
            name=command.name,
            version=len(state.versions) + 1,
            scheme=command.scheme,
            valid_from=command.valid_from,
            entries=command.entries,
            by=command.by,
            imported_at=command.now,
        )
    ]


def _check(scheme: str, entries: Sequence[Entry]) -> None:
    if scheme not in SCHEMES:
        raise UnknownScheme(scheme=scheme, known=", ".join(SCHEMES))
    seen: set[str] = set()
    for entry in entries:
        if entry.path in seen:
            raise TwiceInTheMap(path=entry.path)
        seen.add(entry.path)
        if entry.category is not None and entry.category not in SCHEMES[scheme].codes:
            raise UnknownCategory(path=entry.path, category=entry.category, scheme=scheme)


def evolve(state: State, event: CategoryMapImported) -> State:
    found = {entry.levels[-1]: entry for entry in event.entries}
    for name in _several(entry.levels[-1] for entry in event.entries):
        del found[name]
    found |= {entry.code: entry for entry in event.entries if entry.code is not None}
    found |= {entry.path: entry for entry in event.entries}
    return Map((*state.versions, Version(event, found)))


def _several(names: Iterable[str]) -> set[str]:
    return {name for name, times in Counter(names).items() if times > 1}


def category_of(state: State, code: str, day: date) -> tuple[int | None, str | None]:
    """The version that held on that day and the standard category that it gave the code; None for what it had not."""
    version = state.on(day)
    if version is None:
        return None, None
    parts = [part.strip() for part in code.split(PARTED_BY)]
    entry = version.found.get(PARTED_BY.join(parts))
    return version.imported.version, None if entry is None else entry.category


def versions_of(state: State) -> tuple[Version, ...]:
    """The versions of a map that there is."""
    if not state.versions:
        raise NoSuchMap
    return state.versions


def named(code: str, scheme: str) -> str | None:
    """The category's code, where a file gives its code or one of its names."""
    for category in SCHEMES[scheme].categories:
        if code.strip().casefold() in (category.code, category.zh, category.en.casefold()):
            return category.code
    return None


category_map: Final[Decider[Command, State, CategoryMapImported]] = Decider(Map(), decide, evolve)
