"""The duty roster of a station 值班表: shifts are planned, and swapped or covered with both sides' consent.

Nobody is on two shifts at once, or on the next one without the hours of rest that the station has set.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel, Field

from services.intake.domain.limits import said
from services.intake.domain.routing import Rule
from shared.eventsourcing.decider import Code, Decider, Refusal, sentence
from shared.eventsourcing.events import Event

Seat: TypeAlias = Literal["station_leader", "community_officer", "auxiliary", "duty", "anti_fraud", "service"]
"""带班领导、社区民警、辅警；值班室、反诈专班、服务窗口."""
CancelReason: TypeAlias = Literal["not_needed", "entered_wrongly", "unavailable"]
"""不再需要、录入有误、本人不能到岗."""

SEATED: Final[Mapping[Seat, frozenset[str]]] = {
    "station_leader": frozenset({"station_leader"}),
    "community_officer": frozenset({"community_officer"}),
    "auxiliary": frozenset({"auxiliary"}),
    "duty": frozenset({"station_leader", "community_officer", "auxiliary"}),
    "anti_fraud": frozenset({"station_leader", "community_officer", "auxiliary"}),
    "service": frozenset({"station_leader", "community_officer", "auxiliary"}),
}
"""Who may sit where: a seat named after a post is for who holds it, a desk for all who work at the station."""
LONGEST_SHIFT: Final = timedelta(hours=24)
LONGEST_AHEAD: Final = timedelta(days=370)
KEPT_IN_MIND: Final = timedelta(days=60)
"""How long a shift that is over is still weighed; the read model keeps all of them."""


class DutyRules(BaseModel, frozen=True):
    """What a station has set (值班规则): the rest between two shifts, and how fast an alarm climbs."""

    rest_hours: int = Field(default=8, ge=0, le=48)
    step_minutes: int = Field(default=10, ge=1, le=120)
    repeat_minutes: int = Field(default=5, ge=1, le=60)
    """How often an alarm at the top is told again until somebody answers."""


class Shift(BaseModel, frozen=True):
    """A seat, from when to when, and who has it (班次); with a community where it is only for that one."""

    shift: str
    seat: Seat
    account: str
    begins_at: AwareDatetime
    ends_at: AwareDatetime
    community: str | None = None


# Commands


class SetDutyRules(BaseModel, frozen=True):
    """Set the hours of rest and the minutes of a step (设定值班规则)."""

    station: str
    rules: DutyRules
    by: str
    now: AwareDatetime


class PlanShift(BaseModel, frozen=True):
    """Plan a shift (排班). `posts`: which posts its holder has at the station."""

    station: str
    shift: Shift
    posts: tuple[str, ...]
    by: str
    now: AwareDatetime


class CancelShift(BaseModel, frozen=True):
    """Take a shift off the roster (撤销班次)."""

    shift: str
    reason: CancelReason
    by: str
    now: AwareDatetime


class AskSwap(BaseModel, frozen=True):
    """Ask a colleague to swap shifts (换班), or without `in_return` to take this one over (替班)."""

    swap: str
    shift: str
    to: str
    in_return: str | None = None
    posts: tuple[str, ...]
    """Of the colleague."""
    own_posts: tuple[str, ...]
    by: str
    now: AwareDatetime


class AnswerSwap(BaseModel, frozen=True):
    """Agree, or not (同意或不同意换班). A no needs no reason."""

    swap: str
    agreed: bool
    by: str
    now: AwareDatetime


class WithdrawSwap(BaseModel, frozen=True):
    """Take the request back (撤回换班申请)."""

    swap: str
    by: str
    now: AwareDatetime


Command: TypeAlias = SetDutyRules | PlanShift | CancelShift | AskSwap | AnswerSwap | WithdrawSwap
PLANNING: Final[tuple[type[BaseModel], ...]] = (SetDutyRules, PlanShift, CancelShift)
SWAPPING: Final[tuple[type[BaseModel], ...]] = (AskSwap, AnswerSwap, WithdrawSwap)
COMMANDS: Final[tuple[type[BaseModel], ...]] = (*PLANNING, *SWAPPING)


# Events


class DutyRulesSet(Event, frozen=True):
    """The station has set its rest and its steps (值班规则已设定)."""

    stored_as: ClassVar[str] = "duty-rules-set"
    station: str
    rules: DutyRules
    by: str
    set_at: AwareDatetime


class ShiftPlanned(Event, frozen=True):
    """A shift is on the roster (已排班)."""

    stored_as: ClassVar[str] = "shift-planned"
    station: str
    shift: Shift
    by: str
    planned_at: AwareDatetime


class ShiftCancelled(Event, frozen=True):
    """A shift is off the roster, and with it what was asked about it (班次已撤销)."""

    stored_as: ClassVar[str] = "shift-cancelled"
    station: str
    shift: str
    reason: CancelReason
    by: str
    cancelled_at: AwareDatetime


class SwapAsked(Event, frozen=True):
    """A colleague was asked to swap or to cover; until they agree nothing changes (已申请换班)."""

    stored_as: ClassVar[str] = "swap-asked"
    station: str
    swap: str
    shift: str
    to: str
    in_return: str | None
    by: str
    asked_at: AwareDatetime


class SwapAgreed(Event, frozen=True):
    """The shift is the colleague's now, and theirs the asker's (换班已同意)."""

    stored_as: ClassVar[str] = "swap-agreed"
    station: str
    swap: str
    shift: str
    in_return: str | None
    asked_by: str
    by: str
    agreed_at: AwareDatetime


class SwapDeclined(Event, frozen=True):
    """The colleague did not agree; no reason is kept (换班未同意)."""

    stored_as: ClassVar[str] = "swap-declined"
    station: str
    swap: str
    declined_at: AwareDatetime


class SwapWithdrawn(Event, frozen=True):
    """The asker took the request back (换班申请已撤回)."""

    stored_as: ClassVar[str] = "swap-withdrawn"
    station: str
    swap: str
    by: str
    withdrawn_at: AwareDatetime


RosterEvent: TypeAlias = (
    DutyRulesSet | ShiftPlanned | ShiftCancelled | SwapAsked | SwapAgreed | SwapDeclined | SwapWithdrawn
)
EVENTS: Final[tuple[type[RosterEvent], ...]] = (
    DutyRulesSet,
    ShiftPlanned,
    ShiftCancelled,
    SwapAsked,
    SwapAgreed,
    SwapDeclined,
    SwapWithdrawn,
)


# Refusals


class NoSuchShift(Refusal):
    say = sentence("This shift is not on the roster, or not any more. Look at the week again.")


class ImpossibleShift(Refusal):
    say = sentence("A shift lasts up to 24 hours and ends after it begins. Check its two times.")


class ShiftTooFarAhead(Refusal):
    say = sentence("This shift lies more than a year ahead. Check the year.")


class NotForThisSeat(Refusal):
    say = sentence("This seat is for another post: {seat}. Choose somebody who holds that post at the station.")


class ShiftsOverlap(Refusal):
    say = sentence("They have another shift at that time: {begins_at} to {ends_at}. Choose another person or time.")


class TooLittleRest(Refusal):
    say = sentence(
        "Between this shift and the one from {begins_at} to {ends_at} they would have less than the {hours} hours "
        "of rest that the station has set. Choose another person or time."
    )


class ShiftBegun(Refusal):
    say = sentence("This shift has begun: {begins_at}. Ask who plans the roster to enter the rest of it anew.")


class NotYourShift(Refusal):
    say = sentence("Only who has a shift asks for a swap. Ask its holder, or who plans the roster.")


class NotTheirShift(Refusal):
    say = sentence("The shift in return is not one of theirs. Choose one that they have.")


class AskedOfOneself(Refusal):
    say = sentence("You have this shift yourself. Choose a colleague.")


class SwapOpen(Refusal):
    say = sentence("A swap is open for one of these shifts. Wait for its answer, or take it back first.")


class NoSuchSwap(Refusal):
    say = sentence("This request is not open any more. Look at the roster again.")


class NotAskedOfYou(Refusal):
    say = sentence("Only who was asked answers this request.")


class NotYourRequest(Refusal):
    say = sentence("Only who asked takes this request back.")


# State


@dataclass(frozen=True, slots=True)
class Roster:
    station: str = ""
    rules: DutyRules = field(default_factory=DutyRules)
    shifts: Mapping[str, Shift] = field(default_factory=dict)
    swaps: Mapping[str, SwapAsked] = field(default_factory=dict)
    """Those that are open."""


State: TypeAlias = Roster


# Decisions


def decide(command: Command, state: State) -> list[RosterEvent]:
    match command:
        case SetDutyRules():
            if state.rules == command.rules:
                return []
            return [DutyRulesSet(station=command.station, rules=command.rules, by=command.by, set_at=command.now)]
        case PlanShift():
            return plan(command, state)
        case CancelShift():
            if command.shift not in state.shifts:
                raise NoSuchShift
            return [
                ShiftCancelled(
                    station=state.station,
                    shift=command.shift,
                    reason=command.reason,
                    by=command.by,
                    cancelled_at=command.now,
                )
            ]
        case AskSwap():
            return ask(command, state)
        case AnswerSwap():
            return answer(command, state)
        case WithdrawSwap():
            asked = _open(command.swap, state)
            if asked.by != command.by:
                raise NotYourRequest
            return [SwapWithdrawn(station=state.station, swap=asked.swap, by=command.by, withdrawn_at=command.now)]
        case _:
            assert_never(command)


def plan(command: PlanShift, state: State) -> list[RosterEvent]:
    shift = command.shift
    if shift.shift in state.shifts:
        return []
    if not timedelta() < shift.ends_at - shift.begins_at <= LONGEST_SHIFT:
        raise ImpossibleShift
    if shift.begins_at > command.now + LONGEST_AHEAD:
        raise ShiftTooFarAhead
    _check_seat(shift.seat, command.posts)
    _check_free(shift.account, shift, state, without=frozenset({shift.shift}))
    return [ShiftPlanned(station=command.station, shift=shift, by=command.by, planned_at=command.now)]


def ask(command: AskSwap, state: State) -> list[RosterEvent]:
    if command.swap in state.swaps:
        return []
    own, theirs = _swapped(command.shift, command.in_return, state)
    if own.account != command.by:
        raise NotYourShift
    if command.to == command.by:
        raise AskedOfOneself
    if theirs is not None and theirs.account != command.to:
        raise NotTheirShift
    both = {command.shift, command.in_return}
    if any(both & {swap.shift, swap.in_return} - {None} for swap in state.swaps.values()):
        raise SwapOpen
    _check_seat(own.seat, command.posts)
    if theirs is not None:
        _check_seat(theirs.seat, command.own_posts)
    _check_swap(own, theirs, command.to, command.now, state)
    return [
        SwapAsked(
            station=state.station,
            swap=command.swap,
            shift=command.shift,
            to=command.to,
            in_return=command.in_return,
            by=command.by,
            asked_at=command.now,
        )
    ]


def answer(command: AnswerSwap, state: State) -> list[RosterEvent]:
    asked = _open(command.swap, state)
    if asked.to != command.by:
        raise NotAskedOfYou
    if not command.agreed:
        return [SwapDeclined(station=state.station, swap=asked.swap, declined_at=command.now)]
    own, theirs = _swapped(asked.shift, asked.in_return, state)
    # The roster may have changed since it was asked.
    _check_swap(own, theirs, asked.to, command.now, state)
    return [
        SwapAgreed(
            station=state.station,
            swap=asked.swap,
            shift=asked.shift,
            in_return=asked.in_return,
            asked_by=asked.by,
            by=command.by,
            agreed_at=command.now,
        )
    ]


def _open(swap: str, state: State) -> SwapAsked:
    if swap not in state.swaps:
        raise NoSuchSwap
    return state.swaps[swap]


def _swapped(shift: str, in_return: str | None, state: State) -> tuple[Shift, Shift | None]:
    if shift not in state.shifts or (in_return is not None and in_return not in state.shifts):
        raise NoSuchShift
    return state.shifts[shift], None if in_return is None else state.shifts[in_return]


def _check_swap(own: Shift, theirs: Shift | None, to: str, now: datetime, state: State) -> None:
    """Neither has begun, and both are free and rested once they have changed hands."""
    changing = [shift for shift in (own, theirs) if shift is not None]
    for shift in changing:
        if shift.begins_at <= now:
            raise ShiftBegun(begins_at=said(shift.begins_at))
    without = frozenset(shift.shift for shift in changing)
    _check_free(to, own, state, without)
    if theirs is not None:
        _check_free(own.account, theirs, state, without)


def _check_seat(seat: Seat, posts: Iterable[str]) -> None:
    if SEATED[seat].isdisjoint(posts):
        raise NotForThisSeat(seat=Code(seat))


def _check_free(account: str, shift: Shift, state: State, without: frozenset[str]) -> None:
    rest = timedelta(hours=state.rules.rest_hours)
    for other in state.shifts.values():
        if other.account != account or other.shift in without:
            continue
        times = {"begins_at": said(other.begins_at), "ends_at": said(other.ends_at)}
        if other.begins_at < shift.ends_at and shift.begins_at < other.ends_at:
            raise ShiftsOverlap(begins_at=times["begins_at"], ends_at=times["ends_at"])
        if max(shift.begins_at - other.ends_at, other.begins_at - shift.ends_at) < rest:
            raise TooLittleRest(begins_at=times["begins_at"], ends_at=times["ends_at"], hours=state.rules.rest_hours)


def seated(rule: Rule, shifts: Sequence[Shift]) -> Sequence[str]:
    """Whom of those on duty a rule means: who sits in its role's seat, and where nobody does, at its desk."""
    in_role = [shift.account for shift in shifts if shift.seat == rule.role]
    at_desk = [shift.account for shift in shifts if shift.seat == rule.desk]
    return list(dict.fromkeys(in_role or at_desk))


# What a past event means


def evolve(state: State, event: RosterEvent) -> State:
    match event:
        case DutyRulesSet():
            return replace(state, station=event.station, rules=event.rules)
        case ShiftPlanned(shift=shift, planned_at=now):
            recent = {id_: known for id_, known in state.shifts.items() if known.ends_at + KEPT_IN_MIND > now}
            return replace(state, station=event.station, shifts={**recent, shift.shift: shift})
        case ShiftCancelled(shift=gone):
            left = {id_: shift for id_, shift in state.shifts.items() if id_ != gone}
            swaps = {id_: swap for id_, swap in state.swaps.items() if gone not in (swap.shift, swap.in_return)}
            return replace(state, shifts=left, swaps=swaps)
        case SwapAsked():
            return replace(state, swaps={**state.swaps, event.swap: event})
        case SwapAgreed():
            changed = {event.shift: _given(state.shifts[event.shift], event.by)}
            if event.in_return is not None:
                changed[event.in_return] = _given(state.shifts[event.in_return], event.asked_by)
            return replace(_without(state, event.swap), shifts={**state.shifts, **changed})
        case SwapDeclined() | SwapWithdrawn():
            return _without(state, event.swap)
        case _:
            assert_never(event)


def _given(shift: Shift, account: str) -> Shift:
    return shift.model_copy(update={"account": account})


def _without(state: State, swap: str) -> State:
    return replace(state, swaps={id_: each for id_, each in state.swaps.items() if id_ != swap})


roster: Final[Decider[Command, State, RosterEvent]] = Decider(Roster(), decide, evolve)
