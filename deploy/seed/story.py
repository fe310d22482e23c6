"""Tells one story of the demo: a report, its dispute with parties and group, and all that was done until its end."""

import asyncio
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from deploy.client import Client, Told
from deploy.seed import data
from deploy.seed.data import Step, Story

FIRST_NAME = 400
"""From which of the invented names on the people of the stories are called."""


async def tell_story(client: Client, story: Story, accounts: Mapping[str, str]) -> None:
    telling = _Telling(client, story, accounts)
    await telling.admit()
    await telling.enter_parties()
    await telling.appoint_members()
    for number, step in enumerate(story.steps):
        await telling.take(number, step)


class _Telling:
    def __init__(self, client: Client, story: Story, accounts: Mapping[str, str]) -> None:
        self._client = client
        self._story = story
        self._accounts = accounts
        self._key = story.report.external_id.lower()
        self._persons: dict[str, str] = {}
        """The ids of parties and members, by the names that the story's steps use."""
        self._names: dict[str, str] = {}
        self._dispute = ""

    async def admit(self) -> None:
        """The report comes in, is classified and admitted; mediation opens the dispute by itself."""
        told = self._story.report
        registered = await self._client.post(
            "intake",
            "reports",
            {
                **told.model_dump(mode="json", exclude={"reporter"}),
                "station": data.community().station,
                "reporter_name": self._name(told.reporter),
                "happened_at": told.reported_at.isoformat(),
            },
            self._key,
        )
        report = f"reports/{registered['id']}"
        await self._client.post(
            "intake",
            f"{report}/classify",
            {"kind": "dispute", "happened_at": self._story.classified_at.isoformat()},
            f"{self._key}-classify",
        )
        admitted = await self._client.post(
            "intake",
            f"{report}/admit",
            {"category": self._story.category, "happened_at": self._story.admitted_at.isoformat()},
            f"{self._key}-admit",
        )
        # Asked twice an admission changes nothing and has no position: what follows has come far enough then anyway.
        after = f"intake:{admitted['position']}" if admitted["position"] else None
        opened = await self._opened(registered["code"], after)
        self._dispute = f"disputes/{opened['id']}"
        if opened["applicant"] is not None:
            self._persons[told.reporter] = opened["applicant"]

    async def _opened(self, code: str, after: str | None) -> Any:
        """The dispute. What mediation has heard it acts upon a moment later."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._client.patience
        while True:
            try:
                return await self._client.get("mediation", f"disputes/{code}", after=after)
            except Told as refused:
                if refused.status != 404 or loop.time() > deadline:
                    raise
            await asyncio.sleep(0.05)

    async def enter_parties(self) -> None:
        parties, keys = [], []
        for some in self._story.parties:
            for number, key in enumerate(some.people()):
                party = {"side": some.side, "demand": some.demands[number % len(some.demands)]}
                known = self._persons.get(key)
                parties.append({**party, "name": self._name(key), **({"person": known} if known else {})})
                keys.append(key)
        body = {"parties": parties, "happened_at": self._story.joined_at.isoformat()}
        entered = await self._client.post("mediation", f"{self._dispute}/parties", body, f"{self._key}-parties")
        self._persons.update(zip(keys, entered["persons"], strict=True))

    async def appoint_members(self) -> None:
        for member in self._story.members:
            body = {
                "seat": member.seat,
                "name": self._name(member.known_as),
                "happened_at": self._story.appointed_at.isoformat(),
                **({"account": self._accounts[member.account]} if member.account else {}),
            }
            appointed = await self._client.post(
                "mediation", f"{self._dispute}/members", body, f"{self._key}-member-{member.known_as}"
            )
            (self._persons[member.known_as],) = appointed["persons"]

    async def take(self, number: int, step: Step) -> None:
        told, body = step.told(), dict[str, Any]()
        match step.do:
            case "set_aside_same_day":
                path, body = "same-day/set-aside", {"party": self._persons[told["party"]]}
            case "schedule":
                path, body = "sessions", told
            case "hold":
                path = f"sessions/{told.pop('session')}/held"
                body = {**told, "attended": self._those(told["attended"])}
            case "agree":
                path, body = "agreement", told
            case "fulfil":
                path = f"items/{told.pop('item')}/fulfilled"
                body = {**told, "verified_by": self._persons[told["verified_by"]]}
            case "residual":
                path, body = "residual", told
            case "partly_resolved":
                path, body = "partly-resolved", told
            case "settle":
                path, body = "settle", told
        await self._client.post(
            "mediation",
            f"{self._dispute}/{path}",
            {**body, "happened_at": step.at.isoformat()},
            f"{self._key}-step-{number}-{step.do}",
        )

    def _those(self, patterns: Sequence[str]) -> list[str]:
        """`owner-*` are all owners."""
        return [person for pattern in patterns for key, person in self._persons.items() if fnmatchcase(key, pattern)]

    def _name(self, key: str) -> str:
        """An invented name, the same whenever it is asked for, and of nobody else in the story."""
        if key not in self._names:
            everybody = [key for some in self._story.parties for key in some.people()]
            everybody += [member.known_as for member in self._story.members]
            self._names = {key: data.people().name(FIRST_NAME + n) for n, key in enumerate(everybody)}
        return self._names[key]


def figures_of(dispute: Mapping[str, Any]) -> dict[str, int]:
    """What is counted of a story, from the dispute as mediation tells it."""
    sides = [party["side"] for party in dispute["parties"]]
    return {
        "applicants": sides.count("applicant"),
        "third_parties": sides.count("third"),
        "sessions_held": sum(session["held_at"] is not None for session in dispute["sessions"]),
        "items_fulfilled": sum(item["fulfilled_on"] is not None for item in dispute["items"]),
    }
