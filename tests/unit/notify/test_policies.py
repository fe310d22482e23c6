"""Who is told of what: each person once, however often the fact is heard."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from services.notify.application.policies import Asked, FactUnusable, Route, react, route
from services.notify.application.templates import CATALOGUE
from shared.contracts.cases import Case, CaseOpened, CaseSettled, MemberAppointed, SessionScheduled
from shared.contracts.duty import AlarmRaised, AskedToGo
from shared.contracts.envelope import Contract
from shared.contracts.register import PersonErased
from shared.contracts.reports import ReportMerged, ReportUnmerged
from shared.contracts.vocabulary import Contact, Personal
from shared.eventsourcing.sealed import Sealed
from tests.unit.notify.examples import MONDAY, at

LI = Contact(
    person="person-li",
    name=Personal(of="person-li", box="s1.bmFtZQ"),
    phone=Personal(of="person-li", box="s1.cGhvbmU"),
)
ZHAO = Contact(person="person-zhao")
appointed = MemberAppointed(
    case="case-basement",
    code="WG-2026-000018",
    station="wangfu",
    at=MONDAY,
    member=ZHAO,
    account="zhao",
    seat="auxiliary",
    group_complete=True,
)
scheduled = SessionScheduled(
    case="case-basement",
    code="WG-2026-000018",
    station="wangfu",
    at=MONDAY,
    session=1,
    begins_at=at(600),
    place="社区调解室",
    tell=(LI, ZHAO, LI),
)
settled = CaseSettled(
    case="case-basement", code="WG-2026-000018", station="wangfu", at=at(700), settled_same_day=True, tell=(LI, ZHAO)
)
opened = CaseOpened(
    case="case-basement",
    code="WG-2026-000018",
    station="wangfu",
    at=MONDAY,
    report="report-18",
    category="tenancy",
    headline=Personal(of="report-18", box="s1.aGVhZA"),
    same_day_target=at(600),
)


MERGED: Any = {
    "report": "r1",
    "code": "WG-1",
    "parent": "r2",
    "parent_code": "WG-2",
    "station": "wangfu",
    "reporter": LI,
}


def alarm_of(why: str) -> AlarmRaised:
    return AlarmRaised.model_validate(
        {
            "visit": "visit-1",
            "station": "wangfu",
            "account": "account-guo",
            "why": why,
            "rung": "partner",
            "told": ("account-ma",),
            "raised_at": MONDAY,
        }
    )


alarm = alarm_of("missed")
asked_to_go = AskedToGo(
    dispatch="dispatch-1",
    request="request-1",
    code="WG-1",
    station="wangfu",
    person="account-ma",
    account="account-ma",
    begins_at=at(60),
    ends_at=at(120),
    asked_at=MONDAY,
)
merged = ReportMerged(**MERGED, merged_at=MONDAY)
taken_out = ReportUnmerged(**MERGED, unmerged_at=MONDAY)


def sealed(value: Personal) -> Sealed:
    return Sealed(of=value.of, box=value.box)


def told(contract: Contract, *, webhook: bool = True) -> list[Asked]:
    return react(contract, sealed, now=at(1), webhook_configured=webhook)


def changed(contract: Case, **fields: object) -> Case:
    return type(contract)(**{**dict(contract), **fields})


def test_a_member_is_told_of_the_appointment_in_the_inbox_of_their_account() -> None:
    [(delivery, command)] = told(appointed)
    assert delivery == command.about.delivery
    assert (command.about.template, command.about.person, command.about.channel) == (
        "group-appointed",
        "person-zhao",
        "inbox",
    )
    assert (command.account, command.station, command.now) == ("zhao", "wangfu", at(1))
    assert (command.name, command.phone) == (None, None)
    assert command.variables == {"code": "WG-2026-000018", "seat": "auxiliary"}


def test_each_party_of_a_session_is_told_once_with_time_and_place() -> None:
    commands = [command for _, command in told(scheduled)]
    assert [command.about.person for command in commands] == ["person-li", "person-zhao"]
    assert {command.about.channel for command in commands} == {"webhook"}
    assert len({command.about.notice for command in commands}) == 1
    assert commands[0].phone == Sealed(of="person-li", box="s1.cGhvbmU")
    assert commands[0].variables == {
        "code": "WG-2026-000018",
        "session": "1",
        "begins_at": "2026-11-23T11:30:00+00:00",
        "place": "社区调解室",
    }


def test_reporter_and_parties_are_told_that_it_is_settled() -> None:
    assert [(c.about.template, c.about.person) for _, c in told(settled)] == [
        ("case-settled", "person-li"),
        ("case-settled", "person-zhao"),
    ]


def test_whose_report_was_merged_or_taken_out_is_told_and_of_the_other_only_the_code() -> None:
    for contract, template in ((merged, "report-merged"), (taken_out, "report-unmerged")):
        [(_, command)] = told(contract)
        assert (command.about.template, command.about.person, command.about.case) == (template, "person-li", "r1")
        assert command.variables == {"code": "WG-1", "other": "WG-2"}
        rendered = CATALOGUE.render(template, 1, {"code": "WG-1", "other": "WG-2"})
        assert "WG-2" in rendered.zh.text
        assert "WG-2" in rendered.en.text


def test_an_alarm_reaches_each_account_in_the_inbox_and_by_the_webhook_at_each_step() -> None:
    first = [(c.about.person, c.account, c.about.channel, c.about.template) for _, c in told(alarm)]
    assert first == [
        ("account-ma", "account-ma", "inbox", "lone-alarm"),
        ("account-ma", "account-ma", "webhook", "lone-alarm"),
    ]
    assert [c.about.channel for _, c in told(alarm, webhook=False)] == ["inbox"]
    next_step = AlarmRaised(**{**dict(alarm), "rung": "colleague", "raised_at": at(10)})
    again = AlarmRaised(**{**dict(next_step), "raised_at": at(20)})
    deliveries = [delivery for one in (alarm, next_step, again) for delivery, _ in told(one)]
    assert len(set(deliveries)) == 6
    assert told(alarm) == told(alarm)


def test_an_alarm_for_nobody_on_duty_is_in_the_stations_inbox() -> None:
    nobody = AlarmRaised(**{**dict(alarm), "told": (), "why": "panic"})
    ((_, command),) = told(nobody, webhook=False)
    assert (command.account, command.station, command.about.template) == (None, "wangfu", "lone-help")


def test_who_is_asked_to_go_gets_a_message_and_a_volunteer_without_an_account_by_the_station() -> None:
    assert [(c.account, c.about.channel) for _, c in told(asked_to_go)] == [
        ("account-ma", "inbox"),
        ("account-ma", "webhook"),
    ]
    neighbour = AskedToGo(**{**dict(asked_to_go), "person": "person-li", "account": None})
    assert [(c.account, c.about.channel) for _, c in told(neighbour, webhook=False)] == [(None, "inbox")]


@pytest.mark.parametrize("urgent", [alarm_of("missed"), alarm_of("panic")], ids=["missed", "panic"])
def test_an_alarm_names_who_is_out_and_not_where(urgent: AlarmRaised) -> None:
    (_, command), *_ = told(urgent)
    values = {name: value for name, value in command.variables.items() if isinstance(value, str)}
    assert values.keys() == {"account", "raised_at"}
    rendered = CATALOGUE.render(command.about.template, 1, values)
    assert "account-guo" in rendered.zh.title
    assert "account-guo" in rendered.en.title


def test_merged_once_more_after_it_was_taken_out_is_told_anew() -> None:
    again = ReportMerged(**{**dict(merged), "merged_at": at(90)})
    assert told(again)[0].delivery != told(merged)[0].delivery


@pytest.mark.parametrize(
    "contract",
    [
        opened,
        PersonErased(person="person-li", at=MONDAY),
        ReportMerged(**{**MERGED, "reporter": None}, merged_at=MONDAY),
        ReportUnmerged(**{**MERGED, "reporter": None}, unmerged_at=MONDAY),
    ],
)
def test_what_concerns_nobody_here_plans_nothing(contract: Contract) -> None:
    assert told(contract) == []


@pytest.mark.parametrize("contract", [appointed, scheduled, settled])
def test_hearing_the_same_fact_again_plans_the_same_deliveries(contract: Case) -> None:
    elsewhere = changed(contract, at=contract.at.astimezone(timezone(timedelta(hours=8))))
    assert told(elsewhere) == told(contract)
    assert [delivery for delivery, _ in told(contract, webhook=False)] == [delivery for delivery, _ in told(contract)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (appointed, changed(appointed, seat="neighbour")),
        (appointed, changed(appointed, case="another")),
        (scheduled, changed(scheduled, session=2)),
        (scheduled, changed(scheduled, at=at(30), begins_at=at(900))),
        (settled, changed(settled, at=at(90_000))),
    ],
    ids=["another seat", "another case", "the next session", "the session moved", "settled again after a relapse"],
)
def test_another_fact_is_told_anew(one: Case, other: Case) -> None:
    assert {delivery for delivery, _ in told(one)}.isdisjoint(delivery for delivery, _ in told(other))


def test_the_ids_never_change_lest_everything_be_sent_again() -> None:
    assert [delivery for contract in (appointed, scheduled, settled) for delivery, _ in told(contract)] == [
        "a33cd60e-469d-5f3b-a331-b0e1203b81af",
        "a25725e1-d31a-584b-a405-20afe771744a",
        "507ac912-6dfd-5a94-89eb-8e6e532fbdfc",
        "133dd3e6-d6d8-5815-98ca-35f846f918e9",
        "ea6075fa-439c-5da7-aa10-7e0c59a42fba",
    ]


@pytest.mark.parametrize(
    ("contract", "field"),
    [
        (changed(appointed, case="c" * 121), "case"),
        (changed(appointed, account=""), "account"),
        (changed(settled, station=""), "station"),
        (changed(scheduled, begins_at=datetime.max.replace(tzinfo=timezone(-timedelta(hours=8)))), "time"),
    ],
)
def test_a_fact_that_cannot_be_made_known_is_refused_so_that_the_next_ones_go_on(contract: Case, field: str) -> None:
    with pytest.raises(FactUnusable, match=field):
        told(contract)


def test_the_channel_follows_from_account_and_settings() -> None:
    assert route("zhao", webhook_configured=True) == Route("inbox", "zhao")
    assert route("zhao", webhook_configured=False) == Route("inbox", "zhao")
    assert route(None, webhook_configured=True) == Route("webhook", None)
    assert route(None, webhook_configured=False) == Route("inbox", None)


@pytest.mark.parametrize("contract", [appointed, scheduled, settled])
def test_what_is_planned_can_be_rendered(contract: Case) -> None:
    for _, command in told(contract):
        values = {name: value for name, value in command.variables.items() if isinstance(value, str)}
        rendered = CATALOGUE.render(command.about.template, command.template_version, values)
        assert "WG-2026-000018" in rendered.zh.text
        assert "WG-2026-000018" in rendered.en.text
