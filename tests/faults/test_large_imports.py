"""After kills of the importer and of intake a large import goes on, each row once; how much memory they took."""

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil
import pytest

from tests.e2e.messages import write_messages
from tests.e2e.whole import Whole, until

MOST_MEGABYTES: Final = 300


class Peaks:
    """The most resident memory (VmHWM) that each process had, also of those that were killed since."""

    def __init__(self) -> None:
        self.megabytes: dict[str, float] = {}

    def look(self, name: str, pid: int) -> None:
        with suppress(FileNotFoundError, ProcessLookupError, psutil.Error):
            for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
                for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
                    if line.startswith("VmHWM:"):
                        found = int(line.split()[1]) / 1024
                        self.megabytes[name] = max(self.megabytes.get(name, 0.0), found)


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Whole]:
    whole = Whole(tmp_path)
    try:
        whole.start("--no-demo")
        yield whole
    finally:
        whole.end()


def taken_in(whole: Whole) -> int:
    ((number,),) = whole.rows("intake", "SELECT count(*) FROM reports")
    return int(number)


def imported(whole: Whole, file: Path, numbers: list[str], patience: float) -> Peaks:
    """Imports the file; the importer is killed after a fifth and begun again, the service after a half."""
    peaks, running = Peaks(), begun(whole, file)

    def reached(share: float) -> bool | None:
        peaks.look("importer", running.pid)
        peaks.look("intake", whole.process("intake").pid)
        assert running.poll() is None, running.communicate()
        return taken_in(whole) >= share * len(numbers) or None

    def ended() -> bool | None:
        peaks.look("importer", running.pid)
        with suppress(KeyError, psutil.Error):  # while another intake begins
            peaks.look("intake", whole.process("intake").pid)
        return running.poll() is not None or None

    try:
        until("a fifth to be taken in", lambda: reached(0.2), patience, every=0.05)
        running.kill()
        running.wait()
        before = taken_in(whole)
        running = begun(whole, file)
        until("a half to be taken in", lambda: reached(0.5), patience, every=0.05)
        whole.kill("intake")
        until("the import to end", ended, patience, every=0.2)
        summary = whole.ended(running, patience)
    finally:
        if running.poll() is None:
            running.kill()
        running.wait()
    assert before < len(numbers) / 2, "the importer was killed too late to have anything left"
    assert '"requests_repeated": 0' not in summary, "the service was killed while nothing was sent"
    return peaks


def begun(whole: Whole, file: Path) -> "subprocess.Popen[str]":
    return whole.begin("import", file, "--patience", "300", "--json")


def each_row_once(whole: Whole, numbers: list[str], patience: float) -> None:
    until("every row to be listed", lambda: taken_in(whole) >= len(numbers) or None, patience, every=0.2)
    rows = whole.rows("intake", "SELECT external_id FROM reports ORDER BY 1")
    assert [number for (number,) in rows] == sorted(numbers)
    events = whole.rows("intake", "SELECT count(*) FROM events WHERE type = 'report-received'")
    assert events == [(len(numbers),)]


def assert_importer_is_small(peaks: Peaks) -> None:
    print(peaks.megabytes, flush=True)
    assert peaks.megabytes.keys() == {"importer", "intake"}
    assert peaks.megabytes["importer"] < MOST_MEGABYTES, peaks.megabytes


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_import_goes_on_where_importer_or_service_were_killed(whole: Whole, tmp_path: Path) -> None:
    file = tmp_path / "messages.csv"
    numbers = write_messages(file, 2_000)
    peaks = imported(whole, file, numbers, 250)
    each_row_once(whole, numbers, 120)
    assert_importer_is_small(peaks)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_a_hundred_thousand_rows_outlive_kills_and_the_importer_stays_small(whole: Whole, tmp_path: Path) -> None:
    file = tmp_path / "messages.csv"
    numbers = write_messages(file, 100_000)
    peaks = imported(whole, file, numbers, 6_000)
    each_row_once(whole, numbers, 600)
    assert_importer_is_small(peaks)
