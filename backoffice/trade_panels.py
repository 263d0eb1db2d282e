"""What other rooms show on the page of a trade: confirmations, matches and breaks, reports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reporting import selectors as reporting
from settlement import selectors as settlement
from trades.models import Trade
from trades.views.detail import Panel


def panels(trade: Trade) -> tuple[Panel, ...]:
    """Return the panels of one trade, in the order of the day."""
    return (
        Panel(
            _("Confirmations"),
            "settlement/_trade.html",
            {"confirmations": settlement.list_of_trade(trade_id=trade.pk)},
        ),
        Panel(
            _("Reconciliation"),
            "backoffice/_trade_matches.html",
            {"trade_id": trade.pk},
        ),
        Panel(
            _("Transaction reports"),
            "reporting/_trade.html",
            {"reports": reporting.list_reports_of_trade(trade_id=trade.pk)},
        ),
    )
