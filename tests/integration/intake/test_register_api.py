"""The register by its API: boundaries, codes, squads and posts of any day, what is refused and what is put right."""

import asyncio
import uuid
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from deploy.seed import data
from services.intake.projections import areas, posts
from tests.integration.intake.conftest import Answer, Desk

pytestmark = pytest.mark.asyncio(loop_scope="session")

SQUARES = {"01": (0, 0, 2, 2), "02": (2, 0, 4, 2)}


def ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    """A rectangle in thousandths of a degree from a corner in Taiyuan, counterclockwise."""
    x0, y0, x1, y1 = (
        round(v, 6) for v in (112.5 + west / 1e3, 37.8 + south / 1e3, 112.5 + east / 1e3, 37.8 + north / 1e3)
    )
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]


def feature(area: str, *box: float, kind: str = "grid") -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [ring(*box)]} if box else None
    return {"type": "Feature", "geometry": geometry, "properties": {"kind": kind, "area": area}}


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


class Place:
    """A community of a test alone, with two grids, far from all others."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.id = f"c{uuid.uuid4().hex[:8]}"
        self.west = 10.0 * (uuid.uuid4().int % 2_000)

    def grid(self, number: str) -> str:
        return f"{self.id}-{number}"

    def box(self, *box: float) -> tuple[float, ...]:
        west, south, east, north = box
        return (self.west + west, south, self.west + east, north)

    async def enter(self) -> None:
        at = f"/communities/{self.id}"
        assert (await self.desk.put(at, {"name": "示例社区", "station": "czl"})).status_code == 200
        entries = {
            "grids": [
                {"grid": self.grid(n), "name": f"第{n}网格", "squad": "老队" if n == "01" else None} for n in SQUARES
            ],
            "compounds": [
                {"compound": "yuan", "name": "示例苑", "grid": self.grid("01"), "property_managed": False},
                {"compound": "ting", "name": "示例庭", "grid": self.grid("02"), "property_managed": True},
            ],
        }
        assert (await self.desk.post(f"{at}/entries", entries)).status_code == 200

    async def draw(self, *features: dict[str, Any], since: str = "2020-01-01") -> Answer:
        at = f"/register/communities/{self.id}/boundaries?since={since}"
        return await self.desk.put(at, collection(*features))

    async def draw_both(self, since: str = "2020-01-01") -> int:
        answer = await self.draw(*(feature(self.grid(n), *self.box(*b)) for n, b in SQUARES.items()), since=since)
        assert answer.status_code == 200, answer.text
        position: int = answer.json()["position"]
        return position

    async def post(self, path: str, body: Any) -> Answer:
        return await self.desk.post(f"/register/communities/{self.id}/{path}", body)

    async def get(self, path: str = "", **parameters: Any) -> Any:
        await self.desk.caught_up()
        answer = await self.desk.get(f"/register/communities/{self.id}{path}", **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def take(self, since: str = "2019-05-06", **fields: Any) -> Answer:
        body = {
            "role": "community_officer",
            "place": {"station": "czl", "community": self.id},
            "name": "郭示安",
            "since": since,
        }
        return await self.desk.post("/register/posts", {**body, **fields})


@pytest_asyncio.fixture(loop_scope="session")
async def place(desk: Desk) -> Place:
    made = Place(desk)
    await made.enter()
    return made


def detail(answer: Answer) -> str:
    assert answer.status_code == 409, answer.text
    said: str = answer.json()["detail"]
    return said


# Boundaries


async def test_what_is_drawn_comes_back_as_geojson_and_each_day_has_its_own(place: Place) -> None:
    await place.draw_both()
    moved = await place.draw(
        feature(place.grid("01"), *place.box(0, 0, 1, 2)),
        feature(place.grid("02"), *place.box(1, 0, 4, 2)),
        since="2020-06-01",
    )
    assert moved.status_code == 200
    await place.desk.caught_up()
    answer = await place.desk.get(f"/register/communities/{place.id}/boundaries", on="2020-05-31")
    assert answer.headers["content-type"] == "application/geo+json"
    first = answer.json()["features"][0]
    assert first["geometry"] == {"type": "Polygon", "coordinates": [ring(*place.box(0, 0, 2, 2))]}
    assert first["properties"] | {"square_metres": 0} == {
        "kind": "grid",
        "area": place.grid("01"),
        "name": "第01网格",
        "community": place.id,
        "station": "czl",
        "since": "2020-01-01",
        "square_metres": 0,
    }
    later = await place.get("/boundaries", on="2020-06-01")
    assert [f["properties"]["since"] for f in later["features"]] == ["2020-06-01", "2020-06-01"]
    assert (await place.get("/boundaries", on="2019-12-31"))["features"] == []


async def test_a_place_is_found_in_its_grid_and_on_a_shared_line_in_both(place: Place) -> None:
    await place.draw_both()
    await place.desk.caught_up()
    lon, lat = 112.5 + place.west / 1e3, 37.801

    async def grids(east: float, **more: Any) -> list[tuple[str, bool]]:
        answer = await place.desk.get("/register/grids/at", lon=round(lon + east / 1e3, 6), lat=lat, **more)
        return [(row["grid"], row["on_the_line"]) for row in answer.json() if row["community"] == place.id]

    assert await grids(1) == [(place.grid("01"), False)]
    assert await grids(2) == [(place.grid("01"), True), (place.grid("02"), True)]
    assert await grids(5) == []
    assert await grids(1, on="2019-12-31") == []


async def test_an_overlap_is_refused_with_the_other_grid_its_size_and_place(place: Place) -> None:
    await place.draw_both()
    said = detail(await place.draw(feature(place.grid("01"), *place.box(0, 0, 2.5, 2))))
    assert place.grid("02") in said
    assert "m²" in said or "平方米" in said
    await place.desk.caught_up()
    assert len((await place.get("/boundaries"))["features"]) == 2


async def test_a_grid_does_not_overlap_that_of_another_community(place: Place) -> None:
    await place.draw_both()
    await place.desk.caught_up()
    other = Place(place.desk)
    await other.enter()
    other.west = place.west
    said = detail(await other.draw(feature(other.grid("01"), *other.box(1, 1, 3, 3))))
    assert place.id in said


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"type": "FeatureCollection", "features": []}, 422),
        ({"type": "FeatureCollection", "features": [{"type": "Feature"}]}, 422),
        ({**collection(feature("x", 0, 0, 1, 1)), "crs": {"type": "name"}}, 422),
        (collection(feature("x", 0, 0, 1, 1, kind="community"), feature("x", 0, 0, 1, 1, kind="community")), 422),
        (collection({**feature("x"), "geometry": {"type": "Point", "coordinates": [112.5, 37.8]}}), 422),
        (collection({**feature("x"), "geometry": {"type": "Polygon", "coordinates": [[[112.5, 37.8, 800.0]]]}}), 422),
        (collection({**feature("x"), "geometry": {"type": "Polygon", "coordinates": [ring(0, 0, 1, 1) * 5_000]}}), 422),
        (collection(feature("no-such-grid", 0, 0, 1, 1)), 409),
    ],
)
async def test_what_is_no_geojson_of_boundaries_is_refused(place: Place, body: Any, status: int) -> None:
    answer = await place.desk.put(f"/register/communities/{place.id}/boundaries?since=2020-01-01", body)
    assert answer.status_code == status, answer.text


async def test_a_drawing_put_right_is_still_known_as_it_was_known_then(place: Place) -> None:
    await place.draw_both()
    await place.desk.caught_up()
    before = place.desk.runtime.clock()
    assert (await place.draw(feature(place.grid("01")))).status_code == 200
    assert len((await place.get("/boundaries"))["features"]) == 1
    then = await areas.boundaries_on(place.desk.runtime.database, place.id, areas.today(), before)
    assert len(then) == 2


# Codes


async def test_a_code_is_kept_with_its_parts_its_days_and_its_doubts(place: Place) -> None:
    number = f"{uuid.uuid4().int % 10**5:05}"
    own = f"140105{'0'}{number[:2]}{number[2:]}"
    community_code = {"kind": "community", "area": place.id, "scheme": "stats12", "code": own, "since": "2019-01-01"}
    assert (await place.post("codes", community_code)).status_code == 200
    wrong = {"kind": "grid", "area": place.grid("01"), "scheme": "bj15", "code": own + "001", "since": "2020-01-01"}
    answer = await place.post("codes", wrong)
    assert answer.status_code == 200
    assert len(answer.json()["doubts"]) == 1  # Taiyuan is not in Beijing
    later = {**wrong, "code": own + "002", "since": "2021-01-01"}
    assert (await place.post("codes", later)).status_code == 200
    codes = await place.get("/codes")
    assert [(c["code"], c["since"], c["until"]) for c in codes if c["kind"] == "grid"] == [
        (own + "001", "2020-01-01", "2021-01-01"),
        (own + "002", "2021-01-01", None),
    ]
    assert codes[0]["parts"] == {"county": "140105", "street": "0" + number[:2], "community": number[2:]}
    whole = await place.get(on="2020-12-31")
    assert whole["grids"][0]["codes"] == {"bj15": own + "001"}
    found = (await place.desk.get(f"/register/codes/bj15/{own}001")).json()
    assert [(c["community"], c["area"]) for c in found] == [(place.id, place.grid("01"))]


async def test_a_code_that_is_none_or_another_grids_is_refused(place: Place) -> None:
    code = {"kind": "grid", "area": place.grid("01"), "scheme": "bj15", "code": "1" * 15, "since": "2020-01-01"}
    assert (await place.post("codes", code)).status_code == 200
    assert place.grid("01") in detail(await place.post("codes", {**code, "area": place.grid("02")}))
    assert "15" in detail(await place.post("codes", {**code, "code": "1" * 14}))
    assert "stats12" in detail(await place.post("codes", {**code, "scheme": "gb34300"}))


async def test_the_schemes_say_where_they_were_read(desk: Desk) -> None:
    schemes = (await desk.get("/register/code-schemes")).json()
    assert {s["scheme"]: (s["digits"], s["read_whole"]) for s in schemes} == {
        "stats12": (12, True),
        "cjt349": (20, False),
        "bj15": (15, False),
    }


# Squads, compounds, buildings


async def test_a_grid_has_one_active_squad_and_remembers_the_former(place: Place) -> None:
    squad = {"grid": place.grid("01"), "squad": "新队", "since": "2020-02-01"}
    assert "老队" in detail(await place.post("squads", squad))
    assert (await place.post("squads", {**squad, "squad": "老队", "since": "2019-01-01"})).status_code == 200
    assert (await place.post("squads/stand-down", {"grid": place.grid("01"), "on": "2020-01-31"})).status_code == 200
    assert (await place.post("squads", squad)).status_code == 200
    rows = await place.get("/squads")
    assert [(r["squad"], r["since"], r["until"]) for r in rows] == [
        ("老队", "2019-01-01", "2020-01-31"),
        ("新队", "2020-02-01", None),
    ]
    assert (await place.get(on="2020-01-31"))["grids"][0]["squad"] == "老队"
    assert (await place.get())["grids"][0]["squad"] == "新队"
    (listed,) = [c for c in (await place.desk.get("/communities")).json() if c["community"] == place.id]
    assert listed["squads"] == 1


async def test_a_building_and_its_units_lie_in_their_compound_and_grid(place: Place) -> None:
    yuan = {"compound": "yuan", "name": "示例苑", "grid": place.grid("01"), "property_managed": False}
    assert (await place.post("compounds", {**yuan, "address": "示例路1号", "also_called": ["老苑"]})).status_code == 200
    building = {"building": "yuan-2", "name": "2号楼", "compound": "yuan", "grid": place.grid("02")}
    assert (await place.post("buildings", building)).status_code == 200
    assert (await place.post("units", {"unit": "yuan-2-1", "name": "1单元", "building": "yuan-2"})).status_code == 200
    await place.desk.caught_up()
    found = await areas.area(place.desk.runtime.database, "unit", "yuan-2-1", place.id)
    assert found is not None
    assert (found.station, found.grid, found.compound, found.building) == ("czl", place.grid("02"), "yuan", "yuan-2")
    whole = await place.get()
    assert whole["compounds"][1] | {"work_falls_to": None} == {
        "kind": "compound",
        "id": "yuan",
        "name": "示例苑",
        "above": place.grid("01"),
        "station": "czl",
        "community": place.id,
        "grid": place.grid("01"),
        "compound": "yuan",
        "building": None,
        "property_managed": False,
        "manager": None,
        "address": "示例路1号",
        "also_called": ["老苑"],
        "work_falls_to": None,
    }


async def test_without_a_property_company_the_work_falls_to_the_building_heads(place: Place) -> None:
    volunteers = [
        {"name": "王示宁", "role": "building_head", "grid": place.grid(n), "since": "2020-01-31"} for n in SQUARES
    ]
    assert (await place.desk.post(f"/communities/{place.id}/entries", {"volunteers": volunteers})).status_code == 200
    whole = await place.get()
    falls = {c["id"]: [(h["role"], h["grid"], h["name"]) for h in c["work_falls_to"]] for c in whole["compounds"]}
    assert falls == {"ting": [], "yuan": [("building_head", place.grid("01"), "王示宁")]}


# Posts


async def test_who_held_a_post_on_a_day(place: Place) -> None:
    first = await place.take()
    assert first.status_code == 201, first.text
    id_ = first.json()["post"]
    body = {"term": 1, "until": "2020-08-31", "reason": "transferred"}
    assert (await place.desk.post(f"/register/posts/{id_}/end", body)).status_code == 200
    assert (await place.take("2020-09-01", name="冯示和")).status_code == 201
    await place.desk.caught_up()

    async def officer(on: str) -> list[str]:
        answer = await place.desk.get("/register/posts", community=place.id, role="community_officer", on=on)
        return [row["name"] for row in answer.json()]

    assert [await officer(on) for on in ("2019-05-05", "2019-05-06", "2020-08-31", "2020-09-01")] == [
        [],
        ["郭示安"],
        ["郭示安"],
        ["冯示和"],
    ]


async def test_a_correction_changes_what_is_known_and_not_what_was_known(place: Place) -> None:
    taken = (await place.take()).json()
    await place.desk.caught_up()
    before = place.desk.runtime.clock().isoformat()
    await asyncio.sleep(0.01)
    right = {"term": 1, "since": "2019-06-01", "reason": "entered_wrongly"}
    assert (await place.desk.post(f"/register/posts/{taken['post']}/correct", right)).status_code == 200
    await place.desk.caught_up()

    async def held(**more: Any) -> int:
        return len((await place.desk.get("/register/posts", community=place.id, on="2019-05-20", **more)).json())

    assert (await held(), await held(known=before)) == (0, 1)
    entries = (await place.desk.get(f"/register/posts/{taken['post']}")).json()
    assert [(e["revision"], e["since"], e["name"]) for e in entries] == [
        (1, "2019-05-06", "郭示安"),
        (2, "2019-06-01", "郭示安"),
    ]
    assert (await place.desk.post(f"/register/posts/{taken['post']}/withdraw", {"term": 1})).status_code == 200
    await place.desk.caught_up()
    assert (await place.desk.get(f"/register/persons/{taken['person']}/posts")).json() == []


async def test_one_person_holds_two_posts_under_one_id(place: Place) -> None:
    taken = (await place.take(until="2020-08-31")).json()
    await place.desk.caught_up()
    second = await place.take(
        "2020-09-01", name=None, person=taken["person"], role="station_leader", place={"station": "czl"}
    )
    assert second.status_code == 201, second.text
    await place.desk.caught_up()
    rows = (await place.desk.get(f"/register/persons/{taken['person']}/posts")).json()
    assert {(row["role"], row["name"]) for row in rows} == {
        ("community_officer", "郭示安"),
        ("station_leader", "郭示安"),
    }
    found = await posts.responsible(
        place.desk.runtime.database, day=areas.today(), station="czl", community=place.id, grid=place.grid("01")
    )
    assert taken["person"] in {holder.person for holder in found if holder.role == "station_leader"}


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"place": {"station": "czl", "community": "nowhere"}}, 404),
        ({"place": {"station": "czl", "grid": "01"}}, 422),
        ({"person": "nobody"}, 422),
        ({"name": None, "person": "nobody"}, 404),
        ({"account": "nobody"}, 404),
        ({"since": "2062-01-01"}, 409),
        ({"since": "1066-10-14"}, 422),
        ({"role": "volunteer"}, 409),
        ({"until": "2019-01-01"}, 409),
    ],
)
async def test_a_post_that_cannot_be_is_refused(place: Place, fields: dict[str, Any], status: int) -> None:
    answer = await place.take(**fields)
    assert answer.status_code == status, answer.text


async def test_a_name_lies_sealed_and_is_opened_for_whoever_may(place: Place) -> None:
    taken = (await place.take(name="绝密示名")).json()
    await place.desk.caught_up()
    assert "绝密示名".encode() not in b"".join(event.data for event in await place.desk.events())
    at = {"station": "czl", "community": place.id}
    head = await place.desk.account(f"head-{place.id}", {"role": "grid_head", **at, "grid": place.grid("01")})
    path = f"/intake/api/v1/register/posts/{taken['post']}"
    assert (await head.get(path)).status_code == 404  # a head reads of the own grid alone
    auxiliary = await place.desk.account(f"aux-{place.id}", {"role": "auxiliary", **at})
    assert [row["name"] for row in (await auxiliary.get(path)).json()] == [None]


# Rights


async def test_a_grid_head_sees_the_own_grid_and_changes_nothing(place: Place) -> None:
    await place.draw_both()
    at = {"station": "czl", "community": place.id, "grid": place.grid("01")}
    head = await place.desk.account(f"gh-{place.id}", {"role": "grid_head", **at})
    await place.desk.caught_up()
    whole = (await head.get(f"/intake/api/v1/register/communities/{place.id}")).json()
    assert [grid["id"] for grid in whole["grids"]] == [place.grid("01")]
    lines = (await head.get(f"/intake/api/v1/register/communities/{place.id}/boundaries")).json()
    assert [f["id"] for f in lines["features"]] == [place.grid("01")]
    headers = {"Idempotency-Key": '"k1"'}
    squad = {"grid": place.grid("02"), "squad": "新队", "since": "2020-02-01"}
    refused = await head.post(f"/intake/api/v1/register/communities/{place.id}/squads", json=squad, headers=headers)
    assert refused.status_code == 403


async def test_an_officer_of_another_community_neither_reads_nor_draws_here(place: Place) -> None:
    post = {"role": "community_officer", "station": "czl", "community": "elsewhere"}
    other = await place.desk.account(f"off-{place.id}", post)
    await place.desk.caught_up()
    at = f"/intake/api/v1/register/communities/{place.id}"
    assert (await other.get(at)).status_code == 403
    body = collection(feature(place.grid("01"), 0, 0, 1, 1))
    headers = {"Idempotency-Key": '"k1"'}
    answer: httpx2.Response = await other.put(f"{at}/boundaries?since=2020-01-01", json=body, headers=headers)
    assert answer.status_code == 403


async def test_the_areas_above_are_named(desk: Desk) -> None:
    for kind, id_, name, above in (("city", "ty", "示例市", None), ("branch", "xd", "示例分局", "ty")):
        body = {"name": name, "above": above, "since": "2019-01-01"}
        assert (await desk.put(f"/register/areas/{kind}/{id_}", body)).status_code == 200
    await desk.caught_up()
    rows = (await desk.get("/register/areas/branch")).json()
    assert [(row["id"], row["name"], row["above"]) for row in rows] == [("xd", "示例分局", "ty")]
    assert (await desk.put("/register/areas/station/s9", {"name": "示例所", "since": "2019-01-01"})).status_code == 409


async def test_the_demo_s_drawing_holds_against_the_rules(desk: Desk) -> None:
    community, drawing = data.community(), data.boundaries()
    at = f"/communities/{community.community}"
    assert (await desk.put(at, {"name": community.name, "station": community.station})).status_code == 200
    grids = [{"grid": community.grid(n), "name": f"第{n}网格"} for n in range(1, 12)]
    assert (await desk.post(f"{at}/entries", {"grids": grids})).status_code == 200
    body = {"type": drawing.type, "features": list(drawing.features)}
    answer = await desk.put(f"/register{at}/boundaries?since={drawing.since}", body)
    assert answer.status_code == 200, answer.text


async def test_what_was_entered_before_is_built_anew_alike(place: Place) -> None:
    await place.draw_both()
    await place.take()
    await place.desk.caught_up()
    tables = ("areas", "area_codes", "area_boundaries", "grid_squads", "post_terms", "post_members")
    before = {name: await place.desk.table(name) for name in tables}
    for projection in ("areas", "posts"):
        await place.desk.runtime.rebuild(projection)
    assert {name: await place.desk.table(name) for name in tables} == before
