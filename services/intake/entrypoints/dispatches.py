"""The API of sending somebody: open an errand, see who may be asked and why not, ask, answer, say what is short."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field

from services.intake.application.assignments import Found
from services.intake.application.dispatches import Dispatches, Wanted
from services.intake.application.submissions import Code, Line, Moment
from services.intake.domain import dispatch
from services.intake.domain.dispatch import CannotReason, Dispatch, Kind, Why, WhyNot
from services.intake.domain.volunteer import Subject
from services.intake.entrypoints.candidates import Candidate, Candidates
from services.intake.entrypoints.http import NAMED, Api, Id, done
from services.intake.entrypoints.schemas import Body, Done
from services.intake.entrypoints.volunteers import Squads
from services.intake.projections import dispatches as rows
from shared.access.actors import Actor, Scope
from shared.access.rights import areas
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import instant
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import mark
from shared.web.paging import CurrentAfter
from shared.web.problems import not_found
from shared.web.routes import NO_REPORT, SIGNED_IN, CurrentActor, Routes, permit

WHY: Final[Mapping[Why, str]] = {
    "holds_post": mark("post there"),
    "on_duty": mark("on duty"),
    "skilled": mark("has the skill"),
    "rested": mark("rested"),
    "ready": mark("trained and insured"),
    "no_kinship_known": mark("no kinship known"),
}
WHY_NOT: Final[Mapping[WhyNot, str]] = {
    "off_duty": mark("off duty"),
    "resting": mark("resting"),
    "kinship": mark("kinship"),
    "complained_of": mark("the complaint is about them"),
    "no_consent": mark("no consent"),
    "no_training": mark("not trained"),
    "no_insurance": mark("not insured"),
    "unskilled": mark("not trained in this"),
    "out": mark("out on another errand"),
    "asked": mark("asked already"),
    "said_no": mark("not this time"),
}
WORDS_OF_CODES: Final = (
    mark("off_duty"),
    mark("resting"),
    mark("kinship"),
    mark("complained_of"),
    mark("unskilled"),
    mark("out"),
    mark("asked"),
    mark("said_no"),
)
"""The reasons as refusals name them within a sentence."""


class DispatchIn(Body):
    what: Line = Field(max_length=300, description="told to those who are asked; kept sealed")
    needed: int = Field(ge=1, le=20)
    begins_at: Moment
    ends_at: Moment
    risk: bool = False
    skill: Subject | None = None
    community: Code | None = None
    grid: Code | None = None

    def wanted(self) -> Wanted:
        return Wanted(**self.model_dump())


class PersonIn(Body):
    person: Code


class NotGoIn(Body):
    """A volunteer's no needs no reason, and none is kept."""

    reason: CannotReason | None = None


class CandidateOut(BaseModel):
    person: str
    kind: Kind
    name: str | None
    rested_hours: int | None
    why: list[Why]
    why_not: list[WhyNot] = Field(description="empty for whoever may be asked")


class RequestOut(BaseModel):
    id: str
    person: str
    kind: Kind
    state: str
    reason: CannotReason | None


class DispatchOut(BaseModel):
    id: str
    report: str
    code: str
    what: str | None
    community: str | None
    grid: str | None
    needed: int
    going: int
    short: int
    left: int = Field(description="how many more may be asked")
    closed: bool
    risk: bool
    skill: Subject | None
    begins_at: AwareDatetime
    ends_at: AwareDatetime
    requests: list[RequestOut]
    candidates: list[CandidateOut]


class OpenOut(BaseModel):
    id: str
    report: str
    code: str
    needed: int
    short: int
    begins_at: AwareDatetime
    ends_at: AwareDatetime


class AskedOut(BaseModel):
    request: str
    dispatch: str
    code: str
    what: str | None
    grid: str | None
    kind: Kind
    state: str
    begins_at: AwareDatetime
    ends_at: AwareDatetime


class Sending:
    """What the routes and the pages of dispatches work with."""

    def __init__(self, api: Api, squads: Squads) -> None:
        self.api = api
        self.database = api.runtime.database
        self.handler = Dispatches(api.runtime, api.assignments)
        self.candidates = Candidates(squads)

    async def report(self, actor: Actor, report: str) -> tuple[Found, Scope]:
        """A report for which the actor may send somebody."""
        found = await self.api.assignments.find(report)
        if found is None:
            raise not_found(NO_REPORT)
        where = found.scope()
        permit(actor, "report.direct", where)
        return found, where

    async def directed(self, actor: Actor, id_: str) -> tuple[Dispatch, Found, Scope]:
        state = await self.handler.find(id_)
        return state, *(await self.report(actor, state.errand.report))

    async def open(self, actor: Actor, report: str, body: DispatchIn, key: Idempotency) -> tuple[str, Handled]:
        found, where = await self.report(actor, report)
        if body.community is not None:
            permit(actor, "report.direct", Scope(await self.api.register.station_of(body.community), body.community))
        id_ = derived_id("dispatch", key.command_id)
        meta = self.api.meta_of(actor, where, key)
        return id_, await self.handler.open(id_, found, body.wanted(), meta, key.command_id)

    async def ask(self, actor: Actor, id_: str, person: str, key: Idempotency) -> tuple[str, Handled]:
        state, found, where = await self.directed(actor, id_)
        facts = await self.candidates.one(actor, state, found.received.about, person)
        if facts is None:
            raise not_found(mark("Nobody on the list has this number. Choose somebody from the list."))
        request = derived_id("request", key.command_id)
        meta = self.api.meta_of(actor, where, key)
        return request, await self.handler.ask(id_, request, facts, meta, key.command_id)

    async def step(self, actor: Actor, id_: str, command: dispatch.Command, key: Idempotency) -> Handled:
        _, _, where = await self.directed(actor, id_)
        return await self.handler.decide(id_, command, self.api.meta_of(actor, where, key), key.command_id)

    async def answer(
        self, actor: Actor, id_: str, request: str, key: Idempotency, *, goes: bool, reason: CannotReason | None
    ) -> Handled:
        """Who was asked answers for themselves; who may send enters what others said."""
        state = await self.handler.find(id_)
        asked = state.requests.get(request)
        errand = state.errand
        where = Scope(errand.station, errand.community, errand.grid)
        own = asked is not None and asked.account == actor.id
        if not own:
            _, _, where = await self.directed(actor, id_)
        now = self.api.runtime.clock()
        command: dispatch.Command
        if goes:
            command = dispatch.AgreeToGo(request=request, for_them=not own, by=actor.id, now=now)
        else:
            command = dispatch.NotGo(request=request, reason=reason, for_them=not own, by=actor.id, now=now)
        meta = self.api.meta_of(actor, where, key)
        if own and not goes and asked is not None and asked.kind == "volunteer":
            # A volunteer's no is free of cost: the store does not say whose it was.
            meta = meta.model_copy(update={"actor": "asked", "role": "volunteer"})
        return await self.handler.decide(id_, command, meta, key.command_id)

    async def told(self, actor: Actor, id_: str) -> tuple[DispatchOut, list[Candidate]]:
        state, found, _ = await self.directed(actor, id_)
        errand = state.errand
        rest = await self.handler.rest_hours(errand.station)
        about = found.received.about
        candidates = [] if state.closed else await self.candidates.of(actor, state, about, rest)
        what = await self.words(actor, [errand.what], "an errand")
        out = DispatchOut(
            id=id_,
            **errand.model_dump(include=set(DispatchOut.model_fields) - {"id", "what"}),
            what=what[0],
            going=state.going,
            short=state.short,
            left=sum(not each.weighed.why_not for each in candidates),
            closed=state.closed,
            requests=[
                RequestOut(id=id_, person=each.person, kind=each.kind, state=each.state, reason=each.reason)
                for id_, each in state.requests.items()
                if not (each.kind == "volunteer" and each.state == "released")
            ],
            candidates=[_candidate(each) for each in candidates],
        )
        return out, candidates

    async def asked(self, actor: Actor) -> list[AskedOut]:
        """What the actor is asked to go to; the words are for them, and their reading is recorded."""
        found = await rows.asked_of(self.database, actor.id, self.api.runtime.clock())
        sealed = [Sealed.model_validate_json(row["what"]) for row in found]
        words = await self.words(actor, sealed, "an errand that one is asked for")
        return [_asked(row, said) for row, said in zip(found, words, strict=True)]

    async def open_ones(self, actor: Actor) -> list[OpenOut]:
        return [_open(row) for row in await rows.list_open(self.database, areas(actor, "report.direct"))]

    async def words(self, actor: Actor, sealed: list[Sealed], purpose: str) -> list[str | None]:
        return await self.api.runtime.open(sealed, self.api.meta(actor), purpose)


def _candidate(each: Candidate) -> CandidateOut:
    return CandidateOut(
        person=each.facts.person,
        kind=each.facts.kind,
        name=each.name,
        rested_hours=each.facts.rested_hours,
        why=list(each.weighed.why),
        why_not=list(each.weighed.why_not),
    )


def _open(row: Mapping[str, Any]) -> OpenOut:
    return OpenOut(
        id=row["dispatch"],
        report=row["report"],
        code=row["code"],
        needed=row["needed"],
        short=max(row["short"], 0),
        begins_at=instant(row["begins_at"]),
        ends_at=instant(row["ends_at"]),
    )


def _asked(row: Mapping[str, Any], what: str | None) -> AskedOut:
    return AskedOut(
        request=row["request"],
        dispatch=row["dispatch"],
        code=row["code"],
        what=what,
        grid=row["grid"],
        kind=row["kind"],
        state=row["state"],
        begins_at=instant(row["begins_at"]),
        ends_at=instant(row["ends_at"]),
    )


def add(routes: Routes, sending: Sending) -> None:
    api = sending.api

    @routes.post("/reports/{id}/dispatches", access="report.direct", status_code=201)
    async def open_dispatch(id: Id, body: DispatchIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Looks for people for an errand (发起派人)."""
        return done(*await sending.open(actor, id, body, key))

    @routes.get("/dispatches", access="report.direct")
    async def list_dispatches(
        actor: CurrentActor,
        after: CurrentAfter,
        report: Annotated[str | None, Query(max_length=80, pattern=NAMED)] = None,
    ) -> list[OpenOut]:
        """The errands for which people are looked for, with how many are short; of a report all of its errands."""
        await api.wait(after, "dispatches")
        if report is None:
            return await sending.open_ones(actor)
        await sending.report(actor, report)
        return [_open(row) for row in await rows.of_report(sending.database, report)]

    @routes.get("/dispatches/{id}", access="report.direct")
    async def read_dispatch(id: Id, actor: CurrentActor, after: CurrentAfter) -> DispatchOut:
        """Who may be asked and why, who not and why not, who was asked, and how many are short."""
        await api.wait(after, "dispatches")
        return (await sending.told(actor, id))[0]

    @routes.post("/dispatches/{id}/requests", access="report.direct", status_code=201)
    async def ask(id: Id, body: PersonIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Asks somebody to go (询问); refused with the reason for whom something stands against it."""
        return done(*await sending.ask(actor, id, body.person, key))

    @routes.post("/dispatches/{id}/kinship", access="report.direct")
    async def note_kinship(id: Id, body: PersonIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Somebody is related to a party (亲属回避), and is not asked."""
        command = dispatch.NoteKinship(person=body.person, by=actor.id, now=api.runtime.clock())
        return done(id, await sending.step(actor, id, command, key))

    @routes.post("/dispatches/{id}/close", access="report.direct")
    async def close(id: Id, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Asks nobody further; how many are short is kept."""
        command = dispatch.CloseDispatch(by=actor.id, now=api.runtime.clock())
        return done(id, await sending.step(actor, id, command, key))

    @routes.get("/asked", access=SIGNED_IN)
    async def asked(actor: CurrentActor, after: CurrentAfter) -> list[AskedOut]:
        """What the caller is asked to go to."""
        await api.wait(after, "dispatches")
        return await sending.asked(actor)

    @routes.post("/dispatches/{id}/requests/{request}/agree", access=SIGNED_IN)
    async def agree(id: Id, request: Id, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """They go (同意前往)."""
        return done(request, await sending.answer(actor, id, request, key, goes=True, reason=None))

    @routes.post("/dispatches/{id}/requests/{request}/not-go", access=SIGNED_IN)
    async def not_go(id: Id, request: Id, body: NotGoIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """They do not go (不去): a volunteer without a reason, at any time; who serves by office says why."""
        return done(request, await sending.answer(actor, id, request, key, goes=False, reason=body.reason))
