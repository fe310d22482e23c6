"""The filter of lists shows what `authorize` allows, row by row, and nothing else."""

from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, MetaData, Table, Text, create_engine, false, insert, select

from shared.access.actors import ROLES, Actor, Post, Scope
from shared.access.rights import ACTIONS, Action, Area, areas, authorize
from shared.web.areas import among, listed, named, within

ROOT: Final = Path(__file__).parents[4]
STATIONS: Final = ("changzhi", "elsewhere")
COMMUNITIES: Final = (None, "no2", "no3")
GRIDS: Final = (None, "g1", "g2")
ACCOUNTS: Final = ("guo", "GUO", "gu_", "g%")
ASSIGNED: Final = tuple(frozenset(some) for n in range(3) for some in combinations(ACCOUNTS, n))
SCOPES: Final = [Scope(*parts) for parts in product((None, *STATIONS), COMMUNITIES, GRIDS, ASSIGNED)]

rows = Table(
    "rows",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("station", Text),
    Column("community", Text),
    Column("grid", Text),
    Column("assigned", Text, nullable=False),
)


@pytest.fixture(scope="module")
def filled() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        rows.metadata.create_all(connection)
        values = [
            {
                "id": str(number),
                "station": scope.station,
                "community": scope.community,
                "grid": scope.grid,
                "assigned": listed(scope.assigned),
            }
            for number, scope in enumerate(SCOPES)
        ]
        connection.execute(insert(rows), values)
        yield connection
    engine.dispose()


posts = st.builds(
    Post, st.sampled_from(ROLES), st.sampled_from(STATIONS), st.sampled_from(COMMUNITIES), st.sampled_from(GRIDS)
)
actors = st.builds(Actor, st.sampled_from(ACCOUNTS), st.just("郭"), st.lists(posts, max_size=3).map(tuple))


@settings(max_examples=300, deadline=None)
@given(actor=actors, action=st.sampled_from(ACTIONS))
def test_a_list_shows_exactly_the_rows_that_the_actor_is_allowed(
    actor: Actor, action: Action, filled: Connection
) -> None:
    shown = filled.execute(
        select(rows.c.id).where(
            within(
                areas(actor, action),
                station=rows.c.station,
                community=rows.c.community,
                grid=rows.c.grid,
                assigned=among(actor.id, rows.c.assigned),
            )
        )
    )
    allowed = {str(number) for number, scope in enumerate(SCOPES) if authorize(actor, action, scope).allowed}
    assert set(shown.scalars()) == allowed


@settings(max_examples=100, deadline=None)
@given(actor=actors, action=st.sampled_from(ACTIONS))
def test_rows_that_have_no_grid_and_nobody_assigned_are_shown_alike(
    actor: Actor, action: Action, filled: Connection
) -> None:
    condition = within(
        areas(actor, action), station=rows.c.station, community=rows.c.community, grid=None, assigned=false()
    )
    shown = set(filled.execute(select(rows.c.id).where(condition)).scalars())
    plain = (Scope(scope.station, scope.community) for scope in SCOPES)
    assert shown == {str(number) for number, scope in enumerate(plain) if authorize(actor, action, scope).allowed}


COMPLAINTS: Final = [
    Scope(station, community, None, frozenset(assigned), about=frozenset(about), level=level)
    for station in STATIONS
    for community in (None, "no2")
    for assigned in ((), ("guo",))
    for about in ((), ("guo",), ("GUO", "post:auxiliary"), ("post:community_officer",), ("post:station_leader",))
    for level in ("desk", "station", "city")
]

complaints = Table(
    "complaints",
    MetaData(),
    *(Column(name, Text) for name in ("id", "station", "community", "assigned", "about", "level")),
)


@pytest.fixture(scope="module")
def complained() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        complaints.metadata.create_all(connection)
        values = [
            {
                "id": str(number),
                "station": scope.station,
                "community": scope.community,
                "assigned": listed(scope.assigned),
                "about": listed(scope.about),
                "level": scope.level,
            }
            for number, scope in enumerate(COMPLAINTS)
        ]
        connection.execute(insert(complaints), values)
        yield connection
    engine.dispose()


@settings(max_examples=200, deadline=None)
@given(actor=actors, action=st.sampled_from(ACTIONS))
def test_a_complaint_is_in_the_list_of_whoever_may_have_it_and_of_nobody_else(
    actor: Actor, action: Action, complained: Connection
) -> None:
    condition = within(
        areas(actor, action),
        station=complaints.c.station,
        community=complaints.c.community,
        grid=None,
        assigned=among(actor.id, complaints.c.assigned),
        about=complaints.c.about,
        level=complaints.c.level,
    )
    shown = set(complained.execute(select(complaints.c.id).where(condition)).scalars())
    allowed = {str(number) for number, scope in enumerate(COMPLAINTS) if authorize(actor, action, scope).allowed}
    assert shown == allowed


@given(st.sets(st.sampled_from(ACCOUNTS)))
def test_what_was_listed_is_named_again(some: set[str]) -> None:
    assert named(listed(some)) == some


def test_who_has_no_area_sees_nothing(filled: Connection) -> None:
    columns = {"station": rows.c.station, "community": rows.c.community, "grid": rows.c.grid}
    nothing = within((), **columns, assigned=among("guo", rows.c.assigned))
    assert filled.execute(select(rows.c.id).where(nothing)).all() == []


@pytest.mark.parametrize("account", ["", "|", "guo||gu_"])
def test_no_account_that_is_none_is_among_any(account: str, filled: Connection) -> None:
    everywhere = within(
        [Area(assigned_only=True)],
        station=rows.c.station,
        community=rows.c.community,
        grid=rows.c.grid,
        assigned=among(account, rows.c.assigned),
    )
    assert filled.execute(select(rows.c.id).where(everywhere)).all() == []


def test_no_service_writes_the_filter_anew() -> None:
    files = (ROOT / "services").rglob("*.py")
    assert [file.relative_to(ROOT).as_posix() for file in files if "assigned_only" in file.read_text()] == []
