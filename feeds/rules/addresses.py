"""Which addresses are the public internet: all others are refused, whatever name leads there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

URL_LENGTH_MAX: Final = 500
PORT_MAX: Final = 65535
HOST: Final = re.compile(r"[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?|\[[0-9a-f:.]+\]", re.ASCII)
VISIBLE: Final = re.compile(r"[!-~]+", re.ASCII)
NAT64: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
SPECIAL: Final = tuple(
    ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20")
)
"""Of no use to anybody's web server; older versions of Python take some for the internet."""
LOW_32: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook leads, taken apart."""

    host: str
    port: int
    path: str
    is_secure: bool

    @property
    def is_literal(self) -> bool:
        """Whether the host is an IP address itself."""
        return _is_literal(self.host)


class UnreadableTarget(ValueError):
    """It is no address that a webhook can have."""


def target_of(url: str) -> Target:
    """Take an address apart. Raises UnreadableTarget for anything odd: names, blanks, fragments."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UnreadableTarget(url) from None
    bare = parts.netloc.rpartition("@")
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    if (
        parts.scheme not in ("https", "http")
        or bare[1]
        or parts.fragment
        or len(url) > URL_LENGTH_MAX
        or not VISIBLE.fullmatch(url)
        or not HOST.fullmatch(shown)
        or (shown.rpartition(".")[2].isdigit() and not _is_literal(host))
        or (port is not None and not 1 <= port <= PORT_MAX)
    ):
        raise UnreadableTarget(url)
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port or (443 if secure else 80), path, secure)


def is_public(text: str) -> bool:
    """Say whether an IP address is one of the internet.

    Not: private, loopback, link-local (with the metadata of clouds), carrier-grade NAT, unique
    local, multicast, reserved, unspecified; nor an address of IPv6 that carries one of those.
    """
    address = ip_address(text.partition("%")[0])
    return all(_is_global(one) for one in (address, *_carried(address)))


def is_allowed_host(host: str, allowed: Sequence[str]) -> bool:
    """Say whether a name is in the list of the house, or below one of it; an empty list has all."""
    return not allowed or any(host == name or host.endswith(f".{name}") for name in allowed)


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or any(address in network for network in SPECIAL)
    )


def _carried(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """Return the addresses of IPv4 that one of IPv6 stands for."""
    if isinstance(address, IPv4Address):
        return []
    carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in NAT64) or int(address) <= LOW_32:
        carried.append(IPv4Address(int(address) & LOW_32))
    return [one for one in carried if one is not None]
