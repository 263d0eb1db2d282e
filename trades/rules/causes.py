"""What is wrong outside a trade: what one repair puts right for all trades that have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from desk.facts import Cause
from desk.states import CauseKind
from trades.facts import TradeFacts

CODE_OF: Final[Mapping[CauseKind, Callable[[TradeFacts], str]]] = {
    CauseKind.INSTRUMENT: lambda facts: facts.isin or facts.symbol,
    CauseKind.COUNTERPARTY: lambda facts: facts.counterparty_code,
    CauseKind.TRADER: lambda facts: facts.trader_code,
    CauseKind.BOOK: lambda facts: facts.book_code,
    CauseKind.VENUE: lambda facts: facts.venue,
    CauseKind.CURRENCY: lambda facts: facts.currency,
    CauseKind.PAIR: lambda facts: facts.deal.pair if facts.deal else "",
}
"""How a trade names what may be wrong."""


def cause_of(facts: TradeFacts, kind: CauseKind | None) -> Cause | None:
    """Return what a finding of this kind of cause points at; None where it is the trade itself."""
    code = CODE_OF[kind](facts) if kind is not None else ""
    return Cause(kind, code) if kind is not None and code else None
