"""Which matter a report belongs to (同一事项): suspected, merged into another report, taken in, given back, dismissed.

Each report has a stream of its own for this. A merge is written to the streams of both reports at once, the child's
and the parent's (群体事项), so that no report has two parents and no child has children. Merging changes nothing of the
report itself: it keeps its code, its reporter, its demand (诉求) and what became of it.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Final, Literal, TypeAlias, assert_never

from pydantic import AwareDatetime, BaseModel, Field

from services.intake.domain.likeness import Field as FieldName
from services.intake.domain.report import Reporter, Words
from shared.eventsourcing.decider import Decider, Refusal, sentence
from shared.eventsourcing.events import Event
from shared.eventsourcing.sealed import Sealed

Outcome: TypeAlias = Literal["met", "partly_met", "not_met", "withdrawn"]

# Parts


class Evidence(BaseModel, frozen=True):
    """How alike one field of two reports is: places into both, and none of their words."""

    field: FieldName
    score: float = Field(ge=0, le=1)
    differs: bool = False
    here: tuple[Words, ...] = ()
    there: tuple[Words, ...] = ()


class Named(BaseModel, frozen=True):
    """What others need to hear of a merge or its undoing: both codes, and whom of the one to tell."""

    code: str
    parent_code: str
    station: str
    reporter: Reporter | None = None
    """None of an anonymous report."""


# Commands


class SuspectDuplicate(BaseModel, frozen=True):
    """Suggest that both are one matter (疑似重复); a person decides."""

    report: str
    other: str
    through: str
    """Whose words matched: the other report's own, or those of one that was merged into it."""
    score: float = Field(ge=0, le=1)
    evidence: tuple[Evidence, ...]
    model: str
    now: AwareDatetime


class DismissDuplicate(BaseModel, frozen=True):
    """Say that they are not one matter (非同一事项), so that it is not suggested again."""

    report: str
    other: str
    by: str
    now: AwareDatetime


class MergeReport(BaseModel, frozen=True):
    """Merge this report into another (合并); its parent takes it in with `TakeIn`."""

    report: str
    parent: str
    has_case: bool = False
    """Whether the report was admitted to mediation on its own."""
    named: Named | None = None
    by: str
    now: AwareDatetime


class TakeIn(BaseModel, frozen=True):
    """Take another report in as a child (并入)."""

    report: str
    child: str
    by: str
    now: AwareDatetime


class UnmergeReport(BaseModel, frozen=True):
    """Take this report out again (拆回); its parent gives it back with `GiveBack`."""

    report: str
    parent: str
    reason: str = Field(min_length=1, max_length=500)
    named: Named | None = None
    by: str
    now: AwareDatetime


class GiveBack(BaseModel, frozen=True):
    """Give a child back (退出)."""

    report: str
    child: str
    by: str
    now: AwareDatetime


class StateDemand(BaseModel, frozen=True):
    """Write down what this one reporter demands (诉求), whatever others of the same matter do."""

    report: str
    demand: Sealed
    by: str
    now: AwareDatetime


class RecordOutcome(BaseModel, frozen=True):
    """Write down what became of this one's demand (诉求结果)."""

    report: str
    outcome: Outcome
    by: str
    now: AwareDatetime


Command: TypeAlias = (
    SuspectDuplicate | DismissDuplicate | MergeReport | TakeIn | UnmergeReport | GiveBack | StateDemand | RecordOutcome
)
COMMANDS: Final[tuple[type[BaseModel], ...]] = (
    SuspectDuplicate,
    DismissDuplicate,
    MergeReport,
    TakeIn,
    UnmergeReport,
    GiveBack,
    StateDemand,
    RecordOutcome,
)

# Events


class DuplicateSuspected(Event, frozen=True):
    """It was suggested that both are one matter (疑似重复)."""

    stored_as: ClassVar[str] = "duplicate-suspected"
    report: str
    other: str
    through: str
    score: float
    evidence: tuple[Evidence, ...]
    model: str
    suspected_at: AwareDatetime


class DuplicateDismissed(Event, frozen=True):
    """A person found that they are not one matter (非同一事项)."""

    stored_as: ClassVar[str] = "duplicate-dismissed"
    report: str
    other: str
    by: str
    dismissed_at: AwareDatetime


class ReportMerged(Event, frozen=True):
    """The report was merged into another (已合并)."""

    stored_as: ClassVar[str] = "report-merged"
    report: str
    parent: str
    by: str
    merged_at: AwareDatetime
    named: Named | None = None


class ReportTakenIn(Event, frozen=True):
    """Another report was taken in as a child (已并入)."""

    stored_as: ClassVar[str] = "report-taken-in"
    report: str
    child: str
    by: str
    taken_in_at: AwareDatetime


class ReportUnmerged(Event, frozen=True):
    """The report stands on its own again (已拆回)."""

    stored_as: ClassVar[str] = "report-unmerged"
    report: str
    parent: str
    reason: str
    by: str
    unmerged_at: AwareDatetime
    named: Named | None = None


class ReportGivenBack(Event, frozen=True):
    """A child was given back (已退出)."""

    stored_as: ClassVar[str] = "report-given-back"
    report: str
    child: str
    by: str
    given_back_at: AwareDatetime


class DemandStated(Event, frozen=True):
    """What this one reporter demands was written down (诉求)."""

    stored_as: ClassVar[str] = "demand-stated"
    report: str
    demand: Sealed
    by: str
    stated_at: AwareDatetime


class OutcomeRecorded(Event, frozen=True):
    """What became of this one's demand was written down (诉求结果)."""

    stored_as: ClassVar[str] = "outcome-recorded"
    report: str
    outcome: Outcome
    by: str
    recorded_at: AwareDatetime


MatterEvent: TypeAlias = (
    DuplicateSuspected
    | DuplicateDismissed
    | ReportMerged
    | ReportTakenIn
    | ReportUnmerged
    | ReportGivenBack
    | DemandStated
    | OutcomeRecorded
)
EVENTS: Final[tuple[type[MatterEvent], ...]] = (
    DuplicateSuspected,
    DuplicateDismissed,
    ReportMerged,
    ReportTakenIn,
    ReportUnmerged,
    ReportGivenBack,
    DemandStated,
    OutcomeRecorded,
)


# Refusals


class WithItself(Refusal):
    say = sentence("A report cannot be merged with itself. Choose another one.")


class MergedElsewhere(Refusal):
    say = sentence("This report has been merged into another one. Take it out there first, then merge it here.")


class HasChildren(Refusal):
    say = sentence(
        "{number} reports have been merged into this one, so it cannot become a child. "
        "Merge the other report into this one instead, or take its children out first."
    )


class HasOwnCase(Refusal):
    say = sentence(
        "This report was admitted to mediation and has a case of its own. Merge the other report into this one instead."
    )


class ParentIsChild(Refusal):
    say = sentence("That report has itself been merged into another one. Merge into the one that it belongs to.")


class NotMergedThere(Refusal):
    say = sentence("This report has not been merged into that one. Look up where it belongs.")


class StillMerged(Refusal):
    say = sentence("Both are merged. Take the report out first; then you can say that they are not one matter.")


class FollowsParent(Refusal):
    say = sentence(
        "This report has been merged into {code}, and what is decided there counts for it. "
        "Decide there, or take this one out first."
    )


class NoDemand(Refusal):
    say = sentence("No demand has been written down for this report. Write it down first, then what became of it.")


# State


@dataclass(frozen=True, slots=True)
class Belonging:
    """Where a report belongs. What was suspected stays so while it is merged, so that un-merging brings it back."""

    suspected: frozenset[str] = frozenset()
    dismissed: frozenset[str] = frozenset()
    parent: str | None = None
    children: frozenset[str] = frozenset()
    demand: Sealed | None = None
    outcome: Outcome | None = None


# Decisions


def decide(command: Command, state: Belonging) -> list[MatterEvent]:
    match command:
        case SuspectDuplicate():
            return suspect(command, state)
        case DismissDuplicate():
            return dismiss(command, state)
        case MergeReport():
            return merge(command, state)
        case TakeIn():
            return take_in(command, state)
        case UnmergeReport():
            return unmerge(command, state)
        case GiveBack():
            return give_back(command, state)
        case StateDemand():
            return state_demand(command, state)
        case RecordOutcome():
            return record_outcome(command, state)
        case _:
            assert_never(command)


def suspect(command: SuspectDuplicate, state: Belonging) -> list[MatterEvent]:
    known = state.suspected | state.dismissed | state.children | {state.parent, command.report}
    if command.other in known:
        return []
    return [
        DuplicateSuspected(
            report=command.report,
            other=command.other,
            through=command.through,
            score=command.score,
            evidence=command.evidence,
            model=command.model,
            suspected_at=command.now,
        )
    ]


def dismiss(command: DismissDuplicate, state: Belonging) -> list[MatterEvent]:
    if command.other in state.dismissed:
        return []
    if command.other == command.report:
        raise WithItself
    if command.other == state.parent or command.other in state.children:
        raise StillMerged
    return [DuplicateDismissed(report=command.report, other=command.other, by=command.by, dismissed_at=command.now)]


def merge(command: MergeReport, state: Belonging) -> list[MatterEvent]:
    if command.parent == state.parent:
        return []
    if command.parent == command.report:
        raise WithItself
    if state.parent is not None:
        raise MergedElsewhere
    if state.children:
        raise HasChildren(number=len(state.children))
    if command.has_case:
        raise HasOwnCase
    return [
        ReportMerged(
            report=command.report, parent=command.parent, by=command.by, merged_at=command.now, named=command.named
        )
    ]


def take_in(command: TakeIn, state: Belonging) -> list[MatterEvent]:
    if command.child in state.children:
        return []
    if state.parent is not None:
        raise ParentIsChild
    return [ReportTakenIn(report=command.report, child=command.child, by=command.by, taken_in_at=command.now)]


def unmerge(command: UnmergeReport, state: Belonging) -> list[MatterEvent]:
    if state.parent is None:
        return []
    if state.parent != command.parent:
        raise NotMergedThere
    return [
        ReportUnmerged(
            report=command.report,
            parent=command.parent,
            reason=command.reason,
            by=command.by,
            unmerged_at=command.now,
            named=command.named,
        )
    ]


def give_back(command: GiveBack, state: Belonging) -> list[MatterEvent]:
    if command.child not in state.children:
        return []
    return [ReportGivenBack(report=command.report, child=command.child, by=command.by, given_back_at=command.now)]


def state_demand(command: StateDemand, state: Belonging) -> list[MatterEvent]:
    if state.demand == command.demand:
        return []
    return [DemandStated(report=command.report, demand=command.demand, by=command.by, stated_at=command.now)]


def record_outcome(command: RecordOutcome, state: Belonging) -> list[MatterEvent]:
    if state.demand is None:
        raise NoDemand
    if state.outcome == command.outcome:
        return []
    return [OutcomeRecorded(report=command.report, outcome=command.outcome, by=command.by, recorded_at=command.now)]


def evolve(state: Belonging, event: MatterEvent) -> Belonging:
    match event:
        case DuplicateSuspected(other=other):
            return replace(state, suspected=state.suspected | {other})
        case DuplicateDismissed(other=other):
            return replace(state, suspected=state.suspected - {other}, dismissed=state.dismissed | {other})
        case ReportMerged(parent=parent):
            return replace(state, parent=parent)
        case ReportTakenIn(child=child):
            return replace(state, children=state.children | {child})
        case ReportUnmerged():
            return replace(state, parent=None)
        case ReportGivenBack(child=child):
            return replace(state, children=state.children - {child})
        case DemandStated(demand=demand):
            return replace(state, demand=demand, outcome=None)
        case OutcomeRecorded(outcome=outcome):
            return replace(state, outcome=outcome)
        case _:
            assert_never(event)


matter: Final[Decider[Command, Belonging, MatterEvent]] = Decider(Belonging(), decide, evolve)
