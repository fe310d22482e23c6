"""What reports of one matter are found by: keyed digests of a few rare terms of each, beside its sealed words.

No word stands here in clear. The words are those of the report, sealed under its key; the digests are made with a key
of the deployment, tell nothing to who holds the database alone, and go when the report's key goes.
"""

import asyncio
import hashlib
import hmac
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text, TextClause, delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain import likeness
from services.intake.domain.likeness import Found, Place, Traits
from services.intake.domain.report import ReportReceived
from shared.eventsourcing.database import Database
from shared.eventsourcing.projections import Projection, Recorded, Rows
from shared.eventsourcing.reads import PersonErased
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.sealing import Vault
from shared.eventsourcing.store import instant, microseconds

_METADATA: Final = MetaData()
reports = Table(
    "likeness_reports",
    _METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("report", Text, nullable=False),
    Column("community", Text),
    Column("compound", Text),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("reported_at", BigInteger, nullable=False),
    Index("likeness_reports_by_report", "report"),
)
terms = Table(
    "likeness_terms",
    _METADATA,
    Column("term", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

MOST_HOLDERS: Final = 150
"""A term that more reports hold finds none of them: it is a town's name, or the fashion of the day."""


class Digests:
    """Terms as the index keeps them: sixty-three bits of a keyed digest."""

    def __init__(self, deployment_key: bytes) -> None:
        self._key = hmac.digest(deployment_key, b"terms of likeness", hashlib.sha256)

    def of(self, traits: Traits) -> list[int]:
        return [self.one(term) for term in likeness.terms(traits)]

    def one(self, term: str) -> int:
        return int.from_bytes(hmac.digest(self._key, term.encode(), hashlib.sha256)[:8], "big") >> 1


class Likenesses(Projection):
    """The index, as far as the words of reports can still be read."""

    name: ClassVar[str] = "likenesses"
    tables: ClassVar[tuple[Table, ...]] = (reports, terms)

    def __init__(self, vault: Vault, digests: Digests) -> None:
        self._vault = vault
        self._digests = digests

    def concerns(self, recorded: Recorded) -> bool:
        """Observations are likened to nothing: what was seen twice is not to be joined by a plate or a name."""
        event = recorded.event
        return isinstance(event, PersonErased) or (isinstance(event, ReportReceived) and event.channel != "observation")

    async def apply(self, rows: Rows, events: Sequence[Recorded]) -> None:
        received = [
            (one.event, one.stored.position)
            for one in events
            if isinstance(one.event, ReportReceived) and self.concerns(one)
        ]
        sealed = [box for event, _ in received for box in (event.subject, event.text)]
        opened = await self._vault.open_all(sealed)
        said = list(zip(opened[::2], opened[1::2], strict=True))
        # Reading takes a millisecond or two each: requests are answered meanwhile.
        held = await asyncio.to_thread(
            self._read, [(event, *words) for (event, _), words in zip(received, said, strict=True)]
        )
        read = [(*one, digests) for one, digests in zip(received, held, strict=True) if digests is not None]
        await rows.put(reports, [_row(event, position) for event, position, _ in read])
        await rows.put(terms, [{"term": t, "position": at} for _, at, digests in read for t in digests])
        if any(isinstance(one.event, PersonErased) for one in events):
            await _forget(rows)

    def _read(self, received: Iterable[tuple[ReportReceived, str | None, str | None]]) -> list[list[int] | None]:
        return [
            None
            if subject is None or words is None
            else self._digests.of(_traits(subject, words, _day(event.reported_at), _place(event)))
            for event, subject, words in received
        ]


@lru_cache(maxsize=1_024)
def _traits(subject: str, words: str, on: date, place: Place) -> likeness.Traits:
    """Kept in memory under the words themselves: whoever cannot open these any more finds nothing here either."""
    return likeness.traits(subject, words, on, place)


def _day(reported_at: datetime) -> date:
    return reported_at.astimezone(UTC).date()


def _place(event: ReportReceived) -> Place:
    return Place(event.place.community, event.place.compound)


def _row(event: ReportReceived, position: int) -> dict[str, Any]:
    return {
        "position": position,
        "report": event.report,
        "community": event.place.community,
        "compound": event.place.compound,
        "kind": event.suggestion.kind,
        "subject": event.subject.model_dump_json(),
        "text": event.text.model_dump_json(),
        "reported_at": microseconds(event.reported_at),
    }


async def _forget(rows: Rows) -> None:
    """Takes out every report whose key is gone."""
    kept, held = rows.table(reports), rows.table(terms)
    erased = text("SELECT substr(id, 8) FROM erased WHERE id LIKE 'report-%'")
    gone = (await rows.tx.execute(erased)).scalars().all()
    for at in range(0, len(gone), 300):
        some = select(kept.c.position).where(kept.c.report.in_(gone[at : at + 300]))
        await rows.tx.execute(delete(held).where(held.c.position.in_(some)))
        await rows.tx.execute(delete(kept).where(kept.c.report.in_(gone[at : at + 300])))


@lru_cache
def _holding(number: int) -> TextClause:
    """Who holds each of so many terms, each asked with a limit of its own; put together in words, as SQLAlchemy's own
    putting together took longer than the database.
    """
    one = "SELECT * FROM (SELECT term, position FROM likeness_terms WHERE term = :t{} LIMIT {}) AS h{}"
    return text(" UNION ALL ".join(one.format(n, MOST_HOLDERS + 1, n) for n in range(number)))


class Similar:
    """Finds what a report is to be compared with, among any number of others."""

    def __init__(self, database: Database, vault: Vault, digests: Digests) -> None:
        self._database = database
        self._vault = vault
        self._digests = digests

    async def report(self, report: str) -> Found | None:
        """A report of the index, opened; None where it is not there, or its words are gone."""
        async with self._database.reading() as tx:
            row = (await tx.execute(select(reports).where(reports.c.report == report))).mappings().first()
        found = [] if row is None else await self._opened([dict(row)])
        return found[0] if found else None

    async def near(self, one: Found, most: int, *, earlier: bool = False) -> list[Found]:
        """The reports that share the most of its rare terms; `earlier` only those that came in before it."""
        digests = self._digests.of(one.traits)
        async with self._database.reading() as tx:
            holders = await self._holders(tx, digests)
            weight: Counter[int] = Counter()
            for positions in holders.values():
                if len(positions) <= MOST_HOLDERS:
                    for position in positions:
                        weight[position] += 1 / len(positions)  # type: ignore[assignment]
            ranked = [p for p, _ in weight.most_common() if p != one.position and not (earlier and p > one.position)]
            wanted = ranked[:most]
            rows = (await tx.execute(select(reports).where(reports.c.position.in_(wanted)))).mappings().all()
        return await self._opened([dict(row) for row in rows])

    async def _holders(self, tx: AsyncConnection, digests: Sequence[int]) -> dict[int, list[int]]:
        holders: dict[int, list[int]] = defaultdict(list)
        if not digests:
            return holders
        wanted = {f"t{n}": term for n, term in enumerate(dict.fromkeys(digests))}
        for term, position in await tx.execute(_holding(len(wanted)), wanted):
            holders[term].append(position)
        return holders

    async def _opened(self, rows: Sequence[dict[str, Any]]) -> list[Found]:
        """Machine reading: the words are compared and forgotten. A person who looks at them is recorded elsewhere."""
        sealed = [Sealed.model_validate_json(row[name]) for row in rows for name in ("subject", "text")]
        opened = await self._vault.open_all(sealed)
        found = []
        for row, subject, words in zip(rows, opened[::2], opened[1::2], strict=True):
            if subject is not None and words is not None:
                place = Place(row["community"], row["compound"])
                traits = _traits(subject, words, _day(instant(row["reported_at"])), place)
                found.append(Found(row["report"], row["position"], row["kind"], traits))
        return found
