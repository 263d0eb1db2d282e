"""Accounts of the market with what they hold, and trades that take what is not there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from benchmarks.market import BESIDE, DEPOT, FIRST, Fields, Market, Sent, unfit
from benchmarks.planting import Planted, fault, of_a_share
from refdata import models as refdata

EMPTY, PLEDGED, THIN, POOR, OLD = ("EMPTY-1", "PLEDGED-1", "THIN-1", "POOR-1", "OLD-1")
PLENTY = 10**9
STATED = FIRST + timedelta(days=1)


def _holdings(market: Market) -> None:
    """Write what accounts hold: all that clean trades need, or not enough for a fault."""
    bank = refdata.Party.objects.create(code="BANK-1", name="Bank", is_custodian=True)
    every = refdata.Instrument.objects.filter(isin__in=[one.isin for one in market.listed])
    plenty = dict.fromkeys(every, Decimal(PLENTY))
    _state(bank, DEPOT, plenty, cash=PLENTY * PLENTY // 10)
    _state(bank, EMPTY, {refdata.Instrument.objects.get(isin=unfit("calm")): Decimal(1)})
    _state(bank, PLEDGED, plenty, pledged=PLENTY)
    _state(bank, THIN, dict.fromkeys(every, Decimal(100)))
    _state(bank, POOR, {}, cash=1)
    _state(bank, OLD, plenty, day=FIRST - timedelta(days=10))


BESIDE.append(_holdings)


def _state(
    bank: refdata.Party,
    code: str,
    securities: Mapping[refdata.Instrument, Decimal],
    *,
    day: date = STATED,
    cash: int | None = None,
    pledged: int = 0,
) -> None:
    account = refdata.Account.objects.create(
        code=code, name=code, kind="SECURITIES", custodian=bank
    )
    lines = [
        refdata.Holding(
            account=account, day=day, instrument=one, quantity=n, pledged=pledged, source="BENCH"
        )
        for one, n in securities.items()
    ]
    if cash is not None:
        lines.append(
            refdata.Holding(account=account, day=day, currency="EUR", quantity=cash, source="BENCH")
        )
    refdata.Holding.objects.bulk_create(lines)


def _on(account: str, market: Market, day: date, name: str, side: str) -> Fields:
    return of_a_share(market, day, name) | {"side": side, "account": account, "quantity": "200"}


@fault("provision", "TRD-117")
def _sold_without_holding_it(market: Market, day: date, name: str) -> Planted:
    return [Sent.soon(_on(EMPTY, market, day, name, "SELL"))]


@fault("provision", "TRD-117")
def _sold_what_is_pledged(market: Market, day: date, name: str) -> Planted:
    return [Sent.soon(_on(PLEDGED, market, day, name, "SELL"))]


@fault("provision", "TRD-117")
def _sold_twice(market: Market, day: date, name: str) -> Planted:
    first = _on(THIN, market, day, name, "SELL") | {"quantity": "60"}
    second = first | {"source_reference": f"{name}-B", "quantity": "61"}
    return [Sent.soon(first), Sent.soon(second)]


@fault("provision", "TRD-118")
def _bought_without_cash(market: Market, day: date, name: str) -> Planted:
    return [Sent.soon(_on(POOR, market, day, name, "BUY"))]


@fault("provision", "TRD-119")
def _sold_by_an_old_statement(market: Market, day: date, name: str) -> Planted:
    return [Sent.soon(_on(OLD, market, day, name, "SELL"))]
