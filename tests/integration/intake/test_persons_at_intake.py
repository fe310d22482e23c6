"""What people said stays sealed: in every byte of the database, after erasure, and whenever somebody reads it."""

from __future__ import annotations

import logging
import uuid
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from services.intake.application import submissions
from services.intake.application.submissions import Draft, Where, registration
from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.reads import SealedRead
from tests.integration.intake.conftest import API, MORNING, Desk, opened, report

pytestmark = pytest.mark.asyncio(loop_scope="session")

MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
SUBJECT, TEXT, NAME, PHONE = "金丝雀主题七三", "金丝雀正文八四住在三号楼", "金丝雀姓名九五", "13899997777"
CANARIES = (SUBJECT, TEXT, NAME, PHONE)


def draft(**fields: object) -> Draft:
    given = {
        "report": derived_id("report", uuid.uuid4()),
        "channel": "chat",
        "external_id": "c-1",
        "subject": SUBJECT,
        "text": TEXT,
        "reported_at": MONDAY,
        "station": "czl",
        "where": Where(community="wangfu"),
        "reporter_name": NAME,
        "reporter_phone": PHONE,
    }
    return Draft.model_validate(given | fields)


# In the store


@pytest.mark.asyncio(loop_scope="function")
async def test_no_clear_value_stands_in_any_byte_of_the_database_or_in_any_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with opened(f"sqlite+aiosqlite:///{tmp_path}/intake.db") as desk:
        body = report(subject=SUBJECT, text=TEXT, reporter_name=NAME, reporter_phone=PHONE)
        told = (await desk.post("/reports", body)).json()
        again = await desk.http.post(f"{API}/reports", json={**body, "channel": "chat"})
        assert again.status_code == 201
        await desk.post(f"/reports/{told['id']}/classify", {"kind": "dispute"})
        await desk.post(f"/reports/{told['id']}/admit", {})
        row = {"line": 2, "external_id": "m-1", "subject": SUBJECT, "text": TEXT, "reporter": NAME}
        bad = [{"line": 3, "reason": "缺编号", "raw": f"{NAME} | {PHONE} | {TEXT}"}]
        batch = {"file": "信箱.csv", "channel": "mailbox", "rows": [row], "bad": bad}
        await desk.http.post(f"{API}/reports/batch", json=batch)
        batch["rows"] = [{**row, "text": TEXT + "改"}]
        await desk.http.post(f"{API}/reports/batch", json=batch)
        for wrong in ({**body, "channel": NAME}, {**body, "text": 7, "subject": SUBJECT}):
            assert SUBJECT not in (await desk.post("/reports", wrong)).text
        await (await desk.browser()).get(f"/intake/reports/{told['id']}")
        await desk.caught_up()
        assert await desk.runtime.rebuild("reports")
    bytes_ = b"".join(path.read_bytes() for path in sorted(tmp_path.iterdir()))
    said = caplog.text + "".join(capfd.readouterr())
    for canary in CANARIES:
        written = orjson.dumps(canary).decode().strip('"')
        for form in (canary.encode(), canary.encode("utf-16-le"), ascii(canary).strip("'").encode(), written.encode()):
            assert form not in bytes_, f"{canary} stands in the database in clear"
        assert canary not in said, f"{canary} stands in a log"


async def test_the_codes_and_the_numbers_of_channels_stay_readable(each_desk: Desk) -> None:
    told = await each_desk.register(external_id="12345-open")
    (stored,) = await each_desk.runtime.store.read_stream(f"report-{told['id']}")
    assert b"12345-open" in stored.data
    assert told["code"].encode() in stored.data
    meta = stored.decoded_meta()
    assert (meta.correlation, meta.station, meta.role) == (told["code"], "czl", "admin")


async def test_the_same_draft_twice_is_sealed_anew_and_says_the_same(desk: Desk) -> None:
    one = draft()
    first, second = await submissions.seal([one, one], desk.runtime.vault)
    assert first.text.box != second.text.box
    assert await desk.runtime.vault.open_all([first.text, second.text]) == [TEXT, TEXT]
    assert first.suggestion == second.suggestion
    assert registration(first, MONDAY).code == registration(second, MONDAY).code
    assert first.reporter is not None
    assert first.text.of != first.reporter.person


async def test_who_gave_no_name_is_no_person(desk: Desk) -> None:
    (nameless,) = await submissions.seal([draft(reporter_name=None, reporter_phone=None)], desk.runtime.vault)
    (only_phone,) = await submissions.seal([draft(reporter_name=None)], desk.runtime.vault)
    assert nameless.reporter is None
    assert only_phone.reporter is not None
    assert only_phone.reporter.name is None


@pytest.mark.parametrize(
    "said", ["😀👩‍👩‍👧‍👦🇨🇳", "שלום עולם \u202eabc\u202c", "=HYPERLINK(1)", "+1", "@x", "a\tb\nc", "𠮷野家", "é"]
)
async def test_strange_text_comes_back_as_it_was(desk: Desk, said: str) -> None:
    (sealed,) = await submissions.seal([draft(subject=said, text=said, reporter_name=said)], desk.runtime.vault)
    assert sealed.reporter is not None
    assert sealed.reporter.name is not None
    opened_ = await desk.runtime.vault.open_all([sealed.subject, sealed.text, sealed.reporter.name])
    assert opened_ == [said] * 3


# Reading


async def test_every_read_of_sealed_values_is_recorded_without_them(each_desk: Desk) -> None:
    desk = each_desk
    told = await desk.register(subject=SUBJECT, text=TEXT, reporter_name=NAME)
    before = len(await desk.events())
    await desk.get(f"/reports/{told['id']}", after=told["position"])
    await desk.get("/reports", external_id="none such")
    await desk.get("/reports", limit=1)
    read = [desk.runtime.read(event) for event in (await desk.events())[before:] if event.type == "sealed-read"]
    assert [event.purpose for event in read if isinstance(event, SealedRead)] == ["a report", "list of reports"]
    first = read[0]
    assert isinstance(first, SealedRead)
    assert f"report-{told['id']}" in first.of
    assert len(first.of) == 2
    assert SUBJECT not in first.model_dump_json()


# Erasing


async def test_after_erasure_the_words_are_gone_everywhere_and_the_counts_stay(each_desk: Desk) -> None:
    desk = each_desk
    subject = f"金丝雀{uuid.uuid4().hex}"
    told = await desk.admitted(subject=subject, text=TEXT + subject, reporter_name=NAME + subject, reporter_phone=PHONE)
    other = await desk.register(subject="别人的诉求", text="别人的话", reporter_name="别人")
    shown = (await desk.get(f"/reports/{told['id']}", after=told["position"])).json()
    counts = (await desk.get("/reports", limit=1, after=other["position"])).json()["counts"]
    erased = await desk.post(f"/persons/{shown['reporter']}/erase", {"reason": "本人要求"})
    assert erased.status_code == 202
    again = await desk.post(f"/persons/{shown['reporter']}/erase", {"reason": "本人要求"})
    assert again.json()["version"] == 1
    await desk.caught_up()

    after = (await desk.get(f"/reports/{told['id']}")).json()
    assert [after[name] for name in ("subject", "text", "reporter_name", "reporter_phone")] == [None] * 4
    assert (after["state"], after["code"]) == ("admitted", told["code"])
    for language in ("zh-CN", "en"):
        browser = await desk.browser(language)
        page = (await browser.get(f"/intake/reports/{told['id']}")).text + (await browser.get("/intake/reports")).text
        assert told["code"] in page
        assert subject not in page
    assert (await desk.get(f"/disputes/{told['code']}")).json()["headline"] is None
    assert (await desk.get("/reports", limit=1)).json()["counts"] == counts
    kept = (await desk.get(f"/reports/{other['id']}")).json()
    assert (kept["text"], kept["reporter_name"]) == ("别人的话", "别人")
    assert await desk.runtime.verify()


async def test_an_erased_report_sent_again_stays_unreadable(desk: Desk) -> None:
    body = report(subject=SUBJECT, text=TEXT, reporter_name=NAME, reported_at=MORNING)
    told = (await desk.http.post(f"{API}/reports", json=body)).json()
    shown = (await desk.get(f"/reports/{told['id']}", after=told["position"])).json()
    await desk.post(f"/persons/{shown['reporter']}/erase", {"reason": "本人要求"})
    await desk.caught_up()
    again = await desk.http.post(f"{API}/reports", json=body)
    assert again.json()["id"] == told["id"]
    assert (await desk.get(f"/reports/{told['id']}")).json()["text"] is None
