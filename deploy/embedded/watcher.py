"""Ends a process group when its launcher dies, where the kernel cannot: the pipe to the launcher breaks then.

Run as a script of its own, with the group's number; the launcher writes `ended` when there is nothing left to end.
"""

import contextlib
import os
import signal
import sys


def watch(group: int) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # Ctrl-C is the launcher's to answer
    if sys.stdin.buffer.read() != b"ended":
        with contextlib.suppress(ProcessLookupError):  # it ended by itself
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    watch(int(sys.argv[1]))
