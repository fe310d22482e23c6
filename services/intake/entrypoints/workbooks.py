"""The register from one workbook, over HTTP and in a page: all of it or nothing, and every error with its row."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import Body, Form, Query, Response, UploadFile
from pydantic import BaseModel, Field
from starlette.requests import Request

from services.intake.application import workbook
from services.intake.application.workbook import Outcome, Record, Wrong
from services.intake.entrypoints import sheets
from services.intake.entrypoints.files import UnreadableFile
from services.intake.entrypoints.http import Api
from services.intake.entrypoints.tables import MEDIA, attachment
from services.intake.projections import posts as post_rows
from services.intake.projections import volunteers as volunteer_rows
from shared.access.actors import Actor, Scope
from shared.access.rights import authorize
from shared.eventsourcing.decider import Code
from shared.eventsourcing.sealed import Sealed
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import Language, Languages, language_of, mark
from shared.web.pages import Pages
from shared.web.problems import Problem
from shared.web.routes import CurrentActor, Routes, permit

BODY_LIMITS: Final = dict.fromkeys(("/intake/api/v1/register/workbook", "/intake/workbook"), sheets.LARGEST + (1 << 16))
"""Where a workbook may be sent, and how large with what a form adds to it."""
MOST_WRONG: Final = 500


class WrongOut(BaseModel):
    sheet: str = Field(description="the sheet's title")
    row: int = Field(description="the number of the row as Excel shows it; 0 for the sheet as a whole")
    column: str
    reason: str


class SheetOut(BaseModel):
    sheet: str
    rows: int
    changed: int


class WorkbookOut(BaseModel):
    stored: bool
    rows: int
    changed: int = Field(description="rows that changed something, or would")
    left_alone: int = Field(description="rows of volunteers who have stood down: a sheet does not call them back")
    sheets: list[SheetOut]
    wrong: list[WrongOut] = Field(description=f"the first {MOST_WRONG} errors")
    wrong_in_all: int
    position: int


class Workbooks:
    """What the route and the page work with."""

    def __init__(self, api: Api, languages: Languages) -> None:
        self.api = api
        self.languages = languages

    async def take(
        self, content: bytes, actor: Actor, key: Idempotency, language: Language, *, check: bool
    ) -> WorkbookOut:
        """Reads the workbook and tries it as a whole; stores it when nothing is wrong and not only a check is asked."""
        reading = await asyncio.to_thread(_read, content)
        await self._permit(actor, reading.records)
        runtime = self.api.runtime
        meta = self.api.meta(actor, self.api.station).model_copy(update={"fingerprint": key.fingerprint})
        names = await self._names(actor, reading.records)
        outcome = await workbook.try_out(runtime, reading.records, names, meta)
        outcome.wrong = [*reading.wrong, *outcome.wrong]
        stored = not (check or outcome.wrong)
        if stored:
            outcome = await workbook.store(runtime, outcome, names, meta, key.command_id)
        return self._out(outcome, language, stored=stored)

    async def _permit(self, actor: Actor, records: Sequence[Record]) -> None:
        """Who changes one community's register does not change another's by a sheet."""
        stations = {row["community"]: row["station"] for row in records if row.sheet == "communities"}
        asked: set[tuple[str | None, str | None]] = set()
        for row in records:
            if row["community"] is None:
                asked.add((row["station"], None))
                continue
            known = await self.api.register.station_of(row["community"])
            station = known or stations.get(row["community"])
            if station is not None:  # that the community is unknown is told with its row
                asked.add((station, row["community"]))
        for station, community in sorted(asked, key=str):
            permit(actor, "register.change", Scope(station, community))

    async def _names(self, actor: Actor, records: Sequence[Record]) -> dict[str, str | None]:
        """The names of those whom the register has under these numbers already; that they were read is recorded."""
        database = self.api.runtime.database
        sealed: dict[str, Sealed] = {}
        members = [workbook.volunteer_id(row) for row in records if row.sheet == "volunteers"]
        for row in await volunteer_rows.find_all(database, members):
            where = Scope(row["station"], row["community"], row["grid"])
            if authorize(actor, "sealed.read", where).allowed:
                sealed[row["volunteer"]] = Sealed.model_validate_json(row["name"])
        for record in records:
            if record.sheet == "posts":
                for term in await post_rows.posts_of(database, workbook.holder_id(record)):
                    if authorize(actor, "sealed.read", Scope(term.station, term.community, term.grid)).allowed:
                        sealed[term.person] = term.name
        values = await self.api.runtime.open(list(sealed.values()), self.api.meta(actor), "import of a workbook")
        return dict(zip(sealed, values, strict=True))

    def _out(self, outcome: Outcome, language: Language, *, stored: bool) -> WorkbookOut:
        return WorkbookOut(
            stored=stored and not outcome.wrong,
            rows=outcome.rows,
            changed=outcome.changed,
            left_alone=outcome.left_alone,
            sheets=[
                SheetOut(sheet=sheets.TITLE_OF[name], rows=rows, changed=changed)
                for name, (rows, changed) in outcome.by_sheet.items()
            ],
            wrong=[self._wrong(each, language) for each in outcome.wrong[:MOST_WRONG]],
            wrong_in_all=len(outcome.wrong),
            position=outcome.position,
        )

    def _wrong(self, wrong: Wrong, language: Language) -> WrongOut:
        values = {
            name: self.languages.text(language, value) if isinstance(value, Code) else value
            for name, value in wrong.values.items()
        }
        return WrongOut(
            sheet=sheets.TITLE_OF.get(wrong.sheet, wrong.sheet),
            row=wrong.line,
            column=wrong.column,
            reason=self.languages.text(language, wrong.say).format(**values),
        )


def _read(content: bytes) -> sheets.Reading:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        try:
            return sheets.read(Path(file.name))
        except UnreadableFile as error:
            raise Unreadable(error) from error


class Unreadable(Problem):
    """The workbook as a whole cannot be taken."""

    def __init__(self, error: UnreadableFile) -> None:
        super().__init__(422, "unreadable-workbook", mark("The workbook cannot be read"))
        self._error = error

    def told(self, languages: Languages, language: Language) -> dict[str, object]:
        said = self._error.chinese if language == "zh-CN" else self._error.english
        return {**super().told(languages, language), "detail": said}


def add(routes: Routes, workbooks: Workbooks) -> None:
    @routes.post("/register/workbook", access="register.change")
    async def take(
        request: Request,
        content: Annotated[bytes, Body(media_type=MEDIA["xlsx"])],
        actor: CurrentActor,
        key: IdempotencyKey,
        check: Annotated[bool, Query(description="Only check it: nothing is stored.")] = False,
    ) -> WorkbookOut:
        """Takes the register's workbook: nothing of it is stored unless all of it is right."""
        told = await workbooks.take(content, actor, key, language_of(request), check=check)
        if told.wrong and not check:
            raise Problem(
                422,
                "workbook-refused",
                mark("The workbook is not right yet"),
                mark("Rows with errors: %(number)s. Correct them and send the whole workbook again."),
                values={"number": told.wrong_in_all},
                extra={"wrong": [each.model_dump() for each in told.wrong]},
            )
        return told

    @routes.get("/register/workbook/template", access="register.read")
    async def template() -> Response:
        """The workbook to fill in: each sheet with its header, and one of explanations."""
        return attachment("wangge-register.xlsx", MEDIA["xlsx"], await asyncio.to_thread(sheets.template))


def add_pages(site: Routes, workbooks: Workbooks, pages: Pages) -> None:
    def shown(request: Request, told: WorkbookOut | None = None, refusal: str | None = None) -> Response:
        status = 422 if refusal or (told is not None and told.wrong) else 200
        context: dict[str, Any] = {"told": told, "refusal": refusal, "key": str(uuid4())}
        return pages.render(request, "workbook.html", status_code=status, **context)

    @site.get("/workbook", access="register.change", include_in_schema=False)
    async def workbook_page(request: Request) -> Response:
        return shown(request)

    @site.post("/workbook", access="register.change", include_in_schema=False)
    async def take(
        request: Request,
        actor: CurrentActor,
        key: IdempotencyKey,
        file: UploadFile,
        check: Annotated[str, Form(max_length=10)] = "",
    ) -> Response:
        language = language_of(request)
        try:
            told = await workbooks.take(await file.read(), actor, key, language, check=bool(check))
        except Unreadable as unreadable:
            return shown(request, refusal=str(unreadable.told(workbooks.languages, language)["detail"]))
        return shown(request, told)
