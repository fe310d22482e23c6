"""The routes and the page of observations: what somebody saw, for thirty days, found by its place and day alone."""

from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Form, Query, Response
from pydantic import AwareDatetime, BaseModel, Field
from starlette.requests import Request

from services.intake.application.observations import Observations
from services.intake.application.submissions import Line, Moment, Text, Where
from services.intake.domain.observation import KEPT, expires_at
from services.intake.domain.report import NotReceived
from services.intake.entrypoints.http import Api, before
from services.intake.entrypoints.page_steps import given, taken
from services.intake.entrypoints.schemas import Body
from services.intake.entrypoints.volunteer_pages import local
from services.intake.projections import register as register_rows
from services.intake.projections import reports as rows
from shared.access.actors import Actor, Scope
from shared.access.rights import areas, authorize
from shared.eventsourcing.store import instant
from shared.law.legal_time import SHANGHAI
from shared.web import paging
from shared.web.idempotency import Idempotency, IdempotencyKey, key_reused
from shared.web.languages import Languages
from shared.web.pages import Pages
from shared.web.paging import CurrentAfter, CurrentPaging, link_next
from shared.web.routes import CurrentActor, Routes, permit

Typed = Annotated[str, Form(max_length=2_000)]


class ObservationIn(Body):
    """What was seen. A plate or a name in it can be read for thirty days, and is never looked up by."""

    what: Line = Field(max_length=500)
    details: Text = Field(default="", max_length=2_000)
    seen_at: Moment = Field(description="by the device's clock, for what was written down offline")
    place: Where


class ObservationTaken(BaseModel):
    id: str
    code: str
    position: int
    expires_at: AwareDatetime


class ObservationOut(BaseModel):
    id: str
    code: str
    community: str | None
    grid: str | None
    what: str | None = Field(description="None once it has expired")
    seen_at: AwareDatetime
    expires_at: AwareDatetime
    expired: bool


class ObservationPage(BaseModel):
    observations: list[ObservationOut]


class Watch:
    """What the routes and the page of observations work with."""

    def __init__(self, api: Api, handler: Observations) -> None:
        self.api = api
        self.handler = handler

    async def take(self, body: ObservationIn, actor: Actor, key: Idempotency) -> ObservationTaken:
        station = await self.api.register.station_of(body.place.community or "") or self.api.station
        permit(actor, "report.register", Scope(station, body.place.community, body.place.grid))
        keyed = (key.command_id, key.fingerprint)
        words = (body.what, body.details)
        meta = self.api.meta(actor, station)
        one = await self.handler.take(station, body.place, words, body.seen_at, keyed, meta)
        if one.outcome == "changed":
            raise key_reused()
        state = await self.api.reports.find(one.report)
        assert not isinstance(state, NotReceived), "it was registered a moment ago, or before"
        until = expires_at(state.received.received_at)
        return ObservationTaken(id=one.report, code=one.code, position=one.position, expires_at=until)

    async def seen(self, actor: Actor, page: paging.Paging) -> tuple[list[ObservationOut], dict[str, int] | None]:
        """The newest first, by nothing but who may see them; that they were read is recorded."""
        found = await rows.list_reports(
            self.api.runtime.database,
            areas(actor, "report.read"),
            actor.id,
            channel="observation",
            before=before(page),
            limit=page.limit,
        )
        words = await self.api.subjects(found, actor, "list of observations")
        now = self.api.runtime.clock()
        out = [observation_out(row, what, now) for row, what in zip(found, words, strict=True)]
        return out, {"position": found[-1]["position"]} if len(found) == page.limit else None


def add(routes: Routes, watch: Watch) -> None:
    @routes.post("/observations", access="report.register", status_code=201)
    async def take(body: ObservationIn, actor: CurrentActor, key: IdempotencyKey) -> ObservationTaken:
        """Takes an observation in; its words go by themselves when it expires."""
        return await watch.take(body, actor, key)

    @routes.get("/observations", access="report.read")
    async def list_observations(
        request: Request, response: Response, actor: CurrentActor, page: CurrentPaging, after: CurrentAfter
    ) -> ObservationPage:
        """Observations, the newest first. There is no search by what was seen."""
        await watch.api.wait(after)
        found, cursor = await watch.seen(actor, page)
        if cursor is not None:
            link_next(request, response, dict(cursor))
        return ObservationPage(observations=found)


def add_pages(site: Routes, watch: Watch, pages: Pages, languages: Languages) -> None:
    async def show(
        request: Request,
        actor: Actor,
        page: paging.Paging,
        filled: dict[str, str],
        refusal: str | None = None,
        status: int = 200,
    ) -> Response:
        found, cursor = await watch.seen(actor, page)
        database = watch.api.runtime.database
        grids = [
            (community["community"], community["name"], grid["grid"], grid["name"])
            for community in await register_rows.list_communities(database)
            for grid in await register_rows.list_grids(database, community["community"])
            if authorize(
                actor, "report.register", Scope(community["station"], community["community"], grid["grid"])
            ).allowed
        ]
        now = watch.api.runtime.clock().astimezone(SHANGHAI)
        return pages.render(
            request,
            "observations.html",
            status_code=status,
            observations=found,
            cursor=None if cursor is None else paging.encode(dict(cursor)),
            grids=grids,
            filled={"what": "", "details": "", "where": "", "seen_at": f"{now:%Y-%m-%dT%H:%M}", **filled},
            refusal=refusal,
            days=KEPT.days,
            key=str(uuid4()),
        )

    @site.get("/observations", access="report.read", include_in_schema=False)
    async def observations_page(
        request: Request, actor: CurrentActor, page: CurrentPaging, after: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        if after:
            await watch.api.runtime.wait_for("reports", after)
        return await show(request, actor, page, {})

    @site.post("/observations", access="report.register", include_in_schema=False)
    async def take(
        request: Request,
        actor: CurrentActor,
        page: CurrentPaging,
        key: IdempotencyKey,
        what: Typed = "",
        details: Typed = "",
        where: Typed = "",
        seen_at: Typed = "",
    ) -> Response:
        async def act() -> tuple[str, int]:
            community, _, grid = where.partition("|")
            asked = {
                "what": what,
                "details": details,
                "seen_at": local(seen_at),
                "place": given(community=community, grid=grid),
            }
            done = await watch.take(ObservationIn.model_validate(asked), actor, key)
            return "/intake/observations", done.position

        async def again(said: str, status: int) -> Response:
            filled = given(what=what, details=details, where=where, seen_at=seen_at)
            return await show(request, actor, page, filled, said, status)

        return await taken(request, languages, act, again)


def observation_out(row: dict[str, Any], what: str | None, now: datetime) -> ObservationOut:
    until = expires_at(instant(row["received_at"]))
    return ObservationOut(
        id=row["report"],
        code=row["code"],
        community=row["community"],
        grid=row["grid"],
        what=what if now < until else None,
        seen_at=instant(row["reported_at"]),
        expires_at=until,
        expired=now >= until,
    )
