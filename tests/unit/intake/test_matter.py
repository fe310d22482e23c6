"""Rules of one matter: what may be merged, what un-merging brings back, what a person's no means."""

from collections.abc import Sequence
from typing import TypeAlias

from hypothesis import given as for_all
from hypothesis import strategies as st

from services.intake.domain import matter
from services.intake.domain.matter import Belonging
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.testing import Specification
from tests.unit.intake import desk as d

given = Specification(matter.matter)

MERGE = matter.MergeReport(report=d.REPORT, parent=d.OTHER, by=d.OFFICER, now=d.MONDAY)
UNMERGE = matter.UnmergeReport(report=d.REPORT, parent=d.OTHER, reason="另一栋楼", by=d.OFFICER, now=d.TUESDAY)
TAKE_IN = matter.TakeIn(report=d.OTHER, child=d.REPORT, by=d.OFFICER, now=d.MONDAY)
GIVE_BACK = matter.GiveBack(report=d.OTHER, child=d.REPORT, by=d.OFFICER, now=d.TUESDAY)
DISMISS = matter.DismissDuplicate(report=d.REPORT, other=d.OTHER, by=d.OFFICER, now=d.MONDAY)
DEMAND = matter.StateDemand(report=d.REPORT, demand=d.demand_stated.demand, by=d.OFFICER, now=d.MONDAY)
OUTCOME = matter.RecordOutcome(report=d.REPORT, outcome="partly_met", by=d.OFFICER, now=d.TUESDAY)
CHILD = matter.ReportTakenIn(report=d.REPORT, child="third", by=d.OFFICER, taken_in_at=d.MONDAY)

# Suggesting and dismissing


def test_a_duplicate_is_suspected_with_its_score_and_the_places_of_the_words() -> None:
    given().when(d.suspect_duplicate).then(d.duplicate_suspected)


def test_what_a_person_found_to_be_different_is_not_suggested_again() -> None:
    given().when(DISMISS).then(d.duplicate_dismissed)
    given(d.duplicate_suspected).when(DISMISS).then(d.duplicate_dismissed)
    given(d.duplicate_suspected, d.duplicate_dismissed).when(d.suspect_duplicate).then_nothing_happens()
    given(d.duplicate_dismissed).when(DISMISS).then_nothing_happens()


def test_nothing_is_suspected_twice_nor_of_what_is_merged_nor_of_itself() -> None:
    given(d.duplicate_suspected).when(d.suspect_duplicate).then_nothing_happens()
    given(d.report_merged).when(d.suspect_duplicate).then_nothing_happens()
    given().when(d.changed(d.suspect_duplicate, other=d.REPORT)).then_nothing_happens()


def test_merged_reports_are_taken_apart_before_they_are_called_different() -> None:
    given(d.report_merged).when(DISMISS).then_refused(matter.StillMerged)
    given(CHILD).when(d.changed(DISMISS, other="third")).then_refused(matter.StillMerged)
    given().when(d.changed(DISMISS, other=d.REPORT)).then_refused(matter.WithItself)


# Merging


def test_a_report_is_merged_into_another_which_takes_it_in() -> None:
    given(d.duplicate_suspected).when(MERGE).then(d.report_merged)
    given().when(TAKE_IN).then(d.report_taken_in)


def test_a_report_has_one_parent_at_most() -> None:
    given(d.report_merged).when(MERGE).then_nothing_happens()
    given(d.report_merged).when(d.changed(MERGE, parent="third")).then_refused(matter.MergedElsewhere)
    given().when(d.changed(MERGE, parent=d.REPORT)).then_refused(matter.WithItself)


def test_no_child_has_children() -> None:
    given(CHILD).when(MERGE).then_refused(matter.HasChildren)
    merged = d.changed(d.report_merged, report=d.OTHER, parent="third")
    given(merged).when(TAKE_IN).then_refused(matter.ParentIsChild)
    given(d.report_taken_in).when(TAKE_IN).then_nothing_happens()


def test_a_report_with_a_case_of_its_own_becomes_no_child() -> None:
    given().when(d.changed(MERGE, has_case=True)).then_refused(matter.HasOwnCase)


# Un-merging


def test_un_merging_is_one_event_for_each_of_both() -> None:
    given(d.report_merged).when(UNMERGE).then(d.report_unmerged)
    given(d.report_taken_in).when(GIVE_BACK).then(d.report_given_back)


def test_un_merging_what_is_not_merged_changes_nothing() -> None:
    given().when(UNMERGE).then_nothing_happens()
    given().when(GIVE_BACK).then_nothing_happens()


def test_a_report_is_taken_out_only_where_it_is() -> None:
    given(d.report_merged).when(d.changed(UNMERGE, parent="third")).then_refused(matter.NotMergedThere)


def test_what_was_suspected_before_the_merge_is_suspected_again_after_it() -> None:
    before = given(d.duplicate_suspected).state
    assert given(d.duplicate_suspected, d.report_merged, d.report_unmerged).state == before
    assert given(d.report_taken_in, d.report_given_back).state == Belonging()


# Each one's own demand


def test_each_child_keeps_its_own_demand_and_what_became_of_it() -> None:
    given(d.report_merged).when(DEMAND).then(d.demand_stated)
    given(d.demand_stated).when(DEMAND).then_nothing_happens()
    given(d.report_merged, d.demand_stated).when(OUTCOME).then(d.outcome_recorded)
    given(d.demand_stated, d.outcome_recorded).when(OUTCOME).then_nothing_happens()
    assert given(d.demand_stated, d.outcome_recorded, d.demand_stated).state.outcome is None


def test_an_outcome_needs_a_demand() -> None:
    given().when(OUTCOME).then_refused(matter.NoDemand)


# What others hear


def test_a_merge_and_its_undoing_say_how_both_are_called_and_whom_to_tell() -> None:
    named = matter.Named(code=d.CODE, parent_code="WG-2", station=d.STATION, reporter=d.received.reporter)
    given().when(d.changed(MERGE, named=named)).then(d.changed(d.report_merged, named=named))
    given(d.report_merged).when(d.changed(UNMERGE, named=named)).then(d.changed(d.report_unmerged, named=named))


# Any number of reports, merged and taken apart in any order

World: TypeAlias = dict[str, Belonging]
Step: TypeAlias = tuple[str, str, str]
NAMES = ("a", "b", "c", "d")
steps = st.lists(
    st.tuples(
        st.sampled_from(["merge", "unmerge", "dismiss", "demand"]), st.sampled_from(NAMES), st.sampled_from(NAMES)
    ),
    max_size=14,
)


def commands_of(step: Step) -> list[tuple[str, matter.Command]]:
    what, one, other = step
    by, now = d.OFFICER, d.MONDAY
    match what:
        case "merge":
            return [
                (other, matter.TakeIn(report=other, child=one, by=by, now=now)),
                (one, matter.MergeReport(report=one, parent=other, by=by, now=now)),
            ]
        case "unmerge":
            return [
                (one, matter.UnmergeReport(report=one, parent=other, reason="拆回", by=by, now=now)),
                (other, matter.GiveBack(report=other, child=one, by=by, now=now)),
            ]
        case "dismiss":
            return [(one, matter.DismissDuplicate(report=one, other=other, by=by, now=now))]
        case _:
            return [(one, matter.StateDemand(report=one, demand=d.box(f"report-{one}", other), by=by, now=now))]


def live(wishes: Sequence[Step]) -> World:
    """Everything that was asked; what one stream refuses is written to neither."""
    world: World = dict.fromkeys(NAMES, Belonging())
    for step in wishes:
        after = dict(world)
        try:
            for name, command in commands_of(step):
                after[name] = matter.matter.fold(matter.decide(command, after[name]), after[name])
        except Refusal:
            continue
        world = after
    return world


@for_all(steps)
def test_parents_and_children_always_agree_and_lie_on_one_level(wishes: list[Step]) -> None:
    world = live(wishes)
    for name, one in world.items():
        assert one.parent is None or name in world[one.parent].children
        assert all(world[child].parent == name for child in one.children)
        assert one.parent is None or not one.children


@for_all(steps)
def test_after_un_merging_all_is_as_if_nothing_had_been_merged_but_for_the_history(wishes: list[Step]) -> None:
    merged = live(wishes)
    apart = live([*wishes, *(("unmerge", name, one.parent) for name, one in merged.items() if one.parent is not None)])
    refused_while_merged = [step for step in wishes if step[0] not in ("merge", "unmerge")]
    never = live(refused_while_merged)
    for name in NAMES:
        assert (apart[name].parent, apart[name].children) == (None, frozenset())
        assert apart[name].demand == never[name].demand
        assert apart[name].suspected == never[name].suspected
        assert apart[name].dismissed <= never[name].dismissed, "a no is only ever refused while both are merged"


@for_all(steps, st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_a_merge_that_is_taken_back_leaves_no_trace_in_what_holds(wishes: list[Step], one: str, other: str) -> None:
    before = live(wishes)
    if before[one].parent is None:
        assert live([*wishes, ("merge", one, other), ("unmerge", one, other)]) == before
