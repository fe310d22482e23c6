"""Processes are killed while messages are imported and disputes led: all is there once, in order, told once."""

import asyncio
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.intake.entrypoints.files import Row, read_rows
from tests.e2e.gateway import Gateway
from tests.e2e.messages import write_messages
from tests.e2e.whole import SERVICES, Whole
from tests.faults.load import Import, assert_whole, mediate
from tests.faults.nemesis import Nemesis, Repeats

CHANNEL = "mailbox"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway().listening() as gateway:
        yield gateway


@pytest.fixture
def whole(gateway: Gateway, tmp_path: Path) -> Iterator[Whole]:
    whole = Whole(tmp_path, gateway.settings)
    try:
        whole.start("--no-demo")
        yield whole
    finally:
        whole.end()


def survived(
    whole: Whole, gateway: Gateway, file: Path, kills: int, cases: int, seed: int, patience: float
) -> tuple[Nemesis, int]:
    """Imports the file and leads cases while the nemesis rages; then everything must hold."""
    numbers = sorted({row.external_id for row in read_rows(file) if isinstance(row, Row)})
    drawn = random.Random(seed)
    # Each of them is killed, and those that there are kills left for again.
    targets = ["wangge", "Kafka", *SERVICES]
    names = [targets[number % len(targets)] for number in range(kills)]
    drawn.shuffle(names)
    print(
        f"\nseed {seed} (WANGGE_TEST_SEED repeats it): {len(numbers)} messages, killing {', '.join(names)}", flush=True
    )

    began = time.monotonic()
    repeats = Repeats(whole)
    repeats.start()
    failures: list[BaseException] = []

    def lead() -> None:
        try:
            asyncio.run(mediate(whole, range(cases), patience))
        except BaseException as failure:
            failures.append(failure)

    leading = threading.Thread(target=lead, name="cases")
    work = Import(whole, file, CHANNEL)
    leading.start()
    try:
        nemesis = Nemesis(whole, work, len(numbers), names, seed)
        nemesis.rage(patience)
        summary = work.summary(patience)
    finally:
        work.end()
        leading.join(patience)
    assert not leading.is_alive(), "the cases were not led to their end in time"
    if failures:
        raise failures[0]
    imported = time.monotonic() - began

    # The faults landed: the processes died, in the middle of the import, and work had to be done again.
    assert Counter(kill.name for kill in nemesis.kills) == Counter(names)
    assert len({kill.pid for kill in nemesis.kills}) == kills
    assert all(kill.during for kill in nemesis.kills)
    assert summary["requests_repeated"] > 0

    whole.settle(patience)
    deadline = time.monotonic() + 120
    while (left := whole.rows("notify", "SELECT state, attempts FROM deliveries WHERE state != 'delivered'")) or (
        whole.count("notify", "deliveries") < 4 * cases
    ):
        assert time.monotonic() < deadline, f"messages that have not arrived: {left}"
        time.sleep(0.5)
    whole.settle(patience)
    seen = repeats.stopped()
    assert_whole(whole, CHANNEL, numbers, cases, gateway)
    again = sum(times - 1 for times in gateway.times().values())
    print(
        f"{len(numbers)} messages and {cases} cases outlived {kills} kills: imported after {imported:.0f} s, settled "
        f"after {time.monotonic() - began:.0f} s; {summary['requests_repeated']} requests sent again, "
        f"{summary['repeated']} rows known already, {seen} messages heard again, {again} webhooks sent again",
        flush=True,
    )
    return nemesis, summary["requests_repeated"] + summary["repeated"] + seen


def seed() -> int:
    return int(os.environ.get("WANGGE_TEST_SEED") or random.SystemRandom().randrange(1_000_000))


@pytest.mark.timeout(500)
def test_an_import_outlives_the_kill_of_each_process_once(whole: Whole, gateway: Gateway, tmp_path: Path) -> None:
    file = tmp_path / "messages.csv"
    write_messages(file, 400)
    _, repeated = survived(whole, gateway, file, kills=5, cases=4, seed=seed(), patience=300)
    assert repeated > 0


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_a_large_import_outlives_many_kills(whole: Whole, gateway: Gateway, tmp_path: Path) -> None:
    file = Path(os.environ.get("WANGGE_TEST_MESSAGES") or tmp_path / "messages.csv")
    if not file.exists():
        write_messages(file, 2147)
    nemesis, repeated = survived(whole, gateway, file, kills=22, cases=25, seed=seed(), patience=900)
    assert len(nemesis.kills) >= 20
    assert repeated > 0
