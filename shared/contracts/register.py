"""What `intake` tells of the register 台账: accounts and posts, areas, and persons whose data was erased."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime, BaseModel

from shared.contracts.envelope import Contract

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
