"""Between a delivery and its channel: from the plan to the message that leaves, from the answer to what is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from services.notify.adapters.channel import (
    Outcome,
    OutgoingMessage,
    PermanentFailure,
    Sent,
    TechnicalFailure,
    TemporaryFailure,
)
from services.notify.application.templates import CATALOGUE, Catalogue
from services.notify.domain.delivery import DeliveryPlanned, Fail, Submit
from shared.eventsourcing.sealed import Sealed


def sealed_values(planned: DeliveryPlanned) -> list[Sealed]:
    """What has to be opened before the message can leave."""
    return [value for value in (planned.name, planned.phone, *planned.variables.values()) if isinstance(value, Sealed)]


def compose(
    planned: DeliveryPlanned, opened: Mapping[Sealed, str | None], catalogue: Catalogue = CATALOGUE
) -> OutgoingMessage | None:
    """The message, or none when any of its values was erased: then there is nobody left who may be told."""
    if any(opened[value] is None for value in sealed_values(planned)):
        return None

    def clear(value: Sealed | str | None) -> str | None:
        return opened[value] if isinstance(value, Sealed) else value

    variables = {name: clear(value) or "" for name, value in planned.variables.items()}
    about = planned.about
    return OutgoingMessage(
        delivery=about.delivery,
        notice=about.notice,
        template=about.template,
        case=about.case,
        code=about.code,
        station=planned.station,
        person=about.person,
        account=planned.account,
        name=clear(planned.name),
        phone=clear(planned.phone),
        rendered=catalogue.render(about.template, planned.template_version, variables),
        planned_at=planned.planned_at,
    )


def recorded(outcome: Outcome, attempt: int, now: datetime) -> Submit | Fail:
    """The command that records what a channel answered to this attempt."""
    match outcome:
        case Sent(provider_id=provider_id, delivered=delivered):
            return Submit(attempt=attempt, provider_id=provider_id, delivered=delivered, now=now)
        case TemporaryFailure(reason=reason, detail=detail, retry_after=retry_after):
            return Fail(
                attempt=attempt, kind="temporary", reason=reason, detail=detail, retry_after=retry_after, now=now
            )
        case PermanentFailure(reason=reason, detail=detail):
            return Fail(attempt=attempt, kind="permanent", reason=reason, detail=detail, now=now)
        case TechnicalFailure(reason=reason, detail=detail):
            return Fail(attempt=attempt, kind="technical", reason=reason, detail=detail, now=now)
        case _:
            assert_never(outcome)
