"""Every operation of notify with requests drawn from its document and spoiled: a clear problem, never a fault."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select

from services.notify.adapters.inbox import Inbox
from services.notify.domain import EVENTS
from services.notify.main import HEARD, NAME, follow, serve
from services.notify.projections.deliveries import deliveries
from services.notify.settings import Settings
from shared.access.actors import Actor, Post
from shared.contracts.register import AccountChanged
from shared.contracts.register import Post as ToldPost
from shared.eventsourcing.store import system_clock
from shared.web import sessions
from shared.web.service import Service
from tests.integration.hostile import Hostile
from tests.integration.notify.station import KEY, heard, personal
from tests.integration.notify.test_read_models import admitted, opened
from tests.unit.notify.examples import MONDAY
from tests.unit.notify.test_policies import appointed

HOME = Path(__file__).parents[3] / "services" / "notify"
STATION = "wangfu"


@pytest.fixture
async def hostile(tmp_path: Path) -> AsyncIterator[Hostile]:
    """With a dispute, somebody appointed in it, and what is to be told of that."""
    database = f"sqlite+aiosqlite:///{tmp_path}/notify.db"
    settings = Settings(database=database, master_key=KEY, deployment_key=KEY, session_key=KEY, city="test")
    service = Service(NAME, "Notify", settings, settings.database, events=EVENTS, contracts=HEARD, home=HOME)
    follow(service.runtime, {"inbox": Inbox()}, webhook_configured=False)
    app = serve(service)
    posts = (("station_leader", STATION), ("operator", STATION))
    leader = Actor("leader", "leader", tuple(Post(role, station) for role, station in posts))  # type: ignore[arg-type]
    token = sessions.issue(service.session_key, leader, 1, system_clock())
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app),
            base_url="http://notify.test",
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        ) as client,
    ):
        runtime = service.runtime
        headline = personal(runtime, "report-18", "地下室漏水")
        told = AccountChanged(
            account="leader",
            name="leader",
            posts=tuple(ToldPost(role=role, station=station) for role, station in posts),
            active=True,
            generation=1,
            at=MONDAY,
        )
        await heard(runtime, told, 1, "intake")
        await heard(runtime, admitted(headline), 2, "intake")
        await heard(runtime, opened(headline), 3, "mediation")
        await heard(runtime, appointed, 4, "mediation")
        head = await runtime.store.head()
        for name in ("deliveries", "inbox", "disputes", "accounts"):
            await runtime.wait_for(name, head.position)
        async with runtime.database.reading() as tx:
            row = (await tx.execute(select(deliveries))).mappings().first()
        known = {
            "deliveries": row["id"] if row else str(uuid.uuid4()),
            "disputes": "d-18",
            "station": STATION,
            "name": "deliveries",
        }
        yield Hostile(app, client, known)


async def test_no_request_makes_notify_fail_and_every_refusal_is_a_problem(hostile: Hostile) -> None:
    await hostile.attack(examples=1, spoiled=2)
    hostile.assert_sound(of=10)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_no_request_of_very_many_makes_notify_fail(hostile: Hostile) -> None:
    await hostile.attack(examples=25, spoiled=8, negative=True)
    hostile.assert_sound(of=10)
