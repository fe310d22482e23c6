"""Intake 受理 as a program: the only place where its parts are put together."""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI
from pydantic import BaseModel

from services.intake.application import care as caring_for
from services.intake.application import observations as observing
from services.intake.application.access import COMMANDS, POLICIES
from services.intake.application.assignments import Assignments
from services.intake.application.category_maps import filed
from services.intake.application.dogs import Dogs
from services.intake.application.evidence import Evidence
from services.intake.application.handlers import Accounts
from services.intake.application.households import Freshness, Households
from services.intake.application.inspections import Inspections
from services.intake.application.lone_visits import LoneVisits, words_of
from services.intake.application.lone_visits import schedule as lone_schedule
from services.intake.application.matters import POLICY as SUSPECT_DUPLICATES
from services.intake.application.matters import Matters
from services.intake.application.orders import overdue, schedule, unanswered
from services.intake.application.policies import ROUTED_ON, End, Route, follow, react
from services.intake.application.publishing import TOPICS, publish
from services.intake.application.reception import Reception
from services.intake.application.routing import Router
from services.intake.application.submissions import SealedSubmission
from services.intake.application.timing import firing, together
from services.intake.domain.account import Post
from services.intake.domain.care import CareEnded
from services.intake.domain.lone_visit import LoneVisitEnded
from services.intake.domain.observation import ObservationExpired
from services.intake.domain.person import PersonErasureOrdered
from services.intake.domain.report import ReportReceived
from services.intake.domain.streams import CARE, CUSTODY, EVENTS, LONE_VISIT, OBSERVATION, ORDER, REPORT
from services.intake.entrypoints import (
    addresses,
    admission,
    admission_pages,
    assignment_pages,
    assignments,
    care,
    care_pages,
    categories,
    category_pages,
    dispatch_pages,
    dispatches,
    dog_pages,
    dogs,
    duty,
    duty_pages,
    elements,
    events,
    evidence,
    field_forms,
    household_pages,
    households,
    http,
    inspection_pages,
    inspections,
    kafka,
    lone_visit_pages,
    lone_visits,
    matter_pages,
    matters,
    observations,
    open311,
    order_pages,
    orders_kafka,
    pages,
    patrol_pages,
    patrols,
    plan_pages,
    plans,
    publisher_pages,
    publishers,
    register,
    register_pages,
    reporter_pages,
    reporters,
    routing,
    statistics,
    statistics_pages,
    volunteer_pages,
    volunteers,
    workbooks,
)
from services.intake.entrypoints import orders as order_routes
from services.intake.entrypoints.sections import SECTIONS
from services.intake.projections.accounts import Accounts as AccountRows
from services.intake.projections.accounts import accounts, count
from services.intake.projections.addresses import Addresses
from services.intake.projections.areas import Areas
from services.intake.projections.assignments import Assignments as AssignmentRows
from services.intake.projections.care import Care as CareRows
from services.intake.projections.category_maps import CategoryMaps
from services.intake.projections.courses import Courses
from services.intake.projections.dispatches import Dispatches
from services.intake.projections.dogs import DogMatters
from services.intake.projections.due import SOURCES as DUE
from services.intake.projections.evidence import EvidenceRows
from services.intake.projections.households import Households as HouseholdRows
from services.intake.projections.incidents import Incidents
from services.intake.projections.inspections import Inspections as InspectionRows
from services.intake.projections.likenesses import Digests, Likenesses, Similar
from services.intake.projections.lone_visits import LoneVisits as LoneVisitRows
from services.intake.projections.matters import Matters as MatterRows
from services.intake.projections.open311 import Open311Requests
from services.intake.projections.orders import Custodies, Orders
from services.intake.projections.patrols import Patrols
from services.intake.projections.plans import Plans as PlanRows
from services.intake.projections.posts import Posts
from services.intake.projections.publishers import Arrivals, Publishers
from services.intake.projections.register import Register
from services.intake.projections.reporters import Accesses, Openings
from services.intake.projections.reports import Reports, Stages
from services.intake.projections.rosters import RosterDuty, Rosters, on_shift
from services.intake.projections.volunteers import Volunteers
from services.intake.settings import Settings
from shared.contracts import cases, notices
from shared.contracts.envelope import contracts
from shared.contracts.reports import ReportSubmitted
from shared.contracts.vocabulary import Personal
from shared.eventsourcing.commands import derived_id
from shared.eventsourcing.events import Event
from shared.eventsourcing.policies import React
from shared.eventsourcing.projections import Behind, Recorded
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.sealed import Sealed
from shared.eventsourcing.store import Meta
from shared.web.accounts import Who
from shared.web.routes import Routes
from shared.web.service import Background, Service, run

NAME = "intake"
HEARD: dict[str, type[BaseModel]] = {
    **{contract.event_type: contract for contract in contracts() if contract.topic in (cases.CASES, notices.NOTICES)},
    ReportSubmitted.event_type: SealedSubmission,
    **orders_kafka.HEARD,
}
"""What intake reads of what it hears; a submission is read in the form in which it was sealed on receipt."""


def tell(event: Event, leave: Callable[[Sealed], Sealed]) -> tuple[str, str, BaseModel] | None:
    def personal(sealed: Sealed) -> Personal:
        box = leave(sealed)
        return Personal(of=box.of, box=box.box)

    contract = publish(event, personal)
    return None if contract is None else (contract.topic, contract.subject, contract)


def create_app(settings: Settings) -> FastAPI:
    POLICIES.check(COMMANDS)
    service = Service(
        NAME,
        "Wangge intake 受理",
        settings,
        settings.database,
        events=EVENTS,
        contracts=HEARD,
        home=Path(__file__).parent,
        sections=SECTIONS,
        body_limits={"/intake/api/v1/reports/batch": 16 * 1024 * 1024, **evidence.LIMITS, **workbooks.BODY_LIMITS},
    )
    runtime, here = service.runtime, settings.here
    for projection in (Reports(), Stages(), AccountRows(), Register(), Publishers(), Arrivals(), AssignmentRows()):
        runtime.project(projection)
    runtime.project(Orders(here))
    runtime.project(Custodies())
    runtime.project(Volunteers())
    runtime.project(Rosters())
    runtime.project(LoneVisitRows())
    runtime.project(Dispatches())
    runtime.project(Areas())
    runtime.project(Accesses())
    runtime.project(Openings())
    runtime.project(Posts())
    runtime.project(Addresses())
    runtime.project(Incidents())
    runtime.project(Courses())
    runtime.project(CategoryMaps())
    runtime.project(Open311Requests())
    runtime.project(EvidenceRows())
    digests = Digests(settings.deployment_key)
    runtime.project(Likenesses(runtime.vault, digests))
    runtime.project(MatterRows())
    runtime.project(HouseholdRows())
    runtime.project(DogMatters())
    runtime.project(CareRows())
    runtime.project(Patrols())
    runtime.project(InspectionRows(here))
    runtime.project(PlanRows())
    runtime.relay(tell, TOPICS)
    reception = Reception(runtime, settings.station, settings.unregistered)
    foreign = {
        **kafka.external(reception),
        **orders_kafka.external(runtime, settings.station, here, settings.unregistered),
    }
    runtime.receive([cases.CASES, notices.NOTICES], foreign)
    runtime.policy("take-orders", orders_kafka.taking(runtime, here, NAME), orders_kafka.HEARD)
    visits = LoneVisits(runtime, lambda station, at: on_shift(runtime.database, station, at))
    runtime.timers(
        together(schedule(here), lone_schedule, observing.schedule, caring_for.schedule),
        firing(
            runtime,
            {
                "order-answer": (ORDER, overdue(runtime, here, "answer")),
                "order-hotline": (ORDER, overdue(runtime, here, "hotline")),
                "custody": (CUSTODY, unanswered(runtime)),
                "lone-visit": (LONE_VISIT, visits.due),
                caring_for.TIMER: (CARE, caring_for.expiring(runtime)),
                observing.TIMER: (OBSERVATION, observing.expiring(runtime)),
            },
        ),
    )
    runtime.policy("erase-care", caring_for.erasing(runtime), [CareEnded.stored_as])
    runtime.policy("erase-observations", observing.erasing(runtime), [ObservationExpired.stored_as])
    runtime.policy("register-submissions", _registering(runtime), [ReportSubmitted.event_type])
    places, posts = routing.RegisterPlaces(runtime), routing.RegisterPosts(runtime.database)
    router = Router(places, posts, RosterDuty(runtime.database), here)
    assigning = Assignments(runtime, router)
    runtime.policy("route-reports", _routing(runtime, assigning), [event.stored_as for event in ROUTED_ON])
    runtime.policy("forget-lone-visits", _forgetting(runtime), [LoneVisitEnded.stored_as])
    runtime.policy("erase-persons", _erasing(runtime), [PersonErasureOrdered.stored_as])
    same = Matters(runtime, Similar(runtime.database, runtime.vault, digests))
    runtime.policy(SUSPECT_DUPLICATES, _suspecting(runtime, same), [ReportReceived.stored_as])
    service.background.append(Background("first-account", lambda: _first_account(runtime, settings)))

    api = http.Api(runtime, service.session_key, settings.station, assigning)
    who = Who(runtime.database, accounts)
    gate = publishers.Gate(api)
    routes, site = service.api(who, gate), service.site(who)
    http.add(routes, api)
    assignments.add(routes, api)
    publishers.add(routes, api, gate)
    events.add(routes, api, gate, reception)
    categories.add(routes, api)
    elements.add(routes, site, api, service.pages)
    desk = admission.Admission(api, here)
    admission.add(routes, desk)
    admission_pages.add(site, desk, service.pages, service.languages)
    category_pages.add(site, api, service.pages, service.languages)
    orders = order_routes.OrderApi(api, here)
    order_routes.add(routes, orders)
    order_pages.add(site, order_pages.OrderPages(orders, service.pages, service.languages))
    pages.add(site, api, service.pages, service.languages)
    assignment_pages.add(site, api, service.pages, service.languages)
    addresses.add(routes, api)
    addresses.add_pages(site, api, service.pages)
    publisher_pages.add(site, api, gate, service.pages, service.languages)
    kept = Evidence(runtime)
    evidence.add(routes, api, kept)
    evidence.add_pages(site, api, kept, service.pages)
    books = workbooks.Workbooks(api, service.languages)
    workbooks.add(routes, books)
    workbooks.add_pages(site, books, service.pages)
    squads = volunteers.Squads(api, service.languages)
    volunteers.add(routes, squads)
    volunteer_pages.add(site, squads, service.pages)
    sending = dispatches.Sending(api, squads)
    dispatches.add(routes, sending)
    dispatch_pages.add(site, dispatch_pages.DispatchPages(sending, service.pages, service.languages))
    on_duty = duty.Duty(api)
    duty.add(routes, on_duty)
    duty_pages.add(site, duty_pages.DutyPages(on_duty, service.pages, service.languages))
    freshness = Freshness(let=settings.fresh_days_let, other=settings.fresh_days_other)
    watch = observations.Watch(api, observing.Observations(api.reports))
    observations.add(routes, watch)
    observations.add_pages(site, watch, service.pages, service.languages)
    checks = households.Checks(api, Households(runtime, here, freshness))
    households.add(routes, checks)
    dog_desk = dogs.DogDesk(checks, Dogs(runtime, here))
    dogs.add(routes, dog_desk)
    dog_pages.add(site, dog_desk, service.pages, service.languages)
    caring = care.Caring(checks, caring_for.Care(runtime))
    care.add(routes, caring)
    care_pages.add(site, caring, service.pages, service.languages)
    household_pages.add(site, checks, service.pages, service.languages)
    alone = lone_visits.Lone(api, on_duty, visits)
    lone_visits.add(routes, alone)
    lone_visit_pages.add(site, lone_visit_pages.LonePages(alone, service.pages, service.languages))
    figures = statistics.Statistics(api, service.languages)
    statistics.add(routes, figures)
    statistics_pages.add(site, figures, service.pages)
    service.app.include_router(open311.router(api, gate, service.languages))
    land = register.Land(api, service.languages)
    register.add(routes, land)
    register_pages.add(site, land, service.pages)
    joined = matters.Desk(api, same)
    matters.add(routes, joined)
    matter_pages.add(site, joined, service.pages, service.languages)
    forms = field_forms.Forms(service.languages)
    rounds = patrols.Rounds(api)
    patrols.add(routes, rounds)
    patrol_pages.add(site, rounds, service.pages, forms)
    looks = inspections.Checks(api, Inspections(runtime, here), kept)
    inspections.add(routes, looks)
    inspection_pages.add(site, looks, service.pages, forms)
    days = plans.Days(api, DUE, service.languages)
    plans.add(routes, days)
    plan_pages.add(site, days, service.pages, forms)
    open_site = Routes("", who=who, session_key=service.session_key)
    residents = reporter_pages.Residents(reporters.Side(api), service.pages, service.languages)
    reporters.add(routes, residents.side)
    reporter_pages.add(open_site, residents)
    reporter_pages.add_desk(site, residents)
    app = service.serve(routes, site, open_site)
    app.state.runtime = runtime  # for who holds the app and not its parts
    return app


def _registering(runtime: Runtime) -> React:
    async def register(recorded: Recorded) -> None:
        meta = recorded.stored.decoded_meta()
        for asked in react(recorded.event, runtime.clock()):
            command = await filed(runtime, asked.command)
            told = Meta(
                actor=meta.actor,
                role="integrator",
                station=asked.command.station,
                correlation=asked.command.code,
                causation=f"{NAME}:{recorded.stored.position}",
                trace=meta.trace,
            )
            id_ = derived_id("register-submission", recorded.stored.stream)
            await runtime.commands.handle(REPORT, asked.report, command, told, id_)

    return register


def _routing(runtime: Runtime, assigning: Assignments) -> React:
    async def route(recorded: Recorded) -> None:
        position, meta = recorded.stored.position, recorded.stored.decoded_meta()
        told = meta.model_copy(update={"causation": f"{NAME}:{position}", "fingerprint": ""})
        match follow(recorded.event):
            case Route(report):
                # What was entered before the report came in is to be found.
                for known in ("accounts", "posts", "areas", "addresses", "rosters"):
                    await runtime.wait_for(known, position)
                await assigning.route(report, told, derived_id("route", report, position))
            case End(report, why, by):
                await assigning.end(report, why, by, told, derived_id("end", report, position))
            case None:
                pass

    return route


def _suspecting(runtime: Runtime, same: Matters) -> React:
    async def suspect(recorded: Recorded) -> None:
        assert isinstance(recorded.event, ReportReceived), "the policy's one concern"
        await runtime.wait_for("likenesses", recorded.stored.position)
        await same.suspect(recorded.event, f"{NAME}:{recorded.stored.position}")

    return suspect


def _forgetting(runtime: Runtime) -> React:
    async def forget(recorded: Recorded) -> None:
        assert isinstance(recorded.event, LoneVisitEnded), "the policy's one concern"
        meta = Meta(actor=recorded.event.by, causation=f"{NAME}:{recorded.stored.position}")
        await runtime.erase(words_of(recorded.event.visit), meta)

    return forget


def _erasing(runtime: Runtime) -> React:
    async def erase(recorded: Recorded) -> None:
        assert isinstance(recorded.event, PersonErasureOrdered), "the policy's one concern"
        meta = Meta(actor=recorded.event.by, causation=f"{NAME}:{recorded.stored.position}")
        await runtime.erase(recorded.event.person, meta)

    return erase


async def _first_account(runtime: Runtime, settings: Settings) -> None:
    """Opens the account `admin` while there is none, with the password that the deployment was given."""
    if settings.admin_password is None:
        return
    head = (await runtime.store.head()).position
    while True:
        try:
            await runtime.wait_for("accounts", head)
        except Behind:
            continue  # a long history is still being read
        break
    if await count(runtime.database):
        return
    post = Post(role="admin", station=settings.station)
    await Accounts(runtime).open(
        "admin",
        settings.admin_password.get_secret_value(),
        [post],
        Meta(actor="deployment"),
        derived_id("first-account"),
    )


def main() -> None:
    settings = Settings()
    run(NAME, create_app(settings), settings, settings.port)


if __name__ == "__main__":
    main()
