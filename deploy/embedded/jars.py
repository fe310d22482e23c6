"""Kafka's jars: resolved by Maven coordinates on first use, kept in a cache folder, checked before they are used."""

import asyncio
import contextlib
import os
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from deploy.embedded.errors import JarsUnavailable
from deploy.embedded.progress import Progress, silent

KAFKA = "org.apache.kafka:kafka_2.13:4.3.0"
# Kafka 4.3.0 brings log4j-core 2.25.4 but nothing that joins SLF4J to it: without this jar the broker logs nothing.
# It is resolved apart, because the versions that its parent manages (kafka-clients 3.8.0 among them) would win.
LOG_BINDING = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4"


def cache_folder() -> Path:
    """Where downloads are kept: WANGGE_CACHE, or the user's cache folder."""
    asked = os.environ.get("WANGGE_CACHE")
    return Path(asked) if asked else user_cache_path("wangge")


def kafka_folder(cache: Path | None = None) -> Path:
    """Where this version of Kafka is kept."""
    return (cache or cache_folder()) / KAFKA.replace(":", "-")


def broker_class_path(progress: Progress = silent, cache: Path | None = None) -> list[Path]:
    """Every jar that the broker needs; fetched once, under a lock, since two processes may ask at the same time."""
    folder = kafka_folder(cache)
    folder.mkdir(parents=True, exist_ok=True)
    listing = folder / "class-path.txt"
    known = _listed(listing)
    if known:
        return known
    lock = FileLock(folder / "resolving.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress("Kafka", "another process is fetching Kafka's jars; waiting for it")
        lock.acquire()
    try:
        known = _listed(listing)
        if not known:
            known = _resolved(folder, progress)
            unfinished = listing.with_suffix(".new")
            unfinished.write_text("".join(f"{jar.relative_to(folder)}\n" for jar in known), encoding="utf-8")
            unfinished.replace(listing)
    finally:
        lock.release()
    return known


async def fetch_class_path(progress: Progress = silent) -> list[Path]:
    """`broker_class_path` in a thread that ends with the process, so that stopping never waits for a download."""
    loop = asyncio.get_running_loop()
    fetched: asyncio.Future[list[Path]] = loop.create_future()

    def settle(jars: list[Path], reason: BaseException | None) -> None:
        if fetched.done():  # cancelled meanwhile
            return
        if reason is None:
            fetched.set_result(jars)
        else:
            fetched.set_exception(reason)

    def work() -> None:
        jars: list[Path] = []
        failed: BaseException | None = None
        try:
            jars = broker_class_path(progress)
        except Exception as reason:
            failed = reason
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, jars, failed)

    threading.Thread(target=work, name="Kafka's jars", daemon=True).start()
    return await fetched


def _listed(listing: Path) -> list[Path]:
    try:
        lines = listing.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    jars = [listing.parent / line for line in lines]
    return jars if all(jar.is_file() for jar in jars) else []


def _resolved(folder: Path, progress: Progress) -> list[Path]:
    progress("Kafka", "fetching Kafka's jars (46 files, about 45 MB, the first time only); their descriptions first")
    repository = folder / "repository"
    _drop_unfinished(repository)
    try:
        broker = _built(KAFKA, folder, repository, progress)
        binding = [jar for jar in _built(LOG_BINDING, folder, repository, progress) if "slf4j-impl" in jar.name]
    except (OSError, RuntimeError, ValueError) as reason:
        raise JarsUnavailable(
            f"Kafka's jars could not be fetched ({reason}). Any one of these helps:\n"
            "  1. connect this machine to the network and start again; what was fetched is kept\n"
            "  2. set WANGGE_MAVEN to the address of a Maven repository that this machine can reach\n"
            "  3. set WANGGE_KAFKA=host:port to use a Kafka that already runs"
        ) from reason
    jars = broker + binding
    broken = [jar.name for jar in jars if not zipfile.is_zipfile(jar)]
    if broken:
        raise JarsUnavailable(
            f"These of Kafka's jars are damaged: {', '.join(broken)}. Delete {folder} and start again."
        )
    size = sum(jar.stat().st_size for jar in jars) // 1_000_000
    progress("Kafka", f"{len(jars)} jars ({size} MB) are ready in {folder}")
    return jars


def _built(coordinates: str, folder: Path, repository: Path, progress: Progress) -> list[Path]:
    try:
        from jgo.constants import MAVEN_CENTRAL_URL
        from jgo.env import EnvironmentBuilder, LinkStrategy
        from jgo.maven import MavenContext, PythonResolver
    except ImportError as missing:
        raise JarsUnavailable(
            "The package `jgo`, which fetches Kafka's jars, is not installed: pip install 'wangge[embedded]', "
            "or set WANGGE_KAFKA=host:port to use a Kafka that already runs."
        ) from missing

    # A context of our own: a repository folder that only this lock guards, and the mirror that the user names.
    context = MavenContext(
        resolver=PythonResolver(progress_callback=_download_display(progress)),
        repo_cache=repository,
        remote_repos={"central": os.environ.get("WANGGE_MAVEN") or MAVEN_CENTRAL_URL},
        timeout=60,
    )
    builder = EnvironmentBuilder(context=context, cache_dir=folder, link_strategy=LinkStrategy.AUTO)
    environment = builder.from_endpoint(endpoint=coordinates)
    return sorted(Path(environment.path).rglob("*.jar"))


def _download_display(progress: Progress) -> Callable[[str, int], AbstractContextManager[Callable[[int], None]]]:
    jars, received = 0, 0

    @contextmanager
    def one_file(name: str, total: int) -> Iterator[Callable[[int], None]]:
        nonlocal jars, received
        if name.endswith(".jar"):  # the descriptions that come first are many and tiny
            jars += 1
            progress("Kafka", f"fetching {name} ({total / 1e6:.1f} MB; jar {jars}, {received / 1e6:.0f} MB so far)")

        def count(size: int) -> None:
            nonlocal received
            received += size

        yield count

    return one_file


def _drop_unfinished(repository: Path) -> None:
    """A download that was interrupted leaves half a file, which the resolver would take for a whole one."""
    for jar in repository.rglob("*.jar"):
        if not zipfile.is_zipfile(jar):
            jar.unlink()
    for pom in repository.rglob("*.pom"):
        if not pom.read_bytes().rstrip().endswith(b">"):
            pom.unlink()
