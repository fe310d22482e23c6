"""The demo's register as a workbook, as a station would fill it in; buildings, units, days, insurers are invented."""

from datetime import date
from typing import Final

from deploy.seed import data
from services.intake.application.workbook import SheetName
from services.intake.entrypoints.sheets import SHEETS, written
from services.intake.entrypoints.tables import Cell

BUILDINGS_EACH: Final = 3
"""54 building heads in 18 compounds."""
FIRST_POST: Final = 260
"""From which of the invented names on those who hold posts are called."""
POSTS: Final = (
    ("leader", "包片所领导", False, date(2018, 3, 1)),
    ("officer", "社区民警", True, date(2019, 5, 1)),
    ("auxiliary", "社区辅警", True, date(2019, 5, 1)),
)
"""Account, post, whether of the community, and since when; of the officer the report tells that it was in May 2019."""
ROLES: Final = {"building_head": "楼院长", "unit_head": "单元长", "volunteer": "治安志愿者"}
INSURED: Final = (date(2020, 1, 1), date(2029, 12, 31))


def workbook() -> bytes:
    """The same bytes at any time, so that they can be sent again."""
    community = data.community()
    of, source = community.community, community.sources["report"]
    numbers = range(1, community.grids.number + 1)
    buildings = [
        (f"{compound.compound}-{n}", f"{n}号楼", compound)
        for compound in community.compounds
        for n in range(1, BUILDINGS_EACH + 1)
    ]
    squads = {squad.role: squad.number for squad in community.squads}
    units = [
        (f"{buildings[n % len(buildings)][0]}-{n // len(buildings) + 1}", n // len(buildings) + 1, n % len(buildings))
        for n in range(squads["unit_head"])
    ]
    rows: dict[SheetName, list[list[Cell]]] = {
        "communities": [[of, community.name, community.station]],
        "residents": [[of, community.residents.residents, community.residents.on, source]],
        "grids": [
            [of, community.grid(n), community.grids.name.format(n=n), community.grids.squad.format(n=n)]
            for n in numbers
        ],
        "compounds": [
            [of, each.compound, each.name, each.grid, "有" if each.property_managed else "无"]
            for each in community.compounds
        ],
        "buildings": [[of, id_, name, compound.compound] for id_, name, compound in buildings],
        "units": [[of, id_, f"{number}单元", buildings[at][0]] for id_, number, at in units],
        "posts": [
            [
                f"P-{n + 1}",
                data.people().name(FIRST_POST + n),
                role,
                community.station,
                of if in_community else None,
                None,
                account,
                since,
            ]
            for n, (account, role, in_community, since) in enumerate(POSTS)
        ],
        "volunteers": [],
    }
    places: dict[str, list[dict[str, Cell]]] = {
        "building_head": [
            {"grid": compound.grid, "compound": compound.compound, "building": id_} for id_, _, compound in buildings
        ],
        "unit_head": [
            {
                "grid": buildings[at][2].grid,
                "compound": buildings[at][2].compound,
                "building": buildings[at][0],
                "unit": id_,
            }
            for id_, _, at in units
        ],
        "volunteer": [{"grid": community.grid(n + 1)} for n in range(squads["volunteer"])],
    }
    roles = [(role, place) for squad in community.squads for role, place in _dealt(squad.role, squad.number, places)]
    rows["volunteers"] = [_member(of, n, role, place) for n, (role, place) in enumerate(roles)]
    return written(rows)


def _dealt(role: str, number: int, places: dict[str, list[dict[str, Cell]]]) -> list[tuple[str, dict[str, Cell]]]:
    return [(role, places[role][n % len(places[role])]) for n in range(number)]


def _member(of: str, number: int, role: str, place: dict[str, Cell]) -> list[Cell]:
    since = data.community().squads_since.since
    told: dict[str, Cell] = {
        "community": of,
        "number": f"D-{number + 1:03}",
        "name": data.people().name(number),
        "role": ROLES[role],
        **place,
        "found_on": since,
        "consented_on": since,
        "training": "安全防范",
        "trained_on": since,
        "insurer": "示例保险公司",
        "insured_from": INSURED[0],
        "insured_until": INSURED[1],
        "on_duty_since": since,
    }
    (sheet,) = (each for each in SHEETS if each.name == "volunteers")
    return [told.get(column.key) for column in sheet.columns]
