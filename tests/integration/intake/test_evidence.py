"""Evidence: hashed as it arrived, sealed, shown as a harmless copy, opened for a recorded purpose, erasable."""

from __future__ import annotations

import hashlib
import re
import uuid
from io import BytesIO
from typing import Any

import httpx2
import pytest
from PIL import Image
from sqlalchemy import text

from services.intake.entrypoints import evidence as entrypoint
from shared.eventsourcing.reads import SealedRead
from tests.integration.intake.conftest import API, Answer, Desk, form_key, form_token, opened
from tests.integration.intake.test_events_over_http import said, send
from tests.integration.intake.test_publishers import problem, registered

pytestmark = pytest.mark.asyncio(loop_scope="session")


def photo(colour: str = "olive", size: tuple[int, int] = (640, 480)) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "CameraMaker"
    made = BytesIO()
    Image.new("RGB", size, colour).save(made, "JPEG", exif=exif)
    return made.getvalue()


async def bring(http: httpx2.AsyncClient, report: str, content: bytes, name: str = "漏水 王女士家.jpg") -> Answer:
    headers = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    files = {"file": (name, content, "text/plain")}
    return await http.post(f"{API}/reports/{report}/evidence", files=files, headers=headers)


async def brought(desk: Desk, content: bytes, **fields: Any) -> tuple[str, str]:
    """A report and its one piece of evidence."""
    told = await desk.register(**fields)
    answer = await bring(desk.http, told["id"], content)
    assert answer.status_code == 201, answer.text
    await desk.caught_up()
    return told["id"], answer.json()["id"]


async def test_a_file_is_hashed_as_it_arrived_and_known_by_its_contents_not_its_name(each_desk: Desk) -> None:
    content = photo()
    report, evidence = await brought(each_desk, content)
    (listed,) = (await each_desk.get(f"/reports/{report}/evidence")).json()
    assert listed["sha256"] == hashlib.sha256(content).hexdigest()
    assert (listed["id"], listed["media_type"], listed["size"]) == (evidence, "image/jpeg", len(content))
    assert (listed["name"], listed["has_copy"]) == ("漏水 王女士家.jpg", True)
    original = await each_desk.get(f"/reports/{report}/evidence/{evidence}/original", purpose="verification")
    assert original.content == content
    assert original.headers["content-disposition"].startswith("attachment")


async def test_neither_contents_nor_name_lie_anywhere_in_clear_and_the_event_holds_the_hash(sqlite_url: str) -> None:
    content = photo()
    async with opened(sqlite_url) as desk:
        await brought(desk, content)
        (event,) = [each for each in await desk.events() if each.type == "evidence-taken"]
        assert hashlib.sha256(content).hexdigest().encode() in event.data
        assert "王女士".encode() not in event.data
        async with desk.runtime.database.reading() as tx:
            boxes = [bytes(box) for box in (await tx.execute(text("SELECT box FROM blobs"))).scalars()]
        assert len(boxes) == 2, "the original and the shown copy"
        assert all(content[:40] not in box and b"CameraMaker" not in box for box in boxes)


async def test_the_shown_copy_tells_nothing_of_the_camera_and_its_look_is_recorded(desk: Desk) -> None:
    report, evidence = await brought(desk, photo())
    shown = await desk.get(f"/reports/{report}/evidence/{evidence}/copy")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert b"CameraMaker" not in shown.content
    reads = [desk.runtime.read(each) for each in await desk.events() if each.type == SealedRead.stored_as]
    assert any(isinstance(r, SealedRead) and f"evidence-{evidence}" in r.of for r in reads)


async def test_an_original_is_opened_for_a_purpose_that_is_recorded_and_by_nobody_without_the_right(desk: Desk) -> None:
    report, evidence = await brought(desk, photo())
    path = f"/reports/{report}/evidence/{evidence}/original"
    assert problem(await desk.get(path)) == (422, "malformed")
    assert problem(await desk.get(path, purpose="curiosity")) == (422, "malformed")
    assert (await desk.get(path, purpose="mediation")).status_code == 200
    reads = [desk.runtime.read(each) for each in await desk.events() if each.type == SealedRead.stored_as]
    purposes = [r.purpose for r in reads if isinstance(r, SealedRead) and f"evidence-{evidence}" in r.of]
    assert purposes == ["original of evidence: mediation"]
    async with await desk.account(f"ops.{uuid.uuid4().hex[:8]}", {"role": "operator", "station": "czl"}) as operator:
        assert (await operator.get(f"{API}{path}", params={"purpose": "mediation"})).status_code == 403


async def test_the_same_file_twice_is_one_piece_of_evidence(desk: Desk) -> None:
    report, evidence = await brought(desk, photo("navy"))
    again = await bring(desk.http, report, photo("navy"), "另一个名字.jpg")
    assert (again.status_code, again.json()["id"]) == (201, evidence)
    await desk.caught_up()
    assert len((await desk.get(f"/reports/{report}/evidence")).json()) == 1


async def test_a_long_recording_goes_through_in_parts_and_comes_out_as_it_was(desk: Desk) -> None:
    content = b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(range(256)) * 6_000
    report, evidence = await brought(desk, content)
    assert (await desk.get(f"/reports/{report}/evidence/{evidence}/original", purpose="mediation")).content == content
    assert problem(await desk.get(f"/reports/{report}/evidence/{evidence}/copy")) == (404, "not-found")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"<html><script>alert(1)</script></html>", 415),
        (b"MZ\x90\x00" + bytes(100), 415),
        (photo()[:400], 415),
        (b"", 422),
    ],
)
async def test_what_is_no_evidence_is_refused_with_what_is_taken_and_nothing_is_kept(
    desk: Desk, content: bytes, status: int
) -> None:
    told = await desk.register()
    answer = await bring(desk.http, told["id"], content, "photo.jpg")
    assert problem(answer)[0] == status
    await desk.caught_up()
    assert (await desk.get(f"/reports/{told['id']}/evidence")).json() == []


async def test_a_file_beyond_the_limit_is_refused_before_it_is_kept(desk: Desk) -> None:
    told = await desk.register()
    answer = await bring(desk.http, told["id"], bytes(entrypoint.LIMIT + 1))
    assert problem(answer) == (413, "too-large")
    assert problem(await desk.http.post(f"{API}/reports", content=bytes(3 * 1024 * 1024))) == (413, "too-large")


async def test_a_withdrawn_file_is_shown_no_longer_and_stays_on_record(desk: Desk) -> None:
    report, evidence = await brought(desk, photo())
    path = f"/reports/{report}/evidence/{evidence}"
    assert (await desk.post(f"{path}/withdraw", {"reason": "wrong_file"})).status_code == 200
    await desk.caught_up()
    assert problem(await desk.get(f"{path}/copy")) == (404, "not-found")
    assert problem(await desk.get(f"{path}/original", purpose="mediation")) == (404, "not-found")
    assert [each["withdrawn"] for each in (await desk.get(f"/reports/{report}/evidence")).json()] == ["wrong_file"]


async def test_faces_are_covered_in_what_is_shown_and_stay_in_the_sealed_original(desk: Desk) -> None:
    content = photo()
    report, evidence = await brought(desk, content)
    path = f"/reports/{report}/evidence/{evidence}"
    area = {"left": 400, "top": 400, "width": 200, "height": 200}
    assert (await desk.post(f"{path}/cover", {"areas": [area]})).status_code == 200
    await desk.caught_up()
    shown = Image.open(BytesIO((await desk.get(f"{path}/copy")).content))
    middle, corner = shown.getpixel((320, 240)), shown.getpixel((20, 20))
    assert isinstance(middle, tuple)
    assert isinstance(corner, tuple)
    assert max(middle) < 16 < max(corner)
    assert (await desk.get(f"{path}/original", purpose="verification")).content == content
    assert [each["covered"] for each in (await desk.get(f"/reports/{report}/evidence")).json()] == [1]
    beyond = {"areas": [{**area, "left": 900}]}
    assert problem(await desk.post(f"{path}/cover", beyond)) == (422, "malformed")


async def test_nothing_is_left_of_the_copy_in_which_nothing_was_covered(sqlite_url: str) -> None:
    async with opened(sqlite_url) as desk:
        report, evidence = await brought(desk, photo())
        for areas in ([{"left": 0, "top": 0, "width": 500, "height": 500}], []):
            await desk.post(f"/reports/{report}/evidence/{evidence}/cover", {"areas": areas})
            async with desk.runtime.database.reading() as tx:
                kept = (await tx.execute(text("SELECT count(DISTINCT id) FROM blobs"))).scalar_one()
            assert kept == 2, "the original and the one shown copy"


async def test_a_recording_cannot_be_covered(desk: Desk) -> None:
    report, evidence = await brought(desk, b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(range(256)) * 60)
    told = await desk.post(f"/reports/{report}/evidence/{evidence}/cover", {"areas": []})
    assert problem(told)[0] == 409
    assert "请将其撤下" in told.json()["detail"]


async def test_evidence_of_another_report_is_not_found_under_this_one(desk: Desk) -> None:
    _, evidence = await brought(desk, photo())
    other, _ = await brought(desk, photo("teal"))
    assert problem(await desk.get(f"/reports/{other}/evidence/{evidence}/copy")) == (404, "not-found")


async def test_erasing_the_reporter_makes_the_files_unreadable_and_nothing_more_is_kept(sqlite_url: str) -> None:
    async with opened(sqlite_url) as desk:
        report, evidence = await brought(desk, photo(), reporter_name="王女士")
        person = (await desk.get(f"/reports/{report}")).json()["reporter"]
        assert (await desk.post(f"/persons/{person}/erase", {"reason": "本人要求"})).status_code == 202
        await desk.caught_up()
        path = f"/reports/{report}/evidence/{evidence}"
        assert problem(await desk.get(f"{path}/copy")) == (410, "erased")
        assert problem(await desk.get(f"{path}/original", purpose="mediation")) == (410, "erased")
        (listed,) = (await desk.get(f"/reports/{report}/evidence")).json()
        assert listed["name"] is None
        assert len(listed["sha256"]) == 64
        assert problem(await bring(desk.http, report, photo("red"))) == (410, "erased")


async def test_a_patrol_app_brings_its_photos_to_its_own_reports_and_to_no_others(desk: Desk) -> None:
    caller = await registered(desk)
    event = (await send(caller, "e1", said())).json()["events"][0]
    await desk.caught_up()
    foreign = await desk.register()
    async with desk.client(caller.key) as app:
        answer = await bring(app, event["report"], photo())
        assert answer.status_code == 201, answer.text
        assert problem(await bring(app, foreign["id"], photo())) == (403, "forbidden")
        original = f"{API}/reports/{event['report']}/evidence/{answer.json()['id']}/original"
        assert problem(await app.get(original, params={"purpose": "mediation"})) == (403, "forbidden")


# The page


async def test_the_page_takes_a_file_shows_its_copy_and_gives_the_original_for_a_purpose(desk: Desk) -> None:
    told = await desk.register()
    await desk.caught_up()
    address = f"/intake/reports/{told['id']}/evidence"
    browser = await desk.browser()
    page = (await browser.get(address)).text
    form = {"form_token": form_token(page), "idempotency_key": form_key(page)}
    sent = await browser.post(address, data=form, files={"file": ("现场.jpg", photo(), "image/jpeg")})
    assert sent.status_code == 303, sent.text
    page = (await browser.get(address)).text
    assert "现场.jpg" in page
    found = re.search(r'src="([^"]+/copy)"', page)
    assert found is not None
    assert (await browser.get(found[1])).headers["content-type"] == "image/jpeg"
    purpose = {"form_token": form_token(page), "purpose": "verification"}
    original = await browser.post(found[1].replace("/copy", "/original"), data=purpose)
    assert original.content == photo()
    assert address in (await browser.get(f"/intake/reports/{told['id']}")).text


async def test_fields_ticked_over_the_picture_are_covered(desk: Desk) -> None:
    report, evidence = await brought(desk, photo())
    address = f"/intake/reports/{report}/evidence"
    browser = await desk.browser()
    page = (await browser.get(f"{address}/{evidence}/cover")).text
    form = {"form_token": form_token(page), "idempotency_key": form_key(page), "field": ["4-5", "5-5", "0-0"]}
    assert (await browser.post(f"{address}/{evidence}/cover", data=form)).status_code == 303
    shown = Image.open(BytesIO((await desk.get(f"/reports/{report}/evidence/{evidence}/copy")).content))
    dark = [
        max(found) < 16 for at in ((320, 264), (20, 20), (20, 440)) if isinstance(found := shown.getpixel(at), tuple)
    ]
    assert dark == [True, True, False]
    page = (await browser.get(f"{address}/{evidence}/cover")).text
    assert page.count(" checked") == 3
