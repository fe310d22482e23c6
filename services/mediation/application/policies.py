"""What mediation does when another service tells it something: an admitted dispute opens, a withdrawal is noted."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID, uuid5

from pydantic import ValidationError

from services.mediation.domain import events
from services.mediation.domain.commands import Command, NoteWithdrawal, OpenDispute
from services.mediation.domain.refusals import AdmissionUnusable
from shared.contracts.envelope import Contract
from shared.contracts.reports import DisputeAdmitted, ReportWithdrawn
from shared.contracts.vocabulary import Contact, Personal
from shared.eventsourcing.sealed import Sealed

DISPUTES = UUID("6f3f5f0e-7d0b-5d0c-9b52-3a4c1d7e8f21")  # never changed: dispute ids are derived from it


class Asked(NamedTuple):
    """A command and the dispute that it is for."""

    dispute: str
    command: Command


def dispute_id(report: str) -> str:
    """One report opens one dispute, however often and wherever this is worked out."""
    return uuid5(DISPUTES, report).hex


def react(contract: Contract, sealed: Callable[[Personal], Sealed]) -> list[Asked]:
    """`sealed` gives a value that came with the contract in the form in which this service's store holds it."""
    match contract:
        case DisputeAdmitted():
            dispute = dispute_id(contract.report)
            try:
                return [Asked(dispute, open_dispute(dispute, contract, sealed))]
            except ValidationError as malformed:
                # A refusal, so that this one is parked for people to see and those behind it go on.
                fields = ", ".join(".".join(map(str, error["loc"])) for error in malformed.errors())
                raise AdmissionUnusable(report=contract.report, fields=fields) from None
        case ReportWithdrawn():
            reason = None if contract.reason is None else sealed(contract.reason)
            noted = NoteWithdrawal(report=contract.report, reason=reason, now=contract.withdrawn_at)
            return [Asked(dispute_id(contract.report), noted)]
        case _:
            return []


def open_dispute(dispute: str, admitted: DisputeAdmitted, sealed: Callable[[Personal], Sealed]) -> OpenDispute:
    place = admitted.place
    return OpenDispute(
        dispute=dispute,
        report=admitted.report,
        code=admitted.code,
        station=admitted.station,
        place=events.Place(community=place.community, grid=place.grid, compound=place.compound),
        category=admitted.category,
        headline=sealed(admitted.headline),
        story=sealed(admitted.story),
        applicant=None if admitted.reporter is None else known(admitted.reporter, sealed),
        occurred_on=admitted.occurred_on,
        now=admitted.admitted_at,
    )


def known(contact: Contact, sealed: Callable[[Personal], Sealed]) -> events.Contact:
    return events.Contact(
        person=contact.person,
        name=None if contact.name is None else sealed(contact.name),
        phone=None if contact.phone is None else sealed(contact.phone),
    )
