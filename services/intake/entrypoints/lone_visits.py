"""The API of lone visits: start, check in, ask for help, answer; an alarm is seen by everybody of the station."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, Field

from services.intake.application.lone_visits import Alone, LoneVisits
from services.intake.application.submissions import Code, Line, Moment
from services.intake.domain import lone_visit as lone
from services.intake.domain.lone_visit import Rung, Why
from services.intake.entrypoints.duty import AtStation, Duty
from services.intake.entrypoints.http import Api, Id, done
from services.intake.entrypoints.schemas import Body, Done
from services.intake.projections import lone_visits as rows
from services.intake.projections.holders import names
from shared.access.actors import Actor, Scope
from shared.access.rights import areas, authorize
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import instant
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import mark
from shared.web.paging import CurrentAfter
from shared.web.routes import CurrentActor, Routes, permit

RUNGS: Final[Mapping[Rung, str]] = {
    "partner": mark("Partner on the shift"),
    "colleague": mark("Auxiliaries and officers on duty"),
    "station_leader": mark("Leader in charge"),
    "police_desk": mark("Duty desk"),
}


class StartIn(AtStation):
    where: Line = Field(max_length=300, description="kept sealed, and forgotten when the visit ends")
    back_at: Moment
    community: Code | None = None
    partner: Code | None = Field(default=None, description="an account; without it who shares the shift")


class HelpIn(AtStation):
    where: Line | None = Field(default=None, max_length=300)
    community: Code | None = None


class CheckIn(Body):
    back_at: Moment


class VisitOut(BaseModel):
    id: str
    station: str
    community: str | None
    account: str
    name: str
    state: str
    where: str | None = Field(description="told to who went, and in an alarm to who may come; each reading is recorded")
    started_at: AwareDatetime
    back_at: AwareDatetime
    why: Why | None
    rung: Rung | None
    told: list[str]
    raised_at: AwareDatetime | None
    next_at: AwareDatetime | None = Field(description="when the alarm goes one step up")
    answered_by: str | None
    may: list[str]


class Lone:
    """What the routes and the page of lone visits work with."""

    def __init__(self, api: Api, duty: Duty, handler: LoneVisits) -> None:
        self.api = api
        self.duty = duty
        self.database = api.runtime.database
        self.handler = handler

    def own(self, actor: Actor, station: str | None) -> Scope:
        """At one's own station everybody may go alone, and ask for help."""
        where = Scope(self.duty.station(actor, station), assigned=frozenset({actor.id}))
        permit(actor, "report.register", where)
        return where

    async def of(self, actor: Actor, id_: str) -> Scope:
        """A visit of the actor's station; whose part in it this is, the visit says."""
        state = await self.handler.find(id_)
        if isinstance(state, lone.NotStarted):
            raise lone.NoSuchVisit
        return self.own(actor, state.going.station)

    async def start(self, actor: Actor, body: StartIn, key: Idempotency) -> tuple[str, Handled]:
        where = self.own(actor, body.station)
        id_ = derived_id("lone-visit", key.command_id)
        alone = Alone(where.station or "", actor.id, body.where, body.community, body.partner)
        return id_, await self.handler.start(
            id_, alone, body.back_at, self.api.meta_of(actor, where, key), key.command_id
        )

    async def help(self, actor: Actor, body: HelpIn, key: Idempotency, id_: str | None) -> tuple[str, Handled]:
        where = self.own(actor, body.station) if id_ is None else await self.of(actor, id_)
        visit = id_ or derived_id("lone-visit", key.command_id)
        alone = Alone(where.station or "", actor.id, body.where, body.community)
        meta = self.api.meta_of(actor, where, key)
        return visit, await self.handler.panic(visit, alone, meta, key.command_id)

    async def step(self, actor: Actor, id_: str, command: lone.Command, key: Idempotency) -> Handled:
        where = await self.of(actor, id_)
        return await self.handler.decide(id_, command, self.api.meta_of(actor, where, key), key.command_id)

    async def seen(self, actor: Actor) -> list[VisitOut]:
        """One's own visits and those one is named in; an alarm is seen by everybody of the station."""
        stations = {area.station for area in areas(actor, "report.register")}
        found = await rows.list_open(self.database, None if None in stations else [each or "" for each in stations])
        shown = [row for row in found if self._concerned(actor, row)]
        named = await names(self.database, [each for row in shown for each in _people(row)])
        opened = [row for row in shown if row["where"] is not None and self._may_know(actor, row)]
        sealed = [Sealed.model_validate_json(row["where"]) for row in opened]
        words = await self.api.runtime.open(sealed, self.api.meta(actor), "where somebody went alone")
        places = {row["visit"]: said for row, said in zip(opened, words, strict=True)}
        return [_out(row, named, places.get(row["visit"]), actor) for row in shown]

    def _directs(self, actor: Actor, row: Mapping[str, Any]) -> bool:
        return authorize(actor, "report.direct", Scope(row["station"], row["community"])).allowed

    def _concerned(self, actor: Actor, row: Mapping[str, Any]) -> bool:
        named = actor.id in (row["account"], row["partner"])
        return named or row["state"] in ("alarm", "answered") or self._directs(actor, row)

    def _may_know(self, actor: Actor, row: Mapping[str, Any]) -> bool:
        if actor.id == row["account"]:
            return True
        told = actor.id in row["told"].split("|") or actor.id == row["answered_by"]
        return row["state"] != "out" and (told or self._directs(actor, row))


def _people(row: Mapping[str, Any]) -> list[str]:
    people = [row["account"], row["answered_by"], *row["told"].split("|")]
    return [each for each in people if each]


def _out(row: Mapping[str, Any], named: Mapping[str, str], where: str | None, actor: Actor) -> VisitOut:
    def moment(name: str) -> Any:
        return None if row[name] is None else instant(row[name])

    def name(account: str) -> str:
        return named.get(account, account)

    return VisitOut(
        id=row["visit"],
        station=row["station"],
        community=row["community"],
        account=row["account"],
        name=name(row["account"]),
        state=row["state"],
        where=where,
        started_at=instant(row["started_at"]),
        back_at=instant(row["back_at"]),
        why=row["why"] or None,
        rung=row["rung"] or None,
        told=[name(each) for each in row["told"].split("|") if each],
        raised_at=moment("raised_at"),
        next_at=moment("next_at"),
        answered_by=None if row["answered_by"] is None else name(row["answered_by"]),
        may=list(_may(row, actor)),
    )


def _may(row: Mapping[str, Any], actor: Actor) -> Sequence[str]:
    if actor.id == row["account"]:
        # Whoever asked for help says nothing more alone: somebody comes.
        return () if row["why"] == "panic" else ("extend", "end", "help")
    if row["state"] == "alarm" or (row["state"] == "answered" and row["answered_by"] != actor.id):
        return ("answer",)
    return ("end",) if row["answered_by"] == actor.id else ()


def add(routes: Routes, alone: Lone) -> None:
    api = alone.api

    @routes.get("/lone-visits", access="report.register")
    async def list_visits(actor: CurrentActor, after: CurrentAfter) -> list[VisitOut]:
        """Who is out alone, as far as it concerns the caller; alarms first."""
        await api.wait(after, "lone-visits")
        return await alone.seen(actor)

    @routes.post("/lone-visits", access="report.register", status_code=201)
    async def start(body: StartIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Goes alone (单独外出计时), to be back by then; missed, an alarm climbs the roster by itself."""
        return done(*await alone.start(actor, body, key))

    @routes.post("/lone-visits/help", access="report.register", status_code=201)
    async def ask_for_help(body: HelpIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Help, now (一键求助), without a timer that runs: everybody on duty is told at once."""
        return done(*await alone.help(actor, body, key, None))

    @routes.post("/lone-visits/{id}/help", access="report.register")
    async def ask_for_help_on_a_visit(id: Id, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Help, now (一键求助): everybody on duty is told at once, and where it is."""
        return done(*await alone.help(actor, HelpIn(), key, id))

    @routes.post("/lone-visits/{id}/check-in", access="report.register")
    async def check_in(id: Id, body: CheckIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """All is well, and it takes longer (报平安)."""
        command = lone.ExtendVisit(back_at=body.back_at, by=actor.id, now=api.runtime.clock())
        return done(id, await alone.step(actor, id, command, key))

    @routes.post("/lone-visits/{id}/answer", access="report.register")
    async def answer(id: Id, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Takes care of the alarm (应答); it climbs no further."""
        return done(id, await alone.step(actor, id, lone.AnswerAlarm(by=actor.id, now=api.runtime.clock()), key))

    @routes.post("/lone-visits/{id}/end", access="report.register")
    async def end(id: Id, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Back, or found by who answered; where it went is forgotten."""
        return done(id, await alone.step(actor, id, lone.EndVisit(by=actor.id, now=api.runtime.clock()), key))
