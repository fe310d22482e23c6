"""The law as it stands in one city: its code, what its legal officer confirmed, and its days off."""

from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from typing import Self

from pydantic import BaseModel

from shared.law.calendar import CHINA, Calendar, Duration, deadline
from shared.law.rules import NATION, NotInForce, Rule, binding, book


class Here(BaseModel, frozen=True):
    """A value like `now`: the edge puts it on a command, so that what is decided stays pure."""

    jurisdiction: str = NATION
    confirmed: frozenset[str] = frozenset()
    calendar: Calendar = CHINA

    @classmethod
    def of(cls, jurisdiction: str, confirmed: Collection[str], working_days: Path | None) -> Self:
        calendar = CHINA if working_days is None else Calendar.of_file(working_days)
        known = {each.id for each in book().rules}
        if strange := sorted(set(confirmed) - known):
            raise ValueError(
                f"confirmed rules name {strange[0]}, which is no rule; there are: {', '.join(sorted(known))}"
            )
        return cls(jurisdiction=jurisdiction, confirmed=frozenset(confirmed), calendar=calendar)

    def rule(self, id: str, on: date) -> Rule:
        return book().rule(id, on, self.jurisdiction)

    def find(self, id: str, on: date) -> Rule | None:
        """The text of that day here, or None where this city has none."""
        try:
            return self.rule(id, on)
        except NotInForce:
            return None

    def binds(self, rule: Rule) -> bool:
        return binding(rule, self.confirmed)

    def deadline(self, start: datetime, figure: Duration, *, to_working_day: bool = True) -> datetime:
        return deadline(start, figure, self.calendar, to_working_day=to_working_day)
