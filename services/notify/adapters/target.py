"""Where a webhook may go: the address from the settings, checked, and looked up anew for each message."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final, Protocol, TypeAlias

import httpx2

Address: TypeAlias = IPv4Address | IPv6Address

_METADATA: Final = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "fd00:ec2::254")))
"""Where clouds keep the keys of a machine, outside the link-local range (where the others do, and which is closed)."""


_HOST: Final = re.compile(rb"[A-Za-z0-9._:-]{1,253}")


class Misconfigured(Exception):
    """The settings cannot be used as they are; the message names the setting and what to do."""


class ForbiddenTarget(Exception):
    """The host's address is one that a message must never be sent to."""


class Resolver(Protocol):
    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """The host's addresses; raises OSError when there are none."""
        ...


async def system_resolver(host: str, port: int) -> Sequence[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as fault:
        raise OSError("this can be no host name") from fault
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Target:
    url: httpx2.URL
    loopback_only: bool
    """Plain HTTP: it must not leave this machine."""
    loopback_allowed: bool

    @classmethod
    def of(cls, setting: str, *, allow_loopback: bool) -> Target:
        try:
            url = httpx2.URL(setting)
            port = url.port
        except (httpx2.InvalidURL, ValueError) as fault:
            raise Misconfigured("WANGGE_NOTIFY_WEBHOOK_URL is no address; write https://host/path") from fault
        if (
            url.scheme not in ("http", "https")
            or not _HOST.fullmatch(url.raw_host)
            or (port is not None and not 0 < port < 65536)
        ):
            raise Misconfigured("WANGGE_NOTIFY_WEBHOOK_URL must have the form https://host/path")
        if url.userinfo:
            raise Misconfigured("WANGGE_NOTIFY_WEBHOOK_URL must hold no user or password; messages are signed instead")
        if url.scheme == "http" and not allow_loopback:
            raise Misconfigured("WANGGE_NOTIFY_WEBHOOK_URL must begin with https://, for it carries names and phones")
        return cls(url, loopback_only=url.scheme == "http", loopback_allowed=allow_loopback)

    @property
    def host(self) -> str:
        return self.url.raw_host.decode("ascii")

    @property
    def port(self) -> int:
        return self.url.port or (443 if self.url.scheme == "https" else 80)

    async def resolve(self, resolver: Resolver) -> Address:
        """The one address to connect to.

        The caller connects to this and not to the name: a second look-up could give another answer than the checked.
        """
        addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in await resolver(self.host, self.port)]
        if not addresses:
            raise OSError("the name has no address")
        for address in addresses:
            self._check(address)
        return addresses[0]

    def _check(self, address: Address) -> None:
        meant = _embedded(address)
        if meant.is_loopback:
            if not self.loopback_allowed:
                raise ForbiddenTarget("loopback")
        elif self.loopback_only:
            raise ForbiddenTarget("plain http beyond loopback")
        elif (
            meant.is_link_local or meant.is_multicast or meant.is_unspecified or meant.is_reserved or meant in _METADATA
        ):
            raise ForbiddenTarget("link-local, multicast, reserved")


def _embedded(address: Address) -> Address:
    """The IPv4 address that is dressed up as an IPv6 one, if it is."""
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address.sixtofour or address
    return address
