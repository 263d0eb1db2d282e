"""Scopes: where a setting of a rule holds. The most specific one that a trade lies in wins."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from trades.facts import TradeFacts
from trades.rules.rule import Limits

EVERYWHERE: Final = ""
Settings = Mapping[str, Limits | None]
CodeOf = Callable[[TradeFacts], str]


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a marked text
    """Mark a text for translation; it is translated where a person reads it."""
    return text


class ScopeKind(StrEnum):
    """What a scope is about, from the widest to the narrowest: the later one wins."""

    ENTITY = "entity"
    PRODUCT = "product"
    DESK = "desk"
    BOOK = "book"
    COUNTERPARTY = "counterparty"

    @property
    def label(self) -> str:
        """How people call it."""
        return KINDS[self]


KINDS: Final[Mapping[ScopeKind, str]] = {
    ScopeKind.ENTITY: N_("Legal entity"),
    ScopeKind.PRODUCT: N_("Product"),
    ScopeKind.DESK: N_("Desk"),
    ScopeKind.BOOK: N_("Book"),
    ScopeKind.COUNTERPARTY: N_("Counterparty"),
}


@dataclass(frozen=True, slots=True)
class Places:
    """How to tell which of our entities deals, and what a trade deals in: no trade says so."""

    entity_of: CodeOf
    product_of: CodeOf


@dataclass(frozen=True, slots=True)
class Effective:
    """Settings of a day by the code of their rule: those for everything, and those of a scope.

    None stands for "switched off"; a code that is absent has no setting of its own there.
    """

    everywhere: Settings
    scoped: Mapping[str, Settings] = field(default_factory=dict)

    def within(self, scopes: Iterable[str]) -> Settings:
        """Return what holds where these scopes meet; they are in their order."""
        if not scopes:
            return self.everywhere
        merged = dict(self.everywhere)
        for scope in scopes:
            merged.update(self.scoped.get(scope, {}))
        return merged

    def scopes_of(self, code: str) -> frozenset[str]:
        """Return the scopes in which a rule has a setting of its own."""
        return frozenset(scope for scope, settings in self.scoped.items() if code in settings)


def scope_of(kind: ScopeKind, value: str) -> str:
    """Write a scope: `book:EQ-PAR-1`."""
    return f"{kind}:{value}"


def scopes_around(facts: TradeFacts, known: Collection[str], places: Places) -> tuple[str, ...]:
    """Return those of the known scopes that a trade lies in, the widest first."""
    around = (
        f"entity:{places.entity_of(facts)}",
        f"product:{places.product_of(facts)}",
        f"desk:{facts.desk_code}",
        f"book:{facts.book_code}",
        f"counterparty:{facts.counterparty_code}",
    )
    return tuple(scope for scope in around if scope in known)


def by_scopes(
    trades: Sequence[TradeFacts], known: Collection[str], places: Places
) -> dict[tuple[str, ...], list[TradeFacts]]:
    """Return the trades by the scopes that they lie in; with none known, all of them together."""
    if not known:
        return {(): list(trades)}
    groups: dict[tuple[str, ...], list[TradeFacts]] = {}
    for facts in trades:
        groups.setdefault(scopes_around(facts, known, places), []).append(facts)
    return groups


def decided_by(facts: TradeFacts, scopes: Collection[str], places: Places) -> str:
    """Return which of the scopes that have a setting decides about a trade."""
    around = scopes_around(facts, scopes, places)
    return around[-1] if around else EVERYWHERE
