"""HOST and PORT are looked at before anything is started, and what is wrong with them is said."""

from __future__ import annotations

import argparse
import errno
import os
import socket

import pytest

from backoffice.launcher import doorstep
from backoffice.launcher.cluster_home import UnableToStart


@pytest.mark.parametrize("text", ["abc", "", "0", "-1", "99999", "8000.5", "８０００"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="write a number from 1 to 65535"):
        doorstep.port_number(text)


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("127.0.0.1", 8000, "http://127.0.0.1:8000/"),
        ("0.0.0.0", 8000, "http://127.0.0.1:8000/"),  # noqa: S104 - written, not bound
        ("::", 8000, "http://[::1]:8000/"),
        ("::1", 8000, "http://[::1]:8000/"),
    ],
)
def test_the_address_that_is_printed_can_be_opened(host: str, port: int, url: str) -> None:
    assert doorstep.url_of(host, port) == url


def test_a_name_becomes_the_numbers_that_the_web_server_wants() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    assert doorstep.address_of("localhost", port) == "127.0.0.1"


def test_a_taken_port_is_called_taken() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UnableToStart, match=f"port {port} on 127.0.0.1 is taken"):
            doorstep.address_of("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "says"),
    [("nobody.invalid", "is not known"), ("192.0.2.1", "is no address of this machine")],
)
def test_a_host_that_is_not_here_is_not_called_taken(host: str, says: str) -> None:
    with pytest.raises(UnableToStart, match=says):
        doorstep.address_of(host, 8000)


def test_a_port_of_root_is_called_that(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_arguments: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(socket.socket, "bind", refused)

    with pytest.raises(UnableToStart, match="port 80 is for root alone"):
        doorstep.address_of("127.0.0.1", 80)
