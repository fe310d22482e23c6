"""Which servers the suite runs on, and what happens when they are not to be had."""

import itertools
import os
import socket
from enum import StrEnum
from typing import NoReturn

import pytest


class Servers(StrEnum):
    EMBEDDED = "embedded"
    CONTAINERS = "containers"


class ServersMissing(Exception):
    """The chosen servers cannot be started on this machine; the message says why."""


def chosen() -> Servers:
    """WANGGE_TEST_SERVERS: `embedded` (the default) or `containers`; anything else fails."""
    asked = os.environ.get("WANGGE_TEST_SERVERS") or Servers.EMBEDDED
    try:
        return Servers(asked)
    except ValueError:
        pytest.fail(f"WANGGE_TEST_SERVERS is {asked!r}; it must be `embedded` or `containers`.", pytrace=False)


def missing(reason: ServersMissing) -> NoReturn:
    """Fails where nothing may be left out (CI=true), else skips and says why."""
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(f"With CI=true nothing may skip: {reason}", pytrace=False)
    pytest.skip(str(reason))


# Below the ephemeral range, so that no client's own end can sit there; each process begins somewhere else.
_FIRST, _LAST = 20000, 32000
_candidates = (_FIRST + (os.getpid() * 37 + step) % (_LAST - _FIRST) for step in itertools.count())


def free_port() -> int:
    """A port that nobody listens on; this process is never given the same one twice in a row."""
    for port in itertools.islice(_candidates, _LAST - _FIRST):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise ServersMissing(f"no port between {_FIRST} and {_LAST} is free")
