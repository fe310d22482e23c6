"""Who acts, at which posts, and where the thing that is acted upon belongs."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

Role = Literal[
    "admin",  # embedded administrator: everything of its city, for the first use
    "station_leader",  # 所长, 包片所领导
    "community_officer",  # 社区民警
    "auxiliary",  # 社区辅警
    "mediator",  # 调解员
    "grid_head",  # 楼院长, 网格员
    "volunteer",  # 治安志愿者
    "integrator",  # 集成方: another system that sends reports
    "auditor",  # 审计
    "operator",  # 运维
    "system",  # policies and timers of a service itself
]

Level = Literal["desk", "station", "city"]
"""Anybody whose right reaches there; the station's leaders; the city."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)


@dataclass(frozen=True)
class Post:
    """A role held at a place: a whole station, one community of it, or one grid."""

    role: Role
    station: str
    community: str | None = None
    grid: str | None = None


@dataclass(frozen=True)
class Actor:
    """A person or program that asks for something; each of its posts stands on its own."""

    id: str
    name: str
    posts: tuple[Post, ...]


def marks(actor: Actor) -> frozenset[tuple[str | None, str]]:
    """The marks under which a complaint may name the actor: its account anywhere, its posts each at its station."""
    return frozenset({(None, actor.id), *((post.station, f"post:{post.role}") for post in actor.posts)})


@dataclass(frozen=True)
class Scope:
    """Where a thing belongs, and whose it is.

    `None` means that no narrower place is known: a thing without a grid is reached from its community, one without
    a community from its station, and one without a station (the whole store, say) from the city only.
    """

    station: str | None = None
    community: str | None = None
    grid: str | None = None
    assigned: frozenset[str] = frozenset()
    about: frozenset[str] = frozenset()
    """Whom it complains of: ids of accounts, or `post:ROLE` for whoever holds that post at the station."""
    level: Level = "desk"
    """The lowest level that may reach it; above "desk" it is a complaint."""


EVERYWHERE: Final = Scope()
"""The scope of what belongs to no station: the store, the health of a service."""
