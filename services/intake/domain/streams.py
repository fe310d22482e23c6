"""Intake's kinds of streams, and all of its stored events."""

from typing import Final

from services.intake.domain import (
    account,
    area,
    assignment,
    assignment_events,
    care,
    case_elements,
    category_map,
    community,
    custody,
    day_plan,
    dispatch,
    dog,
    evidence,
    household,
    incident_book,
    inspection,
    lone_visit,
    matter,
    observation,
    order,
    patrol,
    patrol_route,
    person,
    post,
    premises,
    publisher,
    report,
    reporter,
    roster,
    volunteer,
)
from shared.eventsourcing.events import Event
from shared.eventsourcing.streams import StreamType

REPORT: Final = StreamType("report", report.report, report.EVENTS)
ACCOUNT: Final = StreamType("account", account.account, account.EVENTS)
COMMUNITY: Final = StreamType("community", community.community, community.EVENTS)
PERSON: Final = StreamType("person", person.person, person.EVENTS)
CASE_ELEMENTS: Final = StreamType("elements", case_elements.case_elements, case_elements.EVENTS)
CATEGORY_MAP: Final = StreamType("category-map", category_map.category_map, category_map.EVENTS)
PUBLISHER: Final = StreamType("publisher", publisher.publisher, publisher.EVENTS)
INCIDENT_BOOK: Final = StreamType("incident-book", incident_book.book, incident_book.EVENTS)
EVIDENCE: Final = StreamType("evidence", evidence.evidence, evidence.EVENTS)
VOLUNTEER: Final = StreamType("volunteer", volunteer.volunteer, volunteer.EVENTS)
AREA: Final = StreamType("area", area.area, area.EVENTS)
MATTER: Final = StreamType("matter", matter.matter, matter.EVENTS)
POST: Final = StreamType("post", post.post, post.EVENTS)
ASSIGNMENT: Final = StreamType("assignment", assignment.assignment, assignment_events.EVENTS)
ORDER: Final = StreamType("order", order.order, order.EVENTS)
OBSERVATION: Final = StreamType("observation", observation.observation, observation.EVENTS)
CARE: Final = StreamType("care", care.care, care.EVENTS)
DOG: Final = StreamType("dog", dog.dog, dog.EVENTS)
HOUSEHOLD: Final = StreamType("household", household.household, household.EVENTS)
CUSTODY: Final = StreamType("custody", custody.custody, custody.EVENTS)
PATROL_ROUTE: Final = StreamType("patrol-route", patrol_route.patrol_route, patrol_route.EVENTS)
PATROL: Final = StreamType("patrol", patrol.patrol, patrol.EVENTS)
PREMISES: Final = StreamType("premises", premises.premises, premises.EVENTS)
DAY_PLAN: Final = StreamType("day-plan", day_plan.day_plan, day_plan.EVENTS)
INSPECTION: Final = StreamType("inspection", inspection.inspection, inspection.EVENTS)

REPORTER: Final = StreamType("reporter", reporter.reporter, reporter.EVENTS)
ROSTER: Final = StreamType("roster", roster.roster, roster.EVENTS)
DISPATCH: Final = StreamType("dispatch", dispatch.dispatch, dispatch.EVENTS)
LONE_VISIT: Final = StreamType("lone-visit", lone_visit.lone_visit, lone_visit.EVENTS)

EVENTS: Final[tuple[type[Event], ...]] = (
    *report.EVENTS,
    *account.EVENTS,
    *community.EVENTS,
    *person.EVENTS,
    *publisher.EVENTS,
    *evidence.EVENTS,
    *volunteer.EVENTS,
    *area.EVENTS,
    *post.EVENTS,
    *incident_book.EVENTS,
    *assignment_events.EVENTS,
    *category_map.EVENTS,
    *case_elements.EVENTS,
    *order.EVENTS,
    *custody.EVENTS,
    *matter.EVENTS,
    *reporter.EVENTS,
    *roster.EVENTS,
    *household.EVENTS,
    *dog.EVENTS,
    *care.EVENTS,
    *patrol_route.EVENTS,
    *patrol.EVENTS,
    *lone_visit.EVENTS,
    *observation.EVENTS,
    *premises.EVENTS,
    *inspection.EVENTS,
    *day_plan.EVENTS,
    *dispatch.EVENTS,
)
