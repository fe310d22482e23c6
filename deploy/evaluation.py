"""Measures triage on labelled messages and learns its weights from them; the messages themselves stay outside."""

import csv
import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from services.intake.domain import triage, triage_lexicon, triage_weights
from services.intake.domain.triage_lexicon import KINDS, Kind
from services.intake.domain.triage_weights import LEARNED_FROM, MODEL, WEIGHTS
from services.intake.entrypoints.files import Row, read_rows

VERSION = "groups-2"  # a new one whenever the features of triage change
FOLDS = 5
REPEATS = 3
ENOUGH = 10
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
LEAST = 0.02  # a weight smaller than this is not worth a line
ROUNDS = 60
RIDGE = 12.0  # how strongly the weights are held to the leanings set by hand
RARITY = 0.25  # a kind with n samples weighs n ** -RARITY a sample


class Sample(NamedTuple):
    identity: str
    subject: str
    text: str
    kind: Kind


Strengths = dict[str, float]
Weights = dict[str, dict[Kind, float]]


def by_hand() -> Weights:
    """The leanings of the lexicon, where learning starts and to which it is held."""
    weights: Weights = {}
    for group in triage_lexicon.GROUPS:
        weights[f"subject.{group.name}"] = dict(group.subject)
        weights[f"text.{group.name}"] = dict(group.text)
    for pattern in triage_lexicon.PATTERNS:
        weights[f"{pattern.where}.{pattern.name}"] = dict(pattern.leaning)
    for one, other, leaning in triage_lexicon.PAIRS:
        weights[f"{one}+{other}"] = dict(leaning)
    return weights


def strengths(sample: Sample) -> Strengths:
    return {feature: strength for feature, (strength, _) in triage.features(sample.subject, sample.text).items()}


def learn(seen: Sequence[tuple[Strengths, Kind]]) -> Weights:
    """Softmax regression, held to the leanings set by hand; full-batch Rprop.

    Rprop asks only for the sign of each slope, needs no step size to be chosen, and gives the same weights each time.
    """
    start = by_hand()
    names = sorted({feature for features, _ in seen for feature in features} | set(start))
    place = {name: n for n, name in enumerate(names)}
    width = len(KINDS)
    prior = [start.get(name, {}).get(kind, 0.0) for name in names for kind in KINDS]
    weights = list(prior)
    step = [0.05] * len(weights)
    before = [0.0] * len(weights)
    rare = Counter(kind for _, kind in seen)
    mean = sum(n ** (1 - RARITY) for n in rare.values()) / len(seen)
    rows = [
        ([(place[f] * width, v) for f, v in features.items()], KINDS.index(kind), rare[kind] ** -RARITY / mean)
        for features, kind in seen
    ]
    free = place.get(triage.ALWAYS, -1) * width  # the plain frequency of a kind is not held
    for _ in range(ROUNDS):
        slope = [RIDGE * (w - p) for w, p in zip(weights, prior, strict=True)]
        for kind in range(width):
            slope[free + kind] = 0.05 * weights[free + kind]
        for row, answer, importance in rows:
            total = [sum(v * weights[at + kind] for at, v in row) for kind in range(width)]
            top = max(total)
            raised = [math.exp(score - top) for score in total]
            whole = sum(raised)
            for kind in range(width):
                error = importance * (raised[kind] / whole - (kind == answer))
                for at, v in row:
                    slope[at + kind] += error * v
        for n, now in enumerate(slope):
            if now * before[n] > 0:
                step[n] = min(step[n] * 1.2, 0.5)
            elif now * before[n] < 0:
                step[n] = max(step[n] * 0.5, 1e-6)
                now = 0.0
            if now:
                weights[n] -= math.copysign(step[n], now)
            before[n] = now
    return {name: {kind: round(weights[place[name] * width + n], 3) for n, kind in enumerate(KINDS)} for name in names}


# Reading messages and labels


def read_messages(path: Path) -> dict[str, tuple[str, str]]:
    """Subject and text by number, from an export as intake reads it."""
    return {row.external_id: (row.subject, row.text) for row in read_rows(path) if isinstance(row, Row)}


def read_labels(path: Path) -> dict[str, Kind]:
    """The kind by number; a file whose labels cannot be used says which line and why."""
    labels: dict[str, Kind] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file)
        number = next((name for name in ("留言编号", "id", "external_id") if name in (table.fieldnames or [])), None)
        if number is None or "kind" not in (table.fieldnames or []):
            raise ValueError(f"{path.name}: the columns 留言编号 (or id) and kind are needed, found {table.fieldnames}")
        for row in table:
            kind = next((known for known in KINDS if known == row["kind"]), None)
            if kind is None:
                raise ValueError(f"{path.name}, line {table.line_num}: {row['kind']!r} is none of {', '.join(KINDS)}")
            labels[row[number]] = kind
    return labels


def samples(messages: Mapping[str, tuple[str, str]], labels: Mapping[str, Kind]) -> list[Sample]:
    missing = sorted(labels.keys() - messages.keys())
    if missing:
        raise ValueError(f"{len(missing)} labelled messages are not in the file of messages, first {missing[0]!r}")
    return [Sample(number, *messages[number], kind) for number, kind in sorted(labels.items())]


# Learning and measuring


def train_kinds(messages: Mapping[str, tuple[str, str]], labels: Mapping[str, Kind]) -> Weights:
    """The same messages and labels give the same weights, in whatever order they come."""
    return learn([(strengths(sample), sample.kind) for sample in samples(messages, labels)])


def evaluate_kinds(messages: Path, labels: Path) -> dict[str, Any]:
    """Precision, recall and F1 per kind on messages that the model has not seen while it learned.

    Stratified folds; messages with look-alike subjects share a fold, lest one teach the answer for the other. `shipped`
    measures the weights in the code on the same labels: a fair figure only for labels they were not learned from.
    """
    known = samples(read_messages(messages), read_labels(labels))
    if len(known) < FOLDS:
        raise ValueError(f"{len(known)} labelled messages are too few: at least {FOLDS} are needed")
    seen = [(strengths(sample), sample.kind) for sample in known]
    answers: list[Answer] = []
    for repeat in range(REPEATS):
        fold = deal(known, f"{repeat}")
        for held in range(FOLDS):
            weights = learn([one for n, one in enumerate(seen) if fold[n] != held])
            answers += [answer(seen[n], weights) for n in range(len(known)) if fold[n] == held]
    shipped = figures([answer(one, WEIGHTS) for one in seen], 1)
    return {
        "measured": f"{FOLDS}-fold cross-validation, stratified by kind, look-alike subjects in one fold, {REPEATS} "
        f"times with other folds; counts are of all {REPEATS} rounds; macro over kinds with {ENOUGH} samples or more",
        "samples": len(known),
        **figures(answers, REPEATS),
        "shipped": {
            "model": MODEL,
            "learned_from_these_labels": fingerprint(known) == LEARNED_FROM,
            **{name: shipped[name] for name in ("dispute_f1", "macro_f1", "accuracy", "kinds")},
        },
    }


class Answer(NamedTuple):
    truth: Kind
    given: Kind
    confidence: float


def answer(one: tuple[Strengths, Kind], weights: triage.Weights) -> Answer:
    features, truth = one
    share = triage.shares(triage.scores({name: (value, ()) for name, value in features.items()}, weights))
    given = max(KINDS, key=lambda kind: share[kind])
    return Answer(truth, given, share[given])


def figures(answers: Sequence[Answer], rounds: int) -> dict[str, Any]:
    pairs = Counter((one.truth, one.given) for one in answers)
    truths, givens = Counter(one.truth for one in answers), Counter(one.given for one in answers)
    kinds = {
        kind: {
            "samples": truths[kind] // rounds,
            "precision": ratio(pairs[kind, kind], givens[kind]),
            "recall": ratio(pairs[kind, kind], truths[kind]),
            "f1": ratio(2 * pairs[kind, kind], truths[kind] + givens[kind]),
        }
        for kind in KINDS
        if truths[kind] or givens[kind]
    }
    enough = [kind["f1"] for kind in kinds.values() if kind["samples"] >= ENOUGH]
    return {
        "dispute_f1": kinds.get("dispute", {"f1": 0.0})["f1"],
        "macro_f1": round(sum(enough) / len(enough), 4) if enough else 0.0,
        "accuracy": ratio(sum(one.truth == one.given for one in answers), len(answers)),
        "kinds": kinds,
        "confusion": {
            truth: {given: pairs[truth, given] for given in KINDS if pairs[truth, given]}
            for truth in KINDS
            if truths[truth]
        },
        "above_threshold": {
            str(least): {
                "share": ratio(len(sure), len(answers)),
                "right": ratio(sum(one.truth == one.given for one in sure), len(sure)),
            }
            for least in THRESHOLDS
            if (sure := [one for one in answers if one.confidence >= least])
        },
    }


def ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def deal(known: Sequence[Sample], salt: str) -> list[int]:
    """A fold for each sample: kind by kind, look-alikes together, in an order that depends on the salt alone."""
    together: dict[int, list[int]] = defaultdict(list)
    for n, head in enumerate(look_alikes(known)):
        together[head].append(n)

    def order(head: int) -> tuple[Kind, str]:
        return known[head].kind, hashlib.sha256(f"{salt} {known[head].identity}".encode()).hexdigest()

    fold = [0] * len(known)
    for place, head in enumerate(sorted(together, key=order)):
        for n in together[head]:
            fold[n] = place % FOLDS
    return fold


def look_alikes(known: Sequence[Sample]) -> list[int]:
    """For each sample the first one whose subject shares half of its pairs of characters."""
    cut = [{sample.subject[at : at + 2] for at in range(len(sample.subject) - 1)} for sample in known]
    heads = list(range(len(known)))
    for n, mine in enumerate(cut):
        alike = (m for m in range(n) if 2 * len(mine & cut[m]) > min(len(mine), len(cut[m])) > 0)
        heads[n] = heads[first] if (first := next(alike, None)) is not None else n
    return heads


def fingerprint(known: Iterable[Sample]) -> str:
    return hashlib.sha256("\n".join(sorted(f"{one.identity} {one.kind}" for one in known)).encode()).hexdigest()[:16]


def write_weights(messages: Path, labels: Path, target: Path = Path(triage_weights.__file__)) -> None:
    """Learn from all labels and write the module that the service ships; `ruff format` leaves it as it is."""
    known = samples(read_messages(messages), read_labels(labels))
    weights = learn([(strengths(sample), sample.kind) for sample in known])
    mark = fingerprint(known)
    lines = [
        '"""What triage has learned: the weight of each feature for each kind. Written by `deploy.evaluation`."""',
        "",
        "from typing import Final",
        "",
        "from services.intake.domain.triage_lexicon import Kind",
        "",
        f'MODEL: Final = "{VERSION}-{len(known)}-{mark[:8]}"',
        f'LEARNED_FROM: Final = "{mark}"  # the numbers and kinds of its samples, hashed',
        "WEIGHTS: Final[dict[str, dict[Kind, float]]] = {",
    ]
    for name, kinds in weights.items():
        told = {kind: weight for kind, weight in kinds.items() if abs(weight) >= LEAST}
        if told:
            lines += [f'    "{name}": {{', *(f'        "{kind}": {weight},' for kind, weight in told.items()), "    },"]
    target.write_text("\n".join([*lines, "}", ""]), encoding="utf-8")
