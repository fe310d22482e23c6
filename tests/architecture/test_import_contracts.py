"""The import contracts hold for the code as it is; each, broken on purpose in an empty copy, is seen to fail."""

import configparser
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = ROOT / ".importlinter"

BROKEN: tuple[tuple[str, str, str], ...] = (
    ("strangers", "services/intake/application/handlers.py", "services.mediation.domain"),
    ("strangers", "services/mediation/main.py", "services.notify.settings"),
    ("strangers", "services/notify/domain/delivery.py", "services.intake.domain.report"),
    ("one-way", "services/intake/domain/report.py", "services.intake.application.handlers"),
    ("one-way", "services/mediation/application/policies.py", "services.mediation.projections"),
    ("one-way", "services/mediation/projections/__init__.py", "services.mediation.application.policies"),
    ("one-way", "services/notify/application/policies.py", "services.notify.adapters.webhook"),
    ("one-way", "services/notify/entrypoints/__init__.py", "services.notify.main"),
    ("one-way", "services/intake/settings.py", "services.intake.domain"),
    ("pure-domain", "services/intake/domain/report.py", "sqlalchemy"),
    ("pure-domain", "services/mediation/domain/dispute.py", "asyncio"),
    ("pure-domain", "services/notify/domain/group.py", "os"),
    ("pure-domain", "services/intake/domain/streams.py", "shared.eventsourcing.commands"),
    ("pure-domain", "services/mediation/domain/events.py", "shared.contracts.cases"),
    ("pure-domain", "services/notify/domain/delivery.py", "services.notify.settings"),
    ("read-side", "services/intake/projections/reports.py", "services.intake.application.policies"),
    ("read-side", "services/notify/projections/__init__.py", "services.notify.entrypoints"),
    ("strangers-shared", "shared/contracts/envelope.py", "shared.eventsourcing.events"),
    ("strangers-shared", "shared/eventsourcing/relay.py", "shared.contracts.envelope"),
    ("strangers-shared", "shared/law/__init__.py", "shared.eventsourcing"),
    ("shared-down", "shared/web/app.py", "services.intake"),
    ("shared-down", "shared/eventsourcing/store.py", "deploy"),
    ("launcher-apart", "services/intake/main.py", "deploy.embedded"),
    ("runtime-below-web", "shared/eventsourcing/runtime.py", "shared.web.app"),
    ("runtime-below-web", "shared/contracts/asyncapi.py", "fastapi"),
)
"""Contract, file and the import that breaks it. Some break another contract as well."""

# One import that a contract is about and that is real, so that a forbidden module is known to the graph.
LINKS = {"shared/eventsourcing/commands.py": "import shared.eventsourcing.store\n"}


def _lint(folder: Path, *contracts: str) -> tuple[int, str]:
    # -S keeps the .pth files out: the editable installation would put the real tree on the path, beside the copy.
    path = [str(folder), *sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})]
    run = f"import sys\nsys.path += {path!r}\nfrom importlinter.cli import lint_imports_command\nlint_imports_command()"
    options = ["--no-cache", "--config", SETTINGS.name]
    options += [part for contract in contracts for part in ("--contract", contract)]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", run, *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "COLUMNS": "200"},
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def skeleton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages with empty modules: the same names, no import."""
    folder = tmp_path_factory.mktemp("skeleton")
    for package in ("services", "shared", "deploy"):
        for file in (ROOT / package).rglob("*.py"):
            if "migrations" not in file.parts:
                copy = folder / file.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_text(LINKS.get(copy.relative_to(folder).as_posix(), ""))
    shutil.copy(SETTINGS, folder)
    return folder


def test_the_import_contracts_hold() -> None:
    code, said = _lint(ROOT)
    assert code == 0, said
    assert "0 broken" in said


def test_the_empty_copy_breaks_nothing_by_itself(skeleton: Path) -> None:
    code, said = _lint(skeleton)
    assert code == 0, said


@pytest.mark.parametrize(("contract", "file", "imported"), BROKEN, ids=lambda given: str(given))
def test_a_contract_that_is_broken_on_purpose_fails(contract: str, file: str, imported: str, skeleton: Path) -> None:
    path = skeleton / file
    before = path.read_text()
    path.write_text(f"{before}import {imported}\n")
    try:
        code, said = _lint(skeleton, contract)
    finally:
        path.write_text(before)
    assert code == 1, said
    assert "1 broken" in said
    module = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    assert f"{module} -> {imported}" in said


def test_a_package_that_is_in_no_layer_fails(skeleton: Path) -> None:
    stray = skeleton / "services" / "intake" / "helpers.py"
    stray.write_text("")
    try:
        code, said = _lint(skeleton, "one-way")
    finally:
        stray.unlink()
    assert code == 1, said
    assert "helpers" in said


def test_every_contract_is_broken_on_purpose() -> None:
    settings = configparser.ConfigParser()
    settings.read(SETTINGS)
    contracts = {name.removeprefix("importlinter:contract:") for name in settings.sections() if name != "importlinter"}
    assert contracts == {contract for contract, _, _ in BROKEN}
