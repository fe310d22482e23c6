"""What somebody plans for one day 每日工作安排: visits, checks, mediations, teaching, patrols; done, moved or dropped.

A day and an account make a plan. What is proposed for it comes from what is due, and enters it only by somebody's word.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel

from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed
from shared.law.legal_time import SHANGHAI

Kind: TypeAlias = Literal["visit", "check", "mediation", "teaching", "patrol"]
"""走访、检查、调解、宣传、巡防."""
MoveReason: TypeAlias = Literal["nobody_there", "urgent_work", "asked_for", "weather", "off_duty", "other"]
"""当事人不在、有急事、应对方要求、天气、不当班、其他."""
DropReason: TypeAlias = Literal["settled_otherwise", "no_need", "handed_to_another", "mistake", "other"]
"""已另行解决、不再需要、交由他人、误列、其他."""
Standing: TypeAlias = Literal["planned", "done", "moved", "dropped"]
MOST_ITEMS: Final = 60


class About(BaseModel, frozen=True):
    """What an item is about (事由来源): a thing of a known kind, by its id."""

    source: str
    id: str


# Commands


class PlanItem(BaseModel, frozen=True):
    """Put something into the plan (列入安排)."""

    plan: str
    account: str
    station: str
    day: date
    item: str
    kind: Kind
    at: time | None = None
    place: Sealed
    note: Sealed | None = None
    about: About | None = None
    moved_from: date | None = None
    by: str
    now: AwareDatetime


class TimeItem(BaseModel, frozen=True):
    """Give it another time on the same day (调整时间)."""

    item: str
    at: time | None
    by: str
    now: AwareDatetime


class DoItem(BaseModel, frozen=True):
    """It is done (完成)."""

    item: str
    by: str
    now: AwareDatetime


class MoveItem(BaseModel, frozen=True):
    """Do it on another day (改期), and why."""

    item: str
    to: date
    reason: MoveReason
    words: Sealed | None = None
    by: str
    now: AwareDatetime


class DropItem(BaseModel, frozen=True):
    """Do it not at all (取消), and why."""

    item: str
    reason: DropReason
    words: Sealed | None = None
    by: str
    now: AwareDatetime


Command: TypeAlias = PlanItem | TimeItem | DoItem | MoveItem | DropItem
COMMANDS: Final[tuple[type[BaseModel], ...]] = (PlanItem, TimeItem, DoItem, MoveItem, DropItem)


# Events


class PlanItemAdded(Event, frozen=True):
    """Something is planned (已列入安排)."""

    stored_as: ClassVar[str] = "plan-item-added"
    plan: str
    account: str
    station: str
    day: date
    item: str
    kind: Kind
    at: time | None = None
    place: Sealed
    note: Sealed | None = None
    about: About | None = None
    moved_from: date | None = None
    by: str
    added_at: AwareDatetime


class PlanItemTimed(Event, frozen=True):
    """It has another time (时间已调整)."""

    stored_as: ClassVar[str] = "plan-item-timed"
    plan: str
    item: str
    at: time | None
    by: str
    timed_at: AwareDatetime


class PlanItemDone(Event, frozen=True):
    """It is done (已完成)."""

    stored_as: ClassVar[str] = "plan-item-done"
    plan: str
    item: str
    by: str
    done_at: AwareDatetime


class PlanItemMoved(Event, frozen=True):
    """It is planned for another day (已改期)."""

    stored_as: ClassVar[str] = "plan-item-moved"
    plan: str
    item: str
    to: date
    reason: MoveReason
    words: Sealed | None = None
    by: str
    moved_at: AwareDatetime


class PlanItemDropped(Event, frozen=True):
    """It is not done at all (已取消)."""

    stored_as: ClassVar[str] = "plan-item-dropped"
    plan: str
    item: str
    reason: DropReason
    words: Sealed | None = None
    by: str
    dropped_at: AwareDatetime


PlanEvent: TypeAlias = PlanItemAdded | PlanItemTimed | PlanItemDone | PlanItemMoved | PlanItemDropped
EVENTS: Final[tuple[type[PlanEvent], ...]] = (
    PlanItemAdded,
    PlanItemTimed,
    PlanItemDone,
    PlanItemMoved,
    PlanItemDropped,
)


# Refusals


class NoSuchItem(Unknown):
    say = sentence("The plan of this day has no such item. Look at the plan.")


class DayOver(Refusal):
    say = sentence("{day} is over. Plan it for today or later.")


class PlanFull(Refusal):
    say = sentence("The plan of this day has {most} items already. Plan it for another day.")


class PlannedAlready(Refusal):
    say = sentence("This is in the plan of the day already. Change that item instead.")


class NotPlanned(Refusal):
    say = sentence("This item is done, moved or dropped already. Plan it anew if it is still to be done.")


class SameDay(Refusal):
    say = sentence("It is planned for this day. Name another day, or give it another time.")


class PlanWordsMissing(Refusal):
    say = sentence("Say in words what the reason is: “other” alone explains nothing.")


# State


@dataclass(frozen=True, slots=True)
class Item:
    item: str
    kind: Kind
    at: time | None
    place: Sealed
    note: Sealed | None
    about: About | None
    standing: Standing = "planned"
    moved_to: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Empty until something is planned."""

    plan: str = ""
    account: str = ""
    station: str = ""
    day: date = date.min
    items: Mapping[str, Item] = field(default_factory=dict)


# Decisions


def decide(command: Command, state: Plan) -> list[PlanEvent]:
    if isinstance(command, PlanItem):
        return plan_item(command, state)
    item = state.items.get(command.item)
    if item is None:
        raise NoSuchItem
    match command:
        case TimeItem():
            return time_item(command, state, item)
        case DoItem():
            return do_item(command, state, item)
        case MoveItem():
            return move_item(command, state, item)
        case DropItem():
            return drop_item(command, state, item)
        case _:
            assert_never(command)


def plan_item(command: PlanItem, state: Plan) -> list[PlanEvent]:
    if command.item in state.items:
        return []
    if command.day < today(command.now):
        raise DayOver(day=command.day)
    if len(state.items) >= MOST_ITEMS:
        raise PlanFull(most=MOST_ITEMS)
    planned = [each.about for each in state.items.values() if each.standing == "planned"]
    if command.about is not None and command.about in planned:
        raise PlannedAlready
    told = command.model_dump(exclude={"now"})
    return [PlanItemAdded.model_validate({**told, "added_at": command.now})]


def time_item(command: TimeItem, state: Plan, item: Item) -> list[PlanEvent]:
    if item.at == command.at:
        return []
    _planned(item)
    return [PlanItemTimed(plan=state.plan, item=item.item, at=command.at, by=command.by, timed_at=command.now)]


def do_item(command: DoItem, state: Plan, item: Item) -> list[PlanEvent]:
    if item.standing == "done":
        return []
    _planned(item)
    return [PlanItemDone(plan=state.plan, item=item.item, by=command.by, done_at=command.now)]


def move_item(command: MoveItem, state: Plan, item: Item) -> list[PlanEvent]:
    if (item.standing, item.moved_to) == ("moved", command.to):
        return []
    _planned(item)
    if command.to == state.day:
        raise SameDay
    if command.to < today(command.now):
        raise DayOver(day=command.to)
    _explained(command)
    return [
        PlanItemMoved(
            plan=state.plan,
            item=item.item,
            to=command.to,
            reason=command.reason,
            words=command.words,
            by=command.by,
            moved_at=command.now,
        )
    ]


def drop_item(command: DropItem, state: Plan, item: Item) -> list[PlanEvent]:
    if item.standing == "dropped":
        return []
    _planned(item)
    _explained(command)
    return [
        PlanItemDropped(
            plan=state.plan,
            item=item.item,
            reason=command.reason,
            words=command.words,
            by=command.by,
            dropped_at=command.now,
        )
    ]


def _planned(item: Item) -> None:
    if item.standing != "planned":
        raise NotPlanned


def _explained(command: MoveItem | DropItem) -> None:
    if command.reason == "other" and command.words is None:
        raise PlanWordsMissing


def today(now: datetime) -> date:
    """The day it is, where the plan is carried out."""
    return now.astimezone(SHANGHAI).date()


def evolve(state: Plan, event: PlanEvent) -> Plan:
    if isinstance(event, PlanItemAdded):
        item = Item(event.item, event.kind, event.at, event.place, event.note, event.about)
        return Plan(event.plan, event.account, event.station, event.day, {**state.items, event.item: item})
    known = state.items[event.item]
    match event:
        case PlanItemTimed():
            known = replace(known, at=event.at)
        case PlanItemDone():
            known = replace(known, standing="done")
        case PlanItemMoved():
            known = replace(known, standing="moved", moved_to=event.to)
        case PlanItemDropped():
            known = replace(known, standing="dropped")
        case _:
            assert_never(event)
    return replace(state, items={**state.items, event.item: known})


day_plan: Final[Decider[Command, Plan, PlanEvent]] = Decider(Plan(), decide, evolve)
