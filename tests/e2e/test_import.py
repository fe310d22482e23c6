"""`wangge import`: a file as a mailbox exports it, with everything in it that files have."""

import os
from pathlib import Path

import pytest

from services.intake.entrypoints.files import Row, read_rows
from tests.e2e.messages import HEADER, Cells, message, write_messages, written
from tests.e2e.whole import Whole

pytestmark = pytest.mark.timeout(400)

SOUND = 140
ODD = {
    "ODD-danger": ("楼下有人拿刀", "楼下有人拿刀要杀人，快来救命！"),
    "ODD-emoji": ("噪音😡🔊扰民", "每天半夜👨‍👩‍👧‍👦跳绳🪢，🙏请处理。"),
    "ODD-formula": ('=HYPERLINK("http://example.invalid","点我")', "=cmd|' /C calc'!A0"),
    "ODD-plus": ("+86 电话打不通", "@SUM(1+1)*cmd|' /C calc'!A0"),
    "ODD-rtl": ("مرحبا 楼道", "‮反过来的字‬ שלום"),
    "ODD-control": ("有控制字符\x01\x02", "第一行\n第二行\t有制表符\x7f"),
    "ODD-long": ("很长的留言", "楼道堆物。" * 6000),
    "ODD-quote": ('引号""与,逗号', '他说："不赔"，\r\n然后走了'),
}
BAD = {
    "没有编号": ("", "A1", "没有编号", "2019/1/1 10:00:00", "正文", "0", "0"),
    "时间不对": ("BAD-time", "A1", "时间不对", "二〇一九年某日", "正文", "0", "0"),
    "什么都没说": ("BAD-empty", "A1", "", "2019/1/1 10:00:00", "", "0", "0"),
}


def made(prefix: str, encoding: str) -> bytes:
    odd: list[Cells] = [
        (number, "A1", subject, "2019/3/4 5:06:07", text, "0", "0") for number, (subject, text) in ODD.items()
    ]
    if encoding == "gb18030":
        odd = [(f"GB-{number}", *rest) for number, *rest in odd]
    rows = [message(number, prefix) for number in range(SOUND)]
    return written([*rows[:70], *odd, *BAD.values(), *rows[70:]], encoding)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "letters.csv"
    file.write_bytes(made("M", "utf-8-sig"))
    return file


def test_a_file_counts_once_its_bad_rows_are_parked_by_line_and_its_odd_ones_are_kept_as_they_are(
    whole: Whole, file: Path
) -> None:
    before = whole.count("intake", "reports")
    first = whole.answer("import", file, "--accept-above", "0.9")
    assert first["rows"] == SOUND + len(ODD) + len(BAD)
    assert (first["registered"], first["repeated"], first["parked"]) == (SOUND + len(ODD), 0, len(BAD))
    assert first["admitted"] > SOUND / 5
    # Counted in the bytes, for a cell may hold a line end.
    lines = file.read_bytes().split(b"\n")
    bad = {row["line"] for row in first["bad_rows"]}
    assert {lines[line - 1].split(b",")[2].decode() for line in bad} == {"没有编号", "时间不对", ""}

    second = whole.answer("import", file, "--accept-above", "0.9")
    assert (second["registered"], second["repeated"], second["parked"]) == (0, SOUND + len(ODD), 0)
    assert second["admitted"] == 0
    whole.get("intake", "reports", after=first["position"], limit=1)
    assert whole.count("intake", "reports") == before + SOUND + len(ODD)

    parked = whole.answer("parked", "intake", "--cause", "row")["intake"]["messages"]
    assert {(each["origin"]["file"], each["origin"]["line"]) for each in parked} >= {(file.name, line) for line in bad}

    whole.settle()
    admitted = whole.rows("intake", "SELECT code FROM reports WHERE state = 'admitted'")
    for service in ("mediation", "notify"):
        known = whole.rows(service, "SELECT code FROM disputes")
        assert sorted(known) == sorted(admitted), f"{service} knows other disputes than intake admitted"


def test_what_stood_in_odd_cells_is_read_back_without_its_control_characters(whole: Whole, file: Path) -> None:
    whole.answer("import", file)
    for number, (subject, text) in ODD.items():
        page = whole.get("intake", "reports", external_id=number, channel="mailbox")
        (found,) = page["reports"]
        detail = whole.get("intake", f"reports/{found['id']}")
        expected = text.replace("\x7f", "").replace("\r\n", "\n")
        assert detail["text"] == expected, number
        assert detail["subject"] == subject.replace("\x01", "").replace("\x02", "")
        assert detail["danger_to_life"] == (number == "ODD-danger")


def test_a_file_in_gb18030_is_read_as_it_was_written(whole: Whole, tmp_path: Path) -> None:
    file = tmp_path / "导出.csv"
    file.write_bytes(made("G", "gb18030"))
    told = whole.answer("import", file, "--channel", "hotline_12345")
    assert (told["registered"], told["repeated"]) == (SOUND + len(ODD), 0)
    (found,) = whole.get("intake", "reports", external_id="G00007", after=told["position"])["reports"]
    assert found["subject"] == message(7, "G")[2]
    (found,) = whole.get("intake", "reports", external_id="GB-ODD-emoji")["reports"]
    assert found["subject"] == ODD["ODD-emoji"][0]


def test_a_number_that_comes_again_with_another_text_is_parked_and_changes_nothing(
    whole: Whole, tmp_path: Path
) -> None:
    number, *rest = message(1, "CHANGED")
    for attempt, text in enumerate(("一", "二")):
        file = tmp_path / f"changed-{attempt}.csv"
        file.write_bytes(written([(number, *rest[:3], text, "0", "0")]))
        told = whole.answer("import", file)
        assert (told["registered"], told["parked"]) == ((1, 0), (0, 1))[attempt]
    (found,) = whole.get("intake", "reports", external_id=number)["reports"]
    assert whole.get("intake", f"reports/{found['id']}")["text"] == "一"


def test_a_file_without_the_needed_columns_is_refused_with_what_was_looked_for(whole: Whole, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("甲,乙\n1,2\n", encoding="utf-8")
    ended = whole.command("import", file)
    assert ended.returncode == 1
    assert HEADER[0] in ended.stderr
    assert "Traceback" not in ended.stderr


def test_every_message_of_a_large_file_is_there_once(whole: Whole, tmp_path: Path) -> None:
    """The real one that WANGGE_TEST_MESSAGES names, or else one that is made up."""
    file = Path(os.environ.get("WANGGE_TEST_MESSAGES") or tmp_path / "large.csv")
    if not file.exists():
        write_messages(file, 400)
    numbers = sorted({row.external_id for row in read_rows(file) if isinstance(row, Row)})
    told = whole.answer("import", file, "--channel", "chat")
    assert told["registered"] == len(numbers)
    whole.get("intake", "reports", after=told["position"], limit=1)
    known = whole.rows("intake", "SELECT external_id FROM reports WHERE channel = 'chat' ORDER BY external_id")
    assert [number for (number,) in known] == numbers
