"""Who is told when something happened elsewhere: contracts in, plans of deliveries out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from pydantic import ValidationError

from services.notify.application.templates import (
    ASKED_TO_GO,
    CASE_SETTLED,
    GROUP_APPOINTED,
    HELP_ASKED,
    LONE_ALARM,
    REPORT_MERGED,
    REPORT_UNMERGED,
    SESSION_SET,
    MessageTemplate,
)
from services.notify.domain.delivery import About, Channel, PlanDelivery
from shared.contracts.cases import CaseSettled, MemberAppointed, SessionScheduled
from shared.contracts.duty import AlarmRaised, AskedToGo
from shared.contracts.envelope import Contract
from shared.contracts.reports import ReportMerged, ReportUnmerged
from shared.contracts.vocabulary import Contact, Personal
from shared.eventsourcing.decider import Refusal, sentence
from shared.eventsourcing.sealed import Sealed

_NAMESPACE: Final = UUID("6f0c7b0e-2f6b-5d0e-9a51-3c1f5c0d8a47")
"""Of the ids made here. Changing it, or what the ids are made of, would send every message a second time."""


class Asked(NamedTuple):
    """A command and the delivery that it is for."""

    delivery: str
    command: PlanDelivery


class FactUnusable(Refusal):
    say = sentence("{what} of case {case} cannot be made known, for its {fields}: put it right where it was entered.")


class Addressee(NamedTuple):
    contact: Contact
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """What is to be made known of a case or a report."""

    of: str
    """The case's id, or the report's where there is no case."""
    code: str
    station: str
    template: MessageTemplate
    told_apart_by: tuple[str, ...]
    """What makes it another fact than the others of its kind in this case."""
    variables: Mapping[str, str]
    to: tuple[Addressee, ...]
    urgent: bool = False
    """Whether who has an account is reached by the webhook as well: an inbox waits until somebody looks into it."""


class Route(NamedTuple):
    channel: Channel
    account: str | None
    """Whose inbox; none is the inbox of the station."""


def react(
    contract: Contract, sealed: Callable[[Personal], Sealed], *, now: datetime, webhook_configured: bool
) -> list[Asked]:
    """The deliveries that this makes necessary; none when it concerns nobody here.

    The ids follow from the fact itself, so hearing it again plans nothing new. `sealed` gives a value that came with
    the contract in the form in which this service's store holds it.
    """
    try:
        fact = _fact(contract)
        return [] if fact is None else _plans(fact, sealed, now, webhook_configured=webhook_configured)
    except ValidationError as malformed:
        # Refusals, so that this one is parked for people to see and those behind it go on.
        fields = ", ".join(sorted({".".join(map(str, error["loc"])) for error in malformed.errors()}))
        raise FactUnusable(what=contract.event_type, case=contract.subject, fields=fields) from None
    except OverflowError:
        raise FactUnusable(what=contract.event_type, case=contract.subject, fields="time") from None


def _fact(contract: Contract) -> Fact | None:
    match contract:
        case MemberAppointed():
            return Fact(
                contract.case,
                contract.code,
                contract.station,
                GROUP_APPOINTED,
                told_apart_by=(contract.seat, _instant(contract.at)),
                variables={"code": contract.code, "seat": contract.seat},
                to=(Addressee(contract.member, contract.account),),
            )
        case SessionScheduled():
            return Fact(
                contract.case,
                contract.code,
                contract.station,
                SESSION_SET,
                told_apart_by=(str(contract.session), _instant(contract.at)),
                variables={
                    "code": contract.code,
                    "session": str(contract.session),
                    "begins_at": _instant(contract.begins_at),
                    "place": contract.place,
                },
                to=tuple(map(Addressee, contract.tell)),
            )
        case CaseSettled():
            return Fact(
                contract.case,
                contract.code,
                contract.station,
                CASE_SETTLED,
                told_apart_by=(_instant(contract.at),),
                variables={"code": contract.code},
                to=tuple(map(Addressee, contract.tell)),
            )
        case AlarmRaised():
            return Fact(
                contract.visit,
                contract.visit,
                contract.station,
                HELP_ASKED if contract.why == "panic" else LONE_ALARM,
                told_apart_by=(contract.rung, _instant(contract.raised_at)),
                variables={"account": contract.account, "raised_at": _instant(contract.raised_at)},
                # Nobody of that rung is on duty: then whoever looks into the station's inbox.
                to=tuple(Addressee(Contact(person=each), each) for each in contract.told)
                or (Addressee(Contact(person=f"station-{contract.station}")),),
                urgent=True,
            )
        case AskedToGo():
            return Fact(
                contract.dispatch,
                contract.code,
                contract.station,
                ASKED_TO_GO,
                told_apart_by=(contract.request,),
                variables={
                    "code": contract.code,
                    "begins_at": _instant(contract.begins_at),
                    "ends_at": _instant(contract.ends_at),
                },
                to=(Addressee(Contact(person=contract.person), contract.account),),
                urgent=contract.account is not None,
            )
        case ReportMerged(reporter=reporter, merged_at=at) if reporter is not None:
            return _together(contract, REPORT_MERGED, reporter, at)
        case ReportUnmerged(reporter=reporter, unmerged_at=at) if reporter is not None:
            return _together(contract, REPORT_UNMERGED, reporter, at)
        case _:
            return None


def _together(
    contract: ReportMerged | ReportUnmerged, template: MessageTemplate, reporter: Contact, at: datetime
) -> Fact:
    """Of the other report its code alone is told, and nothing of whose it is."""
    return Fact(
        contract.report,
        contract.code,
        contract.station,
        template,
        told_apart_by=(contract.parent, _instant(at)),
        variables={"code": contract.code, "other": contract.parent_code},
        to=(Addressee(reporter),),
    )


def _plans(fact: Fact, sealed: Callable[[Personal], Sealed], now: datetime, *, webhook_configured: bool) -> list[Asked]:
    template = fact.template
    # By id: a person named twice in one fact is told once.
    planned: dict[str, Asked] = {}
    for contact, owned in fact.to:
        for channel, account in routes(owned, urgent=fact.urgent, webhook_configured=webhook_configured):
            parts = (*fact.told_apart_by, *(("webhook",) if fact.urgent and channel == "webhook" else ()))
            delivery = _id(template.name, fact.of, contact.person, *parts)
            command = PlanDelivery(
                about=About(
                    delivery=delivery,
                    notice=_id(template.name, fact.of, *fact.told_apart_by),
                    template=template.name,
                    case=fact.of,
                    code=fact.code,
                    person=contact.person,
                    channel=channel,
                ),
                template_version=template.version,
                station=fact.station,
                account=account,
                name=None if contact.name is None else sealed(contact.name),
                phone=None if contact.phone is None else sealed(contact.phone),
                variables=fact.variables,
                now=now,
            )
            planned[delivery] = Asked(delivery, command)
    return list(planned.values())


def routes(account: str | None, *, urgent: bool, webhook_configured: bool) -> list[Route]:
    """The usual way; what is urgent goes to the inbox and by the webhook, whoever it is for."""
    if not urgent:
        return [route(account, webhook_configured=webhook_configured)]
    return [Route("inbox", account), *([Route("webhook", account)] if webhook_configured else [])]


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
