"""Kafka's jars are fetched once, whole, or not at all."""

import zipfile
from pathlib import Path

import pytest

from deploy.embedded import jars
from deploy.embedded.errors import JarsUnavailable
from deploy.embedded.jars import broker_class_path
from deploy.embedded.progress import Progress


def a_jar(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as jar:
        jar.writestr("META-INF/MANIFEST.MF", "")
    return path


class Repository:
    """Stands in for the resolver: makes the jars it is asked for, and counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failure: Exception | None = None

    def built(self, coordinates: str, folder: Path, repository: Path, progress: Progress) -> list[Path]:
        self.asked.append(coordinates)
        if self.failure is not None:
            raise self.failure
        if coordinates == jars.KAFKA:
            return [a_jar(folder / "envs" / "kafka_2.13-4.3.0.jar"), a_jar(folder / "envs" / "log4j-core-2.25.4.jar")]
        return [a_jar(folder / "binding" / "log4j-core-9.jar"), a_jar(folder / "binding" / "log4j-slf4j-impl-9.jar")]


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> Repository:
    fake = Repository()
    monkeypatch.setattr(jars, "_built", fake.built)
    return fake


def test_the_log_binding_joins_kafkas_own_jars_and_replaces_none(tmp_path: Path, repository: Repository) -> None:
    names = [jar.name for jar in broker_class_path(cache=tmp_path)]
    assert names == ["kafka_2.13-4.3.0.jar", "log4j-core-2.25.4.jar", "log4j-slf4j-impl-9.jar"]


def test_a_second_start_asks_nobody(tmp_path: Path, repository: Repository) -> None:
    first = broker_class_path(cache=tmp_path)
    assert broker_class_path(cache=tmp_path) == first
    assert len(repository.asked) == 2


def test_a_jar_that_has_gone_is_fetched_again(tmp_path: Path, repository: Repository) -> None:
    broker_class_path(cache=tmp_path)[0].unlink()
    assert all(jar.is_file() for jar in broker_class_path(cache=tmp_path))
    assert len(repository.asked) == 4


def test_half_a_download_is_dropped_before_the_next_attempt(tmp_path: Path, repository: Repository) -> None:
    kept = jars.kafka_folder(tmp_path) / "repository"
    whole = a_jar(kept / "whole.jar")
    (kept / "half.jar").write_bytes(whole.read_bytes()[:20])
    (kept / "half.pom").write_text("<project><mod")
    (kept / "whole.pom").write_text("<project></project>\n")
    broker_class_path(cache=tmp_path)
    assert sorted(file.name for file in kept.iterdir()) == ["whole.jar", "whole.pom"]


def test_without_a_network_three_fixes_are_named_and_nothing_is_taken_for_done(
    tmp_path: Path, repository: Repository
) -> None:
    repository.failure = OSError("no route to host")
    with pytest.raises(JarsUnavailable) as refused:
        broker_class_path(cache=tmp_path)
    for part in ("no route to host", "WANGGE_MAVEN", "WANGGE_KAFKA"):
        assert part in str(refused.value)
    repository.failure = None
    assert len(broker_class_path(cache=tmp_path)) == 3
