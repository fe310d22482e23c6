"""The API of the duty roster: planned by who may change the register there, swapped by who has the shifts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field

from services.intake.application.rosters import Planned, Rosters
from services.intake.application.submissions import Code, Moment
from services.intake.domain import roster
from services.intake.domain.roster import CancelReason, DutyRules, Seat, Shift
from services.intake.entrypoints.http import NAMED, Api, Id, done
from services.intake.entrypoints.schemas import Body, Done
from services.intake.projections import accounts as account_rows
from services.intake.projections import rosters as rows
from services.intake.projections.holders import Colleague, colleagues, names
from shared.access.actors import Actor, Scope
from shared.access.rights import areas
from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.store import instant
from shared.law.legal_time import SHANGHAI, day_of
from shared.web.accounts import actor_of
from shared.web.idempotency import IdempotencyKey
from shared.web.languages import mark
from shared.web.paging import CurrentAfter
from shared.web.routes import CurrentActor, Routes, permit

SEATS: Final[Mapping[Seat, str]] = {
    "station_leader": mark("Leader in charge"),
    "community_officer": mark("Community officer"),
    "auxiliary": mark("Auxiliary"),
    "duty": mark("Duty desk"),
    "anti_fraud": mark("Anti-fraud desk"),
    "service": mark("Service window"),
}
SEAT_CODES: Final = (
    mark("station_leader"),
    mark("community_officer"),
    mark("auxiliary"),
    mark("duty"),
    mark("anti_fraud"),
    mark("service"),
)
"""The seats as refusals name them within a sentence."""
YEARS: Final = (date(1970, 1, 1), date(2199, 12, 31))
StationQuery = Annotated[str | None, Query(max_length=80, pattern=NAMED)]


class AtStation(Body):
    station: Code | None = Field(default=None, description="one's own without it")


class RulesIn(AtStation):
    rest_hours: int = Field(ge=0, le=48)
    step_minutes: int = Field(ge=1, le=120, description="after how long an unanswered alarm goes one step up")
    repeat_minutes: int = Field(
        default=5, ge=1, le=60, description="how often an alarm at the top is told again until somebody answers"
    )

    def rules(self) -> DutyRules:
        return DutyRules(rest_hours=self.rest_hours, step_minutes=self.step_minutes, repeat_minutes=self.repeat_minutes)


class ShiftIn(AtStation):
    seat: Seat
    account: Code
    begins_at: Moment
    ends_at: Moment
    community: Code | None = None

    def planned(self) -> Planned:
        return Planned(**self.model_dump(exclude={"station"}))


class CancelIn(AtStation):
    reason: CancelReason


class SwapIn(AtStation):
    to: Code = Field(description="the colleague's account")
    in_return: Code | None = Field(default=None, description="the colleague's shift; without it they cover")


class AnswerIn(AtStation):
    agreed: bool


class ShiftOut(BaseModel):
    id: str
    seat: Seat
    account: str
    name: str
    begins_at: AwareDatetime
    ends_at: AwareDatetime
    community: str | None


class SwapOut(BaseModel):
    id: str
    state: str
    shift: ShiftOut | None
    in_return: ShiftOut | None
    asked_by: str
    asked_by_name: str
    asked_of: str
    asked_of_name: str
    asked_at: AwareDatetime


class WeekOut(BaseModel):
    station: str
    first_day: date
    rules: DutyRules
    shifts: list[ShiftOut]
    swaps: list[SwapOut] = Field(description="what the caller asked for, and what is asked of them")


class Duty:
    """What the routes and the pages of the roster work with."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.database = api.runtime.database
        self.handler = Rosters(api.runtime, self.posts_of)

    async def posts_of(self, account: str, station: str) -> Sequence[str]:
        row = await account_rows.find(self.database, account)
        if row is None or not row["active"]:
            return ()
        return [post.role for post in actor_of(row).posts if post.station == station]

    def station(self, actor: Actor, given: str | None) -> str:
        """The station that is meant: the one named, else that of the caller's own post."""
        own = next((post.station for post in actor.posts if post.role != "admin"), self.api.station)
        return given or own

    def readable(self, actor: Actor, given: str | None) -> str:
        """The station whose roster is meant, for who works there: a roster is everybody's who is on it."""
        station = self.station(actor, given)
        if not any(area.station in (None, station) for area in areas(actor, "report.handle")):
            permit(actor, "report.handle", Scope(station))
        return station

    def planner(self, actor: Actor, given: str | None, community: str | None) -> tuple[str, Scope]:
        station = self.station(actor, given)
        where = Scope(station, community)
        permit(actor, "register.change", where)
        return station, where

    async def changeable(self, actor: Actor, given: str | None, shift: str) -> tuple[str, Scope]:
        station = self.station(actor, given)
        known = (await self.handler.find(station)).shifts.get(shift)
        return self.planner(actor, station, None if known is None else known.community)

    def own(self, actor: Actor, given: str | None) -> tuple[str, Scope]:
        """A step with one's own shift; whose it is, the roster says."""
        station = self.station(actor, given)
        where = Scope(station, assigned=frozenset({actor.id}))
        permit(actor, "report.handle", where)
        return station, where

    async def week(self, actor: Actor, station: str, day: date) -> WeekOut:
        first = day - timedelta(days=day.weekday())
        shifts = await rows.shifts_between(self.database, station, *around(first))
        swaps = await rows.swaps_of(self.database, station, actor.id)
        concerned = [id_ for swap in swaps for id_ in (swap["shift"], swap["in_return"]) if id_ is not None]
        known = await rows.shifts_of(self.database, concerned)
        people = [shift.account for shift in (*shifts, *known.values())]
        named = await names(
            self.database, [*people, *(swap[who] for swap in swaps for who in ("asked_by", "asked_of"))]
        )
        return WeekOut(
            station=station,
            first_day=first,
            rules=await rows.rules_of(self.database, station),
            shifts=[shift_out(shift, named) for shift in shifts],
            swaps=[_swap_out(swap, known, named) for swap in swaps],
        )

    async def colleagues(self, station: str) -> list[Colleague]:
        return await colleagues(self.database, station)


def around(first: date) -> tuple[datetime, datetime]:
    """A week from its first midnight to the next one's."""
    begin = datetime.combine(first, time.min, SHANGHAI)
    return begin, begin + timedelta(days=7)


def shift_out(shift: Shift, named: Mapping[str, str]) -> ShiftOut:
    return ShiftOut(
        id=shift.shift,
        name=named.get(shift.account, shift.account),
        **shift.model_dump(exclude={"shift"}),
    )


def _swap_out(swap: dict[str, Any], known: Mapping[str, Shift], named: Mapping[str, str]) -> SwapOut:
    def out(id_: str | None) -> ShiftOut | None:
        return None if id_ is None or id_ not in known else shift_out(known[id_], named)

    return SwapOut(
        id=swap["swap"],
        state=swap["state"],
        shift=out(swap["shift"]),
        in_return=out(swap["in_return"]),
        asked_by=swap["asked_by"],
        asked_by_name=named.get(swap["asked_by"], swap["asked_by"]),
        asked_of=swap["asked_of"],
        asked_of_name=named.get(swap["asked_of"], swap["asked_of"]),
        asked_at=instant(swap["asked_at"]),
    )


def add(routes: Routes, duty: Duty) -> None:
    _reading(routes, duty)
    _planning(routes, duty)
    _swapping(routes, duty)


def _reading(routes: Routes, duty: Duty) -> None:
    api = duty.api

    @routes.get("/duty", access="report.handle")
    async def read_week(
        actor: CurrentActor,
        after: CurrentAfter,
        station: StationQuery = None,
        day: Annotated[date | None, Query(ge=YEARS[0], le=YEARS[1])] = None,
    ) -> WeekOut:
        """The roster (值班表) of the week in which this day lies, today's without one."""
        await api.wait(after, "rosters")
        of = duty.readable(actor, station)
        return await duty.week(actor, of, day or day_of(api.runtime.clock()))

    @routes.get("/duty/now", access="report.handle")
    async def read_now(actor: CurrentActor, after: CurrentAfter, station: StationQuery = None) -> list[ShiftOut]:
        """Who is on duty now, by seat."""
        await api.wait(after, "rosters")
        shifts = await rows.on_shift(duty.database, duty.readable(actor, station), api.runtime.clock())
        named = await names(duty.database, [shift.account for shift in shifts])
        return [shift_out(shift, named) for shift in shifts]


def _planning(routes: Routes, duty: Duty) -> None:
    api, handler = duty.api, duty.handler

    @routes.put("/duty/rules", access="register.change")
    async def set_rules(body: RulesIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """The rest between two shifts, and the minutes of each step of an alarm (值班规则)."""
        station, where = duty.planner(actor, body.station, None)
        command = roster.SetDutyRules(station=station, rules=body.rules(), by=actor.id, now=api.runtime.clock())
        return done(station, await handler.decide(station, command, api.meta_of(actor, where, key), key.command_id))

    @routes.post("/duty/shifts", access="register.change", status_code=201)
    async def plan(body: ShiftIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Plans a shift (排班): within the station's rules of rest, for who holds a post that fits the seat."""
        station, where = duty.planner(actor, body.station, body.community)
        id_ = derived_id("shift", key.command_id)
        meta = api.meta_of(actor, where, key)
        return done(id_, await handler.plan(station, id_, body.planned(), meta, key.command_id))

    @routes.post("/duty/shifts/{id}/cancel", access="register.change")
    async def cancel(id: Id, body: CancelIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Takes a shift off the roster (撤销班次)."""
        station, where = await duty.changeable(actor, body.station, id)
        command = roster.CancelShift(shift=id, reason=body.reason, by=actor.id, now=api.runtime.clock())
        return done(id, await handler.decide(station, command, api.meta_of(actor, where, key), key.command_id))


def _swapping(routes: Routes, duty: Duty) -> None:
    api, handler = duty.api, duty.handler

    @routes.post("/duty/shifts/{id}/swaps", access="report.handle", status_code=201)
    async def ask(id: Id, body: SwapIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Its holder asks a colleague to swap (换班) or to cover (替班); nothing changes until they agree."""
        station, where = duty.own(actor, body.station)
        swap = derived_id("swap", key.command_id)
        meta = api.meta_of(actor, where, key)
        return done(swap, await handler.ask(station, swap, id, body.to, body.in_return, meta, key.command_id))

    @routes.post("/duty/swaps/{id}/answer", access="report.handle")
    async def answer(id: Id, body: AnswerIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Who was asked agrees, or not; a no needs no reason."""
        station, where = duty.own(actor, body.station)
        command = roster.AnswerSwap(swap=id, agreed=body.agreed, by=actor.id, now=api.runtime.clock())
        return done(id, await handler.decide(station, command, api.meta_of(actor, where, key), key.command_id))

    @routes.post("/duty/swaps/{id}/withdraw", access="report.handle")
    async def withdraw(id: Id, body: AtStation, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Who asked takes the request back."""
        station, where = duty.own(actor, body.station)
        command = roster.WithdrawSwap(swap=id, by=actor.id, now=api.runtime.clock())
        return done(id, await handler.decide(station, command, api.meta_of(actor, where, key), key.command_id))
