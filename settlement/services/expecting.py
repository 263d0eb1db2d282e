"""Each validated version of a trade with a counterparty is to be confirmed; older ones no longer.

Asked of trades that something happened to, it looks at what they are now: repeated, or late, it
changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import F, Q

from core.acts import acting
from kernel.actors import Actor
from settlement.models import Confirmation
from settlement.selectors import Bucket
from settlement.services import queue, writing
from settlement.services.holding import hold
from settlement.states import ConfirmationState, Deed, EndReason
from trades.states import CloseReason, TradeState

GONE: Final = (CloseReason.CANCELLED.value, CloseReason.ALLOCATED.value)
EXPECT: Final = """
INSERT INTO settlement_confirmation (
       trade_id, version_no, reference, party_id, desk_code, asset_class, state, end_reason, basis,
       differs, created_at, isin, side, quantity, price, amount, currency, trade_date,
       settlement_date, product, pair, counter_amount, rate, end_date, end_amount)
SELECT t.id, t.version_no, t.reference, p.id, t.desk_code, coalesce(i.asset_class, ''), %s, '', '',
       '{}', %s, t.isin, t.side, t.quantity, t.price,
       CASE t.product WHEN 'FX' THEN t.quantity WHEN '' THEN t.net_amount ELSE abs(one.amount) END,
       t.currency, t.trade_date, t.settlement_date, t.product,
       CASE t.product WHEN 'FX' THEN t.symbol ELSE '' END,
       CASE t.product WHEN 'FX' THEN abs(two.amount) END,
       CASE t.product WHEN 'REPO' THEN (v.terms::jsonb #>> '{deal,repo_rate}')::numeric
                      WHEN 'LENDING' THEN (v.terms::jsonb #>> '{deal,lending_fee}')::numeric END,
       CASE WHEN t.product IN ('REPO', 'LENDING') THEN two.settlement_date END,
       CASE t.product WHEN 'REPO' THEN abs(two.amount) END
  FROM trades_trade t
  JOIN refdata_party p ON p.id = t.counterparty_id AND NOT p.is_own_firm
  LEFT JOIN refdata_instrument i ON i.id = t.instrument_id
  LEFT JOIN trades_tradeversion v
    ON t.product <> '' AND v.trade_id = t.id AND v.version_no = t.version_no
  LEFT JOIN trades_tradeleg one
    ON t.product <> '' AND one.trade_id = t.id AND one.version_no = t.version_no AND one.number = 1
  LEFT JOIN trades_tradeleg two
    ON t.product <> '' AND two.trade_id = t.id AND two.version_no = t.version_no AND two.number = 2
 WHERE t.id = ANY(%s) AND t.state = %s AND (t.isin <> '' OR t.product = 'FX')
   AND NOT EXISTS (SELECT FROM settlement_confirmation c
                    WHERE c.trade_id = t.id AND c.state <> %s)
 ORDER BY t.id
"""


def confirm_trades(*, trade_ids: Sequence[int], actor: Actor, at: datetime) -> dict[str, int]:
    """Make the confirmations that these trades need, and end those that they no longer do.

    Returns how many of each. A trade of the house with itself, or without a known counterparty,
    has none; nor has what has neither an ISIN nor a pair: a confirmation would say too little.
    """
    with acting(actor=actor):
        hold()
        ended = _end(trade_ids, actor, at)
        with connection.cursor() as cursor:
            cursor.execute(
                EXPECT,
                [
                    ConfirmationState.TO_SEND.value,
                    at,
                    list(trade_ids),
                    TradeState.VALIDATED.value,
                    ConfirmationState.CANCELLED.value,
                ],
            )
            made = cursor.rowcount
    return {"expected": made, "ended": ended}


def buckets_of_trades(trade_ids: Sequence[int]) -> set[Bucket]:
    """Return where the confirmations of these trades lie, those that are over, too."""
    rows = Confirmation.objects.filter(trade__in=trade_ids, trade_date__isnull=False)
    found = rows.values_list("party", "trade_date", "isin")
    return {(party_id, day, isin) for party_id, day, isin in found if day}


def _end(trade_ids: Sequence[int], actor: Actor, at: datetime) -> int:
    """Cancel what is of an older version, or of a trade that is over without being settled."""
    stale = ~Q(version_no=F("trade__version_no")) | Q(trade__close_reason__in=GONE)
    rows = list(
        Confirmation.objects.select_for_update(of=("self",))
        .filter(stale, trade__in=trade_ids)
        .exclude(state=ConfirmationState.CANCELLED.value)
        .select_related("trade")
        .order_by("pk")
    )
    decisions = []
    for row in rows:
        gone = row.trade is not None and row.trade.close_reason in GONE
        row.end_reason = (EndReason.TRADE_OVER if gone else EndReason.AMENDED).value
        writing.move(row, ConfirmationState.CANCELLED)
        decisions.append(
            writing.decision(
                row.pk, Deed.CANCELLED, actor=actor, at=at, received_id=row.received_id
            )
        )
    writing.save(rows)
    writing.record(decisions)
    queue.done([row.pk for row in rows], actor=actor, at=at)
    return len(rows)
