"""The reporter's side over HTTP, for the desk: tokens given out and ended, supplements, hidden identities opened."""

from typing import Annotated, Any

from fastapi import Path, Response
from pydantic import AwareDatetime, BaseModel, Field
from starlette.requests import Request

from services.intake.application.reporters import Reporters
from services.intake.application.submissions import Line
from services.intake.domain.reporter import Holder, Purpose, ReportSupplemented, Why
from services.intake.domain.streams import REPORTER
from services.intake.entrypoints.http import NAMED, Api, Id, before, done, scope
from services.intake.entrypoints.schemas import Body, Done
from services.intake.projections import accounts as account_rows
from services.intake.projections import reporters as rows
from shared.access.actors import EVERYWHERE, Actor
from shared.access.rights import Action
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta, instant
from shared.web import sessions
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.paging import CurrentAfter, CurrentPaging, link_next
from shared.web.routes import CurrentActor, Routes, permit

Access = Annotated[str, Path(max_length=80, pattern=NAMED)]


class AccessIn(Body):
    holder: Holder = "reporter"


class AccessIssued(Done):
    access: str
    token: str = Field(description="told this once; it is stored as a hash")
    address: str = Field(description="the page that it opens, without signing in")
    expires_at: AwareDatetime


class AccessOut(BaseModel):
    access: str
    holder: Holder
    live: bool
    expires_at: AwareDatetime


class RevokeIn(Body):
    why: Why = "asked"


class SupplementOut(BaseModel):
    text: str | None = Field(description="None where the person's data was erased")
    added_at: AwareDatetime


class OpenIdentityIn(Body):
    purpose: Purpose
    reason: Line = Field(min_length=2, max_length=500, description="why it cannot do without; it stays on record")


class IdentityOut(Done):
    name: str | None
    phone: str | None
    helper_name: str | None
    helper_phone: str | None


class OpeningOut(BaseModel):
    """An identity that was opened: who did, of which case, what for and why."""

    report: str
    code: str
    station: str
    purpose: Purpose
    reason: str | None
    by: str
    opened_at: AwareDatetime


class OpeningsPage(BaseModel):
    openings: list[OpeningOut]


class Side:
    """What the routes and pages of the reporter's side work with."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.reporters = Reporters(api.runtime)

    async def meta(self, actor: Actor, id_: str, action: Action, key: Idempotency) -> Meta:
        """The meta of an act on a report, once it is permitted there."""
        where = await scope(self.api, id_)
        permit(actor, action, where)
        return self.api.meta_of(actor, where, key)

    async def issue(self, actor: Actor, id_: str, holder: Holder, key: Idempotency) -> tuple[Any, AwareDatetime]:
        meta = await self.meta(actor, id_, "report.classify", key)
        issued = await self.reporters.issue(id_, holder, meta, key.command_id)
        state = await self.reporters.state(id_)
        return issued, state.accesses[issued.access].expires_at

    async def accesses(self, id_: str) -> list[AccessOut]:
        state = await self.reporters.state(id_)
        now = self.api.runtime.clock()
        return [
            AccessOut(access=i, holder=a.holder, live=a.live and a.expires_at > now, expires_at=a.expires_at)
            for i, a in state.accesses.items()
        ]

    async def supplements(self, id_: str, meta: Meta, purpose: str) -> list[SupplementOut]:
        """What the reporter added, the oldest first; the read is recorded."""
        stored = await self.api.runtime.store.read_stream(REPORTER.stream(id_))
        events = [self.api.runtime.read(each) for each in stored]
        added = [event for event in events if isinstance(event, ReportSupplemented)]
        texts = await self.api.runtime.open([event.text for event in added], meta, purpose)
        return [SupplementOut(text=t, added_at=e.added_at) for e, t in zip(added, texts, strict=True)]

    async def openings(self, actor: Actor, position: int | None, limit: int) -> tuple[list[OpeningOut], int | None]:
        """Every opening of an identity, the newest first, and the position of the last one of a full page."""
        found = await rows.list_openings(self.api.runtime.database, position, limit)
        sealed = [Sealed.model_validate_json(row["reason"]) for row in found]
        reasons = await self.api.runtime.open(sealed, self.api.meta(actor), "audit of opened identities")
        names = {row["id"]: row["name"] for row in await account_rows.everyone(self.api.runtime.database)}
        shown = [
            OpeningOut(
                report=row["report"],
                code=row["code"],
                station=row["station"],
                purpose=row["purpose"],
                reason=reason,
                by=names.get(row["by"], row["by"]),
                opened_at=instant(row["opened_at"]),
            )
            for row, reason in zip(found, reasons, strict=True)
        ]
        return shown, found[-1]["position"] if len(found) == limit else None


def add(routes: Routes, side: Side) -> None:
    api = side.api

    @routes.get("/reports/{id}/access", access="report.classify")
    async def list_access(id: Id, actor: CurrentActor) -> list[AccessOut]:
        """The tokens by which the reporter, and who files for them, follow the report; never the tokens themselves."""
        permit(actor, "report.classify", await scope(api, id))
        return await side.accesses(id)

    @routes.post("/reports/{id}/access", access="report.classify", status_code=201)
    async def issue_access(
        id: Id, body: AccessIn, request: Request, actor: CurrentActor, key: IdempotencyKey
    ) -> AccessIssued:
        """Gives out a token (发放查询凭证); the one that the person had before ends."""
        issued, expires_at = await side.issue(actor, id, body.holder, key)
        return AccessIssued(
            **done(id, issued.handled).model_dump(),
            access=issued.access,
            token=issued.token,
            address=address_of(request, issued.token),
            expires_at=expires_at,
        )

    @routes.post("/reports/{id}/access/{access}/revoke", access="report.classify")
    async def revoke_access(id: Id, access: Access, body: RevokeIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Ends a token before its time (作废查询凭证)."""
        meta = await side.meta(actor, id, "report.classify", key)
        return done(id, await side.reporters.revoke(id, access, body.why, meta, key.command_id))

    @routes.get("/reports/{id}/supplements", access="report.read")
    async def list_supplements(id: Id, actor: CurrentActor) -> list[SupplementOut]:
        """What the reporter added; the read is recorded."""
        permit(actor, "report.read", await scope(api, id))
        return await side.supplements(id, api.meta(actor), "supplements of a report")

    @routes.post("/reports/{id}/identity", access="identity.open")
    async def open_identity(id: Id, body: OpenIdentityIn, actor: CurrentActor, key: IdempotencyKey) -> IdentityOut:
        """Opens who a confidential report comes from (调阅保密身份): an event of its own, with the reason."""
        meta = await side.meta(actor, id, "identity.open", key)
        identity, handled = await side.reporters.open_identity(id, body.purpose, body.reason, meta, key.command_id)
        return IdentityOut(
            **done(id, handled).model_dump(),
            name=identity.name,
            phone=identity.phone,
            helper_name=identity.helper_name,
            helper_phone=identity.helper_phone,
        )

    @routes.get("/audit/identities", access="audit.read")
    async def audit_identities(
        request: Request, response: Response, actor: CurrentActor, paging: CurrentPaging, after: CurrentAfter
    ) -> OpeningsPage:
        """Every opening of a confidential identity, the newest first."""
        permit(actor, "audit.read", EVERYWHERE)
        await api.wait(after, "identity-openings")
        found, last = await side.openings(actor, before(paging), paging.limit)
        if last is not None:
            link_next(request, response, {"position": last})
        return OpeningsPage(openings=found)


def address_of(request: Request, token: str) -> str:
    """Where a token leads, as who asks reaches this place."""
    host = request.headers.get("x-forwarded-host") or request.url.netloc
    scheme = "https" if sessions.is_https(request) else "http"
    return f"{scheme}://{host}/r/{token}"
