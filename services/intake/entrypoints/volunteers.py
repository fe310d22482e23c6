"""The routes of volunteers: won one by one, ready before duty, free to go; their hours true and theirs."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import Query, Response
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from services.intake.application.volunteers import Entered, Volunteers
from services.intake.domain import volunteer as v
from services.intake.domain.community import VolunteerRole
from services.intake.entrypoints import volunteer_bodies as bodies
from services.intake.entrypoints.http import NAMED, Api, Id, done
from services.intake.entrypoints.schemas import Done
from services.intake.entrypoints.tables import Cell, Format, download
from services.intake.projections import accounts as account_rows
from services.intake.projections import register as register_rows
from services.intake.projections import volunteers as rows
from shared.access.actors import Actor, Scope
from shared.access.rights import areas, authorize
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import instant
from shared.law.legal_time import SHANGHAI, day_of
from shared.law.rules import rule
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import Language, Languages, language_of, mark
from shared.web.pages import day as said_day
from shared.web.pages import moment as said_moment
from shared.web.paging import CurrentAfter, CurrentPaging, Paging, etag, link_next
from shared.web.problems import Fault, Problem, malformed, not_found
from shared.web.routes import SIGNED_IN, CurrentActor, Routes, permit

Day = Annotated[date, Query(ge=bodies.YEARS[0], le=bodies.YEARS[1])]
Standing = Literal["enrolled", "found", "talked", "vouched", "consented", "active", "stood_down"]
MOST_HOURS: Final = 5_000
"""Records in one export: each is opened, and the reading recorded, before it leaves."""
CODES: Final = (mark("consent"), mark("training"), mark("insurance"))
"""What may be missing, as a refusal names it within its sentence."""
ROLES: Final[dict[VolunteerRole, str]] = {
    "building_head": mark("Building head"),
    "unit_head": mark("Unit head"),
    "volunteer": mark("Volunteer"),
}
KINDS: Final[dict[v.ServiceKind, str]] = {
    "patrol": mark("Patrol"),
    "visit": mark("Visit"),
    "mediation": mark("Help in mediation"),
    "teaching": mark("Teaching"),
    "check": mark("Safety check"),
    "guard": mark("Standing guard"),
    "other": mark("Other service"),
}
HOURS_HEADER: Final = (
    mark("Day"),
    mark("Began"),
    mark("Ended"),
    mark("Minutes"),
    mark("Service"),
    mark("What was done"),
    mark("Where"),
    mark("Grid"),
    mark("Volunteer"),
    mark("Confirmed by"),
    mark("Corrected"),
)


def scope_of(row: dict[str, Any]) -> Scope:
    return Scope(row["station"], row["community"], row["grid"], frozenset(account_of(row)))


def account_of(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(filter(None, row["account"].split("|")))


class Squads:
    """What the routes and the pages of volunteers work with."""

    def __init__(self, api: Api, languages: Languages) -> None:
        self.api = api
        self.languages = languages
        self.handler = Volunteers(api.runtime)

    async def row(self, actor: Actor, id_: str) -> dict[str, Any]:
        """Somebody's row, for who may read the register there, and for themselves."""
        row = await rows.find(self.api.runtime.database, id_)
        if row is None:
            raise not_found(mark("Nobody is written down here under this number."))
        if actor.id not in account_of(row):
            permit(actor, "register.read", scope_of(row))
        return row

    async def changeable(self, actor: Actor, id_: str) -> Scope:
        """Where somebody belongs, asked of their stream; only for who may change the register there."""
        state = await self.handler.find(id_)
        if isinstance(state, v.Nobody):
            known = await rows.find(self.api.runtime.database, id_)
            if known is None:
                raise v.NoSuchVolunteer
            where = scope_of(known)
            permit(actor, "register.change", where)
            await self.handler.take_over(entered(known), self.api.meta(actor, known["station"]))
            return where
        where = Scope(state.station, state.community, state.place.grid)
        permit(actor, "register.change", where)
        return where

    async def may_withdraw(self, actor: Actor, id_: str) -> Scope:
        state = await self.handler.find(id_)
        if isinstance(state, v.Volunteer) and state.account is not None and state.account == actor.id:
            return Scope(state.station, state.community, state.place.grid)
        return await self.changeable(actor, id_)

    def may_open(self, actor: Actor, row: dict[str, Any]) -> bool:
        return actor.id in account_of(row) or authorize(actor, "sealed.read", scope_of(row)).allowed

    async def names(self, found: Sequence[dict[str, Any]], actor: Actor, purpose: str) -> list[str | None]:
        """The names of those whose personal values the actor may open; the reading is recorded."""
        open_ = [self.may_open(actor, row) for row in found]
        sealed = [Sealed.model_validate_json(row["name"]) for row, may in zip(found, open_, strict=True) if may]
        values = iter(await self.api.runtime.open(sealed, self.api.meta(actor), purpose))
        return [next(values) if may else None for may in open_]

    async def out(self, found: Sequence[dict[str, Any]], actor: Actor, purpose: str) -> list[bodies.VolunteerOut]:
        names = await self.names(found, actor, purpose)
        today = day_of(self.api.runtime.clock())
        return [volunteer_out(row, name, today) for row, name in zip(found, names, strict=True)]

    async def hours(self, actor: Actor, row: dict[str, Any]) -> list[bodies.HoursOut]:
        """All records of one volunteer, corrected and struck ones marked."""
        kept = await rows.list_services(self.api.runtime.database, volunteer=row["volunteer"], with_struck=True)
        words = await self.words(kept, actor, [self.may_open(actor, row)] * len(kept), "hours of a volunteer")
        return [hours_out(each, *said) for each, said in zip(kept, words, strict=True)]

    async def words(
        self, kept: Sequence[dict[str, Any]], actor: Actor, open_: Sequence[bool], purpose: str
    ) -> list[tuple[str | None, str | None]]:
        sealed = [
            Sealed.model_validate_json(row[name])
            for row, may in zip(kept, open_, strict=True)
            if may
            for name in ("what", "where")
        ]
        values = iter(await self.api.runtime.open(sealed, self.api.meta(actor), purpose))
        return [(next(values), next(values)) if may else (None, None) for may in open_]

    async def certificate(self, actor: Actor, row: dict[str, Any], days: tuple[date, date], language: Language) -> str:
        """The words of a certificate of service 志愿服务记录证明: what was recorded, no more, free of charge."""
        kept = await rows.list_services(
            self.api.runtime.database,
            volunteer=row["volunteer"],
            began_from=midnight(days[0]),
            began_before=midnight(days[1] + timedelta(days=1)),
        )
        if not self.may_open(actor, row):
            permit(actor, "sealed.read", scope_of(row))
        (name,) = await self.names([row], actor, "certificate of service")
        communities = await register_rows.list_communities(self.api.runtime.database)
        community = next((c["name"] for c in communities if c["community"] == row["community"]), row["community"])
        minutes = sum(each["minutes"] for each in kept)
        today = day_of(self.api.runtime.clock())

        def said(text: str, **values: object) -> str:
            return self.languages.text(language, text, values)

        lines = [
            said(mark("CERTIFICATE OF VOLUNTEER SERVICE")),
            "",
            said(
                mark(
                    "%(name)s served the community %(community)s as a volunteer (%(role)s) %(times)s times from "
                    "%(first_day)s to %(last_day)s, %(hours)s hours and %(minutes)s minutes in all:"
                ),
                name=name if name is not None else said(mark("(erased)")),
                community=community,
                role=said(ROLES[row["role"]]),
                times=len(kept),
                first_day=said_day(days[0], language),
                last_day=said_day(days[1], language),
                hours=minutes // 60,
                minutes=minutes % 60,
            ),
            "",
            *(
                said(
                    mark("%(began)s, %(minutes)s minutes: %(kind)s"),
                    began=said_moment(instant(each["began_at"]), language),
                    minutes=each["minutes"],
                    kind=said(KINDS[each["kind"]]),
                )
                for each in kept
            ),
            "",
            said(
                mark("Made out truthfully and free of charge from the records of service (%(law)s)."),
                law=rule(v.LAW, on=today).article,
            ),
            said_day(today, language),
        ]
        return "\n".join(lines) + "\n"

    async def export(
        self, actor: Actor, found: Sequence[dict[str, Any]], language: Language, name: str, format_: Format
    ) -> Response:
        """Records as a table in the order in which they happened, never by who has most."""
        if len(found) > MOST_HOURS:
            raise Problem(
                422,
                "too-many-records",
                mark("The request is too large"),
                mark("More than %(most)s records lie in this period. Ask for a shorter one."),
                values={"most": MOST_HOURS},
            )
        members = {each["volunteer"]: await self.row(actor, each["volunteer"]) for each in found}
        open_ = [self.may_open(actor, members[each["volunteer"]]) for each in found]
        words = await self.words(found, actor, open_, "export of hours")
        names = dict(zip(members, await self.names(list(members.values()), actor, "export of hours"), strict=True))
        accounts = {row["id"]: row["name"] for row in await account_rows.everyone(self.api.runtime.database)}

        def said(text: str) -> str:
            return self.languages.text(language, text)

        def cells(each: dict[str, Any], what: str | None, where: str | None) -> list[Cell]:
            began, ended = (instant(each[name]).astimezone(SHANGHAI) for name in ("began_at", "ended_at"))
            return [
                began.date(),
                began.strftime("%H:%M"),
                ended.strftime("%H:%M") if ended.date() == began.date() else f"{ended:%Y-%m-%d %H:%M}",
                each["minutes"],
                said(KINDS[each["kind"]]),
                what,
                where,
                each["grid"],
                names[each["volunteer"]] or each["volunteer"],
                accounts.get(each["confirmed_by"], each["confirmed_by"]),
                said(mark("yes")) if each["corrected"] else "",
            ]

        table = [cells(each, *said_words) for each, said_words in zip(found, words, strict=True)]
        return download(name, format_, [said(title) for title in HOURS_HEADER], table)


def add(routes: Routes, squads: Squads) -> None:
    _reading(routes, squads)
    _winning(routes, squads)
    _serving(routes, squads)


def _reading(routes: Routes, squads: Squads) -> None:
    api = squads.api

    @routes.get("/volunteers", access="register.read")
    async def list_volunteers(
        request: Request,
        response: Response,
        actor: CurrentActor,
        paging: CurrentPaging,
        after: CurrentAfter,
        community: Annotated[str | None, Query(max_length=80, pattern=NAMED)] = None,
        grid: Annotated[str | None, Query(max_length=80, pattern=NAMED)] = None,
        role: Annotated[VolunteerRole | None, Query()] = None,
        standing: Annotated[Standing | None, Query()] = None,
    ) -> bodies.VolunteerPage:
        """Squad members by place and role, with where each stands and when last they served; never by hours."""
        await api.wait(after, "volunteers")
        seen = areas(actor, "register.read")
        found = await rows.list_volunteers(
            api.runtime.database,
            seen,
            actor.id,
            community=community,
            grid=grid,
            role=role,
            standing=standing,
            after=after_row(paging),
            limit=paging.limit,
        )
        if len(found) == paging.limit:
            link_next(request, response, cursor_of(found[-1]))
        return bodies.VolunteerPage(
            volunteers=await squads.out(found, actor, "list of volunteers"),
            counts=dict(await rows.count(api.runtime.database, seen, actor.id)),
        )

    @routes.get("/volunteers/{id}", access=SIGNED_IN)
    async def read_volunteer(
        id: Id, response: Response, actor: CurrentActor, after: CurrentAfter
    ) -> bodies.VolunteerOut:
        """One member, for who may read the register there, and for themselves; the reading of the name is recorded."""
        await api.wait(after, "volunteers")
        row = await squads.row(actor, id)
        response.headers["ETag"] = etag(row["version"])
        (out,) = await squads.out([row], actor, "a volunteer")
        return out

    @routes.get("/volunteers/{id}/hours", access=SIGNED_IN)
    async def read_hours(id: Id, actor: CurrentActor, after: CurrentAfter) -> list[bodies.HoursOut]:
        """The records of service of one member, in the order in which they happened."""
        await api.wait(after, "volunteers")
        return await squads.hours(actor, await squads.row(actor, id))

    @routes.get("/volunteers/{id}/certificate", access=SIGNED_IN, response_class=PlainTextResponse)
    async def certificate(
        request: Request, id: Id, actor: CurrentActor, after: CurrentAfter, first_day: Day, last_day: Day
    ) -> PlainTextResponse:
        """A certificate of service 志愿服务记录证明, as text, free of charge."""
        await api.wait(after, "volunteers")
        row = await squads.row(actor, id)
        days = in_order(first_day, last_day)
        return PlainTextResponse(await squads.certificate(actor, row, days, language_of(request)))

    @routes.get("/volunteer-hours", access="register.read")
    async def export_hours(
        request: Request,
        actor: CurrentActor,
        after: CurrentAfter,
        community: Annotated[str, Query(max_length=80, pattern=NAMED)],
        first_day: Day,
        last_day: Day,
        format: Annotated[Format, Query()] = "csv",
    ) -> Response:
        """The records of a community within a period, as CSV or XLSX, in the order in which they happened."""
        await api.wait(after, "volunteers")
        permit(actor, "register.read", Scope(await api.register.station_of(community), community))
        days = in_order(first_day, last_day)
        found = await rows.list_services(
            api.runtime.database,
            community=community,
            began_from=midnight(days[0]),
            began_before=midnight(days[1] + timedelta(days=1)),
            limit=MOST_HOURS + 1,
        )
        name = f"volunteer-hours-{days[0]}-{days[1]}"
        return await squads.export(actor, found, language_of(request), name, format)

    @routes.get("/volunteers/{id}/hours/export", access=SIGNED_IN)
    async def export_own_hours(
        request: Request,
        id: Id,
        actor: CurrentActor,
        after: CurrentAfter,
        format: Annotated[Format, Query()] = "csv",
    ) -> Response:
        """The records of one member as CSV or XLSX."""
        await api.wait(after, "volunteers")
        row = await squads.row(actor, id)
        found = await rows.list_services(api.runtime.database, volunteer=row["volunteer"], limit=MOST_HOURS + 1)
        return await squads.export(actor, found, language_of(request), "volunteer-hours", format)


def _winning(routes: Routes, squads: Squads) -> None:
    api, handler = squads.api, squads.handler

    async def decide(id_: str, command: v.Command, where: Scope, actor: Actor, key: Idempotency) -> Done:
        return done(id_, await handler.decide(id_, command, api.meta_of(actor, where, key), key.command_id))

    @routes.post("/volunteers", access="register.change", status_code=201)
    async def find(body: bodies.VolunteerIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Writes down somebody who may be won (发现), with the dispute, visit or report in which they were found."""
        station, _ = await handler.located(body.community, body.place.place())
        where = Scope(station, body.community, body.place.grid)
        permit(actor, "register.change", where)
        id_ = derived_id("volunteer", key.command_id)
        meta = api.meta_of(actor, where, key)
        return done(id_, await handler.write_down(id_, body.community, body.found(), meta, key.command_id))

    @routes.post("/volunteers/{id}/place", access="register.change")
    async def move(id: Id, body: bodies.MoveIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Gives them another role or place (调整岗位)."""
        meta = api.meta_of(actor, await squads.changeable(actor, id), key)
        return done(id, await handler.move(id, body.role, body.place.place(), meta, key.command_id))

    @routes.post("/volunteers/{id}/talk", access="register.change")
    async def talk(id: Id, body: bodies.OnIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """They were talked with (谈过)."""
        where = await squads.changeable(actor, id)
        command = v.TalkWithVolunteer(on=body.on, by=actor.id, now=api.runtime.clock())
        return await decide(id, command, where, actor, key)

    @routes.post("/volunteers/{id}/vouch", access="register.change")
    async def vouch(id: Id, body: bodies.VouchIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Somebody vouches for them (推荐): police, auxiliary, cadre, a head, or a resident."""
        meta = api.meta_of(actor, await squads.changeable(actor, id), key)
        return done(id, await handler.vouch(id, body.kind, body.name, body.on, meta, key.command_id))

    @routes.post("/volunteers/{id}/consent", access="register.change")
    async def consent(id: Id, body: bodies.ConsentIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """They agreed (同意)."""
        where = await squads.changeable(actor, id)
        command = v.RecordConsent(form=body.form, on=body.on, by=actor.id, now=api.runtime.clock())
        return await decide(id, command, where, actor, key)

    @routes.post("/volunteers/{id}/withdraw", access=SIGNED_IN)
    async def withdraw(id: Id, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """They take their consent back (撤回同意), by themselves or through who keeps the register; no reason asked."""
        where = await squads.may_withdraw(actor, id)
        return await decide(id, v.WithdrawConsent(by=actor.id, now=api.runtime.clock()), where, actor, key)

    @routes.post("/volunteers/{id}/training", access="register.change")
    async def train(id: Id, body: bodies.TrainingIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """They were trained (培训)."""
        where = await squads.changeable(actor, id)
        command = v.RecordTraining(subject=body.subject, on=body.on, by=actor.id, now=api.runtime.clock())
        return await decide(id, command, where, actor, key)

    @routes.post("/volunteers/{id}/insurance", access="register.change")
    async def insure(id: Id, body: bodies.InsuranceIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """They are insured (投保)."""
        meta = api.meta_of(actor, await squads.changeable(actor, id), key)
        days = (body.first_day, body.last_day)
        return done(id, await handler.insure(id, body.insurer, body.policy, days, meta, key.command_id))

    @routes.post("/volunteers/{id}/duty", access="register.change")
    async def put_on_duty(id: Id, body: bodies.OnIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """They take up their duty (上岗): only with consent, training and insurance."""
        where = await squads.changeable(actor, id)
        command = v.PutOnDuty(on=body.on, by=actor.id, now=api.runtime.clock())
        return await decide(id, command, where, actor, key)

    @routes.post("/volunteers/{id}/stand-down", access="register.change")
    async def stand_down(id: Id, body: bodies.StandDownIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Their duty ends, or they said no (退出)."""
        where = await squads.changeable(actor, id)
        command = v.StandDown(reason=body.reason, on=body.on, by=actor.id, now=api.runtime.clock())
        return await decide(id, command, where, actor, key)


def _serving(routes: Routes, squads: Squads) -> None:
    api, handler = squads.api, squads.handler

    def recorded(record: str, handled: Handled) -> bodies.Recorded:
        return bodies.Recorded(record=record, version=handled.version, position=handled.position)

    @routes.post("/volunteers/{id}/hours", access="register.change", status_code=201)
    async def record(id: Id, body: bodies.HoursIn, actor: CurrentActor, key: IdempotencyKey) -> bodies.Recorded:
        """Hours of service (服务时长), confirmed by who enters them."""
        meta = api.meta_of(actor, await squads.changeable(actor, id), key)
        record_id = derived_id("service", key.command_id)
        return recorded(record_id, await handler.record(id, record_id, body.done(), meta, key.command_id))

    @routes.put("/volunteers/{id}/hours/{record}", access="register.change")
    async def correct(
        id: Id, record: Id, body: bodies.CorrectionIn, actor: CurrentActor, key: IdempotencyKey
    ) -> bodies.Recorded:
        """Corrects a record, with the reason (更正); what it said before stays in the history."""
        meta = api.meta_of(actor, await squads.changeable(actor, id), key)
        handled = await handler.correct(id, record, body.done(), body.reason, meta, key.command_id)
        return recorded(record, handled)

    @routes.post("/volunteers/{id}/hours/{record}/strike", access="register.change")
    async def strike(
        id: Id, record: Id, body: bodies.StrikeIn, actor: CurrentActor, key: IdempotencyKey
    ) -> bodies.Recorded:
        """Strikes a record that stands for nothing that was done (作废)."""
        meta = api.meta_of(actor, await squads.changeable(actor, id), key)
        return recorded(record, await handler.strike(id, record, body.reason, meta, key.command_id))


# What is asked


def entered(row: dict[str, Any]) -> Entered:
    return Entered(
        volunteer=row["volunteer"],
        name=Sealed.model_validate_json(row["name"]),
        role=row["role"],
        station=row["station"],
        community=row["community"],
        grid=row["grid"],
        since=row["found_on"],
    )


def after_row(paging: Paging) -> list[str] | None:
    """The place, role and id after which a page goes on, out of a cursor that anybody may have written."""
    if paging.cursor is None:
        return None
    found = [paging.cursor.get(name) for name in ("community", "grid", "role", "volunteer")]
    if not all(isinstance(each, str) for each in found):
        detail = mark("This is no cursor of this list. Begin without one and follow the Link headers.")
        raise malformed(Fault(detail, parameter="cursor"))
    return [str(each) for each in found]


def cursor_of(row: dict[str, Any]) -> dict[str, str | int | None]:
    return {name: row[name] for name in ("community", "grid", "role", "volunteer")}


def in_order(first_day: date, last_day: date) -> tuple[date, date]:
    if last_day < first_day:
        raise malformed(Fault(mark("The period ends before it begins. Exchange the two days."), parameter="last_day"))
    return first_day, last_day


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


# What is answered


def volunteer_out(row: dict[str, Any], name: str | None, today: date) -> bodies.VolunteerOut:
    missing: list[v.Missing] = []
    if row["consented_on"] is None:
        missing.append("consent")
    if row["trained_on"] is None:
        missing.append("training")
    if row["insured_until"] is None or row["insured_until"] < today:
        missing.append("insurance")
    served = row["last_served_at"]
    told = {key: value for key, value in row.items() if key not in ("volunteer", "name", "account")}
    return bodies.VolunteerOut.model_validate(
        {
            **told,
            "id": row["volunteer"],
            "name": name,
            "missing": missing,
            "last_served_at": None if served is None else instant(served),
        }
    )


def hours_out(row: dict[str, Any], what: str | None, where: str | None) -> bodies.HoursOut:
    return bodies.HoursOut(
        record=row["record"],
        kind=row["kind"],
        what=what,
        where=where,
        grid=row["grid"],
        began_at=instant(row["began_at"]),
        ended_at=instant(row["ended_at"]),
        minutes=row["minutes"],
        confirmed_by=row["confirmed_by"],
        corrected=row["corrected"],
        struck=row["struck"],
    )
