"""Intake's pages: sign-in, the list of reports, one report with what may be decided, and a form for a new one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Form, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.application.submissions import Draft
from services.intake.domain import report
from services.intake.domain.streams import REPORT
from services.intake.entrypoints import assignment_view
from services.intake.entrypoints.http import Api, Id, before, detail, known_category, report_out, scope, scope_of
from services.intake.entrypoints.schemas import ReportOut
from services.intake.projections import evidence as evidence_rows
from services.intake.projections import publishers as arrival_rows
from services.intake.projections import reports as report_rows
from shared.access.actors import Actor, Scope
from shared.access.rights import areas, authorize
from shared.categories import SCHEMES, name_of
from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.decider import Refusal
from shared.law.legal_time import SHANGHAI
from shared.web import paging, sessions
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import IdempotencyKey, key_reused
from shared.web.languages import Languages, language_of, mark
from shared.web.pages import Pages, safe_next
from shared.web.paging import CurrentPaging
from shared.web.routes import OPEN, CurrentActor, PresentActor, Routes, permit

KINDS: Mapping[str, str] = {
    "dispute": mark("Dispute"),
    "incident": mark("Incident"),
    "fraud": mark("Fraud"),
    "hazard": mark("Hazard"),
    "enquiry": mark("Enquiry"),
    "service": mark("Service"),
    "other": mark("Other"),
}
CHANNELS: Mapping[str, str] = {
    "hotline_12345": mark("Hotline 12345"),
    "police_110": mark("Police 110"),
    "chat": mark("Group chat"),
    "patrol": mark("Patrol"),
    "inspection": mark("Inspection"),
    "household_check": mark("Household check"),
    "walk_in": mark("Walk-in"),
    "anti_fraud": mark("Anti-fraud centre"),
    "mailbox": mark("Mailbox"),
    "resident_form": mark("Resident's form"),
    "open311": mark("Open311"),
    "observation": mark("Observation"),
}
CONFIDENTIALITIES: Mapping[str, str] = {
    "open": mark("Open"),
    "confidential": mark("Confidential"),
    "anonymous": mark("Anonymous"),
}
RELATIONS: Mapping[str, str] = {
    "family": mark("Family"),
    "guardian": mark("Guardian"),
    "neighbour": mark("Neighbour"),
    "social_worker": mark("Social worker"),
    "official": mark("Member of staff"),
    "other": mark("Somebody else"),
}
CONSENTS: Mapping[str, str] = {
    "spoken": mark("Agreed by word of mouth"),
    "written": mark("Agreed in writing"),
    "by_guardian": mark("Their guardian agreed"),
    "could_not_be_asked": mark("Could not be asked in time"),
}
LEVELS: Mapping[str, str] = {
    "desk": mark("Any desk"),
    "station": mark("With the station's leaders"),
    "city": mark("With the city"),
}
COMPLAINED: Mapping[str, str] = {
    "post:community_officer": mark("the community police officer"),
    "post:auxiliary": mark("the auxiliary"),
    "post:mediator": mark("a mediator"),
    "post:grid_head": mark("a building head"),
    "post:volunteer": mark("a volunteer"),
    "post:station_leader": mark("a station leader"),
}
STATES: Mapping[str, str] = {
    "received": mark("Waiting for a decision"),
    "classified": mark("Classified"),
    "admitted": mark("Admitted to mediation"),
    "refused": mark("Not admitted"),
    "withdrawn": mark("Withdrawn by the reporter"),
}
STAGES: Mapping[str, str] = {
    "opened": mark("Case opened"),
    "session_set": mark("Session set"),
    "session_held": mark("Session held"),
    "agreed": mark("Agreed"),
    "partly_resolved": mark("Partly resolved"),
    "settled": mark("Settled"),
    "closed": mark("Closed without agreement"),
}
REASONS: Mapping[str, str] = {
    "not_a_civil_matter": mark("Not a civil matter"),
    "in_court_or_arbitration": mark("In court or arbitration"),
    "already_settled": mark("Settled already"),
    "another_body": mark("Another body is responsible"),
    "other": mark("Another reason"),
}
CODES = (
    mark("dispute"),
    mark("incident"),
    mark("fraud"),
    mark("hazard"),
    mark("enquiry"),
    mark("service"),
    mark("other"),
)
"""The kinds as refusals name them within a sentence."""

_MINUTES_AROUND = 30
"""Within which messages of a group may belong together."""

_WORDS: dict[str, Any] = {"kinds": KINDS, "channels": CHANNELS, "states": STATES, "stages": STAGES, "reasons": REASONS}
_WORDS |= {"confidentialities": CONFIDENTIALITIES, "relations": RELATIONS, "consents": CONSENTS}
_WORDS |= {"complained": COMPLAINED, "levels": LEVELS}
_WORDS |= {"schemes": SCHEMES.values(), "category_name": name_of}


def add(routes: Routes, api: Api, pages: Pages, languages: Languages) -> None:
    _signing_in(routes, api, pages)
    _reading(routes, api, pages)
    _deciding(routes, api, pages, languages)


def _signing_in(routes: Routes, api: Api, pages: Pages) -> None:
    @routes.get("", access=OPEN, include_in_schema=False)
    @routes.get("/", access=OPEN, include_in_schema=False)
    async def home() -> Response:
        return RedirectResponse("/intake/reports", 303)

    @routes.get("/sign-in", access=OPEN, include_in_schema=False)
    async def sign_in_page(
        request: Request, actor: PresentActor, next_: Annotated[str | None, Query(alias="next")] = None
    ) -> Response:
        if actor is not None:
            return RedirectResponse(safe_next(next_, "/intake/reports"), 303)
        return pages.render(request, "sign_in.html", next=safe_next(next_, "/intake/reports"), name="", refusal=None)

    @routes.post("/sign-in", access=OPEN, include_in_schema=False)
    async def sign_in(
        request: Request,
        name: Annotated[str, Form(max_length=60)] = "",
        password: Annotated[str, Form(max_length=200)] = "",
        next_: Annotated[str, Form(alias="next", max_length=500)] = "",
    ) -> Response:
        found = await api.sign_in(name, password)
        if found is None:
            return pages.render(
                request,
                "sign_in.html",
                status_code=401,
                next=safe_next(next_, "/intake/reports"),
                name=name,
                refusal=mark("Name or password are wrong"),
            )
        actor, generation = found
        response = RedirectResponse(safe_next(next_, "/intake/reports"), 303)
        sessions.remember(response, request, sessions.issue(api.session_key, actor, generation, api.runtime.clock()))
        return response

    @routes.post("/sign-out", access=OPEN, include_in_schema=False)
    async def sign_out(request: Request) -> Response:
        response = RedirectResponse("/intake/sign-in", 303)
        sessions.forget(response, request)
        return response


def _reading(routes: Routes, api: Api, pages: Pages) -> None:
    @routes.get("/reports", access="report.read", include_in_schema=False)
    async def list_page(
        request: Request,
        actor: CurrentActor,
        paged: CurrentPaging,
        state: Annotated[str, Query()] = "",
        kind: Annotated[str, Query()] = "",
        after: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        if after:
            await api.runtime.wait_for("reports", after)
        seen = areas(actor, "report.read")
        rows = await report_rows.list_reports(
            api.runtime.database,
            seen,
            actor.id,
            state=state if state in STATES else None,
            kind=kind if kind in KINDS else None,
            before=before(paged),
            limit=min(paged.limit, 50),
        )
        subjects = await api.subjects(rows, actor, "list of reports")
        more = {"position": rows[-1]["position"]} if len(rows) == min(paged.limit, 50) else None
        return pages.render(
            request,
            "reports.html",
            reports=[report_out(row, subject) for row, subject in zip(rows, subjects, strict=True)],
            counts=await report_rows.count(api.runtime.database, seen, actor.id),
            state=state,
            kind=kind,
            cursor=paging.encode(more) if more else None,
            may_register=authorize(actor, "report.register", Scope(api.station)).allowed,
            may_read_register=bool(areas(actor, "register.read")),
            **_WORDS,
        )

    @routes.get("/reports/new", access="report.register", include_in_schema=False)
    async def new_page(request: Request) -> Response:
        return pages.render(request, "report_new.html", key=str(uuid4()), given={}, wrong={}, **_WORDS)

    @routes.get("/reports/{id}", access="report.read", include_in_schema=False)
    async def report_page(
        request: Request, id: Id, actor: CurrentActor, after: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        if after:
            await api.runtime.wait_for("reports", after)
        return await show(request, api, pages, actor, id)


async def show(
    request: Request,
    api: Api,
    pages: Pages,
    actor: Any,
    id_: str,
    refusal: str | None = None,
    status_code: int = 200,
) -> Response:
    row = await api.row(actor, id_)
    where = scope_of(row)
    return pages.render(
        request,
        "report.html",
        status_code=status_code,
        report=await detail(api, row, actor),
        history=await history(api, row["report"]),
        evidence=await evidence_rows.of_report(api.runtime.database, row["report"]),
        neighbours=await neighbours(api, row["report"], actor),
        refusal=refusal,
        key=str(uuid4()),
        may={
            "classify": authorize(actor, "report.classify", where).allowed,
            "admit": authorize(actor, "report.admit", where).allowed,
            "refuse": authorize(actor, "report.refuse", where).allowed,
            "direct": authorize(actor, "report.direct", where).allowed,
        },
        **await assignment_view.context(api, actor, row["report"]),
        **_WORDS,
    )


async def neighbours(api: Api, id_: str, actor: Actor) -> list[ReportOut]:
    """Other messages of the same group chat around the same time, as far as the actor may see them."""
    ids = await arrival_rows.around(api.runtime.database, id_, _MINUTES_AROUND)
    found = [row for row in [await report_rows.find(api.runtime.database, each) for each in ids] if row is not None]
    seen = [row for row in found if authorize(actor, "report.read", scope_of(row)).allowed]
    subjects = await api.subjects(seen, actor, "messages around a message")
    return [report_out(row, subject) for row, subject in zip(seen, subjects, strict=True)]


async def history(api: Api, id_: str) -> list[dict[str, Any]]:
    """What happened to the report and when, from its own stream; history entered later keeps its own dates."""
    entries = []
    for stored in await api.runtime.store.read_stream(REPORT.stream(id_)):
        event = api.runtime.read(stored)
        entries.append({"event": event, "type": stored.type, "at": _happened_at(event, stored.recorded_at)})
    return entries


def _happened_at(event: object, recorded_at: datetime) -> datetime:
    match event:
        case report.ReportReceived(received_at=at) | report.ReportClassified(classified_at=at):
            return at
        case report.DisputeAdmitted(admitted_at=at) | report.ReportRefused(refused_at=at):
            return at
        case report.ReportWithdrawn(withdrawn_at=at):
            return at
        case _:
            return recorded_at


def _deciding(routes: Routes, api: Api, pages: Pages, languages: Languages) -> None:
    @routes.post("/reports", access="report.register", include_in_schema=False)
    async def register(
        request: Request,
        actor: CurrentActor,
        key: IdempotencyKey,
        channel: Annotated[str, Form()] = "walk_in",
        external_id: Annotated[str, Form()] = "",
        subject: Annotated[str, Form()] = "",
        text: Annotated[str, Form()] = "",
        reported_at: Annotated[str, Form()] = "",
        reporter_name: Annotated[str, Form()] = "",
        reporter_phone: Annotated[str, Form()] = "",
        address: Annotated[str, Form()] = "",
        confidentiality: Annotated[str, Form()] = "open",
        relation: Annotated[str, Form()] = "",
        consent: Annotated[str, Form()] = "",
        helper_name: Annotated[str, Form()] = "",
        helper_phone: Annotated[str, Form()] = "",
        about: Annotated[tuple[str, ...], Form()] = (),
        public: Annotated[bool, Form()] = False,
    ) -> Response:
        permit(actor, "report.register", Scope(api.station))
        given = {
            "channel": channel,
            "external_id": external_id,
            "subject": subject,
            "text": text,
            "reported_at": reported_at,
            "reporter_name": reporter_name,
            "reporter_phone": reporter_phone,
            "address": address,
            "confidentiality": confidentiality,
            "relation": relation,
            "consent": consent,
            "helper_name": helper_name,
            "helper_phone": helper_phone,
            "about": about,
            "public": public,
        }
        report_id = derived_id("report", key.command_id)
        try:
            draft = Draft.model_validate(
                {
                    **{
                        name: str(given[name]).strip() or None
                        for name in ("reporter_name", "reporter_phone", "address")
                    },
                    "confidentiality": confidentiality,
                    "filed_by": helper_of(relation, consent, helper_name, helper_phone),
                    "about": about,
                    "public": public,
                    "report": report_id,
                    "channel": channel,
                    "external_id": external_id.strip() or report_id,
                    "subject": subject.strip(),
                    "text": text,
                    "reported_at": _local(reported_at) or api.runtime.clock(),
                    "station": api.station,
                    "where": {"community": _community(actor)},
                }
            )
        except ValidationError as error:
            wrong = faults(error)
            return pages.render(
                request, "report_new.html", status_code=422, key=str(uuid4()), given=given, wrong=wrong, **_WORDS
            )
        meta = api.meta(actor, api.station)
        (one,) = await api.reports.register([draft], [(key.command_id, key.fingerprint)], meta)
        if one.outcome == "changed":  # the form was sent before, and changed after going back to it
            raise key_reused()
        return RedirectResponse(f"/intake/reports/{one.report}?after={one.position}", 303)

    async def decide(request: Request, id_: str, actor: Any, key: Any, command: report.Command) -> Response:
        try:
            meta = api.meta_of(actor, await scope(api, id_), key)
            handled = await api.reports.decide(id_, command, meta, key.command_id)
        except Refusal as refusal:
            told = RefusalProblem(refusal)
            said = str(told.told(languages, language_of(request))["detail"])
            return await show(request, api, pages, actor, id_, said, told.status)
        return RedirectResponse(f"/intake/reports/{id_}?after={handled.position}", 303)

    @routes.post("/reports/{id}/classify", access="report.classify", include_in_schema=False)
    async def classify(
        request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, kind: Annotated[report.Kind, Form()]
    ) -> Response:
        permit(actor, "report.classify", await scope(api, id))
        command = report.ClassifyReport(kind=kind, by=actor.id, now=api.runtime.clock())
        return await decide(request, id, actor, key, command)

    @routes.post("/reports/{id}/admit", access="report.admit", include_in_schema=False)
    async def admit(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        category: Annotated[str, Form(min_length=1, max_length=60)] = "other_civil",
    ) -> Response:
        permit(actor, "report.admit", await scope(api, id))
        known_category(category)
        command = report.AdmitDispute(category=category, by=actor.id, now=api.runtime.clock())
        return await decide(request, id, actor, key, command)

    @routes.post("/reports/{id}/refuse", access="report.refuse", include_in_schema=False)
    async def refuse(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        reason: Annotated[report.Reason, Form()],
        other_route: Annotated[str, Form(min_length=1, max_length=500)],
    ) -> Response:
        permit(actor, "report.refuse", await scope(api, id))
        command = report.RefuseReport(reason=reason, other_route=other_route, by=actor.id, now=api.runtime.clock())
        return await decide(request, id, actor, key, command)


def helper_of(relation: str, consent: str, name: str, phone: str) -> dict[str, str | None] | None:
    """Who files for somebody else, as a form tells it; None where nothing of it was filled in."""
    if not (relation or consent or name.strip() or phone.strip()):
        return None
    return {"relation": relation, "consent": consent, "name": name.strip() or None, "phone": phone.strip() or None}


def faults(error: ValidationError) -> dict[str, str]:
    """What is wrong, by the field of the form."""
    wrong = {}
    for each in error.errors():
        if each["loc"]:
            wrong[str(each["loc"][-1])] = mark("Please fill this in as asked.")
        else:  # a rule of several fields says it itself
            wrong["confidentiality"] = str(each["ctx"]["error"])
    return wrong


def _community(actor: Actor) -> str | None:
    """The community of who writes it down, so that they may go on with the case; None where it has none, or several."""
    found = {post.community for post in actor.posts}
    return found.pop() if len(found) == 1 else None


def _local(text: str) -> datetime | None:
    """What a browser's field for a local time sends."""
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
