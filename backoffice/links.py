"""Addresses of other rooms' pages, '' for one that does not exist here."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse


def link(name: str, **query: str) -> str:
    """Return the address of a page with a filter, '' when no room has such a page."""
    try:
        address = reverse(name)
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode(query)}" if query else address
