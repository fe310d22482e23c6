"""A topic is lost and everything is stopped in the middle of work: nothing that was accepted is missing afterwards."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from tests.e2e.messages import write_messages
from tests.e2e.whole import SERVICES, Whole, until
from tests.faults.load import Import, assert_converged

pytestmark = pytest.mark.timeout(500)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    whole = Whole(tmp_path_factory.mktemp("losses"))
    try:
        whole.start("--no-demo")
        yield whole
    finally:
        whole.end()


def made_anew(whole: Whole, topic: str) -> None:
    """Deletes a topic with all that is in it and makes it again, empty."""

    async def delete_and_create() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{whole.kafka_port}")
        await admin.start()
        try:
            await admin.delete_topics([topic])
            deadline = time.monotonic() + 30
            while True:
                try:
                    answer = await admin.create_topics([NewTopic(topic, 4, 1)])
                    codes = [error[1] for error in answer.topic_errors]
                    if codes == [0]:
                        return
                    reason: object = f"error codes {codes}"
                except KafkaError as error:
                    reason = error
                # A service that saw it missing may have made it meanwhile, as empty as this one would be.
                if "TopicAlreadyExists" in str(reason) or "36" in str(reason):
                    return
                assert time.monotonic() < deadline, f"{topic} could not be made anew: {reason}"
                await asyncio.sleep(0.1)
        finally:
            await admin.close()

    asyncio.run(delete_and_create())


def seen_again(whole: Whole) -> float:
    return whole.metric("wangge_received_messages", outcome="seen")


def test_a_topic_deleted_and_made_anew_during_an_import_is_filled_again_from_the_stores(
    whole: Whole, tmp_path: Path
) -> None:
    file = tmp_path / "messages.csv"
    numbers = write_messages(file, 400)
    work = Import(whole, file)
    try:
        until("some messages to be taken in", lambda: work.taken_in() >= 100 or None, 60, every=0.02)
        made_anew(whole, "wangge.intake.reports.v1")
        assert work.running, "the import was over before the topic was lost"
        assert work.summary(120)["registered"] == len(numbers)
    finally:
        work.end()
    whole.settle(120)
    until("all disputes to be opened", lambda: opened(whole), 60, every=1)
    assert_converged(whole, "mailbox", numbers)
    assert seen_again(whole) > 0, "nothing was published again"

    # And one of the other direction, while nothing else happens.
    before = seen_again(whole)
    made_anew(whole, "wangge.mediation.cases.v1")
    until("mediation to publish again", lambda: seen_again(whole) > before or None, 60, every=1)
    whole.settle(120)
    assert_converged(whole, "mailbox", numbers)


def opened(whole: Whole) -> bool:
    """Whether what intake admitted has come to both others."""
    admitted = whole.rows("intake", "SELECT count(*) FROM reports WHERE state = 'admitted'")
    known = {service: whole.rows(service, "SELECT count(*) FROM disputes") for service in SERVICES[1:]}
    assert set(map(str, known.values())) == {str(admitted)}, f"{admitted} admitted, known: {known}"
    return True


class Reporter(threading.Thread):
    """Sends one report after the other and remembers which were accepted, until nobody answers."""

    def __init__(self, whole: Whole) -> None:
        super().__init__(name="reporter", daemon=True)
        self._whole = whole
        self.sent = 0
        self.accepted: dict[str, Any] = {}

    def run(self) -> None:
        while True:
            self.sent += 1
            name = f"SIGTERM-{self.sent}"
            try:
                answer = self.send(name)
            except httpx2.TransportError:
                return
            if answer.status_code != 201:
                return
            self.accepted[name] = answer.json()

    def send(self, name: str) -> httpx2.Response:
        body = {
            "channel": "chat",
            "external_id": name,
            "subject": "楼道堆物",
            "text": "三单元楼道堆满杂物。",
            "reported_at": "2026-03-01T08:00:00+08:00",
        }
        return self._whole.post("intake", "reports", body, name)


def test_what_was_accepted_before_sigterm_under_load_is_there_after_the_next_start(
    whole: Whole, tmp_path: Path
) -> None:
    file = tmp_path / "more.csv"
    numbers = write_messages(file, 300)
    work, reporter = Import(whole, file, "police_110"), Reporter(whole)
    reporter.start()
    try:
        until("some messages to be taken in", lambda: work.taken_in() >= 80 or None, 60, every=0.02)
        family = whole.processes()
        assert whole.stop() < 15
        assert work.running, "the import was over before the signal came"
        assert whole.up.returncode == 0
        assert [name for name, process in family.items() if process.is_running()] == []
        reporter.join(30)
        assert not reporter.is_alive()
        assert len(reporter.accepted) > 0

        stored = dict(whole.rows("intake", "SELECT external_id, code FROM reports WHERE channel = 'chat'"))
        kept = dict(whole.rows("intake", "SELECT stream, version FROM events WHERE type = 'report-received'"))
        assert {f"report-{told['id']}" for told in reporter.accepted.values()} <= set(kept)

        whole.start("--no-demo")
        summary = work.summary(200)
        assert summary["rows"] == len(numbers)
    finally:
        work.end()
    whole.settle(120)
    for name, told in reporter.accepted.items():
        again = reporter.send(name)
        assert (again.status_code, again.json()["code"]) == (201, told["code"])
        assert stored.get(name, told["code"]) == told["code"]
    last = reporter.send(f"SIGTERM-{reporter.sent}")  # whose fate was not known
    assert last.status_code == 201
    whole.get("intake", "reports", after=last.json()["position"], limit=1)
    chat = whole.rows("intake", "SELECT external_id FROM reports WHERE channel = 'chat'")
    assert sorted(chat) == sorted((f"SIGTERM-{number}",) for number in range(1, reporter.sent + 1))
    whole.settle(120)
    assert_converged(whole, "police_110", numbers)
