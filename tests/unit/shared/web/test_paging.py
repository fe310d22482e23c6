"""Lists: a cursor leads through all rows, and what is no cursor, position or version of ours is refused."""

import re

import httpx2
import pytest

from shared.web.paging import After, Cursor, decode, encode, parse_after
from shared.web.problems import Problem

REPORTS = "/intake/api/v1/reports"


async def test_following_the_links_shows_every_row_once(signed_in: httpx2.AsyncClient) -> None:
    rows: list[int] = []
    address: str | None = f"{REPORTS}?limit=50&kind=dispute"
    while address is not None:
        answer = await signed_in.get(address)
        rows += answer.json()["rows"]
        link = re.fullmatch(r'<(/[^>]*)>; rel="next"', answer.headers.get("link", ""))
        address = link.group(1) if link else None
        assert address is None or "kind=dispute" in address
    assert rows == list(range(120))


def test_a_cursor_survives_the_round_trip() -> None:
    cursor: Cursor = {"at": "2026-08-28T18:00:00Z", "id": "地下室", "position": 12, "none": None}
    text = encode(cursor)
    assert decode(text) == cursor
    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)


@pytest.mark.parametrize("text", ["", "é", "!!", "abc", "W10", "MQ", "eyJhIjp7fX0", "eyJhIjpbMV19", "A" * 5000])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Problem) as refusal:
        decode(text)
    assert (refusal.value.status, refusal.value.errors[0].parameter) == (422, "cursor")


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many", "1.5"])
async def test_a_limit_is_between_1_and_200(signed_in: httpx2.AsyncClient, limit: str) -> None:
    assert (await signed_in.get(f"{REPORTS}?limit={limit}")).status_code == 422


async def test_200_rows_can_be_asked_for(signed_in: httpx2.AsyncClient) -> None:
    assert len((await signed_in.get(f"{REPORTS}?limit=200")).json()["rows"]) == 120


def test_a_position_is_of_the_own_store_or_of_a_named_source() -> None:
    assert parse_after("120") == After(None, 120)
    assert parse_after("intake:120") == After("intake", 120)


@pytest.mark.parametrize("text", ["", "-1", "1.0", "intake:", ":1", "Intake:1", "intake:1:2", "１２", "9" * 19, " 1"])
async def test_what_is_no_position_is_refused(signed_in: httpx2.AsyncClient, text: str) -> None:
    answer = await signed_in.get(REPORTS, params={"after": text})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "after"


async def test_the_position_asked_for_reaches_the_handler(signed_in: httpx2.AsyncClient) -> None:
    assert (await signed_in.get(f"{REPORTS}?after=intake:7")).json()["after"] == ["intake", 7]
    assert (await signed_in.get(REPORTS)).json()["after"] is None


async def test_a_version_is_asked_for_by_if_match(signed_in: httpx2.AsyncClient) -> None:
    tag = (await signed_in.get(f"{REPORTS}/r1")).headers["etag"]
    answer = await signed_in.put(f"{REPORTS}/r1", headers={"If-Match": tag})
    assert answer.json() == {"version": 7}
    assert (await signed_in.put(f"{REPORTS}/r1")).json() == {"version": None}
    assert (await signed_in.put(f"{REPORTS}/r1", headers={"If-Match": "*"})).json() == {"version": None}


@pytest.mark.parametrize("tag", ['W/"7"', "7", '"x"', '"7", "8"'])
async def test_a_version_that_is_not_ours_matches_nothing(signed_in: httpx2.AsyncClient, tag: str) -> None:
    assert (await signed_in.put(f"{REPORTS}/r1", headers={"If-Match": tag})).status_code == 412
