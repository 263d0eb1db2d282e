"""What is wrong outside a report: what one repair puts right for all reports that have it."""

from __future__ import annotations

from typing import Final

from desk.facts import Cause
from desk.states import CauseKind
from reporting.facts import TradeSource

BUYER: Final = range(7, 16)
SELLER: Final = range(16, 25)
DESCRIBED: Final = (0, *range(41, 57))
DECIDERS: Final = (57, 59)
VENUE_UNKNOWN: Final = "R22-00-2"


def cause_of(trade: TradeSource, code: str) -> Cause | None:
    """Return what a finding of a rule of the reports (R22-field-number) points at.

    The other side is a counterparty, the security is described by its instrument, and who decided
    or executed is the trader. None where it is the trade itself, or the firm: its own side and its
    LEI stand in no sheet. What the regulator refuses in its own words has no cause that we know.
    """
    if code == VENUE_UNKNOWN:
        return _named(CauseKind.VENUE, trade.venue)
    field = int(code[4:6])
    if field in DESCRIBED:
        return _named(CauseKind.INSTRUMENT, trade.isin)
    if field in (SELLER if trade.side == "BUY" else BUYER):
        party = trade.counterparty
        return _named(CauseKind.COUNTERPARTY, party.code if party else "")
    if field in DECIDERS:
        return _named(CauseKind.TRADER, trade.trader_code)
    return None


def _named(kind: CauseKind, code: str) -> Cause | None:
    return Cause(kind, code) if code else None
