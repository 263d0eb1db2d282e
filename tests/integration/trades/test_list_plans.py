"""Whatever the list of trades is narrowed to, an index finds it: no filter reads every trade."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory

from core.pages import paging
from core.pages.lists import in_one_order
from kernel.actors import SYSTEM
from tests.factories.trades import ISIN, booked
from trades import selectors
from trades.filters import TradeFilter, called
from trades.models import Trade, TradeVersion
from trades.selectors import narrowing
from trades.tables import TradeTable
from trades.views.listing import TradeList

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)

NARROWED = [
    "",
    "q=T000000001",
    "q=OMS-1",
    f"q={ISIN}",
    "state=REJECTED",
    "state=PENDING_VALIDATION",
    "state=ON_HOLD&state=RECEIVED",
    "desk=EQ",
    "book=EQ-PAR-1",
    "trader=T-ANA",
    "counterparty=BNPP&side=BUY",
    "currency=EUR",
    "product=EQUITY",
    "since=2026-11-20&until=2026-11-20",
    "settles=2026-11-24",
    "batch=that of the trade",
]


@pytest.fixture(autouse=True)
def _a_trade() -> None:
    booked(source_reference="OMS-1")


@pytest.fixture(autouse=True)
def indexes_first() -> None:
    """A small table is read whole, and sorted, whatever indexes it has: do as with a large one."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")


@pytest.mark.parametrize("query", NARROWED)
def test_the_list_is_found_by_an_index(query: str) -> None:
    query = query.replace("that of the trade", str(Trade.objects.get().batch_id))
    request = RequestFactory().get(f"/trades/?{query}")
    found = TradeFilter(request.GET, queryset=selectors.list_trades(actor=SYSTEM), request=request)
    plan = found.qs[:50].explain()
    assert "Seq Scan on trades_trade" not in plan, plan
    assert "Index" in plan


def test_one_trade_is_found_by_its_reference() -> None:
    trade = Trade.objects.get()
    found = Trade.objects.filter(called(trade.reference))

    assert list(found) == [trade]
    assert "Seq Scan on trades_trade" not in found.explain()
    assert not Trade.objects.filter(called("T1")).exists()
    assert not Trade.objects.filter(called("another")).exists()


def test_more_than_are_found_one_by_one_are_found_on_their_days(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    booked(source_reference="OMS-2")
    booked(source_reference="OMS_3")
    monkeypatch.setattr(narrowing, "FEW", 1)

    def found(text: str) -> list[str]:
        rows = TradeFilter({"q": text}, queryset=selectors.list_trades(actor=SYSTEM)).qs
        return sorted(rows.values_list("source_reference", flat=True))

    for many in (10, 2, 1):
        monkeypatch.setattr(narrowing, "MANY", many)
        for spans in (30, 0):
            monkeypatch.setattr(narrowing, "SPANS_MAX", spans)
            assert found("OMS") == ["OMS-1", "OMS-2", "OMS_3"]
            assert found("OMS-") == ["OMS-1", "OMS-2"]
            assert found("OMS_") == ["OMS_3"]
            assert found("OMS%") == []
    plan = Trade.objects.filter(selectors.sent_as("OMS-")).explain()
    assert "Seq Scan on trades_trade" not in plan, plan


def test_a_source_lists_its_own_by_an_index() -> None:
    plan = selectors.list_trades_of_source("OMS")[:50].explain()

    assert "Seq Scan on trades_trade" not in plan, plan
    assert "->  Sort" not in plan, plan


def test_a_name_that_starts_no_reference_is_found_by_one_index() -> None:
    named = TradeFilter({"q": "Share"}, queryset=selectors.list_trades(actor=SYSTEM))

    assert named.qs.count() == 1
    assert "Or" not in named.qs.explain()


@pytest.mark.parametrize("query", ["", "desk=EQ", "counterparty=BNPP"])
def test_a_page_far_down_begins_in_the_index(query: str) -> None:
    request = RequestFactory().get(f"/trades/?{query}")
    found = TradeFilter(request.GET, queryset=selectors.list_trades(actor=SYSTEM), request=request)
    order = paging.Order.of(found.qs)
    assert order is not None
    for backwards in (False, True):
        place = order.read(order.place_of(Trade.objects.get()))
        assert place is not None
        plan = order.beyond(found.qs, place, backwards=backwards)[:51].explain()
        assert "Index Cond: " in plan, plan
        assert "->  Sort" not in plan, plan
        assert "Filter: (ROW" not in plan, plan


@pytest.mark.parametrize("column", TradeList.indexed_columns)
def test_what_may_be_sorted_past_the_cap_has_an_index(column: str) -> None:
    table = TradeTable(selectors.list_trades(actor=SYSTEM), order_by=f"-{column}")
    plan = in_one_order(table.data.data)[:50].explain()
    assert "Seq Scan on trades_trade" not in plan, plan


def test_no_index_names_the_state() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'trades_trade'")
        definitions = [str(row[0]) for row in cursor.fetchall()]

    assert definitions
    assert [found for found in definitions if re.search(r"\bstate\b", found)] == []


def test_versions_of_a_period_are_read_where_they_lie() -> None:
    """Evidence asks for what came between two moments, beside all years."""
    version = booked().versions.get()
    of_a_day = TradeVersion.objects.filter(
        recorded_at__gte=version.recorded_at, recorded_at__lt=version.recorded_at + DAY
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    assert "version_recorded_at" in of_a_day.explain()
