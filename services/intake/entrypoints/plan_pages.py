"""The page of the day's plan, for the phone in the morning: what is planned, by time, and what else is due."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import Form, Query
from starlette.requests import Request
from starlette.responses import Response

from services.intake.domain import day_plan
from services.intake.entrypoints.field_forms import Forms
from services.intake.entrypoints.http import NAMED
from services.intake.entrypoints.plans import (
    FIRST_DAY,
    LAST_DAY,
    Asked,
    Day,
    Days,
    DropIn,
    ItemId,
    ItemIn,
    MoveIn,
    TimeIn,
)
from shared.access.actors import Actor
from shared.eventsourcing.commands import Handled
from shared.web.idempotency import IdempotencyKey
from shared.web.languages import mark
from shared.web.pages import Pages
from shared.web.routes import CurrentActor, Routes

KINDS: Final[Mapping[day_plan.Kind, str]] = {
    "visit": mark("Visit"),
    "check": mark("Place check"),
    "mediation": mark("Mediation"),
    "teaching": mark("Teaching"),
    "patrol": mark("Patrol"),
}
STANDINGS: Final[Mapping[day_plan.Standing, tuple[str, str]]] = {
    "planned": (mark("Planned"), "go"),
    "done": (mark("Done"), "done"),
    "moved": (mark("Moved"), "wait"),
    "dropped": (mark("Dropped"), "stop"),
}
MOVE_REASONS: Final[Mapping[day_plan.MoveReason, str]] = {
    "nobody_there": mark("Nobody was there"),
    "urgent_work": mark("Something urgent came up"),
    "asked_for": mark("The other side asked for it"),
    "weather": mark("The weather"),
    "off_duty": mark("Off duty on that day"),
    "other": mark("Another reason, in words"),
}
DROP_REASONS: Final[Mapping[day_plan.DropReason, str]] = {
    "settled_otherwise": mark("Settled in another way"),
    "no_need": mark("No longer needed"),
    "handed_to_another": mark("Somebody else does it"),
    "mistake": mark("Planned by mistake"),
    "other": mark("Another reason, in words"),
}
WORDS: Final[dict[str, Any]] = {
    "kinds": KINDS,
    "standings": STANDINGS,
    "move_reasons": MOVE_REASONS,
    "drop_reasons": DROP_REASONS,
    "reasons": {**MOVE_REASONS, **DROP_REASONS},
}
Typed = Annotated[str, Form(max_length=600)]
Account = Annotated[str, Query(max_length=80, pattern=NAMED + "|^$")]


def add(routes: Routes, days: Days, pages: Pages, forms: Forms) -> None:
    some = PlanPage(days, pages, forms)
    handler, api = days.handler, days.api

    @routes.get("/plan", access="report.handle", include_in_schema=False)
    async def plan_page(
        request: Request,
        actor: CurrentActor,
        day: Annotated[date | None, Query(ge=FIRST_DAY, le=LAST_DAY)] = None,
        account: Account = "",
        after: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        if after:
            await api.runtime.wait_for("plans", after)
        return await some.show(request, actor, await days.asked(actor, account or None, day or days.today()))

    @routes.post("/plan/{day}/{account}/items", access="report.handle", include_in_schema=False)
    async def add_item(
        request: Request,
        day: Day,
        account: ItemId,
        actor: CurrentActor,
        key: IdempotencyKey,
        kind: Typed = "",
        place: Typed = "",
        at: Typed = "",
        note: Typed = "",
        source: Typed = "",
        about: Typed = "",
    ) -> Response:
        asked = await days.asked(actor, account, day)

        async def attempt() -> Handled:
            thing = {"source": source, "id": about} if source and about else None
            given = {"kind": kind, "place": place, "at": at or None, "note": note, "about": thing}
            wanted = ItemIn.model_validate(given).wanted()
            return await handler.add(asked.whose, wanted, days.meta(actor, asked, key), key.command_id)

        return await some.take(request, actor, asked, attempt)

    @routes.post("/plan/{day}/{account}/items/{item}/done", access="report.handle", include_in_schema=False)
    async def do_item(
        request: Request, day: Day, account: ItemId, item: ItemId, actor: CurrentActor, key: IdempotencyKey
    ) -> Response:
        asked = await days.asked(actor, account, day)

        async def attempt() -> Handled:
            command = day_plan.DoItem(item=item, by=actor.id, now=api.runtime.clock())
            return await handler.decide(asked.whose.plan, command, days.meta(actor, asked, key), key.command_id)

        return await some.take(request, actor, asked, attempt)

    @routes.post("/plan/{day}/{account}/items/{item}/time", access="report.handle", include_in_schema=False)
    async def set_time(
        request: Request,
        day: Day,
        account: ItemId,
        item: ItemId,
        actor: CurrentActor,
        key: IdempotencyKey,
        at: Typed = "",
    ) -> Response:
        asked = await days.asked(actor, account, day)

        async def attempt() -> Handled:
            body = TimeIn.model_validate({"at": at or None})
            command = day_plan.TimeItem(item=item, at=body.at, by=actor.id, now=api.runtime.clock())
            return await handler.decide(asked.whose.plan, command, days.meta(actor, asked, key), key.command_id)

        return await some.take(request, actor, asked, attempt)

    @routes.post("/plan/{day}/{account}/items/{item}/move", access="report.handle", include_in_schema=False)
    async def move_item(
        request: Request,
        day: Day,
        account: ItemId,
        item: ItemId,
        actor: CurrentActor,
        key: IdempotencyKey,
        to: Typed = "",
        reason: Typed = "",
        words: Typed = "",
    ) -> Response:
        asked = await days.asked(actor, account, day)

        async def attempt() -> Handled:
            body = MoveIn.model_validate({"to": to, "reason": reason, "words": words.strip()})
            meta = days.meta(actor, asked, key)
            return await handler.move(asked.whose, item, body.to, body.reason, body.words, meta, key.command_id)

        return await some.take(request, actor, asked, attempt)

    @routes.post("/plan/{day}/{account}/items/{item}/drop", access="report.handle", include_in_schema=False)
    async def drop_item(
        request: Request,
        day: Day,
        account: ItemId,
        item: ItemId,
        actor: CurrentActor,
        key: IdempotencyKey,
        reason: Typed = "",
        words: Typed = "",
    ) -> Response:
        asked = await days.asked(actor, account, day)

        async def attempt() -> Handled:
            body = DropIn.model_validate({"reason": reason, "words": words.strip()})
            meta = days.meta(actor, asked, key)
            return await handler.drop(asked.whose, item, body.reason, body.words, meta, key.command_id)

        return await some.take(request, actor, asked, attempt)


class PlanPage:
    def __init__(self, days: Days, pages: Pages, forms: Forms) -> None:
        self.days = days
        self.pages = pages
        self.forms = forms

    async def take(self, request: Request, actor: Actor, asked: Asked, attempt: Any) -> Response:
        async def again(refusal: str, status: int) -> Response:
            return await self.show(request, actor, asked, refusal, status)

        address = f"/intake/plan?day={asked.whose.day}&account={asked.whose.account}"
        return await self.forms.take(request, attempt, address, again)

    async def show(
        self, request: Request, actor: Actor, asked: Asked, refusal: str = "", status: int = 200
    ) -> Response:
        day, today = asked.whose.day, self.days.today()
        items = await self.days.items(actor, asked)
        return self.pages.render(
            request,
            "plan.html",
            status_code=status,
            key=str(uuid4()),
            day=day,
            today=today,
            before=day - timedelta(days=1),
            after=day + timedelta(days=1),
            own=asked.whose.account == actor.id,
            account=asked.whose.account,
            name=asked.name,
            items=items,
            due=await self.days.due(request, actor, day) if day >= today else [],
            people=await self.days.people(actor),
            refusal=refusal,
            **WORDS,
        )
