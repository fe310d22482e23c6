"""A complaint about somebody who works here (投诉民警、辅警、调解员): who is barred from it, and who gets it."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias, get_args

from services.intake.domain.report import Level

ComplainedPost: TypeAlias = Literal[
    "community_officer", "auxiliary", "mediator", "grid_head", "volunteer", "station_leader"
]
"""社区民警、社区辅警、调解员、楼院长（网格员）、治安志愿者、所领导."""

POST: Final = "post:"
_LEADERS: Final = frozenset({"station_leader", "admin"})


def of_post(role: ComplainedPost) -> str:
    """The mark of whoever holds this post at the report's station, where the person is not known by name."""
    return POST + role


POSTS: Final = frozenset(of_post(role) for role in get_args(ComplainedPost))


def accounts(about: Iterable[str]) -> list[str]:
    """Those of the marks that name accounts."""
    return [mark for mark in about if not mark.startswith(POST)]


def level(about: Iterable[str], roles: Mapping[str, Iterable[str]]) -> Level:
    """One level above everybody whom it is about; `roles` are those of the accounts among them."""
    about = tuple(about)
    if not about:
        return "desk"
    held = {mark.removeprefix(POST) for mark in about if mark.startswith(POST)}
    held |= {role for account in accounts(about) for role in roles.get(account, ())}
    return "city" if held & _LEADERS else "station"
