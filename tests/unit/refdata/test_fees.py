"""What a trade is charged: the most specific line of each name, all names together, to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdata.facts import FeeFacts
from refdata.rules.fees import Deal, FeeBook, applying, charged

DAY = date(2026, 11, 20)
DEAL = Deal(7, "XPAR", "FR", "EQUITY", "BUY", "EUR", DAY)
ANY = FeeFacts(
    schedule_id=1, name="COM", kind="COMMISSION", party_id=None, venue="", issuer_country="",
    asset_class="", side="", currency="", rate=Decimal(0), per_unit=Decimal(0), fixed=Decimal(0),
    minimum=Decimal(0), maximum=None, valid_from=date(2026, 1, 1), valid_to=None,
)  # fmt: skip


def line(schedule_id: int = 1, **values: Any) -> FeeFacts:
    return replace(ANY, schedule_id=schedule_id, **values)


@pytest.mark.parametrize(
    ("case", "criteria", "applies"),
    [
        ("names_nothing", {}, True),
        ("party", {"party_id": 7}, True),
        ("another_party", {"party_id": 8}, False),
        ("venue", {"venue": "XPAR"}, True),
        ("another_venue", {"venue": "XLON"}, False),
        ("country", {"issuer_country": "FR"}, True),
        ("another_country", {"issuer_country": "GB"}, False),
        ("asset_class", {"asset_class": "EQUITY"}, True),
        ("another_class", {"asset_class": "BOND"}, False),
        ("side", {"side": "BUY"}, True),
        ("other_side", {"side": "SELL"}, False),
        ("currency", {"currency": "EUR"}, True),
        ("another_currency", {"currency": "GBP"}, False),
        ("from_that_day", {"valid_from": DAY}, True),
        ("from_tomorrow", {"valid_from": date(2026, 11, 21)}, False),
        ("until_that_day", {"valid_to": DAY}, True),
        ("until_yesterday", {"valid_to": date(2026, 11, 19)}, False),
    ],
)
def test_a_line_applies_where_all_that_it_names_agrees(
    case: str, criteria: dict[str, Any], *, applies: bool
) -> None:
    assert bool(applying([line(**criteria)], DEAL)) is applies, case


@pytest.mark.parametrize(
    ("case", "winner", "loser"),
    [
        ("party_before_venue", {"party_id": 7}, {"venue": "XPAR"}),
        ("venue_before_country", {"venue": "XPAR"}, {"issuer_country": "FR"}),
        ("country_before_class", {"issuer_country": "FR"}, {"asset_class": "EQUITY"}),
        ("class_before_side", {"asset_class": "EQUITY"}, {"side": "BUY"}),
        ("side_before_currency", {"side": "BUY"}, {"currency": "EUR"}),
        ("currency_before_any", {"currency": "EUR"}, {}),
        ("two_before_one", {"venue": "XPAR", "side": "BUY"}, {"venue": "XPAR"}),
        ("the_one_that_began_last", {"valid_from": date(2026, 6, 1)}, {}),
    ],
)
def test_the_most_specific_line_of_a_name_counts(
    case: str, winner: dict[str, Any], loser: dict[str, Any]
) -> None:
    lines = [line(1, **winner), line(2, **loser)]
    for order in (lines, lines[::-1]):
        assert [found.schedule_id for found in applying(order, DEAL)] == [1], case


def test_names_add_up_and_a_line_of_nothing_ends_one() -> None:
    book = FeeBook([
        line(1, name="TAX", kind="TAX", rate=Decimal("0.4")),
        line(2, name="COM", rate=Decimal("0.1")),
        line(3, name="COM", party_id=7),
    ])  # fmt: skip
    of_seven = book.charges(DEAL, quantity=Decimal(10), gross=Decimal(1000))
    another = Deal(8, "XPAR", "FR", "EQUITY", "BUY", "EUR", DAY)
    of_others = book.charges(another, quantity=Decimal(10), gross=Decimal(1000))

    assert [(one.name, one.amount) for one in of_seven] == [("TAX", Decimal("4.00"))]
    assert [(one.name, one.amount) for one in of_others] == [
        ("COM", Decimal("1.00")), ("TAX", Decimal("4.00"))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "terms", "currency", "expected"),
    [
        ("rate", {"rate": "0.4"}, "EUR", "4.94"),
        ("half_a_cent_goes_up", {"rate": "0.05"}, "EUR", "0.62"),
        ("no_cents_in_yen", {"rate": "0.4"}, "JPY", "5"),
        ("three_decimals_in_dinars", {"rate": "0.4"}, "TND", "4.938"),
        ("per_unit", {"per_unit": "0.0135"}, "EUR", "1.35"),
        ("per_trade", {"fixed": "2.5"}, "EUR", "2.50"),
        ("all_together", {"rate": "0.4", "per_unit": "0.01", "fixed": "1"}, "EUR", "6.94"),
        ("at_least", {"rate": "0.4", "minimum": "10"}, "EUR", "10.00"),
        ("at_most", {"rate": "0.4", "maximum": "3"}, "EUR", "3.00"),
        ("nothing", {}, "EUR", "0.00"),
    ],
)
def test_an_amount_is_exact_and_rounded_once(
    case: str, terms: dict[str, str], currency: str, expected: str
) -> None:
    asked = line(**{name: Decimal(text) for name, text in terms.items()})

    found = charged(asked, Decimal(100), Decimal("1234.50"), currency)

    assert str(found) == expected, case


@given(
    gross=st.decimals(0, 10**12, places=4),
    rate=st.decimals(0, 100, places=6),
    least=st.decimals(0, 10**6, places=2),
    more=st.decimals(0, 10**6, places=2),
)
def test_a_charge_keeps_its_bounds_whatever_the_trade(
    gross: Decimal, rate: Decimal, least: Decimal, more: Decimal
) -> None:
    asked = line(rate=rate, minimum=least, maximum=least + more)

    for amount in (gross, -gross):
        assert least <= charged(asked, Decimal(1), amount, "EUR") <= least + more
