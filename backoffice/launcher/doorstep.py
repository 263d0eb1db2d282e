"""Where `up` listens: HOST and PORT looked at before anything is started on them."""

from __future__ import annotations

import argparse
import errno
import socket
from typing import Final

from backoffice.launcher.cluster_home import UnableToStart

PORT_MAX: Final = 65_535
EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


def port_number(text: str) -> int:
    """Read PORT; raises ArgumentTypeError, which argparse says as it is."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= PORT_MAX):
        raise argparse.ArgumentTypeError(f"{text!r}: write a number from 1 to {PORT_MAX}")
    return int(text)


def address_of(host: str, port: int) -> str:
    """Return the numbers behind HOST, which the web server wants; IPv4 first.

    Raises UnableToStart when the name is unknown, foreign, forbidden or taken, and says which.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise UnableToStart(
            f"HOST={host} is not known: write an address of this machine, such as 127.0.0.1"
        ) from None
    family, *_kind, target = min(found, key=lambda one: one[0] != socket.AF_INET)
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(target)
            probe.listen()
        except OSError as refused:
            raise UnableToStart(_why_not(refused, host, port)) from None
    return str(target[0])


def _why_not(refused: OSError, host: str, port: int) -> str:
    if refused.errno == errno.EADDRNOTAVAIL:
        return f"HOST={host} is no address of this machine"
    if refused.errno in {errno.EACCES, errno.EPERM}:
        return f"port {port} is for root alone: choose a PORT above 1023"
    if refused.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken: choose another PORT"
    return f"cannot listen on {host}, port {port}: {refused.strerror}"


def url_of(address: str, port: int) -> str:
    """Return where a browser on this machine finds the pages."""
    host = EVERYWHERE.get(address, address)
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
