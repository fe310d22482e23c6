"""Stopping the whole and starting it again on its data: last of these files by name, for it takes it down."""

import psutil
import pytest

from tests.e2e.procedure import Case
from tests.e2e.whole import SERVICES, Whole

pytestmark = pytest.mark.timeout(500)


def test_a_second_start_on_the_same_data_says_who_holds_it(whole: Whole) -> None:
    ended = whole.command("up")
    assert ended.returncode == 1
    assert str(whole.data) in ended.stderr
    assert f"process {whole.up.pid}" in ended.stderr
    assert "WANGGE_DATA" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert whole.up.running


def test_sigterm_stops_all_in_time_and_the_next_start_finds_all_and_loads_no_demo_twice(
    whole: Whole, case: Case
) -> None:
    whole.settle()
    running = whole.processes()
    assert set(running) == {"wangge", "Kafka", *SERVICES}
    family = [psutil.Process(whole.up.pid), *psutil.Process(whole.up.pid).children(recursive=True)]
    facts = whole.answer("facts")
    tables = [("intake", "reports"), ("mediation", "disputes"), ("notify", "disputes"), ("notify", "deliveries")]
    before = {each: whole.count(*each) for each in tables}

    assert whole.stop() < 15
    assert whole.up.returncode == 0
    assert [process for process in family if process.is_running()] == []

    whole.start()
    assert "demo       is there already" in whole.log.read_text(encoding="utf-8")
    assert {each: whole.count(*each) for each in tables} == before
    assert whole.answer("facts") == facts
    for service in SERVICES:
        assert whole.get(service, f"disputes/{case.code}")["state"] == "settled"
    assert all(result["holds"] for result in whole.answer("verify").values())
