"""What is shipped: a service's wheel beside shared's, alone on the path, holds what the service needs and no more."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("intake", "mediation", "notify")

# In the source folders, but not part of the packages.
NOT_SHIPPED = {"pyproject.toml", "README.md", "PKG-INFO", ".gitignore"}

# One file of each kind that is not Python, laid into the copied sources. The last two are made by set-up and ignored by
# git, which hatchling heeds unless told otherwise.
MARKERS = {
    "shared": (
        "web/templates/marker.html",
        "web/static/marker.css",
        "web/static/vendor/marker.js",
        "web/locale/en/LC_MESSAGES/marker.mo",
    ),
    "service": ("templates/marker.html", "migrations/marker.sql"),
}


@dataclass(frozen=True)
class Installed:
    service: str
    source: Path
    target: Path

    def shipped(self, package: str) -> set[str]:
        return files_under(self.target / package)

    def written(self, package: str) -> set[str]:
        return {name for name in files_under(self.source / package) if Path(name).name not in NOT_SHIPPED}

    def python(self, code: str) -> str:
        """Run code where only the installed packages and the third parties' are on the path.

        -S keeps the .pth files out, which would put the repository's root there; -I keeps the working folder out.
        """
        path = [str(self.target), *sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})]
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", f"import sys\nsys.path += {path!r}\n{code}"],
            cwd=self.target,
            capture_output=True,
            text=True,
            timeout=60,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def files_under(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def modules_of(package: Path, name: str) -> list[str]:
    """The names of a package's modules, without those that act when imported: __main__ and what migrations hold."""
    found = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        if "migrations" not in parts and parts[-1] != "__main__":
            found.append(".".join((name, *(part for part in parts if part != "__init__"))))
    return found


@pytest.fixture(scope="module", params=SERVICES)
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    service: str = request.param
    home = tmp_path_factory.mktemp(service)
    source, target = home / "source", home / "target"
    source.mkdir()
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "*.mo" in ignored
    # An anchored line such as /tmp/ means the repository's root, but hatchling compares it with the absolute path of
    # the copy and, when it matches, heeds none of the lines.
    (source / ".gitignore").write_text("".join(f"{line}\n" for line in ignored if not line.startswith("/")))
    for package, markers in (("shared", MARKERS["shared"]), (f"services/{service}", MARKERS["service"])):
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
        for marker in markers:
            file = source / package / marker
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("marker\n")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    command += ["--no-compile", "--target", str(target), str(source / "shared"), str(source / "services" / service)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=150)
    assert done.returncode == 0, done.stderr
    return Installed(service, source, target)


def test_every_file_of_a_package_arrives_also_what_git_ignores(installed: Installed) -> None:
    for package, markers in (("shared", MARKERS["shared"]), (f"services/{installed.service}", MARKERS["service"])):
        assert set(markers) <= installed.shipped(package)
        assert installed.shipped(package) == installed.written(package)


def test_nothing_but_the_service_and_what_it_shares_arrives(installed: Installed) -> None:
    top = {path.name for path in installed.target.iterdir() if path.suffix != ".dist-info"}
    assert top == {"shared", "services"}
    assert {path.name for path in (installed.target / "services").iterdir()} == {installed.service}


def test_the_service_imports_with_nothing_else_on_the_path(installed: Installed) -> None:
    name = f"services.{installed.service}"
    modules = modules_of(installed.source / "shared", "shared")
    modules += modules_of(installed.source / "services" / installed.service, name)
    assert name in modules
    assert "shared.eventsourcing" in modules
    answer = installed.python(
        f"import importlib, json\nprint(json.dumps([importlib.import_module(name).__file__ for name in {modules!r}]))"
    )
    loaded = json.loads(answer)
    assert len(loaded) == len(modules)
    assert all(Path(file).is_relative_to(installed.target) for file in loaded), loaded


def test_the_other_services_cannot_be_imported(installed: Installed) -> None:
    others = [f"services.{other}" for other in SERVICES if other != installed.service] + ["deploy.cli"]
    answer = installed.python(
        f"import importlib, json\n"
        f"def absent(name):\n"
        f"    try:\n"
        f"        importlib.import_module(name)\n"
        f"    except ModuleNotFoundError as refusal:\n"
        f"        return name == refusal.name or name.startswith(f'{{refusal.name}}.')\n"
        f"    return False\n"
        f"print(json.dumps([name for name in {others!r} if not absent(name)]))"
    )
    assert json.loads(answer) == []
