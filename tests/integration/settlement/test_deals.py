"""Exchanges, repos and loans are confirmed: expected, sent, told by the other side, matched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from core import jobs
from core.roles import Role
from refdata import demo as refdata_demo
from refdata.models import Party
from settlement import selectors
from settlement.facts import Told
from settlement.models import Chaser, Confirmation, ReceivedConfirmation
from settlement.rules.products import OPPOSITE
from settlement.selectors.matching import BESIDES
from settlement.services import by_hand, chasing
from tests.factories import static_data
from tests.factories.trades import AT, signed_in
from tests.integration.bad_input.doors import said
from tests.integration.desk.people import person as supervisor_of
from tests.integration.settlement.world import agent, expected, live, received
from tests.integration.trades import products
from trades.models import Trade
from trades.services import validation

pytestmark = pytest.mark.django_db
KINDS = ("FX-1", "FX-2", "REPO-1", "REPO-2", "LOAN-1")


@pytest.fixture(autouse=True)
def _world(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.CONFIRMATION_DIR = tmp_path
    refdata_demo.seed(business_date=products.FRIDAY, at=AT)
    with timezone.override("Europe/Paris"):
        yield


def dealt(reference: str, **changes: Any) -> tuple[Trade, Confirmation]:
    """Return a validated deal, and the confirmation that it needs."""
    more = products.rate_of(reference) if reference.startswith("FX") else {}
    trade = products.validated(products.booked(reference, **(more | changes)))
    (row,) = expected(trade)
    return trade, row


def theirs(row: Confirmation, reference: str = "THEIRS-1", **changes: Any) -> Told:
    """Return what the counterparty says of a deal: the same, from its side."""
    deal = selectors.deal_of_confirmation(row)
    values: dict[str, Any] = {
        "reference": reference, "party": row.party.code, "isin": deal.isin,
        "side": OPPOSITE[deal.side], "quantity": deal.quantity, "price": deal.price,
        "amount": deal.amount, "currency": deal.currency, "trade_date": deal.trade_date,
        "settlement_date": deal.settlement_date,
    }  # fmt: skip
    besides = {name: getattr(deal, name) for name in BESIDES}
    return Told(**(values | besides | changes))


@pytest.mark.parametrize(
    ("reference", "terms"),
    [
        ("FX-1", {"product": "FX", "pair": "EUR/USD", "isin": "", "quantity": Decimal(2000000),
                  "amount": Decimal(2000000), "currency": "EUR", "end_date": None, "rate": None}),
        ("FX-2", {"product": "FX", "pair": "EUR/GBP", "settlement_date": date(2027, 2, 24)}),
        ("REPO-1", {"product": "REPO", "pair": "", "rate": Decimal("1.94"),
                    "end_date": date(2026, 12, 1), "counter_amount": None}),
        ("REPO-2", {"product": "REPO", "rate": Decimal("1.91"), "end_date": None,
                    "end_amount": None}),
        ("LOAN-1", {"product": "LENDING", "rate": Decimal(35), "end_date": None,
                    "end_amount": None}),
    ],
)  # fmt: skip
def test_each_deal_is_to_be_confirmed_with_its_own_terms(
    reference: str, terms: dict[str, Any]
) -> None:
    trade, row = dealt(reference)

    assert {name: getattr(row, name) for name in terms} == terms
    legs = list(trade.legs.order_by("number")) if hasattr(trade, "legs") else []
    if row.product == "FX" and legs:
        assert row.counter_amount == abs(legs[1].amount)


@pytest.mark.parametrize("reference", KINDS)
def test_what_the_other_side_says_alike_matches(reference: str) -> None:
    trade, row = dealt(reference)

    received(theirs(row))

    assert live(trade).state == "MATCHED"
    assert not Confirmation.objects.filter(state="ALLEGED").exists()


def test_an_exchange_told_from_the_other_currency_matches() -> None:
    trade, row = dealt("FX-1")
    assert row.counter_amount is not None

    received(
        theirs(row, side=row.side, quantity=row.counter_amount, counter_amount=row.quantity,
               currency="USD")
    )  # fmt: skip

    assert live(trade).state == "MATCHED"


@pytest.mark.parametrize(
    ("reference", "changes", "differs"),
    [
        ("FX-1", {"counter_amount": Decimal(2336999)}, ["counter_amount"]),
        ("FX-1", {"settlement_date": date(2026, 11, 25)}, ["settlement_date"]),
        ("REPO-1", {"rate": Decimal("1.99")}, ["rate"]),
        ("REPO-1", {"end_date": date(2026, 12, 2)}, ["end_date"]),
        ("REPO-2", {"end_date": date(2026, 12, 2), "end_amount": Decimal(1)},
         ["end_date", "end_amount"]),
        ("LOAN-1", {"rate": Decimal(40)}, ["rate"]),
    ],
)  # fmt: skip
def test_what_differs_is_named(reference: str, changes: dict[str, Any], differs: list[str]) -> None:
    trade, row = dealt(reference)

    received(theirs(row, our_reference=row.reference, **changes))

    found = live(trade)
    assert (found.state, found.differs) == ("MISMATCHED", differs)


@pytest.mark.parametrize("reference", KINDS)
def test_a_deal_that_is_alleged_is_explained_by_the_trade_that_comes_later(reference: str) -> None:
    _trade, row = dealt(reference)
    told = theirs(row, reference="EARLY")
    Confirmation.objects.filter(pk=row.pk).update(state="CANCELLED", end_reason="AMENDED")
    received(told)
    alleged = Confirmation.objects.get(state="ALLEGED")
    assert (alleged.product, alleged.pair, alleged.rate) == (row.product, row.pair, row.rate)
    assert said(signed_in(name="zoe").get(alleged.get_absolute_url()))

    (ours,) = expected(_trade)

    alleged.refresh_from_db()
    assert (alleged.state, alleged.end_reason) == ("CANCELLED", "EXPLAINED")
    assert ours.state == "MATCHED"


@pytest.mark.parametrize(
    ("reference", "changes", "term", "value"),
    [
        ("FX-1", {"counter_amount": Decimal(2336999)}, "net_amount", Decimal(2000000)),
        ("REPO-1", {"rate": Decimal("1.99")}, "deal.repo_rate", "1.99"),
        ("LOAN-1", {"rate": Decimal(40)}, "deal.lending_fee", "40"),
    ],
)
def test_their_terms_are_accepted_by_an_amendment_that_a_second_person_validates(
    reference: str, changes: dict[str, Any], term: str, value: object
) -> None:
    trade, row = dealt(reference)
    received(theirs(row, our_reference=row.reference, **changes))

    by_hand.accept_terms(
        confirmation_id=row.pk, seen=trade.fingerprint, reason="they are right", actor=agent(),
        at=AT,
    )  # fmt: skip
    jobs.run_pending()

    trade.refresh_from_db()
    terms = trade.versions.get(version_no=2).terms
    found = terms["deal"].get(term[5:]) if term.startswith("deal.") else getattr(trade, term)
    assert found == value
    assert Confirmation.objects.get(pk=row.pk).end_reason == "AMENDED"
    if trade.state == "ON_HOLD":  # a control looks at rates: a supervisor decides on what it found
        return
    checker = supervisor_of("checker", Role.SUPERVISOR, limit="100000000")
    validation.validate_trade(trade_id=trade.pk, seen=trade.fingerprint, actor=checker, at=AT)
    jobs.run_pending()
    assert live(trade).state == "MATCHED"


def test_a_file_tells_each_product_and_its_reader_takes_it_back(tmp_path: Path) -> None:
    static_data.changed(
        Party.objects.exclude(confirmation_channel="FILE"), confirmation_channel="FILE"
    )
    for reference in KINDS:
        dealt(reference)

    found = [json.loads(path.read_text()) for path in sorted(tmp_path.rglob("*.json"))]
    items = [one for document in found for one in document["confirmations"]]
    assert sorted({one["product"] for one in items}) == ["FX", "LENDING", "REPO"]
    (exchange, *_rest) = [one for one in items if one["product"] == "FX"]
    assert {"pair", "counter_amount", "price"} <= set(exchange)
    assert "isin" not in exchange


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_chaser_says_each_product_in_the_language_of_the_counterparty(language: str) -> None:
    Party.objects.update(language=language)
    rows = [dealt(reference)[1] for reference in ("FX-1", "REPO-1", "LOAN-1")]

    made = chasing.chase_selected(
        confirmation_ids=[row.pk for row in rows], actor=agent(), at=AT + timedelta(hours=9)
    )

    text = "\n".join(one.body for one in made)
    for word in {"fr": ("contre", "mise en pension", "prêté"),
                 "en": ("against", "repo (we sell", "lent")}[language]:  # fmt: skip
        assert word in text
    assert Chaser.objects.count() == len(made)


@pytest.mark.parametrize("reference", ["FX-1", "REPO-1", "LOAN-1"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_shows_the_terms_of_the_product_and_the_letter(
    reference: str, language: str
) -> None:
    _trade, row = dealt(reference)
    client = signed_in(name="zoe")

    answer = client.get(row.get_absolute_url(), headers={"accept-language": language})
    listed = client.get("/confirmations/?product=" + row.product)

    assert answer.status_code == 200
    fields = [line[0] for line in answer.context["fields"]]
    assert ("isin" in fields) is (row.product != "FX")
    assert ("pair" in fields) is (row.product == "FX")
    assert row.reference in answer.context["letter"].body
    assert (row.pair or row.isin) in listed.content.decode()


def test_a_message_in_the_database_says_all_terms_of_its_product() -> None:
    _trade, row = dealt("FX-1")
    (number,) = received(theirs(row))

    kept = ReceivedConfirmation.objects.get(pk=number)
    assert kept.content["pair"] == "EUR/USD"
    assert kept.amount == kept.quantity
