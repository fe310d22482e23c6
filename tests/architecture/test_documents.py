"""What the README and the recipes name is there: files and folders, make's targets, the command's parts."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import app

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "docs/adding-a-stream.md")
TOPS = ("docs/", "services/", "shared/", "deploy/", "tests/", "bench/", ".ci/")


def missing_in(text: str) -> list[str]:
    """Paths in backquotes that are not there; X stands for any service."""
    named = [each for each in re.findall(r"`([^`\s]+)`", text) if each.startswith(TOPS)]
    return [each for each in named if not any(ROOT.glob(each.replace("/X/", "/*/").rstrip("/")))]


def unknown_targets_in(text: str) -> list[str]:
    targets = re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return [each for each in re.findall(r"(?:^|`)make ([a-z0-9-]+)", text, re.MULTILINE) if each not in targets]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_names_what_is_there(document: str) -> None:
    text = (ROOT / document).read_text()
    assert missing_in(text) == []
    assert unknown_targets_in(text) == []


def test_the_folders_that_make_names_are_there() -> None:
    named = re.findall(r"\b(?:tests|deploy|shared)/[a-z0-9_/.]+", (ROOT / "Makefile").read_text())
    assert len(named) > 5
    assert [each for each in named if not (ROOT / each).exists() and "vendor" not in each] == []


def test_the_readme_shows_commands_that_there_are() -> None:
    shown = re.findall(r"^\.venv/bin/wangge (.*?)(?:\s+#.*)?$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert len(shown) > 5
    for line in (*shown, "config show"):
        # Unknown commands and options are refused before the help is shown; nothing is run.
        said = CliRunner().invoke(app, [*shlex.split(line), "--help"])
        assert said.exit_code == 0, said.output
    assert CliRunner().invoke(app, ["import", "letters.csv", "--accept-abov", "0.9", "--help"]).exit_code != 0


def test_what_is_wrong_on_purpose_is_seen() -> None:
    assert missing_in("`docs/asyncapi.yaml`, `docs/asyncapi.json`, `services/X/domain/`") == ["docs/asyncapi.yaml"]
    assert unknown_targets_in("make check\n`make chekc`") == ["chekc"]
