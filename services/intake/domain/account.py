"""An account (账号) of the consoles and interfaces: who may sign in, at which posts, and when that ended."""

from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel, Field

from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event


class Post(BaseModel, frozen=True):
    """A post held (岗位): a role at a station, a community of it, or a grid."""

    role: str
    station: str
    community: str | None = None
    grid: str | None = None


# Commands


class OpenAccount(BaseModel, frozen=True):
    """Open an account (开户)."""

    account: str
    name: str = Field(min_length=1, max_length=60, pattern=r"^[\w.@-]+$")
    password_hash: str
    posts: tuple[Post, ...]
    now: AwareDatetime


class ChangePosts(BaseModel, frozen=True):
    """Give the account other posts (调岗)."""

    posts: tuple[Post, ...]
    now: AwareDatetime


class SetPassword(BaseModel, frozen=True):
    """Set a new password (改密); older sessions end."""

    password_hash: str
    now: AwareDatetime


class SignOutEverywhere(BaseModel, frozen=True):
    """End every session of the account (全部退出)."""

    now: AwareDatetime


class CloseAccount(BaseModel, frozen=True):
    """Close the account (销户)."""

    now: AwareDatetime


Command: TypeAlias = OpenAccount | ChangePosts | SetPassword | SignOutEverywhere | CloseAccount
COMMANDS: Final[tuple[type[BaseModel], ...]] = (OpenAccount, ChangePosts, SetPassword, SignOutEverywhere, CloseAccount)


# Events


class AccountOpened(Event, frozen=True):
    """An account was opened (已开户)."""

    stored_as: ClassVar[str] = "account-opened"
    account: str
    name: str
    password_hash: str
    posts: tuple[Post, ...]
    opened_at: AwareDatetime


class PostsChanged(Event, frozen=True):
    """The account holds other posts now (已调岗)."""

    stored_as: ClassVar[str] = "account-posts-changed"
    account: str
    name: str
    posts: tuple[Post, ...]
    generation: int
    changed_at: AwareDatetime


class PasswordSet(Event, frozen=True):
    """A new password holds, older sessions have ended (已改密)."""

    stored_as: ClassVar[str] = "account-password-set"
    account: str
    name: str
    password_hash: str
    posts: tuple[Post, ...]
    generation: int
    set_at: AwareDatetime


class SignedOutEverywhere(Event, frozen=True):
    """Every session of the account has ended (已全部退出)."""

    stored_as: ClassVar[str] = "account-signed-out-everywhere"
    account: str
    name: str
    posts: tuple[Post, ...]
    generation: int
    signed_out_at: AwareDatetime


class AccountClosed(Event, frozen=True):
    """The account is closed (已销户)."""

    stored_as: ClassVar[str] = "account-closed"
    account: str
    name: str
    generation: int
    closed_at: AwareDatetime


AccountEvent: TypeAlias = AccountOpened | PostsChanged | PasswordSet | SignedOutEverywhere | AccountClosed
EVENTS: Final[tuple[type[AccountEvent], ...]] = (
    AccountOpened,
    PostsChanged,
    PasswordSet,
    SignedOutEverywhere,
    AccountClosed,
)


# Refusals


class NoSuchAccount(Unknown):
    say = sentence("There is no such account. Check the name, or open the account first.")


class AccountExists(Refusal):
    say = sentence("The account {name} exists already. Choose another name, or change that account.")


class AccountIsClosed(Refusal):
    say = sentence("The account {name} is closed. Open a new one.")


# State


@dataclass(frozen=True, slots=True)
class Absent:
    """No such account."""


@dataclass(frozen=True, slots=True)
class Opened:
    account: str
    name: str
    posts: tuple[Post, ...]
    password_hash: str
    generation: int


@dataclass(frozen=True, slots=True)
class Closed:
    name: str


State: TypeAlias = Absent | Opened | Closed


# Decisions


def decide(command: Command, state: State) -> list[AccountEvent]:
    if isinstance(command, OpenAccount):
        return open_account(command, state)
    match state:
        case Absent():
            raise NoSuchAccount
        case Closed(name):
            if isinstance(command, CloseAccount):
                return []
            raise AccountIsClosed(name=name)
        case Opened():
            return change(command, state)
        case _:
            assert_never(state)


def open_account(command: OpenAccount, state: State) -> list[AccountEvent]:
    match state:
        case Absent():
            return [
                AccountOpened(
                    account=command.account,
                    name=command.name,
                    password_hash=command.password_hash,
                    posts=command.posts,
                    opened_at=command.now,
                )
            ]
        case Opened(name=name, posts=posts, password_hash=password_hash):
            if (name, posts, password_hash) == (command.name, command.posts, command.password_hash):
                return []
            raise AccountExists(name=name)
        case Closed(name):
            raise AccountIsClosed(name=name)
        case _:
            assert_never(state)


def change(command: ChangePosts | SetPassword | SignOutEverywhere | CloseAccount, opened: Opened) -> list[AccountEvent]:
    match command:
        case ChangePosts():
            if command.posts == opened.posts:
                return []
            return [
                PostsChanged(
                    account=opened.account,
                    name=opened.name,
                    posts=command.posts,
                    generation=opened.generation,
                    changed_at=command.now,
                )
            ]
        case SetPassword():
            if command.password_hash == opened.password_hash:
                return []
            return [
                PasswordSet(
                    account=opened.account,
                    name=opened.name,
                    password_hash=command.password_hash,
                    posts=opened.posts,
                    generation=opened.generation + 1,
                    set_at=command.now,
                )
            ]
        case SignOutEverywhere():
            return [
                SignedOutEverywhere(
                    account=opened.account,
                    name=opened.name,
                    posts=opened.posts,
                    generation=opened.generation + 1,
                    signed_out_at=command.now,
                )
            ]
        case CloseAccount():
            return [
                AccountClosed(
                    account=opened.account,
                    name=opened.name,
                    generation=opened.generation + 1,
                    closed_at=command.now,
                )
            ]
        case _:
            assert_never(command)


def evolve(state: State, event: AccountEvent) -> State:
    match event:
        case AccountOpened():
            return Opened(event.account, event.name, event.posts, event.password_hash, 1)
        case PostsChanged():
            return Opened(event.account, event.name, event.posts, _hash(state), event.generation)
        case PasswordSet():
            return Opened(event.account, event.name, event.posts, event.password_hash, event.generation)
        case SignedOutEverywhere():
            return Opened(event.account, event.name, event.posts, _hash(state), event.generation)
        case AccountClosed():
            return Closed(event.name)
        case _:
            assert_never(event)


def _hash(state: State) -> str:
    assert isinstance(state, Opened), "only an open account changes"
    return state.password_hash


account: Final[Decider[Command, State, AccountEvent]] = Decider(Absent(), decide, evolve)
