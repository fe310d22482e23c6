"""An address as people say it (地址), found in the register: the compound, building, unit and room that may be meant.

Names and what they are also called are looked up whole, and with one wrong, missing or additional character. Numbers
are the same whether they are written 3, ３ or 三, and a building whether it is a 号楼, 栋, 幢 or 座. All that is found
is a candidate with its reasons; nothing is picked here.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from rapidfuzz.distance import OSA

How: TypeAlias = Literal["name", "also_called", "address", "shortened", "near"]
"""全名、别名、门牌地址、简称、近似."""
What: TypeAlias = Literal["community", "compound", "building", "unit", "room"]
Why: TypeAlias = Literal[
    "name",
    "also_called",
    "address",
    "shortened",
    "near",
    "community_named",
    "another_community_named",
    "building_known",
    "building_unknown",
    "unit_known",
    "unit_unknown",
]

LONGEST_TEXT: Final = 500
MOST: Final = 10
SCORES: Final[Mapping[How, float]] = {"name": 1.0, "also_called": 0.97, "address": 0.95, "shortened": 0.85, "near": 0.9}
"""How far each way of being found is trusted; for `near`, times how much of the name is as it should be."""
_NEAR_FROM: Final = 3
"""The shortest name that may have a mistake in it."""
_GENERIC: Final = ("住宅小区", "小区", "住宅区", "生活区", "家属院", "宿舍")
"""What is often left out of a compound's name (通名)."""


# What the register knows


@dataclass(frozen=True, slots=True)
class UnitPlace:
    unit: str
    name: str


@dataclass(frozen=True, slots=True)
class BuildingPlace:
    building: str
    name: str
    grid: str | None = None
    also_called: tuple[str, ...] = ()
    units: tuple[UnitPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class CompoundPlace:
    compound: str
    name: str
    station: str
    community: str
    community_name: str
    grid: str
    also_called: tuple[str, ...] = ()
    address: str | None = None
    buildings: tuple[BuildingPlace, ...] = ()


# What is found


@dataclass(frozen=True, slots=True)
class Match:
    """A part of the text as it was given, and what it stands for."""

    what: What
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may be meant. The ids of building and unit are None where the register does not have them."""

    station: str
    community: str
    grid: str
    compound: str
    compound_name: str
    building: str | None
    unit: str | None
    building_said: str | None
    unit_said: str | None
    room_said: str | None
    score: float
    how: How
    why: tuple[Why, ...]
    matches: tuple[Match, ...]


# The text, made comparable

_DIGITS: Final = {digit: n for n, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_COUNTED: Final = "号栋幢座单楼院区社期门室层排巷弄#"
_NUMERAL: Final = re.compile(rf"[零〇一二两三四五六七八九十百]+(?=[{_COUNTED}-])|(?<=-)[零〇一二两三四五六七八九十百]+")
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—―－−~～", "-"))
_DROPPED: Final = frozenset(" \t\r\n\u3000,，。、;；:：·•()（）[]【】「」“”\"'")


@dataclass(frozen=True, slots=True)
class Plain:
    """A text as it is compared, and where each of its characters stood."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the given text that these characters came from."""
        return self.places[start], self.places[end - 1] + 1


def plain(given: str) -> Plain:
    """Full width, case, blanks and punctuation do not matter; numerals before what is counted become digits."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(given):
        for each in unicodedata.normalize("NFKC", character).translate(_DASHES).upper():
            if each not in _DROPPED:
                letters.append(each)
                places.append(place)
    text = "".join(letters)
    out: list[str] = []
    kept: list[int] = []
    at = 0
    for found in _NUMERAL.finditer(text):
        out += letters[at : found.start()]
        kept += places[at : found.start()]
        written = str(number(found[0]))
        out += written
        # The first digits stand where the numeral begins, the last one where it ends.
        kept += [places[found.start()]] * (len(written) - 1) + [places[found.end() - 1]]
        at = found.end()
    return Plain("".join(out + letters[at:]), tuple(kept + places[at:]))


def number(numeral: str) -> int:
    """三 is 3, 十二 is 12, 二十 is 20, 一百零三 is 103; digits in a row, such as 二〇一, are read one by one."""
    if not set(numeral) & {"十", "百"}:
        return int("".join(str(_DIGITS[each]) for each in numeral))
    whole, last = 0, 0
    for each in numeral:
        if each == "百":
            whole, last = whole + (last or 1) * 100, 0
        elif each == "十":
            whole, last = whole + (last or 1) * 10, 0
        else:
            last = _DIGITS[each]
    return whole + last


# Buildings, units and rooms, as they follow upon the name of a compound

_N: Final = r"[A-Z]?\d{1,3}|[A-Z]"
_SAID: Final = (
    # 3-2-501, B-2-501, 3#2-501, 3号楼2-501
    re.compile(rf"(?P<building>{_N})(?:-|#|号楼|栋|幢|座)-?(?P<unit>\d{{1,2}})-(?P<room>\d{{3,4}})(?!\d)"),
    # 3号楼2单元501室, 三栋, 3幢2单元, B座1203
    re.compile(
        rf"(?P<building>{_N})(?:号?楼|号?栋|号?幢|号?座|#楼?|号院)"
        r"(?:(?P<unit>[A-Z]|\d{1,2})(?:单元|门洞|门))?(?:第?\d{1,2}[层楼](?!\d))?(?:(?P<room>\d{3,4})(?:室|号|户)?(?!\d))?"
    ),
    # 3-501: building and room
    re.compile(rf"(?P<building>{_N})-(?P<room>\d{{3,4}})(?!\d)"),
    # 2单元501: no building said
    re.compile(r"(?P<unit>[A-Z]|\d{1,2})(?:单元|门洞)(?:(?P<room>\d{3,4})(?:室|号|户)?(?!\d))?"),
)
_REACH: Final = 14
"""How far behind a compound's name its building may be said."""
_LABEL: Final = re.compile(r"[A-Z]?\d+|[A-Z](?![A-Z])")


def label(name: str) -> str:
    """What tells one building or unit from the others: 3 of 3号楼, 三栋 and 3#; B of B座; else the whole name."""
    known = plain(name if name[-1:] in _COUNTED else f"{name}号").text
    found = _LABEL.search(known)
    return found[0].lstrip("0") or found[0] if found else plain(name).text


def said_after(text: str, start: int) -> re.Match[str] | None:
    """The building, unit and room that are said within reach behind a name: the first, and of those the most exact."""
    window = text[: start + _REACH + 16]
    found = [match for pattern in _SAID if (match := pattern.search(window, start)) and match.start() <= start + _REACH]
    return min(found, key=lambda match: (match.start(), -len(match[0])), default=None)


# The gazetteer


@dataclass(slots=True)
class _Entry:
    place: CompoundPlace
    how: How
    name: str
    """The plain name by which it is found."""


@dataclass(frozen=True, slots=True)
class _Hit:
    entry: _Entry
    start: int
    end: int
    score: float


@dataclass(slots=True)
class Gazetteer:
    """The names of all compounds, so indexed that a text is looked up in a time that does not grow with their number.

    Whole names lie in a table by their text, mistaken ones in a table of all names with one character left out: two
    texts that differ by one character have such a remainder in common.
    """

    whole: dict[str, list[_Entry]] = field(default_factory=dict)
    remainders: dict[str, list[_Entry]] = field(default_factory=dict)
    communities: dict[str, set[str]] = field(default_factory=dict)
    lengths: tuple[int, ...] = ()
    near_lengths: tuple[int, ...] = ()

    @classmethod
    def of(cls, places: Iterable[CompoundPlace]) -> "Gazetteer":
        made = cls()
        for place in places:
            made.communities.setdefault(plain(place.community_name).text, set()).add(place.community)
            for name, how in _names(place):
                entry = _Entry(place, how, name)
                made.whole.setdefault(name, []).append(entry)
                if how in ("name", "also_called") and len(name) >= _NEAR_FROM:
                    for rest in {name, *_shorter(name)}:
                        made.remainders.setdefault(rest, []).append(entry)
        made.lengths = tuple(sorted({len(name) for name in made.whole}, reverse=True))
        near = {len(name) for name in made.whole if len(name) >= _NEAR_FROM}
        made.near_lengths = tuple(sorted({n + d for n in near for d in (-1, 0, 1)}))
        return made

    def resolve(self, text: str, *, community: str | None = None) -> list[Candidate]:
        """The places that a text may mean, the likeliest first; with `community`, only those in it."""
        known = plain(text[:LONGEST_TEXT])
        named = {id_ for name, ids in self.communities.items() if name and name in known.text for id_ in ids}
        hits = self._exact(known.text) or self._near(known.text)
        best: dict[tuple[str, str], Candidate] = {}
        for hit in hits:
            place = hit.entry.place
            if community is not None and place.community != community:
                continue
            found = _candidate(known, text, hit, named)
            key = (place.community, place.compound)
            if key not in best or best[key].score < found.score:
                best[key] = found
        return sorted(best.values(), key=lambda each: (-each.score, each.community, each.compound))[:MOST]

    def _exact(self, text: str) -> list[_Hit]:
        """Names that stand in the text; one that is part of a longer one that stands there is not meant."""
        hits: list[_Hit] = []
        taken: list[tuple[int, int]] = []
        for length in self.lengths:
            for start in range(len(text) - length + 1):
                end = start + length
                entries = self.whole.get(text[start:end])
                if entries and not any(s <= start and end <= e for s, e in taken):
                    taken.append((start, end))
                    hits += [_Hit(entry, start, end, SCORES[entry.how]) for entry in entries]
        return hits

    def _near(self, text: str) -> list[_Hit]:
        """Names with one character wrong, missing, too many or exchanged."""
        hits: dict[int, _Hit] = {}
        for length in self.near_lengths:
            for start in range(len(text) - length + 1):
                window = text[start : start + length]
                for rest in {window, *_shorter(window)}:
                    for entry in self.remainders.get(rest, ()):
                        right = OSA.normalized_similarity(window, entry.name)
                        score = round(SCORES["near"] * SCORES[entry.how] * right, 3)
                        before = hits.get(id(entry))
                        if OSA.distance(window, entry.name) == 1 and (before is None or before.score < score):
                            hits[id(entry)] = _Hit(
                                _Entry(entry.place, "near", entry.name), start, start + length, score
                            )
        return list(hits.values())


def _names(place: CompoundPlace) -> Iterator[tuple[str, How]]:
    whole = plain(place.name).text
    seen = {whole}
    yield whole, "name"
    for name in place.also_called:
        if (other := plain(name).text) and other not in seen:
            seen.add(other)
            yield other, "also_called"
    if place.address and (address := plain(place.address).text) not in seen and len(address) > 1:
        seen.add(address)
        yield address, "address"
    for generic in _GENERIC:
        short = whole.removesuffix(generic)
        if short != whole and len(short) > 1 and short not in seen:
            yield short, "shortened"
            return


def _shorter(name: str) -> set[str]:
    return {name[:at] + name[at + 1 :] for at in range(len(name))}


def _candidate(known: Plain, given: str, hit: _Hit, named: set[str]) -> Candidate:
    place = hit.entry.place
    matches = [_match(known, given, "compound", hit.start, hit.end)]
    why: list[Why] = [hit.entry.how]
    score = hit.score
    if place.community in named:
        why.append("community_named")
        score += 0.02
    elif named:
        why.append("another_community_named")
        score -= 0.2
    said = said_after(known.text, hit.end)
    parts = said.groupdict() if said else {}
    if said is not None:
        whats: tuple[What, ...] = ("building", "unit", "room")
        matches += [_match(known, given, what, said.start(what), said.end(what)) for what in whats if parts.get(what)]
    building = _of_label(place.buildings, parts.get("building"))
    if parts.get("building") and place.buildings:
        why.append("building_known" if building else "building_unknown")
        score += 0.02 if building else -0.1
    unit = next((u for u in building.units if label(u.name) == parts.get("unit")), None) if building else None
    if parts.get("unit") and building and building.units:
        why.append("unit_known" if unit else "unit_unknown")
        score += 0.01 if unit else -0.05
    return Candidate(
        station=place.station,
        community=place.community,
        grid=(building.grid if building else None) or place.grid,
        compound=place.compound,
        compound_name=place.name,
        building=building.building if building else None,
        unit=unit.unit if unit else None,
        building_said=parts.get("building"),
        unit_said=parts.get("unit"),
        room_said=parts.get("room"),
        score=round(min(1.0, max(0.0, score)), 3),
        how=hit.entry.how,
        why=tuple(why),
        matches=tuple(matches),
    )


def _of_label(buildings: Sequence[BuildingPlace], said: str | None) -> BuildingPlace | None:
    if said is None:
        return None
    wanted = said.lstrip("0") or said
    return next((b for b in buildings if wanted in {label(name) for name in (b.name, *b.also_called)}), None)


def _match(known: Plain, given: str, what: What, start: int, end: int) -> Match:
    first, last = known.span(start, end)
    return Match(what, first, last, given[first:last])
