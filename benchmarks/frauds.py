"""Signs of fraud that are planted among clean trades, beside the faults."""

from __future__ import annotations

from datetime import date

from benchmarks.market import Market, moved
from benchmarks.planting import Planted, changed, fault


@fault("fraud", "TRD-630")
def _with_a_code_that_is_nobody(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, counterparty="CODE-1")


@fault("fraud", "TRD-631")
def _account_changed_just_before(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, counterparty=moved(day))


@fault("fraud", "TRD-632")
def _account_of_somebody_else(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, counterparty="TWIN-1")
