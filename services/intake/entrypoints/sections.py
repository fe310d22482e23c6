"""The sections of intake's console, in the order in which the navigation shows them."""

from typing import Final

from shared.web.languages import mark
from shared.web.pages import Section

SECTIONS: Final = (
    Section("/intake/desk", mark("My work"), "report.handle"),
    Section("/intake/reports", mark("Reports"), "report.read"),
    Section("/intake/orders", mark("Hotline orders"), "report.read"),
    Section("/intake/plan", mark("Field work"), "report.handle"),
    Section("/intake/inspections", mark("Small places"), "register.read", also=("/intake/premises",)),
    Section("/intake/patrols", mark("Patrols"), "report.register", also=("/intake/patrol-routes", "/intake/stops")),
    Section("/intake/register", mark("The register"), "register.read"),
    Section("/intake/duty", mark("Duty roster"), "report.handle"),
    Section("/intake/asked", mark("Asked to go"), "report.register"),
    Section("/intake/lone-visits", mark("Out alone"), "report.register"),
    Section("/intake/volunteers", mark("Volunteers"), "register.read"),
    Section("/intake/observations", mark("Observations"), "report.read"),
    Section("/intake/households", mark("Household checks"), "household.check"),
    Section("/intake/care", mark("Care visits"), "care.visit"),
    Section("/intake/dogs", mark("Dogs"), "report.read"),
    Section("/intake/publishers", mark("Publishers"), "publisher.read"),
    Section("/intake/statistics", mark("Statistics"), "statistics.read"),
)
