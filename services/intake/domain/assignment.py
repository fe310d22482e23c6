"""An assignment (派单与办理): who has a report, why, and what they did about it; it never has nobody.

Whoever has it keeps it through every open question: an objection, a request to the level above, a hand-over that the
other station has not accepted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal, TypeAlias, TypedDict, assert_never

from services.intake.domain.assignment_commands import (
    AcceptCoHandling,
    AcceptHandover,
    ArriveOnSite,
    AskCoHandler,
    AskStep,
    CheckHandling,
    Command,
    DeclineHandover,
    DeclineStep,
    EndAssignment,
    FinishCoHandling,
    FinishHandling,
    GrantStep,
    ObjectNotOurs,
    ProposeHandover,
    RefuseCoHandling,
    ReopenHandling,
    RouteReport,
    SendDown,
    SettleObjection,
    StartHandling,
    WaiveCoHandling,
    WithdrawHandover,
)
from services.intake.domain.assignment_events import (
    AssignmentEnded,
    AssignmentEvent,
    CoHandlerAsked,
    CoHandlerOnSite,
    CoHandlingAccepted,
    CoHandlingDone,
    CoHandlingRefused,
    CoHandlingWaived,
    Ending,
    HandlingChecked,
    HandlingFinished,
    HandlingReopened,
    HandlingSentBack,
    HandlingStarted,
    HandoverAccepted,
    HandoverDeclined,
    HandoverProposed,
    HandoverWithdrawn,
    Limit,
    ObjectionRaised,
    ObjectionSettled,
    ReportAssigned,
    SentDown,
    StepAsked,
    StepDeclined,
    StepGranted,
)
from services.intake.domain.assignment_refusals import (
    AlreadyFinished,
    AlreadyStarted,
    AlreadyThere,
    BetweenStations,
    CoHandlerSettled,
    HandlingEnded,
    HandsOverOnly,
    LeadHimself,
    NeverAssigned,
    NobodyAbove,
    NoCoHandler,
    NoLaterDay,
    NoOne,
    NoSuchReceiver,
    NotAbove,
    NotChecked,
    NotFinished,
    NothingAsked,
    NoTimeLimit,
    NotInYourHands,
    NotStarted,
    ObjectionTooLate,
    OtherStation,
    OwnershipDecided,
    OwnRequest,
    OwnWork,
    PartsOpen,
    QuestionOpen,
    SameStation,
    SettledElsewhere,
    word,
)
from services.intake.domain.levels import (
    APPROVES,
    HANDS_OVER,
    SENDS_DOWN_TO,
    Official,
    Owner,
    holds,
    stands_above,
)
from services.intake.domain.report import Kind
from shared.eventsourcing.decider import Decider
from shared.law.legal_time import SHANGHAI

RULE: Final = "rule"
"""Who acts where the table of rules does."""

Decided: TypeAlias = Literal["settled", "sent_by_the_level_above", "accepted_by_hand_over"]
"""How it was decided who is responsible; after that nobody may object any more."""
Part: TypeAlias = Literal["asked", "accepted", "on_site", "done", "refused", "waived"]
"""How far a co-handler's part has come."""
Question: TypeAlias = ObjectionRaised | StepAsked | HandoverProposed
"""What somebody else has still to decide; there is one at a time."""

# State


@dataclass(frozen=True, slots=True)
class Matter:
    """What the rules need to know of an assigned report."""

    report: str
    code: str
    kind: Kind
    community: str | None
    owner: Owner
    rule: str | None
    """The row of the table that gave it to its owner; None once a person did."""
    decided: Decided | None
    objection: Limit | None
    due: Limit | None
    question: Question | None = None
    parts: Mapping[str, Part] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unassigned:
    """Nobody has been named; it lies at the desk of the station that received it."""


@dataclass(frozen=True, slots=True)
class Given:
    matter: Matter


@dataclass(frozen=True, slots=True)
class InHand:
    matter: Matter


@dataclass(frozen=True, slots=True)
class Finished:
    matter: Matter
    result: HandlingFinished


@dataclass(frozen=True, slots=True)
class Checked:
    matter: Matter
    result: HandlingFinished


@dataclass(frozen=True, slots=True)
class Ended:
    matter: Matter
    why: Ending


Running: TypeAlias = Given | InHand
Assigned: TypeAlias = Given | InHand | Finished | Checked | Ended
State: TypeAlias = Unassigned | Assigned


# Decisions


def decide(command: Command, state: State) -> list[AssignmentEvent]:
    if isinstance(command, RouteReport):
        return route(command, state)
    if isinstance(command, EndAssignment):
        return end(command, state)
    match state:
        case Unassigned():
            raise NeverAssigned
        case Ended(matter):
            raise HandlingEnded(code=matter.code)
        case Given() | InHand() | Finished() | Checked():
            pass
        case _:
            assert_never(state)
    match command:
        case StartHandling():
            return start(command, state)
        case ObjectNotOurs():
            return object_not_ours(command, state)
        case SettleObjection():
            return settle(command, state)
        case AskStep():
            return ask(command, state)
        case GrantStep():
            return grant(command, state)
        case DeclineStep():
            return decline(command, state)
        case SendDown():
            return send_down(command, state)
        case ProposeHandover():
            return propose_handover(command, state)
        case AcceptHandover():
            return accept_handover(command, state)
        case DeclineHandover():
            return decline_handover(command, state)
        case WithdrawHandover():
            return withdraw_handover(command, state)
        case AskCoHandler():
            return ask_co_handler(command, state)
        case AcceptCoHandling():
            return accept_part(command, state)
        case RefuseCoHandling():
            return refuse_part(command, state)
        case ArriveOnSite():
            return arrive(command, state)
        case FinishCoHandling():
            return finish_part(command, state)
        case WaiveCoHandling():
            return waive_part(command, state)
        case FinishHandling():
            return finish(command, state)
        case CheckHandling():
            return check(command, state)
        case ReopenHandling():
            return reopen(command, state)
        case _:
            assert_never(command)


Live: TypeAlias = Given | InHand | Finished | Checked


# Given to somebody


def route(command: RouteReport, state: State) -> list[AssignmentEvent]:
    """The rules decide first; they never overrule a person, and never move what somebody has signed for."""
    match state:
        case Unassigned():
            pass
        case Given(matter) if matter.rule is not None and matter.question is None:
            if (matter.owner, matter.rule) == (command.owner, command.because.rule):
                return []
        case Given() | InHand() | Finished() | Checked() | Ended():
            return []
        case _:
            assert_never(state)
    return [
        ReportAssigned(
            report=command.report,
            code=command.code,
            station=command.owner.station,
            by=RULE,
            basis=f"routing:{command.because.rule}",
            at=command.now,
            kind=command.kind,
            danger=command.danger,
            community=command.community,
            grid=command.grid,
            owner=command.owner,
            because=command.because,
            objection=command.objection,
            due=command.due,
        )
    ]


def start(command: StartHandling, state: Live) -> list[AssignmentEvent]:
    matter, by = state.matter, command.by
    match state:
        case Given():
            _in_hands_of(by, matter)
            if isinstance(matter.question, ObjectionRaised):
                raise _open(matter, matter.question)
            owner = Owner(station=matter.owner.station, level=by.level, account=by.account, desk=matter.owner.desk)
            # Who was named stays at the level at which it was named.
            owner = owner if matter.owner.account is None else matter.owner
            return [HandlingStarted(**_said(matter, by.account, "assigned", command.now), owner=owner)]
        case InHand():
            _in_hands_of(by, matter)
            return []
        case Finished() | Checked():
            raise AlreadyFinished(code=matter.code)
        case _:
            assert_never(state)


# Not ours


def object_not_ours(command: ObjectNotOurs, state: Live) -> list[AssignmentEvent]:
    matter, by = state.matter, command.by
    match state:
        case Given():
            _in_hands_of(by, matter)
        case InHand():
            raise AlreadyStarted(code=matter.code)
        case Finished() | Checked():
            raise AlreadyFinished(code=matter.code)
        case _:
            assert_never(state)
    if matter.decided is not None:
        raise OwnershipDecided(code=matter.code, how=word(matter.decided))
    if isinstance(matter.question, ObjectionRaised):
        return []
    _nothing_open(matter)
    if not APPROVES["up"][matter.owner.level]:
        raise NobodyAbove(code=matter.code, level=word(matter.owner.level))
    limit = matter.objection
    late = limit is not None and command.now > limit.until
    if limit is not None and late and limit.binding:
        raise ObjectionTooLate(code=matter.code, until=_day(limit.until), rule=limit.rule)
    return [
        ObjectionRaised(
            **_said(matter, by.account, "not-ours" if limit is None else limit.rule, command.now),
            official=by,
            reason=command.reason,
            late=late,
        )
    ]


def settle(command: SettleObjection, state: Live) -> list[AssignmentEvent]:
    """The level above decides whose it is, and with that there is no further objection: no second bounce."""
    matter = _running(state).matter
    if not isinstance(matter.question, ObjectionRaised):
        raise NothingAsked(code=matter.code)
    _decides(command.by, matter, matter.question.official)
    owner = command.to or matter.owner
    if command.to is not None:
        if (command.to.station, command.to.account) == (matter.owner.station, matter.owner.account):
            raise AlreadyThere(code=matter.code)
        if command.to.station != matter.owner.station and command.by.level != "city":
            raise SettledElsewhere(code=matter.code, station=matter.owner.station)
    return [
        ObjectionSettled(
            **_said(matter, command.by.account, "levels:objection", command.now),
            upheld=command.to is not None,
            owner=owner,
            reason=command.reason,
        )
    ]


# Up, across, delay, down


def ask(command: AskStep, state: Live) -> list[AssignmentEvent]:
    matter, by = _running(state).matter, command.by
    _in_hands_of(by, matter)
    if not APPROVES[command.step][matter.owner.level]:
        if command.step == "across" and matter.owner.level == "station":
            raise BetweenStations(code=matter.code)
        raise NobodyAbove(code=matter.code, level=word(matter.owner.level))
    to = until = None
    match command.step:
        case "up":
            pass
        case "across":
            to = _across(command.to, matter)
        case "delay":
            until = _later(command.until, matter, command.now)
        case _:
            assert_never(command.step)
    asked = matter.question
    if isinstance(asked, StepAsked) and (asked.step, asked.to, asked.until, asked.by) == (
        command.step,
        to,
        until,
        by.account,
    ):
        return []
    _nothing_open(matter)
    return [
        StepAsked(
            **_said(matter, by.account, f"levels:{command.step}", command.now),
            step=command.step,
            official=by,
            reason=command.reason,
            to=to,
            until=until,
        )
    ]


def grant(command: GrantStep, state: Live) -> list[AssignmentEvent]:
    matter, by = _running(state).matter, command.by
    asked = _asked(matter)
    _decides(by, matter, asked.official)
    owner, due = matter.owner, matter.due
    if asked.step == "up":
        owner = Owner(station=owner.station, level=by.level, account=by.account, desk=owner.desk)
    if asked.to is not None:
        owner = Owner(station=owner.station, level=asked.to.level, account=asked.to.account, desk=owner.desk)
    if asked.until is not None and due is not None:
        due = Limit(rule=due.rule, until=asked.until, binding=due.binding)
    return [
        StepGranted(
            **_said(matter, by.account, f"levels:{asked.step}", command.now),
            step=asked.step,
            reason=command.reason,
            owner=owner,
            due=due,
        )
    ]


def decline(command: DeclineStep, state: Live) -> list[AssignmentEvent]:
    matter, by = _running(state).matter, command.by
    asked = _asked(matter)
    _decides(by, matter, asked.official)
    return [
        StepDeclined(
            **_said(matter, by.account, f"levels:{asked.step}", command.now), step=asked.step, reason=command.reason
        )
    ]


def send_down(command: SendDown, state: Live) -> list[AssignmentEvent]:
    """By whom it lies with, or by who stands above: so what lies with somebody who left does not stay there."""
    matter, by, to = _running(state).matter, command.by, command.to
    if not holds(by, matter.owner) and not _above(by, matter):
        raise NotInYourHands(code=matter.code)
    if to.station != matter.owner.station:
        raise OtherStation(code=matter.code, station=matter.owner.station)
    if to.level not in SENDS_DOWN_TO[by.level]:
        raise NoSuchReceiver(level=word(to.level))
    if to.account == matter.owner.account:
        return []
    _nothing_open(matter)
    owner = Owner(station=to.station, level=to.level, account=to.account, desk=matter.owner.desk)
    return [SentDown(**_said(matter, by.account, "levels:down", command.now), owner=owner, reason=command.reason)]


# Between stations


def propose_handover(command: ProposeHandover, state: Live) -> list[AssignmentEvent]:
    matter, by = _running(state).matter, command.by
    _leads_station(by, matter.owner.station)
    if command.to_station == matter.owner.station:
        raise SameStation(code=matter.code, station=matter.owner.station)
    offered = matter.question
    if isinstance(offered, HandoverProposed) and offered.to_station == command.to_station:
        return []
    _nothing_open(matter)
    return [
        HandoverProposed(
            **_said(matter, by.account, "hand-over", command.now), to_station=command.to_station, reason=command.reason
        )
    ]


def accept_handover(command: AcceptHandover, state: Live) -> list[AssignmentEvent]:
    matter, by = _running(state).matter, command.by
    offered = _offered(matter)
    _leads_station(by, offered.to_station)
    if command.to.station != offered.to_station:
        raise OtherStation(code=matter.code, station=offered.to_station)
    return [
        HandoverAccepted(
            report=matter.report,
            code=matter.code,
            station=offered.to_station,
            by=by.account,
            basis="hand-over",
            at=command.now,
            from_station=matter.owner.station,
            owner=command.to,
            reason=command.reason,
        )
    ]


def decline_handover(command: DeclineHandover, state: Live) -> list[AssignmentEvent]:
    matter, by = _running(state).matter, command.by
    offered = _offered(matter)
    _leads_station(by, offered.to_station)
    return [
        HandoverDeclined(
            **_said(matter, by.account, "hand-over", command.now), to_station=offered.to_station, reason=command.reason
        )
    ]


def withdraw_handover(command: WithdrawHandover, state: Live) -> list[AssignmentEvent]:
    matter, by = _running(state).matter, command.by
    offered = _offered(matter)
    _leads_station(by, matter.owner.station)
    return [
        HandoverWithdrawn(
            **_said(matter, by.account, "hand-over", command.now), to_station=offered.to_station, reason=command.reason
        )
    ]


# Lead and co-handlers


def ask_co_handler(command: AskCoHandler, state: Live) -> list[AssignmentEvent]:
    matter, by, asked = _in_hand(state), command.by, command.official
    _in_hands_of(by, matter)
    if asked.account == matter.owner.account:
        raise LeadHimself(code=matter.code)
    if asked.station != matter.owner.station:
        raise OtherStation(code=matter.code, station=matter.owner.station)
    if matter.parts.get(asked.account) in ("asked", "accepted", "on_site"):
        return []
    return [CoHandlerAsked(**_said(matter, by.account, "co-handling", command.now), official=asked, task=command.task)]


def accept_part(command: AcceptCoHandling, state: Live) -> list[AssignmentEvent]:
    matter, by = _in_hand(state), command.by
    match _part(matter, by.account):
        case "asked":
            return [CoHandlingAccepted(**_said(matter, by.account, "co-handling", command.now))]
        case "accepted" | "on_site":
            return []
        case part:
            raise CoHandlerSettled(code=matter.code, part=word(part))


def refuse_part(command: RefuseCoHandling, state: Live) -> list[AssignmentEvent]:
    matter, by = _in_hand(state), command.by
    match _part(matter, by.account):
        case "asked":
            said = _said(matter, by.account, "co-handling", command.now)
            return [CoHandlingRefused(**said, reason=command.reason)]
        case "refused":
            return []
        case part:
            raise CoHandlerSettled(code=matter.code, part=word(part))


def arrive(command: ArriveOnSite, state: Live) -> list[AssignmentEvent]:
    matter, by = _in_hand(state), command.by
    match _part(matter, by.account):
        case "accepted":
            return [CoHandlerOnSite(**_said(matter, by.account, "co-handling", command.now))]
        case "on_site":
            return []
        case part:
            raise CoHandlerSettled(code=matter.code, part=word(part))


def finish_part(command: FinishCoHandling, state: Live) -> list[AssignmentEvent]:
    """Not every part needs a visit: it may be done without having been on site."""
    matter, by = _in_hand(state), command.by
    match _part(matter, by.account):
        case "accepted" | "on_site":
            return [CoHandlingDone(**_said(matter, by.account, "co-handling", command.now), note=command.note)]
        case "done":
            return []
        case part:
            raise CoHandlerSettled(code=matter.code, part=word(part))


def waive_part(command: WaiveCoHandling, state: Live) -> list[AssignmentEvent]:
    matter, by = _in_hand(state), command.by
    _in_hands_of(by, matter)
    match _part(matter, command.account):
        case "asked" | "accepted" | "on_site":
            said = _said(matter, by.account, "co-handling", command.now)
            return [CoHandlingWaived(**said, account=command.account, reason=command.reason)]
        case "waived":
            return []
        case part:
            raise CoHandlerSettled(code=matter.code, part=word(part))


# To the end


def finish(command: FinishHandling, state: Live) -> list[AssignmentEvent]:
    matter, by = state.matter, command.by
    match state:
        case Finished(result=result):
            if (result.by, result.outcome, result.answered) == (by.account, command.outcome, command.answered):
                return []
            raise AlreadyFinished(code=matter.code)
        case Checked():
            raise AlreadyFinished(code=matter.code)
        case Given():
            raise NotStarted(code=matter.code)
        case InHand():
            _in_hands_of(by, matter)
        case _:
            assert_never(state)
    _nothing_open(matter)
    unfinished = sum(part in ("accepted", "on_site") for part in matter.parts.values())
    if unfinished:
        raise PartsOpen(code=matter.code, number=unfinished)
    return [
        HandlingFinished(
            **_said(matter, by.account, "assigned", command.now),
            outcome=command.outcome,
            answered=command.answered,
            result=command.result,
            kind=matter.kind,
        )
    ]


def check(command: CheckHandling, state: Live) -> list[AssignmentEvent]:
    matter, by = state.matter, command.by
    match state:
        case Given() | InHand():
            raise NotFinished(code=matter.code)
        case Checked():
            if command.passed:
                return []
            raise AlreadyFinished(code=matter.code)
        case Finished(result=result):
            pass
        case _:
            assert_never(state)
    if by.account == result.by:
        raise OwnWork(code=matter.code)
    if not _may_check(by, matter):
        raise NotAbove(code=matter.code, level=word(matter.owner.level))
    said = _said(matter, by.account, "levels:check", command.now)
    if not command.passed:
        return [HandlingSentBack(**said, reason=command.reason)]
    return [HandlingChecked(**said, outcome=result.outcome, answered=result.answered, reason=command.reason)]


def reopen(command: ReopenHandling, state: Live) -> list[AssignmentEvent]:
    """Who answers for the station's desk may reopen: the reporter who says that it is not solved turns to the desk."""
    matter, by = state.matter, command.by
    match state:
        case Given() | InHand():
            raise NotFinished(code=matter.code)
        case Finished():
            raise NotChecked(code=matter.code)
        case Checked():
            pass
        case _:
            assert_never(state)
    if by.station != matter.owner.station or by.level == "grid":
        raise NotAbove(code=matter.code, level=word(matter.owner.level))
    said = _said(matter, by.account, "levels:check", command.now)
    return [HandlingReopened(**said, reason=command.reason, due=command.due)]


def end(command: EndAssignment, state: State) -> list[AssignmentEvent]:
    match state:
        case Unassigned() | Ended():
            return []
        case Given(matter) | InHand(matter) | Finished(matter) | Checked(matter):
            return [AssignmentEnded(**_said(matter, command.by, f"report:{command.why}", command.now), why=command.why)]
        case _:
            assert_never(state)


# What the decisions share


class _Said(TypedDict):
    report: str
    code: str
    station: str
    by: str
    basis: str
    at: datetime


def _said(matter: Matter, by: str, basis: str, at: datetime) -> _Said:
    return _Said(report=matter.report, code=matter.code, station=matter.owner.station, by=by, basis=basis, at=at)


def _running(state: Live) -> Running:
    match state:
        case Given() | InHand():
            return state
        case Finished() | Checked():
            raise AlreadyFinished(code=state.matter.code)
        case _:
            assert_never(state)


def _in_hand(state: Live) -> Matter:
    match state:
        case InHand(matter):
            return matter
        case Given(matter):
            raise NotStarted(code=matter.code)
        case Finished(matter) | Checked(matter):
            raise AlreadyFinished(code=matter.code)
        case _:
            assert_never(state)


def _in_hands_of(by: Official, matter: Matter) -> None:
    if not holds(by, matter.owner):
        raise NotInYourHands(code=matter.code)


def _above(by: Official, matter: Matter) -> bool:
    return stands_above(by, matter.owner.level, matter.owner.station, matter.community)


def _may_check(by: Official, matter: Matter) -> bool:
    """The level above; where a station's leader or the city did it themselves, also a colleague of theirs."""
    owner = matter.owner
    colleague = owner.level in HANDS_OVER and (by.level, by.station) == (owner.level, owner.station)
    return colleague or _above(by, matter)


def _decides(by: Official, matter: Matter, asked_by: Official) -> None:
    if by.account == asked_by.account:
        raise OwnRequest
    if not _above(by, matter):
        raise NotAbove(code=matter.code, level=word(matter.owner.level))


def _leads_station(by: Official, station: str) -> None:
    if by.station != station or by.level not in HANDS_OVER:
        raise HandsOverOnly(station=station)


def _nothing_open(matter: Matter) -> None:
    if matter.question is not None:
        raise _open(matter, matter.question)


def _open(matter: Matter, question: Question) -> QuestionOpen:
    return QuestionOpen(code=matter.code, what=word(open_question(question)))


def _asked(matter: Matter) -> StepAsked:
    if not isinstance(matter.question, StepAsked):
        raise NothingAsked(code=matter.code)
    return matter.question


def _offered(matter: Matter) -> HandoverProposed:
    if not isinstance(matter.question, HandoverProposed):
        raise NothingAsked(code=matter.code)
    return matter.question


def _across(to: Official | None, matter: Matter) -> Official:
    if to is None:
        raise NoOne(code=matter.code)
    if to.station != matter.owner.station:
        raise OtherStation(code=matter.code, station=matter.owner.station)
    if to.level != matter.owner.level:
        raise NoSuchReceiver(level=word(to.level))
    if to.account == matter.owner.account:
        raise AlreadyThere(code=matter.code)
    return to


def _later(until: datetime | None, matter: Matter, now: datetime) -> datetime:
    if matter.due is None:
        raise NoTimeLimit(code=matter.code)
    if until is None or until <= matter.due.until or until <= now:
        raise NoLaterDay(until=_day(matter.due.until))
    return until


def _part(matter: Matter, account: str) -> Part:
    if account not in matter.parts:
        raise NoCoHandler(code=matter.code)
    return matter.parts[account]


def _day(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def open_question(question: Question) -> str:
    """What is still to be decided, in one word: the step that was asked, an objection, a hand-over."""
    match question:
        case ObjectionRaised():
            return "objection"
        case StepAsked(step=step):
            return step
        case HandoverProposed():
            return "hand_over"
        case _:
            assert_never(question)


# What has happened


def evolve(state: State, event: AssignmentEvent) -> State:
    if isinstance(event, ReportAssigned):
        return Given(_assigned(event))
    assert not isinstance(state, Unassigned), "every stream of an assignment begins with its first owner"
    matter = state.matter
    match event:
        case HandlingStarted(owner=owner):
            return InHand(_owned(matter, owner))
        case ObjectionRaised() | StepAsked() | HandoverProposed():
            return _with(state, replace(matter, question=event))
        case ObjectionSettled(owner=owner):
            return Given(_owned(replace(matter, question=None, decided="settled", rule=None), owner))
        case StepGranted(step="delay", due=due):
            return _with(state, replace(matter, question=None, due=due))
        case StepGranted(owner=owner):
            return Given(_owned(replace(matter, question=None, decided="sent_by_the_level_above", rule=None), owner))
        case SentDown(owner=owner):
            return Given(_owned(replace(matter, decided="sent_by_the_level_above", rule=None), owner))
        case HandoverAccepted(owner=owner):
            return Given(_owned(replace(matter, question=None, decided="accepted_by_hand_over", rule=None), owner))
        case StepDeclined() | HandoverDeclined() | HandoverWithdrawn():
            return _with(state, replace(matter, question=None))
        case CoHandlerAsked(official=official):
            return _with(state, _parted(matter, official.account, "asked"))
        case CoHandlingAccepted(by=by):
            return _with(state, _parted(matter, by, "accepted"))
        case CoHandlingRefused(by=by):
            return _with(state, _parted(matter, by, "refused"))
        case CoHandlerOnSite(by=by):
            return _with(state, _parted(matter, by, "on_site"))
        case CoHandlingDone(by=by):
            return _with(state, _parted(matter, by, "done"))
        case CoHandlingWaived(account=account):
            return _with(state, _parted(matter, account, "waived"))
        case HandlingFinished():
            return Finished(matter, event)
        case HandlingChecked():
            assert isinstance(state, Finished), "only what is finished is checked"
            return Checked(matter, state.result)
        case HandlingSentBack():
            return InHand(matter)
        case HandlingReopened(due=due):
            return Given(replace(matter, due=due))
        case AssignmentEnded(why=why):
            return Ended(matter, why)
        case _:
            assert_never(event)


def _assigned(event: ReportAssigned) -> Matter:
    return Matter(
        report=event.report,
        code=event.code,
        kind=event.kind,
        community=event.community,
        owner=event.owner,
        rule=event.because.rule,
        decided=None,
        objection=event.objection,
        due=event.due,
    )


def _owned(matter: Matter, owner: Owner) -> Matter:
    """Whoever leads is no co-handler; at another station nobody of the old one is, and its place is not known there."""
    if owner.station != matter.owner.station:
        return replace(matter, owner=owner, parts={}, community=None)
    return replace(matter, owner=owner, parts={who: part for who, part in matter.parts.items() if who != owner.account})


def _parted(matter: Matter, account: str, part: Part) -> Matter:
    return replace(matter, parts={**matter.parts, account: part})


def _with(state: Assigned, matter: Matter) -> State:
    assert isinstance(state, Given | InHand), "questions are asked and answered, and parts done, while it runs"
    return type(state)(matter)


assignment: Final[Decider[Command, State, AssignmentEvent]] = Decider(Unassigned(), decide, evolve)
