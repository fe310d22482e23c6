"""Codes of areas by named schemes (编码方案): what each scheme's digits mean, and what it does not allow.

A scheme is an entry in `SCHEMES`; a city adds its own in the same way. What a scheme's number of digits and named
classes forbid is refused. What is known of a standard only from an excerpt is a doubt: it is shown beside the code, and
the code is kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from shared.eventsourcing.decider import Code, Refusal, sentence

Kind: TypeAlias = Literal["city", "branch", "station", "community", "grid", "compound", "building", "unit"]
"""市、分局、派出所、社区、网格、小区、楼栋、单元."""
StreetClass: TypeAlias = Literal["street", "town", "township", "mixed_unit"]
"""街道、镇、乡、类似乡级单位."""

STREET_CLASSES: Final[Mapping[str, StreetClass]] = {
    "0": "street",
    "1": "town",
    "2": "township",
    "3": "township",
    "4": "mixed_unit",
    "5": "mixed_unit",
}
"""The class of a street or town by the seventh digit of the statistical area code."""


class NoSuchScheme(Refusal):
    say = sentence("There is no code scheme {scheme}. The schemes are {known}.")


class CodeMalformed(Refusal):
    say = sentence("A code of scheme {scheme} has {digits} digits and nothing else; {code} has not. Check it.")


class NoStreetClass(Refusal):
    say = sentence(
        "In {code} the seventh digit is {digit}; it says the class of the street: 0 street, 1 town, 2 or 3 township, "
        "4 or 5 another unit of that level. Check the code."
    )


class NotCodedByScheme(Refusal):
    say = sentence("Scheme {scheme} has no codes for this kind of area: {kind}. Choose another scheme.")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around an area whose code is looked at: its community's statistical code, how many grids it has."""

    stats12: str | None = None
    grids: int = 0


@dataclass(frozen=True, slots=True)
class Doubt:
    """What looks wrong in a code by a rule that is known from an excerpt only."""

    say: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Scheme:
    """A named scheme: its parts in order with their widths, what it is for, and where that was read."""

    name: str
    title: str
    parts: tuple[tuple[str, int], ...]
    kinds: frozenset[Kind]
    source: str
    read_whole: bool
    """Whether the source itself was read; an excerpt of it only warns."""

    @property
    def digits(self) -> int:
        return sum(width for _, width in self.parts)

    def split(self, code: str) -> dict[str, str]:
        """The code's parts by name."""
        found, at = {}, 0
        for part, width in self.parts:
            found[part] = code[at : at + width]
            at += width
        return found


STATS12: Final = Scheme(
    "stats12",
    sentence("Statistical area code, 12 digits"),
    (("county", 6), ("street", 3), ("community", 3)),
    frozenset({"community", "grid"}),
    "统计用区划代码（国家统计局），按公开数据集 wenshao/china-administrative-division 核对",
    True,
)
CJT349: Final = Scheme(
    "cjt349",
    sentence("Digital-community grid code CJ/T 349-2010, 20 digits"),
    (("object", 6), ("county", 6), ("street", 3), ("community", 3), ("order", 2)),
    frozenset({"grid"}),
    "CJ/T 349-2010，据 wnwk.com 所载摘录，未见标准全文",
    False,
)
BJ15: Final = Scheme(
    "bj15",
    sentence("Beijing city-management grid code, 15 digits"),
    (("county", 6), ("street", 3), ("community", 3), ("order", 3)),
    frozenset({"grid"}),
    "北京市城市管理单元网格编码（DB11），据 renrendoc.com 357496345 摘录，未见标准全文",
    False,
)
SCHEMES: Final[Mapping[str, Scheme]] = {scheme.name: scheme for scheme in (STATS12, CJT349, BJ15)}

_FIRST_MERGED: Final = 601
"""CJ/T 349: communities that were merged are numbered from here on."""


def named(scheme: str) -> Scheme:
    if scheme not in SCHEMES:
        raise NoSuchScheme(scheme=scheme, known=", ".join(SCHEMES))
    return SCHEMES[scheme]


def check(scheme: str, kind: Kind, code: str) -> None:
    """Raises what stands against this code for such an area."""
    by = named(scheme)
    if kind not in by.kinds:
        raise NotCodedByScheme(scheme=scheme, kind=Code(kind))
    if len(code) != by.digits or not (code.isascii() and code.isdigit()):
        raise CodeMalformed(scheme=scheme, digits=by.digits, code=code)
    if by is STATS12 and code[6] not in STREET_CLASSES:
        raise NoStreetClass(code=code, digit=code[6])


def street_class(code: str) -> StreetClass:
    """Of a checked statistical code."""
    return STREET_CLASSES[code[6]]


def doubts(scheme: str, code: str, around: Surroundings) -> list[Doubt]:
    """What of a checked code does not agree with its surroundings, or with what excerpts of its standard say."""
    return [*_disagreements(named(scheme), code, around.stats12), *_odd_numbers(named(scheme), code, around.grids)]


def _disagreements(by: Scheme, code: str, stats12: str | None) -> Iterable[Doubt]:
    if stats12 is None:
        return
    ours, theirs = by.split(code), STATS12.split(stats12)
    for part in ("county", "street", "community"):
        merged = by is CJT349 and part == "community" and int(ours[part]) >= _FIRST_MERGED
        if ours[part] != theirs[part] and not merged:
            yield Doubt(
                sentence("Its part “{part}” is {ours}; the community's statistical code has {theirs}."),
                {"part": part, "ours": ours[part], "theirs": theirs[part]},
            )


def _odd_numbers(by: Scheme, code: str, grids: int) -> Iterable[Doubt]:
    if by is CJT349 and code.endswith("00") and grids > 1:
        yield Doubt(
            sentence("Order 00 says that the community is not split into grids, but it has {grids}."), {"grids": grids}
        )
    if by is BJ15 and not code.startswith("11"):
        yield Doubt(sentence("This scheme is Beijing's, and {county} is no county of Beijing."), {"county": code[:6]})
