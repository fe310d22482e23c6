"""`wangge parked`: what waits for a person, listed, tried again or dropped, always by an exact and confirmed number."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from deploy.client import Access, Client, Service
from deploy.commands.terminal import (
    confirm_number,
    err,
    known_service,
    known_services,
    print_json,
    progress_bar,
    run,
    tell,
)
from deploy.failure import CommandFailed

CAUSES: Final = {
    "unreadable": "no CloudEvent",
    "invalid": "not what its type promises",
    "changed": "same id with other contents",
    "refused": "refused by a rule",
    "row": "a bad row of a file",
}
_PAGE = 200


def run_list(service: str | None, cause: str | None, limit: int, url: str | None, *, as_json: bool) -> None:
    _check_cause(cause)
    services = known_services(service)
    found = run(_list(services, cause, limit, Access(url)))
    if as_json:
        print_json(found)
        return
    for name, parked in found.items():
        counts = parked["waiting"]
        waiting = sum(counts.values())
        by_cause = ", ".join(
            f"{number} {cause_} ({CAUSES.get(cause_, '')})" for cause_, number in sorted(counts.items())
        )
        tell(f"{name}: {waiting} parked{f': {by_cause}' if by_cause else ''}")
        if parked["messages"]:
            _show(parked["messages"])
            hidden = (counts.get(cause, 0) if cause else waiting) - len(parked["messages"])
            if hidden > 0:
                tell(f"and {hidden} more: --limit {hidden + len(parked['messages'])} shows them")


def run_retry(
    service: str,
    cause: str | None,
    ids: Sequence[str] | None,
    yes: int | None,
    rate: float,
    url: str | None,
    *,
    dry_run: bool,
) -> None:
    name = known_service(service)
    _check_cause(cause)

    async def retry(client: Client, id_: str) -> str | None:
        answer = await client.post(name, f"parked/{id_}/retry")
        return None if answer["outcome"] == "retried" else str(answer["outcome"])

    still = run(
        _settle(name, cause, ids, yes, rate, Access(url), retry, "try again", "tried", dry_run=dry_run, but="row")
    )
    if still:
        raise CommandFailed(f"{still} are still parked; what stands against each of them: wangge parked {name}.")


def run_drop(
    service: str,
    reason: str,
    cause: str | None,
    ids: Sequence[str] | None,
    yes: int | None,
    rate: float,
    url: str | None,
    *,
    dry_run: bool,
) -> None:
    name = known_service(service)
    _check_cause(cause)
    if not 3 <= len(reason.strip()) <= 500:
        raise CommandFailed("The reason must have 3 to 500 characters: it is kept with what is dropped.")

    async def drop(client: Client, id_: str) -> str | None:
        await client.post(name, f"parked/{id_}/drop", {"reason": reason.strip()})
        return None

    run(_settle(name, cause, ids, yes, rate, Access(url), drop, "drop", "dropped", dry_run=dry_run))


async def _list(
    services: Sequence[Service], cause: str | None, limit: int, access: Access
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    async with Client(access) as client:
        for service in services:
            waiting, messages = await _parked(client, service, cause, limit)
            found[service] = {"waiting": waiting, "messages": messages}
    return found


async def _parked(
    client: Client, service: Service, cause: str | None, limit: int | None = None
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    waiting: dict[str, int] = {}
    messages: list[dict[str, Any]] = []
    async for page in client.pages(service, "parked", cause=cause, limit=min(limit or _PAGE, _PAGE)):
        waiting = page["waiting"]
        messages += page["messages"]
        if limit is not None and len(messages) >= limit:
            return waiting, messages[:limit]
    return waiting, messages


async def _settle(
    service: Service,
    cause: str | None,
    ids: Sequence[str] | None,
    yes: int | None,
    rate: float,
    access: Access,
    act: Callable[[Client, str], Awaitable[str | None]],
    verb: str,
    done_word: str,
    *,
    dry_run: bool,
    but: str | None = None,
) -> int:
    """Answers how many were refused again; `but` is a cause that is left out."""
    async with Client(access, patience=10) as client:
        _, messages = await _parked(client, service, cause)
        if ids:
            unknown = set(ids) - {message["id"] for message in messages}
            if unknown:
                raise CommandFailed(
                    f"Not parked in {service}: {', '.join(sorted(unknown))}. See `wangge parked {service}`."
                )
            messages = [message for message in messages if message["id"] in ids]
        if left_out := sum(message["cause"] == but for message in messages):
            tell(
                f"{service}: {left_out} rows of files are left out: mend them in the file and import it again, then "
                "drop them here."
            )
            messages = [message for message in messages if message["cause"] != but]
        count = len(messages)
        if not count:
            tell(f"{service}: nothing is parked{f' for {cause}' if cause else ''}.")
            return 0
        tell(f"{service}: {count} parked messages to {verb}")
        _show(messages if dry_run else messages[:10])
        if dry_run:
            tell("A dry run: nothing was done.")
            return 0
        if count > 10:
            tell(f"and {count - 10} more; --dry-run shows all")
        confirm_number(count, yes, f"messages of {service}")
        return await _one_by_one(client, [message["id"] for message in messages], rate, act, done_word)


async def _one_by_one(
    client: Client, ids: Sequence[str], rate: float, act: Callable[[Client, str], Awaitable[str | None]], done_word: str
) -> int:
    done = refused = 0
    try:
        with progress_bar("messages") as progress:
            bar = progress.add_task(done_word, total=len(ids))
            for id_ in ids:
                began = time.monotonic()
                still = await act(client, id_)
                done += 1
                if still is not None:
                    refused += 1
                    err.print(f"{id_}: still refused: {still}")
                progress.advance(bar)
                if done < len(ids):
                    await asyncio.sleep(max(0.0, 1 / rate - (time.monotonic() - began)))
    except asyncio.CancelledError:
        raise CommandFailed(
            f"Stopped by Ctrl-C: {done} of {len(ids)} were {done_word}, the rest wait as before."
        ) from None
    except CommandFailed as reason:
        raise CommandFailed(f"{reason} {done} of {len(ids)} were {done_word}, the rest wait as before.") from reason
    tell(f"{done} of {len(ids)} {done_word}, {refused} still refused.")
    return refused


def _show(messages: Sequence[dict[str, Any]]) -> None:
    for message in messages:
        origin = message["origin"]
        if origin.get("file"):
            where = f"{origin['file']}, line {origin['line']}"
        elif origin.get("topic"):
            where = f"{origin['topic']}, partition {origin['partition']}, offset {origin['offset']}"
        else:
            where = f"policy {origin.get('policy', '')} at position {origin.get('position', '')}"
        since = datetime.fromtimestamp(message["at"] / 1_000_000, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        tries = f", tried again {message['retries']} times" if message["retries"] else ""
        tell(f"  {message['id']}  {message['cause']}  {since}  {message['size']} bytes{tries}")
        tell(f"      {message['type']} from {where}: {message['detail']}")


def _check_cause(cause: str | None) -> None:
    if cause is not None and cause not in CAUSES:
        raise CommandFailed(f"There is no cause {cause!r}: it must be one of {', '.join(CAUSES)}.")
