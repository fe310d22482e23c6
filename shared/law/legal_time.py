"""The one legal time of all of China (北京时间), and the day that a moment falls on by it."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


def day_of(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()
