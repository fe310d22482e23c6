"""Triage: what kind of matter a message seems to be, with the words that led there, and whether somebody is in danger.

A linear model over the groups of `triage_lexicon`: every group found in the subject or at the head of the text adds
its weight to each kind; the highest sum wins. It suggests; an officer decides.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from services.intake.domain import triage_lexicon as lexicon
from services.intake.domain.triage_lexicon import KINDS, Kind
from services.intake.domain.triage_weights import MODEL, WEIGHTS

__all__ = ["KINDS", "Kind", "Suggestion", "Words", "suggest"]

Field: TypeAlias = Literal["subject", "text"]
Phrases: TypeAlias = Mapping[str, tuple[tuple[str, str], ...]]
Weights: TypeAlias = Mapping[str, Mapping[Kind, float]]

HEAD: Final = 120  # as far as a reader at an intake desk reads before choosing
MOST_WORDS: Final = 12
ALWAYS: Final = "always"


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of the message: `subject[start:end]` or `text[start:end]`."""

    field: Field
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The kind that triage proposes, why, and what came second; `danger` holds what sounds like danger to life."""

    kind: Kind
    confidence: float
    because: tuple[Words, ...]
    runner_up: Kind
    danger_to_life: bool
    danger: tuple[Words, ...]
    model: str


class Found(NamedTuple):
    feature: str
    field: Field
    start: int
    end: int


class Piece(NamedTuple):
    """A stretch of the message, and as what it is read: the opening of a text without subject is read as one."""

    read_as: Field
    field: Field
    start: int
    end: int


# One character becomes one character, so that positions stay those of the message as it came.
FOLD: Final = {ord("A") + n: ord("a") + n for n in range(26)} | {
    0xFEE0 + n: ord(chr(n).lower()) for n in range(0x21, 0x7F) if chr(n).isalnum()
}


def index(phrases: Iterable[tuple[str, str]]) -> Phrases:
    """Phrases by their first two characters, the longest first."""
    by_start: dict[str, list[tuple[str, str]]] = {}
    for phrase, group in phrases:
        by_start.setdefault(phrase[:2], []).append((phrase, group))
    return {start: tuple(sorted(same, key=lambda entry: -len(entry[0]))) for start, same in by_start.items()}


PHRASES: Final = index((phrase.translate(FOLD), g.name) for g in lexicon.GROUPS for phrase in g.phrases.split())
DANGER: Final = index(
    [(phrase.translate(FOLD), "danger") for phrase in lexicon.DANGER.split()]
    + [(phrase.translate(FOLD), "none") for phrase in lexicon.NO_DANGER.split()]
)


def find(folded: str, field: Field, start: int, end: int, known: Phrases) -> list[Found]:
    """Every known phrase in a stretch, without those that lie inside a longer one."""
    found: list[Found] = []
    reached = start
    for at in range(start, end - 1):
        candidates = known.get(folded[at : at + 2])
        if candidates is None:
            continue
        for phrase, group in candidates:
            stop = at + len(phrase)
            if stop <= reached:
                break
            if stop <= end and folded.startswith(phrase, at):
                found.append(Found(group, field, at, stop))
                reached = stop
                break
    return found


def pieces(subject: str, text: str) -> tuple[Piece, Piece]:
    start = len(text) - len(text.lstrip())
    end = min(len(text), start + HEAD)
    if subject.strip():
        return Piece("subject", "subject", 0, min(len(subject), HEAD)), Piece("text", "text", start, end)
    opening = lexicon.OPENING.match(text, start)
    return Piece("subject", "text", start, opening.end() if opening else start), Piece("text", "text", start, end)


def features(subject: str, text: str) -> dict[str, tuple[float, tuple[Found, ...]]]:
    """What the model sees: each feature's strength and where it stands."""
    seen: dict[str, tuple[float, tuple[Found, ...]]] = {ALWAYS: (1.0, ())}
    for read_as, field, start, end in pieces(subject, text):
        piece = (subject if field == "subject" else text)[start:end]
        groups: dict[str, list[Found]] = {}
        for group, _, first, last in find(piece.translate(FOLD), field, 0, len(piece), PHRASES):
            groups.setdefault(group, []).append(Found(group, field, start + first, start + last))
        for group, hits in groups.items():
            distinct = len({piece[hit.start - start : hit.end - start] for hit in hits})
            seen[f"{read_as}.{group}"] = (math.sqrt(min(distinct, 4)), tuple(hits))
        for pattern in lexicon.PATTERNS:
            if pattern.where == read_as and (match := pattern.expression.search(piece)) and match[0]:
                at = Found(pattern.name, field, start + match.start(), start + match.end())
                seen[f"{read_as}.{pattern.name}"] = (1.0, (at,))
    for one, other, _ in lexicon.PAIRS:
        if stands(one, seen) and stands(other, seen):
            seen[f"{one}+{other}"] = (1.0, ())
    return seen


def stands(group: str, seen: Mapping[str, object]) -> bool:
    return f"subject.{group}" in seen or f"text.{group}" in seen


def scores(seen: Mapping[str, tuple[float, tuple[Found, ...]]], weights: Weights) -> dict[Kind, float]:
    total: dict[Kind, float] = dict.fromkeys(KINDS, 0.0)
    for feature, (strength, _) in seen.items():
        for kind, weight in weights.get(feature, {}).items():
            total[kind] += strength * weight
    return total


def shares(total: Mapping[Kind, float]) -> dict[Kind, float]:
    top = max(total.values())
    raised = {kind: math.exp(score - top) for kind, score in total.items()}
    whole = sum(raised.values())
    return {kind: value / whole for kind, value in raised.items()}


def suggest(subject: str, text: str) -> Suggestion:
    """Total: any two strings get a suggestion; without a single known word it is `other`, with confidence 0."""
    seen = features(subject, text)
    danger = dangers(subject, text)
    if len(seen) == 1:
        return Suggestion("other", 0.0, (), "enquiry", bool(danger), danger, MODEL)
    share = shares(scores(seen, WEIGHTS))
    kind, runner_up = sorted(KINDS, key=lambda one: -share[one])[:2]
    return Suggestion(
        kind=kind,
        confidence=round(share[kind], 4),
        because=because(subject, text, seen, kind, runner_up),
        runner_up=runner_up,
        danger_to_life=bool(danger),
        danger=danger,
        model=MODEL,
    )


def because(
    subject: str, text: str, seen: Mapping[str, tuple[float, tuple[Found, ...]]], kind: Kind, runner_up: Kind
) -> tuple[Words, ...]:
    """The words that spoke for this kind rather than for the next, the strongest first."""
    told: list[Words] = []
    spoken = [(WEIGHTS.get(feature, {}), strength, hits) for feature, (strength, hits) in seen.items()]
    spoken = [s for s in spoken if s[0].get(kind, 0.0) > max(0.0, s[0].get(runner_up, 0.0))]
    for _, _, hits in sorted(spoken, key=lambda s: -s[1] * (s[0][kind] - s[0].get(runner_up, 0.0))):
        told += [quote(hit, subject, text) for hit in hits]
    return tuple(dict.fromkeys(told))[:MOST_WORDS]


def dangers(subject: str, text: str) -> tuple[Words, ...]:
    """Words of danger to life anywhere in the message, unless what stands beside them takes them back."""
    told: list[Words] = []
    fields: tuple[tuple[Field, str], ...] = (("subject", subject), ("text", text))
    for field, message in fields:
        for hit in find(message.translate(FOLD), field, 0, len(message), DANGER):
            before, after = message[max(0, hit.start - 12) : hit.start], message[hit.end : hit.end + 6]
            feared = lexicon.DANGER_TAKEN_BACK_BEFORE.search(before) and not lexicon.DANGER_NOW_BEFORE.search(before)
            if hit.feature == "danger" and not feared and not lexicon.DANGER_TAKEN_BACK_AFTER.search(after):
                told.append(quote(hit, subject, text))
    return tuple(told[:MOST_WORDS])


def quote(hit: Found, subject: str, text: str) -> Words:
    message = subject if hit.field == "subject" else text
    return Words(hit.field, hit.start, hit.end, message[hit.start : hit.end])
