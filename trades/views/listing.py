"""The list of trades: filters, totals by currency, exports."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.access import Action
from core.pages import ListPage, Tab, Whole
from trades import selectors
from trades.filters import TradeFilter
from trades.models import Trade
from trades.tables import TradeTable
from trades.views import totals


class TradeList(ListPage):
    title = _("Trades")
    action = Action.VIEW_TRADES
    filterset_class = TradeFilter
    table_class = TradeTable
    tabs = (
        Tab(_("All")),
        Tab(_("Received"), "state=RECEIVED&state=ENRICHED"),
        Tab(_("On hold"), "state=ON_HOLD"),
        Tab(_("To validate"), "state=PENDING_VALIDATION"),
        Tab(_("Rejected"), "state=REJECTED"),
        Tab(_("Validated"), "state=VALIDATED"),
        Tab(pgettext_lazy("trade", "Closed"), "state=CLOSED"),
        Tab(_("To allocate"), "allocation=UNALLOCATED&allocation=PROPOSED"),
    )
    hidden_columns = (
        *("trader_code", "desk_code", "venue", "gross_amount", "fees", "risk_amount_eur"),
        *("source_system", "source_reference", "maker", "received_at", "isin", "book_code"),
        *("version_no", "allocation", "product"),
    )
    indexed_columns = ("trade_date", "reference")
    revision_field = "fingerprint"
    create_url = "/trades/new/"
    create_label = _("New trade")
    create_action = Action.CAPTURE_TRADE
    export_name = "trades"
    empty_text = _("No trade yet: post one over the API, upload a file or enter one by hand.")

    def get_queryset(self) -> QuerySet[Trade]:
        return selectors.list_trades(actor=self.request.actor).select_related("instrument", "block")

    def measure(self, queryset: QuerySet[Trade]) -> Whole:
        tallies = self.filterset.tallied(actor=self.request.actor)
        return (
            totals.of_rows(queryset, cap=self.cap)
            if tallies is None
            else totals.of_tallies(tallies)
        )

    def row_url(self, record: Trade) -> str:
        return f"/trades/{record.pk}/"
