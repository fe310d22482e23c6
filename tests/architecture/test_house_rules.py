"""What must not stand in any file that is kept: hosts of registries, a lock file, relative imports, promises."""

import ast
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
THIS = "tests/architecture/test_house_rules.py"

# Put together, so that this file does not name them either. Where packages come from is the user's own setting.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("npmmirror", "com"),
        ("maven", "org"),
        ("maven", "apache", "org"),
        ("docker", "io/"),  # without the stroke it is a package of Debian
        ("ghcr", "io"),
        ("quay", "io"),
        ("crates", "io"),
        ("rubygems", "org"),
        ("tuna", "tsinghua", "edu", "cn"),
        ("mirrors", "aliyun", "com"),
    )
)
PROMISES = tuple("".join(parts) for parts in (("TO", "DO"), ("FIX", "ME"), ("XX", "X:"), ("HA", "CK")))
VAGUE = {"utils", "helpers", "common", "manager", "misc", "util", "helper"}


def _kept() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=30,
    )
    return sorted(name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file())


KEPT = _kept()
PYTHON = [name for name in KEPT if name.endswith(".py")]


def _lines(name: str) -> Iterator[tuple[int, str]]:
    raw = (ROOT / name).read_bytes()
    if b"\0" not in raw:
        yield from enumerate(raw.decode().splitlines(), 1)


def _found(words: tuple[str, ...], names: list[str]) -> list[str]:
    return [
        f"{name}:{number}: {word}"
        for name in names
        if name != THIS
        for number, line in _lines(name)
        for word in words
        if word in line
    ]


def registries_in(names: list[str]) -> list[str]:
    return _found(REGISTRIES, names)


def promises_in(names: list[str]) -> list[str]:
    return _found(PROMISES, names)


def relative_imports_in(names: list[str]) -> list[str]:
    return [
        f"{name}:{node.lineno}"
        for name in names
        for node in ast.walk(ast.parse((ROOT / name).read_text()))
        if isinstance(node, ast.ImportFrom) and node.level
    ]


def nameless_modules_in(names: list[str]) -> list[str]:
    """Modules that do not open with a sentence; an empty one has nothing to say."""
    trees = ((name, ast.parse((ROOT / name).read_text())) for name in names)
    return [name for name, tree in trees if tree.body and not (ast.get_docstring(tree) or "").strip()]


def test_no_file_names_the_host_of_a_registry() -> None:
    assert registries_in(KEPT) == []


def test_nothing_is_promised_for_later() -> None:
    assert promises_in(KEPT) == []


def test_imports_are_absolute() -> None:
    assert relative_imports_in(PYTHON) == []


def test_every_module_says_what_it_is() -> None:
    assert nameless_modules_in(PYTHON) == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name for name in PYTHON if VAGUE & {*Path(name).with_suffix("").parts}] == []


def test_no_lock_file_of_uv_is_kept() -> None:
    assert [name for name in KEPT if Path(name).name == "uv.lock"] == []
    assert "uv.lock" in (ROOT / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (registries_in, f'INDEX = "https://{REGISTRIES[0]}/simple"\n'),
        (promises_in, f"x = 1  # {PROMISES[0]} later\n"),
        (relative_imports_in, "from .domain import report\n"),
        (nameless_modules_in, "x = 1\n"),
    ],
)
def test_a_rule_that_is_broken_on_purpose_is_seen(
    check: Callable[[list[str]], list[str]], code: str, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text(code)
    (said,) = check([str(broken)])
    assert str(broken) in said
