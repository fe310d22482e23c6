"""Evidence over HTTP and in pages: a file to a report, its shown copy, and its original for a recorded purpose."""

from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import groupby
from typing import Annotated, Final, Literal, TypeAlias
from uuid import uuid4

from fastapi import File, Form, Query, UploadFile
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from services.intake.application import evidence as handling
from services.intake.application.evidence import Evidence, Received
from services.intake.domain import report
from services.intake.domain.evidence import Area, EvidenceTaken, MediaType, Withdrawal
from services.intake.entrypoints.http import Api, Id, done, scope
from services.intake.entrypoints.schemas import Body, Done
from services.intake.projections import evidence as rows
from shared.access.actors import Actor, Scope
from shared.access.rights import authorize
from shared.eventsourcing.commands import Handled
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.sealing import Erased
from shared.eventsourcing.store import instant
from shared.web.idempotency import Idempotency, IdempotencyKey, OptionalIdempotencyKey
from shared.web.languages import mark
from shared.web.pages import Pages
from shared.web.paging import CurrentAfter
from shared.web.problems import Fault, Problem, malformed, not_found
from shared.web.routes import CurrentActor, Routes, permit

LIMIT: Final = 32 * 1024 * 1024
"""Bytes of one upload."""
LIMITS: Final[Mapping[str, int]] = {
    "/intake/api/v1/reports/*/evidence": LIMIT,
    "/intake/reports/*/evidence": LIMIT,
}
MOST: Final = 50
"""Files to one report."""
PURPOSES: Final[Mapping[str, str]] = {
    "mediation": mark("To prepare or hold a mediation"),
    "verification": mark("To check what was reported"),
    "handover": mark("To hand the matter to another body"),
    "reporter_asked": mark("Because who sent it asked for it"),
}
WITHDRAWALS: Final[Mapping[str, str]] = {
    "wrong_file": mark("The wrong file"),
    "not_about_this": mark("Not about this matter"),
    "sender_asked": mark("Who sent it asked for it"),
    "shows_others": mark("Shows people who have nothing to do with it"),
}
LINES: Final = 10
"""The grid that is laid over a picture to choose what is covered: so many fields across and down."""
STEP: Final = 1000 // LINES
GridField: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9]-[0-9]$")]
Purpose = Literal["mediation", "verification", "handover", "reporter_asked"]
_TITLE: Final = mark("This file is not taken as evidence")


class EvidenceReceived(Done):
    sha256: str = Field(description="of the very bytes that arrived")
    media_type: MediaType = Field(description="by the file's contents, whatever its name says")


class EvidenceOut(BaseModel):
    id: str
    name: str | None = Field(description="as it came; None where it had none, or where the person's data was erased")
    sha256: str
    size: int
    media_type: str
    has_copy: bool = Field(description="whether there is a copy that may be shown")
    covered: int = Field(description="areas that are covered in the copy")
    taken_at: AwareDatetime
    withdrawn: str


class CoverIn(Body):
    areas: list[Area] = Field(max_length=200, description="all that are to be covered; those covered before too")


class WithdrawIn(Body):
    reason: Withdrawal


def add(routes: Routes, api: Api, some: Evidence) -> None:
    @routes.post("/reports/{id}/evidence", access="report.register", status_code=201)
    async def take_evidence(
        id: Id,
        file: Annotated[UploadFile, File(description="Pictures, PDF, recordings; at most 32 MiB.")],
        actor: CurrentActor,
        key: OptionalIdempotencyKey,
    ) -> EvidenceReceived:
        """Takes a file in as evidence (提交证据): hashed as it arrived, sealed, its type told by its contents.

        The same file of the same report is one piece of evidence, however often it is sent.
        """
        received = await take(api, some, actor, id, file, key.command_id if key is not None else None)
        return EvidenceReceived(
            **done(received.evidence, received.handled).model_dump(),
            sha256=received.sha256,
            media_type=received.media_type,
        )

    @routes.get("/reports/{id}/evidence", access="report.read")
    async def list_evidence(id: Id, actor: CurrentActor, after: CurrentAfter) -> list[EvidenceOut]:
        """The evidence to a report: names, hashes, types; the contents are read one by one."""
        await api.wait(after, "evidence")
        row = await api.row(actor, id)
        return await listed(api, row["report"], actor)

    @routes.get("/reports/{id}/evidence/{evidence}/copy", access="report.read", response_class=Response)
    async def read_copy(id: Id, evidence: Id, actor: CurrentActor) -> Response:
        """The copy of a picture that is shown: smaller, marked, without what the camera wrote into it."""
        return await copy_of(api, some, actor, id, evidence)

    @routes.get("/reports/{id}/evidence/{evidence}/original", access="sealed.read", response_class=Response)
    async def read_original(
        id: Id, evidence: Id, actor: CurrentActor, purpose: Annotated[Purpose, Query()]
    ) -> Response:
        """The original as it arrived; who reads it, and for what, is recorded first."""
        return await original_of(api, some, actor, id, evidence, purpose)

    @routes.post("/reports/{id}/evidence/{evidence}/cover", access="report.classify")
    async def cover(id: Id, evidence: Id, body: CoverIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Covers these areas in the copy that is shown, and no others (遮挡); the original stays as it came, sealed."""
        where = await scope(api, id)
        permit(actor, "report.classify", where)
        return done(evidence, await covered(api, some, id, evidence, body.areas, actor, where, key))

    @routes.post("/reports/{id}/evidence/{evidence}/withdraw", access="report.classify")
    async def withdraw(id: Id, evidence: Id, body: WithdrawIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Shows it no longer, and says why (撤下证据); what was taken in stays sealed."""
        where = await scope(api, id)
        permit(actor, "report.classify", where)
        await _of_this(some, id, evidence, withdrawn_too=True)
        return done(
            evidence, await some.withdraw(evidence, body.reason, api.meta_of(actor, where, key), key.command_id)
        )


def add_pages(site: Routes, api: Api, some: Evidence, pages: Pages) -> None:
    @site.post("/reports/{id}/evidence", access="report.register", include_in_schema=False)
    async def upload(id: Id, actor: CurrentActor, key: IdempotencyKey, file: Annotated[UploadFile, File()]) -> Response:
        received = await take(api, some, actor, id, file, key.command_id)
        await api.runtime.wait_for("evidence", received.handled.position)
        return RedirectResponse(f"/intake/reports/{id}/evidence", 303)

    @site.get("/reports/{id}/evidence", access="report.read", include_in_schema=False)
    async def evidence_page(request: Request, id: Id, actor: CurrentActor) -> Response:
        row = await api.row(actor, id)
        where = await scope(api, row["report"])
        return pages.render(
            request,
            "evidence.html",
            report=row,
            evidence=await listed(api, row["report"], actor),
            purposes=PURPOSES,
            withdrawals=WITHDRAWALS,
            limit=LIMIT // (1024 * 1024),
            key=str(uuid4()),
            may={
                "add": authorize(actor, "report.register", where).allowed,
                "open": authorize(actor, "sealed.read", where).allowed,
                "change": authorize(actor, "report.classify", where).allowed,
            },
        )

    @site.get("/reports/{id}/evidence/{evidence}/copy", access="report.read", include_in_schema=False)
    async def copy_page(id: Id, evidence: Id, actor: CurrentActor) -> Response:
        return await copy_of(api, some, actor, id, evidence)

    @site.get("/reports/{id}/evidence/{evidence}/cover", access="report.classify", include_in_schema=False)
    async def cover_page(request: Request, id: Id, evidence: Id, actor: CurrentActor) -> Response:
        row = await api.row(actor, id)
        permit(actor, "report.classify", await scope(api, row["report"]))
        await _of_this(some, row["report"], evidence)
        covered = await some.covered(evidence)
        return pages.render(
            request,
            "evidence_cover.html",
            report=row,
            evidence=evidence,
            lines=range(LINES),
            hidden={
                (at, down) for at in range(LINES) for down in range(LINES) if any(_meets(a, at, down) for a in covered)
            },
            key=str(uuid4()),
        )

    @site.post("/reports/{id}/evidence/{evidence}/cover", access="report.classify", include_in_schema=False)
    async def cover_field(
        id: Id,
        evidence: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        field: Annotated[list[GridField], Form()] = [],  # noqa: B006
    ) -> Response:
        where = await scope(api, id)
        permit(actor, "report.classify", where)
        handled = await covered(api, some, id, evidence, areas_of(field), actor, where, key)
        await api.runtime.wait_for("evidence", handled.position)
        return RedirectResponse(f"/intake/reports/{id}/evidence", 303)

    @site.post("/reports/{id}/evidence/{evidence}/original", access="sealed.read", include_in_schema=False)
    async def original_page(id: Id, evidence: Id, actor: CurrentActor, purpose: Annotated[Purpose, Form()]) -> Response:
        return await original_of(api, some, actor, id, evidence, purpose)

    @site.post("/reports/{id}/evidence/{evidence}/withdraw", access="report.classify", include_in_schema=False)
    async def withdraw_page(
        id: Id, evidence: Id, actor: CurrentActor, key: IdempotencyKey, reason: Annotated[Withdrawal, Form()]
    ) -> Response:
        where = await scope(api, id)
        permit(actor, "report.classify", where)
        await _of_this(some, id, evidence, withdrawn_too=True)
        handled = await some.withdraw(evidence, reason, api.meta_of(actor, where, key), key.command_id)
        await api.runtime.wait_for("evidence", handled.position)
        return RedirectResponse(f"/intake/reports/{id}/evidence", 303)


async def covered(
    api: Api,
    some: Evidence,
    id_: str,
    evidence: str,
    areas: Sequence[Area],
    actor: Actor,
    where: Scope,
    key: Idempotency,
) -> Handled:
    await _of_this(some, id_, evidence, withdrawn_too=True)
    try:
        return await some.cover(evidence, areas, api.meta_of(actor, where, key), key.command_id)
    except Erased as erased:
        raise _erased() from erased


def areas_of(fields: Sequence[str]) -> list[Area]:
    """The ticked fields of the grid over a picture as areas, those beside each other in a row as one."""
    rows: dict[int, list[int]] = {}
    for each in sorted({(int(down), int(at)) for at, _, down in (field.partition("-") for field in fields)}):
        rows.setdefault(each[0], []).append(each[1])
    found = []
    for down, ats in rows.items():
        for _, run in groupby(enumerate(ats), lambda each: each[1] - each[0]):
            columns = [at for _, at in run]
            found.append(Area(left=columns[0] * STEP, top=down * STEP, width=len(columns) * STEP, height=STEP))
    return found


def _meets(area: Area, at: int, down: int) -> bool:
    """Whether an area covers some of a field of the grid."""
    beside = area.left < (at + 1) * STEP and at * STEP < area.left + area.width
    return beside and area.top < (down + 1) * STEP and down * STEP < area.top + area.height


async def take(api: Api, some: Evidence, actor: Actor, id_: str, file: UploadFile, command_id: str | None) -> Received:
    """To a report that the caller may both bring something to and read."""
    where = await scope(api, id_)
    permit(actor, "report.register", where)
    permit(actor, "report.read", where)
    state = await api.reports.find(id_)
    assert not isinstance(state, report.NotReceived), "a report of no stream has no scope"
    if await rows.count(api.runtime.database, id_) >= MOST:
        raise Problem(
            409,
            "too-much-evidence",
            _TITLE,
            mark("This report has %(most)s files already, and no more are taken. Bring further ones to the mediation."),
            values={"most": MOST},
        )
    meta = api.meta(actor, state.received.station)
    try:
        return await some.take(state.received, file, meta, command_id)
    except handling.NotTaken as no:
        raise _refused(no) from no


def _refused(no: handling.NotTaken) -> Problem:
    match no:
        case handling.Empty():
            return malformed(Fault(mark("The file is empty. Choose it again."), pointer="#/file"))
        case handling.OfErased():
            detail = mark("The data of this report's reporter was erased: nothing more can be kept for it.")
            return Problem(410, "erased", _TITLE, detail)
        case handling.Unreadable():
            detail = mark("It begins like a picture and cannot be opened as one: it is broken, or has too many points.")
        case _:
            detail = mark(
                "By its contents it is none of: JPEG, PNG, WebP or HEIF pictures, PDF, MP3, M4A, AAC, AMR, Ogg or WAV "
                "sound, MP4, MOV, 3GP or WebM film. What its name says does not count."
            )
    return Problem(415, "not-evidence", _TITLE, detail)


async def listed(api: Api, id_: str, actor: Actor) -> list[EvidenceOut]:
    found = await rows.of_report(api.runtime.database, id_)
    sealed = [Sealed.model_validate_json(row["name"]) for row in found if row["name"]]
    names = iter(await api.runtime.open(sealed, api.meta(actor), "list of evidence"))
    return [
        EvidenceOut(
            id=row["evidence"],
            name=next(names) if row["name"] else None,
            sha256=row["sha256"],
            size=row["size"],
            media_type=row["media_type"],
            has_copy=bool(row["shown"]),
            covered=row["covered"],
            taken_at=instant(row["taken_at"]),
            withdrawn=row["withdrawn"],
        )
        for row in found
    ]


async def copy_of(api: Api, some: Evidence, actor: Actor, id_: str, evidence: str) -> Response:
    row = await api.row(actor, id_)
    taken = await _of_this(some, row["report"], evidence)
    if not taken.shown:
        raise not_found(mark("Of this there is no copy to be shown. Whoever may open the original gives a purpose."))
    try:
        parts = await some.shown(taken, api.meta(actor, row["station"]))
    except Erased as erased:
        raise _erased() from erased
    return _sent(parts, "image/jpeg", "inline")


async def original_of(api: Api, some: Evidence, actor: Actor, id_: str, evidence: str, purpose: Purpose) -> Response:
    row = await api.row(actor, id_)
    permit(actor, "sealed.read", await scope(api, row["report"]))
    taken = await _of_this(some, row["report"], evidence)
    try:
        parts = await some.original(taken, api.meta(actor, row["station"]), f"original of evidence: {purpose}")
    except Erased as erased:
        raise _erased() from erased
    ending = taken.media_type.partition("/")[2]
    return _sent(parts, taken.media_type, f'attachment; filename="{taken.code}-{taken.sha256[:8]}.{ending}"')


async def _of_this(some: Evidence, id_: str, evidence: str, *, withdrawn_too: bool = False) -> EvidenceTaken:
    taken = await some.find(evidence, withdrawn_too=withdrawn_too)
    if taken is None or taken.report != id_:
        raise not_found(
            mark("This report has no such evidence, or it was withdrawn. Look at the list of its evidence.")
        )
    return taken


def _erased() -> Problem:
    return Problem(
        410,
        "erased",
        mark("Erased"),
        mark("The person's data was erased. The file cannot be read any more; its hash stays on record."),
    )


def _sent(parts: AsyncIterator[bytes], media_type: str, disposition: str) -> Response:
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox; default-src 'none'"}
    return StreamingResponse(parts, media_type=media_type, headers=headers)
