"""Routes: none without a declared access, and nobody gets further than the access allows."""

from datetime import timedelta

import httpx2
import pytest
from fastapi import APIRouter, FastAPI

from shared.access.actors import Actor
from shared.access.policies import Undeclared
from shared.web import sessions
from shared.web.routes import OPEN, Routes, access_of, check
from shared.web.sessions import Session, SessionKey
from tests.unit.shared.web.conftest import KEY, OFFICER, OPERATOR, Service

REPORT = {"text": "电梯停运"}


def test_an_app_whose_routes_are_all_declared_starts(app: FastAPI) -> None:
    check(app)
    declared = access_of(app)
    assert declared["POST /intake/api/v1/reports"] == "report.register"
    assert declared["GET /health/live"] == declared["GET /intake/health/live"] == declared["GET /metrics"] == OPEN
    assert declared["GET /intake/openapi.json"] == OPEN
    assert declared["* /static"] == OPEN


def test_an_app_with_an_undeclared_route_does_not_start_and_the_route_is_named(app: FastAPI) -> None:
    router = APIRouter(prefix="/intake")

    @router.get("/forgotten")
    async def forgotten() -> None: ...

    app.include_router(router)

    @app.websocket("/live")
    async def live() -> None: ...

    with pytest.raises(Undeclared) as refusal:
        check(app)
    assert refusal.value.names == ("* /live", "GET /intake/forgotten")


async def test_a_route_added_past_the_wrapper_is_undeclared_and_serves_nobody() -> None:
    async def who(session: Session) -> Actor | None:
        return OFFICER

    routes = Routes(who=who, session_key=KEY)

    @routes.router.get("/aside")
    async def aside() -> str:
        return "secret"

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(routes.router)
    with pytest.raises(Undeclared, match="/aside"):
        check(app)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://station.test") as client:
        with pytest.raises(Undeclared):
            await client.get("/aside")


def test_a_route_cannot_declare_an_action_that_does_not_exist() -> None:
    async def who(session: Session) -> Actor | None:
        return None

    routes = Routes(who=who, session_key=KEY)
    with pytest.raises(ValueError, match="is no action"):
        routes.get("/x", access="report.frobnicate")  # type: ignore[arg-type]


async def test_nobody_gets_401_before_the_body_is_looked_at(client: httpx2.AsyncClient) -> None:
    answer = await client.post(
        "/intake/api/v1/reports", content=b"{broken", headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="wangge"'
    assert answer.json()["type"] == "urn:wangge:problem:unauthenticated"


async def test_a_role_without_the_action_gets_403_with_the_reason(service: Service, client: httpx2.AsyncClient) -> None:
    headers = {"Authorization": f"Bearer {service.token(OPERATOR)}"}
    answer = await client.get("/intake/api/v1/reports", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["reason"] == "not-your-role"
    assert answer.json()["action"] == "report.read"


async def test_a_handler_refuses_what_is_out_of_reach(signed_in: httpx2.AsyncClient) -> None:
    answer = await signed_in.post(
        "/intake/api/v1/reports", json={**REPORT, "station": "elsewhere"}, headers={"Idempotency-Key": '"k"'}
    )
    assert answer.status_code == 403
    assert answer.json()["reason"] == "not-your-place"


async def test_the_actor_of_the_token_acts(signed_in: httpx2.AsyncClient) -> None:
    answer = await signed_in.post("/intake/api/v1/reports", json=REPORT, headers={"Idempotency-Key": '"k"'})
    assert answer.status_code == 201
    assert answer.json()["by"] == OFFICER.id


async def test_rights_are_those_of_now_not_those_of_the_token(service: Service, signed_in: httpx2.AsyncClient) -> None:
    service.accounts.actors[OFFICER.id] = Actor(OFFICER.id, OFFICER.name, ())
    assert (await signed_in.get("/intake/api/v1/reports")).status_code == 403


async def test_signing_out_everywhere_ends_every_token(service: Service, signed_in: httpx2.AsyncClient) -> None:
    assert (await signed_in.get("/intake/api/v1/reports")).status_code == 200
    service.accounts.generations[OFFICER.id] += 1
    assert (await signed_in.get("/intake/api/v1/reports")).status_code == 401


async def test_a_token_of_another_key_is_nobody(service: Service, client: httpx2.AsyncClient) -> None:
    forged = sessions.issue(SessionKey(b"x" * 32), OFFICER, 3, service.clock())
    answer = await client.get("/intake/api/v1/reports", headers={"Authorization": f"Bearer {forged}"})
    assert answer.status_code == 401


async def test_a_password_is_taken_where_the_service_allows_it(client: httpx2.AsyncClient) -> None:
    url = "/intake/api/v1/reports"
    assert (await client.get(url, auth=("guo", "right: so it is"))).status_code == 200
    assert (await client.get(url, auth=("guo", "wrong"))).status_code == 401
    assert (await client.get(url, headers={"Authorization": "Basic !!"})).status_code == 401
    assert (await client.get("/intake/reports", auth=("guo", "right: so it is"))).status_code == 401


async def test_a_browser_that_is_not_signed_in_is_sent_to_the_sign_in_page(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/intake/reports?kind=dispute&lang=en", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/intake/sign-in?next=/intake/reports%3Fkind%3Ddispute%26lang%3Den&lang=en"


async def test_a_fragment_without_a_session_sends_the_whole_page_to_sign_in(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/intake/reports", headers={"Accept": "text/html", "HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/intake/sign-in")


async def test_a_session_in_use_goes_on_and_one_at_its_longest_ends(
    service: Service, browser: httpx2.AsyncClient
) -> None:
    assert "set-cookie" not in (await browser.get("/intake/reports")).headers
    for _ in range(48):  # 16 hours of use, if nothing ended it
        service.clock.passes(timedelta(minutes=20))
        if (await browser.get("/intake/reports")).status_code == 303:
            break
    lasted = service.clock() - timedelta(hours=10) - service.clock().replace(hour=0, minute=0)
    assert sessions.LONGEST <= lasted <= sessions.LONGEST + timedelta(minutes=20)


async def test_an_idle_session_ends(service: Service, browser: httpx2.AsyncClient) -> None:
    service.clock.passes(sessions.LIFETIME + sessions.LEEWAY)
    assert (await browser.get("/intake/reports")).status_code == 303


async def test_a_form_needs_the_token_of_its_page(service: Service, browser: httpx2.AsyncClient) -> None:
    fields = {"idempotency_key": "k1"}
    assert (await browser.post("/intake/reports", data=fields)).status_code == 403
    foreign = sessions.form_token(KEY, "a-other", service.clock())
    assert (await browser.post("/intake/reports", data={**fields, "form_token": foreign})).status_code == 403
    assert service.received == []
    own = sessions.form_token(KEY, OFFICER.id, service.clock())
    assert (await browser.post("/intake/reports", data={**fields, "form_token": own})).status_code == 303
    answer = await browser.post("/intake/reports", data={"idempotency_key": "k2"}, headers={"X-Form-Token": own})
    assert answer.status_code == 303
    assert len(service.received) == 2


async def test_a_session_is_no_form_token_and_a_form_token_no_session(
    service: Service, browser: httpx2.AsyncClient
) -> None:
    session = service.token()
    assert (await browser.post("/intake/reports", data={"form_token": session})).status_code == 403
    own = sessions.form_token(KEY, OFFICER.id, service.clock())
    browser.cookies.set(sessions.COOKIE, own)
    assert (await browser.get("/intake/reports")).status_code == 303


async def test_signing_out_forgets_the_cookie_and_is_not_renewed(service: Service, browser: httpx2.AsyncClient) -> None:
    token = sessions.form_token(KEY, OFFICER.id, service.clock())
    service.clock.passes(timedelta(minutes=20))
    answer = await browser.post("/intake/sign-out", data={"form_token": token})
    assert answer.status_code == 303
    assert len(answer.headers.get_list("set-cookie")) == 1
    assert 'wangge_session=""' in answer.headers["set-cookie"]


async def test_signing_out_still_works_when_the_session_has_ended(
    service: Service, browser: httpx2.AsyncClient
) -> None:
    token = sessions.form_token(KEY, OFFICER.id, service.clock())
    service.accounts.generations[OFFICER.id] += 1
    assert (await browser.post("/intake/sign-out", data={"form_token": token})).status_code == 303


async def test_the_cookie_is_for_the_server_alone(service: Service, browser: httpx2.AsyncClient) -> None:
    service.clock.passes(timedelta(minutes=20))
    plain = (await browser.get("/intake/reports")).headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in plain.split(";")}
    assert "Secure" not in plain
    secure = (await browser.get("/intake/reports", headers={"X-Forwarded-Proto": "https"})).headers
    assert "set-cookie" not in secure
    service.clock.passes(timedelta(minutes=20))
    secure = (await browser.get("/intake/reports", headers={"X-Forwarded-Proto": "https"})).headers
    assert "Secure" in secure["set-cookie"]
