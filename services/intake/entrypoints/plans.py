"""The plan of a day over HTTP: items with place and time, what is due proposed, each done, moved or dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated, Any, Final

from fastapi import Path, Query
from pydantic import BaseModel, Field
from starlette.requests import Request

from services.intake.application.plans import Plans, Wanted, Whose
from services.intake.application.submissions import Code, Line
from services.intake.domain import day_plan
from services.intake.entrypoints.http import NAMED, Api, done
from services.intake.entrypoints.schemas import Body, Done
from services.intake.projections import accounts as account_rows
from services.intake.projections import due as due_rows
from services.intake.projections import plans as rows
from shared.access.actors import Actor, Scope
from shared.access.rights import authorize
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta
from shared.web.accounts import actor_of
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import Languages, language_of, mark
from shared.web.paging import CurrentAfter
from shared.web.problems import Fault, malformed
from shared.web.routes import CurrentActor, Routes, permit

Day = Annotated[date, Path(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
ItemId = Annotated[str, Path(max_length=80, pattern=NAMED)]
Account = Annotated[str | None, Query(max_length=80, pattern=NAMED, description="the caller's own if left out")]
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)


class AboutIn(Body):
    source: Code
    id: Code


class ItemIn(Body):
    kind: day_plan.Kind
    place: Line = Field(max_length=120)
    at: time | None = None
    note: str = Field(default="", max_length=500)
    about: AboutIn | None = None

    def wanted(self) -> Wanted:
        about = None if self.about is None else day_plan.About(source=self.about.source, id=self.about.id)
        return Wanted(self.kind, self.place, self.at, self.note.strip(), about)


class TimeIn(Body):
    at: time | None = None


class MoveIn(Body):
    to: date = Field(ge=FIRST_DAY, le=LAST_DAY)
    reason: day_plan.MoveReason
    words: str = Field(default="", max_length=300)


class DropIn(Body):
    reason: day_plan.DropReason
    words: str = Field(default="", max_length=300)


class ItemOut(BaseModel):
    id: str
    kind: day_plan.Kind
    at: str = Field(description="HH:MM; empty where it has no time")
    place: str | None
    note: str | None
    source: str
    about: str
    standing: day_plan.Standing
    moved_from: date | None
    moved_to: date | None
    reason: str
    words: str | None


class DueOut(BaseModel):
    """Something that is due by the day and in nobody's plan yet."""

    source: str
    id: str
    kind: day_plan.Kind
    what: str
    where: str
    name: str | None
    by: date
    late: bool
    article: str
    address: str


class PlanOut(BaseModel):
    account: str
    day: date
    items: list[ItemOut]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose plan is asked for, and in which scope."""

    whose: Whose
    where: Scope
    name: str


class Days:
    """What the routes and the page of the plan work with."""

    def __init__(self, api: Api, sources: Sequence[due_rows.Source], languages: Languages) -> None:
        self.api = api
        self.handler = Plans(api.runtime)
        self.languages = languages
        self._sources = sources

    def today(self) -> date:
        return day_plan.today(self.api.runtime.clock())

    async def asked(self, actor: Actor, account: str | None, day: date) -> Asked:
        """One's own plan; another's for who directs the work at a station to which they belong."""
        if account is None or account in (actor.id, actor.name):
            stations = [post.station for post in actor.posts] or [self.api.station]
            for station in stations:
                own = Scope(station, assigned=frozenset({actor.id}))
                if authorize(actor, "report.handle", own).allowed:
                    return Asked(Whose(actor.id, station, day), own, actor.name)
            permit(actor, "report.handle", Scope(stations[0], assigned=frozenset({actor.id})))
        for row in await account_rows.everyone(self.api.runtime.database):
            if account in (row["id"], row["name"]) and row["active"]:
                for post in actor_of(row).posts:
                    theirs = Scope(post.station)
                    if authorize(actor, "report.direct", theirs).allowed:
                        return Asked(Whose(row["id"], post.station, day), theirs, row["name"])
        raise malformed(
            Fault(
                mark("There is no such account where you direct the work. Choose one of your station."),
                parameter="account",
            )
        )

    def meta(self, actor: Actor, asked: Asked, key: Idempotency) -> Meta:
        return self.api.meta_of(actor, asked.where, key)

    async def people(self, actor: Actor) -> list[tuple[str, str]]:
        """Whose plans the actor may open besides their own."""
        return [
            (row["id"], row["name"])
            for row in await account_rows.everyone(self.api.runtime.database)
            if row["active"]
            and row["id"] != actor.id
            and any(
                post.role != "admin" and authorize(actor, "report.direct", Scope(post.station)).allowed
                for post in actor_of(row).posts
            )
        ]

    async def items(self, actor: Actor, asked: Asked) -> list[ItemOut]:
        found = await rows.of_day(self.api.runtime.database, asked.whose.account, asked.whose.day)
        boxes = [row[name] for row in found for name in ("place", "note", "words")]
        sealed = [Sealed.model_validate_json(box) for box in boxes if box]
        meta = self.api.meta(actor, asked.whose.station)
        values = iter(await self.api.runtime.open(sealed, meta, "plan of a day"))
        words = [next(values) if box else None for box in boxes]
        return [item_out(row, words[3 * n : 3 * n + 3]) for n, row in enumerate(found)]

    async def due(self, request: Request, actor: Actor, day: date) -> list[DueOut]:
        """What the sources name and nobody has planned."""
        database, language = self.api.runtime.database, language_of(request)
        found = await due_rows.everything(self._sources, database, actor, day)
        taken = await rows.planned(database, [(each.source, each.id) for each in found], self.today())
        free = [each for each in found if (each.source, each.id) not in taken]
        sealed = [each.name for each in free if each.name is not None]
        names = iter(await self.api.runtime.open(sealed, self.api.meta(actor), "what is due"))
        return [
            DueOut(
                source=each.source,
                id=each.id,
                kind=each.kind,
                what=self.languages.text(language, each.what),
                where=each.where,
                name=next(names) if each.name is not None else None,
                by=each.by,
                late=each.by < self.today(),
                article=each.article,
                address=each.address,
            )
            for each in free
        ]


def add(routes: Routes, days: Days) -> None:
    api, handler = days.api, days.handler

    @routes.get("/plans/{day}", access="report.handle")
    async def read_plan(day: Day, actor: CurrentActor, after: CurrentAfter, account: Account = None) -> PlanOut:
        """The plan of a day: one's own, or somebody's for who directs their work."""
        await api.wait(after, "plans")
        asked = await days.asked(actor, account, day)
        return PlanOut(account=asked.whose.account, day=day, items=await days.items(actor, asked))

    @routes.get("/plans/{day}/due", access="report.handle")
    async def read_due(request: Request, day: Day, actor: CurrentActor, after: CurrentAfter) -> list[DueOut]:
        """What is due by that day and in nobody's plan yet, out of the read models."""
        await api.wait(after, "plans")
        return await days.due(request, actor, day)

    @routes.post("/plans/{day}/items", access="report.handle", status_code=201)
    async def add_item(
        day: Day, body: ItemIn, actor: CurrentActor, key: IdempotencyKey, account: Account = None
    ) -> Done:
        """Puts something into the plan (列入安排)."""
        asked = await days.asked(actor, account, day)
        handled = await handler.add(asked.whose, body.wanted(), days.meta(actor, asked, key), key.command_id)
        return done(asked.whose.plan, handled)

    @routes.post("/plans/{day}/items/{item}/time", access="report.handle")
    async def set_time(
        day: Day, item: ItemId, body: TimeIn, actor: CurrentActor, key: IdempotencyKey, account: Account = None
    ) -> Done:
        """Gives it another time on the same day (调整时间)."""
        asked = await days.asked(actor, account, day)
        command = day_plan.TimeItem(item=item, at=body.at, by=actor.id, now=api.runtime.clock())
        meta = days.meta(actor, asked, key)
        return done(item, await handler.decide(asked.whose.plan, command, meta, key.command_id))

    @routes.post("/plans/{day}/items/{item}/done", access="report.handle")
    async def do_item(
        day: Day, item: ItemId, actor: CurrentActor, key: IdempotencyKey, account: Account = None
    ) -> Done:
        """It is done (完成)."""
        asked = await days.asked(actor, account, day)
        command = day_plan.DoItem(item=item, by=actor.id, now=api.runtime.clock())
        meta = days.meta(actor, asked, key)
        return done(item, await handler.decide(asked.whose.plan, command, meta, key.command_id))

    @routes.post("/plans/{day}/items/{item}/move", access="report.handle")
    async def move_item(
        day: Day, item: ItemId, body: MoveIn, actor: CurrentActor, key: IdempotencyKey, account: Account = None
    ) -> Done:
        """Does it on another day (改期), with the reason."""
        asked = await days.asked(actor, account, day)
        meta = days.meta(actor, asked, key)
        words = body.words.strip()
        return done(item, await handler.move(asked.whose, item, body.to, body.reason, words, meta, key.command_id))

    @routes.post("/plans/{day}/items/{item}/drop", access="report.handle")
    async def drop_item(
        day: Day, item: ItemId, body: DropIn, actor: CurrentActor, key: IdempotencyKey, account: Account = None
    ) -> Done:
        """Does it not at all (取消), with the reason."""
        asked = await days.asked(actor, account, day)
        meta = days.meta(actor, asked, key)
        return done(item, await handler.drop(asked.whose, item, body.reason, body.words.strip(), meta, key.command_id))


def item_out(row: dict[str, Any], words: Sequence[str | None]) -> ItemOut:
    names = ("kind", "at", "source", "about", "standing", "moved_from", "moved_to", "reason")
    place, note, why = words
    return ItemOut(id=row["item"], place=place, note=note, words=why, **{name: row[name] for name in names})
