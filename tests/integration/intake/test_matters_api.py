"""One matter by HTTP: suggested with its evidence, decided by a person, undone without a trace but the history."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from services.intake.projections.likenesses import Digests
from tests.integration.intake.conftest import API, KEY, Desk, form_key, form_token, opened, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

FUMES = {
    "subject": "{0}小区三栋楼下饭店油烟扰民",
    "text": "{0}小区三栋一楼新开了老槐树饭店，没有专用烟道，油烟直排，住户开不了窗，请查处老槐树饭店。",
}
AGAIN = {
    "subject": "{0}楼下老槐树饭店没有烟道，油烟熏人",
    "text": "我住在{0}小区三栋，楼下的老槐树饭店天天油烟直排，没有烟道，家里都是油烟味。",
}
LEAK = {"subject": "{0}小区地下车库长期漏水", "text": "{0}小区的地下车库一下雨就漏水，积水很深，物业不修。"}


async def bring(desk: Desk, words: dict[str, str], estate: str, **fields: Any) -> dict[str, Any]:
    return await desk.register(**{name: text.format(estate) for name, text in words.items()}, **fields)


async def suspected(desk: Desk, report: str) -> list[Any]:
    """What the policy suggested of a report."""
    events = await desk.runtime.store.read_stream(f"matter-{report}")
    return [event for event in events if event.type == "duplicate-suspected"]


async def similar(desk: Desk, report: str) -> list[dict[str, Any]]:
    answer = await desk.get(f"/reports/{report}/similar")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["similar"]
    return found


async def test_a_later_report_of_the_same_matter_is_suggested_with_the_words_of_both(each_desk: Desk) -> None:
    desk = each_desk
    first, other = await bring(desk, FUMES, "榆景湾"), await bring(desk, LEAK, "榆景湾")
    second = await bring(desk, AGAIN, "榆景湾")
    (suggestion,) = await until(lambda: suspected(desk, second["id"]), bool)
    assert first["id"].encode() in suggestion.data
    assert "榆景".encode() not in suggestion.data, "an event holds places into words, and no words"
    (one,) = [one for one in await similar(desk, second["id"]) if one["suggested"]]
    assert (one["id"], one["merge_into"]) == (first["id"], first["id"])
    place = next(field for field in one["fields"] if field["field"] == "place")
    assert any("榆景湾" in word for word in place["here"])
    assert any("榆景湾" in word for word in place["there"])
    await desk.caught_up()
    assert not await suspected(desk, first["id"])
    assert not await suspected(desk, other["id"]), "another issue at the same estate is another matter"
    waiting = (await desk.get("/matters/suspected")).json()["suspected"]
    assert (second["id"], first["id"]) in {(row["report"], row["other"]) for row in waiting}


async def told_of(desk: Desk, report: str, type_: str) -> dict[str, Any]:
    (event,) = [one for one in await desk.runtime.store.read_stream(f"matter-{report}") if one.type == type_]
    told: dict[str, Any] = json.loads(event.data)
    return told


async def test_no_other_service_hears_of_a_complaint_that_was_merged(desk: Desk) -> None:
    parent, complaint = await bring(desk, FUMES, "柏林苑"), await bring(desk, LEAK, "柏林苑", about=["post:auxiliary"])
    assert (await desk.post(f"/reports/{complaint['id']}/merge", {"into": parent["id"]})).status_code == 200
    assert (await told_of(desk, complaint["id"], "report-merged"))["named"] is None


async def test_a_merged_report_follows_its_parent_and_un_merging_sets_it_free(each_desk: Desk) -> None:
    desk = each_desk
    parent, child = await bring(desk, FUMES, "松涛苑"), await bring(desk, AGAIN, "松涛苑", reporter_name="李明")
    merged = await desk.post(f"/reports/{child['id']}/merge", {"into": parent["id"]}, key=f"merge-{child['id']}")
    assert merged.status_code == 200, merged.text
    named = (await told_of(desk, child["id"], "report-merged"))["named"]
    assert (named["code"], named["parent_code"]) == (child["code"], parent["code"])
    assert named["reporter"]["person"]
    again = await desk.post(f"/reports/{child['id']}/merge", {"into": parent["id"]}, key=f"merge-{child['id']}")
    assert again.json()["position"] == merged.json()["position"]
    await desk.post(f"/reports/{child['id']}/classify", {"kind": "dispute"})
    refused = await desk.post(f"/reports/{child['id']}/admit", {})
    assert refused.status_code == 409
    assert parent["code"] in refused.json()["detail"]
    demand = await desk.post(f"/reports/{child['id']}/demand", {"demand": "退还两个月房租"})
    outcome = await desk.post(f"/reports/{child['id']}/outcome", {"outcome": "partly_met"})
    told = (await desk.get(f"/reports/{parent['id']}/matter", after=outcome.json()["position"])).json()
    assert [(one["code"], one["demand"], one["outcome"]) for one in told["children"]] == [
        (child["code"], "退还两个月房租", "partly_met")
    ]
    assert demand.status_code == 200
    assert not await similar(desk, child["id"]), "what is merged is not suggested again"
    third = await bring(desk, AGAIN, "松涛苑", external_id=f"third-{child['id']}")
    (suggestion,) = await until(lambda: suspected(desk, third["id"]), bool)
    assert f'"other":"{parent["id"]}"'.encode() in suggestion.data, "the parent is suggested"
    apart = await desk.post(f"/reports/{child['id']}/unmerge", {"reason": "另一栋楼"})
    assert apart.status_code == 200
    assert (await told_of(desk, child["id"], "report-unmerged"))["named"] == named
    told = (await desk.get(f"/reports/{parent['id']}/matter", after=apart.json()["position"])).json()
    assert told["children"] == []
    assert (await desk.post(f"/reports/{child['id']}/admit", {})).status_code == 200
    refused = await desk.post(f"/reports/{child['id']}/merge", {"into": parent["id"]})
    assert refused.status_code == 409, "it has a case of its own now"


async def test_a_no_is_kept_and_nothing_is_merged_two_levels_deep(desk: Desk) -> None:
    one, other, third = [await bring(desk, FUMES, "碧桐里", external_id=f"bt-{number}") for number in range(3)]
    no = await desk.post(f"/reports/{other['id']}/dismiss", {"other": one["id"]})
    await desk.runtime.wait_for("matters", no.json()["position"])
    assert one["id"] not in {each["id"] for each in await similar(desk, other["id"])}
    assert other["id"] not in {each["id"] for each in await similar(desk, one["id"])}
    assert (await desk.post(f"/reports/{other['id']}/merge", {"into": one["id"]})).status_code == 200
    assert (await desk.post(f"/reports/{third['id']}/merge", {"into": other["id"]})).status_code == 409
    assert (await desk.post(f"/reports/{one['id']}/merge", {"into": third["id"]})).status_code == 409
    assert (await desk.post(f"/reports/{one['id']}/merge", {"into": one["id"]})).status_code == 409
    assert (await desk.post(f"/reports/{one['id']}/merge", {"into": "unknown"})).status_code == 404


async def test_children_are_split_off_into_a_matter_of_their_own(desk: Desk) -> None:
    parent, *children = [await bring(desk, FUMES, "柳岸里", external_id=f"la-{number}") for number in range(4)]
    for child in children:
        assert (await desk.post(f"/reports/{child['id']}/merge", {"into": parent["id"]})).status_code == 200
    first, second, stays = (child["id"] for child in children)
    split = await desk.post(f"/reports/{parent['id']}/split", {"children": [first, second], "reason": "另一家店"})
    assert split.status_code == 200, split.text
    after = split.json()["position"]
    left = (await desk.get(f"/reports/{parent['id']}/matter", after=after)).json()["children"]
    new = (await desk.get(f"/reports/{first}/matter")).json()
    assert [one["id"] for one in left] == [stays]
    assert (new["parent"], [one["id"] for one in new["children"]]) == (None, [second])


async def test_who_may_not_classify_may_not_merge_and_who_may_not_see_finds_nothing(desk: Desk) -> None:
    one, other = await bring(desk, FUMES, "听雨轩"), await bring(desk, AGAIN, "听雨轩")
    stranger = await desk.account("zhao", {"role": "community_officer", "station": "elsewhere"})
    assert (await stranger.get(f"{API}/reports/{one['id']}/similar")).status_code == 403
    refused = await stranger.post(
        f"{API}/reports/{one['id']}/merge", json={"into": other["id"]}, headers={"Idempotency-Key": '"z"'}
    )
    assert refused.status_code == 403


async def test_the_index_holds_no_word_and_forgets_a_report_with_its_key(sqlite_url: str) -> None:
    async with opened(sqlite_url) as desk:
        one = await bring(desk, FUMES, "鹤鸣台", reporter_name="何三妹")
        await desk.caught_up()
        held = "".join(await desk.table("likeness_reports")) + "".join(await desk.table("likeness_terms"))
        assert "鹤鸣" not in held
        term = str(Digests(KEY).one("鹤鸣"))
        assert term in held, "it is found by a keyed digest"
        assert str(Digests(b"o" * 32).one("鹤鸣")) not in held
        person = (await desk.get(f"/reports/{one['id']}")).json()["reporter"]
        await desk.post(f"/persons/{person}/erase", {"reason": "本人要求"})
        await until(lambda: desk.table("likeness_terms"), lambda rows: not rows)
        assert await desk.table("likeness_reports") == []
        assert await similar(desk, one["id"]) == []


async def test_a_rebuild_gives_the_same_rows_and_suggests_nothing_again(sqlite_url: str) -> None:
    async with opened(sqlite_url) as desk:
        await bring(desk, FUMES, "云栖谷")
        second = await bring(desk, AGAIN, "云栖谷")
        await until(lambda: suspected(desk, second["id"]), bool)
        await desk.caught_up()
        before = [await desk.table(name) for name in ("likeness_reports", "likeness_terms", "suspicions", "belongings")]
        for projection in ("likenesses", "matters"):
            await desk.runtime.rebuild(projection)
        await desk.caught_up()
        after = [await desk.table(name) for name in ("likeness_reports", "likeness_terms", "suspicions", "belongings")]
        assert after == before
        assert len(await suspected(desk, second["id"])) == 1


async def test_the_page_shows_both_side_by_side_and_merges(desk: Desk) -> None:
    one, other = await bring(desk, FUMES, "榆景湾"), await bring(desk, AGAIN, "榆景湾")
    await desk.caught_up()
    browser = await desk.browser()
    page = await browser.get(f"/intake/reports/{other['id']}/matter")
    assert page.status_code == 200
    assert re.search("<mark>(<[^>]+>)?[^<]*榆景湾", page.text)
    assert "可能是同一事项" in page.text
    form = {"form_token": form_token(page.text), "idempotency_key": form_key(page.text), "into": one["id"]}
    answer = await browser.post(f"/intake/reports/{other['id']}/merge", data=form)
    assert answer.status_code == 303, answer.text
    assert "已并入" in (await browser.get(answer.headers["location"])).text
    assert other["code"] in (await browser.get(f"/intake/reports/{one['id']}/matter")).text
    again = {**form, "idempotency_key": "another", "into": other["id"]}
    refused = await browser.post(f"/intake/reports/{one['id']}/merge", data=again)
    assert refused.status_code == 409
    assert "请合并" in refused.text
    assert (await browser.get("/intake/matters")).status_code == 200
