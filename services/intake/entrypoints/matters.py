"""The routes of one matter (同一事项): what is similar and why; merge, un-merge, split, dismiss; parent, children."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Response
from pydantic import BaseModel, Field
from starlette.requests import Request

from services.intake.application.matters import Matters, evidence
from services.intake.application.submissions import Line
from services.intake.domain import matter, report
from services.intake.domain.likeness import THRESHOLD, WORTH_TELLING, Match
from services.intake.domain.likeness import Field as FieldName
from services.intake.domain.matter import Outcome
from services.intake.entrypoints.http import Api, Id, before, done, scope, scope_of, words
from services.intake.entrypoints.schemas import Done
from services.intake.projections import matters as rows
from services.intake.projections import reports as report_rows
from shared.access.actors import Actor
from shared.access.rights import areas, authorize
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import instant
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.paging import CurrentAfter, CurrentPaging, link_next
from shared.web.routes import CurrentActor, Routes, permit

SHOWN_AT_MOST: Final = 8
PURPOSE: Final = "reports that may be the same matter"
Number = Annotated[str, Field(min_length=1, max_length=80)]


class FieldOut(BaseModel):
    """How alike one field is, with the words that matched in this report and in the other."""

    field: FieldName
    score: float
    differs: bool
    here: list[str]
    there: list[str]


class RelatedOut(BaseModel):
    """Another report of the matter, as far as the asker may see it."""

    id: str
    code: str
    subject: str | None
    state: str
    stage: str
    reported_at: datetime


class SimilarOut(RelatedOut):
    """A report that may be of the same matter."""

    score: float
    suggested: bool
    merge_into: str
    """The report itself, or the parent that it was merged into."""
    fields: list[FieldOut]


class ChildOut(RelatedOut):
    """A report that was merged into this one, with its own demand and what became of that."""

    demand: str | None
    outcome: Outcome | None
    merged_at: datetime


class MatterOut(BaseModel):
    report: str
    parent: RelatedOut | None
    children: list[ChildOut]
    demand: str | None
    outcome: Outcome | None


class SimilarPage(BaseModel):
    report: str
    threshold: float
    similar: list[SimilarOut]


class SuspectedOut(BaseModel):
    report: str
    code: str
    subject: str | None
    state: str
    other: str
    score: float


class SuspectedPage(BaseModel):
    suspected: list[SuspectedOut]


class MergeIn(BaseModel, extra="forbid"):
    into: Number


class DismissIn(BaseModel, extra="forbid"):
    other: Number


class UnmergeIn(BaseModel, extra="forbid"):
    reason: Annotated[Line, Field(max_length=500)]


class SplitIn(BaseModel, extra="forbid"):
    children: Annotated[list[Number], Field(min_length=1, max_length=200)]
    reason: Annotated[Line, Field(max_length=500)]


class DemandIn(BaseModel, extra="forbid"):
    demand: Annotated[Line, Field(max_length=2_000)]


class OutcomeIn(BaseModel, extra="forbid"):
    outcome: Outcome


class Desk:
    """What the routes and the pages of matters work with."""

    def __init__(self, api: Api, matters: Matters) -> None:
        self.api = api
        self.matters = matters

    async def similar(self, actor: Actor, id_: str) -> list[SimilarOut]:
        """What may be the same matter and is neither merged with it nor dismissed; the read is recorded."""
        mine = await self.matters.belonging(id_)
        dismissed = await self._dismissed(id_)
        root = mine.parent or id_
        found: list[tuple[Match, dict[str, Any], str]] = []
        for match in await self.matters.similar(id_):
            if len(found) == SHOWN_AT_MOST or match.likeness.score < WORTH_TELLING:
                break
            other = match.found.report
            target = (await self.matters.belonging(other)).parent or other
            row = await self._visible(actor, other)
            if row is not None and target != root and not {other, target} & dismissed:
                found.append((match, row, target))
        return await self._told(actor, id_, found)

    async def _dismissed(self, id_: str) -> set[str]:
        pairs = await rows.pairs_of(self.api.runtime.database, id_)
        return {name for row in pairs if row["state"] == "dismissed" for name in (row["report"], row["other"])} - {id_}

    async def _told(
        self, actor: Actor, id_: str, found: Sequence[tuple[Match, dict[str, Any], str]]
    ) -> list[SimilarOut]:
        if not found:
            return []
        sealed = [
            box for report_id in (id_, *(m.found.report for m, _, _ in found)) for box in await self._said(report_id)
        ]
        opened = await self.api.runtime.open(sealed, self.api.meta(actor), PURPOSE)
        (subject, text), *others = zip(opened[::2], opened[1::2], strict=True)
        return [
            SimilarOut(
                **related(row, their_subject),
                score=match.likeness.score,
                suggested=match.suggested,
                merge_into=target,
                fields=[
                    FieldOut(
                        field=one.field,
                        score=one.score,
                        differs=one.differs,
                        here=words(one.here, subject, text),
                        there=words(one.there, their_subject, their_text),
                    )
                    for one in evidence(match.likeness)
                ],
            )
            for (match, row, target), (their_subject, their_text) in zip(found, others, strict=True)
        ]

    async def _said(self, id_: str) -> tuple[Sealed, Sealed]:
        state = await self.api.reports.find(id_)
        assert not isinstance(state, report.NotReceived), "what is found was received"
        return state.received.subject, state.received.text

    async def _visible(self, actor: Actor, id_: str) -> dict[str, Any] | None:
        row = await report_rows.find(self.api.runtime.database, id_)
        return row if row is not None and authorize(actor, "report.read", scope_of(row)).allowed else None

    async def matter(self, actor: Actor, id_: str) -> MatterOut:
        """Where the report belongs, and who belongs to it; of those only what the actor may see."""
        database = self.api.runtime.database
        mine = await rows.belonging(database, id_)
        parent = await self._visible(actor, mine["parent"]) if mine["parent"] else None
        members = [
            (child, row)
            for child in await rows.children(database, id_)
            if (row := await self._visible(actor, child["report"])) is not None
        ]
        seen = [row for row in (parent, *(row for _, row in members)) if row is not None]
        subjects = iter(await self.api.subjects(seen, actor, PURPOSE))
        shown_parent = RelatedOut(**related(parent, next(subjects))) if parent is not None else None
        demands = iter(await self._demands(actor, [mine, *(child for child, _ in members)]))
        return MatterOut(
            report=id_,
            parent=shown_parent,
            demand=next(demands),
            outcome=mine["outcome"],
            children=[
                ChildOut(
                    **related(row, next(subjects)),
                    demand=next(demands),
                    outcome=child["outcome"],
                    merged_at=instant(child["merged_at"]),
                )
                for child, row in members
            ],
        )

    async def _demands(self, actor: Actor, belongings: Sequence[dict[str, Any]]) -> list[str | None]:
        sealed = [Sealed.model_validate_json(row["demand"]) if row["demand"] else None for row in belongings]
        opened = iter(
            await self.api.runtime.open([box for box in sealed if box is not None], self.api.meta(actor), PURPOSE)
        )
        return [None if box is None else next(opened) for box in sealed]

    async def suspected(self, actor: Actor, position: int | None, limit: int) -> list[dict[str, Any]]:
        found = await rows.list_suspected(
            self.api.runtime.database, areas(actor, "report.read"), actor.id, before=position, limit=limit
        )
        subjects = await self.api.subjects(found, actor, PURPOSE)
        return [{**row, "subject": subject} for row, subject in zip(found, subjects, strict=True)]

    # Deciding

    async def merge(self, actor: Actor, id_: str, into: str, key: Idempotency) -> Done:
        meta = await self._meta(actor, id_, key)
        permit(actor, "report.classify", await scope(self.api, into))
        return done(id_, await self.matters.merge(id_, into, meta, key.command_id))

    async def unmerge(self, actor: Actor, id_: str, reason: str, key: Idempotency) -> Done:
        meta = await self._meta(actor, id_, key)
        return done(id_, await self.matters.unmerge(id_, reason, meta, key.command_id))

    async def split(self, actor: Actor, id_: str, body: SplitIn, key: Idempotency) -> Done:
        meta = await self._meta(actor, id_, key)
        for child in body.children:
            permit(actor, "report.classify", await scope(self.api, child))
        return done(id_, await self.matters.split(id_, body.children, body.reason, meta, key.command_id))

    async def dismiss(self, actor: Actor, id_: str, other: str, key: Idempotency) -> Done:
        meta = await self._meta(actor, id_, key)
        permit(actor, "report.classify", await scope(self.api, other))
        command = matter.DismissDuplicate(report=id_, other=other, by=actor.id, now=self.api.runtime.clock())
        return done(id_, await self.matters.decide(id_, command, meta, key.command_id))

    async def demand(self, actor: Actor, id_: str, demand: str, key: Idempotency) -> Done:
        meta = await self._meta(actor, id_, key)
        return done(id_, await self.matters.demand(id_, demand, meta, key.command_id))

    async def outcome(self, actor: Actor, id_: str, outcome: Outcome, key: Idempotency) -> Done:
        meta = await self._meta(actor, id_, key)
        command = matter.RecordOutcome(report=id_, outcome=outcome, by=actor.id, now=self.api.runtime.clock())
        return done(id_, await self.matters.decide(id_, command, meta, key.command_id))

    async def _meta(self, actor: Actor, id_: str, key: Idempotency) -> Any:
        where = await scope(self.api, id_)
        permit(actor, "report.classify", where)
        state = await self.api.reports.find(id_)
        assert not isinstance(state, report.NotReceived), "its scope was found"
        return self.api.meta_of(actor, where, key).model_copy(update={"correlation": state.received.code})


def related(row: dict[str, Any], subject: str | None) -> dict[str, Any]:
    return {
        "id": row["report"],
        "code": row["code"],
        "subject": subject,
        "state": row["state"],
        "stage": row["stage"],
        "reported_at": instant(row["reported_at"]),
    }


def add(routes: Routes, desk: Desk) -> None:
    @routes.get("/reports/{id}/similar", access="report.read")
    async def similar(id: Id, actor: CurrentActor, after: CurrentAfter) -> SimilarPage:
        """Reports that may be of the same matter, the likeliest first, with what matched field by field."""
        await desk.api.wait(after, "likenesses")
        row = await desk.api.row(actor, id)
        return SimilarPage(report=row["report"], threshold=THRESHOLD, similar=await desk.similar(actor, row["report"]))

    @routes.get("/reports/{id}/matter", access="report.read")
    async def read_matter(id: Id, actor: CurrentActor, after: CurrentAfter) -> MatterOut:
        """The report that this one was merged into, and those that were merged into this one (群体事项)."""
        await desk.api.wait(after, "matters")
        row = await desk.api.row(actor, id)
        return await desk.matter(actor, row["report"])

    @routes.get("/matters/suspected", access="report.read")
    async def list_suspected(
        request: Request, response: Response, actor: CurrentActor, paging: CurrentPaging, after: CurrentAfter
    ) -> SuspectedPage:
        """Reports suspected to be duplicates (疑似重复) on which nobody has decided, the newest first."""
        await desk.api.wait(after, "matters")
        found = await desk.suspected(actor, before(paging), paging.limit)
        if len(found) == paging.limit:
            link_next(request, response, {"position": found[-1]["position"]})
        return SuspectedPage(
            suspected=[
                SuspectedOut(
                    report=row["report"],
                    code=row["code"],
                    subject=row["subject"],
                    state=row["report_state"],
                    other=row["other"],
                    score=row["score"],
                )
                for row in found
            ]
        )

    @routes.post("/reports/{id}/merge", access="report.classify")
    async def merge(id: Id, body: MergeIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Merges the report into another (合并). It keeps its code, its reporter and its demand."""
        return await desk.merge(actor, id, body.into, key)

    @routes.post("/reports/{id}/unmerge", access="report.classify")
    async def unmerge(id: Id, body: UnmergeIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Takes the report out again (拆回): it is as if it had never been merged, but for the history."""
        return await desk.unmerge(actor, id, body.reason, key)

    @routes.post("/reports/{id}/split", access="report.classify")
    async def split(id: Id, body: SplitIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Takes children out of the report and makes one matter of them (拆分); the first becomes its parent."""
        return await desk.split(actor, id, body, key)

    @routes.post("/reports/{id}/dismiss", access="report.classify")
    async def dismiss(id: Id, body: DismissIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Says that both are not one matter (非同一事项); it is not suggested again."""
        return await desk.dismiss(actor, id, body.other, key)

    @routes.post("/reports/{id}/demand", access="report.classify")
    async def demand(id: Id, body: DemandIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Writes down what this one reporter demands (诉求), whatever others of the matter do."""
        return await desk.demand(actor, id, body.demand, key)

    @routes.post("/reports/{id}/outcome", access="report.classify")
    async def outcome(id: Id, body: OutcomeIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Writes down what became of this one's demand."""
        return await desk.outcome(actor, id, body.outcome, key)
