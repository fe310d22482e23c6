"""`wangge facts`: the figures of the community and its two stories, each asked of the service whose own they are."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from deploy.client import Access, Client, Told
from deploy.commands.terminal import out, print_json, run
from deploy.failure import CommandFailed
from deploy.seed import data
from deploy.seed.data import Story
from deploy.seed.story import figures_of

_OF_THE_REGISTER = (
    "residents",
    "compounds",
    "compounds_without_manager",
    "grids",
    "squads",
    "building_heads",
    "unit_heads",
    "volunteers",
)


def run_facts(community: str | None, url: str | None, *, as_json: bool) -> None:
    found = run(_facts(community or data.community().community, Access(url)))
    if as_json:
        print_json(found)
        return
    table = Table("figure", "value")
    for name, value in found.items():
        table.add_row(name, "not entered" if value is None else str(value))
    out.print(table)


async def _facts(community: str, access: Access) -> dict[str, Any]:
    async with Client(access, patience=10) as client:
        entries = {each["community"]: each for each in await client.get("intake", "communities")}
        if community not in entries:
            known = f"it knows {', '.join(sorted(entries))}" if entries else "`wangge demo` loads the demo's"
            raise CommandFailed(f"The register has no community {community}: {known}.")
        building = await _dispute(client, data.building())
        basement = await _dispute(client, data.basement())
        of_building = figures_of(building) if building else {}
        of_basement = figures_of(basement) if basement else {}
        return {
            **{name: entries[community][name] for name in _OF_THE_REGISTER},
            "groups": await _groups(client, community),
            "incidents_2019_criminal": await _incidents(client, community, 2019, 12, ["criminal"]),
            "incidents_2019_public_order": await _incidents(client, community, 2019, 12, ["public_order"]),
            "incidents_2020_january_august": await _incidents(client, community, 2020, 8, ["criminal", "public_order"]),
            "building_parties": of_building.get("applicants"),
            "building_sessions": of_building.get("sessions_held"),
            "building_lifts_fitted": of_building.get("items_fulfilled"),
            "basement_tenants": of_basement.get("third_parties"),
            "basement_settled_same_day": basement["settled_same_day"] if basement else None,
        }


async def _groups(client: Client, community: str) -> int:
    number = 0
    async for page in client.pages("notify", "groups", community=community, limit=200):
        groups = page["groups"] if isinstance(page, dict) else page
        number += sum(group["community"] == community for group in groups)
    return number


async def _incidents(client: Client, community: str, year: int, month: int, kinds: Sequence[str]) -> int | None:
    """From the year's first day to the month's end; None where a kind was not entered, which is not zero."""
    last_day = f"{year}-{month:02}-31"
    told = await client.get(
        "intake", "statistics/incidents", community=community, first_day=f"{year}-01-01", last_day=last_day
    )
    counts = [told["counts"][kind] for kind in kinds]
    return None if None in counts else sum(counts)


async def _dispute(client: Client, story: Story) -> dict[str, Any] | None:
    """A story's dispute as mediation knows it, or None where it was not told (yet)."""
    page = await client.get("intake", "reports", external_id=story.report.external_id, channel=story.report.channel)
    for report in page["reports"]:
        try:
            found: dict[str, Any] = await client.get("mediation", f"disputes/{report['code']}")
        except Told as refused:
            if refused.status != 404:
                raise
        else:
            return found
    return None
