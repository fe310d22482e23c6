"""Who is told when something happened elsewhere: contracts in, plans of deliveries out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from services.notify.application.templates import CASE_SETTLED, GROUP_APPOINTED, SESSION_SET, MessageTemplate
from services.notify.domain.delivery import About, Channel, PlanDelivery
from shared.contracts.cases import Case, CaseSettled, MemberAppointed, SessionScheduled
from shared.contracts.envelope import Contract
from shared.contracts.vocabulary import Contact, Personal
from shared.eventsourcing.sealed import Sealed

_NAMESPACE: Final = UUID("6f0c7b0e-2f6b-5d0e-9a51-3c1f5c0d8a47")
"""Of the ids made here. Changing it, or what the ids are made of, would send every message a second time."""


class Addressee(NamedTuple):
    contact: Contact
    account: str | None


class Route(NamedTuple):
    channel: Channel
    account: str | None
    """Whose inbox; none is the inbox of the station."""


def react(
    contract: Contract, *, now: datetime, seal: Callable[[Personal], Sealed], webhook_configured: bool
) -> list[tuple[str, PlanDelivery]]:
    """The stream and the command of each delivery that this makes necessary.

    The ids follow from the fact itself, so hearing it again plans nothing new. `seal` takes over a value that was
    sealed for this store on arrival. A contract that concerns nobody here is answered with nothing.
    """

    def plans(
        case: Case,
        template: MessageTemplate,
        fact: tuple[str, ...],
        variables: Mapping[str, str],
        to: Iterable[Addressee],
    ) -> list[tuple[str, PlanDelivery]]:
        def plan(addressee: Addressee) -> PlanDelivery:
            contact = addressee.contact
            channel, account = route(addressee.account, webhook_configured=webhook_configured)
            return PlanDelivery(
                about=About(
                    delivery=_id(template.name, case.case, contact.person, *fact),
                    notice=_id(template.name, case.case, *fact),
                    template=template.name,
                    case=case.case,
                    code=case.code,
                    person=contact.person,
                    channel=channel,
                ),
                template_version=template.version,
                station=case.station,
                account=account,
                name=None if contact.name is None else seal(contact.name),
                phone=None if contact.phone is None else seal(contact.phone),
                variables=variables,
                now=now,
            )

        planned = [plan(addressee) for addressee in to]
        # By stream: a person named twice in one fact is told once.
        return list({f"delivery-{command.about.delivery}": command for command in planned}.items())

    match contract:
        case MemberAppointed():
            return plans(
                contract,
                GROUP_APPOINTED,
                (contract.seat, _instant(contract.at)),
                {"code": contract.code, "seat": contract.seat},
                [Addressee(contract.member, contract.account)],
            )
        case SessionScheduled():
            return plans(
                contract,
                SESSION_SET,
                (str(contract.session), _instant(contract.at)),
                {
                    "code": contract.code,
                    "session": str(contract.session),
                    "begins_at": _instant(contract.begins_at),
                    "place": contract.place,
                },
                [Addressee(contact, None) for contact in contract.tell],
            )
        case CaseSettled():
            return plans(
                contract,
                CASE_SETTLED,
                (_instant(contract.at),),
                {"code": contract.code},
                [Addressee(contact, None) for contact in contract.tell],
            )
        case _:
            return []


def route(account: str | None, *, webhook_configured: bool) -> Route:
    """Who has an account is reached in its inbox; who has none by the webhook, or by the officers of the station."""
    if account is not None:
        return Route("inbox", account)
    return Route("webhook" if webhook_configured else "inbox", None)


def _id(*parts: str) -> str:
    # As JSON, so that no two different lists of parts give the same text.
    return str(uuid5(_NAMESPACE, json.dumps(parts, ensure_ascii=True)))


def _instant(at: datetime) -> str:
    """When a fact happened is part of which fact it is: a session set anew, a case settled again, is told again."""
    return at.astimezone(UTC).isoformat()
