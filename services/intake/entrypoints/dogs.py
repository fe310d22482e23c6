"""The routes of matters of dogs: what happens at a place, and each step towards putting it right, by its rule."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import BaseModel, Field
from starlette.requests import Request

from services.intake.application.dogs import Dogs
from services.intake.application.households import located
from services.intake.application.submissions import Line
from services.intake.domain import dog
from services.intake.domain.cited import Cited
from services.intake.entrypoints.household_bodies import OnIn, WhereIn
from services.intake.entrypoints.households import Checks
from services.intake.entrypoints.http import Id, before, done
from services.intake.entrypoints.schemas import Done
from services.intake.projections import dogs as rows
from shared.access.actors import Actor, Scope
from shared.access.rights import Action, areas, authorize
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.sealed import Sealed
from shared.web.areas import named
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import mark
from shared.web.paging import CurrentAfter, CurrentPaging, etag, link_next
from shared.web.problems import not_found
from shared.web.routes import CurrentActor, Routes, permit


class DogIn(OnIn):
    """What happens at a place. There is no field for who keeps the dog."""

    where: WhereIn
    kind: dog.Kind
    what: Line = Field(max_length=1_000, description="kept sealed; about the place and not about a person")


class WarnIn(OnIn):
    reason: Line | None = Field(default=None, max_length=500, description="needed where the step before is left out")


class HandDogOverIn(WarnIn):
    to: dog.Body


class DogStepOut(BaseModel):
    step: dog.Step
    rule: Cited
    to: dog.Body | None
    reason: str | None
    on: date
    by: str


class DogOut(BaseModel):
    id: str
    station: str
    community: str
    grid: str
    compound: str | None
    building: str | None
    unit: str | None
    kind: dog.Kind
    what: str | None = Field(description="None for whom sealed values are not open, and where it was erased")
    opened_on: date
    state: str = Field(description="open, or the last step: advice, warning, handover, put_right")
    closed_on: date | None
    steps: list[DogStepOut]
    version: int


class DogPage(BaseModel):
    matters: list[DogOut]


def scope_of(row: dict[str, Any]) -> Scope:
    return Scope(row["station"], row["community"], row["grid"], named(row["people"]))


class DogDesk:
    """What the routes and the pages of matters of dogs work with."""

    def __init__(self, checks: Checks, handler: Dogs) -> None:
        self.checks = checks
        self.api = checks.api
        self.handler = handler

    async def row(self, actor: Actor, id_: str) -> dict[str, Any]:
        row = await rows.find(self.api.runtime.database, id_)
        if row is None:
            raise not_found(mark("No matter of dogs is written down under this number."))
        permit(actor, "report.read", scope_of(row))
        return row

    async def changeable(self, actor: Actor, id_: str, action: Action) -> Scope:
        """Where it is, asked of the stream; who wrote it down is assigned to it."""
        state = await self.handler.find(id_)
        if isinstance(state, dog.NotOpened):
            raise dog.NoSuchDogMatter
        place = state.opened.place
        where = Scope(place.station, place.community, place.grid, frozenset({state.opened.by}))
        permit(actor, action, where)
        return where

    async def open(self, body: DogIn, actor: Actor, key: Idempotency) -> tuple[str, Handled]:
        place = await located(self.api.runtime, await self.checks.spot(actor, body.where))
        where = Scope(place.station, place.community, place.grid)
        permit(actor, "report.register", where)
        id_ = derived_id("dog", key.command_id)
        meta = self.api.meta_of(actor, where, key)
        return id_, await self.handler.open(id_, place, body.kind, body.what, body.on, meta, key.command_id)

    async def step(self, id_: str, step: dog.Step, body: OnIn, actor: Actor, key: Idempotency) -> Handled:
        action: Action = "report.handle" if step == "advice" else "report.direct"
        meta = self.api.meta_of(actor, await self.changeable(actor, id_, action), key)
        reason = body.reason if isinstance(body, WarnIn) else None
        to = body.to if isinstance(body, HandDogOverIn) else "public_security"
        return await self.handler.step(id_, step, body.on, meta, key.command_id, reason=reason, to=to)

    async def close(self, id_: str, body: OnIn, actor: Actor, key: Idempotency) -> Handled:
        meta = self.api.meta_of(actor, await self.changeable(actor, id_, "report.handle"), key)
        return await self.handler.close(id_, body.on, meta, key.command_id)

    async def out(self, found: Sequence[dict[str, Any]], actor: Actor, purpose: str) -> list[DogOut]:
        """The words where they are open to the actor; that they were read is recorded."""
        taken = await rows.steps_of(self.api.runtime.database, [row["matter"] for row in found])
        sealed: dict[tuple[str, str], Sealed] = {}
        for row in found:
            if not authorize(actor, "sealed.read", scope_of(row)).allowed:
                continue
            sealed[row["matter"], ""] = Sealed.model_validate_json(row["what"])
            for step in taken.get(row["matter"], ()):
                if step["reason"] is not None:
                    sealed[row["matter"], step["step"]] = Sealed.model_validate_json(step["reason"])
        values = await self.api.runtime.open(list(sealed.values()), self.api.meta(actor), purpose)
        words = dict(zip(sealed, values, strict=True))
        return [dog_out(row, taken.get(row["matter"], ()), words) for row in found]


def add(routes: Routes, desk: DogDesk) -> None:
    api = desk.api

    @routes.get("/dogs", access="report.read")
    async def list_dog_matters(
        request: Request,
        response: Response,
        actor: CurrentActor,
        paging: CurrentPaging,
        after: CurrentAfter,
        open: Annotated[bool, Query(description="only those that are not closed")] = False,
    ) -> DogPage:
        """Matters of dogs by place, the newest first. There is no list of people."""
        await api.wait(after, "dog-matters")
        found = await rows.list_matters(
            api.runtime.database,
            areas(actor, "report.read"),
            actor.id,
            open_only=open,
            before=before(paging),
            limit=paging.limit,
        )
        if len(found) == paging.limit:
            link_next(request, response, {"position": found[-1]["position"]})
        return DogPage(matters=await desk.out(found, actor, "list of matters of dogs"))

    @routes.get("/dogs/{id}", access="report.read")
    async def read_dog_matter(id: Id, response: Response, actor: CurrentActor, after: CurrentAfter) -> DogOut:
        """One matter with the steps that were taken, each with its rule."""
        await api.wait(after, "dog-matters")
        row = await desk.row(actor, id)
        response.headers["ETag"] = etag(row["version"])
        (out,) = await desk.out([row], actor, "a matter of dogs")
        return out

    @routes.post("/dogs", access="report.register", status_code=201)
    async def open_dog_matter(body: DogIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Writes down what happens at a place (登记)."""
        return done(*(await desk.open(body, actor, key)))

    @routes.post("/dogs/{id}/advice", access="report.handle")
    async def advise(id: Id, body: OnIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Advises what is to be done (劝导)."""
        return done(id, await desk.step(id, "advice", body, actor, key))

    @routes.post("/dogs/{id}/warning", access="report.direct")
    async def warn(id: Id, body: WarnIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Warns (警告); without advice before it only with a reason."""
        return done(id, await desk.step(id, "warning", body, actor, key))

    @routes.post("/dogs/{id}/handover", access="report.direct")
    async def hand_over(id: Id, body: HandDogOverIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Hands it over to the competent body (移交); without a warning before it only with a reason."""
        return done(id, await desk.step(id, "handover", body, actor, key))

    @routes.post("/dogs/{id}/close", access="report.handle")
    async def close(id: Id, body: OnIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """It was put right (已改正)."""
        return done(id, await desk.close(id, body, actor, key))


def dog_out(row: dict[str, Any], taken: Sequence[dict[str, Any]], words: dict[tuple[str, str], str | None]) -> DogOut:
    id_ = row["matter"]
    kept = {name: row[name] for name in row if name not in ("matter", "what", "people", "position")}
    return DogOut(
        **kept,
        id=id_,
        what=words.get((id_, "")),
        steps=[
            DogStepOut(
                step=each["step"],
                rule=Cited.model_validate_json(each["rule"]),
                to=each["to"],
                reason=words.get((id_, each["step"])),
                on=each["on"],
                by=each["by"],
            )
            for each in taken
        ],
    )
