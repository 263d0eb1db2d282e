-- What an auditor counts: whole statement files, their lines, and what matches explain.
CREATE OR REPLACE VIEW qa.statement AS
SELECT id, sha256::text AS sha256, declared_rows
  FROM public.reconciliation_statementfile WHERE state = 'IMPORTED';

CREATE OR REPLACE VIEW qa.statement_line AS
SELECT id, source_id AS statement_id,
       row_number() OVER (PARTITION BY source_id ORDER BY id)::int AS n,
       amount, currency::text AS currency
  FROM public.reconciliation_statementline
UNION ALL
SELECT -id, source_id, row_number() OVER (PARTITION BY source_id ORDER BY id)::int,
       amount, currency::text
  FROM public.reconciliation_securityline;

-- Confirmed matches only: a proposal explains nothing yet. One row per item of a match; an item is in
-- one live match of its kind, so that its number makes the row's.
CREATE OR REPLACE VIEW qa.match_allocation AS
SELECT 4 * a.trade_id + CASE a.kind WHEN 'TRADES' THEN 1 ELSE 2 END AS id, a.group_id AS match_id,
       'INTERNAL' AS side, a.kind || ':OURS:' || a.trade_id AS item,
       sum(a.amount) AS amount, g.currency::text AS currency
  FROM public.reconciliation_matchallocation a
  JOIN public.reconciliation_matchgroup g ON g.id = a.group_id
 WHERE a.state = 'CONFIRMED' GROUP BY a.group_id, a.kind, a.trade_id, g.currency
UNION ALL
SELECT 4 * a.line_id, a.group_id, 'EXTERNAL', a.kind || ':THEIRS:' || a.line_id,
       sum(a.amount), g.currency::text
  FROM public.reconciliation_matchallocation a
  JOIN public.reconciliation_matchgroup g ON g.id = a.group_id
 WHERE a.state = 'CONFIRMED' GROUP BY a.group_id, a.kind, a.line_id, g.currency;
