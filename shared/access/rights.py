"""The table of rights (role, action, reach), and the one question asked of it: may this actor do this here?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, assert_never, get_args

from shared.access.actors import Actor, Post, Role, Scope, marks

Action = Literal[
    "report.register",
    "report.read",
    "report.classify",
    "report.admit",
    "report.refuse",
    "report.handle",  # sign for what is assigned, object, ask, co-handle, finish
    "report.direct",  # decide what others asked, send on, hand over, check, reopen
    "dispute.read",
    "dispute.lead",  # appoint, schedule, hold, agree, settle
    "notice.read",
    "notice.send",
    "register.read",
    "register.change",
    "account.change",
    "sealed.read",  # opening personal values and parked payloads
    "identity.open",  # opening who a confidential report comes from
    "parked.read",  # causes, origins and counts; a payload needs sealed.read
    "parked.settle",
    "store.verify",
    "store.rebuild",
    "person.erase",
    "audit.read",
    "statistics.read",
    "import.reports",
    "publisher.read",  # other systems that send to us: what became of what they sent
    "publisher.change",  # their keys, secrets and quotas
    "household.check",  # what is known of a household, checks of it, the tenancy alert
    "care.visit",  # agreed visits to people in need; what they said needs sealed.read and the purpose besides
    "health.read",
]

ACTIONS: Final[tuple[Action, ...]] = get_args(Action)

Reach = Literal["assigned", "grid", "community", "station", "city"]
"""How far a right goes: only what the actor is assigned to (or registered), its grid, community, station, the city."""

Rights: TypeAlias = Mapping[Role, Mapping[Action, Reach]]

RIGHTS: Final[Rights] = MappingProxyType(
    {
        "admin": dict.fromkeys(ACTIONS, "city"),
        "station_leader": {
            "report.register": "station",
            "report.read": "station",
            "report.classify": "station",
            "report.admit": "station",
            "report.refuse": "station",
            "report.handle": "station",
            "report.direct": "station",
            "dispute.read": "station",
            "dispute.lead": "station",
            "notice.read": "station",
            "notice.send": "station",
            "register.read": "station",
            "register.change": "station",
            "account.change": "station",
            "sealed.read": "station",
            "identity.open": "station",
            "parked.read": "station",
            "parked.settle": "station",
            "person.erase": "station",
            "statistics.read": "station",
            "import.reports": "station",
            "publisher.read": "station",
            "publisher.change": "station",
            "household.check": "station",
            "care.visit": "station",
            "health.read": "city",
        },
        "community_officer": {
            # A report that has just come in may not be placed yet: triage is the whole station's.
            "report.register": "station",
            "report.read": "station",
            "report.classify": "station",
            "report.admit": "station",
            "report.refuse": "station",
            "report.handle": "station",
            "report.direct": "station",
            "dispute.read": "community",
            "dispute.lead": "community",
            "notice.read": "community",
            "notice.send": "community",
            "register.read": "community",
            "register.change": "community",
            "sealed.read": "community",
            "statistics.read": "station",
            "import.reports": "station",
            "household.check": "community",
            "care.visit": "community",
        },
        "auxiliary": {
            "report.register": "station",
            "report.read": "community",
            "report.classify": "community",
            "report.handle": "assigned",
            "dispute.read": "community",
            "notice.read": "community",
            "register.read": "community",
            "sealed.read": "assigned",
            "statistics.read": "community",
            "household.check": "community",
            "care.visit": "assigned",
        },
        "mediator": {
            "report.register": "station",
            "dispute.read": "assigned",
            "dispute.lead": "assigned",
            "notice.read": "assigned",
            "notice.send": "assigned",
            "register.read": "community",
            "sealed.read": "assigned",
        },
        "grid_head": {
            "report.register": "grid",
            "report.read": "grid",
            "report.handle": "assigned",
            "dispute.read": "grid",
            "notice.read": "assigned",
            "register.read": "grid",
            "sealed.read": "assigned",
            "care.visit": "assigned",
        },
        "volunteer": {
            "report.register": "grid",
            "report.read": "assigned",
            "notice.read": "assigned",
        },
        "integrator": {
            "report.register": "station",
            "report.read": "assigned",
            "publisher.read": "assigned",
        },
        "auditor": {
            "audit.read": "city",
            "store.verify": "city",
        },
        "operator": {
            "parked.read": "city",
            "parked.settle": "city",
            "store.verify": "city",
            "store.rebuild": "city",
            "publisher.read": "city",
            "health.read": "city",
        },
        "system": {
            "report.register": "city",
            "report.read": "city",
            "report.classify": "city",
            "report.admit": "city",
            "report.refuse": "city",
            "dispute.read": "city",
            "dispute.lead": "city",
            "notice.read": "city",
            "notice.send": "city",
            "register.read": "city",
            "register.change": "city",
            "sealed.read": "city",  # a notice cannot be sent to a number that stays closed
        },
    }
)

LEADERS: Final[frozenset[Role]] = frozenset({"station_leader"})
"""With whom a complaint about somebody of the station lies; one about themselves lies with the city."""

# What a role must never be given, whatever else is written into the table above.
NEVER: Final[Mapping[Role, frozenset[Action]]] = MappingProxyType(
    {
        "volunteer": frozenset(
            {"sealed.read", "identity.open", "audit.read", "person.erase", "household.check", "care.visit"}
        ),
        "grid_head": frozenset({"identity.open", "household.check"}),
        "auxiliary": frozenset({"identity.open"}),
        "mediator": frozenset({"identity.open", "household.check"}),
        "operator": frozenset(
            {
                "sealed.read",
                "identity.open",
                "report.read",
                "dispute.read",
                "notice.read",
                "register.read",
                "person.erase",
                "household.check",
                "care.visit",
            }
        ),
        "integrator": frozenset(ACTIONS) - {"report.register", "report.read", "publisher.read"},
        "auditor": frozenset(ACTIONS) - {"audit.read", "store.verify"},
        "system": frozenset({"account.change", "audit.read", "identity.open", "household.check"}),
    }
)


@dataclass(frozen=True)
class Decision:
    """Yes or no, with a reason as a key and its parameters, so that it can be told in any language."""

    allowed: bool
    reason: Literal["granted", "no-post", "auditor-apart", "not-your-role", "not-your-place"]
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Area:
    """A part of the city that a right covers; `None` is 'any'. With `assigned_only`, only what is assigned there."""

    station: str | None = None
    community: str | None = None
    grid: str | None = None
    assigned_only: bool = False
    leads: bool = False
    """With the complaints that lie with the station's leaders; the whole city has all, as what is assigned has."""
    apart: frozenset[tuple[str | None, str]] = field(default=frozenset(), compare=False)
    """The marks of the actor itself: what complains of one of them is not in the area."""


def authorize(actor: Actor, action: Action, scope: Scope) -> Decision:
    """Whether one of the actor's posts gives it this action on something of this scope; otherwise no."""
    refusal = may(actor, action)
    if not refusal.allowed:
        return refusal
    for post in actor.posts:
        reach = _reach(post, action)
        if reach is not None and not is_about(scope, actor) and _covers(reach, post, actor, scope):
            return Decision(True, "granted", {"action": action, "role": post.role, "reach": reach})
    return Decision(False, "not-your-place", {"action": action, "roles": _roles(actor)})


def may(actor: Actor, action: Action) -> Decision:
    """Whether the actor has this action anywhere at all: what a route asks before it has looked at anything."""
    if not actor.posts:
        return Decision(False, "no-post", {"action": action})
    if conflict(actor.posts) is not None:
        return Decision(False, "auditor-apart", {"action": action, "roles": _roles(actor)})
    for post in actor.posts:
        reach = _reach(post, action)
        if reach is not None:
            return Decision(True, "granted", {"action": action, "role": post.role, "reach": reach})
    return Decision(False, "not-your-role", {"action": action, "roles": _roles(actor)})


def areas(actor: Actor, action: Action) -> tuple[Area, ...]:
    """The areas in which the actor has this action, for the filter of a list: a row in any of them may be shown.

    As `authorize` does, a list also shows what the actor is assigned to within its station; that is the area with
    `assigned_only`.
    """
    if not may(actor, action).allowed:
        return ()
    found: list[Area] = []
    for post in actor.posts:
        reach = _reach(post, action)
        if reach is not None:
            found.extend(replace(area, apart=marks(actor)) for area in _areas(reach, post))
    return tuple(dict.fromkeys(found))


def conflict(posts: Iterable[Post]) -> tuple[Role, ...] | None:
    """The roles that exclude one another among these posts: an auditor is nothing else."""
    roles: tuple[Role, ...] = tuple(dict.fromkeys(post.role for post in posts))
    return roles if "auditor" in roles and len(roles) > 1 else None


def is_about(scope: Scope, actor: Actor) -> bool:
    """Whether it complains of this very actor, by name or by post: nobody deals with a complaint about themselves."""
    return any(mark in scope.about for station, mark in marks(actor) if station in (None, scope.station))


def _reach(post: Post, action: Action) -> Reach | None:
    if action in NEVER.get(post.role, ()):
        return None
    return RIGHTS.get(post.role, {}).get(action)


def _covers(reach: Reach, post: Post, actor: Actor, scope: Scope) -> bool:
    if reach == "city":
        return True
    if scope.station is None or scope.station != post.station:
        return False
    if actor.id in scope.assigned:
        return True
    if scope.level != "desk" and not (scope.level == "station" and post.role in LEADERS):
        return False
    match reach:
        case "assigned":
            return False
        case "grid":
            # The grids of each community have their own numbers: a grid alone is no place.
            return None not in (post.community, post.grid) and (post.community, post.grid) == (
                scope.community,
                scope.grid,
            )
        case "community":
            return post.community is not None and post.community == scope.community
        case "station":
            return True
        case _:
            assert_never(reach)


def _areas(reach: Reach, post: Post) -> list[Area]:
    own = Area(station=post.station, assigned_only=True)
    match reach:
        case "city":
            return [Area()]
        case "station":
            return [Area(station=post.station, leads=post.role in LEADERS)]
        case "community":
            leads = post.role in LEADERS
            wide = [Area(post.station, post.community, leads=leads)] if post.community is not None else []
            return [*wide, own]
        case "grid":
            placed = None not in (post.community, post.grid)
            leads = post.role in LEADERS
            near = [Area(post.station, post.community, post.grid, leads=leads)] if placed else []
            return [*near, own]
        case "assigned":
            return [own]
        case _:
            assert_never(reach)


def _roles(actor: Actor) -> str:
    return ", ".join(dict.fromkeys(post.role for post in actor.posts))
