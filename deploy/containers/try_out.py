"""Starts the test images as the tests do, and looks into the services' images: `engine.sh test` calls it.

Usage: try_out.py POSTGRES_IMAGE KAFKA_IMAGE SERVICE_IMAGES (one a line)
"""

import asyncio
import json
import subprocess
import sys
import time

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from testcontainers.community.kafka import KafkaContainer
from testcontainers.community.postgres import PostgresContainer

# Run inside a service's image: what it is, what it can import, and what it must not have.
LOOK = """
import importlib, importlib.util, json, os, pathlib, sys
service = os.environ["SERVICE"]
names = [f"services.{service}", "shared.eventsourcing"]
if importlib.util.find_spec(f"services.{service}.main"):
    names.append(f"services.{service}.main")
for name in names:
    importlib.import_module(name)
absent = [f"services.{other}" for other in ("intake", "mediation", "notify") if other != service]
absent += ["pip", "hatchling", "pytest", "deploy.cli"]
def there(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False
home = pathlib.Path(os.environ["WANGGE_DATA"])
(home / "probe").write_text("written")
print(json.dumps({
    "python": sys.version.split()[0], "user": os.getuid(), "imported": names,
    "unwanted": [name for name in absent if there(name)],
    "writable code": os.access(importlib.import_module("shared").__path__[0], os.W_OK),
}))
"""

started = time.monotonic()


def say(text: str) -> None:
    print(f"[{time.monotonic() - started:6.1f}s] {text}", flush=True)


async def write_rows(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("create table letters (number integer primary key)")
        await connection.executemany("insert into letters values ($1)", [(number,) for number in range(200)])
        return int(await connection.fetchval("select count(*) from letters"))
    finally:
        await connection.close()


async def round_trip(address: str) -> list[bytes]:
    async with AIOKafkaProducer(bootstrap_servers=address, enable_idempotence=True, acks="all") as producer:
        for number in range(1000):
            await producer.send("letters", b"%d" % number, key=b"one")
        await producer.flush()
    transactional = AIOKafkaProducer(bootstrap_servers=address, transactional_id="try-out")
    async with transactional as producer, producer.transaction():
        await producer.send_and_wait("letters", b"last", key=b"one")
    received: list[bytes] = []
    async with AIOKafkaConsumer(
        "letters",
        bootstrap_servers=address,
        group_id="try-out",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
    ) as consumer:
        while len(received) < 1001:
            received.append((await asyncio.wait_for(consumer.getone(), 30)).value)
    return received


def try_postgres(image: str) -> None:
    begun = time.monotonic()
    with PostgresContainer(image, driver=None) as container:
        say(f"{image}: ready in {time.monotonic() - begun:.1f} s")
        rows = asyncio.run(write_rows(container.get_connection_url()))
    if rows != 200:
        sys.exit(f"{image}: 200 rows were written, {rows} read")


def try_kafka(image: str) -> None:
    begun = time.monotonic()
    with KafkaContainer(image).with_kraft() as container:
        say(f"{image}: ready in {time.monotonic() - begun:.1f} s")
        begun = time.monotonic()
        received = asyncio.run(round_trip(container.get_bootstrap_server()))
        say(f"{image}: 1,000 idempotent records and one in a transaction in {time.monotonic() - begun:.1f} s")
    if received != [b"%d" % number for number in range(1000)] + [b"last"]:
        sys.exit(f"{image}: the records came back in another order")


def try_service(image: str) -> None:
    # Read-only, as it is deployed: only the data folder can be written.
    run = ["docker", "run", "--rm", "--network", "none", "--read-only", "--cap-drop", "ALL"]
    run += ["--tmpfs", "/var/lib/wangge:uid=10001,gid=10001,mode=0700", image, "python", "-c", LOOK]
    done = subprocess.run(run, capture_output=True, text=True, timeout=120)  # noqa: S603  # the names are the caller's own
    if done.returncode:
        sys.exit(f"{image}: {done.stderr}")
    seen = json.loads(done.stdout)
    say(f"{image}: {seen}")
    if seen["user"] == 0 or seen["unwanted"] or seen["writable code"]:
        sys.exit(f"{image}: runs as root, can change its own code, or holds what it must not: {seen}")


def main() -> None:
    postgres, kafka, services = sys.argv[1:]
    try_postgres(postgres)
    try_kafka(kafka)
    for image in services.split():
        try_service(image)


main()
