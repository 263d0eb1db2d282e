"""Reads of what a scope names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from refdata.models import Book, Desk, Party
from trades.models import PRODUCT_CLASSES
from trades.rules.scopes import ScopeKind, scope_of

NAMED: Final[Mapping[ScopeKind, Any]] = {
    ScopeKind.ENTITY: Party,
    ScopeKind.DESK: Desk,
    ScopeKind.BOOK: Book,
    ScopeKind.COUNTERPARTY: Party,
}


def find_scope(kind: ScopeKind, typed: str) -> str | None:
    """Return the scope of an entity of ours, a desk, a book, a counterparty or a product by its
    code; None without one.
    """
    if kind is ScopeKind.PRODUCT:
        code = typed.upper()
        return (
            scope_of(kind, code) if code in {value for value, _label in PRODUCT_CLASSES} else None
        )
    named = NAMED[kind].objects.filter(code__iexact=typed)
    if kind is ScopeKind.ENTITY:
        named = named.filter(is_own_firm=True)
    found = named.order_by("pk").first()
    return None if found is None else scope_of(kind, found.code)
