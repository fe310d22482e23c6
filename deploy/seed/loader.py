"""Loads the demo into running services by their APIs. Each command has a key of its own for ever: none counts twice."""

from collections.abc import Callable
from pathlib import Path

import httpx2

from deploy.client import Access, Client
from deploy.seed import data
from deploy.seed.accounts import passwords
from deploy.seed.story import tell_story

Progress = Callable[[str], None]

PATIENCE = 60.0


async def load_demo(
    access: Access, folder: Path, progress: Progress, transport: httpx2.AsyncBaseTransport | None = None
) -> bool:
    """Loads what is not there yet; answers whether anything had to be loaded.

    A load that was broken off goes on: what had been sent adds nothing when it is sent again.
    """
    async with Client(access, patience=PATIENCE, newborn=True, transport=transport) as client:
        if await is_loaded(client):
            return False
        progress(f"loading {data.community().name}: residents, grids, compounds, squads, incidents")
        await _register(client)
        progress("loading accounts, one for each role, and groups")
        accounts = await _accounts(client, folder)
        await _groups(client, accounts)
        for story in (data.building(), data.basement()):
            progress(f"telling the story of {story.title}")
            await tell_story(client, story, accounts)
        return True


async def is_loaded(client: Client) -> bool:
    """Whether the last thing of the demo is there: its second story, at its end."""
    told = data.basement().report
    page = await client.get("intake", "reports", external_id=told.external_id, channel=told.channel)
    return any(report["stage"] == "settled" for report in page["reports"])


async def _register(client: Client) -> None:
    community, people = data.community(), data.people()
    await client.put(
        "intake",
        f"communities/{community.community}",
        {"name": community.name, "station": community.station},
        "demo-community",
    )
    since = community.squads_since.since.isoformat()
    roles = [squad.role for squad in community.squads for _ in range(squad.number)]
    numbers = range(1, community.grids.number + 1)
    source = community.sources["report"]
    entries = {
        "residents": [{**community.residents.model_dump(mode="json"), "source": source}],
        "grids": [
            {
                "grid": community.grid(n),
                "name": community.grids.name.format(n=n),
                "squad": community.grids.squad.format(n=n),
            }
            for n in numbers
        ],
        "compounds": [compound.model_dump(mode="json") for compound in community.compounds],
        "volunteers": [
            {"name": people.name(n), "role": role, "grid": community.grid(n + 1), "since": since}
            for n, role in enumerate(roles)
        ],
        "incidents": [{**counted.model_dump(mode="json"), "source": source} for counted in community.incidents],
    }
    await client.post("intake", f"communities/{community.community}/entries", entries, "demo-entries")


async def _accounts(client: Client, folder: Path) -> dict[str, str]:
    """Opens the demo's accounts; answers their ids by name."""
    accounts = data.accounts()
    known = passwords(folder, [account.name for account in accounts])
    ids = {}
    for account in accounts:
        posts = [{"station": data.community().station, **post.model_dump(exclude_none=True)} for post in account.posts]
        body = {"name": account.name, "password": known[account.name], "posts": posts}
        done = await client.post("intake", "accounts", body, f"demo-account-{account.name}")
        ids[account.name] = done["id"]
    return ids


async def _groups(client: Client, accounts: dict[str, str]) -> None:
    community, people = data.community(), data.people()
    for number, group in enumerate(data.groups()):
        body = {
            "name": group.name,
            "kind": group.kind,
            "owner": {"name": people.name(300 + number)},
            "compound": group.compound,
            "community": community.community,
            "station": community.station,
            "members": group.members,
        }
        await client.post("notify", "groups", body, f"demo-group-{group.key}")
