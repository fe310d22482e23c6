"""Reports by HTTP: taken in once, listed, decided upon, and refused in words that help."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.intake.conftest import API, MORNING, Desk, opened, report

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Taking in


async def test_a_report_is_taken_in_with_a_code_a_suggestion_and_the_words_that_led_to_it(each_desk: Desk) -> None:
    desk = each_desk
    answer = await desk.post("/reports", report(external_id="12345-first"))
    told = answer.json()
    assert answer.status_code == 201
    assert told["suggestion"]["kind"] == "dispute"
    assert "押金" in "".join(told["suggestion"]["because"])
    assert told["advice"] is None
    shown = (await desk.get(f"/reports/{told['id']}", after=told["position"])).json()
    by_code = (await desk.get(f"/reports/{told['code']}")).json()
    assert shown == by_code
    assert (shown["subject"], shown["external_id"], shown["state"]) == ("房东不退押金", "12345-first", "received")
    assert shown["text"].startswith("合同到期后")
    assert datetime.fromisoformat(shown["reported_at"]) == datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


async def test_danger_to_life_is_told_first_of_all(desk: Desk) -> None:
    told = await desk.register(subject="有人要跳楼", text="六楼有人站在窗外要跳楼，快来人。")
    assert told["suggestion"]["danger_to_life"] is True
    assert "110" in told["advice"]


async def test_a_repeated_request_gets_the_same_answer_and_another_one_under_its_key_is_refused(
    each_desk: Desk,
) -> None:
    desk = each_desk
    body = report()
    first = await desk.post("/reports", body, key=f"once-{body['external_id']}")
    again = await desk.post("/reports", body, key=f"once-{body['external_id']}")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    other = await desk.post("/reports", report(), key=f"once-{body['external_id']}")
    assert other.status_code == 422
    assert other.json()["type"] == "urn:wangge:problem:idempotency-key-reused"


async def test_without_a_key_the_number_of_the_channel_tells_a_repetition(desk: Desk) -> None:
    body = report(external_id="12345-7")
    first = await desk.http.post(f"{API}/reports", json=body)
    again = await desk.http.post(f"{API}/reports", json=body)
    assert first.json() == again.json()
    changed = await desk.http.post(f"{API}/reports", json={**body, "text": "又来电说已经解决。"})
    assert changed.status_code == 422
    assert "12345-7" in changed.json()["detail"]
    elsewhere = await desk.http.post(f"{API}/reports", json={**body, "channel": "police_110"})
    assert elsewhere.json()["id"] != first.json()["id"]


async def test_two_callers_may_use_the_same_key(desk: Desk) -> None:
    other = await desk.account("guo", {"role": "community_officer", "station": "czl"})
    mine = await desk.post("/reports", report(), key="1")
    theirs = await other.post(f"{API}/reports", json=report(), headers={"Idempotency-Key": '"1"'})
    assert theirs.status_code == 201
    assert mine.json()["id"] != theirs.json()["id"]


async def test_fifty_requests_at_once_with_one_key_are_one_report(each_desk: Desk) -> None:
    desk = each_desk
    body = report()
    answers = await asyncio.gather(
        *(desk.post("/reports", body, key=f"at-once-{body['external_id']}") for _ in range(50))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    told = answers[0].json()
    assert await desk.types_of(told["id"]) == ["report-received"]
    page = await desk.get("/reports", external_id=body["external_id"], after=told["position"])
    assert len(page.json()["reports"]) == 1


async def test_everything_goes_on_without_kafka_and_readiness_says_what_is_missing(desk: Desk) -> None:
    told = await desk.register()
    assert (await desk.get(f"/reports/{told['id']}", after=told["position"])).status_code == 200
    live, ready = await desk.http.get("/health/live"), await desk.http.get("/health/ready")
    assert live.status_code == 200
    assert ready.status_code == 503
    assert "kafka" in ready.json()["checks"]
    assert "database" not in ready.json()["checks"]


@pytest.mark.asyncio(loop_scope="function")
async def test_what_was_taken_in_is_there_after_a_restart(database_url: str) -> None:
    async with opened(database_url) as desk:
        told = await desk.admitted()
    async with opened(database_url) as desk:
        shown = (await desk.get(f"/reports/{told['id']}", after=told["position"])).json()
        assert (shown["state"], shown["code"]) == ("admitted", told["code"])
        assert await desk.runtime.verify() > 0


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"colour": "red"}, "#/colour"),
        ({"place": {"communty": "wangfu"}}, "#/place/communty"),
        ({"channel": "letter"}, "#/channel"),
        ({"subject": ""}, "#/subject"),
        ({"subject": "\x00\x07"}, "#/subject"),
        ({"subject": " \n "}, "#/subject"),
        ({"external_id": "\x01"}, "#/external_id"),
        ({"reported_at": "2026-11-23T09:30:00"}, "#/reported_at"),
        ({"reported_at": "0001-01-01T00:00:00+14:00"}, "#/reported_at"),
        ({"reported_at": "9999-12-31T23:59:59-12:00"}, "#/reported_at"),
        ({"text": "字" * 200_001}, "#/text"),
        ({"station": "st\x00"}, "#/station"),
        ({"place": {"grid": "g" * 200}}, "#/place/grid"),
        ({"happened_at": "2999-01-01T00:00:00Z"}, "#/happened_at"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
async def test_what_is_wrong_with_a_body_is_named(desk: Desk, change: dict[str, Any], where: str) -> None:
    answer = await desk.post("/reports", report(**change))
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert where in [error["pointer"] for error in answer.json()["errors"]]


async def test_half_a_surrogate_pair_is_refused(desk: Desk) -> None:
    raw = '{"channel":"chat","external_id":"1","subject":"\\ud83d","reported_at":"2026-11-23T09:30:00Z"}'
    headers = {"Content-Type": "application/json"}
    answer = await desk.http.post(f"{API}/reports", content=raw.encode(), headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/subject"


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{", {"Content-Type": "application/json"}, 422),
        (b'{"channel": "chat"}', {"Content-Type": "text/plain"}, 422),
        (b"a" * (2 * 1024 * 1024 + 1), {"Content-Type": "application/json"}, 413),
        (b"\x1f\x8b", {"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
    ],
)
async def test_a_body_of_another_kind_or_size_is_refused(
    desk: Desk, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = await desk.http.post(f"{API}/reports", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.json()["type"].startswith("urn:wangge:problem:")


async def test_a_batch_may_be_larger_than_a_report(desk: Desk) -> None:
    rows = [{"line": n, "external_id": f"m-{n}", "subject": "噪音", "text": "字" * 100_000} for n in range(10)]
    answer = await desk.post("/reports/batch", {"file": "大.csv", "channel": "mailbox", "rows": rows})
    assert answer.json()["registered"] == 10


STRANGE = '=HYPERLINK("http://x") \x00\x07 😀👨‍👩‍👧 שלום مرحبا \u202eabc\u202c <script>alert(1)</script> {{ 7*7 }}'


async def test_strange_characters_are_kept_as_text_and_shown_harmlessly(each_desk: Desk) -> None:
    desk = each_desk
    told = await desk.register(subject=STRANGE[:200], text=STRANGE, reporter_name="=1+1 😀", external_id="=cmd|'x'!A1")
    shown = (await desk.get(f"/reports/{told['id']}", after=told["position"])).json()
    kept = STRANGE.replace("\x00", "").replace("\x07", "")
    assert (shown["text"], shown["reporter_name"], shown["external_id"]) == (kept, "=1+1 😀", "=cmd|'x'!A1")
    page = (await (await desk.browser()).get(f"/intake/reports/{told['id']}")).text
    assert "<script>alert" not in page
    assert "U+202E" in page
    assert "😀👨‍👩‍👧" in page


@pytest.mark.parametrize(
    "path", ["/reports/%00", "/reports/" + "x" * 3_000, "/disputes/%00", "/reports?external_id=%00"]
)
async def test_no_address_is_strange_enough_to_break_the_service(each_desk: Desk, path: str) -> None:
    answer = await each_desk.http.get(API + path)
    assert answer.status_code in (200, 404, 422), answer.text


# Lists


async def test_the_list_is_filtered_and_its_pages_follow_one_another(each_desk: Desk) -> None:
    desk = each_desk
    place = {"community": f"c-{uuid.uuid4().hex[:8]}"}
    mine = await desk.account(place["community"], {"role": "auxiliary", "station": "czl", **place})
    told = [await desk.register(external_id=f"{place['community']}-{n}", place=place) for n in range(5)]
    await desk.post(f"/reports/{told[0]['id']}/classify", {"kind": "fraud"})
    last = await desk.post(f"/reports/{told[1]['id']}/refuse", {"reason": "other", "other_route": "法院"})
    after = last.json()["position"]
    page = await mine.get(f"{API}/reports", params={"limit": 2, "after": after})
    seen = [row["external_id"][-1] for row in page.json()["reports"]]
    while "link" in page.headers:
        page = await mine.get(page.links["next"]["url"])
        seen += [row["external_id"][-1] for row in page.json()["reports"]]
    assert seen == ["4", "3", "2", "1", "0"]
    assert page.json()["counts"] == {"received": 3, "classified": 1, "refused": 1}

    async def found(**wanted: Any) -> list[str]:
        listed = await mine.get(f"{API}/reports", params=wanted)
        return [row["external_id"][-1] for row in listed.json()["reports"]]

    assert await found(state="refused") == ["1"]
    assert await found(kind="fraud") == ["0"]
    assert await found(external_id=f"{place['community']}-3") == ["3"]
    assert await found(channel="police_110") == []
    assert await found(danger=True) == []


async def test_a_filter_or_a_cursor_that_is_none_is_refused(desk: Desk) -> None:
    for wrong in (
        {"state": "lost"},
        {"kind": "lost"},
        {"limit": 0},
        {"after": "soon"},
        {"cursor": "???"},
        {"cursor": "e30"},  # {}
        {"cursor": "eyJwb3NpdGlvbiI6ICJ4In0"},  # {"position": "x"}
        {"cursor": "eyJwb3NpdGlvbiI6IDEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDB9"},  # a position beyond all
    ):
        assert (await desk.get("/reports", **wrong)).status_code == 422, wrong


async def test_a_position_that_was_never_stored_is_refused_and_not_waited_for(desk: Desk) -> None:
    answer = await desk.get("/reports", after=10**9)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith(":position-not-stored")
    assert "1000000000" in answer.json()["detail"]


# Deciding


async def test_a_report_goes_from_its_receipt_to_mediation(each_desk: Desk) -> None:
    desk = each_desk
    told = await desk.admitted(reporter_name="何大姐", reporter_phone="13800000000")
    shown = (await desk.get(f"/reports/{told['id']}", after=told["position"])).json()
    assert (shown["state"], shown["kind"], shown["category"], shown["version"]) == (
        "admitted",
        "dispute",
        "other_civil",
        3,
    )
    (dispute,) = [d for d in (await desk.get("/disputes")).json()["disputes"] if d["code"] == told["code"]]
    assert (dispute["state"], dispute["headline"]) == ("admitted", "房东不退押金")
    assert (await desk.get(f"/disputes/{dispute['id']}")).json() == dispute
    assert (await desk.get(f"/disputes/{told['code']}")).json() == dispute
    assert (await desk.get("/disputes", state="settled")).json() == {"disputes": []}


async def test_what_is_not_admitted_is_no_dispute(desk: Desk) -> None:
    told = await desk.register()
    assert (await desk.get(f"/disputes/{told['id']}", after=told["position"])).status_code == 404


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_a_crime_cannot_be_admitted_and_the_reader_is_told_so(desk: Desk, language: str) -> None:
    told = await desk.register(subject="有人持刀抢劫", text="有人抢走手机。")
    assert (await desk.post(f"/reports/{told['id']}/classify", {"kind": "incident"})).status_code == 200
    answer = await desk.post(f"/reports/{told['id']}/admit", {}, **{"Accept-Language": language})
    assert answer.status_code == 409
    assert answer.headers["content-language"] == language
    said = answer.json()["detail"]
    assert ("Only a dispute goes to mediation" in said) == (language == "en")
    assert ("调解" in said) == (language == "zh-CN")
    assert "{" not in said


async def test_every_refusal_has_a_sentence_in_both_languages(desk: Desk) -> None:
    told = await desk.register()
    unconfirmed = await desk.post(f"/reports/{told['id']}/admit", {}, **{"Accept-Language": "en"})
    assert unconfirmed.status_code == 409
    assert unconfirmed.json()["type"].endswith("not-yet-classified")
    assert "Classify the report" in unconfirmed.json()["detail"]
    refused = await desk.post(f"/reports/{told['id']}/refuse", {"reason": "other", "other_route": "法院"})
    assert refused.status_code == 200
    for language in ("zh-CN", "en"):
        answer = await desk.post(f"/reports/{told['id']}/classify", {"kind": "other"}, **{"Accept-Language": language})
        assert answer.status_code == 409
        assert told["code"] in answer.json()["detail"]
        assert ("was refused" in answer.json()["detail"]) == (language == "en")


@pytest.mark.parametrize(
    ("step", "body"),
    [("classify", {"kind": "other"}), ("admit", {}), ("refuse", {"reason": "other", "other_route": "法院"})],
)
async def test_what_never_came_in_is_not_found(desk: Desk, step: str, body: dict[str, str]) -> None:
    answer = await desk.post(f"/reports/{uuid.uuid4()}/{step}", body)
    assert answer.status_code == 404
    assert answer.json()["detail"]


async def test_a_decision_without_a_key_is_refused(desk: Desk) -> None:
    told = await desk.register()
    answer = await desk.http.post(f"{API}/reports/{told['id']}/classify", json={"kind": "dispute"})
    assert answer.status_code == 400


async def test_a_decision_sent_twice_is_made_once_and_its_key_serves_no_other(desk: Desk) -> None:
    told = await desk.register()
    first = await desk.post(f"/reports/{told['id']}/classify", {"kind": "dispute"}, key=f"c-{told['id']}")
    again = await desk.post(f"/reports/{told['id']}/classify", {"kind": "dispute"}, key=f"c-{told['id']}")
    assert first.json() == again.json()
    other = await desk.post(f"/reports/{told['id']}/classify", {"kind": "hazard"}, key=f"c-{told['id']}")
    assert other.status_code == 422


async def test_who_decides_on_an_old_version_is_told_what_happened_since(each_desk: Desk) -> None:
    desk = each_desk
    told = await desk.register()
    seen = (await desk.get(f"/reports/{told['id']}", after=told["position"])).headers["etag"]
    first = await desk.post(f"/reports/{told['id']}/classify", {"kind": "hazard"})
    late = await desk.post(f"/reports/{told['id']}/classify", {"kind": "dispute"}, **{"If-Match": seen})
    assert late.status_code == 412
    assert late.json()["since"] == ["report-classified"]
    assert late.json()["version"] == 2
    shown = (await desk.get(f"/reports/{told['id']}", after=first.json()["position"])).headers["etag"]
    assert shown == first.headers["etag"]
    assert (
        await desk.post(f"/reports/{told['id']}/classify", {"kind": "dispute"}, **{"If-Match": shown})
    ).status_code == 200


async def test_of_two_decisions_at_once_one_wins_and_the_other_learns_what_changed(each_desk: Desk) -> None:
    desk = each_desk
    for _ in range(5):
        told = await desk.register()
        await desk.post(f"/reports/{told['id']}/classify", {"kind": "dispute"})
        refusal = {"reason": "other", "other_route": "法院"}
        answers = await asyncio.gather(
            desk.post(f"/reports/{told['id']}/admit", {}),
            desk.post(f"/reports/{told['id']}/refuse", refusal),
        )
        (lost,) = [answer for answer in answers if answer.status_code != 200]
        assert lost.status_code == 409
        assert told["code"] in lost.json()["detail"]
        versions = await asyncio.gather(
            *(
                desk.post(f"/reports/{told['id']}/classify", {"kind": kind}, **{"If-Match": '"2"'})
                for kind in ("hazard", "other")
            )
        )
        assert [answer.status_code for answer in versions] == [412, 412]


async def test_ten_officers_who_admit_at_once_admit_once(each_desk: Desk) -> None:
    desk = each_desk
    told = await desk.register()
    await desk.post(f"/reports/{told['id']}/classify", {"kind": "dispute"})
    answers = await asyncio.gather(*(desk.post(f"/reports/{told['id']}/admit", {}) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert await desk.types_of(told["id"]) == ["report-received", "report-classified", "dispute-admitted"]


async def test_history_that_is_entered_later_says_when_it_happened_but_never_the_future(desk: Desk) -> None:
    told = await desk.register(happened_at="2020-08-31T09:00:00+08:00", reported_at="2020-08-31T08:00:00+08:00")
    assert told["code"].startswith("WG-200831-")
    future = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for step, body in (("classify", {"kind": "dispute"}), ("admit", {})):
        late = await desk.post(f"/reports/{told['id']}/{step}", {**body, "happened_at": future})
        assert late.status_code == 422
        assert late.json()["errors"][0]["pointer"] == "#/happened_at"
        past = await desk.post(f"/reports/{told['id']}/{step}", {**body, "happened_at": "2020-08-31T12:00:00+08:00"})
        assert past.status_code == 200
    shown = (await desk.get(f"/reports/{told['id']}", after=past.json()["position"])).json()
    assert shown["received_at"] == "2020-08-31T01:00:00Z"


async def test_the_code_bears_the_day_at_the_station_not_in_greenwich(desk: Desk) -> None:
    told = await desk.register(happened_at="2020-08-31T02:00:00+08:00", reported_at=MORNING)
    assert told["code"].startswith("WG-200831-")
