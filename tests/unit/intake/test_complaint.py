"""A complaint about somebody who works here lies one level above them."""

import pytest

from services.intake.domain import complaint, report
from shared.eventsourcing.testing import Specification
from tests.unit.intake import desk as d

given = Specification(report.report)


@pytest.mark.parametrize(
    ("about", "level"),
    [
        ((), "desk"),
        (("account-guo",), "station"),
        (("account-gone",), "station"),
        (("account-wang",), "city"),
        (("account-guo", "account-wang"), "city"),
        (("post:community_officer",), "station"),
        (("post:mediator", "post:volunteer"), "station"),
        (("post:station_leader",), "city"),
    ],
)
def test_a_complaint_goes_to_the_level_above_whomever_it_is_about(about: tuple[str, ...], level: str) -> None:
    roles = {"account-guo": ["community_officer"], "account-wang": ["mediator", "station_leader"], "account-gone": []}
    assert complaint.level(about, roles) == level


def test_a_complaint_says_with_every_step_whom_it_is_kept_from() -> None:
    received = d.changed(d.received, about=("post:auxiliary",), level="station")
    told = d.changed(d.classified("service"), about=("post:auxiliary",), level="station")
    given(received).when(d.classify("service")).then(told)


@pytest.mark.parametrize("complains", [{"about": ("account-guo",)}, {"level": "station"}])
def test_a_complaint_about_somebody_here_is_never_mediated_here(complains: dict[str, object]) -> None:
    given(d.changed(d.received, **complains), d.classified()).when(d.admit).then_refused(report.ComplaintIsNotMediated)
