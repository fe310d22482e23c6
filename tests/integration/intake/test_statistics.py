"""Statistics through intake's API and page: the unknown stays unknown, a late report shows, figures are explained."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

from tests.integration.intake.conftest import Desk, form_token

pytestmark = pytest.mark.asyncio(loop_scope="session")
SOURCE = "=派出所统计"


def stated(kind: str, first_day: str, last_day: str, count: int) -> dict[str, object]:
    return {"kind": kind, "first_day": first_day, "last_day": last_day, "count": count, "source": SOURCE}


async def seed(desk: Desk, community: str) -> None:
    assert (await desk.put(f"/communities/{community}", {"name": community, "station": "czl"})).status_code == 200
    quiet = [stated(kind, "2020-01-01", "2020-08-31", 0) for kind in ("criminal", "public_order", "fraud", "accident")]
    year = [stated("criminal", "2019-01-01", "2019-12-31", 16), stated("public_order", "2019-01-01", "2019-12-31", 52)]
    assert (await desk.post(f"/communities/{community}/entries", {"incidents": [*year, *quiet]})).status_code == 200
    await desk.caught_up()


async def test_a_late_report_opens_the_quiet_days_again_and_striking_it_closes_them(desk: Desk) -> None:
    await seed(desk, "quiet")
    months = {"community": "quiet", "first_day": "2020-01-01", "last_day": "2020-08-31"}
    assert (await desk.get("/statistics/incidents", **months)).json()["counts"]["public_order"] == 0
    at = {"community": "quiet", "until": "2020-08-31"}
    assert (await desk.get("/statistics/quiet-days", **at)).json()["days"] == 244

    late = {"incident": "110-7", "kind": "public_order", "on": "2020-05-05", "source": "110"}
    refused = await desk.post("/communities/quiet/incidents", late)
    assert (refused.status_code, refused.json()["type"]) == (404, "urn:wangge:problem:book-not-opened")
    assert (await desk.post("/communities/quiet/incident-book", {"first_day": "2020-09-01"})).status_code == 200
    entered = await desk.post("/communities/quiet/incidents", late)
    assert entered.status_code == 201

    told = (await desk.get("/statistics/quiet-days", **at, after=entered.json()["position"])).json()
    assert (told["days"], told["reopened"], told["last"]["incident"]) == (118, True, "110-7")
    assert told["last"]["position"] == entered.json()["position"]
    found = (await desk.get("/statistics/incidents", **months)).json()
    (figure,) = [one for one in found["figures"] if one["kind"] == "public_order"]
    assert (figure["count"], figure["late"]) == (1, 1)
    assert [one["what"] for one in figure["because"]] == ["statement", "incident"]

    struck = await desk.post("/communities/quiet/incidents/110-7/strike", {"reason": "不是本社区"})
    assert (await desk.get("/statistics/quiet-days", **at, after=struck.json()["position"])).json()["days"] == 244
    (entry,) = (await desk.get("/communities/quiet/incidents")).json()
    assert (entry["struck"], entry["reason"]) == (True, "不是本社区")


async def test_like_for_like_shows_the_unknown_months_of_2019_and_its_full_year_apart(desk: Desk) -> None:
    await seed(desk, "beside")
    asked = {"community": "beside", "through": "2020-08-31"}
    criminal, *_ = (await desk.get("/statistics/comparison", **asked)).json()
    assert [(month["before"]["count"], month["now"]["count"]) for month in criminal["months"]] == [(None, 0)] * 8
    assert criminal["same_months_before"]["count"] is None
    assert criminal["full_year_before"]["count"] == 16
    assert criminal["full_year_now"] is None


async def test_a_file_of_figures_holds_no_formula(desk: Desk) -> None:
    await seed(desk, "files")
    asked = {"community": "files", "first_day": "2019-01-01", "last_day": "2019-12-31"}
    text = (await desk.get("/statistics/incidents", **asked, format="csv")).content.decode("utf-8-sig")
    assert "刑事案件,2019-01-01,2019-12-31,16" in text
    sheet = load_workbook(BytesIO((await desk.get("/statistics/incidents", **asked, format="xlsx")).content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert [cell.value for cell in sheet[2]][4] == 16


async def test_who_may_not_see_a_community_is_told_no_figure_of_it(desk: Desk) -> None:
    await seed(desk, "other")
    stranger = await desk.account("head-of-elsewhere", {"role": "auxiliary", "station": "czl", "community": "else"})
    asked = {"community": "other", "first_day": "2019-01-01", "last_day": "2019-12-31"}
    refused = await stranger.get("/intake/api/v1/statistics/incidents", params=asked)
    assert refused.status_code == 403
    unknown = await desk.get("/statistics/incidents", **{**asked, "community": "nowhere"})
    assert unknown.status_code == 404
    backwards = await desk.get("/statistics/incidents", **{**asked, "first_day": "2020-01-01"})
    assert backwards.status_code == 422


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "未知"), ("en", "unknown")])
async def test_the_page_says_what_is_unknown_and_takes_entries(desk: Desk, language: str, word: str) -> None:
    community = f"page-{language.lower()}"
    await seed(desk, community)
    browser = await desk.browser(language)
    shown = await browser.get("/intake/statistics", params={"community": community, "through": "2020-08-31"})
    assert shown.status_code == 200
    assert word in shown.text
    assert "244" in shown.text
    secret = {"form_token": form_token(shown.text), "community": community}
    opened = await browser.post(
        "/intake/statistics/book", data={**secret, "idempotency_key": f"b-{language}", "first_day": "2020-09-01"}
    )
    assert opened.status_code == 303
    entry = {**secret, "incident": "i1", "kind": "accident", "source": "119"}
    future = await browser.post(
        "/intake/statistics/incidents", data={**entry, "idempotency_key": f"f-{language}", "on": "2199-01-01"}
    )
    assert future.status_code == 409
    assert "2199-01-01" in future.text
    done = await browser.post(
        "/intake/statistics/incidents", data={**entry, "idempotency_key": f"i-{language}", "on": "2020-07-01"}
    )
    assert done.status_code == 303
    again = await browser.get(done.headers["location"])
    assert "119" in again.text


async def test_the_three_rates_drill_down_to_their_reports(desk: Desk) -> None:
    assert (await desk.put("/communities/rated", {"name": "rated", "station": "czl"})).status_code == 200
    place = {"community": "rated"}
    admitted = await desk.admitted(place=place)
    refused = await desk.register(place=place)
    routes = {"reason": "another_body", "other_route": "向劳动监察大队投诉"}
    assert (await desk.post(f"/reports/{refused['id']}/refuse", routes)).status_code == 200
    waiting = await desk.register(place=place)
    await desk.caught_up()

    asked = {"community": "rated", "first_day": "2020-01-01", "last_day": "2039-12-31"}
    told = (await desk.get("/statistics/rates", **asked)).json()
    rates = {one["rate"]: (one["part"], one["whole"]) for one in told["rates"]}
    assert (rates, told["refused"]) == ({"answered": (2, 3), "solved": (0, 2), "satisfied": (0, 0)}, 1)
    against = (await desk.get("/statistics/rates/answered/reports", **asked, good=False)).json()
    assert [one["code"] for one in against] == [waiting["code"]]
    unsolved = (await desk.get("/statistics/rates/solved/reports", **asked, good=False)).json()
    assert {one["code"] for one in unsolved} == {waiting["code"], admitted["code"]}
    assert (await desk.get("/statistics/rates", **asked, format="csv")).headers["content-type"].startswith("text/csv")

    browser = await desk.browser("zh-CN")
    page = await browser.get("/intake/statistics/rates/answered", params={**asked, "good": "false"})
    assert (page.status_code, waiting["code"] in page.text) == (200, True)
