"""Looking an address up: from words to compound, building, unit and grid, and to whose they are, in one request."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from fastapi import Form, Query
from pydantic import AwareDatetime, BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from services.intake.domain.address import LONGEST_TEXT, Candidate, Match, Why
from services.intake.domain.post import PostRole
from services.intake.entrypoints.http import NAMED, Api
from services.intake.projections import addresses as rows
from services.intake.projections import areas as area_rows
from services.intake.projections import posts as post_rows
from services.intake.projections.posts import Holder
from shared.access.actors import Actor, Scope
from shared.access.rights import authorize
from shared.eventsourcing.sealed import Sealed
from shared.law.legal_time import day_of
from shared.web.languages import mark
from shared.web.pages import Pages
from shared.web.paging import CurrentAfter
from shared.web.routes import CurrentActor, Routes

WHY: Final[Mapping[Why, str]] = {
    "name": mark("Its name stands in the text"),
    "also_called": mark("It is also called so"),
    "address": mark("Its address stands in the text"),
    "shortened": mark("Its name without the general part stands in the text"),
    "near": mark("Its name stands in the text but for one character"),
    "community_named": mark("Its community is named"),
    "another_community_named": mark("Another community is named"),
    "building_known": mark("The building is in the register"),
    "building_unknown": mark("The register has no such building there"),
    "unit_known": mark("The unit is in the register"),
    "unit_unknown": mark("The register has no such unit there"),
}
ROLES: Final[Mapping[PostRole, str]] = {
    "station_leader": mark("Station leader in charge"),
    "community_officer": mark("Community officer"),
    "auxiliary": mark("Auxiliary"),
    "building_head": mark("Building head"),
    "unit_head": mark("Unit head"),
    "volunteer": mark("Volunteer"),
}
_SHOWN: Final = ("station_leader", "community_officer", "auxiliary", "building_head", "unit_head")


class PersonOut(BaseModel):
    """Whose post covers the place."""

    person: str
    role: PostRole
    name: str | None = Field(description="None for whom personal values are not open, and where they were erased")
    account: str | None


class MatchOut(BaseModel):
    what: str
    start: int
    end: int
    text: str


class CandidateOut(BaseModel):
    """A place that may be meant. Where several are, a person chooses."""

    score: float = Field(ge=0, le=1)
    why: list[Why]
    matches: list[MatchOut]
    station: str
    community: str
    grid: str
    grid_name: str | None
    compound: str
    compound_name: str
    building: str | None = Field(description="its id; None where the register does not have it, or none is said")
    unit: str | None
    building_said: str | None
    unit_said: str | None
    room_said: str | None
    people: list[PersonOut]


class LookUp(BaseModel):
    at: AwareDatetime
    candidates: list[CandidateOut]


def add(routes: Routes, api: Api) -> None:
    @routes.get("/register/addresses", access="register.read")
    async def look_up(
        actor: CurrentActor,
        after: CurrentAfter,
        text: Annotated[str, Query(min_length=1, max_length=LONGEST_TEXT)],
        community: Annotated[str | None, Query(max_length=80, pattern=NAMED)] = None,
    ) -> LookUp:
        """Finds where an address in words may lie, with what matched and whose grid it is; the text is not kept."""
        await api.wait(after, "addresses")
        return LookUp(at=api.runtime.clock(), candidates=await candidates(api, actor, text, community))


def add_pages(site: Routes, api: Api, pages: Pages) -> None:
    @site.get("/addresses", access="register.read", include_in_schema=False)
    async def addresses_page(request: Request) -> Response:
        return pages.render(request, "addresses.html", text="", candidates=None, why=WHY, roles=ROLES)

    @site.post("/addresses", access="register.read", include_in_schema=False)
    async def look_up(
        request: Request, actor: CurrentActor, text: Annotated[str, Form(max_length=2_000)] = ""
    ) -> Response:
        """By a form and not by an address of the page: what somebody's address is goes into no log and no history."""
        found = await candidates(api, actor, text, None) if text.strip() else None
        return pages.render(request, "addresses.html", text=text, candidates=found, why=WHY, roles=ROLES)


async def candidates(api: Api, actor: Actor, text: str, community: str | None) -> list[CandidateOut]:
    """Only places whose register the actor may read; names of people only where personal values are open."""
    database = api.runtime.database
    found = [
        each
        for each in await rows.resolve(database, text, community=community)
        if authorize(actor, "register.read", Scope(each.station, each.community, each.grid)).allowed
    ]
    people = [await _people(api, each) for each in found]
    names = await _names(api, actor, found, people)
    grids = {each.community: await area_rows.of_community(database, each.community) for each in found}
    out = []
    for each, whose in zip(found, people, strict=True):
        whole = grids[each.community]
        grid = whole.grids.get(each.grid) if whole is not None else None
        told = {name: getattr(each, name) for name in Candidate.__slots__ if name not in ("how", "matches", "why")}
        out.append(
            CandidateOut(
                **told,
                why=list(each.why),
                matches=[_match(match) for match in each.matches],
                grid_name=grid.name if grid is not None else None,
                people=[
                    PersonOut(person=one.person, role=one.role, name=names.get(one.person), account=one.account)
                    for one in whose
                ],
            )
        )
    return out


def _match(match: Match) -> MatchOut:
    return MatchOut(what=match.what, start=match.start, end=match.end, text=match.text)


async def _people(api: Api, place: Candidate) -> list[Holder]:
    """Who has the place today: from the heads of its unit and building up to the leader of the station."""
    held = await post_rows.responsible(
        api.runtime.database,
        day=day_of(api.runtime.clock()),
        station=place.station,
        community=place.community,
        grid=place.grid,
        compound=place.compound,
        building=place.building,
        unit=place.unit,
    )
    return [each for each in held if each.role in _SHOWN]


async def _names(
    api: Api, actor: Actor, found: Sequence[Candidate], people: Sequence[Sequence[Holder]]
) -> dict[str, str | None]:
    """The names that the actor may open; that they were read is recorded before they leave."""
    open_: dict[str, Sealed] = {}
    for place, whose in zip(found, people, strict=True):
        if authorize(actor, "sealed.read", Scope(place.station, place.community, place.grid)).allowed:
            open_ |= {each.person: each.name for each in whose}
    values = await api.runtime.open(list(open_.values()), api.meta(actor), "whose grid an address lies in")
    return dict(zip(open_, values, strict=True))
