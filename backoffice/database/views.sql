-- Versions for auditors, across rooms: terms from trades, checker from desk, eligibility from
-- reporting. Its number is that of the message that made it. Exactly one version of a trade is current,
-- the highest: whatever was decided on a version, it is SUPERSEDED once a later one replaced it. Its
-- checker stays, which says that it was approved.
-- A column of a view never changes its type: an older one makes room first.
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_attribute
                WHERE attrelid = to_regclass('qa.trade_version') AND attname = 'source_version'
                  AND atttypid = 'integer'::regtype) THEN
        DROP VIEW qa.trade_version;
    END IF;
END $$;

CREATE OR REPLACE VIEW qa.trade_version AS
SELECT v.execution_id AS id,
       v.trade_id,
       v.version_no::int AS version_no,
       CASE WHEN v.version_no <> t.version_no THEN 'SUPERSEDED'
            WHEN ok.id IS NOT NULL THEN 'VALIDATED'
            WHEN no.id IS NOT NULL THEN 'REJECTED'
            ELSE t.state::text END AS status,
       v.maker::text AS maker,
       ok.checker::text AS checker,
       v.quantity,
       v.price,
       v.currency::text AS currency,
       v.recorded_at,
       v.source_version,
       coalesce(r.is_eligible, false) AS reportable,
       (SELECT array_agg(DISTINCT name::text)
          FROM unnest(v.contributors || v.maker) AS name) AS contributors
  FROM public.trades_tradeversion v
  JOIN public.trades_trade t ON t.id = v.trade_id
  LEFT JOIN public.desk_approval ok
    ON ok.subject_kind = 'trade' AND ok.subject_id = v.trade_id
   AND ok.version_no = v.version_no AND ok.decision = 'APPROVED' AND ok.is_last
  LEFT JOIN LATERAL (
    SELECT a.id FROM public.desk_approval a
     WHERE a.subject_kind = 'trade' AND a.subject_id = v.trade_id
       AND a.version_no = v.version_no AND a.decision = 'REFUSED' LIMIT 1) no ON true
  LEFT JOIN LATERAL (
    SELECT bool_or(x.eligibility = 'REPORTABLE') AS is_eligible
      FROM public.reporting_regulatoryreport x
     WHERE x.trade_id = v.trade_id AND x.version_no = v.version_no) r ON true;
