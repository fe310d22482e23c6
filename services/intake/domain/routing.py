"""Routing (派单规则): which role or desk each kind of report goes to, as data, and how one person is found or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, assert_never, get_args

from pydantic import BaseModel

from services.intake.domain import report
from services.intake.domain.levels import Desk, Level, Owner
from services.intake.domain.report import Kind

Reach: TypeAlias = Literal["grid", "community", "station"]
PlacedBy: TypeAlias = Literal["register", "point", "address", "unknown"]
"""How the place was found: told by the register's codes, from the report's point, from its address, not at all."""
Outcome: TypeAlias = Literal["one", "on_duty", "several", "nobody", "no_place", "desk"]
"""One holds the post; one of several is on duty; several hold it; nobody does; no place; the rule names the desk."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table: these kinds, in these categories if it names any, go to this role or desk."""

    id: str
    kinds: frozenset[Kind]
    desk: Desk
    role: str | None = None
    within: Reach = "station"
    danger: bool = False
    complaint: report.Level = "desk"
    """For complaints about somebody who works here, which lie at this level."""
    categories: frozenset[str] = frozenset()


_ALL: Final[frozenset[Kind]] = frozenset(get_args(Kind))
RULES: Final[tuple[Rule, ...]] = (
    Rule("complaint-to-city", _ALL, "leaders", "admin", complaint="city"),
    Rule("complaint-to-leader", _ALL, "leaders", "station_leader", complaint="station"),
    Rule("danger-to-leader", _ALL, "duty", "station_leader", danger=True),
    Rule("fraud-to-desk", frozenset({"fraud"}), "anti_fraud"),
    Rule("incident-to-desk", frozenset({"incident"}), "duty"),
    Rule("enquiry-to-desk", frozenset({"enquiry"}), "service"),
    Rule("hazard-to-officer", frozenset({"hazard"}), "duty", "community_officer", "community"),
    Rule("dispute-to-officer", frozenset({"dispute"}), "duty", "community_officer", "community"),
    Rule("service-to-officer", frozenset({"service"}), "service", "community_officer", "community"),
    Rule("other-to-desk", frozenset({"other"}), "service"),
)
"""The first row that fits counts. The desk named beside a role is where it goes when no single person is found."""


class Where(BaseModel, frozen=True):
    """Where the matter is, and how that was found."""

    station: str
    community: str | None = None
    grid: str | None = None
    placed_by: PlacedBy = "unknown"


class Because(BaseModel, frozen=True):
    """Why it went where it went: the rule, the place, and who else was found."""

    rule: str
    outcome: Outcome
    placed_by: PlacedBy
    role: str | None = None
    candidates: tuple[str, ...] = ()
    """The accounts that fit, where there were several; none of them was picked."""


@dataclass(frozen=True, slots=True)
class Routed:
    owner: Owner
    because: Because


def rule_for(kind: Kind, category: str = "", *, danger: bool = False, complaint: report.Level = "desk") -> Rule:
    for rule in RULES:
        if rule.complaint != complaint or (rule.danger and not danger):
            continue
        if kind in rule.kinds and (not rule.categories or category in rule.categories):
            return rule
    raise AssertionError("every kind has a row that asks for nothing else")


def placed(rule: Rule, where: Where) -> bool:
    """Whether the place is known as closely as the rule's role needs it."""
    match rule.within:
        case "grid":
            return where.community is not None and where.grid is not None
        case "community":
            return where.community is not None
        case "station":
            return True
        case _:
            assert_never(rule.within)


def choose(rule: Rule, where: Where, holders: Sequence[str], on_duty: Sequence[str] = ()) -> Routed:
    """The one who holds the rule's role there, or the only one of them on duty; else the station's desk, and why."""
    if rule.role is None:
        # A desk has a person when exactly one is on duty at it.
        return _to(rule, where, "on_duty", on_duty[0], "station") if len(on_duty) == 1 else _desk(rule, where, "desk")
    if not placed(rule, where):
        return _desk(rule, where, "no_place")
    found = tuple(dict.fromkeys(holders))
    if not found:
        return _desk(rule, where, "nobody")
    if len(found) == 1:
        return _to(rule, where, "one", found[0], _LEVELS[rule.role])
    ready = tuple(each for each in found if each in on_duty)
    if len(ready) == 1:
        return _to(rule, where, "on_duty", ready[0], _LEVELS[rule.role], found)
    return _desk(rule, where, "several", ready or found)


def level_of(role: str) -> Level | None:
    """At which level a post of this role acts in what is assigned; None where it does not."""
    return _LEVELS.get(role)


_LEVELS: Final[dict[str, Level]] = {
    "admin": "city",
    "station_leader": "station",
    "community_officer": "community",
    "auxiliary": "grid",
    "grid_head": "grid",
}


def _to(
    rule: Rule, where: Where, outcome: Outcome, account: str, level: Level, candidates: tuple[str, ...] = ()
) -> Routed:
    owner = Owner(station=where.station, level=level, account=account, desk=rule.desk)
    return Routed(owner, _because(rule, where, outcome, candidates))


def _desk(rule: Rule, where: Where, outcome: Outcome, candidates: tuple[str, ...] = ()) -> Routed:
    level: Level = "city" if rule.complaint == "city" else "station"
    owner = Owner(station=where.station, level=level, desk=rule.desk)
    return Routed(owner, _because(rule, where, outcome, candidates))


def _because(rule: Rule, where: Where, outcome: Outcome, candidates: tuple[str, ...]) -> Because:
    return Because(rule=rule.id, outcome=outcome, placed_by=where.placed_by, role=rule.role, candidates=candidates)
