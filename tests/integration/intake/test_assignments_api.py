"""From a report to the right hands by HTTP: a named person with the reason, and every way on from there."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from services.intake.domain.streams import ASSIGNMENT
from tests.integration.intake.conftest import API, Answer, Desk, opened, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

HAZARD = {
    "subject": "楼道堆满杂物堵住消防通道",
    "text": "三单元楼道堆满纸箱和电动车，消防通道被堵住了。",
    "place": {"community": "wangfu", "grid": "wangfu-03"},
}
WHY = {"reason": "不在本社区辖区内，实际位于大唐社区。"}


@dataclass
class Person:
    """Somebody who is signed in."""

    desk: Desk
    http: httpx2.AsyncClient

    async def get(self, path: str, **parameters: Any) -> Answer:
        return await self.http.get(API + path, params=parameters)

    async def does(self, told: dict[str, Any], move: str, body: Any = None, seen: int | None = None) -> Answer:
        headers = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
        if seen is not None:
            headers["If-Match"] = f'"{seen}"'
        return await self.http.post(f"{API}/reports/{told['id']}/assignment/{move}", json=body, headers=headers)

    async def did(self, told: dict[str, Any], move: str, body: Any = None) -> None:
        answer = await self.does(told, move, body)
        assert answer.status_code == 200, answer.text
        told["position"] = answer.json()["position"] or told["position"]

    async def sees(self, told: dict[str, Any]) -> dict[str, Any]:
        answer = await self.get(f"/reports/{told['id']}/assignment")
        assert answer.status_code == 200, answer.text
        seen: dict[str, Any] = answer.json()
        return seen

    async def work(self, told: dict[str, Any]) -> list[str]:
        """Why this report waits for the person; nothing where it does not."""
        answer = await self.get("/work", after=told["position"])
        assert answer.status_code == 200, answer.text
        return [each["waits_for"] for each in answer.json()["work"] if each["report"] == told["id"]]


@dataclass
class City:
    """Two stations with their people."""

    desk: Desk
    guo: Person
    ma: Person
    li: Person
    wang: Person
    bai: Person

    async def hazard(self, **fields: Any) -> dict[str, Any]:
        """A hazard at Wangfu whose kind was confirmed, once it has been routed."""
        told = await self.desk.register(**{**HAZARD, **fields})
        answer = await self.desk.post(f"/reports/{told['id']}/classify", {"kind": "hazard"})
        assert answer.status_code == 200, answer.text
        runtime = self.desk.runtime
        await until(lambda: runtime.commands.load(ASSIGNMENT, told["id"]), lambda loaded: loaded[0] > 0)
        told["position"] = (await self.desk.runtime.store.head()).position
        return told


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    async with opened(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('assignments')}/intake.db") as desk:

        async def person(name: str, **post: str) -> Person:
            return Person(desk, await desk.account(name, {"station": "czl", **post}))

        yield City(
            desk,
            await person("guo", role="community_officer", community="wangfu"),
            await person("ma", role="community_officer", community="datang"),
            await person("li", role="auxiliary", community="wangfu"),
            await person("wang", role="station_leader"),
            await person("bai", role="station_leader", station="xjk"),
        )


# To a named person (A8)


async def test_a_hazard_goes_to_the_communitys_officer_with_the_reason_and_the_limits(city: City) -> None:
    told = await city.hazard()
    seen = await city.guo.sees(told)
    assert (seen["stage"], seen["owner"]["name"], seen["owner"]["level"]) == ("given", "guo", "community")
    assert seen["because"]["rule"] == "hazard-to-officer"
    assert (seen["because"]["outcome"], seen["because"]["placed_by"]) == ("one", "register")
    assert seen["objection"]["binding"] is False, "nobody here has read the hotline's rule on objections"
    assert seen["due"] is not None
    assert {"start", "object", "up", "across"} <= set(seen["may"])
    assert await city.guo.work(told) == ["mine"]
    assert await city.ma.work(told) == []


async def test_the_place_is_found_by_the_point_on_the_map_and_by_the_address_in_words(city: City) -> None:
    desk, of = city.desk, "datang"
    await desk.put(f"/communities/{of}", {"name": "大唐社区", "station": "czl"})
    compound = {"compound": "huayuan", "name": "云杉花园", "grid": f"{of}-01", "property_managed": True}
    grids = [{"grid": f"{of}-01", "name": "第一网格"}]
    entered = await desk.post(f"/communities/{of}/entries", {"grids": grids, "compounds": [compound]})
    assert entered.status_code == 200, entered.text
    ring = [[112.5, 37.8], [112.6, 37.8], [112.6, 37.9], [112.5, 37.9], [112.5, 37.8]]
    drawn = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [ring]},
                "properties": {"kind": "grid", "area": f"{of}-01"},
            }
        ],
    }
    put = await desk.put(f"/register/communities/{of}/boundaries?since=2020-01-01", drawn)
    assert put.status_code == 200, put.text

    async def given_to(**where: Any) -> tuple[str | None, str, str]:
        seen = await city.ma.sees(await city.hazard(place={}, **where))
        return seen["owner"]["name"], seen["because"]["outcome"], seen["because"]["placed_by"]

    assert await given_to(point={"longitude": 112.55, "latitude": 37.85}) == ("ma", "one", "point")
    assert await given_to(point={"longitude": 113.55, "latitude": 37.85}) == (None, "no_place", "unknown")
    assert await given_to(address="云杉花园3号楼2单元门口") == ("ma", "one", "address")
    assert await given_to(address="不知道在哪里的一条路") == (None, "no_place", "unknown")


async def test_the_register_of_posts_says_who_holds_the_post_that_day(city: City) -> None:
    accounts = {row["name"]: row["id"] for row in (await city.desk.get("/accounts")).json()}
    await city.desk.put("/communities/beiyuan", {"name": "北苑社区", "station": "czl"})
    assert (await city.guo.sees(await city.hazard(place={"community": "beiyuan"})))["because"]["outcome"] == "nobody"
    taken = {
        "role": "community_officer",
        "place": {"station": "czl", "community": "beiyuan"},
        "name": "马示安",
        "since": "2020-05-06",
        "account": accounts["ma"],
    }
    answer = await city.desk.post("/register/posts", taken)
    assert answer.status_code in (200, 201), answer.text
    seen = await city.ma.sees(await city.hazard(place={"community": "beiyuan"}))
    assert (seen["owner"]["name"], seen["because"]["outcome"]) == ("ma", "one")


async def test_without_a_place_it_lies_at_the_desk_and_whoever_signs_there_has_it(city: City) -> None:
    told = await city.hazard(place={})
    seen = await city.ma.sees(told)
    assert (seen["owner"]["account"], seen["because"]["outcome"]) == (None, "no_place")
    assert await city.ma.work(told) == ["desk"]
    assert await city.li.work(told) == []
    await city.ma.did(told, "start")
    assert (await city.ma.sees(told))["owner"]["name"] == "ma"
    assert await city.ma.work(told) == ["mine"]


async def test_danger_to_life_goes_to_the_leader_before_anybody_confirmed_its_kind(city: City) -> None:
    told = await city.desk.register(subject="有人要跳楼", text="六楼有人站在窗外要跳楼，快来人。")
    await city.desk.caught_up()
    seen = await city.wang.sees(told)
    assert (seen["owner"]["name"], seen["because"]["rule"]) == ("wang", "danger-to-leader")


async def test_what_nobody_classified_lies_with_the_station_and_may_be_routed_at_once(city: City) -> None:
    told = await city.desk.register(**HAZARD)
    assert (await city.guo.sees(told))["stage"] == "unassigned"
    key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    answer = await city.guo.http.post(f"{API}/reports/{told['id']}/assignment", headers=key)
    assert answer.status_code == 200
    assert (await city.guo.sees(told))["stage"] == "given"


async def test_what_is_not_there_cannot_be_assigned(city: City) -> None:
    missing = {"id": "nothing"}
    assert (await city.guo.does(missing, "start")).status_code == 404
    assert (await city.guo.get("/reports/nothing/assignment")).status_code == 404


async def test_a_complaint_about_an_officer_goes_past_that_officer(city: City) -> None:
    accounts = {row["name"]: row["id"] for row in (await city.desk.get("/accounts")).json()}
    told = await city.desk.register(**HAZARD, about=[accounts["guo"]])
    await city.desk.caught_up()
    answer = await city.wang.sees(told)
    assert (answer["owner"]["name"], answer["because"]["rule"]) == ("wang", "complaint-to-leader")
    down = await city.wang.does(told, "down", {"account": "guo", **WHY})
    assert down.status_code == 422, "not to whom it is about"
    assert (await city.guo.does(told, "start")).status_code == 403


# Signing, and whoever is quicker (B9)


async def test_who_saw_an_older_version_is_told_so(city: City) -> None:
    told = await city.hazard()
    seen = (await city.guo.sees(told))["version"]
    await city.guo.did(told, "start")
    answer = await city.guo.does(told, "up", WHY, seen)
    assert answer.status_code == 412
    assert "handling-started" in answer.json()["since"]


async def test_no_reason_no_move(city: City) -> None:
    told = await city.hazard()
    for move in ("object", "up"):
        assert (await city.guo.does(told, move, {"reason": " "})).status_code == 422
        assert (await city.guo.does(told, move)).status_code == 422


async def test_words_are_sealed_and_said_only_to_who_may_read_the_report(city: City) -> None:
    told = await city.hazard()
    await city.guo.did(told, "object", WHY)
    assert all(WHY["reason"].encode() not in event.data for event in await city.desk.events())
    assert (await city.wang.sees(told))["question"]["reason"] == WHY["reason"]


# Not ours (A9)


async def test_an_objection_is_settled_by_the_level_above_and_there_is_no_second_bounce(city: City) -> None:
    told = await city.hazard()
    await city.guo.did(told, "object", WHY)
    assert await city.wang.work(told) == ["decision"]
    assert (await city.ma.does(told, "settle", {**WHY, "account": "ma"})).status_code == 409
    await city.wang.did(told, "settle", {**WHY, "account": "ma"})
    assert (await city.ma.sees(told))["owner"]["name"] == "ma"
    again = await city.ma.does(told, "object", WHY)
    assert again.status_code == 409
    assert again.json()["type"] == "urn:wangge:problem:ownership-decided"
    assert again.headers["content-language"] == "zh-CN" or "bounced" in again.json()["detail"]


# Up, across, delay, down (B8)


async def test_more_time_and_a_colleague_are_asked_for_and_granted_by_the_leader(city: City) -> None:
    told = await city.hazard()
    await city.guo.did(told, "start")
    await city.guo.did(told, "delay", {**WHY, "until": "2099-01-05T18:00:00+08:00"})
    assert (await city.guo.does(told, "grant", WHY)).status_code == 409
    await city.wang.did(told, "grant", WHY)
    assert (await city.guo.sees(told))["due"]["until"].startswith("2099-01-05")
    await city.guo.did(told, "across", {**WHY, "account": "ma"})
    await city.wang.did(told, "decline", WHY)
    await city.guo.did(told, "up", WHY)
    await city.wang.did(told, "grant", WHY)
    assert (await city.wang.sees(told))["owner"]["name"] == "wang"
    await city.wang.did(told, "down", {**WHY, "account": "li"})
    assert await city.li.work(told) == ["mine"]


async def test_nobody_is_named_who_is_not_of_the_station(city: City) -> None:
    told = await city.hazard()
    answer = await city.wang.does(told, "down", {**WHY, "account": "bai"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/account"


# Lead and co-handlers (B7)


async def test_a_co_handler_reads_the_report_while_they_have_a_part_in_it(city: City) -> None:
    told = await city.hazard(place={"community": "datang"})
    assert (await city.li.get(f"/reports/{told['id']}")).status_code == 403
    await city.ma.did(told, "start")
    await city.ma.did(told, "co-handlers", {"account": "li", "task": "请到现场核实消防通道是否已清理。"})
    assert await city.li.work(told) == ["part"]
    assert (await city.li.get(f"/reports/{told['id']}")).status_code == 200
    await city.li.did(told, "co-handlers/accept")
    finish = {"outcome": "solved", "answered": True, "result": "已清理完毕。"}
    refused = await city.ma.does(told, "finish", finish)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:wangge:problem:parts-open")
    await city.li.did(told, "co-handlers/on-site")
    await city.li.did(told, "co-handlers/done", {"note": "现场已清理。"})
    await city.ma.did(told, "finish", finish)
    assert (await city.ma.sees(told))["stage"] == "finished"


async def test_a_part_may_be_refused_and_waived_with_a_reason(city: City) -> None:
    told = await city.hazard()
    await city.guo.did(told, "start")
    await city.guo.did(told, "co-handlers", {"account": "li", "task": "请到现场。"})
    await city.li.did(told, "co-handlers/refuse", WHY)
    assert await city.li.work(told) == []
    await city.guo.did(told, "co-handlers", {"account": "ma", "task": "请到现场。"})
    await city.ma.did(told, "co-handlers/accept")
    await city.guo.did(told, "co-handlers/waive", {**WHY, "account": "ma"})
    parts = {part["name"]: part["part"] for part in (await city.guo.sees(told))["parts"]}
    assert parts == {"li": "refused", "ma": "waived"}


# Between stations (H2)


async def test_a_hand_over_needs_acceptance_and_then_all_reads_follow_the_new_station(city: City) -> None:
    told = await city.hazard()
    assert (await city.wang.does(told, "offer", {**WHY, "station": "nowhere"})).status_code == 422
    await city.wang.did(told, "offer", {**WHY, "station": "xjk"})
    # Until then it is the old station's, and the other one reads the words of the offer alone.
    assert (await city.bai.get(f"/reports/{told['id']}")).status_code == 403
    (offer,) = (await city.bai.get("/handovers", after=told["position"])).json()["offered"]
    assert (offer["report"], offer["from_station"], offer["reason"]) == (told["id"], "czl", WHY["reason"])
    assert "subject" not in offer
    assert (await city.guo.sees(told))["owner"]["name"] == "guo"
    assert (await city.guo.does(told, "offer/accept", WHY)).status_code == 403

    await city.bai.did(told, "offer/accept", {**WHY, "account": "bai"})
    after = {"after": told["position"]}
    assert (await city.bai.get(f"/reports/{told['id']}", **after)).json()["station"] == "xjk"
    assert (await city.guo.get(f"/reports/{told['id']}", **after)).status_code == 403
    assert (await city.guo.does(told, "start")).status_code == 403
    assert await city.guo.work(told) == []
    left = (await city.wang.get("/handovers", **after)).json()["handed_over"]
    assert [row["to_station"] for row in left if row["report"] == told["id"]] == ["xjk"]
    assert set(await city.wang.sees(told)) == {"report", "code", "from_station", "to_station", "at"}
    assert (await city.bai.sees(told))["owner"]["name"] == "bai"
    stored = {
        event.type: event for event in await city.desk.events() if event.type in ("handover-accepted", "report-moved")
    }
    assert len({event.recorded_at for event in stored.values()}) == 1, "both in one append"
    assert abs(stored["report-moved"].position - stored["handover-accepted"].position) == 1


async def test_an_offer_that_is_declined_or_taken_back_changes_nothing(city: City) -> None:
    told = await city.hazard()
    for answer, person in (("offer/decline", city.bai), ("offer/withdraw", city.wang)):
        await city.wang.did(told, "offer", {**WHY, "station": "xjk"})
        await person.did(told, answer, WHY)
        seen = await city.guo.sees(told)
        assert (seen["owner"]["name"], seen["question"]) == ("guo", None)


async def test_an_acceptance_sent_twice_or_too_late_moves_nothing_twice(city: City) -> None:
    told = await city.hazard()
    await city.wang.did(told, "offer", {**WHY, "station": "xjk"})
    stale = await city.bai.does(told, "offer/accept", WHY, seen=1)
    assert stale.status_code == 412
    address, key = f"{API}/reports/{told['id']}/assignment/offer/accept", {"Idempotency-Key": '"accept-once"'}
    first = await city.bai.http.post(address, json=WHY, headers=key)
    again = await city.bai.http.post(address, json=WHY, headers=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()


# To the end


async def test_what_was_finished_is_checked_by_another_and_may_be_reopened(city: City) -> None:
    told = await city.hazard()
    await city.guo.did(told, "start")
    await city.guo.did(told, "finish", {"outcome": "solved", "answered": True, "result": "通道已清理，已电话告知。"})
    assert (await city.guo.does(told, "check", {**WHY, "passed": True})).status_code == 409
    assert await city.wang.work(told) == ["decision"]
    await city.wang.did(told, "check", {**WHY, "passed": False})
    await city.guo.did(told, "finish", {"outcome": "solved", "answered": True, "result": "通道已清理，已电话告知。"})
    await city.wang.did(told, "check", {**WHY, "passed": True})
    await city.ma.did(told, "reopen", WHY)
    assert await city.guo.work(told) == ["mine"]
    steps = [step["what"] for step in (await city.guo.sees(told))["steps"]]
    assert steps[-3:] == ["handling-finished", "handling-checked", "handling-reopened"]


async def test_what_goes_to_mediation_waits_for_nobody_here(city: City) -> None:
    told = await city.desk.admitted(place=HAZARD["place"])
    await city.desk.caught_up()
    told["position"] = (await city.desk.runtime.store.head()).position
    assert await city.guo.work(told) == []
    answer = await city.desk.post(f"/reports/{told['id']}/assignment")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:wangge:problem:decided-upon")
