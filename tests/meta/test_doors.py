"""Every address asks who is there, unless it stands in the short list of open doors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.meta.sources import PACKAGES, label, python_files

OPEN = (
    "sign-in/",
    "sign-out/",
    "password/",  # opened by its token
    "language/",
    "i18n/",
    "api/v1/schema/",
    "api/v1/docs/",
    "admin/login/",
    "admin/logout/",
    "admin/jsi18n/",
)
SAMPLES = {"int": "1", "str": "x", "slug": "x", "path": "x", "uuid": "0" * 32, "date": "2026-01-05"}


def _routes(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def _address(route: str) -> str:
    """A concrete path for a route; `<int:pk>` becomes 1. Regular expressions are left to Django."""
    filled = re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found[1] or "str", "x"), route)
    return "/" + re.sub(r"\(\?P<\w+>[^)]*\)|[\^$]", "", filled).replace("//", "/")


ROUTES = sorted(
    {
        _address(route)
        for route in _routes(get_resolver().url_patterns)
        if not route.startswith(OPEN) and "?P" not in route
    }
)


def _sent_away(client: Client, address: str) -> bool:
    """Sign-in for pages (302), 401 or 403 for the API; never a page, a 500 or a change."""
    answer = client.get(address)
    if answer.status_code == 302:
        return "sign-in" in answer.headers["Location"] or "login" in answer.headers["Location"]
    return answer.status_code in {401, 403, 404, 405}


@pytest.mark.django_db
def test_a_stranger_is_sent_away_from_every_address(client: Client) -> None:
    assert [address for address in ROUTES if not _sent_away(client, address)] == []
    assert len(ROUTES) > 50


def test_what_has_no_desk_is_asked_in_one_way() -> None:
    """What may wait before a desk owns it says so by its name (`access.desk_or_any`); a trade or
    an exception without a desk is asked as it is, for who may act on all of them.
    """
    found = {
        label(path)
        for path in python_files(*PACKAGES)
        if re.search(r"desk(_code)? or None", path.read_text())
    }

    assert found == {"core/access.py"}
