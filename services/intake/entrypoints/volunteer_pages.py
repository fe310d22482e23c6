"""The pages of volunteers: the list by place, a form for who was found, one volunteer with what may be done next."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import Form, Query
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.domain import volunteer as v
from services.intake.entrypoints import volunteer_bodies as bodies
from services.intake.entrypoints.http import NAMED, Id
from services.intake.entrypoints.volunteers import (
    KINDS,
    ROLES,
    Squads,
    account_of,
    after_row,
    cursor_of,
    scope_of,
)
from services.intake.projections import register as register_rows
from services.intake.projections import volunteers as rows
from shared.access.actors import Actor, Scope
from shared.access.rights import areas, authorize
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.decider import Refusal
from shared.law.legal_time import SHANGHAI, day_of
from shared.web import paging
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import language_of, mark
from shared.web.pages import Pages
from shared.web.paging import CurrentPaging
from shared.web.routes import SIGNED_IN, CurrentActor, Routes, permit

STANDINGS: Final[Mapping[str, str]] = {
    "enrolled": mark("Entered from a roster"),
    "found": mark("Found"),
    "talked": mark("Talked with"),
    "vouched": mark("Vouched for"),
    "consented": mark("Willing"),
    "active": mark("On duty"),
    "stood_down": mark("Stood down"),
}
ORIGINS: Final[Mapping[v.OriginKind, str]] = {
    "dispute": mark("In a dispute"),
    "visit": mark("On a visit"),
    "report": mark("In a report"),
    "recommended": mark("Recommended"),
    "own_offer": mark("Came forward"),
    "roster": mark("Was on the roster"),
}
VOUCHERS: Final[Mapping[v.VoucherKind, str]] = {
    "police": mark("Police officer"),
    "auxiliary": mark("Auxiliary"),
    "cadre": mark("Community cadre"),
    "head": mark("Head of a building or unit"),
    "resident": mark("Resident"),
}
FORMS: Final[Mapping[v.ConsentForm, str]] = {
    "written": mark("In writing"),
    "electronic": mark("Electronically"),
    "spoken": mark("By word of mouth"),
}
SUBJECTS: Final[Mapping[v.Subject, str]] = {
    "safety": mark("Safety on patrol"),
    "mediation": mark("Mediation"),
    "anti_fraud": mark("Fraud prevention"),
    "fire": mark("Fire safety"),
    "first_aid": mark("First aid"),
    "law": mark("Law"),
}
REASONS: Final[Mapping[v.StandDownReason, str]] = {
    "own_wish": mark("Own wish"),
    "moved_away": mark("Moved away"),
    "health": mark("Health"),
    "unsuited": mark("Not suited"),
    "team_dissolved": mark("The squad was dissolved"),
    "deceased": mark("Deceased"),
}
MISSING: Final[Mapping[v.Missing, str]] = {
    "consent": mark("Consent is missing"),
    "training": mark("Training is missing"),
    "insurance": mark("Insurance is missing or has run out"),
}
WORDS: Final[dict[str, Any]] = {
    "standings": STANDINGS,
    "origins": ORIGINS,
    "vouchers": VOUCHERS,
    "forms": FORMS,
    "subjects": SUBJECTS,
    "reasons": REASONS,
    "missing": MISSING,
    "roles": ROLES,
    "services": KINDS,
}
Typed = Annotated[str, Form(max_length=600)]


def add(routes: Routes, squads: Squads, pages: Pages) -> None:
    _reading(routes, squads, pages)
    _entering(routes, squads, pages)
    _deciding(routes, squads, pages)


def _reading(routes: Routes, squads: Squads, pages: Pages) -> None:
    @routes.get("/volunteers", access="register.read", include_in_schema=False)
    async def volunteers_page(
        request: Request,
        actor: CurrentActor,
        page: CurrentPaging,
        standing: Annotated[str, Query(max_length=20)] = "",
        grid: Annotated[str, Query(max_length=80, pattern=NAMED + "|^$")] = "",
        after: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        if after:
            await squads.api.runtime.wait_for("volunteers", after)
        database, seen = squads.api.runtime.database, areas(actor, "register.read")
        found = await rows.list_volunteers(
            database,
            seen,
            actor.id,
            grid=grid or None,
            standing=standing if standing in STANDINGS else None,
            after=after_row(page),
            limit=page.limit,
        )
        return pages.render(
            request,
            "volunteers.html",
            volunteers=await squads.out(found, actor, "list of volunteers"),
            counts=await rows.count(database, seen, actor.id),
            cursor=paging.encode(cursor_of(found[-1])) if len(found) == page.limit else None,
            standing=standing,
            grid=grid,
            may_change=bool(areas(actor, "register.change")),
            **WORDS,
        )

    @routes.get("/volunteers/new", access="register.change", include_in_schema=False)
    async def new_page(request: Request, actor: CurrentActor) -> Response:
        return await _form(request, squads, pages, actor, {}, {})

    @routes.get("/volunteers/{id}", access=SIGNED_IN, include_in_schema=False)
    async def volunteer_page(
        request: Request, id: Id, actor: CurrentActor, after: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        if after:
            await squads.api.runtime.wait_for("volunteers", after)
        return await _show(request, squads, pages, actor, id)


async def _form(
    request: Request, squads: Squads, pages: Pages, actor: Actor, given: Mapping[str, str], wrong: Mapping[str, str]
) -> Response:
    """The form for who was found, with the grids of the communities whose register the actor may change."""
    database = squads.api.runtime.database
    grids = [
        (community["community"], community["name"], grid["grid"], grid["name"])
        for community in await register_rows.list_communities(database)
        if authorize(actor, "register.change", Scope(community["station"], community["community"])).allowed
        for grid in await register_rows.list_grids(database, community["community"])
    ]
    status = 422 if wrong else 200
    return pages.render(
        request,
        "volunteer_new.html",
        status_code=status,
        grids=grids,
        given=given,
        wrong=wrong,
        key=str(uuid4()),
        today=day_of(squads.api.runtime.clock()),
        **WORDS,
    )


async def _show(
    request: Request,
    squads: Squads,
    pages: Pages,
    actor: Actor,
    id_: str,
    refusal: str | None = None,
    status_code: int = 200,
) -> Response:
    row = await squads.row(actor, id_)
    (shown,) = await squads.out([row], actor, "a volunteer")
    today = day_of(squads.api.runtime.clock())
    return pages.render(
        request,
        "volunteer.html",
        status_code=status_code,
        volunteer=shown,
        hours=await squads.hours(actor, row),
        refusal=refusal,
        key=str(uuid4()),
        today=today,
        first_day=date(today.year, 1, 1),
        own=actor.id in account_of(row),
        may_change=authorize(actor, "register.change", scope_of(row)).allowed,
        may_open=squads.may_open(actor, row),
        **WORDS,
    )


def _entering(routes: Routes, squads: Squads, pages: Pages) -> None:
    @routes.post("/volunteers", access="register.change", include_in_schema=False)
    async def find(
        request: Request,
        actor: CurrentActor,
        key: IdempotencyKey,
        where: Typed = "",
        name: Typed = "",
        role: Typed = "volunteer",
        origin: Typed = "recommended",
        origin_id: Typed = "",
        on: Typed = "",
    ) -> Response:
        given = {
            "where": where,
            "name": name,
            "role": role,
            "origin": origin,
            "origin_id": origin_id,
            "on": on,
        }
        community, _, grid = where.partition("|")
        asked = {
            "community": community,
            "name": name,
            "role": role,
            "place": {"grid": grid},
            "origin": {"kind": origin, "id": origin_id.strip() or None},
            "on": on or day_of(squads.api.runtime.clock()),
        }
        try:
            body = bodies.VolunteerIn.model_validate(asked)
        except ValidationError as error:
            names = {"community": "where", "place": "where", "origin": "origin_id"}
            wrong = {
                names.get(str(each["loc"][0]), str(each["loc"][0])): mark("Please fill this in as asked.")
                for each in error.errors()
            }
            return await _form(request, squads, pages, actor, given, wrong)
        station, _ = await squads.handler.located(body.community, body.place.place())
        scope = Scope(station, body.community, body.place.grid)
        permit(actor, "register.change", scope)
        id_ = derived_id("volunteer", key.command_id)
        try:
            handled = await squads.handler.write_down(
                id_, body.community, body.found(), squads.api.meta_of(actor, scope, key), key.command_id
            )
        except Refusal as refusal:
            said = _said(squads, request, refusal)
            return await _form(request, squads, pages, actor, given, {"on": said})
        return RedirectResponse(f"/intake/volunteers/{id_}?after={handled.position}", 303)


def _said(squads: Squads, request: Request, refusal: Refusal) -> str:
    return str(RefusalProblem(refusal).told(squads.languages, language_of(request))["detail"])


def _deciding(routes: Routes, squads: Squads, pages: Pages) -> None:
    async def step(
        request: Request, id_: str, actor: Actor, key: Idempotency, body: type[BaseModel], given: Mapping[str, str]
    ) -> Response:
        """One step of the form `body`, taken by `_take`; what is wrong is told above the volunteer's page."""
        try:
            asked = body.model_validate({name: value for name, value in given.items() if value.strip()})
            meta = squads.api.meta_of(actor, await squads.changeable(actor, id_), key)
            handled = await _take(squads, id_, asked, actor, meta, key.command_id)
        except ValidationError:
            said = squads.languages.text(language_of(request), mark("Please fill in every field of the form."))
            return await _show(request, squads, pages, actor, id_, said, 422)
        except Refusal as refusal:
            told = RefusalProblem(refusal)
            return await _show(request, squads, pages, actor, id_, _said(squads, request, refusal), told.status)
        return RedirectResponse(f"/intake/volunteers/{id_}?after={handled.position}", 303)

    @routes.post("/volunteers/{id}/talk", access="register.change", include_in_schema=False)
    async def talk(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, on: Typed = "") -> Response:
        return await step(request, id, actor, key, Talk, {"on": on})

    @routes.post("/volunteers/{id}/vouch", access="register.change", include_in_schema=False)
    async def vouch(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        kind: Typed = "",
        name: Typed = "",
        on: Typed = "",
    ) -> Response:
        return await step(request, id, actor, key, bodies.VouchIn, {"kind": kind, "name": name, "on": on})

    @routes.post("/volunteers/{id}/consent", access="register.change", include_in_schema=False)
    async def consent(
        request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, form: Typed = "", on: Typed = ""
    ) -> Response:
        return await step(request, id, actor, key, bodies.ConsentIn, {"form": form, "on": on})

    @routes.post("/volunteers/{id}/training", access="register.change", include_in_schema=False)
    async def train(
        request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, subject: Typed = "", on: Typed = ""
    ) -> Response:
        return await step(request, id, actor, key, bodies.TrainingIn, {"subject": subject, "on": on})

    @routes.post("/volunteers/{id}/insurance", access="register.change", include_in_schema=False)
    async def insure(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        insurer: Typed = "",
        policy: Typed = "",
        first_day: Typed = "",
        last_day: Typed = "",
    ) -> Response:
        given = {"insurer": insurer, "policy": policy, "first_day": first_day, "last_day": last_day}
        return await step(request, id, actor, key, bodies.InsuranceIn, given)

    @routes.post("/volunteers/{id}/duty", access="register.change", include_in_schema=False)
    async def put_on_duty(
        request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, on: Typed = ""
    ) -> Response:
        return await step(request, id, actor, key, Duty, {"on": on})

    @routes.post("/volunteers/{id}/stand-down", access="register.change", include_in_schema=False)
    async def stand_down(
        request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, reason: Typed = "", on: Typed = ""
    ) -> Response:
        return await step(request, id, actor, key, bodies.StandDownIn, {"reason": reason, "on": on})

    @routes.post("/volunteers/{id}/withdraw", access=SIGNED_IN, include_in_schema=False)
    async def withdraw(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey) -> Response:
        where = await squads.may_withdraw(actor, id)
        command = v.WithdrawConsent(by=actor.id, now=squads.api.runtime.clock())
        handled = await squads.handler.decide(id, command, squads.api.meta_of(actor, where, key), key.command_id)
        return RedirectResponse(f"/intake/volunteers/{id}?after={handled.position}", 303)

    @routes.post("/volunteers/{id}/hours", access="register.change", include_in_schema=False)
    async def record(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        kind: Typed = "",
        what: Typed = "",
        where: Typed = "",
        began_at: Typed = "",
        ended_at: Typed = "",
    ) -> Response:
        given = {"kind": kind, "what": what, "where": where, "began_at": local(began_at), "ended_at": local(ended_at)}
        return await step(request, id, actor, key, bodies.HoursIn, given)

    @routes.post("/volunteers/{id}/hours/{record}/strike", access="register.change", include_in_schema=False)
    async def strike(
        request: Request, id: Id, record: Id, actor: CurrentActor, key: IdempotencyKey, reason: Typed = ""
    ) -> Response:
        return await step(request, id, actor, key, Strike, {"reason": reason, "record": record})


class Talk(bodies.OnIn):
    """A talk, on that day."""


class Duty(bodies.OnIn):
    """A duty from that day."""


class Strike(bodies.StrikeIn):
    record: str


async def _take(squads: Squads, id_: str, asked: BaseModel, actor: Actor, meta: Any, command_id: str) -> Handled:
    handler, by, now = squads.handler, actor.id, squads.api.runtime.clock()
    match asked:
        case bodies.VouchIn():
            return await handler.vouch(id_, asked.kind, asked.name, asked.on, meta, command_id)
        case bodies.InsuranceIn():
            days = (asked.first_day, asked.last_day)
            return await handler.insure(id_, asked.insurer, asked.policy, days, meta, command_id)
        case bodies.HoursIn():
            return await handler.record(id_, derived_id("service", command_id), asked.done(), meta, command_id)
        case Strike():
            return await handler.strike(id_, asked.record, asked.reason, meta, command_id)
        case bodies.ConsentIn():
            command: v.Command = v.RecordConsent(form=asked.form, on=asked.on, by=by, now=now)
        case bodies.TrainingIn():
            command = v.RecordTraining(subject=asked.subject, on=asked.on, by=by, now=now)
        case bodies.StandDownIn():
            command = v.StandDown(reason=asked.reason, on=asked.on, by=by, now=now)
        case Duty():
            command = v.PutOnDuty(on=asked.on, by=by, now=now)
        case Talk():
            command = v.TalkWithVolunteer(on=asked.on, by=by, now=now)
        case _:
            raise TypeError(f"{type(asked).__name__} is no step of a volunteer")
    return await handler.decide(id_, command, meta, command_id)


def local(text: str) -> str:
    """What a browser's field for a local time sends, with its zone; what is none stays as it is and is refused."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).isoformat()
    except ValueError:
        return text
