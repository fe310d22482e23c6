"""Intake as a whole program behind its app, on a database of its own, with or without a Kafka that answers."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text

from services.intake.main import create_app
from services.intake.settings import Settings
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import StoredEvent
from tests.servers.postgres import PostgresServer

NOWHERE = "127.0.0.1:9"
"""Where no Kafka listens."""
PASSWORD = "a password of the tests"
KEY = b"k" * 32
API = "/intake/api/v1"
MORNING = "2026-11-23T09:30:00+08:00"

Answer = httpx2.Response


def report(**fields: Any) -> dict[str, Any]:
    """A body for `POST /reports`, with a number of its own."""
    return {
        "channel": "hotline_12345",
        "external_id": f"12345-{uuid.uuid4().hex[:10]}",
        "subject": "房东不退押金",
        "text": "合同到期后房东以墙面脏为由扣下押金，沟通多次都不承认，希望调解。",
        "reported_at": MORNING,
        **fields,
    }


@dataclass
class Desk:
    """Intake, and a program signed in to it."""

    app: FastAPI
    runtime: Runtime
    http: httpx2.AsyncClient
    token: str = ""

    def client(self, token: str = "", **headers: str) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(self.app)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return httpx2.AsyncClient(transport=transport, base_url="http://station.test", headers=headers, timeout=30)

    async def get(self, path: str, **parameters: Any) -> Answer:
        return await self.http.get(API + path, params=parameters)

    async def post(self, path: str, body: Any = None, key: str | None = None, **headers: str) -> Answer:
        """Sends JSON with a new Idempotency-Key, unless one is given."""
        headers = {"Idempotency-Key": f'"{key or uuid.uuid4()}"', **headers}
        return await self.http.post(API + path, json=body, headers=headers)

    async def put(self, path: str, body: Any, key: str | None = None) -> Answer:
        return await self.http.put(API + path, json=body, headers={"Idempotency-Key": f'"{key or uuid.uuid4()}"'})

    async def register(self, **fields: Any) -> dict[str, Any]:
        answer = await self.post("/reports", report(**fields))
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def admitted(self, **fields: Any) -> dict[str, Any]:
        """A report that was classified as a dispute and admitted."""
        told = await self.register(**fields)
        for step, body in (("classify", {"kind": "dispute"}), ("admit", {})):
            answer = await self.post(f"/reports/{told['id']}/{step}", body)
            assert answer.status_code == 200, answer.text
            told["position"] = answer.json()["position"]
        return told

    async def events(self) -> list[StoredEvent]:
        """Everything that is stored."""
        found: list[StoredEvent] = []
        while some := await self.runtime.store.read_all(found[-1].position if found else 0, 1_000):
            found += some
        return found

    async def types_of(self, report_id: str) -> list[str]:
        """What is stored of one report."""
        return [event.type for event in await self.runtime.store.read_stream(f"report-{report_id}")]

    async def caught_up(self, seconds: float = 20) -> None:
        """Until every follower but the relay, which may have no Kafka, has seen everything."""
        await until(
            self.runtime.states,
            lambda states: all(s.behind == 0 for s in states if s.name != "relay"),
            seconds,
        )

    async def account(self, name: str, *posts: dict[str, str]) -> httpx2.AsyncClient:
        """Opens an account and answers a program that is signed in as it."""
        body = {"name": name, "password": PASSWORD, "posts": list(posts)}
        opened = await self.post("/accounts", body)
        assert opened.status_code == 201, opened.text
        await self.runtime.wait_for("accounts", opened.json()["position"])
        return self.client(await self.sign_in(name))

    async def sign_in(self, name: str = "admin", password: str = PASSWORD) -> str:
        answer = await self.http.post(f"{API}/sessions", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["token"]
        return token

    async def browser(self, language: str = "zh-CN", name: str = "admin") -> httpx2.AsyncClient:
        """A browser that is signed in, by the form of the page."""
        browser = self.client(Accept="text/html", **{"Accept-Language": language, "Sec-Fetch-Site": "same-origin"})
        page = await browser.get("/intake/sign-in")
        form = {"form_token": form_token(page.text), "name": name, "password": PASSWORD}
        answer = await browser.post("/intake/sign-in", data=form)
        assert answer.status_code == 303, answer.text
        return browser

    async def table(self, name: str) -> list[Any]:
        """A table's rows as they lie in the database, in their own order."""
        async with self.runtime.database.reading() as tx:
            rows = (await tx.execute(text(f"SELECT * FROM {name}"))).all()
        return sorted(map(repr, rows))


def form_token(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found is not None, page[:2_000]
    return found[1]


def form_key(page: str) -> str:
    found = re.search(r'name="idempotency_key" value="([^"]+)"', page)
    assert found is not None, page[:2_000]
    return found[1]


async def until(ask: Callable[[], Awaitable[Any]], enough: Callable[[Any], bool], seconds: float = 20) -> Any:
    """Asks until it is enough; else fails with what was seen last."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not enough(seen := await ask()):
        assert loop.time() < deadline, f"not reached within {seconds} s; seen last: {seen}"
        await asyncio.sleep(0.03)
    return seen


def settings(database: str, kafka: str = NOWHERE, jurisdiction: str = "CN", confirmed_rules: str = "") -> Settings:
    return Settings(
        database=database,
        kafka=kafka,
        master_key=KEY,
        deployment_key=KEY,
        session_key=KEY,
        admin_password=SecretStr(PASSWORD),
        jurisdiction=jurisdiction,
        confirmed_rules=confirmed_rules,
    )


@asynccontextmanager
async def opened(
    database: str, kafka: str = NOWHERE, jurisdiction: str = "CN", confirmed_rules: str = ""
) -> AsyncIterator[Desk]:
    """Intake from its start to its end, with the administrator signed in."""
    app = create_app(settings(database, kafka, jurisdiction, confirmed_rules))
    async with app.router.lifespan_context(app):
        desk = Desk(app, runtime_of(app), httpx2.AsyncClient())
        desk.http = desk.client()
        await until(lambda: _accounts(desk), lambda rows: bool(rows))
        desk.token = await desk.sign_in()
        desk.http = desk.client(desk.token)
        yield desk


async def _accounts(desk: Desk) -> Sequence[Any]:
    return await desk.table("accounts")


def runtime_of(app: FastAPI) -> Runtime:
    runtime = app.state.runtime
    assert isinstance(runtime, Runtime)
    return runtime


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/intake.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new database of each kind in turn."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "fresh_postgres_url")
    return url


@pytest.fixture
async def own_desk(sqlite_url: str) -> AsyncIterator[Desk]:
    """Intake on SQLite, without Kafka, of one test alone."""
    async with opened(sqlite_url) as desk:
        yield desk


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """Intake on SQLite, without Kafka, shared: a test asserts only on what it brought in."""
    async with opened(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('intake')}/intake.db") as desk:
        yield desk


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def desk_on_postgresql(shared_postgres: PostgresServer) -> AsyncIterator[Desk]:
    name = f"intake_{uuid.uuid4().hex}"
    async with opened(await shared_postgres.create_database(name)) as desk:
        yield desk
    await shared_postgres.drop_database(name)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def each_desk(request: pytest.FixtureRequest) -> Desk:
    """The shared intake on each database in turn."""
    desk: Desk = request.getfixturevalue("desk" if request.param == "sqlite" else "desk_on_postgresql")
    return desk
