"""CloudEvents over HTTP, chat messages, drafts: once each, changed contents parked and told, a clear no to the rest."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from shared.contracts.reports import SUBMISSIONS
from shared.eventsourcing.cloudevents import CloudEvent
from shared.eventsourcing.receiver import Prepared
from tests.integration.intake.conftest import API, MORNING, Answer, Desk
from tests.integration.intake.test_publishers import Caller, problem, registered, today

pytestmark = pytest.mark.asyncio(loop_scope="session")

TYPE = "wangge.report.submitted.v1"


def said(tag: object = None, **fields: Any) -> dict[str, Any]:
    return {
        "channel": "patrol",
        "external_id": f"巡-{tag or uuid.uuid4().hex}",
        "subject": "消防通道被占用",
        "text": "三号楼西侧消防通道停了两辆车。",
        "reported_at": MORNING,
        **fields,
    }


def structured(caller: Caller, id_: str, data: Any, **attributes: Any) -> dict[str, Any]:
    return {"specversion": "1.0", "id": id_, "source": caller.source, "type": TYPE, "data": data, **attributes}


async def send(caller: Caller, id_: str, data: Any, **attributes: Any) -> Answer:
    headers = {"Content-Type": "application/cloudevents+json; charset=UTF-8"}
    return await caller.post("/events", structured(caller, id_, data, **attributes), **headers)


async def send_binary(caller: Caller, id_: str, data: Any, **attributes: str) -> Answer:
    told = {"specversion": "1.0", "id": id_, "source": caller.source, "type": TYPE, **attributes}
    headers = {f"ce-{name}": quote(value, safe=":/.-") for name, value in told.items()}
    return await caller.post("/events", data, **headers)


async def send_batch(caller: Caller, *events: Any) -> Answer:
    return await caller.post("/events", list(events), **{"Content-Type": "application/cloudevents-batch+json"})


async def reports_of(desk: Desk, external_id: str) -> list[dict[str, Any]]:
    await desk.caught_up()
    found: list[dict[str, Any]] = (await desk.get("/reports", external_id=external_id)).json()["reports"]
    return found


# One event


@pytest.mark.parametrize("mode", [send, send_binary])
async def test_an_event_becomes_a_report_of_its_channel_and_its_sender_hears_the_case_code(
    desk: Desk, mode: Any
) -> None:
    caller, data = await registered(desk), said()
    answer = await mode(caller, "事件 1", data)
    assert answer.status_code == 202, answer.text
    (event,) = answer.json()["events"]
    assert (event["outcome"], event["id"]) == ("accepted", "事件 1")
    (row,) = await reports_of(desk, data["external_id"])
    assert (row["id"], row["channel"]) == (event["report"], "patrol")
    state = (await caller.get("/events", id="事件 1")).json()
    assert (state["state"], state["code"]) == ("registered", row["code"])


async def test_the_anti_fraud_centre_sends_its_warnings_for_any_station_of_the_city(desk: Desk) -> None:
    centre = await registered(desk, name="反诈中心", channels=["anti_fraud"], city_wide=True)
    data = said(channel="anti_fraud", station="north", subject="疑似刷单诈骗", text="群众点击了刷单链接。")
    assert (await send(centre, "warning-1", data)).status_code == 202
    (row,) = await reports_of(desk, data["external_id"])
    assert (row["channel"], row["station"]) == ("anti_fraud", "north")


async def test_the_same_event_twice_is_one_report_by_whichever_way_it_comes(desk: Desk) -> None:
    caller, data = await registered(desk), said()
    first = await send(caller, "e1", data)
    again = [await send(caller, "e1", data), await send_binary(caller, "e1", data)]
    assert [answer.status_code for answer in (first, *again)] == [202, 200, 200]
    assert {answer.json()["events"][0]["report"] for answer in (first, *again)} == {first.json()["events"][0]["report"]}
    assert len(await reports_of(desk, data["external_id"])) == 1
    assert (await today(desk, caller))["repeated"] == 2


async def test_the_same_id_with_other_contents_is_parked_and_the_publisher_told(desk: Desk) -> None:
    caller, data = await registered(desk), said()
    await send(caller, "e1", data)
    for _ in range(2):
        changed = await send(caller, "e1", {**data, "text": "改了内容"})
        assert problem(changed) == (409, "changed-contents")
        assert (changed.json()["id"], changed.json()["cause"]) == ("e1", "changed")
        assert "e1" in changed.json()["detail"]
    other = await send(caller, "e1", {**data, "text": "又改了内容"})
    assert other.json()["parked"] != changed.json()["parked"], "each other contents waits by itself"
    await desk.caught_up()
    arrivals = (await desk.get(f"/publishers/{caller.id}/arrivals", only_parked=True)).json()["arrivals"]
    assert {each["parked"] for each in arrivals} == {changed.json()["parked"], other.json()["parked"]}
    assert all("other contents" in each["detail"] for each in arrivals)
    assert len(await reports_of(desk, data["external_id"])) == 1


async def test_what_does_not_keep_to_the_contract_is_parked_told_and_shown_without_what_was_written(desk: Desk) -> None:
    caller = await registered(desk)
    answer = await send(caller, "bad", said(subject="", text="房东叫张三"))
    assert problem(answer) == (422, "parked")
    assert "/subject" in answer.json()["detail"]
    assert (await send(caller, "bad", said("x"))).json()["cause"] == "changed"
    await desk.caught_up()
    arrivals = (await desk.get(f"/publishers/{caller.id}/arrivals")).json()["arrivals"]
    assert [each["outcome"] for each in arrivals] == ["parked", "parked"]
    assert "张三" not in str(arrivals)


@pytest.mark.parametrize(
    ("fields", "why"),
    [({"channel": "police_110"}, "channel police_110"), ({"station": "elsewhere"}, "station elsewhere")],
)
async def test_a_channel_or_station_that_is_not_its_own_is_parked_and_taken_once_it_is_allowed(
    desk: Desk, fields: dict[str, str], why: str
) -> None:
    caller, data = await registered(desk), said(**fields)
    answer = await send(caller, "e1", data)
    assert problem(answer) == (422, "parked")
    assert why in answer.json()["detail"]
    if "channel" in fields:
        body = {"name": "群消息转发", "channels": ["police_110"]}
        assert (await desk.put(f"/publishers/{caller.id}", body)).status_code == 200
        await desk.caught_up()
        retried = await desk.post(f"/parked/{answer.json()['parked']}/retry")
        assert retried.json()["outcome"] == "retried"
        assert len(await reports_of(desk, data["external_id"])) == 1
        (arrived,) = (await desk.get(f"/publishers/{caller.id}/arrivals")).json()["arrivals"]
        assert arrived["outcome"] == "retried"
    again = await send(caller, "e1", data)
    assert problem(again) == (422, "parked"), "what waits among the parked is not called repeated"


async def test_nobody_sends_under_the_name_of_another_and_nothing_of_it_is_stored(desk: Desk) -> None:
    caller, victim = await registered(desk), await registered(desk)
    data = said()
    forged = await send(caller, "e1", data, source=victim.source)
    assert problem(forged) == (403, "foreign-source")
    assert (await send(victim, "e1", data)).status_code == 202, "the id is still its owner's"


async def test_what_is_no_cloudevent_is_parked_once_and_the_sender_told(desk: Desk) -> None:
    caller = await registered(desk)
    for _ in range(2):
        answer = await caller.post("/events", b"\xff{not json", **{"Content-Type": "application/cloudevents+json"})
        assert problem(answer) == (400, "no-cloudevent")
    assert problem(await caller.post("/events", {"text": "no attributes"})) == (400, "no-cloudevent")
    assert (await today(desk, caller))["parked"] == 2


async def test_two_megabytes_are_refused_before_they_are_read(desk: Desk) -> None:
    caller = await registered(desk)
    answer = await send(caller, "big", said(text="水" * 700_000))
    assert problem(answer) == (413, "too-large")
    await desk.caught_up()
    assert (await desk.get(f"/publishers/{caller.id}/arrivals")).json()["arrivals"] == []


async def test_people_have_no_business_here(desk: Desk) -> None:
    answer = await desk.http.post(f"{API}/events", json={})
    assert problem(answer) == (403, "no-publisher")
    async with desk.client() as nobody:
        headers = {"Content-Type": "application/cloudevents+json"}
        answer = await nobody.post(f"{API}/events", content=b"{}", headers=headers)
    assert problem(answer) == (401, "unauthenticated")


async def test_an_event_that_was_never_sent_is_unknown(desk: Desk) -> None:
    assert problem(await (await registered(desk)).get("/events", id="never")) == (404, "not-found")


# A batch


async def test_a_batch_answers_for_each_of_its_events(desk: Desk) -> None:
    caller, data = await registered(desk), said()
    answer = await send_batch(
        caller,
        structured(caller, "b1", data),
        structured(caller, "b1", data),
        structured(caller, "b1", said()),
        structured(caller, "b2", said(subject=" ")),
        17,
    )
    assert answer.status_code == 202, answer.text
    told = [(each["id"], each["outcome"], each["cause"]) for each in answer.json()["events"]]
    assert told == [
        ("b1", "accepted", None),
        ("b1", "repeated", None),
        ("b1", "parked", "changed"),
        ("b2", "parked", "invalid"),
        ("", "parked", "unreadable"),
    ]
    assert len(await reports_of(desk, data["external_id"])) == 1


async def test_a_batch_beyond_the_quota_is_refused_as_a_whole(desk: Desk) -> None:
    caller = await registered(desk, quota={"per_minute": 100, "per_day": 3})
    data = [said() for _ in range(4)]
    answer = await send_batch(caller, *(structured(caller, str(n), each) for n, each in enumerate(data)))
    assert problem(answer) == (429, "over-quota")
    assert not await reports_of(desk, data[0]["external_id"])


@pytest.mark.parametrize(
    ("body", "status"), [(b"{}", 400), (b"[", 400), (b"[]", 422), (b"[" + b"1," * 500 + b"1]", 422)]
)
async def test_what_is_no_batch_of_a_size_is_refused(desk: Desk, body: bytes, status: int) -> None:
    caller = await registered(desk)
    answer = await caller.post("/events", body, **{"Content-Type": "application/cloudevents-batch+json"})
    assert problem(answer)[0] == status


# Chat messages


async def test_a_message_of_a_group_is_a_report_with_its_group_and_its_sender_sealed(desk: Desk) -> None:
    caller, id_ = await registered(desk), uuid.uuid4().hex
    message = {
        "group": "wxg-1",
        "message": id_,
        "text": "三号楼地下室又进水了。物业电话打不通！",
        "posted_at": MORNING,
        "sender_name": "王桂芳",
        "reply_to": "m-0",
    }
    answers = [await caller.post("/messages", {"messages": [message]}) for _ in range(2)]
    assert [each.json()["events"][0]["outcome"] for each in answers] == ["accepted", "repeated"]
    (row,) = await reports_of(desk, id_)
    assert (row["channel"], row["subject"]) == ("chat", "三号楼地下室又进水了")
    stored = await desk.runtime.store.read_stream(f"report-{row['id']}")
    assert "王桂芳".encode() not in stored[0].data
    read: Any = desk.runtime.read(stored[0])
    assert (read.arrival.source, read.arrival.message.group, read.arrival.message.reply_to) == (
        caller.source,
        "wxg-1",
        "m-0",
    )
    assert (await desk.get(f"/reports/{row['id']}")).json()["reporter_name"] == "王桂芳"


# Drafts of a device


async def test_drafts_of_a_shift_come_in_any_order_and_twice_and_are_each_there_once(desk: Desk) -> None:
    caller, tag = await registered(desk), uuid.uuid4().hex[:8]
    drafts = [
        {**{k: v for k, v in said().items() if k != "external_id"}, "id": f"{tag}-{n}", "occurred_at": MORNING}
        for n in range(6)
    ]
    shuffled = drafts * 2
    random.Random(3).shuffle(shuffled)
    outcomes: list[str] = []
    for at in range(0, len(shuffled), 4):
        body = {"drafts": shuffled[at : at + 4], "sent_at": datetime.now(UTC).isoformat()}
        answer = await caller.post("/drafts", body)
        outcomes += [each["outcome"] for each in answer.json()["events"]]
    assert sorted(outcomes) == ["accepted"] * 6 + ["repeated"] * 6
    for draft in drafts:
        assert len(await reports_of(desk, str(draft["id"]))) == 1


async def test_a_device_whose_clock_is_wrong_is_noted_with_what_it_told_and_what_that_is_by_ours(desk: Desk) -> None:
    caller, id_ = await registered(desk), uuid.uuid4().hex
    ahead, now = timedelta(hours=2), datetime.now(UTC)
    draft = {**said(id_), "id": id_, "occurred_at": (now + ahead - timedelta(hours=1)).isoformat()}
    del draft["external_id"]
    body = {"drafts": [draft], "sent_at": (now + ahead).isoformat()}
    assert (await caller.post("/drafts", body)).status_code == 202
    (row,) = await reports_of(desk, id_)
    event: Any = desk.runtime.read((await desk.runtime.store.read_stream(f"report-{row['id']}"))[0])
    assert event.arrival.reading.clock == "ahead"
    assert abs(event.arrival.reading.corrected - (now - timedelta(hours=1))) < timedelta(seconds=60)


async def test_a_bad_draft_keeps_none_of_the_others_back(desk: Desk) -> None:
    caller, good = await registered(desk), uuid.uuid4().hex
    body = {"drafts": [{**said(), "id": "bad", "reported_at": "2026-02-30T25:00:00"}, {**said(good), "id": good}]}
    answer = await caller.post("/drafts", body)
    assert [each["outcome"] for each in answer.json()["events"]] == ["parked", "accepted"]
    assert problem(await caller.post("/drafts", {"drafts": [said()]})) == (422, "malformed")


# What comes by Kafka


async def test_by_kafka_a_registered_source_is_held_to_what_it_may_send_and_others_are_shown_as_unregistered(
    desk: Desk,
) -> None:
    caller, stranger = await registered(desk), f"urn:stranger:{uuid.uuid4().hex}"
    receiver = desk.runtime.receiver
    assert receiver is not None
    heard = [
        CloudEvent(caller.source, "k1", TYPE, orjson.dumps(said())),
        CloudEvent(caller.source, "k2", TYPE, orjson.dumps(said(channel="police_110"))),
        CloudEvent(stranger, "k1", TYPE, orjson.dumps(said(channel="police_110"))),
    ]
    accepted, refused, unknown = await receiver.external[SUBMISSIONS](heard)
    assert isinstance(accepted, Prepared)
    assert "may not send for the channel police_110" in str(refused)
    assert isinstance(unknown, Prepared), "while systems change over"


async def test_a_source_that_nobody_registered_can_be_parked_instead(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = desk.runtime.receiver
    assert receiver is not None
    reception: Any = receiver.external[SUBMISSIONS]
    monkeypatch.setattr(reception.__self__, "_unregistered", "park")
    (refused,) = await receiver.external[SUBMISSIONS]([CloudEvent("urn:nobody", "1", TYPE, orjson.dumps(said()))])
    assert "register the publisher" in str(refused)
