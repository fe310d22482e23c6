"""What a resident sees without an account: the form for a report, and the view of their own that a token opens."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, NamedTuple
from uuid import uuid4

import segno
from fastapi import Form, Path, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.application.reporters import hash_of
from services.intake.application.submissions import Draft
from services.intake.domain import report
from services.intake.domain.complaint import POSTS, level
from services.intake.domain.reporter import Holder, Purpose, Why
from services.intake.domain.streams import REPORT
from services.intake.entrypoints.http import Api, Id, before, scope
from services.intake.entrypoints.pages import COMPLAINED, CONFIDENTIALITIES, CONSENTS, RELATIONS, faults, helper_of
from services.intake.entrypoints.reporters import Side, address_of
from services.intake.projections import areas as area_rows
from services.intake.projections import register as register_rows
from services.intake.projections import reporters as rows
from services.intake.projections import reports as report_rows
from shared.access.actors import EVERYWHERE
from shared.eventsourcing.commands import derived_id, keyed_fingerprint
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.projections import Behind
from shared.eventsourcing.store import Meta, instant
from shared.web import paging
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import IdempotencyKey, command_id, key_reused
from shared.web.languages import Languages, language_of, mark
from shared.web.limits import Limit
from shared.web.pages import Pages
from shared.web.paging import CurrentPaging
from shared.web.problems import not_found
from shared.web.routes import OPEN, CurrentActor, Routes, permit

RESIDENT: Final = "resident"
"""Who acts where nobody is signed in."""
SUBJECT: Final = 60
REPORTS_AN_HOUR: Final = 20
"""From one address; a whole house may share one."""
WRONG_TOKENS: Final = 20

Token = Annotated[str, Path(max_length=60, pattern=r"^[0-9A-Za-z -]+$")]

HOLDERS: Mapping[str, str] = {"reporter": mark("The reporter"), "helper": mark("Who files for the reporter")}
PURPOSES: Mapping[str, str] = {
    "call_back": mark("To call back and check"),
    "evidence": mark("To take evidence"),
    "protection": mark("To protect the reporter"),
    "legal_duty": mark("A duty laid down by law"),
}
WHYS: Mapping[str, str] = {
    "lost": mark("Lost"),
    "asked": mark("The person asked for it"),
    "mistake": mark("Given to the wrong person"),
    "replaced": mark("Replaced by a new one"),
}


class Words(NamedTuple):
    """Where a report stands, in plain words, and what comes next."""

    stage: str
    next: str


STANDS: Mapping[str, Words] = {
    "received": Words(
        mark("We have your report."), mark("The desk reads it, says what kind of matter it is, and passes it on.")
    ),
    "classified": Words(
        mark("Your report has been read and sorted."),
        mark("It is now decided who takes it on. If it is not for us, you are told why, and where to go instead."),
    ),
    "admitted": Words(
        mark("Your matter goes to mediation."),
        mark("A mediator is named and asks you and the other side for a time. You may say no."),
    ),
    "refused": Words(
        mark("Your report is not taken further here."),
        mark("Below you see the other way to go. It stays open to you whatever we decided."),
    ),
    "withdrawn": Words(
        mark("You have withdrawn your report."),
        mark("Nothing more is done with it, and nothing is held against you. You may report again at any time."),
    ),
    "opened": Words(
        mark("A mediation case is open."),
        mark("A mediator asks you and the other side for a time. You may say no."),
    ),
    "session_set": Words(
        mark("A meeting has been set."), mark("You are told the time and the place. You may bring somebody along.")
    ),
    "session_held": Words(
        mark("A meeting was held."), mark("Either there is a further meeting, or you agree on something, or it ends.")
    ),
    "agreed": Words(
        mark("An agreement was reached."), mark("What was promised is to be done by its dates; somebody follows it up.")
    ),
    "partly_resolved": Words(
        mark("A part is resolved."), mark("What is still open goes on. You may also take it elsewhere.")
    ),
    "settled": Words(mark("The matter is settled."), mark("You may be asked whether what was promised is being kept.")),
    "closed": Words(mark("The mediation ended without an agreement."), mark("You may go to court or to arbitration.")),
}
ENDED: Final = frozenset({"refused", "withdrawn", "settled", "closed"})

HEADERS: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


class Place(NamedTuple):
    """A place that can be chosen in the form."""

    value: str
    name: str
    station: str
    where: dict[str, str]


class Residents:
    """The pages that are open to everybody, and what keeps them from being flooded."""

    def __init__(self, side: Side, pages: Pages, languages: Languages) -> None:
        self.side = side
        self.api: Api = side.api
        self.pages = pages
        self.languages = languages
        self.reports = Limit(REPORTS_AN_HOUR, 3600)
        self.wrong_tokens = Limit(WRONG_TOKENS, 600)

    async def places(self) -> dict[str, list[Place]]:
        """Communities and their compounds, for the form's choice."""
        found: dict[str, list[Place]] = {}
        for community in await register_rows.list_communities(self.api.runtime.database):
            id_, station = community["community"], community["station"]
            whole = Place(id_, community["name"], station, {"community": id_})
            compounds = [
                Place(
                    f"{id_}/{row['compound']}",
                    row["name"],
                    station,
                    {"community": id_, "grid": row["grid"], "compound": row["compound"]},
                )
                for row in await register_rows.list_compounds(self.api.runtime.database, id_)
            ]
            found[community["name"]] = [whole, *compounds]
        return found

    async def form(
        self, request: Request, given: Mapping[str, Any], wrong: Mapping[str, str], status_code: int = 200
    ) -> Response:
        return self.pages.render(
            request,
            "resident_form.html",
            status_code=status_code,
            headers=HEADERS,
            key=str(uuid4()),
            given=given,
            wrong=wrong,
            places=await self.places(),
            confidentialities=CONFIDENTIALITIES,
            relations=RELATIONS,
            consents=CONSENTS,
            complained=COMPLAINED,
        )

    async def access(self, request: Request, token: str) -> dict[str, Any]:
        """What the token opens; whoever tries too many in vain waits."""
        self.wrong_tokens.check(request)
        row = await rows.find_access(self.api.runtime.database, hash_of(token))
        if row is None or not row["live"] or instant(row["expires_at"]) <= self.api.runtime.clock():
            self.wrong_tokens.count(request)
            raise not_found(
                mark(
                    "This link opens nothing: it may be mistyped, have lapsed, or have been replaced by a newer one. "
                    "Ask the desk for a new one, or call 12345."
                )
            )
        return row

    def meta(self, access: Mapping[str, Any]) -> Meta:
        return Meta(actor=f"access-{access['access']}", role=RESIDENT)

    async def show(
        self,
        request: Request,
        access: Mapping[str, Any],
        token: str,
        *,
        sent: bool = False,
        refusal: str | None = None,
        status_code: int = 200,
    ) -> Response:
        row = await report_rows.find(self.api.runtime.database, access["report"])
        state = await self.api.reports.find(access["report"])
        if row is None or isinstance(state, report.NotReceived):
            raise Behind("reports", 0, 0)
        meta, received = self.meta(access), state.received
        subject, text = await self.side.reporters.open([received.subject, received.text], meta)
        stands = "withdrawn" if row["withdrawn"] else row["stage"] or row["state"]
        ended = await self._ended(row) if stands in ENDED else None
        return self.pages.render(
            request,
            "resident_view.html",
            status_code=status_code,
            headers=HEADERS,
            key=str(uuid4()),
            token=token,
            sent=sent,
            refusal=refusal,
            row=row,
            subject=subject,
            text=text,
            received=received,
            stands=STANDS[stands],
            ended=ended,
            days=((ended or self.api.runtime.clock()) - received.received_at) // timedelta(days=1),
            other_route=state.other_route if isinstance(state, report.Refused) else None,
            notice=state.notice if isinstance(state, report.Refused) else None,
            may_withdraw=not row["withdrawn"] and stands not in ENDED,
            supplements=await self.side.supplements(access["report"], meta, "own report"),
            expires_at=instant(access["expires_at"]),
            station=await self._station(received.station),
        )

    async def _station(self, code: str) -> str:
        """The unit's name, or its code where the register has none."""
        found = await area_rows.area(self.api.runtime.database, "station", code)
        return code if found is None else found.name

    async def _ended(self, row: Mapping[str, Any]) -> datetime | None:
        if row["stage"] and not row["withdrawn"]:
            return instant(row["stage_since"])
        for stored in reversed(await self.api.runtime.store.read_stream(REPORT.stream(row["report"]))):
            match self.api.runtime.read(stored):
                case report.ReportRefused(refused_at=at) | report.ReportWithdrawn(withdrawn_at=at):
                    return at
        return None

    def slip(self, request: Request, token: str, code: str, expires_at: datetime, back: str) -> Response:
        address = address_of(request, token)
        picture = segno.make(address, error="m", micro=False).svg_data_uri(scale=6, border=4)
        return self.pages.render(
            request,
            "resident_slip.html",
            headers=HEADERS,
            address=address,
            picture=picture,
            code=code,
            expires_at=expires_at,
            back=back,
        )


def add(site: Routes, residents: Residents) -> None:
    """The routes that are open to everybody: they stand at the root, for an address must be short to be typed."""
    api, side = residents.api, residents.side

    @site.get("/report", access=OPEN, include_in_schema=False)
    async def form_page(request: Request) -> Response:
        return await residents.form(request, {}, {})

    @site.post("/report", access=OPEN, include_in_schema=False)
    async def send(
        request: Request,
        idempotency_key: Annotated[str, Form(max_length=80)],
        text: Annotated[str, Form()] = "",
        place: Annotated[str, Form(max_length=200)] = "",
        address: Annotated[str, Form()] = "",
        confidentiality: Annotated[str, Form()] = "open",
        reporter_name: Annotated[str, Form()] = "",
        reporter_phone: Annotated[str, Form()] = "",
        relation: Annotated[str, Form()] = "",
        consent: Annotated[str, Form()] = "",
        helper_name: Annotated[str, Form()] = "",
        helper_phone: Annotated[str, Form()] = "",
        about: Annotated[str, Form()] = "",
        website: Annotated[str, Form()] = "",
    ) -> Response:
        residents.reports.check(request)
        given = {
            "text": text,
            "place": place,
            "address": address,
            "confidentiality": confidentiality,
            "reporter_name": reporter_name,
            "reporter_phone": reporter_phone,
            "relation": relation,
            "consent": consent,
            "helper_name": helper_name,
            "helper_phone": helper_phone,
            "about": about,
        }
        if website:  # a field that no person sees
            wrong = {"website": mark("This field must stay empty. Empty it and send the report again.")}
            return await residents.form(request, given, wrong, 422)
        chosen = next((p for some in (await residents.places()).values() for p in some if p.value == place), None)
        id_ = command_id(RESIDENT, idempotency_key)
        report_id = derived_id("report", id_)
        complained = (about,) if about in POSTS else ()
        try:
            draft = Draft.model_validate(
                {
                    "report": report_id,
                    "channel": "resident_form",
                    "external_id": report_id,
                    "subject": _subject(text),
                    "text": text.strip(),
                    "reported_at": api.runtime.clock(),
                    "station": chosen.station if chosen else api.station,
                    "where": chosen.where if chosen else {},
                    "address": address.strip() or None,
                    "confidentiality": confidentiality,
                    "reporter_name": reporter_name.strip() or None,
                    "reporter_phone": reporter_phone.strip() or None,
                    "filed_by": helper_of(relation, consent, helper_name, helper_phone),
                    "about": complained,
                    "level": level(complained, {}),
                }
            )
        except ValidationError as error:
            found = faults(error)
            if "subject" in found:
                found["text"] = mark("Please say what happened.")
            return await residents.form(request, given, found, 422)
        meta = Meta(actor=RESIDENT, role=RESIDENT, station=draft.station)
        contents = draft.model_dump_json(exclude={"reported_at"}).encode()
        fingerprint = keyed_fingerprint(api.runtime.settings.deployment_key, contents)
        (one,) = await api.reports.register([draft], [(id_, fingerprint)], meta)
        if one.outcome == "changed":
            raise key_reused()
        holder: Holder = "helper" if draft.filed_by is not None else "reporter"
        issued = await side.reporters.issue(report_id, holder, meta, derived_id("access", report_id))
        if one.outcome == "registered":
            residents.reports.count(request)
        after = max(one.position, issued.handled.position)
        return RedirectResponse(f"/r/{issued.token}?sent=1&after={after}", 303, headers=HEADERS)

    @site.get("/r/{token}", access=OPEN, include_in_schema=False)
    async def own_view(
        request: Request,
        token: Token,
        after: Annotated[int, Query(ge=0)] = 0,
        sent: Annotated[bool, Query()] = False,
    ) -> Response:
        await _caught_up(api, after)
        return await residents.show(request, await residents.access(request, token), token, sent=sent)

    @site.get("/r/{token}/slip", access=OPEN, include_in_schema=False)
    async def own_slip(request: Request, token: Token) -> Response:
        access = await residents.access(request, token)
        code = (await side.reporters.received(access["report"])).code
        return residents.slip(request, token, code, instant(access["expires_at"]), f"/r/{token}")

    @site.post("/r/{token}/supplement", access=OPEN, include_in_schema=False)
    async def supplement(
        request: Request,
        token: Token,
        idempotency_key: Annotated[str, Form(max_length=80)],
        text: Annotated[str, Form(max_length=20_000)] = "",
    ) -> Response:
        access = await residents.access(request, token)
        if not (said := _clean(text)):
            why = residents.languages.text(language_of(request), mark("Please say what you want to add."))
            return await residents.show(request, access, token, refusal=why, status_code=422)
        meta, id_ = residents.meta(access), command_id(access["access"], idempotency_key)
        try:
            handled = await side.reporters.supplement(access["report"], said, meta, id_)
        except Refusal as refusal:
            return await _refused(request, access, token, refusal)
        return RedirectResponse(f"/r/{token}?after={handled.position}", 303, headers=HEADERS)

    @site.post("/r/{token}/withdraw", access=OPEN, include_in_schema=False)
    async def withdraw(
        request: Request,
        token: Token,
        idempotency_key: Annotated[str, Form(max_length=80)],
        reason: Annotated[str, Form(max_length=2_000)] = "",
    ) -> Response:
        access = await residents.access(request, token)
        meta, id_ = residents.meta(access), command_id(access["access"], idempotency_key)
        try:
            handled = await side.reporters.withdraw(access["report"], _clean(reason), meta, id_)
        except Refusal as refusal:
            return await _refused(request, access, token, refusal)
        return RedirectResponse(f"/r/{token}?after={handled.position}", 303, headers=HEADERS)

    async def _refused(request: Request, access: Mapping[str, Any], token: str, refusal: Refusal) -> Response:
        told = RefusalProblem(refusal)
        said = str(told.told(residents.languages, language_of(request))["detail"])
        return await residents.show(request, access, token, refusal=said, status_code=told.status)


def add_desk(site: Routes, residents: Residents) -> None:
    """What the desk does for the reporter, and what is done with a hidden identity."""
    api, side, pages = residents.api, residents.side, residents.pages

    @site.get("/reports/{id}/reporter", access="report.classify", include_in_schema=False)
    async def reporter_page(request: Request, id: Id, actor: CurrentActor) -> Response:
        where = await scope(api, id)
        permit(actor, "report.classify", where)
        return await _desk(request, id, actor)

    async def _desk(request: Request, id_: str, actor: Any, **more: Any) -> Response:
        received = await side.reporters.received(id_)
        return pages.render(
            request,
            "report_side.html",
            report=received,
            accesses=await side.accesses(id_),
            supplements=await side.supplements(id_, api.meta(actor), "supplements of a report"),
            holders=HOLDERS,
            whys={name: word for name, word in WHYS.items() if name != "replaced"},
            purposes=PURPOSES,
            key=str(uuid4()),
            **{"identity": None, **more},
        )

    @site.post("/reports/{id}/access", access="report.classify", include_in_schema=False)
    async def issue(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        holder: Annotated[Holder, Form()] = "reporter",
    ) -> Response:
        issued, expires_at = await side.issue(actor, id, holder, key)
        code = (await side.reporters.received(id)).code
        return residents.slip(request, issued.token, code, expires_at, f"/intake/reports/{id}/reporter")

    @site.post("/reports/{id}/access/{access}/revoke", access="report.classify", include_in_schema=False)
    async def revoke(
        id: Id, access: Id, actor: CurrentActor, key: IdempotencyKey, why: Annotated[Why, Form()] = "asked"
    ) -> Response:
        meta = await side.meta(actor, id, "report.classify", key)
        await side.reporters.revoke(id, access, why, meta, key.command_id)
        return RedirectResponse(f"/intake/reports/{id}/reporter", 303)

    @site.post("/reports/{id}/identity", access="identity.open", include_in_schema=False)
    async def open_identity(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        purpose: Annotated[Purpose, Form()],
        reason: Annotated[str, Form(min_length=2, max_length=500)],
    ) -> Response:
        meta = await side.meta(actor, id, "identity.open", key)
        identity, _ = await side.reporters.open_identity(id, purpose, reason, meta, key.command_id)
        return await _desk(request, id, actor, identity=identity)

    @site.get("/audit/identities", access="audit.read", include_in_schema=False)
    async def audit(request: Request, actor: CurrentActor, paged: CurrentPaging) -> Response:
        permit(actor, "audit.read", EVERYWHERE)
        found, last = await side.openings(actor, before(paged), min(paged.limit, 50))
        cursor = None if last is None else paging.encode({"position": last})
        return pages.render(request, "identities.html", openings=found, cursor=cursor, purposes=PURPOSES)


async def _caught_up(api: Api, after: int) -> None:
    """Until what was just sent can be shown; of a position that is not reached yet nothing is waited for."""
    if 0 < after <= (await api.runtime.store.head()).position:
        for projection in ("reports", "reporter-accesses"):
            await api.runtime.wait_for(projection, after)


def _subject(text: str) -> str:
    """A report's headline out of what was written: its first line, or as much of it as fits."""
    first = text.strip().partition("\n")[0].strip()
    return first if len(first) <= SUBJECT else f"{first[: SUBJECT - 1]}…"


def _clean(text: str) -> str:
    return "".join(c for c in text if c in "\n\t" or (c >= " " and c != "\x7f")).strip()
