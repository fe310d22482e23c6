"""What a first start would have to wait for, done beforehand: `python -m deploy.embedded.prepare`.

Fetches Kafka's jars, and records the cache that makes every later start of the broker twice as fast.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

from deploy.embedded import ports, quick_start
from deploy.embedded.errors import CannotStart, PortTaken
from deploy.embedded.jars import fetch_class_path
from deploy.embedded.java import find_java
from deploy.embedded.kafka import HOST, EmbeddedKafka
from deploy.embedded.progress import Progress, silent

_PORTS = range(19300, 19400)


async def prepare(progress: Progress = silent) -> None:
    """Does nothing that is done already, and nothing that another process is doing right now."""
    java = await asyncio.to_thread(find_java)
    jars = await fetch_class_path(progress)
    cache = quick_start.cache_file(java, jars)
    if cache is None or cache.exists():
        return
    try:
        with FileLock(cache.with_suffix(".lock")).acquire(timeout=0):
            if not cache.exists():
                await _record(cache, progress)
    except Timeout:
        progress("Kafka", "another process is recording the start")


async def _record(cache: Path, progress: Progress) -> None:
    """Starts a broker that has nothing to do, and stops it: Java writes the cache as it ends."""
    progress("Kafka", "recording a start, so that later ones are twice as fast (once, some 15 s)")
    unfinished = cache.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="wangge-kafka-") as folder:
        port, controller_port = _free_ports()
        broker = EmbeddedKafka(Path(folder), port, controller_port, record_start=unfinished)
        try:
            await broker.start()
            await broker.stop(grace=120)
        finally:
            broker.kill()
    if unfinished.exists():
        unfinished.replace(cache)
        progress("Kafka", f"recorded in {cache}")
    else:
        progress("Kafka", "Java has written no cache; Kafka starts without it, only slower")


def _free_ports() -> tuple[int, int]:
    free = []
    for port in _PORTS:
        try:
            ports.bind(HOST, port, "WANGGE_KAFKA_PORT").close()
        except PortTaken:
            continue
        free.append(port)
        if len(free) == 2:
            return free[0], free[1]
    raise PortTaken(f"No two ports from {_PORTS.start} to {_PORTS.stop - 1} are free on {HOST}.")


if __name__ == "__main__":
    try:
        asyncio.run(prepare(lambda stage, detail: print(f"{stage}: {detail}", flush=True)))
    except CannotStart as reason:
        sys.exit(f"error: {reason}")
