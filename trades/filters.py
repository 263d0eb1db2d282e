"""Filters of the lists of this room."""

from __future__ import annotations

import re
from typing import Any, Final

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.pages.filters import ChipsFilter, DayFilter, ListFilterSet, MomentDayFilter, SearchFilter
from trades.models import CaptureBatch, Execution, Trade, labelled
from trades.states import Channel, Outcome, Side, TradeState

OWN_REFERENCE: Final = re.compile(r"T\d{3,9}", re.ASCII)


class TradeSearch(SearchFilter):
    """Our own reference is looked up by its index; anything else is searched in every name."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        word = (value or "").strip().upper()
        if OWN_REFERENCE.fullmatch(word):
            return qs.filter(reference__startswith=word)
        return super().filter(qs, value)


class TradeFilter(ListFilterSet):
    q = TradeSearch(
        fields=(
            "reference__startswith",
            "source_reference__startswith",
            "isin__startswith",
            "symbol__startswith",
        )
    )
    state = ChipsFilter(choices=labelled(TradeState), label=_("State"))
    side = ChipsFilter(choices=labelled(Side), label=_("Side"))
    desk = django_filters.CharFilter(field_name="desk_code", label=_("Desk"))
    book = django_filters.CharFilter(field_name="book_code", label=_("Book"))
    trader = django_filters.CharFilter(field_name="trader_code", label=_("Trader"))
    counterparty = django_filters.CharFilter(
        field_name="counterparty_code", label=_("Counterparty")
    )
    currency = django_filters.CharFilter(
        field_name="currency", lookup_expr="iexact", label=_("Currency")
    )
    since = DayFilter(field_name="trade_date", lookup_expr="gte", label=_("Traded from"))
    until = DayFilter(field_name="trade_date", lookup_expr="lte", label=_("Traded to"))
    settles = DayFilter(field_name="settlement_date", label=_("Settles on"))
    batch = django_filters.NumberFilter(field_name="batch_id", label=_("Import"))

    class Meta:
        model = Trade
        fields: list[str] = []


class BatchFilter(ListFilterSet):
    q = SearchFilter(fields=("source_system", "actor_name", "file__name"))
    channel = ChipsFilter(choices=labelled(Channel), label=_("Channel"))
    since = MomentDayFilter(field_name="received_at", lookup_expr="gte", label=_("From"))
    until = MomentDayFilter(field_name="received_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = CaptureBatch
        fields: list[str] = []


class ExecutionFilter(ListFilterSet):
    q = SearchFilter(fields=("source_reference__startswith", "source_system__startswith"))
    outcome = ChipsFilter(choices=labelled(Outcome), label=_("Outcome"))
    channel = ChipsFilter(choices=labelled(Channel), label=_("Channel"))
    batch = django_filters.NumberFilter(field_name="batch_id", label=_("Import"))

    class Meta:
        model = Execution
        fields: list[str] = []
