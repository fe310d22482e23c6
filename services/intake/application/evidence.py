"""Evidence on its way in and out: looked at, hashed, sealed under its report's key, covered; each look recorded."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import BinaryIO, Final, Protocol

from services.intake.application import pictures
from services.intake.domain import evidence
from services.intake.domain.evidence import Area, Copy, EvidenceTaken, MediaType
from services.intake.domain.report import ReportReceived
from services.intake.domain.streams import EVIDENCE
from shared.eventsourcing import reads
from shared.eventsourcing.blobs import PART, Blobs, SqlBlobs
from shared.eventsourcing.commands import Handled, Stale, derived_id
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealing import Erased
from shared.eventsourcing.store import Meta

_AT_ONCE: Final = 2
"""Pictures that are unpacked at the same time; each may take some hundred megabytes."""


class File(Protocol):
    """A file as it was uploaded: on disk where it is large."""

    filename: str | None
    file: BinaryIO

    async def read(self, size: int = -1) -> bytes: ...

    async def seek(self, offset: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Received:
    evidence: str
    media_type: MediaType
    sha256: str
    handled: Handled


class NotTaken(Exception):
    """The file is none that is taken as evidence."""


class Empty(NotTaken):
    pass


class UnknownType(NotTaken):
    pass


class Unreadable(NotTaken):
    """By its first bytes a picture, and yet none that can be opened."""


class OfErased(NotTaken):
    """The person's data was erased, and with it everything that could be sealed for this report."""


class Evidence:
    def __init__(self, runtime: Runtime, blobs: Blobs | None = None) -> None:
        self._runtime = runtime
        self._blobs: Blobs = blobs or SqlBlobs(runtime.database, runtime.vault, runtime.clock)
        self._unpacking = asyncio.Semaphore(_AT_ONCE)

    async def take(self, of: ReportReceived, file: File, meta: Meta, command_id: str | None) -> Received:
        """Takes a file in: the same file of the same report is one piece of evidence, however often it comes."""
        head = await file.read(pictures.HEAD)
        if not head:
            raise Empty
        type_ = pictures.media_type(head)
        if type_ is None:
            raise UnknownType
        await file.seek(0)
        sha256, size = await _hashed(file)
        id_ = derived_id("evidence", of.report, sha256)
        version, state = await self._runtime.commands.load(EVIDENCE, id_)
        if isinstance(state, evidence.Taken):
            return Received(
                id_, state.taken.media_type, sha256, Handled(EVIDENCE.stream(id_), version, 0, repeated=True)
            )
        now = self._runtime.clock()
        await file.seek(0)
        shown = await self._shown(file.file, of.code, now) if pictures.is_showable(type_) else None
        key, persons = f"report-{of.report}", persons_of(of)
        await file.seek(0)
        try:
            original = await self._blobs.keep(key, _parts(file), persons)
            shown_blob = "" if shown is None else await self._blobs.keep(key, _whole(shown.jpeg), persons)
        except Erased as erased:
            raise OfErased from erased
        name = (file.filename or "").strip()[:200]
        command = evidence.TakeEvidence(
            evidence=id_,
            report=of.report,
            code=of.code,
            station=of.station,
            sha256=sha256,
            size=size,
            media_type=type_,
            name=await self._runtime.vault.seal(key, name, persons) if name else None,
            original=original,
            copy_of_it=None if shown is None else _copy(shown),
            shown=shown_blob,
            by=meta.actor,
            now=now,
        )
        meta = meta.model_copy(update={"station": of.station, "correlation": of.code})
        command_id = command_id or derived_id("evidence-taken", id_, version)
        handled = await self._runtime.commands.handle(EVIDENCE, id_, command, meta, command_id)
        if not handled.events:  # somebody else brought the same file in the same moment
            for blob in (original, shown_blob):
                await self._blobs.drop(blob)
        return Received(id_, type_, sha256, handled)

    async def find(self, id_: str, *, withdrawn_too: bool = False) -> EvidenceTaken | None:
        """What is shown; None where nothing was taken in, and where it was withdrawn."""
        match (await self._runtime.commands.load(EVIDENCE, id_))[1]:
            case evidence.Taken(taken):
                return taken
            case evidence.Withdrawn(taken) if withdrawn_too:
                return taken
            case _:
                return None

    async def cover(self, id_: str, areas: Sequence[Area], meta: Meta, command_id: str) -> Handled:
        """Shows from now on a copy in which these areas are covered; it is made from the original, which nobody reads.

        Raises:
            Refusal: nothing was taken in, or no copy of it is shown.
            Stale: somebody else covered or withdrew it meanwhile.
            Erased: the data of the report's reporter was erased.
        """
        version, state = await self._runtime.commands.load(EVIDENCE, id_)
        match state:
            case evidence.Taken(taken) if taken.shown:
                pass
            case evidence.NotTaken():
                raise evidence.NeverTaken
            case _:
                raise evidence.NothingShown
        key = f"report-{taken.report}"
        original = BytesIO()
        async for part in self._blobs.read(taken.original, key):
            original.write(part)
        original.seek(0)
        shown = await self._shown(original, taken.code, taken.taken_at, areas)
        blob = await self._blobs.keep(key, _whole(shown.jpeg))
        command = evidence.CoverEvidence(
            areas=tuple(areas), copy_of_it=_copy(shown), shown=blob, by=meta.actor, now=self._runtime.clock()
        )
        try:
            handled = await self._runtime.commands.handle(EVIDENCE, id_, command, meta, command_id, seen=version)
        except (Refusal, Stale):
            await self._blobs.drop(blob)
            raise
        await self._blobs.drop(blob if handled.repeated or not handled.events else taken.shown)
        return handled

    async def covered(self, id_: str) -> tuple[Area, ...]:
        """What is covered now in the copy that is shown."""
        state = (await self._runtime.commands.load(EVIDENCE, id_))[1]
        return state.covered if isinstance(state, evidence.Taken) else ()

    async def withdraw(self, id_: str, reason: evidence.Withdrawal, meta: Meta, command_id: str) -> Handled:
        command = evidence.WithdrawEvidence(reason=reason, by=meta.actor, now=self._runtime.clock())
        return await self._runtime.commands.handle(EVIDENCE, id_, command, meta, command_id)

    async def original(self, taken: EvidenceTaken, reader: Meta, purpose: str) -> AsyncIterator[bytes]:
        """The original, part by part; who reads it, and for what, is recorded before anything leaves."""
        return await self._read(taken, taken.original, reader, purpose)

    async def shown(self, taken: EvidenceTaken, reader: Meta) -> AsyncIterator[bytes]:
        """The copy of a picture that is shown; this look is recorded too."""
        return await self._read(taken, taken.shown, reader, "the shown copy of evidence")

    async def _read(self, taken: EvidenceTaken, blob: str, reader: Meta, purpose: str) -> AsyncIterator[bytes]:
        key, now = f"report-{taken.report}", self._runtime.clock()
        if not await self._runtime.vault.holds(key):
            raise Erased(key)
        event = reads.SealedRead(
            reader=reader.actor, of=(key, f"evidence-{taken.evidence}"), purpose=purpose, read_at=now
        )
        await self._runtime.record(f"reads-{reader.actor}-{now:%Y%m}", event, reader)
        return self._blobs.read(blob, key)

    async def _shown(self, file: BinaryIO, code: str, at: datetime, covered: Sequence[Area] = ()) -> pictures.Shown:
        async with self._unpacking:
            try:
                return await asyncio.to_thread(pictures.shown, file, code, at, covered)
            except pictures.Unshowable as error:
                raise Unreadable from error


def persons_of(of: ReportReceived) -> tuple[str, ...]:
    """Whose erasure takes the evidence along: whoever the report names."""
    named = (of.reporter, of.filed_by)
    return tuple(each.person for each in named if each is not None)


def _copy(shown: pictures.Shown) -> Copy:
    return Copy(
        sha256=hashlib.sha256(shown.jpeg).hexdigest(), size=len(shown.jpeg), width=shown.width, height=shown.height
    )


async def _hashed(file: File) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    async for part in _parts(file):
        digest.update(part)
        size += len(part)
    return digest.hexdigest(), size


async def _parts(file: File) -> AsyncIterator[bytes]:
    while part := await file.read(PART):
        yield part


async def _whole(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), PART):
        yield data[at : at + PART]
