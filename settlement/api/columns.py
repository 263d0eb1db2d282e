"""What the list of confirmations tells of each, and what it can be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import QuerySet

from core.api.lists import Column
from core.pages.filters import ListFilterSet
from settlement.filters import ConfirmationFilter

COLUMNS: Final[Mapping[str, Column]] = {
    "id": Column("id"),
    "reference": Column("reference"),
    "version": Column("version_no"),
    "state": Column("state"),
    "end_reason": Column("end_reason"),
    "counterparty": Column("party__code"),
    "their_reference": Column("received__reference"),
    "differs": Column("differs"),
    "isin": Column("isin"),
    "side": Column("side"),
    "quantity": Column("quantity"),
    "price": Column("price"),
    "amount": Column("amount", currency="currency"),
    "currency": Column("currency"),
    "trade_date": Column("trade_date"),
    "settlement_date": Column("settlement_date"),
    "product": Column("product"),
    "pair": Column("pair"),
    "counter_amount": Column("counter_amount"),
    "rate": Column("rate"),
    "end_date": Column("end_date"),
    "end_amount": Column("end_amount", currency="currency"),
    "sent_at": Column("sent_at"),
    "matched_at": Column("matched_at"),
}


class ConfirmationAPIFilter(ConfirmationFilter):
    """The filter of the page; what is not asked for is not left out."""

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return ListFilterSet.filter_queryset(self, queryset)
