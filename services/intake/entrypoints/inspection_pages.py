"""The pages of small premises: what is not settled, the list, a place with its sizes, one inspection to its end."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import Form, Query
from starlette.requests import Request
from starlette.responses import Response

from services.intake.application.inspections import Found, Rechecked
from services.intake.domain import inspection, premises
from services.intake.entrypoints.field_forms import Forms
from services.intake.entrypoints.http import NAMED, Id
from services.intake.entrypoints.inspections import (
    AnswerIn,
    Checks,
    FindingIn,
    HandOverId,
    HandOverIn,
    LookIn,
    MeasuresIn,
    OrderIn,
    PremisesIn,
    RecheckIn,
    finding_out,
    inspection_out,
)
from services.intake.projections import accounts as account_rows
from services.intake.projections import inspections as rows
from services.intake.projections import register as register_rows
from shared.access.actors import Actor, Scope
from shared.access.rights import areas, authorize
from shared.eventsourcing.commands import Handled, derived_id
from shared.web.accounts import actor_of
from shared.web.idempotency import IdempotencyKey
from shared.web.languages import language_of, mark
from shared.web.pages import Pages
from shared.web.routes import CurrentActor, Routes, permit

LEVELS: Final[Mapping[inspection.Level, tuple[str, str]]] = {
    "minor": (mark("Minor"), "plain"),
    "serious": (mark("Serious"), "wait"),
    "grave": (mark("Grave"), "danger"),
}
STATUSES: Final[Mapping[inspection.Status, tuple[str, str]]] = {
    "open": (mark("To be dealt with"), "wait"),
    "ordered": (mark("Ordered to be put right"), "go"),
    "put_right": (mark("Put right"), "done"),
    "not_put_right": (mark("Not put right"), "stop"),
    "handed_over": (mark("Handed over, not accepted yet"), "go"),
    "returned": (mark("Given back by the fire body"), "stop"),
    "taken": (mark("Accepted by the fire body"), "done"),
}
RESULTS: Final[Mapping[inspection.Result, str]] = {
    "put_right": mark("Put right"),
    "not_put_right": mark("Not put right"),
}
MEASURES: Final[Mapping[str, str]] = premises.MEASURES
WORDS: Final[dict[str, Any]] = {
    "levels": LEVELS,
    "statuses": STATUSES,
    "results": RESULTS,
    "measure_names": MEASURES,
}
Typed = Annotated[str, Form(max_length=1000)]
Many = Annotated[list[str], Form(max_length=60)]
After = Annotated[int, Query(ge=0)]


def add(routes: Routes, checks: Checks, pages: Pages, forms: Forms) -> None:
    some = InspectionPages(checks, pages, forms)
    _reading(routes, some)
    _listing(routes, some)
    _looking(routes, some)
    _settling(routes, some)


class InspectionPages:
    def __init__(self, checks: Checks, pages: Pages, forms: Forms) -> None:
        self.checks = checks
        self.api = checks.api
        self.pages = pages
        self.forms = forms

    def render(self, request: Request, template: str, status_code: int = 200, **context: Any) -> Response:
        kinds = self.checks.kinds(language_of(request))
        names = {each.kind: each.name for each in kinds.kinds}
        return self.pages.render(
            request,
            template,
            status_code=status_code,
            key=str(uuid4()),
            kinds=kinds,
            kind_names=names,
            **context,
            **WORDS,
        )

    async def seen(self, after: int) -> None:
        if after:
            await self.api.runtime.wait_for("inspections", after)

    async def names(self, actor: Actor, ids: set[str]) -> dict[str, str | None]:
        found = [row for each in ids if (row := await rows.find_premises(self.api.runtime.database, each))]
        return {each.id: each.name for each in await self.checks.premises_out(actor, found)}

    async def new(
        self, request: Request, actor: Actor, given: Mapping[str, str], refusal: str, status: int
    ) -> Response:
        database = self.api.runtime.database
        grids = [
            (each["community"], each["name"], grid["grid"], grid["name"])
            for each in await register_rows.list_communities(database)
            if authorize(actor, "register.change", Scope(each["station"], each["community"])).allowed
            for grid in await register_rows.list_grids(database, each["community"])
        ]
        return self.render(request, "premises_new.html", status, grids=grids, given=given, refusal=refusal)

    async def place(self, request: Request, actor: Actor, id_: str, refusal: str = "", status: int = 200) -> Response:
        row = await self.checks.premises_row(actor, id_)
        where = Scope(row["station"], row["community"], row["grid"])
        database = self.api.runtime.database
        found = await rows.list_inspections(database, areas(actor, "register.read"), actor.id, of=id_)
        may_inspect = authorize(actor, "report.handle", where).allowed
        people = [
            (each["id"], each["name"])
            for each in (await account_rows.everyone(database) if may_inspect else [])
            if each["active"] and any(post.station == row["station"] for post in actor_of(each).posts)
        ]
        return self.render(
            request,
            "premises.html",
            status,
            place=await self.checks.premises_detail(actor, row),
            inspections=[inspection_out(each) for each in found],
            may_change=authorize(actor, "register.change", where).allowed,
            may_inspect=may_inspect,
            people=people,
            refusal=refusal,
        )

    async def one(self, request: Request, actor: Actor, id_: str, refusal: str = "", status: int = 200) -> Response:
        row = await self.checks.inspection_row(actor, id_)
        shown = await self.checks.detail(actor, row, language_of(request))
        where = Scope(row["station"], row["community"], row["grid"])
        own = Scope(row["station"], row["community"], row["grid"], frozenset({shown.inspector}))
        accounts = {each["id"]: each["name"] for each in await account_rows.everyone(self.api.runtime.database)}
        return self.render(
            request,
            "inspection.html",
            status,
            inspection=shown,
            name=(await self.names(actor, {shown.premises})).get(shown.premises),
            inspector=accounts.get(shown.inspector, shown.inspector),
            points={each.code: each.name for each in shown.points},
            may_look=authorize(actor, "report.handle", own).allowed,
            may_order=authorize(actor, "report.direct", where).allowed,
            today=self.checks.handler.today(),
            refusal=refusal,
        )


def _reading(routes: Routes, some: InspectionPages) -> None:
    checks, database = some.checks, some.api.runtime.database

    @routes.get("/inspections", access="register.read", include_in_schema=False)
    async def inspections_page(
        request: Request,
        actor: CurrentActor,
        kind: Annotated[str, Query(max_length=80, pattern=NAMED + "|^$")] = "",
        after: After = 0,
    ) -> Response:
        await some.seen(after)
        seen = areas(actor, "register.read")
        open_ = await rows.unfinished(database, seen, actor.id)
        findings = await rows.findings_of(database, [row["inspection"] for row in open_])
        now, today = some.api.runtime.clock(), checks.handler.today()
        shown = [
            (
                inspection_out(row),
                [finding_out(each, (None, None, None), now, today) for each in findings[row["inspection"]]],
            )
            for row in open_
        ]
        listed = await checks.premises_out(actor, await rows.list_premises(database, seen, kind=kind or None))
        names = {each.id: each.name for each in listed}
        missing = {each.premises for each, _ in shown} - names.keys()
        return some.render(
            request,
            "inspections.html",
            open=shown,
            names={**names, **await some.names(actor, missing)},
            premises=listed,
            kind=kind,
            may_change=bool(areas(actor, "register.change")),
        )

    @routes.get("/premises/new", access="register.change", include_in_schema=False)
    async def new_page(request: Request, actor: CurrentActor) -> Response:
        return await some.new(request, actor, {}, "", 200)

    @routes.get("/premises/{id}", access="register.read", include_in_schema=False)
    async def premises_page(request: Request, id: Id, actor: CurrentActor, after: After = 0) -> Response:
        await some.seen(after)
        return await some.place(request, actor, id)

    @routes.get("/inspections/{id}", access="register.read", include_in_schema=False)
    async def inspection_page(request: Request, id: Id, actor: CurrentActor, after: After = 0) -> Response:
        await some.seen(after)
        return await some.one(request, actor, id)


def _listing(routes: Routes, some: InspectionPages) -> None:
    checks, handler, api = some.checks, some.checks.handler, some.api

    @routes.post("/premises", access="register.change", include_in_schema=False)
    async def register(
        request: Request,
        actor: CurrentActor,
        key: IdempotencyKey,
        where: Typed = "",
        kind: Typed = "",
        name: Typed = "",
        address: Typed = "",
        responsible: Typed = "",
        phone: Typed = "",
        measure: Many = [],  # noqa: B006
        size: Many = [],  # noqa: B006
    ) -> Response:
        id_ = derived_id("premises", key.command_id)
        community, _, grid = where.partition("|")
        given = {
            "where": where,
            "kind": kind,
            "name": name,
            "address": address,
            "responsible": responsible,
            "phone": phone,
            **dict(zip(measure, size, strict=False)),
        }

        async def attempt() -> Handled:
            body = PremisesIn.model_validate(
                {
                    **{each: given[each] for each in ("kind", "name", "address", "responsible", "phone")},
                    "community": community,
                    "place": {"grid": grid},
                    "measures": sizes(measure, size),
                }
            )
            station, _ = await handler.located(body.community, body.entered().place)
            scope = Scope(station, body.community, body.place.grid)
            permit(actor, "register.change", scope)
            meta = api.meta_of(actor, scope, key)
            return await handler.register(id_, body.community, body.entered(), meta, key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.new(request, actor, given, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/premises/{id_}", again)

    @routes.post("/premises/{id}/measures", access="register.change", include_in_schema=False)
    async def measure_again(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        kind: Typed = "",
        measure: Many = [],  # noqa: B006
        size: Many = [],  # noqa: B006
    ) -> Response:
        _, where = await checks.of_premises(actor, id, "register.change")

        async def attempt() -> Handled:
            body = MeasuresIn.model_validate({"kind": kind, "measures": sizes(measure, size)})
            meta = api.meta_of(actor, where, key)
            return await handler.measure(id, body.kind, body.measures, meta, key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.place(request, actor, id, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/premises/{id}", again)

    @routes.post("/premises/{id}/close", access="register.change", include_in_schema=False)
    async def close(request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey) -> Response:
        _, where = await checks.of_premises(actor, id, "register.change")

        async def attempt() -> Handled:
            return await handler.close(id, api.meta_of(actor, where, key), key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.place(request, actor, id, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/premises/{id}", again)


def _looking(routes: Routes, some: InspectionPages) -> None:
    checks, handler, api = some.checks, some.checks.handler, some.api

    @routes.post("/premises/{id}/inspections", access="report.handle", include_in_schema=False)
    async def begin(
        request: Request, id: Id, actor: CurrentActor, key: IdempotencyKey, inspector: Typed = ""
    ) -> Response:
        place, where = await checks.of_premises(actor, id, "report.handle")
        account = await checks.inspector(inspector or None, actor, place.station)
        id_ = derived_id("inspection", key.command_id)

        async def attempt() -> Handled:
            return await handler.begin(id_, id, account, api.meta_of(actor, where, key), key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.place(request, actor, id, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/inspections/{id_}", again)

    @routes.post("/inspections/{id}/findings", access="report.handle", include_in_schema=False)
    async def record(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        point: Typed = "",
        level: Typed = "",
        what: Typed = "",
        evidence: Typed = "",
    ) -> Response:
        where = await checks.of_inspection(actor, id, "report.handle")
        await checks.cited(actor, evidence.split())

        async def attempt() -> Handled:
            asked = {"point": point, "level": level, "what": what, "evidence": evidence.split()}
            found: Found = FindingIn.model_validate(asked).found()
            return await handler.record(id, found, api.meta_of(actor, where, key), key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.one(request, actor, id, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/inspections/{id}", again)

    @routes.post("/inspections/{id}/finish", access="report.handle", include_in_schema=False)
    async def finish(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        point: Many = [],  # noqa: B006
        answer: Many = [],  # noqa: B006
    ) -> Response:
        where = await checks.of_inspection(actor, id, "report.handle")
        answers = list(zip(point, answer, strict=False))

        async def attempt() -> Handled:
            body = LookIn.model_validate(
                {
                    "in_order": [each for each, said in answers if said == "in_order"],
                    "not_applicable": [each for each, said in answers if said == "not_applicable"],
                }
            )
            command = inspection.FinishLook(
                in_order=frozenset(body.in_order),
                not_applicable=frozenset(body.not_applicable),
                by=actor.id,
                now=api.runtime.clock(),
            )
            return await handler.decide(id, command, api.meta_of(actor, where, key), key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.one(request, actor, id, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/inspections/{id}", again)

    @routes.post("/inspections/{id}/rechecks", access="report.handle", include_in_schema=False)
    async def recheck(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        finding: Many = [],  # noqa: B006
        result: Many = [],  # noqa: B006
        note: Typed = "",
    ) -> Response:
        where = await checks.of_inspection(actor, id, "report.handle")

        async def attempt() -> Handled:
            results = {each: said for each, said in zip(finding, result, strict=False) if said}
            seen: Rechecked = RecheckIn.model_validate({"results": results, "note": note}).rechecked()
            return await handler.recheck(id, seen, api.meta_of(actor, where, key), key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.one(request, actor, id, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/inspections/{id}", again)


def _settling(routes: Routes, some: InspectionPages) -> None:
    checks, handler, api = some.checks, some.checks.handler, some.api

    @routes.post("/inspections/{id}/orders", access="report.direct", include_in_schema=False)
    async def order(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        finding: Many = [],  # noqa: B006
        due: Typed = "",
    ) -> Response:
        where = await checks.of_inspection(actor, id, "report.direct")

        async def attempt() -> Handled:
            body = OrderIn.model_validate({"findings": finding, "due": due})
            return await handler.order(id, body.findings, body.due, api.meta_of(actor, where, key), key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.one(request, actor, id, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/inspections/{id}", again)

    @routes.post("/inspections/{id}/hand-overs", access="report.direct", include_in_schema=False)
    async def hand_over(
        request: Request,
        id: Id,
        actor: CurrentActor,
        key: IdempotencyKey,
        finding: Many = [],  # noqa: B006
        body: Typed = "",
    ) -> Response:
        where = await checks.of_inspection(actor, id, "report.direct")

        async def attempt() -> Handled:
            asked = HandOverIn.model_validate({"findings": finding, "body": body})
            command = inspection.HandOver(
                hand_over=derived_id("hand-over", key.command_id),
                findings=tuple(asked.findings),
                body=asked.body,
                by=actor.id,
                now=api.runtime.clock(),
            )
            return await handler.decide(id, command, api.meta_of(actor, where, key), key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.one(request, actor, id, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/inspections/{id}", again)

    @routes.post("/inspections/{id}/hand-overs/{hand_over}/answer", access="report.direct", include_in_schema=False)
    async def answer(
        request: Request,
        id: Id,
        hand_over: HandOverId,
        actor: CurrentActor,
        key: IdempotencyKey,
        accepted: Typed = "",
        reference: Typed = "",
        reason: Typed = "",
    ) -> Response:
        where = await checks.of_inspection(actor, id, "report.direct")

        async def attempt() -> Handled:
            asked = {"accepted": accepted == "yes", "reference": reference, "reason": reason}
            body = AnswerIn.model_validate(asked)
            told = (body.accepted, body.reference.strip(), body.reason.strip())
            return await handler.answer(id, hand_over, *told, api.meta_of(actor, where, key), key.command_id)

        async def again(refusal: str, status: int) -> Response:
            return await some.one(request, actor, id, refusal, status)

        return await some.forms.take(request, attempt, f"/intake/inspections/{id}", again)


def sizes(measures: list[str], values: list[str]) -> dict[str, str]:
    """The sizes that were filled in, of a form's pairs of fields."""
    return {name: value.strip() for name, value in zip(measures, values, strict=False) if value.strip()}
