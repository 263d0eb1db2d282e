"""The wire: resolved once, judged, bounded; TLS against the name; no redirect is followed."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from feeds.services import sending
from tests.integration.feeds.receiver import CERTIFICATES, Answer, Receiver, listening

HEADERS = {"webhook-id": "evt_1", "Content-Type": "application/json"}


@pytest.fixture(name="receiver")
def _receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOWED_PRIVATE = True
    with listening() as receiver:
        yield receiver


def sent(receiver: Receiver) -> sending.Sent:
    return sending.send(receiver.url, headers=HEADERS, body=b"{}")


def named(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name lead to these addresses; return the names that were asked for."""
    asked: list[str] = []

    def lookup(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(sending.socket, "getaddrinfo", lookup)
    return asked


def test_a_message_and_its_answer(receiver: Receiver) -> None:
    told = sent(receiver)

    path, headers, body = receiver.got[0]
    assert (path, body, headers["webhook-id"]) == ("/in", b"{}", "evt_1")
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert (told.code, told.response, told.error, told.address) == (
        200, "thank you", "", "127.0.0.1",
    )  # fmt: skip


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.default = Answer(302, headers={"Location": f"{receiver.url}/elsewhere"})

    assert (sent(receiver).code, len(receiver.got)) == (302, 1)


def test_a_long_answer_is_cut(receiver: Receiver) -> None:
    receiver.default = Answer(body=b"x" * 1_000_000)

    assert len(sent(receiver).response) == sending.ANSWER_BYTES_MAX


def test_an_answer_that_drips_is_cut_off(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "WHOLE_S", 1)
    receiver.default = Answer(body=b"x" * 1_000_000, drips=True)
    told = sent(receiver)

    assert told.took_ms < 4_000
    assert told.code in (200, None)


def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.WEBHOOK_ALLOWED_PRIVATE = True
    monkeypatch.setattr(sending, "CONNECT_S", 0.2)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/"
        told = sending.send(url, headers=HEADERS, body=b"{}")

    assert (told.code, told.error) == (None, "No answer in time")


def test_nobody_there(settings: Any) -> None:
    settings.WEBHOOK_ALLOWED_PRIVATE = True
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

    told = sending.send(f"http://127.0.0.1:{port}/", headers=HEADERS, body=b"{}")

    assert told.error == "The connection was refused"


def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(sending.socket, "getaddrinfo", unknown)

    told = sending.send("https://hooks.example/in", headers=HEADERS, body=b"{}")
    assert told.error == "The name is not known"


INSIDE = ["127.0.0.1", "169.254.169.254", "10.1.2.3", "100.64.1.1", "93.184.215.14 10.0.0.1"]


@pytest.mark.parametrize("addresses", INSIDE)
def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, addresses: str
) -> None:
    named(monkeypatch, *addresses.split())
    monkeypatch.setattr(
        sending.socket, "create_connection", lambda *_a, **_k: pytest.fail("it was connected to")
    )

    told = sending.send("https://hooks.example/in", headers=HEADERS, body=b"{}")

    assert told.code is None
    assert "not a public address" in told.error


def test_the_connection_goes_to_the_address_that_was_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One look-up, whatever a second one would say."""
    asked = named(monkeypatch, "93.184.215.14")
    reached: list[Any] = []

    def connect(address: Any, **_: Any) -> Any:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(sending.socket, "create_connection", connect)
    sending.send("https://hooks.example:8443/in", headers=HEADERS, body=b"{}")

    assert (asked, reached) == (["hooks.example"], [("93.184.215.14", 8443)])


@pytest.fixture(name="secure")
def _secure(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[Callable[[str], tuple[Receiver, sending.Sent]]]:
    settings.WEBHOOK_ALLOWED_PRIVATE = True
    with listening(secure=True) as receiver:
        named(monkeypatch, "127.0.0.1")

        def post(host: str) -> tuple[Receiver, sending.Sent]:
            url = f"https://{host}:{receiver.port}/in"
            return receiver, sending.send(url, headers=HEADERS, body=b"{}")

        yield post


def test_tls_is_checked_against_the_name(secure: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "hooks.example.pem"))
    receiver, good = secure("hooks.example")
    _receiver, other = secure("other.example")

    assert (good.code, good.address) == (200, "127.0.0.1")
    assert receiver.got[0][1]["host"] == f"hooks.example:{receiver.port}"
    assert other.code is None
    assert "The certificate does not hold" in other.error
    assert len(receiver.got) == 1


def test_a_certificate_that_nobody_trusts(secure: Any) -> None:
    receiver, told = secure("hooks.example")

    assert (told.code, receiver.got) == (None, [])
    assert "The certificate does not hold" in told.error


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hooks.example/in", "https"),
        ("https://10.0.0.1/in", "not a public address"),
        ("https://[::1]/in", "not a public address"),
        ("https://user@hooks.example/", "not an address of a webhook"),
        ("https://other.net/in", "not in WEBHOOK_HOSTS"),
    ],
)
def test_what_is_refused_at_sight(url: str, words: str, settings: Any) -> None:
    settings.WEBHOOK_HOSTS = ["hooks.example", "10.0.0.1", "::1"]
    with pytest.raises(sending.RefusedTarget) as refused:
        sending.require_target(url)

    assert words in refused.value.message
