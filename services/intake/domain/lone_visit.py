"""The timer of who goes somewhere alone (单独外出计时): missed, its alarm climbs the roster by itself.

At the top it is told again, to everybody on the way up, until somebody answers. No position is known or kept. Where
somebody goes is told once, sealed, and its key is deleted when the visit ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel

from services.intake.domain.roster import Seat, Shift
from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed

Rung: TypeAlias = Literal["partner", "colleague", "station_leader", "police_desk"]
"""搭班、同班辅警和社区民警、带班领导、值班室."""
RUNGS: Final[tuple[Rung, ...]] = ("partner", "colleague", "station_leader", "police_desk")
Why: TypeAlias = Literal["missed", "panic"]
"""逾时未报平安、一键求助."""

LONGEST_VISIT: Final = timedelta(hours=12)


class Step(BaseModel, frozen=True):
    """Who is told at one rung of the ladder."""

    rung: Rung
    told: tuple[str, ...]


class Going(BaseModel, frozen=True):
    """Who goes, for which station, where (in sealed words), and with whom at hand."""

    visit: str
    station: str
    account: str
    where: Sealed | None
    community: str | None = None
    partner: str | None = None
    step_minutes: int
    repeat_minutes: int = 5


# Commands


class StartVisit(BaseModel, frozen=True):
    """Go alone, to be back by then (开始计时)."""

    going: Going
    back_at: AwareDatetime
    now: AwareDatetime


class ExtendVisit(BaseModel, frozen=True):
    """All is well, and it takes longer (报平安并延时)."""

    back_at: AwareDatetime
    by: str
    now: AwareDatetime


class PressPanic(BaseModel, frozen=True):
    """Help, now (一键求助); with or without a timer that runs."""

    going: Going
    ladder: tuple[Step, ...]
    now: AwareDatetime


class RaiseAlarm(BaseModel, frozen=True):
    """Time has passed: raise the alarm, take it one step up, or tell it again (逾时告警、逐级上报、重复告警)."""

    ladder: tuple[Step, ...]
    now: AwareDatetime


class AnswerAlarm(BaseModel, frozen=True):
    """I take care of it (应答): it climbs no further."""

    by: str
    now: AwareDatetime


class EndVisit(BaseModel, frozen=True):
    """Back, or found (平安返回、已找到)."""

    by: str
    now: AwareDatetime


Command: TypeAlias = StartVisit | ExtendVisit | PressPanic | RaiseAlarm | AnswerAlarm | EndVisit
COMMANDS: Final[tuple[type[BaseModel], ...]] = (
    StartVisit,
    ExtendVisit,
    PressPanic,
    RaiseAlarm,
    AnswerAlarm,
    EndVisit,
)


# Events


class LoneVisitStarted(Event, frozen=True):
    """Somebody goes alone (已开始计时)."""

    stored_as: ClassVar[str] = "lone-visit-started"
    going: Going
    back_at: AwareDatetime
    started_at: AwareDatetime


class LoneVisitExtended(Event, frozen=True):
    """They are well, and have more time (已报平安并延时)."""

    stored_as: ClassVar[str] = "lone-visit-extended"
    visit: str
    station: str
    back_at: AwareDatetime
    extended_at: AwareDatetime


class AlarmRaised(Event, frozen=True):
    """These people are told (已告警): at which rung, and when it climbs on if nobody answers."""

    stored_as: ClassVar[str] = "lone-alarm-raised"
    visit: str
    station: str
    account: str
    why: Why
    rung: Rung
    told: tuple[str, ...]
    next_at: AwareDatetime | None
    """At the top, when it is told again. None of what was raised before it was."""
    raised_at: AwareDatetime


class AlarmAnswered(Event, frozen=True):
    """Somebody takes care of it (已应答)."""

    stored_as: ClassVar[str] = "lone-alarm-answered"
    visit: str
    station: str
    by: str
    answered_at: AwareDatetime


class LoneVisitEnded(Event, frozen=True):
    """They are back, or were found (已结束); where they went is forgotten."""

    stored_as: ClassVar[str] = "lone-visit-ended"
    visit: str
    station: str
    how: Literal["back", "found"]
    by: str
    ended_at: AwareDatetime


LoneVisitEvent: TypeAlias = LoneVisitStarted | LoneVisitExtended | AlarmRaised | AlarmAnswered | LoneVisitEnded
EVENTS: Final[tuple[type[LoneVisitEvent], ...]] = (
    LoneVisitStarted,
    LoneVisitExtended,
    AlarmRaised,
    AlarmAnswered,
    LoneVisitEnded,
)


# Refusals


class NoSuchVisit(Unknown):
    say = sentence("No timer runs under this number. Look at the list of who is out alone.")


class VisitOver(Refusal):
    say = sentence("This visit is over. Start a new one.")


class BackTooLate(Refusal):
    say = sentence("Back must lie in the future and within 12 hours. Enter when you mean to be back.")


class NotYourVisit(Refusal):
    say = sentence("Only who is out alone does this. Answer the alarm instead, if there is one.")


class NoAlarm(Refusal):
    say = sentence("There is no alarm for this visit.")


class OwnAlarm(Refusal):
    say = sentence("Your own alarm is answered by somebody else. If all is well, say that you are back.")


class SomebodyMustCome(Refusal):
    say = sentence("You asked for help: it ends when somebody who answered has seen you. Call 110 if nobody comes.")


# State


@dataclass(frozen=True, slots=True)
class NotStarted:
    """Nobody went."""


@dataclass(frozen=True, slots=True)
class Visit:
    going: Going
    back_at: AwareDatetime
    alarm: AlarmRaised | None = None
    answered_by: str | None = None
    over: bool = False


State: TypeAlias = NotStarted | Visit


# The ladder


def ladder(worker: str, partner: str | None, community: str | None, on_duty: Sequence[Shift]) -> tuple[Step, ...]:
    """Whom an alarm reaches, out of those on duty: rungs without anybody are left out, but for the police desk.

    The partner is the one who was named, else who shares the worker's seat and community.
    """
    own = next((shift for shift in on_duty if shift.account == worker), None)
    where = community or (None if own is None else own.community)

    def at(*seats: Seat) -> list[str]:
        here = [shift for shift in on_duty if shift.seat in seats and shift.account != worker]
        near = [shift for shift in here if where is not None and shift.community == where]
        return [shift.account for shift in (near or here)]

    if partner is not None:
        partners = [partner]
    else:
        partners = [] if own is None else at(own.seat)
    by_rung: dict[Rung, list[str]] = {
        "partner": partners,
        "colleague": at("auxiliary", "community_officer"),
        "station_leader": at("station_leader"),
        "police_desk": at("duty"),
    }
    steps: list[Step] = []
    known = {worker}
    for rung in RUNGS:
        new = tuple(each for each in dict.fromkeys(by_rung[rung]) if each not in known)
        known.update(new)
        if new or rung == "police_desk":
            steps.append(Step(rung=rung, told=new))
    return tuple(steps)


# Decisions


def decide(command: Command, state: State) -> list[LoneVisitEvent]:
    match command:
        case StartVisit():
            return start(command, state)
        case PressPanic():
            return panic(command, state)
        case RaiseAlarm():
            return climb(command, state)
        case ExtendVisit() | AnswerAlarm() | EndVisit():
            if isinstance(state, NotStarted):
                raise NoSuchVisit
            return tell(command, state)
        case _:
            assert_never(command)


def start(command: StartVisit, state: State) -> list[LoneVisitEvent]:
    if isinstance(state, Visit):
        return []
    _check_back(command.back_at, command.now)
    return [LoneVisitStarted(going=command.going, back_at=command.back_at, started_at=command.now)]


def panic(command: PressPanic, state: State) -> list[LoneVisitEvent]:
    """At the top at once, and everybody on the ladder with it."""
    going, events = command.going, list[LoneVisitEvent]()
    if isinstance(state, NotStarted):
        events = [LoneVisitStarted(going=going, back_at=command.now, started_at=command.now)]
    else:
        going = state.going
        if going.account != command.going.account:
            raise NotYourVisit
        if state.over:
            raise VisitOver
        if state.alarm is not None and state.alarm.why == "panic":
            return []
    return [*events, _raised(going, "panic", _everybody(command.ladder), command.now)]


def climb(command: RaiseAlarm, state: State) -> list[LoneVisitEvent]:
    """One rung at a time, and only when its time has come; the clock may ask too early or too often.

    Who was passed on the way up may have become free again, so at the top everybody is told.
    """
    if isinstance(state, NotStarted) or state.over or state.answered_by is not None:
        return []
    due = state.back_at if state.alarm is None else state.alarm.next_at
    if due is None or command.now < due:
        return []
    if state.alarm is not None and state.alarm.rung == RUNGS[-1]:
        return [_raised(state.going, state.alarm.why, _everybody(command.ladder), command.now)]
    reached = -1 if state.alarm is None else RUNGS.index(state.alarm.rung)
    step = next(step for step in command.ladder if RUNGS.index(step.rung) > reached)
    return [_raised(state.going, "missed", step, command.now)]


def _everybody(ladder: Sequence[Step]) -> Step:
    told = tuple(dict.fromkeys(account for step in reversed(ladder) for account in step.told))
    return Step(rung="police_desk", told=told)


def tell(command: ExtendVisit | AnswerAlarm | EndVisit, visit: Visit) -> list[LoneVisitEvent]:
    going = visit.going
    if visit.over:
        if isinstance(command, EndVisit):
            return []
        raise VisitOver
    own = command.by == going.account
    asked_for_help = visit.alarm is not None and visit.alarm.why == "panic"
    match command:
        case ExtendVisit():
            if not own:
                raise NotYourVisit
            if asked_for_help:
                raise SomebodyMustCome
            if command.back_at == visit.back_at and visit.alarm is None:
                return []
            _check_back(command.back_at, command.now)
            return [
                LoneVisitExtended(
                    visit=going.visit, station=going.station, back_at=command.back_at, extended_at=command.now
                )
            ]
        case AnswerAlarm():
            if visit.alarm is None:
                raise NoAlarm
            if own:
                raise OwnAlarm
            if visit.answered_by == command.by:
                return []
            return [AlarmAnswered(visit=going.visit, station=going.station, by=command.by, answered_at=command.now)]
        case EndVisit():
            # Whoever asked for help may be made to say that all is well.
            if own and asked_for_help:
                raise SomebodyMustCome
            if not own and visit.answered_by != command.by:
                raise NotYourVisit
            return [
                LoneVisitEnded(
                    visit=going.visit,
                    station=going.station,
                    how="back" if own else "found",
                    by=command.by,
                    ended_at=command.now,
                )
            ]
        case _:
            assert_never(command)


def _raised(going: Going, why: Why, step: Step, now: AwareDatetime) -> AlarmRaised:
    minutes = going.repeat_minutes if step.rung == RUNGS[-1] else going.step_minutes
    return AlarmRaised(
        visit=going.visit,
        station=going.station,
        account=going.account,
        why=why,
        rung=step.rung,
        told=step.told,
        next_at=now + timedelta(minutes=minutes),
        raised_at=now,
    )


def _check_back(back_at: AwareDatetime, now: AwareDatetime) -> None:
    if not now < back_at <= now + LONGEST_VISIT:
        raise BackTooLate


# What a past event means


def evolve(state: State, event: LoneVisitEvent) -> State:
    if isinstance(event, LoneVisitStarted):
        return Visit(event.going, event.back_at)
    assert isinstance(state, Visit), "every stream of a visit begins with its start"
    match event:
        case LoneVisitExtended():
            return replace(state, back_at=event.back_at, alarm=None, answered_by=None)
        case AlarmRaised():
            return replace(state, alarm=event, answered_by=None)
        case AlarmAnswered():
            return replace(state, answered_by=event.by)
        case LoneVisitEnded():
            return replace(state, over=True)
        case _:
            assert_never(event)


lone_visit: Final[Decider[Command, State, LoneVisitEvent]] = Decider(NotStarted(), decide, evolve)
