"""Notify's API and pages as a client sees them: who may see what, what is refused and in which language."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from sqlalchemy import select

from services.notify.adapters.channel import PermanentFailure
from services.notify.adapters.inbox import Inbox
from services.notify.domain import EVENTS
from services.notify.main import HEARD, NAME, follow, serve
from services.notify.projections.deliveries import deliveries
from services.notify.settings import Settings
from shared.access.actors import Actor
from shared.access.actors import Post as HeldPost
from shared.contracts.cases import MemberAppointed, SessionScheduled
from shared.contracts.envelope import Contract
from shared.contracts.register import AccountChanged, PersonErased, Post
from shared.contracts.vocabulary import Contact
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import system_clock
from shared.web import sessions
from shared.web.service import Background, Service
from tests.integration.notify.station import KEY, Watched, heard, personal
from tests.integration.notify.test_read_models import admitted, opened
from tests.unit.notify.examples import MONDAY, at

HOME = Path(__file__).parents[3] / "services" / "notify"
CODE = "WG-2026-000018"
POSTS = {
    "leader": Post(role="station_leader", station="wangfu"),
    "guo": Post(role="community_officer", station="wangfu", community="wangfu-1"),
    "zhao": Post(role="auxiliary", station="wangfu", community="wangfu-1"),
    "elsewhere": Post(role="station_leader", station="jinsheng"),
    "ops": Post(role="operator", station="wangfu"),
}


class Notify(NamedTuple):
    client: httpx2.AsyncClient
    runtime: Runtime
    service: Service

    def token(self, name: str) -> dict[str, str]:
        post = POSTS[name]
        actor = Actor(name, name, (HeldPost(post.role, post.station, post.community, post.grid),))  # type: ignore[arg-type]
        return {"Authorization": f"Bearer {sessions.issue(self.service.session_key, actor, 1, system_clock())}"}

    async def get(self, path: str, name: str = "guo", **headers: str) -> httpx2.Response:
        return await self.client.get(path, headers={**self.token(name), **headers})

    async def post(self, path: str, body: object = None, name: str = "guo", **headers: str) -> httpx2.Response:
        return await self.client.post(path, json=body or {}, headers={**self.token(name), **headers})

    async def followed(self) -> None:
        """Waits until the read models hold what is in the store now."""
        head = await self.runtime.store.head()
        for name in ("deliveries", "inbox", "disputes", "accounts"):
            await self.runtime.wait_for(name, head.position)


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not await holds():
        assert asyncio.get_running_loop().time() < deadline, "it did not come about in time"
        await asyncio.sleep(0.02)


@pytest.fixture
async def notify(tmp_path: Path) -> AsyncIterator[Notify]:
    """A notify with one dispute: an officer appointed, two parties to be told, of whom the gateway refuses one."""
    settings = Settings(
        database=f"sqlite+aiosqlite:///{tmp_path}/notify.db",
        master_key=KEY,
        deployment_key=KEY,
        session_key=KEY,
        city="test",
    )
    service = Service(NAME, "Notify", settings, settings.database, events=EVENTS, contracts=HEARD, home=HOME)
    gone = Watched("webhook", PermanentFailure("answered", "410"))
    sender = follow(service.runtime, {"inbox": Inbox(), "webhook": gone}, webhook_configured=True)
    service.background.append(Background("sender", sender.run))
    app = serve(service)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://notify.test") as client,
    ):
        it = Notify(client, service.runtime, service)
        await _told(it)
        yield it


async def _told(it: Notify) -> None:
    runtime = it.runtime
    headline = personal(runtime, "report-18", "地下室漏水")
    told: list[tuple[Contract, str]] = [
        (AccountChanged(account=name, name=name, posts=(post,), active=True, generation=1, at=MONDAY), "intake")
        for name, post in POSTS.items()
    ]
    told += [
        (admitted(headline), "intake"),
        (opened(headline), "mediation"),
        (
            MemberAppointed(
                case="case-basement",
                code=CODE,
                station="wangfu",
                at=at(2),
                member=Contact(person="person-zhao"),
                account="zhao",
                seat="auxiliary",
                group_complete=True,
            ),
            "mediation",
        ),
        (
            SessionScheduled(
                case="case-basement",
                code=CODE,
                station="wangfu",
                at=at(3),
                session=1,
                begins_at=at(600),
                place="社区调解室",
                tell=(
                    Contact(
                        person="person-li",
                        name=personal(runtime, "person-li", "李秀英"),
                        phone=personal(runtime, "person-li", "138 0000 0000"),
                    ),
                ),
            ),
            "mediation",
        ),
    ]
    for number, (contract, source) in enumerate(told, 1):
        await heard(runtime, contract, number, source)

    async def sent() -> bool:
        for clock in runtime.clocks:
            await clock.tick()  # rather than wait for its next second
        async with runtime.database.reading() as tx:
            return sorted((await tx.execute(select(deliveries.c.state))).scalars()) == ["delivered", "failed"]

    await until(sent)
    await it.followed()


async def the_delivery(notify: Notify, channel: str) -> dict[str, Any]:
    answer = await notify.get(f"/notify/api/v1/deliveries?channel={channel}", "leader")
    (delivery,) = answer.json()["deliveries"]
    found: dict[str, Any] = delivery
    return found


async def test_a_delivery_shows_its_state_and_why_it_failed(notify: Notify) -> None:
    answer = await notify.get(f"/notify/api/v1/deliveries?case={CODE}&state=failed")
    assert answer.status_code == 200
    page = answer.json()
    assert page["counts"] == {"delivered": 1, "failed": 1}
    (delivery,) = page["deliveries"]
    assert (delivery["reason"], delivery["detail"], delivery["attempts"]) == ("answered", "410", 1)
    assert "李秀英" not in answer.text


async def test_a_list_goes_on_where_its_link_says(notify: Notify) -> None:
    first = await notify.get("/notify/api/v1/deliveries?limit=1")
    link = re.fullmatch(r'<(.+)>; rel="next"', first.headers["Link"])
    assert link is not None
    second = await notify.get(link[1])
    assert [d["id"] for d in first.json()["deliveries"]] != [d["id"] for d in second.json()["deliveries"]]


async def test_name_and_phone_are_opened_on_the_detail_and_the_read_is_recorded(notify: Notify) -> None:
    delivery = await the_delivery(notify, "webhook")
    answer = (await notify.get(f"/notify/api/v1/deliveries/{delivery['id']}")).json()
    assert (answer["name"], answer["phone"], answer["contact"]) == ("李秀英", "138 0000 0000", "open")
    assert "社区调解室" in answer["message"]["zh"]["text"]
    assert [step["what"] for step in answer["history"]] == [
        "delivery-planned",
        "delivery-attempt-begun",
        "delivery-failed",
    ]
    reads = [event for event in await notify.runtime.store.read_all(0) if event.stream.startswith("reads-guo-")]
    assert len(reads) == 1


async def test_who_may_not_open_values_sees_the_message_without_name_and_phone(notify: Notify) -> None:
    delivery = await the_delivery(notify, "webhook")
    answer = (await notify.get(f"/notify/api/v1/deliveries/{delivery['id']}", "zhao")).json()
    assert (answer["name"], answer["phone"], answer["contact"]) == (None, None, "closed")


async def test_after_an_erasure_the_detail_shows_no_name(notify: Notify) -> None:
    await heard(notify.runtime, PersonErased(person="person-li", at=at(9)), 99, "intake")

    async def erased() -> bool:
        return await notify.runtime.store.version("person-keys-person-li") > 0

    await until(erased)
    delivery = await the_delivery(notify, "webhook")
    answer = (await notify.get(f"/notify/api/v1/deliveries/{delivery['id']}")).json()
    assert (answer["name"], answer["phone"], answer["contact"]) == (None, None, "erased")


async def test_another_station_sees_nothing_and_is_told_so_in_its_language(notify: Notify) -> None:
    delivery = await the_delivery(notify, "webhook")
    for path in ("deliveries", "inbox", "groups", "disputes"):
        answer = (await notify.get(f"/notify/api/v1/{path}", "elsewhere")).json()
        assert next(value for value in answer.values() if isinstance(value, list)) == []
    for path in (f"deliveries/{delivery['id']}", f"disputes/{CODE}"):
        refused = await notify.get(f"/notify/api/v1/{path}", "elsewhere", **{"Accept-Language": "en"})
        assert refused.status_code == 403
        assert refused.json()["detail"] == "Your role allows this, but not at this place."
        refused = await notify.get(f"/notify/api/v1/{path}", "elsewhere")
        assert refused.json()["detail"] == "您的角色可以这样做，但不在此管辖范围。"


async def test_an_operator_reads_no_notices_and_nobody_reads_without_signing_in(notify: Notify) -> None:
    for path in ("deliveries", "inbox", "groups", "disputes"):
        assert (await notify.get(f"/notify/api/v1/{path}", "ops")).status_code == 403
        assert (await notify.client.get(f"/notify/api/v1/{path}")).status_code == 401


async def test_giving_up_needs_the_right_a_key_and_something_to_give_up(notify: Notify) -> None:
    path = f"/notify/api/v1/deliveries/{(await the_delivery(notify, 'webhook'))['id']}/give-up"
    body = {"reason": "told_otherwise"}
    assert (await notify.post(path, body, "zhao", **{"Idempotency-Key": '"a"'})).status_code == 403
    assert (await notify.post(path, body)).status_code == 400
    done = await notify.post(path, body, **{"Idempotency-Key": '"b"'})
    assert done.status_code == 200
    again = await notify.post(path, body, **{"Idempotency-Key": '"b"'})
    assert again.json() == done.json()
    shown = await notify.get(f"/notify/api/v1/deliveries?state=given_up&after={done.json()['position']}")
    assert [d["reason"] for d in shown.json()["deliveries"]] == ["told_otherwise"]


async def test_a_refusal_says_in_either_language_what_stands_against_it(notify: Notify) -> None:
    path = f"/notify/api/v1/deliveries/{(await the_delivery(notify, 'inbox'))['id']}/give-up"
    for language, said in (
        ("en", "This message has arrived; it cannot fail or be given up any more."),
        ("zh-CN", "该消息已送达，不能再标为失败或放弃。"),
    ):
        headers = {"Idempotency-Key": '"c"', "Accept-Language": language}
        refused = await notify.post(path, {"reason": "other"}, "leader", **headers)
        assert (refused.status_code, refused.json()["detail"]) == (409, said)
        assert refused.headers["Content-Type"] == "application/problem+json"


async def test_a_decision_on_an_older_state_is_refused_with_412(notify: Notify) -> None:
    path = f"/notify/api/v1/deliveries/{(await the_delivery(notify, 'webhook'))['id']}/give-up"
    stale = await notify.post(
        path, {"reason": "other"}, **{"Idempotency-Key": '"d"', "If-Match": '"1"', "Accept-Language": "en"}
    )
    assert stale.status_code == 412
    assert stale.json()["since"] == ["delivery-attempt-begun", "delivery-failed"]


async def test_the_inbox_is_its_owners_alone_and_reading_is_remembered(notify: Notify) -> None:
    assert (await notify.get("/notify/api/v1/inbox", "leader")).json() == {"messages": [], "unread": 0}
    page = (await notify.get("/notify/api/v1/inbox", "zhao")).json()
    (message,) = page["messages"]
    assert (page["unread"], message["to"], message["read_at"]) == (1, "you", None)
    assert CODE in message["message"]["en"]["title"]
    path = f"/notify/api/v1/inbox/{message['id']}/read"
    assert (await notify.post(path, name="leader", **{"Idempotency-Key": '"e"'})).status_code == 404
    done = await notify.post(path, name="zhao", **{"Idempotency-Key": '"e"'})
    after = done.json()["position"]
    page = (await notify.get(f"/notify/api/v1/inbox?after={after}", "zhao")).json()
    assert (page["unread"], page["messages"][0]["read_by"]) == (0, "zhao")
    unread = (await notify.get("/notify/api/v1/inbox?unread=true", "zhao")).json()
    assert unread["messages"] == []


async def test_a_group_is_entered_once_and_its_owners_name_is_kept_sealed(notify: Notify) -> None:
    body = {
        "name": "王府花园B座业主群",
        "kind": "owners",
        "owner_name": "王大妈",
        "community": "wangfu-1",
        "station": "wangfu",
        "members": 186,
    }
    key = {"Idempotency-Key": '"group-1"'}
    assert (await notify.post("/notify/api/v1/groups", body, "zhao", **key)).status_code == 403
    done = await notify.post("/notify/api/v1/groups", body, **key)
    assert done.status_code == 201
    assert (await notify.post("/notify/api/v1/groups", body, **key)).json() == done.json()
    other = await notify.post("/notify/api/v1/groups", {**body, "members": 9}, **key)
    assert other.status_code == 422
    page = (await notify.get(f"/notify/api/v1/groups?after={done.json()['position']}")).json()
    (entry,) = page["groups"]
    assert (entry["owner_name"], entry["members"], page["counts"]) == ("王大妈", 186, {"owners": 1})
    assert not any("王大妈".encode() in event.data for event in await notify.runtime.store.read_all(0))


async def test_a_malformed_group_is_refused_with_the_field_that_is_wrong(notify: Notify) -> None:
    body = {"name": "", "kind": "chat", "community": "wangfu-1", "station": "wangfu", "members": 0}
    answer = await notify.post("/notify/api/v1/groups", body, **{"Idempotency-Key": '"x"'})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"#/name", "#/kind", "#/members"}


async def test_a_dispute_is_shown_with_how_its_messages_fared(notify: Notify) -> None:
    for known_as in (CODE, "case-basement", "report-18"):
        answer = (await notify.get(f"/notify/api/v1/disputes/{known_as}?after=mediation:9")).json()
        assert (answer["id"], answer["state"], answer["community"]) == ("case-basement", "session_set", "wangfu-1")
        assert answer["deliveries"] == {"delivered": 1, "failed": 1}
    listed = (await notify.get("/notify/api/v1/disputes?state=session_set")).json()["disputes"]
    assert listed == [answer]
    assert (await notify.get("/notify/api/v1/disputes?state=settled")).json()["disputes"] == []


async def test_what_is_not_there_is_told_as_such(notify: Notify) -> None:
    for path in ("deliveries/none", "disputes/none"):
        assert (await notify.get(f"/notify/api/v1/{path}")).status_code == 404


async def test_a_text_can_be_looked_at_before_anything_is_sent(notify: Notify) -> None:
    shown = await notify.post("/notify/api/v1/texts/preview", {"template": "case-settled", "values": {"code": CODE}})
    assert CODE in shown.json()["zh"]["title"]
    wrong = await notify.post(
        "/notify/api/v1/texts/preview", {"template": "case-settled", "values": {}}, **{"Accept-Language": "en"}
    )
    assert (wrong.status_code, wrong.json()["errors"][0]["detail"]) == (
        422,
        "This template takes these values: code (text).",
    )
    unknown = await notify.post("/notify/api/v1/texts/preview", {"template": "none", "values": {}})
    assert unknown.status_code == 422


async def test_the_pages_show_the_inbox_the_deliveries_and_a_form_in_both_languages(notify: Notify) -> None:
    for language, title, state in (("zh-CN", "收件箱", "失败"), ("en", "Inbox", "Failed")):
        said = {"Accept": "text/html", "Accept-Language": language}
        assert title in (await notify.get("/notify/inbox", "zhao", **said)).text
        assert state in (await notify.get("/notify/deliveries", **said)).text
        assert (await notify.get("/notify/groups", **said)).status_code == 200
        assert (await notify.get("/notify/groups/new", **said)).status_code == 200
    delivery = await the_delivery(notify, "webhook")
    page = (await notify.get(f"/notify/deliveries/{delivery['id']}", Accept="text/html")).text
    assert "李秀英" in page
    assert "410" in page
    assert "李秀英" not in (await notify.get("/notify/deliveries", Accept="text/html")).text


async def test_a_page_without_a_sign_in_leads_to_it(notify: Notify) -> None:
    answer = await notify.client.get("/notify/inbox", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/intake/sign-in?next=/notify/inbox")
