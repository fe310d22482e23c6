"""The rights: default no, each role within its reach, and the guardrails."""

from dataclasses import replace

import pytest

from shared.access.actors import EVERYWHERE, ROLES, Actor, Post, Role, Scope
from shared.access.rights import ACTIONS, NEVER, RIGHTS, Action, Area, areas, authorize, conflict, may

HERE = Scope(station="changzhi", community="no2", grid="g1")


def actor(role: Role, *, station: str = "changzhi", community: str | None = None, grid: str | None = None) -> Actor:
    return Actor("a1", "郭", (Post(role, station, community, grid),))


def test_an_actor_without_a_post_may_do_nothing() -> None:
    nobody = Actor("a1", "郭", ())
    for action in ACTIONS:
        decision = authorize(nobody, action, HERE)
        assert (decision.allowed, decision.reason) == (False, "no-post")


def test_every_role_is_in_the_table_and_in_no_role_does_the_table_give_what_it_must_never_have() -> None:
    assert set(RIGHTS) == set(ROLES)
    for role, never in NEVER.items():
        assert not never & set(RIGHTS[role]), role


def test_what_the_table_does_not_say_is_refused() -> None:
    for role in ROLES:
        for action in ACTIONS:
            if action not in RIGHTS[role]:
                decision = authorize(actor(role), action, HERE)
                assert (decision.allowed, decision.reason) == (False, "not-your-role"), (role, action)


def test_no_role_below_the_city_reaches_into_another_station() -> None:
    foreign = Scope(station="elsewhere", community="no2", grid="g1", assigned=frozenset({"a1"}))
    for role in ROLES:
        for action, reach in RIGHTS[role].items():
            decision = authorize(actor(role, community="no2", grid="g1"), action, foreign)
            assert decision.allowed == (reach == "city"), (role, action)


def test_the_administrator_does_everything_in_its_city() -> None:
    assert all(authorize(actor("admin"), action, EVERYWHERE).allowed for action in ACTIONS)


def test_a_community_officer_leads_disputes_of_the_own_community_only() -> None:
    officer = actor("community_officer", community="no2")
    assert authorize(officer, "dispute.lead", HERE).allowed
    other = authorize(officer, "dispute.lead", Scope(station="changzhi", community="no3"))
    assert (other.allowed, other.reason) == (False, "not-your-place")


def test_an_officer_of_no_community_leads_no_dispute_that_has_none() -> None:
    assert not authorize(actor("community_officer"), "dispute.lead", Scope(station="changzhi")).allowed


def test_triage_of_a_report_that_is_not_placed_yet_is_the_whole_stations() -> None:
    assert authorize(actor("community_officer", community="no2"), "report.classify", Scope("changzhi")).allowed


def test_a_grid_head_reads_reports_of_the_own_grid_only() -> None:
    head = actor("grid_head", community="no2", grid="g1")
    assert authorize(head, "report.read", HERE).allowed
    assert not authorize(head, "report.read", Scope("changzhi", "no2", "g2")).allowed
    assert not authorize(head, "report.read", Scope("changzhi", "no3", "g1")).allowed
    assert not authorize(head, "report.read", Scope("changzhi", "no2")).allowed


def test_a_mediator_leads_the_disputes_assigned_to_it_and_no_other() -> None:
    mediator = actor("mediator")
    assert authorize(mediator, "dispute.lead", Scope("changzhi", assigned=frozenset({"a1"}))).allowed
    assert not authorize(mediator, "dispute.lead", Scope("changzhi", assigned=frozenset({"a2"}))).allowed


def test_who_is_assigned_reaches_beyond_its_community_within_its_station() -> None:
    officer = actor("community_officer", community="no2")
    assert authorize(officer, "dispute.lead", Scope("changzhi", "no3", assigned=frozenset({"a1"}))).allowed


def test_what_belongs_to_no_station_is_reached_from_the_city_only() -> None:
    assert not authorize(actor("station_leader"), "sealed.read", EVERYWHERE).allowed
    assert authorize(actor("operator"), "store.rebuild", EVERYWHERE).allowed


@pytest.mark.parametrize("role", ["volunteer", "operator", "integrator", "auditor"])
def test_some_roles_never_open_personal_values(role: Role) -> None:
    own = Scope("changzhi", "no2", "g1", assigned=frozenset({"a1"}))
    assert not authorize(actor(role, community="no2", grid="g1"), "sealed.read", own).allowed


def test_a_guardrail_holds_against_a_careless_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.access.rights.RIGHTS", {"volunteer": {"sealed.read": "city"}})
    assert not authorize(actor("volunteer"), "sealed.read", HERE).allowed


def test_an_integrator_registers_reports_and_reads_its_own() -> None:
    integrator = actor("integrator")
    assert authorize(integrator, "report.register", Scope("changzhi")).allowed
    assert authorize(integrator, "report.read", Scope("changzhi", assigned=frozenset({"a1"}))).allowed
    assert not authorize(integrator, "report.read", Scope("changzhi")).allowed
    allowed = {action for action in ACTIONS if may(integrator, action).allowed}
    assert allowed == {"report.register", "report.read", "publisher.read"}


def test_an_integrator_reads_what_became_of_its_own_system_and_changes_no_key() -> None:
    integrator = actor("integrator")
    own = Scope("changzhi", assigned=frozenset({"a1"}))
    assert authorize(integrator, "publisher.read", own).allowed
    assert not authorize(integrator, "publisher.read", Scope("changzhi")).allowed
    assert not authorize(integrator, "publisher.change", own).allowed


def test_an_auditor_who_is_something_else_too_may_do_nothing() -> None:
    posts = (Post("auditor", "changzhi"), Post("admin", "changzhi"))
    assert conflict(posts) == ("auditor", "admin")
    assert conflict(posts[:1]) is None
    for action in ACTIONS:
        assert authorize(Actor("a1", "郭", posts), action, HERE).reason == "auditor-apart"


def test_each_post_stands_on_its_own() -> None:
    both = Actor("a1", "郭", (Post("volunteer", "changzhi", "no2", "g1"), Post("mediator", "other")))
    assert not authorize(both, "dispute.lead", Scope("changzhi", assigned=frozenset({"a1"}))).allowed
    assert authorize(both, "dispute.lead", Scope("other", assigned=frozenset({"a1"}))).allowed


def test_a_decision_names_the_role_that_gave_it() -> None:
    decision = authorize(actor("station_leader"), "report.admit", HERE)
    assert decision.reason == "granted"
    assert decision.parameters == {"action": "report.admit", "role": "station_leader", "reach": "station"}


def test_the_areas_of_a_list_are_what_authorize_would_allow() -> None:
    officer = actor("community_officer", community="no2")
    assert areas(officer, "dispute.read") == (
        Area("changzhi", "no2"),
        Area("changzhi", assigned_only=True),
    )
    assert areas(officer, "report.read") == (Area("changzhi"),)
    assert areas(actor("admin"), "report.read") == (Area(),)
    assert areas(actor("grid_head", community="no2", grid="g1"), "report.read") == (
        Area("changzhi", "no2", "g1"),
        Area("changzhi", assigned_only=True),
    )
    assert areas(actor("volunteer"), "report.read") == (Area("changzhi", assigned_only=True),)
    assert areas(actor("volunteer"), "sealed.read") == ()
    assert areas(actor("grid_head"), "report.read") == (Area("changzhi", assigned_only=True),)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("post_place", [(None, None), ("no2", None), ("no2", "g1")])
def test_a_list_shows_exactly_what_authorize_allows(role: Role, post_place: tuple[str | None, str | None]) -> None:
    subject = actor(role, community=post_place[0], grid=post_place[1])
    for action in ACTIONS:
        shown = areas(subject, action)
        for station in ("changzhi", "elsewhere"):
            for community in (None, "no2", "no3"):
                for grid in (None, "g1", "g2"):
                    for assigned in (frozenset[str](), frozenset({"a1"})):
                        scope = Scope(station, community, grid, assigned)
                        in_list = any(
                            area.station in (None, station)
                            and area.community in (None, community)
                            and area.grid in (None, grid)
                            and (not area.assigned_only or "a1" in assigned)
                            for area in shown
                        )
                        assert in_list == authorize(subject, action, scope).allowed, (action, scope)


def test_a_grid_of_no_community_is_no_place() -> None:
    """Grids of two communities may have the same number: neither a list nor a single look takes one for the other."""
    head = actor("grid_head", grid="g1")
    assert not authorize(head, "report.read", HERE).allowed
    assert not authorize(head, "report.read", Scope("changzhi", None, "g1")).allowed
    assert areas(head, "report.read") == (Area("changzhi", assigned_only=True),)


# Complaints about somebody of the station

ABOUT_GUO = Scope("changzhi", "no2", None, about=frozenset({"a1"}), level="station")
ABOUT_AUXILIARIES = Scope("changzhi", "no2", None, about=frozenset({"post:auxiliary"}), level="station")
ABOUT_A_LEADER = Scope("changzhi", "no2", None, about=frozenset({"post:station_leader"}), level="city")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ["report.read", "report.classify", "report.refuse", "sealed.read"])
def test_nobody_reads_or_decides_a_complaint_about_themselves_whatever_their_role(role: Role, action: Action) -> None:
    assert not authorize(actor(role, community="no2"), action, ABOUT_GUO).allowed
    mine = replace(ABOUT_GUO, assigned=frozenset({"a1"}))
    assert not authorize(actor(role, community="no2"), action, mine).allowed


def test_nobody_of_a_post_that_is_complained_of_at_the_station_reads_it() -> None:
    assert not authorize(actor("auxiliary", community="no2"), "report.read", ABOUT_AUXILIARIES).allowed
    both = Actor("a2", "王", (Post("station_leader", "changzhi"), Post("auxiliary", "changzhi", "no2")))
    assert not authorize(both, "report.read", ABOUT_AUXILIARIES).allowed
    other_station = Actor("a2", "王", (Post("station_leader", "changzhi"), Post("auxiliary", "elsewhere", "no2")))
    assert authorize(other_station, "report.read", ABOUT_AUXILIARIES).allowed


def test_a_complaint_lies_with_the_station_s_leaders_and_not_with_colleagues() -> None:
    assert authorize(actor("station_leader"), "report.read", ABOUT_AUXILIARIES).allowed
    assert not authorize(actor("community_officer", community="no2"), "report.read", ABOUT_AUXILIARIES).allowed
    given_to_me = replace(ABOUT_AUXILIARIES, assigned=frozenset({"a1"}))
    assert authorize(actor("community_officer", community="no2"), "report.read", given_to_me).allowed


def test_a_complaint_about_a_leader_lies_with_the_city() -> None:
    assert not authorize(actor("station_leader"), "report.read", ABOUT_A_LEADER).allowed
    assert authorize(actor("admin"), "report.read", ABOUT_A_LEADER).allowed


def test_an_auxiliary_and_a_grid_head_handle_what_is_assigned_to_them_and_direct_nothing() -> None:
    for role in ("auxiliary", "grid_head"):
        one = actor(role, community="no2", grid="g1")
        assert authorize(one, "report.handle", Scope("changzhi", "no3", "g7", frozenset({"a1"}))).allowed
        assert not authorize(one, "report.handle", HERE).allowed
        assert authorize(one, "report.direct", HERE).reason == "not-your-role"


def test_the_program_itself_handles_and_directs_nothing() -> None:
    for action in ("report.handle", "report.direct"):
        assert not authorize(actor("system"), action, HERE).allowed
