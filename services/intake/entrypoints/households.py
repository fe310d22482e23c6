"""The routes of household checks: what is known of a unit and until when, and the tenancy alert followed to its end."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import TypeAdapter
from starlette.requests import Request

from services.intake.application.households import Households, Spot, located
from services.intake.domain import household as h
from services.intake.domain.cited import Cited
from services.intake.entrypoints import household_bodies as bodies
from services.intake.entrypoints.addresses import CandidateOut, candidates
from services.intake.entrypoints.http import NAMED, Api, Id
from services.intake.projections import households as rows
from shared.access.actors import Actor, Scope
from shared.access.rights import areas, authorize
from shared.eventsourcing.commands import Handled
from shared.eventsourcing.sealed import Sealed
from shared.law.legal_time import day_of
from shared.web.areas import named
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import mark
from shared.web.paging import CurrentAfter, CurrentPaging, Paging, etag, link_next
from shared.web.problems import Fault, Problem, malformed, not_found
from shared.web.routes import CurrentActor, Routes, permit

_ROOMS: TypeAdapter[list[h.Room]] = TypeAdapter(list[h.Room])
_KEYS = ("community", "grid", "household")


def scope_of(row: dict[str, Any]) -> Scope:
    return Scope(row["station"], row["community"], row["grid"], named(row["people"]))


class SeveralMeant(Problem):
    """An address that may mean several places: all are told, none is picked."""

    def __init__(self, candidates: Sequence[CandidateOut]) -> None:
        self.candidates = tuple(candidates)
        super().__init__(
            409,
            "several-places",
            mark("Several places may be meant"),
            mark("Several places may be meant. Ask which one it is, and give its codes."),
            extra={"candidates": [each.model_dump(mode="json") for each in candidates]},
        )


class Checks:
    """What the routes and the pages of household checks work with."""

    def __init__(self, api: Api, handler: Households) -> None:
        self.api = api
        self.handler = handler

    def today(self) -> date:
        return day_of(self.api.runtime.clock())

    async def dwelling(self, actor: Actor, where: bodies.WhereIn) -> tuple[h.Dwelling, str | None]:
        """The one place that is meant; of several a person chooses, and none is picked for them."""
        spot = await self.spot(actor, where)
        found = await located(self.api.runtime, spot)
        permit(actor, "household.check", Scope(found.station, found.community, found.grid))
        return found, spot.room

    async def spot(self, actor: Actor, where: bodies.WhereIn) -> Spot:
        if where.address is None:
            return where.spot()
        found = await candidates(self.api, actor, where.address, where.community)
        if not found:
            raise Problem(
                404,
                "no-such-address",
                mark("Not found"),
                mark("The register has no compound of this name that you may see. Give its codes, or another name."),
            )
        if len(found) > 1:
            raise SeveralMeant(found)
        one = found[0]
        room = where.room or one.room_said
        return Spot(one.community, one.grid, one.compound, one.building, one.unit, room)

    async def row(self, actor: Actor, id_: str) -> dict[str, Any]:
        row = await rows.find(self.api.runtime.database, id_)
        if row is None:
            raise not_found(mark("No household is written down under this number."))
        permit(actor, "household.check", scope_of(row))
        return row

    async def changeable(self, actor: Actor, id_: str) -> Scope:
        state = await self.handler.find(id_)
        if isinstance(state, h.Unvisited):
            raise h.NoSuchHousehold
        place = state.dwelling
        where = Scope(place.station, place.community, place.grid)
        permit(actor, "household.check", where)
        return where

    async def out(self, found: Sequence[dict[str, Any]], actor: Actor, purpose: str) -> list[bodies.HouseholdOut]:
        """What is known, with the words where they are open to the actor; that they were read is recorded."""
        alerts = await rows.alerts_of(self.api.runtime.database, [row["household"] for row in found])
        findings = [None if r["findings"] is None else h.Findings.model_validate_json(r["findings"]) for r in found]
        sealed: dict[str, Sealed] = {}
        for row, each in zip(found, findings, strict=True):
            if not authorize(actor, "sealed.read", scope_of(row)).allowed:
                continue
            id_ = row["household"]
            if row["room"] is not None:
                sealed[f"room {id_}"] = Sealed.model_validate_json(row["room"])
            if each is not None and each.note is not None:
                sealed[f"note {id_}"] = each.note
            for alert in alerts.get(id_, ()):
                if alert["reason"] is not None:
                    sealed[alert["alert"]] = Sealed.model_validate_json(alert["reason"])
        values = await self.api.runtime.open(list(sealed.values()), self.api.meta(actor), purpose)
        words = dict(zip(sealed, values, strict=True))
        return [
            household_out(row, each, alerts.get(row["household"], ()), words, self.today())
            for row, each in zip(found, findings, strict=True)
        ]


def add(routes: Routes, checks: Checks) -> None:
    _reading(routes, checks)
    _entering(routes, checks)


def _reading(routes: Routes, checks: Checks) -> None:
    api = checks.api

    @routes.get("/households", access="household.check")
    async def list_households(
        request: Request,
        response: Response,
        actor: CurrentActor,
        paging: CurrentPaging,
        after: CurrentAfter,
        community: Annotated[str | None, Query(max_length=80, pattern=NAMED)] = None,
        standing: Annotated[bodies.Shown | None, Query()] = None,
    ) -> bodies.HouseholdPage:
        """Households by place: what is current, and what is unknown and last known on which day."""
        await api.wait(after, "households")
        found = await rows.list_households(
            api.runtime.database,
            areas(actor, "household.check"),
            actor.id,
            today=checks.today(),
            standing=standing,
            community=community,
            after=after_row(paging),
            limit=paging.limit,
        )
        if len(found) == paging.limit:
            link_next(request, response, cursor_of(found[-1]))
        return bodies.HouseholdPage(households=await checks.out(found, actor, "list of households"))

    @routes.get("/households/{id}", access="household.check")
    async def read_household(
        id: Id, response: Response, actor: CurrentActor, after: CurrentAfter
    ) -> bodies.HouseholdOut:
        """One household with its tenancy alerts; the reading of the room and of notes is recorded."""
        await api.wait(after, "households")
        row = await checks.row(actor, id)
        response.headers["ETag"] = etag(row["version"])
        (out,) = await checks.out([row], actor, "a household")
        return out


def _entering(routes: Routes, checks: Checks) -> None:
    api, handler = checks.api, checks.handler

    @routes.post("/households/checks", access="household.check", status_code=201)
    async def check(body: bodies.CheckIn, actor: CurrentActor, key: IdempotencyKey) -> bodies.Entered:
        """Keeps what was found on a visit (入户走访); people in a room not for dwelling raise the tenancy alert."""
        dwelling, room = await checks.dwelling(actor, body.where)
        meta = api.meta_of(actor, Scope(dwelling.station), key)
        id_, handled = await handler.check(dwelling, room, body.seen(), body.on, meta, key.command_id)
        return await _entered(checks, id_, handled)

    @routes.post("/households/refusals", access="household.check", status_code=201)
    async def refused(body: bodies.RefusalIn, actor: CurrentActor, key: IdempotencyKey) -> bodies.Entered:
        """Keeps that nobody there wished to answer (不便告知); nothing follows from it."""
        dwelling, room = await checks.dwelling(actor, body.where)
        meta = api.meta_of(actor, Scope(dwelling.station), key)
        id_, handled = await handler.refused(dwelling, room, body.on, meta, key.command_id)
        return await _entered(checks, id_, handled)

    async def decide(id_: str, command: h.Command, actor: Actor, key: Idempotency) -> bodies.Entered:
        meta = api.meta_of(actor, await checks.changeable(actor, id_), key)
        return await _entered(checks, id_, await handler.decide(id_, command, meta, key.command_id))

    @routes.post("/households/{id}/alert/told", access="household.check")
    async def tell(id: Id, body: bodies.TellIn, actor: CurrentActor, key: IdempotencyKey) -> bodies.Entered:
        """The landlord or the tenants were told of the danger (告知), each apart."""
        command = h.TellOfAlert(side=body.side, on=body.on, by=actor.id, now=api.runtime.clock())
        return await decide(id, command, actor, key)

    @routes.post("/households/{id}/alert/recheck", access="household.check")
    async def recheck(id: Id, body: bodies.RecheckIn, actor: CurrentActor, key: IdempotencyKey) -> bodies.Entered:
        """It was looked at again (复查); put right, the alert is closed."""
        command = h.RecheckAlert(put_right=body.put_right, on=body.on, by=actor.id, now=api.runtime.clock())
        return await decide(id, command, actor, key)

    @routes.post("/households/{id}/alert/handover", access="household.check")
    async def hand_over(id: Id, body: bodies.HandOverIn, actor: CurrentActor, key: IdempotencyKey) -> bodies.Entered:
        """It is the competent body's from here on (移交)."""
        meta = api.meta_of(actor, await checks.changeable(actor, id), key)
        handled = await handler.hand_over(id, body.to, body.reason, body.on, meta, key.command_id)
        return await _entered(checks, id, handled)


async def _entered(checks: Checks, id_: str, handled: Handled) -> bodies.Entered:
    state = await checks.handler.find(id_)
    alert = state.alert if isinstance(state, h.Visited) else None
    return bodies.Entered(
        id=id_,
        version=handled.version,
        position=handled.position,
        alert=alert.alert if alert is not None and not alert.closed else None,
    )


def after_row(paging: Paging) -> list[str] | None:
    """The place and id after which a page goes on, out of a cursor that anybody may have written."""
    if paging.cursor is None:
        return None
    found = [paging.cursor.get(name) for name in _KEYS]
    if not all(isinstance(each, str) for each in found):
        detail = mark("This is no cursor of this list. Begin without one and follow the Link headers.")
        raise malformed(Fault(detail, parameter="cursor"))
    return [str(each) for each in found]


def cursor_of(row: dict[str, Any]) -> dict[str, str | int | None]:
    return {name: row[name] for name in _KEYS}


def household_out(
    row: dict[str, Any],
    findings: h.Findings | None,
    alerts: Sequence[dict[str, Any]],
    words: dict[str, str | None],
    today: date,
) -> bodies.HouseholdOut:
    id_ = row["household"]
    standing = h.standing(row["fresh_until"], today)
    known = None
    if findings is not None:
        told = findings.model_dump(exclude={"note"})
        known = bodies.FindingsOut.model_validate({**told, "note": words.get(f"note {id_}")})
    shown = {name: row[name] for name in row if name not in ("household", "findings", "people", "open_alert", "room")}
    return bodies.HouseholdOut(
        **shown,
        id=id_,
        room=words.get(f"room {id_}"),
        standing=standing,
        current=known if standing == "fresh" else None,
        last_known=known if standing == "unknown" else None,
        alerts=[alert_out(each, words.get(each["alert"])) for each in alerts],
    )


def alert_out(row: dict[str, Any], reason: str | None) -> bodies.AlertOut:
    return bodies.AlertOut(
        **{name: row[name] for name in row if name not in ("alert", "household", "rooms", "rule", "reason")},
        id=row["alert"],
        rooms=_ROOMS.validate_json(row["rooms"]),
        rule=Cited.model_validate_json(row["rule"]),
        reason=reason,
    )
