"""What is offered over Open311: the kinds and categories that the station knows, and questions that ask for no name."""

from services.intake.domain.open311 import CALL_FIRST, DISPUTES, SERVICES
from services.intake.domain.triage_lexicon import KINDS
from shared.categories import CATEGORIES, LIST_A


def test_every_kind_and_every_category_of_a_dispute_can_be_asked_for() -> None:
    assert set(SERVICES) == (LIST_A.codes | set(KINDS)) - {"dispute"}
    assert {code for code, service in SERVICES.items() if service.group == DISPUTES} == LIST_A.codes - {"other"}


def test_a_service_s_code_is_the_category_under_which_it_is_filed() -> None:
    assert all(code in CATEGORIES for code, service in SERVICES.items() if service.group == DISPUTES)


def test_where_life_may_be_in_danger_the_first_line_says_whom_to_call() -> None:
    for code in ("hazard", "incident", "fraud"):
        assert SERVICES[code].attributes[0] is CALL_FIRST
        assert "110" in CALL_FIRST.zh
        assert not CALL_FIRST.variable


def test_questions_have_answers_to_choose_from_and_codes_of_their_own() -> None:
    for service in SERVICES.values():
        codes = [attribute.code for attribute in service.attributes]
        assert len(codes) == len(set(codes))
        for attribute in service.attributes:
            assert bool(attribute.values) == attribute.datatype.endswith("valuelist")


def test_whom_a_dispute_is_with_is_asked_by_relation_and_not_by_name() -> None:
    (against,) = (one for one in SERVICES["contract"].attributes if one.code == "against")
    assert "不写姓名" in against.zh
    assert "no name" in against.en
