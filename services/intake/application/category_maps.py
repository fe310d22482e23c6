"""The maps of sources' categories: taken in, and asked what a code stood for on the day of a report."""

from datetime import date
from typing import Final

from services.intake.domain import category_map
from services.intake.domain.category_map import ImportCategoryMap, Map
from services.intake.domain.report import FiledUnder, RegisterReport
from services.intake.domain.streams import CATEGORY_MAP
from services.intake.domain.triage_categories import suggest_category
from shared.categories import CATEGORIES, SCHEMES
from shared.eventsourcing.commands import Handled
from shared.eventsourcing.runtime import Runtime
from shared.eventsourcing.store import Meta
from shared.law.legal_time import day_of

STANDARD: Final = "open311"
"""The map of those whose codes are the standard ones: Open311's services are made of the lists of categories."""


async def find(runtime: Runtime, map_: str) -> Map:
    return (await runtime.commands.load(CATEGORY_MAP, map_))[1]


async def filed(runtime: Runtime, command: RegisterReport) -> RegisterReport:
    """The same command with what the map of the report's day makes of its source's category."""
    under = command.filed_under
    if under is None:
        return command
    if under.map == STANDARD:
        category = under.code if under.code in CATEGORIES else None
        return command.model_copy(update={"filed_under": FiledUnder(map=under.map, code=under.code, category=category)})
    day = day_of(command.reported_at)
    version, category = category_map.category_of(await find(runtime, under.map), under.code, day)
    known = FiledUnder(map=under.map, code=under.code, version=version, category=category)
    return command.model_copy(update={"filed_under": known})


async def take_in(runtime: Runtime, command: ImportCategoryMap, meta: Meta, command_id: str) -> Handled:
    return await runtime.commands.handle(CATEGORY_MAP, command.map, command, meta, command_id)


def proposed(levels: tuple[str, ...], scheme: str) -> str | None:
    """What the words of the source's levels suggest, the narrowest first; None where no word is known."""
    for level in reversed(levels):
        found = suggest_category(level, "", SCHEMES[scheme])
        if found.because:
            return found.category
    return None


def today(runtime: Runtime) -> date:
    return day_of(runtime.clock())
