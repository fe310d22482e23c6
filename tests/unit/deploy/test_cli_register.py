"""`wangge register`: a workbook is checked first, and stored only when nothing is wrong."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from deploy.client import Access, Client
from deploy.commands import registering
from deploy.commands.registering import RegisterOptions, run_register, run_template
from deploy.failure import CommandFailed
from services.intake.entrypoints.sheets import read

RIGHT = {"rows": 7, "changed": 2, "left_alone": 1, "sheets": [{"sheet": "网格", "rows": 7, "changed": 2}], "wrong": []}
WRONG = {"sheet": "志愿者", "row": 5, "column": "日期", "reason": "日期不存在"}


class Intake:
    """The service as far as the command asks."""

    def __init__(self, wrong: list[dict[str, Any]]) -> None:
        self.wrong = wrong
        self.asked: list[str] = []

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/sessions"):
            return httpx2.Response(200, json={"token": "t"})
        assert request.content == b"workbook"
        assert request.headers["content-type"].endswith("sheet")
        self.asked.append(request.url.query.decode())
        checked = request.url.query == b"check=true"
        told = {**RIGHT, "wrong": self.wrong, "wrong_in_all": len(self.wrong), "stored": not checked}
        return httpx2.Response(200, json=told)


def sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wrong: list[dict[str, Any]], *, check: bool = False
) -> Intake:
    intake = Intake(wrong)

    def client(access: Access, *, patience: float) -> Client:
        return Client(access, patience=patience, transport=httpx2.MockTransport(intake.answer))

    monkeypatch.setattr(registering, "Client", client)
    monkeypatch.setenv("WANGGE_PASSWORD", "p")
    file = tmp_path / "register.xlsx"
    file.write_bytes(b"workbook")
    run_register(RegisterOptions(file, check=check), url="http://wangge.test", as_json=True)
    return intake


def test_it_is_checked_and_then_stored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sent(monkeypatch, tmp_path, []).asked == ["check=true", ""]
    assert json.loads(capsys.readouterr().out)["stored"] is True


def test_it_is_only_checked_where_that_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sent(monkeypatch, tmp_path, [], check=True).asked == ["check=true"]
    assert json.loads(capsys.readouterr().out)["stored"] is False


def test_with_errors_nothing_is_stored_and_the_command_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandFailed, match="1 errors"):
        sent(monkeypatch, tmp_path, [WRONG])
    assert json.loads(capsys.readouterr().out)["wrong"] == [WRONG]


def test_errors_are_shown_as_a_table_and_changes_by_sheet(capsys: pytest.CaptureFixture[str]) -> None:
    options = RegisterOptions(Path("register.xlsx"))
    registering._tell(options, {"wrong": [{**WRONG, "row": n} for n in range(1, 60)], "wrong_in_all": 59})
    shown = capsys.readouterr().out
    assert "日期不存在" in shown
    assert "19 more" in shown
    registering._tell(options, {**RIGHT, "stored": True})
    assert "网格: 7 rows, 2 with a change" in capsys.readouterr().out


def test_a_file_that_is_not_there_or_too_large_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"no\.xlsx cannot be read"):
        run_register(RegisterOptions(tmp_path / "no.xlsx"), url=None, as_json=False)
    large = tmp_path / "large.xlsx"
    large.write_bytes(b"x" * (9 << 20))
    with pytest.raises(CommandFailed, match="split it"):
        run_register(RegisterOptions(large), url=None, as_json=False)


def test_the_template_is_written_once(tmp_path: Path) -> None:
    file = tmp_path / "new.xlsx"
    run_template(file)
    assert read(file).wrong == []
    with pytest.raises(CommandFailed, match="there already"):
        run_template(file)
    with pytest.raises(CommandFailed, match="cannot be written"):
        run_template(tmp_path / "no" / "folder.xlsx")
