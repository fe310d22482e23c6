"""What a story tells (案情要素): against whom by role, where, when, how much, how many; each with its quote.

Fixed patterns find them, and what they find is a suggestion: it is worked out from the text each time it is read, and
is never the only copy of anything. A role is told and never a name.
"""

import re
from typing import Final, Literal, NamedTuple, TypeAlias

from services.intake.domain.triage import FOLD, Field, Found, find, index

ElementKind: TypeAlias = Literal["against", "place", "time", "amount", "people"]
KINDS: Final[tuple[ElementKind, ...]] = ("against", "place", "time", "amount", "people")
"""与谁、何地、何时、金额、人数."""
MOST: Final = 6
"""Of each kind; a story that tells more is told by its text."""
READ_TO: Final = 20_000


class Element(NamedTuple):
    """One thing that the story tells: what, where it stands, its quote, and its value where it has one."""

    kind: ElementKind
    field: Field
    start: int
    end: int
    quote: str
    value: str


_ROLES: Final = (
    "房东 二房东 租客 租户 物业公司 物业 物管 开发商 建筑商 施工单位 施工方 邻居 楼上住户 楼上邻居 楼下住户 "
    "隔壁邻居 对门邻居 老板 包工头 用人单位 前公司 培训机构 培训学校 驾校 健身房 商家 卖家 店主 店家 装修公司 "
    "装饰公司 旅行社 中介 保险公司 银行 贷款公司 医院 前夫 前妻 丈夫 妻子 老公 老婆 父母 公婆 婆婆 岳母 儿媳 "
    "女婿 儿子 女儿 哥哥 弟弟 姐姐 妹妹 兄弟 亲戚 朋友 同事 同学 村委会 村干部 业委会 居委会 拆迁方 肇事司机 "
    "司机 网贷平台"
)
_ROLE_PHRASES: Final = index((role.translate(FOLD), role) for role in _ROLES.split())

_NUMBER: Final = r"(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.\d+)?"
_CHINESE: Final = "[零〇一二两三四五六七八九十百千万]+"
_AMOUNT: Final = re.compile(
    rf"(?P<digits>{_NUMBER})\s*(?P<unit>[十百千]?万|亿|千|百)?(?:多|余|来)?\s*(?:元|块钱|块|人民币)"
    rf"|(?P<bare>{_NUMBER})\s*(?P<wan>[十百千]?万)(?!\s*[人户名位家次平])"
    rf"|(?P<words>{_CHINESE})(?:多|余|来)?(?:元|块钱|块)"
)
_PEOPLE: Final = re.compile(
    rf"(?P<digits>\d{{1,6}})\s*(?:多|余)?\s*(?:户|人|名|位|个家庭|家住户|家商户)"
    rf"|(?P<words>{_CHINESE})(?:多|余|来)?(?:户|人|名|位)(?!口|民|们)"
)
_DATE: Final = r"(?:\d{4}\s*年(?:\s*\d{1,2}\s*月(?:份|\s*\d{1,2}\s*[日号])?)?|\d{1,2}\s*月(?:份|\s*\d{1,2}\s*[日号])?)"
_HOUR: Final = rf"(?:\d{{1,2}}|{_CHINESE})\s*[点时](?:半|钟|\d{{1,2}}分)?"
_TIME: Final = re.compile(
    rf"(?:去年|今年|前年|大前年)?{_DATE}(?:[上下]旬|[上下]午|晚上)?(?:{_HOUR})?"
    rf"|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?:\s+\d{{1,2}}:\d{{2}})?"
    rf"|(?:每天|每晚|今天|今晚|昨天|昨晚|前天|前晚|凌晨|半夜|深夜|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|夜间)+(?:{_HOUR})?"
    rf"|(?:去年|前年|今年|上个月|上月|这个月|本月|上周|上星期|这周|本周|去年底|今年初)(?:年底|年初|春节)?"
    rf"|(?:近|已经|已|连续|长达|拖了)\s*(?:\d+|{_CHINESE}|半)\s*(?:多)?\s*(?:个)?(?:年|月|周|星期|天)"
)
_PLACE: Final = re.compile(
    r"[\u4e00-\u9fffA-Za-z0-9]{2,14}?"
    r"(?:小区|社区|花园|家园|公寓|大厦|广场|公馆|新城|新村|大院|宿舍|工地|市场|街道|大道|路口|车站|学校|小学|中学|幼儿园|医院|村|镇|路|街|巷|院)"
    r"(?:[A-Za-z0-9一二三四五六七八九十]+(?:号楼|号院|栋|幢|座|期|区|单元|层|楼|室|号))*"
)
_PATTERNS: Final[tuple[tuple[ElementKind, re.Pattern[str]], ...]] = (
    ("time", _TIME),
    ("amount", _AMOUNT),
    ("people", _PEOPLE),
)
_BEFORE_A_PLACE: Final = re.compile(
    r".*(?:住在|位于|居住|坐落|坐在|就在|来到|这里是|我家在|我们是|我是|附近的|在|于|到|从|是|的|和|与|向|对|由|把|被|给|请|去|投诉|举报|反映|关于)"
)
_NO_PLACE: Final = frozenset(
    (
        "小区",
        "社区",
        "广场",
        "市场",
        "工地",
        "医院",
        "学校",
        "我们小区",
        "本小区",
        "该小区",
        "这个小区",
        "整个小区",
        "我小区",
        "全小区",
    )
)


def pull(subject: str, text: str) -> tuple[Element, ...]:
    """Every element that the patterns find, the first ones of each kind, in the order in which they stand."""
    found: list[Element] = []
    fields: tuple[tuple[Field, str], ...] = (("subject", subject), ("text", text[:READ_TO]))
    for field, message in fields:
        found += _against(field, message)
        found += _places(field, message)
        for kind, pattern in _PATTERNS:
            for match in pattern.finditer(message):
                value = _value(kind, match)
                if value is not None:
                    found.append(Element(kind, field, match.start(), match.end(), match[0], value))
    told: list[Element] = []
    for kind in KINDS:
        once = {element.value: element for element in reversed([one for one in found if one.kind == kind])}
        told += list(reversed(once.values()))[:MOST]
    return tuple(told)


def _against(field: Field, message: str) -> list[Element]:
    hits: list[Found] = find(message.translate(FOLD), field, 0, len(message), _ROLE_PHRASES)
    return [Element("against", field, hit.start, hit.end, message[hit.start : hit.end], hit.feature) for hit in hits]


def _places(field: Field, message: str) -> list[Element]:
    found = []
    for match in _PLACE.finditer(message):
        cut = _BEFORE_A_PLACE.match(match[0])
        start = match.start() + (cut.end() if cut else 0)
        quote = message[start : match.end()]
        if len(quote) > 2 and quote not in _NO_PLACE:
            found.append(Element("place", field, start, match.end(), quote, quote))
    return found


def _value(kind: ElementKind, match: re.Match[str]) -> str | None:
    """The value in figures, so that one sum told twice is one; None where the words are no number after all."""
    if kind == "time":
        return re.sub(r"\s+", "", match[0])
    groups = match.groupdict()
    if groups.get("words"):
        number = float(_read(groups["words"]))
    else:
        number = float((groups.get("digits") or groups.get("bare") or "0").replace(",", "").replace("，", ""))
    number *= _UNITS.get(groups.get("unit") or groups.get("wan") or "", 1)
    return f"{number:.2f}".rstrip("0").rstrip(".") if number > 0 else None


_UNITS: Final = {"百": 100, "千": 1_000, "万": 10_000, "十万": 100_000, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_DIGITS: Final = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS: Final = {"十": 10, "百": 100, "千": 1_000}


def _read(words: str) -> int:
    """A number as it is written in Chinese: 两千五百, 十八, 三万二."""
    whole = part = digit = 0
    last = 1
    for sign in words:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
            last = 10 if sign in "零〇" else last
        elif sign in _POWERS:
            part += (digit or 1) * _POWERS[sign]
            last, digit = _POWERS[sign], 0
        else:
            whole = (whole + part + digit or 1) * 10_000
            last, part, digit = 10_000, 0, 0
    return whole + part + (digit * (last // 10) if last > 10 else digit)
