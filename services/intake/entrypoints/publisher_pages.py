"""Pages of the publishers: the list with its unregistered sources, one of them what it sent, and keys shown once."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import Form, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.domain import publisher
from services.intake.domain.publisher import Suspension
from services.intake.entrypoints.http import Api, Id, before
from services.intake.entrypoints.pages import CHANNELS
from services.intake.entrypoints.publishers import (
    Gate,
    PublisherChangeIn,
    PublisherIn,
    arrival_out,
    changeable,
    keyed,
    listed,
    readable,
    shown,
)
from services.intake.projections import publishers as rows
from shared.access.actors import Actor, Scope
from shared.access.rights import authorize, may
from shared.eventsourcing.decider import Refusal
from shared.web import paging
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import IdempotencyKey
from shared.web.languages import Languages, language_of, mark
from shared.web.pages import Pages
from shared.web.paging import CurrentPaging
from shared.web.routes import CurrentActor, Routes, permit

SUSPENSIONS: Final[Mapping[str, str]] = {
    "key_leaked": mark("A key has leaked"),
    "misuse": mark("It is misused"),
    "maintenance": mark("Maintenance"),
    "contract_ended": mark("The co-operation has ended"),
}
REFUSALS: Final[Mapping[str, str]] = {
    "unknown_key": mark("key that no longer holds"),
    "suspended": mark("suspended"),
    "unsigned": mark("not signed"),
    "skewed": mark("clock too far off"),
    "bad_signature": mark("wrong signature"),
    "malformed": mark("malformed"),
}
_ROWS: Final = 30


def add(site: Routes, api: Api, gate: Gate, pages: Pages, languages: Languages) -> None:

    async def list_page(
        request: Request,
        actor: Actor,
        refusal: str | None = None,
        given: dict[str, Any] | None = None,
        status: int = 200,
    ) -> Response:
        found = await listed(api, actor)
        return pages.render(
            request,
            "publishers.html",
            status_code=status,
            publishers=found.publishers,
            unregistered=found.unregistered,
            channels=CHANNELS,
            may_change=may(actor, "publisher.change").allowed,
            refusal=refusal,
            given=given or {},
            key=str(uuid4()),
        )

    async def one_page(
        request: Request,
        actor: Actor,
        id_: str,
        refusal: str | None = None,
        status: int = 200,
        only_parked: bool = False,
        paged: paging.Paging | None = None,
        shown_key: str | None = None,
        shown_secret: str | None = None,
    ) -> Response:
        known = await readable(api, actor, id_)
        arrived = await rows.recent(
            api.runtime.database,
            known.source,
            only_parked=only_parked,
            before=None if paged is None else before(paged),
            limit=_ROWS,
        )
        more = paging.encode({"position": arrived[-1]["position"]}) if len(arrived) == _ROWS else None
        return pages.render(
            request,
            "publisher.html",
            status_code=status,
            publisher=(await shown(api, gate.publishers, known, actor)).model_dump(),
            arrivals=[arrival_out(row) for row in arrived],
            cursor=more,
            only_parked=only_parked,
            channels=CHANNELS,
            suspensions=SUSPENSIONS,
            refusals=REFUSALS,
            may_change=authorize(actor, "publisher.change", Scope(None if known.city_wide else known.station)).allowed,
            refusal=refusal,
            key=str(uuid4()),
            shown_key=shown_key,
            shown_secret=shown_secret,
        )

    def said(request: Request, refusal: Refusal) -> tuple[str, int]:
        told = RefusalProblem(refusal)
        return str(told.told(languages, language_of(request))["detail"]), told.status

    @site.get("/publishers", access="publisher.read", include_in_schema=False)
    async def all_of_them(request: Request, actor: CurrentActor, after: Annotated[int, Query(ge=0)] = 0) -> Response:
        if after:
            await api.runtime.wait_for("publishers", after)
        return await list_page(request, actor)

    @site.get("/publishers/{id}", access="publisher.read", include_in_schema=False)
    async def one_of_them(
        request: Request,
        id: Id,
        actor: CurrentActor,
        paged: CurrentPaging,
        only_parked: Annotated[bool, Query()] = False,
    ) -> Response:
        return await one_page(request, actor, id, only_parked=only_parked, paged=paged)

    @site.post("/publishers", access="publisher.change", include_in_schema=False)
    async def register(
        request: Request,
        actor: CurrentActor,
        key: IdempotencyKey,
        name: Annotated[str, Form()] = "",
        source: Annotated[str, Form()] = "",
        channels: Annotated[list[str] | None, Form()] = None,
        per_minute: Annotated[str, Form()] = "",
        per_day: Annotated[str, Form()] = "",
        contact: Annotated[str, Form()] = "",
    ) -> Response:
        given = {"name": name, "source": source, "per_minute": per_minute, "per_day": per_day}
        station = next((post.station for post in actor.posts), api.station)
        permit(actor, "publisher.change", Scope(station))
        try:
            body = PublisherIn.model_validate(
                {
                    "name": name.strip(),
                    "source": source.strip(),
                    "channels": channels or [],
                    "quota": {"per_minute": per_minute, "per_day": per_day},
                    "contact": contact.strip() or None,
                }
            )
        except ValidationError:
            wrong = languages.text(
                language_of(request), mark("A name, a source, at least one channel and a quota are needed.")
            )
            return await list_page(request, actor, wrong, given, 422)
        try:
            handled = await gate.publishers.register(
                body.source, body.said(), station, False, keyed(api, actor, key, station), key.command_id
            )
        except Refusal as refusal:
            return await list_page(request, actor, *_with(said(request, refusal), given))
        return RedirectResponse(f"/intake/publishers?after={handled.position}", 303)

    @site.post("/publishers/{id}", access="publisher.change", include_in_schema=False)
    async def change(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        name: Annotated[str, Form()] = "",
        channels: Annotated[list[str] | None, Form()] = None,
        per_minute: Annotated[str, Form()] = "",
        per_day: Annotated[str, Form()] = "",
        contact: Annotated[str, Form()] = "",
    ) -> Response:
        """Whom its page is open to stays as it is: that is set by the API."""
        known = await changeable(api, actor, id)
        try:
            body = PublisherChangeIn.model_validate(
                {
                    "name": name.strip(),
                    "channels": channels or [],
                    "quota": {"per_minute": per_minute, "per_day": per_day},
                    "contact": contact.strip() or None,
                    "accounts": list(known.accounts),
                }
            )
        except ValidationError:
            wrong = mark("A name, at least one channel and a quota are needed.")
            return await one_page(request, actor, id, languages.text(language_of(request), wrong), 422)
        try:
            meta = keyed(api, actor, key, known.station)
            handled = await gate.publishers.change(known, body.said(), meta, key.command_id)
        except Refusal as refusal:
            return await one_page(request, actor, id, *said(request, refusal))
        await api.runtime.wait_for("publishers", handled.position)
        return RedirectResponse(f"/intake/publishers/{id}", 303)

    @site.post("/publishers/{id}/keys", access="publisher.change", include_in_schema=False)
    async def issue_key(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        overlap_hours: Annotated[int, Form(ge=0, le=2160)] = 72,
    ) -> Response:
        """Answers with the page itself: an address that shows a key could be opened again."""
        known = await changeable(api, actor, id)
        meta = keyed(api, actor, key, known.station)
        try:
            _, _, clear = await gate.publishers.issue_key(id, timedelta(hours=overlap_hours), meta, key.command_id)
        except Refusal as refusal:
            return await one_page(request, actor, id, *said(request, refusal))
        return await one_page(request, actor, id, shown_key=clear)

    @site.post("/publishers/{id}/secret", access="publisher.change", include_in_schema=False)
    async def set_secret(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        overlap_hours: Annotated[int, Form(ge=0, le=2160)] = 72,
    ) -> Response:
        known = await changeable(api, actor, id)
        meta = keyed(api, actor, key, known.station)
        try:
            _, clear = await gate.publishers.set_secret(id, timedelta(hours=overlap_hours), meta, key.command_id)
        except Refusal as refusal:
            return await one_page(request, actor, id, *said(request, refusal))
        return await one_page(request, actor, id, shown_secret=clear)

    async def do(request: Request, actor: Actor, id_: str, key: Any, command: publisher.Command) -> Response:
        known = await changeable(api, actor, id_)
        try:
            await gate.publishers.do(id_, command, keyed(api, actor, key, known.station), key.command_id)
        except Refusal as refusal:
            return await one_page(request, actor, id_, *said(request, refusal))
        return RedirectResponse(f"/intake/publishers/{id_}", 303)

    @site.post("/publishers/{id}/keys/{key_id}/revoke", access="publisher.change", include_in_schema=False)
    async def revoke_key(request: Request, id: Id, key_id: Id, actor: CurrentActor, key: IdempotencyKey) -> Response:
        command = publisher.RevokeKey(key=key_id, by=actor.id, now=api.runtime.clock())
        return await do(request, actor, id, key, command)

    @site.post("/publishers/{id}/suspend", access="publisher.change", include_in_schema=False)
    async def suspend(
        request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, reason: Annotated[Suspension, Form()]
    ) -> Response:
        command = publisher.SuspendPublisher(reason=reason, by=actor.id, now=api.runtime.clock())
        return await do(request, actor, id, key, command)

    @site.post("/publishers/{id}/resume", access="publisher.change", include_in_schema=False)
    async def resume(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey) -> Response:
        command = publisher.ResumePublisher(by=actor.id, now=api.runtime.clock())
        return await do(request, actor, id, key, command)


def _with(told: tuple[str, int], given: dict[str, Any]) -> tuple[str, dict[str, Any], int]:
    return told[0], given, told[1]
