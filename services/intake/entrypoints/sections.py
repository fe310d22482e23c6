"""The sections of intake's console, in the order and the groups in which the navigation shows them."""

from typing import Final

from shared.web.languages import mark
from shared.web.pages import Section

_REPORTS: Final = mark("Reports")
_FIELD: Final = mark("Field work")
_HOMES: Final = mark("Homes")
_DUTY: Final = mark("On duty")
_RECORDS: Final = mark("Records")

SECTIONS: Final = (
    Section("/intake/desk", mark("My work"), "report.handle"),
    Section("/intake/reports", mark("Reports"), "report.read", group=_REPORTS),
    Section("/intake/matters", mark("Suspected duplicates"), "report.read", group=_REPORTS),
    Section("/intake/orders", mark("Hotline orders"), "report.read", group=_REPORTS),
    Section("/intake/observations", mark("Observations"), "report.read", group=_REPORTS),
    Section("/intake/plan", mark("Plan of the day"), "report.handle", group=_FIELD),
    Section(
        "/intake/patrols",
        mark("Patrols"),
        "report.register",
        also=("/intake/patrol-routes", "/intake/stops"),
        group=_FIELD,
    ),
    Section("/intake/inspections", mark("Small places"), "register.read", also=("/intake/premises",), group=_FIELD),
    Section("/intake/households", mark("Household checks"), "household.check", group=_HOMES),
    Section("/intake/care", mark("Care visits"), "care.visit", group=_HOMES),
    Section("/intake/dogs", mark("Dogs"), "report.read", group=_HOMES),
    Section("/intake/duty", mark("Duty roster"), "report.handle", group=_DUTY),
    Section("/intake/asked", mark("Asked to go"), "report.register", also=("/intake/dispatches",), group=_DUTY),
    Section("/intake/lone-visits", mark("Out alone"), "report.register", group=_DUTY),
    Section("/intake/volunteers", mark("Volunteers"), "register.read", group=_DUTY),
    Section("/intake/register", mark("The register"), "register.read", also=("/intake/addresses",), group=_RECORDS),
    Section("/intake/statistics", mark("Statistics"), "statistics.read", group=_RECORDS),
    Section("/intake/categories", mark("Categories"), "register.read", group=_RECORDS),
    Section("/intake/publishers", mark("Publishers"), "publisher.read", group=_RECORDS),
)
