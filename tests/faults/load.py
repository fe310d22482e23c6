"""Work that goes on while things break, as patient clients send it; and what must hold when all has settled."""

import asyncio
import json
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from deploy.client import Access, Client, Told
from tests.e2e.gateway import Gateway
from tests.e2e.messages import DISPUTES
from tests.e2e.procedure import SEATS
from tests.e2e.whole import SERVICES, Whole

ACCEPT_ABOVE = "0.9"
PER_CASE = len(SEATS)
"""Messages to people that one case of `mediate` leads to: each member is told of the appointment."""


class Import:
    """`wangge import` in a process of its own, in small batches, so that there is always some of it under way."""

    def __init__(self, whole: Whole, file: Path, channel: str = "mailbox") -> None:
        self._whole = whole
        self._channel = channel
        self._begun: subprocess.Popen[str] = whole.begin(
            *("import", file, "--channel", channel, "--accept-above", ACCEPT_ABOVE),
            *("--batch", "8", "--parallel", "2", "--patience", "400", "--json"),
        )

    @property
    def running(self) -> bool:
        return self._begun.poll() is None

    def taken_in(self) -> int:
        ((number,),) = self._whole.rows("intake", "SELECT count(*) FROM reports WHERE channel = ?", self._channel)
        return int(number)

    def summary(self, patience: float) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self._whole.ended(self._begun, patience))
        return told

    def end(self) -> None:
        if self.running:
            self._begun.kill()
        self._begun.wait()


async def mediate(whole: Whole, numbers: Sequence[int], patience: float = 300.0) -> None:
    """Leads reports to a formed group, each command with its key for as long as it takes."""
    async with Client(Access(whole.url, "admin", whole.password), patience=patience, newborn=True) as client:
        (admin,) = [a["id"] for a in await client.get("intake", "accounts") if a["name"] == "admin"]
        for number in numbers:
            name = f"FAULTS-{number}"
            subject, text = DISPUTES[number % len(DISPUTES)]
            body = {
                "channel": "walk_in",
                "external_id": name,
                "subject": subject,
                "text": text,
                "reported_at": "2026-03-01T08:00:00+08:00",
            }
            report = await client.post("intake", "reports", body, name)
            path = f"reports/{report['id']}"
            await client.post("intake", f"{path}/classify", {"kind": "dispute"}, f"{name}-classify")
            await client.post("intake", f"{path}/admit", {"category": "neighbours"}, f"{name}-admit")
            dispute = await _opened(client, report["code"], patience)
            for seat in SEATS:
                member = {"seat": seat, "name": f"{seat} {number}"}
                if seat == SEATS[0]:
                    member["account"] = admin
                await client.post("mediation", f"disputes/{dispute}/members", member, f"{name}-{seat}")


async def _opened(client: Client, code: str, patience: float) -> str:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    while True:
        try:
            return str((await client.get("mediation", f"disputes/{code}"))["id"])
        except Told as told:
            if told.status != 404 or loop.time() > deadline:
                raise
        await asyncio.sleep(0.2)


def assert_whole(whole: Whole, channel: str, numbers: Sequence[str], cases: int, gateway: Gateway) -> None:
    """Everything once in each service, in order, told once, and the chains hold."""
    assert_converged(whole, channel, numbers)
    _assert_told(whole, cases, gateway)


def assert_converged(whole: Whole, channel: str, numbers: Sequence[str]) -> None:
    taken = whole.rows("intake", "SELECT external_id FROM reports WHERE channel = ? ORDER BY 1", channel)
    assert [number for (number,) in taken] == sorted(numbers)
    _assert_disputes(whole)
    _assert_heard(whole)
    for service in SERVICES:
        _assert_order(whole, service)
    assert {service: told["holds"] for service, told in whole.answer("verify").items()} == dict.fromkeys(SERVICES, True)
    ready = whole.http.get("/health/ready").json()
    assert ready["status"] == "ready", ready


def _assert_disputes(whole: Whole) -> None:
    admitted = sorted(whole.rows("intake", "SELECT code FROM reports WHERE state = 'admitted'"))
    assert admitted, "nothing was admitted"
    for service in ("mediation", "notify"):
        assert sorted(whole.rows(service, "SELECT code FROM disputes")) == admitted, service
    # By each service's own API too, and from what it says was told there.
    for service in SERVICES:
        told, query = [], dict[str, Any](limit=200)
        while True:
            answer = whole.http.get(f"/{service}/api/v1/disputes", params=query)
            assert answer.is_success, answer.text
            told += [each["code"] for each in answer.json()["disputes"]]
            if "next" not in answer.links:
                break
            query = {"limit": 200, "cursor": _cursor(answer.links["next"]["url"])}
        assert sorted(told) == sorted(code for (code,) in admitted), service


def _cursor(url: str) -> str:
    return parse_qs(urlsplit(url).query)["cursor"][0]


def _assert_heard(whole: Whole) -> None:
    """What each service told is in the others' stores once, in the order in which it was told."""
    told = {
        "intake": "wangge.report.received.v1",
        "mediation": "wangge.case.opened.v1",
    }
    own = {"intake": whole.count("intake", "reports"), "mediation": whole.count("mediation", "disputes")}
    for source, type_ in told.items():
        for service in SERVICES:
            if service == source:
                continue
            heard = whole.rows(
                service, "SELECT stream, version FROM events WHERE type = ? AND stream LIKE 'received/%'", type_
            )
            assert len(heard) == len(set(heard)) == own[source], (
                f"{service} heard {len(heard)} of {own[source]} {type_}"
            )


def _assert_order(whole: Whole, service: str) -> None:
    events = whole.rows(service, "SELECT position, stream, version FROM events ORDER BY position")
    assert [position for position, _, _ in events] == list(range(1, len(events) + 1)), f"{service} has holes"
    last: dict[str, int] = {}
    for position, stream, version in events:
        before = last.get(stream, 0)
        dense = not stream.startswith("received/urn:wangge:")
        assert version == before + 1 if dense else version > before, f"{service} at {position}: {stream} v{version}"
        last[stream] = version


def _assert_told(whole: Whole, cases: int, gateway: Gateway) -> None:
    rows = whole.rows("notify", "SELECT id, person, code, channel, state FROM deliveries")
    assert len(rows) == cases * PER_CASE
    assert len({(person, code) for _, person, code, _, _ in rows}) == len(rows), "somebody was told twice"
    states = Counter((channel, state) for _, _, _, channel, state in rows)
    assert states == {("webhook", "delivered"): cases * (PER_CASE - 1), ("inbox", "delivered"): cases}, states
    by_webhook = {id_ for id_, _, _, channel, _ in rows if channel == "webhook"}
    # A sender that dies after the gateway has answered sends again under the same id, and says so by it.
    assert set(gateway.times()) == by_webhook
    assert gateway.forged == []
    ((shown,),) = whole.rows("notify", "SELECT count(*) FROM inbox")
    assert shown == cases
