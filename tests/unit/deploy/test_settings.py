"""What `wangge up` can be told, and what it refuses to be told."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from deploy.embedded.settings import UpSettings


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "HOST", "DATA", "KAFKA", "KAFKA_PORT", "KAFKA_CONTROLLER_PORT", "NOTIFY_DATABASE"):
        monkeypatch.delenv(f"WANGGE_{name}", raising=False)


def test_the_defaults_are_one_port_and_the_three_after_it() -> None:
    settings = UpSettings()
    assert settings.address == "http://127.0.0.1:8080"
    assert [settings.service_port(name) for name in ("intake", "mediation", "notify")] == [8081, 8082, 8083]


def test_a_store_is_an_sqlite_file_in_the_data_folder_unless_a_database_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_DATA", str(tmp_path))
    monkeypatch.setenv("WANGGE_NOTIFY_DATABASE", "postgresql+asyncpg://db/notify")
    settings = UpSettings()
    assert settings.database("intake") == f"sqlite+aiosqlite:///{tmp_path.resolve()}/intake.db"
    assert settings.database("notify") == "postgresql+asyncpg://db/notify"


@pytest.mark.parametrize("port", ["0", "65533", "70000", "http"])
def test_a_port_that_leaves_no_room_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("WANGGE_PORT", port)
    with pytest.raises(ValidationError):
        UpSettings()


def test_ports_that_meet_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_PORT", "19090")
    with pytest.raises(ValidationError, match="WANGGE_KAFKA_PORT"):
        UpSettings()
    monkeypatch.setenv("WANGGE_KAFKA", "kafka:9092")
    assert UpSettings().kafka == "kafka:9092"


def test_every_setting_has_a_sentence() -> None:
    assert all(field.description for field in UpSettings.model_fields.values())
