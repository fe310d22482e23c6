"""Notify's pages: the inbox, the deliveries with what became of each, and the register of groups."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Form, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.notify.application.templates import (
    ASKED_TO_GO,
    CASE_SETTLED,
    GROUP_APPOINTED,
    HELP_ASKED,
    LONE_ALARM,
    REPORT_MERGED,
    REPORT_UNMERGED,
    SESSION_SET,
)
from services.notify.domain import delivery
from services.notify.entrypoints import schemas
from services.notify.entrypoints.http import (
    Api,
    before,
    deliveries_out,
    detail,
    groups_out,
    inbox_cursor,
    inbox_out,
    inbox_rows,
    scope_of,
)
from services.notify.projections import groups as group_rows
from services.notify.projections import messages
from shared.access.actors import Actor
from shared.access.rights import areas, authorize, may
from shared.eventsourcing.decider import Refusal
from shared.web import paging
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import Languages, language_of, mark
from shared.web.pages import Pages
from shared.web.paging import CurrentPaging, Paging
from shared.web.routes import OPEN, CurrentActor, Routes

STATES: Mapping[str, str] = {
    "planned": mark("To be sent"),
    "sending": mark("Being sent"),
    "waiting": mark("Waits for another attempt"),
    "submitted": mark("Handed over"),
    "delivered": mark("Delivered"),
    "read": mark("Read"),
    "unknown": mark("Outcome unknown"),
    "failed": mark("Failed"),
    "given_up": mark("Given up"),
}
CHANNELS: Mapping[str, str] = {"inbox": mark("Inbox"), "webhook": mark("Message gateway")}
TEMPLATES: Mapping[str, str] = {
    GROUP_APPOINTED.name: mark("Appointment to a mediation group"),
    SESSION_SET.name: mark("A session is set"),
    CASE_SETTLED.name: mark("A dispute is settled"),
    REPORT_MERGED.name: mark("A report is dealt with together with another"),
    REPORT_UNMERGED.name: mark("A report is dealt with on its own again"),
    LONE_ALARM.name: mark("Alarm of somebody who is out alone"),
    HELP_ASKED.name: mark("Somebody who is out alone asks for help"),
    ASKED_TO_GO.name: mark("Somebody is asked to go"),
}
PLACES: Mapping[str, str] = {
    REPORT_MERGED.name: "/intake/reports/",
    REPORT_UNMERGED.name: "/intake/reports/",
    LONE_ALARM.name: "/intake/lone-visits#",
    HELP_ASKED.name: "/intake/lone-visits#",
    ASKED_TO_GO.name: "/intake/asked#",
}
"""Where what a message is about is shown; what is not named here is a dispute in mediation."""
REASONS: Mapping[str, str] = {
    "answered": mark("The gateway refused it"),
    "unreachable": mark("The gateway cannot be reached"),
    "timed_out": mark("The gateway did not answer in time"),
    "unintelligible": mark("The gateway's answer makes no sense"),
    "redirected": mark("The gateway sends it elsewhere"),
    "untrusted": mark("The gateway's certificate is not trusted"),
    "forbidden_target": mark("The gateway's address is not allowed"),
    "misconfigured": mark("The settings are faulty"),
    "interrupted": mark("The service was interrupted while it was sent"),
    "told_otherwise": mark("Told in another way"),
    "no_longer_needed": mark("No longer needed"),
    "person_not_reachable": mark("The person cannot be reached"),
    "other": mark("Another reason"),
}
GIVE_UP: tuple[str, ...] = ("told_otherwise", "no_longer_needed", "person_not_reachable", "other")
STEPS: Mapping[str, str] = {
    "delivery-planned": mark("The message was planned."),
    "delivery-attempt-begun": mark("It was about to be sent."),
    "delivery-submitted": mark("The channel took it."),
    "delivery-delivered": mark("It arrived."),
    "delivery-read": mark("It was read or passed on."),
    "delivery-failed": mark("The attempt failed."),
    "delivery-given-up": mark("It was given up."),
    "delivery-unknown": mark("Nobody knows whether it left."),
}
KINDS: Mapping[str, str] = {
    "patrol": mark("Patrol"),
    "premises": mark("Premises"),
    "owners": mark("Owners"),
    "property": mark("Property management"),
}
_WORDS: dict[str, Any] = {
    "states": STATES,
    "channels": CHANNELS,
    "templates": TEMPLATES,
    "places": PLACES,
    "reasons": REASONS,
    "steps": STEPS,
    "kinds": KINDS,
    "give_up_reasons": GIVE_UP,
}
_ROWS = 50


def add(routes: Routes, api: Api, pages: Pages, languages: Languages) -> None:
    _reading(routes, api, pages)
    _deciding(routes, api, pages, languages)
    _groups(routes, api, pages)


def _reading(routes: Routes, api: Api, pages: Pages) -> None:
    @routes.get("", access=OPEN, include_in_schema=False)
    @routes.get("/", access=OPEN, include_in_schema=False)
    async def home() -> Response:
        return RedirectResponse("/notify/inbox", 303)

    @routes.get("/inbox", access="notice.read", include_in_schema=False)
    async def inbox_page(
        request: Request, actor: CurrentActor, paged: CurrentPaging, after: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        if after:
            await api.runtime.wait_for("inbox", after)
        limit = min(paged.limit, _ROWS)
        rows = await inbox_rows(api, actor, Paging(limit, paged.cursor), None)
        shown = await inbox_out(api, rows, actor)
        return pages.render(
            request,
            "inbox.html",
            unread=[message for message in shown if message.read_at is None],
            read=[message for message in shown if message.read_at is not None],
            unread_count=await messages.count_unread(api.runtime.database, areas(actor, "notice.read"), actor.id),
            key=str(uuid4()),
            cursor=paging.encode(inbox_cursor(rows[-1])) if len(rows) == limit else None,
            may_register=_may_register(actor),
            **_WORDS,
        )

    @routes.get("/deliveries", access="notice.read", include_in_schema=False)
    async def deliveries_page(
        request: Request,
        actor: CurrentActor,
        paged: CurrentPaging,
        state: Annotated[str, Query()] = "",
        channel: Annotated[str, Query()] = "",
        case: Annotated[str, Query(max_length=120)] = "",
        after: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        if after:
            await api.runtime.wait_for("deliveries", after)
        seen, limit = areas(actor, "notice.read"), min(paged.limit, _ROWS)
        rows = await messages.list_deliveries(
            api.runtime.database,
            seen,
            actor.id,
            case=case.strip() or None,
            state=state if state in STATES else None,
            channel=channel if channel in CHANNELS else None,
            before=before(paged),
            limit=limit,
        )
        return pages.render(
            request,
            "deliveries.html",
            deliveries=await deliveries_out(api, rows),
            counts=await messages.count_deliveries(api.runtime.database, seen, actor.id),
            state=state,
            channel=channel,
            case=case,
            cursor=paging.encode({"position": rows[-1]["position"]}) if len(rows) == limit else None,
            may_register=_may_register(actor),
            **_WORDS,
        )

    @routes.get("/deliveries/{id}", access="notice.read", include_in_schema=False)
    async def delivery_page(
        request: Request, id: str, actor: CurrentActor, after: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        if after:
            await api.runtime.wait_for("deliveries", after)
        return await show(request, api, pages, actor, id)


async def show(
    request: Request,
    api: Api,
    pages: Pages,
    actor: Actor,
    id_: str,
    refusal: str | None = None,
    status_code: int = 200,
) -> Response:
    row = await api.row(actor, id_)
    is_mine = row["account"] in (None, actor.id)
    may_send = authorize(actor, "notice.send", scope_of(row)).allowed
    return pages.render(
        request,
        "delivery.html",
        status_code=status_code,
        delivery=await detail(api, row, actor),
        refusal=refusal,
        key=str(uuid4()),
        may={
            "read": is_mine and row["channel"] == "inbox" and row["state"] == "delivered",
            "confirm": may_send and row["state"] in ("submitted", "unknown"),
            "give_up": may_send and row["state"] in ("planned", "waiting", "unknown", "failed"),
        },
        may_register=_may_register(actor),
        **_WORDS,
    )


def _deciding(routes: Routes, api: Api, pages: Pages, languages: Languages) -> None:
    async def decide(
        request: Request, row: dict[str, Any], actor: Actor, key: Idempotency, command: delivery.Command, then: str
    ) -> Response:
        try:
            handled = await api.decide(row, command, actor, key)
        except Refusal as refusal:
            told = RefusalProblem(refusal)
            said = str(told.told(languages, language_of(request))["detail"])
            return await show(request, api, pages, actor, row["id"], said, told.status)
        return RedirectResponse(f"{then}?after={handled.position}", 303)

    @routes.post("/inbox/{id}/read", access="notice.read", include_in_schema=False)
    async def mark_read(request: Request, id: str, actor: CurrentActor, key: IdempotencyKey) -> Response:
        row = await api.in_inbox(actor, id)
        return await decide(request, row, actor, key, delivery.MarkRead(now=api.runtime.clock()), "/notify/inbox")

    @routes.post("/deliveries/{id}/confirm", access="notice.send", include_in_schema=False)
    async def confirm(request: Request, id: str, actor: CurrentActor, key: IdempotencyKey) -> Response:
        row = await api.row(actor, id, "notice.send")
        command = delivery.ConfirmDelivered(now=api.runtime.clock())
        return await decide(request, row, actor, key, command, f"/notify/deliveries/{id}")

    @routes.post("/deliveries/{id}/give-up", access="notice.send", include_in_schema=False)
    async def give_up(
        request: Request,
        id: str,
        actor: CurrentActor,
        key: IdempotencyKey,
        reason: Annotated[delivery.GivenUpBecause, Form()],
    ) -> Response:
        row = await api.row(actor, id, "notice.send")
        command = delivery.GiveUp(reason=reason, now=api.runtime.clock())
        return await decide(request, row, actor, key, command, f"/notify/deliveries/{id}")


def _groups(routes: Routes, api: Api, pages: Pages) -> None:
    @routes.get("/groups", access="register.read", include_in_schema=False)
    async def groups_page(
        request: Request,
        actor: CurrentActor,
        paged: CurrentPaging,
        kind: Annotated[str, Query()] = "",
        after: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        if after:
            await api.runtime.wait_for("groups", after)
        seen, limit = areas(actor, "register.read"), min(paged.limit, _ROWS)
        rows = await group_rows.list_groups(
            api.runtime.database, seen, kind=kind if kind in KINDS else None, before=before(paged), limit=limit
        )
        return pages.render(
            request,
            "groups.html",
            groups=await groups_out(api, rows, actor),
            counts=await group_rows.count(api.runtime.database, seen),
            kind=kind,
            cursor=paging.encode({"position": rows[-1]["position"]}) if len(rows) == limit else None,
            may_change=may(actor, "register.change").allowed,
            may_register=_may_register(actor),
            **_WORDS,
        )

    @routes.get("/groups/new", access="register.change", include_in_schema=False)
    async def new_page(request: Request, actor: CurrentActor) -> Response:
        given = {"station": actor.posts[0].station, "community": actor.posts[0].community or ""}
        return pages.render(request, "group_new.html", key=str(uuid4()), given=given, wrong={}, **_WORDS)

    @routes.post("/groups", access="register.change", include_in_schema=False)
    async def register_group(
        request: Request,
        actor: CurrentActor,
        key: IdempotencyKey,
        name: Annotated[str, Form()] = "",
        kind: Annotated[str, Form()] = "",
        owner_name: Annotated[str, Form()] = "",
        compound: Annotated[str, Form()] = "",
        community: Annotated[str, Form()] = "",
        station: Annotated[str, Form()] = "",
        members: Annotated[str, Form()] = "",
    ) -> Response:
        given = {
            "name": name.strip(),
            "kind": kind,
            "owner_name": owner_name.strip(),
            "compound": compound.strip(),
            "community": community.strip(),
            "station": station.strip(),
            "members": members.strip(),
        }
        try:
            body = schemas.GroupIn.model_validate(
                {
                    field: value or (None if field in ("owner_name", "compound") else "")
                    for field, value in given.items()
                }
            )
        except ValidationError as error:
            wrong = {str(each["loc"][0]): mark("Please fill this in as asked.") for each in error.errors()}
            return pages.render(
                request, "group_new.html", status_code=422, key=str(uuid4()), given=given, wrong=wrong, **_WORDS
            )
        _, handled = await api.register_group(body, actor, key)
        return RedirectResponse(f"/notify/groups?after={handled.position}", 303)


def _may_register(actor: Actor) -> bool:
    """Whether the register of groups is shown among the ways onward."""
    return may(actor, "register.read").allowed
