"""Where the FIX acceptor listens when `up` starts it: beside the pages, or where FIX_PORT says."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from backoffice.launcher.up import _fix_port  # the rule alone, without a start


@pytest.mark.parametrize(
    ("case", "asked", "port", "found"),
    [
        ("beside_the_pages", "", 8000, 9878),
        ("no_room_above", "", 65_000, 63_122),
        ("as_said", "5001", 8000, 5001),
        ("none", "0", 8000, 0),
    ],
)
def test_the_port(
    monkeypatch: pytest.MonkeyPatch, case: str, asked: str, port: int, found: int
) -> None:
    monkeypatch.setenv("FIX_PORT", asked)

    assert _fix_port(port) == found, case


@pytest.mark.parametrize("asked", ["99999", "-1", "fix"])
def test_what_is_no_port_is_refused(monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    monkeypatch.setenv("FIX_PORT", asked)

    with pytest.raises(ImproperlyConfigured, match="FIX_PORT"):
        _fix_port(8000)
