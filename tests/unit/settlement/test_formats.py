"""What a confirmation may say, how ours are written, and what a chaser says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from settlement.facts import Deal, Told
from settlement.formats.confirmation_json import Outgoing, read_message, write_file
from settlement.formats.confirmation_table import NAMES, REQUIRED, guess_columns
from settlement.formats.fields import FIELDS, Written, read_told
from settlement.formats.letters import LANGUAGES, ChasedDeal, chaser, confirmation

GOOD = {
    "reference": "A-1", "isin": "FR0000131104", "side": "SELL", "quantity": "1000",
    "price": "60.5", "amount": "60500", "currency": "EUR", "trade_date": "2026-11-20",
    "settlement_date": "2026-11-24",
}  # fmt: skip
SHARE = Deal(
    id=1, party_id=1, isin="FR0000131104", side="BUY", quantity=Decimal("1000.0000000000"),
    price=Decimal("60.5000000000"), amount=Decimal("60500.0000"), currency="EUR",
    trade_date=date(2026, 11, 20), settlement_date=None,
)  # fmt: skip
OURS = Outgoing(function="NEWM", reference="T1", version=1, deal=SHARE)
EXCHANGE = replace(
    SHARE, isin="", product="FX", pair="EUR/USD", price=Decimal("1.1"),
    counter_amount=Decimal("1100.00"), settlement_date=date(2026, 11, 24),
)  # fmt: skip
REPO = replace(
    SHARE, product="REPO", rate=Decimal("2.00"), end_date=date(2026, 12, 1),
    end_amount=Decimal("60523.53"), settlement_date=date(2026, 11, 24), side="SELL",
)  # fmt: skip
LOAN = replace(
    SHARE, product="LENDING", rate=Decimal(35), settlement_date=date(2026, 11, 24), side="SELL"
)


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
            "reference", "version", "function", "our_reference", "party", "product",
        }  # fmt: skip


@pytest.mark.parametrize("deal", [SHARE, EXCHANGE, REPO, LOAN], ids=lambda one: one.product)
def test_what_we_write_of_each_product_they_could_send_us(deal: Deal) -> None:
    settled = replace(deal, settlement_date=date(2026, 11, 24))
    item = replace(OURS, deal=settled)
    (said,) = json.loads(write_file(sender="", recipient="", seq=1, items=[item]))["confirmations"]

    told = read_message(said)

    assert isinstance(told, Told), told
    assert ("product" in said) is bool(deal.product)
    for name in ("pair", "counter_amount", "rate", "end_date", "end_amount", "quantity", "side"):
        assert getattr(told, name) == getattr(settled, name), name


FX_TOLD = {
    "reference": "A-1", "product": "FX", "pair": "EUR/USD", "side": "SELL", "quantity": "1000000",
    "price": "1.1", "counter_amount": "1100000", "currency": "EUR", "trade_date": "2026-11-20",
    "settlement_date": "2026-11-24",
}  # fmt: skip
REPO_TOLD = {
    "reference": "A-1", "product": "REPO", "isin": "FR0000131104", "side": "BUY",
    "quantity": "1000", "amount": "990", "currency": "EUR", "rate": "2",
    "trade_date": "2026-11-20", "settlement_date": "2026-11-24", "end_date": "2026-12-01",
    "end_amount": "990.39",
}  # fmt: skip
LOAN_TOLD = {name: text for name, text in REPO_TOLD.items() if not name.startswith("end_")} | {
    "product": "LENDING"
}


@pytest.mark.parametrize(
    ("case", "cells", "codes"),
    [
        ("fx", FX_TOLD, []),
        ("fx in words", FX_TOLD | {"product": "change", "pair": "EURUSD"}, []),
        ("fx without its rate", FX_TOLD | {"price": ""}, [("CNF-101", "price")]),
        ("fx without what is paid", FX_TOLD | {"counter_amount": ""},
         [("CNF-101", "counter_amount")]),
        ("fx with an isin", FX_TOLD | {"isin": "FR0000131104"}, [("CNF-107", "isin")]),
        ("fx of another currency", FX_TOLD | {"currency": "JPY"}, [("CNF-108", "currency")]),
        ("fx of one currency", FX_TOLD | {"pair": "EUR/EUR"}, [("CNF-101", "pair")]),
        ("no pair", FX_TOLD | {"pair": "euros"}, [("CNF-101", "pair")]),
        ("repo", REPO_TOLD, []),
        ("open repo", REPO_TOLD | {"end_date": "", "end_amount": ""}, []),
        ("repo that ends with nothing", REPO_TOLD | {"end_amount": ""},
         [("CNF-101", "end_amount")]),
        ("repo without its rate", REPO_TOLD | {"rate": ""}, [("CNF-101", "rate")]),
        ("repo that ends some day", REPO_TOLD | {"end_date": "soon"}, [("CNF-101", "end_date")]),
        ("loan", LOAN_TOLD, []),
        ("loan with cash at the end", LOAN_TOLD | {"end_amount": "1"},
         [("CNF-107", "end_amount")]),
        ("no product", FX_TOLD | {"product": "SWAPTION"}, None),
        ("security with a rate", GOOD | {"rate": "2"}, [("CNF-107", "rate")]),
    ],
)  # fmt: skip
def test_each_product_says_its_own_terms(
    case: str, cells: dict[str, str], codes: list[tuple[str, str]] | None
) -> None:
    found = read_told(cells, Written())

    if codes == []:
        assert isinstance(found, Told), (case, found)
        return
    assert isinstance(found, tuple), case
    said = [(one.code, one.field) for one in found]
    assert said == codes if codes is not None else ("CNF-101", "product") in said


@pytest.mark.parametrize("deal", [SHARE, EXCHANGE, REPO, LOAN], ids=lambda one: one.product)
@pytest.mark.parametrize("side", ["BUY", "SELL"])
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_letter_says_each_product_in_the_language_of_the_counterparty(
    deal: Deal, side: str, language: str
) -> None:
    about = ChasedDeal(
        reference="T1 v1", deal=replace(deal, side=side), theirs="X", differs=("rate", "pair")
    )

    ours = confirmation(language=language, firm="Valmont", party="BNPP", deal=about)
    asked = chaser(language=language, firm="Valmont", party="BNPP", deals=[about])

    for letter in (ours, asked):
        assert "T1 v1" in letter.body
        assert "{" not in letter.body
        assert "None" not in letter.body
    assert LANGUAGES[language].sides[deal.product][side] in ours.body
    assert LANGUAGES[language].fields["rate"] in asked.body
