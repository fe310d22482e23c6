"""The figures of a running service for its metrics: lag of followers, parked messages, appends, what was heard."""

import asyncio
import logging

from prometheus_client import CollectorRegistry, Gauge, Histogram

from shared.eventsourcing import parking
from shared.eventsourcing.runtime import Runtime

log = logging.getLogger(__name__)

EVERY_SECONDS = 2.0
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Watch:
    """Gauges that are brought up to date every few seconds while the service runs."""

    def __init__(self, runtime: Runtime, registry: CollectorRegistry) -> None:
        service = runtime.settings.service
        self._runtime = runtime
        self._service = service
        self._lag = _gauge(registry, "wangge_follower_lag_events", "Events that a follower has not handled", "follower")
        self._failing = _gauge(registry, "wangge_follower_failing", "1 while a follower here fails", "follower")
        self._parked = _gauge(registry, "wangge_parked_messages", "Messages that wait for a person", "cause")
        self._heard = _gauge(registry, "wangge_received_messages", "Messages heard since start, by outcome", "outcome")
        self._gaps = _gauge(registry, "wangge_received_gaps", "Partitions in which something is missing")
        self._head = _gauge(registry, "wangge_store_position", "Position of the last event")
        appends = Histogram(
            "wangge_append_seconds", "Time of an append", ["service"], registry=registry, buckets=_BUCKETS
        )
        runtime.store.observe = appends.labels(service).observe

    async def run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("the figures could not be read; they stay as they were")
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        for state in await self._runtime.states():
            self._lag.labels(self._service, state.name).set(state.behind)
            self._failing.labels(self._service, state.name).set(0 if state.failing is None else 1)
        parked = await parking.count(self._runtime.database)
        for cause in ("unreadable", "invalid", "changed", "refused", "row"):
            self._parked.labels(self._service, cause).set(parked.get(cause, 0))
        self._head.labels(self._service).set((await self._runtime.store.head()).position)
        receiver = self._runtime.receiver
        if receiver is not None:
            heard = receiver.heard
            for outcome in ("received", "stored", "seen", "parked"):
                self._heard.labels(self._service, outcome).set(getattr(heard, outcome))
            self._gaps.labels(self._service).set(len(heard.gaps))


def _gauge(registry: CollectorRegistry, name: str, help_: str, *labels: str) -> Gauge:
    return Gauge(name, help_, ["service", *labels], registry=registry)
