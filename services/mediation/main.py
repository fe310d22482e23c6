"""Mediation 调解 as a program: the only place where its parts are put together."""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI
from pydantic import BaseModel

from services.mediation.application.access import COMMANDS, POLICIES
from services.mediation.application.handlers import Disputes
from services.mediation.application.publishing import publish
from services.mediation.domain import events
from services.mediation.domain.streams import EVENTS
from services.mediation.entrypoints import http, pages
from services.mediation.entrypoints.steps import Steps
from services.mediation.projections.disputes import Disputes as DisputeRows
from services.mediation.projections.timeline import Timeline
from services.mediation.settings import Settings
from shared.contracts import notices, register, reports
from shared.contracts.cases import CASES
from shared.contracts.envelope import contracts
from shared.contracts.vocabulary import Personal
from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.events import Event
from shared.eventsourcing.policies import React
from shared.eventsourcing.projections import Recorded
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta
from shared.web.accounts import Accounts, Who
from shared.web.routes import Routes
from shared.web.service import Service, run
from shared.web.together import Together

NAME = "mediation"
TOPICS = (reports.REPORTS, register.REGISTER, notices.NOTICES)
HEARD: dict[str, type[BaseModel]] = {
    contract.event_type: contract for contract in contracts() if contract.topic in TOPICS
}


def tell(event: Event, leave: Callable[[Sealed], Sealed]) -> tuple[str, str, BaseModel] | None:
    def personal(sealed: Sealed) -> Personal:
        box = leave(sealed)
        return Personal(of=box.of, box=box.box)

    if not isinstance(event, events.OfDispute):
        return None  # the runtime's own records of reads and parked messages stay here
    contract = publish(event, personal)  # type: ignore[arg-type]
    return None if contract is None else (contract.topic, contract.subject, contract)


def create_app(settings: Settings) -> FastAPI:
    POLICIES.check(COMMANDS)
    service = Service(
        NAME,
        "Wangge mediation 调解",
        settings,
        settings.database,
        events=EVENTS,
        contracts=HEARD,
        home=Path(__file__).parent,
    )
    runtime = service.runtime
    for projection in (DisputeRows(), Timeline(), Accounts(), Together()):
        runtime.project(projection)
    runtime.relay(tell, [CASES])
    runtime.receive(TOPICS)
    add_policies(runtime)

    api = http.Api(Steps(runtime))
    who = Who(runtime.database)
    routes, site = service.api(who), service.site(who)
    cases = Routes("/cases", who=who, session_key=service.session_key)
    http.add(routes, api)
    pages.add(site, cases, api, service.pages, service.languages)
    app = service.serve(routes, site, cases)
    app.state.runtime = runtime  # for who holds the app and not its parts
    pages.install(app)
    return app


def add_policies(runtime: Runtime) -> None:
    heard = [reports.DisputeAdmitted.event_type, reports.ReportWithdrawn.event_type]
    runtime.policy(http.OPENING, _opening(runtime), heard)
    runtime.policy("erase-persons", _erasing(runtime), [register.PersonErased.event_type])


def _opening(runtime: Runtime) -> React:
    disputes = Disputes(runtime)

    async def follow_report(recorded: Recorded) -> None:
        told, stored = recorded.event, recorded.stored
        assert isinstance(told, reports.DisputeAdmitted | reports.ReportWithdrawn), "the policy's concerns"
        meta = Meta(
            actor="open-disputes",
            role="system",
            correlation=told.code,
            causation=f"{NAME}:{stored.position}",
            trace=stored.decoded_meta().trace,
        )
        if isinstance(told, reports.ReportWithdrawn):
            await disputes.withdraw(told, meta, derived_id("note-withdrawal", stored.stream, stored.version))
        else:
            meta = meta.model_copy(update={"station": told.station})
            await disputes.open(told, meta, derived_id("open-dispute", stored.stream, stored.version))

    return follow_report


def _erasing(runtime: Runtime) -> React:
    async def erase(recorded: Recorded) -> None:
        assert isinstance(recorded.event, register.PersonErased), "the policy's one concern"
        meta = Meta(actor="erase-persons", role="system", causation=f"{NAME}:{recorded.stored.position}")
        await runtime.erase(recorded.event.person, meta)

    return erase


def main() -> None:
    settings = Settings()
    run(NAME, create_app(settings), settings, settings.port)


if __name__ == "__main__":
    main()
