"""The page of the duty roster: a week by days and seats, shifts to plan, one's own to swap, requests to answer."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Final
from uuid import uuid4

from fastapi import Form, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.domain import roster
from services.intake.domain.roster import CancelReason, Seat
from services.intake.entrypoints import duty as api_of
from services.intake.entrypoints.duty import SEATS, YEARS, Duty, ShiftIn, ShiftOut, StationQuery, WeekOut
from services.intake.entrypoints.http import Id
from services.intake.projections import register as register_rows
from shared.access.actors import Actor, Scope
from shared.access.rights import authorize
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.decider import Refusal
from shared.law.legal_time import SHANGHAI, day_of
from shared.web.domain_errors import RefusalProblem
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import Languages, language_of, mark
from shared.web.pages import Pages
from shared.web.routes import CurrentActor, Routes

CANCELLED: Final[Mapping[CancelReason, str]] = {
    "not_needed": mark("Not needed any more"),
    "entered_wrongly": mark("Entered wrongly"),
    "unavailable": mark("Holder not available"),
}
ANSWERS: Final[Mapping[str, str]] = {
    "open": mark("Waiting for an answer"),
    "agreed": mark("Agreed"),
    "declined": mark("Not agreed"),
}
Typed = Annotated[str, Form(max_length=100)]


class DutyPages:
    """What the page is made with."""

    def __init__(self, duty: Duty, pages: Pages, languages: Languages) -> None:
        self.duty = duty
        self._pages = pages
        self._languages = languages

    async def show(
        self,
        request: Request,
        actor: Actor,
        station: str,
        day: date | None,
        refusal: str | None = None,
        status_code: int = 200,
    ) -> Response:
        duty, now = self.duty, self.duty.api.runtime.clock()
        today = day_of(now)
        week = await duty.week(actor, station, day or today)
        plans = authorize(actor, "register.change", Scope(station)).allowed
        known = await register_rows.list_communities(duty.database)
        communities = [
            each
            for each in known
            if each["station"] == station
            and authorize(actor, "register.change", Scope(station, each["community"])).allowed
        ]
        own = [shift for shift in week.shifts if shift.account == actor.id and shift.begins_at > now]
        asked = {swap.shift.id for swap in week.swaps if swap.state == "open" and swap.shift is not None}
        return self._pages.render(
            request,
            "duty.html",
            status_code=status_code,
            week=week,
            days=_days(week),
            today=today,
            before=week.first_day - timedelta(days=7),
            following=week.first_day + timedelta(days=7),
            station=station,
            seats=SEATS,
            times=times,
            may_plan=plans or bool(communities),
            may_plan_all=plans,
            communities=communities,
            community_names={each["community"]: each["name"] for each in known},
            people=await duty.colleagues(station),
            own=[shift for shift in own if shift.id not in asked],
            choices={shift.id: _choices(shift, week, now) for shift in own},
            asked_of_me=[swap for swap in week.swaps if swap.state == "open" and swap.asked_of == actor.id],
            asked_by_me=[swap for swap in week.swaps if swap.asked_by == actor.id],
            answers=ANSWERS,
            reasons=CANCELLED,
            refusal=refusal,
            key=str(uuid4()),
        )

    async def done(
        self, request: Request, actor: Actor, station: str, day: str, asked: Callable[[], Awaitable[Handled]]
    ) -> Response:
        """Back to the week; where a rule refused, with its sentence on top."""
        shown = _day(day)
        try:
            handled = await asked()
        except ValidationError:
            said = self._languages.text(language_of(request), mark("Please fill in every field of the form."))
            return await self.show(request, actor, station, shown, said, 422)
        except Refusal as refusal:
            told = RefusalProblem(refusal)
            said = str(told.told(self._languages, language_of(request))["detail"])
            return await self.show(request, actor, station, shown, said, told.status)
        week = "" if shown is None else f"day={shown}&"
        return RedirectResponse(f"/intake/duty?station={station}&{week}after={handled.position}", 303)


def _days(week: WeekOut) -> list[tuple[date, dict[Seat, list[ShiftOut]]]]:
    """Each day with the shifts that begin on it, by seat; what began before the week is on its first day."""
    days = [week.first_day + timedelta(days=number) for number in range(7)]
    found: dict[date, dict[Seat, list[ShiftOut]]] = {each: {seat: [] for seat in SEATS} for each in days}
    for shift in week.shifts:
        begun = max(day_of(shift.begins_at), week.first_day)
        found[begun][shift.seat].append(shift)
    return list(found.items())


def _choices(own: ShiftOut, week: WeekOut, now: datetime) -> list[ShiftOut]:
    """Whose shifts of the week might be taken in return: others' that have not begun."""
    return [each for each in week.shifts if each.account != own.account and each.begins_at > now]


def times(shift: ShiftOut) -> str:
    begins, ends = (each.astimezone(SHANGHAI) for each in (shift.begins_at, shift.ends_at))
    later = (ends.date() - begins.date()).days
    return f"{begins:%H:%M}–{ends:%H:%M}" + (f" +{later}" if later else "")


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if YEARS[0] <= day <= YEARS[1] else None


def _moment(day: str, clock: str) -> str:
    """A day's time as the API takes it; what is none stays as it is and is refused."""
    try:
        return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI).isoformat()
    except ValueError:
        return f"{day} {clock}"


def _end(begin: str, day: str, clock: str) -> str:
    """A shift that would end before it begins ends on the next day."""
    end = _moment(day, clock)
    try:
        ends = datetime.fromisoformat(end)
        return (ends + timedelta(days=1)).isoformat() if ends <= datetime.fromisoformat(begin) else end
    except ValueError:
        return end


def add(routes: Routes, made: DutyPages) -> None:
    _reading(routes, made)
    _planning(routes, made)
    _swapping(routes, made)


def _reading(routes: Routes, made: DutyPages) -> None:
    duty = made.duty

    @routes.get("/duty", access="report.handle", include_in_schema=False)
    async def week_page(
        request: Request,
        actor: CurrentActor,
        station: StationQuery = None,
        day: Annotated[str, Query(max_length=20)] = "",
        after: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        if after:
            await duty.api.runtime.wait_for("rosters", after)
        return await made.show(request, actor, duty.readable(actor, station), _day(day))


def _planning(routes: Routes, made: DutyPages) -> None:
    duty = made.duty
    api, handler = duty.api, duty.handler

    @routes.post("/duty/shifts", access="register.change", include_in_schema=False)
    async def plan(
        request: Request,
        actor: CurrentActor,
        key: IdempotencyKey,
        station: Typed = "",
        seat: Typed = "",
        account: Typed = "",
        on: Typed = "",
        begins: Typed = "",
        ends: Typed = "",
        community: Typed = "",
    ) -> Response:
        of, where = duty.planner(actor, station or None, community or None)
        begin = _moment(on, begins)
        asked = {"seat": seat, "account": account, "begins_at": begin, "ends_at": _end(begin, on, ends)}

        async def planned() -> Handled:
            body = ShiftIn.model_validate({**asked, "community": community or None})
            id_ = derived_id("shift", key.command_id)
            return await handler.plan(of, id_, body.planned(), api.meta_of(actor, where, key), key.command_id)

        return await made.done(request, actor, of, on, planned)

    @routes.post("/duty/shifts/{id}/cancel", access="register.change", include_in_schema=False)
    async def cancel(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        station: Typed = "",
        day: Typed = "",
        reason: Typed = "",
    ) -> Response:
        of, where = await duty.changeable(actor, station or None, id)

        async def cancelled() -> Handled:
            body = api_of.CancelIn.model_validate({"reason": reason})
            command = roster.CancelShift(shift=id, reason=body.reason, by=actor.id, now=api.runtime.clock())
            return await handler.decide(of, command, api.meta_of(actor, where, key), key.command_id)

        return await made.done(request, actor, of, day, cancelled)

    @routes.post("/duty/rules", access="register.change", include_in_schema=False)
    async def set_rules(
        request: Request,
        actor: CurrentActor,
        key: IdempotencyKey,
        station: Typed = "",
        rest_hours: Typed = "",
        step_minutes: Typed = "",
        repeat_minutes: Typed = "5",
    ) -> Response:
        of, where = duty.planner(actor, station or None, None)

        async def ruled() -> Handled:
            body = api_of.RulesIn.model_validate(
                {"rest_hours": rest_hours, "step_minutes": step_minutes, "repeat_minutes": repeat_minutes}
            )
            command = roster.SetDutyRules(station=of, rules=body.rules(), by=actor.id, now=api.runtime.clock())
            return await handler.decide(of, command, api.meta_of(actor, where, key), key.command_id)

        return await made.done(request, actor, of, "", ruled)


def _swapping(routes: Routes, made: DutyPages) -> None:
    duty = made.duty
    api, handler = duty.api, duty.handler

    async def step(
        request: Request, actor: Actor, key: Idempotency, station: str, day: str, command: roster.Command
    ) -> Response:
        of, where = duty.own(actor, station or None)

        async def decided() -> Handled:
            return await handler.decide(of, command, api.meta_of(actor, where, key), key.command_id)

        return await made.done(request, actor, of, day, decided)

    @routes.post("/duty/shifts/{id}/swaps", access="report.handle", include_in_schema=False)
    async def ask(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        station: Typed = "",
        day: Typed = "",
        what: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        """`what` is a colleague's account, or with their shift behind a bar, what is taken in return."""
        of, where = duty.own(actor, station or None)
        to, _, in_return = what.partition("|")

        async def asked() -> Handled:
            body = api_of.SwapIn.model_validate({"to": to, "in_return": in_return or None})
            swap = derived_id("swap", key.command_id)
            meta = api.meta_of(actor, where, key)
            return await handler.ask(of, swap, id, body.to, body.in_return, meta, key.command_id)

        return await made.done(request, actor, of, day, asked)

    @routes.post("/duty/swaps/{id}/answer", access="report.handle", include_in_schema=False)
    async def answer(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        agreed: Annotated[bool, Form()],
        station: Typed = "",
        day: Typed = "",
    ) -> Response:
        command = roster.AnswerSwap(swap=id, agreed=agreed, by=actor.id, now=api.runtime.clock())
        return await step(request, actor, key, station, day, command)

    @routes.post("/duty/swaps/{id}/withdraw", access="report.handle", include_in_schema=False)
    async def withdraw(
        request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, station: Typed = "", day: Typed = ""
    ) -> Response:
        command = roster.WithdrawSwap(swap=id, by=actor.id, now=api.runtime.clock())
        return await step(request, actor, key, station, day, command)
