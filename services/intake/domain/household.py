"""A household check (入户走访): who lives in a unit, for how long that counts as known, and the tenancy alert.

What was found counts as current until `fresh_until`; from then on it is unknown, and last known on the day of the
check. Nobody has to answer: a refusal is kept as one and leads to nothing. A room that is not for dwelling and in which
people live raises a tenancy alert (租赁警示) by the rule `basement-dwelling`; it is followed until it is put right or
handed over.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel, Field

from services.intake.domain.cited import Cited, citing
from services.intake.domain.volunteer import NotYet
from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed
from shared.law.here import Here
from shared.law.legal_time import day_of

Occupancy: TypeAlias = Literal["owner", "tenants", "both", "empty"]
"""自住、出租、自住并出租、空置."""
RoomKind: TypeAlias = Literal["basement", "storage", "garage", "kitchen", "bathroom", "balcony", "corridor", "other"]
"""地下室或地下储藏室、储藏室、车库、厨房、卫生间、阳台、过道、其他非居住用房."""
Side: TypeAlias = Literal["landlord", "tenants"]
"""出租人、承租人."""
Body: TypeAlias = Literal["housing", "fire", "urban_management", "public_security"]
"""住房建设主管部门、消防救援机构、城市管理部门、公安机关."""
Standing: TypeAlias = Literal["fresh", "unknown", "never"]

RULE: Final = "basement-dwelling"
LIMIT: Final = "persons_in_non_dwelling"
LET: Final = frozenset({"tenants", "both"})


class Dwelling(BaseModel, frozen=True):
    """A unit of the register, or what of it the register has."""

    station: str
    community: str
    grid: str
    compound: str | None = None
    building: str | None = None
    unit: str | None = None


class Lease(BaseModel, frozen=True):
    """From when until when it is let (租期); without an end while none is agreed."""

    first_day: date
    last_day: date | None = None


class Room(BaseModel, frozen=True):
    """A room that is not for dwelling (非居住用房), and how many live in it."""

    kind: RoomKind
    persons: int = Field(ge=0, le=1_000)


class Findings(BaseModel, frozen=True):
    """What was found; of the people their number alone."""

    occupied_by: Occupancy
    tenants: int = Field(default=0, ge=0, le=1_000)
    lease: Lease | None = None
    rooms: tuple[Room, ...] = ()
    note: Sealed | None = None


# Commands


class CheckHousehold(BaseModel, frozen=True):
    """Keep what was found on a visit (登记走访)."""

    household: str
    dwelling: Dwelling
    room: Sealed | None = None
    check: str
    findings: Findings
    on: date
    fresh_days: int = Field(gt=0)
    here: Here
    by: str
    now: AwareDatetime


class NoteRefusal(BaseModel, frozen=True):
    """Keep that nobody there wished to answer (登记不便告知)."""

    household: str
    dwelling: Dwelling
    room: Sealed | None = None
    on: date
    by: str
    now: AwareDatetime


class TellOfAlert(BaseModel, frozen=True):
    """Tell the landlord or the tenants of the danger (告知), each apart."""

    side: Side
    on: date
    by: str
    now: AwareDatetime


class RecheckAlert(BaseModel, frozen=True):
    """Look again (复查)."""

    put_right: bool
    on: date
    by: str
    now: AwareDatetime


class HandOverAlert(BaseModel, frozen=True):
    """Hand it over to the competent body (移交); before a re-check only with a reason."""

    to: Body
    reason: Sealed | None = None
    on: date
    by: str
    now: AwareDatetime


Command: TypeAlias = CheckHousehold | NoteRefusal | TellOfAlert | RecheckAlert | HandOverAlert
COMMANDS: Final[tuple[type[BaseModel], ...]] = (
    CheckHousehold,
    NoteRefusal,
    TellOfAlert,
    RecheckAlert,
    HandOverAlert,
)


# Events


class HouseholdChecked(Event, frozen=True):
    """A household was visited and answered (已走访)."""

    stored_as: ClassVar[str] = "household-checked"
    household: str
    dwelling: Dwelling
    room: Sealed | None
    check: str
    findings: Findings
    on: date
    fresh_until: date
    by: str
    checked_at: AwareDatetime


class HouseholdDeclined(Event, frozen=True):
    """Nobody there wished to answer (不便告知)."""

    stored_as: ClassVar[str] = "household-declined"
    household: str
    dwelling: Dwelling
    room: Sealed | None
    on: date
    by: str
    declined_at: AwareDatetime


class TenancyAlertRaised(Event, frozen=True):
    """People live in rooms that are not for dwelling (租赁警示)."""

    stored_as: ClassVar[str] = "tenancy-alert-raised"
    household: str
    alert: str
    rooms: tuple[Room, ...]
    persons: int
    rule: Cited
    on: date
    by: str
    raised_at: AwareDatetime


class TenancyAlertTold(Event, frozen=True):
    """One side was told (已告知)."""

    stored_as: ClassVar[str] = "tenancy-alert-told"
    household: str
    alert: str
    side: Side
    on: date
    by: str
    told_at: AwareDatetime


class TenancyAlertRechecked(Event, frozen=True):
    """It was looked at again (已复查); put right, it is closed."""

    stored_as: ClassVar[str] = "tenancy-alert-rechecked"
    household: str
    alert: str
    put_right: bool
    on: date
    by: str
    rechecked_at: AwareDatetime


class TenancyAlertHandedOver(Event, frozen=True):
    """It is the competent body's from here on (已移交), and closed here."""

    stored_as: ClassVar[str] = "tenancy-alert-handed-over"
    household: str
    alert: str
    to: Body
    reason: Sealed | None
    rule: Cited
    on: date
    by: str
    handed_over_at: AwareDatetime


HouseholdEvent: TypeAlias = (
    HouseholdChecked
    | HouseholdDeclined
    | TenancyAlertRaised
    | TenancyAlertTold
    | TenancyAlertRechecked
    | TenancyAlertHandedOver
)
EVENTS: Final[tuple[type[HouseholdEvent], ...]] = (
    HouseholdChecked,
    HouseholdDeclined,
    TenancyAlertRaised,
    TenancyAlertTold,
    TenancyAlertRechecked,
    TenancyAlertHandedOver,
)


# Refusals


class NoSuchHousehold(Unknown):
    say = sentence("No household is written down under this number. Enter a check of it first.")


class CountContradicts(Refusal):
    say = sentence(
        "The number of tenants does not fit who lives there. Let, at least one tenant is counted; otherwise none is."
    )


class LeaseWithoutTenants(Refusal):
    say = sentence("A lease is entered where there are tenants. Leave it out, or say that it is let.")


class LeaseBackwards(Refusal):
    say = sentence("The lease ends before it begins: {first_day} to {last_day}. Exchange the two days.")


class NoTenancyAlert(Refusal):
    say = sentence("There is no tenancy alert here. A check that finds people in a room not for dwelling raises one.")


class AlertClosed(Refusal):
    say = sentence("This tenancy alert is closed. A new check raises a new one if it is needed.")


class NobodyTold(Refusal):
    say = sentence("Nobody was told of it yet. Tell the landlord and the tenants first, then look again.")


class NotRechecked(Refusal):
    say = sentence("It was not looked at again yet. Enter the re-check first, or give the reason for not waiting.")


class BeforeTheAlert(Refusal):
    say = sentence("The alert was raised on {day}. Enter the day on which this step was really taken.")


# State


@dataclass(frozen=True, slots=True)
class Unvisited:
    """Nobody was there yet."""


@dataclass(frozen=True, slots=True)
class Alert:
    alert: str
    rule: Cited
    on: date
    told: frozenset[Side] = frozenset()
    rechecked: tuple[date, bool] | None = None
    handed_to: Body | None = None

    @property
    def closed(self) -> bool:
        return self.handed_to is not None or (self.rechecked is not None and self.rechecked[1])


@dataclass(frozen=True, slots=True)
class Visited:
    household: str
    dwelling: Dwelling
    checks: frozenset[str] = frozenset()
    declined: frozenset[date] = frozenset()
    alert: Alert | None = None


State: TypeAlias = Unvisited | Visited


def standing(fresh_until: date | None, today: date) -> Standing:
    """Whether what was found may be shown as current; after its time it is unknown."""
    if fresh_until is None:
        return "never"
    return "fresh" if today <= fresh_until else "unknown"


def fresh_until(on: date, days: int, lease: Lease | None) -> date:
    """A known lease's end is the end of what is known, even if the check is recent."""
    until = on + timedelta(days=days)
    return until if lease is None or lease.last_day is None else max(on, min(until, lease.last_day))


# Decisions


def decide(command: Command, state: State) -> list[HouseholdEvent]:
    match command:
        case CheckHousehold():
            return check(command, state)
        case NoteRefusal():
            return note_refusal(command, state)
        case _:
            if isinstance(state, Unvisited):
                raise NoSuchHousehold
            if state.alert is None:
                raise NoTenancyAlert
            return follow(command, state.household, state.alert)


def check(command: CheckHousehold, state: State) -> list[HouseholdEvent]:
    if isinstance(state, Visited) and command.check in state.checks:
        return []
    found = command.findings
    if (found.occupied_by in LET) != (found.tenants > 0):
        raise CountContradicts
    if found.lease is not None:
        if found.occupied_by not in LET:
            raise LeaseWithoutTenants
        if found.lease.last_day is not None and found.lease.last_day < found.lease.first_day:
            raise LeaseBackwards(first_day=found.lease.first_day, last_day=found.lease.last_day)
    _past(command.on, command.now)
    events: list[HouseholdEvent] = [
        HouseholdChecked(
            household=command.household,
            dwelling=command.dwelling,
            room=command.room,
            check=command.check,
            findings=found,
            on=command.on,
            fresh_until=fresh_until(command.on, command.fresh_days, found.lease),
            by=command.by,
            checked_at=command.now,
        )
    ]
    known = state.alert if isinstance(state, Visited) else None
    if known is None or known.closed:
        events += raised(command)
    return events


def raised(command: CheckHousehold) -> list[HouseholdEvent]:
    """An alert where more live in rooms of the rule's list than the rule of that day lets; without a rule, none."""
    rule = command.here.find(RULE, command.on)
    if rule is None:
        return []
    listed = {item.code for item in rule.items}
    rooms = tuple(r for r in command.findings.rooms if r.kind in listed and r.persons > rule.number(LIMIT))
    if not rooms:
        return []
    return [
        TenancyAlertRaised(
            household=command.household,
            alert=f"alert-{command.check}",
            rooms=rooms,
            persons=sum(room.persons for room in rooms),
            rule=citing(command.here, rule),
            on=command.on,
            by=command.by,
            raised_at=command.now,
        )
    ]


def note_refusal(command: NoteRefusal, state: State) -> list[HouseholdEvent]:
    if isinstance(state, Visited) and command.on in state.declined:
        return []
    _past(command.on, command.now)
    return [
        HouseholdDeclined(
            household=command.household,
            dwelling=command.dwelling,
            room=command.room,
            on=command.on,
            by=command.by,
            declined_at=command.now,
        )
    ]


def follow(command: TellOfAlert | RecheckAlert | HandOverAlert, household: str, alert: Alert) -> list[HouseholdEvent]:
    match command:
        case TellOfAlert():
            return tell(command, household, alert)
        case RecheckAlert():
            return recheck(command, household, alert)
        case HandOverAlert():
            return hand_over(command, household, alert)
        case _:
            assert_never(command)


def tell(command: TellOfAlert, household: str, alert: Alert) -> list[HouseholdEvent]:
    if command.side in alert.told:
        return []
    _open(alert, command.on, command.now)
    return [
        TenancyAlertTold(
            household=household,
            alert=alert.alert,
            side=command.side,
            on=command.on,
            by=command.by,
            told_at=command.now,
        )
    ]


def recheck(command: RecheckAlert, household: str, alert: Alert) -> list[HouseholdEvent]:
    if alert.rechecked == (command.on, command.put_right):
        return []
    _open(alert, command.on, command.now)
    if not alert.told:
        raise NobodyTold
    return [
        TenancyAlertRechecked(
            household=household,
            alert=alert.alert,
            put_right=command.put_right,
            on=command.on,
            by=command.by,
            rechecked_at=command.now,
        )
    ]


def hand_over(command: HandOverAlert, household: str, alert: Alert) -> list[HouseholdEvent]:
    if alert.handed_to == command.to:
        return []
    _open(alert, command.on, command.now)
    if alert.rechecked is None and command.reason is None:
        raise NotRechecked
    return [
        TenancyAlertHandedOver(
            household=household,
            alert=alert.alert,
            to=command.to,
            reason=command.reason,
            rule=alert.rule,
            on=command.on,
            by=command.by,
            handed_over_at=command.now,
        )
    ]


def _open(alert: Alert, on: date, now: AwareDatetime) -> None:
    if alert.closed:
        raise AlertClosed
    if on < alert.on:
        raise BeforeTheAlert(day=alert.on)
    _past(on, now)


def _past(day: date, now: AwareDatetime) -> None:
    if day > day_of(now):
        raise NotYet(day=day)


def evolve(state: State, event: HouseholdEvent) -> State:
    if isinstance(event, HouseholdChecked | HouseholdDeclined) and isinstance(state, Unvisited):
        state = Visited(event.household, event.dwelling)
    assert isinstance(state, Visited), "every stream of a household begins with a visit"
    match event:
        case HouseholdChecked():
            return replace(state, checks=state.checks | {event.check})
        case HouseholdDeclined():
            return replace(state, declined=state.declined | {event.on})
        case TenancyAlertRaised():
            return replace(state, alert=Alert(event.alert, event.rule, event.on))
        case _:
            assert state.alert is not None, "a step of an alert follows the alert"
            return replace(state, alert=_followed(state.alert, event))


def _followed(alert: Alert, event: TenancyAlertTold | TenancyAlertRechecked | TenancyAlertHandedOver) -> Alert:
    match event:
        case TenancyAlertTold():
            return replace(alert, told=alert.told | {event.side})
        case TenancyAlertRechecked():
            return replace(alert, rechecked=(event.on, event.put_right))
        case TenancyAlertHandedOver():
            return replace(alert, handed_to=event.to)
        case _:
            assert_never(event)


household: Final[Decider[Command, State, HouseholdEvent]] = Decider(Unvisited(), decide, evolve)
