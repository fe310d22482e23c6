"""The pages of visits to people in need: what is due, a form for an agreement, one agreement opened for a purpose."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, Literal
from uuid import uuid4

from fastapi import Form, Query
from starlette.requests import Request
from starlette.responses import Response

from services.intake.domain import care as c
from services.intake.entrypoints.care import CareIn, CareWords, Caring, EndIn, VisitIn, after_row, cursor_of
from services.intake.entrypoints.http import Id
from services.intake.entrypoints.page_steps import given, taken
from services.intake.projections import care as rows
from shared.access.actors import Actor
from shared.access.rights import areas
from shared.eventsourcing.decider import Refusal
from shared.web import paging
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import IdempotencyKey
from shared.web.languages import Languages, language_of, mark
from shared.web.pages import Pages
from shared.web.paging import CurrentPaging
from shared.web.routes import CurrentActor, Routes

NEEDS: Final[Mapping[c.Need, str]] = {
    "elder_alone": mark("Elder living alone"),
    "child_alone": mark("Child left alone"),
    "illness": mark("Illness"),
    "disability": mark("Disability"),
    "bereavement": mark("Bereavement"),
    "hardship": mark("Hardship"),
    "other": mark("Another need"),
}
PURPOSES: Final[Mapping[c.Purpose, str]] = {
    "visit": mark("A visit at home"),
    "medical_help": mark("Help to see a doctor"),
    "supplies": mark("Daily supplies"),
    "benefits": mark("Applying for benefits"),
}
FORMS: Final[Mapping[c.Consent, str]] = {
    "written": mark("In writing"),
    "spoken": mark("By word of mouth"),
    "by_guardian": mark("By the guardian"),
}
OUTCOMES: Final[Mapping[c.Outcome, str]] = {
    "done": mark("Visited"),
    "not_at_home": mark("Not at home"),
    "declined": mark("Declined this time"),
}
ENDS: Final[Mapping[c.Why, str]] = {
    "consent_withdrawn": mark("Consent taken back"),
    "no_longer_needed": mark("Nothing is needed any more"),
    "expired": mark("The agreed time is over"),
}
WORDS: Final[dict[str, Any]] = {
    "needs": NEEDS,
    "purposes": PURPOSES,
    "forms": FORMS,
    "outcomes": OUTCOMES,
    "ends": ENDS,
}
FIELDS: Final = ("address_of", "name", "home", "situation", "need", "consent", "agreed_on", "every_days", "until")
Typed = Annotated[str, Form(max_length=2_000)]
ADDRESS: Final = "/intake/care"


def add(routes: Routes, caring: Caring, pages: Pages, languages: Languages) -> None:
    _reading(routes, caring, pages, languages)
    _entering(routes, caring, pages, languages)


def _reading(routes: Routes, caring: Caring, pages: Pages, languages: Languages) -> None:
    @routes.get("/care", access="care.visit", include_in_schema=False)
    async def care_page(
        request: Request,
        actor: CurrentActor,
        page: CurrentPaging,
        due: bool = False,
        after: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        if after:
            await caring.api.runtime.wait_for("care", after)
        found = await rows.list_care(
            caring.api.runtime.database,
            areas(actor, "care.visit"),
            actor.id,
            due_by=caring.checks.today() if due else None,
            after=after_row(page),
            limit=page.limit,
        )
        return pages.render(
            request,
            "care.html",
            care=[caring.out(row) for row in found],
            cursor=paging.encode(cursor_of(found[-1])) if len(found) == page.limit else None,
            due=due,
            **WORDS,
        )

    @routes.get("/care/new", access="care.visit", include_in_schema=False)
    async def new_page(request: Request) -> Response:
        return _form(request, caring, pages, {}, ["visit"])

    @routes.get("/care/{id}", access="care.visit", include_in_schema=False)
    async def one_page(
        request: Request,
        id: Id,
        actor: CurrentActor,
        purpose: Annotated[c.Purpose | None, Query()] = None,
        after: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        """What was said is shown once a purpose is named; outside what was agreed it is refused, and said so."""
        if after:
            await caring.api.runtime.wait_for("care", after)
        await caring.row(actor, id)
        if purpose is None:
            return await _show(request, caring, pages, actor, id)
        try:
            words = await caring.words(actor, id, purpose)
        except Refusal as refusal:
            told = RefusalProblem(refusal)
            said = str(told.told(languages, language_of(request))["detail"])
            return await _show(request, caring, pages, actor, id, said, told.status)
        return await _show(request, caring, pages, actor, id, words=words)


def _form(
    request: Request,
    caring: Caring,
    pages: Pages,
    filled: Mapping[str, str],
    chosen: list[str],
    refusal: str | None = None,
    status_code: int = 200,
) -> Response:
    today = caring.checks.today()
    return pages.render(
        request,
        "care_new.html",
        status_code=status_code,
        filled={**dict.fromkeys(FIELDS, ""), **filled},
        chosen=chosen,
        refusal=refusal,
        key=str(uuid4()),
        today=today,
        latest=today + c.LONGEST,
        **WORDS,
    )


async def _show(
    request: Request,
    caring: Caring,
    pages: Pages,
    actor: Actor,
    id_: str,
    refusal: str | None = None,
    status_code: int = 200,
    words: CareWords | None = None,
) -> Response:
    row = await caring.row(actor, id_)
    return pages.render(
        request,
        "care_one.html",
        status_code=status_code,
        one=await caring.detail(row),
        words=words,
        refusal=refusal,
        key=str(uuid4()),
        today=caring.checks.today(),
        soon=caring.checks.today() + timedelta(days=1),
        **WORDS,
    )


def _entering(routes: Routes, caring: Caring, pages: Pages, languages: Languages) -> None:
    @routes.post("/care", access="care.visit", include_in_schema=False)
    async def agree(
        request: Request,
        actor: CurrentActor,
        key: IdempotencyKey,
        address_of: Typed = "",
        name: Typed = "",
        home: Typed = "",
        situation: Typed = "",
        need: Typed = "",
        purpose: Annotated[list[str] | None, Form()] = None,
        consent: Typed = "",
        agreed_on: Typed = "",
        every_days: Typed = "",
        until: Typed = "",
    ) -> Response:
        chosen = purpose or []
        filled = given(
            address_of=address_of,
            name=name,
            home=home,
            situation=situation,
            need=need,
            consent=consent,
            agreed_on=agreed_on,
            every_days=every_days,
            until=until,
        )

        async def act() -> tuple[str, int]:
            told = {name: value for name, value in filled.items() if name not in ("address_of", "home")}
            asked = {**told, "where": given(address=address_of), "purposes": chosen, "visitor": actor.id}
            body = CareIn.model_validate({**asked, **given(address=home)})
            id_, handled = await caring.agree(body, actor, key)
            return f"{ADDRESS}/{id_}", handled.position

        async def show(said: str, status: int) -> Response:
            return _form(request, caring, pages, filled, chosen, said, status)

        return await taken(request, languages, act, show)

    @routes.post("/care/{id}/{step}", access="care.visit", include_in_schema=False)
    async def step(
        request: Request,
        id: Id,
        step: Literal["visit", "end"],
        actor: CurrentActor,
        key: IdempotencyKey,
        outcome: Typed = "",
        note: Typed = "",
        on: Typed = "",
        why: Typed = "",
    ) -> Response:
        async def act() -> tuple[str, int]:
            meta = caring.api.meta_of(actor, await caring.changeable(actor, id), key)
            if step == "end":
                ended = EndIn.model_validate(given(why=why))
                handled = await caring.handler.end(id, ended.why, meta, key.command_id)
            else:
                made = VisitIn.model_validate(given(outcome=outcome, note=note, on=on))
                handled = await caring.handler.visited(id, made.outcome, made.note, made.on, meta, key.command_id)
            return f"{ADDRESS}/{id}", handled.position

        async def show(said: str, status: int) -> Response:
            return await _show(request, caring, pages, actor, id, said, status)

        return await taken(request, languages, act, show)
