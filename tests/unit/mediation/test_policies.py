"""What mediation does on hearing of a report."""

from datetime import date

import pytest

from services.mediation.application.policies import Asked, dispute_id, react
from services.mediation.domain import commands, events, refusals
from shared.contracts.cases import ItemFulfilled
from shared.contracts.envelope import Contract
from shared.contracts.reports import DisputeAdmitted, Place, ReportClassified, ReportWithdrawn
from shared.contracts.vocabulary import Contact, Personal
from shared.eventsourcing.sealed import Sealed
from tests.unit.mediation import building as b


def sealed(personal: Personal) -> Sealed:
    return Sealed(of=personal.of, box=personal.box)


def travelling(of: str, value: str) -> Personal:
    return Personal(of=of, box=f"s1.{value}")


ADMITTED = DisputeAdmitted(
    report="r25",
    code=b.CODE,
    station=b.STATION,
    place=Place(community="c2", grid="g7", compound="tower-b"),
    category="home_purchase",
    headline=travelling("report-25", "unfinished-building"),
    story=travelling("report-25", "twenty-five-owners-wait-since-2008"),
    reporter=Contact(person=b.OWNER, name=travelling(b.OWNER, "name"), phone=travelling(b.OWNER, "phone")),
    occurred_on=date(2008, 6, 1),
    admitted_at=b.MONDAY,
)


def test_an_admitted_dispute_is_opened() -> None:
    dispute = dispute_id("r25")
    asked = commands.OpenDispute.model_validate(dict(b.open_dispute) | {"dispute": dispute})
    assert react(ADMITTED, sealed) == [Asked(dispute, asked)]


def test_hearing_it_twice_asks_for_the_same_dispute() -> None:
    assert react(ADMITTED, sealed) == react(ADMITTED, sealed)


def test_the_dispute_of_a_report_is_the_same_for_ever() -> None:
    assert dispute_id("r25") == "851f60fa65ae5d73b9147da2f41688af"


def test_each_report_has_a_dispute_of_its_own() -> None:
    assert len({dispute_id(f"r{number}") for number in range(100)}) == 100


@pytest.mark.parametrize(
    ("reporter", "applicant"),
    [(None, None), (Contact(person=b.OWNER), events.Contact(person=b.OWNER))],
)
def test_an_anonymous_report_is_opened_as_well(reporter: Contact | None, applicant: events.Contact | None) -> None:
    ((_, asked),) = react(b.changed(ADMITTED, reporter=reporter), sealed)
    assert isinstance(asked, commands.OpenDispute)
    assert asked.applicant == applicant


@pytest.mark.parametrize("why", [None, travelling("report-25", "we-settled-it-ourselves")])
def test_a_report_taken_back_is_noted_with_its_reason_if_there_is_one(why: Personal | None) -> None:
    told = ReportWithdrawn(report="r25", code=b.CODE, reason=why, withdrawn_at=b.TUESDAY)
    noted = b.changed(b.note_withdrawal, reason=None if why is None else sealed(why))
    assert react(told, sealed) == [Asked(dispute_id("r25"), noted)]


def test_an_admission_that_cannot_be_opened_is_refused_and_blocks_nobody() -> None:
    with pytest.raises(refusals.AdmissionUnusable, match="report r25 cannot be opened as a dispute, for its category:"):
        react(b.changed(ADMITTED, category=""), sealed)


@pytest.mark.parametrize(
    "contract",
    [
        ReportClassified(report="r25", code=b.CODE, kind="dispute", classified_at=b.MONDAY),
        ItemFulfilled(case="d25", code=b.CODE, station=b.STATION, at=b.MONDAY, item=1),
    ],
)
def test_nothing_else_asks_anything_of_mediation(contract: Contract) -> None:
    assert react(contract, sealed) == []
