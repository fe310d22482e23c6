"""Intake's API: reports in and decided upon, sessions and accounts, the register, incidents counted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from fastapi import Path, Query, Response
from starlette.requests import Request

from services.intake.application.assignments import Assignments
from services.intake.application.handlers import Accounts, Register, Registered, Reports, account_id
from services.intake.application.submissions import Draft
from services.intake.domain import account, community, report
from services.intake.domain.streams import COMMUNITY
from services.intake.entrypoints import schemas
from services.intake.projections import accounts as account_rows
from services.intake.projections import register as register_rows
from services.intake.projections import reports as report_rows
from shared.access.actors import EVERYWHERE, Actor, Scope
from shared.access.rights import areas, authorize
from shared.categories import CATEGORIES
from shared.eventsourcing.commands import Handled, derived_id, keyed_fingerprint
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta, instant
from shared.web import sessions
from shared.web.accounts import actor_of
from shared.web.areas import named
from shared.web.idempotency import Idempotency, IdempotencyKey, OptionalIdempotencyKey, key_reused
from shared.web.languages import mark
from shared.web.logs import traceparent
from shared.web.paging import After, CurrentAfter, CurrentPaging, IfMatch, Paging, etag, link_next
from shared.web.problems import Fault, Problem, malformed, not_found
from shared.web.routes import NO_REPORT, OPEN, SIGNED_IN, CurrentActor, Routes, permit
from shared.web.sessions import SessionKey

DANGER_ADVICE = mark(
    "Life may be in danger: call 110 first (fire 119, ambulance 120). This report is kept, but nobody is sent by it."
)

NAMED = r"^[^\x00-\x1f\x7f]+$"
Id: TypeAlias = Annotated[str, Path(max_length=80, pattern=NAMED)]
Stage: TypeAlias = Literal["opened", "session_set", "session_held", "agreed", "partly_resolved", "settled", "closed"]
_LAST_POSITION = 10**18


class Api:
    """What the routes work with; also used by the pages."""

    def __init__(self, runtime: Runtime, session_key: SessionKey, station: str, assignments: Assignments) -> None:
        self.runtime = runtime
        self.session_key = session_key
        self.station = station
        self.assignments = assignments
        self.reports = Reports(runtime)
        self.accounts = Accounts(runtime)
        self.register = Register(runtime)

    def meta(self, actor: Actor, station: str = "", causation: str = "") -> Meta:
        roles: list[str] = [post.role for post in actor.posts if post.station == station]
        role = next(iter(roles or [post.role for post in actor.posts]), "")
        return Meta(actor=actor.id, role=role, station=station, causation=causation, trace=traceparent() or "")

    def meta_of(self, actor: Actor, where: Scope, key: Idempotency) -> Meta:
        """The meta of a decision on something: the actor's role is that of the post at its station."""
        meta = self.meta(actor, where.station or "", key.command_id)
        return meta.model_copy(update={"fingerprint": key.fingerprint})

    def moment(self, actor: Actor, station: str, happened_at: datetime | None) -> datetime:
        """Now, or the past moment that history entered later tells of; whoever may admit at the station may tell it."""
        now = self.runtime.clock()
        if happened_at is None:
            return now
        permit(actor, "report.admit", Scope(station))
        if happened_at > now:
            raise malformed(Fault(mark("This lies in the future."), pointer="#/happened_at"))
        return happened_at

    async def wait(self, after: After | None, projection: str = "reports") -> None:
        if after is not None:
            await self.runtime.wait_for(projection, after.position, after.source)

    async def row(self, actor: Actor, id_: str) -> dict[str, Any]:
        """A report's row, if it is there and the actor may see it."""
        row = await report_rows.find(self.runtime.database, id_)
        if row is None:
            raise not_found(NO_REPORT)
        permit(actor, "report.read", scope_of(row))
        return row

    async def subjects(self, rows: Sequence[dict[str, Any]], actor: Actor, purpose: str) -> list[str | None]:
        sealed = [Sealed.model_validate_json(row["subject"]) for row in rows]
        return await self.runtime.open(sealed, self.meta(actor), purpose)

    async def sign_in(self, name: str, password: str) -> tuple[Actor, int] | None:
        """Who has this name and password; the same time is taken whether the name is known or not."""
        row = await account_rows.find(self.runtime.database, account_id(name))
        active = row if row is not None and row["active"] else None
        if not await self.accounts.matches(password, active["password_hash"] if active else None) or active is None:
            return None
        return actor_of(active), active["generation"]


def scope_of(row: dict[str, Any]) -> Scope:
    return Scope(
        row["station"],
        row["community"],
        row["grid"],
        frozenset({row["registered_by"], *row["people"]}),
        about=named(row["about"]),
        level=row["level"],
    )


def add(routes: Routes, api: Api) -> None:
    """Adds intake's routes."""
    _reports(routes, api)
    _decisions(routes, api)
    _accounts(routes, api)
    _register(routes, api)


def _reports(routes: Routes, api: Api) -> None:
    @routes.post("/reports", access="report.register", status_code=201)
    async def register_report(
        body: schemas.ReportIn, actor: CurrentActor, key: OptionalIdempotencyKey
    ) -> schemas.ReportRegistered:
        """Takes a report in (接收); the answer carries the case code and what the triage suggests.

        Without an Idempotency-Key the channel's own number tells a repetition.
        """
        station = body.station or api.station
        permit(actor, "report.register", Scope(station, body.place.community, body.place.grid))
        now = api.moment(actor, station, body.happened_at)
        if key is not None:
            command_id, fingerprint = key.command_id, key.fingerprint
        else:
            command_id = numbered(body.channel, body.external_id)
            fingerprint = keyed_fingerprint(api.runtime.settings.deployment_key, body.model_dump_json().encode())
        draft = Draft(
            **body.model_dump(exclude={"station", "place", "happened_at"}),
            report=derived_id("report", command_id),
            station=station,
            where=body.place,
        )
        (one,) = await api.reports.register([draft], [(command_id, fingerprint)], api.meta(actor, station), now)
        if one.outcome == "changed":
            raise key_reused() if key is not None else number_reused(body.external_id)
        return registered_out(one, draft)

    @routes.post("/reports/batch", access="import.reports")
    async def register_batch(body: schemas.BatchIn, actor: CurrentActor) -> schemas.BatchOut:
        """Takes some rows of a file in. A row is known by its channel and number: sent again, it adds nothing."""
        station = body.station or api.station
        permit(actor, "import.reports", Scope(station))
        meta = api.meta(actor, station)
        drafts, commands, now = [], [], api.runtime.clock()
        for row in body.rows:
            command = numbered(body.channel, row.external_id)
            drafts.append(
                Draft(
                    report=derived_id("report", command),
                    channel=body.channel,
                    external_id=row.external_id,
                    subject=row.subject,
                    text=row.text,
                    reported_at=row.reported_at or now,
                    station=station,
                    where=body.place,
                    reporter_name=row.reporter,
                    address=row.address,
                    point=row.point,
                    confidentiality=row.confidentiality,
                    public=row.public,
                )
            )
            contents = row.model_dump_json(exclude={"line"}).encode()
            commands.append((command, keyed_fingerprint(api.runtime.settings.deployment_key, contents)))
        registered = await api.reports.register(drafts, commands, meta)
        if body.accept_above is not None:
            registered = await api.reports.accept_suggestions(registered, body.accept_above, meta)
        parked = 0
        for bad in body.bad:
            parked += await api.runtime.park_row(body.file, bad.line, bad.reason, bad.raw, meta)
        for row, one in zip(body.rows, registered, strict=True):
            if one.outcome == "changed":
                why = "a row with this number was taken in before with other contents: give it a new number"
                parked += await api.runtime.park_row(body.file, row.line, why, row.model_dump_json(), meta)
        return schemas.BatchOut(
            registered=sum(one.outcome == "registered" for one in registered),
            repeated=sum(one.outcome == "repeated" for one in registered),
            parked=parked,
            admitted=sum(one.admitted for one in registered),
            position=max((one.position for one in registered), default=0),
        )

    @routes.get("/reports", access="report.read")
    async def list_reports(
        request: Request,
        response: Response,
        actor: CurrentActor,
        paging: CurrentPaging,
        after: CurrentAfter,
        kind: Annotated[report.Kind | None, Query()] = None,
        state: Annotated[Literal["received", "classified", "admitted", "refused", "withdrawn"] | None, Query()] = None,
        stage: Annotated[Stage | None, Query()] = None,
        channel: Annotated[report.Channel | None, Query()] = None,
        external_id: Annotated[str | None, Query(max_length=120, pattern=NAMED)] = None,
        danger: Annotated[bool | None, Query()] = None,
    ) -> schemas.ReportPage:
        """Reports, the newest first."""
        await api.wait(after)
        seen = areas(actor, "report.read")
        rows = await report_rows.list_reports(
            api.runtime.database,
            seen,
            actor.id,
            kind=kind,
            state=state,
            stage=stage,
            channel=channel,
            external_id=external_id,
            danger=danger,
            before=before(paging),
            limit=paging.limit,
        )
        if len(rows) == paging.limit:
            link_next(request, response, {"position": rows[-1]["position"]})
        subjects = await api.subjects(rows, actor, "list of reports")
        return schemas.ReportPage(
            reports=[report_out(row, subject) for row, subject in zip(rows, subjects, strict=True)],
            counts=await report_rows.count(api.runtime.database, seen, actor.id),
        )

    @routes.get("/reports/{id}", access="report.read")
    async def read_report(id: Id, response: Response, actor: CurrentActor, after: CurrentAfter) -> schemas.ReportDetail:
        """One report with its text, by its id or its case code; the read is recorded."""
        await api.wait(after)
        row = await api.row(actor, id)
        response.headers["ETag"] = etag(row["version"])
        return await detail(api, row, actor)

    @routes.get("/disputes", access="dispute.read")
    async def list_disputes(
        request: Request,
        response: Response,
        actor: CurrentActor,
        paging: CurrentPaging,
        after: CurrentAfter,
        state: Annotated[Literal["admitted"] | Stage | None, Query()] = None,
    ) -> schemas.DisputePage:
        """Disputes and cases, as intake knows them from its own decisions and from what mediation tells."""
        await api.wait(after, "stages" if after is not None and after.source else "reports")
        rows = await report_rows.list_reports(
            api.runtime.database,
            areas(actor, "dispute.read"),
            actor.id,
            state="admitted",
            stage="" if state == "admitted" else state,
            before=before(paging),
            limit=paging.limit,
        )
        if len(rows) == paging.limit:
            link_next(request, response, {"position": rows[-1]["position"]})
        subjects = await api.subjects(rows, actor, "list of disputes")
        return schemas.DisputePage(disputes=[dispute_out(r, s) for r, s in zip(rows, subjects, strict=True)])

    @routes.get("/disputes/{id}", access="dispute.read")
    async def read_dispute(id: Id, actor: CurrentActor, after: CurrentAfter) -> schemas.DisputeOut:
        """One dispute, by its case's id, its report's, or its case code."""
        await api.wait(after, "stages" if after is not None and after.source else "reports")
        row = await report_rows.find(api.runtime.database, id)
        if row is None or row["state"] != "admitted":
            raise not_found(mark("No dispute has this number here."))
        permit(actor, "dispute.read", scope_of(row))
        (subject,) = await api.subjects([row], actor, "a dispute")
        return dispute_out(row, subject)


def _decisions(routes: Routes, api: Api) -> None:
    async def decide(
        id_: str, command: report.Command, actor: Actor, key: Idempotency, seen: int | None, response: Response
    ) -> schemas.Done:
        meta = api.meta_of(actor, await scope(api, id_), key)
        handled = await api.reports.decide(id_, command, meta, key.command_id, seen)
        response.headers["ETag"] = etag(handled.version)
        return done(id_, handled)

    @routes.post("/reports/{id}/classify", access="report.classify")
    async def classify(
        id: Id, body: schemas.ClassifyIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Accepts the suggested kind or chooses another (分类)."""
        where = await scope(api, id)
        permit(actor, "report.classify", where)
        now = api.moment(actor, where.station or "", body.happened_at)
        command = report.ClassifyReport(kind=body.kind, by=actor.id, now=now)
        return await decide(id, command, actor, key, seen, response)

    @routes.post("/reports/{id}/admit", access="report.admit")
    async def admit(
        id: Id, body: schemas.AdmitIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Admits a dispute to mediation (受理)."""
        where = await scope(api, id)
        permit(actor, "report.admit", where)
        now = api.moment(actor, where.station or "", body.happened_at)
        known_category(body.category)
        command = report.AdmitDispute(category=body.category, by=actor.id, now=now)
        return await decide(id, command, actor, key, seen, response)

    @routes.post("/reports/{id}/refuse", access="report.refuse")
    async def refuse(
        id: Id, body: schemas.RefuseIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> schemas.Done:
        """Does not admit it (不予受理): the reason and the other route."""
        where = await scope(api, id)
        permit(actor, "report.refuse", where)
        now = api.moment(actor, where.station or "", body.happened_at)
        command = report.RefuseReport(reason=body.reason, other_route=body.other_route, by=actor.id, now=now)
        return await decide(id, command, actor, key, seen, response)


def _accounts(routes: Routes, api: Api) -> None:
    @routes.post("/sessions", access=OPEN)
    async def sign_in(body: schemas.SignIn) -> schemas.TokenOut:
        """Signs in: a token for the Authorization header."""
        found = await api.sign_in(body.name, body.password)
        if found is None:
            raise Problem(401, "wrong-password", mark("Name or password are wrong"), mark("Try again."))
        actor, generation = found
        now = api.runtime.clock()
        token = sessions.issue(api.session_key, actor, generation, now)
        return schemas.TokenOut(token=token, expires_at=now + sessions.LIFETIME)

    @routes.get("/accounts", access="account.change")
    async def list_accounts(actor: CurrentActor, after: CurrentAfter) -> list[schemas.AccountOut]:
        permit(actor, "account.change", EVERYWHERE)
        await api.wait(after, "accounts")
        rows = await account_rows.everyone(api.runtime.database)
        return [account_out(row) for row in rows]

    @routes.post("/accounts", access="account.change", status_code=201)
    async def open_account(body: schemas.AccountIn, actor: CurrentActor, key: IdempotencyKey) -> schemas.Done:
        """Opens an account (开户) with its posts."""
        for post in body.posts:
            permit(actor, "account.change", Scope(post.station))
        posts = [post.post() for post in body.posts]
        _may_be_given(actor, posts)
        handled = await api.accounts.open(body.name, body.password, posts, _keyed(api, actor, key), key.command_id)
        return done(account_id(body.name), handled)

    @routes.put("/accounts/{id}/posts", access="account.change")
    async def change_posts(id: Id, body: schemas.PostsIn, actor: CurrentActor, key: IdempotencyKey) -> schemas.Done:
        permit(actor, "account.change", EVERYWHERE)
        posts = [post.post() for post in body.posts]
        _may_be_given(actor, posts)
        command = account.ChangePosts(posts=tuple(posts), now=api.runtime.clock())
        return done(id, await api.accounts.change(id, command, _keyed(api, actor, key), key.command_id))

    @routes.put("/accounts/{id}/password", access="account.change")
    async def set_password(id: Id, body: schemas.PasswordIn, actor: CurrentActor, key: IdempotencyKey) -> schemas.Done:
        permit(actor, "account.change", EVERYWHERE)
        return done(id, await api.accounts.set_password(id, body.password, _keyed(api, actor, key), key.command_id))

    @routes.post("/accounts/{id}/sign-out", access=SIGNED_IN)
    async def sign_out_everywhere(id: Id, actor: CurrentActor, key: IdempotencyKey) -> schemas.Done:
        """Ends every session of the account: one's own, or as who may change accounts anybody's."""
        if actor.id != id:
            permit(actor, "account.change", EVERYWHERE)
        command = account.SignOutEverywhere(now=api.runtime.clock())
        return done(id, await api.accounts.change(id, command, _keyed(api, actor, key), key.command_id))

    @routes.delete("/accounts/{id}", access="account.change")
    async def close_account(id: Id, actor: CurrentActor, key: IdempotencyKey) -> schemas.Done:
        permit(actor, "account.change", EVERYWHERE)
        command = account.CloseAccount(now=api.runtime.clock())
        return done(id, await api.accounts.change(id, command, _keyed(api, actor, key), key.command_id))


def _register(routes: Routes, api: Api) -> None:
    @routes.get("/communities", access="register.read")
    async def list_communities(actor: CurrentActor, after: CurrentAfter) -> list[schemas.CommunityOut]:
        """Every community with its figures, each counted from the register's entries."""
        await api.wait(after, "register")
        await api.wait(after, "volunteers")
        rows = await register_rows.list_communities(api.runtime.database)
        seen = areas(actor, "register.read")
        return [schemas.CommunityOut(**row) for row in rows if any(a.station in (None, row["station"]) for a in seen)]

    @routes.put("/communities/{id}", access="register.change")
    async def register_community(
        id: Id, body: schemas.CommunityIn, actor: CurrentActor, key: IdempotencyKey
    ) -> schemas.Done:
        """Enters a community (登记社区)."""
        permit(actor, "register.change", Scope(body.station, id))
        command = community.RegisterCommunity(
            community=id, name=body.name, station=body.station, now=api.runtime.clock()
        )
        return done(id, await api.register.change(id, command, _keyed(api, actor, key, body.station), key.command_id))

    @routes.post("/communities/{id}/entries", access="register.change")
    async def change_register(
        id: Id, body: schemas.CommunityChanges, actor: CurrentActor, key: IdempotencyKey
    ) -> schemas.Done:
        """Enters figures, grids, compounds, squad members and incidents of a community, in this order."""
        station = await api.register.station_of(id)
        permit(actor, "register.change", Scope(station, id))
        handled = Handled(COMMUNITY.stream(id), 0, 0)
        for number, command in enumerate(await _entries(api, id, body, key.command_id)):
            command_id = derived_id(key.command_id, number)
            handled = await api.register.change(id, command, _keyed(api, actor, key, station or ""), command_id)
        return done(id, handled)

    @routes.get("/communities/{id}/compounds", access="register.read")
    async def list_compounds(id: Id, actor: CurrentActor) -> list[community.Compound]:
        permit(actor, "register.read", Scope(await api.register.station_of(id), id))
        return [
            community.Compound(**{k: v for k, v in row.items() if k != "community"})
            for row in await register_rows.list_compounds(api.runtime.database, id)
        ]

    @routes.get("/communities/{id}/grids", access="register.read")
    async def list_grids(id: Id, actor: CurrentActor) -> list[community.Grid]:
        permit(actor, "register.read", Scope(await api.register.station_of(id), id))
        return [
            community.Grid(**{k: v for k, v in row.items() if k != "community"})
            for row in await register_rows.list_grids(api.runtime.database, id)
        ]

    @routes.post("/persons/{id}/erase", access="person.erase", status_code=202)
    async def erase(id: Id, body: schemas.EraseIn, actor: CurrentActor, key: IdempotencyKey) -> schemas.Done:
        """Makes everything about a person unreadable, in every service (销毁个人信息)."""
        permit(actor, "person.erase", Scope(next((p.station for p in actor.posts), None)))
        return done(id, await api.register.erase(id, body.reason, _keyed(api, actor, key), key.command_id))


async def _entries(api: Api, id_: str, body: schemas.CommunityChanges, command_id: str) -> list[community.Command]:
    now = api.runtime.clock()
    commands: list[community.Command] = []
    commands += [
        community.CountResidents(residents=r.residents, on=r.on, source=r.source, now=now) for r in body.residents
    ]
    commands += [community.DrawGrid(grid=grid.entry(), now=now) for grid in body.grids]
    commands += [community.RegisterCompound(compound=compound.entry(), now=now) for compound in body.compounds]
    persons = [derived_id("volunteer", command_id, number) for number in range(len(body.volunteers))]
    seal = await api.runtime.vault.sealer(persons)
    commands += [
        community.EnrolVolunteer(
            person=person, name=seal(person, v.name), role=v.role, grid=v.grid, since=v.since, now=now
        )
        for person, v in zip(persons, body.volunteers, strict=True)
    ]
    commands += [community.CountIncidents(**entry.model_dump(), now=now) for entry in body.incidents]
    return commands


# What is asked


def before(paging: Paging) -> int | None:
    """The position after which a page goes on, out of a cursor that anybody may have written."""
    if paging.cursor is None:
        return None
    position = paging.cursor.get("position")
    if not isinstance(position, int) or not 0 <= position < _LAST_POSITION:
        detail = mark("This is no cursor of this list. Begin without one and follow the Link headers.")
        raise malformed(Fault(detail, parameter="cursor"))
    return position


def known_category(code: str) -> None:
    """Refuses a category of none of the lists: nothing later could tell what it means."""
    if code not in CATEGORIES:
        detail = mark("No list has this category. The lists and their codes are at /intake/categories.")
        raise malformed(Fault(detail, pointer="#/category"))


def number_reused(number: str) -> Problem:
    """The channel's number came before, with another report."""
    return Problem(
        422,
        "number-reused",
        mark("This number was used for another report"),
        mark("%(number)s of this channel was taken in before with other contents. Register what is new under its own."),
        values={"number": number},
    )


def _keyed(api: Api, actor: Actor, key: Idempotency, station: str = "") -> Meta:
    """Who asks, and a hash of what: the same key with another body is refused."""
    return api.meta(actor, station).model_copy(update={"fingerprint": key.fingerprint})


def _may_be_given(actor: Actor, posts: Sequence[account.Post]) -> None:
    """Roles that reach beyond a station are given by who reaches beyond one; what the program itself is, by nobody."""
    for post in posts:
        if post.role == "system":
            raise malformed(Fault(mark("This role is the program's own and held by no account."), pointer="#/posts"))
        if post.role in ("admin", "auditor", "operator"):
            permit(actor, "account.change", EVERYWHERE)


# What is answered


async def scope(api: Api, id_: str) -> Scope:
    """Where a report belongs, asked of its stream, so that a decision needs no projection to have caught up."""
    found = await api.assignments.find(id_)
    if found is None:
        raise not_found(NO_REPORT)
    (first,) = await api.runtime.store.read_stream(f"report-{id_}", limit=1)
    return found.scope(first.decoded_meta().actor)


def numbered(channel: str, external_id: str) -> str:
    """The command id of a report that a channel has numbered: the same number there is the same report."""
    return derived_id("numbered", channel, external_id)


def done(id_: str, handled: Handled) -> schemas.Done:
    return schemas.Done(id=id_, version=handled.version, position=handled.position)


def registered_out(one: Registered, draft: Draft) -> schemas.ReportRegistered:
    suggestion, about = one.suggestion, one.category
    return schemas.ReportRegistered(
        id=one.report,
        code=one.code,
        position=one.position,
        suggestion=schemas.SuggestionOut(
            kind=suggestion.kind,
            confidence=suggestion.confidence,
            because=words(suggestion.because, draft.subject, draft.text),
            danger_to_life=suggestion.danger_to_life,
            category=None if about is None else about.category,
            category_because=[] if about is None else words(about.because, draft.subject, draft.text),
        ),
        advice=DANGER_ADVICE if suggestion.danger_to_life else None,
    )


def words(places: Sequence[report.Words], subject: str | None, text: str | None) -> list[str]:
    """The words that led the triage, cut out of the report."""
    fields = {"subject": subject or "", "text": text or ""}
    return list(dict.fromkeys(fields[p.field][p.start : p.end] for p in places if fields[p.field][p.start : p.end]))


def report_out(row: dict[str, Any], subject: str | None) -> schemas.ReportOut:
    return schemas.ReportOut(
        id=row["report"],
        code=row["code"],
        channel=row["channel"],
        external_id=row["external_id"],
        station=row["station"],
        community=row["community"],
        grid=row["grid"],
        state=row["state"],
        stage=row["stage"],
        case=row["case_id"],
        kind=row["kind"],
        suggested=row["suggested"],
        confidence=row["confidence"],
        danger_to_life=row["danger"],
        category=row["category"],
        subject=subject,
        confidentiality=row["confidentiality"],
        level=row["level"],
        public=row["public"],
        withdrawn=row["withdrawn"],
        reported_at=instant(row["reported_at"]),
        received_at=instant(row["received_at"]),
        version=row["version"],
    )


async def detail(api: Api, row: dict[str, Any], actor: Actor) -> schemas.ReportDetail:
    state = await api.reports.find(row["report"])
    assert not isinstance(state, report.NotReceived), "a row is made from a received report"
    received = state.received
    reporter, helper = received.reporter, received.filed_by
    sealed = {"subject": received.subject, "text": received.text, "address": received.address}
    if authorize(actor, "sealed.read", scope_of(row)).allowed:
        sealed |= {"name": reporter.name, "phone": reporter.phone} if reporter else {}
        sealed |= {"helper_name": helper.name, "helper_phone": helper.phone} if helper else {}
    shown = {name: value for name, value in sealed.items() if value is not None}
    opened = await api.runtime.open(list(shown.values()), api.meta(actor), "a report")
    values = dict(zip(shown, opened, strict=True))
    return schemas.ReportDetail(
        **report_out(row, values["subject"]).model_dump(),
        text=values["text"],
        address=values.get("address"),
        point=received.point,
        filed_by=None
        if helper is None
        else schemas.FiledByOut(
            relation=helper.relation,
            consent=helper.consent,
            name=values.get("helper_name"),
            phone=values.get("helper_phone"),
        ),
        about=received.about,
        reporter=reporter.person if reporter else None,
        reporter_name=values.get("name"),
        reporter_phone=values.get("phone"),
        because=words(received.suggestion.because, values["subject"], values["text"]),
        filed_under=received.filed_under,
        suggested_category=None if received.category is None else received.category.category,
        category_because=[]
        if received.category is None
        else words(received.category.because, values["subject"], values["text"]),
    )


def dispute_out(row: dict[str, Any], subject: str | None) -> schemas.DisputeOut:
    return schemas.DisputeOut(
        id=row["case_id"] or row["report"],
        code=row["code"],
        report=row["report"],
        station=row["station"],
        category=row["category"],
        state=row["stage"] or "admitted",
        headline=subject,
        external_id=row["external_id"],
        reported_at=instant(row["reported_at"]),
    )


def account_out(row: dict[str, Any]) -> schemas.AccountOut:
    actor = actor_of(row)
    posts = [
        account.Post(role=post.role, station=post.station, community=post.community, grid=post.grid)
        for post in actor.posts
    ]
    return schemas.AccountOut(id=row["id"], name=row["name"], posts=posts, active=row["active"])
