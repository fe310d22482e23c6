"""The pages of assignments: my work, and the steps that a report's page offers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final
from uuid import uuid4

from fastapi import Form, Query
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.application.possible_moves import Move
from services.intake.domain import assignment_commands as commands
from services.intake.entrypoints import assignment_bodies as bodies
from services.intake.entrypoints import assignments as api_of
from services.intake.entrypoints.assignment_view import WORDS
from services.intake.entrypoints.assignments import Make, act, handovers_of, stations_of, work_of
from services.intake.entrypoints.http import Api, Id, scope
from services.intake.entrypoints.pages import KINDS, show
from services.intake.projections import lone_visits as lone_rows
from services.intake.projections.work import ORDER
from shared.access.actors import Actor
from shared.access.rights import areas, authorize
from shared.eventsourcing.commands import Stale
from shared.eventsourcing.decider import Refusal
from shared.law.legal_time import SHANGHAI
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import IdempotencyKey
from shared.web.languages import Languages, language_of, mark
from shared.web.pages import Pages
from shared.web.problems import Problem
from shared.web.routes import CurrentActor, Routes, permit

WAITS: Final[Mapping[str, str]] = {
    "mine": mark("Mine"),
    "part": mark("My part in what others lead"),
    "decision": mark("For me to decide or to check"),
    "desk": mark("At my station's desk"),
}
BODIES: Final[Mapping[Move, type[BaseModel]]] = {
    "object": bodies.ReasonIn,
    "settle": bodies.SettleIn,
    "up": bodies.ReasonIn,
    "across": bodies.ToIn,
    "delay": bodies.DelayIn,
    "grant": bodies.ReasonIn,
    "decline": bodies.ReasonIn,
    "down": bodies.ToIn,
    "offer": bodies.OfferIn,
    "accept_offer": bodies.AcceptIn,
    "decline_offer": bodies.ReasonIn,
    "withdraw_offer": bodies.ReasonIn,
    "ask_co_handler": bodies.CoHandlerIn,
    "refuse_part": bodies.ReasonIn,
    "finish_part": bodies.NoteIn,
    "waive_part": bodies.ToIn,
    "finish": bodies.FinishIn,
    "check": bodies.CheckIn,
    "reopen": bodies.ReasonIn,
}
"""What the form of a move holds; the others hold nothing."""
_WORDS_OF: Final[Mapping[type[BaseModel], str]] = {
    bodies.CoHandlerIn: "task",
    bodies.NoteIn: "note",
    bodies.FinishIn: "result",
}
"""Under which name a body takes what the form's one field for words holds."""


def add(routes: Routes, api: Api, pages: Pages, languages: Languages) -> None:
    @routes.get("/desk", access="report.handle", include_in_schema=False)
    async def desk(request: Request, actor: CurrentActor, after: Annotated[int, Query(ge=0)] = 0) -> Response:
        if after:
            await api.runtime.wait_for("assignments", after)
        return await _desk(request, api, pages, actor)

    @routes.post("/reports/{id}/assignment", access="report.classify", include_in_schema=False)
    async def route(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey) -> Response:
        where = await scope(api, id)
        permit(actor, "report.classify", where)
        handled = await api.assignments.route(id, api.meta_of(actor, where, key), key.command_id)
        if handled is None:
            said = mark("The report was admitted or refused: there is nothing to assign.")
            return await show(request, api, pages, actor, id, languages.text(language_of(request), said), 409)
        return RedirectResponse(f"/intake/reports/{id}?after={handled.position}", 303)

    @routes.post("/reports/{id}/assignment/{move}", access="report.handle", include_in_schema=False)
    async def step(
        request: Request,
        id: Id,
        move: Move,
        actor: CurrentActor,
        key: IdempotencyKey,
        seen: Annotated[int | None, Form(ge=0)] = None,
        words: Annotated[str, Form(max_length=2_000)] = "",
        account: Annotated[str, Form(max_length=80)] = "",
        station: Annotated[str, Form(max_length=80)] = "",
        until: Annotated[str, Form(max_length=40)] = "",
        outcome: Annotated[str, Form(max_length=40)] = "",
        answered: Annotated[bool, Form()] = False,
        passed: Annotated[bool, Form()] = False,
    ) -> Response:
        given = {
            "account": account.strip() or None,
            "station": station.strip() or None,
            "until": _local(until),
            "outcome": outcome,
            "answered": answered,
            "passed": passed,
        }
        try:
            handled = await act(api, id, move, _make(api, move, given, words), actor, key, seen)
        except ValidationError:
            said = mark("Please fill in what is asked, with a reason in words.")
            return await _back(request, api, pages, actor, id, languages.text(language_of(request), said), 422)
        except Refusal as refusal:
            told = RefusalProblem(refusal)
            return await _back(request, api, pages, actor, id, _detail(told, request), told.status)
        except Problem as problem:
            if problem.status != 422:
                raise
            said = languages.text(language_of(request), problem.errors[0].detail, problem.errors[0].values)
            return await _back(request, api, pages, actor, id, said, 422)
        except Stale:
            said = mark("Somebody else took a step in the meantime. Look at it again, then repeat yours if it fits.")
            return await _back(request, api, pages, actor, id, languages.text(language_of(request), said), 412)
        if authorize(actor, "report.read", await scope(api, id)).allowed:
            return RedirectResponse(f"/intake/reports/{id}?after={handled.position}", 303)
        return RedirectResponse(f"/intake/desk?after={handled.position}", 303)

    def _detail(told: Problem, request: Request) -> str:
        return str(told.told(languages, language_of(request))["detail"])


async def _back(
    request: Request, api: Api, pages: Pages, actor: Actor, id_: str, said: str, status_code: int
) -> Response:
    """The report's page with what is wrong; to who may not read the report, their work."""
    if authorize(actor, "report.read", await scope(api, id_)).allowed:
        return await show(request, api, pages, actor, id_, said, status_code)
    return await _desk(request, api, pages, actor, said, status_code)


async def _desk(
    request: Request, api: Api, pages: Pages, actor: Actor, refusal: str | None = None, status_code: int = 200
) -> Response:
    work = await work_of(api, actor)
    return pages.render(
        request,
        "desk.html",
        status_code=status_code,
        groups=[(WAITS[name], [each for each in work if each.waits_for == name]) for name in ORDER],
        handovers=await handovers_of(api, actor) if stations_of(actor) else None,
        may_read=bool(areas(actor, "report.read")),
        alarms=await lone_rows.count_alarms(api.runtime.database, {post.station for post in actor.posts}),
        refusal=refusal,
        key=str(uuid4()),
        kinds=KINDS,
        **WORDS,
    )


def _make(api: Api, move: Move, given: Mapping[str, object], words: str) -> Make:
    """What a form asks for, by the same bodies as the API's."""
    kind = BODIES.get(move)
    fields = {} if kind is None else {name: value for name, value in given.items() if name in kind.model_fields}
    if kind is not None:
        fields[_WORDS_OF.get(kind, "reason")] = words
    body = None if kind is None else kind.model_validate(fields)
    match body:
        case bodies.SettleIn():
            return api_of.settling(api, body)
        case bodies.CheckIn():
            return api_of.checking(api, body)
        case bodies.FinishIn():
            return api_of.finishing(api, body)
        case bodies.CoHandlerIn():
            return api_of.asking_co_handler(api, body)
        case bodies.NoteIn():
            return api_of.finishing_part(api, body)
        case bodies.OfferIn():
            return api_of.offering(api, body)
        case bodies.AcceptIn():
            return api_of.accepting(api, body)
        case bodies.ToIn() if move == "down":
            return api_of.sending_down(api, body)
        case bodies.ToIn() if move == "waive_part":
            return api_of.waiving(api, body)
        case bodies.ReasonIn() if move in ("up", "across", "delay"):
            return api_of.stepping(api, move, body)
        case bodies.ReasonIn() if move == "reopen":
            return api_of.reopening(api, body)
        case bodies.ReasonIn():
            return api_of.answering(api, _ANSWERS[move], body)
        case _:
            return api_of.saying(_SAYS[move])


_ANSWERS: Final[Mapping[Move, api_of.Answering]] = {
    "object": commands.ObjectNotOurs,
    "grant": commands.GrantStep,
    "decline": commands.DeclineStep,
    "decline_offer": commands.DeclineHandover,
    "withdraw_offer": commands.WithdrawHandover,
    "refuse_part": commands.RefuseCoHandling,
}
_SAYS: Final[Mapping[Move, api_of.Saying]] = {
    "start": commands.StartHandling,
    "accept_part": commands.AcceptCoHandling,
    "arrive": commands.ArriveOnSite,
}


def _local(text: str) -> datetime | None:
    """What a browser's field for a local time sends; None where it sends none, which the body then names."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
