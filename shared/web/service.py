"""One service as a program: its runtime, its app, its figures; what the three composition roots have in common."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from pydantic import BaseModel

from shared.eventsourcing.events import Event
from shared.eventsourcing.runtime import Runtime, Settings
from shared.web import app as web_app
from shared.web import domain_errors, logs, operations
from shared.web.health import Check
from shared.web.languages import Languages
from shared.web.pages import Pages, Section
from shared.web.routes import Keys, Routes, Who, check
from shared.web.sessions import SessionKey
from shared.web.settings import ServiceSettings
from shared.web.watch import Watch

VERSION = "0.1.0"
_SHUTDOWN_SECONDS = 8


class Service:
    """Built by a composition root: `runtime` first, then routes are added to `app`, then `run`."""

    def __init__(
        self,
        name: str,
        title: str,
        settings: ServiceSettings,
        database: str,
        *,
        events: Iterable[type[Event]],
        contracts: Mapping[str, type[BaseModel]],
        home: Path,
        body_limits: Mapping[str, int] | None = None,
        sections: Sequence[Section] = (),
    ) -> None:
        self.name = name
        self.settings = settings
        self.session_key = SessionKey(settings.session_key)
        self.runtime = Runtime(
            Settings(
                service=name,
                city=settings.city,
                database=database,
                kafka=settings.kafka,
                master_key=settings.master_key,
                deployment_key=settings.deployment_key,
                partitions=settings.kafka_partitions,
                replication=settings.kafka_replication,
            ),
            events,
            contracts,
        )
        self.languages = Languages([home / "locales"])
        self.pages = Pages(
            [home / "templates"],
            languages=self.languages,
            session_key=self.session_key,
            demo=settings.demo,
            sections=sections,
        )
        self._registry = CollectorRegistry()
        self._watch = Watch(self.runtime, self._registry)
        self.background: list[Background] = []
        self.app = web_app.create(
            name,
            title,
            VERSION,
            lifespan=self._lifespan,
            registry=self._registry,
            checks=[
                Check("database", self._database_answers),
                Check("kafka", self._kafka_answers),
                Check("followers", self._followers_run),
            ],
            languages=self.languages,
            pages=self.pages,
            body_limits=body_limits,
        )
        domain_errors.install(self.app)

    def api(self, who: Who, keys: Keys | None = None) -> Routes:
        """Routes under `/{service}/api/v1`, with the operators' ones."""
        routes = Routes(f"/{self.name}/api/v1", who=who, session_key=self.session_key, keys=keys)
        operations.add(routes, self.runtime)
        return routes

    def site(self, who: Who) -> Routes:
        """Routes of pages under `/{service}`."""
        return Routes(f"/{self.name}", who=who, session_key=self.session_key)

    def serve(self, *routes: Routes) -> FastAPI:
        """Adds the routes; refuses to start when one of them has no declared access."""
        for some in routes:
            self.app.include_router(some.router)
        check(self.app)
        return self.app

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with self.runtime.running():
            work = [asyncio.create_task(self._watch.run()), *(asyncio.create_task(b.work()) for b in self.background)]
            try:
                yield
            finally:
                for task in work:
                    task.cancel()
                await asyncio.gather(*work, return_exceptions=True)

    async def _database_answers(self) -> None:
        await self.runtime.store.head()

    async def _kafka_answers(self) -> None:
        if not self.runtime.ready:
            raise NotReady(self.runtime.trouble or "not connected to Kafka yet")

    async def _followers_run(self) -> None:
        failing = {state.name: state.failing for state in await self.runtime.states() if state.failing}
        if failing:
            raise NotReady(f"failing: {', '.join(failing)}")


class NotReady(Exception):
    """Something that the service needs is not there."""


@dataclass(frozen=True)
class Background:
    """Work beside the followers, started and stopped with the service."""

    name: str
    work: Callable[[], Coroutine[Any, Any, None]]


def calm_collector() -> None:
    """Lets the cycle collector run less often, and never over what the program was loaded with.

    Commands and events make many objects and next to no cycles: with Python's own thresholds a tenth of the time goes
    into looking for them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def run(name: str, app: FastAPI, settings: ServiceSettings, port: int) -> None:
    """Serves until SIGTERM or Ctrl-C; what was accepted is finished first."""
    logs.configure(name)
    calm_collector()
    with suppress(KeyboardInterrupt):
        uvicorn.run(
            app,
            host=settings.host,
            port=port,
            loop="uvloop",
            log_config=None,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
            timeout_keep_alive=30,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=settings.trusted_proxies,
        )
