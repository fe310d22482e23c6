"""The routes of visits to people in need: agreed upon, made, and opened for an agreed purpose alone."""

from datetime import date
from typing import Annotated, Any, Final, cast

from fastapi import Query, Response
from pydantic import BaseModel, Field
from starlette.requests import Request

from services.intake.application.care import Care, Wish
from services.intake.application.households import located
from services.intake.application.submissions import Code, Line, Text
from services.intake.domain import care as c
from services.intake.entrypoints.household_bodies import OnIn, WhereIn
from services.intake.entrypoints.households import Checks
from services.intake.entrypoints.http import Id, done
from services.intake.entrypoints.schemas import Body, Done
from services.intake.entrypoints.volunteer_bodies import YEARS
from services.intake.projections import care as rows
from shared.access.actors import Actor, Scope
from shared.access.rights import areas
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.sealed import Sealed
from shared.web.areas import named
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import mark
from shared.web.paging import CurrentAfter, CurrentPaging, Paging, etag, link_next
from shared.web.problems import Fault, malformed, not_found
from shared.web.routes import CurrentActor, Routes, permit

CODES: Final = (mark("visit"), mark("medical_help"), mark("supplies"), mark("benefits"))
"""The purposes, as a refusal names one within its sentence."""


class CareIn(Body):
    """What was agreed with the person. Without their consent nothing is entered."""

    where: WhereIn
    name: Line = Field(max_length=60, description="kept sealed")
    address: Line | None = Field(default=None, max_length=200, description="kept sealed")
    situation: Line = Field(max_length=2_000, description="kept sealed, and erased at the end")
    need: c.Need
    purposes: list[c.Purpose] = Field(min_length=1, max_length=4, description="what it may be read for")
    consent: c.Consent
    agreed_on: date = Field(ge=YEARS[0], le=YEARS[1])
    every_days: int = Field(ge=1, le=365)
    until: date = Field(ge=YEARS[0], le=YEARS[1])
    visitor: Code | None = Field(default=None, description="the account of who visits")

    def wish(self) -> Wish:
        return Wish(**self.model_dump(exclude={"where", "purposes"}), purposes=tuple(dict.fromkeys(self.purposes)))


class VisitIn(OnIn):
    outcome: c.Outcome
    note: Text | None = Field(default=None, max_length=2_000, description="kept sealed")


class EndIn(Body):
    why: c.Why


class VisitOut(BaseModel):
    id: str
    on: date
    outcome: c.Outcome
    by: str


class CareOut(BaseModel):
    """What may be seen without opening anything that was said."""

    id: str
    station: str
    community: str
    grid: str
    need: c.Need
    purposes: list[c.Purpose]
    consent: c.Consent
    agreed_on: date
    every_days: int
    until: date
    next_due: date | None
    overdue: bool
    last_on: date | None
    last_outcome: c.Outcome | None
    ended: c.Why | None
    version: int


class CarePage(BaseModel):
    care: list[CareOut]


class CareDetail(CareOut):
    visits: list[VisitOut]


class CareWords(BaseModel):
    """What was said, opened for one purpose; None where it was erased."""

    purpose: c.Purpose
    name: str | None
    address: str | None
    situation: str | None
    notes: dict[str, str | None] = Field(description="by the visit's id")


def scope_of(row: dict[str, Any]) -> Scope:
    return Scope(row["station"], row["community"], row["grid"], named(row["visitors"]))


class Caring:
    """What the routes and the pages of these visits work with."""

    def __init__(self, checks: Checks, handler: Care) -> None:
        self.checks = checks
        self.api = checks.api
        self.handler = handler

    async def row(self, actor: Actor, id_: str) -> dict[str, Any]:
        row = await rows.find(self.api.runtime.database, id_)
        if row is None:
            raise not_found(mark("No visits were agreed upon under this number."))
        permit(actor, "care.visit", scope_of(row))
        return row

    async def agree(self, body: CareIn, actor: Actor, key: Idempotency) -> tuple[str, Handled]:
        spot = await self.checks.spot(actor, body.where)
        place = await located(self.api.runtime, spot)
        where = Scope(place.station, place.community, place.grid)
        permit(actor, "care.visit", where)
        id_ = derived_id("care", key.command_id)
        meta = self.api.meta_of(actor, where, key)
        return id_, await self.handler.agree(id_, spot, body.wish(), meta, key.command_id)

    async def changeable(self, actor: Actor, id_: str) -> Scope:
        """Where they are agreed upon, asked of the stream; only for who makes such visits there."""
        state = await self.handler.find(id_)
        if isinstance(state, c.NotAgreed):
            raise c.NoSuchCare
        agreed = state.agreed
        people = frozenset(filter(None, (agreed.visitor, agreed.by)))
        where = Scope(agreed.station, agreed.community, agreed.grid, people)
        permit(actor, "care.visit", where)
        return where

    async def words(self, actor: Actor, id_: str, purpose: c.Purpose) -> CareWords:
        """What was said, for an agreed purpose: the purpose stands in the record of the reading."""
        where = await self.changeable(actor, id_)
        permit(actor, "sealed.read", where)
        agreed = c.opened_for(await self.handler.find(id_), purpose)
        made = await rows.visits_of(self.api.runtime.database, id_)
        said: dict[str, Sealed] = {"name": agreed.name, "situation": agreed.situation}
        if agreed.address is not None:
            said["address"] = agreed.address
        said |= {row["visit"]: Sealed.model_validate_json(row["note"]) for row in made if row["note"] is not None}
        values = await self.api.runtime.open(list(said.values()), self.api.meta(actor), f"care visit: {purpose}")
        opened = dict(zip(said, values, strict=True))
        return CareWords(
            purpose=purpose,
            name=opened.pop("name"),
            situation=opened.pop("situation"),
            address=opened.pop("address", None),
            notes=opened,
        )

    def out(self, row: dict[str, Any]) -> CareOut:
        return CareOut(**self.told(row))

    async def detail(self, row: dict[str, Any]) -> CareDetail:
        made = await rows.visits_of(self.api.runtime.database, row["care"])
        return CareDetail(
            **self.told(row),
            visits=[VisitOut(id=v["visit"], on=v["on"], outcome=v["outcome"], by=v["by"]) for v in made],
        )

    def told(self, row: dict[str, Any]) -> dict[str, Any]:
        due = row["next_due"] if row["due"] else None
        kept = {name: row[name] for name in row if name not in ("care", "purposes", "next_due", "due", "visitors")}
        return {
            **kept,
            "id": row["care"],
            "purposes": row["purposes"].split(","),
            "next_due": due,
            "overdue": due is not None and due < self.checks.today(),
        }


def add(routes: Routes, caring: Caring) -> None:
    api, handler = caring.api, caring.handler

    @routes.get("/care", access="care.visit")
    async def list_care(
        request: Request,
        response: Response,
        actor: CurrentActor,
        paging: CurrentPaging,
        after: CurrentAfter,
        due_by: Annotated[date | None, Query(ge=YEARS[0], le=YEARS[1])] = None,
    ) -> CarePage:
        """The agreed visits by the day on which the next is due; nothing that was said is opened."""
        await api.wait(after, "care")
        found = await rows.list_care(
            api.runtime.database,
            areas(actor, "care.visit"),
            actor.id,
            due_by=due_by,
            after=after_row(paging),
            limit=paging.limit,
        )
        if len(found) == paging.limit:
            link_next(request, response, cursor_of(found[-1]))
        return CarePage(care=[caring.out(row) for row in found])

    @routes.get("/care/{id}", access="care.visit")
    async def read_care(id: Id, response: Response, actor: CurrentActor, after: CurrentAfter) -> CareDetail:
        """One agreement with its visits; what was said is under `words`, for a purpose."""
        await api.wait(after, "care")
        row = await caring.row(actor, id)
        response.headers["ETag"] = etag(row["version"])
        return await caring.detail(row)

    @routes.get("/care/{id}/words", access="care.visit")
    async def read_words(
        id: Id, actor: CurrentActor, after: CurrentAfter, purpose: Annotated[c.Purpose, Query()]
    ) -> CareWords:
        """What was said, opened for a purpose that the person agreed to; any other is refused. Reads are recorded."""
        await api.wait(after, "care")
        return await caring.words(actor, id, purpose)

    @routes.post("/care", access="care.visit", status_code=201)
    async def agree(body: CareIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Visits were agreed upon with the person (约定走访): for purposes, at a pace, until a day."""
        return done(*(await caring.agree(body, actor, key)))

    @routes.post("/care/{id}/visits", access="care.visit", status_code=201)
    async def visited(id: Id, body: VisitIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Somebody went there (登记走访结果); not to be at home and to decline are free of cost."""
        meta = api.meta_of(actor, await caring.changeable(actor, id), key)
        note = (body.note or "").strip() or None
        return done(id, await handler.visited(id, body.outcome, note, body.on, meta, key.command_id))

    @routes.post("/care/{id}/end", access="care.visit")
    async def end(id: Id, body: EndIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """It is over (结束): the consent was taken back, or nothing is needed any more; what was said is erased."""
        meta = api.meta_of(actor, await caring.changeable(actor, id), key)
        return done(id, await handler.end(id, body.why, meta, key.command_id))


def after_row(paging: Paging) -> tuple[date, str] | None:
    """The day and id after which a page goes on, out of a cursor that anybody may have written."""
    if paging.cursor is None:
        return None
    try:
        return date.fromisoformat(cast(str, paging.cursor["next_due"])), str(paging.cursor["care"])
    except (KeyError, TypeError, ValueError):
        detail = mark("This is no cursor of this list. Begin without one and follow the Link headers.")
        raise malformed(Fault(detail, parameter="cursor")) from None


def cursor_of(row: dict[str, Any]) -> dict[str, str | int | None]:
    return {"next_due": row["next_due"].isoformat(), "care": row["care"]}
