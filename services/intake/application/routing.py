"""Finding the person to whom the rules give a report: its place, who holds the post there, who is on duty that day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, Protocol

from services.intake.domain.assignment_events import Limit
from services.intake.domain.report import Channel, Kind, ReportReceived
from services.intake.domain.routing import PlacedBy, Routed, Rule, Where, choose, placed, rule_for
from shared.law.calendar import Duration
from shared.law.here import Here
from shared.law.legal_time import day_of

HANDLED_IN: Final = Duration(amount=5, unit="working_days")
"""Our own target where the city's rules set no limit for handling a report."""
DANGER_HANDLED_IN: Final = Duration(amount=2, unit="hours")
OBJECTION_RULES: Final[dict[Channel, str]] = {"hotline_12345": "hotline-objection"}
"""The rule by which an assignment is objected to, by the channel of the report; else that for petitions (信访)."""
OBJECTION_RULE: Final = "petition-objection"


class Places(Protocol):
    """Where a report is that does not name its grid by the register's codes."""

    async def locate(self, received: ReportReceived) -> tuple[str | None, str | None, PlacedBy]:
        """Community, grid, and how they were found; of several places none."""
        ...


class Posts(Protocol):
    async def holders(self, role: str, where: Where, rule: Rule, day: date, about: Sequence[str]) -> Sequence[str]:
        """The accounts that hold a post of this role at the place on that day, but for whom the report is about."""
        ...


class Duty(Protocol):
    async def on_duty(self, station: str, rule: Rule, at: datetime, about: Sequence[str]) -> Sequence[str]:
        """The accounts that the roster names for then at the rule's desk or in its role, but for whom it is about."""
        ...


class Router:
    """Rule, place, post and roster put together; what they lead to is decided in the domain."""

    def __init__(self, places: Places, posts: Posts, duty: Duty, here: Here) -> None:
        self._places = places
        self._posts = posts
        self._duty = duty
        self._here = here

    async def route(self, received: ReportReceived, kind: Kind, now: datetime) -> tuple[Where, Routed]:
        rule = rule_for(kind, danger=received.suggestion.danger_to_life, complaint=received.level)
        community, grid, placed_by = await self._places.locate(received)
        where = Where(station=received.station, community=community, grid=grid, placed_by=placed_by)
        day = day_of(now)
        holders: Sequence[str] = ()
        if rule.role is not None and placed(rule, where):
            holders = await self._posts.holders(rule.role, where, rule, day, received.about)
        on_duty = await self._duty.on_duty(received.station, rule, now, received.about)
        return where, choose(rule, where, holders, on_duty)

    def objection(self, channel: Channel, at: datetime) -> Limit | None:
        """Until when it may be objected that it is not ours, in working days of the rule."""
        rule = self._here.find(OBJECTION_RULES.get(channel, OBJECTION_RULE), day_of(at))
        if rule is None:
            return None
        until = self._here.deadline(at, rule.duration("object"))
        return Limit(rule=rule.id, until=until, binding=self._here.binds(rule))

    def due(self, channel: Channel, at: datetime, *, danger: bool) -> Limit:
        """Until when it is to be handled: by the city's rule for the hotline, else by our own target, which warns."""
        rule = self._here.find("hotline-reply", day_of(at)) if channel == "hotline_12345" else None
        if rule is None:
            target = DANGER_HANDLED_IN if danger else HANDLED_IN
            return Limit(rule="own-target", until=self._here.deadline(at, target), binding=False)
        figure = "danger" if danger and "danger" in rule.figures else "normal"
        until = self._here.deadline(at, rule.duration(figure))
        return Limit(rule=rule.id, until=until, binding=self._here.binds(rule))
