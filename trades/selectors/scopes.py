"""Reads of what a scope names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from refdata.models import Book, Desk, Party
from trades.models import PRODUCT_CLASSES
from trades.rules.scopes import ScopeKind, scope_of

NAMED: Final[Mapping[ScopeKind, Any]] = {
    ScopeKind.DESK: Desk,
    ScopeKind.BOOK: Book,
    ScopeKind.COUNTERPARTY: Party,
}


def find_scope(kind: ScopeKind, typed: str) -> str | None:
    """Return the scope of a desk, book, counterparty or product by its code; None without one."""
    if kind is ScopeKind.PRODUCT:
        code = typed.upper()
        return (
            scope_of(kind, code) if code in {value for value, _label in PRODUCT_CLASSES} else None
        )
    found = NAMED[kind].objects.filter(code__iexact=typed).order_by("pk").first()
    return None if found is None else scope_of(kind, found.code)
