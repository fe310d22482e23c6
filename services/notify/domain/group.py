"""A group: a chat of residents, patrols or premises (微信群等), run by a person, that messages can be passed on to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal, TypeAlias, assert_never, get_args

from pydantic import AwareDatetime, BaseModel, Field

from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed

Id: TypeAlias = Annotated[str, Field(min_length=1, max_length=120)]

Kind: TypeAlias = Literal["patrol", "premises", "owners", "property"]
"""巡防、治安场所单位、业主、物业."""


class Owner(BaseModel, frozen=True, extra="forbid"):
    """Who runs the group (群主): a person, and the account by which the console reaches them, if they have one."""

    person: Id
    account: Id | None = None
    name: Sealed | None = None


# Commands


class RegisterGroup(BaseModel, frozen=True):
    """Enter a group that exists (建群登记)."""

    group: Id
    name: str = Field(min_length=1, max_length=100)
    kind: Kind
    owner: Owner
    compound: Id | None = None
    """None when the group is for the whole community."""
    community: Id
    station: Id
    members: int = Field(ge=1)
    now: AwareDatetime


class ChangeOwner(BaseModel, frozen=True):
    """Another person runs the group now (更换群主)."""

    owner: Owner
    now: AwareDatetime


Command: TypeAlias = RegisterGroup | ChangeOwner


# Events


class GroupRegistered(Event, frozen=True):
    """A group was entered (建群登记)."""

    stored_as: ClassVar[str] = "group-registered"
    group: Id
    name: str
    kind: Kind
    owner: Owner
    compound: Id | None
    community: Id
    station: Id
    members: int
    registered_at: AwareDatetime


class OwnerChanged(Event, frozen=True):
    """The group has another owner (更换群主)."""

    stored_as: ClassVar[str] = "group-owner-changed"
    group: Id
    owner: Owner
    changed_at: AwareDatetime


GroupEvent: TypeAlias = GroupRegistered | OwnerChanged

EVENTS: Final[tuple[type[GroupEvent], ...]] = get_args(GroupEvent)


# States


@dataclass(frozen=True, slots=True)
class Unregistered:
    pass


@dataclass(frozen=True, slots=True)
class Registered:
    entry: GroupRegistered
    owner: Owner


State: TypeAlias = Unregistered | Registered


# Refusals


class NeverRegistered(Unknown):
    say = sentence("There is no such group.")


class RegisteredOtherwise(Refusal):
    say = sentence("A group with this id was already entered as “{name}”; enter another group under an id of its own.")


# Decisions


def decide(command: Command, state: State) -> list[GroupEvent]:
    match command:
        case RegisterGroup():
            return register(command, state)
        case ChangeOwner():
            return change_owner(command, state)
        case _:
            assert_never(command)


def register(command: RegisterGroup, state: State) -> list[GroupEvent]:
    entry = GroupRegistered(
        group=command.group,
        name=command.name,
        kind=command.kind,
        owner=command.owner,
        compound=command.compound,
        community=command.community,
        station=command.station,
        members=command.members,
        registered_at=command.now,
    )
    match state:
        case Unregistered():
            return [entry]
        case Registered():
            # Compared with what was entered, not with today's owner: entering the same list again adds nothing.
            if _compared(state.entry) != _compared(entry):
                raise RegisteredOtherwise(name=state.entry.name)
            return []
        case _:
            assert_never(state)


def _compared(entry: GroupRegistered) -> dict[str, object]:
    # A sealed name is another box each time that it is sealed; the person's id says who it is.
    return entry.model_dump(exclude={"registered_at": True, "owner": {"name": True}})


def change_owner(command: ChangeOwner, state: State) -> list[GroupEvent]:
    match state:
        case Unregistered():
            raise NeverRegistered
        case Registered():
            if state.owner == command.owner:
                return []
            return [OwnerChanged(group=state.entry.group, owner=command.owner, changed_at=command.now)]
        case _:
            assert_never(state)


def evolve(state: State, event: GroupEvent) -> State:
    match event:
        case GroupRegistered():
            return Registered(event, event.owner)
        case OwnerChanged():
            # A stream begins with its entry; a change without one tells of no group.
            return Registered(state.entry, event.owner) if isinstance(state, Registered) else state
        case _:
            assert_never(event)


group: Decider[Command, State, GroupEvent] = Decider(initial=Unregistered(), decide=decide, evolve=evolve)
