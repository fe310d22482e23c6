"""Admission over HTTP: the grounds with the rules that hold here, a refusal by a rule, and its notice."""

from datetime import date

from fastapi import Response
from pydantic import AwareDatetime, BaseModel, Field

from services.intake.application.submissions import Text
from services.intake.domain import admission, refusal_notice, report
from services.intake.domain.admission import GROUNDS, Citation, GroundCode
from services.intake.entrypoints.http import Api, Id, done, known_category, scope
from services.intake.entrypoints.schemas import Body, Done
from shared.access.actors import Actor
from shared.categories import DEFAULT_CATEGORY
from shared.eventsourcing.commands import Handled
from shared.law.here import Here
from shared.law.legal_time import day_of
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import mark
from shared.web.paging import IfMatch, etag
from shared.web.problems import not_found
from shared.web.routes import CurrentActor, Routes, permit


class RefuseByRuleIn(Body):
    ground: GroundCode
    other_route: Text = Field(default="", max_length=500, description="Where to go instead; the ground's own if empty.")


class AdmitDespiteIn(Body):
    category: str = Field(default=DEFAULT_CATEGORY, min_length=1, max_length=80)
    grounds: list[GroundCode] = Field(
        default_factory=list, max_length=20, description="Grounds that were found, whose rules only warn here."
    )


class GroundOut(BaseModel):
    code: GroundCode
    zh: str
    en: str
    rule: Citation | None = Field(description="the rule as it holds here today; None where there is none")
    route_zh: str
    route_en: str
    because: list[str] = Field(description="words of the report that may show it; a person looks whether they do")


class NoticeOut(BaseModel):
    report: str
    code: str
    number: str
    zh: str
    en: str
    sha256: str
    unchanged: bool = Field(description="whether the text is still the one that was issued")
    issued_at: AwareDatetime


class Admission:
    """What the routes and the pages of admission work with."""

    def __init__(self, api: Api, here: Here) -> None:
        self.api = api
        self.here = here

    def today(self) -> date:
        return day_of(self.api.runtime.clock())

    async def grounds(self, id_: str, actor: Actor) -> list[GroundOut]:
        """Every ground with its rule of today, those first that the report's words may show; the read is recorded."""
        received = await self._received(id_)
        opened = await self.api.runtime.open([received.subject, received.text], self.api.meta(actor), "admission")
        found = admission.suspected(opened[0] or "", opened[1] or "")
        listed = [
            GroundOut(
                code=ground.code,
                zh=ground.zh,
                en=ground.en,
                rule=admission.citation(ground.code, self.here, self.today()),
                route_zh=ground.route_zh,
                route_en=ground.route_en,
                because=list(dict.fromkeys(word.text for word in found.get(ground.code, ()))),
            )
            for ground in GROUNDS.values()
        ]
        return sorted(listed, key=lambda one: not one.because)

    async def refuse(
        self, id_: str, ground: GroundCode, route: str, actor: Actor, key: Idempotency, seen: int | None = None
    ) -> Handled:
        where = await scope(self.api, id_)
        permit(actor, "report.refuse", where)
        command = report.RefuseByRule(
            ground=ground,
            other_route=route.strip() or GROUNDS[ground].route_zh,
            here=self.here,
            on=self.today(),
            by=actor.id,
            now=self.api.runtime.clock(),
        )
        meta = self.api.meta_of(actor, where, key)
        return await self.api.reports.decide(id_, command, meta, key.command_id, seen)

    async def admit(
        self,
        id_: str,
        category: str,
        grounds: list[GroundCode],
        actor: Actor,
        key: Idempotency,
        seen: int | None = None,
    ) -> Handled:
        where = await scope(self.api, id_)
        permit(actor, "report.admit", where)
        known_category(category)
        warned = admission.warnings(tuple(dict.fromkeys(grounds)), self.here, self.today())
        command = report.AdmitDispute(category=category, warnings=warned, by=actor.id, now=self.api.runtime.clock())
        meta = self.api.meta_of(actor, where, key)
        return await self.api.reports.decide(id_, command, meta, key.command_id, seen)

    async def notice(self, id_: str) -> NoticeOut:
        state = await self.api.reports.find(id_)
        if not isinstance(state, report.Refused) or state.notice is None:
            raise not_found(mark("No notice of a refusal was issued for this report."))
        issued = state.notice
        return NoticeOut(
            report=issued.report,
            code=issued.code,
            number=issued.number,
            zh=issued.zh,
            en=issued.en,
            sha256=issued.sha256,
            unchanged=refusal_notice.fixed(issued.zh, issued.en) == issued.sha256,
            issued_at=issued.issued_at,
        )

    async def _received(self, id_: str) -> report.ReportReceived:
        state = await self.api.reports.find(id_)
        if isinstance(state, report.NotReceived):
            raise report.NeverReceived
        return state.received


def add(routes: Routes, desk: Admission) -> None:
    @routes.get("/reports/{id}/admission", access="report.admit")
    async def list_grounds(id: Id, actor: CurrentActor) -> list[GroundOut]:
        """The grounds on which a dispute is not admitted, each with the rule that holds here today (受理审查)."""
        permit(actor, "report.admit", await scope(desk.api, id))
        return await desk.grounds(id, actor)

    @routes.post("/reports/{id}/refuse-by-rule", access="report.refuse")
    async def refuse_by_rule(
        id: Id, body: RefuseByRuleIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> Done:
        """Does not admit it, by a rule (不予受理): the notice cites the article and tells the other route."""
        handled = await desk.refuse(id, body.ground, body.other_route, actor, key, seen)
        response.headers["ETag"] = etag(handled.version)
        return done(id, handled)

    @routes.post("/reports/{id}/admit-despite", access="report.admit")
    async def admit_despite(
        id: Id, body: AdmitDespiteIn, actor: CurrentActor, key: IdempotencyKey, seen: IfMatch, response: Response
    ) -> Done:
        """Admits a dispute although grounds were found whose rules only warn; the warnings are kept with it."""
        handled = await desk.admit(id, body.category, body.grounds, actor, key, seen)
        response.headers["ETag"] = etag(handled.version)
        return done(id, handled)

    @routes.get("/reports/{id}/notice", access="report.read")
    async def read_notice(id: Id, actor: CurrentActor) -> NoticeOut:
        """The notice of a refusal as it was issued (不予受理告知书)."""
        permit(actor, "report.read", await scope(desk.api, id))
        return await desk.notice(id)
