"""Publishers at the gate: keys shown once and changed over, signatures, quotas, and a clear no to everything else."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import orjson
import pytest

from services.intake.application.publishers import publisher_id
from shared.web import signatures
from tests.integration.intake.conftest import API, Answer, Desk, form_key, form_token, report

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class Caller:
    """A registered system and a program that holds its key."""

    desk: Desk
    id: str
    source: str
    key: str
    secret: str = ""

    async def post(self, path: str, body: Any, **headers: str) -> Answer:
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        headers = {"Content-Type": "application/json", "Idempotency-Key": f'"{uuid.uuid4()}"', **headers}
        if self.secret:
            headers = self.signed(content) | headers
        async with self.desk.client(self.key, **headers) as http:
            return await http.post(API + path, content=content)

    async def get(self, path: str, **parameters: Any) -> Answer:
        async with self.desk.client(self.key) as http:
            return await http.get(API + path, params=parameters)

    def signed(self, content: bytes, at: datetime | None = None, id_: str = "msg-1") -> dict[str, str]:
        seconds = int((at or datetime.now(UTC)).timestamp())
        made = signatures.signature(self.secret, id_, seconds, content)
        return {"webhook-id": id_, "webhook-timestamp": str(seconds), "webhook-signature": made}


async def registered(desk: Desk, **fields: Any) -> Caller:
    """A system that has just been registered and given a key."""
    source = fields.pop("source", f"urn:relay:{uuid.uuid4().hex}")
    body = {"source": source, "name": "群消息转发", "channels": ["chat", "patrol", "hotline_12345"], **fields}
    told = await desk.post("/publishers", body)
    assert told.status_code == 201, told.text
    id_ = told.json()["id"]
    issued = await desk.post(f"/publishers/{id_}/keys", {})
    assert issued.status_code == 201, issued.text
    return Caller(desk, id_, source, issued.json()["key"])


async def page(desk: Desk, caller: Caller) -> dict[str, Any]:
    await desk.caught_up()
    told: dict[str, Any] = (await desk.get(f"/publishers/{caller.id}")).json()
    return told


async def today(desk: Desk, caller: Caller) -> dict[str, Any]:
    found: dict[str, Any] = (await page(desk, caller))["days"][0]
    return found


def problem(answer: Answer) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["type"].removeprefix("urn:wangge:problem:")


# Keys


async def test_whoever_holds_the_key_registers_reports_as_that_system_and_reads_its_own(desk: Desk) -> None:
    caller, other = await registered(desk), await registered(desk)
    told = await caller.post("/reports", report(channel="chat"))
    assert told.status_code == 201, told.text
    await desk.caught_up()
    assert (await caller.get(f"/reports/{told.json()['id']}")).status_code == 200
    assert problem(await other.get(f"/reports/{told.json()['id']}")) == (403, "forbidden")
    (arrived,) = (await caller.get(f"/publishers/{caller.id}/arrivals")).json()["arrivals"]
    assert (arrived["outcome"], arrived["report"]) == ("accepted", told.json()["id"])


async def test_a_key_opens_nothing_but_bringing_and_reading_ones_own(desk: Desk) -> None:
    caller, other = await registered(desk), await registered(desk)
    assert problem(await caller.get("/accounts")) == (403, "forbidden")
    assert problem(await caller.get(f"/publishers/{other.id}")) == (403, "forbidden")
    assert problem(await caller.post(f"/publishers/{caller.id}/keys", {})) == (403, "forbidden")


async def test_a_key_is_shown_once_and_only_its_digest_is_stored(desk: Desk) -> None:
    body = {"source": "urn:hotline", "name": "12345 接口", "channels": ["hotline_12345"]}
    id_ = (await desk.post("/publishers", body)).json()["id"]
    first = await desk.post(f"/publishers/{id_}/keys", {}, key="same")
    again = await desk.post(f"/publishers/{id_}/keys", {}, key="same")
    key = first.json()["key"]
    assert key.startswith("wgk_")
    assert (again.status_code, again.json()["key"], again.json()["key_id"]) == (201, None, first.json()["key_id"])
    assert all(key.encode() not in event.data for event in await desk.events())


async def test_during_a_change_over_both_keys_hold_and_a_revoked_one_ends_at_once(desk: Desk) -> None:
    caller = await registered(desk)
    old = (await page(desk, caller))["keys"][0]
    new = Caller(desk, caller.id, caller.source, (await desk.post(f"/publishers/{caller.id}/keys", {})).json()["key"])
    assert [(await each.get(f"/publishers/{caller.id}")).status_code for each in (caller, new)] == [200, 200]
    revoked = await desk.http.delete(
        f"{API}/publishers/{caller.id}/keys/{old['id']}", headers={"Idempotency-Key": f'"{uuid.uuid4()}"'}
    )
    assert revoked.status_code == 200, revoked.text
    assert problem(await caller.get(f"/publishers/{caller.id}")) == (401, "unknown-key")
    assert (await new.get(f"/publishers/{caller.id}")).status_code == 200


async def test_a_change_over_without_overlap_ends_the_old_key(desk: Desk) -> None:
    caller = await registered(desk)
    await desk.post(f"/publishers/{caller.id}/keys", {"overlap_hours": 0})
    assert problem(await caller.post("/reports", report(channel="chat"))) == (401, "unknown-key")


@pytest.mark.parametrize(
    "key", ["wgk_", "wgk_" + "0" * 32 + "_" + "x" * 43, "wgk_\u00e9" + "0" * 40, "wgk_" + "a" * 500]
)
async def test_a_made_up_key_opens_nothing(desk: Desk, key: str) -> None:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(desk.app), base_url="http://station.test") as http:
        answer = await http.get(f"{API}/publishers", headers=[(b"Authorization", f"Bearer {key}".encode())])
    assert problem(answer) == (401, "unknown-key")


async def test_a_suspended_system_is_told_so_and_goes_on_when_it_is_resumed(desk: Desk) -> None:
    caller = await registered(desk)
    await desk.post(f"/publishers/{caller.id}/suspend", {"reason": "maintenance"})
    refused = await caller.post("/reports", report(channel="chat"))
    assert problem(refused) == (403, "publisher-suspended")
    assert refused.json()["reason"] == "maintenance"
    await desk.post(f"/publishers/{caller.id}/resume", {})
    assert (await caller.post("/reports", report(channel="chat"))).status_code == 201


# Signatures


async def signing(desk: Desk) -> Caller:
    caller = await registered(desk)
    caller.secret = (await desk.post(f"/publishers/{caller.id}/secret", {})).json()["secret"]
    return caller


async def test_a_system_with_a_secret_must_sign_and_its_signature_is_checked_over_the_very_bytes(desk: Desk) -> None:
    caller = await signing(desk)
    good = orjson.dumps(report(channel="chat"))
    assert (await caller.post("/reports", good)).status_code == 201
    unsigned = Caller(desk, caller.id, caller.source, caller.key)
    assert problem(await unsigned.post("/reports", good)) == (401, "unsigned")
    altered = await unsigned.post("/reports", good + b" ", **caller.signed(good))
    assert problem(altered) == (401, "bad-signature")
    assert (await today(desk, caller))["refused"] == {"unsigned": 1, "bad_signature": 1}


async def test_a_recorded_message_is_not_taken_later_and_the_answer_tells_our_time(desk: Desk) -> None:
    caller = await signing(desk)
    body = orjson.dumps(report(channel="chat"))
    for minutes in (-6, 6):
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        late = await caller.post("/reports", body, **caller.signed(body, at))
        assert problem(late) == (401, "timestamp-skewed")
        assert abs(datetime.fromisoformat(late.json()["now"]) - datetime.now(UTC)) < timedelta(seconds=30)


async def test_a_secret_is_sealed_and_nothing_in_the_store_shows_it(desk: Desk) -> None:
    caller = await signing(desk)
    assert all(caller.secret.encode() not in event.data for event in await desk.events())


# Quotas


async def test_over_the_quota_nothing_is_stored_and_the_answer_says_when_to_come_again(each_desk: Desk) -> None:
    caller = await registered(each_desk, quota={"per_minute": 1000, "per_day": 2})
    bodies = [report(channel="chat") for _ in range(3)]
    answers = [await caller.post("/reports", body) for body in bodies]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert problem(answers[2]) == (429, "over-quota")
    assert 0 < int(answers[2].headers["Retry-After"]) <= 86_400
    assert answers[2].json()["per"] == "day"
    await each_desk.caught_up()
    assert not (await each_desk.get("/reports", external_id=bodies[2]["external_id"])).json()["reports"]
    assert (await today(each_desk, caller))["over_quota"] == 1


async def test_the_quota_of_a_minute_ends_with_the_minute(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = await registered(desk, quota={"per_minute": 1, "per_day": 100})
    now = datetime.now(UTC)
    monkeypatch.setattr(desk.runtime, "clock", lambda: now)
    path = f"/publishers/{caller.id}"
    assert (await caller.get(path)).status_code == 200
    refused = await caller.get(path)
    assert problem(refused) == (429, "over-quota")
    later = now + timedelta(seconds=int(refused.headers["Retry-After"]))
    monkeypatch.setattr(desk.runtime, "clock", lambda: later)
    assert (await caller.get(path)).status_code == 200


# Registering


async def test_a_station_leader_registers_for_the_own_station_and_nobody_registers_for_all_but_the_city(
    desk: Desk,
) -> None:
    async with await desk.account(
        f"leader.{uuid.uuid4().hex[:8]}", {"role": "station_leader", "station": "north"}
    ) as leader:
        body = {"source": f"urn:x:{uuid.uuid4().hex}", "name": "巡防 App", "channels": ["patrol"]}

        async def ask(**fields: Any) -> Answer:
            headers = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
            return await leader.post(f"{API}/publishers", json={**body, **fields}, headers=headers)

        assert problem(await ask(station="czl")) == (403, "forbidden")
        assert problem(await ask(station="north", city_wide=True)) == (403, "forbidden")
        assert (await ask(station="north")).status_code == 201
        assert problem(await ask(station="north", source="urn:wangge:taiyuan:intake:1")) == (409, "reserved-source")


async def test_the_contact_is_shown_to_who_may_change_it_and_to_nobody_else(desk: Desk) -> None:
    caller = await registered(desk, contact="小周 18635100000")
    assert (await page(desk, caller))["contact"] == "小周 18635100000"
    assert (await caller.get(f"/publishers/{caller.id}")).json()["contact"] is None


async def test_people_of_the_other_side_who_are_named_may_look_at_what_became_of_it(desk: Desk) -> None:
    name = f"vendor.{uuid.uuid4().hex[:8]}"
    async with await desk.account(name, {"role": "integrator", "station": "czl"}) as vendor:
        accounts = (await desk.get("/accounts")).json()
        id_ = next(each["id"] for each in accounts if each["name"] == name)
        own, other = await registered(desk, accounts=[id_]), await registered(desk)
        assert (await vendor.get(f"{API}/publishers/{own.id}")).status_code == 200
        assert (await vendor.get(f"{API}/publishers/{other.id}")).status_code == 403
        await desk.caught_up()
        listed = (await vendor.get(f"{API}/publishers")).json()
        assert [each["id"] for each in listed["publishers"]] == [own.id]
        assert listed["unregistered"] == []


# The pages


async def test_a_leader_registers_a_system_in_the_page_and_its_key_is_shown_once(desk: Desk) -> None:
    browser, source = await desk.browser(), f"urn:page:{uuid.uuid4().hex}"
    page = (await browser.get("/intake/publishers")).text
    form: dict[str, Any] = {
        "form_token": form_token(page),
        "idempotency_key": form_key(page),
        "name": "巡防 App",
        "source": source,
        "channels": ["patrol", "inspection"],
        "per_minute": "60",
        "per_day": "5000",
        "contact": "小周 18635100000",
    }
    sent = await browser.post("/intake/publishers", data=form)
    assert sent.status_code == 303, sent.text
    page = (await browser.get(sent.headers["location"])).text
    assert source in page
    address = f"/intake/publishers/{publisher_id(source)}"
    page = (await browser.get(address)).text
    assert "小周 18635100000" in page
    change = {
        "form_token": form_token(page),
        "idempotency_key": str(uuid.uuid4()),
        "name": "巡防 App 二期",
        "channels": ["patrol"],
        "per_minute": "30",
        "per_day": "900",
        "contact": "小周 18635100000",
    }
    assert (await browser.post(address, data=change)).status_code == 303
    changed = (await desk.get(f"/publishers/{publisher_id(source)}")).json()
    assert (changed["name"], changed["channels"], changed["quota"]["per_minute"]) == ("巡防 App 二期", ["patrol"], 30)
    assert changed["contact"] == "小周 18635100000"
    bare = {**change, "channels": [], "idempotency_key": str(uuid.uuid4())}
    assert (await browser.post(address, data=bare)).status_code == 422
    form = {"form_token": form_token(page), "idempotency_key": str(uuid.uuid4()), "overlap_hours": "0"}
    first = await browser.post(f"{address}/keys", data=form)
    key = re.search(r"wgk_[\w-]+", first.text)
    assert key is not None
    assert (await Caller(desk, "", source, key[0]).get(f"/publishers/{publisher_id(source)}")).status_code == 200
    for again in (await browser.get(address), await browser.post(f"{address}/keys", data=form)):
        assert again.status_code == 200
        assert key[0] not in again.text


async def test_the_page_says_what_came_what_was_parked_and_why_and_what_was_not_let_in(desk: Desk) -> None:
    caller = await registered(desk)
    await caller.post("/reports", report(channel="chat"))
    await caller.post("/events", b"{", **{"Content-Type": "application/cloudevents+json"})
    await desk.post(f"/publishers/{caller.id}/suspend", {"reason": "misuse"})
    await caller.post("/reports", report(channel="chat"))
    await desk.caught_up()
    browser = await desk.browser("en")
    page = (await browser.get(f"/intake/publishers/{caller.id}")).text
    assert "not a structured CloudEvent" in page
    assert "suspended 1" in page
    assert "It is misused" in page
    assert (
        "Accepted" not in (await browser.get(f"/intake/publishers/{caller.id}?only_parked=true")).text.split("<h2>")[-1]
    )


async def test_a_page_that_is_filled_in_badly_is_given_back_with_what_is_missing(desk: Desk) -> None:
    browser = await desk.browser("en")
    page = (await browser.get("/intake/publishers")).text
    form = {"form_token": form_token(page), "idempotency_key": form_key(page), "name": "没有渠道", "source": "urn:x"}
    answer = await browser.post("/intake/publishers", data=form)
    assert answer.status_code == 422
    assert "at least one channel" in answer.text
    assert "没有渠道" in answer.text
