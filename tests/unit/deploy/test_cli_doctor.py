"""The doctor finds what is wrong with an installation, and names what mends it."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.commands import doctor
from deploy.commands.doctor import Finding, listening_process
from deploy.embedded.settings import UpSettings
from deploy.seed.accounts import passwords


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture(autouse=True)
def _a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WANGGE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WANGGE_CACHE", str(tmp_path / "cache"))
    for name in ("WANGGE_KAFKA", "WANGGE_PORT", "WANGGE_KAFKA_PORT", "WANGGE_KAFKA_CONTROLLER_PORT"):
        monkeypatch.delenv(name, raising=False)


def found() -> dict[str, Finding]:
    return {finding.what: finding for finding in doctor._here()}


def test_a_port_of_another_process_is_named_with_the_process_and_the_setting(
    monkeypatch: pytest.MonkeyPatch, taken_port: int
) -> None:
    monkeypatch.setenv("WANGGE_KAFKA_PORT", str(taken_port))
    finding = found()[f"port {taken_port} (Kafka)"]
    assert finding.state == "bad"
    assert f"process {os.getpid()}" in finding.detail
    assert "WANGGE_KAFKA_PORT=" in finding.mend


def test_who_listens_is_found_by_the_port(taken_port: int) -> None:
    process = listening_process(taken_port)
    assert process is not None
    assert process.pid == os.getpid()


def test_a_port_held_by_this_installation_is_well(taken_port: int) -> None:
    finding = doctor._port(taken_port, "WANGGE_PORT", "intake", {os.getpid()}, listening_process)
    assert finding.state == "ok"


def test_passwords_that_others_may_read_are_a_problem_with_its_command(tmp_path: Path) -> None:
    passwords(tmp_path / "data", ["leader"])
    assert found()["demo-accounts.json"].state == "ok"
    file = tmp_path / "data" / "demo-accounts.json"
    file.chmod(0o644)
    assert found()["demo-accounts.json"].state == "bad"
    assert found()["demo-accounts.json"].mend == f"chmod 600 {file}"


def test_jars_that_are_not_there_yet_are_fetched_by_prepare() -> None:
    assert found()["Kafka's jars"].mend == "wangge prepare"


def test_with_a_kafka_of_ones_own_neither_java_nor_jars_nor_its_ports_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_KAFKA", "kafka:9092")
    looked_at = found()
    assert "Java" not in looked_at
    assert not any("Kafka" in what for what in looked_at)


def test_settings_that_cannot_be_used_are_the_first_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_PORT", "65534")
    finding = found()["settings"]
    assert finding.state == "bad"
    assert finding.detail.startswith("WANGGE_PORT is 65534")


def test_a_folder_that_is_not_there_yet_is_no_problem() -> None:
    assert found()["data folder"].state == "note"
    assert not UpSettings().data.exists()
