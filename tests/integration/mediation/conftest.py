"""Mediation as a whole program behind its app, without Kafka: what other services tell is put into its store."""

from __future__ import annotations

import asyncio
import itertools
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import text

from services.mediation.application.policies import dispute_id
from services.mediation.main import create_app
from services.mediation.settings import Settings
from shared.access.actors import Actor, Post
from shared.contracts.envelope import Contract
from shared.contracts.register import AccountChanged
from shared.contracts.register import Post as ToldPost
from shared.contracts.reports import DisputeAdmitted, Place, ReportReceived
from shared.contracts.vocabulary import Contact, Personal
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import ANY_VERSION, Append, Meta, NewEvent, StreamWrite
from shared.web import sessions
from shared.web.sessions import SessionKey
from tests.servers.postgres import PostgresServer

NOWHERE = "127.0.0.1:9"
"""Where no Kafka listens."""
KEY = b"k" * 32
API = "/mediation/api/v1"
STATION, COMMUNITY = "czl", "no2"

LEADER = Actor("a-leader", "leader", (Post("station_leader", STATION),))
OFFICER = Actor("a-officer", "officer", (Post("community_officer", STATION, COMMUNITY),))
ELSEWHERE = Actor("a-elsewhere", "elsewhere", (Post("community_officer", STATION, "no9"),))
AUXILIARY = Actor("a-auxiliary", "auxiliary", (Post("auxiliary", STATION, COMMUNITY),))
MEDIATOR = Actor("a-mediator", "mediator", (Post("mediator", STATION),))
VOLUNTEER = Actor("a-volunteer", "volunteer", (Post("volunteer", STATION, COMMUNITY, "g7"),))
EVERYBODY = (LEADER, OFFICER, ELSEWHERE, AUXILIARY, MEDIATOR, VOLUNTEER)

SEATS = ("area_leader", "community_officer", "auxiliary", "neighbour")
Answer = httpx2.Response


@dataclass
class Desk:
    """Mediation, and programs signed in to it."""

    app: FastAPI
    runtime: Runtime
    _positions: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def client(self, actor: Actor | None = LEADER, **headers: str) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(self.app)
        if actor is not None:
            headers["Authorization"] = f"Bearer {self.token(actor)}"
        return httpx2.AsyncClient(transport=transport, base_url="http://station.test", headers=headers, timeout=30)

    def token(self, actor: Actor) -> str:
        return sessions.issue(SessionKey(KEY), actor, 1, datetime.now(UTC))

    def browser(self, language: str = "zh-CN", actor: Actor = LEADER) -> httpx2.AsyncClient:
        browser = self.client(
            None, Accept="text/html", **{"Accept-Language": language, "Sec-Fetch-Site": "same-origin"}
        )
        browser.cookies.set(sessions.COOKIE, self.token(actor))
        return browser

    async def get(self, path: str, actor: Actor = LEADER, **parameters: Any) -> Answer:
        return await self.client(actor).get(API + path, params=parameters)

    async def post(
        self,
        path: str,
        body: Any = None,
        actor: Actor = LEADER,
        key: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Sends JSON with a new Idempotency-Key, unless one is given."""
        sent = {"Idempotency-Key": f'"{key or uuid.uuid4()}"', **(headers or {})}
        return await self.client(actor).post(API + path, json=body, headers=sent)

    async def done(self, path: str, body: Any = None, actor: Actor = LEADER) -> dict[str, Any]:
        answer = await self.post(path, body, actor)
        assert answer.status_code in (200, 201), answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def detail(self, dispute: str, actor: Actor = LEADER, after: int = 0) -> dict[str, Any]:
        answer = await self.get(f"/disputes/{dispute}", actor, after=after)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    # What other services tell

    async def hears(self, contract: Contract, source: str = "intake") -> int:
        """As the receiver stores it; answers the position."""
        number = next(self._positions)
        new = NewEvent(
            contract.event_type, 1, contract.model_dump_json().encode(), Meta(actor=source).encoded(), version=number
        )
        stream = f"received/urn:wangge:taiyuan:{source}:epoch/{contract.topic}/0"
        return (
            await self.runtime.store.append(Append((StreamWrite(stream, ANY_VERSION, (new,)),), f"heard-{number}"))
        ).position

    async def personal(self, of: str, value: str) -> Personal:
        sealed = await self.runtime.vault.seal(of, value)
        return Personal(of=sealed.of, box=sealed.box)

    async def admitted(self, admitted_at: datetime | None = None, community: str | None = COMMUNITY) -> str:
        """A report that intake received and admitted; answers the dispute's id once it is open and projected."""
        report = uuid.uuid4().hex
        await self.tells(report, admitted_at or datetime.now(UTC), community)
        await self.caught_up()
        return dispute_id(report)

    async def tells(self, report: str, at: datetime, community: str | None = COMMUNITY) -> None:
        key, code, place = f"report-{report}", f"WG-{report[:8]}", Place(community=community, grid="g7")
        headline = await self.personal(key, "电梯没有装")
        await self.hears(
            ReportReceived(
                report=report,
                code=code,
                channel="hotline_12345",
                external_id=report,
                station=STATION,
                place=place,
                suggested="dispute",
                danger_to_life=False,
                headline=headline,
                reported_at=at,
                received_at=at,
            )
        )
        person = f"person-{report}"
        await self.hears(
            DisputeAdmitted(
                report=report,
                code=code,
                station=STATION,
                place=place,
                category="home_purchase",
                headline=headline,
                story=await self.personal(key, "25 户业主等了十二年。"),
                reporter=Contact(
                    person=person,
                    name=await self.personal(person, "李明"),
                    phone=await self.personal(person, "13800000000"),
                ),
                occurred_on=None,
                admitted_at=at,
            )
        )

    async def caught_up(self) -> None:
        """Until every follower but the relay, which has no Kafka, has seen everything."""
        deadline = asyncio.get_running_loop().time() + 20
        while any(s.behind for s in await self.runtime.states() if s.name != "relay"):
            assert asyncio.get_running_loop().time() < deadline, await self.runtime.states()
            await asyncio.sleep(0.02)

    # Along the procedure

    async def with_group(self, dispute: str, at: str | None = None) -> tuple[list[str], list[str]]:
        """Two parties, and every seat filled; the mediator has the neighbours' seat. Answers parties and members."""
        when = {} if at is None else {"happened_at": at}
        entered = await self.done(
            f"/disputes/{dispute}/parties",
            {
                "parties": [
                    {"side": "applicant", "name": "业主甲", "demand": "装好电梯"},
                    {"side": "respondent", "name": "开发商周某", "phone": "13900000000"},
                ],
                **when,
            },
        )
        members: list[str] = []
        for seat in SEATS:
            account = {"account": MEDIATOR.id} if seat == "neighbour" else {}
            body = {"seat": seat, "name": f"成员{seat}", **account, **when}
            members += (await self.done(f"/disputes/{dispute}/members", body))["persons"]
        return entered["persons"], members

    async def agreed(self, dispute: str, at: str | None = None) -> tuple[list[str], list[str]]:
        """Up to an agreement of two items."""
        parties, members = await self.with_group(dispute, at)
        when = {} if at is None else {"happened_at": at}
        begins = at or datetime.now(UTC).isoformat()
        await self.done(f"/disputes/{dispute}/sessions", {"begins_at": begins, "place": "社区调解室", **when})
        held = {"attended": [*parties, *members], "outcome": "agreed", **when}
        await self.done(f"/disputes/{dispute}/sessions/1/held", held)
        items = [{"item": n, "what": f"第{n}部电梯", "due_on": "2099-01-01"} for n in (1, 2)]
        await self.done(f"/disputes/{dispute}/agreement", {"form": "written", "text": "装两部", "items": items, **when})
        return parties, members

    async def table(self, name: str) -> list[str]:
        """A table's rows as they lie in the database."""
        async with self.runtime.database.reading() as tx:
            return sorted(map(repr, (await tx.execute(text(f"SELECT * FROM {name}"))).all()))


def field_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, page[:2_000]
    return found[1]


@asynccontextmanager
async def opened(database: str) -> AsyncIterator[Desk]:
    """Mediation from its start to its end, with everybody's accounts known."""
    settings = Settings(database=database, kafka=NOWHERE, master_key=KEY, deployment_key=KEY, session_key=KEY)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        runtime = app.state.runtime
        assert isinstance(runtime, Runtime)
        desk = Desk(app, runtime)
        for actor in EVERYBODY:
            posts = tuple(
                ToldPost(role=post.role, station=post.station, community=post.community, grid=post.grid)
                for post in actor.posts
            )
            await desk.hears(
                AccountChanged(
                    account=actor.id, name=actor.name, posts=posts, active=True, generation=1, at=datetime.now(UTC)
                )
            )
        await desk.caught_up()
        yield desk


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """Mediation on SQLite, shared: a test asserts only on what it brought in."""
    async with opened(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('mediation')}/mediation.db") as desk:
        yield desk


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def desk_on_postgresql(shared_postgres: PostgresServer) -> AsyncIterator[Desk]:
    name = f"mediation_{uuid.uuid4().hex}"
    async with opened(await shared_postgres.create_database(name)) as desk:
        yield desk
    await shared_postgres.drop_database(name)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def each_desk(request: pytest.FixtureRequest) -> Desk:
    """The shared mediation on each database in turn."""
    desk: Desk = request.getfixturevalue("desk" if request.param == "sqlite" else "desk_on_postgresql")
    return desk
