"""Publishers as they come to us: whose key it is, what is left of the quota, how they sign; and their changes."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from services.intake.domain import publisher
from services.intake.domain.publisher import Quota, Registered
from services.intake.domain.report import Channel
from services.intake.domain.streams import PUBLISHER
from shared.eventsourcing.commands import Handled, derived_id
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta, microseconds
from shared.eventsourcing.tallies import Limit, Tallies

KEY_PREFIX: Final = "wgk_"
_SECRET_PREFIX: Final = "whsec_"  # noqa: S105 (what every secret begins with)
_MINUTE: Final = 60
_DAY: Final = 86_400
_SHANGHAI_SECONDS: Final = 8 * 3600
_ID_LENGTH: Final = 32

Refused: TypeAlias = Literal[
    "unknown_key", "suspended", "over_quota", "unsigned", "skewed", "bad_signature", "malformed", "repeated"
]
"""What happens to a publisher's requests without becoming an event; counted by day."""
COUNTED: Final[tuple[Refused, ...]] = (
    "repeated",
    "over_quota",
    "unknown_key",
    "suspended",
    "unsigned",
    "skewed",
    "bad_signature",
    "malformed",
)


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A quota is used up until its span of time is over."""

    per: Literal["minute", "day"]
    most: int
    retry_after: int
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Description:
    """What is said about a publisher, in clear."""

    name: str
    channels: tuple[Channel, ...]
    quota: Quota
    contact: str | None = None
    accounts: tuple[str, ...] = ()


def publisher_id(source: str) -> str:
    """A publisher's id is made from its source, so that none is registered twice and each is found by what it sends."""
    return derived_id("publisher", source)


async def publisher_of_source(runtime: Runtime, source: str) -> Registered | None:
    return await find(runtime, publisher_id(source))


async def find(runtime: Runtime, id_: str) -> Registered | None:
    _, state = await runtime.commands.load(PUBLISHER, id_)
    return state if isinstance(state, Registered) else None


async def publisher_named_by_key(runtime: Runtime, key: str) -> Registered | None:
    """The publisher whose id stands in the key, whether or not the key holds."""
    named = key.removeprefix(KEY_PREFIX)[:_ID_LENGTH]
    if not key.startswith(KEY_PREFIX) or len(named) < _ID_LENGTH or not named.isalnum():
        return None
    return await find(runtime, f"{named[:8]}-{named[8:12]}-{named[12:16]}-{named[16:20]}-{named[20:]}")


async def publisher_of_key(runtime: Runtime, key: str) -> Registered | None:
    """Whose key it is, read from the store itself: one that was revoked a moment ago is nobody's.

    A suspended publisher is answered too (`suspended` says so); its quota is asked for by `Publishers.spend`.
    """
    known = await publisher_named_by_key(runtime, key)
    return known if known is not None and key_holds(known, key, runtime.clock()) else None


def key_holds(known: Registered, key: str, now: datetime) -> bool:
    given = _digest(key)
    held = [hmac.compare_digest(each.digest, given) for each in known.keys_at(now)]
    return any(held)


class Publishers:
    """What is done about publishers, and what they use up."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.tallies = Tallies(runtime.database)

    # What they use up

    async def spend(self, known: Registered, amount: int = 1) -> Exhausted | None:
        """Counts requests or events against the quota; None while it lasts. Whichever replica is asked, it is one."""
        now = int(self._runtime.clock().timestamp())
        minute, day = now // _MINUTE, _day(now)
        limits = (
            Limit(f"publisher/{known.publisher}/quota-minute", minute, known.quota.per_minute),
            Limit(f"publisher/{known.publisher}/quota-day", day, known.quota.per_day),
        )
        reached = await self.tallies.spend(limits, amount)
        if reached is None:
            return None
        await self.count(known.publisher, "over_quota")
        if reached is limits[0]:
            return Exhausted("minute", reached.most, (minute + 1) * _MINUTE - now)
        return Exhausted("day", reached.most, (day + 1) * _DAY - _SHANGHAI_SECONDS - now)

    async def count(self, id_: str, what: Refused, amount: int = 1) -> None:
        await self.tallies.count(f"publisher/{id_}/{what}", _day(int(self._runtime.clock().timestamp())), amount)

    async def seen(self, id_: str) -> None:
        await self.tallies.note(f"publisher/{id_}/seen", microseconds(self._runtime.clock()))

    async def last_seen(self, id_: str) -> int | None:
        """Microseconds; None where it has never called by HTTP."""
        name = f"publisher/{id_}/seen"
        return (await self.tallies.read([name]))[name].get(0)

    async def counted(self, id_: str, days: int) -> dict[int, dict[Refused, int]]:
        """What was refused or repeated on each of the last days, by the day's number."""
        first = _day(int(self._runtime.clock().timestamp())) - days + 1
        names: dict[str, Refused] = {f"publisher/{id_}/{what}": what for what in COUNTED}
        found: dict[int, dict[Refused, int]] = {}
        for name, by_day in (await self.tallies.read(list(names), first)).items():
            for day, count in by_day.items():
                found.setdefault(day, {})[names[name]] = count
        return found

    async def secrets(self, known: Registered) -> list[str]:
        """The secrets by which it may sign now; none where it need not sign."""
        held = known.secrets_at(self._runtime.clock())
        opened = await self._runtime.vault.open_all([each.value for each in held])
        return [value for value in opened if value is not None]

    # What is done about them

    async def register(
        self, source: str, said: Description, station: str, city_wide: bool, meta: Meta, command_id: str
    ) -> Handled:
        id_ = publisher_id(source)
        command = publisher.RegisterPublisher(
            publisher=id_,
            source=source,
            name=said.name,
            station=station,
            city_wide=city_wide,
            channels=said.channels,
            quota=said.quota,
            contact=await self._contact(id_, said.contact),
            accounts=said.accounts,
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self._handle(id_, command, meta, command_id)

    async def change(self, known: Registered, said: Description, meta: Meta, command_id: str) -> Handled:
        contact = known.contact
        present = (await self._runtime.vault.open_all([contact]))[0] if contact is not None else None
        if said.contact != present:
            contact = await self._contact(known.publisher, said.contact)
        command = publisher.ChangePublisher(
            name=said.name,
            channels=said.channels,
            quota=said.quota,
            contact=contact,
            accounts=said.accounts,
            by=meta.actor,
            now=self._runtime.clock(),
        )
        return await self._handle(known.publisher, command, meta, command_id)

    async def issue_key(
        self, id_: str, overlap: timedelta, meta: Meta, command_id: str
    ) -> tuple[Handled, str, str | None]:
        """A new key: its id and, this once, the key itself; None when the same is asked again, for it is not kept."""
        clear = f"{KEY_PREFIX}{id_.replace('-', '')}_{secrets.token_urlsafe(32)}"
        key_id, now = derived_id("publisher-key", command_id), self._runtime.clock()
        command = publisher.IssueKey(
            key=key_id, digest=_digest(clear), others_until=now + overlap, by=meta.actor, now=now
        )
        handled = await self._handle(id_, command, meta, command_id)
        return handled, key_id, clear if handled.events else None

    async def set_secret(self, id_: str, overlap: timedelta, meta: Meta, command_id: str) -> tuple[Handled, str | None]:
        """A new secret for signatures, shown this once; it is kept sealed, for we must reckon with it ourselves."""
        clear = _SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
        now = self._runtime.clock()
        command = publisher.SetSecret(
            secret=derived_id("publisher-secret", command_id),
            value=await self._runtime.vault.seal(f"publisher-{id_}", clear),
            others_until=now + overlap,
            by=meta.actor,
            now=now,
        )
        handled = await self._handle(id_, command, meta, command_id)
        return handled, clear if handled.events else None

    async def do(self, id_: str, command: publisher.Command, meta: Meta, command_id: str) -> Handled:
        return await self._handle(id_, command, meta, command_id)

    async def contact(self, known: Registered, reader: Meta) -> str | None:
        """Whom to ask about it; the read is recorded."""
        if known.contact is None:
            return None
        (value,) = await self._runtime.open([known.contact], reader, "the contact of a publisher")
        return value

    async def _handle(self, id_: str, command: publisher.Command, meta: Meta, command_id: str) -> Handled:
        return await self._runtime.commands.handle(PUBLISHER, id_, command, meta, command_id)

    async def _contact(self, id_: str, said: str | None) -> Sealed | None:
        return await self._runtime.vault.seal(derived_id("publisher-contact", id_), said) if said else None


def day_number(now: datetime) -> int:
    return _day(int(now.timestamp()))


def _day(now: int) -> int:
    """The number of the day in Shanghai."""
    return (now + _SHANGHAI_SECONDS) // _DAY


def _digest(key: str) -> str:
    """Of 32 random bytes a plain hash is enough: nobody finds them by trying."""
    return hashlib.sha256(key.encode()).hexdigest()
