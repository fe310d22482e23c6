"""The demo community, as the running services tell it after a first start."""

import pytest

from tests.e2e.whole import Whole

pytestmark = pytest.mark.timeout(400)


def test_the_running_services_tell_the_figures_of_the_reported_community(whole: Whole) -> None:
    assert whole.answer("facts") == {
        "residents": 8926,
        "compounds": 18,
        "compounds_without_manager": 10,
        "grids": 11,
        "squads": 11,
        "building_heads": 54,
        "unit_heads": 160,
        "volunteers": 40,
        "groups": 19,
        "incidents_2019_criminal": 16,
        "incidents_2019_public_order": 52,
        "incidents_2020_january_august": 0,
        "building_parties": 25,
        "building_sessions": 2,
        "building_lifts_fitted": 2,
        "basement_tenants": 18,
        "basement_settled_same_day": True,
    }


def test_the_password_is_kept_where_only_the_owner_can_read_it(whole: Whole) -> None:
    kept = whole.data / "password"
    assert kept.read_text(encoding="utf-8").removeprefix("password:").strip() == whole.password
    assert kept.stat().st_mode & 0o077 == 0
    assert (whole.data / "demo-accounts.json").stat().st_mode & 0o077 == 0
