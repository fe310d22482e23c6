"""Loads the demo into running services by their APIs. Each command has a key of its own for ever: none counts twice."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx2

from deploy.client import Access, Client
from deploy.failure import CommandFailed
from deploy.seed import data
from deploy.seed.accounts import passwords
from deploy.seed.story import tell_story
from deploy.seed.workbook import workbook
from services.intake.entrypoints.tables import MEDIA

Progress = Callable[[str], None]

PATIENCE = 60.0
FIRST_OWNER = 300
"""From which of the invented names on the owners of the groups are called."""


async def load_demo(
    access: Access, folder: Path, progress: Progress, transport: httpx2.AsyncBaseTransport | None = None
) -> bool:
    """Loads what is not there yet; answers whether anything had to be loaded.

    A load that was broken off goes on: what had been sent adds nothing when it is sent again.
    """
    async with Client(access, patience=PATIENCE, newborn=True, transport=transport) as client:
        if await is_loaded(client):
            return False
        progress(f"loading {data.community().name}: register, incidents, and an account for each role")
        accounts: dict[str, str] = {}
        await _accounts(client, folder, accounts)  # the workbook names some of them
        await _register(client)
        await _posts(client, accounts)
        progress(f"loading groups, and telling the story of {data.building().title}")
        await _together(_groups(client, accounts), tell_story(client, data.building(), accounts))
        progress(f"telling the story of {data.basement().title}")
        await tell_story(client, data.basement(), accounts)
        await _until_heard(client)
        return True


async def _until_heard(client: Client) -> None:
    """Waits until intake has heard how the last story ended, so that whoever looks next sees all of it."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE
    while not await is_loaded(client):
        if loop.time() > deadline:
            raise CommandFailed(
                f"Everything was sent, but intake has not heard from mediation for {PATIENCE:g} s: `wangge doctor` "
                "shows what stands still."
            )
        await asyncio.sleep(0.05)


async def _together(*work: Coroutine[Any, Any, None]) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(each)
    except* CommandFailed as failed:
        raise failed.exceptions[0] from None


async def is_loaded(client: Client) -> bool:
    """Whether the last thing of the demo is there: its second story, at its end."""
    told = data.basement().report
    page = await client.get("intake", "reports", external_id=told.external_id, channel=told.channel)
    return any(report["stage"] == "settled" for report in page["reports"])


async def _register(client: Client) -> None:
    """The register comes by its workbook, through the front door as a station's own would; then what is counted."""
    community = data.community()
    content = await asyncio.to_thread(workbook)
    await client.upload("intake", "register/workbook", content, MEDIA["xlsx"], "demo-workbook")
    source = community.sources["report"]
    entries = {"incidents": [{**counted.model_dump(mode="json"), "source": source} for counted in community.incidents]}
    await client.post("intake", f"communities/{community.community}/entries", entries, "demo-entries")
    drawing = data.boundaries()
    await client.put(
        "intake",
        f"register/communities/{community.community}/boundaries?since={drawing.since}",
        {"type": drawing.type, "features": list(drawing.features)},
        "demo-boundaries",
    )


async def _posts(client: Client, accounts: dict[str, str]) -> None:
    """Names the areas above the community, and who holds or held a post there by office."""
    community, people, terms = data.community(), data.people(), data.terms()
    for area in terms.above:
        named = {"name": area.name, "above": area.above, "since": terms.above_since.isoformat()}
        await client.put("intake", f"register/areas/{area.kind}/{area.area}", named, f"demo-area-{area.area}")
    for number, term in enumerate(terms.posts):
        place = {"station": community.station}
        if term.role != "station_leader":
            place["community"] = community.community
        body: dict[str, Any] = {
            "role": term.role,
            "place": place,
            "name": people.name(term.person),
            "account": accounts[term.account] if term.account else None,
            "since": term.since.isoformat(),
            "until": None if term.until is None else term.until.isoformat(),
        }
        await client.post("intake", "register/posts", body, f"demo-post-{number}")


async def _accounts(client: Client, folder: Path, ids: dict[str, str]) -> None:
    """Opens the demo's accounts, and enters their ids by name."""
    accounts = data.accounts()
    known = passwords(folder, [account.name for account in accounts])
    for account in accounts:
        posts = [{"station": data.community().station, **post.model_dump(exclude_none=True)} for post in account.posts]
        body = {"name": account.name, "password": known[account.name], "posts": posts}
        done = await client.post("intake", "accounts", body, f"demo-account-{account.name}")
        ids[account.name] = done["id"]


async def _groups(client: Client, accounts: dict[str, str]) -> None:
    community, people = data.community(), data.people()
    for number, group in enumerate(data.groups()):
        body = {
            "name": group.name,
            "kind": group.kind,
            "owner_name": people.name(FIRST_OWNER + number),
            "owner_account": accounts[group.owner_account] if group.owner_account else None,
            "compound": group.compound,
            "community": community.community,
            "station": community.station,
            "members": group.members,
        }
        await client.post("notify", "groups", body, f"demo-group-{group.key}")
