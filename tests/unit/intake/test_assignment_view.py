"""Nothing of an assignment is without its words on a page."""

from services.intake.application.possible_moves import MOVES, action_of, possible
from services.intake.domain.assignment import Unassigned, assignment
from services.intake.domain.assignment_events import EVENTS
from services.intake.domain.levels import LEVELS
from services.intake.domain.routing import RULES
from services.intake.entrypoints import assignment_pages as pages
from services.intake.entrypoints import assignment_view as view
from services.intake.entrypoints.assignments import STAGES
from services.intake.projections.work import ORDER
from tests.unit.intake import assignments as a


def test_every_rule_step_stage_move_and_level_has_its_words() -> None:
    assert set(view.RULES) == {rule.id for rule in RULES}
    assert set(view.STEPS) == {event.stored_as for event in EVENTS}
    assert set(view.STAGES) == set(STAGES.values())
    assert set(view.MOVES) == set(MOVES)
    assert set(view.LEVELS) == set(LEVELS)
    assert set(pages.WAITS) == set(ORDER)


def test_the_basis_of_a_step_is_said_in_words_and_a_law_by_its_article() -> None:
    assert view.basis("routing:hazard-to-officer") == view.RULES["hazard-to-officer"]
    assert "信访工作条例" in view.basis("petition-objection")
    assert view.basis("levels:up") != view.basis("assigned") != view.basis("own-target")


def test_the_buttons_are_what_the_decider_would_do() -> None:
    given = assignment.fold([a.assigned()])
    assert possible(Unassigned(), a.GUO, a.LATER) == []
    assert possible(given, a.GUO, a.LATER) == ["start", "object", "up", "across", "delay", "down"]
    assert possible(given, a.MA, a.LATER) == []
    assert possible(given, a.WANG, a.LATER) == ["down", "offer"]
    in_hand = assignment.fold([a.assigned(), a.started(), a.part_asked(), a.part_accepted])
    assert "finish" not in possible(in_hand, a.GUO, a.LATER)
    assert "waive_part" in possible(in_hand, a.GUO, a.LATER)
    assert possible(in_hand, a.LI, a.LATER) == ["arrive", "finish_part"]


def test_what_leads_takes_the_right_to_direct() -> None:
    assert {move for move in MOVES if action_of(move) == "report.direct"} >= {"settle", "grant", "check", "offer"}
    assert action_of("start") == "report.handle"
