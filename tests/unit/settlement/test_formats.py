"""What a confirmation may say, how ours are written, and what a chaser says."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from settlement.facts import Told
from settlement.formats.confirmation_json import Outgoing, read_message, write_file
from settlement.formats.confirmation_table import NAMES, REQUIRED, guess_columns
from settlement.formats.fields import FIELDS, Written, read_told
from settlement.formats.letters import LANGUAGES

GOOD = {
    "reference": "A-1", "isin": "FR0000131104", "side": "SELL", "quantity": "1000",
    "price": "60.5", "amount": "60500", "currency": "EUR", "trade_date": "2026-11-20",
    "settlement_date": "2026-11-24",
}  # fmt: skip
OURS = Outgoing(
    function="NEWM", reference="T1", version=1, isin="FR0000131104", side="BUY",
    quantity=Decimal("1000.0000000000"), price=Decimal("60.5000000000"),
    amount=Decimal("60500.0000"), currency="EUR", trade_date=date(2026, 11, 20),
    settlement_date=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("side", "vente", "SELL"),
        ("side", "B", "BUY"),
        ("function", "", "NEWM"),
        ("version", "", 1),
        ("version", "7", 7),
        ("price", "-0.35", Decimal("-0.35")),
        ("amount", "-60500", Decimal(60500)),
        ("our_reference", "", ""),
    ],
)
def test_what_a_field_may_say(field: str, text: str, value: object) -> None:
    told = read_told(GOOD | {field: text}, Written())

    assert isinstance(told, Told)
    assert getattr(told, field) == value


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("quantity", "0"), ("quantity", "1,000"), ("quantity", "1e3"), ("quantity", "١٢"),
        ("quantity", "1" * 19), ("price", "Infinity"), ("price", "0.12345678901"),
        ("amount", ""), ("amount", "1.00001"), ("side", "LONG"), ("version", "0"),
        ("version", "1.0"), ("version", "9" * 11), ("function", "REPL"), ("currency", "eur"),
        ("isin", "FR0000131105"), ("trade_date", "20/11/2026"), ("trade_date", "9999-12-31"),
        ("reference", ""), ("reference", "x" * 65), ("reference", "a\u200bb"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_finding_and_never_a_value(field: str, text: str) -> None:
    found = read_told(GOOD | {field: text}, Written(), line=3)

    assert isinstance(found, tuple)
    assert [(one.code, one.field, one.line) for one in found] == [("CNF-101", field, 3)]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = read_told({}, Written())

    assert isinstance(found, tuple)
    assert {one.field for one in found} == set(REQUIRED)


def test_a_cancellation_says_its_identity_alone() -> None:
    told = read_message({"reference": "A-1", "version": 2, "function": "CANC"})

    assert told == Told(reference="A-1", version=2, function="CANC")


def test_two_spellings_of_a_number_say_the_same() -> None:
    one, other = (read_message(GOOD | {"price": price}) for price in ("60.5", "60.5000"))

    assert isinstance(one, Told)
    assert isinstance(other, Told)
    assert one.terms() == other.terms()


def test_our_file_is_the_same_bytes_for_the_same_content() -> None:
    one = write_file(sender="US", recipient="THEM", seq=3, items=[OURS])

    assert one == write_file(sender="US", recipient="THEM", seq=3, items=[OURS])
    said = json.loads(one)
    assert (said["format"], said["number"]) == ("denouement.confirmations/1", 3)
    assert said["confirmations"][0]["quantity"] == "1000"
    assert said["confirmations"][0]["settlement_date"] is None


def test_what_we_write_they_could_send_us() -> None:
    (said,) = json.loads(write_file(sender="", recipient="", seq=1, items=[OURS]))["confirmations"]

    told = read_message(said | {"settlement_date": "2026-11-24"})

    assert isinstance(told, Told)
    assert (told.quantity, told.amount) == (1000, 60500)


@pytest.mark.parametrize(
    "headers",
    [
        ["Reference", "ISIN", "Side", "Quantity", "Price", "Net amount", "Currency",
         "Trade date", "Settlement date"],
        ["Référence", "Code ISIN", "Sens", "Quantité", "Cours", "Montant net", "Devise",
         "Date de négociation", "Date de dénouement"],
    ],
)  # fmt: skip
def test_headers_of_both_languages_are_recognised(headers: list[str]) -> None:
    assert set(REQUIRED) <= set(guess_columns(headers))


def test_tables_know_every_field_and_letters_every_one_that_can_differ() -> None:
    assert set(NAMES) == set(FIELDS)
    for phrases in LANGUAGES.values():
        assert set(phrases.fields) == set(FIELDS) - {
            "reference", "version", "function", "our_reference", "party",
        }  # fmt: skip
