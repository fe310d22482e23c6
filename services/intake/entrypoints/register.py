"""The routes of the register: areas, boundaries as GeoJSON, codes, squads, and who holds or held which post."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeAlias

from fastapi import Query
from geojson_pydantic import Feature, FeatureCollection, MultiPolygon, Polygon
from starlette.requests import Request
from starlette.responses import JSONResponse

from services.intake.application.posts import Appointment, Posts
from services.intake.domain import area, community, grid_codes, ground, post
from services.intake.domain.boundary import shape, square_metres
from services.intake.domain.streams import AREA
from services.intake.entrypoints import register_bodies as bodies
from services.intake.entrypoints.http import Api, Id, done
from services.intake.entrypoints.schemas import Done
from services.intake.projections import areas as area_rows
from services.intake.projections import posts as post_rows
from services.intake.projections.areas import AreaRow, CommunityRow
from services.intake.projections.posts import Holder
from shared.access.actors import EVERYWHERE, Actor, Scope
from shared.access.rights import authorize
from shared.eventsourcing.commands import Handled
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.languages import Language, Languages, language_of, mark
from shared.web.paging import CurrentAfter
from shared.web.problems import not_found
from shared.web.routes import CurrentActor, Routes, permit

GEOJSON: Final = "application/geo+json"


class GeoJson(JSONResponse):
    media_type = GEOJSON


KINDS: Final[Mapping[grid_codes.Kind, str]] = {
    "city": mark("city"),
    "branch": mark("branch"),
    "station": mark("station"),
    "community": mark("community"),
    "grid": mark("grid"),
    "compound": mark("compound"),
    "building": mark("building"),
    "unit": mark("unit"),
}
"""The kinds of areas as refusals name them within a sentence."""
ROLES: Final[Mapping[post.PostRole, str]] = {
    "station_leader": mark("Leader in charge"),
    "community_officer": mark("Community officer"),
    "auxiliary": mark("Auxiliary"),
    "building_head": mark("Building head"),
    "unit_head": mark("Unit head"),
    "volunteer": mark("Volunteer"),
}
PARTS: Final[Mapping[str, str]] = {
    "object": mark("Object"),
    "county": mark("County"),
    "street": mark("Street or town"),
    "community": mark("Community"),
    "order": mark("Order"),
}
UpperKind: TypeAlias = Literal["city", "branch", "station"]


class Land:
    """What the routes and the pages of the register work with."""

    def __init__(self, api: Api, languages: Languages) -> None:
        self.api = api
        self.languages = languages
        self.posts = Posts(api.runtime)

    async def readable(self, actor: Actor, id_: str) -> CommunityRow:
        """A community, for who may read the register there or in a grid of it."""
        found = await area_rows.of_community(self.api.runtime.database, id_)
        if found is None:
            raise not_found(mark("No community has this id. Check it, or look for it in the list."))
        if not any(self.may_read(actor, each) for each in (found.community, *found.grids.values())):
            permit(actor, "register.read", Scope(found.community.station, id_))
        return found

    def may_read(self, actor: Actor, row: AreaRow | Holder) -> bool:
        scope = Scope(row.station, row.community, row.grid, _own(row))
        return authorize(actor, "register.read", scope).allowed

    async def change(self, actor: Actor, id_: str, command: community.Command, key: Idempotency) -> Handled:
        """A change of a community's entries, for who may make it there."""
        where = Scope(await self.api.register.station_of(id_), id_)
        permit(actor, "register.change", where)
        return await self.api.register.change(id_, command, self.api.meta_of(actor, where, key), key.command_id)

    async def draw(self, actor: Actor, id_: str, body: bodies.BoundariesIn, since: date, key: Idempotency) -> Handled:
        outline, grids = body.outline(), body.grids()
        drawn = [b for b in (outline, *(each.boundary for each in grids)) if b is not None]
        positions = [p for b in drawn for polygon in b.polygons for ring in polygon for p in ring]
        elsewhere: list[ground.Elsewhere] = []
        if positions:
            lons, lats = [p[0] for p in positions], [p[1] for p in positions]
            around = (min(lons), min(lats), max(lons), max(lats))
            found = await area_rows.neighbours(self.api.runtime.database, id_, around, since)
            elsewhere = [ground.Elsewhere(community=n.community, grid=n.area, boundary=n.boundary) for n in found]
        command = ground.DrawBoundaries(
            since=since, outline=outline, grids=grids, elsewhere=tuple(elsewhere), now=self.api.runtime.clock()
        )
        return await self.change(actor, id_, command, key)

    async def doubts(self, code: area_rows.CodeRow, id_: str, language: Language, whole: CommunityRow) -> list[str]:
        codes = await area_rows.list_codes(self.api.runtime.database, id_)
        around = area_rows.around_codes(codes, id_, len(whole.grids), code.since)
        return self._said(code.scheme, code.code, around, language)

    def _said(self, scheme: str, code: str, around: grid_codes.Surroundings, language: Language) -> list[str]:
        said = []
        for doubt in grid_codes.doubts(scheme, code, around):
            part = doubt.values.get("part")
            named = {} if part is None else {"part": self.languages.text(language, PARTS[str(part)])}
            said.append(self.languages.text(language, doubt.say).format(**{**doubt.values, **named}))
        return said

    async def codes(self, id_: str, whole: CommunityRow, language: Language) -> list[bodies.CodeOut]:
        """Every code of a community, past ones included, with what is doubted of it."""
        codes = await area_rows.list_codes(self.api.runtime.database, id_)
        return [
            bodies.CodeOut(
                community=id_,
                **asdict(row),
                parts=grid_codes.named(row.scheme).split(row.code),
                doubts=self._said(
                    row.scheme,
                    row.code,
                    area_rows.around_codes(codes, id_, len(whole.grids), row.since),
                    language,
                ),
            )
            for row in codes
        ]

    async def boundaries(
        self, whole: CommunityRow, actor: Actor, on: date, known: Any = None
    ) -> list[tuple[AreaRow, area_rows.BoundaryRow]]:
        """The boundaries of a day that the actor may see, each with its area."""
        found = await area_rows.boundaries_on(self.api.runtime.database, whole.community.id, on, known)
        every = {("community", whole.community.id): whole.community}
        every |= {("grid", grid.id): grid for grid in whole.grids.values()}
        lying = [(every[row.kind, row.area], row) for row in found if (row.kind, row.area) in every]
        return [(place, row) for place, row in lying if self.may_read(actor, place)]

    async def detail(self, actor: Actor, id_: str, on: date, known: Any = None) -> bodies.CommunityDetail:
        """A community on a day, as far as the actor may see it."""
        whole = await self.readable(actor, id_)
        database = self.api.runtime.database
        drawn = {row.area: row.since for _, row in await self.boundaries(whole, actor, on, known) if row.kind == "grid"}
        squads = {row.grid: row.squad for row in await area_rows.list_squads(database, id_) if row.holds(on)}
        codes = [row for row in await area_rows.list_codes(database, id_) if row.holds(on)]
        holding = await post_rows.holders(database, None, community=id_, day=on, known=known)
        leading = await post_rows.holders(
            database, "station_leader", station=whole.community.station, day=on, known=known
        )
        wide = [holder for holder in leading if holder.community is None]
        posts = await self.out([h for h in (*wide, *holding) if self.may_read(actor, h)], actor, "posts of a community")

        def coded(kind: str, area_id: str) -> dict[str, str]:
            return {row.scheme: row.code for row in codes if (row.kind, row.area) == (kind, area_id)}

        def seen(rows: Iterable[AreaRow]) -> list[AreaRow]:
            return [row for row in rows if self.may_read(actor, row)]

        return bodies.CommunityDetail(
            community=_area(whole.community),
            on=on,
            codes=coded("community", id_),
            grids=[
                bodies.GridOut(
                    **asdict(grid),
                    squad=squads.get(grid.id),
                    codes=coded("grid", grid.id),
                    drawn_since=drawn.get(grid.id),
                )
                for grid in seen(whole.grids.values())
            ],
            compounds=[
                bodies.CompoundOut(**asdict(row), work_falls_to=_heads(row, posts))
                for row in seen(whole.compounds.values())
            ],
            buildings=[_area(row) for row in seen(whole.buildings.values())],
            units=[_area(row) for row in seen(whole.units.values())],
            posts=posts,
        )

    async def out(self, found: Sequence[Holder], actor: Actor, purpose: str) -> list[bodies.HolderOut]:
        """Holders with the names that the actor may open; the reading is recorded."""
        open_ = [self.may_open(actor, holder) for holder in found]
        sealed = [holder.name for holder, may in zip(found, open_, strict=True) if may]
        names = iter(await self.api.runtime.open(sealed, self.api.meta(actor), purpose))
        return [_holder(holder, next(names) if may else None) for holder, may in zip(found, open_, strict=True)]

    def may_open(self, actor: Actor, holder: Holder) -> bool:
        scope = Scope(holder.station, holder.community, holder.grid, _own(holder))
        return authorize(actor, "sealed.read", scope).allowed

    async def take(self, actor: Actor, body: bodies.PostIn, key: Idempotency) -> bodies.PostDone:
        where = Scope(body.place.station, body.place.community)
        permit(actor, "register.change", where)
        name: Any = body.name
        if body.person is not None:
            known = await post_rows.posts_of(self.api.runtime.database, body.person)
            if not known:
                raise not_found(mark("Nobody with this id holds or held a post. Give the name of a new person."))
            name = known[-1].name
        appointment = Appointment(
            role=body.role,
            place=body.place.place(),
            name=name,
            since=body.since,
            until=body.until,
            person=body.person,
            account=body.account,
        )
        taken = await self.posts.take(appointment, self.api.meta_of(actor, where, key), key.command_id)
        return bodies.PostDone(
            post=taken.post, person=taken.person, version=taken.handled.version, position=taken.handled.position
        )

    async def changeable(self, actor: Actor, id_: str, term: int) -> Scope:
        """Where a post is held, asked of its stream; only for who may change the register there."""
        holding = await self.posts.holding(id_, term) or await self.posts.holding(id_, 1)
        if holding is None:
            raise post.NoSuchPost
        where = Scope(holding.place.station, holding.place.community)
        permit(actor, "register.change", where)
        return where

    async def end(self, actor: Actor, id_: str, body: bodies.PostEndIn, key: Idempotency) -> Handled:
        where = await self.changeable(actor, id_, body.term)
        command = post.EndPost(**body.model_dump(), now=self.api.runtime.clock())
        return await self.posts.change(id_, command, self.api.meta_of(actor, where, key), key.command_id)

    async def correct(self, actor: Actor, id_: str, body: bodies.PostCorrectIn, key: Idempotency) -> Handled:
        where = await self.changeable(actor, id_, body.term)
        return await self.posts.correct(
            id_,
            body.term,
            since=body.since,
            until=body.until,
            account_id=body.account,
            name=body.name,
            reason=body.reason,
            meta=self.api.meta_of(actor, where, key),
            command_id=key.command_id,
        )

    async def withdraw(self, actor: Actor, id_: str, body: bodies.PostWithdrawIn, key: Idempotency) -> Handled:
        where = await self.changeable(actor, id_, body.term)
        command = post.WithdrawPost(term=body.term, now=self.api.runtime.clock())
        return await self.posts.change(id_, command, self.api.meta_of(actor, where, key), key.command_id)


def add(routes: Routes, land: Land) -> None:
    _upper(routes, land)
    _communities(routes, land)
    _boundaries(routes, land)
    _codes(routes, land)
    _posts(routes, land)


def _upper(routes: Routes, land: Land) -> None:
    @routes.get("/register/areas/{kind}", access="register.read")
    async def list_upper_areas(
        kind: UpperKind | Literal["community"], actor: CurrentActor, after: CurrentAfter
    ) -> list[bodies.AreaOut]:
        """The city, its branches, its stations, or the communities; with where each lies."""
        await land.api.wait(after, "areas")
        return [_area(row) for row in await area_rows.list_areas(land.api.runtime.database, kind)]

    @routes.put("/register/areas/{kind}/{id}", access="register.change")
    async def name_area(kind: UpperKind, id: Id, body: bodies.AreaIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Enters a city, branch or station, or its new name (登记上级区划)."""
        where = Scope(id) if kind == "station" else EVERYWHERE
        permit(actor, "register.change", where)
        command = area.NameArea(kind=kind, area=id, **body.model_dump(), now=land.api.runtime.clock())
        meta = land.api.meta_of(actor, where, key)
        return done(id, await land.api.runtime.commands.handle(AREA, f"{kind}-{id}", command, meta, key.command_id))


def _communities(routes: Routes, land: Land) -> None:
    @routes.get("/register/communities/{id}", access="register.read")
    async def read_community(
        id: Id,
        actor: CurrentActor,
        after: CurrentAfter,
        on: bodies.DayAsked | None = None,
        known: bodies.Known = None,
    ) -> bodies.CommunityDetail:
        """A community on a day: grids with squads and codes, compounds and who does their work, and posts."""
        await _wait(land, after)
        return await land.detail(actor, id, on or area_rows.today(), known)

    @routes.get("/register/communities/{id}/squads", access="register.read")
    async def list_squads(id: Id, actor: CurrentActor, after: CurrentAfter) -> list[bodies.SquadOut]:
        """Every squad of the community's grids with its days, past ones included."""
        await _wait(land, after)
        whole = await land.readable(actor, id)
        seen = {grid.id for grid in whole.grids.values() if land.may_read(actor, grid)}
        rows = await area_rows.list_squads(land.api.runtime.database, id)
        return [bodies.SquadOut(**asdict(row)) for row in rows if row.grid in seen]

    @routes.post("/register/communities/{id}/squads", access="register.change")
    async def form_squad(id: Id, body: bodies.SquadIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Forms a grid's squad (组建小分队), or enters one of the past; a grid has one active squad."""
        return done(id, await land.change(actor, id, body.command(land.api.runtime.clock()), key))

    @routes.post("/register/communities/{id}/squads/stand-down", access="register.change")
    async def stand_down_squad(id: Id, body: bodies.SquadEndIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Ends a grid's active squad (撤销小分队)."""
        return done(id, await land.change(actor, id, body.command(land.api.runtime.clock()), key))

    @routes.post("/register/communities/{id}/compounds", access="register.change")
    async def enter_compound(id: Id, body: bodies.CompoundIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Enters or changes a compound (登记小区), with its property company where it has one."""
        return done(id, await land.change(actor, id, body.command(land.api.runtime.clock()), key))

    @routes.post("/register/communities/{id}/buildings", access="register.change")
    async def enter_building(id: Id, body: bodies.BuildingIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Enters or changes a building (登记楼栋)."""
        return done(id, await land.change(actor, id, body.command(land.api.runtime.clock()), key))

    @routes.post("/register/communities/{id}/units", access="register.change")
    async def enter_unit(id: Id, body: bodies.UnitIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Enters or changes a unit (登记单元)."""
        return done(id, await land.change(actor, id, body.command(land.api.runtime.clock()), key))


def _boundaries(routes: Routes, land: Land) -> None:
    @routes.get(
        "/register/communities/{id}/boundaries",
        access="register.read",
        response_model=bodies.Boundaries,
        response_class=GeoJson,
    )
    async def read_boundaries(
        id: Id,
        actor: CurrentActor,
        after: CurrentAfter,
        on: bodies.DayAsked | None = None,
        known: bodies.Known = None,
    ) -> JSONResponse:
        """The boundaries of the community and its grids on a day, as a GeoJSON FeatureCollection (RFC 7946)."""
        await _wait(land, after)
        whole = await land.readable(actor, id)
        found = await land.boundaries(whole, actor, on or area_rows.today(), known)
        collection = geojson(found)
        return GeoJson(collection.model_dump(mode="json", exclude_none=True))

    @routes.put("/register/communities/{id}/boundaries", access="register.change")
    async def draw_boundaries(
        id: Id,
        body: bodies.BoundariesIn,
        since: Annotated[bodies.DayAsked, Query(description="from which day on they hold")],
        actor: CurrentActor,
        key: IdempotencyKey,
    ) -> Done:
        """Draws boundaries (划定边界), together, from a day on: sound, within the community, overlapping nothing."""
        return done(id, await land.draw(actor, id, body, since, key))

    @routes.get("/register/grids/at", access="register.read")
    async def grids_at(
        lon: Annotated[float, Query(ge=-180, le=180)],
        lat: Annotated[float, Query(ge=-90, le=90)],
        actor: CurrentActor,
        after: CurrentAfter,
        on: bodies.DayAsked | None = None,
    ) -> list[bodies.GridAtOut]:
        """Which grids have this place in them on a day; on a shared line all of them, none is picked."""
        await _wait(land, after)
        rows = await area_rows.grid_at(land.api.runtime.database, lon, lat, on)
        seen = [row for row in rows if authorize(actor, "register.read", _grid_scope(row)).allowed]
        return [bodies.GridAtOut(**asdict(row)) for row in seen]


def _codes(routes: Routes, land: Land) -> None:
    @routes.get("/register/code-schemes", access="register.read")
    async def list_schemes(request: Request, actor: CurrentActor) -> list[bodies.SchemeOut]:
        """The named schemes of area codes: their parts, what they are for, and where that was read."""
        language = language_of(request)
        return [
            bodies.SchemeOut(
                scheme=scheme.name,
                title=land.languages.text(language, scheme.title),
                digits=scheme.digits,
                parts=dict(scheme.parts),
                kinds=sorted(scheme.kinds),
                source=scheme.source,
                read_whole=scheme.read_whole,
            )
            for scheme in grid_codes.SCHEMES.values()
        ]

    @routes.get("/register/communities/{id}/codes", access="register.read")
    async def list_codes(request: Request, id: Id, actor: CurrentActor, after: CurrentAfter) -> list[bodies.CodeOut]:
        """Every code of the community and of what lies in it, with its days, its parts and what is doubted of it."""
        await _wait(land, after)
        whole = await land.readable(actor, id)
        permit(actor, "register.read", Scope(whole.community.station, id))
        return await land.codes(id, whole, language_of(request))

    @routes.post("/register/communities/{id}/codes", access="register.change")
    async def assign_code(
        request: Request, id: Id, body: bodies.CodeIn, actor: CurrentActor, key: IdempotencyKey
    ) -> bodies.CodeAssigned:
        """Gives an area a code by a scheme (赋码); what only an excerpt of a standard says is doubted, not refused."""
        handled = await land.change(actor, id, body.command(land.api.runtime.clock()), key)
        doubts: list[str] = []
        if body.code is not None:
            await land.api.runtime.wait_for("areas", handled.position)
            whole = await land.readable(actor, id)
            row = area_rows.CodeRow(body.kind, body.area, body.scheme, body.code, body.since, None)
            doubts = await land.doubts(row, id, language_of(request), whole)
        return bodies.CodeAssigned(id=id, version=handled.version, position=handled.position, doubts=doubts)

    @routes.get("/register/codes/{scheme}/{code}", access="register.read")
    async def find_code(
        request: Request, scheme: Id, code: Id, actor: CurrentActor, after: CurrentAfter
    ) -> list[bodies.CodeOut]:
        """Which areas have or had this code."""
        await _wait(land, after)
        found: list[bodies.CodeOut] = []
        for id_, row in await area_rows.find_code(land.api.runtime.database, scheme, code):
            whole = await area_rows.of_community(land.api.runtime.database, id_)
            if whole is not None and land.may_read(actor, whole.community):
                codes = await land.codes(id_, whole, language_of(request))
                found += [
                    each
                    for each in codes
                    if (each.kind, each.area, each.since) == (row.kind, row.area, row.since)
                    and (each.scheme, each.code) == (scheme, code)
                ]
        return found


def _posts(routes: Routes, land: Land) -> None:
    @routes.get("/register/posts", access="register.read")
    async def list_posts(
        actor: CurrentActor,
        after: CurrentAfter,
        role: post.PostRole | None = None,
        station: Annotated[str | None, Query(max_length=80)] = None,
        community: Annotated[str | None, Query(max_length=80)] = None,
        grid: Annotated[str | None, Query(max_length=80)] = None,
        on: bodies.DayAsked | None = None,
        known: bodies.Known = None,
    ) -> list[bodies.HolderOut]:
        """Who holds, or held on that day, which post; with `known`, what the register knew of it at that time."""
        await land.api.wait(after, "posts")
        day = on or area_rows.today()
        found = await post_rows.holders(
            land.api.runtime.database, role, day=day, station=station, community=community, grid=grid, known=known
        )
        return await land.out([row for row in found if land.may_read(actor, row)], actor, "posts")

    @routes.post("/register/posts", access="register.change", status_code=201)
    async def take_post(body: bodies.PostIn, actor: CurrentActor, key: IdempotencyKey) -> bodies.PostDone:
        """Enters who takes a post (任职), or held it in the past."""
        return await land.take(actor, body, key)

    @routes.get("/register/posts/{id}", access="register.read")
    async def read_post(id: Id, actor: CurrentActor, after: CurrentAfter) -> list[bodies.HolderOut]:
        """Everything that was ever entered about a post, corrections included, in the order of its entry."""
        await land.api.wait(after, "posts")
        found = [row for row in await post_rows.revisions(land.api.runtime.database, id) if land.may_read(actor, row)]
        if not found:
            raise not_found(mark("The register knows no such post. Look for it in its community."))
        return await land.out(found, actor, "a post")

    @routes.post("/register/posts/{id}/end", access="register.change")
    async def end_post(id: Id, body: bodies.PostEndIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Enters the last day of a term (离任)."""
        return done(id, await land.end(actor, id, body, key))

    @routes.post("/register/posts/{id}/correct", access="register.change")
    async def correct_post(id: Id, body: bodies.PostCorrectIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Puts a term right (更正); what was known before stays to be seen."""
        return done(id, await land.correct(actor, id, body, key))

    @routes.post("/register/posts/{id}/withdraw", access="register.change")
    async def withdraw_post(id: Id, body: bodies.PostWithdrawIn, actor: CurrentActor, key: IdempotencyKey) -> Done:
        """Takes back a term that never was (撤销误录)."""
        return done(id, await land.withdraw(actor, id, body, key))

    @routes.get("/register/persons/{id}/posts", access="register.read")
    async def posts_of_person(
        id: Id, actor: CurrentActor, after: CurrentAfter, known: bodies.Known = None
    ) -> list[bodies.HolderOut]:
        """Every term of a person, past ones included."""
        await land.api.wait(after, "posts")
        rows = await post_rows.posts_of(land.api.runtime.database, id, known)
        return await land.out([row for row in rows if land.may_read(actor, row)], actor, "posts of a person")


async def _wait(land: Land, after: Any) -> None:
    await land.api.wait(after, "areas")
    await land.api.wait(after, "posts")


def _area(row: AreaRow) -> bodies.AreaOut:
    return bodies.AreaOut(**asdict(row))


def _own(row: AreaRow | Holder) -> frozenset[str]:
    return frozenset({row.account}) if isinstance(row, Holder) and row.account else frozenset()


def _grid_scope(row: area_rows.GridRow) -> Scope:
    return Scope(row.station, row.community, row.grid)


def _holder(row: Holder, name: str | None) -> bodies.HolderOut:
    kept = {field: getattr(row, field) for field in Holder.__slots__ if field != "name"}
    return bodies.HolderOut(**kept, name=name, entered_late=row.entered_late)


def _heads(compound: AreaRow, posts: Sequence[bodies.HolderOut]) -> list[bodies.HolderOut]:
    """Who does the work of a compound without a property company: its own building heads, else those of its grid."""
    if compound.property_managed:
        return []
    heads = [holder for holder in posts if holder.role == "building_head" and holder.grid == compound.grid]
    return [h for h in heads if h.compound == compound.id] or [h for h in heads if h.compound is None]


def geojson(found: Sequence[tuple[AreaRow, area_rows.BoundaryRow]]) -> bodies.Boundaries:
    features = []
    for place, row in found:
        polygons = [[list(ring) for ring in polygon] for polygon in row.boundary.polygons]
        geometry = (
            Polygon.model_validate({"type": "Polygon", "coordinates": polygons[0]})
            if len(polygons) == 1
            else MultiPolygon.model_validate({"type": "MultiPolygon", "coordinates": polygons})
        )
        kind: Literal["community", "grid"] = "community" if row.kind == "community" else "grid"
        properties = bodies.AreaProperties(
            kind=kind,
            area=row.area,
            name=place.name,
            community=row.community,
            station=place.station,
            since=row.since,
            square_metres=square_metres(shape(row.boundary)),
        )
        features.append(
            Feature[Polygon | MultiPolygon, bodies.AreaProperties](
                type="Feature", id=row.area, geometry=geometry, properties=properties
            )
        )
    return FeatureCollection[Feature[Polygon | MultiPolygon, bodies.AreaProperties]](
        type="FeatureCollection", features=features
    )
