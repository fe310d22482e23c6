"""Who may do which (权限): the four levels of a city's grid work, and what each may ask, order and approve, as data."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from pydantic import BaseModel

Level: TypeAlias = Literal["grid", "community", "station", "city"]
"""网格 (auxiliaries and grid heads), 社区 (the community officer), 派出所 (its leaders), 市局."""
LEVELS: Final[tuple[Level, ...]] = ("grid", "community", "station", "city")

Step: TypeAlias = Literal["up", "across", "delay"]
"""What is asked for and needs an approver: 上报, 流转, 延期."""
STEPS: Final[tuple[Step, ...]] = ("up", "across", "delay")

Desk: TypeAlias = Literal["duty", "anti_fraud", "service", "leaders"]
"""A station's desks: 值班室, 反诈专班, 服务窗口, 所领导; the last is for leaders only."""


class Official(BaseModel, frozen=True):
    """Who acts (经办人): an account, and at which level of which station it does so in this matter."""

    account: str
    level: Level
    station: str
    community: str | None = None


class Owner(BaseModel, frozen=True):
    """Who has the matter (承办): a named person, or a station's desk as long as nobody of it is named."""

    station: str
    level: Level
    account: str | None = None
    desk: Desk = "duty"


_ABOVE: Final[Mapping[Level, frozenset[Level]]] = {
    "grid": frozenset({"community", "station", "city"}),
    "community": frozenset({"station", "city"}),
    "station": frozenset({"city"}),
    "city": frozenset(),
}

APPROVES: Final[Mapping[Step, Mapping[Level, frozenset[Level]]]] = {
    "up": _ABOVE,
    "across": {**_ABOVE, "station": frozenset()},  # between stations it is a hand-over, which the other one accepts
    "delay": _ABOVE,
}
"""For each step and the level that has the matter: which levels may approve it. Where none may, it cannot be asked."""

SENDS_DOWN_TO: Final[Mapping[Level, frozenset[Level]]] = {
    "grid": frozenset(),
    "community": frozenset({"grid"}),
    "station": frozenset({"grid", "community"}),
    "city": frozenset({"grid", "community", "station"}),
}
"""下派: to which levels each level may send a matter down."""

HANDS_OVER: Final[frozenset[Level]] = frozenset({"station", "city"})
"""移交: which levels may offer a matter to another station, take the offer back, and accept or decline one."""


def above(level: Level) -> frozenset[Level]:
    """The levels above this one: who settles its objections, checks its work and reopens it."""
    return _ABOVE[level]


def holds(by: Official, owner: Owner) -> bool:
    """Whether the matter is in these hands: one's own, or those of the desk that one works at."""
    if owner.account is not None:
        return by.account == owner.account
    return by.station == owner.station and by.level in _at_desk(owner)


def _at_desk(owner: Owner) -> frozenset[Level]:
    if owner.level == "city":
        return frozenset({"city"})
    return HANDS_OVER if owner.desk == "leaders" else frozenset({"community", "station", "city"})


def stands_above(by: Official, level: Level, station: str, community: str | None) -> bool:
    """Whether this official is of a level above, and responsible there: of that station, and of that community."""
    if by.station != station or by.level not in _ABOVE[level]:
        return False
    return by.level != "community" or (community is not None and by.community == community)
