-- What an auditor counts: whole statement files, their lines, and what matches explain.
CREATE OR REPLACE VIEW qa.statement AS
SELECT id, sha256::text AS sha256, declared_rows
  FROM public.reconciliation_statementfile WHERE state = 'IMPORTED';

CREATE OR REPLACE VIEW qa.statement_line AS
SELECT id, source_id AS statement_id,
       row_number() OVER (PARTITION BY source_id ORDER BY id)::int AS n,
       amount, currency::text AS currency
  FROM public.reconciliation_statementline;

-- Confirmed matches only: a proposal explains nothing yet.
CREATE OR REPLACE VIEW qa.match_allocation AS
SELECT id, group_id AS match_id,
       CASE side WHEN 'OURS' THEN 'INTERNAL' ELSE 'EXTERNAL' END AS side,
       kind || ':' || side || ':' || item_id AS item,
       amount, currency::text AS currency
  FROM public.reconciliation_matchallocation WHERE state = 'CONFIRMED';
