"""Totals are those of the trades, whoever changed them and however much of it was folded."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import ProgrammingError, connection, transaction

from core.pages.lists import ListPage
from desk.models import ControlException
from kernel.actors import SYSTEM
from tests.at_once import at_once
from tests.factories.trades import AT, cancel, facts, send, signed_in, small_world
from tests.integration.trades.tallied import counted, told
from trades.models import Tally, Trade
from trades.services import control, tallying

MONDAY = date(2026, 11, 23)
TERMS = [
    {"side": "SELL"},
    {"price": "12.34", "trade_date": MONDAY},
    {"quantity": "7"},
    {"book": "EQ-PAR-2"},
]


def sent(count: int, source: str = "OMS") -> None:
    """Capture so many trades, amend every second in one of its terms, cancel every fifth."""
    names = [f"{source}-{n:03d}" for n in range(count)]
    send(*[facts(source_reference=name) for name in names], source_system=source)
    follow = [
        facts(source_reference=name, version=2, action="AMEND", **TERMS[n % len(TERMS)])
        for n, name in enumerate(names[::2])
    ]
    send(*follow, *[cancel(source_reference=name) for name in names[::5]], source_system=source)


@pytest.mark.django_db
def test_every_way_to_change_a_trade_is_tallied() -> None:
    small_world()
    for act in (
        lambda: sent(20),
        lambda: control.control_trades(
            trade_ids=list(Trade.objects.values_list("pk", flat=True)), actor=SYSTEM, at=AT
        ),
        lambda: sent(20),
    ):
        act()
        assert told() == counted()
        tallying.fold()
        assert told() == counted()

    assert Tally.objects.filter(is_folded=True).count() == len(counted())
    assert not Tally.objects.filter(is_folded=False).exists()
    assert tallying.fold() == 0


@pytest.mark.django_db
def test_what_is_gone_leaves_no_tally() -> None:
    small_world()
    send(facts())
    tallying.fold()
    send(facts(version=2, action="AMEND", side="SELL"))
    tallying.fold()

    assert [one.side for one in Tally.objects.all()] == ["SELL"]


@pytest.mark.django_db(transaction=True)
def test_folding_beside_captures_loses_nothing() -> None:
    small_world()

    def fold() -> None:
        for _ in range(20):
            tallying.fold()

    at_once(lambda: sent(30, "A"), lambda: sent(30, "B"), fold, fold)

    assert told() == counted()
    tallying.fold()
    assert told() == counted()
    assert Trade.objects.count() == 60


@pytest.mark.django_db
def test_the_application_cannot_write_a_tally() -> None:
    small_world()
    send(facts())

    for statement in (
        "UPDATE trades_tally SET net_amount = 0",
        "DELETE FROM trades_tally",
        "SELECT guard.recount_tallies()",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "state=RECEIVED&side=BUY&side=SELL", "until=2026-11-20"])
def test_a_list_past_the_cap_has_its_totals(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ListPage, "cap", 2)
    small_world()
    send(*[facts(source_reference=f"M-{n}", quantity="10000") for n in range(5)])

    page = signed_in().get(f"/trades/?{query}").content.decode()

    assert "<strong>5</strong>" in page
    assert "5,075,000.00" in page
    assert "Narrow the filter to sort by any column" in page


@pytest.mark.django_db
def test_a_filter_that_no_tally_answers_is_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ListPage, "cap", 2)
    small_world()
    send(*[facts(source_reference=f"M-{n}") for n in range(5)])

    page = signed_in().get("/trades/?counterparty=BNPP").content.decode()

    assert "<strong>2+</strong>" in page
    assert "Narrow the filter to see totals" in page


@pytest.mark.django_db
def test_totals_are_of_the_desks_that_one_may_see() -> None:
    small_world()
    send(*[facts(source_reference=f"M-{n}") for n in range(5)])

    page = signed_in(desk="FI").get("/trades/").content.decode()

    assert "<strong>0</strong>" in page


@pytest.mark.django_db
def test_what_was_found_follows_the_trade_to_another_day() -> None:
    small_world()
    send(facts(book="UNKNOWN"))
    trade = Trade.objects.get()
    control.control_trades(trade_ids=[trade.pk], actor=SYSTEM, at=AT)
    assert set(ControlException.objects.values_list("day", flat=True)) == {trade.trade_date}

    send(facts(book="UNKNOWN", version=2, action="AMEND", trade_date=MONDAY))

    assert set(ControlException.objects.values_list("day", flat=True)) == {MONDAY}
