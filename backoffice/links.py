"""Addresses of other rooms' pages, '' for one that does not exist here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse


def link(name: str, **query: str | Sequence[str]) -> str:
    """Return the address of a page with a filter, '' when no room has such a page."""
    try:
        address = reverse(name)
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode(query, doseq=True)}" if query else address


def link_to_day(name: str, day: date, **query: str | Sequence[str]) -> str:
    """Return the address of a list that has its own filter of the business day."""
    return link(name, **query, day=day.isoformat())


def link_to_trades(name: str, day: date, **query: str | Sequence[str]) -> str:
    """Return the address of a list of what was traded on a day."""
    return link(name, **query, since=day.isoformat(), until=day.isoformat())
