"""What `intake` tells of the register 台账: accounts and posts, areas, and persons whose data was erased."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import AwareDatetime, BaseModel

from shared.contracts.envelope import Contract
from shared.contracts.vocabulary import Personal

REGISTER = "wangge.intake.register.v1"


class Post(BaseModel, frozen=True):
    """A post held (岗位): a role within a station, and within a community or grid where it is bound to one."""

    role: str
    station: str
    community: str | None = None
    grid: str | None = None


class AccountChanged(Contract, frozen=True):
    """An account as it now stands: who may sign in, with which posts. The password stays with intake."""

    event_type: ClassVar[str] = "wangge.register.account-changed.v1"
    topic: ClassVar[str] = REGISTER
    about: ClassVar[str] = "account"

    account: str
    name: str
    """The sign-in name, not a person's own name."""
    posts: tuple[Post, ...]
    active: bool
    generation: int
    """Raised when the account signs out everywhere; tokens of an older generation are refused."""
    at: AwareDatetime


class CommunityRegistered(Contract, frozen=True):
    """A community (社区) with its station and grids."""

    event_type: ClassVar[str] = "wangge.register.community-registered.v1"
    topic: ClassVar[str] = REGISTER
    about: ClassVar[str] = "community"

    community: str
    name: str
    station: str
    residents: int
    at: AwareDatetime


class PersonErased(Contract, frozen=True):
    """A person's data is to be unreadable everywhere: every service deletes the keys of this person."""

    event_type: ClassVar[str] = "wangge.person.erased.v1"
    topic: ClassVar[str] = REGISTER
    about: ClassVar[str] = "person"

    person: str
    at: AwareDatetime


class AreaChanged(Contract, frozen=True):
    """An area (区划) was entered or changed: a city down to a unit; boundaries themselves stay with intake."""

    event_type: ClassVar[str] = "wangge.register.area-changed.v1"
    topic: ClassVar[str] = REGISTER
    about: ClassVar[str] = "area"

    kind: str
    """city, branch, station, community, grid, compound, building or unit."""
    area: str
    """Its id; grids and what lies in them are numbered by their communities."""
    community: str | None = None
    changed: str
    """What: entered (with name and place), boundary, code or squad."""
    name: str | None = None
    above: str | None = None
    """The id of the area that it lies in."""
    property_managed: bool | None = None
    """Of a compound: whether a property company looks after it; where none does, the building heads do its work."""
    scheme: str | None = None
    code: str | None = None
    squad: str | None = None
    since: date | None = None
    until: date | None = None
    """The last day."""
    at: AwareDatetime


class PostChanged(Contract, frozen=True):
    """A post (岗位) as its term now stands: who, which role, where, from when to when."""

    event_type: ClassVar[str] = "wangge.register.post-changed.v1"
    topic: ClassVar[str] = REGISTER
    about: ClassVar[str] = "post"

    post: str
    term: int
    revision: int
    """Of this term; a higher one takes the place of a lower one."""
    role: str
    station: str
    community: str | None = None
    grid: str | None = None
    compound: str | None = None
    building: str | None = None
    unit: str | None = None
    person: str
    name: Personal | None = None
    """Only of those who hold a post by office: leader, officer, auxiliary. Volunteers' names stay with intake."""
    account: str | None = None
    since: date
    until: date | None = None
    """The last day; None while it is held."""
    withdrawn: bool = False
    """The term never was: forget it."""
    at: AwareDatetime
