"""The rules of admission: what bars a dispute from mediation, what only warns, and the notice that says so."""

from datetime import date

import pytest

from services.intake.domain import admission, refusal_notice, report
from services.intake.domain.admission import GROUNDS, Citation, GroundCode, citation, suspected, warnings
from shared.eventsourcing.testing import Specification
from shared.law.here import Here
from tests.unit.intake import desk as d

given = Specification(report.report)
ON = date(2026, 11, 24)
NATION, WEIFANG = Here(), Here(jurisdiction="370700")
CONFIRMED = Here(confirmed=frozenset({"hotline-admission"}))


def refuse(
    ground: GroundCode = "party_unwilling", here: Here = NATION, route: str = "区人民法院"
) -> report.RefuseByRule:
    return report.RefuseByRule(ground=ground, other_route=route, here=here, on=ON, by=d.OFFICER, now=d.TUESDAY)


def rule_of(ground: GroundCode, here: Here = NATION) -> Citation:
    found = citation(ground, here, ON)
    assert found is not None
    return found


def refused(ground: GroundCode, here: Here = NATION) -> tuple[report.ReportEvent, ...]:
    rule = rule_of(ground, here)
    notice = refusal_notice.compose(d.CODE, d.STATION, ON, rule, "区人民法院")
    return (
        d.changed(d.refused, reason=GROUNDS[ground].reason, other_route="区人民法院", rule=rule),
        report.RefusalNoticeIssued(
            report=d.REPORT,
            code=d.CODE,
            station=d.STATION,
            number=notice.number,
            ground=ground,
            article=rule.article,
            zh=notice.zh,
            en=notice.en,
            sha256=notice.sha256,
            reporter=d.REPORTER,
            by=d.OFFICER,
            issued_at=d.TUESDAY,
        ),
    )


# Refusing by a rule


def test_a_refusal_by_a_rule_names_the_article_and_the_other_route_and_issues_its_notice() -> None:
    given(d.received, d.classified()).when(refuse()).then(*refused("party_unwilling"))


def test_a_crime_is_refused_and_handed_to_the_police_before_anybody_has_classified_it() -> None:
    given(d.received).when(refuse("crime")).then(*refused("crime"))
    assert "110" in GROUNDS["crime"].route_zh


def test_a_rule_that_is_only_an_excerpt_warns_and_refuses_nobody() -> None:
    given(d.received, d.classified()).when(refuse("in_suit")).then_refused(admission.OnlyAWarning)


def test_the_same_rule_refuses_where_its_own_text_was_read() -> None:
    given(d.received, d.classified()).when(refuse("in_suit", WEIFANG)).then(*refused("in_suit", WEIFANG))
    assert "潍坊" in rule_of("in_suit", WEIFANG).article


def test_an_excerpt_that_the_legal_officer_has_confirmed_refuses() -> None:
    given(d.received, d.classified()).when(refuse("in_suit", CONFIRMED)).then(*refused("in_suit", CONFIRMED))


def test_a_ground_that_no_rule_here_names_refuses_nobody() -> None:
    given(d.received, d.classified()).when(refuse("lawfully_settled")).then_refused(admission.NoRuleHere)


def test_a_rule_that_does_not_hold_yet_refuses_nobody() -> None:
    before = d.changed(refuse(), on=date(2010, 12, 31))
    given(d.received, d.classified()).when(before).then_refused(admission.NoRuleHere)


def test_refusing_twice_by_the_same_ground_changes_nothing() -> None:
    past = (d.received, d.classified(), *refused("party_unwilling"))
    given(*past).when(refuse(route="另一条路")).then_nothing_happens()
    given(*past).when(refuse("crime")).then_refused(report.AlreadyRefused)


def test_what_was_refused_for_a_reason_in_words_gets_no_notice_afterwards() -> None:
    given(d.received, d.refused).when(refuse()).then_refused(report.AlreadyRefused)


def test_what_was_admitted_is_not_refused_by_a_rule_any_more() -> None:
    given(d.received, d.classified(), d.admitted).when(refuse()).then_refused(report.AlreadyAdmitted)


# Admitting although something was found


def test_a_rule_that_only_warns_is_kept_with_the_admission() -> None:
    warned = warnings(("in_suit", "lawfully_settled"), NATION, ON)
    assert [(one.ground, one.binds) for one in warned] == [("in_suit", False)]
    command = d.changed(d.admit, warnings=warned)
    given(d.received, d.classified()).when(command).then(d.changed(d.admitted, warnings=warned))


def test_a_rule_that_bars_lets_nobody_admit() -> None:
    with pytest.raises(admission.BarredByRule):
        warnings(("party_unwilling",), NATION, ON)


@pytest.mark.parametrize("here", [NATION, WEIFANG])
def test_a_crime_never_goes_to_mediation_whatever_else_was_found(here: Here) -> None:
    with pytest.raises(admission.CrimeNeverMediated):
        warnings(("in_petition", "crime"), here, ON)


@pytest.mark.parametrize("kind", ["incident", "fraud"])
def test_what_is_classified_as_a_crime_is_not_admitted(kind: report.Kind) -> None:
    given(d.received, d.classified(kind)).when(d.admit).then_refused(report.NotADispute)


# Grounds


@pytest.mark.parametrize(
    ("ground", "words"),
    [
        ("in_suit", "法院判决"),
        ("in_arbitration", "仲裁裁决"),
        ("party_unwilling", "不同意调解"),
        ("crime", "诈骗"),
        ("gang_fight", "寻衅滋事"),
    ],
)
def test_words_that_may_show_a_ground_are_told_with_their_place(ground: GroundCode, words: str) -> None:
    found = suspected("房东的事", f"他说{words}，我们怎么办？")
    assert [(w.field, w.start, w.text) for w in found[ground]] == [("text", 2, words)]


def test_a_plain_dispute_shows_no_ground() -> None:
    assert suspected("房东不退押金", "合同到期，押金不退，希望调解。") == {}


def test_every_ground_tells_another_route_and_its_rule_is_in_the_book() -> None:
    for ground in GROUNDS.values():
        assert ground.route_zh
        assert ground.route_en
        assert any(citation(ground.code, here, ON) for here in (NATION, WEIFANG)), ground.code


# The notice


def test_a_notice_says_reason_article_route_and_rights_in_both_languages() -> None:
    rule = rule_of("party_unwilling")
    notice = refusal_notice.compose(d.CODE, "长治路派出所", ON, rule, "")
    for words in (d.CODE, "一方当事人明确拒绝调解", rule.article, rule.zh, "12348", "起诉", "信访", "2026年11月24日"):
        assert words in notice.zh
    for words in (d.CODE, "One party clearly refuses mediation", rule.en, "12348", "sue", "petition", "2026-11-24"):
        assert words in notice.en


def test_a_route_in_the_officer_s_own_words_stands_in_both_languages() -> None:
    notice = refusal_notice.compose(d.CODE, d.STATION, ON, rule_of("crime"), "杏花岭分局刑侦大队")
    assert "杏花岭分局刑侦大队" in notice.zh
    assert "杏花岭分局刑侦大队" in notice.en


def test_a_notice_is_fixed_by_its_hash() -> None:
    notice = refusal_notice.compose(d.CODE, d.STATION, ON, rule_of("crime"), "")
    assert refusal_notice.compose(d.CODE, d.STATION, ON, rule_of("crime"), "") == notice
    assert refusal_notice.fixed(notice.zh, notice.en) == notice.sha256
    assert refusal_notice.fixed(notice.zh + " ", notice.en) != notice.sha256
