"""Rules of law as dated, cited data: the text of a day and a place, the figures that it sets, and whether it binds.

The texts are in `data/`, one list a file. A rule whose source was read binds. One of which only an excerpt was seen, or
nothing, warns and never refuses, until the city's legal officer has confirmed its id (`WANGGE_CONFIRMED_RULES`).
"""

from collections.abc import Collection, Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal, Self, TypeAlias

from pydantic import BaseModel, Field, TypeAdapter, model_validator

from shared.law.calendar import Duration

Standing: TypeAlias = Literal["read", "excerpt", "unread"]
NATION: Final = "CN"
_DATA: Final = Path(__file__).parent / "data"


class Jurisdiction(BaseModel, frozen=True):
    """Where a rule applies: the nation (`CN`), or a province or city by the six digits of its area code (GB/T 2260)."""

    code: str = Field(pattern=r"^(CN|\d{6})$")
    name: str


class Bilingual(BaseModel, frozen=True):
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Item(BaseModel, frozen=True):
    """One entry of a rule that is a list: a kind of place, a ground of refusal. `limits` are inclusive upper bounds."""

    code: str = Field(pattern=r"^[a-z0-9_]+$")
    name: Bilingual
    limits: dict[str, float] = {}


class Rule(BaseModel, frozen=True, extra="forbid"):
    """What a law, regulation or standard says on one point, from one day on."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    article: str
    text: Bilingual
    source: str = Field(min_length=10)
    standing: Standing
    jurisdiction: Jurisdiction
    valid_from: date
    valid_to: date | None = None
    """The last day on which it holds; None while it does."""
    day_known: bool = True
    """False where the day of its entry into force was not found; it is then taken to hold from `valid_from`."""
    figures: dict[str, Duration | float] = {}
    items: tuple[Item, ...] = ()

    @model_validator(mode="after")
    def _period(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"{self.id} ends before it begins: correct valid_to")
        return self

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def duration(self, name: str) -> Duration:
        """A figure that is a length of time."""
        figure = self._figure(name)
        if not isinstance(figure, Duration):
            raise NoSuchFigure(f"the figure {name} of rule {self.id} is a number: read it with number()")
        return figure

    def number(self, name: str) -> float:
        figure = self._figure(name)
        if isinstance(figure, Duration):
            raise NoSuchFigure(f"the figure {name} of rule {self.id} is a length of time: read it with duration()")
        return figure

    def item(self, code: str) -> Item:
        for item in self.items:
            if item.code == code:
                return item
        raise NoSuchFigure(f"rule {self.id} lists no {code}, only {', '.join(item.code for item in self.items)}")

    def _figure(self, name: str) -> Duration | float:
        if name not in self.figures:
            raise NoSuchFigure(f"rule {self.id} has no figure {name}, only {', '.join(self.figures) or 'none'}")
        return self.figures[name]


class NoSuchRule(LookupError):
    """No text has this id."""


class NotInForce(LookupError):
    """The id is known, but on that day, or in that place, no text of it held."""


class NoSuchFigure(LookupError):
    """The rule is there, and sets no such figure."""


class RuleBook:
    """A set of rules, by id, place and day."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules: Final = tuple(rules)
        self._by_id: dict[str, list[Rule]] = {}
        for each in self.rules:
            for other in self._by_id.setdefault(each.id, []):
                if each.jurisdiction.code == other.jurisdiction.code and _overlap(each, other):
                    both = max(each.valid_from, other.valid_from)
                    raise ValueError(
                        f"two texts of {each.id} in {each.jurisdiction.name} hold on {both}: "
                        "end the older one with valid_to"
                    )
            self._by_id[each.id].append(each)

    @classmethod
    def of_files(cls, paths: Iterable[Path]) -> Self:
        return cls(each for path in paths for each in _RULES.validate_json(path.read_bytes()))

    def rule(self, id: str, on: date, jurisdiction: str = NATION) -> Rule:
        """The text of that day in that place: the city's own, else its province's, else the nation's."""
        texts = self._texts(id)
        for place in _from_near_to_far(jurisdiction):
            for each in texts:
                if each.jurisdiction.code == place and each.holds(on):
                    return each
        here = [each for each in texts if each.jurisdiction.code in _from_near_to_far(jurisdiction)]
        if here:
            first = min(here, key=lambda each: each.valid_from)
            raise NotInForce(
                f"rule {id} has no text for {on}: {first.article} holds from {first.valid_from}"
                + (f" to {first.valid_to}" if first.valid_to else "")
            )
        known = ", ".join(sorted({f"{each.jurisdiction.name} ({each.jurisdiction.code})" for each in texts}))
        raise NotInForce(f"rule {id} has no text for {jurisdiction}, only for {known}: ask for the city's own code")

    def elsewhere(self, id: str, on: date) -> tuple[Rule, ...]:
        """Every place's text of that day: an example for a place that has none, where it binds nobody."""
        return tuple(each for each in self._texts(id) if each.holds(on))

    def _texts(self, id: str) -> list[Rule]:
        if id not in self._by_id:
            raise NoSuchRule(f"there is no rule {id}; there are: {', '.join(sorted(self._by_id))}")
        return self._by_id[id]


@cache
def book() -> RuleBook:
    """The rules that come with the software."""
    return RuleBook.of_files(sorted(_DATA.glob("*.json")))


def rule(id: str, on: date, jurisdiction: str = NATION) -> Rule:
    """The text of that day in that place, see `RuleBook.rule`."""
    return book().rule(id, on, jurisdiction)


def binding(rule: Rule, confirmed: Collection[str]) -> bool:
    """Whether the rule refuses; if not, it warns, and says why: nobody here has read its source."""
    return rule.standing == "read" or rule.id in confirmed


def _overlap(one: Rule, other: Rule) -> bool:
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)


def _from_near_to_far(jurisdiction: str) -> tuple[str, ...]:
    """A county's code stands for its city, its province and the nation as well."""
    if jurisdiction == NATION:
        return (NATION,)
    return tuple(dict.fromkeys((jurisdiction, f"{jurisdiction[:4]}00", f"{jurisdiction[:2]}0000", NATION)))


_RULES: Final[TypeAdapter[list[Rule]]] = TypeAdapter(list[Rule])
