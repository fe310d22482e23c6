"""Ports on the loopback interface: whether one is free, and what to say when it is not."""

import asyncio
import errno
import socket

from deploy.embedded.errors import PortTaken


def bind(host: str, port: int, setting: str) -> socket.socket:
    """A bound socket that does not listen yet: nobody else can take the port, and nobody is kept waiting."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as reason:
        listener.close()
        raise PortTaken(_refusal(host, port, setting, reason)) from reason
    return listener


async def require_free(host: str, port: int, setting: str, patience: float = 3.0) -> None:
    """Waits a little, since the processes of a launcher that was killed need a moment to go."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    while True:
        try:
            bind(host, port, setting).close()
        except PortTaken:
            if loop.time() >= deadline:
                raise
            await asyncio.sleep(0.1)
        else:
            return


async def answers(host: str, port: int) -> bool:
    """Whether something accepts connections there.

    A connection to a closed port of the ephemeral range can reach itself; such a one does not count.
    """
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), timeout=1.0)
    except (OSError, TimeoutError):
        return False
    own, peer = writer.get_extra_info("sockname"), writer.get_extra_info("peername")
    writer.close()
    return bool(own != peer)


def _refusal(host: str, port: int, setting: str, reason: OSError) -> str:
    if reason.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is in use by another process. Stop that process, or set {setting} to a free port."
        )
    return f"Port {port} on {host} cannot be used ({reason.strerror}). Set {setting} to another port."
