"""Which statement files wait for trades: they hold a line that nothing explained, and could."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import connection

from reconciliation.models import StatementFile

CAME: Final = """
WITH came AS (
  SELECT t.currency, t.counterparty_code, t.product, t.net_amount, t.trade_date,
         t.settlement_date, named.id AS account_id
    FROM trades_trade t
    LEFT JOIN refdata_account named ON named.code = t.account_code AND named.kind = 'CASH'
   WHERE t.id = ANY(%(ids)s) AND t.state = 'VALIDATED'),
alone AS (
  SELECT DISTINCT l.kind, l.sender_code, l.account_number, l.currency
    FROM reconciliation_break b JOIN reconciliation_statementline l ON l.id = b.line_id
   WHERE b.state <> 'RESOLVED'),
cash AS (
  SELECT s.account_number, s.currency, max(s.account_id) AS account_id, max(f.id) AS file_id,
         min(s.period_from) AS first, max(s.period_to) AS last
    FROM reconciliation_statement s
    JOIN reconciliation_statementfile f ON f.id = s.source_id
   WHERE f.state = 'IMPORTED' AND f.kind = 'CASH'
     AND (s.account_number, s.currency) IN (
           SELECT account_number, currency FROM alone WHERE kind = 'CASH')
   GROUP BY s.account_number, s.currency),
tables AS (
  SELECT f.sender_code, max(f.id) AS file_id, bool_or(m.coverage = 'ALL') AS covers_all,
         min(s.period_from) AS first, max(s.period_to) AS last
    FROM reconciliation_statement s
    JOIN reconciliation_statementfile f ON f.id = s.source_id
    LEFT JOIN reconciliation_columnmapping m ON m.id = f.mapping_id
   WHERE f.state = 'IMPORTED' AND f.kind = 'TRADES'
     AND f.sender_code IN (SELECT sender_code FROM alone WHERE kind = 'TRADES')
   GROUP BY f.sender_code)
SELECT cash.file_id FROM cash
 WHERE EXISTS (SELECT 1 FROM came
                WHERE came.currency = cash.currency AND came.net_amount <> 0
                  AND came.settlement_date BETWEEN cash.first AND cash.last
                  AND coalesce(came.account_id = cash.account_id, TRUE))
UNION
SELECT tables.file_id FROM tables
 WHERE EXISTS (SELECT 1 FROM came
                WHERE came.product <> 'FX'
                  AND came.trade_date BETWEEN tables.first AND tables.last
                  AND (tables.covers_all OR came.counterparty_code = tables.sender_code))"""


def files_waiting_for(trade_ids: Sequence[int]) -> list[StatementFile]:
    """Return the latest file of each account or sender with an open break that trades may end.

    Of the trades, those count that are validated and that a run of the file would look at.
    """
    with connection.cursor() as cursor:
        cursor.execute(CAME, {"ids": list(trade_ids)})
        ids = [row[0] for row in cursor.fetchall()]
    return list(StatementFile.objects.filter(pk__in=ids).order_by("pk"))
