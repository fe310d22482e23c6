"""Importing a file: which rows go into which batch, what is parked, and what is summed up."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from deploy.client import Access, Client
from deploy.commands import importing
from deploy.commands.importing import ImportOptions, batches, opening, parsed_mapping, run_import
from deploy.failure import CommandFailed
from services.intake.entrypoints.files import BadRow, Row


def a_row(line: int, **changed: Any) -> Row:
    known = {"external_id": f"n{line}", "subject": "楼上漏水", "text": "三次了", "reported_at": None, "reporter": None}
    return Row(line=line, **{**known, **changed})


def test_batches_hold_so_many_rows_good_and_bad_together() -> None:
    rows: list[Row | BadRow] = [a_row(2), BadRow(3, "no number", "x"), a_row(4), a_row(7)]
    cut = list(batches(iter(rows), 3))
    assert [(len(batch.rows), len(batch.bad)) for batch in cut] == [(2, 1), (1, 0)]


def test_batches_stand_for_every_line_up_to_their_last_row() -> None:
    cut = list(batches(iter([a_row(2), a_row(9), a_row(10)]), 2))
    assert [batch.lines for batch in cut] == [9, 1]


def test_a_batch_is_not_larger_than_a_request_may_be() -> None:
    rows = [a_row(n, text="长" * 190_000) for n in range(2, 32)]
    cut = list(batches(iter(rows), 100))
    assert max(batch.characters for batch in cut) <= importing.BATCH_CHARACTERS
    assert sum(len(batch) for batch in cut) == 30


def test_a_row_without_subject_gets_the_opening_of_its_text() -> None:
    (batch,) = batches(iter([a_row(2, subject="", text="\n  楼下饭店油烟很大\n很久了")]), 10)
    assert batch.rows[0]["subject"] == "楼下饭店油烟很大"
    assert opening("长" * 41) == "长" * 40 + "…"


def test_a_row_without_time_has_none_and_one_with_time_keeps_its_zone() -> None:
    at = datetime(2020, 3, 1, tzinfo=UTC)
    (batch,) = batches(iter([a_row(2), a_row(3, reported_at=at)]), 10)
    assert "reported_at" not in batch.rows[0]
    assert datetime.fromisoformat(batch.rows[1]["reported_at"]) == at


def test_nothing_of_a_long_subject_is_lost() -> None:
    (batch,) = batches(iter([a_row(2, subject="题" * 600)]), 10)
    assert len(batch.rows[0]["subject"]) == 500
    assert batch.rows[0]["text"] == "题" * 600 + "\n三次了"


def test_what_the_service_would_refuse_is_a_bad_row_and_not_a_refused_batch() -> None:
    (batch,) = batches(iter([a_row(2, external_id="n" * 150), a_row(3)]), 10)
    assert [row["line"] for row in batch.rows] == [3]
    assert batch.bad[0]["line"] == 2
    assert "external_id" in batch.bad[0]["reason"]


def test_a_mapping_names_column_and_header() -> None:
    assert parsed_mapping(["external_id=编号", "text = 说明"]) == {"external_id": "编号", "text": "说明"}


@pytest.mark.parametrize("wrong", ["external_id", "=编号", "external_id="])
def test_a_mapping_of_another_form_is_refused(wrong: str) -> None:
    with pytest.raises(CommandFailed, match="COLUMN=HEADER"):
        parsed_mapping([wrong])


class Intake:
    """The batch route, played: it knows what it has, and can be away for a while."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, away: int = 0) -> None:
        self.known: set[str] = set()
        self.parked: set[int] = set()
        self.away = away
        self.batches = 0
        made = Client.__init__

        def connected(client: Client, access: Access, **options: Any) -> None:
            made(client, access, **{**options, "transport": httpx2.MockTransport(self.answer)})

        async def sleep(_: float) -> None:
            return None

        monkeypatch.setattr(Client, "__init__", connected)
        monkeypatch.setattr("deploy.client.asyncio.sleep", sleep)
        monkeypatch.setenv("WANGGE_PASSWORD", "a password")

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/sessions"):
            return httpx2.Response(200, json={"token": "t"})
        asked = json.loads(request.content)
        self.batches += 1
        rows = {row["external_id"] for row in asked["rows"]}
        new = rows - self.known
        bad = {row["line"] for row in asked["bad"]} - self.parked
        self.known |= rows
        self.parked |= bad
        if self.away:  # it has stored them, but nobody hears of it
            self.away -= 1
            raise httpx2.ReadError("gone")
        return httpx2.Response(
            200,
            json={
                "registered": len(new),
                "repeated": len(rows) - len(new),
                "parked": len(bad),
                "admitted": 0,
                "position": len(self.known),
            },
        )


def a_file(folder: Path) -> Path:
    lines = ["留言编号,留言主题,留言时间,留言详情"]
    lines += [f"{n},楼上漏水,2020/3/{n % 28 + 1} 8:00:00,三次了" for n in range(1, 251)]
    lines.insert(100, ",没有编号,2020/3/1 8:00:00,三次了")
    file = folder / "mailbox.csv"
    file.write_text("\r\n".join(lines) + "\r\n", encoding="gb18030")
    return file


def imported(capsys: pytest.CaptureFixture[str], options: ImportOptions) -> dict[str, Any]:
    run_import(options, url=None, as_json=True)
    summary: dict[str, Any] = json.loads(capsys.readouterr().out)
    return summary


def test_a_file_is_taken_in_and_the_bad_row_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    intake = Intake(monkeypatch)
    summary = imported(capsys, ImportOptions(a_file(tmp_path), batch=50))
    assert {name: summary[name] for name in ("rows", "registered", "repeated", "parked")} == {
        "rows": 251,
        "registered": 250,
        "repeated": 0,
        "parked": 1,
    }
    assert summary["bad_rows"][0]["line"] == 101
    assert "编号是空的" in summary["bad_rows"][0]["reason"]
    assert intake.batches == 6


def test_the_same_file_twice_adds_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Intake(monkeypatch)
    imported(capsys, ImportOptions(a_file(tmp_path)))
    summary = imported(capsys, ImportOptions(a_file(tmp_path)))
    assert (summary["registered"], summary["repeated"], summary["parked"]) == (0, 250, 0)


def test_a_server_that_breaks_off_is_given_the_batch_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    intake = Intake(monkeypatch, away=4)
    summary = imported(capsys, ImportOptions(a_file(tmp_path), batch=50))
    assert len(intake.known) == 250
    assert summary["registered"] + summary["repeated"] == 250
    assert summary["requests_repeated"] == 4


def test_a_server_that_stays_away_ends_the_import_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Intake(monkeypatch, away=10_000)
    with pytest.raises(CommandFailed, match="Run the same command again"):
        run_import(ImportOptions(a_file(tmp_path), patience=0), url=None, as_json=True)


def test_a_channel_that_is_none_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"no channel 'post'.*mailbox"):
        run_import(ImportOptions(tmp_path / "none.csv", channel="post"), url=None, as_json=True)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"none\.csv cannot be opened"):
        run_import(ImportOptions(tmp_path / "none.csv"), url=None, as_json=True)
