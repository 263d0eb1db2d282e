"""How a table reads: numbers, days and moments as declared, columns learned without a guess."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.table_reading import (
    Reading,
    UnreadableCell,
    day_of,
    learn_columns,
    moment_of,
    number_text,
    pairs_in,
    pairs_text,
)

NAMES = {
    "quantity": ("quantity", "quantite", "qty"),
    "price": ("price", "prix"),
    "settlement_date": ("settlement_date", "date_de_denouement"),
}


@pytest.mark.parametrize(
    ("mark", "cells", "text", "read"),
    [
        (".", "csv", "1,234,567.89", "1234567.89"),
        (".", "csv", "1 234.5", "1234.5"),
        (".", "csv", "1'234.5", "1234.5"),
        (",", "csv", "1.234.567,89", "1234567.89"),
        (",", "csv", "1\u202f234,5", "1234.5"),
        (",", "csv", "1.234", "1234"),
        (",", "csv", "-12,5", "-12.5"),
        (",", "xlsx", "101.5", "101.5"),
        (",", "xlsx", "101,5", "101.5"),
    ],
)
def test_a_number_is_read_as_declared(mark: str, cells: str, text: str, read: str) -> None:
    assert number_text(text, mark, typed=cells == "xlsx") == read


@pytest.mark.parametrize(
    ("mark", "cells", "text"),
    [
        (".", "csv", "10,5"),
        (".", "csv", "1,23,456"),
        (".", "csv", "1,234 567"),
        (",", "csv", "101.5"),
        (",", "xlsx", "1.234"),  # a workbook's number, or a group of thousands?
        (".", "csv", "NaN"),
        (".", "csv", "1e400"),
        (".", "csv", "１２"),
        (".", "csv", "1_000"),
        (".", "csv", ""),
        (".", "csv", "10 5"),
    ],
)
def test_what_could_be_two_numbers_is_none(mark: str, cells: str, text: str) -> None:
    with pytest.raises(UnreadableCell):
        number_text(text, mark, typed=cells == "xlsx")


@given(
    value=st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12),
                      max_value=10**12),
    mark=st.sampled_from(".,"),
    group=st.sampled_from(["", " ", "\u202f", "'"]),
)  # fmt: skip
def test_what_is_written_is_read(value: Decimal, mark: str, group: str) -> None:
    written = f"{value:,f}".replace(",", "\0").replace(".", mark).replace("\0", group)

    assert Decimal(number_text(written, mark)) == value


@pytest.mark.parametrize(
    ("text", "date_format", "day"),
    [
        ("20/11/2026", "%d/%m/%Y", date(2026, 11, 20)),
        ("11/20/2026", "%m/%d/%Y", date(2026, 11, 20)),
        ("2026-11-20", "%d/%m/%Y", date(2026, 11, 20)),
        ("2026-11-20 00:00:00", "%d/%m/%Y", date(2026, 11, 20)),
        ("20261120", "%Y%m%d", date(2026, 11, 20)),
    ],
)
def test_a_day_is_read_as_declared_or_in_iso(text: str, date_format: str, day: date) -> None:
    assert day_of(text, date_format) == day


@pytest.mark.parametrize("text", ["31/02/2026", "2026-02-31", "20/11/2026 10:00", "20/11/26", ""])
def test_what_is_no_day_is_none(text: str) -> None:
    with pytest.raises(UnreadableCell):
        day_of(text, "%d/%m/%Y")


def test_an_hour_is_of_the_declared_zone_unless_it_says_its_own() -> None:
    local = moment_of("20/11/2026 10:00", "%d/%m/%Y", "America/New_York")
    own = moment_of("2026-11-20T10:00:00+01:00", "%d/%m/%Y", "America/New_York")

    assert local == datetime.fromisoformat("2026-11-20T15:00:00+00:00")
    assert own == datetime.fromisoformat("2026-11-20T09:00:00+00:00")
    with pytest.raises(UnreadableCell):
        moment_of("20/11/2026", "%d/%m/%Y", "UTC")


def test_columns_are_learned_by_name_in_both_languages_then_by_likeness() -> None:
    found = learn_columns(["Quantité", "PRICE", "Setlement date", "Broker"], NAMES)

    assert found.columns == {
        "quantity": "Quantité", "price": "PRICE", "settlement_date": "Setlement date",
    }  # fmt: skip
    assert found.likely == {"settlement_date"}


def test_two_columns_that_are_alike_are_taken_for_none() -> None:
    assert learn_columns(["Setlement date", "Setlement-date"], NAMES).columns == {}


def test_a_short_header_is_like_nothing() -> None:
    assert learn_columns(["Qt", "prx"], NAMES).columns == {}


def test_a_row_is_translated_and_completed_by_constants() -> None:
    reading = Reading(
        columns={"side": "BS", "currency": "Ccy"},
        constants={"currency": "EUR", "venue": "XPAR"},
        translations={"side": {"B": "BUY", "S": "SELL"}},
    )
    places = reading.places(("BS", "Ccy", "Other"))

    assert reading.cells(places, ("b", "", "x")) == {
        "side": "BUY", "currency": "EUR", "venue": "XPAR",
    }  # fmt: skip
    assert reading.cells(places, ("S", "USD", "x"))["currency"] == "USD"
    assert Reading.of(reading.as_dict()) == reading


def test_pairs_are_written_as_they_are_read() -> None:
    assert pairs_text(pairs_in("B=BUY; S = SELL;")) == "B=BUY; S=SELL"
    for wrong in ("B", "=BUY", "B=; S=SELL"):
        with pytest.raises(UnreadableCell):
            pairs_in(wrong)
