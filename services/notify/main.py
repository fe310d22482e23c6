"""Notify 通知 as a program: the only place where its parts are put together."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from fastapi import FastAPI
from pydantic import BaseModel

from services.notify.adapters.channel import Channel
from services.notify.adapters.inbox import Inbox
from services.notify.adapters.ways import ByChannel
from services.notify.adapters.webhook import Unusable, Webhook, webhook
from services.notify.application.access import COMMANDS, POLICIES
from services.notify.application.handlers import Deliveries
from services.notify.application.policies import react
from services.notify.application.publishing import publish
from services.notify.application.sending import SENDER, Sender, schedule
from services.notify.domain import EVENTS
from services.notify.domain.delivery import Channel as ChannelName
from services.notify.entrypoints import http, pages
from services.notify.projections.deliveries import Deliveries as DeliveryRows
from services.notify.projections.deliveries import open_for
from services.notify.projections.disputes import Disputes
from services.notify.projections.groups import Groups
from services.notify.projections.inbox import Inbox as InboxRows
from services.notify.settings import Settings
from shared.contracts import cases, duty, notices, register, reports
from shared.contracts.cases import CaseSettled, MemberAppointed, SessionScheduled
from shared.contracts.envelope import Contract, contracts
from shared.contracts.register import PersonErased
from shared.contracts.vocabulary import Personal
from shared.eventsourcing.events import Event
from shared.eventsourcing.policies import React
from shared.eventsourcing.projections import Recorded
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta
from shared.web.accounts import Accounts, Who
from shared.web.service import Background, Service, run
from shared.web.together import Together

NAME = "notify"
TOPICS = (reports.REPORTS, register.REGISTER, cases.CASES, duty.DUTY)
HEARD: dict[str, type[BaseModel]] = {
    contract.event_type: contract for contract in contracts() if contract.topic in TOPICS
}
"""What notify reads of what it hears."""
TOLD_OF = (
    MemberAppointed.event_type,
    SessionScheduled.event_type,
    CaseSettled.event_type,
    reports.ReportMerged.event_type,
    reports.ReportUnmerged.event_type,
    duty.AlarmRaised.event_type,
    duty.AskedToGo.event_type,
)

log = logging.getLogger(__name__)


def tell(event: Event, leave: Callable[[Sealed], Sealed]) -> tuple[str, str, BaseModel] | None:
    contract = publish(event)
    return None if contract is None else (contract.topic, contract.subject, contract)


def follow(runtime: Runtime, channels: Mapping[ChannelName, Channel], *, webhook_configured: bool) -> Sender:
    """Gives the runtime notify's read models, policies and timers; the sender is to be run beside it."""
    for projection in (DeliveryRows(), InboxRows(), Groups(), Disputes(), Together(), Accounts()):
        runtime.project(projection)
    runtime.policy("plan-deliveries", _planning(runtime, webhook_configured=webhook_configured), TOLD_OF)
    runtime.policy("erase-persons", _erasing(runtime), [PersonErased.event_type])
    sender = Sender(runtime, {name: ByChannel(channel, runtime.clock) for name, channel in channels.items()})
    runtime.timers(schedule, sender.fire)
    return sender


def create_app(settings: Settings) -> FastAPI:
    POLICIES.check(COMMANDS)
    service = Service(
        NAME,
        "Wangge notify 通知",
        settings,
        settings.database,
        events=EVENTS,
        contracts=HEARD,
        home=Path(__file__).parent,
    )
    runtime = service.runtime
    by_webhook = _webhook(settings, runtime)
    sender = follow(runtime, {"inbox": Inbox(), "webhook": by_webhook}, webhook_configured=bool(settings.webhook_url))
    runtime.relay(tell, [notices.NOTICES])
    runtime.receive(TOPICS)
    service.background.append(Background("sender", lambda: _send(sender, by_webhook)))
    return serve(service)


def serve(service: Service) -> FastAPI:
    """Adds the routes of the API and of the pages."""
    api = http.Api(service.runtime)
    who = Who(service.runtime.database)
    routes, site = service.api(who), service.site(who)
    http.add(routes, api)
    pages.add(site, api, service.pages, service.languages)
    return service.serve(routes, site)


def _webhook(settings: Settings, runtime: Runtime) -> Webhook | Unusable:
    if not settings.webhook_url:
        # What was planned while there was one still waits for it.
        return Unusable("WANGGE_NOTIFY_WEBHOOK_URL is not set")
    channel = webhook(
        settings.webhook_url,
        settings.webhook_secret.get_secret_value(),
        clock=runtime.clock,
        allow_loopback=settings.allow_loopback,
    )
    if isinstance(channel, Unusable):
        log.error("nothing can be sent by webhook: %s", channel.why)
    return channel


async def _send(sender: Sender, by_webhook: Webhook | Unusable) -> None:
    try:
        await sender.run()
    finally:
        await asyncio.shield(by_webhook.aclose())


def _planning(runtime: Runtime, *, webhook_configured: bool) -> React:
    deliveries = Deliveries(runtime)

    async def plan(recorded: Recorded) -> None:
        assert isinstance(recorded.event, Contract), "the policy's concerns are contracts"
        asked = react(recorded.event, _sealed, now=runtime.clock(), webhook_configured=webhook_configured)
        heard = recorded.stored.decoded_meta()
        meta = Meta(
            actor="plan-deliveries",
            role="system",
            causation=f"{NAME}:{recorded.stored.position}",
            trace=heard.trace,
        )
        await deliveries.plan(asked, meta)

    return plan


def _erasing(runtime: Runtime) -> React:
    deliveries = Deliveries(runtime)

    async def erase(recorded: Recorded) -> None:
        assert isinstance(recorded.event, PersonErased), "the policy's one concern"
        person, position = recorded.event.person, recorded.stored.position
        meta = Meta(actor=SENDER, role="system", causation=f"{NAME}:{position}")
        await runtime.erase(person, meta)
        await runtime.wait_for("deliveries", position)
        await deliveries.give_up_all(await open_for(runtime.database, person), meta)

    return erase


def _sealed(personal: Personal) -> Sealed:
    """On arrival the values were sealed anew for this store, so a contract as it is read here holds them sealed."""
    return Sealed(of=personal.of, box=personal.box)


def main() -> None:
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it logs each address, and a gateway's may hold a secret
    settings = Settings()
    run(NAME, create_app(settings), settings, settings.port)


if __name__ == "__main__":
    main()
