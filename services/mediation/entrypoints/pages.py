"""Mediation's pages: the list of disputes, the case room with the next possible steps, and the overnight list."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import uuid4

from fastapi import FastAPI, Query
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.mediation.entrypoints import schemas, words
from services.mediation.entrypoints.http import Api
from services.mediation.entrypoints.steps import Steps, scope_of
from services.mediation.projections import disputes as dispute_rows
from services.mediation.projections.room import Room
from services.mediation.projections.states import ENDED
from shared.access.actors import Actor
from shared.access.rights import areas, authorize
from shared.categories import name_of
from shared.eventsourcing.commands import Contended, Stale
from shared.eventsourcing.decider import Refusal
from shared.law.legal_time import SHANGHAI, day_of
from shared.web import paging
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import Languages, language_of, mark
from shared.web.pages import Pages
from shared.web.paging import CurrentAfter, CurrentPaging
from shared.web.problems import Problem, not_found
from shared.web.routes import CurrentActor, Routes

_WORDS: dict[str, Any] = {
    "states": words.STATES,
    "tones": words.TONES,
    "seats": words.SEATS,
    "sides": words.SIDES,
    "outcomes": words.OUTCOMES,
    "forms": words.FORMS,
    "reasons": words.REASONS,
    "categories": words.CATEGORIES,
    "category_name": name_of,
    "services": words.SERVICES,
    "notices": words.NOTICES,
    "deliveries": words.DELIVERIES,
}
_ROWS = 50
_ITEM_ROWS = 4
_FEW = 6
"""More people than this are told by their number first."""


def add(site: Routes, cases: Routes, api: Api, pages: Pages, languages: Languages) -> None:
    _lists(site, api, pages)
    _rooms(site, cases, api, pages, languages)


def install(app: FastAPI) -> None:
    """Lets the app tell a dispute's refusals in words instead of codes."""
    app.add_exception_handler(Refusal, words.refused)


# Lists


def _lists(routes: Routes, api: Api, pages: Pages) -> None:
    @routes.get("", access="dispute.read", include_in_schema=False)
    @routes.get("/", access="dispute.read", include_in_schema=False)
    async def home() -> Response:
        return RedirectResponse("/mediation/disputes", 303)

    @routes.get("/disputes", access="dispute.read", include_in_schema=False)
    async def list_page(
        request: Request,
        actor: CurrentActor,
        paged: CurrentPaging,
        after: CurrentAfter,
        state: Annotated[str, Query()] = "",
        overnight: Annotated[bool, Query()] = False,
    ) -> Response:
        await api.wait(after, "disputes")
        seen, now, limit = areas(actor, "dispute.read"), api.runtime.clock(), min(paged.limit, _ROWS)
        rows = await dispute_rows.list_disputes(
            api.runtime.database,
            seen,
            actor.id,
            state=state if state in words.STATES else None,
            overnight_at=now if overnight else None,
            before=int(paged.cursor["position"] or 0) if paged.cursor else None,
            limit=limit,
        )
        return pages.render(
            request,
            "disputes.html",
            disputes=await api.listed(rows, actor, "list of disputes"),
            counts=await dispute_rows.count(api.runtime.database, seen, actor.id),
            state=state,
            overnight=overnight,
            left=lambda dispute: time_left(dispute, now),
            cursor=paging.encode({"position": rows[-1]["position"]}) if len(rows) == limit else None,
            **_WORDS,
        )

    @routes.get("/overnight", access="dispute.read", include_in_schema=False)
    async def overnight_page(
        request: Request, actor: CurrentActor, on: Annotated[str, Query(max_length=10)] = ""
    ) -> Response:
        now = api.runtime.clock()
        found = await api.overnight(actor, _day(on), None)
        return pages.render(
            request,
            "overnight.html",
            disputes=found.disputes,
            on=found.on,
            today=day_of(now),
            left=lambda dispute: time_left(dispute, now),
            **_WORDS,
        )


def time_left(dispute: schemas.DisputeOut | schemas.DisputeDetail, now: datetime) -> tuple[int, int] | None:
    """Hours and minutes to the same-day target; None where it is past, set aside, or needed no more."""
    if dispute.state in ENDED or dispute.same_day_set_aside or dispute.same_day_target <= now:
        return None
    minutes = int((dispute.same_day_target - now).total_seconds() // 60)
    return minutes // 60, minutes % 60


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


# The case room


@dataclass(frozen=True)
class Shown:
    """What a form that was sent back says: which step, what was given, why it was not done."""

    step: str = ""
    given: Mapping[str, str] | None = None
    refusal: str | None = None
    status: int = 200


def _rooms(site: Routes, cases: Routes, api: Api, pages: Pages, languages: Languages) -> None:
    @cases.get("/{id}", access="dispute.read", include_in_schema=False)
    async def case(id: str) -> Response:
        return RedirectResponse(f"/mediation/disputes/{id}", 303)

    @site.get("/disputes/{id}", access="dispute.read", include_in_schema=False)
    async def room_page(request: Request, id: str, actor: CurrentActor, after: CurrentAfter) -> Response:
        await api.wait(after, "disputes", "timeline")
        return await show(request, id, actor, Shown())

    @site.post("/disputes/{id}/{step}", access="dispute.lead", include_in_schema=False)
    async def take(request: Request, id: str, step: str, actor: CurrentActor, key: IdempotencyKey) -> Response:
        return await send(request, id, step, 0, actor, key)

    @site.post("/disputes/{id}/{step}/{number}", access="dispute.lead", include_in_schema=False)
    async def take_numbered(
        request: Request, id: str, step: str, number: int, actor: CurrentActor, key: IdempotencyKey
    ) -> Response:
        return await send(request, id, step, number, actor, key)

    async def send(request: Request, id_: str, step: str, number: int, actor: Actor, key: Idempotency) -> Response:
        asked = _FORMS.get(step)
        if asked is None:
            raise not_found(mark("The procedure has no such step."))
        form = await request.form()
        given = {name: value for name, value in form.items() if isinstance(value, str)}
        language = language_of(request)

        def again(status: int, refusal: str) -> Awaitable[Response]:
            return show(request, id_, actor, Shown(f"{step}-{number}" if number else step, given, refusal, status))

        try:
            body = asked.body.model_validate(asked.read(form))
        except ValidationError:
            return await again(
                422, languages.text(language, mark("Something is missing or cannot be read. Look again."))
            )
        try:
            done = await asked.take(api.steps, actor, id_, number, body, key, _version(given.get("version")))
        except Refusal as refusal:
            _, detail = await api.detail(actor, id_)
            told = words.DisputeRefused(refusal, names_of(detail))
            return await again(told.status, str(told.told(languages, language)["detail"]))
        except Stale as stale:
            changes = [languages.text(language, words.CHANGES.get(type_, type_)) for type_ in stale.since]
            joined = ("、" if language == "zh-CN" else ", ").join(dict.fromkeys(changes))
            sentence = mark(
                "Somebody wrote since you opened this page: %(changes)s. Nothing of yours was stored. "
                "Look at it as it is now, then send yours again."
            )
            return await again(409, languages.text(language, sentence, {"changes": joined}))
        except Contended:
            return await again(
                409, languages.text(language, mark("Others kept writing at the same moment. Send it again."))
            )
        except Problem as problem:
            if problem.status != 422:
                raise
            told_errors = problem.told(languages, language).get("errors", [])
            assert isinstance(told_errors, list), "the faults are a list"
            return await again(422, " ".join(str(fault["detail"]) for fault in told_errors))
        return RedirectResponse(f"/mediation/disputes/{id_}?after={done.position}", 303)

    async def show(request: Request, id_: str, actor: Actor, shown: Shown) -> Response:
        room, detail = await api.detail(actor, id_)
        names, language, now = names_of(detail), language_of(request), api.runtime.clock()
        own = [line for line in detail.timeline if line.service != "notify"]
        return pages.render(
            request,
            "dispute.html",
            status_code=shown.status,
            dispute=detail,
            left=time_left(detail, now),
            overnight=room.is_open and not room.same_day_set_aside and detail.same_day_target <= now,
            names=names,
            story_lines=words.story(own, names, languages, language),
            notices_sent=notices_of(detail.timeline),
            possible=possible(room, now) if authorize(actor, "dispute.lead", scope_of(room)).allowed else frozenset(),
            room=room,
            step=shown.step,
            given=shown.given or {},
            refusal=shown.refusal,
            key=str(uuid4()),
            now_zone=SHANGHAI,
            few=_FEW,
            item_rows=range(_ITEM_ROWS),
            next_item=max(room.items, default=0) + 1,
            next_issue=max(room.issues, default=0) + 1,
            today=day_of(now),
            **_WORDS,
        )


def names_of(detail: schemas.DisputeDetail) -> dict[str, str]:
    named: list[schemas.PartyOut | schemas.MemberOut] = [*detail.parties, *detail.group]
    found = {one.person: one.name for one in named if one.name is not None}
    if detail.applicant is not None and detail.applicant_name is not None:
        found.setdefault(detail.applicant, detail.applicant_name)
    return found


@dataclass
class Notice:
    """One notice with what became of its deliveries, counted by their present state."""

    template: str
    at: datetime
    position: int
    states: dict[str, int]


def notices_of(lines: Sequence[schemas.LineOut]) -> list[Notice]:
    """A notice to 25 people is one entry, not a hundred."""
    latest: dict[tuple[str, str], schemas.LineOut] = {}
    for line in sorted(lines, key=lambda line: line.position):
        if line.service == "notify":
            latest[line.told["notice"], line.told["delivery"]] = line
    found: dict[str, Notice] = {}
    for (notice, _), line in latest.items():
        entry = found.setdefault(notice, Notice(line.told["template"], line.at, line.position, {}))
        entry.at, entry.position = max(entry.at, line.at), max(entry.position, line.position)
        entry.states[line.told["state"]] = entry.states.get(line.told["state"], 0) + 1
    return sorted(found.values(), key=lambda notice: (notice.at, notice.position))


def possible(room: Room, now: datetime) -> frozenset[str]:
    """Which steps the procedure has next. The domain decides; this only spares people what would be refused."""
    if room.state in ("settled", "closed"):
        return frozenset()
    performing = room.is_open or bool(room.agreements)
    done_some = any(item.fulfilled_at is not None for item in room.items.values())
    due = any(day_of(session.begins_at) <= day_of(now) for session in room.to_hold)
    steps = {
        "parties": room.is_open,
        "members": room.is_open,
        "refusal": room.is_open and bool(room.parties),
        "set-aside": room.is_open and bool(room.parties) and not room.same_day_set_aside,
        "sessions": room.is_open and not room.missing_seats,
        "held": room.is_open and due,
        "agreement": room.is_open and room.to_write_down is not None,
        "fulfilled": performing and bool(room.unfulfilled),
        "residual": performing and bool(room.agreements),
        "resolved": performing and bool(room.open_issues),
        "partly-resolved": performing and done_some and bool(room.open_issues) and not room.partly_resolved,
        "settle": performing and bool(room.agreements) and not room.unfulfilled and not room.open_issues,
        "close": True,
    }
    return frozenset(step for step, is_possible in steps.items() if is_possible)


# The forms


Take = Callable[[Steps, Actor, str, int, Any, Idempotency, int | None], Awaitable[schemas.Done]]


@dataclass(frozen=True)
class StepForm:
    """One step as a form: the body that its fields make, and the step that takes it."""

    body: type[BaseModel]
    read: Callable[[FormData], dict[str, Any]]
    take: Take


def _fields(*names: str) -> Callable[[FormData], dict[str, Any]]:
    """The named fields; what was left empty is as if it had not been there."""
    return lambda form: {name: value for name in names if (value := _text(form, name)) is not None}


def _text(form: FormData, name: str) -> str | None:
    value = form.get(name)
    return value.strip() or None if isinstance(value, str) else None


def _session(form: FormData) -> dict[str, Any]:
    begins = _text(form, "begins_at")
    local = datetime.fromisoformat(begins).replace(tzinfo=SHANGHAI) if begins and _is_time(begins) else None
    return {**_fields("place")(form), "begins_at": local}


def _held(form: FormData) -> dict[str, Any]:
    attended = [value for value in form.getlist("attended") if isinstance(value, str)]
    return {**_fields("outcome", "recording")(form), "attended": attended}


def _agreement(form: FormData) -> dict[str, Any]:
    items = [_fields(f"item-{n}", f"what-{n}", f"due_on-{n}")(form) for n in range(_ITEM_ROWS)]
    named = [{name.rpartition("-")[0]: value for name, value in item.items()} for item in items]
    return {**_fields("form", "text")(form), "items": [item for item in named if "what" in item or "due_on" in item]}


def _closing(form: FormData) -> dict[str, Any]:
    routes = [line.strip() for line in (_text(form, "routes_told") or "").splitlines() if line.strip()]
    return {**_fields("reason")(form), "routes_told": routes}


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _version(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None


_FORMS: Mapping[str, StepForm] = {
    "parties": StepForm(
        schemas.PartiesIn,
        _fields("side", "name", "phone", "demand", "person"),
        lambda steps, actor, id_, _, body, key, seen: steps.add_parties(actor, id_, body, key, seen),
    ),
    "members": StepForm(
        schemas.MemberIn,
        _fields("seat", "name", "phone", "account"),
        lambda steps, actor, id_, _, body, key, seen: steps.appoint(actor, id_, body, key, seen),
    ),
    "refusal": StepForm(
        schemas.PartyRef,
        _fields("party"),
        lambda steps, actor, id_, _, body, key, seen: steps.refuse(actor, id_, body, key, seen),
    ),
    "set-aside": StepForm(
        schemas.PartyRef,
        _fields("party"),
        lambda steps, actor, id_, _, body, key, seen: steps.set_aside(actor, id_, body, key, seen),
    ),
    "sessions": StepForm(
        schemas.SessionIn,
        _session,
        lambda steps, actor, id_, _, body, key, seen: steps.schedule(actor, id_, body, key, seen),
    ),
    "held": StepForm(
        schemas.HeldIn,
        _held,
        lambda steps, actor, id_, number, body, key, seen: steps.hold(actor, id_, number, body, key, seen),
    ),
    "agreement": StepForm(
        schemas.AgreementIn,
        _agreement,
        lambda steps, actor, id_, _, body, key, seen: steps.agree(actor, id_, body, key, seen),
    ),
    "fulfilled": StepForm(
        schemas.FulfilledIn,
        _fields("evidence", "verified_by"),
        lambda steps, actor, id_, number, body, key, seen: steps.fulfil(actor, id_, number, body, key, seen),
    ),
    "residual": StepForm(
        schemas.ResidualIn,
        _fields("issue", "what"),
        lambda steps, actor, id_, _, body, key, seen: steps.record_residual(actor, id_, body, key, seen),
    ),
    "resolved": StepForm(
        schemas.Told,
        _fields(),
        lambda steps, actor, id_, number, body, key, seen: steps.resolve_residual(actor, id_, number, body, key, seen),
    ),
    "partly-resolved": StepForm(
        schemas.Told,
        _fields(),
        lambda steps, actor, id_, _, body, key, seen: steps.partly_resolve(actor, id_, body, key, seen),
    ),
    "settle": StepForm(
        schemas.Told,
        _fields(),
        lambda steps, actor, id_, _, body, key, seen: steps.settle(actor, id_, body, key, seen),
    ),
    "close": StepForm(
        schemas.CloseIn,
        _closing,
        lambda steps, actor, id_, _, body, key, seen: steps.close(actor, id_, body, key, seen),
    ),
}
