"""The pages of household checks: what is known and what is not any more, a form for a visit, one household's alert."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal
from uuid import uuid4

from fastapi import Form, Query
from starlette.requests import Request
from starlette.responses import Response

from services.intake.domain import household as h
from services.intake.entrypoints import household_bodies as bodies
from services.intake.entrypoints.addresses import CandidateOut
from services.intake.entrypoints.households import Checks, SeveralMeant, after_row, cursor_of, scope_of
from services.intake.entrypoints.http import Id
from services.intake.entrypoints.page_steps import given, taken
from services.intake.projections import households as rows
from shared.access.actors import Actor, Scope
from shared.access.rights import areas, authorize
from shared.web import paging
from shared.web.idempotency import IdempotencyKey
from shared.web.languages import Languages, mark
from shared.web.pages import Pages
from shared.web.paging import CurrentPaging
from shared.web.routes import CurrentActor, Routes

OCCUPANCIES: Final[Mapping[h.Occupancy, str]] = {
    "owner": mark("Lived in by the owner"),
    "tenants": mark("Let"),
    "both": mark("Owner and tenants"),
    "empty": mark("Empty"),
}
ROOMS: Final[Mapping[h.RoomKind, str]] = {
    "basement": mark("Basement"),
    "storage": mark("Storage room"),
    "garage": mark("Garage"),
    "kitchen": mark("Kitchen"),
    "bathroom": mark("Bathroom"),
    "balcony": mark("Balcony"),
    "corridor": mark("Corridor"),
    "other": mark("Another room not for dwelling"),
}
STANDINGS: Final[Mapping[str, str]] = {
    "fresh": mark("Known"),
    "unknown": mark("Unknown by now"),
    "declined": mark("Did not wish to answer"),
    "alert": mark("With an open tenancy alert"),
}
ALERTS: Final[Mapping[str, str]] = {
    "open": mark("Tenancy alert"),
    "put_right": mark("Put right"),
    "handed_over": mark("Handed over"),
}
SIDES: Final[Mapping[h.Side, str]] = {"landlord": mark("The landlord"), "tenants": mark("The tenants")}
COMPETENT: Final[Mapping[h.Body, str]] = {
    "housing": mark("Housing authority"),
    "fire": mark("Fire and rescue body"),
    "urban_management": mark("Urban management"),
    "public_security": mark("Public security organ"),
}
WORDS: Final[dict[str, Any]] = {
    "occupancies": OCCUPANCIES,
    "room_kinds": ROOMS,
    "standings": STANDINGS,
    "alert_states": ALERTS,
    "sides": SIDES,
    "competent": COMPETENT,
}
Typed = Annotated[str, Form(max_length=2_000)]
FIELDS: Final = (
    "address",
    "room",
    "on",
    "occupied_by",
    "tenants",
    "lease_from",
    "lease_until",
    "room_kind",
    "room_persons",
    "note",
)
ADDRESS: Final = "/intake/households"


def add(routes: Routes, checks: Checks, pages: Pages, languages: Languages) -> None:
    _reading(routes, checks, pages)
    _entering(routes, checks, pages, languages)
    _following(routes, checks, pages, languages)


def _reading(routes: Routes, checks: Checks, pages: Pages) -> None:
    @routes.get("/households", access="household.check", include_in_schema=False)
    async def households_page(
        request: Request,
        actor: CurrentActor,
        page: CurrentPaging,
        standing: Annotated[str, Query(max_length=20)] = "",
        after: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        if after:
            await checks.api.runtime.wait_for("households", after)
        found = await rows.list_households(
            checks.api.runtime.database,
            areas(actor, "household.check"),
            actor.id,
            today=checks.today(),
            standing=standing if standing in STANDINGS else None,
            after=after_row(page),
            limit=page.limit,
        )
        return pages.render(
            request,
            "households.html",
            households=await checks.out(found, actor, "list of households"),
            cursor=paging.encode(cursor_of(found[-1])) if len(found) == page.limit else None,
            standing=standing,
            **WORDS,
        )

    @routes.get("/households/new", access="household.check", include_in_schema=False)
    async def new_page(request: Request) -> Response:
        return _form(request, checks, pages, {})

    @routes.get("/households/{id}", access="household.check", include_in_schema=False)
    async def household_page(
        request: Request, id: Id, actor: CurrentActor, after: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        if after:
            await checks.api.runtime.wait_for("households", after)
        return await _show(request, checks, pages, actor, id)


def _form(
    request: Request,
    checks: Checks,
    pages: Pages,
    filled: Mapping[str, str],
    refusal: str | None = None,
    status_code: int = 200,
    places: Sequence[CandidateOut] = (),
) -> Response:
    return pages.render(
        request,
        "household_new.html",
        status_code=status_code,
        filled={**dict.fromkeys(FIELDS, ""), **filled},
        refusal=refusal,
        places=places,
        key=str(uuid4()),
        today=checks.today(),
        **WORDS,
    )


async def _show(
    request: Request,
    checks: Checks,
    pages: Pages,
    actor: Actor,
    id_: str,
    refusal: str | None = None,
    status_code: int = 200,
) -> Response:
    row = await checks.row(actor, id_)
    (shown,) = await checks.out([row], actor, "a household")
    return pages.render(
        request,
        "household.html",
        status_code=status_code,
        household=shown,
        refusal=refusal,
        key=str(uuid4()),
        today=checks.today(),
        may_open=authorize(actor, "sealed.read", scope_of(row)).allowed,
        **WORDS,
    )


def _entering(routes: Routes, checks: Checks, pages: Pages, languages: Languages) -> None:
    @routes.post("/households", access="household.check", include_in_schema=False)
    async def enter(
        request: Request,
        actor: CurrentActor,
        key: IdempotencyKey,
        address: Typed = "",
        place: Typed = "",
        room: Typed = "",
        on: Typed = "",
        occupied_by: Typed = "",
        tenants: Typed = "",
        lease_from: Typed = "",
        lease_until: Typed = "",
        room_kind: Typed = "",
        room_persons: Typed = "",
        note: Typed = "",
    ) -> Response:
        """One visit: what was found, or that nobody wished to answer. Of several places one is chosen first."""
        filled = given(
            address=address,
            room=room,
            on=on,
            occupied_by=occupied_by,
            tenants=tenants,
            lease_from=lease_from,
            lease_until=lease_until,
            room_kind=room_kind,
            room_persons=room_persons,
            note=note,
        )
        chosen = dict(zip(("community", "grid", "compound", "building", "unit"), place.split("|"), strict=False))
        codes = given(**chosen) if place else given(address=address)
        where = {**codes, **given(room=room)}
        several: list[CandidateOut] = []

        async def act() -> tuple[str, int]:
            try:
                dwelling, known_room = await checks.dwelling(actor, bodies.WhereIn.model_validate(where))
            except SeveralMeant as meant:
                several.extend(meant.candidates)
                raise
            meta = checks.api.meta_of(actor, Scope(dwelling.station), key)
            handler, id_ = checks.handler, key.command_id
            if occupied_by == "declined":
                day = bodies.OnIn.model_validate({"on": on}).on
                household, handled = await handler.refused(dwelling, known_room, day, meta, id_)
            else:
                asked = {
                    "where": where,
                    "on": on,
                    "occupied_by": occupied_by,
                    "tenants": tenants.strip() or 0,
                    "lease": given(first_day=lease_from, last_day=lease_until) or None,
                    "rooms": [{"kind": room_kind, "persons": room_persons.strip() or 0}] if room_kind else [],
                    "note": note.strip() or None,
                }
                body = bodies.CheckIn.model_validate(asked)
                household, handled = await handler.check(dwelling, known_room, body.seen(), body.on, meta, id_)
            return f"{ADDRESS}/{household}", handled.position

        async def show(said: str, status: int) -> Response:
            return _form(request, checks, pages, filled, said, status, several)

        return await taken(request, languages, act, show)


def _following(routes: Routes, checks: Checks, pages: Pages, languages: Languages) -> None:
    @routes.post("/households/{id}/alert/{step}", access="household.check", include_in_schema=False)
    async def follow(
        request: Request,
        id: Id,
        step: Literal["told", "recheck", "handover"],
        actor: CurrentActor,
        key: IdempotencyKey,
        on: Typed = "",
        side: Typed = "",
        put_right: Typed = "",
        to: Typed = "",
        reason: Typed = "",
    ) -> Response:
        async def act() -> tuple[str, int]:
            meta = checks.api.meta_of(actor, await checks.changeable(actor, id), key)
            handler, now = checks.handler, checks.api.runtime.clock()
            match step:
                case "told":
                    told = bodies.TellIn.model_validate(given(on=on, side=side))
                    command: h.Command = h.TellOfAlert(side=told.side, on=told.on, by=actor.id, now=now)
                case "recheck":
                    seen = bodies.RecheckIn.model_validate(given(on=on, put_right=put_right))
                    command = h.RecheckAlert(put_right=seen.put_right, on=seen.on, by=actor.id, now=now)
                case "handover":
                    gone = bodies.HandOverIn.model_validate(given(on=on, to=to, reason=reason))
                    done = await handler.hand_over(id, gone.to, gone.reason, gone.on, meta, key.command_id)
                    return f"{ADDRESS}/{id}", done.position
            handled = await handler.decide(id, command, meta, key.command_id)
            return f"{ADDRESS}/{id}", handled.position

        async def show(said: str, status: int) -> Response:
            return await _show(request, checks, pages, actor, id, said, status)

        return await taken(request, languages, act, show)
