"""The demo world is valid by its own rules, deterministic and repeatable."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db.models import Count, Max, Min

from kernel.identifiers import is_bic, is_cfi, is_iban, is_isin, is_lei
from refdata import demo, models, selectors

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


@pytest.fixture
def _world() -> None:
    demo.seed(business_date=DAY, at=AT)


@pytest.mark.usefixtures("_world")
def test_every_row_of_the_demo_world_passes_its_own_checks() -> None:
    for model in (models.Instrument, models.Party, models.Account, models.Trader, models.Venue):
        for row in model.objects.all():
            row.full_clean()
    instruments = models.Instrument.objects.all()
    assert instruments.count() >= 60
    assert all(is_isin(i.isin or "") and is_cfi(i.cfi) for i in instruments)
    assert all(not i.issuer_lei or is_lei(i.issuer_lei) for i in instruments)
    assert all(is_lei(p.lei) and (not p.bic or is_bic(p.bic)) for p in models.Party.objects.all())
    assert all(is_iban(a.iban) for a in models.Account.objects.exclude(iban=""))
    assert models.Party.objects.filter(is_counterparty=True).count() == 25
    assert models.Desk.objects.count() == 5
    assert selectors.own_firm() is not None


@pytest.mark.usefixtures("_world")
def test_every_instrument_settles_and_has_prices_up_to_the_business_date() -> None:
    isins = list(models.Instrument.objects.values_list("isin", flat=True))
    known = selectors.instruments_by_isin([isin for isin in isins if isin])
    book = selectors.settlement_book(
        currencies={facts.currency for facts in known.values()},
        mics={facts.mic for facts in known.values()},
    )

    for facts in known.values():
        settles = book.settlement_date(facts, trade_date=DAY, mic=facts.mic)
        next_day = facts.currency == "USD" or facts.asset_class == "DERIVATIVE"
        assert settles == date(2026, 11, 23 if next_day else 24)
    prices = selectors.last_prices(known, DAY)
    assert {price.day for price in prices.values()} == {DAY}
    days = models.Price.objects.values("instrument").annotate(
        days=Count("day"), low=Min("close"), high=Max("close")
    )
    assert all(row["days"] == 10 and row["high"] < row["low"] * Decimal("1.06") for row in days)


@pytest.mark.usefixtures("_world")
def test_every_counterparty_has_an_instruction_for_every_currency() -> None:
    for party in models.Party.objects.filter(is_counterparty=True):
        for currency in ("EUR", "USD", "GBP"):
            found = selectors.settlement_instruction(
                party_id=party.pk, currency=currency, asset_class="BOND", settlement_date=DAY
            )
            assert found is not None
    assert models.SettlementInstruction.objects.filter(state="PENDING").count() == 1


@pytest.mark.usefixtures("_world")
def test_seeding_again_changes_nothing() -> None:
    before = {
        model: list(model.objects.order_by("pk").values())
        for model in (models.Instrument, models.Price, models.SettlementInstruction, models.Book)
    }

    demo.seed(business_date=DAY, at=AT)

    for model, rows in before.items():
        assert list(model.objects.order_by("pk").values()) == rows, model
