"""A rule as it stood where and when a step was taken (法律依据), kept with the step."""

from datetime import date

from pydantic import BaseModel

from shared.law.here import Here
from shared.law.rules import Rule


class Cited(BaseModel, frozen=True):
    """One whose source was not read warns only: `binds` is false then."""

    rule: str
    article: str
    zh: str
    en: str
    valid_from: date
    binds: bool


def cited(here: Here, id_: str, on: date) -> Cited | None:
    """The text of that day here; None where there is none."""
    rule = here.find(id_, on)
    return None if rule is None else citing(here, rule)


def citing(here: Here, rule: Rule) -> Cited:
    return Cited(
        rule=rule.id,
        article=rule.article,
        zh=rule.text.zh,
        en=rule.text.en,
        valid_from=rule.valid_from,
        binds=here.binds(rule),
    )
