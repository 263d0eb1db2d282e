"""Deals of two legs: what two sides must say alike, how either may say it, and what is compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.facts import Deal, Profile
from settlement.rules.matching import Terms, match_confirmations
from settlement.rules.products import facing, keys_of, other_way
from settlement.rules.tolerances import DELIVERED, compared, differing, profile_for
from tests.unit.settlement.deals import DAY, deal

RATES = {"EUR": Decimal(1), "USD": Decimal("1.10"), "JPY": Decimal(160)}
TERMS = Terms(rates=RATES)
NUMBERS = ("counter_amount", "rate", "end_amount")


def exchange(number: int, **changes: Any) -> Deal:
    """Return BUY 1,000,000 EUR against 1,100,000 USD at 1.10."""
    values = {
        "isin": "", "product": "FX", "pair": "EUR/USD", "quantity": "1000000", "price": "1.10",
        "amount": "1000000", "counter_amount": "1100000", "asset_class": "",
    }  # fmt: skip
    return _made(number, values | changes)


def repo(number: int, **changes: Any) -> Deal:
    """Return a reverse repo of 1,000 for 990 until the first of December, at 2 percent."""
    values = {
        "product": "REPO", "quantity": "1000", "amount": "990", "rate": "2",
        "end_date": date(2026, 12, 1), "end_amount": "990.39",
    }  # fmt: skip
    return _made(number, values | changes)


def loan(number: int, **changes: Any) -> Deal:
    values = {"product": "LENDING", "quantity": "500", "amount": "0", "rate": "35"}
    return _made(number, values | changes)


def _made(number: int, values: dict[str, Any]) -> Deal:
    given = {
        name: Decimal(value) if name in NUMBERS and value is not None else value
        for name, value in values.items()
    }
    return deal(number, **given)


def their_way(told: Deal) -> Deal:
    """Return a deal as who names the other currency and turns the pair tells it."""
    turned = other_way(told)
    pair = "/".join(reversed(told.pair.split("/")))
    return replace(turned, pair=pair, price=(1 / told.price).quantize(Decimal("0.0000000001")))


@pytest.mark.parametrize(
    ("case", "ours", "theirs", "differs"),
    [
        ("fx same", exchange(1), exchange(2), []),
        ("fx rate", exchange(1), exchange(2, price="1.1002"), ["price"]),
        ("fx rate within", exchange(1), exchange(2, price="1.1001"), []),
        ("fx counter", exchange(1), exchange(2, counter_amount="1100030"), ["counter_amount"]),
        ("fx counter within", exchange(1), exchange(2, counter_amount="1100027"), []),
        ("fx no rate known", exchange(1, pair="EUR/TND"),
         exchange(2, pair="EUR/TND", counter_amount="1100000.01"), ["counter_amount"]),
        ("fx value date", exchange(1), exchange(2, settlement_date=DAY), ["settlement_date"]),
        ("fx other way", exchange(1), their_way(exchange(2)), []),
        ("fx other pair", exchange(1), exchange(2, pair="EUR/JPY"), ["pair"]),
        ("repo same", repo(1), repo(2), []),
        ("repo rate", repo(1), repo(2, rate="2.1"), ["rate"]),
        ("repo end", repo(1), repo(2, end_date=date(2026, 12, 2)), ["end_date"]),
        ("repo cash back", repo(1), repo(2, end_amount="993"), ["end_amount"]),
        ("repo cash back within", repo(1), repo(2, end_amount="991"), []),
        ("repo open on one side", repo(1), repo(2, end_date=None, end_amount=None),
         ["end_date", "end_amount"]),
        ("repo open on both", repo(1, end_date=None, end_amount=None),
         repo(2, end_date=None, end_amount=None), []),
        ("repo price is not compared", repo(1), repo(2, price="0"), []),
        ("loan same", loan(1), loan(2), []),
        ("loan fee", loan(1), loan(2, rate="36"), ["rate"]),
        ("loan cash", loan(1), loan(2, amount="30"), ["amount"]),
        ("loan returned on a day", loan(1), loan(2, end_date=DAY), ["end_date"]),
    ],
)  # fmt: skip
def test_each_product_is_compared_in_its_own_fields(
    case: str, ours: Deal, theirs: Deal, differs: list[str]
) -> None:
    found = compared(ours, facing(ours, theirs), DELIVERED, RATES)

    assert [one.field for one in found if not one.agrees] == differs, case


@pytest.mark.parametrize(
    ("case", "ours", "theirs", "paired"),
    [
        ("fx", exchange(1), exchange(2), True),
        ("fx from the other currency", exchange(1), their_way(exchange(2)), True),
        ("fx counter rounded", exchange(1), their_way(exchange(2, quantity="1000000.01")), True),
        ("fx both sides buy", exchange(1), exchange(2, side="SELL"), False),
        ("fx other amount", exchange(1), exchange(2, quantity="2", counter_amount="2"), False),
        ("fx other pair", exchange(1), exchange(2, pair="EUR/JPY"), False),
        ("fx other day", exchange(1), exchange(2, trade_date=date(2026, 11, 19)), False),
        ("repo", repo(1), repo(2), True),
        ("repo is no purchase", repo(1), deal(2, quantity="1000", amount="990"), False),
        ("repo is no loan", repo(1, quantity="500"), loan(2), False),
        ("loan", loan(1), loan(2), True),
        ("loan the same side", loan(1), loan(2, side="SELL"), False),
    ],
)
def test_the_minimum_fields_of_each_product_make_a_pair(
    case: str, ours: Deal, theirs: Deal, *, paired: bool
) -> None:
    found = match_confirmations([ours], [theirs], TERMS)

    assert bool(found.pairs) is paired, case


def test_of_two_exchanges_alike_none_is_taken() -> None:
    found = match_confirmations([exchange(1), exchange(2)], [their_way(exchange(3))], TERMS)

    assert found.pairs == ()
    assert found.alone == {3: (1, 2)}


@given(
    amount=st.decimals("1", "99999999", places=2),
    counter=st.decimals("1", "99999999", places=2),
    dollars=st.booleans(),
)
def test_either_way_of_telling_an_exchange_is_the_same_deal(
    amount: Decimal, counter: Decimal, *, dollars: bool
) -> None:
    told = exchange(
        1, quantity=amount, counter_amount=counter, currency="USD" if dollars else "EUR"
    )

    assert set(keys_of(told)) == set(keys_of(other_way(told)))
    assert other_way(other_way(told)) == told
    assert differing(told, facing(told, other_way(told)), DELIVERED, RATES) == ()


@pytest.mark.parametrize(
    ("case", "named", "counts"),
    [
        ("the product", [{"product": "FX"}, {}], 0),
        ("before the class", [{"asset_class": "BOND"}, {"product": "FX"}], 1),
        ("after the counterparty", [{"product": "FX"}, {"party_id": 1}], 1),
        ("another product", [{"product": "REPO"}, {}], 1),
    ],
)
def test_a_profile_of_the_product_counts(
    case: str, named: list[dict[str, Any]], counts: int
) -> None:
    profiles = [
        Profile(
            version=str(n), valid_from=DAY, price_percent=Decimal(1), amount_small=Decimal(5),
            amount_large=Decimal(50), amount_limit=Decimal(1), close_percent=Decimal(5),
            profile_id=n, **criteria,
        )
        for n, criteria in enumerate(named)
    ]  # fmt: skip

    assert profile_for(exchange(1, asset_class="BOND"), profiles).version == str(counts), case
