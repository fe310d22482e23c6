"""Small premises and their checks over HTTP: the list with its sizes, findings, orders, re-checks, hand-overs."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

import orjson
from fastapi import Path, Query, Response
from pydantic import AwareDatetime, BaseModel, Field
from starlette.requests import Request

from services.intake.application.evidence import Evidence
from services.intake.application.inspections import Entered, Found, Inspections, Rechecked
from services.intake.application.submissions import Code, Line
from services.intake.domain import inspection, premises
from services.intake.entrypoints.http import NAMED, Api, Id, before, done
from services.intake.entrypoints.schemas import Body, Done
from services.intake.projections import accounts as account_rows
from services.intake.projections import inspections as rows
from shared.access.actors import Actor, Scope
from shared.access.rights import Action, areas, authorize
from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import instant
from shared.law.rules import Item, Rule
from shared.web.accounts import actor_of
from shared.web.areas import named
from shared.web.idempotency import IdempotencyKey
from shared.web.languages import Language, language_of, mark
from shared.web.paging import CurrentAfter, CurrentPaging, link_next
from shared.web.problems import Fault, malformed, not_found
from shared.web.routes import CurrentActor, Routes, permit

HandOverId = Annotated[str, Path(max_length=80, pattern=NAMED)]
Size = Annotated[float, Field(gt=0, le=1_000_000)]
Ids = Annotated[list[Code], Field(max_length=50)]
NO_PREMISES: Final = mark("There is no such place in the list of small premises. Enter it first.")
NO_INSPECTION: Final = mark("There is no such inspection. Begin one at the place first.")
SOON: Final = timedelta(days=1)
"""How long before its end a limit is called near."""


class PlaceIn(Body):
    grid: Code
    compound: Code | None = None
    building: Code | None = None


class PremisesIn(Body):
    community: Code
    kind: Code
    measures: dict[str, Size] = Field(default={}, max_length=len(premises.MEASURES))
    place: PlaceIn
    name: Line = Field(max_length=100)
    address: str = Field(default="", max_length=200)
    responsible: str = Field(default="", max_length=60, description="who answers for its fire safety; sealed")
    phone: str = Field(default="", max_length=40)

    def entered(self) -> Entered:
        place = premises.Place(**self.place.model_dump())
        given = self.model_dump(exclude={"community", "place"})
        return Entered(place=place, **given)


class MeasuresIn(Body):
    kind: Code
    measures: dict[str, Size] = Field(default={}, max_length=len(premises.MEASURES))


class InspectionIn(Body):
    premises: Code
    inspector: Code | None = Field(
        default=None, description="the account that carries it out; the caller's if left out"
    )


class FindingIn(Body):
    point: Code
    level: inspection.Level
    what: Line = Field(max_length=1000)
    evidence: list[Code] = Field(default=[], max_length=20, description="ids of evidence to a report")

    def found(self) -> Found:
        return Found(self.point, self.level, self.what, self.evidence)


class LookIn(Body):
    in_order: list[Code] = Field(default=[], max_length=50)
    not_applicable: list[Code] = Field(default=[], max_length=50)


class OrderIn(Body):
    findings: Ids
    due: date


class RecheckIn(Body):
    results: dict[str, inspection.Result] = Field(max_length=50)
    note: str = Field(default="", max_length=1000)
    evidence: list[Code] = Field(default=[], max_length=20)

    def rechecked(self) -> Rechecked:
        return Rechecked(self.results, self.note.strip(), self.evidence)


class HandOverIn(Body):
    findings: Ids
    body: Line = Field(max_length=80, description="the fire body that it goes to")


class AnswerIn(Body):
    accepted: bool
    reference: str = Field(default="", max_length=80, description="the fire body's own number")
    reason: str = Field(default="", max_length=500, description="why it is given back; sealed")


class PointOut(BaseModel):
    code: str
    name: str


class KindOut(BaseModel):
    kind: str
    name: str
    limits: dict[str, float] = Field(description="inclusive upper bounds; empty where the list sets none")
    check_list: list[PointOut]


class KindsOut(BaseModel):
    article: str
    source: str
    binds: bool = Field(description="whether a place beyond the sizes is refused; else the excess is shown")
    kinds: list[KindOut]


class ExcessOut(BaseModel):
    measure: str
    given: float
    limit: float


class PremisesOut(BaseModel):
    id: str
    kind: str
    name: str | None
    address: str | None
    measures: dict[str, float]
    beyond: list[ExcessOut] = Field(description="sizes beyond those of a list that nobody has confirmed here")
    article: str
    station: str
    community: str
    grid: str
    compound: str | None
    building: str | None
    closed: bool
    last_looked_at: AwareDatetime | None


class PremisesDetail(PremisesOut):
    responsible: str | None
    phone: str | None


class PremisesPage(BaseModel):
    premises: list[PremisesOut]


class FindingOut(BaseModel):
    id: str
    point: str
    level: inspection.Level
    status: inspection.Status
    owner: str = Field(description="station, until the fire body has accepted it")
    what: str | None
    evidence: list[str]
    found_at: AwareDatetime
    due: date | None
    article: str
    note: str | None
    rechecked_at: AwareDatetime | None
    hand_over: str
    hand_over_due: AwareDatetime | None
    hand_over_article: str
    body: str
    handed_over_at: AwareDatetime | None
    late: bool = Field(description="the order's day, or the limit of the hand-over, has passed or had when it was made")
    reference: str
    reason: str | None


class InspectionOut(BaseModel):
    id: str
    premises: str
    kind: str
    station: str
    community: str
    grid: str
    inspector: str
    begun_at: AwareDatetime
    looked_at: AwareDatetime | None


class InspectionDetail(InspectionOut):
    points: list[PointOut]
    check_list: str
    in_order: list[str]
    not_applicable: list[str]
    findings: list[FindingOut]


class InspectionPage(BaseModel):
    inspections: list[InspectionOut]


class Checks:
    """What the routes and the pages of small premises work with."""

    def __init__(self, api: Api, handler: Inspections, evidence: Evidence) -> None:
        self.api = api
        self.handler = handler
        self.here = handler.here
        self._evidence = evidence

    def list_of_today(self) -> Rule:
        return premises.list_of(self.here, self.handler.today())

    async def premises_row(self, actor: Actor, id_: str) -> dict[str, Any]:
        row = await rows.find_premises(self.api.runtime.database, id_)
        if row is None:
            raise not_found(NO_PREMISES)
        permit(actor, "register.read", Scope(row["station"], row["community"], row["grid"]))
        return row

    async def inspection_row(self, actor: Actor, id_: str) -> dict[str, Any]:
        row = await rows.find_inspection(self.api.runtime.database, id_)
        if row is None:
            raise not_found(NO_INSPECTION)
        where = Scope(row["station"], row["community"], row["grid"], named(row["inspector"]))
        permit(actor, "register.read", where)
        return row

    async def of_premises(self, actor: Actor, id_: str, action: Action) -> tuple[premises.Premises, Scope]:
        place = await self.handler.listed(id_)
        where = Scope(place.station, place.community, place.place.grid)
        permit(actor, action, where)
        return place, where

    async def of_inspection(self, actor: Actor, id_: str, action: Action) -> Scope:
        """Who was given the inspection does the looking; orders and hand-overs are for who directs."""
        state = await self.handler.begun(id_)
        assigned = frozenset({state.inspector}) if action == "report.handle" else frozenset()
        where = Scope(state.station, state.community, state.grid, assigned)
        permit(actor, action, where)
        return where

    async def inspector(self, account: str | None, actor: Actor, station: str) -> str:
        """The account that carries an inspection out: one that is open and belongs to the station."""
        if account is None or account == actor.id:
            return actor.id
        for row in await account_rows.everyone(self.api.runtime.database):
            known = account in (row["id"], row["name"]) and row["active"]
            if known and any(post.station == station for post in actor_of(row).posts):
                return str(row["id"])
        raise malformed(
            Fault(mark("Nobody of this station has this account. Choose one of its accounts."), pointer="#/inspector")
        )

    async def cited(self, actor: Actor, evidence: Iterable[str]) -> None:
        """Evidence that is cited is there, is still shown, and is open to who cites it."""
        for each in evidence:
            taken = await self._evidence.find(each)
            if taken is None:
                raise malformed(
                    Fault(
                        mark("There is no such evidence, or it was withdrawn. Take its id from the report's evidence."),
                        pointer="#/evidence",
                    )
                )
            await self.api.row(actor, taken.report)

    async def opened(self, actor: Actor, boxes: Sequence[str], station: str, purpose: str) -> list[str | None]:
        """Sealed values as they stand in rows; empty ones stay None."""
        sealed = [Sealed.model_validate_json(box) for box in boxes if box]
        values = iter(await self.api.runtime.open(sealed, self.api.meta(actor, station), purpose))
        return [next(values) if box else None for box in boxes]

    async def premises_out(self, actor: Actor, found: Sequence[dict[str, Any]]) -> list[PremisesOut]:
        boxes = [row[name] for row in found for name in ("name", "address")]
        values = await self.opened(actor, boxes, "", "list of small premises")
        pairs = zip(values[::2], values[1::2], strict=True)
        return [premises_out(row, *pair) for row, pair in zip(found, pairs, strict=True)]

    async def premises_detail(self, actor: Actor, row: dict[str, Any]) -> PremisesDetail:
        """Who answers for the place is for who may open personal values there."""
        (out,) = await self.premises_out(actor, [row])
        boxes = [row["responsible"], row["phone"]]
        if not authorize(actor, "sealed.read", Scope(row["station"], row["community"], row["grid"])).allowed:
            boxes = ["", ""]
        name, phone = await self.opened(actor, boxes, row["station"], "who answers for small premises")
        return PremisesDetail(**out.model_dump(), responsible=name, phone=phone)

    async def detail(self, actor: Actor, row: dict[str, Any], language: Language) -> InspectionDetail:
        its = row["findings"]
        boxes = [each[name] for each in its for name in ("what", "note", "reason")]
        words = await self.opened(actor, boxes, row["station"], "findings of an inspection")
        now, today = self.api.runtime.clock(), self.handler.today()
        begun = instant(row["begun_at"])
        return InspectionDetail(
            **inspection_out(row).model_dump(),
            check_list=row["check_list"],
            points=self.points(row, begun, language),
            in_order=sorted(named(row["in_order"])),
            not_applicable=sorted(named(row["not_applicable"])),
            findings=[finding_out(each, words[3 * n : 3 * n + 3], now, today) for n, each in enumerate(its)],
        )

    def points(self, row: dict[str, Any], begun: datetime, language: Language) -> list[PointOut]:
        """The list's points as they were named on the day of the inspection."""
        listed = self.here.find(row["check_list"], begun.date())
        items = {item.code: item for item in listed.items} if listed is not None else {}
        return [
            PointOut(code=code, name=said(items[code], language) if code in items else code)
            for code in orjson.loads(row["points"])
        ]

    def kinds(self, language: Language) -> KindsOut:
        listed = self.list_of_today()
        return KindsOut(
            article=listed.article,
            source=listed.source,
            binds=self.here.binds(listed),
            kinds=[
                KindOut(
                    kind=item.code,
                    name=said(item, language),
                    limits=item.limits,
                    check_list=[
                        PointOut(code=point.code, name=said(point, language))
                        for point in self.handler.check_list(item.code).items
                    ],
                )
                for item in listed.items
            ],
        )


def said(item: Item, language: Language) -> str:
    return item.name.zh if language == "zh-CN" else item.name.en


def add(routes: Routes, checks: Checks) -> None:
    _premises(routes, checks)
    _looking(routes, checks)
    _settling(routes, checks)


def _premises(routes: Routes, checks: Checks) -> None:
    api, handler = checks.api, checks.handler

    @routes.get("/small-place-kinds", access="register.read")
    async def list_kinds(request: Request) -> KindsOut:
        """The kinds of small premises that hold here today, their sizes and their check lists (九小场所)."""
        return checks.kinds(language_of(request))

    @routes.get("/premises", access="register.read")
    async def list_premises(
        request: Request,
        response: Response,
        actor: CurrentActor,
        paging: CurrentPaging,
        after: CurrentAfter,
        kind: Annotated[str | None, Query(max_length=80, pattern=NAMED)] = None,
    ) -> PremisesPage:
        """Small premises, the last entered first."""
        await api.wait(after, "inspections")
        found = await rows.list_premises(
            api.runtime.database, areas(actor, "register.read"), kind=kind, before=before(paging), limit=paging.limit
        )
        if len(found) == paging.limit:
            link_next(request, response, {"position": found[-1]["position"]})
        return PremisesPage(premises=await checks.premises_out(actor, found))

    @routes.get("/premises/{id}", access="register.read")
    async def read_premises(id: Id, actor: CurrentActor, after: CurrentAfter) -> PremisesDetail:
        await api.wait(after, "inspections")
        return await checks.premises_detail(actor, await checks.premises_row(actor, id))

    @routes.post("/premises", access="register.change", status_code=201)
    async def register(body: PremisesIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Enters a place into the list (登记场所): of a kind, and within the sizes, of the list that holds here."""
        station, _ = await handler.located(body.community, body.entered().place)
        where = Scope(station, body.community, body.place.grid)
        permit(actor, "register.change", where)
        id_ = derived_id("premises", key.command_id)
        meta = api.meta_of(actor, where, key)
        return done(id_, await handler.register(id_, body.community, body.entered(), meta, key.command_id))

    @routes.put("/premises/{id}/measures", access="register.change")
    async def measure(id: Id, body: MeasuresIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Its kind and sizes as they are now (变更类别规模)."""
        _, where = await checks.of_premises(actor, id, "register.change")
        meta = api.meta_of(actor, where, key)
        return done(id, await handler.measure(id, body.kind, body.measures, meta, key.command_id))

    @routes.post("/premises/{id}/close", access="register.change")
    async def close(id: Id, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """It is there no longer (场所注销)."""
        _, where = await checks.of_premises(actor, id, "register.change")
        return done(id, await handler.close(id, api.meta_of(actor, where, key), key.command_id))


def _looking(routes: Routes, checks: Checks) -> None:
    api, handler = checks.api, checks.handler

    @routes.get("/inspections", access="register.read")
    async def list_inspections(
        request: Request,
        response: Response,
        actor: CurrentActor,
        paging: CurrentPaging,
        after: CurrentAfter,
        premises: Annotated[str | None, Query(max_length=80, pattern=NAMED)] = None,
    ) -> InspectionPage:
        """Inspections, the newest first; of one place, if it is given."""
        await api.wait(after, "inspections")
        found = await rows.list_inspections(
            api.runtime.database,
            areas(actor, "register.read"),
            actor.id,
            of=premises,
            before=before(paging),
            limit=paging.limit,
        )
        if len(found) == paging.limit:
            link_next(request, response, {"position": found[-1]["position"]})
        return InspectionPage(inspections=[inspection_out(row) for row in found])

    @routes.get("/inspections/{id}", access="register.read")
    async def read_inspection(id: Id, request: Request, actor: CurrentActor, after: CurrentAfter) -> InspectionDetail:
        """One inspection: its points, its findings, what is due of them."""
        await api.wait(after, "inspections")
        return await checks.detail(actor, await checks.inspection_row(actor, id), language_of(request))

    @routes.post("/inspections", access="report.handle", status_code=201)
    async def begin(body: InspectionIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Begins an inspection (开始检查), or gives one to somebody of the station."""
        _, where = await checks.of_premises(actor, body.premises, "report.handle")
        inspector = await checks.inspector(body.inspector, actor, where.station or "")
        id_ = derived_id("inspection", key.command_id)
        meta = api.meta_of(actor, where, key)
        return done(id_, await handler.begin(id_, body.premises, inspector, meta, key.command_id))

    @routes.post("/inspections/{id}/findings", access="report.handle")
    async def record(id: Id, body: FindingIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Writes down what is wrong (记录隐患), with its level and evidence."""
        where = await checks.of_inspection(actor, id, "report.handle")
        await checks.cited(actor, body.evidence)
        return done(id, await handler.record(id, body.found(), api.meta_of(actor, where, key), key.command_id))

    @routes.post("/inspections/{id}/finish", access="report.handle")
    async def finish(id: Id, body: LookIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Everything of the list was looked at (检查完毕)."""
        where = await checks.of_inspection(actor, id, "report.handle")
        command = inspection.FinishLook(
            in_order=frozenset(body.in_order),
            not_applicable=frozenset(body.not_applicable),
            by=actor.id,
            now=api.runtime.clock(),
        )
        return done(id, await handler.decide(id, command, api.meta_of(actor, where, key), key.command_id))


def _settling(routes: Routes, checks: Checks) -> None:
    api, handler = checks.api, checks.handler

    @routes.post("/inspections/{id}/orders", access="report.direct")
    async def order(id: Id, body: OrderIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Orders findings to be put right by a day (责令改正); the rule is cited."""
        where = await checks.of_inspection(actor, id, "report.direct")
        meta = api.meta_of(actor, where, key)
        return done(id, await handler.order(id, body.findings, body.due, meta, key.command_id))

    @routes.post("/inspections/{id}/rechecks", access="report.handle")
    async def recheck(id: Id, body: RecheckIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Looked at again (复查): put right, or not."""
        where = await checks.of_inspection(actor, id, "report.handle")
        await checks.cited(actor, body.evidence)
        return done(id, await handler.recheck(id, body.rechecked(), api.meta_of(actor, where, key), key.command_id))

    @routes.post("/inspections/{id}/hand-overs", access="report.direct", status_code=201)
    async def hand_over(id: Id, body: HandOverIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Hands findings over to the fire body (移交消防机构); until it accepts them they stay the station's."""
        where = await checks.of_inspection(actor, id, "report.direct")
        command = inspection.HandOver(
            hand_over=derived_id("hand-over", key.command_id),
            findings=tuple(body.findings),
            body=body.body,
            by=actor.id,
            now=api.runtime.clock(),
        )
        return done(id, await handler.decide(id, command, api.meta_of(actor, where, key), key.command_id))

    @routes.post("/inspections/{id}/hand-overs/{hand_over}/answer", access="report.direct")
    async def answer(id: Id, hand_over: HandOverId, body: AnswerIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """The fire body took it, or gave it back with the reason (接收、退回)."""
        where = await checks.of_inspection(actor, id, "report.direct")
        meta = api.meta_of(actor, where, key)
        told = (body.accepted, body.reference.strip(), body.reason.strip())
        return done(id, await handler.answer(id, hand_over, *told, meta, key.command_id))


def premises_out(row: dict[str, Any], name: str | None, address: str | None) -> PremisesOut:
    names = ("kind", "article", "station", "community", "grid", "compound", "building", "closed")
    looked = row["last_looked_at"]
    return PremisesOut(
        id=row["premises"],
        name=name,
        address=address,
        measures=orjson.loads(row["measures"]),
        beyond=[ExcessOut(**each) for each in orjson.loads(row["beyond"])],
        last_looked_at=None if looked is None else instant(looked),
        **{each: row[each] for each in names},
    )


def inspection_out(row: dict[str, Any]) -> InspectionOut:
    names = ("premises", "kind", "station", "community", "grid")
    return InspectionOut(
        id=row["inspection"],
        inspector=next(iter(named(row["inspector"]))),
        begun_at=instant(row["begun_at"]),
        looked_at=None if row["looked_at"] is None else instant(row["looked_at"]),
        **{each: row[each] for each in names},
    )


def finding_out(row: dict[str, Any], words: Sequence[str | None], now: datetime, today: date) -> FindingOut:
    names = ("point", "level", "status", "due", "article", "hand_over", "hand_over_article", "body", "reference")
    what, note, reason = words
    moments = ("found_at", "rechecked_at", "hand_over_due", "handed_over_at")
    when = {name: None if row[name] is None else instant(row[name]) for name in moments}
    return FindingOut.model_validate(
        {
            **{each: row[each] for each in names},
            **when,
            "id": row["finding"],
            "owner": "fire_body" if row["status"] == "taken" else "station",
            "what": what,
            "note": note,
            "reason": reason,
            "evidence": sorted(named(row["evidence"])),
            "late": is_late(row, now, today),
        }
    )


def is_late(row: dict[str, Any], now: datetime, today: date) -> bool:
    """Whether the order's day has passed without a re-check, or the hand-over's limit without a hand-over in time."""
    if row["status"] == "put_right":
        return False
    if row["status"] == "ordered" and row["due"] < today:
        return True
    if row["hand_over_due"] is None:
        return False
    handed = row["handed_over_at"] if row["status"] in ("handed_over", "taken") else None
    return bool(row["hand_over_due"] < (handed if handed is not None else int(now.timestamp() * 1_000_000)))
