"""Problems: every failure is told in one form, in the reader's language, and leaks nothing."""

import json

import httpx2
import pytest
from fastapi import FastAPI

from shared.web.languages import Languages
from shared.web.problems import Problem, lost_race, pointer, refused

REPORTS = "/intake/api/v1/reports"
KEY = {"Idempotency-Key": '"k1"'}
ENGLISH = {"Accept-Language": "en"}


async def test_a_problem_has_the_members_of_the_rfc(signed_in: httpx2.AsyncClient) -> None:
    answer = await signed_in.get(f"{REPORTS}/r9", headers=ENGLISH)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert {name: told[name] for name in ("type", "title", "status", "detail", "instance")} == {
        "type": "urn:wangge:problem:not-found",
        "title": "Not found",
        "status": 404,
        "detail": "There is no report r9.",
        "instance": f"{REPORTS}/r9",
    }
    assert len(told["trace_id"]) == 32


async def test_a_problem_speaks_the_language_that_is_asked_for(signed_in: httpx2.AsyncClient) -> None:
    chinese = await signed_in.get(f"{REPORTS}/r9", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"})
    assert (chinese.json()["title"], chinese.headers["content-language"]) == ("找不到", "zh-CN")
    english = await signed_in.get(f"{REPORTS}/r9", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert (english.json()["title"], english.headers["content-language"]) == ("Not found", "en")
    assert (await signed_in.get(f"{REPORTS}/r9")).json()["title"] == "找不到"


async def test_each_thing_that_is_wrong_is_pointed_at_and_no_value_is_repeated(signed_in: httpx2.AsyncClient) -> None:
    body = {"tags": [1, "13812345678x"], "reported_at": "2026-08-28T18:00:00", "colour~/": 1}
    answer = await signed_in.post(REPORTS, json=body, headers={**KEY, **ENGLISH})
    assert answer.status_code == 422
    found = {fault["pointer"]: fault["detail"] for fault in answer.json()["errors"]}
    assert found == {
        "#/text": "This is required.",
        "#/tags/1": "This must be a whole number.",
        "#/reported_at": "This must say its time zone, such as +08:00.",
        "#/colour~0~1": "This is not known here.",
    }
    assert "13812345678" not in answer.text


async def test_what_is_wrong_is_told_in_chinese_with_its_numbers(signed_in: httpx2.AsyncClient) -> None:
    answer = await signed_in.post(REPORTS, json={"text": "长" * 21}, headers=KEY)
    assert answer.json()["errors"] == [{"detail": "最多 20 个字符。", "pointer": "#/text", "code": "string_too_long"}]


async def test_a_parameter_that_is_wrong_is_named(signed_in: httpx2.AsyncClient) -> None:
    answer = await signed_in.get(f"{REPORTS}?limit=0", headers=ENGLISH)
    assert answer.status_code == 422
    assert answer.json()["errors"][0] == {
        "detail": "This must be at least 1.",
        "parameter": "limit",
        "code": "greater_than_equal",
    }


@pytest.mark.parametrize("body", [b"{broken", b"\xff\xfe", b"", b"[1]", b'"text"'])
async def test_a_body_that_cannot_be_read_is_malformed(signed_in: httpx2.AsyncClient, body: bytes) -> None:
    headers = {**KEY, "Content-Type": "application/json"}
    answer = await signed_in.post(REPORTS, content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.json()["type"].startswith("urn:wangge:problem:")


async def test_unknown_addresses_and_methods_are_problems_too(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/nowhere")).json()["type"] == "urn:wangge:problem:not-found"
    wrong = await client.delete("/intake/sign-in")
    assert (wrong.status_code, wrong.json()["type"]) == (405, "urn:wangge:problem:method-not-allowed")
    assert "allow" in wrong.headers


async def test_a_failure_of_the_program_leaks_nothing_and_is_logged_with_its_number(
    client: httpx2.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await client.get("/intake/api/v1/failure")
    assert answer.status_code == 500
    assert "swordfish" not in answer.text
    assert "RuntimeError" not in answer.text
    told = answer.json()
    assert told["incident"] in told["detail"]
    logged = capsys.readouterr().out
    assert told["incident"] in logged
    assert "swordfish" in logged
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_browser_gets_a_page_and_its_api_data(browser: httpx2.AsyncClient) -> None:
    page = await browser.get("/nowhere")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "找不到" in page.text
    assert (await browser.get(f"{REPORTS}/r9")).headers["content-type"] == "application/problem+json"


async def test_a_failing_problem_page_is_still_a_problem(
    app: FastAPI, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def problem(self, *_: object) -> None:
            raise RuntimeError("the layout is broken")

    monkeypatch.setattr(app.state, "problem_pages", Broken())
    answer = await client.get("/nowhere", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:wangge:problem:unexpected"


def test_a_refusal_of_the_domain_is_409_with_a_slug_of_its_own() -> None:
    problem = refused("already-settled", "The dispute %(code)s is settled.", code="D7", extra={"version": 4})
    told = problem.told(Languages(), "en")
    assert told == {
        "version": 4,
        "type": "urn:wangge:problem:already-settled",
        "title": "Refused by a rule",
        "status": 409,
        "detail": "The dispute D7 is settled.",
    }


def test_a_lost_race_is_412_where_a_version_was_named() -> None:
    assert lost_race("x").status == 409
    assert lost_race("x", by_precondition=True).status == 412


def test_extra_members_never_replace_those_of_the_rfc() -> None:
    problem = Problem(409, "a", "T", extra={"status": 200, "type": "x"})
    assert json.dumps(problem.told(Languages(), "en")) == json.dumps(
        {"status": 409, "type": "urn:wangge:problem:a", "title": "T"}
    )


def test_a_pointer_escapes_its_signs() -> None:
    assert pointer([]) == "#"
    assert pointer(["a/b", 0, "~"]) == "#/a~1b/0/~0"
