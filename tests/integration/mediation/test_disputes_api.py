"""Disputes by HTTP: opened by themselves, led step by step, refused in words that help, by those who may."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.mediation.application.policies import dispute_id
from shared.contracts.register import PersonErased
from shared.contracts.reports import ReportMerged, ReportUnmerged, ReportWithdrawn
from tests.integration.mediation.conftest import (
    API,
    AUXILIARY,
    ELSEWHERE,
    MEDIATOR,
    OFFICER,
    SEATS,
    VOLUNTEER,
    Desk,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Opening


async def test_an_admitted_dispute_opens_by_itself_and_once(each_desk: Desk) -> None:
    desk, report, at = each_desk, uuid.uuid4().hex, datetime.now(UTC)
    await desk.tells(report, at)
    await desk.tells(report, at)  # told anew, as after a store was restored
    await desk.caught_up()
    told = await desk.detail(f"WG-{report[:8]}")
    assert told == await desk.detail(dispute_id(report))
    assert (told["state"], told["headline"], told["story"]) == ("opened", "电梯没有装", "25 户业主等了十二年。")
    assert told["missing_seats"] == list(SEATS)
    assert told["version"] == 1
    assert told["applicant_name"] == "李明"
    assert told["parties"] == []


async def test_after_a_position_of_intake_the_dispute_that_it_led_to_is_there(desk: Desk) -> None:
    report = uuid.uuid4().hex
    await desk.tells(report, datetime.now(UTC))
    told = next(reversed(await desk.runtime.store.read_stream(_received())))
    answer = await desk.get(f"/disputes/{dispute_id(report)}", after=f"intake:{told.version}")
    assert answer.status_code == 200
    assert answer.json()["timeline"][-1]["what"] == "dispute-opened"


def _received() -> str:
    return "received/urn:wangge:taiyuan:intake:epoch/wangge.intake.reports.v1/0"


# The procedure


async def test_a_dispute_is_led_to_a_kept_agreement(each_desk: Desk) -> None:
    desk, id_ = each_desk, await each_desk.admitted()
    _, members = await desk.agreed(id_)
    for number in (1, 2):
        await desk.done(f"/disputes/{id_}/items/{number}/fulfilled", {"evidence": "照片", "verified_by": members[1]})
    last = await desk.done(f"/disputes/{id_}/settle")
    told = await desk.detail(id_, after=last["position"])
    assert (told["state"], told["settled_same_day"], told["version"]) == ("settled", True, last["version"])
    assert [(item["what"], item["evidence"]) for item in told["items"]] == [
        ("第1部电梯", "照片"),
        ("第2部电梯", "照片"),
    ]
    assert told["agreements"][0]["text"] == "装两部"
    assert [line["what"] for line in told["timeline"]][:4] == ["received", "admitted", "dispute-opened", "party-joined"]
    assert told["timeline"][-1]["what"] == "dispute-settled"
    rows = (await desk.get("/disputes", state="settled")).json()["disputes"]
    (row,) = [row for row in rows if row["id"] == id_]
    assert (row["parties"], row["sessions_held"], row["items"], row["items_fulfilled"]) == (2, 1, 2, 2)


async def test_what_is_left_over_keeps_a_dispute_open(desk: Desk) -> None:
    id_ = await desk.admitted()
    _, members = await desk.agreed(id_)
    await desk.done(f"/disputes/{id_}/items/1/fulfilled", {"verified_by": members[1]})
    await desk.done(f"/disputes/{id_}/residual", {"issue": 1, "what": "产权证"})
    await desk.done(f"/disputes/{id_}/partly-resolved")
    await desk.done(f"/disputes/{id_}/items/2/fulfilled", {"verified_by": members[1]})
    refused = await desk.post(f"/disputes/{id_}/settle")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:wangge:problem:issues-open")
    assert (await desk.detail(id_))["state"] == "partly_resolved"
    await desk.done(f"/disputes/{id_}/residual/1/resolved")
    await desk.done(f"/disputes/{id_}/settle")


async def test_a_clear_no_ends_it_and_the_other_routes_are_told(desk: Desk) -> None:
    id_ = await desk.admitted()
    parties, _ = await desk.with_group(id_)
    await desk.done(f"/disputes/{id_}/refusal", {"party": parties[1]})
    refused = await desk.post(f"/disputes/{id_}/sessions", {"begins_at": "2099-01-01T10:00:00+08:00", "place": "x"})
    assert refused.json()["type"] == "urn:wangge:problem:mediation-was-refused"
    await desk.done(f"/disputes/{id_}/close", {"reason": "party_unwilling", "routes_told": ["人民法院诉讼"]})
    told = await desk.detail(id_)
    assert (told["state"], told["routes_told"]) == ("closed", ["人民法院诉讼"])


async def test_a_report_taken_back_ends_mediation_with_its_reason_and_nothing_is_lost(each_desk: Desk) -> None:
    desk, report = each_desk, uuid.uuid4().hex
    await desk.tells(report, datetime.now(UTC))
    await desk.caught_up()
    id_ = dispute_id(report)
    # Who brought it is a party, so that mediation is theirs to end.
    await desk.done(f"/disputes/{id_}/parties", {"parties": [{"side": "applicant", "person": f"person-{report}"}]})
    why = await desk.personal(f"report-{report}", "我们自己谈好了")
    await desk.hears(
        ReportWithdrawn(report=report, code=f"WG-{report[:8]}", reason=why, withdrawn_at=datetime.now(UTC))
    )
    await desk.caught_up()
    told = await desk.detail(id_)
    assert (told["state"], told["withdrawal_reason"], len(told["parties"])) == ("withdrawn", "我们自己谈好了", 1)
    assert [line["what"] for line in told["timeline"]][-2:] == ["withdrawn", "applicant-withdrew"]
    refused = await desk.post(f"/disputes/{id_}/parties", {"parties": [{"side": "respondent", "name": "周某"}]})
    assert refused.json()["type"] == "urn:wangge:problem:application-was-withdrawn"
    page = (await desk.browser().get(f"/mediation/disputes/{id_}")).text
    assert "我们自己谈好了" in page
    assert "申请人已撤回" in page
    await desk.done(f"/disputes/{id_}/close", {"reason": "party_unwilling", "routes_told": ["人民法院诉讼"]})
    assert (await desk.detail(id_))["state"] == "closed"


async def test_reports_that_are_dealt_with_together_are_shown_with_the_case_until_they_are_taken_out(
    each_desk: Desk,
) -> None:
    desk, parent, child = each_desk, uuid.uuid4().hex, uuid.uuid4().hex
    await desk.tells(parent, datetime.now(UTC))
    both: Any = {
        "report": child,
        "code": f"WG-{child[:8]}",
        "parent": parent,
        "parent_code": f"WG-{parent[:8]}",
        "station": "czl",
        "reporter": None,
    }
    await desk.hears(ReportMerged(**both, merged_at=datetime.now(UTC)))
    await desk.caught_up()
    told = await desk.detail(dispute_id(parent))
    assert [one["report"] for one in told["merged_reports"]] == [child]
    assert told["timeline"][-1]["told"] == {"code": f"WG-{child[:8]}"}
    assert f"/intake/reports/{child}" in (await desk.browser().get(f"/mediation/disputes/{told['id']}")).text
    await desk.hears(ReportUnmerged(**both, unmerged_at=datetime.now(UTC)))
    await desk.caught_up()
    told = await desk.detail(dispute_id(parent))
    assert told["merged_reports"] == []
    assert [line["what"] for line in told["timeline"]][-2:] == ["merged-here", "unmerged-here"]


async def test_twenty_five_owners_are_entered_by_one_request(desk: Desk) -> None:
    id_ = await desk.admitted()
    reporter = (await desk.detail(id_))["applicant"]
    owners = [{"side": "applicant", "person": reporter}]
    owners += [{"side": "applicant", "name": f"业主{n}", "demand": "办证"} for n in range(2, 26)]
    done = await desk.done(f"/disputes/{id_}/parties", {"parties": owners})
    told = await desk.detail(id_)
    assert [party["person"] for party in told["parties"]] == done["persons"]
    assert [party["name"] for party in told["parties"]] == ["李明", *(f"业主{n}" for n in range(2, 26))]
    assert told["parties"][0]["phone"] == "13800000000"


async def test_of_many_parties_all_are_entered_or_none(desk: Desk) -> None:
    id_ = await desk.admitted()
    _, members = await desk.with_group(id_)
    before = (await desk.detail(id_))["version"]
    body = [{"side": "third", "name": "丙"}, {"side": "third", "name": "丁", "person": members[0]}]
    refused = await desk.post(f"/disputes/{id_}/parties", {"parties": body})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:wangge:problem:party-sits")
    assert (await desk.detail(id_))["version"] == before


# Refusals, repetitions, races


async def test_a_refusal_is_told_in_the_reader_s_language_with_words_for_codes(desk: Desk) -> None:
    id_ = await desk.admitted()
    body = {"begins_at": "2099-01-01T10:00:00+08:00", "place": "社区调解室"}
    chinese = await desk.post(f"/disputes/{id_}/sessions", body, headers={"Accept-Language": "zh-CN"})
    english = await desk.post(f"/disputes/{id_}/sessions", body, headers={"Accept-Language": "en"})
    assert (chinese.status_code, english.status_code) == (409, 409)
    assert "包片所领导、社区民警、社区辅警" in chinese.json()["detail"]
    assert "leader in charge of the area, community officer" in english.json()["detail"]


async def test_a_malformed_body_is_named_field_by_field(desk: Desk) -> None:
    id_ = await desk.admitted()
    answer = await desk.post(f"/disputes/{id_}/parties", {"side": "both"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/parties/0/side")
    nameless = await desk.post(f"/disputes/{id_}/parties", {"side": "third"})
    assert (nameless.status_code, nameless.json()["errors"][0]["pointer"]) == (422, "#/parties/0/name")


async def test_an_unknown_dispute_is_not_found(desk: Desk) -> None:
    assert (await desk.get("/disputes/WG-0")).status_code == 404
    assert (await desk.post("/disputes/WG-0/settle")).status_code == 404


async def test_a_repeated_request_counts_once_and_another_under_its_key_is_refused(each_desk: Desk) -> None:
    desk, id_, key = each_desk, await each_desk.admitted(), str(uuid.uuid4())
    body = {"parties": [{"side": "applicant", "name": "甲"}, {"side": "respondent", "name": "乙"}]}
    first = await desk.post(f"/disputes/{id_}/parties", body, key=key)
    again = await desk.post(f"/disputes/{id_}/parties", body, key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["persons"] == again.json()["persons"]
    assert len((await desk.detail(id_))["parties"]) == 2
    other = await desk.post(f"/disputes/{id_}/parties", {"side": "third", "name": "丙"}, key=key)
    assert other.json()["type"] == "urn:wangge:problem:idempotency-key-reused"


async def test_who_decides_on_an_older_state_is_told_what_changed(desk: Desk) -> None:
    id_ = await desk.admitted()
    seen = (await desk.get(f"/disputes/{id_}")).headers["ETag"]
    await desk.done(f"/disputes/{id_}/parties", {"side": "applicant", "name": "甲"})
    late = await desk.post(f"/disputes/{id_}/parties", {"side": "applicant", "name": "乙"}, headers={"If-Match": seen})
    assert late.status_code == 412
    assert (late.json()["version"], late.json()["since"]) == (2, ["party-joined"])


async def test_of_concurrent_commands_on_one_dispute_one_wins_and_the_other_is_told(each_desk: Desk) -> None:
    desk, id_ = each_desk, await each_desk.admitted()
    _, members = await desk.agreed(id_)
    for number in (1, 2):
        await desk.done(f"/disputes/{id_}/items/{number}/fulfilled", {"verified_by": members[1]})
    answers = await asyncio.gather(
        desk.post(f"/disputes/{id_}/settle"),
        desk.post(f"/disputes/{id_}/close", {"reason": "other", "routes_told": ["诉讼"]}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    lost = next(answer for answer in answers if answer.status_code == 409)
    assert lost.json()["type"].endswith(("already-settled", "already-closed"))


# Who may


async def test_only_who_leads_a_dispute_takes_its_steps(desk: Desk) -> None:
    id_ = await desk.admitted()
    body = {"side": "applicant", "name": "甲"}
    for actor in (AUXILIARY, ELSEWHERE, VOLUNTEER, MEDIATOR):
        assert (await desk.post(f"/disputes/{id_}/parties", body, actor)).status_code == 403, actor
    assert (await desk.client(None).get(f"{API}/disputes/{id_}")).status_code == 401
    assert (await desk.post(f"/disputes/{id_}/parties", body, OFFICER)).status_code == 201


async def test_a_mediator_reads_and_leads_what_the_group_s_seat_gives(desk: Desk) -> None:
    own, other = await desk.admitted(), await desk.admitted()
    parties, _ = await desk.with_group(own)
    await desk.caught_up()
    assert (await desk.get(f"/disputes/{other}", MEDIATOR)).status_code == 403
    listed = [row["id"] for row in (await desk.get("/disputes", MEDIATOR, limit=200)).json()["disputes"]]
    assert own in listed
    assert other not in listed
    await desk.done(f"/disputes/{own}/same-day/set-aside", {"party": parties[0]}, MEDIATOR)


async def test_names_and_words_are_open_to_the_group_and_not_to_every_reader(desk: Desk) -> None:
    id_ = await desk.admitted()
    await desk.with_group(id_)
    seen = await desk.detail(id_, AUXILIARY)
    assert (seen["readable"], seen["story"], seen["parties"][0]["name"]) == (False, None, None)
    assert (await desk.detail(id_, MEDIATOR))["parties"][0]["name"] == "业主甲"


async def test_each_reading_of_sealed_values_is_recorded(desk: Desk) -> None:
    id_ = await desk.admitted()
    await desk.with_group(id_)
    before = (await desk.runtime.store.head()).position
    await desk.detail(id_, OFFICER)
    (read,) = await desk.runtime.store.read_all(before)
    assert (read.type, b"a-officer" in read.data) == ("sealed-read", True)
    assert "业主甲".encode() not in read.data


async def test_an_erased_person_is_unreadable_and_the_case_stays(each_desk: Desk) -> None:
    desk, id_ = each_desk, await each_desk.admitted()
    parties, _ = await desk.with_group(id_)
    await desk.hears(PersonErased(person=parties[0], at=datetime.now(UTC)))
    await desk.caught_up()
    told = await desk.detail(id_)
    assert (told["parties"][0]["name"], told["parties"][0]["demand"]) == (None, None)
    assert told["parties"][1]["name"] == "开发商周某"
    await desk.done(f"/disputes/{id_}/parties", {"side": "third", "name": "丙", "demand": "安静"})
    assert (await desk.detail(id_))["parties"][2]["demand"] == "安静"


async def test_erasing_the_reporter_takes_the_words_of_the_report_along(desk: Desk) -> None:
    id_ = await desk.admitted()
    await desk.hears(PersonErased(person=(await desk.detail(id_))["applicant"], at=datetime.now(UTC)))
    await desk.caught_up()
    told = await desk.detail(id_)
    assert (told["applicant_name"], told["headline"], told["story"]) == (None, None, None)


# History, and the night


async def test_history_is_entered_later_by_who_leads_the_station(desk: Desk) -> None:
    id_ = await desk.admitted(datetime(2020, 8, 31, 1, 0, tzinfo=UTC))
    at = "2020-08-31T19:00:00+08:00"
    parties, members = await desk.agreed(id_, at)
    for number in (1, 2):
        body = {"verified_by": members[1], "happened_at": at}
        await desk.done(f"/disputes/{id_}/items/{number}/fulfilled", body)
    await desk.done(f"/disputes/{id_}/settle", {"happened_at": at})
    told = await desk.detail(id_)
    assert told["settled_same_day"] is True
    assert told["settled_at"].startswith("2020-08-31")
    assert len(parties) == 2


async def test_only_who_leads_the_station_dates_a_step_back_and_nobody_into_the_future(desk: Desk) -> None:
    id_ = await desk.admitted()
    body = {"side": "applicant", "name": "甲", "happened_at": datetime.now(UTC).isoformat()}
    assert (await desk.post(f"/disputes/{id_}/parties", body, OFFICER)).status_code == 403
    body["happened_at"] = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    future = await desk.post(f"/disputes/{id_}/parties", body)
    assert (future.status_code, future.json()["errors"][0]["pointer"]) == (422, "#/happened_at")


async def test_the_overnight_list_holds_what_was_open_at_ten_and_not_set_aside(each_desk: Desk) -> None:
    desk = each_desk
    morning = datetime(2019, 3, 4, 1, 0, tzinfo=UTC)
    waits = await desk.admitted(morning + timedelta(hours=1))
    waits_longer = await desk.admitted(morning)
    settled, aside, later = [await desk.admitted(morning) for _ in range(3)]
    await desk.done(
        f"/disputes/{settled}/close",
        {"reason": "other", "routes_told": ["诉讼"], "happened_at": "2019-03-04T21:59:00+08:00"},
    )
    for dispute, at in ((aside, "2019-03-04T20:00:00+08:00"), (later, "2019-03-05T08:00:00+08:00")):
        parties, _ = await desk.with_group(dispute, "2019-03-04T12:00:00+08:00")
        await desk.done(f"/disputes/{dispute}/same-day/set-aside", {"party": parties[0], "happened_at": at})
    await desk.caught_up()
    told = (await desk.get("/overnight", on="2019-03-04", station="czl")).json()
    assert [row["id"] for row in told["disputes"]] == [waits_longer, later, waits]
    before = (await desk.get("/overnight", on="2019-03-03")).json()
    assert before["disputes"] == []
    assert (await desk.get("/overnight", OFFICER, station="elsewhere")).status_code == 403


async def test_a_list_goes_on_by_its_cursor(desk: Desk) -> None:
    ids = [await desk.admitted() for _ in range(3)]
    first = await desk.client().get(f"{API}/disputes?limit=2")
    address = first.headers["Link"].split(";")[0].strip("<>")
    second = await desk.client().get(address)
    told = [row["id"] for row in (*first.json()["disputes"], *second.json()["disputes"])]
    assert told[:3] == ids[::-1]
