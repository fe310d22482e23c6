"""Likeness: whether two reports speak of the same matter (同一事项), field by field, with the words on both sides.

The same matter is the same place or party and the same issue. So the model looks for a name that both hold, asks how
far what they say about it agrees, and never joins two reports that name different places. An officer decides.
"""

import math
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal, NamedTuple, TypeAlias
from zlib import crc32

import rjieba

from services.intake.domain import likeness_lexicon as lexicon
from services.intake.domain.likeness_weights import BIAS, COMMON, MESSAGES, MODEL, TOPICS, WEIGHTS
from services.intake.domain.triage import FOLD

__all__ = ["FIELDS", "MODEL", "Likeness", "Place", "Traits", "Words", "compare", "terms", "traits"]

Side: TypeAlias = Literal["subject", "text"]
Field: TypeAlias = Literal["place", "parties", "words", "amounts", "time"]
FIELDS: Final[tuple[Field, ...]] = ("place", "parties", "words", "amounts", "time")

HEAD: Final = 600  # who reads on knows no more of which matter it is
RARE: Final = 1.5  # what so many write names nothing: the logarithm of one message in four or five
SURE: Final = 15.0  # the rarity of a name of four or five characters that nobody else writes
NAMES: Final = 4.0  # a place is named by two characters that fewer than one message in fifty holds
SAME_PLACE: Final = 2.5
LEAST_NAME: Final = 0.25
COPIED: Final = 0.5
SAME_TEXT: Final = 0.8
MOST_WHEN_BARRED: Final = 0.25
LONG_AGO: Final = 0.05
NEAR: Final = 4
IN_SUBJECT: Final = 1.5
MOST_PAIRS: Final = 24
STRETCH: Final = 6
MOST_STRETCHES: Final = 8
MOST_WORDS: Final = 6
UNKNOWN: Final = 4.0  # in how many messages stands what is too rare to be in the table


class Words(NamedTuple):
    """A piece of a report: `subject[start:end]` or `text[start:end]`."""

    side: Side
    start: int
    end: int


class Place(NamedTuple):
    """Where the register puts the report; `None` where it does not say."""

    community: str | None = None
    compound: str | None = None


NOWHERE: Final = Place()


class Name(NamedTuple):
    """A run of words that names something, with the places that it names."""

    words: Words
    spelling: str
    places: tuple[str, ...]
    party: bool


@dataclass(frozen=True, slots=True)
class Traits:
    """What is compared of a report; it holds the report's words and is never stored."""

    subject: str
    text: str
    on: date
    place: Place
    names: tuple[Name, ...]
    pairs: frozenset[str]
    """Every two characters that stand side by side."""
    named: Mapping[str, float]
    """Those within names, with their weights."""
    said: Mapping[str, float]
    """The others."""
    topics: Mapping[str, float]
    subject_topics: Mapping[str, float]
    amounts: frozenset[str]
    districts: frozenset[str]
    lengths: tuple[float, float, float, float]
    rarity: "Rarities"


@dataclass(frozen=True, slots=True)
class Found:
    """A report that may be of the same matter, read to be compared; it is never stored like this."""

    report: str
    position: int
    kind: str
    traits: Traits


@dataclass(frozen=True, slots=True)
class FieldLikeness:
    """How alike one field is, 0 to 1, and the words that matched on either side."""

    field: Field
    score: float
    differs: bool
    """Both say something here, and it is not the same."""
    left: tuple[Words, ...] = ()
    right: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """How likely both reports are of one matter, and why."""

    score: float
    fields: tuple[FieldLikeness, ...]


# When to suggest

THRESHOLD: Final = 0.85
WORTH_TELLING: Final = 0.5  # what is less likely than this is not worth an officer's time
THRESHOLDS: Final[Mapping[str, float]] = {"enquiry": 0.9, "other": 0.9}
"""From which likelihood on two reports of a kind are suggested. Questions and ideas are alike in words more often."""


@dataclass(frozen=True, slots=True)
class Match:
    """A report, and how like it the other is."""

    found: Found
    likeness: Likeness
    suggested: bool


def matches(one: Found, others: Sequence[Found]) -> list[Match]:
    """The others by their likeness to this one, the likeliest first; those from the threshold on are suggested."""
    compared = []
    for other in others:
        told = compare(one.traits, other.traits, explained_from=WORTH_TELLING)
        compared.append(Match(other, told, told.score >= threshold(one.kind, other.kind)))
    return sorted(compared, key=lambda match: (-match.likeness.score, match.found.position))


def threshold(kind: str, other: str) -> float:
    """The stricter of both kinds."""
    return max(THRESHOLDS.get(kind, THRESHOLD), THRESHOLDS.get(other, THRESHOLD))


# Reading one report


class Rarities:
    """How rare two characters side by side are among messages: the logarithm of one in how many."""

    def __init__(self, common: Mapping[int, float], messages: float) -> None:
        self._of = {key: math.log((messages + 1) / (number + 1)) for key, number in common.items()}
        self._unknown = math.log((messages + 1) / (UNKNOWN + 1))

    def __call__(self, pair: str) -> float:
        return self._of.get(digest(pair), self._unknown)


@lru_cache(maxsize=32_768)
def digest(pair: str) -> int:
    """Tables of what is common keep digests, from which no name can be read."""
    return crc32(pair.encode()) & 0xFFFFFF


def unpacked(packed: Mapping[int, str]) -> dict[int, float]:
    """The table of common pairs: three bytes for each, by about how many messages hold it."""
    found: dict[int, float] = {}
    for number, digests in packed.items():
        raw = b64decode(digests)
        found.update({int.from_bytes(raw[at : at + 3], "big"): float(number) for at in range(0, len(raw), 3)})
    return found


RARITY: Final = Rarities(unpacked(COMMON), MESSAGES)

_TOPICS: Final[dict[str, tuple[str, ...]]] = {
    phrase: tuple(topic for topic, phrases in lexicon.TOPICS.items() if phrase in phrases.split())
    for phrases in lexicon.TOPICS.values()
    for phrase in phrases.split()
}


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))


_TOPIC: Final = _any_of(_TOPICS)
_EMPTY: Final = frozenset(lexicon.EMPTY.split())
_PLACE_END: Final = _any_of(lexicon.PLACE_ENDS.split())
_PARTY_END: Final = _any_of(lexicon.PARTY_ENDS.split())
_ENDS: Final = frozenset(f"{lexicon.PLACE_ENDS} {lexicon.PARTY_ENDS}".split())
_ADMINISTRATIVE: Final = frozenset(lexicon.ADMINISTRATIVE_ENDS.split())
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_NUMBERED: Final = re.compile(r"(?P<number>\d+)(?P<unit>年|路|号线)")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
# Districts: as contests and exports mask them (A3区), or as they are written after the city's name.
_DISTRICT: Final = re.compile(r"[a-z]\d*[市区县州]|(?<=市)[\u4e00-\u9fff]{2}[区县]")
_ESTATE: Final = "小区"
_NOUNS: Final = frozenset("nxmqjbslgiz")
_PARTICLES: Final = frozenset({"uj", "p", "c", "d", "r", "y", "ul", "uz", "f", "a", "u", "ud", "uv", "ug"})


@lru_cache(maxsize=50_000)
def _in_dictionary(word: str) -> bool:
    known: bool = rjieba.has_word(word)
    return known


def _may_name(word: str, tag: str) -> bool:
    """Nouns, and what no dictionary has; the dictionary takes parts of names for verbs."""
    if not word.isalnum() or word in _EMPTY or word in _TOPICS:
        return False
    if len(word) == 1:
        return tag not in _PARTICLES
    return tag[0] in _NOUNS or tag == "eng" or not _in_dictionary(word)


def _names(folded: str, side: Side, rarity: Rarities) -> Iterator[Name]:
    """Runs of words that may name something, without districts and other areas that hold many matters."""
    blanked = _DISTRICT.sub(lambda m: "|" * len(m[0]), folded)
    start = at = 0
    for word, tag in [*rjieba.tag(blanked), ("|", "x")]:
        end = at + len(word)
        administrative = word in _ADMINISTRATIVE or (len(word) > 2 and word[-1] in _ADMINISTRATIVE)
        if administrative:
            start = end
        elif word == _ESTATE and start < at:
            yield _name(blanked, side, start, end, rarity)
            start = end
        elif word == _ESTATE or not (_may_name(word, tag) or word == "之"):
            if at - start > 1:
                yield _name(blanked, side, start, at, rarity)
            start = end
        at = end


def _name(text: str, side: Side, start: int, end: int, rarity: Rarities) -> Name:
    spelling = text[start:end]
    party = _PARTY_END.search(text, start, end + NEAR) is not None  # 青禾 in 青禾教育培训机构
    return Name(Words(side, start, end), spelling, tuple(_places(spelling, rarity)), party)


def _places(name: str, rarity: Rarities) -> Iterator[str]:
    """The places within a name, each without its ending, if it names one at all."""
    last = 0
    for end in _PLACE_END.finditer(name):
        place = name[max(last, end.start() - 4) : end.start()]
        whole = name[max(last, end.start() - 4) : end.end()]
        last = end.end()
        generic = len(place) < 2 or place.isdigit() or _TOPIC.search(whole) is not None
        if not generic and max(map(rarity, _pairs(place))) >= NAMES:
            yield place


def _pairs(text: str) -> Iterator[str]:
    return (one + other for one, other in pairwise(text))


def traits(
    subject: str,
    text: str,
    on: date,
    place: Place = NOWHERE,
    *,
    rarity: Rarities = RARITY,
    topics: Mapping[str, float] = TOPICS,
) -> Traits:
    """Reads a report; any two strings will do."""
    folded, head = subject.translate(FOLD), text.translate(FOLD)[:HEAD]
    names = (*_names(folded, "subject", rarity), *_names(head, "text", rarity))
    in_names = {pair for name in names for pair in _pairs(name.spelling)}
    counts = _counts(folded, head)
    weights = {pair: (1 + math.log(count)) * rarity(pair) for pair, count in counts.items()}
    named = {pair: weight for pair, weight in weights.items() if pair in in_names}
    said = {pair: weight for pair, weight in weights.items() if pair not in in_names}
    in_subject, in_text = _topics(folded), _topics(head)
    found = {topic: 3 * (topic in in_subject) + min(in_text.get(topic, 0), 3) for topic in {**in_subject, **in_text}}
    about = {topic: math.sqrt(count) * topics.get(topic, 0.0) for topic, count in found.items()}
    about_subject = {topic: topics.get(topic, 0.0) for topic in in_subject}
    return Traits(
        subject=folded,
        text=head,
        on=on,
        place=place,
        names=names,
        pairs=frozenset(counts),
        named=named,
        said=said,
        topics=about,
        subject_topics=about_subject,
        amounts=frozenset(n for n in _NUMBER.findall(f"{folded} {head}") if len(n) > 2 and not _YEAR.fullmatch(n)),
        districts=frozenset(d for d in _DISTRICT.findall(folded) if len(d) > 2),
        lengths=(_length(named), _length(said), _length(about), _length(about_subject)),
        rarity=rarity,
    )


def _counts(subject: str, text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for side, weight in ((subject, 2), (text, 1)):
        for pair in _pairs(_DISTRICT.sub("|", side)):
            if pair.isalnum():
                counts[pair] = counts.get(pair, 0) + weight
    return counts


def pairs_of(subject: str, text: str) -> Iterable[str]:
    """Every two characters side by side, as the table of what is common counts them."""
    return _counts(subject.translate(FOLD), text.translate(FOLD)[:HEAD])


def topics_of(subject: str, text: str) -> Iterable[str]:
    return {**_topics(subject.translate(FOLD)), **_topics(text.translate(FOLD)[:HEAD])}


def _topics(folded: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for phrase in _TOPIC.findall(folded):
        for topic in _TOPICS[phrase]:
            found[topic] = found.get(topic, 0) + 1
    return found


def _length(vector: Mapping[str, float]) -> float:
    return math.sqrt(sum(value * value for value in vector.values())) or 1.0


# Comparing two


class Shared(NamedTuple):
    """A name of one report that the other holds, or the part of it that does."""

    name: Name
    spelling: str
    strength: float


def measures(left: Traits, right: Traits) -> dict[str, float]:
    """What the model weighs. Each lies between 0 and 1; those that speak against are told apart by their weights."""
    name = min(max((s.strength for s in _shared(left, right)), default=0.0), SURE) / SURE
    topic = _cosine(left.topics, right.topics, left.lengths[2] * right.lengths[2])
    subject_topic = _cosine(left.subject_topics, right.subject_topics, left.lengths[3] * right.lengths[3])
    named = _cosine(left.named, right.named, left.lengths[0] * right.lengths[0])
    said = _cosine(left.said, right.said, left.lengths[1] * right.lengths[1])
    return {
        "name": name,
        "names": named,
        "topic": topic,
        "name and topic": name * topic,
        "name and topic of the subject": name * subject_topic,
        "name and words": name * math.sqrt(said),
        "amounts": min(len(left.amounts & right.amounts), 3) / 3,
        "time": math.exp(-abs((left.on - right.on).days) / 30),
        "other names": min(_not_in(left, right), _not_in(right, left)),
        "other district": float(_apart(left.districts, right.districts)),
        "other places": float(_elsewhere(left, right, in_subject=True)),
    }


def likelihood(measured: Mapping[str, float], weights: Mapping[str, float] = WEIGHTS, bias: float = BIAS) -> float:
    total = bias + sum(weights.get(measure, 0.0) * value for measure, value in measured.items())
    return 1 / (1 + math.exp(-total))


def barred(left: Traits, right: Traits, measured: Mapping[str, float]) -> bool:
    """Whether they cannot be one matter, whatever their words: other places, or nothing named that both hold."""
    if _apart_by_register(left.place, right.place) or _numbered_apart(left.subject, right.subject):
        return True
    again = copied(left, right)
    if again < SAME_TEXT and _elsewhere(left, right):
        return True
    return again < COPIED and measured["name"] < LEAST_NAME


def _shared(left: Traits, right: Traits) -> list[Shared]:
    """Names of the left report that stand among the names of the right one, the strongest first."""
    found = []
    rarity = left.rarity
    for name in left.names:
        for start, end in _runs(name.spelling, right.named):
            spelling = name.spelling[start:end]
            strength = sum(max(0.0, rarity(pair) - RARE) for pair in _pairs(spelling))
            if spelling not in _ENDS and strength > 0:
                found.append(Shared(name, spelling, strength))
    return sorted(found, key=lambda shared: -shared.strength)


def _runs(text: str, pairs: Mapping[str, float] | frozenset[str]) -> Iterator[tuple[int, int]]:
    """The stretches of a text of which every two characters side by side are among `pairs`."""
    at, last = 0, len(text) - 1
    while at < last:
        if text[at : at + 2] in pairs:
            end = at + 1
            while end < last and text[end : end + 2] in pairs:
                end += 1
            yield at, end + 1
            at = end
        at += 1


def _cosine(left: Mapping[str, float], right: Mapping[str, float], lengths: float) -> float:
    if len(left) > len(right):
        left, right = right, left
    return min(_product(left, right) / lengths, 1.0)


def _product(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    return sum(value * right[key] for key, value in left.items() if key in right)


def _not_in(left: Traits, right: Traits) -> float:
    """How much of what the left subject names the right report does not hold."""
    total = missing = 0.0
    for name in left.names:
        if name.words.side == "subject":
            for pair in _pairs(name.spelling):
                weight = max(0.0, left.rarity(pair) - RARE)
                total += weight
                missing += weight * (pair not in right.pairs)
    return missing / total if total else 0.5


def _apart(left: frozenset[str], right: frozenset[str]) -> bool:
    return bool(left) and bool(right) and not left & right


def _apart_by_register(left: Place, right: Place) -> bool:
    return (
        None not in (left.compound, right.compound)
        and left.community == right.community
        and left.compound != right.compound
    )


def _numbered_apart(left: str, right: str) -> bool:
    """Another year, another line: both subjects give a number of the same kind, and it is not the same number."""
    mine, others = dict(map(_by_unit, _NUMBERED.finditer(left))), dict(map(_by_unit, _NUMBERED.finditer(right)))
    return any(mine[unit] != others[unit] for unit in mine.keys() & others.keys())


def _by_unit(found: re.Match[str]) -> tuple[str, str]:
    return found["unit"], found["number"]


def _elsewhere(left: Traits, right: Traits, *, in_subject: bool = False) -> bool:
    """Both name places, and neither holds a place of the other (`in_subject`: not both hold one)."""
    mine, others = _places_of(left, in_subject), _places_of(right, in_subject)
    if not mine or not others:
        return False
    held = _holds(right, mine), _holds(left, others)
    return (min(held) if in_subject else max(held)) < SAME_PLACE


def _places_of(one: Traits, in_subject: bool) -> list[str]:
    subject = [place for name in one.names if name.words.side == "subject" for place in name.places]
    return subject if in_subject and subject else [place for name in one.names for place in name.places]


def _holds(one: Traits, places: Sequence[str]) -> float:
    return max(
        (
            sum(max(0.0, one.rarity(pair) - RARE) for pair in _pairs(place[start:end]))
            for place in places
            for start, end in _runs(place, one.pairs)
        ),
        default=0.0,
    )


def copied(left: Traits, right: Traits) -> float:
    """How far one is the other's text again: the same words, whether they name anything or not."""
    both = math.hypot(left.lengths[0], left.lengths[1]) * math.hypot(right.lengths[0], right.lengths[1])
    return (_product(left.named, right.named) + _product(left.said, right.said)) / both


def compare(
    left: Traits,
    right: Traits,
    weights: Mapping[str, float] = WEIGHTS,
    bias: float = BIAS,
    *,
    explained_from: float = 0.0,
) -> Likeness:
    """How likely both are one matter; what speaks for it and against it is told field by field."""
    measured = measures(left, right)
    score = likelihood(measured, weights, bias)
    if barred(left, right, measured):
        score = min(score, MOST_WHEN_BARRED)
    fields = _explained(left, right, measured) if score >= explained_from else ()
    return Likeness(round(score, 4), fields)


def _explained(left: Traits, right: Traits, measured: Mapping[str, float]) -> tuple[FieldLikeness, ...]:
    shared = _shared(left, right)
    places = [one for one in shared if one.name.places or not one.name.party]
    parties = [one for one in shared if one.name.party and not one.name.places]
    same_compound = left.place.compound is not None and left.place == right.place
    elsewhere = _elsewhere(left, right) or _apart_by_register(left.place, right.place)
    amounts = left.amounts & right.amounts
    return (
        FieldLikeness(
            "place",
            1.0 if same_compound else _strength(places),
            elsewhere or bool(measured["other district"]),
            *_both(left, right, [one.spelling for one in places]),
        ),
        FieldLikeness(
            "parties",
            _strength(parties),
            not parties and measured["other names"] > 0.5,
            *_both(left, right, [one.spelling for one in parties]),
        ),
        FieldLikeness(
            "words",
            round(max(measured["topic"], measured["name and words"]), 4),
            measured["topic"] == 0.0,
            *_same_topics(left, right),
        ),
        FieldLikeness(
            "amounts",
            round(measured["amounts"], 4),
            bool(left.amounts and right.amounts) and not amounts,
            *_both(left, right, sorted(amounts)),
        ),
        FieldLikeness("time", round(measured["time"], 4), differs=measured["time"] < LONG_AGO),
    )


def _strength(shared: Sequence[Shared]) -> float:
    return round(min(max((one.strength for one in shared), default=0.0), SURE) / SURE, 4)


def _both(left: Traits, right: Traits, spellings: Sequence[str]) -> tuple[tuple[Words, ...], tuple[Words, ...]]:
    """Where each spelling stands first on either side, as far as it stands there in one piece."""
    told = list(dict.fromkeys(spellings))[:MOST_WORDS]
    here, there = ([_first(side, spelling) for spelling in told] for side in (left, right))
    both = [(one, other) for one, other in zip(here, there, strict=True) if one is not None and other is not None]
    return tuple(one for one, _ in both), tuple(other for _, other in both)


def _first(one: Traits, spelling: str) -> Words | None:
    at = one.subject.find(spelling)
    if at >= 0:
        return Words("subject", at, at + len(spelling))
    at = one.text.find(spelling)
    return Words("text", at, at + len(spelling)) if at >= 0 else None


def _same_topics(left: Traits, right: Traits) -> tuple[tuple[Words, ...], tuple[Words, ...]]:
    """The words of the topics that both speak of, each topic once; they need not be the same words."""
    topics = sorted(left.topics.keys() & right.topics.keys(), key=lambda t: -left.topics[t] * right.topics[t])
    here, there = _topic_words(left), _topic_words(right)
    told = topics[:MOST_WORDS]
    return tuple(here[topic] for topic in told), tuple(there[topic] for topic in told)


def _topic_words(one: Traits) -> dict[str, Words]:
    found: dict[str, Words] = {}
    sides: tuple[tuple[Side, str], ...] = (("subject", one.subject), ("text", one.text))
    for side, text in sides:
        for match in _TOPIC.finditer(text):
            for topic in _TOPICS[match[0]]:
                found.setdefault(topic, Words(side, match.start(), match.end()))
    return found


# Finding what to compare with


def terms(one: Traits) -> tuple[str, ...]:
    """What an index finds the report by: the rarest pairs of its names, and some stretches that only a copy shares."""
    strengths: dict[str, float] = {}
    for name in one.names:
        bonus = IN_SUBJECT if name.words.side == "subject" else 1.0
        for pair in _pairs(name.spelling):
            rarity = one.rarity(pair)
            if rarity >= NAMES:
                strengths[pair] = max(strengths.get(pair, 0.0), rarity * bonus)
    named = sorted(strengths, key=lambda pair: -strengths[pair])[:MOST_PAIRS]
    plain = "".join(c for c in one.text if c.isalnum())
    stretches = {plain[at : at + STRETCH] for at in range(len(plain) - STRETCH + 1)}
    copied = sorted(stretches, key=lambda stretch: crc32(stretch.encode()))[:MOST_STRETCHES]
    return (*named, *copied)
