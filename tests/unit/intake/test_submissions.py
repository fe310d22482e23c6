"""Rules of a report on its way in: what is cleaned, what is refused, and the code that it gets."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.intake.application.submissions import Draft, Where, case_code, draft_of
from shared.contracts.reports import ReportSubmitted
from shared.eventsourcing.commands import derived_id

MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def draft(**fields: object) -> Draft:
    plain = {
        "report": "r1",
        "channel": "chat",
        "external_id": "1",
        "subject": "噪音",
        "reported_at": MONDAY,
        "station": "czl",
    }
    return Draft.model_validate(plain | {"station": "czl"} | fields)


@given(st.text(max_size=60))
def test_a_text_loses_its_control_characters_and_nothing_else(text: str) -> None:
    if any("\ud800" <= c <= "\udfff" for c in text):
        with pytest.raises(ValidationError):
            draft(text=text)
    else:
        assert draft(text=text).text == "".join(c for c in text if c in "\n\t" or not (c < " " or c == "\x7f"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": ""},
        {"subject": " \n"},
        {"subject": "\x00"},
        {"external_id": "\x07"},
        {"external_id": "1" * 121},
        {"subject": "字" * 501},
        {"text": "字" * 200_001},
        {"text": "\ud83d"},
        {"station": ""},
        {"station": "c\x00"},
        {"where": {"grid": "\x00"}},
        {"where": {"street": "1"}},
        {"reported_at": datetime(1, 1, 1, tzinfo=UTC)},
        {"reported_at": datetime(9999, 12, 31, tzinfo=UTC)},
        {"reported_at": MONDAY.replace(tzinfo=None)},
        {"channel": "letter"},
        {"reporter_phone": "1" * 41},
    ],
    ids=str,
)
def test_what_no_read_model_could_hold_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        draft(**wrong)


def test_who_gave_a_name_or_a_phone_is_a_person_and_nobody_else() -> None:
    assert draft(reporter_name="何").is_named
    assert draft(reporter_phone="1").is_named
    assert not draft().is_named
    assert not draft(reporter_name="\x00").is_named


def test_a_person_is_known_within_one_report_only() -> None:
    assert draft(report="r1").person == draft(report="r1").person != draft(report="r2").person


def test_a_submission_without_a_station_belongs_to_the_one_that_hears_it() -> None:
    told = {"channel": "chat", "external_id": "1", "subject": "噪音", "text": "", "reported_at": MONDAY, "grid": "g3"}
    here = draft_of(ReportSubmitted.model_validate(told), "r1", "czl")
    there = draft_of(ReportSubmitted.model_validate(told | {"station": "jnl"}), "r1", "czl")
    assert (here.station, there.station) == ("czl", "jnl")
    assert here.where == Where(grid="g3")


@given(st.uuids(), st.integers(0, 40_000_000).map(lambda minutes: MONDAY - timedelta(minutes=minutes)))
def test_a_code_bears_its_day_and_no_letter_that_is_taken_for_a_figure(id_: uuid.UUID, at: datetime) -> None:
    code = case_code(str(id_), at)
    assert re.fullmatch(r"WG-\d{6}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code)
    assert code == case_code(str(id_), at)


def test_the_day_of_a_code_is_the_day_at_the_station_not_in_greenwich() -> None:
    just_after_midnight = datetime(2020, 8, 30, 16, 30, tzinfo=UTC)
    assert case_code("0197f2a4-5c1e", just_after_midnight) == "WG-200831-06BZ-592W"


def test_ten_thousand_reports_have_ten_thousand_codes() -> None:
    assert len({case_code(derived_id("report", n), MONDAY) for n in range(10_000)}) == 10_000
