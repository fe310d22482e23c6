"""Child processes that write a bounded log, are started again when they fail, and never outlive the launcher."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, Protocol

from deploy.embedded.errors import CannotStart
from deploy.embedded.progress import Progress

LOG_FILES = 3
LOG_BYTES = 20_000_000
_POLL = 0.05
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Supervised(Protocol):
    """Something that runs until it ends, and can be started again."""

    @property
    def name(self) -> str: ...
    @property
    def log(self) -> Path: ...
    async def start(self) -> None: ...
    async def wait(self) -> int: ...


class Child:
    """One child process, in a process group of its own, that ends when this process does, however it does.

    On Linux the kernel sees to that; elsewhere, and off the main thread, a small watcher does
    (see `deploy.embedded.watcher`). Not tied to an event loop, so that it can be started in one and stopped in another.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        log: Path,
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        user: int | None = None,
        on_parents_death: signal.Signals = signal.SIGKILL,
        watcher: bool = sys.platform != "linux",
    ) -> None:
        self.name = name
        self.log = log
        self._command = [str(part) for part in command]
        self._environment = dict(os.environ if environment is None else environment)
        self._folder = folder
        self._user = user
        self._death_signal = on_parents_death
        self._wants_watcher = watcher
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def returncode(self) -> int | None:
        return None if self._process is None else self._process.poll()

    def spawn(self) -> None:
        """Starts the process without waiting for anything it does."""
        if self.running:
            raise RuntimeError(f"{self.name} already runs as process {self.pid}")
        self._release_watcher()
        # The kernel's signal comes when the starting *thread* ends; only the main one ends with its process.
        watched = self._wants_watcher or threading.current_thread() is not threading.main_thread()
        with open_log(self.log) as log:
            self._process = subprocess.Popen(  # noqa: S603
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                cwd=self._folder,
                user=self._user,
                group=None if self._user is None else group_of(self._user),
                extra_groups=None if self._user is None else [],
                start_new_session=True,
                preexec_fn=None if watched else _die_with_parent(self._death_signal),
            )
        if watched:
            self._watcher = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", str(Path(__file__).with_name("watcher.py")), str(self._process.pid)],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )

    async def start(self) -> None:
        self.spawn()

    async def wait(self) -> int:
        """Waits for the end and gives the return code; keeps the log bounded meanwhile."""
        checked = time.monotonic()
        while self.running:
            await asyncio.sleep(_POLL)
            if time.monotonic() - checked > 10:
                checked = time.monotonic()
                bound_log(self.log)
        self._release_watcher()
        return self._ended()

    async def stop(self, grace: float = 15.0) -> int:
        """Asks the process to end, and ends its whole group when it has not done so within `grace` seconds."""
        self.signal(signal.SIGTERM)
        try:
            return await asyncio.wait_for(self.wait(), timeout=grace)
        except TimeoutError:
            return self.kill()

    def kill(self) -> int:
        """Ends the process and its group at once."""
        if self._process is not None and self.running:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._release_watcher()
        return self._ended()

    def signal(self, number: signal.Signals) -> None:
        if self._process is not None and self.running:
            self._process.send_signal(number)

    def _ended(self) -> int:
        return -1 if self.returncode is None else self.returncode

    def _release_watcher(self) -> None:
        if self._watcher is not None:
            self._watcher.communicate(b"ended")
            self._watcher = None


async def keep_running(
    process: Supervised,
    say: Progress,
    *,
    first_delay: float = 0.5,
    longest_delay: float = 30.0,
    steady_after: float = 10.0,
) -> NoReturn:
    """Starts a process again whenever it ends, waiting longer each time unless it ran steadily before."""
    delay = first_delay
    while True:
        began = time.monotonic()
        code = await process.wait()
        if time.monotonic() - began >= steady_after:
            delay = first_delay
        say(process.name, f"ended unexpectedly ({ending(code)}); starting it again in {delay:g} s; see {process.log}")
        await asyncio.sleep(delay)
        delay = min(delay * 2, longest_delay)
        try:
            await process.start()
        except (CannotStart, OSError) as reason:
            say(process.name, f"could not be started again: {reason}")
        else:
            say(process.name, "started again")


def group_of(user: int) -> int:
    """The main group of a user of this machine."""
    import pwd  # only where there are users by number

    return pwd.getpwuid(user).pw_gid


def ending(code: int) -> str:
    """A return code in words."""
    if code >= 0:
        return f"exit status {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


@contextmanager
def open_log(path: Path) -> Iterator[int]:
    """The descriptor of a new log file that only the owner can read; the ones before it stay as `.1` to `.3`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > 0:
        for number in range(LOG_FILES, 1, -1):
            older = path.with_name(f"{path.name}.{number - 1}")
            if older.exists():
                older.replace(path.with_name(f"{path.name}.{number}"))
        path.replace(path.with_name(f"{path.name}.1"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def bound_log(path: Path, limit: int = LOG_BYTES) -> None:
    """Moves what a running process has written to `.1` once it is more than `limit` bytes.

    The process writes in append mode, so that its next line begins the emptied file.
    """
    try:
        if path.stat().st_size <= limit:
            return
    except FileNotFoundError:
        return
    with path.open("rb") as full, path.with_name(f"{path.name}.1").open("wb") as kept:
        full.seek(-limit, os.SEEK_END)
        while chunk := full.read(1 << 20):
            kept.write(chunk)
    os.truncate(path, 0)


def last_lines(path: Path, count: int = 15) -> str:
    """The end of a log, to show beside a failure."""
    try:
        with path.open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(0, log.tell() - 8192))
            return "\n".join(log.read().decode("utf-8", "replace").splitlines()[-count:])
    except FileNotFoundError:
        return ""


def _die_with_parent(number: signal.Signals) -> Callable[[], None]:
    parent, libc = os.getpid(), _libc
    if libc is None:
        raise RuntimeError("only Linux can send a signal when the parent dies; use the watcher")

    def before_exec() -> None:
        # Nothing is imported or allocated in earnest here: between fork and exec other threads' locks may be held.
        libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return before_exec
