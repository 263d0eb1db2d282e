"""Taking what a colleague has already: allowed, and never unnoticed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.utils.translation import gettext as _t

from core.pages.base import ActedRequest


def owners_of(rows: QuerySet[Any], *, request: ActedRequest) -> list[str]:
    """Return the names of the other people who have some of these rows."""
    taken = rows.filter(owner__isnull=False).exclude(owner=request.user)
    return sorted(set(taken.order_by().values_list("owner__username", flat=True)))


def tell_taken_over(request: ActedRequest, owners: list[str]) -> None:
    """Say from whom something was taken: a list is older than what became of its rows."""
    if owners:
        said = _t("Somebody had taken some of it already: %(names)s. Tell them, or give it back.")
        messages.warning(request, said % {"names": ", ".join(owners)})
