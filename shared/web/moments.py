"""A moment as it comes from outside: with its zone, and near enough for every calendar that it is worked out with."""

from datetime import datetime
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, AwareDatetime

from shared.web.languages import mark

YEARS: Final = range(1900, 2200)


def _within_reach(value: datetime) -> datetime:
    if value.year not in YEARS:
        raise ValueError(mark("This time lies too far from today."))
    return value


Moment: TypeAlias = Annotated[AwareDatetime, AfterValidator(_within_reach)]
