"""The rules of the register: a community, its residents by number, grids, compounds, squads and incidents counted."""

from datetime import date

import pytest

from services.intake.domain import community, person
from shared.eventsourcing.decider import Unknown
from shared.eventsourcing.testing import Specification
from tests.unit.intake import desk as d

given = Specification(community.community)
given_person = Specification(person.person)

ENTRIES: list[tuple[community.Command, community.CommunityEvent]] = [
    (d.count_residents, d.residents_counted),
    (d.draw_grid, d.grid_drawn),
    (d.register_compound, d.compound_registered),
    (d.enrol, d.enrolled),
    (d.count_incidents, d.incidents_counted),
]
CHANGED: list[tuple[community.Command, community.CommunityEvent]] = [
    (d.changed(d.count_residents, residents=9_000), d.changed(d.residents_counted, residents=9_000)),
    (
        d.changed(d.draw_grid, grid=d.GRID.model_copy(update={"squad": None})),
        d.changed(d.grid_drawn, grid=d.GRID.model_copy(update={"squad": None})),
    ),
    (
        d.changed(d.register_compound, compound=d.COMPOUND.model_copy(update={"property_managed": True})),
        d.changed(d.compound_registered, compound=d.COMPOUND.model_copy(update={"property_managed": True})),
    ),
    (d.changed(d.enrol, role="unit_head"), d.changed(d.enrolled, role="unit_head")),
    (d.changed(d.count_incidents, count=10), d.changed(d.incidents_counted, count=10)),
]


def name_of(value: object) -> str:
    return type(value).__name__


def test_a_community_is_entered_with_its_station() -> None:
    given().when(d.register_community).then(d.community_registered)


def test_entering_it_again_changes_nothing() -> None:
    given(d.community_registered).when(d.register_community).then_nothing_happens()


@pytest.mark.parametrize("other", [{"name": "王府东社区"}, {"station": "jnl"}])
def test_a_community_is_not_renamed_by_entering_it_again(other: dict[str, str]) -> None:
    given(d.community_registered).when(d.changed(d.register_community, **other)).then_refused(community.CommunityKnown)


@pytest.mark.parametrize("command", [command for command, _ in ENTRIES], ids=name_of)
def test_nothing_is_entered_for_an_unknown_community(command: community.Command) -> None:
    given().when(command).then_refused(community.NoSuchCommunity)
    assert issubclass(community.NoSuchCommunity, Unknown)


@pytest.mark.parametrize(("command", "event"), ENTRIES, ids=name_of)
def test_this_is_entered(command: community.Command, event: community.CommunityEvent) -> None:
    given(d.community_registered, d.changed(d.grid_drawn, grid=community.Grid(grid="wangfu-03", name="…"))).when(
        command
    ).then(event)


@pytest.mark.parametrize(("command", "event"), ENTRIES, ids=name_of)
def test_the_same_entry_again_changes_nothing(command: community.Command, event: community.CommunityEvent) -> None:
    given(d.community_registered, d.grid_drawn, event).when(command).then_nothing_happens()


@pytest.mark.parametrize(("command", "event"), CHANGED, ids=name_of)
def test_an_entry_is_corrected_by_a_newer_one(command: community.Command, event: community.CommunityEvent) -> None:
    given(d.community_registered, d.grid_drawn, *(known for _, known in ENTRIES)).when(command).then(event)


@pytest.mark.parametrize("command", [d.register_compound, d.enrol], ids=name_of)
def test_a_compound_and_a_head_belong_to_a_grid_that_is_drawn(command: community.Command) -> None:
    given(d.community_registered).when(command).then_refused(community.NoSuchGrid)


def test_a_period_does_not_end_before_it_begins() -> None:
    backwards = d.changed(d.count_incidents, last_day=date(2018, 12, 31))
    given(d.community_registered).when(backwards).then_refused(community.PeriodBackwards)


def test_a_period_may_be_one_day() -> None:
    day = date(2019, 1, 1)
    one_day = d.changed(d.count_incidents, last_day=day)
    given(d.community_registered).when(one_day).then(d.changed(d.incidents_counted, last_day=day))


def test_figures_of_two_days_stand_beside_each_other() -> None:
    state = given(d.community_registered, d.residents_counted).state
    another = d.changed(d.count_residents, on=date(2021, 8, 31))
    assert community.community.decide(another, state) == [d.changed(d.residents_counted, on=date(2021, 8, 31))]


def test_nothing_is_folded_onto_a_community_that_is_not_entered() -> None:
    with pytest.raises(AssertionError, match="begins with its registration"):
        community.community.fold([d.grid_drawn])


# A person


def test_an_erasure_is_ordered() -> None:
    given_person().when(d.erase_person).then(d.erasure_ordered)


def test_whoever_was_erased_is_not_erased_again() -> None:
    given_person(d.erasure_ordered).when(d.changed(d.erase_person, by=d.OFFICER)).then_nothing_happens()
