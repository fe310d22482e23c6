"""A small service as the others write theirs: a register of reports behind declared routes, with pages."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import httpx2
import pytest
from fastapi import FastAPI, File, Request, UploadFile
from prometheus_client import CollectorRegistry, Counter
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shared.access.actors import Actor, Post, Scope
from shared.web import sessions
from shared.web.app import create
from shared.web.health import Check
from shared.web.idempotency import IdempotencyKey
from shared.web.languages import Languages
from shared.web.pages import Pages, safe_next
from shared.web.paging import CurrentAfter, CurrentPaging, IfMatch, etag, link_next
from shared.web.problems import not_found
from shared.web.routes import OPEN, CurrentActor, PresentActor, Routes, permit
from shared.web.sessions import Session, SessionKey

KEY = SessionKey(b"a session key of the tests, long enough")
OFFICER = Actor("a-guo", "郭", (Post("community_officer", "changzhi", "no2"),))
OPERATOR = Actor("a-ops", "Ops", (Post("operator", "changzhi"),))


class ReportIn(BaseModel, frozen=True, extra="forbid"):
    text: str = Field(min_length=1, max_length=20)
    reported_at: AwareDatetime | None = None
    tags: list[int] = []
    station: str = "changzhi"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 8, 28, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, time: timedelta) -> None:
        self.now += time


class Accounts:
    """The accounts as a service projects them: their actors and generations now."""

    def __init__(self) -> None:
        self.actors = {OFFICER.id: OFFICER, OPERATOR.id: OPERATOR}
        self.generations = {OFFICER.id: 3, OPERATOR.id: 1}

    async def who(self, session: Session) -> Actor | None:
        if self.generations.get(session.account) != session.generation:
            return None
        return self.actors.get(session.account)

    async def password(self, name: str, password: str) -> Actor | None:
        return OFFICER if (name, password) == ("guo", "right: so it is") else None


class Service:
    def __init__(self) -> None:
        self.clock = Clock()
        self.accounts = Accounts()
        self.ready_failure: Exception | None = None
        self.received: list[str] = []
        registry = CollectorRegistry()
        Counter("wangge_reports", "Reports", registry=registry).inc()
        languages = Languages()
        self.pages = Pages(languages=languages, session_key=KEY, demo=True, clock=self.clock)
        self.app = create(
            "intake",
            "Intake",
            "1.0",
            registry=registry,
            checks=[Check("database", self.database), Check("broker", self.broker)],
            languages=languages,
            pages=self.pages,
            body_limits={"/intake/api/v1/files": 4 * 1024 * 1024},
        )
        self._add_routes()

    async def database(self) -> None:
        if self.ready_failure is not None:
            raise self.ready_failure

    async def broker(self) -> None: ...

    def token(self, actor: Actor = OFFICER) -> str:
        return sessions.issue(KEY, actor, self.accounts.generations[actor.id], self.clock())

    def _add_routes(self) -> None:
        api = Routes(
            "/intake/api/v1",
            who=self.accounts.who,
            session_key=KEY,
            basic=self.accounts.password,
            clock=self.clock,
        )
        web = Routes(who=self.accounts.who, session_key=KEY, clock=self.clock)

        @api.post("/reports", access="report.register", status_code=201)
        async def register_report(body: ReportIn, actor: CurrentActor, key: IdempotencyKey) -> dict[str, str]:
            permit(actor, "report.register", Scope(station=body.station))
            self.received.append(key.command_id)
            return {"by": actor.id, "command": key.command_id, "fingerprint": key.fingerprint}

        @api.get("/reports", access="report.read")
        async def list_reports(
            request: Request, response: Response, paging: CurrentPaging, after: CurrentAfter
        ) -> dict[str, object]:
            start = int((paging.cursor or {}).get("row") or 0)
            rows = list(range(start, min(start + paging.limit, 120)))
            link_next(request, response, {"row": rows[-1] + 1} if rows and rows[-1] < 119 else None)
            return {"rows": rows, "after": None if after is None else [after.source, after.position]}

        @api.get("/reports/{report}", access="report.read")
        async def read_report(report: str, response: Response) -> dict[str, str]:
            if report != "r1":
                raise not_found("There is no report %(report)s.", report=report)
            response.headers["ETag"] = etag(7)
            return {"id": report}

        @api.put("/reports/{report}", access="report.classify")
        async def classify(report: str, version: IfMatch) -> dict[str, int | None]:
            return {"version": version}

        @api.post("/files", access="import.reports")
        async def import_file(file: Annotated[UploadFile, File()]) -> dict[str, int]:
            return {"size": len(await file.read())}

        @api.post("/echo", access="report.register")
        async def echo(file: Annotated[UploadFile, File()], key: IdempotencyKey) -> str:
            return key.fingerprint if await file.read() else "the file was read away"

        @api.get("/failure", access=OPEN)
        async def failure() -> None:
            raise RuntimeError("the password of 13812345678 is swordfish")

        @web.get("/intake/reports", access="report.read", response_class=HTMLResponse)
        async def page(request: Request, actor: CurrentActor) -> Response:
            return self.pages.render(request, "sign_in.html", next="/", name=actor.name, refusal=None)

        @web.post("/intake/reports", access="report.register")
        async def form(request: Request, actor: CurrentActor, key: IdempotencyKey) -> Response:
            self.received.append(key.command_id)
            return RedirectResponse("/intake/reports", 303)

        @web.get("/intake/sign-in", access=OPEN, response_class=HTMLResponse)
        async def sign_in_page(request: Request, actor: PresentActor, next: str = "/") -> Response:
            return self.pages.render(request, "sign_in.html", next=safe_next(next), name=None, refusal=None)

        @web.post("/intake/sign-out", access=OPEN)
        async def sign_out(request: Request) -> Response:
            response = RedirectResponse("/intake/sign-in", 303)
            sessions.forget(response, request)
            return response

        self.app.include_router(api.router)
        self.app.include_router(web.router)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def app(service: Service) -> FastAPI:
    return service.app


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(service.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://station.test") as client:
        yield client


@pytest.fixture
def signed_in(service: Service, client: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """The officer as a program: a token in the header."""
    client.headers["Authorization"] = f"Bearer {service.token()}"
    return client


@pytest.fixture
def browser(service: Service, client: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """The officer in a browser: a cookie, and the headers by which a browser says where a request comes from."""
    client.cookies.set(sessions.COOKIE, service.token())
    client.headers.update({"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})
    return client
