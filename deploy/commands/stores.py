"""`wangge verify`, `rebuild` and `republish`: work on a service's store, told while it goes on."""

from collections.abc import AsyncIterator
from typing import Any

from deploy.client import Access, Client, Service
from deploy.commands.terminal import err, known_service, known_services, print_json, progress_bar, run, tell
from deploy.failure import CommandFailed


def run_verify(service: str | None, url: str | None, *, as_json: bool) -> None:
    services = known_services(service)
    results = run(_verify(services, Access(url)))
    if as_json:
        print_json(results)
    else:
        for name, result in results.items():
            if result["holds"]:
                tell(f"{name}: the chain holds over {result['events']} events")
            else:
                tell(f"{name}: BROKEN at position {result['position']}, stream {result['stream']}: {result['reason']}")
    broken = [name for name, result in results.items() if not result["holds"]]
    if broken:
        raise CommandFailed(
            f"The store of {', '.join(broken)} was changed from outside at the event named, the first that no longer "
            "fits: keep a copy of the database as evidence, and restore it from a backup of before."
        )


def run_rebuild(service: str, name: str, url: str | None) -> None:
    result = run(_long_work(known_service(service), f"rebuild/{name}", f"{service} {name}", Access(url)))
    tell(f"{service}: {result['rebuilt']} is built anew from {result['events']} events")


def run_republish(service: str, url: str | None) -> None:
    async def republish() -> None:
        async with Client(Access(url)) as client:
            await client.post(known_service(service), "republish")

    run(republish())
    tell(f"{service} publishes everything again from the first event; `wangge doctor` shows how far it is.")


async def _verify(services: tuple[Service, ...], access: Access) -> dict[str, dict[str, Any]]:
    return {service: await _long_work(service, "verify", f"{service}: chain", access) for service in services}


async def _long_work(service: Service, path: str, what: str, access: Access) -> dict[str, Any]:
    """Shows the progress that the service tells, and answers its last line."""
    result: dict[str, Any] | None = None
    async with Client(access) as client:
        with progress_bar("events") as progress:
            bar = progress.add_task(what, total=None)
            lines: AsyncIterator[dict[str, Any]] = client.lines(service, path)
            async for line in lines:
                if "done" in line:
                    progress.update(bar, completed=line["done"], total=line["of"])
                else:
                    result = line
            if result is not None and isinstance(result.get("events"), int):
                progress.update(bar, completed=result["events"], total=result["events"])
    if result is None:
        err.print(f"{service} told no result")
        raise CommandFailed(f"{what}: {service} ended without a result; look into its log, then run it again.")
    return result
