"""The pages of matters of dogs: the list with a form for what happens at a place, and one matter with its next step."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import uuid4

from fastapi import Form, Query
from starlette.requests import Request
from starlette.responses import Response

from services.intake.domain import dog
from services.intake.entrypoints.dogs import DogDesk, DogIn, HandDogOverIn, WarnIn, scope_of
from services.intake.entrypoints.household_bodies import OnIn
from services.intake.entrypoints.http import Id, before
from services.intake.entrypoints.page_steps import given, taken
from services.intake.projections import dogs as rows
from shared.access.actors import Actor
from shared.access.rights import areas, authorize
from shared.web import paging
from shared.web.idempotency import IdempotencyKey
from shared.web.languages import Languages, mark
from shared.web.pages import Pages
from shared.web.paging import CurrentPaging
from shared.web.routes import CurrentActor, Routes

KINDS: Final[Mapping[dog.Kind, str]] = {
    "unregistered": mark("Not vaccinated or registered"),
    "off_leash": mark("Off the leash"),
    "disturbing": mark("Disturbs others"),
    "frightening": mark("Frightens others"),
}
STATES: Final[Mapping[str, str]] = {
    "open": mark("Written down"),
    "advice": mark("Advised"),
    "warning": mark("Warned"),
    "handover": mark("Handed over"),
    "put_right": mark("Put right"),
}
BODIES: Final[Mapping[dog.Body, str]] = {
    "dog_registry": mark("Body that registers dogs"),
    "public_security": mark("Public security organ"),
    "urban_management": mark("Urban management"),
    "agriculture": mark("Agriculture and rural affairs"),
}
WORDS: Final[dict[str, Any]] = {"kinds": KINDS, "states": STATES, "competent": BODIES}
ADDRESS: Final = "/intake/dogs"
Typed = Annotated[str, Form(max_length=2_000)]


def add(routes: Routes, desk: DogDesk, pages: Pages, languages: Languages) -> None:
    async def show_list(
        request: Request,
        actor: Actor,
        page: paging.Paging,
        filled: Mapping[str, str],
        refusal: str | None = None,
        status: int = 200,
    ) -> Response:
        found = await rows.list_matters(
            desk.api.runtime.database,
            areas(actor, "report.read"),
            actor.id,
            before=before(page),
            limit=page.limit,
        )
        return pages.render(
            request,
            "dogs.html",
            status_code=status,
            matters=await desk.out(found, actor, "list of matters of dogs"),
            cursor=paging.encode({"position": found[-1]["position"]}) if len(found) == page.limit else None,
            filled={**dict.fromkeys(("address", "kind", "what", "on"), ""), **filled},
            may_open=bool(areas(actor, "report.register")) and bool(areas(actor, "register.read")),
            refusal=refusal,
            key=str(uuid4()),
            today=desk.checks.today(),
            **WORDS,
        )

    async def show_one(
        request: Request, actor: Actor, id_: str, refusal: str | None = None, status: int = 200
    ) -> Response:
        row = await desk.row(actor, id_)
        (one,) = await desk.out([row], actor, "a matter of dogs")
        return pages.render(
            request,
            "dog.html",
            status_code=status,
            one=one,
            steps_taken={each.step for each in one.steps},
            refusal=refusal,
            key=str(uuid4()),
            today=desk.checks.today(),
            may_handle=authorize(actor, "report.handle", scope_of(row)).allowed,
            may_direct=authorize(actor, "report.direct", scope_of(row)).allowed,
            **WORDS,
        )

    @routes.get("/dogs", access="report.read", include_in_schema=False)
    async def dogs_page(
        request: Request, actor: CurrentActor, page: CurrentPaging, after: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        if after:
            await desk.api.runtime.wait_for("dog-matters", after)
        return await show_list(request, actor, page, {})

    @routes.get("/dogs/{id}", access="report.read", include_in_schema=False)
    async def dog_page(
        request: Request, id: Id, actor: CurrentActor, after: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        if after:
            await desk.api.runtime.wait_for("dog-matters", after)
        return await show_one(request, actor, id)

    @routes.post("/dogs", access="report.register", include_in_schema=False)
    async def open_matter(
        request: Request,
        actor: CurrentActor,
        page: CurrentPaging,
        key: IdempotencyKey,
        address: Typed = "",
        kind: Typed = "",
        what: Typed = "",
        on: Typed = "",
    ) -> Response:
        filled = given(address=address, kind=kind, what=what, on=on)

        async def act() -> tuple[str, int]:
            told = {name: value for name, value in filled.items() if name != "address"}
            id_, handled = await desk.open(DogIn.model_validate({**told, "where": given(address=address)}), actor, key)
            return f"{ADDRESS}/{id_}", handled.position

        async def show(said: str, status: int) -> Response:
            return await show_list(request, actor, page, filled, said, status)

        return await taken(request, languages, act, show)

    @routes.post("/dogs/{id}/{step}", access="report.handle", include_in_schema=False)
    async def take(
        request: Request,
        id: Id,
        step: Literal["advice", "warning", "handover", "close"],
        actor: CurrentActor,
        key: IdempotencyKey,
        on: Typed = "",
        reason: Typed = "",
        to: Typed = "",
    ) -> Response:
        async def act() -> tuple[str, int]:
            filled = given(on=on, reason=reason, to=to)
            match step:
                case "advice":
                    handled = await desk.step(id, "advice", OnIn.model_validate(given(on=on)), actor, key)
                case "warning":
                    warned = WarnIn.model_validate(given(on=on, reason=reason))
                    handled = await desk.step(id, "warning", warned, actor, key)
                case "handover":
                    handled = await desk.step(id, "handover", HandDogOverIn.model_validate(filled), actor, key)
                case "close":
                    handled = await desk.close(id, OnIn.model_validate(given(on=on)), actor, key)
            return f"{ADDRESS}/{id}", handled.position

        async def show(said: str, status: int) -> Response:
            return await show_one(request, actor, id, said, status)

        return await taken(request, languages, act, show)
