"""Measures how well reports of one matter are found, and learns what that needs; the messages themselves stay outside.

Only pairs within one cluster are known to be of one matter, and only the listed look-alikes are known not to be. Every
other pair is unchecked: it is counted by itself, and neither for nor against.
"""

import csv
import hashlib
import math
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date
from itertools import combinations
from pathlib import Path
from typing import Any, Final, NamedTuple

from services.intake.domain import likeness, likeness_lexicon, likeness_weights, triage
from services.intake.domain.likeness import Rarities, Traits
from services.intake.entrypoints.files import Row, read_rows

VERSION: Final = "fields-1"  # a new one whenever what is measured changes
FOLDS: Final = 5
REPEATS: Final = 3
COMMON_FROM: Final = 8  # pairs of characters that fewer matters hold are not in the table, so no name that few know is
MOST_OF_CLUSTER: Final = 15  # pairs of a large cluster that teach; thirty owners who write alike are not thirty matters
PRESUMED: Final = 1_000  # pairs that the index proposes, presumed to be different while learning
AGAINST: Final = frozenset({"other names", "other district", "other places"})
LOOK_ALIKE, UNCHECKED = 2.0, 0.25  # how much a pair teaches
RIDGE: Final = 1.0
ROUNDS: Final = 150
CANDIDATES: Final = 12

Pair = tuple[str, str]


class Message(NamedTuple):
    subject: str
    text: str
    on: date
    kind: str


class Model(NamedTuple):
    rarity: Rarities
    topics: Mapping[str, float]
    weights: Mapping[str, float]
    bias: float


SHIPPED: Final = Model(likeness.RARITY, likeness_weights.TOPICS, likeness_weights.WEIGHTS, likeness_weights.BIAS)


class Known(NamedTuple):
    """The messages, and what is known about them."""

    messages: Mapping[str, Message]
    clusters: Mapping[str, Sequence[str]]
    different: Sequence[Pair]

    @property
    def same(self) -> list[Pair]:
        return [pair for members in self.clusters.values() for pair in combinations(members, 2)]

    @property
    def cluster_of(self) -> dict[str, str]:
        return {number: name for name, members in self.clusters.items() for number in members}


# Reading


def read_messages(path: Path) -> dict[str, Message]:
    found = {}
    for row in read_rows(path):
        if isinstance(row, Row):
            on = row.reported_at.astimezone(UTC).date() if row.reported_at is not None else date(2000, 1, 1)
            kind = triage.suggest(row.subject, row.text).kind
            found[row.external_id] = Message(row.subject, row.text.strip(), on, kind)
    return found


def read_clusters(path: Path, messages: Mapping[str, Message]) -> dict[str, list[str]]:
    clusters: dict[str, list[str]] = defaultdict(list)
    for number, cluster in _two_columns(path, ("留言编号", "id", "external_id"), ("cluster",)):
        clusters[cluster].append(number)
    _held(path, (number for members in clusters.values() for number in members), messages)
    return dict(clusters)


def read_pairs(path: Path, messages: Mapping[str, Message]) -> list[Pair]:
    pairs = _two_columns(path, ("a",), ("b",))
    _held(path, (number for pair in pairs for number in pair), messages)
    return pairs


def _two_columns(path: Path, first: Sequence[str], second: Sequence[str]) -> list[Pair]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file)
        names = table.fieldnames or []
        left, right = (next((name for name in wanted if name in names), None) for wanted in (first, second))
        if left is None or right is None:
            raise ValueError(f"{path.name}: the columns {first[0]} and {second[0]} are needed, found {names}")
        return [(row[left].strip(), row[right].strip()) for row in table]


def _held(path: Path, numbers: Iterable[str], messages: Mapping[str, Message]) -> None:
    missing = sorted(set(numbers) - messages.keys())
    if missing:
        raise ValueError(f"{path.name}: {len(missing)} messages are not in the file of messages, first {missing[0]!r}")


# Learning


def learn(known: Known, presumed: Sequence[Pair]) -> Model:
    """What is common among the messages, and how much each measure weighs; the same messages give the same model."""
    rarity, topics = tables(known)
    read = _Reader(known.messages, rarity, topics)
    rows: list[tuple[dict[str, float], bool, float]] = []
    for members in known.clusters.values():
        pairs = sorted(combinations(members, 2), key=_shuffled)[:MOST_OF_CLUSTER]
        rows += [(read.measures(*pair), True, len(pairs) ** -0.5) for pair in pairs]
    rows += [(read.measures(*pair), False, LOOK_ALIKE) for pair in known.different]
    rows += [(read.measures(*pair), False, UNCHECKED) for pair in presumed]
    weights, bias = fit(rows)
    return Model(rarity, topics, weights, bias)


def tables(known: Known) -> tuple[Rarities, dict[str, float]]:
    common, messages, topics = counted(known)
    return Rarities(common, messages), topics


def counted(known: Known) -> tuple[dict[int, float], float, dict[str, float]]:
    """In how many matters each pair of characters and each topic stands: a cluster is one matter, however large."""
    pairs: Counter[str] = Counter()
    topics: Counter[str] = Counter()
    cluster_of, matters = known.cluster_of, 0.0
    for number, message in known.messages.items():
        share = 1 / len(known.clusters[cluster_of[number]]) if number in cluster_of else 1.0
        matters += share
        for pair in likeness.pairs_of(message.subject, message.text):
            pairs[pair] += share  # type: ignore[assignment]
        for topic in likeness.topics_of(message.subject, message.text):
            topics[topic] += share  # type: ignore[assignment]
    common: dict[int, float] = {}
    for pair, number_of in pairs.items():
        if number_of >= COMMON_FROM:
            key = likeness.digest(pair)
            common[key] = max(common.get(key, 0.0), float(round(number_of)))
    rarity = {t: round(math.log((matters + 1) / (topics[t] + 1)), 3) for t in likeness_lexicon.TOPICS}
    return common, round(matters, 1), rarity


def fit(rows: Sequence[tuple[Mapping[str, float], bool, float]]) -> tuple[dict[str, float], float]:
    """Logistic regression in which a measure keeps its direction: what speaks for never counts against. Rprop."""
    names = list(rows[0][0])
    sign = [-1.0 if name in AGAINST else 1.0 for name in names]
    table = [([measured[n] * s for n, s in zip(names, sign, strict=True)] + [1.0], y, w) for measured, y, w in rows]
    weights = [0.5] * len(names) + [-2.0]
    step, before = [0.1] * len(weights), [0.0] * len(weights)
    for _ in range(ROUNDS):
        slope = [RIDGE * weight for weight in weights[:-1]] + [0.0]
        for values, is_same, importance in table:
            total = sum(map(_times, weights, values))
            error = importance * (1 / (1 + math.exp(-max(-30.0, min(30.0, total)))) - is_same)
            slope = [s + error * v for s, v in zip(slope, values, strict=True)]
        for n, now in enumerate(slope):
            if now * before[n] > 0:
                step[n] = min(step[n] * 1.2, 1.0)
            elif now * before[n] < 0:
                step[n], now = step[n] * 0.5, 0.0
            if now:
                weights[n] -= math.copysign(step[n], now)
                if n < len(names):
                    weights[n] = max(weights[n], 0.0)
            before[n] = now
    return {n: round(w * s, 3) for n, w, s in zip(names, weights, sign, strict=False)}, round(weights[-1], 3)


def _times(one: float, other: float) -> float:
    return one * other


def _shuffled(pair: Pair) -> str:
    return hashlib.sha256(" ".join(pair).encode()).hexdigest()


class _Reader:
    """The traits of messages, each read once."""

    def __init__(self, messages: Mapping[str, Message], rarity: Rarities, topics: Mapping[str, float]) -> None:
        self._messages = messages
        self._rarity = rarity
        self._topics = topics
        self._read: dict[str, Traits] = {}

    def __call__(self, number: str) -> Traits:
        if number not in self._read:
            one = self._messages[number]
            self._read[number] = likeness.traits(
                one.subject, one.text, one.on, rarity=self._rarity, topics=self._topics
            )
        return self._read[number]

    def measures(self, left: str, right: str) -> dict[str, float]:
        return likeness.measures(self(left), self(right))


# Measuring


class Judged(NamedTuple):
    pair: Pair
    score: float
    suggested: bool


def judge(known: Known, model: Model, pairs: Iterable[Pair], read: "_Reader | None" = None) -> list[Judged]:
    read = read or _Reader(known.messages, model.rarity, model.topics)
    judged = []
    for pair in pairs:
        score = likeness.compare(read(pair[0]), read(pair[1]), model.weights, model.bias).score
        kinds = known.messages[pair[0]].kind, known.messages[pair[1]].kind
        judged.append(Judged(pair, score, score >= likeness.threshold(*kinds)))
    return judged


def proposed(known: Known, read: _Reader) -> set[Pair]:
    """The pairs that the index proposes: for each message those with which it shares the most of its rare terms."""
    holders: dict[str, list[str]] = defaultdict(list)
    terms = {number: likeness.terms(read(number)) for number in known.messages}
    for number, held in terms.items():
        for term in held:
            holders[term].append(number)
    found: set[Pair] = set()
    for number, held in terms.items():
        score: Counter[str] = Counter()
        for term in held:
            for other in holders[term]:
                score[other] += 1 / len(holders[term])  # type: ignore[assignment]
        del score[number]
        found |= {_ordered(number, other) for other, _ in score.most_common(CANDIDATES)}
    return found


def _ordered(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)


def evaluate_duplicates(messages: Path, clusters: Path, not_same: Path) -> dict[str, Any]:
    """Pairwise precision and recall; what was learned from these very clusters is measured by cross-validation.

    Folds are made of whole clusters. For each fold everything is learned anew, the table of what is common as well,
    from the other clusters, the look-alikes that touch none of it, and messages that are in no cluster.
    """
    read = read_messages(messages)
    known = Known(read, read_clusters(clusters, read), read_pairs(not_same, read))
    reader = _Reader(known.messages, SHIPPED.rarity, SHIPPED.topics)
    candidates = proposed(known, reader)
    shipped = figures(known, judge(known, SHIPPED, [*known.same, *known.different], reader), 1)
    checked = {_ordered(*pair) for pair in (*known.same, *known.different)}
    outside = judge(known, SHIPPED, sorted(candidates - checked), reader)
    learned_here = fingerprint(known) == likeness_weights.LEARNED_FROM
    head = shipped
    if learned_here:
        head = cross_validated(known, presumed(known, candidates, reader))
    found = {number for pair in known.same if _ordered(*pair) in candidates for number in pair}
    return {
        "measured": f"{FOLDS}-fold cross-validation over clusters, {REPEATS} times with other folds"
        if learned_here
        else "the shipped weights, which were not learned from these clusters",
        "messages": len(known.messages),
        **head,
        "threshold": likeness.THRESHOLD,
        "thresholds": dict(likeness.THRESHOLDS),
        "unchecked": {
            "proposed": len(outside),
            "suggested": sum(one.suggested for one in outside),
            "note": "pairs that nobody has checked; they count neither for nor against",
        },
        "index": {"candidates": CANDIDATES, "matter_proposed": ratio(len(found), len(known.cluster_of))},
        "shipped": {"model": likeness_weights.MODEL, "learned_from_these_clusters": learned_here, **shipped},
    }


def cross_validated(known: Known, presumed_pairs: Sequence[Pair]) -> dict[str, Any]:
    judged: list[Judged] = []
    cluster_of = known.cluster_of
    for repeat in range(REPEATS):
        fold = {number: _fold(f"{repeat} {cluster_of.get(number, number)}") for number in known.messages}
        for held in range(FOLDS):
            rest = Known(
                {n: m for n, m in known.messages.items() if fold[n] != held or n not in cluster_of},
                {name: members for name, members in known.clusters.items() if fold[members[0]] != held},
                [pair for pair in known.different if held not in (fold[pair[0]], fold[pair[1]])],
            )
            taught = [pair for pair in presumed_pairs if held not in (fold[pair[0]], fold[pair[1]])]
            model = learn(rest, taught)
            same = [pair for pair in known.same if fold[pair[0]] == held]
            judged += judge(known, model, same + [pair for pair in known.different if fold[pair[0]] == held])
    return figures(known, judged, REPEATS)


def _fold(name: str) -> int:
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % FOLDS


def presumed(known: Known, candidates: Iterable[Pair], read: _Reader) -> list[Pair]:
    """Proposed pairs that nobody has checked, but for those whose texts are alike: they may well be the same."""
    checked = {_ordered(*pair) for pair in (*known.same, *known.different)}
    found = []
    for pair in sorted(set(candidates) - checked, key=_shuffled):
        if likeness.copied(read(pair[0]), read(pair[1])) < 0.35:
            found.append(pair)
        if len(found) == PRESUMED:
            break
    return found


def figures(known: Known, judged: Sequence[Judged], rounds: int) -> dict[str, Any]:
    cluster_of = known.cluster_of
    same = [one for one in judged if cluster_of.get(one.pair[0], "-") == cluster_of.get(one.pair[1], "+")]
    different = [one for one in judged if cluster_of.get(one.pair[0], "-") != cluster_of.get(one.pair[1], "+")]
    right, wrong = sum(one.suggested for one in same), sum(one.suggested for one in different)
    clusters: dict[str, list[bool]] = defaultdict(list)
    for one in same:
        clusters[cluster_of[one.pair[0]]].append(one.suggested)
    return {
        "precision": ratio(right, right + wrong),
        "recall": ratio(right, len(same)),
        "not_same_joined": wrong,
        "same_pairs": len(same) // rounds,
        "not_same_pairs": len(different) // rounds,
        "recall_per_cluster": ratio(sum(sum(one) / len(one) for one in clusters.values()), len(clusters)),
        "nearest_look_alike": max((one.score for one in different), default=0.0),
    }


def ratio(part: float, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def fingerprint(known: Known) -> str:
    told = sorted(f"{name} {' '.join(sorted(members))}" for name, members in known.clusters.items())
    told += sorted(" ".join(_ordered(*pair)) for pair in known.different)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


# Writing what was learned


def write_weights(messages: Path, clusters: Path, not_same: Path) -> None:
    """Learns from all and writes the module that the service ships; `ruff format` leaves it as it is."""
    read = read_messages(messages)
    known = Known(read, read_clusters(clusters, read), read_pairs(not_same, read))
    rarity, topics = tables(known)
    reader = _Reader(known.messages, rarity, topics)
    model = learn(known, presumed(known, proposed(known, reader), reader))
    common, matters, _ = counted(known)
    mark = fingerprint(known)
    lines = [
        '"""What likeness has learned: how common pairs of characters are, and what each measure weighs.',
        "",
        "Written by `deploy.duplicates`. Of the pairs only digests are kept, by about how many matters hold them.",
        '"""',
        "",
        "from typing import Final",
        "",
        f'MODEL: Final = "{VERSION}-{len(known.clusters)}-{mark[:8]}"',
        f'LEARNED_FROM: Final = "{mark}"  # the numbers of its clusters and look-alikes, hashed',
        f"MESSAGES: Final = {matters}",
        f"BIAS: Final = {model.bias}",
        "WEIGHTS: Final[dict[str, float]] = {",
        *(f'    "{name}": {weight},' for name, weight in model.weights.items()),
        "}",
        "TOPICS: Final[dict[str, float]] = {",
        *(f'    "{name}": {rarity_of},' for name, rarity_of in topics.items()),
        "}",
        "COMMON: Final[dict[int, str]] = {",
    ]
    levels: dict[int, list[int]] = defaultdict(list)
    for key, number in common.items():
        levels[round(2 ** (round(math.log2(number) * 2) / 2))].append(key)
    for level, keys in sorted(levels.items()):
        packed = b64encode(b"".join(key.to_bytes(3, "big") for key in sorted(keys))).decode()
        lines += [
            f"    {level}: (",
            *(f'        "{packed[at : at + 100]}"' for at in range(0, len(packed), 100)),
            "    ),",
        ]
    text = "\n".join([*lines, "}", ""])
    Path(likeness_weights.__file__).write_text(text, encoding="utf-8")
