"""A fire safety check of small premises 九小场所消防检查: findings, orders, re-checks, hand-over.

What the station cannot settle goes to the fire body within the limit of the rule `fire-handover`; until that body has
accepted it, the station keeps it. The limit is worked out from what is stored, and passing it is shown, not refused.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel

from shared.eventsourcing.decider import Decider, Refusal, Unknown, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed
from shared.law.here import Here
from shared.law.legal_time import SHANGHAI

HAND_OVER: Final = "fire-handover"
CHECK: Final = "fire-check"
Level: TypeAlias = Literal["minor", "serious", "grave"]
"""一般隐患、较大隐患、重大隐患."""
Result: TypeAlias = Literal["put_right", "not_put_right"]
"""已整改、未整改."""
Status: TypeAlias = Literal["open", "ordered", "put_right", "not_put_right", "handed_over", "returned", "taken"]
"""待处置、责令改正中、已整改、逾期未整改、已移交、被退回、消防机构已接收."""


def check_list(kind: str) -> str:
    """The rule that holds the check list of a kind of premises."""
    return f"check-list-{kind.replace('_', '-')}"


# Commands


class BeginInspection(BaseModel, frozen=True):
    """Begin to look at a place (开始检查), by the check list of its kind."""

    inspection: str
    premises: str
    kind: str
    station: str
    community: str
    grid: str
    check_list: str
    points: tuple[str, ...]
    inspector: str
    by: str
    now: AwareDatetime


class RecordFinding(BaseModel, frozen=True):
    """Write down what is wrong (记录隐患), with its level and the evidence."""

    finding: str
    point: str
    level: Level
    what: Sealed
    evidence: tuple[str, ...] = ()
    by: str
    now: AwareDatetime


class FinishLook(BaseModel, frozen=True):
    """Finish looking (检查完毕): every point of the list is in order, has a finding, or does not apply."""

    in_order: frozenset[str]
    not_applicable: frozenset[str]
    by: str
    now: AwareDatetime


class OrderRectification(BaseModel, frozen=True):
    """Order findings to be put right by a day (责令改正), citing the rule."""

    order: str
    findings: tuple[str, ...]
    due: date
    rule: str
    article: str
    by: str
    now: AwareDatetime


class Recheck(BaseModel, frozen=True):
    """Look again (复查)."""

    results: Mapping[str, Result]
    note: Sealed | None = None
    evidence: tuple[str, ...] = ()
    by: str
    now: AwareDatetime


class HandOver(BaseModel, frozen=True):
    """Hand findings over to the fire body (移交消防机构)."""

    hand_over: str
    findings: tuple[str, ...]
    body: str
    by: str
    now: AwareDatetime


class AnswerHandOver(BaseModel, frozen=True):
    """The fire body takes it or gives it back (接收、退回)."""

    hand_over: str
    accepted: bool
    reference: str | None = None
    reason: Sealed | None = None
    by: str
    now: AwareDatetime


Step: TypeAlias = RecordFinding | FinishLook | OrderRectification | Recheck | HandOver | AnswerHandOver
Command: TypeAlias = BeginInspection | Step
COMMANDS: Final[tuple[type[BaseModel], ...]] = (
    BeginInspection,
    RecordFinding,
    FinishLook,
    OrderRectification,
    Recheck,
    HandOver,
    AnswerHandOver,
)


# Events


class InspectionBegun(Event, frozen=True):
    """A place is being looked at (检查已开始)."""

    stored_as: ClassVar[str] = "inspection-begun"
    inspection: str
    premises: str
    kind: str
    station: str
    community: str
    grid: str
    check_list: str
    points: tuple[str, ...]
    inspector: str
    by: str
    begun_at: AwareDatetime


class FindingRecorded(Event, frozen=True):
    """Something is wrong there (隐患已记录)."""

    stored_as: ClassVar[str] = "finding-recorded"
    inspection: str
    finding: str
    point: str
    level: Level
    what: Sealed
    evidence: tuple[str, ...] = ()
    by: str
    recorded_at: AwareDatetime


class LookFinished(Event, frozen=True):
    """Everything of the list was looked at (检查已完毕)."""

    stored_as: ClassVar[str] = "inspection-look-finished"
    inspection: str
    in_order: tuple[str, ...]
    not_applicable: tuple[str, ...]
    by: str
    finished_at: AwareDatetime


class RectificationOrdered(Event, frozen=True):
    """Findings are to be put right by a day (已责令改正)."""

    stored_as: ClassVar[str] = "rectification-ordered"
    inspection: str
    order: str
    findings: tuple[str, ...]
    due: date
    rule: str
    article: str
    by: str
    ordered_at: AwareDatetime


class FindingsRechecked(Event, frozen=True):
    """It was looked at again (已复查)."""

    stored_as: ClassVar[str] = "findings-rechecked"
    inspection: str
    results: Mapping[str, Result]
    note: Sealed | None = None
    evidence: tuple[str, ...] = ()
    by: str
    rechecked_at: AwareDatetime


class FindingsHandedOver(Event, frozen=True):
    """Findings went to the fire body (已移交); until it accepts them they stay the station's."""

    stored_as: ClassVar[str] = "findings-handed-over"
    inspection: str
    hand_over: str
    findings: tuple[str, ...]
    body: str
    by: str
    handed_over_at: AwareDatetime


class HandOverAnswered(Event, frozen=True):
    """The fire body took it, or gave it back (移交已答复)."""

    stored_as: ClassVar[str] = "fire-hand-over-answered"
    inspection: str
    hand_over: str
    findings: tuple[str, ...]
    accepted: bool
    reference: str | None = None
    reason: Sealed | None = None
    by: str
    answered_at: AwareDatetime


InspectionEvent: TypeAlias = (
    InspectionBegun
    | FindingRecorded
    | LookFinished
    | RectificationOrdered
    | FindingsRechecked
    | FindingsHandedOver
    | HandOverAnswered
)
EVENTS: Final[tuple[type[InspectionEvent], ...]] = (
    InspectionBegun,
    FindingRecorded,
    LookFinished,
    RectificationOrdered,
    FindingsRechecked,
    FindingsHandedOver,
    HandOverAnswered,
)


# Refusals


class NoSuchInspection(Unknown):
    say = sentence("There is no such inspection. Begin one at the place first.")


class InspectionKnown(Refusal):
    say = sentence("This inspection has begun already, at another place. Begin a new one.")


class NoSuchPoint(Refusal):
    say = sentence("{point} is no point of this place's check list. Choose one of the list.")


class LookOver(Refusal):
    say = sentence("Looking at this place was finished. Begin a new inspection for what is found now.")


class PointsOpen(Refusal):
    say = sentence(
        "{number} points of the list were not looked at. Say of each whether it is in order or not applicable."
    )


class PointContradicts(Refusal):
    say = sentence("A point is given both as in order and as wrong or not applicable: {point}. Say one of them.")


class NoFindings(Refusal):
    say = sentence("Name at least one finding.")


class NoSuchFinding(Refusal):
    say = sentence("This inspection has no such finding. Take one from its list.")


class NotToBeOrdered(Refusal):
    say = sentence("An order is for a finding that is open. What an order did not put right is handed over instead.")


class DueAlready(Refusal):
    say = sentence("The day by which it is put right lies before today: {day}. Set today or a later one.")


class StillInTime(Refusal):
    say = sentence("The order runs until {day}. Before that a finding is only entered as put right.")


class NotOrdered(Refusal):
    say = sentence("No order was given for this finding, so nobody has failed to follow one. Order it to be put right.")


class GivenAway(Refusal):
    say = sentence("This finding is with the fire body. Wait for its answer, or enter that.")


class NotForFireBody(Refusal):
    say = sentence("Handed over is what is grave, or was ordered and not put right. Order this to be put right first.")


class NoSuchHandOver(Refusal):
    say = sentence("Nothing was handed over under this number. Take it from the list of hand-overs.")


class AnsweredAlready(Refusal):
    say = sentence("This hand-over was answered already. What is given back is handed over anew.")


class ReasonMissing(Refusal):
    say = sentence("Enter the reason for which the fire body gives it back.")


# State


@dataclass(frozen=True, slots=True)
class Finding:
    finding: str
    point: str
    level: Level
    status: Status
    due: date | None = None
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A hand-over and its answer; None while there is none."""

    findings: tuple[str, ...]
    body: str
    accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class NotBegun:
    """No inspection has begun."""


@dataclass(frozen=True, slots=True)
class Inspection:
    inspection: str
    premises: str
    station: str
    community: str
    grid: str
    points: tuple[str, ...]
    inspector: str
    findings: Mapping[str, Finding] = field(default_factory=dict)
    hand_overs: Mapping[str, Given] = field(default_factory=dict)
    looked: bool = False


State: TypeAlias = NotBegun | Inspection


# Decisions


def decide(command: Command, state: State) -> list[InspectionEvent]:
    if isinstance(command, BeginInspection):
        return begin(command, state)
    if isinstance(state, NotBegun):
        raise NoSuchInspection
    match command:
        case RecordFinding():
            return record(command, state)
        case FinishLook():
            return finish(command, state)
        case OrderRectification():
            return order(command, state)
        case Recheck():
            return recheck(command, state)
        case HandOver():
            return hand_over(command, state)
        case AnswerHandOver():
            return answer(command, state)
        case _:
            assert_never(command)


def begin(command: BeginInspection, state: State) -> list[InspectionEvent]:
    if isinstance(state, Inspection):
        if command.premises == state.premises:
            return []
        raise InspectionKnown
    told = command.model_dump(exclude={"now"})
    return [InspectionBegun.model_validate({**told, "begun_at": command.now})]


def record(command: RecordFinding, state: Inspection) -> list[InspectionEvent]:
    if command.finding in state.findings:
        return []
    if state.looked:
        raise LookOver
    _on_the_list([command.point], state)
    return [
        FindingRecorded(
            inspection=state.inspection,
            finding=command.finding,
            point=command.point,
            level=command.level,
            what=command.what,
            evidence=command.evidence,
            by=command.by,
            recorded_at=command.now,
        )
    ]


def finish(command: FinishLook, state: Inspection) -> list[InspectionEvent]:
    if state.looked:
        return []
    _on_the_list([*command.in_order, *command.not_applicable], state)
    wrong = {each.point for each in state.findings.values()}
    for point in state.points:
        if (point in command.in_order) + (point in command.not_applicable) + (point in wrong) > 1:
            raise PointContradicts(point=point)
    still = set(state.points) - wrong - command.in_order - command.not_applicable
    if still:
        raise PointsOpen(number=len(still))
    return [
        LookFinished(
            inspection=state.inspection,
            in_order=tuple(sorted(command.in_order)),
            not_applicable=tuple(sorted(command.not_applicable)),
            by=command.by,
            finished_at=command.now,
        )
    ]


def order(command: OrderRectification, state: Inspection) -> list[InspectionEvent]:
    found = _findings(command.findings, state)
    if all(each.order == command.order for each in found):
        return []
    if any(each.status not in ("open", "returned") for each in found):
        raise NotToBeOrdered
    if command.due < command.now.astimezone(SHANGHAI).date():
        raise DueAlready(day=command.due)
    return [
        RectificationOrdered(
            inspection=state.inspection,
            order=command.order,
            findings=command.findings,
            due=command.due,
            rule=command.rule,
            article=command.article,
            by=command.by,
            ordered_at=command.now,
        )
    ]


def recheck(command: Recheck, state: Inspection) -> list[InspectionEvent]:
    found = _findings(command.results, state)
    new = {each.finding: command.results[each.finding] for each in found if _changes(each, command)}
    if not new:
        return []
    return [
        FindingsRechecked(
            inspection=state.inspection,
            results=new,
            note=command.note,
            evidence=command.evidence,
            by=command.by,
            rechecked_at=command.now,
        )
    ]


def _changes(finding: Finding, command: Recheck) -> bool:
    """Whether the new look says something else of the finding than what is known."""
    result = command.results[finding.finding]
    if finding.status == result:
        return False
    if finding.status in ("handed_over", "taken"):
        raise GivenAway
    if result == "put_right":
        return True
    if finding.status != "ordered" or finding.due is None:
        raise NotOrdered
    if command.now.astimezone(SHANGHAI).date() < finding.due:
        raise StillInTime(day=finding.due)
    return True


def hand_over(command: HandOver, state: Inspection) -> list[InspectionEvent]:
    if command.hand_over in state.hand_overs:
        return []
    for each in _findings(command.findings, state):
        if each.status in ("handed_over", "taken"):
            raise GivenAway
        grave = each.level == "grave" and each.status in ("open", "ordered")
        if not grave and each.status not in ("not_put_right", "returned"):
            raise NotForFireBody
    return [
        FindingsHandedOver(
            inspection=state.inspection,
            hand_over=command.hand_over,
            findings=command.findings,
            body=command.body,
            by=command.by,
            handed_over_at=command.now,
        )
    ]


def answer(command: AnswerHandOver, state: Inspection) -> list[InspectionEvent]:
    given = state.hand_overs.get(command.hand_over)
    if given is None:
        raise NoSuchHandOver
    if given.accepted is not None:
        if given.accepted == command.accepted:
            return []
        raise AnsweredAlready
    if not command.accepted and command.reason is None:
        raise ReasonMissing
    return [
        HandOverAnswered(
            inspection=state.inspection,
            hand_over=command.hand_over,
            findings=given.findings,
            accepted=command.accepted,
            reference=command.reference,
            reason=command.reason,
            by=command.by,
            answered_at=command.now,
        )
    ]


def _on_the_list(points: Iterable[str], state: Inspection) -> None:
    for point in points:
        if point not in state.points:
            raise NoSuchPoint(point=point)


def _findings(ids: Iterable[str], state: Inspection) -> list[Finding]:
    found = [state.findings.get(each) for each in ids]
    if not found:
        raise NoFindings
    known = [each for each in found if each is not None]
    if len(known) < len(found):
        raise NoSuchFinding
    return known


def due_at_fire_body(since: datetime, here: Here) -> tuple[datetime, str] | None:
    """By when it is handed over, counted from when it was clear that the station cannot settle it; with the article.

    From a grave finding, a re-check that found it not put right, or the fire body's giving it back. None where the city
    has no text of the rule.
    """
    rule = here.find(HAND_OVER, since.astimezone(SHANGHAI).date())
    return None if rule is None else (here.deadline(since, rule.duration("hand_over")), rule.article)


def evolve(state: State, event: InspectionEvent) -> State:
    if isinstance(event, InspectionBegun):
        return Inspection(
            event.inspection,
            event.premises,
            event.station,
            event.community,
            event.grid,
            event.points,
            event.inspector,
        )
    assert isinstance(state, Inspection), "every stream of an inspection begins with its beginning"
    match event:
        case FindingRecorded():
            found = Finding(event.finding, event.point, event.level, "open")
            return replace(state, findings={**state.findings, event.finding: found})
        case LookFinished():
            return replace(state, looked=True)
        case RectificationOrdered():
            return _with(state, dict.fromkeys(event.findings, "ordered"), due=event.due, order=event.order)
        case FindingsRechecked():
            return _with(state, event.results)
        case FindingsHandedOver():
            given = {**state.hand_overs, event.hand_over: Given(event.findings, event.body)}
            return _with(replace(state, hand_overs=given), dict.fromkeys(event.findings, "handed_over"))
        case HandOverAnswered():
            known = state.hand_overs[event.hand_over]
            given = {**state.hand_overs, event.hand_over: replace(known, accepted=event.accepted)}
            status: Status = "taken" if event.accepted else "returned"
            return _with(replace(state, hand_overs=given), dict.fromkeys(event.findings, status))
        case _:
            assert_never(event)


def _with(state: Inspection, statuses: Mapping[str, Status], **more: object) -> Inspection:
    changed = {
        each: replace(state.findings[each], status=status, **more)  # type: ignore[arg-type]
        for each, status in statuses.items()
    }
    return replace(state, findings={**state.findings, **changed})


inspection: Final[Decider[Command, State, InspectionEvent]] = Decider(NotBegun(), decide, evolve)
