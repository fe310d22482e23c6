"""The rules of an observation: known by nothing that was seen, never mediated, and gone when its time is over."""

from datetime import timedelta

import pytest

from services.intake.application.observations import schedule
from services.intake.application.submissions import Draft
from services.intake.domain import observation as o
from services.intake.domain import report
from services.intake.projections.likenesses import Likenesses
from shared.eventsourcing.projections import Recorded
from shared.eventsourcing.store import StoredEvent
from shared.eventsourcing.testing import Specification
from shared.eventsourcing.timers import Clear, Set
from tests.unit.intake import desk as d

given = Specification(o.observation)
given_report = Specification(report.report)

DUE = d.MONDAY + o.KEPT
expire = o.ExpireObservation(report=d.REPORT, code=d.CODE, expires_at=DUE, now=DUE)
expired = o.ObservationExpired(report=d.REPORT, code=d.CODE, expired_at=DUE)
seen = d.changed(d.received, channel="observation", external_id=d.REPORT, reporter=report.Reporter(person=d.PERSON))


def recorded(event: report.ReportReceived | o.ObservationExpired) -> Recorded:
    stored = StoredEvent(7, f"report-{d.REPORT}", 1, event.stored_as, 1, "command-1", b"{}", b"{}", b"", 0)
    return Recorded(event, stored)


def test_it_is_kept_for_thirty_days_and_expires_once() -> None:
    assert timedelta(days=30) == o.KEPT
    given().when(expire).then(expired)
    given(expired).when(expire).then_nothing_happens()


def test_it_does_not_go_before_its_time() -> None:
    given().when(d.changed(expire, now=DUE - timedelta(seconds=1))).then_refused(o.NotExpiredYet)


def test_its_clock_starts_when_it_comes_in_and_stops_when_it_has_expired() -> None:
    timer = f"observation-{d.REPORT}"
    assert schedule(recorded(seen)) == [Set(timer, DUE, "observation", d.REPORT, d.CODE, d.STATION)]
    assert schedule(recorded(expired)) == [Clear(timer)]
    assert schedule(recorded(d.received)) == []


@pytest.mark.parametrize(
    "fields", [{"external_id": "京A12345"}, {"reporter": None}, {"external_id": "京A12345", "reporter": None}]
)
def test_it_has_no_number_by_which_a_plate_could_be_looked_up(fields: dict[str, object]) -> None:
    command = d.changed(
        d.register_report, channel="observation", external_id=d.REPORT, reporter=report.Reporter(person=d.PERSON)
    )
    given_report().when(command).then(seen)
    given_report().when(d.changed(command, **fields)).then_refused(report.ObservationHasNoNumber)


def test_it_is_not_mediated() -> None:
    given_report(seen, d.classified()).when(d.admit).then_refused(report.ObservationIsNotMediated)


def test_its_words_go_with_whoever_saw_it_even_without_a_name() -> None:
    draft = Draft(
        report=d.REPORT,
        channel="observation",
        external_id=d.REPORT,
        subject="没见过的车",
        reported_at=d.MONDAY,
        station=d.STATION,
    )
    assert draft.persons == (draft.person,)
    assert Draft.model_validate({**draft.__dict__, "channel": "patrol"}).persons == ()


def test_it_is_likened_to_nothing() -> None:
    index = object.__new__(Likenesses)
    assert not index.concerns(recorded(seen))
    assert index.concerns(recorded(d.received))
