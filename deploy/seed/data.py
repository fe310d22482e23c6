"""The demo's data: JSON files in `data/`, in which each figure and name says whether it is reported or invented."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

FOLDER = Path(__file__).parent / "data"

Source = Literal["report", "invented"]
"""From the newspaper's report, or made up for the demo."""


class Entry(BaseModel):
    """What the loader sends of an entry; what the file says beside it (`…_from`) is for its readers."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Residents(Entry):
    residents: int
    on: date


class Grids(Entry):
    number: int
    id: str
    name: str
    squad: str


class Compound(Entry):
    compound: str
    name: str
    grid: str
    property_managed: bool


class SquadMembers(Entry):
    role: Literal["building_head", "unit_head", "volunteer"]
    number: int


class Since(Entry):
    since: date


class Incidents(Entry):
    kind: Literal["criminal", "public_order", "fraud", "accident"]
    first_day: date
    last_day: date
    count: int


class Community(Entry):
    community: str
    name: str
    station: str
    sources: dict[Source, str]
    residents: Residents
    grids: Grids
    compounds: tuple[Compound, ...]
    squads: tuple[SquadMembers, ...]
    squads_since: Since
    incidents: tuple[Incidents, ...]

    def grid(self, number: int) -> str:
        """The id of the n-th grid; counted round, so that anything can be dealt out evenly."""
        return self.grids.id.format(n=(number - 1) % self.grids.number + 1)


class People(Entry):
    surnames: tuple[str, ...]
    given: tuple[str, ...]

    def name(self, number: int) -> str:
        """The same invented name for the same number; none comes twice among the first `len(self)`."""
        turn, surname = divmod(number, len(self.surnames))
        return self.surnames[surname] + self.given[(surname + turn) % len(self.given)]

    @property
    def many(self) -> int:
        return len(self.surnames) * len(self.given)


class Post(Entry):
    role: str
    community: str | None = None
    grid: str | None = None


class Account(Entry):
    name: str
    posts: tuple[Post, ...]


class Drawing(Entry):
    """The boundaries of the community and its grids, as GeoJSON."""

    since: date
    type: Literal["FeatureCollection"]
    features: tuple[dict[str, Any], ...]


class Above(Entry):
    kind: Literal["city", "branch", "station"]
    area: str
    name: str
    above: str | None


class Term(Entry):
    """A post that somebody holds or held; `person` is the number of an invented name."""

    role: Literal["station_leader", "community_officer", "auxiliary"]
    account: str | None
    person: int
    since: date
    until: date | None = None


class Terms(Entry):
    above: tuple[Above, ...]
    above_since: date
    posts: tuple[Term, ...]


class Group(Entry):
    key: str
    name: str
    kind: Literal["patrol", "premises", "owners", "property"]
    compound: str | None
    members: int
    owner_account: str | None = None


class Report(Entry):
    channel: str
    external_id: str
    subject: str
    text: str
    reported_at: AwareDatetime
    place: dict[str, str]
    occurred_on: date
    reporter: str


class Parties(Entry):
    """Some people on one side; `known_as` is how the story's steps speak of them."""

    known_as: str = Field(alias="as")
    number: int
    side: Literal["applicant", "respondent", "third"]
    demands: tuple[str, ...]

    def people(self) -> list[str]:
        return [self.known_as.format(n=n) for n in range(1, self.number + 1)]


class Member(Entry):
    known_as: str = Field(alias="as")
    seat: Literal["area_leader", "community_officer", "auxiliary", "neighbour"]
    account: str | None = None


class Step(Entry):
    """One thing that was done at a moment; the rest of its fields depend on what it was."""

    model_config = ConfigDict(frozen=True, extra="allow")
    do: Literal["set_aside_same_day", "schedule", "hold", "agree", "fulfil", "residual", "partly_resolved", "settle"]
    at: AwareDatetime

    def told(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Story(Entry):
    title: str
    report: Report
    category: str
    classified_at: AwareDatetime
    admitted_at: AwareDatetime
    joined_at: AwareDatetime
    appointed_at: AwareDatetime
    parties: tuple[Parties, ...]
    members: tuple[Member, ...]
    steps: tuple[Step, ...]


Kind = TypeVar("Kind", bound=BaseModel)


@cache
def community() -> Community:
    return _read("community.json", Community)


@cache
def boundaries() -> Drawing:
    return _read("boundaries.geojson", Drawing)


@cache
def terms() -> Terms:
    """Who holds a post by office, and the areas above the community."""
    return _read("posts.json", Terms)


@cache
def people() -> People:
    return _read("people.json", People)


@cache
def accounts() -> tuple[Account, ...]:
    return tuple(Account.model_validate(each) for each in _json("accounts.json")["accounts"])


@cache
def groups() -> tuple[Group, ...]:
    return tuple(Group.model_validate(each) for each in _json("groups.json")["groups"])


@cache
def building() -> Story:
    """The unfinished building (烂尾楼): 25 owners, two sessions, two lifts fitted, partly resolved."""
    return _read("building.json", Story)


@cache
def basement() -> Story:
    """The basement (地下室住人) with 18 tenants: opened and settled on the same day."""
    return _read("basement.json", Story)


def _read(name: str, kind: type[Kind]) -> Kind:
    return kind.model_validate(_json(name))


def _json(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return read
