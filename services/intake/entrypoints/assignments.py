"""The API of assignments: who has a report and why, what may be done, what waits for whom, what changed stations."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final, TypeAlias

from fastapi import Response

from services.intake.application.assignments import Found
from services.intake.application.possible_moves import MOVES, Move, action_of, possible
from services.intake.domain import assignment as states
from services.intake.domain import assignment_commands as commands
from services.intake.domain import assignment_events as events
from services.intake.domain.levels import Official, Owner
from services.intake.domain.streams import ASSIGNMENT
from services.intake.entrypoints import assignment_bodies as bodies
from services.intake.entrypoints import schemas
from services.intake.entrypoints.http import Api, Id, done, scope
from services.intake.projections import assignments as assignment_rows
from services.intake.projections import work
from services.intake.projections.holders import Colleague, colleagues, complained_of, names, official_at
from shared.access.actors import Actor, Scope
from shared.access.rights import areas, authorize
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import instant
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import mark
from shared.web.paging import CurrentAfter, IfMatch, etag
from shared.web.problems import Fault, forbidden, malformed, not_found, refused
from shared.web.routes import CurrentActor, Routes, permit

STAGES: Final[dict[type[states.State], bodies.Stage]] = {
    states.Unassigned: "unassigned",
    states.Given: "given",
    states.InHand: "in_hand",
    states.Finished: "finished",
    states.Checked: "checked",
    states.Ended: "ended",
}
Make: TypeAlias = Callable[[Found, Official, datetime], Awaitable[commands.Command]]
"""What is asked, once it is known about which report, by whom at which level, and when."""


def add(routes: Routes, api: Api) -> None:
    _reading(routes, api)
    _taking(routes, api)
    _asking(routes, api)
    _handing_over(routes, api)
    _co_handling(routes, api)
    _ending(routes, api)


# What is asked


async def found_of(api: Api, id_: str) -> Found:
    found = await api.assignments.find(id_)
    if found is None:
        raise not_found(mark("No report has this number. Check it, or look for it in the list."))
    return found


def acting(actor: Actor, found: Found, move: Move) -> tuple[Official, Scope]:
    """At which level somebody makes this move; offers are answered by the station to which they were made."""
    station, received = found.station, found.received
    community, question = None, None
    if not isinstance(found.state, states.Unassigned):
        community, question = found.state.matter.community, found.state.matter.question
    where = found.scope()
    if move in ("accept_offer", "decline_offer") and isinstance(question, events.HandoverProposed):
        station, community = question.to_station, None
        where = Scope(station, about=frozenset(received.about), level=received.level)
    official = official_at(actor, station, community)
    decision = authorize(actor, action_of(move), where)
    if official is None or not decision.allowed or complained_of(actor, received.about, station):
        raise forbidden(decision if not decision.allowed else NOBODY)
    return official, where


NOBODY: Final = authorize(Actor("", "", ()), "report.handle", Scope())
"""A no: no post of theirs acts in this matter."""


async def act(
    api: Api,
    id_: str,
    move: Move,
    make: Make,
    actor: Actor,
    key: Idempotency,
    seen: int | None,
    response: Response | None = None,
) -> schemas.Done:
    found = await found_of(api, id_)
    by, where = acting(actor, found, move)
    command = await make(found, by, api.runtime.clock())
    handled = await api.assignments.decide(id_, command, api.meta_of(actor, where, key), key.command_id, seen)
    if response is not None:
        response.headers["ETag"] = etag(handled.version)
    return done(id_, handled)


async def colleague(api: Api, found: Found, account: str, station: str | None = None) -> Official:
    """Somebody of the station to whom it may be given."""
    station = station or found.station
    for one in await people_at(api, found, station):
        if account in (one.official.account, one.name):
            return one.official
    detail = mark("Nobody at station %(station)s to whom this may be given has this account. Choose somebody of it.")
    raise malformed(Fault(detail, pointer="#/account", values={"station": station}))


async def people_at(api: Api, found: Found, station: str | None = None) -> list[Colleague]:
    received = found.received
    community = None if isinstance(found.state, states.Unassigned) else found.state.matter.community
    return await colleagues(api.runtime.database, station or found.station, community, received.about)


async def known_station(api: Api, station: str) -> str:
    if not await colleagues(api.runtime.database, station):
        detail = mark("Nobody holds a post at station %(station)s. Check its number.")
        raise malformed(Fault(detail, pointer="#/station", values={"station": station}))
    return station


async def owner_at(api: Api, found: Found, station: str, account: str | None) -> Owner:
    """A person of the station, or without one its desk."""
    if account is None:
        return Owner(station=station, level="station", desk="leaders" if found.received.about else "duty")
    official = await colleague(api, found, account, station)
    return Owner(station=station, level=official.level, account=official.account)


def to_station(found: Found) -> str:
    """The station to which it is offered; where it is, if it is offered to nobody."""
    question = None if isinstance(found.state, states.Unassigned) else found.state.matter.question
    return question.to_station if isinstance(question, events.HandoverProposed) else found.station


def _taking(routes: Routes, api: Api) -> None:
    @routes.post("/reports/{id}/assignment", access="report.classify")
    async def route(id: Id, actor: CurrentActor, key: IdempotencyKey, response: Response) -> schemas.Done:
        """Gives it to whom the rules name now (派单): where its kind was never confirmed, by the suggested one."""
        where = await scope(api, id)
        permit(actor, "report.classify", where)
        handled = await api.assignments.route(id, api.meta_of(actor, where, key), key.command_id)
        if handled is None:
            raise refused("decided-upon", mark("The report was admitted or refused: there is nothing to assign."))
        response.headers["ETag"] = etag(handled.version)
        return done(id, handled)

    @routes.post("/reports/{id}/assignment/start", access="report.handle")
    async def start(
        id: Id, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Signs for it and begins (签收办理); from a desk it becomes the caller's."""
        return await act(api, id, "start", saying(commands.StartHandling), actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/object", access="report.handle")
    async def object_(
        id: Id, body: bodies.ReasonIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Says that it is not ours (异议), within the limit of the rule; the level above settles it."""
        return await act(api, id, "object", answering(api, commands.ObjectNotOurs, body), actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/settle", access="report.direct")
    async def settle(
        id: Id, body: bodies.SettleIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Settles whose it is (裁定权属): after that nobody objects again."""
        return await act(api, id, "settle", settling(api, body), actor, key, seen, response)


def settling(api: Api, body: bodies.SettleIn) -> Make:
    async def make(found: Found, by: Official, now: datetime) -> commands.Command:
        to = None
        if body.station is not None or body.account is not None:
            station = found.station if body.station is None else await known_station(api, body.station)
            to = await owner_at(api, found, station, body.account)
        return commands.SettleObjection(to=to, reason=await api.assignments.seal(found, body.reason), by=by, now=now)

    return make


def _asking(routes: Routes, api: Api) -> None:
    @routes.post("/reports/{id}/assignment/up", access="report.handle")
    async def up(
        id: Id, body: bodies.ReasonIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Asks the level above to take it (上报)."""
        return await act(api, id, "up", stepping(api, "up", body), actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/across", access="report.handle")
    async def across(
        id: Id, body: bodies.ToIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Asks the level above to pass it to a colleague of the same level (流转)."""
        return await act(api, id, "across", stepping(api, "across", body), actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/delay", access="report.handle")
    async def delay(
        id: Id, body: bodies.DelayIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Asks the level above for time until a day (延期)."""
        return await act(api, id, "delay", stepping(api, "delay", body), actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/grant", access="report.direct")
    async def grant(
        id: Id, body: bodies.ReasonIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Agrees to what was asked (批准)."""
        return await act(api, id, "grant", answering(api, commands.GrantStep, body), actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/decline", access="report.direct")
    async def decline(
        id: Id, body: bodies.ReasonIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Does not agree to what was asked (不批准)."""
        return await act(api, id, "decline", answering(api, commands.DeclineStep, body), actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/down", access="report.direct")
    async def down(
        id: Id, body: bodies.ToIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Gives it to a person of a level below (下派)."""
        return await act(api, id, "down", sending_down(api, body), actor, key, seen, response)


def stepping(api: Api, step: Any, body: bodies.ReasonIn) -> Make:
    async def make(found: Found, by: Official, now: datetime) -> commands.Command:
        to = await colleague(api, found, body.account) if isinstance(body, bodies.ToIn) else None
        until = body.until if isinstance(body, bodies.DelayIn) else None
        reason = await api.assignments.seal(found, body.reason)
        return commands.AskStep(step=step, reason=reason, to=to, until=until, by=by, now=now)

    return make


Answering: TypeAlias = (
    type[commands.GrantStep]
    | type[commands.DeclineStep]
    | type[commands.DeclineHandover]
    | type[commands.WithdrawHandover]
    | type[commands.ObjectNotOurs]
    | type[commands.RefuseCoHandling]
)


Saying: TypeAlias = type[commands.StartHandling] | type[commands.AcceptCoHandling] | type[commands.ArriveOnSite]


def saying(kind: Saying) -> Make:
    """A step that is taken by saying so."""

    async def make(_: Found, by: Official, now: datetime) -> commands.Command:
        return kind(by=by, now=now)

    return make


def answering(api: Api, kind: Answering, body: bodies.ReasonIn) -> Make:
    """A step that takes nothing but a reason."""

    async def make(found: Found, by: Official, now: datetime) -> commands.Command:
        return kind(reason=await api.assignments.seal(found, body.reason), by=by, now=now)

    return make


def sending_down(api: Api, body: bodies.ToIn) -> Make:
    async def make(found: Found, by: Official, now: datetime) -> commands.Command:
        to = await colleague(api, found, body.account)
        return commands.SendDown(to=to, reason=await api.assignments.seal(found, body.reason), by=by, now=now)

    return make


def _handing_over(routes: Routes, api: Api) -> None:
    @routes.post("/reports/{id}/assignment/offer", access="report.direct")
    async def offer(
        id: Id, body: bodies.OfferIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Offers it to another station (提出移交), which reads the reason and nothing else of it before it accepts."""
        return await act(api, id, "offer", offering(api, body), actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/offer/accept", access="report.direct")
    async def accept(
        id: Id, body: bodies.AcceptIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Accepts what another station offers (接收移交): from here on the report is this station's."""
        return await act(api, id, "accept_offer", accepting(api, body), actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/offer/decline", access="report.direct")
    async def decline_offer(
        id: Id, body: bodies.ReasonIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Does not accept it (拒绝接收): it stays where it was."""
        make = answering(api, commands.DeclineHandover, body)
        return await act(api, id, "decline_offer", make, actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/offer/withdraw", access="report.direct")
    async def withdraw_offer(
        id: Id, body: bodies.ReasonIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Takes the offer back (撤回移交)."""
        make = answering(api, commands.WithdrawHandover, body)
        return await act(api, id, "withdraw_offer", make, actor, key, seen, response)


def offering(api: Api, body: bodies.OfferIn) -> Make:
    async def make(found: Found, by: Official, now: datetime) -> commands.Command:
        station = await known_station(api, body.station)
        reason = await api.assignments.seal(found, body.reason)
        return commands.ProposeHandover(to_station=station, reason=reason, by=by, now=now)

    return make


def accepting(api: Api, body: bodies.AcceptIn) -> Make:
    async def make(found: Found, by: Official, now: datetime) -> commands.Command:
        to = await owner_at(api, found, to_station(found), body.account)
        return commands.AcceptHandover(to=to, reason=await api.assignments.seal(found, body.reason), by=by, now=now)

    return make


def _co_handling(routes: Routes, api: Api) -> None:
    @routes.post("/reports/{id}/assignment/co-handlers", access="report.handle")
    async def ask_co_handler(
        id: Id, body: bodies.CoHandlerIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Asks somebody of the station to handle a part of it (请求协办)."""
        return await act(api, id, "ask_co_handler", asking_co_handler(api, body), actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/co-handlers/accept", access="report.handle")
    async def accept_part(
        id: Id, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Agrees to handle the part that was asked (同意协办)."""
        return await act(api, id, "accept_part", saying(commands.AcceptCoHandling), actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/co-handlers/refuse", access="report.handle")
    async def refuse_part(
        id: Id, body: bodies.ReasonIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Does not agree, and says why (拒绝协办)."""
        make = answering(api, commands.RefuseCoHandling, body)
        return await act(api, id, "refuse_part", make, actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/co-handlers/on-site", access="report.handle")
    async def arrive(
        id: Id, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Says that one is there (到场)."""
        return await act(api, id, "arrive", saying(commands.ArriveOnSite), actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/co-handlers/done", access="report.handle")
    async def finish_part(
        id: Id, body: bodies.NoteIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Says that one's part is done (协办完成)."""
        return await act(api, id, "finish_part", finishing_part(api, body), actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/co-handlers/waive", access="report.handle")
    async def waive_part(
        id: Id, body: bodies.ToIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Does without a co-handler's part (免除协办), with the reason."""
        return await act(api, id, "waive_part", waiving(api, body), actor, key, seen, response)


def asking_co_handler(api: Api, body: bodies.CoHandlerIn) -> Make:
    async def make(found: Found, by: Official, now: datetime) -> commands.Command:
        asked = await colleague(api, found, body.account)
        task = await api.assignments.seal(found, body.task)
        return commands.AskCoHandler(official=asked, task=task, by=by, now=now)

    return make


def finishing_part(api: Api, body: bodies.NoteIn) -> Make:
    async def make(found: Found, by: Official, now: datetime) -> commands.Command:
        return commands.FinishCoHandling(note=await api.assignments.seal(found, body.note), by=by, now=now)

    return make


def waiving(api: Api, body: bodies.ToIn) -> Make:
    """A part is waived also of somebody who has left the station since."""

    async def make(found: Found, by: Official, now: datetime) -> commands.Command:
        parts = {} if isinstance(found.state, states.Unassigned) else found.state.matter.parts
        account = body.account
        if account not in parts:
            account = (await colleague(api, found, account)).account
        reason = await api.assignments.seal(found, body.reason)
        return commands.WaiveCoHandling(account=account, reason=reason, by=by, now=now)

    return make


def _ending(routes: Routes, api: Api) -> None:
    @routes.post("/reports/{id}/assignment/finish", access="report.handle")
    async def finish(
        id: Id, body: bodies.FinishIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Finishes it with its outcome (办结), and says whether the reporter was told."""
        return await act(api, id, "finish", finishing(api, body), actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/check", access="report.direct")
    async def check(
        id: Id, body: bodies.CheckIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Checks what somebody else finished (核查): good, or back to be done."""
        return await act(api, id, "check", checking(api, body), actor, key, seen, response)

    @routes.post("/reports/{id}/assignment/reopen", access="report.direct")
    async def reopen(
        id: Id, body: bodies.ReasonIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Takes up again what was finished and checked (重办)."""
        return await act(api, id, "reopen", reopening(api, body), actor, key, seen, response)


def finishing(api: Api, body: bodies.FinishIn) -> Make:
    async def make(found: Found, by: Official, now: datetime) -> commands.Command:
        result = await api.assignments.seal(found, body.result)
        return commands.FinishHandling(outcome=body.outcome, answered=body.answered, result=result, by=by, now=now)

    return make


def checking(api: Api, body: bodies.CheckIn) -> Make:
    async def make(found: Found, by: Official, now: datetime) -> commands.Command:
        reason = await api.assignments.seal(found, body.reason)
        return commands.CheckHandling(passed=body.passed, reason=reason, by=by, now=now)

    return make


def reopening(api: Api, body: bodies.ReasonIn) -> Make:
    async def make(found: Found, by: Official, now: datetime) -> commands.Command:
        reason = await api.assignments.seal(found, body.reason)
        return commands.ReopenHandling(reason=reason, due=api.assignments.due(found, now), by=by, now=now)

    return make


# What is read


def _reading(routes: Routes, api: Api) -> None:
    @routes.get("/reports/{id}/assignment", access="report.read")
    async def read_assignment(
        id: Id, response: Response, actor: CurrentActor
    ) -> bodies.AssignmentOut | bodies.HandedOver:
        """Who has it, why, and what the caller may do; a station that handed it over learns that, and no more."""
        where = await scope(api, id)
        if not authorize(actor, "report.read", where).allowed:
            for row in await assignment_rows.handed_over_by(api.runtime.database, stations_of(actor)):
                if row["report"] == id:
                    return left(row)
        permit(actor, "report.read", where)
        told = await told_of(api, await found_of(api, id), actor)
        response.headers["ETag"] = etag(told.version)
        return told

    @routes.get("/work", access="report.handle")
    async def my_work(actor: CurrentActor, after: CurrentAfter) -> bodies.WorkPage:
        """What waits for the caller (我的待办): theirs, their parts, decisions, their desk; danger first, then age."""
        await api.wait(after, "assignments")
        return bodies.WorkPage(work=await work_of(api, actor))

    @routes.get("/handovers", access="report.direct")
    async def handovers(actor: CurrentActor, after: CurrentAfter) -> bodies.HandoversOut:
        """What other stations offer to the caller's, and what the caller's handed over (移交)."""
        await api.wait(after, "assignments")
        return await handovers_of(api, actor)


def stations_of(actor: Actor) -> list[str]:
    """The stations at which somebody may decide about hand-overs."""
    return sorted({p.station for p in actor.posts if authorize(actor, "report.direct", Scope(p.station)).allowed})


def left(row: dict[str, Any]) -> bodies.HandedOver:
    return bodies.HandedOver(
        report=row["report"],
        code=row["code"],
        from_station=row["from_station"],
        to_station=row["to_station"],
        at=instant(row["at"]),
    )


async def handovers_of(api: Api, actor: Actor) -> bodies.HandoversOut:
    stations = stations_of(actor)
    offered = await assignment_rows.offered_to(api.runtime.database, stations)
    sealed = [Sealed.model_validate_json(row["asked_because"]) for row in offered]
    reasons = await api.runtime.open(sealed, api.meta(actor), "offers of other stations")
    return bodies.HandoversOut(
        offered=[
            bodies.OfferOut(
                report=row["report"],
                code=row["code"],
                kind=row["kind"],
                danger=row["danger"],
                from_station=row["station"],
                reason=reason,
                at=instant(row["asked_at"]),
            )
            for row, reason in zip(offered, reasons, strict=True)
        ],
        handed_over=[left(row) for row in await assignment_rows.handed_over_by(api.runtime.database, stations)],
    )


async def work_of(api: Api, actor: Actor) -> list[bodies.WorkOut]:
    officials = [official_at(actor, station, community) for station, community in _places(actor)]
    rows = await work.waiting(
        api.runtime.database,
        actor,
        list(dict.fromkeys(each for each in officials if each is not None)),
        areas(actor, "report.read"),
    )
    subjects = await api.subjects(rows, actor, "my work")
    known = await names(api.runtime.database, [row["owner"] for row in rows if row["owner"] is not None])
    return [
        bodies.WorkOut(
            report=row["report"],
            code=row["code"],
            subject=subject,
            kind=row["kind"],
            danger=row["danger"],
            stage=row["stage"],
            waits_for=row["waits_for"],
            question=row["question"] or None,
            owner=known.get(row["owner"]) if row["owner"] is not None else None,
            due=None if row["due"] is None else instant(row["due"]),
            received_at=instant(row["received_at"]),
        )
        for row, subject in zip(rows, subjects, strict=True)
    ]


def _places(actor: Actor) -> list[tuple[str, str | None]]:
    return list(dict.fromkeys((post.station, post.community) for post in actor.posts))


async def told_of(api: Api, found: Found, actor: Actor) -> bodies.AssignmentOut:
    state = found.state
    received = found.received
    if isinstance(state, states.Unassigned):
        return bodies.AssignmentOut(
            report=received.report,
            code=received.code,
            stage="unassigned",
            owner=bodies.OwnerOut(station=received.station, level="station", account=None, name=None, desk="duty"),
            because=None,
            candidates=[],
            objection=None,
            due=None,
            question=None,
            parts=[],
            steps=[],
            may=[],
            version=0,
        )
    matter = state.matter
    history = [
        event
        for stored in await api.runtime.store.read_stream(ASSIGNMENT.stream(received.report))
        if isinstance(event := api.runtime.read(stored), events.OfAssignment)
    ]
    words = [words_of(event) for event in history]
    sealed = [each for each in words if each is not None]
    opened = dict(
        zip([s.box for s in sealed], await api.runtime.open(sealed, api.meta(actor), "an assignment"), strict=True)
    )
    first = next((event for event in reversed(history) if isinstance(event, events.ReportAssigned)), None)
    candidates = () if first is None else first.because.candidates
    accounts = {event.by for event in history} | {*matter.parts, *candidates, matter.owner.account or ""}
    known = await names(api.runtime.database, sorted(accounts))
    question = matter.question
    return bodies.AssignmentOut(
        report=matter.report,
        code=matter.code,
        stage=STAGES[type(state)],
        owner=bodies.OwnerOut(
            station=matter.owner.station,
            level=matter.owner.level,
            account=matter.owner.account,
            name=known.get(matter.owner.account or ""),
            desk=matter.owner.desk,
        ),
        because=None if first is None else first.because,
        candidates=[known.get(each, each) for each in candidates],
        objection=matter.objection if matter.decided is None else None,
        due=matter.due,
        question=None if question is None else _question(question, known, opened),
        parts=[bodies.PartOut(account=who, name=known.get(who), part=part) for who, part in matter.parts.items()],
        steps=[
            bodies.StepOut(
                what=event.stored_as,
                by=event.by,
                by_name=known.get(event.by),
                basis=event.basis,
                reason=None if said is None else opened[said.box],
                at=event.at,
            )
            for event, said in zip(history, words, strict=True)
        ],
        may=possible_for(api, found, actor),
        version=found.version,
    )


def words_of(event: events.OfAssignment) -> Sealed | None:
    """What was said with a step: its reason, a part's task or note, the result."""
    for name in ("reason", "task", "note", "result"):
        said = getattr(event, name, None)
        if isinstance(said, Sealed):
            return said
    return None


def possible_for(api: Api, found: Found, actor: Actor) -> list[Move]:
    """What the actor may do now: by the decider, and by their rights."""
    station = found.station
    if complained_of(actor, found.received.about, station):
        return []
    now, state = api.runtime.clock(), found.state
    community = None if isinstance(state, states.Unassigned) else state.matter.community
    allowed: list[Move] = []
    here, there = official_at(actor, station, community), official_at(actor, to_station(found))
    receiving = Scope(to_station(found), about=frozenset(found.received.about), level=found.received.level)
    for official, scope_, answers in ((here, found.scope(), False), (there, receiving, True)):
        if official is None:
            continue
        allowed += [
            move
            for move in possible(state, official, now)
            if (move in ("accept_offer", "decline_offer")) == answers
            and authorize(actor, action_of(move), scope_).allowed
        ]
    return [move for move in MOVES if move in allowed]


def _question(question: states.Question, known: dict[str, str], opened: dict[str, str | None]) -> bodies.QuestionOut:
    to = until = None
    if isinstance(question, events.StepAsked):
        until = question.until
        to = known.get(question.to.account, question.to.account) if question.to is not None else None
    if isinstance(question, events.HandoverProposed):
        to = question.to_station
    return bodies.QuestionOut.model_validate(
        {
            "what": states.open_question(question),
            "by": question.by,
            "by_name": known.get(question.by),
            "reason": opened[question.reason.box],
            "to": to,
            "until": until,
            "at": question.at,
        }
    )
