"""Signing in and out, and what each role may not do."""

from __future__ import annotations

import time
import uuid
from typing import Any

import httpx2
import pytest

from services.intake.application.handlers import account_id
from shared.web.routes import access_of
from tests.integration.intake.conftest import API, PASSWORD, Desk, report

pytestmark = pytest.mark.asyncio(loop_scope="session")

AUXILIARY = {"role": "auxiliary", "station": "czl"}


def keyed() -> dict[str, str]:
    return {"Idempotency-Key": f'"{uuid.uuid4()}"'}


async def opened_as(desk: Desk, role: str, **place: str) -> httpx2.AsyncClient:
    return await desk.account(f"{role}-{uuid.uuid4().hex[:8]}", {"role": role, "station": "czl", **place})


# Sessions


@pytest.mark.parametrize(("name", "password"), [("admin", "wrong"), ("nobody", PASSWORD), ("ADMIN ", PASSWORD)])
async def test_a_wrong_name_and_a_wrong_password_are_told_alike(desk: Desk, name: str, password: str) -> None:
    answer = await desk.client().post(f"{API}/sessions", json={"name": name, "password": password})
    assert answer.status_code == 401
    assert answer.json()["type"] == "urn:wangge:problem:wrong-password"


async def test_an_unknown_name_takes_as_long_as_a_wrong_password(desk: Desk) -> None:
    taken: dict[str, list[float]] = {"admin": [], "nobody": []}
    client = desk.client()
    for _ in range(4):
        for name, times in taken.items():
            began = time.perf_counter()
            await client.post(f"{API}/sessions", json={"name": name, "password": "wrong"})
            times.append(time.perf_counter() - began)
    quickest = {name: min(times) for name, times in taken.items()}
    assert quickest["nobody"] > quickest["admin"] / 4, quickest


async def test_a_session_ends_when_its_account_signs_out_everywhere(desk: Desk) -> None:
    name = f"guo-{uuid.uuid4().hex[:8]}"
    first = await desk.account(name, {"role": "auxiliary", "station": "czl", "community": "wangfu"})
    second = desk.client(await desk.sign_in(name))
    assert (await second.get(f"{API}/reports")).status_code == 200
    out = await first.post(f"{API}/accounts/{account_id(name)}/sign-out", headers=keyed())
    assert out.status_code == 200, out.text
    await desk.runtime.wait_for("accounts", out.json()["position"])
    assert [(await each.get(f"{API}/reports")).status_code for each in (first, second)] == [401, 401]
    assert await desk.sign_in(name)


async def test_nobody_ends_the_sessions_of_another_without_the_right_to(desk: Desk) -> None:
    guo = await opened_as(desk, "auxiliary", community="wangfu")
    answer = await guo.post(f"{API}/accounts/{account_id('admin')}/sign-out", headers=keyed())
    assert answer.status_code == 403
    nobody = await desk.client().post(f"{API}/accounts/{account_id('admin')}/sign-out", json={}, headers=keyed())
    assert nobody.status_code == 401


async def test_signing_out_everywhere_repeated_with_one_key_is_done_once(desk: Desk) -> None:
    name = f"guo-{uuid.uuid4().hex[:8]}"
    await desk.account(name, {"role": "auxiliary", "station": "czl"})
    first = await desk.post(f"/accounts/{account_id(name)}/sign-out", key=name)
    again = await desk.post(f"/accounts/{account_id(name)}/sign-out", key=name)
    assert first.json() == again.json()


async def test_a_closed_account_cannot_sign_in_and_its_sessions_end(desk: Desk) -> None:
    name = f"guo-{uuid.uuid4().hex[:8]}"
    guo = await desk.account(name, {"role": "auxiliary", "station": "czl"})
    closed = await desk.http.delete(f"{API}/accounts/{account_id(name)}", headers=keyed())
    assert closed.status_code == 200
    await desk.runtime.wait_for("accounts", closed.json()["position"])
    assert (await guo.get(f"{API}/reports")).status_code == 401
    denied = await desk.client().post(f"{API}/sessions", json={"name": name, "password": PASSWORD})
    assert denied.status_code == 401
    anew = await desk.post("/accounts", {"name": name, "password": PASSWORD, "posts": [AUXILIARY]})
    assert anew.status_code == 409


async def test_a_new_password_replaces_the_old_one(desk: Desk) -> None:
    name = f"guo-{uuid.uuid4().hex[:8]}"
    guo = await desk.account(name, AUXILIARY)
    put = await desk.put(f"/accounts/{account_id(name)}/password", {"password": "another long one"})
    await desk.runtime.wait_for("accounts", put.json()["position"])
    assert (await guo.get(f"{API}/reports")).status_code == 401
    assert (await desk.client().post(f"{API}/sessions", json={"name": name, "password": PASSWORD})).status_code == 401
    assert await desk.sign_in(name, "another long one")


async def test_an_account_is_opened_once_and_its_key_serves_no_other(desk: Desk) -> None:
    name = f"guo-{uuid.uuid4().hex[:8]}"
    body = {"name": name, "password": PASSWORD, "posts": [AUXILIARY]}
    first = await desk.post("/accounts", body, key=name)
    again = await desk.post("/accounts", body, key=name)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    other = await desk.post("/accounts", {**body, "name": f"{name}-2"}, key=name)
    assert other.status_code == 422
    taken = await desk.post("/accounts", body)
    assert taken.status_code == 409
    listed = [
        row for row in (await desk.get("/accounts", after=first.json()["position"])).json() if row["name"] == name
    ]
    assert len(listed) == 1
    assert PASSWORD not in str(listed)
    assert "argon2" not in str(listed)


@pytest.mark.parametrize(
    "posts",
    [[], [{"role": "emperor", "station": "czl"}], [{"role": "system", "station": "czl"}], [{"role": "mediator"}]],
)
async def test_an_account_is_opened_only_with_posts_that_exist(desk: Desk, posts: list[dict[str, str]]) -> None:
    body = {"name": f"guo-{uuid.uuid4().hex[:8]}", "password": PASSWORD, "posts": posts}
    assert (await desk.post("/accounts", body)).status_code == 422


@pytest.mark.parametrize(
    ("role", "station", "status"),
    [
        ("auxiliary", "czl", 201),
        ("auxiliary", "jnl", 403),
        ("admin", "czl", 403),
        ("auditor", "czl", 403),
        ("operator", "czl", 403),
    ],
)
async def test_a_leader_gives_posts_of_his_station_and_none_that_reach_further(
    desk: Desk, role: str, station: str, status: int
) -> None:
    leader = await opened_as(desk, "station_leader")
    body = {"name": f"x-{uuid.uuid4().hex[:8]}", "password": PASSWORD, "posts": [{"role": role, "station": station}]}
    answer = await leader.post(f"{API}/accounts", json=body, headers=keyed())
    assert answer.status_code == status, answer.text


# Rights

CASES: list[tuple[str, list[str]]] = [
    (
        "volunteer",
        ["classify", "admit", "refuse", "batch", "accounts", "parked", "verify", "rebuild", "erase", "register"],
    ),
    ("auxiliary", ["admit", "refuse", "batch", "accounts", "parked", "verify", "rebuild", "erase", "register"]),
    (
        "operator",
        ["report", "reports", "classify", "admit", "refuse", "batch", "accounts", "erase", "register", "disputes"],
    ),
    (
        "auditor",
        ["report", "reports", "classify", "admit", "refuse", "batch", "accounts", "parked", "rebuild", "erase"],
    ),
    (
        "integrator",
        ["classify", "admit", "refuse", "batch", "accounts", "parked", "verify", "rebuild", "erase", "disputes"],
    ),
]


async def asked(client: httpx2.AsyncClient, what: str, id_: str) -> int:
    requests: dict[str, tuple[str, str, Any]] = {
        "report": ("POST", "/reports", report()),
        "reports": ("GET", "/reports", None),
        "disputes": ("GET", "/disputes", None),
        "classify": ("POST", f"/reports/{id_}/classify", {"kind": "other"}),
        "admit": ("POST", f"/reports/{id_}/admit", {}),
        "refuse": ("POST", f"/reports/{id_}/refuse", {"reason": "other", "other_route": "—"}),
        "batch": ("POST", "/reports/batch", {"file": "f", "channel": "chat"}),
        "accounts": ("GET", "/accounts", None),
        "parked": ("GET", "/parked", None),
        "verify": ("POST", "/verify", {}),
        "rebuild": ("POST", "/rebuild/reports", {}),
        "erase": ("POST", "/persons/p/erase", {"reason": "本人要求"}),
        "register": ("PUT", "/communities/wangfu", {"name": "王府", "station": "czl"}),
    }
    method, path, body = requests[what]
    answer = await client.request(method, API + path, json=body, headers=keyed())
    return answer.status_code


@pytest.mark.parametrize(("role", "forbidden"), CASES, ids=[role for role, _ in CASES])
async def test_what_a_role_may_not_do_is_refused(desk: Desk, role: str, forbidden: list[str]) -> None:
    told = await desk.register(place={"community": "wangfu", "grid": "wangfu-03"})
    client = await opened_as(desk, role, community="wangfu", grid="wangfu-03")
    answers = {what: await asked(client, what, told["id"]) for what in forbidden}
    assert answers == dict.fromkeys(forbidden, 403)
    assert await desk.types_of(told["id"]) == ["report-received"]


async def test_who_is_not_signed_in_may_do_nothing(desk: Desk) -> None:
    told = await desk.register()
    nobody = desk.client()
    names = ["report", "reports", "classify", "admit", "batch", "accounts", "parked", "verify", "erase", "register"]
    assert {what: await asked(nobody, what, told["id"]) for what in names} == dict.fromkeys(names, 401)


@pytest.mark.parametrize("role", ["volunteer", "integrator", "grid_head"])
async def test_one_sees_what_one_brought_in_and_nothing_of_others(desk: Desk, role: str) -> None:
    place = {"community": "wangfu", "grid": f"g-{uuid.uuid4().hex[:6]}"}
    await desk.register(place={"community": "wangfu", "grid": "another"})
    client = await opened_as(desk, role, **place)
    body = report(place=place, reporter_name="何大姐", reporter_phone="13800000000")
    answer = await client.post(f"{API}/reports", json=body, headers=keyed())
    assert answer.status_code == 201, answer.text
    mine = answer.json()
    listed = (await client.get(f"{API}/reports", params={"after": mine["position"]})).json()["reports"]
    assert [row["id"] for row in listed] == [mine["id"]]


async def test_names_and_phones_are_open_only_to_whom_sealed_values_are(desk: Desk) -> None:
    place = {"community": "wangfu", "grid": "wangfu-03"}
    body = report(place=place, reporter_name="何大姐", reporter_phone="13800000000")
    volunteer = await opened_as(desk, "volunteer", **place)
    told = (await volunteer.post(f"{API}/reports", json=body, headers=keyed())).json()
    seen = {}
    for role in ("volunteer", "auxiliary", "grid_head", "community_officer", "station_leader"):
        client = volunteer if role == "volunteer" else await opened_as(desk, role, **place)
        answer = await client.get(f"{API}/reports/{told['id']}", params={"after": told["position"]})
        shown = answer.json()
        assert shown["text"], answer.text
        seen[role] = (shown["reporter_name"], shown["reporter_phone"])
    closed, open_ = (None, None), ("何大姐", "13800000000")
    assert seen == {
        "volunteer": closed,
        "auxiliary": closed,
        "grid_head": closed,
        "community_officer": open_,
        "station_leader": open_,
    }


async def test_an_auxiliary_classifies_in_her_community_and_what_she_brought_in_herself(desk: Desk) -> None:
    client = await opened_as(desk, "auxiliary", community="wangfu")
    near = await desk.register(place={"community": "wangfu"})
    far = await desk.register(place={"community": "jinan"})
    own = (await client.post(f"{API}/reports", json=report(place={"community": "jinan"}), headers=keyed())).json()
    answers = {id_: await asked(client, "classify", id_) for id_ in (near["id"], far["id"], own["id"])}
    assert list(answers.values()) == [200, 403, 200]


async def test_another_station_s_reports_are_out_of_reach(desk: Desk) -> None:
    told = await desk.register(station="jnl")
    officer = await opened_as(desk, "community_officer", community="wangfu")
    assert (await officer.get(f"{API}/reports/{told['id']}", params={"after": told["position"]})).status_code == 403
    assert await asked(officer, "classify", told["id"]) == 403
    elsewhere = await officer.post(f"{API}/reports", json=report(station="jnl"), headers=keyed())
    assert elsewhere.status_code == 403
    assert elsewhere.json()["reason"] == "not-your-place"


async def test_every_route_has_a_declared_access(desk: Desk) -> None:
    declared = access_of(desk.app)
    open_to_all = {route for route, access in declared.items() if access == "open" and API in route}
    assert open_to_all == {f"POST {API}/sessions"}
    assert declared[f"POST {API}/accounts/{{id}}/sign-out"] == "signed-in"
    assert declared[f"POST {API}/reports/{{id}}/admit"] == "report.admit"
