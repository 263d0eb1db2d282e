"""Funds, contracts, currencies, repos and loans: clean ones, and one that breaks each rule."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

import msgspec

from tests.unit.trades.rule_world import (
    FRIDAY,
    FUND_ISIN,
    FUTURE,
    FUTURE_ISIN,
    MONDAY,
    OAT_ISIN,
    OPTION_ISIN,
    TUESDAY,
    facts,
    world,
)
from trades.facts import DealTerms, LegTerms, TradeFacts
from trades.rules import legs

CLOSED_IN_NEW_YORK = date(2026, 11, 26)
NEXT_TUESDAY = date(2026, 12, 1)


def fund(**changes: object) -> TradeFacts:
    """Return a subscription of 12.5 units at the net asset value."""
    terms: dict[str, object] = {
        "isin": FUND_ISIN,
        "venue": "XXXX",
        "quantity": Decimal("12.5"),
        "price": Decimal("758.41"),
        "gross_amount": Decimal("9480.13"),
        "fees": Decimal(0),
        "net_amount": Decimal("9480.13"),
    }
    return facts(**(terms | changes))


def future(**changes: object) -> TradeFacts:
    """Return a purchase of two futures: nothing but the fees is paid."""
    terms: dict[str, object] = {
        "isin": FUTURE_ISIN,
        "venue": "XMON",
        "settlement_date": MONDAY,
        "quantity": Decimal(2),
        "price": Decimal("8120.5"),
        "gross_amount": Decimal(162410),
        "fees": Decimal("3.00"),
        "net_amount": Decimal("3.00"),
    }
    return facts(**(terms | changes))


def option(**changes: object) -> TradeFacts:
    """Return a purchase of two options: the premium is paid."""
    terms: dict[str, object] = {
        "isin": OPTION_ISIN,
        "venue": "XMON",
        "settlement_date": MONDAY,
        "quantity": Decimal(2),
        "price": Decimal("612.4"),
        "gross_amount": Decimal(12248),
        "fees": Decimal("3.00"),
        "net_amount": Decimal(12251),
    }
    return facts(**(terms | changes))


def exchange(deal: dict[str, object] | None = None, **changes: object) -> TradeFacts:
    """Return a purchase of 100,000 euros for dollars, spot."""
    day = changes.get("settlement_date", TUESDAY)
    terms: dict[str, object] = {
        "product": "FX",
        "isin": "",
        "symbol": "EUR/USD",
        "venue": "XXXX",
        "quantity": Decimal(100_000),
        "price": Decimal("1.1684"),
        "gross_amount": Decimal(100_000),
        "fees": Decimal(0),
        "net_amount": Decimal(100_000),
        "capacity": "",
        "deal": DealTerms(
            product="FX",
            legs=legs.exchange_legs(
                "BUY",
                ("EUR", Decimal(100_000)),
                ("USD", Decimal("116840.00")),
                day,  # type: ignore[arg-type]  # a case may leave it out
            ),
            pair="EUR/USD",
            spot_date=TUESDAY,
        ),
    }
    return _with_deal(facts(**(terms | changes)), deal)


def repo(deal: dict[str, object] | None = None, **changes: object) -> TradeFacts:
    """Return a repo of a week: a million at 87.50, two percent off, lent at 1.94 percent."""
    cash, end = Decimal("858672.78"), Decimal("858996.69")
    terms: dict[str, object] = {
        "product": "REPO",
        "isin": OAT_ISIN,
        "side": "SELL",
        "venue": "XOFF",
        "quantity": Decimal(1_000_000),
        "price": Decimal("87.50"),
        "gross_amount": Decimal(875_000),
        "accrued_interest": Decimal("1196.71"),
        "fees": Decimal(0),
        "net_amount": cash,
        "capacity": "",
        "deal": DealTerms(
            product="REPO",
            legs=legs.financing_legs(
                "SELL", Decimal(1_000_000), ("EUR", cash, end), (TUESDAY, NEXT_TUESDAY)
            ),
            repo_rate=Decimal("1.94"),
            day_count="ACT/360",
            haircut=Decimal(2),
        ),
    }
    return _with_deal(facts(**(terms | changes)), deal)


def loan(deal: dict[str, object] | None = None, **changes: object) -> TradeFacts:
    """Return a loan of a hundred shares against cash, open, with a notice."""
    terms: dict[str, object] = {
        "product": "LENDING",
        "side": "SELL",
        "venue": "XOFF",
        "fees": Decimal(0),
        "net_amount": Decimal("6352.50"),
        "capacity": "",
        "deal": DealTerms(
            product="LENDING",
            legs=legs.financing_legs(
                "SELL", Decimal(100), ("EUR", Decimal("6352.50"), None), (TUESDAY, None)
            ),
            lending_fee=Decimal(35),
            day_count="ACT/360",
            margin=Decimal(105),
            collateral="CASH",
            collateral_amount=Decimal("6352.50"),
            notice_days=3,
        ),
    }
    return _with_deal(facts(**(terms | changes)), deal)


def _with_deal(trade: TradeFacts, changes: dict[str, object] | None) -> TradeFacts:
    if not changes or trade.deal is None:
        return trade
    return msgspec.structs.replace(trade, deal=msgspec.structs.replace(trade.deal, **changes))


def ending(trade: TradeFacts, day: date | None, amount: Decimal | None) -> TradeFacts:
    """Return the trade with another last leg."""
    assert trade.deal is not None
    first, last = trade.deal.legs
    last = msgspec.structs.replace(last, settlement_date=day, amount=amount)
    return _with_deal(trade, {"legs": (first, last)})


def counter(amount: str) -> TradeFacts:
    """Return the exchange with another counter-amount."""
    trade = exchange()
    assert trade.deal is not None
    return _with_deal(
        trade,
        {
            "legs": (
                trade.deal.legs[0],
                LegTerms(
                    number=2,
                    kind="COUNTER",
                    currency="USD",
                    settlement_date=TUESDAY,
                    amount=-Decimal(amount),
                ),
            )
        },
    )


CLEAN = [
    ("subscription", fund()),
    ("redemption", fund(side="SELL")),
    ("future", future()),
    ("future_sold", future(side="SELL", net_amount=Decimal("-3.00"))),
    ("future_that_settles_by_its_margin_alone", future(settlement_date=None)),
    ("option", option()),
    ("spot", exchange()),
    ("sold_spot_within_a_cent", counter("116840.01")),
    ("repo", repo()),
    ("reverse_repo", repo(side="BUY")),
    ("open_loan", loan()),
]
"""Trades that no rule finds anything about."""

PRODUCT_CASES = [
    ("TRD-301", "option_for_nothing", option(price=Decimal(0)), world()),
    ("TRD-303", "a_future_that_is_paid", future(net_amount=Decimal(162413)), world()),
    ("TRD-303", "a_premium_that_is_not", option(net_amount=Decimal(3)), world()),
    ("TRD-302", "multiplier_forgotten", future(gross_amount=Decimal(16241)), world()),
    (
        "TRD-207",
        "after_its_expiry",
        future(),
        world(
            instruments={FUTURE_ISIN: dataclasses.replace(FUTURE, maturity_date=date(2026, 11, 19))}
        ),
    ),
    (
        "TRD-311",
        "neither_future_nor_option",
        future(),
        world(
            instruments={
                FUTURE_ISIN: dataclasses.replace(FUTURE, is_future=False, contract_known=False)
            }
        ),
    ),
    ("TRD-405", "not_the_net_asset_value", fund(price=Decimal("758.42")), world()),
    ("TRD-801", "dealt_currency_is_no_part", exchange({"pair": "GBP/USD"}), world()),
    ("TRD-801", "unknown_currency", exchange({"pair": "EUR/XXQ"}), world()),
    ("TRD-801", "one_currency_twice", exchange({"pair": "EUR/EUR"}), world()),
    ("TRD-802", "two_cents_over", counter("116840.02"), world()),
    ("TRD-803", "off_market", exchange(price=Decimal("1.1950")), world()),
    (
        "TRD-804",
        "thanksgiving",
        exchange(settlement_date=CLOSED_IN_NEW_YORK),
        world(),
    ),
    ("TRD-805", "value_tomorrow", exchange(settlement_date=date(2026, 11, 23)), world()),
    ("TRD-806", "no_convention", exchange({"spot_date": None}), world()),
    ("TRD-807", "no_rate_of_the_dollar", exchange(), world(rates={FRIDAY: {"EUR": Decimal(1)}})),
    ("TRD-807", "no_rates_at_all", exchange(), world(rates={})),
    ("TRD-208", "exchange_without_value_date", exchange(settlement_date=None), world()),
    ("TRD-208", "repo_without_start", repo(settlement_date=None), world()),
    ("TRD-208", "premium_without_day", option(settlement_date=None), world()),
    ("TRD-209", "derivatives_market", future(), world(calendars={})),
    ("TRD-210", "repo_in_euros", repo(), world(payable=frozenset())),
    ("TRD-212", "value_in_two_years", exchange(settlement_date=date(2028, 11, 24)), world()),
    ("TRD-212", "repo_that_starts_next_month", repo(settlement_date=date(2026, 12, 21)), world()),
    (
        "TRD-313",
        "counter_amount_of_a_tenth_of_a_cent",
        counter("116840.001"),
        world(),
    ),
    (
        "TRD-313",
        "end_cash_of_a_tenth_of_a_cent",
        ending(repo(), NEXT_TUESDAY, Decimal("-858996.691")),
        world(),
    ),
    ("TRD-820", "a_year_too_far", ending(repo(), date(2027, 12, 31), None), world()),
    ("TRD-811", "ends_when_it_starts", ending(repo(), TUESDAY, Decimal(1)), world()),
    ("TRD-812", "ends_on_sunday", ending(repo(), date(2026, 11, 29), None), world()),
    ("TRD-813", "haircut_forgotten", repo(net_amount=Decimal("876196.71")), world()),
    (
        "TRD-814",
        "another_day_count",
        ending(repo(), NEXT_TUESDAY, Decimal("-858992.25")),
        world(),
    ),
    ("TRD-815", "basis_points_as_percent", repo({"repo_rate": Decimal(194)}), world()),
    ("TRD-815", "fee_below_zero", loan({"lending_fee": Decimal(-1)}), world()),
    ("TRD-816", "haircut_of_half", repo({"haircut": Decimal(50)}), world()),
    ("TRD-816", "margin_below_the_value", loan({"margin": Decimal(95)}), world()),
    (
        "TRD-817",
        "the_bond_is_repaid_before",
        ending(repo(), date(2029, 11, 26), None),
        world(),
    ),
    ("TRD-818", "no_collateral", loan({"collateral_amount": None}), world()),
    ("TRD-819", "open_without_notice", loan({"notice_days": None}), world()),
]
"""By rule: a trade that breaks it."""

assert FRIDAY < TUESDAY
