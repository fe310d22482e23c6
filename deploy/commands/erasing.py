"""`wangge erase`: everything about one person made unreadable, once their id has been given twice."""

from uuid import uuid4

from deploy.client import Access, Client
from deploy.commands.terminal import confirm_text, run, tell
from deploy.failure import CommandFailed


def run_erase(person: str, reason: str, yes: str | None, url: str | None) -> None:
    if not 3 <= len(reason.strip()) <= 300:
        raise CommandFailed("The reason must have 3 to 300 characters: it is kept, without anything personal.")
    tell(f"Everything that intake, mediation and notify keep about {person} becomes unreadable, for ever.")
    confirm_text(person, yes, "erase this person")

    async def erase() -> int:
        async with Client(Access(url)) as client:
            done = await client.post("intake", f"persons/{person}/erase", {"reason": reason.strip()}, str(uuid4()))
        return int(done["position"])

    position = run(erase())
    tell(f"Ordered at position {position} of intake; every service carries it out as soon as it hears of it.")
