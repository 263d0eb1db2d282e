"""What is wrong outside a trade: what one repair puts right for all trades that have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from desk.facts import Cause
from desk.states import CauseKind
from kernel.findings import Finding
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
SAID_BY: Final[Mapping[CauseKind, Callable[[Finding], str]]] = {
    CauseKind.CALENDAR: lambda finding: str(
        finding.evidence.get("calendars") or finding.evidence.get("calendar", "")
    ),
    CauseKind.COUNTRY: lambda finding: finding.found,
}
"""How a finding names it where the trade does not: it may be the calendar of one leg, or one of two
countries; calendars that are asked together are named together.
"""


def cause_of(facts: TradeFacts, kind: CauseKind | None, finding: Finding) -> Cause | None:
    """Return what a finding of this kind of cause points at; None where it is the trade itself."""
    if kind is None:
        return None
    code = SAID_BY[kind](finding) if kind in SAID_BY else CODE_OF[kind](facts)
    return Cause(kind, code) if code else None
