"""The notice of a refusal (不予受理告知书): reason, article and other route in both languages, fixed by its hash."""

import hashlib
from datetime import date
from typing import Final, NamedTuple

from services.intake.domain.admission import GROUNDS, Citation

_ZH: Final = """不予受理告知书

编号：{number}

您反映的事项（案件编号 {code}）已经收悉。经审查，该事项属于下列情形：{ground}，本次不予受理调解。

依据：{article}
{text}

您可以通过下列途径解决：
{route}

如有异议或者新的情况，可以向{station}提出，也可以拨打 12345。
本告知不影响您依法起诉、申请仲裁、投诉或者信访的权利。

{station}
{day}
"""
_EN: Final = """Notice that a matter was not admitted to mediation

Number: {number}

The matter that you reported (case {code}) has been received. It was looked into and found to be of this kind:
{ground}. It is not admitted to mediation this time.

Rule: {article}
{text}

You may go another way:
{route}

If you object, or if there is something new, tell {station}, or call 12345.
This notice takes away none of your rights to sue, to go to arbitration, to complain or to petition.

{station}
{day}
"""


class Notice(NamedTuple):
    """The text as it is given, and what it is known by."""

    number: str
    zh: str
    en: str
    sha256: str


def compose(code: str, station: str, day: date, rule: Citation, route: str) -> Notice:
    """The same decision gives the same notice, letter by letter."""
    ground, number = GROUNDS[rule.ground], f"{code}-N1"
    own = route.strip() or ground.route_zh
    common = {"number": number, "code": code, "station": station, "article": rule.article}
    chinese_day = f"{day.year}年{day.month}月{day.day}日"
    zh = _ZH.format(**common, ground=ground.zh, text=rule.zh, route=own, day=chinese_day)
    english_route = ground.route_en if own == ground.route_zh else own
    en = _EN.format(**common, ground=ground.en, text=rule.en, route=english_route, day=day.isoformat())
    return Notice(number, zh, en, fixed(zh, en))


def fixed(zh: str, en: str) -> str:
    """The hash by which a notice shows that nothing of it was changed."""
    return hashlib.sha256(f"{zh}\x00{en}".encode()).hexdigest()
