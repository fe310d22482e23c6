"""A device's clock beside ours: ahead, behind, in another zone, or nobody knows."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.intake.domain.arrival import TOLERANCE, reading
from tests.unit.intake import desk as d

HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")


def test_a_clock_that_agrees_with_ours_changes_nothing() -> None:
    told = reading(d.MONDAY - HOUR, d.MONDAY, d.MONDAY + timedelta(seconds=3), directly=True)
    assert (told.clock, told.off_by_seconds, told.corrected) == ("agrees", -3, d.MONDAY - HOUR)


@pytest.mark.parametrize(("off", "clock"), [(2 * HOUR, "ahead"), (-2 * HOUR, "behind")])
def test_a_clock_that_is_off_is_noted_and_what_it_told_can_be_corrected(off: timedelta, clock: str) -> None:
    told = reading(d.MONDAY - 3 * HOUR + off, d.MONDAY + off, d.MONDAY, directly=True)
    assert (told.clock, told.off_by_seconds) == (clock, off.total_seconds())
    assert told.corrected == d.MONDAY - 3 * HOUR
    assert told.occurred_at == d.MONDAY - 3 * HOUR + off, "what was told stays as it was told"


def test_the_way_of_a_message_is_no_wrong_clock() -> None:
    assert reading(d.MONDAY, d.MONDAY, d.MONDAY + TOLERANCE, directly=True).clock == "agrees"
    assert reading(d.MONDAY, d.MONDAY, d.MONDAY - TOLERANCE, directly=True).clock == "agrees"


def test_of_a_device_that_does_not_tell_its_time_nothing_is_known() -> None:
    told = reading(d.MONDAY - HOUR, None, d.MONDAY, directly=True)
    assert (told.clock, told.off_by_seconds, told.corrected) == ("unknown", None, d.MONDAY - HOUR)


def test_only_a_clock_that_is_ahead_tells_of_what_has_not_happened_yet() -> None:
    told = reading(d.MONDAY + HOUR, None, d.MONDAY, directly=True)
    assert (told.clock, told.off_by_seconds) == ("ahead", 3_600)
    assert told.corrected == d.MONDAY + HOUR, "at least so much: too little to correct it by"


def test_a_message_that_lay_in_a_queue_does_not_make_a_clock_slow() -> None:
    assert reading(d.MONDAY - 9 * HOUR, d.MONDAY - 8 * HOUR, d.MONDAY, directly=False).clock == "unknown"
    assert reading(d.MONDAY, d.MONDAY + HOUR, d.MONDAY, directly=False).clock == "ahead"


def test_the_hour_that_comes_twice_when_summer_time_ends_is_two_hours() -> None:
    """02:30 of 25 October 2026 in Berlin: first at +02:00, then at +01:00."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    second = first.replace(fold=1)
    now = datetime(2026, 10, 25, 3, 0, tzinfo=BERLIN)
    told = [reading(at, None, now, directly=True) for at in (second, first)]
    kept = [type(each).model_validate_json(each.model_dump_json()) for each in told]
    assert [each.occurred_at.isoformat()[-6:] for each in kept] == ["+01:00", "+02:00"], "each keeps its own offset"
    assert kept[0].occurred_at - kept[1].occurred_at == HOUR
    assert [each.clock for each in kept] == ["unknown", "unknown"]
