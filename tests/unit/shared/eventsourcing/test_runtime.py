"""The runtime before it is started: what is asked of it under a wrong name is told with the right ones."""

import logging
from pathlib import Path

import pytest
from aiokafka.errors import KafkaConnectionError

from shared.eventsourcing.runtime import NoSuchProjection, Runtime, Settings, listening


async def test_a_projection_that_nobody_gave_is_told_at_once_with_those_there_are(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/never-opened.db"
    runtime = Runtime(Settings("intake", "taiyuan", url, "127.0.0.1:1", bytes(32), bytes(32)), (), {})
    for asked in (runtime.wait_for("raports", 1), runtime.wait_for("raports", 1, "notify"), runtime.rebuild("raports")):
        with pytest.raises(NoSuchProjection, match=r"no projection 'raports'; there are parked: ask for one of them"):
            await asked
    await runtime.database.close()


@pytest.mark.parametrize(("error", "traced"), [(KafkaConnectionError("no node"), False), (RuntimeError("x"), True)])
def test_listening_tells_an_outage_in_one_line_and_a_fault_with_its_trace(
    error: Exception, traced: bool, caplog: pytest.LogCaptureFixture
) -> None:
    listening.error("Kafka error occurred", exc_info=error)
    (record,) = caplog.records
    assert bool(record.exc_info) == traced
    assert record.levelno == (logging.ERROR if traced else logging.WARNING)
    assert ("KafkaConnectionError" in record.getMessage()) == (not traced)
