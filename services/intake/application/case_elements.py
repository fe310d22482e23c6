"""The elements of a report: worked out of its text when it is read, and confirmed by a person, sealed like the text."""

from collections.abc import Sequence
from typing import NamedTuple

from services.intake.domain import report
from services.intake.domain.case_elements import Confirmed, ConfirmedElement, ConfirmElements
from services.intake.domain.elements import Element, ElementKind, pull
from services.intake.domain.report import ReportReceived, Words
from services.intake.domain.streams import CASE_ELEMENTS, REPORT
from shared.eventsourcing.commands import Handled
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import Meta


class Said(NamedTuple):
    """An element as a person says it, in clear."""

    kind: ElementKind
    value: str
    at: Words | None = None


class Known(NamedTuple):
    """What the text suggests, and what a person has confirmed; None while nobody has looked."""

    suggested: tuple[Element, ...]
    confirmed: tuple[Said, ...] | None
    subject: str
    text: str


class CaseElements:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def read(self, report_id: str, reader: Meta) -> Known:
        received = await self._received(report_id)
        _, state = await self._runtime.commands.load(CASE_ELEMENTS, report_id)
        kept = state.confirmed.elements if isinstance(state, Confirmed) else ()
        sealed = [received.subject, received.text, *(element.value for element in kept)]
        subject, text, *values = await self._runtime.open(sealed, reader, "the elements of a report")
        said = tuple(
            Said(element.kind, value, element.at)
            for element, value in zip(kept, values, strict=True)
            if value is not None  # erased with the report's words
        )
        suggested = pull(subject or "", text or "")
        return Known(suggested, said if isinstance(state, Confirmed) else None, subject or "", text or "")

    async def confirm(self, report_id: str, said: Sequence[Said], meta: Meta, command_id: str) -> Handled:
        """Seals what is said under the report's own key, so that whoever erases its words erases it too."""
        received = await self._received(report_id)
        key = f"report-{report_id}"
        links = {key: tuple(person.person for person in (received.reporter, received.filed_by) if person is not None)}
        seal = await self._runtime.vault.sealer([key], links)
        command = ConfirmElements(
            report=report_id,
            elements=tuple(ConfirmedElement(kind=one.kind, value=seal(key, one.value), at=one.at) for one in said),
            by=meta.actor,
            now=self._runtime.clock(),
        )
        meta = meta.model_copy(update={"station": received.station, "correlation": received.code})
        return await self._runtime.commands.handle(CASE_ELEMENTS, report_id, command, meta, command_id)

    async def _received(self, report_id: str) -> ReportReceived:
        _, state = await self._runtime.commands.load(REPORT, report_id)
        if isinstance(state, report.NotReceived):
            raise report.NeverReceived
        return state.received
