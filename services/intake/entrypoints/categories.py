"""Categories over HTTP: the standard lists, and the maps from sources' own categories to them."""

import tempfile
from datetime import date
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import Form, Query, UploadFile
from fastapi import Path as InPath
from pydantic import AwareDatetime, BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application import category_maps
from services.intake.domain import category_map
from services.intake.domain.category_map import Entry, ImportCategoryMap, Version
from services.intake.entrypoints import category_files
from services.intake.entrypoints.files import UnreadableFile
from services.intake.entrypoints.http import Api, done
from services.intake.entrypoints.schemas import Done
from services.intake.projections import category_maps as rows
from shared.access.actors import EVERYWHERE, Actor
from shared.categories import DEFAULT_SCHEME, SCHEMES
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import language_of, mark
from shared.web.paging import CurrentAfter
from shared.web.problems import Fault, malformed, not_found
from shared.web.routes import CurrentActor, Routes, permit

MapName = Annotated[str, InPath(max_length=80, pattern=r"^[a-z0-9][a-z0-9._-]*$")]


class CategoryOut(BaseModel):
    code: str
    zh: str
    en: str


class SchemeOut(BaseModel):
    id: str
    version: str
    zh: str
    en: str
    source: str
    default: bool
    categories: list[CategoryOut]


class VersionOut(BaseModel):
    map: str
    version: int
    name: str
    scheme: str = Field(description="the list of categories that it maps to")
    valid_from: date
    entries: int
    mapped: int = Field(description="how many of them stand for a standard category")


class MapOut(VersionOut):
    imported_at: AwareDatetime
    rows: list[Entry]


class Imported(Done):
    entries: int
    proposed: int = Field(description="for how many the words of the source's own levels gave the standard category")


class LookedUp(BaseModel):
    """What a source's code stood for on a day."""

    code: str
    on: date
    version: int | None
    category: str | None


def add(routes: Routes, api: Api) -> None:
    @routes.get("/categories", access="register.read")
    async def list_categories() -> list[SchemeOut]:
        """The lists of standard categories; a code means the same in each."""
        return schemes()

    @routes.get("/category-maps", access="register.read")
    async def list_maps(after: CurrentAfter) -> list[VersionOut]:
        """Every version of every source's map, the newest of each first."""
        await api.wait(after, "category_maps")
        return [version_out(row) for row in await rows.list_versions(api.runtime.database)]

    @routes.get("/category-maps/{map}", access="register.read")
    async def read_map(map: MapName, version: Annotated[int | None, Query(ge=1, le=100_000)] = None) -> MapOut:
        """One version of a map, the latest unless another is named."""
        return map_out(await version_of(api, map, version))

    @routes.get("/category-maps/{map}/file.csv", access="register.read")
    async def download(map: MapName, version: Annotated[int | None, Query(ge=1, le=100_000)] = None) -> Response:
        """The same as CSV: to be corrected, and imported as the next version."""
        return as_file(await version_of(api, map, version))

    @routes.get("/category-maps/{map}/standard", access="register.read")
    async def look_up(
        map: MapName,
        code: Annotated[str, Query(min_length=1, max_length=300)],
        on: Annotated[date | None, Query()] = None,
    ) -> LookedUp:
        """What a code of the source stands for on a day, today unless another is named."""
        day = on or category_maps.today(api.runtime)
        known = await category_maps.find(api.runtime, map)
        category_map.versions_of(known)
        version, category = category_map.category_of(known, code, day)
        return LookedUp(code=code, on=day, version=version, category=category)

    @routes.post("/category-maps/{map}", access="register.change", status_code=201)
    async def import_map(
        request: Request,
        map: MapName,
        actor: CurrentActor,
        key: IdempotencyKey,
        file: UploadFile,
        name: Annotated[str, Form(min_length=1, max_length=100)],
        valid_from: Annotated[date, Form()],
        scheme: Annotated[str, Form(max_length=40)] = DEFAULT_SCHEME.id,
        propose: Annotated[bool, Form()] = False,
    ) -> Imported:
        """Takes in a version of a map as CSV or XLSX (导入分类对照表): as a whole, or not at all."""
        return await take_in(request, api, actor, key, map, file, name, valid_from, scheme, propose=propose)


async def take_in(
    request: Request,
    api: Api,
    actor: Actor,
    key: Idempotency,
    map_: str,
    file: UploadFile,
    name: str,
    valid_from: date,
    scheme: str,
    *,
    propose: bool,
) -> Imported:
    permit(actor, "register.change", EVERYWHERE)
    if scheme not in SCHEMES:
        raise category_map.UnknownScheme(scheme=scheme, known=", ".join(SCHEMES))
    found = await run_in_threadpool(_read, await file.read(), scheme, propose, language_of(request))
    if not found.entries:
        raise malformed(Fault(mark("The file holds no category."), pointer="#/file"))
    command = ImportCategoryMap(
        map=map_,
        name=name.strip() or map_,
        scheme=scheme,
        valid_from=valid_from,
        entries=found.entries,
        by=actor.id,
        now=api.runtime.clock(),
    )
    meta = api.meta(actor).model_copy(update={"fingerprint": key.fingerprint})
    handled = await category_maps.take_in(api.runtime, command, meta, key.command_id)
    return Imported(**done(map_, handled).model_dump(), entries=len(found.entries), proposed=found.proposed)


def _read(content: bytes, scheme: str, propose: bool, language: str) -> category_files.ReadMap:
    with tempfile.TemporaryDirectory() as folder:
        path = FilePath(folder) / "map"
        path.write_bytes(content)
        try:
            found = category_files.read(path, scheme, propose=propose)
        except UnreadableFile as reason:
            why = reason.chinese if language == "zh-CN" else reason.english
            detail = mark("The file cannot be read: %(why)s")
            raise malformed(Fault(detail, pointer="#/file", values={"why": why})) from reason
    if found.bad:
        raise malformed(
            *(
                Fault(
                    mark("Line %(line)s: %(why)s"),
                    pointer="#/file",
                    values={"line": bad.line, "why": bad.chinese if language == "zh-CN" else bad.english},
                )
                for bad in found.bad
            )
        )
    return found


def schemes() -> list[SchemeOut]:
    return [
        SchemeOut(
            id=scheme.id,
            version=scheme.version,
            zh=scheme.zh,
            en=scheme.en,
            source=scheme.source,
            default=scheme is DEFAULT_SCHEME,
            categories=[CategoryOut(**category._asdict()) for category in scheme.categories],
        )
        for scheme in SCHEMES.values()
    ]


async def version_of(api: Api, map_: str, version: int | None) -> Version:
    versions = category_map.versions_of(await category_maps.find(api.runtime, map_))
    if version is None:
        return versions[-1]
    if version > len(versions):
        raise not_found(
            mark("The map has %(versions)s versions, not %(version)s."), versions=len(versions), version=version
        )
    return versions[version - 1]


def version_out(row: dict[str, Any]) -> VersionOut:
    return VersionOut(**{name: row[name] for name in VersionOut.model_fields})


def map_out(version: Version) -> MapOut:
    known = version.imported
    return MapOut(
        map=known.map,
        version=known.version,
        name=known.name,
        scheme=known.scheme,
        valid_from=known.valid_from,
        entries=len(known.entries),
        mapped=sum(entry.category is not None for entry in known.entries),
        imported_at=known.imported_at,
        rows=list(known.entries),
    )


def as_file(version: Version) -> Response:
    known = version.imported
    name = f"{known.map}-{known.version}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(category_files.write(known.entries), media_type="text/csv; charset=utf-8", headers=headers)
