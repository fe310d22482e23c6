"""Every refusal that is raised gives exactly the values that its sentence names: else the answer would be a fault."""

import ast
import importlib
import string
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from shared.eventsourcing.decider import Refusal, sentence

ROOT = Path(__file__).parents[2]
DOMAINS = sorted((ROOT / "services").glob("*/domain/**/*.py"))
RAISED_ELSEWHERE = sorted((ROOT / "services").glob("*/application/**/*.py"))


def named_in(say: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(say) if name is not None}


def refusals_in(tree: ast.AST, names: Mapping[str, object]) -> Iterator[tuple[int, type[Refusal], set[str]]]:
    """Each refusal that is made or raised as a class: the line, the class and the names of the values it is given."""
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            kind = _meant(node.func, names)
            # What is not given by its name (a place, **values) is in no sentence, and so is seen as wrong.
            given = {f"*{ast.unparse(each)}" for each in node.args}
            given |= {word.arg or f"**{ast.unparse(word.value)}" for word in node.keywords}
        elif isinstance(node, ast.Raise) and node.exc is not None and node.exc not in called:
            kind, given = _meant(node.exc, names), set()
        else:
            continue
        if isinstance(kind, type) and issubclass(kind, Refusal):
            yield node.lineno, kind, given


def _meant(expression: ast.expr, names: Mapping[str, object]) -> object:
    match expression:
        case ast.Name(id=name):
            return names.get(name)
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return getattr(names.get(module), name, None)
        case _:
            return None


def faults_in(where: str, code: str, names: Mapping[str, object]) -> list[str]:
    return [
        f"{where}:{line}: {kind.__name__} says {sorted(named_in(kind.say))} and is given {sorted(given)}"
        for line, kind, given in refusals_in(ast.parse(code), names)
        if named_in(kind.say) != given
    ]


def _names(file: Path) -> dict[str, object]:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return vars(importlib.import_module(".".join(part for part in parts if part != "__init__")))


@pytest.mark.parametrize("file", [*DOMAINS, *RAISED_ELSEWHERE], ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_refusal_is_given_exactly_the_values_that_its_sentence_names(file: Path) -> None:
    assert faults_in(file.relative_to(ROOT).as_posix(), file.read_text(), _names(file)) == []


def test_every_refusal_of_a_domain_is_raised_somewhere() -> None:
    files = [(ast.parse(file.read_text()), _names(file)) for file in (*DOMAINS, *RAISED_ELSEWHERE)]
    raised = {kind for tree, names in files for _, kind, _ in refusals_in(tree, names)}
    written = {
        kind
        for file in DOMAINS
        for kind in _names(file).values()
        if isinstance(kind, type) and issubclass(kind, Refusal) and kind.__module__.startswith("services.")
    }
    assert len(written) > 30
    assert {kind.__name__ for kind in written - raised} == set()


class Taken(Refusal):
    say = sentence("The number {number} is taken by {name}.")


class Nothing(Refusal):
    say = sentence("There is nothing.")


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("raise Taken(number=1)", "['number']"),
        ("raise Taken(number=1, nam='x')", "['nam', 'number']"),
        ("raise Taken(number=1, name='x', more=2)", "['more', 'name', 'number']"),
        ("raise Taken", "[]"),
        ("raise here.Taken", "[]"),
        ("raise Taken(**values)", "['**values']"),
        ("refusal = Nothing(number=1)", "['number']"),
    ],
)
def test_a_refusal_that_is_broken_on_purpose_is_seen(code: str, given: str) -> None:
    here = type("here", (), {"Taken": Taken})
    (said,) = faults_in("there.py", f"def decide():\n    {code}\n", {"Taken": Taken, "Nothing": Nothing, "here": here})
    assert said.startswith("there.py:2: ")
    assert said.endswith(f" is given {given}")


def test_a_refusal_that_is_whole_passes() -> None:
    raised = ("Taken(number=1, name='x')", "Nothing", "Nothing()", "refusal")
    code = "".join(f"raise {each}\n" for each in raised)
    assert faults_in("there.py", code, {"Taken": Taken, "Nothing": Nothing}) == []
