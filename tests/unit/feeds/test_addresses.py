"""Where a webhook may lead."""

from __future__ import annotations

import pytest

from feeds.rules.addresses import UnreadableTarget, is_allowed_host, is_public, target_of

PUBLIC = ["93.184.215.14", "8.8.8.8", "1.1.1.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
NOT_PUBLIC = {
    "10.0.0.1": "private", "172.16.0.1": "private", "172.31.255.255": "private",
    "192.168.1.1": "private", "127.0.0.1": "loopback", "127.8.8.8": "loopback",
    "0.0.0.0": "unspecified",  # noqa: S104 - nothing is bound
    "0.1.2.3": "this network", "169.254.169.254": "metadata",
    "169.254.1.1": "link-local", "100.64.0.1": "carrier-grade NAT", "100.127.255.254": "the same",
    "192.0.0.8": "protocols", "192.0.2.1": "documentation", "198.18.0.1": "benchmarks",
    "203.0.113.9": "documentation", "224.0.0.1": "multicast", "239.255.255.250": "multicast",
    "240.0.0.1": "reserved", "255.255.255.255": "broadcast", "::": "unspecified", "::1": "loopback",
    "fe80::1": "link-local", "fe80::1%eth0": "link-local", "fc00::1": "unique local",
    "fd00:ec2::254": "metadata over IPv6", "ff02::1": "multicast", "2001:db8::1": "documentation",
    "::ffff:127.0.0.1": "mapped loopback", "::ffff:10.0.0.1": "mapped private",
    "::127.0.0.1": "compatible loopback", "64:ff9b::7f00:1": "NAT64 of loopback",
    "64:ff9b::a9fe:a9fe": "NAT64 of metadata", "2002:7f00:1::": "6to4 of loopback",
    "2002:c0a8:101::1": "6to4 of private",
}  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC, ids=str)
def test_addresses_of_somewhere_else(address: str) -> None:
    assert not is_public(address), NOT_PUBLIC[address]


def test_an_address_is_taken_apart() -> None:
    target = target_of("https://Hooks.Example.com:8443/in?x=1")

    assert (target.host, target.port, target.path) == ("hooks.example.com", 8443, "/in?x=1")
    assert target.is_secure
    assert not target.is_literal
    assert target_of("https://[2606:2800::1]/").is_literal
    assert (target_of("https://example.com").port, target_of("https://example.com").path) == (
        443,
        "/",
    )


@pytest.mark.parametrize(
    "url",
    [
        "", "example.com", "ftp://example.com", "file:///etc/passwd", "https://", "https:///x",
        "https://user:pass@example.com/", "https://example.com@10.0.0.1/", "https://example.com/#x",
        "https://example.com:0/", "https://example.com:99999/", "https://exa mple.com/",
        "https://example.com/\r\nX: y", "https://exämple.com/", "https://127.1/", "https://2130706433/",
        "https://0x7f.1/", "https://[::1/", "https://-x.com/", "https://example.com/" + "x" * 500,
        "gopher://example.com/", "https://example.com\\@evil/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_webhook(url: str) -> None:
    with pytest.raises(UnreadableTarget):
        target_of(url)


@pytest.mark.parametrize(
    ("host", "allowed", "is_good"),
    [
        ("a.example.com", [], True),
        ("a.example.com", ["example.com"], True),
        ("example.com", ["example.com"], True),
        ("badexample.com", ["example.com"], False),
        ("example.com.evil.net", ["example.com"], False),
    ],
)
def test_the_list_of_the_house(host: str, allowed: list[str], is_good: bool) -> None:  # noqa: FBT001 - a case
    assert is_allowed_host(host, allowed) is is_good
