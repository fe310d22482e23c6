"""Every page that can be opened, by the address its route has; a route without an entry here fails a test."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, Final, cast

from services.intake.entrypoints import addresses as intake_addresses
from services.intake.entrypoints import (
    admission_pages,
    assignment_pages,
    care_pages,
    category_pages,
    dispatch_pages,
    dog_pages,
    duty_pages,
    elements,
    evidence,
    household_pages,
    inspection_pages,
    lone_visit_pages,
    matter_pages,
    observations,
    order_pages,
    patrol_pages,
    plan_pages,
    publisher_pages,
    register_pages,
    reporter_pages,
    reporters,
    statistics_pages,
    volunteer_pages,
    workbooks,
)
from services.intake.entrypoints import pages as intake_pages
from services.mediation.entrypoints import pages as mediation_pages
from services.notify.entrypoints import pages as notify_pages
from shared.web.routes import Routes
from shared.web.sessions import SessionKey
from tests.browser.matters import Matters
from tests.e2e.procedure import COMMUNITY

SIGNED_OUT: Final = "/intake/sign-in"

PAGES: Final[Mapping[str, Callable[[Matters], str]]] = {
    SIGNED_OUT: lambda matters: SIGNED_OUT,
    "/intake/reports": lambda matters: "/intake/reports",
    "/intake/reports/new": lambda matters: "/intake/reports/new",
    "/intake/reports/{id}": lambda matters: f"/intake/reports/{matters.danger['id']}",
    "/intake/reports/{id}/evidence": lambda matters: f"/intake/reports/{matters.danger['id']}/evidence",
    "/intake/reports/{id}/evidence/{evidence}/cover": lambda matters: (
        f"/intake/reports/{matters.danger['id']}/evidence/{matters.picture}/cover"
    ),
    "/intake/reports/{id}/admission": lambda matters: f"/intake/reports/{matters.danger['id']}/admission",
    "/intake/reports/{id}/notice": lambda matters: f"/intake/reports/{matters.refused['id']}/notice",
    "/intake/reports/{id}/elements": lambda matters: f"/intake/reports/{matters.danger['id']}/elements",
    "/intake/reports/{id}/matter": lambda matters: f"/intake/reports/{matters.danger['id']}/matter",
    "/intake/reports/{id}/custody": lambda matters: f"/intake/reports/{matters.order['report']}/custody",
    "/intake/desk": lambda matters: "/intake/desk",
    "/intake/matters": lambda matters: "/intake/matters",
    "/intake/orders": lambda matters: "/intake/orders",
    "/intake/orders/{id}": lambda matters: f"/intake/orders/{matters.order['id']}",
    "/intake/categories": lambda matters: "/intake/categories",
    "/intake/categories/{map}": lambda matters: f"/intake/categories/{matters.category_map}",
    "/intake/statistics": lambda matters: "/intake/statistics?through=2020-08-31",
    "/intake/statistics/rates/{rate}": lambda matters: (
        f"/intake/statistics/rates/solved?community={COMMUNITY}&first_day=2020-01-01&last_day=2026-12-31&good=false"
    ),
    "/intake/publishers": lambda matters: "/intake/publishers",
    "/intake/publishers/{id}": lambda matters: f"/intake/publishers/{matters.publisher['id']}",
    "/intake/workbook": lambda matters: "/intake/workbook",
    "/intake/addresses": lambda matters: "/intake/addresses",
    "/intake/register": lambda matters: "/intake/register",
    "/intake/register/{id}": lambda matters: "/intake/register/czl-2",
    "/intake/duty": lambda matters: "/intake/duty",
    "/intake/observations": lambda matters: "/intake/observations",
    "/intake/care": lambda matters: "/intake/care",
    "/intake/care/new": lambda matters: "/intake/care/new",
    "/intake/care/{id}": lambda matters: f"/intake/care/{matters.care}?purpose=visit",
    "/intake/dogs": lambda matters: "/intake/dogs",
    "/intake/dogs/{id}": lambda matters: f"/intake/dogs/{matters.dog}",
    "/intake/households": lambda matters: "/intake/households",
    "/intake/households/new": lambda matters: "/intake/households/new",
    "/intake/households/{id}": lambda matters: f"/intake/households/{matters.household}",
    "/intake/asked": lambda matters: "/intake/asked",
    "/intake/dispatches/{id}": lambda matters: f"/intake/dispatches/{matters.dispatch['id']}",
    "/intake/reports/{id}/dispatches": lambda matters: f"/intake/reports/{matters.danger['id']}/dispatches",
    "/intake/lone-visits": lambda matters: "/intake/lone-visits",
    "/intake/volunteers": lambda matters: "/intake/volunteers?limit=10",
    "/intake/volunteers/new": lambda matters: "/intake/volunteers/new",
    "/intake/volunteers/{id}": lambda matters: f"/intake/volunteers/{matters.volunteer['id']}",
    "/intake/plan": lambda matters: "/intake/plan",
    "/intake/inspections": lambda matters: "/intake/inspections",
    "/intake/inspections/{id}": lambda matters: f"/intake/inspections/{matters.inspection['id']}",
    "/intake/premises/new": lambda matters: "/intake/premises/new",
    "/intake/premises/{id}": lambda matters: f"/intake/premises/{matters.premises['id']}",
    "/intake/patrols": lambda matters: "/intake/patrols",
    "/intake/patrols/{id}": lambda matters: f"/intake/patrols/{matters.patrol['id']}",
    "/intake/patrol-routes/new": lambda matters: "/intake/patrol-routes/new",
    "/intake/patrol-routes/{id}": lambda matters: f"/intake/patrol-routes/{matters.patrol_route['id']}",
    "/intake/patrol-routes/{id}/sheet": lambda matters: f"/intake/patrol-routes/{matters.patrol_route['id']}/sheet",
    "/intake/stops/{code}": lambda matters: f"/intake/stops/{matters.patrol_code}",
    "/intake/reports/{id}/reporter": lambda matters: f"/intake/reports/{matters.danger['id']}/reporter",
    "/intake/audit/identities": lambda matters: "/intake/audit/identities",
    "/report": lambda matters: "/report",
    "/r/{token}": lambda matters: f"/r/{matters.token}",
    "/r/{token}/slip": lambda matters: f"/r/{matters.token}/slip",
    "/mediation/disputes": lambda matters: "/mediation/disputes",
    "/mediation/disputes/{id}": lambda matters: f"/mediation/disputes/{matters.building['id']}",
    "/mediation/overnight": lambda matters: "/mediation/overnight",
    "/notify/inbox": lambda matters: "/notify/inbox?limit=10",
    "/notify/deliveries": lambda matters: "/notify/deliveries?limit=10",
    "/notify/deliveries/{id}": lambda matters: f"/notify/deliveries/{matters.delivery['id']}",
    "/notify/groups": lambda matters: "/notify/groups",
    "/notify/groups/new": lambda matters: "/notify/groups/new",
}

MORE: Final[Mapping[str, Callable[[Matters], str]]] = {
    "a case room with every form": lambda matters: f"/mediation/disputes/{matters.mid_way.dispute}",
    "a list that matches nothing": lambda matters: "/notify/deliveries?case=none",
    "the classified report": lambda matters: f"/intake/reports/{matters.mid_way.report}",
}
"""The same pages in another state."""

LEADING_ON: Final = frozenset(
    {"/intake", "/intake/", "/mediation", "/mediation/", "/mediation/cases/{id}", "/notify", "/notify/"}
)
"""They have no page of their own, and lead on to another."""
FILES: Final = frozenset({"/intake/categories/{map}/file.csv", "/intake/reports/{id}/evidence/{evidence}/copy"})
"""They answer a file or a picture."""


class _Nothing:
    """Stands for everything that pages work with, none of which is asked for while they are declared."""

    def __getattr__(self, _name: str) -> "_Nothing":
        return self


def declared() -> set[str]:
    """The addresses of all pages, from the routes that the services declare."""
    nothing = cast("Any", _Nothing())

    def routes(prefix: str) -> Routes:
        return Routes(prefix, who=nothing, session_key=SessionKey(secret=b"0" * 32))

    intake, mediation, notify = routes("/intake"), routes("/mediation"), routes("/notify")
    cases = routes("/mediation/cases")
    intake_pages.add(intake, nothing, nothing, nothing)
    register_pages.add(intake, nothing, nothing)
    admission_pages.add(intake, nothing, nothing, nothing)
    assignment_pages.add(intake, nothing, nothing, nothing)
    category_pages.add(intake, nothing, nothing, nothing)
    elements.add(routes("/intake/api/v1"), intake, nothing, nothing)
    matter_pages.add(intake, nothing, nothing, nothing)
    order_pages.add(intake, nothing)
    patrol_pages.add(intake, nothing, nothing, nothing)
    inspection_pages.add(intake, nothing, nothing, nothing)
    plan_pages.add(intake, nothing, nothing, nothing)
    statistics_pages.add(intake, nothing, nothing)
    volunteer_pages.add(intake, nothing, nothing)
    duty_pages.add(intake, nothing)
    observations.add_pages(intake, nothing, nothing, nothing)
    care_pages.add(intake, nothing, nothing, nothing)
    dog_pages.add(intake, nothing, nothing, nothing)
    household_pages.add(intake, nothing, nothing, nothing)
    lone_visit_pages.add(intake, nothing)
    dispatch_pages.add(intake, nothing)
    evidence.add_pages(intake, nothing, nothing, nothing)
    publisher_pages.add(intake, nothing, nothing, nothing, nothing)
    intake_addresses.add_pages(intake, nothing, nothing)
    workbooks.add_pages(intake, nothing, nothing)
    residents = routes("")
    side = reporters.Side(cast("Any", SimpleNamespace(runtime=nothing)))
    own = reporter_pages.Residents(side, nothing, nothing)
    reporter_pages.add(residents, own)
    reporter_pages.add_desk(intake, own)
    mediation_pages.add(mediation, cases, nothing, nothing, nothing)
    notify_pages.add(notify, nothing, nothing, nothing)
    found = [route for each in (intake, residents, mediation, notify, cases) for route in each.router.routes]
    return {str(cast("Any", route).path) for route in found if "GET" in cast("Any", route).methods}
