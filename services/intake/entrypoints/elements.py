"""Elements over HTTP and in a page: what the story tells, each with its quote, and what a person confirms of it."""

from typing import Annotated
from uuid import uuid4

from fastapi import Form
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.application.case_elements import CaseElements, Known, Said
from services.intake.application.submissions import Line
from services.intake.domain.elements import KINDS, ElementKind
from services.intake.domain.report import Words
from services.intake.entrypoints.http import Api, Id, done, scope
from services.intake.entrypoints.schemas import Body, Done
from shared.access.actors import Actor
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import mark
from shared.web.pages import Pages
from shared.web.problems import Fault, malformed
from shared.web.routes import CurrentActor, Routes, permit

NAMES = {
    "against": mark("Against whom (role)"),
    "place": mark("Where"),
    "time": mark("When"),
    "amount": mark("Sum (yuan)"),
    "people": mark("How many people"),
}
_OWN_LINES = 3


class ElementOut(BaseModel):
    kind: ElementKind
    value: str
    quote: str | None = Field(description="the words of the report that say so; None where the person said it")
    at: Words | None


class ElementsOut(BaseModel):
    suggested: list[ElementOut]
    confirmed: list[ElementOut] | None = Field(description="None while nobody has looked")


class ElementIn(Body):
    kind: ElementKind
    value: Line = Field(max_length=200)
    at: Words | None = Field(default=None, description="where the subject or the text says so")


class ElementsIn(Body):
    elements: list[ElementIn] = Field(max_length=40)


def add(routes: Routes, site: Routes, api: Api, pages: Pages) -> None:
    desk = CaseElements(api.runtime)

    @routes.get("/reports/{id}/elements", access="report.read")
    async def read_elements(id: Id, actor: CurrentActor) -> ElementsOut:
        """What the patterns find in the story, each with its quote, and what a person has confirmed (案情要素)."""
        permit(actor, "report.read", await scope(api, id))
        return told(await desk.read(id, api.meta(actor)))

    @routes.put("/reports/{id}/elements", access="report.classify")
    async def confirm_elements(id: Id, body: ElementsIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Says which elements hold (确认要素); what was said before is replaced, and stays in the history."""
        said = [Said(one.kind, one.value, one.at) for one in body.elements]
        return await confirm(id, said, actor, key)

    @site.get("/reports/{id}/elements", access="report.read", include_in_schema=False)
    async def elements_page(request: Request, id: Id, actor: CurrentActor) -> Response:
        permit(actor, "report.read", await scope(api, id))
        known = told(await desk.read(id, api.meta(actor)))
        return pages.render(
            request, "elements.html", report=id, known=known, names=NAMES, own_lines=_OWN_LINES, key=str(uuid4())
        )

    @site.post("/reports/{id}/elements", access="report.classify", include_in_schema=False)
    async def confirm_by_form(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        kind: Annotated[list[ElementKind], Form()],
        value: Annotated[list[str], Form()],
        at: Annotated[list[str], Form()],
        keep: Annotated[list[int] | None, Form()] = None,
    ) -> Response:
        said = [
            Said(KINDS[KINDS.index(kind[n])], value[n].strip()[:200], _place(at[n]))
            for n in range(min(len(kind), len(value), len(at), 40))
            if value[n].strip() and n in (keep or [])
        ]
        await confirm(id, said, actor, key)
        return RedirectResponse(f"/intake/reports/{id}/elements", 303)

    async def confirm(id_: str, said: list[Said], actor: Actor, key: Idempotency) -> Done:
        where = await scope(api, id_)
        permit(actor, "report.classify", where)
        known = await desk.read(id_, api.meta(actor))
        for number, one in enumerate(said):
            if one.at is not None and not _within(one.at, known):
                detail = mark("The report has no such place: its subject or text ends before.")
                raise malformed(Fault(detail, pointer=f"#/elements/{number}/at"))
        return done(id_, await desk.confirm(id_, said, api.meta_of(actor, where, key), key.command_id))


def told(known: Known) -> ElementsOut:
    def quoted(at: Words | None) -> str | None:
        return None if at is None else (known.subject if at.field == "subject" else known.text)[at.start : at.end]

    suggested = [
        ElementOut(
            kind=one.kind, value=one.value, quote=one.quote, at=Words(field=one.field, start=one.start, end=one.end)
        )
        for one in known.suggested
    ]
    if known.confirmed is None:
        return ElementsOut(suggested=suggested, confirmed=None)
    confirmed = [ElementOut(kind=one.kind, value=one.value, quote=quoted(one.at), at=one.at) for one in known.confirmed]
    return ElementsOut(suggested=suggested, confirmed=confirmed)


def _within(at: Words, known: Known) -> bool:
    return 0 <= at.start < at.end <= len(known.subject if at.field == "subject" else known.text)


def _place(text: str) -> Words | None:
    """`text:3:9`, as the page writes it."""
    field, _, rest = text.partition(":")
    start, _, end = rest.partition(":")
    if field not in ("subject", "text") or not start.isdecimal() or not end.isdecimal() or len(rest) > 20:
        return None
    return Words(field="subject" if field == "subject" else "text", start=int(start), end=int(end))
