"""The demo's data tells the reported figures, names where each is from, and invents nobody who could be somebody."""

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from shapely import union_all
from shapely.geometry import shape

from deploy.client import Access
from deploy.failure import CommandFailed
from deploy.seed import data
from deploy.seed.accounts import accounts_file, passwords
from deploy.seed.data import Story
from deploy.seed.loader import load_demo
from deploy.seed.workbook import workbook
from services.intake.application.workbook import Record
from services.intake.entrypoints.sheets import read
from services.intake.entrypoints.tables import MEDIA
from shared.access.rights import RIGHTS

# The figures of the report


def test_the_community_is_the_reported_one() -> None:
    community = data.community()
    assert (community.name, community.station) == ("长治路二社区", "czl")
    assert (community.residents.residents, community.residents.on) == (8926, date(2020, 8, 31))
    assert len(community.compounds) == 18
    assert sum(not compound.property_managed for compound in community.compounds) == 10
    assert community.grids.number == 11
    assert {squad.role: squad.number for squad in community.squads} == {
        "building_head": 54,
        "unit_head": 160,
        "volunteer": 40,
    }


def test_incidents_are_counted_for_2019_and_for_january_to_august_2020() -> None:
    counted = {(each.kind, each.first_day.year): each for each in data.community().incidents}
    assert (counted["criminal", 2019].count, counted["public_order", 2019].count) == (16, 52)
    of_2020 = [each for (_, year), each in counted.items() if year == 2020]
    assert {each.kind for each in of_2020} >= {"criminal", "public_order", "fraud"}
    assert all((each.count, each.last_day) == (0, date(2020, 8, 31)) for each in of_2020)


def test_the_nineteen_groups_hold_the_five_named_ones() -> None:
    groups = data.groups()
    assert len({group.key for group in groups}) == len({group.name for group in groups}) == 19
    assert {group.name for group in groups} >= {
        "巡防群",
        "治安场所单位群",
        "王府花园B座业主群",
        "王府花园和谐家园群",
        "大唐花园物业信息服务群",
    }
    assert {group.kind for group in groups} == {"patrol", "premises", "owners", "property"}


def test_everything_lies_in_the_community() -> None:
    community = data.community()
    grids = {community.grid(n) for n in range(1, 12)}
    compounds = {compound.compound for compound in community.compounds}
    assert len(grids) == 11
    assert len(compounds) == len({compound.name for compound in community.compounds}) == 18
    assert {compound.grid for compound in community.compounds} == grids
    assert {group.compound for group in data.groups()} - {None} <= compounds
    for story in (data.building(), data.basement()):
        assert story.report.place["grid"] in grids
        assert story.report.place.get("compound") in {None, *compounds}


def test_the_eleven_grids_are_drawn_side_by_side_within_the_community_and_marked_as_invented() -> None:
    drawn = data.boundaries()
    whole, *grids = [shape(feature["geometry"]) for feature in drawn.features]
    named = [feature["properties"]["area"] for feature in drawn.features]
    assert named == ["czl-2", *(data.community().grid(n) for n in range(1, 12))]
    assert whole.symmetric_difference(union_all(grids)).area < 1e-12
    assert sum(grid.area for grid in grids) == pytest.approx(whole.area)
    assert json.loads((data.FOLDER / "boundaries.geojson").read_text(encoding="utf-8"))["from"] == "invented"


def test_the_officer_s_post_begins_in_may_2019_as_reported_and_a_former_one_ends_the_day_before() -> None:
    now, before = [term for term in data.terms().posts if term.role == "community_officer"]
    assert (now.since.year, now.since.month, now.until) == (2019, 5, None)
    assert before.until is not None
    assert (now.since - before.until).days == 1


def test_the_building_has_25_owners_two_sessions_and_two_lifts() -> None:
    story = data.building()
    assert people_of(story)["applicant"] == 25
    assert doings(story)["hold"] == doings(story)["schedule"] == 2
    (agreed,) = [step.told() for step in story.steps if step.do == "agree"]
    assert [item["what"] for item in agreed["items"]] == ["安装第一部电梯", "安装第二部电梯"]
    assert doings(story)["fulfil"] == 2
    assert (doings(story)["residual"], doings(story)["partly_resolved"], doings(story)["settle"]) == (1, 1, 0)


def test_the_basement_s_18_tenants_are_gone_on_the_day_it_was_opened() -> None:
    story = data.basement()
    assert people_of(story)["third"] == 18
    (settled,) = [step for step in story.steps if step.do == "settle"]
    assert story.steps[-1] is settled
    zone = story.admitted_at.tzinfo
    assert settled.at.astimezone(zone).date() == story.admitted_at.date()


@pytest.mark.parametrize("story", [data.building(), data.basement()])
def test_a_story_goes_forward_in_time_and_is_past(story: Story) -> None:
    begun = [story.report.reported_at, story.classified_at, story.admitted_at, story.joined_at]
    assert begun == sorted(begun)
    times = [step.at for step in story.steps]
    assert times == sorted(times)
    assert story.joined_at <= min(times)
    assert max(times) < datetime(2020, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize("story", [data.building(), data.basement()])
def test_all_four_seats_are_filled_before_the_first_session(story: Story) -> None:
    seats = {member.seat for member in story.members}
    assert seats == {"area_leader", "community_officer", "auxiliary", "neighbour"}
    scheduled = next(step for step in story.steps if step.do == "schedule")
    assert story.appointed_at <= scheduled.at


@pytest.mark.parametrize("name", ["building.json", "basement.json"])
def test_dates_that_the_report_does_not_give_are_marked_as_invented(name: str) -> None:
    told = json.loads((data.FOLDER / name).read_text(encoding="utf-8"))
    assert told["dates_from"].startswith("invented")
    assert told["names_from"] == "invented"


def test_no_two_people_of_the_demo_share_a_name_and_none_is_a_real_one() -> None:
    people = data.people()
    names = [people.name(n) for n in range(people.many)]
    assert len(set(names)) == len(names) > 460
    assert all(name[1] == "示" for name in names)


def test_there_is_an_account_for_each_role_that_people_hold() -> None:
    roles = {post.role for account in data.accounts() for post in account.posts}
    assert roles == set(RIGHTS) - {"admin", "system"}


def test_the_stories_seats_have_accounts_that_are_opened() -> None:
    opened = {account.name for account in data.accounts()}
    members = [member for story in (data.building(), data.basement()) for member in story.members]
    assert {member.account for member in members} - {None} <= opened
    assert {group.owner_account for group in data.groups()} - {None} <= opened


def people_of(story: Story) -> Counter[str]:
    return Counter(some.side for some in story.parties for _ in some.people())


def doings(story: Story) -> Counter[str]:
    return Counter(step.do for step in story.steps)


# The register


def sheets_of(tmp_path: Path) -> dict[str, list[Record]]:
    file = tmp_path / "register.xlsx"
    file.write_bytes(workbook())
    reading = read(file)
    assert reading.wrong == []
    found: dict[str, list[Record]] = {}
    for record in reading.records:
        found.setdefault(record.sheet, []).append(record)
    return found


def test_the_254_members_come_by_a_workbook_that_a_station_could_have_filled_in(tmp_path: Path) -> None:
    sheets = sheets_of(tmp_path)
    assert {name: len(rows) for name, rows in sheets.items()} == {
        "communities": 1,
        "residents": 1,
        "grids": 11,
        "compounds": 18,
        "buildings": 54,
        "units": 160,
        "posts": 3,
        "volunteers": 254,
    }
    members = sheets["volunteers"]
    assert Counter(each["role"] for each in members) == {"building_head": 54, "unit_head": 160, "volunteer": 40}
    assert len({each["grid"] for each in members}) == 11
    assert len({each["name"] for each in members}) == 254
    assert all(each["consented_on"] and each["trained_on"] and each["insured_until"] for each in members)


def test_each_head_has_a_building_or_unit_of_their_own(tmp_path: Path) -> None:
    sheets = sheets_of(tmp_path)
    heads = [each["building"] for each in sheets["volunteers"] if each["role"] == "building_head"]
    assert sorted(heads) == sorted(each["building"] for each in sheets["buildings"])
    units = [each["unit"] for each in sheets["volunteers"] if each["role"] == "unit_head"]
    assert sorted(units) == sorted(each["unit"] for each in sheets["units"])


# Passwords


def test_passwords_are_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    first = passwords(tmp_path / "data", ["leader", "officer"])
    assert passwords(tmp_path / "data", ["leader", "officer"]) == first
    assert len(set(first.values())) == 2
    assert accounts_file(tmp_path / "data").stat().st_mode & 0o777 == 0o600


def test_a_damaged_file_of_passwords_is_not_written_over(tmp_path: Path) -> None:
    accounts_file(tmp_path).write_text("{", encoding="utf-8")
    with pytest.raises(CommandFailed, match=r"demo-accounts\.json"):
        passwords(tmp_path, ["leader"])
    assert accounts_file(tmp_path).read_text(encoding="utf-8") == "{"


# Loading


class Whole:
    """The three services, played as far as the loader asks."""

    def __init__(self) -> None:
        self.commands: dict[str, Any] = {}
        self.unknown_disputes = 1
        self.fresh_accounts = 2
        self.stage = ""

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path.partition("/api/v1/")[2]
        if path == "sessions":
            if self.fresh_accounts:  # the first account is opened a moment after the service is ready
                self.fresh_accounts -= 1
                return httpx2.Response(401, json={"title": "Name or password are wrong"})
            return httpx2.Response(200, json={"token": "t"})
        if request.method == "GET":
            return self.read(path)
        key = request.headers["idempotency-key"]
        sheets = request.headers["content-type"] == MEDIA["xlsx"]
        body: Any = request.content if sheets else json.loads(request.content)
        if key in self.commands and self.commands[key] != (path, body):
            return httpx2.Response(422, json={"title": "The Idempotency-Key cannot be used"})
        self.commands[key] = (path, body)
        if path.endswith("/settle"):
            self.stage = "settled"
        persons = [f"person of {key} {n}" for n in range(1 if sheets else len(body.get("parties", [1])))]
        answer = {"id": f"id-{key}", "code": f"WG-{key}", "position": 9, "version": 1, "persons": persons}
        return httpx2.Response(200, json=answer)

    def read(self, path: str) -> httpx2.Response:
        if path == "reports":
            return httpx2.Response(200, json={"reports": [{"stage": self.stage}] if self.stage else []})
        if self.unknown_disputes:
            self.unknown_disputes -= 1
            return httpx2.Response(404, json={"title": "Not found"})
        return httpx2.Response(200, json={"id": f"dispute of {path}", "applicant": "the applicant"})

    async def load(self, folder: Path) -> bool:
        transport = httpx2.MockTransport(self.answer)
        return await load_demo(Access("http://wangge.test", "admin", "p"), folder, lambda _: None, transport)

    def sent(self, end: str) -> list[Any]:
        return [body for path, body in self.commands.values() if path.endswith(end)]


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> Whole:
    monkeypatch.setattr("deploy.client._FIRST_PAUSE", 0.001)
    return Whole()


async def test_everything_is_sent_as_commands_with_their_dates(whole: Whole, tmp_path: Path) -> None:
    assert await whole.load(tmp_path)
    (entries,) = whole.sent("/entries")
    assert len(entries["incidents"]) == 6
    assert whole.sent("register/workbook") == [workbook()]
    assert len(whole.sent("groups")) == 19
    (drawn,) = whole.sent("/boundaries")
    assert len(drawn["features"]) == 12
    assert Counter(body["role"] for body in whole.sent("register/posts")) == {
        "station_leader": 1,
        "community_officer": 2,
        "auxiliary": 1,
    }
    assert sorted(len(body["parties"]) for body in whole.sent("/parties")) == [22, 26]
    (_, _, held) = sorted(whole.sent("/held"), key=lambda body: body["happened_at"])
    assert len(held["attended"]) == 4 + 3 + 1 + 18
    steps = [body for path, body in whole.commands.values() if path.startswith(("disputes/", "reports"))]
    assert len(steps) > 25
    assert all(body["happened_at"].startswith("2020-") for body in steps)


async def test_the_reporter_becomes_the_party_that_the_case_knows_as_applicant(whole: Whole, tmp_path: Path) -> None:
    await whole.load(tmp_path)
    for body in whole.sent("/parties"):
        assert [party.get("person") for party in body["parties"]].count("the applicant") == 1
        assert body["parties"][0]["person"] == "the applicant"


async def test_loaded_again_after_breaking_off_it_sends_the_very_same_commands(whole: Whole, tmp_path: Path) -> None:
    await whole.load(tmp_path)
    first = dict(whole.commands)
    whole.stage = "partly_resolved"
    await whole.load(tmp_path)
    assert whole.commands == first


async def test_what_is_loaded_is_not_sent_again(whole: Whole, tmp_path: Path) -> None:
    whole.stage = "settled"
    assert not await whole.load(tmp_path)
    assert whole.commands == {}
