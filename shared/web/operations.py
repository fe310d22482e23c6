"""What every service offers its operators: parked messages, the chain, read models, followers, publishing anew."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from shared.access.actors import EVERYWHERE, Scope
from shared.access.rights import authorize
from shared.eventsourcing import parking
from shared.eventsourcing.chain import Tampered
from shared.eventsourcing.projections import Progress
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import Meta
from shared.web.languages import mark
from shared.web.paging import CurrentPaging, link_next
from shared.web.problems import Problem
from shared.web.routes import CurrentActor, Routes, permit


class Follower(BaseModel):
    name: str
    position: int
    behind: int
    failing: str | None


class ParkedPage(BaseModel):
    waiting: dict[str, int] = Field(description="how many wait, by cause")
    messages: list[parking.ParkedMessage]


class DropReason(BaseModel):
    reason: str = Field(min_length=3, max_length=500)


class Retried(BaseModel):
    id: str
    outcome: str = Field(description="`retried`, or what still stands against it")


def add(routes: Routes, runtime: Runtime) -> None:
    """Adds the operators' routes to a service's API."""

    @routes.get("/followers", access="health.read")
    async def followers() -> list[Follower]:
        """Where each follower stands."""
        return [Follower(**state._asdict()) for state in await runtime.states()]

    @routes.get("/parked", access="parked.read")
    async def parked(
        request: Request,
        response: Response,
        actor: CurrentActor,
        paging: CurrentPaging,
        state: Annotated[parking.State, Query()] = "waiting",
        cause: Annotated[parking.Cause | None, Query()] = None,
    ) -> ParkedPage:
        """Messages that could not be handled: cause, origin and size, never the payload."""
        after = int(paging.cursor["position"] or 0) if paging.cursor else 0
        found = await parking.waiting(runtime.database, state=state, cause=cause, after=after, limit=paging.limit)
        if len(found) == paging.limit:
            link_next(request, response, {"position": found[-1].position})
        shown = [each for each in found if authorize(actor, "parked.read", Scope(station=each.station or None)).allowed]
        return ParkedPage(waiting=await parking.count(runtime.database), messages=shown)

    @routes.post("/parked/{id}/retry", access="parked.settle")
    async def retry(id: str, actor: CurrentActor) -> Retried:
        """Tries a parked message again."""
        message = await _parked(runtime, id)
        permit(actor, "parked.settle", Scope(station=message.station or None))
        still = await runtime.retry_parked(id, Meta(actor=actor.id, station=message.station), str(uuid4()))
        return Retried(id=id, outcome=still or "retried")

    @routes.post("/parked/{id}/drop", access="parked.settle", status_code=204)
    async def drop(id: str, reason: DropReason, actor: CurrentActor) -> None:
        """Decides that a parked message is not to be handled, and why."""
        message = await _parked(runtime, id)
        permit(actor, "parked.settle", Scope(station=message.station or None))
        await runtime.drop_parked(id, reason.reason, Meta(actor=actor.id, station=message.station))

    @routes.post("/verify", access="store.verify")
    async def verify(actor: CurrentActor) -> StreamingResponse:
        """Walks the hash chain: lines of JSON with the progress, the last one with the result."""
        permit(actor, "store.verify", EVERYWHERE)

        async def walk(progress: Progress) -> dict[str, Any]:
            try:
                return {"holds": True, "events": await runtime.verify(progress)}
            except Tampered as tampered:
                broken = tampered.broken
                return {
                    "holds": False,
                    "position": broken.position,
                    "stream": broken.stream,
                    "reason": broken.reason,
                }

        return _streamed(walk)

    @routes.post("/rebuild/{name}", access="store.rebuild")
    async def rebuild(name: str, actor: CurrentActor) -> StreamingResponse:
        """Builds a read model anew beside the live one and swaps it in; lines of JSON with the progress."""
        permit(actor, "store.rebuild", EVERYWHERE)
        if name not in runtime.projections:
            raise Problem(
                404,
                "no-such-read-model",
                mark("There is no such read model"),
                mark("This service has: %(names)s."),
                values={"names": ", ".join(sorted(runtime.projections))},
            )

        async def build(progress: Progress) -> dict[str, Any]:
            return {"rebuilt": name, "events": await runtime.rebuild(name, progress)}

        return _streamed(build)

    @routes.post("/republish", access="store.rebuild", status_code=202)
    async def republish(actor: CurrentActor) -> dict[str, str]:
        """Publishes everything again from the first event; receivers drop what they have."""
        permit(actor, "store.rebuild", EVERYWHERE)
        await runtime.republish()
        return {"status": "publishing again from the first event"}


async def _parked(runtime: Runtime, id_: str) -> parking.ParkedMessage:
    found = await parking.find(runtime.database, id_)
    if found is None:
        raise Problem(404, "not-parked", mark("There is no parked message with this id"), None)
    return found[0]


def _streamed(work: Callable[[Progress], Awaitable[dict[str, Any]]]) -> StreamingResponse:
    """Runs long work and tells its progress, a line of JSON at a time, at most every 0.2 s."""

    async def lines() -> AsyncIterator[bytes]:
        told: asyncio.Queue[tuple[int, int] | None] = asyncio.Queue()
        task = asyncio.ensure_future(work(lambda done, of: told.put_nowait((done, of))))
        task.add_done_callback(lambda _: told.put_nowait(None))
        last = datetime.now(UTC).timestamp()
        while (progress := await told.get()) is not None:
            now = datetime.now(UTC).timestamp()
            if now - last > 0.2:
                last = now
                yield json.dumps({"done": progress[0], "of": progress[1]}).encode() + b"\n"
        yield json.dumps(task.result()).encode() + b"\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")
