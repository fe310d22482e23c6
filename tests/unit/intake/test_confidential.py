"""Anonymous and confidential reports: who may be known, and where their name lies."""

import pytest
from pydantic import ValidationError

from services.intake.application import submissions
from services.intake.domain import report
from shared.eventsourcing.testing import Specification
from tests.unit.intake import desk as d
from tests.unit.intake.test_submissions import draft

given = Specification(report.report)

HIDDEN = report.Reporter(person=d.PERSON)
IDENTITY = report.Identity(name=d.box("identity-1", "name"), phone=d.box("identity-1", "phone"))
HELPER = report.FiledBy(person="person-son", relation="family", consent="spoken")
confidential = {"confidentiality": "confidential", "reporter": HIDDEN, "identity": IDENTITY}
anonymous = {"confidentiality": "anonymous", "reporter": None}


@pytest.mark.parametrize("asked", [confidential, anonymous, {"filed_by": HELPER}, {"public": True}])
def test_a_report_keeps_how_it_was_filed(asked: dict[str, object]) -> None:
    given().when(d.changed(d.register_report, **asked)).then(d.changed(d.received, **asked))


@pytest.mark.parametrize("known", [{"reporter": HIDDEN}, {"identity": IDENTITY}, {"filed_by": HELPER}], ids=str)
def test_an_anonymous_report_has_nobody_behind_it(known: dict[str, object]) -> None:
    given().when(d.changed(d.register_report, **(anonymous | known))).then_refused(report.AnonymousHasNoReporter)


@pytest.mark.parametrize("unknown", [{"reporter": None}, {"identity": None}], ids=str)
def test_a_confidential_report_hides_somebody(unknown: dict[str, object]) -> None:
    asked = d.changed(d.register_report, **(confidential | unknown))
    given().when(asked).then_refused(report.ConfidentialNeedsAReporter)


@pytest.mark.parametrize(
    "wrong",
    [
        {"confidentiality": "anonymous", "reporter_name": "何"},
        {"confidentiality": "anonymous", "reporter_phone": "1"},
        {"confidentiality": "anonymous", "filed_by": {"relation": "family", "consent": "spoken"}},
        {"confidentiality": "confidential"},
        {"filed_by": {"relation": "family"}},
        {"about": ["post:mayor"]},
        {"about": ["a|b"]},
        {"point": {"longitude": 181, "latitude": 0}},
    ],
    ids=str,
)
def test_a_draft_is_refused_for_the_same_before_anything_is_sealed(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        draft(**wrong)


def test_a_place_on_the_map_is_kept_to_a_metre() -> None:
    point = report.Point(longitude=112.54890001234, latitude=37.870595678)
    assert (point.longitude, point.latitude) == (112.5489, 37.8706)


def test_half_a_point_is_none() -> None:
    assert submissions.point_of(112.5, None) is None
    assert submissions.point_of(None, 37.8) is None
    assert submissions.point_of(112.5, 37.8) == report.Point(longitude=112.5, latitude=37.8)
