"""A publisher (接入方): another system that sends to us, with its keys, its signatures' secrets and its quota."""

from dataclasses import dataclass, replace
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel, Field

from services.intake.domain.report import Channel
from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed

Suspension: TypeAlias = Literal["key_leaked", "misuse", "maintenance", "contract_ended"]
"""Why a publisher is suspended: 密钥泄露、违规使用、维护、合作终止."""

OWN_SOURCES: Final = "urn:wangge:"
"""Under this the services of the deployment itself are known."""
MOST_LIVE: Final = 3
"""Keys, or secrets, that may hold at the same time: one in use, one that comes, one that goes."""


class Quota(BaseModel, frozen=True):
    """How much a publisher may send (限额)."""

    per_minute: int = Field(ge=1, le=100_000)
    per_day: int = Field(ge=1, le=10_000_000)


# Commands


class RegisterPublisher(BaseModel, frozen=True):
    """Register another system under the CloudEvents source by which it is known (登记接入方)."""

    publisher: str
    source: str
    name: str
    station: str
    city_wide: bool
    channels: tuple[Channel, ...] = Field(min_length=1)
    quota: Quota
    contact: Sealed | None = None
    accounts: tuple[str, ...] = ()
    by: str
    now: AwareDatetime


class ChangePublisher(BaseModel, frozen=True):
    """Change what it is called, what it may send and whom to ask about it (变更接入方)."""

    name: str
    channels: tuple[Channel, ...] = Field(min_length=1)
    quota: Quota
    contact: Sealed | None = None
    accounts: tuple[str, ...] = ()
    by: str
    now: AwareDatetime


class IssueKey(BaseModel, frozen=True):
    """Give it a key (发放密钥); those it has go on holding until `others_until`, so that it can change over."""

    key: str
    digest: str
    others_until: AwareDatetime
    by: str
    now: AwareDatetime


class RevokeKey(BaseModel, frozen=True):
    """End a key at once (吊销密钥)."""

    key: str
    by: str
    now: AwareDatetime


class SetSecret(BaseModel, frozen=True):
    """Give it a secret for signatures (设置签名密钥): from now on what it sends must be signed."""

    secret: str
    value: Sealed
    others_until: AwareDatetime
    by: str
    now: AwareDatetime


class SuspendPublisher(BaseModel, frozen=True):
    """Take nothing more from it for the time being (暂停接入)."""

    reason: Suspension
    by: str
    now: AwareDatetime


class ResumePublisher(BaseModel, frozen=True):
    """Take what it sends again (恢复接入)."""

    by: str
    now: AwareDatetime


Command: TypeAlias = (
    RegisterPublisher | ChangePublisher | IssueKey | RevokeKey | SetSecret | SuspendPublisher | ResumePublisher
)
COMMANDS: Final[tuple[type[BaseModel], ...]] = (
    RegisterPublisher,
    ChangePublisher,
    IssueKey,
    RevokeKey,
    SetSecret,
    SuspendPublisher,
    ResumePublisher,
)


# Events


class PublisherRegistered(Event, frozen=True):
    """Another system is known and may be given keys (接入方已登记)."""

    stored_as: ClassVar[str] = "publisher-registered"
    publisher: str
    source: str
    name: str
    station: str
    city_wide: bool
    channels: tuple[Channel, ...]
    quota: Quota
    contact: Sealed | None
    accounts: tuple[str, ...]
    by: str
    registered_at: AwareDatetime


class PublisherChanged(Event, frozen=True):
    """It is called otherwise, or may send other things (接入方已变更)."""

    stored_as: ClassVar[str] = "publisher-changed"
    publisher: str
    name: str
    channels: tuple[Channel, ...]
    quota: Quota
    contact: Sealed | None
    accounts: tuple[str, ...]
    by: str
    changed_at: AwareDatetime


class KeyIssued(Event, frozen=True):
    """It was given a key, of which only the digest is kept (密钥已发放)."""

    stored_as: ClassVar[str] = "publisher-key-issued"
    publisher: str
    key: str
    digest: str
    others_until: AwareDatetime
    by: str
    issued_at: AwareDatetime


class KeyRevoked(Event, frozen=True):
    """A key was ended at once (密钥已吊销)."""

    stored_as: ClassVar[str] = "publisher-key-revoked"
    publisher: str
    key: str
    by: str
    revoked_at: AwareDatetime


class SecretSet(Event, frozen=True):
    """It signs with a secret, or with a new one (签名密钥已设置)."""

    stored_as: ClassVar[str] = "publisher-secret-set"
    publisher: str
    secret: str
    value: Sealed
    others_until: AwareDatetime
    by: str
    set_at: AwareDatetime


class PublisherSuspended(Event, frozen=True):
    """Nothing more is taken from it for the time being (已暂停接入)."""

    stored_as: ClassVar[str] = "publisher-suspended"
    publisher: str
    reason: Suspension
    by: str
    suspended_at: AwareDatetime


class PublisherResumed(Event, frozen=True):
    """What it sends is taken again (已恢复接入)."""

    stored_as: ClassVar[str] = "publisher-resumed"
    publisher: str
    by: str
    resumed_at: AwareDatetime


PublisherEvent: TypeAlias = (
    PublisherRegistered | PublisherChanged | KeyIssued | KeyRevoked | SecretSet | PublisherSuspended | PublisherResumed
)
EVENTS: Final[tuple[type[PublisherEvent], ...]] = (
    PublisherRegistered,
    PublisherChanged,
    KeyIssued,
    KeyRevoked,
    SecretSet,
    PublisherSuspended,
    PublisherResumed,
)


# Refusals


class NoSuchPublisher(Unknown):
    say = sentence("No publisher is registered under this id. Check it, or register the publisher first.")


class SourceTaken(Refusal):
    say = sentence("The source {source} is registered already. Change that publisher, or choose another source.")


class ReservedSource(Refusal):
    say = sentence("Sources that begin with {prefix} are those of our own services. Choose another source.")


class NoSuchKey(Unknown):
    say = sentence("This publisher has no key {key} that still holds. Look at the list of its keys.")


class TooManyKeys(Refusal):
    say = sentence("{number} keys hold already. Revoke one that is no longer used, then issue a new one.")


class TooManySecrets(Refusal):
    say = sentence("{number} secrets hold already. Wait until the oldest one ends, then set a new one.")


# State


@dataclass(frozen=True, slots=True)
class Unregistered:
    """Nobody has registered it."""


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    digest: str
    issued_at: AwareDatetime
    until: AwareDatetime | None = None
    """None while nothing ends it."""

    def holds(self, now: AwareDatetime) -> bool:
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Secret:
    id: str
    value: Sealed
    set_at: AwareDatetime
    until: AwareDatetime | None = None

    def holds(self, now: AwareDatetime) -> bool:
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Registered:
    publisher: str
    source: str
    name: str
    station: str
    city_wide: bool
    """Whether it may send for any station, not only its own."""
    channels: tuple[Channel, ...]
    quota: Quota
    contact: Sealed | None
    accounts: tuple[str, ...]
    """People of that system's side who may look at what became of what it sent."""
    registered_at: AwareDatetime
    keys: tuple[Key, ...] = ()
    secrets: tuple[Secret, ...] = ()
    suspended: Suspension | None = None

    def keys_at(self, now: AwareDatetime) -> tuple[Key, ...]:
        return tuple(key for key in self.keys if key.holds(now))

    def secrets_at(self, now: AwareDatetime) -> tuple[Secret, ...]:
        return tuple(secret for secret in self.secrets if secret.holds(now))


State: TypeAlias = Unregistered | Registered


# What it may send

Objection: TypeAlias = Literal["suspended", "channel", "station"]


def objection(publisher: Registered, channel: str, station: str | None) -> Objection | None:
    """Why a report of this channel and station is not taken from this publisher; None where it is."""
    if publisher.suspended is not None:
        return "suspended"
    if channel not in publisher.channels:
        return "channel"
    if station not in (None, publisher.station) and not publisher.city_wide:
        return "station"
    return None


# Decisions


def decide(command: Command, state: State) -> list[PublisherEvent]:
    if isinstance(command, RegisterPublisher):
        return register(command, state)
    match state:
        case Unregistered():
            raise NoSuchPublisher
        case Registered():
            return change(command, state)
        case _:
            assert_never(state)


def register(command: RegisterPublisher, state: State) -> list[PublisherEvent]:
    if command.source.lower().startswith(OWN_SOURCES):
        raise ReservedSource(prefix=OWN_SOURCES)
    match state:
        case Unregistered():
            return [
                PublisherRegistered(
                    **command.model_dump(exclude={"now", "quota", "contact"}),
                    quota=command.quota,
                    contact=command.contact,
                    registered_at=command.now,
                )
            ]
        case Registered(source=source):
            given = (command.name, command.station, command.city_wide, command.channels, command.quota)
            if given == (state.name, state.station, state.city_wide, state.channels, state.quota):
                return []
            raise SourceTaken(source=source)
        case _:
            assert_never(state)


def change(
    command: ChangePublisher | IssueKey | RevokeKey | SetSecret | SuspendPublisher | ResumePublisher, known: Registered
) -> list[PublisherEvent]:
    match command:
        case ChangePublisher():
            given = (command.name, command.channels, command.quota, command.contact, command.accounts)
            if given == (known.name, known.channels, known.quota, known.contact, known.accounts):
                return []
            return [
                PublisherChanged(
                    publisher=known.publisher,
                    name=command.name,
                    channels=command.channels,
                    quota=command.quota,
                    contact=command.contact,
                    accounts=command.accounts,
                    by=command.by,
                    changed_at=command.now,
                )
            ]
        case IssueKey():
            return issue_key(command, known)
        case RevokeKey(key=key):
            if not any(each.id == key for each in known.keys):
                raise NoSuchKey(key=key)
            if not any(each.id == key for each in known.keys_at(command.now)):
                return []
            return [KeyRevoked(publisher=known.publisher, key=key, by=command.by, revoked_at=command.now)]
        case SetSecret():
            return set_secret(command, known)
        case SuspendPublisher(reason=reason):
            if known.suspended == reason:
                return []
            return [
                PublisherSuspended(publisher=known.publisher, reason=reason, by=command.by, suspended_at=command.now)
            ]
        case ResumePublisher():
            if known.suspended is None:
                return []
            return [PublisherResumed(publisher=known.publisher, by=command.by, resumed_at=command.now)]
        case _:
            assert_never(command)


def issue_key(command: IssueKey, known: Registered) -> list[PublisherEvent]:
    if any(each.id == command.key for each in known.keys):
        return []
    live = known.keys_at(command.now)
    if len(live) >= MOST_LIVE:
        raise TooManyKeys(number=len(live))
    return [
        KeyIssued(
            publisher=known.publisher,
            key=command.key,
            digest=command.digest,
            others_until=command.others_until,
            by=command.by,
            issued_at=command.now,
        )
    ]


def set_secret(command: SetSecret, known: Registered) -> list[PublisherEvent]:
    if any(each.id == command.secret for each in known.secrets):
        return []
    live = known.secrets_at(command.now)
    if len(live) >= MOST_LIVE:
        raise TooManySecrets(number=len(live))
    return [
        SecretSet(
            publisher=known.publisher,
            secret=command.secret,
            value=command.value,
            others_until=command.others_until,
            by=command.by,
            set_at=command.now,
        )
    ]


def evolve(state: State, event: PublisherEvent) -> State:
    if isinstance(event, PublisherRegistered):
        return Registered(
            publisher=event.publisher,
            source=event.source,
            name=event.name,
            station=event.station,
            city_wide=event.city_wide,
            channels=event.channels,
            quota=event.quota,
            contact=event.contact,
            accounts=event.accounts,
            registered_at=event.registered_at,
        )
    assert isinstance(state, Registered), "every stream of a publisher begins with its registration"
    match event:
        case PublisherChanged():
            return replace(
                state,
                name=event.name,
                channels=event.channels,
                quota=event.quota,
                contact=event.contact,
                accounts=event.accounts,
            )
        case KeyIssued():
            older = tuple(replace(each, until=_sooner(each.until, event.others_until)) for each in state.keys)
            return replace(state, keys=(*older, Key(event.key, event.digest, event.issued_at)))
        case KeyRevoked(key=key, revoked_at=at):
            ended = tuple(replace(each, until=at) if each.id == key else each for each in state.keys)
            return replace(state, keys=ended)
        case SecretSet():
            earlier = tuple(replace(each, until=_sooner(each.until, event.others_until)) for each in state.secrets)
            return replace(state, secrets=(*earlier, Secret(event.secret, event.value, event.set_at)))
        case PublisherSuspended(reason=reason):
            return replace(state, suspended=reason)
        case PublisherResumed():
            return replace(state, suspended=None)
        case _:
            assert_never(event)


def _sooner(until: AwareDatetime | None, others_until: AwareDatetime) -> AwareDatetime:
    return others_until if until is None else min(until, others_until)


publisher: Final[Decider[Command, State, PublisherEvent]] = Decider(Unregistered(), decide, evolve)
